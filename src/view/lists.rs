//! The home page, the list of each kind, the matrix, and the coverage of questions.

use std::borrow::Cow;
use std::ops::Range;

use super::interview::row as interview_row;
use super::open_points;
use super::pieces::{
    Extent, INSIDE_PART, answer, clock, date, full_style, open_follow_ups, origin_name,
    standing_name, times_asked, to_u32,
};
use super::telling::headline;
use super::types::{
    CaseStudiesPage, CaseStudyRow, CompetenciesPage, CompetencyRow, CoveragePage, FollowUpGroup,
    Head, HomePage, MatrixCell, MatrixPage, MatrixRow, Pager, QuestionRow, QuestionsPage,
    StoriesPage, StoryRow,
};
use crate::html::{Ids, PageWriter};
use crate::model::{Document, Kind, Part, Status};
use crate::phrases::{Word, word};
use crate::route::Route;
use crate::site::{CaseStudyId, CompetencyId, PageKey, QuestionId, Site, StoryId, TellingId};

/// How many stories or questions a page of a list has.
const ROWS: usize = 200;

/// How many stories a page of the matrix has.
pub const MATRIX_ROWS: usize = 100;

/// How many entries of each list the home page shows.
const HOME_READY: usize = 24;
const HOME_GAPS: usize = 12;
const HOME_STORIES: usize = 6;

/// How many entries the list of a kind has.
pub fn entries(site: &Site, kind: Kind) -> usize {
    match kind {
        Kind::Story => site.stories.len(),
        Kind::Question => site.questions.len(),
        Kind::CaseStudy => site.case_studies.len(),
        Kind::Competency => site.competencies.len(),
        Kind::Interview => site.interviews.len(),
    }
}

/// How many entries of a kind a page of its list has.
pub fn per_page(kind: Kind) -> usize {
    match kind {
        Kind::Story | Kind::Question => ROWS,
        Kind::CaseStudy | Kind::Competency | Kind::Interview => usize::MAX,
    }
}

/// How many pages a list has; at least one.
pub fn pages_of(entries: usize, per_page: usize) -> u32 {
    to_u32(entries.div_ceil(per_page).max(1))
}

fn pager(
    writer: &PageWriter<'_>,
    number: u32,
    entries: usize,
    per_page: usize,
    route: impl Fn(u32) -> Route,
) -> Pager {
    let of = pages_of(entries, per_page);
    let link = |number: u32| {
        if (1..=of).contains(&number) {
            writer.route.link_to(&route(number))
        } else {
            String::new()
        }
    };
    Pager {
        number,
        of,
        entries: to_u32(entries),
        previous: link(number.wrapping_sub(1)),
        next: link(number + 1),
    }
}

/// The head of a page of a list; `number` is from 1.
pub fn head<'a>(
    writer: &PageWriter<'a>,
    title: Word,
    number: u32,
    description: Word,
    section: &'static str,
) -> Head<'a> {
    let phrases = writer.context.phrases;
    let title = phrases.text(title);
    let title = match number {
        0 | 1 => Cow::Borrowed(title),
        _ => Cow::Owned(phrases.fill(
            word::TITLE_WITH_NUMBER,
            &[("title", title), ("number", &phrases.number(number.into()))],
        )),
    };
    writer.head(title, phrases.text(description), section)
}

/// The entries of a page of a list.
fn page_of<T>(all: &[T], number: u32, per_page: usize) -> &[T] {
    all.chunks(per_page)
        .nth((number as usize).saturating_sub(1))
        .unwrap_or_default()
}

/// A page, from 1, of the list of stories.
pub fn stories<'a>(writer: &mut PageWriter<'a>, number: u32) -> StoriesPage<'a> {
    let site = writer.context.site;
    let shown = page_of(&site.ranked, number, ROWS);
    StoriesPage {
        page: head(
            writer,
            word::STORIES,
            number,
            word::ABOUT_STORIES,
            "stories",
        ),
        stories: story_rows(writer, shown.iter().copied()),
        pager: pager(writer, number, site.stories.len(), ROWS, |number| {
            Route::List(Kind::Story, number)
        }),
    }
}

fn story_rows<'a>(
    writer: &mut PageWriter<'a>,
    ids: impl Iterator<Item = StoryId>,
) -> Vec<StoryRow<'a>> {
    ids.map(|id| story_row(writer, id)).collect()
}

fn story_row<'a>(writer: &mut PageWriter<'a>, id: StoryId) -> StoryRow<'a> {
    let site = writer.context.site;
    let story = site.story(id);
    let meta = site.story_meta(id);
    let open = open_follow_ups(site, id).count() + site.open_remarks(story.document);
    StoryRow {
        title: meta.title.as_str(),
        url: writer.link(PageKey::story(id), ""),
        headline: headline(writer, TellingId::main(id)),
        spoken: clock(site.seconds(story.main().words)),
        when: date(writer, meta.when),
        strength: meta.strength.unwrap_or(0),
        status: site.document(story.document).status.name(),
        competencies: writer.chips(&story.claimed),
        tellings: to_u32(story.written().count()),
        answers: to_u32(questions_named(site, id)),
        open_points: to_u32(open),
    }
}

/// How many questions a story is named for, in any telling.
fn questions_named(site: &Site, id: StoryId) -> usize {
    let tellings = site
        .story(id)
        .tellings
        .iter()
        .filter(|telling| telling.is_eligible());
    let mut named: Vec<QuestionId> = tellings
        .flat_map(|telling| telling.answers.iter().copied())
        .collect();
    named.sort_unstable();
    named.dedup();
    named.len()
}

/// A page, from 1, of the list of questions: the bank, then what is about stories.
pub fn questions<'a>(writer: &mut PageWriter<'a>, number: u32) -> QuestionsPage<'a> {
    let site = writer.context.site;
    let about_stories = site.questions().filter(|&id| !site.is_of_bank(id));
    let all: Vec<QuestionId> = bank(site).into_iter().chain(about_stories).collect();
    let shown = page_of(&all, number, ROWS);
    let (bank, about_stories) = shown.split_at(shown.partition_point(|&id| site.is_of_bank(id)));
    QuestionsPage {
        page: head(
            writer,
            word::QUESTIONS,
            number,
            word::ABOUT_QUESTIONS,
            "questions",
        ),
        bank: question_rows(writer, bank.iter().copied()),
        follow_ups: follow_up_groups(writer, about_stories),
        pager: pager(writer, number, site.questions.len(), ROWS, |number| {
            Route::List(Kind::Question, number)
        }),
    }
}

/// Questions about stories, with one group for each story in a row.
fn follow_up_groups<'a>(
    writer: &mut PageWriter<'a>,
    questions: &[QuestionId],
) -> Vec<FollowUpGroup<'a>> {
    let site = writer.context.site;
    let about = |id: QuestionId| site.question(id).about;
    let groups = questions.chunk_by(|&a, &b| about(a) == about(b));
    groups
        .filter_map(|group| {
            Some(FollowUpGroup {
                story: writer.link_view(PageKey::story(about(*group.first()?)?)),
                questions: question_rows(writer, group.iter().copied()),
            })
        })
        .collect()
}

/// The questions of the bank: those with answers first, then in the order of their wording.
fn bank(site: &Site) -> Vec<QuestionId> {
    let mut bank: Vec<QuestionId> = site.questions().filter(|&id| site.is_of_bank(id)).collect();
    bank.sort_by(|&a, &b| {
        let key = |id: QuestionId| (site.is_gap(id), site.wording(id));
        key(a).cmp(&key(b))
    });
    bank
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

/// The list of competencies, on one page.
pub fn competencies<'a>(writer: &mut PageWriter<'a>) -> CompetenciesPage<'a> {
    CompetenciesPage {
        page: head(
            writer,
            word::COMPETENCIES,
            1,
            word::ABOUT_COMPETENCIES,
            "competencies",
        ),
        competencies: competency_rows(writer),
    }
}

fn competency_rows<'a>(writer: &PageWriter<'a>) -> Vec<CompetencyRow<'a>> {
    let competencies = writer.context.site.competencies();
    competencies.map(|id| competency_row(writer, id)).collect()
}

fn competency_row<'a>(writer: &PageWriter<'a>, id: CompetencyId) -> CompetencyRow<'a> {
    let site = writer.context.site;
    let competency = site.competency(id);
    CompetencyRow {
        title: site.title(PageKey::Competency(id)),
        url: writer.link(PageKey::Competency(id), ""),
        known_as: &competency.known_as,
        stories: to_u32(competency.stories.len()),
        questions: to_u32(competency.questions.len()),
    }
}

/// The list of case studies, on one page.
pub fn case_studies<'a>(writer: &mut PageWriter<'a>) -> CaseStudiesPage<'a> {
    CaseStudiesPage {
        page: head(
            writer,
            word::CASE_STUDIES,
            1,
            word::ABOUT_CASE_STUDIES,
            "case-studies",
        ),
        case_studies: case_study_rows(writer),
    }
}

fn case_study_rows<'a>(writer: &mut PageWriter<'a>) -> Vec<CaseStudyRow<'a>> {
    let cases = writer.context.site.case_studies();
    cases.map(|id| case_study_row(writer, id)).collect()
}

fn case_study_row<'a>(writer: &mut PageWriter<'a>, id: CaseStudyId) -> CaseStudyRow<'a> {
    let site = writer.context.site;
    let case = site.case_study(id);
    let meta = site.case_study_meta(id);
    let open_actions = meta.actions.iter();
    let open_actions = open_actions.filter(|action| !action.status.is_settled());
    let summary = summary_nodes(site.document(case.document));
    CaseStudyRow {
        title: meta.title.as_str(),
        url: writer.link(PageKey::CaseStudy(id), ""),
        summary: summary
            .map(|nodes| writer.html(case.document, nodes, full_style(INSIDE_PART, Ids::Omitted)))
            .unwrap_or_default(),
        severity: meta.severity.unwrap_or(0),
        when: meta
            .started
            .as_ref()
            .map(|moment| writer.context.phrases.day_of(moment))
            .unwrap_or_default(),
        open_actions: to_u32(open_actions.count()),
        actions: to_u32(meta.actions.len()),
    }
}

/// The first paragraph of the summary of a case study, else of its text.
fn summary_nodes(document: &Document) -> Option<Range<usize>> {
    let mut sections = document.sections.iter();
    let summary = sections
        .find(|section| section.part == Some(Part::Summary))
        .or(document.sections.first())?;
    document.body.first_paragraph(summary.nodes.clone())
}

/// A page, from 1, of the matrix; each has all competencies and some of the stories.
pub fn matrix<'a>(writer: &mut PageWriter<'a>, number: u32) -> MatrixPage<'a> {
    let site = writer.context.site;
    let columns: Vec<CompetencyId> = site.competencies().collect();
    let shown = page_of(&site.ranked, number, MATRIX_ROWS);
    MatrixPage {
        page: head(writer, word::MATRIX, number, word::ABOUT_MATRIX, "matrix"),
        competencies: competency_rows(writer),
        rows: shown
            .iter()
            .map(|&story| matrix_row(writer, story, &columns))
            .collect(),
        pager: pager(
            writer,
            number,
            site.stories.len(),
            MATRIX_ROWS,
            Route::Matrix,
        ),
    }
}

fn matrix_row<'a>(writer: &PageWriter<'a>, id: StoryId, columns: &[CompetencyId]) -> MatrixRow<'a> {
    let site = writer.context.site;
    let story = site.story(id);
    let cell = |competency: &CompetencyId| {
        let Some(standing) = story.standing(*competency) else {
            return MatrixCell {
                url: String::new(),
                origin: "",
                standing: "",
                share: 0,
            };
        };
        let telling = site.telling_of(id, *competency);
        MatrixCell {
            url: writer.link(PageKey::Telling(telling), ""),
            origin: origin_name(site.telling(telling).origin),
            standing: standing_name(standing),
            share: standing.evidence.unwrap_or_default(),
        }
    };
    MatrixRow {
        title: site.story_meta(id).title.as_str(),
        url: writer.link(PageKey::story(id), ""),
        spoken: clock(site.seconds(story.main().words)),
        cells: columns.iter().map(cell).collect(),
    }
}

/// The questions of the bank, grouped by how many stories answer them.
pub fn coverage<'a>(writer: &mut PageWriter<'a>) -> CoveragePage<'a> {
    let site = writer.context.site;
    let (mut gaps, mut thin, mut covered) = (Vec::new(), Vec::new(), Vec::new());
    for id in bank(site) {
        match site.question(id).answers.len() {
            0 if site.is_gap(id) => gaps.push(id),
            0 => covered.push(id),
            1 => thin.push(id),
            _ => covered.push(id),
        }
    }
    gaps.sort_by_key(|&id| std::cmp::Reverse(site.question(id).adaptable_total));
    CoveragePage {
        page: head(writer, word::COVERAGE, 1, word::ABOUT_COVERAGE, "coverage"),
        gaps: question_rows(writer, gaps.into_iter()),
        thin: question_rows(writer, thin.into_iter()),
        covered: question_rows(writer, covered.into_iter()),
    }
}

/// The home page: its text, and the first of each list.
pub fn home<'a>(writer: &mut PageWriter<'a>) -> HomePage<'a> {
    let site = writer.context.site;
    let body = site.home.map(|home| {
        let nodes = 0..site.document(home).body.nodes.len();
        writer.html(home, nodes, full_style(2, Ids::Given))
    });
    let bank = bank(site);
    let (ready, gaps): (Vec<QuestionId>, Vec<QuestionId>) =
        bank.iter().partition(|&&id| !site.is_gap(id));
    HomePage {
        page: writer.head(site.title(PageKey::Home), "", ""),
        body: body.unwrap_or_default(),
        questions_covered: to_u32(ready.len()),
        questions_total: to_u32(bank.len()),
        competencies_covered: to_u32(covered_competencies(site)),
        competencies_total: to_u32(site.competencies.len()),
        open_points: if writer.is_private() {
            to_u32(open_points::total(site))
        } else {
            0
        },
        stories_total: to_u32(site.stories.len()),
        coming: site
            .coming
            .map(|interview| interview_row(writer, interview)),
        ready: question_rows(writer, ready.into_iter().take(HOME_READY)),
        gaps: question_rows(writer, gaps.into_iter().take(HOME_GAPS)),
        stories: story_rows(writer, ready_stories(site).take(HOME_STORIES)),
        competencies: competency_rows(writer),
        case_studies: case_study_rows(writer),
    }
}

/// How many competencies are shown by at least one story.
fn covered_competencies(site: &Site) -> usize {
    let covered = |id: &CompetencyId| !site.competency(*id).stories.is_empty();
    site.competencies().filter(covered).count()
}

/// The stories that are neither drafts nor retired, best first.
fn ready_stories(site: &Site) -> impl Iterator<Item = StoryId> {
    let is_ready = |id: &StoryId| site.document(site.story(*id).document).status == Status::Ready;
    site.ranked.iter().copied().filter(is_ready)
}
