//! What the bar of the preview says about a page.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;

use super::problem::{Editor, Lines};
use crate::build::Inputs;
use crate::diagnostic::Diagnostic;
use crate::model::Part;
use crate::report::counted;
use crate::site::{DocumentId, Node, Site, StoryId, told_words};
use crate::source::{SitePath, Span};
use crate::view::clock;

/// What the bar says about a page.
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

/// How long a part takes, and where it is written.
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
        let lines = self.lines.entry(file.clone()).or_insert_with(|| Lines::new(self.shown.bytes(file).unwrap_or_default()));
        self.editor.link(file, lines.locate(span.start as usize))
    }
}

/// What there is to say about a page; `None` if no document is behind it.
pub fn of(site: &Site, node: Node, shown: &Inputs, editor: Editor<'_>) -> Option<Status> {
    let document = site.document(site.document_of(node)?);
    let mut places = Places { shown, editor, lines: BTreeMap::new() };
    let start = document.sections.iter().map(|section| section.span).find(|span| span.start > 0).unwrap_or_default();
    let remarks = documents_of(site, node).into_iter().map(|document| site.open_remarks(document)).sum();
    Some(Status {
        file: document.path.to_string(),
        editor: places.link(&document.path, start),
        telling: telling_on(site, node).and_then(|(story, telling)| told(site, story, telling, &mut places)),
        remarks: (remarks > 0).then(|| counted(remarks, "open remark")),
    })
}

/// The warnings about the files of a page.
pub fn warnings<'a>(site: &Site, node: Option<Node>, found: &'a [Diagnostic]) -> Vec<&'a Diagnostic> {
    let documents = node.map(|node| documents_of(site, node)).unwrap_or_default();
    let files: BTreeSet<&SitePath> = documents.into_iter().map(|document| &site.document(document).path).collect();
    found.iter().filter(|found| !found.is_error() && files.contains(&found.file)).collect()
}

/// The documents whose words are on a page.
fn documents_of(site: &Site, node: Node) -> BTreeSet<DocumentId> {
    let told = match node {
        Node::Telling(story, telling) => site.story(story).tellings[telling].sections.as_slice(),
        _ => &[],
    };
    told.iter().map(|told| told.document).chain(site.document_of(node)).collect()
}

fn telling_on(site: &Site, node: Node) -> Option<(StoryId, usize)> {
    match node {
        Node::Telling(story, telling) => Some((story, telling)),
        Node::Question(question) => {
            let &story = site.question(question).answers.first()?;
            Some((story, site.telling_for(story, question)))
        }
        Node::Home | Node::CaseStudy(_) | Node::Competency(_) => None,
    }
}

fn told(site: &Site, story: StoryId, telling: usize, places: &mut Places<'_>) -> Option<Told> {
    let telling = &site.story(story).tellings[telling];
    let parts = telling.sections.iter().filter_map(|told| {
        let document = site.document(told.document);
        let section = &document.sections[told.section];
        let words = told_words(document, section, &telling.left_out);
        (words > 0 && !section.heading.is_empty()).then(|| PartTime {
            letter: section.part.map(Part::letter).filter(|letter| !letter.is_empty()),
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
