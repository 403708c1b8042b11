//! Pages of Confluence Cloud and Data Center.
//!
//! The server changes the text that it receives, so storybank leaves the digest with each version:
//! in a property of the page that names the version, and in the message of the version. A new page
//! starts as a placeholder, because a first version has no message. A later run completes
//! placeholders.

mod cloud;
mod data_center;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde_json::{Value, json};

use super::http::encoded;
use super::{Client, Error, Lookup, Reach, Request, Response, Wiki, Write};
use crate::config::ConfluenceEdition;
use crate::plan::{Action, Digest, FileState, Identity, Recorded, RecordedFile, RemotePage};
use crate::wiki::Location;
use crate::wiki::confluence::{marked, plain, tidied};

use cloud::Cloud;
use data_center::DataCenter;

/// The property with the digest and the version of the published text.
const PROPERTY: &str = "storybank";

/// The text of a page between its creation and its first version.
const PLACEHOLDER: &str = "This page is about to be published.";

/// The number of attempts to write a version that nobody else has written.
const TRIES: u32 = 4;

/// The first delay after a page was created.
const PAUSE: Duration = Duration::from_millis(250);

/// A space of Confluence.
pub struct Confluence {
    client: Client,
    api: Box<dyn Api>,
    address: String,
    space: String,
    parent: String,
    /// The space and the parent, once they are known.
    home: Option<Home>,
    /// Pages that an interrupted run created but never filled, keyed by title.
    placeholders: BTreeMap<String, String>,
    /// The parents of pages, keyed by id.
    parents: BTreeMap<String, String>,
    /// Why pages cannot be read, or what the token may do with them, keyed by title.
    bars: BTreeMap<String, Bar>,
}

/// What prevents the change of a page.
#[derive(Debug, Clone)]
enum Bar {
    /// It could not be read, for this reason.
    Unseen(String),
    /// The operations that the token allows.
    Allowed(Vec<String>),
}

/// An attachment of a page.
struct Attachment {
    id: String,
    name: String,
    version: u64,
}

/// The location of new pages.
#[derive(Debug, Clone)]
struct Home {
    /// The id or key of the space.
    space: String,
    /// The id of the parent page; empty if the space has no home page.
    parent: String,
}

/// A page in an answer.
#[derive(Debug, Clone, Default)]
struct ServerPage {
    id: String,
    title: String,
    parent: String,
    version: u64,
    message: String,
    body: String,
    /// The name of the author of the version, if the server tells it.
    editor: String,
    /// The account of the author, if the server tells only that.
    account: String,
    edited: String,
    /// Whether it is visible: neither in the bin nor in the archive.
    is_current: bool,
}

/// A new version of a page.
struct Change<'a> {
    id: &'a str,
    title: &'a str,
    parent: &'a str,
    body: &'a str,
    version: u64,
    message: &'a str,
}

/// The current property.
struct Property {
    id: String,
    version: u64,
    value: Value,
}

/// The differences between the two APIs.
trait Api {
    /// The base address of version 1 of the API, `/rest/api`, which both editions use for
    /// attachments.
    fn base(&self) -> &str;
    fn space(&self, key: &str) -> Request;
    /// The space and its home page.
    fn home(&self, answer: &Value) -> Option<Home>;
    fn find(&self, home: &Home, key: &str, title: &str) -> Request;
    fn read(&self, id: &str) -> Request;
    fn page(&self, answer: &Value) -> ServerPage;
    fn create(&self, home: &Home, key: &str, title: &str, body: &str) -> Request;
    fn update(&self, change: &Change<'_>) -> Request;
    /// An older version of a page with its text.
    fn version(&self, id: &str, number: u64) -> Request;
    /// The operations that the token allows for a page.
    fn operations(&self, id: &str) -> Request;
    fn delete(&self, id: &str) -> Request;
    fn delete_attachment(&self, id: &str) -> Request;
    fn children(&self, id: &str) -> Request;
    fn property(&self, id: &str) -> Request;
    fn property_of(&self, answer: &Value) -> Option<Property>;
    fn put_property(&self, id: &str, old: Option<&Property>, value: &Value) -> Request;
    /// The attachments of a page, from a position in the list.
    fn attachments(&self, id: &str, from: &str) -> Request;
    /// The position of the next results.
    fn next(&self, answer: &Value) -> Option<String>;
    fn comments(&self, id: &str) -> Request;
    /// The reference of an inline comment, if it is resolved.
    fn resolved<'a>(&self, comment: &'a Value) -> Option<&'a str>;
}

/// Whether a page is a placeholder of an interrupted run.
fn is_placeholder(page: &ServerPage) -> bool {
    page.version == 1 && plain(&page.body).trim() == PLACEHOLDER
}

/// A string or number in an answer as text.
fn words(value: &Value) -> String {
    value.as_str().map_or_else(
        || {
            value
                .as_u64()
                .map(|number| number.to_string())
                .unwrap_or_default()
        },
        str::to_owned,
    )
}

/// A text that the server tells; `None` if it is empty.
fn told(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// The list of results in an answer.
fn results(answer: &Value) -> &[Value] {
    answer["results"].as_array().map_or(&[], Vec::as_slice)
}

impl Confluence {
    /// A space by its key. Pages are put below the page with the id `parent`, or below the home
    /// page if that is empty.
    pub fn new(
        client: Client,
        edition: ConfluenceEdition,
        address: &str,
        space: &str,
        parent: &str,
    ) -> Self {
        let address = address.trim_end_matches('/').to_owned();
        let api: Box<dyn Api> = match edition {
            ConfluenceEdition::Cloud => Box::new(Cloud::new(&address)),
            ConfluenceEdition::DataCenter => Box::new(DataCenter::new(&address)),
        };
        let (space, parent) = (space.to_owned(), parent.to_owned());
        Self {
            client,
            api,
            address,
            space,
            parent,
            home: None,
            placeholders: BTreeMap::new(),
            parents: BTreeMap::new(),
            bars: BTreeMap::new(),
        }
    }

    /// Sends a request that must succeed.
    fn ask(&self, action: &str, request: &Request) -> Result<Response, Error> {
        let response = self.client.send(action, request)?;
        if response.is_success() {
            Ok(response)
        } else {
            Err(self.refused(action, &response))
        }
    }

    /// Sends a request for something that may not exist.
    fn ask_for(&self, action: &str, request: &Request) -> Result<Option<Value>, Error> {
        let response = self.client.send(action, request)?;
        match response.status {
            404 => Ok(None),
            _ if response.is_success() => Ok(Some(response.json())),
            _ => Err(self.refused(action, &response)),
        }
    }

    fn refused(&self, action: &str, response: &Response) -> Error {
        let help = match response.status {
            401 => {
                "check the token: it may be wrong, expired or of another kind; Cloud needs the mail address as `user`"
            }
            403 => {
                "ask an administrator of the space for the permission to view, add and delete pages and attachments"
            }
            404 => {
                "check that it exists and that the token may view it: Confluence does not tell which"
            }
            409 => {
                "publish again: somebody has changed the page since it was read, and their changes were kept"
            }
            _ => "",
        };
        let error = Error::new(action, &self.address, response.reason()).help(help);
        // A rejected token or a missing server affects all pages.
        if matches!(response.status, 401 | 407 | 429 | 502..=504) {
            error
        } else {
            error.of_page()
        }
    }

    /// The space and the parent, requested once.
    fn home(&mut self) -> Result<Home, Error> {
        if let Some(home) = &self.home {
            return Ok(home.clone());
        }
        let action = format!("find the space `{}`", self.space);
        let answer = self.ask_for(&action, &self.api.space(&self.space))?;
        let Some(mut home) = answer.and_then(|answer| self.api.home(&answer)) else {
            let reason = "it does not exist, or the token may not view it";
            return Err(Error::new(action, &self.address, reason).help(
                "check `space`, which is the key in the addresses of its pages, and `edition`",
            ));
        };
        if !self.parent.is_empty() {
            home.parent.clone_from(&self.parent);
        }
        self.home = Some(home.clone());
        Ok(home)
    }

    fn read(&mut self, action: &str, id: &str) -> Result<Option<ServerPage>, Error> {
        let answer = self.ask_for(action, &self.api.read(id))?;
        let page = answer
            .map(|answer| self.api.page(&answer))
            .filter(|page| page.is_current);
        if let Some(page) = &page {
            self.parents.insert(page.id.clone(), page.parent.clone());
        }
        Ok(page)
    }

    /// The page with a title, which is unique in the space, ignoring case.
    fn find(&mut self, action: &str, title: &str) -> Result<Option<ServerPage>, Error> {
        let home = self.home()?;
        let answer = self
            .ask_for(action, &self.api.find(&home, &self.space, title))?
            .unwrap_or_default();
        let pages = results(&answer).iter().map(|page| self.api.page(page));
        let found = pages
            .filter(|page| page.is_current)
            .find(|page| page.title.to_lowercase() == title.to_lowercase());
        found.map_or(Ok(None), |page| self.read(action, &page.id))
    }

    fn find_remote(&mut self, lookup: &Lookup<'_>) -> Result<Option<RemotePage>, Error> {
        let title = &lookup.location.title;
        let action = format!("look at the page “{title}”");
        let recorded = lookup
            .recorded
            .map(|recorded| recorded.id.as_str())
            .filter(|id| !id.is_empty());
        if let Some(page) = recorded.map_or(Ok(None), |id| self.read(&action, id))? {
            let digest = self.digest(&action, &page)?;
            let is_taken = self.is_taken(&action, title, &page)?;
            let remote = self.remote_page(&action, page, digest, lookup.attachments)?;
            self.note_operations(&action, title, &remote.id)?;
            return Ok(Some(RemotePage { is_taken, ..remote }));
        }
        let Some(page) = self.named(&action, lookup)? else {
            return Ok(None);
        };
        // The title alone does not make a page ours: it must also be below our parent.
        let is_below = page.parent == self.home()?.parent;
        if is_below && is_placeholder(&page) {
            self.placeholders.insert(title.clone(), page.id);
            return Ok(None);
        }
        let digest = if is_below {
            self.digest(&action, &page)?
        } else {
            None
        };
        self.note_operations(&action, title, &page.id)?;
        self.remote_page(&action, page, digest, lookup.attachments)
            .map(Some)
    }

    /// Stores what the token may do with a page, if the server tells.
    fn note_operations(&mut self, action: &str, title: &str, id: &str) -> Result<(), Error> {
        let response = self.client.send(action, &self.api.operations(id))?;
        let json = response.json();
        let operations = json["operations"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|one| one["operation"].as_str());
        let allowed: Vec<String> = operations.map(str::to_lowercase).collect();
        // Reading is always allowed. An answer without any operation tells nothing.
        if response.is_success() && !allowed.is_empty() {
            self.bars.insert(title.to_owned(), Bar::Allowed(allowed));
        }
        Ok(())
    }

    /// Whether another page has the title of a page.
    fn is_taken(&mut self, action: &str, title: &str, page: &ServerPage) -> Result<bool, Error> {
        let has_it = page.title.to_lowercase() == title.to_lowercase();
        let other = if has_it {
            None
        } else {
            self.find(action, title)?
        };
        Ok(other.is_some_and(|other| other.id != page.id))
    }

    /// The page with the title of a lookup. An interrupted run has recorded no id, so its title
    /// counts as well.
    fn named(&mut self, action: &str, lookup: &Lookup<'_>) -> Result<Option<ServerPage>, Error> {
        if let Some(page) = self.find(action, &lookup.location.title)? {
            return Ok(Some(page));
        }
        let unfinished = lookup
            .recorded
            .filter(|recorded| recorded.id.is_empty() && recorded.title != lookup.location.title);
        unfinished.map_or(Ok(None), |recorded| self.find(action, &recorded.title))
    }

    fn remote_page(
        &self,
        action: &str,
        page: ServerPage,
        digest: Option<Digest>,
        wanted: &[String],
    ) -> Result<RemotePage, Error> {
        let attachments = if wanted.is_empty() {
            Vec::new()
        } else {
            self.names_of_attachments(action, &page.id)?
        };
        let editor = if digest.is_none() && page.editor.is_empty() {
            self.name_of(action, &page.account)?
        } else {
            page.editor.clone()
        };
        Ok(RemotePage {
            commented: self.commented(action, &page)?,
            text: tidied(&page.body),
            attachments: attachments
                .into_iter()
                .filter(|name| wanted.contains(name))
                .collect(),
            id: page.id,
            title: Some(page.title),
            revision: page.version.to_string(),
            digest,
            editor: told(editor),
            edited: told(page.edited),
            is_taken: false,
            moved_to: None,
        })
    }

    /// The digest that was left with the current version: in the property if it names this version,
    /// otherwise in the message.
    fn digest(&self, action: &str, page: &ServerPage) -> Result<Option<Digest>, Error> {
        let property = self.property(action, &page.id)?;
        let about = property
            .as_ref()
            .and_then(|property| property.value["version"].as_u64());
        let noted = property
            .as_ref()
            .and_then(|property| Digest::parse(property.value["digest"].as_str()?));
        match about {
            Some(version) if version == page.version && noted.is_some() => return Ok(noted),
            Some(version)
                if version < page.version
                    && noted.is_some()
                    && self.is_only_renamed(action, page, version)? =>
            {
                return Ok(noted);
            }
            _ => {}
        }
        Ok(page.message.get(..32).and_then(Digest::parse))
    }

    /// Whether only the title of a page has changed since a version.
    fn is_only_renamed(
        &self,
        action: &str,
        page: &ServerPage,
        version: u64,
    ) -> Result<bool, Error> {
        let response = self
            .client
            .send(action, &self.api.version(&page.id, version))?;
        if !response.is_success() {
            return Ok(false);
        }
        let older = self.api.page(&response.json());
        let is_that_one = older.version == version && !older.body.is_empty();
        Ok(is_that_one && older.title != page.title && tidied(&older.body) == tidied(&page.body))
    }

    fn property(&self, action: &str, id: &str) -> Result<Option<Property>, Error> {
        Ok(self
            .ask_for(action, &self.api.property(id))?
            .and_then(|answer| self.api.property_of(&answer)))
    }

    /// The texts with inline comments that are not resolved.
    fn commented(&self, action: &str, page: &ServerPage) -> Result<Vec<String>, Error> {
        let marked = marked(&page.body);
        if marked.is_empty() {
            return Ok(Vec::new());
        }
        // If comments may not be read, all of them count as open.
        let answer = self
            .client
            .send(action, &self.api.comments(&page.id))?
            .json();
        let resolved: Vec<&str> = results(&answer)
            .iter()
            .filter_map(|comment| self.api.resolved(comment))
            .collect();
        Ok(marked
            .into_iter()
            .filter(|(reference, _)| !resolved.contains(&reference.as_str()))
            .map(|(_, words)| words)
            .collect())
    }

    fn name_of(&self, action: &str, account: &str) -> Result<String, Error> {
        if account.is_empty() {
            return Ok(String::new());
        }
        let request = Request::new(
            "GET",
            format!(
                "{}/rest/api/user?accountId={}",
                self.api.base(),
                encoded(account)
            ),
        );
        // A token may lack the permission to read names.
        let response = self.client.send(action, &request)?;
        Ok(words(&response.json()["displayName"]))
    }

    fn names_of_attachments(&self, action: &str, id: &str) -> Result<Vec<String>, Error> {
        Ok(self
            .attachments(action, id)?
            .into_iter()
            .map(|attachment| attachment.name)
            .collect())
    }

    fn attachments(&self, action: &str, id: &str) -> Result<Vec<Attachment>, Error> {
        let mut found = Vec::new();
        let mut from = Some(String::new());
        while let Some(position) = from {
            let answer = self
                .ask(action, &self.api.attachments(id, &position))?
                .json();
            found.extend(results(&answer).iter().map(|attachment| Attachment {
                id: words(&attachment["id"]),
                name: words(&attachment["title"]),
                version: attachment["version"]["number"].as_u64().unwrap_or(1),
            }));
            from = self
                .api
                .next(&answer)
                .filter(|next| *next != position && !results(&answer).is_empty());
        }
        Ok(found)
    }

    /// The state of an attachment that the published text does not use any more.
    fn file_state(
        &self,
        action: &str,
        file: &RecordedFile,
        changing: &BTreeSet<String>,
    ) -> Result<FileState, Error> {
        let Some(page) = self
            .ask_for(action, &self.api.read(&file.page))?
            .map(|answer| self.api.page(&answer))
        else {
            return Ok(FileState::Gone);
        };
        let found = self
            .attachments(action, &file.page)?
            .into_iter()
            .find(|attachment| attachment.name == file.name);
        Ok(match found {
            None => FileState::Gone,
            Some(attachment) if attachment.version > 1 => {
                FileState::Kept("somebody has uploaded another version of it".to_owned())
            }
            Some(_) if !changing.contains(&page.id) && page.body.contains(&file.name) => {
                FileState::Kept(format!("the page “{}” does", page.title))
            }
            Some(_) => FileState::Unused,
        })
    }

    /// Uploads the attachments of a page. An existing one with the same name has the same content.
    fn attach(&self, action: &str, id: &str, write: &Write<'_>) -> Result<(), Error> {
        if write.page.attachments.is_empty() {
            return Ok(());
        }
        let there = self.names_of_attachments(action, id)?;
        for (name, request) in self.uploads(action, id, write)? {
            if !there.contains(name) {
                self.ask(
                    &format!(
                        "upload the picture `{name}` of the page “{}”",
                        write.page.location.title
                    ),
                    &request,
                )?;
            }
        }
        Ok(())
    }

    fn uploads<'a>(
        &self,
        action: &str,
        id: &str,
        write: &Write<'a>,
    ) -> Result<Vec<(&'a String, Request)>, Error> {
        let address = format!(
            "{}/rest/api/content/{}/child/attachment",
            self.api.base(),
            encoded(id)
        );
        let request = |name: &'a String| {
            let missing = || {
                Error::new(
                    action,
                    &self.address,
                    format!("the picture `{name}` is missing"),
                )
            };
            let bytes = write.pictures.get(name).ok_or_else(missing)?;
            let request = Request::new("POST", &address).header("X-Atlassian-Token", "no-check");
            Ok((
                name,
                request.multipart(&[("minorEdit", "true")], ("file", name, bytes)),
            ))
        };
        write.page.attachments.iter().map(request).collect()
    }

    /// Scans all requests before the first one is sent, so that a leak does not leave a placeholder
    /// behind.
    fn scan_ahead(&self, action: &str, write: &Write<'_>) -> Result<(), Error> {
        self.client
            .scan_ahead(action, &self.update(write, "0", "", 0))?;
        self.uploads(action, "0", write)?
            .iter()
            .try_for_each(|(_, request)| self.client.scan_ahead(action, request))
    }

    /// A placeholder for a page, and its version.
    fn placeholder(&mut self, action: &str, title: &str) -> Result<(String, u64), Error> {
        if let Some(id) = self.placeholders.remove(title) {
            return Ok((id, 1));
        }
        let home = self.home()?;
        let body = format!("<p>{PLACEHOLDER}</p>");
        let created = self
            .ask(action, &self.api.create(&home, &self.space, title, &body))?
            .json();
        let id = words(&created["id"]);
        if id.is_empty() {
            return Err(
                Error::new(action, &self.address, "the answer contains no page id")
                    .help("check that `address` is that of Confluence"),
            );
        }
        self.parents.insert(id.clone(), home.parent);
        Ok((id, self.api.page(&created).version.max(1)))
    }

    /// The parent of a page, so that a new version does not move it.
    fn parent_of(&mut self, action: &str, id: &str) -> Result<String, Error> {
        if !self.parents.contains_key(id) {
            self.read(action, id)?;
        }
        Ok(self.parents.get(id).cloned().unwrap_or_default())
    }

    /// Writes the next version of a page. Directly after its creation, the server can report a
    /// conflict although nobody has changed the page. So the page is checked before a conflict is
    /// reported.
    fn replace(
        &self,
        action: &str,
        id: &str,
        version: u64,
        request: &Request,
    ) -> Result<(), Error> {
        let mut tries = 1;
        loop {
            let response = self.client.send(action, request)?;
            if response.is_success() {
                return Ok(());
            }
            let is_as_it_was = || {
                self.ask_for(action, &self.api.read(id)).map(|page| {
                    page.is_some_and(|page| self.api.page(&page).version + 1 == version)
                })
            };
            if response.status != 409 || tries == TRIES || !is_as_it_was()? {
                return Err(self.refused(action, &response));
            }
            std::thread::sleep(PAUSE * tries);
            tries += 1;
        }
    }

    fn update(&self, write: &Write<'_>, id: &str, parent: &str, version: u64) -> Request {
        let Write { page, message, .. } = write;
        let change = Change {
            id,
            title: &page.location.title,
            parent,
            body: &page.text,
            version,
            message,
        };
        self.api
            .update(&change)
            .meaning(plain(&page.text).as_bytes())
    }

    /// Stores the digest of a text with its version.
    fn note(&self, action: &str, id: &str, digest: Digest, version: u64) -> Result<(), Error> {
        let old = self.property(action, id)?;
        let value = json!({ "digest": digest, "version": version });
        self.ask(action, &self.api.put_property(id, old.as_ref(), &value))
            .map(|_| ())
    }

    /// What prevents the deletion of a page.
    fn keeps(&mut self, action: &str, remote: &RemotePage) -> Result<Option<&'static str>, Error> {
        let Some(page) = self.read(action, &remote.id)? else {
            return Ok(None);
        };
        if page.version.to_string() != remote.revision {
            return Ok(Some("somebody has changed it since it was read"));
        }
        if self
            .commented(action, &page)?
            .iter()
            .any(|words| !remote.commented.contains(words))
        {
            return Ok(Some("somebody has commented on it since it was read"));
        }
        let children = self
            .ask_for(action, &self.api.children(&page.id))?
            .unwrap_or_default();
        Ok((!results(&children).is_empty()).then_some("somebody has added pages below it"))
    }
}

impl Wiki for Confluence {
    fn identity(&self) -> Identity {
        Identity::Id
    }

    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error> {
        self.home()?;
        let mut remote_pages = Vec::new();
        for page in pages {
            remote_pages.push(match self.find_remote(page) {
                Err(error) if error.reach == Reach::Page => {
                    self.bars.insert(
                        page.location.title.clone(),
                        Bar::Unseen(error.reason_and_help()),
                    );
                    None
                }
                found => found?,
            });
        }
        Ok(remote_pages)
    }

    fn barred(&self, location: &Location, action: &Action) -> Option<String> {
        let needed = if *action == Action::Delete {
            "delete"
        } else {
            "update"
        };
        match self.bars.get(&location.title)? {
            Bar::Unseen(reason) => Some(reason.clone()),
            Bar::Allowed(allowed) if allowed.iter().any(|operation| operation == needed) => None,
            Bar::Allowed(_) => Some(format!(
                "the page is restricted, and the token may not {needed} it; ask somebody who can edit it to lift the restriction"
            )),
        }
    }

    fn look_at_files(
        &mut self,
        files: &[RecordedFile],
        changing: &BTreeSet<String>,
    ) -> Result<Vec<FileState>, Error> {
        files
            .iter()
            .map(|file| self.file_state("look for pictures that no page shows", file, changing))
            .collect()
    }

    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        let action = format!("delete the picture `{}`", file.name);
        // Attachments are deleted with their page.
        if self
            .ask_for(&action, &self.api.read(&file.page))?
            .is_none_or(|answer| !self.api.page(&answer).is_current)
        {
            return Ok(());
        }
        let found = self
            .attachments(&action, &file.page)?
            .into_iter()
            .find(|attachment| attachment.name == file.name);
        found.map_or(Ok(()), |found| {
            self.ask_for(&action, &self.api.delete_attachment(&found.id))
                .map(|_| ())
        })
    }

    fn write(&mut self, write: &Write<'_>) -> Result<String, Error> {
        let name = &write.page.location;
        let action = format!("write the page “{}”", name.title);
        self.scan_ahead(&action, write)?;
        let (id, version) = match write.over {
            Some(remote) => (
                remote.id.clone(),
                remote.revision.parse().unwrap_or_default(),
            ),
            None => self.placeholder(&action, &name.title)?,
        };
        // Pictures first, so that no text is visible without them.
        self.attach(&action, &id, write)?;
        let parent = self.parent_of(&action, &id)?;
        let version = version + 1;
        self.replace(
            &action,
            &id,
            version,
            &self.update(write, &id, &parent, version),
        )?;
        self.note(&action, &id, Digest::of(&write.page.text), version)?;
        Ok(id)
    }

    fn delete(
        &mut self,
        page: &Recorded,
        remote: &RemotePage,
        _message: &str,
    ) -> Result<(), Error> {
        let action = format!("delete the page “{}”", page.title);
        if let Some(reason) = self.keeps(&action, remote)? {
            return Err(Error::new(action, &self.address, reason)
                .help("check the page, then publish again")
                .of_page());
        }
        self.ask_for(&action, &self.api.delete(&remote.id))
            .map(|_| ())
    }
}
