//! HTML in the Markdown of an author: it keeps its structure on every wiki that supports it, and
//! its words on all. Lost structure is reported.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/html.rs"]
mod html;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::{env, fs};

use common::{Files, WIKIS, drafts, files};
use storybank::diagnostic::Level;
use storybank::markdown::HTML_TAGS;
use storybank::model::Audience;
use storybank::publication::Draft;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/own_html")
}

/// A site of one case study.
fn site(body: &str) -> Files {
    files(&format!(
        "-- content/case-studies/own.md --\n---\ntitle: HTML of its own\n---\n{body}\n"
    ))
}

/// The published text for each kind of wiki, with the name of the kind.
fn published(site: &Files) -> Vec<(String, Draft)> {
    let drafts = drafts(site, Audience::Team).into_iter().zip(WIKIS);
    drafts
        .map(|((kind, draft), (_, more))| {
            (
                format!("{kind}{}", if more.contains("html") { "-html" } else { "" }),
                draft.expect("it is seen"),
            )
        })
        .collect()
}

fn page() -> Files {
    let text = fs::read_to_string(folder().join("page.md")).expect("it is there");
    files(&format!("-- content/case-studies/own.md --\n{text}"))
}

#[test]
fn every_element_is_published_as_it_was_reviewed() {
    let mut changed = Vec::new();
    for (kind, draft) in published(&page()) {
        let warnings: Vec<String> = draft
            .diagnostics
            .iter()
            .map(|found| format!("[{}] {}\n", found.rule.name, found.message))
            .collect();
        let now = format!("{}\n----\n{}", draft.pages[0].text, warnings.concat());
        let file = folder().join(format!("{kind}.txt"));
        if fs::read_to_string(&file).ok().as_ref() != Some(&now) {
            if env::var_os("WRITE_REPORTS").is_some() {
                fs::write(&file, &now).expect("it can be written");
            }
            changed.push(kind);
        }
    }
    assert!(
        changed.is_empty(),
        "{changed:?} differ from the reviewed files; set WRITE_REPORTS to rewrite them"
    );
}

/// An element with unique words.
const SAMPLES: &[(&[&str], &str)] = &[
    (&["abbr"], "<abbr title=\"wa wb\">wc</abbr>"),
    (&["b"], "<b>wa wb</b>"),
    (&["bdi"], "<bdi>wa wb</bdi>"),
    (&["bdo"], "<bdo dir=\"rtl\">wa wb</bdo>"),
    (&["blockquote"], "<blockquote>\n\nwa *wb*\n\n</blockquote>"),
    (&["br"], "wa<br>wb"),
    (
        &["table", "caption", "tr", "th", "td"],
        "<table><caption>wa</caption><tr><th>wb</th><td>wc</td></tr></table>",
    ),
    (
        &["table", "col", "colgroup"],
        "<table><colgroup><col span=\"2\"></colgroup><tr><td>wa</td><td>wb</td></tr></table>",
    ),
    (
        &["table", "thead", "tbody", "tfoot"],
        "<table><thead><tr><th>wa<tbody><tr><td>wb<tfoot><tr><td>wc</table>",
    ),
    (
        &["table", "tr", "th", "td"],
        "<table>\n<tr><th>wa</th></tr>\n<tr><td>\n\n- wb\n- **wc**\n\n</td></tr>\n</table>",
    ),
    (&["center"], "<center>wa wb</center>"),
    (&["cite"], "<cite>wa wb</cite>"),
    (&["code"], "<code>wa **wb**</code>"),
    (
        &["dl", "dt", "dd"],
        "<dl>\n<dt>wa</dt>\n<dd>\n\nwb `wc`\n\n</dd>\n</dl>",
    ),
    (&["del"], "<del>wa wb</del>"),
    (
        &["details", "summary"],
        "<details>\n<summary>wa</summary>\n\nwb **wc**\n\n</details>",
    ),
    (&["dfn"], "<dfn>wa</dfn>"),
    (&["div"], "<div>wa</div><div>\n\nwb\n\n</div>"),
    (&["em"], "<em>wa</em>"),
    (
        &["figure", "figcaption"],
        "<figure>\n\nwa\n\n<figcaption>wb</figcaption>\n</figure>",
    ),
    (&["h2"], "<h2>wa</h2>"),
    (&["h3"], "<h3>wa</h3>"),
    (&["h4"], "<h4>wa</h4>"),
    (&["h5"], "<h5>wa</h5>"),
    (&["h6"], "<h6>wa</h6>"),
    (&["hr"], "<hr>"),
    (&["i"], "<i>wa</i>"),
    (&["ins"], "<ins>wa</ins>"),
    (&["kbd"], "<kbd>wa</kbd>"),
    (&["mark"], "<mark>wa</mark>"),
    (&["ol", "li"], "<ol start=\"3\"><li>wa<li>wb</ol>"),
    (
        &["ul", "li"],
        "<ul>\n<li>wa</li>\n<li>\n\nwb *wc*\n\n</li>\n</ul>",
    ),
    (&["p"], "<p>wa</p><p>wb</p>"),
    (&["pre"], "<pre>wa\n  wb</pre>"),
    (&["q"], "<q>wa</q>"),
    (
        &["ruby", "rp", "rt"],
        "<ruby>wa<rp>(</rp><rt>wb</rt><rp>)</rp></ruby>",
    ),
    (&["s"], "<s>wa</s>"),
    (&["samp"], "<samp>wa</samp>"),
    (&["small"], "<small>wa</small>"),
    (&["span"], "<span>wa</span>"),
    (&["strike"], "<strike>wa</strike>"),
    (&["strong"], "<strong>wa</strong>"),
    (&["sub"], "<sub>wa</sub>"),
    (&["sup"], "<sup>wa</sup>"),
    (&["time"], "<time datetime=\"2026-01-02\">wa</time>"),
    (&["u"], "<u>wa</u>"),
    (&["var"], "<var>wa</var>"),
    (&["wbr"], "wa<wbr>wb"),
];

/// Where an element can be: the text before it, before each further line of it, and after it.
const PLACES: &[(&str, &str, &str, &str)] = &[
    ("page", "", "", ""),
    ("after words", "before ", "", " behind"),
    ("item", "- before\n\n  ", "  ", ""),
    ("quote", "> before\n>\n> ", "> ", ""),
    ("call-out", "> [!note] Title\n> ", "> ", ""),
    ("details", "<details>\n\n", "", "\n\n</details>"),
    ("footnote", "Noted.[^1]\n\n[^1]: before\n\n    ", "    ", ""),
    ("element", "<div lang=\"en\">\n\n", "", "\n\n</div>"),
];

/// Elements without a meaning of their own, and elements that are checked with their parent.
fn is_answered_for(tag: &str) -> bool {
    matches!(
        tag,
        "div"
            | "span"
            | "p"
            | "thead"
            | "tbody"
            | "tfoot"
            | "tr"
            | "rp"
            | "rt"
            | "figcaption"
            | "dt"
            | "dd"
            | "summary"
            | "td"
            | "th"
            | "li"
    )
}

/// The elements that browsers show in the same way.
fn equals(tag: &str) -> &[&str] {
    match tag {
        "b" | "strong" => &["strong"],
        "i" | "em" => &["em"],
        "s" | "strike" | "del" => &["del", "s"],
        "u" | "ins" => &["u", "ins"],
        "center" => &["div"],
        "bdi" => &["bdi", "span"],
        _ => &[],
    }
}

/// The wikitext with the same meaning that is not HTML.
fn of_mediawiki(tag: &str) -> &str {
    match tag {
        "b" | "strong" => "'''",
        "i" | "em" => "''",
        "table" => "{|",
        "ul" => "* ",
        "ol" => "# ",
        "h2" | "h3" | "h4" | "h5" | "h6" => "==",
        "hr" => "----",
        "details" => "mw-collapsible",
        "center" => "text-align: center",
        other => other,
    }
}

fn of_dokuwiki(tag: &str) -> &str {
    match tag {
        "b" | "strong" | "mark" => "**",
        "i" | "em" | "cite" | "dfn" | "var" => "//",
        "s" | "strike" | "del" => "<del>",
        "u" | "ins" => "__",
        "sub" => "<sub>",
        "sup" => "<sup>",
        "code" | "kbd" | "samp" => "''",
        "q" => "“",
        "br" => "\\\\",
        "table" => "|",
        // Where lists and quotes are not possible, they are lines with bullets and marks.
        "ul" => "  * ",
        "ol" => "%%3.%%",
        "blockquote" => "> ",
        "pre" => "<code>",
        "h2" | "h3" | "h4" | "h5" => "== ",
        "hr" => "----",
        _ => "nothing like it",
    }
}

fn of_confluence(tag: &str) -> &str {
    match tag {
        "b" | "strong" => "<strong>",
        "i" | "em" | "cite" | "dfn" | "var" => "<em>",
        "s" | "strike" | "del" => "<del>",
        "u" | "ins" => "<u>",
        "code" | "kbd" | "samp" => "<code>",
        "mark" => "background-color",
        "q" => "“",
        "br" => "<br/>",
        "hr" => "<hr/>",
        "ol" => "<ol start=\"3\">",
        "ul" => "<ul>",
        "pre" => "plain-text-body",
        "details" => "\"expand\"",
        "table" => "<table>",
        "blockquote" => "<blockquote>",
        "sub" => "<sub>",
        "sup" => "<sup>",
        "h2" => "<h2>",
        "h3" => "<h3>",
        "h4" => "<h4>",
        "h5" => "<h5>",
        "h6" => "<h6>",
        _ => "nothing like it",
    }
}

fn shows(kind: &str, tag: &str, text: &str) -> bool {
    let has = |page: &html::Page| {
        !page.all(tag).is_empty() || equals(tag).iter().any(|same| !page.all(same).is_empty())
    };
    match kind {
        "folder-html" => has(&html::parse(text)),
        "mediawiki" => {
            text.contains(&format!("<{tag}"))
                || equals(tag)
                    .iter()
                    .any(|same| text.contains(&format!("<{same}")))
                || text.contains(of_mediawiki(tag))
        }
        "dokuwiki" => text.contains(of_dokuwiki(tag)),
        // In quotes and deep lists, code is preformatted there.
        "confluence" => {
            text.contains(of_confluence(tag)) || (tag == "pre" && text.contains("<pre>"))
        }
        _ => {
            let options = pulldown_cmark::Options::ENABLE_TABLES
                | pulldown_cmark::Options::ENABLE_FOOTNOTES
                | pulldown_cmark::Options::ENABLE_STRIKETHROUGH
                | pulldown_cmark::Options::ENABLE_GFM;
            let mut out = String::new();
            pulldown_cmark::html::push_html(
                &mut out,
                pulldown_cmark::Parser::new_ext(text, options),
            );
            has(&html::parse(&out))
        }
    }
}

#[test]
fn every_element_has_a_sample() {
    let sampled: BTreeSet<&str> = SAMPLES
        .iter()
        .flat_map(|(tags, _)| tags.iter().copied())
        .collect();
    assert_eq!(sampled, HTML_TAGS.iter().copied().collect());
}

/// The body of a case study with a sample in a place.
fn in_place(sample: &str, (_, before, each_line, after): &(&str, &str, &str, &str)) -> String {
    format!(
        "{before}{}{after}\n\nThe last words.",
        sample.replace('\n', &format!("\n{each_line}"))
    )
}

/// Describes the mistakes in a sample on a page.
fn mistakes(kind: &str, tags: &[&str], sample: &str, text: &str, warnings: &str) -> Vec<String> {
    let mut wrong = Vec::new();
    let words = sample
        .split(|next: char| !next.is_ascii_alphanumeric())
        .filter(|word| word.len() == 2 && word.starts_with('w'));
    let mut at = 0;
    for word in words {
        // The title of an abbreviation may be before or after it.
        match text[at..]
            .find(word)
            .or_else(|| text.find(word).filter(|_| tags[0] == "abbr"))
        {
            Some(found) => at += if tags[0] == "abbr" { 0 } else { found },
            None => wrong.push(format!("{sample:?} loses {word}")),
        }
    }
    for tag in tags.iter().filter(|tag| !is_answered_for(tag)) {
        let (is_shown, is_warned) = (
            shows(kind, tag, text),
            warnings.contains(&format!("`<{tag}>`")),
        );
        if if kind == "folder-html" {
            !is_shown || is_warned
        } else {
            !is_shown && !is_warned
        } {
            wrong.push(format!(
                "{tag} in {sample:?}: shown {is_shown}, warned of {is_warned}"
            ));
        }
    }
    wrong
}

#[test]
fn every_element_keeps_its_structure_or_causes_a_warning() {
    let mut wrong = Vec::new();
    for place in PLACES {
        let file = |number: usize| format!("content/case-studies/own-{number}.md");
        let site = SAMPLES.iter().enumerate().map(|(number, (_, sample))| {
            format!(
                "-- {} --\n---\ntitle: Own {number}\n---\n{}\n",
                file(number),
                in_place(sample, place)
            )
        });
        for (kind, draft) in published(&files(&site.collect::<String>())) {
            assert_eq!(draft.pages.len(), SAMPLES.len());
            assert!(
                draft
                    .diagnostics
                    .iter()
                    .all(|found| found.rule.level == Level::Warning),
                "{kind}: {:?}",
                draft.diagnostics
            );
            for (number, (tags, sample)) in SAMPLES.iter().enumerate() {
                let file = file(number);
                let page = draft
                    .pages
                    .iter()
                    .find(|page| page.file.as_str() == file)
                    .expect("each has a page");
                let own = draft.diagnostics.iter().filter(|found| {
                    found.rule.name == "flattened-html" && found.file.as_str() == file
                });
                let warnings: String = own.map(|found| found.message.as_str()).collect();
                let found = mistakes(&kind, tags, sample, &page.text, &warnings);
                wrong.extend(
                    found
                        .into_iter()
                        .map(|found| format!("{kind}, {}: {found}", place.0)),
                );
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn unsupported_inline_html_is_reported_at_its_place() {
    for (_, draft) in published(&site(
        "## Heading <ul><li>wa</li></ul>\n\n**strong <table><tr><td>wb</td></tr></table>**\n",
    )) {
        let found: Vec<&str> = draft
            .diagnostics
            .iter()
            .map(|found| found.message.as_str())
            .collect();
        let wanted = ["ul", "table"].map(|tag| {
            format!(
                "this line cannot contain `<{tag}>`, so its content is published in plainer form"
            )
        });
        assert_eq!(found, wanted);
        assert!(draft.pages[0].text.contains("wa") && draft.pages[0].text.contains("wb"));
    }
}

#[test]
fn deeply_nested_elements_are_refused_at_their_place() {
    for body in [
        "<div>".repeat(5_000),
        format!("x {}wa", "<b>".repeat(5_000)),
        format!("{}wa", "<ul><li>".repeat(5_000)),
    ] {
        for (kind, draft) in published(&site(&body)) {
            assert!(draft.pages.is_empty(), "{kind}");
            assert!(
                draft
                    .diagnostics
                    .iter()
                    .any(|found| found.rule.name == "nested-too-deep"),
                "{kind}: {:?}",
                draft.diagnostics
            );
        }
    }
}

#[test]
fn unclosed_and_nested_elements_lose_no_word() {
    let deep = format!("{}wa{}", "<div>".repeat(40), "</div>".repeat(40));
    let deep_styles = format!("x {}wa", "<b>".repeat(40));
    let lists = format!("{}wa", "<ul><li>".repeat(40));
    let paragraphs = format!("{}\n\nalone\n\nwa\n", "<div>".repeat(40));
    let dropped = format!("{}wa", "<section>".repeat(5_000));
    for (kind, draft) in published(&site(&paragraphs)) {
        assert!(
            !draft.pages[0].text.contains("alonewa"),
            "{kind}: words of two paragraphs are joined"
        );
    }
    for body in [
        deep.as_str(),
        &deep_styles,
        &lists,
        &paragraphs,
        &dropped,
        "<ul><li>wa",
        "</div></li>wa",
        "<td>wa",
        "<table>wa<tr>",
        "<dl>wa",
        "<b>\n\nwa",
        "<table><tr>wa<td>x",
    ] {
        for (kind, draft) in published(&site(body)) {
            assert!(
                draft.pages[0].text.contains("wa"),
                "{kind}: {}",
                &body[..body.len().min(40)]
            );
        }
    }
}

/// Attributes that readers see contain words, too.
#[test]
fn titles_of_elements_lose_no_word() {
    for tag in [
        "abbr",
        "b",
        "blockquote",
        "center",
        "code",
        "dfn",
        "div",
        "h3",
        "kbd",
        "p",
        "q",
        "small",
        "span",
        "time",
    ] {
        for (kind, draft) in published(&site(&format!("<{tag} title=\"wb &amp; so\">wa</{tag}>"))) {
            let text = &draft.pages[0].text;
            assert!(
                text.contains("wa") && text.contains("wb"),
                "{kind} {tag}: {text}"
            );
        }
    }
    for body in [
        "<table><caption title=\"wb\">wa</caption><tr><td>x</td></tr></table>",
        "<table><tr><td title=\"wb\">wa</td></tr></table>",
        "<dl><dt title=\"wb\">wa</dt><dd>x</dd></dl>",
        "<ul title=\"wb\"><li>wa</li></ul>",
        "<ul><li title=\"wb\">wa</li></ul>",
        "<details title=\"wb\"><summary>wa</summary>x</details>",
        "<table title=\"wb\"><caption>wa</caption><caption>wc</caption><tr><td>x</td></tr></table>",
        "<pre title=\"wb\">wa</pre>",
        "<ruby title=\"wb\">wa<rt>x</rt></ruby>",
    ] {
        for (kind, draft) in published(&site(body)) {
            let text = &draft.pages[0].text;
            assert!(
                text.contains("wa") && text.contains("wb"),
                "{kind} {body}: {text}"
            );
        }
    }
}

/// Words between tags are checked like all others, and so are tooltips.
#[test]
fn html_is_checked_for_blame() {
    for body in [
        "<table>\n<tr><td>The operator should have known it.</td></tr>\n</table>",
        "<div>\nThe operator <b>should have</b>\nknown it.\n</div>",
        "The <abbr title=\"what the operator should have known\">release</abbr> was late.",
    ] {
        for (kind, draft) in published(&site(body)) {
            assert!(
                draft
                    .diagnostics
                    .iter()
                    .any(|found| found.rule.name == "blame"),
                "{kind}: {body}"
            );
        }
    }
}
