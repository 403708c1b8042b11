//! The words that pages have of their own, such as headings and labels, in the language of the site.
//!
//! A table has the words of one language. The English table is the base: an entry that a language lacks is English.

mod table;
pub mod word;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::{Arc, LazyLock};
use std::time::Duration;

use icu_locale_core::Locale;
use icu_plurals::{PluralCategory, PluralRules, PluralRulesOptions};
use jiff::tz::TimeZone;

use crate::model::{Moment, When};

pub use table::{ENGLISH, Entry, GERMAN, Piece, Table, entries, pieces, read, span};
pub use word::Word;

/// Numbers from here on have separators between thousands.
const LARGE: u64 = 10_000;

/// The tables of all languages.
#[derive(Debug, Clone)]
pub struct Tables {
    /// Keyed by language, in small letters.
    tables: BTreeMap<String, Table>,
}

impl Tables {
    /// The tables that come with the program.
    pub fn built_in() -> Self {
        let tables = [
            ("en", table::english().clone()),
            ("de", table::german().clone()),
        ];
        Self {
            tables: tables
                .map(|(language, table)| (language.to_owned(), table))
                .into(),
        }
    }

    /// Adds the entries of a table; they replace those of the same name.
    pub fn add(&mut self, language: &str, table: Table) {
        self.tables
            .entry(language.to_ascii_lowercase())
            .or_default()
            .extend(table);
    }

    /// The words for a language. `own` are the words of the settings, which come before those of every table.
    pub fn phrases(&self, language: &str, own: &Table) -> Phrases {
        let mut entries = table::english().clone();
        let languages = tags_of(language);
        let tables = languages
            .iter()
            .filter_map(|language| self.tables.get(language))
            .chain((!own.is_empty()).then_some(own));
        let mut has_words = false;
        for table in tables {
            entries.extend(
                table
                    .iter()
                    .map(|(name, entry)| (name.clone(), entry.clone())),
            );
            has_words = true;
        }
        let rules = rules(if has_words { language } else { "en" });
        Phrases { entries, rules }
    }

    /// The English entries that a language lacks, in the order of their names.
    pub fn missing(&self, language: &str, own: &Table) -> Vec<&'static str> {
        let languages = tags_of(language);
        if languages.first().is_some_and(|first| first == "en") {
            return Vec::new();
        }
        let tables: Vec<&Table> = languages
            .iter()
            .filter_map(|language| self.tables.get(language))
            .chain([own])
            .collect();
        let names = table::english().keys().map(String::as_str);
        names
            .filter(|name| !tables.iter().any(|table| table.contains_key(*name)))
            .collect()
    }

    /// The names of all entries of all tables.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.tables
            .values()
            .flat_map(|table| table.keys().map(String::as_str))
    }
}

/// The tags of a language, the most general first: `de` and `de-ch` for `de-CH`.
fn tags_of(language: &str) -> Vec<String> {
    let tag = language.to_ascii_lowercase().replace('_', "-");
    let ends = tag.match_indices('-').map(|(at, _)| at).chain([tag.len()]);
    ends.map(|end| tag[..end].to_owned()).collect()
}

/// The rules for the plural forms of a language; general rules if the tag is not valid.
fn rules(language: &str) -> PluralRules {
    let locale: Locale = language.parse().unwrap_or(Locale::UNKNOWN);
    PluralRules::try_new((&locale).into(), PluralRulesOptions::default())
        .unwrap_or_else(|error| unreachable!("rules are compiled into the program: {error}"))
}

/// The words of pages in one language.
#[derive(Debug)]
pub struct Phrases {
    entries: Table,
    rules: PluralRules,
}

impl Hash for Phrases {
    /// The rules follow from the language, which is part of every page.
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        self.entries.hash(hasher);
    }
}

impl Phrases {
    /// The English words.
    pub fn english() -> &'static Arc<Self> {
        static PHRASES: LazyLock<Arc<Phrases>> = LazyLock::new(|| {
            Arc::new(Phrases {
                entries: table::english().clone(),
                rules: rules("en"),
            })
        });
        &PHRASES
    }

    /// All entries, keyed by name.
    pub fn entries(&self) -> &Table {
        &self.entries
    }

    /// The text of an entry without placeholders.
    pub fn text(&self, word: Word) -> &str {
        self.entries
            .get(word.0)
            .and_then(|entry| entry.texts().next())
            .unwrap_or_default()
    }

    /// The text of an entry with values in place of its placeholders, which are keyed by name.
    pub fn fill(&self, word: Word, values: &[(&str, &str)]) -> String {
        filled(self.text(word), values)
    }

    /// The text of an entry for a number, which also takes the place of `{count}`.
    pub fn count(&self, word: Word, count: u64, values: &[(&str, &str)]) -> String {
        let number = self.number(count);
        let values: Vec<(&str, &str)> = values
            .iter()
            .copied()
            .chain([("count", number.as_str())])
            .collect();
        filled(self.form(word, count), &values)
    }

    fn form(&self, word: Word, count: u64) -> &str {
        match self.entries.get(word.0) {
            Some(Entry::Forms(forms)) => self
                .choose(count, |form| forms.get(form).map(String::as_str))
                .unwrap_or_default(),
            Some(Entry::Text(text)) => text,
            None => "",
        }
    }

    /// Chooses the form for a number: that of the exact number, then that of its plural form, then `other`.
    pub fn choose<T>(&self, count: u64, form: impl Fn(&str) -> Option<T>) -> Option<T> {
        let plural = match self.rules.category_for(count) {
            PluralCategory::Zero => "zero",
            PluralCategory::One => "one",
            PluralCategory::Two => "two",
            PluralCategory::Few => "few",
            PluralCategory::Many => "many",
            PluralCategory::Other => "other",
        };
        form(&count.to_string())
            .or_else(|| form(plural))
            .or_else(|| form("other"))
    }

    /// A number, with separators between thousands if it is large.
    pub fn number(&self, number: u64) -> String {
        let separator = self.text(word::THOUSANDS_SEPARATOR);
        let digits = number.to_string();
        if number < LARGE || separator.is_empty() {
            return digits;
        }
        let grouped = digits.char_indices().map(|(at, digit)| {
            let is_group = at > 0 && (digits.len() - at).is_multiple_of(3);
            format!("{}{digit}", if is_group { separator } else { "" })
        });
        grouped.collect()
    }

    /// A day, a month or a year: `7 March 2025`, `March 2025`, `2025`.
    pub fn date(&self, when: When) -> String {
        let year = when.year.to_string();
        let Some(month) = u64::try_from(when.month).ok().filter(|&month| month > 0) else {
            return year;
        };
        let month = self.form(word::MONTH, month);
        if when.day == 0 {
            return self.fill(word::DATE_OF_MONTH, &[("month", month), ("year", &year)]);
        }
        self.fill(
            word::DATE,
            &[
                ("day", &when.day.to_string()),
                ("month", month),
                ("year", &year),
            ],
        )
    }

    /// The day of a moment, in UTC.
    pub fn day_of(&self, moment: &Moment) -> String {
        let date = moment.0.to_zoned(TimeZone::UTC).date();
        self.date(When {
            year: date.year(),
            month: date.month(),
            day: date.day(),
        })
    }

    /// A moment: `7 March 2025, 09:10 UTC`.
    pub fn moment(&self, moment: &Moment) -> String {
        let time = moment.0.strftime("%H:%M").to_string();
        self.fill(
            word::MOMENT,
            &[("date", &self.day_of(moment)), ("time", &time)],
        )
    }

    /// A duration in its two largest units: `1 d 4 h`, `2 h 5 min`, `40 min`.
    pub fn duration(&self, duration: Duration) -> String {
        let minutes = duration.as_secs() / 60;
        let units = [
            (minutes / 1440, word::DAYS),
            (minutes / 60 % 24, word::HOURS),
            (minutes % 60, word::MINUTES),
        ];
        let first = units
            .iter()
            .position(|(count, _)| *count > 0)
            .unwrap_or(units.len() - 1);
        let shown = units[first..]
            .iter()
            .take(2)
            .enumerate()
            .filter(|(place, (count, _))| *place == 0 || *count > 0);
        let words: Vec<String> = shown
            .map(|(_, (count, unit))| self.count(*unit, *count, &[]))
            .collect();
        words.join(" ")
    }
}

fn filled(text: &str, values: &[(&str, &str)]) -> String {
    let value = |name: &str| {
        values
            .iter()
            .find(|(known, _)| *known == name)
            .map_or("", |(_, value)| value)
    };
    let pieces = pieces(text).map(|piece| match piece {
        Piece::Text(text) => text,
        Piece::Placeholder(name) => value(name),
    });
    pieces.collect()
}
