//! The job that all commands share: files become a linked site, and a site becomes the artefacts that are written or served.

use std::collections::{BTreeMap, BTreeSet};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Mutex, PoisonError};

use rayon::prelude::*;
use xxhash_rust::xxh3::xxh3_128;

use crate::audience::{Projection, Viewer, Withheld, project};
use crate::config::{self, Config};
use crate::diagnostic::{self, Diagnostic, rules};
use crate::highlight::Highlighter;
use crate::html::{Addresses, Context};
use crate::model::{Audience, Document};
use crate::parse::{CONTENT, Parsed, parse, parse_text};
use crate::render::{Renderer, Theme, ThemeFile};
use crate::route::Route;
use crate::site::{DocumentId, Site, link};
use crate::source::{SitePath, Span};
use crate::view::{self, Page, View};
use crate::wiki::picture;
use crate::words::Finder;

/// The files of a site, as they were read.
#[derive(Debug, Clone, Default)]
pub struct Inputs {
    /// `site.toml`; nothing where there is none.
    pub settings: Option<InputFile>,
    /// The Markdown files of the content, in the order of their paths as texts.
    pub documents: Vec<InputFile>,
    /// The paths of all other files of the content.
    pub assets: BTreeSet<SitePath>,
    /// Symbolic links that are not followed, in the order of their paths, each with the reason.
    pub unfollowed: Vec<(SitePath, Unfollowed)>,
    /// The files of the site's own theme.
    pub theme: Vec<ThemeFile>,
}

impl Inputs {
    /// Whether these are the very same files: as cheap as it is to compare where they are in memory.
    pub fn are_same(&self, other: &Self) -> bool {
        let are_same = |ours: &[InputFile], others: &[InputFile]| {
            ours.len() == others.len()
                && ours.iter().zip(others).all(|(ours, other)| Arc::ptr_eq(&ours.bytes, &other.bytes) && ours.path == other.path)
        };
        are_same(self.settings.as_slice(), other.settings.as_slice())
            && are_same(&self.documents, &other.documents)
            && crate::render::is_same_theme(&self.theme, &other.theme)
            && self.assets == other.assets
            && self.unfollowed == other.unfollowed
    }

    /// The Markdown file at a path.
    pub fn document(&self, path: &SitePath) -> Option<&InputFile> {
        self.documents.binary_search_by(|file| file.path.cmp(path)).ok().map(|index| &self.documents[index])
    }

    /// The bytes of a file that was read, whatever it is for.
    pub fn bytes(&self, path: &SitePath) -> Option<&[u8]> {
        let settings = self.settings.iter().find(|file| file.path == *path).map(|file| &*file.bytes);
        let theme = || self.theme.iter().find(|file| file.path == *path).map(|file| &*file.bytes);
        self.document(path).map(|file| &*file.bytes).or(settings).or_else(theme)
    }
}

/// Why a symbolic link is not followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfollowed {
    /// It leads out of the site, to what tools keep for themselves, or nowhere.
    Outside,
    /// It leads to a folder whose files are read in their own place, or to one that holds the content.
    InContent,
    /// It stands in a folder that a link leads to.
    Nested,
}

/// A file and its bytes.
#[derive(Debug, Clone)]
pub struct InputFile {
    /// Where it stands in the site.
    pub path: SitePath,
    /// What it holds.
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
                Self { path, bytes: text.clone().into(), text: Some(text) }
            }
            Err(error) => Self { path, bytes: error.into_bytes().into(), text: None },
        }
    }
}

/// What was parsed before; a file with the same bytes is not parsed again.
#[derive(Default)]
pub struct Memo {
    /// In the order of the paths.
    parsed: Vec<Remembered>,
}

impl Memo {
    /// The files in which parsing found an error, in any order.
    pub fn mistaken(&self) -> impl Iterator<Item = &SitePath> {
        self.parsed.iter().filter(|file| file.diagnostics.iter().any(Diagnostic::is_error)).map(|file| &file.path)
    }

    /// What was parsed of a file. Most files are where they were the last time, so that is where one looks first.
    fn known(&self, file: &InputFile, place: usize) -> Option<&Remembered> {
        let there = self.parsed.get(place).filter(|known| known.path == file.path);
        let elsewhere = || self.parsed.binary_search_by(|known| known.path.cmp(&file.path)).ok().map(|place| &self.parsed[place]);
        let known = there.or_else(elsewhere)?;
        (Arc::ptr_eq(&known.bytes, &file.bytes) || known.bytes == file.bytes).then_some(known)
    }
}

/// A file as it was parsed.
#[derive(Clone)]
struct Remembered {
    path: SitePath,
    bytes: Arc<[u8]>,
    document: Option<Arc<Document>>,
    diagnostics: Arc<[Diagnostic]>,
}

/// A site for a viewer, and everything that is wrong with it.
pub struct Linked {
    /// What the viewer may see, linked.
    pub site: Site,
    /// The settings whole, with the words that may not leave.
    pub config: Arc<Config>,
    /// For each document of the site, the document of the whole site that it was made from; in ascending order.
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

    /// Whether something keeps the site from being built.
    pub fn has_errors(&self) -> bool {
        self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Parses the settings.
pub fn settings(inputs: &Inputs) -> (Config, Vec<Diagnostic>) {
    let Some(file) = &inputs.settings else { return (Config::default(), Vec::new()) };
    match std::str::from_utf8(&file.bytes) {
        Ok(text) => config::parse(text),
        Err(error) => {
            let at = error.valid_up_to();
            let found = Diagnostic::new(&rules::ENCODING, &file.path, Span::new(at, at + 1), "the file is not UTF-8 from here on")
                .help("save it again with the encoding UTF-8");
            (Config::default(), vec![found])
        }
    }
}

/// Parses and links a site, and takes out of it what the viewer may not see.
///
/// `meanwhile` is given the parsed documents and runs beside the linking, which keeps one core busy and not the others.
pub fn link_site(
    inputs: &Inputs,
    memo: &mut Memo,
    meanwhile: impl FnOnce(&[Arc<Document>]) + Send,
    viewer: impl FnOnce(&Config) -> Viewer,
) -> Linked {
    let whole = link_whole(inputs, memo, meanwhile);
    let viewer = viewer(&whole.config);
    for_viewer(&whole, viewer, &inputs.assets).unwrap_or(whole)
}

/// Parses and links a site as its author has it, drafts included.
pub fn link_whole(inputs: &Inputs, memo: &mut Memo, meanwhile: impl FnOnce(&[Arc<Document>]) + Send) -> Linked {
    let (config, mut diagnostics) = settings(inputs);
    diagnostics.extend(inputs.unfollowed.iter().map(|(path, reason)| unfollowed(path, *reason)));
    let config = Arc::new(config);
    let documents = parse_all(&inputs.documents, memo, &mut diagnostics);
    let parsed = documents.clone();
    let ((site, found), ()) = rayon::join(|| link(&config, Audience::Private, documents, &inputs.assets), || meanwhile(&parsed));
    diagnostics.extend(found);
    diagnostics.extend(unread(inputs, &site));
    diagnostics.extend(empty(&site, "the site is empty: no file below `content` is a story, a question, a case study or a competency"));
    diagnostic::sort(&mut diagnostics);
    let origins = (0..site.documents.len()).map(DocumentId).collect();
    Linked { site, config, origins, diagnostics }
}

/// Takes out of the whole site what a viewer may not see, and links the rest again; nothing where the viewer may see all of it.
pub fn for_viewer(whole: &Linked, viewer: Viewer, assets: &BTreeSet<SitePath>) -> Option<Linked> {
    let Projection { config, documents, origins, diagnostics: left_out } = project(&whole.site, viewer)?;
    let (site, found) = link(&config, viewer.audience, documents, assets);
    let mut diagnostics = whole.diagnostics.clone();
    if !whole.site.documents.is_empty() {
        let message = format!("the site is empty: nothing in it is ready and meant for the audience `{}`", viewer.audience.name());
        diagnostics.extend(
            empty(&site, &message)
                .map(|found| found.help("give documents an `audience` and take `status: draft` away, as docs/privacy.md tells")),
        );
    }
    diagnostics.extend(left_out);
    // What is wrong with the whole site has been said; here only two things can be new: names that redaction has
    // made alike, and links that now lead nowhere, which is meant.
    let collisions = found.into_iter().filter(|found| found.rule == &rules::DUPLICATE || found.rule == &rules::ADDRESS);
    diagnostics.extend(collisions.map(|found| {
        let message = format!("once `[redact]` has replaced words, {}", found.message);
        Diagnostic { message, ..found }.help("give one of the two files a name without the words that are replaced")
    }));
    diagnostic::sort(&mut diagnostics);
    Some(Linked { site, config: whole.config.clone(), origins, diagnostics })
}

/// Marks the code of documents ahead of the pages that show it: the first block of each language takes longest.
pub fn mark_code(highlighter: &Highlighter, documents: &[Arc<Document>]) {
    let distinct: BTreeSet<(&str, String)> = documents.iter().flat_map(|document| document.body.code_blocks()).collect();
    distinct.par_iter().for_each(|(language, code)| drop(highlighter.html(language, code)));
}

/// Parses what is not remembered, and forgets what is no longer there.
fn parse_all(files: &[InputFile], memo: &mut Memo, diagnostics: &mut Vec<Diagnostic>) -> Vec<Arc<Document>> {
    let parsed = files.par_iter().enumerate().map(|(place, file)| {
        if let Some(known) = memo.known(file, place) {
            return known.clone();
        }
        let parsed = guarded(&file.path, || match &file.text {
            Some(text) => parse_text(&file.path, text),
            None => parse(&file.path, &file.bytes),
        });
        let (path, bytes) = (file.path.clone(), file.bytes.clone());
        Remembered { path, bytes, document: parsed.document.map(Arc::new), diagnostics: parsed.diagnostics.into() }
    });
    memo.parsed = parsed.collect();
    diagnostics.extend(memo.parsed.iter().flat_map(|file| file.diagnostics.iter().cloned()));
    memo.parsed.iter().filter_map(|file| file.document.clone()).collect()
}

/// How files may be called at the end; what is no such word may be one of the author's own.
const EXTENSIONS: &[&str] = &[
    "7z",
    "apng",
    "avi",
    "avif",
    "bash",
    "bib",
    "bmp",
    "bz2",
    "c",
    "cpp",
    "cs",
    "css",
    "csv",
    "diff",
    "doc",
    "docx",
    "drawio",
    "eml",
    "eot",
    "eps",
    "epub",
    "excalidraw",
    "flac",
    "gif",
    "go",
    "gpx",
    "gz",
    "h",
    "heic",
    "htm",
    "html",
    "ico",
    "ics",
    "ini",
    "ipynb",
    "java",
    "jfif",
    "jpe",
    "jpeg",
    "jpg",
    "js",
    "json",
    "jsonl",
    "key",
    "kt",
    "log",
    "m4a",
    "m4v",
    "markdown",
    "md",
    "mdx",
    "mjs",
    "mkv",
    "mmd",
    "mov",
    "mp3",
    "mp4",
    "mpeg",
    "mpg",
    "numbers",
    "odg",
    "odp",
    "ods",
    "odt",
    "oga",
    "ogg",
    "ogv",
    "opus",
    "org",
    "otf",
    "pages",
    "patch",
    "pdf",
    "php",
    "png",
    "ppt",
    "pptx",
    "ps",
    "psd",
    "puml",
    "py",
    "rar",
    "rb",
    "rs",
    "rst",
    "rtf",
    "sh",
    "sql",
    "srt",
    "svg",
    "swift",
    "tar",
    "tex",
    "tgz",
    "tif",
    "tiff",
    "toml",
    "ts",
    "tsv",
    "ttf",
    "txt",
    "vcf",
    "vsdx",
    "vtt",
    "wasm",
    "wav",
    "weba",
    "webm",
    "webmanifest",
    "webp",
    "woff",
    "woff2",
    "xht",
    "xhtml",
    "xls",
    "xlsx",
    "xml",
    "xz",
    "yaml",
    "yml",
    "zip",
    "zst",
];

/// Extensions of files in which people write, and which are not read.
const WRITTEN: &[&str] = &[
    "mdx", "mdown", "mkd", "mkdn", "mdwn", "mdtxt", "mdtext", "rmd", "qmd", "txt", "text", "org", "rst", "adoc", "asciidoc", "textile",
    "wiki", "tex", "docx", "doc", "odt", "rtf", "pages", "html", "htm",
];

/// What lies in the content like something to read, is not read, and is referred to by nothing.
fn unread(inputs: &Inputs, site: &Site) -> Vec<Diagnostic> {
    let is_written = |path: &&SitePath| WRITTEN.iter().any(|extension| path.extension().eq_ignore_ascii_case(extension));
    let written: Vec<&SitePath> = inputs.assets.iter().filter(is_written).collect();
    let used = if written.is_empty() { BTreeSet::new() } else { site.used_assets() };
    let files = written.into_iter().filter(|path| !used.contains(*path)).map(|path| {
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
            "put a copy of what you mean in its place, or delete the link",
        ),
        Unfollowed::InContent => (
            "this symbolic link leads to a folder that is read in its own place, so it is not followed",
            "delete the link, or move the files",
        ),
        Unfollowed::Nested => (
            "this symbolic link to a folder stands in a folder that is itself linked, so it is not followed",
            "link to the folder from `content` itself",
        ),
    };
    Diagnostic::new(&rules::LINK_LEFT, path, Span::default(), message).help(help)
}

/// A site without any document.
fn empty(site: &Site, message: &str) -> Option<Diagnostic> {
    let help = "add a story with `storybank new story`";
    site.documents.is_empty().then(|| Diagnostic::new(&rules::EMPTY, &SitePath::new(CONTENT), Span::default(), message).help(help))
}

/// What is parsed; a file that the program has a fault with is a mistake of that file, and not the end of all others.
fn guarded(path: &SitePath, parse: impl FnOnce() -> Parsed) -> Parsed {
    catch_unwind(AssertUnwindSafe(parse)).unwrap_or_else(|_| {
        let message = "storybank crashed on this file; please report it";
        let found = Diagnostic::new(&rules::FAULT, path, Span::default(), message)
            .help("undo your last change to this file until a new version reads it");
        Parsed { document: None, diagnostics: vec![found] }
    })
}

/// Names the files that documents refer to by their contents, so that no name of the author's leaves.
pub fn asset_names<'a>(assets: impl IntoIterator<Item = (&'a SitePath, &'a [u8])>) -> BTreeMap<SitePath, String> {
    let name = |path: &SitePath, bytes: &[u8]| {
        let digest = xxh3_128(bytes) >> 64;
        let extension = path.extension().to_ascii_lowercase();
        let known = EXTENSIONS.binary_search(&extension.as_str()).ok().map(|known| EXTENSIONS[known]);
        match known.or_else(|| picture::extension(bytes)) {
            Some(extension) => format!("{digest:016x}.{extension}"),
            None => format!("{digest:016x}"),
        }
    };
    assets.into_iter().map(|(path, bytes)| (path.clone(), name(path, bytes))).collect()
}

/// The site that a former build has left, as it stands.
pub trait Standing {
    /// Whether the file at `path` is the one that was made from what `fingerprint` stands for.
    fn is_current(&self, path: &str, fingerprint: u64) -> bool;

    /// What the file at `path` holds; nothing where it cannot be read.
    fn bytes(&self, path: &str) -> Option<Vec<u8>>;
}

/// No build has left a site.
pub struct Nothing;

impl Standing for Nothing {
    fn is_current(&self, _: &str, _: u64) -> bool {
        false
    }

    fn bytes(&self, _: &str) -> Option<Vec<u8>> {
        None
    }
}

/// Makes the artefacts of a site: each by itself, in any order, on any number of threads.
pub struct Press {
    linked: Arc<Linked>,
    highlighter: Arc<Highlighter>,
    addresses: Addresses,
    assets: Arc<BTreeMap<SitePath, String>>,
    renderer: Renderer,
    inputs: Arc<Inputs>,
    /// Words that may be in no artefact.
    withheld: Withheld,
    places: Places,
}

/// Something that a site consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Artefact {
    /// The path from the root of the site.
    pub path: String,
    /// The content of the file, as it is written or served.
    pub bytes: Vec<u8>,
}

impl Press {
    /// Makes ready for the pages of a site; `assets` gives the names that files get there.
    pub fn new(
        linked: Arc<Linked>,
        theme: Theme,
        inputs: Arc<Inputs>,
        highlighter: Arc<Highlighter>,
        assets: Arc<BTreeMap<SitePath, String>>,
    ) -> Self {
        let site = &linked.site;
        let renderer = {
            let site_view = view::site_view(site, theme.style());
            theme.for_site(&site_view)
        };
        let withheld = Withheld::new(&linked.config, site.audience);
        let addresses = Addresses::new(site);
        Self { linked, highlighter, addresses, assets, renderer, inputs, withheld, places: Places::default() }
    }

    /// The pages of the site.
    pub fn pages(&self) -> Vec<Page> {
        view::pages(&self.linked.site)
    }

    /// What a page shows.
    fn view<'a>(&'a self, page: &'a Page) -> View<'a> {
        let Self { highlighter, addresses, assets, .. } = self;
        let context = Context { site: &self.linked.site, highlighter, addresses, assets };
        view::view(context, page, self.renderer.theme().style())
    }

    /// A page, unless `standing` knows it by the number that stands for everything it is made from.
    ///
    /// The number does not depend on the words that may not leave: it is in a list that is published, too, and a guess at a word could be
    /// tested against it. So a page that is there already is searched as well.
    pub fn page(&self, page: &Page, standing: &impl Standing) -> Result<Made, Diagnostic> {
        let view = self.view(page);
        let fingerprint = self.renderer.fingerprint(&view);
        let path = page.route.path();
        if standing.is_current(&path, fingerprint) && self.may_stay(&path, standing)? {
            return Ok(Made { fingerprint, bytes: None });
        }
        let bytes = self.renderer.page(&view, &self.inputs.theme)?;
        self.search(&path, &bytes)?;
        Ok(Made { fingerprint, bytes: Some(bytes) })
    }

    /// Whether a page that is there already can be read, where it has to be searched.
    fn may_stay(&self, path: &str, standing: &impl Standing) -> Result<bool, Diagnostic> {
        if self.withheld.is_empty() {
            return Ok(true);
        }
        let Some(bytes) = standing.bytes(path) else { return Ok(false) };
        self.search(path, &bytes)?;
        Ok(true)
    }

    /// The files of the theme that go along, by their paths.
    pub fn statics(&self) -> Result<Vec<Artefact>, Diagnostic> {
        let statics = self.renderer.theme().statics().iter();
        statics.map(|(name, bytes)| self.file(&Route::Static(name.clone()), bytes)).collect()
    }

    /// A file of the theme, by its path below `static`.
    pub fn static_file(&self, name: &str) -> Option<&[u8]> {
        self.renderer.theme().statics().get(name).map(|bytes| &**bytes)
    }

    /// A file that a document refers to. A picture for others goes without what cameras and programs have written into it.
    pub fn asset(&self, path: &SitePath, bytes: &[u8]) -> Result<Artefact, Diagnostic> {
        let route = Route::Asset(self.assets.get(path).cloned().unwrap_or_default());
        if self.linked.site.audience == Audience::Private || !picture::is_picture(path.as_str(), bytes) {
            return self.file(&route, bytes);
        }
        match picture::clean(bytes) {
            Ok(clean) => self.file(&route, &clean.bytes),
            Err(reason) => Err(uncleaned(&self.linked.site, path, &reason)),
        }
    }

    fn file(&self, route: &Route, bytes: &[u8]) -> Result<Artefact, Diagnostic> {
        let path = route.path();
        self.search(&path, bytes)?;
        Ok(Artefact { path, bytes: bytes.to_vec() })
    }

    /// Looks for words that may not leave, in the address of an artefact and in all of its bytes.
    pub(crate) fn search(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        search(&self.withheld, (&self.linked, &self.inputs), &self.places, path, bytes)
    }
}

/// A picture that cannot be cleaned, at the place that shows it.
pub fn uncleaned(site: &Site, path: &SitePath, reason: &str) -> Diagnostic {
    let (file, span) = site.reference_to(path);
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    Diagnostic::new(&rules::PICTURE, file, span, format!("`{name}` {reason}"))
}

/// Where words that may not leave stand in the files. A word may come through to every page, and is looked for in all files once.
#[derive(Default)]
pub struct Places(Mutex<BTreeMap<String, (SitePath, Span)>>);

impl Places {
    fn of(&self, word: &str, linked: &Linked, inputs: &Inputs) -> (SitePath, Span) {
        // A thread that panicked while it held the memory has left nothing half-written in it.
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places.entry(word.to_owned()).or_insert_with(|| source_of(word, linked, inputs)).clone()
    }
}

/// Looks for what may not leave, in the name of something that was made and in all of its bytes.
pub fn search(
    withheld: &Withheld,
    (linked, inputs): (&Linked, &Inputs),
    places: &Places,
    name: &str,
    bytes: &[u8],
) -> Result<(), Diagnostic> {
    let hit = withheld.first_in(name.as_bytes()).or_else(|| withheld.first_in(bytes));
    let Some(hit) = hit else { return Ok(()) };
    let (file, span) = places.of(&hit.word, linked, inputs);
    let message = format!("`{}` would be in what is made for the audience `{}`", hit.word, linked.site.audience.name());
    let help = format!(
        "it came through to `{name}`: … {} …; write it so that `[redact]` in `{}` knows it, or take it out",
        hit.excerpt,
        config::FILE
    );
    Err(Diagnostic::new(&rules::LEAK, &file, span, message).help(help))
}

/// The first place in the documents that the audience sees, or else in the settings, that holds a withheld word.
fn source_of(word: &str, linked: &Linked, inputs: &Inputs) -> (SitePath, Span) {
    let finder = Finder::new([word]);
    let documents = linked.site.documents.iter().filter_map(|document| inputs.document(&document.path));
    let place = documents.chain(&inputs.settings).find_map(|file| {
        let text = std::str::from_utf8(&file.bytes).ok()?;
        finder.first(text).map(|found| (file.path.clone(), Span::new(found.range.start, found.range.end)))
    });
    place.unwrap_or_else(|| (SitePath::new(config::FILE), Span::default()))
}

/// A page that was made, or was known already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// The number that stands for everything the page is made from.
    pub fingerprint: u64,
    /// Nothing where the page is the one that is there already.
    pub bytes: Option<Vec<u8>>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_names_are_in_order() {
        assert!(EXTENSIONS.is_sorted());
    }

    #[test]
    fn a_fault_of_the_parser_is_a_mistake_of_one_file() {
        let path = SitePath::new("content/stories/outage.md");
        let parsed = guarded(&path, || panic!("a fault"));
        assert!(parsed.document.is_none());
        assert_eq!(parsed.diagnostics.iter().map(|found| (found.rule, &found.file)).collect::<Vec<_>>(), [(&rules::FAULT, &path)]);
    }
}
