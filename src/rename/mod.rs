//! New names and places of documents: which files move, and which bytes of which files carry a name to change.
//!
//! A change is planned from the linked site, so a name is found wherever the site finds it. Only the bytes of names and of paths
//! change. Before a plan is returned, the site is linked again with it, and both sites are compared.

mod answers;
mod check;
mod fields;
mod hashtags;
mod links;
mod names;
mod parts;
mod paths;
mod subject;

use std::collections::BTreeMap;

use crate::build::{InputFile, Inputs, Linked, ParseCache, link_whole};
use crate::diagnostic::Diagnostic;

use crate::site::{DocumentId, Site};
use crate::slug::Slug;
use crate::source::{SitePath, Span};

use names::Names;
use parts::Parts;
use paths::Paths;

pub use subject::{LONGEST, Subject};

/// A file or a folder that gets another path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Move {
    /// The path now.
    pub from: SitePath,
    /// The path afterwards; nothing is there yet.
    pub to: SitePath,
}

/// A text that replaces some bytes of a file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// The file, by its path before anything moves.
    pub path: SitePath,
    /// The bytes to replace.
    pub span: Span,
    /// What replaces them.
    pub text: String,
}

/// What a new name or place changes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Changes {
    /// Files and folders that move, none of them inside another.
    pub moves: Vec<Move>,
    /// In the order of files and places; none overlaps another.
    pub edits: Vec<Edit>,
}

/// Why nothing can be changed.
#[derive(Debug)]
pub enum Refusal {
    /// What is wrong with the request, and what to do.
    Request(String),
    /// The errors of files that may hide names.
    Unreadable(Vec<Diagnostic>),
}

impl From<String> for Refusal {
    fn from(message: String) -> Self {
        Self::Request(message)
    }
}

/// The site before a change.
pub struct Before<'a> {
    inputs: &'a Inputs,
    linked: Linked,
    /// The errors of files whose names cannot all be read.
    unreadable: Vec<Diagnostic>,
}

impl<'a> Before<'a> {
    /// Links the files of a site, drafts included.
    pub fn of(inputs: &'a Inputs) -> Self {
        let mut cache = ParseCache::default();
        let linked = link_whole(inputs, &mut cache, |_| ());
        let mut broken: Vec<&SitePath> = cache.files_with_errors().collect();
        broken.sort();
        let is_in_broken =
            |found: &&Diagnostic| found.is_error() && broken.binary_search(&&found.file).is_ok();
        let unreadable = linked.diagnostics.iter().filter(is_in_broken);
        Self {
            inputs,
            unreadable: unreadable.cloned().collect(),
            linked,
        }
    }

    /// The linked site.
    pub fn site(&self) -> &Site {
        &self.linked.site
    }

    /// Gives a document another name.
    ///
    /// # Errors
    ///
    /// There is no such document, the name is taken or is not a slug, or a file cannot be read. If no document has the old name and
    /// one has the new name already, what refers to the old name is changed, and it is an error if nothing does.
    pub fn rename(&self, subject: Subject, old: &str, new: &str) -> Result<Changes, Refusal> {
        let (moves, renamed) = subject.moves(self, old, new)?;
        let by_hand = subject::made_by_hand(self.site(), &renamed);
        let names = |site| Names::with(site, &renamed);
        let changes = self.changes(moves, &by_hand, names)?;
        if changes == Changes::default() {
            return Err(subject.unknown(self.site(), old).into());
        }
        Ok(changes)
    }

    /// Moves a story in one file into a folder of its own, so that variants can be beside it. A story with a folder stays as it is.
    ///
    /// # Errors
    ///
    /// There is no such story, there is a file already where it would move, or a file cannot be read.
    pub fn into_folder(&self, story: &Slug) -> Result<Changes, Refusal> {
        let moves = subject::into_folder(self, story)?;
        if moves.is_empty() {
            return Ok(Changes::default());
        }
        self.changes(moves, &[], Names::unchanged)
    }

    fn changes<'s>(
        &'s self,
        moves: Vec<Move>,
        made_by_hand: &[Move],
        names: impl FnOnce(&'s Site) -> Names<'s>,
    ) -> Result<Changes, Refusal> {
        if !self.unreadable.is_empty() {
            return Err(Refusal::Unreadable(self.unreadable.clone()));
        }
        let plan = Plan {
            site: self.site(),
            names: names(self.site()),
            names_before: Names::unchanged(self.site()),
            paths: Paths::new(self.inputs, &[&moves, made_by_hand].concat()),
        };
        let mut changes = Changes {
            edits: plan.edits()?,
            moves,
        };
        let mut after = self.linked_with(&changes);
        let parts = Parts::of(self.site(), &after.site, &changes);
        let more = plan.edit_parts(&parts)?;
        if !more.is_empty() {
            changes.edits = in_order([changes.edits, more].concat())?;
            after = self.linked_with(&changes);
        }
        check::check(self, &plan, &parts, &changes, &after)?;
        Ok(changes)
    }

    /// The site after changes.
    fn linked_with(&self, changes: &Changes) -> Linked {
        let inputs = changes.apply(self.inputs);
        link_whole(&inputs, &mut ParseCache::default(), |_| ())
    }
}

/// A site and what its names and paths become.
struct Plan<'a> {
    site: &'a Site,
    names: Names<'a>,
    names_before: Names<'a>,
    paths: Paths<'a>,
}

impl Plan<'_> {
    fn edits(&self) -> Result<Vec<Edit>, String> {
        let mut edits = Vec::new();
        for (index, document) in self.site.documents.iter().enumerate() {
            self.edit_fields(document, &mut edits)?;
            self.edit_hashtags(document, &mut edits)?;
            self.edit_answers(document, &mut edits)?;
            self.edit_links(DocumentId(index), document, &mut edits)?;
        }
        in_order(edits)
    }
}

/// Sorts edits, each once. Fails if two of them are in one place.
fn in_order(mut edits: Vec<Edit>) -> Result<Vec<Edit>, String> {
    edits.sort();
    edits.dedup();
    let is_overlap =
        |pair: &&[Edit]| pair[0].path == pair[1].path && pair[0].span.end > pair[1].span.start;
    match edits.windows(2).find(is_overlap) {
        Some(pair) => Err(format!(
            "`{}` has two names in one place; write the links there in a simpler way",
            pair[0].path
        )),
        None => Ok(edits),
    }
}

impl Changes {
    /// The path of a file after the moves.
    pub fn path(&self, path: &SitePath) -> SitePath {
        paths::moved(&self.moves, path)
    }

    /// The files with edits: each path before the moves, with the content before and after.
    pub fn rewritten<'i>(&self, inputs: &'i Inputs) -> BTreeMap<SitePath, (&'i [u8], Vec<u8>)> {
        let by_file = self.edits.chunk_by(|one, next| one.path == next.path);
        by_file
            .filter_map(|edits| {
                let path = &edits[0].path;
                let before = &*inputs.document(path)?.bytes;
                Some((path.clone(), (before, with_edits(before, edits))))
            })
            .collect()
    }

    /// The files of the site after the changes.
    pub fn apply(&self, inputs: &Inputs) -> Inputs {
        let mut rewritten = self.rewritten(inputs);
        let document = |file: &InputFile| {
            let path = self.path(&file.path);
            match rewritten.remove(&file.path) {
                Some((_, bytes)) => InputFile::new(path, bytes),
                None => {
                    let mut moved = file.clone();
                    moved.path = path;
                    moved
                }
            }
        };
        let mut documents: Vec<InputFile> = inputs.documents.iter().map(document).collect();
        documents.sort_by(|one, other| one.path.cmp(&other.path));
        Inputs {
            documents,
            assets: inputs.assets.iter().map(|path| self.path(path)).collect(),
            ..inputs.clone()
        }
    }
}

/// A content with edits, which are in the order of their places.
fn with_edits(before: &[u8], edits: &[Edit]) -> Vec<u8> {
    let mut after = Vec::with_capacity(before.len() + 64);
    let mut at = 0;
    for edit in edits {
        let range = edit.span.range();
        after.extend_from_slice(&before[at..range.start]);
        after.extend_from_slice(edit.text.as_bytes());
        at = range.end;
    }
    after.extend_from_slice(&before[at..]);
    after
}
