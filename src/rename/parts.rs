//! Parts of pages whose ids come from a name: `[[mistake#answer-for-harbour-onsite]]`.

use std::collections::HashMap;
use std::ops::Range;

use super::answers::name_in;
use super::links::{no_place, part_place};
use super::{Changes, Edit, Plan};
use crate::markdown::{Heading, Link, Target};
use crate::model::Document;
use crate::site::{Destination, DocumentId, PageKey, Site};
use crate::slug::Slug;
use crate::source::Span;

/// The new ids of the headings that get another id because a name is in their words.
#[derive(Debug, Default)]
pub(super) struct Parts(HashMap<(DocumentId, String), String>);

impl Parts {
    /// Compares the headings of a site before and after changes.
    pub fn of(before: &Site, after: &Site, changes: &Changes) -> Self {
        let mut new_ids = HashMap::new();
        for (index, document) in before.documents.iter().enumerate() {
            let Some(other) = after.document_at(&changes.path(&document.path)) else {
                continue;
            };
            let (old, new) = (
                &document.body.headings,
                &after.document(other).body.headings,
            );
            let pairs = old.iter().zip(new.iter());
            let changed = pairs.filter(|(old, new): &(&Heading, &Heading)| old.id != new.id);
            let entry = |(old, new): (&Heading, &Heading)| {
                ((DocumentId(index), old.id.clone()), new.id.clone())
            };
            new_ids.extend(changed.map(entry));
        }
        Self(new_ids)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The new id of a part of a page; `None` if it keeps its id.
    pub fn renamed(&self, site: &Site, page: PageKey, id: &str) -> Option<&str> {
        if self.is_empty() || id.is_empty() {
            return None;
        }
        let story = match page {
            PageKey::Telling(telling) => Some(site.story(telling.story).document),
            _ => None,
        };
        let documents = site.document_of(page).into_iter().chain(story);
        let mut ids = documents.filter_map(|document| self.0.get(&(document, id.to_owned())));
        ids.next().map(String::as_str)
    }
}

impl Plan<'_> {
    /// The links that name a part whose id changes.
    pub(super) fn edit_parts(&self, parts: &Parts) -> Result<Vec<Edit>, String> {
        let mut edits = Vec::new();
        for (index, document) in self.site.documents.iter().enumerate() {
            let links = document.body.links.ids().zip(document.body.links.iter());
            for (number, link) in links {
                let to = self.site.destination(DocumentId(index), number);
                let Destination::Page { page, fragment, .. } = to else {
                    continue;
                };
                if let Some(id) = parts.renamed(self.site, *page, fragment) {
                    edits.push(self.edit_part(document, link, id)?);
                }
            }
        }
        Ok(edits)
    }

    fn edit_part(&self, document: &Document, link: &Link, id: &str) -> Result<Edit, String> {
        let written = match &link.target {
            Target::Wiki { fragment, .. }
            | Target::File { fragment, .. }
            | Target::Fragment(fragment) => fragment,
            Target::Page { .. } | Target::External(_) | Target::Forbidden(_) => "",
        };
        let text = &document.body.file_text()[link.span.range()];
        let place = part_place(text, written).ok_or_else(|| no_place(document, link.span))?;
        Ok(Edit {
            path: document.path.clone(),
            span: Span::new(place.start, place.end).shifted(link.span.range().start),
            text: self.new_words(written, id),
        })
    }

    /// The words for a part with a new id: those that its author wrote, if a new name in them gives the id.
    fn new_words(&self, written: &str, id: &str) -> String {
        let with_name = |(old, new): (Slug, Slug)| {
            let Range { start, end } = name_in(written, &old)?;
            let words = format!("{}{new}{}", &written[..start], &written[end..]);
            (Slug::of(&words).as_str() == id).then_some(words)
        };
        let words = self.names.old_and_new().and_then(with_name);
        words.unwrap_or_else(|| id.to_owned())
    }
}
