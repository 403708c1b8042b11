//! Resolves the slugs in front matter to ids.

use std::sync::Arc;

use rayon::prelude::*;

use super::catalogue::Catalogue;
use super::names::Names;
use super::stories::MOST_TELLINGS;
use super::{
    CompetencyId, DocumentId, InterviewId, ItemId, QuestionId, StoryId, distinct, items_of,
};
use crate::model::{self, Answer, DirectAnswer, Document, Kind, Meta, Occasion};
use crate::slug::Slug;
use crate::source::{Span, Spanned};

/// What the front matter of a document names, each once and in its author's order.
#[derive(Debug, Clone, Default)]
pub struct References {
    pub competencies: Vec<CompetencyId>,
    /// The questions in `answers`.
    pub answers: Vec<QuestionId>,
    /// Those with an opening, in the order of their ids, each with its place in `answers` of the front matter.
    pub openings: Vec<(QuestionId, usize)>,
    /// The story in `about` or `story`.
    pub story: Option<StoryId>,
    /// What each of the occasions in `told` or `asked` names, in the same order.
    pub occasions: Vec<OccasionNames>,
    /// The questions of an interview.
    pub questions: Vec<QuestionId>,
    /// The competencies that the questions of a sheet name in their headings, in the order of the questions.
    of_items: Vec<(ItemId, Vec<CompetencyId>)>,
}

impl References {
    /// The competencies of a question of the document: its own, and those that the document names for all of its questions.
    pub fn competencies_of(&self, item: Option<ItemId>) -> Vec<CompetencyId> {
        let own = item.and_then(|item| {
            let place = self.of_items.binary_search_by_key(&item, |&(item, _)| item);
            Some(&self.of_items[place.ok()?].1)
        });
        let own = own.into_iter().flatten();
        distinct(own.chain(&self.competencies).copied())
    }
}

/// What an occasion names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct OccasionNames {
    /// The interview that it happened in.
    pub interview: Option<InterviewId>,
    /// The question that was answered.
    pub question: Option<QuestionId>,
}

/// A slug in front matter, or in the heading of an answer or of a question of a sheet, that names nothing.
pub struct Unknown<'d> {
    pub document: DocumentId,
    pub slug: &'d Slug,
    /// Its place in the file.
    pub span: Span,
    /// The kind of what it should name.
    pub kind: Kind,
}

/// The references of each document, by the number of the document, and those that lead nowhere. A document without a page has none.
pub fn references<'d>(
    documents: &'d [Arc<Document>],
    catalogue: &Catalogue,
    names: &Names,
) -> (Vec<References>, Vec<Unknown<'d>>) {
    let order = referring(catalogue);
    let resolved: Vec<(References, Vec<Unknown<'_>>)> = order
        .par_iter()
        .map(|&id| {
            Lookup {
                document: id,
                names,
                unknown: Vec::new(),
            }
            .references(&documents[id.0])
        })
        .collect();
    let mut references = vec![References::default(); documents.len()];
    let mut unknown = Vec::new();
    for (id, (resolved, missing)) in order.into_iter().zip(resolved) {
        references[id.0] = resolved;
        unknown.extend(missing);
    }
    (references, unknown)
}

/// The documents whose front matter can name something, in the order in which mistakes get advice.
fn referring(catalogue: &Catalogue) -> Vec<DocumentId> {
    let questions = catalogue
        .questions
        .iter()
        .filter(|question| question.item.is_none())
        .map(|question| &question.document);
    let stories = catalogue.stories.iter();
    let stories = stories.flat_map(|story| {
        std::iter::once(&story.document).chain(story.variants.iter().take(MOST_TELLINGS))
    });
    questions
        .chain(&catalogue.sheets)
        .chain(stories)
        .chain(&catalogue.case_studies)
        .chain(&catalogue.interviews)
        .copied()
        .collect()
}

/// The lookup of what a document names.
struct Lookup<'d, 'n> {
    document: DocumentId,
    names: &'n Names,
    unknown: Vec<Unknown<'d>>,
}

impl<'d> Lookup<'d, '_> {
    fn references(mut self, document: &'d Document) -> (References, Vec<Unknown<'d>>) {
        let references = References {
            of_items: self.of_items(document),
            ..self.in_meta(&document.meta)
        };
        let items = document.sections.iter().flat_map(|section| &section.items);
        let of_items = items.flat_map(|item| &item.answers);
        self.interviews_of(document.answers.iter().chain(of_items));
        (references, self.unknown)
    }

    fn in_meta(&mut self, meta: &'d Meta) -> References {
        match meta {
            Meta::Story(story) => References {
                competencies: self.competencies(&story.competencies),
                answers: self.answers(&story.answers),
                openings: self.openings(&story.answers),
                occasions: self.occasions(&story.told),
                ..References::default()
            },
            Meta::Variant(variant) => References {
                competencies: self.competencies(&variant.competencies),
                answers: self.answers(&variant.answers),
                openings: self.openings(&variant.answers),
                ..References::default()
            },
            Meta::Question(question) => References {
                competencies: self.competencies(&question.competencies),
                story: self.story(question.about.as_ref()),
                occasions: self.occasions(&question.asked),
                ..References::default()
            },
            Meta::Sheet(model::Sheet {
                competencies,
                about,
                ..
            }) => References {
                competencies: self.competencies(competencies),
                story: self.story(about.as_ref()),
                ..References::default()
            },
            Meta::Interview(interview) => References {
                questions: self.questions(interview.questions.iter()),
                ..References::default()
            },
            Meta::CaseStudy(case) => References {
                story: self.story(case.story.as_ref()),
                ..References::default()
            },
            Meta::Asks(_) | Meta::Competency(_) | Meta::Home(_) => References::default(),
        }
    }

    /// The competencies that questions of a sheet name in their headings.
    fn of_items(&mut self, document: &'d Document) -> Vec<(ItemId, Vec<CompetencyId>)> {
        let items = items_of(document).filter(|(_, item)| !item.competencies.is_empty());
        items
            .map(|(id, item)| {
                let slugs = item.competencies.iter().map(|(slug, span)| (slug, *span));
                (id, self.competencies_named(slugs))
            })
            .collect()
    }

    fn competencies(&mut self, slugs: &'d [Spanned<Slug>]) -> Vec<CompetencyId> {
        self.competencies_named(slugs.iter().map(|slug| (&slug.value, slug.span)))
    }

    fn competencies_named(
        &mut self,
        slugs: impl Iterator<Item = (&'d Slug, Span)>,
    ) -> Vec<CompetencyId> {
        let names = self.names;
        self.list(Kind::Competency, slugs, |slug| {
            names.competency(slug.as_str())
        })
    }

    fn answers(&mut self, answers: &'d [Answer]) -> Vec<QuestionId> {
        self.questions(answers.iter().map(|answer| &answer.question))
    }

    fn openings(&self, answers: &[Answer]) -> Vec<(QuestionId, usize)> {
        let with_opening = answers.iter().enumerate().filter_map(|(place, answer)| {
            answer.opening.as_ref()?;
            let question = self.names.question(answer.question.value.as_str())?;
            Some((question, place))
        });
        let mut openings: Vec<(QuestionId, usize)> = with_opening.collect();
        openings.sort_unstable();
        openings.dedup_by_key(|(question, _)| *question);
        openings
    }

    fn occasions(&mut self, occasions: &'d [Occasion]) -> Vec<OccasionNames> {
        let names = self.names;
        let mut found = Vec::with_capacity(occasions.len());
        for occasion in occasions {
            let interview = occasion.interview.iter();
            let interview = interview.map(|slug| (&slug.value, slug.span));
            let interview = self.list(Kind::Interview, interview, |slug| {
                names.interview(slug.as_str())
            });
            let question = self.questions(occasion.question.iter());
            found.push(OccasionNames {
                interview: interview.first().copied(),
                question: question.first().copied(),
            });
        }
        found
    }

    /// Notes the interviews that answers are for, and that do not exist.
    fn interviews_of(&mut self, answers: impl Iterator<Item = &'d DirectAnswer>) {
        for answer in answers {
            if let Some(slug) = &answer.interview
                && self.names.interview(slug.as_str()).is_none()
            {
                self.unknown.push(Unknown {
                    document: self.document,
                    slug,
                    span: answer.span,
                    kind: Kind::Interview,
                });
            }
        }
    }

    fn questions(&mut self, slugs: impl Iterator<Item = &'d Spanned<Slug>>) -> Vec<QuestionId> {
        let names = self.names;
        let slugs = slugs.map(|slug| (&slug.value, slug.span));
        self.list(Kind::Question, slugs, |slug| names.question(slug.as_str()))
    }

    fn list<Id: Copy + Eq + std::hash::Hash>(
        &mut self,
        kind: Kind,
        slugs: impl Iterator<Item = (&'d Slug, Span)>,
        find: impl Fn(&Slug) -> Option<Id>,
    ) -> Vec<Id> {
        distinct(slugs.filter_map(|(slug, span)| {
            let id = find(slug);
            if id.is_none() {
                self.unknown.push(Unknown {
                    document: self.document,
                    slug,
                    span,
                    kind,
                });
            }
            id
        }))
    }

    fn story(&mut self, slug: Option<&'d Spanned<Slug>>) -> Option<StoryId> {
        let slug = slug?;
        let story = self.names.story(slug.value.as_str());
        if story.is_none() {
            self.unknown.push(Unknown {
                document: self.document,
                slug: &slug.value,
                span: slug.span,
                kind: Kind::Story,
            });
        }
        story
    }
}
