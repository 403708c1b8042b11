//! The tellings of a story: the story itself, its variants, and those that its hashtags give.

use std::ops::Range;

use rustc_hash::FxHashMap as HashMap;

use super::{CompetencyId, DocumentId, QuestionId};
use crate::markdown::{Body, Child, Event, Tag, stretch_at};
use crate::model::{Author, Document, Length, Part, Section, Status, Variant};
use crate::slug::Slug;

/// A way to tell a story.
#[derive(Debug)]
pub struct Telling {
    /// Its name within the story; empty for the story itself.
    pub slug: Slug,
    /// What it is made from.
    pub origin: Origin,
    /// What it is called: `The story`, the title of the variant, `For ownership`.
    pub label: String,
    /// The sections in the order of the telling.
    pub sections: Vec<Told>,
    /// The competencies that it is tagged by.
    pub competencies: Vec<CompetencyId>,
    /// The questions that it is meant for.
    pub answers: Vec<QuestionId>,
    /// How long it is meant to take.
    pub length: Option<Length>,
    /// Whose words it is in; the author's for all but variants.
    pub by: Author,
    /// That of its file; a derived telling is ready.
    pub status: Status,
    /// The nodes of the story's body that a derived telling leaves out.
    pub left_out: Vec<Range<usize>>,
    /// The section under the heading of a headline, by its place in `sections`.
    pub headline: Option<usize>,
    /// How many words are spoken in it.
    pub words: u32,
}

/// Where a telling comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The story's own file.
    Story,
    /// A file beside the story.
    Variant(DocumentId),
    /// The blocks of the story that show one competency.
    Derived(CompetencyId),
}

/// A section of a telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// The file that the words are in: the story's or the variant's.
    pub document: DocumentId,
    /// Its place in the document's sections.
    pub section: usize,
    /// How it stands to the story's own sections.
    pub change: Change,
}

/// How a section of a telling stands to the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The story's own section.
    Same,
    /// It replaces these sections of the story; where several of the variant replace the same ones, the first of them says so, and the others
    /// replace none.
    Retold(Vec<usize>),
    /// The story has nothing like it.
    Added,
    /// The story's own section without some of its blocks.
    Shortened,
}

impl Telling {
    /// Whether it may be chosen as an answer: a program's wording only once its author has taken it over.
    pub fn is_eligible(&self) -> bool {
        match self.by {
            Author::Me | Author::Reviewer => self.status != Status::Retired,
            Author::Assistant(_) => self.status == Status::Ready,
        }
    }
}

/// Whether a part is a part of what is told; the others are read beside it.
pub fn is_told(part: Option<Part>) -> bool {
    !matches!(part, Some(Part::Headline | Part::Changes | Part::FollowUps))
}

/// All sections of a document, as they stand.
pub fn own_sections(id: DocumentId, document: &Document) -> Vec<Told> {
    (0..document.sections.len()).map(|section| Told { document: id, section, change: Change::Same }).collect()
}

/// The sections of a variant: its own in the place of the story's, the rest of the story's where it inherits them.
pub fn merged_sections(story: (DocumentId, &Document), variant: (DocumentId, &Document), meta: &Variant) -> Vec<Told> {
    let (story_id, story) = story;
    let (variant_id, variant) = variant;
    let mut of_story = by_key(story);
    let mut change = |own: &Section| {
        let replaced = if own.heading.is_empty() && own.part.is_none() { None } else { of_story.get_mut(&Key::of(own)) };
        replaced.map_or(Change::Added, |replaced| Change::Retold(std::mem::take(replaced)))
    };
    if !meta.inherit {
        let own = own_sections(variant_id, variant).into_iter();
        return own.map(|told| Told { change: change(&variant.sections[told.section]), ..told }).collect();
    }
    let is_empty_lead = |section: &Section| section.heading.is_empty() && variant.body.is_blank(section.nodes.clone());
    let mut own = by_key(variant);
    // An empty lead stands for nothing.
    own.iter_mut().filter(|(key, _)| matches!(key, Key::Heading(_))).for_each(|(_, own)| {
        own.retain(|&own| !is_empty_lead(&variant.sections[own]));
    });
    own.retain(|_, own| !own.is_empty());
    let mut merged: Vec<Told> = Vec::new();
    let mut placed = vec![false; variant.sections.len()];
    for (index, section) in story.sections.iter().enumerate() {
        let Some(own) = own.get_mut(&Key::of(section)) else {
            merged.push(Told { document: story_id, section: index, change: Change::Same });
            continue;
        };
        // All that stand for several sections of the story come in the place of the first of these.
        for own in std::mem::take(own) {
            placed[own] = true;
            merged.push(Told { document: variant_id, section: own, change: change(&variant.sections[own]) });
        }
    }
    for (own, section) in variant.sections.iter().enumerate() {
        // A lead that holds only remarks takes nothing's place; it is shown, too.
        let says_nothing = section.heading.is_empty() && section.nodes.is_empty();
        if !placed[own] && !says_nothing {
            let told = Told { document: variant_id, section: own, change: Change::Added };
            let place = place_for(section.part, &merged, |told| part_of(told, (story_id, story), variant));
            merged.insert(place, told);
        }
    }
    merged
}

fn part_of(told: &Told, story: (DocumentId, &Document), variant: &Document) -> Option<Part> {
    let document = if told.document == story.0 { story.1 } else { variant };
    document.sections[told.section].part
}

/// Where a part that the story lacks belongs: before the first part that comes after it in a story, else at the end.
fn place_for(part: Option<Part>, merged: &[Told], part_of: impl Fn(&Told) -> Option<Part>) -> usize {
    let Some(part) = part else { return merged.len() };
    merged.iter().position(|told| part_of(told).is_some_and(|other| other > part)).unwrap_or(merged.len())
}

/// By what a section of a variant stands for one of its story: the same part, or the same heading.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Part(Part),
    Heading(Slug),
}

impl Key {
    fn of(section: &Section) -> Self {
        section.part.map_or_else(|| Self::Heading(Slug::of(&section.heading)), Self::Part)
    }
}

fn by_key(document: &Document) -> HashMap<Key, Vec<usize>> {
    let mut by_key: HashMap<Key, Vec<usize>> = HashMap::default();
    for (index, section) in document.sections.iter().enumerate() {
        by_key.entry(Key::of(section)).or_default().push(index);
    }
    by_key
}

/// The stretches of a body that the telling for one competency leaves out: blocks tagged with others only, and lists of
/// which nothing is left.
pub fn left_out(body: &Body, competency: &Slug) -> Vec<Range<usize>> {
    let mut left_out: Vec<Range<usize>> = Vec::new();
    let is_kept = |slug: &Slug| slug == competency;
    for block in &body.tagged {
        // Blocks come in the order of their starts, so only the last can hold the next.
        let is_inside = left_out.last().is_some_and(|range| range.contains(&block.nodes.start));
        if !is_inside && !block.tags.iter().any(|(slug, _)| is_kept(slug)) {
            left_out.push(block.nodes.clone());
        }
    }
    let lists: Vec<Range<usize>> = emptied_lists(body, &left_out);
    left_out.retain(|range| stretch_at(&lists, range.start).is_none());
    left_out.extend(lists);
    left_out.sort_by_key(|range| range.start);
    left_out
}

fn emptied_lists(body: &Body, left_out: &[Range<usize>]) -> Vec<Range<usize>> {
    let mut lists: Vec<Range<usize>> = Vec::new();
    for (index, node) in body.nodes.iter().enumerate() {
        if !matches!(node.event, Event::Start(Tag::BulletList | Tag::NumberedList(_)))
            || lists.last().is_some_and(|list| list.contains(&index))
        {
            continue;
        }
        let Some(list) = body.children(index..body.nodes.len()).next() else { continue };
        let is_left_out = |item: &Child| left_out.binary_search_by_key(&item.nodes.start, |range| range.start).is_ok();
        if body.children(list.inner()).all(|item| is_left_out(&item)) {
            lists.push(list.nodes);
        }
    }
    lists
}

/// How many words of a section are told, when some stretches of its body are left out.
pub fn told_words(document: &Document, section: &Section, left_out: &[Range<usize>]) -> u32 {
    if !is_told(section.part) || section.is_private {
        return 0;
    }
    if left_out.is_empty() {
        return section.words;
    }
    document.body.spoken_words(section.nodes.clone(), left_out)
}

/// A name for a variant that has no title, from its slug: `as-a-failure` is `As a failure`.
pub fn label_from(slug: &Slug) -> String {
    capitalised(&slug.as_str().replace('-', " "))
}

/// A text with a capital at its start.
pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map(|first| first.to_uppercase().collect::<String>() + characters.as_str()).unwrap_or_default()
}

/// A title inside a sentence: its first letter small, unless it opens a name or an abbreviation.
pub fn uncapitalised(title: &str) -> String {
    let mut characters = title.chars();
    let first = characters.next();
    let rest = characters.as_str();
    match first {
        Some(first) if rest.starts_with(char::is_lowercase) && !rest.contains(char::is_uppercase) => {
            first.to_lowercase().collect::<String>() + rest
        }
        _ => title.to_owned(),
    }
}
