//! The nodes of a body as a tree, with what links lead to.

use std::collections::HashSet;
use std::ops::Range;

use super::Shared;
use super::tags::{Piece, is_block as is_block_tag, pieces, style};
use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::{Body, Event, Tag, Target, is_inline};
use crate::model::Document;
use crate::site::{CaseStudyId, Destination, DocumentId, Node};
use crate::wiki::page::{Block, Heading, Inline, Item, LinkTo, List, Style, Table};
use crate::wiki::picture;

/// How deep transclusions go; cycles are mistakes that are reported when the site is linked.
const DEPTH: usize = 8;

/// The level of the highest headings on a page; its title is the first.
const HIGHEST: u8 = 2;

/// Makes the blocks of one page.
pub struct Composer<'a> {
    shared: Shared<'a>,
    case: CaseStudyId,
    diagnostics: &'a mut Vec<Diagnostic>,
    ids: HashSet<String>,
    /// The footnotes that were referred to, by the document and their place in it.
    notes: Vec<(DocumentId, usize)>,
    depth: usize,
    /// The names of the pictures so far, each once.
    pub pictures: Vec<String>,
}

/// A part of a page that is folded and not yet at its end.
struct Fold {
    summary: Vec<Inline>,
    /// What stands before it.
    before: Vec<Block>,
}

impl<'a> Composer<'a> {
    /// A page without anything on it.
    pub fn new(shared: Shared<'a>, case: CaseStudyId, diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        let ids = HashSet::new();
        Self { shared, case, diagnostics, ids, notes: Vec::new(), depth: 0, pictures: Vec::new() }
    }

    /// A stretch of a document.
    pub fn blocks(&mut self, id: DocumentId, nodes: Range<usize>) -> Vec<Block> {
        let document = self.shared.site.document(id);
        // The level of a heading is that on the page, whatever stretch it stands in.
        let highest = document.body.headings.iter().map(|heading| heading.level).min().unwrap_or(HIGHEST);
        Walk { page: self, id, document, shift: HIGHEST.cast_signed() - highest.cast_signed() }.blocks(nodes)
    }

    /// The texts of the footnotes that were referred to. A footnote can refer to another, which then joins the list.
    pub fn footnotes(&mut self) -> Vec<Vec<Block>> {
        let mut texts = Vec::new();
        while let Some(&(id, place)) = self.notes.get(texts.len()) {
            let nodes = self.shared.site.document(id).body.footnotes[place].nodes.clone();
            texts.push(self.blocks(id, nodes));
        }
        texts
    }

    /// An id that no heading of the page has yet.
    pub fn claim(&mut self, id: &str) -> String {
        let numbered = (2..).map(|number| format!("{id}-{number}"));
        let free = std::iter::once(id.to_owned()).chain(numbered).find(|id| !self.ids.contains(id)).unwrap_or_default();
        self.ids.insert(free.clone());
        free
    }
}

/// A walk over one document.
struct Walk<'w, 'a> {
    page: &'w mut Composer<'a>,
    id: DocumentId,
    document: &'a Document,
    shift: i8,
}

impl Walk<'_, '_> {
    fn body(&self) -> &Body {
        &self.document.body
    }

    fn event(&self, index: usize) -> Event {
        self.body().nodes[index].event
    }

    fn blocks(&mut self, nodes: Range<usize>) -> Vec<Block> {
        let mut folds: Vec<Fold> = Vec::new();
        let mut blocks = Vec::new();
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index).min(nodes.end - 1);
            if self.event(index) == Event::Start(Tag::HtmlBlock) {
                let html = self.html(index + 1..end);
                add_html(&html, &mut blocks, &mut folds);
            } else if is_block(self.event(index)) {
                self.block(index, end, &mut blocks);
            } else {
                // The words of a tight list have no paragraph around them.
                let end = (index..nodes.end).find(|&at| is_block(self.event(at))).unwrap_or(nodes.end);
                self.paragraph(index..end, &mut blocks);
                index = end;
                continue;
            }
            index = end + 1;
        }
        while let Some(fold) = folds.pop() {
            unfold(fold, &mut blocks);
        }
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
            Tag::Paragraph | Tag::CalloutTitle => self.paragraph(inner, blocks),
            Tag::Heading(number) => blocks.push(self.heading(number, inner)),
            Tag::Quote => blocks.push(Block::Quote(self.blocks(inner))),
            Tag::Callout(number) => blocks.push(self.callout(number, inner)),
            Tag::CodeBlock(language) => {
                let language = self.body().str(language).to_owned();
                blocks.push(Block::Code { language, text: self.body().code(start) });
            }
            Tag::BulletList => blocks.push(self.list(None, inner)),
            Tag::NumberedList(first) => blocks.push(self.list(Some(first), inner)),
            Tag::Item => blocks.extend(self.blocks(inner)),
            Tag::Table(number) => blocks.push(self.table(number, inner)),
            // Footnotes are composed when the page is; the rest stands inside of what was met already.
            Tag::Footnote(_)
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

    fn paragraph(&mut self, nodes: Range<usize>, blocks: &mut Vec<Block>) {
        let inlines = self.inlines(nodes);
        if !inlines.is_empty() {
            blocks.push(Block::Paragraph(inlines));
        }
    }

    fn heading(&mut self, number: u32, nodes: Range<usize>) -> Block {
        let heading = &self.document.body.headings[number as usize];
        let level = heading.level.saturating_add_signed(self.shift).clamp(HIGHEST, 6);
        let id = self.page.claim(&heading.id);
        Block::Heading(Heading { level, text: self.inlines(nodes), id, is_linked: false })
    }

    fn callout(&mut self, number: u32, nodes: Range<usize>) -> Block {
        let kind = self.body().callouts[number as usize].kind;
        let has_title = !nodes.is_empty() && self.event(nodes.start) == Event::Start(Tag::CalloutTitle);
        let below = if has_title { self.body().end_of(nodes.start) + 1 } else { nodes.start };
        let title = if has_title { self.inlines(nodes.start + 1..below - 1) } else { Vec::new() };
        Block::Callout { kind, title, blocks: self.blocks(below..nodes.end) }
    }

    fn list(&mut self, first: Option<u32>, nodes: Range<usize>) -> Block {
        let mut items = Vec::new();
        let mut is_tight = true;
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index);
            is_tight &= index + 1 >= end || self.event(index + 1) != Event::Start(Tag::Paragraph);
            items.push(Item { done: self.task(index), blocks: self.blocks(index + 1..end) });
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
        let mut table = Table { columns, head: Vec::new(), rows: Vec::new() };
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index);
            let cells = self.cells(index + 1..end, table.columns.len());
            match self.event(index) {
                Event::Start(Tag::TableHead) => table.head = cells,
                Event::Start(Tag::TableRow) => table.rows.push(cells),
                _ => {}
            }
            index = end + 1;
        }
        Block::Table(table)
    }

    fn cells(&mut self, nodes: Range<usize>, columns: usize) -> Vec<Vec<Inline>> {
        let mut cells = Vec::new();
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index);
            cells.push(self.inlines(index + 1..end));
            index = end + 1;
        }
        cells.resize(columns, Vec::new());
        cells
    }

    fn html(&self, nodes: Range<usize>) -> String {
        let pieces = self.body().nodes[nodes].iter().map(|node| match node.event {
            Event::Html(piece) | Event::Text(piece) => self.body().str(piece),
            _ => "\n",
        });
        pieces.collect()
    }

    fn transclusion(&mut self, number: u32) -> Vec<Block> {
        let site = self.page.shared.site;
        let Destination::Page { node, fragment, section } = site.destination(self.id, number) else { return Vec::new() };
        if self.page.depth >= DEPTH {
            return Vec::new();
        }
        let Some((document, nodes)) = site.shown(*node, fragment, *section) else { return Vec::new() };
        self.page.depth += 1;
        let blocks = self.page.blocks(document, nodes);
        self.page.depth -= 1;
        blocks
    }

    /// What stands in a line, without white space at its ends.
    fn inlines(&mut self, nodes: Range<usize>) -> Vec<Inline> {
        let mut line = Line::default();
        self.add_inlines(nodes, &mut line);
        line.end()
    }

    fn add_inlines(&mut self, nodes: Range<usize>, line: &mut Line) {
        let mut index = nodes.start;
        while index < nodes.end {
            let end = self.body().end_of(index).min(nodes.end - 1);
            self.add_inline(index, end, line);
            index = end + 1;
        }
    }

    fn add_inline(&mut self, index: usize, end: usize, line: &mut Line) {
        match self.event(index) {
            Event::Text(piece) => line.text(self.document.body.str(piece)),
            Event::Code(piece) => line.push(Inline::Code(self.document.body.str(piece).replace('\n', " "))),
            Event::Html(piece) => line.html(self.document.body.str(piece)),
            Event::FootnoteReference(label) => {
                let note = self.footnote(self.document.body.str(label));
                note.into_iter().for_each(|note| line.push(note));
            }
            Event::SoftBreak => line.text(" "),
            Event::HardBreak => line.push(Inline::Break),
            Event::Start(Tag::Emphasis) => line.push(Inline::Styled(Style::Emphasis, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Strong) => line.push(Inline::Styled(Style::Strong, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Strikethrough) => line.push(Inline::Styled(Style::Strikethrough, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Mark) => line.push(Inline::Styled(Style::Highlight, self.inlines_as_they_are(index + 1..end))),
            Event::Start(Tag::Link(number)) => self.link(number, index + 1..end, line),
            Event::Start(Tag::Image(number)) => self.picture(number, index + 1..end, line),
            Event::Start(_) => self.add_inlines(index + 1..end, line),
            // A hashtag says what a block shows of its author, which is nothing to the readers of a wiki.
            Event::Hashtag(_) | Event::End(_) | Event::Rule | Event::TaskMarker(_) | Event::Transclusion(_) => {}
        }
    }

    fn inlines_as_they_are(&mut self, nodes: Range<usize>) -> Vec<Inline> {
        let mut line = Line::default();
        self.add_inlines(nodes, &mut line);
        line.all()
    }

    fn footnote(&mut self, label: &str) -> Option<Inline> {
        let place = self.document.body.footnotes.iter().position(|note| note.label == label)?;
        let known = self.page.notes.iter().position(|&note| note == (self.id, place));
        let number = known.unwrap_or_else(|| {
            self.page.notes.push((self.id, place));
            self.page.notes.len() - 1
        });
        Some(Inline::Footnote(number))
    }

    fn link(&mut self, number: u32, nodes: Range<usize>, line: &mut Line) {
        let link = &self.document.body.links[number as usize];
        let mut text = self.inlines_as_they_are(nodes);
        if !link.is_labelled || text.is_empty() {
            text = vec![Inline::Text(self.words_for(number))];
        }
        match self.link_to(number) {
            Some(to) => line.push(Inline::Link { to, text }),
            None => text.into_iter().for_each(|inline| line.push(inline)),
        }
    }

    /// What a link without words of its own reads as.
    fn words_for(&self, number: u32) -> String {
        let site = self.page.shared.site;
        let body = self.body();
        match (site.destination(self.id, number), &body.links[number as usize].target) {
            (Destination::Page { fragment, .. }, Target::Fragment(_)) => body
                .headings
                .iter()
                .find(|heading| heading.id == *fragment)
                .map_or_else(|| fragment.clone(), |heading| heading.text.clone()),
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
                let has_heading = site.document(site.case_study(*case).document).body.headings.iter().any(|other| other.id == heading);
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
                Target::External(address) if is_of_this_machine(address) => {
                    self.warn_of_file(number);
                    None
                }
                Target::External(address) => Some(LinkTo::External(address.clone())),
                _ => None,
            },
            Destination::Page { .. } | Destination::Nothing => None,
        }
    }

    fn warn_of_file(&mut self, number: u32) {
        let span = self.document.body.links[number as usize].span;
        let message = "only pictures go along to a wiki, so this link is published as plain words";
        let help = "put the file where the readers of the wiki find it, and link to that place";
        self.page.diagnostics.push(Diagnostic::new(&rules::FILE_LEFT, &self.document.path, span, message).help(help));
    }

    fn picture(&mut self, number: u32, nodes: Range<usize>, line: &mut Line) {
        let site = self.page.shared.site;
        let link = &self.document.body.links[number as usize];
        let alt = self.document.body.plain(nodes);
        match site.destination(self.id, number) {
            Destination::Asset(path) => match self.page.shared.pictures.get(path) {
                Some(name) => {
                    if !self.page.pictures.contains(name) {
                        self.page.pictures.push(name.clone());
                    }
                    line.push(Inline::Picture { name: name.clone(), alt, title: link.title.clone() });
                }
                None => {
                    if !picture::is_picture(path.as_str(), &[]) {
                        self.warn_of_file(number);
                    }
                    line.text(&alt);
                }
            },
            // A picture of another host would tell that host who reads the page.
            Destination::External => match &link.target {
                Target::External(address) if is_of_this_machine(address) => {
                    self.warn_of_file(number);
                    line.text(&alt);
                }
                Target::External(address) => {
                    let words = if alt.is_empty() { address.clone() } else { alt };
                    line.push(Inline::Link { to: LinkTo::External(address.clone()), text: vec![Inline::Text(words)] });
                }
                _ => line.text(&alt),
            },
            Destination::Page { .. } | Destination::Nothing => line.text(&alt),
        }
    }
}

/// Whether an address opens a file of its author: nobody else has it, and its path is nobody else's business.
fn is_of_this_machine(address: &str) -> bool {
    let scheme = address.split(':').next().unwrap_or_default().to_ascii_lowercase();
    matches!(scheme.as_str(), "file" | "obsidian" | "vscode" | "idea")
}

/// Whether something begins on a line of its own.
fn is_block(event: Event) -> bool {
    match event {
        Event::Start(tag) => !is_inline(tag),
        Event::Rule | Event::Transclusion(_) => true,
        _ => false,
    }
}

/// Adds an author's HTML: what folds stays folded, other tags go, and their words stay.
fn add_html(html: &str, blocks: &mut Vec<Block>, folds: &mut Vec<Fold>) {
    let mut line = Line::default();
    for piece in pieces(html) {
        match &piece {
            Piece::Open(name) if name == "details" => {
                end_line(&mut line, blocks);
                folds.push(Fold { summary: Vec::new(), before: std::mem::take(blocks) });
            }
            Piece::Close(name) if name == "details" => {
                end_line(&mut line, blocks);
                if let Some(fold) = folds.pop() {
                    unfold(fold, blocks);
                }
            }
            Piece::Open(name) if name == "summary" => end_line(&mut line, blocks),
            Piece::Close(name) if name == "summary" => {
                let words = std::mem::take(&mut line).end();
                match folds.last_mut() {
                    Some(fold) => fold.summary = words,
                    None => blocks.push(Block::Paragraph(words)),
                }
            }
            Piece::Open(name) if name == "hr" => {
                end_line(&mut line, blocks);
                blocks.push(Block::Rule);
            }
            Piece::Open(name) | Piece::Close(name) if is_block_tag(name) => end_line(&mut line, blocks),
            _ => line.piece(&piece),
        }
    }
    end_line(&mut line, blocks);
}

fn end_line(line: &mut Line, blocks: &mut Vec<Block>) {
    let words = std::mem::take(line).end();
    if !words.is_empty() {
        blocks.push(Block::Paragraph(words));
    }
}

fn unfold(fold: Fold, blocks: &mut Vec<Block>) {
    let inner = std::mem::replace(blocks, fold.before);
    let summary = if fold.summary.is_empty() { vec![Inline::Text("Details".to_owned())] } else { fold.summary };
    blocks.push(Block::Details { summary, blocks: inner });
}

/// What stands in a line, with the styles that HTML has opened in it.
#[derive(Default)]
struct Line {
    inlines: Vec<Inline>,
    /// Styles that are open, each with what stands before it.
    open: Vec<(Style, Vec<Inline>)>,
}

impl Line {
    fn push(&mut self, inline: Inline) {
        self.inlines.push(inline);
    }

    fn text(&mut self, text: &str) {
        let text = text.replace(['\n', '\r', '\t'], " ");
        if let Some(Inline::Text(before)) = self.inlines.last_mut() {
            before.push_str(&text);
        } else if !text.is_empty() {
            self.inlines.push(Inline::Text(text));
        }
    }

    fn html(&mut self, html: &str) {
        pieces(html).iter().for_each(|piece| self.piece(piece));
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        match piece {
            Piece::Text(text) => self.text(text),
            Piece::Open(name) if name == "br" => self.push(Inline::Break),
            // The cells of a table that was written in HTML stand in one line.
            Piece::Close(name) if matches!(name.as_str(), "td" | "th") => self.text(" "),
            Piece::Open(name) => {
                if let Some(style) = style(name) {
                    self.open.push((style, std::mem::take(&mut self.inlines)));
                }
            }
            Piece::Close(name) => {
                if style(name).is_some_and(|style| self.open.last().is_some_and(|(open, _)| *open == style)) {
                    self.close();
                }
            }
            Piece::Hidden(_) => {}
        }
    }

    fn close(&mut self) {
        if let Some((style, before)) = self.open.pop() {
            let inner = std::mem::replace(&mut self.inlines, before);
            if !inner.is_empty() {
                self.inlines.push(Inline::Styled(style, inner));
            }
        }
    }

    /// All of it; what was left open ends here.
    fn all(mut self) -> Vec<Inline> {
        while !self.open.is_empty() {
            self.close();
        }
        self.inlines
    }

    /// All of it, without white space and line ends at its ends.
    fn end(self) -> Vec<Inline> {
        let mut inlines = self.all();
        while let Some(first) = inlines.first_mut() {
            match first {
                Inline::Text(text) if text.trim_start().is_empty() => drop(inlines.remove(0)),
                Inline::Break => drop(inlines.remove(0)),
                Inline::Text(text) => {
                    *text = text.trim_start().to_owned();
                    break;
                }
                _ => break,
            }
        }
        while let Some(last) = inlines.last_mut() {
            match last {
                Inline::Text(text) if text.trim_end().is_empty() => drop(inlines.pop()),
                Inline::Break => drop(inlines.pop()),
                Inline::Text(text) => {
                    text.truncate(text.trim_end().len());
                    break;
                }
                _ => break,
            }
        }
        inlines
    }
}
