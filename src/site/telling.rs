//! The tellings of a story: the story itself, its variants, and those that its hashtags give.

use std::ops::Range;
use std::sync::Arc;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::references::References;
use super::{CompetencyId, DocumentId, QuestionId, SectionId};
use crate::markdown::{Body, Child, Event, Tag, stretch_at};
use crate::model::{Author, Document, Length, Meta, Part, Section, Status, Variant};
use crate::slug::Slug;

/// A way to tell a story.
#[derive(Debug)]
pub struct Telling {
    /// Its name within the story; empty for the story itself.
    pub slug: Slug,
    /// What it is made from.
    pub origin: Origin,
    /// Its title: `The story`, the title of the variant, `Lean on ownership`.
    pub label: String,
    /// The sections in the order of the telling.
    pub sections: Vec<TellingSection>,
    /// The competencies that it shows.
    pub competencies: Vec<CompetencyId>,
    /// The questions that it answers.
    pub answers: Vec<QuestionId>,
    /// Those with an opening of its own, in the order of their ids, each with its place in `answers` of the front matter.
    pub(super) openings: Vec<(QuestionId, usize)>,
    /// How long it should take.
    pub length: Option<Length>,
    /// Whose words it is in; the author's for all but variants.
    pub by: Author,
    /// The status of its file; what hashtags give is ready.
    pub status: Status,
    /// The blocks of the story's body that a cut leaves out.
    pub left_out: Vec<Range<usize>>,
    /// The blocks of the story's body that an emphasis leans on.
    pub strong: Vec<Range<usize>>,
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
    /// The whole story, with the blocks that show one competency as the important ones.
    Emphasis(CompetencyId),
    /// The story without the blocks that show only other competencies.
    Cut(CompetencyId),
}

/// A section of a telling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TellingSection {
    /// The section of the story's file or of the variant's.
    pub id: SectionId,
    /// How it differs from the story.
    pub change: Change,
}

/// How a section of a telling differs from the story.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// The story's own section.
    Same,
    /// It replaces these sections of the story. If several sections of a variant replace the same ones, the first lists them, and the
    /// lists of the others are empty.
    Retold(Vec<SectionId>),
    /// The story has no such section.
    Added,
    /// The story's own section without some of its blocks.
    Shortened,
}

impl Telling {
    /// The story itself.
    pub(super) fn of_story(
        documents: &[Arc<Document>],
        id: DocumentId,
        references: &References,
    ) -> Self {
        let sections: Vec<TellingSection> = Source::of(documents, id)
            .sections()
            .map(|(id, _)| TellingSection::same(id))
            .collect();
        Self {
            slug: Slug::of(""),
            origin: Origin::Story,
            label: "The story".to_owned(),
            competencies: references.competencies.clone(),
            answers: references.answers.clone(),
            openings: references.openings.clone(),
            length: match &documents[id.0].meta {
                Meta::Story(story) => story.length,
                _ => None,
            },
            by: Author::Me,
            status: documents[id.0].status,
            headline: headline(documents, &sections),
            words: words(documents, &sections, &[]),
            sections,
            left_out: Vec::new(),
            strong: Vec::new(),
        }
    }

    /// A variant of a story: its own sections, and those of the story that it inherits.
    pub(super) fn of_variant(
        documents: &[Arc<Document>],
        story: DocumentId,
        id: DocumentId,
        meta: &Variant,
        references: &References,
    ) -> Self {
        let slug = &documents[id.0].slug;
        let merge = Merge::new(Source::of(documents, story), Source::of(documents, id));
        let sections = if meta.inherit {
            merge.with_inherited()
        } else {
            merge.only_own()
        };
        Self {
            slug: slug.clone(),
            origin: Origin::Variant(id),
            label: meta
                .title
                .as_ref()
                .map_or_else(|| label_from(slug), |title| title.as_str().to_owned()),
            competencies: references.competencies.clone(),
            answers: references.answers.clone(),
            openings: references.openings.clone(),
            length: meta.length,
            by: meta.by.clone(),
            status: documents[id.0].status,
            headline: headline(documents, &sections),
            words: words(documents, &sections, &[]),
            sections,
            left_out: Vec::new(),
            strong: Vec::new(),
        }
    }

    /// The whole story, leaning on the blocks that have the hashtag of a competency.
    pub(super) fn emphasis(
        documents: &[Arc<Document>],
        story: DocumentId,
        slug: &Slug,
        competency: CompetencyId,
        title: &str,
    ) -> Self {
        let sections: Vec<TellingSection> = Source::of(documents, story)
            .sections()
            .map(|(id, _)| TellingSection::same(id))
            .collect();
        Self {
            slug: slug.clone(),
            origin: Origin::Emphasis(competency),
            label: format!("Lean on {}", uncapitalised(title)),
            competencies: vec![competency],
            answers: Vec::new(),
            openings: Vec::new(),
            length: None,
            by: Author::Me,
            status: Status::Ready,
            headline: headline(documents, &sections),
            words: words(documents, &sections, &[]),
            sections,
            left_out: Vec::new(),
            strong: tagged_with(&documents[story.0].body, slug),
        }
    }

    /// The story without the blocks whose hashtags name only other competencies; `None` if too little of the action would remain
    /// for a telling, or nothing is left out.
    pub(super) fn cut(
        documents: &[Arc<Document>],
        story: DocumentId,
        slug: &Slug,
        competency: CompetencyId,
        title: &str,
    ) -> Option<Self> {
        let document = &documents[story.0];
        let left_out = left_out(&document.body, slug);
        if left_out.is_empty() || !is_enough(document, &left_out) {
            return None;
        }
        let sections = shortened_sections(Source::of(documents, story), &left_out);
        Some(Self {
            slug: Slug::of(&format!("{slug}-cut")),
            origin: Origin::Cut(competency),
            label: format!("Only {}", uncapitalised(title)),
            competencies: vec![competency],
            answers: Vec::new(),
            openings: Vec::new(),
            length: None,
            by: Author::Me,
            status: Status::Ready,
            headline: headline(documents, &sections),
            words: words(documents, &sections, &left_out),
            sections,
            left_out,
            strong: Vec::new(),
        })
    }

    /// Whether it may be chosen as an answer. A program's wording may be chosen only after its author has set it to ready.
    pub fn is_eligible(&self) -> bool {
        match self.by {
            Author::Me | Author::Reviewer => self.status != Status::Retired,
            Author::Assistant(_) => self.status == Status::Ready,
        }
    }
}

impl TellingSection {
    fn same(id: SectionId) -> Self {
        Self {
            id,
            change: Change::Same,
        }
    }
}

/// The place of the first section under the heading of a headline.
fn headline(documents: &[Arc<Document>], sections: &[TellingSection]) -> Option<usize> {
    sections
        .iter()
        .position(|section| section.id.of(documents).part == Some(Part::Headline))
}

fn words(
    documents: &[Arc<Document>],
    sections: &[TellingSection],
    left_out: &[Range<usize>],
) -> u32 {
    sections
        .iter()
        .map(|section| spoken_words(documents, section.id, left_out))
        .sum()
}

/// How many words of a section are spoken if some stretches of its body are left out.
pub(super) fn spoken_words(
    documents: &[Arc<Document>],
    id: SectionId,
    left_out: &[Range<usize>],
) -> u32 {
    let section = id.of(documents);
    if !is_spoken(section.part) || section.is_private {
        return 0;
    }
    if left_out.is_empty() {
        return section.words;
    }
    documents[id.document.0]
        .body
        .spoken_words(section.nodes.clone(), left_out)
}

/// Whether a part is spoken in a telling. The others are read beside it.
fn is_spoken(part: Option<Part>) -> bool {
    !matches!(part, Some(Part::Headline | Part::Changes | Part::FollowUps))
}

/// A document whose sections a telling has.
#[derive(Clone, Copy)]
struct Source<'d> {
    id: DocumentId,
    document: &'d Document,
}

impl<'d> Source<'d> {
    fn of(documents: &'d [Arc<Document>], id: DocumentId) -> Self {
        Self {
            id,
            document: &documents[id.0],
        }
    }

    fn sections(self) -> impl Iterator<Item = (SectionId, &'d Section)> {
        let sections = self.document.sections.iter().enumerate();
        sections.map(move |(section, content)| {
            (
                SectionId {
                    document: self.id,
                    section,
                },
                content,
            )
        })
    }

    fn sections_by_key(self) -> HashMap<Key, Vec<SectionId>> {
        let mut by_key: HashMap<Key, Vec<SectionId>> = HashMap::default();
        for (id, section) in self.sections() {
            by_key.entry(Key::of(section)).or_default().push(id);
        }
        by_key
    }
}

/// What makes a section of a variant replace one of its story: the same part, or the same heading.
#[derive(PartialEq, Eq, Hash)]
enum Key {
    Part(Part),
    Heading(Slug),
}

impl Key {
    fn of(section: &Section) -> Self {
        section
            .part
            .map_or_else(|| Self::Heading(Slug::of(&section.heading)), Self::Part)
    }
}

/// Merges the sections of a variant with those of its story.
struct Merge<'d> {
    story: Source<'d>,
    variant: Source<'d>,
    /// The sections of the story that no section of the variant has replaced yet.
    replaceable: HashMap<Key, Vec<SectionId>>,
}

impl<'d> Merge<'d> {
    fn new(story: Source<'d>, variant: Source<'d>) -> Self {
        Self {
            story,
            variant,
            replaceable: story.sections_by_key(),
        }
    }

    /// The sections of the variant.
    fn only_own(mut self) -> Vec<TellingSection> {
        let variant = self.variant;
        let sections = variant.sections();
        sections
            .map(|(id, section)| self.own(id, section))
            .collect()
    }

    /// The sections of the variant, and those of the story that it does not replace.
    fn with_inherited(mut self) -> Vec<TellingSection> {
        let mut merged = self.over_the_story();
        self.add_the_rest(&mut merged);
        merged
    }

    /// A section of the variant, and what it replaces.
    fn own(&mut self, id: SectionId, section: &Section) -> TellingSection {
        let is_lead = section.heading.is_empty() && section.part.is_none();
        let replaced = if is_lead {
            None
        } else {
            self.replaceable.get_mut(&Key::of(section))
        };
        TellingSection {
            id,
            change: replaced.map_or(Change::Added, |replaced| {
                Change::Retold(std::mem::take(replaced))
            }),
        }
    }

    /// The sections of the story, each replaced by those of the variant with the same key.
    fn over_the_story(&mut self) -> Vec<TellingSection> {
        let mut replacements = self.replacements();
        let variant = self.variant.document;
        let mut merged = Vec::with_capacity(self.story.document.sections.len());
        for (id, section) in self.story.sections() {
            match replacements.get_mut(&Key::of(section)) {
                None => merged.push(TellingSection::same(id)),
                // All that replace several sections of the story come in the place of the first of these.
                Some(own) => merged.extend(
                    std::mem::take(own)
                        .into_iter()
                        .map(|own| self.own(own, &variant.sections[own.section])),
                ),
            }
        }
        merged
    }

    /// The sections of the variant that can replace sections of the story. An empty lead replaces nothing.
    fn replacements(&self) -> HashMap<Key, Vec<SectionId>> {
        let variant = self.variant.document;
        let is_empty_lead = |section: &Section| {
            section.heading.is_empty() && variant.body.is_blank(section.nodes.clone())
        };
        let mut replacements = self.variant.sections_by_key();
        for (key, own) in &mut replacements {
            if matches!(key, Key::Heading(_)) {
                own.retain(|own| !is_empty_lead(&variant.sections[own.section]));
            }
        }
        replacements.retain(|_, own| !own.is_empty());
        replacements
    }

    /// Adds the sections of the variant that replace nothing.
    fn add_the_rest(&self, merged: &mut Vec<TellingSection>) {
        let mut is_placed = vec![false; self.variant.document.sections.len()];
        for placed in merged
            .iter()
            .filter(|placed| placed.id.document == self.variant.id)
        {
            is_placed[placed.id.section] = true;
        }
        for (id, section) in self.variant.sections() {
            // A lead that holds only remarks replaces nothing, but it is shown.
            let says_nothing = section.heading.is_empty() && section.nodes.is_empty();
            if !is_placed[id.section] && !says_nothing {
                let place = self.place_for(section.part, merged);
                merged.insert(
                    place,
                    TellingSection {
                        id,
                        change: Change::Added,
                    },
                );
            }
        }
    }

    /// The place for a part that the story lacks: before the first part that comes after it in a story, else at the end.
    fn place_for(&self, part: Option<Part>, merged: &[TellingSection]) -> usize {
        let is_later = |section: &TellingSection| {
            let document = if section.id.document == self.story.id {
                self.story.document
            } else {
                self.variant.document
            };
            part.is_some() && document.sections[section.id.section].part > part
        };
        merged.iter().position(is_later).unwrap_or(merged.len())
    }
}

/// The sections of a story for a telling that leaves out some stretches of its body.
fn shortened_sections(story: Source<'_>, left_out: &[Range<usize>]) -> Vec<TellingSection> {
    let is_cut = |nodes: &Range<usize>| {
        let next = left_out.partition_point(|range| range.start < nodes.start);
        left_out
            .get(next)
            .is_some_and(|range| nodes.contains(&range.start))
    };
    let change = |section: &Section| {
        if is_cut(&section.nodes) {
            Change::Shortened
        } else {
            Change::Same
        }
    };
    story
        .sections()
        .map(|(id, section)| TellingSection {
            id,
            change: change(section),
        })
        .collect()
}

/// The blocks of a body that have the hashtag of a competency, none of them inside of another.
fn tagged_with(body: &Body, competency: &Slug) -> Vec<Range<usize>> {
    let mut tagged: Vec<Range<usize>> = Vec::new();
    for block in &body.tagged {
        let is_inside = tagged
            .last()
            .is_some_and(|range| range.contains(&block.nodes.start));
        if !is_inside && block.tags.iter().any(|(slug, _)| slug == competency) {
            tagged.push(block.nodes.clone());
        }
    }
    tagged
}

/// The sections that tell what the author did: the action, or everything that is spoken if no section is the action.
fn action(document: &Document) -> impl Iterator<Item = &Section> {
    let has_action = document
        .sections
        .iter()
        .any(|section| section.part == Some(Part::Action));
    let is_action = move |section: &&Section| {
        if has_action {
            section.part == Some(Part::Action)
        } else {
            is_spoken(section.part)
        }
    };
    document
        .sections
        .iter()
        .filter(|section| !section.is_private)
        .filter(is_action)
}

/// How much of the action has each hashtag, in percent of its words. A block inside of another with the same hashtag counts once.
pub(super) fn shares_of_action(document: &Document) -> HashMap<&Slug, u8> {
    let in_action: HashSet<usize> = action(document)
        .map(|section| section.nodes.start)
        .collect();
    let mut words: HashMap<&Slug, (u32, usize)> = HashMap::default();
    for block in &document.body.tagged {
        let section = document.section_at(block.nodes.start);
        let is_action = section
            .is_some_and(|section| in_action.contains(&document.sections[section].nodes.start));
        let own = if is_action {
            document.body.spoken_words(block.nodes.clone(), &[])
        } else {
            0
        };
        for (slug, _) in &block.tags {
            let (sum, end) = words.entry(slug).or_default();
            if block.nodes.start >= *end {
                *sum += own;
                *end = block.nodes.end;
            }
        }
    }
    let all: u32 = action(document).map(|section| section.words).sum();
    let share = |words: u32| percent(words, all);
    words
        .into_iter()
        .map(|(slug, (words, _))| (slug, share(words)))
        .collect()
}

fn percent(part: u32, all: u32) -> u8 {
    let percent = 100 * u64::from(part.min(all)) / u64::from(all.max(1));
    u8::try_from(percent).unwrap_or(100)
}

/// Whether enough of the action remains for a telling: at least two blocks and half of its words.
fn is_enough(document: &Document, left_out: &[Range<usize>]) -> bool {
    const BLOCKS: usize = 2;
    let remaining = action(document)
        .flat_map(|section| blocks(&document.body, section.nodes.clone()))
        .filter(|block| stretch_at(left_out, block.start).is_none());
    if remaining.take(BLOCKS).count() < BLOCKS {
        return false;
    }
    let (mut all, mut kept) = (0, 0);
    for section in action(document) {
        all += section.words;
        kept += document.body.spoken_words(section.nodes.clone(), left_out);
    }
    percent(kept, all) >= 50
}

/// The paragraphs, items of lists and other blocks in a range of a body that hold text.
fn blocks(body: &Body, nodes: Range<usize>) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    for child in body.children(nodes) {
        match child.event {
            Event::Start(Tag::BulletList | Tag::NumberedList(_)) => {
                blocks.extend(body.children(child.inner()).map(|item| item.nodes));
            }
            Event::Start(Tag::Heading(_)) => {}
            Event::Start(_) if !body.is_blank(child.inner()) => blocks.push(child.nodes),
            _ => {}
        }
    }
    blocks
}

/// The stretches of a body that the cut for one competency leaves out: blocks with hashtags of other competencies only,
/// and lists that would be empty.
fn left_out(body: &Body, competency: &Slug) -> Vec<Range<usize>> {
    let mut left_out: Vec<Range<usize>> = Vec::new();
    let is_kept = |slug: &Slug| slug == competency;
    for block in &body.tagged {
        // Blocks come in the order of their starts, so only the last can hold the next.
        let is_inside = left_out
            .last()
            .is_some_and(|range| range.contains(&block.nodes.start));
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
        if !matches!(
            node.event,
            Event::Start(Tag::BulletList | Tag::NumberedList(_))
        ) || lists.last().is_some_and(|list| list.contains(&index))
        {
            continue;
        }
        let Some(list) = body.children(index..body.nodes.len()).next() else {
            continue;
        };
        let is_left_out = |item: &Child| {
            left_out
                .binary_search_by_key(&item.nodes.start, |range| range.start)
                .is_ok()
        };
        if body.children(list.inner()).all(|item| is_left_out(&item)) {
            lists.push(list.nodes);
        }
    }
    lists
}

/// The label of a variant without a title, from its slug: `as-a-failure` is `As a failure`.
fn label_from(slug: &Slug) -> String {
    capitalised(&slug.as_str().replace('-', " "))
}

/// A text with a capital first letter.
pub fn capitalised(text: &str) -> String {
    let mut characters = text.chars();
    characters
        .next()
        .map(|first| first.to_uppercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}

/// A title inside of a sentence: with a small first letter, unless it starts with a name or an abbreviation.
pub fn uncapitalised(title: &str) -> String {
    let mut characters = title.chars();
    let first = characters.next();
    let rest = characters.as_str();
    match first {
        Some(first)
            if rest.starts_with(char::is_lowercase) && !rest.contains(char::is_uppercase) =>
        {
            first.to_lowercase().collect::<String>() + rest
        }
        _ => title.to_owned(),
    }
}
