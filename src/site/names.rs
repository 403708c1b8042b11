//! The names of a site: which pages have which slug.

use std::collections::hash_map::Entry;
use std::hash::Hash;
use std::sync::Arc;

use rustc_hash::FxHashMap as HashMap;

use super::catalogue::Catalogue;
use super::{
    AsksId, CaseStudyId, CompetencyId, DocumentId, InterviewId, PageKey, QuestionId, StoryId,
};
use crate::model::{Document, Kind};
use crate::slug::Slug;

/// The pages of each slug. A slug is unique within its kind.
#[derive(Debug)]
pub struct Names {
    by_slug: HashMap<Slug, OneOrMore<PageKey>>,
}

impl Names {
    /// The names of everything that a catalogue lists.
    pub(super) fn new(documents: &[Arc<Document>], catalogue: &Catalogue) -> Self {
        let slug = |id: DocumentId| documents[id.0].slug.clone();
        let stories = catalogue
            .stories
            .iter()
            .enumerate()
            .map(|(index, story)| (slug(story.document), PageKey::story(StoryId(index))));
        let questions = catalogue.questions.iter().enumerate();
        let questions = questions
            .map(|(index, question)| (question.slug.clone(), PageKey::Question(QuestionId(index))));
        let cases = catalogue
            .case_studies
            .iter()
            .enumerate()
            .map(|(index, &id)| (slug(id), PageKey::CaseStudy(CaseStudyId(index))));
        let competencies = catalogue.competencies.iter().enumerate();
        let competencies =
            competencies.map(|(index, &id)| (slug(id), PageKey::Competency(CompetencyId(index))));
        let interviews = catalogue.interviews.iter().enumerate();
        let interviews =
            interviews.map(|(index, &id)| (slug(id), PageKey::Interview(InterviewId(index))));
        let asks = catalogue.asks.iter().enumerate();
        let asks = asks.map(|(index, &id)| (slug(id), PageKey::Asks(AsksId(index))));
        let pages = stories.chain(questions).chain(cases).chain(competencies);
        Self {
            by_slug: grouped(pages.chain(interviews).chain(asks)),
        }
    }

    /// The pages that have a slug: at most one of each kind, and of a story the page of the story itself.
    pub fn pages(&self, slug: &str) -> &[PageKey] {
        self.by_slug.get(slug).map_or(&[], OneOrMore::as_slice)
    }

    /// The page of a kind that has a slug.
    pub fn find(&self, kind: Kind, slug: &str) -> Option<PageKey> {
        self.pages(slug)
            .iter()
            .copied()
            .find(|page| page.kind() == Some(kind))
    }

    /// The story with a slug.
    pub fn story(&self, slug: &str) -> Option<StoryId> {
        self.pages(slug).iter().find_map(|page| match page {
            PageKey::Telling(telling) => Some(telling.story),
            _ => None,
        })
    }

    /// The question with a slug.
    pub fn question(&self, slug: &str) -> Option<QuestionId> {
        self.pages(slug).iter().find_map(|page| match page {
            PageKey::Question(question) => Some(*question),
            _ => None,
        })
    }

    /// The case study with a slug.
    pub fn case_study(&self, slug: &str) -> Option<CaseStudyId> {
        self.pages(slug).iter().find_map(|page| match page {
            PageKey::CaseStudy(case) => Some(*case),
            _ => None,
        })
    }

    /// The competency with a slug.
    pub fn competency(&self, slug: &str) -> Option<CompetencyId> {
        self.pages(slug).iter().find_map(|page| match page {
            PageKey::Competency(competency) => Some(*competency),
            _ => None,
        })
    }

    /// The interview with a slug.
    pub fn interview(&self, slug: &str) -> Option<InterviewId> {
        self.pages(slug).iter().find_map(|page| match page {
            PageKey::Interview(interview) => Some(*interview),
            _ => None,
        })
    }

    /// Every slug once, in any order.
    pub(super) fn slugs(&self) -> impl Iterator<Item = &str> {
        self.by_slug.keys().map(Slug::as_str)
    }

    /// The slugs of a kind, in any order.
    pub(super) fn slugs_of(&self, kind: Kind) -> impl Iterator<Item = &str> {
        let has_kind = move |pages: &OneOrMore<PageKey>| {
            pages
                .as_slice()
                .iter()
                .any(|page| page.kind() == Some(kind))
        };
        self.by_slug
            .iter()
            .filter(move |(_, pages)| has_kind(pages))
            .map(|(slug, _)| slug.as_str())
    }
}

/// The values of a key. Most keys have one value, which needs no memory of its own.
#[derive(Debug)]
pub(super) enum OneOrMore<T> {
    One(T),
    More(Vec<T>),
}

impl<T: Copy> OneOrMore<T> {
    pub(super) fn as_slice(&self) -> &[T] {
        match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::More(values) => values,
        }
    }

    fn push(&mut self, value: T) {
        match self {
            Self::One(first) => *self = Self::More(vec![*first, value]),
            Self::More(values) => values.push(value),
        }
    }
}

/// The values of each key, in the order in which they come.
pub(super) fn grouped<K: Eq + Hash, T: Copy>(
    entries: impl Iterator<Item = (K, T)>,
) -> HashMap<K, OneOrMore<T>> {
    let mut groups: HashMap<K, OneOrMore<T>> = HashMap::default();
    groups.reserve(entries.size_hint().0);
    for (key, value) in entries {
        match groups.entry(key) {
            Entry::Vacant(free) => {
                free.insert(OneOrMore::One(value));
            }
            Entry::Occupied(mut known) => known.get_mut().push(value),
        }
    }
    groups
}
