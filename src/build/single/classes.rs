//! Short names for the classes of elements, which thousands of tags repeat.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::address::letters;
use super::survey::Survey;
use crate::build::Edition;
use crate::diagnostic::Diagnostic;
use crate::route::Route;

/// Rules of style sheets whose classes this module does not read.
const UNREAD: [&str; 2] = ["@import", "@layer"];

/// The short names of classes; without any, all names stay.
#[derive(Default)]
pub struct Classes(BTreeMap<String, String>);

impl Classes {
    /// Short names for the classes of all pages. They stay as they are if a script or a rule might refer to their names.
    pub fn new(survey: &Survey, edition: &Edition) -> Result<Self, Diagnostic> {
        if survey.has_code {
            return Ok(Self::default());
        }
        for artefact in edition.artefacts() {
            let is_style =
                matches!(artefact.route(), Route::Static(path) if path.ends_with(".css"));
            if is_style && refers_to_names(&String::from_utf8_lossy(&artefact.make()?.bytes)) {
                return Ok(Self::default());
            }
        }
        let mut by_use: Vec<(&String, &usize)> = survey.classes.iter().collect();
        by_use.sort_by_key(|&(class, count)| (Reverse(*count), class));
        let names = by_use.into_iter().enumerate();
        let names = names.map(|(place, (class, _))| (class.clone(), letters(place)));
        Ok(Self(names.collect()))
    }

    /// The value of an attribute with short names.
    pub fn in_attribute<'v>(&self, value: &'v str) -> Cow<'v, str> {
        if self.0.is_empty() {
            return Cow::Borrowed(value);
        }
        let names = value.split_ascii_whitespace();
        let names: Vec<&str> = names
            .map(|name| self.0.get(name).map_or(name, String::as_str))
            .collect();
        Cow::Owned(names.join(" "))
    }

    /// The class in a selector, as it is written there and without escapes. A class that no element has must not get the short name
    /// of another one.
    pub fn in_selector<'v>(&'v self, written: &'v str, name: &str) -> Cow<'v, str> {
        match self.0.get(name) {
            Some(short) => Cow::Borrowed(short),
            None if self.0.is_empty() => Cow::Borrowed(written),
            None => Cow::Owned(format!("_{written}")),
        }
    }
}

/// Whether a style sheet may refer to classes other than by selectors.
fn refers_to_names(css: &str) -> bool {
    let compares = |rest: &str| !rest.trim_start().starts_with(']');
    UNREAD.iter().any(|part| css.contains(part)) || css.split("[class").skip(1).any(compares)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rule_may_refer_to_the_name_of_a_class() {
        for css in ["[class^=a] {}", "@layer a.b {}", "a[class ~= b]{}"] {
            assert!(refers_to_names(css), "{css}");
        }
        assert!(!refers_to_names("dl:not([class]) .a > b{}"));
    }

    #[test]
    fn a_class_without_an_element_gets_no_short_name() {
        let classes = Classes([("row".to_owned(), "a".to_owned())].into());
        assert_eq!(classes.in_attribute("row  row"), "a a");
        assert_eq!(classes.in_selector("row", "row"), "a");
        assert_eq!(classes.in_selector("a", "a"), "_a");
        assert_eq!(Classes::default().in_selector("a", "a"), "a");
    }
}
