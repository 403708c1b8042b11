//! How values of front matter are written, for the schemas that editors read.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use super::{Author, Length, Moment, Prose, When};
use crate::slug::Slug;
use crate::source::Spanned;

/// A schema under a name.
macro_rules! schema {
    ($type:ty, $name:literal, $schema:tt) => {
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                $name.into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                json_schema!($schema)
            }
        }
    };
}

// A number without quotes is read as the text that it is written as.
schema!(Prose, "Text", { "type": ["string", "number", "boolean"] });
schema!(Slug, "Name", {
    "description": "The name of a document: that of its file, without `.md`.",
    "type": ["string", "number"]
});
schema!(When, "Date", {
    "description": "A year, a month or a day: `2025`, `2025-03`, `2025-03-07`.",
    "anyOf": [
        { "type": "string", "pattern": "^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?$" },
        { "type": "integer", "minimum": 0, "maximum": 9999 }
    ]
});
schema!(Moment, "Moment", {
    "description": "A moment with its time zone: `2025-03-07T09:10Z`, `2025-03-07T09:10+01:00`.",
    "type": "string",
    "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ].*([Zz]|[+-][0-9]{2}(:?[0-9]{2})?)$"
});
schema!(Length, "Length", {
    "description": "A duration: `90s`, `2m`, `1m30s`, `1:30`, `2 minutes`.",
    "type": "string",
    "pattern": "^ *([0-9]+ *m(in(s|utes?)?)? *)?([0-9]+ *s(ec(s|onds?)?)?)? *$|^ *[0-9]+:[0-9]+ *$"
});
schema!(Author, "Author", {
    "description": "`me`, `reviewer`, or the name of a program.",
    "type": "string",
    "examples": ["me", "reviewer"]
});

/// The place of a value is not a part of it.
impl<T: JsonSchema> JsonSchema for Spanned<T> {
    fn inline_schema() -> bool {
        T::inline_schema()
    }

    fn schema_name() -> Cow<'static, str> {
        T::schema_name()
    }

    fn schema_id() -> Cow<'static, str> {
        T::schema_id()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        T::json_schema(generator)
    }
}
