//! The elements and attributes of HTML that a page keeps.

use crate::wiki::page::Style;
use crate::words::decode_references;
use crate::words::markup::Tag;

/// The attributes of a tag: names in lower case, values without character references. If a name occurs twice, the first value counts.
pub fn attributes(tag: Tag<'_>) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    for attribute in tag.attributes() {
        let name = attribute.name.to_ascii_lowercase();
        if !found.iter().any(|(known, _)| *known == name) {
            found.push((name, decode_references(attribute.value)));
        }
    }
    found
}

/// The style of an element. `None` for other elements.
pub fn style(name: &str) -> Option<Style> {
    Some(match name {
        "em" | "i" => Style::Emphasis,
        "strong" | "b" => Style::Strong,
        "s" | "del" | "strike" => Style::Strikethrough,
        "sub" => Style::Subscript,
        "sup" => Style::Superscript,
        "kbd" => Style::Keyboard,
        "mark" => Style::Highlight,
        "u" | "ins" => Style::Underline,
        _ => return None,
    })
}

/// Whether an element is a block.
pub fn is_block(name: &str) -> bool {
    matches!(
        name,
        "blockquote"
            | "caption"
            | "center"
            | "col"
            | "colgroup"
            | "dd"
            | "details"
            | "div"
            | "dl"
            | "dt"
            | "figcaption"
            | "figure"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "hr"
            | "li"
            | "ol"
            | "p"
            | "pre"
            | "summary"
            | "table"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "ul"
    )
}
