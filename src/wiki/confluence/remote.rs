//! Pages as a server returns them: without its additions, and with the texts that comments refer
//! to.

use super::xml::{self, XmlElement, XmlNode};

/// Attributes that a server changes on every save.
const VOLATILE: [&str; 6] = [
    "ac:macro-id",
    "ac:local-id",
    "local-id",
    "ri:version-at-save",
    "ac:schema-version",
    "ac:breakout-mode",
];

/// A body in the form that storybank sends: without ids and versions of the server, with attributes
/// and parameters in a fixed order. A difference then shows only what somebody has changed. A body
/// that is not XML is returned as it is.
pub fn tidied(body: &str) -> String {
    xml::parse(body).map_or_else(|_| body.to_owned(), |root| xml::print(&tidy(root)))
}

/// The text of a body without separators between blocks.
pub fn plain(body: &str) -> String {
    xml::parse(body).map_or_else(|_| body.to_owned(), |root| root.text())
}

fn tidy(element: XmlElement) -> XmlElement {
    let XmlElement {
        name,
        mut attributes,
        children,
    } = element;
    attributes.retain(|(name, _)| !VOLATILE.contains(&name.as_str()));
    attributes.sort();
    let mut children: Vec<XmlNode> = children.into_iter().flat_map(tidy_node).collect();
    if name == "ac:structured-macro" {
        // The body of a macro has no name and stays after the parameters.
        children.sort_by_key(order);
    }
    join_words(&mut children);
    XmlElement {
        name,
        attributes,
        children,
    }
}

fn tidy_node(node: XmlNode) -> Vec<XmlNode> {
    match node {
        XmlNode::Element(element) if element.name == "ac:task-uuid" => Vec::new(),
        XmlNode::Element(element) if element.name == "ac:inline-comment-marker" => {
            tidy(element).children
        }
        XmlNode::Element(element) => vec![tidy(element).into()],
        words @ (XmlNode::Text(_) | XmlNode::Verbatim(_)) => vec![words],
    }
}

fn order(node: &XmlNode) -> (bool, String) {
    let parameter = if let XmlNode::Element(element) = node {
        element.attribute("ac:name")
    } else {
        None
    };
    (
        parameter.is_none(),
        parameter.unwrap_or_default().to_owned(),
    )
}

/// Joins texts that were separated by a marker.
fn join_words(children: &mut Vec<XmlNode>) {
    for node in std::mem::take(children) {
        match (children.last_mut(), node) {
            (Some(XmlNode::Text(before)), XmlNode::Text(text)) => before.push_str(&text),
            (_, node) => children.push(node),
        }
    }
}

/// The inline comments of a body: their references and the texts that they refer to.
pub fn marked(body: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Ok(root) = xml::parse(body) else {
        return found;
    };
    root.each(&mut |element| {
        if element.name == "ac:inline-comment-marker" {
            found.push((
                element.attribute("ac:ref").unwrap_or_default().to_owned(),
                element.text(),
            ));
        }
    });
    found
}
