//! What stands inside a line, as DokuWiki reads it.

use super::blocks::DokuwikiWriter;
use crate::markdown::DEEPEST;
use crate::wiki::lowered;
use crate::wiki::page::{Inline, LinkTo, Style};

/// How many bytes the footnotes of a page may have inside of others. There each reference repeats the words, which a page could otherwise
/// never end to do.
const LONGEST_INSIDE: usize = 100_000;

/// Words in which nothing means anything to the wiki, and which it shows as they are.
pub fn words(text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if is_plain(&text) {
        return text;
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let is_start = rest.len() == text.len();
        let end = percents(rest, is_start).unwrap_or(rest.len());
        if end > 0 {
            out.push_str(&format!("%%{}%%", &rest[..end]));
        }
        let count = rest[end..].bytes().take_while(|&byte| byte == b'%').count();
        if count > 0 {
            out.push_str(&format!("<nowiki>{}</nowiki>", &rest[end..end + count]));
        }
        rest = &rest[end + count..];
    }
    out
}

/// The same before the bracket of a footnote, which would make a face of a short word: `m((note))`. Wikis can have faces of their own.
fn words_before_bracket(text: &str) -> String {
    const LONGEST_FACE: usize = 3;
    let last = text.trim_end_matches(|next: char| next.is_alphanumeric()).len();
    let is_face = (1..=LONGEST_FACE).contains(&text[last..].chars().count());
    if is_face && is_plain(text) { format!("{}{}", words(&text[..last]), literal(&text[last..])) } else { words(text) }
}

/// Where the next percent signs stand that could end `%%…%%`: two or more, or any at one of the ends.
fn percents(text: &str, is_start: bool) -> Option<usize> {
    let mut from = 0;
    while let Some(found) = text[from..].find('%') {
        let at = from + found;
        let count = text[at..].bytes().take_while(|&byte| byte == b'%').count();
        if count > 1 || (at == 0 && is_start) || at + count == text.len() {
            return Some(at);
        }
        from = at + count;
    }
    None
}

/// Whether the wiki shows a text as it stands: small words with single blanks, no quotation marks, no abbreviations, nothing that
/// could be a picture, an arrow or an address.
fn is_plain(text: &str) -> bool {
    let inner = text.strip_prefix(' ').unwrap_or(text);
    let inner = inner.strip_suffix(' ').unwrap_or(inner);
    // A colon at the end and two slashes after it would be the start of an address.
    !text.ends_with(':') && inner.split(' ').all(is_plain_word)
}

fn is_plain_word(word: &str) -> bool {
    let word = word.strip_suffix([',', '.', ';', ':', '?', '!']).unwrap_or(word);
    let is_number = !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit());
    is_number || word.split('-').all(is_small_word)
}

/// Letters, and no capitals but the first one; the wiki explains one small word, which it takes for an abbreviation.
fn is_small_word(word: &str) -> bool {
    let mut letters = word.chars();
    word != "spec" && letters.next().is_some_and(char::is_alphabetic) && letters.all(|next| next.is_alphabetic() && !next.is_uppercase())
}

impl DokuwikiWriter<'_> {
    /// Words, pictures and links.
    pub fn inlines(&mut self, inlines: &[Inline]) -> String {
        let mut out = String::new();
        let mut text = String::new();
        for inline in &lowered::in_plain_words(inlines) {
            if let Inline::Text(more) = inline {
                text.push_str(more);
                continue;
            }
            let before = std::mem::take(&mut text);
            out.push_str(&if matches!(inline, Inline::Footnote(_)) { words_before_bracket(&before) } else { words(&before) });
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

    /// Sets words in a style; within the same style nothing is to be done, and the wiki could not do it.
    pub fn within(&mut self, start: &'static str, end: &'static str, inner: impl FnOnce(&mut Self) -> String) -> String {
        if self.styles.contains(&start) {
            return inner(self);
        }
        self.styles.push(start);
        let words = inner(self);
        self.styles.pop();
        if words.is_empty() { words } else { format!("{start}{words}{end}") }
    }

    fn link(&mut self, to: &LinkTo, text: &[Inline]) -> String {
        match self.target(to) {
            WikiLink::Place(place) => self.linked(&place, text),
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
            LinkTo::Heading(id) => {
                self.anchor(&self.case.slug, id).map_or(WikiLink::Nothing, |anchor| WikiLink::Place(format!("#{anchor}")))
            }
            LinkTo::Page { case, heading } => {
                let Some(name) = self.publication.locations.get(case) else { return WikiLink::Nothing };
                let anchor = self.anchor(case, heading).map(|anchor| format!("#{anchor}")).unwrap_or_default();
                WikiLink::Place(format!(":{}{anchor}", name.path))
            }
            LinkTo::External(address) => external(address),
        }
    }

    fn anchor(&self, case: &crate::slug::Slug, heading: &str) -> Option<&str> {
        self.publication.anchors.get(case)?.get(heading).map(String::as_str)
    }

    /// A link for every stretch of words in one style, because inside of a link the wiki reads no markup.
    fn linked(&mut self, place: &str, text: &[Inline]) -> String {
        let mut out = String::new();
        for inline in &lowered::in_plain_words(text) {
            match inline {
                Inline::Text(text) => out.push_str(&links(place, text)),
                Inline::Code(code) => out.push_str(&self.within("''", "''", |_| links(place, code))),
                Inline::Styled(style, inner) => {
                    let (start, end) = marks(*style);
                    out.push_str(&self.within(start, end, |writer| writer.linked(place, inner)));
                }
                Inline::Link { text, .. } => out.push_str(&self.linked(place, text)),
                Inline::Picture { name, alt, .. } => out.push_str(&format!("[[{place}|{}]]", self.media(name, alt))),
                Inline::Break | Inline::Footnote(_) | Inline::Element(..) => out.push_str(&self.inline(inline)),
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

    /// What stands for a picture shows when one points at it. Nothing keeps a brace from ending it, so braces become brackets.
    fn media(&self, name: &str, alt: &str) -> String {
        let alt = alt.replace('{', "(").replace('}', ")").replace("]]", "] ]").replace(['\n', '\r'], " ");
        let alt = alt.trim().trim_end_matches(']');
        let id = if self.publication.parent.is_empty() { name.to_owned() } else { format!("{}:{name}", self.publication.parent) };
        if alt.is_empty() { format!("{{{{:{id}}}}}") } else { format!("{{{{:{id}|{alt}}}}}") }
    }

    /// The wiki numbers the references itself, and shows the same words once, under all of their numbers.
    fn footnote(&mut self, number: usize) -> String {
        let Some(blocks) = self.case.page.footnotes.get(number) else { return String::new() };
        if self.notes.contains(&number) {
            return String::new();
        }
        let is_inside = !self.notes.is_empty();
        if is_inside && (self.notes.len() == DEEPEST || self.inside > LONGEST_INSIDE) {
            return " %%(…)%%".to_owned();
        }
        self.notes.push(number);
        let styles = if is_inside { Vec::new() } else { std::mem::take(&mut self.styles) };
        let text = self.joined(blocks);
        if !is_inside {
            self.styles = styles;
        }
        self.notes.pop();
        self.inside += if is_inside { text.len() } else { 0 };
        match is_inside {
            _ if text.is_empty() => text,
            // There are no footnotes in footnotes.
            true => format!(" %%(%%{text}%%)%%"),
            false => format!("(({text}))"),
        }
    }
}

/// Words that are always taken out of the hands of the wiki.
fn literal(text: &str) -> String {
    let words = words(text);
    if words == text && !text.is_empty() { format!("%%{text}%%") } else { words }
}

/// Where a link leads.
enum WikiLink {
    /// What the wiki can lead to.
    Place(String),
    /// What it cannot lead to, so that it is to be read.
    Address(String),
    Nothing,
}

fn external(address: &str) -> WikiLink {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase()).unwrap_or_default();
    match scheme.as_str() {
        "http" | "https" | "ftp" if address[scheme.len()..].starts_with("://") => WikiLink::Place(encoded(address)),
        "mailto" if address.contains('@') && !address.contains(['?', '|', '[', ']']) => WikiLink::Place(address[7..].to_owned()),
        _ => WikiLink::Address(address.to_owned()),
    }
}

/// An address without what would end the link.
fn encoded(address: &str) -> String {
    let mut out = String::new();
    for next in address.chars() {
        if next.is_whitespace() || next.is_control() || "|[]<>\"".contains(next) {
            let mut bytes = [0; 4];
            next.encode_utf8(&mut bytes).bytes().for_each(|byte| out.push_str(&format!("%{byte:02X}")));
        } else {
            out.push(next);
        }
    }
    out
}

/// Links to one place, next to each other, with all of the words: nothing in a link keeps two brackets from ending it, or two braces
/// from being a picture, so these are parted between two links.
fn links(place: &str, text: &str) -> String {
    let text = text.replace(['\n', '\r'], " ");
    if text.trim().is_empty() {
        return text;
    }
    let mut out = String::new();
    let mut rest = text.as_str();
    while !rest.is_empty() {
        let end = if rest.starts_with("{{") { 1 } else { rest.find("]]").map_or(rest.len(), |at| at + 1) };
        out.push_str(&format!("[[{place}|{}]]", &rest[..end]));
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
