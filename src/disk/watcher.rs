//! Notices that something in the tree of a site may have changed.
//!
//! A watcher tells that something changed, and not what. Editors and systems differ in the events that they cause, a renamed folder causes
//! one event for all its files, and a full queue loses events. So the details are ignored, and [`super::SourceTree::scan`] finds what is
//! different.
//!
//! The system watches folders, not paths. If another folder takes the place of a watched one, or of one above it, there are no events for
//! the new one. So the watcher regularly checks whether the folders at its paths are those that it watches.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

use notify::event::{Event, EventKind, ModifyKind, RemoveKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher as _};

use super::load::THEMES;
use crate::parse::CONTENT;

/// Polling interval where the system sends no change events, and interval of the check that the right folders are watched.
const POLL: Duration = Duration::from_millis(300);

/// How many removed folders a system watcher may have. Removing a folder from it takes time that grows with the square of their number,
/// and its events are late until then. So a watcher with more is replaced as soon as it is quiet.
const MOST_REMOVED: usize = 64;

/// Notices that something in the tree of a site may have changed.
pub struct Watcher {
    root: PathBuf,
    source: Source,
}

/// How a watcher notices changes.
enum Source {
    /// By events of the system.
    System(Box<SystemWatcher>),
    /// Not at all at the moment: a new system watcher is needed.
    Lost,
    /// By polling, because the system sends no events.
    Polling,
}

/// The events of the system for the folders of a site.
struct SystemWatcher {
    events: Receiver<Instant>,
    folders: [FolderIdentity; 3],
    /// How many watched folders were removed; more than [`MOST_REMOVED`] if events may be missing.
    removed: Arc<AtomicUsize>,
    _watcher: RecommendedWatcher,
}

/// The identity of a folder and of what is at its path: the folder itself, or a link to it.
type FolderIdentity = [Option<Identity>; 2];

/// Tells a folder from another one at the same path: device, number, and creation time.
type Identity = (u64, u64, Option<SystemTime>);

/// Whether the system sends an event for every change of a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Events {
    /// It does.
    Complete,
    /// It does not, because links lead to files elsewhere.
    Incomplete,
}

/// The result of waiting for quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Activity {
    /// Something may have changed, last at this moment.
    At(Instant),
    /// Nothing was noticed.
    Quiet,
}

impl Watcher {
    /// A watcher with events of the system.
    ///
    /// # Errors
    ///
    /// Why the system sends no events. [`Watcher::polling`] works everywhere.
    pub fn watching(root: &Path) -> Result<Self, notify::Error> {
        Ok(Self {
            root: root.to_owned(),
            source: Source::System(Box::new(SystemWatcher::new(root)?)),
        })
    }

    /// A watcher for file systems without events.
    pub fn polling(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            source: Source::Polling,
        }
    }

    /// Whether something can change without an event.
    pub fn is_polling(&self) -> bool {
        !matches!(self.source, Source::System(_))
    }

    /// Waits until something may have changed, and returns when. If the events are incomplete, this is at most the polling interval.
    pub fn wait(&mut self, events: Events) -> Instant {
        loop {
            match &self.source {
                Source::System(system) => match system.events.recv_timeout(POLL) {
                    Ok(at) => return at,
                    Err(RecvTimeoutError::Timeout)
                        if events == Events::Complete && system.is_reliable(&self.root) => {}
                    Err(RecvTimeoutError::Timeout) => return Instant::now(),
                    Err(RecvTimeoutError::Disconnected) => self.source = Source::Lost,
                },
                Source::Lost => {
                    self.watch();
                    // Something may have changed before.
                    return Instant::now();
                }
                Source::Polling => {
                    pause(POLL);
                    return Instant::now();
                }
            }
        }
    }

    /// Waits until there is no event for `quiet`, at most until `end`.
    pub fn wait_for_quiet(&mut self, quiet: Duration, end: Instant) -> Activity {
        let mut last = Activity::Quiet;
        loop {
            let patience = quiet.min(end.saturating_duration_since(Instant::now()));
            match &self.source {
                Source::System(system) if !system.is_late() => match system
                    .events
                    .recv_timeout(patience)
                {
                    Ok(at) => last = Activity::At(at),
                    Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return last,
                },
                Source::System(_) => self.source = Source::Lost,
                Source::Lost | Source::Polling => {
                    pause(patience);
                    return last;
                }
            }
        }
    }

    /// Watches the folders that are at the paths now, if they are others than before. Call this before each scan.
    pub fn refresh(&mut self) {
        if matches!(&self.source, Source::System(system) if !system.is_at(&self.root)) {
            self.watch();
        }
    }

    /// Watches with events of the system; polls from now on if there are none.
    fn watch(&mut self) {
        self.source = SystemWatcher::new(&self.root)
            .map_or(Source::Polling, |system| Source::System(Box::new(system)));
    }
}

impl SystemWatcher {
    /// Watches the folder of a site, and everything in its sources, but not what is built from them.
    fn new(root: &Path) -> Result<Self, notify::Error> {
        let (sender, events) = channel();
        let removed = Arc::new(AtomicUsize::new(0));
        // Taken first: a folder that takes the place of another from here on is noticed as another one.
        let folders = identities(root);
        let mut watcher =
            notify::recommended_watcher(event_handler(sender, removed.clone(), folders_of(root)))?;
        let modes = [
            RecursiveMode::NonRecursive,
            RecursiveMode::Recursive,
            RecursiveMode::Recursive,
        ];
        for (folder, mode) in folders_of(root).iter().zip(modes) {
            match watcher.watch(folder, mode) {
                // A folder that is created later differs from none.
                Err(_) if folder_identity(folder)[0].is_none() => {}
                watched => watched?,
            }
        }
        Ok(Self {
            events,
            folders,
            removed,
            _watcher: watcher,
        })
    }

    fn is_reliable(&self, root: &Path) -> bool {
        !self.is_late() && self.is_at(root)
    }

    /// Whether events may be missing, or come too late.
    fn is_late(&self) -> bool {
        self.removed.load(Ordering::SeqCst) > MOST_REMOVED
    }

    /// Whether it watches the folders that are at the paths of the site now.
    fn is_at(&self, root: &Path) -> bool {
        identities(root) == self.folders
    }
}

fn folders_of(root: &Path) -> [PathBuf; 3] {
    [root.to_owned(), root.join(CONTENT), root.join(THEMES)]
}

fn identities(root: &Path) -> [FolderIdentity; 3] {
    folders_of(root).map(|folder| folder_identity(&folder))
}

fn folder_identity(folder: &Path) -> FolderIdentity {
    let target = std::fs::metadata(folder)
        .ok()
        .filter(std::fs::Metadata::is_dir);
    [target, std::fs::symlink_metadata(folder).ok()].map(|about| about.as_ref().map(identity))
}

/// The creation time is needed because a system reuses the numbers of removed folders.
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

#[expect(
    clippy::disallowed_methods,
    reason = "without events there is nothing to wait for but time"
)]
fn pause(time: Duration) {
    std::thread::sleep(time);
}

/// The handler of events. It passes on all events except reads.
fn event_handler(
    sender: Sender<Instant>,
    removed: Arc<AtomicUsize>,
    folders: [PathBuf; 3],
) -> impl Fn(notify::Result<Event>) + Send + 'static {
    move |event| {
        let count = match event {
            Ok(event) if matches!(event.kind, EventKind::Access(_)) => return,
            Ok(event) if event.need_rescan() => MOST_REMOVED + 1,
            // A folder that is moved is no longer watched, even if it is back before the next check.
            Ok(event)
                if is_removal(event.kind)
                    && event.paths.iter().any(|path| folders.contains(path)) =>
            {
                MOST_REMOVED + 1
            }
            Ok(event) => usize::from(is_removal(event.kind)),
            // New files may not be watched.
            Err(_) => MOST_REMOVED + 1,
        };
        removed.fetch_add(count, Ordering::SeqCst);
        // A watcher that has been replaced has no receiver.
        let _ = sender.send(Instant::now());
    }
}

fn is_removal(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::Remove(RemoveKind::Folder) | EventKind::Modify(ModifyKind::Name(_))
    )
}
