//! The machine, described for readers of the report.

use std::path::Path;
use std::{env, fs, thread};

/// One line: cores, memory, processor, system. Unknown parts are left out.
pub fn describe() -> String {
    let cores = thread::available_parallelism()
        .map_or_else(|_| "unknown cores".to_owned(), |n| format!("{n} cores"));
    let memory = field("/proc/meminfo", "MemTotal").and_then(|value| gibibytes(&value));
    let processor = field("/proc/cpuinfo", "model name");
    let system = format!("{} {}", env::consts::OS, env::consts::ARCH);
    [Some(cores), memory, processor, Some(system)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(", ")
}

/// The free space below `path` in bytes. `None` if the folder does not exist or the system does not
/// report it.
#[cfg(target_os = "linux")]
pub fn free_bytes(path: &Path) -> Option<u128> {
    use std::ffi::CString;
    use std::mem::MaybeUninit;
    use std::os::unix::ffi::OsStrExt;

    let path = CString::new(path.as_os_str().as_bytes()).ok()?;
    let mut status = MaybeUninit::<libc::statvfs>::zeroed();
    // SAFETY: the path ends with a zero byte, and the second pointer is to a live value of the type
    // that the call fills in.
    let answer = unsafe { libc::statvfs(path.as_ptr(), status.as_mut_ptr()) };
    // SAFETY: it was zeroed, which is a valid value of every field.
    let status = unsafe { status.assume_init() };
    (answer == 0).then(|| u128::from(status.f_bavail) * u128::from(status.f_frsize))
}

#[cfg(not(target_os = "linux"))]
pub fn free_bytes(_path: &Path) -> Option<u128> {
    None
}

/// The value of the first line `name: value` of a file.
fn field(path: &str, name: &str) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let mut fields = text.lines().filter_map(|line| line.split_once(':'));
    fields
        .find(|(key, _)| key.trim() == name)
        .map(|(_, value)| value.trim().to_owned())
}

fn gibibytes(value: &str) -> Option<String> {
    let kibibytes: f64 = value.strip_suffix(" kB")?.parse().ok()?;
    Some(format!("{:.1} GiB memory", kibibytes / 1024.0 / 1024.0))
}
