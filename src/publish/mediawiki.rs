//! MediaWiki through its `api.php`: a session of a bot password, pages by title, pictures as files.
//!
//! MediaWiki merges two edits that touch different lines, and reports success. So the newest
//! revision is read right before a write, and a merge that happens nevertheless is reverted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use super::http::{Client, Credential, Request, Response, Secret, encoded};
use super::{Error, Lookup, RemotePage, Wiki, Write};
use crate::audience::Withheld;
use crate::plan::{Action, Digest, FileState, Recorded, RecordedFile};
use crate::wiki::Location;

/// The maximum number of titles in a request.
const MOST_TITLES: usize = 50;

/// The maximum length of the titles in the address of a request, in bytes.
const LONGEST_TITLES: usize = 4000;

/// The number of attempts if the wiki asks for time. Together they take longer than a minute, the
/// window of its rate limits.
const TRIES: u32 = 6;

/// How long to wait until the wiki has refreshed all pages. The default limit is 30 pages per
/// minute.
const PATIENCE: Duration = Duration::from_secs(150);

/// How many moves of a page are followed.
const MOST_MOVES: usize = 5;

/// Upper bound on the delay between retries, in seconds.
const LONGEST_PAUSE: u64 = 30;

/// What a login does, for error messages.
const LOGIN: &str = "log in";

/// Elements of extensions: as written in a text, as the wiki names them, and the extension.
const ELEMENTS: [(&str, &str, &str); 2] = [
    ("<ref ", "<ref>", "Cite"),
    (
        "<syntaxhighlight ",
        "<syntaxhighlight>",
        "SyntaxHighlight_GeSHi",
    ),
];

/// A MediaWiki.
pub struct Mediawiki {
    client: Client,
    api: String,
    user: String,
    token: Secret,
    cookies: BTreeMap<String, String>,
    session: Option<Session>,
    /// The files that are known to exist, by the names in pages.
    files: BTreeSet<String>,
    /// Why the wiki would refuse some pictures, keyed by name.
    unfit: BTreeMap<String, String>,
    /// Why the wiki would refuse an action on a page, keyed by path and action of the API.
    bars: BTreeMap<(String, &'static str), String>,
    /// The pages that were written and contain links.
    written: Vec<String>,
    /// Those among them that were written before a new page.
    unsettled: Vec<String>,
    /// How long to wait until the wiki has refreshed all pages.
    patience: Duration,
}

/// The data of a login session.
#[derive(Debug, Clone)]
struct Session {
    /// The CSRF token of every change.
    csrf: String,
    /// The elements that extensions add, for example `<ref>`.
    elements: BTreeSet<String>,
    /// The allowed extensions of files.
    endings: BTreeSet<String>,
}

impl Session {
    fn of(query: &Value) -> Self {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let elements = list(&query["extensiontags"]);
        let endings = list(&query["fileextensions"]);
        Self {
            csrf: query["tokens"]["csrftoken"]
                .as_str()
                .unwrap_or_default()
                .to_owned(),
            elements: elements
                .iter()
                .filter_map(Value::as_str)
                .map(str::to_owned)
                .collect(),
            endings: endings
                .iter()
                .filter_map(|one| one["ext"].as_str())
                .map(str::to_lowercase)
                .collect(),
        }
    }
}

/// A page or a file in an answer.
type Found = serde_json::Map<String, Value>;

/// The answer about the titles of one request.
#[derive(Default)]
struct Titles {
    /// The pages, keyed by normalised title.
    pages: BTreeMap<String, Found>,
    /// The normalised titles, keyed by the requested ones.
    names: BTreeMap<String, String>,
}

impl Titles {
    /// Adds the pages of one part of an answer.
    fn add_pages(&mut self, pages: &Value) {
        let pages = pages.as_array().into_iter().flatten();
        for page in pages.filter_map(Value::as_object) {
            let title = page
                .get("title")
                .and_then(Value::as_str)
                .unwrap_or_default();
            self.pages
                .entry(title.to_owned())
                .or_default()
                .extend(page.clone());
        }
    }
}

/// What the wiki answers about titles, keyed by the requested title.
type Answers = BTreeMap<String, Result<Found, Error>>;

impl Mediawiki {
    /// A wiki by the address that contains `api.php`. `user` is the name of a bot password, for
    /// example `Jane@storybank`, and `token` is that password.
    pub fn new(withheld: Arc<Withheld>, address: &str, user: &str, token: Secret) -> Self {
        Self {
            client: Client::new(Credential::None, withheld),
            api: format!("{}/api.php", address.trim_end_matches('/')),
            user: user.to_owned(),
            token,
            cookies: BTreeMap::new(),
            session: None,
            files: BTreeSet::new(),
            unfit: BTreeMap::new(),
            bars: BTreeMap::new(),
            written: Vec::new(),
            unsettled: Vec::new(),
            patience: PATIENCE,
        }
    }

    /// Sets how long to wait until the wiki has refreshed all pages.
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn error(&self, action: &str, reason: impl Into<String>) -> Error {
        Error::new(action, &self.api, reason)
    }

    fn no_interface(&self, action: &str) -> Error {
        let help = "set `address` in `site.toml` to the address that contains `api.php`";
        self.error(action, "this is not the interface of a MediaWiki")
            .help(help)
    }

    /// Sends a request with the cookies of the session, and stores new ones.
    fn send(&mut self, action: &str, request: Request) -> Result<Response, Error> {
        let cookies = self
            .cookies
            .iter()
            .map(|(name, value)| format!("{name}={value}"))
            .collect::<Vec<_>>()
            .join("; ");
        let request = if cookies.is_empty() {
            request
        } else {
            request.header("Cookie", cookies)
        };
        let response = self.client.send(action, &request)?;
        for cookie in response.headers("set-cookie") {
            let Some((name, value)) = cookie.split(';').next().unwrap_or_default().split_once('=')
            else {
                continue;
            };
            if matches!(value, "" | "deleted") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        let has_answered = response.json().is_object();
        if !has_answered && (response.is_success() || response.status == 404) {
            return Err(self.no_interface(action));
        }
        if has_answered {
            Ok(response)
        } else {
            Err(self.error(action, response.reason()))
        }
    }

    fn get(&self, fields: &[(&str, &str)]) -> Request {
        let fields = fields
            .iter()
            .map(|(name, value)| format!("&{name}={}", encoded(value)))
            .collect::<String>();
        Request::new(
            "GET",
            format!("{}?format=json&formatversion=2{fields}", self.api),
        )
    }

    /// Sends a request in a session. An expired session is renewed once, and the wiki gets time if
    /// it asks for it.
    fn ask(
        &mut self,
        action: &str,
        make: &dyn Fn(&Self, &Session) -> Request,
    ) -> Result<Value, Error> {
        let mut is_renewed = false;
        let mut tries = 1;
        loop {
            let session = self.session(action)?;
            let response = self.send(action, make(self, &session))?;
            let json = response.json();
            match json["error"]["code"].as_str() {
                None => return Ok(json),
                Some("badtoken" | "assertuserfailed" | "assertnameduserfailed") if !is_renewed => {
                    is_renewed = true;
                    self.session = None;
                    self.cookies.clear();
                }
                Some("ratelimited" | "maxlag" | "actionthrottledtext") if tries < TRIES => {
                    std::thread::sleep(pause(response.header("retry-after"), tries));
                    tries += 1;
                }
                Some(code) => {
                    return Err(self.refused(
                        action,
                        code,
                        json["error"]["info"].as_str().unwrap_or_default(),
                    ));
                }
            }
        }
    }

    /// The error of a refusal, with advice.
    fn refused(&self, action: &str, code: &str, said: &str) -> Error {
        let reason = if said.is_empty() {
            format!("`{code}`")
        } else {
            format!("{} (`{code}`)", said.trim().trim_end_matches('.'))
        };
        let error = self.error(action, reason).help(advice(code));
        if stops_all(code) {
            error
        } else {
            error.of_page()
        }
    }

    fn session(&mut self, action: &str) -> Result<Session, Error> {
        if let Some(session) = &self.session {
            return Ok(session.clone());
        }
        self.login()?;
        let siteinfo = ("siprop", "extensiontags|fileextensions");
        let asked = [
            ("action", "query"),
            ("meta", "tokens|siteinfo"),
            ("type", "csrf"),
            siteinfo,
            ("assert", "user"),
        ];
        let request = self.get(&asked);
        let json = self.send(action, request)?.json();
        if let Some(code) = json["error"]["code"].as_str() {
            return Err(self.refused(
                action,
                code,
                json["error"]["info"].as_str().unwrap_or_default(),
            ));
        }
        let session = Session::of(&json["query"]);
        self.session = Some(session.clone());
        Ok(session)
    }

    fn login(&mut self) -> Result<(), Error> {
        let token = self.login_token()?;
        let fields = [
            ("action", "login"),
            ("lgname", self.user.as_str()),
            ("lgpassword", self.token.expose()),
            ("lgtoken", token.as_str()),
            ("format", "json"),
            ("formatversion", "2"),
        ];
        let request = Request::new("POST", &self.api).form(&fields).login();
        let answer = self.send(LOGIN, request)?.json();
        if answer["login"]["result"] == "Success" {
            Ok(())
        } else {
            Err(self.login_refused(&answer))
        }
    }

    /// The token that a login needs. A server that sends none does not get the password.
    fn login_token(&mut self) -> Result<String, Error> {
        let request = self.get(&[("action", "query"), ("meta", "tokens"), ("type", "login")]);
        let response = self.send(LOGIN, request)?;
        let answer = response.json();
        match answer["query"]["tokens"]["logintoken"].as_str() {
            Some(token) => Ok(token.to_owned()),
            None if response.is_success() && answer["error"].is_null() => {
                Err(self.no_interface(LOGIN))
            }
            None => Err(self.error(LOGIN, response.reason())),
        }
    }

    fn login_refused(&self, answer: &Value) -> Error {
        let reasons = [
            &answer["login"]["reason"],
            &answer["error"]["info"],
            &answer["login"]["result"],
        ];
        let reason = reasons
            .into_iter()
            .find_map(Value::as_str)
            .unwrap_or("the wiki does not say why")
            .trim_end_matches('.');
        let help = "create a bot password at `Special:BotPasswords` of the wiki, set `user` in `site.toml` to its name, as `Jane@storybank`, \
                    and give the password as the token";
        self.error(LOGIN, reason).help(help)
    }

    /// The answers about titles, keyed by the requested title. An error for a title that the wiki
    /// would refuse.
    fn titles(
        &mut self,
        action: &str,
        titles: &[String],
        wanted: &[(&str, &str)],
    ) -> Result<Answers, Error> {
        let mut found = BTreeMap::new();
        for some in portions(titles) {
            let Titles { pages, names } = self.query_titles(action, some, wanted)?;
            for title in some {
                let kept = names.get(title).unwrap_or(title);
                let page = pages.get(kept).cloned();
                found.insert(
                    title.clone(),
                    self.checked(action, title, kept, page)
                        .map_err(Error::of_page),
                );
            }
        }
        Ok(found)
    }

    /// Asks about titles in one request. A long answer comes in parts, which are merged.
    fn query_titles(
        &mut self,
        action: &str,
        titles: &[String],
        wanted: &[(&str, &str)],
    ) -> Result<Titles, Error> {
        let joined = titles.join("|");
        let mut more: Vec<(String, String)> = Vec::new();
        let mut found = Titles::default();
        loop {
            let mut fields = vec![
                ("action", "query"),
                ("assert", "user"),
                ("titles", joined.as_str()),
            ];
            fields.extend_from_slice(wanted);
            fields.extend(
                more.iter()
                    .map(|(name, value)| (name.as_str(), value.as_str())),
            );
            let json = self.ask(action, &|wiki, _| wiki.get(&fields))?;
            found.add_pages(&json["query"]["pages"]);
            more = continued(&json);
            if more.is_empty() {
                return Ok(Titles {
                    names: names_in(&json["query"]["normalized"]),
                    ..found
                });
            }
        }
    }

    /// Checks that a page would be at the requested title.
    fn checked(
        &self,
        action: &str,
        wanted: &str,
        kept: &str,
        page: Option<Found>,
    ) -> Result<Found, Error> {
        let reason = match page {
            Some(page) if page.contains_key("invalid") => {
                let why = page
                    .get("invalidreason")
                    .and_then(Value::as_str)
                    .unwrap_or_default()
                    .trim_end_matches('.');
                format!("the wiki refuses the title `{wanted}`: {why}")
            }
            Some(page) if wanted == kept || is_translated(&page, wanted, kept) => return Ok(page),
            Some(_) => format!("the wiki would move the page `{wanted}` to `{kept}`"),
            None => format!("the title `{wanted}` leads to another wiki"),
        };
        Err(self
            .error(action, reason)
            .help("change its title, or `parent` in `site.toml`"))
    }

    fn look_for_files(&mut self, pages: &[Lookup<'_>]) -> Result<(), Error> {
        let names: BTreeSet<&String> = pages.iter().flat_map(|page| page.attachments).collect();
        let titles: Vec<String> = names.iter().map(|name| file_title(name)).collect();
        let found = self.titles(
            "look for the pictures",
            &titles,
            &[("prop", "imageinfo"), ("iiprop", "size")],
        )?;
        for name in names {
            let is_there = matches!(found.get(&file_title(name)), Some(Ok(file)) if file.contains_key("imageinfo"));
            if is_there {
                self.files.insert(name.clone());
                continue;
            }
            let action = "look for the pictures";
            let endings = self.session(action)?.endings;
            let ending = name.rsplit('.').next().unwrap_or_default();
            if !endings.is_empty() && !endings.contains(ending) {
                let help = format!(
                    "use another format, or ask an administrator of the wiki to add `{ending}` to `$wgFileExtensions`"
                );
                self.unfit.insert(
                    name.clone(),
                    format!("the wiki does not allow files that end in `.{ending}`; {help}"),
                );
            }
        }
        Ok(())
    }

    /// Uploads a picture, unless one with this name, and so this content, exists.
    fn upload(&mut self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        let action = format!("upload the picture `{name}`");
        let mut answer = self.send_file(&action, name, bytes, &[])?;
        // Duplicates under other names, and deleted files, do not matter.
        if !is_on_wiki(&answer) && answer["result"] == "Warning" {
            answer = self.send_file(&action, name, bytes, &[("ignorewarnings", "1")])?;
        }
        if !is_on_wiki(&answer) {
            return Err(self
                .error(&action, format!("the wiki answers {}", answer["result"]))
                .of_page());
        }
        self.files.insert(name.to_owned());
        Ok(())
    }

    /// Sends a file, with additional fields, and returns the answer.
    fn send_file(
        &mut self,
        action: &str,
        name: &str,
        bytes: &[u8],
        more: &[(&str, &str)],
    ) -> Result<Value, Error> {
        let json = self.ask(action, &|wiki, session| {
            let mut fields = vec![
                ("action", "upload"),
                ("filename", name),
                ("comment", "A picture of a page"),
                ("text", ""),
            ];
            fields.extend([
                ("format", "json"),
                ("formatversion", "2"),
                ("assert", "user"),
                ("token", session.csrf.as_str()),
            ]);
            fields.extend_from_slice(more);
            Request::new("POST", &wiki.api).multipart(&fields, ("file", name, bytes))
        })?;
        Ok(json["upload"].clone())
    }

    /// Fails if the page is not in the revision that was looked up.
    fn check_version(&mut self, action: &str, path: &str, seen: &str) -> Result<(), Error> {
        let mut found = self.titles(
            action,
            &[path.to_owned()],
            &[("prop", "revisions"), ("rvprop", "ids|user|timestamp")],
        )?;
        let page = found.remove(path).unwrap_or_else(|| Ok(Found::new()))?;
        let newest = page.get("revisions").map(|revisions| &revisions[0]);
        let Some(newest) = newest else {
            return Err(self
                .error(action, "somebody has just deleted the page")
                .help(AGAIN)
                .of_page());
        };
        if version(&newest["revid"]) == seen {
            return Ok(());
        }
        let who = newest["user"].as_str().unwrap_or("somebody");
        let when = newest["timestamp"].as_str().unwrap_or_default();
        Err(self
            .error(
                action,
                format!("`{who}` has changed the page since it was read, {when}"),
            )
            .help(AGAIN)
            .of_page())
    }

    /// Refuses a text whose markup the wiki does not know.
    fn check_elements(&mut self, action: &str, text: &str) -> Result<(), Error> {
        let known = self.session(action)?.elements;
        for (written, element, extension) in ELEMENTS {
            if text.contains(written) && !known.contains(element) {
                let help = format!(
                    "ask an administrator of the wiki to enable the extension `{extension}`, which comes with MediaWiki"
                );
                return Err(self
                    .error(
                        action,
                        format!("the wiki does not know `{element}` and would show it to readers"),
                    )
                    .help(help)
                    .of_page());
            }
        }
        Ok(())
    }

    /// Changes a page. `special` holds the fields of this kind of change.
    fn edit(
        &mut self,
        action: &str,
        path: &str,
        message: &str,
        special: &[(&str, &str)],
    ) -> Result<Value, Error> {
        let json = self.ask(action, &|wiki, session| {
            wiki.edit_request(session, path, message, special)
        })?;
        let edit = &json["edit"];
        let text = |name: &str| edit[name].as_str();
        if text("result") == Some("Success") {
            return Ok(edit.clone());
        }
        Err(if edit["captcha"].is_object() {
            self.refused(action, "captcha", "the wiki requires a captcha")
        } else {
            let code = text("code").unwrap_or("failure");
            self.refused(action, code, text("info").unwrap_or_default())
        })
    }

    fn edit_request(
        &self,
        session: &Session,
        path: &str,
        message: &str,
        special: &[(&str, &str)],
    ) -> Request {
        let mut fields = vec![
            ("action", "edit"),
            ("title", path),
            ("summary", message),
            ("watchlist", "nochange"),
            ("maxlag", "5"),
        ];
        fields.extend_from_slice(special);
        // The token comes last: if the request is truncated, nothing is written.
        fields.extend([
            ("format", "json"),
            ("formatversion", "2"),
            ("assert", "user"),
            ("token", session.csrf.as_str()),
        ]);
        let values = special.iter().map(|(_, value)| *value);
        let meaning: Vec<&str> = values.chain([path, message]).collect();
        Request::new("POST", &self.api)
            .form(&fields)
            .meaning(meaning.join("\n").as_bytes())
    }

    /// The answers about pages, with their texts and permissions.
    fn pages(&mut self, titles: &[String]) -> Result<Answers, Error> {
        let wanted = [
            ("prop", "revisions|info"),
            ("rvprop", "ids|timestamp|user|content"),
            ("rvslots", "main"),
            ("intestactions", "edit|create|delete"),
            ("intestactionsdetail", "full"),
        ];
        self.titles("look at the pages", titles, &wanted)
    }

    /// Where somebody has moved a published page that is missing, or that is a redirect now.
    fn moved_to(&mut self, title: &str) -> Result<Option<String>, Error> {
        let mut moved: Option<String> = None;
        for _ in 0..MOST_MOVES {
            let from = moved.as_deref().unwrap_or(title).to_owned();
            let fields = [
                ("action", "query"),
                ("list", "logevents"),
                ("letype", "move"),
                ("letitle", from.as_str()),
                ("lelimit", "1"),
                ("leprop", "title|type|details"),
                ("assert", "user"),
            ];
            let json = self.ask("look where a page was moved", &|wiki, _| wiki.get(&fields))?;
            let Some(to) = json["query"]["logevents"][0]["params"]["target_title"].as_str() else {
                break;
            };
            // It was moved there and back.
            if to == title {
                return Ok(None);
            }
            moved = Some(to.to_owned());
        }
        Ok(moved)
    }

    /// The current page, wherever somebody has moved it.
    fn find_remote(
        &mut self,
        page: &Lookup<'_>,
        found: Result<Found, Error>,
    ) -> Result<Option<RemotePage>, Error> {
        let path = &page.location.path;
        let found = match found {
            Ok(found) => found,
            Err(error) => {
                self.bars
                    .insert((path.clone(), "edit"), error.reason_and_help());
                return Ok(None);
            }
        };
        let attachments: BTreeSet<String> = page
            .attachments
            .iter()
            .filter(|name| self.files.contains(*name))
            .cloned()
            .collect();
        let was_published = page
            .recorded
            .is_some_and(|recorded| recorded.written.is_some());
        let is_elsewhere =
            !found.contains_key("revisions") || found.get("redirect") == Some(&Value::Bool(true));
        let moved = if was_published && is_elsewhere {
            self.moved_page(path, &attachments)?
        } else {
            None
        };
        if moved.is_some() {
            return Ok(moved);
        }
        self.note_bars(path, &found);
        Ok(remote_page(path, &found, attachments))
    }

    /// The current page, if somebody has moved it.
    fn moved_page(
        &mut self,
        path: &str,
        attachments: &BTreeSet<String>,
    ) -> Result<Option<RemotePage>, Error> {
        let Some(new_title) = self.moved_to(path)? else {
            return Ok(None);
        };
        let Some(Ok(there)) = self
            .pages(std::slice::from_ref(&new_title))?
            .remove(&new_title)
        else {
            return Ok(None);
        };
        let Some(remote) = remote_page(&new_title, &there, attachments.clone()) else {
            return Ok(None);
        };
        self.note_bars(path, &there);
        Ok(Some(RemotePage {
            moved_to: Some(new_title),
            ..remote
        }))
    }

    /// Stores why the wiki would refuse to change a page.
    fn note_bars(&mut self, path: &str, page: &Found) {
        for action in ["edit", "create", "delete"] {
            let reasons = page
                .get("actions")
                .and_then(|actions| actions[action].as_array());
            let Some(code) = reasons.and_then(|reasons| reasons.first()?["code"].as_str()) else {
                continue;
            };
            let advice = advice(code);
            let advice = if advice.is_empty() {
                String::new()
            } else {
                format!("; {advice}")
            };
            self.bars.insert(
                (path.to_owned(), action),
                format!("{} (`{code}`){advice}", refusal(code)),
            );
        }
    }

    /// Writes a page over the revision that was looked up.
    fn overwrite(
        &mut self,
        action: &str,
        path: &str,
        over: &RemotePage,
        write: &Write<'_>,
    ) -> Result<(), Error> {
        self.check_version(action, path, &over.revision)?;
        let special = [
            ("nocreate", "1"),
            ("baserevid", over.revision.as_str()),
            ("text", write.page.text.as_str()),
        ];
        let edit = self.edit(action, path, write.message, &special)?;
        let is_change = edit["newrevid"].is_number();
        if is_change && version(&edit["oldrevid"]) != over.revision {
            return Err(self
                .revert(action, path, &version(&edit["newrevid"]))
                .of_page());
        }
        Ok(())
    }

    /// Reverts a revision that MediaWiki merged from our edit and a concurrent one.
    fn revert(&mut self, action: &str, path: &str, version: &str) -> Error {
        let message = "Reverted: somebody else changed the page at the same moment";
        let undone = self.edit(
            action,
            path,
            message,
            &[("undo", version), ("nocreate", "1"), ("baserevid", version)],
        );
        let reason =
            "somebody changed the page at the same moment, and MediaWiki merged both texts";
        match undone {
            Ok(_) => self
                .error(
                    action,
                    format!("{reason}; this was reverted, and the page is as they saved it"),
                )
                .help(AGAIN),
            Err(error) => self
                .error(
                    action,
                    format!("{reason}; it cannot be reverted: {}", error.reason),
                )
                .help("check the page and its history"),
        }
    }
}

/// The advice after a concurrent change.
const AGAIN: &str = "check the changes, then publish again";

impl Wiki for Mediawiki {
    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error> {
        let titles: Vec<String> = pages
            .iter()
            .map(|page| page.location.path.clone())
            .collect();
        let mut found = self.pages(&titles)?;
        self.look_for_files(pages)?;
        let mut remote_pages = Vec::new();
        for page in pages {
            let path = &page.location.path;
            let one = found.remove(path).unwrap_or_else(|| Ok(Found::new()));
            remote_pages.push(self.find_remote(page, one)?);
            if let Some(reason) = page
                .attachments
                .iter()
                .find_map(|name| self.unfit.get(name))
            {
                self.bars.insert((path.clone(), "edit"), reason.clone());
            }
        }
        Ok(remote_pages)
    }

    fn barred(&self, location: &Location, action: &Action) -> Option<String> {
        let needed: &[&'static str] = match action {
            Action::Create => &["edit", "create"],
            Action::Delete => &["delete"],
            _ => &["edit"],
        };
        needed
            .iter()
            .find_map(|action| self.bars.get(&(location.path.clone(), *action)))
            .cloned()
    }

    fn write(&mut self, write: &Write<'_>) -> Result<String, Error> {
        let page = write.page;
        // A moved page is written at its current title.
        let path = write.over.map_or(&page.location.path, |over| &over.id);
        let action = format!("write the page “{}”", page.location.title);
        self.check_elements(&action, &page.text)?;
        for name in &page.attachments {
            if let Some(bytes) = write
                .pictures
                .get(name)
                .filter(|_| !self.files.contains(name))
            {
                self.upload(name, bytes)?;
            }
        }
        if let Some(over) = write.over {
            self.overwrite(&action, path, over, write)?;
        } else {
            self.edit(
                &action,
                path,
                write.message,
                &[("createonly", "1"), ("text", &page.text)],
            )?;
            // Links to a new page are shown as missing on pages that were written before it, until MediaWiki renders them again. It does
            // so later, but not if both were written within one second.
            self.unsettled.append(&mut self.written);
        }
        if page.text.contains("[[") {
            self.written.push(path.clone());
        }
        Ok(path.clone())
    }

    fn unsettled(&self) -> Vec<String> {
        self.unsettled.clone()
    }

    fn settle(&mut self, pages: &[String]) -> Result<Vec<String>, Error> {
        let mut left = pages.to_vec();
        let mut waited = Duration::ZERO;
        let mut tries = 1;
        loop {
            let before = left.len();
            left = self.refresh(&left)?;
            if left.is_empty() || waited >= self.patience {
                return Ok(left);
            }
            tries = if left.len() < before { 1 } else { tries + 1 };
            let pause = pause(None, tries - 1);
            std::thread::sleep(pause);
            waited += pause;
        }
    }

    fn look_at_files(
        &mut self,
        files: &[RecordedFile],
        changing: &BTreeSet<String>,
    ) -> Result<Vec<FileState>, Error> {
        let titles: Vec<String> = files.iter().map(|file| file_title(&file.name)).collect();
        let wanted = [
            ("prop", "imageinfo|fileusage"),
            ("iiprop", "timestamp"),
            ("iilimit", "2"),
            ("fuprop", "title"),
            ("fulimit", "max"),
        ];
        let found = self.titles("look for pictures that no page shows", &titles, &wanted)?;
        Ok(titles
            .iter()
            .map(|title| {
                file_state(
                    found.get(title).and_then(|file| file.as_ref().ok()),
                    changing,
                )
            })
            .collect())
    }

    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        let action = format!("delete the picture `{}`", file.name);
        self.files.remove(&file.name);
        self.delete_title(
            &action,
            &file_title(&file.name),
            "no published page shows it any more",
        )
    }

    fn delete(&mut self, page: &Recorded, remote: &RemotePage, message: &str) -> Result<(), Error> {
        let action = format!("delete the page “{}”", page.title);
        self.check_version(&action, &remote.id, &remote.revision)?;
        self.delete_title(&action, &remote.id, message)
    }
}

impl Mediawiki {
    fn delete_title(&mut self, action: &str, title: &str, message: &str) -> Result<(), Error> {
        self.ask(action, &|wiki, session| {
            let fields = [
                ("action", "delete"),
                ("title", title),
                ("reason", message),
                ("watchlist", "nochange"),
                ("format", "json"),
                ("formatversion", "2"),
                ("assert", "user"),
                ("token", session.csrf.as_str()),
            ];
            Request::new("POST", &wiki.api)
                .form(&fields)
                .meaning(format!("{title}\n{message}").as_bytes())
        })?;
        Ok(())
    }

    /// Lets the wiki render pages again, and returns those for which it needs more time.
    fn refresh(&mut self, pages: &[String]) -> Result<Vec<String>, Error> {
        let mut left = Vec::new();
        for some in portions(pages) {
            let titles = some.join("|");
            let fields = [
                ("action", "purge"),
                ("titles", titles.as_str()),
                ("forcelinkupdate", "1"),
                ("format", "json"),
                ("formatversion", "2"),
                ("assert", "user"),
            ];
            let json = self.ask("refresh the pages", &|wiki, _| {
                Request::new("POST", &wiki.api).form(&fields)
            })?;
            let names = names_in(&json["normalized"]);
            let answers: Vec<&Value> = json["purge"].as_array().into_iter().flatten().collect();
            // For a page beyond the rate limit, the answer contains only the title, and a warning
            // elsewhere.
            let is_left = |title: &&String| {
                let kept = names.get(*title).unwrap_or(title);
                let answer = answers
                    .iter()
                    .find(|answer| answer["title"] == kept.as_str());
                answer.is_some_and(|answer| {
                    answer["missing"] != true
                        && (answer["purged"] != true || answer["linkupdate"] != true)
                })
            };
            left.extend(some.iter().filter(is_left).cloned());
        }
        Ok(left)
    }
}

/// Whether a file is on the wiki after an upload: it was stored, or existed already.
fn is_on_wiki(answer: &Value) -> bool {
    let mut warnings = answer["warnings"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(warning, _)| warning.as_str());
    answer["result"] == "Success"
        || warnings.any(|warning| matches!(warning, "exists" | "nochange"))
}

/// Whether two titles differ in the name of their namespace alone, which can be translated.
fn is_translated(page: &Found, wanted: &str, kept: &str) -> bool {
    let is_article = page.get("ns").and_then(Value::as_i64) == Some(0);
    let after_namespace = |title: &str| {
        title
            .split_once(':')
            .map(|(_, title)| title.to_owned())
            .filter(|title| !title.is_empty())
    };
    !is_article
        && after_namespace(wanted).is_some()
        && after_namespace(wanted) == after_namespace(kept)
}

/// The state of a file.
fn file_state(file: Option<&Found>, changing: &BTreeSet<String>) -> FileState {
    let list = |name: &str| {
        file.and_then(|file| file.get(name)?.as_array())
            .map_or(&[] as &[Value], Vec::as_slice)
    };
    let versions = list("imageinfo").len();
    let user = list("fileusage")
        .iter()
        .filter_map(|page| page["title"].as_str())
        .find(|title| !changing.contains(*title));
    match (versions, user) {
        (0, _) => FileState::Gone,
        (1, None) => FileState::Unused,
        (1, Some(page)) => FileState::Kept(format!("the page “{page}” does")),
        (_, _) => FileState::Kept("somebody has uploaded another version of it".to_owned()),
    }
}

/// The current page; `None` if it does not exist.
fn remote_page(path: &str, page: &Found, attachments: BTreeSet<String>) -> Option<RemotePage> {
    let newest = &page.get("revisions")?[0];
    let content = newest["slots"]["main"]["content"].as_str();
    let word = |name: &str| newest[name].as_str().map(str::to_owned);
    Some(RemotePage {
        id: path.to_owned(),
        title: None,
        revision: version(&newest["revid"]),
        text: content.unwrap_or_default().to_owned(),
        // The text of a revision can be hidden.
        digest: content.map(Digest::of),
        editor: word("user"),
        edited: word("timestamp"),
        attachments,
        ..RemotePage::default()
    })
}

/// A revision number as text.
fn version(number: &Value) -> String {
    number.to_string()
}

fn file_title(name: &str) -> String {
    let mut signs = name.chars();
    let first = signs.next().map(|first| first.to_ascii_uppercase());
    format!(
        "File:{}{}",
        first.map_or_else(String::new, String::from),
        signs.as_str()
    )
}

/// Splits titles into groups that fit into one request.
fn portions(titles: &[String]) -> Vec<&[String]> {
    let mut portions = Vec::new();
    let mut start = 0;
    let mut length = 0;
    for (at, title) in titles.iter().enumerate() {
        let more = encoded(title).len() + 3;
        if at > start && (at - start == MOST_TITLES || length + more > LONGEST_TITLES) {
            portions.push(&titles[start..at]);
            start = at;
            length = 0;
        }
        length += more;
    }
    if start < titles.len() {
        portions.push(&titles[start..]);
    }
    portions
}

/// The normalised titles, keyed by the requested ones.
fn names_in(normalized: &Value) -> BTreeMap<String, String> {
    let normalized = normalized.as_array().into_iter().flatten();
    normalized
        .filter_map(|one| {
            Some((
                one["from"].as_str()?.to_owned(),
                one["to"].as_str()?.to_owned(),
            ))
        })
        .collect()
}

/// The fields that request the rest of an answer.
fn continued(json: &Value) -> Vec<(String, String)> {
    let more = json["continue"].as_object().into_iter().flatten();
    more.map(|(name, value)| {
        (
            name.clone(),
            value
                .as_str()
                .map_or_else(|| value.to_string(), str::to_owned),
        )
    })
    .collect()
}

/// The delay before a retry: as the wiki asks for, or increasing.
fn pause(asked: Option<&str>, tries: u32) -> Duration {
    let seconds = asked
        .and_then(|asked| asked.trim().parse().ok())
        .unwrap_or(2 << tries);
    Duration::from_secs(seconds.min(LONGEST_PAUSE))
}

/// Whether a refusal concerns all pages: the session, the user, the whole wiki.
fn stops_all(code: &str) -> bool {
    matches!(
        code,
        "badtoken"
            | "assertuserfailed"
            | "assertnameduserfailed"
            | "readapidenied"
            | "writeapidenied"
            | "badaccess-groups"
            | "blocked"
            | "autoblocked"
            | "globalblocking-ipblocked"
            | "ratelimited"
            | "maxlag"
            | "actionthrottledtext"
            | "readonly"
    )
}

/// The meaning of a code that the wiki reports before a change.
fn refusal(code: &str) -> &'static str {
    match code {
        "protectedpage" | "cascadeprotected" => "the page is protected",
        "protectedtitle" => "the title is protected, so that no page can be made there",
        "protectednamespace" | "protectednamespace-interface" => "the namespace is protected",
        "permissiondenied" | "cantcreate" | "cantcreate-anon" | "noedit" | "badaccess-groups" => {
            "the user of the bot password may not do this"
        }
        "blocked" | "autoblocked" => "the user is blocked",
        _ if code.starts_with("titleblacklist") => "the title is on a blacklist of the wiki",
        _ => "the wiki would refuse it",
    }
}

/// The advice for a refusal with a code. Empty if the message of the wiki is enough.
fn advice(code: &str) -> &'static str {
    let is_code = |codes: &&(&[&str], _)| codes.0.contains(&code);
    if let Some((_, advice)) = ADVICE.iter().find(is_code) {
        advice
    } else if code == "spamblacklist" || code.starts_with("titleblacklist") {
        "ask an administrator of the wiki, or rephrase it"
    } else if code.starts_with("abusefilter") {
        "a filter of the wiki classifies the page as abuse; ask an administrator of the wiki to exempt the user"
    } else {
        ""
    }
}

/// Codes of refusals, with the advice for them.
const ADVICE: &[(&[&str], &str)] = &[
    (
        &[
            "permissiondenied",
            "cantcreate",
            "cantcreate-anon",
            "noedit",
            "writeapidenied",
            "readapidenied",
            "badaccess-groups",
        ],
        "give the bot password the grants that `docs/wikis/mediawiki.md` names, and its user the right to do this",
    ),
    (
        &["badtoken", "assertuserfailed", "assertnameduserfailed"],
        "try again; if it always fails, the wiki loses its sessions, which its administrator must fix",
    ),
    (
        &["ratelimited", "maxlag", "actionthrottledtext", "readonly"],
        "try again later; finished pages are kept",
    ),
    (
        &[
            "protectedpage",
            "protectedtitle",
            "cascadeprotected",
            "protectednamespace",
            "protectednamespace-interface",
        ],
        "ask an administrator of the wiki to lift the protection, or publish under another title",
    ),
    (
        &[
            "articleexists",
            "missingtitle",
            "editconflict",
            "pagedeleted",
        ],
        AGAIN,
    ),
    (
        &["captcha"],
        "ask an administrator of the wiki to grant `skipcaptcha` to the user of the bot password",
    ),
    (
        &[
            "blocked",
            "autoblocked",
            "globalblocking-ipblocked",
            "hookaborted",
        ],
        "ask an administrator of the wiki why",
    ),
    (
        &["contenttoobig"],
        "split the page, or ask an administrator for a larger `$wgMaxArticleSize`",
    ),
    (
        &["uploaddisabled"],
        "ask an administrator of the wiki to switch uploads on (`$wgEnableUploads`)",
    ),
    (
        &["file-too-large", "filetype-banned", "verification-error"],
        "make the picture smaller, or use PNG or JPEG",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_go_in_portions() {
        let titles: Vec<String> = (0..120).map(|number| format!("Page {number}")).collect();
        let sizes: Vec<usize> = portions(&titles).iter().map(|some| some.len()).collect();
        assert_eq!(sizes, [50, 50, 20]);
        let long: Vec<String> = (0..7)
            .map(|number| format!("{number}{}", "ö".repeat(120)))
            .collect();
        assert_eq!(
            portions(&long).iter().map(|some| some.len()).sum::<usize>(),
            7
        );
        assert!(portions(&long).len() > 1);
        assert!(portions(&[]).is_empty());
    }

    #[test]
    fn waits_as_long_as_it_is_asked_to() {
        assert_eq!(pause(Some("5"), 1), Duration::from_secs(5));
        assert_eq!(pause(None, 1), Duration::from_secs(4));
        assert_eq!(pause(Some("4000"), 1), Duration::from_secs(30));
    }

    #[test]
    fn files_are_asked_for_as_the_wiki_keeps_them() {
        assert_eq!(file_title("abc.png"), "File:Abc.png");
        assert_eq!(file_title("0a.png"), "File:0a.png");
    }
}
