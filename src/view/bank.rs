//! Questions in lists: in rows, and those of the bank under the competency that each names first, the urgent ones first.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::pieces::{Extent, answer, times_asked, to_u32};
use super::types::{GroupLink, QuestionGroup, QuestionRow};
use crate::escape::percent_encode;
use crate::html::PageWriter;
use crate::model::{Audience, Kind};
use crate::route::Route;
use crate::site::{CompetencyId, PageKey, QuestionId, Site};

/// The fragment of the group without a competency. No slug starts with its first character.
const OTHERS: &str = "_others";

/// The questions of the bank that name the same competency first.
pub struct Group {
    competency: Option<CompetencyId>,
    /// What was asked most comes first, then what has no answer, then the others.
    pub questions: Vec<QuestionId>,
    /// The place of its first question among those of all groups.
    start: usize,
    /// How often its questions were asked.
    asked: usize,
    gaps: usize,
}

/// All groups: what was asked most comes first, then what has most gaps, then the others by their titles. Questions without a competency
/// are at the end. Readers other than the author see no gaps, so for them a gap comes last.
pub fn groups(site: &Site) -> Vec<Group> {
    let mut by_competency: BTreeMap<Option<CompetencyId>, Vec<QuestionId>> = BTreeMap::new();
    for id in site.questions().filter(|&id| site.is_of_bank(id)) {
        let competency = site.question(id).competencies.first().copied();
        by_competency.entry(competency).or_default().push(id);
    }
    let groups = by_competency.into_iter();
    let mut groups: Vec<Group> = groups
        .map(|(competency, questions)| group(site, competency, questions))
        .collect();
    let gaps = |group: &Group| if is_for_author(site) { group.gaps } else { 0 };
    groups.sort_by_key(|group| {
        let urgency = (Reverse(group.asked), Reverse(gaps(group)));
        (group.competency.is_none(), urgency, group.competency)
    });
    let mut start = 0;
    for group in &mut groups {
        group.start = start;
        start += group.questions.len();
    }
    groups
}

fn group(site: &Site, competency: Option<CompetencyId>, mut questions: Vec<QuestionId>) -> Group {
    questions.sort_by_cached_key(|&id| {
        let is_late = site.is_gap(id) != is_for_author(site);
        (Reverse(times_asked(site, id)), is_late, id)
    });
    Group {
        start: 0,
        asked: questions.iter().map(|&id| times_asked(site, id)).sum(),
        gaps: questions.iter().filter(|&&id| site.is_gap(id)).count(),
        competency,
        questions,
    }
}

fn is_for_author(site: &Site) -> bool {
    site.audience == Audience::Private
}

/// The questions of all groups, in order.
pub fn questions(groups: &[Group]) -> Vec<QuestionId> {
    let questions = groups.iter().flat_map(|group| &group.questions);
    questions.copied().collect()
}

/// The groups that hold some questions in a row of [`questions`], with these questions; `start` is the place of the first.
pub fn views_of<'a>(
    writer: &mut PageWriter<'a>,
    groups: &[Group],
    (start, end): (usize, usize),
    per_page: usize,
) -> Vec<QuestionGroup<'a>> {
    let mut views = Vec::new();
    for group in groups {
        let from = start.saturating_sub(group.start);
        let to = end.saturating_sub(group.start).min(group.questions.len());
        if from < to {
            views.push(view(writer, group, &group.questions[from..to], per_page));
        }
    }
    views
}

/// A group with some of its questions, folded.
pub fn view<'a>(
    writer: &mut PageWriter<'a>,
    group: &Group,
    shown: &[QuestionId],
    per_page: usize,
) -> QuestionGroup<'a> {
    let link = link(writer, group, per_page);
    QuestionGroup {
        competency: group
            .competency
            .map(|competency| writer.link_view(PageKey::Competency(competency))),
        id: id(writer.context.site, group),
        more: link.total - to_u32(shown.len()),
        link,
        is_open: false,
        questions: question_rows(writer, shown.iter().copied()),
    }
}

/// The way to a group in the list of questions, which has so many questions on a page.
pub fn link<'a>(writer: &PageWriter<'a>, group: &Group, per_page: usize) -> GroupLink<'a> {
    let site = writer.context.site;
    let page = to_u32(group.start / per_page + 1);
    let mut url = writer.route.link_to(&Route::List(Kind::Question, page));
    url.push('#');
    percent_encode(id(site, group), &mut url);
    let competency = group.competency.map(PageKey::Competency);
    GroupLink {
        title: competency.map_or_else(Default::default, |page| writer.title(page)),
        url,
        total: to_u32(group.questions.len()),
        gaps: to_u32(if is_for_author(site) { group.gaps } else { 0 }),
        asked: to_u32(group.asked),
    }
}

/// The fragment that leads to a group in the list of questions.
fn id<'a>(site: &'a Site, group: &Group) -> &'a str {
    let slug = |competency| site.competency(competency).slug.as_str();
    group.competency.map_or(OTHERS, slug)
}

/// Questions with their best answers.
pub fn question_rows<'a>(
    writer: &mut PageWriter<'a>,
    ids: impl Iterator<Item = QuestionId>,
) -> Vec<QuestionRow<'a>> {
    ids.map(|id| question_row(writer, id)).collect()
}

/// A question with its best answer, in one line.
fn question_row<'a>(writer: &mut PageWriter<'a>, id: QuestionId) -> QuestionRow<'a> {
    let site = writer.context.site;
    let question = site.question(id);
    let best = question
        .answers
        .first()
        .map(|&story| answer(writer, story, id, Extent::Row));
    let is_answered = !site.is_of_bank(id) && !site.is_open(id);
    QuestionRow {
        question: site.wording(id),
        url: writer.link(PageKey::Question(id), ""),
        competencies: writer.chips(&question.competencies),
        stories: to_u32(question.answers.len() + usize::from(is_answered)),
        direct: !site.direct_answers(id).is_empty(),
        asked: to_u32(times_asked(site, id)),
        adaptable: to_u32(question.adaptable_total),
        best,
    }
}
