//! A page of the site, taken apart: its main part, and what the frame around it says about the page.

use std::collections::BTreeSet;
use std::ops::Range;

use super::address::{self, Addresses, Target};
use super::classes::Classes;
use super::frame::Script;
use super::tokens;
use super::writer::{
    Direction, Ids, Source, Written, unescaped, write, write_attribute, write_class,
};
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
    /// The title of the document while the page is shown, as HTML.
    pub title: String,
    /// Its first heading as a title: what is small in it stands behind a colon.
    pub title_in_heading: String,
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

/// A page as the edition makes it.
pub struct MadePage<'e> {
    pub route: &'e Route,
    pub html: String,
}

/// What all pages of a file are written with.
#[derive(Clone, Copy)]
pub struct Shared<'a> {
    pub edition: &'a Edition,
    pub addresses: &'a Addresses,
    pub classes: &'a Classes,
    pub direction: Direction,
}

impl<'e> MadePage<'e> {
    /// Makes a page.
    pub fn of(artefact: Artefact<'e>) -> Result<Self, Diagnostic> {
        let made = artefact.make()?;
        Ok(Self {
            route: artefact.route(),
            html: String::from_utf8_lossy(&made.bytes).into_owned(),
        })
    }
}

impl SinglePage {
    /// Takes a page apart.
    pub fn of(made: &MadePage<'_>, shared: Shared<'_>) -> Result<Self, Diagnostic> {
        let MadePage { route, html } = made;
        let layout = Layout::of(html).ok_or_else(|| without_main(shared.edition, route))?;
        let source = layout.source(html, route, shared, Ids::OfPage);
        let inner = &layout.tokens[layout.inner.clone()];
        let title = text_of(html, layout.outside(), "title").unwrap_or_default();
        let heading = text_of(html, inner.iter(), "h1").unwrap_or_else(|| title.clone());
        Ok(Self {
            route: (*route).clone(),
            id: shared.addresses.page(route).to_owned(),
            title_in_heading: title_in(html, inner, &heading),
            title,
            heading,
            current: layout.current(route, shared),
            attributes: layout.attributes(shared.classes),
            main: write(source, inner),
            scripts: Script::all_of(html, layout.outside(), route, shared.edition),
        })
    }
}

/// The title that a heading gives a page. The script does the same.
fn title_in(html: &str, tokens: &[Token<'_>], heading: &str) -> String {
    let opens =
        |token: &&Token<'_>| matches!(token.kind, Kind::Open(tag) if tag.lower_name() == "h1");
    let closes =
        |token: &&Token<'_>| matches!(token.kind, Kind::Close(tag) if tag.lower_name() == "h1");
    let inside = tokens
        .iter()
        .skip_while(|token| !opens(token))
        .take_while(|token| !closes(token));
    let small = text_of(html, inside, "small").unwrap_or_default();
    match heading.strip_suffix(&small) {
        Some(start) if !small.is_empty() => format!("{}: {small}", start.trim_end()),
        _ => heading.to_owned(),
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
    pub fn outside(&self) -> impl Iterator<Item = &Token<'t>> {
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
        shared: Shared<'a>,
        ids: Ids,
    ) -> Source<'a> {
        let id = self
            .main
            .attributes()
            .find(|attribute| attribute.name.eq_ignore_ascii_case("id"));
        Source {
            route,
            html,
            edition: shared.edition,
            addresses: shared.addresses,
            classes: shared.classes,
            direction: shared.direction,
            ids,
            frame_ids: &self.frame_ids,
            main_id: id.map_or("", |id| id.value),
        }
    }

    /// The attributes of the main part that stay.
    fn attributes(&self, classes: &Classes) -> String {
        let mut html = String::new();
        for attribute in self.main.attributes() {
            match attribute.name.to_ascii_lowercase().as_str() {
                "id" | "hidden" => {}
                "class" => write_class(&attribute, classes, &mut html),
                _ => write_attribute(&attribute, &mut html),
            }
        }
        html
    }

    /// The addresses of the links around the main part that are marked as current.
    fn current(&self, route: &Route, shared: Shared<'_>) -> Vec<String> {
        let marked = self.outside().filter(|token| {
            attribute(token, "aria-current").is_some_and(|current| current != "false")
        });
        let target = |token| {
            let href = unescaped(attribute(token, "href")?);
            match address::target(&href, route, shared.edition) {
                Target::Page(other, _) => Some(shared.addresses.address(&other)),
                Target::SamePage(_) => Some(shared.addresses.address(route)),
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
