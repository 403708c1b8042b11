//! The REST API of Azure DevOps, against a test server that is as strict as the documentation.

#[path = "common/publication.rs"]
mod publication;

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, Method, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use storybank::audience::Withheld;
use storybank::plan::{Action, Conflict, Record, Resolve};
use storybank::publish::{AzureWiki, Client, Credential, Secret, Wiki, Write};
use storybank::wiki::RenderedPage;

use publication::{intend, look, page, pictures, publish, recorded, succeed};

const TOKEN: &str = "t0psecret-pat";
const CALLS: &str = "/organisation/My%20Project/_apis/wiki/wikis/My%20Project%2Ewiki";

/// The state of the server, and the requests.
#[derive(Default)]
struct Held {
    /// Text and version, by path.
    pages: BTreeMap<String, (String, u32)>,
    attachments: BTreeMap<String, Vec<u8>>,
    versions: u32,
    /// The requests: method, path and query.
    asked: Vec<String>,
    /// How many requests it answers with a request for time.
    busy: u32,
    /// How many writes it accepts before it fails.
    writes_left: Option<u32>,
    /// Whether it always answers with a login page.
    wants_login: bool,
}

/// A server for one test.
struct Azure {
    held: Arc<Mutex<Held>>,
    url: String,
    stop: Option<tokio::sync::oneshot::Sender<()>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Azure {
    fn start() -> Self {
        let held = Arc::new(Mutex::new(Held::default()));
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let (listens, port) = mpsc::channel();
        let app = Router::new().fallback(answer).with_state(Arc::clone(&held));
        let thread = thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()
                .expect("a runtime can be made");
            runtime.block_on(async {
                let listener = tokio::net::TcpListener::bind("127.0.0.1:0")
                    .await
                    .expect("a port is free");
                listens
                    .send(listener.local_addr().expect("it has an address").port())
                    .expect("the test waits");
                let server = axum::serve(listener, app);
                tokio::select! { _ = async { server.await } => {}, _ = stopped => {} }
            });
        });
        let port = port.recv().expect("the server starts");
        Self {
            held,
            url: format!("http://127.0.0.1:{port}"),
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wiki(&self) -> AzureWiki {
        self.wiki_below("")
    }

    fn wiki_below(&self, parent: &str) -> AzureWiki {
        self.wiki_with(parent, TOKEN, Withheld::default())
    }

    fn wiki_with(&self, parent: &str, token: &str, withheld: Withheld) -> AzureWiki {
        let client = Client::new(
            Credential::Basic(String::new(), Secret::new(token)),
            Arc::new(withheld),
        );
        AzureWiki::new(
            client,
            &format!("{}/organisation/My%20Project", self.url),
            "My Project.wiki",
            parent,
        )
    }

    /// A person writes a page.
    fn person_writes(&self, path: &str, text: &str) {
        self.held().put(path, text);
    }

    fn text(&self, path: &str) -> String {
        self.held()
            .pages
            .get(path)
            .unwrap_or_else(|| panic!("there is no {path}"))
            .0
            .clone()
    }

    /// The number of written versions since the start.
    fn versions(&self) -> u32 {
        self.held().versions
    }
}

impl Drop for Azure {
    fn drop(&mut self) {
        // A stopped server cannot be stopped again.
        let _ = self.stop.take().map(|stop| stop.send(()));
        let _ = self.thread.take().map(thread::JoinHandle::join);
    }
}

impl Held {
    fn put(&mut self, path: &str, text: &str) {
        self.versions += 1;
        self.pages
            .insert(path.to_owned(), (text.to_owned(), self.versions));
    }

    fn etag(&self, path: &str) -> String {
        format!("\"{:040x}\"", self.pages.get(path).map_or(0, |page| page.1))
    }

    fn page(&self, status: StatusCode, path: &str, query: &BTreeMap<String, String>) -> Response {
        let below = format!("{path}/");
        let below: Vec<Value> = self
            .pages
            .keys()
            .filter(|other| other.starts_with(&below))
            .map(|path| json!({ "path": path }))
            .collect();
        let mut body =
            json!({ "path": path, "isParentPage": !below.is_empty(), "subPages": below });
        if query
            .get("includeContent")
            .is_some_and(|value| value == "true")
        {
            body["content"] = json!(self.pages.get(path).map(|page| &page.0));
        }
        (status, [("ETag", self.etag(path))], body.to_string()).into_response()
    }

    fn pages(
        &mut self,
        method: &Method,
        query: &BTreeMap<String, String>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response {
        let Some(path) = query.get("path").filter(|path| is_path(path)) else {
            return refuse(
                400,
                "WikiPagePathInvalidException",
                "The page path contains characters that are not allowed.",
            );
        };
        let is_there = self.pages.contains_key(path);
        match *method {
            Method::GET if is_there => self.page(StatusCode::OK, path, query),
            Method::PUT => self.put_page(path, query, headers, body),
            Method::DELETE if is_there => {
                let below = format!("{path}/");
                self.pages
                    .retain(|other, _| other != path && !other.starts_with(&below));
                (StatusCode::OK, json!({ "path": path }).to_string()).into_response()
            }
            _ => refuse(
                404,
                "WikiPageNotFoundException",
                &format!("Wiki page ‘{path}’ could not be found."),
            ),
        }
    }

    fn put_page(
        &mut self,
        path: &str,
        query: &BTreeMap<String, String>,
        headers: &HeaderMap,
        body: &[u8],
    ) -> Response {
        let above = path.rsplit_once('/').map_or("", |(above, _)| above);
        if !above.is_empty() && !self.pages.contains_key(above) {
            return refuse(
                404,
                "WikiAncestorPageNotFoundException",
                &format!("The ancestor page ‘{above}’ was not found."),
            );
        }
        let json: Value = serde_json::from_slice(body).unwrap_or_default();
        let Some(text) = json["content"].as_str().filter(|_| {
            headers
                .get("content-type")
                .is_some_and(|kind| kind == "application/json")
        }) else {
            return refuse(
                400,
                "InvalidArgumentValueException",
                "The content is missing.",
            );
        };
        let version = headers
            .get("if-match")
            .and_then(|version| version.to_str().ok());
        let is_there = self.pages.contains_key(path);
        if is_there && version != Some(self.etag(path).as_str()) {
            return refuse(
                412,
                "WikiPageHasConflictsException",
                "The page has been changed.",
            );
        }
        if !is_there && version.is_some() {
            return refuse(
                404,
                "WikiPageNotFoundException",
                &format!("Wiki page ‘{path}’ could not be found."),
            );
        }
        self.put(path, text);
        self.page(
            if is_there {
                StatusCode::OK
            } else {
                StatusCode::CREATED
            },
            path,
            query,
        )
    }

    fn attach(&mut self, query: &BTreeMap<String, String>, body: &[u8]) -> Response {
        let (Some(name), Ok(bytes)) = (query.get("name"), STANDARD.decode(body)) else {
            return refuse(
                400,
                "InvalidArgumentValueException",
                "The attachment is not in base 64.",
            );
        };
        if self.attachments.contains_key(name) {
            return refuse(
                409,
                "WikiAttachmentAlreadyExistsException",
                &format!("The attachment ‘{name}’ already exists."),
            );
        }
        self.attachments.insert(name.clone(), bytes);
        (
            StatusCode::CREATED,
            json!({ "name": name, "path": format!("/.attachments/{name}") }).to_string(),
        )
            .into_response()
    }
}

fn is_path(path: &str) -> bool {
    let is_title = |title: &str| {
        !title.is_empty()
            && !title.starts_with('.')
            && !title.ends_with('.')
            && !title.contains(['\\', '#'])
    };
    path.strip_prefix('/')
        .is_some_and(|path| path.split('/').all(is_title))
        && path.chars().count() <= 235
        && !path.contains(char::is_control)
}

fn refuse(status: u16, kind: &str, message: &str) -> Response {
    let status = StatusCode::from_u16(status).expect("it is a status");
    (
        status,
        json!({ "$id": "1", "message": message, "typeKey": kind, "errorCode": 0 }).to_string(),
    )
        .into_response()
}

async fn answer(
    State(held): State<Arc<Mutex<Held>>>,
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let mut held = held.lock().unwrap_or_else(PoisonError::into_inner);
    held.asked.push(format!("{method} {uri}"));
    if held.wants_login {
        return (
            StatusCode::NON_AUTHORITATIVE_INFORMATION,
            "<html>Sign in</html>",
        )
            .into_response();
    }
    let wanted = format!("Basic {}", STANDARD.encode(format!(":{TOKEN}")));
    if headers
        .get("authorization")
        .is_none_or(|given| given != wanted.as_str())
    {
        return StatusCode::UNAUTHORIZED.into_response();
    }
    if held.busy > 0 {
        held.busy -= 1;
        return (StatusCode::TOO_MANY_REQUESTS, [("Retry-After", "0")]).into_response();
    }
    let query: BTreeMap<String, String> =
        url::form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
            .into_owned()
            .collect();
    if query
        .get("api-version")
        .is_none_or(|version| version != "7.1")
    {
        return refuse(
            400,
            "VssVersionNotSpecifiedException",
            "No api-version was supplied.",
        );
    }
    if method != Method::GET {
        match &mut held.writes_left {
            Some(0) => return refuse(500, "UnknownException", "The server has a bad day."),
            Some(left) => *left -= 1,
            None => {}
        }
    }
    match uri.path().strip_prefix(CALLS) {
        Some("/pages") => held.pages(&method, &query, &headers, &body),
        Some("/attachments") if method == Method::PUT => held.attach(&query, &body),
        _ => refuse(404, "WikiNotFoundException", "The wiki was not found."),
    }
}

/// A page by its title.
fn titled(title: &str, text: &str) -> RenderedPage {
    let mut page = page(&format!("{title}.md"), text);
    title.clone_into(&mut page.location.title);
    page
}

#[test]
fn pages_are_created_changed_and_kept() {
    let azure = Azure::start();
    let mut record = Record::default();
    let mut pages = [
        titled("Case: C♯ & DB — “50%” + one-two?", "one\n"),
        titled("Second", "one\n"),
    ];
    pages[0].attachments = vec!["0a1b.png".to_owned()];
    assert_eq!(
        succeed(&mut azure.wiki(), &mut record, &pages),
        [Action::Create, Action::Create]
    );
    assert_eq!(azure.text("/Case: C♯ & DB — “50%” + one-two?"), "one\n");
    assert_eq!(
        azure.held().attachments["0a1b.png"],
        pictures()["0a1b.png"].to_vec()
    );
    assert_eq!(
        succeed(&mut azure.wiki(), &mut record, &pages),
        [Action::Unchanged, Action::Unchanged]
    );
    assert_eq!(azure.versions(), 2, "a second time makes no new version");
    "two\n".clone_into(&mut pages[0].text);
    assert_eq!(
        succeed(&mut azure.wiki(), &mut record, &pages),
        [Action::Update, Action::Unchanged]
    );
    assert_eq!(
        (
            azure.text("/Case: C♯ & DB — “50%” + one-two?").as_str(),
            azure.versions()
        ),
        ("two\n", 3)
    );
    let comment = azure
        .held()
        .asked
        .iter()
        .filter(|asked| asked.contains("published%20with%20storybank"))
        .count();
    assert_eq!(comment, 3, "every version says where it comes from");
    assert_eq!(
        azure
            .held()
            .asked
            .iter()
            .filter(|asked| asked.contains("/attachments?"))
            .count(),
        1,
        "a picture is sent once"
    );
}

#[test]
fn pages_changed_by_others_are_kept() {
    let azure = Azure::start();
    let mut record = Record::default();
    succeed(
        &mut azure.wiki(),
        &mut record,
        &[titled("A", "one\n"), titled("B", "one\n")],
    );
    azure.person_writes("/A", "by hand\n");
    azure.person_writes("/C", "foreign\n");
    let pages = [
        titled("A", "two\n"),
        titled("B", "two\n"),
        titled("C", "two\n"),
    ];
    let actions = succeed(&mut azure.wiki(), &mut record, &pages);
    assert_eq!(
        actions,
        [
            Action::Refuse(Conflict::Edited),
            Action::Update,
            Action::Refuse(Conflict::NotOurs)
        ]
    );
    assert_eq!(
        (
            azure.text("/A").as_str(),
            azure.text("/B").as_str(),
            azure.text("/C").as_str()
        ),
        ("by hand\n", "two\n", "foreign\n")
    );
    let actions = publish(&mut azure.wiki(), &mut record, &pages, Resolve::Overwrite)
        .expect("it was asked for");
    assert_eq!(actions, [Action::Update, Action::Unchanged, Action::Update]);
}

#[test]
fn overwriting_an_unknown_version_is_refused() {
    let azure = Azure::start();
    let mut record = Record::default();
    succeed(&mut azure.wiki(), &mut record, &[titled("A", "one\n")]);
    let pages = [titled("A", "two\n"), titled("B", "two\n")];
    let mut wiki = azure.wiki();
    let standing = look(&mut wiki, &record, &pages);
    azure.person_writes("/A", "by hand\n");
    azure.person_writes("/B", "by hand too\n");
    for (page, over) in pages.iter().zip(&standing) {
        let write = Write {
            page,
            over: over.as_ref(),
            pictures: &pictures(),
            message: "x",
        };
        let error = wiki.write(&write).expect_err("somebody changed it first");
        assert!(
            error
                .reason
                .contains("somebody has changed it since it was read"),
            "{error}"
        );
    }
    let over = standing[0].as_ref().expect("it was there");
    assert!(wiki.delete(&recorded(&pages[0]), over, "x").is_err());
    assert_eq!(
        (azure.text("/A").as_str(), azure.text("/B").as_str()),
        ("by hand\n", "by hand too\n")
    );
}

#[test]
fn an_interrupted_publication_is_completed_by_the_next() {
    let mut pages = [titled("A", "one\n"), titled("B", "one\n")];
    pages
        .iter_mut()
        .for_each(|page| page.attachments = vec!["0a1b.png".to_owned()]);
    for writes in 0..4 {
        let azure = Azure::start();
        azure.held().writes_left = Some(writes);
        let mut record = Record::default();
        let error = publish(&mut azure.wiki(), &mut record, &pages, Resolve::Refuse)
            .expect_err("the server fails");
        assert!(
            error
                .reason
                .contains("500 Internal Server Error: The server has a bad day."),
            "{error}"
        );
        azure.held().writes_left = None;
        succeed(&mut azure.wiki(), &mut record, &pages);
        assert_eq!(
            azure.versions(),
            2,
            "after {writes} writes: each page is written once"
        );
        assert_eq!(azure.held().attachments.len(), 1);
        assert_eq!(
            succeed(&mut azure.wiki(), &mut record, &pages),
            [Action::Unchanged, Action::Unchanged]
        );
    }
    // The page was written, but that was not recorded.
    let azure = Azure::start();
    let mut record = Record::default();
    intend(&mut record, &pages[0]);
    let mut wiki = azure.wiki();
    wiki.write(&Write {
        page: &pages[0],
        over: None,
        pictures: &pictures(),
        message: "x",
    })
    .expect("the server takes it");
    assert_eq!(
        succeed(&mut azure.wiki(), &mut record, &pages[..1]),
        [Action::Unchanged]
    );
    assert_eq!(azure.versions(), 1);
}

#[test]
fn requests_wait_as_long_as_the_server_asks() {
    let azure = Azure::start();
    azure.held().busy = 3;
    assert_eq!(
        succeed(
            &mut azure.wiki(),
            &mut Record::default(),
            &[titled("A", "one\n")]
        ),
        [Action::Create]
    );
    azure.held().busy = 100;
    let error = azure.wiki().write(&Write {
        page: &titled("B", "x"),
        over: None,
        pictures: &pictures(),
        message: "x",
    });
    assert!(
        error
            .expect_err("it is always busy")
            .reason
            .contains("429 Too Many Requests")
    );
}

#[test]
fn a_rejected_token_is_reported_and_never_shown() {
    let azure = Azure::start();
    let sought = |wiki: &mut AzureWiki| {
        publish(
            wiki,
            &mut Record::default(),
            &[titled("A", "x")],
            Resolve::Refuse,
        )
    };
    let mut wrong = azure.wiki_with("", "wr0ng-pat", Withheld::default());
    let error = sought(&mut wrong)
        .expect_err("the token is wrong")
        .to_string();
    assert!(
        error.contains("401 Unauthorized")
            && error.contains("Wiki (Read & write)")
            && !error.contains("wr0ng"),
        "{error}"
    );
    azure.held().wants_login = true;
    let error = sought(&mut azure.wiki())
        .expect_err("it answers with a login page")
        .to_string();
    assert!(
        error.contains("a login page") && !error.contains(TOKEN),
        "{error}"
    );
}

#[test]
fn pages_are_created_below_an_existing_page() {
    let azure = Azure::start();
    let pages = [titled("A", "one\n")];
    let mut record = Record::default();
    let error = publish(
        &mut azure.wiki_below("Team/Cases"),
        &mut record,
        &pages,
        Resolve::Refuse,
    )
    .expect_err("there is no such page");
    assert!(
        error.reason.contains("ancestor page ‘/Team/Cases’")
            && error.help.contains("create the page `/Team/Cases`"),
        "{error}"
    );
    azure.person_writes("/Team", "x");
    azure.person_writes("/Team/Cases", "x");
    assert_eq!(
        succeed(&mut azure.wiki_below("Team/Cases"), &mut record, &pages),
        [Action::Create]
    );
    assert_eq!(azure.text("/Team/Cases/A"), "one\n");
}

#[test]
fn a_page_with_subpages_is_not_deleted() {
    let azure = Azure::start();
    let mut record = Record::default();
    succeed(
        &mut azure.wiki(),
        &mut record,
        &[titled("A", "one\n"), titled("B", "one\n")],
    );
    azure.person_writes("/A/Notes", "by hand");
    let error = publish(
        &mut azure.wiki(),
        &mut record,
        &[titled("B", "one\n")],
        Resolve::Refuse,
    )
    .expect_err("there are pages below it");
    assert!(error.reason.contains("pages below it"), "{error}");
    azure.held().pages.remove("/A/Notes");
    succeed(&mut azure.wiki(), &mut record, &[titled("B", "one\n")]);
    assert_eq!(azure.held().pages.keys().collect::<Vec<_>>(), ["/B"]);
    assert_eq!(record.pages.len(), 1);
}

#[test]
fn refusals_are_reported_with_the_message_of_the_wiki() {
    let azure = Azure::start();
    for title in ["C# story", "dot.", "back\\slash", &"long".repeat(60)] {
        let error = publish(
            &mut azure.wiki(),
            &mut Record::default(),
            &[titled(title, "x")],
            Resolve::Refuse,
        )
        .expect_err("no such title");
        assert!(
            error
                .reason
                .contains("400 Bad Request: The page path contains characters"),
            "{error}"
        );
    }
    let client = Client::new(
        Credential::Basic(String::new(), Secret::new(TOKEN)),
        Arc::default(),
    );
    let mut other = AzureWiki::new(
        client,
        &format!("{}/organisation/My%20Project", azure.url),
        "other",
        "",
    );
    let error = publish(
        &mut other,
        &mut Record::default(),
        &[titled("A", "x")],
        Resolve::Refuse,
    )
    .expect_err("there is no such wiki");
    assert!(
        error.reason.contains("The wiki was not found.") && error.help.contains("`wiki`"),
        "{error}"
    );
}

#[test]
fn withheld_words_are_never_sent() {
    let azure = Azure::start();
    let mut with_picture = titled("A", "x");
    with_picture.attachments = vec!["0a1b.png".to_owned()];
    for (word, page) in [
        ("falcon", titled("A", "the Falcon")),
        ("falcon", titled("The Falcon & more", "x")),
        ("png", with_picture),
        ("published with", titled("A", "x")),
    ] {
        let mut wiki =
            azure.wiki_with("", TOKEN, Withheld::default().with_names([word.to_owned()]));
        let error = publish(&mut wiki, &mut Record::default(), &[page], Resolve::Refuse)
            .expect_err("it may not leave");
        assert!(error.reason.contains("which may not leave"), "{error}");
    }
    let held = azure.held();
    assert!(
        held.pages.is_empty()
            && held.attachments.is_empty()
            && held.asked.iter().all(|asked| asked.starts_with("GET"))
    );
}
