//! Case studies as pages of a wiki: composed once as a tree without markup, then written in the dialect of each wiki.

pub mod actions;
pub mod back;
pub mod blame;
pub mod compose;
pub mod page;
pub mod picture;

pub mod confluence;
mod dokuwiki;
mod html;
mod lowered;
mod markdown;
mod mediawiki;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use crate::config::{Backend, Format, GitHost};
use crate::diagnostic::{Diagnostic, rules};
use crate::highlight::Highlighter;
use crate::slug::Slug;
use crate::source::{SitePath, Span};

use page::{Case, RawHtml, Within};

pub use markdown::{attachment_path, link_to_page};

/// The markup of a wiki.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Markdown with the additions of a host.
    Markdown(Flavour),
    /// A single HTML file that contains its pictures.
    Html,
    /// The storage format of Confluence Cloud and Data Center.
    Confluence,
    /// The wikitext of MediaWiki.
    Mediawiki,
    /// The syntax of DokuWiki.
    Dokuwiki,
}

/// A host of Markdown pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flavour {
    /// The wiki of a project in Azure DevOps.
    AzureDevops,
    /// The wiki of a repository on GitHub.
    Github,
    /// The wiki of a project on GitLab.
    Gitlab,
    /// The wiki of a repository in Gitea or Forgejo.
    Gitea,
    /// Files in a folder, for any Markdown reader.
    Plain,
}

impl From<GitHost> for Flavour {
    fn from(host: GitHost) -> Self {
        match host {
            GitHost::AzureDevops => Self::AzureDevops,
            GitHost::Github => Self::Github,
            GitHost::Gitlab => Self::Gitlab,
            GitHost::Gitea => Self::Gitea,
        }
    }
}

impl Flavour {
    /// The name of the host.
    fn host(self) -> &'static str {
        match self {
            Self::AzureDevops => "Azure DevOps",
            Self::Github => "GitHub",
            Self::Gitlab => "GitLab",
            Self::Gitea => "Gitea",
            Self::Plain => "Markdown",
        }
    }
}

/// The location of a page on a wiki.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// The title that readers see. Characters that the wiki does not allow are replaced.
    pub title: String,
    /// The unique key of the page: a file path for Markdown and HTML, the full title for MediaWiki and Confluence, the id for
    /// DokuWiki.
    pub path: String,
}

/// What all pages of a publication share.
pub struct Publication<'a> {
    /// The language of the texts as a BCP 47 tag; empty if the settings name none.
    pub language: &'a str,
    /// The folder, prefix or namespace of all pages; empty for the top. See [`Backend::parent`].
    pub parent: &'a str,
    /// The location of each page that links can lead to.
    pub locations: BTreeMap<Slug, Location>,
    /// The anchors of the headings of each page, keyed by [`page::Heading::id`].
    pub anchors: BTreeMap<Slug, BTreeMap<String, String>>,
    /// The pictures without metadata, keyed by file name.
    pub pictures: &'a BTreeMap<String, Arc<[u8]>>,
    /// Highlights code for dialects whose wiki does not.
    pub highlighter: &'a Highlighter,
}

/// A page in the markup of its wiki.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RenderedPage {
    /// The case study.
    pub case: Slug,
    /// The source file, for diagnostics.
    pub file: SitePath,
    /// The location on the wiki.
    pub location: Location,
    /// The text in the markup of the wiki.
    pub text: String,
    /// The names of the pictures that are published as separate files.
    pub attachments: Vec<String>,
}

/// Writes pages in the dialect of a wiki, and reports what the wiki would refuse or change. `parent` is that of [`Publication`].
pub fn write(
    dialect: Dialect,
    parent: &str,
    cases: &[Case],
    pictures: &BTreeMap<String, Arc<[u8]>>,
    highlighter: &Highlighter,
) -> (Vec<RenderedPage>, Vec<Diagnostic>) {
    let publication = Publication {
        language: cases.first().map_or("", |case| case.language.as_str()),
        parent,
        locations: cases
            .iter()
            .map(|case| (case.slug.clone(), dialect.location(&case.title, parent)))
            .collect(),
        anchors: cases
            .iter()
            .map(|case| (case.slug.clone(), dialect.anchors(case)))
            .collect(),
        pictures,
        highlighter,
    };
    let pages: Vec<RenderedPage> = cases
        .iter()
        .map(|case| dialect.page(case, &publication))
        .collect();
    let mut diagnostics = collisions(cases, &publication);
    for (case, page) in cases.iter().zip(&pages) {
        diagnostics.extend(dialect.check(case, page, parent));
    }
    (pages, diagnostics)
}

/// Reports pages that would have the same location.
fn collisions(cases: &[Case], publication: &Publication<'_>) -> Vec<Diagnostic> {
    let mut taken: BTreeMap<String, &Case> = BTreeMap::new();
    let mut found = Vec::new();
    for case in cases {
        // Some wikis ignore case, so two titles must differ in more than that.
        let path: String = publication.locations[&case.slug]
            .path
            .to_lowercase()
            .nfc()
            .collect();
        if let Some(first) = taken.get(&path) {
            let message = format!(
                "on this wiki, the pages “{}” and “{}” would have the same address",
                case.title, first.title
            );
            found.push(
                Diagnostic::new(&rules::UNPUBLISHABLE, &case.file, Span::default(), message)
                    .note(&first.file, Span::default(), "the other page")
                    .help("change one of the two titles"),
            );
        } else {
            taken.insert(path, case);
        }
    }
    found
}

impl Dialect {
    /// The dialect of a wiki.
    pub fn of(backend: &Backend) -> Self {
        match backend {
            Backend::Folder {
                format: Format::Html,
                ..
            } => Self::Html,
            Backend::Folder {
                format: Format::Markdown,
                ..
            } => Self::Markdown(Flavour::Plain),
            Backend::Git { host, .. } => Self::Markdown((*host).into()),
            Backend::AzureDevops { .. } => Self::Markdown(Flavour::AzureDevops),
            Backend::Mediawiki { .. } => Self::Mediawiki,
            Backend::Dokuwiki { .. } => Self::Dokuwiki,
            Backend::Confluence { .. } => Self::Confluence,
        }
    }

    fn page(self, case: &Case, publication: &Publication<'_>) -> RenderedPage {
        RenderedPage {
            case: case.slug.clone(),
            file: case.file.clone(),
            location: publication.locations[&case.slug].clone(),
            text: self.text(case, publication),
            attachments: if self == Self::Html {
                Vec::new()
            } else {
                case.page.pictures.clone()
            },
        }
    }

    /// Reports what the wiki would refuse, and warns of what it shows in another way.
    fn check(self, case: &Case, page: &RenderedPage, parent: &str) -> Vec<Diagnostic> {
        let problems = self.problems(case, &page.location, &page.text).into_iter();
        let problems = problems.map(|problem| {
            Diagnostic::new(&rules::UNPUBLISHABLE, &case.file, Span::default(), problem)
        });
        let mut known = BTreeSet::new();
        let is_new = |found: &Diagnostic| {
            known.insert((
                found.file.clone(),
                found.span.range().start,
                found.message.clone(),
            ))
        };
        let flattened = case
            .html
            .iter()
            .filter_map(|html| self.flattened(html))
            .filter(is_new);
        problems
            .chain(self.retitled(case, parent))
            .chain(flattened)
            .collect()
    }

    /// The location of a page with a title.
    fn location(self, title: &str, parent: &str) -> Location {
        match self {
            Self::Markdown(flavour) => markdown::location(flavour, title, parent),
            Self::Html => html::location(title, parent),
            Self::Confluence => confluence::location(title),
            Self::Mediawiki => mediawiki::location(title, parent),
            Self::Dokuwiki => dokuwiki::location(title, parent),
        }
    }

    /// The anchors of the headings of a page, keyed by their ids.
    fn anchors(self, case: &Case) -> BTreeMap<String, String> {
        match self {
            Self::Markdown(flavour) => markdown::anchors(flavour, case),
            Self::Html => html::anchors(case),
            Self::Confluence => confluence::anchors(case),
            Self::Mediawiki => mediawiki::anchors(case),
            Self::Dokuwiki => dokuwiki::anchors(case),
        }
    }

    /// The text of a page in this dialect.
    fn text(self, case: &Case, publication: &Publication<'_>) -> String {
        match self {
            Self::Markdown(flavour) => markdown::text(flavour, case, publication),
            Self::Html => html::text(case, publication),
            Self::Confluence => confluence::text(case, publication),
            Self::Mediawiki => mediawiki::text(case, publication),
            Self::Dokuwiki => dokuwiki::text(case, publication),
        }
    }

    /// A warning if the wiki does not allow all characters of the title.
    fn retitled(self, case: &Case, parent: &str) -> Option<Diagnostic> {
        let title = match self {
            Self::Markdown(flavour) => markdown::another_title(flavour, &case.title),
            Self::Mediawiki => mediawiki::another_title(&case.title, parent),
            Self::Html | Self::Confluence | Self::Dokuwiki => None,
        }?;
        let message = format!(
            "this title contains characters that {} does not allow, so the page is called “{title}” there",
            self.wiki()
        );
        let help =
            "change the title, or leave it: the page begins with the title as it is written here";
        Some(
            Diagnostic::new(&rules::TITLE_REPLACED, &case.file, Span::default(), message)
                .help(help),
        )
    }

    /// Whether the wiki has no equivalent of an HTML element in its context.
    fn loses(self, html: &RawHtml) -> bool {
        matches!(html.within, Within::Line | Within::TooMany)
            || match self {
                Self::Markdown(flavour) => markdown::loses(flavour, html),
                Self::Html => false,
                Self::Confluence => confluence::loses(html),
                Self::Mediawiki => mediawiki::loses(html),
                Self::Dokuwiki => dokuwiki::loses(html),
            }
    }

    /// The name of the wiki software.
    fn wiki(self) -> &'static str {
        match self {
            Self::Markdown(flavour) => flavour.host(),
            Self::Html => "HTML",
            Self::Confluence => "Confluence",
            Self::Mediawiki => "MediaWiki",
            Self::Dokuwiki => "DokuWiki",
        }
    }

    /// A warning of HTML without an equivalent on the wiki. Its content is published in plainer form.
    fn flattened(self, html: &RawHtml) -> Option<Diagnostic> {
        let name = html.name;
        if !self.loses(html) {
            return None;
        }
        let is_lost_anywhere = self.loses(&RawHtml {
            within: Within::Page,
            ..html.clone()
        });
        let wiki = self.wiki();
        let found = match html.within {
            Within::Line => format!("this line cannot contain `<{name}>`"),
            Within::TooMany => format!("`<{name}>` is nested too deeply"),
            Within::Block if !is_lost_anywhere => {
                format!("`<{name}>` inside another block has no equivalent on {wiki}")
            }
            Within::Preformatted if !is_lost_anywhere => {
                format!("`<{name}>` inside `<pre>` has no equivalent on {wiki}")
            }
            Within::Page | Within::Block | Within::Preformatted => {
                format!("`<{name}>` has no equivalent on {wiki}")
            }
        };
        let message = format!("{found}, so its content is published in plainer form");
        let help = "write it in Markdown, or leave it if the plain text is enough";
        Some(Diagnostic::new(&rules::HTML_FLATTENED, &html.file, html.span, message).help(help))
    }

    /// What the wiki would refuse, cut or show in another way: one message for each problem.
    fn problems(self, case: &Case, location: &Location, text: &str) -> Vec<String> {
        match self {
            Self::Markdown(flavour) => markdown::problems(flavour, case, location, text),
            Self::Html => Vec::new(),
            Self::Confluence => confluence::problems(case, location, text),
            Self::Mediawiki => mediawiki::problems(case, location, text),
            Self::Dokuwiki => dokuwiki::problems(case, location, text),
        }
    }
}
