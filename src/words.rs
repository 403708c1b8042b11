//! Words that an audience may not see, found in any spelling: any case, any separators, encoded or cut up by markup.
//!
//! Redaction and the final search over the output share these rules, so neither is stricter than the other.

pub mod markup;
mod units;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use quick_xml::escape::resolve_html5_entity;

use units::{Unit, Units};

pub use units::{SET_APART, is_unseen};

/// Looks for a set of words or phrases.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    phrases: Vec<Phrase>,
    /// The letters and digits of all phrases as a tree, with its root first. So a text is searched once for all phrases.
    tree: Vec<Branch>,
}

/// Replaces words in all output for others.
#[derive(Debug)]
pub struct Redactor {
    /// Finds the words.
    pub(crate) finder: Finder,
    /// The replacement of each word, in the order of the finder.
    pub(crate) replacements: Vec<String>,
}

impl Redactor {
    /// A redactor of words, each with its replacement.
    pub fn new<'a>(words: impl IntoIterator<Item = (&'a String, &'a String)>) -> Self {
        let (words, replacements): (Vec<&str>, Vec<String>) = words
            .into_iter()
            .map(|(word, replacement)| (word.as_str(), replacement.clone()))
            .unzip();
        Self {
            finder: Finder::new(words),
            replacements,
        }
    }

    /// A text in which the words are replaced.
    pub fn text<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.finder
            .replace(text, |phrase| &self.replacements[phrase])
            .map_or(Cow::Borrowed(text), Cow::Owned)
    }
}

/// A node in the tree of phrases.
#[derive(Debug, Clone, Default)]
struct Branch {
    /// The next node for each letter or digit.
    next: BTreeMap<char, usize>,
    /// The phrases that end here.
    ends: Vec<usize>,
}

/// A phrase in the form that is searched.
#[derive(Debug, Clone)]
struct Phrase {
    /// As its author wrote it.
    written: String,
    /// Its letters and digits in lower case, each with the separators allowed before it.
    units: Vec<(char, Joint)>,
    /// Signs before the first and after the last letter or digit, `$` or `++`.
    prefix: String,
    suffix: String,
}

/// The separators allowed between two letters or digits of a phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Joint {
    /// Nothing.
    None,
    /// Any separators or none: `Project Falcon` is also `project-falcon` and `ProjectFalcon`.
    Any,
    /// One separator: `1.2` is not `12`.
    One,
}

/// A place where a phrase was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The index of the phrase in the order given.
    pub phrase: usize,
    /// Its bytes in the text.
    pub range: Range<usize>,
}

/// A word that was found in an output file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The word as the settings have it.
    pub word: String,
    /// The text around it, in one line.
    pub excerpt: String,
}

impl Finder {
    /// A finder of words and phrases, which [`Found::phrase`] counts from 0 in this order.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let phrases: Vec<Phrase> = words.into_iter().map(Phrase::new).collect();
        let mut tree = vec![Branch::default()];
        for (index, phrase) in phrases
            .iter()
            .enumerate()
            .filter(|(_, phrase)| !phrase.units.is_empty())
        {
            let mut at = 0;
            for &(letter, _) in &phrase.units {
                let new = tree.len();
                at = *tree[at].next.entry(letter).or_insert(new);
                if at == new {
                    tree.push(Branch::default());
                }
            }
            tree[at].ends.push(index);
        }
        Self { phrases, tree }
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.tree.len() <= 1
    }

    /// The first place in `text` that holds one of the words.
    pub fn first(&self, text: &str) -> Option<Found> {
        self.search(text, Stop::First).into_iter().next()
    }

    /// All places in `text` that hold one of the words; of those that overlap the one that starts first, then the longest.
    pub fn all(&self, text: &str) -> Vec<Found> {
        self.search(text, Stop::Never)
    }

    /// The text with each word replaced by what `replacement` gives for it; `None` if it holds none.
    pub fn replace<'r>(
        &self,
        text: &str,
        replacement: impl Fn(usize) -> &'r str,
    ) -> Option<String> {
        let found = self.all(text);
        if found.is_empty() {
            return None;
        }
        let mut replaced = String::with_capacity(text.len());
        let mut at = 0;
        for Found { phrase, range } in found {
            replaced.push_str(&text[at..range.start]);
            replaced.push_str(replacement(phrase));
            at = range.end;
        }
        replaced.push_str(&text[at..]);
        Some(replaced)
    }

    /// The first word in an artefact, whatever its format: as it is, decoded, and without its markup.
    pub fn first_in_artefact(&self, bytes: &[u8]) -> Option<Hit> {
        if self.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(bytes);
        let hit = |form: String| {
            let found = self.first(&form)?;
            Some(Hit {
                word: self.phrases[found.phrase].written.clone(),
                excerpt: excerpt(&form, found.range),
            })
        };
        hit(decode(&text)).or_else(|| {
            if text.contains('<') {
                hit(decode(&markup::as_read(&text)))
            } else {
                None
            }
        })
    }

    fn search(&self, text: &str, stop: Stop) -> Vec<Found> {
        if self.is_empty() {
            return Vec::new();
        }
        // Only the units of the longest phrase are kept, and some room to work in.
        const ROOM: usize = 4096;
        let longest = self
            .phrases
            .iter()
            .map(|phrase| phrase.units.len())
            .max()
            .unwrap_or_default();
        let mut units = Units::new(text);
        let mut found: Vec<Found> = Vec::new();
        let mut at = 0;
        loop {
            units.read_up_to(at + longest);
            let Some(first) = units.read().get(at) else {
                return found;
            };
            match self
                .longest_at(text, units.read(), at)
                .filter(|_| first.starts)
            {
                Some(phrase) => {
                    found.push(self.found(text, &units.read()[at..], phrase));
                    if stop == Stop::First {
                        return found;
                    }
                    at += self.phrases[phrase].units.len();
                }
                None => at += 1,
            }
            if at > ROOM {
                units.forget(at);
                at = 0;
            }
        }
    }

    /// The place of a phrase whose letters these units start with.
    fn found(&self, text: &str, units: &[Unit], phrase: usize) -> Found {
        let Phrase {
            units: wanted,
            prefix,
            suffix,
            ..
        } = &self.phrases[phrase];
        let start = units[0].range.start;
        // Accents of one letter are not in the order of the text.
        let end = units[..wanted.len()]
            .iter()
            .map(|unit| unit.range.end)
            .max()
            .unwrap_or(start);
        Found {
            phrase,
            range: start - taken_before(text, start, prefix)..end + taken_after(text, end, suffix),
        }
    }

    fn longest_at(&self, text: &str, units: &[Unit], at: usize) -> Option<usize> {
        let mut longest = None;
        let mut branch = &self.tree[0];
        for unit in &units[at..] {
            let Some(&next) = branch.next.get(&unit.folded) else {
                break;
            };
            branch = &self.tree[next];
            longest = branch
                .ends
                .iter()
                .copied()
                .find(|&phrase| self.phrases[phrase].is_at(text, units, at))
                .or(longest);
        }
        longest
    }
}

/// When a search may end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    First,
    Never,
}

impl Phrase {
    fn new(written: &str) -> Self {
        let found = Units::all(written);
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            return Self {
                written: written.to_owned(),
                units: Vec::new(),
                prefix: String::new(),
                suffix: String::new(),
            };
        };
        let prefix = written[..first.range.start].trim().to_owned();
        let suffix = written[last.range.end..].trim().to_owned();
        let joint = |index: usize, unit: &Unit| match index {
            0 => Joint::None,
            _ if unit.separators == 0 => Joint::None,
            _ if unit.folded.is_numeric() && found[index - 1].folded.is_numeric() => Joint::One,
            _ => Joint::Any,
        };
        let units = found
            .iter()
            .enumerate()
            .map(|(index, unit)| (unit.folded, joint(index, unit)))
            .collect();
        Self {
            written: written.to_owned(),
            units,
            prefix,
            suffix,
        }
    }

    fn is_at(&self, text: &str, units: &[Unit], at: usize) -> bool {
        let Some(candidate) = units.get(at..at + self.units.len()) else {
            return false;
        };
        let Some(last) = candidate.last() else {
            return false;
        };
        let fits = |(index, (unit, (folded, joint))): (usize, (&Unit, &(char, Joint)))| {
            unit.folded == *folded
                && (index == 0
                    || match joint {
                        Joint::None => unit.separators == 0,
                        Joint::Any => true,
                        Joint::One => unit.separators == 1,
                    })
        };
        last.ends
            && candidate.iter().zip(&self.units).enumerate().all(fits)
            && self.signs_fit(text, &candidate[0], last)
    }

    /// Whether a short phrase has its signs around it: `C++` is not `c`.
    fn signs_fit(&self, text: &str, first: &Unit, last: &Unit) -> bool {
        const ENOUGH_TO_STAND_ALONE: usize = 3;
        self.units.len() >= ENOUGH_TO_STAND_ALONE
            || (taken_before(text, first.range.start, &self.prefix) == self.prefix.len()
                && taken_after(text, last.range.end, &self.suffix) == self.suffix.len())
    }
}

fn taken_before(text: &str, at: usize, signs: &str) -> usize {
    if text[..at].ends_with(signs) {
        signs.len()
    } else {
        0
    }
}

fn taken_after(text: &str, at: usize, signs: &str) -> usize {
    if text[at..].starts_with(signs) {
        signs.len()
    } else {
        0
    }
}

/// The text with character references, percent-encoding and the escapes of JSON resolved, also nested ones.
pub(crate) fn decode(text: &str) -> String {
    const NESTING: usize = 4;
    let mut decoded = text.to_owned();
    for _ in 0..NESTING {
        if !decoded.contains(['&', '%', '\\']) {
            break;
        }
        let next = decode_once(&decoded);
        if next == decoded {
            break;
        }
        decoded = next;
    }
    decoded
}

/// The text with the character references of HTML resolved, once.
pub fn decode_references(text: &str) -> String {
    references(text).map(|(_, meaning)| meaning).collect()
}

/// The pieces of an HTML text between and at its character references, in their order. Each has its place and its meaning, which is
/// borrowed if it is the same as the text.
pub fn references(text: &str) -> impl Iterator<Item = (Range<usize>, Cow<'_, str>)> {
    let mut at = 0;
    std::iter::from_fn(move || {
        let start = at;
        let rest = &text[start..];
        let (meaning, length) = match rest.find('&') {
            None if rest.is_empty() => return None,
            None => (Cow::Borrowed(rest), rest.len()),
            Some(0) => match escape(rest) {
                Some((bytes, length)) => (
                    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()),
                    length,
                ),
                None => (Cow::Borrowed("&"), 1),
            },
            Some(length) => (Cow::Borrowed(&rest[..length]), length),
        };
        at += length;
        Some((start..at, meaning))
    })
}

fn decode_once(text: &str) -> String {
    let mut bytes: Vec<u8> = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['&', '%', '\\']) {
        bytes.extend_from_slice(&rest.as_bytes()[..at]);
        rest = &rest[at..];
        match escape(rest) {
            Some((meaning, length)) => {
                bytes.extend_from_slice(&meaning);
                rest = &rest[length..];
            }
            None => {
                bytes.push(rest.as_bytes()[0]);
                rest = &rest[1..];
            }
        }
    }
    bytes.extend_from_slice(rest.as_bytes());
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The meaning of the escape at the start of `text`, and its length.
fn escape(text: &str) -> Option<(Vec<u8>, usize)> {
    let character = |number: u32, length: usize| {
        char::from_u32(number).map(|meaning| (meaning.to_string().into_bytes(), length))
    };
    match text.as_bytes()[0] {
        b'%' => u8::from_str_radix(text.get(1..3)?, 16)
            .ok()
            .map(|byte| (vec![byte], 3)),
        b'\\' if text[1..].starts_with('u') => {
            character(u32::from_str_radix(text.get(2..6)?, 16).ok()?, 6)
        }
        b'&' => match text.strip_prefix("&#") {
            Some(number) => {
                let (radix, digits) = number
                    .strip_prefix(['x', 'X'])
                    .map_or((10, number), |digits| (16, digits));
                let length = digits
                    .chars()
                    .take_while(|digit| digit.is_digit(radix))
                    .count();
                // Browsers do without the semicolon, too.
                let sign = usize::from(digits[length..].starts_with(';'));
                character(
                    u32::from_str_radix(&digits[..length], radix).ok()?,
                    text.len() - digits.len() + length + sign,
                )
            }
            None => {
                let length = text[1..]
                    .bytes()
                    .take_while(u8::is_ascii_alphanumeric)
                    .count();
                let is_closed = text[1 + length..].starts_with(';');
                let meaning = resolve_html5_entity(&text[1..=length]).filter(|_| is_closed)?;
                Some((meaning.as_bytes().to_vec(), length + 2))
            }
        },
        _ => None,
    }
}

/// A part of a text with a few words around it, in one line.
pub(crate) fn excerpt(text: &str, range: Range<usize>) -> String {
    const AROUND: usize = 40;
    let start = text[..range.start]
        .char_indices()
        .rev()
        .nth(AROUND)
        .map_or(0, |(at, _)| at);
    let end = text[range.end..]
        .char_indices()
        .nth(AROUND)
        .map_or(text.len(), |(at, _)| range.end + at);
    text[start..end]
        .replace(SET_APART, "")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(word: &str, text: &str) -> bool {
        Finder::new([word]).first(text).is_some()
    }

    #[test]
    fn finds_a_word_in_any_spelling() {
        for text in [
            "Project Falcon",
            "project-falcon",
            "PROJECT_FALCON",
            "ProjectFalcon",
            "myProjectFalconId",
            "the project\nfalcon.",
            "pro\u{ad}ject falcon2",
        ] {
            assert!(holds("Project Falcon", text), "{text}");
        }
        for text in [
            "project of falcons",
            "falconry project",
            "subproject falcon",
            "projects falcon",
        ] {
            assert!(!holds("Project Falcon", text), "{text}");
        }
    }

    #[test]
    fn letters_are_the_same_however_they_are_written() {
        for (word, text) in [
            ("Kühn", "bei Ku\u{308}hn."),
            ("Ku\u{308}hn", "bei Kühn."),
            ("Zoë", "ZOE\u{308}"),
            ("Falcon", "Ｆａｌｃｏｎ"),
            ("office", "the o\u{fb03}ce"),
            ("Kühn", "getKu\u{308}hnId"),
        ] {
            assert!(holds(word, text), "{word} in {text}");
        }
        assert!(
            !holds("Kuhn", "Ku\u{308}hn")
                && !holds("Kuhn", "Kühn")
                && !holds("Zo", "Zoë")
                && !holds("Zo", "Zoe\u{308}")
        );
        let replaced = Finder::new(["Zoë"]).replace("of Zoe\u{308}, and Zoë.", |_| "her");
        assert_eq!(replaced.as_deref(), Some("of her, and her."));
    }

    #[test]
    fn what_nobody_sees_hides_no_word() {
        let unseen = [
            '\u{fe0f}',
            '\u{e0100}',
            '\u{34f}',
            '\u{61c}',
            '\u{180e}',
            '\u{2066}',
            '\u{206a}',
            '\u{3164}',
            '\u{e0020}',
        ]
        .into_iter()
        .chain([
            '\u{ad}',
            '\u{115f}',
            '\u{17b4}',
            '\u{200d}',
            '\u{2065}',
            '\u{ffa0}',
            '\u{fff0}',
            '\u{1d173}',
            '\u{e0fff}',
            '\u{1}',
            '\u{7f}',
        ]);
        for sign in unseen {
            let text = format!("the {sign}Fal{sign}{sign}con{sign} deal");
            let replaced = Finder::new(["Falcon"]).replace(&text, |_| "bird");
            assert_eq!(
                replaced.map(|text| text.replace(sign, "")).as_deref(),
                Some("the bird deal"),
                "{sign:?}"
            );
            assert!(
                holds(&format!("Fal{sign}con"), "falcon")
                    && !holds("Falcon", &format!("Falcon{sign}ry")),
                "{sign:?}"
            );
        }
        for sign in ['\u{2800}', '\u{a0}', '\u{3000}', '\u{2028}', '\t', '\u{85}'] {
            assert!(
                !holds("Falcon", &format!("Fal{sign}con"))
                    && holds("Fal con", &format!("fal{sign}Con")),
                "{sign:?}"
            );
        }
    }

    #[test]
    fn case_is_folded_in_full() {
        for (word, text) in [
            ("Straße", "STRASSE"),
            ("STRASSE", "straße"),
            ("Gro\u{1e9e}mann", "großmann"),
            ("Παπαδόπουλος", "ΠΑΠΑΔΌΠΟΥΛΟΣ"),
            ("ΣΊΣΥΦΟΣ", "Σίσυφος"),
            ("İstanbul", "istanbul"),
            ("Işık", "IŞIK"),
            ("İnci", "İNCİ"),
            ("Việt", "Viê\u{323}t"),
            ("ᾳ", "ΑΙ"),
            ("\u{17f}al", "SAL"),
            ("Ǆungla", "ǆungla"),
            ("Kelvin", "\u{212a}elvin"),
            ("ეკა", "ᲔᲙᲐ"),
        ] {
            assert!(holds(word, text) && holds(text, word), "{word} in {text}");
        }
        let replaced = Finder::new(["STRASSE"]).replace("die Straße, die Straßen", |_| "road");
        assert_eq!(replaced.as_deref(), Some("die road, die Straßen"));
    }

    #[test]
    fn a_long_text_is_read_in_pieces() {
        let text = format!(
            "{}Project, Falcon {}HTTPÉcole",
            "ann é ".repeat(3000),
            "Project ".repeat(2000)
        );
        let finder = Finder::new(["Project Falcon", "école"]);
        let found: Vec<&str> = finder
            .all(&text)
            .into_iter()
            .map(|found| &text[found.range])
            .collect();
        assert_eq!(found, ["Project, Falcon", "École"]);
    }

    #[test]
    fn knows_the_ends_of_words_and_numbers() {
        assert!(holds("Ann", "Ann's idea") && !holds("Ann", "planning an annex"));
        assert!(
            holds("$1.2M", "about $1.2M a day")
                && holds("$1.2M", "1.2m")
                && !holds("$1.2M", "12M")
                && !holds("$1.2M", "11.2M")
        );
        assert!(holds("C++", "in C++.") && !holds("C++", "vitamin C"));
        assert!(holds("Contoso", "HTTPContosoClient"));
    }

    #[test]
    fn replaces_the_longest() {
        let finder = Finder::new(["Copilot", "Time Entry Copilot", "$1.2M"]);
        let replaced = finder.replace("The time-entry copilot cost $1.2M, Copilot!", |phrase| {
            ["C", "T", "much"][phrase]
        });
        assert_eq!(replaced.as_deref(), Some("The T cost much, C!"));
    }

    #[test]
    fn finds_what_is_encoded_or_cut_up() {
        let finder = Finder::new(["Project Falcon"]);
        for artefact in [
            "<p>Project <b>Falcon</b></p>",
            "Pro<i>ject</i> Falcon",
            "/project%20falcon.html",
            "Project&nbsp;Fal&#99;on",
            "Project%2520Falcon",
            "\\u0050roject Falcon",
            "alt=\"project&#x2d;falcon\"",
            "| Project <strong>Fal</strong>con</td><td>is late</td>",
            "<p>Project Fal<b>con</b></p><p>was late</p>",
            "<dt>Project <i>Fal</i>con</dt><dd>late</dd>",
            "Project Fal<strong>con</strong><br>next",
            "Project Fal<b title='a > b'\n>con</b><br/>next",
            "Project Fal<unheard-of>con</unheard-of><unheard-of>next</unheard-of>",
            "Project<br>Falcon",
            "Project F&#97lcon, Project&Tab;Fal&NoBreak;con",
            "<ruby>Project Fal<rt>x</rt>con</ruby>",
        ] {
            assert!(
                finder.first_in_artefact(artefact.as_bytes()).is_some(),
                "{artefact}"
            );
        }
        for artefact in [
            "Project Eagle",
            "Project Fal<br>con",
            "Project Fal</p><p>con",
            "<td>Project Fal</td><td>con</td>",
            "Project Fal<hr/>con",
        ] {
            assert_eq!(
                finder.first_in_artefact(artefact.as_bytes()),
                None,
                "{artefact}"
            );
        }
        assert_eq!(
            Finder::new(["12"]).first_in_artefact(b"<td>1</td><td>2</td>"),
            None
        );
    }
}
