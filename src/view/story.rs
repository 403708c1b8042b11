//! The page of a telling, and the page of a case study.

use std::borrow::Cow;
use std::time::Duration;

use super::figures::facts;
use super::pieces::{
    INSIDE_PART, date, follow_ups, full_style, occasions, open_follow_ups, origin_name,
    telling_links, to_u32, written_by,
};
use super::telling::{Detail, has_hints, telling_view};
use super::types::{ActionItemView, AnsweredView, CaseStudyPage, FactView, SectionView, StoryPage};
use crate::html::{Ids, PageWriter, Remarks};
use crate::model::{CaseStudy, Part, Prose, Section};
use crate::phrases::{Phrases, Word, word};
use crate::site::{CaseStudyId, DocumentId, Origin, PageKey, QuestionId, Site, TellingId};

/// The page of a story or of another telling of it.
pub fn page<'a>(writer: &mut PageWriter<'a>, id: TellingId) -> StoryPage<'a> {
    let site = writer.context.site;
    let story = site.story(id.story);
    let telling = site.telling(id);
    let meta = site.story_meta(id.story);
    StoryPage {
        page: writer.head(
            title(writer, id),
            Prose::or_empty(meta.headline.as_ref()),
            "stories",
        ),
        title: meta.title.as_str(),
        is_story: id.is_main(),
        origin: origin_name(telling.origin),
        leans_on: match telling.origin {
            Origin::Emphasis(competency) | Origin::Cut(competency) => Some(writer.chip(competency)),
            Origin::Story | Origin::Variant(_) => None,
        },
        by: written_by(writer, telling),
        status: telling.status.name(),
        has_hints: has_hints(site, id),
        when: date(writer, meta.when),
        role: Prose::or_empty(meta.role.as_ref()),
        strength: meta.strength.unwrap_or(0),
        competencies: writer.chips(&telling.competencies),
        answers: answered(writer, id),
        tellings: telling_links(writer, id),
        telling: telling_view(writer, id, Ids::Given, Detail::Differences),
        facts: facts(writer, id),
        follow_ups: follow_ups(writer, id, Remarks::Shown),
        told: occasions(writer, meta.told.iter().zip(story.told.iter().copied())),
        case_studies: writer.link_views(&story.case_studies, PageKey::CaseStudy),
        backlinks: writer.backlinks(PageKey::Telling(id), |from| is_named(site, id, from)),
        open_points: to_u32(open_points(site, id)),
        open_points_url: writer.open_points_url(),
    }
}

/// The questions that a telling is for, each with its opening. What a story's hashtags give is for the questions of the story.
fn answered<'a>(writer: &PageWriter<'a>, id: TellingId) -> Vec<AnsweredView<'a>> {
    let site = writer.context.site;
    let telling = site.telling(id);
    let questions = match telling.origin {
        Origin::Story | Origin::Variant(_) => &telling.answers,
        Origin::Emphasis(_) | Origin::Cut(_) => &site.story(id.story).main().answers,
    };
    let view = |&question: &QuestionId| AnsweredView {
        question: site.wording(question),
        url: writer.link(PageKey::Question(question), ""),
        opening: Prose::or_empty(site.opening(id, question)),
    };
    questions.iter().map(view).collect()
}

/// Whether the page of a telling links to another page in any case.
fn is_named(site: &Site, id: TellingId, page: PageKey) -> bool {
    let story = site.story(id.story);
    match page {
        PageKey::Telling(other) => other.story == id.story,
        PageKey::Question(question) => {
            site.telling(id).answers.contains(&question) || story.follow_ups.contains(&question)
        }
        PageKey::CaseStudy(case) => story.case_studies.contains(&case),
        PageKey::Interview(interview) => {
            let told = &story.told;
            told.iter().any(|names| names.interview == Some(interview))
        }
        PageKey::Home | PageKey::Competency(_) | PageKey::Asks(_) => false,
    }
}

/// The title of the page of a telling.
fn title<'a>(writer: &PageWriter<'a>, id: TellingId) -> Cow<'a, str> {
    let story = writer.context.site.story_meta(id.story).title.as_str();
    if id.is_main() {
        return story.into();
    }
    let values = [("story", story), ("telling", &writer.label(id))];
    writer
        .context
        .phrases
        .fill(word::TITLE_OF_TELLING, &values)
        .into()
}

/// The open remarks in the words of a telling, and the open follow-ups of its story.
fn open_points(site: &Site, id: TellingId) -> usize {
    let story = site.story(id.story);
    let own = match site.telling(id).origin {
        Origin::Variant(document) => document,
        Origin::Story | Origin::Emphasis(_) | Origin::Cut(_) => story.document,
    };
    site.open_remarks(own) + open_follow_ups(site, id.story).count()
}

/// The page of a case study.
pub fn case_study_page<'a>(writer: &mut PageWriter<'a>, id: CaseStudyId) -> CaseStudyPage<'a> {
    let site = writer.context.site;
    let case = site.case_study(id);
    let document = site.document(case.document);
    let meta = site.case_study_meta(id);
    let phrases = writer.context.phrases;
    let mut sections = document.sections.iter();
    let lead = sections
        .next()
        .map(|section| section_html(writer, case.document, section));
    let is_own_story =
        |from| matches!(from, PageKey::Telling(from) if case.story == Some(from.story));
    CaseStudyPage {
        page: writer.head(
            meta.title.as_str(),
            phrases.text(word::ABOUT_CASE_STUDY),
            "case-studies",
        ),
        title: meta.title.as_str(),
        story: case
            .story
            .map(|story| writer.link_view(PageKey::story(story))),
        severity: meta.severity.unwrap_or(0),
        times: times(meta, phrases),
        lead: lead.unwrap_or_default(),
        sections: sections
            .map(|section| section_view(writer, case.document, section))
            .collect(),
        actions: actions(meta, phrases),
        backlinks: writer.backlinks(PageKey::CaseStudy(id), is_own_story),
        open_points: to_u32(site.open_remarks(case.document)),
        open_points_url: writer.open_points_url(),
    }
}

fn section_view<'a>(
    writer: &mut PageWriter<'a>,
    document: DocumentId,
    section: &'a Section,
) -> SectionView<'a> {
    let id = writer.claim(&section.id).unwrap_or_default();
    let html = section_html(writer, document, section);
    SectionView {
        id,
        label: &section.heading,
        part: section.part.map_or("", Part::name),
        html: writer.marked_if_private(section, html),
    }
}

fn section_html(writer: &mut PageWriter<'_>, document: DocumentId, section: &Section) -> String {
    let style = full_style(INSIDE_PART, Ids::Given);
    writer.html(document, section.nodes.clone(), style)
}

/// The action items of a case study, in the author's order.
pub fn actions<'a>(meta: &'a CaseStudy, phrases: &Phrases) -> Vec<ActionItemView<'a>> {
    let actions = meta.actions.iter();
    actions
        .map(|action| ActionItemView {
            what: action.what.as_str(),
            owner: Prose::or_empty(action.owner.as_ref()),
            due: action.due.map(|due| phrases.date(due)).unwrap_or_default(),
            status: action.status.name(),
        })
        .collect()
}

/// The moments of an incident and the durations between them, as far as they are known.
pub fn times<'a>(meta: &CaseStudy, phrases: &'a Phrases) -> Vec<FactView<'a>> {
    let fact = |label: Word, value: String| FactView {
        label: phrases.text(label).into(),
        value: value.into(),
        source: "",
        said: false,
    };
    let moments = [
        (word::STARTED, &meta.started),
        (word::DETECTED, &meta.detected),
        (word::RESOLVED, &meta.resolved),
    ];
    let moments = moments
        .into_iter()
        .filter_map(|(label, moment)| Some(fact(label, phrases.moment(moment.as_ref()?))));
    let ends = [
        (word::TIME_TO_DETECT, &meta.detected),
        (word::TIME_TO_RESOLVE, &meta.resolved),
    ];
    let durations = ends.into_iter().filter_map(|(label, end)| {
        let duration = end.as_ref()?.0.duration_since(meta.started.as_ref()?.0);
        Some(fact(
            label,
            phrases.duration(Duration::try_from(duration).ok()?),
        ))
    });
    moments.chain(durations).collect()
}
