//! The front matter of each kind, and how it becomes a part of the model.

use std::cell::LazyCell;
use std::collections::HashSet;

use serde::{Deserialize, Deserializer, de};

use super::headings::Names;
use super::outline::Titles;
use super::{Place, foreign};
use crate::diagnostic::{Diagnostic, rules};
use crate::front_matter::{self, Outline, Split};
use crate::model::{
    ActionItem, ActionStatus, Audience, Author, CaseStudy, Competency, Fact, Home, Kind, Length, Meta, Moment, Occasion, Question, Sheet,
    Status, Story, Variant, When,
};
use crate::slug::Slug;
use crate::source::SitePath;

/// A file whose front matter is read.
pub(super) struct Source<'a> {
    /// Where reports say the mistakes are.
    pub path: &'a SitePath,
    /// The whole file; the spans of `split` count in it.
    pub text: &'a str,
    /// Where the front matter ends and the body starts.
    pub split: Split,
    /// What the body says about its title.
    pub titles: &'a Titles,
}

/// What front matter says.
pub(super) struct Fields {
    /// From the file, or by the kind of the document.
    pub audience: Audience,
    /// From the file; without a word there ready, and draft where a program wrote it.
    pub status: Status,
    /// What the fields of the kind say.
    pub meta: Meta,
}

/// Whether a field is in the file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Yes,
    No,
}

impl Given {
    fn of<T>(list: &[T]) -> Self {
        if list.is_empty() { Self::No } else { Self::Yes }
    }
}

/// A text that says something.
fn given(field: Option<String>) -> Option<String> {
    field.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Reads the front matter of a file in its place.
pub(super) fn read(source: &Source<'_>, place: &Place) -> (Fields, Vec<Diagnostic>) {
    match place {
        Place::Document(Kind::Story, _) => source.read(place, story),
        Place::Document(Kind::Question, _) => source.read(place, question),
        Place::Document(Kind::CaseStudy, _) => source.read(place, case_study),
        Place::Document(Kind::Competency, _) => source.read(place, competency),
        Place::Variant { story, .. } => source.read(place, |fields, required| variant(fields, story, required)),
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
        let (raw, mut diagnostics) = front_matter::read::<Raw>(self.text, self.split.yaml, self.path, &advice);
        let is_readable = !diagnostics.iter().any(|found| [&rules::FRONT_MATTER, &rules::NESTING].contains(&found.rule));
        let mut required = Required { source: self, missing: Vec::new() };
        let fields = convert(raw, &mut required);
        let missing = required.missing;
        if is_readable {
            diagnostics.extend(missing);
            diagnostics.extend(front_matter::cut_by_comments(self.text, self.split.yaml, self.path));
        }
        (fields, diagnostics)
    }
}

/// Reads fields that need more than their type, and collects what is wrong with them.
struct Required<'a> {
    source: &'a Source<'a>,
    missing: Vec<Diagnostic>,
}

impl Required<'_> {
    /// The title: the field, else the first heading that is one, else the name of the file in words.
    fn title(&self, field: Option<String>) -> String {
        let heading = || self.source.titles.heading.clone();
        given(field).or_else(heading).unwrap_or_else(|| Place::words(self.source.path))
    }

    /// The title where a document can do without one: the field, else the first heading that is one.
    fn optional_title(&self, field: Option<String>) -> String {
        given(field).or_else(|| self.source.titles.heading.clone()).unwrap_or_default()
    }

    /// Warns where a field is given that is not shown, because the document is of another kind than the field.
    fn not_shown(&mut self, name: &str, is_given: Given, why: &str) {
        if is_given == Given::Yes {
            let Source { path, text, split, .. } = self.source;
            let span = front_matter::place_of(text, split.yaml, name, None);
            self.missing.push(
                Diagnostic::new(&rules::NOT_SHOWN, path, span, format!("`{name}` is not shown: {why}"))
                    .help("take it out, or write it in the text"),
            );
        }
    }

    /// A number that must lie in a range; 0 where it is not given or does not.
    fn number(&mut self, name: &str, value: Option<Number>, range: std::ops::RangeInclusive<u8>) -> u8 {
        match value {
            None => 0,
            Some(Number(value)) if range.contains(&value) => value,
            Some(Number(value)) => {
                let Source { path, text, split, .. } = self.source;
                let message = format!("`{name}`: found {value}, expected a number from {} to {}", range.start(), range.end());
                self.missing.push(Diagnostic::new(&rules::FIELD_TYPE, path, front_matter::place_of(text, split.yaml, name, None), message));
                0
            }
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct StoryFields {
    title: Option<String>,
    headline: Option<String>,
    when: Option<When>,
    role: Option<String>,
    competencies: List<Slug>,
    answers: List<Slug>,
    audience: Option<Audience>,
    status: Status,
    strength: Option<Number>,
    facts: Ledger,
    told: Vec<Told>,
}

fn story(raw: StoryFields, required: &mut Required<'_>) -> Fields {
    let StoryFields { title, headline, when, role, competencies, answers, audience, status, strength, facts, told } = raw;
    let story = Story {
        title: required.title(title),
        headline: headline.unwrap_or_default(),
        when,
        role: role.unwrap_or_default(),
        competencies: competencies.0,
        answers: answers.0,
        strength: required.number("strength", strength, 1..=5),
        facts: facts.written_in(required.source),
        told: told.into_iter().map(Occasion::from).collect(),
    };
    Fields { audience: audience.unwrap_or(Audience::Private), status, meta: Meta::Story(story) }
}

#[derive(Deserialize)]
#[serde(default, deny_unknown_fields)]
struct VariantFields {
    title: Option<String>,
    headline: Option<String>,
    competencies: List<Slug>,
    answers: List<Slug>,
    length: Option<Length>,
    by: Author,
    inherit: bool,
    status: Option<Status>,
    audience: Option<Audience>,
}

impl Default for VariantFields {
    fn default() -> Self {
        Self {
            title: None,
            headline: None,
            competencies: List::default(),
            answers: List::default(),
            length: None,
            by: Author::Me,
            inherit: true,
            status: None,
            audience: None,
        }
    }
}

fn variant(raw: VariantFields, story: &Slug, required: &mut Required<'_>) -> Fields {
    let VariantFields { title, headline, competencies, answers, length, by, inherit, status, audience } = raw;
    // A program's wording is a draft until its author says otherwise.
    let status = status.unwrap_or(if matches!(by, Author::Assistant(_)) { Status::Draft } else { Status::Ready });
    let variant = Variant {
        story: story.clone(),
        title: required.optional_title(title),
        headline: headline.unwrap_or_default(),
        competencies: competencies.0,
        answers: answers.0,
        length,
        by,
        inherit,
    };
    // A variant is never shown to more people than its story; without a word of its own it goes where the story goes.
    Fields { audience: audience.unwrap_or(Audience::Public), status, meta: Meta::Variant(variant) }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct QuestionFields {
    question: Option<String>,
    title: Option<String>,
    aliases: List<String>,
    competencies: List<Slug>,
    about: Option<Slug>,
    asked: Vec<Asked>,
    audience: Option<Audience>,
    status: Status,
}

fn question(raw: QuestionFields, required: &mut Required<'_>) -> Fields {
    let QuestionFields { question, title, aliases, competencies, about, asked, audience, status } = raw;
    let is_titled = given(title.clone()).is_some();
    let only_heading = || required.source.titles.question.clone().filter(|_| !is_titled);
    let meta = match given(question).or_else(only_heading) {
        Some(question) => {
            let is_other_title = given(title).is_some_and(|title| title != question);
            required.not_shown("title", if is_other_title { Given::Yes } else { Given::No }, "the title of a question is the question");
            Meta::Question(Question {
                question,
                aliases: aliases.0,
                competencies: competencies.0,
                about,
                asked: asked.into_iter().map(Occasion::from).collect(),
            })
        }
        // Without a question of its own the file is a sheet, whose headings are the questions.
        None => {
            let why = "the file is a sheet of several questions";
            required.not_shown("aliases", Given::of(&aliases.0), why);
            required.not_shown("asked", Given::of(&asked), why);
            Meta::Sheet(Sheet { title: required.optional_title(title), competencies: competencies.0, about })
        }
    };
    Fields { audience: audience.unwrap_or(Audience::Private), status, meta }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct CaseStudyFields {
    title: Option<String>,
    story: Option<Slug>,
    audience: Option<Audience>,
    status: Status,
    severity: Option<Number>,
    started: Option<Moment>,
    detected: Option<Moment>,
    resolved: Option<Moment>,
    actions: Vec<ActionFields>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ActionFields {
    what: String,
    #[serde(default)]
    owner: String,
    due: Option<When>,
    #[serde(default)]
    status: ActionStatus,
}

fn case_study(raw: CaseStudyFields, required: &mut Required<'_>) -> Fields {
    let CaseStudyFields { title, story, audience, status, severity, started, detected, resolved, actions } = raw;
    let case = CaseStudy {
        title: required.title(title),
        story,
        severity: required.number("severity", severity, 1..=5),
        started,
        detected,
        resolved,
        actions: actions.into_iter().map(|ActionFields { what, owner, due, status }| ActionItem { what, owner, due, status }).collect(),
    };
    Fields { audience: audience.unwrap_or(Audience::Team), status, meta: Meta::CaseStudy(case) }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct CompetencyFields {
    title: Option<String>,
    aliases: List<String>,
    frameworks: Frameworks,
    audience: Option<Audience>,
    status: Status,
}

fn competency(raw: CompetencyFields, required: &mut Required<'_>) -> Fields {
    let CompetencyFields { title, aliases, frameworks, audience, status } = raw;
    let competency = Competency { title: required.title(title), aliases: aliases.0, frameworks: frameworks.0 };
    Fields { audience: audience.unwrap_or(Audience::Private), status, meta: Meta::Competency(competency) }
}

#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
struct HomeFields {
    title: Option<String>,
    audience: Option<Audience>,
    status: Status,
}

fn home(raw: HomeFields, _: &mut Required<'_>) -> Fields {
    let HomeFields { title, audience, status } = raw;
    Fields { audience: audience.unwrap_or(Audience::Private), status, meta: Meta::Home(Home { title: title.unwrap_or_default() }) }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    on: When,
    #[serde(default)]
    to: String,
    #[serde(default)]
    round: String,
}

impl From<Told> for Occasion {
    fn from(Told { on, to, round }: Told) -> Self {
        Self { on, who: to, round }
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    on: When,
    #[serde(default)]
    by: String,
    #[serde(default)]
    round: String,
}

impl From<Asked> for Occasion {
    fn from(Asked { on, by, round }: Asked) -> Self {
        Self { on, who: by, round }
    }
}

/// A small whole number.
#[derive(Clone, Copy)]
struct Number(u8);

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.trim().parse().map(Self).map_err(|_| de::Error::custom(format!("found \"{text}\", expected a whole number such as `3`")))
    }
}

/// A list, or its only element without brackets.
struct List<T>(Vec<T>);

impl<T> Default for List<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for List<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<T>(std::marker::PhantomData<T>);

        impl<'de, T: Deserialize<'de>> de::Visitor<'de> for Visitor<T> {
            type Value = Vec<T>;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a list as `[one, two]`")
            }

            fn visit_seq<A: de::SeqAccess<'de>>(self, sequence: A) -> Result<Self::Value, A::Error> {
                Deserialize::deserialize(de::value::SeqAccessDeserializer::new(sequence))
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Self::Value, E> {
                T::deserialize(de::value::StrDeserializer::new(text)).map(|only| vec![only])
            }

            fn visit_unit<E: de::Error>(self) -> Result<Self::Value, E> {
                Ok(Vec::new())
            }
        }

        deserializer.deserialize_any(Visitor(std::marker::PhantomData)).map(Self)
    }
}

/// The ledger of a story, in its author's order.
#[derive(Default)]
struct Ledger(Vec<(String, RawFact)>);

/// A figure as YAML gives it.
struct RawFact {
    value: Figure,
    source: String,
}

/// The value of a figure.
enum Figure {
    Text(String),
    /// A number without quotes, which must be read again as its author wrote it: `1.10` is not `1.1`.
    Number,
}

impl Ledger {
    fn written_in(self, source: &Source<'_>) -> Vec<Fact> {
        let outline = LazyCell::new(|| Outline::of(source.text, source.split.yaml));
        let number = |name: &str| {
            let written = |path: &[&str]| outline.written_value(source.text, path);
            written(&["facts", name, "value"]).or_else(|| written(&["facts", name])).unwrap_or_default().to_owned()
        };
        self.0
            .into_iter()
            .map(|(name, RawFact { value, source })| {
                let value = match value {
                    Figure::Text(text) => text,
                    Figure::Number => number(&name),
                };
                Fact { name, value, source }
            })
            .collect()
    }
}

impl<'de> Deserialize<'de> for Ledger {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Ledger;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a mapping from names to figures")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Ledger, A::Error> {
                let mut facts = Vec::new();
                let mut names = HashSet::new();
                while let Some((name, fact)) = map.next_entry::<String, RawFact>()? {
                    if !names.insert(name.clone()) {
                        return Err(de::Error::custom(format!("duplicate entry `{name}`")));
                    }
                    facts.push((name, fact));
                }
                Ok(Ledger(facts))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Ledger, E> {
                Ok(Ledger::default())
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for RawFact {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct Sourced {
            value: Figure,
            #[serde(default)]
            source: String,
        }

        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = RawFact;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a figure, or `{ value: …, source: … }`")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<RawFact, E> {
                Ok(RawFact { value: Figure::Text(text.to_owned()), source: String::new() })
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<RawFact, E> {
                Ok(RawFact { value: Figure::Number, source: String::new() })
            }

            fn visit_i64<E: de::Error>(self, _: i64) -> Result<RawFact, E> {
                Ok(RawFact { value: Figure::Number, source: String::new() })
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<RawFact, E> {
                Ok(RawFact { value: Figure::Number, source: String::new() })
            }

            fn visit_map<A: de::MapAccess<'de>>(self, map: A) -> Result<RawFact, A::Error> {
                let Sourced { value, source } = Sourced::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(RawFact { value, source })
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

impl<'de> Deserialize<'de> for Figure {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl de::Visitor<'_> for Visitor {
            type Value = Figure;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a figure")
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<Figure, E> {
                Ok(Figure::Text(text.to_owned()))
            }

            fn visit_u64<E: de::Error>(self, _: u64) -> Result<Figure, E> {
                Ok(Figure::Number)
            }

            fn visit_i64<E: de::Error>(self, _: i64) -> Result<Figure, E> {
                Ok(Figure::Number)
            }

            fn visit_f64<E: de::Error>(self, _: f64) -> Result<Figure, E> {
                Ok(Figure::Number)
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}

/// The frameworks of employers, in the author's order.
#[derive(Default)]
struct Frameworks(Vec<(String, Vec<String>)>);

impl<'de> Deserialize<'de> for Frameworks {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor;

        impl<'de> de::Visitor<'de> for Visitor {
            type Value = Frameworks;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("a mapping from frameworks to lists of names")
            }

            fn visit_map<A: de::MapAccess<'de>>(self, mut map: A) -> Result<Frameworks, A::Error> {
                let mut frameworks = Vec::new();
                while let Some((name, entries)) = map.next_entry::<String, List<String>>()? {
                    frameworks.push((name, entries.0));
                }
                Ok(Frameworks(frameworks))
            }

            fn visit_unit<E: de::Error>(self) -> Result<Frameworks, E> {
                Ok(Frameworks::default())
            }
        }

        deserializer.deserialize_any(Visitor)
    }
}
