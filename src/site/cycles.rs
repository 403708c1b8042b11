//! Sections that would contain themselves.

use std::collections::BTreeMap;

use super::{Destination, DocumentId, Node, Site};
use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::Event;
use crate::source::Span;

/// A stretch of a document that can be shown elsewhere: one of its sections, or with no number all of it.
type Shown = (DocumentId, Option<usize>);

/// A transclusion: what it shows and where it stands.
struct Edge {
    from: DocumentId,
    section: usize,
    to: Shown,
    span: Span,
}

/// A transclusion of each cycle.
pub fn cycles(site: &Site) -> Vec<Diagnostic> {
    let edges = edges(site);
    if edges.is_empty() {
        return Vec::new();
    }
    let mut by_document: BTreeMap<DocumentId, Vec<&Edge>> = BTreeMap::new();
    for edge in &edges {
        by_document.entry(edge.from).or_default().push(edge);
    }
    let leads_to = |from: &Edge, to: &Edge| reaches(&by_document, from.to, (to.from, to.section), &mut Vec::new());
    let mut reported: Vec<&Edge> = Vec::new();
    for edge in edges.iter().filter(|edge| leads_to(edge, edge)) {
        // The other transclusions of the same cycle are the same mistake.
        if !reported.iter().any(|other| leads_to(edge, other) && leads_to(other, edge)) {
            reported.push(edge);
        }
    }
    reported.into_iter().map(|edge| diagnostic(site, edge)).collect()
}

fn edges(site: &Site) -> Vec<Edge> {
    let mut edges = Vec::new();
    for (index, document) in site.documents.iter().enumerate() {
        let from = DocumentId(index);
        for (section_index, section) in document.sections.iter().enumerate() {
            for node in &document.body.nodes[section.nodes.clone()] {
                let Event::Transclusion(link) = node.event else { continue };
                if let Some(to) = shown(site, from, link) {
                    edges.push(Edge { from, section: section_index, to, span: node.span });
                }
            }
        }
    }
    edges
}

/// What a transclusion shows.
fn shown(site: &Site, from: DocumentId, link: u32) -> Option<Shown> {
    match site.destination(from, link) {
        Destination::Page { section: Some((document, section)), .. } => Some((*document, Some(*section))),
        Destination::Page { node, .. } => Some((site.document_of(*node)?, None)),
        Destination::Asset(_) | Destination::External | Destination::Nothing => None,
    }
}

/// Whether showing `from` shows the section `wanted`.
fn reaches(edges: &BTreeMap<DocumentId, Vec<&Edge>>, from: Shown, wanted: (DocumentId, usize), seen: &mut Vec<Shown>) -> bool {
    let (document, section) = from;
    if document == wanted.0 && section.is_none_or(|section| section == wanted.1) {
        return true;
    }
    if seen.contains(&from) {
        return false;
    }
    seen.push(from);
    let next = edges.get(&document).into_iter().flatten();
    next.filter(|edge| section.is_none_or(|section| section == edge.section)).any(|edge| reaches(edges, edge.to, wanted, seen))
}

fn diagnostic(site: &Site, edge: &Edge) -> Diagnostic {
    let target = site.document(edge.to.0);
    let place = edge.to.1.map_or(Span::default(), |section| target.sections[section].span);
    Diagnostic::new(&rules::CYCLE, &site.document(edge.from).path, edge.span, "this transclusion shows the section that it stands in")
        .note(&target.path, place, "which is reached from here")
        .help("link to the section instead, as in `[[slug#section]]`")
}

impl Site {
    /// The document whose text a page shows; nothing for questions that share a file with others.
    pub fn document_of(&self, node: Node) -> Option<DocumentId> {
        match node {
            Node::Home => self.home,
            Node::Telling(story, index) => match self.story(story).tellings[index].origin {
                super::Origin::Variant(document) => Some(document),
                super::Origin::Story | super::Origin::Derived(_) => Some(self.story(story).document),
            },
            Node::Question(question) => Some(self.question(question).document),
            Node::CaseStudy(case) => Some(self.case_study(case).document),
            Node::Competency(competency) => Some(self.competency(competency).document),
        }
    }
}
