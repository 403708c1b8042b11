//! Which stories answer a question, in which order, and in which telling.

use std::cmp::Reverse;
use std::sync::Arc;

use rayon::prelude::*;

use super::catalogue::QuestionPlace;
use super::{
    CompetencyId, Contents, Origin, Question, QuestionId, Story, StoryId, Telling, TellingId,
};
use crate::model::{Document, Meta, Status, When};

/// How many stories that could be adapted a question keeps.
pub const ADAPTABLE: usize = 12;

impl Contents {
    /// The telling of a story that fits a question.
    ///
    /// A variant that names the question; else the story if it names it; else the variant, authored before derived, that
    /// shares most of its competencies; else the story.
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
        let key = |(id, telling): (TellingId, &Telling)| {
            let is_derived = matches!(telling.origin, Origin::Derived(_));
            (
                shared(probed, &telling.competencies),
                Reverse(is_derived),
                Reverse(id),
            )
        };
        match self.eligible_variants(story).map(key).max() {
            Some((count, _, Reverse(variant))) if count > 0 => variant,
            _ => main,
        }
    }

    /// The telling of a story that shows a competency: a variant for it, else the derived one, else the story.
    pub fn telling_of(&self, story: StoryId, competency: CompetencyId) -> TellingId {
        let found = self
            .eligible_variants(story)
            .find(|(_, telling)| telling.competencies.contains(&competency));
        found.map_or(TellingId::main(story), |(variant, _)| variant)
    }

    /// The tellings of a story besides itself that may be chosen as an answer.
    fn eligible_variants(&self, story: StoryId) -> impl Iterator<Item = (TellingId, &Telling)> {
        let tellings = self.tellings(story).map(|id| (id, self.telling(id)));
        tellings
            .skip(1)
            .filter(|(_, telling)| telling.is_eligible())
    }

    /// How many competencies of a question a story shares.
    pub fn shared(&self, story: StoryId, question: QuestionId) -> usize {
        shared(
            &self.question(question).competencies,
            &self.story(story).competencies,
        )
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

/// The order of the stories of a site, and which stories show each competency.
pub(super) struct Ranking<'a> {
    documents: &'a [Arc<Document>],
    stories: &'a [Story],
    /// The place of each story in the order, the last sort key of answers. Numbers compare faster than the keys of [`rank`].
    places: Vec<usize>,
    /// The stories that show each competency, best first.
    shown_by: Vec<Vec<StoryId>>,
}

impl<'a> Ranking<'a> {
    /// `ranked` holds every story once, best first; `competencies` is how many competencies there are.
    pub(super) fn new(
        documents: &'a [Arc<Document>],
        stories: &'a [Story],
        ranked: &[StoryId],
        competencies: usize,
    ) -> Self {
        let mut places = vec![0; ranked.len()];
        let mut shown_by = vec![Vec::new(); competencies];
        for (place, &id) in ranked.iter().enumerate() {
            places[id.0] = place;
            for competency in &stories[id.0].competencies {
                shown_by[competency.0].push(id);
            }
        }
        Self {
            documents,
            stories,
            places,
            shown_by,
        }
    }

    /// The stories that show each competency, best first.
    pub(super) fn into_shown_by(self) -> Vec<Vec<StoryId>> {
        self.shown_by
    }

    /// A question with its answers; `own` holds the competencies that its file names, `named_by` the stories that name it.
    pub(super) fn question(
        &self,
        place: QuestionPlace,
        about: Option<StoryId>,
        own: &[CompetencyId],
        named_by: &[StoryId],
    ) -> Question {
        // A question about a story probes what the story shows, unless its file says otherwise.
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

    fn shared(&self, probed: &[CompetencyId], story: StoryId) -> usize {
        shared(probed, &self.stories[story.0].competencies)
    }

    fn is_retired(&self, story: StoryId) -> bool {
        self.documents[self.stories[story.0].document.0].status == Status::Retired
    }

    /// Stories that name a question, best first; `probed` holds the competencies of the question.
    fn answers(&self, probed: &[CompetencyId], named: &[StoryId]) -> Vec<StoryId> {
        let mut answers: Vec<StoryId> = named
            .iter()
            .copied()
            .filter(|&story| !self.is_retired(story))
            .collect();
        answers.sort_by_key(|&story| (Reverse(self.shared(probed, story)), self.places[story.0]));
        answers.dedup();
        answers
    }

    /// The best of the stories that share competencies with a question and do not name it, and how many there are.
    fn adaptable(&self, probed: &[CompetencyId], answers: &[StoryId]) -> (Vec<StoryId>, usize) {
        let mut is_seen = vec![false; self.stories.len()];
        for &story in answers {
            is_seen[story.0] = true;
        }
        let showing = probed
            .iter()
            .flat_map(|competency| &self.shown_by[competency.0]);
        let mut candidates: Vec<(Reverse<usize>, usize, StoryId)> = showing
            .filter(|&&story| {
                !self.is_retired(story) && !std::mem::replace(&mut is_seen[story.0], true)
            })
            .map(|&story| {
                let (shared, place) = (self.shared(probed, story), self.places[story.0]);
                (Reverse(shared), place, story)
            })
            .collect();
        let total = candidates.len();
        if total > ADAPTABLE {
            candidates.select_nth_unstable(ADAPTABLE);
            candidates.truncate(ADAPTABLE);
        }
        candidates.sort_unstable();
        (
            candidates.into_iter().map(|(_, _, story)| story).collect(),
            total,
        )
    }
}
