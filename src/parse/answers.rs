//! Direct answers: text of a question under a heading `Answer`, or `Answer for` an interview.

use std::ops::Range;

use rustc_hash::FxHashSet as HashSet;

use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::{Body, Child, Event, Tag, stretch_at};
use crate::model::{DirectAnswer, Document, Meta};
use crate::slug::Slug;
use crate::source::Span;

/// The names of the heading.
const NAMES: [&str; 4] = ["answers", "answer", "antworten", "antwort"];

/// Words that can stand before the name.
const BEFORE_NAME: [&str; 14] = [
    "the ", "my ", "our ", "your ", "an ", "own ", "short ", "long ", "draft ", "die ", "meine ",
    "unsere ", "eigene ", "kurze ",
];

/// What can stand between the name and the interview.
const BEFORE_INTERVIEW: [&str; 11] = [
    "for", "für", "fuer", "at", "bei", ":", "-", "–", "—", "(", "[",
];

/// The direct answers in a range of a body. An answer ends at the next heading that is not below its own.
pub fn direct_answers(body: &Body, nodes: Range<usize>) -> Vec<DirectAnswer> {
    let mut answers: Vec<DirectAnswer> = Vec::new();
    let mut open: Option<u8> = None;
    let mut end = nodes.start;
    for child in body.children(nodes) {
        if let Event::Start(Tag::Heading(heading)) = child.event {
            let heading = &body.headings[heading];
            let is_inside = open.is_some_and(|level| heading.level > level);
            if !is_inside {
                close(body, &mut answers, open.take(), end);
                if let Some(interview) = meaning(body, &child) {
                    open = Some(heading.level);
                    answers.push(DirectAnswer {
                        interview,
                        id: heading.id.clone(),
                        with_heading: child.nodes.clone(),
                        nodes: child.nodes.end..child.nodes.end,
                        span: child.span,
                        words: 0,
                    });
                }
            }
        }
        end = child.nodes.end;
    }
    close(body, &mut answers, open, end);
    answers
}

/// Ends the answer that is open.
fn close(body: &Body, answers: &mut [DirectAnswer], open: Option<u8>, end: usize) {
    if let (Some(_), Some(last)) = (open, answers.last_mut()) {
        last.nodes.end = end;
        last.with_heading.end = end;
        last.words = body.spoken_words(last.nodes.clone(), &[]);
    }
}

/// The interview that an answer is for, if it is for one; `None` if the heading does not open an answer.
fn meaning(body: &Body, heading: &Child) -> Option<Option<Slug>> {
    interview_in(&body.plain_of_line(&body.nodes[heading.inner()]))
}

/// Whether a text would open an answer if it were a heading.
pub fn opens_answer(text: &str) -> bool {
    interview_in(text).is_some()
}

/// Reads a text as the heading of an answer. In doubt an answer is for one interview, because such an answer stays with its author.
fn interview_in(text: &str) -> Option<Option<Slug>> {
    // Longer than a name with an interview.
    const LONGEST: usize = 200;
    let is_question = text.trim_end().ends_with(['?', '？', '؟']);
    if text.len() > LONGEST || is_question {
        return None;
    }
    let lower: String = text
        .to_lowercase()
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ");
    // A number or an emoji before the name makes no difference.
    let mut rest = lower.trim_start_matches(|sign: char| !sign.is_alphabetic());
    while let Some(shorter) = BEFORE_NAME.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = shorter;
    }
    let rest = NAMES.iter().find_map(|name| rest.strip_prefix(name))?;
    if rest.starts_with(char::is_alphanumeric) {
        return None;
    }
    let rest = rest.trim();
    if rest.is_empty() || rest == ":" {
        return Some(None);
    }
    let after = BEFORE_INTERVIEW.iter().find_map(|separator| {
        let after = rest.strip_prefix(separator)?;
        let is_word = separator.ends_with(char::is_alphabetic);
        (!is_word || !after.starts_with(char::is_alphanumeric)).then_some(after)
    })?;
    let name = after.trim_matches(|sign: char| !sign.is_alphanumeric());
    let name = name.rsplit('/').next().unwrap_or_default();
    Some(Some(Slug::of(name)))
}

/// Reports answers for one interview where no answer is read. Others could see them there.
pub fn misplaced_answers(document: &Document) -> Vec<Diagnostic> {
    if !matches!(
        document.meta,
        Meta::Story(_) | Meta::Variant(_) | Meta::Question(_) | Meta::Sheet(_) | Meta::Asks(_)
    ) {
        return Vec::new();
    }
    let body = &document.body;
    let read: HashSet<usize> = answers_in(document)
        .map(|answer| answer.with_heading.start)
        .collect();
    let private: Vec<Range<usize>> = answers_in(document)
        .filter(|answer| answer.interview.is_some())
        .map(|answer| answer.with_heading.clone())
        .collect();
    let mut found = Vec::new();
    for (index, node) in body.nodes.iter().enumerate() {
        let Event::Start(Tag::Heading(_) | Tag::Strong | Tag::Emphasis) = node.event else {
            continue;
        };
        let Some(label) = body.children(index..body.nodes.len()).next() else {
            continue;
        };
        let is_for_one = matches!(meaning(body, &label), Some(Some(_)));
        if is_for_one && !read.contains(&index) && stretch_at(&private, index).is_none() {
            found.push(misplaced(document, node.span));
        }
    }
    found
}

/// The direct answers of a document, in the order of its text.
fn answers_in(document: &Document) -> impl Iterator<Item = &DirectAnswer> {
    let items = document.sections.iter().flat_map(|section| &section.items);
    items
        .flat_map(|item| &item.answers)
        .chain(&document.answers)
}

fn misplaced(document: &Document, span: Span) -> Diagnostic {
    let message = "this reads as an answer for one interview, but here it is no answer, and others could see it";
    let help = match &document.meta {
        Meta::Question(question) if question.about.is_none() => {
            "write `## Answer for` and the name of the interview as a heading of its own"
        }
        Meta::Sheet(sheet) if sheet.about.is_none() => {
            "write `### Answer for` and the name of the interview as a heading below the question"
        }
        _ => "move it into the file of the question that it answers, or write it in other words",
    };
    Diagnostic::new(&rules::SWALLOWED_MARK, &document.path, span, message).help(help)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::markdown::read;
    use crate::source::SitePath;

    fn read_answers(text: &str) -> Vec<(Option<String>, u32)> {
        let (body, _) = read(&SitePath::new("content/questions/a.md"), &text.into(), 0);
        direct_answers(&body, 0..body.nodes.len())
            .into_iter()
            .map(|answer| (answer.interview.map(|slug| slug.to_string()), answer.words))
            .collect()
    }

    #[test]
    fn a_heading_opens_an_answer_until_the_next_of_its_level() {
        let text = "Guidance.\n\n## Answer\n\nOne two.\n\n### More\n\nThree.\n\n## Answer for harbour-onsite\n\nFour.\n\n## Notes\n\nFive.\n";
        let harbour = Some("harbour-onsite".to_owned());
        assert_eq!(read_answers(text), [(None, 4), (harbour, 1)]);
    }

    #[test]
    fn in_doubt_an_answer_is_for_one_interview() {
        for heading in [
            "Answer (harbour)",
            "Answers for harbour",
            "The answer for harbour",
            "Draft answer for harbour",
            "2. Answer for harbour",
            "🛠️ Answer for harbour",
            "Answer for: harbour",
            "Answer for\u{a0}harbour",
            "Answer – harbour",
            "Answer for [[harbour]]",
            "Answer for [[interviews/harbour]]",
            "**Answer for harbour**",
            "Answer: harbour",
        ] {
            let found = read_answers(&format!("## {heading}\n\na\n"));
            assert_eq!(found, [(Some("harbour".to_owned()), 1)], "{heading}");
        }
        assert_eq!(
            read_answers("## Answer for\n\na\n"),
            [(Some(String::new()), 1)]
        );
    }

    #[test]
    fn other_headings_open_none() {
        assert_eq!(read_answers("## Answering machines\n\nb\n"), []);
        assert_eq!(read_answers("## Answer for whom?\n\nb\n"), []);
        assert_eq!(read_answers("## Answer the phone\n\na\n"), []);
    }
}
