//! `storybank init`: what a new site contains, and how the example leaves it again.

#[path = "common/program.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod program;

use std::fs;
use std::path::Path;
use std::process::Output;

use program::{Folder, run, storybank, tree};
use storybank::disk;

const STORY: &str = "content/stories/the-reminders-that-went-out-twice/index.md";
const VARIANT: &str = "content/stories/the-reminders-that-went-out-twice/as-a-mistake.md";

/// Runs `storybank init` with options for a folder.
fn init(options: &[&str], root: &Path) -> Output {
    let mut command = storybank(["init"]);
    command.args(options).arg(root);
    run(command)
}

/// A new site.
fn new_site(options: &[&str]) -> Folder {
    let folder = Folder::far_away();
    let output = init(options, folder.path());
    assert!(output.status.success(), "{}", program::words(&output));
    folder
}

/// The paths of the files of a site.
fn paths(folder: &Folder) -> Vec<String> {
    let paths = tree(folder.path()).into_keys();
    paths
        .map(|path| path.replace('\\', "/"))
        .filter(|path| folder.join(path).is_file())
        .collect()
}

/// The lines on the standard output, as paths from the root of a site.
fn printed(output: &Output, root: &Path) -> Vec<String> {
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let below = |line: &str| {
        let path = Path::new(line)
            .strip_prefix(root)
            .expect("it is in the site");
        path.to_string_lossy().replace('\\', "/")
    };
    text.lines().map(below).collect()
}

#[test]
fn an_empty_site_has_settings_and_a_first_page() {
    let site = new_site(&["--empty"]);
    assert_eq!(paths(&site), [".gitignore", "content/home.md", "site.toml"]);
}

#[test]
fn the_example_can_be_left_out() {
    let with = paths(&new_site(&[]));
    let without = paths(&new_site(&["--without-example"]));
    assert!(with.iter().any(|path| path == STORY));
    assert!(
        without
            .iter()
            .all(|path| !path.starts_with("content/stories/"))
    );
    assert!(without.iter().all(|path| with.contains(path)));
}

#[test]
fn the_example_can_be_removed_later() {
    let site = new_site(&[]);
    let removed = init(&["--remove-example"], site.path());
    assert!(removed.status.success(), "{}", program::words(&removed));
    assert_eq!(paths(&site), paths(&new_site(&["--without-example"])));
    assert!(
        !site
            .join("content/stories/the-reminders-that-went-out-twice")
            .exists()
    );
    assert!(printed(&removed, site.path()).contains(&STORY.to_owned()));
    let again = init(&["--remove-example"], site.path());
    assert!(again.status.success() && again.stdout.is_empty());
    assert!(program::words(&again).contains("the example is not in this site"));
}

#[test]
fn a_changed_file_and_what_it_refers_to_stay() {
    let site = new_site(&[]);
    let own = "---\ntitle: My own words\n---\n\n## Learning\n\nMine.\n";
    fs::write(site.join(VARIANT), own).expect("it can be written");
    let output = init(&["--remove-example"], site.path());
    let said = program::words(&output);
    assert!(output.status.success(), "{said}");
    assert!(
        said.contains(&format!("kept `{VARIANT}`: it has changed")),
        "{said}"
    );
    assert!(
        said.contains(&format!("kept `{STORY}`: it is referred to at")),
        "{said}"
    );
    assert_eq!(
        fs::read_to_string(site.join(VARIANT)).expect("it is there"),
        own
    );
    assert_eq!(
        printed(&output, site.path()),
        ["content/case-studies/reminders-sent-twice.md"]
    );
    // The site is still sound.
    let built = run(storybank(["build".as_ref(), site.path().as_os_str()]));
    assert!(built.status.success(), "{}", program::words(&built));
}

#[test]
fn nothing_is_removed_from_a_site_with_errors() {
    let site = new_site(&[]);
    fs::write(site.join("content/stories/mine.md"), "---\ntitle: [\n---\n")
        .expect("it can be written");
    let before = paths(&site);
    let output = init(&["--remove-example"], site.path());
    assert_eq!(output.status.code(), Some(2));
    assert!(program::words(&output).contains("`storybank build` shows them"));
    assert_eq!(paths(&site), before);
}

#[test]
fn only_one_kind_of_content_can_be_chosen() {
    let folder = Folder::far_away();
    let output = init(&["--sample", "--empty"], &folder.join("site"));
    assert_eq!(output.status.code(), Some(2));
    assert!(!folder.join("site").exists());
}

#[test]
fn new_files_are_written_completely_or_not_at_all() {
    let folder = Folder::new();
    fs::write(folder.join("b"), "of somebody else").expect("it can be written");
    let files = ["a", "b", "c"].map(|name| (folder.join(name), "new"));
    let error = disk::create_all(&files).expect_err("b is there already");
    assert!(error.to_string().contains("it is there already"), "{error}");
    assert_eq!(paths(&folder), ["b"]);
    assert_eq!(
        fs::read_to_string(folder.join("b")).expect("it is there"),
        "of somebody else"
    );
}
