//! A page as a server gives it back: without what the server adds to it, and with the words that somebody has commented on.

use super::xml::{self, XmlElement, XmlNode};

/// What a server writes anew at every save.
const VOLATILE: [&str; 6] = ["ac:macro-id", "ac:local-id", "local-id", "ri:version-at-save", "ac:schema-version", "ac:breakout-mode"];

/// A body in the form in which pages are sent: without ids and versions that the server gives, its attributes and parameters in
/// order, so that a person sees only what somebody has changed. A body that is no XML stays as it is.
pub fn tidied(body: &str) -> String {
    xml::parse(body).map_or_else(|_| body.to_owned(), |root| xml::print(&tidy(root)))
}

/// The words of a body, with nothing between its blocks.
pub fn plain(body: &str) -> String {
    xml::parse(body).map_or_else(|_| body.to_owned(), |root| root.text())
}

fn tidy(element: XmlElement) -> XmlElement {
    let XmlElement { name, mut attributes, children } = element;
    attributes.retain(|(name, _)| !VOLATILE.contains(&name.as_str()));
    attributes.sort();
    let mut children: Vec<XmlNode> = children.into_iter().flat_map(tidy_node).collect();
    if name == "ac:structured-macro" {
        // The body of a macro has no name and stays behind its parameters.
        children.sort_by_key(order);
    }
    join_words(&mut children);
    XmlElement { name, attributes, children }
}

fn tidy_node(node: XmlNode) -> Vec<XmlNode> {
    match node {
        XmlNode::Element(element) if element.name == "ac:task-uuid" => Vec::new(),
        XmlNode::Element(element) if element.name == "ac:inline-comment-marker" => tidy(element).children,
        XmlNode::Element(element) => vec![tidy(element).into()],
        words @ (XmlNode::Text(_) | XmlNode::Verbatim(_)) => vec![words],
    }
}

fn order(node: &XmlNode) -> (bool, String) {
    let parameter = if let XmlNode::Element(element) = node { element.attribute("ac:name") } else { None };
    (parameter.is_none(), parameter.unwrap_or_default().to_owned())
}

/// Words that a marker stood between are one again.
fn join_words(children: &mut Vec<XmlNode>) {
    for node in std::mem::take(children) {
        match (children.last_mut(), node) {
            (Some(XmlNode::Text(before)), XmlNode::Text(text)) => before.push_str(&text),
            (_, node) => children.push(node),
        }
    }
}

/// The comments inside of the lines of a body: their references, and the words that they are about.
pub fn marked(body: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Ok(root) = xml::parse(body) else { return found };
    root.each(&mut |element| {
        if element.name == "ac:inline-comment-marker" {
            found.push((element.attribute("ac:ref").unwrap_or_default().to_owned(), element.text()));
        }
    });
    found
}
