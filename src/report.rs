//! Diagnostics as a person reads them in a terminal.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level as Heading, Renderer, Snippet};

use crate::diagnostic::{Diagnostic, Level, Note};
use crate::escape::{visible, visible_character, visible_lines};
use crate::source::{SitePath, Span};

/// The texts that excerpts are taken from.
#[derive(Default)]
pub struct Sources {
    texts: BTreeMap<SitePath, Arc<[u8]>>,
}

impl Sources {
    /// Takes the files of a site; a diagnostic in any other file is shown without an excerpt.
    pub fn new(files: impl IntoIterator<Item = (SitePath, Arc<[u8]>)>) -> Self {
        Self { texts: files.into_iter().collect() }
    }

    fn text(&self, path: &SitePath) -> Cow<'_, str> {
        self.texts.get(path).map_or(Cow::Borrowed(""), |bytes| String::from_utf8_lossy(bytes))
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
    let note_texts: Vec<Cow<'_, str>> = diagnostic.notes.iter().map(|note| sources.text(&note.file)).collect();
    let heading = match diagnostic.rule.level {
        Level::Error => Heading::ERROR,
        Level::Warning => Heading::WARNING,
    };
    let place = snippet(&diagnostic.file, &text, diagnostic.span, AnnotationKind::Primary, "");
    let mut group = heading.primary_title(visible(&diagnostic.message)).id(diagnostic.rule.name).element(place);
    for (note, text) in diagnostic.notes.iter().zip(&note_texts) {
        let Note { file, span, message } = note;
        group = group.element(snippet(file, text, *span, AnnotationKind::Context, message));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Heading::HELP.message(visible(help)));
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Styled => Renderer::styled(),
    };
    let report: &[Group<'_>] = &[group];
    renderer.decor_style(DecorStyle::Ascii).render(report)
}

fn snippet<'a>(
    file: &'a SitePath,
    text: &'a str,
    span: Span,
    kind: AnnotationKind,
    label: &'a str,
) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    let (text, span) = visible_source(text, clamped(text, span));
    let annotation = kind.span(span);
    let annotation = if label.is_empty() { annotation } else { annotation.label(visible(label)) };
    Snippet::source(text).path(visible(file.as_str())).annotation(annotation)
}

/// A text as a terminal may show it, and where a stretch of it is then.
fn visible_source(text: &str, span: Range<usize>) -> (Cow<'_, str>, Range<usize>) {
    if matches!(visible_lines(text), Cow::Borrowed(_)) {
        return (Cow::Borrowed(text), span);
    }
    let mut shown = String::with_capacity(text.len());
    let (mut start, mut end) = (None, None);
    for (at, next) in text.char_indices() {
        start = start.or((at >= span.start).then_some(shown.len()));
        end = end.or((at >= span.end).then_some(shown.len()));
        let is_kept = matches!(next, '\n' | '\t') || text[at..].starts_with("\r\n");
        shown.push(if is_kept { next } else { visible_character(next) });
    }
    let whole = shown.len();
    (Cow::Owned(shown), start.unwrap_or(whole)..end.unwrap_or(whole))
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
