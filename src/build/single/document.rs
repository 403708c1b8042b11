//! The file while it is put together: HTML in which the addresses of pictures are not `data:` addresses yet.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use super::writer::{Edit, Written};
use crate::route::Route;

/// HTML with the places of its pictures.
#[derive(Default)]
pub struct Document {
    html: String,
    /// Where the address of each picture is, in their order.
    pictures: Vec<(Range<usize>, Route)>,
}

impl Document {
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
                Edit::OwnAddress => crate::escape::percent_encode(own, &mut self.html),
                Edit::Current(value) => {
                    self.html.push_str(&format!(" aria-current=\"{value}\""));
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
