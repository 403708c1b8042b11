//! Comments between `%%` and `%%`, which are taken out before anything else reads the text.

use std::ops::Range;

use pulldown_cmark::{Event, Parser, Tag};

use crate::source::Span;

/// The sign that opens and closes a comment.
const SIGN: &str = "%%";

/// Replaces the bytes of a comment, so that every offset still holds. To the parser it is a letter, so
/// that nothing around a comment is parted or joined by it; the reader takes it out of all that it keeps.
pub const BLANK: char = '\u{1}';

/// A text without its comments.
#[derive(Default)]
pub struct Blanked {
    /// The text with [`BLANK`] in the place of comments; `None` if there are none.
    pub text: Option<String>,
    /// Signs that open a comment which never closes. What follows one is blanked too.
    pub unclosed: Vec<Span>,
    /// Empty comments such as `%%%%`. Their author probably wanted to hide the text after them.
    pub empty: Vec<Span>,
    /// A comment from which on too many hold markup. What follows it is blanked too.
    pub too_many: Option<Span>,
}

/// How many bytes are read again because of comments that hold markup.
const MOST_READ_AGAIN: usize = 16 << 20;

/// Blanks the comments of the body that starts at `body`.
///
/// A comment opens outside of code and ends at the next sign, whatever is between. As a comment may hold half of what
/// looks like a block of code, the text is read again after a comment that is more than words.
pub fn blank(file: &str, body: usize) -> Blanked {
    if !file[body..].contains(SIGN) {
        return Blanked::default();
    }
    let code = Code::from(file, body);
    let mut blanker = Blanker {
        text: file.to_owned(),
        body,
        code,
        from: body,
        read_again: 0,
        blanked: Blanked::default(),
    };
    while let Some(open) = next_opening(&blanker.text, &mut blanker.code, blanker.from) {
        blanker.comment(open);
    }
    Blanked {
        text: Some(blanker.text),
        ..blanker.blanked
    }
}

/// A text while its comments are blanked.
struct Blanker {
    text: String,
    /// Where its body starts.
    body: usize,
    /// The code around the place that is read.
    code: Code,
    /// Where the next comment can open.
    from: usize,
    /// How many bytes were read again.
    read_again: usize,
    blanked: Blanked,
}

impl Blanker {
    /// Blanks the comment that opens at a place.
    fn comment(&mut self, open: usize) {
        let inside = open + SIGN.len();
        let Some(length) = self.text[inside..].find(SIGN) else {
            self.blanked.unclosed.push(Span::new(open, inside));
            return self.overwrite(open, self.text.len());
        };
        let end = inside + length + SIGN.len();
        if length == 0 {
            self.blanked.empty.push(Span::new(open, end));
        }
        let is_words = is_words(&self.text, self.body, inside..inside + length);
        self.overwrite(open, end);
        if !is_words || end > self.code.end {
            self.read_again(open);
        }
    }

    /// Reads the code again from the block on that holds a comment.
    fn read_again(&mut self, open: usize) {
        self.code = Code::from(&self.text, self.code.block_at(open));
        self.read_again += self.code.end - open;
        if self.read_again > MOST_READ_AGAIN {
            self.blanked.too_many = Some(Span::new(open, open + SIGN.len()));
            self.overwrite(self.from, self.text.len());
        }
    }

    /// Puts blanks in the place of a comment, its line ends included: a quote or an item that holds it does not end there.
    fn overwrite(&mut self, start: usize, end: usize) {
        let blanks: String = std::iter::repeat_n(BLANK, end - start).collect();
        self.text.replace_range(start..end, &blanks);
        self.from = end;
    }
}

/// Whether a comment holds words alone, so that what is code does not depend on whether it is there. Over several lines it has to be a
/// paragraph at the top, or several.
fn is_words(text: &str, body: usize, inner: Range<usize>) -> bool {
    let comment = &text[inner.clone()];
    let is_plain = |next: char| {
        next.is_alphanumeric()
            || matches!(next, ' ' | '.' | ',' | ';' | '?' | '-' | '/' | '%' | '\n')
    };
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
        && comment
            .lines()
            .skip(1)
            .all(|line| line.is_empty() || line.starts_with(char::is_alphabetic))
}

/// The first sign from `from` on that is neither in code nor after a backslash.
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

/// Where a part of a text has code. It starts and ends with a block at the top, so it can be read without the rest.
struct Code {
    ranges: Vec<Range<usize>>,
    /// Where the blocks at the top start.
    blocks: Vec<usize>,
    end: usize,
}

impl Code {
    /// Reads some blocks, from the start of one on.
    fn from(text: &str, start: usize) -> Self {
        const SHORTEST: usize = 4096;
        let mut length = SHORTEST;
        loop {
            let wanted = text.floor_char_boundary(start + length);
            let end = text[wanted..]
                .find('\n')
                .map_or(text.len(), |newline| wanted + newline + 1);
            let code = Self::of(text, start..end);
            // The last block may go on after the end.
            match code.blocks.last() {
                Some(&last) if end < text.len() && last > start => {
                    return Self { end: last, ..code };
                }
                _ if end == text.len() => return code,
                _ => length *= 2,
            }
        }
    }

    fn of(text: &str, stretch: Range<usize>) -> Self {
        let mut code = Self {
            ranges: Vec::new(),
            blocks: Vec::new(),
            end: stretch.end,
        };
        let mut depth = 0usize;
        for (event, range) in
            Parser::new_ext(&text[stretch.clone()], super::read::options()).into_offset_iter()
        {
            let range = range.start + stretch.start..range.end + stretch.start;
            if depth == 0 {
                code.blocks.push(
                    text[..range.start]
                        .rfind('\n')
                        .map_or(0, |newline| newline + 1)
                        .max(stretch.start),
                );
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
        self.ranges[..next]
            .last()
            .filter(|range| range.contains(&at))
    }

    /// The start of the block at the top that holds a place.
    fn block_at(&self, at: usize) -> usize {
        let next = self.blocks.partition_point(|&block| block <= at);
        self.blocks[..next].last().copied().unwrap_or(at)
    }
}

/// Whether a text ends in a backslash that is not itself written with one.
fn is_escaped(before: &str) -> bool {
    before
        .bytes()
        .rev()
        .take_while(|&byte| byte == b'\\')
        .count()
        % 2
        == 1
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
