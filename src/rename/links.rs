//! Links in texts: their places in the file, and what they become.

use std::ops::Range;

use super::names::{with_slug, without_ending};
use super::paths::decoded;
use super::{Edit, Plan};
use crate::front_matter;
use crate::markdown::{self, Link, Target};
use crate::model::Document;
use crate::site::{Destination, DocumentId, PageKey};
use crate::slug::{PageName, Slug};
use crate::source::{SitePath, Span, locate};

impl Plan<'_> {
    /// The links whose names or paths change.
    pub(super) fn edit_links(
        &self,
        id: DocumentId,
        document: &Document,
        edits: &mut Vec<Edit>,
    ) -> Result<(), String> {
        for (number, link) in document.body.links.ids().zip(document.body.links.iter()) {
            let edit = match &link.target {
                Target::Wiki { name, .. } => {
                    let destination = self.site.destination(id, number);
                    let new = self.wiki_name(&document.path, name, destination);
                    new.map(|new| edit_wiki(document, link, name, new))
                }
                Target::File { path, .. } => self.edit_path(document, link, path),
                Target::Page { .. }
                | Target::Fragment(_)
                | Target::External(_)
                | Target::Forbidden(_) => None,
            };
            if let Some(edit) = edit {
                edits.push(edit?);
            }
        }
        self.edit_definitions(document, edits)
    }

    /// The new name in `[[name]]`; `None` if it stays.
    fn wiki_name(&self, source: &SitePath, name: &str, to: &Destination) -> Option<String> {
        match to {
            Destination::Page { page, .. } => self.page_name(name, *page),
            Destination::Asset(path) if self.paths.concerns(source, path) => {
                self.paths.asset_name(name, source, path)
            }
            Destination::Nothing => self.names.repaired(name),
            Destination::Asset(_) | Destination::External => None,
        }
    }

    /// The new name of a file of several questions, if a link names one by its file.
    fn sheet_name(&self, name: &str) -> Option<String> {
        let (folder, last) = match name.rsplit_once('/') {
            Some((folder, last)) => (Some(folder), last),
            None => (None, name),
        };
        let new = with_slug(last, self.names.sheet(&Slug::of(last))?);
        Some(folder.map_or_else(|| new.clone(), |folder| format!("{folder}/{new}")))
    }

    /// The new name of a page in `[[name]]`; `None` if it stays.
    fn page_name(&self, name: &str, page: PageKey) -> Option<String> {
        // A part of a page can lead to the page of a follow-up.
        if let Some(named) = self
            .names_before
            .only_page(name)
            .filter(|&named| named != page)
        {
            return self.page_name(name, named);
        }
        if self.is_of_sheet(name, page) {
            return self.sheet_name(name);
        }
        if self.names.leads_to(name, page) {
            return None;
        }
        let short = self.with_new_slugs(name, page);
        Some(if self.names.leads_to(&short, page) {
            short
        } else {
            self.names.full(page)
        })
    }

    /// Whether a name is that of a file of several questions, which leads to the page of one of them.
    fn is_of_sheet(&self, name: &str, page: PageKey) -> bool {
        let last = name.rsplit('/').next().unwrap_or(name).trim();
        let own = slugs(self.site.name(page)).pop();
        matches!(page, PageKey::Question(_))
            && [last, without_ending(last)]
                .iter()
                .all(|last| Some(Slug::of(last)) != own)
    }

    /// A name with the new slugs in the places of the old ones, and everything else as it is written.
    fn with_new_slugs(&self, name: &str, page: PageKey) -> String {
        let mut parts: Vec<String> = name.split('/').map(str::to_owned).collect();
        let (old, new) = (slugs(self.site.name(page)), slugs(self.names.name(page)));
        let changed = old.iter().zip(&new).rev();
        for (part, (old, new)) in parts.iter_mut().rev().zip(changed) {
            if old != new {
                *part = with_slug(part, new);
            }
        }
        parts.join("/")
    }

    /// The edit of a link to a file.
    fn edit_path(
        &self,
        document: &Document,
        link: &Link,
        path: &SitePath,
    ) -> Option<Result<Edit, String>> {
        let text = &document.body.file_text()[link.span.range()];
        // The address of a link by its label is in the definition of the label.
        if !text.ends_with(')') {
            return None;
        }
        let target = self.paths.found(path)?;
        if !self.paths.concerns(&document.path, &target) {
            return None;
        }
        let leads_there = |raw: &str| document.path.join(&decoded(raw)).as_ref() == Some(path);
        let Some(place) = inline_path(text, leads_there) else {
            return Some(Err(no_place(document, link.span)));
        };
        let new = self
            .paths
            .relative(&text[place.clone()], &document.path, &target)?;
        Some(Ok(edit_at(document, link.span, place, new)))
    }

    /// The edits of `[label]: path`.
    fn edit_definitions(&self, document: &Document, edits: &mut Vec<Edit>) -> Result<(), String> {
        let text = document.body.file_text();
        if !text.contains("]:") {
            return Ok(());
        }
        let start = front_matter::split(text).map_or(0, |split| split.body);
        for (target, span) in markdown::definitions(&document.path, text, start) {
            let Target::File { path, .. } = target else {
                continue;
            };
            let found = self.paths.found(&path);
            let Some(found) = found.filter(|found| self.paths.concerns(&document.path, found))
            else {
                continue;
            };
            let definition = &text[span.range()];
            let leads_there = |raw: &str| document.path.join(&decoded(raw)).as_ref() == Some(&path);
            let place = definition_path(definition)
                .filter(|place| leads_there(&definition[place.clone()]))
                .ok_or_else(|| no_place(document, span))?;
            let written = &definition[place.clone()];
            if let Some(new) = self.paths.relative(written, &document.path, &found) {
                edits.push(edit_at(document, span, place, new));
            }
        }
        Ok(())
    }
}

/// The slugs in a name, in the order in which links write them.
fn slugs(name: PageName) -> Vec<Slug> {
    match name {
        PageName::Telling(story, telling) => vec![story, telling],
        name => name.slug().cloned().into_iter().collect(),
    }
}

fn edit_wiki(document: &Document, link: &Link, name: &str, new: String) -> Result<Edit, String> {
    let text = &document.body.file_text()[link.span.range()];
    let place = wiki_place(text, name).ok_or_else(|| no_place(document, link.span))?;
    Ok(edit_at(document, link.span, place, new))
}

/// An edit at a place in a link.
fn edit_at(document: &Document, link: Span, place: Range<usize>, text: String) -> Edit {
    Edit {
        path: document.path.clone(),
        span: Span::new(place.start, place.end).shifted(link.range().start),
        text,
    }
}

/// The place of the name in `[[name#part|words]]`.
fn wiki_place(text: &str, name: &str) -> Option<Range<usize>> {
    let open = text.find("[[")? + 2;
    let inner = &text[open..open + text[open..].find("]]")?];
    let end = inner.find(['#', '|']).unwrap_or(inner.len());
    let written = inner[..end].trim_end_matches('\\');
    let start = open + written.len() - written.trim_start().len();
    let place = start..start + written.trim().len();
    (text.get(place.clone()) == Some(name)).then_some(place)
}

/// The place of a part in a link, however that is written.
pub(super) fn part_place(text: &str, part: &str) -> Option<Range<usize>> {
    let trimmed = |range: Range<usize>| {
        let written = &text[range.clone()];
        let start = range.start + written.len() - written.trim_start().len();
        start..start + written.trim().len()
    };
    if let Some(end) = text.strip_suffix("]]").map(str::len) {
        let open = text.find("[[")? + 2;
        let start = open + text[open..end].find('#')? + 1;
        let length = text[start..end].find('|').unwrap_or(end - start);
        let written = text[start..start + length].trim_end_matches('\\');
        let place = trimmed(start..start + written.len());
        return (&text[place.clone()] == part).then_some(place);
    }
    let openings = text.rmatch_indices("](").map(|(at, sign)| at + sign.len());
    let mut places = openings.filter_map(|at| {
        let (address, end) = address(text, at)?;
        let sign = text[address.clone()].find('#')?;
        ends_link(&text[end..]).then_some(address.start + sign + 1..address.end)
    });
    places.find(|place| decoded(&text[place.clone()]) == part)
}

/// The place of the path in `[words](path#part "title")`. `leads_there` tells whether a path is that of the link.
fn inline_path(text: &str, leads_there: impl Fn(&str) -> bool) -> Option<Range<usize>> {
    let openings = text.rmatch_indices("](").map(|(at, sign)| at + sign.len());
    openings
        .filter_map(|at| {
            let (address, end) = address(text, at)?;
            let closes = ends_link(&text[end..]);
            closes.then(|| path_of(text, address))
        })
        .find(|place| leads_there(&text[place.clone()]))
}

/// The place of the path in `[label]: path "title"`.
fn definition_path(text: &str) -> Option<Range<usize>> {
    let colon = text
        .match_indices("]:")
        .find(|(at, _)| !text[..*at].ends_with('\\'))?;
    let (address, _) = address(text, colon.0 + 2)?;
    Some(path_of(text, address))
}

/// The address that starts at or after an offset, without angle brackets, and the offset after it.
fn address(text: &str, at: usize) -> Option<(Range<usize>, usize)> {
    let start = at + (text[at..].len() - text[at..].trim_start().len());
    let is_in_brackets = text[start..].starts_with('<');
    let start = start + usize::from(is_in_brackets);
    let (mut depth, mut is_escaped) = (0, false);
    for (offset, next) in text[start..].char_indices() {
        let end = start + offset;
        match next {
            _ if is_escaped => is_escaped = false,
            '\\' => is_escaped = true,
            '>' if is_in_brackets => return Some((start..end, end + 1)),
            _ if is_in_brackets => {}
            '(' => depth += 1,
            ')' if depth == 0 => return Some((start..end, end)),
            ')' => depth -= 1,
            _ if next.is_whitespace() => return Some((start..end, end)),
            _ => {}
        }
    }
    (!is_in_brackets).then_some((start..text.len(), text.len()))
}

/// Whether a text is what can follow the address of a link: a title or nothing, and the closing bracket.
fn ends_link(rest: &str) -> bool {
    let Some(title) = rest.trim().strip_suffix(')').map(str::trim) else {
        return false;
    };
    let is_between = |open: char, close: char| {
        title.len() > 1 && title.starts_with(open) && title.ends_with(close)
    };
    title.is_empty() || is_between('"', '"') || is_between('\'', '\'') || is_between('(', ')')
}

/// The path of an address, without what follows `#` or `?`.
fn path_of(text: &str, address: Range<usize>) -> Range<usize> {
    let length = text[address.clone()].find(['#', '?']);
    address.start..length.map_or(address.end, |length| address.start + length)
}

pub(super) fn no_place(document: &Document, span: Span) -> String {
    let at = locate(document.body.file_text(), span.range().start);
    format!(
        "`{}`, line {}, column {}: the path or name of this link is not known as it is written; write the link in a simpler way, such as `[[name]]`",
        document.path, at.line, at.column
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_path_of_a_link_is_found_however_it_is_written() {
        for (text, path) in [
            ("[a](../x.md)", "../x.md"),
            ("[a](../x.md#b \"c](d\")", "../x.md"),
            ("[a]( <My x.md#b> 'c')", "My x.md"),
            ("[`](y)`](x.md)", "x.md"),
            ("[![a](y.png)](x(1).md)", "x(1).md"),
            ("![a|400](x.md?raw)", "x.md"),
            ("[a](x\\).md)", "x\\).md"),
        ] {
            let found = inline_path(text, |raw| raw == path).map(|place| &text[place]);
            assert_eq!(found, Some(path), "{text}");
        }
    }

    #[test]
    fn the_path_of_a_definition_is_found() {
        for (text, path) in [
            ("[a]: ../x.md", "../x.md"),
            ("[a\\]: b]: <x y.md#c> \"d\"", "x y.md"),
            ("[a]:\n  x.md\n  'd'", "x.md"),
        ] {
            let found = definition_path(text).map(|place| &text[place]);
            assert_eq!(found, Some(path), "{text}");
        }
    }

    #[test]
    fn the_part_in_a_link_is_found() {
        for (text, part) in [
            ("[[a#b c]]", "b c"),
            ("![[ a.md # b\\|c#d]]", "b"),
            ("[[#b]]", "b"),
            ("[a](x.md#b 'c#d')", "b"),
            ("[a](#b)", "b"),
        ] {
            let found = part_place(text, part).map(|place| &text[place]);
            assert_eq!(found, Some(part), "{text}");
        }
        assert_eq!(part_place("[a](x.md#b%20c)", "b c"), Some(9..14));
        assert_eq!(part_place("[a][b]", "c"), None);
    }

    #[test]
    fn the_name_of_a_wikilink_is_found() {
        for (text, name) in [
            ("[[a]]", "a"),
            ("![[ stories/a.md #b|c]]", "stories/a.md"),
            ("[[a\\|b]]", "a"),
        ] {
            assert_eq!(wiki_place(text, name).map(|place| &text[place]), Some(name));
        }
    }
}
