//! A site at one moment, and its answers.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use super::{Assets, Options, panel, status, viewer};
use crate::build::{Inputs, Linked, Nothing, Press, for_viewer};
use crate::diagnostic::{self, Diagnostic, rules};
use crate::escape::percent_encode;
use crate::highlight::Highlighter;
use crate::model::Audience;
use crate::render::{Theme, ThemeFile};
use crate::route::Route;
use crate::site::Site;
use crate::source::SitePath;
use crate::view::{self, Page};

/// A site at one moment: it gives any of its pages, for any audience that may look, and never changes.
pub struct Snapshot {
    pub(super) options: Arc<Options>,
    pub(super) revision: u64,
    /// Whom the site at the root is for.
    pub(super) audience: Audience,
    /// The files that are not as they were in the snapshot before; those that have gone come last.
    pub(super) saved: Vec<SitePath>,
    /// The files as they were read, for excerpts.
    pub(super) read: Arc<Inputs>,
    /// The files that pages are made from.
    pub(super) shown: Arc<Inputs>,
    pub(super) whole: Arc<Linked>,
    /// The last theme but this one that no page has failed with.
    pub(super) earlier_theme: Option<Vec<ThemeFile>>,
    /// Whether a page could not be made with the theme.
    pub(super) theme_failed: AtomicBool,
    /// Whether it is known whom the site is for, and what may not leave.
    pub(super) settings_known: bool,
    pub(super) assets: Assets,
    pub(super) names: Arc<BTreeMap<SitePath, String>>,
    pub(super) highlighter: Arc<Highlighter>,
    /// What keeps the site from being built.
    pub(super) problems: Vec<Diagnostic>,
    /// Why the files could not be read.
    pub(super) failure: Option<String>,
    /// The sites of the audiences, each made when it is first asked for.
    pub(super) editions: Arc<[OnceLock<Edition>; Audience::ALL.len()]>,
}

/// The site as one audience gets it.
pub(super) struct Edition {
    linked: Arc<Linked>,
    press: Press,
    /// What the audience gets of the files that documents refer to, by their names.
    assets: FxHashMap<String, SitePath>,
}

/// What a server answers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The status of the protocol: 200, 404, 308 with `location`, or 500 where no page can be made.
    pub status: u16,
    /// The media type, with the encoding where it is text.
    pub media_type: String,
    /// Where else to look.
    pub location: Option<String>,
    /// The page or the file.
    pub bytes: Vec<u8>,
    /// Who made it.
    pub origin: Origin,
    /// What is wrong with it, where that only shows when it is made.
    pub mistake: Option<Diagnostic>,
}

/// Who made an answer, and so what it may do in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The program and the theme.
    Storybank,
    /// Somebody: it is a file that documents refer to.
    Author,
}

/// The audience of a request, and what its addresses start with.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seat {
    pub audience: Audience,
    pub prefix: &'static str,
}

impl Snapshot {
    /// Another number than that of every other snapshot of this run; a later one is greater.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The files that are not as they were in the snapshot before; those that have gone come last.
    pub fn saved(&self) -> &[SitePath] {
        &self.saved
    }

    /// How many files have gone since the snapshot before.
    pub fn lost_files(&self) -> usize {
        self.saved.iter().rev().take_while(|path| self.read.bytes(path).is_none()).count()
    }

    /// The address of the page of what was saved, as it stands in links: where a browser goes that follows the author. There is
    /// none where nobody wants to follow, or where the audience gets no such page.
    pub fn saved_page(&self) -> Option<String> {
        if !self.settings_known {
            return None;
        }
        let site = self.edition(self.audience).site();
        let saved = self.saved.iter().filter(|_| self.options.follow);
        let mut pages = saved.filter_map(|path| site.page_of(site.document_at(path)?));
        let mut address = String::new();
        percent_encode(&Route::of(site, pages.next()?).path(), &mut address);
        Some(address)
    }

    /// Whom the site at the root is for.
    pub fn audience(&self) -> Audience {
        self.audience
    }

    /// Whether it is known whom the site is for, and what may not leave; it is not where the settings have never been sound.
    pub fn are_settings_known(&self) -> bool {
        self.settings_known
    }

    /// What keeps the site from being built.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.problems
    }

    /// Why the files could not be read.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// Everything that is wrong with the site, warnings too.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let mut found = self.whole.diagnostics.clone();
        found.retain(|found| !found.is_error());
        found.extend(self.problems.iter().cloned());
        diagnostic::sort(&mut found);
        found
    }

    /// The files as they were read.
    pub fn inputs(&self) -> &Inputs {
        &self.read
    }

    /// How many pages the audience at the root gets.
    pub fn page_count(&self) -> usize {
        self.edition(self.audience).press.pages().len()
    }

    /// The files that some document refers to.
    pub fn used_assets(&self) -> BTreeSet<SitePath> {
        self.whole.site.used_assets()
    }

    /// The same site, later, with word that its files cannot be read just now.
    pub(super) fn failed(&self, failure: String, revision: u64) -> Self {
        Self {
            options: self.options.clone(),
            revision,
            audience: self.audience,
            saved: Vec::new(),
            read: self.read.clone(),
            shown: self.shown.clone(),
            whole: self.whole.clone(),
            earlier_theme: self.earlier_theme.clone(),
            theme_failed: AtomicBool::new(self.theme_failed.load(Ordering::Relaxed)),
            settings_known: self.settings_known,
            assets: self.assets.clone(),
            names: self.names.clone(),
            highlighter: self.highlighter.clone(),
            problems: self.problems.clone(),
            failure: Some(failure),
            editions: self.editions.clone(),
        }
    }

    /// What is at an address, given as a browser asks for it: from its first slash, without what follows `?`.
    ///
    /// Everything is looked up in maps of what the site holds. No address is ever the path of a file.
    pub fn answer(&self, address: &str) -> Answer {
        let Some(path) = decoded(address) else { return Answer::text(400, "this address is not text") };
        let Some((seat, path)) = self.seat(path.strip_prefix('/').unwrap_or(&path)) else {
            return Answer { location: Some(format!("{address}/")), ..Answer::text(308, "") };
        };
        if !self.settings_known && seat.audience != Audience::Private {
            return Answer::text(500, "fix the mistakes in `site.toml` first: it says what others may not see");
        }
        let edition = self.edition(seat.audience);
        if let Some(name) = path.strip_prefix("static/") {
            return edition.file(path, edition.press.static_file(name));
        }
        if let Some(name) = path.strip_prefix("assets/") {
            let asset = edition.assets.get(name).and_then(|asset| Some((asset, self.assets.get(asset)?)));
            let answer = asset.map_or_else(|| edition.file(path, None), |(asset, bytes)| edition.asset(path, asset, bytes));
            return Answer { origin: Origin::Author, ..answer };
        }
        let name = if path.is_empty() { "index.html" } else { path };
        // The page for lost visitors is what is shown where there is no page; it is none itself.
        let route = Route::parse(name).filter(|route| *route != Route::NotFound);
        let page = route.and_then(|route| view::page(edition.site(), &route));
        self.page(edition, seat, page.as_ref(), path)
    }

    /// Whose site an address belongs to, and the rest of it; nothing for an audience that lacks the slash behind its name.
    fn seat<'p>(&self, path: &'p str) -> Option<(Seat, &'p str)> {
        for seat in self.seats().into_iter().filter(|seat| seat.prefix != "/") {
            let name = seat.prefix.trim_matches('/');
            if path == name {
                return None;
            }
            if let Some(rest) = path.strip_prefix(name).and_then(|rest| rest.strip_prefix('/')) {
                return Some((seat, rest));
            }
        }
        Some((Seat { audience: self.audience, prefix: "/" }, path))
    }

    /// Who may look: whom the site is served for, and those who may see less.
    pub(super) fn seats(&self) -> Vec<Seat> {
        let narrower = Audience::ALL.into_iter().filter(|&audience| audience >= self.audience);
        let prefix = |audience| match audience {
            _ if audience == self.audience => "/",
            Audience::Private => "/@private/",
            Audience::Team => "/@team/",
            Audience::Public => "/@public/",
        };
        narrower.map(|audience| Seat { audience, prefix: prefix(audience) }).collect()
    }

    /// Whether what the preview shows beside the pages is for the author's eyes: excerpts, remarks, paths of files.
    pub(super) fn is_for_author(&self) -> bool {
        self.audience == Audience::Private
    }

    fn edition(&self, audience: Audience) -> &Edition {
        self.editions[audience as usize].get_or_init(|| {
            let smaller = for_viewer(&self.whole, viewer(audience), &self.shown.assets).map(Arc::new);
            self.edition_of(smaller.unwrap_or_else(|| self.whole.clone()), &self.shown.theme)
        })
    }

    /// An edition with the pages of a theme; where that is not sound, of the default one.
    fn edition_of(&self, linked: Arc<Linked>, theme: &[ThemeFile]) -> Edition {
        let theme =
            Theme::new(theme).or_else(|_| Theme::new(&[])).unwrap_or_else(|found| unreachable!("the default theme is sound: {found:?}"));
        let used = linked.site.used_assets();
        let assets = self.names.iter().filter(|(path, _)| used.contains(*path)).map(|(path, name)| (name.clone(), path.clone())).collect();
        let press = Press::new(linked.clone(), theme, self.shown.clone(), self.highlighter.clone(), self.names.clone());
        Edition { linked, press, assets }
    }

    /// A page with what the preview adds to it; without one, the page for lost visitors.
    fn page(&self, edition: &Edition, seat: Seat, page: Option<&Page>, path: &str) -> Answer {
        let mut problems = self.problems.clone();
        problems.extend(edition.linked.diagnostics.iter().filter(|found| found.is_error()).cloned());
        let lost = view::page(edition.site(), &Route::NotFound);
        let made = page.or(lost.as_ref()).map(|page| self.html(edition, page));
        let (html, mistake) = made.unwrap_or_default();
        problems.extend(mistake.clone());
        diagnostic::sort(&mut problems);
        let status = match (&html, page) {
            (None, _) => 500,
            (Some(_), None) => 404,
            (Some(_), Some(_)) => 200,
        };
        let html = html.map_or(Cow::Borrowed(panel::STAND_IN), |html| Cow::Owned(String::from_utf8_lossy(&html).into_owned()));
        let panel = panel::Panel {
            snapshot: self,
            seat,
            path,
            problems: problems.iter().collect(),
            warnings: status::warnings(edition.site(), page, &edition.linked.diagnostics).collect(),
            status: page.and_then(|page| status::of(edition.site(), page)),
            is_withheld: page.is_none() && self.is_for_author() && self.has_author(path),
        };
        Answer {
            status,
            media_type: "text/html; charset=utf-8".to_owned(),
            location: None,
            bytes: panel.put_into(&html, status != 200).into_bytes(),
            origin: Origin::Storybank,
            mistake,
        }
    }

    /// Whether the author has a page at this address.
    fn has_author(&self, path: &str) -> bool {
        Route::parse(path).is_some_and(|route| view::page(self.edition(Audience::Private).site(), &route).is_some())
    }

    /// The page as its template makes it; where that fails, as the theme before it or the default one does, with the mistake.
    fn html(&self, edition: &Edition, page: &Page) -> (Option<Vec<u8>>, Option<Diagnostic>) {
        let made = |press: &Press| press.page(page, &Nothing).map(|made| made.bytes);
        let mistake = match made(&edition.press) {
            Ok(html) => return (html, None),
            Err(mistake) => mistake,
        };
        if mistake.rule == &rules::TEMPLATE {
            self.theme_failed.store(true, Ordering::Relaxed);
        }
        let others = if mistake.rule == &rules::TEMPLATE { [self.earlier_theme.as_deref(), Some(&[][..])] } else { [None, None] };
        let html =
            others.into_iter().flatten().find_map(|theme| made(&self.edition_of(edition.linked.clone(), theme).press).ok().flatten());
        (html, Some(mistake))
    }
}

impl Edition {
    fn site(&self) -> &Site {
        &self.linked.site
    }

    /// A file that documents refer to, as a build would put it down.
    fn asset(&self, path: &str, asset: &SitePath, bytes: &[u8]) -> Answer {
        match self.press.asset(asset, bytes) {
            Err(found) if found.rule == &rules::PICTURE => {
                let words = "this picture cannot be cleaned of what cameras write into it; `storybank build` for this audience says why";
                Answer { mistake: Some(found), ..Answer::text(500, words) }
            }
            Ok(artefact) => self.file(path, Some(&artefact.bytes)),
            Err(found) => withheld(found),
        }
    }

    fn file(&self, path: &str, bytes: Option<&[u8]>) -> Answer {
        let Some(bytes) = bytes else { return Answer::text(404, "there is no such file") };
        if let Err(found) = self.press.search(path, bytes) {
            return withheld(found);
        }
        let media_type = mime_guess::from_path(path).first_or_octet_stream();
        let encoding = if media_type.type_() == "text" { "; charset=utf-8" } else { "" };
        Answer { media_type: format!("{media_type}{encoding}"), bytes: bytes.to_vec(), ..Answer::text(200, "") }
    }
}

/// What is said of a file that may not leave. Which word it holds would be the word itself.
fn withheld(found: Diagnostic) -> Answer {
    let words = "this file holds a word that may not leave; `storybank build` for this audience says which";
    Answer { mistake: Some(found), ..Answer::text(500, words) }
}

impl Answer {
    /// Words for whoever asked for something that is no page.
    pub fn text(status: u16, words: &str) -> Self {
        Self {
            status,
            media_type: "text/plain; charset=utf-8".to_owned(),
            location: None,
            bytes: format!("{words}\n").into_bytes(),
            origin: Origin::Storybank,
            mistake: None,
        }
    }
}

/// The characters of an address; nothing where they are no text.
fn decoded(address: &str) -> Option<String> {
    let text = percent_encoding::percent_decode_str(address).decode_utf8().ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}
