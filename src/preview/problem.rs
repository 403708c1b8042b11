//! A diagnostic as a page shows it.

use super::settings_path;
use crate::build::Inputs;
use crate::diagnostic::{Diagnostic, Level};
use crate::escape::percent_encode;
use crate::source::{SitePath, Span, locate};

/// How many lines an excerpt shows before and after the one that is meant.
const AROUND: usize = 1;

/// The longest line of an excerpt, in characters; of a longer one only the part around what is meant is shown.
const LONGEST_LINE: usize = 160;

/// A diagnostic as a page shows it: with its line, and a way to the author's editor.
pub struct Problem {
    pub level: Level,
    pub rule: &'static str,
    pub message: String,
    /// `content/stories/x.md:3:5`.
    pub place: String,
    /// The address that opens the place in the author's editor; empty where there is none.
    pub editor: String,
    /// The line that is meant, with those around it; nothing where the file as a whole is meant.
    pub excerpt: Vec<Line>,
    /// Other places that explain it.
    pub notes: Vec<Place>,
    pub help: String,
}

/// A second place, with what it has to do with the first.
pub struct Place {
    pub message: String,
    /// As in [`Problem`].
    pub place: String,
    pub editor: String,
    pub excerpt: Vec<Line>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// From 1.
    pub number: usize,
    pub before: String,
    /// What is meant; empty on the lines around.
    pub marked: String,
    pub after: String,
}

impl Problem {
    /// Shows a diagnostic with the files that it was found in.
    pub fn new(found: &Diagnostic, read: &Inputs, folder: &str, editor: &str) -> Self {
        let place = |message: &str, file: &SitePath, span: Span| {
            let text = String::from_utf8_lossy(read.bytes(file).unwrap_or_default());
            let at = locate(&text, span.start as usize);
            let is_placed = span != Span::default() || *file == settings_path();
            Place {
                message: message.to_owned(),
                place: format!("{file}:{}:{}", at.line, at.column),
                editor: editor_link(editor, folder, file, at.line, at.column),
                excerpt: if is_placed { excerpt(&text, span) } else { Vec::new() },
            }
        };
        let Place { message, place: first, editor, excerpt } = place(&found.message, &found.file, found.span);
        Self {
            level: found.rule.level,
            rule: found.rule.name,
            message,
            place: first,
            editor,
            excerpt,
            notes: found.notes.iter().map(|note| place(&note.message, &note.file, note.span)).collect(),
            help: found.help.clone().unwrap_or_default(),
        }
    }
}

/// The address that opens a place of a file in the author's editor; empty where the author wants none.
pub fn editor_link(template: &str, folder: &str, file: &SitePath, line: usize, column: usize) -> String {
    let mut path = String::new();
    percent_encode(&format!("/{}/{file}", folder.trim_matches('/')), &mut path);
    template.replace("{path}", &path).replace("{line}", &line.to_string()).replace("{column}", &column.to_string())
}

/// The first line of a stretch of a text, with those around it.
pub fn excerpt(text: &str, span: Span) -> Vec<Line> {
    let at = locate(text, span.start as usize);
    let first = at.line.saturating_sub(1 + AROUND);
    let lines = text.split('\n').map(|line| line.trim_end_matches('\r')).enumerate().skip(first).take(at.line + AROUND - first);
    let length = text.get(span.range()).map_or(0, |marked| marked.split('\n').next().unwrap_or_default().trim_end().chars().count());
    lines
        .map(|(index, line)| {
            if index + 1 != at.line {
                return Line { number: index + 1, before: cut(line, 0), marked: String::new(), after: String::new() };
            }
            let start = at.column - 1;
            let piece = |from: usize, to: usize| line.chars().skip(from).take(to - from).collect::<String>();
            let end = (start + length.max(1)).min(line.chars().count().max(start));
            // What is meant has to be seen, also in a paragraph that is one long line.
            let from = start.saturating_sub(LONGEST_LINE / 2);
            let before = format!("{}{}", if from > 0 { "…" } else { "" }, piece(from, start));
            Line { number: index + 1, before, marked: cut(&piece(start, end), 0), after: cut(line, end) }
        })
        .collect()
}

/// A line from a character on, cut where it grows too long.
fn cut(line: &str, from: usize) -> String {
    let mut rest = line.chars().skip(from);
    let shown: String = rest.by_ref().take(LONGEST_LINE).collect();
    if rest.next().is_some() { shown + "…" } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_marks_what_is_meant_between_its_neighbours() {
        let text = "---\ntitel: x\n---\nrest\n";
        let lines = excerpt(text, Span::new(4, 9));
        let shown: Vec<(usize, &str, &str, &str)> =
            lines.iter().map(|line| (line.number, line.before.as_str(), line.marked.as_str(), line.after.as_str())).collect();
        assert_eq!(shown, [(1, "---", "", ""), (2, "", "titel", ": x"), (3, "---", "", "")]);
    }

    #[test]
    fn an_excerpt_of_a_long_line_shows_what_is_meant() {
        let text = format!("{}[[gone]] {}", "word ".repeat(200), "word ".repeat(200));
        let lines = excerpt(&text, Span::new(1000, 1008));
        assert_eq!(lines[0].marked, "[[gone]]");
        assert!(lines[0].before.starts_with('…') && lines[0].after.ends_with('…'));
    }

    #[test]
    fn a_path_in_an_address_is_encoded() {
        let file = SitePath::new("content/a b#c.md");
        assert_eq!(
            editor_link("vscode://file{path}:{line}:{column}", "/home/x", &file, 3, 5),
            "vscode://file/home/x/content/a%20b%23c.md:3:5"
        );
    }
}
