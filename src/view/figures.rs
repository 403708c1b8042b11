//! The figures of a story: those that a telling says come first.

use std::borrow::Cow;
use std::collections::HashSet;

use super::telling::{Headline, headline_of};
use super::types::FactView;
use crate::html::PageWriter;
use crate::model::{Fact, Part, Prose};
use crate::site::{Site, TellingId};

/// The figures of the story that a telling tells, those that the telling says first. Hyphens in their names become spaces.
pub fn facts<'a>(writer: &PageWriter<'a>, id: TellingId) -> Vec<FactView<'a>> {
    let site = writer.context.site;
    let facts = &site.story_meta(id.story).facts;
    let is_said = said(site, id, facts);
    let mut views: Vec<FactView<'a>> = facts
        .iter()
        .zip(is_said)
        .map(|(fact, said)| FactView {
            label: fact.name.as_str().replace(['-', '_'], " ").into(),
            value: Cow::Borrowed(fact.value.as_str()),
            source: Prose::or_empty(fact.source.as_ref()),
            said,
        })
        .collect();
    views.sort_by_key(|fact| !fact.said);
    views
}

/// For each figure whether a telling says it: all of its numbers, or all of its words if it has no number.
fn said(site: &Site, id: TellingId, facts: &[Fact]) -> Vec<bool> {
    let wanted: Vec<Vec<Token<'_>>> = facts
        .iter()
        .map(|fact| needed(fact.value.as_str()))
        .collect();
    let mut missing: HashSet<&str> = wanted.iter().flatten().map(Cow::as_ref).collect();
    let are_numbers = missing.iter().all(|token| starts_with_digit(token));
    for text in texts(site, id) {
        if missing.is_empty() {
            break;
        }
        if are_numbers {
            for number in numbers(&text) {
                missing.remove(number.as_ref());
            }
        } else {
            for token in tokens(&text) {
                missing.remove(token.as_ref());
            }
        }
    }
    let is_said = |tokens: &Vec<Token<'_>>| {
        !tokens.is_empty() && tokens.iter().all(|token| !missing.contains(token.as_ref()))
    };
    wanted.iter().map(is_said).collect()
}

fn starts_with_digit(token: &str) -> bool {
    token.starts_with(|first: char| first.is_ascii_digit())
}

/// What a text has to hold to say a figure: `$1.2M` is also said as `1.2 million`.
fn needed(value: &str) -> Vec<Token<'_>> {
    let tokens: Vec<Token<'_>> = tokens(value).collect();
    if tokens.iter().any(|token| starts_with_digit(token)) {
        let numbers = tokens.into_iter().filter(|token| starts_with_digit(token));
        numbers.collect()
    } else {
        tokens
    }
}

/// The texts of a telling: its headline, and what is said in its parts.
fn texts(site: &Site, id: TellingId) -> impl Iterator<Item = Cow<'_, str>> {
    let telling = site.telling(id);
    let headline = match headline_of(site, id) {
        Headline::Text(text) => Some(Cow::Borrowed(text)),
        // The text of its section is among the parts.
        Headline::Paragraph(..) => None,
    };
    let sections = telling.sections.iter().filter_map(move |told| {
        let section = site.section(told.id);
        let is_beside = matches!(section.part, Some(Part::Changes | Part::FollowUps));
        let body = &site.document(told.id.document).body;
        (!is_beside && !section.is_private).then(|| {
            body.spoken_text(section.nodes.clone(), &telling.left_out)
                .into()
        })
    });
    headline.into_iter().chain(sections)
}

/// A number without separators of thousands, or a word in small letters.
type Token<'t> = Cow<'t, str>;

/// The numbers and the words of a text, in their order: `$1,200k` has `1200` and `k`.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        rest = rest.trim_start_matches(|next: char| !next.is_alphanumeric());
        let first = rest.chars().next()?;
        let end = if first.is_ascii_digit() {
            end_of_number(rest)
        } else {
            rest.find(|next: char| !next.is_alphanumeric() || next.is_ascii_digit())
                .unwrap_or(rest.len())
        };
        let (token, after) = rest.split_at(end);
        rest = after;
        Some(if first.is_ascii_digit() {
            plain_number(token)
        } else if token.bytes().all(|byte| byte.is_ascii_lowercase()) {
            Cow::Borrowed(token)
        } else {
            Cow::Owned(token.to_lowercase())
        })
    })
}

/// The numbers among the tokens of a text. Most texts have few, and their words are passed over quickly.
fn numbers(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let start = rest.bytes().position(|byte| byte.is_ascii_digit())?;
        let (number, after) = rest[start..].split_at(end_of_number(&rest[start..]));
        rest = after;
        Some(plain_number(number))
    })
}

/// The signs that part the groups of a number, or its whole from its fraction.
const SEPARATORS: [char; 6] = ['.', ',', '\'', '’', '\u{a0}', '\u{202f}'];

/// The end of the number that a text starts with: a separator belongs to it only between digits.
fn end_of_number(text: &str) -> usize {
    let is_digit = |next: Option<char>| next.is_some_and(|next| next.is_ascii_digit());
    let mut characters = text.char_indices().peekable();
    while let Some((at, next)) = characters.next() {
        let follows = characters.peek().map(|&(_, next)| next);
        let separates = SEPARATORS.contains(&next) && is_digit(follows);
        if !next.is_ascii_digit() && !separates {
            return at;
        }
    }
    text.len()
}

/// A number without separators of thousands, and with a point before its fraction.
fn plain_number(number: &str) -> Token<'_> {
    let mut groups = number.split(SEPARATORS);
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    if rest.is_empty() {
        return Cow::Borrowed(number);
    }
    let are_thousands = rest.iter().all(|group| group.len() == 3);
    let separator = if are_thousands { "" } else { "." };
    Cow::Owned([&[first], rest.as_slice()].concat().join(separator))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_words_are_tokens() {
        let of = |text| tokens(text).collect::<Vec<_>>().join("|");
        assert_eq!(of("$1.2M per day."), "1.2|m|per|day");
        assert_eq!(
            of("12,000 12.000 12’000 12\u{a0}000"),
            "12000|12000|12000|12000"
        );
        assert_eq!(of("1,234,567.89, Sev2"), "1.234.567.89|sev|2");
        assert_eq!(of("40 %, – 3. Größe"), "40|3|größe");
        assert_eq!(of(""), "");
    }

    #[test]
    fn numbers_are_the_tokens_that_start_with_a_digit() {
        for text in [
            "$1.2M per day, 3.",
            "12\u{a0}000 a1b22 Größe 3,5",
            "٣ 4",
            "",
            "x",
        ] {
            let among: Vec<Token<'_>> = tokens(text)
                .filter(|token| starts_with_digit(token))
                .collect();
            assert_eq!(numbers(text).collect::<Vec<_>>(), among, "{text}");
        }
    }

    #[test]
    fn a_figure_needs_its_numbers_or_else_its_words() {
        let of = |value: &str| needed(value).join("|");
        assert_eq!(of("about 40 commits in 2 days"), "40|2");
        assert_eq!(of("exactly one customer"), "exactly|one|customer");
        assert_eq!(of("–"), "");
    }
}
