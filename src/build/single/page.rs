//! A page of the site, taken apart: its main part, and what the frame around it says about the page.

use std::collections::BTreeSet;
use std::ops::Range;

use super::address::{self, Target};
use super::frame::Script;
use super::tokens;
use super::writer::{Ids, Source, Written, unescaped, write, write_attribute};
use crate::build::{Artefact, Edition};
use crate::diagnostic::{Diagnostic, rules};
use crate::route::Route;
use crate::source::Span;
use crate::words::markup::{Kind, Tag, Token};

/// The template that the frame of a page usually comes from.
const BASE: &str = "templates/base.html";

/// A page as a part of the file.
pub struct SinglePage {
    /// Its address in the site.
    pub route: Route,
    /// Its id in the file.
    pub id: String,
    /// The title of the document while the page is shown, as HTML in an attribute.
    pub title: String,
    /// Its first heading, or else its title, as HTML.
    pub heading: String,
    /// The addresses of the links in the frame that are current.
    pub current: Vec<String>,
    /// The attributes of its main part, apart from its id.
    pub attributes: String,
    /// What is in its main part.
    pub main: Written,
    /// The scripts around its main part.
    pub scripts: Vec<Script>,
}

/// Where the parts of a page are.
pub struct Layout<'t> {
    pub tokens: Vec<Token<'t>>,
    /// The tag that opens the main part.
    pub main: Tag<'t>,
    /// The tokens in the main part, without its tags.
    pub inner: Range<usize>,
    /// The ids of elements that are not in the main part.
    pub frame_ids: BTreeSet<String>,
}

impl SinglePage {
    /// Makes a page and takes it apart.
    pub fn of(edition: &Edition, artefact: Artefact<'_>) -> Result<Self, Diagnostic> {
        let made = artefact.make()?;
        let html = String::from_utf8_lossy(&made.bytes);
        let route = artefact.route();
        let layout = Layout::of(&html).ok_or_else(|| without_main(edition, route))?;
        let source = layout.source(&html, route, edition, Ids::OfPage);
        let inner = &layout.tokens[layout.inner.clone()];
        let title = text_of(&html, layout.outside(), "title").unwrap_or_default();
        let heading = text_of(&html, inner.iter(), "h1").unwrap_or_else(|| title.clone());
        Ok(Self {
            route: route.clone(),
            id: address::id(route),
            title: title.replace('"', "&quot;"),
            heading,
            current: layout.current(route, edition),
            attributes: layout.attributes(),
            main: write(source, inner),
            scripts: Script::all_of(&html, layout.outside(), route, edition),
        })
    }
}

impl<'t> Layout<'t> {
    /// The parts of a page; `None` without a main part.
    pub fn of(html: &'t str) -> Option<Self> {
        let tokens = tokens::of(html);
        let (start, main) = tokens.iter().enumerate().find_map(|(place, token)| {
            let Kind::Open(tag) = token.kind else {
                return None;
            };
            (tag.lower_name() == "main").then_some((place, tag))
        })?;
        let ends = |token: &Token<'_>| matches!(token.kind, Kind::Close(tag) if tag.lower_name() == "main");
        let end = start + tokens[start..].iter().position(ends)?;
        let mut layout = Self {
            tokens,
            main,
            inner: start + 1..end,
            frame_ids: BTreeSet::new(),
        };
        layout.frame_ids = layout
            .outside()
            .filter_map(|token| attribute(token, "id"))
            .map(str::to_owned)
            .collect();
        Some(layout)
    }

    /// The tokens around the main part.
    fn outside(&self) -> impl Iterator<Item = &Token<'t>> {
        self.before().iter().chain(self.after())
    }

    /// The tokens before the main part.
    pub fn before(&self) -> &[Token<'t>] {
        &self.tokens[..self.inner.start - 1]
    }

    /// The tokens after the main part.
    pub fn after(&self) -> &[Token<'t>] {
        &self.tokens[self.inner.end + 1..]
    }

    /// What a stretch of the page is written from.
    pub fn source<'a>(
        &'a self,
        html: &'a str,
        route: &'a Route,
        edition: &'a Edition,
        ids: Ids,
    ) -> Source<'a> {
        let id = self
            .main
            .attributes()
            .find(|attribute| attribute.name.eq_ignore_ascii_case("id"));
        Source {
            route,
            html,
            edition,
            ids,
            frame_ids: &self.frame_ids,
            main_id: id.map_or("", |id| id.value),
        }
    }

    /// The attributes of the main part that stay.
    fn attributes(&self) -> String {
        let mut html = String::new();
        for attribute in self.main.attributes() {
            if !["id", "hidden"].contains(&attribute.name.to_ascii_lowercase().as_str()) {
                write_attribute(&attribute, &mut html);
            }
        }
        html
    }

    /// The addresses of the links around the main part that are marked as current.
    fn current(&self, route: &Route, edition: &Edition) -> Vec<String> {
        let marked = self.outside().filter(|token| {
            attribute(token, "aria-current").is_some_and(|current| current != "false")
        });
        let target = |token| {
            let href = unescaped(attribute(token, "href")?);
            match address::target(&href, route, edition) {
                Target::Page(other, _) => Some(address::of(&other)),
                Target::SamePage(_) => Some(address::of(route)),
                Target::Outside | Target::File(_) | Target::Nothing => None,
            }
        };
        marked.filter_map(target).collect()
    }
}

/// The value of an attribute of a tag that opens an element.
pub fn attribute<'t>(token: &Token<'t>, name: &str) -> Option<&'t str> {
    let Kind::Open(tag) = token.kind else {
        return None;
    };
    tag.attributes()
        .find(|attribute| attribute.name.eq_ignore_ascii_case(name))
        .map(|attribute| attribute.value)
}

/// The text of the first element with a name, without tags; `None` if there is none.
fn text_of<'t, 'a>(
    html: &str,
    tokens: impl Iterator<Item = &'a Token<'t>>,
    name: &str,
) -> Option<String>
where
    't: 'a,
{
    let is = |tag: Tag<'_>| tag.lower_name() == name;
    let mut inside = tokens.skip_while(|token| !matches!(token.kind, Kind::Open(tag) if is(tag)));
    inside.next()?;
    let texts = inside
        .take_while(|token| !matches!(token.kind, Kind::Close(tag) if is(tag)))
        .map(|token| match token.kind {
            Kind::Text => &html[token.range.clone()],
            Kind::Open(_) | Kind::Close(_) | Kind::Hidden => "",
        });
    let text: String = texts.collect();
    Some(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A page without a main part, reported at the template of the frame.
pub fn without_main(edition: &Edition, route: &Route) -> Diagnostic {
    Diagnostic::new(
        &rules::TEMPLATE,
        &edition.theme_path(BASE),
        Span::default(),
        format!(
            "the page `{}` has no `<main>`, so the single file cannot take it out of its frame",
            route.path()
        ),
    )
    .help("put what differs between pages into one `<main>`, as docs/themes.md describes")
}
