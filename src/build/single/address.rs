//! Where an address that a page contains leads, and how the file writes the address of a page.

use std::borrow::Cow;

use percent_encoding::percent_decode_str;

use crate::build::Edition;
use crate::escape::percent_encode;
use crate::route::Route;

/// Stands between the address of a page and a fragment on it. No path of a page contains it.
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

/// The id of a page in the file.
pub fn id(route: &Route) -> String {
    format!("/{}", route.path())
}

/// The address of a page in the file.
pub fn of(route: &Route) -> String {
    let mut address = "#/".to_owned();
    percent_encode(&route.path(), &mut address);
    address
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
