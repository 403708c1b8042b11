//! Creates files that do not exist yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::Error;

/// Writes a new file.
///
/// # Errors
///
/// There is a file at the path already; it stays as it is.
pub fn create_new(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, error))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::refused(
            "write",
            path,
            "it is there already, and nothing was changed",
        ),
        _ => Error::io("write", path, error),
    })
}

/// The first of `names` in a folder, whether it is a file, a folder or a broken link; `None` if the folder does not exist.
pub fn first_there(folder: &Path, names: &[&str]) -> Option<PathBuf> {
    names
        .iter()
        .map(|name| folder.join(name))
        .find(|path| path.symlink_metadata().is_ok())
}
