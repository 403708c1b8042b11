//! The files of a site by their paths and names, however a link writes them.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap as HashMap;
use unicode_normalization::UnicodeNormalization;

use super::names::{OneOrMore, grouped};
use crate::model::Document;
use crate::source::SitePath;

/// Files keyed as [`file_key`] writes their paths or names.
type ByKey<'a> = HashMap<Cow<'a, str>, OneOrMore<&'a SitePath>>;

/// The documents and the assets of a site. Most links write paths exactly, so the maps for the others are made on first use.
pub struct Files<'a> {
    documents: &'a [Arc<Document>],
    assets: &'a BTreeSet<SitePath>,
    by_path: OnceLock<ByKey<'a>>,
    assets_by_name: OnceLock<ByKey<'a>>,
}

impl<'a> Files<'a> {
    /// `documents` are in the order of their paths; `assets` are the files of the content that are not documents.
    pub fn new(documents: &'a [Arc<Document>], assets: &'a BTreeSet<SitePath>) -> Self {
        Self {
            documents,
            assets,
            by_path: OnceLock::new(),
            assets_by_name: OnceLock::new(),
        }
    }

    /// The paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &'a SitePath> {
        self.documents
            .iter()
            .map(|document| &document.path)
            .chain(self.assets)
    }

    /// The files at a path: the one with exactly this path, or else those whose paths differ only in their form.
    pub fn at(&self, path: &SitePath) -> Vec<&'a SitePath> {
        if let Some(exact) = self.exactly_at(path) {
            return vec![exact];
        }
        let by_path = self
            .by_path
            .get_or_init(|| grouped(self.paths().map(|path| (file_key(path.as_str()), path))));
        by_path
            .get(&file_key(path.as_str()))
            .map_or(Vec::new(), |paths| paths.as_slice().to_vec())
    }

    fn exactly_at(&self, path: &SitePath) -> Option<&'a SitePath> {
        let document = self
            .documents
            .binary_search_by(|document| document.path.cmp(path))
            .ok();
        document
            .map(|index| &self.documents[index].path)
            .or_else(|| self.asset(path))
    }

    /// The asset at exactly a path.
    pub fn asset(&self, path: &SitePath) -> Option<&'a SitePath> {
        self.assets.get(path)
    }

    /// The assets at a path, as [`Files::at`] finds them.
    pub fn asset_at(&self, path: &SitePath) -> Option<&'a SitePath> {
        self.at(path)
            .into_iter()
            .find(|path| self.assets.contains(*path))
    }

    /// The assets in any folder whose name, or the end of whose path, is `name`.
    pub fn assets_named(&self, name: &str) -> Vec<&'a SitePath> {
        let wanted = name.trim_start_matches("./").trim_start_matches('/');
        let by_name = self.assets_by_name.get_or_init(|| {
            let assets = self.assets.iter();
            grouped(assets.map(|path| (file_key(file_name(path.as_str())), path)))
        });
        let same_name = by_name
            .get(&file_key(file_name(name)))
            .map_or(&[][..], OneOrMore::as_slice);
        if !wanted.contains('/') {
            return same_name.to_vec();
        }
        let ending = format!("/{}", file_key(wanted));
        same_name
            .iter()
            .copied()
            .filter(|path| file_key(path.as_str()).ends_with(&ending))
            .collect()
    }
}

/// A path that is the same for all ways to write it: accented letters as one character or as two, and an ending in capitals or not.
fn file_key(path: &str) -> Cow<'_, str> {
    let (stem, ending) = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => (stem, Some(ending)),
        _ => (path, None),
    };
    let is_key = path.is_ascii()
        && !ending.is_some_and(|ending| ending.bytes().any(|byte| byte.is_ascii_uppercase()));
    if is_key {
        return Cow::Borrowed(path);
    }
    let mut key: String = stem.nfc().collect();
    if let Some(ending) = ending {
        key.push('.');
        key.extend(ending.nfc().flat_map(char::to_lowercase));
    }
    Cow::Owned(key)
}

/// The last part of a path.
pub fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}
