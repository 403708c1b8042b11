//! Hearing that something in the tree of a site may have changed.
//!
//! The bell tells that, and not what: which events an editor causes differs from editor to editor and from system to system,
//! a renamed folder rings once for all that it holds, and a full queue loses events. So nobody listens to the details, and
//! [`super::Tree::look`] finds out what is different.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant};

use notify::event::{Event, EventKind, ModifyKind};
use notify::{RecommendedWatcher, RecursiveMode, Watcher};

use super::load::THEMES;
use crate::parse::CONTENT;

/// How often one looks without a bell.
const POLL: Duration = Duration::from_millis(300);

/// Rings when something in the tree of a site may have changed.
pub struct Bell {
    root: PathBuf,
    rings: Receiver<Instant>,
    /// Nothing where one has to look every now and then.
    watcher: Option<RecommendedWatcher>,
    /// Whether one of the watched folders came, went or was renamed, so that it has to be watched anew.
    folders_moved: Arc<AtomicBool>,
}

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
        let (sender, rings) = channel();
        let folders_moved = Arc::new(AtomicBool::new(false));
        let watcher = notify::recommended_watcher(ringer(root, sender, folders_moved.clone()))?;
        let mut bell = Self { root: root.to_owned(), rings, watcher: Some(watcher), folders_moved };
        bell.watch(RecursiveMode::NonRecursive, &[root.to_owned()])?;
        bell.watch(RecursiveMode::Recursive, &bell.folders())?;
        Ok(bell)
    }

    /// A bell that rings every now and then by itself, for file systems that do not tell of changes.
    pub fn polling(root: &Path) -> Self {
        let (_, rings) = channel();
        Self { root: root.to_owned(), rings, watcher: None, folders_moved: Arc::default() }
    }

    /// Whether it rings by itself, changes or not.
    pub fn is_polling(&self) -> bool {
        self.watcher.is_none()
    }

    /// Waits for the next ring. Where `may_be_silent`, something can change without one, so it rings every now and then as well.
    pub fn wait(&mut self, may_be_silent: bool) -> Instant {
        let rung = match (&self.watcher, may_be_silent) {
            (Some(_), false) => self.rings.recv().map_err(|_| RecvTimeoutError::Disconnected),
            (Some(_), true) => self.rings.recv_timeout(POLL),
            (None, _) => Err(RecvTimeoutError::Disconnected),
        };
        rung.unwrap_or_else(|error| {
            if error == RecvTimeoutError::Disconnected {
                self.pause(POLL);
            }
            Instant::now()
        })
    }

    /// Waits for the last of the rings that follow one another within `quiet`, and gives it; at most until `end`.
    pub fn wait_for_quiet(&mut self, quiet: Duration, end: Instant) -> Rung {
        let mut last = Rung::Quiet;
        loop {
            let patience = quiet.min(end.saturating_duration_since(Instant::now()));
            if self.watcher.is_none() {
                self.pause(patience);
                return last;
            }
            match self.rings.recv_timeout(patience) {
                Ok(at) => last = Rung::At(at),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => return last,
            }
        }
    }

    /// Watches the folders of the site anew after they have come, gone or been renamed; to be called before one looks.
    pub fn renew(&mut self) {
        if !self.folders_moved.swap(false, Ordering::SeqCst) {
            return;
        }
        let folders = self.folders();
        if let Some(watcher) = &mut self.watcher {
            for folder in [CONTENT, THEMES] {
                // What is gone is not watched any more; that is no failure.
                let _ = watcher.unwatch(&self.root.join(folder));
            }
        }
        // A folder that went again meanwhile rings when it comes back.
        let _ = self.watch(RecursiveMode::Recursive, &folders);
    }

    /// The folders that are watched with all that they hold: the site's own, and not what is built from them.
    fn folders(&self) -> Vec<PathBuf> {
        [CONTENT, THEMES].iter().map(|folder| self.root.join(folder)).filter(|folder| folder.is_dir()).collect()
    }

    fn watch(&mut self, mode: RecursiveMode, folders: &[PathBuf]) -> Result<(), notify::Error> {
        let Some(watcher) = &mut self.watcher else { return Ok(()) };
        folders.iter().try_for_each(|folder| watcher.watch(folder, mode))
    }

    #[expect(clippy::disallowed_methods, reason = "without a bell there is nothing to wait for but time")]
    fn pause(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// What is called for every event: it rings, unless the event is that somebody reads.
fn ringer(root: &Path, sender: Sender<Instant>, folders_moved: Arc<AtomicBool>) -> impl Fn(notify::Result<Event>) + Send + 'static {
    let folders = [root.join(CONTENT), root.join(THEMES)];
    move |event| {
        // What cannot be understood may mean anything, so one looks.
        if let Ok(event) = event {
            if matches!(event.kind, EventKind::Access(_)) {
                return;
            }
            let is_move = matches!(event.kind, EventKind::Create(_) | EventKind::Remove(_) | EventKind::Modify(ModifyKind::Name(_)));
            if event.need_rescan() || (is_move && event.paths.iter().any(|path| folders.contains(path))) {
                folders_moved.store(true, Ordering::SeqCst);
            }
        }
        // Nobody listens any more when the program is about to end.
        let _ = sender.send(Instant::now());
    }
}
