//! The record of what was published, beside the content of a site.

use std::fs;
use std::path::{Path, PathBuf};

use super::Error;
use crate::plan::Record;

/// The folder of the records, from the root of a site.
pub(super) const FOLDER: &str = ".published";

/// What was published to a target; nothing yet where there is no record.
pub fn load_record(root: &Path, target: &str) -> Result<Record, Error> {
    let path = path(root, target);
    let text = match fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Record::default()),
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

fn path(root: &Path, target: &str) -> PathBuf {
    // A target is called as its author likes; a file is not.
    let name: String = target.chars().map(|next| if next.is_alphanumeric() || next == '-' || next == '_' { next } else { '_' }).collect();
    root.join(FOLDER).join(format!("{name}.json"))
}
