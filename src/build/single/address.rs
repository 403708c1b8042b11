//! Where an address that a page contains leads, and how the file writes the address of a page.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use percent_encoding::percent_decode_str;

use crate::build::Edition;
use crate::model::Kind;
use crate::route::Route;
use crate::slug::Slug;

/// Stands between the id of a page and that of a part. No id of a page contains it.
pub const SEPARATOR: char = ':';

/// Where an address leads.
#[derive(Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Out of the site: the address stays as it is.
    Outside,
    /// To a fragment on the same page; empty for the page itself.
    SamePage(&'a str),
    /// To another page of the site, with its fragment, which may be empty.
    Page(Route, &'a str),
    /// To another file of the site.
    File(Route),
    /// To a page or file that the site does not have.
    Nothing,
}

/// The ids that pages and their parts have in the file. They are short, because each link repeats one.
pub struct Addresses {
    pages: BTreeMap<Route, String>,
    /// The short names of the parts that something refers to, by their ids in the site.
    parts: BTreeMap<String, String>,
}

impl Addresses {
    /// Numbers pages in their order: `s3` is a story, `s3-2` a telling of it, `q12` a question, and `q` their list. An id in
    /// `taken` belongs to the frame. `references` counts how often each part of a page is referred to.
    pub fn new<'r>(
        routes: impl Iterator<Item = &'r Route> + Clone,
        taken: &BTreeSet<String>,
        references: &BTreeMap<String, usize>,
    ) -> Self {
        let mut pages = numbered(routes);
        while pages.values().any(|id| taken.contains(id)) {
            for id in pages.values_mut() {
                id.insert(0, '_');
            }
        }
        let mut by_use: Vec<(&String, &usize)> = references.iter().collect();
        by_use.sort_by_key(|&(part, count)| (Reverse(*count), part));
        let parts = by_use.into_iter().enumerate();
        let parts = parts.map(|(place, (part, _))| (part.clone(), letters(place)));
        Self {
            pages,
            parts: parts.collect(),
        }
    }

    /// The id of a page; empty if the file does not have it.
    pub fn page(&self, route: &Route) -> &str {
        self.pages.get(route).map_or("", String::as_str)
    }

    /// The short name of a part; `None` if nothing refers to it.
    pub fn part(&self, id: &str) -> Option<&str> {
        self.parts.get(id).map(String::as_str)
    }

    /// The address of a page in the file.
    pub fn address(&self, route: &Route) -> String {
        format!("#{}", self.page(route))
    }
}

/// The ids of pages, in their order.
fn numbered<'r>(routes: impl Iterator<Item = &'r Route> + Clone) -> BTreeMap<Route, String> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut next = |start: &str| {
        let count = counts.entry(start.to_owned()).or_default();
        *count += 1;
        *count
    };
    let mut stories: BTreeMap<&Slug, String> = BTreeMap::new();
    let slugs = routes.clone().filter_map(|route| match route {
        Route::Story(story) | Route::Telling(story, _) => Some(story),
        _ => None,
    });
    for story in slugs {
        stories
            .entry(story)
            .or_insert_with(|| format!("s{}", next("s")));
    }
    let mut id = |route: &Route| match route {
        Route::Home => "home".to_owned(),
        Route::List(kind, page) => numbered_list(letter(*kind), *page),
        Route::Matrix(page) => numbered_list("matrix", *page),
        Route::Story(story) => stories[story].clone(),
        Route::Telling(story, _) => {
            let story = &stories[story];
            format!("{story}-{}", next(story) + 1)
        }
        Route::Question(_) => format!("q{}", next("q")),
        Route::CaseStudy(_) => format!("cs{}", next("cs")),
        Route::Competency(_) => format!("c{}", next("c")),
        Route::Interview(_) => format!("i{}", next("i")),
        Route::Coverage => "coverage".to_owned(),
        Route::OpenPoints => "open".to_owned(),
        Route::NotFound | Route::Static(_) | Route::Asset(_) | Route::Data(_) => {
            format!("x{}", next("x"))
        }
    };
    routes.map(|route| (route.clone(), id(route))).collect()
}

/// The letters that the ids of pages of a kind start with, and the id of their list.
fn letter(kind: Kind) -> &'static str {
    match kind {
        Kind::Story => "s",
        Kind::Question => "q",
        Kind::CaseStudy => "cs",
        Kind::Competency => "c",
        Kind::Interview => "i",
    }
}

fn numbered_list(list: &str, page: u32) -> String {
    match page {
        1 => list.to_owned(),
        page => format!("{list}-{page}"),
    }
}

/// `a` to `z`, then `aa`.
pub fn letters(mut number: usize) -> String {
    let mut name = Vec::new();
    loop {
        name.push(b"abcdefghijklmnopqrstuvwxyz"[number % 26]);
        number /= 26;
        if number == 0 {
            break;
        }
        number -= 1;
    }
    name.iter().rev().copied().map(char::from).collect()
}

/// The id of the part that a fragment of an address names.
pub fn part_of(fragment: &str) -> Cow<'_, str> {
    percent_decode_str(fragment)
        .decode_utf8()
        .unwrap_or(Cow::Borrowed(fragment))
}

/// Where an address leads that is written on the page or in the file at a route.
pub fn target<'a>(address: &'a str, from: &Route, edition: &Edition) -> Target<'a> {
    let (rest, fragment) = address.split_once('#').unwrap_or((address, ""));
    if is_outside(rest) {
        return Target::Outside;
    }
    let path = rest.split('?').next().unwrap_or_default();
    if path.is_empty() {
        return Target::SamePage(fragment);
    }
    let route = joined(&from.path(), path).and_then(|path| Route::parse(&path));
    match route {
        Some(route) if route == *from => Target::SamePage(fragment),
        Some(route) => match edition.artefact(&route) {
            Some(artefact) if artefact.is_page() => Target::Page(route, fragment),
            Some(_) => Target::File(route),
            None => Target::Nothing,
        },
        None => Target::Nothing,
    }
}

/// Whether an address has a scheme, a host, or the root of a host.
fn is_outside(address: &str) -> bool {
    let before_path = address.split(['/', '?']).next().unwrap_or_default();
    address.starts_with('/') || before_path.contains(':')
}

/// The path that a relative address leads to from a file; `None` if it leaves the site.
fn joined(file: &str, relative: &str) -> Option<String> {
    let relative: Cow<'_, str> = percent_decode_str(relative).decode_utf8().ok()?;
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in relative.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_relative_address_is_joined_to_the_folder_of_the_file() {
        let path = |relative| joined("stories/outage/ownership.html", relative);
        assert_eq!(
            path("../../questions/a%20b.html").as_deref(),
            Some("questions/a b.html")
        );
        assert_eq!(
            path("./other.html").as_deref(),
            Some("stories/outage/other.html")
        );
        assert_eq!(path("../../../x"), None);
        assert_eq!(path("%ff"), None);
    }

    #[test]
    fn numbers_become_letters_without_a_gap() {
        let names = [0, 1, 25, 26, 27, 51, 52, 701, 702].map(letters);
        assert_eq!(names, ["a", "b", "z", "aa", "ab", "az", "ba", "zz", "aaa"]);
    }

    #[test]
    fn an_address_with_a_scheme_or_a_host_leads_outside() {
        for outside in [
            "https://example.org/a",
            "mailto:a@example.org",
            "//example.org",
            "/a.html",
        ] {
            assert!(is_outside(outside), "{outside}");
        }
        for inside in ["a.html", "../a.html?x:y", "a/b:c.html", ""] {
            assert!(!is_outside(inside), "{inside}");
        }
    }
}
