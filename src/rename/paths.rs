//! Paths of files after a change, and relative links that lead to them.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeSet, HashMap};

use unicode_normalization::UnicodeNormalization;

use super::Move;
use crate::build::Inputs;
use crate::parse::CONTENT;
use crate::source::SitePath;

/// The path of a file after some moves.
pub(super) fn moved(moves: &[Move], path: &SitePath) -> SitePath {
    moves
        .iter()
        .find_map(|step| after(step, path.as_str()))
        .unwrap_or_else(|| path.clone())
}

/// The path of a file after a move that it takes part in.
fn after(step: &Move, path: &str) -> Option<SitePath> {
    let rest = path.strip_prefix(step.from.as_str())?;
    (rest.is_empty() || rest.starts_with('/')).then(|| SitePath::new(format!("{}{rest}", step.to)))
}

/// The files of a site and where they move.
pub(super) struct Paths<'a> {
    /// Also the moves that have been made by hand, whose files are at their new paths already.
    moves: Vec<Move>,
    before: &'a Inputs,
    /// The files other than documents after the moves, written as [`key`] writes paths.
    assets: BTreeSet<String>,
    /// All files by [`key`]; made for the first link that does not write a path exactly.
    by_key: OnceCell<HashMap<String, SitePath>>,
}

impl<'a> Paths<'a> {
    pub fn new(before: &'a Inputs, moves: &[Move]) -> Self {
        let assets = before.assets.iter();
        Self {
            assets: assets
                .map(|path| key(moved(moves, path).as_str()))
                .collect(),
            moves: moves.to_vec(),
            before,
            by_key: OnceCell::new(),
        }
    }

    /// The path of a file after the moves.
    pub fn moved(&self, path: &SitePath) -> SitePath {
        moved(&self.moves, path)
    }

    /// Whether a link from one file to another may have to change.
    pub fn concerns(&self, source: &SitePath, target: &SitePath) -> bool {
        self.moved(source) != *source || self.moved(target) != *target
    }

    /// The file that a link to a path finds: the one at exactly this path, or else the one whose path differs only in its form.
    pub fn found(&self, path: &SitePath) -> Option<SitePath> {
        if self.before.document(path).is_some() || self.before.assets.contains(path) {
            return Some(path.clone());
        }
        // The file is at its new path already.
        if self.moved(path) != *path {
            return Some(path.clone());
        }
        let by_key = self.by_key.get_or_init(|| {
            let documents = self.before.documents.iter().map(|file| &file.path);
            let files = documents.chain(&self.before.assets);
            files
                .map(|path| (key(path.as_str()), path.clone()))
                .collect()
        });
        by_key.get(&key(path.as_str())).cloned()
    }

    /// The path in a link, `written` as in the file `source`, so that it leads to `target` after the moves. `None` if it does already.
    pub fn relative(&self, written: &str, source: &SitePath, target: &SitePath) -> Option<String> {
        let (new_source, new_target) = (self.moved(source), self.moved(target));
        let leads_there = |raw: &str| {
            let path = new_source.join(&decoded(raw));
            path.is_some_and(|path| key(path.as_str()) == key(new_target.as_str()))
        };
        let replaced = self.with_new_parts(written, source);
        if leads_there(&replaced) {
            return (replaced != written).then_some(replaced);
        }
        Some(fresh(written, &new_source, &new_target))
    }

    /// A path in a link with the new name of every file and folder on its way that gets one in its folder.
    fn with_new_parts(&self, written: &str, source: &SitePath) -> String {
        let start = if written.starts_with('/') {
            CONTENT
        } else {
            source.parent()
        };
        let mut way: Vec<String> = start.split('/').map(str::to_owned).collect();
        let part = |raw: &str| {
            match decoded(raw).as_str() {
                "" | "." => return raw.to_owned(),
                ".." => drop(way.pop()),
                name => {
                    way.push(name.to_owned());
                    let here = key(&way.join("/"));
                    let step = self.moves.iter().find(|step| {
                        key(step.from.as_str()) == here && step.from.parent() == step.to.parent()
                    });
                    if let Some(step) = step {
                        return encoded(file_name(step.to.as_str()));
                    }
                }
            }
            raw.to_owned()
        };
        written.split('/').map(part).collect::<Vec<_>>().join("/")
    }

    /// The name in `[[picture.png]]`, written in the file `source`, so that it leads to `target` after the moves. `None` if it does
    /// already.
    pub fn asset_name(&self, name: &str, source: &SitePath, target: &SitePath) -> Option<String> {
        let (new_source, new_target) = (self.moved(source), self.moved(target));
        let beside = [new_source.join(name), new_source.join(&format!("/{name}"))];
        let mut beside = beside.into_iter().flatten().map(|path| key(path.as_str()));
        let found = beside.find(|path| self.assets.contains(path));
        let wanted = key(new_target.as_str());
        let leads_there = match found {
            Some(found) => found == wanted,
            None => self.assets_named(name) == [&wanted],
        };
        let from_content = || {
            new_target
                .as_str()
                .trim_start_matches("content/")
                .to_owned()
        };
        (!leads_there).then(from_content)
    }

    /// The files in any folder whose name, or the end of whose path, is `name`.
    fn assets_named(&self, name: &str) -> Vec<&String> {
        let ending = format!(
            "/{}",
            key(name.trim_start_matches("./").trim_start_matches('/'))
        );
        self.assets
            .iter()
            .filter(|path| path.ends_with(&ending))
            .collect()
    }
}

/// The relative path from one file to another. Parts at its end that are written already keep their spelling.
fn fresh(written: &str, source: &SitePath, target: &SitePath) -> String {
    let parts = |path: &str| path.split('/').map(str::to_owned).collect::<Vec<_>>();
    let (from, to) = (parts(source.parent()), parts(target.as_str()));
    let shared = from.iter().zip(&to).take_while(|(one, other)| one == other);
    let shared = shared.count();
    let mut raw: Vec<&str> = written.split('/').collect();
    let mut ends_alike = true;
    let mut down: Vec<String> = Vec::new();
    for name in to[shared..].iter().rev() {
        let kept = raw.pop().filter(|raw| key(&decoded(raw)) == key(name));
        ends_alike &= kept.is_some();
        down.push(match kept {
            Some(raw) if ends_alike => raw.to_owned(),
            _ => encoded(name),
        });
    }
    down.reverse();
    let up = "../".repeat(from.len() - shared);
    let dot = if up.is_empty() && written.starts_with("./") {
        "./"
    } else {
        ""
    };
    format!("{dot}{up}{}", down.join("/"))
}

/// A path that is the same for all ways to write it: accented letters as one character or as two, and an ending in capitals or not.
fn key(path: &str) -> String {
    let (stem, ending) = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => (stem, Some(ending)),
        _ => (path, None),
    };
    let mut key: String = stem.nfc().collect();
    if let Some(ending) = ending {
        key.push('.');
        key.extend(ending.nfc().flat_map(char::to_lowercase));
    }
    key
}

fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The path that the address of a link means.
pub(super) fn decoded(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut characters = raw.chars().peekable();
    while let Some(next) = characters.next() {
        let escaped = characters.next_if(|after| next == '\\' && after.is_ascii_punctuation());
        text.push(escaped.unwrap_or(next));
    }
    percent_encoding::percent_decode_str(&text)
        .decode_utf8()
        .map_or_else(|_| text.clone(), Cow::into_owned)
}

/// A name as a part of the address of a link.
fn encoded(name: &str) -> String {
    let mut text = String::with_capacity(name.len());
    for next in name.chars() {
        if next.is_alphanumeric() || matches!(next, '-' | '.' | '_' | '~' | ',' | '+' | '@' | '=') {
            text.push(next);
        } else {
            let mut bytes = [0; 4];
            for byte in next.encode_utf8(&mut bytes).bytes() {
                text.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    text
}
