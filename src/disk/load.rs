//! Reads the files of a site, once or repeatedly.

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
use super::{Error, Events, slashed};
use crate::build::{InputFile, Inputs, Unfollowed, settings};
use crate::config;
use crate::model::Kind;
use crate::parse::{CONTENT, is_markdown};
use crate::render::ThemeFile;
use crate::source::SitePath;

/// The folder of the themes, from the root of a site.
pub(super) const THEMES: &str = "themes";

/// The longest file that is read, in bytes. Offsets in a file have 31 bits.
const LONGEST: u64 = (1 << 31) - 1;

/// In the worst case, a file system gives two writes within this time the same modification time.
const COARSEST_CLOCK: Duration = Duration::from_secs(2);

/// Reads the files of the site at `root`.
pub fn load(root: &Path) -> Result<Inputs, Error> {
    SourceTree::new(root).scan()
}

/// The files of a site, with a cache of what was read before. A repeated scan reads only files that have changed.
///
/// Each scan visits the whole tree and compares the stamp of every file with that of the previous scan. So a file that was renamed,
/// replaced or restored is found like any other.
pub struct SourceTree {
    root: PathBuf,
    /// Whether the last scan found a symbolic link.
    has_links: bool,
    /// It can contain files that no longer exist: if one comes back changed, its stamp differs.
    cache: FxHashMap<PathBuf, CachedFile>,
}

/// A file as it was read.
struct CachedFile {
    /// `None` if the file was so young that it can change again without another stamp.
    stamp: Option<Stamp>,
    file: InputFile,
}

/// Something below a folder that was walked.
type Entry = (PathBuf, EntryKind);

enum EntryKind {
    /// A file that was not read.
    Unread,
    /// A file that was read.
    Read(ReadFile),
    /// A symbolic link that is not followed.
    Link(Unfollowed),
}

/// The result of reading a file.
enum ReadFile {
    /// The one in the cache.
    Cached(InputFile),
    New(CachedFile),
    /// It was removed during the scan.
    Gone,
}

/// How a walk has reached a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Way {
    /// Through folders only.
    Plain,
    /// Through a link.
    Linked,
}

/// A walk through a folder.
struct Walk<'a, W> {
    tree: &'a SourceTree,
    /// Which files are read.
    wanted: W,
    has_links: AtomicBool,
}

/// Identifies a version of a file without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Stamp {
    length: u64,
    modified: SystemTime,
    /// The number of the file in its file system, and when that entry last changed; zeros if the system has no such number.
    identity: (u64, i64, i64),
}

impl Stamp {
    fn of(about: &fs::Metadata) -> Option<Self> {
        Some(Self {
            length: about.len(),
            modified: about.modified().ok()?,
            identity: identity(about),
        })
    }

    /// Whether a change after `now` would give another stamp.
    fn is_settled(&self, now: SystemTime) -> bool {
        now.duration_since(self.modified)
            .is_ok_and(|age| age > COARSEST_CLOCK)
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

impl SourceTree {
    /// A tree that was not scanned yet.
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            has_links: false,
            cache: FxHashMap::default(),
        }
    }

    /// Whether the system announces every change of the files of the last scan. It does not announce changes behind a link.
    pub fn events(&self) -> Events {
        if self.has_links {
            Events::Incomplete
        } else {
            Events::Complete
        }
    }

    /// Reads the files as they are now. Files that have not changed keep their memory.
    pub fn scan(&mut self) -> Result<Inputs, Error> {
        let root = self.root.clone();
        refuse_no_site(&root)?;
        let settings = root.join(config::FILE);
        self.has_links = settings.is_symlink();
        [&settings, &root.join(CONTENT)]
            .into_iter()
            .try_for_each(|path| refuse_out_of_site(&root, path))?;
        let mut inputs = Inputs {
            settings: self.read_all(vec![settings])?.pop(),
            ..Inputs::default()
        };
        self.scan_content(&mut inputs)?;
        if let Some(folder) = theme_folder(&root, &inputs)? {
            self.scan_theme(&folder, &mut inputs)?;
        }
        inputs.unfollowed.sort();
        self.forget(&inputs);
        Ok(inputs)
    }

    fn scan_content(&mut self, inputs: &mut Inputs) -> Result<(), Error> {
        let is_document = |path: &Path| {
            path.extension()
                .and_then(OsStr::to_str)
                .is_some_and(is_markdown)
        };
        for (path, entry) in self.walk(&self.root.join(CONTENT), is_document)? {
            match entry {
                EntryKind::Read(file) => inputs.documents.extend(self.remember(path, file)),
                EntryKind::Unread => drop(inputs.assets.insert(site_path(&self.root, &path))),
                EntryKind::Link(reason) => inputs
                    .unfollowed
                    .push((site_path(&self.root, &path), reason)),
            }
        }
        // A walk returns files in any order.
        inputs
            .documents
            .par_sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    fn scan_theme(&mut self, folder: &Path, inputs: &mut Inputs) -> Result<(), Error> {
        let below = site_path(&self.root, folder);
        let name = |path: &SitePath| {
            path.as_str()
                .strip_prefix(below.as_str())
                .unwrap_or_default()
                .trim_start_matches('/')
                .to_owned()
        };
        for (path, entry) in self.walk(folder, |_| true)? {
            match entry {
                EntryKind::Read(file) => {
                    let file = self.remember(path, file);
                    inputs.theme.extend(file.map(|file| ThemeFile {
                        name: name(&file.path),
                        path: file.path,
                        bytes: file.bytes,
                    }));
                }
                EntryKind::Unread => {}
                EntryKind::Link(reason) => inputs
                    .unfollowed
                    .push((site_path(&self.root, &path), reason)),
            }
        }
        inputs.theme.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        Ok(())
    }

    /// Reads files of the content that documents refer to. Files that no longer exist are left out.
    pub fn assets<'a>(
        &mut self,
        paths: impl IntoIterator<Item = &'a SitePath>,
    ) -> Result<BTreeMap<SitePath, Arc<[u8]>>, Error> {
        let paths = paths.into_iter().map(|path| self.root.join(path.as_str()));
        // A link may have replaced a file since the scan.
        let files = self.read_all(
            paths
                .filter(|path| !path.is_symlink() || is_file_of_site(&self.root, path))
                .collect(),
        )?;
        Ok(files
            .into_iter()
            .map(|file| (file.path, file.bytes))
            .collect())
    }

    /// Reads files, or takes them from the cache. Files that do not exist are left out.
    fn read_all(&mut self, paths: Vec<PathBuf>) -> Result<Vec<InputFile>, Error> {
        let files = paths
            .par_iter()
            .map(|path| self.read(path, fs::metadata(path)))
            .collect::<Result<Vec<_>, _>>()?;
        Ok(paths
            .into_iter()
            .zip(files)
            .filter_map(|(path, file)| self.remember(path, file))
            .collect())
    }

    fn remember(&mut self, path: PathBuf, file: ReadFile) -> Option<InputFile> {
        match file {
            ReadFile::Cached(file) => Some(file),
            ReadFile::New(cached) => {
                let file = cached.file.clone();
                self.cache.insert(path, cached);
                Some(file)
            }
            ReadFile::Gone => None,
        }
    }

    /// Reads a file unless its metadata, taken before, say that it is the one in the cache.
    fn read(&self, path: &Path, about: io::Result<fs::Metadata>) -> Result<ReadFile, Error> {
        // The stamp is older than the bytes: a change in between gives another stamp, too.
        let about = match about {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(ReadFile::Gone),
            Err(error) => return Err(Error::io("read", path, error)),
        };
        let stamp = Stamp::of(&about);
        let cached = self.cache.get(path);
        if let Some(cached) =
            cached.filter(|cached| cached.stamp.is_some() && cached.stamp == stamp)
        {
            return Ok(ReadFile::Cached(cached.file.clone()));
        }
        let stamp = stamp.filter(|stamp| stamp.is_settled(SystemTime::now()));
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(ReadFile::Gone),
            Err(error) => return Err(error),
        };
        let same = cached
            .filter(|cached| *cached.file.bytes == *bytes)
            .map(|cached| cached.file.clone());
        let file = same.unwrap_or_else(|| InputFile::new(site_path(&self.root, path), bytes));
        Ok(ReadFile::New(CachedFile { stamp, file }))
    }

    /// Everything below a folder in any order, without the files of tools; `wanted` files are read.
    ///
    /// A link is followed to a file in the site, and to a folder of the site that is not part of its content.
    fn walk(
        &mut self,
        folder: &Path,
        wanted: impl Fn(&Path) -> bool + Sync,
    ) -> Result<Vec<Entry>, Error> {
        let walk = Walk {
            tree: self,
            wanted,
            has_links: AtomicBool::new(false),
        };
        let entries = walk.folder(folder, Way::Plain)?;
        let has_links = walk.has_links.into_inner();
        self.has_links |= has_links;
        Ok(entries)
    }

    /// Removes files that no longer exist from the cache, once there are many of them.
    fn forget(&mut self, inputs: &Inputs) {
        let there = inputs.documents.len() + inputs.theme.len() + inputs.assets.len();
        if self.cache.len() > 2 * there + 100 {
            let is_there: FxHashSet<&SitePath> = inputs
                .documents
                .iter()
                .map(|file| &file.path)
                .chain(inputs.theme.iter().map(|file| &file.path))
                .chain(inputs.settings.iter().map(|file| &file.path))
                .chain(&inputs.assets)
                .collect();
            self.cache
                .retain(|_, cached| is_there.contains(&cached.file.path));
        }
    }
}

impl<W: Fn(&Path) -> bool + Sync> Walk<'_, W> {
    /// One core lists the folder while others read its entries.
    fn folder(&self, folder: &Path, way: Way) -> Result<Vec<Entry>, Error> {
        let entries = match fs::read_dir(folder) {
            Ok(entries) => entries,
            // It was removed during the scan.
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(Error::io("read", folder, error)),
        };
        let add = |mut found: Vec<Entry>, entry: io::Result<DirEntry>| {
            let entry = entry.map_err(|error| Error::io("read", folder, error))?;
            if !is_tools_own(&entry.file_name()) {
                self.add(&entry, way, &mut found)?;
            }
            Ok(found)
        };
        entries
            .par_bridge()
            .try_fold(Vec::new, add)
            .try_reduce(Vec::new, |mut all, more| {
                all.extend(more);
                Ok(all)
            })
    }

    fn add(&self, entry: &DirEntry, way: Way, found: &mut Vec<Entry>) -> Result<(), Error> {
        let path = entry.path();
        let kind = entry
            .file_type()
            .map_err(|error| Error::io("read", &path, error))?;
        if kind.is_symlink() {
            self.has_links.store(true, Ordering::Relaxed);
            self.add_link(path, way, found)?;
        } else if kind.is_dir() {
            found.extend(self.folder(&path, way)?);
        } else if kind.is_file() {
            // The entry knows its folder, so its metadata cost less than those of the whole path.
            found.push(self.file(path, || entry.metadata())?);
        }
        Ok(())
    }

    fn add_link(&self, path: PathBuf, way: Way, found: &mut Vec<Entry>) -> Result<(), Error> {
        if path.is_dir() {
            match self.unfollowed(&path, way) {
                None => found.extend(self.folder(&path, Way::Linked)?),
                Some(reason) => found.push((path, EntryKind::Link(reason))),
            }
        } else if is_file_of_site(&self.tree.root, &path) {
            let target = path.clone();
            found.push(self.file(path, || fs::metadata(target))?);
        } else {
            found.push((path, EntryKind::Link(Unfollowed::Outside)));
        }
        Ok(())
    }

    fn file(
        &self,
        path: PathBuf,
        about: impl FnOnce() -> io::Result<fs::Metadata>,
    ) -> Result<Entry, Error> {
        let kind = if (self.wanted)(&path) {
            EntryKind::Read(self.tree.read(&path, about())?)
        } else {
            EntryKind::Unread
        };
        Ok((path, kind))
    }

    /// Why a link to a folder is not followed; `None` if it is.
    ///
    /// No folder is read twice, and no walk goes in circles: the target is not part of the content, and no second link is followed from
    /// there.
    fn unfollowed(&self, link: &Path, way: Way) -> Option<Unfollowed> {
        let Some(target) = shown_in_site(&self.tree.root, link) else {
            return Some(Unfollowed::Outside);
        };
        let content = in_site(&self.tree.root, &self.tree.root.join(CONTENT))
            .unwrap_or_else(|| PathBuf::from(CONTENT));
        if target.starts_with(&content) || content.starts_with(&target) {
            Some(Unfollowed::InContent)
        } else if way == Way::Linked {
            Some(Unfollowed::Nested)
        } else {
            None
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

/// The folder of the site: the named one, else the current folder or the nearest above it that is a site.
pub fn find_site(named: Option<&Path>) -> Result<PathBuf, Error> {
    let Some(root) = named else {
        return site_here();
    };
    let Err(error) = refuse_no_site(root) else {
        return Ok(root.to_owned());
    };
    if !root.is_dir() {
        return Err(error);
    }
    let advice = match fs::canonicalize(root)
        .ok()
        .and_then(|folder| site_around(&folder).map(Path::to_owned))
    {
        Some(around) => format!(
            "it lies in the site at `{}`, so name that one",
            around.display()
        ),
        None => "name the folder of a site, or start one with `storybank init`".to_owned(),
    };
    Err(Error::refused(
        "read the site at",
        root,
        format!("it has no folder `{CONTENT}`; {advice}"),
    ))
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
    Ok(folder.strip_prefix(root).map_or_else(
        |_| root.to_owned(),
        |inside| inside.components().map(|_| "..").collect(),
    ))
}

/// The site whose sources contain a folder, whether the folder exists or not.
pub fn site_whose_sources_hold(folder: &Path) -> Result<Option<PathBuf>, Error> {
    let folder = resolved(folder)?;
    let is_source = |site: &&Path| {
        [CONTENT, THEMES]
            .iter()
            .any(|sources| folder.starts_with(site.join(sources)))
    };
    Ok(folder
        .ancestors()
        .filter(|folder| is_site(folder))
        .find(is_source)
        .map(Path::to_owned))
}

/// The nearest site above a folder.
fn site_around(folder: &Path) -> Option<&Path> {
    folder.ancestors().skip(1).find(|folder| is_site(folder))
}

/// Whether a folder is a site. Other programs have a folder `content`, too, so that name alone is not enough.
fn is_site(folder: &Path) -> bool {
    let content = folder.join(CONTENT);
    let holds_a_kind = || {
        Kind::ALL
            .iter()
            .any(|kind| content.join(kind.folder()).is_dir())
    };
    folder.join(config::FILE).is_file() || content.join("home.md").is_file() || holds_a_kind()
}

/// Reads files of the content that documents refer to.
pub fn assets<'a>(
    root: &Path,
    paths: impl IntoIterator<Item = &'a SitePath>,
) -> Result<BTreeMap<SitePath, Arc<[u8]>>, Error> {
    let bytes = |path: &SitePath| {
        let file = root.join(path.as_str());
        refuse_out_of_site(root, &file)?;
        read(&file)
    };
    paths
        .into_iter()
        .map(|path| Ok((path.clone(), bytes(path)?.into())))
        .collect()
}

/// The folder of the site's own theme; `None` if it has none.
fn theme_folder(root: &Path, inputs: &Inputs) -> Result<Option<PathBuf>, Error> {
    let (config, _) = settings(inputs);
    let is_plain_name = !config.theme.is_empty()
        && !config.theme.contains(['/', '\\'])
        && !config.theme.starts_with('.');
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

/// Whether a file belongs to an editor, version control or the system: a hidden file or a backup.
fn is_tools_own(name: &OsStr) -> bool {
    let name = name.to_string_lossy();
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name.ends_with(".swp")
        || name.ends_with(".tmp")
}

/// Whether a link leads to a file of the site that may be shown: not `.env`, and not the settings, which contain the forbidden words.
fn is_file_of_site(root: &Path, link: &Path) -> bool {
    shown_in_site(root, link)
        .is_some_and(|target| target != Path::new(config::FILE) && root.join(target).is_file())
}

/// Where a link leads in the site; `None` if it leads out of the site, nowhere, or to a file of a tool.
fn shown_in_site(root: &Path, link: &Path) -> Option<PathBuf> {
    in_site(root, link).filter(|target| {
        !target
            .components()
            .any(|part| is_tools_own(part.as_os_str()))
    })
}

/// The path in the site once all links are followed; `None` if it is outside of the site, or if there is nothing.
fn in_site(root: &Path, path: &Path) -> Option<PathBuf> {
    let (target, root) = (fs::canonicalize(path).ok()?, fs::canonicalize(root).ok()?);
    target.strip_prefix(root).ok().map(Path::to_owned)
}

/// Refuses a link that leads out of the site, in the place of a file that the site needs.
fn refuse_out_of_site(root: &Path, path: &Path) -> Result<(), Error> {
    if path.symlink_metadata().is_err() || in_site(root, path).is_some() {
        return Ok(());
    }
    let reason = "it is a symbolic link that leads out of the folder of the site, or nowhere; put a copy of the file in its place";
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
