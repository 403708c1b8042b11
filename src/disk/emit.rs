//! Putting a site down all at once: it is built beside the former one, and then the two change places.
//!
//! A build that is stopped at any moment leaves the former site or the new one, never a mixture. Pages that are as they
//! were are not written again: the new folder takes over the very file. What somebody else put into the folder is taken
//! over in the same way, and is never written to.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::SystemTime;

use rayon::prelude::*;
use same_file::Handle;
use walkdir::WalkDir;

use super::{Error, Held, Interrupts, Output, slashed};
use crate::build::Standing;

/// The list of what a build wrote, which stands in the folder of the site.
const MANIFEST: &str = ".storybank";

/// The first line of the list; another one is another format, whose pages are all written again.
const FORMAT: &str = "storybank 1";

/// A file as a build left it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Entry {
    /// The number that stands for what it was made from; 0 where there is none.
    fingerprint: u64,
    /// In bytes.
    length: u64,
}

/// What the former build left.
#[derive(Debug, Default)]
struct Former {
    entries: BTreeMap<String, Entry>,
    /// When it ended; a file that was changed then or later may have been changed by somebody else.
    ended: Option<SystemTime>,
}

/// What became of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Put {
    /// Its bytes are new.
    Written,
    /// It is the file that was there.
    Kept,
}

/// What a build changed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// How many files have new bytes.
    pub written: usize,
    /// How many files are those of the former build.
    pub kept: usize,
    /// How many files of the former build are no longer there.
    pub removed: usize,
}

/// A site that is being put down. When it is dropped before [`Staging::commit`], nothing has happened.
pub struct Staging {
    /// Where the site will be.
    out: PathBuf,
    /// Where it is until then.
    beside: PathBuf,
    /// Whether there is a folder at `out` already.
    is_there: bool,
    former: Former,
    /// What this build has put down. Files that are kept are taken over at the end, if there is anything new at all.
    files: Mutex<Vec<(String, (Entry, Put))>>,
    folders: Mutex<BTreeSet<PathBuf>>,
    interrupts: Interrupts,
    /// Held until this build has cleaned up after itself, so that a second one does not write to the same place.
    _claim: Claim,
    _parents: Parents,
    /// The last to go: after it the program may be at its end.
    _held: Held,
}

impl Staging {
    /// Makes ready to put a site down. Signals that end the program wait until nothing of it is left, or all of it is there.
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
            former: read_manifest(&out.join(MANIFEST)),
            files: Mutex::default(),
            folders: Mutex::new(BTreeSet::from([beside.clone()])),
            beside,
            interrupts: interrupts.clone(),
            _claim: claim,
            _parents: parents,
            _held: held,
        })
    }

    /// Keeps a file of the previous build that [`Standing::is_current`] reports as unchanged.
    pub fn keep(&self, path: &str) {
        if let Some(&former) = self.former.entries.get(path) {
            self.note(path, former, Put::Kept);
        }
    }

    /// Puts a file down; where the former build left the same bytes, it is that file.
    pub fn put(&self, path: &str, bytes: &[u8], fingerprint: u64) -> Result<Put, Error> {
        let entry = Entry { fingerprint, length: bytes.len() as u64 };
        let there = self.out.join(path);
        if self.former.entries.contains_key(path) {
            if fs::read(&there).is_ok_and(|former| former == bytes) {
                self.note(path, entry, Put::Kept);
                return Ok(Put::Kept);
            }
        } else if self.is_there && there.symlink_metadata().is_ok() {
            return Err(Error::refused(
                "write",
                &there,
                "this file was not made by storybank; move it away, or choose another folder with `--out`",
            ));
        }
        let here = self.beside.join(path);
        self.go_on(&here)?;
        self.make_folder_of(&here)?;
        fs::write(&here, bytes).map_err(|error| Error::io("write", &here, error))?;
        self.note(path, entry, Put::Written);
        Ok(Put::Written)
    }

    /// Makes the new site the site.
    pub fn commit(self) -> Result<Summary, Error> {
        let files: BTreeMap<String, (Entry, Put)> = std::mem::take(&mut *lock(&self.files)).into_iter().collect();
        let count = |wanted: Put| files.values().filter(|(_, put)| *put == wanted).count();
        let summary = Summary {
            written: count(Put::Written),
            kept: count(Put::Kept),
            removed: self.former.entries.keys().filter(|path| !files.contains_key(*path)).count(),
        };
        let is_there = self.is_there;
        if is_there && summary.written + summary.removed == 0 {
            self.replace_manifest(&files)?;
            return Ok(summary);
        }
        let kept: Vec<&String> = files.iter().filter(|(_, (_, put))| *put == Put::Kept).map(|(path, _)| path).collect();
        let (taken, foreign) = rayon::join(
            || kept.par_iter().try_for_each(|path| self.take_over(path)),
            || if is_there { self.take_over_foreign() } else { Ok(BTreeSet::new()) },
        );
        taken?;
        let foreign = foreign?;
        write_manifest(&self.beside.join(MANIFEST), &files)?;
        self.go_on(&self.out)?;
        if is_there {
            exchange(&self.beside, &self.out).map_err(|error| Error::io("put the new site in the place of", &self.out, error))?;
            self.remove_former(&files, &foreign)?;
        } else {
            fs::rename(&self.beside, &self.out).map_err(|error| Error::io("put the new site at", &self.out, error))?;
        }
        Ok(summary)
    }

    /// Where no page has changed, only the list of files can be another one.
    fn replace_manifest(&self, files: &BTreeMap<String, (Entry, Put)>) -> Result<(), Error> {
        let is_same = files.iter().all(|(path, (entry, _))| self.former.entries.get(path) == Some(entry));
        if is_same {
            return Ok(());
        }
        let (new, old) = (self.beside.join(MANIFEST), self.out.join(MANIFEST));
        write_manifest(&new, files)?;
        fs::rename(&new, &old).map_err(|error| Error::io("write", &old, error))
    }

    /// Fails where the program is to end: then the new site is taken back.
    fn go_on(&self, path: &Path) -> Result<(), Error> {
        if self.interrupts.have_come() { Err(Error::refused("write", path, "the program is to end")) } else { Ok(()) }
    }

    fn note(&self, path: &str, entry: Entry, put: Put) {
        lock(&self.files).push((path.to_owned(), (entry, put)));
    }

    fn make_folder_of(&self, path: &Path) -> Result<(), Error> {
        let Some(folder) = path.parent() else { return Ok(()) };
        let mut folders = lock(&self.folders);
        if !folders.contains(folder) {
            fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, error))?;
            folders.insert(folder.to_owned());
        }
        Ok(())
    }

    /// Gives the file at `path` a second name in the new site; where the system cannot, a copy.
    fn take_over(&self, path: &str) -> Result<(), Error> {
        let (there, here) = (self.out.join(path), self.beside.join(path));
        self.go_on(&here)?;
        self.make_folder_of(&here)?;
        fs::hard_link(&there, &here).or_else(|_| fs::copy(&there, &here).map(|_| ())).map_err(|error| Error::io("take over", &there, error))
    }

    /// Takes over everything in the folder that no build wrote, and gives its paths.
    fn take_over_foreign(&self) -> Result<BTreeSet<PathBuf>, Error> {
        let mut foreign = BTreeSet::new();
        for entry in WalkDir::new(&self.out).min_depth(1) {
            let entry = entry.map_err(|error| Error::io("read", &self.out, error.into()))?;
            let inside = entry.path().strip_prefix(&self.out).unwrap_or(entry.path());
            let name = slashed(inside);
            if name == MANIFEST || self.former.entries.contains_key(&name) {
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

    /// Makes a folder again unless builds wrote into it; then it comes with what they wrote.
    fn take_over_folder(&self, there: &Path, inside: &Path) -> Result<(), Error> {
        let prefix = format!("{}/", slashed(inside));
        let next = self.former.entries.range(prefix.clone()..).next();
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
        Err(Error::refused("take over", there, "it is a symbolic link, which cannot be made again here; move it away"))
    }

    /// After the sites have changed places: removes the former one, and saves what somebody added to it meanwhile.
    fn remove_former(&self, files: &BTreeMap<String, (Entry, Put)>, foreign: &BTreeSet<PathBuf>) -> Result<(), Error> {
        let ours = self.former.entries.par_iter().map(|(path, _)| self.beside.join(path));
        let others = foreign.par_iter().map(|path| self.beside.join(path));
        // What cannot be removed is met again below.
        ours.chain(others).chain([self.beside.join(MANIFEST)]).for_each(|path| drop(fs::remove_file(path)));
        for entry in WalkDir::new(&self.beside).min_depth(1) {
            let entry = entry.map_err(|error| Error::io("read", &self.beside, error.into()))?;
            let inside = entry.path().strip_prefix(&self.beside).unwrap_or(entry.path());
            if entry.file_type().is_dir() || files.contains_key(&slashed(inside)) {
                continue;
            }
            let there = self.out.join(inside);
            if let Some(folder) = there.parent() {
                fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, error))?;
            }
            fs::rename(entry.path(), &there).map_err(|error| Error::io("take over", &there, error))?;
        }
        fs::remove_dir_all(&self.beside).map_err(|error| Error::io("remove", &self.beside, error))
    }
}

impl Standing for Staging {
    fn is_current(&self, path: &str, fingerprint: u64) -> bool {
        let Some(former) = self.former.entries.get(path).filter(|former| former.fingerprint == fingerprint) else { return false };
        let is_untouched = |about: fs::Metadata| about.len() == former.length && about.modified().ok() < self.former.ended;
        fs::metadata(self.out.join(path)).is_ok_and(is_untouched)
    }

    fn bytes(&self, path: &str) -> Option<Vec<u8>> {
        fs::read(self.out.join(path)).ok()
    }
}

impl Drop for Staging {
    fn drop(&mut self) {
        // After a commit there is nothing left to remove. The claim on this place is still held; what cannot be removed now, the
        // next build removes.
        let _ = fs::remove_dir_all(&self.beside);
    }
}

/// A claim on the place beside a site, for as long as a build is at work.
///
/// The file that stands for it lies outside of both sites, so that it stays where it is when they change places. When a build is
/// stopped, the system gives the claim back; the file that is left means nothing by itself.
struct Claim {
    path: PathBuf,
    file: Option<File>,
}

impl Claim {
    fn take(path: PathBuf) -> Result<Self, Error> {
        loop {
            let file = File::create(&path).map_err(|error| Error::io("write", &path, error))?;
            if file.try_lock().is_err() {
                return Err(Error::refused("write to", &path, "another build is writing to the same folder; wait until it has ended"));
            }
            // The build before this one may have removed the file between the two calls; then this is a claim on nothing.
            if is_file_at(&file, &path) {
                return Ok(Self { path, file: Some(file) });
            }
        }
    }
}

impl Drop for Claim {
    fn drop(&mut self) {
        // What cannot be removed is taken over by the next build.
        let _ = fs::remove_file(&self.path);
        self.file = None;
    }
}

/// The folders above a new site that were not there; those that are still empty at the end are removed again.
struct Parents(Vec<PathBuf>);

impl Parents {
    fn of(out: &Path) -> Result<Self, Error> {
        let missing = out.ancestors().skip(1).take_while(|folder| !folder.exists()).map(Path::to_owned).collect();
        // What is made before something fails is removed as well.
        let parents = Self(missing);
        if let Some(parent) = out.parent() {
            fs::create_dir_all(parent).map_err(|error| Error::io("make the folder", parent, error))?;
        }
        Ok(parents)
    }
}

impl Drop for Parents {
    fn drop(&mut self) {
        // One that holds something stays.
        self.0.iter().for_each(|folder| drop(fs::remove_dir(folder)));
    }
}

/// Whether a file is the one at a path.
fn is_file_at(file: &File, path: &Path) -> bool {
    let ours = file.try_clone().and_then(Handle::from_file);
    ours.is_ok_and(|ours| Handle::from_path(path).is_ok_and(|there| there == ours))
}

/// Makes the place beside the site; what a stopped build left there is removed.
fn make_beside(beside: &Path) -> Result<(), Error> {
    if beside.exists() {
        fs::remove_dir_all(beside).map_err(|error| Error::io("remove what a stopped build left at", beside, error))?;
    }
    fs::create_dir(beside).map_err(|error| Error::io("make the folder", beside, error))
}

fn write_manifest(path: &Path, files: &BTreeMap<String, (Entry, Put)>) -> Result<(), Error> {
    let mut text = format!("{FORMAT}\n");
    for (path, (Entry { fingerprint, length }, _)) in files {
        text.push_str(&format!("{fingerprint:016x} {length} {path}\n"));
    }
    fs::write(path, text).map_err(|error| Error::io("write", path, error))
}

/// What the former build left; nothing where there is no list, or one that is not ours.
fn read_manifest(path: &Path) -> Former {
    let Ok(text) = fs::read_to_string(path) else { return Former::default() };
    let Some(lines) = text.strip_prefix(FORMAT) else { return Former::default() };
    let ended = fs::metadata(path).and_then(|about| about.modified()).ok();
    Former { entries: lines.lines().filter_map(manifest_line).collect(), ended }
}

fn manifest_line(line: &str) -> Option<(String, Entry)> {
    let mut fields = line.splitn(3, ' ');
    let fingerprint = u64::from_str_radix(fields.next()?, 16).ok()?;
    let length = fields.next()?.parse().ok()?;
    let path = fields.next()?;
    // A path that leads out of the folder was not written by a build.
    let is_inside = !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_inside.then(|| (path.to_owned(), Entry { fingerprint, length }))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    // What is kept under these locks is whole at every moment, also when a thread has panicked while it held one.
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Lets two folders change places in one step.
#[cfg(any(target_os = "linux", target_os = "macos"))]
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    use rustix::fs::{CWD, RenameFlags, renameat_with};
    match renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE) {
        Ok(()) => Ok(()),
        // A file system that does not know this step; the two steps are as near to it as one can come there.
        Err(rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::NOTSUP) => exchange_in_steps(new, old),
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
