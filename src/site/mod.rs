//! The linked site: every document, what it means for the others, and the questions that pages ask of it.

mod cycles;
mod edges;
mod link;
mod rank;
mod resolve;
mod telling;

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::config::Config;
use crate::markdown::{Event, Tag};
use crate::model::{self, Audience, Document, Item, Kind, Meta, Section, Status};
use crate::slug::Slug;
use crate::source::{SitePath, Span};

pub use cycles::DEEPEST;
pub use link::link;
pub use resolve::{Destination, Resolver};
pub use telling::{Change, Origin, Telling, Told, capitalised, told_words, uncapitalised};

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident)*) => {
        $($(#[$doc])* #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)] pub struct $name(pub usize);)*
    };
}

ids! {
    /// A document, by its place in [`Site::documents`].
    DocumentId
    /// A story, by its place in [`Site::stories`].
    StoryId
    /// A question, by its place in [`Site::questions`].
    QuestionId
    /// A case study, by its place in [`Site::case_studies`].
    CaseStudyId
    /// A competency, by its place in [`Site::competencies`].
    CompetencyId
}

/// A page that other pages can lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// The home page, which is there without `home.md` too.
    Home,
    /// A telling of a story, by its place in [`Story::tellings`]; the first is the story itself.
    Telling(StoryId, usize),
    /// A question, of the bank or about a story.
    Question(QuestionId),
    /// A case study, by its file.
    CaseStudy(CaseStudyId),
    /// A competency, by its file.
    Competency(CompetencyId),
}

/// The whole site for one audience.
#[derive(Debug)]
pub struct Site {
    /// The settings, as far as the audience may have them.
    pub config: Arc<Config>,
    /// Whom the site is for.
    pub audience: Audience,
    /// In the order of their paths.
    pub documents: Vec<Arc<Document>>,
    /// In the order of their slugs.
    pub stories: Vec<Story>,
    /// The stories, best first.
    pub ranked: Vec<StoryId>,
    /// Those with files first, in the order of their files; then the follow-ups, story by story.
    pub questions: Vec<Question>,
    /// In the order of their slugs.
    pub case_studies: Vec<CaseStudy>,
    /// In the order of their titles.
    pub competencies: Vec<Competency>,
    /// The text of the home page.
    pub home: Option<DocumentId>,
    /// The page of each document; for one that holds several questions, the page of the first.
    pages: Vec<Option<Node>>,
    /// Where the links of each document lead, by the number of the document and of the link.
    destinations: Vec<Vec<Destination>>,
    /// Each page with a page that leads to it, in the order of the first.
    backlinks: Vec<(Node, Node)>,
    /// The competencies by their slugs.
    competency_ids: HashMap<Slug, CompetencyId>,
}

/// A story with its tellings.
#[derive(Debug)]
pub struct Story {
    /// The file of the story itself.
    pub document: DocumentId,
    /// From the name of its file or folder; its address is `stories/<slug>.html`.
    pub slug: Slug,
    /// The story itself, then its variants in the order of their slugs, then the derived ones.
    pub tellings: Vec<Telling>,
    /// The competencies that the story or one of its tellings shows.
    pub competencies: Vec<CompetencyId>,
    /// The questions about it.
    pub follow_ups: Vec<QuestionId>,
    /// Those that name it as the story they come from.
    pub case_studies: Vec<CaseStudyId>,
}

/// A question, wherever it is written.
#[derive(Debug)]
pub struct Question {
    /// Unique among all questions; a follow-up inside a story has the slug of the story before its own.
    pub slug: Slug,
    /// The document that holds it.
    pub document: DocumentId,
    /// Its place in a sheet or under a story's follow-ups: the section and the item; nothing where it has a file.
    pub item: Option<(usize, usize)>,
    /// What it probes; a follow-up without any of its own probes what its story shows.
    pub competencies: Vec<CompetencyId>,
    /// The story that it is about; nothing for a question of the bank.
    pub about: Option<StoryId>,
    /// The stories that name it, best first.
    pub answers: Vec<StoryId>,
    /// Stories that share its competencies, best first; only the first few.
    pub adaptable: Vec<StoryId>,
    /// How many stories share its competencies without naming it.
    pub adaptable_total: usize,
}

/// A case study and the story behind it.
#[derive(Debug)]
pub struct CaseStudy {
    /// The file that holds it.
    pub document: DocumentId,
    /// From the name of its file; its address is `case-studies/<slug>.html`.
    pub slug: Slug,
    /// The story that it comes from; nothing where it names none, or none that the audience may see.
    pub story: Option<StoryId>,
}

/// A competency and what shows or probes it.
#[derive(Debug)]
pub struct Competency {
    /// The file that holds it.
    pub document: DocumentId,
    /// From the name of its file; front matter and hashtags name it by this.
    pub slug: Slug,
    /// Its names in the frameworks of employers, as `Dive Deep (Amazon)`, joined by commas.
    pub known_as: String,
    /// The stories that show it, best first.
    pub stories: Vec<StoryId>,
    /// The questions of the bank that probe it.
    pub questions: Vec<QuestionId>,
}

impl Site {
    /// The document of an id; like every id, it has a meaning in the site alone that gave it.
    pub fn document(&self, id: DocumentId) -> &Document {
        &self.documents[id.0]
    }

    /// The story of an id of this site.
    pub fn story(&self, id: StoryId) -> &Story {
        &self.stories[id.0]
    }

    /// The question of an id of this site.
    pub fn question(&self, id: QuestionId) -> &Question {
        &self.questions[id.0]
    }

    /// The case study of an id of this site.
    pub fn case_study(&self, id: CaseStudyId) -> &CaseStudy {
        &self.case_studies[id.0]
    }

    /// The competency of an id of this site.
    pub fn competency(&self, id: CompetencyId) -> &Competency {
        &self.competencies[id.0]
    }

    /// The ids of all stories, in the order of their slugs.
    pub fn stories(&self) -> impl Iterator<Item = StoryId> + use<> {
        (0..self.stories.len()).map(StoryId)
    }

    /// The ids of all questions, in the order of [`Site::questions`].
    pub fn questions(&self) -> impl Iterator<Item = QuestionId> + use<> {
        (0..self.questions.len()).map(QuestionId)
    }

    /// The ids of all case studies, in the order of their slugs.
    pub fn case_studies(&self) -> impl Iterator<Item = CaseStudyId> + use<> {
        (0..self.case_studies.len()).map(CaseStudyId)
    }

    /// The ids of all competencies, in the order of their titles.
    pub fn competencies(&self) -> impl Iterator<Item = CompetencyId> + use<> {
        (0..self.competencies.len()).map(CompetencyId)
    }

    /// The front matter of a story.
    pub fn story_meta(&self, id: StoryId) -> &model::Story {
        match &self.document(self.story(id).document).meta {
            Meta::Story(story) => story,
            _ => unreachable!("only stories become stories"),
        }
    }

    /// The front matter of a case study.
    pub fn case_study_meta(&self, id: CaseStudyId) -> &model::CaseStudy {
        match &self.document(self.case_study(id).document).meta {
            Meta::CaseStudy(case) => case,
            _ => unreachable!("only case studies become case studies"),
        }
    }

    /// The front matter of a competency.
    pub fn competency_meta(&self, id: CompetencyId) -> &model::Competency {
        match &self.document(self.competency(id).document).meta {
            Meta::Competency(competency) => competency,
            _ => unreachable!("only competencies become competencies"),
        }
    }

    /// The front matter of a question that has a file of its own.
    pub fn question_meta(&self, id: QuestionId) -> Option<&model::Question> {
        match (&self.document(self.question(id).document).meta, self.question(id).item) {
            (Meta::Question(question), None) => Some(question),
            _ => None,
        }
    }

    /// A question that stands in a sheet or under a story's follow-ups.
    pub fn question_item(&self, id: QuestionId) -> Option<&Item> {
        let question = self.question(id);
        let (section, item) = question.item?;
        Some(&self.document(question.document).sections[section].items[item])
    }

    /// The words of a question.
    pub fn wording(&self, id: QuestionId) -> &str {
        match (self.question_item(id), self.question_meta(id)) {
            (Some(item), _) => &item.question,
            (None, Some(meta)) => &meta.question,
            (None, None) => "",
        }
    }

    /// Whether a question belongs to the bank: it is about no story of the author's.
    pub fn is_of_bank(&self, id: QuestionId) -> bool {
        self.question(id).about.is_none()
    }

    /// Whether a question about a story still lacks its answer.
    pub fn is_open(&self, id: QuestionId) -> bool {
        if self.is_of_bank(id) {
            return false;
        }
        let document = self.document(self.question(id).document);
        self.question_item(id).map_or_else(|| document.body.is_blank(0..document.body.nodes.len()), |item| item.is_open)
    }

    /// The title of a page that a node stands for.
    pub fn title(&self, node: Node) -> &str {
        match node {
            Node::Home => {
                self.home.map(|home| self.document(home).meta.title()).filter(|title| !title.is_empty()).unwrap_or(&self.config.title)
            }
            Node::Telling(story, 0) => &self.story_meta(story).title,
            Node::Telling(story, telling) => &self.story(story).tellings[telling].label,
            Node::Question(question) => self.wording(question),
            Node::CaseStudy(case) => &self.case_study_meta(case).title,
            Node::Competency(competency) => &self.competency_meta(competency).title,
        }
    }

    /// The page that shows a document; for one that holds several questions, that of the first.
    pub fn page_of(&self, document: DocumentId) -> Option<Node> {
        self.pages[document.0]
    }

    /// The pages that lead to a page by a link in their text.
    pub fn backlinks(&self, node: Node) -> impl Iterator<Item = Node> + '_ {
        let start = self.backlinks.partition_point(|&(to, _)| to < node);
        self.backlinks[start..].iter().take_while(move |&&(to, _)| to == node).map(|&(_, from)| from)
    }

    /// Where a link of a document leads.
    pub fn destination(&self, document: DocumentId, link: u32) -> &Destination {
        &self.destinations[document.0][link as usize]
    }

    /// The stretch of a document that a link to a page and a fragment shows where it is transcluded.
    pub fn shown(&self, node: Node, fragment: &str, section: Option<(DocumentId, usize)>) -> Option<(DocumentId, Range<usize>)> {
        if let Some((document, section)) = section {
            return Some((document, self.document(document).sections[section].nodes.clone()));
        }
        if let Node::Question(question) = node
            && let Some(item) = self.question_item(question)
        {
            return Some((self.question(question).document, item.nodes.clone()));
        }
        let id = self.document_of(node)?;
        let document = self.document(id);
        if fragment.is_empty() {
            return Some((id, 0..document.body.nodes.len()));
        }
        document.body.below_heading(fragment).map(|nodes| (id, nodes))
    }

    /// The stretches of documents that a document shows within itself, and that these show, each once.
    pub fn transcluded(&self, document: DocumentId) -> Vec<(DocumentId, Range<usize>)> {
        let mut found = vec![(document, 0..self.document(document).body.nodes.len())];
        let mut known: HashSet<_> = found.iter().cloned().collect();
        let mut next = 0;
        while let Some((id, nodes)) = found.get(next).cloned() {
            for node in &self.document(id).body.nodes[nodes] {
                let Event::Transclusion(number) = node.event else { continue };
                let Destination::Page { node, fragment, section } = self.destination(id, number) else { continue };
                found.extend(self.shown(*node, fragment, *section).filter(|stretch| known.insert(stretch.clone())));
            }
            next += 1;
        }
        found.split_off(1)
    }

    /// The files other than documents that some document refers to.
    pub fn used_assets(&self) -> BTreeSet<SitePath> {
        (0..self.documents.len()).flat_map(|index| self.assets_of(DocumentId(index))).cloned().collect()
    }

    /// The first place in the documents that refers to a file; the file itself where there is none.
    pub fn reference_to<'a>(&'a self, path: &'a SitePath) -> (&'a SitePath, Span) {
        let leads_there = |destination: &Destination| matches!(destination, Destination::Asset(asset) if asset == path);
        let places = self.documents.iter().zip(&self.destinations).find_map(|(document, destinations)| {
            let link = &document.body.links[destinations.iter().position(leads_there)?];
            Some((&document.path, link.span))
        });
        places.unwrap_or((path, Span::default()))
    }

    /// The files other than documents that a document refers to.
    pub fn assets_of(&self, document: DocumentId) -> impl Iterator<Item = &SitePath> {
        self.destinations[document.0].iter().filter_map(|destination| match destination {
            Destination::Asset(path) => Some(path),
            _ => None,
        })
    }

    /// The same, with those that it shows from other documents.
    pub fn assets_shown(&self, document: DocumentId) -> BTreeSet<&SitePath> {
        let mut assets: BTreeSet<&SitePath> = self.assets_of(document).collect();
        for (id, nodes) in self.transcluded(document) {
            assets.extend(self.document(id).body.nodes[nodes].iter().filter_map(|node| match node.event {
                Event::Start(Tag::Image(number) | Tag::Link(number)) => match self.destination(id, number) {
                    Destination::Asset(path) => Some(path),
                    _ => None,
                },
                _ => None,
            }));
        }
        assets
    }

    /// The competency with a slug.
    pub fn competency_named(&self, slug: &str) -> Option<CompetencyId> {
        self.competency_ids.get(slug).copied()
    }

    /// The document at a path.
    pub fn document_at(&self, path: &SitePath) -> Option<DocumentId> {
        self.documents.binary_search_by(|document| document.path.cmp(path)).ok().map(DocumentId)
    }

    /// The case study with a slug.
    pub fn case_study_named(&self, slug: &Slug) -> Option<CaseStudyId> {
        self.case_studies.binary_search_by(|case| case.slug.cmp(slug)).ok().map(CaseStudyId)
    }

    /// The story with a slug.
    pub fn story_named(&self, slug: &Slug) -> Option<StoryId> {
        self.stories.binary_search_by(|story| story.slug.cmp(slug)).ok().map(StoryId)
    }

    /// How long some words take to say, in seconds.
    pub fn seconds(&self, words: u32) -> u32 {
        (words * 60).div_ceil(self.config.words_per_minute.max(1))
    }

    /// Whether a story is one that is still told.
    pub fn is_told(&self, story: StoryId) -> bool {
        self.document(self.story(story).document).status != Status::Retired
    }

    /// How many reviewers' remarks are open in a document.
    pub fn open_remarks(&self, document: DocumentId) -> usize {
        self.document(document).open_remarks().count()
    }
}

impl Document {
    /// The nodes of the reviewers' remarks that are open.
    pub fn open_remarks(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        use crate::markdown::{CalloutKind, Event, Tag};
        let has_remarks = self.body.callouts.iter().any(|callout| callout.kind == CalloutKind::Question);
        let nodes = if has_remarks { self.body.nodes.as_slice() } else { &[] };
        nodes.iter().enumerate().filter_map(|(index, node)| match node.event {
            Event::Start(Tag::Callout(number)) if self.body.callouts[number as usize].kind == CalloutKind::Question => {
                Some(index + 1..self.body.end_of(index))
            }
            _ => None,
        })
    }

    /// The section that a fragment names, by its place: by its id, or by the name of its part.
    pub fn section_named(&self, fragment: &str) -> Option<usize> {
        let slug = Slug::of(fragment);
        let with_id = |id: &str| {
            let start = self.body.start_of_heading(self.body.heading_named(id)?)?;
            // The nodes of a section follow its heading.
            let section = self.sections.partition_point(|section| section.nodes.start <= start);
            self.sections.get(section).filter(|section| section.id == id).map(|_| section)
        };
        let by_id = with_id(fragment).into_iter().chain(with_id(slug.as_str())).min();
        let has_name = |section: &Section| {
            let name = section.part.map_or("", model::Part::name);
            !name.is_empty() && (name == slug.as_str() || name.trim_end_matches('s') == slug.as_str())
        };
        let by_name = || self.sections.iter().position(has_name);
        by_id.or_else(by_name)
    }

    /// The section in which a node stands, by its place.
    pub fn section_at(&self, node: usize) -> Option<usize> {
        last_at(&self.sections, node, |section| &section.nodes)
    }
}

impl Section {
    /// The question in whose answer a node stands, by its place.
    pub fn item_at(&self, node: usize) -> Option<usize> {
        last_at(&self.items, node, |item| &item.nodes)
    }
}

/// The place of what holds a node, of things in the order of their stretches.
fn last_at<T>(things: &[T], node: usize, nodes: impl Fn(&T) -> &Range<usize>) -> Option<usize> {
    let place = things.partition_point(|thing| nodes(thing).start <= node).checked_sub(1)?;
    nodes(&things[place]).contains(&node).then_some(place)
}

/// The kind of a node's page; nothing for the home page.
pub fn kind_of(node: Node) -> Option<Kind> {
    match node {
        Node::Home => None,
        Node::Telling(..) => Some(Kind::Story),
        Node::Question(_) => Some(Kind::Question),
        Node::CaseStudy(_) => Some(Kind::CaseStudy),
        Node::Competency(_) => Some(Kind::Competency),
    }
}

/// Adds an element that comes in ascending order.
fn push_new_last<T: PartialEq>(list: &mut Vec<T>, element: T) {
    if list.last() != Some(&element) {
        list.push(element);
    }
}

/// The elements that are different, each where it comes first.
fn distinct<T: Clone + Eq + std::hash::Hash>(elements: impl Iterator<Item = T>) -> Vec<T> {
    let mut known = HashSet::default();
    elements.filter(|element| known.insert(element.clone())).collect()
}
