//! Reports of occasions whose date is not the date of the interview that they name.

use super::{Contents, OccasionNames};
use crate::diagnostic::{Diagnostic, rules};
use crate::model::{Document, Occasion, When};
use crate::source::Span;

/// The occasions in `told` and `asked` with a date other than that of their interview.
pub fn report(site: &Contents) -> Vec<Diagnostic> {
    if site.interviews.is_empty() {
        return Vec::new();
    }
    let stories = site.stories().flat_map(|id| {
        let story = site.story(id);
        let occasions = site.story_meta(id).told.iter().zip(&story.told);
        occasions.map(|occasion| (site.document(story.document), occasion))
    });
    let questions = site.questions().flat_map(|id| {
        let question = site.question(id);
        let asked = site.question_meta(id).map(|meta| &meta.asked);
        let occasions = asked.into_iter().flatten().zip(&question.asked);
        occasions.map(|occasion| (site.document(question.document), occasion))
    });
    stories
        .chain(questions)
        .filter_map(|(document, occasion)| other_date(site, document, occasion))
        .collect()
}

fn other_date(
    site: &Contents,
    document: &Document,
    (occasion, names): (&Occasion, &OccasionNames),
) -> Option<Diagnostic> {
    let (on, id) = (occasion.on?, names.interview?);
    let when = site.interview_meta(id).when?;
    if agree(on, when) {
        return None;
    }
    let interview = site.interview(id);
    let span = occasion.interview.as_ref()?.span;
    let message = format!(
        "`on` is {on}, but the interview `{}` is on {when}",
        interview.slug
    );
    Some(
        Diagnostic::new(&rules::OTHER_DATE, &document.path, span, message)
            .note(
                &site.document(interview.document).path,
                Span::default(),
                "this interview",
            )
            .help("take `on` out, name the interview of that day, or correct `when` of this one"),
    )
}

/// Whether two dates can be of one day.
fn agree(one: When, other: When) -> bool {
    let is_same = |one: i8, other: i8| one == 0 || other == 0 || one == other;
    one.year == other.year && is_same(one.month, other.month) && is_same(one.day, other.day)
}
