//! The record of what was published, beside the content of a site.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use same_file::Handle;

use super::Error;
use crate::plan::Record;

/// The folder of the records, from the root of a site.
pub(super) const FOLDER: &str = ".published";

/// What was published to a target; nothing yet where there is no record.
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

/// Keeps what was published to a target, in one step: the former record or the new one is there, and nothing between.
pub fn save_record(root: &Path, target: &str, record: &Record) -> Result<(), Error> {
    let path = path(root, target);
    let folder = root.join(FOLDER);
    fs::create_dir_all(&folder).map_err(|error| Error::io("make", &folder, error))?;
    let beside = path.with_extension("part");
    let written = fs::write(&beside, record.text()).and_then(|()| fs::rename(&beside, &path));
    written.map_err(|error| Error::io("write", &path, error))
}

/// Keeps other runs from the record of a target for as long as it is there. The system takes it away from a program that is killed.
#[derive(Debug)]
pub struct RecordLock {
    path: PathBuf,
    // Kept open, because the lock is gone when it is closed.
    _file: File,
}

/// Locks the record of a target, and waits for another run that has it; `wait` hears of that first.
pub fn lock_record(root: &Path, target: &str, mut wait: impl FnMut()) -> Result<RecordLock, Error> {
    let path = path(root, target).with_extension("lock");
    let folder = root.join(FOLDER);
    let fail = |error| Error::io("lock", &path, error);
    loop {
        fs::create_dir_all(&folder).map_err(|error| Error::io("make", &folder, error))?;
        let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                wait();
                file.lock().map_err(fail)?;
            }
            Err(TryLockError::Error(error)) => return Err(fail(error)),
        }
        // The run that had it has removed the file by now; somebody else may have made another one.
        if is_at(&file, &path).map_err(fail)? {
            return Ok(RecordLock { path, _file: file });
        }
    }
}

/// Whether a path still leads to a file that was opened there.
fn is_at(file: &File, path: &Path) -> io::Result<bool> {
    match Handle::from_path(path) {
        Ok(there) => Ok(there == Handle::from_file(file.try_clone()?)?),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

impl Drop for RecordLock {
    fn drop(&mut self) {
        // It is removed while it is locked, so that nobody else's is. A file that stays keeps nobody out.
        let _ = fs::remove_file(&self.path);
    }
}

fn path(root: &Path, target: &str) -> PathBuf {
    // A target is called as its author likes; a file is not.
    let name: String = target.chars().map(|next| if next.is_alphanumeric() || next == '-' || next == '_' { next } else { '_' }).collect();
    root.join(FOLDER).join(format!("{name}.json"))
}
