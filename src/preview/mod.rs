//! The site while it is written: what a server answers at one moment, and what changes from one moment to the next.
//!
//! A [`Snapshot`] is a whole site that does not change; it gives any of its pages when it is asked. A [`Preview`] makes a new
//! one from files whenever they have changed. So nobody waits for anybody: pages are made from the snapshot at hand, outside
//! of any lock, while the next one is being made.
//!
//! A preview never goes dark. A file that cannot be parsed stands in the snapshot as it was when it could be; everything else
//! is shown as it is; and what is wrong is said on every page until it is mended.

mod panel;
mod problem;
mod snapshot;
mod status;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::audience::Viewer;
use crate::build::{InputFile, Inputs, Linked, Memo, asset_names, link_whole};
use crate::config::{self, Config};
use crate::diagnostic::{self, Diagnostic};
use crate::highlight::Highlighter;
use crate::model::Audience;
use crate::render::{Theme, ThemeFile, is_same_theme};
use crate::source::SitePath;

pub use snapshot::{Answer, Origin, Snapshot};

/// The script that keeps an open page up to date.
pub const SCRIPT: &str = include_str!("client.js");

/// The style sheet of what the preview adds to pages.
pub const STYLE: &str = include_str!("client.css");

/// What the addresses of the preview itself start with; no page has such an address.
pub const OWN: &str = "/.storybank/";

/// Files that documents refer to, with their bytes.
pub type Assets = BTreeMap<SitePath, Arc<[u8]>>;

/// What stays the same as long as a site is served.
#[derive(Debug, Clone)]
pub struct Options {
    /// Whom the site is served for; nothing for whom `site.toml` says.
    pub audience: Option<Audience>,
    /// The folder of the site from the root of the file system, with `/` between its parts, for links to the author's editor.
    pub folder: String,
    /// A name for this run of the server, by which pages notice that there is another one.
    pub boot: String,
    /// Whether the browser goes to the page of the file that was saved.
    pub follow: bool,
}

/// Makes a snapshot from files, again and again.
pub struct Preview {
    options: Arc<Options>,
    memo: Memo,
    highlighter: Arc<Highlighter>,
    /// What is wrong with a theme, so that it is not put together again for every save of a story.
    checked: Option<(Vec<ThemeFile>, Vec<Diagnostic>)>,
    last: Option<Last>,
    /// The snapshot that is looked at; the last one may not have been put there yet.
    put: Option<Arc<Snapshot>>,
}

/// What the last snapshot was made from.
struct Last {
    /// The files as they were read.
    read: Arc<Inputs>,
    /// Whether they could be read the last time that somebody tried.
    failure: Option<String>,
    assets: Assets,
    snapshot: Arc<Snapshot>,
}

impl Preview {
    /// A preview that has shown nothing yet.
    pub fn new(options: Options) -> Self {
        Self { options: Arc::new(options), memo: Memo::default(), highlighter: Arc::default(), checked: None, last: None, put: None }
    }

    /// The snapshot of files that were just read, or nothing where it would be the last one again.
    ///
    /// `read` says why where the files cannot be read; then the snapshot that is looked at goes on with that word on its pages. `assets`
    /// reads the files that documents refer to.
    pub fn take(&mut self, read: Result<Inputs, String>, mut assets: impl FnMut(&BTreeSet<SitePath>) -> Assets) -> Option<Arc<Snapshot>> {
        let read = match read {
            Ok(read) => read,
            Err(failure) => return self.fail(failure),
        };
        if let Some(last) = &self.last
            && last.failure.is_none()
            && last.read.are_same(&read)
            && are_same(&last.assets, &assets(&last.snapshot.used_assets()))
        {
            return None;
        }
        let read = Arc::new(read);
        let (snapshot, assets) = self.make(&read, &mut assets);
        let snapshot = Arc::new(snapshot);
        self.last = Some(Last { read, failure: None, assets, snapshot: snapshot.clone() });
        Some(snapshot)
    }

    /// Takes note that the last snapshot is the one that is looked at from now on.
    pub fn put(&mut self) {
        self.put = self.last.as_ref().map(|last| last.snapshot.clone());
    }

    fn fail(&mut self, failure: String) -> Option<Arc<Snapshot>> {
        let last = self.last.as_mut().filter(|last| last.failure.as_ref() != Some(&failure))?;
        // One that nobody has seen yet may be of files that were just going.
        let shown = self.put.as_ref().unwrap_or(&last.snapshot);
        last.snapshot = Arc::new(shown.failed(failure.clone(), last.snapshot.revision + 1));
        last.failure = Some(failure);
        Some(last.snapshot.clone())
    }

    fn make(&mut self, read: &Arc<Inputs>, assets: &mut impl FnMut(&BTreeSet<SitePath>) -> Assets) -> (Snapshot, Assets) {
        let linked = link_whole(read, &mut self.memo, |_| ());
        let errors = |linked: &Linked| linked.diagnostics.iter().filter(|found| found.is_error()).cloned().collect::<Vec<_>>();
        let mut problems = self.theme_mistakes(&read.theme);
        let are_settings_mistaken = linked.diagnostics.iter().any(|found| found.is_error() && found.file == settings_path());
        let shown = self.with_last_good(read, are_settings_mistaken, !problems.is_empty());
        problems.extend(errors(&linked));
        let mut linked = match &shown {
            Some(shown) => {
                // What others lack because of a file that cannot be parsed is not their mistake: only what is said of such files
                // stays, and of the others what is still wrong when those are as they last were.
                let replaced = |path: &SitePath| read.bytes(path) != shown.bytes(path);
                problems.retain(|found| replaced(&found.file));
                let linked = link_whole(shown, &mut self.memo, |_| ());
                problems.extend(errors(&linked));
                linked
            }
            None => linked,
        };
        diagnostic::sort(&mut problems);
        linked.site = linked.site.with_config(Arc::new(at_the_root(&linked.config)));
        let shown = shown.map_or_else(|| read.clone(), Arc::new);
        let assets = assets(&linked.site.used_assets());
        let last = self.last.as_ref().map(|last| &last.snapshot);
        let snapshot = Snapshot {
            options: self.options.clone(),
            revision: last.map_or(1, |last| last.revision + 1),
            audience: self.options.audience.unwrap_or(linked.config.audience.serve),
            saved: self.saved(read),
            earlier_theme: last.and_then(|last| earlier_theme(last, &shown)),
            theme_failed: AtomicBool::new(
                last.is_some_and(|last| last.theme_failed.load(Ordering::Relaxed) && is_same_theme(&last.shown.theme, &shown.theme)),
            ),
            settings_known: last.is_some_and(|last| last.settings_known) || !are_settings_mistaken,
            names: Arc::new(asset_names(assets.iter().map(|(path, bytes)| (path, &**bytes)))),
            assets: assets.clone(),
            highlighter: self.highlighter.clone(),
            whole: Arc::new(linked),
            problems,
            failure: None,
            read: read.clone(),
            shown,
            editions: Arc::default(),
        };
        (snapshot, assets)
    }

    fn theme_mistakes(&mut self, theme: &[ThemeFile]) -> Vec<Diagnostic> {
        match &self.checked {
            Some((checked, mistakes)) if is_same_theme(checked, theme) => mistakes.clone(),
            _ => {
                let mistakes = Theme::new(theme).err().unwrap_or_default();
                self.checked = Some((theme.to_vec(), mistakes.clone()));
                mistakes
            }
        }
    }

    /// The files with those that cannot be parsed as they were when they last could be; nothing where all is well.
    fn with_last_good(&self, read: &Inputs, are_settings_mistaken: bool, is_theme_mistaken: bool) -> Option<Inputs> {
        let last = &self.last.as_ref()?.snapshot.shown;
        let mistaken: Vec<&SitePath> = self.memo.mistaken().collect();
        if mistaken.is_empty() && !are_settings_mistaken && !is_theme_mistaken {
            return None;
        }
        let mut shown = read.clone();
        for path in mistaken {
            if let (Ok(at), Some(good)) = (shown.documents.binary_search_by(|file| file.path.cmp(path)), last.document(path)) {
                shown.documents[at] = good.clone();
            }
        }
        if are_settings_mistaken {
            shown.settings.clone_from(&last.settings);
        }
        // Which theme it is, the settings say.
        if are_settings_mistaken || is_theme_mistaken {
            shown.theme.clone_from(&last.theme);
        }
        Some(shown)
    }

    /// The files that are not in the snapshot that is looked at, or not like this; those that have gone come last.
    fn saved(&self, read: &Inputs) -> Vec<SitePath> {
        let put = self.put.as_ref().map(|put| &put.read);
        let Some(last) = put.or(self.last.as_ref().map(|last| &last.read)) else { return Vec::new() };
        let is_same = |file: &InputFile, other: Option<&InputFile>| other.is_some_and(|other| Arc::ptr_eq(&other.bytes, &file.bytes));
        // Most files are where they were, so that is where one looks first.
        let is_in_place = |place: usize, file: &InputFile| is_same(file, last.documents.get(place));
        let moved = read.documents.iter().enumerate().filter(|&(place, file)| !is_in_place(place, file)).map(|(_, file)| file);
        let documents = moved.filter(|file| !is_same(file, last.document(&file.path)));
        let settings = read.settings.iter().filter(|file| !is_same(file, last.settings.as_ref()));
        let theme = read.theme.iter().filter(|file| last.bytes(&file.path) != Some(&file.bytes));
        let is_there = |place: usize, file: &InputFile| read.documents.get(place).is_some_and(|other| other.path == file.path);
        let gone = last.documents.iter().enumerate().filter(|&(place, file)| !is_there(place, file) && read.document(&file.path).is_none());
        let gone = gone.map(|(_, file)| file);
        let files = documents.chain(settings).map(|file| &file.path).chain(theme.map(|file| &file.path));
        files.chain(gone.map(|file| &file.path)).cloned().collect()
    }
}

/// A preview stands at the root of its server, wherever the site will be published.
fn at_the_root(config: &Config) -> Config {
    Config { address: String::new(), ..config.clone() }
}

/// The last theme before this one that no page has failed with, for pages that the theme as it is now cannot make.
fn earlier_theme(last: &Snapshot, shown: &Inputs) -> Option<Vec<ThemeFile>> {
    let is_same = is_same_theme(&last.shown.theme, &shown.theme);
    if is_same || last.theme_failed.load(Ordering::Relaxed) { last.earlier_theme.clone() } else { Some(last.shown.theme.clone()) }
}

fn are_same(ours: &Assets, others: &Assets) -> bool {
    ours.len() == others.len()
        && ours.iter().zip(others).all(|((path, bytes), (other, others))| path == other && Arc::ptr_eq(bytes, others))
}

/// Who looks, when the site is shown to an audience: the author sees drafts too, since they are being written.
fn viewer(audience: Audience) -> Viewer {
    Viewer { audience, drafts: audience == Audience::Private }
}

/// The place at which settings are mended.
fn settings_path() -> SitePath {
    SitePath::new(config::FILE)
}
