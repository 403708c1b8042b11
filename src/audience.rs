//! The smaller site that an audience may see.
//!
//! What somebody may not see is taken out of the documents before they are linked again, so that no page, list, count or
//! address can be made from it. Nothing further down asks whether something is private.

mod gaps;
mod meta;

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use aho_corasick::AhoCorasick;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use crate::config::Config;
use crate::diagnostic::{Diagnostic, rules};
use crate::escape::escaped;
use crate::markdown::{Body, Event, Heading, Link, Node, Tag, Target, is_inline};
use crate::model::{Audience, Author, Document, Meta, Status};
use crate::site::{Destination, DocumentId, Node as Page, Site};
use crate::slug::Slug;
use crate::words::{Finder, Hit, Piece, SET_APART, decode, excerpt, pieces};

/// Who looks at a site.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewer {
    /// Whom the site is made for.
    pub audience: Audience,
    /// Whether drafts are shown; only the author can want that.
    pub drafts: bool,
}

/// The documents that a viewer may see, and the settings without their secrets.
pub struct Projection {
    /// For others than the author the title is redacted, and the words to redact and to forbid are gone.
    pub config: Arc<Config>,
    /// In the order of the site, each without what the viewer may not see of it.
    pub documents: Vec<Arc<Document>>,
    /// What the author should know was left out.
    pub diagnostics: Vec<Diagnostic>,
}

/// What may be in nothing that is made for an audience: the last search, over every byte that leaves.
#[derive(Debug, Clone, Default)]
pub struct Withheld {
    /// In any spelling.
    words: Finder,
    /// As they stand: paths and the like, which in another spelling would be ordinary words.
    names: Names,
}

/// Names that are looked for in this very spelling, all of them in one walk over a text.
#[derive(Debug, Clone, Default)]
pub struct Names {
    names: Vec<String>,
    finder: Option<AhoCorasick>,
}

impl Names {
    /// Makes ready to look for names.
    pub fn new(names: Vec<String>) -> Self {
        let finder = (!names.is_empty()).then(|| AhoCorasick::new(&names).expect("names are far shorter together than two gigabytes"));
        Self { names, finder }
    }

    /// Each place that holds one of the names, those that overlap too.
    fn all<'t>(&'t self, text: &'t str) -> impl Iterator<Item = (usize, Range<usize>)> + 't {
        let found = self.finder.iter().flat_map(move |finder| finder.find_overlapping_iter(text));
        found.map(|found| (found.pattern().as_usize(), found.range()))
    }

    /// The names that a text does not hold.
    pub fn not_in(self, text: &str) -> Vec<String> {
        let held: HashSet<usize> = self.all(text).map(|(name, _)| name).collect();
        self.names.into_iter().enumerate().filter(|(place, _)| !held.contains(place)).map(|(_, name)| name).collect()
    }
}

impl Withheld {
    /// The words of the settings that an audience may not see.
    pub fn new(config: &Config, audience: Audience) -> Self {
        let words = match audience {
            Audience::Private => Finder::default(),
            Audience::Team | Audience::Public => Finder::new(config.redact.keys().chain(&config.forbid.words).map(String::as_str)),
        };
        Self { words, names: Names::default() }
    }

    /// The same with names that may not leave either, in this very spelling but in any case.
    pub fn with_names(mut self, names: impl IntoIterator<Item = String>) -> Self {
        let lower = names.into_iter().filter(|name| !name.is_empty()).map(|name| name.to_lowercase());
        self.names = Names::new(std::mem::take(&mut self.names.names).into_iter().chain(lower).collect());
        self
    }

    /// Whether there is nothing to look for.
    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.names.finder.is_none()
    }

    /// The first of them in something that was made.
    pub fn first_in(&self, bytes: &[u8]) -> Option<Hit> {
        self.words.first_in_artefact(bytes).or_else(|| self.words_of_names(bytes))
    }

    fn words_of_names(&self, bytes: &[u8]) -> Option<Hit> {
        self.names.finder.as_ref()?;
        let text = decode(&String::from_utf8_lossy(bytes)).to_lowercase();
        // `/home/jane` is no part of `/home/janet`; anything else is found inside of longer names too.
        let is_whole = |name: &str, at: usize| {
            let goes_on = text[at + name.len()..].starts_with(char::is_alphanumeric);
            !goes_on || !name.starts_with(['/', '\\'])
        };
        let found = self.names.all(&text).filter(|(name, range)| is_whole(&self.names.names[*name], range.start));
        let first = found.min_by_key(|(name, range)| (*name, range.start));
        first.map(|(name, range)| Hit { word: self.names.names[name].clone(), excerpt: excerpt(&text, range) })
    }
}

/// Takes out of a site what `viewer` may not see; nothing where the viewer may see all of it.
pub fn project(site: &Site, viewer: Viewer) -> Option<Projection> {
    let visible: Vec<bool> = (0..site.documents.len()).map(|index| is_visible(site, DocumentId(index), viewer)).collect();
    if viewer.audience == Audience::Private {
        if visible.iter().all(|&visible| visible) {
            return None;
        }
        let documents = site.documents.iter().zip(&visible).filter(|&(_, &visible)| visible).map(|(document, _)| document.clone());
        return Some(Projection { config: site.config.clone(), documents: documents.collect(), diagnostics: Vec::new() });
    }
    let questions = site.questions.iter().map(|question| (&question.slug, question.document)).collect();
    let projector = Projector { site, visible: &visible, questions, redactor: Redactor::new(&site.config) };
    let mut diagnostics = Vec::new();
    let documents = (0..site.documents.len())
        .filter(|&index| visible[index])
        .map(|index| Arc::new(projector.document(DocumentId(index), &mut diagnostics)))
        .collect();
    Some(Projection { config: Arc::new(projector.redactor.config(&site.config)), documents, diagnostics })
}

fn is_visible(site: &Site, id: DocumentId, viewer: Viewer) -> bool {
    let document = site.document(id);
    let shows_drafts = viewer.drafts && viewer.audience == Audience::Private;
    let is_admitted = document.audience.admits(viewer.audience) && (document.status != Status::Draft || shows_drafts);
    match &document.meta {
        Meta::Variant(variant) => {
            let is_for_author = matches!(variant.by, Author::Assistant(_)) && viewer.audience != Audience::Private;
            let story = site.story_named(&variant.story).map(|story| site.story(story).document);
            is_admitted && !is_for_author && story.is_none_or(|story| is_visible(site, story, viewer))
        }
        _ => is_admitted,
    }
}

/// Replaces words in everything that leaves.
struct Redactor {
    finder: Finder,
    replacements: Vec<String>,
}

impl Redactor {
    fn new(config: &Config) -> Self {
        Self { finder: Finder::new(config.redact.keys().map(String::as_str)), replacements: config.redact.values().cloned().collect() }
    }

    fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        self.finder.replace(text, |phrase| &self.replacements[phrase]).map_or(Cow::Borrowed(text), Cow::Owned)
    }

    fn string(&self, text: &str) -> String {
        self.text(text).into_owned()
    }

    fn strings(&self, texts: &[String]) -> Vec<String> {
        texts.iter().map(|text| self.string(text)).collect()
    }

    fn slug(&self, slug: &Slug) -> Slug {
        match self.text(slug.as_str()) {
            Cow::Borrowed(_) => slug.clone(),
            Cow::Owned(redacted) => Slug::of(&redacted),
        }
    }

    /// What redaction changes in the nodes of a body that hold text.
    ///
    /// A phrase can go over the end of a line, or be cut up by emphasis, so whole paragraphs are looked at and not node by
    /// node: the node in which a phrase starts gets its replacement, and the others lose their share of it.
    fn edits(&self, body: &Body) -> Edits<'_> {
        let mut edits = Edits::default();
        let mut run = Run::default();
        let mut local: Option<&str> = None;
        for (index, node) in body.nodes.iter().enumerate() {
            match node.event {
                Event::Text(piece) | Event::Code(piece) => {
                    let text = body.str(piece);
                    match local.and_then(|address| text.find(address).map(|at| at..at + address.len())) {
                        Some(address) => edits.add(index, address, ""),
                        None => run.add(index, 0, text),
                    }
                }
                Event::SoftBreak | Event::HardBreak => run.add(index, 0, " "),
                Event::Html(piece) => self.add_html(index, body.str(piece), &mut run, &mut edits),
                Event::Start(tag) | Event::End(tag) if !is_inline(tag) => {
                    self.edit_run(body, &run, &mut edits);
                    run = Run::default();
                }
                Event::Start(Tag::Link(number) | Tag::Image(number)) => {
                    local = local_address(&body.links[number as usize]);
                    run.text.push(SET_APART);
                }
                Event::End(Tag::Link(_) | Tag::Image(_)) => {
                    local = None;
                    run.text.push(SET_APART);
                }
                _ => run.text.push(SET_APART),
            }
        }
        self.edit_run(body, &run, &mut edits);
        edits.of_nodes.values_mut().for_each(|edits| edits.sort_by_key(|(range, _)| range.start));
        edits
    }

    /// Adds the words of HTML to a run, and redacts the values of its attributes.
    fn add_html<'r>(&'r self, index: usize, html: &str, run: &mut Run, edits: &mut Edits<'r>) {
        for piece in pieces(html) {
            let (tag, gap) = match piece {
                Piece::Text(range) => {
                    run.add(index, range.start, &html[range]);
                    continue;
                }
                Piece::Inline(tag) => (tag, SET_APART),
                Piece::Separator(tag) => (tag, '\n'),
            };
            run.text.push(gap);
            // A word that is the name of the tag is none of its author's.
            let Some(values) = html[tag.clone()].find('=').map(|at| tag.start + at) else { continue };
            for found in self.finder.all(&html[values..tag.end]) {
                let range = values + found.range.start..values + found.range.end;
                edits.add(index, range, escaped(&self.replacements[found.phrase]));
            }
        }
    }

    fn edit_run<'r>(&'r self, body: &Body, run: &Run, edits: &mut Edits<'r>) {
        for found in self.finder.all(&run.text) {
            let mut replacement = Some(self.replacements[found.phrase].as_str());
            let first = run.stretches.partition_point(|stretch| stretch.in_run.end <= found.range.start);
            for stretch in run.stretches[first..].iter().take_while(|stretch| stretch.in_run.start < found.range.end) {
                let in_node = |at: usize| at.clamp(stretch.in_run.start, stretch.in_run.end) - stretch.in_run.start + stretch.in_node;
                let range = in_node(found.range.start)..in_node(found.range.end);
                let replacement = replacement.take().unwrap_or_default();
                match body.nodes[stretch.node].event {
                    Event::Html(_) => edits.add(stretch.node, range, escaped(replacement)),
                    _ => edits.add(stretch.node, range, replacement),
                }
            }
        }
    }

    /// The settings as far as they may leave.
    fn config(&self, config: &Config) -> Config {
        let Config {
            title,
            language,
            words,
            theme,
            address,
            words_per_minute,
            audience,
            preview: _,
            redact: _,
            forbid: _,
            blame: _,
            wiki: _,
        } = config.clone();
        let words = words.into_iter().map(|(name, entry)| (name, entry.map(|text| self.string(text)))).collect();
        Config { title: self.string(&title), language, words, theme, address, words_per_minute, audience, ..Config::default() }
    }
}

/// The words that a reader sees without a break between them, from as many nodes as they take.
#[derive(Default)]
struct Run {
    text: String,
    /// Where they come from, in their order.
    stretches: Vec<Stretch>,
}

/// A stretch of a run.
struct Stretch {
    node: usize,
    /// Where it starts in the text of its node.
    in_node: usize,
    in_run: Range<usize>,
}

impl Run {
    fn add(&mut self, node: usize, in_node: usize, text: &str) {
        let start = self.text.len();
        self.text.push_str(text);
        self.stretches.push(Stretch { node, in_node, in_run: start..self.text.len() });
    }
}

/// What redaction changes in the nodes of a body: stretches of their text, each with what stands there instead.
#[derive(Default)]
struct Edits<'a> {
    of_nodes: BTreeMap<usize, Vec<Edit<'a>>>,
}

/// A stretch of the text of a node, and its replacement.
type Edit<'a> = (Range<usize>, Cow<'a, str>);

impl<'a> Edits<'a> {
    fn add(&mut self, index: usize, range: Range<usize>, replacement: impl Into<Cow<'a, str>>) {
        self.of_nodes.entry(index).or_default().push((range, replacement.into()));
    }

    fn applied<'t>(&self, index: usize, text: &'t str) -> Cow<'t, str> {
        let Some(edits) = self.of_nodes.get(&index) else { return Cow::Borrowed(text) };
        let mut applied = String::with_capacity(text.len());
        let mut at = 0;
        for (range, replacement) in edits {
            applied.push_str(&text[at..range.start]);
            applied.push_str(replacement);
            at = range.end;
        }
        applied.push_str(&text[at..]);
        Cow::Owned(applied)
    }

    /// Whether a break stands inside of a phrase that is replaced.
    fn takes_out(&self, index: usize) -> bool {
        self.of_nodes.contains_key(&index)
    }
}

/// Makes documents that hold only what the viewer may see.
struct Projector<'a> {
    site: &'a Site,
    visible: &'a [bool],
    /// The documents of the questions, by their slugs.
    questions: HashMap<&'a Slug, DocumentId>,
    redactor: Redactor,
}

impl Projector<'_> {
    fn document(&self, id: DocumentId, diagnostics: &mut Vec<Diagnostic>) -> Document {
        let document = self.site.document(id);
        let meta = self.meta(&document.meta);
        let body = self.body(id, document, diagnostics);
        let sections = crate::parse::sections(&body, &meta, 0);
        Document {
            path: document.path.clone(),
            slug: self.redactor.slug(&document.slug),
            yaml: document.yaml,
            audience: document.audience,
            // A draft is not here, and what is no longer told stays so.
            status: document.status,
            meta,
            body,
            sections,
        }
    }

    /// The slugs of documents that the viewer may see, redacted.
    fn slugs<'s>(&self, slugs: impl IntoIterator<Item = &'s Slug>, document: impl Fn(&Slug) -> Option<DocumentId>) -> Vec<Slug> {
        let seen = slugs.into_iter().filter(|slug| document(slug).is_some_and(|id| self.visible[id.0]));
        seen.map(|slug| self.redactor.slug(slug)).collect()
    }

    fn question_document(&self, slug: &Slug) -> Option<DocumentId> {
        self.questions.get(slug).copied()
    }

    fn story_document(&self, slug: &Slug) -> Option<DocumentId> {
        self.site.story_named(slug).map(|story| self.site.story(story).document)
    }

    fn body(&self, id: DocumentId, document: &Document, diagnostics: &mut Vec<Diagnostic>) -> Body {
        let hidden = hidden_ranges(document);
        let edits = self.redactor.edits(&document.body);
        let mut copy = Copy {
            projector: self,
            edits,
            id,
            document,
            new: Body::default(),
            open: Vec::new(),
            unlinked: Vec::new(),
            gaps: Vec::new(),
            diagnostics,
        };
        let mut index = 0;
        for range in hidden {
            (index..range.start).for_each(|index| copy.node(index));
            index = index.max(range.end);
        }
        (index..document.body.nodes.len()).for_each(|index| copy.node(index));
        let (mut body, gaps) = (copy.new, copy.gaps);
        gaps::close(&mut body, &gaps);
        body.finish();
        body
    }

    /// Whether the viewer may see where a link leads, and the place under the name that it has for the viewer.
    fn target(&self, id: DocumentId, number: u32) -> Option<Target> {
        let link = &self.site.document(id).body.links[number as usize];
        match self.site.destination(id, number) {
            Destination::Page { node, fragment, section } => {
                let target = self.page(*node, fragment, *section)?;
                let is_here = matches!(link.target, Target::Fragment(_)) && self.site.document_of(*node) == Some(id);
                Some(match target {
                    // Without words of its own it reads as the heading, and not as the title of its own page.
                    Target::Wiki { fragment, .. } if is_here && !fragment.is_empty() => Target::Fragment(fragment),
                    other => other,
                })
            }
            Destination::Asset(_) => Some(link.target.clone()),
            Destination::External => match &link.target {
                Target::External(address) => {
                    let may_leave = local_address(link).is_none() && self.redactor.finder.first(&decode(address)).is_none();
                    may_leave.then(|| link.target.clone())
                }
                _ => None,
            },
            Destination::Nothing => None,
        }
    }

    fn page(&self, node: Page, fragment: &str, section: Option<(DocumentId, usize)>) -> Option<Target> {
        let document = self.site.document_of(node)?;
        if !self.visible[document.0] || self.is_derived_for_withheld(node) || self.is_hidden_question(node) {
            return None;
        }
        let redact = |slug: &Slug| self.redactor.slug(slug);
        let site = self.site;
        let name = match node {
            Page::Home => return Some(Target::File { path: site.document(document).path.clone(), fragment: String::new() }),
            Page::Telling(story, 0) => format!("stories/{}", redact(&site.story(story).slug)),
            Page::Telling(story, telling) => {
                let story = site.story(story);
                format!("stories/{}/{}", redact(&story.slug), redact(&story.tellings[telling].slug))
            }
            Page::Question(question) => format!("questions/{}", redact(&site.question(question).slug)),
            Page::CaseStudy(case) => format!("case-studies/{}", redact(&site.case_study(case).slug)),
            Page::Competency(competency) => format!("competencies/{}", redact(&site.competency(competency).slug)),
        };
        let is_private = section.is_some_and(|(document, section)| site.document(document).sections[section].is_private);
        let fragment = if is_private { String::new() } else { redact(&Slug::of(fragment)).to_string() };
        Some(Target::Wiki { name, fragment })
    }

    /// Whether a telling exists only because of a competency that the viewer may not see.
    fn is_derived_for_withheld(&self, node: Page) -> bool {
        let Page::Telling(story, telling) = node else { return false };
        match self.site.story(story).tellings[telling].origin {
            crate::site::Origin::Derived(competency) => !self.visible[self.site.competency(competency).document.0],
            _ => false,
        }
    }

    /// Whether the section that a transclusion shows is one that the viewer may see.
    fn is_shown(&self, id: DocumentId, number: u32) -> bool {
        let Destination::Page { node, section, .. } = self.site.destination(id, number) else { return false };
        let Some(document) = self.site.document_of(*node) else { return false };
        let is_private = section.is_some_and(|(document, section)| self.site.document(document).sections[section].is_private);
        self.visible[document.0] && !is_private && !self.is_hidden_question(*node)
    }

    /// Whether a question stands in a private section, or waits for its answer.
    fn is_hidden_question(&self, node: Page) -> bool {
        let Page::Question(id) = node else { return false };
        let question = self.site.question(id);
        question.item.is_some_and(|(section, item)| {
            let section = &self.site.document(question.document).sections[section];
            section.is_private || section.items[item].is_open
        })
    }
}

/// The stretches of a body that are for its author alone, in the order of their starts: private sections, remarks, private notes,
/// and questions that still lack their answer.
fn hidden_ranges(document: &Document) -> Vec<Range<usize>> {
    let body = &document.body;
    let mut hidden: Vec<Range<usize>> = Vec::new();
    // A heading stands right before the nodes that belong to it.
    let with_heading = |nodes: &Range<usize>| {
        let heading = (0..nodes.start).rev().find(|&index| matches!(body.nodes[index].event, Event::Start(Tag::Heading(_))));
        heading.unwrap_or(nodes.start)..nodes.end
    };
    for section in &document.sections {
        if section.is_private {
            hidden.push(with_heading(&section.nodes));
        }
        hidden.extend(section.items.iter().filter(|item| item.is_open).map(|item| with_heading(&item.nodes)));
    }
    for (index, node) in body.nodes.iter().enumerate() {
        if let Event::Start(Tag::Callout(number)) = node.event
            && body.callouts[number as usize].kind.is_private()
        {
            hidden.push(index..body.end_of(index) + 1);
        }
    }
    joined(hidden)
}

/// Stretches in their order, those that overlap as one.
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

/// A body in the making, with none of the characters of the file in it but those that are shown.
struct Copy<'a> {
    projector: &'a Projector<'a>,
    id: DocumentId,
    document: &'a Document,
    /// What redaction changes in the nodes that hold text.
    edits: Edits<'a>,
    new: Body,
    /// What has started in the copy and not ended.
    open: Vec<Tag>,
    /// Links that have started and lead nowhere for this viewer.
    unlinked: Vec<u32>,
    /// Where in the copy links without words of their own were left out.
    gaps: Vec<usize>,
    diagnostics: &'a mut Vec<Diagnostic>,
}

/// The schemes of addresses that mean the same to everybody.
const SHARED_SCHEMES: [&str; 14] =
    ["ftp", "ftps", "geo", "http", "https", "irc", "ircs", "mailto", "matrix", "sip", "sips", "sms", "tel", "xmpp"];

/// The address of a link that leads nowhere but on the machine of its author: to a file, or into a program.
fn local_address(link: &Link) -> Option<&str> {
    let Target::External(address) = &link.target else { return None };
    let scheme = address.split_once(':').filter(|(scheme, _)| !scheme.contains('/'))?.0;
    let is_shared = SHARED_SCHEMES.iter().any(|shared| shared.eq_ignore_ascii_case(scheme));
    (!is_shared).then_some(address)
}

impl Copy<'_> {
    fn node(&mut self, index: usize) {
        let old = &self.document.body;
        let redactor = &self.projector.redactor;
        let node = old.nodes[index];
        let event = match node.event {
            Event::Text(piece) => Event::Text(self.new.write_anew(&self.edits.applied(index, old.str(piece)))),
            Event::Code(piece) => Event::Code(self.new.write_anew(&self.edits.applied(index, old.str(piece)))),
            Event::SoftBreak | Event::HardBreak if self.edits.takes_out(index) => return,
            Event::Html(piece) => Event::Html(self.new.write_anew(&self.edits.applied(index, old.str(piece)))),
            Event::FootnoteReference(piece) => Event::FootnoteReference(self.new.write_anew(&redactor.text(old.str(piece)))),
            Event::Hashtag(piece) => match self.hashtag(old.str(piece)) {
                Some(event) => event,
                None => return,
            },
            Event::Transclusion(number) => match self.transclusion(number, node) {
                Some(event) => event,
                None => return,
            },
            Event::Start(tag) => match self.start(tag, node) {
                Some(tag) => {
                    self.open.push(tag);
                    Event::Start(tag)
                }
                None => return,
            },
            Event::End(tag) => match self.end(tag) {
                Some(tag) => Event::End(tag),
                None => return,
            },
            Event::SoftBreak | Event::HardBreak | Event::Rule | Event::TaskMarker(_) => node.event,
        };
        self.new.nodes.push(Node { event, span: node.span });
    }

    fn hashtag(&mut self, name: &str) -> Option<Event> {
        let projector = self.projector;
        let competency = projector.site.competency_named(name);
        let is_withheld = competency.is_some_and(|id| !projector.visible[projector.site.competency(id).document.0]);
        let slug = projector.redactor.slug(&Slug::of(name));
        (!is_withheld).then(|| Event::Hashtag(self.new.write_anew(slug.as_str())))
    }

    fn transclusion(&mut self, number: u32, node: Node) -> Option<Event> {
        if !self.projector.is_shown(self.id, number) {
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
        self.link(number).map(Event::Transclusion)
    }

    fn start(&mut self, tag: Tag, node: Node) -> Option<Tag> {
        match tag {
            Tag::Link(number) | Tag::Image(number) => match self.link(number) {
                Some(new) => Some(if matches!(tag, Tag::Link(_)) { Tag::Link(new) } else { Tag::Image(new) }),
                None => {
                    self.unlinked.push(number);
                    if !self.document.body.links[number as usize].is_labelled {
                        self.leave_out(node);
                    }
                    None
                }
            },
            Tag::Heading(number) => {
                let Heading { level, text, id, has_own_id, is_private } = &self.document.body.headings[number as usize];
                let heading = Heading {
                    level: *level,
                    text: self.projector.redactor.string(text),
                    id: self.projector.redactor.slug(&Slug::of(id)).to_string(),
                    has_own_id: *has_own_id,
                    is_private: *is_private,
                };
                self.new.headings.push(heading);
                Some(Tag::Heading(crate::source::offset(self.new.headings.len() - 1)))
            }
            Tag::Callout(number) => {
                self.new.callouts.push(self.document.body.callouts[number as usize]);
                Some(Tag::Callout(crate::source::offset(self.new.callouts.len() - 1)))
            }
            Tag::Table(number) => {
                self.new.tables.push(self.document.body.tables[number as usize].clone());
                Some(Tag::Table(crate::source::offset(self.new.tables.len() - 1)))
            }
            Tag::CodeBlock(language) => Some(Tag::CodeBlock(self.rewritten(language))),
            Tag::Footnote(label) => Some(Tag::Footnote(self.rewritten(label))),
            other => Some(other),
        }
    }

    /// Leaves out a link that has no words of its own, and warns its author: the sentence around it may need other words.
    fn leave_out(&mut self, node: Node) {
        self.gaps.push(self.new.nodes.len());
        let message = "this link has no words of its own and leads to what the audience may not see, so it is left out";
        let help = "give it words that they may read, as `[[page|words]]`, or write the sentence without it";
        self.diagnostics.push(Diagnostic::new(&rules::WITHHELD_LINK, &self.document.path, node.span, message).help(help));
    }

    fn rewritten(&mut self, piece: crate::markdown::Str) -> crate::markdown::Str {
        let text = self.projector.redactor.text(self.document.body.str(piece)).into_owned();
        self.new.write_anew(&text)
    }

    /// The end for the start that is still open in the copy.
    fn end(&mut self, tag: Tag) -> Option<Tag> {
        if let Tag::Link(number) | Tag::Image(number) = tag
            && self.unlinked.last() == Some(&number)
        {
            self.unlinked.pop();
            return None;
        }
        self.open.pop()
    }

    fn link(&mut self, number: u32) -> Option<u32> {
        let link = &self.document.body.links[number as usize];
        if let Some(address) = local_address(link) {
            let scheme = address.split(':').next().unwrap_or_default();
            let message = format!("an address that starts with `{scheme}:` opens something of your own machine, so others do not get it");
            self.diagnostics.push(
                Diagnostic::new(&rules::LOCAL_LINK, &self.document.path, link.span, message)
                    .help("link to where all readers come, as with `https:` or `mailto:`, or take the link out"),
            );
        }
        let target = self.projector.target(self.id, number)?;
        let title = self.projector.redactor.string(&link.title);
        self.new.links.push(Link { target, title, is_labelled: link.is_labelled, size: link.size, span: link.span });
        Some(crate::source::offset(self.new.links.len() - 1))
    }
}
