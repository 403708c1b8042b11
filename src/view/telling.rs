//! A telling in full: its headline, the bar of its times, and its parts.

use std::ops::Range;

use super::pieces::{INSIDE_PART, clock, full_style, origin_name, to_u32};
use super::types::{MeterPart, PartView, TellingView};
use crate::escape::escaped;
use crate::html::{Ids, PageWriter, Remarks, Style};
use crate::markdown::{Event, Tag};
use crate::model::{Audience, Document, Meta, Part, Prose, Section, Status};
use crate::site::{
    Change, DocumentId, Origin, PageKey, SectionId, Site, StoryId, Telling, TellingId,
    TellingSection,
};

/// The most words that a headline can have to be said in thirty seconds.
const LONGEST_HEADLINE: u32 = 75;

/// How many words of each part the page of a question shows first.
const FIRST_WORDS: usize = 8;

/// The thirty-second answer of a telling.
#[derive(Debug, Clone)]
pub enum Headline<'a> {
    /// From front matter; empty without one.
    Text(&'a str),
    /// The first paragraph under the heading of a headline.
    Paragraph(DocumentId, Range<usize>),
}

/// The thirty-second answer of a telling: its own, else the story's.
///
/// The front matter of a variant comes first, then the text under the heading of a headline, then the story's front matter.
pub fn headline_of(site: &Site, id: TellingId) -> Headline<'_> {
    let telling = site.telling(id);
    let of_variant = match telling.origin {
        Origin::Variant(document) => own_headline(site.document(document)),
        Origin::Story | Origin::Emphasis(_) | Origin::Cut(_) => None,
    };
    if let Some(text) = of_variant {
        return Headline::Text(text);
    }
    let paragraph = telling
        .headline
        .and_then(|place| headline_paragraph(site, &telling.sections[place]));
    match paragraph {
        Some((document, nodes)) => Headline::Paragraph(document, nodes),
        None => Headline::Text(Prose::or_empty(site.story_meta(id.story).headline.as_ref())),
    }
}

/// The thirty-second answer of a telling as HTML.
pub fn headline(writer: &mut PageWriter<'_>, id: TellingId) -> String {
    match headline_of(writer.context.site, id) {
        Headline::Text(text) => escaped(text),
        Headline::Paragraph(document, nodes) => {
            writer.html(document, nodes, full_style(INSIDE_PART, Ids::Omitted))
        }
    }
}

/// How many words the thirty-second answer of a telling has.
fn headline_words(site: &Site, id: TellingId) -> u32 {
    match headline_of(site, id) {
        Headline::Text(text) => to_u32(text.split_whitespace().count()),
        Headline::Paragraph(document, nodes) => {
            site.document(document).body.spoken_words(nodes, &[])
        }
    }
}

/// The first paragraph under the heading of a headline; `None` if a headline in the front matter of the document replaces it.
fn headline_paragraph(site: &Site, section: &TellingSection) -> Option<(DocumentId, Range<usize>)> {
    let document = site.document(section.id.document);
    let nodes = site.section(section.id).nodes.clone();
    let paragraph = document.body.first_paragraph(nodes)?;
    own_headline(document)
        .is_none()
        .then_some((section.id.document, paragraph))
}

/// The headline in the front matter of a document.
fn own_headline(document: &Document) -> Option<&str> {
    let headline = match &document.meta {
        Meta::Story(story) => story.headline.as_ref(),
        Meta::Variant(variant) => variant.headline.as_ref(),
        _ => None,
    };
    headline.map(Prose::as_str).filter(|text| !text.is_empty())
}

/// How much of a telling a page shows beside its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// Only the telling, as an answer among others: without remarks of reviewers.
    Words,
    /// Also its differences from the story, and remarks of reviewers, on a page of its own.
    Differences,
}

impl Detail {
    fn remarks(self) -> Remarks {
        match self {
            Self::Words => Remarks::Omitted,
            Self::Differences => Remarks::Shown,
        }
    }
}

/// A telling in full.
pub fn telling_view<'a>(
    writer: &mut PageWriter<'a>,
    id: TellingId,
    ids: Ids,
    detail: Detail,
) -> TellingView<'a> {
    let site = writer.context.site;
    let telling = site.telling(id);
    let Text { lead, parts, meter } = text(writer, id, ids, detail);
    let headline_words = headline_words(site, id);
    let (seconds, target) = (site.seconds(telling.words), site.target(id).0);
    let (spoken_to, target_at) = to_scale(seconds, target);
    TellingView {
        label: writer.label(id),
        url: writer.link(PageKey::Telling(id), ""),
        origin: origin_name(telling.origin),
        headline: headline(writer, id),
        headline_words,
        is_headline_long: headline_words > LONGEST_HEADLINE,
        words: telling.words,
        spoken: clock(seconds),
        target: clock(target),
        target_at,
        spoken_to,
        pace: pace(seconds, target),
        over: pace(seconds, target) == "over",
        meter,
        lead,
        parts: match detail {
            Detail::Differences if has_hints(site, id) => with_missing(parts),
            _ => parts,
        },
    }
}

/// The ends of a time and of its target on the bar, in per cent. The bar is as long as the longer of the two, so a short telling
/// does not fill it.
fn to_scale(seconds: u32, target: u32) -> (u32, u32) {
    let scale = seconds.max(target).max(1);
    (seconds * 100 / scale, target * 100 / scale)
}

/// Whether a page says what is still to be written: it is the author's own draft of a story.
pub fn has_hints(site: &Site, id: TellingId) -> bool {
    id.is_main() && site.audience == Audience::Private && site.telling(id).status == Status::Draft
}

/// The parts of a story with the headings that they have in every language.
const PARTS: [(Part, &str); 5] = [
    (Part::Situation, "Situation"),
    (Part::Task, "Task"),
    (Part::Action, "Action"),
    (Part::Result, "Result"),
    (Part::Learning, "Learning"),
];

/// The parts of a draft, with those that are still to be written.
fn with_missing(mut parts: Vec<PartView<'_>>) -> Vec<PartView<'_>> {
    let place = |name: &str| PARTS.iter().position(|(part, _)| part.name() == name);
    for part in &mut parts {
        part.is_missing = part.html.is_empty() && place(part.part).is_some();
    }
    for (rank, (part, heading)) in PARTS.into_iter().enumerate() {
        if parts.iter().any(|there| there.part == part.name()) {
            continue;
        }
        let is_later = |there: &PartView<'_>| place(there.part).is_some_and(|at| at > rank);
        let at = parts.iter().position(is_later).unwrap_or(parts.len());
        parts.insert(at, missing_part(part, heading));
    }
    parts
}

fn missing_part(part: Part, heading: &'static str) -> PartView<'static> {
    PartView {
        id: String::new(),
        part: part.name(),
        letter: part.letter(),
        label: heading,
        spoken: String::new(),
        html: String::new(),
        replaces: String::new(),
        change: "",
        left_out: String::new(),
        first_words: String::new(),
        is_missing: true,
    }
}

/// How a time stands to its target: `over` by more than a tenth, `short` under half of it, or empty.
pub fn pace(seconds: u32, target: u32) -> &'static str {
    if seconds > target + target / 10 {
        "over"
    } else if seconds * 2 < target {
        "short"
    } else {
        ""
    }
}

/// The text of a telling.
struct Text<'a> {
    /// The HTML before the first part.
    lead: String,
    parts: Vec<PartView<'a>>,
    meter: Vec<MeterPart<'a>>,
}

/// The text of a telling.
fn text<'a>(writer: &mut PageWriter<'a>, id: TellingId, ids: Ids, detail: Detail) -> Text<'a> {
    let sections = Sections {
        story: id.story,
        telling: writer.context.site.telling(id),
        ids,
        detail,
        writer,
    };
    sections.text()
}

/// Writes the sections of a telling.
struct Sections<'w, 'a> {
    writer: &'w mut PageWriter<'a>,
    story: StoryId,
    telling: &'a Telling,
    ids: Ids,
    detail: Detail,
}

impl<'a> Sections<'_, 'a> {
    fn text(mut self) -> Text<'a> {
        let site = self.writer.context.site;
        let sections = &self.telling.sections;
        let mut text = Text {
            lead: String::new(),
            parts: Vec::with_capacity(sections.len()),
            meter: Vec::with_capacity(sections.len()),
        };
        for (place, told) in sections.iter().enumerate() {
            let section = site.section(told.id);
            match section.part {
                Some(Part::Headline) => text.lead.push_str(&self.beside_headline(place)),
                Some(Part::FollowUps) => text.parts.extend(self.before_follow_ups(told)),
                _ if section.heading.is_empty() => text.lead.push_str(&self.html(told.id)),
                _ => {
                    let words = site.spoken_words(self.telling, told);
                    if words > 0 {
                        text.meter.push(self.meter_part(section, words));
                    }
                    text.parts.push(self.part(told, words));
                }
            }
        }
        text
    }

    /// The HTML of a section, without what the telling leaves out.
    fn html(&mut self, id: SectionId) -> String {
        self.html_without(id, &self.telling.left_out)
    }

    fn html_without(&mut self, id: SectionId, left_out: &[Range<usize>]) -> String {
        let nodes = self.writer.context.site.section(id).nodes.clone();
        self.html_of(id.document, nodes, left_out)
    }

    fn html_of(
        &mut self,
        document: DocumentId,
        nodes: Range<usize>,
        left_out: &[Range<usize>],
    ) -> String {
        let style = Style {
            heading_base: INSIDE_PART,
            ids: self.ids,
            left_out,
            strong: &self.telling.strong,
            remarks: self.detail.remarks(),
        };
        self.writer.html(document, nodes, style)
    }

    /// The id for a heading on the page; empty if this text is not the first place of its headings.
    fn claim(&mut self, id: &str) -> String {
        match self.ids {
            Ids::Given => self.writer.claim(id).unwrap_or_default(),
            Ids::Omitted => String::new(),
        }
    }

    /// The text under the heading of a headline, without the headline itself.
    fn beside_headline(&mut self, place: usize) -> String {
        let told = &self.telling.sections[place];
        let mut left_out = self.telling.left_out.clone();
        if self.telling.headline == Some(place)
            && let Some((_, words)) = headline_paragraph(self.writer.context.site, told)
        {
            left_out.push(words.start - 1..words.end + 1);
        }
        let html = self.html_without(told.id, &left_out);
        if html.is_empty() {
            return html;
        }
        let section = self.writer.context.site.section(told.id);
        self.writer.marked_if_private(section, html)
    }

    fn meter_part(&self, section: &'a Section, words: u32) -> MeterPart<'a> {
        MeterPart {
            letter: section.part.map_or("", Part::letter),
            label: &section.heading,
            spoken: self.writer.spoken(words),
            share: (words * 100 / self.telling.words.max(1)).max(1),
        }
    }

    /// A section with a heading; `words` of it are spoken.
    fn part(&mut self, told: &'a TellingSection, words: u32) -> PartView<'a> {
        let section = self.writer.context.site.section(told.id);
        let id = self.claim(&section.id);
        let html = self.html(told.id);
        let html = self.writer.marked_if_private(section, html);
        let part = PartView {
            spoken: if words > 0 {
                self.writer.spoken(words)
            } else {
                String::new()
            },
            first_words: self.first_words(told, words),
            ..plain_part(section, id, html)
        };
        match (self.detail, self.telling.origin) {
            (Detail::Words, _) | (_, Origin::Story | Origin::Emphasis(_)) => part,
            (Detail::Differences, _) => self.with_differences(told, part),
        }
    }

    /// How the words of a section start, for a telling among others; `words` of it are spoken.
    fn first_words(&self, told: &TellingSection, words: u32) -> String {
        let site = self.writer.context.site;
        if words == 0 || self.detail != Detail::Words {
            return String::new();
        }
        let body = &site.document(told.id.document).body;
        let nodes = site.section(told.id).nodes.clone();
        body.first_words(nodes, &self.telling.left_out, FIRST_WORDS)
    }

    /// The text under the heading of follow-ups before the first question. The questions are shown elsewhere.
    fn before_follow_ups(&mut self, told: &'a TellingSection) -> Option<PartView<'a>> {
        let site = self.writer.context.site;
        let section = site.section(told.id);
        let nodes = nodes_before_items(site.document(told.id.document), section)?;
        let html = self.html_of(told.id.document, nodes, &[]);
        if html.is_empty() {
            return None;
        }
        let html = self.writer.marked_if_private(section, html);
        // Links to the follow-ups lead to the questions, if there are any.
        let id = if site.story(self.story).follow_ups.is_empty() {
            self.claim("follow-ups")
        } else {
            String::new()
        };
        Some(plain_part(section, id, html))
    }

    /// Adds to a part how it differs from the story.
    fn with_differences(&mut self, told: &TellingSection, part: PartView<'a>) -> PartView<'a> {
        match &told.change {
            Change::Same => PartView {
                change: "same",
                ..part
            },
            Change::Added => PartView {
                change: "added",
                ..part
            },
            Change::Retold(sections) => PartView {
                change: "retold",
                replaces: sections
                    .iter()
                    .map(|&section| self.replaced(section))
                    .collect(),
                ..part
            },
            Change::Shortened => PartView {
                change: "shortened",
                left_out: left_out_html(self.writer, told.id, &self.telling.left_out),
                ..part
            },
        }
    }

    /// The HTML of a section of the story that the telling replaces.
    fn replaced(&mut self, id: SectionId) -> String {
        let nodes = self.writer.context.site.section(id).nodes.clone();
        self.writer
            .html(id.document, nodes, full_style(INSIDE_PART, Ids::Omitted))
    }
}

/// A part without a time, and without differences from the story.
fn plain_part(section: &Section, id: String, html: String) -> PartView<'_> {
    PartView {
        id,
        part: section.part.map_or("", Part::name),
        letter: section.part.map_or("", Part::letter),
        label: &section.heading,
        spoken: String::new(),
        html,
        replaces: String::new(),
        change: "",
        left_out: String::new(),
        first_words: String::new(),
        is_missing: false,
    }
}

/// The nodes of a section before the heading of its first question; `None` if the section starts with a question.
fn nodes_before_items(document: &Document, section: &Section) -> Option<Range<usize>> {
    let is_heading = |&index: &usize| {
        matches!(
            document.body.nodes[index].event,
            Event::Start(Tag::Heading(_))
        )
    };
    let start = section.nodes.start;
    let end = match section.items.first() {
        None => section.nodes.end,
        Some(item) => (start..item.nodes.start).rev().find(is_heading)?,
    };
    Some(start..end)
}

/// The blocks of a section that a cut leaves out. Items of lists are put into a list again.
fn left_out_html(writer: &mut PageWriter<'_>, id: SectionId, left_out: &[Range<usize>]) -> String {
    let site = writer.context.site;
    let body = &site.document(id.document).body;
    let nodes = &site.section(id).nodes;
    let mut html = String::new();
    let mut in_list = false;
    for range in left_out.iter().filter(|range| nodes.contains(&range.start)) {
        let is_item = body.nodes[range.start].event == Event::Start(Tag::Item);
        if is_item != in_list {
            html.push_str(if is_item { "<ul>\n" } else { "</ul>\n" });
            in_list = is_item;
        }
        html.push_str(&writer.html(
            id.document,
            range.clone(),
            full_style(INSIDE_PART, Ids::Omitted),
        ));
    }
    if in_list {
        html.push_str("</ul>\n");
    }
    html
}
