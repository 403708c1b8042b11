//! Interviews: what was told and asked in each, and which comes next.

use std::sync::Arc;

use super::catalogue::QuestionPlace;
use super::rank::heard_by;
use super::references::References;
use super::{DocumentId, Interview, InterviewId, QuestionId, Story, StoryId, Told};
use crate::model::{self, Document, Meta, Status};
use crate::slug::Slug;

/// The interviews, with what stories and questions say of them.
pub fn interviews(
    documents: &[Arc<Document>],
    ids: &[DocumentId],
    references: &[References],
    stories: &[Story],
    questions: &[QuestionPlace],
) -> Vec<Interview> {
    let mut interviews: Vec<Interview> = ids
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
    for (index, story) in stories.iter().enumerate() {
        for (occasion, names) in story.told.iter().enumerate() {
            if let Some(interview) = names.interview {
                interviews[interview.0].told.push(Told {
                    story: StoryId(index),
                    occasion,
                    question: names.question,
                });
            }
        }
    }
    for (index, question) in questions.iter().enumerate() {
        if question.item.is_some() {
            continue;
        }
        for names in &references[question.document.0].occasions {
            if let Some(interview) = names.interview {
                super::push_new_last(&mut interviews[interview.0].asked, QuestionId(index));
            }
        }
    }
    interviews
}

/// The first interview that is neither a draft nor retired and has no record of what was told or asked in it.
pub fn coming(documents: &[Arc<Document>], interviews: &[Interview]) -> Option<InterviewId> {
    let is_coming = |interview: &Interview| {
        documents[interview.document.0].status == Status::Ready
            && interview.told.is_empty()
            && interview.asked.is_empty()
    };
    interviews.iter().position(is_coming).map(InterviewId)
}

/// For each story, whether the company of an interview has heard it.
pub fn told_there(
    documents: &[Arc<Document>],
    interviews: &[Interview],
    coming: Option<InterviewId>,
    stories: &[Story],
) -> Vec<bool> {
    let Some(coming) = coming else {
        return vec![false; stories.len()];
    };
    let companies: Vec<Slug> = interviews
        .iter()
        .map(|listed| Slug::of(interview(&documents[listed.document.0]).company.as_str()))
        .collect();
    let company = &companies[coming.0];
    let is_told = |story: &Story| match &documents[story.document.0].meta {
        Meta::Story(meta) => meta.told.iter().zip(&story.told).any(|(occasion, names)| {
            let of_interview = names.interview.map(|there| &companies[there.0]);
            heard_by(occasion, of_interview, company)
        }),
        _ => false,
    };
    stories.iter().map(is_told).collect()
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
