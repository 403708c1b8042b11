//! Composes case studies of the linked site as pages without markup.

mod cells;
mod elements;
mod nest;
pub(super) mod tags;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use super::page::{
    ActionEntry, Block, Case, Heading, Inline, LinkTo, Page, Within, change_headings,
};
use crate::diagnostic::Diagnostic;
use crate::model::{CaseStudy, Document, Part, Prose};
use crate::phrases::Phrases;
use crate::site::{CaseStudyId, DocumentId, Site, capitalised};
use crate::slug::Slug;
use crate::source::SitePath;
use crate::view::times;

use tree::Composer;

/// What the pages of a publication share.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    /// The site for the audience of the wiki.
    pub site: &'a Site,
    /// The case studies that will be on the wiki. Links to other pages become plain text.
    pub published: &'a BTreeSet<Slug>,
    /// The file names of the published pictures.
    pub pictures: &'a BTreeMap<SitePath, String>,
    /// Whether long pages begin with a table of contents.
    pub has_contents: bool,
}

/// The minimum number of headings for a table of contents.
const MIN_HEADINGS: usize = 3;

/// Composes the pages of case studies, and reports what a wiki cannot show.
pub fn compose(shared: Shared<'_>, cases: &[CaseStudyId]) -> (Vec<Case>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut composed: Vec<Case> = cases
        .iter()
        .map(|&id| case(shared, id, &mut diagnostics))
        .collect();
    mark_linked_headings(&mut composed);
    (composed, diagnostics)
}

/// Marks the headings that links on any of the pages lead to.
fn mark_linked_headings(cases: &mut [Case]) {
    let mut linked = BTreeSet::new();
    for case in &*cases {
        linked.extend(case.page.links().filter_map(|to| match to {
            LinkTo::Heading(id) => Some((case.slug.clone(), id.clone())),
            LinkTo::Page { case, heading } => Some((case.clone(), heading.clone())),
            LinkTo::External(_) => None,
        }));
    }
    for case in cases {
        let slug = &case.slug;
        let mut mark = |heading: &mut Heading| {
            heading.is_linked = linked.contains(&(slug.clone(), heading.id.clone()));
        };
        change_headings(&mut case.page.blocks, &mut mark);
    }
}

/// Composes one case study.
fn case(shared: Shared<'_>, id: CaseStudyId, diagnostics: &mut Vec<Diagnostic>) -> Case {
    let site = shared.site;
    let study = site.case_study(id);
    let document = site.document(study.document);
    let meta = site.case_study_meta(id);
    let mut composer = Composer::new(shared, id, diagnostics);
    let mut blocks = Vec::new();
    let facts = facts(meta);
    if !facts.is_empty() {
        blocks.push(Block::Facts(facts));
    }
    let body = body(&mut composer, study.document, document, meta);
    let headings = body
        .iter()
        .filter(|block| matches!(block, Block::Heading(_)));
    if shared.has_contents && headings.count() >= MIN_HEADINGS {
        blocks.push(Block::Contents);
    }
    blocks.extend(body);
    let footnotes = composer.footnotes();
    let page = Page {
        blocks,
        footnotes,
        pictures: composer.pictures,
    };
    Case {
        slug: study.slug.clone(),
        file: document.path.clone(),
        title: meta.title.as_str().to_owned(),
        language: site.config.language.clone(),
        page,
        html: composer.html,
    }
}

/// The facts of the front matter, with capitalised names.
fn facts(meta: &CaseStudy) -> Vec<(String, String)> {
    let severity = meta
        .severity
        .map(|severity| ("Severity".to_owned(), severity.to_string()));
    let times = times(meta, Phrases::english())
        .into_iter()
        .map(|fact| (capitalised(&fact.label), fact.value.into_owned()));
    severity.into_iter().chain(times).collect()
}

/// The text, with the action items of the front matter after the section about them, or else at the end.
fn body(
    composer: &mut Composer<'_>,
    id: DocumentId,
    document: &Document,
    meta: &CaseStudy,
) -> Vec<Block> {
    let end = document.body.nodes.len();
    let actions = actions(meta);
    let section = document
        .sections
        .iter()
        .find(|section| section.part == Some(Part::ActionItems))
        .filter(|_| !actions.is_empty());
    let at = section.map_or(end, |section| section.nodes.end);
    let mut blocks = composer.blocks(id, 0..at, Within::Page);
    if !actions.is_empty() {
        if section.is_none() {
            let text = vec![Inline::Text("Action items".to_owned())];
            let id = composer.claim("action-items");
            blocks.push(Block::Heading(Heading {
                level: 2,
                text,
                id,
                is_linked: false,
            }));
        }
        blocks.push(Block::Actions(actions));
    }
    blocks.extend(composer.blocks(id, at..end, Within::Page));
    blocks
}

/// The action items of the front matter.
fn actions(meta: &CaseStudy) -> Vec<ActionEntry> {
    let actions = meta.actions.iter().map(|action| ActionEntry {
        what: action.what.as_str().to_owned(),
        owner: Prose::or_empty(action.owner.as_ref()).to_owned(),
        due: action.due.map(|due| due.to_string()).unwrap_or_default(),
        status: action.status.name(),
        is_settled: action.status.is_settled(),
    });
    actions.collect()
}
