//! Links the site again with the changes, and compares both: everything must refer to what it referred to before.

use std::collections::BTreeMap;

use super::names::all_pages;
use super::parts::Parts;
use super::{Before, Changes, Plan};
use crate::build::Linked;
use crate::diagnostic::Diagnostic;
use crate::model::{Document, Kind};
use crate::site::{Destination, DocumentId, PageKey, Site};
use crate::slug::{PageName, Slug};
use crate::source::{SitePath, locate};

/// Fails if the site after the changes differs in more than the name, which names such as two that become equal can cause.
pub(super) fn check(
    before: &Before<'_>,
    plan: &Plan<'_>,
    parts: &Parts,
    changes: &Changes,
    after: &Linked,
) -> Result<(), String> {
    if let Some(new) = new_error(&before.linked, after, changes) {
        let help = new
            .help
            .as_ref()
            .map_or(String::new(), |help| format!("; {help}"));
        return Err(format!(
            "with this name the site would have an error in `{}`: {}{help}",
            new.file, new.message
        ));
    }
    let comparison = Comparison {
        plan,
        parts,
        changes,
        before: before.site(),
        after: &after.site,
    };
    match comparison.first_difference() {
        Some(place) => Err(format!(
            "with this name {place} would refer to something else, or something else would refer to it; give another name"
        )),
        None => Ok(()),
    }
}

/// The first error that the site did not have before.
fn new_error<'d>(before: &Linked, after: &'d Linked, changes: &Changes) -> Option<&'d Diagnostic> {
    let errors = |linked: &Linked| {
        let mut errors: BTreeMap<(SitePath, &str), usize> = BTreeMap::new();
        for found in linked.diagnostics.iter().filter(|found| found.is_error()) {
            let path = changes.path(&found.file);
            *errors.entry((path, found.rule.name)).or_default() += 1;
        }
        errors
    };
    let mut known = errors(before);
    after
        .diagnostics
        .iter()
        .filter(|found| found.is_error())
        .find(
            |found| match known.get_mut(&(found.file.clone(), found.rule.name)) {
                Some(count) if *count > 0 => {
                    *count -= 1;
                    false
                }
                _ => true,
            },
        )
}

struct Comparison<'a> {
    plan: &'a Plan<'a>,
    parts: &'a Parts,
    changes: &'a Changes,
    before: &'a Site,
    after: &'a Site,
}

/// What the names on a page lead to, in an order that does not depend on names.
type References = Vec<(&'static str, Vec<PageName>)>;

impl Comparison<'_> {
    /// A place that refers to something else than before, or a file that something else refers to.
    fn first_difference(&self) -> Option<String> {
        let documents = || (0..self.before.documents.len()).map(DocumentId);
        let links = documents().filter_map(|id| self.different_link(id));
        let answers = documents()
            .filter(|&id| !self.has_same_answers(id))
            .map(|id| file(&self.before.document(id).path));
        // References to a name that was gone have an effect again.
        let is_repair = self.plan.names.is_repair();
        let pages =
            all_pages(self.before).filter(|&page| !is_repair && !self.has_same_references(page));
        let pages = pages.filter_map(|page| {
            let document = self.before.document_of(page)?;
            Some(file(&self.before.document(document).path))
        });
        let has_others = all_pages(self.after).count() != all_pages(self.before).count();
        let first = self
            .changes
            .moves
            .first()
            .filter(|_| has_others && !is_repair);
        let moved = first.map(|step| file(&step.from));
        links.chain(answers).chain(pages).chain(moved).next()
    }

    /// The place of the first link in a document that leads to something else than before.
    fn different_link(&self, id: DocumentId) -> Option<String> {
        let document = self.before.document(id);
        let Some(other) = self.after.document_at(&self.changes.path(&document.path)) else {
            return Some(file(&document.path));
        };
        let (old, new) = (&document.body.links, &self.after.document(other).body.links);
        if old.len() != new.len() {
            return Some(file(&document.path));
        }
        let mut pairs = old.iter().zip(old.ids().zip(new.ids()));
        let (link, _) = pairs.find(|(_, (one, two))| {
            let before = self.before.destination(id, *one);
            !self.is_same_destination(before, self.after.destination(other, *two))
        })?;
        let at = locate(document.body.file_text(), link.span.range().start);
        let path = file(&document.path);
        Some(format!("{path}, line {}, column {},", at.line, at.column))
    }

    /// Whether the direct answers in a document are for the same interviews as before. One for an interview is private.
    fn has_same_answers(&self, id: DocumentId) -> bool {
        let document = self.before.document(id);
        let Some(other) = self.after.document_at(&self.changes.path(&document.path)) else {
            return false;
        };
        let renamed = |slug: &Slug| {
            let new = self.plan.names.renamed(Kind::Interview, slug);
            new.unwrap_or(slug).clone()
        };
        let before = interviews_of_answers(document).map(|slug| slug.map(renamed));
        before.eq(interviews_of_answers(self.after.document(other)).map(Option::<&Slug>::cloned))
    }

    fn is_same_destination(&self, before: &Destination, after: &Destination) -> bool {
        match (before, after) {
            (
                Destination::Page { page, fragment, .. },
                Destination::Page {
                    page: new_page,
                    fragment: new_fragment,
                    ..
                },
            ) => {
                let expected = self.parts.renamed(self.before, *page, fragment);
                expected.unwrap_or(fragment) == new_fragment
                    && self.plan.names.name(*page) == self.after.name(*new_page)
            }
            (Destination::Asset(path), Destination::Asset(new)) => self.changes.path(path) == *new,
            (Destination::Nothing, _) if self.plan.names.is_repair() => true,
            (before, after) => before == after,
        }
    }

    fn has_same_references(&self, page: PageKey) -> bool {
        let Some(new) = self.after.page(&self.plan.names.name(page)) else {
            return false;
        };
        let before = references(self.before, page, |page| self.plan.names.name(page));
        before == references(self.after, new, |page| self.after.name(page))
    }
}

fn file(path: &SitePath) -> String {
    format!("`{path}`")
}

/// The interview that each direct answer in a document is for.
fn interviews_of_answers(document: &Document) -> impl Iterator<Item = Option<&Slug>> {
    let items = document.sections.iter().flat_map(|section| &section.items);
    let of_items = items.flat_map(|item| &item.answers);
    let answers = of_items.chain(&document.answers);
    answers.map(|answer| answer.interview.as_ref())
}

/// What belongs to a page, by name.
fn references(site: &Site, page: PageKey, name: impl Fn(PageKey) -> PageName) -> References {
    let names = |pages: Vec<PageKey>| {
        let mut names: Vec<PageName> = pages.into_iter().map(&name).collect();
        names.sort();
        names
    };
    let competencies = |ids: &[_]| names(ids.iter().copied().map(PageKey::Competency).collect());
    let stories = |ids: &[_]| names(ids.iter().copied().map(PageKey::story).collect());
    let questions = |ids: &[_]| names(ids.iter().copied().map(PageKey::Question).collect());
    match page {
        PageKey::Home | PageKey::Asks(_) => Vec::new(),
        PageKey::Telling(id) => {
            let story = site.story(id.story);
            let evidence = story.evidence.iter().map(|evidence| evidence.competency);
            let told = story.told.iter();
            let heard = told.clone().filter_map(|occasion| occasion.interview);
            let answered = told.filter_map(|occasion| occasion.question);
            vec![
                ("competencies", competencies(&site.telling(id).competencies)),
                ("claimed", competencies(&story.claimed)),
                ("evidence", competencies(&evidence.collect::<Vec<_>>())),
                ("follow-ups", questions(&story.follow_ups)),
                ("told in", names(heard.map(PageKey::Interview).collect())),
                ("answered", questions(&answered.collect::<Vec<_>>())),
            ]
        }
        PageKey::Interview(id) => {
            let interview = site.interview(id);
            vec![
                ("questions", questions(&interview.questions)),
                ("asked", questions(&interview.asked)),
            ]
        }
        PageKey::Question(id) => vec![
            (
                "competencies",
                competencies(&site.question(id).competencies),
            ),
            ("answers", stories(&site.question(id).answers)),
            ("about", stories(site.question(id).about.as_slice())),
        ],
        PageKey::CaseStudy(id) => vec![("story", stories(site.case_study(id).story.as_slice()))],
        PageKey::Competency(id) => vec![
            ("stories", stories(&site.competency(id).stories)),
            ("questions", questions(&site.competency(id).questions)),
        ],
    }
}
