//! Names in front matter.

use std::collections::HashMap;
use std::ops::Range;

use super::{Edit, Plan};
use crate::front_matter;
use crate::model::{Answer, Document, Kind, Meta, Occasion};
use crate::slug::Slug;
use crate::source::{Span, Spanned, locate};

impl Plan<'_> {
    /// The fields that name something with a new name.
    pub(super) fn edit_fields(
        &self,
        document: &Document,
        edits: &mut Vec<Edit>,
    ) -> Result<(), String> {
        let mut places = Vec::new();
        for (kind, slug) in names_in(&document.meta) {
            let Some(new) = self.names.renamed(kind, &slug.value) else {
                continue;
            };
            places.push(slug.span);
            let place = words(document.body.file_text(), slug);
            let (range, text) = place.ok_or_else(|| no_place(document, slug))?;
            edits.push(Edit {
                path: document.path.clone(),
                span: Span::new(range.start, range.end),
                text: text.write(new),
            });
        }
        refuse_shared(document, &places)
    }
}

/// Fails if an alias makes a text of a name: it would change with the name. `places` are those of all names that change.
fn refuse_shared(document: &Document, places: &[Span]) -> Result<(), String> {
    if places.is_empty() {
        return Ok(());
    }
    let text = document.body.file_text();
    let mut uses: HashMap<Span, usize> = HashMap::new();
    for place in places {
        *uses.entry(*place).or_default() += 1;
    }
    // An alias of a name is a place itself; the names in a list have their places there, once for each use of the list.
    let mut aliases = front_matter::aliases(text);
    aliases.retain(|(alias, _)| !uses.contains_key(alias));
    for (alias, value) in aliases {
        let inside = |place: &Span| value.start <= place.start && place.end <= value.end;
        for (_, left) in uses.iter_mut().filter(|(place, _)| inside(place)) {
            *left -= 1;
            if *left == 0 {
                let at = locate(text, alias.range().start);
                return Err(format!(
                    "`{}`, line {}, column {}: `{}` repeats a name that changes, as a text; write the text itself there",
                    document.path,
                    at.line,
                    at.column,
                    &text[alias.range()]
                ));
            }
        }
    }
    Ok(())
}

/// Everything that front matter names by its slug.
fn names_in(meta: &Meta) -> Vec<(Kind, &Spanned<Slug>)> {
    let story = |slug| (Kind::Story, slug);
    match meta {
        Meta::Story(meta) => competencies(&meta.competencies)
            .chain(answers(&meta.answers))
            .chain(occasions(&meta.told))
            .collect(),
        Meta::Variant(variant) => competencies(&variant.competencies)
            .chain(answers(&variant.answers))
            .collect(),
        Meta::Question(question) => competencies(&question.competencies)
            .chain(question.about.iter().map(story))
            .chain(occasions(&question.asked))
            .collect(),
        Meta::Sheet(sheet) => competencies(&sheet.competencies)
            .chain(sheet.about.iter().map(story))
            .collect(),
        Meta::CaseStudy(case) => case.story.iter().map(story).collect(),
        Meta::Interview(interview) => interview
            .questions
            .iter()
            .map(|slug| (Kind::Question, slug))
            .collect(),
        Meta::Asks(_) | Meta::Competency(_) | Meta::Home(_) => Vec::new(),
    }
}

fn competencies(slugs: &[Spanned<Slug>]) -> impl Iterator<Item = (Kind, &Spanned<Slug>)> {
    slugs.iter().map(|slug| (Kind::Competency, slug))
}

/// The questions that a telling answers.
fn answers(answers: &[Answer]) -> impl Iterator<Item = (Kind, &Spanned<Slug>)> {
    answers
        .iter()
        .map(|answer| (Kind::Question, &answer.question))
}

/// What occasions name.
fn occasions(occasions: &[Occasion]) -> impl Iterator<Item = (Kind, &Spanned<Slug>)> {
    occasions.iter().flat_map(|occasion| {
        let interview = occasion
            .interview
            .iter()
            .map(|slug| (Kind::Interview, slug));
        let question = occasion.question.iter().map(|slug| (Kind::Question, slug));
        interview.chain(question)
    })
}

/// How a value of YAML is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Style {
    Plain,
    Quoted,
}

impl Style {
    /// A slug as a value. Some words mean something else without quotes.
    fn write(self, slug: &Slug) -> String {
        match slug.as_str() {
            "null" | "true" | "false" if self == Self::Plain => format!("\"{slug}\""),
            plain => plain.to_owned(),
        }
    }
}

/// The place of the characters of a value, without quotes and without an anchor before it. `None` if its place is not known.
fn words(text: &str, slug: &Spanned<Slug>) -> Option<(Range<usize>, Style)> {
    let Range { mut start, end } = slug.span.range();
    while text[start..end].starts_with(['&', '!']) {
        let property = text[start..end].find(char::is_whitespace)?;
        let spaces =
            text[start + property..end].len() - text[start + property..end].trim_start().len();
        start += property + spaces;
    }
    let value = &text[start..end];
    for quote in ['"', '\''] {
        if value.len() > 1 && value.starts_with(quote) && value.ends_with(quote) {
            return Some((start + 1..end - 1, Style::Quoted));
        }
    }
    // An alias is replaced by the name itself.
    let is_here = value.starts_with('*') || Slug::of(value) == slug.value;
    (is_here && !value.starts_with(['|', '>'])).then_some((start..end, Style::Plain))
}

fn no_place(document: &Document, slug: &Spanned<Slug>) -> String {
    let at = locate(document.body.file_text(), slug.span.range().start);
    format!(
        "the place of `{}` in the front matter of `{}`, line {}, is not known; write the name in one line without tabs",
        slug.value, document.path, at.line
    )
}
