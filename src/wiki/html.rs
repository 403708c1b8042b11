//! A single file of HTML that holds all that it shows.

use std::collections::BTreeMap;

use super::page::Case;
use super::{Book, Name};

/// Where a page with a title stands.
pub fn name(title: &str, _place: &str) -> Name {
    Name { title: title.to_owned(), path: title.to_owned() }
}

/// What links call the headings of a page.
pub fn anchors(_case: &Case) -> BTreeMap<String, String> {
    BTreeMap::new()
}

/// A page as the wiki reads it.
pub fn text(_case: &Case, _book: &Book<'_>) -> String {
    String::new()
}
