//! The ids of pages and sections in DokuWiki.

use std::collections::BTreeMap;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use xxhash_rust::xxh3::xxh3_64;

use crate::slug::Numbered;
use crate::wiki::page::{Block, Case, Heading, plain};

/// The maximum length of an id: with DokuWiki's suffix it is a file name of at most 255 bytes.
const LONGEST_ID: usize = 200;

/// Letters that DokuWiki replaces by more than the letter without its accent.
const FOLDED: [(char, &str); 15] = [
    ('ä', "ae"),
    ('ö', "oe"),
    ('ü', "ue"),
    ('ß', "ss"),
    ('æ', "ae"),
    ('ø', "oe"),
    ('œ', "oe"),
    ('þ', "th"),
    ('ð', "dh"),
    ('đ', "d"),
    ('ł', "l"),
    ('ħ', "h"),
    ('ŧ', "t"),
    ('ı', "i"),
    ('å', "a"),
];

/// The id of a page within its namespace: lower-case letters, digits, `_` and `-`. It can be empty.
pub fn id(title: &str) -> String {
    let folded = folded(title);
    let is_plain = |next: char| next.is_ascii_alphanumeric() || next == '-';
    let mut id = String::new();
    for next in folded.chars() {
        if is_plain(next) {
            id.push(next);
        } else if !id.ends_with('_') {
            id.push('_');
        }
    }
    let mut id = shortened(id.trim_matches(['_', '-'])).to_owned();
    // Letters of other alphabets are lost, so a digest of the title keeps such ids unique.
    if folded
        .chars()
        .any(|next| next.is_alphanumeric() && !next.is_ascii())
    {
        let digest = format!("{:08x}", xxh3_64(title.as_bytes()) >> 32);
        id = if id.is_empty() {
            digest
        } else {
            format!("{id}_{digest}")
        };
    }
    id
}

fn shortened(id: &str) -> &str {
    if id.len() <= LONGEST_ID {
        return id;
    }
    let cut = &id[..LONGEST_ID];
    cut.rfind('_').map_or(cut, |at| &cut[..at])
}

/// Lower-case text without accents on Latin letters.
fn folded(text: &str) -> String {
    let mut folded = String::new();
    for next in text.nfc().flat_map(char::to_lowercase) {
        match FOLDED.iter().find(|(letter, _)| *letter == next) {
            Some((_, letters)) => folded.push_str(letters),
            None => push_without_accent(next, &mut folded),
        }
    }
    folded
}

fn push_without_accent(letter: char, out: &mut String) {
    let base: String = letter
        .nfd()
        .filter(|&part| !is_combining_mark(part))
        .collect();
    if base.is_ascii() {
        out.push_str(&base);
    } else {
        out.push(letter);
    }
}

/// The anchors of the headings. Inside a quotation, a list or a call-out, a heading is not a
/// section of the wiki, so links to it lead to the section that contains it.
pub fn anchors(case: &Case) -> BTreeMap<String, String> {
    let mut sections = Sections::default();
    sections.here = sections.add(&case.title);
    sections.walk(&case.page.blocks, Nesting::Page);
    for footnote in &case.page.footnotes {
        sections.walk(footnote, Nesting::Inside);
    }
    sections.anchors
}

/// Whether a heading is a section of the wiki.
#[derive(Clone, Copy)]
enum Nesting {
    Page,
    Inside,
}

#[derive(Default)]
struct Sections {
    taken: Numbered,
    /// The current section.
    here: String,
    anchors: BTreeMap<String, String>,
}

impl Sections {
    fn walk<'a>(&mut self, blocks: impl IntoIterator<Item = &'a Block>, nesting: Nesting) {
        for block in blocks {
            match block {
                Block::Heading(heading) => self.heading(heading, nesting),
                Block::Details { blocks, .. } => self.walk(blocks, nesting),
                Block::Element(element, blocks)
                    if matches!(element.name, "center" | "div" | "figure" | "figcaption") =>
                {
                    self.walk(blocks, nesting);
                }
                other => self.walk(other.children(), Nesting::Inside),
            }
        }
    }

    fn heading(&mut self, heading: &Heading, nesting: Nesting) {
        let text = title(heading);
        if matches!(nesting, Nesting::Page) && !text.is_empty() {
            self.here = self.add(&text);
        }
        self.anchors.insert(heading.id.clone(), self.here.clone());
    }

    /// Registers a section and returns its anchor. This is mostly its text, because the wiki
    /// derives the id of headings and links in the same way, whatever its settings.
    fn add(&mut self, text: &str) -> String {
        let id = section_id(text);
        let taken = self
            .taken
            .claim(&id, |number| format!("{id}{}", number - 1), str::to_owned);
        let words = link_words(text);
        if taken != id || words.is_empty() {
            taken
        } else {
            words
        }
    }
}

/// The text of a heading on one line.
pub fn title(heading: &Heading) -> String {
    one_line(&plain(&heading.text))
}

/// A text on one line, without white space at the ends.
pub fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The text of a heading without characters that have a meaning in links. The wiki drops these from
/// ids as well.
fn link_words(text: &str) -> String {
    let is_kept =
        |next: char| !next.is_ascii() || next.is_ascii_alphanumeric() || "/;:.-_".contains(next);
    let words: String = text
        .chars()
        .map(|next| if is_kept(next) { next } else { ' ' })
        .collect();
    one_line(&words)
}

/// The section id that DokuWiki derives from a heading with default settings.
fn section_id(text: &str) -> String {
    const SPECIAL: [char; 4] = [':', '.', '_', '-'];
    let mut id = String::new();
    for next in folded(text.trim()).chars() {
        match next {
            ';' => id.push(':'),
            ':' | '.' | '-' => id.push(next),
            next if next.is_alphanumeric() => id.push(next),
            _ if id.ends_with('_') => {}
            _ => id.push('_'),
        }
    }
    let parts = id.split(':').map(|part| part.trim_matches(SPECIAL));
    let id: String = parts.collect::<String>().replace('.', "");
    let words =
        id.trim_start_matches(|next: char| next.is_ascii_digit() || next == '_' || next == '-');
    if words.is_empty() {
        format!("section{}", id.replace(['_', '-'], ""))
    } else {
        words.to_owned()
    }
}

/// Whether XML, and so any request, cannot contain a character.
pub fn is_unspeakable(next: char) -> bool {
    matches!(next, '\0'..='\x08' | '\x0b' | '\x0c' | '\x0e'..='\x1f' | '\u{fffe}' | '\u{ffff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_small_and_plain() {
        for (title, wanted) in [
            (
                "Case study: C# & DB — outage #2",
                "case_study_c_db_outage_2",
            ),
            ("Über Café", "ueber_cafe"),
            ("2026 10:00", "2026_10_00"),
            ("a/b;c", "a_b_c"),
            ("?", ""),
            ("On-call", "on-call"),
            ("GRÖSSE: ß", "groesse_ss"),
        ] {
            assert_eq!(id(title), wanted);
        }
        let foreign = id("漢字");
        assert!(foreign.len() == 8 && foreign != id("文字"), "{foreign}");
        assert_eq!(id(&"word ".repeat(80)).len(), 199);
    }

    #[test]
    fn sections_are_called_as_the_wiki_calls_them() {
        for (text, wanted) in [
            ("What happened?", "what_happened"),
            ("2. Über: alles", "ueberalles"),
            ("10:00", "section1000"),
            ("!!!", "section"),
            ("a - b", "a_-_b"),
            ("a.b", "ab"),
        ] {
            assert_eq!(section_id(text), wanted, "{text}");
        }
    }
}
