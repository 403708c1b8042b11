//! How deep elements of HTML are nested, in one another and in Markdown.

use super::{DEEPEST, Event, Tag};

/// An element of HTML that is open.
struct OpenElement {
    name: String,
    /// The depth of the Markdown around it.
    around: usize,
    /// Whether browsers open it again in each paragraph until it is closed: a style that is like no other.
    goes_on: bool,
}

/// How deep elements of HTML are nested, in one another and in Markdown.
#[derive(Default)]
pub(super) struct Depth {
    /// The elements that are open.
    open: Vec<OpenElement>,
    /// How many blocks of Markdown are open.
    around: usize,
}

impl Depth {
    /// Passes the start or the end of something in Markdown: an element that was opened in it ends with it.
    pub(super) fn pass(&mut self, event: Event) {
        let is_level = |tag| {
            matches!(
                tag,
                Tag::Quote | Tag::Callout(_) | Tag::Item | Tag::Footnote(_) | Tag::TableCell
            )
        };
        match event {
            Event::Start(tag) if is_level(tag) => self.around += 1,
            Event::End(tag) if is_level(tag) => {
                self.open
                    .retain(|open| open.around < self.around || open.goes_on);
                self.around = self.around.saturating_sub(1);
            }
            // A paragraph ends the elements inside of a line.
            Event::End(Tag::Paragraph) => {
                self.open.retain(|open| {
                    open.around < self.around || open.goes_on || ends_paragraph(&open.name)
                });
            }
            _ => {}
        }
    }

    /// Opens an element, given its name in lower case.
    pub(super) fn open(&mut self, name: &str, attributes: Attributes) -> Result<(), TooDeep> {
        if ends_by_itself(name) {
            return Ok(());
        }
        let goes_on = attributes == Attributes::Some && is_style(name);
        self.open.push(OpenElement {
            name: name.to_owned(),
            around: self.around,
            goes_on,
        });
        if self.open.len() + self.around > DEEPEST {
            Err(TooDeep)
        } else {
            Ok(())
        }
    }

    /// Closes the innermost element of a name, with all that is open inside of it.
    pub(super) fn close(&mut self, name: &str) {
        if let Some(opened) = self.open.iter().rposition(|open| open.name == name) {
            self.open.truncate(opened);
        }
    }
}

/// Whether an element has attributes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Attributes {
    None,
    Some,
}

/// An element is nested deeper than is allowed.
pub(super) struct TooDeep;

/// Whether an element ends a paragraph where it starts.
fn ends_paragraph(name: &str) -> bool {
    matches!(
        name,
        "blockquote"
            | "center"
            | "details"
            | "div"
            | "dl"
            | "figcaption"
            | "figure"
            | "h2"
            | "h3"
            | "h4"
            | "h5"
            | "h6"
            | "ol"
            | "pre"
            | "summary"
            | "table"
            | "ul"
    )
}

/// Whether an element styles words in a line.
fn is_style(name: &str) -> bool {
    matches!(
        name,
        "b" | "big"
            | "code"
            | "em"
            | "font"
            | "i"
            | "s"
            | "small"
            | "strike"
            | "strong"
            | "tt"
            | "u"
    )
}

/// Whether an element has no end, or need not be given one. Links and pictures are taken out.
fn ends_by_itself(name: &str) -> bool {
    matches!(
        name,
        "a" | "area"
            | "base"
            | "br"
            | "caption"
            | "col"
            | "colgroup"
            | "dd"
            | "dt"
            | "embed"
            | "hr"
            | "img"
            | "input"
            | "li"
            | "link"
            | "meta"
            | "option"
            | "p"
            | "param"
            | "rp"
            | "rt"
            | "source"
            | "tbody"
            | "td"
            | "tfoot"
            | "th"
            | "thead"
            | "tr"
            | "track"
            | "wbr"
    )
}
