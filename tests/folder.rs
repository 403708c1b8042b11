//! Publishing into a folder with the program: withdrawn pages, invalid settings, and files that
//! must not be in the folder.

#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead as _, BufReader};
use std::net::TcpListener;
use std::process::{Child, Output, Stdio};

use program::{Folder, run, storybank, words};

const CASE: &str =
    "---\ntitle: Reminders sent twice\naudience: team\n---\n\n## Impact\n\nA second letter.\n";
const PLACE: &str = "content/case-studies/reminders.md";

/// A site with a case study and these settings of its wiki.
fn site(settings: &str) -> Folder {
    let folder = Folder::new();
    let wiki = format!("[wiki.w]\n{settings}\n");
    folder.write(&BTreeMap::from([
        ("site.toml".to_owned(), wiki.into_bytes()),
        (PLACE.to_owned(), CASE.as_bytes().to_vec()),
    ]));
    folder
}

fn publish(site: &Folder, more: &[&str]) -> Output {
    let mut command = storybank(["publish", "w"]);
    command.arg("--root").arg(site.path()).args(more);
    run(command)
}

#[test]
fn the_last_case_study_can_be_withdrawn() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    let page = site.join("out/reminders-sent-twice.md");
    assert!(publish(&site, &[]).status.success());
    fs::remove_file(site.join(PLACE)).expect("it is there");
    let left = publish(&site, &[]);
    assert!(
        left.status.success() && words(&left).contains("`--prune` deletes it") && page.exists(),
        "{}",
        words(&left)
    );
    let text = fs::read_to_string(&page).expect("it is there");
    fs::write(&page, format!("{text}\nSomebody was here.\n")).expect("it can be written");
    let refused = publish(&site, &["--prune"]);
    let advice = "delete it anyway with `--prune --force reminders`";
    assert!(
        refused.status.code() == Some(1) && words(&refused).contains(advice) && page.exists(),
        "{}",
        words(&refused)
    );
    let forced = publish(&site, &["--prune", "--force", "reminders"]);
    assert!(
        forced.status.success() && !page.exists(),
        "{}",
        words(&forced)
    );
    let nothing = words(&publish(&site, &[]));
    assert!(
        nothing.contains("there is no case study for the audience `team`"),
        "{nothing}"
    );
}

#[test]
fn a_page_is_forced_with_its_file_name() {
    let site = site("kind = \"folder\"\nfolder = \"out\"\n[redact]\nNorthwind = \"the customer\"");
    fs::rename(
        site.join(PLACE),
        site.join("content/case-studies/northwind-outage.md"),
    )
    .expect("it is there");
    assert!(publish(&site, &[]).status.success());
    for name in [
        "northwind-outage",
        "content/case-studies/northwind-outage.md",
        "the-customer-outage",
    ] {
        fs::write(
            site.join("out/reminders-sent-twice.md"),
            "Somebody was here.",
        )
        .expect("it can be written");
        let output = publish(&site, &["--force", name]);
        assert!(output.status.success(), "{name}: {}", words(&output));
    }
    let output = publish(&site, &["--force", "northwind"]);
    assert!(
        output.status.code() == Some(2) && words(&output).contains("does not name a case study"),
        "{}",
        words(&output)
    );
}

#[test]
fn line_endings_are_ignored_in_comparisons() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    assert!(publish(&site, &[]).status.success());
    let page = site.join("out/reminders-sent-twice.md");
    let text = fs::read_to_string(&page).expect("it is there");
    fs::write(
        &page,
        format!("{}\r\nx", text.trim_end().replace('\n', "\r\n")),
    )
    .expect("it can be written");
    let said = words(&publish(&site, &[]));
    assert!(
        said.contains("    - x\n") && !said.contains("    + "),
        "{said}"
    );
}

#[test]
fn paths_in_a_record_stay_in_the_folder() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    fs::write(site.join("mine.md"), "mine").expect("it can be written");
    let page =
        r#"{"case":"x","path":"../mine.md","title":"T","id":"","written":null,"attachments":[]}"#;
    fs::create_dir(site.join(".published")).expect("it can be made");
    fs::write(
        site.join(".published/w.json"),
        format!("{{\"pages\":[{page}]}}"),
    )
    .expect("it can be written");
    let output = publish(&site, &["--prune", "--force", "x"]);
    assert!(
        output.status.code() == Some(2) && words(&output).contains("it is not in this folder"),
        "{}",
        words(&output)
    );
    assert!(site.join("mine.md").exists());
}

#[test]
fn settings_of_other_kinds_of_wikis_are_errors() {
    let cases = [
        (
            "kind = \"folder\"\nfolder = \"content/x\"",
            "`content/x` is a folder of the site itself",
        ),
        (
            "kind = \"folder\"\nfolder = \"./themes\"",
            "`./themes` is a folder of the site itself",
        ),
        (
            "kind = \"folder\"\nfolder = \"out\"\naddress = \"https://example.org\"",
            "`folder` has no setting `address`",
        ),
        (
            "kind = \"gitlab\"\nrepository = \"r\"\nparent = \"cases\"",
            "`gitlab` has no setting `parent`",
        ),
        (
            "kind = \"github\"\nrepository = \"r\"\nfolder = \"cases\"",
            "`github` has no setting `folder`",
        ),
        (
            "kind = \"azure-devops\"\nrepository = \"r\"\nwiki = \"w\"",
            "`azure-devops` has no setting `wiki` beside `repository`",
        ),
        (
            "kind = \"azure-devops\"\naddress = \"https://example.org\"\nwiki = \"w\"\nsidebar = false",
            "no setting `sidebar` beside `address`",
        ),
        (
            "kind = \"mediawiki\"\naddress = \"https://example.org\"\nuser = \"u\"\nparent = \"Cases\"",
            "`Cases` would merge with the titles",
        ),
    ];
    for (settings, expected) in cases {
        // Front matter inside a comment is not front matter.
        let output = publish(&site(&format!("{settings}\n# [wiki.w]")), &["--dry-run"]);
        let said = words(&output);
        assert!(
            output.status.code() == Some(1)
                && said.contains(expected)
                && !said.contains("site.toml:1:1"),
            "{settings}: {said}"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_folder_of_something_else_is_refused() {
    for (folder, reason) in [
        ("link", "the site's own sources"),
        ("link/case-studies", "the site's own sources"),
        ("out/../content", "the site's own sources"),
        (".published", "the site's own sources"),
        (".git", "version control"),
        ("git/refs", "version control"),
    ] {
        let site = site(&format!("kind = \"folder\"\nfolder = \"{folder}\""));
        for folder in [".git/objects", ".git/refs", "out"] {
            fs::create_dir_all(site.join(folder)).expect("it can be made");
        }
        fs::write(site.join(".git/HEAD"), "ref: refs/heads/main\n").expect("it can be written");
        std::os::unix::fs::symlink("content", site.join("link")).expect("a link can be made");
        std::os::unix::fs::symlink(".git", site.join("git")).expect("a link can be made");
        for more in [&[][..], &["--dry-run"]] {
            let output = publish(&site, more);
            assert!(
                output.status.code() == Some(2) && words(&output).contains(reason),
                "{folder}: {}",
                words(&output)
            );
        }
        assert!(!site.join("content/reminders-sent-twice.md").exists());
    }
}

fn cases(site: &Folder, count: usize) -> Vec<String> {
    let slugs: Vec<String> = (0..count).map(|number| format!("case-{number}")).collect();
    for slug in &slugs {
        let text = CASE.replace("Reminders sent twice", &format!("The title of {slug}"));
        fs::write(site.join(&format!("content/case-studies/{slug}.md")), text)
            .expect("it can be written");
    }
    slugs
}

fn start(site: &Folder, more: &[&str]) -> Child {
    let mut command = storybank(["publish", "w"]);
    command
        .arg("--root")
        .arg(site.path())
        .args(more)
        .env("STORYBANK_W_TOKEN", "t");
    command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program can be started")
}

/// Reads the output of a program until it contains a text.
#[track_caller]
fn hear(child: &mut Child, word: &str) {
    let lines = BufReader::new(child.stderr.take().expect("it is piped")).lines();
    let heard: Vec<String> = lines
        .map_while(Result::ok)
        .take_while(|line| !line.contains(word))
        .collect();
    assert!(heard.len() < 20, "{heard:?}");
}

#[test]
fn concurrent_runs_keep_each_others_entries() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    let slugs = cases(&site, 8);
    let children: Vec<Child> = slugs.iter().map(|slug| start(&site, &[slug])).collect();
    for child in children {
        let output = child.wait_with_output().expect("it ends");
        assert!(output.status.success(), "{}", words(&output));
    }
    let record = fs::read_to_string(site.join(".published/w.json")).expect("it is there");
    let missing: Vec<&String> = slugs
        .iter()
        .filter(|slug| !record.contains(&format!("\"{slug}\"")))
        .collect();
    assert!(missing.is_empty(), "{missing:?} are not in {record}");
    let left: Vec<_> = fs::read_dir(site.join(".published"))
        .expect("it is there")
        .map(|entry| entry.expect("it can be read").file_name())
        .collect();
    assert_eq!(left, ["w.json"], "the lock is gone");
    let again = publish(&site, &[]);
    assert!(
        again.status.success() && words(&again).contains("create Reminders sent twice"),
        "{}",
        words(&again)
    );
}

#[test]
fn a_run_waits_for_a_running_one_but_not_for_a_killed_one() {
    // A wiki that never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = silent.local_addr().expect("it has an address");
    let site = site(&format!(
        "kind = \"dokuwiki\"\naddress = \"http://{address}\"\nuser = \"u\""
    ));
    let mut first = start(&site, &[]);
    let (waiting, _) = silent.accept().expect("the first one asks");
    let mut second = start(&site, &[]);
    hear(&mut second, "waiting for another run that publishes to `w`");
    first.kill().expect("it is running");
    first.wait().expect("it ends");
    drop(waiting);
    // The second run holds the lock now and sends its request as well.
    drop(silent.accept().expect("the second one asks"));
    drop(silent);
    assert_eq!(second.wait().expect("it ends").code(), Some(2));
}

#[test]
fn unused_pictures_are_deleted_on_request() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"7\"/></svg>\n";
    fs::write(site.join("content/case-studies/plan.svg"), svg).expect("it can be written");
    fs::write(site.join(PLACE), format!("{CASE}\n![A plan](plan.svg)\n"))
        .expect("it can be written");
    assert!(publish(&site, &[]).status.success());
    let pictures = || fs::read_dir(site.join("out/pictures")).map_or(0, Iterator::count);
    assert_eq!(pictures(), 1);
    fs::write(site.join(PLACE), CASE).expect("it can be written");
    let said = publish(&site, &[]);
    assert!(
        said.status.success() && words(&said).contains("left the picture ") && pictures() == 1,
        "{}",
        words(&said)
    );
    let note = site.join("out/notes.md");
    let name = fs::read_dir(site.join("out/pictures"))
        .expect("it is there")
        .next()
        .expect("it is one")
        .expect("it can be read")
        .file_name();
    fs::write(
        &note,
        format!("![mine](pictures/{})", name.to_string_lossy()),
    )
    .expect("it can be written");
    let said = publish(&site, &["--prune"]);
    assert!(
        words(&said).contains("but `notes.md` does") && pictures() == 1,
        "{}",
        words(&said)
    );
    fs::remove_file(note).expect("it is there");
    assert!(publish(&site, &["--prune"]).status.success());
    assert_eq!(pictures(), 0);
}

#[test]
fn a_preview_of_the_pages_needs_no_token() {
    for (settings, ending, words_of_it) in [
        (
            "kind = \"mediawiki\"\naddress = \"https://wiki.example.org/w\"\nuser = \"u\"",
            "wiki",
            "== Impact ==",
        ),
        (
            "kind = \"dokuwiki\"\naddress = \"https://wiki.example.org\"\nuser = \"u\"",
            "txt",
            "===== Impact =====",
        ),
        (
            "kind = \"confluence\"\naddress = \"https://wiki.example.org\"\nspace = \"S\"",
            "xml",
            "<h2>Impact</h2>",
        ),
        ("kind = \"github\"\nrepository = \"r\"", "md", "## Impact"),
        (
            "kind = \"folder\"\nfolder = \"out\"\nformat = \"html\"",
            "html",
            "Impact</h2>",
        ),
    ] {
        let site = site(settings);
        let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect width=\"7\"/></svg>\n";
        fs::write(site.join("content/case-studies/plan.svg"), svg).expect("it can be written");
        fs::write(site.join(PLACE), format!("{CASE}\n![A plan](plan.svg)\n"))
            .expect("it can be written");
        let out = site.join("look");
        let to = out.to_str().expect("it is text").to_owned();
        let done = publish(&site, &["--out", &to]);
        assert!(
            done.status.success() && words(&done).contains("nothing was sent"),
            "{}",
            words(&done)
        );
        let text = fs::read_to_string(out.join(format!("pages/reminders.{ending}")))
            .expect("the page is there");
        assert!(text.contains(words_of_it), "{text}");
        let list = fs::read_to_string(out.join("index.md")).expect("there is a list");
        assert!(
            list.contains("“Reminders sent twice”")
                && list.contains(&format!("pages/reminders.{ending}")),
            "{list}"
        );
        let pictures = fs::read_dir(out.join("pages/pictures")).map_or(0, Iterator::count);
        assert_eq!(
            pictures,
            usize::from(ending != "html"),
            "the picture of {ending}"
        );
        assert!(!site.join(".published").exists(), "nothing is recorded");

        // Files of others are kept.
        fs::write(out.join("notes.txt"), "mine").expect("it can be written");
        fs::remove_file(site.join(PLACE)).expect("it is there");
        fs::write(site.join("content/case-studies/other.md"), CASE).expect("it can be written");
        assert!(publish(&site, &["--out", &to]).status.success());
        assert!(
            out.join("notes.txt").exists()
                && !out.join(format!("pages/reminders.{ending}")).exists()
        );
        let foreign = site.join("foreign");
        fs::create_dir_all(&foreign).expect("it can be made");
        fs::write(foreign.join("index.md"), "mine").expect("it can be written");
        let refused = publish(&site, &["--out", foreign.to_str().expect("it is text")]);
        assert_eq!(
            (
                refused.status.code(),
                fs::read_to_string(foreign.join("index.md")).ok()
            ),
            (Some(2), Some("mine".to_owned()))
        );
    }
}

#[test]
fn a_preview_of_the_pages_has_no_forbidden_words() {
    let site = site("kind = \"github\"\nrepository = \"r\"\n[forbid]\nwords = [\"second letter\"]");
    let out = site.join("look");
    let refused = publish(&site, &["--out", out.to_str().expect("it is text")]);
    assert!(
        refused.status.code() == Some(1) && !out.exists(),
        "{}",
        words(&refused)
    );
}

#[test]
fn a_proxy_is_used_except_for_this_machine() {
    let proxy = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = proxy.local_addr().expect("it has an address");
    let start = |wiki: &str| {
        let site = site(&format!(
            "kind = \"dokuwiki\"\naddress = \"{wiki}\"\nuser = \"u\""
        ));
        let mut command = storybank(["publish", "w"]);
        command
            .arg("--root")
            .arg(site.path())
            .env("STORYBANK_W_TOKEN", "s3cret")
            .env_remove("NO_PROXY")
            .env_remove("no_proxy");
        command
            .env("ALL_PROXY", format!("http://{address}"))
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        (command.spawn().expect("the program can be started"), site)
    };
    let (mut child, _site) = start("https://wiki.example.org");
    let (stream, _) = proxy.accept().expect("the proxy is asked");
    let mut first = String::new();
    BufReader::new(&stream)
        .read_line(&mut first)
        .expect("it is a request");
    drop(stream);
    assert!(first.starts_with("CONNECT wiki.example.org:443"), "{first}");
    child.wait().expect("it ends");

    let here = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let (mut child, _site) = start(&format!(
        "http://{}",
        here.local_addr().expect("it has an address")
    ));
    drop(here.accept().expect("the wiki itself is asked"));
    drop(here);
    child.wait().expect("it ends");
    proxy.set_nonblocking(true).expect("it can be set");
    assert!(
        proxy.accept().is_err(),
        "the proxy is not asked for this machine"
    );
}
