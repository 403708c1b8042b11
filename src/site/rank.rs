//! Which stories answer a question, in which order, and in which telling.

use std::cmp::Reverse;

use super::{CompetencyId, Origin, QuestionId, Site, StoryId};
use crate::model::When;

/// How many stories that could be adapted a question keeps.
pub const ADAPTABLE: usize = 12;

/// Where each story stands among all of them, so that orders that end in this one compare numbers.
pub(super) struct Places(Vec<usize>);

impl Places {
    /// The places in a list that holds every story once, best first.
    pub(super) fn in_order(ranked: &[StoryId]) -> Self {
        let mut places = vec![0; ranked.len()];
        for (place, story) in ranked.iter().enumerate() {
            places[story.0] = place;
        }
        Self(places)
    }

    pub(super) fn of(&self, story: StoryId) -> usize {
        self.0[story.0]
    }
}

impl Site {
    /// The telling of a story that fits a question, by its place in the story's tellings.
    ///
    /// A variant that names the question; else the story if it names it; else the variant, authored before derived, that
    /// shares most of its competencies; else the story.
    pub fn telling_for(&self, story: StoryId, question: QuestionId) -> usize {
        let tellings = &self.story(story).tellings;
        let names = |index: &usize| tellings[*index].answers.contains(&question);
        let others = || (1..tellings.len()).filter(|&index| tellings[index].is_eligible());
        if let Some(variant) = others().find(names) {
            return variant;
        }
        if names(&0) {
            return 0;
        }
        let probed = &self.question(question).competencies;
        let shared = |index: usize| tellings[index].competencies.iter().filter(|&competency| probed.contains(competency)).count();
        let best = others().map(|index| (shared(index), Reverse(is_derived(tellings[index].origin)), Reverse(index))).max();
        match best {
            Some((count, _, Reverse(index))) if count > 0 => index,
            _ => 0,
        }
    }

    /// The telling of a story that shows a competency: a variant for it, else the derived one, else the story.
    pub fn telling_of(&self, story: StoryId, competency: CompetencyId) -> usize {
        let tellings = &self.story(story).tellings;
        (1..tellings.len())
            .filter(|&index| tellings[index].is_eligible())
            .find(|&index| tellings[index].competencies.contains(&competency))
            .unwrap_or(0)
    }

    /// How many competencies of a question a story shares.
    pub fn shared(&self, story: StoryId, question: QuestionId) -> usize {
        let shown = &self.story(story).competencies;
        self.question(question).competencies.iter().filter(|&competency| shown.contains(competency)).count()
    }

    /// What puts one story before another when nothing else does: strength, then the newest, then the title.
    pub(super) fn standing(&self, story: StoryId) -> (Reverse<Option<u8>>, Reverse<Option<When>>, &str) {
        let meta = self.story_meta(story);
        (Reverse(meta.strength), Reverse(meta.when), meta.title.as_str())
    }

    /// Stories that name a question, best first.
    pub(super) fn ranked_answers(&self, question: QuestionId, mut named: Vec<StoryId>, places: &Places) -> Vec<StoryId> {
        named.retain(|&story| self.is_told(story));
        named.sort_by_key(|&story| (Reverse(self.shared(story, question)), places.of(story)));
        named.dedup();
        named
    }

    /// The best of the stories that share competencies with a question and do not name it, and how many there are.
    pub(super) fn ranked_adaptable(&self, question: QuestionId, named: &[StoryId], places: &Places) -> (Vec<StoryId>, usize) {
        let mut candidates: Vec<(Reverse<usize>, usize, StoryId)> = Vec::new();
        let mut seen = vec![false; self.stories.len()];
        for &story in named {
            seen[story.0] = true;
        }
        for &competency in &self.question(question).competencies {
            for &story in &self.competency(competency).stories {
                if self.is_told(story) && !std::mem::replace(&mut seen[story.0], true) {
                    candidates.push((Reverse(self.shared(story, question)), places.of(story), story));
                }
            }
        }
        let total = candidates.len();
        if total > ADAPTABLE {
            candidates.select_nth_unstable(ADAPTABLE);
            candidates.truncate(ADAPTABLE);
        }
        candidates.sort_unstable();
        (candidates.into_iter().map(|(_, _, story)| story).collect(), total)
    }
}

fn is_derived(origin: Origin) -> bool {
    matches!(origin, Origin::Derived(_))
}
