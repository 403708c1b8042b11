//! Finds phrases that say who made a mistake, where readers need to know what made the mistake possible.
//!
//! Machines fail, too, so most phrases count only if their subject is a person. An unknown noun does not count: errors on harmless words
//! would teach authors to ignore all errors. An unknown name counts.

use std::ops::Range;

use super::Hit;
use super::lexicon::{Actor, Lexicon};
use super::subject::Text;
use super::verbs;
use crate::markdown::prose::Run;
use crate::words::Finder;

/// How words blame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The name of a person, from the settings.
    Name,
    /// `@name`.
    Handle,
    /// An e-mail address.
    Mail,
    /// What a person should have done.
    Hindsight,
    /// What a person did not do.
    Omission,
    /// A person as the cause.
    Fault,
    /// A colleague who did something.
    Colleague,
    /// A quality of a person.
    Judgement,
}

impl Kind {
    /// The problem, as a message continues after the quoted words.
    pub fn what(self) -> &'static str {
        match self {
            Self::Name => "is the name of a person",
            Self::Handle => "leads to a person",
            Self::Mail => "is the address of a person",
            Self::Hindsight => "judges a person by what is known now",
            Self::Omission => "says what a person did not do, and not why that was easy",
            Self::Fault => "makes a person the cause",
            Self::Colleague => "points at a person",
            Self::Judgement => "judges a person",
        }
    }

    /// Advice what to write instead.
    pub fn help(self) -> &'static str {
        match self {
            Self::Name | Self::Handle => "name the role: “the engineer on call”",
            Self::Mail => {
                "name the role or the team; if it is the address of a group, add it to `[blame] allow`"
            }
            Self::Hindsight => {
                "say what the system allowed or did not show: “nothing warned that …”"
            }
            Self::Omission => "say what made it easy to miss: “the runbook did not mention …”",
            Self::Fault => {
                "say what let it happen: “the pipeline allowed a change without a review”"
            }
            Self::Colleague => {
                "name the role or the system: “by the engineer on call”, “by the release pipeline”"
            }
            Self::Judgement => "take it out, and say what happened",
        }
    }
}

/// Words for colleagues.
const COLLEAGUES: &[&str] = &[
    "peer",
    "peers",
    "colleague",
    "colleagues",
    "teammate",
    "teammates",
    "team-mate",
    "team-mates",
    "coworker",
    "coworkers",
    "co-worker",
    "co-workers",
    "workmate",
    "workmates",
];

/// Nouns for mistakes of persons.
const FAULTS: &[&str] = &[
    "mistake",
    "mistakes",
    "fault",
    "error",
    "errors",
    "negligence",
    "carelessness",
    "oversight",
    "blunder",
    "incompetence",
];

/// Verbs for changes to a system that point at the colleague who made them.
const DEEDS: &[&str] = &[
    "pushed",
    "broke",
    "deployed",
    "merged",
    "deleted",
    "caused",
    "committed",
    "introduced",
    "removed",
    "ran",
    "dropped",
    "missed",
    "changed",
    "triggered",
    "restarted",
    "released",
    "shipped",
    "overwrote",
    "disabled",
];

/// Participles before `by a colleague` that blame nobody.
const HARMLESS_DEEDS: &[&str] = &[
    "reviewed",
    "noticed",
    "found",
    "detected",
    "spotted",
    "fixed",
    "mended",
    "resolved",
    "reported",
    "helped",
    "supported",
    "written",
    "suggested",
    "confirmed",
    "verified",
    "approved",
    "answered",
    "relieved",
    "joined",
];

/// Words after `error` and the like that make it a technical term: `our error budget`.
const AFTER_TECHNICAL_FAULT: &[&str] = &[
    "budget",
    "budgets",
    "rate",
    "rates",
    "handling",
    "handler",
    "handlers",
    "log",
    "logs",
    "message",
    "messages",
    "page",
    "pages",
    "code",
    "codes",
    "tracker",
    "tracking",
    "report",
    "reports",
    "reporting",
    "count",
    "counts",
    "margin",
    "bars",
    "correction",
    "boundary",
    "boundaries",
    "response",
    "responses",
    "path",
    "paths",
    "case",
    "cases",
    "tolerance",
    "detection",
    "metrics",
    "metric",
    "alerts",
    "alert",
    "dashboard",
    "list",
    "tree",
];

/// Words that judge a person or the work of a person.
const JUDGEMENTS: &[&str] = &[
    "careless",
    "carelessly",
    "carelessness",
    "negligent",
    "negligently",
    "negligence",
    "incompetent",
    "incompetence",
    "sloppy",
    "sloppiness",
    "reckless",
    "recklessly",
    "lazy",
    "laziness",
    "stupid",
    "stupidly",
    "thoughtless",
    "thoughtlessly",
];

/// What only persons make. A judgement about it is a judgement about its author.
const HUMAN_WORKS: &[&str] = &[
    "review",
    "shortcut",
    "excuse",
    "decision",
    "mistake",
    "attitude",
    "habit",
    "handover",
    "fix",
    "workaround",
    "approach",
    "work",
    "answer",
    "reply",
    "way",
    "manner",
    "driving",
    "thinking",
    "planning",
    "behaviour",
    "behavior",
    "oversight",
    "job",
    "remark",
    "advice",
];

/// What both persons and programs make.
const WORKS: &[&str] = &[
    "change",
    "commit",
    "deployment",
    "release",
    "rollout",
    "merge",
    "migration",
    "plan",
    "design",
    "error",
    "process",
    "test",
    "testing",
    "handling",
    "code",
    "script",
    "document",
    "report",
    "documentation",
    "procedure",
    "response",
    "patch",
    "upgrade",
    "update",
    "configuration",
    "inspection",
    "check",
    "maintenance",
];

/// Words for the users of a system.
const USERS: &[&str] = &[
    "user",
    "customer",
    "client",
    "guest",
    "patient",
    "passenger",
    "student",
    "pupil",
    "visitor",
    "reader",
    "tenant",
    "resident",
    "citizen",
];

/// Verbs for mistakes.
const MISTAKE_VERBS: &[&str] = &[
    "botched",
    "bungled",
    "fumbled",
    "mishandled",
    "misread",
    "misjudged",
    "mistyped",
    "misconfigured",
    "miscalculated",
    "misunderstood",
    "miscounted",
    "mislabelled",
    "mislabeled",
];

/// Adverbs that make a deed a mistake.
const MISTAKE_ADVERBS: &[&str] = &[
    "accidentally",
    "mistakenly",
    "inadvertently",
    "erroneously",
    "wrongly",
    "unintentionally",
    "foolishly",
];

/// Words before a predicative adjective: `was careless`, `too lazy`.
const BEFORE_QUALITIES: &[&str] = &[
    "is", "was", "were", "are", "be", "been", "being", "too", "so", "very", "rather", "got",
    "became", "seemed",
];

/// The phrases in a run that blame a person.
pub fn find(run: &Run, names: &Finder, lexicon: &Lexicon) -> Vec<Hit> {
    let text = Text::new(run, names, lexicon);
    (0..text.words.len()).filter_map(|at| text.at(at)).collect()
}

impl Text<'_> {
    /// A hit about a person. `None` if the words do not exist.
    fn hit(&self, kind: Kind, words: Range<usize>) -> Option<Hit> {
        Some(Hit {
            kind,
            actor: Actor::Person,
            range: self.words.get(words.start)?.range.start
                ..self.words.get(words.end.checked_sub(1)?)?.range.end,
        })
    }

    /// A hit about the subject of the first word.
    fn hit_of(&self, kind: Kind, words: Range<usize>) -> Option<Hit> {
        let actor = self.subject(words.start);
        Some(Hit {
            actor,
            ..self.hit(kind, words)?
        })
    }

    /// The phrase that begins at a word.
    fn at(&self, at: usize) -> Option<Hit> {
        self.judgement(at)
            .or_else(|| self.fault(at))
            .or_else(|| self.hindsight(at))
            .or_else(|| self.omission(at))
            .or_else(|| self.misdeed(at))
            .or_else(|| self.colleague(at))
    }

    fn judgement(&self, at: usize) -> Option<Hit> {
        let word = self.word(at);
        (JUDGEMENTS.contains(&word) && !self.is_harmless_judgement(at))
            .then(|| self.hit(Kind::Judgement, at..at + 1))
            .flatten()
    }

    /// Whether a judgement is about a machine: `lazy evaluation`, `the parser is sloppy`.
    fn is_harmless_judgement(&self, at: usize) -> bool {
        let (word, next) = (self.word(at), self.word(at + 1));
        let is_work = |at: usize| {
            HUMAN_WORKS.contains(&self.word(at))
                || (word != "lazy" && WORKS.contains(&self.word(at)))
        };
        if matches!(
            (word, next),
            ("sloppy", "quorum" | "quorums" | "phrase") | ("stupid", "backoff")
        ) {
            return true;
        }
        if word == "laziness" && self.is(at + 1, &["of"]) {
            return self.noun_from(at + 2).0 == Actor::Thing;
        }
        if self.is_quality(at) {
            let noun = self.before_verb(at);
            return self.subject(at) == Actor::Thing
                && noun.is_some_and(|noun| !is_work(noun) && !self.is_pronoun(noun));
        }
        if !self.is_joined_to_noun(at + 1)
            || (word != "lazy" && self.is_joined(at) && self.is_possessive_of_person(at - 1))
        {
            return false;
        }
        let (actor, last) = self.noun_from(at + 1);
        // Before most nouns, `lazy` is a technical term. The others hardly ever are.
        let is_machine = actor == Actor::Thing || (word == "lazy" && actor == Actor::Unknown);
        is_machine && !(at + 1..=last).any(is_work)
    }

    /// Whether a word is a predicative adjective.
    fn is_quality(&self, at: usize) -> bool {
        self.is_joined(at) && BEFORE_QUALITIES.contains(&self.word(at - 1))
    }

    fn fault(&self, at: usize) -> Option<Hit> {
        let found = if self.is_error_of_person(at) {
            (!self.is_after_technical_fault(at + 2)).then_some(at..at + 2)
        } else if self.is(at, &["to", "blame"]) || self.is(at, &["blame", "on"]) {
            self.is_blamed(at).then_some(at..at + 2)
        } else if let Some(length) = self.blame_of_person(at) {
            Some(at..at + length)
        } else if self.is(at, &["fault", "of"]) || self.is_fault_made_by(at) {
            let (actor, last) = self.noun_from(at + 2);
            actor.is_person().then_some(at..last + 1)
        } else if self.is(at, &["at", "fault"]) || self.is_responsible_for_harm(at) {
            self.subject(at).is_person().then_some(at..at + 2)
        } else {
            self.is_fault_of_person(at).then(|| at - 1..at + 1)
        };
        self.hit(Kind::Fault, found?)
    }

    /// Whether words are `human error` or mean the same.
    fn is_error_of_person(&self, at: usize) -> bool {
        const PHRASES: [&[&str]; 5] = [
            &["human", "error"],
            &["human", "errors"],
            &["user", "error"],
            &["operator", "error"],
            &["pilot", "error"],
        ];
        PHRASES.into_iter().any(|phrase| self.is(at, phrase))
    }

    /// Whether words are the last two of `the mistake was made by`.
    fn is_fault_made_by(&self, at: usize) -> bool {
        self.is(at, &["made", "by"])
            && self
                .before_verb(at)
                .is_some_and(|noun| FAULTS.contains(&self.word(noun)))
    }

    /// Whether words are `responsible for`, before a harm.
    fn is_responsible_for_harm(&self, at: usize) -> bool {
        self.is(at, &["responsible", "for"]) && self.is_joined(at) && self.is_harm(at + 2)
    }

    /// Whether a word is the last one of `Dave's mistake`.
    fn is_fault_of_person(&self, at: usize) -> bool {
        FAULTS.contains(&self.word(at))
            && self.is_joined(at)
            && !self.is_after_technical_fault(at + 1)
            && self.is_possessive_of_person(at - 1)
    }

    /// Whether the noun phrase that begins at a word is a harm: `the failure`, and not `the backups`.
    fn is_harm(&self, at: usize) -> bool {
        const HARMS: &[&str] = &[
            "outage", "incident", "failure", "problem", "loss", "damage", "breach", "disaster",
            "mess", "delay",
        ];
        let noun = if self.is_joined(at) && matches!(self.word(at), "the" | "this" | "that" | "our")
        {
            at + 1
        } else {
            at
        };
        let word = self.word(noun);
        self.is_joined(noun)
            && (HARMS.contains(&word) || FAULTS.contains(&word))
            && !self.is_after_technical_fault(noun + 1)
    }

    /// Whether a word after `error` or the like makes it a technical term.
    fn is_after_technical_fault(&self, at: usize) -> bool {
        self.is_joined(at) && AFTER_TECHNICAL_FAULT.contains(&self.word(at))
    }

    /// Whether `to blame` or `blame on` is about a person.
    fn is_blamed(&self, at: usize) -> bool {
        let is_predicate = self.is_joined(at)
            && matches!(
                self.word(at - 1),
                "is" | "was" | "were" | "are" | "be" | "been" | "not" | "also" | "partly"
            );
        let actor = if self.word(at) == "to" && is_predicate && !self.is_joined_to_noun(at + 2) {
            self.subject(at)
        } else {
            self.noun_from(at + 2).0
        };
        !matches!(actor, Actor::Thing | Actor::Nobody)
    }

    /// The number of words that put blame on a person: `blamed the nurse`, `was blamed`, `the blame was put on her`.
    fn blame_of_person(&self, at: usize) -> Option<usize> {
        const FARTHEST: usize = 6;
        let is_everybody = |at: usize| {
            matches!(
                self.word(at),
                "anybody"
                    | "anyone"
                    | "people"
                    | "somebody"
                    | "someone"
                    | "persons"
                    | "individuals"
            )
        };
        match self.word(at) {
            "blamed" if self.is_passive(at) => self.subject(at).is_person().then_some(1),
            "blamed" | "blames" => {
                (self.noun_from(at + 1).0.is_person() && !is_everybody(at + 1)).then_some(1)
            }
            "blame" if self.is_joined(at) && self.word(at - 1) == "the" => {
                let on = (at + 1..at + FARTHEST)
                    .take_while(|&at| self.is_joined(at))
                    .find(|&at| matches!(self.word(at), "on" | "with"))?;
                self.noun_from(on + 1).0.is_person().then_some(on + 1 - at)
            }
            _ => None,
        }
    }

    fn is_joined_to_noun(&self, at: usize) -> bool {
        self.is_joined(at) && !self.is_outside_noun(at)
    }

    fn hindsight(&self, at: usize) -> Option<Hit> {
        let word = self.word(at);
        let modal = word.strip_suffix("n't").unwrap_or(word);
        let length = match modal.strip_suffix("'ve") {
            Some(_) => 1,
            None if self.is(at + 1, &["have"]) && self.is_joined(at + 1) => 2,
            None if self.is(at + 2, &["have"])
                && self.is_joined(at + 1)
                && self.is_joined(at + 2)
                && self.can_precede_have(at + 1) =>
            {
                3
            }
            None => return None,
        };
        let modal = Modal {
            at,
            word: modal.trim_end_matches("'ve"),
            is_denied: word.contains("n't") || matches!(self.word(at + 1), "not" | "never"),
        };
        let is_blaming = matches!(modal.word, "should" | "could" | "would")
            && self.is_hindsight(&modal, at + length);
        is_blaming
            .then(|| self.hit_of(Kind::Hindsight, at..at + length))
            .flatten()
    }

    /// Whether a word can be between a modal and `have`: `should never have`, `could easily have`.
    fn can_precede_have(&self, at: usize) -> bool {
        matches!(
            self.word(at),
            "not" | "never" | "also" | "always" | "still" | "just" | "then"
        ) || self.is_adverb(at)
    }

    /// Whether a modal with `have` judges a person by later knowledge. `after` is the word after `have`.
    fn is_hindsight(&self, modal: &Modal<'_>, after: usize) -> bool {
        let mut at = after;
        while self.is_joined(at) && self.can_precede_participle(at) {
            at += 1;
        }
        let [done, next] = [at, at + 1].map(|at| {
            if self.is_joined(at) {
                self.word(at)
            } else {
                ""
            }
        });
        let after_next = if self.is_joined(at + 1) && self.is_joined(at + 2) {
            self.word(at + 2)
        } else {
            ""
        };
        if done == "been" && (next == "able" || verbs::is_passive(next, after_next)) {
            // A passive blames only the person after `by`.
            return self.agent(at + 1).is_some_and(Actor::is_person);
        }
        // At the end of a clause, the reader adds the participle: `more than we should have`.
        let is_done = done.is_empty() && !self.is_code(at) || verbs::is_participle(done, next);
        is_done
            && !modal.is_harmless(done)
            && !self.is_served(modal.at, done)
            && self.is_blamed_for(modal, done)
    }

    /// Whether a phrase says what users of a system were to get: `users should have seen a warning`.
    fn is_served(&self, verb: usize, done: &str) -> bool {
        let is_given = matches!(done, "seen" | "got" | "gotten" | "heard" | "had");
        is_given && self.has_user_as_subject(verb)
    }

    fn has_user_as_subject(&self, verb: usize) -> bool {
        self.before_verb(verb)
            .is_some_and(|at| USERS.contains(&self.word(at).trim_end_matches('s')))
    }

    /// Whether a modal with a participle blames its subject.
    fn is_blamed_for(&self, modal: &Modal<'_>, done: &str) -> bool {
        match self.subject(modal.at) {
            Actor::Person | Actor::Name => true,
            Actor::Nobody => modal.word == "should",
            Actor::Thing => false,
            Actor::Unknown => verbs::is_human_act(done),
        }
    }

    fn omission(&self, at: usize) -> Option<Hit> {
        let length = self.length_of_omission(at);
        if length == 0 {
            return None;
        }
        self.hit_of(Kind::Omission, at..at + length)
    }

    /// The number of words that say what a person left out; 0 if there are none.
    fn length_of_omission(&self, at: usize) -> usize {
        let takes_verb = self.is(at + 1, &["to"]) && self.is_joined(at + 1);
        let is_person = || self.subject(at).is_person();
        let is_not = || self.is_joined(at) && self.word(at - 1) == "not";
        match self.word(at) {
            "forgot" | "forgotten" | "overlooked" if self.is_forgotten(at) => 1,
            "neglected" | "omitted" if takes_verb && self.is_forgotten(at) => 2,
            "failed" | "failing" | "fail" | "neglect" | "bother" if takes_verb && is_person() => 2,
            "bothered" if takes_verb && self.may_be_person(at) => 2,
            "refused" if takes_verb && !self.is_passive(at) && self.is_refuser(at) => 2,
            "ignored" | "disregarded" | "neglected" | "skipped" if self.is_passive(at) => {
                usize::from(self.agent(at).is_some_and(Actor::is_person))
            }
            "ignored" | "disregarded" | "neglected" if is_person() => 1,
            "skipped" if !self.is_first_person(at) && self.is_refuser(at) => 1,
            "know" | "known" | "knew" if self.is_better(at + 1) && is_person() => 2,
            "careful" if is_not() && is_person() => 1,
            "paying" if self.is(at, &["paying", "attention"]) && is_not() && is_person() => 2,
            "did" | "didn't" | "never" => self.undone(at),
            _ => 0,
        }
    }

    fn may_be_person(&self, at: usize) -> bool {
        !matches!(self.subject(at), Actor::Thing | Actor::Unknown)
    }

    /// Whether the subject is a person, and not somebody who is served, such as a customer.
    fn is_refuser(&self, at: usize) -> bool {
        self.subject(at).is_person() && !self.has_user_as_subject(at)
    }

    fn is_better(&self, at: usize) -> bool {
        self.is(at, &["better"]) && self.is_joined(at)
    }

    /// The number of words that say which duty somebody else did not do: `did not follow`, `didn't check`, `never tested`. 0 if there are none.
    fn undone(&self, at: usize) -> usize {
        let length = match self.word(at) {
            "did" if matches!(self.word(at + 1), "not" | "never") => 3,
            "did" => return 0,
            _ => 2,
        };
        let last = at + length - 1;
        let is_duty =
            (at + 1..=last).all(|at| self.is_joined(at)) && verbs::is_duty(self.word(last));
        let is_blamed = is_duty
            && self.subject(at).is_person()
            && !self.is_first_person(at)
            && !self.has_user_as_subject(at);
        if is_blamed { length } else { 0 }
    }

    /// Whether a person forgot something. Machines hardly ever forget, so an unknown subject counts as a person.
    fn is_forgotten(&self, at: usize) -> bool {
        // `Forgot password?` is the label of a button.
        if self.is(at, &["forgot", "password"]) || self.is(at, &["forgot", "your", "password"]) {
            return false;
        }
        if !self.is_passive(at) {
            return !matches!(self.subject(at), Actor::Thing | Actor::Nobody);
        }
        let is_easy = self.is_joined(at)
            && matches!(
                self.word(at - 1),
                "easily" | "readily" | "quickly" | "often" | "is" | "are" | "be"
            );
        self.agent(at).map_or(!is_easy, Actor::is_person)
    }

    /// The agent of a passive verb: the noun phrase after `by`.
    fn agent(&self, verb: usize) -> Option<Actor> {
        const FARTHEST: usize = 8;
        let by = (verb + 1..verb + FARTHEST)
            .take_while(|&at| self.is_joined(at))
            .find(|&at| self.word(at) == "by")?;
        Some(self.noun_from(by + 1).0)
    }

    /// A verb for a mistake of a person: `the operator mistyped the name`, `Robin accidentally deleted it`.
    fn misdeed(&self, at: usize) -> Option<Hit> {
        let word = self.word(at);
        let length = match word {
            _ if MISTAKE_VERBS.contains(&word) => 1,
            "broke"
                if ["production", "prod", "it", "everything"].contains(&self.word(at + 1))
                    && self.is_joined(at + 1) =>
            {
                2
            }
            "messed" | "screwed" | "slipped"
                if self.is(at + 1, &["up"]) && self.is_joined(at + 1) =>
            {
                2
            }
            _ if MISTAKE_ADVERBS.contains(&word)
                && self.is_joined(at + 1)
                && self.word(at + 1).ends_with("ed") =>
            {
                2
            }
            _ => return None,
        };
        let actor = if self.is_passive(at) {
            self.agent(at)?
        } else {
            self.subject(at)
        };
        let is_blamed = actor.is_person() && !self.is_first_person(at);
        is_blamed
            .then(|| {
                self.hit(Kind::Fault, at..at + length)
                    .map(|hit| Hit { actor, ..hit })
            })
            .flatten()
    }

    /// Whether the subject is the author, who may write about own mistakes.
    fn is_first_person(&self, verb: usize) -> bool {
        self.before_verb(verb)
            .is_some_and(|at| matches!(self.word(at), "i" | "we"))
    }

    /// `by a colleague`, `a teammate pushed`.
    fn colleague(&self, at: usize) -> Option<Hit> {
        if COLLEAGUES.contains(&self.word(at))
            && DEEDS.contains(&self.word(at + 1))
            && self.is_joined(at + 1)
            && self.subject(at + 1).is_person()
        {
            return self.hit(Kind::Colleague, at..at + 2);
        }
        if self.word(at) != "by" {
            return None;
        }
        let person = (at + 1..at + 5)
            .take_while(|&at| self.is_joined(at))
            .find(|&at| COLLEAGUES.contains(&self.word(at)))?;
        // The remote end of a connection is called a peer, too.
        let is_machine = self.noun_from(at + 1).0 == Actor::Thing
            || self.is(at, &["by", "peer"]) && self.is_joined(at);
        let before = if self.is_joined(at) {
            self.word(at - 1)
        } else {
            ""
        };
        (!is_machine && !HARMLESS_DEEDS.contains(&before))
            .then(|| self.hit(Kind::Colleague, at..person + 1))
            .flatten()
    }
}

/// `should`, `could` or `would`, in a text.
struct Modal<'a> {
    /// Its index among the words.
    at: usize,
    /// In lower case, without `n't` and `'ve`.
    word: &'a str,
    is_denied: bool,
}

impl Modal<'_> {
    /// Whether it blames nobody: `could have lost` is about a danger, `could not have known` about something hidden, and
    /// `should have received` about somebody else.
    fn is_harmless(&self, done: &str) -> bool {
        match done {
            "received" | "benefited" | "benefitted" => true,
            "lost" | "died" | "suffered" | "drowned" | "fallen" | "crashed" | "hurt" | "burnt" => {
                self.word != "should"
            }
            "known" | "foreseen" | "seen" | "predicted" | "noticed" | "guessed" | "expected"
            | "anticipated" => self.word == "could" && self.is_denied,
            _ => false,
        }
    }
}

/// Handles (`@name`) and e-mail addresses.
pub fn addresses(run: &Run) -> Vec<Hit> {
    let signs = run
        .text
        .match_indices('@')
        .map(|(at, _)| at)
        .filter(|&at| run.code_at(at).is_none());
    signs
        .filter_map(|at| mail(&run.text, at).or_else(|| handle(&run.text, at)))
        .collect()
}

fn mail(text: &str, at: usize) -> Option<Hit> {
    let is_local = |next: char| next.is_alphanumeric() || matches!(next, '.' | '_' | '+' | '-');
    let is_domain = |next: char| next.is_alphanumeric() || matches!(next, '.' | '-');
    let start = text[..at]
        .char_indices()
        .rev()
        .take_while(|&(_, next)| is_local(next))
        .last()?
        .0;
    let length = text[at + 1..]
        .find(|next| !is_domain(next))
        .unwrap_or(text.len() - at - 1);
    let domain = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
    let (name, top) = domain.rsplit_once('.')?;
    (!name.is_empty() && top.len() >= 2).then(|| Hit {
        kind: Kind::Mail,
        actor: Actor::Person,
        range: start..at + 1 + domain.len(),
    })
}

fn handle(text: &str, at: usize) -> Option<Hit> {
    let is_inside = |next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.');
    let is_start = !text[..at].ends_with(|before: char| {
        before.is_alphanumeric() || before == '_' || before == '/' || before == '@'
    });
    let length = text[at + 1..]
        .find(|next| !is_inside(next))
        .unwrap_or(text.len() - at - 1);
    let name = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
    // A scope of packages is followed by a slash: `@scope/package`.
    let is_scope = text[at + 1 + length..].starts_with('/');
    let is_name = name.len() > 1 && name.starts_with(|first: char| first.is_ascii_alphabetic());
    (is_start && is_name && !is_scope).then(|| Hit {
        kind: Kind::Handle,
        actor: Actor::Person,
        range: at..at + 1 + name.len(),
    })
}
