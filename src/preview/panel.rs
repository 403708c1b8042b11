//! What the preview adds to a page: the problems above it, and the bar below it.
//!
//! It is plain HTML, which also works without scripts. The script keeps it up to date.

use std::hash::Hash;

use serde::Serialize;
use tera::{Context, Tera};
use xxhash_rust::xxh3::Xxh3;

use super::OWN;
use super::problem::{Editor, Place, Problem};
use super::status::{FoundWarnings, Status};
use crate::build::Inputs;
use crate::diagnostic::Diagnostic;
use crate::model::Audience;
use crate::report::counted;
use crate::source::{SitePath, Span};

/// The page that is shown if no page can be made.
pub const STAND_IN: &str = include_str!("stand-in.html");

/// How many problems a page shows. The others are counted.
const MOST: usize = 20;

/// How many warnings of other files a page lists. The others are counted.
const MOST_ELSEWHERE: usize = 50;

/// The templates of the preview's own HTML.
pub struct Templates(Tera);

/// What the preview adds to one page.
#[derive(Serialize)]
pub struct Panel<'a> {
    /// The run of the server.
    pub boot: &'a str,
    pub revision: u64,
    /// The start of the addresses of the audience's site.
    pub prefix: &'static str,
    pub follow: bool,
    pub audience: &'static str,
    pub badge: &'static str,
    pub problems: Option<Problems<'a>>,
    pub warnings: Option<Warnings<'a>>,
    pub status: Option<Status>,
    pub switch: Vec<Switch>,
    /// Whether there is a question to jump to.
    pub has_questions: bool,
}

/// A list of errors or of warnings.
#[derive(Serialize)]
pub struct Problems<'a> {
    /// A digest of the list. The script uses it to recognise a list that the reader has closed.
    key: String,
    /// `2 errors`.
    count: String,
    /// Why the files could not be read.
    failure: Option<&'a str>,
    /// The command that lists the errors, for readers who may not see them.
    command: Option<String>,
    shown: Vec<Problem>,
    /// How many more there are.
    more: usize,
}

/// The warnings about the files of a page, and those about all other files.
#[derive(Serialize)]
pub struct Warnings<'a> {
    /// `2 warnings, 3 in other files`.
    count: String,
    here: Option<Problems<'a>>,
    elsewhere: Option<Elsewhere>,
}

/// The warnings about other files than those of the page, each in a line.
#[derive(Serialize)]
struct Elsewhere {
    /// `3 warnings`.
    count: String,
    shown: Vec<Place>,
    /// How many more there are.
    more: usize,
}

/// A link to the same page as another audience sees it.
#[derive(Serialize)]
pub struct Switch {
    /// The audience as the author calls it.
    pub audience: &'static str,
    pub address: String,
    pub is_current: bool,
}

/// The audience of a page.
#[derive(Debug, Clone, Copy)]
pub enum Badge {
    /// The audience gets this page.
    For(Audience),
    /// The author has this page, and the audience does not get it.
    Withheld(Audience),
}

impl Badge {
    /// The badge in words.
    pub fn words(self) -> &'static str {
        match self {
            Self::Withheld(Audience::Team) => "the team does not get this page",
            Self::Withheld(Audience::Public) => "not everybody gets this page",
            Self::For(Audience::Private) | Self::Withheld(Audience::Private) => "for you alone",
            Self::For(Audience::Team) => "as the team sees it",
            Self::For(Audience::Public) => "as everybody sees it",
        }
    }
}

impl Templates {
    /// Compiles the templates.
    pub fn new() -> Self {
        let mut tera = Tera::new();
        let added = tera.add_raw_template("panel.html", include_str!("panel.html"));
        added.unwrap_or_else(|error| {
            unreachable!("the templates of the program have no errors: {error}")
        });
        Self(tera)
    }

    /// A panel as HTML.
    pub fn panel(&self, panel: &Panel<'_>) -> String {
        let html = Context::from_serialize(panel)
            .and_then(|context| self.0.render("panel.html", &context));
        html.unwrap_or_else(|error| {
            unreachable!("the templates of the program fit their values: {error}")
        })
    }
}

impl<'a> Problems<'a> {
    /// Errors with their places; `None` without any.
    pub fn of_errors(
        found: &[Diagnostic],
        failure: Option<&'a str>,
        read: &Inputs,
        editor: Editor<'_>,
    ) -> Option<Self> {
        let found: Vec<&Diagnostic> = found.iter().collect();
        Some(
            Self {
                failure,
                ..Self::counted(&found, failure, "error")?
            }
            .with_list(&found, read, editor),
        )
    }

    /// The number of errors, for an audience that may see neither excerpts nor paths of files; `None` without any.
    pub fn without_places(
        found: &[Diagnostic],
        failure: Option<&str>,
        audience: Audience,
    ) -> Option<Self> {
        let command = Some(format!("storybank build --audience {}", audience.name()));
        Some(Self {
            command,
            ..Self::counted(&found.iter().collect::<Vec<_>>(), failure, "error")?
        })
    }

    fn counted(found: &[&Diagnostic], failure: Option<&str>, noun: &str) -> Option<Self> {
        let count = found.len() + usize::from(failure.is_some());
        let places: Vec<(&SitePath, Span, &str)> = found
            .iter()
            .map(|found| (&found.file, found.span, found.message.as_str()))
            .collect();
        let mut key = Xxh3::new();
        (failure, places).hash(&mut key);
        let key = format!("{:016x}", key.digest());
        (count > 0).then(|| Self {
            key,
            count: counted(count, noun),
            failure: None,
            command: None,
            shown: Vec::new(),
            more: 0,
        })
    }

    fn with_list(self, found: &[&Diagnostic], read: &Inputs, editor: Editor<'_>) -> Self {
        let shown = found
            .iter()
            .take(MOST)
            .map(|found| Problem::new(found, read, editor))
            .collect();
        Self {
            shown,
            more: found.len().saturating_sub(MOST),
            ..self
        }
    }
}

impl Warnings<'_> {
    /// The warnings with their places; `None` without any.
    pub fn new(found: &FoundWarnings<'_>, read: &Inputs, editor: Editor<'_>) -> Option<Self> {
        let here = Problems::counted(&found.here, None, "warning")
            .map(|here| here.with_list(&found.here, read, editor));
        let elsewhere = Elsewhere::new(&found.elsewhere, read, editor);
        let count = match (&here, found.elsewhere.len()) {
            (None, 0) => return None,
            (None, others) => format!("{} in other files", counted(others, "warning")),
            (Some(here), 0) => here.count.clone(),
            (Some(here), others) => format!("{}, {others} in other files", here.count),
        };
        Some(Self {
            count,
            here,
            elsewhere,
        })
    }
}

impl Elsewhere {
    fn new(found: &[&Diagnostic], read: &Inputs, editor: Editor<'_>) -> Option<Self> {
        let shown = found.iter().take(MOST_ELSEWHERE);
        (!found.is_empty()).then(|| Self {
            count: counted(found.len(), "warning"),
            shown: shown.map(|found| Place::of(found, read, editor)).collect(),
            more: found.len().saturating_sub(MOST_ELSEWHERE),
        })
    }
}

/// An audience as the author calls it.
pub fn viewer_name(audience: Audience) -> &'static str {
    match audience {
        Audience::Private => "You",
        Audience::Team => "Team",
        Audience::Public => "Everybody",
    }
}

/// A page with the panel, its style sheet and its script. The links of the page are relative to `base`, if there is one.
pub fn insert(page: &str, panel: &str, base: Option<&str>) -> String {
    let (head, rest) = page
        .find("</head>")
        .map_or(("", page), |at| page.split_at(at));
    let (body, end) = rest
        .rfind("</body>")
        .map_or((rest, ""), |at| rest.split_at(at));
    let (head_start, head_rest) = base
        .and(head.find("<head>"))
        .map_or(("", head), |at| head.split_at(at + "<head>".len()));
    let base = if head_start.is_empty() {
        String::new()
    } else {
        format!("\n<base href=\"{}\">", base.unwrap_or("/"))
    };
    let style = format!("<link rel=\"stylesheet\" href=\"{OWN}preview.css\">\n");
    let script = format!("<script src=\"{OWN}preview.js\" defer></script>\n");
    [
        head_start, &base, head_rest, &style, body, panel, &script, end,
    ]
    .concat()
}
