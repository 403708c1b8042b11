//! A minimal XML tree for the storage format. Only this module escapes text.

use quick_xml::Reader;
use quick_xml::escape::{resolve_html5_entity, unescape_with};
use quick_xml::events::{BytesStart, Event};

/// Replaces characters that XML does not allow.
const REPLACEMENT: char = '\u{FFFD}';

/// A node of the XML tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum XmlNode {
    /// An element.
    Element(XmlElement),
    /// Text.
    Text(String),
    /// Text in a CDATA section, for code.
    Verbatim(String),
}

/// An XML element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct XmlElement {
    /// The name with its prefix, `ac:` or `ri:`.
    pub name: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
    /// The children.
    pub children: Vec<XmlNode>,
}

impl XmlElement {
    /// An empty element.
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            ..Self::default()
        }
    }

    /// Adds an attribute.
    pub fn with(mut self, name: &str, value: impl Into<String>) -> Self {
        self.attributes.push((name.to_owned(), value.into()));
        self
    }

    /// Adds a child.
    pub fn add(mut self, child: impl Into<XmlNode>) -> Self {
        self.children.push(child.into());
        self
    }

    /// Adds children.
    pub fn holding(mut self, children: impl IntoIterator<Item = XmlNode>) -> Self {
        self.children.extend(children);
        self
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(other, _)| other == name)
            .map(|(_, value)| value.as_str())
    }

    /// The child elements.
    pub fn elements(&self) -> impl Iterator<Item = &Self> {
        self.children.iter().filter_map(|child| {
            if let XmlNode::Element(element) = child {
                Some(element)
            } else {
                None
            }
        })
    }

    /// The text at any depth.
    pub fn text(&self) -> String {
        let texts = self.children.iter().map(|child| match child {
            XmlNode::Element(element) => element.text(),
            XmlNode::Text(text) | XmlNode::Verbatim(text) => text.clone(),
        });
        texts.collect()
    }

    /// Calls `show` for each descendant element.
    pub fn each<'a>(&'a self, show: &mut impl FnMut(&'a Self)) {
        for element in self.elements() {
            show(element);
            element.each(show);
        }
    }
}

impl From<XmlElement> for XmlNode {
    fn from(element: XmlElement) -> Self {
        Self::Element(element)
    }
}

impl From<&str> for XmlNode {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for XmlNode {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

/// Replaces characters that XML does not allow, not even as a reference.
pub fn allowed(text: &str) -> String {
    text.chars()
        .map(|next| if is_allowed(next) { next } else { REPLACEMENT })
        .collect()
}

fn is_allowed(next: char) -> bool {
    !matches!(next, '\0'..='\u{8}' | '\u{B}' | '\u{C}' | '\u{E}'..='\u{1F}' | '\u{FFFE}' | '\u{FFFF}')
}

/// Whether the children are blocks on lines of their own, so that white space between them is
/// ignored.
fn holds_blocks(name: &str) -> bool {
    matches!(
        name,
        "" | "ac:rich-text-body"
            | "ul"
            | "ol"
            | "table"
            | "tbody"
            | "thead"
            | "blockquote"
            | "ac:task-list"
    )
}

/// Whether the children are elements only, on one line.
fn holds_elements(name: &str) -> bool {
    matches!(
        name,
        "tr" | "ac:structured-macro" | "ac:task" | "ac:link" | "ac:image" | "colgroup"
    )
}

/// The fragment inside a root. Each block has its own line, so two versions can be compared line by
/// line.
pub fn print(root: &XmlElement) -> String {
    let mut out = String::new();
    print_inside(root, &mut out);
    out
}

fn print_inside(element: &XmlElement, out: &mut String) {
    let holds_blocks = holds_blocks(&element.name);
    for child in &element.children {
        match child {
            XmlNode::Element(child) => print_element(child, out),
            XmlNode::Text(text) => escape(text, out),
            XmlNode::Verbatim(text) => print_verbatim(text, out),
        }
        if holds_blocks {
            out.push('\n');
        }
    }
}

fn print_element(element: &XmlElement, out: &mut String) {
    out.push('<');
    out.push_str(&element.name);
    for (name, value) in &element.attributes {
        out.push(' ');
        out.push_str(name);
        out.push_str("=\"");
        escape_value(value, out);
        out.push('"');
    }
    if element
        .children
        .iter()
        .all(|child| *child == XmlNode::Text(String::new()))
    {
        return out.push_str("/>");
    }
    out.push('>');
    if holds_blocks(&element.name) {
        out.push('\n');
    }
    print_inside(element, out);
    out.push_str("</");
    out.push_str(&element.name);
    out.push('>');
}

/// Appends escaped text.
fn escape(text: &str, out: &mut String) {
    for next in text.chars() {
        match next {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\r' => out.push_str("&#13;"),
            other if is_allowed(other) => out.push(other),
            _ => out.push(REPLACEMENT),
        }
    }
}

/// Appends an escaped attribute value. Line ends and tabs are kept as references.
fn escape_value(value: &str, out: &mut String) {
    for next in value.chars() {
        match next {
            '"' => out.push_str("&quot;"),
            '\t' => out.push_str("&#9;"),
            '\n' => out.push_str("&#10;"),
            other => escape(other.encode_utf8(&mut [0; 4]), out),
        }
    }
}

/// Appends a CDATA section. `]]>` cannot occur in it, so it is split between two sections.
fn print_verbatim(text: &str, out: &mut String) {
    let text = allowed(text)
        .replace("\r\n", "\n")
        .replace('\r', "\n")
        .replace("]]>", "]]]]><![CDATA[>");
    out.push_str("<![CDATA[");
    out.push_str(&text);
    out.push_str("]]>");
}

/// The maximum nesting, far beyond that of real pages.
const DEEPEST: usize = 1000;

/// Parses a fragment. The root element has an empty name.
///
/// # Errors
///
/// The reason why it is not XML or cannot be read.
pub fn parse(fragment: &str) -> Result<XmlElement, String> {
    if let Some(found) = fragment.chars().find(|&next| !is_allowed(next)) {
        return Err(format!(
            "XML does not allow the character U+{:04X}",
            u32::from(found)
        ));
    }
    let declared = format!(
        "<root xmlns:ac=\"http://atlassian.com/content\" xmlns:ri=\"http://atlassian.com/resource/identifier\">{fragment}</root>"
    );
    let mut reader = Reader::from_str(&declared);
    let mut open = vec![XmlElement::default()];
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Eof => break,
            event => read(event, &mut open)?,
        }
    }
    let document = if open.len() == 1 { open.pop() } else { None };
    let root = document.and_then(|mut document| {
        if document.children.len() == 1 {
            document.children.pop()
        } else {
            None
        }
    });
    match root {
        Some(XmlNode::Element(root)) => Ok(XmlElement {
            name: String::new(),
            attributes: Vec::new(),
            ..root
        }),
        _ => Err("a start tag or an end tag is missing".to_owned()),
    }
}

/// Reads an event of the parser into the open elements.
fn read(event: Event<'_>, open: &mut Vec<XmlElement>) -> Result<(), String> {
    match event {
        Event::Start(_) if open.len() > DEEPEST => {
            return Err(format!("more than {DEEPEST} elements are nested"));
        }
        Event::Start(start) => open.push(element(&start)?),
        Event::Empty(start) => put(open, element(&start)?.into()),
        Event::End(_) => {
            let closed = open.pop().expect("the reader has seen it open");
            put(open, closed.into());
        }
        Event::Text(text) => put(open, XmlNode::Text(text.xml10_content().into_owned())),
        Event::CData(text) => put(open, XmlNode::Verbatim(text.xml10_content().into_owned())),
        Event::GeneralRef(name) => {
            let reference = format!("&{};", &*name.xml10_content());
            let meaning = unescape_with(&reference, resolve_html5_entity)
                .map_err(|error| error.to_string())?;
            put(open, XmlNode::Text(meaning.into_owned()));
        }
        Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {
            return Err("a page cannot contain a declaration".to_owned());
        }
        Event::Comment(_) | Event::Eof => {}
    }
    Ok(())
}

fn element(start: &BytesStart<'_>) -> Result<XmlElement, String> {
    let mut element = XmlElement::new(start.name().as_ref());
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|error| error.to_string())?;
        let spaced = attribute.value.replace(['\n', '\t'], " ");
        let value =
            unescape_with(&spaced, resolve_html5_entity).map_err(|error| error.to_string())?;
        element = element.with(attribute.key.as_ref(), value);
    }
    Ok(element)
}

/// Appends a node to the innermost open element. Adjacent texts are joined, and ignorable white
/// space is dropped.
fn put(open: &mut [XmlElement], node: XmlNode) {
    let inside = open.last_mut().expect("the document itself stays open");
    let says_nothing = inside.name.is_empty()
        || inside.name == "root"
        || holds_blocks(&inside.name)
        || holds_elements(&inside.name);
    match (inside.children.last_mut(), node) {
        (_, XmlNode::Text(text)) if says_nothing && text.trim().is_empty() => {}
        (Some(XmlNode::Text(before)), XmlNode::Text(text))
        | (Some(XmlNode::Verbatim(before)), XmlNode::Verbatim(text)) => {
            before.push_str(&text);
        }
        (_, node) => inside.children.push(node),
    }
}
