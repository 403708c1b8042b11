//! What the bar of the preview says about a page.

use std::collections::BTreeSet;

use crate::diagnostic::Diagnostic;
use crate::model::Part;
use crate::site::{DocumentId, PageKey, Site, TellingId};
use crate::source::{SitePath, Span};
use crate::view::{Page, clock};

/// What the bar says about a page.
pub struct Status {
    /// The file of the page.
    pub file: SitePath,
    /// Where its text starts.
    pub start: Span,
    /// The telling that the page shows, or shows first.
    pub telling: Option<Told>,
    /// How many reviewers' remarks are open in the files of the page.
    pub remarks: usize,
}

/// How long a telling takes.
pub struct Told {
    pub words: u32,
    /// `2:05`.
    pub spoken: String,
    /// What it should take, `1:30`; empty where that is not said.
    pub target: String,
    pub parts: Vec<PartTime>,
}

/// How long a part takes, and where it is written.
pub struct PartTime {
    pub letter: &'static str,
    pub label: String,
    pub spoken: String,
    pub file: SitePath,
    pub span: Span,
}

/// What there is to say about a page; nothing about lists.
pub fn of(site: &Site, page: &Page) -> Option<Status> {
    let key = page.key()?;
    let id = site.document_of(key)?;
    let document = site.document(id);
    let start = document.sections.iter().map(|section| section.span).find(|span| span.start > 0).unwrap_or_default();
    let remarks = documents_of(site, key).into_iter().map(|document| site.open_remarks(document)).sum();
    Some(Status { file: document.path.clone(), start, telling: told_on(site, key), remarks })
}

/// The warnings about the files of a page.
pub fn warnings<'a>(site: &Site, page: Option<&Page>, found: &'a [Diagnostic]) -> impl Iterator<Item = &'a Diagnostic> {
    let files: BTreeSet<SitePath> = page
        .and_then(Page::key)
        .map(|key| documents_of(site, key).into_iter().map(|document| site.document(document).path.clone()).collect())
        .unwrap_or_default();
    found.iter().filter(move |found| !found.is_error() && files.contains(&found.file))
}

/// The documents whose words are on a page.
fn documents_of(site: &Site, page: PageKey) -> BTreeSet<DocumentId> {
    let sections = match page {
        PageKey::Telling(telling) => site.telling(telling).sections.as_slice(),
        _ => &[],
    };
    sections.iter().map(|section| section.id.document).chain(site.document_of(page)).collect()
}

fn told_on(site: &Site, page: PageKey) -> Option<Told> {
    match page {
        PageKey::Telling(telling) => Some(told(site, telling)),
        PageKey::Question(question) => {
            let &story = site.question(question).answers.first()?;
            Some(told(site, site.telling_for(story, question)))
        }
        PageKey::Home | PageKey::CaseStudy(_) | PageKey::Competency(_) => None,
    }
}

fn told(site: &Site, telling: TellingId) -> Told {
    let telling = site.telling(telling);
    let parts = telling.sections.iter().filter_map(|told| {
        let document = site.document(told.id.document);
        let section = site.section(told.id);
        let words = site.spoken_words(telling, told);
        (words > 0 && !section.heading.is_empty()).then(|| PartTime {
            letter: section.part.map_or("", Part::letter),
            label: section.heading.clone(),
            spoken: clock(site.seconds(words)),
            file: document.path.clone(),
            span: section.span,
        })
    });
    Told {
        words: telling.words,
        spoken: clock(site.seconds(telling.words)),
        target: telling.length.map(|length| clock(length.0)).unwrap_or_default(),
        parts: parts.collect(),
    }
}
