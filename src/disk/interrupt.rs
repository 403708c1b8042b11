//! Signals that end the program, which wait while something is half done.

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

/// What ends the program from outside: Ctrl-C, the wish of another program, a terminal that is closed.
///
/// As a rule a signal ends the program at once, as it does where nobody catches it. While something is held, it only says that the
/// program is to end: what is half done is taken back, and then the signal does what it does. A second one does it at once.
#[derive(Debug, Clone)]
pub struct Interrupts {
    /// Whether the next signal ends the program there and then.
    at_once: Arc<AtomicBool>,
    /// The signal that came, or 0.
    came: Arc<AtomicUsize>,
    /// How many things are held.
    held: Arc<AtomicUsize>,
}

/// Something that is half done; when it is dropped, a signal that came meanwhile ends the program.
#[derive(Debug)]
pub struct Held(Interrupts);

impl Interrupts {
    /// Catches signals from now on, in the whole program.
    pub fn caught() -> io::Result<Self> {
        let interrupts = Self { at_once: Arc::new(AtomicBool::new(true)), came: Arc::default(), held: Arc::default() };
        interrupts.catch()?;
        Ok(interrupts)
    }

    #[cfg(unix)]
    fn catch(&self) -> io::Result<()> {
        use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};
        use signal_hook::flag;
        for signal in [SIGHUP, SIGINT, SIGTERM].into_iter().filter(|&signal| !is_ignored(signal)) {
            // In this order, so that the first signal still finds what was there before it.
            flag::register_conditional_default(signal, self.at_once.clone())?;
            flag::register_usize(signal, self.came.clone(), usize::try_from(signal).unwrap_or_default())?;
            flag::register(signal, self.at_once.clone())?;
        }
        Ok(())
    }

    /// Without signals there is nothing to catch: the next build removes what a stopped one has left.
    #[cfg(not(unix))]
    fn catch(&self) -> io::Result<()> {
        Ok(())
    }

    /// Lets signals wait.
    pub fn hold(&self) -> Held {
        if self.held.fetch_add(1, Ordering::SeqCst) == 0 {
            self.at_once.store(false, Ordering::SeqCst);
        }
        Held(self.clone())
    }

    /// Whether the program is to end as soon as nothing is half done.
    pub fn have_come(&self) -> bool {
        self.came.load(Ordering::SeqCst) != 0
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        let Interrupts { at_once, came, held } = &self.0;
        if held.fetch_sub(1, Ordering::SeqCst) > 1 {
            return;
        }
        at_once.store(true, Ordering::SeqCst);
        end_by(came.load(Ordering::SeqCst));
    }
}

/// Ends the program as the signal would have done, so that the one who sent it sees that.
#[cfg(unix)]
fn end_by(signal: usize) {
    if signal != 0 {
        // Where the system does not let it end like this, it ends a little later, when the command is done.
        let _ = signal_hook::low_level::emulate_default_handler(i32::try_from(signal).unwrap_or_default());
    }
}

#[cfg(not(unix))]
fn end_by(_: usize) {}

/// Whether the one who started the program told it to ignore a signal, as `nohup` does with the closing of the terminal. Where that
/// cannot be asked, it is assumed of that one alone.
#[cfg(unix)]
fn is_ignored(signal: i32) -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.map_or(signal == signal_hook::consts::SIGHUP, |ignored| ignored & (1 << (signal - 1)) != 0)
}
