//! The wiki of a project in Azure DevOps, through its REST API. Each write names the version of the
//! page that was read.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::http::encoded;
use super::{Client, Error, Lookup, Reach, Request, Response, Wiki, Write};
use crate::plan::{Action, Digest, Recorded, RemotePage};
use crate::wiki::Location;

/// The version of the API.
const VERSION: &str = "api-version=7.1";

/// The wiki of a project in Azure DevOps.
pub struct AzureWiki {
    client: Client,
    /// The common start of the addresses of all calls.
    calls: String,
    /// The path of the parent page, without slashes at the ends; empty for the top.
    parent: String,
    /// Why pages could not be read, keyed by path.
    bars: BTreeMap<String, String>,
}

/// A page in an answer.
struct Found {
    text: String,
    revision: String,
    has_pages_below: bool,
}

impl AzureWiki {
    /// A wiki by its name or id, in the project at an address. Pages are put below the page
    /// `parent`, which must exist, or at the top if it is empty.
    pub fn new(client: Client, address: &str, wiki: &str, parent: &str) -> Self {
        let calls = format!(
            "{}/_apis/wiki/wikis/{}",
            address.trim_end_matches('/'),
            encoded(wiki)
        );
        Self {
            client,
            calls,
            parent: parent.trim_matches('/').to_owned(),
            bars: BTreeMap::new(),
        }
    }

    /// A request about a page, by its title.
    fn page(&self, method: &'static str, title: &str, more: &str) -> Request {
        let path = if self.parent.is_empty() {
            format!("/{title}")
        } else {
            format!("/{}/{title}", self.parent)
        };
        Request::new(
            method,
            format!(
                "{}/pages?path={}{more}&{VERSION}",
                self.calls,
                encoded(&path)
            ),
        )
    }

    fn send(&self, action: &str, request: &Request) -> Result<Response, Error> {
        let response = self.client.send(action, request)?;
        // If it rejects the token, it may answer with a login page and a success status.
        let is_login = response.status == 203
            || (response.is_success() && !response.body.is_empty() && response.json().is_null());
        match response.status {
            _ if is_login => Err(self
                .error(action, "it answers with a login page")
                .help(TOKEN)),
            401 | 403 => Err(self.error(action, response.reason()).help(TOKEN)),
            _ => Ok(response),
        }
    }

    fn error(&self, action: &str, reason: impl Into<String>) -> Error {
        Error::new(action, &self.calls, reason)
    }

    fn stale(&self, action: &str) -> Error {
        self.error(action, "somebody has changed it since it was read")
            .help("publish again")
            .of_page()
    }

    /// The current page.
    fn find(&self, action: &str, title: &str) -> Result<Option<Found>, Error> {
        let response = self.send(
            action,
            &self.page("GET", title, "&includeContent=true&recursionLevel=oneLevel"),
        )?;
        if response.status == 404 && kind(&response.json()).contains("PageNotFound") {
            return Ok(None);
        }
        let json = response.json();
        match (response.is_success(), response.header("etag")) {
            (true, Some(revision)) => Ok(Some(Found {
                text: json["content"].as_str().unwrap_or_default().to_owned(),
                revision: revision.to_owned(),
                has_pages_below: json["subPages"]
                    .as_array()
                    .is_some_and(|pages| !pages.is_empty())
                    || json["isParentPage"] == true,
            })),
            (true, None) => Err(self.error(action, "it does not report the version of the page")),
            (false, _) if matches!(response.status, 400 | 500) => {
                Err(self.error(action, response.reason()).of_page())
            }
            (false, _) => Err(self
                .error(action, response.reason())
                .help("check `address` and `wiki` in `site.toml`")),
        }
    }

    fn remote_page(&self, lookup: &Lookup<'_>) -> Result<Option<RemotePage>, Error> {
        let title = &lookup.location.title;
        let Some(found) = self.find(&format!("read the page “{title}”"), title)? else {
            return Ok(None);
        };
        let digest = Some(Digest::of(&found.text));
        Ok(Some(RemotePage {
            id: lookup.location.path.clone(),
            revision: found.revision,
            text: found.text,
            digest,
            attachments: lookup
                .attachments
                .iter()
                .filter(|name| is_sent(lookup.recorded, digest, name))
                .cloned()
                .collect(),
            ..RemotePage::default()
        }))
    }

    /// Uploads a picture. An existing one with the same name has the same content.
    fn attach(&self, action: &str, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let request = Request::new(
            "PUT",
            format!(
                "{}/attachments?name={}&{VERSION}",
                self.calls,
                encoded(name)
            ),
        );
        let request = request
            .body("application/octet-stream", STANDARD.encode(bytes))
            .meaning(bytes);
        let response = self.send(action, &request)?;
        if response.is_success() || is_there_already(&response) {
            return Ok(());
        }
        Err(self
            .error(
                action,
                format!("the picture `{name}`: {}", response.reason()),
            )
            .of_page())
    }

    fn put(&self, action: &str, write: &Write<'_>) -> Result<(), Error> {
        let comment = format!("&comment={}", encoded(write.message));
        let mut request = self
            .page("PUT", &write.page.location.title, &comment)
            .json(&json!({ "content": write.page.text }));
        if let Some(over) = write.over {
            request = request.header("If-Match", &over.revision);
        }
        let response = self.send(action, &request)?;
        match response.status {
            _ if response.is_success() => Ok(()),
            // Without a version, the wiki only creates pages; with a version, it overwrites only
            // that one.
            409 | 412 => Err(self.stale(action)),
            _ if is_there_already(&response) => Err(self.stale(action)),
            404 if kind(&response.json()).contains("AncestorPage") => {
                let help = format!(
                    "create the page `/{}` in the browser, or remove `parent` from `site.toml`",
                    self.parent
                );
                Err(self.error(action, response.reason()).help(help))
            }
            _ => Err(self.error(action, response.reason()).of_page()),
        }
    }
}

/// The advice if a token is rejected.
const TOKEN: &str =
    "use a personal access token that is not expired and has the scope `Wiki (Read & write)`";

/// The error type in an answer.
fn kind(json: &Value) -> String {
    json["typeKey"].as_str().unwrap_or_default().to_owned()
}

/// Whether an answer says that the item exists. The API uses several statuses for this.
fn is_there_already(response: &Response) -> bool {
    matches!(response.status, 400 | 409 | 500)
        && (kind(&response.json()).contains("AlreadyExists")
            || response.reason().contains("already exists"))
}

/// Whether a picture has been uploaded. The API cannot tell, but pictures are uploaded before the
/// text: a text of ours implies its pictures.
fn is_sent(recorded: Option<&Recorded>, digest: Option<Digest>, name: &str) -> bool {
    recorded.is_some_and(|recorded| {
        let is_of_text =
            recorded.written == digest && recorded.attachments.iter().any(|other| other == name);
        digest.is_some_and(|digest| recorded.intended.contains(&digest)) || is_of_text
    })
}

impl Wiki for AzureWiki {
    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error> {
        let mut remote_pages = Vec::new();
        for page in pages {
            remote_pages.push(match self.remote_page(page) {
                Err(error) if error.reach == Reach::Page => {
                    self.bars
                        .insert(page.location.path.clone(), error.reason_and_help());
                    None
                }
                found => found?,
            });
        }
        Ok(remote_pages)
    }

    fn barred(&self, location: &Location, _action: &Action) -> Option<String> {
        self.bars.get(&location.path).cloned()
    }

    fn write(&mut self, write: &Write<'_>) -> Result<String, Error> {
        let page = write.page;
        let action = format!("write the page “{}”", page.location.title);
        for name in &page.attachments {
            if write
                .over
                .is_some_and(|over| over.attachments.contains(name))
            {
                continue;
            }
            let bytes = write
                .pictures
                .get(name)
                .ok_or_else(|| self.error(&action, format!("there is no picture `{name}`")))?;
            self.attach(&action, name, bytes)?;
        }
        // If only a picture was missing, the text needs no new version.
        if write
            .over
            .is_none_or(|over| over.digest != Some(Digest::of(&page.text)))
        {
            self.put(&action, write)?;
        }
        Ok(page.location.path.clone())
    }

    fn delete(&mut self, page: &Recorded, remote: &RemotePage, message: &str) -> Result<(), Error> {
        let action = format!("delete the page “{}”", page.title);
        // A deletion cannot name a version, so the page is checked directly before it.
        let Some(found) = self.find(&action, &page.title)? else {
            return Ok(());
        };
        if found.revision != remote.revision {
            return Err(self.stale(&action));
        }
        if found.has_pages_below {
            let help = "move them, or delete the page in the browser";
            return Err(self
                .error(&action, "pages below it would be deleted with it")
                .help(help)
                .of_page());
        }
        let request = self.page(
            "DELETE",
            &page.title,
            &format!("&comment={}", encoded(message)),
        );
        let response = self.send(&action, &request)?;
        if response.is_success() || response.status == 404 {
            Ok(())
        } else {
            Err(self.error(&action, response.reason()).of_page())
        }
    }
}
