//! Reading the files of a site, once or again and again.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use rayon::prelude::*;
use rustc_hash::FxHashMap;
use walkdir::{DirEntry, WalkDir};

use super::{Error, slashed};
use crate::build::{InputFile, Inputs, settings};
use crate::config;
use crate::parse::CONTENT;
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
    known: FxHashMap<SitePath, Seen>,
}

/// A file as it was read.
#[derive(Clone)]
struct Seen {
    /// Nothing where the file was so young that it can change again without another mark.
    mark: Option<Mark>,
    file: InputFile,
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
        Self { root: root.to_owned(), known: FxHashMap::default() }
    }

    /// The folder of the site.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The files as they are now. Those that have not changed are the very same memory as before.
    pub fn look(&mut self) -> Result<Inputs, Error> {
        let root = self.root.clone();
        refuse_no_site(&root)?;
        let mut seen = FxHashMap::default();
        let mut inputs = Inputs { settings: self.take(&mut seen, vec![root.join(config::FILE)])?.pop(), ..Inputs::default() };
        let is_document = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md" || extension == "markdown");
        let (documents, assets): (Vec<PathBuf>, Vec<PathBuf>) = files_below(&root, &root.join(CONTENT))?.into_iter().partition(is_document);
        inputs.assets = assets.iter().map(|path| site_path(&root, path)).collect();
        inputs.documents = self.take(&mut seen, documents)?;
        // A walk gives `a/b.md` before `a-c.md`, and paths are ordered as texts.
        inputs.documents.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        if let Some(folder) = theme_folder(&root, &inputs)? {
            let name = |path: &SitePath| slashed(root.join(path.as_str()).strip_prefix(&folder).unwrap_or(Path::new(path.as_str())));
            let files = self.take(&mut seen, files_below(&root, &folder)?)?;
            inputs.theme = files.into_iter().map(|file| ThemeFile { name: name(&file.path), path: file.path, bytes: file.bytes }).collect();
        }
        self.known.retain(|path, _| inputs.assets.contains(path));
        self.known.extend(seen);
        Ok(inputs)
    }

    /// Files of the content that documents refer to, as they are now; those that have gone meanwhile are left out.
    pub fn assets<'a>(&mut self, paths: impl IntoIterator<Item = &'a SitePath>) -> Result<BTreeMap<SitePath, Arc<[u8]>>, Error> {
        let mut seen = FxHashMap::default();
        let files = self.take(&mut seen, paths.into_iter().map(|path| self.root.join(path.as_str())).collect())?;
        self.known.extend(seen);
        Ok(files.into_iter().map(|file| (file.path, file.bytes)).collect())
    }

    /// Reads files, or takes them as they are known. One that is not there is left out: it went while the tree was walked.
    fn take(&self, seen: &mut FxHashMap<SitePath, Seen>, paths: Vec<PathBuf>) -> Result<Vec<InputFile>, Error> {
        let read = paths.into_par_iter().map(|path| self.take_one(&path)).collect::<Result<Vec<_>, _>>()?;
        let read: Vec<Seen> = read.into_iter().flatten().collect();
        seen.extend(read.iter().map(|seen| (seen.file.path.clone(), seen.clone())));
        Ok(read.into_iter().map(|seen| seen.file).collect())
    }

    fn take_one(&self, path: &Path) -> Result<Option<Seen>, Error> {
        let site_path = site_path(&self.root, path);
        let known = self.known.get(&site_path);
        // The mark is taken before the file is read: what changes in between changes the mark too.
        let about = match fs::metadata(path) {
            Ok(about) => about,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(Error::io("read", path, error)),
        };
        let mark = Mark::of(&about);
        if let Some(known) = known.filter(|known| known.mark.is_some() && known.mark == mark) {
            return Ok(Some(known.clone()));
        }
        let mark = mark.filter(|mark| mark.is_settled(SystemTime::now()));
        let bytes = match read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.is_not_found() => return Ok(None),
            Err(error) => return Err(error),
        };
        if let Some(known) = known.filter(|known| *known.file.bytes == *bytes) {
            return Ok(Some(Seen { mark, file: known.file.clone() }));
        }
        Ok(Some(Seen { mark, file: InputFile::new(site_path, bytes) }))
    }
}

fn refuse_no_site(root: &Path) -> Result<(), Error> {
    if !root.join(CONTENT).is_dir() {
        let reason = if root.is_dir() {
            "it has no folder `content`; go to the folder of a site, name one with `--root`, or start one with `storybank init`"
        } else {
            "there is no such folder"
        };
        return Err(Error::refused("read the site at", root, reason));
    }
    Ok(())
}

/// Reads files of the content that documents refer to.
pub fn assets<'a>(root: &Path, paths: impl IntoIterator<Item = &'a SitePath>) -> Result<BTreeMap<SitePath, Arc<[u8]>>, Error> {
    paths.into_iter().map(|path| Ok((path.clone(), read(&root.join(path.as_str()))?.into()))).collect()
}

/// The folder of the site's own theme; nothing where the site has none.
fn theme_folder(root: &Path, inputs: &Inputs) -> Result<Option<PathBuf>, Error> {
    let (config, _) = settings(inputs);
    let is_plain_name = !config.theme.is_empty() && !config.theme.contains(['/', '\\']) && !config.theme.starts_with('.');
    let folder = root.join(THEMES).join(&config.theme);
    if is_plain_name && folder.is_dir() {
        return Ok(Some(folder));
    }
    if config.theme == "default" {
        return Ok(None);
    }
    let reason = "there is no such folder; `theme` in `site.toml` names a folder below `themes`, or is \"default\"";
    Err(Error::refused("read the theme", &folder, reason))
}

/// The files below a folder in the order of their paths, without those that tools keep for themselves.
///
/// A link is followed to a file that lies in the site, and to nothing else.
fn files_below(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| entry.depth() == 0 || !is_tools_own(entry)) {
        let entry = match entry {
            Ok(entry) => entry,
            // It went while the tree was walked.
            Err(error) if error.io_error().is_some_and(|error| error.kind() == ErrorKind::NotFound) => continue,
            Err(error) => {
                let path = error.path().unwrap_or(folder).to_owned();
                return Err(Error::io("read", &path, error.into()));
            }
        };
        if entry.file_type().is_file() || (entry.path_is_symlink() && is_file_of_site(root, entry.path())) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Files of editors, version control and systems: hidden ones and backups.
fn is_tools_own(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name.ends_with(".swp")
        || name.ends_with(".tmp")
}

fn is_file_of_site(root: &Path, link: &Path) -> bool {
    match (fs::canonicalize(link), fs::canonicalize(root)) {
        (Ok(target), Ok(root)) => target.is_file() && target.starts_with(root),
        _ => false,
    }
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
