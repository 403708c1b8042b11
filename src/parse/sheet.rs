//! What the questions of a sheet say of themselves: hashtags at the ends of their headings, and other wordings below them.

use std::collections::HashSet;

use super::answers::opens_answer;
use crate::markdown::{Body, Child, Event, Heading, HeadingId, Node, Tag, is_inline};
use crate::slug::Slug;
use crate::source::Span;

/// The words before other wordings: `also: your worst misstep; a failure`.
const ALSO: [&str; 2] = ["also:", "auch:"];

/// The level of the headings of questions below a title.
const QUESTION: u8 = 2;

/// The deepest level of a heading.
const DEEPEST: u8 = 6;

/// Moves the headings of answers that are beside their questions below them, with the headings below these answers.
pub fn lower_answers(body: &mut Body) {
    let headings: Vec<HeadingId> = body
        .children(0..body.nodes.len())
        .filter_map(|block| match block.event {
            Event::Start(Tag::Heading(heading)) => Some(heading),
            _ => None,
        })
        .collect();
    let (mut has_question, mut is_in_answer) = (false, false);
    for id in headings {
        let heading = &mut body.headings[id];
        if heading.level <= QUESTION {
            let is_question = heading.level == QUESTION;
            let is_answer = is_question && opens_answer(&heading.text);
            is_in_answer = has_question && is_answer && !heading.is_private;
            has_question = is_in_answer || is_question && !is_answer;
        }
        if is_in_answer {
            heading.level = (heading.level + 1).min(DEEPEST);
        }
    }
}

/// Takes the hashtags and the other wordings of the questions out of the text of a sheet, and keeps them with the headings.
pub fn shape(body: &mut Body) {
    let Some(level) = question_level(body) else {
        return;
    };
    let mut shaper = Shaper {
        ids: body
            .headings
            .iter()
            .map(|heading| heading.id.clone())
            .collect(),
        read: HashSet::new(),
        new: Vec::with_capacity(body.nodes.len()),
        body,
    };
    shaper.blocks(level);
    let Shaper { read, new, .. } = shaper;
    body.unread_tags.retain(|tag| !read.contains(&tag.span));
    body.set_nodes(new);
}

/// The level of the headings that are questions: the second, or the first if there are no others.
fn question_level(body: &Body) -> Option<u8> {
    let level = |child: Child| match child.event {
        Event::Start(Tag::Heading(heading)) => Some(body.headings[heading].level),
        _ => None,
    };
    body.children(0..body.nodes.len())
        .filter_map(level)
        .filter(|&level| level <= 2)
        .max()
}

struct Shaper<'a> {
    body: &'a mut Body,
    /// The ids of all headings.
    ids: HashSet<String>,
    /// The places of the hashtags that were read.
    read: HashSet<Span>,
    new: Vec<Node>,
}

impl Shaper<'_> {
    fn blocks(&mut self, level: u8) {
        let blocks: Vec<Child> = self.body.children(0..self.body.nodes.len()).collect();
        // The question right above a block.
        let mut question: Option<HeadingId> = None;
        for block in blocks {
            match (block.event, question) {
                (Event::Start(Tag::Heading(heading)), _)
                    if self.body.headings[heading].level == level =>
                {
                    self.question(heading, &block);
                    question = Some(heading);
                    continue;
                }
                (Event::Start(Tag::Paragraph), Some(heading)) => self.paragraph(heading, &block),
                (Event::Start(Tag::BulletList), Some(heading)) => self.list(heading, &block),
                _ => self.keep(&block),
            }
            question = None;
        }
    }

    fn keep(&mut self, block: &Child) {
        self.new
            .extend_from_slice(&self.body.nodes[block.nodes.clone()]);
    }

    /// Adds the heading of a question without the hashtags at its end.
    fn question(&mut self, id: HeadingId, block: &Child) {
        let nodes = &self.body.nodes[block.nodes.clone()];
        let (mut words, end) = (nodes[..nodes.len() - 1].to_vec(), nodes[nodes.len() - 1]);
        let tags = self.body.take_hashtags(&mut words);
        if !tags.is_empty() {
            self.read.extend(tags.iter().map(|&(_, span)| span));
            let text = self.body.plain_of_line(&words[1..]);
            self.rename(id, text);
            self.body.headings[id].tags = tags;
        }
        self.new.extend(words);
        self.new.push(end);
    }

    /// Gives a heading other words, and their id if no other heading has it.
    fn rename(&mut self, id: HeadingId, text: String) {
        let wanted = Slug::of(&text).to_string();
        let heading: &mut Heading = &mut self.body.headings[id];
        if !heading.has_own_id && !wanted.is_empty() && self.ids.insert(wanted.clone()) {
            self.ids.remove(&heading.id);
            heading.id = wanted;
        }
        heading.text = text;
    }

    /// Adds a paragraph right below a question, without its first line if that has other wordings.
    fn paragraph(&mut self, question: HeadingId, block: &Child) {
        let nodes = self.body.nodes[block.nodes.clone()].to_vec();
        let inner = &nodes[1..nodes.len() - 1];
        let line = inner.iter().position(is_break).unwrap_or(inner.len());
        if !self.take_aliases(question, &inner[..line]) {
            return self.keep(block);
        }
        if let Some(rest) = inner.get(line + 1..).filter(|rest| !rest.is_empty()) {
            self.new.push(nodes[0]);
            self.new.extend_from_slice(rest);
            self.new.push(nodes[nodes.len() - 1]);
        }
    }

    /// Adds a list right below a question, without the items that have other wordings.
    fn list(&mut self, question: HeadingId, block: &Child) {
        let items: Vec<Child> = self.body.children(block.inner()).collect();
        let mut kept: Vec<Child> = Vec::with_capacity(items.len());
        for item in items {
            let words = without_paragraphs(&self.body.nodes[item.inner()]);
            if !self.take_aliases(question, &words) {
                kept.push(item);
            }
        }
        if !kept.is_empty() {
            self.new.push(self.body.nodes[block.nodes.start]);
            kept.iter().for_each(|item| self.keep(item));
            self.new.push(self.body.nodes[block.nodes.end - 1]);
        }
    }

    /// Keeps the wordings in a line of words with the question; `false` if the line has no wordings.
    fn take_aliases(&mut self, question: HeadingId, line: &[Node]) -> bool {
        let is_line = line.iter().all(|node| match node.event {
            Event::Start(tag) | Event::End(tag) => is_inline(tag),
            _ => true,
        });
        let words = self.body.plain_of_line(line);
        let after = |also: &str| {
            let (start, wordings) = words.split_at_checked(also.len())?;
            start.eq_ignore_ascii_case(also).then_some(wordings)
        };
        let Some(wordings) = ALSO.into_iter().find_map(after).filter(|_| is_line) else {
            return false;
        };
        let wordings = wordings.split(';').map(str::trim);
        let wordings = wordings.filter(|wording| !wording.is_empty());
        let aliases = &mut self.body.headings[question].aliases;
        aliases.extend(wordings.map(str::to_owned));
        true
    }
}

/// The nodes of an item, whose words can be in a paragraph or not.
fn without_paragraphs(nodes: &[Node]) -> Vec<Node> {
    let is_edge = |node: &&Node| {
        matches!(
            node.event,
            Event::Start(Tag::Paragraph) | Event::End(Tag::Paragraph)
        )
    };
    nodes
        .iter()
        .filter(|node| !is_edge(node))
        .copied()
        .collect()
}

fn is_break(node: &Node) -> bool {
    matches!(node.event, Event::SoftBreak | Event::HardBreak)
}
