//! What an author's HTML and the Markdown between its tags make together: elements in one another, each ending where HTML ends it.

use super::tags::is_block;
use crate::markdown::HTML_TAGS;
use crate::wiki::page::{Block, Element, Inline, Within};

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
        // Others are taken out where a file is read.
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
