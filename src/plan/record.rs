//! The record of what was published, by which a page is known to be ours.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Digest, Standing};
use crate::wiki::{Name, Written};

/// What was published to one wiki.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// In the order of their places.
    pub pages: Vec<Recorded>,
    /// The files that went along with pages, now or in an earlier run, and were not deleted since.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub files: BTreeSet<RecordedFile>,
    /// The places of pages that still show an older state of what they lead to.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unsettled: BTreeSet<String>,
}

/// A file that went along with a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordedFile {
    /// The name that its content gives it.
    pub name: String,
    /// The page that it belongs to, by its id, where files belong to pages; empty where all pages share them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub page: String,
}

/// A page that was published, or that was about to be when the program was stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The case study, by its slug.
    pub case: String,
    /// Where it stands, as [`crate::wiki::Name::path`].
    pub path: String,
    /// As readers saw it.
    pub title: String,
    /// By which the wiki knows it; empty where it was about to be created.
    pub id: String,
    /// The text that was published; nothing where it was about to be created.
    pub written: Option<Digest>,
    /// Texts that were about to be published when the program was stopped. Each may stand there or not, and may come to stand there
    /// later still: a server goes on with what it was asked, and so does a push, when nobody waits for the answer any more.
    #[serde(default)]
    pub intended: Vec<Digest>,
    /// The files that went along.
    pub attachments: Vec<String>,
}

impl Recorded {
    /// Whether what stands there is what was published, or about to be.
    pub fn is_ours(&self, standing: &Standing) -> bool {
        standing.digest.is_some_and(|digest| self.written == Some(digest) || self.intended.contains(&digest))
    }

    /// What tells it from all other pages.
    pub(super) fn key(&self, identity: Identity) -> &str {
        match identity {
            Identity::Place => &self.path,
            Identity::Id => &self.case,
        }
    }

    /// Where it stands.
    pub fn name(&self) -> Name {
        Name { title: self.title.clone(), path: self.path.clone() }
    }

    /// The same when it is about to be deleted: it may stand there or not, and neither is somebody else's doing.
    pub fn about_to_go(&self) -> Self {
        let written = self.written.filter(|digest| !self.intended.contains(digest));
        Self { written: None, intended: self.intended.iter().copied().chain(written).collect(), ..self.clone() }
    }
}

impl Record {
    /// Reads what [`Record::text`] gave.
    ///
    /// # Errors
    ///
    /// What is wrong with it, in words.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|error| error.to_string())
    }

    /// The record as a file, one value a line, so that version control shows what changed.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a record is texts and lists") + "\n"
    }

    /// What is recorded of each page, to look up many.
    pub fn by_identity(&self, identity: Identity) -> BTreeMap<&str, &Recorded> {
        // The first of what is recorded twice is the one that counts.
        self.pages.iter().rev().map(|recorded| (recorded.key(identity), recorded)).collect()
    }

    /// What is recorded of a page: under its place, or where pages keep their id and change their place, under its case study.
    pub fn find(&self, wanted: &Written, identity: Identity) -> Option<&Recorded> {
        self.pages.iter().find(|recorded| recorded.key(identity) == identity.of(wanted))
    }

    /// The case studies that were published, whatever their pages were called then.
    pub fn published(&self) -> BTreeSet<&str> {
        self.pages.iter().filter(|recorded| recorded.written.is_some()).map(|recorded| recorded.case.as_str()).collect()
    }

    /// Puts something down in the place of what was recorded of the same page.
    pub fn put(&mut self, new: Recorded, identity: Identity) {
        self.pages.retain(|old| match identity {
            Identity::Place => old.path != new.path,
            Identity::Id => old.case != new.case,
        });
        let page = if identity == Identity::Id { new.id.as_str() } else { "" };
        // A page that is about to be created has no id yet; its files are put down when it has one.
        if identity == Identity::Place || !page.is_empty() {
            let files = new.attachments.iter().map(|name| RecordedFile { name: name.clone(), page: page.to_owned() });
            self.files.extend(files);
        }
        self.pages.push(new);
        self.pages.sort_by(|a, b| (&a.path, &a.case).cmp(&(&b.path, &b.case)));
    }

    /// Puts down that a page is about to be deleted.
    pub fn note_deletion(&mut self, going: &Recorded) {
        self.pages.iter_mut().filter(|recorded| *recorded == going).for_each(|recorded| *recorded = going.about_to_go());
    }

    /// The files that no page shows any more, given the pages that there are when `plan` is carried out: their places, or their ids where
    /// files belong to pages, and the files that each shows.
    pub fn unshown(&self, shown: &BTreeSet<RecordedFile>) -> Vec<RecordedFile> {
        self.files.iter().filter(|file| !shown.contains(file)).cloned().collect()
    }

    /// Forgets a page.
    pub fn remove(&mut self, gone: &Recorded) {
        self.pages.retain(|recorded| recorded != gone);
    }
}

/// What makes a page of a wiki the same page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Its place: another title is another page.
    Place,
    /// An id that the wiki gives it: its title may change.
    Id,
}

impl Identity {
    /// What tells a page that is to be there from all others.
    pub fn of(self, wanted: &Written) -> &str {
        match self {
            Self::Place => &wanted.name.path,
            Self::Id => wanted.case.as_str(),
        }
    }
}
