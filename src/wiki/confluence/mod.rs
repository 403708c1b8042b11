//! The dialect of Confluence: its storage format, which is XML, on Cloud and in a Data Center.

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

/// Where a page with a title stands.
pub fn location(title: &str) -> Location {
    let title = xml::allowed(title).split_whitespace().collect::<Vec<_>>().join(" ");
    Location { path: title.clone(), title }
}

/// What links call the headings of a page: the names of the anchors that stand in those that something leads to.
pub fn anchors(case: &Case) -> BTreeMap<String, String> {
    let mut taken = Numbered::default();
    let mut anchors = BTreeMap::new();
    // Headings that nothing leads to count as well, so that a new link elsewhere renames no anchor.
    for heading in case.page.headings() {
        let name = unlike(&anchor_name(&heading.id), &mut taken);
        if heading.is_linked {
            anchors.insert(heading.id.clone(), name);
        }
    }
    anchors
}

/// Whether Confluence has nothing like an element of HTML.
pub fn loses(html: &RawHtml) -> bool {
    match html.name {
        "abbr" | "bdi" | "bdo" | "caption" | "center" | "col" | "colgroup" | "div" | "dl" | "figure" | "ruby" | "small" | "span"
        | "time" | "wbr" => true,
        "table" | "blockquote" | "details" | "h2" | "h3" | "h4" | "h5" | "h6" | "hr" => html.within == Within::Block,
        _ => false,
    }
}

/// A page as the wiki reads it.
pub fn text(case: &Case, publication: &Publication<'_>) -> String {
    xml::print(&write::page(case, publication))
}

/// The id of a heading in the characters that anchors have in both editors of Cloud and in a Data Center.
fn anchor_name(id: &str) -> String {
    let words: Vec<&str> = id.split(|next: char| !next.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    let name = words.join("-");
    // The anchors of footnotes begin with this word, and those of headings must never meet them.
    if name.is_empty() || name.starts_with("footnote") { format!("section-{name}").trim_end_matches('-').to_owned() } else { name }
}

/// A name, or a numbered one where another heading has it. Capitals do not make it another one.
fn unlike(name: &str, taken: &mut Numbered) -> String {
    taken.claim(name, |number| format!("{name}-{number}"), str::to_ascii_lowercase)
}
