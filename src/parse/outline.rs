//! The outline of a body: which heading is its title, how deep its sections lie, and the labels that stand for headings.

use std::collections::{BTreeMap, BTreeSet};

use super::Place;
use super::headings::Names;
use crate::markdown::{Body, Child, Event, Heading, HeadingId, Node, Tag, children, is_inline};
use crate::model::{Kind, Meta};
use crate::source::{Span, Spanned, offset};

/// The level of the headings that open sections.
const SECTION: u8 = 2;

/// What a file says about its title where front matter does not.
#[derive(Debug, PartialEq, Eq)]
pub struct Titles {
    /// The first heading that is a title.
    pub heading: Option<Spanned<String>>,
    /// The only heading, if it asks a question: the whole file is about that one.
    pub question: Option<Spanned<String>>,
}

impl Titles {
    /// Finds them in a body that is read from a place.
    pub fn of(body: &Body, place: &Place) -> Self {
        let headings = top_headings(body);
        let names = Names::in_place(place);
        let is_sheet = matches!(place, Place::Document(Kind::Question, _));
        let heading = headings.first().and_then(|&(index, first)| {
            let first = &body.headings[first];
            let others = headings[1..]
                .iter()
                .map(|&(_, other)| &body.headings[other]);
            let is_title = if first.level == 1 {
                !is_sheet || others.clone().any(|other| other.level > 1)
            } else {
                !is_sheet
                    && body.is_blank(0..index)
                    && others.clone().all(|other| other.level >= first.level)
            };
            let is_name =
                names.is_some_and(|names| names.know(&first.text)) || is_generic(&first.text);
            (is_title && !is_name && !first.is_private && !first.text.is_empty())
                .then(|| at(body, index, first))
        });
        let question = match headings.as_slice() {
            &[(index, number)] if is_sheet => {
                let only = Some(&body.headings[number]);
                only.filter(|only| only.level == 1 && !only.is_private && asks(&only.text))
                    .map(|only| at(body, index, only))
            }
            _ => None,
        };
        Self { heading, question }
    }
}

/// The words of the heading that starts at a node.
fn at(body: &Body, index: usize, heading: &Heading) -> Spanned<String> {
    Spanned {
        value: heading.text.clone(),
        span: body.nodes[index].span,
    }
}

/// Gives a body the outline of its kind: no heading that only says the title again, sections at one level, and headings in the
/// place of labels.
pub fn shape(body: &mut Body, meta: &Meta) {
    drop_title(body, meta);
    let names = Names::of(meta);
    if names.is_some() || matches!(meta, Meta::Sheet(_)) {
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

/// Takes out the first heading if it says what the title says. The text under it stays.
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

/// Lifts the headings of the sections to their level where an author has put them deeper: all of them below the title, or the
/// known ones below headings that say nothing of the form.
///
/// Below a private heading nothing is lifted, since that would take it out of there.
fn lift_sections(body: &mut Body, names: Option<Names>) {
    let headings: Vec<&Heading> = top_headings(body)
        .into_iter()
        .map(|(_, heading)| &body.headings[heading])
        .collect();
    let is_known = |heading: &&Heading| names.is_some_and(|names| names.know(&heading.text));
    let Some(highest) = headings.iter().map(|heading| heading.level).min() else {
        return;
    };
    let has_known_sections = headings
        .iter()
        .any(|heading| heading.level <= SECTION && is_known(heading));
    let has_known_below = headings
        .iter()
        .any(|heading| heading.level == SECTION + 1 && is_known(heading));
    let lift = match highest {
        0..=SECTION
            if !has_known_sections
                && has_known_below
                && !headings.iter().any(|heading| heading.is_private) =>
        {
            1
        }
        0..=SECTION => return,
        deeper => deeper - SECTION,
    };
    for heading in body
        .headings
        .iter_mut()
        .filter(|heading| heading.level > SECTION)
    {
        heading.level = (heading.level - lift).max(SECTION);
    }
}

/// Makes headings of labels, as in `**Situation:** it was late`, where no heading names a part.
fn open_labels(body: &mut Body, names: Names) {
    let has_known_heading = top_headings(body)
        .iter()
        .any(|&(_, heading)| names.know(&body.headings[heading].text));
    if has_known_heading
        || !body
            .nodes
            .iter()
            .any(|node| node.event == Event::Start(Tag::Strong))
    {
        return;
    }
    let old = std::mem::take(&mut body.nodes);
    let ids = body
        .headings
        .iter()
        .map(|heading| heading.id.clone())
        .collect();
    let letters = Letters::of(body, &old);
    let mut labels = Labels {
        body,
        names,
        letters,
        ids,
        suffixes: BTreeMap::new(),
        new: Vec::with_capacity(old.len()),
    };
    // The level of the private heading that a block stands below.
    let mut hidden_below: Option<u8> = None;
    for child in children(&old, 0..old.len()) {
        let block = &old[child.nodes.clone()];
        match child.event {
            Event::Start(Tag::Heading(heading)) => {
                let heading = &labels.body.headings[heading];
                if hidden_below.is_none_or(|level| heading.level <= level) {
                    hidden_below = heading.is_private.then_some(heading.level);
                }
                labels.new.extend_from_slice(block);
            }
            Event::Start(Tag::Paragraph) if hidden_below.is_none() => {
                labels.paragraph(&old[child.inner()], child.span)
            }
            Event::Start(tag @ (Tag::BulletList | Tag::NumberedList(_)))
                if hidden_below.is_none() =>
            {
                labels.list(tag, block)
            }
            _ => labels.new.extend_from_slice(block),
        }
    }
    let new = labels.new;
    body.set_nodes(new);
}

/// Whether a bold letter alone is a label: only among others of the same form, and not beside the `Q` of questions and answers.
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

/// A label at the start of a line, which names a part.
struct Label {
    name: String,
    is_private: bool,
    /// How many bytes of the text after its bold words belong to it.
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

    /// Adds words as a paragraph, without breaks and white space at its edges; nothing where there are none.
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

    /// Adds a list. Where some of its items are labelled, they become sections, and the list goes on between them.
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

    /// Adds what an item holds: its words are a paragraph of the section that its label opens.
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
        let is_bold =
            |node: Option<&Node>| node.is_some_and(|node| node.event == Event::Start(Tag::Strong));
        let is_emphasis = line
            .first()
            .is_some_and(|node| node.event == Event::Start(Tag::Emphasis));
        if !is_bold(if is_emphasis {
            line.get(1)
        } else {
            line.first()
        }) {
            return None;
        }
        let length = children(line, 0..line.len()).next()?.nodes.end;
        let mut bold = String::new();
        for node in &line[..length] {
            match node.event {
                Event::Text(text) => bold.push_str(self.body.str(text)),
                Event::Start(Tag::Strong | Tag::Emphasis)
                | Event::End(Tag::Strong | Tag::Emphasis) => {}
                _ => return None,
            }
        }
        let after = match line.get(length) {
            None => After::EndOfLine,
            Some(node) if is_break(node) => After::EndOfLine,
            Some(Node {
                event: Event::Text(text),
                ..
            }) => After::Words {
                text: self.body.str(*text),
                end_line: line.get(length + 1).is_none_or(is_break),
            },
            Some(_) => After::Markup,
        };
        let (name, is_private, cut) = label_and_cut(&bold, after)?;
        let is_meant = self.names.know(&name)
            && (name.chars().count() > 1 || self.letters == Letters::AreLabels);
        is_meant.then_some(Label {
            name,
            is_private,
            cut,
        })
    }
}

/// What stands behind bold words.
#[derive(Clone, Copy)]
enum After<'a> {
    EndOfLine,
    Words {
        text: &'a str,
        /// Whether nothing else follows on the line.
        end_line: bool,
    },
    Markup,
}

/// Signs that may end a label inside of the bold words.
const LABEL_ENDS: &[char] = &[':', '：', '.', '-', '–', '—', '|'];

/// The name that bold words give as a label, whether it has the mark for private text, and how many bytes behind the bold words
/// belong to it; nothing where the bold words are a part of a sentence.
fn label_and_cut(bold: &str, after: After<'_>) -> Option<(String, bool, usize)> {
    let is_ended_inside = bold.trim_end().ends_with(LABEL_ENDS);
    let (bold, is_marked_inside) = without_private_mark(bold);
    let name = bold.trim().trim_end_matches(LABEL_ENDS).trim_end();
    let (text, ends_line) = match after {
        After::EndOfLine => ("", true),
        After::Words { text, end_line } => (text, end_line),
        After::Markup => return is_ended_inside.then(|| (name.to_owned(), is_marked_inside, 0)),
    };
    // `**S**ituation` is one word.
    let letters = if name.chars().count() == 1 {
        text.find(|next: char| !next.is_alphabetic())
            .unwrap_or(text.len())
    } else {
        0
    };
    let name = format!("{name}{}", &text[..letters]);
    let text_behind = &text[letters..];
    let (behind, is_marked_behind) = if text_behind.trim_start().starts_with('{') {
        without_private_mark(text_behind)
    } else {
        (text_behind, false)
    };
    let mark = text_behind.len() - behind.len();
    let is_private = is_marked_inside || is_marked_behind;
    let behind_note = behind
        .trim_start()
        .strip_prefix('(')
        .and_then(|note| Some(&note[note.find(')')? + 1..]));
    let end = [Some(behind), behind_note]
        .into_iter()
        .flatten()
        .find_map(|rest| {
            let is_end = rest.trim().is_empty() && ends_line;
            let sign = if is_end {
                Some(rest.len())
            } else {
                separator(rest)
            }?;
            Some(behind.len() - rest.len() + sign)
        });
    let end = end.or(is_ended_inside.then_some(0))?;
    let blanks = behind[end..].len() - behind[end..].trim_start().len();
    let note = if is_ended_inside || behind_note.is_none() {
        String::new()
    } else {
        note_of(&behind[..end])
    };
    Some((
        format!("{name}{note}"),
        is_private,
        letters + mark + end + blanks,
    ))
}

/// The note in parentheses behind a label, which stays with its name: `Situation (30 seconds)`.
fn note_of(behind: &str) -> String {
    let note = behind
        .find('(')
        .zip(behind.find(')'))
        .filter(|(open, close)| open < close);
    note.map(|(open, close)| format!(" {}", &behind[open..=close]))
        .unwrap_or_default()
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

/// How many bytes of a text are a sign that parts a label from what it labels.
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

/// What the first of some nodes holds.
fn inner_of(nodes: &[Node]) -> &[Node] {
    children(nodes, 0..nodes.len())
        .next()
        .and_then(|first| nodes.get(first.inner()))
        .unwrap_or_default()
}

/// The words that a tight item opens with.
fn words_of(inner: &[Node]) -> &[Node] {
    let opens_block = |child: &Child| matches!(child.event, Event::Start(tag) if !is_inline(tag));
    let end = children(inner, 0..inner.len())
        .find(opens_block)
        .map_or(inner.len(), |block| block.nodes.start);
    &inner[..end]
}

/// Headings that are above everything and say nothing of it.
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

/// Headings of sheets that ask nothing.
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

/// Whether a heading of a sheet is one that people put around questions, and no question.
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
                    end_line: true,
                }
            };
            label_and_cut(bold, after)
                .map(|(name, is_private, cut)| (name, is_private, text[cut..].to_owned()))
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
