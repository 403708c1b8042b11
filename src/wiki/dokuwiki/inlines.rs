//! Writes inlines in the syntax of DokuWiki.

use std::ops::Range;

use super::blocks::DokuwikiWriter;
use crate::markdown::DEEPEST;
use crate::wiki::lowered;
use crate::wiki::page::{Inline, LinkTo, Style};

/// The maximum total length of nested footnotes on a page, in bytes. Each reference repeats the
/// text, which could otherwise grow without limit.
const LONGEST_INSIDE: usize = 100_000;

/// Escaped text.
pub fn words(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if is_plain(&text) {
        return text;
    }
    let mut out = String::new();
    let mut start = 0;
    while start < text.len() {
        let signs = percents(&text, start).unwrap_or(text.len()..text.len());
        if signs.start > start {
            out.push_str(&format!("%%{}%%", &text[start..signs.start]));
        }
        if !signs.is_empty() {
            out.push_str(&format!("<nowiki>{}</nowiki>", &text[signs.clone()]));
        }
        start = signs.end;
    }
    out
}

/// Text before the bracket of a footnote: `m((note))` would become a smiley. Wikis can define
/// smileys of their own.
fn words_before_bracket(text: &str) -> String {
    const LONGEST_FACE: usize = 3;
    let last = text
        .trim_end_matches(|next: char| next.is_alphanumeric())
        .len();
    let is_face = (1..=LONGEST_FACE).contains(&text[last..].chars().count());
    if is_face && is_plain(text) {
        format!("{}{}", words(&text[..last]), literal(&text[last..]))
    } else {
        words(text)
    }
}

/// The next percent signs that could end `%%…%%`: two or more, or any at one of the ends of the text.
fn percents(text: &str, mut from: usize) -> Option<Range<usize>> {
    while let Some(found) = text[from..].find('%') {
        let at = from + found;
        let count = text[at..].bytes().take_while(|&byte| byte == b'%').count();
        let end = at + count;
        if count > 1 || at == 0 || end == text.len() {
            return Some(at..end);
        }
        from = end;
    }
    None
}

/// Whether the wiki shows a text unchanged: lower-case words with single spaces, without quotation
/// marks, abbreviations, pictures, arrows or addresses.
fn is_plain(text: &str) -> bool {
    let inner = text.strip_prefix(' ').unwrap_or(text);
    let inner = inner.strip_suffix(' ').unwrap_or(inner);
    // A colon at the end could start an address together with the text after it.
    !text.ends_with(':') && inner.split(' ').all(is_plain_word)
}

fn is_plain_word(word: &str) -> bool {
    let word = word
        .strip_suffix([',', '.', ';', ':', '?', '!'])
        .unwrap_or(word);
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number || word.split('-').all(is_small_word)
}

/// Whether a word has no capitals except the first letter. `spec` is an abbreviation that the wiki
/// explains.
fn is_small_word(word: &str) -> bool {
    let mut letters = word.chars();
    word != "spec"
        && letters.next().is_some_and(char::is_alphabetic)
        && letters.all(|next| next.is_alphabetic() && !next.is_uppercase())
}

impl DokuwikiWriter<'_> {
    /// A line of inlines.
    pub fn inlines(&mut self, inlines: &[Inline]) -> String {
        let mut out = String::new();
        let mut text = String::new();
        for inline in &lowered::in_plain_words(inlines) {
            if let Inline::Text(more) = inline {
                text.push_str(more);
                continue;
            }
            let before = std::mem::take(&mut text);
            out.push_str(&if matches!(inline, Inline::Footnote(_)) {
                words_before_bracket(&before)
            } else {
                words(&before)
            });
            out.push_str(&self.inline(inline));
        }
        out.push_str(&words(&text));
        out
    }

    fn inline(&mut self, inline: &Inline) -> String {
        match inline {
            Inline::Text(text) => words(text),
            Inline::Code(code) => self.within("''", "''", |_| literal(code)),
            Inline::Styled(style, inner) => {
                let (start, end) = marks(*style);
                self.within(start, end, |writer| writer.inlines(inner))
            }
            Inline::Link { to, text } => self.link(to, text),
            Inline::Picture { name, alt, title } => self.picture(name, alt, title),
            Inline::Break => "\\\\ ".to_owned(),
            Inline::Footnote(number) => self.footnote(*number),
            Inline::Element(element, inner) => self.inlines(&lowered::inlines(element, inner)),
        }
    }

    /// Applies a style. DokuWiki cannot nest a style in itself.
    pub fn within(
        &mut self,
        start: &'static str,
        end: &'static str,
        inner: impl FnOnce(&mut Self) -> String,
    ) -> String {
        if self.styles.contains(&start) {
            return inner(self);
        }
        self.styles.push(start);
        let words = inner(self);
        self.styles.pop();
        if words.is_empty() {
            words
        } else {
            format!("{start}{words}{end}")
        }
    }

    fn link(&mut self, to: &LinkTo, text: &[Inline]) -> String {
        match self.target(to) {
            WikiLink::Target(target) => self.linked(&target, text),
            WikiLink::Address(address) => {
                let words = self.inlines(text);
                let code = self.within("''", "''", |_| literal(&address));
                format!("{words} %%(%%{code}%%)%%")
            }
            WikiLink::Nothing => self.inlines(text),
        }
    }

    fn target(&self, to: &LinkTo) -> WikiLink {
        match to {
            LinkTo::Heading(id) => self
                .anchor(&self.case.slug, id)
                .map_or(WikiLink::Nothing, |anchor| {
                    WikiLink::Target(format!("#{anchor}"))
                }),
            LinkTo::Page { case, heading } => {
                let Some(name) = self.publication.locations.get(case) else {
                    return WikiLink::Nothing;
                };
                let anchor = self
                    .anchor(case, heading)
                    .map(|anchor| format!("#{anchor}"))
                    .unwrap_or_default();
                WikiLink::Target(format!(":{}{anchor}", name.path))
            }
            LinkTo::External(address) => external(address),
        }
    }

    fn anchor(&self, case: &crate::slug::Slug, heading: &str) -> Option<&str> {
        self.publication
            .anchors
            .get(case)?
            .get(heading)
            .map(String::as_str)
    }

    /// One link for each run of text in one style, because the wiki reads no markup inside links.
    fn linked(&mut self, target: &str, text: &[Inline]) -> String {
        let mut out = String::new();
        for inline in &lowered::in_plain_words(text) {
            match inline {
                Inline::Text(text) => out.push_str(&links(target, text)),
                Inline::Code(code) => {
                    out.push_str(&self.within("''", "''", |_| links(target, code)));
                }
                Inline::Styled(style, inner) => {
                    let (start, end) = marks(*style);
                    out.push_str(&self.within(start, end, |writer| writer.linked(target, inner)));
                }
                Inline::Link { text, .. } => out.push_str(&self.linked(target, text)),
                Inline::Picture { name, alt, .. } => {
                    out.push_str(&format!("[[{target}|{}]]", self.media(name, alt)));
                }
                Inline::Break | Inline::Footnote(_) | Inline::Element(..) => {
                    out.push_str(&self.inline(inline));
                }
            }
        }
        out
    }

    fn picture(&mut self, name: &str, alt: &str, title: &str) -> String {
        let picture = self.media(name, alt);
        if title.is_empty() || title == alt {
            return picture;
        }
        let below = self.within("//", "//", |_| words(title));
        format!("{picture}\\\\ {below}")
    }

    /// A picture with a tooltip. Braces cannot be escaped there, so they become parentheses.
    fn media(&self, name: &str, alt: &str) -> String {
        let alt = alt
            .replace('{', "(")
            .replace('}', ")")
            .replace("]]", "] ]")
            .replace(['\n', '\r'], " ");
        let alt = alt.trim().trim_end_matches(']');
        let id = if self.publication.parent.is_empty() {
            name.to_owned()
        } else {
            format!("{}:{name}", self.publication.parent)
        };
        if alt.is_empty() {
            format!("{{{{:{id}}}}}")
        } else {
            format!("{{{{:{id}|{alt}}}}}")
        }
    }

    /// The wiki numbers the references, and merges footnotes with the same text.
    fn footnote(&mut self, number: usize) -> String {
        let Some(blocks) = self.case.page.footnotes.get(number) else {
            return String::new();
        };
        if self.notes.contains(&number) {
            return String::new();
        }
        let is_inside = !self.notes.is_empty();
        if is_inside && (self.notes.len() == DEEPEST || self.inside > LONGEST_INSIDE) {
            return " %%(…)%%".to_owned();
        }
        self.notes.push(number);
        let styles = if is_inside {
            Vec::new()
        } else {
            std::mem::take(&mut self.styles)
        };
        let text = self.joined(blocks);
        if !is_inside {
            self.styles = styles;
        }
        self.notes.pop();
        self.inside += if is_inside { text.len() } else { 0 };
        match is_inside {
            _ if text.is_empty() => text,
            // The wiki has no nested footnotes.
            true => format!(" %%(%%{text}%%)%%"),
            false => format!("(({text}))"),
        }
    }
}

/// Text that is always escaped.
fn literal(text: &str) -> String {
    let words = words(text);
    if words == text && !text.is_empty() {
        format!("%%{text}%%")
    } else {
        words
    }
}

/// The target of a link.
enum WikiLink {
    /// A target of a wiki link.
    Target(String),
    /// An address without a link, shown as text.
    Address(String),
    Nothing,
}

fn external(address: &str) -> WikiLink {
    let scheme = address
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase())
        .unwrap_or_default();
    match scheme.as_str() {
        "http" | "https" | "ftp" if address[scheme.len()..].starts_with("://") => {
            WikiLink::Target(encoded(address))
        }
        "mailto" if address.contains('@') && !address.contains(['?', '|', '[', ']']) => {
            WikiLink::Target(address[7..].to_owned())
        }
        _ => WikiLink::Address(address.to_owned()),
    }
}

/// An address without characters that would end the link.
fn encoded(address: &str) -> String {
    let mut out = String::new();
    for next in address.chars() {
        if next.is_whitespace() || next.is_control() || "|[]<>\"".contains(next) {
            let mut bytes = [0; 4];
            next.encode_utf8(&mut bytes)
                .bytes()
                .for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        } else {
            out.push(next);
        }
    }
    out
}

/// Adjacent links to one target that together contain the text. `]]` and `{{` cannot be escaped
/// inside a link, so they are split between two links.
fn links(target: &str, text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.trim().is_empty() {
        return text;
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = if rest.starts_with("{{") {
            1
        } else {
            rest.find("]]").map_or(rest.len(), |at| at + 1)
        };
        out.push_str(&format!("[[{target}|{}]]", &rest[..end]));
        rest = &rest[end..];
    }
    out
}

fn marks(style: Style) -> (&'static str, &'static str) {
    match style {
        Style::Emphasis => ("//", "//"),
        Style::Strong | Style::Highlight => ("**", "**"),
        Style::Strikethrough => ("<del>", "</del>"),
        Style::Subscript => ("<sub>", "</sub>"),
        Style::Superscript => ("<sup>", "</sup>"),
        Style::Keyboard => ("''", "''"),
        Style::Underline => ("__", "__"),
    }
}
