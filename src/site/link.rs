//! The reduce: documents that know nothing of one another become a site.
//!
//! Each stage gives a finished value, and takes only what earlier stages gave.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;

use super::catalogue::{Catalogue, QuestionPlace};
use super::links::Links;
use super::names::Names;
use super::rank::{Ranking, ranked};
use super::references::{References, references};
use super::stories::{About, Parts};
use super::telling::capitalised;
use super::unknown::{report_references, report_tags};
use super::{
    CaseStudy, CaseStudyId, Competency, CompetencyId, Contents, DocumentId, PageKey, Question,
    QuestionId, Site, Story, StoryId, TellingId, cycles, push_new_last,
};
use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::model::{Audience, Document, Meta, Prose};
use crate::source::SitePath;

/// Links documents to a site. `assets` are the files of the content that are not documents.
///
/// The documents of the site are those that are given, in the same order.
pub fn link(
    config: &Arc<Config>,
    audience: Audience,
    documents: Vec<Arc<Document>>,
    assets: &BTreeSet<SitePath>,
) -> (Site, Vec<Diagnostic>) {
    let (contents, mut found) = contents(config.clone(), audience, documents);
    let (links, dead) = Links::of(&contents, assets);
    let site = Site { contents, links };
    found.extend(dead);
    found.extend(cycles::cycles(&site));
    (site, found)
}

/// Everything but the links in texts.
fn contents(
    config: Arc<Config>,
    audience: Audience,
    documents: Vec<Arc<Document>>,
) -> (Contents, Vec<Diagnostic>) {
    let (catalogue, mut found) = Catalogue::new(&documents);
    let names = Names::new(&documents, &catalogue);
    let (references, unknown) = references(&documents, &catalogue, &names);
    let case_studies = case_studies(&documents, &catalogue.case_studies, &references);
    let abouts = stories_of_questions(&catalogue.questions, &references);
    let parts = Parts {
        documents: &documents,
        catalogue: &catalogue,
        names: &names,
        references: &references,
    };
    let (stories, mistakes) = parts.stories(about_stories(
        catalogue.stories.len(),
        &abouts,
        &case_studies,
    ));
    found.extend(mistakes);
    found.extend(report_tags(&documents, &names));
    found.extend(report_references(&documents, &names, &unknown));
    let Catalogue {
        questions,
        competencies,
        home,
        ..
    } = catalogue;
    let ranked = ranked(&documents, &stories);
    let ranking = Ranking::new(&documents, &stories, &ranked, competencies.len());
    let questions = answered(questions, &abouts, &references, &stories, &ranking);
    let competencies = competencies_of(
        &documents,
        competencies,
        ranking.into_shown_by(),
        &questions,
    );
    let pages = pages_of_documents(
        documents.len(),
        &stories,
        &questions,
        &case_studies,
        &competencies,
        home,
    );
    let contents = Contents {
        config,
        audience,
        documents,
        stories,
        ranked,
        questions,
        case_studies,
        competencies,
        home,
        pages,
        names,
    };
    (contents, found)
}

fn case_studies(
    documents: &[Arc<Document>],
    ids: &[DocumentId],
    references: &[References],
) -> Vec<CaseStudy> {
    let slug = |id: DocumentId| documents[id.0].slug.clone();
    ids.iter()
        .map(|&id| CaseStudy {
            document: id,
            slug: slug(id),
            story: references[id.0].story,
        })
        .collect()
}

/// The story that each question is about: the one that it is written in, or the one that its file names.
fn stories_of_questions(
    questions: &[QuestionPlace],
    references: &[References],
) -> Vec<Option<StoryId>> {
    questions
        .iter()
        .map(|place| place.story.or(references[place.document.0].story))
        .collect()
}

/// What leads to each story: the questions about it, of which `abouts` has the stories, and its case studies.
fn about_stories(
    stories: usize,
    abouts: &[Option<StoryId>],
    case_studies: &[CaseStudy],
) -> Vec<About> {
    let mut about = vec![About::default(); stories];
    for (index, story) in abouts.iter().enumerate() {
        if let Some(story) = story {
            about[story.0].follow_ups.push(QuestionId(index));
        }
    }
    for (index, case) in case_studies.iter().enumerate() {
        if let Some(story) = case.story {
            about[story.0].case_studies.push(CaseStudyId(index));
        }
    }
    about
}

/// The questions with their answers; `abouts` has the story that each is about.
fn answered(
    places: Vec<QuestionPlace>,
    abouts: &[Option<StoryId>],
    references: &[References],
    stories: &[Story],
    ranking: &Ranking<'_>,
) -> Vec<Question> {
    let named_by = named_by(stories, places.len());
    let places = places.into_par_iter().zip(abouts).zip(named_by);
    let questions = places.map(|((place, &about), named_by)| {
        // The front matter of a story's file speaks for the story, and not for the questions in it.
        let own = if place.story.is_some() {
            &[][..]
        } else {
            &references[place.document.0].competencies
        };
        ranking.question(place, about, own, &named_by)
    });
    questions.collect()
}

/// The stories that name each question, in a telling that may be chosen.
fn named_by(stories: &[Story], questions: usize) -> Vec<Vec<StoryId>> {
    let mut named_by = vec![Vec::new(); questions];
    for (index, story) in stories.iter().enumerate() {
        let tellings = story
            .tellings
            .iter()
            .filter(|telling| telling.is_eligible());
        for question in tellings.flat_map(|telling| &telling.answers) {
            push_new_last(&mut named_by[question.0], StoryId(index));
        }
    }
    named_by
}

/// The competencies; `shown_by` holds the stories of each.
fn competencies_of(
    documents: &[Arc<Document>],
    ids: Vec<DocumentId>,
    shown_by: Vec<Vec<StoryId>>,
    questions: &[Question],
) -> Vec<Competency> {
    let mut probed_by: Vec<Vec<QuestionId>> = vec![Vec::new(); ids.len()];
    for (index, question) in questions
        .iter()
        .enumerate()
        .filter(|(_, question)| question.about.is_none())
    {
        for competency in &question.competencies {
            probed_by[competency.0].push(QuestionId(index));
        }
    }
    let lists = shown_by.into_iter().zip(probed_by);
    let competencies = ids
        .into_iter()
        .zip(lists)
        .map(|(id, (stories, questions))| {
            let document = &documents[id.0];
            let known_as = match &document.meta {
                Meta::Competency(competency) => known_as(&competency.frameworks),
                _ => String::new(),
            };
            Competency {
                document: id,
                slug: document.slug.clone(),
                known_as,
                stories,
                questions,
            }
        });
    competencies.collect()
}

fn known_as(frameworks: &[(Prose, Vec<Prose>)]) -> String {
    let named = |framework: &Prose, entry: &Prose| {
        format!("{} ({})", entry.as_str(), capitalised(framework.as_str()))
    };
    let names = frameworks
        .iter()
        .flat_map(|(framework, entries)| entries.iter().map(move |entry| named(framework, entry)));
    names.collect::<Vec<_>>().join(", ")
}

/// The page of each document. A sheet has no page of its own; the page of its first question takes that place.
fn pages_of_documents(
    documents: usize,
    stories: &[Story],
    questions: &[Question],
    case_studies: &[CaseStudy],
    competencies: &[Competency],
    home: Option<DocumentId>,
) -> Vec<Option<PageKey>> {
    let questions = questions
        .iter()
        .enumerate()
        .map(|(index, question)| (question.document, PageKey::Question(QuestionId(index))));
    let tellings = stories.iter().enumerate().flat_map(|(story, content)| {
        content.files().map(move |(index, file)| {
            (
                file,
                PageKey::Telling(TellingId {
                    story: StoryId(story),
                    index,
                }),
            )
        })
    });
    let cases = case_studies
        .iter()
        .enumerate()
        .map(|(index, case)| (case.document, PageKey::CaseStudy(CaseStudyId(index))));
    let of_competency = |(index, competency): (usize, &Competency)| {
        (
            competency.document,
            PageKey::Competency(CompetencyId(index)),
        )
    };
    let competencies = competencies.iter().enumerate().map(of_competency);
    let home = home.map(|home| (home, PageKey::Home));
    let mut pages = vec![None; documents];
    // A later page of a document takes the place of an earlier one.
    for (document, page) in questions
        .rev()
        .chain(tellings)
        .chain(cases)
        .chain(competencies)
        .chain(home)
    {
        pages[document.0] = Some(page);
    }
    pages
}
