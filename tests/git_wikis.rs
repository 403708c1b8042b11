//! Git wikis: what a publication writes, what it never touches, and concurrent or interrupted runs.

#[path = "common/engine.rs"]
mod engine;
#[path = "common/hostile.rs"]
mod hostile;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/html.rs"]
mod html;
#[expect(
    dead_code,
    reason = "the repository of Otter Wiki has a work tree, which a push that is killed leaves half done; see the test with a bare one"
)]
#[path = "common/own_case.rs"]
mod own_case;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/small_site.rs"]
mod small_site;
#[path = "common/publication.rs"]
mod publication;
#[path = "common/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use storybank::audience::Withheld;
use storybank::config::{GitHost, Sidebar};
use storybank::diagnostic::Level;
use storybank::highlight::Highlighter;
use storybank::plan::{self, Action, Conflict, Record, RemotePage, Resolve};
use storybank::publish::{GitWiki, Wiki, Write};
use storybank::wiki::{Dialect, Flavour, attachment_path, write};

use engine::{Engine, free_port, installed};
use program::{Folder, run, storybank, words};
use publication::{intend, look, page, pictures, publish, recorded, succeed};

const MESSAGE: &str = "Publish the case studies";

/// Tells a test that it runs in its own process, with the expected git settings.
const INNER: &str = "STORYBANK_TEST_INNER";

/// Runs a test in its own process, independent of the git settings and the environment of the user.
fn alone(name: &str, job: impl FnOnce()) {
    alone_with(
        name,
        "[user]\n\tname = Publisher\n\temail = publisher@example.org\n",
        job,
    );
}

fn alone_with(name: &str, settings: &str, job: impl FnOnce()) {
    if env::var_os(INNER).is_some() {
        return job();
    }
    let home = home(settings);
    let output = inner(name, home.path())
        .output()
        .expect("the test can be started again");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        output.status.success() && said.contains("1 passed"),
        "{said}"
    );
    let left: Vec<PathBuf> = fs::read_dir(home.join("tmp"))
        .expect("it is a folder")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    assert_eq!(
        left,
        Vec::<PathBuf>::new(),
        "the test has left temporary files"
    );
}

/// A home folder with git settings.
fn home(settings: &str) -> Folder {
    let home = Folder::new();
    fs::create_dir(home.join("tmp")).expect("a folder can be made");
    fs::write(home.join("gitconfig"), settings).expect("a file can be written");
    home
}

/// A test of this program as a process.
fn inner(name: &str, home: &Path) -> Command {
    let mut command = Command::new(env::current_exe().expect("a program knows itself"));
    command
        .args(["--exact", name, "--nocapture", "--test-threads=1"])
        .env(INNER, "1");
    with_settings(&mut command, home);
    command
}

/// Makes a command use the git settings of a home folder only.
fn with_settings(command: &mut Command, home: &Path) {
    for (key, _) in env::vars_os().filter(|(key, _)| key.to_string_lossy().starts_with("GIT_")) {
        command.env_remove(key);
    }
    command
        .env("GIT_CONFIG_GLOBAL", home.join("gitconfig"))
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env("HOME", home)
        .env("TMPDIR", home.join("tmp"));
    // A publication must ignore the repository of its caller.
    command
        .env("GIT_DIR", "/nowhere")
        .env("GIT_INDEX_FILE", "/nowhere/index");
}

/// A bare repository, and a person who works in a clone of it.
struct Remote {
    folder: Folder,
}

impl Remote {
    fn new(branch: &str) -> Self {
        let remote = Self {
            folder: Folder::new(),
        };
        remote.git(&["init", "--quiet", "--bare", "-b", branch, &remote.address()]);
        remote
    }

    /// A repository with files of others.
    fn with(branch: &str, files: &[(&str, &[u8])]) -> Self {
        let remote = Self::new(branch);
        remote.person_writes(files);
        remote
    }

    fn address(&self) -> String {
        self.folder
            .join("wiki.git")
            .to_str()
            .expect("it is text")
            .to_owned()
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command
            .args([
                "-c",
                "user.name=Ann Other",
                "-c",
                "user.email=ann@example.org",
                "-c",
                "core.autocrlf=false",
            ])
            .args(arguments);
        command
            .env_remove("GIT_DIR")
            .env_remove("GIT_INDEX_FILE")
            .current_dir(self.folder.path());
        let output = command.output().expect("there is a git");
        assert!(
            output.status.success(),
            "git {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn in_bare(&self, arguments: &[&str]) -> String {
        let address = self.address();
        let mut all = vec!["--git-dir", &address];
        all.extend(arguments);
        self.git(&all)
    }

    fn person_writes(&self, files: &[(&str, &[u8])]) {
        let work = self.folder.join("work");
        // The rest of an earlier visit does not matter.
        let _ = fs::remove_dir_all(&work);
        self.git(&["clone", "--quiet", &self.address(), "work"]);
        for (path, bytes) in files {
            let path = work.join(path);
            fs::create_dir_all(path.parent().expect("it is below")).expect("it can be made");
            fs::write(path, bytes).expect("it can be written");
        }
        self.git(&["-C", "work", "add", "-A"]);
        self.git(&["-C", "work", "commit", "--quiet", "-m", "By hand"]);
        self.git(&["-C", "work", "push", "--quiet", "origin", "HEAD"]);
    }

    /// The last commit of a branch.
    fn head(&self, branch: &str) -> String {
        self.in_bare(&["rev-parse", "--verify", branch])
            .trim()
            .to_owned()
    }

    fn commits(&self, branch: &str) -> usize {
        self.in_bare(&["rev-list", "--count", branch])
            .trim()
            .parse()
            .expect("it is a number")
    }

    /// The files of a branch: kind and object id, by path.
    fn files(&self, branch: &str) -> BTreeMap<String, String> {
        let listed = self.in_bare(&["ls-tree", "-r", "-z", branch]);
        let entries = listed
            .split('\0')
            .filter_map(|entry| entry.split_once('\t'));
        entries
            .map(|(head, path)| (path.to_owned(), head.to_owned()))
            .collect()
    }

    fn text(&self, branch: &str, path: &str) -> String {
        self.in_bare(&["cat-file", "blob", &format!("{branch}:{path}")])
    }

    /// Installs a hook, written as a shell script.
    #[cfg(unix)]
    fn hook(&self, name: &str, script: &str) {
        use std::os::unix::fs::PermissionsExt as _;
        let path = Path::new(&self.address()).join("hooks").join(name);
        fs::create_dir_all(path.parent().expect("it is below")).expect("it can be made");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).expect("it can be written");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755))
            .expect("it can be made a program");
    }

    fn wiki(&self, host: GitHost) -> GitWiki {
        wiki(host, &self.address(), "")
    }
}

fn wiki(host: GitHost, address: &str, branch: &str) -> GitWiki {
    GitWiki::new(
        host,
        address,
        branch,
        "",
        Sidebar::Keep,
        Arc::new(Withheld::default()),
    )
}

/// The layouts of the hosts: the branch, a side file, and the names of pages.
fn layouts() -> Vec<(
    GitHost,
    Flavour,
    &'static str,
    &'static str,
    [&'static str; 2],
)> {
    vec![
        (
            GitHost::AzureDevops,
            Flavour::AzureDevops,
            "wikiMain",
            ".order",
            ["Case%3A-One%2Dtwo.md", "Cases/Second-one.md"],
        ),
        (
            GitHost::Github,
            Flavour::Github,
            "master",
            "_Sidebar.md",
            ["Case-One-two.md", "Second-one.md"],
        ),
        (
            GitHost::Gitlab,
            Flavour::Gitlab,
            "main",
            "_sidebar.md",
            ["cases/case-one.md", "cases/second-one.md"],
        ),
        (
            GitHost::Gitea,
            Flavour::Gitea,
            "main",
            "_Sidebar.md",
            ["100%25 Free.md", "2000-01-02 meeting.-.md"],
        ),
    ]
}

#[test]
fn every_host_gets_its_pages_and_keeps_files_of_others() {
    alone(
        "every_host_gets_its_pages_and_keeps_files_of_others",
        || {
            for (host, flavour, branch, beside, paths) in layouts() {
                let foreign: [(&str, &[u8]); 5] = [
                    ("Home.md", b"# Home\r\nwith two\nkinds of ends \xff"),
                    (beside, b"Home\r\n  Other  \r\nLast"),
                    ("folder/Ünï \"code\".md", b"x"),
                    (".gitattributes", b"[Cc]ase* text eol=crlf filter=evil\n"),
                    ("picture.bin", b"\0\r\n\0"),
                ];
                let remote = Remote::with(branch, &foreign);
                let before = remote.files(branch);
                let mut pages = paths.map(|path| page(path, "# One\n\ntext\r\nmore\n"));
                pages[0].attachments = vec!["0a1b.png".to_owned()];
                let mut record = Record::default();
                let actions = succeed(&mut remote.wiki(host), &mut record, &pages);
                assert_eq!(actions, [Action::Create, Action::Create], "{host:?}");
                let after = remote.files(branch);
                for (path, entry) in before.iter().filter(|(path, _)| *path != beside) {
                    assert_eq!(after.get(path), Some(entry), "{host:?}: {path}");
                }
                for page in &pages {
                    assert_eq!(
                        remote.text(branch, &page.location.path),
                        page.text,
                        "{host:?}"
                    );
                }
                let new: BTreeSet<&String> = after
                    .keys()
                    .filter(|path| !before.contains_key(*path))
                    .collect();
                let picture = attachment_path(flavour, "0a1b.png");
                assert_eq!(
                    new,
                    paths.map(str::to_owned).iter().chain([&picture]).collect(),
                    "{host:?}"
                );
                assert!(
                    remote
                        .text(branch, beside)
                        .starts_with("Home\r\n  Other  \r\nLast\r\n"),
                    "{host:?}: {}",
                    remote.text(branch, beside)
                );
                assert_eq!(
                    remote.commits(branch),
                    2,
                    "{host:?}: one commit for all of it"
                );
                let commit = remote.in_bare(&["log", "-1", "--format=%an <%ae> %cn: %B", branch]);
                assert!(
                    commit.starts_with(
                        "Publisher <publisher@example.org> Publisher: Publish 2 case studies\n"
                    ),
                    "{commit}"
                );
                let head = remote.head(branch);
                let actions = succeed(&mut remote.wiki(host), &mut record, &pages);
                assert_eq!(actions, [Action::Unchanged, Action::Unchanged], "{host:?}");
                assert_eq!(
                    remote.head(branch),
                    head,
                    "{host:?}: a second time makes no new version"
                );
            }
        },
    );
}

#[test]
fn files_beside_pages_are_updated_with_them() {
    alone("files_beside_pages_are_updated_with_them", || {
        let remote = Remote::with(
            "wikiMain",
            &[
                (".order", b"Home\nLast"),
                ("Home.md", b"x"),
                ("Last.md", b"x"),
                ("Cases/Old.md", b"x"),
            ],
        );
        let mut record = Record::default();
        let both = [
            page("One.md", "1"),
            page("Cases/Two.md", "2"),
            page("Three.md", "3"),
        ];
        succeed(&mut remote.wiki(GitHost::AzureDevops), &mut record, &both);
        assert_eq!(remote.text("wikiMain", ".order"), "Home\nLast\nOne\nThree");
        assert!(
            !remote.files("wikiMain").contains_key("Cases/.order"),
            "without an order file, pages are sorted by name"
        );
        remote.person_writes(&[(".order", b"One\nHome\nThree\nLast")]);
        succeed(
            &mut remote.wiki(GitHost::AzureDevops),
            &mut record,
            &both[1..],
        );
        assert_eq!(remote.text("wikiMain", ".order"), "Home\nThree\nLast");
        assert!(!remote.files("wikiMain").contains_key("One.md"));

        for (host, name, link) in [
            (GitHost::Github, "_Sidebar.md", "(A-case)"),
            (GitHost::Gitlab, "_sidebar.md", "(/A-case)"),
            (GitHost::Gitea, "_Sidebar.md", "(A-case)"),
        ] {
            let without = Remote::with("main", &[("Home.md", b"x")]);
            succeed(
                &mut without.wiki(host),
                &mut Record::default(),
                &[page("A-case.md", "1")],
            );
            assert!(
                !without.files("main").contains_key(name),
                "the list of the host is not replaced"
            );
            let remote = Remote::with("main", &[(name, b"* [[Home]]\n")]);
            let mut record = Record::default();
            succeed(
                &mut remote.wiki(host),
                &mut record,
                &[page("A-case.md", "1")],
            );
            let block = format!(
                "* [[Home]]\n\n<!-- storybank -->\n- [A case]{link}\n<!-- /storybank -->\n"
            );
            assert_eq!(remote.text("main", name), block);
            succeed(&mut remote.wiki(host), &mut record, &[]);
            assert_eq!(
                remote.text("main", name),
                "* [[Home]]\n\n<!-- storybank -->\n<!-- /storybank -->\n"
            );
            remote.person_writes(&[(name, b"<!-- storybank -->\nmine")]);
            let error = publish(
                &mut remote.wiki(host),
                &mut record,
                &[page("B.md", "1")],
                Resolve::Refuse,
            )
            .expect_err("a mark is missing");
            assert!(
                error
                    .to_string()
                    .contains("has no `<!-- /storybank -->` after it"),
                "{error}"
            );
            let mut quiet = GitWiki::new(
                host,
                &remote.address(),
                "",
                "",
                Sidebar::Leave,
                Arc::default(),
            );
            succeed(&mut quiet, &mut record, &[page("B.md", "1")]);
            assert_eq!(remote.text("main", name), "<!-- storybank -->\nmine");
        }
    });
}

#[test]
fn pages_changed_by_others_are_kept() {
    alone("pages_changed_by_others_are_kept", || {
        let remote = Remote::with("main", &[("Home.md", b"x")]);
        let mut record = Record::default();
        succeed(
            &mut remote.wiki(GitHost::Gitlab),
            &mut record,
            &[page("A.md", "one\n"), page("B.md", "one\n")],
        );
        remote.person_writes(&[("A.md", b"by hand\n"), ("C.md", b"foreign\n")]);
        let pages = [
            page("A.md", "two\n"),
            page("B.md", "two\n"),
            page("C.md", "two\n"),
        ];
        let standing = look(&mut remote.wiki(GitHost::Gitlab), &record, &pages);
        let edited = standing[0].as_ref().expect("it is there");
        assert_eq!(
            (edited.editor.as_deref(), edited.text.as_str()),
            (Some("Ann Other"), "by hand\n")
        );
        assert!(
            edited
                .edited
                .as_ref()
                .is_some_and(|edited| edited.starts_with("20")),
            "{:?}",
            edited.edited
        );
        let actions = succeed(&mut remote.wiki(GitHost::Gitlab), &mut record, &pages);
        assert_eq!(
            actions,
            [
                Action::Refuse(Conflict::Edited),
                Action::Update,
                Action::Refuse(Conflict::NotOurs)
            ]
        );
        assert_eq!(remote.text("main", "A.md"), "by hand\n");
        assert_eq!(remote.text("main", "B.md"), "two\n");
        assert_eq!(remote.text("main", "C.md"), "foreign\n");
        let actions = publish(
            &mut remote.wiki(GitHost::Gitlab),
            &mut record,
            &pages,
            Resolve::Overwrite,
        )
        .expect("it was asked for");
        assert_eq!(actions, [Action::Update, Action::Unchanged, Action::Update]);
        assert_eq!(remote.text("main", "A.md"), "two\n");
    });
}

#[test]
fn a_page_of_the_same_name_in_another_folder_is_found_on_github() {
    alone(
        "a_page_of_the_same_name_in_another_folder_is_found_on_github",
        || {
            let remote = Remote::with("master", &[("docs/a case.mediawiki", b"x")]);
            let actions = succeed(
                &mut remote.wiki(GitHost::Github),
                &mut Record::default(),
                &[page("A-Case.md", "1")],
            );
            assert_eq!(actions, [Action::Refuse(Conflict::NotOurs)]);
            assert_eq!(remote.commits("master"), 1);
            let error = publish(
                &mut remote.wiki(GitHost::Github),
                &mut Record::default(),
                &[page("A-Case.md", "1")],
                Resolve::Overwrite,
            );
            assert!(
                error
                    .expect_err("both would have the same name")
                    .reason
                    .contains("has changed since it was read")
            );
        },
    );
}

/// A Mac writes accents as separate characters. Readers cannot tell the two names apart.
#[test]
fn a_page_name_with_other_unicode_normalization_is_the_same_page() {
    alone(
        "a_page_name_with_other_unicode_normalization_is_the_same_page",
        || {
            for (host, path, other) in [
                (
                    GitHost::Github,
                    "Café-is-closed.md",
                    "Cafe\u{301}-is-closed.md",
                ),
                (GitHost::Gitlab, "cases/Café.md", "cases/Cafe\u{301}.md"),
                (GitHost::AzureDevops, "Team/Über.md", "Team/U\u{308}ber.md"),
                (GitHost::Gitea, "Äpfel.md", "A\u{308}pfel.md"),
            ] {
                let remote = Remote::with("master", &[(other, b"x")]);
                let actions = succeed(
                    &mut remote.wiki(host),
                    &mut Record::default(),
                    &[page(path, "1")],
                );
                assert_eq!(actions, [Action::Refuse(Conflict::NotOurs)], "{path}");
                assert_eq!(remote.commits("master"), 1);
            }
        },
    );
}

#[test]
fn a_concurrent_push_is_not_undone() {
    alone("a_concurrent_push_is_not_undone", || {
        for is_empty in [false, true] {
            let remote = if is_empty {
                Remote::new("main")
            } else {
                Remote::with("main", &[("Home.md", b"x")])
            };
            let mut record = Record::default();
            let pages = [page("A.md", "one\n")];
            let mut wiki = remote.wiki(GitHost::Gitea);
            let standing = look(&mut wiki, &record, &pages);
            assert_eq!(standing, [None]);
            remote.person_writes(&[("B.md", b"by hand\n")]);
            let head = remote.head("main");
            intend(&mut record, &pages[0]);
            wiki.write(&Write {
                page: &pages[0],
                over: None,
                pictures: &pictures(),
                message: MESSAGE,
            })
            .expect("nothing leaves yet");
            let error = wiki
                .finish(&[], MESSAGE)
                .expect_err("somebody changed it first");
            assert!(
                error.reason.contains("somebody has pushed")
                    && error.help.contains("nothing changed"),
                "{error}"
            );
            assert_eq!(remote.head("main"), head);
            let actions = succeed(&mut remote.wiki(GitHost::Gitea), &mut record, &pages);
            assert_eq!(actions, [Action::Create]);
            assert_eq!(remote.text("main", "B.md"), "by hand\n");
            assert_eq!(remote.text("main", "A.md"), "one\n");
        }
    });
}

#[test]
fn overwriting_an_unknown_version_is_refused() {
    alone("overwriting_an_unknown_version_is_refused", || {
        let remote = Remote::with("main", &[("A.md", b"one\n")]);
        let mut wiki = remote.wiki(GitHost::Gitea);
        let new = page("A.md", "two\n");
        let write = Write {
            page: &new,
            over: None,
            pictures: &pictures(),
            message: MESSAGE,
        };
        assert!(
            wiki.write(&write)
                .expect_err("there is a page")
                .reason
                .contains("has changed since it was read")
        );
        let other = RemotePage {
            revision: "0".repeat(40),
            ..RemotePage::default()
        };
        assert!(
            wiki.write(&Write {
                over: Some(&other),
                ..write
            })
            .is_err()
        );
        assert!(wiki.delete(&recorded(&new), &other, MESSAGE).is_err());
        wiki.finish(&[], MESSAGE).expect("there is nothing to do");
        assert_eq!(remote.commits("main"), 1);
    });
}

#[test]
fn an_interrupted_publication_is_completed_by_the_next() {
    alone(
        "an_interrupted_publication_is_completed_by_the_next",
        || {
            let remote = Remote::with("main", &[("Home.md", b"x")]);
            let mut record = Record::default();
            let pages = [page("A.md", "one\n"), page("B.md", "one\n")];
            succeed(&mut remote.wiki(GitHost::Gitlab), &mut record, &pages[..1]);
            let next = [page("A.md", "two\n"), page("B.md", "two\n")];
            let mut stopped = remote.wiki(GitHost::Gitlab);
            let standing = look(&mut stopped, &record, &next);
            for (page, over) in next.iter().zip(&standing) {
                intend(&mut record, page);
                stopped
                    .write(&Write {
                        page,
                        over: over.as_ref(),
                        pictures: &pictures(),
                        message: MESSAGE,
                    })
                    .expect("nothing leaves yet");
            }
            drop(stopped);
            assert_eq!(remote.text("main", "A.md"), "one\n");
            // Once before the push, once after it but before it was recorded.
            let mut before_push = record.clone();
            assert_eq!(
                succeed(&mut remote.wiki(GitHost::Gitlab), &mut before_push, &next),
                [Action::Update, Action::Create]
            );
            let head = remote.head("main");
            assert_eq!(
                succeed(&mut remote.wiki(GitHost::Gitlab), &mut record, &next),
                [Action::Unchanged, Action::Unchanged]
            );
            assert_eq!(remote.head("main"), head);
            let last = [page("A.md", "three\n"), page("B.md", "three\n")];
            assert_eq!(
                succeed(&mut remote.wiki(GitHost::Gitlab), &mut record, &last),
                [Action::Update, Action::Update]
            );
        },
    );
}

/// A site with two case studies and a wiki.
fn site(remote: &Remote) -> Folder {
    let site = Folder::new();
    let settings = format!(
        "title = \"Stories\"\n[wiki.handbook]\nkind = \"gitlab\"\nfolder = \"cases\"\nrepository = \"{}\"\n",
        remote.address()
    );
    let case = |title: &str| {
        format!("---\ntitle: {title}\naudience: team\n---\n\n## Summary\n\nThe queue grew.\n")
            .into_bytes()
    };
    site.write(&BTreeMap::from([
        ("site.toml".to_owned(), settings.into_bytes()),
        (
            "content/case-studies/first.md".to_owned(),
            case("The first case"),
        ),
        (
            "content/case-studies/second.md".to_owned(),
            case("The second case"),
        ),
    ]));
    site
}

/// `storybank publish` for a site, not started yet.
fn program(site: &Folder, home: &Path) -> Command {
    let mut command = storybank([
        "publish",
        "handbook",
        "--root",
        site.path().to_str().expect("it is text"),
    ]);
    with_settings(&mut command, home);
    command
}

#[cfg(unix)]
#[test]
fn the_next_run_completes_a_killed_push() {
    let remote = Remote::with("main", &[("Home.md", b"x")]);
    let (site, home) = (
        site(&remote),
        home("[user]\n\tname = P\n\temail = p@example.org\n"),
    );
    let (reached, release) = (home.join("reached"), home.join("release"));
    for pipe in [&reached, &release] {
        assert!(
            Command::new("mkfifo")
                .arg(pipe)
                .status()
                .expect("there is a mkfifo")
                .success()
        );
    }
    remote.hook(
        "pre-receive",
        &format!(
            "echo > '{}'; cat '{}' > /dev/null",
            reached.display(),
            release.display()
        ),
    );
    let mut command = program(&site, home.path());
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("it can be started");
    assert_eq!(
        fs::read(&reached).expect("the hook says that it is reached"),
        b"\n"
    );
    child.kill().expect("it runs");
    child.wait().expect("it has ended");
    fs::remove_file(Path::new(&remote.address()).join("hooks/pre-receive")).expect("it is there");
    // The next run starts while the remote still processes the push of the killed one.
    let output = run(program(&site, home.path()));
    assert!(output.status.success(), "{}", words(&output));
    let pages = ["cases/The-first-case.md", "cases/The-second-case.md"];
    let after = remote.files("main");
    assert!(
        pages.iter().all(|page| after.contains_key(*page)),
        "{after:?}"
    );
    let head = remote.head("main");
    assert_eq!(
        remote.commits("main"),
        2,
        "one commit by a person and one by the program"
    );
    // The hook waits until the other end of the pipe is opened and closed. It then accepts a push
    // that is too late.
    drop(
        fs::OpenOptions::new()
            .write(true)
            .open(&release)
            .expect("the hook reads"),
    );
    let output = run(program(&site, home.path()));
    assert!(output.status.success(), "{}", words(&output));
    assert_eq!(
        (remote.head("main"), output.stdout),
        (head, Vec::new()),
        "nothing is left to do"
    );

    remote.person_writes(&[(pages[0], b"By hand.\n")]);
    let output = run(program(&site, home.path()));
    assert_eq!(output.status.code(), Some(1), "{}", words(&output));
    assert!(
        words(&output).contains("last by Ann Other"),
        "{}",
        words(&output)
    );
    assert_eq!(remote.text("main", pages[0]), "By hand.\n");
}

#[test]
fn an_empty_repository_gets_its_first_commit() {
    alone("an_empty_repository_gets_its_first_commit", || {
        for (host, names, branch) in [
            (GitHost::AzureDevops, "main", "wikiMain"),
            (GitHost::Gitlab, "trunk", "trunk"),
            (GitHost::Gitea, "main", "main"),
            (GitHost::Github, "master", "master"),
        ] {
            let remote = Remote::new(names);
            let mut record = Record::default();
            assert_eq!(
                succeed(
                    &mut remote.wiki(host),
                    &mut record,
                    &[page("A.md", "one\n")]
                ),
                [Action::Create]
            );
            assert_eq!(
                remote.files(branch).keys().collect::<Vec<_>>(),
                ["A.md"],
                "{host:?}"
            );
            assert_eq!(
                succeed(
                    &mut wiki(host, &remote.address(), branch),
                    &mut record,
                    &[page("A.md", "one\n")]
                ),
                [Action::Unchanged]
            );
            assert_eq!(remote.commits(branch), 1);
        }
    });
}

#[test]
fn the_branch_of_the_settings_is_used() {
    alone("the_branch_of_the_settings_is_used", || {
        let remote = Remote::with("main", &[("Home.md", b"x")]);
        remote.in_bare(&["branch", "other/one", "main"]);
        succeed(
            &mut wiki(GitHost::Gitlab, &remote.address(), "other/one"),
            &mut Record::default(),
            &[page("A.md", "1")],
        );
        assert_eq!(
            (remote.commits("main"), remote.commits("other/one")),
            (1, 2)
        );
        let error = wiki(GitHost::Gitlab, &remote.address(), "none")
            .look(&[])
            .expect_err("there is no such branch");
        assert!(
            error.reason.contains("no branch `none`") && error.help.contains("`main`, `other/one`"),
            "{error}"
        );
        remote.in_bare(&["symbolic-ref", "HEAD", "refs/heads/gone"]);
        let error = wiki(GitHost::Gitlab, &remote.address(), "")
            .look(&[])
            .expect_err("the branch is ambiguous");
        assert!(
            error.help.contains("set `branch` in `site.toml`"),
            "{error}"
        );
    });
}

#[test]
fn a_missing_committer_name_is_an_error() {
    alone_with("a_missing_committer_name_is_an_error", "", || {
        let remote = Remote::with("main", &[("Home.md", b"x")]);
        let mut record = Record::default();
        let pages = [page("A.md", "one\n")];
        let error = publish(
            &mut remote.wiki(GitHost::Gitea),
            &mut record,
            &pages,
            Resolve::Refuse,
        )
        .expect_err("git has no committer");
        assert!(
            error.help.contains("git config --global user.name"),
            "{error}"
        );
        assert_eq!(remote.commits("main"), 1);
    });
}

#[test]
fn a_missing_repository_is_reported_without_the_token() {
    alone("a_missing_repository_is_reported_without_the_token", || {
        let folder = Folder::new();
        let missing = folder.join("missing.git");
        let error = wiki(GitHost::Github, missing.to_str().expect("it is text"), "")
            .look(&[])
            .expect_err("there is none");
        assert!(
            error
                .reason
                .contains("does not appear to be a git repository"),
            "{error}"
        );
        assert!(error.help.contains("first page was saved"), "{error}");
        // Nothing listens there, and the address must be shown without credentials.
        let error = wiki(GitHost::Gitlab, "http://t0psecret@127.0.0.1:9/x.git", "")
            .look(&[])
            .expect_err("nobody answers");
        assert!(
            !error.to_string().contains("t0psecret")
                && error.to_string().contains("127.0.0.1:9/x.git"),
            "{error}"
        );
        let error = wiki(GitHost::Gitlab, "--upload-pack=touch x", "")
            .look(&[])
            .expect_err("it is not an option");
        assert!(
            error.reason.contains("--upload-pack=touch x") || error.reason.contains("strange"),
            "{error}"
        );
        assert!(!Path::new("x").exists());
    });
}

#[test]
fn names_are_never_read_as_options_or_patterns() {
    alone("names_are_never_read_as_options_or_patterns", || {
        let remote = Remote::with("main", &[("Home.md", b"x"), ("file", b"x")]);
        let odd = [
            "-n.md",
            "--force.md",
            ":(top)x.md",
            ":!y.md",
            "$(touch z) `w` 'q' \"d\" ; &.md",
            "Ünïcödé 漢字 🙂.md",
            "a%2Fb\\c.md",
            "*?[x].md",
            " .md",
        ];
        let pages = odd.map(|path| page(path, path));
        let mut record = Record::default();
        succeed(&mut remote.wiki(GitHost::Gitlab), &mut record, &pages);
        let files = remote.files("main");
        for path in odd {
            assert!(files.contains_key(path), "{path}");
        }
        remote.person_writes(&[("-n.md", b"by hand"), (":(top)x.md", b"by hand")]);
        let standing = look(&mut remote.wiki(GitHost::Gitlab), &record, &pages);
        let editor = |at: usize| {
            standing[at]
                .as_ref()
                .and_then(|standing| standing.editor.clone())
        };
        assert_eq!(
            (editor(0), editor(2)),
            (Some("Ann Other".to_owned()), Some("Ann Other".to_owned()))
        );
        for path in [
            "../out.md",
            "/absolute.md",
            "a//b.md",
            ".git/config",
            "x/.GIT/y.md",
            "a\nb.md",
            "",
            "a/./b.md",
        ] {
            let error = publish(
                &mut remote.wiki(GitHost::Gitlab),
                &mut Record::default(),
                &[page(path, "x")],
                Resolve::Refuse,
            );
            assert!(
                error
                    .expect_err(path)
                    .reason
                    .contains("is not a path in a repository"),
                "{path}"
            );
        }
        let error = publish(
            &mut remote.wiki(GitHost::Gitlab),
            &mut Record::default(),
            &[page("file/x.md", "x")],
            Resolve::Refuse,
        );
        assert!(
            error
                .expect_err("a file is not a folder")
                .reason
                .contains("`file` is in the way")
        );
        remote.person_writes(&[("folder.md/x.md", b"x")]);
        let error = publish(
            &mut remote.wiki(GitHost::Gitlab),
            &mut Record::default(),
            &[page("folder.md", "x")],
            Resolve::Refuse,
        );
        assert!(
            error
                .expect_err("a folder is not a file")
                .reason
                .contains("`folder.md/x.md` is in the way")
        );
        let mut below = GitWiki::new(
            GitHost::Gitlab,
            &remote.address(),
            "",
            "cases",
            Sidebar::Keep,
            Arc::default(),
        );
        assert!(
            publish(
                &mut below,
                &mut Record::default(),
                &[page("cases2/x.md", "x")],
                Resolve::Refuse
            )
            .is_err()
        );
        assert_eq!(
            publish(
                &mut below,
                &mut Record::default(),
                &[page("cases/x.md", "x")],
                Resolve::Refuse
            )
            .expect("it is inside"),
            [Action::Create]
        );
        assert_eq!(remote.commits("main"), 5);
    });
}

#[test]
fn withheld_words_are_never_sent() {
    alone("withheld_words_are_never_sent", || {
        let remote = Remote::with("main", &[("Home.md", b"x")]);
        let withheld = |word: &str| Arc::new(Withheld::default().with_names([word.to_owned()]));
        let mut with_picture = page("A.md", "x");
        with_picture.attachments = vec!["0a1b.png".to_owned()];
        for (word, pages) in [
            ("falcon", [page("A.md", "the Falcon")]),
            ("falcon", [page("Falcon.md", "x")]),
            ("png", [with_picture]),
            ("publish “a", [page("A.md", "x")]),
            ("publisher@example.org", [page("A.md", "x")]),
        ] {
            let mut wiki = GitWiki::new(
                GitHost::Gitea,
                &remote.address(),
                "",
                "",
                Sidebar::Keep,
                withheld(word),
            );
            let error = publish(&mut wiki, &mut Record::default(), &pages, Resolve::Refuse)
                .expect_err("it may not leave");
            assert!(error.reason.contains("which may not leave"), "{error}");
        }
        assert_eq!(remote.commits("main"), 1);
        // Lines of others in the sidebar are there already.
        remote.person_writes(&[("_Sidebar.md", b"Falcon\n")]);
        let mut wiki = GitWiki::new(
            GitHost::Gitea,
            &remote.address(),
            "",
            "",
            Sidebar::Keep,
            withheld("falcon"),
        );
        succeed(&mut wiki, &mut Record::default(), &[page("A.md", "x")]);
    });
}

#[cfg(unix)]
#[test]
fn local_hooks_do_not_run_and_remote_hooks_can_refuse() {
    alone_with(
        "local_hooks_do_not_run_and_remote_hooks_can_refuse",
        "",
        || {
            let remote = Remote::with("main", &[("Home.md", b"x")]);
            let home = PathBuf::from(env::var_os("HOME").expect("it was set"));
            let hooks = Remote::new("main");
            for name in [
                "pre-push",
                "pre-commit",
                "post-checkout",
                "post-index-change",
            ] {
                hooks.hook(
                    name,
                    &format!("touch '{}'; exit 1", home.join("ran").display()),
                );
            }
            let folder = hooks.address();
            let settings = format!(
                "[user]\n\tname = P\n\temail = p@example.org\n[core]\n\thooksPath = {folder}/hooks\n[init]\n\ttemplateDir = {folder}\n"
            );
            fs::write(home.join("gitconfig"), settings).expect("it can be written");
            succeed(
                &mut remote.wiki(GitHost::Gitlab),
                &mut Record::default(),
                &[page("A.md", "1")],
            );
            assert!(!home.join("ran").exists());
            // A local repository would run the hooks of these settings instead of its own.
            fs::write(
                home.join("gitconfig"),
                "[user]\n\tname = P\n\temail = p@example.org\n",
            )
            .expect("it can be written");
            remote.hook("pre-receive", "echo 'pages need a review'; exit 1");
            let head = remote.head("main");
            let error = publish(
                &mut remote.wiki(GitHost::Gitlab),
                &mut Record::default(),
                &[page("B.md", "1")],
                Resolve::Refuse,
            );
            let error = error.expect_err("the remote refuses it");
            assert!(
                error.reason.contains("pages need a review")
                    && error.help.contains("nothing changed"),
                "{error}"
            );
            assert_eq!(remote.head("main"), head);
        },
    );
}

const PASSWORD: &str = "secret-Passw0rd";

/// Where git gets the password of Otter Wiki: from a credential helper.
const HELPER: &str = "[user]\n\tname = Publisher\n\temail = publisher@example.org\n\
    [credential]\n\thelper = \"!f() { echo username=ann@example.org; echo password=secret-Passw0rd; }; f\"\n";

/// An Otter Wiki, which shows a repository and accepts pushes.
struct Otter {
    engine: Engine,
    folder: Folder,
}

impl Otter {
    fn start() -> Self {
        let python = installed("otterwiki").join("venv/bin/python");
        let folder = Folder::new();
        let path = folder.path().display();
        let made = Command::new("git")
            .args(["init", "--quiet", "-b", "main"])
            .arg(folder.join("repo"))
            .env_remove("GIT_DIR")
            .status();
        assert!(made.expect("there is a git").success());
        let settings = format!(
            "REPOSITORY='{path}/repo'\nSQLALCHEMY_DATABASE_URI='sqlite:///{path}/db.sqlite'\nSECRET_KEY='0123456789abcdef0123456789abcdef'\n\
             READ_ACCESS='ANONYMOUS'\nWRITE_ACCESS='APPROVED'\nATTACHMENT_ACCESS='APPROVED'\nAUTO_APPROVAL=True\n\
             EMAIL_NEEDS_CONFIRMATION=False\nGIT_WEB_SERVER=True\nRETAIN_PAGE_NAME_CASE=True\n"
        );
        fs::write(folder.join("settings.cfg"), settings).expect("it can be written");
        let port = free_port();
        let mut command = Command::new(python);
        command.args([
            "-m",
            "flask",
            "run",
            "--host",
            "127.0.0.1",
            "--port",
            &port.to_string(),
        ]);
        command
            .env("OTTERWIKI_SETTINGS", folder.join("settings.cfg"))
            .env("FLASK_APP", "otterwiki.server");
        // It works with its own repository, as its own user.
        command.env_remove("GIT_DIR").env_remove("GIT_INDEX_FILE");
        let engine = Engine::start(command, port, folder.path());
        Self { engine, folder }
    }

    fn wiki(&self, flavour: GitHost) -> GitWiki {
        wiki(flavour, &format!("{}/.git", self.engine.url), "")
    }

    /// A page as readers see it.
    fn shown(&self, page: &str) -> html::Page {
        html::parse(&Person::new(self).get(page))
    }
}

/// A person with a browser.
struct Person<'a> {
    otter: &'a Otter,
    cookie: String,
}

impl<'a> Person<'a> {
    fn new(otter: &'a Otter) -> Self {
        Self {
            otter,
            cookie: String::new(),
        }
    }

    /// A person who has signed up and logged in.
    fn signed_up(otter: &'a Otter) -> Self {
        let mut person = Self::new(otter);
        let form = [
            ("email", "ann@example.org"),
            ("name", "Ann Other"),
            ("password1", PASSWORD),
            ("password2", PASSWORD),
        ];
        person.post("-/register", "-/register", &form);
        person.post("-/login", "-/login", &form_of_login());
        person
    }

    fn agent() -> ureq::Agent {
        ureq::Agent::config_builder()
            .max_redirects(0)
            .http_status_as_error(false)
            .build()
            .new_agent()
    }

    fn get(&mut self, page: &str) -> String {
        let request = Self::agent()
            .get(format!("{}/{page}", self.otter.engine.url))
            .header("Cookie", &self.cookie);
        let mut answer = request.call().expect("the wiki answers");
        self.keep_cookie(answer.headers());
        answer
            .body_mut()
            .read_to_string()
            .expect("it answers with text")
    }

    /// Sends the form of a page.
    fn post(&mut self, form_at: &str, to: &str, fields: &[(&str, &str)]) {
        let form = self.get(form_at);
        let (_, rest) = form
            .split_once("name=\"csrf_token\" value=\"")
            .unwrap_or_else(|| panic!("no form at {form_at}:\n{form}"));
        let token = rest.split('"').next().unwrap_or_default().to_owned();
        let fields = fields
            .iter()
            .copied()
            .chain([("csrf_token", token.as_str())]);
        let request = Self::agent()
            .post(format!("{}/{to}", self.otter.engine.url))
            .header("Cookie", &self.cookie);
        let answer = request.send_form(fields).expect("the wiki answers");
        assert_eq!(answer.status(), 302, "{to}");
        self.keep_cookie(answer.headers());
    }

    fn keep_cookie(&mut self, headers: &ureq::http::HeaderMap) {
        if let Some(cookie) = headers
            .get("set-cookie")
            .and_then(|cookie| cookie.to_str().ok())
        {
            self.cookie = cookie.split(';').next().unwrap_or_default().to_owned();
        }
    }

    fn writes(&mut self, page: &str, text: &str) {
        self.post(
            &format!("{page}/edit"),
            &format!("{page}/save"),
            &[("content", text), ("commit", "By hand")],
        );
    }
}

fn form_of_login() -> [(&'static str, &'static str); 2] {
    [("email", "ann@example.org"), ("password", PASSWORD)]
}

const BODY: &str = "## What happened\n\nThe \\*queue\\* grew. See [the other](/cases/case-two).\n\n| When | What |\n| --- | --- |\n| 10:00 | \
    `a < b` |\n\n- [x] done\n- [ ] open\n\n> [!WARNING]\n> Take care.\n\n<details>\n<summary>More</summary>\n\nHidden words.\n\n</details>\n\n\
    ```rust\nfn main() {}\n```\n";

#[test]
fn a_real_wiki_shows_pushed_pages_and_keeps_edits() {
    alone_with(
        "a_real_wiki_shows_pushed_pages_and_keeps_edits",
        HELPER,
        || {
            let otter = Otter::start();
            let mut person = Person::signed_up(&otter);
            let mut record = Record::default();
            let mut pages = [
                page("cases/case-one.md", BODY),
                page("cases/case-two.md", "The other.\n"),
            ];
            pages[0].attachments = vec!["0a1b.png".to_owned()];
            assert_eq!(
                succeed(&mut otter.wiki(GitHost::Gitlab), &mut record, &pages),
                [Action::Create, Action::Create]
            );

            let shown = otter.shown("cases/case-one");
            let article = shown
                .all("article")
                .into_iter()
                .find(|&id| shown.attribute(id, "class") == Some("page"))
                .expect("it shows a page");
            let text = shown.text(article);
            for words in [
                "What happened",
                "The *queue* grew. See the other.",
                "10:00 a < b",
                "Take care.",
                "More Hidden words.",
                "fn main() {}",
            ] {
                assert!(text.contains(words), "{words}: {text}");
            }
            let inside = |name: &str| {
                shown
                    .all(name)
                    .into_iter()
                    .filter(|&id| shown.is_inside(id, article))
                    .count()
            };
            assert_eq!(
                (
                    inside("table"),
                    inside("td"),
                    inside("details"),
                    inside("input"),
                    inside("h2")
                ),
                (1, 2, 1, 2, 1)
            );
            let history =
                |person: &mut Person<'_>| person.get("-/changelog").matches("/-/commit/").count();
            let commits = history(&mut person);

            assert_eq!(
                succeed(&mut otter.wiki(GitHost::Gitlab), &mut record, &pages),
                [Action::Unchanged, Action::Unchanged]
            );
            assert_eq!(
                history(&mut person),
                commits,
                "a second time makes no new version"
            );

            let mut stale = otter.wiki(GitHost::Gitlab);
            let changed = [
                page("cases/case-one.md", "Newer words.\n"),
                page("cases/case-two.md", "Newer words too.\n"),
            ];
            let standing = look(&mut stale, &record, &changed);
            person.writes("cases/case-one", "RenderedPage by hand.");
            for (page, over) in changed.iter().zip(&standing) {
                stale
                    .write(&Write {
                        page,
                        over: over.as_ref(),
                        pictures: &pictures(),
                        message: MESSAGE,
                    })
                    .expect("nothing leaves yet");
            }
            let error = stale
                .finish(&[], MESSAGE)
                .expect_err("a person changed it first");
            assert!(error.reason.contains("somebody has pushed"), "{error}");

            let actions = succeed(&mut otter.wiki(GitHost::Gitlab), &mut record, &changed);
            assert_eq!(actions, [Action::Refuse(Conflict::Edited), Action::Update]);
            let (first, second) = (person.get("cases/case-one"), person.get("cases/case-two"));
            assert!(
                first.contains("RenderedPage by hand.")
                    && !first.contains("Newer words")
                    && second.contains("Newer words too.")
            );
            let standing = look(&mut otter.wiki(GitHost::Gitlab), &record, &changed);
            assert_eq!(
                standing[0]
                    .as_ref()
                    .and_then(|standing| standing.editor.as_deref()),
                Some("Ann Other")
            );
        },
    );
}

#[test]
fn a_real_wiki_refuses_wrong_credentials() {
    alone("a_real_wiki_refuses_wrong_credentials", || {
        let otter = Otter::start();
        let error = publish(
            &mut otter.wiki(GitHost::Gitlab),
            &mut Record::default(),
            &[page("a.md", "x")],
            Resolve::Refuse,
        );
        let error = error.expect_err("the publisher has no account");
        assert!(error.reason.contains("could not read Username"), "{error}");
        let address = format!(
            "{}/.git",
            otter
                .engine
                .url
                .replace("http://", "http://ann%40example.org:wr0ngPass@")
        );
        let error = publish(
            &mut wiki(GitHost::Gitlab, &address, ""),
            &mut Record::default(),
            &[page("a.md", "x")],
            Resolve::Refuse,
        );
        let error = error.expect_err("this is not the password").to_string();
        assert!(
            !error.contains("wr0ngPass") && !error.contains("ann%40"),
            "{error}"
        );
        assert!(!Person::new(&otter).get("-/index").contains(">A<"));
    });
}

/// The file name and the address of the page of this repository's case study.
const OWN: (&str, &str) = (
    "A-naming-rule-that-no-team-owned.md",
    "A-naming-rule-that-no-team-owned",
);

impl Otter {
    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .arg("-C")
            .arg(self.folder.join("repo"))
            .args(arguments)
            .env_remove("GIT_DIR")
            .output()
            .expect("there is a git");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

impl own_case::Reader for Otter {
    fn shown(&self) -> String {
        let page = Otter::shown(self, OWN.1);
        let article = page
            .all("article")
            .into_iter()
            .find(|&id| page.attribute(id, "class") == Some("page"));
        article.map(|id| page.text(id)).unwrap_or_default()
    }

    fn source(&self) -> String {
        self.git(&["show", &format!("HEAD:{}", OWN.0)])
    }

    fn versions(&self) -> usize {
        self.git(&["rev-list", "HEAD", "--", OWN.0]).lines().count()
    }

    fn edit(&self, text: &str) {
        let mut person = Person::new(self);
        person.post("-/login", "-/login", &form_of_login());
        person.writes(OWN.1, text);
    }
}

#[test]
fn the_program_publishes_the_case_study_of_this_repository() {
    alone_with(
        "the_program_publishes_the_case_study_of_this_repository",
        HELPER,
        || {
            let otter = Otter::start();
            Person::signed_up(&otter);
            own_case::lives_on(
                &otter,
                &format!(
                    "kind = \"github\"\nrepository = \"{}/.git\"",
                    otter.engine.url
                ),
                "",
            );
        },
    );
}

/// Markup of Otter Wiki that the hosts do not have: formulas inside code, and `==` marks.
fn is_read_otherwise(element: &str, words: &str) -> bool {
    (element == "code" && words.contains('$'))
        || (matches!(element, "em" | "strong" | "a") && words.starts_with("=="))
}

#[test]
fn a_real_wiki_shows_every_word_of_a_hostile_page() {
    alone_with(
        "a_real_wiki_shows_every_word_of_a_hostile_page",
        HELPER,
        || {
            let otter = Otter::start();
            Person::signed_up(&otter);
            for (host, flavour, ..) in layouts() {
                let dialect = Dialect::Markdown(flavour);
                let (mut pages, problems) = write(
                    dialect,
                    "",
                    &[hostile::case()],
                    &BTreeMap::new(),
                    &Highlighter::default(),
                );
                assert!(
                    problems
                        .iter()
                        .all(|problem| problem.rule.level != Level::Error),
                    "{flavour:?}"
                );
                // Otter finds pages by lower-case names.
                pages[0].location.path =
                    format!("hostile-{}.md", format!("{flavour:?}").to_lowercase());
                assert_eq!(
                    succeed(&mut otter.wiki(host), &mut Record::default(), &pages),
                    [Action::Create]
                );
                let shown = otter.shown(pages[0].location.path.trim_end_matches(".md"));
                let article = shown
                    .all("article")
                    .into_iter()
                    .find(|&id| shown.attribute(id, "class") == Some("page"))
                    .expect("it shows a page");
                let texts = |name: &str| -> Vec<String> {
                    let inside = shown
                        .all(name)
                        .into_iter()
                        .filter(|&id| shown.is_inside(id, article));
                    inside.map(|id| shown.text(id)).collect()
                };
                let wanted = |words: &str| words.split_whitespace().collect::<Vec<_>>().join(" ");
                for element in ["p", "li", "td", "code", "strong", "em", "a", "summary"] {
                    let texts = texts(element);
                    for words in hostile::STRINGS
                        .iter()
                        .filter(|words| !is_read_otherwise(element, words))
                    {
                        // Call-outs and cells of the code column contain more than the words;
                        // everything else contains them alone somewhere.
                        let holds = |text: &String| {
                            if element == "summary" {
                                text.contains(&wanted(words))
                            } else {
                                *text == wanted(words)
                            }
                        };
                        assert!(
                            texts.iter().any(holds),
                            "{flavour:?}: <{element}> {words}\n{texts:#?}"
                        );
                    }
                }
                let headings = texts("h2");
                for (number, words) in hostile::STRINGS.iter().enumerate() {
                    assert_eq!(
                        headings[number],
                        wanted(&format!("{number} {words}")),
                        "{flavour:?}"
                    );
                }
                assert_eq!(
                    texts("tr").len(),
                    (1 + 2) + (1 + hostile::STRINGS.len()),
                    "{flavour:?}: the facts and the table"
                );
                // Where the host shows another title, the text begins with the author's title.
                let has_title = matches!(flavour, Flavour::AzureDevops | Flavour::Github);
                assert_eq!(
                    texts("h1"),
                    vec![hostile::case().title; usize::from(has_title)],
                    "{flavour:?}"
                );
                for name in ["script", "iframe", "form"] {
                    assert_eq!(
                        texts(name),
                        Vec::<String>::new(),
                        "{flavour:?}: nothing runs as markup"
                    );
                }
            }
        },
    );
}

#[test]
fn a_moved_page_is_not_created_again() {
    alone("a_moved_page_is_not_created_again", || {
        let remote = Remote::with("main", &[("Home.md", b"x")]);
        let mut record = Record::default();
        let pages = [
            page("A-case.md", "one\ntwo\nthree\n"),
            page("B-case.md", "x\n"),
        ];
        succeed(&mut remote.wiki(GitHost::Gitea), &mut record, &pages);
        remote.git(&["clone", "--quiet", &remote.address(), "moved"]);
        for (from, to) in [
            ("A-case.md", "Between.md"),
            ("Between.md", "Incidents-2025.md"),
        ] {
            remote.git(&["-C", "moved", "mv", from, to]);
            remote.git(&["-C", "moved", "commit", "--quiet", "-m", "Moved"]);
        }
        remote.git(&["-C", "moved", "push", "--quiet", "origin", "HEAD"]);
        let search = plan::lookups(pages.to_vec(), &record, plan::Identity::Path, |_| true);
        let mut wiki = remote.wiki(GitHost::Gitea);
        let standings = storybank::publish::look(&mut wiki, &search).expect("it can be looked up");
        let wishes = plan::Options {
            forced: BTreeSet::new(),
            orphans: plan::Orphans::Keep,
        };
        let mut plan = plan::plan(search, standings, &wishes);
        plan.trace(|name| wiki.gone_to(name));
        let shown = plan::show(&plan, storybank::report::Colour::Plain);
        assert!(
            shown.contains("somebody has moved it to `Incidents-2025.md`")
                && shown.contains("--force"),
            "{shown}"
        );
    });
}

#[test]
fn a_page_with_an_occupied_path_does_not_block_others() {
    alone("a_page_with_an_occupied_path_does_not_block_others", || {
        let remote = Remote::with("main", &[("Home.md", b"x"), ("file", b"x")]);
        let mut record = Record::default();
        let pages = [page("file/x.md", "one\n"), page("B.md", "x\n")];
        assert!(
            publish(
                &mut remote.wiki(GitHost::Gitlab),
                &mut record,
                &pages,
                Resolve::Refuse
            )
            .is_err()
        );
        assert!(remote.files("main").contains_key("B.md"));
    });
}

#[test]
fn unused_pictures_are_detected() {
    alone("unused_pictures_are_detected", || {
        use storybank::plan::{FileState, RecordedFile};
        use storybank::slug::content_name;
        let bytes = b"\x89PNG\r\n\0one".as_slice();
        let name = |bytes: &[u8]| content_name(bytes, Some("png"));
        let (used, changed, loose) = (b"used".as_slice(), b"changed".as_slice(), bytes);
        let place = |bytes: &[u8]| format!("pictures/{}", name(bytes));
        let page = format!("![x](pictures/{})\n", name(used));
        let files: [(&str, &[u8]); 4] = [
            (&place(used), used),
            (&place(changed), b"drawn over"),
            (&place(loose), loose),
            ("B.md", page.as_bytes()),
        ];
        let remote = Remote::with("main", &files);
        let file = |bytes: &[u8]| RecordedFile {
            name: name(bytes),
            page: String::new(),
        };
        let mut wiki = remote.wiki(GitHost::Gitea);
        let sought = [file(used), file(changed), file(loose), file(b"gone")];
        let kept = |reason: &str| FileState::Kept(reason.to_owned());
        let states = wiki
            .look_at_files(&sought, &BTreeSet::new())
            .expect("it can be looked up");
        assert_eq!(
            states,
            [
                kept("`B.md` does"),
                kept("somebody has changed it"),
                FileState::Unused,
                FileState::Gone
            ]
        );
        let states = wiki
            .look_at_files(&sought, &BTreeSet::from(["B.md".to_owned()]))
            .expect("it can be looked up");
        assert_eq!(
            states[0],
            FileState::Unused,
            "a page with changing content does not count"
        );
        wiki.delete_file(&file(loose)).expect("it is there");
        wiki.finish(&[], MESSAGE).expect("it is pushed");
        assert!(
            !remote.files("main").contains_key(&place(loose))
                && remote.files("main").contains_key(&place(used))
        );
    });
}

#[test]
fn a_real_wiki_shows_html_of_authors_as_html() {
    alone_with("a_real_wiki_shows_html_of_authors_as_html", HELPER, || {
        let otter = Otter::start();
        Person::signed_up(&otter);
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/own_html/github.txt");
        let text = fs::read_to_string(file).expect("it is there");
        let (text, _) = text.rsplit_once("\n----\n").expect("warnings follow");
        assert_eq!(
            succeed(
                &mut otter.wiki(GitHost::Gitlab),
                &mut Record::default(),
                &[page("own.md", text)]
            ),
            [Action::Create]
        );
        let shown = otter.shown("own");
        let article = shown
            .all("article")
            .into_iter()
            .find(|&id| shown.attribute(id, "class") == Some("page"))
            .expect("it shows a page");
        let count = |name: &str| {
            shown
                .all(name)
                .into_iter()
                .filter(|&id| shown.is_inside(id, article))
                .count()
        };
        // Otter removes `figure`, and keeps its content.
        let text = shown.text(article);
        assert!(
            text.contains("quoted figure") && text.contains("Caption of"),
            "{text}"
        );
        let parts = [
            "table",
            "caption",
            "tr",
            "th",
            "td",
            "dl",
            "dt",
            "dd",
            "blockquote",
            "details",
        ]
        .map(count);
        assert_eq!(parts, [4, 1, 14, 8, 21, 1, 2, 2, 2, 1]);
        // Otter shows unknown tags as text, `figure` and `center`; the hosts allow all of them.
        for words in [
            "A heading small",
            "second <line>",
            "without service",
            "Queue depth",
            "Small print, twice.",
            "super",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
    });
}

#[test]
fn publishing_a_moved_page_reports_its_new_place() {
    alone("publishing_a_moved_page_reports_its_new_place", || {
        let remote = Remote::with("main", &[("Home.md", b"x")]);
        let wiki = format!("kind = \"gitea\"\nrepository = \"{}\"", remote.address());
        let site = small_site::SmallSite::new(&wiki, "");
        let git = |mut command: Command| {
            for name in ["GIT_AUTHOR_NAME", "GIT_COMMITTER_NAME"] {
                command.env(name, "Ann Author");
            }
            for name in ["GIT_AUTHOR_EMAIL", "GIT_COMMITTER_EMAIL"] {
                command.env(name, "ann@example.org");
            }
            run(command)
        };
        site.case("alpha", "Case alpha", "## Impact\n\nOne.");
        let output = git(site.command(&[]));
        assert!(output.status.success(), "{}", words(&output));
        remote.git(&["clone", "--quiet", &remote.address(), "moved"]);
        remote.git(&["-C", "moved", "mv", "Case-alpha.md", "Old-case.md"]);
        remote.git(&["-C", "moved", "commit", "--quiet", "-m", "Moved"]);
        remote.git(&["-C", "moved", "push", "--quiet", "origin", "HEAD"]);
        let shown = git(site.command(&["--show", "alpha"]));
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&shown.stdout),
            words(&shown)
        );
        assert!(
            shown.status.code() == Some(2)
                && said.contains("somebody has moved it to `Old-case.md`"),
            "{said}"
        );
    });
}
