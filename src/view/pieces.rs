//! The pieces that several kinds of pages are made of.

use std::borrow::Cow;
use std::ops::Range;

use super::types::{
    AnswerView, Chip, FactView, FollowUpView, Head, LinkView, MeterPart, OccasionView, PartView,
    TellingLink, TellingView,
};
use crate::escape::escaped;
use crate::html::{Ids, PageWriter, Style};
use crate::markdown::{Event, Tag};
use crate::model::{Audience, Author, Document, Meta, Occasion, Part, Prose, Status};
use crate::phrases::word;
use crate::route::Route;
use crate::site::{
    Change, CompetencyId, DocumentId, Origin, PageKey, QuestionId, StoryId, Telling, TellingId,
    TellingSection,
};

/// The level of headings inside parts, below the parts' own.
pub const INSIDE_PART: u8 = 4;

/// The style of a whole body, without anything left out.
pub fn whole(heading_base: u8, ids: Ids) -> Style<'static> {
    Style {
        heading_base,
        ids,
        left_out: &[],
    }
}

/// A time to speak, `2:05`.
pub fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

impl<'a> PageWriter<'a> {
    /// What every page has; `section` is the entry of the navigation that is current, or empty.
    pub fn head(
        &self,
        title: impl Into<Cow<'a, str>>,
        description: &'a str,
        section: &'static str,
    ) -> Head<'a> {
        Head {
            title: title.into(),
            description,
            root: self.route.to_root(),
            section,
        }
    }

    /// A link that reads as the title of the page that it leads to.
    pub fn link_view(&self, page: PageKey) -> LinkView<'a> {
        LinkView {
            title: self.title(page),
            url: self.link(page, ""),
        }
    }

    /// A competency with the address of its page.
    pub fn chip(&self, competency: CompetencyId) -> Chip<'a> {
        let page = PageKey::Competency(competency);
        Chip {
            title: self.context.site.title(page),
            url: self.link(page, ""),
            known_as: &self.context.site.competency(competency).known_as,
        }
    }

    /// Competencies with the addresses of their pages, in the same order.
    pub fn chips(&self, competencies: &[CompetencyId]) -> Vec<Chip<'a>> {
        competencies
            .iter()
            .map(|&competency| self.chip(competency))
            .collect()
    }

    /// The pages that link here, without those that the page names anyway.
    pub fn backlinks(&self, page: PageKey, named: impl Fn(PageKey) -> bool) -> Vec<LinkView<'a>> {
        let backlinks = self
            .context
            .site
            .backlinks(page)
            .filter(|&from| !named(from));
        backlinks.map(|from| self.link_view(from)).collect()
    }

    /// Whether the site is made for the author, who alone sees remarks, strengths and the views of the whole.
    pub fn is_private(&self) -> bool {
        self.context.site.audience == Audience::Private
    }

    /// The address of the list of open points; empty if this site has none.
    pub fn open_points_url(&self) -> String {
        if self.is_private() {
            self.route.link_to(&Route::OpenPoints)
        } else {
            String::new()
        }
    }

    fn spoken(&self, words: u32) -> String {
        clock(self.context.site.seconds(words))
    }
}

/// The head of the page for addresses without a page. Its links lead to the published site.
pub fn not_found_head<'a>(writer: &PageWriter<'a>) -> Head<'a> {
    let address = &writer.context.site.config.address;
    let root = address
        .split_once("://")
        .map_or(address.as_str(), |(_, rest)| {
            rest.find('/').map_or("", |slash| &rest[slash..])
        });
    let phrases = writer.context.phrases;
    Head {
        title: phrases.text(word::NOT_FOUND).into(),
        description: phrases.text(word::ABOUT_NOT_FOUND),
        root,
        section: "",
    }
}

/// Occasions in words, the newest first.
pub fn occasions<'a>(writer: &PageWriter<'a>, occasions: &'a [Occasion]) -> Vec<OccasionView<'a>> {
    let phrases = writer.context.phrases;
    let mut sorted: Vec<&Occasion> = occasions.iter().collect();
    sorted.sort_by_key(|occasion| std::cmp::Reverse(occasion.on));
    let text = |words: &'a Option<Prose>| Prose::or_empty(words.as_ref());
    let view = |occasion: &'a Occasion| OccasionView {
        on: phrases.date(occasion.on),
        who: text(&occasion.who),
        round: text(&occasion.round),
    };
    sorted.into_iter().map(view).collect()
}

/// The figures of a story. Hyphens in their names become spaces.
pub fn facts<'a>(writer: &PageWriter<'a>, story: StoryId) -> Vec<FactView<'a>> {
    let facts = writer.context.site.story_meta(story).facts.iter();
    facts
        .map(|fact| FactView {
            label: fact.name.as_str().replace(['-', '_'], " ").into(),
            value: Cow::Borrowed(fact.value.as_str()),
            source: Prose::or_empty(fact.source.as_ref()),
        })
        .collect()
}

/// Who wrote the text of a telling; empty if that is the author of the site.
pub fn written_by<'a>(writer: &PageWriter<'a>, telling: &'a Telling) -> &'a str {
    match &telling.by {
        Author::Me => "",
        Author::Reviewer => writer.context.phrases.text(word::A_REVIEWER),
        Author::Assistant(name) => name,
    }
}

/// The name of an origin in views: `story`, `variant` or `derived`.
pub fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Story => "story",
        Origin::Variant(_) => "variant",
        Origin::Derived(_) => "derived",
    }
}

/// All tellings of the story of the one that is shown, the story itself first.
pub fn telling_links<'a>(writer: &PageWriter<'a>, current: TellingId) -> Vec<TellingLink<'a>> {
    let site = writer.context.site;
    let link = |id: TellingId| {
        let telling = site.telling(id);
        TellingLink {
            label: writer.label(id),
            url: writer.link(PageKey::Telling(id), ""),
            spoken: writer.spoken(telling.words),
            current: id == current,
            origin: origin_name(telling.origin),
            by: written_by(writer, telling),
            draft: telling.status == Status::Draft,
        }
    };
    site.tellings(current.story).map(link).collect()
}

/// The thirty-second answer of a telling as HTML: its own, else the story's.
pub fn headline(writer: &mut PageWriter<'_>, id: TellingId) -> String {
    let site = writer.context.site;
    let telling = site.telling(id);
    let own = match telling.origin {
        Origin::Variant(document) => own_headline(site.document(document)),
        Origin::Story | Origin::Derived(_) => "",
    };
    match telling
        .headline
        .and_then(|place| headline_paragraph(writer, &telling.sections[place]))
    {
        Some((document, nodes)) if own.is_empty() => {
            writer.html(document, nodes, whole(INSIDE_PART, Ids::Omitted))
        }
        _ => escaped(if own.is_empty() {
            Prose::or_empty(site.story_meta(id.story).headline.as_ref())
        } else {
            own
        }),
    }
}

/// The first paragraph under the heading of a headline. A headline in the front matter of the document replaces it.
fn headline_paragraph(
    writer: &PageWriter<'_>,
    section: &TellingSection,
) -> Option<(DocumentId, Range<usize>)> {
    let site = writer.context.site;
    let document = site.document(section.id.document);
    let paragraph = document
        .body
        .first_paragraph(site.section(section.id).nodes.clone())?;
    own_headline(document)
        .is_empty()
        .then_some((section.id.document, paragraph))
}

/// The text under the heading of a headline, without the headline itself.
fn beside_headline(
    writer: &mut PageWriter<'_>,
    telling: &Telling,
    place: usize,
    ids: Ids,
) -> String {
    let id = telling.sections[place].id;
    let section = writer.context.site.section(id);
    let mut left_out = telling.left_out.clone();
    if telling.headline == Some(place)
        && let Some((_, words)) = headline_paragraph(writer, &telling.sections[place])
    {
        left_out.push(words.start - 1..words.end + 1);
    }
    let html = writer.html(
        id.document,
        section.nodes.clone(),
        Style {
            heading_base: INSIDE_PART,
            ids,
            left_out: &left_out,
        },
    );
    if section.is_private && !html.is_empty() {
        writer.private_aside(&html)
    } else {
        html
    }
}

fn own_headline(document: &Document) -> &str {
    match &document.meta {
        Meta::Story(story) => Prose::or_empty(story.headline.as_ref()),
        Meta::Variant(variant) => Prose::or_empty(variant.headline.as_ref()),
        _ => "",
    }
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
    let site = writer.context.site;
    let telling = site.telling(id);
    let mut lead = String::new();
    let mut parts = Vec::with_capacity(telling.sections.len());
    let mut meter = Vec::with_capacity(telling.sections.len());
    for (place, told) in telling.sections.iter().enumerate() {
        let section = site.section(told.id);
        match section.part {
            Some(Part::Headline) => {
                lead.push_str(&beside_headline(writer, telling, place, ids));
                continue;
            }
            Some(Part::FollowUps) => {
                parts.extend(before_follow_ups(writer, id.story, told, ids));
                continue;
            }
            _ if section.heading.is_empty() => {
                lead.push_str(&writer.html(
                    told.id.document,
                    section.nodes.clone(),
                    Style {
                        heading_base: INSIDE_PART,
                        ids,
                        left_out: &telling.left_out,
                    },
                ));
                continue;
            }
            _ => {}
        }
        let words = site.spoken_words(telling, told);
        if words > 0 {
            meter.push((section.part, section.heading.as_str(), words));
        }
        parts.push(part_view(writer, telling, told, words, ids, detail));
    }
    let seconds = site.seconds(telling.words);
    let target = telling.length.map_or(0, |length| length.0);
    TellingView {
        label: writer.label(id),
        url: writer.link(PageKey::Telling(id), ""),
        headline: headline(writer, id),
        words: telling.words,
        spoken: clock(seconds),
        target: if target > 0 {
            clock(target)
        } else {
            String::new()
        },
        target_at: if target > 0 {
            (target * 100 / seconds.max(1)).min(100)
        } else {
            0
        },
        over: target > 0 && seconds > target + target / 10,
        meter: meter
            .into_iter()
            .map(|(part, label, words)| meter_part(writer, part, label, words, telling.words))
            .collect(),
        lead,
        parts,
    }
}

fn meter_part<'a>(
    writer: &PageWriter<'a>,
    part: Option<Part>,
    label: &'a str,
    words: u32,
    all: u32,
) -> MeterPart<'a> {
    MeterPart {
        letter: part.map_or("", Part::letter),
        label,
        spoken: writer.spoken(words),
        share: (words * 100 / all.max(1)).max(1),
    }
}

fn part_view<'a>(
    writer: &mut PageWriter<'a>,
    telling: &'a Telling,
    told: &'a TellingSection,
    words: u32,
    ids: Ids,
    detail: Detail,
) -> PartView<'a> {
    let section = writer.context.site.section(told.id);
    let id = if ids == Ids::Given {
        writer.claim(&section.id).unwrap_or_default()
    } else {
        String::new()
    };
    let style = Style {
        heading_base: INSIDE_PART,
        ids,
        left_out: &telling.left_out,
    };
    let mut html = writer.html(told.id.document, section.nodes.clone(), style);
    if section.is_private {
        html = writer.private_aside(&html);
    }
    let (change, replaces, left_out) = match (detail, telling.origin) {
        (Detail::Words, _) | (_, Origin::Story) => ("", String::new(), String::new()),
        (Detail::Differences, _) => differences(writer, telling, told),
    };
    PartView {
        id,
        part: section.part.map_or("", Part::name),
        letter: section.part.map_or("", Part::letter),
        label: &section.heading,
        spoken: if words > 0 {
            writer.spoken(words)
        } else {
            String::new()
        },
        html,
        replaces,
        change,
        left_out,
    }
}

/// The text under the heading of follow-ups before the first question. The questions are shown elsewhere.
fn before_follow_ups<'a>(
    writer: &mut PageWriter<'a>,
    story: StoryId,
    told: &'a TellingSection,
    ids: Ids,
) -> Option<PartView<'a>> {
    let site = writer.context.site;
    let document = site.document(told.id.document);
    let section = site.section(told.id);
    let is_heading = |&index: &usize| {
        matches!(
            document.body.nodes[index].event,
            Event::Start(Tag::Heading(_))
        )
    };
    let end = section
        .items
        .first()
        .map_or(Some(section.nodes.end), |item| {
            (section.nodes.start..item.nodes.start)
                .rev()
                .find(is_heading)
        })?;
    let mut html = writer.html(
        told.id.document,
        section.nodes.start..end,
        Style {
            heading_base: INSIDE_PART,
            ids,
            left_out: &[],
        },
    );
    if html.is_empty() {
        return None;
    }
    if section.is_private {
        html = writer.private_aside(&html);
    }
    // Links to the follow-ups lead to the questions, if there are any.
    let is_place_of_links = ids == Ids::Given && site.story(story).follow_ups.is_empty();
    Some(PartView {
        id: if is_place_of_links {
            writer.claim("follow-ups").unwrap_or_default()
        } else {
            String::new()
        },
        part: section.part.map_or("", Part::name),
        letter: "",
        label: &section.heading,
        spoken: String::new(),
        html,
        replaces: String::new(),
        change: "",
        left_out: String::new(),
    })
}

fn differences(
    writer: &mut PageWriter<'_>,
    telling: &Telling,
    told: &TellingSection,
) -> (&'static str, String, String) {
    let site = writer.context.site;
    match &told.change {
        Change::Same => ("same", String::new(), String::new()),
        Change::Added => ("added", String::new(), String::new()),
        Change::Retold(sections) => {
            let replaced = sections.iter().map(|&section| {
                let nodes = site.section(section).nodes.clone();
                writer.html(section.document, nodes, whole(INSIDE_PART, Ids::Omitted))
            });
            ("retold", replaced.collect(), String::new())
        }
        Change::Shortened => {
            let nodes = site.section(told.id).nodes.clone();
            (
                "shortened",
                String::new(),
                left_out_html(writer, told.id.document, nodes, &telling.left_out),
            )
        }
    }
}

/// The blocks of a section that a derived telling leaves out. Items of lists are put into a list again.
fn left_out_html(
    writer: &mut PageWriter<'_>,
    id: DocumentId,
    nodes: Range<usize>,
    left_out: &[Range<usize>],
) -> String {
    let body = &writer.context.site.document(id).body;
    let mut html = String::new();
    let mut in_list = false;
    for range in left_out.iter().filter(|range| nodes.contains(&range.start)) {
        let is_item = body.nodes[range.start].event == Event::Start(Tag::Item);
        if is_item != in_list {
            html.push_str(if is_item { "<ul>\n" } else { "</ul>\n" });
            in_list = is_item;
        }
        html.push_str(&writer.html(id, range.clone(), whole(INSIDE_PART, Ids::Omitted)));
    }
    if in_list {
        html.push_str("</ul>\n");
    }
    html
}

/// The follow-up questions about a story. A variant may have its own answers.
pub fn follow_ups<'a>(writer: &mut PageWriter<'a>, telling: TellingId) -> Vec<FollowUpView<'a>> {
    let site = writer.context.site;
    let variant = match site.telling(telling).origin {
        Origin::Variant(document) => Some(document),
        Origin::Story | Origin::Derived(_) => None,
    };
    site.story(telling.story)
        .follow_ups
        .iter()
        .map(|&question| follow_up(writer, question, variant))
        .collect()
}

fn follow_up<'a>(
    writer: &mut PageWriter<'a>,
    question: QuestionId,
    variant: Option<DocumentId>,
) -> FollowUpView<'a> {
    let site = writer.context.site;
    let retold = variant.and_then(|variant| {
        let slug = &site.question_item(question)?.slug;
        let items = site
            .document(variant)
            .sections
            .iter()
            .flat_map(|section| &section.items);
        items
            .into_iter()
            .find(|item| item.slug == *slug && !item.is_open)
            .map(|item| (variant, item.nodes.clone()))
    });
    let open = retold.is_none() && site.is_open(question);
    let (document, nodes) = retold.unwrap_or_else(|| answer_nodes(writer, question));
    FollowUpView {
        question: site.wording(question),
        url: writer.link(PageKey::Question(question), ""),
        answer: if open {
            String::new()
        } else {
            writer.html(document, nodes, whole(INSIDE_PART, Ids::Omitted))
        },
        open,
    }
}

/// The nodes of the answer or the guidance of a question.
pub fn answer_nodes(writer: &PageWriter<'_>, question: QuestionId) -> (DocumentId, Range<usize>) {
    let site = writer.context.site;
    let document = site.question(question).document;
    let whole = 0..site.document(document).body.nodes.len();
    (
        document,
        site.question_item(question)
            .map_or(whole, |item| item.nodes.clone()),
    )
}

/// How much of an answer is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One line.
    Row,
    /// The telling with its figures and what they will ask next; its headings get ids.
    Full(Ids),
}

/// A story in one of its tellings as an answer.
pub fn answer<'a>(
    writer: &mut PageWriter<'a>,
    id: TellingId,
    why: Vec<String>,
    extent: Extent,
) -> AnswerView<'a> {
    let site = writer.context.site;
    let telling = site.telling(id);
    let full = match extent {
        Extent::Row => None,
        Extent::Full(ids) => Some(telling_view(writer, id, ids, Detail::Words)),
    };
    let is_full = full.is_some();
    AnswerView {
        story: site.story_meta(id.story).title.as_str(),
        url: writer.link(PageKey::Telling(id), ""),
        label: writer.label(id),
        spoken: writer.spoken(telling.words),
        why,
        headline: headline(writer, id),
        telling: full,
        tellings: if is_full {
            telling_links(writer, id)
        } else {
            Vec::new()
        },
        facts: if is_full {
            facts(writer, id.story)
        } else {
            Vec::new()
        },
        follow_ups: if is_full {
            follow_ups(writer, id)
        } else {
            Vec::new()
        },
    }
}

/// The reasons for the place of a story among the answers to a question.
pub fn reasons(
    writer: &PageWriter<'_>,
    story: StoryId,
    question: QuestionId,
    is_named: bool,
) -> Vec<String> {
    let site = writer.context.site;
    let phrases = writer.context.phrases;
    let mut why = Vec::new();
    if is_named {
        why.push(phrases.text(word::REASON_NAMED).to_owned());
    }
    let probed = site.question(question).competencies.len() as u64;
    if probed > 0 {
        let shared = site.shared(story, question).to_string();
        why.push(phrases.count(word::REASON_SHARED, probed, &[("shared", &shared)]));
    }
    if let (Some(strength), true) = (site.story_meta(story).strength, writer.is_private()) {
        why.push(phrases.fill(
            word::REASON_STRENGTH,
            &[("strength", &strength.to_string())],
        ));
    }
    why
}
