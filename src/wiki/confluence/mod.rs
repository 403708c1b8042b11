//! The dialect of Confluence Cloud and Data Center: its storage format, which is XML.

mod check;
mod remote;
mod write;
pub(super) mod xml;

use std::collections::BTreeMap;

use super::page::{Case, RawHtml, Within};
use super::{Location, Publication};
use crate::slug::Numbered;

pub use check::problems;
pub use remote::{marked, plain, tidied};

/// The location of a page with a title.
pub fn location(title: &str) -> Location {
    let title = xml::allowed(title)
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    Location {
        path: title.clone(),
        title,
    }
}

/// The anchors of the headings that links lead to.
pub fn anchors(case: &Case) -> BTreeMap<String, String> {
    let mut taken = Numbered::default();
    let mut anchors = BTreeMap::new();
    // All headings count, so a new link elsewhere renames no anchor.
    for heading in case.page.headings() {
        let name = unlike(&anchor_name(&heading.id), &mut taken);
        if heading.is_linked {
            anchors.insert(heading.id.clone(), name);
        }
    }
    anchors
}

/// Whether Confluence has no equivalent of an HTML element in its context.
pub fn loses(html: &RawHtml) -> bool {
    match html.name {
        "abbr" | "bdi" | "bdo" | "caption" | "center" | "col" | "colgroup" | "div" | "dl"
        | "figure" | "ruby" | "small" | "span" | "time" | "wbr" => true,
        "table" | "blockquote" | "details" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" => {
            html.within == Within::Block
        }
        _ => false,
    }
}

/// The storage format of a page.
pub fn text(case: &Case, publication: &Publication<'_>) -> String {
    xml::print(&write::page(case, publication))
}

/// An anchor name from a heading id, limited to the characters that all editors support.
fn anchor_name(id: &str) -> String {
    let words: Vec<&str> = id
        .split(|next: char| !next.is_ascii_alphanumeric())
        .filter(|word| !word.is_empty())
        .collect();
    let name = words.join("-");
    // The prefix is reserved for the anchors of footnotes.
    if name.is_empty() || name.starts_with("footnote") {
        format!("section-{name}").trim_end_matches('-').to_owned()
    } else {
        name
    }
}

/// The name, or a numbered one if another heading has it. Case is ignored.
fn unlike(name: &str, taken: &mut Numbered) -> String {
    taken.claim(
        name,
        |number| format!("{name}-{number}"),
        str::to_ascii_lowercase,
    )
}
