//! The pieces that several kinds of pages are made of.

use std::borrow::Cow;
use std::ops::Range;

use super::figures::facts;
use super::telling::{Detail, headline, telling_view};
use super::types::{AnswerView, Chip, FollowUpView, Head, LinkView, OccasionView, TellingLink};
use crate::html::{Ids, PageWriter, Remarks, Style};
use crate::model::{Audience, Author, Occasion, Prose, Section, Status, Went, When};
use crate::phrases::word;
use crate::route::Route;
use crate::site::{
    CompetencyId, DocumentId, Fit, OccasionNames, Origin, PageKey, QuestionId, Reason, Site,
    Standing, StoryId, Telling, TellingId,
};

/// The level of headings inside parts, below the parts' own.
pub const INSIDE_PART: u8 = 4;

/// The style of a body with nothing left out.
pub fn full_style(heading_base: u8, ids: Ids) -> Style<'static> {
    Style {
        heading_base,
        ids,
        left_out: &[],
        strong: &[],
        remarks: Remarks::Shown,
    }
}

/// A count in the type that views use.
pub fn to_u32(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// A time to speak, `2:05`.
pub fn clock(seconds: u32) -> String {
    format!("{}:{:02}", seconds / 60, seconds % 60)
}

impl<'a> PageWriter<'a> {
    /// The fields that every page has; `section` is the current entry of the navigation, or empty.
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

    /// Links to the pages of things, in the same order.
    pub fn link_views<Id: Copy>(&self, ids: &[Id], key: fn(Id) -> PageKey) -> Vec<LinkView<'a>> {
        ids.iter().map(|&id| self.link_view(key(id))).collect()
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

    /// Whether the site is made for the author, who alone sees remarks, strengths and overviews.
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

    /// The time that it takes to say this many words, `2:05`.
    pub fn spoken(&self, words: u32) -> String {
        clock(self.context.site.seconds(words))
    }

    /// The HTML of a section, marked if only the author may see it.
    pub fn marked_if_private(&self, section: &Section, html: String) -> String {
        if section.is_private {
            self.private_aside(&html)
        } else {
            html
        }
    }
}

/// The path of an address, from its first slash after the host.
fn path_of(address: &str) -> &str {
    match address.split_once("://") {
        Some((_, rest)) => rest.find('/').map_or("", |slash| &rest[slash..]),
        None => address,
    }
}

/// The head of the page for addresses without a page. Its links lead to the published site.
pub fn not_found_head<'a>(writer: &PageWriter<'a>) -> Head<'a> {
    let root = path_of(&writer.context.site.config.address);
    let phrases = writer.context.phrases;
    Head {
        title: phrases.text(word::NOT_FOUND).into(),
        description: phrases.text(word::ABOUT_NOT_FOUND),
        root,
        section: "",
    }
}

/// A date in words; empty without one.
pub fn date(writer: &PageWriter<'_>, when: Option<When>) -> String {
    when.map(|when| writer.context.phrases.date(when))
        .unwrap_or_default()
}

/// The questions about a story that have no answer yet.
pub fn open_follow_ups(site: &Site, story: StoryId) -> impl Iterator<Item = QuestionId> {
    let follow_ups = site.story(story).follow_ups.iter().copied();
    follow_ups.filter(|&question| site.is_open(question))
}

/// Occasions in words, the newest first, each with what it names.
pub fn occasions<'a>(
    writer: &PageWriter<'a>,
    occasions: impl IntoIterator<Item = (&'a Occasion, OccasionNames)>,
) -> Vec<OccasionView<'a>> {
    let phrases = writer.context.phrases;
    let site = writer.context.site;
    let day = |(occasion, names): &(&Occasion, OccasionNames)| {
        let there = names.interview;
        let of_interview = there.and_then(|there| site.interview_meta(there).when);
        occasion.on.or(of_interview)
    };
    let mut sorted: Vec<(&Occasion, OccasionNames)> = occasions.into_iter().collect();
    sorted.sort_by_key(|occasion| std::cmp::Reverse(day(occasion)));
    let text = |words: &'a Option<Prose>| Prose::or_empty(words.as_ref());
    let view = |occasion: (&'a Occasion, OccasionNames)| OccasionView {
        on: day(&occasion)
            .map(|day| phrases.date(day))
            .unwrap_or_default(),
        who: text(&occasion.0.who),
        round: text(&occasion.0.round),
        interview: occasion
            .1
            .interview
            .map(|interview| writer.link_view(PageKey::Interview(interview))),
        question: occasion
            .1
            .question
            .map(|question| writer.link_view(PageKey::Question(question))),
        went: occasion.0.went.map_or("", Went::name),
    };
    sorted.into_iter().map(view).collect()
}

/// Who wrote the text of a telling; empty if that is the author of the site.
pub fn written_by<'a>(writer: &PageWriter<'a>, telling: &'a Telling) -> &'a str {
    match &telling.by {
        Author::Me => "",
        Author::Reviewer => writer.context.phrases.text(word::A_REVIEWER),
        Author::Assistant(name) => name,
    }
}

/// The name of an origin in views: `story`, `variant`, `emphasis` or `cut`.
pub fn origin_name(origin: Origin) -> &'static str {
    match origin {
        Origin::Story => "story",
        Origin::Variant(_) => "variant",
        Origin::Emphasis(_) => "emphasis",
        Origin::Cut(_) => "cut",
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
            competency: match telling.origin {
                Origin::Emphasis(competency) | Origin::Cut(competency) => {
                    site.title(PageKey::Competency(competency))
                }
                Origin::Story | Origin::Variant(_) => "",
            },
            by: written_by(writer, telling),
            draft: telling.status == Status::Draft,
        }
    };
    site.tellings(current.story).map(link).collect()
}

/// The follow-up questions about a story. A variant may have its own answers.
pub fn follow_ups<'a>(
    writer: &mut PageWriter<'a>,
    telling: TellingId,
    remarks: Remarks,
) -> Vec<FollowUpView<'a>> {
    let site = writer.context.site;
    let variant = match site.telling(telling).origin {
        Origin::Variant(document) => Some(document),
        Origin::Story | Origin::Emphasis(_) | Origin::Cut(_) => None,
    };
    site.story(telling.story)
        .follow_ups
        .iter()
        .map(|&question| follow_up(writer, question, variant, remarks))
        .collect()
}

fn follow_up<'a>(
    writer: &mut PageWriter<'a>,
    question: QuestionId,
    variant: Option<DocumentId>,
    remarks: Remarks,
) -> FollowUpView<'a> {
    let site = writer.context.site;
    let retold = variant.and_then(|variant| Some((variant, answer_in(site, question, variant)?)));
    let open = retold.is_none() && site.is_open(question);
    let (document, nodes) = retold.unwrap_or_else(|| answer_nodes(writer, question));
    FollowUpView {
        question: site.wording(question),
        url: writer.link(PageKey::Question(question), ""),
        answer: if open {
            String::new()
        } else {
            let style = Style {
                remarks,
                ..full_style(INSIDE_PART, Ids::Omitted)
            };
            writer.html(document, nodes, style)
        },
        open,
    }
}

/// The nodes of the answer that a variant gives to a question about its story.
fn answer_in(site: &Site, question: QuestionId, variant: DocumentId) -> Option<Range<usize>> {
    let slug = &site.question_item(question)?.slug;
    let sections = site.document(variant).sections.iter();
    let mut items = sections.flat_map(|section| &section.items);
    let item = items.find(|item| item.slug == *slug && !item.is_open)?;
    Some(item.nodes.clone())
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

/// How much of an answer a page shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Extent {
    /// One line.
    Row,
    /// The telling with its figures and follow-up questions, and whether its headings get ids.
    Full(Ids),
}

/// A story as an answer to a question, in the telling that fits.
pub fn answer<'a>(
    writer: &mut PageWriter<'a>,
    story: StoryId,
    question: QuestionId,
    extent: Extent,
) -> AnswerView<'a> {
    let site = writer.context.site;
    let id = site.telling_for(story, question);
    let row = AnswerView {
        why: reasons(writer, story, &site.reason(story, question)),
        opening: Prose::or_empty(site.opening(id, question)),
        ..answer_row(writer, id)
    };
    match extent {
        Extent::Row => row,
        Extent::Full(ids) => AnswerView {
            telling: Some(telling_view(writer, id, ids, Detail::Words)),
            tellings: telling_links(writer, id),
            facts: facts(writer, id),
            follow_ups: follow_ups(writer, id, Remarks::Omitted),
            ..row
        },
    }
}

/// A story in one of its tellings, in one line and for no question.
pub fn answer_row<'a>(writer: &mut PageWriter<'a>, id: TellingId) -> AnswerView<'a> {
    let site = writer.context.site;
    AnswerView {
        story: site.story_meta(id.story).title.as_str(),
        url: writer.link(PageKey::Telling(id), ""),
        label: writer.label(id),
        spoken: writer.spoken(site.telling(id).words),
        why: Vec::new(),
        opening: "",
        headline: headline(writer, id),
        telling: None,
        tellings: Vec::new(),
        facts: Vec::new(),
        follow_ups: Vec::new(),
    }
}

/// How often a question was asked, as far as its author noted it.
pub fn times_asked(site: &Site, question: QuestionId) -> usize {
    site.asked(question).len()
}

/// The name of a standing in views: `both`, `claimed` or `evidenced`.
pub fn standing_name(standing: Standing) -> &'static str {
    match (standing.is_claimed, standing.evidence) {
        (true, Some(_)) => "both",
        (true, None) => "claimed",
        (false, _) => "evidenced",
    }
}

/// The reasons for the place of a story among the answers to a question. Strength and what was told are for the author alone.
pub fn reasons(writer: &PageWriter<'_>, story: StoryId, reason: &Reason) -> Vec<String> {
    let phrases = writer.context.phrases;
    let mut why = Vec::new();
    match reason.fit {
        Fit::Written => why.push(phrases.text(word::REASON_WRITTEN).to_owned()),
        Fit::Named => why.push(phrases.text(word::REASON_NAMED).to_owned()),
        Fit::Adaptable => {}
    }
    if let (Some(strength), true) = (reason.strength, writer.is_private()) {
        let strength = strength.to_string();
        why.push(phrases.fill(word::REASON_STRENGTH, &[("strength", &strength)]));
    }
    if reason.probed > 0 {
        let shared = reason.shared.to_string();
        let probed = reason.probed as u64;
        why.push(phrases.count(word::REASON_SHARED, probed, &[("shared", &shared)]));
    }
    why.extend(
        reason
            .told_there
            .map(|occasion| told_there(writer, story, occasion)),
    );
    why
}

/// `told to Harbour on 3 March 2026`: the occasion is one of the story's `told`.
pub fn told_there(writer: &PageWriter<'_>, story: StoryId, occasion: usize) -> String {
    let site = writer.context.site;
    let told = &site.story_meta(story).told[occasion];
    let interview = site.story(story).told[occasion].interview;
    let meta = interview.map(|interview| site.interview_meta(interview));
    let company = match (meta, &told.who) {
        (Some(meta), _) => meta.company.as_str(),
        (None, who) => Prose::or_empty(who.as_ref()),
    };
    let day = told.on.or(meta.and_then(|meta| meta.when));
    let phrases = writer.context.phrases;
    match day {
        Some(day) => phrases.fill(
            word::REASON_TOLD_ON,
            &[("company", company), ("day", &phrases.date(day))],
        ),
        None => phrases.fill(word::REASON_TOLD, &[("company", company)]),
    }
}
