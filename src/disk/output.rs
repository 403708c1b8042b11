//! Where a site may be written: not among its own sources, and not in a folder that belongs to something else.

use std::fs;
use std::path::{Component, Path, PathBuf};

use super::load::THEMES;
use super::{Error, record};
use crate::parse::CONTENT;

/// The folders of version control systems.
const VERSION_CONTROL: [&str; 5] = [".git", ".hg", ".svn", ".jj", ".bzr"];

/// A folder that a site may be written to.
#[derive(Debug)]
pub struct Output {
    /// The absolute path of the folder with links resolved, so that it can be exchanged with another folder.
    pub(super) out: PathBuf,
    /// The name of the folder.
    pub(super) name: String,
    /// The folder as it was given.
    given: PathBuf,
}

impl Output {
    /// The folder at `given`, for the site at `root`.
    ///
    /// # Errors
    ///
    /// Why the site may not be written there.
    pub fn of(given: &Path, root: &Path) -> Result<Self, Error> {
        let out = resolved(given)?;
        let name = match out.file_name() {
            Some(name) if out.is_dir() || !out.exists() => name.to_string_lossy().into_owned(),
            Some(_) => return Err(refused(&out, "there is a file of this name")),
            None => return Err(refused(&out, "it is the root of the file system")),
        };
        let root = fs::canonicalize(root).map_err(|error| Error::io("read", root, error))?;
        if let Some(reason) = conflict(&out, &root) {
            return Err(refused(&out, reason));
        }
        if is_mount_point(&out) {
            let inside = out.join("site");
            let reason = format!(
                "something is mounted there, so no new folder can take its place; choose a folder in it, as with `--out {}`",
                inside.display()
            );
            return Err(Error::refused("write to", &out, reason));
        }
        Ok(Self {
            out,
            name,
            given: given.to_owned(),
        })
    }

    /// The path of the first page.
    pub fn index(&self) -> PathBuf {
        // `./public` is `public`.
        self.given
            .join("index.html")
            .components()
            .filter(|part| *part != Component::CurDir)
            .collect()
    }
}

fn refused(out: &Path, reason: &str) -> Error {
    let reason = format!("{reason}; choose another folder with `--out`");
    Error::refused("write to", out, reason)
}

/// Why a site may not take the place of a folder, because of what the folder holds or belongs to. `None` if it may.
fn conflict(out: &Path, root: &Path) -> Option<&'static str> {
    if holds(out, root) {
        return Some("it holds the site's own sources");
    }
    let home = || std::env::home_dir().and_then(|home| fs::canonicalize(home).ok());
    let holds_home = || {
        home()
            .is_some_and(|home| holds(out, &home))
            .then_some("it holds your home folder")
    };
    owner(out, root).or_else(holds_home)
}

/// Refuses a folder for published pages that belongs to something else.
pub fn refuse_owned(given: &Path, root: &Path) -> Result<(), Error> {
    let folder = resolved(given)?;
    let root = fs::canonicalize(root).map_err(|error| Error::io("read", root, error))?;
    match owner(&folder, &root) {
        Some(reason) => Err(Error::refused(
            "publish to",
            &folder,
            format!("{reason}; name another `folder` in `site.toml`"),
        )),
        None => Ok(()),
    }
}

/// Why nothing may be written to a folder: it belongs to the site at `root` or to a version control system. `None` if it does not.
pub(super) fn owner(folder: &Path, root: &Path) -> Option<&'static str> {
    if [CONTENT, THEMES, record::FOLDER]
        .iter()
        .any(|sources| lies_in(folder, root, sources))
    {
        Some("it lies among the site's own sources")
    } else if folder.ancestors().any(is_version_control) {
        Some("a program for version control keeps its own files there")
    } else {
        None
    }
}

/// The absolute path without links and `..`, whether it exists or not.
pub(super) fn resolved(given: &Path) -> Result<PathBuf, Error> {
    let whole = std::path::absolute(given).map_err(|error| Error::io("write to", given, error))?;
    let mut path = PathBuf::new();
    for part in whole.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(path.pop()),
            part => {
                path.push(part);
                if path.symlink_metadata().is_ok() {
                    path = fs::canonicalize(&path)
                        .map_err(|error| Error::io("follow the link at", &path, error))?;
                }
            }
        }
    }
    Ok(path)
}

/// Whether a folder is the same as `other`, or contains it.
fn holds(folder: &Path, other: &Path) -> bool {
    other.starts_with(folder) || other.ancestors().any(|other| is_same(folder, other))
}

/// Whether a folder is the one with `sources` of the site, or is inside it.
fn lies_in(folder: &Path, root: &Path, sources: &str) -> bool {
    let is_called_so = || {
        let first = folder
            .strip_prefix(root)
            .ok()
            .and_then(|inside| inside.components().next());
        // Some file systems ignore case.
        first.is_some_and(|first| first.as_os_str().to_string_lossy().to_lowercase() == sources)
    };
    let sources = root.join(sources);
    is_called_so() || folder.ancestors().any(|folder| is_same(folder, &sources))
}

/// Whether two paths lead to the same folder, through a link, a mount, or in another case.
fn is_same(one: &Path, other: &Path) -> bool {
    same_file::is_same_file(one, other).unwrap_or(false)
}

/// Whether a folder belongs to a version control system: it has the name of one, or holds the files of a git repository.
fn is_version_control(folder: &Path) -> bool {
    let name = folder
        .file_name()
        .map(|name| name.to_string_lossy().to_lowercase())
        .unwrap_or_default();
    let is_repository = || {
        folder.join("HEAD").is_file()
            && folder.join("objects").is_dir()
            && folder.join("refs").is_dir()
    };
    VERSION_CONTROL.contains(&name.as_str()) || is_repository()
}

/// Whether something is mounted at a folder.
#[cfg(target_os = "linux")]
fn is_mount_point(folder: &Path) -> bool {
    use rustix::fs::{AtFlags, CWD, StatxAttributes, StatxFlags, statx};
    let about = statx(CWD, folder, AtFlags::empty(), StatxFlags::empty());
    about.is_ok_and(|about| about.stx_attributes.contains(StatxAttributes::MOUNT_ROOT))
}

#[cfg(all(unix, not(target_os = "linux")))]
fn is_mount_point(folder: &Path) -> bool {
    use std::os::unix::fs::MetadataExt;
    let device = |path: &Path| fs::metadata(path).ok().map(|about| about.dev());
    folder
        .parent()
        .is_some_and(|parent| device(folder).is_some_and(|ours| device(parent) != Some(ours)))
}

#[cfg(not(unix))]
fn is_mount_point(_: &Path) -> bool {
    false
}
