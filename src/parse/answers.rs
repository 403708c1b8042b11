//! Direct answers: text of a question under a heading `Answer`, or `Answer for` an interview.

use std::ops::Range;

use crate::markdown::{Body, Event, Heading, Tag};
use crate::model::DirectAnswer;
use crate::slug::Slug;

/// The names of the heading.
const NAMES: [&str; 4] = ["my answer", "answer", "meine antwort", "antwort"];

/// What can stand between the name and the interview.
const BEFORE_INTERVIEW: [&str; 7] = ["for ", "für ", "at ", ":", "-", "–", "("];

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
                if let Some(interview) = meaning(heading) {
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
fn meaning(heading: &Heading) -> Option<Option<Slug>> {
    interview_in(&heading.text)
}

/// Whether a text would open an answer if it were a heading.
pub fn opens_answer(text: &str) -> bool {
    // Longer than a name with an interview.
    const LONGEST: usize = 200;
    text.len() <= LONGEST && interview_in(text).is_some()
}

fn interview_in(text: &str) -> Option<Option<Slug>> {
    let lower = text.trim().to_lowercase();
    let rest = NAMES.iter().find_map(|name| lower.strip_prefix(name))?;
    let rest = rest.trim();
    if rest.is_empty() || rest == ":" {
        return Some(None);
    }
    let interview = BEFORE_INTERVIEW
        .iter()
        .find_map(|separator| rest.strip_prefix(separator))?
        .trim()
        .trim_end_matches(')');
    let interview = interview.rsplit('/').next().unwrap_or_default();
    Some(Some(Slug::of(interview)).filter(|slug| !slug.is_empty()))
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
    fn other_headings_open_none() {
        assert_eq!(
            read_answers("## Answers\n\na\n\n## Answering machines\n\nb\n"),
            []
        );
        assert_eq!(read_answers("## Answer the phone\n\na\n"), []);
    }
}
