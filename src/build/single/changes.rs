//! What turns a text into a similar one: the same story with some of its parts marked, or with a sentence before it.

use std::collections::BTreeMap;
use std::ops::Range;

use super::writer::{Element, Written};
use crate::words::markup;

/// Elements that are compared only as a whole: a browser reads their content in a way of its own.
const WHOLE: [&str; 6] = ["math", "pre", "select", "svg", "table", "textarea"];

/// Elements that a browser reads only in their parents.
const BOUND: [&str; 4] = ["caption", "optgroup", "option", "legend"];

/// Attributes whose values are the same on any page.
const PLAIN: [&str; 6] = ["aria-current", "class", "hidden", "open", "style", "title"];

/// The most pairs of children that are compared.
const MOST_PAIRS: usize = 4096;

/// What one change takes in the file, in bytes, with the number of its element.
const CHANGE: usize = 24;

/// A change of one element of the other text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The index of the element on its page.
    pub at: usize,
    pub kind: ChangeKind,
}

/// What is changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ChangeKind {
    /// The element is not in this text.
    Without,
    /// An attribute of the element has this value; `None` if it has no such attribute.
    Attribute(String, Option<String>),
    /// An element of this text is there instead.
    Instead(usize),
    /// An element of this text is before it.
    Before(usize),
    /// An element of this text is in it, as the last one.
    Last(usize),
}

/// The changes from one text to another.
#[derive(Debug, Default)]
pub struct Changes {
    /// In the order in which they are made.
    pub all: Vec<Change>,
    /// About how many bytes they take in the file.
    pub cost: usize,
}

impl Changes {
    /// The changes that turn the content of an element into that of another one; `None` if they have too little in common.
    pub fn between(new: (&Written, usize), old: (&Written, usize)) -> Option<Self> {
        let mut comparison = Comparison {
            new: new.0,
            old: old.0,
            found: Self::default(),
        };
        comparison.content(new.1, old.1).then_some(comparison.found)
    }

    /// The elements of this text that are not in the other one.
    pub fn placed(&self) -> impl Iterator<Item = usize> {
        self.all.iter().filter_map(|change| match change.kind {
            ChangeKind::Instead(new) | ChangeKind::Before(new) | ChangeKind::Last(new) => Some(new),
            ChangeKind::Without | ChangeKind::Attribute(..) => None,
        })
    }
}

/// The comparison of two texts.
struct Comparison<'a> {
    new: &'a Written,
    old: &'a Written,
    found: Changes,
}

/// A step through the children of two elements.
enum Step {
    Both(usize, usize),
    New(usize),
    Old(usize),
}

impl Comparison<'_> {
    /// Whether the content of an element can be made of that of another one.
    fn content(&mut self, new: usize, old: usize) -> bool {
        let (new_element, old_element) = (&self.new.elements[new], &self.old.elements[old]);
        if self.new.html[new_element.inner.clone()] == self.old.html[old_element.inner.clone()] {
            return true;
        }
        if WHOLE.contains(&new_element.name.as_str()) {
            return false;
        }
        let (news, olds) = (children(self.new, new), children(self.old, old));
        let gaps = gaps(self.new, new, &news);
        let old_gaps = self::gaps(self.old, old, &olds);
        let has_text = |gaps: &[&str]| gaps.iter().any(|gap| !gap.trim().is_empty());
        if has_text(&gaps) || has_text(&old_gaps) {
            return gaps == old_gaps
                && news
                    .iter()
                    .zip(&olds)
                    .all(|(&new, &old)| self.element(new, old));
        }
        let Some(steps) = self.steps(&news, &olds) else {
            return false;
        };
        self.children(&steps, &olds, old)
    }

    fn children(&mut self, steps: &[Step], olds: &[usize], old_parent: usize) -> bool {
        let mut rest = olds.iter().copied().peekable();
        for step in steps {
            let is_possible = match *step {
                Step::Both(new, old) => {
                    rest.next();
                    self.element(new, old)
                }
                Step::New(new) => match rest.peek() {
                    Some(&old) => self.place(old, ChangeKind::Before(new), new),
                    None => self.place(old_parent, ChangeKind::Last(new), new),
                },
                Step::Old(old) => {
                    rest.next();
                    self.change(old, ChangeKind::Without, 0);
                    true
                }
            };
            if !is_possible {
                return false;
            }
        }
        true
    }

    /// Whether an element can be made of another one, or put in its place.
    fn element(&mut self, new: usize, old: usize) -> bool {
        let (count, cost) = (self.found.all.len(), self.found.cost);
        let length = whole(&self.new.elements[new]).len();
        let is_similar = self.attributes(new, old) && self.content(new, old);
        if is_similar && self.found.cost - cost <= length {
            return true;
        }
        self.found.all.truncate(count);
        self.found.cost = cost;
        self.place(old, ChangeKind::Instead(new), new)
    }

    fn place(&mut self, old: usize, kind: ChangeKind, new: usize) -> bool {
        let element = &self.new.elements[new];
        let is_bound = BOUND.contains(&element.name.as_str());
        if !is_bound {
            self.change(old, kind, whole(element).len());
        }
        !is_bound
    }

    fn change(&mut self, at: usize, kind: ChangeKind, length: usize) {
        self.found.all.push(Change { at, kind });
        self.found.cost += CHANGE + length;
    }

    /// Whether an element can get the attributes of another one.
    fn attributes(&mut self, new: usize, old: usize) -> bool {
        let (new_tag, old_tag) = (tag(self.new, new), tag(self.old, old));
        if new_tag == old_tag {
            return true;
        }
        let Some(((name, new), (old_name, old_values))) =
            attributes(new_tag).zip(attributes(old_tag))
        else {
            return false;
        };
        let differing: Vec<&String> = new
            .keys()
            .chain(old_values.keys().filter(|name| !new.contains_key(*name)))
            .filter(|name| new.get(*name) != old_values.get(*name))
            .collect();
        // Other values may be addresses, which are different on each page.
        let is_plain = |name: &&String| {
            PLAIN.contains(&name.as_str()) || (*name == "id" && !new.contains_key("id"))
        };
        if name != old_name || !differing.iter().all(is_plain) {
            return false;
        }
        for name in differing {
            let value = new.get(name).cloned();
            let length = name.len() + value.as_ref().map_or(0, String::len);
            self.change(old, ChangeKind::Attribute(name.clone(), value), length);
        }
        true
    }

    /// How the children of two elements belong together: those that are equal, then those of the same kind, in their order.
    fn steps(&self, news: &[usize], olds: &[usize]) -> Option<Vec<Step>> {
        if news.len() * olds.len() > MOST_PAIRS {
            return None;
        }
        let width = olds.len() + 1;
        let mut best = vec![0_u32; (news.len() + 1) * width];
        for (row, &new) in news.iter().enumerate().rev() {
            for (column, &old) in olds.iter().enumerate().rev() {
                let here = row * width + column;
                let alike = self.likeness(new, old);
                let both = if alike > 0 {
                    alike + best[here + width + 1]
                } else {
                    0
                };
                best[here] = both.max(best[here + 1]).max(best[here + width]);
            }
        }
        let (mut row, mut column) = (0, 0);
        let mut steps = Vec::with_capacity(news.len() + olds.len());
        while row < news.len() || column < olds.len() {
            let here = row * width + column;
            if column == olds.len() || (row < news.len() && best[here] == best[here + width]) {
                steps.push(Step::New(news[row]));
                row += 1;
            } else if row == news.len() || best[here] == best[here + 1] {
                steps.push(Step::Old(olds[column]));
                column += 1;
            } else {
                steps.push(Step::Both(news[row], olds[column]));
                (row, column) = (row + 1, column + 1);
            }
        }
        Some(steps)
    }

    fn likeness(&self, new: usize, old: usize) -> u32 {
        let (new_element, old_element) = (&self.new.elements[new], &self.old.elements[old]);
        let new_text = &self.new.html[new_element.inner.clone()];
        let old_text = &self.old.html[old_element.inner.clone()];
        if new_element.name != old_element.name {
            0
        } else if new_text == old_text {
            2 + u32::from(tag(self.new, new) == tag(self.old, old))
        } else {
            u32::from(Kind::of(self.new, new).is_like(&Kind::of(self.old, old)))
        }
    }
}

/// What elements of two pages have in common that may have a similar content.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Kind<'w> {
    name: &'w str,
    first_class: Option<String>,
    part: Option<&'w str>,
}

impl<'w> Kind<'w> {
    /// The kind of an element.
    pub fn of(written: &'w Written, index: usize) -> Self {
        let class = attributes(tag(written, index)).and_then(|(_, values)| {
            let classes = values.get("class")?;
            classes.split_ascii_whitespace().next().map(str::to_owned)
        });
        Self {
            name: &written.elements[index].name,
            first_class: class,
            part: written.part_at(index),
        }
    }

    fn is_like(&self, other: &Self) -> bool {
        (self.name, &self.first_class) == (other.name, &other.first_class)
    }
}

/// The children of an element.
fn children(written: &Written, index: usize) -> Vec<usize> {
    let end = written.elements[index].next;
    let next = |&child: &usize| Some(written.elements[child].next).filter(|&next| next < end);
    std::iter::successors(Some(index + 1).filter(|&first| first < end), next).collect()
}

/// What is before, between and after the children of an element.
fn gaps<'w>(written: &'w Written, index: usize, children: &[usize]) -> Vec<&'w str> {
    let inner = &written.elements[index].inner;
    let ranges = children
        .iter()
        .map(|&child| whole(&written.elements[child]));
    let starts = std::iter::once(inner.start).chain(ranges.clone().map(|range| range.end));
    let ends = ranges.map(|range| range.start).chain([inner.end]);
    starts
        .zip(ends)
        .map(|(start, end)| &written.html[start..end])
        .collect()
}

/// An element with its tags.
pub fn whole(element: &Element) -> Range<usize> {
    element.start..element.end
}

/// The tag of an element without its `>`.
fn tag(written: &Written, index: usize) -> &str {
    let element = &written.elements[index];
    &written.html[element.start..element.tag_end]
}

/// The name in a tag, and its attributes, as they are written.
fn attributes(tag: &str) -> Option<(String, BTreeMap<String, String>)> {
    let closed = format!("{tag}>");
    let (markup::Kind::Open(tag), _) = markup::tag_at(&closed)? else {
        return None;
    };
    let values = tag
        .attributes()
        .map(|attribute| (attribute.name.to_owned(), attribute.value.to_owned()));
    Some((tag.lower_name().into_owned(), values.collect()))
}
