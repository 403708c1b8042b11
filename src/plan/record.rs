//! The record of earlier publications. It tells which pages are ours.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use serde::{Deserialize, Serialize};

use super::{Digest, RemotePage};
use crate::wiki::{Location, RenderedPage};

/// What was published to one wiki.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// The pages, sorted by path and case study.
    pub pages: Vec<Recorded>,
    /// The attachments that were published in this or an earlier run and not deleted since.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub files: BTreeSet<RecordedFile>,
    /// The paths of pages that still show links in an older state.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub unsettled: BTreeSet<String>,
}

/// A published attachment.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RecordedFile {
    /// Its name, see [`crate::slug::content_name`].
    pub name: String,
    /// The id of its page, on wikis where attachments belong to pages; empty where all pages share them.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub page: String,
}

/// A page that was published, or that was about to be published when the program stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recorded {
    /// The slug of the case study.
    pub case: String,
    /// Its [`Location::path`].
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its id on the wiki; empty if it was about to be created.
    pub id: String,
    /// The published text; `None` if it was about to be created.
    pub written: Option<Digest>,
    /// Texts that were about to be published when the program stopped. Each may be on the wiki or not, or may appear later: a server
    /// or a push continues after the client is gone.
    #[serde(default)]
    pub intended: Vec<Digest>,
    /// The names of its attachments.
    pub attachments: Vec<String>,
}

impl Recorded {
    /// Whether the current page is what was published or about to be published.
    pub fn is_ours(&self, remote: &RemotePage) -> bool {
        remote
            .digest
            .is_some_and(|digest| self.written == Some(digest) || self.intended.contains(&digest))
    }

    /// The key that identifies it among all pages.
    pub(super) fn key(&self, identity: Identity) -> &str {
        match identity {
            Identity::Path => &self.path,
            Identity::Id => &self.case,
        }
    }

    /// The sort key of [`Record::pages`].
    fn order(&self) -> (&str, &str) {
        (&self.path, &self.case)
    }

    /// Its location.
    pub fn location(&self) -> Location {
        Location {
            title: self.title.clone(),
            path: self.path.clone(),
        }
    }

    /// The record of a page that is about to be deleted. Whether it still exists or not, nobody else has changed it.
    pub fn about_to_go(&self) -> Self {
        let written = self
            .written
            .filter(|digest| !self.intended.contains(digest));
        Self {
            written: None,
            intended: self.intended.iter().copied().chain(written).collect(),
            ..self.clone()
        }
    }
}

impl Record {
    /// Parses the output of [`Record::text`].
    ///
    /// # Errors
    ///
    /// The message of the JSON parser.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut record: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        record.pages.sort_by(|a, b| a.order().cmp(&b.order()));
        Ok(record)
    }

    /// The record as JSON, one value a line, for readable diffs in version control.
    pub fn text(&self) -> String {
        serde_json::to_string_pretty(self).expect("a record consists of strings and lists") + "\n"
    }

    /// The record of each page, keyed by identity.
    pub fn by_identity(&self, identity: Identity) -> BTreeMap<&str, &Recorded> {
        // If a page is recorded twice, the first record counts.
        self.pages
            .iter()
            .rev()
            .map(|recorded| (recorded.key(identity), recorded))
            .collect()
    }

    /// The record of a page. Linear: to look up many pages, use [`Record::by_identity`].
    pub fn find(&self, wanted: &RenderedPage, identity: Identity) -> Option<&Recorded> {
        self.pages
            .iter()
            .find(|recorded| recorded.key(identity) == identity.of(wanted))
    }

    /// The slugs of the case studies that were published.
    pub fn published(&self) -> BTreeSet<&str> {
        self.pages
            .iter()
            .filter(|recorded| recorded.written.is_some())
            .map(|recorded| recorded.case.as_str())
            .collect()
    }

    /// Records a page, in place of the previous record of the same page.
    pub fn put(&mut self, new: Recorded, identity: Identity) {
        // A page that is about to be created has no id yet; its attachments are recorded when it has one.
        if identity == Identity::Path || !new.id.is_empty() {
            self.files.extend(identity.files(&new.id, &new.attachments));
        }
        match identity {
            Identity::Path => {
                let same = self.at_path(&new.path);
                self.pages.splice(same, [new]);
            }
            Identity::Id => {
                self.pages.retain(|old| old.case != new.case);
                let index = self.pages.partition_point(|old| old.order() <= new.order());
                self.pages.insert(index, new);
            }
        }
    }

    /// The indices of the records of a path.
    fn at_path(&self, path: &str) -> Range<usize> {
        let start = self
            .pages
            .partition_point(|recorded| recorded.path.as_str() < path);
        let count = self.pages[start..]
            .iter()
            .take_while(|recorded| recorded.path == path)
            .count();
        start..start + count
    }

    /// Records that a page is about to be deleted.
    pub fn note_deletion(&mut self, going: &Recorded) {
        let same = self.at_path(&going.path);
        self.pages[same]
            .iter_mut()
            .filter(|recorded| *recorded == going)
            .for_each(|recorded| *recorded = going.about_to_go());
    }

    /// The recorded attachments that are not in `shown`.
    pub fn unshown(&self, shown: &BTreeSet<RecordedFile>) -> Vec<RecordedFile> {
        self.files
            .iter()
            .filter(|file| !shown.contains(file))
            .cloned()
            .collect()
    }

    /// Removes the record of a page.
    pub fn remove(&mut self, gone: &Recorded) {
        let same = self.at_path(&gone.path);
        let kept: Vec<Recorded> = self.pages[same.clone()]
            .iter()
            .filter(|recorded| *recorded != gone)
            .cloned()
            .collect();
        self.pages.splice(same, kept);
    }
}

/// What identifies a page on a wiki.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Identity {
    /// Its path: another title is another page.
    Path,
    /// An id that the wiki assigns: the title can change.
    Id,
}

impl Identity {
    /// The records of the attachments of a page.
    pub(super) fn files(self, id: &str, names: &[String]) -> impl Iterator<Item = RecordedFile> {
        let page = if self == Self::Id { id } else { "" };
        names.iter().map(move |name| RecordedFile {
            name: name.clone(),
            page: page.to_owned(),
        })
    }

    /// The key that identifies a desired page among all pages.
    pub fn of(self, wanted: &RenderedPage) -> &str {
        match self {
            Self::Path => &wanted.location.path,
            Self::Id => wanted.case.as_str(),
        }
    }
}
