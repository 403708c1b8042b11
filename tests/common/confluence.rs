//! A local Confluence that is stricter than the real one: it stores pages, records every request,
//! and can fail on demand.
//!
//! It follows the documentation of both editions. It refuses invalid XML, taken titles, versions
//! out of order, existing properties, uploads without the CSRF header, wrong tokens, and parts of
//! version 1 of the API that Cloud has removed.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::Sender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::events::{BytesStart, BytesText, Event};
use serde_json::{Value, json};
use storybank::config::ConfluenceEdition;

/// The key of the only space.
pub const SPACE: &str = "TEAM";

/// The id of the only space on Cloud.
const SPACE_ID: &str = "777";

/// The id of its home page.
pub const HOME: &str = "100";

/// The id of the parent page of case studies.
pub const PARENT: &str = "200";

/// The user on Cloud.
pub const USER: &str = "author@example.org";

/// The token.
pub const TOKEN: &str = "a-token-that-nobody-may-see";

/// The maximum length of a version message.
const LONGEST_MESSAGE: usize = 50;

/// The number of results in one answer, whatever is requested.
const MANY: usize = 2;

/// A page of the space.
#[derive(Debug, Clone, Default)]
pub struct KeptPage {
    pub id: String,
    pub title: String,
    pub parent: String,
    pub status: &'static str,
    pub body: String,
    pub version: u64,
    pub message: String,
    pub editor: &'static str,
    /// Values and versions, by key.
    pub properties: BTreeMap<String, (Value, u64)>,
    pub attachments: Vec<(String, Vec<u8>)>,
    /// The files that somebody has replaced.
    pub replaced: Vec<String>,
    /// The operations that the user may perform; `None` for all.
    pub operations: Option<Vec<&'static str>>,
    /// Titles and texts of earlier versions.
    pub older: Vec<(u64, String, String)>,
    /// The references of comments, and their status.
    pub comments: Vec<(String, &'static str)>,
}

/// A failure of a request.
#[derive(Debug, Clone)]
pub enum Trouble {
    /// An answer with a status, and perhaps `Retry-After`.
    Status(u16, Option<String>),
    /// The connection breaks before anything is done.
    BreakBefore,
    /// The request is carried out, and the connection breaks before the answer.
    BreakAfter,
    /// The request is carried out, and there is no answer until the client is gone.
    Hold(Sender<()>),
    /// A colleague changes the page with this title first.
    EditFirst(String),
}

/// A recorded request.
#[derive(Debug, Clone)]
pub struct Asked {
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Vec<u8>,
}

impl Asked {
    /// Whether it would change anything.
    pub fn is_write(&self) -> bool {
        self.method != "GET"
    }

    /// A query parameter.
    fn parameter(&self, name: &str) -> Option<String> {
        let (_, query) = self.path.split_once('?')?;
        let value = query
            .split('&')
            .find_map(|part| part.strip_prefix(name)?.strip_prefix('='))?;
        Some(
            percent_encoding::percent_decode_str(value)
                .decode_utf8_lossy()
                .into_owned(),
        )
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }
}

struct State {
    edition: ConfluenceEdition,
    pages: BTreeMap<String, KeptPage>,
    next: u64,
    asked: Vec<Asked>,
    /// By method and a part of the path.
    troubles: Vec<(String, String, Trouble)>,
    /// After how many more writes one fails, and how.
    on_write: Option<(usize, Trouble)>,
    is_over: bool,
}

/// A Confluence for one test.
pub struct FakeConfluence {
    state: Arc<Mutex<State>>,
    listener: Option<JoinHandle<()>>,
    /// `http://127.0.0.1:<port>`.
    pub address: String,
}

type Answer = (u16, Value);

impl FakeConfluence {
    /// Starts one with a space, its home page, and a parent page.
    pub fn start(edition: ConfluenceEdition) -> Self {
        let page = |id: &str, title: &str, parent: &str| KeptPage {
            id: id.to_owned(),
            title: title.to_owned(),
            parent: parent.to_owned(),
            status: "current",
            version: 1,
            editor: "A colleague",
            ..KeptPage::default()
        };
        let pages = [
            page(HOME, "Home of the team", ""),
            page(PARENT, "Case studies", HOME),
        ];
        let pages = pages
            .into_iter()
            .map(|page| (page.id.clone(), page))
            .collect();
        let state = State {
            edition,
            pages,
            next: 1000,
            asked: Vec::new(),
            troubles: Vec::new(),
            on_write: None,
            is_over: false,
        };
        let state = Arc::new(Mutex::new(state));
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let address = format!(
            "http://{}",
            listener.local_addr().expect("it has an address")
        );
        let shared = Arc::clone(&state);
        let listener = thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if lock(&shared).is_over {
                    break;
                }
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(&stream, &shared));
            }
        });
        Self {
            state,
            listener: Some(listener),
            address,
        }
    }

    /// All requests that would change something, for example `PUT /wiki/api/v2/pages/1000`.
    pub fn writes(&self) -> Vec<String> {
        self.asked()
            .iter()
            .filter(|asked| asked.is_write())
            .map(|asked| format!("{} {}", asked.method, asked.path))
            .collect()
    }

    /// All requests.
    pub fn asked(&self) -> Vec<Asked> {
        lock(&self.state).asked.clone()
    }

    /// Forgets the requests.
    pub fn forget(&self) {
        lock(&self.state).asked.clear();
    }

    /// The visible pages, without the initial ones.
    pub fn pages(&self) -> Vec<KeptPage> {
        let state = lock(&self.state);
        state
            .pages
            .values()
            .filter(|page| page.status == "current" && ![HOME, PARENT].contains(&page.id.as_str()))
            .cloned()
            .collect()
    }

    /// The visible page with a title.
    #[track_caller]
    pub fn page(&self, title: &str) -> KeptPage {
        self.pages()
            .into_iter()
            .find(|page| page.title == title)
            .unwrap_or_else(|| panic!("there is no page “{title}”"))
    }

    /// Makes the next request with a method and a part of the path fail.
    pub fn trouble(&self, method: &str, part: &str, trouble: Trouble) {
        lock(&self.state)
            .troubles
            .push((method.to_owned(), part.to_owned(), trouble));
    }

    /// Makes a write fail after some others.
    pub fn trouble_after(&self, writes: usize, trouble: Trouble) {
        lock(&self.state).on_write = Some((writes, trouble));
    }

    /// A colleague writes a page.
    pub fn add(&self, title: &str, parent: &str, body: &str) -> String {
        let mut state = lock(&self.state);
        state.add(title, parent, body, "A colleague")
    }

    /// A colleague adds a paragraph to a page.
    pub fn edit(&self, title: &str) {
        lock(&self.state).edit(title);
    }

    /// A colleague comments on a text of a page; its version does not change.
    pub fn comment(&self, title: &str, words: &str, status: &'static str) {
        let mut state = lock(&self.state);
        let page = state.titled(title).expect("the page is there");
        let reference = format!("comment-{}", page.comments.len());
        let marked = format!(
            "<ac:inline-comment-marker ac:ref=\"{reference}\">{words}</ac:inline-comment-marker>"
        );
        assert!(page.body.contains(words), "the page says so");
        page.body = page.body.replacen(words, &marked, 1);
        page.comments.push((reference, status));
    }

    /// A colleague renames a page.
    pub fn rename(&self, title: &str, to: &str) {
        let mut state = lock(&self.state);
        let page = state.titled(title).expect("the page is there");
        page.keep_version();
        page.title = to.to_owned();
        page.version += 1;
        page.message = String::new();
        page.editor = "A colleague";
    }

    /// Changes a stored page.
    pub fn change(&self, title: &str, change: impl FnOnce(&mut KeptPage)) {
        change(lock(&self.state).titled(title).expect("the page is there"));
    }
}

impl Drop for FakeConfluence {
    fn drop(&mut self) {
        lock(&self.state).is_over = true;
        // The last connection wakes up the listener.
        let _ = TcpStream::connect(self.address.trim_start_matches("http://"));
        if let Some(listener) = self.listener.take() {
            let _ = listener.join();
        }
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Reads a request, answers it and closes the connection.
fn serve(stream: &TcpStream, state: &Mutex<State>) {
    let Some(asked) = read(stream) else { return };
    let mut state = lock(state);
    state.asked.push(asked.clone());
    let trouble = state.trouble_for(&asked);
    let answer = match trouble {
        Some(Trouble::BreakBefore) => return,
        Some(Trouble::Status(status, wait)) => {
            return answer(
                stream,
                status,
                &json!({ "message": "not now" }),
                wait.as_deref(),
            );
        }
        Some(Trouble::BreakAfter) => {
            state.answer(&asked);
            return;
        }
        Some(Trouble::Hold(sender)) => {
            state.answer(&asked);
            drop(state);
            // The client may be gone; the end of a connection can be an error.
            let _ = sender.send(());
            let _ = { stream }.read(&mut [0]);
            return;
        }
        Some(Trouble::EditFirst(title)) => {
            state.edit(&title);
            state.answer(&asked)
        }
        None => state.answer(&asked),
    };
    answer_with(stream, &answer);
}

fn answer_with(stream: &TcpStream, (status, body): &Answer) {
    answer(stream, *status, body, None);
}

fn answer(mut stream: &TcpStream, status: u16, body: &Value, wait: Option<&str>) {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let wait = wait
        .map(|wait| format!("Retry-After: {wait}\r\n"))
        .unwrap_or_default();
    let head = format!(
        "HTTP/1.1 {status} X\r\nContent-Type: application/json\r\n{wait}Content-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // The client may be gone.
    let _ = stream.write_all(format!("{head}{body}").as_bytes());
}

fn read(stream: &TcpStream) -> Option<Asked> {
    let mut lines = BufReader::new(stream);
    let mut first = String::new();
    lines.read_line(&mut first).ok()?;
    let mut parts = first.split(' ').map(str::to_owned);
    let (method, path) = (parts.next()?, parts.next()?);
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            break;
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
    let length: usize = headers
        .get("content-length")
        .and_then(|length| length.parse().ok())
        .unwrap_or(0);
    let mut body = vec![0; length];
    lines.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        path,
        headers,
        body,
    })
}

/// An error in the format of the edition.
fn error(edition: ConfluenceEdition, status: u16, words: &str) -> Answer {
    let body = match edition {
        ConfluenceEdition::Cloud => json!({ "errors": [{ "status": status, "title": words }] }),
        ConfluenceEdition::DataCenter => json!({ "statusCode": status, "message": words }),
    };
    (status, body)
}

impl State {
    fn trouble_for(&mut self, asked: &Asked) -> Option<Trouble> {
        if asked.is_write()
            && let Some((left, trouble)) = self.on_write.take()
        {
            if left == 0 {
                return Some(trouble);
            }
            self.on_write = Some((left - 1, trouble));
        }
        let is_it = |(method, part, _): &(String, String, Trouble)| {
            *method == asked.method && asked.path.contains(part.as_str())
        };
        self.troubles
            .iter()
            .position(is_it)
            .map(|at| self.troubles.remove(at).2)
    }

    fn error(&self, status: u16, words: &str) -> Answer {
        error(self.edition, status, words)
    }

    fn titled(&mut self, title: &str) -> Option<&mut KeptPage> {
        self.pages.values_mut().find(|page| {
            page.status == "current" && page.title.to_lowercase() == title.to_lowercase()
        })
    }

    fn add(&mut self, title: &str, parent: &str, body: &str, editor: &'static str) -> String {
        let id = self.next.to_string();
        self.next += 1;
        let page = KeptPage {
            id: id.clone(),
            title: title.to_owned(),
            parent: parent.to_owned(),
            status: "current",
            body: rewritten(body).expect("it is XML"),
            version: 1,
            editor,
            ..KeptPage::default()
        };
        self.pages.insert(id.clone(), page);
        id
    }

    fn edit(&mut self, title: &str) {
        let page = self.titled(title).expect("the page is there");
        page.keep_version();
        page.body.push_str("<p>A colleague has added this.</p>");
        page.version += 1;
        page.message = String::new();
        page.editor = "A colleague";
    }

    fn answer(&mut self, asked: &Asked) -> Answer {
        let expected = match self.edition {
            ConfluenceEdition::Cloud => {
                format!("Basic {}", STANDARD.encode(format!("{USER}:{TOKEN}")))
            }
            ConfluenceEdition::DataCenter => format!("Bearer {TOKEN}"),
        };
        if asked.headers.get("authorization") != Some(&expected) {
            return self.error(401, "Unauthorized; scope does not match");
        }
        let path = asked.path.split('?').next().unwrap_or_default();
        // Tokens with scopes use another host, which prefixes all paths.
        let path = path.strip_prefix("/ex/confluence/1234").unwrap_or(path);
        let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
        match (self.edition, parts.as_slice()) {
            (ConfluenceEdition::Cloud, ["wiki", "api", "v2", rest @ ..]) => {
                self.second(asked, rest)
            }
            (ConfluenceEdition::Cloud, ["wiki", "rest", "api", "user"]) => {
                (200, json!({ "displayName": "A colleague" }))
            }
            (
                _,
                ["wiki", "rest", "api", "content", id, "child", "attachment"]
                | ["rest", "api", "content", id, "child", "attachment"],
            ) if asked.method == "POST" => self.upload(asked, id),
            (ConfluenceEdition::Cloud, ["wiki", "rest", "api", ..]) => {
                self.error(410, "This part of the interface is gone")
            }
            (ConfluenceEdition::DataCenter, ["rest", "api", rest @ ..]) => self.first(asked, rest),
            _ => self.error(404, "No such resource"),
        }
    }

    /// Version 2 of the API.
    fn second(&mut self, asked: &Asked, parts: &[&str]) -> Answer {
        match (asked.method.as_str(), parts) {
            ("GET", ["spaces"]) => {
                let is_it = asked.parameter("keys").as_deref() == Some(SPACE);
                let space = json!({ "id": SPACE_ID, "key": SPACE, "homepageId": HOME });
                (
                    200,
                    json!({ "results": if is_it { vec![space] } else { Vec::new() } }),
                )
            }
            ("GET", ["pages"]) => {
                assert_eq!(
                    asked.parameter("space-id").as_deref(),
                    Some(SPACE_ID),
                    "pages are searched in the space"
                );
                let title = asked.parameter("title").unwrap_or_default();
                let found: Vec<Value> = self
                    .titled(&title)
                    .map(|page| page.second(asked))
                    .into_iter()
                    .collect();
                (200, json!({ "results": found }))
            }
            ("POST", ["pages"]) => {
                let page = asked.json();
                if page["spaceId"] != SPACE_ID {
                    return self.error(400, "The space id is no number of a space");
                }
                self.create(
                    &page["title"],
                    &page["parentId"],
                    &page["body"]["value"],
                    asked,
                )
            }
            ("PUT", ["pages", id]) => {
                let page = asked.json();
                if page["id"] != **id
                    || page["status"] != "current"
                    || page["body"]["representation"] != "storage"
                {
                    return self.error(400, "id, status and representation are required");
                }
                self.update(id, &page, &page["body"]["value"], None, asked)
            }
            ("POST", ["pages", id, "properties"]) => self.new_property(id, &asked.json()),
            ("PUT", ["pages", id, "properties", _]) => self.put_property(id, &asked.json()),
            ("DELETE", ["pages", id]) => self.trash(id),
            ("DELETE", ["attachments", id]) => self.detach(id),
            ("GET", ["pages", id, rest @ ..]) => {
                let children: Vec<Value> = self.children(id);
                let Some(page) = self.pages.get(*id) else {
                    return self.error(404, "Not Found");
                };
                page.part_of_second(asked, rest, children)
                    .unwrap_or_else(|| self.error(404, "No such resource"))
            }
            _ => self.error(405, "Method Not Allowed"),
        }
    }

    /// Version 1 of the API.
    fn first(&mut self, asked: &Asked, parts: &[&str]) -> Answer {
        match (asked.method.as_str(), parts) {
            ("GET", ["space", SPACE]) => (
                200,
                json!({ "key": SPACE, "id": 777, "homepage": { "id": HOME } }),
            ),
            ("GET", ["space", _]) => self.error(404, "No space with key"),
            ("GET", ["content"]) => {
                assert_eq!(
                    asked.parameter("spaceKey").as_deref(),
                    Some(SPACE),
                    "pages are searched in the space"
                );
                let title = asked.parameter("title").unwrap_or_default();
                let found = self.titled(&title).map(|page| page.id.clone());
                let found: Vec<Value> = found
                    .map(|id| self.page_of_first(&id, asked))
                    .into_iter()
                    .collect();
                (200, json!({ "results": found }))
            }
            ("POST", ["content"]) => {
                let page = asked.json();
                if page["type"] != "page" || page["space"]["key"] != SPACE {
                    return self.error(400, "type and space are required");
                }
                self.create(
                    &page["title"],
                    &page["ancestors"][0]["id"],
                    &page["body"]["storage"]["value"],
                    asked,
                )
            }
            ("PUT", ["content", id]) => {
                let page = asked.json();
                let ancestors = page["ancestors"].as_array().cloned().unwrap_or_default();
                if page["type"] != "page" || ancestors.len() > 1 {
                    return self.error(400, "type is required, and at most one ancestor");
                }
                // Without an ancestor, a page is at the top of the space.
                let parent = ancestors
                    .first()
                    .and_then(|parent| parent["id"].as_str())
                    .unwrap_or_default()
                    .to_owned();
                self.update(
                    id,
                    &page,
                    &page["body"]["storage"]["value"],
                    Some(parent),
                    asked,
                )
            }
            ("POST", ["content", id, "property"]) => self.new_property(id, &asked.json()),
            ("PUT", ["content", id, "property", _]) => self.put_property(id, &asked.json()),
            ("DELETE", ["content", id]) if id.starts_with("att") => self.detach(id),
            ("DELETE", ["content", id]) => self.trash(id),
            ("GET", ["content", id])
                if self
                    .pages
                    .get(*id)
                    .is_some_and(|page| page.status == "current") =>
            {
                let Some(page) = self.pages[*id].in_version(asked) else {
                    return self.error(404, "No content found");
                };
                let is_historical = asked.parameter("version").is_some();
                assert!(
                    !is_historical || asked.parameter("status").as_deref() == Some("historical"),
                    "an old version is requested as such"
                );
                (200, self.shown_by_first(&page, asked))
            }
            ("GET", ["content", id, rest @ ..]) if !rest.is_empty() => {
                let children: Vec<Value> = self.children(id);
                let Some(page) = self.pages.get(*id) else {
                    return self.error(404, "Not Found");
                };
                page.part_of_first(asked, rest, &children)
                    .unwrap_or_else(|| self.error(404, "No such resource"))
            }
            ("GET", ["content", _]) => self.error(404, "No content found"),
            _ => self.error(405, "Method Not Allowed"),
        }
    }

    fn children(&self, id: &str) -> Vec<Value> {
        let below = self
            .pages
            .values()
            .filter(|page| page.parent == id && page.status == "current");
        below
            .map(|page| json!({ "id": page.id, "title": page.title }))
            .collect()
    }

    fn page_of_first(&self, id: &str, asked: &Asked) -> Value {
        self.shown_by_first(&self.pages[id], asked)
    }

    fn shown_by_first(&self, page: &KeptPage, asked: &Asked) -> Value {
        let expand = asked.parameter("expand").unwrap_or_default();
        let mut shown =
            json!({ "id": page.id, "type": "page", "status": page.status, "title": page.title });
        if expand.contains("version") {
            let by = json!({ "displayName": page.editor });
            shown["version"] = json!({ "number": page.version, "message": page.message, "when": "2025-03-14T10:00:00Z", "by": by });
        }
        if expand.contains("ancestors") {
            let mut above = Vec::new();
            let mut next = page.parent.as_str();
            while let Some(parent) = self.pages.get(next) {
                above.insert(0, json!({ "id": parent.id, "title": parent.title }));
                next = &parent.parent;
            }
            shown["ancestors"] = json!(above);
        }
        if expand.contains("operations") {
            shown["operations"] = page.allowed();
        }
        if expand.contains("body.storage") {
            shown["body"] =
                json!({ "storage": { "value": page.body, "representation": "storage" } });
        }
        shown
    }

    fn create(&mut self, title: &Value, parent: &Value, body: &Value, asked: &Asked) -> Answer {
        let (Some(title), Some(body)) = (title.as_str(), body.as_str()) else {
            return self.error(400, "title and body are required");
        };
        if let Err(reason) = self.refuses(title, body, None) {
            return self.error(400, &reason);
        }
        let parent = parent.as_str().unwrap_or(HOME);
        if !self.pages.contains_key(parent) {
            return self.error(404, "The parent does not exist");
        }
        let id = self.add(title, parent, body, "The publisher");
        let shown = match self.edition {
            ConfluenceEdition::Cloud => self.pages[&id].second(asked),
            ConfluenceEdition::DataCenter => self.page_of_first(
                &id,
                &Asked {
                    path: "?expand=version".to_owned(),
                    ..asked.clone()
                },
            ),
        };
        (200, shown)
    }

    fn update(
        &mut self,
        id: &str,
        page: &Value,
        body: &Value,
        parent: Option<String>,
        asked: &Asked,
    ) -> Answer {
        let (Some(title), Some(body)) = (page["title"].as_str(), body.as_str()) else {
            return self.error(400, "title and body are required");
        };
        let Some(kept) = self.pages.get(id).filter(|page| page.status == "current") else {
            return self.error(404, "Not Found");
        };
        if !kept.may("update") {
            return self.error(403, "The user may not edit this page");
        }
        if page["version"]["number"].as_u64() != Some(kept.version + 1) {
            return self.error(409, "Version must be incremented when updating a page");
        }
        if let Err(reason) = self.refuses(title, body, Some(id)) {
            return self.error(400, &reason);
        }
        let edition = self.edition;
        let kept = self.pages.get_mut(id).expect("it was there");
        kept.keep_version();
        kept.title = title.to_owned();
        kept.body = rewritten(body).expect("it was looked up");
        kept.version += 1;
        kept.message = page["version"]["message"]
            .as_str()
            .unwrap_or_default()
            .chars()
            .take(LONGEST_MESSAGE)
            .collect();
        kept.editor = "The publisher";
        if let Some(parent) = parent {
            kept.parent = parent;
        }
        if edition == ConfluenceEdition::DataCenter {
            assert_eq!(page["version"]["minorEdit"], true, "watchers get no mail");
        }
        (200, kept.second(asked))
    }

    fn refuses(&mut self, title: &str, body: &str, but: Option<&str>) -> Result<(), String> {
        if title.trim() != title || title.is_empty() || title.encode_utf16().count() > 255 {
            return Err("The title is not valid".to_owned());
        }
        if self
            .titled(title)
            .is_some_and(|page| Some(page.id.as_str()) != but)
        {
            return Err(format!("A page with this title already exists: {title}"));
        }
        rewritten(body)
            .map(|_| ())
            .map_err(|reason| format!("Error parsing xhtml: {reason}"))
    }

    fn new_property(&mut self, id: &str, property: &Value) -> Answer {
        let edition = self.edition;
        let Some(page) = self.pages.get_mut(id) else {
            return self.error(404, "Not Found");
        };
        let key = property["key"]
            .as_str()
            .expect("a property has a key")
            .to_owned();
        if page.properties.contains_key(&key) {
            return error(edition, 409, "A property with this key already exists");
        }
        page.properties.insert(key, (property["value"].clone(), 1));
        (200, json!({}))
    }

    fn put_property(&mut self, id: &str, property: &Value) -> Answer {
        let edition = self.edition;
        let Some(page) = self.pages.get_mut(id) else {
            return self.error(404, "Not Found");
        };
        let Some(kept) = property["key"]
            .as_str()
            .and_then(|key| page.properties.get_mut(key))
        else {
            return error(edition, 404, "No such property");
        };
        if property["version"]["number"].as_u64() != Some(kept.1 + 1) {
            return error(edition, 409, "The version of the property does not follow");
        }
        *kept = (property["value"].clone(), kept.1 + 1);
        (200, json!({}))
    }

    fn trash(&mut self, id: &str) -> Answer {
        if self.pages.get(id).is_some_and(|page| !page.may("delete")) {
            return self.error(403, "The user may not delete this page");
        }
        let Some(page) = self.pages.get_mut(id) else {
            return self.error(404, "Not Found");
        };
        page.status = "trashed";
        (204, Value::Null)
    }

    fn detach(&mut self, id: &str) -> Answer {
        let (page, at) = id
            .trim_start_matches("att")
            .split_once('x')
            .expect("it is the id of an attachment");
        let Some(page) = self.pages.get_mut(page) else {
            return self.error(404, "Not Found");
        };
        page.attachments
            .remove(at.parse().expect("it ends in a number"));
        (204, Value::Null)
    }

    fn upload(&mut self, asked: &Asked, id: &str) -> Answer {
        if asked.headers.get("x-atlassian-token").map(String::as_str) != Some("no-check") {
            return self.error(403, "XSRF check failed");
        }
        let edition = self.edition;
        let Some((name, bytes)) = file_in(&asked.body) else {
            return self.error(400, "There is no file");
        };
        let Some(page) = self.pages.get_mut(id) else {
            return self.error(404, "Not Found");
        };
        if page.attachments.iter().any(|(other, _)| *other == name) {
            return error(
                edition,
                400,
                "Cannot add a new attachment with same file name as an existing attachment",
            );
        }
        page.attachments.push((name, bytes));
        (200, json!({ "results": [] }))
    }
}

impl KeptPage {
    /// Stores the current version before a new one.
    fn keep_version(&mut self) {
        self.older
            .push((self.version, self.title.clone(), self.body.clone()));
    }

    /// The page in the requested version.
    fn in_version(&self, asked: &Asked) -> Option<Self> {
        let Some(wanted) = asked.parameter("version") else {
            return Some(self.clone());
        };
        let wanted: u64 = wanted.parse().expect("a version is a number");
        let (version, title, body) = self
            .older
            .iter()
            .find(|(version, _, _)| *version == wanted)?
            .clone();
        Some(Self {
            version,
            title,
            body,
            message: String::new(),
            ..self.clone()
        })
    }

    fn allowed(&self) -> Value {
        let all = vec!["read", "update", "delete"];
        let operations = self.operations.as_ref().unwrap_or(&all);
        json!(
            operations
                .iter()
                .map(|operation| json!({ "operation": operation, "targetType": "page" }))
                .collect::<Vec<_>>()
        )
    }

    fn may(&self, operation: &str) -> bool {
        self.operations
            .as_ref()
            .is_none_or(|operations| operations.contains(&operation))
    }

    fn shown_attachments(&self, from: usize) -> Vec<Value> {
        let shown = |(at, (name, _)): (usize, &(String, Vec<u8>))| {
            let version = if self.replaced.contains(name) { 2 } else { 1 };
            json!({ "id": format!("att{}x{at}", self.id), "title": name, "version": { "number": version } })
        };
        self.attachments
            .iter()
            .enumerate()
            .skip(from)
            .take(MANY)
            .map(shown)
            .collect()
    }

    /// The page in version 2 of the API.
    fn second(&self, asked: &Asked) -> Value {
        let version = json!({ "number": self.version, "message": self.message, "createdAt": "2025-03-14T10:00:00Z", "authorId": "5b10a:c1" });
        let mut shown = json!({
            "id": self.id, "status": self.status, "title": self.title, "spaceId": SPACE_ID, "parentId": self.parent, "version": version,
        });
        if asked.parameter("body-format").as_deref() == Some("storage") {
            shown["body"] =
                json!({ "storage": { "value": self.body, "representation": "storage" } });
        }
        shown
    }

    fn part_of_second(
        &self,
        asked: &Asked,
        parts: &[&str],
        children: Vec<Value>,
    ) -> Option<Answer> {
        let list = |found: Vec<Value>| Some((200, json!({ "results": found })));
        match parts {
            [] => self.in_version(asked).map(|page| (200, page.second(asked))),
            ["operations"] => Some((200, json!({ "operations": self.allowed() }))),
            ["children"] => list(children),
            ["properties"] => {
                let wanted = asked.parameter("key");
                let found = self
                    .properties
                    .iter()
                    .filter(|(key, _)| wanted.as_deref() == Some(key));
                list(
                    found
                        .map(|(key, (value, version))| json!({ "id": "55", "key": key, "value": value, "version": { "number": version } }))
                        .collect(),
                )
            }
            ["inline-comments"] => {
                let shown = |(reference, status): &(String, &str)| json!({ "resolutionStatus": status, "properties": { "inlineMarkerRef": reference } });
                list(self.comments.iter().map(shown).collect())
            }
            ["attachments"] => {
                let from: usize = asked
                    .parameter("cursor")
                    .and_then(|cursor| cursor.trim_end_matches("==").parse().ok())
                    .unwrap_or(0);
                let names = self.shown_attachments(from);
                let mut answer = json!({ "results": names, "_links": {} });
                if from + MANY < self.attachments.len() {
                    answer["_links"]["next"] = json!(format!(
                        "/wiki/api/v2/pages/{}/attachments?limit={MANY}&cursor={}%3D%3D",
                        self.id,
                        from + MANY
                    ));
                }
                Some((200, answer))
            }
            _ => None,
        }
    }

    fn part_of_first(&self, asked: &Asked, parts: &[&str], children: &[Value]) -> Option<Answer> {
        match parts {
            ["property", key] => Some((200, property(key, self.properties.get(*key)?))),
            ["child", "page"] => Some((200, json!({ "results": children }))),
            ["child", "comment"] => {
                let shown = |(reference, status): &(String, &str)| json!({ "extensions": { "inlineProperties": { "markerRef": reference }, "resolution": { "status": status } } });
                Some((
                    200,
                    json!({ "results": self.comments.iter().map(shown).collect::<Vec<_>>() }),
                ))
            }
            ["child", "attachment"] => {
                let start: usize = asked
                    .parameter("start")
                    .and_then(|start| start.parse().ok())
                    .unwrap_or(0);
                assert_eq!(
                    asked.parameter("expand").as_deref(),
                    Some("version"),
                    "versions are included only on request"
                );
                let names = self.shown_attachments(start);
                let links = if start + MANY < self.attachments.len() {
                    json!({ "next": "/rest/api/content" })
                } else {
                    json!({})
                };
                Some((
                    200,
                    json!({ "results": names, "start": start, "_links": links }),
                ))
            }
            _ => None,
        }
    }
}

fn property(key: &str, (value, version): &(Value, u64)) -> Value {
    json!({ "id": "55", "key": key, "value": value, "version": { "number": version } })
}

/// The name and the content of the file in a form.
fn file_in(body: &[u8]) -> Option<(String, Vec<u8>)> {
    let find =
        |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).position(|window| window == part);
    let boundary = &body[..find(body, b"\r\n")?];
    let head = &body[find(body, b"name=\"file\"; filename=\"")?..];
    let name = &head[b"name=\"file\"; filename=\"".len()..];
    let name = String::from_utf8_lossy(&name[..find(name, b"\"")?]).into_owned();
    let content = &head[find(head, b"\r\n\r\n")? + 4..];
    let end = [b"\r\n".as_slice(), boundary].concat();
    Some((name, content[..find(content, &end)?].to_vec()))
}

/// A body as the server stores it: with ids, reordered attributes, entities, and self-closed tags.
fn rewritten(body: &str) -> Result<String, String> {
    if let Some(control) = body
        .chars()
        .find(|next| next.is_control() && !"\t\n\r".contains(*next))
    {
        return Err(format!(
            "Illegal character entity: expansion character (code {:#x})",
            u32::from(control)
        ));
    }
    let declared = format!("<root xmlns:ac=\"a\" xmlns:ri=\"r\">{body}</root>");
    let mut reader = quick_xml::Reader::from_str(&declared);
    let mut writer = quick_xml::Writer::new(Vec::new());
    let mut count = 0;
    let mut depth = 0;
    loop {
        let event = reader.read_event().map_err(|error| error.to_string())?;
        let written = match event {
            Event::Start(start) => {
                depth += 1;
                writer.write_event(Event::Start(with_ids(&start, &mut count)?))
            }
            Event::Empty(start) => {
                let start = with_ids(&start, &mut count)?;
                let end = start.to_end().into_owned();
                writer
                    .write_event(Event::Start(start))
                    .and_then(|()| writer.write_event(Event::End(end)))
            }
            Event::End(end) => {
                depth -= 1;
                let is_id = end.name().as_ref() == "ac:task-id";
                writer.write_event(Event::End(end)).and_then(|()| {
                    if is_id {
                        writer.write_event(Event::Text(BytesText::from_escaped(
                            "<ac:task-uuid>u-1</ac:task-uuid>",
                        )))
                    } else {
                        Ok(())
                    }
                })
            }
            Event::Text(text) => writer.write_event(Event::Text(BytesText::from_escaped(
                with_entities(&text.xml10_content()),
            ))),
            Event::GeneralRef(name) => {
                let known = ["amp", "lt", "gt", "quot", "apos"].contains(&&*name.xml10_content())
                    || name.xml10_content().starts_with('#');
                if !known {
                    return Err(format!(
                        "The entity \"{}\" was referenced, but not declared",
                        name.xml10_content()
                    ));
                }
                writer.write_event(Event::GeneralRef(name))
            }
            Event::Eof if depth == 0 => break,
            Event::Eof => {
                return Err(
                    "XML document structures must start and end within the same entity".to_owned(),
                );
            }
            other => writer.write_event(other),
        };
        written.map_err(|error| error.to_string())?;
    }
    let written = String::from_utf8(writer.into_inner()).map_err(|error| error.to_string())?;
    let (_, inside) = written.split_once('>').ok_or("there is no root")?;
    Ok(inside
        .strip_suffix("</root>")
        .ok_or("the root is closed too early")?
        .to_owned())
}

fn with_ids(start: &BytesStart<'_>, count: &mut usize) -> Result<BytesStart<'static>, String> {
    let name = start.name().as_ref().to_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        if attribute.value.contains('<') {
            return Err("The value of an attribute must not contain the '<' character".to_owned());
        }
        attributes.push((
            attribute.key.as_ref().to_owned(),
            attribute.value.into_owned(),
        ));
    }
    attributes.reverse();
    *count += 1;
    match name.as_str() {
        "ac:structured-macro" => attributes.extend([
            ("ac:schema-version".to_owned(), "1".to_owned()),
            (
                "ac:macro-id".to_owned(),
                format!("00000000-0000-4000-8000-{count:012}"),
            ),
        ]),
        "ri:attachment" | "ri:page" => {
            attributes.push(("ri:version-at-save".to_owned(), "1".to_owned()));
        }
        "p" | "h2" | "table" => attributes.push(("local-id".to_owned(), format!("local-{count}"))),
        _ => {}
    }
    let mut written = name.clone();
    for (key, value) in attributes {
        written.push_str(&format!(" {key}=\"{value}\""));
    }
    Ok(BytesStart::from_content(written, name.len()))
}

fn with_entities(text: &str) -> String {
    let text = text
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    text.replace('—', "&mdash;")
        .replace('“', "&ldquo;")
        .replace('”', "&rdquo;")
        .replace('ü', "&uuml;")
        .replace('…', "&hellip;")
}
