//! A telling in full: its headline, the bar of its times, and its parts.

use std::ops::Range;

use super::pieces::{INSIDE_PART, clock, full_style};
use super::types::{MeterPart, PartView, TellingView};
use crate::escape::escaped;
use crate::html::{Ids, PageWriter, Style};
use crate::markdown::{Event, Tag};
use crate::model::{Document, Meta, Part, Prose, Section};
use crate::site::{
    Change, DocumentId, Origin, PageKey, SectionId, StoryId, Telling, TellingId, TellingSection,
};

/// The thirty-second answer of a telling as HTML: its own, else the story's.
///
/// The front matter of a variant comes first, then the text under the heading of a headline, then the story's front matter.
pub fn headline(writer: &mut PageWriter<'_>, id: TellingId) -> String {
    let site = writer.context.site;
    let telling = site.telling(id);
    let of_variant = match telling.origin {
        Origin::Variant(document) => own_headline(site.document(document)),
        Origin::Story | Origin::Emphasis(_) | Origin::Cut(_) => None,
    };
    if let Some(text) = of_variant {
        return escaped(text);
    }
    let paragraph = telling
        .headline
        .and_then(|place| headline_paragraph(writer, &telling.sections[place]));
    match paragraph {
        Some((document, nodes)) => {
            writer.html(document, nodes, full_style(INSIDE_PART, Ids::Omitted))
        }
        None => escaped(Prose::or_empty(site.story_meta(id.story).headline.as_ref())),
    }
}

/// The first paragraph under the heading of a headline; `None` if a headline in the front matter of the document replaces it.
fn headline_paragraph(
    writer: &PageWriter<'_>,
    section: &TellingSection,
) -> Option<(DocumentId, Range<usize>)> {
    let site = writer.context.site;
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
    /// Only the telling, as an answer among others.
    Words,
    /// Also its differences from the story, on a page of its own.
    Differences,
}

/// A telling in full.
pub fn telling_view<'a>(
    writer: &mut PageWriter<'a>,
    id: TellingId,
    ids: Ids,
    detail: Detail,
) -> TellingView<'a> {
    let telling = writer.context.site.telling(id);
    let sections = Sections {
        story: id.story,
        telling,
        ids,
        detail,
        writer: &mut *writer,
    };
    let Text { lead, parts, meter } = sections.text();
    let seconds = writer.context.site.seconds(telling.words);
    let target = writer.context.site.target(id).0;
    // The bar is as long as the longer of the two: a short telling does not fill it.
    let scale = seconds.max(target).max(1);
    TellingView {
        label: writer.label(id),
        url: writer.link(PageKey::Telling(id), ""),
        headline: headline(writer, id),
        words: telling.words,
        spoken: clock(seconds),
        target: clock(target),
        target_at: target * 100 / scale,
        spoken_to: seconds * 100 / scale,
        pace: pace(seconds, target),
        over: pace(seconds, target) == "over",
        meter,
        lead,
        parts,
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
            && let Some((_, words)) = headline_paragraph(self.writer, told)
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
            ..plain_part(section, id, html)
        };
        match (self.detail, self.telling.origin) {
            (Detail::Words, _) | (_, Origin::Story | Origin::Emphasis(_)) => part,
            (Detail::Differences, _) => self.with_differences(told, part),
        }
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
