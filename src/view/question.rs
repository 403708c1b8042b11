//! The page of a question, and the page of a competency.

use std::ops::Range;

use super::lists::question_rows;
use super::pieces::{
    Extent, answer, answer_nodes, answer_row, clock, full_style, occasions, to_u32,
};
use super::telling::pace;
use super::types::{AnswerView, CompetencyPage, DirectAnswerView, FrameworkView, QuestionPage};
use crate::html::{Ids, PageWriter, Style};
use crate::model::{DirectAnswer, Prose};
use crate::site::{CompetencyId, InterviewId, PageKey, QuestionId};

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
    let body = body(writer, id);
    let direct = direct_answers(writer, id);
    let answers = answers(writer, id);
    let adaptable = question.adaptable.iter();
    let adaptable = adaptable
        .map(|&story| answer(writer, story, id, Extent::Row))
        .collect();
    let is_named = |page: PageKey| match page {
        PageKey::Telling(telling) => {
            question.answers.contains(&telling.story) || question.about == Some(telling.story)
        }
        _ => false,
    };
    QuestionPage {
        page: writer.head(site.wording(id), "", "questions"),
        question: site.wording(id),
        slug: question.slug.as_str(),
        aliases: meta.map(|meta| texts(&meta.aliases)).unwrap_or_default(),
        competencies: writer.chips(&question.competencies),
        asked: meta
            .map(|meta| occasions(writer, &meta.asked, &question.asked))
            .unwrap_or_default(),
        about: question
            .about
            .map(|story| writer.link_view(PageKey::story(story))),
        body,
        direct,
        open: site.is_open(id),
        answers_more: to_u32(question.answers.len().saturating_sub(ROWS)),
        answers,
        adaptable_more: to_u32(question.adaptable_total - question.adaptable.len()),
        adaptable,
        backlinks: writer.backlinks(PageKey::Question(id), is_named),
    }
}

/// The guidance for a question of the bank, or the answer to a follow-up.
fn body(writer: &mut PageWriter<'_>, id: QuestionId) -> String {
    let (document, nodes) = answer_nodes(writer, id);
    // The page has a heading above the answer to a follow-up.
    let level = if writer.context.site.is_of_bank(id) {
        BELOW_TITLE
    } else {
        BELOW_TITLE + 1
    };
    let site = writer.context.site;
    let left_out: Vec<Range<usize>> = match site.question_item(id) {
        Some(item) => &item.answers,
        None => &site.document(document).answers,
    }
    .iter()
    .map(|answer| answer.with_heading.clone())
    .collect();
    let style = Style {
        left_out: &left_out,
        ..full_style(level, Ids::Given)
    };
    writer.html(document, nodes, style)
}

/// The direct answers to a question: first the one for the coming interview, then the one that fits everywhere.
fn direct_answers<'a>(writer: &mut PageWriter<'a>, id: QuestionId) -> Vec<DirectAnswerView<'a>> {
    let site = writer.context.site;
    let document = site.question(id).document;
    let target = site
        .question_meta(id)
        .and_then(|meta| meta.length)
        .unwrap_or(site.config.length)
        .0;
    let mut answers: Vec<(Option<InterviewId>, &DirectAnswer)> = site
        .direct_answers(id)
        .into_iter()
        .map(|answer| {
            let slug = answer.interview.as_ref();
            (
                slug.and_then(|slug| site.names.interview(slug.as_str())),
                answer,
            )
        })
        .collect();
    answers.sort_by_key(|(interview, _)| interview.is_none() || *interview != site.coming);
    let answers = answers.into_iter();
    answers
        .map(|(interview, answer)| {
            let seconds = site.seconds(answer.words);
            DirectAnswerView {
                id: writer.claim(&answer.id).unwrap_or_default(),
                interview: interview
                    .map(|interview| writer.link_view(PageKey::Interview(interview))),
                is_coming: interview.is_some() && interview == site.coming,
                html: writer.html(
                    document,
                    answer.nodes.clone(),
                    full_style(BELOW_TITLE + 1, Ids::Given),
                ),
                spoken: clock(seconds),
                target: clock(target),
                pace: pace(seconds, target),
            }
        })
        .collect()
}

/// The stories that name a question, the first of them in full.
fn answers<'a>(writer: &mut PageWriter<'a>, id: QuestionId) -> Vec<AnswerView<'a>> {
    let stories = &writer.context.site.question(id).answers;
    let stories = stories.iter().take(ROWS).enumerate();
    stories
        .map(|(place, &story)| answer(writer, story, id, extent_at(place)))
        .collect()
}

/// How much of the answer at a place is shown. Ids must be unique on a page, so only the first gets them.
fn extent_at(place: usize) -> Extent {
    match place {
        0 => Extent::Full(Ids::Given),
        1..FULL_ANSWERS => Extent::Full(Ids::Omitted),
        _ => Extent::Row,
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
        full_style(BELOW_TITLE, Ids::Given),
    );
    let stories = competency.stories.iter().take(ROWS);
    let stories = stories
        .map(|&story| answer_row(writer, site.telling_of(story, id)))
        .collect();
    let evidenced = competency.evidenced.iter().take(ROWS);
    let evidenced = evidenced
        .map(|&story| answer_row(writer, site.telling_of(story, id)))
        .collect();
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
        stories_more: to_u32(competency.stories.len().saturating_sub(ROWS)),
        stories,
        evidenced,
        questions: question_rows(writer, competency.questions.iter().copied()),
        backlinks: writer.backlinks(PageKey::Competency(id), |_| false),
    }
}

fn texts(words: &[Prose]) -> Vec<&str> {
    words.iter().map(Prose::as_str).collect()
}
