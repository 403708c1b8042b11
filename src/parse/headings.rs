//! The part that a heading means: STAR and similar forms have many names for few parts, in English and in German.

use super::Place;
use crate::model::{Kind, Meta, Part};

/// What a word means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    Is(Part),
    /// `Problem` and its synonyms: the obstacle if the document also has a situation, otherwise the situation itself.
    SituationOrObstacle,
}

use Meaning::{Is, SituationOrObstacle};

const STORY: &[(&str, Meaning)] = &[
    ("headline", Is(Part::Headline)),
    ("hook", Is(Part::Headline)),
    ("summary", Is(Part::Headline)),
    ("tl;dr", Is(Part::Headline)),
    ("tldr", Is(Part::Headline)),
    ("one-liner", Is(Part::Headline)),
    ("tl; dr", Is(Part::Headline)),
    ("one liner", Is(Part::Headline)),
    ("one-sentence preview", Is(Part::Headline)),
    ("elevator pitch", Is(Part::Headline)),
    ("short version", Is(Part::Headline)),
    ("in short", Is(Part::Headline)),
    ("in brief", Is(Part::Headline)),
    ("situation", Is(Part::Situation)),
    ("context", Is(Part::Situation)),
    ("background", Is(Part::Situation)),
    ("setting", Is(Part::Situation)),
    ("scene", Is(Part::Situation)),
    ("setup", Is(Part::Situation)),
    ("set-up", Is(Part::Situation)),
    ("scenario", Is(Part::Situation)),
    ("stake", Is(Part::Situation)),
    ("what was at stake", Is(Part::Situation)),
    ("what happened", Is(Part::Situation)),
    ("s", Is(Part::Situation)),
    ("task", Is(Part::Task)),
    ("target", Is(Part::Task)),
    ("goal", Is(Part::Task)),
    ("objective", Is(Part::Task)),
    ("responsibility", Is(Part::Task)),
    ("responsibilitie", Is(Part::Task)),
    ("role", Is(Part::Task)),
    ("assignment", Is(Part::Task)),
    ("mission", Is(Part::Task)),
    ("what i had to do", Is(Part::Task)),
    ("what i was asked to do", Is(Part::Task)),
    ("t", Is(Part::Task)),
    ("obstacle", Is(Part::Obstacle)),
    ("hindrance", Is(Part::Obstacle)),
    ("complication", Is(Part::Obstacle)),
    ("hurdle", Is(Part::Obstacle)),
    ("difficulty", Is(Part::Obstacle)),
    ("difficultie", Is(Part::Obstacle)),
    ("blocker", Is(Part::Obstacle)),
    ("constraint", Is(Part::Obstacle)),
    ("conflict", Is(Part::Obstacle)),
    ("anticipated consequence", Is(Part::Obstacle)),
    ("o", Is(Part::Obstacle)),
    ("h", Is(Part::Obstacle)),
    ("challenge", SituationOrObstacle),
    ("problem", SituationOrObstacle),
    ("c", SituationOrObstacle),
    ("p", SituationOrObstacle),
    ("action", Is(Part::Action)),
    ("actions i took", Is(Part::Action)),
    ("steps i took", Is(Part::Action)),
    ("approach", Is(Part::Action)),
    ("approache", Is(Part::Action)),
    ("solution", Is(Part::Action)),
    ("step", Is(Part::Action)),
    ("what i did", Is(Part::Action)),
    ("what did i do", Is(Part::Action)),
    ("what did you do", Is(Part::Action)),
    ("what we did", Is(Part::Action)),
    ("how i did it", Is(Part::Action)),
    ("contribution", Is(Part::Action)),
    ("implementation", Is(Part::Action)),
    ("execution", Is(Part::Action)),
    ("fix", Is(Part::Action)),
    ("fixe", Is(Part::Action)),
    ("decision rationale", Is(Part::Action)),
    ("a", Is(Part::Action)),
    ("result", Is(Part::Result)),
    ("outcome", Is(Part::Result)),
    ("impact", Is(Part::Result)),
    ("resolution", Is(Part::Result)),
    ("achievement", Is(Part::Result)),
    ("accomplishment", Is(Part::Result)),
    ("metric", Is(Part::Result)),
    ("r", Is(Part::Result)),
    ("learning", Is(Part::Learning)),
    ("lesson", Is(Part::Learning)),
    ("lessons i learned", Is(Part::Learning)),
    ("lessons i learnt", Is(Part::Learning)),
    ("what i learned", Is(Part::Learning)),
    ("what did i learn", Is(Part::Learning)),
    ("what did you learn", Is(Part::Learning)),
    ("what we learned", Is(Part::Learning)),
    ("what i learnt", Is(Part::Learning)),
    ("learnt", Is(Part::Learning)),
    ("reflection", Is(Part::Learning)),
    ("takeaway", Is(Part::Learning)),
    ("take-away", Is(Part::Learning)),
    ("take away", Is(Part::Learning)),
    ("insight", Is(Part::Learning)),
    ("earned secret", Is(Part::Learning)),
    ("retrospective", Is(Part::Learning)),
    ("hindsight", Is(Part::Learning)),
    ("in hindsight", Is(Part::Learning)),
    ("evaluation", Is(Part::Learning)),
    ("what i would do differently", Is(Part::Learning)),
    ("what i would do differently next time", Is(Part::Learning)),
    ("what would i do differently", Is(Part::Learning)),
    ("what would i do differently next time", Is(Part::Learning)),
    ("what would you do differently", Is(Part::Learning)),
    ("what i'd do differently", Is(Part::Learning)),
    ("what would i do differently", Is(Part::Learning)),
    ("what i would do differently next time", Is(Part::Learning)),
    ("what i'd do differently next time", Is(Part::Learning)),
    ("l", Is(Part::Learning)),
    ("e", Is(Part::Learning)),
    ("change", Is(Part::Changes)),
    ("prevention", Is(Part::Changes)),
    ("next step", Is(Part::Changes)),
    ("action item", Is(Part::Changes)),
    ("corrective action", Is(Part::Changes)),
    ("what i changed", Is(Part::Changes)),
    ("what we changed", Is(Part::Changes)),
    ("follow-up action", Is(Part::Changes)),
    ("follow up action", Is(Part::Changes)),
    ("follow-up", Is(Part::FollowUps)),
    ("follow up", Is(Part::FollowUps)),
    ("followup", Is(Part::FollowUps)),
    ("follow-up question", Is(Part::FollowUps)),
    ("follow up question", Is(Part::FollowUps)),
    ("they will ask", Is(Part::FollowUps)),
    ("they may ask", Is(Part::FollowUps)),
    ("they will ask next", Is(Part::FollowUps)),
    ("they might ask", Is(Part::FollowUps)),
    ("questions they may ask", Is(Part::FollowUps)),
    ("questions they might ask", Is(Part::FollowUps)),
    ("likely question", Is(Part::FollowUps)),
    ("possible question", Is(Part::FollowUps)),
    ("q&a", Is(Part::FollowUps)),
    ("questions", Is(Part::FollowUps)),
    // The same in German.
    ("kurzfassung", Is(Part::Headline)),
    ("zusammenfassung", Is(Part::Headline)),
    ("kernaussage", Is(Part::Headline)),
    ("in kürze", Is(Part::Headline)),
    ("ausgangslage", Is(Part::Situation)),
    ("ausgangssituation", Is(Part::Situation)),
    ("ausgangspunkt", Is(Part::Situation)),
    ("kontext", Is(Part::Situation)),
    ("hintergrund", Is(Part::Situation)),
    ("lage", Is(Part::Situation)),
    ("was passiert ist", Is(Part::Situation)),
    ("aufgabe", Is(Part::Task)),
    ("aufgaben", Is(Part::Task)),
    ("ziel", Is(Part::Task)),
    ("ziele", Is(Part::Task)),
    ("auftrag", Is(Part::Task)),
    ("rolle", Is(Part::Task)),
    ("verantwortung", Is(Part::Task)),
    ("hindernis", Is(Part::Obstacle)),
    ("hindernisse", Is(Part::Obstacle)),
    ("hürde", Is(Part::Obstacle)),
    ("hürden", Is(Part::Obstacle)),
    ("konflikt", Is(Part::Obstacle)),
    ("schwierigkeit", Is(Part::Obstacle)),
    ("schwierigkeiten", Is(Part::Obstacle)),
    ("herausforderung", SituationOrObstacle),
    ("herausforderungen", SituationOrObstacle),
    ("probleme", SituationOrObstacle),
    ("handlung", Is(Part::Action)),
    ("handlungen", Is(Part::Action)),
    ("vorgehen", Is(Part::Action)),
    ("vorgehensweise", Is(Part::Action)),
    ("aktion", Is(Part::Action)),
    ("aktionen", Is(Part::Action)),
    ("maßnahme", Is(Part::Action)),
    ("maßnahmen", Is(Part::Action)),
    ("lösung", Is(Part::Action)),
    ("umsetzung", Is(Part::Action)),
    ("schritte", Is(Part::Action)),
    ("was ich getan habe", Is(Part::Action)),
    ("was ich gemacht habe", Is(Part::Action)),
    ("ergebnis", Is(Part::Result)),
    ("ergebnisse", Is(Part::Result)),
    ("resultat", Is(Part::Result)),
    ("resultate", Is(Part::Result)),
    ("wirkung", Is(Part::Result)),
    ("auswirkung", Is(Part::Result)),
    ("auswirkungen", Is(Part::Result)),
    ("erfolg", Is(Part::Result)),
    ("erkenntnis", Is(Part::Learning)),
    ("erkenntnisse", Is(Part::Learning)),
    ("lehre", Is(Part::Learning)),
    ("lehren", Is(Part::Learning)),
    ("gelerntes", Is(Part::Learning)),
    ("reflexion", Is(Part::Learning)),
    ("rückblick", Is(Part::Learning)),
    ("fazit", Is(Part::Learning)),
    ("was ich gelernt habe", Is(Part::Learning)),
    ("was ich anders machen würde", Is(Part::Learning)),
    ("änderungen", Is(Part::Changes)),
    ("vorbeugung", Is(Part::Changes)),
    ("nächste schritte", Is(Part::Changes)),
    ("was ich geändert habe", Is(Part::Changes)),
    ("fragen", Is(Part::FollowUps)),
    ("rückfragen", Is(Part::FollowUps)),
    ("nachfragen", Is(Part::FollowUps)),
    ("anschlussfragen", Is(Part::FollowUps)),
    ("folgefragen", Is(Part::FollowUps)),
];

const CASE_STUDY: &[(&str, Meaning)] = &[
    ("summary", Is(Part::Summary)),
    ("overview", Is(Part::Summary)),
    ("abstract", Is(Part::Summary)),
    ("description", Is(Part::Summary)),
    ("what happened", Is(Part::Summary)),
    ("tl;dr", Is(Part::Summary)),
    ("tldr", Is(Part::Summary)),
    ("in short", Is(Part::Summary)),
    ("blast radius", Is(Part::Impact)),
    ("scope of impact", Is(Part::Impact)),
    ("impact", Is(Part::Impact)),
    ("effect", Is(Part::Impact)),
    ("consequence", Is(Part::Impact)),
    ("damage", Is(Part::Impact)),
    ("who was affected", Is(Part::Impact)),
    ("what was affected", Is(Part::Impact)),
    ("affected service", Is(Part::Impact)),
    ("affected system", Is(Part::Impact)),
    ("affected user", Is(Part::Impact)),
    ("affected customer", Is(Part::Impact)),
    ("timeline", Is(Part::Timeline)),
    ("chronology", Is(Part::Timeline)),
    ("sequence of event", Is(Part::Timeline)),
    ("trigger", Is(Part::Trigger)),
    ("triggering event", Is(Part::Trigger)),
    ("what triggered it", Is(Part::Trigger)),
    ("fault", Is(Part::Trigger)),
    ("contributing factor", Is(Part::ContributingFactors)),
    ("contributing cause", Is(Part::ContributingFactors)),
    ("factor", Is(Part::ContributingFactors)),
    ("leadup", Is(Part::ContributingFactors)),
    ("lead-up", Is(Part::ContributingFactors)),
    ("lead up", Is(Part::ContributingFactors)),
    ("root cause", Is(Part::ContributingFactors)),
    ("cause", Is(Part::ContributingFactors)),
    ("rca", Is(Part::ContributingFactors)),
    ("diagnosis", Is(Part::ContributingFactors)),
    ("why it happened", Is(Part::ContributingFactors)),
    ("why did it happen", Is(Part::ContributingFactors)),
    ("why this happened", Is(Part::ContributingFactors)),
    ("why did this happen", Is(Part::ContributingFactors)),
    ("five why", Is(Part::ContributingFactors)),
    ("5 why", Is(Part::ContributingFactors)),
    ("detection", Is(Part::Detection)),
    ("how was it detected", Is(Part::Detection)),
    ("how did we detect it", Is(Part::Detection)),
    ("how did we notice", Is(Part::Detection)),
    ("discovery", Is(Part::Detection)),
    ("how it was detected", Is(Part::Detection)),
    ("how we detected it", Is(Part::Detection)),
    ("how we found out", Is(Part::Detection)),
    ("how we noticed", Is(Part::Detection)),
    ("resolution", Is(Part::Resolution)),
    ("response", Is(Part::Resolution)),
    ("recovery", Is(Part::Resolution)),
    ("recoverie", Is(Part::Resolution)),
    ("mitigation", Is(Part::Resolution)),
    ("remediation", Is(Part::Resolution)),
    ("workaround", Is(Part::Resolution)),
    ("fix", Is(Part::Resolution)),
    ("fixe", Is(Part::Resolution)),
    ("solution", Is(Part::Resolution)),
    ("what we did", Is(Part::Resolution)),
    ("how we fixed it", Is(Part::Resolution)),
    ("how was it fixed", Is(Part::Resolution)),
    ("how was it resolved", Is(Part::Resolution)),
    ("how did we fix it", Is(Part::Resolution)),
    ("how it was fixed", Is(Part::Resolution)),
    ("how it was resolved", Is(Part::Resolution)),
    ("how we resolved it", Is(Part::Resolution)),
    ("action taken", Is(Part::Resolution)),
    ("actions taken", Is(Part::Resolution)),
    ("lesson", Is(Part::Lessons)),
    ("lessons we learned", Is(Part::Lessons)),
    ("learning", Is(Part::Lessons)),
    ("what we learned", Is(Part::Lessons)),
    ("what we learnt", Is(Part::Lessons)),
    ("what went well", Is(Part::Lessons)),
    ("what went wrong", Is(Part::Lessons)),
    ("where we got lucky", Is(Part::Lessons)),
    ("takeaway", Is(Part::Lessons)),
    ("take-away", Is(Part::Lessons)),
    ("reflection", Is(Part::Lessons)),
    ("retrospective", Is(Part::Lessons)),
    ("action item", Is(Part::ActionItems)),
    ("action", Is(Part::ActionItems)),
    ("corrective action", Is(Part::ActionItems)),
    ("corrective measure", Is(Part::ActionItems)),
    ("preventive action", Is(Part::ActionItems)),
    ("preventive measure", Is(Part::ActionItems)),
    ("preventative action", Is(Part::ActionItems)),
    ("preventative measure", Is(Part::ActionItems)),
    ("how will we prevent this", Is(Part::ActionItems)),
    ("how can we prevent this", Is(Part::ActionItems)),
    ("how do we prevent this", Is(Part::ActionItems)),
    ("prevention", Is(Part::ActionItems)),
    ("follow-up", Is(Part::ActionItems)),
    ("follow up", Is(Part::ActionItems)),
    ("followup", Is(Part::ActionItems)),
    ("follow-up action", Is(Part::ActionItems)),
    ("follow-up item", Is(Part::ActionItems)),
    ("follow up action", Is(Part::ActionItems)),
    ("next step", Is(Part::ActionItems)),
    ("recommendation", Is(Part::ActionItems)),
    ("improvement", Is(Part::ActionItems)),
    ("what we changed", Is(Part::ActionItems)),
    ("what we are changing", Is(Part::ActionItems)),
    ("supporting information", Is(Part::SupportingInformation)),
    ("appendix", Is(Part::SupportingInformation)),
    ("appendice", Is(Part::SupportingInformation)),
    ("reference", Is(Part::SupportingInformation)),
    ("resource", Is(Part::SupportingInformation)),
    ("attachment", Is(Part::SupportingInformation)),
    ("glossary", Is(Part::SupportingInformation)),
    ("further reading", Is(Part::SupportingInformation)),
    ("related incident", Is(Part::SupportingInformation)),
    ("related link", Is(Part::SupportingInformation)),
    // The same in German.
    ("zusammenfassung", Is(Part::Summary)),
    ("kurzfassung", Is(Part::Summary)),
    ("überblick", Is(Part::Summary)),
    ("was passiert ist", Is(Part::Summary)),
    ("auswirkung", Is(Part::Impact)),
    ("auswirkungen", Is(Part::Impact)),
    ("wirkung", Is(Part::Impact)),
    ("folgen", Is(Part::Impact)),
    ("schaden", Is(Part::Impact)),
    ("zeitverlauf", Is(Part::Timeline)),
    ("zeitachse", Is(Part::Timeline)),
    ("zeitlicher verlauf", Is(Part::Timeline)),
    ("verlauf", Is(Part::Timeline)),
    ("ablauf", Is(Part::Timeline)),
    ("chronologie", Is(Part::Timeline)),
    ("auslöser", Is(Part::Trigger)),
    ("ursache", Is(Part::ContributingFactors)),
    ("ursachen", Is(Part::ContributingFactors)),
    ("grundursache", Is(Part::ContributingFactors)),
    ("beitragende faktoren", Is(Part::ContributingFactors)),
    ("warum es passiert ist", Is(Part::ContributingFactors)),
    ("entdeckung", Is(Part::Detection)),
    ("erkennung", Is(Part::Detection)),
    ("wie wir es bemerkt haben", Is(Part::Detection)),
    ("behebung", Is(Part::Resolution)),
    ("lösung", Is(Part::Resolution)),
    ("reaktion", Is(Part::Resolution)),
    ("wiederherstellung", Is(Part::Resolution)),
    ("was wir getan haben", Is(Part::Resolution)),
    ("erkenntnis", Is(Part::Lessons)),
    ("erkenntnisse", Is(Part::Lessons)),
    ("lehre", Is(Part::Lessons)),
    ("lehren", Is(Part::Lessons)),
    ("was gut lief", Is(Part::Lessons)),
    ("was schlecht lief", Is(Part::Lessons)),
    ("was wir gelernt haben", Is(Part::Lessons)),
    ("maßnahme", Is(Part::ActionItems)),
    ("maßnahmen", Is(Part::ActionItems)),
    ("aufgaben", Is(Part::ActionItems)),
    ("nächste schritte", Is(Part::ActionItems)),
    ("vorbeugung", Is(Part::ActionItems)),
    ("was wir geändert haben", Is(Part::ActionItems)),
    ("anhang", Is(Part::SupportingInformation)),
    ("anlagen", Is(Part::SupportingInformation)),
    ("quellen", Is(Part::SupportingInformation)),
];

/// Words before a name that do not change what it means: `Key takeaways`, `The fix`, `My approach`.
const BEFORE: &[&str] = &[
    "a",
    "an",
    "the",
    "my",
    "our",
    "your",
    "key",
    "main",
    "major",
    "primary",
    "initial",
    "final",
    "end",
    "overall",
    "general",
    "short",
    "brief",
    "quick",
    "detailed",
    "executive",
    "concrete",
    "measurable",
    "actual",
    "personal",
    "technical",
    "business",
    "customer",
    "user",
    "incident",
    "issue",
    "outage",
    "event",
    "immediate",
    "underlying",
    "one-line",
    "one-sentence",
    "30-second",
    "thirty-second",
    "biggest",
    "possible",
    "potential",
    "likely",
    "expected",
    "permanent",
    "temporary",
    "long-term",
    "short-term",
    "der",
    "die",
    "das",
    "mein",
    "meine",
    "unser",
    "unsere",
];

/// Words after a name that do not change what it means: `Root cause analysis`, `Problem statement`, `Lessons learned`.
const BEHIND: &[&str] = &[
    "analysis",
    "analyses",
    "overview",
    "description",
    "statement",
    "summary",
    "details",
    "detail",
    "section",
    "assessment",
    "achieved",
    "taken",
    "steps",
    "learned",
    "learnt",
    "preview",
];

/// Words between a name and its object: `Timeline of events`, `Impact on customers`.
const OF: &[&str] = &[" of ", " on ", " for "];

/// Signs between a name and a comment on it: `Situation: the queue`, `S - Situation`.
const SEPARATORS: &[&str] = &[": ", " - ", " – ", " — ", "–", "—", " | ", "：", ":"];

/// The names of the parts of one kind of document.
#[derive(Clone, Copy)]
pub struct Names(&'static [(&'static str, Meaning)]);

impl Names {
    /// The names of the parts of a document; `None` if its kind has no parts.
    pub fn of(meta: &Meta) -> Option<Self> {
        match meta {
            Meta::Story(_) | Meta::Variant(_) => Some(Self(STORY)),
            Meta::CaseStudy(_) => Some(Self(CASE_STUDY)),
            Meta::Question(_)
            | Meta::Sheet(_)
            | Meta::Asks(_)
            | Meta::Competency(_)
            | Meta::Interview(_)
            | Meta::Home(_) => None,
        }
    }

    /// The names of the parts of the document that will be in a place.
    pub fn in_place(place: &Place) -> Option<Self> {
        match place {
            Place::Document(Kind::Story, _) | Place::Variant { .. } => Some(Self(STORY)),
            Place::Document(Kind::CaseStudy, _) => Some(Self(CASE_STUDY)),
            Place::Document(Kind::Question | Kind::Competency | Kind::Interview, _)
            | Place::Home => None,
        }
    }

    /// Whether a heading or a label names a part.
    pub fn know(self, heading: &str) -> bool {
        self.meaning(heading).is_some()
    }

    /// Whether a heading names a part that is read beside the telling: the headline, the changes, the follow-ups.
    pub fn is_beside_telling(self, heading: &str) -> bool {
        self.meaning(heading) == Some(Is(Part::Headline)) || self.ends_telling(heading)
    }

    /// Whether a heading names a part that comes after the telling.
    pub fn ends_telling(self, heading: &str) -> bool {
        let meaning = self.meaning(heading);
        [Part::Changes, Part::FollowUps]
            .map(|part| Some(Is(part)))
            .contains(&meaning)
    }

    /// The part that a name is as a plain label. A letter is none, and `The problem: nobody knew` is a sentence.
    pub fn exactly(self, name: &str) -> Option<Meaning> {
        let lower = name.to_lowercase().replace('’', "'");
        let first = lower.split_whitespace().next().unwrap_or_default();
        if name.chars().count() < 2 || ["a", "an", "the", "der", "die", "das"].contains(&first) {
            return None;
        }
        self.listed(&lower).or_else(|| self.among_fillers(&lower))
    }

    /// The part that a single letter is as a plain label.
    pub fn letter(self, name: &str) -> Option<Meaning> {
        let is_letter = name.chars().count() == 1;
        is_letter.then(|| self.listed(&name.to_lowercase()))?
    }

    /// Whether meanings are those of a whole story: a situation, an action and a result.
    pub fn tell_all(self, meanings: &[Meaning]) -> bool {
        let has = |wanted: &[Meaning]| meanings.iter().any(|meaning| wanted.contains(meaning));
        has(&[Is(Part::Situation), SituationOrObstacle])
            && has(&[Is(Part::Action)])
            && has(&[Is(Part::Result)])
    }

    /// The part that a name means in a story that has some parts.
    pub fn part(self, name: &str, parts: &[Part]) -> Option<Part> {
        match self.meaning(name)? {
            Is(part) => Some(part),
            SituationOrObstacle if parts.contains(&Part::Situation) => Some(Part::Obstacle),
            SituationOrObstacle => Some(Part::Situation),
        }
    }

    /// The name of a part that a heading of one word has with one slip of the pen.
    pub fn misspelt(heading: &str) -> Option<&'static str> {
        const NAMES: &[&str] = &[
            "Situation",
            "Context",
            "Background",
            "Action",
            "Actions",
            "Result",
            "Results",
            "Outcome",
            "Learning",
            "Learnings",
            "Reflection",
            "Aufgabe",
            "Handlung",
            "Vorgehen",
            "Ergebnis",
            "Ergebnisse",
        ];
        /// Words of their own.
        const OTHERS: &[&str] = &["auction", "auctions", "contest", "leaning"];
        let word = trimmed(heading).to_lowercase();
        if OTHERS.contains(&word.as_str()) {
            return None;
        }
        let is_near = |name: &&&str| {
            let name = name.to_lowercase();
            name.get(..1) == word.get(..1) && strsim::damerau_levenshtein(&name, &word) == 1
        };
        let is_short = (5..=12).contains(&word.len());
        NAMES.iter().find(is_near).filter(|_| is_short).copied()
    }

    fn meaning(self, heading: &str) -> Option<Meaning> {
        let heading = without_hashtags(heading);
        // The text before the first heading has no heading.
        if heading.is_empty() {
            return None;
        }
        // Longer than the names of several parts. This bounds the time for a long line.
        const LONGEST: usize = 200;
        let start = heading
            .char_indices()
            .nth(LONGEST)
            .map_or(heading, |(end, _)| &heading[..end]);
        let lower = start.to_lowercase().replace('’', "'");
        if start.len() < heading.len() {
            return self.before_separator(&lower);
        }
        let reading = |form: &str| {
            self.named(form)
                .or_else(|| self.before_separator(form))
                .or_else(|| self.first_of_several(form))
        };
        if !lower.contains(['(', '[', ')', ']']) {
            return reading(&lower);
        }
        let outside = lower.split(['(', '[']).next().unwrap_or_default();
        let inside = lower
            .split(['(', '['])
            .nth(1)
            .and_then(|rest| rest.split([')', ']']).next())
            .unwrap_or_default();
        let joined: String = lower
            .chars()
            .filter(|sign| !matches!(sign, '(' | ')' | '[' | ']'))
            .collect();
        let forms = [lower.as_str(), outside, joined.as_str(), inside];
        forms.into_iter().find_map(reading)
    }

    /// `Situation: the queue` and `S - Situation`.
    fn before_separator(self, form: &str) -> Option<Meaning> {
        let cut = SEPARATORS
            .iter()
            .filter_map(|separator| Some((form.find(separator)?, separator.len())))
            .min()?;
        let (name, rest) = (&form[..cut.0], &form[cut.0 + cut.1..]);
        if is_counter(name) {
            self.named(rest)
        } else {
            self.named(name)
        }
    }

    /// `Situation & Task`, `Results and impact`: a heading that names several parts opens the first of them. The last word may be
    /// one that they share: `Corrective and preventive actions`.
    fn first_of_several(self, form: &str) -> Option<Meaning> {
        let shared = form.split_whitespace().last().unwrap_or_default();
        let pieces = form
            .split(['&', '/', '+', ','])
            .flat_map(|piece| piece.split(" and "));
        let named = |piece: &str| {
            self.named(piece)
                .or_else(|| self.named(&format!("{} {shared}", trimmed(piece))))
        };
        let meanings: Option<Vec<Meaning>> = pieces.map(named).collect();
        meanings
            .filter(|meanings| meanings.len() > 1)?
            .into_iter()
            .next()
    }

    /// The meaning of a name, without a number, marks or words around it that do not change it.
    fn named(self, form: &str) -> Option<Meaning> {
        let plain = trimmed(form);
        let unnumbered = without_number(plain);
        let with_letter = plain
            .split_once([' ', '.', ')'])
            .filter(|(letter, _)| letter.chars().count() == 1)
            .map(|(_, rest)| trimmed(rest));
        // `Approach 1`, `Approach 2`: a number at the end only distinguishes headings with the same name.
        let bare = trimmed(unnumbered.trim_end_matches(|last: char| last.is_ascii_digit()));
        let of = OF
            .iter()
            .filter_map(|word| plain.split_once(word))
            .map(|(name, _)| trimmed(name))
            .find(|name| name.chars().count() > 1);
        [
            Some(plain),
            Some(unnumbered),
            with_letter.filter(|rest| !rest.is_empty()),
            Some(bare),
            of,
        ]
        .into_iter()
        .flatten()
        .find_map(|form| self.listed(form).or_else(|| self.among_fillers(form)))
    }

    fn among_fillers(self, form: &str) -> Option<Meaning> {
        let mut words: Vec<&str> = form.split_whitespace().collect();
        while words.len() > 1 && words.first().is_some_and(|first| BEFORE.contains(first)) {
            words.remove(0);
            if let Some(found) = self
                .listed(&words.join(" "))
                .filter(|_| words.concat().chars().count() > 1)
            {
                return Some(found);
            }
        }
        while words.len() > 1 && words.last().is_some_and(|last| BEHIND.contains(last)) {
            words.pop();
            if let Some(found) = self
                .listed(&words.join(" "))
                .filter(|_| words.concat().chars().count() > 1)
            {
                return Some(found);
            }
        }
        None
    }

    fn listed(self, form: &str) -> Option<Meaning> {
        let listed = |form: &str| {
            let singular = form.strip_suffix('s').unwrap_or(form);
            self.0
                .iter()
                .find(|(word, _)| *word == form || *word == singular)
                .map(|&(_, meaning)| meaning)
        };
        // `Root-cause` is `Root cause`.
        listed(form).or_else(|| {
            if form.contains('-') {
                listed(&form.replace('-', " "))
            } else {
                None
            }
        })
    }
}

/// The parts that the headings of a document mean, one for each.
pub fn parts(headings: &[&str], meta: &Meta) -> Vec<Option<Part>> {
    let Some(names) = Names::of(meta) else {
        return vec![None; headings.len()];
    };
    let meanings: Vec<Option<Meaning>> = headings
        .iter()
        .map(|heading| names.meaning(heading))
        .collect();
    let has_situation = matches!(meta, Meta::Variant(variant) if variant.inherit)
        || meanings.contains(&Some(Is(Part::Situation)));
    let part = |meaning| match meaning {
        Is(part) => part,
        SituationOrObstacle if has_situation => Part::Obstacle,
        SituationOrObstacle => Part::Situation,
    };
    meanings
        .into_iter()
        .map(|meaning| meaning.map(part))
        .collect()
}

/// The text after the name of a part in a heading, as in `Summary: the night we lost it`. A note in brackets with a number is the
/// length of the part, and does not count.
pub fn text_after_name(heading: &str) -> Option<&str> {
    let cut = SEPARATORS
        .iter()
        .chain(&["(", "["])
        .filter_map(|sign| Some((heading.find(sign)?, sign.len())))
        .min()?;
    let (name, rest) = (&heading[..cut.0], trimmed(&heading[cut.0 + cut.1..]));
    let is_note = heading[cut.0..].starts_with(['(', '[']);
    let is_length = is_note && rest.contains(|next: char| next.is_ascii_digit());
    (!is_counter(name) && !is_length && !rest.is_empty()).then_some(rest)
}

/// A heading without the hashtags at its end, which are reported.
fn without_hashtags(heading: &str) -> &str {
    let mut rest = heading.trim_end();
    while let Some((before, last)) = rest.rsplit_once(' ') {
        if !last.starts_with('#') || last.len() < 2 {
            break;
        }
        rest = before.trim_end();
    }
    rest
}

/// Whether something before a name only counts: `S`, `2`, `Part 1`, `STAR`.
fn is_counter(name: &str) -> bool {
    let name = trimmed(name);
    let counted = name.trim_end_matches(|last: char| last.is_ascii_digit() || last == ' ');
    name.chars().count() == 1
        || ["", "part", "section", "step", "star", "soar", "carl", "car"].contains(&counted)
}

/// A name without the signs and pictures around it.
fn trimmed(form: &str) -> &str {
    form.trim_matches(|edge: char| !edge.is_alphanumeric())
}

/// A name without the number before it: `2. Action`, `1.1 Action`, `II. Action`.
fn without_number(plain: &str) -> &str {
    let unnumbered =
        trimmed(plain.trim_start_matches(|first: char| {
            first.is_ascii_digit() || matches!(first, '.' | ')')
        }));
    let roman = plain
        .split_once(['.', ')'])
        .filter(|(roman, _)| !roman.is_empty() && roman.bytes().all(|byte| b"ivx".contains(&byte)));
    if unnumbered.len() < plain.len() {
        unnumbered
    } else {
        roman.map_or(plain, |(_, rest)| trimmed(rest))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{CaseStudy, Story};

    #[test]
    fn knows_a_part_by_many_names() {
        for (heading, part) in [
            ("Situation", Part::Situation),
            ("**ACtion**", Part::Action),
            ("Actions taken:", Part::Action),
            ("S - Situation", Part::Situation),
            ("2. Results", Part::Result),
            ("Lessons learned", Part::Learning),
            ("R", Part::Result),
            ("What I did", Part::Action),
            ("Follow-ups", Part::FollowUps),
            ("Approach 2", Part::Action),
            ("T: Task", Part::Task),
            ("Corrective actions", Part::Changes),
        ] {
            assert_eq!(
                parts(&[heading], &Meta::Story(Story::default())),
                [Some(part)],
                "{heading}"
            );
        }
        assert_eq!(
            parts(
                &["Why it mattered", "A note", "1"],
                &Meta::Story(Story::default())
            ),
            [None, None, None]
        );
    }

    /// Headings of real files and their like, with what they mean in a story.
    #[test]
    fn knows_a_part_with_words_and_signs_around_its_name() {
        let story = Meta::Story(Story::default());
        for (heading, part) in [
            ("Situation (30 seconds)", Part::Situation),
            ("S (Situation)", Part::Situation),
            ("(S)ituation", Part::Situation),
            ("[Situation]", Part::Situation),
            ("🛠️ Action", Part::Action),
            ("Action 🛠️", Part::Action),
            ("Situation & Task", Part::Situation),
            ("Situation/Task", Part::Situation),
            ("Results and impact", Part::Result),
            ("Actions, Results", Part::Action),
            ("Key takeaways", Part::Learning),
            ("The Challenge", Part::Situation),
            ("My role and responsibilities", Part::Task),
            ("Situation: the queue filled up", Part::Situation),
            ("Situation — the queue", Part::Situation),
            ("Part 1: Situation", Part::Situation),
            ("STAR: Situation", Part::Situation),
            ("Step 1 – Situation", Part::Situation),
            ("What did I do?", Part::Action),
            ("What would I do differently next time?", Part::Learning),
            ("Possible follow-up questions", Part::FollowUps),
            ("II. Task", Part::Task),
            ("2) Task", Part::Task),
            ("1.1 Task", Part::Task),
            ("1️⃣ Situation", Part::Situation),
            ("R – Results", Part::Result),
            ("Problem statement", Part::Situation),
            ("Results achieved", Part::Result),
            ("Lessons Learned:", Part::Learning),
            ("What I’d do differently", Part::Learning),
            ("Follow-up Questions", Part::FollowUps),
            ("Short summary", Part::Headline),
            ("Meine Aufgabe", Part::Task),
            ("Das Ergebnis", Part::Result),
            ("2. Maßnahmen", Part::Action),
            ("Was ich gelernt habe", Part::Learning),
        ] {
            assert_eq!(parts(&[heading], &story), [Some(part)], "{heading}");
        }
        let long = format!("Situation: {}", "the queue and ".repeat(100));
        assert_eq!(
            parts(&[&long, &"the ".repeat(100)], &story),
            [Some(Part::Situation), None]
        );
        for heading in [
            "Table of contents",
            "Contents",
            "Actions speak louder",
            "A/B test",
            "Q: why",
            "The team",
            "Situation room",
            "Why & how",
            "&",
            "",
        ] {
            assert_eq!(parts(&[heading], &story), [None], "{heading}");
        }
    }

    #[test]
    fn knows_the_parts_of_a_case_study() {
        let case = Meta::CaseStudy(CaseStudy::default());
        for (heading, part) in [
            ("Root Cause(s)", Part::ContributingFactors),
            ("Root cause analysis", Part::ContributingFactors),
            ("Technical root cause", Part::ContributingFactors),
            ("Root-cause", Part::ContributingFactors),
            ("How was it detected?", Part::Detection),
            ("How did we fix it?", Part::Resolution),
            ("Mitigation steps", Part::Resolution),
            ("How will we prevent this?", Part::ActionItems),
            ("Blast radius", Part::Impact),
            ("5 Whys", Part::ContributingFactors),
            ("Issue Summary", Part::Summary),
            ("Incident summary", Part::Summary),
            ("What happened?", Part::Summary),
            ("Resolution and recovery", Part::Resolution),
            ("The fix", Part::Resolution),
            ("Incident response", Part::Resolution),
            ("Timeline of events", Part::Timeline),
            ("Timeline (UTC)", Part::Timeline),
            ("Impact on customers", Part::Impact),
            ("Customer Impact", Part::Impact),
            ("Detection & Response", Part::Detection),
            ("Corrective and preventative measures", Part::ActionItems),
            ("Follow-up actions", Part::ActionItems),
            ("📝 Action Items", Part::ActionItems),
            ("Lessons learned", Part::Lessons),
            ("What went well", Part::Lessons),
            ("Related incidents", Part::SupportingInformation),
        ] {
            assert_eq!(parts(&[heading], &case), [Some(part)], "{heading}");
        }
        for heading in ["Architecture", "Table of contents", "Services", "Who"] {
            assert_eq!(parts(&[heading], &case), [None], "{heading}");
        }
    }

    #[test]
    fn decides_by_the_form_what_a_problem_is() {
        let story = Meta::Story(Story::default());
        assert_eq!(
            parts(&["Problem", "Action", "Result"], &story)[0],
            Some(Part::Situation)
        );
        assert_eq!(
            parts(&["Situation", "Problem", "Solution"], &story)[1],
            Some(Part::Obstacle)
        );
        assert_eq!(
            parts(&["Impact"], &Meta::CaseStudy(CaseStudy::default())),
            [Some(Part::Impact)]
        );
    }
}
