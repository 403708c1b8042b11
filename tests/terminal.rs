//! The output of the program: it contains no control sequences from content, every failed write is
//! handled, and there are three exit statuses.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use common::files;
use program::{Folder, run, storybank, words};
use server::{Server, serve};

const SITE: &str = "
-- site/site.toml --
[wiki.handbook]
kind = \"folder\"
folder = \"wiki\"
-- site/content/stories/outage/index.md --
---
title: The outage
---

It was mended.
-- site/content/case-studies/reminders.md --
---
title: Reminders sent twice
audience: team
---

## Impact

A second letter.
-- broken/content/stories/outage.md --
---
titel: The outage
---
";

fn folder() -> Folder {
    let folder = Folder::far_away();
    folder.write(&files(SITE));
    folder
}

/// Command lines with their exit status if all output can be written.
const COMMANDS: &[(&str, i32)] = &[
    ("build --root site", 0),
    ("build --root site --quiet --timings", 0),
    ("build site --audience team --out team", 0),
    ("build broken", 1),
    ("build nowhere", 2),
    ("build --nonsense", 2),
    ("build --help", 0),
    ("serve --root nowhere", 2),
    ("serve --help", 0),
    ("publish handbook --root site --dry-run", 0),
    ("publish handbook --root site", 0),
    ("publish nobody --root site", 2),
    ("publish handbook --root broken", 1),
    ("publish --help", 0),
    ("init fresh", 0),
    ("init site", 2),
    ("init --help", 0),
    ("new story Flood --root site", 0),
    ("new variant outage/short --root site", 0),
    ("new story ... --root site", 2),
    ("new interview Harbour --root site", 0),
    ("new --help", 0),
    ("rename story outage flood --root site --dry-run", 0),
    ("rename story outage flood --root site", 0),
    ("rename story nothing flood --root site", 2),
    ("rename story outage flood --root broken", 1),
    ("rename --help", 0),
    ("schema", 0),
    ("schema story", 0),
    ("schema --out schemas", 0),
    ("schema nonsense", 2),
    ("schema --help", 0),
    ("completions bash", 0),
    ("completions elvish", 0),
    ("completions fish", 0),
    ("completions powershell", 0),
    ("completions zsh", 0),
    ("completions nonsense", 2),
    ("completions --help", 0),
    ("man", 0),
    ("man build", 0),
    ("man nonsense", 2),
    ("man --help", 0),
    ("help", 0),
    ("help publish", 0),
    ("--help", 0),
    ("-h", 0),
    ("--version", 0),
    ("", 2),
];

fn command(folder: &Folder, line: &str) -> Command {
    let mut command = storybank(line.split_whitespace());
    command.current_dir(folder.path()).stdin(Stdio::null());
    command
}

/// The same command line in a shell that connects its outputs.
#[cfg(unix)]
fn in_shell(folder: &Folder, line: &str, outputs: &str) -> Command {
    let mut command = Command::new("sh");
    command.args([
        "-c",
        &format!("exec \"$0\" {line} {outputs}"),
        env!("CARGO_BIN_EXE_storybank"),
    ]);
    command.current_dir(folder.path()).stdin(Stdio::null());
    command
}

/// A pipe whose reading end is closed.
fn hung_up() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe can be made");
    drop(reader);
    writer.into()
}

#[track_caller]
fn is_no_fault(line: &str, output: &Output) {
    let said = words(output);
    assert!(
        !said.contains("panicked") && !said.contains("has a fault"),
        "{line}: {said}"
    );
}

#[test]
fn every_command_is_tried() {
    let help = run(storybank(["--help"]));
    let help = String::from_utf8_lossy(&help.stdout).into_owned();
    let (_, list) = help
        .split_once("Commands:\n")
        .expect("the help lists the commands");
    let commands: BTreeSet<&str> = list
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.strip_prefix("  ")?.split(' ').next())
        .filter(|word| !word.is_empty())
        .collect();
    let tried: BTreeSet<&str> = COMMANDS
        .iter()
        .filter_map(|(line, _)| line.split_whitespace().next())
        .filter(|word| !word.starts_with('-'))
        .collect();
    assert_eq!(commands, tried);
}

#[test]
#[cfg(target_os = "linux")]
fn unwritable_output_never_causes_a_panic() {
    let full = || {
        Stdio::from(
            fs::File::options()
                .write(true)
                .open("/dev/full")
                .expect("the system has it"),
        )
    };
    for &(line, status) in COMMANDS {
        let tried = |outputs: &dyn Fn(&mut Command)| {
            let folder = folder();
            let mut command = command(&folder, line);
            outputs(&mut command);
            run(command)
        };
        let usual = tried(&|_| {});
        assert_eq!(
            usual.status.code(),
            Some(status),
            "{line}: {}",
            words(&usual)
        );
        is_no_fault(line, &usual);
        let has_result = !usual.stdout.is_empty();

        // A result that cannot be written is an error.
        let expected = if has_result { 2 } else { status };
        let unwritten = tried(&|command| _ = command.stdout(full()));
        assert_eq!(
            unwritten.status.code(),
            Some(expected),
            "{line} >/dev/full: {}",
            words(&unwritten)
        );
        let is_said = words(&unwritten).contains("error: cannot write to the standard output: ");
        assert_eq!(is_said, has_result, "{line}: {}", words(&unwritten));
        is_no_fault(line, &unwritten);

        // Messages that cannot be written do not change the result.
        let unheard = tried(&|command| _ = command.stderr(full()));
        assert_eq!(
            (unheard.status.code(), unheard.stdout),
            (Some(status), usual.stdout),
            "{line} 2>/dev/full"
        );
        let nothing = tried(&|command| _ = command.stdout(full()).stderr(full()));
        assert_eq!(
            nothing.status.code(),
            Some(expected),
            "{line} >/dev/full 2>&1"
        );

        // A reader that has closed the pipe is not an error.
        let left = tried(&|command| _ = command.stdout(hung_up()));
        assert_eq!(
            left.status.code(),
            Some(status),
            "{line} | true: {}",
            words(&left)
        );
        assert!(
            !words(&left).contains("cannot write") && !words(&left).contains("pipe"),
            "{line} | true: {}",
            words(&left)
        );
        let left = tried(&|command| _ = command.stdout(hung_up()).stderr(hung_up()));
        assert_eq!(left.status.code(), Some(status), "{line} 2>&1 | true");

        // The caller gave no output.
        for outputs in [">&-", "2>&-", ">&- 2>&-"] {
            let folder = folder();
            let output = run(in_shell(&folder, line, outputs));
            assert_eq!(
                output.status.code(),
                Some(status),
                "{line} {outputs}: {}",
                words(&output)
            );
            is_no_fault(line, &output);
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_preview_ends_if_its_address_cannot_be_written() {
    let folder = folder();
    let mut full = serve(&folder.join("site"));
    full.args(["--port", "0"]).stdout(
        fs::File::options()
            .write(true)
            .open("/dev/full")
            .expect("the system has it"),
    );
    let full = run(full);
    assert_eq!(full.status.code(), Some(2), "{}", words(&full));
    is_no_fault("serve >/dev/full", &full);
    let mut left = serve(&folder.join("site"));
    left.args(["--port", "0"]).stdout(hung_up());
    let left = run(left);
    assert_eq!(left.status.code(), Some(0), "{}", words(&left));
}

#[test]
fn a_preview_continues_if_its_messages_cannot_be_written() {
    let folder = folder();
    let mut command = serve(&folder.join("site"));
    command.args(["--port", "0"]);
    let server = Server::run_unheard(command);
    server.shows("/stories/outage.html", "It was mended.");
    for words in ["It was broken.", "It was mended again."] {
        fs::write(
            folder.join("site/content/stories/outage/index.md"),
            format!("---\ntitle: The outage\n---\n\n{words}\n"),
        )
        .expect("it can be written");
        server.shows("/stories/outage.html", words);
    }
}

/// Text that controls a terminal: escape sequences that start with one and with two characters,
/// other control characters, and characters that change the direction of text. The program never
/// uses this colour sequence itself.
const HOSTILE: &str = "x\u{1b}[5;45my\u{1b}]0;title\u{7}\u{9b}2J\u{9d}0;t\u{9c}\rforged\u{8}\u{c}\u{b}\u{7f}\u{85}\u{202e}\u{2066}\u{200f}\u{61c}\u{2028}z";

/// The same with a line break, which file names and values may contain.
fn forging() -> String {
    format!("{HOSTILE}\nerror: forged")
}

/// The text as a value in double quotes, in YAML and in TOML.
fn quoted(text: &str) -> String {
    let escaped = text.chars().map(|next| {
        if next.is_ascii_alphanumeric() {
            next.to_string()
        } else {
            format!("\\U{:08X}", u32::from(next))
        }
    });
    format!("\"{}\"", escaped.collect::<String>())
}

/// Checks that a text contains no control characters except the program's own colours.
#[track_caller]
fn is_harmless(what: &str, text: &str) {
    let steers = |next: char| {
        (next.is_control() && !matches!(next, '\n' | '\t' | '\u{1b}'))
            || matches!(next, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}')
    };
    assert!(!text.contains(steers), "{what}: {text:?}");
    for part in text.split('\u{1b}').skip(1) {
        let colour = part.strip_prefix('[').and_then(|part| part.split_once('m'));
        let is_ours = colour.is_some_and(|(codes, _)| {
            codes
                .chars()
                .all(|next| next.is_ascii_digit() || next == ';')
                && codes != "5;45"
        });
        assert!(is_ours, "{what}: {text:?}");
    }
    assert!(
        !text
            .lines()
            .any(|line| line.starts_with("error: forged") || line.starts_with("forged")),
        "{what}: {text:?}"
    );
}

/// Runs a command with and without colours, each on its own site. It must print something.
fn check_messages_are_harmless(what: &str, site: &dyn Fn() -> Folder, arguments: &[OsString]) {
    for colours in [false, true] {
        let folder = site();
        let mut command = storybank(arguments);
        command.current_dir(folder.path()).stdin(Stdio::null());
        if colours {
            command.env("CLICOLOR_FORCE", "1");
        }
        let output = run(command);
        assert!(
            matches!(output.status.code(), Some(0..=2)),
            "{what}: {output:?}"
        );
        for stream in [&output.stdout, &output.stderr] {
            is_harmless(
                what,
                std::str::from_utf8(stream).expect("the program prints text"),
            );
        }
        is_no_fault(what, &output);
        assert!(
            output.stdout.len() + output.stderr.len() > 10,
            "{what} prints nothing"
        );
        assert!(
            colours || !output.stderr.contains(&0x1b),
            "{what} prints colours without a terminal"
        );
    }
}

/// The kind of hostile text, a word that must be in the report of the build, and the files of a
/// site.
type Case = (&'static str, &'static str, Vec<(String, String)>);

/// Sites in which something has a hostile name or value.
fn hostile_sites() -> Vec<Case> {
    let value = quoted(&forging());
    let case = |fields: &str| {
        format!("---\ntitle: Reminders\naudience: team\n{fields}---\n\n## Impact\n\nA letter.\n")
    };
    let story = "content/stories/s.md".to_owned();
    let fine = (
        story.clone(),
        "---\ntitle: Fine\n---\n\nWords.\n".to_owned(),
    );
    vec![
        (
            "a file with a mistake",
            "unknown-field",
            vec![(
                format!("content/stories/{}.md", forging()),
                "---\ntitel: x\n---\n".to_owned(),
            )],
        ),
        (
            "a file in the wrong place",
            "misplaced-file",
            vec![
                (format!("content/{}/a.md", forging()), "Words.\n".to_owned()),
                fine.clone(),
            ],
        ),
        (
            "two files of one name",
            "duplicate-slug",
            vec![
                (
                    format!("content/stories/{HOSTILE}.md"),
                    "---\ntitle: a\n---\n".to_owned(),
                ),
                (
                    format!("content/stories/{HOSTILE}/index.md"),
                    "---\ntitle: b\n---\n".to_owned(),
                ),
            ],
        ),
        (
            "a theme",
            "theme",
            vec![
                ("site.toml".to_owned(), format!("theme = {value}\n")),
                fine.clone(),
            ],
        ),
        (
            "a setting",
            "invalid-setting",
            vec![
                (
                    "site.toml".to_owned(),
                    format!("language = {value}\nwords_per_minute = {value}\n{value} = 1\n"),
                ),
                fine.clone(),
            ],
        ),
        (
            "raw bytes in the settings",
            "invalid-setting",
            vec![
                ("site.toml".to_owned(), format!("title = {HOSTILE}\n")),
                fine.clone(),
            ],
        ),
        (
            "the name of a wiki",
            "invalid-setting",
            vec![
                (
                    "site.toml".to_owned(),
                    format!("[wiki.{value}]\nkind = {value}\n"),
                ),
                fine.clone(),
            ],
        ),
        (
            "a field and its value",
            "unknown-field",
            vec![(
                story.clone(),
                format!("---\ntitle: x\nstatus: {value}\nwhen: {value}\n{value}: {value}\n---\n"),
            )],
        ),
        (
            "names in front matter",
            "unknown-",
            vec![(
                story.clone(),
                format!("---\ntitle: x\nanswers: [{value}]\ncompetencies: [{value}]\n---\n"),
            )],
        ),
        (
            "raw bytes in front matter",
            "front-matter",
            vec![(
                story.clone(),
                format!("---\ntitle: {HOSTILE}\nstatus: [{HOSTILE}\n---\n"),
            )],
        ),
        (
            "raw bytes in the text",
            "dangling-link",
            vec![(
                story.clone(),
                format!(
                    "---\ntitle: x\n---\n\nSee [[{HOSTILE}]] and [x]({HOSTILE}.md) ![]({HOSTILE}.png) [{HOSTILE}](javascript:x).\n"
                ),
            )],
        ),
        (
            "a template",
            "template",
            vec![
                (
                    "themes/default/templates/story.html".to_owned(),
                    format!("{{{{ \"{HOSTILE}\" | nothing }}}} {HOSTILE} {{% if"),
                ),
                (
                    format!("themes/default/templates/{}.html", forging()),
                    "{{ x".to_owned(),
                ),
                fine.clone(),
            ],
        ),
        (
            "a template that fails when a page is made",
            "template",
            vec![
                (
                    "themes/default/templates/story.html".to_owned(),
                    format!("{{{{ throw(message=\"{HOSTILE}\") }}}}{{{{ title.{HOSTILE} }}}}"),
                ),
                fine.clone(),
            ],
        ),
        (
            "a forbidden word",
            "withheld-word",
            vec![
                (
                    "site.toml".to_owned(),
                    format!(
                        "[audience]\nbuild = \"team\"\n[forbid]\nwords = [{value}, \"Falcon\"]\n"
                    ),
                ),
                (
                    format!("content/case-studies/falcon-{}.md", forging()),
                    case(&format!("x: {value}\n"))
                        .replace("A letter", &format!("Falcon {HOSTILE}"))
                        .replace(&format!("x: {value}\n"), ""),
                ),
            ],
        ),
        (
            "what is published",
            "",
            vec![
                (
                    "site.toml".to_owned(),
                    "[wiki.handbook]\nkind = \"folder\"\nfolder = \"wiki\"\n".to_owned(),
                ),
                (
                    format!("content/case-studies/{}.md", forging()),
                    case("")
                        .replace("title: Reminders", &format!("title: {value}"))
                        .replace("A letter", &format!("{HOSTILE} ![]({HOSTILE}.png)")),
                ),
            ],
        ),
    ]
}

fn written(files: &[(String, String)]) -> Folder {
    let folder = Folder::far_away();
    fs::create_dir_all(folder.join("content/stories")).expect("it can be made");
    folder.write(
        &files
            .iter()
            .map(|(name, text)| (name.clone(), text.clone().into_bytes()))
            .collect(),
    );
    folder
}

#[test]
#[cfg(unix)]
fn no_text_of_a_site_controls_the_terminal() {
    for (what, rule, files) in hostile_sites() {
        let site = || written(&files);
        let arguments = |words: &[&str]| words.iter().map(OsString::from).collect::<Vec<_>>();
        for words in [
            &["build"][..],
            &["build", "--audience", "team", "--out", "team"],
            &["publish", "handbook", "--dry-run"],
            &["publish", "handbook"],
            &["new", "story", "Flood"],
        ] {
            check_messages_are_harmless(&format!("{what}: {words:?}"), &site, &arguments(words));
        }
        let folder = site();
        let mut build = storybank(["build"]);
        build.current_dir(folder.path());
        build.env("CLICOLOR_FORCE", "1");
        let report = words(&run(build));
        assert!(
            report.contains(rule) && (rule.is_empty() || report.contains("\u{1b}[")),
            "{what}: {report}"
        );
        let mut command = serve(folder.path());
        command.args(["--port", "0"]).env("CLICOLOR_FORCE", "1");
        // The preview needs a theme.
        if rule == "theme" {
            is_harmless(what, &words(&run(command)));
            continue;
        }
        let server = Server::run(command);
        server.get("/stories/s.html");
        fs::write(
            folder
                .join("content/stories")
                .join(format!("saved-{}.md", forging())),
            "---\ntitle: Saved\n---\n",
        )
        .expect("it can be written");
        server.shows("/stories.html", "Saved");
        server::eventually("the save is reported", || {
            server.said().contains("shown after")
        });
        is_harmless(what, &server.said());
    }
}

#[test]
#[cfg(unix)]
fn no_argument_controls_the_terminal() {
    use std::os::unix::ffi::OsStringExt;
    let site = || {
        let folder = folder();
        fs::rename(folder.join("site"), folder.join(&forging())).expect("it can be renamed");
        fs::create_dir(folder.join("empty")).expect("it can be made");
        folder
    };
    let hostile = OsString::from(forging());
    let bytes = OsString::from_vec(b"x\x9b2J\xff\x1b[5;45m\r".to_vec());
    for words in [
        &["build", "NAME"][..],
        &["build", "--root", "NAME"],
        &["build", "--root", "NAME", "--out", "NAME"],
        &["build", "--root", "NAME", "--out", "NAME/content/x"],
        &["build", "--NAME"],
        &["build", "--audience", "NAME"],
        &["serve", "--root", "NAME/empty"],
        &["serve", "--root", "NAME", "--host", "NAME"],
        &["serve", "--port", "NAME"],
        &["publish", "NAME", "--root", "NAME"],
        &["publish", "handbook", "NAME", "--root", "NAME"],
        &["publish", "handbook", "--force", "NAME", "--root", "NAME"],
        &["publish", "handbook", "--root", "NAME"],
        &["init", "NAME"],
        &["init", "NAME/fresh"],
        &["new", "story", "NAME", "--root", "NAME"],
        &["new", "variant", "NAME", "--root", "NAME"],
        &["new", "variant", "NAME/NAME", "--root", "NAME"],
        &["new", "NAME", "x", "--root", "NAME"],
        &["completions", "NAME"],
        &["man", "NAME"],
        &["help", "NAME"],
        &["NAME"],
        &["--NAME"],
    ] {
        for name in [&hostile, &bytes] {
            let arguments = words.iter().map(|word| {
                let mut argument = OsString::new();
                for (place, part) in word.split("NAME").enumerate() {
                    if place > 0 {
                        argument.push(name);
                    }
                    argument.push(part);
                }
                argument
            });
            check_messages_are_harmless(
                &format!("{words:?}"),
                &site,
                &arguments.collect::<Vec<_>>(),
            );
        }
    }
}

/// The command in a folder below `folder`.
fn at(folder: &Folder, place: &str, words: &[&str]) -> Output {
    let mut command = storybank(words);
    command.current_dir(folder.join(place)).stdin(Stdio::null());
    run(command)
}

#[test]
fn a_site_is_found_from_its_subfolders() {
    let folder = folder();
    fs::create_dir_all(folder.join("site/content/stories/outage/deep")).expect("it can be made");
    let built = at(&folder, "site/content/stories/outage/deep", &["build"]);
    let index = Path::new("../../../../public/index.html");
    assert_eq!(
        String::from_utf8_lossy(&built.stdout).trim(),
        index.display().to_string(),
        "{}",
        words(&built)
    );
    assert!(
        folder
            .join("site/content/stories/outage/deep")
            .join(index)
            .is_file()
    );
    let started = at(&folder, "site/content", &["new", "story", "Flood"]);
    assert_eq!(
        String::from_utf8_lossy(&started.stdout).trim(),
        "../content/stories/flood/index.md",
        "{}",
        words(&started)
    );
    assert!(folder.join("site/content/stories/flood/index.md").is_file());
    let published = at(
        &folder,
        "site/content/case-studies",
        &["publish", "handbook"],
    );
    assert!(
        published.status.success() && folder.join("site/wiki/reminders-sent-twice.md").is_file(),
        "{}",
        words(&published)
    );
    // A site does not need settings, but not every folder named `content` is in a site.
    let built = at(&folder, "broken/content/stories", &["build"]);
    assert!(
        built.status.code() == Some(1) && words(&built).contains("unknown field"),
        "{}",
        words(&built)
    );
    fs::create_dir_all(folder.join("other/content/posts/deep")).expect("it can be made");
    let built = at(&folder, "other/content/posts/deep", &["build"]);
    assert!(
        built.status.code() == Some(2) && words(&built).contains("storybank init"),
        "{}",
        words(&built)
    );
    // The nearest site is used.
    folder.write(&files(
        "-- site/examples/content/stories/a.md --\n---\ntitle: Inner\n---\n",
    ));
    let built = at(&folder, "site/examples/content/stories", &["build"]);
    assert!(
        built.status.success() && folder.join("site/examples/public/index.html").is_file(),
        "{}",
        words(&built)
    );
    // A folder given with an option must itself be the root of a site.
    let built = at(&folder, "site", &["build", "--root", "content/stories"]);
    assert!(
        built.status.code() == Some(2) && words(&built).contains("it lies in the site at"),
        "{}",
        words(&built)
    );
}

#[test]
fn every_command_explains_a_missing_site_in_the_same_way() {
    let folder = folder();
    fs::create_dir(folder.join("empty")).expect("it can be made");
    let reason = |words_of_command: &[&str]| {
        let output = at(&folder, "empty", words_of_command);
        assert_eq!(output.status.code(), Some(2), "{words_of_command:?}");
        words(&output)
    };
    for root in ["../nowhere", "../empty", "../site/site.toml"] {
        let build = reason(&["build", "--root", root]);
        assert!(
            build.starts_with("error: cannot read the site at `"),
            "{build}"
        );
        for words in [
            &["serve", "--root", root][..],
            &["build", root],
            &["serve", root],
            &["publish", "handbook", "--root", root],
            &["new", "story", "x", "--root", root],
        ] {
            assert_eq!(reason(words), build, "{words:?}");
        }
    }
    let here = reason(&["build"]);
    assert!(
        here.contains("`--root`") && here.contains("`storybank init`"),
        "{here}"
    );
    for words in [
        &["serve"][..],
        &["publish", "handbook"],
        &["new", "story", "x"],
    ] {
        assert_eq!(reason(words), here, "{words:?}");
    }
    assert!(reason(&["build", "../site", "--root", "../site"]).contains("cannot be used with"));
}

#[test]
fn init_refuses_a_folder_inside_another_site() {
    let folder = folder();
    for place in [
        "site/content",
        "site/content/stories/outage",
        "site/content/new",
        "site/themes/mine",
    ] {
        let output = at(&folder, ".", &["init", place]);
        let said = words(&output);
        assert!(
            output.status.code() == Some(2)
                && (said.contains("sources of the site at") || said.contains("is there already")),
            "{place}: {said}"
        );
        assert!(
            !folder.join(place).join("site.toml").exists()
                && !folder.join(place).join("content").exists(),
            "{place}"
        );
    }
    assert!(at(&folder, "site", &["init", "examples"]).status.success());
}

#[test]
fn a_quiet_command_prints_only_results_and_errors() {
    let folder = folder();
    for (line, result) in [
        ("build site --quiet", "site/public/index.html\n"),
        (
            "-q new story Flood --root site",
            "site/content/stories/flood/index.md\n",
        ),
        (
            "publish handbook --root site -q",
            "created Reminders sent twice\n",
        ),
        ("publish handbook --root site -q", ""),
    ] {
        let output = run(command(&folder, line));
        let printed = (
            String::from_utf8_lossy(&output.stdout).replace('\\', "/"),
            words(&output),
            output.status.code(),
        );
        assert_eq!(
            printed,
            (result.to_owned(), String::new(), Some(0)),
            "{line}"
        );
    }
    let started = run(command(&folder, "init fresh -q"));
    assert!(
        started.status.success() && words(&started).is_empty() && !started.stdout.is_empty(),
        "{}",
        words(&started)
    );
    let broken = run(command(&folder, "build broken -q"));
    assert!(
        broken.status.code() == Some(1) && words(&broken).contains("did you mean `title`?"),
        "{}",
        words(&broken)
    );
    let dry = run(command(
        &folder,
        "publish handbook --root site --dry-run -q",
    ));
    assert!(words(&dry).contains("unchanged"), "{}", words(&dry));
    fs::write(
        folder.join("site/wiki/reminders-sent-twice.md"),
        "Somebody was here.",
    )
    .expect("it can be written");
    let conflict = run(command(&folder, "publish handbook --root site -q"));
    assert!(
        conflict.status.code() == Some(1) && words(&conflict).contains("conflict"),
        "{}",
        words(&conflict)
    );
    let mut quiet = serve(&folder.join("site"));
    quiet.args(["--port", "0", "--quiet"]);
    let server = Server::run(quiet);
    fs::write(
        folder.join("site/content/stories/storm.md"),
        "---\ntitle: The storm\n---\n",
    )
    .expect("it can be written");
    server.shows("/stories.html", "The storm");
    assert_eq!(server.said(), format!("{}\n", server.address("")));
}
