//! What an author's HTML and the Markdown between its tags make together: elements in one another, each ending where HTML ends it.

use super::tags::{is_block, style};
use crate::markdown::{Alignment, HTML_TAGS};
use crate::slug::Slug;
use crate::wiki::lowered::in_a_line;
use crate::wiki::page::{Block, Element, Heading, Inline, Item, List, Table, Within, plain};

/// How deep elements are read in one another; a deeper one is left out, and its words stay.
const DEEPEST: usize = 64;

/// The attributes that mean something to readers, or to those who read aloud to them.
const ATTRIBUTES: [&str; 11] = ["align", "class", "colspan", "datetime", "dir", "lang", "rowspan", "scope", "span", "start", "title"];

/// Elements that no wiki is asked about: what they stand in is.
const PARTS: [&str; 14] = ["br", "dd", "dt", "figcaption", "li", "p", "rp", "rt", "summary", "tbody", "td", "tfoot", "th", "thead"];

/// A part of a line or of a page.
#[derive(Debug)]
pub enum Node {
    /// What Markdown has made for a line.
    Inline(Inline),
    /// What Markdown has made as a block.
    Block(Block),
    /// An element with what it holds.
    Element(Element, Vec<Node>),
}

/// Elements that are open, and what stands in the innermost.
#[derive(Default)]
pub struct Nest {
    nodes: Vec<Node>,
    /// The elements that are open, each with what stands before it.
    open: Vec<(Element, Vec<Node>)>,
    /// Elements that are too deep to be read, until they close.
    too_deep: Vec<&'static str>,
}

/// An element that was opened, if a wiki may have nothing like it.
pub struct Opened {
    /// Its name.
    pub name: &'static str,
    /// What it stands in on the page.
    pub within: Within,
}

impl Nest {
    /// Adds words. Line ends are blanks, but inside of a `pre`.
    pub fn text(&mut self, text: &str) {
        let text = if self.is_in("pre") { text.replace('\r', "") } else { text.replace(['\n', '\r', '\t'], " ") };
        if let Some(Node::Inline(Inline::Text(before))) = self.nodes.last_mut() {
            before.push_str(&text);
        } else if !text.is_empty() {
            self.nodes.push(Node::Inline(Inline::Text(text)));
        }
    }

    /// Adds what stands in a line.
    pub fn inline(&mut self, inline: Inline) {
        match inline {
            Inline::Text(text) => self.text(&text),
            other => self.nodes.push(Node::Inline(other)),
        }
    }

    /// Adds a block of Markdown.
    pub fn block(&mut self, block: Block) {
        self.end_paragraph();
        self.nodes.push(Node::Block(block));
    }

    /// Opens an element; `within` is what all of this stands in.
    pub fn open(&mut self, name: &str, attributes: Vec<(String, String)>, within: Within) -> Option<Opened> {
        let Some(name) = HTML_TAGS.iter().copied().find(|known| *known == name) else {
            // What begins a line of its own elsewhere begins one here.
            if is_dropped_block(name) {
                return self.open("div", Vec::new(), within);
            }
            return None;
        };
        if name == "br" {
            self.inline(Inline::Break);
            return None;
        }
        self.make_room_for(name);
        let opened = self.opened(name, &attributes, within);
        if self.open.len() >= DEEPEST {
            return self.too_deep(name);
        }
        let element = Element { name, attributes: known(attributes) };
        match name {
            "hr" => self.nodes.push(Node::Block(Block::Rule)),
            "wbr" | "col" => self.nodes.push(Node::Element(element, Vec::new())),
            _ => self.open.push((element, std::mem::take(&mut self.nodes))),
        }
        opened
    }

    /// Leaves an element out; its words stay on a line of their own, if it is a block.
    fn too_deep(&mut self, name: &'static str) -> Option<Opened> {
        self.too_deep.push(name);
        if is_block(name) {
            self.inline(Inline::Break);
        }
        Some(Opened { name, within: Within::TooMany })
    }

    /// Closes the innermost element of a name, with all that is open inside of it.
    pub fn close(&mut self, name: &str) {
        let name = match name {
            name if is_dropped_block(name) => "div",
            name => name,
        };
        if self.too_deep.last().is_some_and(|open| *open == name) {
            self.too_deep.pop();
            if is_block(name) {
                self.inline(Inline::Break);
            }
            return;
        }
        self.close_any(&[name], barrier(name));
    }

    /// All of it; what was left open ends here.
    pub fn end(mut self) -> Vec<Node> {
        while !self.open.is_empty() {
            self.close_innermost();
        }
        self.nodes
    }

    fn opened(&self, name: &'static str, attributes: &[(String, String)], within: Within) -> Option<Opened> {
        let has_meaning = attributes.iter().any(|(name, _)| matches!(name.as_str(), "title" | "lang" | "dir"));
        let name = match name {
            "div" | "span" if !has_meaning => return None,
            part if PARTS.contains(&part) || part == "tr" => return None,
            name => name,
        };
        let within = self.within(name, within);
        let is_code = within == Within::Preformatted && matches!(name, "code" | "samp" | "span");
        (!is_code).then_some(Opened { name, within })
    }

    /// What an element stands in that is opened now, as far as it matters for it.
    fn within(&self, name: &str, around: Within) -> Within {
        // A list in a list is one for every wiki.
        let is_list = matches!(name, "ul" | "ol");
        let is_no_matter = |(open, _): &(Element, Vec<Node>)| {
            !is_block(open.name) || matches!(open.name, "p" | "div" | "details") || (is_list && matches!(open.name, "ul" | "ol" | "li"))
        };
        if self.is_in("pre") {
            return Within::Preformatted;
        }
        match around {
            Within::Line if !is_block(name) => Within::Block,
            _ if is_block(name) && self.is_in("summary") => Within::Line,
            Within::Page if !self.open.iter().all(is_no_matter) => Within::Block,
            around => around,
        }
    }

    fn is_in(&self, name: &str) -> bool {
        self.open.iter().any(|(element, _)| element.name == name)
    }

    /// Ends what HTML ends before an element.
    fn make_room_for(&mut self, name: &str) {
        if is_block(name) {
            self.end_paragraph();
        }
        let ended: &[&str] = match name {
            "li" => &["li"],
            "dt" | "dd" => &["dt", "dd"],
            "tr" => &["tr", "caption", "colgroup"],
            "td" | "th" => &["td", "th"],
            "thead" | "tbody" | "tfoot" | "caption" | "colgroup" => &["thead", "tbody", "tfoot", "caption", "colgroup"],
            "rt" | "rp" => &["rt", "rp"],
            _ => return,
        };
        self.close_any(ended, barrier(name));
    }

    fn end_paragraph(&mut self) {
        let innermost = self.open.iter().rev().find(|(element, _)| is_block(element.name));
        if innermost.is_some_and(|(element, _)| element.name == "p") {
            self.close_any(&["p"], &[]);
        }
    }

    fn close_any(&mut self, names: &[&str], barrier: &[&str]) {
        let mut open = self.open.iter().rposition(|(element, _)| names.contains(&element.name) || barrier.contains(&element.name));
        open = open.filter(|&at| names.contains(&self.open[at].0.name));
        if let Some(at) = open {
            while self.open.len() > at {
                self.close_innermost();
            }
        }
    }

    fn close_innermost(&mut self) {
        if let Some((element, before)) = self.open.pop() {
            let inner = std::mem::replace(&mut self.nodes, before);
            self.nodes.push(Node::Element(element, inner));
        }
    }
}

/// Whether an element that no page shows begins a line of its own.
fn is_dropped_block(name: &str) -> bool {
    matches!(name, "h1" | "section" | "article" | "header" | "footer" | "main" | "nav" | "aside" | "address")
}

/// What an element of a name cannot end, nor what stands around it.
fn barrier(name: &str) -> &'static [&'static str] {
    match name {
        "table" => &[],
        "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" | "caption" | "colgroup" => &["table"],
        "li" => &["ul", "ol", "td", "th", "table"],
        "dt" | "dd" => &["dl", "td", "th", "table"],
        _ => &["td", "th", "caption", "table"],
    }
}

fn known(attributes: Vec<(String, String)>) -> Vec<(&'static str, String)> {
    let known = attributes.into_iter().filter_map(|(name, value)| Some((*ATTRIBUTES.iter().find(|known| **known == name)?, value)));
    known.filter(|(_, value)| !value.trim().is_empty()).collect()
}

/// Whether something stands in a line, with all that it holds.
fn is_line(node: &Node) -> bool {
    match node {
        Node::Inline(_) => true,
        Node::Block(_) => false,
        Node::Element(element, inner) => !is_block(element.name) && inner.iter().all(is_line),
    }
}

fn is_blank(node: &Node) -> bool {
    matches!(node, Node::Inline(Inline::Text(text)) if text.trim().is_empty())
}

/// Gives a heading an id that is free.
pub type Claim<'a> = dyn FnMut(&str) -> String + 'a;

/// Nodes as blocks; what stands in a line becomes a paragraph.
pub fn blocks(nodes: Vec<Node>, claim: &mut Claim<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut line = Vec::new();
    for node in nodes {
        if is_line(&node) {
            add_inline(node, &mut line);
            continue;
        }
        end_line(&mut line, &mut blocks);
        match node {
            Node::Block(block) => blocks.push(block),
            Node::Element(element, inner) => blocks.extend(element_as_blocks(element, inner, claim)),
            Node::Inline(inline) => line.push(inline),
        }
    }
    end_line(&mut line, &mut blocks);
    blocks
}

fn end_line(line: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
    let line = trimmed(std::mem::take(line));
    if !line.is_empty() {
        blocks.push(Block::Paragraph(line));
    }
}

/// Whether nodes cannot stand in one line.
pub fn holds_blocks(nodes: &[Node]) -> bool {
    !nodes.iter().all(is_line)
}

/// Nodes as a line, without white space at its ends; blocks are parted by the ends of lines.
pub fn inlines(nodes: Vec<Node>) -> Vec<Inline> {
    trimmed(untrimmed(nodes))
}

/// The same with the white space at its ends, which parts it from what stands beside it.
pub fn untrimmed(nodes: Vec<Node>) -> Vec<Inline> {
    let mut line = Vec::new();
    nodes.into_iter().for_each(|node| add_inline(node, &mut line));
    line
}

fn add_inline(node: Node, line: &mut Vec<Inline>) {
    match node {
        Node::Inline(inline) => push(inline, line),
        Node::Block(block) => add_parted(in_a_line(&[block]), line),
        Node::Element(element, inner) if is_block(element.name) => add_parted(inlines(inner), line),
        Node::Element(element, inner) => {
            let common = common_attributes(&element);
            let inner = untrimmed(inner);
            let made = element_in_line(element, inner);
            match made {
                made if made.is_empty() => {}
                made if common.is_empty() => made.into_iter().for_each(|inline| push(inline, line)),
                made => line.push(Inline::Element(Element { name: "span", attributes: common }, made)),
            }
        }
    }
}

fn add_parted(words: Vec<Inline>, line: &mut Vec<Inline>) {
    let is_parted = |inline: Option<&Inline>| matches!(inline, None | Some(Inline::Break));
    if words.is_empty() {
        return;
    }
    if !is_parted(line.last()) {
        line.push(Inline::Break);
    }
    line.extend(words);
    line.push(Inline::Break);
}

fn push(inline: Inline, line: &mut Vec<Inline>) {
    match (line.last_mut(), inline) {
        (_, Inline::Text(text)) if text.is_empty() => {}
        (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
        (_, inline) => line.push(inline),
    }
}

/// The attributes that any element can have, where the tree keeps the element without them.
fn common_attributes(element: &Element) -> Vec<(&'static str, String)> {
    if is_kept_whole(element.name) {
        return Vec::new();
    }
    element.attributes.iter().filter(|(name, _)| matches!(*name, "title" | "lang" | "dir")).cloned().collect()
}

/// Whether the tree keeps an element as such, with its attributes.
fn is_kept_whole(name: &str) -> bool {
    let is_in_line =
        matches!(name, "abbr" | "bdi" | "bdo" | "cite" | "dfn" | "q" | "rp" | "rt" | "ruby" | "samp" | "small" | "time" | "var" | "wbr");
    is_in_line || matches!(name, "center" | "dl" | "figure")
}

fn element_in_line(element: Element, inner: Vec<Inline>) -> Vec<Inline> {
    if element.name == "wbr" {
        return vec![Inline::Element(element, Vec::new())];
    }
    if inner.is_empty() {
        return inner;
    }
    if let Some(style) = style(element.name) {
        return vec![Inline::Styled(style, inner)];
    }
    match (element.name, inner.as_slice()) {
        ("code", [Inline::Text(text)]) => vec![Inline::Code(text.clone())],
        ("code", _) => vec![Inline::Element(Element::new("code"), inner)],
        (name, _) if is_kept_whole(name) => {
            let attributes = element.attributes.into_iter().filter(|(name, _)| matches!(*name, "title" | "lang" | "dir" | "datetime"));
            vec![Inline::Element(Element { name, attributes: attributes.collect() }, inner)]
        }
        _ => inner,
    }
}

fn element_as_blocks(element: Element, inner: Vec<Node>, claim: &mut Claim<'_>) -> Vec<Block> {
    let common = common_attributes(&element);
    let made = match element.name {
        "blockquote" => vec![Block::Quote(blocks(inner, claim))],
        "ul" | "ol" => vec![list(&element, inner, claim)],
        "dl" => vec![whole(element, definitions(inner, claim))],
        "table" => table(inner, claim),
        "pre" => preformatted(&element, inner),
        "h2" | "h3" | "h4" | "h5" | "h6" => heading(element.name, inner, claim),
        "details" => vec![details(inner, claim)],
        "figure" => vec![figure(element, inner, claim)],
        "center" => vec![whole(element, blocks(inner, claim))],
        name if is_block(name) => blocks(inner, claim),
        _ => {
            let inner = blocks(inner, claim);
            return inner.into_iter().map(|block| in_style(&element, block)).collect();
        }
    };
    match made {
        made if made.is_empty() || common.is_empty() => made,
        made => vec![Block::Element(Element { name: "div", attributes: common }, made)],
    }
}

fn whole(element: Element, blocks: Vec<Block>) -> Block {
    let attributes = element.attributes.into_iter().filter(|(name, _)| matches!(*name, "title" | "lang" | "dir")).collect();
    Block::Element(Element { name: element.name, attributes }, blocks)
}

/// A block whose words stand in an element of a line, as `<small>` around paragraphs.
fn in_style(element: &Element, block: Block) -> Block {
    let all = |blocks: Vec<Block>| blocks.into_iter().map(|block| in_style(element, block)).collect();
    match block {
        Block::Paragraph(words) => {
            let mut line = Vec::new();
            let words = words.into_iter().map(Node::Inline).collect();
            add_inline(Node::Element(element.clone(), words), &mut line);
            Block::Paragraph(line)
        }
        Block::Quote(blocks) => Block::Quote(all(blocks)),
        Block::Element(outer, blocks) => Block::Element(outer, all(blocks)),
        Block::List(List { first, is_tight, items }) => {
            let items = items.into_iter().map(|Item { done, blocks }| Item { done, blocks: all(blocks) }).collect();
            Block::List(List { first, is_tight, items })
        }
        other => other,
    }
}

fn list(element: &Element, nodes: Vec<Node>, claim: &mut Claim<'_>) -> Block {
    let first = (element.name == "ol").then(|| element.number("start").unwrap_or(1));
    let mut items: Vec<Item> = Vec::new();
    let mut is_tight = true;
    for node in nodes.into_iter().filter(|node| !is_blank(node)) {
        match node {
            Node::Element(element, inner) if element.name == "li" => {
                is_tight &= !inner.iter().any(is_paragraph);
                items.push(Item { done: None, blocks: blocks(inner, claim) });
            }
            other => {
                let more = blocks(vec![other], claim);
                match items.last_mut() {
                    Some(item) => item.blocks.extend(more),
                    None => items.push(Item { done: None, blocks: more }),
                }
            }
        }
    }
    Block::List(List { first, is_tight, items })
}

fn is_paragraph(node: &Node) -> bool {
    match node {
        Node::Block(block) => matches!(block, Block::Paragraph(_)),
        Node::Element(element, _) => element.name == "p",
        Node::Inline(_) => false,
    }
}

fn definitions(nodes: Vec<Node>, claim: &mut Claim<'_>) -> Vec<Block> {
    let mut parts = Vec::new();
    for node in nodes.into_iter().filter(|node| !is_blank(node)) {
        match node {
            Node::Element(element, inner) if matches!(element.name, "dt" | "dd") => parts.push(whole(element, blocks(inner, claim))),
            Node::Element(element, inner) if element.name == "div" => parts.extend(definitions(inner, claim)),
            other => parts.push(Block::Element(Element::new("dd"), blocks(vec![other], claim))),
        }
    }
    parts
}

fn figure(element: Element, nodes: Vec<Node>, claim: &mut Claim<'_>) -> Block {
    let mut parts = Vec::new();
    let mut others = Vec::new();
    for node in nodes {
        match node {
            Node::Element(caption, inner) if caption.name == "figcaption" => {
                parts.extend(blocks(std::mem::take(&mut others), claim));
                parts.push(whole(caption, blocks(inner, claim)));
            }
            other => others.push(other),
        }
    }
    parts.extend(blocks(others, claim));
    whole(element, parts)
}

fn details(nodes: Vec<Node>, claim: &mut Claim<'_>) -> Block {
    let mut summary = Vec::new();
    let mut others = Vec::new();
    for node in nodes {
        match node {
            Node::Element(element, inner) if element.name == "summary" && summary.is_empty() => summary = inlines(inner),
            other => others.push(other),
        }
    }
    if summary.is_empty() {
        summary.push(Inline::Text("Details".to_owned()));
    }
    Block::Details { summary, blocks: blocks(others, claim) }
}

fn heading(name: &str, nodes: Vec<Node>, claim: &mut Claim<'_>) -> Vec<Block> {
    let text = inlines(nodes);
    if text.is_empty() {
        return Vec::new();
    }
    let level = name[1..].parse().unwrap_or(6);
    let id = claim(Slug::of(&plain(&text)).as_str());
    vec![Block::Heading(Heading { level, text, id, is_linked: false })]
}

/// Lines as they stand: code, or lines with styles where their author has set some.
fn preformatted(element: &Element, nodes: Vec<Node>) -> Vec<Block> {
    let mut language = language_of(element);
    let mut nodes = nodes;
    if let [Node::Element(code, _)] = nodes.as_slice()
        && matches!(code.name, "code" | "samp")
    {
        language = language.or_else(|| language_of(code));
        nodes = nodes.into_iter().flat_map(|node| if let Node::Element(_, inner) = node { inner } else { vec![node] }).collect();
    }
    let lines: Vec<Inline> = untrimmed(nodes).into_iter().map(|inline| if inline == Inline::Break { text("\n") } else { inline }).collect();
    let mut words = plain(&lines);
    if words.trim().is_empty() {
        return Vec::new();
    }
    let is_plain = lines.iter().all(|inline| matches!(inline, Inline::Text(_)));
    if !is_plain {
        return vec![Block::Element(Element::new("pre"), vec![Block::Paragraph(lines)])];
    }
    // The first line end behind the tag is none to HTML.
    if words.starts_with('\n') {
        words.remove(0);
    }
    if !words.ends_with('\n') {
        words.push('\n');
    }
    vec![Block::Code { language: language.unwrap_or_default(), text: words }]
}

fn text(words: &str) -> Inline {
    Inline::Text(words.to_owned())
}

fn language_of(element: &Element) -> Option<String> {
    let class = element.attribute("class").unwrap_or_default().split_whitespace().find_map(|class| class.strip_prefix("language-"));
    class.map(str::to_owned)
}

/// The rows of a table while they are put together.
#[derive(Default)]
struct Rows {
    caption: Vec<Block>,
    columns: Vec<Block>,
    /// The parts of the table with their rows.
    parts: Vec<(&'static str, Vec<Vec<Cell>>)>,
    /// What stands in no cell; browsers show it above the table.
    strays: Vec<Node>,
}

struct Cell {
    element: Element,
    blocks: Vec<Block>,
}

fn table(nodes: Vec<Node>, claim: &mut Claim<'_>) -> Vec<Block> {
    let mut rows = Rows::default();
    rows.add(nodes, None, claim);
    let mut blocks = blocks(std::mem::take(&mut rows.strays), claim);
    rows.parts.retain(|(_, rows)| rows.iter().any(|row| !row.is_empty()));
    blocks.extend(if rows.parts.is_empty() { rows.caption } else { vec![rows.block()] });
    blocks
}

/// A table of Markdown of which a cell holds more than a line.
pub fn table_of_cells(columns: &[Alignment], head: Vec<Vec<Node>>, body: Vec<Vec<Vec<Node>>>, claim: &mut Claim<'_>) -> Block {
    let mut row = |name: &'static str, cells: Vec<Vec<Node>>| -> Vec<Cell> {
        let aligned = cells.into_iter().zip(columns).map(|(nodes, alignment)| {
            let align = match alignment {
                Alignment::None => None,
                Alignment::Left => Some("left"),
                Alignment::Center => Some("center"),
                Alignment::Right => Some("right"),
            };
            let attributes = align.map(|align| ("align", align.to_owned())).into_iter().collect();
            Cell { element: Element { name, attributes }, blocks: blocks(nodes, claim) }
        });
        aligned.collect()
    };
    let head = vec![row("th", head)];
    let body = body.into_iter().map(|cells| row("td", cells)).collect();
    Rows { parts: vec![("thead", head), ("tbody", body)], ..Rows::default() }.block()
}

impl Rows {
    /// Adds what stands in a table, or in a part of it.
    fn add(&mut self, nodes: Vec<Node>, part: Option<&'static str>, claim: &mut Claim<'_>) {
        for node in nodes.into_iter().filter(|node| !is_blank(node)) {
            let Node::Element(element, inner) = node else {
                self.strays.push(node);
                continue;
            };
            match element.name {
                "caption" => self.caption = blocks(inner, claim),
                "col" => self.columns.push(Block::Element(spanning(element), Vec::new())),
                "colgroup" if inner.iter().all(is_blank) => {
                    self.columns.push(Block::Element(spanning(Element { name: "col", ..element }), Vec::new()))
                }
                "colgroup" => self.add(inner, part, claim),
                name @ ("thead" | "tbody" | "tfoot") => {
                    self.parts.push((name, Vec::new()));
                    self.add(inner, Some(name), claim);
                }
                "tr" => {
                    let cells = self.cells(inner, claim);
                    self.part(part).push(cells);
                }
                "td" | "th" => {
                    let cell = Cell { element: set(element), blocks: blocks(inner, claim) };
                    match self.part(part).last_mut() {
                        Some(row) => row.push(cell),
                        None => self.part(part).push(vec![cell]),
                    }
                }
                _ => self.strays.push(Node::Element(element, inner)),
            }
        }
    }

    /// The rows of the part that is being read; rows outside of any part belong to the body.
    fn part(&mut self, part: Option<&'static str>) -> &mut Vec<Vec<Cell>> {
        let name = part.unwrap_or("tbody");
        if self.parts.last().is_none_or(|(last, _)| *last != name) {
            self.parts.push((name, Vec::new()));
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last].1
    }

    fn cells(&mut self, nodes: Vec<Node>, claim: &mut Claim<'_>) -> Vec<Cell> {
        let mut cells = Vec::new();
        for node in nodes.into_iter().filter(|node| !is_blank(node)) {
            match node {
                Node::Element(element, inner) if matches!(element.name, "td" | "th") => {
                    cells.push(Cell { element: set(element), blocks: blocks(inner, claim) });
                }
                other => self.strays.push(other),
            }
        }
        cells
    }

    fn block(self) -> Block {
        self.plain().map_or_else(|| self.whole(), Block::Table)
    }

    /// The table as one of Markdown, if it says the same.
    fn plain(&self) -> Option<Table> {
        let rows: Vec<(&str, &Vec<Cell>)> = self.parts.iter().flat_map(|(part, rows)| rows.iter().map(|row| (*part, row))).collect();
        let ((part, head), body) = rows.split_first()?;
        let is_head = head.iter().all(|cell| cell.element.name == "th") && matches!(*part, "thead" | "tbody");
        let is_body = |(part, row): &(&str, &Vec<Cell>)| *part == "tbody" && row.iter().all(|cell| cell.element.name == "td");
        let is_plain = self.caption.is_empty() && self.columns.is_empty() && is_head && body.iter().all(is_body);
        let is_even = rows.iter().all(|(_, row)| row.len() == head.len());
        if !is_plain || !is_even || head.is_empty() {
            return None;
        }
        let lines = |row: &[Cell]| row.iter().map(Cell::line).collect::<Option<Vec<_>>>();
        let first = body.first().map_or(*head, |(_, row)| row);
        let columns: Vec<Alignment> = first.iter().map(|cell| cell.element.alignment()).collect();
        let is_set = |(_, row): &(&str, &Vec<Cell>)| row.iter().zip(&columns).all(|(cell, column)| cell.element.alignment() == *column);
        if !body.iter().all(is_set) {
            return None;
        }
        let body = body.iter().map(|(_, row)| lines(row)).collect::<Option<Vec<_>>>()?;
        Some(Table { head: lines(head)?, columns, rows: body })
    }

    fn whole(self) -> Block {
        let mut parts = Vec::new();
        if !self.caption.is_empty() {
            parts.push(Block::Element(Element::new("caption"), self.caption));
        }
        if !self.columns.is_empty() {
            parts.push(Block::Element(Element::new("colgroup"), self.columns));
        }
        for (name, rows) in self.parts {
            let rows = rows.into_iter().map(|row| {
                let cells = row.into_iter().map(|cell| Block::Element(cell.element, cell.blocks)).collect();
                Block::Element(Element::new("tr"), cells)
            });
            parts.push(Block::Element(Element::new(name), rows.collect()));
        }
        Block::Element(Element::new("table"), parts)
    }
}

impl Cell {
    /// What it says, if that is a line in one cell.
    fn line(&self) -> Option<Vec<Inline>> {
        let is_single = self.element.attributes.iter().all(|(name, _)| matches!(*name, "align" | "scope"));
        match self.blocks.as_slice() {
            _ if !is_single => None,
            [] => Some(Vec::new()),
            [Block::Paragraph(words)] => Some(words.clone()),
            _ => None,
        }
    }
}

/// A cell with the attributes that say how it is set.
fn set(element: Element) -> Element {
    let spans =
        |element: &Element, name: &'static str| element.number(name).filter(|&number| number > 1).map(|number| (name, number.to_string()));
    let mut attributes: Vec<(&'static str, String)> = ["colspan", "rowspan"].iter().filter_map(|name| spans(&element, name)).collect();
    let is_kept = |(name, value): &&(&'static str, String)| match *name {
        "align" => matches!(value.as_str(), "left" | "center" | "right"),
        "scope" => element.name == "th" && matches!(value.as_str(), "row" | "col" | "rowgroup" | "colgroup"),
        "title" | "lang" | "dir" => true,
        _ => false,
    };
    attributes.extend(element.attributes.iter().filter(is_kept).cloned());
    Element { name: element.name, attributes }
}

fn spanning(element: Element) -> Element {
    let span = element.number("span").filter(|&number| number > 1).map(|number| ("span", number.to_string()));
    Element { name: element.name, attributes: span.into_iter().collect() }
}

/// A line without white space and line ends at its ends.
fn trimmed(mut inlines: Vec<Inline>) -> Vec<Inline> {
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
