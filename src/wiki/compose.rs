//! A case study of the linked site as a page that knows no markup.

mod cells;
mod elements;
mod nest;
pub(super) mod tags;
mod tree;

use std::collections::{BTreeMap, BTreeSet};

use super::page::{Action, Block, Case, Heading, Inline, LinkTo, Page, Within};
use crate::diagnostic::Diagnostic;
use crate::model::{CaseStudy, Document, Part, Prose};
use crate::site::{CaseStudyId, DocumentId, Site, capitalised};
use crate::slug::Slug;
use crate::source::SitePath;
use crate::view::times;

use tree::Composer;

/// What the pages of one publication share.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    /// What the audience of the wiki may see.
    pub site: &'a Site,
    /// The case studies that are on the wiki when the publication is done; links to anything else become plain text.
    pub published: &'a BTreeSet<Slug>,
    /// The names of the pictures that go along.
    pub pictures: &'a BTreeMap<SitePath, String>,
    /// Whether pages begin with a table of contents.
    pub has_contents: bool,
}

/// A page is given a table of contents from this many headings on.
const WORTH_A_TABLE: usize = 3;

/// The pages of case studies, and what of them a wiki cannot show.
pub fn compose(shared: Shared<'_>, cases: &[CaseStudyId]) -> (Vec<Case>, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let mut composed: Vec<Case> = cases.iter().map(|&id| case(shared, id, &mut diagnostics)).collect();
    let mut linked = BTreeSet::new();
    for case in &composed {
        each_link(&case.page, &mut |to| match to {
            LinkTo::Heading(id) => drop(linked.insert((case.slug.clone(), id.clone()))),
            LinkTo::Page { case, heading } => drop(linked.insert((case.clone(), heading.clone()))),
            LinkTo::External(_) => {}
        });
    }
    for case in &mut composed {
        let slug = &case.slug;
        mark_linked(&mut case.page.blocks, &mut |heading| heading.is_linked = linked.contains(&(slug.clone(), heading.id.clone())));
    }
    (composed, diagnostics)
}

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
    let has_contents = shared.has_contents && body.iter().filter(|block| matches!(block, Block::Heading(_))).count() >= WORTH_A_TABLE;
    if has_contents {
        blocks.push(Block::Contents);
    }
    blocks.extend(body);
    let footnotes = composer.footnotes();
    let page = Page { blocks, footnotes, pictures: composer.pictures };
    Case {
        slug: study.slug.clone(),
        file: document.path.clone(),
        title: meta.title.as_str().to_owned(),
        language: site.config.language.clone(),
        page,
        html: composer.html,
    }
}

/// What the front matter says about the incident, with its names as they stand before values.
fn facts(meta: &CaseStudy) -> Vec<(String, String)> {
    let severity = meta.severity.map(|severity| ("Severity".to_owned(), severity.to_string()));
    let times = times(meta).into_iter().map(|fact| (capitalised(&fact.label), fact.value.into_owned()));
    severity.into_iter().chain(times).collect()
}

/// The text, with the action items of the front matter at the end of the section that is about them.
fn body(composer: &mut Composer<'_>, id: DocumentId, document: &Document, meta: &CaseStudy) -> Vec<Block> {
    let end = document.body.nodes.len();
    let actions = actions(meta);
    let section = document.sections.iter().find(|section| section.part == Some(Part::ActionItems)).filter(|_| !actions.is_empty());
    let at = section.map_or(end, |section| section.nodes.end);
    let mut blocks = composer.blocks(id, 0..at, Within::Page);
    if !actions.is_empty() {
        if section.is_none() {
            let text = vec![Inline::Text("Action items".to_owned())];
            let id = composer.claim("action-items");
            blocks.push(Block::Heading(Heading { level: 2, text, id, is_linked: false }));
        }
        blocks.push(Block::Actions(actions));
    }
    blocks.extend(composer.blocks(id, at..end, Within::Page));
    blocks
}

fn actions(meta: &CaseStudy) -> Vec<Action> {
    let actions = meta.actions.iter().map(|action| Action {
        what: action.what.as_str().to_owned(),
        owner: Prose::or_empty(action.owner.as_ref()).to_owned(),
        due: action.due.map(|due| due.to_string()).unwrap_or_default(),
        status: action.status.name(),
        is_settled: action.status.is_settled(),
    });
    actions.collect()
}

/// Visits the links of a page, those in its footnotes too.
fn each_link<'a>(page: &'a Page, visit: &mut impl FnMut(&'a LinkTo)) {
    links_of(&page.blocks, visit);
    page.footnotes.iter().for_each(|note| links_of(note, visit));
}

fn links_of<'a>(blocks: &'a [Block], visit: &mut impl FnMut(&'a LinkTo)) {
    for block in blocks {
        match block {
            Block::Heading(heading) => links_in(&heading.text, visit),
            Block::Paragraph(inlines) => links_in(inlines, visit),
            Block::Quote(blocks) | Block::Element(_, blocks) => links_of(blocks, visit),
            Block::Callout { title: above, blocks, .. } | Block::Details { summary: above, blocks } => {
                links_in(above, visit);
                links_of(blocks, visit);
            }
            Block::List(list) => list.items.iter().for_each(|item| links_of(&item.blocks, visit)),
            Block::Table(table) => table.head.iter().chain(table.rows.iter().flatten()).for_each(|cell| links_in(cell, visit)),
            Block::Code { .. } | Block::Rule | Block::Facts(_) | Block::Contents | Block::Actions(_) => {}
        }
    }
}

fn links_in<'a>(inlines: &'a [Inline], visit: &mut impl FnMut(&'a LinkTo)) {
    for inline in inlines {
        match inline {
            Inline::Link { to, .. } => visit(to),
            Inline::Styled(_, inlines) | Inline::Element(_, inlines) => links_in(inlines, visit),
            Inline::Text(_) | Inline::Code(_) | Inline::Picture { .. } | Inline::Break | Inline::Footnote(_) => {}
        }
    }
}

fn mark_linked(blocks: &mut [Block], mark: &mut impl FnMut(&mut Heading)) {
    for block in blocks {
        match block {
            Block::Heading(heading) => mark(heading),
            Block::Quote(blocks) | Block::Callout { blocks, .. } | Block::Details { blocks, .. } | Block::Element(_, blocks) => {
                mark_linked(blocks, mark);
            }
            Block::List(list) => list.items.iter_mut().for_each(|item| mark_linked(&mut item.blocks, mark)),
            Block::Paragraph(_)
            | Block::Code { .. }
            | Block::Table(_)
            | Block::Rule
            | Block::Facts(_)
            | Block::Contents
            | Block::Actions(_) => {}
        }
    }
}
