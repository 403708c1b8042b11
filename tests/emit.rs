//! Writing a site: all of it or nothing, only the files that changed, and no file of somebody else.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use common::files;
use program::{Folder, build, run, succeed, tree, words};

const SITE: &str = "
-- site.toml --
title = \"Stories\"
-- content/stories/outage/index.md --
---
title: The outage
answers: [hardest]
competencies: [ownership]
---

It was mended. ![a](a.png)
-- content/stories/outage/a.png --
a picture
-- content/stories/move.md --
---
title: The move
---

We arrived.
-- content/questions/hardest.md --
---
question: What was hardest?
---
-- content/competencies/ownership.md --
---
title: Ownership
---
";

/// The folder of a site, and its output folder.
struct Site {
    folder: Folder,
}

impl Site {
    fn new() -> Self {
        let folder = Folder::new();
        folder.write(&files(SITE));
        Self { folder }
    }

    /// A site that has been built once.
    fn built() -> Self {
        let site = Self::new();
        succeed(site.build());
        site
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    fn out(&self) -> std::path::PathBuf {
        self.folder.join("public")
    }

    fn build(&self) -> std::process::Command {
        build(self.root(), &self.out())
    }

    fn write(&self, text: &str) {
        self.folder.write(&files(text));
    }

    fn tree(&self) -> BTreeMap<String, Vec<u8>> {
        tree(&self.out())
    }

    /// Runs a build that must fail and must not change the output. Returns its messages.
    #[track_caller]
    fn refuses(&self, status: i32) -> String {
        let before = self
            .out()
            .exists()
            .then(|| (self.tree(), stamps(&self.out())));
        let output = run(self.build());
        assert_eq!(output.status.code(), Some(status), "{}", words(&output));
        assert_eq!(
            self.out()
                .exists()
                .then(|| (self.tree(), stamps(&self.out()))),
            before,
            "something has changed"
        );
        assert_eq!(left_beside(self.root()), Vec::<String>::new());
        words(&output)
    }
}

/// What identifies an unchanged file: its modification time, and on Unix its inode.
fn stamps(folder: &Path) -> BTreeMap<String, (SystemTime, u64)> {
    let files = walkdir::WalkDir::new(folder)
        .into_iter()
        .map(|entry| entry.expect("it can be read"))
        .filter(|entry| !entry.file_type().is_dir());
    let stamp = |entry: walkdir::DirEntry| {
        let about = fs::symlink_metadata(entry.path()).expect("it is there");
        let name = entry
            .path()
            .strip_prefix(folder)
            .expect("it is below")
            .to_string_lossy()
            .into_owned();
        (
            name,
            (
                about.modified().expect("the system knows it"),
                number(&about),
            ),
        )
    };
    files.map(stamp).collect()
}

#[cfg(unix)]
fn number(about: &fs::Metadata) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata) -> u64 {
    0
}

/// Temporary files of builds that are still beside the site.
fn left_beside(root: &Path) -> Vec<String> {
    let names = fs::read_dir(root).expect("it can be read").map(|entry| {
        entry
            .expect("it can be read")
            .file_name()
            .to_string_lossy()
            .into_owned()
    });
    names.filter(|name| name.contains("storybank")).collect()
}

#[test]
fn the_same_files_give_the_same_bytes() {
    let site = Site::built();
    for threads in ["1", "8"] {
        let other = site.folder.join(threads);
        let mut build = build(site.root(), &other);
        build.env("RAYON_NUM_THREADS", threads);
        succeed(build);
        assert_eq!(tree(&other), site.tree());
    }
}

#[test]
fn diagnostics_do_not_depend_on_the_number_of_threads() {
    let site = Site::new();
    site.write("-- site.toml --\n[audience]\nbuild = \"team\"\n[forbid]\nwords = [\"Falcon\"]\n");
    // Many pages contain its title, and the message could name any of them.
    site.write("-- content/stories/move.md --\n---\ntitle: Falcon\naudience: team\nanswers: [hardest]\ncompetencies: [ownership]\n---\n");
    let reports = ["1", "2", "8", "8", "8"].map(|threads| {
        let mut build = site.build();
        build.env("RAYON_NUM_THREADS", threads);
        words(&run(build))
    });
    assert!(reports[0].contains("`index.html`"), "{}", reports[0]);
    assert!(
        reports.iter().all(|report| *report == reports[0]),
        "{reports:#?}"
    );
}

#[test]
fn pictures_with_the_same_bytes_are_one_file() {
    let site = Site::new();
    site.write("-- content/stories/b.png --\na picture\n-- content/stories/move.md --\n---\ntitle: The move\n---\n\n![b](b.png)\n");
    succeed(site.build());
    let tree = site.tree();
    let assets: Vec<&String> = tree
        .keys()
        .filter(|path| path.starts_with("assets/"))
        .collect();
    assert_eq!(assets.len(), 1, "{assets:?}");
    for page in ["stories/move.html", "stories/outage.html"] {
        assert!(
            String::from_utf8_lossy(&tree[page]).contains(assets[0]),
            "{page}"
        );
    }
}

#[test]
fn a_site_does_not_depend_on_its_path() {
    let (one, other) = (Site::built(), Site::built());
    assert_eq!(one.tree(), other.tree());
}

#[test]
fn a_second_build_writes_nothing() {
    let site = Site::built();
    let about = fs::metadata(site.out()).expect("it is there");
    let before = stamps(&site.out());
    succeed(site.build());
    assert_eq!(stamps(&site.out()), before);
    assert_eq!(
        number(&fs::metadata(site.out()).expect("it is there")),
        number(&about)
    );
    assert_eq!(left_beside(site.root()), Vec::<String>::new());
}

#[test]
fn only_what_changed_is_written() {
    let site = Site::built();
    let (bytes, before) = (site.tree(), stamps(&site.out()));
    site.write("-- content/stories/move.md --\n---\ntitle: The move\n---\n\nWe arrived late.\n");
    succeed(site.build());
    let (new_bytes, after) = (site.tree(), stamps(&site.out()));
    let rewritten: Vec<&String> = after
        .keys()
        .filter(|name| before.get(*name) != after.get(*name))
        .collect();
    let changed: Vec<&String> = after
        .keys()
        .filter(|name| bytes.get(*name) != new_bytes.get(*name))
        .collect();
    assert_eq!(rewritten, changed);
    assert!(
        changed.contains(&&"stories/move.html".to_owned()) && changed.len() < after.len() - 5,
        "{changed:?}"
    );
}

#[test]
fn a_changed_word_is_on_the_pages_of_the_next_build() {
    let site = Site::built();
    for (files, word) in [
        (
            "-- site.toml --\n[words]\nstory = \"Anecdote\"\n",
            "Anecdote",
        ),
        (
            "-- site.toml --\n-- themes/default/words/en.toml --\nstory = \"Tale\"\n",
            "Tale",
        ),
        ("-- site.toml --\nlanguage = \"de\"\n", "Geschichte"),
    ] {
        site.write(files);
        succeed(site.build());
        let page = String::from_utf8_lossy(&site.tree()["stories/move.html"]).into_owned();
        assert!(
            page.contains(&format!("<p class=\"eyebrow\">{word}</p>")),
            "{page}"
        );
    }
}

#[test]
fn files_of_removed_pages_are_deleted() {
    let site = Site::built();
    fs::remove_file(site.folder.join("content/stories/move.md")).expect("it is there");
    site.write("-- content/stories/outage/index.md --\n---\ntitle: The outage\n---\n");
    succeed(site.build());
    let tree = site.tree();
    assert!(!tree.contains_key("stories/move.html") && tree.contains_key("stories/outage.html"));
    assert!(
        !tree.keys().any(|name| name.starts_with("assets/")),
        "{:?}",
        tree.keys()
    );
}

#[test]
fn a_changed_output_file_is_built_again() {
    let site = Site::built();
    let bytes = site.tree();
    let page = site.out().join("stories/move.html");
    let length = fs::metadata(&page).expect("it is there").len();
    fs::write(
        &page,
        vec![b'x'; usize::try_from(length).expect("it is short")],
    )
    .expect("it can be written");
    // The clock of a file system can have a resolution of some milliseconds.
    let later = SystemTime::now() + std::time::Duration::from_secs(1);
    fs::File::options()
        .write(true)
        .open(&page)
        .and_then(|file| file.set_modified(later))
        .expect("the time can be set");
    fs::remove_file(site.out().join("stories/outage.html")).expect("it is there");
    succeed(site.build());
    assert_eq!(site.tree(), bytes);
}

#[test]
fn a_missing_or_invalid_list_of_files_does_no_harm() {
    let lists = [
        "",
        "storybank 1\nnonsense\n0 9 ../../site.toml\n",
        "storybank 2\nnonsense\n0 0 9 ../../site.toml\n0 9 site.toml\n",
        "storybank 3\n0 0 9 index.html\n",
        "\u{0}",
    ];
    for list in lists {
        let site = Site::built();
        let pages = site.tree();
        fs::write(site.out().join(".storybank"), list).expect("it can be written");
        // Without its list the program does not know which pages are its own. It may refuse to
        // build, but must not damage anything.
        let output = run(site.build());
        assert!(site.folder.join("site.toml").exists());
        let mut tree = site.tree();
        tree.remove(".storybank");
        assert!(
            tree.iter()
                .all(|(name, bytes)| pages.get(name) == Some(bytes)),
            "{}",
            words(&output)
        );
        assert_eq!(tree.len(), pages.len() - 1);
    }
}

/// The digests in the list of a built site, keyed by path, and the actual digests of these files.
fn listed_and_true_digests(site: &Site) -> [BTreeMap<String, u128>; 2] {
    let mut tree = site.tree();
    let list = String::from_utf8(tree.remove(".storybank").expect("a build writes it"))
        .expect("it is text");
    let mut lines = list.lines();
    assert_eq!(lines.next(), Some("storybank 2"));
    let listed = lines.map(|line| {
        let fields: Vec<&str> = line.splitn(4, ' ').collect();
        (
            fields[3].to_owned(),
            u128::from_str_radix(fields[1], 16).expect("it is a number"),
        )
    });
    let files = tree
        .iter()
        .filter(|(path, _)| site.out().join(path).is_file());
    [
        listed.collect(),
        files
            .map(|(path, bytes)| (path.clone(), xxhash_rust::xxh3::xxh3_128(bytes)))
            .collect(),
    ]
}

#[test]
fn the_list_has_a_digest_of_every_file() {
    let site = Site::built();
    let [listed, all] = listed_and_true_digests(&site);
    assert_eq!(listed, all);
    assert!(
        all.keys().any(|path| path.starts_with("assets/")) && all.contains_key("static/style.css")
    );
    // Most files are unchanged now.
    site.write("-- content/stories/move.md --\n---\ntitle: The move\n---\n\nWe arrived late.\n");
    succeed(site.build());
    let [listed, changed] = listed_and_true_digests(&site);
    assert_eq!(listed, changed);
    assert_ne!(changed, all);
}

#[test]
fn a_list_without_digests_is_completed_and_its_files_are_kept() {
    let site = Site::built();
    let list = fs::read_to_string(site.out().join(".storybank")).expect("it is text");
    let without = |line: &str| {
        let fields: Vec<&str> = line.splitn(4, ' ').collect();
        format!("{} {} {}\n", fields[0], fields[2], fields[3])
    };
    let old: String = list.lines().skip(1).map(without).collect();
    fs::write(
        site.out().join(".storybank"),
        format!("storybank 1\n{old}0000000000000000 2 stories/gone.html\n"),
    )
    .expect("it can be written");
    fs::write(site.out().join("stories/gone.html"), "a\n").expect("it can be written");
    let before = stamps(&site.out());
    succeed(site.build());
    assert_eq!(
        fs::read_to_string(site.out().join(".storybank")).ok(),
        Some(list)
    );
    let after = stamps(&site.out());
    let written: Vec<&String> = after
        .iter()
        .filter(|(path, stamp)| before.get(*path) != Some(stamp))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(written, [".storybank"]);
    assert!(!after.contains_key("stories/gone.html"));
}

#[test]
fn the_list_reveals_nothing_about_forbidden_words() {
    let lists = ["Falcon", "Osprey"].map(|word| {
        let site = Site::new();
        site.write(&format!(
            "-- site.toml --\n[audience]\nbuild = \"team\"\n[forbid]\nwords = [\"{word}\"]\n[redact]\n\"{word} One\" = \"a project\"\n"
        ));
        site.write(&format!(
            "-- content/stories/move.md --\n---\ntitle: The move\naudience: team\n---\n\n{word} One. %%{word}%%\n\n> [!private]\n> {word}\n"
        ));
        succeed(site.build());
        fs::read_to_string(site.out().join(".storybank")).expect("it is text")
    });
    assert_eq!(lists[0], lists[1]);
    assert!(lists[0].contains("stories/move.html"), "{lists:?}");
}

#[test]
#[cfg(unix)]
fn files_of_others_are_not_changed() {
    let site = Site::built();
    let own = Folder::new();
    own.write(&files("-- elsewhere.txt --\nelsewhere\n"));
    site.write("-- public/CNAME --\nexample.org\n-- public/notes/deep/a.txt --\nnotes\n-- public/stories/mine.txt --\nmine\n-- public/.nojekyll --\n");
    fs::create_dir_all(site.out().join("empty/inside")).expect("it can be made");
    std::os::unix::fs::symlink(own.join("elsewhere.txt"), site.out().join("link"))
        .expect("it can be made");
    std::os::unix::fs::symlink("nowhere", site.out().join("stories/dangling"))
        .expect("it can be made");
    std::os::unix::fs::symlink(own.path(), site.out().join("folder")).expect("it can be made");
    let foreign = [
        "CNAME",
        "notes/deep/a.txt",
        "stories/mine.txt",
        ".nojekyll",
        "empty",
        "empty/inside",
        "link",
        "stories/dangling",
        "folder",
    ];
    let (bytes, before) = (site.tree(), stamps(&site.out()));
    for body in ["We arrived late.", "We never arrived."] {
        site.write(&format!(
            "-- content/stories/move.md --\n---\ntitle: The move\n---\n\n{body}\n"
        ));
        succeed(site.build());
        let (now, after) = (site.tree(), stamps(&site.out()));
        for name in foreign {
            assert_eq!(now.get(name), bytes.get(name), "{name}");
            let is_link = ["link", "stories/dangling", "folder"].contains(&name);
            assert!(
                is_link || before.get(name) == after.get(name),
                "{name}: {:?} {:?}",
                before.get(name),
                after.get(name)
            );
        }
        assert_eq!(
            tree(own.path()),
            BTreeMap::from([("elsewhere.txt".to_owned(), b"elsewhere\n".to_vec())])
        );
    }
    fs::remove_dir_all(site.folder.join("content/stories")).expect("it is there");
    succeed(site.build());
    assert_eq!(
        site.tree().get("stories/mine.txt"),
        bytes.get("stories/mine.txt")
    );
}

#[test]
#[cfg(unix)]
fn a_linked_output_folder_is_built_at_its_target() {
    let site = Site::new();
    fs::create_dir(site.folder.join("real")).expect("it can be made");
    std::os::unix::fs::symlink("real", site.out()).expect("it can be made");
    succeed(site.build());
    assert!(site.folder.join("real/index.html").exists());
    assert!(
        fs::symlink_metadata(site.out())
            .expect("it is there")
            .is_symlink()
    );
}

#[test]
fn errors_in_the_content_keep_the_previous_site() {
    let site = Site::built();
    for broken in [
        "-- content/stories/move.md --\n---\ntitel: The move\n---\n",
        "-- content/stories/move.md --\n---\ntitle: a\n---\n\n[[nothing]]\n",
        "-- site.toml --\nnonsense = 1\n",
    ] {
        site.write(broken);
        assert!(site.refuses(1).contains("nothing was written"));
        site.write(SITE);
    }
    succeed(site.build());
}

#[test]
fn a_forbidden_word_keeps_the_previous_site() {
    let site = Site::built();
    site.write("-- site.toml --\n[audience]\nbuild = \"team\"\n[forbid]\nwords = [\"Falcon\"]\n-- content/case-studies/naming.md --\n---\ntitle: Falcon\n---\n");
    assert!(site.refuses(1).contains("Falcon"));
}

#[test]
fn errors_in_a_template_keep_the_previous_site() {
    let site = Site::built();
    for template in ["{{ titel }}", "{{ title"] {
        site.write(&format!(
            "-- themes/default/templates/story.html --\n{template}\n"
        ));
        site.refuses(1);
    }
}

#[test]
fn a_failed_first_build_writes_nothing() {
    let site = Site::new();
    site.write("-- content/stories/move.md --\n[[nothing]]\n");
    site.refuses(1);
    assert!(!site.out().exists());
}

#[test]
fn invalid_arguments_are_reported() {
    let site = Site::built();
    for arguments in [
        vec!["build", "--nonsense"],
        vec!["bulid"],
        vec![],
        vec!["build", "--audience", "everybody"],
        vec!["build", "--root", "nowhere"],
    ] {
        let output = run(program::storybank(&arguments));
        assert_eq!(
            output.status.code(),
            Some(2),
            "{arguments:?}: {}",
            words(&output)
        );
    }
    let mut drafts = site.build();
    drafts.args(["--drafts", "--audience", "team"]);
    assert_eq!(run(drafts).status.code(), Some(2));
    site.write("-- site.toml --\ntheme = \"nowhere\"\n");
    assert!(site.refuses(2).contains("theme"));
}

#[test]
fn the_sources_are_never_overwritten() {
    let site = Site::new();
    let before = tree(site.root());
    for out in [
        "",
        "content",
        "content/stories",
        "content/new",
        "themes",
        "..",
        "content/../content",
    ] {
        let output = run(build(site.root(), &site.folder.join(out)));
        assert_eq!(output.status.code(), Some(2), "{out}: {}", words(&output));
        assert_eq!(tree(site.root()), before, "{out}");
    }
    fs::create_dir(site.folder.join("themes")).expect("it can be made");
    assert_eq!(
        run(build(site.root(), &site.folder.join("themes/default")))
            .status
            .code(),
        Some(2)
    );
    assert_eq!(
        run(build(site.root(), &site.folder.join("site.toml")))
            .status
            .code(),
        Some(2)
    );
}

#[test]
fn a_page_of_others_is_not_overwritten() {
    for page in ["index.html", "stories/move.html", "static/style.css"] {
        let site = Site::new();
        site.write(&format!("-- public/{page} --\nmine\n"));
        assert!(site.refuses(2).contains(page));
    }
}

#[test]
#[cfg(unix)]
fn an_unwritable_folder_is_reported() {
    use std::os::unix::fs::PermissionsExt;
    let site = Site::built();
    let locked = site.folder.join("locked");
    fs::create_dir(&locked).expect("it can be made");
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o555)).expect("they can be set");
    // The superuser can write everywhere, so the build does not fail there.
    let can_write = fs::write(locked.join("probe"), "").is_ok();
    let output = run(build(site.root(), &locked.join("site")));
    assert_eq!(
        output.status.code(),
        Some(if can_write { 0 } else { 2 }),
        "{}",
        words(&output)
    );
    fs::set_permissions(&locked, fs::Permissions::from_mode(0o755)).expect("they can be set");
}

#[test]
fn a_long_question_has_a_page_or_an_error() {
    let site = Site::new();
    site.write(&format!(
        "-- content/questions/sheet.md --\n## {}?\n\nYes.\n",
        "Что было самым трудным ".repeat(8)
    ));
    let output = run(site.build());
    assert!(
        matches!(output.status.code(), Some(0 | 1)),
        "{}",
        words(&output)
    );
}

/// Two versions of a site that differ in many files, and the built files of each.
#[cfg(unix)]
struct Versions {
    folder: Folder,
    given: [BTreeMap<String, Vec<u8>>; 2],
}

#[cfg(unix)]
impl Versions {
    fn new() -> Self {
        let folder = Folder::new();
        for version in ["a", "b"] {
            let stories = (0..40).map(|number| {
                format!(
                    "-- {version}/content/stories/s{number}-{}.md --\n---\ntitle: Story {number} {version}\n---\n\n{version}\n",
                    if number % 2 == 0 { "x" } else { version }
                )
            });
            folder.write(&files(&stories.collect::<String>()));
        }
        let given = ["a", "b"].map(|version| {
            let out = folder.join(&format!("given-{version}"));
            succeed(build(&folder.join(version), &out));
            tree(&out)
        });
        Self { folder, given }
    }

    fn build(&self, version: usize) -> std::process::Command {
        build(
            &self.folder.join(["a", "b"][version]),
            &self.folder.join("out"),
        )
    }

    #[track_caller]
    fn assert_is(&self, version: usize) {
        assert_eq!(self.differences(version), Vec::<String>::new());
    }

    /// Fails unless the site in the output folder is one of the two versions.
    #[track_caller]
    fn assert_whole(&self) {
        let differences = [self.differences(0), self.differences(1)];
        assert!(differences.iter().any(Vec::is_empty), "{differences:?}");
    }

    /// The files that differ between the output folder and a version.
    fn differences(&self, version: usize) -> Vec<String> {
        let (there, given) = (tree(&self.folder.join("out")), &self.given[version]);
        let names: std::collections::BTreeSet<&String> = there.keys().chain(given.keys()).collect();
        names
            .into_iter()
            .filter(|name| there.get(*name) != given.get(*name))
            .take(5)
            .cloned()
            .collect()
    }
}

#[test]
#[cfg(unix)]
fn a_killed_build_leaves_a_complete_site() {
    let versions = Versions::new();
    let started = std::time::Instant::now();
    succeed(versions.build(0));
    let lasts = started.elapsed();
    let mut killed = 0;
    // Multiples of the golden ratio spread the kills evenly over a build, in the same order in each
    // run.
    for round in 0..40u32 {
        let mut child = versions
            .build(1 - (round as usize % 2))
            .stderr(std::process::Stdio::null())
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it can be started");
        std::thread::sleep(lasts.mul_f64((f64::from(round) * 0.618_033_988).fract() * 1.2));
        killed += u32::from(child.try_wait().expect("it is a child").is_none());
        child.kill().expect("it is a child");
        child.wait().expect("it is a child");
        versions.assert_whole();
        let next = round as usize / 2 % 2;
        succeed(versions.build(next));
        versions.assert_is(next);
    }
    assert!(
        killed > 5,
        "the builds were too fast to be killed: {killed}"
    );
    assert_eq!(left_beside(versions.folder.path()), Vec::<String>::new());
}

#[test]
#[cfg(unix)]
fn concurrent_builds_leave_a_complete_site() {
    let versions = Versions::new();
    succeed(versions.build(0));
    for round in 0..12 {
        let start = |version| {
            versions
                .build(version)
                .stderr(std::process::Stdio::piped())
                .stdout(std::process::Stdio::null())
                .spawn()
                .expect("it can be started")
        };
        let children = [start(0), start(1), start(round % 2)];
        let outputs = children.map(|child| child.wait_with_output().expect("it is a child"));
        for output in &outputs {
            assert!(
                matches!(output.status.code(), Some(0 | 2)),
                "{}",
                words(output)
            );
        }
        assert!(
            outputs.iter().any(|output| output.status.success()),
            "round {round}: {}",
            outputs.iter().map(words).collect::<String>()
        );
        versions.assert_whole();
    }
    succeed(versions.build(0));
    versions.assert_is(0);
    assert_eq!(left_beside(versions.folder.path()), Vec::<String>::new());
}

/// A site for the team with the word `falcon` in a story, `eagle` in a template, `heron` in a
/// static file, and `raven` in an attachment.
const BIRDS: &str = "
-- content/stories/deal.md --
---
title: The deal
audience: team
---

The Fal**con** deal. [The plan](plan.txt)
-- content/stories/plan.txt --
the raven
-- content/stories/move.md --
---
title: The move
audience: team
---

We arrived.
-- themes/default/templates/404.html --
<!doctype html><title>the eagle</title>
-- themes/default/static/heron.txt --
the heron
";

#[test]
fn forbidden_words_are_found_in_unchanged_pages() {
    let forbids = ["dodo", "Falcon", "eagle", "heron", "raven"]
        .map(|word| format!("[forbid]\nwords = [\"{word}\"]"));
    let redacts =
        ["\"Falcon\" = \"bird\"", "\"eagle\" = \"bird\""].map(|entry| format!("[redact]\n{entry}"));
    let settings: Vec<String> = forbids
        .iter()
        .chain(&redacts)
        .map(|settings| format!("-- site.toml --\n{settings}\n"))
        .collect();
    let build_for_team = |site: &Site, settings: &str, out: &Path| {
        site.write(settings);
        let mut command = build(site.root(), out);
        command.args(["--audience", "team"]);
        run(command)
    };
    let site = Site {
        folder: Folder::new(),
    };
    site.write(BIRDS);
    let mut refused = 0;
    for (first, second) in settings
        .iter()
        .flat_map(|first| settings.iter().map(move |second| (first, second)))
    {
        let (out, fresh) = (site.folder.join("out"), site.folder.join("fresh"));
        [&out, &fresh]
            .into_iter()
            .filter(|folder| folder.exists())
            .for_each(|folder| fs::remove_dir_all(folder).expect("it can go"));
        build_for_team(&site, first, &out);
        let again = build_for_team(&site, second, &out);
        let alone = build_for_team(&site, second, &fresh);
        assert_eq!(
            again.status.code(),
            alone.status.code(),
            "{first}\n{second}\n{}",
            words(&again)
        );
        if alone.status.success() {
            assert_eq!(tree(&out), tree(&fresh), "{first}\n{second}");
        } else {
            refused += 1;
            assert!(
                words(&again).contains("[withheld-word]"),
                "{}",
                words(&again)
            );
        }
    }
    assert!(refused > settings.len(), "{refused}");
}

#[cfg(unix)]
#[test]
fn links_out_of_the_site_are_not_followed() {
    use std::os::unix::fs::symlink;
    let outside = Folder::new();
    outside
        .write(&files("-- secret.md --\n---\ntitle: xyzzy\n---\n\nxyzzy\n-- secret.txt --\nxyzzy\n-- site.toml --\ntitle = \"xyzzy\"\n"));
    let site = Site::new();
    site.write(
        "-- .env --\nxyzzy\n-- .git/config --\nxyzzy\n-- shared/a.txt --\nshown\n-- themes/default/static/own.txt --\nshown\n\
         -- content/stories/outage/index.md --\n---\ntitle: The outage\n---\n\n[a](shared.txt)\n",
    );
    let links = [
        ("content/stories/outage/out.txt", outside.join("secret.txt")),
        ("content/stories/outage/up.txt", "../../../.env".into()),
        (
            "content/stories/outage/git.txt",
            site.folder.join(".git/config"),
        ),
        (
            "content/stories/outage/settings.txt",
            "../../../site.toml".into(),
        ),
        ("content/stories/outage/nowhere.txt", "nowhere".into()),
        ("content/stories/secret.md", outside.join("secret.md")),
        ("content/stories/secret", outside.path().to_owned()),
        ("themes/default/static/out.txt", outside.join("secret.txt")),
        (
            "themes/default/templates/404.html",
            outside.join("secret.txt"),
        ),
    ];
    fs::create_dir_all(site.folder.join("themes/default/templates")).expect("it can be made");
    for (link, target) in &links {
        symlink(target, site.folder.join(link)).expect("it can be made");
    }
    symlink(
        "../../../shared/a.txt",
        site.folder.join("content/stories/outage/shared.txt"),
    )
    .expect("it can be made");
    let output = run(site.build());
    assert!(output.status.success(), "{}", words(&output));
    for (link, _) in &links {
        assert!(
            words(&output).contains("[link-not-followed]") && words(&output).contains(link),
            "{link}\n{}",
            words(&output)
        );
    }
    let made = site.tree();
    assert!(made.values().any(|bytes| bytes == b"shown\n") && made.contains_key("static/own.txt"));
    let leak = made
        .iter()
        .find(|(_, bytes)| String::from_utf8_lossy(bytes).contains("xyzzy"));
    assert_eq!(leak.map(|(path, _)| path), None);
    // For a page that refers to such a file, the file does not exist.
    site.write("-- content/stories/move.md --\n---\ntitle: The move\n---\n\n[a](outage/out.txt)\n");
    assert!(site.refuses(1).contains("[dangling-link]"));
}

#[cfg(unix)]
#[test]
fn files_outside_the_site_are_not_read() {
    use std::os::unix::fs::symlink;
    for name in ["site.toml", "content", "themes/mine"] {
        let (site, outside) = (Site::new(), Folder::new());
        site.write("-- site.toml --\ntheme = \"mine\"\n-- themes/mine/static/a.txt --\na\n");
        let (there, elsewhere) = (site.folder.join(name), outside.join("elsewhere"));
        fs::rename(&there, &elsewhere).expect("it can be moved");
        symlink(&elsewhere, &there).expect("it can be made");
        let refused = site.refuses(2);
        assert!(
            refused.contains(name)
                && refused.contains("symbolic link that leads out of the folder of the site"),
            "{refused}"
        );
        // Links within the site are followed.
        fs::remove_file(&there).expect("it can go");
        fs::rename(&elsewhere, site.folder.join("elsewhere")).expect("it can be moved");
        symlink(site.folder.join("elsewhere"), &there).expect("it can be made");
        succeed(site.build());
    }
}

/// Builds the site of a test into a folder that must be refused, and returns the reason.
#[track_caller]
fn refused_at(site: &Site, out: &Path) -> String {
    let before = tree(site.root());
    let output = run(build(site.root(), out));
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}: {}",
        out.display(),
        words(&output)
    );
    assert_eq!(
        tree(site.root()),
        before,
        "{}: something has changed",
        out.display()
    );
    assert!(
        words(&output).contains("`--out"),
        "{}: no advice in {}",
        out.display(),
        words(&output)
    );
    words(&output)
}

#[test]
fn the_output_is_never_among_the_sources_by_any_path() {
    let site = Site::new();
    fs::create_dir_all(site.folder.join(".published")).expect("it can be made");
    let root = site.root().display().to_string();
    let name = site
        .root()
        .file_name()
        .expect("it has a name")
        .to_string_lossy()
        .into_owned();
    for out in [
        "content",
        "content/",
        "content/stories/x",
        "content/new/deep/er",
        "./content/../content/x",
        "public/../content/x",
        "nowhere/../content/x",
        "themes",
        "themes/mine",
        "themes/mine/static/",
        "Content/x",
        "THEMES",
        ".published",
        ".published/x",
    ] {
        let said = refused_at(&site, &site.folder.join(out));
        assert!(
            said.contains("among the site's own sources"),
            "{out}: {said}"
        );
    }
    for out in [
        ".",
        "./",
        "..",
        "content/..",
        "../..",
        "/",
        "/.",
        "public/../../..",
    ] {
        let said = refused_at(&site, &site.folder.join(out));
        assert!(
            said.contains("holds the site's own sources")
                || said.contains("root of the file system"),
            "{out}: {said}"
        );
    }
    // From another working folder, with and without `..`.
    for (place, out) in [
        ("content", "x"),
        ("content/stories", "../../content/x"),
        (".", "content/x"),
        ("..", &format!("{name}/content/x")),
    ] {
        let mut command = build(site.root(), Path::new(out));
        command.current_dir(site.folder.join(place));
        let output = run(command);
        assert!(
            output.status.code() == Some(2)
                && words(&output).contains("among the site's own sources"),
            "{place} {out} {root}"
        );
    }
}

#[cfg(unix)]
#[test]
fn the_output_is_never_among_the_sources_through_a_link() {
    use std::os::unix::fs::symlink;
    let site = Site::new();
    let elsewhere = Folder::new();
    symlink(site.folder.join("content"), elsewhere.join("link")).expect("a link can be made");
    symlink(
        site.folder.join("content/stories"),
        elsewhere.join("stories"),
    )
    .expect("a link can be made");
    symlink(elsewhere.join("link"), elsewhere.join("chain")).expect("a link can be made");
    symlink(site.root(), elsewhere.join("root")).expect("a link can be made");
    symlink("content", site.folder.join("relative")).expect("a link can be made");
    for out in [
        "link",
        "link/p",
        "link/p/q",
        "stories/p",
        "chain/p",
        "root/content/p",
        "root/themes",
        "stories/../p",
        "nowhere/../link/p",
    ] {
        let said = refused_at(&site, &elsewhere.join(out));
        assert!(
            said.contains("among the site's own sources"),
            "{out}: {said}"
        );
    }
    assert!(
        refused_at(&site, &site.folder.join("relative/p")).contains("among the site's own sources")
    );
    assert!(refused_at(&site, &elsewhere.join("root")).contains("holds the site's own sources"));
    // A dangling or circular link is not a valid output folder.
    symlink("nothing", elsewhere.join("dangling")).expect("a link can be made");
    symlink("round", elsewhere.join("round")).expect("a link can be made");
    for out in ["dangling", "dangling/p", "round"] {
        let output = run(build(site.root(), &elsewhere.join(out)));
        assert!(
            output.status.code() == Some(2) && words(&output).contains("follow the link"),
            "{out}: {}",
            words(&output)
        );
    }
    assert!(!elsewhere.join("nothing").exists());
    // If the sources are links, their targets are the sources.
    let linked = Folder::new();
    symlink(site.folder.join("content"), linked.join("content")).expect("a link can be made");
    let output = run(build(linked.path(), &site.folder.join("content/p")));
    assert!(
        output.status.code() == Some(2) && words(&output).contains("among the site's own sources"),
        "{}",
        words(&output)
    );
    // A link to a folder without sources is a valid output folder.
    fs::create_dir(elsewhere.join("free")).expect("it can be made");
    symlink("free", elsewhere.join("way")).expect("a link can be made");
    succeed(build(site.root(), &elsewhere.join("way")));
    assert!(elsewhere.join("free/index.html").is_file() && elsewhere.join("way").is_symlink());
}

#[test]
fn the_output_is_never_a_folder_of_version_control() {
    let site = Site::new();
    let elsewhere = Folder::new();
    for folder in [".git", ".git/objects", ".hg", ".svn", "sub/.git"] {
        fs::create_dir_all(site.folder.join(folder)).expect("it can be made");
    }
    site.write("-- bare/HEAD --\nref: refs/heads/main\n-- bare/objects/x --\n-- bare/refs/x --\n");
    for out in [
        ".git",
        ".git/",
        ".git/site",
        ".git/objects/x",
        ".GIT/x",
        ".hg/x",
        ".svn",
        ".jj/x",
        "sub/.git/x",
        "new/.git",
        "bare",
        "bare/site",
        "bare/refs/heads",
    ] {
        let said = refused_at(&site, &site.folder.join(out));
        assert!(said.contains("version control"), "{out}: {said}");
    }
    assert!(refused_at(&site, &elsewhere.join(".git/x")).contains("version control"));
    for out in [".github/site", "git", "a.git-site"] {
        succeed(build(site.root(), &site.folder.join(out)));
    }
}

#[test]
fn the_output_is_never_a_home_folder() {
    let site = Site::new();
    let home = Folder::new();
    fs::create_dir_all(home.join("people/kim/sites")).expect("it can be made");
    for (out, is_refused) in [
        ("people/kim", true),
        ("people/kim/", true),
        ("people", true),
        ("people/kim/sites/../../kim", true),
        ("people/kim/sites", false),
        ("people/lee", false),
    ] {
        let mut command = build(site.root(), &home.join(out));
        command.env("HOME", home.join("people/kim"));
        let output = run(command);
        assert_eq!(
            output.status.code(),
            Some(if is_refused { 2 } else { 0 }),
            "{out}: {}",
            words(&output)
        );
        assert_eq!(
            words(&output).contains("holds your home folder"),
            is_refused,
            "{out}: {}",
            words(&output)
        );
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_mount_point_is_refused_before_reading() {
    let site = Site::new();
    // If the content were read first, its mistake would be reported first.
    site.write("-- content/stories/broken.md --\n---\ntitel: x\n---\n");
    for out in ["/proc", "/dev/shm", "/dev/../proc/"] {
        let said = refused_at(&site, Path::new(out));
        assert!(
            said.contains("something is mounted there")
                && said.contains("/site`")
                && !said.contains("titel"),
            "{out}: {said}"
        );
    }
    fs::remove_file(site.folder.join("content/stories/broken.md")).expect("it is there");
    let inside =
        std::path::PathBuf::from(format!("/dev/shm/storybank-test-{}", std::process::id()));
    succeed(build(site.root(), &inside));
    assert!(inside.join("index.html").is_file());
    fs::remove_dir_all(inside).expect("it is there");
}

#[test]
fn a_build_that_fails_leaves_no_folder_above_its_output() {
    let site = Site::new();
    site.write("-- site.toml --\n[audience]\nbuild = \"team\"\n[forbid]\nwords = [\"arrived\"]\n-- content/stories/move.md --\n---\ntitle: The move\naudience: team\n---\n\nWe arrived.\n");
    fs::create_dir(site.folder.join("there")).expect("it can be made");
    let output = run(build(site.root(), &site.folder.join("there/deep/er/site")));
    assert_eq!(output.status.code(), Some(1), "{}", words(&output));
    assert_eq!(tree(&site.folder.join("there")), BTreeMap::new());
}

#[cfg(unix)]
mod signals {
    use super::*;
    use std::io::{BufRead, BufReader, Read};
    use std::os::unix::process::ExitStatusExt;
    use std::process::{Child, Command, Stdio};
    use std::time::{Duration, Instant};

    const INT: i32 = 2;
    const TERM: i32 = 15;
    const HUP: i32 = 1;
    const QUIT: i32 = 3;

    fn send(child: &Child, signal: i32) {
        let sent = Command::new("kill")
            .args([format!("-{signal}"), child.id().to_string()])
            .stderr(Stdio::null())
            .status();
        sent.expect("the system has `kill`");
    }

    fn start(command: &mut Command) -> Child {
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it can be started")
    }

    /// Whether this process ignores a signal, and so do the programs that it starts. A shell does this to what it runs in the background.
    fn is_ignored(signal: i32) -> bool {
        let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
        let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
        let mask = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
        mask.is_some_and(|mask| mask >> (signal - 1) & 1 == 1)
    }

    /// The duration of a command, which is the latest time at which a signal can interrupt it.
    fn lasts(command: &mut Command) -> Duration {
        let started = Instant::now();
        start(command).wait().expect("it is a child");
        started.elapsed()
    }

    /// Waits for a part of the time that depends on the round. Multiples of the golden ratio spread
    /// the rounds evenly, in the same order in each run.
    fn wait(round: u32, time: Duration) {
        std::thread::sleep(time.mul_f64((f64::from(round) * 0.618_033_988).fract()));
    }

    #[test]
    fn a_signal_leaves_a_complete_site() {
        let versions = Versions::new();
        let mut time = lasts(&mut versions.build(0));
        let signals: Vec<i32> = [HUP, INT, QUIT, TERM]
            .into_iter()
            .filter(|&signal| !is_ignored(signal))
            .collect();
        let mut stopped: BTreeMap<i32, u32> = signals.iter().map(|&signal| (signal, 0)).collect();
        // A busy machine builds at different speeds, so there are more rounds until each signal has stopped some builds.
        let is_enough = |stopped: &BTreeMap<i32, u32>| stopped.values().all(|&stopped| stopped > 3);
        for round in 0..600u32 {
            if round >= 60 && is_enough(&stopped) {
                break;
            }
            let signal = signals[round as usize % signals.len()];
            let started = Instant::now();
            let mut child = start(&mut versions.build(1 - (round as usize % 2)));
            wait(round, time);
            send(&child, signal);
            if round % 8 < 4 {
                // `timeout` and programs that forward signals of the terminal send them like this.
                send(&child, signal);
            }
            let status = child.wait().expect("it is a child");
            assert!(
                status.code() == Some(0) || status.signal() == Some(signal),
                "{status}"
            );
            let is_stopped = status.signal().is_some();
            *stopped.get_mut(&signal).expect("it is one of them") += u32::from(is_stopped);
            time = if is_stopped {
                time.mul_f64(1.05)
            } else {
                started.elapsed().min(time)
            };
            versions.assert_whole();
            assert_eq!(
                left_beside(versions.folder.path()),
                Vec::<String>::new(),
                "round {round}, signal {signal}"
            );
        }
        assert!(
            is_enough(&stopped),
            "the builds were too fast to be stopped: {stopped:?}"
        );
    }

    #[test]
    fn a_signal_during_the_first_build_leaves_no_folder() {
        let versions = Versions::new();
        let out = versions.folder.join("new/deep/site");
        let build = || build(&versions.folder.join("a"), &out);
        let time = lasts(&mut build());
        let mut stopped = 0;
        for round in 0..30u32 {
            let _ = fs::remove_dir_all(versions.folder.join("new"));
            let mut child = start(&mut build());
            wait(round, time);
            let keyboard = if is_ignored(INT) { HUP } else { INT };
            send(&child, [keyboard, TERM][round as usize % 2]);
            let status = child.wait().expect("it is a child");
            match status.code() {
                Some(0) => assert_eq!(tree(&out), versions.given[0]),
                None => {
                    stopped += 1;
                    // The build may have finished before the signal arrived.
                    assert!(
                        !versions.folder.join("new").exists() || tree(&out) == versions.given[0],
                        "round {round}: {:?}",
                        tree(&versions.folder.join("new"))
                    );
                }
                Some(_) => panic!("{status}"),
            }
        }
        assert!(
            stopped > 5,
            "the builds were too fast to be stopped: {stopped}"
        );
    }

    #[test]
    fn a_signal_during_init_leaves_a_complete_site_or_none() {
        let folder = Folder::far_away();
        let init = |name: &str| {
            let mut command = program::storybank(["init"]);
            command.arg(folder.join(name));
            command
        };
        let time = lasts(&mut init("first"));
        let whole = tree(&folder.join("first"));
        for round in 0..30u32 {
            let mut child = start(&mut init("next"));
            wait(round, time);
            send(&child, [INT, TERM, HUP][round as usize % 3]);
            child.wait().expect("it is a child");
            assert!(
                !folder.join("next").exists() || tree(&folder.join("next")) == whole,
                "round {round}"
            );
            let _ = fs::remove_dir_all(folder.join("next"));
        }
    }

    #[test]
    fn a_second_signal_ends_the_program_at_once() {
        // Pages that take long to render delay the reaction to the first signal.
        let site = Site::new();
        let slow = "{% for a in range(end=3000) %}{% for b in range(end=3000) %}{% endfor %}{% endfor %}\n";
        let themed = |page: &str| {
            let templates = [
                "404",
                "home",
                "questions",
                "question",
                "stories",
                "story",
                "open-points",
                "case-studies",
                "case-study",
            ];
            templates
                .map(|name| format!("-- themes/default/templates/{name}.html --\n{page}"))
                .concat()
        };
        site.write(&themed(slow));
        let beside = site.folder.join(".public.storybank-new");
        let signal = if is_ignored(INT) { TERM } else { INT };
        let is_left = || {
            let mut child = start(&mut site.build());
            while !beside.exists() {
                assert!(
                    child.try_wait().expect("it is a child").is_none(),
                    "the build was too fast"
                );
                std::thread::yield_now();
            }
            let status = loop {
                send(&child, signal);
                if let Some(status) = child.try_wait().expect("it is a child") {
                    break status;
                }
            };
            assert_eq!(status.signal(), Some(signal), "{status}");
            beside.exists()
        };
        // Before the first page is rendered, the first signal ends a build, and it leaves no files.
        assert!(
            (0..10).any(|_| is_left()),
            "no build ended before its pages were rendered"
        );
        site.write(&themed("quick\n"));
        succeed(site.build());
        assert_eq!(left_beside(site.root()), Vec::<String>::new());
    }

    #[test]
    fn a_build_under_nohup_continues_without_its_terminal() {
        let versions = Versions::new();
        let time = lasts(&mut versions.build(0));
        for round in 0..10u32 {
            let mut command = Command::new("sh");
            command
                .args(["-c", "trap '' HUP; echo ready; exec \"$@\"", "sh"])
                .arg(versions.build(0).get_program())
                .args(versions.build(round as usize % 2).get_args());
            let mut child = command
                .stdout(Stdio::piped())
                .stderr(Stdio::null())
                .spawn()
                .expect("it can be started");
            let mut output = BufReader::new(child.stdout.take().expect("it was asked for"));
            output
                .read_line(&mut String::new())
                .expect("it can be read");
            wait(round, time);
            send(&child, HUP);
            output.read_to_end(&mut Vec::new()).expect("it can be read");
            assert_eq!(child.wait().expect("it is a child").code(), Some(0));
            versions.assert_is(round as usize % 2);
        }
    }

    #[test]
    fn a_signal_during_a_publication_leaves_no_clone() {
        let site = Folder::new();
        let git = |arguments: &[&str]| {
            let output = run({
                let mut command = Command::new("git");
                command.args(arguments).current_dir(site.path());
                command
            });
            assert!(output.status.success(), "{}", words(&output));
        };
        git(&["init", "--quiet", "--bare", "wiki.git"]);
        let cases: String = (0..20)
            .map(|number| {
                format!(
                    "-- content/case-studies/c{number}.md --\n---\ntitle: Case {number}\naudience: team\n---\n\n## Impact\n\nIt hurt.\n"
                )
            })
            .collect();
        let settings = format!(
            "-- site.toml --\n[wiki.w]\nkind = \"gitea\"\nrepository = \"{}\"\n",
            site.join("wiki.git").display()
        );
        site.write(&files(&(settings + &cases)));
        fs::create_dir(site.join("temporary")).expect("it can be made");
        let publish = |more: &[&str]| {
            let mut command = program::storybank(["publish", "w", "--root"]);
            command
                .arg(site.path())
                .args(more)
                .env("TMPDIR", site.join("temporary"));
            command
        };
        let time = lasts(&mut publish(&["--dry-run"]));
        let mut stopped = 0;
        for round in 0..24u32 {
            let mut child = start(&mut publish(if round % 2 == 0 {
                &["--dry-run"]
            } else {
                &[]
            }));
            wait(round, time);
            send(&child, [INT, TERM, HUP][round as usize % 3]);
            stopped += u32::from(child.wait().expect("it is a child").signal().is_some());
            assert_eq!(
                tree(&site.join("temporary")),
                BTreeMap::new(),
                "round {round}"
            );
            assert!(!site.join(".published/w.part").exists(), "round {round}");
        }
        assert!(
            stopped > 3,
            "the publications were too fast to be stopped: {stopped}"
        );
        succeed(publish(&[]));
    }
}
