//! Where the links of all documents lead, and the links in the other direction.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::resolve::{Dangling, Resolver};
use super::{Contents, Destination, PageKey};
use crate::diagnostic::Diagnostic;
use crate::source::SitePath;

/// The links of a site.
#[derive(Debug)]
pub struct Links {
    /// By the number of the document and of the link.
    pub destinations: Vec<Vec<Destination>>,
    /// Each page with a page that leads to it, in the order of the first.
    pub backlinks: Vec<(PageKey, PageKey)>,
}

impl Links {
    /// Resolves the links of all documents, and reports those that lead nowhere.
    pub fn of(contents: &Contents, assets: &BTreeSet<SitePath>) -> (Self, Vec<Diagnostic>) {
        let resolver = Resolver::new(contents, assets);
        let documents = contents.documents.par_iter().zip(&contents.pages);
        let resolved: (Vec<_>, Vec<_>) = documents
            .map(|(document, &own)| {
                let mut dangling: Vec<Box<Dangling>> = Vec::new();
                let destinations = document.body.links.iter().map(|link| {
                    resolver
                        .resolve(document, own, link)
                        .unwrap_or_else(|found| {
                            dangling.push(found);
                            Destination::Nothing
                        })
                });
                (destinations.collect(), dangling)
            })
            .unzip();
        let (destinations, dangling) = resolved;
        let found = resolver.advised(dangling.into_iter().flatten());
        let backlinks = backlinks(&contents.pages, &destinations);
        (
            Self {
                destinations,
                backlinks,
            },
            found,
        )
    }
}

fn backlinks(
    pages: &[Option<PageKey>],
    destinations: &[Vec<Destination>],
) -> Vec<(PageKey, PageKey)> {
    let links = pages
        .iter()
        .zip(destinations)
        .flat_map(|(&own, destinations)| destinations.iter().map(move |to| (own, to)));
    let between_pages = links.filter_map(|(own, to)| match (own, to) {
        (Some(from), &Destination::Page { page: to, .. }) if to != from => Some((to, from)),
        _ => None,
    });
    let mut backlinks: Vec<(PageKey, PageKey)> = between_pages.collect();
    // A stable sort: those that lead to one page stay in the order of their files.
    backlinks.par_sort_by_key(|&(to, _)| to);
    backlinks.dedup();
    backlinks
}
