//! Labels: names at the starts of lines that stand for headings, as in `**Situation:** it was late`.

use std::ops::Range;

use crate::markdown::{Body, Child, Event, Node, Tag, children, is_inline};

/// A label at the start of a line.
pub struct Label {
    pub name: String,
    pub is_private: bool,
    /// The number of bytes that belong to the label: after the bold words, or of a plain text.
    pub cut: usize,
    pub form: Form,
}

/// How a label is set off from the text after it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// `**Situation:** it was late`.
    Bold,
    /// `Situation: it was late`.
    Plain,
}

/// The longest name of a plain label, in bytes.
const LONGEST_PLAIN: usize = 60;

impl Label {
    /// The bold or emphasised label that a line starts with.
    pub fn bold_at(body: &Body, line: &[Node]) -> Option<Self> {
        let (bold, length) = bold_start(body, line)?;
        let label = Self::of_bold(&bold, after(body, &line[length..]))?;
        let is_strong = line[..length]
            .iter()
            .any(|node| node.event == Event::Start(Tag::Strong));
        // An emphasised sentence is no label: `*Result: nobody had to call.*`
        let is_name = !label.name.contains([':', '：', '–', '—']) && !label.name.contains(" - ");
        (is_strong || is_name).then_some(label)
    }

    /// The bold words that a line starts with, whatever follows them.
    pub fn bold_words_at(body: &Body, line: &[Node]) -> Option<String> {
        let is_bold = line.first()?.event == Event::Start(Tag::Strong);
        bold_start(body, line)
            .map(|(bold, _)| bold)
            .filter(|_| is_bold)
    }

    /// The words before the first colon or dash of a line, or all words of a line. They are a label only if they name a part.
    pub fn plain_at(body: &Body, line: &[Node]) -> Option<Self> {
        let Some(Node {
            event: Event::Text(piece),
            ..
        }) = line.first()
        else {
            return None;
        };
        let text = body.str(*piece);
        let ends_line = line.get(1).is_none_or(is_break);
        let (end, cut) = plain_end(text)
            .or((ends_line && text.len() <= LONGEST_PLAIN).then_some((text.len(), text.len())))?;
        let (name, is_private) = without_private_mark(&text[..end]);
        Some(Self {
            name: name.trim().to_owned(),
            is_private,
            cut,
            form: Form::Plain,
        })
    }
}

/// The bold or emphasised words that a line starts with, and the number of their nodes.
fn bold_start(body: &Body, line: &[Node]) -> Option<(String, usize)> {
    let first = line.first()?.event;
    if ![Tag::Strong, Tag::Emphasis]
        .map(Event::Start)
        .contains(&first)
    {
        return None;
    }
    let length = children(line, 0..line.len()).next()?.nodes.end;
    Some((bold_words(body, &line[..length])?, length))
}

/// Where the name of a plain label ends, and where the text after it starts.
fn plain_end(text: &str) -> Option<(usize, usize)> {
    let start = &text[..text.floor_char_boundary(LONGEST_PLAIN)];
    let signs = [":", "：", " - ", " -- ", " – ", " — ", " = "];
    let (at, sign) = signs
        .iter()
        .filter_map(|sign| Some((start.find(sign)?, sign)))
        .min()?;
    let rest = text[at + sign.len()..].trim_start();
    Some((at, text.len() - rest.len()))
}

/// The words of nodes; `None` if they hold more than bold and emphasised text.
fn bold_words(body: &Body, nodes: &[Node]) -> Option<String> {
    let mut words = String::new();
    for node in nodes {
        match node.event {
            Event::Text(text) => words.push_str(body.str(text)),
            Event::Start(Tag::Strong | Tag::Emphasis) | Event::End(Tag::Strong | Tag::Emphasis) => {
            }
            _ => return None,
        }
    }
    Some(words)
}

/// The rest of a line after its bold words.
fn after<'b>(body: &'b Body, rest: &[Node]) -> After<'b> {
    match rest.first() {
        None => After::EndOfLine,
        Some(node) if is_break(node) => After::EndOfLine,
        Some(Node {
            event: Event::Text(text),
            ..
        }) => After::Words {
            text: body.str(*text),
            ends_line: rest.get(1).is_none_or(is_break),
        },
        Some(_) => After::Markup,
    }
}

/// Whether a line ends at a node.
pub fn is_break(node: &Node) -> bool {
    matches!(node.event, Event::SoftBreak | Event::HardBreak)
}

/// The lines of a paragraph, or the first line of each item of a list; those of other blocks are not looked at.
pub fn lines(nodes: &[Node], block: &Child) -> impl Iterator<Item = Range<usize>> {
    let starts: Vec<Range<usize>> = match block.event {
        Event::Start(Tag::Paragraph) => lines_of(nodes, block.inner()),
        Event::Start(Tag::BulletList | Tag::NumberedList(_)) => children(nodes, block.inner())
            .filter_map(|item| first_line(nodes, &item))
            .collect(),
        _ => Vec::new(),
    };
    starts.into_iter()
}

fn lines_of(nodes: &[Node], words: Range<usize>) -> Vec<Range<usize>> {
    let mut lines = Vec::new();
    let mut start = words.start;
    for child in children(nodes, words.clone()) {
        if is_break(&nodes[child.nodes.start]) {
            lines.push(start..child.nodes.start);
            start = child.nodes.end;
        }
    }
    lines.push(start..words.end);
    lines
}

fn first_line(nodes: &[Node], item: &Child) -> Option<Range<usize>> {
    let inner = item.inner();
    let first = children(nodes, inner.clone()).next()?;
    let words = match first.event {
        Event::Start(Tag::Paragraph) => first.inner(),
        _ => inner.start..inner.start + words_of(&nodes[inner]).len(),
    };
    lines_of(nodes, words).into_iter().next()
}

/// The contents of the first of some nodes.
pub fn inner_of(nodes: &[Node]) -> &[Node] {
    children(nodes, 0..nodes.len())
        .next()
        .and_then(|first| nodes.get(first.inner()))
        .unwrap_or_default()
}

/// The words at the start of a tight item.
pub fn words_of(inner: &[Node]) -> &[Node] {
    let opens_block = |child: &Child| matches!(child.event, Event::Start(tag) if !is_inline(tag));
    let end = children(inner, 0..inner.len())
        .find(opens_block)
        .map_or(inner.len(), |block| block.nodes.start);
    &inner[..end]
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

impl Label {
    /// The label that bold words are, with the text after them; `None` if the bold words are a part of a sentence.
    fn of_bold(bold: &str, after: After<'_>) -> Option<Self> {
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
                    form: Form::Bold,
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
            form: Form::Bold,
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
    // `--` and `---` stand for dashes.
    let hyphens = rest.len() - rest.trim_start_matches('-').len();
    let length = hyphens.max(sign.len_utf8());
    let is_apart = || blanks > 0 && rest[length..].starts_with(char::is_whitespace);
    let parts = match sign {
        ':' | '：' | '–' | '—' | '→' | '|' => true,
        '-' => hyphens <= 3 && is_apart(),
        '=' => is_apart(),
        _ => false,
    };
    parts.then_some(blanks + length)
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
            Label::of_bold(bold, after)
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
            line("Situation", " -- it was late"),
            is("Situation", "it was late")
        );
        assert_eq!(
            line("Situation", " = it was late"),
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
}
