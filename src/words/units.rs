//! A text as its letters and digits, each with what a search for words has to know about it.

use std::ops::Range;
use std::str::CharIndices;

use icu_properties::CodePointSetData;
use icu_properties::props::DefaultIgnorableCodePoint;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::{canonical_combining_class, is_combining_mark};

/// Stands between two letters where a word can end, although the letters can also be of one word: at a tag inside a line.
///
/// It is a code point that Unicode keeps free for the use inside of a program.
pub const SET_APART: char = '\u{fdd0}';

/// A letter, a digit or an accent of the text that is searched.
pub struct Unit {
    /// Without its case: two letters that differ only in their case are the same.
    pub folded: char,
    /// The character that it comes from.
    pub range: Range<usize>,
    /// Whether a word can start here.
    pub starts: bool,
    /// Whether a word can end here.
    pub ends: bool,
    /// How many other characters are between the letter or digit before and this one.
    pub separators: usize,
}

/// The letters and digits of a text, read as far as they are needed. A word can start and end at other characters, between small
/// and capital letters (`getContosoId`) and between letters and digits (`contoso2`); characters that nobody sees are passed over.
pub struct Units<'t> {
    rest: CharIndices<'t>,
    /// The letter before, and the one before that, if nothing is between.
    before: Option<char>,
    before_that: Option<char>,
    /// Where the units of the last letter start, and of the one before it.
    letter: usize,
    letter_before: usize,
    separators: usize,
    read: Vec<Unit>,
}

impl<'t> Units<'t> {
    /// The start of a text.
    pub fn new(text: &'t str) -> Self {
        Self {
            rest: text.char_indices(),
            before: None,
            before_that: None,
            letter: 0,
            letter_before: 0,
            separators: 0,
            read: Vec::new(),
        }
    }

    /// All of a text.
    pub fn all(text: &'t str) -> Vec<Unit> {
        let mut units = Self::new(text);
        units.read_up_to(usize::MAX);
        units.read
    }

    /// The units that are read and not forgotten.
    pub fn read(&self) -> &[Unit] {
        &self.read
    }

    /// Reads until as many units are finished, or the text ends. The two letters that follow a unit can make it the start or the end of
    /// a word.
    pub fn read_up_to(&mut self, count: usize) {
        while self.letter_before < count {
            let Some((at, found)) = self.rest.next() else {
                self.end_word();
                return;
            };
            self.add(at, found);
        }
    }

    /// Gives the room of the first units back.
    pub fn forget(&mut self, count: usize) {
        self.read.drain(..count);
        self.letter = self.letter.saturating_sub(count);
        self.letter_before = self.letter_before.saturating_sub(count);
    }

    fn add(&mut self, at: usize, found: char) {
        if is_unseen(found) {
        } else if found == SET_APART {
            self.end_word();
        } else if found.is_alphanumeric() || (self.before.is_some() && is_combining_mark(found)) {
            self.add_letter(at, found);
        } else {
            self.separators += 1;
            self.end_word();
        }
    }

    fn end_word(&mut self) {
        (self.before, self.before_that) = (None, None);
        if let Some(last) = self.read.last_mut() {
            last.ends = true;
        }
    }

    /// Adds a letter with the accents after it.
    fn add_letter(&mut self, at: usize, found: char) {
        let breaks = self.before.is_none_or(|before| is_break(before, found));
        if let Some(last) = self.read.last_mut() {
            last.ends |= breaks;
        }
        self.mark_acronym(found);
        let start = self.read.len();
        let mut range = at..at + found.len_utf8();
        self.add_folded(found, &range, breaks);
        if found.is_ascii()
            && self
                .rest
                .as_str()
                .bytes()
                .next()
                .is_none_or(|next| next.is_ascii())
        {
            return self.turn_to(start, found);
        }
        let mut rest = self.rest.clone();
        while let Some((at, next)) = rest
            .next()
            .filter(|&(_, next)| is_unseen(next) || is_combining_mark(next))
        {
            self.rest = rest.clone();
            if !is_unseen(next) {
                range = at..at + next.len_utf8();
                self.add_folded(next, &range, false);
            }
        }
        self.order_accents(start);
        self.turn_to(start, found);
    }

    fn turn_to(&mut self, start: usize, found: char) {
        self.letter_before = std::mem::replace(&mut self.letter, start);
        self.before_that = self.before.replace(found);
    }

    /// One letter can be written in several ways: with its accent or before it, wide, joined with another. Here they are one.
    fn add_folded(&mut self, found: char, range: &Range<usize>, mut starts: bool) {
        let mut add = |folded: char| {
            self.read.push(Unit {
                folded,
                range: range.clone(),
                starts,
                ends: false,
                separators: self.separators,
            });
            (starts, self.separators) = (false, 0);
        };
        if found.is_ascii() {
            add(found.to_ascii_lowercase());
        } else {
            found
                .nfkd()
                .flat_map(folded)
                .flat_map(char::nfkd)
                .for_each(add);
        }
    }

    /// Accents that do not touch one another come in any order, and an `i` has its dot, in whatever language.
    fn order_accents(&mut self, start: usize) {
        let is_i = self.read[start].folded == 'i';
        let first = self.read[start..]
            .iter()
            .rposition(|unit| !is_combining_mark(unit.folded))
            .map_or(start, |last| start + last + 1);
        self.read[first..]
            .chunk_by_mut(|one, next| {
                [one, next]
                    .iter()
                    .all(|unit| canonical_combining_class(unit.folded) != 0)
            })
            .for_each(|accents| accents.sort_by_key(|unit| canonical_combining_class(unit.folded)));
        if is_i {
            let mut index = 0;
            self.read.retain(|unit| {
                index += 1;
                index <= start || unit.folded != '\u{307}'
            });
        }
    }

    /// `HTTPContoso`: the last capital before a small letter starts a word.
    fn mark_acronym(&mut self, here: char) {
        let is_capital = |letter: Option<char>| letter.is_some_and(char::is_uppercase);
        if is_capital(self.before) && is_capital(self.before_that) && here.is_lowercase() {
            self.read[self.letter].starts = true;
            if let Some(before) = self.letter.checked_sub(1) {
                self.read[before].ends = true;
            }
        }
    }
}

/// A character without its case. Small letters that share a capital are one, which is all that full case folding does (`ß` is `ss`,
/// `ς` is `σ`) and a little more: the `i` without a dot is one with the other.
fn folded(found: char) -> impl Iterator<Item = char> {
    found
        .to_lowercase()
        .flat_map(char::to_uppercase)
        .flat_map(char::to_lowercase)
}

fn is_break(before: char, here: char) -> bool {
    (before.is_lowercase() && here.is_uppercase()) || before.is_numeric() != here.is_numeric()
}

/// Whether a character hides in a word without changing how it looks: soft hyphens, joiners, marks of direction, fillers, and
/// everything else that Unicode says is shown as nothing.
pub fn is_unseen(found: char) -> bool {
    const SEEN: std::ops::RangeInclusive<char> = ' '..='~';
    if SEEN.contains(&found) {
        return false;
    }
    CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(found)
        || (found.is_control() && !found.is_whitespace())
        // The signs that open and close a note above a word.
        || matches!(found, '\u{fff9}'..='\u{fffb}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_more_is_read_than_is_needed() {
        let text = "Ann e\u{301} ".repeat(100_000);
        let mut units = Units::new(&text);
        for _ in 0..100 {
            units.read_up_to(50);
            assert!(units.read().len() < 60, "{}", units.read().len());
            units.forget(40);
        }
        // Accents without an end are of one letter.
        assert_eq!(
            Units::all(&format!("e{}", "\u{301}\u{323}".repeat(100_000))).len(),
            200_001
        );
    }
}
