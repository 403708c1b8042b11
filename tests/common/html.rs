//! A page as browsers parse it: its elements, its text, and mistakes in its markup.

use std::borrow::Cow;
use std::cell::{Ref, RefCell};

use html5ever::interface::{Attribute, ElementFlags, NodeOrText, QuirksMode, TreeSink};
use html5ever::tendril::{StrTendril, TendrilSink};
use html5ever::{ParseOpts, QualName, parse_document};

/// A parsed page.
#[derive(Default)]
pub struct Page {
    nodes: Vec<Node>,
    /// The syntax errors that the parser corrected.
    pub mistakes: Vec<String>,
}

/// The index of a node in the page.
pub type NodeId = usize;

#[derive(Default)]
struct Node {
    parent: Option<NodeId>,
    children: Vec<NodeId>,
    /// `None` for the document, text and comments.
    name: Option<QualName>,
    attributes: Vec<(String, String)>,
    text: String,
}

/// Inline elements. Text has an empty name.
const INLINE: &[&str] = &[
    "", "a", "abbr", "b", "code", "del", "em", "i", "kbd", "mark", "small", "span", "strong",
    "sub", "sup",
];

/// Parses a page.
pub fn parse(html: &str) -> Page {
    let options = ParseOpts::default();
    parse_document(Sink::default(), options).one(html)
}

impl Page {
    /// The elements with a name, in the order of the page.
    pub fn all(&self, name: &str) -> Vec<NodeId> {
        self.elements()
            .filter(|&id| self.name(id) == name)
            .collect()
    }

    /// All elements, in the order of the page.
    pub fn elements(&self) -> impl Iterator<Item = NodeId> {
        let mut open = vec![0];
        let in_order = std::iter::from_fn(move || {
            let id = open.pop()?;
            open.extend(self.nodes[id].children.iter().rev());
            Some(id)
        });
        in_order.filter(|&id| self.nodes[id].name.is_some())
    }

    /// The name of an element; empty for text.
    pub fn name(&self, id: NodeId) -> &str {
        self.nodes[id].name.as_ref().map_or("", |name| &name.local)
    }

    /// The children of a node. Node 0 is the document.
    pub fn children(&self, id: NodeId) -> &[NodeId] {
        &self.nodes[id].children
    }

    pub fn attributes(&self, id: NodeId) -> impl Iterator<Item = (&str, &str)> {
        self.nodes[id]
            .attributes
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub fn attribute(&self, id: NodeId, wanted: &str) -> Option<&str> {
        self.attributes(id)
            .find(|(name, _)| *name == wanted)
            .map(|(_, value)| value)
    }

    pub fn has_class(&self, id: NodeId, class: &str) -> bool {
        self.attribute(id, "class")
            .is_some_and(|classes| classes.split_whitespace().any(|one| one == class))
    }

    /// The elements that have a class, in the order of the page.
    pub fn of_class(&self, class: &str) -> Vec<NodeId> {
        self.elements()
            .filter(|&id| self.has_class(id, class))
            .collect()
    }

    /// The text in an element with single spaces, also between blocks.
    pub fn text(&self, id: NodeId) -> String {
        self.read(id)
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ")
    }

    fn read(&self, id: NodeId) -> String {
        let node = &self.nodes[id];
        let text = node
            .children
            .iter()
            .fold(node.text.clone(), |text, &child| text + &self.read(child));
        let is_inline = INLINE.contains(&self.name(id));
        if is_inline { text } else { format!(" {text} ") }
    }

    /// The text in an element with its original white space.
    pub fn raw_text(&self, id: NodeId) -> String {
        let node = &self.nodes[id];
        node.children
            .iter()
            .fold(node.text.clone(), |text, &child| {
                text + &self.raw_text(child)
            })
    }

    /// The texts of the elements that have a class.
    pub fn texts_of_class(&self, class: &str) -> Vec<String> {
        self.of_class(class)
            .into_iter()
            .map(|id| self.text(id))
            .collect()
    }

    /// The texts of the elements with a name.
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.all(name).into_iter().map(|id| self.text(id)).collect()
    }

    /// The text of the only element with a name.
    pub fn only(&self, name: &str) -> String {
        let texts = self.texts(name);
        assert_eq!(texts.len(), 1, "<{name}>: {texts:?}");
        texts.into_iter().next().unwrap_or_default()
    }

    /// Whether an element is inside another one, at any depth.
    pub fn is_inside(&self, id: NodeId, outer: NodeId) -> bool {
        std::iter::successors(self.nodes[id].parent, |&id| self.nodes[id].parent)
            .any(|id| id == outer)
    }

    /// The ids that fragments can refer to.
    pub fn ids(&self) -> Vec<&str> {
        self.elements()
            .filter_map(|id| self.attribute(id, "id"))
            .collect()
    }
}

/// A page while it is parsed.
struct Sink {
    nodes: RefCell<Vec<Node>>,
    mistakes: RefCell<Vec<String>>,
}

impl Default for Sink {
    fn default() -> Self {
        Self {
            nodes: RefCell::new(vec![Node::default()]),
            mistakes: RefCell::default(),
        }
    }
}

impl Sink {
    fn add(&self, node: Node) -> NodeId {
        self.nodes.borrow_mut().push(node);
        self.nodes.borrow().len() - 1
    }

    fn insert(&self, parent: NodeId, at: usize, child: NodeOrText<NodeId>) {
        let child = match child {
            NodeOrText::AppendNode(child) => {
                self.remove_from_parent(&child);
                child
            }
            NodeOrText::AppendText(text) => {
                let before = at
                    .checked_sub(1)
                    .map(|before| self.nodes.borrow()[parent].children[before]);
                if let Some(before) =
                    before.filter(|&before| self.nodes.borrow()[before].name.is_none())
                {
                    self.nodes.borrow_mut()[before].text.push_str(&text);
                    return;
                }
                self.add(Node {
                    text: text.to_string(),
                    ..Node::default()
                })
            }
        };
        let mut nodes = self.nodes.borrow_mut();
        nodes[child].parent = Some(parent);
        nodes[parent].children.insert(at, child);
    }
}

impl TreeSink for Sink {
    type Handle = NodeId;
    type Output = Page;
    type ElemName<'a> = Ref<'a, QualName>;

    fn finish(self) -> Page {
        Page {
            nodes: self.nodes.into_inner(),
            mistakes: self.mistakes.into_inner(),
        }
    }

    fn parse_error(&self, message: Cow<'static, str>) {
        self.mistakes.borrow_mut().push(message.into_owned());
    }

    fn get_document(&self) -> NodeId {
        0
    }

    fn elem_name<'a>(&'a self, target: &'a NodeId) -> Ref<'a, QualName> {
        Ref::map(self.nodes.borrow(), |nodes| {
            nodes[*target]
                .name
                .as_ref()
                .expect("only elements are asked for their names")
        })
    }

    fn create_element(
        &self,
        name: QualName,
        attributes: Vec<Attribute>,
        _: ElementFlags,
    ) -> NodeId {
        let attributes = attributes.into_iter().map(|attribute| {
            (
                attribute.name.local.to_string(),
                attribute.value.to_string(),
            )
        });
        self.add(Node {
            name: Some(name),
            attributes: attributes.collect(),
            ..Node::default()
        })
    }

    fn create_comment(&self, _: StrTendril) -> NodeId {
        self.add(Node::default())
    }

    fn create_pi(&self, _: StrTendril, _: StrTendril) -> NodeId {
        self.add(Node::default())
    }

    fn append(&self, parent: &NodeId, child: NodeOrText<NodeId>) {
        let end = self.nodes.borrow()[*parent].children.len();
        self.insert(*parent, end, child);
    }

    fn append_based_on_parent_node(
        &self,
        element: &NodeId,
        before: &NodeId,
        child: NodeOrText<NodeId>,
    ) {
        let has_parent = self.nodes.borrow()[*element].parent.is_some();
        if has_parent {
            self.append_before_sibling(element, child);
        } else {
            self.append(before, child);
        }
    }

    fn append_doctype_to_document(&self, _: StrTendril, _: StrTendril, _: StrTendril) {}

    fn get_template_contents(&self, target: &NodeId) -> NodeId {
        *target
    }

    fn same_node(&self, one: &NodeId, other: &NodeId) -> bool {
        one == other
    }

    fn set_quirks_mode(&self, mode: QuirksMode) {
        if !matches!(mode, QuirksMode::NoQuirks) {
            self.parse_error("the page is in quirks mode".into());
        }
    }

    fn append_before_sibling(&self, sibling: &NodeId, child: NodeOrText<NodeId>) {
        let parent = self.nodes.borrow()[*sibling]
            .parent
            .expect("a sibling has a parent");
        let at = self.nodes.borrow()[parent]
            .children
            .iter()
            .position(|id| id == sibling);
        self.insert(parent, at.expect("a parent knows its children"), child);
    }

    fn add_attrs_if_missing(&self, target: &NodeId, attributes: Vec<Attribute>) {
        let known = &mut self.nodes.borrow_mut()[*target].attributes;
        for attribute in attributes {
            let name = attribute.name.local.to_string();
            if !known.iter().any(|(other, _)| *other == name) {
                known.push((name, attribute.value.to_string()));
            }
        }
    }

    fn remove_from_parent(&self, target: &NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        if let Some(parent) = nodes[*target].parent.take() {
            nodes[parent].children.retain(|id| id != target);
        }
    }

    fn reparent_children(&self, node: &NodeId, new_parent: &NodeId) {
        let mut nodes = self.nodes.borrow_mut();
        let children = std::mem::take(&mut nodes[*node].children);
        for &child in &children {
            nodes[child].parent = Some(*new_parent);
        }
        nodes[*new_parent].children.extend(children);
    }
}
