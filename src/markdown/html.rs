//! HTML inside of Markdown: what of it stays. The rule is applied once, where a file is read. So the pages of a site and of every
//! wiki are made from the same words.

use std::ops::Range;
use std::rc::Rc;

use super::depth::{Attributes, Depth};
use super::{Body, DEEPEST, Event, HTML_TAGS, Node, Tag, is_inline, unclosed};
use crate::diagnostic::{Diagnostic, rules, too_deep};
use crate::source::{SitePath, Span, offset};
use crate::words::markup::{Attribute, Kind, Tag as MarkupTag, starts_name, tag_at};

/// Elements that are dropped with all that they hold: a browser runs it, draws it, or does not show it as words of the text.
const DROPPED_WHOLE: &[&str] = &[
    "applet", "audio", "canvas", "datalist", "dialog", "embed", "frameset", "head", "iframe",
    "math", "noembed", "noframes", "noscript", "object", "script", "select", "style", "svg",
    "template", "textarea", "title", "video",
];

/// Those of them in which only their own end tag is a tag.
const HOLDING_NO_TAGS: &[&str] = &[
    "iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title",
];

/// Elements without an end tag.
pub const VOID_ELEMENTS: &[&str] = &[
    "area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source",
    "track", "wbr",
];

/// Takes out of nodes what does not belong into a page, and warns of it: comments, elements that a document does not need, links and
/// pictures (in Markdown they are checked and get their addresses), and ids, which the page gives itself.
///
/// Starts and ends stay balanced, and what has been cleaned stays as it is when it is cleaned again.
pub(super) fn clean(
    body: &mut Body,
    nodes: &[Node],
    file: &SitePath,
    found: &mut Vec<Diagnostic>,
) -> Vec<Node> {
    let mut cleaner = Cleaner {
        body,
        file,
        found,
        hidden: None,
        depth: Some(Depth::default()),
        open: Vec::new(),
        kept: Vec::with_capacity(nodes.len()),
    };
    let mut rest = nodes;
    while let Some((&node, after)) = rest.split_first() {
        let taken = match node.event {
            Event::Html(_) => cleaner.pieces(rest),
            event => {
                cleaner.node(event, node);
                1
            }
        };
        rest = &after[taken - 1..];
    }
    cleaner.close_hidden();
    cleaner.kept
}

/// An element that is dropped with what it holds, and has not closed yet.
struct Hidden {
    name: String,
    /// How many elements of this name are open, itself included.
    depth: usize,
    /// Its tag.
    span: Span,
}

impl Hidden {
    fn dropped(&self, file: &SitePath) -> Diagnostic {
        Diagnostic::new(
            &rules::RAW_HTML,
            file,
            self.span,
            format!("`<{}>` is dropped with what it holds", self.name),
        )
        .help("write the words outside of it if they are meant to be read")
    }
}

struct Cleaner<'a> {
    body: &'a mut Body,
    file: &'a SitePath,
    found: &'a mut Vec<Diagnostic>,
    hidden: Option<Hidden>,
    /// How deep the elements are nested; `None` once one is too deep: no HTML is kept from there on.
    depth: Option<Depth>,
    /// For each start that has not ended, whether it was kept.
    open: Vec<Kept>,
    kept: Vec<Node>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kept {
    Yes,
    No,
}

impl Cleaner<'_> {
    fn node(&mut self, event: Event, node: Node) {
        if let Some(depth) = &mut self.depth {
            depth.pass(event);
        }
        match event {
            Event::Start(tag) => self.start(tag, node),
            Event::End(tag) => self.end(tag, node),
            _ if self.hidden.is_some() => {}
            _ => self.kept.push(node),
        }
    }

    /// Cleans the HTML that nodes start with, and gives how many of them it takes. The lines of a block are one text: a comment or a tag
    /// can go over several of them.
    fn pieces(&mut self, nodes: &[Node]) -> usize {
        let (spot, count) = match self.kept.last() {
            Some(Node {
                event: Event::Start(Tag::HtmlBlock),
                ..
            }) => (
                Spot::Block,
                nodes
                    .iter()
                    .take_while(|next| matches!(next.event, Event::Html(_)))
                    .count(),
            ),
            _ => (Spot::Line, 1),
        };
        self.html(Html::of(nodes[..count].to_vec(), self.body, spot));
        count
    }

    fn start(&mut self, tag: Tag, node: Node) {
        if !is_inline(tag) {
            self.close_hidden();
        }
        let kept = if self.hidden.is_some() {
            Kept::No
        } else {
            Kept::Yes
        };
        self.open.push(kept);
        if kept == Kept::Yes {
            self.kept.push(node);
        }
    }

    fn end(&mut self, tag: Tag, node: Node) {
        if !is_inline(tag) {
            self.close_hidden();
        }
        if self.open.pop() != Some(Kept::No) {
            self.kept.push(node);
        }
    }

    /// Reports an element that has to be dropped to its end, and whose end does not come in its block.
    fn close_hidden(&mut self) {
        let Some(hidden) = self.hidden.take() else {
            return;
        };
        let message = format!(
            "`<{}>` opens here and does not close in this block",
            hidden.name
        );
        let help = format!(
            "close it with `</{}>` before the next blank line, or take it out: it is dropped with what it holds",
            hidden.name
        );
        self.found.push(
            Diagnostic::new(&rules::UNCLOSED_HTML, self.file, hidden.span, message).help(help),
        );
    }

    fn html(&mut self, mut html: Html) {
        let mut at = 0;
        while let Some(ahead) = html.text[at..].find('<') {
            let start = at + ahead;
            self.text(at..start, &mut html);
            at = start + self.markup(start, &mut html);
        }
        self.text(at..html.text.len(), &mut html);
        if html.spot == Spot::Block {
            self.check_marks(&html);
        }
        if self.depth.is_none() {
            return;
        }
        match html.pieces.as_slice() {
            &[only] if html.kept == *html.text => self.kept.push(only),
            _ if html.kept.is_empty() => {}
            _ => self.kept.push(Node::new(
                Event::Html(self.body.add_text(&html.kept)),
                html.whole_span(),
            )),
        }
    }

    /// Keeps or drops the markup that starts at a place, and gives its length. Inside of a script and its like, only its own end tag is
    /// more than text.
    fn markup(&mut self, start: usize, html: &mut Html) -> usize {
        let text = html.text.clone();
        let (markup, length) = match &self.hidden {
            Some(hidden)
                if HOLDING_NO_TAGS.contains(&&*hidden.name)
                    && !closes(&text[start..], &hidden.name) =>
            {
                (Markup::Text, 1)
            }
            _ => markup_at(&text[start..]),
        };
        let range = start..start + length;
        match markup {
            Markup::Text => self.text(range, html),
            Markup::Comment => self.comment(range, html),
            Markup::Unclosed(what) => self.unclosed(what, range, html),
            Markup::Instruction => self.warn_of(what_opens(&text[start..]), range, html),
            Markup::Open(tag) => self.open(tag, range, html),
            Markup::Close(tag) => self.close(&tag.lower_name(), range, html),
        }
        length
    }

    fn text(&self, range: Range<usize>, html: &mut Html) {
        if self.hidden.is_none() {
            html.keep(range);
        }
    }

    fn open(&mut self, tag: MarkupTag<'_>, range: Range<usize>, html: &mut Html) {
        let name = tag.lower_name();
        let is_empty = tag.closes_itself() || VOID_ELEMENTS.contains(&&*name);
        if let Some(hidden) = &mut self.hidden {
            hidden.depth += usize::from(hidden.name == name && !is_empty);
            return;
        }
        if tag.attributes().any(|attribute| hides(&attribute)) || DROPPED_WHOLE.contains(&&*name) {
            let hidden = Hidden {
                name: name.into_owned(),
                depth: 1,
                span: html.span(range.start, range.end),
            };
            if is_empty {
                self.found.push(hidden.dropped(self.file));
            } else {
                self.hidden = Some(hidden);
            }
        } else if HTML_TAGS.contains(&&*name) {
            self.open_kept(tag, range, html);
        } else {
            self.warn_of(&format!("<{name}>"), range, html);
        }
    }

    /// Keeps a tag without its ids.
    fn open_kept(&mut self, tag: MarkupTag<'_>, range: Range<usize>, html: &mut Html) {
        let attributes = range.start + "<".len() + tag.name.len();
        let (ids, others): (Vec<_>, Vec<_>) = tag
            .attributes()
            .partition(|attribute| attribute.name.eq_ignore_ascii_case("id"));
        let mut from = range.start;
        for id in ids {
            let end = html.text[..attributes + id.range.start].trim_end().len();
            html.keep(from..end);
            from = attributes + id.range.end;
        }
        html.keep(from..range.end);
        let style = if others.is_empty() {
            Attributes::None
        } else {
            Attributes::Some
        };
        if self
            .depth
            .as_mut()
            .is_some_and(|depth| depth.open(&tag.lower_name(), style).is_err())
        {
            self.depth = None;
            self.found.push(too_deep(
                self.file,
                html.first_span(),
                "HTML elements",
                DEEPEST,
            ));
        }
    }

    fn close(&mut self, name: &str, range: Range<usize>, html: &mut Html) {
        match &mut self.hidden {
            Some(hidden) if hidden.name == name => {
                hidden.depth -= 1;
                if hidden.depth == 0 {
                    self.found.push(hidden.dropped(self.file));
                    self.hidden = None;
                }
            }
            None if HTML_TAGS.contains(&name) => {
                html.keep(range);
                if let Some(depth) = &mut self.depth {
                    depth.close(name);
                }
            }
            _ => {}
        }
    }

    /// Warns of each kind of markup once in a block.
    fn warn_of(&mut self, what: &str, range: Range<usize>, html: &mut Html) {
        if html.warned.iter().any(|other| other == what) {
            return;
        }
        html.warned.push(what.to_owned());
        let help = match what {
            "<a>" => {
                "write the link in Markdown, as in `[words](https://example.org)` or `[[slug|words]]`"
            }
            "<img>" => "write the picture in Markdown, as in `![what it shows](picture.png)`",
            _ => "write it in Markdown, or with one of the tags that docs/format.md lists",
        };
        let span = html.span(range.start, range.end);
        self.found.push(
            Diagnostic::new(
                &rules::RAW_HTML,
                self.file,
                span,
                format!("`{what}` is dropped"),
            )
            .help(help),
        );
    }

    /// Reports a comment that opens inside of a comment: both end with the first `-->`, and what follows it would be shown.
    fn comment(&mut self, range: Range<usize>, html: &Html) {
        const OPENING: &str = "<!--";
        if let Some(inner) = html.text[range.clone()]
            .strip_prefix(OPENING)
            .and_then(|inner| inner.find(OPENING))
        {
            let start = range.start + OPENING.len() + inner;
            let span = html.span(start, start + OPENING.len());
            self.found.push(
                Diagnostic::new(&rules::COMMENT, self.file, span, "an HTML comment opens here inside of another, and ends that one, too")
                    .help("take the inner `<!--` and `-->` out, or write the outer comment between `%%` and `%%`"),
            );
        }
    }

    fn unclosed(&mut self, what: Unclosed, range: Range<usize>, html: &mut Html) {
        let span = html.span(range.start, range.end);
        let text = &html.text[range];
        match what {
            Unclosed::Hiding => {
                self.found
                    .push(unclosed_comment(self.file, span, what_opens(text)));
            }
            Unclosed::Tag => {
                html.kept.push_str(&text.replace('<', "&lt;"));
                self.found.push(
                    Diagnostic::new(
                        &rules::UNCLOSED_HTML,
                        self.file,
                        span,
                        "a tag opens here and never closes",
                    )
                    .help("close it with `>`, or write `&lt;` where the sign is meant"),
                );
            }
        }
    }

    /// Reports marks for private text in HTML, where they are only words.
    fn check_marks(&mut self, html: &Html) {
        if !html.kept.lines().any(unclosed::marks_private_text) {
            return;
        }
        for node in &html.pieces {
            let Event::Html(piece) = node.event else {
                continue;
            };
            let text = self.body.str(piece);
            let Some(line) = text.lines().find(|line| unclosed::marks_private_text(line)) else {
                continue;
            };
            let start =
                node.span.start as usize + (line.as_ptr() as usize - text.as_ptr() as usize);
            let span = Span::new(start, start + line.len());
            let message = "this mark for private text is in HTML, where it is only words";
            self.found.push(
                Diagnostic::new(&rules::SWALLOWED_MARK, self.file, span, message)
                    .help("put a blank line before and after it, so that it is read as Markdown"),
            );
            return;
        }
    }
}

/// The mistake of a comment, or of something else that a browser does not show, which has no end in its block.
pub(super) fn unclosed_comment(file: &SitePath, span: Span, opening: &str) -> Diagnostic {
    let (message, help) = match opening {
        "<!--" => (
            "an HTML comment opens here and does not close in this block".to_owned(),
            "close it with `-->` before the next blank line, write the comment between `%%` and `%%`, or write `\\<!--` where the signs are meant"
                .to_owned(),
        ),
        "<!" => (
            "`<!` opens here, but neither a comment nor anything else of HTML".to_owned(),
            "write a comment between `<!--` and `-->`, without spaces inside of these, or write `\\<!` where the signs are meant".to_owned(),
        ),
        _ => (
            format!("`{opening}` opens here and does not close in this block"),
            format!("take it out, or write `\\{opening}` where the signs are meant"),
        ),
    };
    let signs = Span {
        start: span.start,
        end: span.start + offset(opening.len()),
    };
    Diagnostic::new(&rules::COMMENT, file, signs, message).help(help)
}

/// Where HTML is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Spot {
    /// On lines of its own.
    Block,
    /// In a line of Markdown.
    Line,
}

/// The HTML of one block or of one place in a line, while it is cleaned.
struct Html {
    spot: Spot,
    /// The nodes that it comes from.
    pieces: Vec<Node>,
    text: Rc<str>,
    /// For each node the offset in `text`, and its place in the file.
    lines: Vec<(usize, Span)>,
    /// What stays of the text so far.
    kept: String,
    /// What was warned of already.
    warned: Vec<String>,
}

impl Html {
    fn of(pieces: Vec<Node>, body: &Body, spot: Spot) -> Self {
        let mut text = String::new();
        let mut lines = Vec::new();
        for node in &pieces {
            if let Event::Html(piece) = node.event {
                lines.push((text.len(), node.span));
                text.push_str(body.str(piece));
            }
        }
        let kept = String::with_capacity(text.len());
        Self {
            spot,
            pieces,
            text: text.into(),
            lines,
            kept,
            warned: Vec::new(),
        }
    }

    /// Keeps some of the text. A `<` that was text before it stays text, although what parted it from this is gone.
    fn keep(&mut self, range: Range<usize>) {
        let text = &self.text[range];
        let opens = text.starts_with(|first: char| {
            first.is_ascii_alphabetic() || matches!(first, '/' | '!' | '?')
        });
        if opens && self.kept.ends_with('<') {
            self.kept.pop();
            self.kept.push_str("&lt;");
        }
        self.kept.push_str(text);
    }

    /// The place of a part of the text in the file.
    fn span(&self, start: usize, end: usize) -> Span {
        let first = self.place(start);
        Span {
            start: first,
            end: (self.place(end.saturating_sub(1)) + 1).max(first),
        }
    }

    fn place(&self, at: usize) -> u32 {
        let line = self
            .lines
            .partition_point(|&(start, _)| start <= at)
            .saturating_sub(1);
        self.lines.get(line).map_or(0, |&(start, span)| {
            (span.start + offset(at - start)).min(span.end)
        })
    }

    fn first_span(&self) -> Span {
        self.pieces
            .first()
            .map_or(Span::default(), |first| first.span)
    }

    /// The place of all of it in the file.
    fn whole_span(&self) -> Span {
        let first = self.first_span();
        Span {
            start: first.start,
            end: self.pieces.last().map_or(first.end, |last| last.span.end),
        }
    }
}

/// The markup at a `<`.
enum Markup<'t> {
    /// A sign that opens nothing.
    Text,
    Comment,
    /// A declaration, an instruction to a program, or character data.
    Instruction,
    Open(MarkupTag<'t>),
    Close(MarkupTag<'t>),
    Unclosed(Unclosed),
}

/// What has no end.
#[derive(Clone, Copy)]
enum Unclosed {
    /// An element whose content browsers do not show.
    Hiding,
    Tag,
}

/// How what a browser does not show opens in a text: the longest of `<!--`, `<![CDATA[`, `<?`, `<!`.
pub(super) fn what_opens(text: &str) -> &'static str {
    ["<!--", "<![CDATA[", "<?", "<!", "</"]
        .into_iter()
        .find(|opening| text.starts_with(opening))
        .unwrap_or("<")
}

/// The markup that a text starts with, whose first sign is `<`, and its length.
fn markup_at(text: &str) -> (Markup<'_>, usize) {
    let opening = what_opens(text);
    let closing = match opening {
        "<!--" => "-->",
        "<![CDATA[" => "]]>",
        "<?" => "?>",
        "<!" => ">",
        _ => return tag_or_text(text),
    };
    match (text[opening.len()..].find(closing), opening) {
        (None, _) => (Markup::Unclosed(Unclosed::Hiding), text.len()),
        (Some(at), "<!--") => (Markup::Comment, opening.len() + at + closing.len()),
        (Some(at), _) => (Markup::Instruction, opening.len() + at + closing.len()),
    }
}

fn tag_or_text(text: &str) -> (Markup<'_>, usize) {
    match (tag_at(text), text.strip_prefix("</")) {
        (Some((Kind::Open(tag), length)), _) => (Markup::Open(tag), length),
        (Some((Kind::Close(tag), length)), _) => (Markup::Close(tag), length),
        (Some(_), _) => (Markup::Text, 1),
        (None, None) if !starts_name(&text[1..]) => (Markup::Text, 1),
        // To a browser, `</` with anything but a name after it is a comment, which hides the rest if it has no end.
        (None, Some(name)) if !starts_name(name) => match text.find('>') {
            Some(end) => (Markup::Instruction, end + 1),
            None => (Markup::Unclosed(Unclosed::Hiding), text.len()),
        },
        (None, _) => (Markup::Unclosed(Unclosed::Tag), text.len()),
    }
}

/// Whether an attribute keeps a browser from showing its element.
fn hides(attribute: &Attribute<'_>) -> bool {
    let style = || {
        attribute
            .value
            .to_ascii_lowercase()
            .replace(|next: char| next.is_ascii_whitespace(), "")
    };
    attribute.name.eq_ignore_ascii_case("hidden")
        || (attribute.name.eq_ignore_ascii_case("style")
            && ["display:none", "visibility:hidden"]
                .iter()
                .any(|hides| style().contains(hides)))
}

/// Whether a text starts with the end tag of an element.
fn closes(text: &str, name: &str) -> bool {
    let after = text
        .strip_prefix("</")
        .and_then(|rest| rest.split_at_checked(name.len()));
    after.is_some_and(|(start, rest)| {
        start.eq_ignore_ascii_case(name)
            && rest
                .starts_with(|next: char| next.is_ascii_whitespace() || matches!(next, '/' | '>'))
    })
}
