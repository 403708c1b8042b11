//! The front matter of each kind, and how it becomes a part of the model.

mod schema;

use std::collections::HashSet;
use std::fmt;
use std::marker::PhantomData;
use std::ops::{Range, RangeInclusive};

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, de};

use super::headings::Names;
use super::outline::Titles;
use super::{Place, foreign};
use crate::diagnostic::{Diagnostic, rules};
use crate::front_matter::{self, Split, Unreadable, text_or_other};
use crate::model::{
    ActionItem, ActionStatus, Answer, Asks, Audience, Author, CaseStudy, Competency, Fact, Home,
    Interview, Kind, Length, Meta, Moment, Occasion, Prose, Question, Sheet, Status, Story,
    Variant, Went, When,
};
use crate::slug::Slug;
use crate::source::{SitePath, Span, Spanned};

pub use schema::{FrontMatter, schema};

/// A file, cut into front matter and body.
pub(super) struct Source<'a> {
    /// The path in diagnostics.
    pub path: &'a SitePath,
    /// The whole file; the spans of `split` count in it.
    pub text: &'a str,
    /// The places of front matter and body.
    pub split: Split,
    /// The titles that the body gives.
    pub titles: &'a Titles,
}

/// The contents of front matter, with the defaults of the kind.
pub(super) struct Fields {
    /// From the file, or the default of the kind.
    pub audience: Audience,
    /// From the file. Default: ready; draft for a variant that a program wrote.
    pub status: Status,
    /// The fields of the kind.
    pub meta: Meta,
}

/// Text that is not blank.
fn given(field: Option<Prose>) -> Option<Prose> {
    field.filter(|words| !words.as_str().trim().is_empty())
}

/// Text that is not empty. It can be blank.
fn filled(field: Option<Prose>) -> Option<Prose> {
    field.filter(|words| !words.as_str().is_empty())
}

/// Reads the front matter of a file at a place in the site.
pub(super) fn read(source: &Source<'_>, place: &Place) -> (Fields, Vec<Diagnostic>) {
    match place {
        Place::Document(Kind::Story, _) => source.read(place, story),
        Place::Document(Kind::Question, slug) => {
            source.read(place, |fields, required| question(fields, slug, required))
        }
        Place::Document(Kind::CaseStudy, _) => source.read(place, case_study),
        Place::Document(Kind::Competency, _) => source.read(place, competency),
        Place::Document(Kind::Interview, _) => source.read(place, interview),
        Place::Variant { story, .. } => {
            source.read(place, |fields, required| variant(fields, story, required))
        }
        Place::Home => source.read(place, home),
    }
}

impl Source<'_> {
    fn read<Raw: de::DeserializeOwned + Default>(
        &self,
        place: &Place,
        convert: impl FnOnce(Raw, &mut Required<'_>) -> Fields,
    ) -> (Fields, Vec<Diagnostic>) {
        let names = Names::in_place(place);
        let advice = |name: &str, known: &[&str]| foreign::advice(name, known, names);
        let mut required = Required {
            source: self,
            missing: Vec::new(),
        };
        match front_matter::read::<Raw>(self.text, self.split.yaml, self.path, &advice) {
            Ok((raw, mut diagnostics)) => {
                let fields = convert(raw, &mut required);
                diagnostics.extend(required.missing);
                (fields, diagnostics)
            }
            // Missing fields are not reported: they may be in the part that cannot be read.
            Err(Unreadable(diagnostics)) => (convert(Raw::default(), &mut required), diagnostics),
        }
    }
}

/// Checks fields beyond their types, and collects the mistakes.
struct Required<'a> {
    source: &'a Source<'a>,
    missing: Vec<Diagnostic>,
}

impl Required<'_> {
    /// The title: the field, else the first heading that is a title, else the words of the file name.
    fn title(&self, field: Option<Prose>) -> Prose {
        self.optional_title(field)
            .unwrap_or_else(|| Prose::written(Place::words(self.source.path), Span::default()))
    }

    /// The title of a document that needs none: the field, else the first heading that is a title.
    fn optional_title(&self, field: Option<Prose>) -> Option<Prose> {
        given(field)
            .map(trimmed)
            .or_else(|| self.source.titles.heading.as_ref().map(heading))
    }

    /// Warns about a field that no page shows because of the form of the document. Does nothing without a `span`.
    fn not_shown(&mut self, name: &str, span: Option<Span>, why: &str) {
        self.missing.extend(span.map(|span| {
            Diagnostic::new(
                &rules::NOT_SHOWN,
                self.source.path,
                span,
                format!("`{name}` is not shown: {why}"),
            )
            .help("take it out, or write it in the text")
        }));
    }

    /// A number that must lie in a range; `meaning` says what the numbers mean.
    fn number(
        &mut self,
        name: &str,
        field: Option<Spanned<Number>>,
        range: RangeInclusive<u8>,
        meaning: &str,
    ) -> Option<u8> {
        let Spanned {
            value: Number(text),
            span,
        } = field?;
        let (first, last) = (range.start(), range.end());
        if let Some(value) = text
            .trim()
            .parse()
            .ok()
            .filter(|value| range.contains(value))
        {
            return Some(value);
        }
        // In `4/5` and `SEV4` the first number is meant.
        let mut numbers = text
            .split(|sign: char| !sign.is_ascii_digit())
            .filter(|digits| !digits.is_empty());
        let meant = numbers
            .next()
            .and_then(|digits| digits.parse().ok())
            .filter(|value| range.contains(value));
        let found = match text.parse::<i64>() {
            Ok(number) => number.to_string(),
            Err(_) => format!("\"{text}\""),
        };
        let message = format!("`{name}`: found {found}, expected a number from {first} to {last}");
        let help = match meant {
            Some(meant) => format!("write `{name}: {meant}`; {meaning}"),
            None => format!("write a number, as in `{name}: 3`; {meaning}"),
        };
        let found = Diagnostic::new(&rules::FIELD_TYPE, self.source.path, span, message);
        self.missing.push(found.help(help));
        None
    }
}

/// The words of a heading, at the place of the heading.
fn heading(heading: &Spanned<String>) -> Prose {
    Prose::written(heading.value.as_str(), heading.span)
}

/// Words without white space around them.
fn trimmed(words: Prose) -> Prose {
    let text = words.as_str().trim();
    if text.len() == words.as_str().len() {
        words
    } else {
        Prose::written(text, words.span())
    }
}

/// Front matter of a story.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Story")]
struct StoryFields {
    /// The title. Without it, the first heading.
    title: Option<Prose>,
    /// The answer in thirty seconds: one or two spoken sentences.
    headline: Option<Prose>,
    /// When it happened, or began: `2025`, `2025-03` or `2025-03-07`.
    when: Option<When>,
    /// Your role in it.
    role: Option<Prose>,
    /// What you claim that the story shows: the names of files in `content/competencies`. Hashtags in the text are the evidence.
    competencies: List<Spanned<Slug>>,
    /// The questions that the story answers: names, or `{ question: …, open: … }` with the sentence that opens the answer.
    answers: Answers,
    /// Who may see it: `private` (default), `team` or `public`.
    audience: Option<Audience>,
    /// `draft`, `ready` (default) or `retired`.
    status: Status,
    /// How good a story it is, in your own judgement: 1 to 5.
    #[schemars(extend("minimum" = 1, "maximum" = 5))]
    strength: Option<Spanned<Number>>,
    /// How long a telling should take: `30s`, `2m`, `1m30s`. Without it, the `length` of site.toml.
    length: Option<Length>,
    /// The figures that any telling may claim: a name and a value, or `{ value: …, source: … }`.
    facts: Ledger,
    /// Where you told it. Each entry has an `interview` or a date `on`.
    #[serde(deserialize_with = "occasions")]
    told: Vec<Spanned<Told>>,
}

fn story(raw: StoryFields, required: &mut Required<'_>) -> Fields {
    let StoryFields {
        title,
        headline,
        when,
        role,
        competencies,
        answers,
        audience,
        status,
        strength,
        length,
        facts,
        told,
    } = raw;
    let story = Story {
        title: required.title(title),
        headline: filled(headline),
        when,
        role: filled(role),
        competencies: competencies.0,
        answers: required.answers(answers),
        strength: required.number("strength", strength, 1..=5, "5 is the strongest"),
        length,
        facts: facts.0,
        told: required.occasions("told", told),
    };
    Fields {
        audience: audience.unwrap_or(Audience::Private),
        status,
        meta: Meta::Story(story),
    }
}

/// Front matter of a variant: another telling of the story beside it.
#[derive(Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Variant")]
struct VariantFields {
    /// The title. Without it, the name of the file in words.
    title: Option<Prose>,
    /// Its own answer in thirty seconds. Without it, that of the story.
    headline: Option<Prose>,
    /// What this telling is for: the names of files in `content/competencies`.
    competencies: List<Spanned<Slug>>,
    /// The questions that it answers better than the story: names, or `{ question: …, open: … }`.
    answers: Answers,
    /// How long this telling should take: `30s`, `2m`, `1m30s`.
    length: Option<Length>,
    /// Whose words these are: `me` (default), `reviewer`, or the name of a program.
    by: Author,
    /// Whether the parts that are not written here come from the story. Default: true.
    inherit: bool,
    /// `draft`, `ready` or `retired`. Default: ready; draft in the words of a program.
    status: Option<Status>,
    /// Who may see it, never more people than the story.
    audience: Option<Audience>,
}

impl Default for VariantFields {
    fn default() -> Self {
        Self {
            title: None,
            headline: None,
            competencies: List::default(),
            answers: Answers::default(),
            length: None,
            by: Author::Me,
            inherit: true,
            status: None,
            audience: None,
        }
    }
}

fn variant(raw: VariantFields, story: &Slug, required: &mut Required<'_>) -> Fields {
    let VariantFields {
        title,
        headline,
        competencies,
        answers,
        length,
        by,
        inherit,
        status,
        audience,
    } = raw;
    // The text of a program is a draft until the author sets another status.
    let status = status.unwrap_or(if matches!(by, Author::Assistant(_)) {
        Status::Draft
    } else {
        Status::Ready
    });
    let variant = Variant {
        story: story.clone(),
        title: required.optional_title(title),
        headline: filled(headline),
        competencies: competencies.0,
        answers: required.answers(answers),
        length,
        by,
        inherit,
    };
    // A variant is never shown to more people than its story, so this default is the audience of the story.
    Fields {
        audience: audience.unwrap_or(Audience::Public),
        status,
        meta: Meta::Variant(variant),
    }
}

/// Front matter of a question, or of a sheet of several questions.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Question")]
struct QuestionFields {
    /// The question as it is asked. Without it, the only heading; a file with several questions is a sheet.
    question: Option<Prose>,
    /// The title of a sheet. A question needs none.
    title: Option<Prose>,
    /// Other wordings of the question.
    aliases: Option<Spanned<List<Prose>>>,
    /// What it probes: the names of files in `content/competencies`.
    competencies: List<Spanned<Slug>>,
    /// The story that it is a follow-up about.
    about: Option<Spanned<Slug>>,
    /// Where you were asked it. Each entry has an `interview` or a date `on`.
    #[serde(deserialize_with = "whole_occasions")]
    asked: Option<Spanned<Vec<Spanned<Asked>>>>,
    /// How long your own answer should take, under a heading `## Answer`: `90s`, `2m`.
    length: Option<Spanned<Length>>,
    /// `ask` for questions that you ask.
    kind: Option<SheetKind>,
    /// Who may see it: `private` (default), `team` or `public`.
    audience: Option<Audience>,
    /// `draft`, `ready` (default) or `retired`.
    status: Status,
}

/// What the questions of a sheet are for.
#[derive(Deserialize, JsonSchema, Clone, Copy, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
enum SheetKind {
    /// The author asks them.
    Ask,
}

/// The name of the file whose questions the author asks.
const FOR_THEM: &str = "for-them";

fn question(mut raw: QuestionFields, slug: &Slug, required: &mut Required<'_>) -> Fields {
    let title = given(raw.title.take()).map(trimmed);
    let question = given(raw.question.take())
        .map(trimmed)
        .or_else(|| required.only_heading(title.as_ref()));
    Fields {
        audience: raw.audience.unwrap_or(Audience::Private),
        status: raw.status,
        meta: match question {
            Some(question) if raw.kind.is_none() => {
                required.check_title(title, &question);
                Meta::Question(asked_question(question, raw, required))
            }
            _ if raw.kind == Some(SheetKind::Ask) || slug.as_str() == FOR_THEM => {
                Meta::Asks(required.asks(title, raw))
            }
            // Without a question of its own the file is a sheet, whose headings are the questions.
            _ => Meta::Sheet(required.sheet(title, raw)),
        },
    }
}

fn asked_question(question: Prose, raw: QuestionFields, required: &mut Required<'_>) -> Question {
    let QuestionFields {
        question: _,
        title: _,
        aliases,
        competencies,
        about,
        asked,
        length,
        kind: _,
        audience: _,
        status: _,
    } = raw;
    required.split_wording(aliases.as_ref());
    Question {
        question,
        aliases: aliases.unwrap_or_default().value.0,
        competencies: competencies.0,
        about,
        asked: required.occasions("asked", asked.unwrap_or_default().value),
        length: length.map(|length| length.value),
    }
}

impl Required<'_> {
    /// Warns of a wording that commas have split: `[what, when, or how do you test]`.
    fn split_wording(&mut self, aliases: Option<&Spanned<List<Prose>>>) {
        const OPENINGS: &[&str] = &[
            "how", "or", "and", "what", "when", "where", "which", "who", "why", "was", "wann",
            "warum", "wer", "wie", "wo", "oder", "und",
        ];
        let aliases = aliases.map_or(&[][..], |aliases| &aliases.value.0[..]);
        let is_piece =
            |alias: &Prose| OPENINGS.contains(&alias.as_str().trim().to_lowercase().as_str());
        let continues = |alias: &Prose| {
            let words = alias.as_str();
            ["or ", "and ", "oder ", "und "]
                .iter()
                .any(|word| words.starts_with(word))
        };
        let is_suspect =
            |&index: &usize| is_piece(&aliases[index]) || index > 0 && continues(&aliases[index]);
        let suspects: Vec<usize> = (0..aliases.len()).filter(is_suspect).collect();
        let (Some(&first), Some(&last), true) =
            (suspects.first(), suspects.last(), aliases.len() > 1)
        else {
            return;
        };
        let start = first - usize::from(first > 0 && !is_piece(&aliases[first]));
        let end = (last + usize::from(is_piece(&aliases[last]))).min(aliases.len() - 1);
        let words: Vec<&str> = aliases[start..=end].iter().map(Prose::as_str).collect();
        let message = format!(
            "`{}` is a wording of its own here, because a comma ends it",
            aliases[start].as_str()
        );
        let help = format!(
            "put quotes around a wording with a comma: `aliases: [\"{}\"]`",
            words.join(", ")
        );
        let span = aliases[start].span();
        self.missing
            .push(Diagnostic::new(&rules::SPLIT, self.source.path, span, message).help(help));
    }

    /// The question that the only heading of a file asks, if the file has no title.
    fn only_heading(&self, title: Option<&Prose>) -> Option<Prose> {
        let question = self.source.titles.question.as_ref();
        question.filter(|_| title.is_none()).map(heading)
    }

    /// A question needs no title other than itself.
    fn check_title(&mut self, title: Option<Prose>, question: &Prose) {
        let other = title.filter(|title| title.as_str() != question.as_str());
        let why = "the title of a question is the question";
        self.not_shown("title", other.map(|title| title.span()), why);
    }

    /// A list of questions that the author asks. It has a title and nothing else.
    fn asks(&mut self, title: Option<Prose>, raw: QuestionFields) -> Asks {
        let why = "the author asks the questions of this file";
        let aliases = raw.aliases.filter(|aliases| !aliases.value.0.is_empty());
        self.not_shown("aliases", aliases.map(|aliases| aliases.span), why);
        let asked = raw.asked.filter(|asked| !asked.value.is_empty());
        self.not_shown("asked", asked.map(|asked| asked.span), why);
        let first = raw.competencies.0.first().map(|slug| slug.span);
        self.not_shown("competencies", first, why);
        self.not_shown("about", raw.about.map(|about| about.span), why);
        self.not_shown("length", raw.length.map(|length| length.span), why);
        Asks {
            title: self.optional_title(title),
        }
    }

    /// A sheet of several questions. It has no aliases and no occasions.
    fn sheet(&mut self, title: Option<Prose>, raw: QuestionFields) -> Sheet {
        let QuestionFields {
            question: _,
            title: _,
            aliases,
            competencies,
            about,
            asked,
            length,
            kind: _,
            audience: _,
            status: _,
        } = raw;
        let why = "the file is a sheet of several questions";
        self.not_shown("length", length.map(|length| length.span), why);
        let aliases = aliases.filter(|aliases| !aliases.value.0.is_empty());
        self.not_shown("aliases", aliases.map(|aliases| aliases.span), why);
        let asked = asked.filter(|asked| !asked.value.is_empty());
        self.not_shown("asked", asked.map(|asked| asked.span), why);
        Sheet {
            title: self.optional_title(title),
            competencies: competencies.0,
            about,
        }
    }
}

/// Front matter of a case study.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "CaseStudy")]
struct CaseStudyFields {
    /// The title. Without it, the first heading.
    title: Option<Prose>,
    /// The story that it comes from.
    story: Option<Spanned<Slug>>,
    /// Who may see it: `private`, `team` (default) or `public`.
    audience: Option<Audience>,
    /// `draft`, `ready` (default) or `retired`.
    status: Status,
    /// 1 to 5; 1 is the worst.
    #[schemars(extend("minimum" = 1, "maximum" = 5))]
    severity: Option<Spanned<Number>>,
    /// When it began, with the time zone: `2025-03-07T09:10Z`.
    started: Option<Moment>,
    /// When it was noticed, with the time zone.
    detected: Option<Moment>,
    /// When it was over, with the time zone.
    resolved: Option<Moment>,
    /// What prevents it from happening again.
    actions: Vec<ActionFields>,
}

/// An action that prevents a repetition.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "Action")]
struct ActionFields {
    /// What is to be done.
    what: Prose,
    /// The role that owns it, rather than a name.
    owner: Option<Prose>,
    /// By when: `2025`, `2025-03` or `2025-03-07`.
    due: Option<When>,
    /// `open` (default), `doing`, `done` or `dropped`.
    #[serde(default)]
    status: ActionStatus,
}

impl From<ActionFields> for ActionItem {
    fn from(fields: ActionFields) -> Self {
        let ActionFields {
            what,
            owner,
            due,
            status,
        } = fields;
        Self {
            what,
            owner: filled(owner),
            due,
            status,
        }
    }
}

fn case_study(raw: CaseStudyFields, required: &mut Required<'_>) -> Fields {
    let CaseStudyFields {
        title,
        story,
        audience,
        status,
        severity,
        started,
        detected,
        resolved,
        actions,
    } = raw;
    let case = CaseStudy {
        title: required.title(title),
        story,
        severity: required.number("severity", severity, 1..=5, "1 is the worst"),
        started,
        detected,
        resolved,
        actions: actions.into_iter().map(ActionItem::from).collect(),
    };
    Fields {
        audience: audience.unwrap_or(Audience::Team),
        status,
        meta: Meta::CaseStudy(case),
    }
}

/// Front matter of a competency.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Competency")]
struct CompetencyFields {
    /// The title. Without it, the first heading.
    title: Option<Prose>,
    /// Other names. A report corrects them where a document uses them.
    aliases: List<Prose>,
    /// What employers call it: `{ amazon: [Ownership], microsoft: [Accountability] }`.
    frameworks: Frameworks,
    /// Who may see it: `private` (default), `team` or `public`.
    audience: Option<Audience>,
    /// `draft`, `ready` (default) or `retired`.
    status: Status,
}

fn competency(raw: CompetencyFields, required: &mut Required<'_>) -> Fields {
    let CompetencyFields {
        title,
        aliases,
        frameworks,
        audience,
        status,
    } = raw;
    let competency = Competency {
        title: required.title(title),
        aliases: aliases.0,
        frameworks: frameworks.0,
    };
    Fields {
        audience: audience.unwrap_or(Audience::Private),
        status,
        meta: Meta::Competency(competency),
    }
}

/// Front matter of the home page.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Home")]
struct HomeFields {
    /// The name of the page in links.
    title: Option<Prose>,
    /// Who may see the text: `private` (default), `team` or `public`.
    audience: Option<Audience>,
    /// `draft`, `ready` (default) or `retired`.
    status: Status,
}

fn home(raw: HomeFields, _: &mut Required<'_>) -> Fields {
    let HomeFields {
        title,
        audience,
        status,
    } = raw;
    Fields {
        audience: audience.unwrap_or(Audience::Private),
        status,
        meta: Meta::Home(Home {
            title: filled(title),
        }),
    }
}

/// Front matter of an interview.
#[derive(Deserialize, Default, JsonSchema)]
#[serde(default, deny_unknown_fields)]
#[schemars(rename = "Interview")]
struct InterviewFields {
    /// The title. Without it, the company and the round.
    title: Option<Prose>,
    /// The employer. Without it, the title or the name of the file.
    company: Option<Prose>,
    /// When it is: `2025`, `2025-03` or `2025-03-07`.
    when: Option<When>,
    /// Which of the rounds of the employer it is.
    round: Option<Prose>,
    /// Whom you will meet.
    people: List<Prose>,
    /// The frameworks whose names the employer uses, as competencies name them.
    framework: List<Prose>,
    /// The questions that they are likely to ask: the names of files in `content/questions`.
    questions: List<Spanned<Slug>>,
    /// An interview is always `private`.
    #[schemars(extend("const" = "private"))]
    audience: Option<Spanned<Audience>>,
    /// `draft`, `ready` (default), or `retired` if it did not take place.
    status: Status,
}

fn interview(raw: InterviewFields, required: &mut Required<'_>) -> Fields {
    let InterviewFields {
        title,
        company,
        when,
        round,
        people,
        framework,
        questions,
        audience,
        status,
    } = raw;
    required.always_private(audience);
    let title = given(title).map(trimmed);
    let company = given(company).map(trimmed);
    let interview = Interview {
        company: match company {
            Some(company) => company,
            None => required.title(None),
        },
        // A heading belongs to the notes.
        title,
        when,
        round: filled(round),
        people: people.0,
        frameworks: framework.0,
        questions: questions.0,
    };
    Fields {
        audience: Audience::Private,
        status,
        meta: Meta::Interview(interview),
    }
}

/// Where a story was told. It has an `interview` or a date `on`.
#[derive(Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an interview or a date as `{ interview: harbour-onsite }`"
)]
#[schemars(extend("anyOf" = [{ "required": ["on"] }, { "required": ["interview"] }]))]
struct Told {
    /// The day, month or year.
    on: Option<When>,
    /// To whom.
    to: Option<Prose>,
    /// In which round.
    round: Option<Prose>,
    /// The interview: the name of a file in `content/interviews`.
    interview: Option<Spanned<Slug>>,
    /// The question that it answered.
    question: Option<Spanned<Slug>>,
    /// How well it went: `well`, `mixed` or `badly`.
    went: Option<Went>,
}

impl From<Told> for Occasion {
    fn from(told: Told) -> Self {
        let Told {
            on,
            to,
            round,
            interview,
            question,
            went,
        } = told;
        Self {
            on,
            who: filled(to),
            round: filled(round),
            interview,
            question,
            went,
        }
    }
}

/// Where a question was asked. It has an `interview` or a date `on`.
#[derive(Deserialize, JsonSchema)]
#[serde(
    deny_unknown_fields,
    expecting = "an interview or a date as `{ interview: harbour-onsite }`"
)]
#[schemars(extend("anyOf" = [{ "required": ["on"] }, { "required": ["interview"] }]))]
struct Asked {
    /// The day, month or year.
    on: Option<When>,
    /// By whom.
    by: Option<Prose>,
    /// In which round.
    round: Option<Prose>,
    /// The interview: the name of a file in `content/interviews`.
    interview: Option<Spanned<Slug>>,
    /// How well your answer went: `well`, `mixed` or `badly`.
    went: Option<Went>,
}

impl From<Asked> for Occasion {
    fn from(asked: Asked) -> Self {
        let Asked {
            on,
            by,
            round,
            interview,
            went,
        } = asked;
        Self {
            on,
            who: filled(by),
            round: filled(round),
            interview,
            question: None,
            went,
        }
    }
}

impl Required<'_> {
    /// Occasions; each has a date or an interview.
    fn occasions<Raw: Into<Occasion>>(
        &mut self,
        name: &str,
        raw: Vec<Spanned<Raw>>,
    ) -> Vec<Occasion> {
        let mut occasions = Vec::with_capacity(raw.len());
        for Spanned { value, span } in raw {
            let occasion: Occasion = value.into();
            if occasion.on.is_none() && occasion.interview.is_none() {
                let message = format!("`{name}`: this has neither `on` nor `interview`");
                self.missing.push(
                    Diagnostic::new(&rules::FIELD_MISSING, self.source.path, span, message)
                        .help("say when it was, as `on: 2025-03-07`, or in which interview"),
                );
            }
            occasions.push(occasion);
        }
        occasions
    }

    /// The questions that a telling answers. A second opening for the same question would not be shown, so it is reported.
    fn answers(&mut self, answers: Answers) -> Vec<Answer> {
        let answers: Vec<Answer> = answers.0.into_iter().map(Answer::from).collect();
        let mut opened: HashSet<&Slug> = HashSet::new();
        for answer in &answers {
            if let Some(opening) = &answer.opening
                && !opened.insert(&answer.question.value)
            {
                let why = "the question has one above";
                self.not_shown("open", Some(opening.span()), why);
            }
        }
        answers
    }

    /// Reports an audience that an interview cannot have.
    fn always_private(&mut self, audience: Option<Spanned<Audience>>) {
        let others = audience.filter(|audience| audience.value != Audience::Private);
        self.missing.extend(others.map(|audience| {
            let message = "an interview is for its author alone";
            Diagnostic::new(&rules::FIELD_TYPE, self.source.path, audience.span, message)
                .help("take `audience` out")
        }));
    }
}

/// The questions that a telling answers: a list, or the only one without brackets.
#[derive(Default)]
struct Answers(Vec<AnswerField>);

impl<'de> Deserialize<'de> for Answers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_other(deserializer, AnswersVisitor).map(Self)
    }
}

struct AnswersVisitor;

impl<'de> de::Visitor<'de> for AnswersVisitor {
    type Value = Vec<AnswerField>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list as `[one, two]`")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, sequence: A) -> Result<Self::Value, A::Error> {
        Deserialize::deserialize(de::value::SeqAccessDeserializer::new(sequence))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, only: D) -> Result<Self::Value, D::Error> {
        AnswerField::deserialize(only).map(|only| vec![only])
    }

    fn visit_map<A: de::MapAccess<'de>>(self, only: A) -> Result<Self::Value, A::Error> {
        AnswerVisitor.visit_map(only).map(|only| vec![only])
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

/// A question that a telling answers: its slug, or its slug and the opening.
enum AnswerField {
    Question(Spanned<Slug>),
    Opened(OpenedAnswer),
}

/// A question with the sentence that opens its answer.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct OpenedAnswer {
    /// The question: the name of a file in `content/questions`.
    question: Spanned<Slug>,
    /// One spoken sentence that answers exactly this question, before the story starts.
    open: Option<Prose>,
}

impl From<AnswerField> for Answer {
    fn from(field: AnswerField) -> Self {
        match field {
            AnswerField::Question(question) => Self {
                question,
                opening: None,
            },
            AnswerField::Opened(OpenedAnswer { question, open }) => Self {
                question,
                opening: given(open).map(trimmed),
            },
        }
    }
}

impl<'de> Deserialize<'de> for AnswerField {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_other(deserializer, AnswerVisitor)
    }
}

struct AnswerVisitor;

impl<'de> de::Visitor<'de> for AnswerVisitor {
    type Value = AnswerField;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the name of a question, or `{ question: …, open: … }`")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, name: D) -> Result<AnswerField, D::Error> {
        Spanned::deserialize(name).map(AnswerField::Question)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<AnswerField, A::Error> {
        OpenedAnswer::deserialize(de::value::MapAccessDeserializer::new(map))
            .map(AnswerField::Opened)
    }
}

/// Occasions. A text in their place gives the message that says how to write it.
fn occasions<'de, D: Deserializer<'de>, Raw: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<Spanned<Raw>>, D::Error> {
    text_or_other(deserializer, OccasionsVisitor(PhantomData))
}

/// Occasions with the place of all of them; `None` if there are none.
type Whole<Raw> = Option<Spanned<Vec<Spanned<Raw>>>>;

/// Occasions with the place of all of them.
fn whole_occasions<'de, D: Deserializer<'de>, Raw: Deserialize<'de>>(
    deserializer: D,
) -> Result<Whole<Raw>, D::Error> {
    let whole = Option::<Spanned<Occasions<Raw>>>::deserialize(deserializer)?;
    Ok(whole.map(|Spanned { value, span }| Spanned {
        value: value.0,
        span,
    }))
}

/// Occasions, where a type is needed to read them.
struct Occasions<Raw>(Vec<Spanned<Raw>>);

impl<'de, Raw: Deserialize<'de>> Deserialize<'de> for Occasions<Raw> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        occasions(deserializer).map(Self)
    }
}

struct OccasionsVisitor<Raw>(PhantomData<Raw>);

impl<'de, Raw: Deserialize<'de>> de::Visitor<'de> for OccasionsVisitor<Raw> {
    type Value = Vec<Spanned<Raw>>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list as `[{ interview: harbour-onsite }]`")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, sequence: A) -> Result<Self::Value, A::Error> {
        Deserialize::deserialize(de::value::SeqAccessDeserializer::new(sequence))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, only: D) -> Result<Self::Value, D::Error> {
        let text = String::deserialize(only)?;
        let name = if When::parse(&text).is_some() {
            "on"
        } else {
            "interview"
        };
        Err(de::Error::custom(format!(
            "found \"{text}\", expected a list as `[{{ {name}: {text} }}]`"
        )))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

/// A number as its author wrote it. Its range is checked with the other fields, so that a mistake can name it.
#[derive(Deserialize)]
struct Number(String);

/// A list, or its only element without brackets.
struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_other(deserializer, ListVisitor(PhantomData)).map(Self)
    }
}

struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> de::Visitor<'de> for ListVisitor<T> {
    type Value = Vec<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a list as `[one, two]`")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, sequence: A) -> Result<Self::Value, A::Error> {
        Deserialize::deserialize(de::value::SeqAccessDeserializer::new(sequence))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, only: D) -> Result<Self::Value, D::Error> {
        T::deserialize(only).map(|only| vec![only])
    }

    fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
        Ok(Vec::new())
    }
}

/// The facts of a story, in the order of the file.
#[derive(Default)]
struct Ledger(Vec<Fact>);

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(LedgerVisitor)
    }
}

struct LedgerVisitor;

impl<'de> de::Visitor<'de> for LedgerVisitor {
    type Value = Ledger;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping from names to figures")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Ledger, A::Error> {
        let mut facts = Vec::new();
        let mut names = HashSet::new();
        while let Some((name, fact)) = map.next_entry::<Prose, RawFact>()? {
            if !names.insert(name.as_str().to_owned()) {
                let message = format!("duplicate entry `{}`", name.as_str());
                return Err(de::Error::custom(message));
            }
            facts.push(Fact {
                name,
                value: fact.value,
                source: fact.source,
            });
        }
        Ok(Ledger(facts))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Ledger, E> {
        Ok(Ledger::default())
    }
}

/// The value of a fact and its source.
struct RawFact {
    value: Prose,
    source: Option<Prose>,
}

impl RawFact {
    /// The fact of a value without quotes, which can name its source in brackets at its end: `20 minutes (log of the pager)`. A value
    /// in quotes is kept as it is.
    fn of(field: Spanned<Prose>) -> Self {
        let Spanned { value, span } = field;
        let source = source_in_brackets(value.as_str()).filter(|_| value.span() == span);
        let Some(source) = source else {
            return Self {
                value,
                source: None,
            };
        };
        let figure = value.as_str()[..source.start - 1].trim_end();
        let part = |range: Range<usize>| {
            let place = value.part(range.clone());
            Prose::written(&value.as_str()[range], place)
        };
        Self {
            value: part(0..figure.len()),
            source: Some(part(source)),
        }
    }
}

/// The place of a source in brackets at the end of a figure. Brackets that say more about the figure are a part of it: `11 (of 40)`,
/// `20 minutes (median)`. So a source has two words at least, without digits, and does not start like such a remark.
fn source_in_brackets(text: &str) -> Option<Range<usize>> {
    let inner = text.strip_suffix(')')?;
    let open = inner
        .rfind(['(', ')'])
        .filter(|&at| inner[at..].starts_with('('))?;
    let is_apart = text[..open].ends_with(char::is_whitespace) && !text[..open].trim().is_empty();
    let source = inner[open + 1..].trim();
    let mut words = source.split_whitespace();
    let (first, second) = (words.next()?, words.next()?);
    let is_word = |word: &str| {
        word.starts_with(char::is_alphabetic) && !word.contains(|sign: char| sign.is_numeric())
    };
    let is_source = is_word(first)
        && is_word(second)
        && !REMARKS.contains(&first.trim_end_matches(['.', ',']).to_lowercase().as_str());
    let start = source.as_ptr() as usize - text.as_ptr() as usize;
    (is_apart && is_source).then(|| start..start + source.len())
}

/// First words of brackets that say more about a figure, and not where it comes from.
const REMARKS: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "an",
    "and",
    "approx",
    "approximately",
    "around",
    "as",
    "at",
    "average",
    "before",
    "but",
    "circa",
    "compared",
    "down",
    "each",
    "est",
    "estimated",
    "every",
    "excl",
    "excluding",
    "for",
    "gross",
    "in",
    "incl",
    "including",
    "instead",
    "less",
    "mean",
    "median",
    "more",
    "net",
    "not",
    "of",
    "on",
    "only",
    "or",
    "out",
    "over",
    "peak",
    "per",
    "plus",
    "previously",
    "roughly",
    "target",
    "than",
    "to",
    "total",
    "under",
    "up",
    "versus",
    "vs",
    "was",
    "were",
    "with",
    "within",
    "without",
];

impl<'de> Deserialize<'de> for RawFact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_other(deserializer, FactVisitor)
    }
}

struct FactVisitor;

impl<'de> de::Visitor<'de> for FactVisitor {
    type Value = RawFact;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a figure, or `{ value: …, source: … }`")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<RawFact, D::Error> {
        Spanned::<Prose>::deserialize(value).map(RawFact::of)
    }

    fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<RawFact, A::Error> {
        let fact = SourcedFact::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(RawFact {
            value: fact.value.0,
            source: filled(fact.source),
        })
    }
}

/// A figure with its source.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct SourcedFact {
    /// The figure, as you write it.
    value: Figure,
    /// Where it comes from.
    source: Option<Prose>,
}

/// The value of a fact: a text, or a number in the spelling of the file.
struct Figure(Prose);

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        text_or_other(deserializer, FigureVisitor)
    }
}

struct FigureVisitor;

impl<'de> de::Visitor<'de> for FigureVisitor {
    type Value = Figure;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a figure")
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, value: D) -> Result<Figure, D::Error> {
        Prose::deserialize(value).map(Figure)
    }
}

/// The frameworks of employers, in the order of the file.
#[derive(Default)]
struct Frameworks(Vec<(Prose, Vec<Prose>)>);

impl<'de> Deserialize<'de> for Frameworks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(FrameworksVisitor)
    }
}

struct FrameworksVisitor;

impl<'de> de::Visitor<'de> for FrameworksVisitor {
    type Value = Frameworks;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a mapping from frameworks to lists of names")
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Frameworks, A::Error> {
        let mut frameworks = Vec::new();
        while let Some((name, entries)) = map.next_entry::<Prose, List<Prose>>()? {
            frameworks.push((name, entries.0));
        }
        Ok(Frameworks(frameworks))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Frameworks, E> {
        Ok(Frameworks::default())
    }
}
