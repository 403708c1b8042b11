//! What of a body is words: plain text, and the count of what is spoken.

use std::ops::Range;

use super::{Body, Event, Node, Tag, stretch_at};

/// Counts the words of a text as they come in pieces.
#[derive(Default)]
struct WordCount {
    words: u32,
    in_word: bool,
}

impl WordCount {
    fn add(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else { return };
        // Words are counted where they start.
        let (starts, silent_starts) = starts(bytes);
        let starts_silent = !is_space(*first) && !is_spoken(*first);
        if silent_starts == 0 && !starts_silent {
            self.words += starts + u32::from(!self.in_word && !is_space(*first));
            self.in_word = !is_space(*last);
        } else {
            self.add_slowly(bytes);
        }
    }

    /// Counts where some word starts with a sign: `(so` is a word, and a lone dash is none.
    fn add_slowly(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            if is_space(byte) {
                self.in_word = false;
            } else if !self.in_word && is_spoken(byte) {
                self.in_word = true;
                self.words += 1;
            }
        }
    }
}

/// How many words start after white space, and how many of these with a sign.
///
/// The inner loop has no branches and counts in bytes, so that the compiler makes it go over many bytes at a time.
fn starts(bytes: &[u8]) -> (u32, u32) {
    const AT_A_TIME: usize = u8::MAX as usize;
    let (mut starts, mut silent_starts) = (0, 0);
    let before = bytes[..bytes.len() - 1].chunks(AT_A_TIME);
    for (before, here) in before.zip(bytes[1..].chunks(AT_A_TIME)) {
        let (mut some, mut silent) = (0u8, 0u8);
        for (&before, &here) in before.iter().zip(here) {
            let is_start = is_space(before) & !is_space(here);
            some += u8::from(is_start);
            silent += u8::from(is_start & !is_spoken(here));
        }
        starts += u32::from(some);
        silent_starts += u32::from(silent);
    }
    (starts, silent_starts)
}

fn is_space(byte: u8) -> bool {
    (byte == b' ') | (byte == b'\t') | (byte == b'\n') | (byte == b'\r') | (byte == 0x0c)
}

/// Whether a byte is said, or a part of a letter that is.
fn is_spoken(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() | !byte.is_ascii() | (byte == b'$') | (byte == b'%') | (byte == b'&')
}

impl Body {
    /// The words of a stretch that are said aloud: no remarks and private notes, no code, no footnotes, no hashtags.
    ///
    /// `left_out` are stretches inside of it that are not told, in their order.
    pub fn spoken_words(&self, nodes: Range<usize>, left_out: &[Range<usize>]) -> u32 {
        let mut count = WordCount::default();
        let mut index = nodes.start;
        while index < nodes.end {
            if let Some(skipped) = stretch_at(left_out, index) {
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

    /// The code of the block that starts at `start`.
    pub fn code(&self, start: usize) -> String {
        let mut code = String::new();
        for node in &self.nodes[start + 1..self.end_of(start)] {
            if let Event::Text(piece) = node.event {
                code.push_str(self.str(piece));
            }
        }
        code
    }

    /// The blocks of code, each with its language.
    pub fn code_blocks(&self) -> impl Iterator<Item = (&str, String)> {
        self.nodes.iter().enumerate().filter_map(|(index, node)| match node.event {
            Event::Start(Tag::CodeBlock(language)) => Some((self.str(language), self.code(index))),
            _ => None,
        })
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
    matches!(tag, Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Mark | Tag::Link(_) | Tag::Image(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn words(pieces: &[String]) -> u32 {
        let mut count = WordCount::default();
        pieces.iter().for_each(|piece| count.add(piece));
        count.words
    }

    #[test]
    fn a_lone_sign_is_no_word() {
        assert_eq!(words(&["I said - (so to say) - $1.2M, 40% …".to_owned()]), 8);
    }

    proptest! {
        #[test]
        fn the_fast_way_counts_as_the_slow_one(pieces in proptest::collection::vec("[a (\\-\n$é]{0,12}", 0..5)) {
            let mut slow = WordCount::default();
            pieces.iter().for_each(|piece| slow.add_slowly(piece.as_bytes()));
            prop_assert_eq!(words(&pieces), slow.words);
        }
    }
}
