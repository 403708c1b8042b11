//! Diagnostics as a person reads them in a terminal.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Element, Group, Level as Heading, Origin, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Level, Note};
use crate::source::{SitePath, Span};

/// The texts that excerpts are taken from.
#[derive(Default)]
pub struct Sources {
    texts: BTreeMap<SitePath, File>,
}

/// A file that excerpts are taken from.
struct File {
    bytes: Arc<[u8]>,
    /// Read when the first excerpt is taken from it.
    text: OnceLock<Text>,
}

/// A text and where its lines start.
struct Text {
    text: String,
    lines: Vec<usize>,
}

impl Text {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines = std::iter::once(0).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { text, lines }
    }

    /// The number of the line at a place, counted from 1, and the stretch of the line.
    fn line_at(&self, at: usize) -> (usize, Range<usize>) {
        let number = self.lines.partition_point(|&start| start <= at).max(1);
        let start = self.lines.get(number - 1).copied().unwrap_or_default();
        let end = self.lines.get(number).map_or(self.text.len(), |next| next - 1);
        (number, start..start + self.text[start..end].trim_end_matches('\r').len())
    }
}

impl Sources {
    /// Takes the files of a site; a diagnostic in any other file is shown without an excerpt.
    pub fn new(files: impl IntoIterator<Item = (SitePath, Arc<[u8]>)>) -> Self {
        let file = |(path, bytes)| (path, File { bytes, text: OnceLock::new() });
        Self { texts: files.into_iter().map(file).collect() }
    }

    fn text(&self, path: &SitePath) -> &Text {
        static NOTHING: Text = Text { text: String::new(), lines: Vec::new() };
        self.texts.get(path).map_or(&NOTHING, |file| file.text.get_or_init(|| Text::of(&file.bytes)))
    }
}

/// Whether a report has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Words and signs alone.
    Plain,
    /// With the codes that terminals read; what prints them takes them out where nobody sees them.
    Styled,
}

/// One diagnostic with excerpts and advice.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colour: Colour) -> String {
    let text = sources.text(&diagnostic.file);
    let heading = match diagnostic.rule.level {
        Level::Error => Heading::ERROR,
        Level::Warning => Heading::WARNING,
    };
    let mut group = heading.primary_title(diagnostic.message.as_str()).id(diagnostic.rule.name).elements(excerpt(
        &diagnostic.file,
        text,
        diagnostic.span,
        AnnotationKind::Primary,
        "",
    ));
    for Note { file, span, message } in &diagnostic.notes {
        group = group.elements(excerpt(file, sources.text(file), *span, AnnotationKind::Context, message));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Heading::HELP.message(help.as_str()));
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Styled => Renderer::styled(),
    };
    let report: &[Group<'_>] = &[group];
    renderer.decor_style(DecorStyle::Ascii).render(report)
}

/// The longest line that is drawn whole; a terminal is not as wide.
const LONGEST_LINE: usize = 1000;

/// How much of a longer line stands before a stretch and after its start.
const AROUND: usize = 200;

/// The line of a stretch, with the stretch marked.
fn excerpt<'a>(file: &'a SitePath, text: &'a Text, span: Span, kind: AnnotationKind, label: &'a str) -> Vec<Element<'a>> {
    let range = clamped(&text.text, span);
    // Only the line of the stretch is drawn from: a file can have many mistakes, and be long.
    let (number, line) = text.line_at(range.start);
    let is_long = line.len() > LONGEST_LINE;
    let shown = if is_long { around(&text.text, &line, range.start) } else { line.clone() };
    let within = |at: usize| at.clamp(shown.start, shown.end) - shown.start;
    let annotation = kind.span(within(range.start)..within(range.end));
    let annotation = if label.is_empty() { annotation } else { annotation.label(label) };
    let snippet = Snippet::source(&text.text[shown]).line_start(number).annotation(annotation);
    if is_long {
        let column = text.text[line.start..range.start.max(line.start)].chars().count() + 1;
        vec![Origin::path(file.as_str()).line(number).char_column(column).into(), snippet.into()]
    } else {
        vec![snippet.path(file.as_str()).into()]
    }
}

/// The part of a long line that is around a place.
fn around(text: &str, line: &Range<usize>, at: usize) -> Range<usize> {
    text.floor_char_boundary(at.saturating_sub(AROUND).max(line.start))..text.floor_char_boundary((at + AROUND).min(line.end))
}

/// The stretch inside of the text and on the borders of characters; of several lines only the first.
fn clamped(text: &str, span: Span) -> Range<usize> {
    let floor = |at: usize| {
        let mut at = at.min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    };
    let start = floor(span.start as usize);
    let mut end = span.end as usize;
    while end < text.len() && !text.is_char_boundary(end) {
        end += 1;
    }
    let end = end.min(text.len()).max(start);
    let line_end = text[start..end].find('\n').map_or(end, |newline| start + newline);
    start..line_end
}

/// How many of something there are, in words: `1 error`, `2 errors`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// How many errors and warnings there are, in words: `2 errors and 1 warning`.
pub fn count(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    match (errors, diagnostics.len() - errors) {
        (0, warnings) => counted(warnings, "warning"),
        (errors, 0) => counted(errors, "error"),
        (errors, warnings) => format!("{} and {}", counted(errors, "error"), counted(warnings, "warning")),
    }
}
