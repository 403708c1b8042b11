//! The case study of this repository, published to a real wiki, with edits by a colleague and
//! interruptions.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::thread;
use std::time::Instant;

use super::program::{self, Folder, storybank};

/// The slug of the case study.
const CASE: &str = "a-naming-rule-that-no-team-owned";

/// Private words of its author.
const PRIVATE: &[&str] = &[
    "Copilot",
    "Microsoft",
    "$1.2M",
    "time-entry-copilot",
    "What stays at home",
    "hard to square",
    "content/",
];

/// What readers of the wiki must find in this order.
const SHOWN: &[&str] = &[
    "Severity",
    "Employees of one customer could not submit their hours in the time-entry product.",
    "A name can be an interface",
    "Customers affected",
    "exactly one",
    "A schema was registered as a__b where a_b was meant.",
    "schema-name: a__b # was meant to be a_b",
    "What went well",
    "Stopgap in the pipeline.",
    "Block invalid schema names in the pull-request and release pipeline (stopgap)",
    "Bisect",
];

/// A wiki as its readers and editors see it.
pub trait Reader {
    /// The visible text of the page; empty if it does not exist.
    fn shown(&self) -> String;
    /// The source of the page.
    fn source(&self) -> String;
    /// The number of its versions.
    fn versions(&self) -> usize;
    /// A colleague changes the page.
    fn edit(&self, text: &str);
}

/// The content of this repository, with a wiki.
struct OwnSite {
    folder: Folder,
    token: String,
}

impl OwnSite {
    fn new(wiki: &str, token: &str) -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folder = Folder::new();
        for (name, bytes) in program::tree(&root.join("content")) {
            let path = folder.join("content").join(&name);
            if root.join("content").join(&name).is_dir() {
                fs::create_dir_all(path).expect("it can be made");
            } else {
                fs::create_dir_all(path.parent().expect("it is in a folder"))
                    .expect("it can be made");
                fs::write(path, bytes).expect("it can be written");
            }
        }
        let settings = fs::read_to_string(root.join("site.toml")).expect("there are settings");
        fs::write(
            folder.join("site.toml"),
            format!("{settings}\n[wiki.handbook]\n{wiki}\n"),
        )
        .expect("it can be written");
        Self {
            folder,
            token: token.to_owned(),
        }
    }

    fn command(&self, token: &str, more: &[&str]) -> std::process::Command {
        let root = self.folder.path().as_os_str();
        let mut command = storybank([
            OsStr::new("publish"),
            OsStr::new("handbook"),
            OsStr::new("--root"),
            root,
        ]);
        command.args(more).env("STORYBANK_HANDBOOK_TOKEN", token);
        command
    }

    /// Publishes, and returns the exit status and the output, which must not contain the token.
    #[track_caller]
    fn publish(&self, more: &[&str]) -> (i32, String) {
        self.publish_with(&self.token, more)
    }

    #[track_caller]
    fn publish_with(&self, token: &str, more: &[&str]) -> (i32, String) {
        let Output {
            status,
            stdout,
            stderr,
        } = program::run(self.command(token, more));
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&stdout),
            String::from_utf8_lossy(&stderr)
        );
        assert!(
            token.is_empty() || !said.contains(token),
            "the token is in: {said}"
        );
        (status.code().expect("it has ended by itself"), said)
    }

    fn file(&self) -> PathBuf {
        self.folder.join(&format!("content/case-studies/{CASE}.md"))
    }

    /// The author changes a text.
    fn write(&self, from: &str, to: &str) {
        let text = fs::read_to_string(self.file()).expect("it can be read");
        assert!(text.contains(from), "{from} is not in the case study");
        fs::write(self.file(), text.replace(from, to)).expect("it can be written");
    }
}

/// The words of a page, each with a space before it.
fn words(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A wrong or missing token is reported, and not shown.
#[track_caller]
fn refuses_without_token(site: &OwnSite) {
    if site.token.is_empty() {
        return;
    }
    let (status, said) = site.publish_with("", &[]);
    assert!(
        status == 2 && said.contains("STORYBANK_HANDBOOK_TOKEN"),
        "{said}"
    );
    let (status, said) = site.publish_with("wr0ng-t0ken-0123456789abcdef012345", &[]);
    assert!(status == 2 && said.contains("cannot"), "{said}");
}

/// Whether readers find everything in order, and nothing private.
#[track_caller]
fn is_whole(reader: &impl Reader) {
    let (shown, source) = (words(&reader.shown()), reader.source());
    let mut at = 0;
    for wanted in SHOWN {
        let found = shown[at..].find(wanted);
        at += found
            .unwrap_or_else(|| panic!("`{wanted}` is missing or in the wrong order in: {shown}"));
    }
    for private in PRIVATE {
        assert!(
            !shown.contains(private) && !source.contains(private),
            "`{private}` is on the wiki"
        );
    }
}

/// The life of a page: dry run, publication, publication without changes, an edit by a colleague,
/// an overwrite.
pub fn lives_on(reader: &impl Reader, wiki: &str, token: &str) {
    let site = OwnSite::new(wiki, token);
    refuses_without_token(&site);
    let (status, said) = site.publish(&["--dry-run"]);
    assert!(
        status == 0 && said.contains("create") && said.contains("nothing changed"),
        "{said}"
    );
    assert_eq!(reader.versions(), 0, "a dry run changes nothing");

    let (status, said) = site.publish(&[]);
    assert!(status == 0 && said.contains("created"), "{said}");
    is_whole(reader);

    let (versions, source) = (reader.versions(), reader.source());
    let (status, said) = site.publish(&[]);
    assert!(status == 0 && said.contains("unchanged"), "{said}");
    assert_eq!(
        (reader.versions(), reader.source()),
        (versions, source.clone()),
        "a second run changes nothing"
    );

    let human = source.replace("exactly one", "two, as we know by now");
    assert_ne!(human, source);
    reader.edit(&human);
    site.write("Employees of one customer", "The employees of one customer");
    let (status, said) = site.publish(&[]);
    assert!(
        status == 1
            && said.contains("somebody has changed it")
            && said.contains("two, as we know by now"),
        "{said}"
    );
    assert!(
        reader.source().contains("two, as we know by now"),
        "the colleague's words are there"
    );

    let (status, said) = site.publish(&["--force", CASE]);
    assert!(status == 0 && said.contains("updated"), "{said}");
    assert!(words(&reader.shown()).contains("The employees of one customer"));
    is_whole_again(&site, reader);
}

/// The author reverts the change, and the wiki shows that.
fn is_whole_again(site: &OwnSite, reader: &impl Reader) {
    site.write("The employees of one customer", "Employees of one customer");
    let (status, said) = site.publish(&[]);
    assert_eq!(status, 0, "{said}");
    is_whole(reader);
}

/// The same life with interruptions.
pub fn lives_on_interrupted(reader: &impl Reader, wiki: &str, token: &str) {
    lives_on(reader, wiki, token);
    let site = OwnSite::new(wiki, token);
    goes_on_after_interruptions(&site, reader);
    is_whole(reader);
}

/// Interrupts runs at moments spread over the duration of a whole run.
fn goes_on_after_interruptions(site: &OwnSite, reader: &impl Reader) {
    const TIMES: u32 = 8;
    let mut before = "The employees".to_owned();
    // The page is up to date: it is recognised without a record.
    let (status, said) = site.publish(&[]);
    assert!(status == 0 && said.contains("unchanged"), "{said}");
    site.write(
        "Employees of one customer",
        &format!("{before} of one customer"),
    );
    let start = Instant::now();
    let (status, said) = site.publish(&[]);
    assert_eq!(status, 0, "{said}");
    let whole = start.elapsed();
    for time in 0..TIMES {
        let now = format!("Employees, {time}");
        site.write(
            &format!("{before} of one customer"),
            &format!("{now} of one customer"),
        );
        let command = &mut site.command(&site.token, &[]);
        let mut child = command
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started");
        thread::sleep(whole * time / TIMES);
        // It may have finished by now.
        let _ = child.kill();
        child.wait().expect("it can be waited for");
        before = now;
    }
    site.write(
        &format!("{before} of one customer"),
        "Employees of one customer",
    );
    let (status, said) = site.publish(&[]);
    assert_eq!(status, 0, "after {TIMES} interruptions: {said}");
    let versions = reader.versions();
    let (status, said) = site.publish(&[]);
    assert!(status == 0 && said.contains("unchanged"), "{said}");
    assert_eq!(reader.versions(), versions);
}
