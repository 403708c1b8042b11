//! Hearing that something in the tree of a site may have changed.
//!
//! The bell tells that, and not what: which events an editor causes differs from editor to editor and from system to system,
//! a renamed folder rings once for all that it holds, and a full queue loses events. So nobody listens to the details, and
//! [`super::Tree::look`] finds out what is different.
//!
//! The system tells of folders, not of paths: where a folder takes the place of another, or one above it does, nothing is heard of the
//! new one. So the bell compares now and then whether the folders at its paths are those that it listens to.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{Event, EventKind, ModifyKind, RemoveKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::load::THEMES;
use crate::parse::CONTENT;

/// How often the files are looked at where the system tells nothing, and how often a bell checks that it listens to the right folders.
const POLL: Duration = Duration::from_millis(300);

/// How many folders may go before an ear is given up and replaced by a new one once it is quiet: taking them out of the old one takes
/// a time that grows with the square of their number, and until that is done it rings too late.
const MOST_GONE: usize = 64;

/// Rings when something in the tree of a site may have changed.
pub struct Bell {
    root: PathBuf,
    hearing: Hearing,
}

/// How a bell hears of changes.
enum Hearing {
    /// From the system.
    Ear(Box<Ear>),
    /// Not at the moment.
    Deaf,
    /// Never: the files have to be looked at every now and then.
    Polling,
}

/// What hears the system tell of changes in some folders.
struct Ear {
    rings: Receiver<Instant>,
    folders: [Standing; 3],
    wear: Arc<AtomicUsize>,
    _watcher: RecommendedWatcher,
}

/// What is at the path of a folder: the folder, and what leads there, which is the folder itself or a link to it.
type Standing = [Option<Identity>; 2];

/// What tells a folder from another one at the same path.
type Identity = (u64, u64, Option<SystemTime>);

/// What became of waiting for a ring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rung {
    /// Something may have changed, at this moment or later.
    At(Instant),
    /// Nothing was heard for as long as one was ready to wait.
    Quiet,
}

impl Bell {
    /// A bell that the system rings, or why there is none; [`Bell::polling`] works everywhere.
    pub fn watching(root: &Path) -> Result<Self, notify::Error> {
        Ok(Self { root: root.to_owned(), hearing: Hearing::Ear(Box::new(Ear::of(root)?)) })
    }

    /// A bell that rings every now and then by itself, for file systems that do not tell of changes.
    pub fn polling(root: &Path) -> Self {
        Self { root: root.to_owned(), hearing: Hearing::Polling }
    }

    /// Whether something can change without a ring.
    pub fn is_polling(&self) -> bool {
        !matches!(self.hearing, Hearing::Ear(_))
    }

    /// Waits for the next ring. Where `may_be_silent`, something can change without one, so it rings every now and then as well.
    pub fn wait(&mut self, may_be_silent: bool) -> Instant {
        loop {
            match &self.hearing {
                Hearing::Ear(ear) => match ear.rings.recv_timeout(POLL) {
                    Ok(at) => return at,
                    Err(RecvTimeoutError::Timeout) if !may_be_silent && !ear.is_worn() && ear.is_at(&self.root) => {}
                    Err(RecvTimeoutError::Timeout) => return Instant::now(),
                    Err(RecvTimeoutError::Disconnected) => self.hearing = Hearing::Deaf,
                },
                Hearing::Deaf => {
                    self.listen();
                    // What has changed before it listened.
                    return Instant::now();
                }
                Hearing::Polling => {
                    pause(POLL);
                    return Instant::now();
                }
            }
        }
    }

    /// Waits for the last of the rings that follow one another within `quiet`, and gives it; at most until `end`.
    pub fn wait_for_quiet(&mut self, quiet: Duration, end: Instant) -> Rung {
        let mut last = Rung::Quiet;
        loop {
            let patience = quiet.min(end.saturating_duration_since(Instant::now()));
            match &self.hearing {
                Hearing::Ear(ear) if !ear.is_worn() => match ear.rings.recv_timeout(patience) {
                    Ok(at) => last = Rung::At(at),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return last,
                },
                Hearing::Ear(_) => self.hearing = Hearing::Deaf,
                Hearing::Deaf | Hearing::Polling => {
                    pause(patience);
                    return last;
                }
            }
        }
    }

    /// Listens to the folders that are there now, if they are other ones than before; to be called before each look.
    pub fn renew(&mut self) {
        if matches!(&self.hearing, Hearing::Ear(ear) if !ear.is_at(&self.root)) {
            self.listen();
        }
    }

    fn listen(&mut self) {
        // Where the system gives no ear, the bell rings by itself from now on.
        self.hearing = Ear::of(&self.root).map_or(Hearing::Polling, |ear| Hearing::Ear(Box::new(ear)));
    }
}

impl Ear {
    /// Listens to a site: its own folder, and its sources with all that they hold, but not what is built from them.
    fn of(root: &Path) -> Result<Self, notify::Error> {
        let (sender, rings) = channel();
        let wear = Arc::new(AtomicUsize::new(0));
        // What takes the place of a folder after this is another one than that which is noted here.
        let folders = standings(root);
        let mut watcher = notify::recommended_watcher(ringer(sender, wear.clone(), folders_of(root)))?;
        let modes = [RecursiveMode::NonRecursive, RecursiveMode::Recursive, RecursiveMode::Recursive];
        for (folder, mode) in folders_of(root).iter().zip(modes) {
            match watcher.watch(folder, mode) {
                // One that comes later has another identity than none.
                Err(_) if standing(folder)[0].is_none() => {}
                watched => watched?,
            }
        }
        Ok(Self { rings, folders, wear, _watcher: watcher })
    }

    /// Whether it may have missed something, or will hear of it too late.
    fn is_worn(&self) -> bool {
        self.wear.load(Ordering::SeqCst) > MOST_GONE
    }

    /// Whether it listens to the folders of the site that are there now.
    fn is_at(&self, root: &Path) -> bool {
        standings(root) == self.folders
    }
}

fn folders_of(root: &Path) -> [PathBuf; 3] {
    [root.to_owned(), root.join(CONTENT), root.join(THEMES)]
}

fn standings(root: &Path) -> [Standing; 3] {
    folders_of(root).map(|folder| standing(&folder))
}

fn standing(folder: &Path) -> Standing {
    let target = std::fs::metadata(folder).ok().filter(std::fs::Metadata::is_dir);
    [target, std::fs::symlink_metadata(folder).ok()].map(|about| about.as_ref().map(identity))
}

/// The moment at which something was made tells it from another that was given the number of one that has gone.
fn identity(about: &std::fs::Metadata) -> Identity {
    let (device, number) = number(about);
    (device, number, about.created().ok())
}

#[cfg(unix)]
fn number(about: &std::fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt;
    (about.dev(), about.ino())
}

#[cfg(not(unix))]
fn number(_: &std::fs::Metadata) -> (u64, u64) {
    (0, 0)
}

#[expect(clippy::disallowed_methods, reason = "without a bell there is nothing to wait for but time")]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// What is called for every event: it rings, unless the event is that somebody reads.
fn ringer(sender: Sender<Instant>, wear: Arc<AtomicUsize>, folders: [PathBuf; 3]) -> impl Fn(notify::Result<Event>) + Send + 'static {
    move |event| {
        let worn = match event {
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(event) if event.need_rescan() => MOST_GONE + 1,
            // A folder that is moved is not listened to any more, even if it is back before anybody has looked.
            Ok(event) if is_departure(event.kind) && event.paths.iter().any(|path| folders.contains(path)) => MOST_GONE + 1,
            Ok(event) => usize::from(is_departure(event.kind)),
            // What is new may not be listened to.
            Err(_) => MOST_GONE + 1,
        };
        wear.fetch_add(worn, Ordering::SeqCst);
        // Nobody listens any more when another ear has taken the place of this one.
        let _ = sender.send(Instant::now());
    }
}

fn is_departure(kind: EventKind) -> bool {
    matches!(kind, EventKind::Remove(RemoveKind::Folder) | EventKind::Modify(ModifyKind::Name(_)))
}
