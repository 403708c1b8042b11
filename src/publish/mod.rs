//! The wikis themselves: what stands there, and the writing of pages. The only processes and the only requests to other hosts.

#![expect(clippy::disallowed_methods, reason = "this is the module that speaks with wikis, so that no other one has to")]

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

use crate::plan::{Action, FileState, Identity, Lookups, Recorded, RecordedFile, RemotePage, SideFile};
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

/// The pictures that go along with pages, by their names.
pub type Pictures = BTreeMap<String, Arc<[u8]>>;

/// A page to look for on a wiki.
#[derive(Debug, Clone, Copy)]
pub struct Lookup<'a> {
    /// Where it is to stand, or stood.
    pub location: &'a Location,
    /// What is recorded of it.
    pub recorded: Option<&'a Recorded>,
    /// The files that are to go along.
    pub attachments: &'a [String],
}

/// A page to write.
#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// What is to stand there.
    pub page: &'a RenderedPage,
    /// What stands there; a write over a newer version than this must be refused. Nothing where there must be no page yet.
    pub over: Option<&'a RemotePage>,
    /// The pictures of all pages.
    pub pictures: &'a Pictures,
    /// What the history of the wiki says about the change. It starts with the digest of the text.
    pub message: &'a str,
}

/// A wiki, or a folder, that pages are published to. Nothing changes there before the first write.
pub trait Wiki {
    /// What makes a page the same page here.
    fn identity(&self) -> Identity {
        Identity::Path
    }

    /// Whether a page is seen as soon as it is written, and not only when all of it is finished.
    fn shows_at_once(&self) -> bool {
        true
    }

    /// What stands in the places of pages, in their order; nothing where there is no page.
    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error>;

    /// Why the wiki would not let a page be written or deleted, as far as it says so when it is looked at: a protection, a missing right.
    /// Called after [`Wiki::look`].
    fn barred(&self, _page: &Location, _action: &Action) -> Option<String> {
        None
    }

    /// Where somebody has moved a page that is not there any more, as far as the wiki tells. Called after [`Wiki::look`].
    fn gone_to(&self, _page: &Location) -> Option<String> {
        None
    }

    /// What else a publication keeps up to date, given all pages that will be ours when it is done, and the places of those that will
    /// be no more. Called after [`Wiki::look`]; without it nothing beside the pages changes.
    fn side_files(&mut self, _pages: &[Location], _gone: &[Location]) -> Result<Vec<SideFile>, Error> {
        Ok(Vec::new())
    }

    /// Writes a page and the files that go along, and gives the id by which the wiki knows it from now on. If this fails, or the program
    /// is stopped, the page is as it was or as it was to be.
    fn write(&mut self, write: &Write<'_>) -> Result<String, Error>;

    /// Deletes a page that is as it was when it was looked at.
    fn delete(&mut self, page: &Recorded, remote: &RemotePage, message: &str) -> Result<(), Error>;

    /// Makes all of it seen, where writing alone does not; `alongside` is what was said before.
    fn finish(&mut self, _alongside: &[SideFile], _message: &str) -> Result<(), Error> {
        Ok(())
    }

    /// The places of pages that were written and show an older state of what they lead to, until [`Wiki::settle`] is through with them.
    fn unsettled(&self) -> Vec<String> {
        Vec::new()
    }

    /// Has pages show the newest state of what they lead to, and gives those for which the wiki wants more time than it was given.
    fn settle(&mut self, _pages: &[String]) -> Result<Vec<String>, Error> {
        Ok(Vec::new())
    }

    /// The states of files that went along with pages and that none of our pages shows any more, in their order; `changing` are the places
    /// of our pages that change in this run, whose present text does not count.
    fn look_at_files(&mut self, files: &[RecordedFile], _changing: &BTreeSet<String>) -> Result<Vec<FileState>, Error> {
        Ok(vec![FileState::Unknown; files.len()])
    }

    /// Deletes a file that was [`FileState::Unused`] when it was looked at.
    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        Err(Error::new(format!("delete the picture `{}`", file.name), "this wiki", "it has no way to delete files").of_page())
    }
}

/// What stands on a wiki of what is searched for: pages that are to be there, then those that no longer are to be.
///
/// # Errors
///
/// If the wiki cannot be asked.
pub fn look(wiki: &mut dyn Wiki, lookups: &Lookups) -> Result<Vec<Option<RemotePage>>, Error> {
    let locations: Vec<Location> = lookups.orphans.iter().map(Recorded::location).collect();
    let wanted = lookups.wanted.iter().map(|(page, recorded)| Lookup {
        location: &page.location,
        recorded: recorded.as_ref(),
        attachments: &page.attachments,
    });
    let orphans =
        lookups.orphans.iter().zip(&locations).map(|(page, location)| Lookup { location, recorded: Some(page), attachments: &[] });
    wiki.look(&wanted.chain(orphans).collect::<Vec<_>>())
}

/// Why something could not be done on a wiki.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    /// What was tried, as `write the page “…”`.
    pub action: String,
    /// Where: an address or a repository, never with a token in it.
    pub place: String,
    /// What the other side says, in its own words, or what the machine says.
    pub reason: String,
    /// What to do, starting with a verb; empty where the reason says it all.
    pub help: String,
    /// What it keeps from being done.
    pub reach: Reach,
}

/// What an error keeps from being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reach {
    /// Anything: there is no network, the token is wrong, the address is wrong.
    Everything,
    /// One page, or one file: the wiki refuses it and may take the next one.
    Page,
}

impl Error {
    /// An error without advice, after which nothing else is tried.
    pub fn new(action: impl Into<String>, place: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { action: action.into(), place: place.into(), reason: reason.into(), help: String::new(), reach: Reach::Everything }
    }

    /// The same error where it is about one page only, and the next page is tried all the same.
    pub fn of_page(self) -> Self {
        Self { reach: Reach::Page, ..self }
    }

    /// What is wrong and what to do, for a place where the action is known.
    pub fn reason_and_help(&self) -> String {
        if self.help.is_empty() { self.reason.clone() } else { format!("{}; {}", self.reason, self.help) }
    }

    /// The same error with advice.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = help.into();
        self
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let help = if self.help.is_empty() { String::new() } else { format!("; {}", self.help) };
        let text = format!("cannot {} at {}: {}{help}", self.action, self.place, self.reason);
        // Nothing that the other side says may steer the terminal that shows it.
        formatter.write_str(&text.replace(char::is_control, " "))
    }
}

impl std::error::Error for Error {}
