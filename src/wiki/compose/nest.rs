//! Builds the element tree of HTML and the Markdown between its tags, with the implied end tags of
//! HTML.

use super::tags::is_block;
use crate::markdown::HTML_TAGS;
use crate::wiki::page::{Block, Element, Inline, Within};

/// The maximum nesting of elements. Deeper ones are dropped, and their content is kept.
const DEEPEST: usize = 64;

/// The attributes that matter to readers or screen readers.
const ATTRIBUTES: [&str; 11] = [
    "align", "class", "colspan", "datetime", "dir", "lang", "rowspan", "scope", "span", "start",
    "title",
];

/// Elements that are parts of another one. A wiki that supports the other one supports them.
const PARTS: [&str; 14] = [
    "br",
    "dd",
    "dt",
    "figcaption",
    "li",
    "p",
    "rp",
    "rt",
    "summary",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
];

/// A node of the element tree.
#[derive(Debug)]
pub enum HtmlNode {
    /// An inline from Markdown.
    Inline(Inline),
    /// A block from Markdown.
    Block(Block),
    /// An element with its children.
    Element(Element, Vec<HtmlNode>),
}

/// The open elements, and the children of the innermost one.
#[derive(Default)]
pub struct Nest {
    nodes: Vec<HtmlNode>,
    /// The open elements, each with the nodes before it.
    open: Vec<(Element, Vec<HtmlNode>)>,
    /// Open elements that are nested too deeply.
    too_deep: Vec<&'static str>,
}

/// An element that some wikis do not support.
#[derive(Clone, Copy)]
pub struct Opened {
    /// Its name.
    pub name: &'static str,
    /// Its context.
    pub within: Within,
}

impl Nest {
    /// Adds text. Outside `pre`, line ends become spaces.
    pub fn text(&mut self, text: &str) {
        let text = if self.is_in("pre") {
            text.replace('\r', "")
        } else {
            text.replace(['\n', '\r', '\t'], " ")
        };
        if let Some(HtmlNode::Inline(Inline::Text(before))) = self.nodes.last_mut() {
            before.push_str(&text);
        } else if !text.is_empty() {
            self.nodes.push(HtmlNode::Inline(Inline::Text(text)));
        }
    }

    /// Adds an inline.
    pub fn inline(&mut self, inline: Inline) {
        match inline {
            Inline::Text(text) => self.text(&text),
            other => self.nodes.push(HtmlNode::Inline(other)),
        }
    }

    /// Adds a block of Markdown.
    pub fn block(&mut self, block: Block) {
        self.end_paragraph();
        self.nodes.push(HtmlNode::Block(block));
    }

    /// Opens an element. `within` is the context of the whole tree.
    pub fn open(
        &mut self,
        name: &str,
        attributes: Vec<(String, String)>,
        within: Within,
    ) -> Option<Opened> {
        // Parsing has removed all other elements.
        let name = HTML_TAGS.iter().copied().find(|known| *known == name)?;
        if name == "br" {
            self.inline(Inline::Break);
            return None;
        }
        self.make_room_for(name);
        let opened = self.opened(name, &attributes, within);
        if self.open.len() >= DEEPEST {
            return self.too_deep(name);
        }
        let element = Element {
            name,
            attributes: known(attributes),
        };
        match name {
            "hr" => self.nodes.push(HtmlNode::Block(Block::Rule)),
            "wbr" | "col" => self.nodes.push(HtmlNode::Element(element, Vec::new())),
            _ => self.open.push((element, std::mem::take(&mut self.nodes))),
        }
        opened
    }

    /// Drops an element. The content of a block stays on its own line.
    fn too_deep(&mut self, name: &'static str) -> Option<Opened> {
        self.too_deep.push(name);
        if is_block(name) {
            self.inline(Inline::Break);
        }
        Some(Opened {
            name,
            within: Within::TooMany,
        })
    }

    /// Closes the innermost element with a name, and all elements inside it.
    pub fn close(&mut self, name: &str) {
        if self.too_deep.last().is_some_and(|open| *open == name) {
            self.too_deep.pop();
            if is_block(name) {
                self.inline(Inline::Break);
            }
            return;
        }
        self.close_any(&[name], barrier(name));
    }

    /// The finished tree. Open elements end here.
    pub fn end(mut self) -> Vec<HtmlNode> {
        while !self.open.is_empty() {
            self.close_innermost();
        }
        self.nodes
    }

    /// The element, if some wikis do not support it in its context.
    fn opened(
        &self,
        name: &'static str,
        attributes: &[(String, String)],
        within: Within,
    ) -> Option<Opened> {
        let has_meaning = attributes
            .iter()
            .any(|(name, _)| matches!(name.as_str(), "title" | "lang" | "dir"));
        let name = match name {
            "div" | "span" if !has_meaning => return None,
            part if PARTS.contains(&part) || part == "tr" => return None,
            name => name,
        };
        let within = self.within(name, within);
        let is_code = within == Within::Preformatted && matches!(name, "code" | "samp" | "span");
        (!is_code).then_some(Opened { name, within })
    }

    /// The context of an element that is opened now.
    fn within(&self, name: &str, around: Within) -> Within {
        let is_list = matches!(name, "ul" | "ol");
        // All wikis support nested lists.
        let is_neutral = |(open, _): &(Element, Vec<HtmlNode>)| {
            !is_block(open.name)
                || matches!(open.name, "p" | "div" | "details")
                || (is_list && matches!(open.name, "ul" | "ol" | "li"))
        };
        if self.is_in("pre") {
            return Within::Preformatted;
        }
        match around {
            Within::Line if !is_block(name) => Within::Block,
            _ if is_block(name) && self.is_in("summary") => Within::Line,
            Within::Page if !self.open.iter().all(is_neutral) => Within::Block,
            around => around,
        }
    }

    fn is_in(&self, name: &str) -> bool {
        self.open.iter().any(|(element, _)| element.name == name)
    }

    /// Closes the elements that HTML closes implicitly before an element.
    fn make_room_for(&mut self, name: &str) {
        if is_block(name) {
            self.end_paragraph();
        }
        let ended: &[&str] = match name {
            "li" => &["li"],
            "dt" | "dd" => &["dt", "dd"],
            "tr" => &["tr", "caption", "colgroup"],
            "td" | "th" => &["td", "th"],
            "thead" | "tbody" | "tfoot" | "caption" | "colgroup" => {
                &["thead", "tbody", "tfoot", "caption", "colgroup"]
            }
            "rt" | "rp" => &["rt", "rp"],
            _ => return,
        };
        self.close_any(ended, barrier(name));
    }

    fn end_paragraph(&mut self) {
        let innermost = self
            .open
            .iter()
            .rev()
            .find(|(element, _)| is_block(element.name));
        if innermost.is_some_and(|(element, _)| element.name == "p") {
            self.close_any(&["p"], &[]);
        }
    }

    /// Closes the innermost element with one of the names, and all elements inside it. A barrier around them prevents that.
    fn close_any(&mut self, names: &[&str], barrier: &[&str]) {
        let mut open = self.open.iter().rposition(|(element, _)| {
            names.contains(&element.name) || barrier.contains(&element.name)
        });
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
            self.nodes.push(HtmlNode::Element(element, inner));
        }
    }
}

/// The elements that an end tag does not close. It does not close elements around them either.
fn barrier(name: &str) -> &'static [&'static str] {
    match name {
        "table" => &[],
        "td" | "th" | "tr" | "thead" | "tbody" | "tfoot" | "caption" | "colgroup" => &["table"],
        "li" => &["ul", "ol", "td", "th", "table"],
        "dt" | "dd" => &["dl", "td", "th", "table"],
        _ => &["td", "th", "caption", "table"],
    }
}

/// The attributes in [`ATTRIBUTES`] that have a value.
fn known(attributes: Vec<(String, String)>) -> Vec<(&'static str, String)> {
    let known = attributes.into_iter().filter_map(|(name, value)| {
        Some((*ATTRIBUTES.iter().find(|known| **known == name)?, value))
    });
    known
        .filter(|(_, value)| !value.trim().is_empty())
        .collect()
}
