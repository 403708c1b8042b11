//! New names of documents: the site afterwards is the same up to the name, and only bytes of names
//! change.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use common::{Files, files, inputs, seed, site_with_drafts};
use proptest::prelude::*;
use storybank::model::Kind;
use storybank::parse::Place;
use storybank::rename::{Before, Changes, Refusal, Subject};
use storybank::slug::Slug;
use storybank::source::SitePath;

/// A site in which everything refers to everything, in every spelling. Names end in `-old`.
const SITE: &str = r#"
-- site.toml --
title = "Names"
-- content/home.md --
Start with [[story-old]], `[[story-old]]`, [the question](questions/question-old.md) and %%[[story-old]]%% [its story][s].

[s]: <./stories/story-old/index.md#result> "The story"
-- content/stories/story-old/index.md --
---
# story-old is a name in a comment.
headline: About story-old, which is only text here.
competencies: ["competency-old", other]   # competency-old
answers:
  - { question: 'question-old', open: "It was question-old, said aloud." }
  - Question Other
  - question: other-on-sheet
    open: One sentence.
told:
  - { interview: interview-old, question: question-old, went: well }
  - { on: 2025, to: story-old, question: "story-old-why-so-late" }
---

## Situation

A text about [[Question old]], [[question-old.md|words]] and [itself](index.md#result), [again](../story-old/index.md) and
[[#result]]. #competency-old

![a picture](plan.png) and ![[plan.png|400]] and ![[stories/story-old/plan.png]]

## Action

- I did it. #competency-old #other
- I did more. #Competency-Old

## Result

> A quote with [[competencies/competency-old]] and [a case](../../case-studies/case-old.md "case-old").

| Link | Link |
| --- | --- |
| [[story-old/variant-old\|words]] | [[stories / story-old / competency-old]] |

## Follow-ups

### Why so late?

Because of [[question/question-old]].
-- content/stories/story-old/variant-old.md --
---
title: A variant
competencies: [other]
answers: [question-old]
---

## Result

Another result: [[story-old#result|the old one]], [the file](./index.md), [[story-old/variant-old#result]].
-- content/stories/story-old/plan.png --
picture
-- content/stories/second.md --
---
competencies: competency-old
answers: [story-old-why-so-late]
---

## Action

Like [[story-old]], [[stories/story-old#result|it]] and [[story-old-why-so-late]]. #other

![[story-old#result]]

![[questions/story-old-why-so-late]]

[a](story-old/index.md), [b](<../stories/story-old/variant-old.md#result>), [c](/stories/story-old/plan.png), [d]

[d]: story-old/variant-old.md

[[question-other#answer-for-interview-old]], [[question-other#Answer for interview-old|words]] and [x](../questions/question-other.md#answer-for-interview-old).

![[questions/question-other.md#Answer for interview-old]]

[[story-old#Why so late]], [[story-old/variant-old#why-so-late|words]] and [y](story-old/index.md#why-so-late).
-- content/questions/question-old.md --
---
question: What is it?
competencies: &c [competency-old]
about: &s story-old
asked: [{ interview: "interview-old" }]
---

An answer from [[story-old]].
-- content/questions/question-other.md --
---
question: What else?
competencies: [competency-old]
---

## Answer for interview-old

I said so, see [[interviews/interview-old]] and [[#answer-for-interview-old]], [above](#answer-for-interview-old).
-- content/questions/sheet-old.md --
---
title: A sheet
competencies:
  - competency-old
about: "story-old"
---

## Other on sheet

See [[story-old]] and [[#on the other hand]].

## On the other hand

-- content/questions/bank.md --
# More questions

## Who else?

[[sheet-old#Other on sheet]], [[questions/sheet-old#on-the-other-hand|words]] and [x](sheet-old.md#other-on-sheet).
-- content/questions/for-old.md --
---
kind: ask
title: Questions for them
---

## Who decides?

As in [[interview-old]] and [[for-old#Who decides?]].
-- content/interviews/interview-old.md --
---
company: Harbour Foods
questions: [question-old, other-on-sheet, 'story-old-why-so-late']
---

I will ask [[for-old]], and tell [the story](../stories/story-old/index.md).
-- content/competencies/competency-old.md --
---
aliases: [the competency-old alias]
---

It shows in [[story-old/competency-old]] and [[case-studies/case-old]].
-- content/competencies/other.md --
See [[competency-old]].
-- content/case-studies/case-old.md --
---
title: A case
story: story-old
---

## Summary

It began with [the story](../stories/story-old/index.md#action) and [[case-old#summary]].
-- content/case-studies/case-other.md --
---
title: Another case
story: "story-old"
---

## Summary

Like [[case-old]].
"#;

const SUBJECTS: [(Subject, &str); 8] = [
    (Subject::Document(Kind::Story), "story"),
    (Subject::Variant, "variant"),
    (Subject::Document(Kind::Question), "question"),
    (Subject::Document(Kind::Question), "sheet"),
    (Subject::Document(Kind::Question), "for"),
    (Subject::Document(Kind::Interview), "interview"),
    (Subject::Document(Kind::CaseStudy), "case"),
    (Subject::Document(Kind::Competency), "competency"),
];

/// The words that a command line would have for a document.
fn name(subject: Subject, name: &str) -> String {
    match subject {
        Subject::Variant => format!("story-old/{name}"),
        Subject::Document(_) => name.to_owned(),
    }
}

fn rename(files: &Files, subject: Subject, old: &str, new: &str) -> Result<Files, String> {
    let inputs = inputs(files);
    let changes = Before::of(&inputs).rename(subject, old, new);
    changes
        .map(|changes| applied(&changes, files))
        .map_err(|refusal| match refusal {
            Refusal::Request(message) => message,
            Refusal::Unreadable(found) => found[0].file.to_string(),
        })
}

/// The files after a change.
fn applied(changes: &Changes, before: &Files) -> Files {
    let after = changes.apply(&inputs(before));
    let documents = after.documents.iter();
    let mut files: Files = documents
        .map(|file| (file.path.to_string(), file.bytes.to_vec()))
        .collect();
    for (path, bytes) in before {
        let new = changes.path(&SitePath::new(path.as_str()));
        files.entry(new.to_string()).or_insert(bytes.clone());
    }
    files
}

fn text(files: &Files) -> String {
    let file = |(path, bytes): (&String, &Vec<u8>)| {
        format!("-- {path} --\n{}", String::from_utf8_lossy(bytes))
    };
    files.iter().map(file).collect()
}

/// All pages in one text.
fn pages(files: &Files) -> String {
    let pages: BTreeMap<String, String> = site_with_drafts(&text(files));
    pages
        .into_iter()
        .map(|(path, page)| format!("{path}\n{page}\n"))
        .collect()
}

/// A text with a new name replaced by the old one, also where it is the title of a file without one.
fn with_old_names(text: &str, name: &str) -> String {
    // A title can be inside of a sentence.
    let (first, rest) = name.split_at(1);
    let title = first.to_uppercase() + rest;
    ["-", " ", "%20"].iter().fold(text.to_owned(), |text, gap| {
        let [old, new] = ["old", "new"].map(|age| format!("{gap}{age}"));
        text.replace(&format!("{name}{new}"), &format!("{name}{old}"))
            .replace(&format!("{title}{new}"), &format!("{title}{old}"))
    })
}

/// Fails with the lines of two texts that only one of them has. A list by name can have another order.
fn assert_same_lines(after: &str, before: &str, called: &str) {
    let counted = |text: &str| {
        let mut lines: BTreeMap<String, usize> = BTreeMap::new();
        for line in text.lines() {
            *lines.entry(line.to_owned()).or_default() += 1;
        }
        lines
    };
    let (after, before) = (counted(after), counted(before));
    let only = |ours: &BTreeMap<String, usize>, others: &BTreeMap<String, usize>| {
        let lines = ours
            .iter()
            .filter(|(line, count)| others.get(*line) != Some(count));
        lines.map(|(line, _)| line.clone()).collect::<Vec<_>>()
    };
    let none: Vec<String> = Vec::new();
    assert_eq!(
        (only(&after, &before), only(&before, &after)),
        (none.clone(), none),
        "{called}"
    );
}

/// Renames a document and checks that the site is the same up to the name, and that the same files
/// come back when it is renamed back.
fn check_rename(files: &Files, subject: Subject, called: &str) {
    let (old, new) = (format!("{called}-old"), format!("{called}-new"));
    let after = rename(files, subject, &name(subject, &old), &new)
        .unwrap_or_else(|message| panic!("{called}: {message}\n{}", text(files)));
    assert_ne!(after, *files);
    let texts = with_old_names(&text(&after), called);
    // Words that are read as a slug become the slug.
    let words = |text: &str| {
        text.replace("Question old", "question-old")
            .replace("Competency-Old", "competency-old")
    };
    assert_same_lines(&words(&texts), &words(&text(files)), called);
    let (before_pages, after_pages) = (pages(files), pages(&after));
    assert_same_lines(&with_old_names(&after_pages, called), &before_pages, called);
    assert!(text(&after).contains(&new), "{called}");
    assert!(!after_pages.contains(&format!("{old}.html")), "{called}");
    let back = match subject {
        Subject::Variant => rename(&after, subject, &name(subject, &new), &old),
        Subject::Document(_) => rename(&after, subject, &new, &old),
    };
    assert_eq!(
        words(&text(&back.expect("the old name is free"))),
        words(&text(files)),
        "{called}"
    );
}

#[test]
fn every_kind_of_document_gets_another_name_everywhere() {
    for (subject, called) in SUBJECTS {
        check_rename(&files(SITE), subject, called);
    }
}

#[test]
fn lines_that_end_as_on_windows_keep_their_ends() {
    let site: Files = files(SITE)
        .into_iter()
        .map(|(path, bytes)| {
            let text = String::from_utf8(bytes).expect("it is text");
            (path, text.replace('\n', "\r\n").into_bytes())
        })
        .collect();
    for (subject, called) in SUBJECTS {
        check_rename(&site, subject, called);
    }
}

/// The files of the sample site.
fn sample() -> Files {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/commands/sample");
    let entries = walkdir::WalkDir::new(&root).into_iter();
    let paths = entries.map(|entry| entry.expect("it can be read").into_path());
    let files = paths.filter(|path| path.is_file()).map(|path| {
        let name = path.strip_prefix(&root).expect("it is below");
        let bytes = fs::read(&path).expect("it can be read");
        (name.to_str().expect("it is text").to_owned(), bytes)
    });
    files.collect()
}

#[test]
fn every_document_of_the_sample_gets_another_name_and_its_old_one_back() {
    let files = sample();
    let mut renamed = 0;
    let paths = files.keys().filter(|path| path.ends_with(".md"));
    for path in paths {
        let (subject, old) = match Place::of(&SitePath::new(path.as_str()))
            .expect("it is in its place")
        {
            Place::Document(kind, slug) => (Subject::Document(kind), slug.to_string()),
            Place::Variant { story, variant } => (Subject::Variant, format!("{story}/{variant}")),
            Place::Home => continue,
        };
        let (story, last) = old
            .rsplit_once('/')
            .map_or(("", old.as_str()), |(story, last)| (story, last));
        let after = rename(&files, subject, &old, "another-name")
            .unwrap_or_else(|message| panic!("{old}: {message}"));
        let new = [story, "another-name"].join("/");
        let back = rename(&after, subject, new.trim_start_matches('/'), last)
            .unwrap_or_else(|message| panic!("{old}: {message}"));
        assert_eq!(text(&back), text(&files), "{old}");
        renamed += 1;
    }
    assert!(renamed > 50, "{renamed}");
}

#[test]
fn names_that_are_left_over_after_a_file_was_renamed_change() {
    let before = files(
        "-- content/stories/outage/index.md --\n---\ncompetencies: [ownership, taking-ownership]\n---\nI stayed #ownership and (#ownership).\n\nSee [[ownership]], [it](../../competencies/ownership.md) and [[taking-ownership]]. It went (#ownership).\n-- content/questions/sheet.md --\n## A mistake #ownership\n\n## Why?\n-- content/competencies/taking-ownership.md --\n# Taking ownership\n\nSee [[#ownership]].\n\n## Ownership\n",
    );
    let competency = Subject::Document(Kind::Competency);
    let after = rename(&before, competency, "ownership", "taking-ownership")
        .expect("the file has the new name");
    assert_eq!(
        text(&after),
        "-- content/competencies/taking-ownership.md --\n# Taking ownership\n\nSee [[#ownership]].\n\n## Ownership\n-- content/questions/sheet.md --\n## A mistake #taking-ownership\n\n## Why?\n-- content/stories/outage/index.md --\n---\ncompetencies: [taking-ownership, taking-ownership]\n---\nI stayed #taking-ownership and (#taking-ownership).\n\nSee [[taking-ownership]], [it](../../competencies/taking-ownership.md) and [[taking-ownership]]. It went (#taking-ownership).\n"
    );
    let refused = |old: &str, new: &str| {
        rename(&before, competency, old, new).expect_err("no file has either name")
    };
    assert!(refused("trust", "taking-ownership").contains("there is no competency `trust`"));
    assert!(refused("ownership", "trust").contains("there is no competency `ownership`"));
    let story = Subject::Document(Kind::Story);
    let before = files(
        "-- content/stories/night/index.md --\n# The night\n-- content/stories/night/short.md --\n---\ntitle: Short\n---\nSee [[outage]].\n-- content/case-studies/case.md --\n---\nstory: outage\n---\nSee [[outage/short]].\n",
    );
    let after = rename(&before, story, "outage", "night").expect("the folder has the new name");
    let after = text(&after);
    assert!(
        after.contains("story: night")
            && after.contains("[[night/short]]")
            && after.contains("See [[night]]")
            && after.contains("-- content/stories/night/short.md --"),
        "{after}"
    );
}

#[test]
fn a_link_that_keeps_a_name_from_changing_is_reported_with_its_place() {
    let why = "-- content/questions/why.md --\n---\nquestion: Why?\n---\n\n## Answer for acme\n\nSo.\n-- content/interviews/acme.md --\n---\ncompany: Acme\n---\n-- content/stories/s.md --\n";
    for (words, place) in [
        ("See [[zeta]].", "`content/stories/s.md`, line 1, column 5,"),
        (
            "A\n[s].\n\n[s]: ../questions/why.md#answer-for-acme",
            "`content/stories/s.md`, line 2, column 1: the path or name of this link is not known",
        ),
    ] {
        let site = files(&format!("{why}{words}\n"));
        let refused = rename(&site, Subject::Document(Kind::Interview), "acme", "zeta");
        let refused = refused.expect_err(words);
        assert!(refused.contains(place), "{refused}");
    }
}

#[test]
fn a_name_that_an_alias_makes_a_text_of_is_reported() {
    let site = |name: &str, question: &str, fields: &str| {
        files(&format!(
            "-- content/competencies/{name}.md --\n# One\n-- content/questions/q.md --\n---\nquestion: Which?\n{question}\n---\n-- content/stories/s.md --\n---\n{fields}\n---\n"
        ))
    };
    let competency = Subject::Document(Kind::Competency);
    let none = "competencies: [own]";
    for (question, fields, place) in [
        (
            none,
            "competencies: [&x own]\nheadline: *x",
            "s.md`, line 3, column 11: `*x`",
        ),
        (
            "competencies: &x [own]\naliases: *x",
            none,
            "q.md`, line 4, column 10: `*x`",
        ),
    ] {
        let refused = rename(&site("own", question, fields), competency, "own", "mine");
        let refused = refused.expect_err(fields);
        assert!(refused.contains(place), "{fields}: {refused}");
    }
    for fields in [
        "competencies: [&x own, *x]",
        "headline: &x An own text\ncompetencies: [own]\ntitle: *x",
    ] {
        let after = rename(&site("own", none, fields), competency, "own", "mine");
        let after = text(&after.unwrap_or_else(|message| panic!("{fields}: {message}")));
        assert!(
            after.contains("&x mine, mine]")
                || after.contains("&x An own text\ncompetencies: [mine]"),
            "{after}"
        );
    }
}

#[test]
fn hashtags_change_wherever_the_build_sees_them() {
    let site = |tag: &str, words: &str| {
        files(&format!(
            "-- content/competencies/{tag}.md --\n# One\n-- content/stories/s.md --\n---\ncompetencies: [{tag}]\n---\n\n## Action\n\n{words}\n"
        ))
    };
    let competency = Subject::Document(Kind::Competency);
    for words in [
        "x #own %%why%%",
        "%%why%% x #own%%why%%",
        "a #own b",
        "| a |\n| --- |\n| #own |",
        "### What I did #own",
        "x **#own**.",
        "x # own",
        "&#35;own #own",
    ] {
        let after = rename(&site("own", words), competency, "own", "mine")
            .unwrap_or_else(|message| panic!("{words}: {message}"));
        let renamed = words
            .replace("own", "mine")
            .replacen("&#35;mine", "&#35;own", 1);
        assert_eq!(text(&after), text(&site("mine", &renamed)), "{words}");
    }
    for (words, message) in [
        ("a #o**w**n", "`content/stories/s.md`, line 7, column 3"),
        ("a #own up b", "line 7, column 3: `#own up` is not read"),
    ] {
        let old = if words.contains("up") {
            "own-up"
        } else {
            "own"
        };
        let refused = rename(&site(old, words), competency, old, "mine").expect_err(words);
        assert!(refused.contains(message), "{refused}");
    }
}

#[test]
fn an_answer_for_an_interview_stays_one_however_its_heading_is_written() {
    for (heading, renamed) in [
        ("## Answer (acme)", "## Answer (zeta)"),
        ("## Answers for acme", "## Answers for zeta"),
        ("## 2. The answer for acme", "## 2. The answer for zeta"),
        ("## Answer for [[acme]]", "## Answer for [[zeta]]"),
        (
            "## Answer for [Acme](../interviews/acme.md)",
            "## Answer for [zeta](../interviews/zeta.md)",
        ),
        ("## My answer - acme", "## My answer - zeta"),
        ("## Answer – acme", "## Answer – zeta"),
        ("## Answer for **acme**", "## Answer for **zeta**"),
        ("## Answer for `acme`", "## Answer for `zeta`"),
        ("## Answer for \"acme\".", "## Answer for \"zeta\"."),
        (
            "## Answer for acme %%note on acme%%",
            "## Answer for zeta %%note on acme%%",
        ),
        ("## Answer for Acme {#acme}", "## Answer for zeta {#acme}"),
        ("Answer: acme\n---", "Answer: zeta\n---"),
        (
            "## Answer for interviews/acme ##",
            "## Answer for interviews/zeta ##",
        ),
    ] {
        let site = |heading: &str, name: &str| {
            let text = format!(
                "-- content/interviews/{name}.md --\n---\ncompany: Acme\n---\n-- content/questions/why.md --\n---\nquestion: Why?\n---\n\n{heading}\n\nFor them alone.\n"
            );
            files(&text)
        };
        let after = rename(
            &site(heading, "acme"),
            Subject::Document(Kind::Interview),
            "acme",
            "zeta",
        )
        .unwrap_or_else(|message| panic!("{heading}: {message}"));
        assert_eq!(text(&after), text(&site(renamed, "zeta")), "{heading}");
    }
}

/// The error of a rename in the site above.
fn refused(subject: Subject, old: &str, new: &str) -> String {
    rename(&files(SITE), subject, old, new).expect_err("this cannot be done")
}

#[test]
fn a_request_that_cannot_be_carried_out_is_explained() {
    let story = Subject::Document(Kind::Story);
    let question = Subject::Document(Kind::Question);
    let competency = Subject::Document(Kind::Competency);
    for (found, part) in [
        (
            refused(story, "story-odl", "new"),
            "there is no story `story-odl`; did you mean `story-old`?",
        ),
        (refused(story, "secnd", "new"), "did you mean `second`?"),
        (
            refused(question, "nothing", "new"),
            "its name is that of its file in `content/questions`",
        ),
        (
            refused(story, "second", "story-old"),
            "there is a story `story-old` already, in `content/stories/story-old/index.md`",
        ),
        (
            refused(question, "question-old", "other-on-sheet"),
            "in `content/questions/sheet-old.md`",
        ),
        (
            refused(question, "question-old", "bank"),
            "in `content/questions/bank.md`",
        ),
        (
            refused(story, "second", "The Second"),
            "did you mean `the-second`?",
        ),
        (
            refused(story, "second", "?!"),
            "give a name with a letter or a digit",
        ),
        (refused(story, "second", "second"), "has this name already"),
        (
            refused(question, "other-on-sheet", "new"),
            "is a heading in `content/questions/sheet-old.md`, line 8",
        ),
        (
            refused(question, "story-old-why-so-late", "new"),
            "is a heading in `content/stories/story-old/index.md`",
        ),
        (
            refused(competency, "competency-old", "5-whys"),
            "a hashtag starts with a letter",
        ),
        (
            refused(Subject::Variant, "variant-old", "new"),
            "write `STORY/VARIANT`",
        ),
        (
            refused(Subject::Variant, "story-old/varriant-old", "new"),
            "did you mean `variant-old`?",
        ),
        (
            refused(Subject::Variant, "story-old/competency-old", "new"),
            "has no variant `competency-old`",
        ),
        (
            refused(Subject::Variant, "story-old/variant-old", "second/new"),
            "it would tell another story",
        ),
        (
            refused(Subject::Variant, "story-old/variant-old", "index"),
            "the story's own file",
        ),
        // The telling that hashtags give has this address.
        (
            refused(Subject::Variant, "story-old/variant-old", "competency-old"),
            "would have an error in `content/stories/story-old/competency-old.md`",
        ),
    ] {
        assert!(found.contains(part), "{found}\n{part}");
    }
}

#[test]
fn files_that_may_hide_names_are_named() {
    for broken in [
        "---\nanswers: [question-old\n---\n",
        "---\nanswers: [question-old]\n",
        "---\nanswer: question-old\n---\n",
        "<<<<<<< ours\n[[question-old]]\n=======\n>>>>>>> theirs\n",
        "\\xff",
    ] {
        let site = format!("{SITE}-- content/stories/broken.md --\n{broken}");
        let question = Subject::Document(Kind::Question);
        let found = rename(&files(&site), question, "question-old", "question-new");
        assert_eq!(
            found,
            Err("content/stories/broken.md".to_owned()),
            "{broken}"
        );
    }
}

#[test]
fn a_name_that_several_kinds_have_is_written_with_its_kind() {
    let site = "\
-- content/stories/one.md --
---
answers: [two]
---

[[one]] and [[two]]
-- content/questions/two.md --
---
question: What?
---

[[one]] and [[two]]
";
    let story = Subject::Document(Kind::Story);
    let after = rename(&files(site), story, "one", "two").expect("it is another kind");
    assert_eq!(
        text(&after),
        "\
-- content/questions/two.md --
---
question: What?
---

[[stories/two]] and [[questions/two]]
-- content/stories/two.md --
---
answers: [two]
---

[[stories/two]] and [[questions/two]]
"
    );
}

#[test]
fn a_place_that_is_not_known_is_reported_and_nothing_is_guessed() {
    let site = "-- content/stories/one.md --\nx\n-- content/stories/two.md --\n> [a]\n>\n> [a]:\n> one.md\n";
    let found = rename(&files(site), Subject::Document(Kind::Story), "one", "three");
    let found = found.expect_err("the definition is over two lines of a quote");
    assert!(
        found.contains("`content/stories/two.md`, line 3"),
        "{found}"
    );
}

/// The files after the file of a document was renamed by hand, with everything else as it was.
fn renamed_by_hand(files: &Files, old: &str, new: &str) -> Files {
    let renamed = files
        .iter()
        .map(|(path, bytes)| (path.replace(old, new), bytes.clone()));
    renamed.collect()
}

#[test]
fn a_rename_by_hand_is_completed() {
    let files = files(SITE);
    for (subject, called) in SUBJECTS {
        if matches!((subject, called), (Subject::Variant, _) | (_, "sheet")) {
            continue;
        }
        let (old, new) = (format!("{called}-old"), format!("{called}-new"));
        // A link of the file to itself by its path is written in the file that is at the new path.
        let expected = rename(&files, subject, &old, &new).expect("the name is free");
        let by_hand = renamed_by_hand(&files, &format!("/{old}"), &format!("/{new}"));
        let found = rename(&by_hand, subject, &old, &new)
            .unwrap_or_else(|message| panic!("{called}: {message}"));
        assert_same_lines(&text(&found), &text(&expected), called);
        let again = rename(&found, subject, &old, &new);
        assert!(
            again.is_err_and(|message| message.contains(&format!("`{old}`"))),
            "{called}: nothing is left to change"
        );
    }
}

#[test]
fn a_name_that_says_what_a_file_is_for_stays() {
    let site = "-- content/questions/for-them.md --\n## Who decides?\n";
    let found = rename(
        &files(site),
        Subject::Document(Kind::Question),
        "for-them",
        "for-us",
    );
    let found = found.expect_err("it would be questions that they ask");
    assert!(
        found.contains("add `kind: ask` to its front matter"),
        "{found}"
    );
}

#[test]
fn a_name_in_a_link_that_leads_nowhere_stays() {
    let site = "\
-- content/stories/one.md --
[[nothing]] and [x](../questions/nothing.md) and [[one]]
";
    let story = Subject::Document(Kind::Story);
    let after = rename(&files(site), story, "one", "two").expect("the errors are old");
    assert_eq!(
        text(&after),
        "-- content/stories/two.md --\n[[nothing]] and [x](../questions/nothing.md) and [[two]]\n"
    );
}

#[test]
fn a_story_in_one_file_moves_into_a_folder_with_its_links() {
    let site = "\
-- content/stories/the story.md --
---
title: The story
---

[a](../questions/q.md), ![b](plan.png), ![[plan.png]], ![c](<the story/more.png>), [d](the%20story.md#x), [e](./other.md), [[q]],
[f][f] and [g](/stories/other.md)

[f]: ../home.md

## X
-- content/stories/plan.png --
one
-- content/plan.png --
two
-- content/stories/the story/more.png --
three
-- content/stories/other.md --
[a](the%20story.md#x), [b](<./the story.md>), [[the-story]] and ![[stories/plan.png]]
-- content/questions/q.md --
# What?

[a](../stories/the%20story.md)
-- content/home.md --
[a](stories/the%20story.md)
";
    let files = files(site);
    let inputs = inputs(&files);
    let changes = Before::of(&inputs)
        .into_folder(&Slug::of("the story"))
        .expect("it can move");
    let after = applied(&changes, &files);
    assert_eq!(
        text(&after),
        "\
-- content/home.md --
[a](stories/the%20story/index.md)
-- content/plan.png --
two
-- content/questions/q.md --
# What?

[a](../stories/the%20story/index.md)
-- content/stories/other.md --
[a](the%20story/index.md#x), [b](<./the%20story/index.md>), [[the-story]] and ![[stories/plan.png]]
-- content/stories/plan.png --
one
-- content/stories/the story/index.md --
---
title: The story
---

[a](../../questions/q.md), ![b](../plan.png), ![[stories/plan.png]], ![c](<more.png>), [d](index.md#x), [e](../other.md), [[q]],
[f][f] and [g](/stories/other.md)

[f]: ../../home.md

## X
-- content/stories/the story/more.png --
three
"
    );
    assert_same_lines(
        &pages(&after),
        &pages(&files),
        "every link leads where it led",
    );
    let again = common::inputs(&after);
    let again = Before::of(&again).into_folder(&Slug::of("the story"));
    assert_eq!(again.expect("it has a folder"), Changes::default());
}

/// Texts that refer to a document, in all spellings.
const REFERENCES: &[&str] = &[
    "[[story-old]]",
    "[[stories/story-old#result|the words]]",
    "[[ story-old.md ]]",
    "[[story-old/variant-old]]",
    "[[stories/story-old/variant-old#result]]",
    "[[story-old/competency-old]]",
    "[[question-old]]",
    "[[Question old|q]]",
    "[[questions/question-old]]",
    "[[story-old-why-so-late]]",
    "[[sheet-old#Other on sheet]]",
    "[[case-old]]",
    "[[case-study/case-old#summary]]",
    "[[competency-old]]",
    "[[interview-old]]",
    "[[interviews/interview-old|there]]",
    "[a](/interviews/interview-old.md)",
    "[[for-old]]",
    "[[story-old/competency-old]]",
    "![[stories/story-old/plan.png]]",
    "![p](/stories/story-old/plan.png)",
    "[a](/stories/story-old/index.md#result)",
    "[a](</questions/question-old.md> 'story-old')",
    "[`](`](/case-studies/case-old.md)",
    "**[a *b* ![c](/stories/story-old/plan.png)](/competencies/competency-old.md)**",
    "[label]",
    "[words][label]",
    "`[[story-old]]`",
    "%%[[story-old]] #competency-old%%",
    "<!-- [[story-old]] -->",
    "story-old question-old competency-old",
    "\\[[story-old]]",
    "é==ü==",
];

/// What references stand in.
const BLOCKS: &[&str] = &[
    "{}\n",
    "- {} #competency-old\n",
    "1. a\n\n   > {}\n",
    "> [!note] {}\n> {}\n",
    "| a | b |\n| --- | --- |\n| x | {t} |\n",
    "### Heading {}\n",
    "```\n{}\n```\n",
    "A footnote[^1].\n\n[^1]: {}\n",
    "{} #other #competency-old\n",
];

fn block() -> impl Strategy<Value = String> {
    let reference = || proptest::sample::select(REFERENCES);
    let references = proptest::collection::vec(reference(), 1..4);
    (proptest::sample::select(BLOCKS), references).prop_map(|(block, references)| {
        let words = references.join(" ");
        block
            .replace("{}", &words)
            .replace("{t}", &words.replace('|', "\\|"))
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, rng_seed: seed(), ..ProptestConfig::default() })]

    #[test]
    fn however_a_document_is_referred_to_the_site_stays_the_same(blocks in proptest::collection::vec((0..6usize, block()), 1..12), (subject, called) in proptest::sample::select(&SUBJECTS[..])) {
        const FILES: [&str; 6] = [
            "content/home.md",
            "content/stories/story-old/index.md",
            "content/stories/story-old/variant-old.md",
            "content/questions/question-old.md",
            "content/case-studies/case-old.md",
            "content/competencies/other.md",
        ];
        let mut files = files(SITE);
        for (file, block) in blocks {
            let text = files.get_mut(FILES[file]).expect("it is there");
            text.extend(format!("\n{block}").into_bytes());
        }
        for file in FILES {
            let text = files.get_mut(file).expect("it is there");
            text.extend(b"\n[label]: /stories/story-old/variant-old.md 'variant-old'\n");
        }
        check_rename(&files, subject, called);
    }
}
