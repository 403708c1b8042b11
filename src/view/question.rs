//! The page of a question, and the page of a competency.

use std::iter;
use std::ops::Range;

use super::bank::question_rows;
use super::pieces::{
    Extent, answer, answer_nodes, answer_row, clock, full_style, occasions, to_u32,
};
use super::telling::pace;
use super::types::{AnswerView, CompetencyPage, DirectAnswerView, FrameworkView, QuestionPage};
use crate::html::{Ids, PageWriter, Remarks, Style};
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
    let body = body(writer, id);
    let direct = direct_answers(writer, id);
    let answers = answers(writer, id);
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
        aliases: aliases(writer, id),
        competencies: writer.chips(&question.competencies),
        asked: occasions(writer, site.asked(id)),
        about: question
            .about
            .map(|story| writer.link_view(PageKey::story(story))),
        body,
        direct,
        open: site.is_open(id),
        answers_more: to_u32(question.answers.len().saturating_sub(ROWS)),
        answers,
        adaptable_more: to_u32(question.adaptable_total - question.adaptable.len()),
        adaptable: adaptable(writer, id),
        backlinks: writer.backlinks(PageKey::Question(id), is_named),
        open_remarks: to_u32(open_remarks(writer, id)),
        open_points_url: writer.open_points_url(),
    }
}

/// How many remarks of reviewers are open in the texts of a page: in the question itself, and in the tellings that it shows in full.
fn open_remarks(writer: &PageWriter<'_>, id: QuestionId) -> usize {
    let site = writer.context.site;
    let (document, nodes) = answer_nodes(writer, id);
    let told = site.question(id).answers.iter().take(FULL_ANSWERS);
    let sections = told.flat_map(|&story| {
        let sections = site.telling(site.telling_for(story, id)).sections.iter();
        sections.map(|told| (told.id.document, site.section(told.id).nodes.clone()))
    });
    iter::once((document, nodes))
        .chain(sections)
        .map(|(document, nodes)| {
            let open = &site.document(document).body.open_remarks;
            let before = |node| open.partition_point(|remark| remark.start < node);
            before(nodes.end) - before(nodes.start)
        })
        .sum()
}

/// The style of a text that is read minutes before an interview.
fn without_remarks(heading_base: u8, ids: Ids) -> Style<'static> {
    Style {
        remarks: Remarks::Omitted,
        ..full_style(heading_base, ids)
    }
}

/// The other wordings of a question.
fn aliases<'a>(writer: &PageWriter<'a>, id: QuestionId) -> Vec<&'a str> {
    let site = writer.context.site;
    match (site.question_meta(id), site.question_item(id)) {
        (Some(meta), _) => texts(&meta.aliases),
        (None, Some(item)) => item.aliases.iter().map(String::as_str).collect(),
        (None, None) => Vec::new(),
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
        ..without_remarks(level, Ids::Given)
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
            let interview = slug.and_then(|slug| site.names.interview(slug.as_str()));
            (interview, answer)
        })
        .collect();
    answers.sort_by_key(|(interview, _)| interview.is_none() || *interview != site.coming);
    let mut view = |(interview, answer): (Option<InterviewId>, &DirectAnswer)| {
        let seconds = site.seconds(answer.words);
        let style = without_remarks(BELOW_TITLE + 1, Ids::Given);
        DirectAnswerView {
            id: writer.claim(&answer.id).unwrap_or_default(),
            interview: interview.map(|interview| writer.link_view(PageKey::Interview(interview))),
            is_coming: interview.is_some() && interview == site.coming,
            html: writer.html(document, answer.nodes.clone(), style),
            spoken: clock(seconds),
            target: clock(target),
            pace: pace(seconds, target),
        }
    };
    answers.into_iter().map(&mut view).collect()
}

/// The stories that name a question, the first of them in full.
fn answers<'a>(writer: &mut PageWriter<'a>, id: QuestionId) -> Vec<AnswerView<'a>> {
    let stories = &writer.context.site.question(id).answers;
    let stories = stories.iter().take(ROWS).enumerate();
    stories
        .map(|(place, &story)| answer(writer, story, id, extent_at(place)))
        .collect()
}

/// The stories that could be adapted, each in one line.
fn adaptable<'a>(writer: &mut PageWriter<'a>, id: QuestionId) -> Vec<AnswerView<'a>> {
    let stories = writer.context.site.question(id).adaptable.iter();
    stories
        .map(|&story| answer(writer, story, id, Extent::Row))
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
