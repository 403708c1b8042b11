//! The fictional sample that `storybank init --sample` writes: it has nothing wrong for any audience, and its pages show
//! every feature.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/html.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod html;
#[path = "common/program.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod program;

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;

use common::{Artefacts, Files, inputs, linked, make};
use html::parse;
use program::{Folder, storybank, tree};
use storybank::build::{Linked, ParseCache, link_whole};
use storybank::model::{Audience, Author, Meta, Status, Variant};

/// The folder of the sample in this repository.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/src/commands/sample");

/// The files of a folder, without the folders in it.
fn files_of(folder: &Path) -> Files {
    let mut files: Files = tree(folder)
        .into_iter()
        .map(|(path, bytes)| (path.replace('\\', "/"), bytes))
        .collect();
    files.retain(|path, _| folder.join(path).is_file());
    files
}

fn sample() -> Files {
    files_of(Path::new(FOLDER))
}

/// The sample, linked with its drafts.
fn whole() -> Linked {
    link_whole(&inputs(&sample()), &mut ParseCache::default(), |_| ())
}

fn built(audience: Audience) -> Artefacts {
    make(&sample(), audience).unwrap_or_else(|found| panic!("{found:?}"))
}

/// The text of a page as its reader sees it, with single spaces.
fn text(artefacts: &Artefacts, path: &str) -> String {
    let page = artefacts
        .get(path)
        .unwrap_or_else(|| panic!("there is no page {path}"));
    parse(std::str::from_utf8(page).expect("a page is text")).text(0)
}

#[track_caller]
fn assert_shows(artefacts: &Artefacts, path: &str, words: &[&str]) {
    let text = text(artefacts, path);
    for words in words {
        assert!(
            text.contains(words),
            "{path} does not show {words:?}: {text}"
        );
    }
}

#[test]
fn init_writes_the_sample_as_it_is() {
    let folder = Folder::far_away();
    let root = folder.join("sample");
    program::succeed(storybank([
        OsStr::new("init"),
        OsStr::new("--sample"),
        root.as_os_str(),
    ]));
    let mut written = files_of(&root);
    assert_eq!(
        written.remove(".gitignore"),
        Some(b"/public\n/storybank-*.html\n".to_vec()),
        "the built site is not for version control"
    );
    assert_eq!(written, sample());
}

#[test]
fn it_has_no_error_and_no_warning_for_any_audience() {
    let inputs = inputs(&sample());
    for audience in [Audience::Private, Audience::Team, Audience::Public] {
        assert_eq!(linked(&inputs, audience).diagnostics, [], "{audience:?}");
        built(audience);
    }
    assert_eq!(whole().diagnostics, []);
}

#[test]
fn its_case_studies_can_be_published() {
    let folder = Folder::far_away();
    let root = folder.join("sample");
    let arguments = |words: &[&str]| {
        let mut command = storybank(words);
        command.arg(&root);
        command
    };
    program::succeed(arguments(&["init", "--sample"]));
    let output = program::run(arguments(&["publish", "page", "--root"]));
    assert!(output.status.success(), "{}", program::words(&output));
    let published = files_of(&root.join("published"));
    for page in [
        "delivery-slots-sold-twice.html",
        "labels-that-no-scanner-could-read.html",
    ] {
        assert!(published.contains_key(page), "{:?}", published.keys());
    }
}

#[test]
fn it_is_as_large_as_a_bank_of_stories_that_is_in_use() {
    let linked = whole();
    let metas = || linked.site.documents.iter().map(|document| &document.meta);
    let count = |is_counted: fn(&Meta) -> bool| metas().filter(|meta| is_counted(meta)).count();
    assert_eq!(count(|meta| matches!(meta, Meta::Story(_))), 12);
    assert_eq!(count(|meta| matches!(meta, Meta::Competency(_))), 12);
    assert_eq!(count(|meta| matches!(meta, Meta::CaseStudy(_))), 2);
    assert_eq!(count(|meta| matches!(meta, Meta::Interview(_))), 4);
    let questions = linked.site.questions();
    let of_bank = questions.filter(|&id| linked.site.is_of_bank(id)).count();
    assert_eq!(of_bank, 25);
}

#[test]
fn it_uses_every_status_every_author_and_every_way_to_judge_an_occasion() {
    let linked = whole();
    let documents = &linked.site.documents;
    for status in [Status::Draft, Status::Ready, Status::Retired] {
        assert!(
            documents.iter().any(|document| document.status == status),
            "{status:?}"
        );
    }
    let variants: Vec<&Variant> = documents
        .iter()
        .filter_map(|document| match &document.meta {
            Meta::Variant(variant) => Some(variant),
            _ => None,
        })
        .collect();
    assert!(variants.iter().any(|variant| variant.by == Author::Me));
    assert!(
        variants
            .iter()
            .any(|variant| matches!(variant.by, Author::Assistant(_)))
    );
    assert!(variants.iter().any(|variant| !variant.inherit));
    let mut went: Vec<&str> = documents
        .iter()
        .filter_map(|document| match &document.meta {
            Meta::Story(story) => Some(&story.told),
            _ => None,
        })
        .flatten()
        .filter_map(|told| told.went.map(storybank::model::Went::name))
        .collect();
    went.sort_unstable();
    went.dedup();
    assert_eq!(went, ["badly", "mixed", "well"]);
}

#[test]
fn a_question_shows_the_opening_the_telling_and_the_facts() {
    let pages = built(Audience::Private);
    assert_shows(
        &pages,
        "questions/mistake.html",
        &[
            "Tell me about a mistake that you made",
            "My mistake was five words long",
            "As my mistake",
            "I had tested that the lock holds",
            "405 of 412",
            "the bookings of that night",
            "Wheelhouse Bikes (fictional)",
            "Had anybody reviewed the lock?",
        ],
    );
}

#[test]
fn a_question_can_have_an_answer_of_its_own_and_one_for_an_interview() {
    let pages = built(Audience::Private);
    assert_shows(
        &pages,
        "questions/why-us.html",
        &[
            "You run what you build",
            "Because your software ends at a dock",
            "Harbour Foods (fictional)",
            "Lindenholm Hospital (fictional)",
        ],
    );
}

#[test]
fn an_interview_shows_its_questions_what_to_ask_and_the_notes() {
    let pages = built(Audience::Private);
    assert_shows(
        &pages,
        "interviews/harbour-foods.html",
        &[
            "the head of operations",
            "Are Right, A Lot",
            "Tell me about a deadline that you missed",
            "I missed a date by three weeks",
            "Who is called at night, and who decides what is repaired in the morning?",
            "Bring: the sheet with both shifts, and a pen.",
        ],
    );
    assert_shows(&pages, "interviews.html", &["Kestrel Maps (fictional)"]);
}

#[test]
fn a_story_has_variants_emphases_and_one_that_is_cut() {
    let pages = built(Audience::Private);
    let story = "stories/the-delivery-slots-that-sold-twice";
    for telling in [
        "as-my-mistake",
        "from-the-doorstep",
        "thirty-seconds",
        "problem-solving",
        "judgement",
    ] {
        let path = format!("{story}/{telling}.html");
        assert!(pages.contains_key(&path), "{path}");
    }
    assert_shows(
        &pages,
        &format!("{story}.html"),
        &[
            "Is it 412 slots or 412 households?",
            "Not in the room",
            "Who decided that there would be no fee?",
        ],
    );
}

#[test]
fn the_overviews_show_the_gap_and_the_open_points() {
    let pages = built(Audience::Private);
    let gap = "Which decision do you regret?";
    assert_shows(&pages, "index.html", &[gap]);
    assert_shows(&pages, "coverage.html", &[gap]);
    assert_shows(
        &pages,
        "open-points.html",
        &["What did the other three say?"],
    );
    assert!(pages.contains_key("matrix.html"));
}

#[test]
fn a_retired_story_keeps_its_page_but_answers_nothing() {
    let pages = built(Audience::Private);
    assert!(pages.contains_key("stories/the-allergy-card.html"));
    assert!(!text(&pages, "questions/high-standards.html").contains("The allergy card"));
}

#[test]
fn a_draft_is_left_out() {
    let pages = built(Audience::Private);
    assert!(!pages.contains_key("stories/the-forecast-nobody-used.html"));
    assert!(
        pages
            .keys()
            .all(|path| !path.contains("draft-by-assistant"))
    );
}

#[test]
fn others_see_what_is_for_them_without_private_words() {
    let expected: BTreeMap<Audience, [&str; 2]> = BTreeMap::from([
        (
            Audience::Team,
            [
                "case-studies/delivery-slots-sold-twice.html",
                "stories/the-open-workshop.html",
            ],
        ),
        (
            Audience::Public,
            [
                "questions/fast-decision.html",
                "stories/holding-the-last-train.html",
            ],
        ),
    ]);
    for (audience, paths) in expected {
        let pages = built(audience);
        for path in paths {
            assert!(pages.contains_key(path), "{audience:?}: {path}");
        }
        for (path, bytes) in &pages {
            let text = String::from_utf8_lossy(bytes);
            for word in ["Basketry", "51,000", "Not in the room", "Harbour Foods"] {
                assert!(!text.contains(word), "{audience:?}: {path} has {word}");
            }
            assert!(!path.starts_with("interviews"), "{audience:?}: {path}");
        }
    }
}
