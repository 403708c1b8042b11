//! Builds lines from inlines, and nested lists from items.

use crate::wiki::page::{Block, Inline, Item, List, Style};

/// A growing list of inlines. Adjacent texts are joined.
#[derive(Debug, Default)]
pub(super) struct Line(pub(super) Vec<Inline>);

impl Line {
    pub(super) fn text(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        match self.0.last_mut() {
            Some(Inline::Text(before)) => before.push_str(words),
            _ => self.0.push(Inline::Text(words.to_owned())),
        }
    }

    pub(super) fn add(&mut self, inline: Inline) {
        match inline {
            Inline::Text(words) => self.text(&words),
            other => self.0.push(other),
        }
    }

    /// The inlines without white space at the ends.
    pub(super) fn trimmed(mut self) -> Vec<Inline> {
        if let Some(Inline::Text(words)) = self.0.first_mut() {
            *words = words.trim_start().to_owned();
        }
        if let Some(Inline::Text(words)) = self.0.last_mut() {
            *words = words.trim_end().to_owned();
        }
        self.0
            .retain(|inline| !matches!(inline, Inline::Text(words) if words.is_empty()));
        self.0
    }
}

/// An item of a list with its depth.
pub(super) struct Bullet {
    pub(super) depth: usize,
    pub(super) is_numbered: bool,
    /// The number in the text of the item, if it differs from the position.
    pub(super) number: Option<u32>,
    pub(super) item: Item,
}

/// The maximum nesting of lists.
const DEEPEST: usize = 40;

/// Builds nested lists from a flat sequence of items.
pub(super) fn lists(mut bullets: Vec<Bullet>) -> Vec<Block> {
    // Depths relative to the items above. Items beyond the maximum become siblings.
    let mut open: Vec<usize> = Vec::new();
    for bullet in &mut bullets {
        while open.pop_if(|depth| *depth >= bullet.depth).is_some() {}
        open.push(bullet.depth);
        bullet.depth = open.len().min(DEEPEST);
    }
    nested(bullets)
}

fn nested(bullets: Vec<Bullet>) -> Vec<Block> {
    let mut found: Vec<Block> = Vec::new();
    let mut bullets = bullets.into_iter().peekable();
    while let Some(bullet) = bullets.next() {
        let (depth, is_numbered, number) = (bullet.depth, bullet.is_numbered, bullet.number);
        let mut item = bullet.item;
        let mut below = Vec::new();
        while let Some(deeper) = bullets.next_if(|next| next.depth > depth) {
            below.push(deeper);
        }
        item.blocks.extend(nested(below));
        match found.last_mut() {
            Some(Block::List(list)) if list.first.is_some() == is_numbered => list.items.push(item),
            _ => found.push(Block::List(List {
                first: is_numbered.then_some(number.unwrap_or(1)),
                is_tight: true,
                items: vec![item],
            })),
        }
    }
    found
}

/// Removes the first block if it is a line of strong text alone, and returns that text.
pub(super) fn take_strong_line(blocks: &mut Vec<Block>) -> Option<Vec<Inline>> {
    let Some(Block::Paragraph(line)) = blocks.first() else {
        return None;
    };
    let [Inline::Styled(Style::Strong, text)] = line.as_slice() else {
        return None;
    };
    let text = text.clone();
    blocks.remove(0);
    Some(text)
}

/// Whether a line starts with a task mark, and the rest of the line.
pub(super) fn task(words: &str) -> (Option<bool>, &str) {
    for (mark, done) in [("☑", true), ("☐", false)] {
        if let Some(rest) = words.strip_prefix(mark) {
            return (Some(done), rest.trim_start_matches(' '));
        }
    }
    (None, words)
}

/// The start and the end of the closing tag of the element that starts the text.
pub(super) fn closing(text: &str, name: &str) -> Option<(usize, usize)> {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    let mut depth = 0usize;
    let mut from = 0;
    for (at, _) in text.match_indices('<') {
        if at < from {
            continue;
        }
        let rest = &text[at..];
        if rest.starts_with(&close) {
            depth = depth.saturating_sub(1);
            from = at + close.len();
            if depth == 0 {
                return Some((at, from));
            }
        } else if rest.starts_with(&open) && is_tag_end(text, at + open.len()) {
            from = rest.find('>').map_or(text.len(), |end| at + end + 1);
            depth += usize::from(!text[at..from].ends_with("/>"));
        }
    }
    None
}

fn is_tag_end(text: &str, at: usize) -> bool {
    text[at..].starts_with([' ', '>', '/', '\n', '\t'])
}

/// The value of an attribute of a tag.
pub(super) fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    let rest = tag.split_once(&format!(" {name}=\""))?.1;
    rest.split_once('"').map(|(value, _)| value)
}
