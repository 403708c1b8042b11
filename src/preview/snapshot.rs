//! A site at one moment, and its answers.

use std::sync::Arc;

use super::panel::{self, Badge, Panel, Problems, Switch, Warnings};
use super::problem::Editor;
use super::state::State;
use super::status::{self, Status};
use crate::build::{Artefact, Edition, Inputs};
use crate::diagnostic::{self, Diagnostic, rules};
use crate::escape::percent_encode;
use crate::model::Audience;
use crate::route::Route;
use crate::site::PageKey;
use crate::source::SitePath;

/// A site at one moment: it answers any of its addresses, for any audience that may see it, and never changes.
pub struct Snapshot {
    revision: u64,
    saved: Vec<SitePath>,
    failure: Option<String>,
    state: Arc<State>,
}

/// The answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status: 200, 404, 307 or 308 with `location`, or 500 if no page can be made.
    pub status: u16,
    /// The media type, with the encoding of a text.
    pub media_type: String,
    /// The address to ask instead.
    pub location: Option<String>,
    /// The page or the file.
    pub bytes: Vec<u8>,
    /// Who made it.
    pub origin: Origin,
    /// An error that only shows when the page or the file is made.
    pub mistake: Option<Diagnostic>,
}

/// Who made an answer. It decides what the answer may do in a browser.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// The program and the theme.
    Storybank,
    /// The author or anybody else: it is a file that documents refer to.
    Author,
}

/// An audience, and the place of its site on the server.
#[derive(Debug, Clone, Copy)]
struct Mount {
    audience: Audience,
    /// The start of its addresses.
    prefix: &'static str,
}

impl Snapshot {
    /// A snapshot of files that could be read.
    pub(super) fn new(revision: u64, saved: Vec<SitePath>, state: Arc<State>) -> Self {
        Self {
            revision,
            saved,
            failure: None,
            state,
        }
    }

    /// The same site under a later revision, with the message that its files cannot be read.
    pub(super) fn failed(&self, failure: String, revision: u64) -> Self {
        Self {
            revision,
            saved: Vec::new(),
            failure: Some(failure),
            state: self.state.clone(),
        }
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// A number that no other snapshot of this run has; later ones are greater.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// The files that differ from those of the previous snapshot. Files that no longer exist come last.
    pub fn saved(&self) -> &[SitePath] {
        &self.saved
    }

    /// How many files of the previous snapshot no longer exist.
    pub fn lost_files(&self) -> usize {
        self.saved
            .iter()
            .rev()
            .take_while(|path| self.state.read.bytes(path).is_none())
            .count()
    }

    /// The address of the page of the saved file, percent-encoded, from the root of the site: a browser that follows the author goes
    /// there. `None` if following is off, or if the audience has no such page.
    pub fn saved_page(&self) -> Option<String> {
        if !self.state.are_settings_known || !self.state.shared.options.follow {
            return None;
        }
        let site = &self.edition(self.state.audience).linked().site;
        let page = self
            .saved
            .iter()
            .find_map(|path| site.page_of(site.document_at(path)?))?;
        Some(Route::Home.link_to(&Route::of(site, page)))
    }

    /// The audience of the site at the root.
    pub fn audience(&self) -> Audience {
        self.state.audience
    }

    /// Whether the audience and the withheld words are known: not if the settings have had errors from the start.
    pub fn are_settings_known(&self) -> bool {
        self.state.are_settings_known
    }

    /// The errors that prevent the site from being built.
    pub fn problems(&self) -> &[Diagnostic] {
        &self.state.problems
    }

    /// Why the files could not be read.
    pub fn failure(&self) -> Option<&str> {
        self.failure.as_deref()
    }

    /// All errors and warnings of the site.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.state.diagnostics()
    }

    /// The files as they were read.
    pub fn inputs(&self) -> &Inputs {
        &self.state.read
    }

    /// How many pages the audience at the root gets.
    pub fn page_count(&self) -> usize {
        self.edition(self.state.audience).page_count()
    }

    /// The answer for an address as a browser sends it: from its first slash, without the part after `?`.
    ///
    /// Everything is looked up in maps of what the site contains. No address is ever used as the path of a file.
    pub fn answer(&self, address: &str) -> Answer {
        let Some(path) = decoded(address) else {
            return Answer::text(400, "this address is not text");
        };
        let Some((mount, path)) = self.mount(path.strip_prefix('/').unwrap_or(&path)) else {
            return Answer {
                location: Some(format!("{address}/")),
                ..Answer::text(308, "")
            };
        };
        if !self.state.are_settings_known && mount.audience != Audience::Private {
            return Answer::text(
                500,
                "fix the mistakes in `site.toml` first: it says what others may not see",
            );
        }
        let edition = self.edition(mount.audience);
        // The page for lost visitors answers all addresses without a page. It has no address of its own.
        let route = Route::parse(if path.is_empty() { "index.html" } else { path })
            .filter(|route| *route != Route::NotFound);
        let artefact = route.as_ref().and_then(|route| edition.artefact(route));
        match route {
            Some(Route::Asset(_)) => Answer {
                origin: Origin::Author,
                ..file(artefact)
            },
            Some(Route::Static(_) | Route::Data(_)) => file(artefact),
            _ => match self.moved(edition, mount, artefact, path) {
                Some(location) => Answer {
                    location: Some(location),
                    ..Answer::text(307, "the page has another address")
                },
                None => self.page(edition, mount, artefact, path),
            },
        }
    }

    fn edition(&self, audience: Audience) -> &Edition {
        self.state.edition(audience)
    }

    /// The mount that an address belongs to, and the rest of it; `None` for a mount without the slash after its name.
    fn mount<'p>(&self, path: &'p str) -> Option<(Mount, &'p str)> {
        let root = Mount {
            audience: self.state.audience,
            prefix: "/",
        };
        let narrower = self.mounts().into_iter();
        for mount in narrower.filter(|mount| mount.prefix != root.prefix) {
            match path.strip_prefix(mount.prefix.trim_matches('/')) {
                Some("") => return None,
                Some(rest) if rest.starts_with('/') => return Some((mount, &rest[1..])),
                _ => {}
            }
        }
        Some((root, path))
    }

    /// The sites on the server: of the audience that it is for, and of all that see less.
    fn mounts(&self) -> Vec<Mount> {
        let root = self.state.audience;
        let prefix = |audience| match audience {
            _ if audience == root => "/",
            Audience::Private => "/@private/",
            Audience::Team => "/@team/",
            Audience::Public => "/@public/",
        };
        let narrower = Audience::ALL
            .into_iter()
            .filter(|&audience| audience >= root);
        narrower
            .map(|audience| Mount {
                audience,
                prefix: prefix(audience),
            })
            .collect()
    }

    /// The address of the page that was at a path until its file was renamed; `None` if there is a page at the path now.
    fn moved(
        &self,
        edition: &Edition,
        mount: Mount,
        page: Option<Artefact<'_>>,
        path: &str,
    ) -> Option<String> {
        let has_page = |edition: &Edition, path| {
            Route::parse(path).is_some_and(|route| edition.artefact(&route).is_some())
        };
        let is_free = page.is_none() && !has_page(self.edition(self.state.audience), path);
        let path = self.state.moved.to(path).filter(|_| is_free)?;
        if !has_page(edition, path) {
            return None;
        }
        let mut address = mount.prefix.to_owned();
        percent_encode(path, &mut address);
        Some(address)
    }

    /// A page with what the preview adds to it; without one, the page for lost visitors.
    fn page(
        &self,
        edition: &Edition,
        mount: Mount,
        page: Option<Artefact<'_>>,
        path: &str,
    ) -> Answer {
        let lost = edition.artefact(&Route::NotFound);
        let (html, mistake) = page
            .or(lost)
            .map(|page| self.state.html(edition, page))
            .unwrap_or_default();
        let status = match (&html, page) {
            (None, _) => 500,
            (Some(_), None) => 404,
            (Some(_), Some(_)) => 200,
        };
        let panel = self.panel(edition, mount, page, path, mistake.as_ref());
        let panel = self.state.shared.templates.panel(&panel);
        // A page for lost visitors appears at any address, so its links start at the root.
        let base = (status != 200).then_some(mount.prefix);
        let html = panel::insert(html.as_deref().unwrap_or(panel::STAND_IN), &panel, base);
        Answer {
            status,
            media_type: "text/html; charset=utf-8".to_owned(),
            location: None,
            bytes: html.into_bytes(),
            origin: Origin::Storybank,
            mistake,
        }
    }

    fn panel(
        &self,
        edition: &Edition,
        mount: Mount,
        page: Option<Artefact<'_>>,
        path: &str,
        mistake: Option<&Diagnostic>,
    ) -> Panel<'_> {
        let key = page.and_then(Artefact::key);
        let options = &self.state.shared.options;
        Panel {
            boot: &options.boot,
            revision: self.revision,
            prefix: mount.prefix,
            follow: options.follow,
            audience: mount.audience.name(),
            badge: self.badge(mount, page, path).words(),
            problems: self.problems_on(mount, &self.errors(edition, mistake)),
            status: self.status(edition, key),
            warnings: self.warnings(edition, key),
            switch: self.switch(mount, path),
            has_questions: !edition.linked().site.questions.is_empty(),
        }
    }

    /// The errors of the site and of an edition, and the one of the requested page.
    fn errors(&self, edition: &Edition, mistake: Option<&Diagnostic>) -> Vec<Diagnostic> {
        let of_edition = edition.linked().diagnostics.iter();
        let of_edition = of_edition.filter(|found| found.is_error());
        let of_site = self.state.problems.iter();
        let mut errors: Vec<Diagnostic> =
            of_site.chain(of_edition).chain(mistake).cloned().collect();
        diagnostic::sort(&mut errors);
        errors
    }

    /// The errors as a page shows them: only the author sees their places.
    fn problems_on(&self, mount: Mount, errors: &[Diagnostic]) -> Option<Problems<'_>> {
        if self.state.is_for_author() {
            Problems::of_errors(errors, self.failure(), &self.state.read, self.editor())
        } else {
            Problems::without_places(errors, self.failure(), mount.audience)
        }
    }

    /// What the author sees about a page.
    fn status(&self, edition: &Edition, key: Option<PageKey>) -> Option<Status> {
        let key = key.filter(|_| self.state.is_for_author())?;
        let site = &edition.linked().site;
        status::of(site, key, &self.state.shown, self.editor())
    }

    /// The warnings about the files of a page and about all other files, for the author.
    fn warnings(&self, edition: &Edition, key: Option<PageKey>) -> Option<Warnings<'_>> {
        if !self.state.is_for_author() {
            return None;
        }
        let linked = edition.linked();
        let warnings = status::warnings(&linked.site, key, &linked.diagnostics);
        Warnings::new(&warnings, &self.state.read, self.editor())
    }

    fn editor(&self) -> Editor<'_> {
        let State { shared, whole, .. } = &*self.state;
        Editor {
            template: &whole.config.preview.editor,
            folder: &shared.options.folder,
        }
    }

    fn badge(&self, mount: Mount, page: Option<Artefact<'_>>, path: &str) -> Badge {
        let has_author = || {
            let own = self.edition(Audience::Private);
            Route::parse(path).is_some_and(|route| own.artefact(&route).is_some())
        };
        let is_withheld = page.is_none() && self.state.is_for_author() && has_author();
        if is_withheld {
            Badge::Withheld(mount.audience)
        } else {
            Badge::For(mount.audience)
        }
    }

    /// The links to the same page as others see it.
    fn switch(&self, current: Mount, path: &str) -> Vec<Switch> {
        let mounts = self.mounts();
        if mounts.len() < 2 {
            return Vec::new();
        }
        let entry = |mount: Mount| {
            let mut address = mount.prefix.to_owned();
            percent_encode(path, &mut address);
            Switch {
                audience: panel::viewer_name(mount.audience),
                address,
                is_current: mount.audience == current.audience,
            }
        };
        mounts.into_iter().map(entry).collect()
    }
}

/// A file, as a build would write it.
fn file(artefact: Option<Artefact<'_>>) -> Answer {
    let Some(artefact) = artefact else {
        return Answer::text(404, "there is no such file");
    };
    match artefact.make() {
        Ok(made) => Answer {
            media_type: made.content_type(),
            bytes: made.bytes.into_owned(),
            ..Answer::text(200, "")
        },
        Err(found) => {
            // The reply must not quote the word: that would leak it.
            let words = if found.rule == &rules::PICTURE {
                "the metadata of this picture cannot be removed; `storybank build` for this audience says why"
            } else {
                "this file holds a word that may not leave; `storybank build` for this audience says which"
            };
            Answer {
                mistake: Some(found),
                ..Answer::text(500, words)
            }
        }
    }
}

impl Answer {
    /// A text for an address without a page or a file.
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

/// The characters of an address; `None` if it is not text.
fn decoded(address: &str) -> Option<String> {
    let text = percent_encoding::percent_decode_str(address)
        .decode_utf8()
        .ok()?;
    (!text.contains('\0')).then(|| text.into_owned())
}
