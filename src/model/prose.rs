//! The words of the author in front matter.

use std::ops::Range;

use crate::source::{Span, offset};
use crate::words::Redactor;

/// Words of the author in front matter, with their place in the file.
///
/// A projection must not copy them, so this type has no `Clone`, no `Display` and no `Serialize`, and no way from a `String`
/// or a `&str` to it but two: the parser calls [`Prose::written`], which a test allows to `parse` and `front_matter` alone, and a
/// projection calls [`Prose::redacted`]. A field of a projected document that is copied as it is does not compile. Everything
/// after a projection reads the words with [`Prose::as_str`].
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Prose {
    text: Box<str>,
    span: Span,
    /// Whether `span` holds exactly the words.
    is_verbatim: bool,
}

impl Prose {
    /// Words as they are in the file: `span` is the place of the words alone, or of the value that spells them in another way.
    pub fn written(text: impl Into<Box<str>>, span: Span) -> Self {
        let text = text.into();
        let is_verbatim = span.range().len() == text.len();
        Self {
            text,
            span,
            is_verbatim,
        }
    }

    /// The words without those that may not leave.
    pub fn redacted(&self, redactor: &Redactor) -> Self {
        let text = redactor.text(&self.text);
        // A part of other words has no place of its own in the file.
        let is_verbatim = self.is_verbatim && *text == *self.text;
        Self {
            text: text.into(),
            span: self.span,
            is_verbatim,
        }
    }

    /// The words.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The words; empty if there are none.
    pub fn or_empty(prose: Option<&Self>) -> &str {
        prose.map_or("", Self::as_str)
    }

    /// The place of the words in the file of the document.
    pub fn span(&self) -> Span {
        self.span
    }

    /// The place of a part of the words, given in bytes of [`Prose::as_str`]; of all of them if the file spells them in another way.
    pub fn part(&self, range: Range<usize>) -> Span {
        if !self.is_verbatim {
            return self.span;
        }
        Span {
            start: self.span.start + offset(range.start),
            end: self.span.start + offset(range.end),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_of_words_has_its_own_place() {
        let prose = Prose::written("by my peer", Span::new(10, 20));
        assert_eq!(prose.part(3..5), Span::new(13, 15));
        assert_eq!(
            Prose::written("it's", Span::new(10, 17)).part(0..2),
            Span::new(10, 17)
        );
        let redactor = Redactor::new(
            [("peer".to_owned(), "team".to_owned())]
                .iter()
                .map(|(word, other)| (word, other)),
        );
        assert_eq!(prose.redacted(&redactor).part(0..2), Span::new(10, 20));
    }
}
