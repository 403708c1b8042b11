//! The documents of a site as their authors mean them: typed, of one file each, not yet linked to one another.

use std::fmt;
use std::ops::Range;

use serde::{Deserialize, Deserializer, de};

use crate::markdown::Body;
use crate::slug::Slug;
use crate::source::{SitePath, Span};

/// Who may see something; each is a part of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Audience {
    /// The author alone.
    Private,
    /// The author's team.
    Team,
    /// Everybody.
    Public,
}

impl Audience {
    /// The word for it in front matter and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Team => "team",
            Self::Public => "public",
        }
    }

    /// Whether somebody of the audience `viewer` may see what is meant for this audience.
    pub fn admits(self, viewer: Self) -> bool {
        self >= viewer
    }
}

/// How far a document is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Draft,
    #[default]
    Ready,
    /// No longer told, and still there to be read.
    Retired,
}

impl Status {
    pub fn name(self) -> &'static str {
        match self {
            Self::Draft => "draft",
            Self::Ready => "ready",
            Self::Retired => "retired",
        }
    }
}

/// What kind of thing has a page of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    Story,
    Question,
    CaseStudy,
    Competency,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Story, Self::Question, Self::CaseStudy, Self::Competency];

    /// The folder of its files, which is also the first part of its addresses and of links to it.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Story => "stories",
            Self::Question => "questions",
            Self::CaseStudy => "case-studies",
            Self::Competency => "competencies",
        }
    }

    /// One of it, in words.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Question => "question",
            Self::CaseStudy => "case study",
            Self::Competency => "competency",
        }
    }

    /// The kind whose folder, or whose name in the singular, is `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.folder() == name || kind.noun().replace(' ', "-") == name)
    }
}

/// A day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct When {
    pub year: i16,
    /// 1 to 12; 0 where only the year is known.
    pub month: i8,
    /// 1 to 31; 0 where only the month is known.
    pub day: i8,
}

impl When {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; nothing where that is no date of the calendar.
    pub fn parse(text: &str) -> Option<Self> {
        let widths: Vec<usize> = text.split('-').map(str::len).collect();
        if !matches!(widths[..], [4] | [4, 2] | [4, 2, 2]) || !text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') {
            return None;
        }
        let mut numbers = text.split('-').map(|part| part.parse::<i16>().unwrap_or_default());
        let year = numbers.next()?;
        let month = i8::try_from(numbers.next().unwrap_or_default()).ok()?;
        let day = i8::try_from(numbers.next().unwrap_or_default()).ok()?;
        let has_month = text.len() >= 7;
        let has_day = text.len() == 10;
        jiff::civil::Date::new(year, if has_month { month } else { 1 }, if has_day { day } else { 1 }).ok()?;
        Some(Self { year, month, day })
    }
}

impl fmt::Display for When {
    /// Writes it as it is read aloud: `7 March 2025`, `March 2025`, `2025`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] =
            ["January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December"];
        if self.day > 0 {
            write!(formatter, "{} ", self.day)?;
        }
        if let Some(month) = usize::try_from(self.month - 1).ok().and_then(|index| MONTHS.get(index)) {
            write!(formatter, "{month} ")?;
        }
        write!(formatter, "{}", self.year)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text)
            .ok_or_else(|| de::Error::custom(format!("found \"{text}\", expected a date as `2025`, `2025-03` or `2025-03-07`")))
    }
}

/// A moment, with its distance from UTC as the author gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment(pub jiff::Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| {
            de::Error::custom(format!(
                "found \"{text}\", expected a moment with its time zone as `2025-03-07T09:10Z` or `2025-03-07T09:10+01:00`"
            ))
        })
    }
}

/// How long a telling is meant to take, in seconds: `90s`, `2m`, `1m30s`, `1:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Length(pub u32);

impl Length {
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let seconds = if let Some((minutes, seconds)) = text.split_once(':') {
            minutes.parse::<u32>().ok()?.checked_mul(60)?.checked_add(seconds.parse().ok()?)?
        } else {
            let (minutes, rest) = text.split_once('m').map_or(("0", text), |(minutes, rest)| (minutes, rest));
            let rest = rest.trim_start_matches("in").trim();
            let seconds = if rest.is_empty() { "0" } else { rest.strip_suffix('s')? };
            minutes.trim().parse::<u32>().ok()?.checked_mul(60)?.checked_add(seconds.trim().parse().ok()?)?
        };
        (1..=3600).contains(&seconds).then_some(Self(seconds))
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom(format!("found \"{text}\", expected a length as `90s`, `2m` or `1m30s`")))
    }
}

/// The parts that a story or a case study is made of, whatever its author calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    Headline,
    Situation,
    Task,
    Obstacle,
    Action,
    Result,
    Learning,
    /// What was changed afterwards, so that it does not happen again.
    Changes,
    FollowUps,
    Summary,
    Impact,
    Timeline,
    Trigger,
    ContributingFactors,
    Detection,
    Resolution,
    Lessons,
    ActionItems,
    SupportingInformation,
}

impl Part {
    /// The name by which links and templates speak of it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Headline => "headline",
            Self::Situation => "situation",
            Self::Task => "task",
            Self::Obstacle => "obstacle",
            Self::Action => "action",
            Self::Result => "result",
            Self::Learning => "learning",
            Self::Changes => "changes",
            Self::FollowUps => "follow-ups",
            Self::Summary => "summary",
            Self::Impact => "impact",
            Self::Timeline => "timeline",
            Self::Trigger => "trigger",
            Self::ContributingFactors => "contributing-factors",
            Self::Detection => "detection",
            Self::Resolution => "resolution",
            Self::Lessons => "lessons",
            Self::ActionItems => "action-items",
            Self::SupportingInformation => "supporting-information",
        }
    }

    /// Its letter in STAR and the forms around it; empty where it has none.
    pub fn letter(self) -> &'static str {
        match self {
            Self::Situation => "S",
            Self::Task => "T",
            Self::Obstacle => "O",
            Self::Action => "A",
            Self::Result => "R",
            Self::Learning => "L",
            _ => "",
        }
    }
}

/// The front matter of a document and what is particular to its kind.
#[derive(Debug, Clone)]
pub enum Meta {
    Story(Story),
    Variant(Variant),
    Question(Question),
    /// A file of several questions about the same thing.
    Sheet(Sheet),
    CaseStudy(CaseStudy),
    Competency(Competency),
    Home(Home),
}

#[derive(Debug, Clone, Default)]
pub struct Story {
    pub title: String,
    /// One or two spoken sentences; empty without any.
    pub headline: String,
    pub when: Option<When>,
    /// The author's role; empty where it is not said.
    pub role: String,
    pub competencies: Vec<Slug>,
    /// The questions that the story answers.
    pub answers: Vec<Slug>,
    /// The author's own judgement, 1 to 5; 0 where there is none.
    pub strength: u8,
    /// The figures that any telling may claim, in the author's order.
    pub facts: Vec<Fact>,
    pub told: Vec<Occasion>,
}

/// A figure of a story's ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// What it is of.
    pub name: String,
    pub value: String,
    /// Where it comes from; empty where that is not said.
    pub source: String,
}

/// An occasion at which a story was told or a question was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Occasion {
    pub on: When,
    /// To whom, or by whom; empty where that is not said.
    pub who: String,
    /// The round of the interviews; empty where that is not said.
    pub round: String,
}

/// Another telling of a story.
#[derive(Debug, Clone)]
pub struct Variant {
    /// The slug of the story that it tells.
    pub story: Slug,
    /// Empty where the file gives none.
    pub title: String,
    pub headline: String,
    pub competencies: Vec<Slug>,
    pub answers: Vec<Slug>,
    /// How long it is meant to take.
    pub length: Option<Length>,
    pub by: Author,
    /// Whether the story's sections are taken over where the variant has none of its own.
    pub inherit: bool,
}

/// Who wrote the words of a telling.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Author {
    #[default]
    Me,
    Reviewer,
    /// A program, by its name: a source of wording, never of facts.
    Assistant(String),
}

impl<'de> Deserialize<'de> for Author {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = String::deserialize(deserializer)?;
        Ok(match name.trim() {
            "me" => Self::Me,
            "reviewer" => Self::Reviewer,
            other => Self::Assistant(other.to_owned()),
        })
    }
}

#[derive(Debug, Clone, Default)]
pub struct Question {
    pub question: String,
    pub aliases: Vec<String>,
    pub competencies: Vec<Slug>,
    /// The story that it is a follow-up about.
    pub about: Option<Slug>,
    pub asked: Vec<Occasion>,
}

#[derive(Debug, Clone, Default)]
pub struct Sheet {
    /// Empty where the file gives none.
    pub title: String,
    pub competencies: Vec<Slug>,
    pub about: Option<Slug>,
}

#[derive(Debug, Clone, Default)]
pub struct CaseStudy {
    pub title: String,
    /// The story that it comes from.
    pub story: Option<Slug>,
    /// 1 is the worst; 0 where it is not said.
    pub severity: u8,
    pub started: Option<Moment>,
    pub detected: Option<Moment>,
    pub resolved: Option<Moment>,
    pub actions: Vec<ActionItem>,
}

/// Something that is done, or to be done, so that it does not happen again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionItem {
    pub what: String,
    /// The role that owns it; empty where it is not said.
    pub owner: String,
    pub due: Option<When>,
    pub status: ActionStatus,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ActionStatus {
    #[default]
    Open,
    Doing,
    Done,
    Dropped,
}

impl ActionStatus {
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Doing => "doing",
            Self::Done => "done",
            Self::Dropped => "dropped",
        }
    }

    /// Whether nothing is left to do.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Done | Self::Dropped)
    }
}

#[derive(Debug, Clone, Default)]
pub struct Competency {
    pub title: String,
    pub aliases: Vec<String>,
    /// The frameworks of employers and what the competency is called there, in the author's order.
    pub frameworks: Vec<(String, Vec<String>)>,
}

#[derive(Debug, Clone, Default)]
pub struct Home {
    /// Empty where the file gives none.
    pub title: String,
}

/// A file of the content, read but not linked.
#[derive(Debug, Clone)]
pub struct Document {
    pub path: SitePath,
    /// The name within its kind; for a variant within its story.
    pub slug: Slug,
    /// Where the front matter's YAML stands.
    pub yaml: Span,
    pub audience: Audience,
    pub status: Status,
    pub meta: Meta,
    pub body: Body,
    /// The body cut at its headings; the first has no heading and holds what stands before them.
    pub sections: Vec<Section>,
}

/// A stretch of a body under one heading of the second level.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading in plain text; empty for what stands before the first heading.
    pub heading: String,
    /// The fragment that leads to it; empty for what stands before the first heading.
    pub id: String,
    pub part: Option<Part>,
    /// Whether it is for the author alone.
    pub is_private: bool,
    /// The nodes of the body below the heading.
    pub nodes: Range<usize>,
    /// The heading in the file, or the start of the body.
    pub span: Span,
    /// How many words are spoken in it.
    pub words: u32,
    /// The questions in it: under follow-ups, or the section itself in a sheet.
    pub items: Vec<Item>,
}

/// A question inside a document, with what is written under it.
#[derive(Debug, Clone)]
pub struct Item {
    pub question: String,
    /// The slug that its heading gives it.
    pub slug: Slug,
    /// The nodes of its answer.
    pub nodes: Range<usize>,
    /// Whether nothing is written under it.
    pub is_open: bool,
    /// The heading in the file.
    pub span: Span,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_and_lengths() {
        assert_eq!(When::parse("2025-03-07").map(|when| when.to_string()).as_deref(), Some("7 March 2025"));
        assert_eq!(When::parse("2025-03").map(|when| when.to_string()).as_deref(), Some("March 2025"));
        assert_eq!(When::parse("2025").map(|when| when.to_string()).as_deref(), Some("2025"));
        for wrong in ["2025-3", "2025-13", "2025-02-30", "yesterday", "25", "2025-00", "2025-01-00"] {
            assert_eq!(When::parse(wrong), None, "{wrong}");
        }
        for (text, seconds) in [("90s", 90), ("2m", 120), ("1m30s", 90), ("1:30", 90), ("2 min", 120)] {
            assert_eq!(Length::parse(text), Some(Length(seconds)), "{text}");
        }
        for wrong in ["90", "long", "0s", "m", "5h"] {
            assert_eq!(Length::parse(wrong), None, "{wrong}");
        }
    }
}
