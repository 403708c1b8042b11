//! The dialect of DokuWiki. Text is escaped with `%%…%%`.

mod blocks;
mod inlines;
mod names;

use std::collections::BTreeMap;

use super::page::{Block, Case, RawHtml, Within};
use super::{Location, Publication};
use blocks::DokuwikiWriter;

/// The maximum length of a text, in bytes. The time to show a page grows with the square of its
/// length: two megabytes take seven seconds, and PHP stops after thirty.
const LONGEST_TEXT: usize = 2 << 20;

/// Page names with a special meaning in DokuWiki.
const TAKEN: [(&str, &str); 2] = [
    ("sidebar", "the sidebar of the namespace"),
    ("start", "the first page of the namespace"),
];

/// The location of a page. The id is made here, so a colon in the title does not create a
/// namespace.
pub fn location(title: &str, parent: &str) -> Location {
    let id = names::id(title);
    let path = if parent.is_empty() {
        id
    } else {
        format!("{parent}:{id}")
    };
    Location {
        title: title.to_owned(),
        path,
    }
}

/// The anchors of the headings.
pub fn anchors(case: &Case) -> BTreeMap<String, String> {
    names::anchors(case)
}

/// Whether DokuWiki has no equivalent of an HTML element in its context.
pub fn loses(html: &RawHtml) -> bool {
    match html.name {
        "abbr" | "bdi" | "bdo" | "caption" | "center" | "col" | "colgroup" | "details" | "div"
        | "dl" | "figure" | "h6" | "ruby" | "small" | "span" | "time" | "wbr" => true,
        "table" | "ul" | "ol" | "blockquote" | "h2" | "h3" | "h4" | "h5" | "hr" => {
            html.within == Within::Block
        }
        _ => html.within == Within::Preformatted,
    }
}

/// The text of a page.
pub fn text(case: &Case, publication: &Publication<'_>) -> String {
    let mut writer = DokuwikiWriter::new(case, publication);
    let mut parts = vec![format!("====== {} ======", names::one_line(&case.title))];
    // The wiki adds a table of contents unless a page says otherwise.
    if !case.page.blocks.contains(&Block::Contents) {
        parts.insert(0, "~~NOTOC~~".to_owned());
    }
    parts.extend(writer.blocks(&case.page.blocks));
    let mut text = parts.join("\n\n");
    text.push('\n');
    text
}

/// What the wiki would refuse, cut or show in another way.
pub fn problems(case: &Case, location: &Location, text: &str) -> Vec<String> {
    let mut problems = Vec::new();
    let id = location.path.rsplit(':').next().unwrap_or_default();
    if id.is_empty() {
        problems.push(
            "the title has no letter or digit, so the page would have no id on DokuWiki".to_owned(),
        );
    }
    for (taken, what) in TAKEN {
        if id == taken {
            problems.push(format!("the page would have the id `{taken}`, which DokuWiki shows as {what}; change its title"));
        }
    }
    if let Some(bad) = text.chars().find(|&next| names::is_unspeakable(next)) {
        problems.push(format!(
            "the page contains the character U+{:04X}, which cannot be sent to DokuWiki",
            u32::from(bad)
        ));
    }
    if text.len() > LONGEST_TEXT {
        problems.push(format!(
            "the page has {} bytes; the limit for DokuWiki is {LONGEST_TEXT}",
            text.len()
        ));
    }
    let anchors = names::anchors(case);
    let dangling = case
        .page
        .linked_headings()
        .into_iter()
        .filter(|id| !anchors.contains_key(*id));
    problems.extend(
        dangling.map(|id| format!("a link leads to the heading `{id}`, which is not on the page")),
    );
    problems
}
