//! Resolves the slugs in front matter to ids.

use std::sync::Arc;

use rayon::prelude::*;

use super::catalogue::Catalogue;
use super::names::Names;
use super::stories::MOST_TELLINGS;
use super::{CompetencyId, DocumentId, ItemId, QuestionId, StoryId, distinct, items_of};
use crate::model::{self, Document, Kind, Meta};
use crate::slug::Slug;
use crate::source::{Span, Spanned};

/// What the front matter of a document names, each once and in its author's order.
#[derive(Debug, Clone, Default)]
pub struct References {
    pub competencies: Vec<CompetencyId>,
    /// The questions in `answers`.
    pub answers: Vec<QuestionId>,
    /// The story in `about` or `story`.
    pub story: Option<StoryId>,
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

/// A slug in front matter that names nothing.
pub struct Unknown<'d> {
    pub document: DocumentId,
    pub slug: &'d Slug,
    /// The place of the slug in the file.
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
        let named = self.in_meta(&document.meta);
        let references = References {
            of_items: self.of_items(document),
            ..named
        };
        (references, self.unknown)
    }

    fn in_meta(&mut self, meta: &'d Meta) -> References {
        match meta {
            Meta::Story(model::Story {
                competencies,
                answers,
                ..
            })
            | Meta::Variant(model::Variant {
                competencies,
                answers,
                ..
            }) => References {
                competencies: self.competencies(competencies),
                answers: self.answers(answers),
                ..References::default()
            },
            Meta::Question(model::Question {
                competencies,
                about,
                ..
            })
            | Meta::Sheet(model::Sheet {
                competencies,
                about,
                ..
            }) => References {
                competencies: self.competencies(competencies),
                story: self.story(about.as_ref()),
                ..References::default()
            },
            Meta::CaseStudy(case) => References {
                story: self.story(case.story.as_ref()),
                ..References::default()
            },
            Meta::Competency(_) | Meta::Home(_) => References::default(),
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

    fn answers(&mut self, slugs: &'d [Spanned<Slug>]) -> Vec<QuestionId> {
        let names = self.names;
        let slugs = slugs.iter().map(|slug| (&slug.value, slug.span));
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
