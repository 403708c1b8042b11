//! The places of settings in `site.toml`.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde::de::IgnoredAny;
use toml::Spanned;

use crate::source::Span;

/// The places of the settings whose values can be mistaken in more than their type.
#[derive(Default, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
pub(super) struct Places {
    words_per_minute: Option<Spanned<IgnoredAny>>,
    preview: Preview,
    redact: BTreeMap<Spanned<String>, IgnoredAny>,
    forbid: Forbid,
    wiki: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, Spanned<IgnoredAny>>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Preview {
    editor: Option<Spanned<IgnoredAny>>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Forbid {
    words: Vec<Spanned<String>>,
}

impl Places {
    /// Reads the places from settings that have been read once; none if they cannot be read.
    pub fn of(text: &str) -> Self {
        toml::from_str(text).unwrap_or_default()
    }

    /// The value of `words-per-minute`.
    pub fn words_per_minute(&self) -> Span {
        self.words_per_minute.as_ref().map_or(Span::default(), span)
    }

    /// The value of `editor`.
    pub fn editor(&self) -> Span {
        self.preview.editor.as_ref().map_or(Span::default(), span)
    }

    /// A word to redact, or to forbid.
    pub fn word(&self, word: &str) -> Span {
        let mut words = self.redact.keys().chain(&self.forbid.words);
        words
            .find(|known| known.get_ref() == word)
            .map_or(Span::default(), span)
    }

    /// A setting of a wiki, `key = value`; the name of the wiki if it has no such setting.
    pub fn of_wiki(&self, name: &str, key: &str) -> Span {
        let Some((head, settings)) = self.wiki.get_key_value(name) else {
            return Span::default();
        };
        let setting = settings.get_key_value(key);
        setting.map_or_else(
            || span(head),
            |(key, value)| Span::new(key.span().start, value.span().end),
        )
    }
}

fn span<T>(value: &Spanned<T>) -> Span {
    Span::new(value.span().start, value.span().end)
}
