//! Answers requests from the newest snapshot.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{self, HeaderName, HeaderValue};
use axum::http::{Response, StatusCode};
use axum::response::IntoResponse;
use axum::response::sse::{Event, KeepAlive, Sse};
use tokio::sync::watch;
use tokio_stream::StreamExt;
use tokio_stream::wrappers::WatchStream;

use super::{Hosts, News, NewsHandler};
use crate::preview::{Answer, OWN, Origin, SCRIPT, STYLE, Snapshot};

/// How often a stream without news sends a comment, to keep proxies from closing it.
const ALIVE: Duration = Duration::from_secs(15);

/// The headers of every answer: it is not stored, and is for pages of this server only.
const HEADERS: [(&str, &str); 5] = [
    ("cache-control", "no-store"),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "no-referrer"),
    ("cross-origin-resource-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
];

/// The policy of pages: they may run the scripts of their theme, and ask this server.
const PAGE: &str = "default-src 'self' data:; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; object-src 'none'; \
                    frame-ancestors 'self'; form-action 'self'";

/// The policy of files that documents refer to: they may only be shown. A file has no origin, runs no script, sends nothing and loads
/// no page.
const FILE: &str = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
                    frame-ancestors 'self'";

/// The policy of media files and PDF. Browsers show them in players and viewers of their own, which need to ask for the file itself.
const MEDIUM: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; media-src 'self'; object-src 'self'; \
                      base-uri 'none'; form-action 'none'; frame-ancestors 'self'";

/// What the answers to requests need.
#[derive(Clone)]
pub struct Site {
    /// The newest snapshot.
    pub newest: watch::Receiver<Arc<Snapshot>>,
    /// The name of this run.
    pub boot: Arc<str>,
    /// The names that requests may use for the server.
    pub hosts: Arc<Hosts>,
    /// Gets mistakes.
    pub news: NewsHandler,
}

/// Answers every request.
pub fn router(site: Site) -> Router {
    Router::new().fallback(answer).with_state(site)
}

async fn answer(State(site): State<Site>, request: Request) -> Response<Body> {
    let mut response = match site.hosts.refusal(request.method(), request.headers()) {
        Some((status, words)) => response(Answer::text(status, words)),
        None => respond(&site, request.uri().path()).await,
    };
    for (name, value) in HEADERS {
        response.headers_mut().insert(
            HeaderName::from_static(name),
            HeaderValue::from_static(value),
        );
    }
    response
}

async fn respond(site: &Site, path: &str) -> Response<Body> {
    if let Some(own) = path.strip_prefix(OWN) {
        let file = |media_type: &str, text: &str| Answer {
            media_type: media_type.to_owned(),
            ..Answer::text(200, text)
        };
        return match own {
            "events" => events(site),
            "preview.js" => response(file("text/javascript; charset=utf-8", SCRIPT)),
            "preview.css" => response(file("text/css; charset=utf-8", STYLE)),
            _ => response(Answer::text(404, "the preview has no file of this name")),
        };
    }
    let snapshot = site.newest.borrow().clone();
    let (path, news) = (path.to_owned(), site.news.clone());
    // Making a page takes some milliseconds, and other requests must not wait for it.
    match tokio::task::spawn_blocking(move || answer_of(&snapshot, &path, &news)).await {
        Ok(answer) => response(answer),
        Err(_) => response(Answer::text(
            500,
            "this page could not be made; see the message in the terminal",
        )),
    }
}

fn answer_of(snapshot: &Snapshot, path: &str, news: &NewsHandler) -> Answer {
    let answer = snapshot.answer(path);
    if let Some(found) = &answer.mistake {
        news.handle(&News::Mistake { snapshot, found });
    }
    answer
}

/// The stream of revisions, the current one first.
fn events(site: &Site) -> Response<Body> {
    let boot = site.boot.clone();
    let events = WatchStream::new(site.newest.clone()).map(move |snapshot| {
        // A percent-encoded address needs no escaping in quotes.
        let page = snapshot
            .saved_page()
            .map_or_else(|| "null".to_owned(), |page| format!("\"{page}\""));
        let data = format!(
            "{{\"boot\":\"{boot}\",\"revision\":{},\"page\":{page}}}",
            snapshot.revision()
        );
        Ok::<_, Infallible>(Event::default().event("revision").data(data))
    });
    Sse::new(events)
        .keep_alive(KeepAlive::new().interval(ALIVE))
        .into_response()
}

fn response(answer: Answer) -> Response<Body> {
    let Answer {
        status,
        media_type,
        location,
        bytes,
        origin,
        mistake: _,
    } = answer;
    let mut response = Response::new(Body::from(bytes));
    *response.status_mut() =
        StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static(policy(origin, &media_type)),
    );
    if let Ok(media_type) = HeaderValue::from_str(&media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    if let Some(location) = location.and_then(|location| HeaderValue::from_str(&location).ok()) {
        headers.insert(header::LOCATION, location);
    }
    if status == 405 {
        headers.insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    response
}

/// The policy of an answer.
fn policy(origin: Origin, media_type: &str) -> &'static str {
    let is_medium = media_type == "application/pdf"
        || media_type.starts_with("audio/")
        || media_type.starts_with("video/");
    match origin {
        Origin::Storybank => PAGE,
        Origin::Author if is_medium => MEDIUM,
        Origin::Author => FILE,
    }
}
