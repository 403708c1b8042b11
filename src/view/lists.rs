//! The home page, the list of each kind, and the views of the whole.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use super::pieces::{Extent, INSIDE_PART, answer, clock, headline, origin_name, reasons, whole};
use super::types::{
    CaseStudiesPage, CaseStudyRow, CompetenciesPage, CompetencyRow, CoveragePage, FollowUpGroup,
    Head, HomePage, LinkView, MatrixCell, MatrixPage, MatrixRow, OpenPointsGroup, OpenPointsPage,
    Pager, QuestionRow, QuestionsPage, RemarkView, StoriesPage, StoryRow,
};
use crate::html::{Ids, PageWriter};
use crate::model::{Kind, Part, Status};
use crate::phrases::{Word, word};
use crate::route::Route;
use crate::site::{
    CaseStudyId, CompetencyId, DocumentId, PageKey, QuestionId, Site, StoryId, TellingId,
};
use crate::source::offset;

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
    }
}

/// How many entries of a kind a page of its list has.
pub fn per_page(kind: Kind) -> usize {
    match kind {
        Kind::Story | Kind::Question => ROWS,
        Kind::CaseStudy | Kind::Competency => usize::MAX,
    }
}

/// How many pages a list has; at least one.
pub fn pages_of(entries: usize, per_page: usize) -> u32 {
    offset(entries.div_ceil(per_page).max(1))
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
        entries: offset(entries),
        previous: link(number.wrapping_sub(1)),
        next: link(number + 1),
    }
}

/// The head of a page of a list.
fn head<'a>(
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
        stories: shown.iter().map(|&id| story_row(writer, id)).collect(),
        pager: pager(writer, number, site.stories.len(), ROWS, |number| {
            Route::List(Kind::Story, number)
        }),
    }
}

fn story_row<'a>(writer: &mut PageWriter<'a>, id: StoryId) -> StoryRow<'a> {
    let site = writer.context.site;
    let story = site.story(id);
    let meta = site.story_meta(id);
    let open = story
        .follow_ups
        .iter()
        .filter(|&&question| site.is_open(question))
        .count()
        + site.open_remarks(story.document);
    StoryRow {
        title: meta.title.as_str(),
        url: writer.link(PageKey::story(id), ""),
        headline: headline(writer, TellingId::main(id)),
        spoken: clock(site.seconds(story.main().words)),
        when: meta
            .when
            .map(|when| writer.context.phrases.date(when))
            .unwrap_or_default(),
        strength: meta.strength.unwrap_or(0),
        status: site.document(story.document).status.name(),
        competencies: writer.chips(&story.competencies),
        tellings: offset(story.tellings.len()),
        answers: offset(questions_named(site, id)),
        open_points: offset(open),
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
    let (bank, about): (Vec<QuestionId>, Vec<QuestionId>) =
        site.questions().partition(|&id| site.is_of_bank(id));
    let all: Vec<QuestionId> = ordered(site, bank).into_iter().chain(about).collect();
    let shown = page_of(&all, number, ROWS);
    let mut page = QuestionsPage {
        page: head(
            writer,
            word::QUESTIONS,
            number,
            word::ABOUT_QUESTIONS,
            "questions",
        ),
        bank: Vec::new(),
        follow_ups: Vec::new(),
        pager: pager(writer, number, site.questions.len(), ROWS, |number| {
            Route::List(Kind::Question, number)
        }),
    };
    let mut current: Option<StoryId> = None;
    for &id in shown {
        let row = question_row(writer, id);
        match site.question(id).about {
            None => page.bank.push(row),
            Some(story) => {
                if current != Some(story) {
                    current = Some(story);
                    page.follow_ups.push(FollowUpGroup {
                        story: writer.link_view(PageKey::story(story)),
                        questions: Vec::new(),
                    });
                }
                if let Some(group) = page.follow_ups.last_mut() {
                    group.questions.push(row);
                }
            }
        }
    }
    page
}

/// Questions of the bank: those with answers first, then in the order of their wording.
fn ordered(site: &Site, mut bank: Vec<QuestionId>) -> Vec<QuestionId> {
    bank.sort_by(|&a, &b| {
        let key = |id: QuestionId| (site.question(id).answers.is_empty(), site.wording(id));
        key(a).cmp(&key(b))
    });
    bank
}

/// A question with its best answer, in one line.
pub fn question_row<'a>(writer: &mut PageWriter<'a>, id: QuestionId) -> QuestionRow<'a> {
    let site = writer.context.site;
    let question = site.question(id);
    let best = question.answers.first().map(|&story| {
        let why = reasons(writer, story, id, true);
        answer(writer, site.telling_for(story, id), why, Extent::Row)
    });
    let is_answered = !site.is_of_bank(id) && !site.is_open(id);
    QuestionRow {
        question: site.wording(id),
        url: writer.link(PageKey::Question(id), ""),
        competencies: writer.chips(&question.competencies),
        stories: offset(question.answers.len() + usize::from(is_answered)),
        adaptable: offset(question.adaptable_total),
        best,
    }
}

/// The list of competencies, on one page.
pub fn competencies<'a>(writer: &mut PageWriter<'a>) -> CompetenciesPage<'a> {
    let site = writer.context.site;
    CompetenciesPage {
        page: head(
            writer,
            word::COMPETENCIES,
            1,
            word::ABOUT_COMPETENCIES,
            "competencies",
        ),
        competencies: site
            .competencies()
            .map(|id| competency_row(writer, id))
            .collect(),
    }
}

fn competency_row<'a>(writer: &PageWriter<'a>, id: CompetencyId) -> CompetencyRow<'a> {
    let site = writer.context.site;
    let competency = site.competency(id);
    CompetencyRow {
        title: site.title(PageKey::Competency(id)),
        url: writer.link(PageKey::Competency(id), ""),
        known_as: &competency.known_as,
        stories: offset(competency.stories.len()),
        questions: offset(competency.questions.len()),
    }
}

/// The list of case studies, on one page.
pub fn case_studies<'a>(writer: &mut PageWriter<'a>) -> CaseStudiesPage<'a> {
    let site = writer.context.site;
    CaseStudiesPage {
        page: head(
            writer,
            word::CASE_STUDIES,
            1,
            word::ABOUT_CASE_STUDIES,
            "case-studies",
        ),
        case_studies: site
            .case_studies()
            .map(|id| case_study_row(writer, id))
            .collect(),
    }
}

fn case_study_row<'a>(writer: &mut PageWriter<'a>, id: CaseStudyId) -> CaseStudyRow<'a> {
    let site = writer.context.site;
    let case = site.case_study(id);
    let document = site.document(case.document);
    let meta = site.case_study_meta(id);
    let summary = document
        .sections
        .iter()
        .find(|section| section.part == Some(Part::Summary))
        .or_else(|| document.sections.first());
    let paragraph =
        summary.and_then(|section| document.body.first_paragraph(section.nodes.clone()));
    CaseStudyRow {
        title: meta.title.as_str(),
        url: writer.link(PageKey::CaseStudy(id), ""),
        summary: paragraph
            .map(|nodes| writer.html(case.document, nodes, whole(INSIDE_PART, Ids::Omitted)))
            .unwrap_or_default(),
        severity: meta.severity.unwrap_or(0),
        when: meta
            .started
            .as_ref()
            .map(|moment| writer.context.phrases.day_of(moment))
            .unwrap_or_default(),
        open_actions: offset(
            meta.actions
                .iter()
                .filter(|action| !action.status.is_settled())
                .count(),
        ),
        actions: offset(meta.actions.len()),
    }
}

/// A page, from 1, of the matrix; each has all competencies and some of the stories.
pub fn matrix<'a>(writer: &mut PageWriter<'a>, number: u32) -> MatrixPage<'a> {
    let site = writer.context.site;
    let columns: Vec<CompetencyId> = site.competencies().collect();
    let shown = page_of(&site.ranked, number, MATRIX_ROWS);
    MatrixPage {
        page: head(writer, word::MATRIX, number, word::ABOUT_MATRIX, "matrix"),
        competencies: columns
            .iter()
            .map(|&id| competency_row(writer, id))
            .collect(),
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
        if !story.competencies.contains(competency) {
            return MatrixCell {
                url: String::new(),
                origin: "",
            };
        }
        let telling = site.telling_of(id, *competency);
        MatrixCell {
            url: writer.link(PageKey::Telling(telling), ""),
            origin: origin_name(site.telling(telling).origin),
        }
    };
    MatrixRow {
        title: site.story_meta(id).title.as_str(),
        url: writer.link(PageKey::story(id), ""),
        spoken: clock(site.seconds(story.main().words)),
        cells: columns.iter().map(cell).collect(),
    }
}

/// The questions of the bank by how many stories answer them.
pub fn coverage<'a>(writer: &mut PageWriter<'a>) -> CoveragePage<'a> {
    let site = writer.context.site;
    let bank = ordered(
        site,
        site.questions().filter(|&id| site.is_of_bank(id)).collect(),
    );
    let of = |count: fn(usize) -> bool| -> Vec<QuestionId> {
        bank.iter()
            .copied()
            .filter(|&id| count(site.question(id).answers.len()))
            .collect()
    };
    let mut gaps = of(|answers| answers == 0);
    gaps.sort_by_key(|&id| std::cmp::Reverse(site.question(id).adaptable_total));
    let (thin, covered) = (of(|answers| answers == 1), of(|answers| answers > 1));
    let mut rows =
        |ids: Vec<QuestionId>| ids.into_iter().map(|id| question_row(writer, id)).collect();
    let (gaps, thin, covered) = (rows(gaps), rows(thin), rows(covered));
    CoveragePage {
        page: head(writer, word::COVERAGE, 1, word::ABOUT_COVERAGE, "coverage"),
        gaps,
        thin,
        covered,
    }
}

/// What is open, page by page.
pub fn open_points<'a>(writer: &mut PageWriter<'a>) -> OpenPointsPage<'a> {
    let open = open_in(writer.context.site);
    let total = count(&open);
    OpenPointsPage {
        page: head(
            writer,
            word::OPEN_POINTS,
            1,
            word::ABOUT_OPEN_POINTS,
            "open-points",
        ),
        groups: open
            .into_iter()
            .map(|open| open_group(writer, open))
            .collect(),
        total: offset(total),
    }
}

/// What is open in a document, or in a question of a sheet.
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

/// Everything that is open in any document of a site: stories, each before its variants, then questions, case studies, competencies,
/// and the home page.
fn open_in(site: &Site) -> Vec<Open> {
    let mut items: BTreeMap<DocumentId, Vec<QuestionId>> = BTreeMap::new();
    for id in site
        .questions()
        .filter(|&id| site.question(id).item.is_some())
    {
        items
            .entry(site.question(id).document)
            .or_default()
            .push(id);
    }
    let mut groups = Vec::new();
    for document in in_order_of_pages(site) {
        let page = site.page_of(document);
        let mut of_page = Open {
            document,
            page,
            remarks: Vec::new(),
            questions: Vec::new(),
        };
        if let Some(PageKey::Telling(telling)) = page
            && telling.is_main()
        {
            of_page.questions.extend(
                site.story(telling.story)
                    .follow_ups
                    .iter()
                    .filter(|&&question| site.is_open(question)),
            );
        }
        let questions = match page {
            Some(PageKey::Question(_)) => items.remove(&document).unwrap_or_default(),
            _ => Vec::new(),
        };
        let mut of_questions: BTreeMap<QuestionId, Vec<Range<usize>>> = BTreeMap::new();
        for remark in site.document(document).open_remarks() {
            let holds = |id: &&QuestionId| {
                site.question_item(**id)
                    .is_some_and(|item| item.nodes.contains(&remark.start))
            };
            match questions.iter().find(holds) {
                Some(&question) => of_questions.entry(question).or_default().push(remark),
                None => of_page.remarks.push(remark),
            }
        }
        groups.push(of_page);
        let of_question = |(id, remarks)| Open {
            document,
            page: Some(PageKey::Question(id)),
            remarks,
            questions: Vec::new(),
        };
        groups.extend(of_questions.into_iter().map(of_question));
    }
    groups.retain(|open| !open.remarks.is_empty() || !open.questions.is_empty());
    groups
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

fn open_group<'a>(writer: &mut PageWriter<'a>, open: Open) -> OpenPointsGroup<'a> {
    let site = writer.context.site;
    let Open {
        document,
        page: own,
        remarks,
        questions,
    } = open;
    let text = site.document(document);
    let page = own.unwrap_or(PageKey::Home);
    let is_item =
        matches!(page, PageKey::Question(question) if site.question(question).item.is_some());
    let remarks = remarks.into_iter().map(|nodes| {
        let section = text
            .sections
            .iter()
            .find(|section| section.nodes.contains(&nodes.start));
        let is_part_of_page =
            |part: Option<Part>| !matches!(part, Some(Part::Headline | Part::FollowUps));
        let fragment = section
            .filter(|section| is_part_of_page(section.part) && !is_item)
            .map_or("", |section| section.id.as_str());
        let html = writer.html(document, nodes, whole(INSIDE_PART, Ids::Omitted));
        RemarkView {
            html,
            url: writer.link(page, fragment),
        }
    });
    let remarks = remarks.collect();
    let title = own.map_or_else(|| text.meta.title().into(), |page| writer.title(page));
    OpenPointsGroup {
        document: LinkView {
            title,
            url: writer.link(page, ""),
        },
        remarks,
        questions: questions
            .into_iter()
            .map(|question| writer.link_view(PageKey::Question(question)))
            .collect(),
    }
}

/// The home page: its text, and the first of each list.
pub fn home<'a>(writer: &mut PageWriter<'a>) -> HomePage<'a> {
    let site = writer.context.site;
    let body = site.home.map(|home| {
        let nodes = 0..site.document(home).body.nodes.len();
        writer.html(home, nodes, whole(2, Ids::Given))
    });
    let bank = ordered(
        site,
        site.questions().filter(|&id| site.is_of_bank(id)).collect(),
    );
    let (ready, gaps): (Vec<QuestionId>, Vec<QuestionId>) = bank
        .iter()
        .partition(|&&id| !site.question(id).answers.is_empty());
    let told = site
        .ranked
        .iter()
        .copied()
        .filter(|&id| site.document(site.story(id).document).status == Status::Ready);
    let stories: Vec<StoryId> = told.take(HOME_STORIES).collect();
    let open_points = if writer.is_private() {
        count(&open_in(site))
    } else {
        0
    };
    let covered = site
        .competencies()
        .filter(|&id| !site.competency(id).stories.is_empty())
        .count();
    HomePage {
        page: writer.head(site.title(PageKey::Home), "", ""),
        body: body.unwrap_or_default(),
        questions_covered: offset(ready.len()),
        questions_total: offset(bank.len()),
        competencies_covered: offset(covered),
        competencies_total: offset(site.competencies.len()),
        open_points: offset(open_points),
        stories_total: offset(site.stories.len()),
        ready: ready
            .into_iter()
            .take(HOME_READY)
            .map(|id| question_row(writer, id))
            .collect(),
        gaps: gaps
            .into_iter()
            .take(HOME_GAPS)
            .map(|id| question_row(writer, id))
            .collect(),
        stories: stories
            .into_iter()
            .map(|id| story_row(writer, id))
            .collect(),
        competencies: site
            .competencies()
            .map(|id| competency_row(writer, id))
            .collect(),
        case_studies: site
            .case_studies()
            .map(|id| case_study_row(writer, id))
            .collect(),
    }
}
