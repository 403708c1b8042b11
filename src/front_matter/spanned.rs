//! Fields with their places.

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, Deserialize, Deserializer, SeqAccess, Visitor};

use super::value::{SPANNED, TEXT_OR_OTHER, WORDS};
use crate::model::Prose;
use crate::source::{Span, Spanned};

/// Reads the start, the end and the value that the deserializer of front matter gives under a name.
struct Parts<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Parts<T> {
    type Value = Spanned<T>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value of front matter")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut parts: A) -> Result<Spanned<T>, A::Error> {
        let missing = |index: usize| de::Error::invalid_length(index, &"a place and a value");
        let start = parts.next_element()?.ok_or_else(|| missing(0))?;
        let end = parts.next_element()?.ok_or_else(|| missing(1))?;
        let value = parts.next_element()?.ok_or_else(|| missing(2))?;
        Ok(Spanned {
            value,
            span: Span { start, end },
        })
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Spanned<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_tuple_struct(SPANNED, 3, Parts(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Prose {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Spanned { value, span } =
            deserializer.deserialize_tuple_struct(WORDS, 3, Parts::<String>(PhantomData))?;
        Ok(Self::written(value, span))
    }
}

/// Gives a visitor a text as a newtype, with its place still to read, and anything else as what it is.
///
/// # Errors
///
/// What the visitor says.
pub fn text_or_other<'de, D: Deserializer<'de>, V: Visitor<'de>>(
    deserializer: D,
    visitor: V,
) -> Result<V::Value, D::Error> {
    deserializer.deserialize_newtype_struct(TEXT_OR_OTHER, visitor)
}
