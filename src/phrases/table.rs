//! A table of words: its entries, and the check of an author's entries.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::LazyLock;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::diagnostic::{Diagnostic, Rule, one_of};
use crate::source::{SitePath, Span};

/// Entries keyed by name.
pub type Table = BTreeMap<String, Entry>;

/// The English table, which every other one follows.
pub const ENGLISH: &str = include_str!("../../themes/default/words/en.toml");

/// The German table.
pub const GERMAN: &str = include_str!("../../themes/default/words/de.toml");

/// The ending of a placeholder for a title inside a sentence, which begins with a small letter in some languages.
const LOWERCASE: &str = "_lowercase";

/// The plural forms of all languages, as Unicode names them.
const PLURAL_FORMS: [&str; 6] = ["zero", "one", "two", "few", "many", "other"];

/// The words of one entry. `{name}` in a text is a placeholder.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Entry {
    /// One text.
    Text(String),
    /// Texts to choose from by a number: keyed by an exact number or by a plural form.
    Forms(BTreeMap<String, String>),
}

impl Entry {
    /// The texts of the entry.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        let (text, forms) = match self {
            Self::Text(text) => (Some(text), None),
            Self::Forms(forms) => (None, Some(forms.values())),
        };
        text.into_iter()
            .chain(forms.into_iter().flatten())
            .map(String::as_str)
    }

    /// The same entry with each text changed outside its placeholders.
    pub fn map(&self, change: impl Fn(&str) -> String) -> Self {
        let text = |text: &str| {
            let changed = pieces(text).map(|piece| match piece {
                Piece::Text(text) => change(text),
                Piece::Placeholder(name) => format!("{{{name}}}"),
            });
            changed.collect()
        };
        match self {
            Self::Text(old) => Self::Text(text(old)),
            Self::Forms(forms) => Self::Forms(
                forms
                    .iter()
                    .map(|(form, old)| (form.clone(), text(old)))
                    .collect(),
            ),
        }
    }

    /// The placeholders in the texts.
    fn placeholders(&self) -> BTreeSet<&str> {
        let names = self
            .texts()
            .flat_map(pieces)
            .filter_map(|piece| match piece {
                Piece::Placeholder(name) => Some(name),
                Piece::Text(_) => None,
            });
        names.collect()
    }
}

impl<'de> Deserialize<'de> for Entry {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(EntryVisitor)
    }
}

struct EntryVisitor;

impl<'de> Visitor<'de> for EntryVisitor {
    type Value = Entry;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a text, or a table of texts")
    }

    fn visit_str<E>(self, text: &str) -> Result<Entry, E> {
        Ok(Entry::Text(text.to_owned()))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Entry, A::Error> {
        let mut forms = BTreeMap::new();
        while let Some((form, text)) = map.next_entry()? {
            forms.insert(form, text);
        }
        Ok(Entry::Forms(forms))
    }
}

/// A piece of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Piece<'a> {
    /// Words.
    Text(&'a str),
    /// The name of a placeholder, without its braces.
    Placeholder(&'a str),
}

/// The pieces of a text, in their order.
pub fn pieces(text: &str) -> impl Iterator<Item = Piece<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let (piece, length) = match placeholder(rest) {
            Some(name) => (Piece::Placeholder(name), name.len() + 2),
            None => {
                let mut braces = rest.match_indices('{').map(|(at, _)| at);
                let end = braces
                    .find(|&at| placeholder(&rest[at..]).is_some())
                    .unwrap_or(rest.len());
                (Piece::Text(&rest[..end]), end)
            }
        };
        rest = &rest[length..];
        (length > 0).then_some(piece)
    })
}

/// The name of the placeholder at the start of a text.
fn placeholder(text: &str) -> Option<&str> {
    let (name, _) = text.strip_prefix('{')?.split_once('}')?;
    let is_name = !name.is_empty()
        && name
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte == b'_');
    is_name.then_some(name)
}

/// Reads a table that comes with the program.
fn built_in(text: &str) -> Table {
    toml::from_str(text)
        .unwrap_or_else(|error| unreachable!("the tables of the program are sound: {error}"))
}

/// The German entries.
pub fn german() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| built_in(GERMAN));
    &TABLE
}

/// The English entries.
pub fn english() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| built_in(ENGLISH));
    &TABLE
}

/// Reads a table of words, and reports its mistakes. Entries with a mistake are left out.
pub fn read(file: &SitePath, text: &str, rule: &'static Rule) -> (Table, Vec<Diagnostic>) {
    match DeTable::parse(text) {
        Ok(table) => entries(file, table.get_ref(), rule),
        Err(error) => {
            let span = error
                .span()
                .map_or(Span::default(), |span| Span::new(span.start, span.end));
            (
                Table::new(),
                vec![Diagnostic::new(
                    rule,
                    file,
                    span,
                    error.message().replace('\n', ", "),
                )],
            )
        }
    }
}

/// Reads the entries of a table that is part of a file.
pub fn entries(
    file: &SitePath,
    table: &DeTable<'_>,
    rule: &'static Rule,
) -> (Table, Vec<Diagnostic>) {
    let mut read = Table::new();
    let mut found = Vec::new();
    for (name, value) in table {
        let entry = entry(value.get_ref());
        match entry.and_then(|entry| check(name.get_ref(), &entry).map(|()| entry)) {
            Ok(entry) => {
                read.insert(name.get_ref().to_string(), entry);
            }
            Err((message, help)) => {
                found.push(Diagnostic::new(rule, file, span(value), message).help(help));
            }
        }
    }
    (read, found)
}

/// The place of a value in its file.
pub fn span<T>(value: &Spanned<T>) -> Span {
    Span::new(value.span().start, value.span().end)
}

/// What is wrong with an entry: a message, and help.
type Mistake = (String, String);

fn entry(value: &DeValue<'_>) -> Result<Entry, Mistake> {
    let text = |value: &DeValue<'_>| value.as_str().map(str::to_owned);
    let forms = |table: &DeTable<'_>| {
        let forms = table
            .iter()
            .map(|(form, value)| Some((form.get_ref().to_string(), text(value.get_ref())?)));
        forms.collect::<Option<BTreeMap<_, _>>>().map(Entry::Forms)
    };
    let entry = text(value)
        .map(Entry::Text)
        .or_else(|| value.as_table().and_then(forms));
    entry.ok_or_else(|| {
        (
            "expected a text, or a table of texts".to_owned(),
            "write the words between quotes".to_owned(),
        )
    })
}

/// Checks an entry against the English one. Entries of a theme's own templates have none.
fn check(name: &str, entry: &Entry) -> Result<(), Mistake> {
    if let Entry::Forms(forms) = entry {
        check_forms(forms)?;
    }
    let Some(english) = english().get(name) else {
        return Ok(());
    };
    let known = english.placeholders();
    if matches!((english, entry), (Entry::Text(_), Entry::Forms(_))) && !known.contains("count") {
        return Err((
            format!("`{name}` has no plural forms"),
            "write one text between quotes".to_owned(),
        ));
    }
    let is_known = |name: &&str| known.iter().any(|known| base(known) == base(name));
    match entry
        .placeholders()
        .into_iter()
        .find(|name| !is_known(name))
    {
        None => Ok(()),
        Some(unknown) => Err((
            format!("`{{{unknown}}}` is not a placeholder of `{name}`"),
            one_of_placeholders(&known),
        )),
    }
}

fn check_forms(forms: &BTreeMap<String, String>) -> Result<(), Mistake> {
    let is_form = |form: &str| PLURAL_FORMS.contains(&form) || form.parse::<u64>().is_ok();
    match forms.keys().find(|form| !is_form(form)) {
        None => Ok(()),
        Some(form) => Err((
            format!("`{form}` is not a plural form"),
            format!("{}, or an exact number such as `1`", one_of(&PLURAL_FORMS)),
        )),
    }
}

/// Advice that names the placeholders of an entry.
fn one_of_placeholders(known: &BTreeSet<&str>) -> String {
    if known.is_empty() {
        return "write it without placeholders".to_owned();
    }
    let known: Vec<String> = known.iter().map(|name| format!("{{{name}}}")).collect();
    one_of(&known.iter().map(String::as_str).collect::<Vec<_>>())
}

/// A placeholder without its ending.
fn base(placeholder: &str) -> &str {
    placeholder.strip_suffix(LOWERCASE).unwrap_or(placeholder)
}
