//! Interviews: what was told and asked in each, and which comes next.

use std::sync::Arc;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::catalogue::{Catalogue, QuestionPlace};
use super::references::References;
use super::{Interview, InterviewId, QuestionId, Story, StoryId, Told};
use crate::model::{self, Document, Meta, Status};
use crate::slug::Slug;

/// The interviews of a site, the companies that they are at, and which comes next.
pub struct Interviews {
    /// In the order of the catalogue.
    pub all: Vec<Interview>,
    pub companies: Companies,
    /// The first that is neither a draft nor retired and has no record of what was told or asked in it.
    pub coming: Option<InterviewId>,
}

impl Interviews {
    pub fn of(
        documents: &[Arc<Document>],
        catalogue: &Catalogue,
        references: &[References],
        stories: &[Story],
    ) -> Self {
        let mut all: Vec<Interview> = catalogue
            .interviews
            .iter()
            .map(|&id| Interview {
                document: id,
                slug: documents[id.0].slug.clone(),
                title: title(interview(&documents[id.0])),
                questions: references[id.0].questions.clone(),
                told: Vec::new(),
                asked: Vec::new(),
            })
            .collect();
        add_told(&mut all, stories);
        add_asked(&mut all, &catalogue.questions, references);
        Self {
            companies: Companies::of(documents, &all, stories),
            coming: coming(documents, &all),
            all,
        }
    }

    /// The stories that the company of the coming interview has heard.
    pub fn heard_by_the_coming(&self) -> HashSet<StoryId> {
        let told = self.coming.map(|coming| self.companies.told(coming));
        let told = told.into_iter().flatten();
        told.map(|&(story, _)| story).collect()
    }
}

/// Notes what was told in each interview. A question that a story answered was asked.
fn add_told(interviews: &mut [Interview], stories: &[Story]) {
    for (index, story) in stories.iter().enumerate() {
        for (occasion, names) in story.told.iter().enumerate() {
            if let Some(interview) = names.interview {
                interviews[interview.0].told.push(Told {
                    story: StoryId(index),
                    occasion,
                    question: names.question,
                });
                interviews[interview.0].asked.extend(names.question);
            }
        }
    }
}

/// Notes the questions whose files say that they were asked in an interview.
fn add_asked(interviews: &mut [Interview], questions: &[QuestionPlace], references: &[References]) {
    for (index, question) in questions.iter().enumerate() {
        if question.item.is_some() {
            continue;
        }
        for names in &references[question.document.0].occasions {
            if let Some(interview) = names.interview {
                interviews[interview.0].asked.push(QuestionId(index));
            }
        }
    }
    for interview in interviews {
        interview.asked.sort_unstable();
        interview.asked.dedup();
    }
}

/// The occasions on which stories answered each question, by the number of the question.
pub fn occasions_of_answers(stories: &[Story], questions: usize) -> Vec<Vec<(StoryId, usize)>> {
    let mut answered = vec![Vec::new(); questions];
    for (index, story) in stories.iter().enumerate() {
        for (occasion, names) in story.told.iter().enumerate() {
            if let Some(question) = names.question {
                answered[question.0].push((StoryId(index), occasion));
            }
        }
    }
    answered
}

fn coming(documents: &[Arc<Document>], interviews: &[Interview]) -> Option<InterviewId> {
    let is_coming = |interview: &Interview| {
        documents[interview.document.0].status == Status::Ready
            && interview.told.is_empty()
            && interview.asked.is_empty()
    };
    interviews.iter().position(is_coming).map(InterviewId)
}

/// The companies of interviews, and what each has heard.
#[derive(Debug, Default)]
pub struct Companies {
    /// The company of each interview, by its place in the other lists.
    of_interviews: Vec<usize>,
    /// The interviews of each company.
    interviews: Vec<Vec<InterviewId>>,
    /// What was told to each company, story by story.
    told: Vec<Vec<(StoryId, usize)>>,
    /// The latest occasion on which a company heard a story.
    latest: HashMap<(usize, StoryId), usize>,
}

impl Companies {
    /// The companies of interviews. An occasion was at a company if it names an interview there, or if its own words are the name
    /// of the company.
    pub fn of(documents: &[Arc<Document>], interviews: &[Interview], stories: &[Story]) -> Self {
        let mut companies = Self::default();
        let mut by_name: HashMap<Slug, usize> = HashMap::default();
        for (index, listed) in interviews.iter().enumerate() {
            let name = Slug::of(interview(&documents[listed.document.0]).company.as_str());
            let company = *by_name.entry(name).or_insert(companies.interviews.len());
            if company == companies.interviews.len() {
                companies.interviews.push(Vec::new());
                companies.told.push(Vec::new());
            }
            companies.of_interviews.push(company);
            companies.interviews[company].push(InterviewId(index));
        }
        if interviews.is_empty() {
            return companies;
        }
        for (index, story) in stories.iter().enumerate() {
            let Meta::Story(meta) = &documents[story.document.0].meta else {
                continue;
            };
            for (place, (occasion, names)) in meta.told.iter().zip(&story.told).enumerate() {
                let there = names
                    .interview
                    .map(|there| companies.of_interviews[there.0]);
                let by_words = || {
                    by_name
                        .get(&Slug::of(occasion.who.as_ref()?.as_str()))
                        .copied()
                };
                if let Some(company) = there.or_else(by_words) {
                    companies.told[company].push((StoryId(index), place));
                }
            }
        }
        companies.note_latest(documents, interviews, stories);
        companies
    }

    fn note_latest(
        &mut self,
        documents: &[Arc<Document>],
        interviews: &[Interview],
        stories: &[Story],
    ) {
        let day = |story: StoryId, place: usize| {
            let story = &stories[story.0];
            let own = match &documents[story.document.0].meta {
                Meta::Story(meta) => meta.told[place].on,
                _ => None,
            };
            let there = story.told[place].interview;
            own.or_else(|| interview(&documents[interviews[there?.0].document.0]).when)
        };
        for (company, told) in self.told.iter().enumerate() {
            for &(story, place) in told {
                let latest = self.latest.entry((company, story)).or_insert(place);
                if day(story, place) >= day(story, *latest) {
                    *latest = place;
                }
            }
        }
    }

    /// The interviews at the company of one.
    pub fn interviews(&self, interview: InterviewId) -> &[InterviewId] {
        &self.interviews[self.of_interviews[interview.0]]
    }

    /// What the company of an interview has heard: stories, each with the place of the occasion in its `told`.
    pub fn told(&self, interview: InterviewId) -> &[(StoryId, usize)] {
        &self.told[self.of_interviews[interview.0]]
    }

    /// The latest occasion, by its place in the story's `told`, on which the company of an interview heard a story.
    pub fn latest(&self, interview: InterviewId, story: StoryId) -> Option<usize> {
        let company = self.of_interviews[interview.0];
        self.latest.get(&(company, story)).copied()
    }
}

fn interview(document: &Document) -> &model::Interview {
    match &document.meta {
        Meta::Interview(interview) => interview,
        _ => unreachable!("only interviews become interviews"),
    }
}

/// Its own title, else the company and the round.
fn title(interview: &model::Interview) -> String {
    let company = interview.company.as_str();
    match (&interview.title, &interview.round) {
        (Some(title), _) => title.as_str().to_owned(),
        (None, Some(round)) => format!("{company}, {}", round.as_str()),
        (None, None) => company.to_owned(),
    }
}
