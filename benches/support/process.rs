//! Measures a whole process: its time, its peak memory, and the stages that it reports.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::Instant;

use super::workspace::at;

/// The cost of a process.
pub struct Run {
    /// From its start to its end, in seconds.
    pub wall: f64,
    /// The peak of resident memory, in bytes. `None` if the system does not report it.
    ///
    /// Linux counts from before the program replaces the benchmark's image, so the value is never
    /// below the benchmark's own peak. The benchmark therefore keeps no corpus and no page in
    /// memory.
    pub peak: Option<u64>,
    /// The lines in which it reported the times of its stages.
    pub stages: Vec<String>,
}

/// Runs the command until it ends, with its standard error in `log`. Fails if it cannot start or
/// does not succeed.
pub fn run(command: &mut Command, log: &Path) -> Result<Run, String> {
    let program = command.get_program().display().to_string();
    let errors = File::create(log).map_err(at(log))?;
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(errors);
    let start = Instant::now();
    let ended = command.spawn().and_then(|mut child| wait(&mut child));
    let wall = start.elapsed().as_secs_f64();
    let (status, peak) = ended.map_err(|error| format!("`{program}` did not run: {error}"))?;
    let said = Said::read(log).map_err(at(log))?;
    if !status.success() {
        return Err(format!(
            "`{program}` failed ({status}); the end of what it said:\n{}",
            said.end()
        ));
    }
    Ok(Run {
        wall,
        peak,
        stages: said.stages,
    })
}

/// Waits for the process and returns its peak memory in bytes.
#[cfg(unix)]
fn wait(child: &mut Child) -> io::Result<(ExitStatus, Option<u64>)> {
    use std::mem::MaybeUninit;
    use std::os::unix::process::ExitStatusExt;

    let id = libc::pid_t::try_from(child.id()).expect("a process id came from this type");
    let mut status = 0;
    let mut usage = MaybeUninit::<libc::rusage>::zeroed();
    // SAFETY: both pointers are to live values of the types that the call fills in.
    while unsafe { libc::wait4(id, &raw mut status, 0, usage.as_mut_ptr()) } != id {
        let error = io::Error::last_os_error();
        if error.kind() != io::ErrorKind::Interrupted {
            return Err(error);
        }
    }
    // SAFETY: it was zeroed, which is a valid value of every field, and then filled in.
    let usage = unsafe { usage.assume_init() };
    // The unit of the field is the kibibyte. On Apple's systems it is the byte.
    let unit = if cfg!(target_vendor = "apple") {
        1
    } else {
        1024
    };
    let peak = u64::try_from(usage.ru_maxrss).ok().map(|size| size * unit);
    Ok((ExitStatus::from_raw(status), peak))
}

#[cfg(not(unix))]
fn wait(child: &mut Child) -> io::Result<(ExitStatus, Option<u64>)> {
    Ok((child.wait()?, None))
}

/// The standard error of a process, read line by line because it can be long.
struct Said {
    stages: Vec<String>,
    last: VecDeque<String>,
}

impl Said {
    const LAST: usize = 20;

    fn read(log: &Path) -> io::Result<Self> {
        let mut said = Self {
            stages: Vec::new(),
            last: VecDeque::new(),
        };
        for line in BufReader::new(File::open(log)?).split(b'\n') {
            let line = String::from_utf8_lossy(&line?).trim_end().to_owned();
            if tells_a_time(&line) {
                said.stages.push(line.clone());
            }
            if said.last.len() == Self::LAST {
                said.last.pop_front();
            }
            said.last.push_back(line);
        }
        Ok(said)
    }

    fn end(&self) -> String {
        self.last
            .iter()
            .map(String::as_str)
            .collect::<Vec<_>>()
            .join("\n")
    }
}

/// Whether a line is like `load 12 ms`: a name, a number, a unit of time.
fn tells_a_time(line: &str) -> bool {
    let words: Vec<&str> = line.split_whitespace().collect();
    let timed = |pair: &[&str]| {
        pair[0].parse::<f64>().is_ok() && matches!(pair[1], "µs" | "us" | "ms" | "s")
    };
    words
        .get(1..)
        .is_some_and(|rest| rest.windows(2).any(timed))
}
