//! What is known about a file only when all of its pages are: which of their parts something refers to, and whether a text runs
//! from right to left.

use std::collections::BTreeMap;

use super::address::part_of;
use super::tokens;
use super::writer::{Direction, REFERENCES, unescaped};
use crate::words::markup::{Attribute, Kind, Tag};

/// What all pages of a site have together.
#[derive(Default)]
pub struct Survey {
    /// How often each id of a part is referred to, on any page.
    pub references: BTreeMap<String, usize>,
    /// How many elements have each class, on all pages.
    pub classes: BTreeMap<String, usize>,
    /// Whether a page has a script or rules of its own.
    pub has_code: bool,
    /// Whether a page has a sign that is written from right to left.
    has_right_to_left: bool,
}

impl Survey {
    /// Reads pages of a site.
    pub fn of<'h>(pages: impl Iterator<Item = &'h str>) -> Self {
        let mut survey = Self::default();
        for html in pages {
            survey.has_right_to_left = survey.has_right_to_left || has_right_to_left(html);
            for token in tokens::of(html) {
                if let Kind::Open(tag) = token.kind {
                    survey.tag(tag);
                }
            }
        }
        survey
    }

    /// Whether texts need a direction of their own.
    pub fn direction(&self) -> Direction {
        if self.has_right_to_left {
            Direction::Kept
        } else {
            Direction::LeftOut
        }
    }

    fn tag(&mut self, tag: Tag<'_>) {
        let element = tag.lower_name();
        self.has_code |= matches!(element.as_ref(), "script" | "style");
        for attribute in tag.attributes() {
            self.attribute(&element, &attribute);
        }
    }

    fn attribute(&mut self, element: &str, attribute: &Attribute<'_>) {
        let name = attribute.name.to_ascii_lowercase();
        let value = attribute.value;
        self.has_code |= name.starts_with("on");
        self.has_right_to_left |= name == "dir" && value.eq_ignore_ascii_case("rtl");
        match (element, name.as_str()) {
            ("details" | "input", "name") => self.count(value),
            (_, "class") => {
                for class in value.split_ascii_whitespace() {
                    *self.classes.entry(class.to_owned()).or_default() += 1;
                }
            }
            (_, "href" | "xlink:href") => {
                if let Some((_, fragment)) = unescaped(value).split_once('#') {
                    self.count(&part_of(fragment));
                }
            }
            (_, name) if REFERENCES.contains(&name) => {
                value.split_ascii_whitespace().for_each(|id| self.count(id));
            }
            _ => {
                for part in value.split("url(#").skip(1) {
                    self.count(part.split(')').next().unwrap_or_default());
                }
            }
        }
    }

    fn count(&mut self, id: &str) {
        if !id.is_empty() {
            *self.references.entry(id.to_owned()).or_default() += 1;
        }
    }
}

/// Whether HTML has a sign that is written from right to left, or that makes text run so; also as a character reference.
fn has_right_to_left(html: &str) -> bool {
    html.chars().any(is_right_to_left)
        || html.contains("&rlm;")
        || html
            .split("&#")
            .skip(1)
            .filter_map(referenced)
            .any(is_right_to_left)
}

/// The character that a numeric reference stands for, without its `&#`.
fn referenced(rest: &str) -> Option<char> {
    let (digits, radix) = match rest.strip_prefix(['x', 'X']) {
        Some(digits) => (digits, 16),
        None => (rest, 10),
    };
    let end = digits
        .find(|next: char| !next.is_digit(radix))
        .unwrap_or(digits.len());
    u32::from_str_radix(&digits[..end], radix)
        .ok()
        .and_then(char::from_u32)
}

/// Whether a sign is in a block of Unicode for scripts that run from right to left, or controls the direction of text.
fn is_right_to_left(sign: char) -> bool {
    matches!(
        sign,
        '\u{590}'..='\u{8ff}'
            | '\u{200f}'
            | '\u{202b}'
            | '\u{202e}'
            | '\u{2067}'
            | '\u{fb1d}'..='\u{fdff}'
            | '\u{fe70}'..='\u{fefe}'
            | '\u{10800}'..='\u{10fff}'
            | '\u{1e800}'..='\u{1efff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_from_right_to_left_is_found_however_it_is_written() {
        for html in ["<p>שלום", "<p>&#x5d0;", "<p>&#1488;", "&rlm;", "a\u{200f}b"] {
            assert!(has_right_to_left(html), "{html}");
        }
        for html in [
            "<p dir=\"auto\">Straße – “日本”",
            "&#39;",
            "&#x1F600; &#; &#x;",
            "\u{feff}",
        ] {
            assert!(!has_right_to_left(html), "{html}");
        }
    }

    #[test]
    fn parts_that_something_refers_to_are_counted() {
        let html = "<a href=\"s.html#b\"></a><a href='#a%20c'></a><p id=\"no\" aria-labelledby=\"b d\"><i fill=\"url(#e)\">";
        let references = Survey::of([html].into_iter()).references;
        let found: Vec<(&str, usize)> = references
            .iter()
            .map(|(id, count)| (id.as_str(), *count))
            .collect();
        assert_eq!(found, [("a c", 1), ("b", 2), ("d", 1), ("e", 1)]);
    }
}
