//! HTML inside of Markdown: what of it stays. The rule is applied once, where a file is read, so that the pages of a site and of
//! every wiki are made from the same words.

use super::depth::Depth;
use super::{Body, DEEPEST, Event, HTML_TAGS, Node, Tag, is_inline};
use crate::diagnostic::{Diagnostic, rules, too_deep};
use crate::source::{SitePath, Span};

/// Elements that are dropped with all that they hold: a browser runs it, draws it, or does not show it as words of the text.
const DROPPED_WHOLE: &[&str] = &[
    "applet", "audio", "canvas", "datalist", "dialog", "embed", "frameset", "head", "iframe", "math", "noembed", "noframes", "noscript",
    "object", "script", "select", "style", "svg", "template", "textarea", "title", "video",
];

/// Those of them in which only their own end tag is a tag.
const HOLDING_NO_TAGS: &[&str] = &["iframe", "noembed", "noframes", "noscript", "script", "style", "textarea", "title"];

/// Elements without an end tag.
const VOID: &[&str] = &["area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"];

/// Takes out of nodes what does not belong into a page, and warns of it: comments, elements that a document does not need, links and
/// pictures (in Markdown they are checked and get their addresses), and ids, which the page gives itself.
///
/// Starts and ends stay balanced, and what has been cleaned stays as it is when it is cleaned again.
pub(super) fn clean(body: &mut Body, nodes: Vec<Node>, file: &SitePath, found: &mut Vec<Diagnostic>) -> Vec<Node> {
    let mut cleaner =
        Cleaner { body, file, found, hidden: None, depth: Some(Depth::default()), open: Vec::new(), kept: Vec::with_capacity(nodes.len()) };
    let mut nodes = nodes.into_iter();
    while let Some(node) = nodes.next() {
        if let Some(depth) = &mut cleaner.depth {
            depth.pass(node.event);
        }
        match node.event {
            Event::Start(tag) => cleaner.start(tag, node),
            Event::End(tag) => cleaner.end(tag, node),
            Event::Html(_) => {
                // The lines of a block are one text: a comment or a tag can go over several of them.
                let is_block = matches!(cleaner.kept.last(), Some(Node { event: Event::Start(Tag::HtmlBlock), .. }));
                let more = nodes.as_slice().iter().take_while(|next| is_block && matches!(next.event, Event::Html(_))).count();
                let pieces: Vec<Node> = std::iter::once(node).chain(nodes.by_ref().take(more)).collect();
                cleaner.html(&pieces, is_block);
            }
            _ if cleaner.hidden.is_some() => {}
            _ => cleaner.kept.push(node),
        }
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
        Diagnostic::new(&rules::RAW_HTML, file, self.span, format!("`<{}>` is dropped with what it holds", self.name))
            .help("write the words outside of it if they are meant to be read")
    }
}

struct Cleaner<'a> {
    body: &'a mut Body,
    file: &'a SitePath,
    found: &'a mut Vec<Diagnostic>,
    hidden: Option<Hidden>,
    /// How deep the elements stand; `None` once one stands too deep: no HTML is kept from there on.
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
    fn start(&mut self, tag: Tag, node: Node) {
        if !is_inline(tag) {
            self.close_hidden();
        }
        let kept = if self.hidden.is_some() { Kept::No } else { Kept::Yes };
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
        let Some(hidden) = self.hidden.take() else { return };
        let message = format!("`<{}>` opens here and does not close in this block", hidden.name);
        let help =
            format!("close it with `</{}>` before the next blank line, or take it out: it is dropped with what it holds", hidden.name);
        self.found.push(Diagnostic::new(&rules::UNCLOSED_HTML, self.file, hidden.span, message).help(help));
    }

    fn html(&mut self, pieces: &[Node], is_block: bool) {
        let source = Source::of(pieces, self.body);
        let mut kept = String::with_capacity(source.text.len());
        let mut warned: Vec<String> = Vec::new();
        let mut at = 0;
        while let Some(ahead) = source.text[at..].find('<') {
            let start = at + ahead;
            self.text(&source.text[at..start], &mut kept);
            let (markup, length) = self.markup_at(&source.text[start..]);
            at = start + length;
            match markup {
                Markup::Text => self.text(&source.text[start..at], &mut kept),
                Markup::Comment => self.comment(&source.text[start..at], start, &source),
                Markup::Unclosed(what) => self.unclosed(what, source.span(start, at), &source.text[start..], &mut kept),
                Markup::Instruction => self.warn_of(what_opens(&source.text[start..]), source.span(start, at), &mut warned),
                Markup::Close(name) => self.close(&name, &source.text[start..at], &mut kept),
                Markup::Open(tag) => self.open(&tag, &source, start..at, &mut kept, &mut warned),
            }
        }
        self.text(&source.text[at..], &mut kept);
        if is_block {
            self.check_marks(&kept, pieces);
        }
        let [first, ..] = pieces else { return };
        let Some(depth) = &mut self.depth else { return };
        if depth.read(&kept).is_err() {
            self.depth = None;
            self.found.push(too_deep(self.file, first.span, "HTML elements", DEEPEST));
            return;
        }
        if kept == source.text && pieces.len() == 1 {
            self.kept.push(*first);
        } else if !kept.is_empty() {
            let span = Span { start: first.span.start, end: pieces.last().map_or(first.span.end, |last| last.span.end) };
            self.kept.push(Node { event: Event::Html(self.body.write_anew(&kept)), span });
        }
    }

    /// What stands at a `<`, with its length. Inside of a script and its like, only its own end tag is more than text.
    fn markup_at(&self, text: &str) -> (Markup, usize) {
        match &self.hidden {
            Some(hidden) if HOLDING_NO_TAGS.contains(&hidden.name.as_str()) && !closes(text, &hidden.name) => (Markup::Text, 1),
            _ => markup_at(text),
        }
    }

    fn text(&self, text: &str, kept: &mut String) {
        if self.hidden.is_none() {
            kept.push_str(text);
        }
    }

    fn open(&mut self, tag: &OpenTag, source: &Source, range: std::ops::Range<usize>, kept: &mut String, warned: &mut Vec<String>) {
        let is_empty = tag.closes_itself || VOID.contains(&tag.name.as_str());
        if let Some(hidden) = &mut self.hidden {
            hidden.depth += usize::from(hidden.name == tag.name && !is_empty);
            return;
        }
        let span = source.span(range.start, range.end);
        if tag.is_hidden || DROPPED_WHOLE.contains(&tag.name.as_str()) {
            let hidden = Hidden { name: tag.name.clone(), depth: 1, span };
            if is_empty {
                self.found.push(hidden.dropped(self.file));
            } else {
                self.hidden = Some(hidden);
            }
        } else if HTML_TAGS.contains(&tag.name.as_str()) {
            let text = &source.text[range];
            let mut from = 0;
            for id in &tag.ids {
                kept.push_str(text[from..id.start].trim_end());
                from = id.end;
            }
            kept.push_str(&text[from..]);
        } else {
            self.warn_of(&format!("<{}>", tag.name), span, warned);
        }
    }

    fn close(&mut self, name: &str, text: &str, kept: &mut String) {
        match &mut self.hidden {
            Some(hidden) if hidden.name == name => {
                hidden.depth -= 1;
                if hidden.depth == 0 {
                    self.found.push(hidden.dropped(self.file));
                    self.hidden = None;
                }
            }
            Some(_) => {}
            None if HTML_TAGS.contains(&name) => kept.push_str(text),
            None => {}
        }
    }

    /// Warns of each kind of markup once in a block.
    fn warn_of(&mut self, what: &str, span: Span, warned: &mut Vec<String>) {
        if warned.iter().any(|other| other == what) {
            return;
        }
        warned.push(what.to_owned());
        let help = match what {
            "<a>" => "write the link in Markdown, as in `[words](https://example.org)` or `[[slug|words]]`",
            "<img>" => "write the picture in Markdown, as in `![what it shows](picture.png)`",
            _ => "write it in Markdown, or with one of the tags that docs/format.md lists",
        };
        self.found.push(Diagnostic::new(&rules::RAW_HTML, self.file, span, format!("`{what}` is dropped")).help(help));
    }

    /// Reports a comment that opens inside of a comment: both end with the first `-->`, and what follows it would be shown.
    fn comment(&mut self, text: &str, start: usize, source: &Source) {
        const OPENING: &str = "<!--";
        if let Some(inner) = text.strip_prefix(OPENING).and_then(|inner| inner.find(OPENING)) {
            let start = start + OPENING.len() + inner;
            let span = source.span(start, start + OPENING.len());
            self.found.push(
                Diagnostic::new(&rules::COMMENT, self.file, span, "an HTML comment opens here inside of another, and ends that one, too")
                    .help("take the inner `<!--` and `-->` out, or write the outer comment between `%%` and `%%`"),
            );
        }
    }

    fn unclosed(&mut self, what: Unclosed, span: Span, text: &str, kept: &mut String) {
        match what {
            Unclosed::Hiding => self.found.push(unclosed_comment(self.file, span, what_opens(text))),
            Unclosed::Tag => {
                kept.push_str(&text.replace('<', "&lt;"));
                self.found.push(
                    Diagnostic::new(&rules::UNCLOSED_HTML, self.file, span, "a tag opens here and never closes")
                        .help("close it with `>`, or write `&lt;` where the sign is meant"),
                );
            }
        }
    }

    /// Reports marks for private text in HTML, where they are only words.
    fn check_marks(&mut self, html: &str, pieces: &[Node]) {
        if !html.lines().any(super::unclosed::marks_private_text) {
            return;
        }
        for node in pieces {
            let Event::Html(piece) = node.event else { continue };
            let text = self.body.str(piece);
            let Some(line) = text.lines().find(|line| super::unclosed::marks_private_text(line)) else { continue };
            let start = node.span.start as usize + (line.as_ptr() as usize - text.as_ptr() as usize);
            let span = Span::new(start, start + line.len());
            self.found.push(
                Diagnostic::new(
                    &rules::SWALLOWED_MARK,
                    self.file,
                    span,
                    "this mark for private text stands in HTML, where it is only words",
                )
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
    let signs = Span { start: span.start, end: span.start + crate::source::offset(opening.len()) };
    Diagnostic::new(&rules::COMMENT, file, signs, message).help(help)
}

/// The HTML of one block or of one place in a line, and where it stands in the file.
struct Source {
    text: String,
    /// For each line the offset in `text`, and its place in the file.
    lines: Vec<(usize, Span)>,
}

impl Source {
    fn of(pieces: &[Node], body: &Body) -> Self {
        let mut source = Self { text: String::new(), lines: Vec::new() };
        for node in pieces {
            if let Event::Html(piece) = node.event {
                source.lines.push((source.text.len(), node.span));
                source.text.push_str(body.str(piece));
            }
        }
        source
    }

    /// The place of a stretch of the text in the file.
    fn span(&self, start: usize, end: usize) -> Span {
        let first = self.place(start);
        Span { start: first, end: (self.place(end.saturating_sub(1)) + 1).max(first) }
    }

    fn place(&self, at: usize) -> u32 {
        let line = self.lines.partition_point(|&(start, _)| start <= at).saturating_sub(1);
        self.lines.get(line).map_or(0, |&(start, span)| (span.start + crate::source::offset(at - start)).min(span.end))
    }
}

/// What stands at a `<`.
enum Markup {
    /// A sign that opens nothing.
    Text,
    Comment,
    /// A declaration, an instruction to a program, or character data.
    Instruction,
    Open(OpenTag),
    Close(String),
    Unclosed(Unclosed),
}

/// What has no end.
#[derive(Clone, Copy)]
enum Unclosed {
    /// Something whose content nobody would see.
    Hiding,
    Tag,
}

struct OpenTag {
    /// In small letters.
    name: String,
    /// Where its attributes `id` stand, from the start of the tag.
    ids: Vec<std::ops::Range<usize>>,
    /// Whether it ends in `/>`.
    closes_itself: bool,
    /// Whether an attribute keeps a browser from showing it.
    is_hidden: bool,
}

/// How what a browser does not show opens in a text: the longest of `<!--`, `<![CDATA[`, `<?`, `<!`.
pub(super) fn what_opens(text: &str) -> &'static str {
    ["<!--", "<![CDATA[", "<?", "<!", "</"].into_iter().find(|opening| text.starts_with(opening)).unwrap_or("<")
}

/// What a text that starts with `<` starts with, and how long that is.
fn markup_at(text: &str) -> (Markup, usize) {
    let opening = what_opens(text);
    let closing = match opening {
        "<!--" => "-->",
        "<![CDATA[" => "]]>",
        "<?" => "?>",
        "<!" => ">",
        _ => return tag_at(text),
    };
    match (text[opening.len()..].find(closing), opening) {
        (None, _) => (Markup::Unclosed(Unclosed::Hiding), text.len()),
        (Some(at), "<!--") => (Markup::Comment, opening.len() + at + closing.len()),
        (Some(at), _) => (Markup::Instruction, opening.len() + at + closing.len()),
    }
}

/// The tag at the start of a text, read as a browser reads it.
fn tag_at(text: &str) -> (Markup, usize) {
    let closes = text.starts_with("</");
    let name_start = if closes { 2 } else { 1 };
    if !text[name_start..].starts_with(|first: char| first.is_ascii_alphabetic()) {
        // To a browser, `</` with anything else behind it is a comment, which hides the rest where it has no end.
        return match text.find('>') {
            _ if !closes => (Markup::Text, 1),
            Some(end) => (Markup::Instruction, end + 1),
            None => (Markup::Unclosed(Unclosed::Hiding), text.len()),
        };
    }
    let is_end_of_name = |next: char| next.is_ascii_whitespace() || matches!(next, '/' | '>');
    let name_end = text[name_start..].find(is_end_of_name).map_or(text.len(), |length| name_start + length);
    let name = text[name_start..name_end].to_ascii_lowercase();
    let mut tag = OpenTag { name, ids: Vec::new(), closes_itself: false, is_hidden: false };
    let mut at = name_end;
    loop {
        let skipped = text[at..].trim_start_matches(|next: char| next.is_ascii_whitespace() || next == '/');
        tag.closes_itself = text[at..text.len() - skipped.len()].ends_with('/');
        at = text.len() - skipped.len();
        if skipped.is_empty() {
            return (Markup::Unclosed(Unclosed::Tag), text.len());
        }
        if skipped.starts_with('>') {
            let markup = if closes { Markup::Close(tag.name) } else { Markup::Open(tag) };
            return (markup, at + 1);
        }
        let Some(attribute) = attribute_at(&text[at..]) else { return (Markup::Unclosed(Unclosed::Tag), text.len()) };
        if attribute.name.eq_ignore_ascii_case("id") {
            tag.ids.push(at..at + attribute.length);
        }
        tag.is_hidden |= attribute.hides();
        at += attribute.length;
    }
}

struct Attribute<'a> {
    name: &'a str,
    value: &'a str,
    length: usize,
}

impl Attribute<'_> {
    fn hides(&self) -> bool {
        let style = || self.value.to_ascii_lowercase().replace(|next: char| next.is_ascii_whitespace(), "");
        self.name.eq_ignore_ascii_case("hidden")
            || (self.name.eq_ignore_ascii_case("style")
                && ["display:none", "visibility:hidden"].iter().any(|hides| style().contains(hides)))
    }
}

/// The attribute at the start of a text; nothing where its value never ends.
fn attribute_at(text: &str) -> Option<Attribute<'_>> {
    let is_end = |next: char| next.is_ascii_whitespace() || matches!(next, '/' | '>' | '=');
    let first = text.chars().next().map_or(0, char::len_utf8);
    let name_end = text[first..].find(is_end).map_or(text.len(), |length| first + length);
    let name = &text[..name_end];
    let after = text[name_end..].trim_start_matches(|next: char| next.is_ascii_whitespace());
    let Some(value) = after.strip_prefix('=') else { return Some(Attribute { name, value: "", length: name_end }) };
    let value = value.trim_start_matches(|next: char| next.is_ascii_whitespace());
    let start = text.len() - value.len();
    if let Some(quote) = value.chars().next().filter(|first| matches!(first, '"' | '\'')) {
        let length = value[1..].find(quote)?;
        return Some(Attribute { name, value: &value[1..=length], length: start + length + 2 });
    }
    let length = value.find(|next: char| next.is_ascii_whitespace() || next == '>').unwrap_or(value.len());
    Some(Attribute { name, value: &value[..length], length: start + length })
}

/// Whether a text starts with the end tag of an element.
fn closes(text: &str, name: &str) -> bool {
    let after = text.strip_prefix("</").and_then(|rest| rest.split_at_checked(name.len()));
    after.is_some_and(|(start, rest)| {
        start.eq_ignore_ascii_case(name) && rest.starts_with(|next: char| next.is_ascii_whitespace() || matches!(next, '/' | '>'))
    })
}
