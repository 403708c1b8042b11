//! Verbs after `have` and `been`: what was to be done, told apart from what somebody is to have.

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

/// Participles that tell what something is like: before a noun they belong to it, as in `should have limited access`.
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

/// What can be had, after a word that is a participle, too: `read access`.
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

/// Words after which no noun has begun.
const NO_NOUNS: &[&str] = &[
    "the", "a", "an", "this", "that", "these", "those", "it", "them", "him", "her", "us", "me",
    "you", "my", "your", "his", "their", "our", "its", "to", "in", "on", "at", "for", "from",
    "with", "without", "by", "of", "up", "down", "out", "off", "over", "back", "and", "or", "but",
    "if", "when", "while", "before", "after", "as", "because", "so", "until", "more", "less",
    "all", "both", "each", "every", "any", "no", "some", "earlier", "sooner", "first", "again",
    "too", "then", "there", "here", "into", "about", "what", "which", "who", "how", "why", "where",
    "whether",
];

/// What only somebody who thinks can do.
const HUMAN: &[&str] = &[
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

/// Participles after `been` that tell what somebody is like, not what was to be done to them.
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

/// Whether a word after `have` is what was to be done; `next` is the word after it, empty if the sentence, or its part, ends.
pub fn is_participle(word: &str, next: &str) -> bool {
    let is_form = (word.ends_with("ed") && word.len() > 3 && !NOUNS_IN_ED.contains(&word))
        || IRREGULAR.split_whitespace().any(|form| form == word);
    let belongs_to_noun = QUALITIES.contains(&word)
        && !next.is_empty()
        && !NO_NOUNS.contains(&next)
        && !next.ends_with("ly");
    is_form && !belongs_to_noun && !POSSESSIONS.contains(&next)
}

/// Whether a word after `have` is something that only a person does.
pub fn is_human(word: &str) -> bool {
    HUMAN.contains(&word)
}

/// What somebody is blamed for who did not do it; to see, to know and to have are not in anybody's hands.
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

/// Whether a word after `did not` or `never` is what somebody was to do.
pub fn is_duty(word: &str) -> bool {
    DUTIES.contains(&word)
}

/// Whether a word after `been` is what was to be done to somebody or something.
pub fn is_passive(word: &str, next: &str) -> bool {
    is_participle(word, next) && !STATES.contains(&word)
}
