//! Words that say who did it, where a reader needs to know what let it happen.
//!
//! Machines fail too: most phrases count only where a person is their subject, and that is told by a short list of words for
//! persons. What the list does not know is passed over, because an error on harmless words would teach authors to overlook all.

use std::ops::Range;

use super::Hit;
use super::run::Run;
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
    /// What somebody should have done.
    Hindsight,
    /// What somebody did not do.
    Omission,
    /// Whose fault it was.
    Fault,
    /// A colleague who did something.
    Colleague,
    /// What somebody is like.
    Judgement,
}

impl Kind {
    /// What is wrong, in words that follow those that are.
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

    /// What to write instead.
    pub fn help(self) -> &'static str {
        match self {
            Self::Name | Self::Handle => "name the role: “the engineer on call”",
            Self::Mail => "name the role or the team; the address of a group can stand in `[blame] allow`",
            Self::Hindsight => "say what the system allowed or did not show: “nothing warned that …”",
            Self::Omission => "say what made it easy to miss: “the runbook did not mention …”",
            Self::Fault => "say what let it happen: “the pipeline allowed a change without a review”",
            Self::Colleague => "name the role or the system: “by the engineer on call”, “by the release pipeline”",
            Self::Judgement => "take it out, and say what happened",
        }
    }
}

/// Words for persons as they work together.
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

/// Other words for persons.
const PERSONS: &[&str] = &[
    "i",
    "we",
    "you",
    "he",
    "she",
    "they",
    "who",
    "somebody",
    "someone",
    "nobody",
    "anybody",
    "anyone",
    "everybody",
    "everyone",
    "person",
    "people",
    "engineer",
    "engineers",
    "developer",
    "developers",
    "programmer",
    "programmers",
    "operator",
    "operators",
    "admin",
    "admins",
    "administrator",
    "administrators",
    "manager",
    "managers",
    "reviewer",
    "reviewers",
    "author",
    "authors",
    "intern",
    "interns",
    "contractor",
    "contractors",
    "analyst",
    "analysts",
    "architect",
    "architects",
    "tester",
    "testers",
    "designer",
    "designers",
    "responder",
    "responders",
    "commander",
    "team",
    "teams",
    "member",
    "members",
    "lead",
    "leads",
    "boss",
    "staff",
    "employee",
    "employees",
    "newcomer",
    "junior",
    "senior",
    "sre",
    "sres",
    "dba",
    "dbas",
];

/// What can stand between a person and what the person did.
const BETWEEN: &[&str] = &[
    "also", "then", "had", "has", "have", "having", "on", "call", "duty", "again", "still", "never", "just", "even", "simply", "who",
    "both", "all", "did", "not", "later", "first", "once",
];

/// What a person's mistake is called.
const FAULTS: &[&str] =
    &["mistake", "mistakes", "fault", "error", "errors", "negligence", "carelessness", "oversight", "blunder", "incompetence"];

/// Whose: before a fault.
const WHOSE: &[&str] = &["my", "your", "his", "her", "their", "our", "whose"];

/// What a colleague does to a system, in words that look for who did it.
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

/// What can be done by a colleague without harm.
const FAVOURS: &[&str] = &[
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

/// A word of a run.
struct Word {
    /// In small letters, with straight apostrophes; empty for code.
    lower: String,
    range: Range<usize>,
    /// Whether a sign that parts sentences, or their parts, stands before it.
    is_parted: bool,
    is_capital: bool,
}

/// What phrases in a run blame somebody.
pub fn find(run: &Run, names: &Finder) -> Vec<Hit> {
    let words = words(run);
    let text = Text { words: &words, run, names };
    (0..words.len()).filter_map(|at| text.at(at)).collect()
}

fn words(run: &Run) -> Vec<Word> {
    let is_inside = |next: char| next.is_alphanumeric() || matches!(next, '\'' | '’' | '-');
    let mut words = Vec::new();
    let (mut at, mut is_parted) = (0, true);
    while let Some(next) = run.text[at..].chars().next() {
        if !next.is_alphanumeric() {
            is_parted |= matches!(next, '.' | ',' | ';' | ':' | '!' | '?' | '(' | ')' | '|' | '—' | '–');
            at += next.len_utf8();
            continue;
        }
        let length = run.text[at..].find(|next| !is_inside(next)).unwrap_or(run.text.len() - at);
        let word = run.text[at..at + length].trim_end_matches(['\'', '’', '-']);
        let is_code = run.code.iter().any(|code| code.contains(&at));
        let lower = if is_code { String::new() } else { word.to_lowercase().replace('’', "'") };
        words.push(Word { lower, range: at..at + word.len(), is_parted, is_capital: next.is_uppercase() });
        is_parted = false;
        at += length;
    }
    words
}

struct Text<'a> {
    words: &'a [Word],
    run: &'a Run,
    names: &'a Finder,
}

impl Text<'_> {
    fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| &word.lower)
    }

    /// Whether words follow one another from a place on, within one part of a sentence.
    fn is(&self, at: usize, phrase: &[&str]) -> bool {
        phrase
            .iter()
            .enumerate()
            .all(|(offset, word)| self.word(at + offset) == *word && (offset == 0 || !self.words[at + offset].is_parted))
    }

    fn hit(&self, kind: Kind, words: Range<usize>) -> Option<Hit> {
        Some(Hit { kind, range: self.words.get(words.start)?.range.start..self.words.get(words.end.checked_sub(1)?)?.range.end })
    }

    fn at(&self, at: usize) -> Option<Hit> {
        self.judgement(at)
            .or_else(|| self.fault(at))
            .or_else(|| self.hindsight(at))
            .or_else(|| self.omission(at))
            .or_else(|| self.colleague(at))
    }

    fn judgement(&self, at: usize) -> Option<Hit> {
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
        JUDGEMENTS.contains(&self.word(at)).then(|| self.hit(Kind::Judgement, at..at + 1)).flatten()
    }

    fn fault(&self, at: usize) -> Option<Hit> {
        let phrases: [&[&str]; 7] = [
            &["human", "error"],
            &["human", "errors"],
            &["user", "error"],
            &["operator", "error"],
            &["pilot", "error"],
            &["to", "blame"],
            &["blame", "on"],
        ];
        if let Some(phrase) = phrases.into_iter().find(|phrase| self.is(at, phrase)) {
            return self.hit(Kind::Fault, at..at + phrase.len());
        }
        if self.is(at, &["fault", "of"]) {
            let person = (at + 2..at + 6).find(|&at| self.is_person(at))?;
            return self.hit(Kind::Fault, at..person + 1);
        }
        if self.is(at, &["at", "fault"]) && (at.saturating_sub(3)..at).any(|at| self.is_person(at)) {
            return self.hit(Kind::Fault, at..at + 2);
        }
        let is_fault = FAULTS.contains(&self.word(at)) && at > 0 && !self.words[at].is_parted;
        (is_fault && self.is_whose(at - 1)).then(|| self.hit(Kind::Fault, at - 1..at + 1)).flatten()
    }

    /// Whether a word says whose something is, and that a person is meant.
    fn is_whose(&self, at: usize) -> bool {
        let word = self.word(at);
        let Some(owner) = word.strip_suffix("'s").or_else(|| word.strip_suffix("s'").map(|_| word.trim_end_matches('\''))) else {
            return WHOSE.contains(&word);
        };
        // A name in the middle of a sentence; at its start anything has a capital.
        let is_name = self.words[at].is_capital && !self.words[at].is_parted;
        is_name || is_person(owner) || self.is_name(at)
    }

    fn hindsight(&self, at: usize) -> Option<Hit> {
        let word = self.word(at);
        let modal = word.strip_suffix("n't").unwrap_or(word);
        let length = match modal.strip_suffix("'ve") {
            Some(_) => 1,
            None if self.is(at + 1, &["have"]) && !self.words[at + 1].is_parted => 2,
            None if self.is(at + 1, &["not", "have"]) && !self.words[at + 1].is_parted => 3,
            None => return None,
        };
        let is_modal = matches!(modal.trim_end_matches("'ve"), "should" | "could" | "would");
        (is_modal && self.subject(at).is_some()).then(|| self.hit(Kind::Hindsight, at..at + length)).flatten()
    }

    fn omission(&self, at: usize) -> Option<Hit> {
        match self.word(at) {
            "forgot" | "forgotten" | "overlooked" => self.hit(Kind::Omission, at..at + 1),
            "failed" | "failing" | "neglected" if self.is(at + 1, &["to"]) && self.subject(at).is_some() => {
                self.hit(Kind::Omission, at..at + 2)
            }
            "fail" | "neglect" if self.is(at + 1, &["to"]) && self.subject(at).is_some() => self.hit(Kind::Omission, at..at + 2),
            "ignored" | "disregarded" if self.subject(at).is_some() => self.hit(Kind::Omission, at..at + 1),
            _ => None,
        }
    }

    /// `by a colleague`, `a teammate pushed`.
    fn colleague(&self, at: usize) -> Option<Hit> {
        if COLLEAGUES.contains(&self.word(at)) && DEEDS.contains(&self.word(at + 1)) && !self.words[at + 1].is_parted {
            return self.hit(Kind::Colleague, at..at + 2);
        }
        if self.word(at) != "by" {
            return None;
        }
        let person = (at + 1..at + 5)
            .take_while(|&at| self.words.get(at).is_some_and(|word| !word.is_parted))
            .find(|&at| COLLEAGUES.contains(&self.word(at)))?;
        let is_favour = at > 0 && FAVOURS.contains(&self.word(at - 1));
        (!is_favour).then(|| self.hit(Kind::Colleague, at..person + 1)).flatten()
    }

    /// The person that does what a word says, if it is one: the nearest word before that can be it.
    fn subject(&self, at: usize) -> Option<usize> {
        let mut at = at;
        loop {
            if self.words.get(at)?.is_parted {
                return None;
            }
            at = at.checked_sub(1)?;
            if self.is_person(at) {
                return Some(at);
            }
            let word = self.word(at);
            if !(BETWEEN.contains(&word) || word.ends_with("ly")) {
                return None;
            }
        }
    }

    fn is_person(&self, at: usize) -> bool {
        is_person(self.word(at)) || self.is_name(at)
    }

    fn is_name(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| self.names.first(&self.run.text[word.range.clone()]).is_some())
    }
}

fn is_person(word: &str) -> bool {
    PERSONS.contains(&word) || COLLEAGUES.contains(&word)
}

/// What leads to a person: `@name` and e-mail addresses.
pub fn addresses(run: &Run) -> Vec<Hit> {
    let signs = run.text.match_indices('@').map(|(at, _)| at).filter(|at| !run.code.iter().any(|code| code.contains(at)));
    signs.filter_map(|at| mail(&run.text, at).or_else(|| handle(&run.text, at))).collect()
}

fn mail(text: &str, at: usize) -> Option<Hit> {
    let is_local = |next: char| next.is_alphanumeric() || matches!(next, '.' | '_' | '+' | '-');
    let is_domain = |next: char| next.is_alphanumeric() || matches!(next, '.' | '-');
    let start = text[..at].char_indices().rev().take_while(|&(_, next)| is_local(next)).last()?.0;
    let length = text[at + 1..].find(|next| !is_domain(next)).unwrap_or(text.len() - at - 1);
    let domain = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
    let (name, top) = domain.rsplit_once('.')?;
    (!name.is_empty() && top.len() >= 2).then(|| Hit { kind: Kind::Mail, range: start..at + 1 + domain.len() })
}

fn handle(text: &str, at: usize) -> Option<Hit> {
    let is_inside = |next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '-' | '.');
    let is_start = !text[..at].ends_with(|before: char| before.is_alphanumeric() || before == '_' || before == '/' || before == '@');
    let length = text[at + 1..].find(|next| !is_inside(next)).unwrap_or(text.len() - at - 1);
    let name = text[at + 1..at + 1 + length].trim_end_matches(['.', '-']);
    // A scope of packages is followed by a slash: `@scope/package`.
    let is_scope = text[at + 1 + length..].starts_with('/');
    let is_name = name.len() > 1 && name.starts_with(|first: char| first.is_ascii_alphabetic());
    (is_start && is_name && !is_scope).then(|| Hit { kind: Kind::Handle, range: at..at + 1 + name.len() })
}
