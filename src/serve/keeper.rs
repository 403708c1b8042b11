//! Keeping the newest snapshot up to date with the files.

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::watch;

use super::{Error, Listener, News};
use crate::disk::{Bell, Rung, Tree};
use crate::preview::{Assets, Preview, Snapshot};
use crate::source::SitePath;

/// How long it has to be quiet before what was found is shown: one save is often several steps.
const QUIET: Duration = Duration::from_millis(30);

/// How long the steps of one save mostly last; one looks after that, and waits for the rest of the quiet while looking.
const STEPS: Duration = Duration::from_millis(2);

/// After this time something is shown even though it is never quiet.
const CAP: Duration = Duration::from_millis(500);

/// How long it has to be quiet where files have gone. What is being removed piece by piece may be the whole site, and that is shown as
/// it was before; so nothing is shown while more and more files go.
const QUIET_AFTER_LOSS: Duration = Duration::from_millis(300);

/// What is said where the program has failed.
const FAULT: &str = "storybank crashed on these files; please report the details shown in the terminal";

/// Looks at the files whenever the bell rings.
pub struct Keeper {
    tree: Tree,
    preview: Preview,
    bell: Bell,
}

impl Keeper {
    /// A keeper that has not looked yet.
    pub fn new(tree: Tree, preview: Preview, bell: Bell) -> Self {
        Self { tree, preview, bell }
    }

    /// The first snapshot; files that cannot be read are no reason to show nothing later on, but now they are.
    pub fn first(&mut self) -> Result<Arc<Snapshot>, Error> {
        let inputs = self.tree.look()?;
        let tree = &mut self.tree;
        let first = self.preview.take(Ok(inputs), |used| assets(tree, used));
        self.preview.put();
        Ok(first.expect("there was no snapshot that it could be the same as"))
    }

    /// Looks and puts, for as long as somebody takes what is put.
    pub fn keep(mut self, put: &watch::Sender<Arc<Snapshot>>, listener: &Listener) {
        let mut late = None;
        // What changed between the first look and now rings as well.
        while !put.is_closed() {
            let first = late.take().unwrap_or_else(|| self.bell.wait(self.tree.has_links()));
            let newest;
            (newest, late) = self.settle(first);
            if let Some(snapshot) = newest {
                put.send_replace(snapshot.clone());
                self.preview.put();
                listener.tell(&News::Shown { snapshot: &snapshot, took: Some(first.elapsed()) });
            }
        }
    }

    /// What there is once it is quiet; nothing where that is what there was. With it comes a ring that was heard too late to look
    /// once more: it must not be lost, for it may have been the last.
    ///
    /// Looking takes longer than the steps of a save, so it is done at once, and again if the bell rang meanwhile.
    fn settle(&mut self, first: Instant) -> (Option<Arc<Snapshot>>, Option<Instant>) {
        let mut end = first + CAP;
        let mut newest: Option<Arc<Snapshot>> = None;
        let mut lost = 0;
        let mut last_ring = match self.bell.wait_for_quiet(STEPS, end) {
            Rung::At(at) => at,
            Rung::Quiet => first,
        };
        loop {
            self.bell.renew();
            let found = self.look();
            let is_new = found.is_some();
            newest = found.or(newest);
            let lost_now = newest.as_ref().map_or(0, |newest| newest.lost_files());
            if lost_now > lost {
                end = Instant::now() + CAP;
            }
            lost = lost_now;
            // Where nothing rings, or where files go, only another look tells that a save has ended.
            let is_unsure = is_new && (lost > 0 || self.bell.is_polling() || self.tree.has_links());
            if is_unsure {
                last_ring = Instant::now();
            }
            let quiet = if lost > 0 { QUIET_AFTER_LOSS } else { QUIET };
            let rest = (last_ring + quiet).saturating_duration_since(Instant::now());
            match self.bell.wait_for_quiet(rest, end) {
                Rung::At(at) if Instant::now() < end => last_ring = at,
                Rung::Quiet if is_unsure && Instant::now() < end => {}
                // Nobody has looked since, and more may have gone.
                Rung::At(at) if is_new && lost > 0 => last_ring = at,
                Rung::At(at) => return (newest, Some(at)),
                Rung::Quiet => return (newest, None),
            }
        }
    }

    /// Looks at the files. A fault of the program itself is reported like a disk that cannot be read: the pages stay, and the next
    /// save is another try.
    fn look(&mut self) -> Option<Arc<Snapshot>> {
        let read = self.tree.look().map_err(|error| error.to_string());
        let Self { tree, preview, .. } = self;
        let taken = catch_unwind(AssertUnwindSafe(|| preview.take(read, |used| assets(tree, used))));
        taken.unwrap_or_else(|_| preview.take(Err(FAULT.to_owned()), |_| Assets::new()))
    }
}

/// The files that documents refer to. One that cannot be read is missing on its page, and nowhere else.
fn assets(tree: &mut Tree, used: &BTreeSet<SitePath>) -> Assets {
    tree.assets(used).unwrap_or_default()
}
