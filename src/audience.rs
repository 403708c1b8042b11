//! The smaller site that an audience may see.
//!
//! What an audience may not see is removed from the documents before they are linked again. So no page, list, count or
//! address can be made from it, and no later step asks whether something is private.

mod gaps;
mod meta;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rayon::prelude::*;
use rustc_hash::FxHashSet as HashSet;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, rules};
use crate::escape::escaped;
use crate::markdown::prose::{Gap, Piece, PiecePlace, PieceSource, Run, Segment, Style};
use crate::markdown::{
    Body, Event, Heading, HeadingId, Link, LinkId, NameId, Node, Str, Tag, Target, is_inline,
};
use crate::model::{Audience, Author, Document, Meta, Section, Status};
use crate::parse::{answers_of, sections};
use crate::site::{self, Destination, DocumentId, ItemId, PageKey, SectionId, Site};
use crate::slug::Slug;
use crate::source::{SitePath, Span, Spanned};
use crate::words::{Finder, Hit, Redactor, SET_APART, decode, excerpt, references};

/// The reader that a site is made for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Whom the site is made for.
    pub audience: Audience,
    /// Whether drafts are shown. Only takes effect for the author.
    pub drafts: bool,
}

/// The documents that a viewer may see, and the settings without their secrets.
pub struct Projection {
    /// For other viewers than the author, the title is redacted, and the words to redact and to forbid are removed.
    pub config: Arc<Config>,
    /// In the order of the site, each without what the viewer may not see of it.
    pub documents: Vec<Arc<Document>>,
    /// For each of these, the document of the site that it was made from.
    pub origins: Vec<DocumentId>,
    /// Warnings about what was left out.
    pub diagnostics: Vec<Diagnostic>,
}

/// The words and names that no output for an audience may contain. The last check searches every byte of the output for them.
#[derive(Debug, Clone, Default)]
pub struct Withheld {
    /// Found in any spelling.
    words: Finder,
    /// Found in exactly this spelling: paths and the like, which in another spelling would be ordinary words.
    names: Names,
}

/// Names that are searched in exactly this spelling, all of them in one pass over a text.
#[derive(Debug, Clone, Default)]
pub struct Names {
    names: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Names {
    /// Prepares the search for names.
    pub fn new(names: Vec<String>) -> Self {
        let finder = (!names.is_empty()).then(|| {
            AhoCorasick::new(&names).expect("names are far shorter together than two gigabytes")
        });
        Self { names, finder }
    }

    /// Each occurrence of a name, with its index. Occurrences may overlap.
    fn all<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, Range<usize>)> + 't {
        let found = self
            .finder
            .iter()
            .flat_map(move |finder| finder.find_overlapping_iter(text));
        found.map(|found| (found.pattern().as_usize(), found.range()))
    }

    /// The names that a text does not hold.
    pub fn not_in(self, text: &str) -> Vec<String> {
        let held: HashSet<usize> = self.all(text).map(|(name, _)| name).collect();
        self.names
            .into_iter()
            .enumerate()
            .filter(|(place, _)| !held.contains(place))
            .map(|(_, name)| name)
            .collect()
    }
}

impl Withheld {
    /// The words of the settings that an audience may not see.
    pub fn new(config: &Config, audience: Audience) -> Self {
        let words = match audience {
            Audience::Private => Finder::default(),
            Audience::Team | Audience::Public => Finder::new(
                config
                    .redact
                    .keys()
                    .chain(&config.forbid.words)
                    .map(String::as_str),
            ),
        };
        Self {
            words,
            names: Names::default(),
        }
    }

    /// Adds names that may not leave either, in exactly this spelling but in upper or lower case.
    pub fn with_names(mut self, names: impl IntoIterator<Item = String>) -> Self {
        let lower = names
            .into_iter()
            .filter(|name| !name.is_empty())
            .map(|name| name.to_lowercase());
        self.names = Names::new(
            std::mem::take(&mut self.names.names)
                .into_iter()
                .chain(lower)
                .collect(),
        );
        self
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.names.finder.is_none()
    }

    /// The first withheld word or name in an output file.
    pub fn first_in(&self, bytes: &[u8]) -> Option<Hit> {
        self.words
            .first_in_artefact(bytes)
            .or_else(|| self.words_of_names(bytes))
    }

    fn words_of_names(&self, bytes: &[u8]) -> Option<Hit> {
        self.names.finder.as_ref()?;
        let text = decode(&String::from_utf8_lossy(bytes)).to_lowercase();
        // `/home/jane` does not match `/home/janet`. Any other name also matches inside longer names.
        let is_whole = |name: &str, at: usize| {
            let goes_on = text[at + name.len()..].starts_with(char::is_alphanumeric);
            !goes_on || !name.starts_with(['/', '\\'])
        };
        let found = self
            .names
            .all(&text)
            .filter(|(name, range)| is_whole(&self.names.names[*name], range.start));
        let first = found.min_by_key(|(name, range)| (*name, range.start));
        first.map(|(name, range)| Hit {
            word: self.names.names[name].clone(),
            excerpt: excerpt(&text, range),
        })
    }
}

/// Takes out of a site what `viewer` may not see; `None` if the viewer may see all of it.
pub fn project(site: &Site, viewer: Viewer) -> Option<Projection> {
    let visible: Vec<bool> = (0..site.documents.len())
        .map(|index| is_visible(site, DocumentId(index), viewer))
        .collect();
    let origins: Vec<DocumentId> = (0..visible.len())
        .filter(|&index| visible[index])
        .map(DocumentId)
        .collect();
    if viewer.audience == Audience::Private {
        return (origins.len() < visible.len()).then(|| without_drafts(site, origins));
    }
    let projector = Projector {
        site,
        visible: &visible,
        redactor: Redactor::new(&site.config.redact),
    };
    Some(projector.projection(origins))
}

/// What the author sees without drafts: the other documents as they are.
fn without_drafts(site: &Site, origins: Vec<DocumentId>) -> Projection {
    Projection {
        config: site.config.clone(),
        documents: origins
            .iter()
            .map(|id| site.documents[id.0].clone())
            .collect(),
        origins,
        diagnostics: Vec::new(),
    }
}

fn is_visible(site: &Site, id: DocumentId, viewer: Viewer) -> bool {
    let document = site.document(id);
    let shows_drafts = viewer.drafts && viewer.audience == Audience::Private;
    let is_admitted = document.audience.admits(viewer.audience)
        && (document.status != Status::Draft || shows_drafts);
    match &document.meta {
        Meta::Variant(variant) => {
            let is_for_author =
                matches!(variant.by, Author::Assistant(_)) && viewer.audience != Audience::Private;
            let story = site
                .names
                .story(variant.story.as_str())
                .map(|story| site.story(story).document);
            is_admitted
                && !is_for_author
                && story.is_none_or(|story| is_visible(site, story, viewer))
        }
        // Whatever its front matter says.
        Meta::Interview(_) => is_admitted && viewer.audience == Audience::Private,
        _ => is_admitted,
    }
}

/// What redaction changes in a document.
impl Redactor {
    fn string(&self, text: &str) -> String {
        self.text(text).into_owned()
    }

    fn slug(&self, slug: &Slug) -> Slug {
        match self.text(slug.as_str()) {
            Cow::Borrowed(_) => slug.clone(),
            Cow::Owned(redacted) => Slug::of(&redacted),
        }
    }

    /// What redaction changes in the nodes of a body that hold text.
    ///
    /// A phrase can continue on the next line, or contain emphasis, so whole paragraphs are searched and not single nodes. The
    /// replacement goes into the node in which the phrase starts, and the other nodes lose their part of the phrase.
    fn edits(&self, body: &Body) -> Edits<'_> {
        let mut finding = Finding {
            redactor: self,
            body,
            edits: Edits::default(),
            run: Run::default(),
            local: None,
        };
        body.segments(0..body.nodes.len(), &[])
            .for_each(|part| finding.add(part));
        finding.end_run();
        let mut edits = finding.edits;
        edits
            .of_nodes
            .values_mut()
            .for_each(|edits| edits.sort_by_key(|(range, _)| range.start));
        edits
    }

    /// The settings that may leave.
    fn config(&self, config: &Config) -> Config {
        let Config {
            title,
            language,
            words,
            theme,
            address,
            words_per_minute,
            length,
            audience,
            preview: _,
            redact: _,
            forbid: _,
            blame: _,
            wiki: _,
        } = config.clone();
        let words = words
            .into_iter()
            .map(|(name, entry)| (name, entry.map(|text| self.string(text))))
            .collect();
        Config {
            title: self.string(&title),
            language,
            words,
            theme,
            address,
            words_per_minute,
            length,
            audience,
            ..Config::default()
        }
    }
}

/// Finds what redaction changes in a body.
struct Finding<'r, 'b> {
    redactor: &'r Redactor,
    body: &'b Body,
    edits: Edits<'r>,
    /// The words since the last block started or ended.
    run: Run,
    /// The address of the link around the words, if it points to the author's own machine. The address is then left out of the words.
    local: Option<&'b str>,
}

impl<'r, 'b> Finding<'r, 'b> {
    fn add(&mut self, part: Segment<'b>) {
        match part {
            Segment::Words { node, text, style } => self.words(node, text, style),
            Segment::HtmlWords { node, at, text } => self.html_words(node, at, text),
            Segment::HtmlTag {
                node,
                at,
                text,
                gap,
            } => {
                self.push_gap(node, if gap == Gap::Line { '\n' } else { SET_APART });
                self.edit_attributes(node, at, text);
            }
            Segment::Break { node } => self.push(" ", node, PieceSource::Spelt(0..0), Style::Plain),
            Segment::Markup { node, .. } => {
                self.note_link(node);
                self.push_gap(node, SET_APART);
            }
            Segment::Block { .. } => self.end_run(),
        }
    }

    /// Adds words to the run, unless they are the local address of the link around them: that is left out.
    fn words(&mut self, node: usize, text: &str, style: Style) {
        let local = self
            .local
            .and_then(|address| Some((text.find(address)?, address.len())));
        match local {
            Some((at, length)) => self.edits.add(node, at..at + length, ""),
            None => self.push(text, node, PieceSource::Same(0), style),
        }
    }

    /// Adds words of HTML, with the characters that its references mean.
    fn html_words(&mut self, node: usize, at: usize, text: &str) {
        for (range, meaning) in references(text) {
            let (start, end) = (at + range.start, at + range.end);
            let origin = if matches!(meaning, Cow::Borrowed(_)) {
                PieceSource::Same(start)
            } else {
                PieceSource::Spelt(start..end)
            };
            self.push(&meaning, node, origin, Style::Plain);
        }
    }

    /// Remembers whether the words that follow are in a link with a local address.
    fn note_link(&mut self, node: usize) {
        match self.body.nodes[node].event {
            Event::Start(Tag::Link(link) | Tag::Image(link)) => {
                self.local = local_address(&self.body.links[link]);
            }
            Event::End(Tag::Link(_) | Tag::Image(_)) => self.local = None,
            _ => {}
        }
    }

    fn push(&mut self, text: &str, node: usize, origin: PieceSource, style: Style) {
        self.run.push(
            text,
            node,
            origin,
            style,
            PiecePlace::Within(self.body.nodes[node].span),
        );
    }

    fn push_gap(&mut self, node: usize, gap: char) {
        self.push(
            gap.encode_utf8(&mut [0; 4]),
            node,
            PieceSource::Gap,
            Style::Plain,
        );
    }

    /// Redacts the values of attributes. Names of tags and attributes are not words of the author.
    fn edit_attributes(&mut self, node: usize, at: usize, tag: &str) {
        let Some(values) = tag.find('=') else { return };
        for found in self.redactor.finder.all(&tag[values..]) {
            let start = at + values;
            let range = start + found.range.start..start + found.range.end;
            self.edits.add(
                node,
                range,
                escaped(&self.redactor.replacements[found.phrase]),
            );
        }
    }

    /// Searches the words since the last block.
    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        for found in self.redactor.finder.all(&run.text) {
            let mut replacement = Some(self.redactor.replacements[found.phrase].as_str());
            for piece in run.pieces_in(found.range.clone()) {
                if let Some(range) = range_in_node(piece, &found.range) {
                    self.replace(piece.node, range, replacement.take().unwrap_or_default());
                }
            }
        }
    }

    fn replace(&mut self, node: usize, range: Range<usize>, replacement: &'r str) {
        match self.body.nodes[node].event {
            Event::Html(_) => self.edits.add(node, range, escaped(replacement)),
            _ => self.edits.add(node, range, replacement),
        }
    }
}

/// The part of the text of a node that a range of a run covers; `None` if the piece has no text in the node.
fn range_in_node(piece: &Piece, range: &Range<usize>) -> Option<Range<usize>> {
    match piece.origin {
        PieceSource::Same(start) => {
            let in_node = |at: usize| {
                at.clamp(piece.range.start, piece.range.end) - piece.range.start + start
            };
            Some(in_node(range.start)..in_node(range.end))
        }
        PieceSource::Spelt(ref spelt) => Some(spelt.clone()),
        PieceSource::Gap => None,
    }
}

/// What redaction changes in the nodes of a body: parts of their text, each with its replacement.
#[derive(Default)]
struct Edits<'a> {
    of_nodes: BTreeMap<usize, Vec<Edit<'a>>>,
}

/// A part of the text of a node, and its replacement.
type Edit<'a> = (Range<usize>, Cow<'a, str>);

impl<'a> Edits<'a> {
    fn add(&mut self, index: usize, range: Range<usize>, replacement: impl Into<Cow<'a, str>>) {
        self.of_nodes
            .entry(index)
            .or_default()
            .push((range, replacement.into()));
    }

    fn applied<'t>(&self, index: usize, text: &'t str) -> Cow<'t, str> {
        let Some(edits) = self.of_nodes.get(&index) else {
            return Cow::Borrowed(text);
        };
        let mut applied = String::with_capacity(text.len());
        let mut at = 0;
        for (range, replacement) in edits {
            // Two phrases can overlap in an HTML reference that means several letters.
            applied.push_str(text.get(at..range.start).unwrap_or_default());
            applied.push_str(replacement);
            at = at.max(range.end);
        }
        applied.push_str(&text[at..]);
        Cow::Owned(applied)
    }

    /// Whether a break is inside of a phrase that is replaced.
    fn takes_out(&self, index: usize) -> bool {
        self.of_nodes.contains_key(&index)
    }
}

/// Makes documents that hold only what the viewer may see.
struct Projector<'a> {
    site: &'a Site,
    visible: &'a [bool],
    redactor: Redactor,
}

impl Projector<'_> {
    /// The documents that the viewer may see, each projected without the others.
    fn projection(&self, origins: Vec<DocumentId>) -> Projection {
        let (documents, diagnostics): (Vec<_>, Vec<_>) = origins
            .par_iter()
            .map(|&id| {
                let mut found = Vec::new();
                (Arc::new(self.document(id, &mut found)), found)
            })
            .unzip();
        Projection {
            config: Arc::new(self.redactor.config(&self.site.config)),
            documents,
            origins,
            diagnostics: diagnostics.into_iter().flatten().collect(),
        }
    }

    fn document(&self, id: DocumentId, diagnostics: &mut Vec<Diagnostic>) -> Document {
        let document = self.site.document(id);
        let meta = self.meta(&document.meta);
        let body = self.body(id, document, diagnostics);
        let answers = answers_of(&body, &meta);
        let sections = if reads_alike(&document.body, &body) {
            sections_at_start(document)
        } else {
            sections(&body, &meta, &answers, 0)
        };
        Document {
            path: document.path.clone(),
            slug: self.redactor.slug(&document.slug),
            audience: document.audience,
            // Drafts are already left out, and a retired story stays retired.
            status: document.status,
            meta,
            body,
            sections,
            answers,
        }
    }

    /// The slugs of documents that the viewer may see, redacted.
    fn slugs<'s>(
        &self,
        slugs: impl IntoIterator<Item = &'s Spanned<Slug>>,
        document: impl Fn(&Slug) -> Option<DocumentId>,
    ) -> Vec<Spanned<Slug>> {
        let seen = slugs
            .into_iter()
            .filter(|slug| document(&slug.value).is_some_and(|id| self.visible[id.0]));
        seen.map(|slug| Spanned {
            value: self.redactor.slug(&slug.value),
            span: slug.span,
        })
        .collect()
    }

    /// The hashtags of a heading that name competencies which the viewer may see.
    fn visible_tags(&self, tags: &[(Slug, Span)]) -> Vec<(Slug, Span)> {
        let is_visible = |slug: &Slug| {
            let competency = self.site.names.competency(slug.as_str());
            competency.is_some_and(|id| self.visible[self.site.competency(id).document.0])
        };
        tags.iter()
            .filter(|(slug, _)| is_visible(slug))
            .map(|(slug, span)| (self.redactor.slug(slug), *span))
            .collect()
    }

    fn question_document(&self, slug: &Slug) -> Option<DocumentId> {
        self.site
            .names
            .question(slug.as_str())
            .map(|question| self.site.question(question).document)
    }

    fn story_document(&self, slug: &Slug) -> Option<DocumentId> {
        self.site
            .names
            .story(slug.as_str())
            .map(|story| self.site.story(story).document)
    }

    fn body(&self, id: DocumentId, document: &Document, diagnostics: &mut Vec<Diagnostic>) -> Body {
        let mut copy = BodyProjection {
            projector: self,
            edits: self.redactor.edits(&document.body),
            id,
            document,
            new: Body::default(),
            nodes: Vec::with_capacity(document.body.nodes.len()),
            open: Vec::new(),
            unlinked: Vec::new(),
            gaps: Vec::new(),
            diagnostics,
        };
        let mut index = 0;
        for range in hidden_ranges(document) {
            (index..range.start).for_each(|index| copy.node(index));
            index = index.max(range.end);
        }
        (index..document.body.nodes.len()).for_each(|index| copy.node(index));
        copy.finish()
    }

    /// Where a link leads for the viewer, under the name that the place has for the viewer; `None` if it may not lead there.
    fn target(&self, id: DocumentId, link: LinkId) -> Option<Target> {
        let destination = self.site.destination(id, link);
        let link = &self.site.document(id).body.links[link];
        match destination {
            Destination::Page {
                page,
                fragment,
                section,
            } => {
                let target = self.page(*page, fragment, *section)?;
                let is_here = matches!(link.target, Target::Fragment(_))
                    && self.site.document_of(*page) == Some(id);
                Some(match target {
                    // A link without words shows the heading then, and not the title of its own page.
                    Target::Page { fragment, .. } if is_here && !fragment.is_empty() => {
                        Target::Fragment(fragment)
                    }
                    other => other,
                })
            }
            Destination::Asset(_) => Some(link.target.clone()),
            Destination::External => self.external(link),
            Destination::Nothing => None,
        }
    }

    /// An address outside of the site, unless it is local or holds a word that may not leave.
    fn external(&self, link: &Link) -> Option<Target> {
        let Target::External(address) = &link.target else {
            return None;
        };
        let may_leave =
            local_address(link).is_none() && self.redactor.finder.first(&decode(address)).is_none();
        may_leave.then(|| link.target.clone())
    }

    fn page(&self, page: PageKey, fragment: &str, section: Option<SectionId>) -> Option<Target> {
        let document = self.site.document_of(page)?;
        if !self.visible[document.0]
            || self.is_derived_for_withheld(page)
            || self.is_hidden_question(page)
        {
            return None;
        }
        let redact = |slug: &Slug| self.redactor.slug(slug);
        let is_private = section.is_some_and(|section| self.site.section(section).is_private);
        let has_fragment = page != PageKey::Home && !is_private;
        let fragment = if has_fragment {
            redact(&Slug::of(fragment)).to_string()
        } else {
            String::new()
        };
        Some(Target::Page {
            name: self.site.name(page).map(redact),
            fragment,
        })
    }

    /// Whether a telling exists only because of a competency that the viewer may not see.
    fn is_derived_for_withheld(&self, page: PageKey) -> bool {
        let PageKey::Telling(telling) = page else {
            return false;
        };
        match self.site.telling(telling).origin {
            site::Origin::Emphasis(competency) | site::Origin::Cut(competency) => {
                !self.visible[self.site.competency(competency).document.0]
            }
            _ => false,
        }
    }

    /// Whether the viewer may see what a transclusion shows.
    fn is_shown(&self, id: DocumentId, link: LinkId) -> bool {
        let Destination::Page { page, section, .. } = self.site.destination(id, link) else {
            return false;
        };
        let Some(document) = self.site.document_of(*page) else {
            return false;
        };
        let is_private = section.is_some_and(|section| self.site.section(section).is_private);
        self.visible[document.0] && !is_private && !self.is_hidden_question(*page)
    }

    /// Whether a question is in a private section, or has no answer yet.
    fn is_hidden_question(&self, page: PageKey) -> bool {
        let PageKey::Question(id) = page else {
            return false;
        };
        let question = self.site.question(id);
        question.item.is_some_and(|ItemId { section, item }| {
            let document = self.site.document(question.document);
            let section = &document.sections[section];
            section.is_private || section.items[item].is_open && holds_follow_ups(document)
        })
    }
}

/// Whether a copy of a body has all of its nodes and words. Then its sections are the same.
fn reads_alike(body: &Body, copy: &Body) -> bool {
    let are_alike = |(node, copied): (&Node, &Node)| match (node.event, copied.event) {
        (Event::Text(old), Event::Text(new))
        | (Event::Code(old), Event::Code(new))
        | (Event::Html(old), Event::Html(new)) => body.str(old) == copy.str(new),
        (Event::Start(Tag::Heading(old)), Event::Start(Tag::Heading(new))) => {
            body.headings[old] == copy.headings[new]
        }
        // The copy leaves nodes out, but adds none and keeps their order.
        _ => true,
    };
    body.nodes.len() == copy.nodes.len() && body.nodes.iter().zip(copy.nodes.iter()).all(are_alike)
}

/// The sections of a document whose file starts with its body.
fn sections_at_start(document: &Document) -> Vec<Section> {
    let mut sections = document.sections.clone();
    if let Some(first) = sections.first_mut() {
        first.span = Span::default();
    }
    sections
}

/// The ranges of a body that are for its author alone, in the order of their starts: private sections, remarks, private notes,
/// questions that still lack their answer, and answers for one interview.
fn hidden_ranges(document: &Document) -> Vec<Range<usize>> {
    let body = &document.body;
    let mut hidden: Vec<Range<usize>> = Vec::new();
    // A heading is right before the nodes that belong to it.
    let with_heading = |nodes: &Range<usize>| {
        let heading = (0..nodes.start)
            .rev()
            .find(|&index| matches!(body.nodes[index].event, Event::Start(Tag::Heading(_))));
        heading.unwrap_or(nodes.start)..nodes.end
    };
    let holds_follow_ups = holds_follow_ups(document);
    for section in &document.sections {
        if section.is_private {
            hidden.push(with_heading(&section.nodes));
        }
        let open = section.items.iter().filter(|item| item.is_open);
        hidden.extend(
            open.filter(|_| holds_follow_ups)
                .map(|item| with_heading(&item.nodes)),
        );
    }
    let items = document.sections.iter().flat_map(|section| &section.items);
    let answers = items
        .flat_map(|item| &item.answers)
        .chain(&document.answers);
    hidden.extend(
        answers
            .filter(|answer| answer.interview.is_some())
            .map(|answer| answer.with_heading.clone()),
    );
    hidden.extend(private_callouts(body, 0..body.nodes.len()));
    joined(hidden)
}

/// Whether the questions in a document are about a story, so that their text is the answer. Without it, others do not see them. A question
/// of the bank is answered by stories.
fn holds_follow_ups(document: &Document) -> bool {
    match &document.meta {
        Meta::Sheet(sheet) => sheet.about.is_some(),
        Meta::Asks(_) => false,
        _ => true,
    }
}

/// Remarks and private notes, none of them inside of another.
fn private_callouts(body: &Body, nodes: Range<usize>) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    for child in body.children(nodes) {
        match child.event {
            Event::Start(Tag::Callout(kind)) if kind.is_private() => found.push(child.nodes),
            Event::Start(tag) if !is_inline(tag) => {
                found.extend(private_callouts(body, child.inner()));
            }
            _ => {}
        }
    }
    found
}

/// Ranges in their order, those that overlap as one.
fn joined(mut stretches: Vec<Range<usize>>) -> Vec<Range<usize>> {
    stretches.sort_by_key(|stretch| stretch.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(stretches.len());
    for stretch in stretches.into_iter().filter(|stretch| !stretch.is_empty()) {
        match joined.last_mut().filter(|last| stretch.start < last.end) {
            Some(last) => last.end = last.end.max(stretch.end),
            None => joined.push(stretch),
        }
    }
    joined
}

/// The copy of a body for the viewer. It contains only the characters that are shown, and not the text of the file.
struct BodyProjection<'a> {
    projector: &'a Projector<'a>,
    id: DocumentId,
    document: &'a Document,
    /// What redaction changes in the nodes that hold text.
    edits: Edits<'a>,
    new: Body,
    /// The nodes of the copy so far.
    nodes: Vec<Node>,
    /// The tags that are still open in the copy.
    open: Vec<Tag>,
    /// Links that are open in the original and left out of the copy.
    unlinked: Vec<LinkId>,
    /// The places in the copy where links without words of their own were left out.
    gaps: Vec<usize>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// The schemes of addresses that mean the same on every machine.
const SHARED_SCHEMES: [&str; 14] = [
    "ftp", "ftps", "geo", "http", "https", "irc", "ircs", "mailto", "matrix", "sip", "sips", "sms",
    "tel", "xmpp",
];

/// The address of a link that only works on the machine of its author: it leads to a file, or into a program.
fn local_address(link: &Link) -> Option<&str> {
    let Target::External(address) = &link.target else {
        return None;
    };
    let scheme = address
        .split_once(':')
        .filter(|(scheme, _)| !scheme.contains('/'))?
        .0;
    let is_shared = SHARED_SCHEMES
        .iter()
        .any(|shared| shared.eq_ignore_ascii_case(scheme));
    (!is_shared).then_some(address)
}

impl BodyProjection<'_> {
    /// The body, with the text around left-out links closed.
    fn finish(self) -> Body {
        let mut body = self.new;
        let nodes = gaps::close(&mut body, self.nodes, &self.gaps);
        body.set_nodes(nodes);
        body
    }

    fn node(&mut self, index: usize) {
        let node = self.document.body.nodes[index];
        if let Some(event) = self.event(index, node) {
            self.nodes.push(Node::new(event, node.span));
        }
    }

    /// The event of the copy for a node; `None` if the node is left out.
    fn event(&mut self, index: usize, node: Node) -> Option<Event> {
        Some(match node.event {
            Event::Text(piece) => Event::Text(self.edited(index, piece)),
            Event::Code(piece) => Event::Code(self.edited(index, piece)),
            Event::Html(piece) => Event::Html(self.edited(index, piece)),
            Event::SoftBreak | Event::HardBreak if self.edits.takes_out(index) => return None,
            Event::FootnoteReference(piece) => {
                let label = self.document.body.str(piece);
                let redacted = self.projector.redactor.text(label);
                Event::FootnoteReference(self.new.add_text(&redacted))
            }
            Event::Hashtag(piece) => self.hashtag(self.document.body.str(piece))?,
            Event::Transclusion(link) => self.transclusion(link, node)?,
            Event::Start(tag) => {
                let tag = self.start(tag, node)?;
                self.open.push(tag);
                Event::Start(tag)
            }
            Event::End(tag) => Event::End(self.end(tag)?),
            Event::SoftBreak | Event::HardBreak | Event::Rule | Event::TaskMarker(_) => node.event,
        })
    }

    /// The text of a node, redacted.
    fn edited(&mut self, index: usize, piece: Str) -> Str {
        let text = self.document.body.str(piece);
        self.new.add_text(&self.edits.applied(index, text))
    }

    fn hashtag(&mut self, written: &str) -> Option<Event> {
        let projector = self.projector;
        let name = Slug::of(written);
        let competency = projector.site.names.competency(name.as_str());
        let is_withheld = competency
            .is_some_and(|id| !projector.visible[projector.site.competency(id).document.0]);
        let redacted = projector.redactor.slug(&name);
        // One that names no competency is text, which keeps its spelling.
        let text = if competency.is_some() || redacted != name {
            format!("#{redacted}")
        } else {
            projector.redactor.string(written)
        };
        (!is_withheld).then(|| Event::Hashtag(self.new.add_text(&text)))
    }

    fn transclusion(&mut self, link: LinkId, node: Node) -> Option<Event> {
        if !self.projector.is_shown(self.id, link) {
            self.diagnostics.push(
                Diagnostic::new(
                    &rules::WITHHELD,
                    &self.document.path,
                    node.span,
                    "this transclusion shows what the audience may not see, so it is left out",
                )
                .help("give what it shows the audience of this document, or take the transclusion out"),
            );
            return None;
        }
        self.link(link).map(Event::Transclusion)
    }

    fn start(&mut self, tag: Tag, node: Node) -> Option<Tag> {
        let old = &self.document.body;
        Some(match tag {
            Tag::Link(link) => Tag::Link(self.link_or_gap(link, node)?),
            Tag::Image(link) => Tag::Image(self.link_or_gap(link, node)?),
            Tag::Heading(heading) => Tag::Heading(self.heading(&old.headings[heading])),
            Tag::Table(table) => Tag::Table(self.new.tables.push(old.tables[table].clone())),
            Tag::CodeBlock(language) => Tag::CodeBlock(self.name(language)),
            Tag::Footnote(label) => Tag::Footnote(self.name(label)),
            other => other,
        })
    }

    /// The link of the copy. If the viewer may not follow the link, only its words stay, and a link without words leaves a gap.
    fn link_or_gap(&mut self, link: LinkId, node: Node) -> Option<LinkId> {
        let copied = self.link(link);
        if copied.is_none() {
            self.unlinked.push(link);
            if !self.document.body.links[link].is_labelled {
                self.leave_out(node);
            }
        }
        copied
    }

    fn heading(&mut self, heading: &Heading) -> HeadingId {
        let Heading {
            level,
            text,
            id,
            has_own_id,
            is_private,
            tags,
            aliases,
        } = heading;
        let redactor = &self.projector.redactor;
        self.new.headings.push(Heading {
            level: *level,
            text: redactor.string(text),
            id: redactor.slug(&Slug::of(id)).to_string(),
            has_own_id: *has_own_id,
            is_private: *is_private,
            tags: self.projector.visible_tags(tags),
            aliases: aliases.iter().map(|words| redactor.string(words)).collect(),
        })
    }

    /// Leaves out a link that has no words of its own, and warns its author: the sentence around it may need other words.
    fn leave_out(&mut self, node: Node) {
        self.gaps.push(self.nodes.len());
        let message = "this link has no words of its own and leads to what the audience may not see, so it is left out";
        let help = "give it words that they may read, as `[[page|words]]`, or write the sentence without it";
        self.diagnostics.push(
            Diagnostic::new(
                &rules::WITHHELD_LINK,
                &self.document.path,
                node.span,
                message,
            )
            .help(help),
        );
    }

    fn name(&mut self, name: NameId) -> NameId {
        self.new
            .add_name(&self.projector.redactor.text(self.document.body.name(name)))
    }

    /// The end of the innermost tag that is open in the copy; `None` for the end of a link that was left out.
    fn end(&mut self, tag: Tag) -> Option<Tag> {
        if let Tag::Link(link) | Tag::Image(link) = tag
            && self.unlinked.last() == Some(&link)
        {
            self.unlinked.pop();
            return None;
        }
        self.open.pop()
    }

    fn link(&mut self, id: LinkId) -> Option<LinkId> {
        let link = &self.document.body.links[id];
        if let Some(address) = local_address(link) {
            self.diagnostics
                .push(local_link(&self.document.path, link.span, address));
        }
        let target = self.projector.target(self.id, id)?;
        let title = self.projector.redactor.string(&link.title);
        Some(self.new.links.push(Link {
            target,
            title,
            is_labelled: link.is_labelled,
            size: link.size,
            span: link.span,
        }))
    }
}

/// The warning about an address that only means something on the machine of the author.
fn local_link(file: &SitePath, span: Span, address: &str) -> Diagnostic {
    let scheme = address.split(':').next().unwrap_or_default();
    let message = format!(
        "an address that starts with `{scheme}:` opens something of your own machine, so others do not get it"
    );
    Diagnostic::new(&rules::LOCAL_LINK, file, span, message)
        .help("link to where all readers come, as with `https:` or `mailto:`, or take the link out")
}
