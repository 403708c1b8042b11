//! Requests to a wiki: scanned before they are sent, and repeated if the server asks for time.

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use ureq::http::{Request as WireRequest, Response as WireResponse, StatusCode};
use ureq::{Agent, Body};

use super::Error;
use crate::audience::Withheld;

/// The number of attempts before a failure is final.
const TRIES: usize = 4;

/// Upper bound on the delay between retries, whatever `Retry-After` says.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The timeout of a request with its answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The maximum size of an answer in bytes.
const LONGEST_ANSWER: u64 = 64 << 20;

/// A token or password. It cannot be printed, not even for debugging.
#[derive(Clone)]
pub struct Secret(Arc<str>);

impl Secret {
    /// A token, without the line end that files and commands append.
    pub fn new(token: &str) -> Self {
        Self(token.trim_end_matches(['\r', '\n']).into())
    }

    /// The characters, for the request that sends them.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(secret)")
    }
}

/// How a request authenticates.
#[derive(Debug, Clone)]
pub enum Credential {
    /// Not at all, or in the request itself.
    None,
    /// `Authorization: Basic` with a user and a token or password.
    Basic(String, Secret),
    /// `Authorization: Bearer`.
    Bearer(Secret),
}

impl Credential {
    /// The credential of a user; of a token alone if the user is empty.
    pub fn of(user: &str, token: Secret) -> Self {
        if user.is_empty() {
            Self::Bearer(token)
        } else {
            Self::Basic(user.to_owned(), token)
        }
    }

    /// The value of the header `Authorization`.
    fn header(&self) -> Option<String> {
        match self {
            Self::None => None,
            Self::Basic(user, secret) => Some(format!(
                "Basic {}",
                STANDARD.encode(format!("{user}:{}", secret.expose()))
            )),
            Self::Bearer(secret) => Some(format!("Bearer {}", secret.expose())),
        }
    }
}

/// A request.
#[derive(Debug, Clone)]
pub struct Request {
    method: &'static str,
    url: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
    /// The plain text of a body that is encoded.
    meaning: Vec<u8>,
    /// Whether the body contains a token, so it is neither scanned nor shown.
    is_login: bool,
}

impl Request {
    /// A request without a body.
    pub fn new(method: &'static str, url: impl Into<String>) -> Self {
        Self {
            method,
            url: url.into(),
            headers: Vec::new(),
            body: Vec::new(),
            meaning: Vec::new(),
            is_login: false,
        }
    }

    /// Adds a header.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets a body with a media type.
    pub fn body(mut self, media_type: &str, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// Sets a JSON body.
    pub fn json(self, body: &Value) -> Self {
        self.body("application/json", body.to_string())
    }

    /// Sets a body of form fields.
    pub fn form(self, fields: &[(&str, &str)]) -> Self {
        let body = fields
            .iter()
            .map(|(name, value)| format!("{}={}", encoded(name), encoded(value)))
            .collect::<Vec<_>>()
            .join("&");
        self.body("application/x-www-form-urlencoded", body)
    }

    /// Sets a body of form fields and a file.
    pub fn multipart(self, fields: &[(&str, &str)], file: (&str, &str, &[u8])) -> Self {
        // A digest of the file, which cannot occur in the file by chance.
        let boundary = format!("storybank-{:032x}", xxhash_rust::xxh3::xxh3_128(file.2));
        let mut body = Vec::new();
        for (name, value) in fields {
            body.extend_from_slice(
                format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n").as_bytes(),
            );
        }
        let (field, name, bytes) = file;
        let media_type = mime_guess::from_path(name).first_or_octet_stream();
        let head = format!(
            "--{boundary}\r\nContent-Disposition: form-data; name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {media_type}\r\n\r\n"
        );
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(bytes);
        body.extend_from_slice(format!("\r\n--{boundary}--\r\n").as_bytes());
        self.body(&format!("multipart/form-data; boundary={boundary}"), body)
    }

    /// Sets the plain text of an encoded body, for the scan for words that may not leave.
    pub fn meaning(mut self, bytes: &[u8]) -> Self {
        self.meaning = bytes.to_vec();
        self
    }

    /// Marks the body as a login, which is not scanned.
    pub fn login(mut self) -> Self {
        self.is_login = true;
        self
    }
}

/// An answer.
#[derive(Debug, Clone)]
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    headers: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
}

impl Response {
    /// A header by its name, ignoring case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// All headers with a name, ignoring case.
    pub fn headers<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers
            .iter()
            .filter(move |(other, _)| other.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; null if it is not JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_default()
    }

    /// Whether the status is 2xx.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status)
    }

    /// The status with the explanation of the server.
    pub fn reason(&self) -> String {
        let status = StatusCode::from_u16(self.status).ok();
        let name = status
            .and_then(|status| status.canonical_reason())
            .unwrap_or_default();
        let said = said(&self.json()).unwrap_or_else(|| in_short(&self.text()));
        // Text of the server must not control the terminal.
        let said = said.replace(char::is_control, " ");
        let status = format!("{} {name}", self.status);
        if said.is_empty() {
            status
        } else {
            format!("{status}: {said}")
        }
    }
}

/// Sends requests to one wiki.
pub struct Client {
    agent: Agent,
    /// For this machine: without the configured proxy.
    direct: Agent,
    credential: Credential,
    withheld: Arc<Withheld>,
}

impl Client {
    /// A client with a credential. It sends nothing that is withheld.
    pub fn new(credential: Credential, withheld: Arc<Withheld>) -> Self {
        let config = || {
            Agent::config_builder()
                .http_status_as_error(false)
                // A redirection could send the token to another host.
                .max_redirects(0)
                .max_redirects_will_error(false)
                .timeout_global(Some(PATIENCE))
                .user_agent(concat!("storybank/", env!("CARGO_PKG_VERSION")))
                .tls_config(
                    ureq::tls::TlsConfig::builder()
                        .root_certs(ureq::tls::RootCerts::PlatformVerifier)
                        .build(),
                )
        };
        let (agent, direct) = (
            config().build().new_agent(),
            config().proxy(None).build().new_agent(),
        );
        Self {
            agent,
            direct,
            credential,
            withheld,
        }
    }

    /// Sends a request. `action` describes it for errors, for example `read the page “…”`. Any
    /// status is a valid answer.
    ///
    /// # Errors
    ///
    /// If the request contains something that may not leave, if there is no answer, or if the
    /// server asks for time too often.
    pub fn send(&self, action: &str, request: &Request) -> Result<Response, Error> {
        let fail = |reason: String| Error::new(action, shown(&request.url), reason);
        self.scan(request).map_err(fail)?;
        require_https(request, &self.credential).map_err(fail)?;
        let mut last = None;
        for attempt in 0..TRIES {
            if attempt > 0 {
                std::thread::sleep(pause(last.as_ref(), attempt));
            }
            let response = self.send_once(request).map_err(fail)?;
            if !is_worth_another_try(request.method, response.status) {
                return refuse_redirection(response).map_err(fail);
            }
            last = Some(response);
        }
        let reason = last.map(|response| response.reason()).unwrap_or_default();
        Err(fail(format!("{reason} ({TRIES} times)"))
            .help("try again later; finished pages are kept"))
    }

    /// Sends a request that must succeed.
    pub fn expect(&self, action: &str, request: &Request) -> Result<Response, Error> {
        let response = self.send(action, request)?;
        if response.is_success() {
            Ok(response)
        } else {
            Err(Error::new(action, shown(&request.url), response.reason()))
        }
    }

    /// Scans a request that is sent later, after others that it depends on.
    ///
    /// # Errors
    ///
    /// If it contains something that may not leave.
    pub fn scan_ahead(&self, action: &str, request: &Request) -> Result<(), Error> {
        self.scan(request)
            .map_err(|reason| Error::new(action, shown(&request.url), reason))
    }

    fn scan(&self, request: &Request) -> Result<(), String> {
        let headers = request.headers.iter().map(|(_, value)| value.as_bytes());
        let bodies = [request.body.as_slice(), &request.meaning]
            .into_iter()
            .filter(|_| !request.is_login);
        for bytes in headers.chain([request.url.as_bytes()]).chain(bodies) {
            if let Some(hit) = self.withheld.first_in(bytes) {
                return Err(format!(
                    "the request would contain `{}`, which may not leave",
                    hit.word
                ));
            }
        }
        Ok(())
    }

    /// Sends a request once.
    fn send_once(&self, request: &Request) -> Result<Response, String> {
        let mut wire = WireRequest::builder()
            .method(request.method)
            .uri(&request.url);
        for (name, value) in &request.headers {
            wire = wire.header(*name, value);
        }
        if let Some(authorization) = self.credential.header() {
            wire = wire.header("Authorization", authorization);
        }
        let agent = self.agent_for(&request.url);
        let has_body = !request.body.is_empty() || matches!(request.method, "POST" | "PUT");
        let answer = if has_body {
            agent.run(wire.body(request.body.as_slice()).map_err(in_words)?)
        } else {
            agent.run(wire.body(()).map_err(in_words)?)
        };
        response(answer.map_err(in_words)?)
    }

    /// A proxy could read unencrypted requests to this machine, so these do not use one.
    fn agent_for(&self, url: &str) -> &Agent {
        if is_loopback(host_of(url)) {
            &self.direct
        } else {
            &self.agent
        }
    }
}

/// Reads an answer, up to a maximum length.
fn response(mut answer: WireResponse<Body>) -> Result<Response, String> {
    let headers = answer
        .headers()
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
            (name.to_string(), value)
        })
        .collect();
    let body = answer
        .body_mut()
        .with_config()
        .limit(LONGEST_ANSWER)
        .read_to_vec()
        .map_err(in_words)?;
    Ok(Response {
        status: answer.status().as_u16(),
        headers,
        body,
    })
}

/// The message of an error. Messages about headers could contain a token, so they are replaced.
fn in_words(error: impl fmt::Display) -> String {
    let text = error.to_string();
    if text.to_ascii_lowercase().contains("header") {
        return "the request could not be made of these settings".to_owned();
    }
    text.strip_prefix("io: ").unwrap_or(&text).to_owned()
}

/// Refuses to send a token unencrypted, except to this machine.
fn require_https(request: &Request, credential: &Credential) -> Result<(), String> {
    let carries_token = request.is_login || !matches!(credential, Credential::None);
    let url = &request.url;
    let host = url.starts_with("http://").then(|| host_of(url));
    match host {
        Some(host) if carries_token && !is_loopback(host) => {
            Err("the address starts with `http://`, so the token could be read on the way; use `https://`".to_owned())
        }
        _ => Ok(()),
    }
}

/// The host of an address with its port.
fn host_of(url: &str) -> &str {
    url.split_once("://").map_or("", |(_, rest)| {
        rest.split(['/', '?']).next().unwrap_or_default()
    })
}

fn is_loopback(authority: &str) -> bool {
    let host = if let Some(rest) = authority.strip_prefix('[') {
        rest.split(']').next()
    } else {
        authority.split(':').next()
    };
    matches!(host, Some("localhost" | "::1"))
        || host.is_some_and(|host| {
            host.parse::<std::net::Ipv4Addr>()
                .is_ok_and(|ip| ip.is_loopback())
        })
}

fn refuse_redirection(response: Response) -> Result<Response, String> {
    if matches!(response.status, 301 | 302 | 303 | 307 | 308) {
        let to = response
            .header("location")
            .unwrap_or("somewhere else")
            .split('?')
            .next()
            .unwrap_or_default()
            .replace(char::is_control, " ");
        return Err(format!(
            "the wiki redirects to {to}; if that is its address, set `address` in `site.toml`"
        ));
    }
    Ok(response)
}

/// Whether a retry can succeed, and the request has had no effect yet.
fn is_worth_another_try(method: &str, status: u16) -> bool {
    matches!(status, 429 | 503) || (method == "GET" && matches!(status, 500 | 502 | 504))
}

fn pause(response: Option<&Response>, attempt: usize) -> Duration {
    let asked = response
        .and_then(|response| response.header("retry-after"))
        .and_then(|value| asked_for(value, SystemTime::now()));
    asked
        .unwrap_or(Duration::from_millis(250 << attempt))
        .min(LONGEST_PAUSE)
}

/// Parses `Retry-After`: seconds or a date.
fn asked_for(value: &str, now: SystemTime) -> Option<Duration> {
    if let Ok(seconds) = value.trim().parse::<u64>() {
        return Some(Duration::from_secs(seconds));
    }
    let moment = jiff::fmt::rfc2822::parse(value.trim()).ok()?.timestamp();
    Some(
        SystemTime::from(moment)
            .duration_since(now)
            .unwrap_or_default(),
    )
}

/// The error message in a JSON answer, in any of its usual fields.
fn said(json: &Value) -> Option<String> {
    let text = |value: &Value| {
        value
            .as_str()
            .filter(|text| !text.is_empty())
            .map(str::to_owned)
    };
    let first = json["errors"].as_array().and_then(|errors| errors.first());
    let of_first =
        first.and_then(|first| text(&first["title"]).or_else(|| text(&first["message"])));
    let detail = first.and_then(|first| text(&first["detail"]));
    let of_first =
        of_first.map(|title| detail.map_or(title.clone(), |detail| format!("{title}: {detail}")));
    of_first
        .or_else(|| text(&json["message"]))
        .or_else(|| text(&json["error"]["info"]))
        .or_else(|| text(&json["error"]["message"]))
}

/// The first words of an HTML text, without tags, styles and scripts.
fn in_short(text: &str) -> String {
    const LONGEST: usize = 200;
    let text = ["style", "script"]
        .iter()
        .fold(text.to_owned(), |text, name| without(&text, name));
    let mut words = String::new();
    let mut is_tag = false;
    for next in text.chars() {
        match next {
            '<' => is_tag = true,
            '>' => {
                is_tag = false;
                words.push(' ');
            }
            _ if !is_tag => words.push(next),
            _ => {}
        }
    }
    words
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LONGEST)
        .collect()
}

/// A text without the elements of a name.
fn without(text: &str, name: &str) -> String {
    let (start, end) = (format!("<{name}"), format!("</{name}>"));
    let mut parts = text.split(&start);
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        kept + part.split_once(&end).map_or("", |(_, rest)| rest)
    })
}

/// An address without its query, which can contain a token.
fn shown(url: &str) -> String {
    url.split(['?', '#']).next().unwrap_or_default().to_owned()
}

/// Text encoded for an address or a form.
pub fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_as_long_as_it_is_asked_to() {
        let now = SystemTime::from(
            jiff::fmt::rfc2822::parse("Wed, 21 Oct 2015 07:28:00 GMT")
                .expect("it is a date")
                .timestamp(),
        );
        assert_eq!(asked_for("7", now), Some(Duration::from_secs(7)));
        assert_eq!(
            asked_for("Wed, 21 Oct 2015 07:28:05 GMT", now),
            Some(Duration::from_secs(5))
        );
        assert_eq!(
            asked_for("Wed, 21 Oct 2015 07:27:00 GMT", now),
            Some(Duration::ZERO)
        );
        assert_eq!(asked_for("soon", now), None);
    }

    #[test]
    fn a_token_takes_no_open_road() {
        let token = Credential::Bearer(Secret::new("t"));
        let get = |url: &str| Request::new("GET", url);
        let login = get("http://wiki.example.org/api").login();
        assert!(require_https(&get("http://wiki.example.org/api"), &token).is_err());
        assert!(require_https(&login, &Credential::None).is_err());
        for url in [
            "https://wiki.example.org/api",
            "http://127.0.0.1:80/",
            "http://[::1]:80/",
            "http://localhost/x",
        ] {
            assert!(require_https(&get(url), &token).is_ok(), "{url}");
        }
        assert!(require_https(&get("http://127.0.0.1.example.org/"), &token).is_err());
        assert_eq!(format!("{token:?}"), "Bearer((secret))");
    }

    #[test]
    fn tells_what_the_other_side_said() {
        let answer = |body: &str| Response {
            status: 400,
            headers: Vec::new(),
            body: body.as_bytes().to_vec(),
        };
        assert_eq!(
            answer("{\"message\":\"Error parsing xhtml\"}").reason(),
            "400 Bad Request: Error parsing xhtml"
        );
        assert_eq!(
            answer("{\"errors\":[{\"title\":\"Title taken\",\"detail\":\"in this space\"}]}")
                .reason(),
            "400 Bad Request: Title taken: in this space"
        );
        assert_eq!(
            answer("<h1>No</h1> <p>way").reason(),
            "400 Bad Request: No way"
        );
        assert_eq!(answer("").reason(), "400 Bad Request");
        assert_eq!(
            answer("{\"message\":\"a\\u001b[2Jb\"}").reason(),
            "400 Bad Request: a [2Jb"
        );
    }

    #[test]
    fn an_answer_in_html_is_told_without_its_style() {
        let page =
            "<head><style>p { color: red }</style><style>open</head><h1>Not <b>Found</b></h1>";
        assert_eq!(in_short(&page.replace("<style>open", "")), "Not Found");
        assert_eq!(in_short(page), "");
    }
}
