//! The warnings about words that blame a person, and about open remarks. `blame/NAME.site` is a
//! site with such words, and `blame/NAME.report` is the report that its author reads.
//!
//! If the environment variable `WRITE_REPORTS` is set, the tests rewrite the reports. Review their
//! diff.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::path::Path;
use std::sync::Arc;
use std::{env, fs};

use common::{files, inputs, linked};
use proptest::prelude::*;
use storybank::diagnostic::{self, Diagnostic};
use storybank::model::{Audience, Kind};
use storybank::report::{self, Colour, Sources};
use storybank::source::SitePath;
use storybank::wiki::blame;

/// The warnings about the case studies of a site, in the view of its team.
fn check(site: &str) -> Vec<Diagnostic> {
    let files = files(site);
    let inputs = inputs(&files);
    let (seen, whole) = (
        linked(&inputs, Audience::Team),
        linked(&inputs, Audience::Private),
    );
    let is_case = |path: &SitePath| path.as_str().contains(Kind::CaseStudy.folder());
    let cases = seen
        .site
        .documents
        .iter()
        .filter(|document| is_case(&document.path));
    let source = |path: &SitePath| {
        whole
            .site
            .documents
            .iter()
            .find(|document| document.path == *path)
            .expect("it is there")
            .body
            .file_text()
    };
    let mut found: Vec<Diagnostic> = cases
        .flat_map(|document| blame::check(document, source(&document.path), &whole.config))
        .collect();
    found.extend(
        whole
            .site
            .documents
            .iter()
            .filter(|document| is_case(&document.path))
            .flat_map(|document| blame::open_remarks(document, &(0..document.body.nodes.len()))),
    );
    diagnostic::sort(&mut found);
    found
}

fn printed(site: &str) -> String {
    let sources = files(site)
        .into_iter()
        .map(|(path, bytes)| (SitePath::new(path), Arc::from(bytes)));
    let sources = Sources::new(sources);
    let found = check(site);
    let reports: String = found
        .iter()
        .map(|found| format!("{}\n\n", report::render(found, &sources, Colour::Plain)))
        .collect();
    reports + &report::count(&found) + "\n"
}

#[test]
fn warnings_match_the_reviewed_reports() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/blame");
    let mut changed = Vec::new();
    for name in ["everything", "open-remarks"] {
        let site =
            fs::read_to_string(folder.join(format!("{name}.site"))).expect("the site is there");
        let report = folder.join(format!("{name}.report"));
        let now = printed(&site);
        if fs::read_to_string(&report).ok().as_ref() != Some(&now) {
            if env::var_os("WRITE_REPORTS").is_some() {
                fs::write(&report, &now).expect("it can be written");
            }
            changed.push(format!("{name}.report should now be:\n{now}"));
        }
    }
    assert!(
        changed.is_empty(),
        "{}\nset WRITE_REPORTS to write them",
        changed.join("\n")
    );
}

const HEAD: &str = "-- content/case-studies/outage.md --\n---\ntitle: The outage\n---\n\n";

/// The reported words of a text, as written in the file.
fn reported(settings: &str, text: &str) -> Vec<String> {
    let site = format!("-- site.toml --\n[blame]\n{settings}\n{HEAD}{text}\n");
    let file = &files(&site)["content/case-studies/outage.md"];
    let file = String::from_utf8(file.clone()).expect("it is text");
    check(&site)
        .iter()
        .map(|found| file[found.span.range()].to_owned())
        .collect()
}

#[test]
fn blaming_words_are_reported() {
    for (text, wanted) in [
        ("The engineer should have read it.", "should have"),
        ("They shouldn’t have merged it.", "shouldn’t have"),
        ("We could not have deployed it.", "could not have"),
        ("The operators should’ve waited.", "should’ve"),
        ("The engineer on call also failed to look.", "failed to"),
        (
            "The on-call engineer, and then we failed to look.",
            "failed to",
        ),
        ("Somebody forgot the flag.", "forgot"),
        ("The alert was overlooked.", "overlooked"),
        ("It was a careless change.", "careless"),
        ("Gross negligence.", "negligence"),
        ("Human Error was the cause.", "Human Error"),
        ("The operator is to blame.", "to blame"),
        (
            "It was the fault of the new operator.",
            "fault of the new operator",
        ),
        ("The operator was at fault.", "at fault"),
        ("It began with his mistake.", "his mistake"),
        ("It began with the operator's error.", "operator's error"),
        ("It began with Robin's mistake.", "Robin's mistake"),
        ("It was pushed by my peer.", "by my peer"),
        (
            "It was deployed by one of our colleagues.",
            "by one of our colleagues",
        ),
        ("A teammate pushed it.", "teammate pushed"),
        ("It was *should*, then we **should** have.", "should** have"),
        ("Ask @jane-doe about it.", "@jane-doe"),
        ("Ask jane.doe@example.org.", "jane.doe@example.org"),
        ("We should\nhave known.", "should\nhave"),
        ("Then team 3 failed to answer.", "failed to"),
        ("The London office should have told us.", "should have"),
    ] {
        assert_eq!(reported("", text), [wanted], "{text}");
    }
}

#[test]
fn words_about_machines_are_not_reported() {
    for text in [
        "The build failed to start, and the job should have been retried.",
        "The pipeline allowed a change that failed to load.",
        "The engineer deployed the build, which failed to start.",
        "An alert would have caught it; a second one could have paged us.",
        "The engineer's build failed to start.",
        "It was the fault of a disk, and the compiler's error was clear.",
        "It was noticed by a colleague and reviewed by a teammate.",
        "Run `git blame on` it, then `@Override` and `git@example.org:a.git`.",
        "    they should have known\n",
        "~~~\nwe forgot\n~~~",
        "Install @scope/package at 12@3.",
        "An error of the user interface.",
        "There was an oversight board.",
        "The blameless account; nobody is named.",
        "Then node B failed to join, and server 3 should have taken over.",
        "Users should have seen a warning, and patients should have had a bell.",
        "The print head failed to move, TLS support failed to load, and the upgrade guide should have named it.",
        "Why Seeds Failed to Sprout and Retries Should Have Helped",
    ] {
        assert_eq!(reported("", text), Vec::<String>::new(), "{text}");
    }
}

/// The sentences of a list, without its headings.
fn sentences(list: &str) -> impl Iterator<Item = &str> {
    list.lines()
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The sentences of a list whose report fails `is_right`.
fn wrong(list: &str, is_right: impl Fn(&[String]) -> bool) -> Vec<String> {
    let found = |text: &str| reported("", text);
    sentences(list)
        .filter(|text| !is_right(&found(text)))
        .map(|text| format!("{text} {:?}", found(text)))
        .collect()
}

/// Sentences from many trades, written before the rules.
#[test]
fn blaming_sentences_are_distinguished_from_others() {
    let missed = wrong(include_str!("blame/blames.txt"), |found| !found.is_empty());
    let harmless = wrong(include_str!("blame/blameless.txt"), <[String]>::is_empty);
    assert!(
        missed.is_empty() && harmless.is_empty(),
        "missed:\n{}\nreported without need:\n{}",
        missed.join("\n"),
        harmless.join("\n")
    );
}

/// Sentences that were not used to write the rules. They show how well the rules work on new text.
#[test]
fn held_out_sentences_are_mostly_classified_correctly() {
    const LISTS: [&str; 2] = [
        include_str!("blame/blames-held-out.txt"),
        include_str!("blame/blameless-held-out.txt"),
    ];
    let wrong = [
        wrong(LISTS[0], |found| !found.is_empty()),
        wrong(LISTS[1], <[String]>::is_empty),
    ];
    for (wrong, list) in wrong.iter().zip(LISTS) {
        let count = sentences(list).count();
        assert!(
            count >= 120 && wrong.len() * 25 <= count,
            "{} of {count} sentences are told wrongly:\n{}",
            wrong.len(),
            wrong.join("\n")
        );
    }
}

/// Each action with each kind of name before it.
#[test]
fn an_unknown_name_stops_the_publication() {
    for deed in [
        "should have kept the key",
        "could have asked",
        "forgot the key",
        "failed to answer",
        "neglected to answer",
        "ignored the alarm",
    ] {
        for name in [
            "Dave",
            "Priya",
            "Oluwaseun",
            "Zoë",
            "Jean-Luc",
            "McAllister",
            "O'Hara",
            "James",
            "Constance",
            "Acme",
            "Falcon",
            "Dave from facilities",
            "Bill",
            "Will",
            "June",
            "Mark",
            "Nils",
        ] {
            for before in [
                "",
                "Then ",
                "At noon, ",
                "It was late, and ",
                "We saw that ",
            ] {
                let text = format!("{before}{name} {deed}.");
                assert_eq!(reported("", &text).len(), 1, "{text}");
            }
        }
        for thing in [
            "Monitoring",
            "The Falcon service",
            "RabbitMQ",
            "DNS",
            "S3",
            "Alerts",
            "Redis",
            "It",
            "Nothing",
            "Validation",
            "`falcon`",
            "The Falcon",
        ] {
            let text = format!("{thing} {deed}.");
            assert_eq!(reported("", &text), Vec::<String>::new(), "{text}");
        }
    }
}

#[test]
fn names_are_found_in_any_spelling_and_in_inline_code() {
    let names = "names = [\"Avery Quill\", \"Bo\"]";
    assert_eq!(
        reported(names, "AVERY-QUILL and `avery_quill` and Bo, but no bowl."),
        ["AVERY-QUILL", "avery_quill", "Bo"]
    );
    assert_eq!(
        reported(names, "Then Bo failed to look."),
        ["Bo", "failed to"]
    );
    assert_eq!(reported(names, "\\*Bo\\* &amp; Bo"), ["Bo", "Bo"]);
}

#[test]
fn an_unknown_name_may_be_a_system() {
    let site = format!("{HEAD}Then Falcon failed to answer, and the operator failed to look.\n");
    let help: Vec<String> = check(&site)
        .into_iter()
        .filter_map(|found| found.help)
        .collect();
    assert_eq!(help.len(), 2);
    assert!(
        help[0].contains("the Falcon service") && !help[1].contains("Falcon"),
        "{help:?}"
    );
}

#[test]
fn allowed_words_are_not_reported() {
    let allow = "allow = [\"we forgot\", \"oncall@example.org\"]";
    assert_eq!(
        reported(
            allow,
            "We forgot it. Ask oncall@example.org, or ask a@example.org; they forgot."
        ),
        ["a@example.org", "forgot"]
    );
}

#[test]
fn transcluded_text_is_checked_as_well() {
    let site = |body: &str| {
        format!(
            "{HEAD}{body}\n-- content/stories/shown.md --\n---\ntitle: Shown\naudience: team\n---\n\n## Result\n\nIt was the fault of the operator.\n\n\
             > [!question] Was it?\n\n> [!private] We forgot it.\n\n![[deep]]\n\n## Lessons\n\nIt was careless.\n\
             -- content/stories/deep.md --\n---\ntitle: Deep\naudience: team\n---\n\nAsk a@example.org.\n"
        )
        .replace("title: The outage", "title: The outage\naudience: team")
    };
    let found = |body: &str| {
        let (_, draft) = common::drafts(&files(&site(body)), Audience::Team).swap_remove(0);
        let found = draft
            .expect("there is a case study")
            .diagnostics
            .into_iter()
            .filter(Diagnostic::is_error);
        found
            .map(|found| {
                format!(
                    "{} {}",
                    found.rule.name,
                    found.file.as_str().rsplit('/').next().unwrap_or_default()
                )
            })
            .collect::<Vec<_>>()
    };
    assert_eq!(found("nothing"), Vec::<String>::new());
    assert_eq!(found("See [[shown]]."), Vec::<String>::new());
    let of_result = ["blame deep.md", "blame shown.md", "open-remark shown.md"];
    assert_eq!(found("![[shown#Result]]"), of_result);
    assert_eq!(found("![[shown#Result]]\n\n![[shown#Result]]"), of_result);
    assert_eq!(
        found("![[shown]]"),
        [
            "blame deep.md",
            "blame shown.md",
            "open-remark shown.md",
            "blame shown.md"
        ]
    );
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, rng_seed: common::seed(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_warning_has_a_place_in_the_file(words in prop::collection::vec(prop::sample::select(vec![
        "we", "should", "have", "forgot", "@jane", "a@b.org", "*", "**", "`", "\n", "\n\n", "> ", "- ", "[", "](x)", "&amp;", "é", "—", "Bo", "'s", "mistake", "|", "by a peer", "# ",
    ]), 1..14)) {
        for found in reported("names = [\"Bo\"]", &words.join(" ")) {
            prop_assert!(!found.trim().is_empty(), "{:?}", words);
        }
    }
}
