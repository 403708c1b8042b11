//! Questions, and answers to them, in forms that are not read.

use std::ops::Range;

use super::label::{self, Label};
use super::{answers, heading_of, outline};
use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::{Body, Child, Event, Heading, Tag};
use crate::model::{Document, Meta, Part, Section};
use crate::source::Span;

/// How much of a question a message repeats, in characters.
const SHOWN: usize = 80;

/// Warns of each question and answer that is read as other text.
pub fn unasked(document: &Document) -> Vec<Diagnostic> {
    let sections = document.sections.iter();
    match &document.meta {
        Meta::Story(_) | Meta::Variant(_) => sections
            .filter(|section| section.part == Some(Part::FollowUps))
            .filter_map(|section| unread_follow_ups(document, section))
            .collect(),
        Meta::Sheet(_) | Meta::Asks(_) => sections
            .flat_map(|section| {
                unread_group(document, section)
                    .or_else(|| unread_answer_in_sheet(document, section))
            })
            .collect(),
        Meta::Question(question) if question.about.is_none() && document.answers.is_empty() => {
            let nodes = 0..document.body.nodes.len();
            unread_answer(document, nodes, "##").into_iter().collect()
        }
        _ => Vec::new(),
    }
}

/// A question in a text, with its place.
struct Found {
    question: String,
    span: Span,
}

impl Found {
    /// The question that is a whole text and has no question mark: `Why so late`.
    fn without_mark(text: &str, span: Span) -> Option<Self> {
        const WORDS: &[&str] = &[
            "why", "how", "what", "where", "when", "who", "which", "warum", "wieso", "wie", "was",
            "wo", "wann", "wer", "welche",
        ];
        let text = text.trim();
        let first = text.split_whitespace().next()?.to_lowercase();
        let is_sentence = text.contains(['.', ':', ';', '!']);
        let is_short = text.len() <= SHOWN;
        (WORDS.contains(&first.as_str()) && is_short && !is_sentence).then(|| Self {
            question: text.to_owned(),
            span,
        })
    }

    /// The question in a text; `None` if it asks nothing.
    fn of(text: &str, span: Span) -> Option<Self> {
        let (words, _) = text.split_once(['?', '？', '؟'])?;
        let words = words.trim_start_matches(|sign: char| !sign.is_alphanumeric() && sign != '¿');
        let words = ["Q:", "Q.", "F:"]
            .iter()
            .find_map(|label| words.strip_prefix(label))
            .unwrap_or(words)
            .trim();
        (!words.is_empty()).then(|| Self {
            question: shortened(&format!("{words}?")),
            span,
        })
    }
}

fn shortened(text: &str) -> String {
    match text.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

/// The questions of follow-ups in lists and in bold words, above the first heading.
fn unread_follow_ups(document: &Document, section: &Section) -> Option<Diagnostic> {
    let body = &document.body;
    let is_heading = |block: &Child| matches!(block.event, Event::Start(Tag::Heading(_)));
    let blocks = body.children(section.nodes.clone());
    let blocks = blocks.take_while(|block| !is_heading(block));
    let questions: Vec<Found> = blocks
        .flat_map(|block| questions_in(body, &block))
        .collect();
    let first = questions.first()?;
    let question = &first.question;
    let message = match questions.len() {
        1 => format!("`{question}` is read as text, because it is not a heading"),
        count => format!(
            "`{question}` and {} more are read as text, because they are not headings",
            count - 1
        ),
    };
    let help = format!("write `### {question}` on a line of its own, and your answer below it");
    Some(report(document, first.span, message).help(help))
}

/// The questions that start the items of a list, or that are whole lines or bold words of a paragraph.
fn questions_in(body: &Body, block: &Child) -> Vec<Found> {
    let is_list = is_list(block);
    let lines = label::lines(&body.nodes, block);
    let question = |line: Range<usize>| {
        let first = body.nodes.get(line.start).filter(|_| !line.is_empty())?;
        let bold = match first.event {
            Event::Start(Tag::Strong) => body.children(line.clone()).next(),
            _ => None,
        };
        let text = match bold {
            Some(bold) => body.plain(bold.nodes),
            None => body.plain(line),
        };
        let is_question = is_list || text.trim_end().ends_with(['?', '？', '؟']);
        let with_mark = Found::of(&text, first.span).filter(|_| is_question);
        with_mark.or_else(|| Found::without_mark(&text, first.span).filter(|_| is_list))
    };
    lines.filter_map(question).collect()
}

fn is_list(block: &Child) -> bool {
    matches!(
        block.event,
        Event::Start(Tag::BulletList | Tag::NumberedList(_))
    )
}

/// A heading of a sheet that groups the questions below it: it asks nothing, and they are deeper headings or the items of a list.
fn unread_group(document: &Document, section: &Section) -> Option<Diagnostic> {
    let heading = heading_of(&document.body, section)?;
    if section.items.is_empty() || outline::asks(&section.heading) {
        return None;
    }
    let first = deeper_questions(&document.body, section)
        .or_else(|| listed_questions(&document.body, section))?;
    let (group, question) = (shortened(&section.heading), &first.question);
    let sign = "#".repeat(heading.level.into());
    let message = format!("`{group}` is read as the question, and `{question}` as text below it");
    let help = format!(
        "write each question as a heading `{sign} {question}` and take `{sign} {group}` out, or end it with `?` if it asks"
    );
    Some(
        report(document, section.span, message)
            .note(&document.path, first.span, "this asks")
            .help(help),
    )
}

/// The first of the headings below a section, if all of them ask.
fn deeper_questions(body: &Body, section: &Section) -> Option<Found> {
    let deeper = |block: Child| match block.event {
        Event::Start(Tag::Heading(heading)) => Some((&body.headings[heading], block.span)),
        _ => None,
    };
    let headings: Vec<(&Heading, Span)> = body
        .children(section.nodes.clone())
        .filter_map(deeper)
        .filter(|(heading, _)| !answers::opens_answer(&heading.text))
        .collect();
    let questions: Option<Vec<Found>> = headings
        .into_iter()
        .map(|(heading, span)| Found::of(&heading.text, span))
        .collect();
    questions?.into_iter().next()
}

/// The first item of the lists of a section, if it has nothing else, and several items, all of which ask.
fn listed_questions(body: &Body, section: &Section) -> Option<Found> {
    let mut questions = Vec::new();
    for block in body.children(section.nodes.clone()) {
        let lines = label::lines(&body.nodes, &block).count();
        let mut asked = questions_in(body, &block);
        // Notes such as `What I did` are no questions in a sheet.
        asked.retain(|found| found.question.ends_with(['?', '…']));
        if !is_list(&block) || asked.len() < lines {
            return None;
        }
        questions.extend(asked);
    }
    (questions.len() > 1).then(|| questions.swap_remove(0))
}

/// An answer in a question of a sheet that a label starts, and no heading.
fn unread_answer_in_sheet(document: &Document, section: &Section) -> Option<Diagnostic> {
    let is_of_bank = matches!(&document.meta, Meta::Sheet(sheet) if sheet.about.is_none());
    let item = section.items.first().filter(|_| is_of_bank)?;
    let level = heading_of(&document.body, section)?.level + 1;
    if item.answers.is_empty() {
        unread_answer(document, item.nodes.clone(), &"#".repeat(level.into()))
    } else {
        None
    }
}

/// The first label in some nodes that would start an answer if it were a heading.
fn unread_answer(document: &Document, nodes: Range<usize>, sign: &str) -> Option<Diagnostic> {
    let body = &document.body;
    let mut paragraphs = body
        .children(nodes)
        .filter(|block| block.event == Event::Start(Tag::Paragraph));
    let (name, span) = paragraphs.find_map(|block| {
        label::lines(&body.nodes, &block).find_map(|line| {
            let nodes = &body.nodes[line];
            let label = Label::bold_at(body, nodes).or_else(|| Label::plain_at(body, nodes))?;
            answers::opens_answer(&label.name).then(|| (label.name, nodes[0].span))
        })
    })?;
    let message = format!("`{name}` starts no answer of yours, because it is not a heading");
    let help = format!("write `{sign} {name}` on a line of its own, and your answer below it");
    Some(report(document, span, message).help(help))
}

fn report(document: &Document, span: Span, message: String) -> Diagnostic {
    Diagnostic::new(&rules::UNREAD_QUESTION, &document.path, span, message)
}
