//! The tables of words of a theme, and the values and filters that templates get from them.

use std::sync::Arc;

use tera::{Error, Kwargs, Map, State, Tera, TeraResult, Value};
use toml::de::DeTable;

use super::ThemeFile;
use crate::config::{self, Config};
use crate::diagnostic::{Diagnostic, did_you_mean, rules};
use crate::escape::escaped;
use crate::phrases::{Entry, Phrases, Piece, Tables, entries, pieces, read, span};
use crate::source::{SitePath, Span};

/// How many entries a warning names.
const MOST_NAMED: usize = 3;

/// The tables of the program, with the entries of the theme's own tables, and the mistakes in those.
pub fn tables(own: &[ThemeFile]) -> (Tables, Vec<Diagnostic>) {
    let mut tables = Tables::built_in();
    let mut found = Vec::new();
    for file in own {
        let Some(language) = file
            .name
            .strip_prefix("words/")
            .and_then(|name| name.strip_suffix(".toml"))
        else {
            continue;
        };
        match std::str::from_utf8(&file.bytes) {
            Ok(text) => {
                let (table, mistakes) = read(&file.path, text, &rules::TEMPLATE);
                tables.add(language, table);
                found.extend(mistakes);
            }
            Err(error) => found.push(super::not_utf8(&file.path, "table", error.valid_up_to())),
        }
    }
    (tables, found)
}

/// The mistakes in the words of a site: in those of its settings, of which `settings` is the text, and in those of its theme.
pub fn check(config: &Config, settings: &str, own: &[ThemeFile]) -> Vec<Diagnostic> {
    let (tables, mut found) = tables(own);
    let Ok(settings) = DeTable::parse(settings) else {
        return found;
    };
    let file = SitePath::new(config::FILE);
    if let Some(words) = settings
        .get_ref()
        .get("words")
        .and_then(|words| words.get_ref().as_table())
    {
        found.extend(entries(&file, words, &rules::CONFIG).1);
        found.extend(unknown(&file, words, &tables));
    }
    let missing = tables.missing(&config.language, &config.words);
    let language = settings
        .get_ref()
        .get("language")
        .map_or(Span::default(), span);
    found.extend(
        untranslated(&config.language, &missing).map(|found| Diagnostic {
            file,
            span: language,
            ..found
        }),
    );
    found
}

/// Entries of the settings that no table has.
fn unknown(file: &SitePath, words: &DeTable<'_>, tables: &Tables) -> Vec<Diagnostic> {
    let names: Vec<&str> = tables.names().collect();
    let unknown = words
        .keys()
        .filter(|name| !names.contains(&&**name.get_ref()));
    let diagnostics = unknown.map(|name| {
        let help = did_you_mean(name.get_ref(), names.iter().copied());
        Diagnostic::new(
            &rules::CONFIG,
            file,
            span(name),
            format!("the pages have no words of the name `{}`", name.get_ref()),
        )
        .help(help.unwrap_or_else(|| "docs/themes.md says where the names are listed".to_owned()))
    });
    diagnostics.collect()
}

/// The warning about entries that a language lacks.
fn untranslated(language: &str, missing: &[&str]) -> Option<Diagnostic> {
    let named: Vec<String> = missing
        .iter()
        .take(MOST_NAMED)
        .map(|name| format!("`{name}`"))
        .collect();
    let more = match missing.len() - named.len() {
        _ if missing.is_empty() => return None,
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let message = format!(
        "the words for the language `{language}` lack {}{more}; pages show the English ones",
        named.join(", ")
    );
    let help =
        format!("add them to `words/{language}.toml` in the theme, as docs/themes.md describes");
    Some(
        Diagnostic::new(
            &rules::UNTRANSLATED,
            &SitePath::new(config::FILE),
            Span::default(),
            message,
        )
        .help(help),
    )
}

/// Gives templates the words of a language: `words`, and the filters `fill` and `number`.
pub fn register(tera: &mut Tera, phrases: &Arc<Phrases>) {
    tera.global_context().insert_value("words", value(phrases));
    let words = phrases.clone();
    tera.register_filter(
        "fill",
        move |entry: Value, values: Kwargs, state: &State| fill(&words, &entry, &values, state),
    );
    let words = phrases.clone();
    tera.register_filter("number", move |number: u64, _: Kwargs, _: &State| {
        words.number(number)
    });
}

/// The entries as templates see them, in HTML.
fn value(phrases: &Phrases) -> Value {
    let entry = |entry: &Entry| match entry {
        Entry::Text(text) => Value::safe_string(&html(text)),
        Entry::Forms(forms) => Value::from(map(forms
            .iter()
            .map(|(form, text)| (form.clone(), Value::safe_string(&html(text)))))),
    };
    Value::from(map(phrases
        .entries()
        .iter()
        .map(|(name, words)| (name.clone(), entry(words)))))
}

fn map(entries: impl Iterator<Item = (String, Value)>) -> Map {
    entries.map(|(name, value)| (name.into(), value)).collect()
}

/// A text in HTML. Text between backticks becomes code.
fn html(text: &str) -> String {
    let escaped = escaped(text).replace('\u{a0}', "&nbsp;");
    let parts = escaped.split('`').enumerate().map(|(place, part)| {
        if place % 2 == 1 {
            format!("<code>{part}</code>")
        } else {
            part.to_owned()
        }
    });
    parts.collect()
}

/// The filter `fill`: an entry with values in place of its placeholders. `count` chooses the plural form.
fn fill(phrases: &Phrases, entry: &Value, values: &Kwargs, state: &State) -> TeraResult<Value> {
    let chosen = match entry.as_map() {
        Some(forms) => {
            let count = values.must_get::<u64>("count")?;
            phrases.choose(count, |name| form(forms, name))
        }
        None => entry.as_str(),
    };
    let text = chosen.ok_or_else(|| Error::message("`fill` needs an entry of `words`"))?;
    let mut filled = String::with_capacity(2 * text.len());
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => filled.push_str(text),
            Piece::Placeholder(name) => {
                filled.push_str(&placed(phrases, &values.must_get::<Value>(name)?, state)?);
            }
        }
    }
    Ok(Value::safe_string(&filled))
}

fn form<'a>(forms: &'a Map, name: &str) -> Option<&'a str> {
    forms
        .iter()
        .find(|(form, _)| form.as_str() == Some(name))
        .and_then(|(_, text)| text.as_str())
}

/// A value in HTML.
fn placed(phrases: &Phrases, value: &Value, state: &State) -> TeraResult<String> {
    match value.as_u64() {
        Some(number) => Ok(phrases.number(number)),
        None => state.escape_if_needed(value),
    }
}
