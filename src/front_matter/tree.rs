//! YAML as a tree of values, each with its place in the file.

use std::borrow::Cow;
use std::collections::HashMap;
use std::ops::Range;

use saphyr_parser::{Event, Parser, ScalarStyle, StrInput, Tag};

use super::DEEPEST;
use crate::source::{Span, offset};

/// The values of some front matter, in the order of the text: after a list or a mapping come the values in it.
#[derive(Debug, Default)]
pub(super) struct Tree<'a> {
    nodes: Vec<Node<'a>>,
}

/// A value.
#[derive(Debug)]
pub(super) struct Node<'a> {
    /// A scalar with its quotes, a whole list or mapping, or the alias that names a value.
    pub span: Span,
    /// `!name`, or `tag:yaml.org,2002:name` for `!!name`.
    pub tag: Option<Box<str>>,
    /// What the value is.
    pub kind: Kind<'a>,
    /// The node after this one and all in it.
    end: usize,
}

/// The kinds of values.
#[derive(Debug)]
pub(super) enum Kind<'a> {
    Scalar {
        text: Cow<'a, str>,
        /// Quotes make a text of everything: `"null"` is one.
        is_plain: bool,
    },
    List,
    Mapping,
    /// The same as another node.
    Alias(usize),
}

/// A key that is twice in one mapping.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repetition {
    pub name: String,
    pub first: Span,
    pub second: Span,
}

/// The reason why there is no tree.
#[derive(Debug)]
pub(super) enum Broken<'a> {
    /// The parser finds a mistake after these values.
    After(Tree<'a>),
    /// A value at this place lies deeper than [`DEEPEST`].
    TooDeep(Span),
}

impl<'a> Tree<'a> {
    /// Reads YAML that starts at `base` in its file.
    pub fn read(yaml: &'a str, base: usize) -> Result<Self, Broken<'a>> {
        let mut builder = Builder::new(yaml, base);
        match builder.document() {
            Ok(()) => Ok(builder.tree),
            Err(None) => Err(Broken::After(builder.tree)),
            Err(Some(place)) => Err(Broken::TooDeep(place)),
        }
    }

    /// The outermost value; `None` if there is none.
    pub fn root(&self) -> Option<usize> {
        (!self.nodes.is_empty()).then_some(0)
    }

    pub fn node(&self, index: usize) -> &Node<'a> {
        &self.nodes[index]
    }

    /// Adds a value after all others.
    pub fn push(&mut self, span: Span, tag: Option<Box<str>>, kind: Kind<'a>) -> usize {
        let index = self.nodes.len();
        self.nodes.push(Node {
            span,
            tag,
            kind,
            end: index + 1,
        });
        index
    }

    /// Makes everything after a list or mapping a part of it.
    pub fn close(&mut self, index: usize) {
        self.nodes[index].end = self.nodes.len();
    }

    /// The number of values.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The values that a list or mapping holds, with all that is in them.
    pub fn inside(&self, index: usize) -> Range<usize> {
        index + 1..self.nodes[index].end
    }

    /// The node after one and all in it.
    pub fn after(&self, index: usize) -> usize {
        self.nodes[index].end
    }

    /// The elements of a list, or the keys and values of a mapping in turn.
    pub fn children(&self, index: usize) -> impl Iterator<Item = usize> + '_ {
        let mut rest = self.inside(index);
        std::iter::from_fn(move || {
            let child = rest.next()?;
            rest.start = self.after(child);
            Some(child)
        })
    }

    /// The keys of a mapping with their values.
    pub fn entries(&self, index: usize) -> impl Iterator<Item = (usize, usize)> + '_ {
        self.children(index)
            .step_by(2)
            .map(|key| (key, self.after(key)))
    }

    /// The node that an alias refers to, or the node itself.
    pub fn resolved(&self, index: usize) -> usize {
        match self.nodes[index].kind {
            Kind::Alias(target) => target,
            _ => index,
        }
    }

    /// The places of the aliases, each with the place of the value that it names.
    pub fn aliases(&self) -> impl Iterator<Item = (Span, Span)> {
        self.nodes.iter().filter_map(|node| match node.kind {
            Kind::Alias(target) => Some((node.span, self.nodes[target].span)),
            _ => None,
        })
    }

    /// The scalars, in the order of the text.
    pub fn scalars(&self) -> impl Iterator<Item = (Span, &str, bool)> {
        self.nodes.iter().filter_map(|node| match &node.kind {
            Kind::Scalar { text, is_plain } => Some((node.span, text.as_ref(), *is_plain)),
            _ => None,
        })
    }

    /// The first key that a mapping has twice.
    pub fn repetition(&self) -> Option<Repetition> {
        let mappings =
            (0..self.nodes.len()).filter(|&index| matches!(self.nodes[index].kind, Kind::Mapping));
        let repeated = mappings.filter_map(|mapping| {
            let mut known = HashMap::new();
            self.children(mapping).step_by(2).find_map(|key| {
                let Kind::Scalar { text, .. } = &self.nodes[key].kind else {
                    return None;
                };
                let span = self.nodes[key].span;
                let first = known.insert(text, span)?;
                Some(Repetition {
                    name: text.to_string(),
                    first,
                    second: span,
                })
            })
        });
        repeated.min_by_key(|repetition| repetition.second)
    }
}

impl Node<'_> {
    /// The place of the words alone, without quotes; the whole value if the file spells them in another way.
    pub fn words(&self, file: &str) -> Span {
        let Kind::Scalar { text, is_plain } = &self.kind else {
            return self.span;
        };
        // Before the words there can be an anchor and a tag; nothing but a quote is after them.
        let end = self.span.range().end - usize::from(!is_plain);
        let words = Span::new(end.saturating_sub(text.len()), end);
        if file.get(words.range()) == Some(text) {
            words
        } else {
            self.span
        }
    }
}

/// A tree under construction, from events in the order of the text.
struct Builder<'a> {
    events: Parser<'a, StrInput<'a>>,
    offsets: Offsets<'a>,
    base: usize,
    tree: Tree<'a>,
    /// The lists and mappings that are open.
    open: Vec<usize>,
    /// The nodes that aliases can name, keyed by the number of their anchor.
    anchors: HashMap<usize, usize>,
}

impl<'a> Builder<'a> {
    fn new(yaml: &'a str, base: usize) -> Self {
        Self {
            events: Parser::new_from_str(yaml),
            offsets: Offsets::new(yaml),
            base,
            tree: Tree {
                nodes: Vec::with_capacity(32),
            },
            open: Vec::new(),
            anchors: HashMap::new(),
        }
    }

    /// Reads the only document. The error is the place of a value that lies too deep, or `None` if the text is not YAML.
    fn document(&mut self) -> Result<(), Option<Span>> {
        let mut documents = 0;
        loop {
            let (event, place) = self.events.next_event().ok_or(None)?.map_err(|_| None)?;
            let span = self.offsets.span(place);
            match event {
                Event::Nothing | Event::StreamStart | Event::DocumentEnd => {}
                Event::DocumentStart(_) if documents == 0 => documents += 1,
                Event::DocumentStart(_) => return Err(None),
                Event::StreamEnd => return Ok(()),
                Event::Alias(anchor) => {
                    let target = *self.anchors.get(&anchor).ok_or(None)?;
                    self.add(span, 0, None, Kind::Alias(target));
                }
                Event::Scalar(text, style, anchor, tag) => {
                    self.add(
                        span,
                        anchor,
                        tag,
                        Kind::Scalar {
                            text,
                            is_plain: style == ScalarStyle::Plain,
                        },
                    );
                }
                Event::SequenceStart(anchor, tag) => self.start(span, anchor, tag, Kind::List)?,
                Event::MappingStart(anchor, tag) => self.start(span, anchor, tag, Kind::Mapping)?,
                Event::SequenceEnd | Event::MappingEnd => self.finish(span.end),
            }
        }
    }

    fn add(&mut self, span: Span, anchor: usize, tag: Option<Cow<'_, Tag>>, kind: Kind<'a>) {
        let tag = tag.map(|tag| [tag.handle.as_str(), tag.suffix.as_str()].concat().into());
        let span = Span {
            end: self.trimmed(span.start, span.end),
            ..span
        }
        .shifted(self.base);
        let index = self.tree.push(span, tag, kind);
        if anchor > 0 {
            self.anchors.insert(anchor, index);
        }
    }

    fn start(
        &mut self,
        span: Span,
        anchor: usize,
        tag: Option<Cow<'_, Tag>>,
        kind: Kind<'a>,
    ) -> Result<(), Option<Span>> {
        if self.open.len() == DEEPEST {
            return Err(Some(span.shifted(self.base)));
        }
        self.open.push(self.tree.nodes.len());
        self.add(span, anchor, tag, kind);
        Ok(())
    }

    fn finish(&mut self, end: u32) {
        let Some(node) = self.open.pop() else { return };
        let start = self.tree.nodes[node].span.start - offset(self.base);
        self.tree.nodes[node].span.end = self.trimmed(start, end) + offset(self.base);
        self.tree.close(node);
    }

    /// The end of a value without the white space after it: a block mapping ends where the next key starts.
    fn trimmed(&self, start: u32, end: u32) -> u32 {
        let text = self
            .offsets
            .text
            .get(start as usize..end as usize)
            .unwrap_or_default();
        start + offset(text.trim_end().len())
    }
}

/// Makes byte offsets of the places of the parser, which counts characters.
struct Offsets<'a> {
    text: &'a str,
    is_ascii: bool,
    /// The last place: in characters, and in bytes.
    last: (usize, usize),
}

impl<'a> Offsets<'a> {
    fn new(text: &'a str) -> Self {
        Self {
            text,
            is_ascii: text.is_ascii(),
            last: (0, 0),
        }
    }

    fn span(&mut self, place: saphyr_parser::Span) -> Span {
        let start = self.byte(place.start.index());
        // The next place is after this start, and may be before this end.
        let last = self.last;
        let end = self.byte(place.end.index());
        self.last = last;
        Span::new(start, end.max(start))
    }

    fn byte(&mut self, index: usize) -> usize {
        if self.is_ascii {
            return index.min(self.text.len());
        }
        let (known, at) = self.last;
        let at = match index.checked_sub(known) {
            Some(more) => self.text[at..]
                .char_indices()
                .nth(more)
                .map_or(self.text.len(), |(more, _)| at + more),
            None => self.text[..at]
                .char_indices()
                .nth_back(known - index - 1)
                .map_or(0, |(at, _)| at),
        };
        self.last = (index, at);
        at
    }
}
