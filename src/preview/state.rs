//! The data of a site at one moment, and the pages that are made from it.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use super::moved::Moved;
use super::{Shared, viewer};
use crate::build::{Artefact, Edition, EditionSources, Inputs, Linked, NamedAssets, for_viewer};
use crate::diagnostic::{self, Diagnostic, rules};
use crate::model::Audience;
use crate::render::{Theme, ThemeFile, is_same_theme};
use crate::route::{Data, DataFile, DataFormat};

/// The list of questions is for the jump in the bar, so only a preview has it.
const DATA: &[DataFile] = &[DataFile {
    data: Data::Questions,
    format: DataFormat::Json,
}];

/// A whole site at one moment.
pub(super) struct State {
    pub shared: Arc<Shared>,
    /// The audience of the site at the root.
    pub audience: Audience,
    /// Whether the audience and the withheld words are known: not if the settings have had errors from the start.
    pub are_settings_known: bool,
    /// The files as they were read, for excerpts.
    pub read: Arc<Inputs>,
    /// The files that pages are made from.
    pub shown: Arc<Inputs>,
    pub whole: Arc<Linked>,
    /// The errors that prevent the site from being built.
    pub problems: Vec<Diagnostic>,
    pub themes: Themes,
    pub assets: Arc<NamedAssets>,
    /// The sites of the audiences, each made on first use.
    pub editions: [OnceLock<Edition>; Audience::ALL.len()],
    /// The old addresses of pages whose files were renamed.
    pub moved: Moved,
}

/// The theme that comes before the one of a state, for pages that the latter cannot make.
pub(super) struct Themes {
    /// The last theme before this one that no page has failed with.
    earlier: Option<Vec<ThemeFile>>,
    /// Whether a page has failed with the theme.
    has_failed: AtomicBool,
}

impl Themes {
    /// The themes of the state after `last`, which has the theme `now`.
    pub fn after(last: Option<&State>, now: &[ThemeFile]) -> Self {
        let Some(State { themes, shown, .. }) = last else {
            return Self {
                earlier: None,
                has_failed: AtomicBool::new(false),
            };
        };
        let is_same = is_same_theme(&shown.theme, now);
        let has_failed = themes.has_failed.load(Ordering::Relaxed);
        Self {
            earlier: if is_same || has_failed {
                themes.earlier.clone()
            } else {
                Some(shown.theme.clone())
            },
            has_failed: AtomicBool::new(is_same && has_failed),
        }
    }
}

impl State {
    /// The site as an audience gets it.
    pub fn edition(&self, audience: Audience) -> &Edition {
        self.editions[audience as usize].get_or_init(|| {
            let smaller =
                for_viewer(&self.whole, viewer(audience), &self.shown.assets).map(Arc::new);
            self.edition_with(
                smaller.unwrap_or_else(|| self.whole.clone()),
                &self.shown.theme,
            )
        })
    }

    /// Whether what the preview shows beside the pages is for the author: excerpts, remarks, paths of files.
    pub fn is_for_author(&self) -> bool {
        self.audience == Audience::Private
    }

    /// All errors and warnings of the site.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        let warnings = self
            .whole
            .diagnostics
            .iter()
            .filter(|found| !found.is_error());
        let mut found: Vec<Diagnostic> = warnings.chain(&self.problems).cloned().collect();
        diagnostic::sort(&mut found);
        found
    }

    /// A page as its template makes it. If that fails, as the earlier theme or the default one makes it, with the error.
    pub fn html(
        &self,
        edition: &Edition,
        page: Artefact<'_>,
    ) -> (Option<String>, Option<Diagnostic>) {
        let error = match html(page) {
            Ok(html) => return (Some(html), None),
            Err(error) => error,
        };
        if error.rule != &rules::TEMPLATE {
            return (None, Some(error));
        }
        self.themes.has_failed.store(true, Ordering::Relaxed);
        let themes = self.themes.earlier.as_deref().into_iter().chain([&[][..]]);
        let html = themes.into_iter().find_map(|theme| {
            let edition = self.edition_with(edition.linked().clone(), theme);
            html(edition.artefact(page.route())?).ok()
        });
        (html, Some(error))
    }

    /// An edition whose pages are made with a theme, or with the default one if that has errors.
    fn edition_with(&self, linked: Arc<Linked>, theme: &[ThemeFile]) -> Edition {
        let theme = Theme::new(theme).or_else(|_| Theme::new(&[]));
        Edition::new(EditionSources {
            linked,
            inputs: self.shown.clone(),
            theme: theme
                .unwrap_or_else(|found| unreachable!("the default theme has no errors: {found:?}")),
            highlighter: self.shared.highlighter.clone(),
            assets: self.assets.clone(),
            data: DATA,
        })
    }
}

fn html(page: Artefact<'_>) -> Result<String, Diagnostic> {
    page.make()
        .map(|made| String::from_utf8_lossy(&made.bytes).into_owned())
}
