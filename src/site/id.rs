//! The identities of things in a linked site. An id is a number that means something in the site alone that gave it.

use std::sync::Arc;

use crate::model::{Document, Kind, Section};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)] pub struct $name(pub usize);)*
    };
}

ids! {
    /// A document, by its place in [`Contents::documents`](super::Contents::documents).
    DocumentId
    /// A story, by its place in [`Contents::stories`](super::Contents::stories).
    StoryId
    /// A question, by its place in [`Contents::questions`](super::Contents::questions).
    QuestionId
    /// A case study, by its place in [`Contents::case_studies`](super::Contents::case_studies).
    CaseStudyId
    /// A competency, by its place in [`Contents::competencies`](super::Contents::competencies).
    CompetencyId
    /// An interview, by its place in [`Contents::interviews`](super::Contents::interviews).
    InterviewId
    /// A list of questions that the author asks, by its place in [`Contents::asks`](super::Contents::asks).
    AsksId
}

/// A telling of a story.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TellingId {
    /// The story that it tells.
    pub story: StoryId,
    /// Its place in [`Story::tellings`](super::Story::tellings).
    pub index: usize,
}

impl TellingId {
    /// The story itself, which is the first of its tellings.
    pub fn main(story: StoryId) -> Self {
        Self { story, index: 0 }
    }

    /// Whether it is the story itself.
    pub fn is_main(self) -> bool {
        self.index == 0
    }
}

/// A section of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SectionId {
    /// The document that holds it.
    pub document: DocumentId,
    /// Its place in the sections of the document.
    pub section: usize,
}

impl SectionId {
    /// The section itself, from the documents that its id is for.
    pub(super) fn of(self, documents: &[Arc<Document>]) -> &Section {
        &documents[self.document.0].sections[self.section]
    }
}

/// A question inside of a document.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ItemId {
    /// The place of its section in the document.
    pub section: usize,
    /// Its place in the items of the section.
    pub item: usize,
}

/// The page of a thing: a page that links can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageKey {
    /// The home page. Every site has one, with or without `home.md`.
    Home,
    /// A telling of a story.
    Telling(TellingId),
    /// A question, of the bank or about a story.
    Question(QuestionId),
    /// A case study.
    CaseStudy(CaseStudyId),
    /// A competency.
    Competency(CompetencyId),
    /// An interview.
    Interview(InterviewId),
    /// A list of questions that the author asks.
    Asks(AsksId),
}

impl PageKey {
    /// The page of the story itself.
    pub fn story(story: StoryId) -> Self {
        Self::Telling(TellingId::main(story))
    }

    /// The kind of its thing; `None` for the home page.
    pub fn kind(self) -> Option<Kind> {
        match self {
            Self::Home => None,
            Self::Telling(_) => Some(Kind::Story),
            Self::Question(_) => Some(Kind::Question),
            Self::CaseStudy(_) => Some(Kind::CaseStudy),
            Self::Competency(_) => Some(Kind::Competency),
            Self::Interview(_) => Some(Kind::Interview),
            // It lies in the folder of questions and has an address like theirs.
            Self::Asks(_) => Some(Kind::Question),
        }
    }
}
