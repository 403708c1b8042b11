//! Lists of questions and stories: the groups of the bank and their order, the home page, the
//! coverage, and the matrix.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/html.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod html;

use common::{site, site_for};
use html::{Page, parse};
use storybank::model::Audience;

fn file(path: &str, fields: &str, body: &str) -> String {
    format!("-- content/{path}.md --\n---\n{fields}\n---\n\n{body}\n")
}

fn question(slug: &str, competencies: &str, extra: &str) -> String {
    let fields =
        format!("question: Q {slug}?\naudience: public\ncompetencies: [{competencies}]{extra}");
    file(&format!("questions/{slug}"), &fields, "")
}

fn competency(slug: &str) -> String {
    file(
        &format!("competencies/{slug}"),
        &format!("title: C {slug}\naudience: public"),
        "",
    )
}

/// A bank in which the competency `a` has only answers, `b` a gap, `c` a gap and what was asked, and
/// one question has no competency.
fn bank() -> String {
    ["a", "b", "c"].map(competency).concat()
        + &question("answered", "a, b", "")
        + &question("gap", "b", "")
        + &question("named", "b", "")
        + &question("asked-once", "c", "\nasked: [{ on: 2025-03 }]")
        + &question(
            "asked-twice",
            "c",
            "\nasked: [{ on: 2025-03 }, { on: 2025-04 }]",
        )
        + &question("never-asked", "c", "")
        + &question("lost", "", "")
        + &file(
            "questions/direct",
            "question: Q direct?\naudience: public\ncompetencies: [c]",
            "## Answer\n\nBecause.",
        )
        + &file(
            "stories/s",
            "title: The story\naudience: public\nanswers: [{ question: answered, open: \"It was mine.\" }, named, asked-once]",
            "## Action\n\nI acted.",
        )
}

fn page(text: &str, path: &str) -> Page {
    parse(&site(text)[path])
}

/// The headings of a page that name a competency or a question, without the rest of their line.
fn headings(page: &Page) -> Vec<String> {
    let name = |id: &html::NodeId| {
        let text = page.text(*id);
        let words: Vec<&str> = text.split_whitespace().collect();
        match words.as_slice() {
            ["Q" | "C", name, ..] => format!("{} {name}", words[0]),
            _ => words.join(" "),
        }
    };
    let mut headings = ["h2", "h3", "h4"].map(|tag| page.all(tag)).concat();
    headings.sort_unstable();
    headings.iter().map(name).collect()
}

#[test]
fn questions_are_grouped_by_their_first_competency_the_urgent_first() {
    let page = page(&bank(), "questions.html");
    assert_eq!(
        headings(&page),
        [
            "C c",
            "Q asked-twice?",
            "Q asked-once?",
            "Q never-asked?",
            "Q direct?",
            "C b",
            "Q gap?",
            "Q named?",
            "C a",
            "Q answered?",
            "Without a competency 1 question · 1 without an answer",
            "Q lost?",
        ]
    );
}

#[test]
fn the_group_with_most_gaps_is_the_first_that_was_not_asked() {
    let site = ["a", "b"].map(competency).concat()
        + &question("one", "a", "")
        + &question("two", "b", "")
        + &question("three", "b", "");
    assert_eq!(
        headings(&page(&site, "questions.html")),
        ["C b", "Q three?", "Q two?", "C a", "Q one?"]
    );
}

#[test]
fn the_index_leads_to_each_group() {
    let page = page(&bank(), "questions.html");
    let index: Vec<(String, String)> = page
        .of_class("chip")
        .into_iter()
        .map(|id| {
            (
                page.text(id),
                page.attribute(id, "href").unwrap_or_default().to_owned(),
            )
        })
        .collect();
    let entry = |words: &str, address: &str| (words.to_owned(), address.to_owned());
    assert_eq!(
        index,
        [
            entry("C c 2 of 4", "questions.html#c"),
            entry("C b 1 of 2", "questions.html#b"),
            entry("C a 1", "questions.html#a"),
            entry("Without a competency 0 of 1", "questions.html#_others"),
        ]
    );
    for (_, address) in index {
        let id = address.split_once('#').map(|(_, id)| id.to_owned());
        let sections = page.all("section");
        assert!(
            sections
                .iter()
                .any(|&section| page.attribute(section, "id") == id.as_deref()),
            "{address} leads nowhere"
        );
    }
}

#[test]
fn others_see_neither_gaps_nor_what_was_asked() {
    let made = site_for(Audience::Public, &bank());
    let page = parse(&made["questions.html"]);
    let shown = headings(&page);
    assert_eq!(shown[..2], ["C a", "Q answered?"], "{shown:?}");
    let text = page.only("main");
    for hidden in [
        "asked once",
        "asked twice",
        "without an answer",
        "no story yet",
    ] {
        assert!(!text.contains(hidden), "{hidden} in {text}");
    }
    let place = |wanted: &str| shown.iter().position(|heading| heading == wanted);
    assert!(
        place("Q named?") < place("Q gap?"),
        "an answer comes first for readers: {shown:?}"
    );
}

#[test]
fn a_row_shows_the_opening_and_the_direct_answer() {
    let page = page(&bank(), "questions.html");
    assert_eq!(page.texts_of_class("opening"), ["It was mine."]);
    let text = page.only("main");
    assert!(
        text.contains("Q direct? answered without a story"),
        "{text}"
    );
}

#[test]
fn a_group_continues_on_the_next_page() {
    let questions: String = (0..201)
        .map(|number| question(&format!("q{number:03}"), "a", ""))
        .collect();
    let made = site(&(competency("a") + &questions + &question("other", "", "")));
    let (first, second) = (
        parse(&made["questions.html"]),
        parse(&made["questions-2.html"]),
    );
    assert_eq!(first.all("h3").len(), 200);
    assert_eq!(
        headings(&second),
        [
            "C a",
            "Q q200?",
            "Without a competency 1 question · 1 without an answer",
            "Q other?"
        ]
    );
    let addresses: Vec<&str> = first
        .of_class("chip")
        .into_iter()
        .filter_map(|id| first.attribute(id, "href"))
        .collect();
    assert_eq!(addresses, ["questions.html#a", "questions-2.html#_others"]);
}

#[test]
fn the_home_page_unfolds_the_first_dozen_questions() {
    let groups = ["a", "b", "c"].map(|slug| {
        let questions: String = (0..8)
            .map(|number| question(&format!("{slug}{number}"), slug, ""))
            .collect();
        competency(slug) + &questions
    });
    let page = page(&groups.concat(), "index.html");
    let open: Vec<bool> = page
        .all("details")
        .into_iter()
        .map(|id| page.attribute(id, "open").is_some())
        .collect();
    assert_eq!(open, [true, false, false]);
}

#[test]
fn the_home_page_shows_a_dozen_of_a_group_and_leads_to_the_others() {
    let questions: String = (0..15)
        .map(|number| question(&format!("q{number:02}"), "a", ""))
        .collect();
    let page = page(&(competency("a") + &questions), "index.html");
    assert_eq!(page.all("h4").len(), 12);
    assert_eq!(page.texts_of_class("more"), ["and 3 more"]);
}

#[test]
fn the_home_page_leads_to_the_coming_interview() {
    let interview = file(
        "interviews/harbour",
        "company: Harbour\nround: onsite\nwhen: 2026-03-12\nquestions: [gap, named]",
        "",
    );
    let page = page(&(bank() + &interview), "index.html");
    assert_eq!(
        page.texts_of_class("coming"),
        ["Next Harbour, onsite 12 March 2026 · 2 likely questions"]
    );
}

#[test]
fn coverage_counts_a_direct_answer_as_an_answer() {
    let page = page(&bank(), "coverage.html");
    assert_eq!(
        headings(&page),
        [
            "Without an answer",
            "Q asked-twice?",
            "Q never-asked?",
            "Q gap?",
            "Q lost?",
            "On one story: if it is used up, there is no other",
            "Q asked-once?",
            "Q named?",
            "Q answered?",
            "Answered without a story",
            "Q direct?",
        ]
    );
}

#[test]
fn the_matrix_tells_claims_from_evidence() {
    let story = file(
        "stories/s",
        "title: The story\ncompetencies: [a, b]",
        "## Action\n\nOne two three. #a\n\nFour. #c",
    );
    let page = page(
        &(["a", "b", "c", "d"].map(competency).concat() + &story),
        "matrix.html",
    );
    let row: Vec<(String, String, String)> = page
        .all("td")
        .into_iter()
        .map(|cell| {
            let links = page.all("a");
            let link = links.iter().find(|&&link| page.is_inside(link, cell));
            let attribute = |name| {
                link.and_then(|&link| page.attribute(link, name))
                    .unwrap_or_default()
                    .to_owned()
            };
            (attribute("class"), attribute("style"), attribute("title"))
        })
        .collect();
    let cell = |class: &str, style: &str, title: &str| {
        (class.to_owned(), style.to_owned(), title.to_owned())
    };
    assert_eq!(
        row,
        [
            cell(
                "cell both",
                "--share:75",
                "C a: claimed, 75 % of the action"
            ),
            cell("cell claimed", "--share:0", "C b: claimed"),
            cell(
                "cell evidenced",
                "--share:25",
                "C c: not claimed, 25 % of the action"
            ),
            cell("", "", ""),
        ]
    );
}
