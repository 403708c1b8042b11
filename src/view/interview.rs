//! The pages of interviews, and of the questions that the author asks.

use std::cmp::Reverse;
use std::collections::HashSet;

use super::lists::head;
use super::pieces::{Extent, answer, date, full_style, occasions, to_u32, told_there};
use super::types::{
    AsksPage, AsksView, InterviewPage, InterviewRow, InterviewsPage, LikelyQuestion, LinkView,
    NamedChip, ToldView,
};
use crate::html::{Ids, PageWriter};
use crate::model::{Prose, Status};
use crate::phrases::word;
use crate::site::{
    AsksId, CompetencyId, Interview, InterviewId, PageKey, QuestionId, Site, StoryId, capitalised,
};
use crate::slug::Slug;

/// The level of headings right below the title of a page.
const BELOW_TITLE: u8 = 2;

/// How many entries the lists beside an interview have at most: other rounds, what was told in them, and questions to ask. Every interview has
/// these lists.
const ROWS: usize = 100;

/// How many lists of questions to ask an interview shows.
const LISTS: usize = 10;

/// The list of interviews: those to come, the next first, then those that are over, the latest first.
pub fn list<'a>(writer: &mut PageWriter<'a>) -> InterviewsPage<'a> {
    let site = writer.context.site;
    let mut interviews: Vec<InterviewId> = site.interviews().collect();
    // Those to come, the next first; then those that are over, the latest first.
    let is_over = |id: &InterviewId| {
        let interview = site.interview(*id);
        let is_retired = site.document(interview.document).status == Status::Retired;
        is_retired || !interview.told.is_empty() || !interview.asked.is_empty()
    };
    interviews.sort_by_key(is_over);
    let first_over = interviews.partition_point(|id| !is_over(id));
    interviews[first_over..].reverse();
    InterviewsPage {
        page: head(
            writer,
            word::INTERVIEWS,
            1,
            word::ABOUT_INTERVIEWS,
            "interviews",
        ),
        interviews: interviews.into_iter().map(|id| row(writer, id)).collect(),
    }
}

/// An interview in one line.
pub fn row<'a>(writer: &PageWriter<'a>, id: InterviewId) -> InterviewRow<'a> {
    let site = writer.context.site;
    let interview = site.interview(id);
    InterviewRow {
        title: &interview.title,
        url: writer.link(PageKey::Interview(id), ""),
        when: date(writer, site.interview_meta(id).when),
        is_coming: site.coming == Some(id),
        status: site.document(interview.document).status.name(),
        questions: to_u32(interview.questions.len()),
        told: to_u32(interview.told.len()),
    }
}

/// The page of an interview.
pub fn page<'a>(writer: &mut PageWriter<'a>, id: InterviewId) -> InterviewPage<'a> {
    let site = writer.context.site;
    let interview = site.interview(id);
    let meta = site.interview_meta(id);
    let nodes = 0..site.document(interview.document).body.nodes.len();
    let style = full_style(BELOW_TITLE, Ids::Given);
    let frameworks = meta.frameworks.iter();
    let frameworks = frameworks.map(|framework| capitalised(framework.as_str()));
    let asks_lists = site.asks_lists().take(LISTS);
    // An interviewer should not hear a story twice, so each question gets a story of its own as far as there is one.
    let mut planned = HashSet::new();
    let questions = interview.questions.iter();
    let questions = questions
        .map(|&question| likely(writer, id, question, &mut planned))
        .collect();
    let (told, told_earlier) = told(writer, id);
    InterviewPage {
        page: writer.head(interview.title.as_str(), "", "interviews"),
        title: &interview.title,
        company: meta.company.as_str(),
        when: date(writer, meta.when),
        round: Prose::or_empty(meta.round.as_ref()),
        is_coming: site.coming == Some(id),
        people: meta.people.iter().map(Prose::as_str).collect(),
        frameworks: frameworks.collect(),
        questions,
        asked: asked_besides(writer, interview),
        told,
        told_earlier,
        asks: asks_lists.map(|list| asks(writer, list)).collect(),
        rounds: rounds(writer, id),
        backlinks: backlinks(writer, id),
        body: writer.html(interview.document, nodes, style),
    }
}

/// The questions that were asked in an interview besides the likely ones.
fn asked_besides<'a>(writer: &PageWriter<'a>, interview: &Interview) -> Vec<LinkView<'a>> {
    let likely: HashSet<QuestionId> = interview.questions.iter().copied().collect();
    let asked = interview.asked.iter();
    asked
        .filter(|question| !likely.contains(question))
        .map(|&question| writer.link_view(PageKey::Question(question)))
        .collect()
}

/// The pages that link to an interview, without those that its page names anyway.
fn backlinks<'a>(writer: &PageWriter<'a>, id: InterviewId) -> Vec<LinkView<'a>> {
    let interview = writer.context.site.interview(id);
    let questions = interview.questions.iter().chain(&interview.asked);
    let questions: HashSet<QuestionId> = questions.copied().collect();
    let told: HashSet<StoryId> = interview.told.iter().map(|told| told.story).collect();
    writer.backlinks(PageKey::Interview(id), |page| match page {
        PageKey::Question(question) => questions.contains(&question),
        PageKey::Telling(telling) => told.contains(&telling.story),
        _ => false,
    })
}

/// A likely question; `planned` holds the best stories of the questions before it. An interviewer should not hear a story twice.
fn likely<'a>(
    writer: &mut PageWriter<'a>,
    interview: InterviewId,
    question: QuestionId,
    planned: &mut HashSet<StoryId>,
) -> LikelyQuestion<'a> {
    let site = writer.context.site;
    let answers = site.answers_in(question, interview);
    let first = answers.first().copied();
    let unplanned = answers.into_iter().find(|story| !planned.contains(story));
    let best = unplanned.or(first);
    planned.extend(best);
    let better = first.filter(|_| first != best);
    let told = best.and_then(|story| Some((story, site.told_at(story, interview)?)));
    let direct = direct(writer, interview, question);
    LikelyQuestion {
        question: site.wording(question),
        url: writer.link(PageKey::Question(question), ""),
        competencies: site
            .question(question)
            .competencies
            .iter()
            .map(|&competency| named_chip(writer, interview, competency))
            .collect(),
        best: best.map(|story| answer(writer, story, question, Extent::Row)),
        is_again: best.is_some() && unplanned.is_none(),
        planned_above: better.map(|story| writer.link_view(PageKey::story(story))),
        adaptable: to_u32(site.question(question).adaptable_total),
        told: told.map_or_else(String::new, |(story, occasion)| {
            told_there(writer, story, occasion)
        }),
        direct_spoken: direct
            .as_ref()
            .map(|(_, words)| writer.spoken(*words))
            .unwrap_or_default(),
        direct: direct.map(|(html, _)| html).unwrap_or_default(),
        asked: is_asked(site, interview, question),
        asked_before: asked_before(writer, interview, question),
    }
}

fn is_asked(site: &Site, interview: InterviewId, question: QuestionId) -> bool {
    site.interview(interview)
        .asked
        .binary_search(&question)
        .is_ok()
}

/// The other interviews at the company of one in which a question was asked.
fn asked_before<'a>(
    writer: &PageWriter<'a>,
    interview: InterviewId,
    question: QuestionId,
) -> Vec<LinkView<'a>> {
    let site = writer.context.site;
    let rounds = site.rounds(interview).iter().take(ROWS);
    rounds
        .filter(|&&round| round != interview && is_asked(site, round, question))
        .map(|&round| writer.link_view(PageKey::Interview(round)))
        .collect()
}

/// The direct answer to a question, with the number of its words: the one for the interview, else the one that fits everywhere.
fn direct(
    writer: &mut PageWriter<'_>,
    interview: InterviewId,
    question: QuestionId,
) -> Option<(String, u32)> {
    let site = writer.context.site;
    let slug = &site.interview(interview).slug;
    let answers = site.direct_answers(question);
    let own = answers
        .iter()
        .find(|answer| answer.interview.as_ref() == Some(slug));
    let general = || answers.iter().find(|answer| answer.interview.is_none());
    let answer = own.or_else(general)?;
    let document = site.question(question).document;
    let style = full_style(BELOW_TITLE + 2, Ids::Omitted);
    let html = writer.html(document, answer.nodes.clone(), style);
    Some((html, answer.words))
}

/// A competency under the names of the interview's frameworks.
fn named_chip<'a>(
    writer: &PageWriter<'a>,
    interview: InterviewId,
    competency: CompetencyId,
) -> NamedChip<'a> {
    let site = writer.context.site;
    let wanted: Vec<Slug> = site
        .interview_meta(interview)
        .frameworks
        .iter()
        .map(|framework| Slug::of(framework.as_str()))
        .collect();
    let page = PageKey::Competency(competency);
    let frameworks = site.competency_meta(competency).frameworks.iter();
    NamedChip {
        title: site.title(page),
        url: writer.link(page, ""),
        names: frameworks
            .filter(|(name, _)| wanted.contains(&Slug::of(name.as_str())))
            .flat_map(|(_, names)| names.iter().map(Prose::as_str))
            .collect(),
    }
}

/// What was told in an interview, and what its company heard on other occasions, the latest first.
fn told<'a>(writer: &PageWriter<'a>, id: InterviewId) -> (Vec<ToldView<'a>>, Vec<ToldView<'a>>) {
    let site = writer.context.site;
    let (mut here, mut earlier) = (Vec::new(), Vec::new());
    for &(story, occasion) in site.told_to_company(id) {
        let is_here = site.story(story).told[occasion].interview == Some(id);
        let list = if is_here { &mut here } else { &mut earlier };
        list.push((story, occasion));
    }
    earlier.sort_by_key(|&(story, occasion)| Reverse(site.day_of(story, occasion)));
    let view = |(story, occasion)| told_view(writer, story, occasion);
    (
        here.into_iter().filter_map(view).collect(),
        earlier.into_iter().take(ROWS).filter_map(view).collect(),
    )
}

fn told_view<'a>(writer: &PageWriter<'a>, story: StoryId, occasion: usize) -> Option<ToldView<'a>> {
    let site = writer.context.site;
    let meta = site.story_meta(story);
    let names = &site.story(story).told;
    let view = occasions(writer, [(&meta.told[occasion], names[occasion])]);
    Some(ToldView {
        story: meta.title.as_str(),
        url: writer.link(PageKey::story(story), ""),
        occasion: view.into_iter().next()?,
    })
}

/// The other interviews at the company of one.
fn rounds<'a>(writer: &PageWriter<'a>, id: InterviewId) -> Vec<LinkView<'a>> {
    let site = writer.context.site;
    let others = site.rounds(id).iter().filter(|&&other| other != id);
    others
        .take(ROWS)
        .map(|&other| writer.link_view(PageKey::Interview(other)))
        .collect()
}

/// A list of questions to ask, without the notes on them.
fn asks<'a>(writer: &PageWriter<'a>, id: AsksId) -> AsksView<'a> {
    let site = writer.context.site;
    AsksView {
        title: site.title(PageKey::Asks(id)),
        url: writer.link(PageKey::Asks(id), ""),
        questions: questions_of(site, id),
    }
}

fn questions_of(site: &Site, id: AsksId) -> Vec<&str> {
    let sections = site.document(site.asks_list(id).document).sections.iter();
    let items = sections.flat_map(|section| &section.items);
    items
        .take(ROWS)
        .map(|item| item.question.as_str())
        .collect()
}

/// The page of a list of questions that the author asks.
pub fn asks_page<'a>(writer: &mut PageWriter<'a>, id: AsksId) -> AsksPage<'a> {
    let site = writer.context.site;
    let title = site.title(PageKey::Asks(id));
    let document = site.asks_list(id).document;
    let nodes = 0..site.document(document).body.nodes.len();
    AsksPage {
        page: writer.head(title, "", "questions"),
        title,
        body: writer.html(document, nodes, full_style(BELOW_TITLE, Ids::Given)),
        backlinks: writer.backlinks(PageKey::Asks(id), |page| {
            matches!(page, PageKey::Interview(_))
        }),
    }
}
