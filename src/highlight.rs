//! Code with its syntax marked by classes, remembered by language and text.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use syntect::html::{ClassStyle, ClassedHTMLGenerator};
use syntect::parsing::{SyntaxReference, SyntaxSet};
use syntect::util::LinesWithEndings;

/// Marks code. It is slow, so what it has marked once it gives again without work; it holds nothing but that memory.
#[derive(Default)]
pub struct Highlighter {
    syntaxes: OnceLock<SyntaxSet>,
    marked: Mutex<HashMap<(String, String), Arc<str>>>,
}

/// What the classes start with; the style sheet of the theme gives them their colours.
const STYLE: ClassStyle = ClassStyle::SpacedPrefixed { prefix: "hl-" };

/// Languages that go under another name than the one by which the syntaxes know them, or are near enough to one.
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
    /// The code as HTML; without marks where the language is not known.
    pub fn html(&self, language: &str, code: &str) -> Arc<str> {
        let key = (language.to_ascii_lowercase(), code.to_owned());
        // A thread that panicked while it held the memory has left nothing half-written in it.
        if let Some(marked) = self.marked.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return marked.clone();
        }
        let marked: Arc<str> = self.mark(&key.0, code).unwrap_or_else(|| crate::escape::escaped(code)).into();
        self.marked.lock().unwrap_or_else(PoisonError::into_inner).insert(key, marked.clone());
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
            generator.parse_html_for_line_which_includes_newline(line).ok()?;
        }
        Some(generator.finalize())
    }
}

fn syntax<'a>(syntaxes: &'a SyntaxSet, language: &str) -> Option<&'a SyntaxReference> {
    let known = ALIASES.iter().find(|(alias, _)| *alias == language).map_or(language, |&(_, name)| name);
    syntaxes.find_syntax_by_token(known).filter(|syntax| syntax.name != "Plain Text")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_known_languages_and_escapes_others() {
        let highlighter = Highlighter::default();
        assert!(highlighter.html("rust", "fn main() {}\n").contains("hl-storage"));
        assert_eq!(&*highlighter.html("nonsense", "a < b\n"), "a &lt; b\n");
        assert_eq!(&*highlighter.html("", "a < b\n"), "a &lt; b\n");
    }
}
