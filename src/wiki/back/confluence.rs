//! Reads the storage format of Confluence.

use std::collections::BTreeMap;

use super::lines::{Line, take_strong_line};
use super::{Reading, verbatim};
use crate::markdown::Alignment;
use crate::wiki::compose::tags::style;
use crate::wiki::confluence::xml::{self, XmlElement, XmlNode};
use crate::wiki::page::{Block, Callout, Heading, Inline, Item, LinkTo, List, Style, Table, plain};

/// The maximum nesting of elements. Deeper ones are kept verbatim.
const DEEPEST: usize = 60;

/// Reads a page. A text that is not XML is kept verbatim.
pub(super) fn read(text: &str) -> Reading {
    let Ok(root) = xml::parse(text) else {
        return Reading {
            blocks: vec![verbatim(text)],
            ..Reading::default()
        };
    };
    let mut reader = Reader::default();
    let children = reader.take_footnotes(&root.children);
    let blocks = reader.blocks(children, 0);
    Reading {
        blocks,
        footnotes: reader.notes,
        anchors: reader.anchors,
    }
}

#[derive(Default)]
struct Reader {
    notes: Vec<Vec<Block>>,
    anchors: BTreeMap<String, usize>,
    headings: usize,
}

impl Reader {
    /// Reads the footnotes at the end of the page, and returns the page without them.
    fn take_footnotes<'a>(&mut self, children: &'a [XmlNode]) -> &'a [XmlNode] {
        let [rest @ .., XmlNode::Element(rule), XmlNode::Element(list)] = children else {
            return children;
        };
        let names = |element: &XmlElement| {
            element
                .text_of_anchor()
                .is_some_and(|name| name.starts_with("footnote-"))
        };
        let is_note = |item: &XmlElement| {
            item.elements()
                .next()
                .is_some_and(|first| first.elements().next().is_some_and(names))
        };
        if rule.name != "hr"
            || list.name != "ol"
            || list.elements().next().is_none()
            || !list.elements().all(is_note)
        {
            return children;
        }
        self.notes = list.elements().map(|_| Vec::new()).collect();
        for (number, item) in list.elements().enumerate() {
            let children: Vec<XmlNode> = item.children.iter().map(without_ways_back).collect();
            self.notes[number] = self.blocks(&children, 1);
        }
        rest
    }

    fn blocks(&mut self, nodes: &[XmlNode], depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut line = Line::default();
        for node in nodes {
            match node {
                XmlNode::Element(element) if is_block(element) => {
                    flush(&mut line, &mut blocks);
                    if depth < DEEPEST {
                        blocks.extend(self.block(element, depth));
                    } else {
                        blocks.push(as_it_is(element));
                    }
                }
                other => self.inline(other, depth, &mut line),
            }
        }
        flush(&mut line, &mut blocks);
        blocks
    }

    fn block(&mut self, element: &XmlElement, depth: usize) -> Vec<Block> {
        match element.name.as_str() {
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => vec![self.heading(element, depth)],
            "p" => {
                let line = self.line(&element.children, depth);
                if line.is_empty() {
                    Vec::new()
                } else {
                    vec![Block::Paragraph(line)]
                }
            }
            "blockquote" => vec![Block::Quote(self.blocks(&element.children, depth + 1))],
            "hr" => vec![Block::Rule],
            "ul" | "ol" => vec![self.list(element, depth)],
            "ac:task-list" => vec![self.tasks(element, depth)],
            "table" => vec![
                self.table(element, depth)
                    .unwrap_or_else(|| as_it_is(element)),
            ],
            "pre" => vec![code("", &element.text())],
            "ac:structured-macro" => self.macro_of(element, depth),
            "div" | "ac:layout" | "ac:layout-section" | "ac:layout-cell" => {
                self.blocks(&element.children, depth + 1)
            }
            _ => vec![as_it_is(element)],
        }
    }

    fn heading(&mut self, element: &XmlElement, depth: usize) -> Block {
        let level = element.name[1..].parse().unwrap_or(2).max(2);
        for name in element.elements().filter_map(XmlElement::text_of_anchor) {
            self.anchors.insert(name, self.headings);
        }
        self.headings += 1;
        Block::Heading(Heading {
            level,
            text: self.line(&element.children, depth),
            id: String::new(),
            is_linked: false,
        })
    }

    fn list(&mut self, element: &XmlElement, depth: usize) -> Block {
        let first = (element.name == "ol").then(|| {
            element
                .attribute("start")
                .and_then(|start| start.parse().ok())
                .unwrap_or(1)
        });
        let is_tight = !element
            .elements()
            .any(|item| item.elements().any(|inner| inner.name == "p"));
        let items = element.elements().map(|item| {
            let mut blocks = self.blocks(&item.children, depth + 1);
            let done = take_box(&mut blocks);
            Item { done, blocks }
        });
        Block::List(List {
            first,
            is_tight,
            items: items.collect(),
        })
    }

    fn tasks(&mut self, element: &XmlElement, depth: usize) -> Block {
        let items = element.elements().map(|task| {
            let part = |name: &str| task.elements().find(|part| part.name == name);
            let done = part("ac:task-status").is_some_and(|status| status.text() == "complete");
            let blocks = part("ac:task-body")
                .map_or(Vec::new(), |body| self.blocks(&body.children, depth + 1));
            Item {
                done: Some(done),
                blocks,
            }
        });
        Block::List(List {
            first: None,
            is_tight: true,
            items: items.collect(),
        })
    }

    /// A table. `None` if cells have spans or contain blocks.
    fn table(&mut self, element: &XmlElement, depth: usize) -> Option<Block> {
        let rows = rows_of(element)?;
        let cells = |row: &XmlElement| {
            row.elements()
                .map(|cell| self.cell(cell, depth))
                .collect::<Option<Vec<_>>>()
        };
        let mut read: Vec<Vec<Vec<Inline>>> =
            rows.iter().copied().map(cells).collect::<Option<_>>()?;
        let columns: Vec<Alignment> = rows.first()?.elements().map(alignment_of).collect();
        if read.iter().any(|row| row.len() != columns.len()) {
            return None;
        }
        let has_head = rows[0].elements().all(|cell| cell.name == "th");
        let head = if has_head {
            read.remove(0)
        } else {
            vec![Vec::new(); columns.len()]
        };
        Some(Block::Table(Table {
            columns,
            head,
            rows: read,
        }))
    }

    /// The line in a cell. `None` if the cell has spans or contains blocks.
    fn cell(&mut self, cell: &XmlElement, depth: usize) -> Option<Vec<Inline>> {
        let has_spans = cell
            .attributes
            .iter()
            .any(|(name, _)| name.ends_with("span"));
        if has_spans
            || cell
                .elements()
                .any(|inner| inner.name != "p" && is_block(inner))
        {
            return None;
        }
        let mut line = Line::default();
        let paragraphs: Vec<&XmlElement> =
            cell.elements().filter(|inner| inner.name == "p").collect();
        for (at, paragraph) in paragraphs.iter().enumerate() {
            if at > 0 {
                line.add(Inline::Break);
            }
            paragraph
                .children
                .iter()
                .for_each(|node| self.inline(node, depth, &mut line));
        }
        if paragraphs.is_empty() {
            cell.children
                .iter()
                .for_each(|node| self.inline(node, depth, &mut line));
        }
        Some(line.trimmed())
    }

    fn macro_of(&mut self, element: &XmlElement, depth: usize) -> Vec<Block> {
        let parameter = |name: &str| {
            element
                .elements()
                .find(|part| part.attribute("ac:name") == Some(name))
                .map(XmlElement::text)
                .unwrap_or_default()
        };
        let body = element
            .elements()
            .find(|part| part.name == "ac:rich-text-body");
        let blocks = |reader: &mut Self| {
            body.map_or(Vec::new(), |body| reader.blocks(&body.children, depth + 1))
        };
        match element.attribute("ac:name").unwrap_or_default() {
            "toc" => Vec::new(),
            "details" => blocks(self),
            "code" => {
                let language = Some(parameter("language"))
                    .filter(|language| language != "none")
                    .unwrap_or_default();
                let text = element
                    .elements()
                    .find(|part| part.name == "ac:plain-text-body")
                    .map(XmlElement::text)
                    .unwrap_or_default();
                vec![code(&language, &text)]
            }
            "expand" => vec![Block::Details {
                summary: vec![Inline::Text(parameter("title"))],
                blocks: blocks(self),
            }],
            name @ ("info" | "tip" | "note" | "warning") => {
                let blocks = blocks(self);
                vec![callout(name, blocks, &parameter("title"))]
            }
            _ => vec![as_it_is(element)],
        }
    }

    fn line(&mut self, nodes: &[XmlNode], depth: usize) -> Vec<Inline> {
        let mut line = Line::default();
        nodes
            .iter()
            .for_each(|node| self.inline(node, depth, &mut line));
        line.trimmed()
    }

    fn within(&mut self, nodes: &[XmlNode], depth: usize) -> Vec<Inline> {
        let mut line = Line::default();
        nodes
            .iter()
            .for_each(|node| self.inline(node, depth + 1, &mut line));
        line.0
    }

    fn inline(&mut self, node: &XmlNode, depth: usize, line: &mut Line) {
        let element = match node {
            XmlNode::Text(text) | XmlNode::Verbatim(text) => {
                return line.text(&text.replace(['\n', '\r'], " "));
            }
            XmlNode::Element(element) => element,
        };
        if depth > DEEPEST {
            return line.add(Inline::Code(print(element)));
        }
        if let Some(number) = footnote(element) {
            return line.add(Inline::Footnote(number));
        }
        match element.name.as_str() {
            "br" => line.add(Inline::Break),
            "code" => line.add(Inline::Code(element.text())),
            "a" => {
                let text = self.within(&element.children, depth);
                let to = LinkTo::External(element.attribute("href").unwrap_or_default().to_owned());
                line.add(Inline::Link { to, text });
            }
            "ac:link" => self.link(element, depth, line),
            "ac:image" => {
                line.add(picture(element).unwrap_or_else(|| Inline::Code(print(element))));
            }
            "ac:structured-macro" if element.attribute("ac:name") == Some("anchor") => {}
            _ => self.styled(element, depth, line),
        }
    }

    /// An element that sets a style, or nothing but surrounds its content.
    fn styled(&mut self, element: &XmlElement, depth: usize, line: &mut Line) {
        let name = element.name.as_str();
        let is_highlight = name == "span"
            && element
                .attribute("style")
                .is_some_and(|style| style.contains("background-color"));
        let style = if is_highlight {
            Some(Style::Highlight)
        } else {
            style(name)
        };
        if let Some(style) = style {
            let inner = self.within(&element.children, depth);
            line.add(Inline::Styled(style, inner));
        } else if matches!(
            name,
            "span" | "ac:inline-comment-marker" | "ac:link-body" | "time"
        ) {
            self.within(&element.children, depth)
                .into_iter()
                .for_each(|inline| line.add(inline));
            if let Some(day) = element.attribute("datetime") {
                line.text(day);
            }
        } else {
            line.add(Inline::Code(print(element)));
        }
    }

    fn link(&mut self, element: &XmlElement, depth: usize, line: &mut Line) {
        let part = |name: &str| element.elements().find(|inner| inner.name == name);
        let anchor = element.attribute("ac:anchor").unwrap_or_default();
        let page = part("ri:page").and_then(|page| page.attribute("ri:content-title"));
        let text = match (part("ac:link-body"), part("ac:plain-text-link-body")) {
            (Some(body), _) => self.within(&body.children, depth),
            (None, Some(body)) => vec![Inline::Text(body.text())],
            (None, None) => vec![Inline::Text(page.unwrap_or(anchor).to_owned())],
        };
        let to = match (page, anchor) {
            (Some(page), "") => LinkTo::External(page.to_owned()),
            (Some(page), anchor) => LinkTo::External(format!("{page}#{anchor}")),
            (None, anchor) if !anchor.is_empty() => LinkTo::Heading(anchor.to_owned()),
            (None, _) => return line.add(Inline::Code(print(element))),
        };
        line.add(Inline::Link { to, text });
    }
}

impl XmlElement {
    /// The name of an anchor, if the element is one.
    fn text_of_anchor(&self) -> Option<String> {
        (self.name == "ac:structured-macro" && self.attribute("ac:name") == Some("anchor"))
            .then(|| self.text())
    }
}

/// The picture in an element; `None` if it is not an attachment.
fn picture(element: &XmlElement) -> Option<Inline> {
    let attachment = element
        .elements()
        .find(|inner| inner.name == "ri:attachment")?;
    let word = |name: &str| element.attribute(name).unwrap_or_default().to_owned();
    let name = attachment.attribute("ri:filename")?.to_owned();
    Some(Inline::Picture {
        name,
        alt: word("ac:alt"),
        title: word("ac:title"),
    })
}

/// The index of the footnote that an element refers to.
fn footnote(element: &XmlElement) -> Option<usize> {
    let name = Some(element)
        .filter(|element| element.name == "sup")?
        .elements()
        .find_map(XmlElement::text_of_anchor)?;
    let (number, _) = name.strip_prefix("footnote-")?.split_once("-reference-")?;
    number.parse::<usize>().ok()?.checked_sub(1)
}

/// A part of a footnote without the links back to its references.
fn without_ways_back(node: &XmlNode) -> XmlNode {
    let XmlNode::Element(element) = node else {
        return node.clone();
    };
    let leads_back = |node: &XmlNode| matches!(node, XmlNode::Element(link) if link.name == "ac:link" && link.text() == "↩");
    let children = element
        .children
        .iter()
        .filter(|child| !leads_back(child))
        .cloned()
        .collect();
    XmlNode::Element(XmlElement {
        children,
        ..element.clone()
    })
}

fn is_block(element: &XmlElement) -> bool {
    const BLOCKS: [&str; 21] = [
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "p",
        "blockquote",
        "hr",
        "ul",
        "ol",
        "ac:task-list",
        "table",
        "pre",
        "div",
        "ac:layout",
        "ac:layout-section",
        "ac:layout-cell",
        "dl",
        "section",
        "figure",
    ];
    let is_anchor = element.attribute("ac:name") == Some("anchor");
    BLOCKS.contains(&element.name.as_str())
        || (element.name == "ac:structured-macro" && !is_anchor && holds_lines(element))
}

/// Whether a macro is a block. Macros with neither text nor code are mostly inline.
fn holds_lines(element: &XmlElement) -> bool {
    let has_body = element.elements().any(|part| part.name.ends_with("-body"));
    has_body
        || matches!(
            element.attribute("ac:name"),
            Some("toc" | "children" | "include" | "excerpt-include")
        )
}

fn flush(line: &mut Line, blocks: &mut Vec<Block>) {
    let line = std::mem::take(line).trimmed();
    if !line.is_empty() {
        blocks.push(Block::Paragraph(line));
    }
}

fn print(element: &XmlElement) -> String {
    let root = XmlElement {
        children: vec![XmlNode::Element(element.clone())],
        ..XmlElement::default()
    };
    xml::print(&root).trim().replace('\n', " ")
}

fn as_it_is(element: &XmlElement) -> Block {
    let root = XmlElement {
        children: vec![XmlNode::Element(element.clone())],
        ..XmlElement::default()
    };
    verbatim(&xml::print(&root))
}

fn code(language: &str, text: &str) -> Block {
    let text = if text.is_empty() || text.ends_with('\n') {
        text.to_owned()
    } else {
        format!("{text}\n")
    };
    Block::Code {
        language: language.to_owned(),
        text,
    }
}

/// Removes the check box at the start of an item, where the wiki has no tasks.
fn take_box(blocks: &mut [Block]) -> Option<bool> {
    let Some(Block::Paragraph(line)) = blocks.first_mut() else {
        return None;
    };
    let Some(Inline::Text(words)) = line.first_mut() else {
        return None;
    };
    let done = if words.starts_with("[x] ") {
        true
    } else if words.starts_with("[ ] ") {
        false
    } else {
        return None;
    };
    words.replace_range(..4, "");
    line.retain(|inline| !matches!(inline, Inline::Text(words) if words.is_empty()));
    Some(done)
}

/// The rows of a table. `None` if it has parts other than rows.
fn rows_of(table: &XmlElement) -> Option<Vec<&XmlElement>> {
    let mut rows: Vec<&XmlElement> = Vec::new();
    for part in table.elements() {
        match part.name.as_str() {
            "tbody" | "thead" => rows.extend(part.elements()),
            "tr" => rows.push(part),
            "colgroup" => {}
            _ => return None,
        }
    }
    Some(rows)
}

/// The alignment of a cell: that of its first paragraph.
fn alignment_of(cell: &XmlElement) -> Alignment {
    let paragraph = cell.elements().find(|inner| inner.name == "p");
    let style = paragraph
        .and_then(|paragraph| paragraph.attribute("style"))
        .unwrap_or_default();
    [
        ("left", Alignment::Left),
        ("center", Alignment::Center),
        ("right", Alignment::Right),
    ]
    .into_iter()
    .find(|(name, _)| style.contains(&format!("text-align: {name}")))
    .map_or(Alignment::None, |(_, alignment)| alignment)
}

fn callout(name: &str, mut blocks: Vec<Block>, parameter: &str) -> Block {
    let kind = match name {
        "tip" => Callout::Tip,
        "note" => Callout::Warning,
        "warning" => Callout::Caution,
        _ => Callout::Note,
    };
    let title = take_strong_line(&mut blocks);
    let title = title
        .or_else(|| (!parameter.is_empty()).then(|| vec![Inline::Text(parameter.to_owned())]))
        .unwrap_or_default();
    let words = plain(&title);
    let kind = if words == "Important" {
        Callout::Important
    } else {
        kind
    };
    let title = if words == kind.name() {
        Vec::new()
    } else {
        title
    };
    Block::Callout {
        kind,
        title,
        blocks,
    }
}
