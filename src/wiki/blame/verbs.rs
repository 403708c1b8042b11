//! Verbs after `have` and `been`. Distinguishes participles (`should have checked`) from possessions (`should have limited access`).

/// Participles that do not end in `ed`.
const IRREGULAR: &str = "
    arisen awoken beaten become been begun bent bet bitten blown born borne bought bound bred broken brought built burnt burst cast caught
    chosen clung come cost crept cut dealt done drawn dreamt driven drunk dug eaten fallen fed felt fled flown forbidden foregone foreseen
    forgiven forgotten fought found frozen given gone got gotten ground grown had heard held hidden hit hung hurt kept known laid learnt led
    left lent let lit lost made meant met mistaken overcome overridden overrun overseen overtaken paid proven put quit read rebuilt redone
    reread rerun reset rewritten ridden risen rung run said sat seen sent set sewn shaken shed shone shot shown shrunk shut slept slid slowed
    sold sought spent split spoken sprung spread spun stolen stood stuck strung struck sung sunk swept sworn swum swung taken taught thought
    thrown told torn understood undertaken undone upheld wept withdrawn withheld withstood woken won worn wound woven written
";

/// Words that end in `ed` and are not participles.
const NOUNS_IN_ED: &[&str] = &[
    "need", "speed", "feed", "seed", "bed", "breed", "shed", "hundred", "embed", "weed", "deed",
    "newsfeed", "sled", "led",
];

/// Participles that are adjectives before a noun: `should have limited access`.
const QUALITIES: &[&str] = &[
    "limited",
    "unlimited",
    "restricted",
    "unrestricted",
    "shared",
    "dedicated",
    "elevated",
    "assigned",
    "defined",
    "delegated",
    "guaranteed",
    "reserved",
    "protected",
    "designated",
    "privileged",
    "automated",
    "detailed",
    "extended",
    "advanced",
    "mixed",
    "related",
    "combined",
    "named",
    "required",
    "written",
    "spare",
    "continued",
    "agreed",
    "paid",
    "scheduled",
    "supervised",
    "unsupervised",
    "increased",
    "reduced",
    "added",
];

/// Nouns after a participle that make it part of a possession: `read access`.
const POSSESSIONS: &[&str] = &[
    "access",
    "permission",
    "permissions",
    "right",
    "rights",
    "privilege",
    "privileges",
    "replica",
    "replicas",
    "credentials",
    "scope",
    "scopes",
];

/// Words that do not continue a noun phrase.
const NOT_IN_NOUN: &[&str] = &[
    "the", "a", "an", "this", "that", "these", "those", "it", "them", "him", "her", "us", "me",
    "you", "my", "your", "his", "their", "our", "its", "to", "in", "on", "at", "for", "from",
    "with", "without", "by", "of", "up", "down", "out", "off", "over", "back", "and", "or", "but",
    "if", "when", "while", "before", "after", "as", "because", "so", "until", "more", "less",
    "all", "both", "each", "every", "any", "no", "some", "earlier", "sooner", "first", "again",
    "too", "then", "there", "here", "into", "about", "what", "which", "who", "how", "why", "where",
    "whether",
];

/// Participles for what only persons do.
const HUMAN_ACTS: &[&str] = &[
    "known",
    "realised",
    "realized",
    "asked",
    "told",
    "thought",
    "remembered",
    "listened",
    "understood",
    "consulted",
    "discussed",
    "insisted",
    "spoken",
    "double-checked",
    "guessed",
    "anticipated",
    "foreseen",
    "bothered",
    "cared",
    "learned",
    "learnt",
    "practised",
    "practiced",
    "read",
    "said",
    "believed",
    "suspected",
    "hesitated",
    "apologised",
    "apologized",
    "reviewed",
];

/// Participles after `been` that describe a state, not an action.
const STATES: &[&str] = &[
    "prepared",
    "concerned",
    "experienced",
    "focused",
    "focussed",
    "organised",
    "organized",
    "alarmed",
    "worried",
    "interested",
    "determined",
    "dressed",
    "relaxed",
    "committed",
    "suited",
    "qualified",
    "gone",
    "sat",
    "stood",
];

/// Whether a word after `have` is a participle. `next` is the word after it; empty at the end of a clause.
pub fn is_participle(word: &str, next: &str) -> bool {
    let is_form = (word.ends_with("ed") && word.len() > 3 && !NOUNS_IN_ED.contains(&word))
        || IRREGULAR.split_whitespace().any(|form| form == word);
    let belongs_to_noun = QUALITIES.contains(&word)
        && !next.is_empty()
        && !NOT_IN_NOUN.contains(&next)
        && !next.ends_with("ly");
    is_form && !belongs_to_noun && !POSSESSIONS.contains(&next)
}

/// Whether a participle is something that only persons do.
pub fn is_human_act(word: &str) -> bool {
    HUMAN_ACTS.contains(&word)
}

/// Verbs for duties: who does not do them is blamed. To see, to know and to have are not duties.
const DUTIES: &[&str] = &[
    "ask",
    "asked",
    "bother",
    "bothered",
    "care",
    "cared",
    "check",
    "checked",
    "follow",
    "followed",
    "listen",
    "listened",
    "pay",
    "read",
    "test",
    "tested",
    "think",
    "thought",
    "verify",
    "verified",
    "double-check",
    "double-checked",
    "escalate",
    "escalated",
    "review",
    "reviewed",
    "respond",
    "responded",
    "react",
    "reacted",
    "acknowledge",
    "acknowledged",
    "document",
    "documented",
];

/// Whether a verb after `did not` or `never` is a duty.
pub fn is_duty(word: &str) -> bool {
    DUTIES.contains(&word)
}

/// Whether a word after `been` is the participle of a passive.
pub fn is_passive(word: &str, next: &str) -> bool {
    is_participle(word, next) && !STATES.contains(&word)
}
