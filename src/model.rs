//! The documents of a site as their authors mean them: typed, of one file each, not yet linked to one another.

mod prose;
mod schema;

use std::fmt;
use std::ops::Range;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use crate::markdown::Body;
use crate::slug::Slug;
use crate::source::{SitePath, Span, Spanned};

pub use prose::Prose;

/// Who may see something; each is a part of the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
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
    /// From the one that may see everything to the one that may see least.
    pub const ALL: [Self; 3] = [Self::Private, Self::Team, Self::Public];

    /// The word for it in front matter and settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Team => "team",
            Self::Public => "public",
        }
    }

    /// Whether the audience `viewer` may see content for this audience.
    pub fn admits(self, viewer: Self) -> bool {
        self >= viewer
    }
}

/// The status of a document.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Not finished: only shown to its author, and only with `--drafts`.
    Draft,
    /// Finished.
    #[default]
    Ready,
    /// No longer told, but still shown.
    Retired,
}

impl Status {
    /// The word for it in front matter and in views.
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
    /// Something that happened, as its author tells it; its variants belong to it.
    Story,
    /// Something that interviewers ask, of the bank or about a story.
    Question,
    /// An account of what happened, why, and what changed.
    CaseStudy,
    /// Something that interviews look for, such as ownership.
    Competency,
    /// A conversation with an employer that the author prepares for. Only the author sees it.
    Interview,
}

impl Kind {
    /// Every kind once, in the order in which their lists are made.
    pub const ALL: [Self; 5] = [
        Self::Story,
        Self::Question,
        Self::CaseStudy,
        Self::Competency,
        Self::Interview,
    ];

    /// The folder of its files, which is also the first part of its addresses and of links to it.
    pub fn folder(self) -> &'static str {
        match self {
            Self::Story => "stories",
            Self::Question => "questions",
            Self::CaseStudy => "case-studies",
            Self::Competency => "competencies",
            Self::Interview => "interviews",
        }
    }

    /// One of it, in words.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Question => "question",
            Self::CaseStudy => "case study",
            Self::Competency => "competency",
            Self::Interview => "interview",
        }
    }

    /// Its noun with an article.
    pub fn noun_with_article(self) -> String {
        let noun = self.noun();
        let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) {
            "an"
        } else {
            "a"
        };
        format!("{article} {noun}")
    }

    /// The kind whose folder, or whose name in the singular, is `name`.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|kind| kind.folder() == name || kind.noun().replace(' ', "-") == name)
    }
}

/// A day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct When {
    /// Four digits, 0 to 9999.
    pub year: i16,
    /// 1 to 12; 0 where only the year is known.
    pub month: i8,
    /// 1 to 31; 0 where only the month is known.
    pub day: i8,
}

impl When {
    /// Reads `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; `None` if that is not a date of the calendar.
    pub fn parse(text: &str) -> Option<Self> {
        let widths: Vec<usize> = text.split('-').map(str::len).collect();
        if !matches!(widths[..], [4] | [4, 2] | [4, 2, 2])
            || !text
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'-')
        {
            return None;
        }
        let mut numbers = text
            .split('-')
            .map(|part| part.parse::<i16>().unwrap_or_default());
        let year = numbers.next()?;
        let month = i8::try_from(numbers.next().unwrap_or_default()).ok()?;
        let day = i8::try_from(numbers.next().unwrap_or_default()).ok()?;
        let has_month = text.len() >= 7;
        let has_day = text.len() == 10;
        jiff::civil::Date::new(
            year,
            if has_month { month } else { 1 },
            if has_day { day } else { 1 },
        )
        .ok()?;
        Some(Self { year, month, day })
    }
}

impl fmt::Display for When {
    /// Writes it as it is read aloud: `7 March 2025`, `March 2025`, `2025`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        const MONTHS: [&str; 12] = [
            "January",
            "February",
            "March",
            "April",
            "May",
            "June",
            "July",
            "August",
            "September",
            "October",
            "November",
            "December",
        ];
        if self.day > 0 {
            write!(formatter, "{} ", self.day)?;
        }
        if let Some(month) = usize::try_from(self.month - 1)
            .ok()
            .and_then(|index| MONTHS.get(index))
        {
            write!(formatter, "{month} ")?;
        }
        write!(formatter, "{}", self.year)
    }
}

impl<'de> Deserialize<'de> for When {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            let meant = || meant_date(&text).map(|date| format!("expected a date; write `{date}`"));
            let reason = no_such_day(&text).or_else(meant).unwrap_or_else(|| {
                "expected a date as `2025`, `2025-03` or `2025-03-07`".to_owned()
            });
            de::Error::custom(format!("found \"{text}\", {reason}"))
        })
    }
}

/// The date that a text means, in the form in which it is read: `2025-03` for `March 2025`, and the day of a moment.
fn meant_date(text: &str) -> Option<String> {
    if let Some((day, _)) = text.trim().split_once(['T', ' ']) {
        // A year with more after it is not the day of a moment.
        if day.len() == 10 && When::parse(day).is_some() {
            return Some(day.to_owned());
        }
    }
    let (mut year, mut month, mut day) = (None, None, None);
    for word in text.split(|sign: char| !sign.is_alphanumeric()) {
        let number = word.trim_end_matches(|end: char| end.is_ascii_alphabetic());
        match number.parse::<u16>() {
            _ if word.is_empty() => {}
            Ok(value) if number.len() == 4 && year.is_none() => year = Some(value),
            Ok(value @ 1..=31) if number.len() <= 2 && day.is_none() => day = Some(value),
            _ if month.is_none() => month = Some(month_named(word)?),
            _ => return None,
        }
    }
    let date = match (year?, month?, day) {
        (year, month, None) => format!("{year:04}-{month:02}"),
        (year, month, Some(day)) => format!("{year:04}-{month:02}-{day:02}"),
    };
    When::parse(&date).map(|_| date)
}

/// The number of a month with an English or German name, which can be cut after its third letter.
fn month_named(word: &str) -> Option<usize> {
    const NAMES: [[&str; 2]; 12] = [
        ["january", "januar"],
        ["february", "februar"],
        ["march", "märz"],
        ["april", "april"],
        ["may", "mai"],
        ["june", "juni"],
        ["july", "juli"],
        ["august", "august"],
        ["september", "september"],
        ["october", "oktober"],
        ["november", "november"],
        ["december", "dezember"],
    ];
    let word = word.to_lowercase();
    let is_name = |names: &[&str; 2]| names.iter().any(|name| name.starts_with(&word));
    let place = NAMES.iter().position(is_name)?;
    (word.chars().count() >= 3).then_some(place + 1)
}

/// Why a text in the form of a date is not one: its month or its day is not in the calendar.
fn no_such_day(text: &str) -> Option<String> {
    let mut numbers = text.split('-').map(|part| {
        part.parse::<i16>()
            .ok()
            .filter(|_| part.bytes().all(|byte| byte.is_ascii_digit()))
    });
    let (year, month) = (numbers.next()??, numbers.next()??);
    let has_widths = matches!(
        text.split('-').map(str::len).collect::<Vec<_>>()[..],
        [4, 2] | [4, 2, 2]
    );
    if !has_widths {
        return None;
    }
    let Some(first) = i8::try_from(month)
        .ok()
        .and_then(|month| jiff::civil::Date::new(year, month, 1).ok())
    else {
        return Some(format!("but there is no month {month}"));
    };
    let day = numbers.next()??;
    let days = first.days_in_month();
    let name = first.strftime("%B %Y");
    (!(1..=i16::from(days)).contains(&day)).then(|| format!("but {name} has days from 1 to {days}"))
}

/// Why a text in the form of a moment is not one.
fn no_such_moment(text: &str) -> Option<String> {
    let (day, time) = text.split_once(['T', ' ', 't'])?;
    if let Some(reason) = no_such_day(day) {
        return Some(reason);
    }
    When::parse(day)?;
    let clock: String = time
        .chars()
        .take_while(|sign| sign.is_ascii_digit() || *sign == ':')
        .collect();
    let number = |place: usize| {
        clock
            .split(':')
            .nth(place)
            .and_then(|part| part.parse::<u8>().ok())
    };
    let has_no_zone = clock.len() == time.len() && number(1).is_some();
    match (number(0)?, number(1), number(2)) {
        (hour @ 24.., ..) => Some(format!("but there is no hour {hour}")),
        (_, Some(minute @ 60..), _) => Some(format!("but there is no minute {minute}")),
        (_, _, Some(second @ 61..)) => Some(format!("but there is no second {second}")),
        _ => has_no_zone.then(|| {
            "which has no time zone; expected `Z` or a distance as `+01:00` at its end".to_owned()
        }),
    }
}

/// A moment, with its distance from UTC as the author gave it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moment(pub jiff::Timestamp);

impl<'de> Deserialize<'de> for Moment {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map(Self).map_err(|_| {
            let reason = no_such_moment(&text)
                .unwrap_or_else(|| "expected a moment with its time zone as `2025-03-07T09:10Z` or `2025-03-07T09:10+01:00`".to_owned());
            de::Error::custom(format!("found \"{text}\", {reason}"))
        })
    }
}

/// The intended duration of a telling, in seconds: `90s`, `2m`, `1m30s`, `1:30`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Length(pub u32);

/// The words of units, and their letters.
const UNITS: [(&str, &str); 8] = [
    ("minutes", "m"),
    ("minute", "m"),
    ("mins", "m"),
    ("min", "m"),
    ("seconds", "s"),
    ("second", "s"),
    ("secs", "s"),
    ("sec", "s"),
];

impl Length {
    /// Reads a length as an author writes it, also with whole words: `2 minutes 30 seconds`; `None` if it is not one, or not between
    /// a second and an hour.
    pub fn parse(text: &str) -> Option<Self> {
        let text = UNITS
            .iter()
            .fold(text.trim().to_owned(), |text, (word, unit)| {
                text.replace(word, unit)
            });
        let text = text.as_str();
        let seconds = if let Some((minutes, seconds)) = text.split_once(':') {
            minutes
                .parse::<u32>()
                .ok()?
                .checked_mul(60)?
                .checked_add(seconds.parse().ok()?)?
        } else {
            let (minutes, rest) = text
                .split_once('m')
                .map_or(("0", text), |(minutes, rest)| (minutes, rest));
            let rest = rest.trim();
            let seconds = if rest.is_empty() {
                "0"
            } else {
                rest.strip_suffix('s')?
            };
            minutes
                .trim()
                .parse::<u32>()
                .ok()?
                .checked_mul(60)?
                .checked_add(seconds.trim().parse().ok()?)?
        };
        (1..=3600).contains(&seconds).then_some(Self(seconds))
    }
}

impl<'de> Deserialize<'de> for Length {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| {
            de::Error::custom(format!(
                "found \"{text}\", expected a length as `90s`, `2m` or `1m30s`"
            ))
        })
    }
}

/// The parts that a story or a case study is made of, whatever its author calls them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// The answer in thirty seconds: `Headline`, `Hook`, `TL;DR`. Shown above the telling and not counted.
    Headline,
    /// Where it happened and what was at stake: `Situation`, `Context`, `Background`.
    Situation,
    /// What the author was to do: `Task`, `Goal`, `My role`.
    Task,
    /// The obstacle: `Obstacle`, `Complication`; also `Challenge` if the document also has a situation.
    Obstacle,
    /// What the author did: `Action`, `Approach`, `What I did`.
    Action,
    /// What came of it: `Result`, `Outcome`, `Impact`.
    Result,
    /// What the author took from it: `Learning`, `Reflection`, `Takeaway`.
    Learning,
    /// The changes afterwards that prevent a repetition.
    Changes,
    /// What they will ask next: `Follow-ups`, `Q&A`. Each heading of the third level below it is a question.
    FollowUps,
    /// Of a case study: the whole in short. Its first paragraph is shown in the list of case studies.
    Summary,
    /// Of a case study: what harm was done, and to whom.
    Impact,
    /// Of a case study: what happened when.
    Timeline,
    /// Of a case study: what set it off: `Trigger`, `Fault`.
    Trigger,
    /// Of a case study: why it could happen: `Contributing factors`, `Root cause`, `Five whys`.
    ContributingFactors,
    /// Of a case study: how it was noticed.
    Detection,
    /// Of a case study: how it was ended: `Resolution`, `Response`, `Mitigation`, `Recovery`.
    Resolution,
    /// Of a case study: what is known now: `Lessons`, `Lessons learned`.
    Lessons,
    /// Of a case study: what is to be done, as text; what is counted are its [`CaseStudy::actions`].
    ActionItems,
    /// Of a case study: what else there is: `Supporting information`, `Appendix`, `References`.
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

    /// Its letter in STAR and the forms around it; empty if it has none.
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
#[derive(Debug)]
pub enum Meta {
    /// A story in one file, or the `index.md` of its folder.
    Story(Story),
    /// A file beside the `index.md` of its story.
    Variant(Variant),
    /// A file of one question: its front matter has `question`.
    Question(Question),
    /// A file of several questions about the same thing.
    Sheet(Sheet),
    /// A file of questions that the author asks: `for-them.md`, or `kind: ask` in its front matter.
    Asks(Asks),
    /// A file in `content/case-studies`.
    CaseStudy(CaseStudy),
    /// A file in `content/competencies`.
    Competency(Competency),
    /// A file in `content/interviews`.
    Interview(Interview),
    /// `content/home.md`.
    Home(Home),
}

/// What the front matter of a story says.
#[derive(Debug, Default)]
pub struct Story {
    /// From front matter, a heading, or the name of the file.
    pub title: Prose,
    /// One or two spoken sentences.
    pub headline: Option<Prose>,
    /// When it happened, or began.
    pub when: Option<When>,
    /// The author's role.
    pub role: Option<Prose>,
    /// What its author claims that it shows, in the author's order. Hashtags in the body are evidence, not claims.
    pub competencies: Vec<Spanned<Slug>>,
    /// The questions that the story answers.
    pub answers: Vec<Answer>,
    /// The author's own judgement, 1 to 5.
    pub strength: Option<u8>,
    /// Its intended duration.
    pub length: Option<Length>,
    /// The figures that any telling may claim, in the author's order.
    pub facts: Vec<Fact>,
    /// Where it was used, in the author's order.
    pub told: Vec<Occasion>,
}

/// A question that a telling answers.
#[derive(Debug)]
pub struct Answer {
    /// The slug of the question.
    pub question: Spanned<Slug>,
    /// The sentence that answers exactly this question, spoken before the story starts.
    pub opening: Option<Prose>,
}

/// A figure of a story's ledger.
#[derive(Debug, PartialEq, Eq)]
pub struct Fact {
    /// What it is of.
    pub name: Prose,
    /// As its author wrote it: `1.10` stays `1.10`.
    pub value: Prose,
    /// Where it comes from.
    pub source: Option<Prose>,
}

/// An occasion at which a story was told or a question was asked.
#[derive(Debug)]
pub struct Occasion {
    /// The day, or the month or year if no more is given; `None` if only the interview is named.
    pub on: Option<When>,
    /// To whom, or by whom.
    pub who: Option<Prose>,
    /// The round of the interviews.
    pub round: Option<Prose>,
    /// The interview that it happened in.
    pub interview: Option<Spanned<Slug>>,
    /// The question that a story answered. Not used where a question was asked.
    pub question: Option<Spanned<Slug>>,
    /// How well it went.
    pub went: Option<Went>,
}

/// How well an answer went, in its author's judgement.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Went {
    /// As intended.
    Well,
    /// Some of it.
    Mixed,
    /// Not as intended.
    Badly,
}

impl Went {
    /// The word for it in front matter and in views.
    pub fn name(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Mixed => "mixed",
            Self::Badly => "badly",
        }
    }
}

/// Another telling of a story.
#[derive(Debug)]
pub struct Variant {
    /// The slug of the story that it tells.
    pub story: Slug,
    /// From front matter or a heading.
    pub title: Option<Prose>,
    /// One or two spoken sentences; the story's headline if there are none.
    pub headline: Option<Prose>,
    /// What this telling is for.
    pub competencies: Vec<Spanned<Slug>>,
    /// The questions that it answers better than the story.
    pub answers: Vec<Answer>,
    /// Its intended duration.
    pub length: Option<Length>,
    /// Whose words it is in.
    pub by: Author,
    /// Whether the story's sections are taken over where the variant has none of its own.
    pub inherit: bool,
}

/// Who wrote the words of a telling.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash)]
pub enum Author {
    /// The author of the site; the default.
    #[default]
    Me,
    /// A person who reworded the story.
    Reviewer,
    /// A program, with its name. It is a source of wording, never of facts.
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

/// What the front matter of a file with one question says.
#[derive(Debug, Default)]
pub struct Question {
    /// The words of it; a file without them is a sheet.
    pub question: Prose,
    /// Other wordings, which advice knows when `answers` names one of them.
    pub aliases: Vec<Prose>,
    /// What it probes.
    pub competencies: Vec<Spanned<Slug>>,
    /// The story that it is a follow-up about.
    pub about: Option<Spanned<Slug>>,
    /// When it was asked, in the author's order.
    pub asked: Vec<Occasion>,
    /// The intended duration of its direct answer.
    pub length: Option<Length>,
}

/// What the front matter of a list of questions that the author asks says.
#[derive(Debug, Default)]
pub struct Asks {
    /// From front matter or a heading.
    pub title: Option<Prose>,
}

/// What the front matter of an interview says.
#[derive(Debug, Default)]
pub struct Interview {
    /// From front matter; without it, the company and the round name the interview.
    pub title: Option<Prose>,
    /// The employer; from the title or the name of the file if the field is missing.
    pub company: Prose,
    /// The day, or the month or year if no more is known.
    pub when: Option<When>,
    /// Which of the employer's rounds it is.
    pub round: Option<Prose>,
    /// Whom the author will meet.
    pub people: Vec<Prose>,
    /// The frameworks whose names the employer uses, as competencies name them.
    pub frameworks: Vec<Prose>,
    /// The questions that are likely to be asked, in the author's order.
    pub questions: Vec<Spanned<Slug>>,
}

/// What the front matter of a sheet says about all of its questions.
#[derive(Debug, Default)]
pub struct Sheet {
    /// From front matter or a heading.
    pub title: Option<Prose>,
    /// What each of its questions probes.
    pub competencies: Vec<Spanned<Slug>>,
    /// The story that all of them are follow-ups about.
    pub about: Option<Spanned<Slug>>,
}

/// What the front matter of a case study says.
#[derive(Debug, Default)]
pub struct CaseStudy {
    /// From front matter, a heading, or the name of the file.
    pub title: Prose,
    /// The story that it comes from.
    pub story: Option<Spanned<Slug>>,
    /// From 1, the worst, to 5.
    pub severity: Option<u8>,
    /// When it began.
    pub started: Option<Moment>,
    /// When it was noticed; from the start to this is the time to detect.
    pub detected: Option<Moment>,
    /// When it was over; from the start to this is the time to resolve.
    pub resolved: Option<Moment>,
    /// In the author's order.
    pub actions: Vec<ActionItem>,
}

/// An action that prevents a repetition of the incident.
#[derive(Debug, PartialEq, Eq)]
pub struct ActionItem {
    /// In the author's words.
    pub what: Prose,
    /// The role that owns it.
    pub owner: Option<Prose>,
    /// By when.
    pub due: Option<When>,
    /// How far it is; open by default.
    pub status: ActionStatus,
}

/// How far an action item is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionStatus {
    /// Not begun.
    #[default]
    Open,
    /// In progress.
    Doing,
    /// Nothing is left to do.
    Done,
    /// It will not be done.
    Dropped,
}

impl ActionStatus {
    /// The word for it in front matter and in views.
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

/// What the front matter of a competency says.
#[derive(Debug, Default)]
pub struct Competency {
    /// From front matter, a heading, or the name of the file.
    pub title: Prose,
    /// Other names, which reports correct where a document uses them.
    pub aliases: Vec<Prose>,
    /// The frameworks of employers and what the competency is called there, in the author's order.
    pub frameworks: Vec<(Prose, Vec<Prose>)>,
}

/// What the front matter of `content/home.md` says.
#[derive(Debug, Default)]
pub struct Home {
    /// The title in front matter.
    pub title: Option<Prose>,
}

/// A file of the content, read but not linked.
#[derive(Debug)]
pub struct Document {
    /// The file that it was read from.
    pub path: SitePath,
    /// The name within its kind; for a variant within its story.
    pub slug: Slug,
    /// The audience, from the file or the default of the kind. A variant is also limited to the audience of its story.
    pub audience: Audience,
    /// From the file; without a word there ready, and draft where a program wrote it.
    pub status: Status,
    /// What the front matter says for the kind of the document.
    pub meta: Meta,
    /// The text after the front matter.
    pub body: Body,
    /// The body cut at its headings; the first has no heading and holds the text before them.
    pub sections: Vec<Section>,
    /// The direct answers of a question that has a file of its own.
    pub answers: Vec<DirectAnswer>,
}

/// A stretch of a body under one heading of the second level.
#[derive(Debug, Clone)]
pub struct Section {
    /// The heading in plain text; empty for the text before the first heading.
    pub heading: String,
    /// The fragment that leads to it; empty for the text before the first heading.
    pub id: String,
    /// What the heading means; `None` if it is not one of the known names.
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

/// An answer to a question that needs no story, such as why the author wants to work there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DirectAnswer {
    /// The interview that it is for, from its heading; `None` for the answer that fits everywhere.
    pub interview: Option<Slug>,
    /// The fragment of its heading.
    pub id: String,
    /// The nodes of the body from its heading to its end.
    pub with_heading: Range<usize>,
    /// The nodes of the body below its heading.
    pub nodes: Range<usize>,
    /// The heading in the file.
    pub span: Span,
    /// How many words are spoken in it; 0 if it is still to be written.
    pub words: u32,
}

/// A question inside a document, with what is written under it.
#[derive(Debug, Clone)]
pub struct Item {
    /// Its heading, in plain text.
    pub question: String,
    /// The slug that its heading gives it.
    pub slug: Slug,
    /// Other wordings of it, which advice knows when `answers` names one of them. A follow-up has none.
    pub aliases: Vec<String>,
    /// What it probes by the hashtags in its heading, each with its place in the file. A follow-up has none.
    pub competencies: Vec<(Slug, Span)>,
    /// The nodes of its answer.
    pub nodes: Range<usize>,
    /// Whether nothing is written under it.
    pub is_open: bool,
    /// The heading in the file.
    pub span: Span,
    /// Its direct answers, under headings below its own. Follow-ups have none: all of their text is the answer.
    pub answers: Vec<DirectAnswer>,
}

impl Document {
    /// The nodes of the reviewers' remarks that are open.
    pub fn open_remarks(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.body.open_remarks.iter().cloned()
    }

    /// The section that a fragment names, by its place: by its id, or by the name of its part.
    pub fn section_named(&self, fragment: &str) -> Option<usize> {
        let slug = Slug::of(fragment);
        let with_id = |id: &str| {
            let start = self.body.start_of_heading(self.body.heading_named(id)?)?;
            // The nodes of a section follow its heading.
            let section = self
                .sections
                .partition_point(|section| section.nodes.start <= start);
            self.sections
                .get(section)
                .filter(|section| section.id == id)
                .map(|_| section)
        };
        let by_id = with_id(fragment)
            .into_iter()
            .chain(with_id(slug.as_str()))
            .min();
        let has_name = |section: &Section| {
            let name = section.part.map_or("", Part::name);
            !name.is_empty()
                && (name == slug.as_str() || name.trim_end_matches('s') == slug.as_str())
        };
        let by_name = || self.sections.iter().position(has_name);
        by_id.or_else(by_name)
    }

    /// The section that contains a node, given its index.
    pub fn section_at(&self, node: usize) -> Option<usize> {
        last_at(&self.sections, node, |section| &section.nodes)
    }
}

impl Section {
    /// The question whose answer contains a node, given its index.
    pub fn item_at(&self, node: usize) -> Option<usize> {
        last_at(&self.items, node, |item| &item.nodes)
    }
}

/// The place of what holds a node, of things in the order of their stretches.
fn last_at<T>(things: &[T], node: usize, nodes: impl Fn(&T) -> &Range<usize>) -> Option<usize> {
    let place = things
        .partition_point(|thing| nodes(thing).start <= node)
        .checked_sub(1)?;
    nodes(&things[place]).contains(&node).then_some(place)
}

impl Meta {
    /// The title, or the question of a file with one question; `None` if the file gives none.
    pub fn titled(&self) -> Option<&Prose> {
        match self {
            Self::Story(story) => Some(&story.title),
            Self::Variant(variant) => variant.title.as_ref(),
            Self::Question(question) => Some(&question.question),
            Self::Sheet(sheet) => sheet.title.as_ref(),
            Self::Asks(asks) => asks.title.as_ref(),
            Self::CaseStudy(case) => Some(&case.title),
            Self::Competency(competency) => Some(&competency.title),
            Self::Interview(interview) => {
                Some(interview.title.as_ref().unwrap_or(&interview.company))
            }
            Self::Home(home) => home.title.as_ref(),
        }
    }

    /// Whether the headings of the body are questions.
    pub fn is_list_of_questions(&self) -> bool {
        matches!(self, Self::Sheet(_) | Self::Asks(_))
    }

    /// The words of [`Meta::titled`]; empty if there are none.
    pub fn title(&self) -> &str {
        Prose::or_empty(self.titled())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_dates_and_lengths() {
        assert_eq!(
            When::parse("2025-03-07")
                .map(|when| when.to_string())
                .as_deref(),
            Some("7 March 2025")
        );
        assert_eq!(
            When::parse("2025-03")
                .map(|when| when.to_string())
                .as_deref(),
            Some("March 2025")
        );
        assert_eq!(
            When::parse("2025").map(|when| when.to_string()).as_deref(),
            Some("2025")
        );
        for wrong in [
            "2025-3",
            "2025-13",
            "2025-02-30",
            "yesterday",
            "25",
            "2025-00",
            "2025-01-00",
        ] {
            assert_eq!(When::parse(wrong), None, "{wrong}");
        }
        for (text, seconds) in [
            ("90s", 90),
            ("2m", 120),
            ("1m30s", 90),
            ("1:30", 90),
            ("2 min", 120),
            ("2 minutes", 120),
            ("90 seconds", 90),
            ("1 minute 30 secs", 90),
        ] {
            assert_eq!(Length::parse(text), Some(Length(seconds)), "{text}");
        }
        for wrong in ["90", "long", "0s", "m", "5h"] {
            assert_eq!(Length::parse(wrong), None, "{wrong}");
        }
    }
}
