//! The words of a body: plain text, and the number of spoken words.

use std::ops::Range;

use super::prose::Segment;
use super::{Body, Event, Node, Skip, Step, Tag, is_inline, stretch_at, walk};

/// Counts the words of a text as they come in pieces.
#[derive(Default)]
struct WordCount {
    words: u32,
    in_word: bool,
}

impl WordCount {
    fn add_segment(&mut self, part: Segment<'_>) {
        match part {
            Segment::Words { text, .. } => self.add(text),
            Segment::Break { .. } | Segment::Block { .. } => self.in_word = false,
            Segment::HtmlWords { .. } | Segment::HtmlTag { .. } | Segment::Markup { .. } => {}
        }
    }

    fn add(&mut self, text: &str) {
        let bytes = text.as_bytes();
        let (Some(first), Some(last)) = (bytes.first(), bytes.last()) else {
            return;
        };
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

    /// Counts where some word starts with a sign: `(so` is a word, and a lone dash is not.
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
/// The inner loop has no branches and counts in bytes. This lets the compiler vectorise it.
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

/// Whether a byte is a spoken character, or a part of one.
fn is_spoken(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        | !byte.is_ascii()
        | (byte == b'$')
        | (byte == b'%')
        | (byte == b'&')
}

/// How many bytes are read to find the first words of a text.
const LONGEST_START: usize = 2000;

/// What is not said aloud.
const SILENT: &[Skip] = &[
    Skip::CodeBlocks,
    Skip::Private,
    Skip::Footnotes,
    Skip::HtmlBlocks,
    Skip::Images,
];

impl Body {
    /// The words of a range that are said aloud: no remarks and private notes, no code, no footnotes, no hashtags.
    ///
    /// `left_out` are ranges inside of it that are not told, in their order.
    pub fn spoken_words(&self, nodes: Range<usize>, left_out: &[Range<usize>]) -> u32 {
        let mut count = WordCount::default();
        self.spoken(nodes, left_out)
            .for_each(|part| count.add_segment(part));
        count.words
    }

    /// What is said aloud of a range, as text in one line.
    pub fn spoken_text(&self, nodes: Range<usize>, left_out: &[Range<usize>]) -> String {
        let mut text = String::new();
        for part in self.spoken(nodes, left_out) {
            match part {
                Segment::Words { text: words, .. } => text.push_str(words),
                Segment::Break { .. } | Segment::Block { .. } => text.push(' '),
                Segment::HtmlWords { .. } | Segment::HtmlTag { .. } | Segment::Markup { .. } => {}
            }
        }
        text
    }

    /// The first words of a range that are said aloud: those of its first sentence, at most `most`, with an ellipsis if the sentence
    /// goes on. Headings are no sentences.
    pub fn first_words(
        &self,
        nodes: Range<usize>,
        left_out: &[Range<usize>],
        most: usize,
    ) -> String {
        let told = self
            .children(nodes)
            .filter(|child| !matches!(child.event, Event::Start(Tag::Heading(_))));
        let mut text = String::new();
        for part in told.flat_map(|child| self.spoken(child.nodes, left_out)) {
            match part {
                Segment::Words { text: words, .. } => text.push_str(words),
                Segment::Break { .. } => text.push(' '),
                Segment::Block { .. } if !text.trim().is_empty() => break,
                _ => {}
            }
            // The last word can go on in the next node.
            if text.len() > LONGEST_START || text.split_whitespace().nth(most + 1).is_some() {
                break;
            }
        }
        start_of_sentence(&text, most)
    }

    /// The segments of a range that are said aloud. `left_out` are ranges inside of it that are not told, in their order.
    fn spoken<'b>(
        &'b self,
        nodes: Range<usize>,
        left_out: &'b [Range<usize>],
    ) -> impl Iterator<Item = Segment<'b>> + use<'b> {
        self.segments(nodes, SILENT)
            .filter(|part| stretch_at(left_out, part.node()).is_none())
    }

    /// The code of the block that starts at `start`.
    pub fn code(&self, start: usize) -> String {
        let block = self.children(start..self.nodes.len()).next();
        let nodes = block.map_or(0..0, |block| block.inner());
        self.nodes[nodes]
            .iter()
            .map(|node| {
                if let Event::Text(piece) = node.event {
                    self.str(piece)
                } else {
                    ""
                }
            })
            .collect()
    }

    /// The blocks of code, each with its language.
    pub fn code_blocks(&self) -> impl Iterator<Item = (&str, String)> {
        self.nodes
            .iter()
            .enumerate()
            .filter_map(|(index, node)| match node.event {
                Event::Start(Tag::CodeBlock(language)) => {
                    Some((self.name(language), self.code(index)))
                }
                _ => None,
            })
    }

    /// The range as plain text in one line, without remarks and private notes.
    pub fn plain(&self, nodes: Range<usize>) -> String {
        self.plain_text(&self.nodes[nodes])
    }

    /// The same of nodes that need not be in the body yet.
    pub(super) fn plain_text(&self, nodes: &[Node]) -> String {
        let mut text = String::new();
        for step in walk(
            nodes,
            0..nodes.len(),
            &[Skip::Private, Skip::Footnotes, Skip::HtmlBlocks],
        ) {
            let Step::Node(_, node) = step else { continue };
            match node.event {
                Event::Text(piece) | Event::Code(piece) => text.push_str(self.str(piece)),
                Event::SoftBreak | Event::HardBreak => text.push(' '),
                Event::End(tag) if !is_inline(tag) && !text.ends_with(' ') => text.push(' '),
                _ => {}
            }
        }
        text.truncate(text.trim_end().len());
        text
    }

    /// The words of nodes inside a line. A link without words of its own reads as the name that it leads to.
    pub fn plain_of_line(&self, nodes: &[Node]) -> String {
        let words = nodes.iter().map(|node| match node.event {
            Event::Text(piece) | Event::Code(piece) => self.str(piece),
            Event::SoftBreak | Event::HardBreak => " ",
            Event::Start(Tag::Link(link)) if !self.links[link].is_labelled => {
                self.links[link].target.last_name()
            }
            _ => "",
        });
        words.collect::<String>().trim().to_owned()
    }

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

    /// The nodes of the first paragraph of a range, without its start and end; `None` if there is none.
    pub fn first_paragraph(&self, nodes: Range<usize>) -> Option<Range<usize>> {
        self.children(nodes)
            .find(|child| child.event == Event::Start(Tag::Paragraph))
            .map(|child| child.inner())
    }

    /// Whether the range says nothing.
    pub fn is_blank(&self, nodes: Range<usize>) -> bool {
        let has_words = |node: &Node| match node.event {
            Event::Text(piece) | Event::Html(piece) => !self.str(piece).trim().is_empty(),
            Event::Code(_)
            | Event::Transclusion(_)
            | Event::Start(Tag::Image(_) | Tag::Link(_)) => true,
            _ => false,
        };
        !walk(&self.nodes, nodes, &[Skip::Private, Skip::Footnotes]).any(|step| {
            if let Step::Node(_, node) = step {
                has_words(&node)
            } else {
                false
            }
        })
    }
}

/// The first sentence of a text, cut after `most` words. Shorter ones than three words do not say how a text starts.
fn start_of_sentence(text: &str, most: usize) -> String {
    const FEWEST: usize = 3;
    // Some languages have no spaces between words.
    const LONGEST_WORD: usize = 40;
    let mut words = text.split_whitespace();
    let mut start: Vec<&str> = Vec::with_capacity(most);
    for word in words.by_ref().take(most) {
        if let Some((end, _)) = word.char_indices().nth(LONGEST_WORD) {
            start.push(&word[..end]);
            return start.join(" ") + "…";
        }
        start.push(word);
        if start.len() >= FEWEST && word.ends_with(['.', '!', '?', '\u{3002}']) {
            return start.join(" ");
        }
    }
    let mut text = start.join(" ");
    if words.next().is_some() {
        text.push_str(" …");
    }
    text
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
        assert_eq!(
            words(&["I said - (so to say) - $1.2M, 40% …".to_owned()]),
            8
        );
    }

    #[test]
    fn a_part_starts_with_its_first_sentence() {
        for (text, start) in [
            ("", ""),
            ("One day.", "One day."),
            ("Monday. I was on call.", "Monday. I was on call."),
            ("I was on call. It rang.", "I was on call."),
            ("one two three four five six", "one two three four five …"),
            ("one two three four five", "one two three four five"),
        ] {
            assert_eq!(start_of_sentence(text, 5), start);
        }
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
