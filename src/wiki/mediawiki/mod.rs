//! The dialect of MediaWiki: wikitext, with the few elements of HTML that every MediaWiki takes where wikitext has no word.

mod blocks;
mod inline;
mod language;
mod title;
mod words;

use std::collections::{BTreeMap, BTreeSet};

use unicode_normalization::UnicodeNormalization;

use super::page::{Block, Case, Inline, LinkTo, Page, RawHtml, Within};
use super::{Book, Name};
use crate::slug::Numbered;

/// How many bytes a page may have before MediaWiki refuses it, as it comes (`$wgMaxArticleSize`).
const LONGEST_PAGE: usize = 2048 * 1024;

/// Where a page with a title stands; `place` stands before the title, as `Case studies/` or `Project:`. Readers see all of it.
pub fn name(title: &str, place: &str) -> Name {
    let path = title::of(title, place);
    Name { title: path.clone(), path }
}

/// The title that MediaWiki shows, if it is another one than its author wrote.
pub fn another_title(title: &str, place: &str) -> Option<String> {
    title::another(title, place)
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
    fn add(inlines: &[Inline], out: &mut String) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Code(text) => out.push_str(text),
                Inline::Styled(_, inlines) | Inline::Link { text: inlines, .. } | Inline::Element(_, inlines) => add(inlines, out),
                Inline::Break => out.push(' '),
                Inline::Picture { .. } | Inline::Footnote(_) => {}
            }
        }
    }
    let mut words = String::new();
    add(inlines, &mut words);
    let words: String = words.nfc().filter(|sign| !title::is_direction(*sign)).collect();
    words.split(|sign: char| sign == '_' || sign.is_whitespace()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether MediaWiki has nothing like an element of HTML.
pub fn loses(html: &RawHtml) -> bool {
    html.within == Within::Preformatted || matches!(html.name, "col" | "colgroup" | "figure")
}

/// A page as the wiki reads it. MediaWiki writes accents in one way only, so they are written in that way from the start.
pub fn text(case: &Case, book: &Book<'_>) -> String {
    let contents = if case.page.blocks.contains(&Block::Contents) { "" } else { "__NOTOC__\n" };
    // The wiki shows the title as it can hold it.
    let title =
        title::another(&case.title, book.place).map_or_else(String::new, |_| format!("'''{}'''\n\n", words::escape(case.title.trim())));
    let text = format!("{contents}{title}{}\n", blocks::page(case, book));
    text.nfc().collect()
}

/// What the wiki would refuse, or what would be lost there.
pub fn problems(case: &Case, name: &Name, text: &str) -> Vec<String> {
    let mut problems = title::problems(&name.path);
    if text.len() > LONGEST_PAGE {
        problems.push(format!("the page has {} KiB, and MediaWiki takes no more than {}", text.len() / 1024, LONGEST_PAGE / 1024));
    }
    if let Some(sign) = text.chars().find(|&sign| words::is_refused(sign)) {
        problems.push(format!("the page holds the character U+{:04X}, which MediaWiki cannot keep", u32::from(sign)));
    }
    problems.extend(dangling(&case.page).into_iter().map(|id| format!("a link leads to the heading `{id}`, which is not on the page")));
    problems
}

/// The headings that the page's links lead to and that it does not have.
fn dangling(page: &Page) -> BTreeSet<&str> {
    let ids: BTreeSet<&str> = page.headings().into_iter().map(|heading| heading.id.as_str()).collect();
    let mut wanted = BTreeSet::new();
    each_inline(&page.blocks, &mut |inline| {
        if let Inline::Link { to: LinkTo::Heading(id), .. } = inline {
            wanted.insert(id.as_str());
        }
    });
    for note in &page.footnotes {
        each_inline(note, &mut |inline| {
            if let Inline::Link { to: LinkTo::Heading(id), .. } = inline {
                wanted.insert(id.as_str());
            }
        });
    }
    wanted.difference(&ids).copied().collect()
}

/// Shows everything that stands in a line of some block, from top to bottom.
fn each_inline<'a>(blocks: &'a [Block], see: &mut impl FnMut(&'a Inline)) {
    for block in blocks {
        match block {
            Block::Heading(heading) => each_in_line(&heading.text, see),
            Block::Paragraph(inlines) => each_in_line(inlines, see),
            Block::Quote(blocks) | Block::Element(_, blocks) => each_inline(blocks, see),
            Block::Callout { title: inlines, blocks, .. } | Block::Details { summary: inlines, blocks } => {
                each_in_line(inlines, see);
                each_inline(blocks, see);
            }
            Block::List(list) => list.items.iter().for_each(|item| each_inline(&item.blocks, see)),
            Block::Table(table) => table.head.iter().chain(table.rows.iter().flatten()).for_each(|cell| each_in_line(cell, see)),
            Block::Code { .. } | Block::Rule | Block::Facts(_) | Block::Contents | Block::Actions(_) => {}
        }
    }
}

fn each_in_line<'a>(inlines: &'a [Inline], see: &mut impl FnMut(&'a Inline)) {
    for inline in inlines {
        see(inline);
        match inline {
            Inline::Styled(_, inlines) | Inline::Link { text: inlines, .. } | Inline::Element(_, inlines) => each_in_line(inlines, see),
            Inline::Text(_) | Inline::Code(_) | Inline::Picture { .. } | Inline::Break | Inline::Footnote(_) => {}
        }
    }
}
