//! HTML as its tokens: where the tags are, what they hold, and which of them end a word.
//!
//! Tags are read as a browser reads them. There is no tree: callers keep track of what is open.

use std::borrow::Cow;
use std::ops::Range;

use super::SET_APART;

/// A part of a text with markup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'t> {
    /// Where it is in the text.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind<'t>,
}

/// What a part of a text with markup is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind<'t> {
    /// Text outside of tags.
    Text,
    /// A tag that opens an element.
    Open(Tag<'t>),
    /// A tag that closes an element.
    Close(Tag<'t>),
    /// A comment, a declaration, an instruction, or the sign before text that is verbatim: a reader sees nothing of it.
    Hidden,
}

/// A tag of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tag<'t> {
    /// Its name as it is written.
    pub name: &'t str,
    /// The text between the name and the `>`.
    rest: &'t str,
}

/// An attribute of a tag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attribute<'t> {
    /// Its name as it is written.
    pub name: &'t str,
    /// Its value without quotes, its references not resolved; empty if it has none.
    pub value: &'t str,
    /// Where it is, counted from the end of the name of its tag.
    pub range: Range<usize>,
    /// Where its value starts, counted in the same way.
    pub value_start: usize,
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

impl<'t> Kind<'t> {
    /// Whether a reader sees a gap in its place: a tag that starts or ends a line, a block or a cell. No word goes over it.
    pub fn is_separator(self) -> bool {
        match self {
            Self::Open(tag) | Self::Close(tag) => {
                SEPARATORS.binary_search(&tag.local_name().as_ref()).is_ok()
            }
            Self::Text | Self::Hidden => false,
        }
    }
}

impl<'t> Tag<'t> {
    /// Its name in small letters.
    pub fn lower_name(self) -> Cow<'t, str> {
        lower(self.name)
    }

    /// The same without a prefix and a colon, as in `ac:link`, and without signs that no name has.
    fn local_name(self) -> Cow<'t, str> {
        let is_inside =
            |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b':' | b'-' | b'_');
        let length = self.name.bytes().take_while(is_inside).count();
        lower(self.name[..length].rsplit(':').next().unwrap_or_default())
    }

    /// Its attributes in their order, those that are given twice too.
    pub fn attributes(self) -> impl Iterator<Item = Attribute<'t>> {
        let mut at = 0;
        std::iter::from_fn(move || {
            at += self.rest[at..]
                .bytes()
                .take_while(|&byte| is_between(byte))
                .count();
            let attribute = attribute_at(self.rest, at)?;
            at = attribute.range.end;
            Some(attribute)
        })
    }

    /// Whether it ends in `/>`.
    pub fn closes_itself(self) -> bool {
        let end = self.attributes().last().map_or(0, |last| last.range.end);
        self.rest[end..].ends_with('/')
    }
}

fn lower(name: &str) -> Cow<'_, str> {
    if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        name.to_ascii_lowercase().into()
    } else {
        name.into()
    }
}

/// Whether a byte parts attributes.
fn is_between(byte: u8) -> bool {
    byte.is_ascii_whitespace() || byte == b'/'
}

/// The attribute that starts at a place in a tag.
fn attribute_at(rest: &str, start: usize) -> Option<Attribute<'_>> {
    let first = rest[start..].chars().next()?.len_utf8();
    let ends_name = |next: char| next.is_ascii_whitespace() || matches!(next, '/' | '=');
    let name_end = rest[start + first..]
        .find(ends_name)
        .map_or(rest.len(), |length| start + first + length);
    let name = &rest[start..name_end];
    let Some(value) = rest[name_end..].trim_ascii_start().strip_prefix('=') else {
        return Some(Attribute {
            name,
            value: "",
            range: start..name_end,
            value_start: name_end,
        });
    };
    let value = value.trim_ascii_start();
    let at = rest.len() - value.len();
    let quoted = ['"', '\'']
        .into_iter()
        .find(|&quote| value.starts_with(quote))
        .and_then(|quote| value[1..].split_once(quote));
    let (value, value_start, end) = match quoted {
        Some((value, _)) => (value, at + 1, at + value.len() + 2),
        None => {
            let length = value
                .find(|next: char| next.is_ascii_whitespace())
                .unwrap_or(value.len());
            (&value[..length], at, at + length)
        }
    };
    Some(Attribute {
        name,
        value,
        range: start..end,
        value_start,
    })
}

/// Whether the text after a `<` or `</` starts the name of a tag.
pub fn starts_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic())
}

/// The tag that a text starts with, and its length; `None` if there is none, or if it has no end.
pub fn tag_at(text: &str) -> Option<(Kind<'_>, usize)> {
    let name = name_of(text)?;
    let end = end_outside_quotes(text.as_bytes(), name.end)?;
    Some((kind_of(text, name, end), end))
}

/// Where the name is in the tag that a text starts with.
fn name_of(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_prefix('<')?;
    let start = text.len() - inner.strip_prefix('/').unwrap_or(inner).len();
    let length = text[start..]
        .bytes()
        .take_while(|&byte| !is_between(byte) && byte != b'>')
        .count();
    starts_name(&text[start..]).then_some(start..start + length)
}

fn kind_of(text: &str, name: Range<usize>, end: usize) -> Kind<'_> {
    let tag = Tag {
        name: &text[name.clone()],
        rest: &text[name.end..end - 1],
    };
    if text.starts_with("</") {
        Kind::Close(tag)
    } else {
        Kind::Open(tag)
    }
}

/// What has been read of a tag.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Read {
    /// All of an attribute, or none yet.
    Attribute,
    Name,
    /// A name with white space after it, which a `=` can follow.
    WholeName,
    Equals,
    Value,
}

/// Where a tag ends whose values can hold `>` between quotes. `at` is the end of its name.
fn end_outside_quotes(tag: &[u8], mut at: usize) -> Option<usize> {
    let mut read = Read::Attribute;
    loop {
        let byte = *tag.get(at)?;
        read = match (byte, read) {
            (b'>', _) => return Some(at + 1),
            (quote @ (b'"' | b'\''), Read::Equals) => {
                at += 1 + tag[at + 1..].iter().position(|&byte| byte == quote)?;
                Read::Attribute
            }
            (b'=', Read::Name | Read::WholeName) => Read::Equals,
            (b'/', Read::Equals | Read::Value) => Read::Value,
            (b'/', _) => Read::Attribute,
            (byte, Read::Name | Read::WholeName) if byte.is_ascii_whitespace() => Read::WholeName,
            (byte, Read::Equals) if byte.is_ascii_whitespace() => Read::Equals,
            (byte, _) if byte.is_ascii_whitespace() => Read::Attribute,
            (_, Read::Equals | Read::Value) => Read::Value,
            (_, Read::Attribute | Read::Name | Read::WholeName) => Read::Name,
        };
        at += 1;
    }
}

/// The tokens of a text, in time that is linear in its length. A tag that never ends is text.
pub fn tokens(text: &str) -> Tokens<'_> {
    Tokens {
        text,
        at: 0,
        last_end: text.rfind('>'),
        last_comment_end: text.rfind("-->"),
        heeds_quotes: HeedsQuotes::Yes,
    }
}

/// The tokens of a text in their order.
#[derive(Debug, Clone)]
pub struct Tokens<'t> {
    text: &'t str,
    at: usize,
    /// The last place at which a tag can end.
    last_end: Option<usize>,
    /// The last place at which a comment can end.
    last_comment_end: Option<usize>,
    heeds_quotes: HeedsQuotes,
}

/// Whether a `>` between quotes is a part of its tag; no longer so once a quote that opens does not close.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HeedsQuotes {
    Yes,
    No,
}

impl<'t> Iterator for Tokens<'t> {
    type Item = Token<'t>;

    fn next(&mut self) -> Option<Token<'t>> {
        let start = self.at;
        let rest = &self.text[start..];
        let first = rest.chars().next()?;
        let (kind, length) = self.markup_at(start).unwrap_or_else(|| {
            let length = rest[first.len_utf8()..]
                .find('<')
                .map_or(rest.len(), |at| first.len_utf8() + at);
            (Kind::Text, length)
        });
        self.at = start + length;
        Some(Token {
            range: start..self.at,
            kind,
        })
    }
}

impl<'t> Tokens<'t> {
    /// The tag, comment or declaration that starts at a place, and its length.
    fn markup_at(&mut self, start: usize) -> Option<(Kind<'t>, usize)> {
        const COMMENT: &str = "<!--";
        const VERBATIM: &str = "<![CDATA[";
        let rest = &self.text[start..];
        if self.last_end.is_none_or(|last| last < start) || !rest.starts_with('<') {
            return None;
        }
        // What is verbatim is words that a reader sees; only its sign is markup.
        if rest.starts_with(VERBATIM) {
            return Some((Kind::Hidden, VERBATIM.len()));
        }
        let comment = rest
            .strip_prefix(COMMENT)
            .filter(|_| self.last_comment_end.is_some_and(|last| last > start));
        if let Some(length) = comment.and_then(|comment| comment.find("-->")) {
            return Some((Kind::Hidden, COMMENT.len() + length + "-->".len()));
        }
        if rest[1..].starts_with(['!', '?']) {
            return Some((Kind::Hidden, self.end_of_tag(rest, 2)?));
        }
        let name = name_of(rest)?;
        let end = self.end_of_tag(rest, name.end)?;
        Some((kind_of(rest, name, end), end))
    }

    fn end_of_tag(&mut self, tag: &str, name_end: usize) -> Option<usize> {
        if self.heeds_quotes == HeedsQuotes::Yes {
            let end = end_outside_quotes(tag.as_bytes(), name_end);
            if end.is_some() {
                return end;
            }
            self.heeds_quotes = HeedsQuotes::No;
        }
        tag.find('>').map(|at| at + 1)
    }
}

/// The text as a reader sees it, without its tags, so that `Con<b>toso</b>` is one word and the text of two cells is not.
pub fn as_read(text: &str) -> String {
    let mut read = String::with_capacity(text.len());
    // The reading of a word is above it, and does not cut it up.
    let mut is_above = false;
    for Token { range, kind } in tokens(text) {
        match kind {
            Kind::Text if !is_above => read.push_str(&text[range]),
            Kind::Text => {}
            kind if kind.is_separator() => {
                is_above = false;
                // Two of them are never inside of a number.
                read.push_str("\n\n");
            }
            Kind::Open(tag) | Kind::Close(tag) => {
                match &*tag.local_name() {
                    "rt" | "rp" => is_above = matches!(kind, Kind::Open(_)),
                    "ruby" | "rb" | "rtc" => is_above = false,
                    _ => {}
                }
                read.push(SET_APART);
            }
            Kind::Hidden => read.push(SET_APART),
        }
    }
    read
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        tokens(text).map(|token| &text[token.range]).collect()
    }

    #[test]
    fn the_separators_are_in_order() {
        assert!(SEPARATORS.is_sorted());
    }

    #[test]
    fn tags_end_where_a_browser_ends_them() {
        assert_eq!(
            cut("a<b title=\"x > y\">c</b> d"),
            ["a", "<b title=\"x > y\">", "c", "</b>", " d"]
        );
        assert_eq!(cut("a<!-- > -->b"), ["a", "<!-- > -->", "b"]);
        assert_eq!(cut("1 < 2 <3> <b"), ["1 ", "< 2 ", "<3> ", "<b"]);
        assert_eq!(cut("<b title=\"x>c"), ["<b title=\"x>", "c"]);
        assert_eq!(
            cut("<b\n class=a>c<![CDATA[d]]>"),
            ["<b\n class=a>", "c", "<![CDATA[", "d]]>"]
        );
    }

    #[test]
    fn attributes_are_read_as_a_browser_reads_them() {
        let tag = |text| match tag_at(text) {
            Some((Kind::Open(tag), length)) if length == text.len() => tag,
            other => panic!("{other:?}"),
        };
        let attributes = |text| {
            tag(text)
                .attributes()
                .map(|attribute| (attribute.name, attribute.value))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            attributes("<td COLSPAN=2 title=\"a &amp; b > c\" open lang = 'de' x=/>"),
            [
                ("COLSPAN", "2"),
                ("title", "a &amp; b > c"),
                ("open", ""),
                ("lang", "de"),
                ("x", "/")
            ]
        );
        assert_eq!(
            attributes("<p it's/=x/y a=b\"c>"),
            [("it's", ""), ("=x", ""), ("y", ""), ("a", "b\"c")]
        );
        assert!(
            tag("<br/>").closes_itself()
                && tag("<br a= 'b' />").closes_itself()
                && !tag("<br a=/>").closes_itself()
        );
        assert_eq!(tag("<Abbr title='one'>").lower_name(), "abbr");
        assert_eq!(tag_at("<b title=\"x>"), None);
        assert_eq!(tag_at("< b>"), None);
    }

    #[test]
    fn tags_without_an_end_take_no_longer_than_others() {
        for part in [
            "<a",
            "<a =\"x>\" ",
            "<a ='",
            "<!--",
            "<a =\"",
            "<![CDATA[",
            "<!-- >",
            "<a =\"'>",
        ] {
            let text = part.repeat(200_000);
            let length: usize = cut(&text).into_iter().map(str::len).sum();
            assert_eq!(length, text.len());
            assert_eq!(cut(&format!("{text}>")).concat(), format!("{text}>"));
        }
    }

    #[test]
    fn what_is_read_has_gaps_at_blocks_only() {
        assert_eq!(
            as_read("Con<b>toso</b><br>next").replace(SET_APART, ""),
            "Contoso\n\nnext"
        );
        assert_eq!(
            as_read("<ruby>Con<rt>kon</rt>toso<rp>(</rp></ruby>").replace(SET_APART, ""),
            "Contoso"
        );
    }
}
