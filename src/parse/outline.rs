//! The outline of a body: the heading that is its title, the level of its sections, and labels in the place of headings.

use std::collections::{BTreeMap, BTreeSet};

use super::headings::Names;
use super::{Place, PrivateHeading};
use crate::markdown::{Body, Child, Event, Heading, HeadingId, Node, Tag, children, is_inline};
use crate::model::{Kind, Meta};
use crate::source::{Span, Spanned, offset};

/// The level of the headings that open sections.
const SECTION: u8 = 2;

/// The titles that the headings of a file give, for files without a title in front matter.
#[derive(Debug, PartialEq, Eq)]
pub struct Titles {
    /// The first heading that is a title.
    pub heading: Option<Spanned<String>>,
    /// The only heading, if it asks a question. The whole file is then about this question.
    pub question: Option<Spanned<String>>,
}

impl Titles {
    /// The titles of a body at a place in the site.
    pub fn of(body: &Body, place: &Place) -> Self {
        let headings = top_headings(body);
        if matches!(place, Place::Document(Kind::Question, _)) {
            Self {
                heading: title_of_sheet(body, &headings),
                question: only_question(body, &headings),
            }
        } else {
            Self {
                heading: title_of_page(body, &headings),
                question: None,
            }
        }
        .without_names(Names::in_place(place))
    }

    /// Drops a heading that names a part of the document, or is too general for a title.
    fn without_names(self, names: Option<Names>) -> Self {
        let is_name = |text: &str| names.is_some_and(|names| names.know(text)) || is_generic(text);
        Self {
            heading: self.heading.filter(|heading| !is_name(&heading.value)),
            ..self
        }
    }
}

/// The first heading of a sheet, if it has the first level and is above others.
fn title_of_sheet(body: &Body, headings: &[(usize, HeadingId)]) -> Option<Spanned<String>> {
    let (&(index, first), others) = headings.split_first()?;
    let first = &body.headings[first];
    let is_title = first.level == 1
        && others
            .iter()
            .any(|&(_, other)| body.headings[other].level > 1);
    (is_title && can_be_title(first)).then(|| at(body, index, first))
}

/// The first heading of a page, if it has the first level, or if it is the start of the body and above or beside all others.
fn title_of_page(body: &Body, headings: &[(usize, HeadingId)]) -> Option<Spanned<String>> {
    let (&(index, first), others) = headings.split_first()?;
    let first = &body.headings[first];
    let is_title = first.level == 1
        || body.is_blank(0..index)
            && others
                .iter()
                .all(|&(_, other)| body.headings[other].level >= first.level);
    (is_title && can_be_title(first)).then(|| at(body, index, first))
}

fn only_question(body: &Body, headings: &[(usize, HeadingId)]) -> Option<Spanned<String>> {
    let &[(index, only)] = headings else {
        return None;
    };
    let only = &body.headings[only];
    let is_question = only.level == 1 && !only.is_private && asks(&only.text);
    is_question.then(|| at(body, index, only))
}

fn can_be_title(heading: &Heading) -> bool {
    !heading.is_private && !heading.text.is_empty()
}

/// The words of the heading that starts at a node.
fn at(body: &Body, index: usize, heading: &Heading) -> Spanned<String> {
    Spanned {
        value: heading.text.clone(),
        span: body.nodes[index].span,
    }
}

/// Gives a body the outline of its kind: no heading that repeats the title, sections at one level, and headings instead of
/// labels.
pub fn shape(body: &mut Body, meta: &Meta) {
    drop_title(body, meta);
    let names = Names::of(meta);
    if names.is_some() || meta.is_list_of_questions() {
        lift_sections(body, names);
    }
    if let Some(names) = names {
        open_labels(body, names);
    }
}

/// The headings outside of quotes, items and the like, each with the node at which it starts.
fn top_headings(body: &Body) -> Vec<(usize, HeadingId)> {
    let heading = |child: Child| match child.event {
        Event::Start(Tag::Heading(heading)) => Some((child.nodes.start, heading)),
        _ => None,
    };
    body.children(0..body.nodes.len())
        .filter_map(heading)
        .collect()
}

/// Takes out the first heading if it repeats the title. The text under it stays.
fn drop_title(body: &mut Body, meta: &Meta) {
    let Some(&(start, id)) = top_headings(body).first() else {
        return;
    };
    let heading = &body.headings[id];
    let says_title = !heading.text.is_empty()
        && heading.text.to_lowercase() == meta.title().trim().to_lowercase();
    if says_title && !heading.is_private && (heading.level == 1 || body.is_blank(0..start)) {
        body.remove_heading(id);
    }
}

/// Lifts the headings of the sections to their level if an author has put them deeper: all of them below the title, or the known
/// ones below other headings.
///
/// Below a private heading nothing is lifted: a lifted heading would no longer be hidden.
fn lift_sections(body: &mut Body, names: Option<Names>) {
    let lift = lift(body, names);
    if lift == 0 {
        return;
    }
    for heading in body
        .headings
        .iter_mut()
        .filter(|heading| heading.level > SECTION)
    {
        heading.level = (heading.level - lift).max(SECTION);
    }
}

/// The number of levels by which the sections are too deep.
fn lift(body: &Body, names: Option<Names>) -> u8 {
    let headings: Vec<&Heading> = top_headings(body)
        .into_iter()
        .map(|(_, heading)| &body.headings[heading])
        .collect();
    let is_known = |heading: &&Heading| names.is_some_and(|names| names.know(&heading.text));
    let Some(highest) = headings.iter().map(|heading| heading.level).min() else {
        return 0;
    };
    if highest > SECTION {
        return highest - SECTION;
    }
    let highest_known = headings
        .iter()
        .filter(|heading| is_known(heading))
        .map(|heading| heading.level)
        .min();
    let has_private = headings.iter().any(|heading| heading.is_private);
    u8::from(highest_known == Some(SECTION + 1) && !has_private)
}

/// Makes headings of labels, as in `**Situation:** it was late`, if no heading names a part.
fn open_labels(body: &mut Body, names: Names) {
    let has_known_heading = top_headings(body)
        .iter()
        .any(|&(_, heading)| names.know(&body.headings[heading].text));
    let is_bold = |node: &Node| node.event == Event::Start(Tag::Strong);
    if has_known_heading || !body.nodes.iter().any(is_bold) {
        return;
    }
    let old = std::mem::take(&mut body.nodes);
    let mut labels = Labels {
        ids: body
            .headings
            .iter()
            .map(|heading| heading.id.clone())
            .collect(),
        letters: Letters::of(body, &old),
        body,
        names,
        suffixes: BTreeMap::new(),
        new: Vec::with_capacity(old.len()),
    };
    labels.blocks(&old);
    let new = labels.new;
    body.set_nodes(new);
}

/// Whether single bold letters are labels: only if there are three or more, and none is the `Q` of questions and answers.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Letters {
    AreLabels,
    AreText,
}

impl Letters {
    fn of(body: &Body, nodes: &[Node]) -> Self {
        let strong = nodes
            .windows(2)
            .filter(|pair| pair[0].event == Event::Start(Tag::Strong));
        let letters: BTreeSet<char> = strong
            .filter_map(|pair| match pair[1].event {
                Event::Text(text) => {
                    let mut letters = body
                        .str(text)
                        .trim_matches(|edge: char| !edge.is_alphanumeric())
                        .chars();
                    letters.next().filter(|_| letters.next().is_none())
                }
                _ => None,
            })
            .flat_map(char::to_lowercase)
            .collect();
        if letters.len() >= 3 && !letters.contains(&'q') {
            Self::AreLabels
        } else {
            Self::AreText
        }
    }
}

/// A label at the start of a line.
struct Label {
    name: String,
    is_private: bool,
    /// The number of bytes after the bold words that belong to the label.
    cut: usize,
}

/// Makes headings of labels, block by block.
struct Labels<'a> {
    body: &'a mut Body,
    names: Names,
    letters: Letters,
    ids: BTreeSet<String>,
    /// The next number for an id that is taken.
    suffixes: BTreeMap<String, usize>,
    new: Vec<Node>,
}

impl Labels<'_> {
    /// Adds all blocks. Those below a private heading stay as they are: a heading made of a label would end the private section.
    fn blocks(&mut self, old: &[Node]) {
        let mut private = PrivateHeading::default();
        for child in children(old, 0..old.len()) {
            let block = &old[child.nodes.clone()];
            match child.event {
                Event::Start(Tag::Heading(heading)) => {
                    private.pass(&self.body.headings[heading]);
                    self.new.extend_from_slice(block);
                }
                Event::Start(Tag::Paragraph) if !private.is_open() => {
                    self.paragraph(&old[child.inner()], child.span);
                }
                Event::Start(tag @ (Tag::BulletList | Tag::NumberedList(_)))
                    if !private.is_open() =>
                {
                    self.list(tag, block);
                }
                _ => self.new.extend_from_slice(block),
            }
        }
    }

    /// Adds the words of a paragraph, cut where a line starts with a label.
    fn paragraph(&mut self, inner: &[Node], span: Span) {
        let mut piece: Vec<Node> = Vec::new();
        let mut starts_line = true;
        let mut children = children(inner, 0..inner.len());
        while let Some(child) = children.next() {
            match self
                .label(&inner[child.nodes.start..])
                .filter(|_| starts_line)
            {
                Some(label) => {
                    self.close(&mut piece, span);
                    self.heading(&label, child.span);
                    let rest = if label.cut > 0 { children.next() } else { None };
                    piece.extend(
                        rest.and_then(|rest| without_start(&inner[rest.nodes.start], label.cut)),
                    );
                }
                None => piece.extend_from_slice(&inner[child.nodes.clone()]),
            }
            starts_line = is_break(&inner[child.nodes.start]);
        }
        self.close(&mut piece, span);
    }

    /// Adds words as a paragraph, without breaks and white space at its edges, unless it would be empty.
    fn close(&mut self, piece: &mut Vec<Node>, span: Span) {
        let is_empty = |node: &Node, body: &Body| match node.event {
            Event::Text(text) => body.str(text).trim().is_empty(),
            _ => is_break(node),
        };
        while piece.last().is_some_and(|last| is_empty(last, self.body)) {
            piece.pop();
        }
        let start = piece
            .iter()
            .position(|node| !is_empty(node, self.body))
            .unwrap_or(piece.len());
        let words = piece.split_off(start);
        piece.clear();
        if let Some(first) = words.first().copied() {
            let span = Span {
                start: first.span.start.max(span.start),
                end: words.last().map_or(span.end, |last| last.span.end),
            };
            self.new.push(Node::new(Event::Start(Tag::Paragraph), span));
            self.new.extend(words);
            self.new.push(Node::new(Event::End(Tag::Paragraph), span));
        }
    }

    /// Adds a list. Items with a label become sections, and the items between them stay lists.
    fn list(&mut self, tag: Tag, block: &[Node]) {
        let items: Vec<&[Node]> = children(block, 1..block.len() - 1)
            .map(|item| &block[item.nodes])
            .collect();
        if !items.iter().any(|item| self.opens_with_label(item)) {
            self.new.extend_from_slice(block);
            return;
        }
        let mut open: Option<Tag> = None;
        for (index, item) in items.iter().enumerate() {
            let span = item[0].span;
            if self.opens_with_label(item) {
                self.new
                    .extend(open.take().map(|tag| Node::new(Event::End(tag), span)));
                self.labelled_item(&item[1..item.len() - 1], span);
                continue;
            }
            if open.is_none() {
                let tag = match tag {
                    Tag::NumberedList(first) => Tag::NumberedList(first + offset(index)),
                    other => other,
                };
                open = Some(tag);
                self.new.push(Node::new(Event::Start(tag), span));
            }
            self.new.extend_from_slice(item);
        }
        let span = block[0].span;
        self.new
            .extend(open.map(|tag| Node::new(Event::End(tag), span)));
    }

    fn opens_with_label(&self, item: &[Node]) -> bool {
        let inner = &item[1..item.len() - 1];
        match inner.first().map(|node| node.event) {
            Some(Event::Start(Tag::Paragraph)) => self.label(inner_of(inner)).is_some(),
            _ => self.label(words_of(inner)).is_some(),
        }
    }

    /// Adds the contents of an item. Its words become a paragraph of the section that its label opens.
    fn labelled_item(&mut self, inner: &[Node], span: Span) {
        let (words, rest) = match inner.first().map(|node| node.event) {
            Some(Event::Start(Tag::Paragraph)) => {
                let words = inner_of(inner);
                (words, &inner[words.len() + 2..])
            }
            _ => inner.split_at(words_of(inner).len()),
        };
        self.paragraph(words, span);
        self.new.extend_from_slice(rest);
    }

    fn heading(&mut self, label: &Label, span: Span) {
        let wanted = crate::slug::Slug::of(&label.name).to_string();
        let mut id = wanted.clone();
        // The numbers below the one that was given last are taken.
        let suffix = self.suffixes.entry(wanted.clone()).or_insert(2);
        while !self.ids.insert(id.clone()) {
            id = format!("{wanted}-{suffix}");
            *suffix += 1;
        }
        let heading = Heading {
            level: SECTION,
            text: label.name.clone(),
            id,
            has_own_id: false,
            is_private: label.is_private,
        };
        let tag = Tag::Heading(self.body.headings.push(heading));
        let text = Event::Text(self.body.add_text(&label.name));
        self.new
            .extend([Event::Start(tag), text, Event::End(tag)].map(|event| Node::new(event, span)));
    }

    /// The label that a line starts with.
    fn label(&self, line: &[Node]) -> Option<Label> {
        let is = |at: usize, tag: Tag| {
            line.get(at)
                .is_some_and(|node| node.event == Event::Start(tag))
        };
        if !is(usize::from(is(0, Tag::Emphasis)), Tag::Strong) {
            return None;
        }
        let length = children(line, 0..line.len()).next()?.nodes.end;
        let bold = self.bold_words(&line[..length])?;
        let label = Label::of(&bold, self.after(&line[length..]))?;
        let is_word = label.name.chars().count() > 1;
        let is_known = self.names.know(&label.name);
        (is_known && (is_word || self.letters == Letters::AreLabels)).then_some(label)
    }

    /// The words of nodes; `None` if they hold more than bold and emphasised text.
    fn bold_words(&self, nodes: &[Node]) -> Option<String> {
        let mut words = String::new();
        for node in nodes {
            match node.event {
                Event::Text(text) => words.push_str(self.body.str(text)),
                Event::Start(Tag::Strong | Tag::Emphasis)
                | Event::End(Tag::Strong | Tag::Emphasis) => {}
                _ => return None,
            }
        }
        Some(words)
    }

    /// The rest of a line after its bold words.
    fn after(&self, rest: &[Node]) -> After<'_> {
        match rest.first() {
            None => After::EndOfLine,
            Some(node) if is_break(node) => After::EndOfLine,
            Some(Node {
                event: Event::Text(text),
                ..
            }) => After::Words {
                text: self.body.str(*text),
                ends_line: rest.get(1).is_none_or(is_break),
            },
            Some(_) => After::Markup,
        }
    }
}

/// What follows bold words.
#[derive(Clone, Copy)]
enum After<'a> {
    EndOfLine,
    Words {
        text: &'a str,
        /// Whether the line ends after the text.
        ends_line: bool,
    },
    Markup,
}

/// Signs that can end a label inside of the bold words.
const LABEL_ENDS: &[char] = &[':', '：', '.', '-', '–', '—', '|'];

/// The name that bold words give as a label, whether it has the mark for private text, and how many bytes behind the bold words
/// belong to it; nothing where the bold words are a part of a sentence.
impl Label {
    /// The label that bold words are, with the text after them; `None` if the bold words are a part of a sentence.
    fn of(bold: &str, after: After<'_>) -> Option<Self> {
        let is_ended_inside = bold.trim_end().ends_with(LABEL_ENDS);
        let (bold, is_marked_inside) = without_private_mark(bold);
        let name = bold.trim().trim_end_matches(LABEL_ENDS).trim_end();
        let (text, ends_line) = match after {
            After::EndOfLine => ("", true),
            After::Words { text, ends_line } => (text, ends_line),
            After::Markup => {
                return is_ended_inside.then(|| Self {
                    name: name.to_owned(),
                    is_private: is_marked_inside,
                    cut: 0,
                });
            }
        };
        let (letters, after_word) = rest_of_word(name, text);
        let (after_mark, is_marked_after) = if after_word.trim_start().starts_with('{') {
            without_private_mark(after_word)
        } else {
            (after_word, false)
        };
        let tail = Tail {
            text: after_mark,
            ends_line,
        };
        let end = tail.label_end().or(is_ended_inside.then_some(0))?;
        let note = tail.note().filter(|_| !is_ended_inside);
        let note = note.map_or(String::new(), |note| format!(" {note}"));
        let rest = after_mark[end..].trim_start();
        Some(Self {
            name: format!("{name}{letters}{note}"),
            is_private: is_marked_inside || is_marked_after,
            cut: text.len() - rest.len(),
        })
    }
}

/// The letters that continue a bold letter: `**S**ituation` is one word. With the text after them.
fn rest_of_word<'t>(bold: &str, text: &'t str) -> (&'t str, &'t str) {
    if bold.chars().count() == 1 {
        let end = text.find(|next: char| !next.is_alphabetic());
        text.split_at(end.unwrap_or(text.len()))
    } else {
        ("", text)
    }
}

/// The text after the words of a label.
#[derive(Clone, Copy)]
struct Tail<'t> {
    text: &'t str,
    /// Whether the line ends after the text.
    ends_line: bool,
}

impl<'t> Tail<'t> {
    /// The number of bytes up to the end of the label: its note in parentheses, if it has one, and the sign after it.
    fn label_end(self) -> Option<usize> {
        let after_note = self
            .note()
            .map(|note| &self.text.trim_start()[note.len()..]);
        let candidates = [Some(self.text), after_note];
        candidates.into_iter().flatten().find_map(|rest| {
            let is_end = self.ends_line && rest.trim().is_empty();
            let sign = if is_end { rest.len() } else { separator(rest)? };
            Some(self.text.len() - rest.len() + sign)
        })
    }

    /// The note in parentheses, which stays with the name of the label: `Situation (30 seconds)`.
    fn note(self) -> Option<&'t str> {
        let text = self.text.trim_start();
        let close = text.find(')').filter(|_| text.starts_with('('))?;
        Some(&text[..=close])
    }
}

/// A text without the first `{.private}` in it, whatever its spelling, and whether there was one.
fn without_private_mark(text: &str) -> (&str, bool) {
    let trimmed = text.trim_start();
    let Some(open) = trimmed.find('{') else {
        return (text, false);
    };
    let close = trimmed[open..]
        .find('}')
        .map_or(trimmed.len(), |close| open + close + 1);
    if !trimmed[open..close].to_lowercase().contains("private") {
        return (text, false);
    }
    if open == 0 {
        (&trimmed[close..], true)
    } else {
        (trimmed[..open].trim_end(), true)
    }
}

/// The length of the sign that separates a label from its text, with the white space before it; `None` without such a sign.
fn separator(text: &str) -> Option<usize> {
    let rest = text.trim_start();
    let blanks = text.len() - rest.len();
    let sign = rest.chars().next()?;
    let is_spaced = || rest[sign.len_utf8()..].starts_with(char::is_whitespace);
    let parts = match sign {
        ':' | '：' | '–' | '—' | '→' | '|' => true,
        '-' => blanks > 0 && is_spaced(),
        _ => false,
    };
    parts.then_some(blanks + sign.len_utf8())
}

/// A node without some bytes at the start of its text; `None` if nothing is left.
fn without_start(node: &Node, bytes: usize) -> Option<Node> {
    match node.event {
        Event::Text(text) => node.cut(bytes..text.len()),
        _ => Some(*node),
    }
}

fn is_break(node: &Node) -> bool {
    matches!(node.event, Event::SoftBreak | Event::HardBreak)
}

/// The contents of the first of some nodes.
fn inner_of(nodes: &[Node]) -> &[Node] {
    children(nodes, 0..nodes.len())
        .next()
        .and_then(|first| nodes.get(first.inner()))
        .unwrap_or_default()
}

/// The words at the start of a tight item.
fn words_of(inner: &[Node]) -> &[Node] {
    let opens_block = |child: &Child| matches!(child.event, Event::Start(tag) if !is_inline(tag));
    let end = children(inner, 0..inner.len())
        .find(opens_block)
        .map_or(inner.len(), |block| block.nodes.start);
    &inner[..end]
}

/// Headings that are used above whole documents, and are no titles.
const GENERIC: &[&str] = &[
    "postmortem",
    "post-mortem",
    "post mortem",
    "incident",
    "incident report",
    "incident review",
    "incident postmortem",
    "incident post-mortem",
    "case study",
    "star",
    "star story",
    "star format",
    "story",
    "my story",
    "notes",
    "draft",
    "untitled",
    "title",
    "metadata",
    "date",
    "author",
    "authors",
    "status",
    "participants",
    "owner",
    "owners",
    "document",
];

/// Headings of sheets that are not questions.
const ASKS_NOTHING: &[&str] = &[
    "introduction",
    "intro",
    "preface",
    "about",
    "overview",
    "how to use",
    "how to use this",
    "how to use this sheet",
    "how to use this list",
    "instructions",
    "resource",
    "reference",
    "further reading",
    "reading list",
    "link",
    "source",
    "bibliography",
    "credit",
    "acknowledgement",
    "acknowledgment",
    "licence",
    "license",
    "contributing",
    "changelog",
    "table of contents",
    "content",
    "toc",
    "index",
    "tip",
    "tips and tricks",
    "note",
    "notes to self",
    "general advice",
    "advice",
    "conclusion",
    "summary",
    "appendix",
    "glossary",
    "preparation",
    "background",
    "disclaimer",
    "see also",
    "legend",
];

/// Words before those of [`ASKS_NOTHING`] that change nothing: `Useful links`.
const MODIFIERS: &[&str] = &[
    "useful",
    "additional",
    "other",
    "more",
    "general",
    "further",
    "external",
    "helpful",
    "short",
    "the",
    "my",
    "some",
];

fn is_generic(heading: &str) -> bool {
    GENERIC.contains(&plain_name(heading).as_str()) || asks_nothing(heading)
}

/// Whether a heading of a sheet is a usual heading above questions, and not a question.
pub fn asks_nothing(heading: &str) -> bool {
    if heading.contains(['?', '？', '؟']) {
        return false;
    }
    let plain = plain_name(heading);
    let bare = MODIFIERS
        .iter()
        .find_map(|word| plain.strip_prefix(word)?.strip_prefix(' '))
        .unwrap_or(&plain);
    [plain.as_str(), bare].iter().any(|name| {
        ASKS_NOTHING.contains(name)
            || name
                .strip_suffix('s')
                .is_some_and(|one| ASKS_NOTHING.contains(&one))
    })
}

fn plain_name(heading: &str) -> String {
    heading
        .trim_matches(|edge: char| !edge.is_alphanumeric())
        .to_lowercase()
}

/// Whether a heading asks or invites, as interviewers do.
pub fn asks(heading: &str) -> bool {
    const OPENINGS: &[&str] = &[
        "tell", "describe", "give", "walk", "talk", "explain", "share", "name", "how", "what",
        "why", "when", "where", "who", "which", "have", "has", "had", "do", "does", "did", "are",
        "is", "was", "were", "can", "could", "would", "will", "should", "if", "discuss", "think",
        "imagine", "suppose",
    ];
    let first = heading
        .split(|sign: char| !sign.is_alphanumeric())
        .find(|word| word.chars().any(char::is_alphabetic))
        .unwrap_or_default();
    heading.contains(['?', '？', '؟', '՞']) || OPENINGS.contains(&first.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_labels_from_bold_words() {
        let line = |bold: &str, text: &str| {
            let after = if text.is_empty() {
                After::EndOfLine
            } else {
                After::Words {
                    text,
                    ends_line: true,
                }
            };
            Label::of(bold, after)
                .map(|label| (label.name, label.is_private, text[label.cut..].to_owned()))
        };
        let is = |name: &str, rest: &str| Some((name.to_owned(), false, rest.to_owned()));
        assert_eq!(
            line("Situation:", " it was late"),
            is("Situation", "it was late")
        );
        assert_eq!(
            line("Situation", ": it was late"),
            is("Situation", "it was late")
        );
        assert_eq!(
            line("Situation", " - it was late"),
            is("Situation", "it was late")
        );
        assert_eq!(
            line("Situation", " — it was late"),
            is("Situation", "it was late")
        );
        assert_eq!(
            line("Situation.", " It was late"),
            is("Situation", "It was late")
        );
        assert_eq!(
            line("Situation", " (30 seconds): late"),
            is("Situation (30 seconds)", "late")
        );
        assert_eq!(line("S", "ituation: late"), is("Situation", "late"));
        assert_eq!(line("Situation", ""), is("Situation", ""));
        assert_eq!(line("Situation", " was bad"), None);
        assert_eq!(line("Task", "-based work"), None);
        assert_eq!(
            line("Action", " {.private}"),
            Some(("Action".to_owned(), true, String::new()))
        );
        assert_eq!(
            line("Action {.Private}:", " x"),
            Some(("Action".to_owned(), true, "x".to_owned()))
        );
    }

    #[test]
    fn knows_what_asks_and_what_does_not() {
        for asking in [
            "Tell me about a mistake",
            "Why?",
            "¿Por qué?",
            "1. How do you plan?",
        ] {
            assert!(asks(asking) && !asks_nothing(asking), "{asking}");
        }
        for other in [
            "Introduction",
            "Resources",
            "Useful links",
            "How to use this list",
            "📚 References",
        ] {
            assert!(asks_nothing(other), "{other}");
        }
    }
}
