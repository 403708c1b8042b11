//! The dialect of MediaWiki: wikitext, with the few elements of HTML that every MediaWiki takes where wikitext has no word.

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

/// How many bytes a page may have before MediaWiki refuses it, as it comes (`$wgMaxArticleSize`).
const LONGEST_PAGE: usize = 2048 * 1024;

/// Where a page with a title stands; `place` stands before the title, as `Case studies/` or `Project:`. Readers see all of it.
pub fn location(title: &str, parent: &str) -> Location {
    let path = title::of(title, parent);
    Location { title: path.clone(), path }
}

/// The title that MediaWiki shows, if it is another one than its author wrote.
pub fn another_title(title: &str, parent: &str) -> Option<String> {
    title::another(title, parent)
}

/// What links call the headings of a page: MediaWiki makes it of the words of each.
pub fn anchors(case: &Case) -> BTreeMap<String, String> {
    let mut taken = Numbered::default();
    let headings = case.page.headings().into_iter().filter(|heading| !heading.text.is_empty());
    let named = headings.map(|heading| (heading.id.clone(), free(&heading_words(&heading.text), &mut taken)));
    named.collect()
}

/// Of two headings with the same words, MediaWiki calls the second one `…_2`, whatever their capitals.
fn free(words: &str, taken: &mut Numbered) -> String {
    taken.claim(words, |number| format!("{words} {number}"), |name| name.replace(' ', "_").to_ascii_lowercase())
}

/// The words of a heading that its name is made of.
fn heading_words(inlines: &[Inline]) -> String {
    let words: String = plain_without_pictures(inlines).nfc().filter(|sign| !title::is_direction(*sign)).collect();
    words.split(|sign: char| sign == '_' || sign.is_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether MediaWiki has nothing like an element of HTML.
pub fn loses(html: &RawHtml) -> bool {
    html.within == Within::Preformatted || matches!(html.name, "col" | "colgroup" | "figure")
}

/// A page as the wiki reads it. MediaWiki writes accents in one way only, so they are written in that way from the start.
pub fn text(case: &Case, publication: &Publication<'_>) -> String {
    let contents = if case.page.blocks.contains(&Block::Contents) { "" } else { "__NOTOC__\n" };
    // The wiki shows the title as it can hold it.
    let title = title::another(&case.title, publication.parent)
        .map_or_else(String::new, |_| format!("'''{}'''\n\n", words::escape(case.title.trim())));
    let text = format!("{contents}{title}{}\n", blocks::page(case, publication));
    text.nfc().collect()
}

/// What the wiki would refuse, or what would be lost there.
pub fn problems(case: &Case, location: &Location, text: &str) -> Vec<String> {
    let mut problems = title::problems(&location.path);
    if text.len() > LONGEST_PAGE {
        problems.push(format!("the page has {} KiB, and MediaWiki takes no more than {}", text.len() / 1024, LONGEST_PAGE / 1024));
    }
    if let Some(sign) = text.chars().find(|&sign| words::is_refused(sign)) {
        problems.push(format!("the page holds the character U+{:04X}, which MediaWiki cannot keep", u32::from(sign)));
    }
    let ids: BTreeSet<&str> = case.page.headings().into_iter().map(|heading| heading.id.as_str()).collect();
    let dangling = case.page.linked_headings().into_iter().filter(|id| !ids.contains(id));
    problems.extend(dangling.map(|id| format!("a link leads to the heading `{id}`, which is not on the page")));
    problems
}
