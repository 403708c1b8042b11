//! Names of interviews in the headings of answers: `## Answer for harbour-onsite`.

use std::ops::Range;

use super::{Edit, Plan};
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

/// The place of the words at the end of a heading that give a slug. Attributes and signs that close the heading come after them.
fn name_in(heading: &str, slug: &Slug) -> Option<Range<usize>> {
    let line = heading.lines().next()?;
    let line = line.split(" {").next().unwrap_or(line);
    let end = line.trim_end_matches(['#', ' ', '\t', ')', ':']).len();
    let starts = line.char_indices().filter_map(|(at, sign)| {
        let opens = sign.is_whitespace() || matches!(sign, '/' | '(' | ':' | '-' | '–');
        opens.then(|| at + sign.len_utf8())
    });
    let is_name = |start: &usize| {
        line.get(*start..end).is_some_and(|words| {
            !words.starts_with(char::is_whitespace) && Slug::of(words) == *slug
        })
    };
    Some(starts.into_iter().find(is_name)?..end)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_is_the_end_of_the_heading() {
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
        ] {
            let found = name_in(heading, &Slug::of("harbour-onsite")).map(|place| &heading[place]);
            assert_eq!(found, Some(name));
        }
    }
}
