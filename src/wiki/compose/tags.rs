//! HTML that an author wrote in Markdown, as far as a tree without markup can hold it.

use crate::wiki::page::Style;

/// A piece of raw HTML.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A tag that opens.
    Open {
        /// Its name in small letters.
        name: String,
        /// Its attributes as they stand behind the name.
        attributes: &'a str,
        /// Where it stands in the HTML.
        at: usize,
    },
    /// A tag that closes, by its name in small letters.
    Close(String),
    /// What stands between tags, references in it resolved.
    Text(String),
    /// What a reader never sees: a comment, a declaration.
    Hidden(&'a str),
}

/// The pieces of raw HTML, in their order.
pub fn pieces(html: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut rest = html;
    let mut ends = ends_of_tags(html);
    while let Some(open) = rest.find('<') {
        let at = html.len() - rest.len() + open;
        while ends.last().is_some_and(|&(start, _)| start < at) {
            ends.pop();
        }
        let end = ends.last().and_then(|&(_, end)| end).map(|end| end - at);
        let Some((piece, length)) = tag(&rest[open..], at, end) else {
            let end = rest[open + 1..].find('<').map_or(rest.len(), |next| open + 1 + next);
            add_text(&rest[..end], &mut pieces);
            rest = &rest[end..];
            continue;
        };
        add_text(&rest[..open], &mut pieces);
        pieces.push(piece);
        rest = &rest[open + length..];
    }
    add_text(rest, &mut pieces);
    pieces
}

fn add_text(text: &str, pieces: &mut Vec<Piece<'_>>) {
    if !text.is_empty() {
        pieces.push(Piece::Text(crate::words::decode_references(text)));
    }
}

/// The tag at the start of a text that stands `at` some place, with its length; `end` is where it ends if it is no comment.
fn tag(text: &str, at: usize, end: Option<usize>) -> Option<(Piece<'_>, usize)> {
    if text.starts_with("<!--") {
        let end = text.find("-->").map_or(text.len(), |end| end + 3);
        return Some((Piece::Hidden(&text[..end]), end));
    }
    let end = end?;
    let inner = &text[1..end - 1];
    if inner.starts_with(['!', '?']) {
        return Some((Piece::Hidden(&text[..end]), end));
    }
    let (inner, closes) = inner.strip_prefix('/').map_or((inner, false), |inner| (inner, true));
    let name: String = inner.chars().take_while(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    if !name.starts_with(|first: char| first.is_ascii_alphabetic()) {
        return None;
    }
    let attributes = &inner[name.len()..];
    Some((if closes { Piece::Close(name) } else { Piece::Open { name, attributes, at } }, end))
}

/// The attributes of a tag, by their names in small letters, references in their values resolved. The first of a name counts.
pub fn attributes(text: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = Vec::new();
    let mut rest = text.trim_start_matches(is_between);
    while !rest.is_empty() {
        let end = rest.find(|next: char| next == '=' || is_between(next)).unwrap_or(rest.len());
        let name = rest[..end].to_ascii_lowercase();
        let behind = rest[end..].trim_start();
        let (value, after) = behind.strip_prefix('=').map_or(("", &rest[end..]), |value| value_of(value.trim_start()));
        if !name.is_empty() && !found.iter().any(|(known, _)| *known == name) {
            found.push((name, crate::words::decode_references(value)));
        }
        rest = after.trim_start_matches(is_between);
    }
    found
}

fn is_between(next: char) -> bool {
    next.is_whitespace() || next == '/'
}

/// The value at the start of a text, and what stands behind it.
fn value_of(text: &str) -> (&str, &str) {
    for quote in ['"', '\''] {
        if let Some(inner) = text.strip_prefix(quote) {
            return inner.split_once(quote).unwrap_or((inner, ""));
        }
    }
    text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()))
}

/// Where each tag ends, those at the end of the text first: at the next `>` that stands in no value of an attribute. Read from the end,
/// so that a text is passed once, however many tags open in it.
fn ends_of_tags(html: &str) -> Vec<(usize, Option<usize>)> {
    let mut ends = Vec::new();
    // Where a tag ends that is open at a place: outside of a value, in one with double quotes, in one with single quotes.
    let (mut outside, mut double, mut single) = (None, None, None);
    for (at, byte) in html.bytes().enumerate().rev() {
        match byte {
            b'>' => outside = Some(at + 1),
            b'"' => (outside, double) = (double, outside),
            b'\'' => (outside, single) = (single, outside),
            b'<' => ends.push((at, outside)),
            _ => {}
        }
    }
    ends
}

/// The style that a tag stands for; nothing for tags that mean something else or nothing.
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

/// Whether an element begins a line of its own.
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_tags_from_text() {
        let open = |name: &str, attributes, at| Piece::Open { name: name.to_owned(), attributes, at };
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(
            pieces("<Details open title=\"a > b\">a &amp; b</details >"),
            [open("details", " open title=\"a > b\"", 0), text("a & b"), Piece::Close("details".to_owned())]
        );
        assert_eq!(pieces("1 < 2 <br>"), [text("1 < 2 "), open("br", "", 6)]);
        assert_eq!(pieces("a<!-- b > c -->d"), [text("a"), Piece::Hidden("<!-- b > c -->"), text("d")]);
        assert_eq!(pieces("<3 <"), [text("<3 "), text("<")]);
    }

    #[test]
    fn tells_attributes_from_one_another() {
        let found = attributes(" COLSPAN=2 title=\"a &amp; b > c\" open lang='de' x=/");
        let found: Vec<(&str, &str)> = found.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        assert_eq!(found, [("colspan", "2"), ("title", "a & b > c"), ("open", ""), ("lang", "de"), ("x", "/")]);
    }
}
