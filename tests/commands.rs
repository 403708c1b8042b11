//! Commands in this process: what they print to which stream, their exit status, and the files they
//! create.

#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;

use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::{Arc, Mutex};

use program::{Folder, tree};
use storybank::commands::{Status, Streams, run};

/// A stream that stores what is written to it.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Kept {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer crashes").clone()).expect("it is text")
    }
}

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer crashes").write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A stream that rejects every write.
struct Broken(io::ErrorKind);

impl Write for Broken {
    fn write(&mut self, _: &[u8]) -> io::Result<usize> {
        Err(self.0.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Err(self.0.into())
    }
}

/// The output and the exit status of a command.
struct Ended {
    status: Status,
    output: String,
    messages: String,
}

fn storybank<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Ended {
    let (output, messages) = (Kept::default(), Kept::default());
    let status = run(
        line(arguments),
        Streams::of(output.clone(), messages.clone()),
    );
    Ended {
        status,
        output: output.text(),
        messages: messages.text(),
    }
}

fn line<'a>(arguments: impl IntoIterator<Item = &'a str>) -> impl Iterator<Item = OsString> {
    ["storybank"]
        .into_iter()
        .chain(arguments)
        .map(OsString::from)
        .collect::<Vec<_>>()
        .into_iter()
}

fn path(path: &Path) -> &str {
    path.to_str().expect("the path is text")
}

/// A new site, built once into `public`.
fn built(folder: &Folder) -> String {
    let root = path(folder.path()).to_owned();
    assert_eq!(storybank(["init", &root]).status, Status::Done);
    assert_eq!(storybank(["build", &root]).status, Status::Done);
    root
}

#[test]
fn a_build_prints_the_page_to_open_on_the_output_and_the_rest_among_the_messages() {
    let folder = Folder::new();
    let root = path(folder.path()).to_owned();
    let init = storybank(["init", &root]);
    assert_eq!(init.status, Status::Done);
    assert!(
        init.output.lines().any(|line| line.ends_with("site.toml")),
        "{}",
        init.output
    );
    assert!(
        init.messages.starts_with("next: `storybank build"),
        "{}",
        init.messages
    );
    let build = storybank(["build", &root]);
    assert_eq!(build.status, Status::Done);
    assert_eq!(
        build.output,
        format!("{}\n", folder.join("public/index.html").display())
    );
    assert!(
        build
            .messages
            .lines()
            .last()
            .is_some_and(|line| line.starts_with("built ") && line.contains("for you alone"))
    );
    let quiet = storybank(["build", "--quiet", &root]);
    assert_eq!(
        (quiet.output, quiet.messages),
        (build.output, String::new())
    );
}

#[test]
fn an_error_in_a_file_leaves_the_previous_site_and_status_1() {
    let folder = Folder::new();
    let root = built(&folder);
    let before = tree(&folder.join("public"));
    fs::write(
        folder.join("content/questions/broken.md"),
        "---\nquestion: [\n---\n",
    )
    .expect("it can be written");
    let build = storybank(["build", &root]);
    assert_eq!(
        (build.status, build.output.as_str()),
        (Status::LeftUndone, "")
    );
    assert!(
        build.messages.contains("content/questions/broken.md:"),
        "{}",
        build.messages
    );
    assert!(
        build
            .messages
            .ends_with("nothing was written, and the previous site is unchanged\n"),
        "{}",
        build.messages
    );
    assert_eq!(tree(&folder.join("public")), before);
}

#[test]
fn a_failed_command_prints_one_message_and_exits_with_2() {
    let folder = Folder::far_away();
    let nowhere = folder.join("nowhere");
    let root = built(&folder);
    for (arguments, message) in [
        (&["build", path(&nowhere)][..], "nowhere"),
        (&["man", "dance"], "error: there is no command `dance`\n"),
        (
            &["publish", "handbook", "--root", &root],
            "error: there is no wiki `handbook` in `site.toml`",
        ),
        (
            &["new", "variant", "alone", "--root", &root],
            "error: the variant of `alone` needs a name of its own",
        ),
        (
            &["build", "--drafts", "--audience", "team", &root],
            "error: drafts are for their author alone",
        ),
        (&["dance"], "error: unrecognized subcommand 'dance'"),
        (
            &["build", "\u{1b}[31mred", "\u{7}"],
            "error: unexpected argument",
        ),
    ] {
        let ended = storybank(arguments.iter().copied());
        assert_eq!(
            (ended.status, ended.output.as_str()),
            (Status::Failed, ""),
            "{arguments:?}"
        );
        assert!(
            ended.messages.contains(message),
            "{arguments:?}: {}",
            ended.messages
        );
        assert!(
            !ended.messages.contains(['\u{1b}', '\u{7}']),
            "{:?}",
            ended.messages
        );
    }
}

#[test]
fn help_version_completions_and_manual_are_results() {
    for arguments in [
        &["--help"][..],
        &["--version"],
        &["build", "--help"],
        &["completions", "bash"],
        &["man"],
        &["man", "build"],
    ] {
        let ended = storybank(arguments.iter().copied());
        assert_eq!(
            (ended.status, ended.messages.as_str()),
            (Status::Done, ""),
            "{arguments:?}"
        );
        assert!(ended.output.contains("storybank"), "{arguments:?}");
    }
}

#[test]
fn a_result_that_cannot_be_written_is_a_failure_unless_its_reader_has_closed_the_stream() {
    let folder = Folder::new();
    let root = built(&folder);
    for (kind, status) in [
        (io::ErrorKind::StorageFull, Status::Failed),
        (io::ErrorKind::BrokenPipe, Status::Done),
    ] {
        let messages = Kept::default();
        assert_eq!(
            run(
                line(["build", &root]),
                Streams::of(Broken(kind), messages.clone())
            ),
            status
        );
        assert_eq!(
            messages
                .text()
                .contains("cannot write to the standard output"),
            status == Status::Failed
        );
    }
}

#[test]
fn unwritable_messages_do_not_stop_a_command() {
    let folder = Folder::new();
    let root = built(&folder);
    let output = Kept::default();
    assert_eq!(
        run(
            line(["build", &root]),
            Streams::of(output.clone(), Broken(io::ErrorKind::StorageFull))
        ),
        Status::Done
    );
    assert!(output.text().ends_with("index.html\n"));
}

const STORY: &str = "the-reminders-that-went-out-twice";

/// The text of a file of a site.
fn read(root: &str, file: &str) -> String {
    fs::read_to_string(Path::new(root).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn a_dry_run_of_a_rename_prints_every_change_and_makes_none() {
    let folder = Folder::new();
    let root = built(&folder);
    let before = tree(folder.path());
    let shown = storybank([
        "rename",
        "question",
        "mistake",
        "biggest-mistake",
        "--dry-run",
        "--root",
        &root,
    ]);
    assert_eq!(shown.status, Status::Done, "{}", shown.messages);
    assert_eq!(
        shown.output,
        format!(
            "content/questions/mistake.md moves to content/questions/biggest-mistake.md\n\
             content/stories/{STORY}/as-a-mistake.md:5:11: `mistake` becomes `biggest-mistake`\n"
        )
    );
    assert_eq!(shown.messages, "would change 1 path and 1 name in 1 file\n");
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_rename_moves_the_files_and_prints_those_that_it_changed() {
    let folder = Folder::new();
    let root = built(&folder);
    let renamed = storybank(["rename", "story", STORY, "twice", "--root", &root]);
    assert_eq!(renamed.status, Status::Done, "{}", renamed.messages);
    let paths = [
        "content/stories/twice",
        "content/case-studies/reminders-sent-twice.md",
    ];
    let paths = paths.map(|path| format!("{}\n", folder.join(path).display()));
    assert_eq!(renamed.output, paths.concat());
    assert_eq!(
        renamed.messages,
        format!("`{STORY}` is now `twice`: changed 1 path and 1 name in 1 file\n")
    );
    assert!(!folder.join(&format!("content/stories/{STORY}")).exists());
    assert!(read(&root, "content/stories/twice/as-a-mistake.md").contains("As my mistake"));
    let case = read(&root, "content/case-studies/reminders-sent-twice.md");
    assert!(case.contains("\nstory: twice\n"), "{case}");
    let build = storybank(["build", &root]);
    assert_eq!(build.status, Status::Done, "{}", build.messages);
    assert!(folder.join("public/stories/twice.html").exists());
}

#[test]
fn a_rename_that_is_not_possible_changes_nothing() {
    let folder = Folder::new();
    let root = built(&folder);
    let broken = folder.join("content/questions/disagreement.md");
    let before = tree(folder.path());
    for (old, new, part) in [
        ("mistaek", "other", "did you mean `mistake`?"),
        (
            "mistake",
            "disagreement",
            "in `content/questions/disagreement.md`",
        ),
        ("mistake", "My mistake", "did you mean `my-mistake`?"),
    ] {
        let refused = storybank(["rename", "question", old, new, "--root", &root]);
        assert_eq!(refused.status, Status::Failed);
        assert!(refused.messages.contains(part), "{}", refused.messages);
        assert_eq!(tree(folder.path()), before);
    }
    fs::write(&broken, "---\nabout: [\n---\n").expect("it is ours");
    let before = tree(folder.path());
    let refused = storybank(["rename", "question", "mistake", "other", "--root", &root]);
    assert_eq!(refused.status, Status::LeftUndone);
    assert!(
        refused
            .messages
            .contains("content/questions/disagreement.md:3")
            && refused
                .messages
                .ends_with("nothing was changed, fix them first\n"),
        "{}",
        refused.messages
    );
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_file_that_cannot_be_written_undoes_a_whole_rename() {
    let folder = Folder::new();
    let root = built(&folder);
    // A folder takes the name of the file that would be written beside the last document.
    let story = format!("content/stories/{STORY}");
    let hidden = format!(".as-a-mistake.md.{}.storybank-old", std::process::id());
    fs::create_dir(folder.join(&format!("{story}/{hidden}"))).expect("it is new");
    let before = tree(folder.path());
    let failed = storybank([
        "rename",
        "competency",
        "ownership",
        "owning-it",
        "--root",
        &root,
    ]);
    assert_eq!(failed.status, Status::Failed);
    assert!(
        failed.messages.contains("as-a-mistake.md"),
        "{}",
        failed.messages
    );
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_first_variant_moves_its_story_into_a_folder() {
    let folder = Folder::new();
    let root = built(&folder);
    let file = "content/stories/plain.md";
    fs::write(
        folder.join(file),
        "---\ntitle: Plain\n---\n\n[q](../questions/mistake.md)\n",
    )
    .expect("it is ours");
    let home = folder.join("content/home.md");
    let text = fs::read_to_string(&home).expect("it is text") + "\n[s](stories/plain.md)\n";
    fs::write(&home, text).expect("it is ours");
    let new = storybank(["new", "variant", "plain", "In a minute", "--root", &root]);
    assert_eq!(new.status, Status::Done, "{}", new.messages);
    let path = folder.join("content/stories/plain/in-a-minute.md");
    assert_eq!(new.output, format!("{}\n", path.display()));
    assert!(
        new.messages
            .starts_with("moved the story to `content/stories/plain/index.md`")
            && new.messages.contains("2 links were changed with it"),
        "{}",
        new.messages
    );
    assert!(!folder.join(file).exists());
    assert!(
        read(&root, "content/stories/plain/index.md").contains("](../../questions/mistake.md)")
    );
    assert!(read(&root, "content/home.md").contains("](stories/plain/index.md)"));
    let build = storybank(["build", "--drafts", &root]);
    assert_eq!(build.status, Status::Done, "{}", build.messages);
    assert!(
        folder
            .join("public/stories/plain/in-a-minute.html")
            .exists()
    );
}

#[test]
fn a_new_question_is_part_of_the_site_with_its_wording() {
    let folder = Folder::new();
    let root = built(&folder);
    let new = storybank([
        "new",
        "question",
        "feedback",
        "When did you get feedback?",
        "--root",
        &root,
    ]);
    assert_eq!(new.status, Status::Done, "{}", new.messages);
    assert!(!new.messages.contains("draft"), "{}", new.messages);
    assert!(
        read(&root, "content/questions/feedback.md")
            .contains("question: When did you get feedback?\n")
    );
    assert_eq!(storybank(["build", &root]).status, Status::Done);
    assert!(folder.join("public/questions/feedback.html").exists());
}

#[test]
fn a_renamed_case_study_keeps_its_page_on_a_wiki() {
    let folder = Folder::new();
    let root = built(&folder);
    let publish = || storybank(["publish", "page", "--root", &root]);
    assert_eq!(publish().status, Status::Done);
    let (old, new) = ("reminders-sent-twice", "twice");
    let renamed = storybank(["rename", "case-study", old, new, "--root", &root]);
    assert_eq!(renamed.status, Status::Done, "{}", renamed.messages);
    let again = publish();
    assert!(
        again.messages.contains("unchanged Reminders sent twice"),
        "{}",
        again.messages
    );
    let record = read(&root, ".published/page.json");
    assert!(
        record.contains("\"case\": \"twice\"") && !record.contains("\"case\": \"reminders"),
        "{record}"
    );
}
