//! The page of a question, and the page of a competency.

use super::lists::question_row;
use super::pieces::{Extent, answer, answer_nodes, occasions, reasons, whole};
use super::types::{CompetencyPage, FrameworkView, QuestionPage};
use crate::html::{Ids, PageWriter};
use crate::model::Prose;
use crate::site::{CompetencyId, PageKey, QuestionId};

/// How many answers a page shows in full. It is read minutes before an interview.
const FULL_ANSWERS: usize = 3;

/// How many stories a page lists. A longer list does not help; the page counts the rest, and each of them says on its own
/// page what it answers and shows.
const ROWS: usize = 100;

/// The level of headings right below the title of a page.
const BELOW_TITLE: u8 = 2;

/// The page of a question.
pub fn page<'a>(writer: &mut PageWriter<'a>, id: QuestionId) -> QuestionPage<'a> {
    let site = writer.context.site;
    let question = site.question(id);
    let meta = site.question_meta(id);
    let is_of_bank = site.is_of_bank(id);
    let (document, nodes) = answer_nodes(writer, id);
    let body = writer.html(
        document,
        nodes,
        whole(
            if is_of_bank {
                BELOW_TITLE
            } else {
                BELOW_TITLE + 1
            },
            Ids::Given,
        ),
    );
    let mut answers = Vec::with_capacity(question.answers.len());
    for (place, &story) in question.answers.iter().take(ROWS).enumerate() {
        let ids = if place == 0 { Ids::Given } else { Ids::Omitted };
        let extent = if place < FULL_ANSWERS {
            Extent::Full(ids)
        } else {
            Extent::Row
        };
        let why = reasons(writer, story, id, true);
        answers.push(answer(writer, site.telling_for(story, id), why, extent));
    }
    let mut adaptable = Vec::with_capacity(question.adaptable.len());
    for &story in &question.adaptable {
        let why = reasons(writer, story, id, false);
        adaptable.push(answer(
            writer,
            site.telling_for(story, id),
            why,
            Extent::Row,
        ));
    }
    let named = |page: PageKey| match page {
        PageKey::Telling(telling) => {
            question.answers.contains(&telling.story) || question.about == Some(telling.story)
        }
        PageKey::Home | PageKey::Question(_) | PageKey::CaseStudy(_) | PageKey::Competency(_) => {
            false
        }
    };
    QuestionPage {
        page: writer.head(site.wording(id), "", "questions"),
        question: site.wording(id),
        slug: question.slug.as_str(),
        aliases: meta.map(|meta| texts(&meta.aliases)).unwrap_or_default(),
        competencies: writer.chips(&question.competencies),
        asked: meta
            .map(|meta| occasions(writer, &meta.asked))
            .unwrap_or_default(),
        about: question
            .about
            .map(|story| writer.link_view(PageKey::story(story))),
        body,
        open: site.is_open(id),
        answers_more: crate::source::offset(question.answers.len().saturating_sub(ROWS)),
        answers,
        adaptable_more: crate::source::offset(question.adaptable_total - question.adaptable.len()),
        adaptable,
        backlinks: writer.backlinks(PageKey::Question(id), named),
    }
}

/// The page of a competency.
pub fn competency_page<'a>(writer: &mut PageWriter<'a>, id: CompetencyId) -> CompetencyPage<'a> {
    let site = writer.context.site;
    let competency = site.competency(id);
    let meta = site.competency_meta(id);
    let body = &site.document(competency.document).body;
    let html = writer.html(
        competency.document,
        0..body.nodes.len(),
        whole(BELOW_TITLE, Ids::Given),
    );
    let mut stories = Vec::with_capacity(competency.stories.len());
    for &story in competency.stories.iter().take(ROWS) {
        stories.push(answer(
            writer,
            site.telling_of(story, id),
            Vec::new(),
            Extent::Row,
        ));
    }
    let frameworks = meta.frameworks.iter().map(|(name, entries)| FrameworkView {
        name: crate::site::capitalised(name.as_str()),
        entries: texts(entries),
    });
    CompetencyPage {
        page: writer.head(meta.title.as_str(), "", "competencies"),
        title: meta.title.as_str(),
        aliases: texts(&meta.aliases),
        frameworks: frameworks.collect(),
        body: html,
        stories_more: crate::source::offset(competency.stories.len().saturating_sub(ROWS)),
        stories,
        questions: competency
            .questions
            .iter()
            .map(|&question| question_row(writer, question))
            .collect(),
        backlinks: writer.backlinks(PageKey::Competency(id), |_| false),
    }
}

fn texts(words: &[Prose]) -> Vec<&str> {
    words.iter().map(Prose::as_str).collect()
}
