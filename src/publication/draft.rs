//! The pages of a publication: the case studies of a site for the audience of a wiki, in the markup of the wiki.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use jiff::civil::Date;

use crate::audience::{Names, Viewer, Withheld};
use crate::build::{InputFile, Inputs, Linked, WordPlaces, for_viewer, scan_for_leaks, uncleaned};
use crate::config::Target;
use crate::diagnostic::{self, Diagnostic, Note, nearest_or_all};
use crate::highlight::Highlighter;
use crate::model::{Audience, Document, Prose, Status};
use crate::site::{CaseStudyId, DocumentId, Site};
use crate::slug::{Slug, content_name};
use crate::source::{SitePath, Span};
use crate::wiki::compose::{Shared, compose};
use crate::wiki::page::Case;
use crate::wiki::{self, Dialect, Location, RenderedPage, actions, blame, picture};

/// The case studies to publish, as the audience of the wiki sees them.
pub struct Selection<'a> {
    /// The files of the site.
    pub inputs: &'a Inputs,
    /// The wiki.
    pub target: &'a Target,
    /// The site for the audience of the wiki.
    pub linked: Linked,
    /// The case studies that are asked for.
    pub cases: Vec<CaseStudyId>,
    /// Errors that prevent publishing, and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// The desired pages of a wiki.
pub struct Draft {
    /// The pages that are asked for.
    pub pages: Vec<RenderedPage>,
    /// The composed case studies of these pages and of those that were published before.
    pub cases: Vec<Case>,
    /// The locations of all these pages.
    pub locations: BTreeMap<Slug, Location>,
    /// The source files of pictures, keyed by picture name.
    pub sources: BTreeMap<String, SitePath>,
    /// The pictures of all pages, keyed by picture name.
    pub pictures: BTreeMap<String, Arc<[u8]>>,
    /// Words that may not be in any request.
    pub withheld: Withheld,
    /// Errors that prevent publishing, and warnings.
    pub diagnostics: Vec<Diagnostic>,
}

/// Selects the case studies that the audience of a wiki may see, or those among them that `names` asks for. `today` decides which action
/// items are overdue.
///
/// # Errors
///
/// A message for the user if a name cannot be published.
pub fn select<'a>(
    whole: &Linked,
    inputs: &'a Inputs,
    target: &'a Target,
    names: &[String],
    today: Date,
) -> Result<Selection<'a>, String> {
    let viewer = Viewer {
        audience: target.audience,
        drafts: false,
    };
    let linked = for_viewer(whole, viewer, &inputs.assets)
        .ok_or("a wiki cannot have the audience `private`")?;
    let wanted = names
        .iter()
        .map(|name| asked_for(&whole.site, target.audience, name))
        .collect::<Result<BTreeSet<DocumentId>, _>>()?;
    let origin = |id: CaseStudyId| linked.origin(linked.site.case_study(id).document);
    let cases: Vec<CaseStudyId> = linked
        .site
        .case_studies()
        .filter(|&id| wanted.is_empty() || wanted.contains(&origin(id)))
        .collect();
    Ok(Selection {
        inputs,
        target,
        diagnostics: diagnostics_of(&cases, &linked, whole, today),
        linked,
        cases,
    })
}

/// The errors of the whole site, and the warnings about case studies. A build reports warnings about other documents.
fn diagnostics_of(
    cases: &[CaseStudyId],
    linked: &Linked,
    whole: &Linked,
    today: Date,
) -> Vec<Diagnostic> {
    let originals: Vec<&Document> = cases
        .iter()
        .map(|&id| linked.origin(linked.site.case_study(id).document))
        .map(|origin| whole.site.document(origin))
        .collect();
    let files: BTreeSet<&SitePath> = originals.iter().map(|document| &document.path).collect();
    let is_reported = |found: &&Diagnostic| found.is_error() || files.contains(&found.file);
    let of_site = linked.diagnostics.iter().filter(is_reported);
    let mut diagnostics: Vec<Diagnostic> = of_site.cloned().collect();
    diagnostics.extend(unfinished(linked, cases, whole));
    let of_actions = originals
        .iter()
        .flat_map(|case| actions::check(case, today));
    diagnostics.extend(of_actions);
    diagnostic::sort(&mut diagnostics);
    diagnostics
}

/// Reports blame and open remarks in case studies and in the documents that they transclude.
fn unfinished(linked: &Linked, cases: &[CaseStudyId], whole: &Linked) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = Vec::new();
    for &id in cases {
        let id = linked.site.case_study(id).document;
        let shown = linked.site.transcluded(id);
        found.extend(blame_in(linked, id, &shown, whole));
        found.extend(open_remarks(linked, id, &shown, &whole.site));
    }
    diagnostic::sort(&mut found);
    found.dedup();
    found
}

/// Reports blame in a document and in the stretches that it transcludes.
fn blame_in(
    linked: &Linked,
    id: DocumentId,
    shown: &[(DocumentId, Range<usize>)],
    whole: &Linked,
) -> Vec<Diagnostic> {
    let source = |id: DocumentId| whole.site.document(linked.origin(id)).body.file_text();
    let mut found = blame::check(linked.site.document(id), source(id), &whole.config);
    for (id, nodes) in shown {
        found.extend(blame::check_stretch(
            linked.site.document(*id),
            nodes.clone(),
            source(*id),
            &whole.config,
        ));
    }
    found
}

/// Reports the open remarks of a document and of the documents that it transcludes, in the author's version. Remarks in documents that
/// the readers do not see do not matter.
fn open_remarks(
    linked: &Linked,
    id: DocumentId,
    shown: &[(DocumentId, Range<usize>)],
    whole: &Site,
) -> Vec<Diagnostic> {
    let own = linked.origin(id);
    let mut found = blame::open_remarks(
        whole.document(own),
        &(0..whole.document(own).body.nodes.len()),
    );
    let shown: BTreeSet<DocumentId> = shown.iter().map(|(id, _)| linked.origin(*id)).collect();
    let of_others = whole
        .transcluded(own)
        .into_iter()
        .filter(|(other, _)| shown.contains(other));
    found.extend(
        of_others.flat_map(|(other, nodes)| blame::open_remarks(whole.document(other), &nodes)),
    );
    found
}

/// The slug of a case study that the user names by its slug or its file.
pub fn slug_of(name: &str) -> Slug {
    Slug::of(
        name.rsplit('/')
            .next()
            .unwrap_or(name)
            .trim_end_matches(".md"),
    )
}

/// The document of a case study that the user asks for.
fn asked_for(site: &Site, audience: Audience, name: &str) -> Result<DocumentId, String> {
    let Some(id) = site.names.case_study(slug_of(name).as_str()) else {
        let known: Vec<&str> = site
            .case_studies
            .iter()
            .map(|case| case.slug.as_str())
            .collect();
        return Err(format!(
            "there is no case study `{name}`; {}",
            nearest_or_all(name, &known)
        ));
    };
    let id = site.case_study(id).document;
    let document = site.document(id);
    if document.status == Status::Draft {
        return Err(format!(
            "`{name}` is a draft; remove `status: draft` from its front matter when it is ready"
        ));
    }
    if !document.audience.admits(audience) {
        let (own, wanted) = (document.audience.name(), audience.name());
        return Err(format!(
            "`{name}` is for the audience `{own}`, and this wiki is for `{wanted}`; change one of the two"
        ));
    }
    Ok(id)
}

impl Selection<'_> {
    /// The files that the pages can show.
    pub fn assets(&self) -> BTreeSet<SitePath> {
        let site = &self.linked.site;
        site.case_studies()
            .flat_map(|id| site.assets_shown(site.case_study(id).document))
            .cloned()
            .collect()
    }

    /// The slugs of the case studies that are asked for.
    fn slugs(&self) -> BTreeSet<&Slug> {
        self.cases
            .iter()
            .map(|&id| &self.linked.site.case_study(id).slug)
            .collect()
    }

    /// The case studies that will be on the wiki: those that are asked for, and those that were published before.
    fn on_the_wiki(&self, published: &BTreeSet<&str>) -> Vec<CaseStudyId> {
        let (site, asked) = (&self.linked.site, self.slugs());
        let is_there = |slug: &Slug| asked.contains(slug) || published.contains(slug.as_str());
        site.case_studies()
            .filter(|&id| is_there(&site.case_study(id).slug))
            .collect()
    }

    /// The assets that case studies show.
    fn pictures_of<'a>(
        &self,
        cases: &[CaseStudyId],
        assets: &'a BTreeMap<SitePath, Arc<[u8]>>,
    ) -> impl Iterator<Item = (&'a SitePath, &'a Arc<[u8]>)> {
        let site = &self.linked.site;
        let shown: BTreeSet<&SitePath> = cases
            .iter()
            .flat_map(|&id| site.assets_shown(site.case_study(id).document))
            .collect();
        assets.iter().filter(move |(path, _)| shown.contains(path))
    }

    /// The words that may not be in any request.
    fn withheld(&self, machine: &[String]) -> Withheld {
        Withheld::new(&self.linked.config, self.target.audience)
            .with_names(names_withheld(self, machine))
    }

    fn compose(&self, cases: &[CaseStudyId], pictures: &Pictures) -> (Vec<Case>, Vec<Diagnostic>) {
        let site = &self.linked.site;
        let published = cases
            .iter()
            .map(|&id| site.case_study(id).slug.clone())
            .collect();
        let shared = Shared {
            site,
            published: &published,
            pictures: &pictures.names,
            has_contents: self.target.has_contents,
        };
        compose(shared, cases)
    }

    fn write(&self, cases: &[Case], pictures: &Pictures) -> (Vec<RenderedPage>, Vec<Diagnostic>) {
        let backend = &self.target.backend;
        let highlighter = Highlighter::default();
        let (pages, found) = wiki::write(
            Dialect::of(backend),
            backend.parent(),
            cases,
            &pictures.bytes,
            &highlighter,
        );
        (
            pages,
            found
                .into_iter()
                .map(|found| at_title(found, &self.linked.site))
                .collect(),
        )
    }
}

/// Composes and writes the pages of a selection, and scans them. `published` holds the slugs of the case studies that are on the wiki
/// already: links may lead to them. `assets` holds the bytes of [`Selection::assets`]. `machine` holds names of this machine that may not
/// leave, for example the home folder.
pub fn draft(
    selection: &Selection<'_>,
    published: &BTreeSet<&str>,
    assets: &BTreeMap<SitePath, Arc<[u8]>>,
    machine: &[String],
) -> Draft {
    let ids = selection.on_the_wiki(published);
    let pictures = Pictures::clean(&selection.linked.site, selection.pictures_of(&ids, assets));
    let (cases, composing) = selection.compose(&ids, &pictures);
    let (mut pages, writing) = selection.write(&cases, &pictures);
    let locations = pages
        .iter()
        .map(|page| (page.case.clone(), page.location.clone()))
        .collect();
    let asked = selection.slugs();
    pages.retain(|page| asked.contains(&page.case));
    let withheld = selection.withheld(machine);
    let sent = cases.iter().filter(|case| asked.contains(&case.slug));
    let leaks = Scan::of(selection, &withheld).leaks(&pages, sent, &pictures);
    let cleaning = &pictures.diagnostics;
    let mut diagnostics = [
        &selection.diagnostics,
        cleaning,
        &composing,
        &writing,
        &leaks,
    ]
    .map(Vec::as_slice)
    .concat();
    diagnostic::sort(&mut diagnostics);
    Draft {
        pages,
        cases,
        locations,
        sources: pictures.sources(),
        pictures: pictures.bytes,
        withheld,
        diagnostics,
    }
}

/// Scans what would be sent for words that may not leave.
struct Scan<'a> {
    selection: &'a Selection<'a>,
    withheld: &'a Withheld,
    places: WordPlaces,
}

impl<'a> Scan<'a> {
    fn of(selection: &'a Selection<'a>, withheld: &'a Withheld) -> Self {
        Self {
            selection,
            withheld,
            places: WordPlaces::default(),
        }
    }

    /// The leaks in pages, in their composed case studies, where markup interrupts no word, and in pictures.
    fn leaks<'c>(
        &self,
        pages: &[RenderedPage],
        cases: impl Iterator<Item = &'c Case>,
        pictures: &Pictures,
    ) -> Vec<Diagnostic> {
        let of_pages = pages.iter().flat_map(|page| {
            let attachments = page.attachments.join("\n");
            [&page.text, &page.location.title, &attachments]
                .map(|text| self.leak(&page.location.path, text.as_bytes()))
        });
        let of_cases = cases.map(|case| self.leak(&case.title, case.page.words().as_bytes()));
        let of_pictures = pictures
            .bytes
            .iter()
            .map(|(name, bytes)| self.leak(name, bytes));
        of_pages
            .chain(of_cases)
            .chain(of_pictures)
            .flatten()
            .collect()
    }

    fn leak(&self, name: &str, bytes: &[u8]) -> Option<Diagnostic> {
        let Selection { linked, inputs, .. } = self.selection;
        scan_for_leaks(self.withheld, (linked, inputs), &self.places, name, bytes).err()
    }
}

/// Moves a diagnostic about a whole page to the line of its title.
fn at_title(found: Diagnostic, site: &Site) -> Diagnostic {
    let title = |file: &SitePath| {
        site.document(site.document_at(file)?)
            .meta
            .titled()
            .map(Prose::span)
    };
    let moved = |file: &SitePath, span: Span| {
        if span == Span::default() {
            title(file).unwrap_or(span)
        } else {
            span
        }
    };
    let notes = found
        .notes
        .iter()
        .map(|note| Note {
            span: moved(&note.file, note.span),
            ..note.clone()
        })
        .collect();
    Diagnostic {
        span: moved(&found.file, found.span),
        notes,
        ..found
    }
}

/// Pictures without metadata, named by their content.
struct Pictures {
    /// The file names, keyed by the paths in the site.
    names: BTreeMap<SitePath, String>,
    /// The content, keyed by file name.
    bytes: BTreeMap<String, Arc<[u8]>>,
    /// Pictures that cannot be cleaned.
    diagnostics: Vec<Diagnostic>,
}

impl Pictures {
    fn clean<'a>(site: &Site, assets: impl Iterator<Item = (&'a SitePath, &'a Arc<[u8]>)>) -> Self {
        let mut pictures = Self {
            names: BTreeMap::new(),
            bytes: BTreeMap::new(),
            diagnostics: Vec::new(),
        };
        for (path, bytes) in assets {
            match picture::clean(bytes) {
                Ok(clean) => {
                    let name = content_name(&clean.bytes, Some(clean.extension));
                    pictures.names.insert(path.clone(), name.clone());
                    pictures.bytes.insert(name, Arc::from(clean.bytes));
                }
                // Composing warns of links to other files; a picture must not be missing without an error.
                Err(_) if !picture::is_picture(path.as_str(), bytes) => {}
                Err(reason) => pictures.diagnostics.push(uncleaned(site, path, &reason)),
            }
        }
        pictures
    }

    /// The paths in the site, keyed by file name.
    fn sources(&self) -> BTreeMap<String, SitePath> {
        let swapped = self.names.iter().map(|(path, name)| (name, path));
        swapped
            .map(|(name, path)| (name.clone(), path.clone()))
            .collect()
    }
}

/// Names that may not leave: paths on this machine and in the site, and the names of documents that the audience may not see.
fn names_withheld(selection: &Selection<'_>, machine: &[String]) -> Vec<String> {
    let (site, inputs) = (&selection.linked.site, selection.inputs);
    let seen: BTreeSet<&SitePath> = site
        .documents
        .iter()
        .map(|document| &document.path)
        .collect();
    let stems = inputs
        .documents
        .iter()
        .filter(|file| !seen.contains(&file.path))
        .filter_map(long_slug)
        .collect();
    // A slug that the text itself contains is not a secret.
    let slugs = Names::new(stems).not_in(&text_as_slug(site));
    let paths = inputs
        .documents
        .iter()
        .map(|file| file.path.as_str().to_owned());
    slugs
        .into_iter()
        .chain(paths)
        .chain(machine.iter().filter(|name| name.len() > 4).cloned())
        .collect()
}

/// The slug of a document, unless it has only one or two words: these are not a secret.
fn long_slug(file: &InputFile) -> Option<String> {
    let stem = file
        .path
        .as_str()
        .rsplit('/')
        .find(|part| !part.starts_with("index."))?
        .split('.')
        .next()?;
    (stem.matches('-').count() >= 2).then(|| stem.to_owned())
}

/// The titles and texts of all documents as one slug.
fn text_as_slug(site: &Site) -> String {
    let mut words = String::new();
    for document in &site.documents {
        words.push_str(document.meta.title());
        words.push(' ');
        words.push_str(&document.body.plain(0..document.body.nodes.len()));
        words.push(' ');
    }
    Slug::of(&words).to_string()
}
