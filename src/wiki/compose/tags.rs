//! HTML that an author wrote in Markdown, as far as a tree without markup can hold it.

use crate::wiki::page::Style;

/// A piece of raw HTML.
#[derive(Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    /// A tag that opens, by its name in small letters.
    Open(String),
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
        let Some((piece, length)) = tag(&rest[open..], end) else {
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

/// The tag at the start of a text, with its length; `end` is where it ends if it is no comment.
fn tag(text: &str, end: Option<usize>) -> Option<(Piece<'_>, usize)> {
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
    Some((if closes { Piece::Close(name) } else { Piece::Open(name) }, end))
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
        "em" | "i" | "cite" | "dfn" | "var" => Style::Emphasis,
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

/// Whether a tag begins or ends a line of its own.
pub fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "dl"
            | "dt"
            | "dd"
            | "tr"
            | "table"
            | "blockquote"
            | "figure"
            | "figcaption"
            | "pre"
            | "h1"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "section"
            | "caption"
            | "center"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_tags_from_text() {
        let open = |name: &str| Piece::Open(name.to_owned());
        let text = |text: &str| Piece::Text(text.to_owned());
        assert_eq!(
            pieces("<Details open title=\"a > b\">a &amp; b</details >"),
            [open("details"), text("a & b"), Piece::Close("details".to_owned())]
        );
        assert_eq!(pieces("1 < 2 <br/>"), [text("1 < 2 "), open("br")]);
        assert_eq!(pieces("a<!-- b > c -->d"), [text("a"), Piece::Hidden("<!-- b > c -->"), text("d")]);
        assert_eq!(pieces("<3 <"), [text("<3 "), text("<")]);
    }
}
