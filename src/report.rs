//! Diagnostics as text for a terminal.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{
    Annotation, AnnotationKind, Element, Group, Level as Heading, Origin, Renderer, Snippet,
};

use crate::diagnostic::{Diagnostic, Level};
use crate::escape::{visible, visible_character, visible_lines};
use crate::source::{SitePath, Span, locate};

/// The texts of the files, for excerpts.
#[derive(Default)]
pub struct Sources {
    texts: BTreeMap<SitePath, File>,
}

/// A file, for excerpts.
struct File {
    bytes: Arc<[u8]>,
    /// Decoded when the first excerpt needs it.
    text: OnceLock<Text>,
}

/// A text and the offsets of its lines.
struct Text {
    text: String,
    lines: Vec<usize>,
}

impl Text {
    fn of(bytes: &[u8]) -> Self {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let lines = std::iter::once(0)
            .chain(text.match_indices('\n').map(|(at, _)| at + 1))
            .collect();
        Self { text, lines }
    }

    /// The number of the line at an offset, from 1, and the range of the line.
    fn line_at(&self, at: usize) -> (usize, Range<usize>) {
        let number = self.lines.partition_point(|&start| start <= at).max(1);
        let start = self.lines.get(number - 1).copied().unwrap_or_default();
        let end = self
            .lines
            .get(number)
            .map_or(self.text.len(), |next| next - 1);
        (
            number,
            start..start + self.text[start..end].trim_end_matches('\r').len(),
        )
    }
}

impl Sources {
    /// Takes the files of a site. A diagnostic in any other file is shown without an excerpt.
    pub fn new(files: impl IntoIterator<Item = (SitePath, Arc<[u8]>)>) -> Self {
        let file = |(path, bytes)| {
            (
                path,
                File {
                    bytes,
                    text: OnceLock::new(),
                },
            )
        };
        Self {
            texts: files.into_iter().map(file).collect(),
        }
    }

    fn text(&self, path: &SitePath) -> &Text {
        static NOTHING: Text = Text {
            text: String::new(),
            lines: Vec::new(),
        };
        self.texts.get(path).map_or(&NOTHING, |file| {
            file.text.get_or_init(|| Text::of(&file.bytes))
        })
    }
}

/// Whether a report has colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Without colours.
    Plain,
    /// With ANSI codes. The printing code removes them if the output is not a terminal.
    Styled,
}

/// Up to this number, diagnostics that differ only in their places are shown one by one; more are shown as one entry.
const ALONE: usize = 10;

/// How many further places an entry lists.
const PLACES: usize = 10;

/// The entries of a report. A diagnostic that is repeated many times, as in every file of a collection, is one entry.
pub fn entries(diagnostics: &[Diagnostic], sources: &Sources, colour: Colour) -> Vec<String> {
    let alone = |group: Vec<usize>| {
        if group.len() > ALONE {
            vec![group]
        } else {
            group.into_iter().map(|index| vec![index]).collect()
        }
    };
    let mut shown: Vec<Vec<usize>> = similar(diagnostics).into_iter().flat_map(alone).collect();
    // Each entry is at the position of its first diagnostic.
    shown.sort();
    let entry = |group: Vec<usize>| {
        let more = group[1..].iter().map(|&index| &diagnostics[index]);
        let more: Vec<&Diagnostic> = more.collect();
        render_group(&diagnostics[group[0]], &more, sources, colour)
    };
    shown.into_iter().map(entry).collect()
}

/// Groups diagnostics that differ only in their places, by their indices.
fn similar(diagnostics: &[Diagnostic]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let mut known: HashMap<(&str, String, Option<&str>), usize> = HashMap::new();
    for (index, diagnostic) in diagnostics.iter().enumerate() {
        let key = (
            diagnostic.rule.name,
            kind_of(&diagnostic.message),
            diagnostic.help.as_deref(),
        );
        let group = *known.entry(key).or_insert(groups.len());
        match groups.get_mut(group) {
            Some(group) => group.push(index),
            None => groups.push(vec![index]),
        }
    }
    groups
}

/// A message without its numbers and quoted values, which differ from place to place.
fn kind_of(message: &str) -> String {
    let mut kind = String::with_capacity(message.len());
    for (index, piece) in message.split('`').enumerate() {
        let is_name = index % 2 == 1;
        for (index, piece) in piece.split('"').enumerate() {
            match (is_name, index % 2 == 1) {
                // `answers[1]` and `answers[2]` are elements of one list.
                (true, _) => {
                    kind.extend(piece.split('[').flat_map(|piece| {
                        [
                            "[",
                            piece.trim_start_matches(|sign: char| sign.is_ascii_digit()),
                        ]
                    }));
                }
                (false, true) => kind.push('"'),
                (false, false) => kind.extend(piece.chars().filter(|sign| !sign.is_ascii_digit())),
            }
        }
        kind.push('`');
    }
    kind
}

/// The further places of a repeated diagnostic, as text.
fn other_places(more: &[&Diagnostic], sources: &Sources) -> String {
    let place = |found: &&Diagnostic| {
        let at = locate(&sources.text(&found.file).text, found.span.start as usize);
        format!("{}:{}:{}", found.file, at.line, at.column)
    };
    let files: BTreeSet<&SitePath> = more.iter().map(|found| &found.file).collect();
    let named: Vec<String> = more.iter().take(PLACES).map(place).collect();
    let rest = more.len().saturating_sub(PLACES);
    let rest = if rest > 0 {
        format!("\nand {rest} more")
    } else {
        String::new()
    };
    format!(
        "the same in {} of {}:\n{}{rest}",
        counted(more.len(), "other place"),
        counted(files.len(), "file"),
        named.join("\n")
    )
}

/// One diagnostic with excerpts and help.
pub fn render(diagnostic: &Diagnostic, sources: &Sources, colour: Colour) -> String {
    render_group(diagnostic, &[], sources, colour)
}

fn render_group(
    diagnostic: &Diagnostic,
    more: &[&Diagnostic],
    sources: &Sources,
    colour: Colour,
) -> String {
    let places = other_places(more, sources);
    let heading = match diagnostic.rule.level {
        Level::Error => Heading::ERROR,
        Level::Warning => Heading::WARNING,
    };
    let mut group = heading
        .primary_title(visible(&diagnostic.message))
        .id(diagnostic.rule.name)
        .elements(excerpt(
            &diagnostic.file,
            sources.text(&diagnostic.file),
            diagnostic.span,
            |range| AnnotationKind::Primary.span(range),
        ));
    for note in &diagnostic.notes {
        let text = sources.text(&note.file);
        group = group.elements(excerpt(&note.file, text, note.span, |range| {
            labelled(AnnotationKind::Context.span(range), &note.message)
        }));
    }
    if let Some(help) = &diagnostic.help {
        group = group.element(Heading::HELP.message(visible(help)));
    }
    if !more.is_empty() {
        group = group.element(Heading::NOTE.message(visible_lines(&places)));
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Styled => Renderer::styled(),
    };
    let report: &[Group<'_>] = &[group];
    renderer.decor_style(DecorStyle::Ascii).render(report)
}

/// The longest line that is printed whole, in characters.
const LONGEST_LINE: usize = 1000;

/// How many characters of a longer line are printed before a range and after its start.
const AROUND: usize = 200;

/// A mark with a label, if there is one.
fn labelled<'a>(mark: Annotation<'a>, label: &'a str) -> Annotation<'a> {
    if label.is_empty() {
        mark
    } else {
        mark.label(visible(label))
    }
}

/// The line of a span, with a mark from `mark` at the range of the span.
fn excerpt<'a>(
    file: &'a SitePath,
    text: &'a Text,
    span: Span,
    mark: impl FnOnce(Range<usize>) -> Annotation<'a>,
) -> Vec<Element<'a>> {
    let range = clamped(&text.text, span);
    // Only the line of the range is passed on: a long file can have many diagnostics.
    let (number, line) = text.line_at(range.start);
    let is_long = line.len() > LONGEST_LINE;
    let part = if is_long {
        around(&text.text, &line, range.start)
    } else {
        line.clone()
    };
    let within = |at: usize| at.clamp(part.start, part.end) - part.start;
    let (shown, marked) = visible_source(
        &text.text[part.clone()],
        within(range.start)..within(range.end),
    );
    let snippet = Snippet::source(shown)
        .line_start(number)
        .annotation(mark(marked));
    let path = visible(file.as_str());
    if !is_long {
        return vec![snippet.path(path).into()];
    }
    // A part of a line would have the wrong column.
    let before = &text.text[line.start..range.start.max(line.start)];
    let column = before.chars().count() + 1;
    let origin = Origin::path(path).line(number).char_column(column);
    vec![origin.into(), snippet.into()]
}

/// The part of a long line around an offset.
fn around(text: &str, line: &Range<usize>, at: usize) -> Range<usize> {
    text.floor_char_boundary(at.saturating_sub(AROUND).max(line.start))
        ..text.floor_char_boundary((at + AROUND).min(line.end))
}

/// A line that is safe for a terminal, and the new position of a range in it.
fn visible_source(text: &str, span: Range<usize>) -> (Cow<'_, str>, Range<usize>) {
    if matches!(visible_lines(text), Cow::Borrowed(_)) {
        return (Cow::Borrowed(text), span);
    }
    let mut shown = String::with_capacity(text.len());
    let (mut start, mut end) = (None, None);
    for (at, next) in text.char_indices() {
        start = start.or((at >= span.start).then_some(shown.len()));
        end = end.or((at >= span.end).then_some(shown.len()));
        shown.push(if next == '\t' {
            next
        } else {
            visible_character(next)
        });
    }
    let whole = shown.len();
    (
        Cow::Owned(shown),
        start.unwrap_or(whole)..end.unwrap_or(whole),
    )
}

/// The range limited to the text, its first line and whole characters.
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
    let line_end = text[start..end]
        .find('\n')
        .map_or(end, |newline| start + newline);
    start..line_end
}

/// A number with its noun: `1 error`, `2 errors`.
pub fn counted(count: usize, noun: &str) -> String {
    match count {
        1 => format!("1 {noun}"),
        count => format!("{count} {noun}s"),
    }
}

/// The numbers of errors and warnings: `2 errors and 1 warning`.
pub fn count(diagnostics: &[Diagnostic]) -> String {
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.is_error())
        .count();
    match (errors, diagnostics.len() - errors) {
        (0, warnings) => counted(warnings, "warning"),
        (errors, 0) => counted(errors, "error"),
        (errors, warnings) => format!(
            "{} and {}",
            counted(errors, "error"),
            counted(warnings, "warning")
        ),
    }
}
