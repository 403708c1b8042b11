//! A site that is built repeatedly.

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use super::workspace::{at, remove};

/// The folders of a site and its output.
pub struct Site {
    /// The folder of the sources.
    pub root: PathBuf,
    /// The folder of the output, which `make_cold` removes.
    pub out: PathBuf,
    /// The names in `root` that are the author's, not of a build.
    authored: BTreeSet<OsString>,
}

impl Site {
    /// A site whose sources have just been written to `root`.
    pub fn new(root: PathBuf, out: PathBuf) -> Result<Self, String> {
        let authored = names(&root)?;
        Ok(Self {
            root,
            out,
            authored,
        })
    }

    /// Removes what previous builds left: the output, and caches and locks beside the sources.
    pub fn make_cold(&self) -> Result<(), String> {
        remove(&self.out)?;
        names(&self.root)?
            .difference(&self.authored)
            .try_for_each(|name| remove(&self.root.join(name)))
    }
}

fn names(folder: &Path) -> Result<BTreeSet<OsString>, String> {
    fs::read_dir(folder)
        .and_then(|entries| entries.map(|entry| Ok(entry?.file_name())).collect())
        .map_err(at(folder))
}
