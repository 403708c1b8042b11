//! The dialect of MediaWiki: wikitext, with HTML elements where wikitext has no markup.

mod blocks;
mod inline;
mod language;
mod title;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::page::{Block, Case, Inline, RawHtml, Within, plain_without_pictures};
use super::{Location, Publication};
use crate::slug::Numbered;

/// The default maximum size of a page in bytes (`$wgMaxArticleSize`).
const LONGEST_PAGE: usize = 2048 * 1024;

/// The location of a page. `parent` is a prefix of the visible title, for example `Case studies/`
/// or `Project:`.
pub fn location(title: &str, parent: &str) -> Location {
    let path = title::of(title, parent);
    Location {
        title: path.clone(),
        path,
    }
}

/// The title that MediaWiki shows, if it differs from the author's.
pub fn another_title(title: &str, parent: &str) -> Option<String> {
    title::another(title, parent)
}

/// The anchors of the headings, which MediaWiki derives from their text.
pub fn anchors(case: &Case) -> BTreeMap<String, String> {
    let mut taken = Numbered::default();
    let headings = case
        .page
        .headings()
        .into_iter()
        .filter(|heading| !heading.text.is_empty());
    let named = headings.map(|heading| {
        (
            heading.id.clone(),
            free(&heading_words(&heading.text), &mut taken),
        )
    });
    named.collect()
}

/// MediaWiki adds `_2` to the anchor of a second heading with the same text. Case is ignored.
fn free(words: &str, taken: &mut Numbered) -> String {
    taken.claim(
        words,
        |number| format!("{words} {number}"),
        |name| name.replace(' ', "_").to_ascii_lowercase(),
    )
}

/// The text that the anchor of a heading is made of.
fn heading_words(inlines: &[Inline]) -> String {
    let words: String = plain_without_pictures(inlines)
        .nfc()
        .filter(|sign| !title::is_direction(*sign))
        .collect();
    words
        .split(|sign: char| sign == '_' || sign.is_whitespace())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Whether MediaWiki has no equivalent of an HTML element in its context.
pub fn loses(html: &RawHtml) -> bool {
    html.within == Within::Preformatted || matches!(html.name, "col" | "colgroup" | "figure")
}

/// The wikitext of a page, in Unicode normal form C as MediaWiki stores it.
pub fn text(case: &Case, publication: &Publication<'_>) -> String {
    let contents = if case.page.blocks.contains(&Block::Contents) {
        ""
    } else {
        "__NOTOC__\n"
    };
    // If the title had to change, the text begins with the author's title.
    let title = title::another(&case.title, publication.parent).map_or_else(String::new, |_| {
        format!("'''{}'''\n\n", words::escape(case.title.trim()))
    });
    let text = format!("{contents}{title}{}\n", blocks::page(case, publication));
    text.nfc().collect()
}

/// What the wiki would refuse or lose.
pub fn problems(case: &Case, location: &Location, text: &str) -> Vec<String> {
    let mut problems = title::problems(&location.path);
    if text.len() > LONGEST_PAGE {
        problems.push(format!(
            "the page has {} KiB; the limit of MediaWiki is {}",
            text.len() / 1024,
            LONGEST_PAGE / 1024
        ));
    }
    if let Some(sign) = text.chars().find(|&sign| words::is_refused(sign)) {
        problems.push(format!(
            "the page contains the character U+{:04X}, which MediaWiki removes",
            u32::from(sign)
        ));
    }
    let ids: BTreeSet<&str> = case
        .page
        .headings()
        .into_iter()
        .map(|heading| heading.id.as_str())
        .collect();
    let dangling = case
        .page
        .linked_headings()
        .into_iter()
        .filter(|id| !ids.contains(id));
    problems.extend(
        dangling.map(|id| format!("a link leads to the heading `{id}`, which is not on the page")),
    );
    problems
}
