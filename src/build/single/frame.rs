//! The frame that all pages of the file share: that of the home page, with its styles and scripts inside.

use std::collections::BTreeSet;
use std::iter::Peekable;

use super::address::{self, Target};
use super::classes::Classes;
use super::page::{Layout, MadePage, Shared, SinglePage, attribute, without_main};
use super::style;
use super::writer::{Ids, Source, Writer, Written, unescaped, write_attribute};
use crate::build::Edition;
use crate::diagnostic::Diagnostic;
use crate::route::Route;
use crate::words::markup::{Kind, Token};

/// Lets a browser load nothing, from any host: everything is in the file.
const POLICY: &str = "\n<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; img-src data:; font-src data:; media-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'; base-uri 'none'; form-action 'none'\">";

/// The script that shows one page at a time.
const SCRIPT: &str = include_str!("single.js");

/// The rules that hide the other pages.
const STYLE: &str = include_str!("single.css");

/// A script around the main part of a page.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Script {
    /// Its attributes that stay when its text is in the page.
    attributes: String,
    content: ScriptContent,
    /// Whether it runs only when the whole page is there.
    is_late: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum ScriptContent {
    Text(String),
    File(Route),
}

impl Script {
    /// The scripts among tokens of a page.
    pub fn all_of<'t, 'a>(
        html: &str,
        tokens: impl Iterator<Item = &'a Token<'t>>,
        route: &Route,
        edition: &Edition,
    ) -> Vec<Self>
    where
        't: 'a,
    {
        let mut scripts = Vec::new();
        let mut tokens = tokens.peekable();
        while let Some(token) = tokens.next() {
            let text = tokens.peek().filter(|next| next.kind == Kind::Text);
            let text = text.map_or("", |next| &html[next.range.clone()]);
            scripts.extend(Self::of(token, text, route, edition));
        }
        scripts
    }

    /// The script that a tag starts; `None` if it starts none, or one of another host.
    fn of(token: &Token<'_>, text: &str, route: &Route, edition: &Edition) -> Option<Self> {
        let Kind::Open(tag) = token.kind else {
            return None;
        };
        if tag.lower_name() != "script" {
            return None;
        }
        let mut attributes = String::new();
        for attribute in tag.attributes() {
            let name = attribute.name.to_ascii_lowercase();
            if !["src", "defer", "async", "integrity", "crossorigin"].contains(&name.as_str()) {
                write_attribute(&attribute, &mut attributes);
            }
        }
        let Some(src) = attribute(token, "src") else {
            return Some(Self {
                attributes,
                content: ScriptContent::Text(text.to_owned()),
                is_late: false,
            });
        };
        let Target::File(file) = address::target(&unescaped(src), route, edition) else {
            return None;
        };
        Some(Self {
            attributes,
            content: ScriptContent::File(file),
            is_late: ["defer", "async"]
                .iter()
                .any(|name| attribute(token, name).is_some()),
        })
    }

    /// The script with its text.
    fn html(&self, edition: &Edition) -> Result<String, Diagnostic> {
        let text = match &self.content {
            ScriptContent::Text(text) => text.clone(),
            ScriptContent::File(route) => unclosed(&text_of(route, edition)?, "script"),
        };
        Ok(format!("<script{}>{text}</script>", self.attributes))
    }
}

/// A text that can be put into an element which ends at the first of its end tags.
fn unclosed(text: &str, element: &str) -> String {
    let end = format!("</{element}");
    let mut safe = String::with_capacity(text.len());
    let mut at = 0;
    for (start, _) in text.match_indices("</") {
        let found = text.as_bytes().get(start..start + end.len());
        if found.is_some_and(|found| found.eq_ignore_ascii_case(end.as_bytes())) {
            safe.push_str(&text[at..start]);
            safe.push_str("<\\/");
            at = start + "</".len();
        }
    }
    safe.push_str(&text[at..]);
    safe
}

/// The content of a text file of the theme.
fn text_of(route: &Route, edition: &Edition) -> Result<String, Diagnostic> {
    match edition.artefact(route) {
        Some(artefact) => artefact
            .make()
            .map(|made| String::from_utf8_lossy(&made.bytes).into_owned()),
        None => Ok(String::new()),
    }
}

/// The frame before and after the pages: that of the home page.
pub fn around(
    home: Option<&MadePage<'_>>,
    pages: &[SinglePage],
    shared: Shared<'_>,
) -> Result<(Written, Written), Vec<Diagnostic>> {
    let Some(MadePage { route, html }) = home else {
        return Ok(Default::default());
    };
    let layout = Layout::of(html).ok_or_else(|| vec![without_main(shared.edition, route)])?;
    let frame = Frame {
        source: layout.source(html, route, shared, Ids::OfFrame),
        late: Vec::new(),
        seen: BTreeSet::new(),
    };
    let both = |mut frame: Frame<'_>| {
        let before = frame.before(layout.before())?;
        Ok((before, frame.after(layout.after(), pages)?))
    };
    both(frame).map_err(|mistake| vec![mistake])
}

/// Writes the frame.
struct Frame<'a> {
    source: Source<'a>,
    /// Scripts that run at the end.
    late: Vec<String>,
    /// The scripts that are written.
    seen: BTreeSet<Script>,
}

impl Frame<'_> {
    /// Writes the part before the pages. What it adds has its place at the end of the head, or else before the pages.
    fn before(&mut self, tokens: &[Token<'_>]) -> Result<Written, Diagnostic> {
        let has_charset = tokens
            .iter()
            .any(|token| attribute(token, "charset").is_some());
        let mut addition = Some(head());
        let mut writer = Writer::new(self.source);
        let mut tokens = tokens.iter().peekable();
        while let Some(token) = tokens.next() {
            if closes(token, "head") {
                writer.add(&addition.take().unwrap_or_default());
            }
            self.token(token, &mut tokens, &mut writer)?;
            let is_place = attribute(token, "charset").is_some();
            if is_place || (opens(token, "head") && !has_charset) {
                writer.add(POLICY);
            }
        }
        writer.add(&addition.unwrap_or_default());
        Ok(writer.finish())
    }

    /// Writes the part after the pages. What it adds has its place at the end of the body, or else at the end.
    fn after(&mut self, tokens: &[Token<'_>], pages: &[SinglePage]) -> Result<Written, Diagnostic> {
        let mut writer = Writer::new(self.source);
        let end = tokens
            .iter()
            .position(|token| closes(token, "body"))
            .unwrap_or(tokens.len());
        let mut inner = tokens[..end].iter().peekable();
        while let Some(token) = inner.next() {
            self.token(token, &mut inner, &mut writer)?;
        }
        self.end_of_body(pages, &mut writer)?;
        for token in &tokens[end..] {
            writer.token(token);
        }
        Ok(writer.finish())
    }

    /// Writes a token; of a script, also its text and its end tag, which follow in `rest`.
    fn token<'t, 'k: 't>(
        &mut self,
        token: &'t Token<'k>,
        rest: &mut Peekable<impl Iterator<Item = &'t Token<'k>>>,
        writer: &mut Writer<'_>,
    ) -> Result<(), Diagnostic> {
        if opens(token, "link") {
            return self.link(token, writer);
        }
        if !opens(token, "script") {
            writer.token(token);
            return Ok(());
        }
        let text = rest.next_if(|next| next.kind == Kind::Text);
        rest.next_if(|next| closes(next, "script"));
        let text = text.map_or("", |text| &self.source.html[text.range.clone()]);
        self.script(token, text, writer)
    }

    /// Writes a style sheet with its rules and an icon with its content. Links to other files and to
    /// other hosts are left out.
    fn link(&self, token: &Token<'_>, writer: &mut Writer<'_>) -> Result<(), Diagnostic> {
        let Source { route, edition, .. } = self.source;
        let rel = attribute(token, "rel").unwrap_or_default().to_lowercase();
        let href = unescaped(attribute(token, "href").unwrap_or_default());
        match address::target(&href, route, edition) {
            Target::File(file) if rel == "stylesheet" => {
                writer.add("<style");
                if let Some(media) = attribute(token, "media") {
                    writer.add(&format!(" media=\"{}\"", media.replace('"', "&quot;")));
                }
                let css = style::shortened(&text_of(&file, edition)?, self.source.classes);
                writer.add(&format!(
                    ">{}</style>",
                    unclosed(&style::inside(&css, &file, edition)?, "style")
                ));
            }
            Target::File(_) if !rel.contains("icon") => {}
            // A policy does not keep a browser from connecting to a host that it is to prepare for.
            Target::Outside if !href.starts_with("data:") => {}
            _ => writer.token(token),
        }
        Ok(())
    }

    fn script(
        &mut self,
        token: &Token<'_>,
        text: &str,
        writer: &mut Writer<'_>,
    ) -> Result<(), Diagnostic> {
        let Source { route, edition, .. } = self.source;
        let Some(script) = Script::of(token, text, route, edition) else {
            return Ok(());
        };
        let html = script.html(edition)?;
        if script.is_late {
            self.late.push(html);
        } else {
            writer.add(&html);
        }
        self.seen.insert(script);
        Ok(())
    }

    /// Writes the scripts that run when all pages are there: that of the file, late ones, and those that only other pages have.
    fn end_of_body(
        &mut self,
        pages: &[SinglePage],
        writer: &mut Writer<'_>,
    ) -> Result<(), Diagnostic> {
        writer.add(&format!("<script>\n{}</script>\n", script()));
        for script in pages.iter().flat_map(|page| &page.scripts) {
            if self.seen.insert(script.clone()) {
                self.late.push(script.html(self.source.edition)?);
            }
        }
        for script in self.late.drain(..) {
            writer.add(&script);
            writer.add("\n");
        }
        Ok(())
    }
}

fn opens(token: &Token<'_>, name: &str) -> bool {
    matches!(token.kind, Kind::Open(tag) if tag.lower_name() == name)
}

fn closes(token: &Token<'_>, name: &str) -> bool {
    matches!(token.kind, Kind::Close(tag) if tag.lower_name() == name)
}

/// What is added to the head: the rules, and a mark that scripts run, so that the other pages are never shown for a moment.
fn head() -> String {
    format!(
        "<style>{}</style>\n<script>document.documentElement.classList.add(\"paged\")</script>\n",
        style::shortened(STYLE, &Classes::default())
    )
}

/// The script without its comments and its indentation. No text in it goes over a line.
fn script() -> String {
    let lines = SCRIPT.lines().map(str::trim_start);
    let code = lines.filter(|line| !line.is_empty() && !line.starts_with("//"));
    code.fold(String::with_capacity(SCRIPT.len()), |code, line| {
        code + line + "\n"
    })
}
