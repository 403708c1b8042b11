//! Converts the nodes of a body to the tree of a page, with resolved links.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Shared;
use super::nest::{HtmlNode as Part, Nest, Opened};
use super::tags::attributes;
use super::{cells, elements};
use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::{
    Body, CalloutKind, Child, Event, FootnoteId, HeadingId, LinkId, TableId, Tag, Target, is_inline,
};
use crate::model::Document;
use crate::site::{CaseStudyId, DEEPEST, Destination, DocumentId, PageKey};
use crate::slug::{Numbered, Slug};
use crate::source::SitePath;
use crate::wiki::page::{
    Block, Callout, Heading, Inline, Item, LinkTo, List, RawHtml, Style, Table, Within,
};
use crate::wiki::picture;
use crate::words::decode_references;
use crate::words::markup::{Kind, tokens};

/// The highest heading level in the text; level 1 is the title.
const HIGHEST: u8 = 2;

/// Composes the blocks of one page.
pub struct Composer<'a> {
    shared: Shared<'a>,
    case: CaseStudyId,
    diagnostics: &'a mut Vec<Diagnostic>,
    ids: Numbered,
    /// The referenced footnotes, each with its document.
    notes: Vec<(DocumentId, FootnoteId)>,
    /// The index of each footnote in `notes`.
    numbers: HashMap<(DocumentId, FootnoteId), usize>,
    /// The nesting of transclusions.
    depth: usize,
    /// The names of the pictures so far, each once.
    pub pictures: Vec<String>,
    /// The same names as a set.
    known_pictures: HashSet<String>,
    /// The HTML elements that some wikis do not support.
    pub html: Vec<RawHtml>,
}

impl<'a> Composer<'a> {
    /// An empty page.
    pub fn new(
        shared: Shared<'a>,
        case: CaseStudyId,
        diagnostics: &'a mut Vec<Diagnostic>,
    ) -> Self {
        Self {
            shared,
            case,
            diagnostics,
            ids: Numbered::default(),
            notes: Vec::new(),
            numbers: HashMap::new(),
            depth: 0,
            pictures: Vec::new(),
            known_pictures: HashSet::new(),
            html: Vec::new(),
        }
    }

    /// The blocks of a range of a document, for a context on the page.
    pub fn blocks(&mut self, id: DocumentId, nodes: Range<usize>, within: Within) -> Vec<Block> {
        let document = self.shared.site.document(id);
        // Headings keep their level relative to the whole document.
        let highest = document.body.highest_heading().unwrap_or(HIGHEST);
        let shift = HIGHEST.cast_signed() - highest.cast_signed();
        Walk {
            page: self,
            id,
            document,
            shift,
            within,
        }
        .blocks(nodes)
    }

    /// The texts of the referenced footnotes. A footnote can refer to another one, which then
    /// follows.
    pub fn footnotes(&mut self) -> Vec<Vec<Block>> {
        let mut texts = Vec::new();
        while let Some(&(id, place)) = self.notes.get(texts.len()) {
            let nodes = self.shared.site.document(id).body.footnotes[place]
                .nodes
                .clone();
            texts.push(self.blocks(id, nodes, Within::Block));
        }
        texts
    }

    /// The name of a picture that the page now shows. `None` if it is not published.
    fn use_picture(&mut self, path: &SitePath) -> Option<String> {
        let name = self.shared.pictures.get(path)?;
        if self.known_pictures.insert(name.clone()) {
            self.pictures.push(name.clone());
        }
        Some(name.clone())
    }

    /// A heading id that is unique on the page.
    pub fn claim(&mut self, id: &str) -> String {
        self.ids
            .claim(id, |number| format!("{id}-{number}"), str::to_owned)
    }
}

/// A walk over one document.
struct Walk<'w, 'a> {
    page: &'w mut Composer<'a>,
    id: DocumentId,
    document: &'a Document,
    /// What to add to the level of each heading.
    shift: i8,
    /// The context of the current nodes.
    within: Within,
}

impl Walk<'_, '_> {
    fn body(&self) -> &Body {
        &self.document.body
    }

    fn event(&self, index: usize) -> Event {
        self.body().nodes[index].event
    }

    fn blocks(&mut self, nodes: Range<usize>) -> Vec<Block> {
        let mut nest = Nest::default();
        for child in self.document.body.children(nodes) {
            match child.event {
                Event::Start(Tag::HtmlBlock) => self.html(child.inner(), &mut nest),
                Event::Start(Tag::Paragraph | Tag::CalloutTitle) => {
                    nest.open("p", Vec::new(), self.within);
                    self.add_inlines(child.inner(), &mut nest);
                    nest.close("p");
                }
                event if is_block(event) => self
                    .block(&child)
                    .into_iter()
                    .for_each(|block| nest.block(block)),
                // The text of a tight item has no paragraph around it.
                _ => self.add_inline(&child, &mut nest),
            }
        }
        let page = &mut *self.page;
        elements::blocks(nest.end(), &mut |id| page.claim(id))
    }

    /// The blocks inside another block.
    fn inner_blocks(&mut self, nodes: Range<usize>) -> Vec<Block> {
        let within = std::mem::replace(&mut self.within, Within::Block);
        let blocks = self.blocks(nodes);
        self.within = within;
        blocks
    }

    fn block(&mut self, block: &Child) -> Vec<Block> {
        let inner = block.inner();
        match block.event {
            Event::Rule => vec![Block::Rule],
            Event::Transclusion(link) => self.transclusion(link),
            Event::Start(Tag::Heading(heading)) => vec![self.heading(heading, inner)],
            Event::Start(Tag::Quote) => vec![Block::Quote(self.inner_blocks(inner))],
            Event::Start(Tag::Callout(kind)) => self.callout(kind, inner).into_iter().collect(),
            Event::Start(Tag::CodeBlock(language)) => {
                let language = self.body().name(language).to_owned();
                vec![Block::Code {
                    language,
                    text: self.body().code(block.nodes.start),
                }]
            }
            Event::Start(Tag::BulletList) => vec![self.list(None, inner)],
            Event::Start(Tag::NumberedList(first)) => vec![self.list(Some(first), inner)],
            Event::Start(Tag::Item) => self.inner_blocks(inner),
            Event::Start(Tag::Table(table)) => vec![self.table(table, inner)],
            // `Composer::footnotes` composes footnotes, and their parents compose the other nodes.
            _ => Vec::new(),
        }
    }

    fn heading(&mut self, heading: HeadingId, nodes: Range<usize>) -> Block {
        let heading = &self.document.body.headings[heading];
        let level = heading
            .level
            .saturating_add_signed(self.shift)
            .clamp(HIGHEST, 6);
        let id = self.page.claim(&heading.id);
        Block::Heading(Heading {
            level,
            text: self.inlines(nodes),
            id,
            is_linked: false,
        })
    }

    fn callout(&mut self, kind: CalloutKind, nodes: Range<usize>) -> Option<Block> {
        let kind = Callout::of(kind)?;
        let first = self.document.body.children(nodes.clone()).next();
        let (title, below) =
            match first.filter(|first| first.event == Event::Start(Tag::CalloutTitle)) {
                Some(title) => (self.inlines(title.inner()), title.nodes.end..nodes.end),
                None => (Vec::new(), nodes),
            };
        Some(Block::Callout {
            kind,
            title,
            blocks: self.inner_blocks(below),
        })
    }

    fn list(&mut self, first: Option<u32>, nodes: Range<usize>) -> Block {
        let mut items = Vec::new();
        let mut is_tight = true;
        for item in self.document.body.children(nodes) {
            let inner = item.inner();
            is_tight &= inner.is_empty() || self.event(inner.start) != Event::Start(Tag::Paragraph);
            items.push(Item {
                done: self.task(inner.clone()),
                blocks: self.inner_blocks(inner),
            });
        }
        Block::List(List {
            first,
            is_tight,
            items,
        })
    }

    /// Whether an item is a done task; `None` if it is not a task.
    fn task(&self, item: Range<usize>) -> Option<bool> {
        let mut events = self.body().nodes[item].iter().map(|node| node.event);
        match (events.next()?, events.next()) {
            (Event::TaskMarker(done), _)
            | (Event::Start(Tag::Paragraph), Some(Event::TaskMarker(done))) => Some(done),
            _ => None,
        }
    }

    fn table(&mut self, table: TableId, nodes: Range<usize>) -> Block {
        let columns = self.body().tables[table].to_vec();
        let mut head = Vec::new();
        let mut rows = Vec::new();
        for row in self.document.body.children(nodes) {
            let cells = self.cells(row.inner(), columns.len());
            match row.event {
                Event::Start(Tag::TableHead) => head = cells,
                Event::Start(Tag::TableRow) => rows.push(cells),
                _ => {}
            }
        }
        let mut all_cells = std::iter::once(&head).chain(&rows).flatten();
        if all_cells.any(|cell| elements::holds_blocks(cell)) {
            let page = &mut *self.page;
            return cells::table_of_cells(&columns, head, rows, &mut |id| page.claim(id));
        }
        let lines =
            |cells: Vec<Vec<Part>>| cells.into_iter().map(elements::inlines).collect::<Vec<_>>();
        Block::Table(Table {
            columns,
            head: lines(head),
            rows: rows.into_iter().map(lines).collect(),
        })
    }

    fn cells(&mut self, nodes: Range<usize>, columns: usize) -> Vec<Vec<Part>> {
        let row = self.document.body.children(nodes);
        let mut cells: Vec<Vec<Part>> = row
            .map(|cell| self.parts(cell.inner(), Within::Block))
            .collect();
        cells.resize_with(columns, Vec::new);
        cells
    }

    /// Adds HTML, all lines at once, because a tag can span several.
    fn html(&mut self, nodes: Range<usize>, nest: &mut Nest) {
        let (html, starts) = self.joined_html(nodes.clone());
        for token in tokens(&html) {
            match token.kind {
                Kind::Open(tag) => {
                    let opened = nest.open(&tag.lower_name(), attributes(tag), self.within);
                    let after = starts.partition_point(|&start| start <= token.range.start);
                    let node = nodes.start + after.saturating_sub(1);
                    self.page
                        .html
                        .extend(opened.map(|opened| self.raw_html(opened, node)));
                }
                Kind::Close(tag) => nest.close(&tag.lower_name()),
                Kind::Text => nest.text(&decode_references(&html[token.range])),
                // Parsing has removed hidden parts.
                Kind::Hidden => {}
            }
        }
    }

    /// The text of HTML nodes, and where each node starts in it.
    fn joined_html(&self, nodes: Range<usize>) -> (String, Vec<usize>) {
        let mut html = String::new();
        let mut starts = Vec::new();
        for node in &self.body().nodes[nodes] {
            starts.push(html.len());
            html.push_str(match node.event {
                Event::Html(piece) | Event::Text(piece) => self.body().str(piece),
                _ => "\n",
            });
        }
        (html, starts)
    }

    /// An element that some wikis do not support, with its place in the file.
    fn raw_html(&self, opened: Opened, node: usize) -> RawHtml {
        RawHtml {
            name: opened.name,
            file: self.document.path.clone(),
            span: self.body().nodes[node].span,
            within: opened.within,
        }
    }

    fn transclusion(&mut self, link: LinkId) -> Vec<Block> {
        let site = self.page.shared.site;
        let Destination::Page {
            page,
            fragment,
            section,
        } = site.destination(self.id, link)
        else {
            return Vec::new();
        };
        if self.page.depth >= DEEPEST {
            return Vec::new();
        }
        let Some((document, nodes)) = site.shown(*page, fragment, *section) else {
            return Vec::new();
        };
        self.page.depth += 1;
        let blocks = self.page.blocks(document, nodes, self.within);
        self.page.depth -= 1;
        blocks
    }

    /// The content of a line without white space at the ends.
    fn inlines(&mut self, nodes: Range<usize>) -> Vec<Inline> {
        elements::inlines(self.parts(nodes, Within::Line))
    }

    /// The content of a line with the white space at the ends.
    fn untrimmed_inlines(&mut self, nodes: Range<usize>) -> Vec<Inline> {
        elements::untrimmed(self.parts(nodes, Within::Line))
    }

    fn parts(&mut self, nodes: Range<usize>, within: Within) -> Vec<Part> {
        let before = std::mem::replace(&mut self.within, within);
        let mut nest = Nest::default();
        self.add_inlines(nodes, &mut nest);
        self.within = before;
        nest.end()
    }

    fn add_inlines(&mut self, nodes: Range<usize>, nest: &mut Nest) {
        for child in self.document.body.children(nodes) {
            self.add_inline(&child, nest);
        }
    }

    fn add_inline(&mut self, child: &Child, nest: &mut Nest) {
        let inner = child.inner();
        match child.event {
            Event::Text(piece) => nest.text(self.document.body.str(piece)),
            Event::Code(piece) => nest.inline(Inline::Code(
                self.document.body.str(piece).replace('\n', " "),
            )),
            Event::Html(_) => self.html(child.nodes.clone(), nest),
            Event::FootnoteReference(label) => {
                let note = self.footnote(self.document.body.str(label));
                note.into_iter().for_each(|note| nest.inline(note));
            }
            Event::SoftBreak => nest.text("\n"),
            Event::HardBreak => nest.inline(Inline::Break),
            Event::Start(Tag::Emphasis) => self.styled(Style::Emphasis, inner, nest),
            Event::Start(Tag::Strong) => self.styled(Style::Strong, inner, nest),
            Event::Start(Tag::Strikethrough) => self.styled(Style::Strikethrough, inner, nest),
            Event::Start(Tag::Mark) => self.styled(Style::Highlight, inner, nest),
            Event::Start(Tag::Link(link)) => self.link(link, inner, nest),
            Event::Start(Tag::Image(link)) => self.picture(link, inner, nest),
            Event::Start(_) => self.add_inlines(inner, nest),
            Event::Hashtag(written) => self.hashtag(self.document.body.str(written), nest),
            Event::End(_) | Event::Rule | Event::TaskMarker(_) | Event::Transclusion(_) => {}
        }
    }

    /// Hashtags of competencies are for the author only. Others are text.
    fn hashtag(&self, written: &str, nest: &mut Nest) {
        let names = &self.page.shared.site.names;
        if names.competency(Slug::of(written).as_str()).is_none() {
            nest.text(" ");
            nest.text(written);
        }
    }

    fn styled(&mut self, style: Style, nodes: Range<usize>, nest: &mut Nest) {
        nest.inline(Inline::Styled(style, self.untrimmed_inlines(nodes)));
    }

    fn footnote(&mut self, label: &str) -> Option<Inline> {
        let note = (self.id, self.document.body.shown_footnote(label)?);
        let Composer { notes, numbers, .. } = &mut *self.page;
        let number = numbers.entry(note).or_insert_with(|| {
            notes.push(note);
            notes.len() - 1
        });
        Some(Inline::Footnote(*number))
    }

    fn link(&mut self, id: LinkId, nodes: Range<usize>, nest: &mut Nest) {
        let link = &self.document.body.links[id];
        let mut text = self.untrimmed_inlines(nodes);
        if !link.is_labelled || text.is_empty() {
            text = vec![Inline::Text(self.text_for(id))];
        }
        match self.link_to(id) {
            Some(to) => nest.inline(Inline::Link { to, text }),
            None => text.into_iter().for_each(|inline| nest.inline(inline)),
        }
    }

    /// The text for a link without a text of its own.
    fn text_for(&self, link: LinkId) -> String {
        let site = self.page.shared.site;
        let body = self.body();
        match (site.destination(self.id, link), &body.links[link].target) {
            (Destination::Page { fragment, .. }, Target::Fragment(_)) => {
                body.heading_named(fragment).map_or_else(
                    || fragment.clone(),
                    |heading| body.headings[heading].text.clone(),
                )
            }
            (Destination::Page { page, .. }, _) => site.title(*page).to_owned(),
            (_, Target::External(address)) => address.clone(),
            (_, target) => target.last_name().to_owned(),
        }
    }

    /// The target of a link. `None` if only its text is published.
    fn link_to(&mut self, link: LinkId) -> Option<LinkTo> {
        let site = self.page.shared.site;
        match site.destination(self.id, link) {
            Destination::Page {
                page: PageKey::CaseStudy(case),
                fragment,
                section,
            } => {
                let heading =
                    section.map_or(fragment.as_str(), |section| &site.section(section).id);
                self.link_to_case_study(*case, heading)
            }
            Destination::Asset(_) => {
                self.warn_of_file(link);
                None
            }
            Destination::External => match &self.document.body.links[link].target {
                Target::External(address) => Some(LinkTo::External(address.clone())),
                _ => None,
            },
            Destination::Page { .. } | Destination::Nothing => None,
        }
    }

    /// A link to a heading of this page, or to another published page.
    fn link_to_case_study(&self, case: CaseStudyId, heading: &str) -> Option<LinkTo> {
        let Shared {
            site, published, ..
        } = self.page.shared;
        let body = &site.document(site.case_study(case).document).body;
        let heading = body
            .heading_named(heading)
            .map_or("", |_| heading)
            .to_owned();
        if case == self.page.case && !heading.is_empty() {
            return Some(LinkTo::Heading(heading));
        }
        let slug = &site.case_study(case).slug;
        published.contains(slug).then(|| LinkTo::Page {
            case: slug.clone(),
            heading,
        })
    }

    fn warn_of_file(&mut self, link: LinkId) {
        let span = self.document.body.links[link].span;
        let message = "only pictures are published with a page, so this link becomes plain text";
        let help = "publish the file elsewhere, and link to its address";
        self.page.diagnostics.push(
            Diagnostic::new(&rules::FILE_LEFT, &self.document.path, span, message).help(help),
        );
    }

    fn picture(&mut self, id: LinkId, nodes: Range<usize>, nest: &mut Nest) {
        let site = self.page.shared.site;
        let link = &self.document.body.links[id];
        let alt = self.document.body.plain(nodes);
        match (site.destination(self.id, id), &link.target) {
            (Destination::Asset(path), _) => match self.page.use_picture(path) {
                Some(name) => nest.inline(Inline::Picture {
                    name,
                    alt,
                    title: link.title.clone(),
                }),
                None => {
                    if !picture::is_picture(path.as_str(), &[]) {
                        self.warn_of_file(id);
                    }
                    nest.text(&alt);
                }
            },
            // A picture on another host would reveal the readers to that host.
            (Destination::External, Target::External(address)) => {
                let words = if alt.is_empty() { address.clone() } else { alt };
                nest.inline(Inline::Link {
                    to: LinkTo::External(address.clone()),
                    text: vec![Inline::Text(words)],
                });
            }
            _ => nest.text(&alt),
        }
    }
}

/// Whether a node is a block.
fn is_block(event: Event) -> bool {
    match event {
        Event::Start(tag) => !is_inline(tag),
        Event::Rule | Event::Transclusion(_) => true,
        _ => false,
    }
}
