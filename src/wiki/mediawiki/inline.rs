//! Writes inlines as wikitext.

use crate::wiki::Publication;
use crate::wiki::page::{Case, Element, Inline, LinkTo, Style, plain, walk_line};

use super::words::{caption, escape};

/// The maximum width of a picture in pixels: that of a page on most screens.
const WIDEST: u32 = 800;

/// The schemes that MediaWiki links by default.
const SCHEMES: [&str; 12] = [
    "ftp://", "ftps://", "git://", "http://", "https://", "irc://", "ircs://", "mailto:",
    "sftp://", "ssh://", "tel:", "xmpp:",
];

/// How footnote references are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notes {
    /// As links to the footnote.
    Linked,
    /// As numbers: footnotes of MediaWiki cannot refer to others.
    Numbered,
    /// Not at all, because they follow elsewhere.
    Omitted,
}

/// Writes the lines of one page.
#[derive(Clone, Copy)]
pub struct Lines<'a> {
    /// The case study.
    pub case: &'a Case,
    /// The publication.
    pub publication: &'a Publication<'a>,
    /// How footnote references are written.
    pub notes: Notes,
}

/// The target of a link in wikitext.
enum WikiLink {
    /// `[https://… words]`.
    Address(String),
    /// `[[Page#Heading|words]]`.
    Page(String),
    /// An address that MediaWiki does not link.
    None(String),
}

/// A line of inlines without white space at the ends: a leading space would make it code.
pub fn line(lines: Lines<'_>, inlines: &[Inline]) -> String {
    let mut out = String::new();
    lines.add(inlines, &mut out);
    out.trim_matches([' ', '\t']).to_owned()
}

/// The name of a footnote, which must not be a number.
pub fn note_name(number: usize) -> String {
    format!("note-{}", number + 1)
}

impl Lines<'_> {
    fn add(self, inlines: &[Inline], out: &mut String) {
        for inline in inlines {
            match inline {
                Inline::Text(text) => add_words(&escape(text), out),
                Inline::Code(text) => out.push_str(&format!("<code>{}</code>", escape(text))),
                Inline::Styled(style, inlines) => self.add_styled(*style, inlines, out),
                Inline::Link { to, text } => self.add_link(to, text, out),
                Inline::Picture { name, alt, title } => {
                    out.push_str(&picture(name, alt, title, None));
                }
                Inline::Break => out.push_str("<br />"),
                Inline::Footnote(number) => self.add_reference(*number, out),
                Inline::Element(element, inlines) => self.add_element(element, inlines, out),
            }
        }
    }

    fn add_styled(self, style: Style, inlines: &[Inline], out: &mut String) {
        let (open, close) = if is_plain(inlines) && !out.ends_with('\'') {
            quotes(style)
        } else {
            tags(style)
        };
        out.push_str(open);
        self.add(inlines, out);
        out.push_str(close);
    }

    /// MediaWiki allows all of these elements.
    fn add_element(self, element: &Element, inlines: &[Inline], out: &mut String) {
        out.push_str(&element.tag(escape));
        self.add(inlines, out);
        if element.name != "wbr" {
            out.push_str(&format!("</{}>", element.name));
        }
    }

    fn add_reference(self, number: usize, out: &mut String) {
        match self.notes {
            Notes::Linked => out.push_str(&format!("<ref name=\"{}\" />", note_name(number))),
            Notes::Numbered => out.push_str(&format!("<sup>&#91;{}&#93;</sup>", number + 1)),
            Notes::Omitted => {}
        }
    }

    fn add_link(self, to: &LinkTo, text: &[Inline], out: &mut String) {
        let target = self.target(to);
        self.add_linked(&target, text, out);
        if let WikiLink::None(address) = target
            && plain(text) != address
        {
            out.push_str(&format!(" (<code>{}</code>)", escape(&address)));
        }
    }

    /// Link text. A picture in it gets a link of its own, because links cannot contain pictures.
    fn add_linked(self, target: &WikiLink, inlines: &[Inline], out: &mut String) {
        for run in inlines.chunk_by(|one, other| !has_picture(one) && !has_picture(other)) {
            match run {
                [Inline::Picture { name, alt, title }] => {
                    out.push_str(&picture(name, alt, title, Some(target)));
                }
                [Inline::Styled(style, inlines)] if inlines.iter().any(has_picture) => {
                    let (open, close) = tags(*style);
                    out.push_str(open);
                    self.add_linked(target, inlines, out);
                    out.push_str(close);
                }
                [Inline::Element(_, inlines)] if inlines.iter().any(has_picture) => {
                    self.add_linked(target, inlines, out);
                }
                _ => self.add_words_of_link(target, run, out),
            }
        }
    }

    fn add_words_of_link(self, target: &WikiLink, inlines: &[Inline], out: &mut String) {
        let mut words = String::new();
        self.add(inlines, &mut words);
        // MediaWiki skips all white space between an address and the text.
        if let Some(blank) = words.chars().next().filter(|sign| sign.is_whitespace()) {
            words.replace_range(..blank.len_utf8(), &format!("&#{};", u32::from(blank)));
        }
        match target {
            WikiLink::Address(address) => out.push_str(&format!("[{address} {words}]")),
            WikiLink::Page(page) => {
                // In some languages, letters before a link belong to it.
                if out.ends_with(char::is_alphanumeric) {
                    out.push_str("<nowiki />");
                }
                out.push_str(&format!("[[{page}|{words}]]"));
            }
            WikiLink::None(_) => out.push_str(&words),
        }
    }

    fn target(self, to: &LinkTo) -> WikiLink {
        match to {
            LinkTo::Heading(id) => WikiLink::Page(format!("#{}", self.fragment(self.case, id))),
            LinkTo::Page { case, heading } => {
                let path = self
                    .publication
                    .locations
                    .get(case)
                    .map_or_else(String::new, |name| name.path.clone());
                let anchor = self
                    .publication
                    .anchors
                    .get(case)
                    .and_then(|anchors| anchors.get(heading));
                let anchor =
                    anchor.map_or_else(String::new, |anchor| format!("#{}", reference_all(anchor)));
                // A leading colon prevents that it is read as a category or a subpage.
                let colon = if path.contains(':') || path.starts_with('/') {
                    ":"
                } else {
                    ""
                };
                WikiLink::Page(format!("{colon}{path}{anchor}"))
            }
            LinkTo::External(address) => external(address),
        }
    }

    fn fragment(self, case: &Case, id: &str) -> String {
        let anchor = self
            .publication
            .anchors
            .get(&case.slug)
            .and_then(|anchors| anchors.get(id));
        anchor.map_or_else(String::new, |anchor| reference_all(anchor))
    }
}

/// Appends text. Letters directly after a link would become a part of it.
fn add_words(words: &str, out: &mut String) {
    if out.ends_with("]]") && words.starts_with(char::is_alphabetic) {
        out.push_str("<nowiki />");
    }
    out.push_str(words);
}

fn external(address: &str) -> WikiLink {
    let lower = address.to_ascii_lowercase();
    let is_known = SCHEMES.iter().any(|scheme| {
        lower
            .strip_prefix(scheme)
            .is_some_and(|rest| !rest.is_empty())
    });
    if is_known {
        WikiLink::Address(encoded(address))
    } else {
        WikiLink::None(address.to_owned())
    }
}

/// An address without markup.
fn encoded(address: &str) -> String {
    let mut out = String::new();
    let mut bytes = address.bytes().peekable();
    while let Some(byte) = bytes.next() {
        match byte {
            b'&' => out.push_str("&amp;"),
            b'_' if bytes.peek() == Some(&b'_') => out.push_str("%5F"),
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => out.push(char::from(byte)),
            b'-' | b'.' | b'_' | b':' | b'/' | b'?' | b'#' | b'@' | b'$' | b'(' | b')' | b'*'
            | b'+' | b',' | b';' | b'=' | b'%' => {
                out.push(char::from(byte));
            }
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}

/// The fragment of a link. All characters except letters, digits and a few signs are written as
/// references.
fn reference_all(anchor: &str) -> String {
    let mut out = String::new();
    for sign in anchor.chars() {
        if sign.is_alphanumeric() || matches!(sign, ' ' | ',' | '.' | '-' | '(' | ')' | '/') {
            out.push(sign);
        } else {
            out.push_str(&format!("&#{};", u32::from(sign)));
        }
    }
    out
}

fn picture(name: &str, alt: &str, title: &str, target: Option<&WikiLink>) -> String {
    let mut parts = vec![format!("File:{name}")];
    // Frameless pictures are never enlarged, but a drawing would be scaled to the given width.
    if !name.ends_with(".svg") {
        parts.push(format!("frameless|{WIDEST}px"));
    }
    match target {
        Some(WikiLink::Address(target) | WikiLink::Page(target)) => {
            parts.push(format!("link={target}"));
        }
        Some(WikiLink::None(_)) | None => {}
    }
    parts.push(format!("alt={}", escape(alt).trim()));
    if !title.trim().is_empty() {
        parts.push(caption(title.trim()));
    }
    format!("[[{}]]", parts.join("|"))
}

fn has_picture(inline: &Inline) -> bool {
    walk_line(std::slice::from_ref(inline)).any(|inline| matches!(inline, Inline::Picture { .. }))
}

/// Whether apostrophes can mark a text: it contains no markup and has no spaces at the ends.
fn is_plain(inlines: &[Inline]) -> bool {
    matches!(inlines, [Inline::Text(text)] if !text.is_empty() && text.trim() == text)
}

/// The markup of a style, or tags if wikitext has none.
fn quotes(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::Emphasis => ("''", "''"),
        Style::Strong => ("'''", "'''"),
        Style::Strikethrough
        | Style::Subscript
        | Style::Superscript
        | Style::Keyboard
        | Style::Highlight
        | Style::Underline => tags(style),
    }
}

fn tags(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::Emphasis => ("<em>", "</em>"),
        Style::Strong => ("<strong>", "</strong>"),
        Style::Strikethrough => ("<s>", "</s>"),
        Style::Subscript => ("<sub>", "</sub>"),
        Style::Superscript => ("<sup>", "</sup>"),
        Style::Keyboard => ("<kbd>", "</kbd>"),
        Style::Highlight => ("<mark>", "</mark>"),
        Style::Underline => ("<u>", "</u>"),
    }
}
