//! The page of open points: remarks of reviewers, and questions without an answer.

use std::collections::BTreeMap;
use std::ops::Range;

use super::lists::head;
use super::pieces::{INSIDE_PART, full_style, open_follow_ups, to_u32};
use super::types::{LinkView, OpenPointsGroup, OpenPointsPage, RemarkView};
use crate::html::{Ids, PageWriter};
use crate::model::Part;
use crate::phrases::word;
use crate::site::{DocumentId, PageKey, QuestionId, Site};

/// The open points of a site, grouped by page.
pub fn page<'a>(writer: &mut PageWriter<'a>) -> OpenPointsPage<'a> {
    let open = open_in(writer.context.site);
    OpenPointsPage {
        page: head(
            writer,
            word::OPEN_POINTS,
            1,
            word::ABOUT_OPEN_POINTS,
            "open-points",
        ),
        total: to_u32(count(&open)),
        groups: open.into_iter().map(|open| group(writer, open)).collect(),
    }
}

/// How many open points a site has.
pub fn total(site: &Site) -> usize {
    count(&open_in(site))
}

/// The open points of a document, or of a question in it.
struct Open {
    document: DocumentId,
    /// The page that shows it; `None` if the document has no page.
    page: Option<PageKey>,
    /// The nodes of each remark.
    remarks: Vec<Range<usize>>,
    questions: Vec<QuestionId>,
}

fn count(open: &[Open]) -> usize {
    open.iter()
        .map(|open| open.remarks.len() + open.questions.len())
        .sum()
}

/// The open points of all documents: stories, each before its variants, then questions, case studies, competencies, and the
/// home page.
fn open_in(site: &Site) -> Vec<Open> {
    let items = items_by_document(site);
    let documents = in_order_of_pages(site).into_iter();
    documents
        .flat_map(|document| {
            let items = items.get(&document).map_or(&[][..], Vec::as_slice);
            open_in_document(site, document, items)
        })
        .filter(|open| !open.remarks.is_empty() || !open.questions.is_empty())
        .collect()
}

/// The questions that are parts of a document.
fn items_by_document(site: &Site) -> BTreeMap<DocumentId, Vec<QuestionId>> {
    let mut items: BTreeMap<DocumentId, Vec<QuestionId>> = BTreeMap::new();
    for id in site.questions() {
        let question = site.question(id);
        if question.item.is_some() {
            items.entry(question.document).or_default().push(id);
        }
    }
    items
}

/// The open points of a document, then those of each question in it that has a page.
fn open_in_document(site: &Site, document: DocumentId, items: &[QuestionId]) -> Vec<Open> {
    let page = site.page_of(document);
    let items = match page {
        Some(PageKey::Question(_)) => items,
        _ => &[],
    };
    let mut of_page = Open {
        document,
        page,
        remarks: Vec::new(),
        questions: unanswered_on(site, page),
    };
    let mut by_item: BTreeMap<QuestionId, Vec<Range<usize>>> = BTreeMap::new();
    for remark in site.document(document).open_remarks() {
        match items
            .iter()
            .find(|&&item| is_in_item(site, item, remark.start))
        {
            Some(&item) => by_item.entry(item).or_default().push(remark),
            None => of_page.remarks.push(remark),
        }
    }
    let of_items = by_item.into_iter().map(|(item, remarks)| Open {
        document,
        page: Some(PageKey::Question(item)),
        remarks,
        questions: Vec::new(),
    });
    std::iter::once(of_page).chain(of_items).collect()
}

/// The questions without an answer that are listed with a page: those about its story.
fn unanswered_on(site: &Site, page: Option<PageKey>) -> Vec<QuestionId> {
    match page {
        Some(PageKey::Telling(telling)) if telling.is_main() => {
            open_follow_ups(site, telling.story).collect()
        }
        _ => Vec::new(),
    }
}

fn is_in_item(site: &Site, question: QuestionId, node: usize) -> bool {
    site.question_item(question)
        .is_some_and(|item| item.nodes.contains(&node))
}

/// Every document once, in the order of the page of open points.
fn in_order_of_pages(site: &Site) -> Vec<DocumentId> {
    let stories = site
        .stories
        .iter()
        .flat_map(|story| story.files().map(|(_, file)| file));
    let others = site.questions().map(|id| site.question(id).document);
    let others = others.chain(site.case_studies().map(|id| site.case_study(id).document));
    let others = others.chain(site.competencies().map(|id| site.competency(id).document));
    // A document without a page, because of a mistake in it or elsewhere, is listed with the home page at the end.
    let rest = (0..site.documents.len()).map(DocumentId);
    let mut seen = vec![false; site.documents.len()];
    stories
        .chain(others)
        .chain(rest)
        .filter(|document| !std::mem::replace(&mut seen[document.0], true))
        .collect()
}

fn group<'a>(writer: &mut PageWriter<'a>, open: Open) -> OpenPointsGroup<'a> {
    let document = writer.context.site.document(open.document);
    let title = open
        .page
        .map_or_else(|| document.meta.title().into(), |page| writer.title(page));
    let page = open.page.unwrap_or(PageKey::Home);
    OpenPointsGroup {
        document: LinkView {
            title,
            url: writer.link(page, ""),
        },
        remarks: open
            .remarks
            .into_iter()
            .map(|nodes| remark(writer, page, open.document, nodes))
            .collect(),
        questions: writer.link_views(&open.questions, PageKey::Question),
    }
}

fn remark(
    writer: &mut PageWriter<'_>,
    page: PageKey,
    document: DocumentId,
    nodes: Range<usize>,
) -> RemarkView {
    let fragment = fragment_on(writer.context.site, page, document, nodes.start);
    RemarkView {
        html: writer.html(document, nodes, full_style(INSIDE_PART, Ids::Omitted)),
        url: writer.link(page, fragment),
    }
}

/// The fragment of the section that holds a node; empty if the page does not show that section under a heading.
fn fragment_on(site: &Site, page: PageKey, document: DocumentId, node: usize) -> &str {
    let is_item =
        matches!(page, PageKey::Question(question) if site.question(question).item.is_some());
    let is_under_heading =
        |part: Option<Part>| !matches!(part, Some(Part::Headline | Part::FollowUps));
    let mut sections = site.document(document).sections.iter();
    sections
        .find(|section| section.nodes.contains(&node))
        .filter(|section| is_under_heading(section.part) && !is_item)
        .map_or("", |section| section.id.as_str())
}
