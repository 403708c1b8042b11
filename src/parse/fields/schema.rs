//! The schemas of front matter, which editors use to complete and to check it. They come from the types that read it.

use std::borrow::Cow;

use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde_json::Value;

use super::{
    AnswerField, Answers, CaseStudyFields, CompetencyFields, Figure, Frameworks, HomeFields,
    InterviewFields, Ledger, List, Number, OpenedAnswer, QuestionFields, RawFact, SourcedFact,
    StoryFields, VariantFields,
};
use crate::model::Prose;
use crate::slug::Slug;

/// A kind of file with front matter of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FrontMatter {
    /// A story.
    Story,
    /// Another telling of a story.
    Variant,
    /// A question, or a sheet of questions.
    Question,
    /// A case study.
    CaseStudy,
    /// A competency.
    Competency,
    /// An interview.
    Interview,
    /// The home page.
    Home,
}

impl FrontMatter {
    /// Every kind once.
    pub const ALL: [Self; 7] = [
        Self::Story,
        Self::Variant,
        Self::Question,
        Self::CaseStudy,
        Self::Competency,
        Self::Interview,
        Self::Home,
    ];

    /// Its name, as on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::Story => "story",
            Self::Variant => "variant",
            Self::Question => "question",
            Self::CaseStudy => "case-study",
            Self::Competency => "competency",
            Self::Interview => "interview",
            Self::Home => "home",
        }
    }
}

/// The JSON Schema of the front matter of a kind.
pub fn schema(kind: FrontMatter) -> Value {
    match kind {
        FrontMatter::Story => of::<StoryFields>(),
        FrontMatter::Variant => of::<VariantFields>(),
        FrontMatter::Question => of::<QuestionFields>(),
        FrontMatter::CaseStudy => of::<CaseStudyFields>(),
        FrontMatter::Competency => of::<CompetencyFields>(),
        FrontMatter::Interview => of::<InterviewFields>(),
        FrontMatter::Home => of::<HomeFields>(),
    }
}

/// The schema of a type. Editors know draft 7 of the standard best.
fn of<T: JsonSchema>() -> Value {
    let generator = SchemaSettings::draft07().into_generator();
    generator.into_root_schema_for::<T>().to_value()
}

impl<T: JsonSchema> JsonSchema for List<T> {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        format!("ListOf{}", T::schema_name()).into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let element = generator.subschema_for::<T>();
        json_schema!({
            "anyOf": [{ "type": "array", "items": element }, element, { "type": "null" }]
        })
    }
}

impl JsonSchema for Number {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Number".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "integer" })
    }
}

impl JsonSchema for AnswerField {
    fn schema_name() -> Cow<'static, str> {
        "Answer".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let name = generator.subschema_for::<Slug>();
        let opened = generator.subschema_for::<OpenedAnswer>();
        json_schema!({ "anyOf": [name, opened] })
    }
}

impl JsonSchema for Answers {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Answers".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        List::<AnswerField>::json_schema(generator)
    }
}

impl JsonSchema for Figure {
    fn schema_name() -> Cow<'static, str> {
        Prose::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Prose::json_schema(generator)
    }
}

impl JsonSchema for RawFact {
    fn schema_name() -> Cow<'static, str> {
        "Fact".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let value = generator.subschema_for::<Prose>();
        let sourced = generator.subschema_for::<SourcedFact>();
        json_schema!({ "anyOf": [value, sourced] })
    }
}

impl JsonSchema for Ledger {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Facts".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let fact = generator.subschema_for::<RawFact>();
        json_schema!({ "type": ["object", "null"], "additionalProperties": fact })
    }
}

impl JsonSchema for Frameworks {
    fn inline_schema() -> bool {
        true
    }

    fn schema_name() -> Cow<'static, str> {
        "Frameworks".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let names = generator.subschema_for::<List<Prose>>();
        json_schema!({ "type": ["object", "null"], "additionalProperties": names })
    }
}
