//! Mistakes of values, and their diagnostics.

use std::fmt::Display;

use serde::de;

use super::{Advice, Source};
use crate::diagnostic::{Diagnostic, did_you_mean, one_of, rules};
use crate::source::{SitePath, Span};

/// A value that is not of its type.
#[derive(Debug)]
pub(super) struct Mistake {
    /// The path of the value, its last step first.
    path: Vec<Key>,
    /// `None` for the whole front matter.
    place: Option<Place>,
    reason: Reason,
}

/// The place of a value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Place {
    /// Its key, or for an element of a list the element itself.
    pub key: Span,
    /// A scalar with its quotes, or a whole list or mapping.
    pub value: Span,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Key {
    Name(String),
    Index(usize),
}

#[derive(Debug)]
enum Reason {
    UnknownField {
        name: String,
        known: &'static [&'static str],
    },
    UnknownWord {
        word: String,
        known: &'static [&'static str],
    },
    Missing(&'static str),
    /// In the words of serde.
    Other(String),
}

impl Mistake {
    fn of(reason: Reason) -> Self {
        Self {
            path: Vec::new(),
            place: None,
            reason,
        }
    }

    /// The same mistake, in a value that another one holds under `key`.
    pub fn inside(mut self, key: Key, place: Place) -> Self {
        self.path.push(key);
        self.place = self.place.or(Some(place));
        self
    }

    /// The step from the field that holds the mistake towards it; `None` if the field as a whole is mistaken.
    pub fn step_in_field(&self) -> Option<&Key> {
        self.path.iter().rev().nth(1)
    }

    /// The same mistake, of an element at another index of a list.
    pub fn of_element(mut self, index: usize) -> Self {
        let field = self.path.len().checked_sub(2);
        if let Some(place @ Key::Index(_)) = field.and_then(|field| self.path.get_mut(field)) {
            *place = Key::Index(index);
        }
        self
    }

    /// The diagnostic of a mistake in the front matter of a source.
    pub fn diagnostic(&self, source: Source<'_>, advice: Advice<'_>) -> Diagnostic {
        let Source { text, yaml, file } = source;
        let value = self.place.map_or(yaml, |place| place.value);
        let wrong = |message: String| Diagnostic::new(&rules::FIELD_TYPE, file, value, message);
        let name = self.name();
        let at = |message: String| {
            if name.is_empty() {
                message
            } else {
                format!("`{name}`: {message}")
            }
        };
        match &self.reason {
            Reason::UnknownField { name, known } => {
                let key = self.place.map_or(yaml, |place| place.key);
                if let Some(cut) = cut_at_comma(text, file, key) {
                    return cut;
                }
                let help = advice(name, known).unwrap_or_else(|| nearest_or_one_of(name, known));
                Diagnostic::new(
                    &rules::FIELD_UNKNOWN,
                    file,
                    key,
                    format!("unknown field `{name}`"),
                )
                .help(help)
            }
            Reason::UnknownWord { word, known } => {
                wrong(format!("`{name}`: `{word}` is not one of its values"))
                    .help(nearest_or_one_of(word, known))
            }
            Reason::Missing(field) => wrong(at(format!("`{field}` is missing"))),
            Reason::Other(message) => wrong(at(plain_words(message))),
        }
    }

    /// The path of the value in the notation `answers[1]`.
    fn name(&self) -> String {
        let mut text = String::new();
        for key in self.path.iter().rev() {
            match key {
                Key::Name(name) if text.is_empty() => text.push_str(name),
                Key::Name(name) => text.push_str(&format!(".{name}")),
                Key::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        text
    }
}

impl Display for Mistake {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{:?}", self.reason)
    }
}

impl std::error::Error for Mistake {}

impl de::Error for Mistake {
    fn custom<T: Display>(message: T) -> Self {
        Self::of(Reason::Other(message.to_string()))
    }

    fn unknown_field(field: &str, known: &'static [&'static str]) -> Self {
        Self::of(Reason::UnknownField {
            name: field.to_owned(),
            known,
        })
    }

    fn unknown_variant(variant: &str, known: &'static [&'static str]) -> Self {
        Self::of(Reason::UnknownWord {
            word: variant.to_owned(),
            known,
        })
    }

    fn missing_field(field: &'static str) -> Self {
        Self::of(Reason::Missing(field))
    }
}

/// The mistake of a comma in a value between braces, which ends the value: `{ value: £11,000 }`. The words after the comma then read
/// as a field without a value; `key` is the place of it.
pub(super) fn cut_at_comma(text: &str, file: &SitePath, key: Span) -> Option<Diagnostic> {
    let (before, after) = (text.get(..key.range().start)?, text.get(key.range().end..)?);
    if !after.trim_start().starts_with([',', '}']) {
        return None;
    }
    let line = before.rsplit('\n').next().unwrap_or_default();
    let before_comma = line.trim_end().strip_suffix(',')?;
    let fields = &before_comma[before_comma.rfind('{')? + 1..];
    let (names, first) = fields.rsplit_once(": ")?;
    let name = names.rsplit(',').next().unwrap_or_default().trim();
    // Other commas can cut the value further, up to the end of the mapping or to the next field.
    let more = &after[..after.find(['\n', '}']).unwrap_or(after.len())];
    let more = match more.split_once(':') {
        Some((fields, _)) => fields.rsplit_once(',').map_or("", |(more, _)| more),
        None => more,
    };
    let start = before.len() - line.len() + before_comma.len() - first.len();
    let value = text[start..key.range().end + more.len()].trim();
    let message = format!(
        "`{name}` ends at a comma after `{}`, because the value has no quotes",
        first.trim()
    );
    Some(
        Diagnostic::new(&rules::FRONT_MATTER, file, key, message).help(format!(
            "put quotes around the value: `{name}: \"{value}\"`"
        )),
    )
}

/// The nearest of the words that are allowed, or all of them.
fn nearest_or_one_of(word: &str, known: &[&str]) -> String {
    did_you_mean(word, known.iter().copied()).unwrap_or_else(|| one_of(known))
}

/// The words between backticks.
fn backticked(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

/// The word that is not allowed, and the help for it, if this is an error of serde about an unknown word.
pub fn unknown_word(message: &str) -> Option<(&str, String)> {
    let mut words = backticked(message.strip_prefix("unknown variant ")?);
    let found = words.next()?;
    let known: Vec<&str> = words.collect();
    Some((
        found,
        did_you_mean(found, known.iter().copied()).unwrap_or_else(|| one_of(&known)),
    ))
}

/// A message of serde in plain words, and without the place, which is shown anyway.
pub fn plain_words(message: &str) -> String {
    const WORDS: [(&str, &str); 12] = [
        ("found ", ""),
        ("invalid type: ", ""),
        ("invalid value: ", ""),
        ("string \"", "\""),
        ("integer `", "`"),
        ("floating point `", "`"),
        ("boolean `", "`"),
        ("unit value", "nothing"),
        ("a string", "text"),
        ("a sequence", "a list"),
        ("u32", "a whole number"),
        ("a boolean", "`true` or `false`"),
    ];
    let message = message.split(" at line ").next().unwrap_or(message);
    let message = WORDS
        .iter()
        .fold(message.to_owned(), |message, (theirs, ours)| {
            message.replace(theirs, ours)
        });
    let found = match message.as_str() {
        "sequence" => "a list".to_owned(),
        "map" => "a mapping".to_owned(),
        _ => message
            .replace("sequence, expected", "a list, expected")
            .replace("map, expected", "a mapping, expected"),
    };
    format!("found {found}")
}
