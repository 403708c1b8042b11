//! Writes a site in one step: it is built beside the previous site, and then the two folders are exchanged.
//!
//! A build that is stopped at any moment leaves the previous site or the new one, never a mixture. Files that did not change are not
//! written again: the new folder gets a hard link to them. Files of others in the folder are taken over in the same way, and are never
//! written to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use rayon::prelude::*;
use same_file::Handle;
use walkdir::WalkDir;
use xxhash_rust::xxh3::xxh3_128;

use super::manifest::{self, Entry, Manifest};
use super::{Error, Held, Interrupts, Output, slashed};
use crate::build::Previous;

/// How a file of the new site was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Put {
    /// It was written, because its bytes are new.
    Written,
    /// The file of the previous build is taken over.
    Kept,
}

/// What a build changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many files have new bytes.
    pub written: usize,
    /// How many files are those of the previous build.
    pub kept: usize,
    /// How many files of the previous build are no longer there.
    pub removed: usize,
}

/// A site that is being written. If it is dropped before [`Staging::commit`], the previous site stays as it is.
pub struct Staging {
    /// The final folder of the site.
    out: PathBuf,
    /// The folder of the new site until the commit.
    beside: PathBuf,
    /// Whether there is a folder at `out` before the build.
    is_there: bool,
    previous: Manifest,
    /// The files of this build. Those that are kept are taken over at the end, if anything is new at all.
    files: Mutex<BTreeMap<String, (Entry, Put)>>,
    folders: Mutex<BTreeSet<PathBuf>>,
    interrupts: Interrupts,
    /// Held until this build has cleaned up. Until then, no second build writes to the same place.
    _claim: Claim,
    _parents: Parents,
    /// Dropped last: after that a delayed signal can end the program.
    _held: Held,
}

impl Staging {
    /// Prepares to write a site. Signals that end the program wait until the new site is complete or undone.
    pub fn begin(output: &Output, interrupts: &Interrupts) -> Result<Self, Error> {
        let held = interrupts.hold();
        let Output { out, name, .. } = output;
        let beside = out.with_file_name(format!(".{name}.storybank-new"));
        let parents = Parents::of(out)?;
        let claim = Claim::take(out.with_file_name(format!(".{name}.storybank-lock")))?;
        make_beside(&beside)?;
        Ok(Self {
            out: out.clone(),
            is_there: out.is_dir(),
            previous: manifest::read(&out.join(manifest::NAME)),
            files: Mutex::default(),
            folders: Mutex::new(BTreeSet::from([beside.clone()])),
            beside,
            interrupts: interrupts.clone(),
            _claim: claim,
            _parents: parents,
            _held: held,
        })
    }

    /// Keeps a file of the previous build that [`Previous::is_current`] reports as unchanged.
    pub fn keep(&self, path: &str) {
        if let Some(Some(entry)) = self.previous.files.get(path) {
            self.record(path, *entry, Put::Kept);
        }
    }

    /// Writes a file, unless the previous build left the same bytes. `fingerprint` is what [`Previous::is_current`] compares.
    pub fn put(&self, path: &str, bytes: &[u8], fingerprint: u64) -> Result<(), Error> {
        let entry = Entry {
            fingerprint,
            content: xxh3_128(bytes),
            length: bytes.len() as u64,
        };
        let there = self.out.join(path);
        if self.previous.files.contains_key(path) {
            if super::read_regular(&there).is_ok_and(|previous| previous == bytes) {
                self.record(path, entry, Put::Kept);
                return Ok(());
            }
        } else if self.is_there && there.symlink_metadata().is_ok() {
            let reason = "this file was not made by storybank; move it away, or choose another folder with `--out`";
            return Err(Error::refused("write", &there, reason));
        }
        let here = self.beside.join(path);
        self.fail_if_interrupted(&here)?;
        self.make_folder_of(&here)?;
        fs::write(&here, bytes).map_err(|error| Error::io("write", &here, error))?;
        self.record(path, entry, Put::Written);
        Ok(())
    }

    /// Puts the new site in the place of the previous one.
    pub fn commit(self) -> Result<Summary, Error> {
        let files = std::mem::take(&mut *lock(&self.files));
        let list: BTreeMap<&str, Entry> = files
            .iter()
            .map(|(path, (entry, _))| (path.as_str(), *entry))
            .collect();
        let summary = self.summary(&files);
        if self.is_there && summary.written + summary.removed == 0 {
            self.replace_manifest(&list)?;
            return Ok(summary);
        }
        let foreign = self.take_over_all(&files)?;
        manifest::write(&self.beside.join(manifest::NAME), &list)?;
        self.fail_if_interrupted(&self.out)?;
        if self.is_there {
            exchange(&self.beside, &self.out)
                .map_err(|error| Error::io("put the new site in the place of", &self.out, error))?;
            self.remove_previous(&list, &foreign)?;
        } else {
            fs::rename(&self.beside, &self.out)
                .map_err(|error| Error::io("put the new site at", &self.out, error))?;
        }
        Ok(summary)
    }

    fn summary(&self, files: &BTreeMap<String, (Entry, Put)>) -> Summary {
        let count = |wanted: Put| files.values().filter(|(_, put)| *put == wanted).count();
        let removed = self
            .previous
            .files
            .keys()
            .filter(|path| !files.contains_key(*path))
            .count();
        Summary {
            written: count(Put::Written),
            kept: count(Put::Kept),
            removed,
        }
    }

    /// Takes over the files that are kept and those of others, and returns the paths of the latter.
    fn take_over_all(
        &self,
        files: &BTreeMap<String, (Entry, Put)>,
    ) -> Result<BTreeSet<PathBuf>, Error> {
        let kept: Vec<&String> = files
            .iter()
            .filter(|(_, (_, put))| *put == Put::Kept)
            .map(|(path, _)| path)
            .collect();
        let (taken, foreign) = rayon::join(
            || kept.par_iter().try_for_each(|path| self.take_over(path)),
            || {
                if self.is_there {
                    self.take_over_foreign()
                } else {
                    Ok(BTreeSet::new())
                }
            },
        );
        taken.and(foreign)
    }

    /// Writes the list again if no file changed but an entry did.
    fn replace_manifest(&self, list: &BTreeMap<&str, Entry>) -> Result<(), Error> {
        if list
            .iter()
            .all(|(path, entry)| self.previous.files.get(*path) == Some(&Some(*entry)))
        {
            return Ok(());
        }
        let (new, old) = (
            self.beside.join(manifest::NAME),
            self.out.join(manifest::NAME),
        );
        manifest::write(&new, list)?;
        fs::rename(&new, &old).map_err(|error| Error::io("write", &old, error))
    }

    /// Fails if a signal has asked the program to end. The new site is removed when the staging is dropped.
    fn fail_if_interrupted(&self, path: &Path) -> Result<(), Error> {
        if self.interrupts.have_come() {
            Err(Error::refused(
                "write",
                path,
                "the program was asked to end",
            ))
        } else {
            Ok(())
        }
    }

    fn record(&self, path: &str, entry: Entry, put: Put) {
        lock(&self.files).insert(path.to_owned(), (entry, put));
    }

    fn make_folder_of(&self, path: &Path) -> Result<(), Error> {
        let Some(folder) = path.parent() else {
            return Ok(());
        };
        let mut folders = lock(&self.folders);
        if !folders.contains(folder) {
            fs::create_dir_all(folder)
                .map_err(|error| Error::io("make the folder", folder, error))?;
            folders.insert(folder.to_owned());
        }
        Ok(())
    }

    /// Links the file at `path` into the new site; copies it if the system has no hard links.
    fn take_over(&self, path: &str) -> Result<(), Error> {
        let (there, here) = (self.out.join(path), self.beside.join(path));
        self.fail_if_interrupted(&here)?;
        self.make_folder_of(&here)?;
        fs::hard_link(&there, &here)
            .or_else(|_| fs::copy(&there, &here).map(|_| ()))
            .map_err(|error| Error::io("take over", &there, error))
    }

    /// Takes over everything in the folder that no build wrote, and returns its paths.
    fn take_over_foreign(&self) -> Result<BTreeSet<PathBuf>, Error> {
        let mut foreign = BTreeSet::new();
        for entry in WalkDir::new(&self.out).min_depth(1) {
            let entry = entry.map_err(|error| Error::io("read", &self.out, error.into()))?;
            let inside = entry.path().strip_prefix(&self.out).unwrap_or(entry.path());
            let name = slashed(inside);
            if name == manifest::NAME || self.previous.files.contains_key(&name) {
                continue;
            }
            if entry.file_type().is_dir() {
                self.take_over_folder(entry.path(), inside)?;
            } else if entry.path_is_symlink() {
                self.take_over_link(entry.path(), inside)?;
            } else {
                self.take_over(&name)?;
            }
            foreign.insert(inside.to_owned());
        }
        Ok(foreign)
    }

    /// Makes a folder of others again. A folder that builds wrote into is made with their files.
    fn take_over_folder(&self, there: &Path, inside: &Path) -> Result<(), Error> {
        let prefix = format!("{}/", slashed(inside));
        let next = self.previous.files.range(prefix.clone()..).next();
        if next.is_some_and(|(path, _)| path.starts_with(&prefix)) {
            return Ok(());
        }
        let here = self.beside.join(inside);
        fs::create_dir_all(&here).map_err(|error| Error::io("make the folder", &here, error))?;
        let permissions = fs::metadata(there).map(|about| about.permissions());
        permissions
            .and_then(|permissions| fs::set_permissions(&here, permissions))
            .map_err(|error| Error::io("make the folder", &here, error))
    }

    #[cfg(unix)]
    fn take_over_link(&self, there: &Path, inside: &Path) -> Result<(), Error> {
        let here = self.beside.join(inside);
        self.make_folder_of(&here)?;
        fs::read_link(there)
            .and_then(|target| std::os::unix::fs::symlink(target, &here))
            .map_err(|error| Error::io("take over", there, error))
    }

    #[cfg(not(unix))]
    fn take_over_link(&self, there: &Path, _: &Path) -> Result<(), Error> {
        Err(Error::refused(
            "take over",
            there,
            "it is a symbolic link, which cannot be made again here; move it away",
        ))
    }

    /// Removes the previous site after the exchange, and saves files that somebody added to it meanwhile.
    fn remove_previous(
        &self,
        list: &BTreeMap<&str, Entry>,
        foreign: &BTreeSet<PathBuf>,
    ) -> Result<(), Error> {
        let ours = self
            .previous
            .files
            .par_iter()
            .map(|(path, _)| self.beside.join(path));
        let others = foreign.par_iter().map(|path| self.beside.join(path));
        // A file that cannot be removed here is found by the walk that follows.
        ours.chain(others)
            .chain([self.beside.join(manifest::NAME)])
            .for_each(|path| drop(fs::remove_file(path)));
        self.save_added(list)?;
        fs::remove_dir_all(&self.beside).map_err(|error| Error::io("remove", &self.beside, error))
    }

    /// Moves the files that are left of the previous site to the new one, unless the new one has a file at that path.
    fn save_added(&self, list: &BTreeMap<&str, Entry>) -> Result<(), Error> {
        for entry in WalkDir::new(&self.beside).min_depth(1) {
            let entry = entry.map_err(|error| Error::io("read", &self.beside, error.into()))?;
            let path = entry.path();
            let inside = path.strip_prefix(&self.beside).unwrap_or(path);
            if entry.file_type().is_dir() || list.contains_key(slashed(inside).as_str()) {
                continue;
            }
            let there = self.out.join(inside);
            if let Some(folder) = there.parent() {
                fs::create_dir_all(folder)
                    .map_err(|error| Error::io("make the folder", folder, error))?;
            }
            fs::rename(path, &there).map_err(|error| Error::io("take over", &there, error))?;
        }
        Ok(())
    }
}

impl Previous for Staging {
    fn is_current(&self, path: &str, fingerprint: u64) -> bool {
        let Some(Some(entry)) = self.previous.files.get(path) else {
            return false;
        };
        let is_untouched = |about: fs::Metadata| {
            about.len() == entry.length && about.modified().ok() < self.previous.ended
        };
        entry.fingerprint == fingerprint
            && fs::metadata(self.out.join(path)).is_ok_and(is_untouched)
    }

    fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        super::read_regular(&self.out.join(path)).ok()
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a commit there is nothing to remove. The claim on this place is still held. The next build removes what cannot be
        // removed now.
        let _ = fs::remove_dir_all(&self.beside);
    }
}

/// A lock on the place beside a site while a build runs.
///
/// The locked file lies outside of both sites, so it stays in place when they are exchanged. If a build is killed, the system
/// releases the lock; the file that is left has no meaning by itself.
pub(super) struct Claim {
    path: PathBuf,
    file: Option<File>,
}

impl Claim {
    /// Locks the file at a path, which is made for this.
    pub(super) fn take(path: PathBuf) -> Result<Self, Error> {
        loop {
            let file = File::create(&path).map_err(|error| Error::io("write", &path, error))?;
            if file.try_lock().is_err() {
                return Err(Error::refused(
                    "write to",
                    &path,
                    "another build is writing to the same place; wait until it has ended",
                ));
            }
            // The previous build may have removed the file between the two calls. Then this lock is on a file without a name.
            if is_file_at(&file, &path) {
                return Ok(Self {
                    path,
                    file: Some(file),
                });
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // The next build takes over a file that cannot be removed.
        let _ = fs::remove_file(&self.path);
        self.file = None;
    }
}

/// The folders above a new site that were missing. Those that are still empty at the end are removed again.
pub(super) struct Parents(Vec<PathBuf>);

impl Parents {
    /// Makes the folders above a path.
    pub(super) fn of(out: &Path) -> Result<Self, Error> {
        let missing = out
            .ancestors()
            .skip(1)
            .take_while(|folder| !folder.exists())
            .map(Path::to_owned)
            .collect();
        // Folders that are made before an error are removed as well.
        let parents = Self(missing);
        if let Some(parent) = out.parent() {
            fs::create_dir_all(parent)
                .map_err(|error| Error::io("make the folder", parent, error))?;
        }
        Ok(parents)
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        // A folder that is not empty stays.
        self.0
            .iter()
            .for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// Whether an open file is the one at a path.
fn is_file_at(file: &File, path: &Path) -> bool {
    let ours = file.try_clone().and_then(Handle::from_file);
    ours.is_ok_and(|ours| Handle::from_path(path).is_ok_and(|there| there == ours))
}

/// Makes the folder beside the site, and removes what a stopped build left there.
fn make_beside(beside: &Path) -> Result<(), Error> {
    if beside.exists() {
        fs::remove_dir_all(beside)
            .map_err(|error| Error::io("remove what a stopped build left at", beside, error))?;
    }
    fs::create_dir(beside).map_err(|error| Error::io("make the folder", beside, error))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // A thread that panics while it holds one of these locks leaves the value whole.
    mutex
        .lock()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Exchanges two folders in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // The file system cannot do this in one step.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => {
            exchange_in_steps(new, old)
        }
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    exchange_in_steps(new, old)
}

fn exchange_in_steps(new: &Path, old: &Path) -> io::Result<()> {
    let aside = new.with_extension("storybank-old");
    fs::rename(old, &aside)?;
    fs::rename(new, old)?;
    fs::rename(&aside, new)
}
