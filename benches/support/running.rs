//! A program that runs while it is measured.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use super::workspace::at;

/// The time limit of all waits.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A process that is killed when this value is dropped.
pub struct Running {
    /// The time of its start.
    pub started: Instant,
    child: Child,
    program: String,
    log: PathBuf,
}

/// The memory of a process, in bytes.
#[derive(Clone, Copy)]
pub struct Memory {
    /// The resident memory now.
    pub resident: u64,
    /// The peak of resident memory.
    pub peak: u64,
}

impl Running {
    /// Starts a program with its output in `log`.
    pub fn start(command: &mut Command, log: &Path) -> Result<Self, String> {
        let program = command.get_program().display().to_string();
        let output = File::create(log).map_err(at(log))?;
        let errors = output.try_clone().map_err(at(log))?;
        command.stdin(Stdio::null()).stdout(output).stderr(errors);
        let started = Instant::now();
        let child = command
            .spawn()
            .map_err(|error| format!("`{program}` did not start: {error}"))?;
        Ok(Self {
            started,
            child,
            program,
            log: log.to_owned(),
        })
    }

    /// Waits until `find` finds a value in a line of its output.
    pub fn wait_for<T>(&mut self, find: impl Fn(&str) -> Option<T>) -> Result<T, String> {
        loop {
            let said = fs::read_to_string(&self.log).map_err(at(&self.log))?;
            if let Some(found) = said
                .split_inclusive('\n')
                .filter(|line| line.ends_with('\n'))
                .find_map(|line| find(line.trim_end()))
            {
                return Ok(found);
            }
            let has_ended = matches!(self.child.try_wait(), Ok(Some(_)) | Err(_));
            if has_ended || self.started.elapsed() > PATIENCE {
                return Err(format!(
                    "`{}` did not say that it is ready:\n{said}",
                    self.program
                ));
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    /// Its memory; `None` if the system does not report it.
    pub fn memory(&self) -> Option<Memory> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id())).ok()?;
        let bytes = |name| {
            let value = status
                .lines()
                .find_map(|line| line.strip_prefix(name)?.strip_prefix(':'))?;
            value
                .trim()
                .strip_suffix(" kB")?
                .parse::<u64>()
                .ok()
                .map(|kibibytes| kibibytes * 1024)
        };
        Some(Memory {
            resident: bytes("VmRSS")?,
            peak: bytes("VmHWM")?,
        })
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
