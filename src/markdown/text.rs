//! What of a body is words: plain text, and the count of what is spoken.

use std::ops::Range;

use super::{Body, Event, Node, Tag};

/// Counts the words of a text as they come in pieces.
#[derive(Default)]
struct WordCount {
    words: u32,
    in_word: bool,
}

impl WordCount {
    fn add(&mut self, text: &str) {
        for byte in text.bytes() {
            match ROLES[usize::from(byte)] {
                Role::Between => self.in_word = false,
                Role::Silent => {}
                Role::Spoken => {
                    self.words += u32::from(!self.in_word);
                    self.in_word = true;
                }
            }
        }
    }
}

/// What a byte does to the count of words.
#[derive(Clone, Copy)]
enum Role {
    /// It parts words.
    Between,
    /// It can stand in a word, but makes none by itself: a lone dash or bracket is not said.
    Silent,
    Spoken,
}

const ROLES: [Role; 256] = {
    let mut roles = [Role::Spoken; 256];
    let mut byte = 0u8;
    while byte < 128 {
        roles[byte as usize] = match byte {
            b' ' | b'\t' | b'\n' | b'\r' | 0x0c => Role::Between,
            b'$' | b'%' | b'&' => Role::Spoken,
            byte if byte.is_ascii_alphanumeric() => Role::Spoken,
            _ => Role::Silent,
        };
        byte += 1;
    }
    roles
};

impl Body {
    /// The words of a stretch that are said aloud: no remarks and private notes, no code, no footnotes, no hashtags.
    ///
    /// `left_out` are stretches inside of it that are not told.
    pub fn spoken_words(&self, nodes: Range<usize>, left_out: &[Range<usize>]) -> u32 {
        let mut count = WordCount::default();
        let mut index = nodes.start;
        while index < nodes.end {
            if let Some(skipped) = left_out.iter().find(|range| range.contains(&index)) {
                index = skipped.end;
                continue;
            }
            match self.nodes[index].event {
                Event::Start(tag) if !self.is_spoken(tag) => index = self.end_of(index),
                Event::Start(tag) | Event::End(tag) => count.in_word &= is_inline(tag),
                Event::Text(piece) | Event::Code(piece) => count.add(self.str(piece)),
                Event::SoftBreak | Event::HardBreak => count.in_word = false,
                _ => {}
            }
            index += 1;
        }
        count.words
    }

    fn is_spoken(&self, tag: Tag) -> bool {
        match tag {
            Tag::Callout(number) => !self.callouts[number as usize].kind.is_private(),
            Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Footnote(_) | Tag::Image(_) => false,
            _ => true,
        }
    }

    /// The stretch as plain text in one line, without remarks and private notes.
    pub fn plain(&self, nodes: Range<usize>) -> String {
        let mut text = String::new();
        let mut index = nodes.start;
        while index < nodes.end {
            match self.nodes[index].event {
                Event::Start(Tag::Callout(number)) if self.callouts[number as usize].kind.is_private() => index = self.end_of(index),
                Event::Start(Tag::Footnote(_) | Tag::HtmlBlock) => index = self.end_of(index),
                Event::Text(piece) | Event::Code(piece) => text.push_str(self.str(piece)),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                Event::End(tag) if !is_inline(tag) && !text.ends_with(' ') => text.push(' '),
                _ => {}
            }
            index += 1;
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// The nodes of the first paragraph of a stretch, without its start and end; nothing where there is none.
    pub fn first_paragraph(&self, nodes: Range<usize>) -> Option<Range<usize>> {
        let mut index = nodes.start;
        while index < nodes.end {
            match self.nodes[index].event {
                Event::Start(Tag::Paragraph) => return Some(index + 1..self.end_of(index)),
                Event::Start(_) => index = self.end_of(index) + 1,
                _ => index += 1,
            }
        }
        None
    }

    /// Whether the stretch says nothing.
    pub fn is_blank(&self, nodes: Range<usize>) -> bool {
        let has_words = |node: &Node| match node.event {
            Event::Text(piece) | Event::Html(piece) => !self.str(piece).trim().is_empty(),
            Event::Code(_) | Event::Transclusion(_) | Event::Start(Tag::Image(_) | Tag::Link(_)) => true,
            _ => false,
        };
        let mut index = nodes.start;
        while index < nodes.end {
            match self.nodes[index].event {
                Event::Start(Tag::Callout(number)) if self.callouts[number as usize].kind.is_private() => index = self.end_of(index),
                Event::Start(Tag::Footnote(_)) => index = self.end_of(index),
                _ if has_words(&self.nodes[index]) => return false,
                _ => {}
            }
            index += 1;
        }
        true
    }
}

/// Whether a tag stands inside a line, so that what it holds can be a part of a word.
pub fn is_inline(tag: Tag) -> bool {
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Link(_) | Tag::Image(_))
}
