//! Deeply nested input: it is built and published, or an error gives the place that is nested too
//! deep.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use common::{check, check_for, drafts, files, site_for};
use storybank::markdown::DEEPEST;
use storybank::model::Audience;

/// Deep enough to overflow the stack of a recursive walk.
const TOO_DEEP: usize = 30_000;

fn case(body: &str) -> String {
    format!("-- content/case-studies/naming.md --\n---\ntitle: The naming rule\n---\n{body}\n")
}

fn story(front_matter: &str) -> String {
    format!("-- content/stories/outage.md --\n---\ntitle: The outage\n{front_matter}\n---\nText.\n")
}

fn settings(text: &str) -> String {
    format!("-- site.toml --\n{text}\n{}", case("Text."))
}

/// Constructs of Markdown that can contain themselves: the start and the end of one level.
const SHAPES: &[(&str, &str)] = &[
    ("- ", ""),
    ("1. ", ""),
    ("> ", ""),
    ("- > ", ""),
    ("> 1. ", ""),
    ("*a **b ", "c** d*"),
    ("~~a *b ", "c* d~~"),
    ("![a ", "](https://example.org/b.png)"),
    ("<div>", "</div>"),
    ("<div>\n\n", "</div>\n\n"),
    ("<b>", "</b>"),
    ("a <b class=\"c\"> b\n\n", ""),
    ("<table><tr><td>", "</td></tr></table>"),
    ("<ul><li>", "</li></ul>"),
    ("<details><summary>a</summary>\n\n", "</details>\n\n"),
    ("<blockquote>", "</blockquote>"),
    ("<dl><dd>", "</dd></dl>"),
];

/// Repeated marks that look nested but are not: none of them is a mistake.
const FLAT: &[&str] = &[
    "[",
    "*",
    "_",
    "`",
    "(",
    "![",
    "[[",
    "![[",
    "[^",
    "<",
    "&",
    "|",
    "<p>",
    "<li>",
    "<br>",
    "a <i> b\n\n",
    "# ",
    "~",
    "\\",
    "]",
];

#[test]
fn nesting_beyond_the_limit_is_an_error_with_a_place() {
    for (start, end) in SHAPES {
        let site = case(&format!(
            "Text.\n\n{}a{}",
            start.repeat(TOO_DEEP),
            end.repeat(TOO_DEEP)
        ));
        let report = check_for(Audience::Team, &site);
        assert!(
            report.contains("error[nested-too-deep]") && report.contains("naming.md:"),
            "{start}: {report:.600}"
        );
        drafts(&files(&site), Audience::Team);
    }
}

#[test]
fn nesting_up_to_the_limit_is_built_and_published() {
    for (start, end) in SHAPES {
        // Some constructs nest two blocks for each level.
        let levels = DEEPEST / (start.matches(['-', '.', '*', '_', '(']).count() + 1);
        let site = case(&format!(
            "{}end{}",
            start.repeat(levels - 1),
            end.repeat(levels - 1)
        ));
        let pages = site_for(Audience::Team, &site);
        assert!(pages["case-studies/naming.html"].contains("end"), "{start}");
        for (kind, draft) in drafts(&files(&site), Audience::Team) {
            let draft = draft.expect("there is a case study");
            let errors: Vec<_> = draft
                .diagnostics
                .iter()
                .filter(|found| found.is_error())
                .collect();
            assert!(
                errors.is_empty() && draft.pages[0].text.contains("end"),
                "{start} {kind}: {errors:?}"
            );
        }
    }
}

#[test]
fn repetition_without_nesting_is_valid() {
    for sign in FLAT {
        let site = case(&format!("a {}", sign.repeat(TOO_DEEP / 10)));
        let report = check_for(Audience::Team, &site);
        assert!(!report.contains("nested-too-deep"), "{sign}: {report:.600}");
        drafts(&files(&site), Audience::Team);
    }
}

#[test]
fn deep_front_matter_is_an_error_with_a_place() {
    let n = TOO_DEEP;
    for yaml in [
        format!("facts: {}", "[".repeat(n)),
        format!("facts: {}{}", "[".repeat(n), "]".repeat(n)),
        format!("facts: {}", "{a: ".repeat(n)),
        format!("facts: {}b{}", "{a: ".repeat(n), "}".repeat(n)),
        format!("facts:\n  {}a", "- ".repeat(n)),
        format!("{}a", "? ".repeat(n)),
        (0..200)
            .map(|level| format!("{}a:\n", " ".repeat(level)))
            .collect(),
        format!("facts: {}a{}", "[{b: ".repeat(n), "}]".repeat(n)),
    ] {
        let report = check(&story(&yaml));
        assert!(
            report.contains("error[nested-too-deep]") && report.contains("outage.md:"),
            "{yaml:.60}: {report:.600}"
        );
    }
}

#[test]
fn deep_settings_are_an_error_with_a_place() {
    for toml in [
        format!("[redact]\na = {}", "[".repeat(TOO_DEEP)),
        format!(
            "[redact]\na = {}{}",
            "[".repeat(TOO_DEEP),
            "]".repeat(TOO_DEEP)
        ),
        format!(
            "[redact]\na = {}1{}",
            "{ a = ".repeat(TOO_DEEP),
            "}".repeat(TOO_DEEP)
        ),
        format!("{}a = 1", "a.".repeat(TOO_DEEP)),
        format!("[{}a]", "a.".repeat(TOO_DEEP)),
    ] {
        let report = check(&settings(&toml));
        assert!(
            report.contains("error[invalid-setting]") && report.contains("site.toml:"),
            "{toml:.60}: {report:.600}"
        );
    }
}

#[test]
fn footnotes_with_mutual_references_end() {
    let chain = |count: usize| {
        (0..count)
            .map(|i| format!("[^{i}]: text {i}[^{}]\n\n", i + 1))
            .collect::<String>()
    };
    let too_long = check_for(Audience::Team, &case(&format!("a[^0]\n\n{}", chain(5000))));
    assert!(
        too_long.contains("error[nested-too-deep]"),
        "{too_long:.600}"
    );
    // Each note refers to all others, so the number of paths through them is too large to walk.
    let all: String = (0..40)
        .map(|i| {
            format!(
                "[^{i}]: text {}\n\n",
                (0..40).map(|j| format!("[^{j}]")).collect::<String>()
            )
        })
        .collect();
    let site = case(&format!("a[^0]\n\n{all}"));
    assert_eq!(check_for(Audience::Team, &site), "0 warnings\n");
    let drafts = drafts(&files(&site), Audience::Team);
    assert!(
        drafts
            .into_iter()
            .all(|(_, draft)| draft.is_some_and(|draft| draft.pages[0].text.len() < 1_000_000))
    );
}

/// Case studies, each of which transcludes the next one in some places.
fn row(count: usize, times: usize) -> String {
    let body = |i: usize| {
        format!(
            "Text.\n\n{}",
            format!("![[case-{}]]\n\n", i + 1).repeat(if i + 1 < count { times } else { 0 })
        )
    };
    (0..count)
        .map(|i| {
            format!(
                "-- content/case-studies/case-{i}.md --\n---\ntitle: Case {i}\n---\n{}",
                body(i)
            )
        })
        .collect()
}

#[test]
fn transclusions_can_be_nested_eight_deep() {
    assert!(
        site_for(Audience::Team, &row(9, 1))["case-studies/case-0.html"]
            .matches("Text.")
            .count()
            >= 9
    );
    for count in [10, 3000] {
        let report = check_for(Audience::Team, &row(count, 1));
        assert!(
            report.contains("error[nested-too-deep]: transclusions are nested more than 8 deep"),
            "{report:.600}"
        );
    }
}

#[test]
fn the_number_of_transclusions_is_limited() {
    let report = check_for(Audience::Team, &row(8, 20));
    assert!(report.contains("error[over-limit]"), "{report:.600}");
}

#[test]
fn a_cycle_of_many_transclusions_is_one_error() {
    let ring = row(3000, 1).replace("case-3000", "case-0")
        + "-- content/case-studies/case-2999.md --\n---\ntitle: Last\n---\n![[case-0]]\n";
    let report = check_for(Audience::Team, &ring);
    assert!(
        report.contains("error[transclusion-cycle]") && report.ends_with("1 error\n"),
        "{report:.600}"
    );
}

#[test]
fn a_story_has_at_most_a_hundred_tellings() {
    let variants = |count: usize| {
        let variant = |i: usize| {
            format!("-- content/stories/outage/way-{i}.md --\n---\ntitle: Way {i}\n---\nText.\n")
        };
        "-- content/stories/outage/index.md --\n---\ntitle: The outage\n---\nText.\n".to_owned()
            + &(0..count).map(variant).collect::<String>()
    };
    assert!(!check(&variants(100)).contains("over-limit"));
    let report = check(&variants(101));
    assert!(
        report.contains("error[over-limit]: the story has more than 100 tellings"),
        "{report:.600}"
    );
}

#[test]
fn a_file_has_at_most_four_megabytes() {
    let long = |bytes: usize| case(&"words\n".repeat(bytes / 6));
    let report = check(&long(4 << 20));
    assert!(
        report.contains("error[over-limit]: the file has 5 MB") && report.ends_with("1 error\n"),
        "{report:.600}"
    );
}
