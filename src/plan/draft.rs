//! What is to stand on a wiki: the case studies of a site, in the words of their audience and the markup of the wiki.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;
use xxhash_rust::xxh3::xxh3_128;

use super::Record;
use crate::audience::{Names, Viewer, Withheld};
use crate::build::{InputFile, Inputs, Linked, Places, for_viewer, search, uncleaned};
use crate::config::{Format, GitHost, Place, Target};
use crate::diagnostic::{self, Diagnostic, Note, nearest_or_all};
use crate::highlight::Highlighter;
use crate::model::{Audience, Document, Prose, Status};
use crate::site::{CaseStudyId, Site};
use crate::slug::Slug;
use crate::source::{SitePath, Span};
use crate::wiki::compose::{Shared, compose};
use crate::wiki::page::Case;
use crate::wiki::{self, Dialect, Flavour, Name, Written, actions, blame, picture};

/// The case studies that are to be published, as their audience sees them.
pub struct Selection {
    /// The site of that audience.
    pub linked: Linked,
    /// Those that are asked for.
    pub cases: Vec<CaseStudyId>,
    /// What must be mended before anything is published, and what is worth knowing.
    pub diagnostics: Vec<Diagnostic>,
}

/// What is to stand on a wiki.
pub struct Draft {
    /// The pages that are asked for.
    pub pages: Vec<Written>,
    /// Those and the others that were published, before they were put into the markup of the wiki.
    pub cases: Vec<Case>,
    /// Where all of these stand.
    pub names: BTreeMap<Slug, Name>,
    /// The files that the names of pictures come from.
    pub sources: BTreeMap<String, SitePath>,
    /// The pictures of all pages, by the names that their contents give them.
    pub pictures: BTreeMap<String, Arc<[u8]>>,
    /// What may be in nothing that is sent.
    pub withheld: Withheld,
    /// What keeps it from being published, and what is worth knowing.
    pub diagnostics: Vec<Diagnostic>,
}

/// The case studies that a target's audience may see, or those of them that `names` asks for; `today` tells which action items are long overdue.
///
/// # Errors
///
/// What is wrong with a name, in words for the one who typed it.
pub fn select(whole: &Linked, inputs: &Inputs, target: &Target, names: &[String], today: Date) -> Result<Selection, String> {
    let viewer = Viewer { audience: target.audience, drafts: false };
    let linked = for_viewer(whole, viewer, &inputs.assets).ok_or("a wiki is never for its author alone")?;
    let wanted = names.iter().map(|name| asked_for(&whole.site, target.audience, name)).collect::<Result<Vec<_>, _>>()?;
    let wanted: BTreeSet<&SitePath> = wanted.into_iter().collect();
    let cases: Vec<CaseStudyId> = linked
        .site
        .case_studies()
        .filter(|&id| wanted.is_empty() || wanted.contains(&linked.site.document(linked.site.case_study(id).document).path))
        .collect();
    let of_cases: BTreeSet<&SitePath> = cases.iter().map(|&id| &linked.site.document(linked.site.case_study(id).document).path).collect();
    // What is odd about other documents is said when they are built.
    let is_worth_saying = |found: &&Diagnostic| found.is_error() || of_cases.contains(&found.file);
    let mut diagnostics: Vec<Diagnostic> = linked.diagnostics.iter().filter(is_worth_saying).cloned().collect();
    diagnostics.extend(unfinished(&linked.site, &cases, whole));
    let originals = whole.site.documents.iter().filter(|document| of_cases.contains(&document.path));
    diagnostics.extend(originals.flat_map(|document| actions::check(document, today)));
    diagnostic::sort(&mut diagnostics);
    Ok(Selection { linked, cases, diagnostics })
}

/// What of case studies, and of what they show of other documents, blames somebody or waits for an answer.
fn unfinished(site: &Site, cases: &[CaseStudyId], whole: &Linked) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let original = |path: &SitePath| whole.site.document_at(path);
    let source = |path: &SitePath| original(path).map_or("", |id| whole.site.document(id).body.file_text());
    for &id in cases {
        let id = site.case_study(id).document;
        let document = site.document(id);
        found.extend(blame::check(document, source(&document.path), &whole.config));
        let shown = site.transcluded(id);
        for (id, nodes) in &shown {
            let document = site.document(*id);
            found.extend(blame::check_stretch(document, nodes.clone(), source(&document.path), &whole.config));
        }
        let Some(own) = original(&document.path) else { continue };
        found.extend(blame::open_remarks(whole.site.document(own), &(0..whole.site.document(own).body.nodes.len())));
        // What the readers do not see of it is not waited for.
        let is_shown = |other: &Document| shown.iter().any(|(id, _)| site.document(*id).path == other.path);
        let of_others = whole.site.transcluded(own).into_iter().map(|(id, nodes)| (whole.site.document(id), nodes));
        found.extend(of_others.filter(|(other, _)| is_shown(other)).flat_map(|(other, nodes)| blame::open_remarks(other, &nodes)));
    }
    diagnostic::sort(&mut found);
    found.dedup();
    found
}

/// The slug of a case study that somebody names: by its slug, or by its file, as shells complete it.
pub fn slug_of(name: &str) -> Slug {
    Slug::of(name.rsplit('/').next().unwrap_or(name).trim_end_matches(".md"))
}

/// The file of a case study that is asked for by its slug.
fn asked_for<'a>(site: &'a Site, audience: Audience, name: &str) -> Result<&'a SitePath, String> {
    let slug = slug_of(name);
    let Some(id) = site.case_study_named(&slug) else {
        let known: Vec<&str> = site.case_studies.iter().map(|case| case.slug.as_str()).collect();
        return Err(format!("there is no case study `{name}`; {}", nearest_or_all(name, &known)));
    };
    let document = site.document(site.case_study(id).document);
    if document.status == Status::Draft {
        return Err(format!("`{name}` is a draft; take `status: draft` out of its front matter when it is ready"));
    }
    if !document.audience.admits(audience) {
        let (own, wanted) = (document.audience.name(), audience.name());
        return Err(format!(
            "`{name}` is for the audience `{own}`, and this wiki is for `{wanted}`; change one of the two if that is meant"
        ));
    }
    Ok(&document.path)
}

impl Selection {
    /// The files that the pages may show.
    pub fn assets(&self) -> BTreeSet<SitePath> {
        let site = &self.linked.site;
        site.case_studies().flat_map(|id| site.assets_shown(site.case_study(id).document)).cloned().collect()
    }
}

/// Writes the pages for a wiki and searches them; `assets` holds the bytes of [`Selection::assets`], `machine` names of this machine that
/// may not leave: folders, the home of its user.
pub fn draft(
    selection: &Selection,
    inputs: &Inputs,
    target: &Target,
    record: &Record,
    assets: &BTreeMap<SitePath, Arc<[u8]>>,
    machine: &[String],
) -> Draft {
    let site = &selection.linked.site;
    let mut diagnostics = selection.diagnostics.clone();
    let slug = |id: CaseStudyId| &site.case_study(id).slug;
    let asked: BTreeSet<&Slug> = selection.cases.iter().map(|&id| slug(id)).collect();
    let recorded = record.published();
    let (all, published): (Vec<CaseStudyId>, BTreeSet<Slug>) = site
        .case_studies()
        .filter(|&id| asked.contains(slug(id)) || recorded.contains(slug(id).as_str()))
        .map(|id| (id, slug(id).clone()))
        .unzip();
    let shown: BTreeSet<&SitePath> = all.iter().flat_map(|&id| site.assets_shown(site.case_study(id).document)).collect();
    let (names, pictures) = pictures(site, assets.iter().filter(|(path, _)| shown.contains(path)), &mut diagnostics);
    let shared = Shared { site, published: &published, pictures: &names, has_contents: target.has_contents };
    let (cases, found) = compose(shared, &all);
    diagnostics.extend(found);
    let (pages, found) = wiki::write(dialect(&target.place), place(&target.place), &cases, &pictures, &Highlighter::default());
    diagnostics.extend(found.into_iter().map(|found| at_title(found, site)));
    let places = pages.iter().map(|page| (page.case.clone(), page.name.clone())).collect();
    let pages: Vec<Written> = pages.into_iter().filter(|page| asked.contains(&page.case)).collect();
    let places_of_words = Places::default();
    let withheld = Withheld::new(&selection.linked.config, target.audience).with_names(names_withheld(selection, inputs, machine));
    for page in &pages {
        let names = page.attachments.join("\n");
        for (name, text) in [(&page.name.path, &page.text), (&page.name.path, &page.name.title), (&page.name.path, &names)] {
            diagnostics.extend(search(&withheld, (&selection.linked, inputs), &places_of_words, name, text.as_bytes()).err());
        }
    }
    for case in cases.iter().filter(|case| asked.contains(&case.slug)) {
        let words = case.page.words();
        diagnostics.extend(search(&withheld, (&selection.linked, inputs), &places_of_words, &case.title, words.as_bytes()).err());
    }
    for (name, bytes) in &pictures {
        diagnostics.extend(search(&withheld, (&selection.linked, inputs), &places_of_words, name, bytes).err());
    }
    diagnostic::sort(&mut diagnostics);
    let sources = names.iter().map(|(path, name)| (name.clone(), path.clone())).collect();
    Draft { pages, cases, names: places, sources, pictures, withheld, diagnostics }
}

/// What a wiki would refuse of a page as a whole is shown at its title.
fn at_title(found: Diagnostic, site: &Site) -> Diagnostic {
    let title = |file: &SitePath| site.documents.iter().find(|document| document.path == *file)?.meta.titled().map(Prose::span);
    let moved = |file: &SitePath, span: Span| if span == Span::default() { title(file).unwrap_or(span) } else { span };
    let notes = found.notes.iter().map(|note| Note { span: moved(&note.file, note.span), ..note.clone() }).collect();
    Diagnostic { span: moved(&found.file, found.span), notes, ..found }
}

/// What the wiki of a target reads.
pub(super) fn dialect(place: &Place) -> Dialect {
    match place {
        Place::Folder { format: Format::Html, .. } => Dialect::Html,
        Place::Folder { format: Format::Markdown, .. } => Dialect::Markdown(Flavour::Plain),
        Place::Git { host: GitHost::AzureDevops, .. } | Place::AzureDevops { .. } => Dialect::Markdown(Flavour::AzureDevops),
        Place::Git { host: GitHost::Github, .. } => Dialect::Markdown(Flavour::Github),
        Place::Git { host: GitHost::Gitlab, .. } => Dialect::Markdown(Flavour::Gitlab),
        Place::Git { host: GitHost::Gitea, .. } => Dialect::Markdown(Flavour::Gitea),
        Place::Mediawiki { .. } => Dialect::Mediawiki,
        Place::Dokuwiki { .. } => Dialect::Dokuwiki,
        Place::Confluence { .. } => Dialect::Confluence,
    }
}

/// Where on the wiki its pages are put.
fn place(place: &Place) -> &str {
    match place {
        Place::Git { folder, .. } => folder,
        Place::AzureDevops { parent, .. } => parent,
        Place::Mediawiki { prefix, .. } => prefix,
        Place::Dokuwiki { namespace, .. } => namespace,
        Place::Folder { .. } | Place::Confluence { .. } => "",
    }
}

/// What the name of a picture begins with.
pub fn picture_digest(bytes: &[u8]) -> String {
    format!("{:016x}", xxh3_128(bytes) >> 64)
}

type Named = (BTreeMap<SitePath, String>, BTreeMap<String, Arc<[u8]>>);

/// Pictures without what cameras and programs write into them, under the names that their contents give them.
fn pictures<'a>(site: &Site, assets: impl Iterator<Item = (&'a SitePath, &'a Arc<[u8]>)>, diagnostics: &mut Vec<Diagnostic>) -> Named {
    let mut names = BTreeMap::new();
    let mut pictures = BTreeMap::new();
    for (path, bytes) in assets {
        match picture::clean(bytes) {
            Ok(clean) => {
                let name = format!("{}.{}", picture_digest(&clean.bytes), clean.extension);
                names.insert(path.clone(), name.clone());
                pictures.insert(name, Arc::from(clean.bytes));
            }
            // A link to another file says by itself that it is left behind; a picture must not go missing.
            Err(_) if !picture::is_picture(path.as_str(), bytes) => {}
            Err(reason) => diagnostics.push(uncleaned(site, path, &reason)),
        }
    }
    (names, pictures)
}

/// Names that may be in nothing that leaves: where things lie on this machine and in the site, and what the documents are called
/// that the audience may not see.
fn names_withheld(selection: &Selection, inputs: &Inputs, machine: &[String]) -> Vec<String> {
    let site = &selection.linked.site;
    let seen: BTreeSet<&SitePath> = site.documents.iter().map(|document| &document.path).collect();
    let mut words = String::new();
    for document in &site.documents {
        words.push_str(document.meta.title());
        words.push(' ');
        words.push_str(&document.body.plain(0..document.body.nodes.len()));
        words.push(' ');
    }
    let said = Slug::of(&words).to_string();
    let stem = |file: &InputFile| {
        let stem = file.path.as_str().rsplit('/').find(|part| !part.starts_with("index."))?.split('.').next()?;
        // A slug of a word or two is no secret.
        (stem.matches('-').count() >= 2).then(|| stem.to_owned())
    };
    let stems = inputs.documents.iter().filter(|file| !seen.contains(&file.path)).filter_map(stem).collect();
    // One that the text itself spells is none either.
    let slugs = Names::new(stems).not_in(&said);
    let paths = inputs.documents.iter().map(|file| file.path.as_str().to_owned());
    slugs.into_iter().chain(paths).chain(machine.iter().filter(|name| name.len() > 4).cloned()).collect()
}
