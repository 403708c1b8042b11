//! The site of one audience as a stream of artefacts: pages, data files, files of the theme and files that documents refer to.
//!
//! A [`Route`] is the only key. A build makes all artefacts, a server makes those that are asked for, and neither knows what kinds there are.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::{FxBuildHasher, FxHashMap};
use xxhash_rust::xxh3::xxh3_64;

use super::{Inputs, Linked, NamedAssets, WordPlaces, scan_for_leaks};
use crate::audience::Withheld;
use crate::diagnostic::{Diagnostic, rules};
use crate::highlight::Highlighter;
use crate::html::{Addresses, Context};
use crate::model::Audience;
use crate::render::{self, Renderer, Theme};
use crate::route::{DataFile, Route};
use crate::site::{PageKey, Site};
use crate::source::SitePath;
use crate::view::{self, Page, View};
use crate::wiki::picture;

/// Everything that an edition is made from.
pub struct EditionSources {
    /// The site as the audience may see it.
    pub linked: Arc<Linked>,
    /// The files that it was linked from.
    pub inputs: Arc<Inputs>,
    /// The templates and words of the pages.
    pub theme: Theme,
    /// Colours blocks of code.
    pub highlighter: Arc<Highlighter>,
    /// The files that documents refer to, and possibly more.
    pub assets: Arc<NamedAssets>,
    /// The data files that go along with the pages.
    pub data: &'static [DataFile],
}

/// The site of one audience. It makes each of its artefacts by itself, in any order, on any number of threads.
pub struct Edition {
    linked: Arc<Linked>,
    inputs: Arc<Inputs>,
    highlighter: Arc<Highlighter>,
    assets: Arc<NamedAssets>,
    renderer: Renderer,
    addresses: Addresses,
    /// Words that may be in no artefact.
    withheld: Withheld,
    word_places: WordPlaces,
    contents: Vec<(Route, Content)>,
    /// The index of each route in `contents`.
    index: FxHashMap<Route, usize>,
}

/// What an artefact is made of.
enum Content {
    /// A page, with the thing that it is about.
    Page(Option<PageKey>),
    /// A file for scripts.
    Data(DataFile),
    /// A file of the theme.
    Static(Arc<[u8]>),
    /// A file that documents refer to.
    Asset(SitePath),
}

/// One output of an edition: a page or another file, not made yet.
#[derive(Clone, Copy)]
pub struct Artefact<'e> {
    edition: &'e Edition,
    route: &'e Route,
    content: &'e Content,
}

/// An artefact that was made. It holds no word that may not leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made<'e> {
    /// A digest of everything that it was made from, the withheld words apart. An equal digest means equal bytes.
    pub fingerprint: u64,
    /// As `text/html`; a text is UTF-8.
    pub media_type: &'static str,
    /// The content of the file, as it is written or served.
    pub bytes: Cow<'e, [u8]>,
}

impl Made<'_> {
    /// The media type with its encoding, as HTTP has it.
    pub fn content_type(&self) -> String {
        let encoding = if self.media_type.starts_with("text/") {
            "; charset=utf-8"
        } else {
            ""
        };
        format!("{}{encoding}", self.media_type)
    }
}

/// The output of an earlier build.
pub trait Previous {
    /// Whether the file at `path` was made with this fingerprint, and is unchanged since.
    fn is_current(&self, path: &str, fingerprint: u64) -> bool;

    /// The content of the file at `path`; `None` if it cannot be read.
    fn bytes(&self, path: &str) -> Option<Vec<u8>>;
}

/// What an artefact is made from: the view of a page, or the bytes of another file.
enum Source<'e> {
    View(Box<View<'e>>),
    Bytes(Cow<'e, [u8]>),
}

impl Edition {
    /// Lists the artefacts of a site, and prepares what they share.
    pub fn new(sources: EditionSources) -> Self {
        let EditionSources {
            linked,
            inputs,
            theme,
            highlighter,
            assets,
            data,
        } = sources;
        let site = &linked.site;
        let pages = view::pages(site);
        let renderer = {
            let phrases = theme.phrases(&site.config);
            let site_view = view::site_view(site, &phrases, &pages, theme.style());
            theme.for_site(&site_view, phrases)
        };
        let contents = contents(pages, data, renderer.theme(), used_by_name(site, &assets));
        let index = index(&contents);
        let withheld = Withheld::new(&linked.config, site.audience);
        let addresses = Addresses::new(site);
        let word_places = WordPlaces::default();
        Self {
            linked,
            inputs,
            highlighter,
            assets,
            renderer,
            addresses,
            withheld,
            word_places,
            contents,
            index,
        }
    }

    /// The site that the pages show.
    pub fn linked(&self) -> &Arc<Linked> {
        &self.linked
    }

    /// All artefacts, the slowest first. Then a parallel build does not wait for one of them at its end.
    pub fn artefacts(&self) -> Vec<Artefact<'_>> {
        self.contents
            .iter()
            .map(|content| self.artefact_of(content))
            .collect()
    }

    /// The artefact at a route; `None` if the edition has none there.
    pub fn artefact(&self, route: &Route) -> Option<Artefact<'_>> {
        self.index
            .get(route)
            .map(|&place| self.artefact_of(&self.contents[place]))
    }

    /// How many of the artefacts are pages.
    pub fn page_count(&self) -> usize {
        self.contents
            .iter()
            .filter(|(_, content)| matches!(content, Content::Page(_)))
            .count()
    }

    fn artefact_of<'e>(&'e self, (route, content): &'e (Route, Content)) -> Artefact<'e> {
        Artefact {
            edition: self,
            route,
            content,
        }
    }

    fn view<'e>(&'e self, route: &'e Route, key: Option<PageKey>) -> View<'e> {
        let Self {
            linked,
            highlighter,
            addresses,
            assets,
            renderer,
            ..
        } = self;
        let phrases = renderer.phrases();
        let context = Context {
            site: &linked.site,
            phrases,
            highlighter,
            addresses,
            assets: assets.names(),
        };
        view::view(context, route, key, self.renderer.theme().style())
    }

    fn fingerprint(&self, source: &Source<'_>) -> u64 {
        match source {
            Source::View(view) => self.renderer.fingerprint(view),
            Source::Bytes(bytes) => xxh3_64(bytes),
        }
    }

    /// A file that documents refer to. A picture for others goes without its metadata.
    fn asset(&self, path: &SitePath) -> Result<Cow<'_, [u8]>, Diagnostic> {
        let bytes = &self.assets.files()[path];
        if self.linked.site.audience == Audience::Private
            || !picture::is_picture(path.as_str(), bytes)
        {
            return Ok(Cow::Borrowed(bytes));
        }
        match picture::clean(bytes) {
            Ok(clean) => Ok(Cow::Owned(clean.bytes)),
            Err(reason) => Err(uncleaned(&self.linked.site, path, &reason)),
        }
    }

    /// The file that documents refer to and that is at a route; `None` if it is something else.
    pub fn source_of(&self, route: &Route) -> Option<&SitePath> {
        match &self.contents[*self.index.get(route)?].1 {
            Content::Asset(path) => Some(path),
            Content::Page(_) | Content::Data(_) | Content::Static(_) => None,
        }
    }

    /// The path in the site of a file of the theme.
    pub fn theme_path(&self, name: &str) -> SitePath {
        render::path_of(&self.inputs.theme, name)
    }

    /// Searches something that is made from artefacts for words that may not leave.
    ///
    /// # Errors
    ///
    /// The first such word, at its place in the files.
    pub fn scan(&self, path: &str, bytes: &[u8]) -> Result<(), Diagnostic> {
        scan_for_leaks(
            &self.withheld,
            (&self.linked, &self.inputs),
            &self.word_places,
            path,
            bytes,
        )
    }

    /// Whether a file that is up to date can be kept. It was scanned when it was made, but the words may be others now.
    fn may_be_kept(&self, path: &str, previous: &impl Previous) -> Result<bool, Diagnostic> {
        if self.withheld.is_empty() {
            return Ok(true);
        }
        let Some(bytes) = previous.bytes(path) else {
            return Ok(false);
        };
        self.scan(path, &bytes)?;
        Ok(true)
    }
}

impl<'e> Artefact<'e> {
    /// Its address.
    pub fn route(self) -> &'e Route {
        self.route
    }

    /// The thing that it is about; `None` for lists and for files that are not pages.
    pub fn key(self) -> Option<PageKey> {
        match self.content {
            Content::Page(key) => *key,
            Content::Data(_) | Content::Static(_) | Content::Asset(_) => None,
        }
    }

    /// Whether it is a page.
    pub fn is_page(self) -> bool {
        matches!(self.content, Content::Page(_))
    }

    /// Makes it.
    ///
    /// # Errors
    ///
    /// A mistake in a template, a picture that cannot be cleaned, or a word that may not leave.
    pub fn make(self) -> Result<Made<'e>, Diagnostic> {
        let source = self.source()?;
        let fingerprint = self.edition.fingerprint(&source);
        self.make_from(source, fingerprint)
    }

    /// Makes it, unless the previous output is up to date: then it returns `None`.
    ///
    /// The fingerprint does not depend on the words that may not leave: it is in a list that is published, and anybody could test a guess at
    /// a word against it. So a file that is kept is scanned as well.
    ///
    /// # Errors
    ///
    /// As [`Artefact::make`].
    pub fn make_unless_current(
        self,
        previous: &impl Previous,
    ) -> Result<Option<Made<'e>>, Diagnostic> {
        let source = self.source()?;
        let fingerprint = self.edition.fingerprint(&source);
        let path = self.route.path();
        if previous.is_current(&path, fingerprint) && self.edition.may_be_kept(&path, previous)? {
            return Ok(None);
        }
        self.make_from(source, fingerprint).map(Some)
    }

    fn source(self) -> Result<Source<'e>, Diagnostic> {
        Ok(match self.content {
            Content::Page(key) => Source::View(Box::new(self.edition.view(self.route, *key))),
            Content::Data(data) => {
                Source::Bytes(Cow::Owned(view::data(&self.edition.linked.site, *data)))
            }
            Content::Static(bytes) => Source::Bytes(Cow::Borrowed(bytes)),
            Content::Asset(path) => Source::Bytes(self.edition.asset(path)?),
        })
    }

    fn make_from(self, source: Source<'e>, fingerprint: u64) -> Result<Made<'e>, Diagnostic> {
        let bytes = match source {
            Source::View(view) => Cow::Owned(
                self.edition
                    .renderer
                    .page(&view, &self.edition.inputs.theme)?,
            ),
            Source::Bytes(bytes) => bytes,
        };
        self.edition.scan(&self.route.path(), &bytes)?;
        Ok(Made {
            fingerprint,
            media_type: self.route.media_type(),
            bytes,
        })
    }
}

/// The artefacts of an edition, in the order in which they are made.
fn contents(
    pages: Vec<Page>,
    data: &[DataFile],
    theme: &Theme,
    assets: BTreeMap<String, SitePath>,
) -> Vec<(Route, Content)> {
    let pages = pages
        .into_iter()
        .map(|page| (page.route, Content::Page(page.key)));
    let data = data
        .iter()
        .map(|data| (Route::Data(*data), Content::Data(*data)));
    let statics = theme
        .statics()
        .iter()
        .map(|(name, bytes)| (Route::Static(name.clone()), Content::Static(bytes.clone())));
    let assets = assets
        .into_iter()
        .map(|(name, path)| (Route::Asset(name), Content::Asset(path)));
    pages.chain(data).chain(statics).chain(assets).collect()
}

/// The index of each route. A preview also shows sites in which two documents claim one address; then the first has it.
fn index(contents: &[(Route, Content)]) -> FxHashMap<Route, usize> {
    let mut index = FxHashMap::with_capacity_and_hasher(contents.len(), FxBuildHasher);
    for (place, (route, _)) in contents.iter().enumerate() {
        index.entry(route.clone()).or_insert(place);
    }
    index
}

/// The files that the site refers to, each once, keyed by the names that their contents give them.
fn used_by_name(site: &Site, assets: &NamedAssets) -> BTreeMap<String, SitePath> {
    let used = site.used_assets();
    let named = assets
        .names()
        .iter()
        .filter(|(path, _)| used.contains(*path));
    // Of several files with one name the first counts.
    named
        .rev()
        .map(|(path, name)| (name.clone(), path.clone()))
        .collect()
}

/// A picture that cannot be cleaned, at the place that shows it.
pub fn uncleaned(site: &Site, path: &SitePath, reason: &str) -> Diagnostic {
    let (file, span) = site.reference_to(path);
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    Diagnostic::new(&rules::PICTURE, file, span, format!("`{name}` {reason}"))
}
