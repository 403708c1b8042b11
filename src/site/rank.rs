//! Which stories answer a question, in which order, and in which telling.

use std::cmp::Reverse;
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashSet as HashSet;

use super::catalogue::QuestionPlace;
use super::{
    CompetencyId, Contents, InterviewId, OccasionNames, Origin, Question, QuestionId, Story,
    StoryId, Telling, TellingId,
};
use crate::model::{Document, Meta, Status, When};

/// How many stories that could be adapted a question keeps.
pub const ADAPTABLE: usize = 12;

/// How a story fits a question. What its author decided comes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fit {
    /// A variant of the story names the question.
    Written,
    /// The story names the question.
    Named,
    /// The story claims competencies that the question probes.
    Adaptable,
}

/// Why a story has its place among the answers to a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reason {
    /// How the story fits.
    pub fit: Fit,
    /// The author's judgement of the story, 1 to 5.
    pub strength: Option<u8>,
    /// How many competencies of the question the story claims.
    pub shared: usize,
    /// How many competencies the question probes.
    pub probed: usize,
    /// The latest occasion, by its place in the story's `told`, at which the company of the coming interview heard the story. Such a story goes
    /// last.
    pub told_there: Option<usize>,
}

impl Contents {
    /// The telling of a story that fits a question.
    ///
    /// A variant that names the question; else the story if it names it; else the telling, written before emphasis, that shares
    /// most of its competencies; else the story.
    pub fn telling_for(&self, story: StoryId, question: QuestionId) -> TellingId {
        let main = TellingId::main(story);
        let names = |telling: &Telling| telling.answers.contains(&question);
        if let Some((variant, _)) = self
            .eligible_variants(story)
            .find(|(_, telling)| names(telling))
        {
            return variant;
        }
        if names(self.telling(main)) {
            return main;
        }
        let probed = &self.question(question).competencies;
        let claimed = &self.story(story).claimed;
        let is_claimed =
            |competency: &CompetencyId| probed.contains(competency) && claimed.contains(competency);
        let key = |(id, telling): (TellingId, &Telling)| {
            let is_written = matches!(telling.origin, Origin::Variant(_));
            (
                shared(probed, &telling.competencies),
                is_written,
                telling.competencies.iter().any(is_claimed),
                Reverse(id),
            )
        };
        match self.eligible_variants(story).map(key).max() {
            Some((count, _, _, Reverse(variant))) if count > 0 => variant,
            _ => main,
        }
    }

    /// The telling of a story that shows a competency: a variant for it, else the emphasis on it, else the story.
    pub fn telling_of(&self, story: StoryId, competency: CompetencyId) -> TellingId {
        let found = self
            .eligible_variants(story)
            .find(|(_, telling)| telling.competencies.contains(&competency));
        found.map_or(TellingId::main(story), |(variant, _)| variant)
    }

    /// The variants and the emphases of a story that may be chosen as an answer. A cut is offered beside its emphasis.
    fn eligible_variants(&self, story: StoryId) -> impl Iterator<Item = (TellingId, &Telling)> {
        let tellings = self.tellings(story).map(|id| (id, self.telling(id)));
        tellings.skip(1).filter(|(_, telling)| {
            telling.is_eligible() && !matches!(telling.origin, Origin::Cut(_))
        })
    }

    /// Why a story has its place among the answers to a question.
    pub fn reason(&self, story: StoryId, question: QuestionId) -> Reason {
        let is_named =
            |telling: &Telling| telling.is_eligible() && telling.answers.contains(&question);
        let tellings = &self.story(story).tellings;
        let fit = if tellings[1..].iter().any(is_named) {
            Fit::Written
        } else if is_named(&tellings[0]) {
            Fit::Named
        } else {
            Fit::Adaptable
        };
        let probed = &self.question(question).competencies;
        Reason {
            fit,
            strength: self.story_meta(story).strength,
            shared: shared(probed, &self.story(story).claimed),
            probed: probed.len(),
            told_there: self
                .coming
                .and_then(|interview| self.told_at(story, interview)),
        }
    }

    /// The stories that answer a question in an interview, best first: those that its company has heard come last.
    pub fn answers_in(&self, question: QuestionId, interview: InterviewId) -> Vec<StoryId> {
        let mut answers = self.question(question).answers.clone();
        answers.sort_by_cached_key(|&story| {
            let reason = self.reason(story, question);
            (
                self.told_at(story, interview).is_some(),
                reason.fit,
                Reverse(reason.strength),
                Reverse(reason.shared),
                self.places[story.0],
            )
        });
        answers
    }

    /// What the company of an interview has heard: stories, each with the place of the occasion in its `told`.
    pub fn told_to_company(&self, interview: InterviewId) -> &[(StoryId, usize)] {
        self.companies.told(interview)
    }

    /// The latest occasion, by its place in the story's `told`, on which the company of an interview heard a story.
    pub fn told_at(&self, story: StoryId, interview: InterviewId) -> Option<usize> {
        self.companies.latest(interview, story)
    }

    /// All interviews at the company of one, in the order of their dates.
    pub fn rounds(&self, interview: InterviewId) -> &[InterviewId] {
        self.companies.interviews(interview)
    }

    /// The day of an occasion in a story's `told`: its own, else that of the interview that it names.
    pub fn day_of(&self, story: StoryId, occasion: usize) -> Option<When> {
        let own = self.story_meta(story).told[occasion].on;
        let interview = self.story(story).told[occasion].interview;
        own.or_else(|| self.interview_meta(interview?).when)
    }

    /// Whether a story is no longer told.
    pub fn is_retired(&self, story: StoryId) -> bool {
        self.document(self.story(story).document).status == Status::Retired
    }
}

fn shared(probed: &[CompetencyId], shown: &[CompetencyId]) -> usize {
    probed
        .iter()
        .filter(|&competency| shown.contains(competency))
        .count()
}

/// The stories of a site, best first.
pub(super) fn ranked(documents: &[Arc<Document>], stories: &[Story]) -> Vec<StoryId> {
    let ids = (0..stories.len()).into_par_iter().map(StoryId);
    let mut ranked: Vec<_> = ids
        .map(|id| (rank(&documents[stories[id.0].document.0]), id))
        .collect();
    ranked.par_sort_unstable();
    ranked.into_iter().map(|(_, id)| id).collect()
}

/// The sort key of a story among equally suitable ones: strength, then the newest, then the title.
fn rank(document: &Document) -> (Reverse<Option<u8>>, Reverse<Option<When>>, &str) {
    match &document.meta {
        Meta::Story(story) => (
            Reverse(story.strength),
            Reverse(story.when),
            story.title.as_str(),
        ),
        _ => unreachable!("only stories become stories"),
    }
}

/// The order of the stories of a site, and which stories claim each competency.
pub(super) struct Ranking<'a> {
    documents: &'a [Arc<Document>],
    stories: &'a [Story],
    /// The place of each story in the order, the last sort key of answers. Numbers compare faster than the keys of [`rank`].
    places: Vec<usize>,
    /// The stories that claim each competency, best first.
    claimed_by: Vec<Vec<StoryId>>,
    /// The stories that the company of the coming interview has heard.
    told_there: HashSet<StoryId>,
}

/// A story that names a question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Naming {
    pub story: StoryId,
    /// Whether a variant names the question.
    pub is_written: bool,
}

/// The sort key of a story among the answers to a question, best first: not yet told to the company, written for the question, strength,
/// claimed competencies, place in the order of all stories.
type Key = (bool, bool, Reverse<Option<u8>>, Reverse<usize>, usize);

impl<'a> Ranking<'a> {
    /// `ranked` holds every story once, best first; `competencies` is how many competencies there are; `told_there` holds the
    /// stories that the company of the coming interview has heard.
    pub(super) fn new(
        documents: &'a [Arc<Document>],
        stories: &'a [Story],
        ranked: &[StoryId],
        competencies: usize,
        told_there: HashSet<StoryId>,
    ) -> Self {
        let mut places = vec![0; ranked.len()];
        let mut claimed_by = vec![Vec::new(); competencies];
        for (place, &id) in ranked.iter().enumerate() {
            places[id.0] = place;
            for competency in &stories[id.0].claimed {
                claimed_by[competency.0].push(id);
            }
        }
        Self {
            documents,
            stories,
            places,
            claimed_by,
            told_there,
        }
    }

    /// The place of each story in the order, and the stories that claim each competency, best first.
    pub(super) fn into_lists(self) -> (Vec<usize>, Vec<Vec<StoryId>>) {
        (self.places, self.claimed_by)
    }

    /// A question with its answers; `own` holds the competencies that its file names, `named_by` the stories that name it.
    pub(super) fn question(
        &self,
        place: QuestionPlace,
        about: Option<StoryId>,
        own: &[CompetencyId],
        asked: &[OccasionNames],
        named_by: &[Naming],
    ) -> Question {
        // A question about a story probes what the story claims, unless its file says otherwise.
        let inherited = about
            .filter(|_| own.is_empty())
            .map(|story| &self.stories[story.0].main().competencies);
        let competencies = inherited.map_or(own, Vec::as_slice);
        let question = Question {
            slug: place.slug,
            document: place.document,
            item: place.item,
            competencies: competencies.to_vec(),
            about,
            asked: asked.to_vec(),
            answered: Vec::new(),
            answers: Vec::new(),
            adaptable: Vec::new(),
            adaptable_total: 0,
        };
        if about.is_some() {
            return question;
        }
        let answers = self.answers(competencies, named_by);
        let (adaptable, adaptable_total) = self.adaptable(competencies, &answers);
        Question {
            answers,
            adaptable,
            adaptable_total,
            ..question
        }
    }

    fn key(&self, probed: &[CompetencyId], story: StoryId, is_written: bool) -> Key {
        let content = &self.stories[story.0];
        let strength = match &self.documents[content.document.0].meta {
            Meta::Story(story) => story.strength,
            _ => None,
        };
        (
            self.told_there.contains(&story),
            !is_written,
            Reverse(strength),
            Reverse(shared(probed, &content.claimed)),
            self.places[story.0],
        )
    }

    fn is_retired(&self, story: StoryId) -> bool {
        self.documents[self.stories[story.0].document.0].status == Status::Retired
    }

    /// Stories that name a question, best first; `probed` holds the competencies of the question.
    fn answers(&self, probed: &[CompetencyId], named: &[Naming]) -> Vec<StoryId> {
        let mut answers: Vec<(Key, StoryId)> = named
            .iter()
            .filter(|naming| !self.is_retired(naming.story))
            .map(|naming| {
                let key = self.key(probed, naming.story, naming.is_written);
                (key, naming.story)
            })
            .collect();
        answers.sort_unstable();
        answers.into_iter().map(|(_, story)| story).collect()
    }

    /// The best of the stories that share competencies with a question and do not name it, and how many there are.
    fn adaptable(&self, probed: &[CompetencyId], answers: &[StoryId]) -> (Vec<StoryId>, usize) {
        let mut is_seen = vec![false; self.stories.len()];
        for &story in answers {
            is_seen[story.0] = true;
        }
        let claiming = probed
            .iter()
            .flat_map(|competency| &self.claimed_by[competency.0]);
        let mut candidates: Vec<(Key, StoryId)> = claiming
            .filter(|&&story| {
                !self.is_retired(story) && !std::mem::replace(&mut is_seen[story.0], true)
            })
            .map(|&story| (self.key(probed, story, false), story))
            .collect();
        let total = candidates.len();
        if total > ADAPTABLE {
            candidates.select_nth_unstable(ADAPTABLE);
            candidates.truncate(ADAPTABLE);
        }
        candidates.sort_unstable();
        (
            candidates.into_iter().map(|(_, story)| story).collect(),
            total,
        )
    }
}
