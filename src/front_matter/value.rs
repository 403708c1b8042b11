//! The values of a [`Tree`] for `serde`.
//!
//! What a value means is what `serde_yaml` makes of it, with one exception: a number is a text as its author wrote it, because
//! `1.10` is not `1.1`.

use std::cell::Cell;
use std::collections::HashSet;
use std::ops::Range;

use serde::de::value::{StrDeserializer, U32Deserializer};
use serde::de::{self, DeserializeSeed, Error, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;

use super::mistake::{Key, Mistake, Place};
use super::tree::{Kind, Node, Tree};

/// The name of the type that asks for a value with its place: a tuple of start, end and value.
pub(super) const SPANNED: &str = "storybank::Spanned";
/// The same with the place of the words alone, without quotes.
pub(super) const WORDS: &str = "storybank::Words";
/// The name of a newtype that holds a text, or visits what is not one.
pub(super) const TEXT_OR_OTHER: &str = "storybank::TextOrOther";

/// How deep values can lie once aliases are replaced by what they name.
const DEEPEST: u8 = 128;

/// How often aliases can be followed, for each value of the file.
const JUMPS: usize = 100;

/// A tree while it is deserialised, or a part of it.
pub(super) struct Reading<'t> {
    /// The whole file, in which the places count.
    pub text: &'t str,
    pub tree: &'t Tree<'t>,
    /// Of these lists and mappings only these children are read.
    pub only: Vec<(usize, Range<usize>)>,
    /// Elements and keys that are passed over.
    pub left_out: HashSet<usize>,
    jumps: Cell<usize>,
    depth: Cell<u8>,
}

impl<'t> Reading<'t> {
    /// Reads a whole tree.
    pub fn new(text: &'t str, tree: &'t Tree<'t>) -> Self {
        Self {
            text,
            tree,
            only: Vec::new(),
            left_out: HashSet::new(),
            jumps: Cell::new(0),
            depth: Cell::new(0),
        }
    }

    /// The deserializer of a value.
    pub fn value(&self, index: usize) -> Value<'_> {
        Value {
            reading: self,
            index,
            tag: Tag::Unread,
        }
    }

    fn children(&self, index: usize) -> Range<usize> {
        let only = self.only.iter().find(|(parent, _)| *parent == index);
        only.map_or_else(|| self.tree.inside(index), |(_, children)| children.clone())
    }
}

/// A value of a tree.
#[derive(Clone, Copy)]
pub(super) struct Value<'t> {
    reading: &'t Reading<'t>,
    index: usize,
    tag: Tag,
}

/// Whether the tag of a value has selected a variant already.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tag {
    Unread,
    Read,
}

/// What a scalar says.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Plain {
    Null,
    Bool(bool),
    Text,
}

impl Plain {
    /// What a scalar without quotes and without a tag says.
    pub fn of(text: &str) -> Self {
        match text {
            "" | "null" | "Null" | "NULL" | "~" => Self::Null,
            "true" | "True" | "TRUE" => Self::Bool(true),
            "false" | "False" | "FALSE" => Self::Bool(false),
            _ => Self::Text,
        }
    }
}

impl<'t> Value<'t> {
    fn written(self) -> &'t Node<'t> {
        self.reading.tree.node(self.index)
    }

    /// The value itself, after aliases.
    fn followed(self) -> Result<Self, Mistake> {
        let index = self.reading.tree.resolved(self.index);
        if index != self.index {
            self.reading.jumps.set(self.reading.jumps.get() + 1);
            if self.reading.jumps.get() > self.reading.tree.len() * JUMPS {
                return Err(Mistake::custom("aliases repeat this too often"));
            }
        }
        Ok(Self { index, ..self })
    }

    fn deeper<T>(self, read: impl FnOnce() -> Result<T, Mistake>) -> Result<T, Mistake> {
        let depth = &self.reading.depth;
        if depth.get() == DEEPEST {
            return Err(Mistake::custom("an alias is in the value that it names"));
        }
        depth.set(depth.get() + 1);
        let result = read();
        depth.set(depth.get() - 1);
        result
    }

    fn children(self) -> Children<'t> {
        Children {
            reading: self.reading,
            rest: self.reading.children(self.index),
            index: 0,
            key: self.index,
        }
    }

    /// Its tag: `!name`, or `tag:yaml.org,2002:name`.
    fn tag(self) -> Option<&'t str> {
        self.written()
            .tag
            .as_deref()
            .filter(|_| self.tag == Tag::Unread)
    }

    /// A tag of the author, `name` for `!name`. Those of YAML start with two exclamation marks.
    fn own_tag(self) -> Option<&'t str> {
        let tag = self.tag()?.strip_prefix('!')?;
        Some(if tag.is_empty() { "!" } else { tag })
    }

    /// What the value says; `None` if it is a list or a mapping.
    fn plain(self) -> Option<Plain> {
        let Kind::Scalar { text, is_plain } = &self.written().kind else {
            return None;
        };
        Some(match self.tag() {
            None if *is_plain => Plain::of(text),
            Some("tag:yaml.org,2002:bool" | "tag:yaml.org,2002:null") => Plain::of(text),
            _ => Plain::Text,
        })
    }

    /// Whether a list or a mapping is empty because nothing is written, or `null`.
    fn is_nothing(self) -> bool {
        let is_unwritten = matches!(&self.written().kind, Kind::Scalar { text, is_plain: true } if text.is_empty());
        is_unwritten || self.plain() == Some(Plain::Null)
    }

    fn untagged<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        match &self.written().kind {
            Kind::Scalar { text, .. } => match self.plain() {
                Some(Plain::Null) => visitor.visit_unit(),
                Some(Plain::Bool(value)) => visitor.visit_bool(value),
                _ => visitor.visit_str(text),
            },
            Kind::List => self.deeper(|| visitor.visit_seq(self.children())),
            Kind::Mapping => self.deeper(|| visitor.visit_map(self.children())),
            Kind::Alias(_) => self.followed()?.untagged(visitor),
        }
    }

    fn spanned<V: Visitor<'t>>(self, name: &str, visitor: V) -> Result<V::Value, Mistake> {
        let node = self.written();
        let span = if name == WORDS {
            node.words(self.reading.text)
        } else {
            node.span
        };
        visitor.visit_seq(Parts {
            start: Some(span.start),
            end: Some(span.end),
            value: Some(self),
        })
    }
}

impl<'t> de::Deserializer<'t> for Value<'t> {
    type Error = Mistake;

    fn deserialize_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let value = self.followed()?;
        match value.own_tag() {
            Some(tag) => visitor.visit_enum(Variant {
                name: tag,
                content: Some(value),
            }),
            None => value.untagged(visitor),
        }
    }

    fn deserialize_str<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let value = self.followed()?;
        match &value.written().kind {
            Kind::Scalar { text, .. } => visitor.visit_str(text),
            _ => value.untagged(visitor),
        }
    }

    fn deserialize_string<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_identifier<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        self.deserialize_str(visitor)
    }

    fn deserialize_option<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        if matches!(self.followed()?.plain(), Some(Plain::Null)) {
            visitor.visit_none()
        } else {
            visitor.visit_some(self)
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let value = self.followed()?;
        let is_text = value.own_tag().is_none() && matches!(value.plain(), Some(Plain::Text));
        if name == TEXT_OR_OTHER && !is_text {
            self.deserialize_any(visitor)
        } else {
            visitor.visit_newtype_struct(self)
        }
    }

    fn deserialize_tuple_struct<V: Visitor<'t>>(
        self,
        name: &'static str,
        _: usize,
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        if [SPANNED, WORDS].contains(&name) {
            self.spanned(name, visitor)
        } else {
            self.deserialize_seq(visitor)
        }
    }

    fn deserialize_seq<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let value = self.followed()?;
        if value.is_nothing() {
            visitor.visit_seq(value.nothing())
        } else {
            value.untagged(visitor)
        }
    }

    fn deserialize_map<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        let value = self.followed()?;
        match &value.written().kind {
            // A struct would take a list for its fields in order.
            Kind::List => Err(Mistake::invalid_type(Unexpected::Seq, &visitor)),
            _ if value.is_nothing() => visitor.visit_map(value.nothing()),
            _ => value.untagged(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        self.deserialize_map(visitor)
    }

    fn deserialize_enum<V: Visitor<'t>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Mistake> {
        let value = self.followed()?;
        match (value.own_tag(), &value.written().kind) {
            (Some(tag), _) => visitor.visit_enum(Variant {
                name: tag,
                content: Some(value),
            }),
            (None, Kind::Scalar { text, .. }) => visitor.visit_enum(Variant {
                name: text,
                content: None,
            }),
            (None, Kind::List) => Err(Mistake::invalid_type(Unexpected::Seq, &"a word")),
            (None, _) => Err(Mistake::invalid_type(Unexpected::Map, &"a word")),
        }
    }

    fn deserialize_ignored_any<V: Visitor<'t>>(self, visitor: V) -> Result<V::Value, Mistake> {
        visitor.visit_unit()
    }

    forward_to_deserialize_any! {
        <V: Visitor<'t>>
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char bytes byte_buf unit unit_struct tuple
    }
}

/// The start, the end, and the value between them.
struct Parts<'t> {
    start: Option<u32>,
    end: Option<u32>,
    value: Option<Value<'t>>,
}

impl<'t> de::SeqAccess<'t> for Parts<'t> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mistake> {
        match (self.start.take().or_else(|| self.end.take()), self.value) {
            (Some(offset), _) => seed
                .deserialize::<U32Deserializer<Mistake>>(offset.into_deserializer())
                .map(Some),
            (None, Some(value)) => seed.deserialize(value).map(Some),
            (None, None) => Ok(None),
        }
    }
}

/// The children of a list or mapping that are still to read.
struct Children<'t> {
    reading: &'t Reading<'t>,
    rest: Range<usize>,
    /// The index of the next element.
    index: usize,
    /// The key of the next value.
    key: usize,
}

impl<'t> Value<'t> {
    fn nothing(self) -> Children<'t> {
        Children {
            reading: self.reading,
            rest: 0..0,
            index: 0,
            key: self.index,
        }
    }
}

impl<'t> Children<'t> {
    fn next(&mut self) -> Option<Value<'t>> {
        let index = self.rest.start;
        (index < self.rest.end).then(|| {
            self.rest.start = self.reading.tree.after(index);
            self.reading.value(index)
        })
    }

    /// The place of a child.
    fn at(&self, key: usize, value: usize) -> Place {
        let span = |index: usize| self.reading.tree.node(index).span;
        Place {
            key: span(key),
            value: span(value),
        }
    }
}

impl<'t> de::SeqAccess<'t> for Children<'t> {
    type Error = Mistake;

    fn next_element_seed<T: DeserializeSeed<'t>>(
        &mut self,
        seed: T,
    ) -> Result<Option<T::Value>, Mistake> {
        loop {
            let Some(element) = self.next() else {
                return Ok(None);
            };
            let index = self.index;
            self.index += 1;
            if !self.reading.left_out.contains(&element.index) {
                let place = self.at(element.index, element.index);
                return seed
                    .deserialize(element)
                    .map(Some)
                    .map_err(|mistake| mistake.inside(Key::Index(index), place));
            }
        }
    }
}

impl<'t> Children<'t> {
    fn name(&self, key: usize) -> Key {
        match &self.reading.tree.node(self.reading.tree.resolved(key)).kind {
            Kind::Scalar { text, .. } => Key::Name(text.to_string()),
            _ => Key::Name(String::new()),
        }
    }
}

impl<'t> de::MapAccess<'t> for Children<'t> {
    type Error = Mistake;

    fn next_key_seed<K: DeserializeSeed<'t>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, Mistake> {
        loop {
            let Some(key) = self.next() else {
                return Ok(None);
            };
            self.key = key.index;
            if !self.reading.left_out.contains(&key.index) {
                let place = self.at(key.index, self.rest.start);
                return seed
                    .deserialize(key)
                    .map(Some)
                    .map_err(|mistake| mistake.inside(self.name(key.index), place));
            }
            self.next();
        }
    }

    fn next_value_seed<V: DeserializeSeed<'t>>(&mut self, seed: V) -> Result<V::Value, Mistake> {
        let Some(value) = self.next() else {
            return Err(Mistake::custom("a key has no value"));
        };
        let place = self.at(self.key, value.index);
        seed.deserialize(value)
            .map_err(|mistake| mistake.inside(self.name(self.key), place))
    }
}

/// A word that selects a variant, or a tag with the value after it.
struct Variant<'t> {
    name: &'t str,
    content: Option<Value<'t>>,
}

impl<'t> de::EnumAccess<'t> for Variant<'t> {
    type Error = Mistake;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'t>>(self, seed: V) -> Result<(V::Value, Self), Mistake> {
        let name: StrDeserializer<'t, Mistake> = self.name.into_deserializer();
        Ok((seed.deserialize(name)?, self))
    }
}

impl<'t> de::VariantAccess<'t> for Variant<'t> {
    type Error = Mistake;

    fn unit_variant(self) -> Result<(), Mistake> {
        match self.content {
            Some(value) => de::Deserialize::deserialize(Value {
                tag: Tag::Read,
                ..value
            }),
            None => Ok(()),
        }
    }

    fn newtype_variant_seed<T: DeserializeSeed<'t>>(self, seed: T) -> Result<T::Value, Mistake> {
        match self.content {
            Some(value) => seed.deserialize(Value {
                tag: Tag::Read,
                ..value
            }),
            None => Err(Mistake::invalid_type(
                Unexpected::UnitVariant,
                &"newtype variant",
            )),
        }
    }

    fn tuple_variant<V: Visitor<'t>>(self, _: usize, _: V) -> Result<V::Value, Mistake> {
        Err(Mistake::invalid_type(
            Unexpected::UnitVariant,
            &"tuple variant",
        ))
    }

    fn struct_variant<V: Visitor<'t>>(
        self,
        _: &'static [&'static str],
        _: V,
    ) -> Result<V::Value, Mistake> {
        Err(Mistake::invalid_type(
            Unexpected::UnitVariant,
            &"struct variant",
        ))
    }
}
