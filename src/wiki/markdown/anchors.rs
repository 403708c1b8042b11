//! The anchors of headings on Markdown hosts.

use std::collections::BTreeMap;

use unicode_normalization::char::is_combining_mark;

use crate::wiki::Flavour;
use crate::wiki::page::{Case, plain_without_pictures};

/// The anchors of the headings, keyed by their ids.
pub fn anchors(flavour: Flavour, case: &Case) -> BTreeMap<String, String> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    let mut anchors = BTreeMap::new();
    if super::has_title_in_text(flavour, case) {
        // The title is a heading in the text as well.
        times.insert(anchor(flavour, &case.title), 1);
    }
    for heading in case.page.headings() {
        let anchor = anchor(flavour, &plain_without_pictures(&heading.text));
        let before = times.entry(anchor.clone()).or_default();
        let unique = if *before == 0 {
            anchor
        } else {
            format!("{anchor}-{before}")
        };
        *before += 1;
        anchors.insert(heading.id.clone(), unique);
    }
    anchors
}

fn anchor(flavour: Flavour, words: &str) -> String {
    let mut anchor = String::with_capacity(words.len());
    for next in words.trim().chars().flat_map(char::to_lowercase) {
        match next {
            ' ' => anchor.push('-'),
            '-' | '_' => anchor.push(next),
            _ if next.is_alphanumeric() || is_combining_mark(next) => anchor.push(next),
            _ => {}
        }
    }
    match flavour {
        Flavour::Gitlab => gitlab(&anchor),
        Flavour::AzureDevops | Flavour::Github | Flavour::Gitea | Flavour::Plain => anchor,
    }
}

/// GitLab merges hyphens, and puts a prefix before a number.
fn gitlab(anchor: &str) -> String {
    let mut squeezed = String::with_capacity(anchor.len());
    for next in anchor.chars() {
        if next != '-' || !squeezed.ends_with('-') {
            squeezed.push(next);
        }
    }
    let is_number = !squeezed.is_empty() && squeezed.bytes().all(|byte| byte.is_ascii_digit());
    if is_number {
        format!("anchor-{squeezed}")
    } else {
        squeezed
    }
}
