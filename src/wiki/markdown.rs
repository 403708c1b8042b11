//! Markdown as wikis and readers of files understand it.

use std::collections::BTreeMap;

use super::page::Case;
use super::{Book, Flavour, Name};

/// Where a page with a title stands.
pub fn name(_flavour: Flavour, title: &str, _place: &str) -> Name {
    Name { title: title.to_owned(), path: title.to_owned() }
}

/// What links call the headings of a page.
pub fn anchors(_flavour: Flavour, _case: &Case) -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// A page as the wiki reads it.
pub fn text(_flavour: Flavour, _case: &Case, _book: &Book<'_>) -> String {
    String::new()
}

/// What the wiki would refuse.
pub fn problems(_flavour: Flavour, _case: &Case, _name: &Name, _text: &str) -> Vec<String> {
    Vec::new()
}

/// Where a picture stands in a repository or folder.
pub fn attachment_path(_flavour: Flavour, name: &str) -> String {
    format!("pictures/{name}")
}
