//! The data about a page in the bar of the preview.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::problem::{Editor, Lines};
use crate::build::Inputs;
use crate::diagnostic::Diagnostic;
use crate::model::Part;
use crate::report::counted;
use crate::site::{DocumentId, PageKey, Site, TellingId};
use crate::source::{SitePath, Span};
use crate::view::clock;

/// The data about a page in the bar.
#[derive(Serialize)]
pub struct Status {
    /// The file of the page.
    file: String,
    /// The address that opens its text in the author's editor; `None` if the author wants none.
    editor: Option<String>,
    /// The telling that the page shows, or shows first; `None` without spoken words.
    telling: Option<Told>,
    /// How many open remarks of reviewers are in the files of the page, as `2 open remarks`; `None` without any.
    remarks: Option<String>,
}

/// How long a telling takes.
#[derive(Serialize)]
struct Told {
    /// As `310 words`.
    words: String,
    /// `2:05`.
    spoken: String,
    /// How long it should take, `1:30`; `None` if the author does not say.
    target: Option<String>,
    parts: Vec<PartTime>,
}

/// How long a part takes, with a link to its place in the file.
#[derive(Serialize)]
struct PartTime {
    /// The letter of the part; `None` for a heading of the author's own.
    letter: Option<&'static str>,
    label: String,
    spoken: String,
    editor: Option<String>,
}

/// Links to places of the files that a page is made from. The lines of each file are counted once.
struct Places<'a> {
    shown: &'a Inputs,
    editor: Editor<'a>,
    lines: BTreeMap<SitePath, Lines<'a>>,
}

impl Places<'_> {
    /// The place in the file as it is shown. While that is broken, this is the place in its last good version.
    fn link(&mut self, file: &SitePath, span: Span) -> Option<String> {
        let lines = self
            .lines
            .entry(file.clone())
            .or_insert_with(|| Lines::new(self.shown.bytes(file).unwrap_or_default()));
        self.editor.link(file, lines.locate(span.start as usize))
    }
}

/// What there is to say about a page; `None` if no document is behind it.
pub fn of(site: &Site, page: PageKey, shown: &Inputs, editor: Editor<'_>) -> Option<Status> {
    let document = site.document(site.document_of(page)?);
    let mut places = Places {
        shown,
        editor,
        lines: BTreeMap::new(),
    };
    let start = document
        .sections
        .iter()
        .map(|section| section.span)
        .find(|span| span.start > 0)
        .unwrap_or_default();
    let remarks = documents_of(site, page)
        .into_iter()
        .map(|document| site.open_remarks(document))
        .sum();
    Some(Status {
        file: document.path.to_string(),
        editor: places.link(&document.path, start),
        telling: telling_on(site, page).and_then(|telling| told(site, telling, &mut places)),
        remarks: (remarks > 0).then(|| counted(remarks, "open remark")),
    })
}

/// The warnings about the files of a page.
pub fn warnings<'a>(
    site: &Site,
    page: Option<PageKey>,
    found: &'a [Diagnostic],
) -> Vec<&'a Diagnostic> {
    let documents = page
        .map(|page| documents_of(site, page))
        .unwrap_or_default();
    let files: BTreeSet<&SitePath> = documents
        .into_iter()
        .map(|document| &site.document(document).path)
        .collect();
    found
        .iter()
        .filter(|found| !found.is_error() && files.contains(&found.file))
        .collect()
}

/// The documents whose words are on a page.
fn documents_of(site: &Site, page: PageKey) -> BTreeSet<DocumentId> {
    let sections = match page {
        PageKey::Telling(telling) => site.telling(telling).sections.as_slice(),
        _ => &[],
    };
    sections
        .iter()
        .map(|section| section.id.document)
        .chain(site.document_of(page))
        .collect()
}

fn telling_on(site: &Site, page: PageKey) -> Option<TellingId> {
    match page {
        PageKey::Telling(telling) => Some(telling),
        PageKey::Question(question) => {
            let &story = site.question(question).answers.first()?;
            Some(site.telling_for(story, question))
        }
        PageKey::Home
        | PageKey::CaseStudy(_)
        | PageKey::Competency(_)
        | PageKey::Interview(_)
        | PageKey::Asks(_) => None,
    }
}

fn told(site: &Site, telling: TellingId, places: &mut Places<'_>) -> Option<Told> {
    let telling = site.telling(telling);
    let parts = telling.sections.iter().filter_map(|told| {
        let document = site.document(told.id.document);
        let section = site.section(told.id);
        let words = site.spoken_words(telling, told);
        (words > 0 && !section.heading.is_empty()).then(|| PartTime {
            letter: section
                .part
                .map(Part::letter)
                .filter(|letter| !letter.is_empty()),
            label: section.heading.clone(),
            spoken: clock(site.seconds(words)),
            editor: places.link(&document.path, section.span),
        })
    });
    (telling.words > 0).then(|| Told {
        words: counted(telling.words as usize, "word"),
        spoken: clock(site.seconds(telling.words)),
        target: telling.length.map(|length| clock(length.0)),
        parts: parts.collect(),
    })
}
