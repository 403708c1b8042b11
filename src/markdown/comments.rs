//! Comments between `%%` and `%%`, which are taken out before anything else reads the text.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use crate::source::Span;

/// The sign that opens and closes a comment.
const SIGN: &str = "%%";

/// What stands in the place of the bytes of a comment, so that every offset still holds. To the parser it is a letter, so
/// that nothing around a comment is parted or joined by it; the reader takes it out of all that it keeps.
pub const BLANK: char = '\u{1}';

/// A text without its comments.
pub struct Blanked {
    /// The text with [`BLANK`] in the place of comments; nothing where there are none.
    pub text: Option<String>,
    /// Signs that open a comment which never closes. What follows one is blanked too.
    pub unclosed: Vec<Span>,
    /// Comments that hold nothing, as `%%%%` does: what follows is probably meant to be in them.
    pub empty: Vec<Span>,
    /// A comment from which on too many hold markup. What follows it is blanked too.
    pub too_many: Option<Span>,
}

/// How many bytes are read again because of comments that hold markup.
const MOST_READ_AGAIN: usize = 16 << 20;

/// Blanks the comments of the body that starts at `body`.
///
/// A comment opens outside of code and ends at the next sign, whatever stands between. As a comment may hold half of what
/// looks like a block of code, the text is read again after a comment that is more than words.
pub fn blank(file: &str, body: usize) -> Blanked {
    if !file[body..].contains(SIGN) {
        return Blanked { text: None, unclosed: Vec::new(), empty: Vec::new(), too_many: None };
    }
    let mut text = file.to_owned();
    let mut unclosed = Vec::new();
    let mut empty = Vec::new();
    let mut too_many = None;
    let mut read_again = 0;
    let mut from = body;
    let mut code = Code::from(&text, body);
    while let Some(open) = next_opening(&text, &mut code, from) {
        let inside = open + SIGN.len();
        match text[inside..].find(SIGN) {
            Some(length) => {
                if length == 0 {
                    empty.push(Span::new(open, inside + SIGN.len()));
                }
                let end = inside + length + SIGN.len();
                let is_words = is_words(&text, body, inside..inside + length);
                overwrite(&mut text, open, end);
                from = end;
                if is_words && end <= code.end {
                    continue;
                }
                code = Code::from(&text, code.block_at(open));
                read_again += code.end - open;
                if read_again > MOST_READ_AGAIN {
                    too_many = Some(Span::new(open, inside));
                    let end = text.len();
                    overwrite(&mut text, from, end);
                    break;
                }
            }
            None => {
                unclosed.push(Span::new(open, inside));
                let end = text.len();
                overwrite(&mut text, open, end);
                from = end;
            }
        }
    }
    Blanked { text: Some(text), unclosed, empty, too_many }
}

/// Whether a comment holds words alone, so that what is code does not depend on whether it is there. Over several lines it has to be a
/// paragraph at the top, or several.
fn is_words(text: &str, body: usize, inner: Range<usize>) -> bool {
    let comment = &text[inner.clone()];
    let is_plain = |next: char| next.is_alphanumeric() || matches!(next, ' ' | '.' | ',' | ';' | '?' | '-' | '/' | '%' | '\n');
    if !comment.chars().all(is_plain) {
        return false;
    }
    if !comment.contains('\n') {
        return true;
    }
    let before = &text[body..inner.start - SIGN.len()];
    let after = &text[inner.end + SIGN.len()..];
    let is_paragraph = before.is_empty() || before.ends_with("\n\n");
    is_paragraph
        && comment.ends_with('\n')
        && (after.is_empty() || after.starts_with('\n'))
        && comment.lines().skip(1).all(|line| line.is_empty() || line.starts_with(char::is_alphabetic))
}

/// The first sign from `from` on that stands in neither code nor after a backslash.
fn next_opening(text: &str, code: &mut Code, from: usize) -> Option<usize> {
    let mut at = from + text[from..].find(SIGN)?;
    loop {
        while at >= code.end {
            *code = Code::from(text, code.end);
        }
        if let Some(block) = code.at(at) {
            at = block.end;
        } else if is_escaped(&text[..at]) {
            at += SIGN.len();
        } else {
            return Some(at);
        }
        at += text[at..].find(SIGN)?;
    }
}

/// Where a stretch of a text has code. It starts and ends with a block at the top, so that it can be read without the rest.
struct Code {
    ranges: Vec<Range<usize>>,
    /// Where the blocks at the top start.
    blocks: Vec<usize>,
    end: usize,
}

impl Code {
    /// A stretch of some blocks, from the start of one on.
    fn from(text: &str, start: usize) -> Self {
        const SHORTEST: usize = 4096;
        let mut length = SHORTEST;
        loop {
            let wanted = text.floor_char_boundary(start + length);
            let end = text[wanted..].find('\n').map_or(text.len(), |newline| wanted + newline + 1);
            let code = Self::of(text, start..end);
            // The last block may go on behind the end.
            match code.blocks.last() {
                Some(&last) if end < text.len() && last > start => return Self { end: last, ..code },
                _ if end == text.len() => return code,
                _ => length *= 2,
            }
        }
    }

    fn of(text: &str, stretch: Range<usize>) -> Self {
        let mut code = Self { ranges: Vec::new(), blocks: Vec::new(), end: stretch.end };
        let mut depth = 0usize;
        for (event, range) in Parser::new_ext(&text[stretch.clone()], super::read::options()).into_offset_iter() {
            let range = range.start + stretch.start..range.end + stretch.start;
            if depth == 0 {
                code.blocks.push(text[..range.start].rfind('\n').map_or(0, |newline| newline + 1).max(stretch.start));
            }
            match event {
                Event::Code(_) | Event::Start(Tag::CodeBlock(_)) => code.ranges.push(range),
                _ => {}
            }
            match event {
                Event::Start(_) => depth += 1,
                Event::End(_) => depth = depth.saturating_sub(1),
                _ => {}
            }
        }
        // Footnotes are read where they are, and given in another order.
        code.ranges.sort_by_key(|range| range.start);
        code.blocks.sort_unstable();
        code
    }

    /// The code that holds a place.
    fn at(&self, at: usize) -> Option<&Range<usize>> {
        let next = self.ranges.partition_point(|range| range.start <= at);
        self.ranges[..next].last().filter(|range| range.contains(&at))
    }

    /// The start of the block at the top that holds a place.
    fn block_at(&self, at: usize) -> usize {
        let next = self.blocks.partition_point(|&block| block <= at);
        self.blocks[..next].last().copied().unwrap_or(at)
    }
}

/// Whether a text ends in a backslash that is not itself written with one.
fn is_escaped(before: &str) -> bool {
    before.bytes().rev().take_while(|&byte| byte == b'\\').count() % 2 == 1
}

/// Puts blanks in the place of a comment, its line ends included: a quote or an item that holds it does not end there.
fn overwrite(text: &mut String, start: usize, end: usize) {
    let blanks: String = std::iter::repeat_n(BLANK, end - start).collect();
    text.replace_range(start..end, &blanks);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn without(text: &str) -> String {
        blank(text, 0).text.unwrap_or_else(|| text.to_owned())
    }

    #[test]
    fn blanks_comments_and_keeps_offsets() {
        let shown = |text: &str| without(text).replace(BLANK, "_");
        assert_eq!(shown("a %%b%% c"), "a _____ c");
        assert_eq!(shown("%%\né\n%%\nx"), "________\nx");
        assert_eq!(shown("`%%` and %%x%%"), "`%%` and _____");
        assert_eq!(shown("~~~\n%%\n~~~\n\n%%x%%"), "~~~\n%%\n~~~\n\n_____");
        assert_eq!(shown("100\\%% sure"), "100\\%% sure");
        assert_eq!(shown("a \\\\%%c%% b"), "a \\\\_____ b");
    }

    #[test]
    fn half_a_block_of_code_in_a_comment_hides_nothing_and_shows_nothing() {
        let text = "a\n\n%%\n```\nsecret\n%%\n\nshown\n\n```\ncode %%\n```\n\n%%secret%%\n";
        let blanked = blank(text, 0);
        let left = blanked.text.expect("there are comments");
        assert!(!left.contains("secret") && left.contains("shown"), "{left}");
    }

    #[test]
    fn an_unclosed_comment_shows_nothing() {
        let blanked = blank("a %%secret\n\nb", 0);
        assert_eq!(blanked.unclosed, [Span::new(2, 4)]);
        assert!(!blanked.text.expect("there is a comment").contains("secret"));
    }
}
