//! Writes the pages, each text once: a question shows the same text as the story that answers it.
//!
//! What is repeated gets the number of the first text and stays empty; the script fills it when its page is opened. A text that is
//! similar to the first one has only what differs: a telling of a story marks some of its parts. Without the script there is a link to
//! the page with the text. Lists of pages are left out only where they repeat those of a story, and of a row its link stays, so every page can be reached.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_128;

use super::changes::{ChangeKind, Changes, Kind, whole};
use super::document::{Document, MovedParts};
use super::page::SinglePage;
use super::writer::{Content, Element, push_value};
use crate::escape::percent_encode;
use crate::route::Route;
use crate::slug::Slug;

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

/// The shortest text outside of links that is left out, in bytes. A shorter one takes less than the link to its page.
const SHORTEST_TEXT: usize = 120;

/// The same in a row of a list, which has a link already.
const SHORTEST_TEXT_IN_ROW: usize = 80;

/// The shortest content that is one link and is left out, in bytes, with its tags.
const SHORTEST_LINK: usize = 120;

/// The shortest content without links that is left out, in bytes, with its tags.
const SHORTEST: usize = 200;

/// The shortest content that is written as changes of another one, in bytes, with its tags.
const SHORTEST_CHANGED: usize = 300;

/// How many links of a page may lead to what it is made of.
const MOST_SOURCES: usize = 24;

/// An element on a page, by their places.
type Place = (usize, usize);

/// Which texts are repeated.
#[derive(Default)]
pub struct Repeats {
    /// For each element that repeats a text: the element with the first one, and what is different.
    originals: BTreeMap<Place, (Place, Changes)>,
    /// The numbers of the elements with first texts, and of those that are changed in a repetition.
    numbers: BTreeMap<Place, usize>,
    /// The elements whose tags are in the file.
    written: BTreeSet<Place>,
}

/// Writes all pages. The first one is shown at the start.
pub fn write(pages: &[SinglePage], repeats: &Repeats, document: &mut Document) {
    let ending = ending(pages);
    for (place, page) in pages.iter().enumerate() {
        start(page, &ending, document);
        if place == 0 {
            document.push(" data-ending=");
            document.push(&quoted(&ending));
        }
        document.push(if place == 0 { ">" } else { " hidden>" });
        PageWriter {
            pages,
            place,
            repeats,
            document,
            linked: BTreeSet::new(),
            at: 0,
        }
        .write();
        document.push("</main>\n");
    }
}

/// What most titles have after their heading: the title of the site.
fn ending(pages: &[SinglePage]) -> String {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for page in pages {
        if let Some(ending) = page.title.strip_prefix(&page.title_in_heading) {
            *counts.entry(ending).or_default() += 1;
        }
    }
    let most = counts.into_iter().max_by_key(|&(_, count)| count);
    most.map_or(String::new(), |(ending, _)| ending.to_owned())
}

/// Writes the tag of a page up to its end. The script finds most titles in the headings, and most current links in the ids.
fn start(page: &SinglePage, ending: &str, document: &mut Document) {
    document.push(&format!("<main{} id={}", page.attributes, page.id));
    let is_in_heading = page.title.strip_prefix(&page.title_in_heading) == Some(ending);
    if !is_in_heading {
        document.push(" data-title=");
        document.push(&quoted(&page.title));
    }
    let current = page.current.join(" ");
    if current != format!("#{}", list_of(&page.id)) {
        document.push(" data-current=");
        document.push(&quoted(&current));
    }
}

/// The id of the list that a page is in, as its own id says.
fn list_of(id: &str) -> &str {
    let end = id.find(|next: char| next != '_' && !next.is_ascii_lowercase());
    &id[..end.unwrap_or(id.len())]
}

fn quoted(value: &str) -> String {
    let mut html = String::new();
    push_value(value, &mut html);
    html
}

impl Repeats {
    /// Finds repeated texts. Stories have them first, then their tellings, then questions.
    pub fn of(pages: &[SinglePage]) -> Self {
        let rank = |place: &usize| match pages[*place].route {
            Route::Story(_) => 0,
            Route::Telling(..) => 1,
            Route::Question(_) => 2,
            _ => 3,
        };
        let mut order: Vec<usize> = (0..pages.len()).collect();
        order.sort_by_key(rank);
        let places = pages.iter().enumerate();
        let mut search = Search {
            pages,
            places: places.map(|(place, page)| (&page.route, place)).collect(),
            ids: pages.iter().map(|page| page.id.as_str()).zip(0..).collect(),
            kinds: kinds(pages),
            first: HashMap::new(),
            found: Self::default(),
        };
        for place in order {
            search.elements(place, 0..pages[place].main.elements.len());
        }
        search.found
    }

    /// The parts of pages that are left out, because they are in a text that is repeated.
    pub fn moved_parts(&self, pages: &[SinglePage]) -> MovedParts {
        let mut moved = MovedParts::default();
        for ((place, index), ((original, _), changes)) in &self.originals {
            let page = &pages[*place];
            let elements = &page.main.elements;
            let placed: Vec<Range<usize>> = changes
                .placed()
                .map(|index| whole(&elements[index]))
                .collect();
            for (at, part) in page.main.parts_in(&elements[*index].inner) {
                if !placed.iter().any(|range| range.contains(at)) {
                    moved.add(&page.id, part, &pages[*original].id);
                }
            }
        }
        moved
    }

    /// The page on which a text is whole.
    fn source(&self, mut place: Place) -> usize {
        while let Some((original, _)) = self.originals.get(&place) {
            place = *original;
        }
        place.0
    }

    fn number(&mut self, place: Place) {
        let next = self.numbers.len() + 1;
        self.numbers.entry(place).or_insert(next);
    }
}

/// The search for repeated texts.
struct Search<'a> {
    pages: &'a [SinglePage],
    places: HashMap<&'a Route, usize>,
    ids: HashMap<&'a str, usize>,
    /// The first element of each kind on each page of a story or a telling.
    kinds: HashMap<(usize, Kind<'a>), usize>,
    /// The first element with each content.
    first: HashMap<u128, Place>,
    found: Repeats,
}

impl Search<'_> {
    /// Searches elements of a page that follow each other.
    fn elements(&mut self, place: usize, range: Range<usize>) {
        let page = &self.pages[place];
        let mut index = range.start;
        while index < range.end.min(page.main.elements.len()) {
            let here = (place, index);
            let element = &page.main.elements[index];
            self.found.written.insert(here);
            index += 1;
            if !can_be_left_out(element) {
                continue;
            }
            let repeated = self
                .equal(here)
                .map(|original| (original, Changes::default()))
                .or_else(|| self.similar(here));
            if let Some((original, changes)) = repeated {
                index = element.next;
                self.repeat(here, original, changes);
            }
        }
    }

    /// Notes that an element repeats another one, and searches what differs.
    fn repeat(&mut self, here: Place, original: Place, changes: Changes) {
        self.found.number(original);
        for change in &changes.all {
            self.found.number((original.0, change.at));
        }
        for placed in changes.placed() {
            let next = self.pages[here.0].main.elements[placed].next;
            self.elements(here.0, placed..next);
        }
        self.found.originals.insert(here, (original, changes));
    }

    /// The first element with the same content, if that can be left out here.
    fn equal(&mut self, here: Place) -> Option<Place> {
        let page = &self.pages[here.0];
        let element = &page.main.elements[here.1];
        let digest = xxh3_128(page.main.html[element.inner.clone()].as_bytes());
        let original = *self.first.entry(digest).or_insert(here);
        let is_of_story = || matches!(self.pages[original.0].route, Route::Story(_));
        let is_reachable = !is_list(element) || is_row(element) || is_of_story();
        (original != here && is_reachable).then_some(original)
    }

    /// The element of the same kind on the page that this page is made of, if most of its content is the same.
    fn similar(&self, here: Place) -> Option<(Place, Changes)> {
        let page = &self.pages[here.0];
        let element = &page.main.elements[here.1];
        if element.inner.len() < SHORTEST_CHANGED {
            return None;
        }
        let kind = Kind::of(&page.main, here.1);
        let sources = self.sources(page);
        let found = sources.into_iter().filter_map(|source| {
            let is_of_story = matches!(self.pages[source].route, Route::Story(_));
            if is_list(element) && !is_of_story {
                return None;
            }
            let original = (source, *self.kinds.get(&(source, kind.clone()))?);
            let other = &self.pages[source].main;
            let changes = Changes::between((&page.main, here.1), (other, original.1))?;
            let is_marked = |index| self.found.written.contains(&(source, index));
            let can_be_made = is_marked(original.1)
                && changes.all.iter().all(|change| is_marked(change.at))
                && changes.cost * 2 < element.inner.len();
            can_be_made.then_some((original, changes))
        });
        found.min_by_key(|(_, changes)| changes.cost)
    }

    /// The pages that a page may be made of: the story of a telling, or the first tellings that a page leads to, with their stories.
    fn sources(&self, page: &SinglePage) -> BTreeSet<usize> {
        let story = |slug: &Slug| self.places.get(&Route::Story(slug.clone())).copied();
        match &page.route {
            Route::Story(_) => BTreeSet::new(),
            Route::Telling(slug, _) => story(slug).into_iter().collect(),
            _ => {
                let linked = page.main.pages.iter().take(MOST_SOURCES);
                let places = linked.filter_map(|id| self.ids.get(id.as_str()));
                let with_story = |&place: &usize| match &self.pages[place].route {
                    Route::Story(_) => vec![place],
                    Route::Telling(slug, _) => story(slug).into_iter().chain([place]).collect(),
                    _ => Vec::new(),
                };
                places.flat_map(with_story).collect()
            }
        }
    }
}

/// The first element of each kind on each page of a story or a telling.
fn kinds(pages: &[SinglePage]) -> HashMap<(usize, Kind<'_>), usize> {
    let mut first = HashMap::new();
    for (place, page) in pages.iter().enumerate() {
        if matches!(page.route, Route::Story(_) | Route::Telling(..)) {
            for index in 0..page.main.elements.len() {
                let kind = Kind::of(&page.main, index);
                first.entry((place, kind)).or_insert(index);
            }
        }
    }
    first
}

/// Whether the content of an element can be put into it later.
fn can_be_left_out(element: &Element) -> bool {
    !element.is_in_link
        && element.inner.len() >= SHORTEST_TEXT_IN_ROW
        && HOLDERS.contains(&element.name.as_str())
}

/// Whether an element is a list of pages, and not a text, a picture, or a drawing made of elements.
fn is_list(element: &Element) -> bool {
    let content = element.content;
    content.linked_headings > 0 || !(has_text(element) || is_drawing(element))
}

/// Whether an element is the row of a page in a list. Its link stays where it is left out, with the name of the page.
fn is_row(element: &Element) -> bool {
    let Content {
        text,
        links,
        linked_headings,
        ..
    } = element.content;
    let is_long_link = links == 1 && text == 0 && element.inner.len() >= SHORTEST_LINK;
    element.name == "li" && (linked_headings == 1 || is_long_link)
}

/// Whether an element is made of tags more than of text.
fn is_drawing(element: &Element) -> bool {
    !has_text(element) && element.content.links == 0 && element.inner.len() >= SHORTEST
}

/// Whether there is something to read or to see in an element, outside of links.
fn has_text(element: &Element) -> bool {
    let shortest = if element.is_in_row {
        SHORTEST_TEXT_IN_ROW
    } else {
        SHORTEST_TEXT
    };
    element.content.text >= shortest || element.content.pictures > 0
}

/// Writes one page.
struct PageWriter<'a> {
    pages: &'a [SinglePage],
    place: usize,
    repeats: &'a Repeats,
    document: &'a mut Document,
    /// The ids of the pages that its links in place of texts lead to.
    linked: BTreeSet<&'a String>,
    /// How much of the page is written.
    at: usize,
}

impl PageWriter<'_> {
    fn write(mut self) {
        let main = &self.pages[self.place].main;
        self.elements(0..main.elements.len());
        self.up_to(main.html.len());
    }

    /// Writes elements that follow each other, up to the start of the last end tag.
    fn elements(&mut self, range: Range<usize>) {
        let main = &self.pages[self.place].main;
        let mut index = range.start;
        while index < range.end.min(main.elements.len()) {
            let here = (self.place, index);
            let element = &main.elements[index];
            index += 1;
            if let Some(number) = self.repeats.numbers.get(&here) {
                self.up_to(element.tag_end);
                self.document.push(&format!(" data-text={number}"));
            }
            if let Some((original, changes)) = self.repeats.originals.get(&here) {
                self.leave_out(here.1, *original, changes);
                index = element.next;
            }
        }
    }

    fn up_to(&mut self, end: usize) {
        let page = &self.pages[self.place];
        self.document.add_range(&page.main, self.at..end, &page.id);
        self.at = end;
    }

    fn leave_out(&mut self, index: usize, original: Place, changes: &Changes) {
        let elements = &self.pages[self.place].main.elements;
        let element = &elements[index];
        let number = self.repeats.numbers[&original];
        self.up_to(element.tag_end);
        self.document.push(&format!(" data-copy={number}"));
        self.changes(changes, original.0);
        self.up_to(element.inner.start);
        self.placed(changes, original.0);
        if is_row(element) {
            self.name_of_row(index..element.next);
            self.at = element.inner.end;
            return;
        }
        let source = self.repeats.source(original);
        let SinglePage { id, heading, .. } = &self.pages[source];
        let needs_link = !element.is_in_row && !is_drawing(element) && source != self.place;
        if needs_link && self.linked.insert(id) {
            self.document
                .push(&format!("<a href=#{id}>→ {heading}</a>"));
        }
        self.at = element.inner.end;
    }

    /// Writes the first link of a row, up to the first element in it.
    fn name_of_row(&mut self, row: Range<usize>) {
        let page = &self.pages[self.place];
        let elements = &page.main.elements[row];
        let Some(place) = elements.iter().position(|element| element.name == "a") else {
            return;
        };
        let link = &elements[place];
        let first = elements.get(place + 1).map_or(link.end, |next| next.start);
        let has_name =
            first < link.inner.end && !page.main.html[link.inner.start..first].trim().is_empty();
        self.at = link.start;
        if has_name {
            self.up_to(first);
            self.document.push("</a>");
        } else {
            self.up_to(link.end);
        }
    }

    /// Writes which elements of the original have other attributes, and which are left out.
    fn changes(&mut self, changes: &Changes, original: usize) {
        let mut written = Vec::new();
        for change in &changes.all {
            let number = self.repeats.numbers[&(original, change.at)];
            let mut text = match &change.kind {
                ChangeKind::Without => format!("{number}"),
                ChangeKind::Attribute(name, _) => format!("{number}:{name}"),
                ChangeKind::Instead(_) | ChangeKind::Before(_) | ChangeKind::Last(_) => continue,
            };
            if let ChangeKind::Attribute(_, Some(value)) = &change.kind {
                text.push(':');
                percent_encode(value, &mut text);
            }
            written.push(text);
        }
        if !written.is_empty() {
            self.document.push(" data-changes=");
            self.document.push(&quoted(&written.join(" ")));
        }
    }

    /// Writes the elements that the original does not have.
    fn placed(&mut self, changes: &Changes, original: usize) {
        let main = &self.pages[self.place].main;
        for change in &changes.all {
            let (name, index) = match change.kind {
                ChangeKind::Instead(index) => ("instead", index),
                ChangeKind::Before(index) => ("before", index),
                ChangeKind::Last(index) => ("last", index),
                ChangeKind::Without | ChangeKind::Attribute(..) => continue,
            };
            let number = self.repeats.numbers[&(original, change.at)];
            let element = &main.elements[index];
            let before = main.html[..element.start].chars().next_back();
            if name != "instead" && before.is_some_and(char::is_whitespace) {
                self.document.push("\n");
            }
            self.at = element.start;
            self.up_to(element.tag_end);
            self.document.push(&format!(" data-{name}={number}"));
            self.elements(index..element.next);
            self.up_to(element.end);
        }
    }
}
