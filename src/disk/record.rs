//! Reads and writes the record of publications, beside the content of a site.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::Error;
use crate::plan::Record;

/// The folder of the records, from the root of a site.
pub(super) const FOLDER: &str = ".published";

/// The publications to a target; an empty record if there is no file.
pub fn load_record(root: &Path, target: &str) -> Result<Record, Error> {
    let path = path(root, target);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Record::default()),
        Err(error) => return Err(Error::io("read", &path, error)),
    };
    Record::parse(&text).map_err(|reason| {
        let help = "put the file back as it was; without it, pages that were published count as somebody else's";
        Error::refused("read the record of what was published at", &path, format!("{reason}; {help}"))
    })
}

/// Saves the publications to a target in one step: there is always either the previous record or the new one.
pub fn save_record(root: &Path, target: &str, record: &Record) -> Result<(), Error> {
    let path = path(root, target);
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Error::io("make", &folder, error))?;
    let beside = path.with_extension("part");
    let written = fs::write(&beside, record.text()).and_then(|()| fs::rename(&beside, &path));
    written.map_err(|error| Error::io("write", &path, error))
}

/// Keeps other runs from the record of a target until it is dropped. The system releases the lock of a program that is killed.
#[derive(Debug)]
pub struct RecordLock {
    path: PathBuf,
    // Kept open: closing it releases the lock.
    _file: File,
}

/// Locks the record of a target. If another run has it, this calls `wait` and then waits.
pub fn lock_record(root: &Path, target: &str, mut wait: impl FnMut()) -> Result<RecordLock, Error> {
    let path = path(root, target).with_extension("lock");
    let folder = root.join(FOLDER);
    let fail = |error| Error::io("lock", &path, error);
    loop {
        fs::create_dir_all(&folder).map_err(|error| Error::io("make", &folder, error))?;
        let file = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(&path)
            .map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                wait();
                file.lock().map_err(fail)?;
            }
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        // The other run has removed the file by now, and a third one may have created another.
        if is_at(&file, &path).map_err(fail)? {
            return Ok(RecordLock { path, _file: file });
        }
    }
}

/// Whether an open file is still the one at the path.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    match Handle::from_path(path) {
        Ok(there) => Ok(there == Handle::from_file(file.try_clone()?)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

impl Drop for RecordLock {
    fn drop(&mut self) {
        // Removed while it is locked, so it is our own. A file that stays locks nobody out.
        let _ = fs::remove_file(&self.path);
    }
}

fn path(root: &Path, target: &str) -> PathBuf {
    // The name of a target may have characters that are not allowed in a file name.
    let name: String = target
        .chars()
        .map(|next| {
            if next.is_alphanumeric() || next == '-' || next == '_' {
                next
            } else {
                '_'
            }
        })
        .collect();
    root.join(FOLDER).join(format!("{name}.json"))
}
