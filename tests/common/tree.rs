//! Short constructors for the tree of a case study.

use storybank::slug::Slug;
use storybank::source::SitePath;
use storybank::wiki::page::{Block, Case, Heading, Inline, Item, LinkTo, List, Page};

pub fn text(words: &str) -> Inline {
    Inline::Text(words.to_owned())
}

pub fn link(to: LinkTo, text: Vec<Inline>) -> Inline {
    Inline::Link { to, text }
}

pub fn paragraph(words: &str) -> Block {
    Block::Paragraph(vec![text(words)])
}

pub fn heading(level: u8, words: &str, id: &str) -> Block {
    heading_of(level, vec![text(words)], id)
}

/// A heading with more than text.
pub fn heading_of(level: u8, text: Vec<Inline>, id: &str) -> Block {
    Block::Heading(Heading {
        level,
        text,
        id: id.to_owned(),
        is_linked: true,
    })
}

pub fn item(done: Option<bool>, blocks: Vec<Block>) -> Item {
    Item { done, blocks }
}

/// A tight list, which is numbered if `first` is a number.
pub fn list(first: Option<u32>, items: Vec<Item>) -> List {
    List {
        first,
        is_tight: true,
        items,
    }
}

/// A case study in English. Its slug comes from `name`.
pub fn case(name: &str, title: &str, page: Page) -> Case {
    let slug = Slug::of(name);
    Case {
        file: SitePath::new(format!("content/case-studies/{slug}.md")),
        slug,
        title: title.to_owned(),
        language: "en".to_owned(),
        page,
        html: Vec::new(),
    }
}
