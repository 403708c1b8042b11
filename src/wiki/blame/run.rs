//! The words of a block as one text, with the place of each in the file.

use std::ops::Range;

use crate::markdown::{Body, CalloutKind, Event, Node, Tag, is_inline};
use crate::source::Span;
use crate::wiki::compose::tags::{self, is_block};

/// Words that stand together: a paragraph, a heading, a cell of a table.
#[derive(Debug, Default)]
pub struct Run {
    /// What a reader reads.
    pub text: String,
    /// The stretches of the text that are code, in which only names are looked for.
    pub code: Vec<Range<usize>>,
    pieces: Vec<Piece>,
}

/// A stretch of a run that comes from one place.
#[derive(Debug)]
struct Piece {
    /// Where it stands in the run.
    range: Range<usize>,
    /// Where it stands in the file.
    span: Span,
    /// Whether the file has the very same characters there.
    is_verbatim: bool,
}

impl Run {
    /// A text without a place in the body.
    pub fn of_text(text: &str) -> Self {
        Self { text: text.to_owned(), ..Self::default() }
    }

    /// The code in which a place is.
    pub fn code_at(&self, at: usize) -> Option<&Range<usize>> {
        self.code.get(self.code.partition_point(|code| code.end <= at)).filter(|code| code.contains(&at))
    }

    /// Where a stretch of the text stands in the file.
    pub fn span(&self, range: Range<usize>) -> Span {
        let piece_at = |at: usize| {
            let piece = self.pieces.get(self.pieces.partition_point(|piece| piece.range.end <= at))?;
            piece.range.contains(&at).then_some(piece)
        };
        let (Some(first), Some(last)) = (piece_at(range.start), piece_at(range.end.saturating_sub(1))) else { return Span::default() };
        let start = first.span.range().start + if first.is_verbatim { range.start - first.range.start } else { 0 };
        let end = if last.is_verbatim { last.span.range().start + (range.end - last.range.start) } else { last.span.range().end };
        Span::new(start, end.max(start))
    }

    fn add(&mut self, text: &str, source: &str, span: Span) {
        let written = source.get(span.range()).unwrap_or_default();
        let start = self.text.len();
        self.text.push_str(text);
        let at = written.find(text);
        let span = at.map_or(span, |at| Span::new(span.range().start + at, span.range().start + at + text.len()));
        self.pieces.push(Piece { range: start..self.text.len(), span, is_verbatim: at.is_some() });
    }

    fn add_space(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with(' ') {
            self.text.push(' ');
        }
    }
}

/// The runs of a stretch of a body, without blocks of code, and without what is for the author alone; `source` is the text of its file.
pub fn of_body(body: &Body, nodes: Range<usize>, source: &str) -> Vec<Run> {
    let mut runs = Vec::new();
    let mut run = Run::default();
    let mut index = nodes.start;
    while index < nodes.end {
        let Node { event, span } = body.nodes[index];
        match event {
            Event::Start(tag) if is_left_out(body, tag) => index = body.end_of(index),
            Event::Start(Tag::Image(_)) | Event::End(Tag::Image(_)) | Event::SoftBreak | Event::HardBreak => run.add_space(),
            Event::Start(tag) | Event::End(tag) if !is_inline(tag) => runs.push(std::mem::take(&mut run)),
            Event::Text(piece) => run.add(body.str(piece), source, span),
            Event::Html(piece) => add_html(body.str(piece), source, span, &mut run, &mut runs),
            Event::Code(piece) => {
                let start = run.text.len();
                run.add(body.str(piece), source, span);
                if start < run.text.len() {
                    run.code.push(start..run.text.len());
                }
            }
            _ => {}
        }
        index += 1;
    }
    runs.push(run);
    runs.retain(|run| !run.text.trim().is_empty());
    runs
}

/// Adds the words of an author's HTML; its blocks part runs, and what a pointer shows over it is a run of its own.
fn add_html(html: &str, source: &str, span: Span, run: &mut Run, runs: &mut Vec<Run>) {
    for piece in tags::pieces(html) {
        match piece {
            tags::Piece::Text(text) => {
                run.add(text.trim_end_matches('\n'), source, span);
                if text.ends_with('\n') {
                    run.add_space();
                }
            }
            tags::Piece::Open { name, attributes: text, .. } => {
                let title = tags::attributes(text).into_iter().find(|(name, _)| name == "title");
                runs.extend(title.map(|(_, title)| {
                    let mut run = Run::default();
                    run.add(&title, source, span);
                    run
                }));
                if is_block(&name) || name == "br" {
                    runs.push(std::mem::take(run));
                }
            }
            tags::Piece::Close(name) if is_block(&name) => runs.push(std::mem::take(run)),
            tags::Piece::Close(_) | tags::Piece::Hidden(_) => {}
        }
    }
}

fn is_left_out(body: &Body, tag: Tag) -> bool {
    match tag {
        Tag::CodeBlock(_) => true,
        Tag::Callout(number) => {
            matches!(body.callouts[number as usize].kind, CalloutKind::Question | CalloutKind::Answered | CalloutKind::Private)
        }
        _ => false,
    }
}

impl Body {
    /// The words of a remark in one line.
    pub fn plain_of_remark(&self, nodes: Range<usize>) -> String {
        let mut text = String::new();
        for node in &self.nodes[nodes] {
            match node.event {
                Event::Text(piece) | Event::Code(piece) => text.push_str(self.str(piece)),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                Event::End(tag) if !is_inline(tag) => text.push(' '),
                _ => {}
            }
        }
        text.split_whitespace().collect::<Vec<_>>().join(" ")
    }
}
