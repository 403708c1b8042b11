//! Words that an audience may not see, found in any spelling: any case, any separators, encoded or cut up by markup.
//!
//! Redaction and the final search over what was made share this one idea of what it is for a text to hold a word, so
//! that neither is stricter than the other.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Looks for a set of words or phrases.
#[derive(Debug, Clone, Default)]
pub struct Finder {
    phrases: Vec<Phrase>,
    /// The letters and digits of all phrases as a tree, whose root is the first: a text is walked over once, however many there are.
    tree: Vec<Branch>,
}

/// A place in the tree of phrases.
#[derive(Debug, Clone, Default)]
struct Branch {
    /// What follows each letter or digit.
    next: BTreeMap<char, usize>,
    /// The phrases that end here.
    ends: Vec<usize>,
}

/// A phrase as it is looked for.
#[derive(Debug, Clone)]
struct Phrase {
    /// As its author wrote it.
    written: String,
    /// Its letters and digits in lower case, each with what may stand before it.
    units: Vec<(char, Joint)>,
    /// Signs before the first and after the last letter or digit, `$` or `++`.
    prefix: String,
    suffix: String,
}

/// What may stand between two letters or digits of a phrase.
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
    /// Which phrase, in the order that they were given.
    pub phrase: usize,
    /// The bytes of the text that it takes.
    pub range: Range<usize>,
}

/// A word that was found in something that was made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The word as the settings have it.
    pub word: String,
    /// The text around it, in one line.
    pub excerpt: String,
}

/// A letter or digit of the text that is searched.
struct Unit {
    lower: char,
    range: Range<usize>,
    /// Whether a word can start here.
    starts: bool,
    /// Whether a word can end here.
    ends: bool,
    /// How many other characters stand between the letter or digit before and this one.
    separators: usize,
}

impl Finder {
    /// A finder of words and phrases, which [`Found::phrase`] counts from 0 in this order.
    pub fn new<'a>(words: impl IntoIterator<Item = &'a str>) -> Self {
        let phrases: Vec<Phrase> = words.into_iter().map(Phrase::new).collect();
        let mut tree = vec![Branch::default()];
        for (index, phrase) in phrases.iter().enumerate().filter(|(_, phrase)| !phrase.units.is_empty()) {
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
        self.phrases.iter().all(|phrase| phrase.units.is_empty())
    }

    /// The first place in `text` that holds one of the words.
    pub fn first(&self, text: &str) -> Option<Found> {
        self.search(text, Stop::First).into_iter().next()
    }

    /// All places in `text` that hold one of the words; of those that overlap the one that starts first, then the longest.
    pub fn all(&self, text: &str) -> Vec<Found> {
        self.search(text, Stop::Never)
    }

    /// The text with each word replaced by what `replacement` gives for it; nothing where it holds none.
    pub fn replace<'r>(&self, text: &str, replacement: impl Fn(usize) -> &'r str) -> Option<String> {
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

    /// The first word in something that was made, whatever its format: as it stands, decoded, and without its markup.
    pub fn first_in_artefact(&self, bytes: &[u8]) -> Option<Hit> {
        if self.is_empty() {
            return None;
        }
        let text = String::from_utf8_lossy(bytes);
        let decoded = decode(&text);
        let unmarked = decode(&without_tags(&text));
        [decoded.as_str(), unmarked.as_str()].into_iter().find_map(|form| {
            self.first(form).map(|found| Hit { word: self.phrases[found.phrase].written.clone(), excerpt: excerpt(form, found.range) })
        })
    }

    fn search(&self, text: &str, stop: Stop) -> Vec<Found> {
        if self.is_empty() {
            return Vec::new();
        }
        let units = units(text);
        let mut found: Vec<Found> = Vec::new();
        let mut at = 0;
        while at < units.len() {
            let longest = if units[at].starts { self.longest_at(text, &units, at) } else { None };
            let Some((phrase, length)) = longest else {
                at += 1;
                continue;
            };
            let last = &units[at + length - 1];
            let start = units[at].range.start - taken_before(text, units[at].range.start, &self.phrases[phrase].prefix);
            let end = last.range.end + taken_after(text, last.range.end, &self.phrases[phrase].suffix);
            found.push(Found { phrase, range: start..end });
            if stop == Stop::First {
                break;
            }
            at += length;
        }
        found
    }

    fn longest_at(&self, text: &str, units: &[Unit], at: usize) -> Option<(usize, usize)> {
        let mut longest = None;
        let mut branch = &self.tree[0];
        for unit in &units[at..] {
            let Some(&next) = branch.next.get(&unit.lower) else { break };
            branch = &self.tree[next];
            let found = branch.ends.iter().copied().find(|&phrase| self.phrases[phrase].is_at(text, units, at));
            longest = found.map(|phrase| (phrase, self.phrases[phrase].units.len())).or(longest);
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
        let found = units(written);
        let (Some(first), Some(last)) = (found.first(), found.last()) else {
            return Self { written: written.to_owned(), units: Vec::new(), prefix: String::new(), suffix: String::new() };
        };
        let prefix = written[..first.range.start].trim().to_owned();
        let suffix = written[last.range.end..].trim().to_owned();
        let joint = |index: usize, unit: &Unit| match index {
            0 => Joint::None,
            _ if unit.separators == 0 => Joint::None,
            _ if unit.lower.is_numeric() && found[index - 1].lower.is_numeric() => Joint::One,
            _ => Joint::Any,
        };
        let units = found.iter().enumerate().map(|(index, unit)| (unit.lower, joint(index, unit))).collect();
        Self { written: written.to_owned(), units, prefix, suffix }
    }

    fn is_at(&self, text: &str, units: &[Unit], at: usize) -> bool {
        let Some(candidate) = units.get(at..at + self.units.len()) else { return false };
        let Some(last) = candidate.last() else { return false };
        let fits = |(index, (unit, (lower, joint))): (usize, (&Unit, &(char, Joint)))| {
            unit.lower == *lower
                && (index == 0
                    || match joint {
                        Joint::None => unit.separators == 0,
                        Joint::Any => true,
                        Joint::One => unit.separators == 1,
                    })
        };
        last.ends && candidate.iter().zip(&self.units).enumerate().all(fits) && self.signs_fit(text, &candidate[0], last)
    }

    /// Whether the signs around the phrase are there, which they must be where they are most of it: `C++` is not `c`.
    fn signs_fit(&self, text: &str, first: &Unit, last: &Unit) -> bool {
        const ENOUGH_TO_STAND_ALONE: usize = 3;
        self.units.len() >= ENOUGH_TO_STAND_ALONE
            || (taken_before(text, first.range.start, &self.prefix) == self.prefix.len()
                && taken_after(text, last.range.end, &self.suffix) == self.suffix.len())
    }
}

fn taken_before(text: &str, at: usize, signs: &str) -> usize {
    if text[..at].ends_with(signs) { signs.len() } else { 0 }
}

fn taken_after(text: &str, at: usize, signs: &str) -> usize {
    if text[at..].starts_with(signs) { signs.len() } else { 0 }
}

/// The letters and digits of a text. A word can start and end at other characters, between small and capital letters
/// (`getContosoId`) and between letters and digits (`contoso2`); characters that nobody sees are passed over.
fn units(text: &str) -> Vec<Unit> {
    let mut units: Vec<Unit> = Vec::with_capacity(text.len());
    let mut before: Option<char> = None;
    let mut separators = 0;
    for (at, found) in text.char_indices() {
        if is_invisible(found) {
            continue;
        }
        let range = at..at + found.len_utf8();
        // An accent that is written behind its letter is a part of it.
        if is_combining_mark(found) && before.is_some() {
            units.push(Unit { lower: found, range, starts: false, ends: false, separators: 0 });
            continue;
        }
        if !found.is_alphanumeric() {
            separators += 1;
            before = None;
            if let Some(last) = units.last_mut() {
                last.ends = true;
            }
            continue;
        }
        let breaks = before.is_none_or(|before| is_break(before, found));
        if let Some(last) = units.last_mut() {
            last.ends |= breaks;
        }
        if found.is_ascii() {
            units.push(Unit { lower: found.to_ascii_lowercase(), range, starts: breaks, ends: false, separators });
            (separators, before) = (0, Some(found));
            continue;
        }
        // One letter can be written in several ways: with its accent or before it, wide, joined with another. Here they are one.
        let mut starts = breaks;
        for lower in found.nfkd().flat_map(char::to_lowercase) {
            units.push(Unit { lower, range: range.clone(), starts, ends: false, separators });
            (starts, separators) = (false, 0);
        }
        before = Some(found);
    }
    if let Some(last) = units.last_mut() {
        last.ends = true;
    }
    mark_acronyms(&mut units, text);
    units
}

/// `HTTPContoso`: the last capital before a small letter starts a word.
fn mark_acronyms(units: &mut [Unit], text: &str) {
    let at = |unit: &Unit| text[unit.range.clone()].chars().next().unwrap_or_default();
    for index in 1..units.len().saturating_sub(1) {
        let (before, here, after) = (at(&units[index - 1]), at(&units[index]), at(&units[index + 1]));
        if units[index].separators == 0 && before.is_uppercase() && here.is_uppercase() && after.is_lowercase() {
            units[index].starts = true;
            units[index - 1].ends = true;
        }
    }
}

fn is_break(before: char, here: char) -> bool {
    (before.is_lowercase() && here.is_uppercase()) || before.is_numeric() != here.is_numeric()
}

/// Soft hyphens, joiners and marks of direction, which hide in a word without changing how it looks.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{202a}'..='\u{202e}')
}

/// The text with the tags of its markup taken out, so that `Con<b>toso</b>` is one word.
fn without_tags(text: &str) -> String {
    let mut kept = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        kept.push_str(&rest[..open]);
        let is_tag = rest[open + 1..].starts_with(|next: char| next.is_ascii_alphabetic() || next == '/' || next == '!');
        match rest[open..].find('>') {
            Some(close) if is_tag => rest = &rest[open + close + 1..],
            _ => {
                kept.push('<');
                rest = &rest[open + 1..];
            }
        }
    }
    kept.push_str(rest);
    kept
}

/// The text with character references, percent-encoding and the escapes of JSON resolved, also where they are nested.
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
    let mut decoded = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        decoded.push_str(&rest[..at]);
        rest = &rest[at..];
        let (meaning, length) = escape(rest)
            .map_or((Cow::Borrowed("&"), 1), |(bytes, length)| (Cow::Owned(String::from_utf8_lossy(&bytes).into_owned()), length));
        decoded.push_str(&meaning);
        rest = &rest[length..];
    }
    decoded + rest
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

/// What the escape at the start of `text` stands for, and how long it is.
fn escape(text: &str) -> Option<(Vec<u8>, usize)> {
    let character = |number: u32, length: usize| char::from_u32(number).map(|meaning| (meaning.to_string().into_bytes(), length));
    match text.as_bytes()[0] {
        b'%' => u8::from_str_radix(text.get(1..3)?, 16).ok().map(|byte| (vec![byte], 3)),
        b'\\' if text[1..].starts_with('u') => character(u32::from_str_radix(text.get(2..6)?, 16).ok()?, 6),
        b'&' => {
            let end = text.bytes().take(12).position(|byte| byte == b';')?;
            let name = &text[1..end];
            let number = match name.strip_prefix('#') {
                Some(hex) if hex.starts_with(['x', 'X']) => u32::from_str_radix(&hex[1..], 16).ok()?,
                Some(decimal) => decimal.parse().ok()?,
                None => u32::from(named_character(name)?),
            };
            character(number, end + 1)
        }
        _ => None,
    }
}

fn named_character(name: &str) -> Option<char> {
    Some(match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => ' ',
        "shy" => '\u{ad}',
        "zwnj" => '\u{200c}',
        "zwj" => '\u{200d}',
        "lowbar" => '_',
        "period" => '.',
        "hyphen" | "dash" => '-',
        _ => return None,
    })
}

/// A stretch of a text with a few words around it, in one line.
pub(crate) fn excerpt(text: &str, range: Range<usize>) -> String {
    const AROUND: usize = 40;
    let start = text[..range.start].char_indices().rev().nth(AROUND).map_or(0, |(at, _)| at);
    let end = text[range.end..].char_indices().nth(AROUND).map_or(text.len(), |(at, _)| range.end + at);
    text[start..end].split_whitespace().collect::<Vec<_>>().join(" ")
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
        for text in ["project of falcons", "falconry project", "subproject falcon", "projects falcon"] {
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
        assert!(!holds("Kuhn", "Ku\u{308}hn") && !holds("Kuhn", "Kühn") && !holds("Zo", "Zoë") && !holds("Zo", "Zoe\u{308}"));
        let replaced = Finder::new(["Zoë"]).replace("of Zoe\u{308}, and Zoë.", |_| "her");
        assert_eq!(replaced.as_deref(), Some("of her, and her."));
    }

    #[test]
    fn knows_the_ends_of_words_and_numbers() {
        assert!(holds("Ann", "Ann's idea") && !holds("Ann", "planning an annex"));
        assert!(holds("$1.2M", "about $1.2M a day") && holds("$1.2M", "1.2m") && !holds("$1.2M", "12M") && !holds("$1.2M", "11.2M"));
        assert!(holds("C++", "in C++.") && !holds("C++", "vitamin C"));
        assert!(holds("Contoso", "HTTPContosoClient"));
    }

    #[test]
    fn replaces_the_longest() {
        let finder = Finder::new(["Copilot", "Time Entry Copilot", "$1.2M"]);
        let replaced = finder.replace("The time-entry copilot cost $1.2M, Copilot!", |phrase| ["C", "T", "much"][phrase]);
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
        ] {
            assert!(finder.first_in_artefact(artefact.as_bytes()).is_some(), "{artefact}");
        }
        assert_eq!(finder.first_in_artefact(b"Project Eagle"), None);
    }
}
