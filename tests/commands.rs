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
use serde_json::Value;
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

/// A site with references between its documents.
const SITE: &[(&str, &str)] = &[
    (
        "site.toml",
        "[wiki.page]\nkind = \"folder\"\nfolder = \"published\"\nformat = \"html\"\n",
    ),
    (
        "content/stories/outage/index.md",
        "---\ntitle: The outage\ncompetencies: [ownership]\n---\n\n## Action\n\nI stopped it. #ownership\n",
    ),
    (
        "content/stories/outage/short.md",
        "---\ntitle: In short\ncompetencies: [ownership]\nanswers: [mistake]\n---\n\n## Action\n\nI did it.\n",
    ),
    (
        "content/questions/mistake.md",
        "---\nquestion: Which mistake?\n---\n",
    ),
    (
        "content/questions/goals.md",
        "---\nquestion: Which goals?\n---\n",
    ),
    (
        "content/competencies/ownership.md",
        "---\ntitle: Ownership\n---\n\nIt shows.\n",
    ),
    (
        "content/case-studies/sent-twice.md",
        "---\ntitle: Sent twice\nstory: outage\n---\n\n## Summary\n\nLetters were sent twice.\n",
    ),
];

/// The site above in a folder, and the path of that folder.
fn small(folder: &Folder) -> String {
    let files = SITE
        .iter()
        .map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec()));
    folder.write(&files.collect());
    path(folder.path()).to_owned()
}

/// The text of a file of a site.
fn read(root: &str, file: &str) -> String {
    fs::read_to_string(Path::new(root).join(file)).unwrap_or_else(|error| panic!("{file}: {error}"))
}

#[test]
fn a_dry_run_of_a_rename_prints_every_change_and_makes_none() {
    let folder = Folder::new();
    let root = small(&folder);
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
             content/stories/outage/short.md:4:11: `mistake` becomes `biggest-mistake`\n"
        )
    );
    assert_eq!(shown.messages, "would change 1 path and 1 name in 1 file\n");
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_rename_moves_the_files_and_prints_those_that_it_changed() {
    let folder = Folder::new();
    let root = small(&folder);
    let renamed = storybank(["rename", "story", "outage", "twice", "--root", &root]);
    assert_eq!(renamed.status, Status::Done, "{}", renamed.messages);
    let paths = [
        "content/stories/twice",
        "content/case-studies/sent-twice.md",
    ];
    let paths = paths.map(|path| format!("{}\n", folder.join(path).display()));
    assert_eq!(renamed.output, paths.concat());
    assert_eq!(
        renamed.messages,
        format!("`outage` is now `twice`: changed 1 path and 1 name in 1 file\n")
    );
    assert!(!folder.join("content/stories/outage").exists());
    assert!(read(&root, "content/stories/twice/short.md").contains("In short"));
    let case = read(&root, "content/case-studies/sent-twice.md");
    assert!(case.contains("\nstory: twice\n"), "{case}");
    let build = storybank(["build", &root]);
    assert_eq!(build.status, Status::Done, "{}", build.messages);
    assert!(folder.join("public/stories/twice.html").exists());
}

#[test]
fn a_rename_that_is_not_possible_changes_nothing() {
    let folder = Folder::new();
    let root = small(&folder);
    let broken = folder.join("content/questions/goals.md");
    let before = tree(folder.path());
    for (old, new, part) in [
        ("mistaek", "other", "did you mean `mistake`?"),
        ("mistake", "goals", "in `content/questions/goals.md`"),
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
        refused.messages.contains("content/questions/goals.md:3")
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
    let root = small(&folder);
    // A folder takes the name of the file that would be written beside the last document.
    let story = "content/stories/outage";
    let hidden = format!(".short.md.{}.storybank-old", std::process::id());
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
    assert!(failed.messages.contains("short.md"), "{}", failed.messages);
    assert_eq!(tree(folder.path()), before);
}

#[test]
fn a_first_variant_moves_its_story_into_a_folder() {
    let folder = Folder::new();
    let root = small(&folder);
    let file = "content/stories/plain.md";
    fs::write(
        folder.join(file),
        "---\ntitle: Plain\n---\n\n[q](../questions/mistake.md)\n",
    )
    .expect("it is ours");
    fs::write(folder.join("content/home.md"), "[s](stories/plain.md)\n").expect("it is ours");
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
    let root = small(&folder);
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
    let again = storybank([
        "new",
        "question",
        "When did you get feedback",
        "--root",
        &root,
    ]);
    assert_eq!(again.status, Status::Failed, "{}", again.messages);
    assert!(
        again
            .messages
            .contains("the question `feedback` in `content/questions/feedback.md` has the words"),
        "{}",
        again.messages
    );
    let interview = ["new", "interview", "harbour", "--root", &root];
    assert_eq!(storybank(interview).status, Status::Done);
    let again = storybank(interview);
    assert!(
        again
            .messages
            .contains("there is an interview `harbour` already"),
        "{}",
        again.messages
    );
}

#[test]
fn one_file_is_not_several() {
    let folder = Folder::new();
    let root = small(&folder);
    assert_eq!(storybank(["build", &root]).status, Status::Done);
    fs::remove_file(folder.join("public/index.html")).expect("it was written");
    let built = storybank(["build", &root]);
    assert!(
        built.messages.contains(": 1 file written, "),
        "{}",
        built.messages
    );
}

#[test]
fn a_renamed_case_study_keeps_its_page_on_a_wiki() {
    let folder = Folder::new();
    let root = small(&folder);
    let publish = || storybank(["publish", "page", "--root", &root]);
    assert_eq!(publish().status, Status::Done);
    let (old, new) = ("sent-twice", "twice");
    let renamed = storybank(["rename", "case-study", old, new, "--root", &root]);
    assert_eq!(renamed.status, Status::Done, "{}", renamed.messages);
    let again = publish();
    assert!(
        again.messages.contains("unchanged Sent twice"),
        "{}",
        again.messages
    );
    let record = read(&root, ".published/page.json");
    assert!(
        record.contains("\"case\": \"twice\"") && !record.contains("\"case\": \"sent"),
        "{record}"
    );
}

#[test]
fn a_new_interview_is_part_of_the_site_and_gets_another_name() {
    let folder = Folder::new();
    let root = small(&folder);
    let new = storybank(["new", "interview", "Harbour onsite", "--root", &root]);
    assert_eq!(new.status, Status::Done, "{}", new.messages);
    let text = read(&root, "content/interviews/harbour-onsite.md");
    assert!(
        text.contains("company: Harbour onsite\n")
            && text.contains("# This site has: goals, mistake\n")
            && text.contains("asked: [{ interview: harbour-onsite }]"),
        "{text}"
    );
    let question = folder.join("content/questions/mistake.md");
    let asked = "---\nquestion: Which mistake?\nasked: [{ interview: harbour-onsite }]\n---\n\n## Answer for harbour-onsite\n\nThis one.\n";
    fs::write(&question, asked).expect("it is ours");
    let renamed = storybank([
        "rename",
        "interview",
        "harbour-onsite",
        "harbour",
        "--root",
        &root,
    ]);
    assert_eq!(renamed.status, Status::Done, "{}", renamed.messages);
    assert_eq!(
        read(&root, "content/questions/mistake.md"),
        asked.replace("harbour-onsite", "harbour")
    );
    let build = storybank(["build", &root]);
    assert_eq!(build.status, Status::Done, "{}", build.messages);
    assert!(folder.join("public/interviews/harbour.html").exists());
}

#[test]
fn schemas_are_printed_or_written_into_a_folder() {
    let story = storybank(["schema", "story"]);
    assert_eq!(story.status, Status::Done, "{}", story.messages);
    let story: Value = serde_json::from_str(&story.output).expect("it is JSON");
    let all: Value = serde_json::from_str(&storybank(["schema"]).output).expect("it is JSON");
    assert_eq!(all["story"], story);
    assert_eq!(all["site"]["title"], "Settings");
    let folder = Folder::new();
    let out = folder.join("schemas");
    let write = || storybank(["schema", "--out", path(&out)]);
    let first = write();
    assert_eq!(first.status, Status::Done, "{}", first.messages);
    let names = [
        "story",
        "variant",
        "question",
        "case-study",
        "competency",
        "interview",
        "home",
        "site",
    ];
    let paths =
        names.map(|name| format!("{}\n", out.join(format!("{name}.schema.json")).display()));
    assert_eq!(first.output, paths.concat());
    let written = tree(&out);
    fs::write(out.join("story.schema.json"), "old").expect("it is ours");
    assert_eq!(write().status, Status::Done);
    assert_eq!(tree(&out), written);
}
