//! Making files that are not there yet.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use super::Error;

/// Writes a new file; one that is there already is left alone, and that is an error.
pub fn create_new(path: &Path, text: &str) -> Result<(), Error> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder).map_err(|error| Error::io("make the folder", folder, error))?;
    }
    let file = OpenOptions::new().write(true).create_new(true).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
    written.map_err(|error| match error.kind() {
        io::ErrorKind::AlreadyExists => Error::refused("write", path, "it is there already, and nothing was changed"),
        _ => Error::io("write", path, error),
    })
}
