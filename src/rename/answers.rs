//! Names of interviews in the headings of answers: `## Answer for harbour-onsite`.

use std::ops::Range;

use unicode_normalization::char::is_combining_mark;

use super::{Edit, LONGEST, Plan};
use crate::model::{Document, Kind};
use crate::slug::Slug;
use crate::source::{Span, locate};

impl Plan<'_> {
    /// The headings of answers for an interview that gets another name.
    pub(super) fn edit_answers(
        &self,
        document: &Document,
        edits: &mut Vec<Edit>,
    ) -> Result<(), String> {
        let items = document.sections.iter().flat_map(|section| &section.items);
        let answers = items
            .flat_map(|item| &item.answers)
            .chain(&document.answers);
        for answer in answers {
            let Some(old) = &answer.interview else {
                continue;
            };
            let Some(new) = self.names.renamed(Kind::Interview, old) else {
                continue;
            };
            let text = document.body.file_text();
            let heading = &text[answer.span.range()];
            let place = name_in(heading, old).ok_or_else(|| {
                let line = locate(text, answer.span.range().start).line;
                format!(
                    "`{}`, line {line}: the place of `{old}` in this heading is not known; write it as in `## Answer for {old}`",
                    document.path
                )
            })?;
            edits.push(Edit {
                path: document.path.clone(),
                span: Span::new(place.start, place.end).shifted(answer.span.range().start),
                text: new.to_string(),
            });
        }
        Ok(())
    }
}

/// The place of the last words in a line that give a slug, without signs around them. Attributes, comments and addresses are no words.
pub(super) fn name_in(text: &str, slug: &Slug) -> Option<Range<usize>> {
    let line = text.lines().next()?;
    let words = words_of(line);
    let named = |(index, word): (usize, &Range<usize>)| {
        let ends_here = words[..=index].iter().rev();
        let candidates = ends_here.map(|first| first.start..word.end);
        let of_length = candidates.take_while(|place| place.len() <= LONGEST_NAME);
        let mut slugs = of_length.map(|place| (Slug::of(&line[place.clone()]), place));
        slugs.find_map(|(found, place)| (found == *slug).then_some(place))
    };
    words.iter().enumerate().rev().find_map(named)
}

/// Longer than a name with signs between its words, in bytes.
const LONGEST_NAME: usize = 2 * LONGEST;

/// The places of the words that a reader sees.
fn words_of(line: &str) -> Vec<Range<usize>> {
    let mut is_seen = vec![true; line.len()];
    for part in hidden_parts(line) {
        is_seen[part].fill(false);
    }
    let mut words: Vec<Range<usize>> = Vec::new();
    for (at, sign) in line.char_indices() {
        if !is_seen[at] || !(sign.is_alphanumeric() || is_combining_mark(sign)) {
            continue;
        }
        let end = at + sign.len_utf8();
        match words.last_mut() {
            Some(word) if word.end == at => word.end = end,
            _ => words.push(at..end),
        }
    }
    words
}

/// The places of comments, of the addresses of links, and of the attributes at the end.
fn hidden_parts(line: &str) -> Vec<Range<usize>> {
    let mut hidden = Vec::new();
    let mut at = 0;
    for (open, close) in [("%%", "%%"), ("<!--", "-->"), ("](", ")")] {
        while let Some(start) = line[at..].find(open).map(|start| at + start) {
            let inner = start + open.len();
            let end = line[inner..].find(close);
            at = end.map_or(line.len(), |end| inner + end + close.len());
            hidden.push(start..at);
        }
        at = 0;
    }
    let end = line.trim_end_matches(['#', ' ', '\t']).len();
    if line[..end].ends_with('}') {
        hidden.extend(line[..end].rfind('{').map(|start| start..end));
    }
    hidden
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_found_and_nothing_around_it() {
        for (heading, name) in [
            ("## Answer for harbour-onsite", "harbour-onsite"),
            (
                "## Answer for Harbour onsite {#x .private}\n",
                "Harbour onsite",
            ),
            (
                "### My answer (interviews/harbour-onsite) ###",
                "harbour-onsite",
            ),
            ("Answer: harbour-onsite\n---", "harbour-onsite"),
            ("## Answer (harbour-onsite)", "harbour-onsite"),
            ("## Answer – harbour-onsite", "harbour-onsite"),
            ("## Answer for **harbour-onsite**", "harbour-onsite"),
            ("## Answer for `harbour-onsite`", "harbour-onsite"),
            ("## Answer for \"harbour onsite\".", "harbour onsite"),
            (
                "## Answer for HARBOUR onsite %%harbour-onsite%% <!-- harbour-onsite -->",
                "HARBOUR onsite",
            ),
            (
                "## Answer for [Harbour onsite](../interviews/harbour-onsite.md)",
                "Harbour onsite",
            ),
            ("## Answer for [[harbour-onsite]]", "harbour-onsite"),
            (
                "## Harbour onsite: answer for harbour onsite",
                "harbour onsite",
            ),
        ] {
            let found = name_in(heading, &Slug::of("harbour-onsite")).map(|place| &heading[place]);
            assert_eq!(found, Some(name), "{heading}");
        }
    }
}
