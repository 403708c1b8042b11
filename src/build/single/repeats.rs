//! Writes the pages, each text once: a question shows the same text as the story that answers it.
//!
//! What is repeated gets the number of the first text and stays empty; the script fills it when its page is opened. Without the
//! script there is a link to the page with the text. Lists of pages are left out only where a telling repeats those of its story, so
//! every page can be reached.

use std::collections::{BTreeMap, HashMap};

use xxhash_rust::xxh3::xxh3_128;

use super::document::Document;
use super::page::SinglePage;
use super::writer::Element;
use crate::escape::escaped;
use crate::route::Route;

/// The elements whose content can be left out: in them, a link is in a valid place.
const HOLDERS: [&str; 12] = [
    "article",
    "aside",
    "blockquote",
    "dd",
    "div",
    "figure",
    "footer",
    "li",
    "nav",
    "p",
    "section",
    "td",
];

/// The shortest text outside of links that is left out, in bytes.
const SHORTEST_TEXT: usize = 80;

/// The shortest content without links that is left out, in bytes, with its tags.
const SHORTEST: usize = 300;

/// An element on a page, by their places.
type Place = (usize, usize);

/// Which texts are repeated.
#[derive(Default)]
struct Repeats {
    /// The element with the first text, for each element that repeats one.
    originals: BTreeMap<Place, Place>,
    /// The numbers of the elements with first texts.
    numbers: BTreeMap<Place, usize>,
}

/// Writes all pages. The first one is shown at the start.
pub fn write(pages: &[SinglePage], document: &mut Document) {
    let repeats = Repeats::of(pages);
    for (place, page) in pages.iter().enumerate() {
        start(page, document);
        document.push(if place == 0 { ">" } else { " hidden>" });
        PageWriter {
            pages,
            place,
            repeats: &repeats,
            document,
            linked: None,
            at: 0,
        }
        .write();
        document.push("</main>\n");
    }
}

/// Writes the tag of a page up to its end.
fn start(page: &SinglePage, document: &mut Document) {
    let SinglePage {
        id,
        title,
        attributes,
        current,
        ..
    } = page;
    document.push(&format!(
        "<main{attributes} id=\"{}\" data-title=\"{title}\"",
        escaped(id)
    ));
    if !current.is_empty() {
        document.push(&format!(" data-current=\"{}\"", current.join(" ")));
    }
}

impl Repeats {
    /// Finds repeated texts. Stories have them first, then their tellings, then all other pages.
    fn of(pages: &[SinglePage]) -> Self {
        let rank = |place: &usize| match pages[*place].route {
            Route::Story(_) => 0,
            Route::Telling(..) => 1,
            _ => 2,
        };
        let mut order: Vec<usize> = (0..pages.len()).collect();
        order.sort_by_key(rank);
        let mut first = HashMap::new();
        let mut repeats = Self::default();
        for place in order {
            repeats.add(place, pages, &mut first);
        }
        repeats
    }

    fn add(&mut self, place: usize, pages: &[SinglePage], first: &mut HashMap<u128, Place>) {
        let page = &pages[place];
        let elements = &page.main.elements;
        let mut index = 0;
        while let Some(element) = elements.get(index) {
            let here = (place, index);
            index += 1;
            if element.is_in_link
                || element.inner.len() < SHORTEST_TEXT
                || !HOLDERS.contains(&element.name.as_str())
            {
                continue;
            }
            let digest = xxh3_128(page.main.html[element.inner.clone()].as_bytes());
            let original = *first.entry(digest).or_insert(here);
            let is_of_story = || is_telling_of(&page.route, &pages[original.0].route);
            if original != here && (!is_list(element) || is_of_story()) {
                let next = self.numbers.len() + 1;
                self.numbers.entry(original).or_insert(next);
                self.originals.insert(here, original);
                index = element.next;
            }
        }
    }
}

/// Whether an element is a list of pages, and not a text, a picture, or a drawing made of elements.
fn is_list(element: &Element) -> bool {
    let content = element.content;
    let is_text = content.text >= SHORTEST_TEXT || content.pictures > 0;
    let is_drawing = content.links == 0 && element.inner.len() >= SHORTEST;
    content.linked_headings > 0 || !(is_text || is_drawing)
}

/// Whether a page is a telling of the story of another page.
fn is_telling_of(page: &Route, other: &Route) -> bool {
    match (page, other) {
        (Route::Telling(story, _), Route::Story(other)) => story == other,
        _ => false,
    }
}

/// Writes one page.
struct PageWriter<'a> {
    pages: &'a [SinglePage],
    place: usize,
    repeats: &'a Repeats,
    document: &'a mut Document,
    /// The page that the last link in place of a text leads to.
    linked: Option<usize>,
    /// How much of the page is written.
    at: usize,
}

impl PageWriter<'_> {
    fn write(mut self) {
        let main = &self.pages[self.place].main;
        let mut index = 0;
        while let Some(element) = main.elements.get(index) {
            let here = (self.place, index);
            index += 1;
            if let Some(number) = self.repeats.numbers.get(&here) {
                self.up_to(element.tag_end);
                self.document.push(&format!(" data-text=\"{number}\""));
            }
            if let Some(original) = self.repeats.originals.get(&here) {
                self.leave_out(element, *original);
                index = element.next;
            }
        }
        self.up_to(main.html.len());
    }

    fn up_to(&mut self, end: usize) {
        let page = &self.pages[self.place];
        self.document.add_range(&page.main, self.at..end, &page.id);
        self.at = end;
    }

    fn leave_out(&mut self, element: &Element, original: Place) {
        let number = self.repeats.numbers[&original];
        self.up_to(element.tag_end);
        self.document.push(&format!(" data-copy=\"{number}\""));
        self.up_to(element.inner.start);
        let has_link = element.is_in_row || self.linked == Some(original.0);
        if !has_link && original.0 != self.place {
            let SinglePage { route, heading, .. } = &self.pages[original.0];
            self.document.push(&format!(
                "<a href=\"{}\">→ {heading}</a>",
                super::address::of(route)
            ));
            self.linked = Some(original.0);
        }
        self.at = element.inner.end;
    }
}
