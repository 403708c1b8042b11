//! Creates files that do not exist yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Error;

/// Writes a new file.
///
/// # Errors
///
/// There is a file at the path already; it stays as it is. Or the file could not be written; then there is none.
pub fn create_new(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, error))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let mut file = file.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::refused(
            "write",
            path,
            "it is there already, and nothing was changed",
        ),
        _ => Error::io("write", path, error),
    })?;
    file.write_all(text.as_bytes()).map_err(|error| {
        let _ = fs::remove_file(path);
        Error::io("write", path, error)
    })
}

/// Writes new files: all of them, or none.
///
/// # Errors
///
/// There is a file at one of the paths already, or one could not be written. Nothing has changed then, apart from empty folders.
pub fn create_all(files: &[(PathBuf, &str)]) -> Result<(), Error> {
    for (index, (path, text)) in files.iter().enumerate() {
        if let Err(error) = create_new(path, text) {
            for (written, _) in &files[..index] {
                let _ = fs::remove_file(written);
            }
            return Err(error);
        }
    }
    Ok(())
}

/// Deletes a file if its content is still what it is expected to be, and its folder if that is empty then.
///
/// # Errors
///
/// The file is not there or is a different one by now, or it cannot be deleted.
pub fn remove_unchanged(path: &Path, is_expected: impl Fn(&[u8]) -> bool) -> Result<(), Error> {
    let bytes = super::read_regular(path).map_err(|error| Error::io("read", path, error))?;
    if !is_expected(&bytes) {
        return Err(Error::refused(
            "delete",
            path,
            "it has changed in this moment; try again",
        ));
    }
    fs::remove_file(path).map_err(|error| Error::io("delete", path, error))?;
    if let Some(folder) = path.parent() {
        // A folder with other files stays.
        let _ = fs::remove_dir(folder);
    }
    Ok(())
}

/// The first of `names` in a folder, whether it is a file, a folder or a broken link; `None` if the folder does not exist.
pub fn first_there(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.symlink_metadata().is_ok())
}
