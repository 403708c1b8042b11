//! The outline of a body: the heading that is its title, the level of its sections, and labels in the place of headings.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::answers::opens_answer;
use super::headings::{Meaning, Names};
use super::label::{self, Form, Label, inner_of, is_break, words_of};
use super::{Place, PrivateHeading, sheet};
use crate::markdown::{Body, Child, Event, Heading, HeadingId, Node, Tag, children};
use crate::model::{Kind, Meta};
use crate::source::{Span, Spanned, offset};

/// The level of the headings that open sections.
const SECTION: u8 = 2;

/// The titles that the headings of a file give, for files without a title in front matter.
#[derive(Debug, PartialEq, Eq)]
pub struct Titles {
    /// The first heading that is a title.
    pub heading: Option<Spanned<String>>,
    /// The only heading besides those of answers, if it asks a question. The whole file is then about this question.
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
    let (&(index, only), others) = headings.split_first()?;
    let is_answer = |&(_, other): &(usize, HeadingId)| {
        let other = &body.headings[other];
        other.level > 1 && opens_answer(&other.text)
    };
    if !others.iter().all(is_answer) {
        return None;
    }
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
    if matches!(meta, Meta::Sheet(_)) {
        sheet::lower_answers(body);
        sheet::shape(body);
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

/// Makes headings of labels, as in `**Situation:** it was late`, if no heading names a part of the telling.
fn open_labels(body: &mut Body, names: Names) {
    let headings = top_headings(body);
    let mut texts = headings
        .iter()
        .map(|&(_, heading)| body.headings[heading].text.as_str());
    if texts.any(|text| names.know(text) && !names.is_beside_telling(text)) {
        return;
    }
    let is_bold = |node: &Node| matches!(node.event, Event::Start(Tag::Strong | Tag::Emphasis));
    let plain = PlainLabels::of(body, names);
    if plain == PlainLabels::AreText && !body.nodes.iter().any(is_bold) {
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
        plain,
        body,
        names,
        suffixes: BTreeMap::new(),
        read: HashSet::new(),
        new: Vec::with_capacity(old.len()),
    };
    labels.blocks(&old);
    let Labels { new, read, .. } = labels;
    body.unread_tags.retain(|tag| !read.contains(&tag.span));
    body.set_nodes(new);
}

/// Which labels without bold words there are: only if a situation, an action and a result are written like that.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PlainLabels {
    /// `Situation: it was late`.
    Words,
    /// `S: it was late`.
    Letters,
    AreText,
}

impl PlainLabels {
    fn of(body: &Body, names: Names) -> Self {
        let mut private = PrivateHeading::default();
        let (mut words, mut letters) = (Vec::new(), Vec::new());
        let mut has_questions = false;
        for block in body.children(0..body.nodes.len()) {
            if let Event::Start(Tag::Heading(heading)) = block.event {
                private.pass(&body.headings[heading]);
            } else if !private.is_open() {
                let labels = label::lines(&body.nodes, &block)
                    .filter_map(|line| Label::plain_at(body, &body.nodes[line]));
                for label in labels {
                    words.extend(names.exactly(&label.name));
                    letters.extend(names.letter(&label.name));
                    has_questions |= label.name.eq_ignore_ascii_case("q");
                }
            }
        }
        if names.tell_all(&words) {
            Self::Words
        } else if names.tell_all(&letters) && !has_questions {
            Self::Letters
        } else {
            Self::AreText
        }
    }

    /// The part that a label without bold words opens.
    fn meaning(self, names: Names, label: &Label) -> Option<Meaning> {
        match self {
            Self::Words => names.exactly(&label.name),
            Self::Letters => names.letter(&label.name),
            Self::AreText => None,
        }
    }
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

/// Makes headings of labels, block by block.
struct Labels<'a> {
    body: &'a mut Body,
    names: Names,
    letters: Letters,
    plain: PlainLabels,
    ids: BTreeSet<String>,
    /// The next number for an id that is taken.
    suffixes: BTreeMap<String, usize>,
    /// The places of the hashtags that are at the end of a paragraph only since a label ends it.
    read: HashSet<Span>,
    new: Vec<Node>,
}

impl Labels<'_> {
    /// Adds all blocks. Those below a private heading stay as they are: a heading made of a label would end the private section. So
    /// do the answers to follow-ups.
    fn blocks(&mut self, old: &[Node]) {
        let mut private = PrivateHeading::default();
        let mut asks = false;
        for child in children(old, 0..old.len()) {
            let block = &old[child.nodes.clone()];
            match child.event {
                Event::Start(Tag::Heading(heading)) => {
                    let heading = &self.body.headings[heading];
                    private.pass(heading);
                    if heading.level <= SECTION {
                        asks = self.names.ends_telling(&heading.text);
                    }
                    self.new.extend_from_slice(block);
                }
                Event::Start(Tag::Paragraph) if !private.is_open() && !asks => {
                    self.paragraph(&old[child.inner()], child.span);
                }
                Event::Start(tag @ (Tag::BulletList | Tag::NumberedList(_)))
                    if !private.is_open() && !asks =>
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
                    let first = inner[child.nodes.start];
                    let place = match label.form {
                        Form::Bold => child.span,
                        Form::Plain => first.cut(0..label.cut).map_or(child.span, |node| node.span),
                    };
                    self.heading(&label, place);
                    let rest = match label.form {
                        Form::Plain => Some(first),
                        Form::Bold if label.cut == 0 => None,
                        Form::Bold => children.next().map(|rest| inner[rest.nodes.start]),
                    };
                    piece.extend(rest.and_then(|rest| without_start(&rest, label.cut)));
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
        let mut words = piece.split_off(start);
        piece.clear();
        self.read.extend(self.body.read_hashtags(&mut words));
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
            tags: Vec::new(),
            aliases: Vec::new(),
        };
        let tag = Tag::Heading(self.body.headings.push(heading));
        let text = Event::Text(self.body.add_text(&label.name));
        self.new
            .extend([Event::Start(tag), text, Event::End(tag)].map(|event| Node::new(event, span)));
    }

    /// The label that a line starts with.
    fn label(&self, line: &[Node]) -> Option<Label> {
        let bold = Label::bold_at(self.body, line).filter(|label| {
            let is_word = label.name.chars().count() > 1;
            self.names.know(&label.name) && (is_word || self.letters == Letters::AreLabels)
        });
        bold.or_else(|| {
            Label::plain_at(self.body, line)
                .filter(|label| self.plain.meaning(self.names, label).is_some())
        })
    }
}

/// A node without some bytes at the start of its text; `None` if nothing is left.
fn without_start(node: &Node, bytes: usize) -> Option<Node> {
    match node.event {
        Event::Text(text) => node.cut(bytes..text.len()),
        _ => Some(*node),
    }
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
