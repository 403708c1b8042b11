//! The page of a telling, and the page of a case study.

use std::time::Duration;

use super::pieces::{Detail, INSIDE_PART, facts, follow_ups, occasions, origin_name, telling_links, telling_view, whole, written_by};
use super::types::{ActionItemView, CaseStudyPage, FactView, SectionView, StoryPage};
use crate::html::{Ids, PageWriter};
use crate::model::{CaseStudy, Moment, Part, Prose};
use crate::site::{CaseStudyId, Node, Origin, Site, StoryId};

/// The page of a story or of another telling of it.
pub fn page<'a>(writer: &mut PageWriter<'a>, id: StoryId, index: usize) -> StoryPage<'a> {
    let site = writer.context.site;
    let story = site.story(id);
    let telling = &story.tellings[index];
    let meta = site.story_meta(id);
    let is_story = index == 0;
    let title = if is_story { meta.title.as_str().to_owned() } else { format!("{}: {}", meta.title.as_str(), telling.label) };
    let named = |node: Node| match node {
        Node::Telling(other, _) => other == id,
        Node::Question(question) => telling.answers.contains(&question) || story.follow_ups.contains(&question),
        Node::CaseStudy(case) => story.case_studies.contains(&case),
        Node::Home | Node::Competency(_) => false,
    };
    StoryPage {
        page: writer.head(title, Prose::or_empty(meta.headline.as_ref()), "stories"),
        title: meta.title.as_str(),
        is_story,
        origin: origin_name(telling.origin),
        derived_for: match telling.origin {
            Origin::Derived(competency) => Some(writer.chip(competency)),
            Origin::Story | Origin::Variant(_) => None,
        },
        by: written_by(telling),
        status: telling.status.name(),
        when: meta.when.map(|when| when.to_string()).unwrap_or_default(),
        role: Prose::or_empty(meta.role.as_ref()),
        strength: meta.strength.unwrap_or(0),
        competencies: writer.chips(&telling.competencies),
        answers: telling.answers.iter().map(|&question| writer.link_view(Node::Question(question))).collect(),
        tellings: telling_links(writer, id, index),
        telling: telling_view(writer, id, index, Ids::Given, Detail::Differences),
        facts: facts(writer, id),
        follow_ups: follow_ups(writer, id, index),
        told: occasions(&meta.told),
        case_studies: story.case_studies.iter().map(|&case| writer.link_view(Node::CaseStudy(case))).collect(),
        backlinks: writer.backlinks(Node::Telling(id, index), named),
        open_points: crate::source::offset(open_points(site, id, index)),
        open_points_url: writer.open_points_url(),
    }
}

/// The open remarks in the words of a telling, and the open follow-ups of its story.
fn open_points(site: &Site, id: StoryId, index: usize) -> usize {
    let story = site.story(id);
    let own = match story.tellings[index].origin {
        Origin::Variant(document) => document,
        Origin::Story | Origin::Derived(_) => story.document,
    };
    site.open_remarks(own) + story.follow_ups.iter().filter(|&&question| site.is_open(question)).count()
}

/// The page of a case study.
pub fn case_study_page<'a>(writer: &mut PageWriter<'a>, id: CaseStudyId) -> CaseStudyPage<'a> {
    let site = writer.context.site;
    let case = site.case_study(id);
    let document = site.document(case.document);
    let meta = site.case_study_meta(id);
    let lead = document.sections.first().map(|section| writer.html(case.document, section.nodes.clone(), whole(INSIDE_PART, Ids::Given)));
    let mut sections = Vec::new();
    for section in document.sections.iter().skip(1) {
        let section_id = writer.claim(&section.id).unwrap_or_default();
        let mut html = writer.html(case.document, section.nodes.clone(), whole(INSIDE_PART, Ids::Given));
        if section.is_private {
            html = format!("<aside class=\"private\">\n{html}</aside>\n");
        }
        sections.push(SectionView { id: section_id, label: &section.heading, part: section.part.map_or("", Part::name), html });
    }
    CaseStudyPage {
        page: writer.head(meta.title.as_str(), "A case study: what happened, why, and what changed.", "case-studies"),
        title: meta.title.as_str(),
        story: case.story.map(|story| writer.link_view(Node::Telling(story, 0))),
        severity: meta.severity.unwrap_or(0),
        times: times(meta),
        lead: lead.unwrap_or_default(),
        sections,
        actions: actions(meta),
        backlinks: writer
            .backlinks(Node::CaseStudy(id), |from| matches!((from, case.story), (Node::Telling(story, _), Some(own)) if story == own)),
        open_points: crate::source::offset(site.open_remarks(case.document)),
        open_points_url: writer.open_points_url(),
    }
}

/// The action items of a case study, in the author's order.
pub fn actions(meta: &CaseStudy) -> Vec<ActionItemView<'_>> {
    let actions = meta.actions.iter();
    actions
        .map(|action| ActionItemView {
            what: action.what.as_str(),
            owner: Prose::or_empty(action.owner.as_ref()),
            due: action.due.map(|due| due.to_string()).unwrap_or_default(),
            status: action.status.name(),
        })
        .collect()
}

/// The moments of an incident and the spans between them, as far as they are known.
pub fn times(meta: &CaseStudy) -> Vec<FactView<'static>> {
    let mut times = Vec::new();
    let mut add = |label: &str, value: String| times.push((label.to_owned(), value));
    for (label, moment) in [("started", &meta.started), ("detected", &meta.detected), ("resolved", &meta.resolved)] {
        if let Some(moment) = moment {
            add(label, in_words(moment));
        }
    }
    for (label, end) in [("time to detect", &meta.detected), ("time to resolve", &meta.resolved)] {
        if let (Some(start), Some(end)) = (&meta.started, end)
            && let Ok(span) = Duration::try_from(end.0.duration_since(start.0))
        {
            add(label, span_in_words(span));
        }
    }
    times.into_iter().map(|(label, value)| FactView { label, value: std::borrow::Cow::Owned(value), source: "" }).collect()
}

/// `7 March 2025, 09:10 UTC`.
fn in_words(moment: &Moment) -> String {
    moment.0.strftime("%-d %B %Y, %H:%M UTC").to_string()
}

/// `1 d 4 h`, `2 h 5 min`, `40 min`: the two largest units.
fn span_in_words(span: Duration) -> String {
    let minutes = span.as_secs() / 60;
    let units = [(minutes / 1440, "d"), (minutes / 60 % 24, "h"), (minutes % 60, "min")];
    let first = units.iter().position(|(count, _)| *count > 0).unwrap_or(2);
    let shown = units[first..].iter().take(2).filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}"));
    let words = shown.collect::<Vec<_>>().join(" ");
    if words.is_empty() { "0 min".to_owned() } else { words }
}
