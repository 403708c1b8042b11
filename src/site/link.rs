//! The reduce: documents that know nothing of one another become a site.
//!
//! Each stage gives a finished value, and takes only what earlier stages gave.

use std::collections::BTreeSet;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet as HashSet;

use super::catalogue::{Catalogue, QuestionPlace};
use super::claims;
use super::interviews::{Interviews, occasions_of_answers};
use super::links::Links;
use super::names::Names;
use super::occasions;
use super::rank::{Naming, Ranking, ranked};
use super::references::{References, references};
use super::repeated;
use super::stories::{About, Parts};
use super::telling::capitalised;
use super::unknown;
use super::{
    Asks, AsksId, CaseStudy, CaseStudyId, Competency, CompetencyId, Contents, DocumentId,
    Interview, InterviewId, PageKey, Question, QuestionId, Site, Story, StoryId, TellingId, cycles,
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
    found.extend(claims::report(&contents));
    found.extend(repeated::report(&contents));
    found.extend(occasions::report(&contents));
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
    let (named, found) = Named::of(&documents);
    let (catalogue, stories) = (named.catalogue, named.stories);
    let ranked = ranked(&documents, &stories);
    let interviews = Interviews::of(&documents, &catalogue, &named.references, &stories);
    let competencies = catalogue.competencies.len();
    let heard = interviews.heard_by_the_coming();
    let ranking = Ranking::new(&documents, &stories, &ranked, competencies, heard);
    let (places, abouts) = (catalogue.questions, &named.abouts);
    let questions = answered(places, abouts, &named.references, &stories, &ranking);
    let (places, claimed_by) = ranking.into_lists();
    let evidenced_by = evidenced_by(&stories, &ranked, competencies);
    let lists = claimed_by.into_iter().zip(evidenced_by);
    let competencies = competencies_of(&documents, catalogue.competencies, lists, &questions);
    let asks = asks(&documents, catalogue.asks);
    let pages = question_pages(&questions)
        .chain(telling_pages(&stories))
        .chain(case_study_pages(&named.case_studies))
        .chain(competency_pages(&competencies))
        .chain(interview_pages(&interviews.all))
        .chain(asks_pages(&asks))
        .chain(catalogue.home.map(|home| (home, PageKey::Home)));
    let contents = Contents {
        pages: pages_of_documents(documents.len(), pages),
        config,
        audience,
        documents,
        stories,
        ranked,
        places,
        questions,
        case_studies: named.case_studies,
        competencies,
        interviews: interviews.all,
        companies: interviews.companies,
        coming: interviews.coming,
        asks,
        home: catalogue.home,
        names: named.names,
    };
    (contents, found)
}

/// The first half of linking: what the site has, what front matter refers to, and the stories with their tellings.
struct Named {
    catalogue: Catalogue,
    names: Names,
    /// By the number of the document.
    references: Vec<References>,
    /// The story that each question is about.
    abouts: Vec<Option<StoryId>>,
    case_studies: Vec<CaseStudy>,
    stories: Vec<Story>,
}

impl Named {
    fn of(documents: &[Arc<Document>]) -> (Self, Vec<Diagnostic>) {
        let (catalogue, mut found) = Catalogue::new(documents);
        let names = Names::new(documents, &catalogue);
        let (references, unknown) = references(documents, &catalogue, &names);
        let case_studies = case_studies(documents, &catalogue.case_studies, &references);
        let abouts = stories_of_questions(&catalogue.questions, &references);
        let parts = Parts {
            documents,
            catalogue: &catalogue,
            names: &names,
            references: &references,
        };
        let about = about_stories(catalogue.stories.len(), &abouts, &case_studies);
        let (stories, mistakes) = parts.stories(about);
        found.extend(mistakes);
        found.extend(unknown::report(documents, &names, &unknown));
        let named = Self {
            catalogue,
            names,
            references,
            abouts,
            case_studies,
            stories,
        };
        (named, found)
    }
}

fn case_studies(
    documents: &[Arc<Document>],
    ids: &[DocumentId],
    references: &[References],
) -> Vec<CaseStudy> {
    ids.iter()
        .map(|&id| CaseStudy {
            document: id,
            slug: documents[id.0].slug.clone(),
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

/// The questions and case studies about each story; `abouts` holds the story of each question.
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

/// The questions with their answers; `abouts` holds the story that each is about.
fn answered(
    places: Vec<QuestionPlace>,
    abouts: &[Option<StoryId>],
    references: &[References],
    stories: &[Story],
    ranking: &Ranking<'_>,
) -> Vec<Question> {
    let named_by = named_by(stories, places.len());
    let occasions = occasions_of_answers(stories, places.len());
    let places = places
        .into_par_iter()
        .zip(abouts)
        .zip(named_by.into_par_iter().zip(occasions));
    let questions = places.map(|((place, &about), (named_by, answered))| {
        // The front matter of a story's file describes the story, and not the questions in it.
        let own = &references[place.document.0];
        let (competencies, asked) = if place.story.is_some() {
            (Vec::new(), &[][..])
        } else {
            (own.competencies_of(place.item), &own.occasions[..])
        };
        Question {
            answered,
            ..ranking.question(place, about, &competencies, asked, &named_by)
        }
    });
    questions.collect()
}

/// The stories that name each question, in a telling that may be chosen.
fn named_by(stories: &[Story], questions: usize) -> Vec<Vec<Naming>> {
    let mut named_by: Vec<Vec<Naming>> = vec![Vec::new(); questions];
    for (index, content) in stories.iter().enumerate() {
        let story = StoryId(index);
        for (place, telling) in content.tellings.iter().enumerate() {
            if !telling.is_eligible() {
                continue;
            }
            for question in &telling.answers {
                let is_written = place > 0;
                match named_by[question.0].last_mut() {
                    Some(last) if last.story == story => last.is_written |= is_written,
                    _ => named_by[question.0].push(Naming { story, is_written }),
                }
            }
        }
    }
    named_by
}

/// The stories that have hashtags for each competency and do not claim it, best first.
fn evidenced_by(stories: &[Story], ranked: &[StoryId], competencies: usize) -> Vec<Vec<StoryId>> {
    let mut evidenced_by = vec![Vec::new(); competencies];
    for &id in ranked {
        let story = &stories[id.0];
        let claimed: HashSet<CompetencyId> = story.claimed.iter().copied().collect();
        for evidence in &story.evidence {
            if !claimed.contains(&evidence.competency) {
                evidenced_by[evidence.competency.0].push(id);
            }
        }
    }
    evidenced_by
}

/// The competencies; `lists` holds for each the stories that claim it, and those that only have hashtags for it.
fn competencies_of(
    documents: &[Arc<Document>],
    ids: Vec<DocumentId>,
    lists: impl Iterator<Item = (Vec<StoryId>, Vec<StoryId>)>,
    questions: &[Question],
) -> Vec<Competency> {
    let probed_by = probed_by(ids.len(), questions);
    let lists = ids.into_iter().zip(lists).zip(probed_by);
    lists
        .map(|((id, (stories, evidenced)), questions)| {
            let document = &documents[id.0];
            Competency {
                document: id,
                slug: document.slug.clone(),
                known_as: match &document.meta {
                    Meta::Competency(competency) => known_as(&competency.frameworks),
                    _ => String::new(),
                },
                stories,
                evidenced,
                questions,
            }
        })
        .collect()
}

fn asks(documents: &[Arc<Document>], ids: Vec<DocumentId>) -> Vec<Asks> {
    let list = |id: DocumentId| Asks {
        document: id,
        slug: documents[id.0].slug.clone(),
    };
    ids.into_iter().map(list).collect()
}

/// The questions of the bank that probe each competency.
fn probed_by(competencies: usize, questions: &[Question]) -> Vec<Vec<QuestionId>> {
    let mut probed_by = vec![Vec::new(); competencies];
    for (index, question) in questions.iter().enumerate() {
        if question.about.is_none() {
            for competency in &question.competencies {
                probed_by[competency.0].push(QuestionId(index));
            }
        }
    }
    probed_by
}

/// The names of a competency in frameworks: `Dive Deep (Amazon)`, joined by commas.
fn known_as(frameworks: &[(Prose, Vec<Prose>)]) -> String {
    let named = |framework: &Prose, entry: &Prose| {
        format!("{} ({})", entry.as_str(), capitalised(framework.as_str()))
    };
    let names = frameworks
        .iter()
        .flat_map(|(framework, entries)| entries.iter().map(move |entry| named(framework, entry)));
    names.collect::<Vec<_>>().join(", ")
}

/// The page of each document. If several pages show a document, the last of them counts.
fn pages_of_documents(
    documents: usize,
    pages: impl Iterator<Item = (DocumentId, PageKey)>,
) -> Vec<Option<PageKey>> {
    let mut of_documents = vec![None; documents];
    for (document, page) in pages {
        of_documents[document.0] = Some(page);
    }
    of_documents
}

/// The questions with their documents, the last first: a sheet is shown by its first question.
fn question_pages(questions: &[Question]) -> impl Iterator<Item = (DocumentId, PageKey)> {
    let questions = questions.iter().enumerate().rev();
    questions.map(|(index, question)| (question.document, PageKey::Question(QuestionId(index))))
}

fn telling_pages(stories: &[Story]) -> impl Iterator<Item = (DocumentId, PageKey)> {
    let stories = stories.iter().enumerate();
    stories.flat_map(|(story, content)| {
        let story = StoryId(story);
        let page = move |index| PageKey::Telling(TellingId { story, index });
        content
            .files()
            .map(move |(index, file)| (file, page(index)))
    })
}

fn case_study_pages(cases: &[CaseStudy]) -> impl Iterator<Item = (DocumentId, PageKey)> {
    let cases = cases.iter().enumerate();
    cases.map(|(index, case)| (case.document, PageKey::CaseStudy(CaseStudyId(index))))
}

fn competency_pages(competencies: &[Competency]) -> impl Iterator<Item = (DocumentId, PageKey)> {
    let competencies = competencies.iter().enumerate();
    competencies.map(|(index, competency)| {
        let page = PageKey::Competency(CompetencyId(index));
        (competency.document, page)
    })
}

fn interview_pages(interviews: &[Interview]) -> impl Iterator<Item = (DocumentId, PageKey)> {
    let interviews = interviews.iter().enumerate();
    interviews.map(|(index, interview)| {
        let page = PageKey::Interview(InterviewId(index));
        (interview.document, page)
    })
}

fn asks_pages(asks: &[Asks]) -> impl Iterator<Item = (DocumentId, PageKey)> {
    let asks = asks.iter().enumerate();
    asks.map(|(index, list)| (list.document, PageKey::Asks(AsksId(index))))
}
