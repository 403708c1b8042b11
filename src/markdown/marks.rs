//! `==words==`, which are set off as with a marker.

use std::ops::Range;

use super::{Body, Event, Node, Nodes, Tag};

/// The sign on both sides.
const SIGN: &str = "==";

/// Turns the text between two signs into a mark, inside of one line or paragraph, and around whole words: code that compares things stays
/// as it is.
pub(super) fn shape(body: &mut Body) {
    let old = std::mem::take(&mut body.nodes);
    let mut shaper = Shaper {
        body,
        new: Vec::with_capacity(old.len() + 8),
        open: vec![None],
    };
    let mut in_code = false;
    for &node in old.iter() {
        match node.event {
            Event::Start(tag) => {
                in_code |= matches!(tag, Tag::CodeBlock(_));
                shaper.open.push(None);
                shaper.new.push(node);
            }
            Event::End(tag) => {
                in_code &= !matches!(tag, Tag::CodeBlock(_));
                shaper.open.pop();
                shaper.new.push(node);
            }
            Event::Text(_) if !in_code => shaper.text(node),
            _ => shaper.new.push(node),
        }
    }
    let new = shaper.new;
    body.nodes = Nodes::new(new);
}

struct Shaper<'a> {
    body: &'a Body,
    new: Vec<Node>,
    /// For each start that has not ended, and for the whole, the place of a sign in it that may open a mark.
    open: Vec<Option<usize>>,
}

impl Shaper<'_> {
    fn text(&mut self, node: Node) {
        let Event::Text(piece) = node.event else {
            return;
        };
        let text = self.body.str(piece);
        let is_escaped = piece
            .place()
            .is_some_and(|place| self.body.file_text()[..place.range().start].ends_with('\\'));
        let mut from = 0;
        for (at, _) in text.match_indices(SIGN) {
            let (before, after) = (
                text[..at].chars().next_back(),
                text[at + SIGN.len()..].chars().next(),
            );
            let is_longer = before == Some('=') || after == Some('=');
            if is_longer || (at == 0 && is_escaped) {
                continue;
            }
            let pending = self.open.last().copied().flatten();
            let has_words = pending.is_some_and(|opened| opened + 1 < self.new.len() || from < at);
            if let Some(opened) = pending.filter(|_| has_words && closes(before, after)) {
                self.push(node, from..at);
                self.new[opened].event = Event::Start(Tag::Mark);
                let end = node
                    .cut(at..at + SIGN.len())
                    .map_or(node.span, |sign| sign.span);
                self.new.push(Node::new(Event::End(Tag::Mark), end));
                self.set_pending(None);
                from = at + SIGN.len();
            } else if opens(before, after) {
                self.push(node, from..at);
                self.set_pending(Some(self.new.len()));
                self.push(node, at..at + SIGN.len());
                from = at + SIGN.len();
            }
        }
        self.push(node, from..text.len());
    }

    fn push(&mut self, node: Node, range: Range<usize>) {
        let Event::Text(piece) = node.event else {
            return;
        };
        if range.len() == piece.length as usize {
            self.new.push(node);
        } else {
            self.new.extend(node.cut(range));
        }
    }

    fn set_pending(&mut self, place: Option<usize>) {
        if let Some(last) = self.open.last_mut() {
            *last = place;
        }
    }
}

fn opens(before: Option<char>, after: Option<char>) -> bool {
    !before.is_some_and(is_cased) && after.is_none_or(|after| !after.is_whitespace())
}

fn closes(before: Option<char>, after: Option<char>) -> bool {
    before.is_none_or(|before| !before.is_whitespace()) && !after.is_some_and(is_cased)
}

/// Whether a letter or digit is of a script that parts its words by spaces, as far as signs of operators are concerned.
fn is_cased(next: char) -> bool {
    next.is_lowercase() || next.is_uppercase() || next.is_numeric() || next == '_'
}
