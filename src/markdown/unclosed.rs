//! What opens in Markdown and never closes, and so hides from its author what becomes of the text behind it.

use super::html::{unclosed_comment, what_opens};
use super::{Body, CalloutKind, Event, Node, Tag};
use crate::diagnostic::{Diagnostic, nearest, rules};
use crate::source::{SitePath, Span};

/// Reports comments of HTML, and their like, that are text to the parser because they do not close in their block. Code is no comment.
pub(super) fn check_comments(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let mut in_code = false;
    for node in &body.nodes {
        match node.event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(Tag::CodeBlock(_)) => in_code = false,
            // What is not verbatim is written with a reference, which is no sign of markup.
            Event::Text(piece) if !in_code && piece.start & super::ANEW == 0 => {
                let start = piece.start as usize;
                let file_text = body.file_text();
                let is_opening = |at: usize| opens_comment(&file_text[start + at..]) && !(at == 0 && file_text[..start].ends_with('\\'));
                let Some((at, _)) = body.str(piece).match_indices('<').find(|&(at, _)| is_opening(at)) else { continue };
                let span = Span::new(start + at, node.span.end as usize);
                found.push(unclosed_comment(file, span, what_opens(&file_text[start + at..])));
            }
            _ => {}
        }
    }
}

fn opens_comment(text: &str) -> bool {
    match what_opens(text) {
        "<!--" | "<![CDATA[" => true,
        opening @ ("<?" | "<!") => text[opening.len()..].starts_with(|next: char| next.is_ascii_alphabetic()),
        _ => false,
    }
}

/// Reports the fences that never close, where what they take in has a meaning outside of code. `fences` are the blocks of code that
/// open with a fence.
pub(super) fn check_fences(body: &Body, fences: &[Span], file: &SitePath, found: &mut Vec<Diagnostic>) {
    let mut fences = fences.iter().peekable();
    let mut index = 0;
    while let (Some(node), Some(&&fence)) = (body.nodes.get(index), fences.peek()) {
        index += 1;
        if !matches!(node.event, Event::Start(Tag::CodeBlock(_))) || node.span != fence {
            continue;
        }
        fences.next();
        let length = body.nodes[index..].iter().take_while(|inner| matches!(inner.event, Event::Text(_))).count();
        let code = &body.nodes[index..index + length];
        index += length;
        let opening = opening_of(body.file_text(), fence);
        if is_closed(body.file_text(), fence, opening, code) {
            continue;
        }
        if let Some(mark) = code.iter().find_map(|node| mark_in(body, node)) {
            let span = Span::new(fence.start as usize, fence.start as usize + opening.len());
            found.push(
                Diagnostic::new(&rules::UNCLOSED_CODE, file, span, "a block of code opens here and never closes")
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

/// Whether something that closes it stands behind the last line of the code.
fn is_closed(text: &str, fence: Span, opening: &str, code: &[Node]) -> bool {
    let first_line = text[fence.range()].find('\n').map_or(fence.end as usize, |length| fence.start as usize + length);
    let end = code.last().map_or(first_line, |last| last.span.end as usize);
    text.get(end..fence.end as usize).is_some_and(|rest| rest.contains(opening))
}

/// The first place in a piece of code that has a meaning outside of code.
fn mark_in(body: &Body, node: &Node) -> Option<Span> {
    let Event::Text(piece) = node.event else { return None };
    let text = body.str(piece);
    let mut before = "";
    for line in text.split_inclusive('\n') {
        let line_text = line.trim_end();
        if has_mark(line_text, before) {
            let start = node.span.start as usize + (line.as_ptr() as usize - text.as_ptr() as usize);
            return Some(Span::new(start, start + line_text.len()));
        }
        before = line_text;
    }
    None
}

fn has_mark(line: &str, before: &str) -> bool {
    line.contains("%%") || line.contains("<!--") || marks_private_text(line) || is_heading(line) || underlines(line, before)
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
    !before.trim().is_empty() && text.len() > 2 && (text.bytes().all(|byte| byte == b'=') || text.bytes().all(|byte| byte == b'-'))
}

/// Whether a line holds a mark for private text or for a remark, or a slip of one.
pub(super) fn marks_private_text(line: &str) -> bool {
    let lower = line.to_ascii_lowercase();
    let is_private_heading = is_heading(&lower) && lower.split('{').skip(1).any(|mark| mark.contains("private"));
    is_private_heading || opens_private_callout(&lower) || lower.match_indices("*question:").any(|(at, _)| !lower[..at].ends_with('*'))
}

fn opens_private_callout(line: &str) -> bool {
    let name = line.trim_start_matches([' ', '\t', '>']).strip_prefix("[!").and_then(|rest| rest.split_once(']'));
    let private = CalloutKind::ALL.iter().filter(|(_, kind)| kind.is_private()).map(|&(name, _)| name);
    name.is_some_and(|(name, _)| nearest(name.trim(), private).is_some())
}
