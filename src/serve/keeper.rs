//! Keeps the newest snapshot up to date with the files.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{Error, News, NewsHandler};
use crate::disk::{Activity, Events, SourceTree, Watcher};
use crate::preview::{Assets, Preview, Snapshot};
use crate::source::SitePath;

/// How long it must be quiet before a snapshot is shown, because a save often has several steps.
const QUIET: Duration = Duration::from_millis(30);

/// Most saves finish within this time. So the first scan starts after it, and overlaps the rest of [`QUIET`].
const STEPS: Duration = Duration::from_millis(2);

/// After this time a snapshot is shown even if it was never quiet.
const CAP: Duration = Duration::from_millis(500);

/// How long it must be quiet after files were removed. If the whole site is being removed piece by piece, the pages must stay as they
/// were. So nothing is shown while more and more files disappear.
const QUIET_AFTER_LOSS: Duration = Duration::from_millis(300);

/// The message after a panic.
const FAULT: &str =
    "storybank crashed on these files; please report the details shown in the terminal";

/// Scans the files whenever the watcher notices something.
pub struct Keeper {
    tree: SourceTree,
    preview: Preview,
    watcher: Watcher,
}

/// The state of a save that is not finished.
struct Save {
    /// The snapshot to show in the end; `None` if nothing is different so far.
    newest: Option<Arc<Snapshot>>,
    /// How many files it has lost.
    lost: usize,
    last_activity: Instant,
    /// When the snapshot is shown even if it is not quiet.
    end: Instant,
}

/// The result of a finished save.
struct Settled {
    newest: Option<Arc<Snapshot>>,
    /// The time of an event that came too late for another scan. It must not be lost, since it may be the last.
    late: Option<Instant>,
}

impl Keeper {
    /// A keeper that has not scanned yet.
    pub fn new(tree: SourceTree, preview: Preview, watcher: Watcher) -> Self {
        Self {
            tree,
            preview,
            watcher,
        }
    }

    /// The first snapshot.
    ///
    /// # Errors
    ///
    /// The files cannot be read. Later on that is only a message on the pages.
    pub fn first(&mut self) -> Result<Arc<Snapshot>, Error> {
        let inputs = self.tree.scan()?;
        let tree = &mut self.tree;
        let first = self.preview.take(Ok(inputs), |used| assets(tree, used));
        self.preview.put();
        Ok(first.expect("the first snapshot equals no earlier one"))
    }

    /// Sends new snapshots to `newest` for as long as somebody receives them.
    pub fn keep(mut self, newest: &watch::Sender<Arc<Snapshot>>, news: &NewsHandler) {
        let mut late = None;
        // The watcher has also noticed what changed between the first scan and now.
        while !newest.is_closed() {
            let first = late
                .take()
                .unwrap_or_else(|| self.watcher.wait(self.tree.events()));
            let settled = self.settle(first);
            late = settled.late;
            if let Some(snapshot) = settled.newest {
                newest.send_replace(snapshot.clone());
                self.preview.put();
                news.handle(&News::Shown {
                    snapshot: &snapshot,
                    took: Some(first.elapsed()),
                });
            }
        }
    }

    /// Scans until it is quiet.
    ///
    /// A scan takes longer than the steps of a save. So it starts immediately, and is repeated if something happened meanwhile.
    fn settle(&mut self, first: Instant) -> Settled {
        let mut save = Save {
            newest: None,
            lost: 0,
            last_activity: first,
            end: first + CAP,
        };
        if let Activity::At(at) = self.watcher.wait_for_quiet(STEPS, save.end) {
            save.last_activity = at;
        }
        loop {
            self.watcher.refresh();
            let found = self.scan();
            let is_new = found.is_some();
            save.add(found);
            let needs_another_scan = is_new && (save.lost > 0 || self.can_miss_events());
            if needs_another_scan {
                save.last_activity = Instant::now();
            }
            match self.watcher.wait_for_quiet(save.rest(), save.end) {
                Activity::At(at) if Instant::now() < save.end => save.last_activity = at,
                Activity::Quiet if needs_another_scan && Instant::now() < save.end => {}
                // More files may be gone since the scan.
                Activity::At(at) if is_new && save.lost > 0 => save.last_activity = at,
                Activity::At(at) => return save.settled(Some(at)),
                Activity::Quiet => return save.settled(None),
            }
        }
    }

    /// Whether changes can come without an event, so that only another scan shows that a save has ended.
    fn can_miss_events(&self) -> bool {
        self.watcher.is_polling() || self.tree.events() == Events::Incomplete
    }

    /// Scans the files. A panic of the program is treated like a disk that cannot be read: the pages stay, and the next save is
    /// another try.
    fn scan(&mut self) -> Option<Arc<Snapshot>> {
        let read = self.tree.scan().map_err(|error| error.to_string());
        let Self { tree, preview, .. } = self;
        let taken = catch_unwind(AssertUnwindSafe(|| {
            preview.take(read, |used| assets(tree, used))
        }));
        taken.unwrap_or_else(|_| preview.take(Err(FAULT.to_owned()), |_| Assets::new()))
    }
}

impl Save {
    /// Adds the snapshot of a scan. While files disappear, the end is postponed.
    fn add(&mut self, found: Option<Arc<Snapshot>>) {
        self.newest = found.or(self.newest.take());
        let lost = self.newest.as_ref().map_or(0, |newest| newest.lost_files());
        if lost > self.lost {
            self.end = Instant::now() + CAP;
        }
        self.lost = lost;
    }

    fn settled(self, late: Option<Instant>) -> Settled {
        Settled {
            newest: self.newest,
            late,
        }
    }

    /// How much longer it must be quiet.
    fn rest(&self) -> Duration {
        let quiet = if self.lost > 0 {
            QUIET_AFTER_LOSS
        } else {
            QUIET
        };
        (self.last_activity + quiet).saturating_duration_since(Instant::now())
    }
}

/// The files that documents refer to. A file that cannot be read is missing on its page only.
fn assets(tree: &mut SourceTree, used: &BTreeSet<SitePath>) -> Assets {
    tree.assets(used).unwrap_or_default()
}
