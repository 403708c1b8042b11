//! Front matter as `serde_yaml` reads it, if the parser that knows places may read it in another way.
//!
//! The two differ in few things: `serde_yaml` accepts a closing bracket at the start of a line and some characters of Unicode as
//! line breaks, and rejects a tab in an indent. `serde_yaml` decides.

use serde::de::{self, Deserialize, DeserializeSeed, Deserializer, Visitor};
use serde_yaml::{Number, Value};

use super::tree::{Kind, Tree};
use super::value::Plain;
use crate::source::Span;

/// Whether the two parsers may read a text in different ways: it has a space or a line break that only one of them knows, or a
/// character that cannot start a value at a position where a value can start.
pub(super) fn may_differ(yaml: &str) -> bool {
    // The last character, and the last one that is not a space.
    let (mut before, mut word) = ('\n', '\n');
    yaml.chars().any(|next| {
        let is_odd = match next {
            '\t' | '\u{85}' | '\u{2028}' | '\u{2029}' | '\u{feff}' => true,
            ':' => matches!(word, '\n' | '[' | '{' | ',' | ':'),
            '@' | '`' | '%' | '>' | '|' | '?' => matches!(word, '\n' | '[' | '{' | ','),
            '.' if before == '\n' => true,
            _ => before == ':' && next.is_ascii_punctuation() && next != '/',
        };
        before = next;
        word = if next == ' ' { word } else { next };
        is_odd
    })
}

/// The tree if its value is `value`; otherwise a tree of `value` without places.
pub(super) fn settled<'a>(
    tree: Option<Tree<'a>>,
    yaml: &'a str,
    span: Span,
    value: &Value,
) -> Tree<'a> {
    let agreed = tree.filter(|tree| {
        tree.root()
            .map_or(value.is_null(), |root| says(tree, root, value))
    });
    agreed.unwrap_or_else(|| without_places(yaml, span, value))
}

/// Whether a value of a tree is `value`.
fn says(tree: &Tree<'_>, index: usize, value: &Value) -> bool {
    let index = tree.resolved(index);
    match (&tree.node(index).kind, value) {
        (Kind::Alias(_), _) | (_, Value::Tagged(_)) => false,
        (Kind::List, Value::Sequence(elements)) => {
            tree.children(index).count() == elements.len()
                && tree
                    .children(index)
                    .zip(elements)
                    .all(|(child, element)| says(tree, child, element))
        }
        (Kind::Mapping, Value::Mapping(fields)) => {
            let is_same = |((key, entry), (name, field)): ((usize, usize), (&Value, &Value))| {
                says(tree, key, name) && says(tree, entry, field)
            };
            tree.entries(index).count() == fields.len()
                && tree.entries(index).zip(fields).all(is_same)
        }
        (Kind::Scalar { text, is_plain }, value) if *is_plain => plain_says(text, value),
        (Kind::Scalar { text, .. }, Value::String(value)) => text == value,
        _ => false,
    }
}

/// Whether a scalar without quotes is `value`.
fn plain_says(text: &str, value: &Value) -> bool {
    match (Plain::of(text), value) {
        (Plain::Null, Value::Null) => true,
        (Plain::Bool(ours), Value::Bool(theirs)) => ours == *theirs,
        (Plain::Text, Value::String(theirs)) => text == theirs,
        // The number alone, without a line break that only one of the parsers knows.
        (Plain::Text, Value::Number(theirs))
            if text.bytes().all(|byte| byte.is_ascii_graphic()) =>
        {
            serde_yaml::from_str(text).is_ok_and(|number: Number| number == *theirs)
        }
        _ => false,
    }
}

/// A tree in which every value has the place of the whole text.
fn without_places<'a>(yaml: &str, span: Span, value: &Value) -> Tree<'a> {
    let mut tree = Tree::default();
    let copy = Copy {
        value,
        span,
        tree: &mut tree,
    };
    // The text has been read once, so it can be read again.
    copy.deserialize(serde_yaml::Deserializer::from_str(yaml))
        .unwrap_or_default();
    tree
}

/// Adds a value to a tree. Numbers keep the spelling of the author, and `value` only gives their type.
struct Copy<'v, 't, 'a> {
    value: &'v Value,
    span: Span,
    tree: &'t mut Tree<'a>,
}

impl<'de> DeserializeSeed<'de> for Copy<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(mut self, deserializer: D) -> Result<(), D::Error> {
        match untagged(self.value) {
            Value::Sequence(_) => deserializer.deserialize_seq(self),
            Value::Mapping(_) => deserializer.deserialize_map(self),
            _ => {
                let text = String::deserialize(deserializer)?;
                let is_plain = !matches!(untagged(self.value), Value::String(_));
                self.add(Kind::Scalar {
                    text: text.into(),
                    is_plain,
                });
                Ok(())
            }
        }
    }
}

impl<'a> Copy<'_, '_, 'a> {
    fn add(&mut self, kind: Kind<'a>) -> usize {
        let tag = match self.value {
            Value::Tagged(tagged) => Some(tagged.tag.to_string().into()),
            _ => None,
        };
        self.tree.push(self.span, tag, kind)
    }
}

fn untagged(value: &Value) -> &Value {
    match value {
        Value::Tagged(tagged) => &tagged.value,
        value => value,
    }
}

impl<'de> Visitor<'de> for Copy<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("the same value again")
    }

    fn visit_seq<A: de::SeqAccess<'de>>(mut self, mut elements: A) -> Result<(), A::Error> {
        let list = self.add(Kind::List);
        for value in untagged(self.value).as_sequence().into_iter().flatten() {
            elements.next_element_seed(Copy {
                value,
                span: self.span,
                tree: self.tree,
            })?;
        }
        self.tree.close(list);
        Ok(())
    }

    fn visit_map<A: de::MapAccess<'de>>(mut self, mut entries: A) -> Result<(), A::Error> {
        let mapping = self.add(Kind::Mapping);
        for (name, value) in untagged(self.value).as_mapping().into_iter().flatten() {
            entries.next_key_seed(Copy {
                value: name,
                span: self.span,
                tree: self.tree,
            })?;
            entries.next_value_seed(Copy {
                value,
                span: self.span,
                tree: self.tree,
            })?;
        }
        self.tree.close(mapping);
        Ok(())
    }
}
