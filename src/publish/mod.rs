//! Access to the wikis: reads the current pages, and writes pages. Only this module starts
//! processes and sends requests to other hosts.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the module that speaks with wikis, so that no other one has to"
)]

mod apply;
mod azure;
mod confluence;
mod dokuwiki;
mod folder;
mod git;
mod http;
mod mediawiki;
mod open;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use crate::plan::{
    Action, FileState, Identity, Lookups, Recorded, RecordedFile, RemotePage, SideFile,
};
use crate::wiki::{Location, RenderedPage};

pub use apply::{Outcome, Unwritten, apply};
pub use azure::AzureWiki;
pub use confluence::Confluence;
pub use dokuwiki::Dokuwiki;
pub use folder::Folder;
pub use git::GitWiki;
pub use http::{Client, Credential, Request, Response, Secret};
pub use mediawiki::Mediawiki;
pub use open::open;

/// The pictures of pages, keyed by name.
pub type Pictures = BTreeMap<String, Arc<[u8]>>;

/// A page to look up on a wiki.
#[derive(Debug, Clone, Copy)]
pub struct Lookup<'a> {
    /// Its desired or recorded location.
    pub location: &'a Location,
    /// The record of it.
    pub recorded: Option<&'a Recorded>,
    /// The desired attachments.
    pub attachments: &'a [String],
}

/// A page to write.
#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// The page.
    pub page: &'a RenderedPage,
    /// The page that it replaces; a newer one must not be overwritten. `None` to create the page.
    pub over: Option<&'a RemotePage>,
    /// The pictures of all pages.
    pub pictures: &'a Pictures,
    /// The message in the history of the wiki. It starts with the digest of the text.
    pub message: &'a str,
}

/// A wiki or a folder for pages. It does not change before the first write.
pub trait Wiki {
    /// What identifies a page here.
    fn identity(&self) -> Identity {
        Identity::Path
    }

    /// Whether a page is visible after [`Wiki::write`], and not only after [`Wiki::finish`].
    fn shows_at_once(&self) -> bool {
        true
    }

    /// The current pages in the order of the lookups; `None` for pages that do not exist.
    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error>;

    /// Why the wiki would refuse to write or delete a page, as far as it tells: a protection, a
    /// missing permission. Call [`Wiki::look`] first.
    fn barred(&self, _page: &Location, _action: &Action) -> Option<String> {
        None
    }

    /// Where somebody has moved a missing page, as far as the wiki tells. Call [`Wiki::look`]
    /// first.
    fn gone_to(&self, _page: &Location) -> Option<String> {
        None
    }

    /// The other files that a publication keeps up to date, given the pages that will be ours, and
    /// those that will be gone. Call [`Wiki::look`] first. By default there are none.
    fn side_files(
        &mut self,
        _pages: &[Location],
        _gone: &[Location],
    ) -> Result<Vec<SideFile>, Error> {
        Ok(Vec::new())
    }

    /// Writes a page with its attachments, and returns its id. After an error or an interruption,
    /// the page is either old or new.
    fn write(&mut self, write: &Write<'_>) -> Result<String, Error>;

    /// Deletes a page, unless it has changed since it was looked up.
    fn delete(&mut self, page: &Recorded, remote: &RemotePage, message: &str) -> Result<(), Error>;

    /// Makes all changes visible, if writing alone does not. `side_files` are those that have
    /// changed.
    fn finish(&mut self, _side_files: &[SideFile], _message: &str) -> Result<(), Error> {
        Ok(())
    }

    /// The ids of written pages that show links in an older state until [`Wiki::settle`] has
    /// refreshed them.
    fn unsettled(&self) -> Vec<String> {
        Vec::new()
    }

    /// Refreshes the links on pages, and returns those for which the wiki needs more time.
    fn settle(&mut self, _pages: &[String]) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    /// The states of attachments that none of our pages shows any more, in their order. The current
    /// texts of the pages in `changing` do not count.
    fn look_at_files(
        &mut self,
        files: &[RecordedFile],
        _changing: &BTreeSet<String>,
    ) -> Result<Vec<FileState>, Error> {
        Ok(vec![FileState::Unknown; files.len()])
    }

    /// Deletes a file that was [`FileState::Unused`].
    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        Err(Error::new(
            format!("delete the picture `{}`", file.name),
            "this wiki",
            "it cannot delete files",
        )
        .of_page())
    }
}

/// Looks up the current pages: the desired ones, then the orphans.
///
/// # Errors
///
/// If the wiki cannot be reached.
pub fn look(wiki: &mut dyn Wiki, lookups: &Lookups) -> Result<Vec<Option<RemotePage>>, Error> {
    let locations: Vec<Location> = lookups.orphans.iter().map(Recorded::location).collect();
    let wanted = lookups.wanted.iter().map(|(page, recorded)| Lookup {
        location: &page.location,
        recorded: recorded.as_ref(),
        attachments: &page.attachments,
    });
    let orphans = lookups
        .orphans
        .iter()
        .zip(&locations)
        .map(|(page, location)| Lookup {
            location,
            recorded: Some(page),
            attachments: &[],
        });
    wiki.look(&wanted.chain(orphans).collect::<Vec<_>>())
}

/// Why something could not be done on a wiki.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What was tried, for example `write the page “…”`.
    pub action: String,
    /// The address or repository, without a token.
    pub place: String,
    /// The explanation of the server or of the system.
    pub reason: String,
    /// The advice, starting with a verb; empty if the reason is enough.
    pub help: String,
    /// What it affects.
    pub reach: Reach,
}

/// What an error affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// All pages: no network, a wrong token, a wrong address.
    Everything,
    /// One page or file. The wiki may accept the next one.
    Page,
}

impl Error {
    /// An error without advice that affects all pages.
    pub fn new(
        action: impl Into<String>,
        place: impl Into<String>,
        reason: impl Into<String>,
    ) -> Self {
        Self {
            action: action.into(),
            place: place.into(),
            reason: reason.into(),
            help: String::new(),
            reach: Reach::Everything,
        }
    }

    /// The same error for one page only.
    pub fn of_page(self) -> Self {
        Self {
            reach: Reach::Page,
            ..self
        }
    }

    /// The reason and the advice, where the action is known.
    pub fn reason_and_help(&self) -> String {
        if self.help.is_empty() {
            self.reason.clone()
        } else {
            format!("{}; {}", self.reason, self.help)
        }
    }

    /// Adds advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let help = if self.help.is_empty() {
            String::new()
        } else {
            format!("; {}", self.help)
        };
        let text = format!(
            "cannot {} at {}: {}{help}",
            self.action, self.place, self.reason
        );
        // Text of the server must not control the terminal.
        formatter.write_str(&text.replace(char::is_control, " "))
    }
}

impl std::error::Error for Error {}
