//! Markup as far as a search for words has to know it: where the tags are, and which of them end a word.

use std::ops::Range;

use super::SET_APART;

/// A stretch of a text with markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// What stands outside of tags.
    Text(Range<usize>),
    /// A tag inside a line, a comment, or a tag that nobody knows: what stands on its two sides can be one word.
    Inline(Range<usize>),
    /// A tag that starts or ends a line, a block or a cell: no word goes over it.
    Separator(Range<usize>),
}

/// The tags between which a reader sees a gap.
const SEPARATORS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "col",
    "colgroup",
    "dd",
    "details",
    "dialog",
    "dir",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "head",
    "header",
    "hgroup",
    "hr",
    "html",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "optgroup",
    "option",
    "p",
    "pre",
    "search",
    "section",
    "select",
    "summary",
    "table",
    "tbody",
    "td",
    "text",
    "textarea",
    "tfoot",
    "th",
    "thead",
    "title",
    "tr",
    "ul",
];

/// The pieces of a text, in time that is linear in its length.
pub fn pieces(text: &str) -> Pieces<'_> {
    Pieces { text, at: 0, last_end: text.rfind('>'), last_comment_end: text.rfind("-->"), heeds_quotes: HeedsQuotes::Yes }
}

/// The pieces of a text in their order.
pub struct Pieces<'t> {
    text: &'t str,
    at: usize,
    /// The last place at which a tag can end.
    last_end: Option<usize>,
    /// The last place at which a comment can end.
    last_comment_end: Option<usize>,
    heeds_quotes: HeedsQuotes,
}

/// Whether a `>` between quotes is a part of its tag; no longer so once a quote that opens does not close.
#[derive(Clone, Copy, PartialEq, Eq)]
enum HeedsQuotes {
    Yes,
    No,
}

impl Iterator for Pieces<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        let start = self.at;
        if let Some(tag) = self.tag_at(start) {
            self.at = tag.end;
            let is_separator = SEPARATORS.binary_search(&local_name(&self.text[tag.clone()]).as_str()).is_ok();
            return Some(if is_separator { Piece::Separator(tag) } else { Piece::Inline(tag) });
        }
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        let length = rest[first.len_utf8()..].find('<').map_or(rest.len(), |at| first.len_utf8() + at);
        self.at = start + length;
        Some(Piece::Text(start..self.at))
    }
}

impl Pieces<'_> {
    /// The tag, comment or declaration that starts at a place.
    fn tag_at(&mut self, start: usize) -> Option<Range<usize>> {
        const COMMENT: &str = "<!--";
        const VERBATIM: &str = "<![CDATA[";
        let rest = &self.text[start..];
        if self.last_end.is_none_or(|last| last < start) || !rest.starts_with('<') {
            return None;
        }
        // What is verbatim is words that a reader sees; only its sign is markup.
        if rest.starts_with(VERBATIM) {
            return Some(start..start + VERBATIM.len());
        }
        let comment = rest.strip_prefix(COMMENT).filter(|_| self.last_comment_end.is_some_and(|last| last > start));
        let end_of_comment = comment.and_then(|comment| comment.find("-->"));
        if let Some(length) = end_of_comment {
            return Some(start..start + COMMENT.len() + length + "-->".len());
        }
        let name = rest[1..].strip_prefix('/').unwrap_or(&rest[1..]);
        let is_tag = name.starts_with(|first: char| first.is_ascii_alphabetic()) || rest[1..].starts_with(['!', '?']);
        let length = if is_tag { self.length_of_tag(rest.as_bytes()) } else { None };
        length.map(|length| start..start + length)
    }

    fn length_of_tag(&mut self, tag: &[u8]) -> Option<usize> {
        if self.heeds_quotes == HeedsQuotes::Yes {
            let end = end_outside_quotes(tag);
            if end.is_some() {
                return end;
            }
            self.heeds_quotes = HeedsQuotes::No;
        }
        tag.iter().position(|&byte| byte == b'>').map(|at| at + 1)
    }
}

/// How long a tag is whose values can hold `>` between quotes.
fn end_outside_quotes(tag: &[u8]) -> Option<usize> {
    let (mut at, mut before) = (0, b' ');
    loop {
        match *tag.get(at)? {
            b'>' => return Some(at + 1),
            quote @ (b'"' | b'\'') if before == b'=' => {
                at += 1 + tag[at + 1..].iter().position(|&byte| byte == quote)?;
                before = quote;
            }
            next if !next.is_ascii_whitespace() => before = next,
            _ => {}
        }
        at += 1;
    }
}

/// The name of a tag without what stands before a colon, in small letters.
fn local_name(tag: &str) -> String {
    let name = tag.trim_start_matches(['<', '/']);
    let length = name.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_')).count();
    name[..length].rsplit(':').next().unwrap_or_default().to_ascii_lowercase()
}

/// The text as a reader sees it, without its tags, so that `Con<b>toso</b>` is one word and what stands in two cells is not.
pub fn as_read(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    // The reading of a word stands above it, and does not cut it up.
    let mut is_above = false;
    for piece in pieces(text) {
        match piece {
            Piece::Text(range) if !is_above => read.push_str(&text[range]),
            Piece::Text(_) => {}
            Piece::Separator(_) => {
                is_above = false;
                // Two of them are never what stands inside of a number.
                read.push_str("\n\n");
            }
            Piece::Inline(range) => {
                let name = local_name(&text[range.clone()]);
                match name.as_str() {
                    "rt" | "rp" => is_above = !text[range].starts_with("</"),
                    "ruby" | "rb" | "rtc" => is_above = false,
                    _ => {}
                }
                read.push(SET_APART);
            }
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        pieces(text)
            .map(|piece| match piece {
                Piece::Text(range) | Piece::Inline(range) | Piece::Separator(range) => &text[range],
            })
            .collect()
    }

    #[test]
    fn the_separators_are_in_order() {
        assert!(SEPARATORS.is_sorted());
    }

    #[test]
    fn tags_end_where_a_browser_ends_them() {
        assert_eq!(cut("a<b title=\"x > y\">c</b> d"), ["a", "<b title=\"x > y\">", "c", "</b>", " d"]);
        assert_eq!(cut("a<!-- > -->b"), ["a", "<!-- > -->", "b"]);
        assert_eq!(cut("1 < 2 <3> <b"), ["1 ", "< 2 ", "<3> ", "<b"]);
        assert_eq!(cut("<b title=\"x>c"), ["<b title=\"x>", "c"]);
        assert_eq!(cut("<b\n class=a>c<![CDATA[d]]>"), ["<b\n class=a>", "c", "<![CDATA[", "d]]>"]);
    }

    #[test]
    fn tags_without_an_end_take_no_longer_than_others() {
        for part in ["<a", "<a =\"x>\" ", "<a ='", "<!--", "<a =\"", "<![CDATA[", "<!-- >", "<a =\"'>"] {
            let text = part.repeat(200_000);
            let length: usize = cut(&text).into_iter().map(str::len).sum();
            assert_eq!(length, text.len());
            assert_eq!(cut(&format!("{text}>")).concat(), format!("{text}>"));
        }
    }

    #[test]
    fn what_is_read_has_gaps_at_blocks_only() {
        assert_eq!(as_read("Con<b>toso</b><br>next").replace(SET_APART, ""), "Contoso\n\nnext");
        assert_eq!(as_read("<ruby>Con<rt>kon</rt>toso<rp>(</rp></ruby>").replace(SET_APART, ""), "Contoso");
    }
}
