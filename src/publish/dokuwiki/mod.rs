//! DokuWiki over XML-RPC. It detects no conflicts, so each page is locked and checked before it is
//! written.
//!
//! All releases have the calls that are used here, such as `wiki.putPage`. Releases since 2024 also
//! have newer ones.

mod xmlrpc;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::http::{Client, Credential, Request, Secret};
use super::{Error, Lookup, Wiki, Write};
use crate::audience::Withheld;
use crate::plan::{Action, Digest, FileState, Recorded, RecordedFile, RemotePage};
use crate::slug::is_content_name;
use crate::wiki::Location;
use xmlrpc::{Answer, Value};

/// The fault of a wiki whose remote interface is off, and the advice.
const OFF: i64 = -32605;
const SWITCH_ON: &str = "enable the remote interface: `remote` in the settings of the wiki";

/// DokuWiki's permission level to change pages.
const EDIT: i64 = 2;

/// The permission level to create pages.
const CREATE: i64 = 4;

/// The permission level to upload files.
const UPLOAD: i64 = 8;

/// The permission level to delete files.
const DELETE: i64 = 16;

/// A DokuWiki.
pub struct Dokuwiki {
    client: Client,
    /// The address of the interface.
    url: String,
    user: String,
    /// The namespace of pages and pictures; empty for the top.
    namespace: String,
    /// The permission levels for the pages that were looked up.
    rights: BTreeMap<String, i64>,
    /// Why the pictures of some pages cannot be uploaded, keyed by page.
    unfit: BTreeMap<String, String>,
}

/// A new text of a page.
struct Put<'a> {
    id: &'a str,
    text: &'a str,
    /// The summary in the history of the page.
    message: &'a str,
}

impl Dokuwiki {
    /// The wiki at an address, which is the part before `/lib/exe/xmlrpc.php`. `token` is the
    /// password of the user.
    pub fn new(
        withheld: Arc<Withheld>,
        address: &str,
        user: &str,
        token: Secret,
        namespace: &str,
    ) -> Self {
        let client = Client::new(Credential::Basic(user.to_owned(), token), withheld);
        let url = format!("{}/lib/exe/xmlrpc.php", address.trim_end_matches('/'));
        Self {
            client,
            url,
            user: user.to_owned(),
            namespace: namespace.to_owned(),
            rights: BTreeMap::new(),
            unfit: BTreeMap::new(),
        }
    }

    /// Makes a call. A refusal is an answer as well: a fault, or on some releases an empty struct.
    fn call(&self, action: &str, method: &str, parameters: &[Value]) -> Result<Answer, Error> {
        let request = Request::new("POST", &self.url)
            .body("text/xml", xmlrpc::request(method, parameters))
            .meaning(&xmlrpc::meaning(parameters));
        let response = self.client.send(action, &request)?;
        if !response.is_success() {
            let error = self
                .error(action, response.reason())
                .help(self.advice(response.status));
            // The wiki answers 403 for a page that the user may not change, and 500 for one that
            // breaks it.
            return Err(if matches!(response.status, 400 | 403 | 413 | 500) {
                error.of_page()
            } else {
                error
            });
        }
        match xmlrpc::answer(&response.text()) {
            Some(Answer::Fault(OFF, reason)) => Err(self.error(action, reason).help(SWITCH_ON)),
            Some(answer) => Ok(answer),
            None => Err(self
                .error(action, "the answer is not XML-RPC")
                .help(format!(
                    "check that `address` is the part before `/doku.php`, and {SWITCH_ON}"
                ))),
        }
    }

    /// The advice for a status.
    fn advice(&self, status: u16) -> String {
        let user = &self.user;
        match status {
            401 => format!(
                "check the password of `{user}`, and that `remoteuser` in the settings of the wiki lets this user in"
            ),
            403 => format!(
                "give `{user}` the right to do this, and name it in `remoteuser` in the settings of the wiki"
            ),
            404 => "check `address`: it is the part before `/doku.php`".to_owned(),
            _ => String::new(),
        }
    }

    fn error(&self, action: &str, reason: impl Into<String>) -> Error {
        Error::new(action, &self.url, reason)
    }

    /// The error of a call that needs a permission.
    fn refused(&self, action: &str, id: &str, needed: i64, answer: &Answer) -> Error {
        let reason = answer.reason();
        let right = self.right(action, id).unwrap_or(i64::MAX);
        if right < needed {
            return self
                .error(action, format!("{reason}; {}", self.lacks(right, needed)))
                .help(self.give(needed))
                .of_page();
        }
        self.error(action, reason).of_page()
    }

    /// The permission level of the user for a page or a file.
    fn right(&self, action: &str, id: &str) -> Result<i64, Error> {
        match self.call(action, "wiki.aclCheck", &[Value::text(id)])? {
            Answer::Value(Value::Number(right)) => Ok(right),
            // If the wiki does not tell, the write reports it.
            Answer::Value(_) | Answer::Fault(..) => Ok(i64::MAX),
        }
    }

    fn lacks(&self, right: i64, needed: i64) -> String {
        format!(
            "`{}` has the right {right} there and needs {needed}",
            self.user
        )
    }

    fn give(&self, needed: i64) -> String {
        format!(
            "give `{}` the right {needed} or more for the namespace in the access control of the wiki",
            self.user
        )
    }

    fn id_of_file(&self, name: &str) -> String {
        if self.namespace.is_empty() {
            name.to_owned()
        } else {
            format!("{}:{name}", self.namespace)
        }
    }

    /// The ids of the pages or files in a namespace.
    fn listed(
        &self,
        action: &str,
        method: &str,
        namespace: &str,
    ) -> Result<BTreeSet<String>, Error> {
        // Deeper pages do not matter. Newer releases count the depth from the namespace, and return
        // some of them.
        let depth = if namespace.is_empty() {
            1
        } else {
            namespace.split(':').count() + 1
        };
        let depth = i64::try_from(depth).unwrap_or(i64::MAX);
        let options = Value::Struct([("depth".to_owned(), Value::Number(depth))].into());
        match self.call(action, method, &[Value::text(namespace), options])? {
            Answer::Value(Value::List(items)) => {
                Ok(items.iter().filter_map(|item| item.field("id")).collect())
            }
            answer => Err(self.error(action, answer.reason()).help(format!(
                "check that `{}` may read the namespace `{namespace}`",
                self.user
            ))),
        }
    }

    /// An existing page.
    fn page(&self, action: &str, id: &str) -> Result<RemotePage, Error> {
        let info = self.call(action, "wiki.getPageInfo", &[Value::text(id)])?;
        let Answer::Value(info) = &info else {
            return Err(self.error(action, info.reason()));
        };
        let Some(revision) = info.field("version") else {
            return Err(self.error(action, Answer::Value(info.clone()).reason()));
        };
        let text = match self.call(action, "wiki.getPage", &[Value::text(id)])? {
            Answer::Value(Value::Text(text)) => text,
            answer => return Err(self.error(action, answer.reason())),
        };
        Ok(RemotePage {
            id: id.to_owned(),
            revision,
            digest: Some(Digest::of(&text)),
            text,
            editor: info.field("author").filter(|author| !author.is_empty()),
            edited: info.field("lastModified"),
            ..RemotePage::default()
        })
    }

    /// Locks a page, does some work, and unlocks it in any case.
    fn locked<T>(
        &self,
        action: &str,
        id: &str,
        work: impl FnOnce() -> Result<T, Error>,
    ) -> Result<T, Error> {
        let answer = self.set_lock(action, "lock", id)?;
        let is_locked =
            matches!(&answer, Answer::Value(value) if value.words("locked").contains(&id));
        if !is_locked {
            let answer = if matches!(&answer, Answer::Value(value) if value.words("lockfail").contains(&id))
            {
                Answer::Fault(
                    133,
                    "somebody else is editing the page, or has left the editor open".to_owned(),
                )
            } else {
                answer
            };
            let mut error = self.refused(action, id, EDIT, &answer);
            if error.help.is_empty() {
                error = error.help("publish again when the page is saved, or when its lock expires after 15 minutes");
            }
            return Err(error);
        }
        let done = work();
        // Writing has released the lock already, and locks expire. The result of the work counts.
        let _ = self.set_lock(action, "unlock", id);
        done
    }

    fn set_lock(&self, action: &str, change: &str, id: &str) -> Result<Answer, Error> {
        let list = |name: &str| {
            Value::List(if name == change {
                vec![Value::text(id)]
            } else {
                Vec::new()
            })
        };
        let set = ["lock", "unlock"].map(|name| (name.to_owned(), list(name)));
        self.call(action, "dokuwiki.setLocks", &[Value::Struct(set.into())])
    }

    /// Fails if the page is not in the state that was looked up. Revisions are seconds, so the
    /// digest is compared as well.
    fn check(&self, action: &str, id: &str, over: Option<&RemotePage>) -> Result<(), Error> {
        let is_there = self
            .listed(action, "dokuwiki.getPagelist", namespace_of(id))?
            .contains(id);
        let now = if is_there {
            Some(self.page(action, id)?)
        } else {
            None
        };
        let is_same = match (&now, over) {
            (None, None) => true,
            (Some(now), Some(over)) => now.revision == over.revision && now.digest == over.digest,
            (Some(_), None) | (None, Some(_)) => false,
        };
        if is_same {
            return Ok(());
        }
        let reason = match now {
            Some(RemotePage {
                editor: Some(editor),
                ..
            }) => format!("`{editor}` has changed the page since it was read"),
            Some(_) => "the page has changed since it was read".to_owned(),
            None => "the page has been deleted since it was read".to_owned(),
        };
        Err(self
            .error(action, reason)
            .help("publish again to see its current state")
            .of_page())
    }

    fn put(&self, action: &str, put: &Put<'_>, needed: i64) -> Result<(), Error> {
        let Put { id, text, message } = put;
        let options = [
            ("sum".to_owned(), Value::text(message)),
            ("minor".to_owned(), Value::Bool(false)),
        ];
        let fields = [
            Value::text(id),
            Value::text(text),
            Value::Struct(options.into()),
        ];
        match self.call(action, "wiki.putPage", &fields)? {
            Answer::Value(Value::Bool(true)) => Ok(()),
            answer => Err(self.refused(action, id, needed, &answer)),
        }
    }

    /// Uploads a picture, unless a complete one with this name, and so this content, exists.
    fn upload(&self, page: &str, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let action = format!("upload the picture `{name}` of the page `{page}`");
        let id = self.id_of_file(name);
        let size = match self.call(&action, "wiki.getAttachmentInfo", &[Value::text(&id)])? {
            Answer::Value(info) => info
                .field("size")
                .and_then(|size| size.parse().ok())
                .unwrap_or(0),
            // Newer releases report a missing file in this way.
            Answer::Fault(..) => 0,
        };
        if size == bytes.len() {
            return Ok(());
        }
        let options = Value::Struct([("ow".to_owned(), Value::Bool(size > 0))].into());
        match self.call(
            &action,
            "wiki.putAttachment",
            &[Value::text(&id), Value::Bytes(bytes.to_vec()), options],
        )? {
            Answer::Value(Value::Text(put)) if put == id => Ok(()),
            answer => Err(self.refused(&action, &id, UPLOAD, &answer)),
        }
    }
}

impl Dokuwiki {
    /// The ids of all pages in the namespaces of the lookups.
    fn existing_pages(&self, pages: &[Lookup<'_>]) -> Result<BTreeSet<String>, Error> {
        let namespaces: BTreeSet<&str> = pages
            .iter()
            .map(|page| namespace_of(&page.location.path))
            .collect();
        let mut existing = BTreeSet::new();
        for namespace in namespaces {
            let whose = if namespace.is_empty() {
                "wiki".to_owned()
            } else {
                format!("namespace `{namespace}`")
            };
            existing.extend(self.listed(
                &format!("list the pages of the {whose}"),
                "dokuwiki.getPagelist",
                namespace,
            )?);
        }
        Ok(existing)
    }

    /// Finds the pages whose pictures the user may not upload.
    fn look_at_uploads(
        &mut self,
        pages: &[Lookup<'_>],
        files: &BTreeSet<String>,
    ) -> Result<(), Error> {
        let is_missing =
            |name: &String| !files.contains(name) && !files.contains(&self.id_of_file(name));
        let with_uploads: Vec<(String, String)> = pages
            .iter()
            .filter_map(|page| {
                Some((
                    page.location.path.clone(),
                    page.attachments
                        .iter()
                        .find(|name| is_missing(name))?
                        .clone(),
                ))
            })
            .collect();
        let Some((_, name)) = with_uploads.first() else {
            return Ok(());
        };
        let right = self.right("look at the rights for pictures", &self.id_of_file(name))?;
        if right < UPLOAD {
            let reason = format!(
                "to upload its pictures, {}; {}",
                self.lacks(right, UPLOAD),
                self.give(UPLOAD)
            );
            self.unfit.extend(
                with_uploads
                    .into_iter()
                    .map(|(page, _)| (page, reason.clone())),
            );
        }
        Ok(())
    }

    /// The state of a picture that our pages do not show, given the files and texts of the
    /// namespace.
    fn file_state(
        &self,
        action: &str,
        file: &RecordedFile,
        there: &BTreeSet<String>,
        texts: &[(String, String)],
    ) -> Result<FileState, Error> {
        let id = self.id_of_file(&file.name);
        if !there.contains(&id) && !there.contains(&file.name) {
            return Ok(FileState::Gone);
        }
        if let Some((page, _)) = texts.iter().find(|(_, text)| text.contains(&file.name)) {
            return Ok(FileState::Kept(format!("the page `{page}` does")));
        }
        Ok(
            match self.call(action, "wiki.getAttachment", &[Value::text(&id)])? {
                Answer::Value(Value::Bytes(bytes)) if is_content_name(&file.name, &bytes) => {
                    FileState::Unused
                }
                _ => FileState::Kept("somebody has changed it".to_owned()),
            },
        )
    }
}

impl Wiki for Dokuwiki {
    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error> {
        let existing = self.existing_pages(pages)?;
        let files = if pages.iter().any(|page| !page.attachments.is_empty()) {
            self.listed(
                "list the files of the namespace",
                "wiki.getAttachments",
                &self.namespace,
            )?
        } else {
            BTreeSet::new()
        };
        for page in pages {
            let id = &page.location.path;
            let right = self.right(&format!("read the permissions for the page `{id}`"), id)?;
            self.rights.insert(id.clone(), right);
        }
        self.look_at_uploads(pages, &files)?;
        let look = |page: &Lookup<'_>| {
            let id = &page.location.path;
            if !existing.contains(id) {
                return Ok(None);
            }
            let remote = self.page(&format!("read the page `{id}`"), id)?;
            let is_there = |name: &&String| {
                files.contains(name.as_str())
                    || files.contains(&format!("{}:{name}", self.namespace))
            };
            let attachments = page.attachments.iter().filter(is_there).cloned().collect();
            Ok(Some(RemotePage {
                attachments,
                ..remote
            }))
        };
        pages.iter().map(look).collect()
    }

    fn barred(&self, location: &Location, action: &Action) -> Option<String> {
        let needed = if *action == Action::Create {
            CREATE
        } else {
            EDIT
        };
        let right = self.rights.get(&location.path).copied().unwrap_or(i64::MAX);
        if right < needed {
            return Some(format!(
                "{}; {}",
                self.lacks(right, needed),
                self.give(needed)
            ));
        }
        self.unfit
            .get(&location.path)
            .filter(|_| *action != Action::Delete)
            .cloned()
    }

    fn look_at_files(
        &mut self,
        files: &[RecordedFile],
        changing: &BTreeSet<String>,
    ) -> Result<Vec<FileState>, Error> {
        let action = "look for pictures that no page shows";
        let mut texts = Vec::new();
        for id in self.listed(action, "dokuwiki.getPagelist", &self.namespace)? {
            if !changing.contains(&id) {
                texts.push((id.clone(), self.page(action, &id)?.text));
            }
        }
        let there = self.listed(action, "wiki.getAttachments", &self.namespace)?;
        files
            .iter()
            .map(|file| self.file_state(action, file, &there, &texts))
            .collect()
    }

    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        let action = format!("delete the picture `{}`", file.name);
        let id = self.id_of_file(&file.name);
        match self.call(&action, "wiki.deleteAttachment", &[Value::text(&id)])? {
            Answer::Value(Value::Number(0) | Value::Bool(true)) => Ok(()),
            // The wiki itself refuses this if another page shows the picture.
            answer => Err(self.refused(&action, &id, DELETE, &answer)),
        }
    }

    fn write(&mut self, write: &Write<'_>) -> Result<String, Error> {
        let id = &write.page.location.path;
        let action = format!("write the page `{id}`");
        self.locked(&action, id, || {
            self.check(&action, id, write.over)?;
            for name in &write.page.attachments {
                let bytes = write
                    .pictures
                    .get(name)
                    .ok_or_else(|| self.error(&action, format!("there is no picture `{name}`")))?;
                self.upload(id, name, bytes)?;
            }
            let needed = if write.over.is_some() { EDIT } else { CREATE };
            let put = Put {
                id,
                text: &write.page.text,
                message: write.message,
            };
            self.put(&action, &put, needed)
        })?;
        Ok(id.clone())
    }

    fn delete(&mut self, page: &Recorded, remote: &RemotePage, message: &str) -> Result<(), Error> {
        let action = format!("delete the page `{}`", page.path);
        self.locked(&action, &page.path, || {
            self.check(&action, &page.path, Some(remote))?;
            // DokuWiki deletes a page if its text is empty.
            let put = Put {
                id: &page.path,
                text: "",
                message,
            };
            self.put(&action, &put, EDIT)
        })
    }
}

/// The part of an id before the last colon.
fn namespace_of(id: &str) -> &str {
    id.rsplit_once(':').map_or("", |(namespace, _)| namespace)
}
