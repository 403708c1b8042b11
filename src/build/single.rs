//! A whole site in one HTML file: the frame of its home page around the main part of every page, with styles, scripts and pictures inside.
//!
//! The pages are those that the edition makes, so any theme works. Their addresses become short fragments: the twelfth question is
//! `#q12`, and a part of it is `#q12:a`. Both are ids, so that links also work in viewers that run no scripts. There, all pages are
//! shown one after the other; the script shows one of them.
//!
//! A phone loads the file as a whole, and mails have a limit. So a text is in it once, and what browsers do not need is left out.

mod address;
mod changes;
mod classes;
mod document;
mod end_tags;
mod frame;
mod page;
mod picture;
mod repeats;
mod style;
mod survey;
mod tokens;
mod writer;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use super::{Artefact, Edition};
use crate::diagnostic::{self, Diagnostic, rules};
use crate::route::Route;
use address::Addresses;
use classes::Classes;
use document::Document;
use page::{Layout, MadePage, Shared, SinglePage};
use repeats::Repeats;
use survey::Survey;
use writer::Written;

/// A site in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Single {
    /// The HTML, with everything that it shows.
    pub html: String,
    /// How many pages are in it.
    pub pages: usize,
    /// The files that links of the site lead to and that are not in it.
    pub warnings: Vec<Diagnostic>,
}

/// Makes one file of a whole site. Its name is searched for withheld words as well.
///
/// # Errors
///
/// The mistakes that show when pages are made, a page that has no `<main>`, or a word that may not leave.
pub fn single(edition: &Edition, file_name: &str) -> Result<Single, Vec<Diagnostic>> {
    let made = made(edition)?;
    let survey = Survey::of(made.iter().map(|page| page.html.as_str()));
    let home = made.iter().find(|page| *page.route == Route::Home);
    let layout = home.and_then(|home| Layout::of(&home.html));
    let frame_ids = layout.map(|layout| layout.frame_ids).unwrap_or_default();
    let addresses = Addresses::new(
        made.iter().map(|page| page.route),
        &frame_ids,
        &survey.references,
    );
    let classes = Classes::new(&survey, edition).map_err(|mistake| vec![mistake])?;
    let shared = Shared {
        edition,
        addresses: &addresses,
        classes: &classes,
        direction: survey.direction(),
    };
    let pages = pages(&made, shared)?;
    let (before, after) = frame::around(home, &pages, shared)?;
    let repeats = Repeats::of(&pages);
    let mut document = Document::new(repeats.moved_parts(&pages));
    document.add(&before);
    repeats::write(&pages, &repeats, &mut document);
    document.add(&after);
    edition
        .scan(file_name, document.html().as_bytes())
        .map_err(|leak| vec![leak])?;
    let pictures = pictures(edition, document.pictures())?;
    Ok(Single {
        html: end_tags::left_out(&document.with_pictures(&pictures)),
        pages: pages.len(),
        warnings: left_out(edition, &pages, [&before, &after]),
    })
}

/// All pages but the one for lost visitors: no address of the file leads to it.
fn made(edition: &Edition) -> Result<Vec<MadePage<'_>>, Vec<Diagnostic>> {
    let pages: Vec<Artefact<'_>> = edition
        .artefacts()
        .into_iter()
        .filter(|artefact| artefact.is_page() && *artefact.route() != Route::NotFound)
        .collect();
    let made = pages.par_iter().map(|artefact| MadePage::of(*artefact));
    all_or_mistakes(made.collect())
}

/// The pages as parts of the file.
fn pages(made: &[MadePage<'_>], shared: Shared<'_>) -> Result<Vec<SinglePage>, Vec<Diagnostic>> {
    let pages = made.par_iter().map(|page| SinglePage::of(page, shared));
    all_or_mistakes(pages.collect())
}

/// The pictures that are shown, as `data:` addresses. They are searched for withheld words where the edition makes them.
fn pictures(
    edition: &Edition,
    shown: BTreeSet<&Route>,
) -> Result<BTreeMap<Route, String>, Vec<Diagnostic>> {
    let shown: Vec<&Route> = shown.into_iter().collect();
    let made = shown.par_iter().filter_map(|route| {
        let artefact = edition.artefact(route)?;
        let address = artefact.make().map(|made| picture::data_address(&made));
        Some(address.map(|address| ((*route).clone(), address)))
    });
    all_or_mistakes(made.collect()).map(|made| made.into_iter().collect())
}

/// All values, or all mistakes.
fn all_or_mistakes<T>(results: Vec<Result<T, Diagnostic>>) -> Result<Vec<T>, Vec<Diagnostic>> {
    let (mut values, mut mistakes) = (Vec::with_capacity(results.len()), Vec::new());
    for result in results {
        match result {
            Ok(value) => values.push(value),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    diagnostic::sort(&mut mistakes);
    if mistakes.is_empty() {
        Ok(values)
    } else {
        Err(mistakes)
    }
}

/// Warns of each file of the site that a link leads to: it stays where it is, and the words of the link stay.
fn left_out(edition: &Edition, pages: &[SinglePage], frame: [&Written; 2]) -> Vec<Diagnostic> {
    let of_pages = pages.iter().flat_map(|page| &page.main.left_out);
    let files: BTreeSet<&Route> = of_pages
        .chain(frame.into_iter().flat_map(|part| &part.left_out))
        .collect();
    let site = &edition.linked().site;
    let warning = |route: &Route| {
        let path = edition.source_of(route)?;
        let (file, span) = site.reference_to(path);
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
        let message = format!(
            "`{name}` is not in the single file, so the link to it becomes plain text; only pictures that a page shows are in it"
        );
        Some(
            Diagnostic::new(&rules::FILE_LEFT, file, span, message)
                .help("send the file separately, or show it as a picture with `![…](…)`"),
        )
    };
    let mut warnings: Vec<Diagnostic> = files.into_iter().filter_map(warning).collect();
    diagnostic::sort(&mut warnings);
    warnings
}
