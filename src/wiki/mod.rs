//! Case studies as pages of a wiki: composed once, as a tree that knows no markup, and written in the dialect of each wiki.

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

use crate::diagnostic::{Diagnostic, rules};
use crate::highlight::Highlighter;
use crate::slug::Slug;
use crate::source::{SitePath, Span};

use page::{Case, RawHtml, Within};

pub use markdown::{attachment_path, link_to_page};

/// What a wiki reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// Markdown, with what a host adds to it.
    Markdown(Flavour),
    /// A single file of HTML that holds all that it shows.
    Html,
    /// The storage format of Confluence, on Cloud and in a Data Center.
    Confluence,
    /// The wikitext of MediaWiki.
    Mediawiki,
    /// The syntax of DokuWiki.
    Dokuwiki,
}

/// Whose Markdown it is.
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
    /// Files in a folder, for any reader of Markdown.
    Plain,
}

impl Flavour {
    /// The name of its host.
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

/// Where a page stands on a wiki.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Name {
    /// As readers see it, with what the wiki cannot hold in a title replaced.
    pub title: String,
    /// What tells it from all other pages: for Markdown and HTML the path of its file from the top of the repository or folder, for
    /// MediaWiki and Confluence the title as the wiki keeps it, for DokuWiki the whole id.
    pub path: String,
}

/// What the pages of one publication share.
pub struct Book<'a> {
    /// The language of the texts, a BCP 47 tag; empty where nobody says.
    pub language: &'a str,
    /// Where all pages are put: a folder in a repository, a namespace of DokuWiki; empty for the top.
    pub place: &'a str,
    /// Where each page that can be linked to stands.
    pub names: BTreeMap<Slug, Name>,
    /// What the wiki calls each heading in links, by page and [`page::Heading::id`].
    pub anchors: BTreeMap<Slug, BTreeMap<String, String>>,
    /// The pictures, cleaned of what cameras and programs write into them, by the names that their contents give them.
    pub pictures: &'a BTreeMap<String, Arc<[u8]>>,
    /// Colours code, where the dialect has no way to ask the wiki for it.
    pub highlighter: &'a Highlighter,
}

/// A page in the markup of its wiki.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// The case study.
    pub case: Slug,
    /// The file that its mistakes are in.
    pub file: SitePath,
    /// Where it is to stand.
    pub name: Name,
    /// What is to stand there.
    pub text: String,
    /// The names of the pictures that go along as files of their own.
    pub attachments: Vec<String>,
}

/// Writes pages for a wiki, and says what of them the wiki would not take.
pub fn write(
    dialect: Dialect,
    place: &str,
    cases: &[Case],
    pictures: &BTreeMap<String, Arc<[u8]>>,
    highlighter: &Highlighter,
) -> (Vec<Written>, Vec<Diagnostic>) {
    let book = Book {
        language: cases.first().map_or("", |case| case.language.as_str()),
        place,
        names: cases.iter().map(|case| (case.slug.clone(), dialect.name(&case.title, place))).collect(),
        anchors: cases.iter().map(|case| (case.slug.clone(), dialect.anchors(case))).collect(),
        pictures,
        highlighter,
    };
    let mut diagnostics = alike(cases, &book);
    let pages = cases.iter().map(|case| {
        let name = book.names[&case.slug].clone();
        let text = dialect.text(case, &book);
        let attachments = if dialect == Dialect::Html { Vec::new() } else { case.page.pictures.clone() };
        let problems = dialect.problems(case, &name, &text);
        diagnostics
            .extend(problems.into_iter().map(|problem| Diagnostic::new(&rules::UNPUBLISHABLE, &case.file, Span::default(), problem)));
        diagnostics.extend(dialect.retitled(case, place));
        let mut said = BTreeSet::new();
        let flattened = case.html.iter().filter_map(|html| dialect.flattened(html));
        diagnostics.extend(flattened.filter(|found| said.insert((found.file.clone(), found.span.range().start, found.message.clone()))));
        Written { case: case.slug.clone(), file: case.file.clone(), name, text, attachments }
    });
    let pages = pages.collect();
    (pages, diagnostics)
}

/// Pages that would stand in one place.
fn alike(cases: &[Case], book: &Book<'_>) -> Vec<Diagnostic> {
    let mut places: BTreeMap<String, &Case> = BTreeMap::new();
    let mut found = Vec::new();
    for case in cases {
        // Some wikis tell capitals from small letters and others do not; no two titles should differ by them alone.
        let path: String = book.names[&case.slug].path.to_lowercase().nfc().collect();
        if let Some(first) = places.get(&path) {
            let message = format!("on this wiki the page “{}” would stand where “{}” stands", case.title, first.title);
            found.push(
                Diagnostic::new(&rules::UNPUBLISHABLE, &case.file, Span::default(), message)
                    .note(&first.file, Span::default(), "the other one")
                    .help("give one of the two another title"),
            );
        } else {
            places.insert(path, case);
        }
    }
    found
}

impl Dialect {
    /// Where a page with a title stands.
    fn name(self, title: &str, place: &str) -> Name {
        match self {
            Self::Markdown(flavour) => markdown::name(flavour, title, place),
            Self::Html => html::name(title, place),
            Self::Confluence => confluence::name(title),
            Self::Mediawiki => mediawiki::name(title, place),
            Self::Dokuwiki => dokuwiki::name(title, place),
        }
    }

    /// What the wiki calls the headings of a page in links, by their ids.
    fn anchors(self, case: &Case) -> BTreeMap<String, String> {
        match self {
            Self::Markdown(flavour) => markdown::anchors(flavour, case),
            Self::Html => html::anchors(case),
            Self::Confluence => confluence::anchors(case),
            Self::Mediawiki => mediawiki::anchors(case),
            Self::Dokuwiki => dokuwiki::anchors(case),
        }
    }

    /// A page in the markup of the wiki.
    fn text(self, case: &Case, book: &Book<'_>) -> String {
        match self {
            Self::Markdown(flavour) => markdown::text(flavour, case, book),
            Self::Html => html::text(case, book),
            Self::Confluence => confluence::text(case, book),
            Self::Mediawiki => mediawiki::text(case, book),
            Self::Dokuwiki => dokuwiki::text(case, book),
        }
    }

    /// A warning of a title that the wiki shows in another way, because it cannot hold all of its signs.
    fn retitled(self, case: &Case, place: &str) -> Option<Diagnostic> {
        let title = match self {
            Self::Markdown(flavour) => markdown::another_title(flavour, &case.title),
            Self::Mediawiki => mediawiki::another_title(&case.title, place),
            Self::Html | Self::Confluence | Self::Dokuwiki => None,
        }?;
        let message = format!("no title on {} can hold all signs of this one, so the page is called “{title}” there", self.wiki());
        let help = "give it another title, or leave it: the page begins with the title as it is written here";
        Some(Diagnostic::new(&rules::TITLE_REPLACED, &case.file, Span::default(), message).help(help))
    }

    /// Whether the wiki has nothing like an element of HTML where it stands.
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

    /// What reads the pages, by its name.
    fn wiki(self) -> &'static str {
        match self {
            Self::Markdown(flavour) => flavour.host(),
            Self::Html => "HTML",
            Self::Confluence => "Confluence",
            Self::Mediawiki => "MediaWiki",
            Self::Dokuwiki => "DokuWiki",
        }
    }

    /// A warning of HTML that the wiki has nothing like; what it says is published in plainer form.
    fn flattened(self, html: &RawHtml) -> Option<Diagnostic> {
        let name = html.name;
        if !self.loses(html) {
            return None;
        }
        let is_lost_anywhere = self.loses(&RawHtml { within: Within::Page, ..html.clone() });
        let wiki = self.wiki();
        let found = match html.within {
            Within::Line => format!("`<{name}>` cannot stand in this line"),
            Within::TooMany => format!("`<{name}>` stands in more elements than are read"),
            Within::Block if !is_lost_anywhere => format!("there is no `<{name}>` inside of another block on {wiki}"),
            Within::Preformatted if !is_lost_anywhere => format!("there is no `<{name}>` inside of `<pre>` on {wiki}"),
            Within::Page | Within::Block | Within::Preformatted => format!("there is nothing like `<{name}>` on {wiki}"),
        };
        let message = format!("{found}, so its words are published in plainer form");
        let help = "write it in Markdown, or leave it if the words alone will do";
        Some(Diagnostic::new(&rules::HTML_FLATTENED, &html.file, html.span, message).help(help))
    }

    /// What the wiki would refuse, cut or show in another way, each in one sentence: lower case, no full stop.
    fn problems(self, case: &Case, name: &Name, text: &str) -> Vec<String> {
        match self {
            Self::Markdown(flavour) => markdown::problems(flavour, case, name, text),
            Self::Html => Vec::new(),
            Self::Confluence => confluence::problems(case, name, text),
            Self::Mediawiki => mediawiki::problems(case, name, text),
            Self::Dokuwiki => dokuwiki::problems(case, name, text),
        }
    }
}
