//! Syntax highlighting with classes, cached by language and text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::{SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

/// Highlights code and caches the result, because highlighting is slow.
#[derive(Default)]
pub struct Highlighter {
    syntaxes: OnceLock<SyntaxSet>,
    marked: Mutex<HashMap<(String, String), Arc<str>>>,
}

/// The prefix of the classes. The style sheet of the theme defines their colours.
const STYLE: ClassStyle = ClassStyle::SpacedPrefixed { prefix: "hl-" };

/// Names of languages that the syntax definitions do not know, each with a name that they know.
const ALIASES: &[(&str, &str)] = &[
    ("typescript", "js"),
    ("ts", "js"),
    ("tsx", "js"),
    ("jsx", "js"),
    ("jsonc", "json"),
    ("json5", "json"),
    ("shell", "bash"),
    ("console", "bash"),
    ("csharp", "cs"),
    ("c#", "cs"),
    ("kotlin", "java"),
    ("plsql", "sql"),
    ("tsql", "sql"),
    ("postgresql", "sql"),
];

impl Highlighter {
    /// The code as HTML; without highlighting if the language is unknown.
    pub fn html(&self, language: &str, code: &str) -> Arc<str> {
        let key = (language.to_ascii_lowercase(), code.to_owned());
        // A thread that panicked while it held the lock has left no half-written entry.
        if let Some(marked) = self
            .marked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .get(&key)
        {
            return marked.clone();
        }
        let marked: Arc<str> = self
            .mark(&key.0, code)
            .unwrap_or_else(|| crate::escape::escaped(code))
            .into();
        self.marked
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .insert(key, marked.clone());
        marked
    }

    fn mark(&self, language: &str, code: &str) -> Option<String> {
        if language.is_empty() {
            return None;
        }
        let syntaxes = self.syntaxes.get_or_init(SyntaxSet::load_defaults_newlines);
        let syntax = syntax(syntaxes, language)?;
        let mut generator = ClassedHTMLGenerator::new_with_class_style(syntax, syntaxes, STYLE);
        for line in LinesWithEndings::from(code) {
            generator
                .parse_html_for_line_which_includes_newline(line)
                .ok()?;
        }
        Some(generator.finalize())
    }
}

fn syntax<'a>(syntaxes: &'a SyntaxSet, language: &str) -> Option<&'a SyntaxReference> {
    let known = ALIASES
        .iter()
        .find(|(alias, _)| *alias == language)
        .map_or(language, |&(_, name)| name);
    syntaxes
        .find_syntax_by_token(known)
        .filter(|syntax| syntax.name != "Plain Text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_known_languages_and_escapes_others() {
        let highlighter = Highlighter::default();
        assert!(
            highlighter
                .html("rust", "fn main() {}\n")
                .contains("hl-storage")
        );
        assert_eq!(&*highlighter.html("nonsense", "a < b\n"), "a &lt; b\n");
        assert_eq!(&*highlighter.html("", "a < b\n"), "a &lt; b\n");
    }
}
