//! The live site: the answers of a server at one moment, and the next site from changed files.
//!
//! A [`Snapshot`] is a whole site that does not change, and answers any of its addresses. A [`Preview`] makes a new one whenever files
//! have changed. Requests are answered from the snapshot at hand, outside of any lock, while the next one is made.
//!
//! A preview keeps answering. A file that cannot be parsed stays in the snapshot in its last good version, everything else is shown as
//! it is, and every page lists the errors until they are fixed.

mod moved;
mod panel;
mod problem;
mod snapshot;
mod state;
mod status;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::audience::Viewer;
use crate::build::{InputFile, Inputs, Linked, NamedAssets, ParseCache, link_whole};
use crate::config::{self, Config};
use crate::diagnostic::{self, Diagnostic};
use crate::highlight::Highlighter;
use crate::model::Audience;
use crate::render::{Theme, ThemeFile, is_same_theme};
use crate::source::SitePath;
use moved::Moved;
use panel::Templates;
use state::{State, Themes};

pub use crate::build::Assets;
pub use snapshot::{Answer, Origin, Snapshot};

/// The script that keeps an open page up to date.
pub const SCRIPT: &str = include_str!("client.js");

/// The style sheet of what the preview adds to pages.
pub const STYLE: &str = include_str!("client.css");

/// The start of the preview's own addresses. No page has such an address.
pub const OWN: &str = "/.storybank/";

/// The settings of one run of the server.
#[derive(Debug, Clone)]
pub struct Options {
    /// The audience of the site; `None` for the one in `site.toml`.
    pub audience: Option<Audience>,
    /// The folder of the site from the root of the file system, with `/` between its parts, for links to the author's editor.
    pub folder: String,
    /// Identifies this run of the server. Open pages compare it to notice a restart.
    pub boot: String,
    /// Whether the browser goes to the page of the file that was saved.
    pub follow: bool,
}

/// What all snapshots of a run share.
struct Shared {
    options: Options,
    templates: Templates,
    highlighter: Arc<Highlighter>,
}

/// Makes snapshots from files, one after the other.
pub struct Preview {
    shared: Arc<Shared>,
    cache: ParseCache,
    /// The last theme that was checked, and its errors. It saves compiling the theme again when a story changes.
    checked: Option<(Vec<ThemeFile>, Vec<Diagnostic>)>,
    last: Option<Arc<Snapshot>>,
    /// The snapshot that requests are answered from; it may be older than the last one.
    current: Option<Arc<Snapshot>>,
}

/// The site to show, and the errors in the files as they were read.
struct Shown {
    inputs: Arc<Inputs>,
    linked: Linked,
    problems: Vec<Diagnostic>,
    are_settings_broken: bool,
}

/// The files that cannot be shown as they were read.
struct Broken {
    documents: Vec<SitePath>,
    settings: bool,
    theme: bool,
}

impl Preview {
    /// A preview without a snapshot.
    pub fn new(options: Options) -> Self {
        let shared = Shared {
            options,
            templates: Templates::new(),
            highlighter: Arc::default(),
        };
        Self {
            shared: Arc::new(shared),
            cache: ParseCache::default(),
            checked: None,
            last: None,
            current: None,
        }
    }

    /// The snapshot of files that were just read; `None` if it would equal the last one.
    ///
    /// `read` is an error if the files cannot be read: then the current snapshot continues with that message on its pages. `assets` reads
    /// the files that documents refer to.
    pub fn take(
        &mut self,
        read: Result<Inputs, String>,
        mut assets: impl FnMut(&BTreeSet<SitePath>) -> Assets,
    ) -> Option<Arc<Snapshot>> {
        let snapshot = match read {
            Err(failure) => self.failed(failure)?,
            Ok(read) if self.is_same_as_last(&read, &mut assets) => return None,
            Ok(read) => self.snapshot(read, &mut assets),
        };
        self.last = Some(Arc::new(snapshot));
        self.last.clone()
    }

    /// Notes that requests are answered from the last snapshot from now on.
    pub fn put(&mut self) {
        self.current.clone_from(&self.last);
    }

    /// The current snapshot with the message that the files cannot be read; `None` if that is the last one already.
    fn failed(&self, failure: String) -> Option<Snapshot> {
        let last = self
            .last
            .as_ref()
            .filter(|last| last.failure() != Some(&failure))?;
        // A last snapshot that nobody has seen may be one of files that were being removed.
        let shown = self.current.as_ref().unwrap_or(last);
        Some(shown.failed(failure, last.revision() + 1))
    }

    fn is_same_as_last(
        &self,
        read: &Inputs,
        assets: &mut impl FnMut(&BTreeSet<SitePath>) -> Assets,
    ) -> bool {
        self.last
            .as_ref()
            .filter(|last| last.failure().is_none())
            .is_some_and(|last| {
                let State {
                    read: last_read,
                    whole,
                    assets: last_assets,
                    ..
                } = last.state();
                last_read.are_same(read)
                    && are_same(last_assets.files(), &assets(&whole.site.used_assets()))
            })
    }

    fn snapshot(
        &mut self,
        read: Inputs,
        assets: &mut impl FnMut(&BTreeSet<SitePath>) -> Assets,
    ) -> Snapshot {
        let read = Arc::new(read);
        let Shown {
            inputs: shown,
            linked,
            problems,
            are_settings_broken,
        } = self.show(&read);
        let last = self.last.as_ref().map(|last| last.state());
        let mut state = State {
            shared: self.shared.clone(),
            audience: self
                .shared
                .options
                .audience
                .unwrap_or(linked.config.audience.serve),
            are_settings_known: last.is_some_and(|last| last.are_settings_known)
                || !are_settings_broken,
            themes: Themes::after(last, &shown.theme),
            assets: Arc::new(NamedAssets::new(assets(&linked.site.used_assets()))),
            whole: Arc::new(linked),
            problems,
            shown,
            read: read.clone(),
            editions: Default::default(),
            moved: Moved::default(),
        };
        state.moved = Moved::after(self.before().map(Snapshot::state), &state);
        let revision = self.last.as_ref().map_or(1, |last| last.revision() + 1);
        Snapshot::new(revision, self.saved(&read), Arc::new(state))
    }

    /// Links the files, the broken ones in their last good version.
    fn show(&mut self, read: &Arc<Inputs>) -> Shown {
        let mut problems = self.theme_errors(&read.theme);
        let linked = link_whole(read, &mut self.cache, |_| ());
        let broken = Broken {
            documents: self.cache.files_with_errors().cloned().collect(),
            settings: linked
                .diagnostics
                .iter()
                .any(|found| found.is_error() && found.file == settings_path()),
            theme: !problems.is_empty(),
        };
        problems.extend(errors(&linked));
        let mut shown = Shown {
            inputs: read.clone(),
            linked,
            problems,
            are_settings_broken: broken.settings,
        };
        if let Some(last) = self.last.as_ref().filter(|_| broken.is_anything()) {
            let good = broken.replaced_from(&last.state().shown, read);
            // Other files can have errors only because of a broken one. So the errors in broken files are kept, and those in other
            // files are found again with the last good versions.
            shown
                .problems
                .retain(|found| read.bytes(&found.file) != good.bytes(&found.file));
            shown.linked = link_whole(&good, &mut self.cache, |_| ());
            shown.problems.extend(errors(&shown.linked));
            shown.inputs = Arc::new(good);
        }
        diagnostic::sort(&mut shown.problems);
        shown.linked.site = shown
            .linked
            .site
            .with_config(Arc::new(at_the_root(&shown.linked.config)));
        shown
    }

    fn theme_errors(&mut self, theme: &[ThemeFile]) -> Vec<Diagnostic> {
        match &self.checked {
            Some((checked, errors)) if is_same_theme(checked, theme) => errors.clone(),
            _ => {
                let errors = Theme::new(theme).err().unwrap_or_default();
                self.checked = Some((theme.to_vec(), errors.clone()));
                errors
            }
        }
    }

    /// The files that differ from those of the current snapshot. Files that no longer exist come last.
    fn saved(&self, read: &Inputs) -> Vec<SitePath> {
        let before = self.before();
        before.map_or_else(Vec::new, |before| changed(&before.state().read, read))
    }

    /// What readers see now. A last snapshot that nobody has seen may be one of files that were being moved.
    fn before(&self) -> Option<&Snapshot> {
        self.current.as_deref().or(self.last.as_deref())
    }
}

impl Broken {
    fn is_anything(&self) -> bool {
        !self.documents.is_empty() || self.settings || self.theme
    }

    /// The files as they were read, with the last good version of those that are broken.
    fn replaced_from(&self, last: &Inputs, read: &Inputs) -> Inputs {
        let mut shown = read.clone();
        for path in &self.documents {
            if let (Ok(at), Some(good)) = (
                shown.documents.binary_search_by(|file| file.path.cmp(path)),
                last.document(path),
            ) {
                shown.documents[at] = good.clone();
            }
        }
        if self.settings {
            shown.settings.clone_from(&last.settings);
        }
        // The settings name the theme.
        if self.settings || self.theme {
            shown.theme.clone_from(&last.theme);
        }
        shown
    }
}

/// The paths of files that are not the same in memory. Files that no longer exist come last.
fn changed(before: &Inputs, now: &Inputs) -> Vec<SitePath> {
    let is_same = |file: &InputFile, other: Option<&InputFile>| {
        other.is_some_and(|other| Arc::ptr_eq(&other.bytes, &file.bytes))
    };
    // Most files keep their place in the order, so that place is tried first.
    let documents = now.documents.iter().enumerate().filter(|&(place, file)| {
        !is_same(file, before.documents.get(place)) && !is_same(file, before.document(&file.path))
    });
    let settings = now.settings.iter();
    let settings = settings.filter(|file| !is_same(file, before.settings.as_ref()));
    let theme = now.theme.iter();
    let theme = theme.filter(|file| before.bytes(&file.path) != Some(&file.bytes));
    documents
        .map(|(_, file)| &file.path)
        .chain(settings.map(|file| &file.path))
        .chain(theme.map(|file| &file.path))
        .chain(lost(before, now))
        .cloned()
        .collect()
}

/// The documents that no longer exist.
fn lost<'a>(before: &'a Inputs, now: &Inputs) -> impl Iterator<Item = &'a SitePath> {
    let paths = before.documents.iter().map(|file| &file.path).enumerate();
    paths
        .filter(|&(place, path)| {
            let at_place = now.documents.get(place);
            at_place.is_none_or(|file| file.path != *path) && now.document(path).is_none()
        })
        .map(|(_, path)| path)
}

fn errors(linked: &Linked) -> impl Iterator<Item = Diagnostic> {
    linked
        .diagnostics
        .iter()
        .filter(|found| found.is_error())
        .cloned()
}

/// The settings without the address of the published site: a preview is at the root of its server.
fn at_the_root(config: &Config) -> Config {
    Config {
        address: String::new(),
        ..config.clone()
    }
}

/// Whether these are the same files in memory.
fn are_same(ours: &Assets, others: &Assets) -> bool {
    ours.len() == others.len()
        && ours
            .iter()
            .zip(others)
            .all(|((path, bytes), (other, others))| path == other && Arc::ptr_eq(bytes, others))
}

/// The viewer of the site for an audience. The author sees drafts, too, since they are being written.
fn viewer(audience: Audience) -> Viewer {
    Viewer {
        audience,
        drafts: audience == Audience::Private,
    }
}

/// The path of the settings.
fn settings_path() -> SitePath {
    SitePath::new(config::FILE)
}
