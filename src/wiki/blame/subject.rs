//! Finds the subject of a verb, and whether it is a person or a thing.

use super::lexicon::{Actor, Entry, Lexicon, Sign, can_be_name, is_plural};
use crate::markdown::prose::Run;
use crate::words::Finder;

use std::ops::Range;

/// What separates a word from the previous one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gap {
    /// Only white space.
    Space,
    /// A comma, a dash or a bracket: a clause ends.
    Clause,
    /// A sentence ends.
    Sentence,
}

/// A word of a run.
pub struct Word {
    /// In lower case, with straight apostrophes; empty for code.
    pub lower: String,
    /// Its bytes in the text of the run.
    pub range: Range<usize>,
    /// What separates it from the previous word.
    pub gap: Gap,
    is_capital: bool,
    /// Whether it is spelled as names of persons are not: `DNS`, `GitLab`, `S3`.
    is_technical: bool,
    /// Whether it is part of a name from the settings.
    is_name: bool,
    /// What the lexicon knows about it.
    entry: Entry,
}

/// The words of a run, with the lexicon.
pub struct Text<'a> {
    pub words: Vec<Word>,
    /// Whether all words have capitals, as in some headings.
    is_title: bool,
    run: &'a Run,
    lexicon: &'a Lexicon,
}

/// Words that are never part of a noun phrase.
const BOUNDARIES: &[&str] = &[
    "and", "or", "but", "so", "then", "than", "because", "when", "while", "if", "as", "although",
    "though", "unless", "until", "since", "before", "after", "where", "how", "why", "whether",
    "once", "yet", "nor", "only", "even", "perhaps", "maybe", "thus", "hence", "instead", "still",
    "also", "is", "was", "were", "are", "be", "been", "had", "has", "have", "did", "do", "does",
    "not", "said", "says", "that", "which", "who", "whom", "should", "could", "would", "might",
    "may", "must", "can", "will", "it", "we", "you", "they", "he", "she", "i",
];

/// Words that begin a noun phrase.
const DETERMINERS: &[&str] = &[
    "the", "a", "an", "this", "that", "these", "those", "each", "every", "any", "no", "some",
    "another", "either", "both",
];

/// Possessive words that begin a noun phrase.
const POSSESSIVES: &[&str] = &["my", "your", "his", "her", "their", "our", "its", "whose"];

/// Words that connect a noun with another one that describes it.
const PREPOSITIONS: &[&str] = &[
    "of", "in", "on", "at", "for", "from", "with", "without", "behind", "by", "to", "under",
    "over", "near", "between", "inside", "during", "about", "around", "into", "against", "across",
    "within", "per", "via", "beside",
];

/// Words that select from the noun after `of`: `one of the engineers`.
const QUANTIFIERS: &[&str] = &[
    "one", "two", "three", "four", "five", "some", "any", "each", "both", "all", "most", "many",
    "several", "few", "none", "neither", "either", "half", "part", "another", "others",
];

/// Words that can be between a subject and its verb.
const AUXILIARIES: &[&str] = &[
    "also",
    "then",
    "had",
    "has",
    "have",
    "having",
    "again",
    "still",
    "never",
    "just",
    "even",
    "simply",
    "both",
    "all",
    "did",
    "not",
    "later",
    "first",
    "once",
    "was",
    "were",
    "is",
    "are",
    "be",
    "been",
    "being",
    "may",
    "might",
    "must",
    "can",
    "could",
    "would",
    "should",
    "will",
    "seems",
    "seemed",
    "always",
    "often",
    "somehow",
    "too",
    "so",
    "to",
    "got",
    "each",
    "only",
    "there",
    "here",
    "myself",
    "himself",
    "herself",
    "themselves",
];

/// Words that end like adverbs and are not.
const NOT_ADVERBS: &[&str] = &[
    "sally",
    "kelly",
    "emily",
    "molly",
    "lily",
    "billy",
    "polly",
    "holly",
    "carly",
    "beverly",
    "kimberly",
    "willy",
    "shelly",
    "nelly",
    "lilly",
    "family",
    "supply",
    "assembly",
    "reply",
    "anomaly",
    "fly",
    "july",
    "ally",
    "italy",
    "jelly",
    "trolley",
    "butterfly",
    "monopoly",
    "anthony",
];

/// Words for times, which do not belong to a subject after them: `Yesterday Kim forgot it`.
const TIMES: &[&str] = &[
    "yesterday",
    "today",
    "tonight",
    "meanwhile",
    "later",
    "afterwards",
];

impl<'a> Text<'a> {
    pub fn new(run: &'a Run, names: &'a Finder, lexicon: &'a Lexicon) -> Self {
        let words = words(run, names, lexicon);
        let is_title = words.len() > 2
            && words
                .iter()
                .all(|word| word.is_capital || word.lower.len() < 4);
        Self {
            words,
            is_title,
            run,
            lexicon,
        }
    }

    /// A word in lower case. Empty for code, and after the last word.
    pub fn word(&self, at: usize) -> &str {
        self.words.get(at).map_or("", |word| &word.lower)
    }

    /// Whether a word is in the same clause as the previous one.
    pub fn is_joined(&self, at: usize) -> bool {
        self.words
            .get(at)
            .is_some_and(|word| word.gap == Gap::Space)
    }

    /// Whether a phrase begins at a word, all of it in one clause.
    pub fn is(&self, at: usize, phrase: &[&str]) -> bool {
        phrase.iter().enumerate().all(|(offset, word)| {
            self.word(at + offset) == *word && (offset == 0 || self.is_joined(at + offset))
        })
    }

    /// The last word before a verb in its clause that is neither an adverb nor an auxiliary: the last word of the subject, if there is one.
    pub fn before_verb(&self, verb: usize) -> Option<usize> {
        let mut at = verb;
        while self.is_joined(at) {
            at -= 1;
            if !(AUXILIARIES.contains(&self.word(at)) || self.is_adverb(at)) || self.can_be_name(at)
            {
                return Some(at);
            }
        }
        None
    }

    /// Whether a word can be between `have` and its participle.
    pub fn can_precede_participle(&self, at: usize) -> bool {
        matches!(
            self.word(at),
            "also"
                | "never"
                | "always"
                | "not"
                | "already"
                | "just"
                | "still"
                | "only"
                | "then"
                | "all"
                | "both"
                | "each"
                | "at"
                | "least"
        ) || self.is_adverb(at)
    }

    /// Whether a word is code.
    pub fn is_code(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| word.lower.is_empty())
    }

    /// Whether a form of `be` makes a verb passive.
    pub fn is_passive(&self, verb: usize) -> bool {
        let mut at = verb;
        while self.is_joined(at) {
            at -= 1;
            if matches!(
                self.word(at),
                "is" | "was" | "were" | "are" | "be" | "been" | "being" | "got" | "gets"
            ) {
                return true;
            }
            if !(AUXILIARIES.contains(&self.word(at)) || self.is_adverb(at)) {
                return false;
            }
        }
        false
    }

    /// The subject of a verb.
    pub fn subject(&self, verb: usize) -> Actor {
        match self.before_verb(verb) {
            Some(at)
                if !BOUNDARIES.contains(&self.word(at))
                    || self.is_pronoun(at)
                    || self.can_be_name(at) =>
            {
                self.actor_of_noun(at, verb)
            }
            _ => self.subject_of_earlier_clause(verb),
        }
    }

    /// The actor of the noun phrase that ends at a word: the engineer in `the engineer on call`.
    fn actor_of_noun(&self, head: usize, verb: usize) -> Actor {
        // More than people write. A limit keeps hostile text from taking long.
        const DEEPEST: usize = 8;
        let (mut head, mut outermost) = (head, None);
        for _ in 0..DEEPEST {
            if self.word(head) == "that"
                && self.is_joined(head)
                && !PREPOSITIONS.contains(&self.word(head - 1))
            {
                head -= 1;
            }
            let start = self.start_of_noun(head);
            let own = self.actor_of_words(start, head, verb);
            if matches!(own, Actor::Thing | Actor::Unknown)
                && self.is_after_who(start)
                && !self.is_pronoun(head)
            {
                return Actor::Person;
            }
            match self.noun_before(start) {
                // `one of the engineers` is a person, and `none of the engineers` is nobody.
                Some(Before::Quantifier(quantifier)) => {
                    return if quantifier == "none" && own.is_person() {
                        Actor::Nobody
                    } else {
                        own
                    };
                }
                Some(Before::Noun(before)) => {
                    outermost = Some(own);
                    head = before;
                }
                None => return own,
            }
        }
        outermost.unwrap_or(Actor::Unknown)
    }

    /// The noun or the quantifier that a preposition connects with the noun phrase after it.
    fn noun_before(&self, start: usize) -> Option<Before<'_>> {
        let preposition = start
            .checked_sub(1)
            .filter(|&at| self.is_joined(start) && PREPOSITIONS.contains(&self.word(at)))?;
        let before = preposition
            .checked_sub(1)
            .filter(|_| self.is_joined(preposition))?;
        let word = self.word(before);
        if QUANTIFIERS.contains(&word) && self.word(preposition) == "of" {
            return Some(Before::Quantifier(word));
        }
        (!self.is_outside_noun(before) || self.is_pronoun(before)).then_some(Before::Noun(before))
    }

    /// The first word of the noun phrase that ends at a word.
    fn start_of_noun(&self, head: usize) -> usize {
        const LONGEST: usize = 5;
        let mut start = head;
        while self.is_joined(start)
            && head - start < LONGEST
            && !self.is_determiner(start - 1)
            && !self.is_outside_noun(start - 1)
        {
            start -= 1;
        }
        // The determiner is part of the noun phrase.
        if self.is_joined(start) && self.is_determiner(start - 1) {
            start - 1
        } else {
            start
        }
    }

    fn is_determiner(&self, at: usize) -> bool {
        let word = self.word(at);
        DETERMINERS.contains(&word)
            || POSSESSIVES.contains(&word)
            || word.ends_with("'s")
            || word.ends_with("s'")
    }

    /// Whether a word is not part of a noun phrase.
    pub fn is_outside_noun(&self, at: usize) -> bool {
        let word = self.word(at);
        BOUNDARIES.contains(&word)
            || PREPOSITIONS.contains(&word)
            || TIMES.contains(&word)
            || self.is_adverb(at)
    }

    /// Whether a word follows `who` in its clause, and so describes a person.
    fn is_after_who(&self, at: usize) -> bool {
        (self.start_of_clause(at)..at).any(|at| matches!(self.word(at), "who" | "whoever"))
    }

    /// Whether a word replaces a noun.
    pub fn is_pronoun(&self, at: usize) -> bool {
        matches!(
            self.word(at),
            "i" | "we" | "you" | "he" | "she" | "it" | "they" | "who" | "which" | "that"
        )
    }

    /// Whether a word has a capital and can be a first name.
    fn can_be_name(&self, at: usize) -> bool {
        self.words
            .get(at)
            .is_some_and(|word| word.is_capital && can_be_name(noun_of(&word.lower)))
    }

    /// Whether a word has the ending of an adverb.
    pub fn is_adverb(&self, at: usize) -> bool {
        let word = self.word(at);
        word.len() > 3 && word.ends_with("ly") && !NOT_ADVERBS.contains(&word)
    }

    /// The actor of a noun phrase with a head, its last word.
    fn actor_of_words(&self, start: usize, head: usize, verb: usize) -> Actor {
        let Some(word) = self.words.get(head) else {
            return Actor::Unknown;
        };
        if word.is_name {
            return Actor::Person;
        }
        if is_number(word) && start < head && !self.is_determiner(head - 1) {
            return self.actor_of_words(start, head - 1, verb);
        }
        if word.lower.is_empty() {
            return Actor::Thing;
        }
        // `IT` is a department, and `it` is a thing.
        if &self.run.text[word.range.clone()] == "IT" {
            return Actor::Person;
        }
        if self.can_be_name(head) && (start..head).all(|at| self.word(at) == "that") {
            return Actor::Name;
        }
        let sign = || {
            if self.infinitive_after(verb).is_some_and(is_technical_deed) {
                Sign::Technical
            } else {
                self.sign(start, head)
            }
        };
        match word.entry.actor(sign) {
            Actor::Unknown if word.is_technical => Actor::Thing,
            Actor::Unknown if word.is_capital => self.actor_of_name(start, head),
            actor => actor,
        }
    }

    /// The actor of a capitalised word that is not in the lexicon.
    fn actor_of_name(&self, start: usize, head: usize) -> Actor {
        let (before, word) = (start..head, &self.words[head]);
        // `the end Tomás` has an article that does not belong to the name, and `that` in `we saw that Dave` is not an article.
        let has_article = !before.is_empty()
            && DETERMINERS.contains(&self.word(before.start))
            && self.word(before.start) != "that"
            && self.words[before.clone()]
                .iter()
                .skip(1)
                .all(|word| word.is_capital || word.is_technical);
        let is_of_product = before.into_iter().any(|at| {
            self.words[at].is_capital && self.words[at].entry == Entry::Sure(Actor::Thing)
        });
        // At the start of a sentence and in a title, ordinary words have a capital, too.
        let is_first = word.gap == Gap::Sentence || self.is_title;
        let is_plural = is_first && is_plural(noun_of(&word.lower));
        if has_article || is_of_product || is_plural {
            Actor::Thing
        } else {
            Actor::Name
        }
    }

    /// What the words before a head tell about it; the nearest one counts.
    fn sign(&self, start: usize, head: usize) -> Sign {
        let of = |at: usize| {
            let word = &self.words[at];
            let sign = self.lexicon.sign(&word.lower);
            if sign == Sign::None && (word.is_technical || word.lower.is_empty()) {
                Sign::Technical
            } else {
                sign
            }
        };
        (start..head)
            .rev()
            .map(of)
            .find(|&sign| sign != Sign::None)
            .unwrap_or(Sign::None)
    }

    /// The infinitive after a verb: `reconcile` in `failed to reconcile`.
    fn infinitive_after(&self, verb: usize) -> Option<&str> {
        self.is(verb + 1, &["to"]).then(|| self.word(verb + 2))
    }

    /// The subject of an earlier clause, for a verb without its own: `restarted the pump, but forgot the valve`.
    fn subject_of_earlier_clause(&self, verb: usize) -> Actor {
        let (mut start, mut end) = (self.start_of_clause(verb), verb);
        loop {
            if let Some(actor) = self.first_actor(start..end) {
                return actor;
            }
            if start == 0 || self.words[start].gap == Gap::Sentence || verb - start > FARTHEST {
                return Actor::Unknown;
            }
            (start, end) = (self.start_of_clause(start - 1), start);
        }
    }

    /// The first word of a clause, at most [`FARTHEST`] words before.
    fn start_of_clause(&self, at: usize) -> usize {
        (at.saturating_sub(FARTHEST)..=at)
            .rev()
            .find(|&at| !self.is_joined(at))
            .unwrap_or(at.saturating_sub(FARTHEST))
    }

    /// The first known actor in a range. Nouns after prepositions do not count.
    fn first_actor(&self, stretch: Range<usize>) -> Option<Actor> {
        let mut is_aside = false;
        for at in stretch.clone() {
            let word = self.word(at);
            if PREPOSITIONS.contains(&word)
                || matches!(word, "after" | "before" | "until" | "since")
            {
                is_aside = true;
            } else if DETERMINERS.contains(&word)
                && at > stretch.start
                && !self.is_outside_noun(at - 1)
            {
                is_aside = false;
            }
            if is_aside
                || self.is_determiner(at)
                || (self.is_outside_noun(at) && !self.is_pronoun(at))
            {
                continue;
            }
            let actor = self.actor_of_words(self.start_of_noun(at), at, at);
            let next = at + 1;
            let goes_on = next < stretch.end && self.is_joined(next) && !self.is_outside_noun(next);
            if actor != Actor::Unknown
                && !(goes_on && self.actor_of_words(at, next, next) != Actor::Unknown)
            {
                return Some(actor);
            }
        }
        None
    }

    /// The actor of the noun phrase that begins at a word, and its head: the reviewer in `by the reviewer of the change`.
    pub fn noun_from(&self, start: usize) -> (Actor, usize) {
        const LONGEST: usize = 6;
        let (mut found, mut last) = (Actor::Unknown, start);
        for at in start..start + LONGEST {
            let word = self.word(at);
            if at >= self.words.len() || (at > start && !self.is_joined(at)) {
                break;
            }
            if QUANTIFIERS.contains(&word)
                || self.is_determiner(at)
                || (word == "of" && at > start && QUANTIFIERS.contains(&self.word(at - 1)))
            {
                continue;
            }
            if self.is_outside_noun(at) && !(self.is_pronoun(at) && at == start) {
                break;
            }
            let actor = self.actor_of_words(start, at, at);
            if actor == Actor::Unknown && found != Actor::Unknown {
                break;
            }
            (found, last) = (actor, at);
        }
        (found, last)
    }

    /// Whether a word is the possessive of a person: `my`, `Dave's`.
    pub fn is_possessive_of_person(&self, at: usize) -> bool {
        let word = self.word(at);
        let is_possessive =
            word.ends_with("'s") || word.ends_with("s'") || self.is_plural_possessive(at);
        if !is_possessive {
            return matches!(
                word,
                "my" | "your" | "his" | "her" | "their" | "our" | "whose"
            );
        }
        self.actor_of_words(self.start_of_noun(at), at, at)
            .is_person()
    }

    /// Whether a plural has an apostrophe after it, which is not part of the word: `the engineers' error`.
    fn is_plural_possessive(&self, at: usize) -> bool {
        self.words.get(at).is_some_and(|word| {
            word.lower.ends_with('s') && self.run.text[word.range.end..].starts_with(['\'', '’'])
        })
    }
}

/// The maximum distance in words between a verb and its subject: far more than people write.
const FARTHEST: usize = 40;

/// What a preposition connects with the noun after it.
enum Before<'a> {
    /// The last word of another noun phrase.
    Noun(usize),
    /// A quantifier: `one of`, `none of`.
    Quantifier(&'a str),
}

/// Whether a verb is something that only programs do. It distinguishes the operator of a cluster from the operator of a crane.
fn is_technical_deed(verb: &str) -> bool {
    const DEEDS: &[&str] = &[
        "reconcile",
        "boot",
        "compile",
        "parse",
        "mount",
        "bind",
        "deserialize",
        "deserialise",
        "serialize",
        "serialise",
        "converge",
        "sync",
        "reconnect",
        "initialize",
        "initialise",
        "load",
        "start",
        "restart",
        "elect",
        "evict",
        "allocate",
        "enumerate",
        "resolve",
        "install",
    ];
    DEEDS.contains(&verb)
}

/// Whether a word numbers the one before it: `team 3` is a team, and `node B` is a node.
fn is_number(word: &Word) -> bool {
    let is_digits = !word.lower.is_empty() && word.lower.chars().all(|sign| sign.is_ascii_digit());
    is_digits || (word.lower.len() == 1 && word.lower != "i")
}

fn words(run: &Run, names: &Finder, lexicon: &Lexicon) -> Vec<Word> {
    let named = names.all(&run.text);
    let mut words = Vec::new();
    let (mut at, mut gap) = (0, Gap::Sentence);
    while let Some(next) = run.text[at..].chars().next() {
        let Some((length, lower)) = word_at(run, at) else {
            gap = gap.max(gap_of(next));
            at += next.len_utf8();
            continue;
        };
        let word = without_marks(&run.text[at..at + length]);
        let range = at..at + word.len();
        let is_name = named
            .get(named.partition_point(|name| name.range.end <= at))
            .is_some_and(|name| name.range.start < range.end);
        let entry = lexicon.noun(noun_of(&lower));
        words.push(Word {
            lower,
            range,
            gap,
            is_capital: next.is_uppercase(),
            is_technical: is_technical(word),
            is_name,
            entry,
        });
        gap = Gap::Space;
        at += length;
    }
    words
}

/// The length of the word at a place, with the marks at its end, and the word in lower case. `None` if there is no word.
///
/// Code is one word that is not equal to any other, for example the `+` operator.
fn word_at(run: &Run, at: usize) -> Option<(usize, String)> {
    if let Some(code) = run.code_at(at) {
        return Some((code.end - at, String::new()));
    }
    let text = &run.text[at..];
    let is_inside = |next: char| next.is_alphanumeric() || matches!(next, '\'' | '’' | '-');
    if !text.starts_with(char::is_alphanumeric) {
        return None;
    }
    let length = text.find(|next| !is_inside(next)).unwrap_or(text.len());
    let lower = without_marks(&text[..length])
        .to_lowercase()
        .replace('’', "'");
    Some((length, lower))
}

/// A word without apostrophes and hyphens at its end.
fn without_marks(word: &str) -> &str {
    word.trim_end_matches(['\'', '’', '-'])
}

/// A word without a possessive ending.
fn noun_of(word: &str) -> &str {
    word.trim_end_matches("'s").trim_end_matches('\'')
}

fn gap_of(sign: char) -> Gap {
    match sign {
        '.' | ';' | ':' | '!' | '?' | '|' => Gap::Sentence,
        ',' | '(' | ')' | '—' | '–' => Gap::Clause,
        _ => Gap::Space,
    }
}

/// Whether a word is written as no name of a person is: with a digit, in capitals alone, or with a capital inside.
fn is_technical(word: &str) -> bool {
    const NAMES_WITH_TWO: &[&str] = &[
        "Mc", "Mac", "De", "Di", "Du", "La", "Le", "Van", "Von", "O'", "O’", "D'", "D’", "Fitz",
        "St",
    ];
    let word = word.trim_end_matches("'s").trim_end_matches("’s");
    let letters = word.chars().filter(|letter| letter.is_alphabetic()).count();
    let capitals = word.chars().filter(|letter| letter.is_uppercase()).count();
    let has_capital_inside = word
        .split('-')
        .any(|part| part.chars().skip(1).any(char::is_uppercase));
    let is_name_with_two = capitals == 2
        && NAMES_WITH_TWO.iter().any(|start| {
            word.strip_prefix(start)
                .is_some_and(|rest| rest.starts_with(char::is_uppercase))
        });
    word.contains(|sign: char| sign.is_ascii_digit())
        || (letters > 1 && has_capital_inside && !is_name_with_two)
}
