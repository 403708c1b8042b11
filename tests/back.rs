//! Pages converted back to Markdown: a published page gives the same page, and no word of a
//! colleague is lost.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use storybank::config::Target;
use storybank::highlight::Highlighter;
use storybank::publication::{Draft, as_markdown};
use storybank::slug::Slug;

/// Each construct of case studies.
const CONSTRUCTS: &[&str] = &[
    "Plain words, with a comma; and a colon: so.",
    "*Stress*, **weight**, ~~gone~~, `code`, <kbd>Ctrl</kbd>, <sub>low</sub>, <sup>high</sup>, <mark>marked</mark> and <u>line</u>.",
    "Some **strong words with *stress* inside** of them.",
    "A [link](https://example.org/a?b=c&d=e), another <https://example.org/x> and one to [the numbers](#the-numbers).",
    "See [the other one](other.md) and [its effect](other.md#impact).",
    "One line\\\nand the next.",
    "Words that look like markup: 2 * 3 * 4, a_b_c, [brackets], {braces}, <angles>, # hash, 50 %, ''two'', '''three'''.",
    "Comments %\\% and marks =\\= that are none, a `%%` in code, \\#42, \\@home, :smile:.",
    "- one\n- two\n- three",
    "1. first\n2. second\n3. third",
    "- one\n  - inside\n  - again\n    - deep\n- two",
    "- [x] done\n- [ ] open",
    "3. third\n4. fourth",
    "- one\n\n  with a second paragraph\n\n- two",
    "| A | B | C |\n| --- | :---: | ---: |\n| one | two | three |\n| *four* | `five` | [six](https://example.org) |",
    "> A quote\n>\n> in two paragraphs.",
    "> [!note]\n> Words of a note.",
    "> [!tip] Of the day\n> Words of a tip.\n>\n> And more.",
    "> [!important]\n> Words that matter.",
    "> [!warning] Hot\n> Words of a warning.",
    "> [!caution]\n> Words of a caution.",
    "```yaml\nkey: value # words\nlist:\n  - one\n```",
    "```\nplain <b> & 'words'\n\n  indented\n```",
    "<details>\n<summary>More of it</summary>\n\nHidden words.\n\n- a list\n\n</details>",
    "---",
    "A note[^1], the same[^1] and another[^2].\n\n[^1]: The text of the note.\n[^2]: With `code` in it.",
    "### A deeper heading\n\nWords below it.",
    "## The numbers\n\nWords below it.",
    "![A graph](graph.svg)",
    "Ünïcödé, 漢字, עברית and 🙂.",
];

const HEAD: &str = "---\ntitle: One\naudience: team\nseverity: 2\nactions:\n  - what: Alert earlier\n    owner: Platform team\n    status: open\n---\n";

fn site(body: &str) -> common::Files {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>\n";
    common::files(&format!(
        "-- content/case-studies/one.md --\n{HEAD}{body}\n-- content/case-studies/other.md --\n---\ntitle: Other\naudience: team\n---\n## Impact\n\nx\n\
         -- content/case-studies/graph.svg --\n{svg}"
    ))
}

fn page(draft: &Draft) -> &str {
    &draft
        .pages
        .iter()
        .find(|page| page.case.as_str() == "one")
        .expect("it is published")
        .text
}

fn back(draft: &Draft, target: &Target, text: &str) -> String {
    as_markdown(
        draft,
        target,
        &Slug::of("one"),
        text,
        &Highlighter::default(),
    )
}

/// The difference between a page and the page made of its Markdown.
fn difference(body: &str) -> Vec<String> {
    let first = common::drafts_and_targets(&site(body));
    let mut found = Vec::new();
    for (kind, target, draft) in first
        .iter()
        .filter(|(_, target, _)| !format!("{target:?}").contains("Html"))
    {
        let markdown = back(draft, target, page(draft));
        let second = common::drafts_and_targets(&site(&markdown));
        let again = second.iter().find(|(other, other_target, _)| {
            other == kind && other_target.backend == target.backend
        });
        let again = again.map_or_else(String::new, |(_, _, draft)| page(draft).to_owned());
        let same = |text: &str| match *kind {
            // Keyboard input and code look the same there.
            "dokuwiki" => text.replace("''%%Ctrl%%''", "''Ctrl''"),
            "mediawiki" | "confluence" => text.to_owned(),
            // Escaped and unescaped characters of Markdown are equal as text.
            _ => ["\\", "<span>", "</span>"]
                .iter()
                .fold(text.to_owned(), |text, sign| text.replace(sign, "")),
        };
        if same(&again) != same(page(draft)) {
            found.push(format!(
                "{kind}: of\n{body}\ncame back\n{markdown}\nwhich makes\n{again}\ninstead of\n{}",
                page(draft)
            ));
        }
    }
    found
}

#[test]
fn published_pages_convert_back_to_the_same_page() {
    let whole = format!("## Impact\n\n{}\n", CONSTRUCTS.join("\n\n"));
    let bodies = CONSTRUCTS.iter().map(|construct| {
        format!("## Impact\n\nBefore.\n\n{construct}\n\nAfter.\n\n## The numbers\n\nx\n")
    });
    let found: Vec<String> = bodies
        .chain([whole])
        .flat_map(|body| difference(&body))
        .collect();
    assert!(
        found.is_empty(),
        "{} differ:\n{}",
        found.len(),
        found[..found.len().min(40)].join("\n=====\n")
    );
}

#[test]
fn constructs_in_any_order_convert_back() {
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        rng_seed: common::seed(),
        ..ProptestConfig::default()
    };
    let constructs: Vec<&str> = CONSTRUCTS
        .iter()
        .copied()
        .filter(|construct| !construct.contains("[^1]") && !construct.contains("](#"))
        .collect();
    let bodies = prop::collection::vec(prop::sample::select(constructs), 1..8);
    let result = TestRunner::new(config).run(&bodies, |parts| {
        let found = difference(&format!("## Impact\n\n{}\n", parts.join("\n\n")));
        prop_assert!(found.is_empty(), "{}", found.join("\n=====\n"));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The Markdown of a published page to which a colleague has added a text.
fn with_addition(kind: &str, addition: &str) -> String {
    let drafts = common::drafts_and_targets(&site("## Impact\n\nBefore."));
    let (_, target, draft) = drafts
        .iter()
        .find(|(other, _, _)| *other == kind)
        .expect("it is one of the kinds");
    back(draft, target, &format!("{}\n{addition}\n", page(draft)))
}

#[test]
fn text_of_colleagues_becomes_markdown() {
    for (kind, addition, wanted) in [
        (
            "mediawiki",
            "=== What we know ===\nIt was '''late''', see https://example.org/log.",
            "### What we know",
        ),
        (
            "mediawiki",
            "It was '''late''' and ''slow''.",
            "It was **late** and *slow*.",
        ),
        (
            "mediawiki",
            "* a point\n** below it\n* another",
            "- a point\n  - below it\n- another",
        ),
        (
            "mediawiki",
            "Known<ref>From the log.</ref> by now.",
            "Known[^1] by now.",
        ),
        (
            "mediawiki",
            "Known<ref>From the log.</ref> by now.",
            "[^1]: From the log.",
        ),
        (
            "mediawiki",
            "{| class=\"wikitable\"\n! When !! What\n|-\n| 10:30 || Alarm\n|}",
            "| When | What |",
        ),
        (
            "mediawiki",
            "[[Other|that one]] and [https://example.org here]",
            "[that one](other.md) and [here](https://example.org)",
        ),
        (
            "dokuwiki",
            "===== What we know =====\n\nIt was **late** and //slow//.",
            "## What we know\n\nIt was **late** and *slow*.",
        ),
        (
            "dokuwiki",
            "  * a point\n    * below it\n  - counted",
            "- a point\n  - below it",
        ),
        (
            "dokuwiki",
            "Known((From the log.)) by now.",
            "Known[^1] by now.",
        ),
        (
            "dokuwiki",
            "^ When ^ What ^\n| 10:30 | Alarm |",
            "| When | What |",
        ),
        (
            "confluence",
            "<h3>What we know</h3><p>It was <strong>late</strong>.</p>",
            "### What we know\n\nIt was **late**.",
        ),
        (
            "confluence",
            "<ul><li><p>a point</p></li></ul>",
            "- a point",
        ),
        (
            "confluence",
            "<table><tbody><tr><th>When</th></tr><tr><td>10:30</td></tr></tbody></table>",
            "| When |\n| --- |\n| 10:30 |",
        ),
        (
            "github",
            "It was **late**.\n\n- a point",
            "It was **late**.\n\n- a point",
        ),
    ] {
        let markdown = with_addition(kind, addition);
        assert!(
            markdown.contains(wanted),
            "{kind}: {addition} came back as\n{markdown}"
        );
        assert!(
            markdown.contains("Before.") && !markdown.contains("Platform team"),
            "{kind}: {markdown}"
        );
    }
}

#[test]
fn unknown_markup_is_kept_verbatim() {
    for (kind, addition) in [
        (
            "mediawiki",
            "{{Infobox incident|owner=Platform|status=closed}}",
        ),
        ("mediawiki", "; Term\n: explained in words"),
        (
            "mediawiki",
            "{|\n| colspan=\"2\" | spanning words\n|-\n| one || two\n|}",
        ),
        (
            "mediawiki",
            "<gallery>\nFile:Bench.png|Caption words\n</gallery>",
        ),
        (
            "mediawiki",
            "Words with {{template|inside}} of them and <math>x + yy</math>.",
        ),
        ("mediawiki", "[[Category:Incidents of spring]]"),
        ("mediawiki", "<div class=\"box\">\nboxed words\n</div>"),
        (
            "mediawiki",
            "'''never closed words\n<blockquote>\nquoted words",
        ),
        ("mediawiki", "{|\n|never closed table words"),
        (
            "dokuwiki",
            "<WRAP center round info>\nwrapped words\n</WRAP>",
        ),
        ("dokuwiki", "^ Head ^ Other ^\n| ::: | spanning words |"),
        ("dokuwiki", "| one | two |\n| alone |"),
        (
            "dokuwiki",
            "{{https://example.org/shown.png|Caption words}}",
        ),
        ("dokuwiki", "~~META:status=draft~~"),
        ("dokuwiki", "never **closed words and [[broken|link words"),
        ("dokuwiki", "<code>\nnever closed code"),
        (
            "confluence",
            "<ac:structured-macro ac:name=\"jira\"><ac:parameter ac:name=\"key\">OPS-4711</ac:parameter></ac:structured-macro>",
        ),
        (
            "confluence",
            "<p>State <ac:structured-macro ac:name=\"status\"><ac:parameter ac:name=\"title\">LATE</ac:parameter></ac:structured-macro></p>",
        ),
        (
            "confluence",
            "<p>By <ac:link><ri:user ri:account-id=\"1234abcd\"/></ac:link></p>",
        ),
        (
            "confluence",
            "<table><tbody><tr><td colspan=\"2\">spanning words</td></tr><tr><td>one</td><td>two</td></tr></tbody></table>",
        ),
        (
            "confluence",
            "<dl><dt>term</dt><dd>explained words</dd></dl>",
        ),
        ("github", "<div align=\"center\">centred words</div>"),
    ] {
        let markdown = with_addition(kind, addition);
        let words = addition
            .split(|next: char| !next.is_alphanumeric())
            .filter(|word| word.chars().count() > 3);
        let tags = [
            "gallery",
            "blockquote",
            "WRAP",
            "tbody",
            "structured",
            "macro",
            "parameter",
            "name",
            "https",
            "code",
        ];
        let lost: Vec<&str> = words
            .filter(|word| !tags.contains(word) && !markdown.contains(word))
            .collect();
        assert!(
            lost.is_empty(),
            "{kind}: {lost:?} of {addition} is not in\n{markdown}"
        );
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, rng_seed: common::seed(), ..ProptestConfig::default() })]

    #[test]
    fn any_text_of_a_wiki_is_converted(
        parts in prop::collection::vec(prop::sample::select(vec![
            "{|", "|}", "|-", "| ", "! ", "''", "'''", "[[", "]]", "[http://a ", "]", "{{", "}}", "<ref>", "</ref>", "<ul>", "<li>", "</li>", "</ul>",
            "<div class=\"mw-collapsible\">", "</div>", "<pre>", "</pre>", "<references>", "</references>", "&amp;", "* ", "# ", "\n", "\n\n", " ", "wörd", "==", "  * ",
            "%%", "((", "))", "<code>", "</code>", "^", "> ", "\\\\ ", "//", "**", "<p>", "</p>", "<ac:link>", "</ac:link>", "====", "~~", "🙂",
        ]), 0..40),
    ) {
        let text = parts.concat();
        for (_, target, draft) in common::drafts_and_targets(&site("x")) {
            let markdown = back(&draft, &target, &text);
            prop_assert!(!text.contains("wörd") || markdown.contains("wörd"), "{text:?} became {markdown:?}");
        }
    }
}

/// Markup of some wiki.
const SIGNS: &[&str] = &[
    "''",
    "'''",
    "[[",
    "]]",
    "[",
    "]",
    "{{",
    "}}",
    "{|",
    "|}",
    "|",
    "||",
    "!",
    "!!",
    "==",
    "=",
    "<b>",
    "</b>",
    "<ref>",
    "<nowiki>",
    "&lt;",
    "&amp;",
    "&#91;",
    ";",
    ":",
    "*",
    "#",
    "-",
    "----",
    "+",
    "__",
    "__TOC__",
    "~~~~",
    "~~NOTOC~~",
    "http://a.b",
    "ISBN 1",
    "<!--",
    "-->",
    "%%",
    "%",
    "//",
    "\\",
    "((",
    "))",
    "^",
    ">",
    ">>",
    "(c)",
    "->",
    "...",
    "--",
    "`",
    "``",
    "_",
    "$x$",
    "@you",
    ":smile:",
    "☑",
    "☐",
    "•",
    "1.",
    "2)",
    "#42",
    "a",
    "Word",
    "7",
    "é",
    "漢",
    "🙂",
    "\"",
    "<code>",
    "</code>",
    "[x]",
    "[^1]",
    "¦",
];

/// Text as Markdown without markup.
fn literal(words: &str) -> String {
    words
        .chars()
        .flat_map(|next| {
            next.is_ascii_punctuation()
                .then_some('\\')
                .into_iter()
                .chain([next])
        })
        .collect()
}

fn any_words() -> impl Strategy<Value = String> {
    let part = (prop::sample::select(SIGNS.to_vec()), any::<bool>());
    let part =
        part.prop_map(|(part, is_apart)| format!("{part}{}", if is_apart { " " } else { "" }));
    prop::collection::vec(part, 1..6).prop_map(|parts| literal(parts.concat().trim()))
}

#[test]
fn words_that_look_like_markup_stay_words() {
    let config = ProptestConfig {
        cases: 60,
        failure_persistence: None,
        rng_seed: common::seed(),
        ..ProptestConfig::default()
    };
    let places = [
        "W",
        "x W x",
        "- W",
        "1. W\n2. x",
        "> W",
        "**W**",
        "| a | W |\n| --- | --- |\n| W | b |",
        "> [!note] W\n> W",
        "x[^1]\n\n[^1]: W",
    ];
    let parts = prop::collection::vec((prop::sample::select(places.to_vec()), any_words()), 1..4);
    let result = TestRunner::new(config).run(&parts, |parts| {
        prop_assume!(
            parts
                .iter()
                .filter(|(place, _)| place.contains("[^1]"))
                .count()
                < 2
        );
        let parts: Vec<String> = parts
            .iter()
            .map(|(place, words)| place.replace('W', words))
            .collect();
        let found = difference(&format!("## Impact\n\n{}\n", parts.join("\n\nx\n\n")));
        prop_assert!(found.is_empty(), "{}", found.join("\n=====\n"));
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// Deeply nested markup of others is read to its end.
#[test]
fn deeply_nested_pages_keep_their_words() {
    const DEEP: usize = 5_000;
    let nested =
        |open: &str, close: &str| format!("{}zenith{}\n", open.repeat(DEEP), close.repeat(DEEP));
    let items = |sign: &str| {
        (1..400)
            .map(|depth| sign.repeat(depth) + " item\n")
            .collect::<String>()
            + "\nzenith\n"
    };
    let pages = [
        ("dokuwiki", nested(">", "")),
        (
            "dokuwiki",
            (1..400)
                .map(|depth| "  ".repeat(depth) + "* item\n")
                .collect::<String>()
                + "\nzenith\n",
        ),
        ("dokuwiki", nested("((", "))")),
        ("dokuwiki", nested("((", "")),
        ("dokuwiki", nested("**//", "//**")),
        ("dokuwiki", nested("<del>", "</del>")),
        ("mediawiki", items("*")),
        ("mediawiki", items("#")),
        ("mediawiki", nested("<blockquote>", "</blockquote>")),
        ("mediawiki", nested("<ul><li>", "</li></ul>")),
        ("mediawiki", nested("<s>", "</s>")),
        ("mediawiki", nested("{{", "}}")),
        ("confluence", nested("<blockquote>", "</blockquote>")),
        ("confluence", nested("<ul><li>", "</li></ul>")),
        ("confluence", nested("<em>", "</em>")),
    ];
    let drafts = common::drafts_and_targets(&site("## Impact\n\nx\n"));
    for (kind, text) in pages {
        let (_, target, draft) = drafts
            .iter()
            .find(|(other, _, _)| *other == kind)
            .expect("it is a kind of wiki");
        assert!(
            back(draft, target, &text).contains("zenith"),
            "{kind}: {text:.40}"
        );
    }
}
