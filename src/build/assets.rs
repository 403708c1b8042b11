//! The files that documents refer to, under the names that they get in a site.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::endings;
use crate::slug::content_name;
use crate::source::SitePath;
use crate::wiki::picture;

/// The bytes of files, keyed by their paths.
pub type Assets = BTreeMap<SitePath, Arc<[u8]>>;

/// Files and their names in a site.
#[derive(Default)]
pub struct NamedAssets {
    files: Assets,
    names: BTreeMap<SitePath, String>,
}

impl NamedAssets {
    /// Names files by their content, because the author's names may be private. Files with the same content share a name.
    pub fn new(files: Assets) -> Self {
        let names = files
            .iter()
            .map(|(path, bytes)| (path.clone(), name(path, bytes)))
            .collect();
        Self { files, names }
    }

    /// The bytes of the files.
    pub fn files(&self) -> &Assets {
        &self.files
    }

    /// The names of the files.
    pub fn names(&self) -> &BTreeMap<SitePath, String> {
        &self.names
    }
}

fn name(path: &SitePath, bytes: &[u8]) -> String {
    content_name(
        bytes,
        endings::published(path).or_else(|| picture::extension(bytes)),
    )
}
