//! Slugs: the names of documents in addresses and links.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, de};
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;
use xxhash_rust::xxh3::xxh3_128;

use crate::words;

/// The name of a document within its kind: lower-case letters, digits and single hyphens.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slug(Arc<str>);

impl Slug {
    /// Makes a slug of a text: letters and digits in lower case, one hyphen for everything between them. It can be empty.
    pub fn of(text: &str) -> Self {
        let is_plain =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if text.bytes().all(is_plain)
            && !text.contains("--")
            && !text.starts_with('-')
            && !text.ends_with('-')
        {
            return Self(text.into());
        }
        let mut slug = String::with_capacity(text.len());
        // An apostrophe does not split a word: `didn’t` gives `didnt`. Systems encode an accented letter in two ways; both give the same slug.
        let seen = text
            .chars()
            .filter(|&character| !matches!(character, '\'' | '’') && !is_unseen(character));
        for character in seen.nfc().flat_map(char::to_lowercase).nfc() {
            if is_combining_mark(character) {
                // A combining mark belongs to the letter before it. Without such a letter it is left out.
                if !slug.is_empty() && !slug.ends_with('-') {
                    slug.push(character);
                }
            } else if character.is_alphanumeric() {
                slug.push(character);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        while slug.ends_with('-') {
            slug.pop();
        }
        Self(slug.into())
    }

    /// The characters, as in addresses.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it was made of a text without a letter or digit. No page can have such an address.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl Slug {
    /// The slug cut at a hyphen, so that a file name made of it has at most 255 bytes.
    pub fn shortened(&self) -> Self {
        const LONGEST: usize = 120;
        if self.0.len() <= LONGEST {
            return self.clone();
        }
        let mut end = LONGEST;
        while !self.0.is_char_boundary(end) || self.0[end..].starts_with(is_combining_mark) {
            end -= 1;
        }
        let cut = &self.0[..end];
        Self(cut.rfind('-').map_or(cut, |hyphen| &cut[..hyphen]).into())
    }
}

/// The name of a page that links can lead to. In contrast to a number, it means the same page in every site that has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PageName {
    /// The home page.
    Home,
    /// The story itself.
    Story(Slug),
    /// Another telling of a story: the slug of the story, then its own.
    Telling(Slug, Slug),
    /// A question, of the bank or about a story.
    Question(Slug),
    /// A case study.
    CaseStudy(Slug),
    /// A competency.
    Competency(Slug),
    /// An interview.
    Interview(Slug),
}

impl PageName {
    /// The same page where slugs are written in another way.
    pub fn map(&self, slug: impl Fn(&Slug) -> Slug) -> Self {
        match self {
            Self::Home => Self::Home,
            Self::Story(story) => Self::Story(slug(story)),
            Self::Telling(story, telling) => Self::Telling(slug(story), slug(telling)),
            Self::Question(question) => Self::Question(slug(question)),
            Self::CaseStudy(case) => Self::CaseStudy(slug(case)),
            Self::Competency(competency) => Self::Competency(slug(competency)),
            Self::Interview(interview) => Self::Interview(slug(interview)),
        }
    }

    /// Its own slug, without that of its story; `None` for the home page.
    pub fn slug(&self) -> Option<&Slug> {
        match self {
            Self::Home => None,
            Self::Story(slug)
            | Self::Telling(_, slug)
            | Self::Question(slug)
            | Self::CaseStudy(slug)
            | Self::Competency(slug)
            | Self::Interview(slug) => Some(slug),
        }
    }
}

/// Gives names, each only once.
#[derive(Debug, Default)]
pub struct Numbered {
    taken: HashSet<String>,
    /// For each name that is taken, the next number to try. The numbers below it are taken.
    next: HashMap<String, usize>,
}

impl Numbered {
    /// The name itself, or if it is taken the first free one that `numbered` gives for 2, 3, 4 … Names with the same `key` count
    /// as the same name.
    pub fn claim(
        &mut self,
        name: &str,
        numbered: impl Fn(usize) -> String,
        key: impl Fn(&str) -> String,
    ) -> String {
        if self.taken.insert(key(name)) {
            return name.to_owned();
        }
        let next = self.next.entry(key(name)).or_insert(2);
        loop {
            let candidate = numbered(*next);
            *next += 1;
            if self.taken.insert(key(&candidate)) {
                return candidate;
            }
        }
    }
}

/// The name of a published file: 64 bits of the digest of its content, and the extension. It reveals nothing of the author's name for it.
pub fn content_name(bytes: &[u8], extension: Option<&str>) -> String {
    let digest = content_digest(bytes);
    extension.map_or_else(
        || digest.clone(),
        |extension| format!("{digest}.{extension}"),
    )
}

/// Whether a name is the [`content_name`] of a file.
pub fn is_content_name(name: &str, bytes: &[u8]) -> bool {
    name.split('.').next() == Some(content_digest(bytes).as_str())
}

fn content_digest(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_128(bytes) >> 64)
}

/// Whether two different texts are equal after Unicode normalisation.
pub fn differ_in_form_alone(one: &str, other: &str) -> bool {
    one != other && one.nfc().eq(other.nfc())
}

/// Whether a character is invisible, or only frames the one before it, as in the keycap of `1️⃣`.
fn is_unseen(character: char) -> bool {
    const FRAMES: [std::ops::RangeInclusive<char>; 5] = [
        '\u{488}'..='\u{489}',
        '\u{1abe}'..='\u{1abe}',
        '\u{20dd}'..='\u{20e0}',
        '\u{20e2}'..='\u{20e4}',
        '\u{a670}'..='\u{a672}',
    ];
    words::is_unseen(character) || FRAMES.iter().any(|frames| frames.contains(&character))
}

impl std::borrow::Borrow<str> for Slug {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl fmt::Debug for Slug {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl<'de> Deserialize<'de> for Slug {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let slug = Self::of(&text);
        if slug.is_empty() {
            let found = match text.trim() {
                "" => "nothing".to_owned(),
                other => format!("\"{other}\""),
            };
            Err(de::Error::custom(format!(
                "found {found}, expected a name with a letter or a digit"
            )))
        } else {
            Ok(slug)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slugs_are_small_and_plain() {
        for (text, slug) in [
            ("My Story", "my-story"),
            ("didn’t work?!", "didnt-work"),
            ("  a -- b ", "a-b"),
            ("Größe 2", "größe-2"),
            ("?", ""),
            ("a-b", "a-b"),
            ("gro\u{308}ße", "größe"),
            ("İx", "i\u{307}x"),
            ("⚙️ gears", "gears"),
            ("gears ⚙️", "gears"),
            ("1️⃣ first", "1-first"),
            ("a\u{200b}b\u{ad}c\u{e0100}", "abc"),
            ("\u{301}a \u{301}b", "a-b"),
            ("e\u{34f}\u{301}", "é"),
            ("हिन्दी", "हिन्दी"),
            ("می‌خواهم", "میخواهم"),
            ("为什么？", "为什么"),
            ("\u{3164}", ""),
        ] {
            assert_eq!(Slug::of(text).as_str(), slug);
            assert_eq!(Slug::of(slug).as_str(), slug);
        }
    }

    #[test]
    fn a_cut_keeps_a_letter_and_its_mark_together() {
        let slug = Slug::of(&format!("{}q\u{323}", "a".repeat(119)));
        assert_eq!(slug.shortened().as_str(), "a".repeat(119));
    }

    #[test]
    fn tells_names_that_differ_in_form_alone() {
        assert!(
            differ_in_form_alone("gro\u{308}ße", "größe")
                && !differ_in_form_alone("a", "a")
                && !differ_in_form_alone("a", "b")
        );
    }

    proptest::proptest! {
        #[test]
        fn a_slug_starts_with_a_letter_or_digit_and_stays_what_it_is(text in "[a \\-'e\u{301}\u{fe0f}\u{200d}\u{20e3}\u{93f}क⚙1é\u{3164}İẞ_.]{0,12}") {
            let slug = Slug::of(&text);
            let again = Slug::of(slug.as_str());
            proptest::prop_assert_eq!(&again, &slug);
            let starts_well = slug.as_str().chars().next().is_none_or(|first| first.is_alphanumeric() && !is_combining_mark(first));
            proptest::prop_assert!(starts_well && !slug.as_str().contains(is_unseen) && !slug.as_str().contains("--"));
        }
    }
}
