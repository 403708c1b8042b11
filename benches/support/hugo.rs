//! Hugo from the search path, for comparison.

use std::process::{Command, Stdio};

/// Its name and version; `None` without Hugo.
pub fn version() -> Option<String> {
    let answer = Command::new("hugo")
        .arg("version")
        .stderr(Stdio::null())
        .output()
        .ok()?;
    let text = String::from_utf8_lossy(&answer.stdout);
    // The line is like `hugo v0.168.0-e27a6760c554+extended linux/amd64 BuildDate=…`.
    let version = text.lines().find_map(|line| line.strip_prefix("hugo "))?;
    let number = version.split(['-', '+', ' ']).next()?;
    Some(format!("Hugo {}", number.trim_start_matches('v')))
}
