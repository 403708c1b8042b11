//! The linked site: every document, how the things in them belong together, and the queries of pages.

mod advice;
mod catalogue;
mod claims;
mod cycles;
mod files;
mod id;
mod interviews;
mod link;
mod links;
mod names;
mod rank;
mod references;
mod resolve;
mod stories;
mod telling;
mod unknown;

use std::collections::BTreeSet;
use std::ops::{Deref, Range};
use std::sync::Arc;

use rustc_hash::FxHashSet as HashSet;

use crate::config::Config;
use crate::markdown::{Event, LinkId, Tag};
use crate::model::{
    self, Audience, DirectAnswer, Document, Item, Kind, Length, Meta, Occasion, Section,
};
use crate::slug::{PageName, Slug};
use crate::source::{SitePath, Span};

pub use cycles::DEEPEST;
pub use id::{
    AsksId, CaseStudyId, CompetencyId, DocumentId, InterviewId, ItemId, PageKey, QuestionId,
    SectionId, StoryId, TellingId,
};
pub use link::link;
pub use names::Names;
pub use rank::{Fit, Reason};
pub use references::OccasionNames;
pub use resolve::Destination;
pub use telling::{Change, Origin, Telling, TellingSection, capitalised, uncapitalised};

/// The whole site for one audience: its contents, and where the links in their texts lead.
#[derive(Debug)]
pub struct Site {
    contents: Contents,
    links: links::Links,
}

/// A site has everything that its contents have.
impl Deref for Site {
    type Target = Contents;

    fn deref(&self) -> &Contents {
        &self.contents
    }
}

/// What a site holds: the documents, and the things that pages are about.
#[derive(Debug)]
pub struct Contents {
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
    /// The place of each story in `ranked`.
    places: Vec<usize>,
    /// Those with files first, in the order of their files; then the follow-ups, story by story.
    pub questions: Vec<Question>,
    /// In the order of their slugs.
    pub case_studies: Vec<CaseStudy>,
    /// In the order of their titles.
    pub competencies: Vec<Competency>,
    /// In the order of their dates, those without a date last.
    pub interviews: Vec<Interview>,
    /// The companies of the interviews.
    companies: interviews::Companies,
    /// The interview that comes next: the first that is not retired and has no record of what was told or asked in it.
    ///
    /// A site is a function of its files and has no clock, so the author's records say what is over.
    pub coming: Option<InterviewId>,
    /// The lists of questions that the author asks, in the order of their slugs.
    pub asks: Vec<Asks>,
    /// The text of the home page.
    pub home: Option<DocumentId>,
    /// Which pages have which slug.
    pub names: Names,
    /// The page of each document; for one that holds several questions, the page of the first.
    pages: Vec<Option<PageKey>>,
}

/// A story with its tellings.
#[derive(Debug)]
pub struct Story {
    /// The file of the story itself.
    pub document: DocumentId,
    /// From the name of its file or folder; its address is `stories/<slug>.html`.
    pub slug: Slug,
    /// The story itself, then its variants in the order of their slugs, then what its hashtags give.
    pub tellings: Vec<Telling>,
    /// The competencies that its front matter claims, or that of a variant which may be chosen.
    pub claimed: Vec<CompetencyId>,
    /// The competencies that its hashtags name, in the order of the text.
    pub evidence: Vec<Evidence>,
    /// What each occasion in its `told` names, in the same order.
    pub told: Vec<OccasionNames>,
    /// The questions about it.
    pub follow_ups: Vec<QuestionId>,
    /// Those that name it as the story they come from.
    pub case_studies: Vec<CaseStudyId>,
}

/// What the hashtags of a story show of a competency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Evidence {
    /// What they name.
    pub competency: CompetencyId,
    /// How much of the action has the hashtag, in percent of its words.
    pub share: u8,
}

/// Whether a story claims a competency, and whether its text shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// Its front matter, or that of a variant, names the competency.
    pub is_claimed: bool,
    /// How much of the action has the hashtag, in percent of its words; `None` without a hashtag.
    pub evidence: Option<u8>,
}

/// A question, wherever it is written.
#[derive(Debug)]
pub struct Question {
    /// Unique among all questions; a follow-up inside a story has the slug of the story before its own.
    pub slug: Slug,
    /// The document that holds it.
    pub document: DocumentId,
    /// Its place in a sheet or under a story's follow-ups; `None` if it has a file of its own.
    pub item: Option<ItemId>,
    /// What it probes; a follow-up without any of its own probes what its story shows.
    pub competencies: Vec<CompetencyId>,
    /// The story that it is about; `None` for a question of the bank.
    pub about: Option<StoryId>,
    /// The stories that name it, best first.
    pub answers: Vec<StoryId>,
    /// What each occasion in its `asked` names, in the same order.
    pub asked: Vec<OccasionNames>,
    /// The occasions in the `told` of stories that name it, story by story. Where a story answered a question, it was asked.
    pub answered: Vec<(StoryId, usize)>,
    /// Stories that share its competencies, best first; only the first few.
    pub adaptable: Vec<StoryId>,
    /// How many stories share its competencies without naming it.
    pub adaptable_total: usize,
}

/// A case study and the story that it comes from.
#[derive(Debug)]
pub struct CaseStudy {
    /// The file that holds it.
    pub document: DocumentId,
    /// From the name of its file; its address is `case-studies/<slug>.html`.
    pub slug: Slug,
    /// The story that it comes from; `None` if it names none, or none that the audience may see.
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
    /// The stories that claim it, best first.
    pub stories: Vec<StoryId>,
    /// The stories that have hashtags for it and do not claim it, best first.
    pub evidenced: Vec<StoryId>,
    /// The questions of the bank that probe it.
    pub questions: Vec<QuestionId>,
}

/// An interview, and what happened in it.
#[derive(Debug)]
pub struct Interview {
    /// The file that holds it.
    pub document: DocumentId,
    /// From the name of its file; its address is `interviews/<slug>.html`.
    pub slug: Slug,
    /// Its own title, else the company and the round.
    pub title: String,
    /// The questions that are likely to be asked, in the author's order.
    pub questions: Vec<QuestionId>,
    /// What was told in it, story by story.
    pub told: Vec<Told>,
    /// The questions whose `asked` names it, and those that a story told in it answered; in the order of their ids.
    pub asked: Vec<QuestionId>,
}

/// A story that was told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Told {
    /// The story.
    pub story: StoryId,
    /// The place of the occasion in the story's `told`.
    pub occasion: usize,
    /// The question that it answered, if the author noted it.
    pub question: Option<QuestionId>,
}

/// A list of questions that the author asks.
#[derive(Debug)]
pub struct Asks {
    /// The file that holds it.
    pub document: DocumentId,
    /// From the name of its file; its address is `questions/<slug>.html`.
    pub slug: Slug,
}

impl Story {
    /// The story itself, as it is told without a variant.
    pub fn main(&self) -> &Telling {
        &self.tellings[0]
    }

    /// The files that it is told in, each with the place of its telling.
    pub fn files(&self) -> impl Iterator<Item = (usize, DocumentId)> {
        let file = |telling: &Telling| match telling.origin {
            Origin::Story => Some(self.document),
            Origin::Variant(document) => Some(document),
            Origin::Emphasis(_) | Origin::Cut(_) => None,
        };
        self.tellings
            .iter()
            .enumerate()
            .filter_map(move |(index, telling)| Some((index, file(telling)?)))
    }

    /// How the story stands to a competency; `None` if it neither claims nor shows it.
    pub fn standing(&self, competency: CompetencyId) -> Option<Standing> {
        let is_claimed = self.claimed.contains(&competency);
        let evidence = self
            .evidence
            .iter()
            .find(|evidence| evidence.competency == competency)
            .map(|evidence| evidence.share);
        (is_claimed || evidence.is_some()).then_some(Standing {
            is_claimed,
            evidence,
        })
    }

    /// The tellings that somebody wrote: the story and its variants.
    pub fn written(&self) -> impl Iterator<Item = &Telling> {
        let is_written =
            |telling: &&Telling| matches!(telling.origin, Origin::Story | Origin::Variant(_));
        self.tellings.iter().filter(is_written)
    }

    /// The place of the telling with a slug. An empty slug names the story itself.
    fn telling_named(&self, slug: &Slug) -> Option<usize> {
        self.tellings
            .iter()
            .position(|telling| telling.slug == *slug)
    }
}

impl Contents {
    /// The document of an id of this site.
    pub fn document(&self, id: DocumentId) -> &Document {
        &self.documents[id.0]
    }

    /// The story of an id of this site.
    pub fn story(&self, id: StoryId) -> &Story {
        &self.stories[id.0]
    }

    /// The telling of an id of this site.
    pub fn telling(&self, id: TellingId) -> &Telling {
        &self.story(id.story).tellings[id.index]
    }

    /// The section of an id of this site.
    pub fn section(&self, id: SectionId) -> &Section {
        id.of(&self.documents)
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

    /// The interview of an id of this site.
    pub fn interview(&self, id: InterviewId) -> &Interview {
        &self.interviews[id.0]
    }

    /// The list of questions that the author asks, of an id of this site.
    pub fn asks_list(&self, id: AsksId) -> &Asks {
        &self.asks[id.0]
    }

    /// The ids of all interviews, in the order of [`Contents::interviews`].
    pub fn interviews(&self) -> impl Iterator<Item = InterviewId> + use<> {
        (0..self.interviews.len()).map(InterviewId)
    }

    /// The ids of all lists of questions that the author asks.
    pub fn asks_lists(&self) -> impl Iterator<Item = AsksId> + use<> {
        (0..self.asks.len()).map(AsksId)
    }

    /// The ids of all stories, in the order of their slugs.
    pub fn stories(&self) -> impl Iterator<Item = StoryId> + use<> {
        (0..self.stories.len()).map(StoryId)
    }

    /// The ids of all tellings of a story, the story itself first.
    pub fn tellings(&self, story: StoryId) -> impl Iterator<Item = TellingId> + use<> {
        (0..self.story(story).tellings.len()).map(move |index| TellingId { story, index })
    }

    /// The ids of all questions, in the order of [`Contents::questions`].
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

    /// The front matter of an interview.
    pub fn interview_meta(&self, id: InterviewId) -> &model::Interview {
        match &self.document(self.interview(id).document).meta {
            Meta::Interview(interview) => interview,
            _ => unreachable!("only interviews become interviews"),
        }
    }

    /// The front matter of a question; `None` if it has no file of its own.
    pub fn question_meta(&self, id: QuestionId) -> Option<&model::Question> {
        match (
            &self.document(self.question(id).document).meta,
            self.question(id).item,
        ) {
            (Meta::Question(question), None) => Some(question),
            _ => None,
        }
    }

    /// A question that is written in a sheet or under a story's follow-ups.
    pub fn question_item(&self, id: QuestionId) -> Option<&Item> {
        let question = self.question(id);
        let ItemId { section, item } = question.item?;
        Some(&self.document(question.document).sections[section].items[item])
    }

    /// The words of a question.
    pub fn wording(&self, id: QuestionId) -> &str {
        match (self.question_item(id), self.question_meta(id)) {
            (Some(item), _) => &item.question,
            (None, Some(meta)) => meta.question.as_str(),
            (None, None) => "",
        }
    }

    /// Whether a question belongs to the bank: it is not about a story of the author's.
    pub fn is_of_bank(&self, id: QuestionId) -> bool {
        self.question(id).about.is_none()
    }

    /// The direct answers to a question that are written, the one that fits everywhere first.
    pub fn direct_answers(&self, id: QuestionId) -> Vec<&DirectAnswer> {
        let document = self.document(self.question(id).document);
        let answers = match self.question_item(id) {
            Some(item) => &item.answers,
            None => &document.answers,
        };
        let mut written: Vec<&DirectAnswer> = answers
            .iter()
            .filter(|answer| !document.body.is_blank(answer.nodes.clone()))
            .collect();
        written.sort_by_key(|answer| answer.interview.is_some());
        written
    }

    /// Whether a question of the bank has neither a story that names it nor a direct answer.
    pub fn is_gap(&self, id: QuestionId) -> bool {
        self.is_of_bank(id)
            && self.question(id).answers.is_empty()
            && self.direct_answers(id).is_empty()
    }

    /// How long a telling should take: its own length, else that of its story, else that of the site.
    pub fn target(&self, id: TellingId) -> Length {
        self.telling(id)
            .length
            .or(self.story(id.story).main().length)
            .unwrap_or(self.config.length)
    }

    /// The sentence with which a telling answers a question, spoken before the story starts: its own, else its story's.
    pub fn opening(&self, id: TellingId, question: QuestionId) -> Option<&model::Prose> {
        self.own_opening(id, question)
            .or_else(|| self.own_opening(TellingId::main(id.story), question))
    }

    fn own_opening(&self, id: TellingId, question: QuestionId) -> Option<&model::Prose> {
        let telling = self.telling(id);
        let found = telling
            .openings
            .binary_search_by_key(&question, |(question, _)| *question)
            .ok()?;
        let document = match telling.origin {
            Origin::Variant(document) => document,
            Origin::Story | Origin::Emphasis(_) | Origin::Cut(_) => self.story(id.story).document,
        };
        let answers = match &self.document(document).meta {
            Meta::Story(story) => &story.answers,
            Meta::Variant(variant) => &variant.answers,
            _ => return None,
        };
        answers[telling.openings[found].1].opening.as_ref()
    }

    /// Whether a question about a story still lacks its answer.
    pub fn is_open(&self, id: QuestionId) -> bool {
        if self.is_of_bank(id) {
            return false;
        }
        let document = self.document(self.question(id).document);
        self.question_item(id).map_or_else(
            || document.body.is_blank(0..document.body.nodes.len()),
            |item| item.is_open,
        )
    }

    /// The occasions on which a question was asked: those of its own `asked`, then those on which a story answered it, each interview
    /// once.
    pub fn asked(&self, id: QuestionId) -> Vec<(&Occasion, OccasionNames)> {
        let question = self.question(id);
        let own = self.question_meta(id).map_or(&[][..], |meta| &meta.asked);
        let mut asked: Vec<(&Occasion, OccasionNames)> =
            own.iter().zip(question.asked.iter().copied()).collect();
        let mut known: HashSet<InterviewId> = asked
            .iter()
            .filter_map(|(_, names)| names.interview)
            .collect();
        for &(story, place) in &question.answered {
            let names = self.story(story).told[place];
            if names
                .interview
                .is_none_or(|interview| known.insert(interview))
            {
                asked.push((&self.story_meta(story).told[place], names));
            }
        }
        asked
    }

    /// The title of a page.
    pub fn title(&self, page: PageKey) -> &str {
        match page {
            PageKey::Home => self
                .home
                .map(|home| self.document(home).meta.title())
                .filter(|title| !title.is_empty())
                .unwrap_or(&self.config.title),
            PageKey::Telling(telling) if telling.is_main() => {
                self.story_meta(telling.story).title.as_str()
            }
            PageKey::Telling(telling) => &self.telling(telling).label,
            PageKey::Question(question) => self.wording(question),
            PageKey::CaseStudy(case) => self.case_study_meta(case).title.as_str(),
            PageKey::Competency(competency) => self.competency_meta(competency).title.as_str(),
            PageKey::Interview(interview) => &self.interview(interview).title,
            PageKey::Asks(asks) => self.title_of_asks(asks),
        }
    }

    /// The title of a list of questions that the author asks, else the name of its file.
    fn title_of_asks(&self, id: AsksId) -> &str {
        let asks = self.asks_list(id);
        let title = self.document(asks.document).meta.title();
        if title.is_empty() {
            asks.slug.as_str()
        } else {
            title
        }
    }

    /// The name of a page.
    pub fn name(&self, page: PageKey) -> PageName {
        match page {
            PageKey::Home => PageName::Home,
            PageKey::Telling(telling) if telling.is_main() => {
                PageName::Story(self.story(telling.story).slug.clone())
            }
            PageKey::Telling(id) => PageName::Telling(
                self.story(id.story).slug.clone(),
                self.telling(id).slug.clone(),
            ),
            PageKey::Question(question) => PageName::Question(self.question(question).slug.clone()),
            PageKey::CaseStudy(case) => PageName::CaseStudy(self.case_study(case).slug.clone()),
            PageKey::Competency(competency) => {
                PageName::Competency(self.competency(competency).slug.clone())
            }
            PageKey::Interview(interview) => {
                PageName::Interview(self.interview(interview).slug.clone())
            }
            PageKey::Asks(asks) => PageName::Question(self.asks_list(asks).slug.clone()),
        }
    }

    /// The page with a name; `None` if the site has no such page.
    pub fn page(&self, name: &PageName) -> Option<PageKey> {
        match name {
            PageName::Home => Some(PageKey::Home),
            PageName::Story(slug) => self.find(Kind::Story, slug),
            PageName::Telling(story, telling) => {
                let story = self.names.story(story.as_str())?;
                self.story(story)
                    .telling_named(telling)
                    .map(|index| PageKey::Telling(TellingId { story, index }))
            }
            PageName::Question(slug) => self.find(Kind::Question, slug),
            PageName::CaseStudy(slug) => self.find(Kind::CaseStudy, slug),
            PageName::Competency(slug) => self.find(Kind::Competency, slug),
            PageName::Interview(slug) => self.find(Kind::Interview, slug),
        }
    }

    /// The page of a kind that has a slug; of a story, the page of the story itself.
    pub fn find(&self, kind: Kind, slug: &Slug) -> Option<PageKey> {
        self.names.find(kind, slug.as_str())
    }

    /// The page that shows a document; for one that holds several questions, that of the first.
    pub fn page_of(&self, document: DocumentId) -> Option<PageKey> {
        self.pages[document.0]
    }

    /// The document whose text a page shows; `None` for the home page of a site without a text for it.
    pub fn document_of(&self, page: PageKey) -> Option<DocumentId> {
        match page {
            PageKey::Home => self.home,
            PageKey::Telling(id) => match self.telling(id).origin {
                Origin::Variant(document) => Some(document),
                Origin::Story | Origin::Emphasis(_) | Origin::Cut(_) => {
                    Some(self.story(id.story).document)
                }
            },
            PageKey::Question(question) => Some(self.question(question).document),
            PageKey::CaseStudy(case) => Some(self.case_study(case).document),
            PageKey::Competency(competency) => Some(self.competency(competency).document),
            PageKey::Interview(interview) => Some(self.interview(interview).document),
            PageKey::Asks(asks) => Some(self.asks_list(asks).document),
        }
    }

    /// The document at a path.
    pub fn document_at(&self, path: &SitePath) -> Option<DocumentId> {
        self.documents
            .binary_search_by(|document| document.path.cmp(path))
            .ok()
            .map(DocumentId)
    }

    /// The nodes of a document that a link to a page and a fragment shows if it is a transclusion.
    pub fn shown(
        &self,
        page: PageKey,
        fragment: &str,
        section: Option<SectionId>,
    ) -> Option<(DocumentId, Range<usize>)> {
        if let Some(section) = section {
            return Some((section.document, self.section(section).nodes.clone()));
        }
        if let PageKey::Question(question) = page
            && let Some(item) = self.question_item(question)
        {
            return Some((self.question(question).document, item.nodes.clone()));
        }
        let id = self.document_of(page)?;
        let document = self.document(id);
        if fragment.is_empty() {
            return Some((id, 0..document.body.nodes.len()));
        }
        document
            .body
            .below_heading(fragment)
            .map(|nodes| (id, nodes))
    }

    /// How many words of a section of a telling are spoken.
    pub fn spoken_words(&self, telling: &Telling, section: &TellingSection) -> u32 {
        telling::spoken_words(&self.documents, section.id, &telling.left_out)
    }

    /// How long some words take to say, in seconds.
    pub fn seconds(&self, words: u32) -> u32 {
        (words * 60).div_ceil(self.config.words_per_minute.max(1))
    }

    /// How many reviewers' remarks are open in a document.
    pub fn open_remarks(&self, document: DocumentId) -> usize {
        self.document(document).open_remarks().count()
    }
}

impl Site {
    /// The same site with other settings.
    #[must_use]
    pub fn with_config(self, config: Arc<Config>) -> Self {
        Self {
            contents: Contents {
                config,
                ..self.contents
            },
            ..self
        }
    }

    /// The pages that lead to a page by a link in their text.
    pub fn backlinks(&self, page: PageKey) -> impl Iterator<Item = PageKey> + '_ {
        let backlinks = &self.links.backlinks;
        let start = backlinks.partition_point(|&(to, _)| to < page);
        backlinks[start..]
            .iter()
            .take_while(move |&&(to, _)| to == page)
            .map(|&(_, from)| from)
    }

    /// Where a link of a document leads.
    pub fn destination(&self, document: DocumentId, link: LinkId) -> &Destination {
        &self.links.destinations[document.0][link.index()]
    }

    /// The stretches of documents that a document shows within itself, and that these show, each once.
    pub fn transcluded(&self, document: DocumentId) -> Vec<(DocumentId, Range<usize>)> {
        let mut found = vec![(document, 0..self.document(document).body.nodes.len())];
        let mut known: HashSet<_> = found.iter().cloned().collect();
        let mut next = 0;
        while let Some((id, nodes)) = found.get(next).cloned() {
            for node in &self.document(id).body.nodes[nodes] {
                let Event::Transclusion(number) = node.event else {
                    continue;
                };
                let Destination::Page {
                    page,
                    fragment,
                    section,
                } = self.destination(id, number)
                else {
                    continue;
                };
                found.extend(
                    self.shown(*page, fragment, *section)
                        .filter(|stretch| known.insert(stretch.clone())),
                );
            }
            next += 1;
        }
        found.split_off(1)
    }

    /// The files other than documents that some document refers to.
    pub fn used_assets(&self) -> BTreeSet<SitePath> {
        (0..self.documents.len())
            .flat_map(|index| self.assets_of(DocumentId(index)))
            .cloned()
            .collect()
    }

    /// The first place in the documents that refers to a file; the file itself if no document refers to it.
    pub fn reference_to<'a>(&'a self, path: &'a SitePath) -> (&'a SitePath, Span) {
        let leads_there = |destination: &Destination| matches!(destination, Destination::Asset(asset) if asset == path);
        let places = self
            .documents
            .iter()
            .zip(&self.links.destinations)
            .find_map(|(document, destinations)| {
                let link = document
                    .body
                    .links
                    .get(destinations.iter().position(leads_there)?)?;
                Some((&document.path, link.span))
            });
        places.unwrap_or((path, Span::default()))
    }

    /// The files other than documents that a document refers to.
    pub fn assets_of(&self, document: DocumentId) -> impl Iterator<Item = &SitePath> {
        self.links.destinations[document.0]
            .iter()
            .filter_map(|destination| match destination {
                Destination::Asset(path) => Some(path),
                _ => None,
            })
    }

    /// The same, with those that it shows from other documents.
    pub fn assets_shown(&self, document: DocumentId) -> BTreeSet<&SitePath> {
        let mut assets: BTreeSet<&SitePath> = self.assets_of(document).collect();
        for (id, nodes) in self.transcluded(document) {
            assets.extend(
                self.document(id).body.nodes[nodes]
                    .iter()
                    .filter_map(|node| match node.event {
                        Event::Start(Tag::Image(number) | Tag::Link(number)) => {
                            match self.destination(id, number) {
                                Destination::Asset(path) => Some(path),
                                _ => None,
                            }
                        }
                        _ => None,
                    }),
            );
        }
        assets
    }
}

/// The questions inside of a document.
fn items_of(document: &Document) -> impl Iterator<Item = (ItemId, &Item)> {
    document
        .sections
        .iter()
        .enumerate()
        .flat_map(|(section, content)| {
            let items = content.items.iter().enumerate();
            items.map(move |(item, content)| (ItemId { section, item }, content))
        })
}

/// Each different element once, at its first place.
fn distinct<T: Clone + Eq + std::hash::Hash>(elements: impl Iterator<Item = T>) -> Vec<T> {
    let mut known = HashSet::default();
    elements
        .filter(|element| known.insert(element.clone()))
        .collect()
}
