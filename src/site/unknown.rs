//! Reports of names that the site does not have, and of hashtags that are not read.
//!
//! A name is reported once, however many places have it: a file that was deleted or renamed is one mistake.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use rustc_hash::FxHashMap as HashMap;

use super::DocumentId;
use super::advice::{Advice, Several, Use, command_word};
use super::names::Names;
use super::references::Unknown;
use crate::diagnostic::{ADVISED, Diagnostic, Rule, rules};
use crate::markdown::{UnreadPlace, UnreadTag};
use crate::model::{Document, Kind, Meta};
use crate::slug::Slug;
use crate::source::Span;

/// How many different hashtags are compared with all competencies. Any more are plain text.
const DIFFERENT_TAGS: usize = 500;

/// From this number of places on, a hashtag that is similar to nothing is reported too: nobody repeats a word of a text as a hashtag
/// at the end of so many blocks.
const REPEATED: usize = 3;

/// How many further places a report shows.
const SHOWN: usize = 3;

/// Reports the names in front matter and the hashtags that the site does not have, and the hashtags that are not read.
pub fn report(
    documents: &[Arc<Document>],
    names: &Names,
    unknown: &[Unknown<'_>],
) -> Vec<Diagnostic> {
    let reporter = Reporter {
        documents,
        names,
        advice: Advice::new(documents, names),
    };
    let tags = reporter.unknown_tags();
    let missing = reporter.missing(unknown, &tags);
    let named: HashSet<&Slug> = missing
        .iter()
        .filter(|missing| missing.kind == Kind::Competency)
        .map(|missing| missing.slug)
        .collect();
    let mut found = reporter.report_missing(&missing);
    let tags = tags.iter().filter(|tag| !named.contains(tag.slug));
    found.extend(reporter.report_tags(tags));
    found.extend(reporter.report_unread());
    found
}

/// A place in a document.
type Place = (DocumentId, Span);

/// A name that the site does not have, with all places that have it.
struct Missing<'d> {
    kind: Kind,
    slug: &'d Slug,
    /// In the order of the files and their texts; at least one.
    places: Vec<Place>,
}

impl Missing<'_> {
    fn sort(&mut self) {
        self.places
            .sort_by_key(|&(document, span)| (document, span.start));
        self.places.dedup();
    }
}

struct Reporter<'d> {
    documents: &'d [Arc<Document>],
    names: &'d Names,
    advice: Advice<'d>,
}

impl<'d> Reporter<'d> {
    /// The hashtags that name no competency, each with its places.
    fn unknown_tags(&self) -> Vec<Missing<'d>> {
        let mut found: Vec<Missing<'d>> = Vec::new();
        let mut known: HashMap<&Slug, usize> = HashMap::default();
        for (index, document) in self.documents.iter().enumerate() {
            let tags = document.body.tagged.iter().flat_map(|block| &block.tags);
            for (slug, span) in tags.filter(|(slug, _)| !self.is_competency(slug)) {
                let place = *known.entry(slug).or_insert(found.len());
                if place == found.len() {
                    found.push(Missing {
                        kind: Kind::Competency,
                        slug,
                        places: Vec::new(),
                    });
                }
                found[place].places.push((DocumentId(index), *span));
            }
        }
        found
    }

    fn is_competency(&self, slug: &Slug) -> bool {
        self.names.competency(slug.as_str()).is_some()
    }

    /// The names in front matter that the site does not have. A competency has the places of its hashtags too.
    fn missing<'u>(&self, unknown: &'u [Unknown<'d>], tags: &[Missing<'d>]) -> Vec<Missing<'u>>
    where
        'd: 'u,
    {
        let mut found: Vec<Missing<'u>> = Vec::new();
        let mut known: HashMap<(Kind, &Slug), usize> = HashMap::default();
        for &Unknown {
            document,
            slug,
            span,
            kind,
        } in unknown
        {
            let place = *known.entry((kind, slug)).or_insert(found.len());
            if place == found.len() {
                found.push(Missing {
                    kind,
                    slug,
                    places: Vec::new(),
                });
            }
            found[place].places.push((document, span));
        }
        for tag in tags {
            if let Some(&place) = known.get(&(Kind::Competency, tag.slug)) {
                found[place].places.extend(&tag.places);
            }
        }
        found.iter_mut().for_each(Missing::sort);
        found
    }

    /// Reports missing names. The first of them get advice that names something similar.
    fn report_missing(&self, missing: &[Missing<'_>]) -> Vec<Diagnostic> {
        let of_kind = |kind: Kind| {
            missing
                .iter()
                .filter(|missing| missing.kind == kind)
                .count()
        };
        let counts = Kind::ALL.map(|kind| (kind, of_kind(kind)));
        let reports = missing.iter().enumerate().map(|(place, missing)| {
            let Missing { kind, slug, places } = missing;
            let only = || {
                counts
                    .contains(&(*kind, 1))
                    .then(|| self.advice.on_only_missing(*kind, slug))
                    .flatten()
            };
            let usage = match places.len() {
                1 => Use::Once,
                _ => Use::Often,
            };
            let similar = || self.advice.on_similar(*kind, slug, usage);
            let advice = || {
                if place < ADVISED {
                    similar().or_else(only)
                } else {
                    None
                }
            };
            self.report_name(missing, advice)
        });
        reports.collect()
    }

    fn report_name(
        &self,
        missing: &Missing<'_>,
        advice: impl FnOnce() -> Option<String>,
    ) -> Diagnostic {
        let Missing { kind, slug, places } = missing;
        let (first, span) = places[0];
        let noun = kind.noun();
        let written = self.documents[first.0]
            .body
            .file_text()
            .get(span.range())
            .unwrap_or_default();
        let several = self.advice.several(*kind, slug);
        let known = several.as_ref().map(|several| several.help.clone());
        let help = nested_item(written)
            .or(known)
            .or_else(|| self.as_list(written, *kind))
            .or_else(advice)
            .unwrap_or_else(|| add_it(written, *kind, slug));
        let is = match several {
            Some(Several { is, .. }) => format!(": it is {is}"),
            None => String::new(),
        };
        let message = match self.count(places) {
            None => format!("there is no {noun} `{slug}`{is}"),
            Some(count) => format!("there is no {noun} `{slug}`, which {count} name{is}"),
        };
        self.at_places(rule_of(*kind), places, message).help(help)
    }

    /// Advice for a value that holds several names of a kind.
    fn as_list(&self, written: &str, kind: Kind) -> Option<String> {
        as_list(written, |name| {
            kind != Kind::Story && self.names.find(kind, name.as_str()).is_some()
        })
    }

    /// A diagnostic at the first of some places that shows a few of the others.
    fn at_places(&self, rule: &'static Rule, places: &[Place], message: String) -> Diagnostic {
        let path = |document: DocumentId| &self.documents[document.0].path;
        let (first, span) = places[0];
        let found = Diagnostic::new(rule, path(first), span, message);
        let others = places[1..].iter().take(SHOWN);
        others.fold(found, |found, &(document, span)| {
            found.note(path(document), span, "named here too")
        })
    }

    /// How many places there are, in words; `None` for one.
    fn count(&self, places: &[Place]) -> Option<String> {
        let files: BTreeSet<DocumentId> = places.iter().map(|&(document, _)| document).collect();
        match (places.len(), files.len()) {
            (0 | 1, _) => None,
            (places, 1) => Some(format!("{places} places of this file")),
            (places, files) => Some(format!("{places} places of {files} files")),
        }
    }

    /// Reports hashtags that are similar to the name of a competency, or that are repeated. All others are plain text.
    fn report_tags<'t>(&self, tags: impl Iterator<Item = &'t Missing<'t>>) -> Vec<Diagnostic> {
        let reports = tags.enumerate().filter_map(|(place, tag)| {
            let Missing { kind, slug, places } = tag;
            let similar = (place < DIFFERENT_TAGS)
                .then(|| self.advice.on_similar(*kind, slug, Use::Hashtags))
                .flatten();
            let repeated = || {
                let help = format!(
                    "add it with `storybank new {} {slug}`, or write `\\#{slug}` if it is text",
                    command_word(*kind)
                );
                (places.len() >= REPEATED).then_some(help)
            };
            let help = similar.or_else(repeated)?;
            let message = match self.count(places) {
                None => format!("`#{slug}` is not a competency; it is left as plain text"),
                Some(count) => format!(
                    "`#{slug}`, which {count} name, is not a competency; it is left as plain text"
                ),
            };
            Some(self.at_places(&rules::TAG, places, message).help(help))
        });
        reports.collect()
    }

    /// Reports hashtags of competencies in places where none are read.
    fn report_unread(&self) -> Vec<Diagnostic> {
        let documents = self.documents.iter();
        let tags = documents.flat_map(|document| {
            let tags = document.body.unread_tags.iter();
            tags.map(move |tag| (&**document, tag))
        });
        tags.filter(|(document, tag)| is_evidence(document, tag))
            .filter_map(|(document, tag)| self.report_unread_tag(document, tag))
            .collect()
    }

    fn report_unread_tag(&self, document: &Document, tag: &UnreadTag) -> Option<Diagnostic> {
        let (slug, words) = (0..=tag.following.len()).rev().find_map(|count| {
            let mut words = tag.name.to_string();
            for word in &tag.following[..count] {
                words.push(' ');
                words.push_str(word);
            }
            let slug = Slug::of(&words);
            let meant = if self.is_competency(&slug) {
                slug
            } else {
                self.advice.another_name(&slug)?.clone()
            };
            Some((meant, words))
        })?;
        let (why, help) = why_unread(document, tag, &slug, &words);
        let sign = if tag.place == UnreadPlace::Spaced {
            "# "
        } else {
            "#"
        };
        let message = format!("`{sign}{words}` is not read: {why}");
        Some(Diagnostic::new(&rules::TAG, &document.path, tag.span, message).help(help))
    }
}

/// Whether a hashtag in a place could be evidence, or could say what a question probes.
fn is_evidence(document: &Document, tag: &UnreadTag) -> bool {
    match document.meta {
        Meta::Story(_) | Meta::Variant(_) => true,
        Meta::Question(_) => tag.place == UnreadPlace::Heading,
        _ => false,
    }
}

/// Why a hashtag is not read, and what to do; `words` are its name as it is written, `slug` is the competency that it means.
fn why_unread(
    document: &Document,
    tag: &UnreadTag,
    slug: &Slug,
    words: &str,
) -> (&'static str, String) {
    if matches!(document.meta, Meta::Question(_)) {
        let help = format!("write `competencies: [{slug}]` in the front matter");
        return ("it is in a heading", help);
    }
    let place = "at the end of the paragraph or list item";
    match tag.place {
        UnreadPlace::Spaced => (
            "it has a space after its `#`",
            format!("write `#{slug}` {place}"),
        ),
        _ if words.contains(' ') => (
            "a hashtag has no spaces",
            format!("write `#{slug}` {place}"),
        ),
        UnreadPlace::Middle => (
            "other words come after it",
            format!("write `#{slug}` {place}, or `\\#{words}` if it is text"),
        ),
        UnreadPlace::Alone => (
            "it stands alone",
            format!("write `#{slug}` {place} that shows it"),
        ),
        UnreadPlace::Heading => (
            "it is in a heading",
            format!("write `#{slug}` at the end of each paragraph or list item that shows it"),
        ),
        UnreadPlace::Table => ("it is in a table", format!("write `#{slug}` {place}")),
    }
}

fn rule_of(kind: Kind) -> &'static Rule {
    match kind {
        Kind::Question => &rules::QUESTION,
        Kind::Competency => &rules::COMPETENCY,
        Kind::Story | Kind::CaseStudy => &rules::STORY,
        Kind::Interview => &rules::INTERVIEW,
    }
}

/// Advice to add the document that a name should have.
fn add_it(written: &str, kind: Kind, slug: &Slug) -> String {
    let add = format!("add it with `storybank new {} {slug}`", command_word(kind));
    match written.strip_prefix('#') {
        Some(name) if kind == Kind::Competency => {
            format!("{add}, or write `\\#{name}` if it is text")
        }
        _ => add,
    }
}

/// Advice for an item that continues the item above it, because its hyphen is farther to the right.
fn nested_item(written: &str) -> Option<String> {
    let mut below = written.lines().skip(1).map(str::trim_start);
    below.any(|line| line.starts_with("- ")).then(|| {
        "begin each `- ` of the list as far to the right as the first one: this item continues in the line below it".to_owned()
    })
}

/// Advice for a value that is not a list and holds several names, some of which exist; between blanks alone, all of them.
fn as_list(written: &str, is_known: impl Fn(&Slug) -> bool) -> Option<String> {
    if written.contains(['\n', '[']) {
        return None;
    }
    let names = |separators: &[char]| -> Vec<String> {
        let is_around = |sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'' | '#');
        let names = written.split(separators);
        let names = names.map(|name| name.trim_matches(is_around).to_owned());
        names.filter(|name| !name.is_empty()).collect()
    };
    let known = |names: &[String]| {
        let known = names.iter().filter(|name| is_known(&Slug::of(name)));
        known.count()
    };
    let (parts, words) = (names(&[',', ';']), names(&[',', ';', ' ']));
    let several = if parts.len() > 1 && known(&parts) > 0 {
        parts
    } else if words.len() > 1 && known(&words) == words.len() {
        words
    } else {
        return None;
    };
    Some(format!(
        "write several as a list: `[{}]`",
        several.join(", ")
    ))
}
