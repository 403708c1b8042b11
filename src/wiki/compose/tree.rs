//! The nodes of a body as a tree, with what links lead to.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::Shared;
use super::nest::{HtmlNode as Part, Nest};
use super::tags::{Piece, attributes, pieces};
use super::{cells, elements};
use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::{Body, Event, Tag, Target, is_inline};
use crate::model::Document;
use crate::site::{CaseStudyId, DEEPEST, Destination, DocumentId, Node};
use crate::slug::Numbered;
use crate::wiki::page::{Block, Callout, Heading, Inline, Item, LinkTo, List, RawHtml, Style, Table, Within};
use crate::wiki::picture;

/// The level of the highest headings on a page; its title is the first.
const HIGHEST: u8 = 2;

/// Makes the blocks of one page.
pub struct Composer<'a> {
    shared: Shared<'a>,
    case: CaseStudyId,
    diagnostics: &'a mut Vec<Diagnostic>,
    ids: Numbered,
    /// The footnotes that were referred to, by the document and their place in it.
    notes: Vec<(DocumentId, usize)>,
    /// The places of those in `notes`.
    numbers: HashMap<(DocumentId, usize), usize>,
    depth: usize,
    /// The names of the pictures so far, each once.
    pub pictures: Vec<String>,
    /// The same names, to look them up.
    known_pictures: HashSet<String>,
    /// The elements of HTML that its author used.
    pub html: Vec<RawHtml>,
}

impl<'a> Composer<'a> {
    /// A page without anything on it.
    pub fn new(shared: Shared<'a>, case: CaseStudyId, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
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

    /// A stretch of a document, in the place where it is to stand.
    pub fn blocks(&mut self, id: DocumentId, nodes: Range<usize>, within: Within) -> Vec<Block> {
        let document = self.shared.site.document(id);
        // The level of a heading is that on the page, whatever stretch it stands in.
        let highest = document.body.highest_heading().unwrap_or(HIGHEST);
        let shift = HIGHEST.cast_signed() - highest.cast_signed();
        Walk { page: self, id, document, shift, within }.blocks(nodes)
    }

    /// The texts of the footnotes that were referred to. A footnote can refer to another, which then joins the list.
    pub fn footnotes(&mut self) -> Vec<Vec<Block>> {
        let mut texts = Vec::new();
        while let Some(&(id, place)) = self.notes.get(texts.len()) {
            let nodes = self.shared.site.document(id).body.footnotes[place].nodes.clone();
            texts.push(self.blocks(id, nodes, Within::Block));
        }
        texts
    }

    /// An id that no heading of the page has yet.
    pub fn claim(&mut self, id: &str) -> String {
        self.ids.claim(id, |number| format!("{id}-{number}"), str::to_owned)
    }
}

/// A walk over one document.
struct Walk<'w, 'a> {
    page: &'w mut Composer<'a>,
    id: DocumentId,
    document: &'a Document,
    shift: i8,
    /// What the nodes stand in that are walked over.
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
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index).min(nodes.end - 1);
            match self.event(index) {
                Event::Start(Tag::HtmlBlock) => self.html(index + 1..end, &mut nest),
                Event::Start(Tag::Paragraph | Tag::CalloutTitle) => {
                    nest.open("p", Vec::new(), self.within);
                    self.add_inlines(index + 1..end, &mut nest);
                    nest.close("p");
                }
                event if is_block(event) => {
                    let mut blocks = Vec::new();
                    self.block(index, end, &mut blocks);
                    blocks.into_iter().for_each(|block| nest.block(block));
                }
                // The words of a tight list have no paragraph around them.
                _ => self.add_inline(index, end, &mut nest),
            }
            index = end + 1;
        }
        let page = &mut *self.page;
        elements::blocks(nest.end(), &mut |id| page.claim(id))
    }

    /// The blocks inside of another one.
    fn inner_blocks(&mut self, nodes: Range<usize>) -> Vec<Block> {
        let within = std::mem::replace(&mut self.within, Within::Block);
        let blocks = self.blocks(nodes);
        self.within = within;
        blocks
    }

    fn block(&mut self, start: usize, end: usize, blocks: &mut Vec<Block>) {
        let inner = start + 1..end;
        let Event::Start(tag) = self.event(start) else {
            match self.event(start) {
                Event::Rule => blocks.push(Block::Rule),
                Event::Transclusion(number) => blocks.extend(self.transclusion(number)),
                _ => {}
            }
            return;
        };
        match tag {
            Tag::Heading(number) => blocks.push(self.heading(number, inner)),
            Tag::Quote => blocks.push(Block::Quote(self.inner_blocks(inner))),
            Tag::Callout(number) => blocks.extend(self.callout(number, inner)),
            Tag::CodeBlock(language) => {
                let language = self.body().str(language).to_owned();
                blocks.push(Block::Code { language, text: self.body().code(start) });
            }
            Tag::BulletList => blocks.push(self.list(None, inner)),
            Tag::NumberedList(first) => blocks.push(self.list(Some(first), inner)),
            Tag::Item => blocks.extend(self.inner_blocks(inner)),
            Tag::Table(number) => blocks.push(self.table(number, inner)),
            // Footnotes are composed when the page is; the rest stands inside of what was met already.
            Tag::Footnote(_)
            | Tag::Paragraph
            | Tag::CalloutTitle
            | Tag::HtmlBlock
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::Emphasis
            | Tag::Strong
            | Tag::Strikethrough
            | Tag::Mark
            | Tag::Link(_)
            | Tag::Image(_) => {}
        }
    }

    fn heading(&mut self, number: u32, nodes: Range<usize>) -> Block {
        let heading = &self.document.body.headings[number as usize];
        let level = heading.level.saturating_add_signed(self.shift).clamp(HIGHEST, 6);
        let id = self.page.claim(&heading.id);
        Block::Heading(Heading { level, text: self.inlines(nodes), id, is_linked: false })
    }

    fn callout(&mut self, number: u32, nodes: Range<usize>) -> Option<Block> {
        let kind = Callout::of(self.body().callouts[number as usize].kind)?;
        let has_title = !nodes.is_empty() && self.event(nodes.start) == Event::Start(Tag::CalloutTitle);
        let below = if has_title { self.body().end_of(nodes.start) + 1 } else { nodes.start };
        let title = if has_title { self.inlines(nodes.start + 1..below - 1) } else { Vec::new() };
        Some(Block::Callout { kind, title, blocks: self.inner_blocks(below..nodes.end) })
    }

    fn list(&mut self, first: Option<u32>, nodes: Range<usize>) -> Block {
        let mut items = Vec::new();
        let mut is_tight = true;
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index);
            is_tight &= index + 1 >= end || self.event(index + 1) != Event::Start(Tag::Paragraph);
            items.push(Item { done: self.task(index), blocks: self.inner_blocks(index + 1..end) });
            index = end + 1;
        }
        Block::List(List { first, is_tight, items })
    }

    /// Whether an item is a task, and then whether it is done.
    fn task(&self, item: usize) -> Option<bool> {
        let marker = |at: usize| match self.body().nodes.get(at).map(|node| node.event) {
            Some(Event::TaskMarker(done)) => Some(done),
            _ => None,
        };
        let in_paragraph = || (self.body().nodes.get(item + 1)?.event == Event::Start(Tag::Paragraph)).then(|| marker(item + 2))?;
        marker(item + 1).or_else(in_paragraph)
    }

    fn table(&mut self, number: u32, nodes: Range<usize>) -> Block {
        let columns = self.body().tables[number as usize].to_vec();
        let mut head = Vec::new();
        let mut rows = Vec::new();
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index);
            let cells = self.cells(index + 1..end, columns.len());
            match self.event(index) {
                Event::Start(Tag::TableHead) => head = cells,
                Event::Start(Tag::TableRow) => rows.push(cells),
                _ => {}
            }
            index = end + 1;
        }
        if std::iter::once(&head).chain(&rows).flatten().any(|cell| elements::holds_blocks(cell)) {
            let page = &mut *self.page;
            return cells::table_of_cells(&columns, head, rows, &mut |id| page.claim(id));
        }
        let lines = |cells: Vec<Vec<Part>>| cells.into_iter().map(elements::inlines).collect::<Vec<_>>();
        Block::Table(Table { columns, head: lines(head), rows: rows.into_iter().map(lines).collect() })
    }

    fn cells(&mut self, nodes: Range<usize>, columns: usize) -> Vec<Vec<Part>> {
        let mut cells = Vec::new();
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index);
            cells.push(self.parts(index + 1..end, Within::Block));
            index = end + 1;
        }
        cells.resize_with(columns, Vec::new);
        cells
    }

    /// Adds HTML, all of its lines at once: a tag can go over several.
    fn html(&mut self, nodes: Range<usize>, nest: &mut Nest) {
        let mut html = String::new();
        let mut starts = Vec::new();
        for node in &self.body().nodes[nodes.clone()] {
            starts.push(html.len());
            html.push_str(match node.event {
                Event::Html(piece) | Event::Text(piece) => self.body().str(piece),
                _ => "\n",
            });
        }
        for piece in pieces(&html) {
            match piece {
                Piece::Open { name, attributes: text, at } => {
                    if let Some(opened) = nest.open(&name, attributes(text), self.within) {
                        let line = starts.partition_point(|&start| start <= at).saturating_sub(1);
                        let span = self.body().nodes[nodes.start + line].span;
                        let file = self.document.path.clone();
                        self.page.html.push(RawHtml { name: opened.name, file, span, within: opened.within });
                    }
                }
                Piece::Close(name) => nest.close(&name),
                Piece::Text(text) => nest.text(&text),
                Piece::Hidden(_) => {}
            }
        }
    }

    fn transclusion(&mut self, number: u32) -> Vec<Block> {
        let site = self.page.shared.site;
        let Destination::Page { node, fragment, section } = site.destination(self.id, number) else { return Vec::new() };
        if self.page.depth >= DEEPEST {
            return Vec::new();
        }
        let Some((document, nodes)) = site.shown(*node, fragment, *section) else { return Vec::new() };
        self.page.depth += 1;
        let blocks = self.page.blocks(document, nodes, self.within);
        self.page.depth -= 1;
        blocks
    }

    /// What stands in a line, without white space at its ends.
    fn inlines(&mut self, nodes: Range<usize>) -> Vec<Inline> {
        elements::inlines(self.parts(nodes, Within::Line))
    }

    fn inlines_as_they_are(&mut self, nodes: Range<usize>) -> Vec<Inline> {
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
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index).min(nodes.end - 1);
            self.add_inline(index, end, nest);
            index = end + 1;
        }
    }

    fn add_inline(&mut self, index: usize, end: usize, nest: &mut Nest) {
        match self.event(index) {
            Event::Text(piece) => nest.text(self.document.body.str(piece)),
            Event::Code(piece) => nest.inline(Inline::Code(self.document.body.str(piece).replace('\n', " "))),
            Event::Html(_) => self.html(index..end + 1, nest),
            Event::FootnoteReference(label) => {
                let note = self.footnote(self.document.body.str(label));
                note.into_iter().for_each(|note| nest.inline(note));
            }
            Event::SoftBreak => nest.text("\n"),
            Event::HardBreak => nest.inline(Inline::Break),
            Event::Start(Tag::Emphasis) => nest.inline(Inline::Styled(Style::Emphasis, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Strong) => nest.inline(Inline::Styled(Style::Strong, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Strikethrough) => nest.inline(Inline::Styled(Style::Strikethrough, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Mark) => nest.inline(Inline::Styled(Style::Highlight, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Link(number)) => self.link(number, index + 1..end, nest),
            Event::Start(Tag::Image(number)) => self.picture(number, index + 1..end, nest),
            Event::Start(_) => self.add_inlines(index + 1..end, nest),
            // A hashtag says what a block shows of its author, which is nothing to the readers of a wiki.
            Event::Hashtag(_) | Event::End(_) | Event::Rule | Event::TaskMarker(_) | Event::Transclusion(_) => {}
        }
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

    fn link(&mut self, number: u32, nodes: Range<usize>, nest: &mut Nest) {
        let link = &self.document.body.links[number as usize];
        let mut text = self.inlines_as_they_are(nodes);
        if !link.is_labelled || text.is_empty() {
            text = vec![Inline::Text(self.words_for(number))];
        }
        match self.link_to(number) {
            Some(to) => nest.inline(Inline::Link { to, text }),
            None => text.into_iter().for_each(|inline| nest.inline(inline)),
        }
    }

    /// What a link without words of its own reads as.
    fn words_for(&self, number: u32) -> String {
        let site = self.page.shared.site;
        let body = self.body();
        match (site.destination(self.id, number), &body.links[number as usize].target) {
            (Destination::Page { fragment, .. }, Target::Fragment(_)) => {
                body.heading_named(fragment).map_or_else(|| fragment.clone(), |heading| body.headings[heading].text.clone())
            }
            (Destination::Page { node, .. }, _) => site.title(*node).to_owned(),
            (_, Target::External(address)) => address.clone(),
            (_, Target::Wiki { name, .. }) => name.rsplit('/').next().unwrap_or(name).to_owned(),
            _ => String::new(),
        }
    }

    /// Where a link leads on the wiki; nothing where its words stand alone.
    fn link_to(&mut self, number: u32) -> Option<LinkTo> {
        let site = self.page.shared.site;
        match site.destination(self.id, number) {
            Destination::Page { node: Node::CaseStudy(case), fragment, section } => {
                let slug = &site.case_study(*case).slug;
                let heading = section.map_or_else(|| fragment.clone(), |(id, section)| site.document(id).sections[section].id.clone());
                let has_heading = site.document(site.case_study(*case).document).body.heading_named(&heading).is_some();
                let heading = if has_heading { heading } else { String::new() };
                if *case == self.page.case && !heading.is_empty() {
                    return Some(LinkTo::Heading(heading));
                }
                self.page.shared.published.contains(slug).then(|| LinkTo::Page { case: slug.clone(), heading })
            }
            Destination::Asset(_) => {
                self.warn_of_file(number);
                None
            }
            Destination::External => match &self.document.body.links[number as usize].target {
                Target::External(address) => Some(LinkTo::External(address.clone())),
                _ => None,
            },
            Destination::Page { .. } | Destination::Nothing => None,
        }
    }

    fn warn_of_file(&mut self, number: u32) {
        let span = self.document.body.links[number as usize].span;
        let message = "only pictures are published with a page, so this link becomes plain text";
        let help = "publish the file elsewhere, and link to its address";
        self.page.diagnostics.push(Diagnostic::new(&rules::FILE_LEFT, &self.document.path, span, message).help(help));
    }

    fn picture(&mut self, number: u32, nodes: Range<usize>, nest: &mut Nest) {
        let site = self.page.shared.site;
        let link = &self.document.body.links[number as usize];
        let alt = self.document.body.plain(nodes);
        match site.destination(self.id, number) {
            Destination::Asset(path) => match self.page.shared.pictures.get(path) {
                Some(name) => {
                    if self.page.known_pictures.insert(name.clone()) {
                        self.page.pictures.push(name.clone());
                    }
                    nest.inline(Inline::Picture { name: name.clone(), alt, title: link.title.clone() });
                }
                None => {
                    if !picture::is_picture(path.as_str(), &[]) {
                        self.warn_of_file(number);
                    }
                    nest.text(&alt);
                }
            },
            // A picture of another host would tell that host who reads the page.
            Destination::External => match &link.target {
                Target::External(address) => {
                    let words = if alt.is_empty() { address.clone() } else { alt };
                    nest.inline(Inline::Link { to: LinkTo::External(address.clone()), text: vec![Inline::Text(words)] });
                }
                _ => nest.text(&alt),
            },
            Destination::Page { .. } | Destination::Nothing => nest.text(&alt),
        }
    }
}

/// Whether something begins on a line of its own.
fn is_block(event: Event) -> bool {
    match event {
        Event::Start(tag) => !is_inline(tag),
        Event::Rule | Event::Transclusion(_) => true,
        _ => false,
    }
}
