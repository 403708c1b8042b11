//! Delays signals that end the program while something is half done.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Signals within this time are one request to stop. A program that starts others passes on signals that the terminal has sent to all
/// of them already, and `timeout` sends each signal to the program and then to its group.
#[cfg(unix)]
const ONE_REQUEST: std::time::Duration = std::time::Duration::from_millis(200);

/// The signals that end the program: Ctrl-C, a request of another program, a terminal that is closed.
///
/// Normally a signal ends the program immediately, as if it was not caught. While a [`Held`] exists, the signal is only recorded: the
/// running step is undone, and then the signal ends the program. A second request ends it immediately.
#[derive(Debug, Clone, Default)]
pub struct Interrupts(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    /// How many [`Held`] exist.
    held: usize,
    /// The first signal that arrived while something was held, and when.
    came: Option<(i32, Instant)>,
}

/// Something that is half done. When it is dropped, a signal that arrived meanwhile ends the program.
#[derive(Debug)]
pub struct Held(Interrupts);

impl Interrupts {
    /// Catches signals from now on, in the whole program.
    pub fn caught() -> io::Result<Self> {
        let interrupts = Self::default();
        interrupts.catch()?;
        Ok(interrupts)
    }

    #[cfg(unix)]
    fn catch(&self) -> io::Result<()> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
        let mut signals = signal_hook::iterator::Signals::new(
            [SIGHUP, SIGINT, SIGQUIT, SIGTERM]
                .into_iter()
                .filter(|&signal| !is_ignored(signal)),
        )?;
        let interrupts = self.clone();
        std::thread::Builder::new()
            .name("signals".to_owned())
            .spawn(move || {
                for signal in signals.forever() {
                    interrupts.receive(signal, Instant::now());
                }
            })?;
        Ok(())
    }

    /// Without signals there is nothing to catch: the next build removes the rest of a stopped one.
    #[cfg(not(unix))]
    fn catch(&self) -> io::Result<()> {
        Ok(())
    }

    #[cfg(unix)]
    fn receive(&self, signal: i32, now: Instant) {
        let mut state = self.state();
        match state.came {
            _ if state.held == 0 => end_by(signal),
            None => state.came = Some((signal, now)),
            Some((_, first)) if now.duration_since(first) < ONE_REQUEST => {}
            Some(_) => end_by(signal),
        }
    }

    /// Delays signals until the returned value is dropped.
    pub fn hold(&self) -> Held {
        self.state().held += 1;
        Held(self.clone())
    }

    /// Whether a signal waits to end the program.
    pub fn have_come(&self) -> bool {
        self.state().came.is_some()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut state = self.0.state();
        state.held -= 1;
        if let (0, Some((signal, _))) = (state.held, state.came) {
            end_by(signal);
        }
    }
}

/// Ends the program as the signal would have done. Its sender sees the same exit status.
#[cfg(unix)]
fn end_by(signal: i32) {
    // If this fails, the program ends a little later, when the command is done.
    let _ = signal_hook::low_level::emulate_default_handler(signal);
}

#[cfg(not(unix))]
fn end_by(_: i32) {}

/// Whether the program was started with a signal ignored, as `nohup` does with `SIGHUP`. Where the system does not tell, `SIGHUP` counts
/// as ignored.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status
        .lines()
        .find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.map_or(signal == signal_hook::consts::SIGHUP, |ignored| {
        ignored & (1 << (signal - 1)) != 0
    })
}
