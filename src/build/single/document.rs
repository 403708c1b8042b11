//! The file while it is put together: HTML in which the addresses of pictures are not `data:` addresses yet.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use super::address::SEPARATOR;
use super::writer::{Edit, Written, push_value};
use crate::route::Route;

/// Parts of pages that are in the file only as parts of other pages, which have the same text.
#[derive(Default)]
pub struct MovedParts(HashMap<(String, String), String>);

impl MovedParts {
    /// Notes that a part of a page is that of another one.
    pub fn add(&mut self, page: &str, part: &str, to: &str) {
        if page != to {
            self.0
                .insert((page.to_owned(), part.to_owned()), to.to_owned());
        }
    }

    /// The page that has a part of a page.
    fn page_with<'p>(&'p self, page: &'p str, part: &str) -> &'p str {
        let mut page = page;
        while let Some(other) = self.0.get(&(page.to_owned(), part.to_owned())) {
            page = other;
        }
        page
    }
}

/// HTML with the places of its pictures.
pub struct Document {
    html: String,
    /// Where the address of each picture is, in their order.
    pictures: Vec<(Range<usize>, Route)>,
    moved: MovedParts,
}

impl Document {
    /// An empty file.
    pub fn new(moved: MovedParts) -> Self {
        Self {
            html: String::new(),
            pictures: Vec::new(),
            moved,
        }
    }

    /// Adds a part of the frame.
    pub fn add(&mut self, written: &Written) {
        self.add_range(written, 0..written.html.len(), "");
    }

    /// Adds a range of what was written. `own` is the id of the page that it belongs to.
    pub fn add_range(&mut self, written: &Written, range: Range<usize>, own: &str) {
        let mut at = range.start;
        let first = written.edits.partition_point(|(start, _)| *start < at);
        for (start, edit) in &written.edits[first..] {
            if *start >= range.end {
                break;
            }
            self.html.push_str(&written.html[at..*start]);
            at = *start;
            match edit {
                Edit::OwnId => self.html.push_str(own),
                Edit::Part { page, part, length } => {
                    self.add_address(page.as_deref().unwrap_or(own), part);
                    at += length;
                }
                Edit::Current(value) => {
                    self.html.push_str(" aria-current=");
                    push_value(value, &mut self.html);
                }
                Edit::Picture(route, length) => {
                    let start = self.html.len();
                    self.html.push_str(&written.html[at..at + length]);
                    at += length;
                    self.pictures.push((start..self.html.len(), route.clone()));
                }
            }
        }
        self.html.push_str(&written.html[at..range.end]);
    }

    /// Adds the address of a part of a page. If the part is on another page until the page is opened, the script needs both.
    fn add_address(&mut self, page: &str, part: &str) {
        let place = self.moved.page_with(page, part);
        self.html.push_str(&format!("#{place}{SEPARATOR}{part}"));
        if place != page {
            let attribute = format!(" data-to={page}");
            self.html.push_str(&attribute);
        }
    }

    /// Adds HTML.
    pub fn push(&mut self, html: &str) {
        self.html.push_str(html);
    }

    /// What there is so far, with the paths of pictures in place of their content.
    pub fn html(&self) -> &str {
        &self.html
    }

    /// The pictures that are shown.
    pub fn pictures(&self) -> BTreeSet<&Route> {
        self.pictures.iter().map(|(_, route)| route).collect()
    }

    /// The finished HTML. A picture that is not given keeps its path.
    pub fn with_pictures(&self, addresses: &BTreeMap<Route, String>) -> String {
        let length: usize = self
            .pictures
            .iter()
            .filter_map(|(_, route)| addresses.get(route).map(String::len))
            .sum();
        let mut html = String::with_capacity(self.html.len() + length);
        let mut at = 0;
        for (range, route) in &self.pictures {
            let Some(address) = addresses.get(route) else {
                continue;
            };
            html.push_str(&self.html[at..range.start]);
            html.push_str(address);
            at = range.end;
        }
        html.push_str(&self.html[at..]);
        html
    }
}
