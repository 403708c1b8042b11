//! The nodes of a body in their order, and the walks over them.
//!
//! A list of nodes is balanced: every start has its end, and knows how far it is. So a walk over the children of a node, or past one
//! that is skipped, takes one step for each, whatever they hold.

use std::ops::{Deref, Range};

use super::{CalloutKind, Event, Tag};
use crate::source::{Span, offset};

/// An event, and the part of the file that it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// What it is.
    pub event: Event,
    /// Where its author wrote it; a start and its end both have the span of the whole.
    pub span: Span,
    /// How many nodes after a start its end comes; 0 for all others. A slice of whole nodes keeps it right. [`Nodes`] sets it.
    extent: u32,
}

/// A site holds the nodes of all its bodies.
const _: () = assert!(size_of::<Node>() == 24);

impl Node {
    /// A node on its own.
    pub fn new(event: Event, span: Span) -> Self {
        Self {
            event,
            span,
            extent: 0,
        }
    }
}

/// Balanced nodes, each start with the distance to its end.
#[derive(Debug, Clone, Default)]
pub struct Nodes(Vec<Node>);

impl Nodes {
    /// Finds the end of each start. A start without one goes on to the end of the list.
    pub(super) fn new(mut nodes: Vec<Node>) -> Self {
        let mut open: Vec<usize> = Vec::new();
        for index in 0..nodes.len() {
            match nodes[index].event {
                Event::Start(_) => open.push(index),
                Event::End(_) => {
                    if let Some(start) = open.pop() {
                        nodes[start].extent = offset(index - start);
                    }
                }
                _ => nodes[index].extent = 0,
            }
        }
        let last = nodes.len().saturating_sub(1);
        for start in open {
            nodes[start].extent = offset(last - start);
        }
        Self(nodes)
    }
}

impl Deref for Nodes {
    type Target = [Node];

    fn deref(&self) -> &[Node] {
        &self.0
    }
}

/// A node with all that it holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// What it is: a start, or something that holds nothing.
    pub event: Event,
    /// Where its author wrote it.
    pub span: Span,
    /// Its nodes, from its start to after its end.
    pub nodes: Range<usize>,
}

impl Child {
    /// The nodes between its start and its end.
    pub fn inner(&self) -> Range<usize> {
        let start = self.nodes.start + 1;
        start..(self.nodes.end - 1).max(start)
    }
}

/// The nodes at the top of a balanced range, in their order; each is one step, whatever it holds.
pub fn children(nodes: &[Node], range: Range<usize>) -> impl Iterator<Item = Child> + '_ {
    let mut next = range.start;
    std::iter::from_fn(move || {
        let node = nodes[..range.end].get(next)?;
        let start = next;
        next = (start + node.extent as usize + 1).min(range.end);
        Some(Child {
            event: node.event,
            span: node.span,
            nodes: start..next,
        })
    })
}

/// What a walk passes over, with all that it holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Skip {
    /// Blocks of code; code inside a line stays.
    CodeBlocks,
    /// Remarks of reviewers and private notes.
    Private,
    /// The texts of footnotes.
    Footnotes,
    /// HTML on lines of its own.
    HtmlBlocks,
    /// Images with the words for those who cannot see them.
    Images,
}

impl Skip {
    /// What skips a tag, if anything can.
    fn of(tag: Tag) -> Option<Self> {
        match tag {
            Tag::CodeBlock(_) => Some(Self::CodeBlocks),
            Tag::Callout(CalloutKind::Question | CalloutKind::Answered | CalloutKind::Private) => {
                Some(Self::Private)
            }
            Tag::Footnote(_) => Some(Self::Footnotes),
            Tag::HtmlBlock => Some(Self::HtmlBlocks),
            Tag::Image(_) => Some(Self::Images),
            _ => None,
        }
    }
}

/// A step of a walk.
#[derive(Debug, Clone, Copy)]
pub enum Step {
    /// A node, starts and ends among them.
    Node(usize, Node),
    /// A skipped range, with its start and its tag.
    Skipped(usize, Tag),
}

/// All nodes of a balanced range in their order, without the skipped ranges.
pub fn walk<'n>(
    nodes: &'n [Node],
    range: Range<usize>,
    skip: &'n [Skip],
) -> impl Iterator<Item = Step> + 'n {
    let mut next = range.start;
    std::iter::from_fn(move || {
        let index = next;
        let node = *nodes[..range.end].get(index)?;
        next += 1;
        match node.event {
            Event::Start(tag) if Skip::of(tag).is_some_and(|kind| skip.contains(&kind)) => {
                next += node.extent as usize;
                Some(Step::Skipped(index, tag))
            }
            _ => Some(Step::Node(index, node)),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nodes(events: &[Event]) -> Nodes {
        Nodes::new(
            events
                .iter()
                .map(|&event| Node::new(event, Span::default()))
                .collect(),
        )
    }

    #[test]
    fn children_are_one_step_each() {
        let (start, end) = (Event::Start(Tag::Item), Event::End(Tag::Item));
        let nodes = nodes(&[start, start, Event::Rule, end, end, Event::Rule]);
        let of = |range| {
            children(&nodes, range)
                .map(|child| (child.nodes.start, child.nodes.end))
                .collect::<Vec<_>>()
        };
        assert_eq!(of(0..6), [(0, 5), (5, 6)]);
        assert_eq!(of(1..4), [(1, 4)]);
        assert!(of(2..2).is_empty());
        // A slice of whole nodes is walked like the list.
        assert_eq!(
            children(&nodes[1..4], 0..3)
                .map(|child| child.inner().len())
                .collect::<Vec<_>>(),
            [1]
        );
    }

    #[test]
    fn a_walk_passes_over_what_it_skips() {
        let (start, end) = (
            Event::Start(Tag::Callout(CalloutKind::Private)),
            Event::End(Tag::Callout(CalloutKind::Private)),
        );
        let nodes = nodes(&[Event::Rule, start, Event::Rule, end, Event::SoftBreak]);
        let of = |skip| {
            walk(&nodes, 0..5, skip)
                .map(|step| {
                    if let Step::Node(index, _) = step {
                        index
                    } else {
                        9
                    }
                })
                .collect::<Vec<_>>()
        };
        assert_eq!(of(&[]), [0, 1, 2, 3, 4]);
        assert_eq!(of(&[Skip::Private]), [0, 9, 4]);
    }
}
