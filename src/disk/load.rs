//! Reading the files of a site, once or again and again.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, DirEntry};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

use super::output::resolved;
use super::{Error, slashed};
use crate::build::{InputFile, Inputs, Unfollowed, settings};
use crate::config;
use crate::model::Kind;
use crate::parse::{CONTENT, is_markdown};
use crate::render::ThemeFile;
use crate::source::SitePath;

/// The folder of the themes, from the root of a site.
pub(super) const THEMES: &str = "themes";

/// The longest file that is read; offsets in a file are kept in 31 bits.
const LONGEST: u64 = (1 << 31) - 1;

/// A file system gives two writes within this time one and the same moment, in the worst case.
const COARSEST_CLOCK: Duration = Duration::from_secs(2);

/// Reads the files of the site at `root`.
pub fn load(root: &Path) -> Result<Inputs, Error> {
    Tree::new(root).look()
}

/// The files of a site, and what was read of them before: another look reads only those that have changed.
///
/// Nobody has to say what has changed. Each look goes through the whole tree and compares the marks of every file with those
/// of the look before, so that a file that was renamed, put in place of another, or restored is like any other.
pub struct Tree {
    root: PathBuf,
    /// Whether something was met that leads elsewhere.
    has_links: bool,
    /// Files that have gone may still be among them, for a while; their marks would tell if they came back changed.
    known: FxHashMap<PathBuf, Seen>,
}

/// A file as it was read.
struct Seen {
    /// Nothing where the file was so young that it can change again without another mark.
    mark: Option<Mark>,
    file: InputFile,
}

/// What was met on the way.
type Met = (PathBuf, What);

enum What {
    /// A file, and what it holds where that is wanted.
    File(Option<Found>),
    /// A symbolic link that is not followed.
    Link(Unfollowed),
}

/// How a folder was come to.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Through folders alone.
    Plain,
    /// Through a link.
    Linked,
}

/// What a look finds at the place of a file.
enum Found {
    /// What is known already.
    Same(InputFile),
    New(Seen),
    /// It went while the tree was walked.
    Nothing,
}

/// What tells, without reading it, whether a file is still the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mark {
    length: u64,
    modified: SystemTime,
    /// The number of the file in its file system, and when that was last changed, where there are such.
    identity: (u64, i64, i64),
}

impl Mark {
    fn of(about: &fs::Metadata) -> Option<Self> {
        Some(Self { length: about.len(), modified: about.modified().ok()?, identity: identity(about) })
    }

    /// Whether a change after this moment would give another mark.
    fn is_settled(&self, now: SystemTime) -> bool {
        now.duration_since(self.modified).is_ok_and(|age| age > COARSEST_CLOCK)
    }
}

#[cfg(unix)]
fn identity(about: &fs::Metadata) -> (u64, i64, i64) {
    use std::os::unix::fs::MetadataExt;
    (about.ino(), about.ctime(), about.ctime_nsec())
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> (u64, i64, i64) {
    (0, 0, 0)
}

impl Tree {
    /// A tree that nobody has looked at.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), has_links: false, known: FxHashMap::default() }
    }

    /// Whether the last look met a symbolic link. What it leads to changes without a sign in the folder of the link.
    pub fn has_links(&self) -> bool {
        self.has_links
    }

    /// The files as they are now. Those that have not changed are the very same memory as before.
    pub fn look(&mut self) -> Result<Inputs, Error> {
        let root = self.root.clone();
        refuse_no_site(&root)?;
        let settings = root.join(config::FILE);
        self.has_links = settings.is_symlink();
        [&settings, &root.join(CONTENT)].into_iter().try_for_each(|path| refuse_out_of_site(&root, path))?;
        let mut inputs = Inputs { settings: self.take(vec![settings])?.pop(), ..Inputs::default() };
        let is_document = |path: &Path| path.extension().and_then(OsStr::to_str).is_some_and(is_markdown);
        for (path, met) in self.walk(&root.join(CONTENT), is_document)? {
            match met {
                What::File(Some(found)) => inputs.documents.extend(self.remember(path, found)),
                What::File(None) => drop(inputs.assets.insert(site_path(&root, &path))),
                What::Link(reason) => inputs.unfollowed.push((site_path(&root, &path), reason)),
            }
        }
        // A walk gives files in no order.
        inputs.documents.par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if let Some(folder) = theme_folder(&root, &inputs)? {
            let below = site_path(&root, &folder);
            let name = |path: &SitePath| path.as_str().strip_prefix(below.as_str()).unwrap_or_default().trim_start_matches('/').to_owned();
            for (path, met) in self.walk(&folder, |_| true)? {
                match met {
                    What::File(found) => inputs.theme.extend(found.and_then(|found| self.remember(path, found)).map(|file| ThemeFile {
                        name: name(&file.path),
                        path: file.path,
                        bytes: file.bytes,
                    })),
                    What::Link(reason) => inputs.unfollowed.push((site_path(&root, &path), reason)),
                }
            }
            inputs.theme.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        }
        inputs.unfollowed.sort();
        self.forget(&inputs);
        Ok(inputs)
    }

    /// Files of the content that documents refer to, as they are now; those that have gone meanwhile are left out.
    pub fn assets<'a>(&mut self, paths: impl IntoIterator<Item = &'a SitePath>) -> Result<BTreeMap<SitePath, Arc<[u8]>>, Error> {
        let paths = paths.into_iter().map(|path| self.root.join(path.as_str()));
        // Since the look, a link can have come into the place of a file.
        let files = self.take(paths.filter(|path| !path.is_symlink() || is_file_of_site(&self.root, path)).collect())?;
        Ok(files.into_iter().map(|file| (file.path, file.bytes)).collect())
    }

    /// Reads files, or takes them as they are known. One that is not there is left out.
    fn take(&mut self, paths: Vec<PathBuf>) -> Result<Vec<InputFile>, Error> {
        let found = paths.par_iter().map(|path| self.find(path, fs::metadata(path))).collect::<Result<Vec<_>, _>>()?;
        Ok(paths.into_iter().zip(found).filter_map(|(path, found)| self.remember(path, found)).collect())
    }

    fn remember(&mut self, path: PathBuf, found: Found) -> Option<InputFile> {
        match found {
            Found::Same(file) => Some(file),
            Found::New(seen) => {
                let file = seen.file.clone();
                self.known.insert(path, seen);
                Some(file)
            }
            Found::Nothing => None,
        }
    }

    /// What is at the place of a file, given what the system says about it.
    fn find(&self, path: &Path, about: io::Result<fs::Metadata>) -> Result<Found, Error> {
        // The mark is taken before the file is read: what changes in between changes the mark too.
        let about = match about {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Found::Nothing),
            Err(error) => return Err(Error::io("read", path, error)),
        };
        let mark = Mark::of(&about);
        let known = self.known.get(path);
        if let Some(known) = known.filter(|known| known.mark.is_some() && known.mark == mark) {
            return Ok(Found::Same(known.file.clone()));
        }
        let mark = mark.filter(|mark| mark.is_settled(SystemTime::now()));
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(Found::Nothing),
            Err(error) => return Err(error),
        };
        let same = known.filter(|known| *known.file.bytes == *bytes).map(|known| known.file.clone());
        Ok(Found::New(Seen { mark, file: same.unwrap_or_else(|| InputFile::new(site_path(&self.root, path), bytes)) }))
    }

    /// The files below a folder in any order, without those that tools keep for themselves; those that are `wanted` are read.
    ///
    /// A link is followed to a file that lies in the site, and to a folder of the site that lies beside its content.
    fn walk(&mut self, folder: &Path, wanted: impl Fn(&Path) -> bool + Sync) -> Result<Vec<Met>, Error> {
        let has_links = AtomicBool::new(self.has_links);
        let met = self.walk_into(folder, Way::Plain, &wanted, &has_links)?;
        self.has_links = has_links.into_inner();
        Ok(met)
    }

    /// One core lists the folder while others look at what is in it.
    fn walk_into(
        &self,
        folder: &Path,
        way: Way,
        wanted: &(impl Fn(&Path) -> bool + Sync),
        has_links: &AtomicBool,
    ) -> Result<Vec<Met>, Error> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            // It went while the tree was walked.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("read", folder, error)),
        };
        let meet = |mut met: Vec<Met>, entry: io::Result<DirEntry>| {
            let entry = entry.map_err(|error| Error::io("read", folder, error))?;
            let kind = entry.file_type().map_err(|error| Error::io("read", &entry.path(), error))?;
            if is_tools_own(&entry.file_name()) {
                return Ok(met);
            }
            let path = entry.path();
            if kind.is_symlink() {
                has_links.store(true, Ordering::Relaxed);
            }
            if kind.is_dir() {
                met.extend(self.walk_into(&path, way, wanted, has_links)?);
            } else if kind.is_symlink() && path.is_dir() {
                match self.unfollowed(&path, way) {
                    None => met.extend(self.walk_into(&path, Way::Linked, wanted, has_links)?),
                    Some(reason) => met.push((path, What::Link(reason))),
                }
            } else if kind.is_symlink() && !is_file_of_site(&self.root, &path) {
                met.push((path, What::Link(Unfollowed::Outside)));
            } else if kind.is_file() || kind.is_symlink() {
                // The entry knows its folder, which makes asking it cheaper than asking for the whole path.
                let about = || if kind.is_symlink() { fs::metadata(&path) } else { entry.metadata() };
                let found = wanted(&path).then(|| self.find(&path, about())).transpose()?;
                met.push((path, What::File(found)));
            }
            Ok(met)
        };
        entries.par_bridge().try_fold(Vec::new, meet).try_reduce(Vec::new, |mut met, more| {
            met.extend(more);
            Ok(met)
        })
    }

    /// Why a link to a folder is not followed; nothing where it is.
    ///
    /// No folder is read twice, and no walk goes in circles: the folder lies beside the content, and no second link is followed
    /// from there.
    fn unfollowed(&self, link: &Path, way: Way) -> Option<Unfollowed> {
        let Some(target) = shown_in_site(&self.root, link) else { return Some(Unfollowed::Outside) };
        let content = in_site(&self.root, &self.root.join(CONTENT)).unwrap_or_else(|| PathBuf::from(CONTENT));
        if target.starts_with(&content) || content.starts_with(&target) {
            Some(Unfollowed::InContent)
        } else if way == Way::Linked {
            Some(Unfollowed::Nested)
        } else {
            None
        }
    }

    /// Forgets files that have gone, once there are many of them.
    fn forget(&mut self, inputs: &Inputs) {
        let there = inputs.documents.len() + inputs.theme.len() + inputs.assets.len();
        if self.known.len() > 2 * there + 100 {
            let is_there: FxHashSet<&SitePath> = inputs
                .documents
                .iter()
                .map(|file| &file.path)
                .chain(inputs.theme.iter().map(|file| &file.path))
                .chain(inputs.settings.iter().map(|file| &file.path))
                .chain(&inputs.assets)
                .collect();
            self.known.retain(|_, seen| is_there.contains(&seen.file.path));
        }
    }
}

fn refuse_no_site(root: &Path) -> Result<(), Error> {
    let reason = if !root.exists() {
        "there is no such folder"
    } else if !root.is_dir() {
        "it is a file; name the folder that holds `content`"
    } else if !root.join(CONTENT).is_dir() {
        "it has no folder `content`"
    } else {
        return Ok(());
    };
    Err(Error::refused("read the site at", root, reason))
}

/// The folder of the site that is meant: the one that is named, else the current one or the nearest above it that is a site.
pub fn find_site(named: Option<&Path>) -> Result<PathBuf, Error> {
    let Some(root) = named else { return site_here() };
    let Err(error) = refuse_no_site(root) else { return Ok(root.to_owned()) };
    if !root.is_dir() {
        return Err(error);
    }
    let advice = match fs::canonicalize(root).ok().and_then(|folder| site_around(&folder).map(Path::to_owned)) {
        Some(around) => format!("it lies in the site at `{}`, so name that one", around.display()),
        None => "name the folder of a site, or start one with `storybank init`".to_owned(),
    };
    Err(Error::refused("read the site at", root, format!("it has no folder `{CONTENT}`; {advice}")))
}

/// The site that holds the current folder, as a path from there.
fn site_here() -> Result<PathBuf, Error> {
    let here = Path::new(".");
    let folder = std::env::current_dir().map_err(|error| Error::io("read", here, error))?;
    if is_site(&folder) || folder.join(CONTENT).is_dir() {
        return Ok(here.to_owned());
    }
    let Some(root) = site_around(&folder) else {
        let reason = "neither it nor a folder above it is a site; go to the folder of a site, name one with `--root`, or start one with `storybank init`";
        return Err(Error::refused("find a site at", &folder, reason));
    };
    Ok(folder.strip_prefix(root).map_or_else(|_| root.to_owned(), |inside| inside.components().map(|_| "..").collect()))
}

/// The site among whose sources a folder lies, whether the folder is there or not.
pub fn site_whose_sources_hold(folder: &Path) -> Result<Option<PathBuf>, Error> {
    let folder = resolved(folder)?;
    let is_source = |site: &&Path| [CONTENT, THEMES].iter().any(|sources| folder.starts_with(site.join(sources)));
    Ok(folder.ancestors().filter(|folder| is_site(folder)).find(is_source).map(Path::to_owned))
}

/// The nearest site above a folder.
fn site_around(folder: &Path) -> Option<&Path> {
    folder.ancestors().skip(1).find(|folder| is_site(folder))
}

/// Whether a folder is that of a site. Other programs call a folder `content` as well, so that name alone is not enough.
fn is_site(folder: &Path) -> bool {
    let content = folder.join(CONTENT);
    let holds_a_kind = || Kind::ALL.iter().any(|kind| content.join(kind.folder()).is_dir());
    folder.join(config::FILE).is_file() || content.join("home.md").is_file() || holds_a_kind()
}

/// Reads files of the content that documents refer to.
pub fn assets<'a>(root: &Path, paths: impl IntoIterator<Item = &'a SitePath>) -> Result<BTreeMap<SitePath, Arc<[u8]>>, Error> {
    let bytes = |path: &SitePath| {
        let file = root.join(path.as_str());
        refuse_out_of_site(root, &file)?;
        read(&file)
    };
    paths.into_iter().map(|path| Ok((path.clone(), bytes(path)?.into()))).collect()
}

/// The folder of the site's own theme; nothing where the site has none.
fn theme_folder(root: &Path, inputs: &Inputs) -> Result<Option<PathBuf>, Error> {
    let (config, _) = settings(inputs);
    let is_plain_name = !config.theme.is_empty() && !config.theme.contains(['/', '\\']) && !config.theme.starts_with('.');
    let folder = root.join(THEMES).join(&config.theme);
    if is_plain_name && folder.is_dir() {
        refuse_out_of_site(root, &folder)?;
        return Ok(Some(folder));
    }
    if config.theme == "default" {
        return Ok(None);
    }
    let reason = "there is no such folder; `theme` in `site.toml` names a folder below `themes`, or is \"default\"";
    Err(Error::refused("read the theme", &folder, reason))
}

/// Files of editors, version control and systems: hidden ones and backups.
fn is_tools_own(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name.ends_with(".swp")
        || name.ends_with(".tmp")
}

/// Whether a link leads to a file that lies in the site and may be shown: not `.env`, and not the settings, which name what is to be
/// forbidden.
fn is_file_of_site(root: &Path, link: &Path) -> bool {
    shown_in_site(root, link).is_some_and(|target| target != Path::new(config::FILE) && root.join(target).is_file())
}

/// Where a link leads in the site; `None` where that is outside of it, nowhere, or something that tools keep for themselves.
fn shown_in_site(root: &Path, link: &Path) -> Option<PathBuf> {
    in_site(root, link).filter(|target| !target.components().any(|part| is_tools_own(part.as_os_str())))
}

/// Where something lies in the site once all links are followed; nothing where that is outside of it, or nowhere.
fn in_site(root: &Path, path: &Path) -> Option<PathBuf> {
    let (target, root) = (fs::canonicalize(path).ok()?, fs::canonicalize(root).ok()?);
    target.strip_prefix(root).ok().map(Path::to_owned)
}

/// Refuses what the site cannot do without, and what lies elsewhere.
fn refuse_out_of_site(root: &Path, path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_err() || in_site(root, path).is_some() {
        return Ok(());
    }
    let reason = "it is a symbolic link that leads out of the folder of the site, or nowhere; put a copy of what you mean in its place";
    Err(Error::refused("read", path, reason))
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = fs::read(path).map_err(|error| Error::io("read", path, error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Error::refused("read", path, "it has more than 2 GiB"));
    }
    Ok(bytes)
}

fn site_path(root: &Path, path: &Path) -> SitePath {
    SitePath::new(slashed(path.strip_prefix(root).unwrap_or(path)))
}
