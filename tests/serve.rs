//! `storybank serve` without a browser: which requests it answers, what it never sends, and that it
//! notices every kind of save.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/server.rs"]
mod server;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use common::files;
use program::{Folder, tree};
use server::{Server, eventually, serve};

const SITE: &str = "
-- site/site.toml --
title = \"Stories\"
-- site/content/stories/outage.md --
---
title: The outage
---

The river was high. ![A map](map.png)
-- site/content/stories/map.png --
a picture
-- site/content/stories/flood/index.md --
---
title: The flood
---

It rained.
-- site/content/stories/move.md --
---
title: The move
audience: team
---

We arrived at noon.
-- secret.md --
---
title: The hidden thing
---

It was buried.
-- secret.png --
buried too
";

/// A folder with a site, other files beside the site, and a server that shows the site.
struct Scene {
    server: Server,
    folder: Folder,
}

impl Scene {
    fn new() -> Self {
        Self::with_arguments(&[])
    }

    fn with_arguments(arguments: &[&str]) -> Self {
        let folder = folder();
        let server = Server::start(&folder.join("site"), arguments);
        Self { server, folder }
    }

    fn root(&self) -> PathBuf {
        self.folder.join("site")
    }

    /// A path below the site.
    fn path(&self, name: &str) -> PathBuf {
        self.root().join(name)
    }

    fn save(&self, name: &str, text: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.path(from), self.path(to)).expect("it can be renamed");
    }

    fn remove(&self, name: &str) {
        fs::remove_file(self.path(name)).expect("it is there");
    }
}

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write(&files(SITE));
    folder
}

/// The text of a story.
fn story(title: &str, words: &str) -> String {
    format!("---\ntitle: {title}\n---\n\n{words}\n")
}

const OUTAGE: &str = "content/stories/outage.md";

/// The modification time of each file below a folder.
fn stamps(folder: &Path) -> BTreeMap<PathBuf, SystemTime> {
    let entries = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("it can be read"));
    let stamp = |entry: walkdir::DirEntry| {
        let about = fs::symlink_metadata(entry.path()).expect("it is there");
        (
            entry.into_path(),
            about.modified().expect("the system knows it"),
        )
    };
    entries.map(stamp).collect()
}

#[test]
fn pages_and_files_have_the_right_content_type() {
    let scene = Scene::new();
    for (path, kind, words) in [
        ("/", "text/html", "The outage"),
        ("/index.html", "text/html", "The outage"),
        ("/stories.html", "text/html", "The outage"),
        ("/stories/outage.html", "text/html", "The river was high."),
        (
            "/stories/outage.html?a=1",
            "text/html",
            "The river was high.",
        ),
        (
            "/@team/stories/move.html",
            "text/html",
            "We arrived at noon.",
        ),
        ("/@public/", "text/html", "storybank-preview"),
        ("/static/style.css?123", "text/css", "{"),
        ("/.storybank/preview.js", "text/javascript", "EventSource"),
        ("/.storybank/preview.css", "text/css", "storybank-preview"),
    ] {
        let response = scene.server.get(path);
        assert_eq!(response.status, 200, "{path}");
        assert!(
            response.header("content-type").starts_with(kind),
            "{path}: {:?}",
            response.headers
        );
        assert!(response.body.contains(words), "{path}:\n{}", response.body);
        assert_eq!(response.header("access-control-allow-origin"), "", "{path}");
        assert_eq!(
            response.header("x-content-type-options"),
            "nosniff",
            "{path}"
        );
    }
    let page = scene.server.get("/stories/outage.html");
    assert!(
        page.header("cache-control").contains("no-store")
            || page.header("cache-control").contains("no-cache"),
        "{:?}",
        page.headers
    );
    let (_, rest) = page
        .body
        .split_once("src=\"../assets/")
        .expect("the page has a picture");
    let picture = scene.server.get(&format!(
        "/assets/{}",
        rest.split('"').next().unwrap_or_default()
    ));
    assert_eq!((picture.status, picture.body.trim()), (200, "a picture"));
    assert_eq!(picture.header("content-type"), "image/png");
}

#[test]
fn a_missing_page_has_status_404() {
    let scene = Scene::new();
    for path in [
        "/nothing.html",
        "/stories/",
        "/stories/nothing.html",
        "/@team/stories/outage.html",
        "/@nobody/",
        "/.storybank/nothing",
        "/static/nothing.css",
    ] {
        let response = scene.server.get(path);
        assert_eq!(response.status, 404, "{path}");
    }
    let page = scene.server.get("/stories/far/away/nothing.html");
    assert!(
        page.body.contains("<base href=\"/\">") && page.body.contains("This page is not told here"),
        "{}",
        page.body
    );
    assert!(page.body.contains("storybank-preview"), "{}", page.body);
}

#[test]
fn a_head_request_gets_no_body() {
    let scene = Scene::new();
    let whole = scene.server.get("/stories/outage.html");
    let head = scene.server.ask(
        "HEAD",
        "/stories/outage.html",
        &[("Host", scene.server.host())],
    );
    assert_eq!((head.status, head.body.as_str()), (200, ""));
    assert_eq!(head.header("content-type"), whole.header("content-type"));
    assert_eq!(
        head.header("content-length"),
        whole.header("content-length")
    );
    assert_eq!(
        scene
            .server
            .ask("HEAD", "/nothing.html", &[("Host", scene.server.host())])
            .status,
        404
    );
}

#[test]
fn only_reading_requests_are_allowed() {
    let scene = Scene::new();
    for method in [
        "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE", "NONSENSE",
    ] {
        let response = scene.server.ask(
            method,
            "/",
            &[("Host", scene.server.host()), ("Content-Length", "0")],
        );
        assert_eq!(response.status, 405, "{method}");
        assert!(!response.body.contains("outage"), "{method}");
    }
}

#[test]
fn requests_for_other_hosts_are_refused() {
    let scene = Scene::new();
    let port = scene.server.port();
    let strangers = [
        "evil.example",
        "evil.example:80",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "evil.example:127.0.0.1",
        "",
    ];
    for host in strangers
        .iter()
        .map(|&host| host.to_owned())
        .chain([format!("evil.example:{port}")])
    {
        for path in [
            "/",
            "/stories/outage.html",
            "/.storybank/events",
            "/.storybank/preview.js",
            "/nothing.html",
        ] {
            let response = scene.server.ask("GET", path, &[("Host", &host)]);
            assert_eq!(response.status, 403, "{host} {path}");
            assert!(
                !response.body.contains("outage") && !response.body.contains("river"),
                "{host} {path}: {}",
                response.body
            );
        }
    }
    let nameless = scene.server.ask("GET", "/", &[]);
    assert!(
        matches!(nameless.status, 400 | 403) && !nameless.body.contains("outage"),
        "{nameless:?}"
    );
    let twice = scene.server.ask(
        "GET",
        "/",
        &[("Host", "evil.example"), ("Host", scene.server.host())],
    );
    assert!(
        matches!(twice.status, 400 | 403) && !twice.body.contains("outage"),
        "{twice:?}"
    );
    for host in [
        format!("127.0.0.1:{port}"),
        format!("localhost:{port}"),
        format!("LOCALHOST:{port}"),
    ] {
        assert_eq!(
            scene.server.ask("GET", "/", &[("Host", &host)]).status,
            200,
            "{host}"
        );
    }
}

#[test]
fn requests_from_other_origins_are_refused() {
    let scene = Scene::new();
    let host = scene.server.host();
    for origin in [
        "http://evil.example",
        "https://evil.example",
        "null",
        "http://127.0.0.1.evil.example",
        "http://127.0.0.1:1",
        "file://",
    ] {
        for path in ["/", "/.storybank/events"] {
            let response = scene
                .server
                .ask("GET", path, &[("Host", host), ("Origin", origin)]);
            assert_eq!(response.status, 403, "{origin} {path}");
            assert!(!response.body.contains("outage"), "{origin} {path}");
        }
    }
    let own = format!("http://{host}");
    assert_eq!(
        scene
            .server
            .ask("GET", "/", &[("Host", host), ("Origin", &own)])
            .status,
        200
    );
}

#[test]
fn no_address_reads_files_outside_the_site() {
    let scene = Scene::new();
    let paths = [
        "/../secret.md",
        "/../../secret.md",
        "/%2e%2e/secret.md",
        "/%2E%2E%2Fsecret.md",
        "/..%2fsecret.md",
        "/..%5csecret.md",
        "/..\\secret.md",
        "/%252e%252e/secret.md",
        "/assets/../../secret.md",
        "/static/../../secret.md",
        "/static/%2e%2e/%2e%2e/secret.md",
        "/@team/../../secret.md",
        "/@team/static/..%2f..%2fsecret.md",
        "/stories/..%00/secret.md",
        "/stories/outage.html%00.png",
        "/%00",
        "/%",
        "/%zz",
        "/%ff%fe",
        "//etc/passwd",
        "///etc/passwd",
        "/%2fetc/passwd",
        "//secret.md",
        "/C:/secret.md",
        "/content/stories/outage.md",
        "/site.toml",
        "/stories/outage.md",
        "/stories/map.png",
        "/secret.md",
    ];
    for path in paths {
        let response = scene.server.get(path);
        assert!(
            matches!(response.status, 400 | 404),
            "{path}: {}",
            response.status
        );
        let body = response.body;
        assert!(
            !body.contains("buried")
                && !body.contains("hidden thing")
                && !body.contains("root:")
                && !body.contains("river"),
            "{path}: {body}"
        );
    }
    // Requests that no browser sends may be answered, but not with content from outside the site.
    for path in [
        "secret.md",
        "../secret.md",
        "*",
        "http://evil.example/../secret.md",
        "file:///etc/passwd",
    ] {
        let body = scene.server.get(path).body;
        assert!(
            !body.contains("buried") && !body.contains("hidden thing") && !body.contains("root:"),
            "{path}: {body}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_link_that_leads_out_of_the_site_is_not_followed() {
    use std::os::unix::fs::symlink;
    let folder = folder();
    let stories = folder.join("site/content/stories");
    symlink(folder.join("secret.md"), stories.join("hidden.md")).expect("a link can be made");
    symlink(folder.path(), stories.join("outside")).expect("a link can be made");
    let server = Server::start(&folder.join("site"), &[]);
    // A link from the start, a new link, and a file that is replaced by a link.
    symlink(folder.join("secret.md"), stories.join("later.md")).expect("a link can be made");
    fs::remove_file(stories.join("map.png")).expect("it is there");
    symlink(folder.join("secret.png"), stories.join("map.png")).expect("a link can be made");
    fs::write(stories.join("last.md"), story("The last", "It was last."))
        .expect("it can be written");
    eventually("the last save is seen", || {
        server.get("/stories/outage.html").body.contains("map.png")
            || server.get("/stories/last.html").status == 200
    });
    for path in [
        "/",
        "/stories.html",
        "/stories/hidden.html",
        "/stories/later.html",
        "/stories/outside/secret.html",
        "/stories/outage.html",
    ] {
        let body = server.get(path).body;
        assert!(
            !body.contains("hidden thing") && !body.contains("buried"),
            "{path}: {body}"
        );
        for name in body.split("/assets/").skip(1) {
            let name = name.split('"').next().unwrap_or_default();
            assert!(
                !server
                    .get(&format!("/assets/{name}"))
                    .body
                    .contains("buried"),
                "{path}: {name}"
            );
        }
    }
}

#[test]
fn invalid_and_empty_requests_do_no_harm() {
    let scene = Scene::new();
    let long = "a".repeat(200_000);
    let host = scene.server.host();
    let requests = [
        b"GET\r\n\r\n".to_vec(),
        b"GET / HTTP/9.9\r\n\r\n".to_vec(),
        b"\xff\xfe\x00\x01\r\n\r\n".to_vec(),
        format!("GET /{long} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").into_bytes(),
        format!("GET / HTTP/1.1\r\nHost: {host}\r\nX: {long}\r\nConnection: close\r\n\r\n")
            .into_bytes(),
        format!(
            "GET / HTTP/1.1\r\nHost: {host}\r\n{}Connection: close\r\n\r\n",
            "X: y\r\n".repeat(5_000)
        )
        .into_bytes(),
    ];
    for request in requests {
        // It may be refused, answered or disconnected.
        let answer = scene.server.send(&request).map(|response| response.status);
        assert!(
            answer.is_none_or(|status| status != 500),
            "{answer:?} for {:?}",
            String::from_utf8_lossy(&request[..40.min(request.len())])
        );
        assert_eq!(scene.server.get("/").status, 200);
    }
    let mut silent: Vec<_> = (0..40).map(|_| scene.server.connect()).collect();
    for stream in silent.iter_mut().take(20) {
        stream.write_all(b"GET / HT").expect("the server is there");
    }
    let start = Instant::now();
    assert_eq!(scene.server.get("/").status, 200);
    assert!(
        start.elapsed() < Duration::from_secs(2),
        "silent clients block others: {:?}",
        start.elapsed()
    );
}

#[test]
fn many_streams_do_not_block_requests() {
    let scene = Scene::new();
    let mut streams: Vec<_> = (0..30).map(|_| scene.server.events()).collect();
    let first: Vec<_> = streams.iter_mut().map(server::Events::next).collect();
    assert!(
        first
            .iter()
            .all(|event| event.revision == first[0].revision && event.boot == first[0].boot),
        "{first:?}"
    );
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    for stream in &mut streams {
        assert!(stream.next().revision > first[0].revision);
    }
    scene
        .server
        .shows("/stories/outage.html", "The river was low.");
}

#[test]
fn the_stream_sends_the_current_revision_and_then_every_save() {
    let scene = Scene::with_arguments(&["--follow"]);
    let mut events = scene.server.events();
    let first = events.next();
    assert_eq!(first.revision, scene.server.revision());
    assert!(
        scene
            .server
            .get("/")
            .body
            .contains(&format!("data-boot=\"{}\"", first.boot))
    );
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    let second = events.next();
    assert!(
        second.revision > first.revision && second.boot == first.boot,
        "{first:?} {second:?}"
    );
    assert_eq!(second.page.as_deref(), Some("stories/outage.html"));
    // What was announced is available.
    let page = scene.server.get("/stories/outage.html").body;
    assert!(
        page.contains("The river was low.")
            && page.contains(&format!("data-revision=\"{}\"", second.revision)),
        "{page}"
    );
    scene.save(
        "content/stories/flood/index.md",
        &story("The flood", "It poured."),
    );
    let third = events.until("the flood", |next| {
        next.page.as_deref() == Some("stories/flood.html")
    });
    assert!(third.revision > second.revision);
    // A client that connects later gets the same.
    assert_eq!(scene.server.events().next(), third);
    let port = scene.server.port().to_owned();
    let Scene { server, folder } = scene;
    drop(server);
    let again = Server::start_on(&port, &folder.join("site"), &[]);
    assert_ne!(again.events().next().boot, first.boot);
}

#[test]
fn the_stream_names_no_hidden_page() {
    let scene = Scene::with_arguments(&["--follow", "--audience", "team"]);
    let mut events = scene.server.events();
    events.next();
    scene.save(
        "content/stories/flood/index.md",
        &story("The flood", "It poured."),
    );
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    scene.save(
        "content/stories/move.md",
        "---\ntitle: The move\naudience: team\n---\n\nWe arrived late.\n",
    );
    let mut next = events.next();
    while next.page.is_none() {
        next = events.next();
    }
    assert_eq!(next.page.as_deref(), Some("stories/move.html"));
}

#[test]
fn a_broken_save_and_its_fix_are_two_revisions() {
    let scene = Scene::new();
    let mut events = scene.server.events();
    let first = events.next();
    scene.save(OUTAGE, "---\ntitel: The outage\n---\n");
    let broken = events.next();
    assert!(broken.revision > first.revision);
    let page = scene.server.get("/stories/outage.html");
    assert_eq!(page.status, 200);
    assert!(
        page.body.contains("did you mean `title`?") && page.body.contains("The river was high."),
        "{}",
        page.body
    );
    scene.save(OUTAGE, &story("The outage", "The river was mended."));
    let mended = events.next();
    assert!(mended.revision > broken.revision);
    let page = scene.server.get("/stories/outage.html");
    assert!(
        !page.body.contains("sb-problems") && page.body.contains("The river was mended."),
        "{}",
        page.body
    );
}

#[test]
fn an_oversized_file_does_not_block_saves_of_others() {
    let scene = Scene::new();
    for (place, words) in [
        "- ".repeat(25 << 20),
        "> ".repeat(100_000),
        "<div>".repeat(100_000),
    ]
    .into_iter()
    .enumerate()
    {
        // In one step: the half of such a text can be valid, and would become the last good
        // version.
        scene.save("outage.part", &story("The outage", &words));
        scene.rename("outage.part", OUTAGE);
        let saved = format!("It stopped {place} days later.");
        scene.save(
            "content/stories/flood/index.md",
            &story("The flood", &saved),
        );
        scene.server.shows("/stories/flood.html", &saved);
        scene.server.shows("/stories/outage.html", "sb-problems");
        scene
            .server
            .shows("/stories/outage.html", "The river was high.");
    }
}

#[test]
fn markup_in_a_broken_file_is_shown_as_text() {
    let scene = Scene::new();
    scene.save(
        OUTAGE,
        "---\ntitle: x\n\"<script>alert(1)</script>\": </pre><img src=x onerror=alert(2)>\n---\n",
    );
    scene.server.shows("/stories/outage.html", "sb-problems");
    let body = scene.server.get("/stories/outage.html").body;
    assert!(
        !body.contains("<script>alert") && !body.contains("<img src=x"),
        "{body}"
    );
    assert!(body.contains("&lt;script&gt;alert(1)"), "{body}");
}

#[test]
fn nothing_is_written_to_the_disk() {
    let scene = Scene::new();
    let before = (tree(scene.folder.path()), stamps(scene.folder.path()));
    for path in [
        "/",
        "/stories/outage.html",
        "/@team/",
        "/@public/",
        "/static/style.css",
        "/nothing.html",
        "/.storybank/preview.js",
    ] {
        scene.server.get(path);
    }
    scene.server.events().next();
    assert_eq!(
        (tree(scene.folder.path()), stamps(scene.folder.path())),
        before
    );
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    let before = (tree(scene.folder.path()), stamps(scene.folder.path()));
    scene
        .server
        .shows("/stories/outage.html", "The river was low.");
    assert_eq!(
        (tree(scene.folder.path()), stamps(scene.folder.path())),
        before
    );
}

#[test]
fn reading_a_file_is_not_a_save() {
    let scene = Scene::new();
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    scene
        .server
        .shows("/stories/outage.html", "The river was low.");
    // Events of the previous save may still arrive, so skip them first.
    let mut settled = scene.server.revision();
    let mut since = Instant::now();
    while since.elapsed() < Duration::from_millis(200) {
        let now = scene.server.revision();
        if now != settled {
            (settled, since) = (now, Instant::now());
        }
    }
    let start = Instant::now();
    while start.elapsed() < Duration::from_millis(500) {
        for path in [
            "/",
            "/stories/outage.html",
            "/@team/",
            "/static/style.css",
            "/nothing.html",
        ] {
            scene.server.get(path);
        }
        tree(scene.folder.path());
        assert_eq!(scene.server.revision(), settled);
    }
}

#[test]
fn every_kind_of_save_is_noticed() {
    see_every_save(&[]);
}

#[test]
fn every_kind_of_save_is_noticed_by_polling() {
    see_every_save(&["--poll"]);
}

/// Waits until an old address leads to a new one.
fn leads_to(server: &Server, old: &str, new: &str) {
    eventually("the old address leads to the new one", || {
        server.get(old).header("location") == new
    });
}

/// Saves in every way that editors, tools and people do.
fn see_every_save(arguments: &[&str]) {
    let scene = Scene::with_arguments(arguments);
    let server = &scene.server;
    let page = "/stories/outage.html";
    server.shows(page, "The river was high.");

    // In place, also with the same number of bytes.
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    server.shows(page, "The river was low.");
    scene.save(OUTAGE, &story("The outage", "The river was dry."));
    server.shows(page, "The river was dry.");

    // Into a temporary file that then replaces the original.
    for beside in [
        "content/stories/.outage.md.new",
        "content/stories/outage.md.tmp",
        "content/stories/4913",
    ] {
        scene.save(
            beside,
            &story("The outage", &format!("Saved by way of {beside}")),
        );
        scene.rename(beside, OUTAGE);
        server.shows(page, &format!("Saved by way of {beside}"));
    }

    // With the original kept as a backup.
    scene.rename(OUTAGE, "content/stories/outage.md~");
    scene.save(OUTAGE, &story("The outage", "The backup is kept."));
    server.shows(page, "The backup is kept.");
    scene.remove("content/stories/outage.md~");

    // With the same modification time, as some copy tools do.
    let about = fs::metadata(scene.path(OUTAGE)).expect("it is there");
    scene.save(OUTAGE, &story("The outage", "The backup is gone."));
    let file = fs::File::options()
        .write(true)
        .open(scene.path(OUTAGE))
        .expect("it can be written");
    file.set_modified(about.modified().expect("the system knows it"))
        .expect("the time can be set");
    assert_eq!(file.metadata().expect("it is there").len(), about.len());
    server.shows(page, "The backup is gone.");

    // Emptied, and filled a little later.
    scene.save(OUTAGE, "");
    thread::sleep(Duration::from_millis(100));
    scene.save(OUTAGE, &story("The outage", "It is filled again."));
    server.shows(page, "It is filled again.");

    // A new file, a copy, a renamed file, a deleted file.
    scene.save("content/stories/storm.md", &story("The storm", "It blew."));
    server.shows("/stories/storm.html", "It blew.");
    server.shows("/stories.html", "The storm");
    scene.rename("content/stories/storm.md", "content/stories/gale.md");
    server.shows("/stories/gale.html", "It blew.");
    leads_to(server, "/stories/storm.html", "/stories/gale.html");
    scene.remove("content/stories/gale.md");
    server.lacks("/stories/gale.html");

    // Folders: renamed with their content, changed afterwards, removed.
    scene.rename("content/stories/flood", "content/stories/deluge");
    server.shows("/stories/deluge.html", "It rained.");
    leads_to(server, "/stories/flood.html", "/stories/deluge.html");
    scene.save(
        "content/stories/deluge/index.md",
        &story("The deluge", "It poured."),
    );
    server.shows("/stories/deluge.html", "It poured.");
    fs::remove_dir_all(scene.path("content/stories/deluge")).expect("it is there");
    server.lacks("/stories/deluge.html");

    // Nested new folders.
    scene.save(
        "content/questions/hardest.md",
        "---\nquestion: What was hardest?\n---\n",
    );
    server.shows("/questions/hardest.html", "What was hardest?");
    scene.save(
        "content/stories/snow/index.md",
        &story("The snow", "It snowed."),
    );
    scene.save(
        "content/stories/snow/short.md",
        "---\ntitle: Shorter\n---\n\nSnow.\n",
    );
    server.shows("/stories/snow/short.html", "Snow.");
    scene.save(
        "content/stories/snow/short.md",
        "---\ntitle: Shorter\n---\n\nIce.\n",
    );
    server.shows("/stories/snow/short.html", "Ice.");

    // Moved in from outside, and out again.
    fs::create_dir_all(scene.folder.join("outside/hail")).expect("it can be made");
    fs::write(
        scene.folder.join("outside/hail/index.md"),
        story("The hail", "It hailed."),
    )
    .expect("it can be written");
    fs::rename(
        scene.folder.join("outside/hail"),
        scene.path("content/stories/hail"),
    )
    .expect("it can be moved");
    server.shows("/stories/hail.html", "It hailed.");
    scene.save(
        "content/stories/hail/index.md",
        &story("The hail", "It hailed again."),
    );
    server.shows("/stories/hail.html", "It hailed again.");
    fs::rename(
        scene.path("content/stories/hail"),
        scene.folder.join("outside/hail"),
    )
    .expect("it can be moved");
    server.lacks("/stories/hail.html");

    // Other inputs of the site: settings, a new theme, pictures.
    scene.save("site.toml", "title = \"Tales\"\n");
    server.shows("/", "Tales");
    scene.remove("site.toml");
    eventually("the settings are removed", || {
        !server.get("/").body.contains("Tales")
    });
    scene.save("site.toml", "title = \"Legends\"\n");
    server.shows("/", "Legends");
    scene.save(
        "themes/default/static/style.css",
        "h1 { color: rgb(1, 2, 3) }\n",
    );
    server.shows("/static/style.css", "rgb(1, 2, 3)");
    scene.save(
        "themes/default/static/style.css",
        "h1 { color: rgb(4, 5, 6) }\n",
    );
    server.shows("/static/style.css", "rgb(4, 5, 6)");
    fs::remove_dir_all(scene.path("themes")).expect("it is there");
    eventually("the default style is back", || {
        server.get("/static/style.css").body.len() > 10_000
    });
    scene.save(OUTAGE, &story("The outage", "![A map](map.png)"));
    let picture = || {
        let body = server.get(page).body;
        let (_, rest) = body.split_once("src=\"../assets/")?;
        Some(
            server
                .get(&format!("/assets/{}", rest.split('"').next()?))
                .body,
        )
    };
    eventually("the picture is there", || {
        picture().is_some_and(|bytes| bytes == "a picture\n")
    });
    scene.save("content/stories/map.png", "another picture\n");
    eventually("the picture changes", || {
        picture().is_some_and(|bytes| bytes == "another picture\n")
    });

    // The whole content, moved away and back.
    scene.rename("content", "away");
    eventually("the missing content is reported", || {
        server.get(page).body.contains("sb-problems") || server.get(page).status == 404
    });
    scene.rename("away", "content");
    server.shows(page, "A map");
    eventually("the page shows no problems", || {
        !server.get(page).body.contains("sb-problems")
    });
    scene.save(OUTAGE, &story("The outage", "And it is still watched."));
    server.shows(page, "And it is still watched.");
}

/// Copies a folder with its content.
fn copy(from: &Path, to: &Path) {
    for entry in walkdir::WalkDir::new(from) {
        let entry = entry.expect("it can be read");
        let there = to.join(entry.path().strip_prefix(from).expect("it is below"));
        if entry.file_type().is_dir() {
            fs::create_dir_all(there).expect("it can be made");
        } else {
            fs::copy(entry.path(), there).expect("it can be copied");
        }
    }
}

/// Checks that the preview reports that the site is missing, and still shows all pages of its last
/// state.
#[track_caller]
fn shows_the_last_state(server: &Server, words: &str) {
    server.shows("/stories/outage.html", "sb-problems");
    let page = server.get("/stories/outage.html");
    assert!(
        page.status == 200
            && page.body.contains(words)
            && page.body.contains("cannot read the site"),
        "{}",
        page.body
    );
    let flood = server.get("/stories/flood.html");
    assert!(
        flood.status == 200 && flood.body.contains("It rained."),
        "{}",
        flood.body
    );
    eventually("the terminal reports it", || {
        server.said().contains("the site is shown as it last was")
    });
}

/// Checks that the preview has the site again, and notices saves in it.
#[track_caller]
fn sees_saves(scene: &Scene, words: &str) {
    eventually("the page shows no problems", || {
        !scene
            .server
            .get("/stories/outage.html")
            .body
            .contains("sb-problems")
    });
    for number in 0..3 {
        let words = format!("{words} {number} times.");
        scene.save(OUTAGE, &story("The outage", &words));
        scene.server.shows("/stories/outage.html", &words);
    }
    scene.save("content/stories/new/deep/index.md", "nothing of the site");
    scene.save("content/stories/storm/index.md", &story("The storm", words));
    scene.server.shows("/stories/storm.html", words);
    scene.save("themes/default/static/extra.css", words);
    scene.server.shows("/static/extra.css", words);
    for folder in ["content/stories/storm", "content/stories/new", "themes"] {
        fs::remove_dir_all(scene.path(folder)).expect("it is there");
    }
    scene.server.lacks("/stories/storm.html");
    scene.server.lacks("/static/extra.css");
}

/// A scene whose site is several folders deep: `far/above/site`.
#[cfg(unix)]
fn deep_scene(arguments: &[&str]) -> Scene {
    let scene = Scene::with_arguments(arguments);
    let Scene { server, folder } = scene;
    drop(server);
    copy(&folder.join("site"), &folder.join("far/above/site"));
    fs::remove_dir_all(folder.join("site")).expect("it is there");
    std::os::unix::fs::symlink(folder.join("far/above/site"), folder.join("site"))
        .expect("a link can be made");
    let server = Server::start(&folder.join("far/above/site"), arguments);
    Scene { server, folder }
}

#[cfg(unix)]
#[test]
fn a_replaced_folder_is_watched() {
    for arguments in [&[][..], &["--poll"]] {
        // The site, the folders above it, and the folders in it.
        for place in [
            "far/above/site",
            "far/above",
            "far",
            "far/above/site/content",
            "far/above/site/content/stories",
        ] {
            let scene = deep_scene(arguments);
            let (here, aside) = (scene.folder.join(place), scene.folder.join("aside"));
            fs::rename(&here, &aside).expect("it can be renamed");
            copy(&aside, &here);
            sees_saves(&scene, "Copied");
            // The copy is removed, and the original comes back.
            fs::rename(&here, scene.folder.join("copy")).expect("it can be renamed");
            fs::rename(&aside, &here).expect("it can be renamed");
            sees_saves(&scene, "Back");
            // A copy replaces it by an exchange of names.
            copy(&here, &aside);
            exchange(&here, &aside);
            fs::remove_dir_all(&aside).expect("it is there");
            sees_saves(&scene, "Exchanged");
        }
    }
}

/// Exchanges two folders. The renames follow each other immediately.
#[cfg(unix)]
fn exchange(one: &Path, other: &Path) {
    let between = other.with_file_name("between");
    fs::rename(one, &between)
        .and_then(|()| fs::rename(other, one))
        .and_then(|()| fs::rename(&between, other))
        .expect("they can be renamed");
}

#[cfg(unix)]
#[test]
fn a_folder_is_watched_again_when_it_is_moved_back() {
    for arguments in [&[][..], &["--poll"]] {
        for place in [
            "far/above/site",
            "far/above",
            "far",
            "far/above/site/content",
        ] {
            let scene = deep_scene(arguments);
            let (here, aside) = (scene.folder.join(place), scene.folder.join("aside"));
            fs::rename(&here, &aside).expect("it can be renamed");
            shows_the_last_state(&scene.server, "The river was high.");
            fs::rename(&aside, &here).expect("it can be renamed");
            sees_saves(&scene, "Back");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_folder_is_watched_after_a_quick_move_and_back() {
    for place in [
        "far/above/site",
        "far/above",
        "far/above/site/content",
        "far/above/site/content/stories",
    ] {
        let scene = deep_scene(&[]);
        let (here, aside) = (scene.folder.join(place), scene.folder.join("aside"));
        fs::rename(&here, &aside)
            .and_then(|()| fs::rename(&aside, &here))
            .expect("it can be renamed");
        sees_saves(&scene, "Back");
    }
}

#[cfg(unix)]
#[test]
fn content_that_becomes_a_link_within_the_site_is_watched() {
    for arguments in [&[][..], &["--poll"]] {
        let scene = deep_scene(arguments);
        let (content, aside) = (scene.path("content"), scene.path("aside"));
        fs::rename(&content, &aside).expect("it can be renamed");
        std::os::unix::fs::symlink("aside", &content).expect("a link can be made");
        sees_saves(&scene, "Linked");
        fs::remove_file(&content)
            .and_then(|()| fs::rename(&aside, &content))
            .expect("it can be renamed");
        sees_saves(&scene, "Back");
    }
}

#[cfg(unix)]
#[test]
fn content_that_is_removed_stays_in_the_preview_and_can_be_restored() {
    for arguments in [&[][..], &["--poll"]] {
        for (round, place) in [
            "far/above/site/content",
            "far/above/site",
            "far/above",
            "far",
        ]
        .iter()
        .cycle()
        .take(12)
        .enumerate()
        {
            let scene = deep_scene(arguments);
            let here = scene.folder.join(place);
            copy(&here, &scene.folder.join("backup"));
            if round % 2 == 0 {
                fs::remove_dir_all(&here).expect("it is there");
            } else {
                assert!(
                    std::process::Command::new("rm")
                        .arg("-rf")
                        .arg(&here)
                        .status()
                        .expect("the system has it")
                        .success()
                );
            }
            shows_the_last_state(&scene.server, "The river was high.");
            copy(&scene.folder.join("backup"), &here);
            sees_saves(&scene, "Restored");
        }
    }
}

#[cfg(unix)]
#[test]
fn thousands_of_folders_can_be_removed_at_once() {
    let folder = folder();
    for number in 0..5_000 {
        let place = folder.join(&format!("site/content/stories/s{number}"));
        fs::create_dir(&place).expect("it can be made");
        fs::write(
            place.join("index.md"),
            story(&format!("Story {number}"), "Words."),
        )
        .expect("it can be written");
    }
    copy(&folder.join("site"), &folder.join("far/above/site"));
    let server = Server::start(&folder.join("far/above/site"), &[]);
    fs::remove_dir_all(folder.join("site")).expect("it is there");
    std::os::unix::fs::symlink(folder.join("far/above/site"), folder.join("site"))
        .expect("a link can be made");
    let scene = Scene { server, folder };
    scene.server.shows("/stories/s4999.html", "Words.");
    for number in 0..2_500 {
        fs::remove_dir_all(scene.path(&format!("content/stories/s{number}"))).expect("it is there");
    }
    // The time limit is the same as in any other test.
    scene.server.lacks("/stories/s2499.html");
    scene.server.lacks("/stories/s0.html");
    sees_saves(&scene, "Still watched");
    assert!(
        !scene.server.said().contains("site.toml"),
        "an unchanged file is reported as changed: {}",
        scene.server.said()
    );
    // The whole content with thousands of folders is removed: it stays in the preview.
    fs::remove_dir_all(scene.path("content")).expect("it is there");
    shows_the_last_state(&scene.server, "Still watched");
    for page in ["/stories/s2500.html", "/stories/s4999.html"] {
        assert_eq!(scene.server.get(page).status, 200, "{page}");
    }
}

#[test]
fn a_failing_template_is_reported_once_in_the_terminal() {
    let scene = Scene::new();
    let said = |words: &str| scene.server.said().matches(words).count();
    scene.save("themes/default/templates/story.html", "{{ titel }}");
    scene.server.shows("/stories/outage.html", "is not defined");
    eventually("the terminal reports it", || {
        said("variable `titel` is not defined") == 1
    });
    assert!(
        scene
            .server
            .said()
            .contains("themes/default/templates/story.html:1:4"),
        "{}",
        scene.server.said()
    );
    scene.server.get("/stories/flood.html");
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    scene
        .server
        .shows("/stories/outage.html", "The river was low.");
    assert_eq!(
        said("variable `titel` is not defined"),
        1,
        "{}",
        scene.server.said()
    );
    // A different mistake is a new line, and so is one that comes back.
    scene.save("themes/default/templates/story.html", "{{ tidle }}");
    scene.server.shows("/stories/outage.html", "tidle");
    eventually("the terminal reports it", || {
        said("variable `tidle` is not defined") == 1
    });
    scene.save("themes/default/templates/story.html", "{{ title }}");
    eventually("the page shows no problems", || {
        !scene
            .server
            .get("/stories/outage.html")
            .body
            .contains("sb-problems")
    });
    scene.save("themes/default/templates/story.html", "{{ titel }}");
    scene.server.shows("/stories/outage.html", "titel");
    eventually("the terminal reports it again", || {
        said("variable `titel` is not defined") == 2
    });
}

#[test]
fn a_forbidden_word_is_reported_in_the_terminal() {
    let scene = Scene::new();
    scene.save("site.toml", "[forbid]\nwords = [\"noon\"]\n");
    eventually("the page is withheld", || {
        scene.server.get("/@team/stories/move.html").status == 500
    });
    eventually("the terminal reports the reason", || {
        scene.server.said().contains("withheld-word")
    });
}

/// The content security policy of a page.
fn policy(server: &Server, path: &str) -> String {
    let response = server.get(path);
    assert_eq!(
        (response.status, response.header("x-content-type-options")),
        (200, "nosniff"),
        "{path}"
    );
    response.header("content-security-policy").to_owned()
}

#[test]
fn linked_files_run_no_scripts() {
    let scene = Scene::new();
    let endings = [
        "html", "htm", "HTML", "xhtml", "xht", "svg", "xml", "xsl", "mhtml", "shtml", "js", "mjs",
        "css", "txt", "json", "bin", "nonsense", "wasm", "swf", "png", "webp", "pdf", "mp3", "wav",
        "ogg", "mp4", "webm",
    ];
    let links: String = endings
        .iter()
        .map(|ending| format!("[{ending}](x.{ending}) "))
        .collect();
    for ending in endings {
        scene.save(
            &format!("content/stories/x.{ending}"),
            "<script>alert(1)</script>",
        );
    }
    scene.save(
        OUTAGE,
        &format!("---\ntitle: The outage\naudience: public\n---\n\n{links}\n"),
    );
    scene.server.shows("/stories/outage.html", ">nonsense</a>");
    for prefix in ["", "/@team", "/@public"] {
        let page = scene.server.get(&format!("{prefix}/stories/outage.html"));
        let page_policy = policy(&scene.server, &format!("{prefix}/stories/outage.html"));
        assert!(
            page_policy.contains("script-src 'self'") && !page_policy.contains("sandbox"),
            "{page_policy}"
        );
        let assets: Vec<&str> = page
            .body
            .split("href=\"../assets/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert!(
            assets.len() + 4 >= endings.len(),
            "{assets:?} {}",
            page.body
        );
        for asset in assets {
            let response = scene.server.get(&format!("{prefix}/assets/{asset}"));
            // A file that is not a picture cannot be cleaned. The message about that runs no script
            // either.
            let policy = response.header("content-security-policy");
            let ending = asset.rsplit('.').next().unwrap_or_default();
            let is_medium = ["pdf", "mp3", "wav", "ogg", "mp4", "webm"].contains(&ending);
            assert!(
                policy.contains("default-src 'none'")
                    && !policy.contains("script-src")
                    && (is_medium || policy.starts_with("sandbox;")),
                "{asset}: {policy}"
            );
            assert_eq!(
                response.header("x-content-type-options"),
                "nosniff",
                "{asset}"
            );
            let can_hold_a_script = ["html", "xml", "svg", "javascript"]
                .iter()
                .any(|kind| response.header("content-type").contains(kind));
            assert!(
                !(is_medium && can_hold_a_script),
                "{asset}: {}",
                response.header("content-type")
            );
        }
    }
}

#[cfg(unix)]
#[test]
fn a_save_is_noticed_through_a_link_within_the_site() {
    for arguments in [&["--poll"], &[][..]] {
        let folder = folder();
        folder.write(&files(
            "-- site/shared/tide.md --\n---\ntitle: The tide\n---\nIt rose.\n",
        ));
        std::os::unix::fs::symlink(
            "../../shared/tide.md",
            folder.join("site/content/stories/tide.md"),
        )
        .expect("a link can be made");
        let server = Server::start(&folder.join("site"), arguments);
        server.shows("/stories/tide.html", "It rose.");
        fs::write(
            folder.join("site/content/stories/tide.md"),
            story("The tide", "It fell."),
        )
        .expect("it can be written");
        server.shows("/stories/tide.html", "It fell.");
    }
}

#[test]
fn after_many_small_saves_the_complete_text_is_shown() {
    for arguments in [&[][..], &["--poll"]] {
        let scene = Scene::with_arguments(arguments);
        for number in 0..100 {
            scene.save(
                OUTAGE,
                &story("The outage", &format!("The river rose {number} times.")),
            );
            thread::sleep(Duration::from_millis(number % 5));
        }
        scene
            .server
            .shows("/stories/outage.html", "The river rose 99 times.");
        // A file that grows in small steps, as over a slow connection.
        let mut file = fs::File::create(scene.path(OUTAGE)).expect("it can be written");
        for bit in story("The outage", "It came bit by bit, and this is the end.")
            .as_bytes()
            .chunks(3)
        {
            file.write_all(bit).expect("it can be written");
            thread::sleep(Duration::from_millis(5));
        }
        scene
            .server
            .shows("/stories/outage.html", "and this is the end.");
    }
}

#[test]
fn the_last_of_continuous_saves_is_shown() {
    let scene = Scene::new();
    // Longer and longer series of saves. Some of them end just when the server stops waiting for a
    // pause.
    for length in (465..=535).step_by(5) {
        let start = Instant::now();
        let mut number = 0;
        while start.elapsed() < Duration::from_millis(length) {
            number += 1;
            scene.save(
                OUTAGE,
                &story(
                    "The outage",
                    &format!("It rose {number} times in {length} ms."),
                ),
            );
            thread::sleep(Duration::from_millis(2));
        }
        scene.server.shows(
            "/stories/outage.html",
            &format!("It rose {number} times in {length} ms."),
        );
    }
}

#[test]
fn thousands_of_new_files_are_noticed() {
    for arguments in [&[][..], &["--poll"]] {
        let scene = Scene::with_arguments(arguments);
        for number in 0..2_000 {
            let telling = format!("content/stories/many-{}/s{number}.md", number % 25);
            scene.save(
                &telling,
                &format!("---\ntitle: Telling {number}\n---\n\nWords {number}.\n"),
            );
        }
        for number in 0..25 {
            scene.save(
                &format!("content/stories/many-{number}/index.md"),
                &story(&format!("The many {number}"), "They are many."),
            );
        }
        for number in [0, 1_000, 1_999] {
            scene.server.shows(
                &format!("/stories/many-{}/s{number}.html", number % 25),
                &format!("Words {number}."),
            );
        }
        for number in 0..25 {
            fs::remove_dir_all(scene.path(&format!("content/stories/many-{number}")))
                .expect("it is there");
        }
        scene.server.lacks("/stories/many-24/s1999.html");
        scene.save(OUTAGE, &story("The outage", "And it is still watched."));
        scene
            .server
            .shows("/stories/outage.html", "And it is still watched.");
    }
}

#[test]
fn files_of_tools_are_not_saves() {
    let scene = Scene::new();
    let before = scene.server.revision();
    for name in [
        "content/stories/.outage.md.swp",
        "content/stories/outage.md~",
        "content/stories/#outage.md#",
        ".git/index",
        "public/index.html",
        "target/x",
    ] {
        scene.save(name, "nothing of the site");
    }
    // The next real save is the next revision, so the others were not revisions.
    scene.save(OUTAGE, &story("The outage", "The river was low."));
    scene
        .server
        .shows("/stories/outage.html", "The river was low.");
    let after = scene.server.revision();
    assert!(after > before && after <= before + 2, "{before} {after}");
}

#[test]
fn a_busy_port_is_skipped_unless_requested() {
    let folder = folder();
    let root = folder.join("site");
    // Another program may use it already, which is fine.
    let _taken = TcpListener::bind("127.0.0.1:4000");
    let server = Server::run(serve(&root));
    let port: u16 = server.port().parse().expect("it is a number");
    assert!(port > 4000 && port < 4100, "{port}");
    assert_eq!(server.get("/").status, 200);

    let mut command = serve(&root);
    command.args(["--port", server.port()]).stdin(Stdio::null());
    let output = program::run(command);
    assert_eq!(output.status.code(), Some(2), "{}", program::words(&output));
    assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    let words = program::words(&output);
    assert!(
        words.starts_with("error") && words.contains(server.port()),
        "{words}"
    );
}

#[test]
fn a_folder_without_a_site_is_refused() {
    let folder = Folder::new();
    for root in [folder.path().to_owned(), folder.join("nowhere")] {
        let mut command = serve(&root);
        command.args(["--port", "0"]);
        let output = program::run(command);
        assert_eq!(output.status.code(), Some(2), "{}", program::words(&output));
        assert_eq!(String::from_utf8_lossy(&output.stdout), "");
    }
}

#[test]
fn one_line_on_standard_output_is_the_address() {
    let scene = Scene::new();
    scene.save(OUTAGE, "---\ntitel: The outage\n---\n");
    scene.server.shows("/stories/outage.html", "sb-problems");
    let lines: Vec<String> = scene
        .server
        .said()
        .lines()
        .filter(|line| line.starts_with("http"))
        .map(str::to_owned)
        .collect();
    assert_eq!(lines, [scene.server.address("")]);
}
