//! The definitions of labels: `[label]: address`.

use pulldown_cmark::Parser;

use super::Target;
use super::comments::BLANK;
use super::read::{options, target};
use crate::source::{SitePath, Span};

/// Where the labels of a body lead, each with the place of its definition. `text` is the file with its comments blanked, as
/// [`Body::file_text`](super::Body::file_text) gives it, and the body starts at `start`.
pub fn definitions(file: &SitePath, text: &str, start: usize) -> Vec<(Target, Span)> {
    let parser = Parser::new_ext(&text[start..], options());
    let definitions = parser.reference_definitions().iter();
    let mut found: Vec<(Target, Span)> = definitions
        .map(|(_, definition)| {
            let span = Span::new(definition.span.start, definition.span.end).shifted(start);
            (target(file, &definition.dest.replace(BLANK, "")), span)
        })
        .collect();
    found.sort_by_key(|(_, span)| *span);
    found
}
