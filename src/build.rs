//! The jobs that all commands share: files become a linked site, and a site becomes the artefacts that are written or served.

mod assets;
mod edition;
mod endings;
mod leaks;
mod single;

use std::collections::BTreeSet;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use rayon::prelude::*;

use crate::audience::{Projection, Viewer, project};
use crate::config::{self, Config};
use crate::diagnostic::{self, Diagnostic, rules};
use crate::highlight::Highlighter;
use crate::model::{Audience, Document};
use crate::parse::{CONTENT, Parsed, parse, parse_text};
use crate::render::{self, ThemeFile};
use crate::site::{DocumentId, Site, link};
use crate::source::{SitePath, Span};

pub use assets::{Assets, NamedAssets};
pub use edition::{Artefact, Edition, EditionSources, Made, Previous, uncleaned};
pub use leaks::{WordPlaces, scan_for_leaks};
pub use single::{Single, single};

/// The files of a site, as they were read.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// `site.toml`; `None` if there is none.
    pub settings: Option<InputFile>,
    /// The Markdown files of the content, in the order of their paths as texts.
    pub documents: Vec<InputFile>,
    /// The paths of all other files of the content.
    pub assets: BTreeSet<SitePath>,
    /// Symbolic links that are not followed, in the order of their paths, each with the reason.
    pub unfollowed: Vec<(SitePath, Unfollowed)>,
    /// The files of the site's own theme, in the order of their paths.
    pub theme: Vec<ThemeFile>,
}

impl Inputs {
    /// Whether these are the same files in memory. This compares addresses, not contents.
    pub fn are_same(&self, other: &Self) -> bool {
        let are_same = |ours: &[InputFile], others: &[InputFile]| {
            ours.len() == others.len()
                && ours.iter().zip(others).all(|(ours, other)| {
                    Arc::ptr_eq(&ours.bytes, &other.bytes) && ours.path == other.path
                })
        };
        are_same(self.settings.as_slice(), other.settings.as_slice())
            && are_same(&self.documents, &other.documents)
            && render::is_same_theme(&self.theme, &other.theme)
            && self.assets == other.assets
            && self.unfollowed == other.unfollowed
    }

    /// The Markdown file at a path.
    pub fn document(&self, path: &SitePath) -> Option<&InputFile> {
        self.documents
            .binary_search_by(|file| file.path.cmp(path))
            .ok()
            .map(|index| &self.documents[index])
    }

    /// The bytes of any file that was read.
    pub fn bytes(&self, path: &SitePath) -> Option<&[u8]> {
        let settings = self
            .settings
            .iter()
            .find(|file| file.path == *path)
            .map(|file| &*file.bytes);
        let theme = || {
            self.theme
                .binary_search_by(|file| file.path.cmp(path))
                .ok()
                .map(|index| &*self.theme[index].bytes)
        };
        self.document(path)
            .map(|file| &*file.bytes)
            .or(settings)
            .or_else(theme)
    }
}

/// Why a symbolic link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfollowed {
    /// It leads out of the site, to what tools keep for themselves, or nowhere.
    Outside,
    /// It leads to a folder whose files are read there, or to a folder that contains the content.
    InContent,
    /// It lies in a folder that a link leads to.
    Nested,
}

/// A file and its bytes.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Its path from the root of the site.
    pub path: SitePath,
    /// Its content.
    pub bytes: Arc<[u8]>,
    /// The same memory as text, if it is UTF-8.
    text: Option<Arc<str>>,
}

impl InputFile {
    /// A file that was read.
    pub fn new(path: SitePath, bytes: Vec<u8>) -> Self {
        match String::from_utf8(bytes) {
            Ok(text) => {
                let text: Arc<str> = text.into();
                Self {
                    path,
                    bytes: text.clone().into(),
                    text: Some(text),
                }
            }
            Err(error) => Self {
                path,
                bytes: error.into_bytes().into(),
                text: None,
            },
        }
    }
}

/// The parsed files of the last run. A file with the same bytes is not parsed again.
#[derive(Default)]
pub struct ParseCache {
    /// In the order of the paths.
    files: Vec<ParsedFile>,
}

impl ParseCache {
    /// The files in which parsing found an error, in any order.
    pub fn files_with_errors(&self) -> impl Iterator<Item = &SitePath> {
        self.files
            .iter()
            .filter(|file| file.diagnostics.iter().any(Diagnostic::is_error))
            .map(|file| &file.path)
    }

    /// What was parsed of a file, if its bytes are the same. Most files keep their place in the order, so `place` is tried first.
    fn get(&self, file: &InputFile, place: usize) -> Option<&ParsedFile> {
        let at_place = self
            .files
            .get(place)
            .filter(|known| known.path == file.path);
        let anywhere = || {
            self.files
                .binary_search_by(|known| known.path.cmp(&file.path))
                .ok()
                .map(|place| &self.files[place])
        };
        let known = at_place.or_else(anywhere)?;
        (Arc::ptr_eq(&known.bytes, &file.bytes) || known.bytes == file.bytes).then_some(known)
    }
}

/// A file as it was parsed.
#[derive(Clone)]
struct ParsedFile {
    path: SitePath,
    bytes: Arc<[u8]>,
    document: Option<Arc<Document>>,
    diagnostics: Arc<[Diagnostic]>,
}

/// A site for a viewer, and its diagnostics.
pub struct Linked {
    /// What the viewer may see, linked.
    pub site: Site,
    /// All settings, with the words that may not leave.
    pub config: Arc<Config>,
    /// The document of the whole site that each document was made from, in ascending order.
    pub origins: Vec<DocumentId>,
    /// In the order of files and places.
    pub diagnostics: Vec<Diagnostic>,
}

impl Linked {
    /// The document of the whole site that a document was made from.
    pub fn origin(&self, document: DocumentId) -> DocumentId {
        self.origins[document.0]
    }

    /// What was made from a document of the whole site; `None` if the viewer may not see it.
    pub fn made_from(&self, origin: DocumentId) -> Option<DocumentId> {
        self.origins.binary_search(&origin).ok().map(DocumentId)
    }

    /// Whether an error prevents the site from being built.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Parses the settings.
pub fn settings(inputs: &Inputs) -> (Config, Vec<Diagnostic>) {
    let Some(file) = &inputs.settings else {
        return (Config::default(), Vec::new());
    };
    match std::str::from_utf8(&file.bytes) {
        Ok(text) => config::parse(text),
        Err(error) => {
            let at = error.valid_up_to();
            let found = Diagnostic::new(
                &rules::ENCODING,
                &file.path,
                Span::new(at, at + 1),
                "the file is not UTF-8 from here on",
            )
            .help("save it again with the encoding UTF-8");
            (Config::default(), vec![found])
        }
    }
}

/// Parses and links a site, and removes what the viewer may not see.
///
/// `meanwhile` gets the parsed documents. It runs in parallel with linking, which uses one core only.
pub fn link_site(
    inputs: &Inputs,
    cache: &mut ParseCache,
    meanwhile: impl FnOnce(&[Arc<Document>]) + Send,
    viewer: impl FnOnce(&Config) -> Viewer,
) -> Linked {
    let whole = link_whole(inputs, cache, meanwhile);
    let viewer = viewer(&whole.config);
    for_viewer(&whole, viewer, &inputs.assets).unwrap_or(whole)
}

/// Parses and links a site as its author has it, drafts included.
pub fn link_whole(
    inputs: &Inputs,
    cache: &mut ParseCache,
    meanwhile: impl FnOnce(&[Arc<Document>]) + Send,
) -> Linked {
    let (config, mut diagnostics) = settings(inputs);
    diagnostics.extend(
        inputs
            .unfollowed
            .iter()
            .map(|(path, reason)| unfollowed(path, *reason)),
    );
    let config = Arc::new(config);
    let documents = parse_all(&inputs.documents, cache, &mut diagnostics);
    let parsed = documents.clone();
    let ((site, found), ()) = rayon::join(
        || link(&config, Audience::Private, documents, &inputs.assets),
        || meanwhile(&parsed),
    );
    diagnostics.extend(found);
    diagnostics.extend(unread(inputs, &site));
    diagnostics.extend(word_mistakes(inputs, &config));
    diagnostics.extend(empty(&site, "the site is empty: no file below `content` is a story, a question, a case study or a competency"));
    diagnostic::sort(&mut diagnostics);
    let origins = (0..site.documents.len()).map(DocumentId).collect();
    Linked {
        site,
        config,
        origins,
        diagnostics,
    }
}

/// Removes from the whole site what a viewer may not see, and links the rest again. `None` if the viewer may see everything.
pub fn for_viewer(whole: &Linked, viewer: Viewer, assets: &BTreeSet<SitePath>) -> Option<Linked> {
    let Projection {
        config,
        documents,
        origins,
        diagnostics: left_out,
    } = project(&whole.site, viewer)?;
    let (site, found) = link(&config, viewer.audience, documents, assets);
    let mut diagnostics = whole.diagnostics.clone();
    if !whole.site.documents.is_empty() {
        let message = format!(
            "the site is empty: nothing in it is ready and meant for the audience `{}`",
            viewer.audience.name()
        );
        diagnostics.extend(
            empty(&site, &message)
                .map(|found| found.help("give documents an `audience` and take `status: draft` away, as docs/privacy.md tells")),
        );
    }
    diagnostics.extend(left_out);
    // The diagnostics of the whole site are there already. Only two can be new: names that redaction has made equal, and links
    // that now lead nowhere. The latter are intended.
    let is_known = |found: &Diagnostic| {
        let mut known = whole.diagnostics.iter();
        known.any(|known| {
            known.rule == found.rule && known.file == found.file && known.span == found.span
        })
    };
    let found = found.into_iter().filter(|found| !is_known(found));
    diagnostics.extend(found.filter_map(collision));
    diagnostic::sort(&mut diagnostics);
    Some(Linked {
        site,
        config: whole.config.clone(),
        origins,
        diagnostics,
    })
}

/// A collision of names that redaction has made equal; `None` for another diagnostic.
fn collision(found: Diagnostic) -> Option<Diagnostic> {
    if found.rule != &rules::DUPLICATE && found.rule != &rules::ADDRESS {
        return None;
    }
    let message = format!("once `[redact]` has replaced words, {}", found.message);
    Some(
        Diagnostic { message, ..found }
            .help("give one of the two files a name without the words that are replaced"),
    )
}

/// Highlights the code of documents before the pages that show it are made: the first block of each language takes longest.
pub fn mark_code(highlighter: &Highlighter, documents: &[Arc<Document>]) {
    let distinct: BTreeSet<(&str, String)> = documents
        .iter()
        .flat_map(|document| document.body.code_blocks())
        .collect();
    distinct
        .par_iter()
        .for_each(|(language, code)| drop(highlighter.html(language, code)));
}

/// Parses the files that are not in the cache, and removes files from the cache that no longer exist.
fn parse_all(
    files: &[InputFile],
    cache: &mut ParseCache,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Arc<Document>> {
    let parsed = files.par_iter().enumerate().map(|(place, file)| {
        let known = cache.get(file, place).cloned();
        known.unwrap_or_else(|| parse_file(file))
    });
    cache.files = parsed.collect();
    diagnostics.extend(
        cache
            .files
            .iter()
            .flat_map(|file| file.diagnostics.iter().cloned()),
    );
    cache
        .files
        .iter()
        .filter_map(|file| file.document.clone())
        .collect()
}

fn parse_file(file: &InputFile) -> ParsedFile {
    let parsed = guarded(&file.path, || match &file.text {
        Some(text) => parse_text(&file.path, text),
        None => parse(&file.path, &file.bytes),
    });
    let (path, bytes) = (file.path.clone(), file.bytes.clone());
    ParsedFile {
        path,
        bytes,
        document: parsed.document.map(Arc::new),
        diagnostics: parsed.diagnostics.into(),
    }
}

/// Diagnostics about the words of pages, from the theme and the settings.
fn word_mistakes(inputs: &Inputs, config: &Config) -> Vec<Diagnostic> {
    let settings = inputs
        .settings
        .as_ref()
        .and_then(|file| file.text.as_deref())
        .unwrap_or_default();
    render::word_mistakes(config, settings, &inputs.theme)
}

/// Warns of texts in the content that are not read and that no document refers to.
fn unread(inputs: &Inputs, site: &Site) -> Vec<Diagnostic> {
    let texts: Vec<&SitePath> = inputs
        .assets
        .iter()
        .filter(|path| endings::is_prose(path))
        .collect();
    let used = if texts.is_empty() {
        BTreeSet::new()
    } else {
        site.used_assets()
    };
    let files = texts
        .into_iter()
        .filter(|path| !used.contains(*path))
        .map(|path| {
            Diagnostic::new(
            &rules::NOT_READ,
            path,
            Span::default(),
            format!("a file that ends in `.{}` is not read, so no page shows it", path.extension()),
        )
        .help("save it as Markdown with the ending `.md`, link to it, or move it out of `content`")
        });
    files.collect()
}

fn unfollowed(path: &SitePath, reason: Unfollowed) -> Diagnostic {
    let (message, help) = match reason {
        Unfollowed::Outside => (
            "this symbolic link leads to no file of the site, so it is not followed",
            "put a copy of the file in its place, or delete the link",
        ),
        Unfollowed::InContent => (
            "this symbolic link leads to a folder that is read in its own place, so it is not followed",
            "delete the link, or move the files",
        ),
        Unfollowed::Nested => (
            "this symbolic link to a folder is in a folder that is itself linked, so it is not followed",
            "link to the folder from `content` itself",
        ),
    };
    Diagnostic::new(&rules::LINK_LEFT, path, Span::default(), message).help(help)
}

/// Warns of a site without documents.
fn empty(site: &Site, message: &str) -> Option<Diagnostic> {
    let help = "add a story with `storybank new story`";
    site.documents.is_empty().then(|| {
        Diagnostic::new(
            &rules::EMPTY,
            &SitePath::new(CONTENT),
            Span::default(),
            message,
        )
        .help(help)
    })
}

/// Runs the parser on one file. A panic becomes a diagnostic of that file, so that the other files are still parsed.
fn guarded(path: &SitePath, parse: impl FnOnce() -> Parsed) -> Parsed {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| {
        let message = "storybank crashed on this file; please report it";
        let found = Diagnostic::new(&rules::FAULT, path, Span::default(), message)
            .help("undo your last change to this file until a new version reads it");
        Parsed {
            document: None,
            diagnostics: vec![found],
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fault_of_the_parser_is_a_mistake_of_one_file() {
        let path = SitePath::new("content/stories/outage.md");
        let parsed = guarded(&path, || panic!("a fault"));
        assert!(parsed.document.is_none());
        assert_eq!(
            parsed
                .diagnostics
                .iter()
                .map(|found| (found.rule, &found.file))
                .collect::<Vec<_>>(),
            [(&rules::FAULT, &path)]
        );
    }
}
