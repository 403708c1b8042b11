//! Makes pages from views with the templates of a theme.

mod words;

use std::collections::BTreeMap;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use tera::{Context, ErrorKind, Tera};
use xxhash_rust::xxh3::Xxh3;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, rules};
use crate::phrases::{self, Phrases, Tables};
use crate::source::{SitePath, Span};
use crate::view::{SiteView, View};

/// The files of the default theme, with their paths below the folder of the theme.
pub const DEFAULT_THEME: &[(&str, &str)] = &[
    (
        "templates/404.html",
        include_str!("../themes/default/templates/404.html"),
    ),
    (
        "templates/base.html",
        include_str!("../themes/default/templates/base.html"),
    ),
    (
        "templates/case-studies.html",
        include_str!("../themes/default/templates/case-studies.html"),
    ),
    (
        "templates/case-study.html",
        include_str!("../themes/default/templates/case-study.html"),
    ),
    (
        "templates/competencies.html",
        include_str!("../themes/default/templates/competencies.html"),
    ),
    (
        "templates/competency.html",
        include_str!("../themes/default/templates/competency.html"),
    ),
    (
        "templates/components.html",
        include_str!("../themes/default/templates/components.html"),
    ),
    (
        "templates/coverage.html",
        include_str!("../themes/default/templates/coverage.html"),
    ),
    (
        "templates/home.html",
        include_str!("../themes/default/templates/home.html"),
    ),
    (
        "templates/asks.html",
        include_str!("../themes/default/templates/asks.html"),
    ),
    (
        "templates/interview.html",
        include_str!("../themes/default/templates/interview.html"),
    ),
    (
        "templates/interviews.html",
        include_str!("../themes/default/templates/interviews.html"),
    ),
    (
        "templates/matrix.html",
        include_str!("../themes/default/templates/matrix.html"),
    ),
    (
        "templates/open-points.html",
        include_str!("../themes/default/templates/open-points.html"),
    ),
    (
        "templates/question.html",
        include_str!("../themes/default/templates/question.html"),
    ),
    (
        "templates/questions.html",
        include_str!("../themes/default/templates/questions.html"),
    ),
    (
        "templates/stories.html",
        include_str!("../themes/default/templates/stories.html"),
    ),
    (
        "templates/story.html",
        include_str!("../themes/default/templates/story.html"),
    ),
    ("static/style.css", STYLE_SHEET),
    ("words/de.toml", phrases::GERMAN),
    ("words/en.toml", phrases::ENGLISH),
];

/// The style sheet of the default theme, from its parts in the order in which their rules apply.
const STYLE_SHEET: &str = concat!(
    include_str!("../themes/default/style/tokens.css"),
    "\n",
    include_str!("../themes/default/style/base.css"),
    "\n",
    include_str!("../themes/default/style/frame.css"),
    "\n",
    include_str!("../themes/default/style/telling.css"),
    "\n",
    include_str!("../themes/default/style/around.css"),
    "\n",
    include_str!("../themes/default/style/lists.css"),
    "\n",
    include_str!("../themes/default/style/interview.css"),
    "\n",
    include_str!("../themes/default/style/matrix.css"),
    "\n",
    include_str!("../themes/default/style/prose.css"),
    "\n",
    include_str!("../themes/default/style/print.css"),
    "\n",
    include_str!("../themes/default/style/direction.css"),
);

/// The initial capacity for a page, in bytes; most pages need less.
const USUAL_PAGE: usize = 16 * 1024;

/// The path of the style sheet below the folder of a theme.
const STYLE: &str = "static/style.css";

/// Identifies the sources of the program, which a page also depends on.
const SOURCES: &str = env!("STORYBANK_SOURCES");

/// A file of a site's own theme.
#[derive(Debug, Clone)]
pub struct ThemeFile {
    /// Its path in the site.
    pub path: SitePath,
    /// Its path below the folder of the theme.
    pub name: String,
    /// Its content: UTF-8 for a template, anything for a file of `static`.
    pub bytes: Arc<[u8]>,
}

/// Whether these are the same files in memory. Comparing the addresses is cheap.
pub fn is_same_theme(ours: &[ThemeFile], others: &[ThemeFile]) -> bool {
    ours.len() == others.len()
        && ours
            .iter()
            .zip(others)
            .all(|(ours, other)| Arc::ptr_eq(&ours.bytes, &other.bytes) && ours.path == other.path)
}

/// A theme: the default one, in which a site's own files replace those of the same name.
pub struct Theme {
    tera: Tera,
    statics: BTreeMap<String, Arc<[u8]>>,
    tables: Tables,
    /// Identifies the program and all files of the theme but its tables of words.
    fingerprint: u64,
}

impl Theme {
    /// Puts a theme together. The errors are the mistakes in its templates.
    pub fn new(own: &[ThemeFile]) -> Result<Self, Vec<Diagnostic>> {
        let mut files: BTreeMap<&str, &[u8]> = DEFAULT_THEME
            .iter()
            .map(|(name, text)| (*name, text.as_bytes()))
            .collect();
        files.extend(own.iter().map(|file| (file.name.as_str(), &*file.bytes)));
        files.retain(|name, _| !name.starts_with("words/"));
        let mut hasher = Xxh3::new();
        hasher.write(SOURCES.as_bytes());
        files.hash(&mut hasher);
        let statics = files.iter().filter_map(|(name, bytes)| {
            Some((name.strip_prefix("static/")?.to_owned(), Arc::from(*bytes)))
        });
        let (tables, _) = words::tables(own);
        Ok(Self {
            tera: templates(&files, own)?,
            statics: statics.collect(),
            tables,
            fingerprint: hasher.finish(),
        })
    }

    /// The words of its pages, in the language of the settings.
    pub fn phrases(&self, config: &Config) -> Phrases {
        self.tables.phrases(&config.language, &config.words)
    }

    /// The files that are published with the pages, keyed by their paths below `static`.
    pub fn statics(&self) -> &BTreeMap<String, Arc<[u8]>> {
        &self.statics
    }

    /// The style sheet.
    pub fn style(&self) -> &str {
        let style = STYLE
            .strip_prefix("static/")
            .and_then(|name| self.statics.get(name));
        style
            .and_then(|bytes| std::str::from_utf8(bytes).ok())
            .unwrap_or_default()
    }

    /// Prepares the theme for a site whose pages have the given words.
    pub fn for_site(mut self, site: &SiteView<'_>, phrases: Phrases) -> Renderer {
        let mut hasher = Xxh3::new();
        (self.fingerprint, site, &phrases).hash(&mut hasher);
        let phrases = Arc::new(phrases);
        self.tera.global_context().insert("site", site);
        words::register(&mut self.tera, &phrases);
        Renderer {
            theme: self,
            phrases,
            fingerprint: hasher.finish(),
        }
    }
}

/// The templates of a theme, ready for the pages of one site.
pub struct Renderer {
    theme: Theme,
    phrases: Arc<Phrases>,
    fingerprint: u64,
}

impl Renderer {
    /// The theme that the templates are from, for its other files.
    pub fn theme(&self) -> &Theme {
        &self.theme
    }

    /// The words of the pages.
    pub fn phrases(&self) -> &Phrases {
        &self.phrases
    }

    /// The page that shows a view. The same view gives the same page.
    pub fn page(&self, view: &View<'_>, own: &[ThemeFile]) -> Result<Vec<u8>, Diagnostic> {
        let template = view.template();
        let context =
            Context::from_serialize(view).map_err(|error| mistake(own, template, &error))?;
        let mut page = Vec::with_capacity(USUAL_PAGE);
        self.theme
            .tera
            .render_to(template, &context, &mut page)
            .map_err(|error| mistake(own, template, &error))?;
        Ok(page)
    }

    /// Identifies everything that the page of a view is made from.
    pub fn fingerprint(&self, view: &View<'_>) -> u64 {
        let mut hasher = Xxh3::new();
        (self.fingerprint, view).hash(&mut hasher);
        hasher.finish()
    }
}

/// The mistakes in the words of a site: those in its settings, whose text is given, and those of its theme.
pub fn word_mistakes(config: &Config, settings: &str, own: &[ThemeFile]) -> Vec<Diagnostic> {
    words::check(config, settings, own)
}

/// The templates among the files of a theme, or their mistakes.
fn templates(files: &BTreeMap<&str, &[u8]>, own: &[ThemeFile]) -> Result<Tera, Vec<Diagnostic>> {
    let mut templates = BTreeMap::new();
    let mut found = Vec::new();
    for (name, bytes) in files {
        let Some(template) = name.strip_prefix("templates/") else {
            continue;
        };
        match std::str::from_utf8(bytes) {
            Ok(text) => drop(templates.insert(template, text)),
            Err(error) => found.push(not_utf8(
                &path_of(own, name),
                "template",
                error.valid_up_to(),
            )),
        }
    }
    if !found.is_empty() {
        return Err(found);
    }
    let mut tera = empty_tera();
    match tera.add_raw_templates(templates.iter()) {
        Ok(()) => Ok(tera),
        Err(error) => Err(template_mistakes(&templates, own, &error)),
    }
}

/// An engine without templates, but with the filters and words that templates use.
fn empty_tera() -> Tera {
    let mut tera = Tera::new();
    words::register(&mut tera, Phrases::english());
    tera
}

fn not_utf8(file: &SitePath, what: &str, at: usize) -> Diagnostic {
    Diagnostic::new(
        &rules::ENCODING,
        file,
        Span::new(at, at + 1),
        format!("the {what} is not UTF-8 from here on"),
    )
    .help("save it again with the encoding UTF-8")
}

/// The path of a file of the theme in the site.
fn path_of(own: &[ThemeFile], name: &str) -> SitePath {
    own.iter().find(|file| file.name == name).map_or_else(
        || SitePath::new(format!("themes/default/{name}")),
        |file| file.path.clone(),
    )
}

/// The mistakes of all templates. Tera stops at the first one, so each template is also tried alone.
fn template_mistakes(
    templates: &BTreeMap<&str, &str>,
    own: &[ThemeFile],
    error: &tera::Error,
) -> Vec<Diagnostic> {
    let alone = templates.iter().filter_map(|(name, text)| {
        match empty_tera().add_raw_template(name, text) {
            Err(error) if matches!(error.kind(), ErrorKind::SyntaxError(_)) => {
                Some(mistake(own, name, &error))
            }
            _ => None,
        }
    });
    let found: Vec<Diagnostic> = alone.collect();
    if found.is_empty() {
        vec![mistake(own, templates.keys().next().unwrap_or(&""), error)]
    } else {
        found
    }
}

fn mistake(own: &[ThemeFile], template: &str, error: &tera::Error) -> Diagnostic {
    let (name, span) = place_of(template, error);
    let message = message_of(error);
    let message = uncapitalised(message.trim().trim_end_matches('.'));
    let help = "docs/themes.md lists what each template is given; a file that you delete is taken from the default theme again";
    Diagnostic::new(
        &rules::TEMPLATE,
        &path_of(own, &format!("templates/{name}")),
        span,
        message,
    )
    .help(help)
}

/// The template with an error, and the place in it. `template` is the one that was rendered, which may call others.
fn place_of<'t>(template: &'t str, error: &'t tera::Error) -> (&'t str, Span) {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            let range = &report.span().range;
            let name = match report.filename() {
                "" => template,
                name => name,
            };
            (name, Span::new(range.start, range.end))
        }
        ErrorKind::MissingParent { current: name, .. }
        | ErrorKind::CircularExtend { tpl: name, .. }
        | ErrorKind::CircularInclude { tpl: name, .. } => (name, Span::default()),
        _ => (template, Span::default()),
    }
}

fn message_of(error: &tera::Error) -> String {
    match error.kind() {
        ErrorKind::SyntaxError(report) | ErrorKind::RenderingError(report) => {
            report.message().to_owned()
        }
        ErrorKind::MissingParent { parent, .. } => {
            format!("it extends `{parent}`, which does not exist")
        }
        ErrorKind::CircularExtend { .. } => "it extends itself".to_owned(),
        ErrorKind::CircularInclude { .. } => "it includes itself".to_owned(),
        _ => error.to_string(),
    }
}

/// A message with a small first letter, as in all reports.
fn uncapitalised(message: &str) -> String {
    let mut characters = message.chars();
    characters
        .next()
        .map(|first| first.to_lowercase().collect::<String>() + characters.as_str())
        .unwrap_or_default()
}
