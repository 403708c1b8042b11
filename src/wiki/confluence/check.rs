//! The final check of a page: what Confluence would refuse, cut or show as an error.

use std::collections::BTreeSet;

use super::xml::{self, XmlElement};
use crate::wiki::Location;
use crate::wiki::page::Case;

/// The maximum length of a title, in UTF-16 units.
const LONGEST_TITLE: usize = 255;

/// The maximum length of a text, in bytes. The Cloud editor cannot open larger pages.
const LONGEST_TEXT: usize = 5 << 20;

/// The elements that storybank writes.
const ELEMENTS: [&str; 43] = [
    "a",
    "ac:image",
    "ac:link",
    "ac:link-body",
    "ac:parameter",
    "ac:plain-text-body",
    "ac:rich-text-body",
    "ac:structured-macro",
    "ac:task",
    "ac:task-body",
    "ac:task-id",
    "ac:task-list",
    "ac:task-status",
    "blockquote",
    "br",
    "code",
    "del",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "li",
    "ol",
    "p",
    "pre",
    "ri:attachment",
    "ri:page",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "u",
    "ul",
    "ri:url",
];

/// What the wiki would refuse: one message for each problem.
pub fn problems(case: &Case, location: &Location, text: &str) -> Vec<String> {
    let mut found = of_title(&location.title);
    if text.len() > LONGEST_TEXT {
        found.push(format!(
            "the page has {} bytes; the limit for Confluence is {LONGEST_TEXT}",
            text.len()
        ));
    }
    match xml::parse(text) {
        Err(reason) => found.push(format!("the page would not be valid XML: {reason}")),
        Ok(root) => {
            of_elements(&root, &mut found);
            of_tasks(&root, &mut found);
            of_anchors(&root, &mut found);
            of_pictures(&root, case, &mut found);
        }
    }
    found
}

fn of_title(title: &str) -> Vec<String> {
    let mut found = Vec::new();
    // Some databases count characters beyond the BMP twice, so the larger count is safe.
    let length = title.encode_utf16().count();
    if title.is_empty() {
        found.push("the page has no title".to_owned());
    }
    if length > LONGEST_TITLE {
        found.push(format!(
            "the title has {length} characters; the limit of Confluence is {LONGEST_TITLE}"
        ));
    }
    if title.trim() != title {
        found.push("the title has spaces at its ends, which Confluence removes".to_owned());
    }
    if let Some(control) = title
        .chars()
        .find(|&next| next.is_control() || next == '\u{FFFD}')
    {
        found.push(format!(
            "the title contains the character U+{:04X}, which titles cannot contain",
            u32::from(control)
        ));
    }
    found
}

fn of_elements(root: &XmlElement, found: &mut Vec<String>) {
    let mut unknown = BTreeSet::new();
    root.each(&mut |element| {
        if !ELEMENTS.contains(&element.name.as_str()) {
            unknown.insert(element.name.as_str());
        }
    });
    found.extend(
        unknown
            .into_iter()
            .map(|name| format!("Confluence does not know the element `{name}`")),
    );
}

fn of_tasks(root: &XmlElement, found: &mut Vec<String>) {
    let mut ids = BTreeSet::new();
    root.each(&mut |element| {
        if element.name == "ac:task-id" && !ids.insert(element.text()) {
            found.push(format!("two tasks have the id {}", element.text()));
        }
    });
}

fn of_anchors(root: &XmlElement, found: &mut Vec<String>) {
    let mut anchors = BTreeSet::new();
    root.each(&mut |element| {
        if element.name == "ac:structured-macro"
            && element.attribute("ac:name") == Some("anchor")
            && !anchors.insert(element.text())
        {
            found.push(format!(
                "two elements of the page have the anchor `{}`",
                element.text()
            ));
        }
    });
    let mut wanted = BTreeSet::new();
    root.each(&mut |element| {
        let leads_elsewhere = element.elements().any(|inside| inside.name == "ri:page");
        wanted.extend(element.attribute("ac:anchor").filter(|_| !leads_elsewhere));
    });
    let dangling = wanted.into_iter().filter(|name| !anchors.contains(*name));
    found.extend(
        dangling
            .map(|name| format!("a link leads to the anchor `{name}`, which is not on the page")),
    );
}

fn of_pictures(root: &XmlElement, case: &Case, found: &mut Vec<String>) {
    root.each(&mut |element| {
        let name = element.attribute("ri:filename");
        if let Some(name) =
            name.filter(|name| !case.page.pictures.iter().any(|picture| picture == name))
        {
            found.push(format!(
                "the page shows the picture `{name}`, which is not published"
            ));
        }
    });
}
