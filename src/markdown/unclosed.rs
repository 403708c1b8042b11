//! What opens in Markdown and never closes, and so hides from its author what becomes of the text after it.

use super::html::{unclosed_comment, what_opens};
use super::{Body, CalloutKind, Event, Node, Skip, Step, Str, Tag, walk};
use crate::diagnostic::{Diagnostic, nearest, rules};
use crate::source::{SitePath, Span};
use crate::words::is_unseen;

/// Reports comments of HTML, and their like, that are text to the parser because they do not close in their block. Code is not a comment.
pub(super) fn check_comments(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let mut in_code = false;
    for node in body.nodes.iter() {
        match node.event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(Tag::CodeBlock(_)) => in_code = false,
            // What is not verbatim is written with a reference, which does not open markup.
            Event::Text(piece) if !in_code && piece.place().is_some() => {
                let start = piece.start as usize;
                let file_text = body.file_text();
                let is_opening = |at: usize| {
                    opens_comment(&file_text[start + at..])
                        && !(at == 0 && file_text[..start].ends_with('\\'))
                };
                let Some((at, _)) = body
                    .str(piece)
                    .match_indices('<')
                    .find(|&(at, _)| is_opening(at))
                else {
                    continue;
                };
                let span = Span::new(start + at, node.span.end as usize);
                found.push(unclosed_comment(
                    file,
                    span,
                    what_opens(&file_text[start + at..]),
                ));
            }
            _ => {}
        }
    }
}

fn opens_comment(text: &str) -> bool {
    match what_opens(text) {
        "<!--" | "<![CDATA[" => true,
        // A space or a dash of another kind makes no comment of HTML.
        "<!" if text["<!".len()..]
            .trim_start_matches([' ', '\t'])
            .starts_with(is_dash) =>
        {
            true
        }
        opening @ ("<?" | "<!") => {
            text[opening.len()..].starts_with(|next: char| next.is_ascii_alphabetic())
        }
        _ => false,
    }
}

fn is_dash(sign: char) -> bool {
    matches!(sign, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// Reports the fences that never close, where what they take in has a meaning outside of code. `fences` are the blocks of code that
/// open with a fence.
pub(super) fn check_fences(
    body: &Body,
    fences: &[Span],
    file: &SitePath,
    found: &mut Vec<Diagnostic>,
) {
    let mut fences = fences.iter().peekable();
    for (index, node) in body.nodes.iter().enumerate() {
        if !matches!(node.event, Event::Start(Tag::CodeBlock(_))) {
            continue;
        }
        let Some(&fence) = fences.next_if(|&&fence| fence == node.span) else {
            continue;
        };
        let code = &body.nodes[body.inner(index)];
        let opening = opening_of(body.file_text(), fence);
        if is_closed(body.file_text(), fence, opening, code) {
            continue;
        }
        if let Some(mark) = code.iter().find_map(|node| mark_in(body, node)) {
            let span = Span::new(fence.start as usize, fence.start as usize + opening.len());
            found.push(
                Diagnostic::new(
                    &rules::UNCLOSED_CODE,
                    file,
                    span,
                    "a block of code opens here and never closes",
                )
                .note(file, mark, "so this is taken for code")
                .help("close it with a line that holds only the same signs"),
            );
        }
    }
}

/// The signs that open a block of code.
fn opening_of(text: &str, fence: Span) -> &str {
    let text = &text[fence.range()];
    let sign = text.chars().next().unwrap_or('`');
    &text[..text.len() - text.trim_start_matches(sign).len()]
}

/// Whether something that closes it follows the last line of the code.
fn is_closed(text: &str, fence: Span, opening: &str, code: &[Node]) -> bool {
    let first_line = text[fence.range()]
        .find('\n')
        .map_or(fence.end as usize, |length| fence.start as usize + length);
    let end = code
        .last()
        .map_or(first_line, |last| last.span.end as usize);
    text.get(end..fence.end as usize)
        .is_some_and(|rest| rest.contains(opening))
}

/// The first place in a piece of code that has a meaning outside of code.
fn mark_in(body: &Body, node: &Node) -> Option<Span> {
    let Event::Text(piece) = node.event else {
        return None;
    };
    let text = body.str(piece);
    let mut before = "";
    for line in text.split_inclusive('\n') {
        let line_text = line.trim_end();
        if has_mark(line_text, before) {
            let start =
                node.span.start as usize + (line.as_ptr() as usize - text.as_ptr() as usize);
            return Some(Span::new(start, start + line_text.len()));
        }
        before = line_text;
    }
    None
}

/// Reports code that is code only by its indent, if it holds a mark that keeps words from others. `fences` are the blocks of code
/// that open with a fence.
pub(super) fn check_indented(
    body: &Body,
    fences: &[Span],
    file: &SitePath,
    found: &mut Vec<Diagnostic>,
) {
    for node in body.nodes.iter() {
        if !matches!(node.event, Event::Start(Tag::CodeBlock(_)))
            || fences.binary_search(&node.span).is_ok()
        {
            continue;
        }
        let text = &body.file_text()[node.span.range()];
        let Some(at) = hidden_in(text) else { continue };
        let start = node.span.start as usize + at;
        let length = text[at..]
            .lines()
            .next()
            .map_or(0, |line| line.trim_end().len());
        found.push(
            Diagnostic::new(
                &rules::SWALLOWED_MARK,
                file,
                Span::new(start, start + length),
                "this mark for private text is in indented code, where it is only words",
            )
            .help("take out the indent of four spaces, or put the code between two lines of three backticks"),
        );
    }
}

/// The place in a piece of code of what would keep words from others outside of code: a comment with its end, or a mark.
fn hidden_in(text: &str) -> Option<usize> {
    let comment = |opening: &str, closing: &str| {
        let start = text.find(opening)?;
        text[start + opening.len()..]
            .contains(closing)
            .then_some(start)
    };
    let mark = || {
        text.lines()
            .find(|line| marks_private_text(line))
            .map(|line| line.as_ptr() as usize - text.as_ptr() as usize)
    };
    comment("%%", "%%")
        .or_else(|| comment("<!--", "-->"))
        .or_else(mark)
}

fn has_mark(line: &str, before: &str) -> bool {
    line.contains("%%")
        || line.contains("<!--")
        || marks_private_text(line)
        || is_heading(line)
        || underlines(line, before)
}

/// Whether a line opens a heading.
fn is_heading(line: &str) -> bool {
    let text = line.trim_start_matches([' ', '>']);
    let signs = text.len() - text.trim_start_matches('#').len();
    (1..=6).contains(&signs) && text[signs..].starts_with([' ', '\t'])
}

/// Whether a line makes a heading of the line before it.
fn underlines(line: &str, before: &str) -> bool {
    let text = line.trim();
    !before.trim().is_empty()
        && text.len() > 2
        && (text.bytes().all(|byte| byte == b'=') || text.bytes().all(|byte| byte == b'-'))
}

/// Whether a line holds a mark for private text or for a remark, or a slip of one.
pub(super) fn marks_private_text(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let is_private_heading = is_heading(&lower) && has_private_mark(&lower);
    is_private_heading
        || opens_private_callout(&lower)
        || lower
            .match_indices("*question:")
            .any(|(at, _)| !lower[..at].ends_with('*'))
}

fn opens_private_callout(line: &str) -> bool {
    callout_mark(line.trim_start_matches([' ', '\t', '>'])).is_some()
}

/// How long the `[!private]`, or a slip of it, is that a text starts with.
fn callout_mark(text: &str) -> Option<usize> {
    let rest = text
        .strip_prefix('[')?
        .trim_start_matches(|next| next == ' ' || is_unseen(next))
        .strip_prefix('!')?;
    let length = end_near(rest, ']')?;
    let name: String = rest[..length]
        .chars()
        .filter(|&next| !is_unseen(next))
        .collect();
    let name = name
        .trim()
        .split(|next: char| !next.is_alphanumeric())
        .next()?;
    let private = CalloutKind::ALL
        .iter()
        .filter(|(_, kind)| kind.is_private())
        .map(|&(name, _)| name);
    nearest(name, private).map(|_| text.len() - rest.len() + length + 1)
}

/// Where a sign is in a text, if it is in the same line and near enough for a mark.
fn end_near(text: &str, sign: char) -> Option<usize> {
    const LONGEST: usize = 120;
    let end = text
        .char_indices()
        .take(LONGEST)
        .find(|&(_, next)| next == sign || next == '\n');
    end.filter(|&(_, next)| next == sign).map(|(at, _)| at)
}

/// How the word `private` is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Spelling {
    Right,
    Near,
}

/// Whether a word is `private`, or a slip of it.
pub(super) fn private_word(word: &str) -> Option<Spelling> {
    let word: String = word.chars().filter(|&next| !is_unseen(next)).collect();
    let word = word.trim_matches(|edge: char| !edge.is_alphanumeric());
    let near = nearest(word, ["private"]);
    near.map(|near| {
        if word.eq_ignore_ascii_case(near) {
            Spelling::Right
        } else {
            Spelling::Near
        }
    })
}

/// Whether the text of a heading holds the mark for private text in a wrong form: in braces with more, or as the last words of the
/// heading in brackets.
pub(super) fn has_private_mark(text: &str) -> bool {
    let text =
        text.trim_end_matches(|edge: char| edge.is_whitespace() || matches!(edge, '#' | '.' | ':'));
    let in_braces = text.split(['{', '\u{ff5b}']).skip(1).any(|mark| {
        mark.split([' ', '.', ',', '=', ':', '}', '\u{ff5d}', '|'])
            .any(|word| private_word(word).is_some())
    });
    let last = text
        .strip_suffix([')', ']'])
        .and_then(|text| text.rsplit(['(', '[']).next());
    in_braces || last.is_some_and(|mark| private_word(mark).is_some())
}

/// The warning of a heading that is taken for private.
pub(super) fn misspelt_private_mark(file: &SitePath, span: Span) -> Diagnostic {
    Diagnostic::new(
        &rules::PRIVATE_MARK,
        file,
        span,
        "this heading is taken for private, but its mark is not written as one",
    )
    .help("end the line with `{.private}`, and nothing after it")
}

/// Reports marks for private text that keep nothing from anybody, because they are where they have no meaning.
pub fn check_marks_in_text(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    if !may_hold_marks(body.file_text()) {
        return;
    }
    let mut marks = Marks {
        body,
        file,
        found,
        run: None,
        effect: Effect::None,
    };
    for step in walk(
        &body.nodes,
        0..body.nodes.len(),
        &[Skip::CodeBlocks, Skip::Private],
    ) {
        match step {
            Step::Node(
                _,
                Node {
                    event: Event::Text(piece),
                    span,
                    ..
                },
            ) => marks.add(piece, span),
            Step::Node(_, node) => marks.pass(node.event),
            Step::Skipped(..) => marks.end_run(),
        }
    }
    marks.end_run();
}

/// Looks for marks for private text.
struct Marks<'a> {
    body: &'a Body,
    file: &'a SitePath,
    found: &'a mut Vec<Diagnostic>,
    /// The text since the last markup.
    run: Option<Span>,
    effect: Effect,
}

/// Whether a mark has an effect: it is in a private heading.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Some,
    None,
}

impl Marks<'_> {
    fn add(&mut self, piece: Str, span: Span) {
        if piece.place().is_none() || self.effect == Effect::Some {
            return;
        }
        if let Some(before) = self.run.as_mut().filter(|before| before.end == span.start) {
            before.end = span.end;
        } else {
            self.end_run();
            self.run = Some(span);
        }
    }

    fn pass(&mut self, event: Event) {
        self.end_run();
        match event {
            Event::Start(Tag::Heading(heading)) if self.body.headings[heading].is_private => {
                self.effect = Effect::Some;
            }
            Event::End(Tag::Heading(_)) => self.effect = Effect::None,
            _ => {}
        }
    }

    fn end_run(&mut self) {
        let mark = self
            .run
            .take()
            .and_then(|run| stray_mark(self.body.file_text(), run));
        self.found.extend(mark.map(|mark| {
            Diagnostic::new(&rules::SWALLOWED_MARK, self.file, mark, "this mark for private text is only words here")
                .help("write `> [!private]` at the start of a quote, or `{.private}` at the end of a heading")
        }));
    }
}

/// Whether a text holds a sign that each mark for private text needs. Without branches, for many bytes at a time.
fn may_hold_marks(text: &str) -> bool {
    let has_sign = |bytes: &[u8]| {
        bytes.iter().fold(false, |found, &byte| {
            found | (byte == b'!') | (byte == b'{')
        })
    };
    text.as_bytes().chunks(256).any(has_sign) || text.contains(":::")
}

/// The first mark for private text in a part of the file, if it is not written with a backslash.
fn stray_mark(text: &str, run: Span) -> Option<Span> {
    let words = &text[run.range()];
    let start = run.start as usize;
    let is_escaped = |at: usize| text[..start + at].ends_with('\\');
    let mut signs = words
        .bytes()
        .enumerate()
        .filter(|&(at, byte)| matches!(byte, b'[' | b'{' | b':') && !is_escaped(at));
    signs.find_map(|(at, sign)| {
        let rest = &words[at..];
        let length = match sign {
            b'[' => callout_mark(rest),
            b'{' => attribute_mark(rest),
            _ => container_mark(rest, &text[..start + at]),
        };
        length.map(|length| Span::new(start + at, start + at + length))
    })
}

/// How long the `{.private}` is that a text starts with.
fn attribute_mark(text: &str) -> Option<usize> {
    let length = end_near(text, '}')?;
    let mut marks = text[1..length]
        .split_whitespace()
        .filter_map(|mark| mark.trim_start_matches(':').strip_prefix('.'));
    marks
        .any(|mark| private_word(mark).is_some())
        .then_some(length + 1)
}

/// How long the `::: private` is that opens a block in other dialects.
fn container_mark(text: &str, before: &str) -> Option<usize> {
    let name = text
        .strip_prefix(":::")
        .filter(|_| before.is_empty() || before.ends_with('\n'))?;
    let line = name.lines().next().unwrap_or_default();
    line.split(|next: char| !next.is_alphanumeric())
        .any(|word| private_word(word).is_some())
        .then_some(":::".len() + line.len())
}
