//! A diagnostic as a page shows it.

use std::borrow::Cow;

use serde::Serialize;

use super::settings_path;
use crate::build::Inputs;
use crate::diagnostic::{Diagnostic, Level};
use crate::escape::percent_encode;
use crate::source::{Location, SitePath, Span, locate};

/// How many lines an excerpt shows before and after the marked one.
const AROUND: usize = 1;

/// The longest line of an excerpt, in characters. Of a longer one, only the part around the mark is shown.
const LONGEST_LINE: usize = 160;

/// A diagnostic as a page shows it: with its lines, and links to the author's editor.
#[derive(Serialize)]
pub struct Problem {
    /// `error` or `warning`.
    pub level: &'static str,
    pub rule: &'static str,
    pub place: Place,
    /// Other places that explain it.
    pub notes: Vec<Place>,
    pub help: Option<String>,
}

/// A place with a message about it.
#[derive(Serialize)]
pub struct Place {
    pub message: String,
    /// `content/stories/x.md:3:5`.
    pub name: String,
    /// `content/stories/x.md:3`, to copy.
    pub copy: String,
    /// The address that opens it in the author's editor; `None` if the author wants none.
    pub editor: Option<String>,
    /// The marked line with those around it; empty if the place is the file as a whole.
    pub excerpt: Vec<Line>,
}

/// A line of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// From 1.
    pub number: usize,
    pub before: String,
    /// Empty on the lines around.
    pub marked: String,
    pub after: String,
}

/// Makes links that open places of files in the author's editor.
#[derive(Clone, Copy)]
pub struct Editor<'a> {
    /// The address from `site.toml`, with `{path}`, `{line}` and `{column}`; empty if the author wants no links.
    pub template: &'a str,
    /// The folder of the site from the root of the file system.
    pub folder: &'a str,
}

/// A text with the offsets of its lines, to locate many places.
pub struct Lines<'a> {
    text: Cow<'a, str>,
    starts: Vec<usize>,
}

impl Problem {
    /// Shows a diagnostic with the files that it was found in.
    pub fn new(found: &Diagnostic, read: &Inputs, editor: Editor<'_>) -> Self {
        let place = |message: &str, file: &SitePath, span: Span| {
            Place::new(message, file, span, read, editor)
        };
        Self {
            level: match found.rule.level {
                Level::Error => "error",
                Level::Warning => "warning",
            },
            rule: found.rule.name,
            place: place(&found.message, &found.file, found.span),
            notes: found
                .notes
                .iter()
                .map(|note| place(&note.message, &note.file, note.span))
                .collect(),
            help: found.help.clone(),
        }
    }
}

impl Place {
    fn new(message: &str, file: &SitePath, span: Span, read: &Inputs, editor: Editor<'_>) -> Self {
        let text = String::from_utf8_lossy(read.bytes(file).unwrap_or_default());
        let is_in_text = span != Span::default() || *file == settings_path();
        let at = locate(&text, span.start as usize);
        Self {
            excerpt: if is_in_text {
                excerpt(&text, span)
            } else {
                Vec::new()
            },
            ..Self::at(message, file, at, editor)
        }
    }

    /// The place of a diagnostic, without its lines.
    pub fn of(found: &Diagnostic, read: &Inputs, editor: Editor<'_>) -> Self {
        let text = String::from_utf8_lossy(read.bytes(&found.file).unwrap_or_default());
        let at = locate(&text, found.span.start as usize);
        Self::at(&found.message, &found.file, at, editor)
    }

    fn at(message: &str, file: &SitePath, at: Location, editor: Editor<'_>) -> Self {
        Self {
            message: message.to_owned(),
            name: format!("{file}:{}:{}", at.line, at.column),
            copy: format!("{file}:{}", at.line),
            editor: editor.link(file, at),
            excerpt: Vec::new(),
        }
    }
}

impl Editor<'_> {
    /// The address that opens a place; `None` if the author wants no links.
    pub fn link(self, file: &SitePath, at: Location) -> Option<String> {
        if self.template.is_empty() {
            return None;
        }
        let mut path = String::new();
        percent_encode(
            &format!("/{}/{file}", self.folder.trim_matches('/')),
            &mut path,
        );
        let place = self
            .template
            .replace("{path}", &path)
            .replace("{line}", &at.line.to_string());
        Some(place.replace("{column}", &at.column.to_string()))
    }
}

impl<'a> Lines<'a> {
    /// The lines of a file; invalid UTF-8 is replaced.
    pub fn new(bytes: &'a [u8]) -> Self {
        let text = String::from_utf8_lossy(bytes);
        let starts = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, starts }
    }

    /// The location of the byte at `at`; past the end, the location of the end. Equals [`locate`].
    pub fn locate(&self, at: usize) -> Location {
        let line = self
            .starts
            .partition_point(|&start| start <= at.min(self.text.len()));
        let start = self.starts[line - 1];
        Location {
            line,
            column: locate(&self.text[start..], at.saturating_sub(start)).column,
        }
    }
}

/// The first line of a span, with those around it.
fn excerpt(text: &str, span: Span) -> Vec<Line> {
    let at = locate(text, span.start as usize);
    let first = at.line.saturating_sub(1 + AROUND);
    let lines = text
        .split('\n')
        .map(|line| line.trim_end_matches('\r'))
        .enumerate()
        .skip(first)
        .take(at.line + AROUND - first);
    let length = text.get(span.range()).map_or(0, |marked| {
        marked
            .split('\n')
            .next()
            .unwrap_or_default()
            .trim_end()
            .chars()
            .count()
    });
    lines
        .map(|(index, line)| {
            if index + 1 == at.line {
                marked_line(at, line, length)
            } else {
                Line {
                    number: index + 1,
                    before: cut(line, 0),
                    marked: String::new(),
                    after: String::new(),
                }
            }
        })
        .collect()
}

/// A line with `length` characters marked from a location on.
fn marked_line(at: Location, line: &str, length: usize) -> Line {
    let start = at.column - 1;
    let piece =
        |from: usize, to: usize| line.chars().skip(from).take(to - from).collect::<String>();
    let end = (start + length.max(1)).min(line.chars().count().max(start));
    // The mark must be visible, also in a paragraph that is one long line.
    let from = start.saturating_sub(LONGEST_LINE / 2);
    let before = format!("{}{}", if from > 0 { "…" } else { "" }, piece(from, start));
    Line {
        number: at.line,
        before,
        marked: cut(&piece(start, end), 0),
        after: cut(line, end),
    }
}

/// A line from a character on, cut if it is too long.
fn cut(line: &str, from: usize) -> String {
    let mut rest = line.chars().skip(from);
    let shown: String = rest.by_ref().take(LONGEST_LINE).collect();
    if rest.next().is_some() {
        shown + "…"
    } else {
        shown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_marks_the_span_between_the_lines_around() {
        let text = "---\ntitel: x\n---\nrest\n";
        let lines = excerpt(text, Span::new(4, 9));
        let shown: Vec<(usize, &str, &str, &str)> = lines
            .iter()
            .map(|line| {
                (
                    line.number,
                    line.before.as_str(),
                    line.marked.as_str(),
                    line.after.as_str(),
                )
            })
            .collect();
        assert_eq!(
            shown,
            [
                (1, "---", "", ""),
                (2, "", "titel", ": x"),
                (3, "---", "", "")
            ]
        );
    }

    #[test]
    fn an_excerpt_of_a_long_line_shows_the_mark() {
        let text = format!("{}[[gone]] {}", "word ".repeat(200), "word ".repeat(200));
        let lines = excerpt(&text, Span::new(1000, 1008));
        assert_eq!(lines[0].marked, "[[gone]]");
        assert!(lines[0].before.starts_with('…') && lines[0].after.ends_with('…'));
    }

    #[test]
    fn a_path_in_an_address_is_encoded() {
        let file = SitePath::new("content/a b#c.md");
        let editor = Editor {
            template: "vscode://file{path}:{line}:{column}",
            folder: "/home/x",
        };
        let at = Location { line: 3, column: 5 };
        assert_eq!(
            editor.link(&file, at).as_deref(),
            Some("vscode://file/home/x/content/a%20b%23c.md:3:5")
        );
        assert_eq!(
            Editor {
                template: "",
                ..editor
            }
            .link(&file, at),
            None
        );
    }

    #[test]
    fn lines_locate_as_a_search_from_the_start_does() {
        for text in ["", "a", "\n", "é\nüx\n\nrest", "a\r\nb"] {
            let lines = Lines::new(text.as_bytes());
            for at in 0..text.len() + 2 {
                assert_eq!(lines.locate(at), locate(text, at), "{text:?} at {at}");
            }
        }
    }
}
