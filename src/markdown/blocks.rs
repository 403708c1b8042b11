//! What the format adds to Markdown: call-outs, remarks, private sections and transclusions.
//!
//! Each pass runs only over bodies that contain its syntax, and keeps the order of the nodes.

use std::ops::Range;

use super::{
    Arena, Body, CalloutKind, Child, DEEPEST, Event, Footnote, FootnoteId, Heading, HeadingId, Id,
    Index, Link, LinkId, NameId, Node, Nodes, Size, Tag, TaggedBlock, Target, children, hashtags,
    html, is_file_name, marks, unclosed,
};
use crate::diagnostic::{Diagnostic, did_you_mean, nearest, rules, too_deep};
use crate::slug::Slug;
use crate::source::{SitePath, Span, offset};

/// Turns plain Markdown nodes into those of the format.
pub(super) fn shape(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let signs = Signs::of(body);
    shape_blocks(body, &signs, file, found);
    shape_lines(body, &signs, file, found);
    body.finish();
    if signs.has_footnotes {
        check_empty_footnotes(body, file, found);
        found.extend(
            deep_footnote(body)
                .map(|span| too_deep(file, span, "footnotes that refer to one another", DEEPEST)),
        );
    }
    found.extend(
        body.links
            .iter()
            .filter_map(|link| forbidden_address(link, file)),
    );
}

/// The passes that change which blocks there are, and then the HTML in them.
fn shape_blocks(body: &mut Body, signs: &Signs, file: &SitePath, found: &mut Vec<Diagnostic>) {
    if signs.has_brackets {
        check_private_marks(body, file, found);
    }
    let has_private_headings = body.headings.iter().any(|heading| heading.is_private);
    if signs.has_quotes {
        shape_callouts(body, file, found);
    }
    if signs.has_remarks_in_text {
        shape_remarks_in_text(body);
    }
    if has_private_headings {
        hide_private_headings(body);
    }
    if signs.has_html {
        let nodes = std::mem::take(&mut body.nodes);
        body.nodes = Nodes::new(html::clean(body, &nodes, file, found));
    }
}

/// The passes over the words of lines.
fn shape_lines(body: &mut Body, signs: &Signs, file: &SitePath, found: &mut Vec<Diagnostic>) {
    if signs.has_angles {
        unclosed::check_comments(body, file, found);
    }
    if signs.has_images {
        shape_images(body, file, found);
    }
    if signs.has_marks {
        marks::shape(body);
    }
    if signs.has_footnotes {
        check_footnotes(body, file, found);
    }
    if signs.has_hashtags {
        hashtags::shape(body);
    }
}

/// The error of a link to a forbidden address.
fn forbidden_address(link: &Link, file: &SitePath) -> Option<Diagnostic> {
    let Target::Forbidden(address) = &link.target else {
        return None;
    };
    let (does, help) = if address.contains(':') {
        (
            "runs code in the reader's browser",
            "link to an `https:` address, or leave the link away",
        )
    } else {
        ("leads out of the site", "link to a file below `content/`")
    };
    Some(
        Diagnostic::new(
            &rules::ADDRESS_FORBIDDEN,
            file,
            link.span,
            format!("`{address}` {does}"),
        )
        .help(help),
    )
}

/// The syntax that a body contains. It decides which passes run.
#[derive(Default)]
struct Signs {
    has_quotes: bool,
    has_html: bool,
    has_images: bool,
    has_remarks_in_text: bool,
    has_hashtags: bool,
    has_footnotes: bool,
    has_brackets: bool,
    has_angles: bool,
    has_marks: bool,
}

impl Signs {
    fn of(body: &Body) -> Self {
        let text = body.file_text();
        let mut signs = Self {
            has_hashtags: hashtags::may_be_in(text),
            // A reference to a footnote that is there is an event of its own; the others are text.
            has_footnotes: text.contains("[^"),
            has_marks: text.contains("=="),
            has_angles: text.contains("<!") || text.contains("<?"),
            has_brackets: body
                .headings
                .iter()
                .any(|heading| heading.text.contains(['{', '(', '[', '\u{ff5b}'])),
            ..Self::default()
        };
        for node in body.nodes.iter() {
            match node.event {
                Event::Start(Tag::Quote) => signs.has_quotes = true,
                Event::Start(Tag::Image(_)) => signs.has_images = true,
                Event::Start(Tag::Emphasis) => signs.has_remarks_in_text = true,
                Event::Html(_) => signs.has_html = true,
                _ => {}
            }
        }
        signs
    }
}

/// `> [!note] Title` becomes a call-out.
fn shape_callouts(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let old = std::mem::take(&mut body.nodes);
    let mut shaper = CalloutShaper {
        body,
        file,
        found,
        old: &old,
        new: Vec::with_capacity(old.len() + 4),
    };
    shaper.blocks(0..old.len());
    body.nodes = Nodes::new(shaper.new);
}

struct CalloutShaper<'a> {
    body: &'a Body,
    file: &'a SitePath,
    found: &'a mut Vec<Diagnostic>,
    old: &'a [Node],
    new: Vec<Node>,
}

impl CalloutShaper<'_> {
    fn blocks(&mut self, nodes: Range<usize>) {
        for child in children(self.old, nodes) {
            match child.event {
                Event::Start(Tag::Quote) => self.quote(&child),
                Event::Start(_) => {
                    self.new.push(self.old[child.nodes.start]);
                    self.blocks(child.inner());
                    self.new.push(self.old[child.nodes.end - 1]);
                }
                _ => self.new.push(self.old[child.nodes.start]),
            }
        }
    }

    fn quote(&mut self, quote: &Child) {
        let first = children(self.old, quote.inner())
            .next()
            .filter(|first| first.event == Event::Start(Tag::Paragraph));
        let text = self.body.file_text();
        let marked =
            first.and_then(|first| Some((Marker::at(text, first.span.start as usize)?, first)));
        let (tag, from) = match &marked {
            Some((marker, first)) => (
                Tag::Callout(marker.kind_or_nearest(self.file, self.found)),
                first.nodes.end,
            ),
            None => (Tag::Quote, quote.inner().start),
        };
        self.new.push(Node::new(Event::Start(tag), quote.span));
        if let (Some((marker, first)), Tag::Callout(kind)) = (&marked, tag) {
            let start = self.new.len();
            push_first_paragraph(
                self.body,
                &mut self.new,
                &self.old[first.nodes.clone()],
                marker.end,
                kind,
            );
            if self.new.len() == start && from == quote.inner().end && kind.is_private() {
                self.found.push(marker.empty(self.file));
            }
        }
        self.blocks(from..quote.inner().end);
        self.new.push(Node::new(Event::End(tag), quote.span));
    }
}

/// The `[!note]` at the start of a call-out.
struct Marker<'a> {
    name: &'a str,
    name_span: Span,
    /// Where it ends, with a sign for folding and white space after it.
    end: usize,
}

impl<'a> Marker<'a> {
    fn at(text: &'a str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?.strip_prefix("[!")?;
        let close = rest.find(']')?;
        // In Obsidian the text after a bar sets the looks of the call-out.
        let name = rest[..close].split('|').next().unwrap_or_default().trim();
        if name.is_empty()
            || !name
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        {
            return None;
        }
        let name_start = start + "[!".len() + rest[..close].find(name).unwrap_or_default();
        let after = &rest[close + 1..];
        let folded = after.strip_prefix(['-', '+']).unwrap_or(after);
        let end = start + "[!".len() + close + 1 + (after.len() - folded.len());
        Some(Self {
            name,
            name_span: Span::new(name_start, name_start + name.len()),
            end,
        })
    }

    /// Its type. An unknown type is an error, and replaced by the nearest.
    fn kind_or_nearest(&self, file: &SitePath, found: &mut Vec<Diagnostic>) -> CalloutKind {
        self.kind().unwrap_or_else(|| {
            found.push(self.unknown(file));
            self.nearest_kind()
        })
    }

    fn kind(&self) -> Option<CalloutKind> {
        let named = CalloutKind::ALL
            .iter()
            .find(|(name, _)| self.name.eq_ignore_ascii_case(name));
        named.map(|&(_, kind)| kind)
    }

    /// The type that a call-out of unknown type is given: the nearest one if it is private, so a misspelt private call-out stays
    /// private, otherwise a note.
    fn nearest_kind(&self) -> CalloutKind {
        let names = CalloutKind::ALL.iter().map(|&(name, _)| name);
        let near = nearest(self.name, names)
            .and_then(|near| CalloutKind::ALL.iter().find(|(name, _)| *name == near));
        near.map(|&(_, kind)| kind)
            .filter(|kind| kind.is_private())
            .unwrap_or(CalloutKind::Note)
    }

    /// The error of an empty private call-out: its text probably follows it, and would be published.
    fn empty(&self, file: &SitePath) -> Diagnostic {
        Diagnostic::new(
            &rules::SWALLOWED_MARK,
            file,
            self.name_span,
            format!("this call-out `{}` holds nothing", self.name),
        )
        .help("write `>` in front of each line of it, blank ones too, or take the mark out")
    }

    fn unknown(&self, file: &SitePath) -> Diagnostic {
        let names: Vec<&str> = CalloutKind::ALL.iter().map(|&(name, _)| name).collect();
        let help = did_you_mean(self.name, names.iter().copied())
            .unwrap_or_else(|| crate::diagnostic::one_of(&names));
        Diagnostic::new(
            &rules::CALLOUT,
            file,
            self.name_span,
            format!("unknown call-out `{}`", self.name),
        )
        .help(help)
    }
}

/// The first paragraph of a call-out without its marker. The rest of the marker's line is the title of a note; for a
/// remark it is the remark itself.
fn push_first_paragraph(
    body: &Body,
    new: &mut Vec<Node>,
    paragraph: &[Node],
    marker_end: usize,
    kind: CalloutKind,
) {
    let [start, inner @ .., end] = paragraph else {
        return;
    };
    let inner = without_marker(body, inner, marker_end);
    let title_end = if kind.is_private() {
        0
    } else {
        inner.iter().position(is_break).unwrap_or(inner.len())
    };
    let (title, rest) = inner.split_at(title_end);
    let rest = if rest.first().is_some_and(is_break) {
        &rest[1..]
    } else {
        rest
    };
    if !title.is_empty() {
        new.push(Node::new(Event::Start(Tag::CalloutTitle), start.span));
        new.extend_from_slice(title);
        new.push(Node::new(Event::End(Tag::CalloutTitle), start.span));
    }
    if !rest.is_empty() {
        new.push(*start);
        new.extend_from_slice(rest);
        new.push(*end);
    }
}

/// Words without the marker before them and the blanks after it.
fn without_marker(body: &Body, inner: &[Node], marker_end: usize) -> Vec<Node> {
    let mut inner: Vec<Node> = inner
        .iter()
        .filter_map(|node| after_marker(node, marker_end))
        .collect();
    if let Some(&Node {
        event: Event::Text(piece),
        ..
    }) = inner.first()
    {
        let text = body.str(piece);
        let without_blanks = inner[0].cut(text.len() - text.trim_start().len()..text.len());
        inner.splice(..1, without_blanks);
    }
    inner
}

/// The part of a node after the marker; `None` if all of it is the marker.
fn after_marker(node: &Node, marker_end: usize) -> Option<Node> {
    let start = node.span.start as usize;
    if start >= marker_end {
        return Some(*node);
    }
    let Event::Text(piece) = node.event else {
        return None;
    };
    let (cut, length) = (marker_end - start, piece.len());
    if node.span.end as usize <= marker_end || piece.place().is_none() || cut >= length {
        return None;
    }
    node.cut(cut..length)
}

/// `*Question: …*`, the form that remarks have in raw notes, becomes a remark wherever it is in a paragraph or an item.
fn shape_remarks_in_text(body: &mut Body) {
    let old = std::mem::take(&mut body.nodes);
    let mut shaper = RemarkShaper {
        body,
        old: &old,
        new: Vec::with_capacity(old.len() + 8),
    };
    shaper.inside(None, 0..old.len());
    body.nodes = Nodes::new(shaper.new);
}

struct RemarkShaper<'a> {
    body: &'a Body,
    old: &'a [Node],
    new: Vec<Node>,
}

impl RemarkShaper<'_> {
    /// Adds what a tag holds.
    fn inside(&mut self, tag: Option<Tag>, nodes: Range<usize>) {
        for child in children(self.old, nodes) {
            let nodes = &self.old[child.nodes.clone()];
            match child.event {
                Event::Start(_) if is_remark(self.body, nodes) && tag == Some(Tag::Paragraph) => {
                    close_paragraph(&mut self.new, child.span);
                    push_remark(self.body, &mut self.new, nodes);
                    self.new
                        .push(Node::new(Event::Start(Tag::Paragraph), child.span));
                }
                Event::Start(_) if is_remark(self.body, nodes) && tag == Some(Tag::Item) => {
                    push_remark(self.body, &mut self.new, nodes);
                }
                Event::Start(inner) => {
                    self.push(nodes[0]);
                    self.inside(Some(inner), child.inner());
                    self.push(nodes[nodes.len() - 1]);
                }
                _ => self.push(nodes[0]),
            }
        }
    }

    /// Adds a node, without a line break before or after a remark.
    fn push(&mut self, node: Node) {
        let is_edge = |last: &Node| {
            matches!(
                last.event,
                Event::Start(Tag::Paragraph) | Event::End(Tag::Callout(_))
            )
        };
        if node.event == Event::End(Tag::Paragraph) {
            close_paragraph(&mut self.new, node.span);
        } else if !(is_break(&node) && self.new.last().is_some_and(is_edge)) {
            self.new.push(node);
        }
    }
}

/// Ends a paragraph without a line break before its end. Removes it if it is empty.
fn close_paragraph(new: &mut Vec<Node>, span: Span) {
    while new.last().is_some_and(is_break) {
        new.pop();
    }
    if matches!(
        new.last(),
        Some(Node {
            event: Event::Start(Tag::Paragraph),
            ..
        })
    ) {
        new.pop();
    } else {
        new.push(Node::new(Event::End(Tag::Paragraph), span));
    }
}

fn is_break(node: &Node) -> bool {
    matches!(node.event, Event::SoftBreak | Event::HardBreak)
}

/// Whether emphasis starts here that opens with `Question:`.
fn is_remark(body: &Body, nodes: &[Node]) -> bool {
    let [
        Node {
            event: Event::Start(Tag::Emphasis),
            ..
        },
        Node {
            event: Event::Text(text),
            ..
        },
        ..,
    ] = nodes
    else {
        return false;
    };
    let (label, after) = body
        .str(*text)
        .trim_start()
        .split_at_checked("question".len())
        .unwrap_or_default();
    label.eq_ignore_ascii_case("question") && after.trim_start().starts_with(':')
}

/// Adds the remark that is in emphasis.
fn push_remark(body: &Body, new: &mut Vec<Node>, emphasis: &[Node]) {
    let [start, text, inner @ .., end] = emphasis else {
        return;
    };
    let tag = Tag::Callout(CalloutKind::Question);
    new.push(Node::new(Event::Start(tag), start.span));
    new.push(Node::new(Event::Start(Tag::Paragraph), start.span));
    new.extend(without_label(body, text));
    new.extend_from_slice(inner);
    new.push(Node::new(Event::End(Tag::Paragraph), end.span));
    new.push(Node::new(Event::End(tag), end.span));
}

/// The text of a remark without `Question:`; `None` if nothing is left of it.
fn without_label(body: &Body, node: &Node) -> Option<Node> {
    let Event::Text(piece) = node.event else {
        return None;
    };
    let text = body.str(piece);
    let words = text
        .split_once(':')
        .map_or(text, |(_, words)| words.trim_start());
    node.cut(text.len() - words.len()..text.len())
}

/// Makes headings private whose mark for private text is misspelt, so a typing mistake does not publish private text.
fn check_private_marks(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    for node in body.nodes.iter() {
        let Event::Start(Tag::Heading(heading)) = node.event else {
            continue;
        };
        let heading = &mut body.headings[heading];
        if unclosed::has_private_mark(&heading.text) && !heading.is_private {
            heading.is_private = true;
            found.push(unclosed::misspelt_private_mark(file, node.span));
        }
    }
}

/// Makes private blocks of private headings that do not open a section, with the text under them. The block ends at the next heading
/// that is not below it, or with the quote or the item that holds it.
fn hide_private_headings(body: &mut Body) {
    let old = std::mem::take(&mut body.nodes);
    let mut shaper = Hider {
        headings: &body.headings,
        old: &old,
        new: Vec::with_capacity(old.len() + 4),
    };
    shaper.blocks(
        0..old.len(),
        Around::Page,
        old.last().map_or(Span::default(), |last| last.span),
    );
    body.nodes = Nodes::new(shaper.new);
}

/// What holds blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    Page,
    Block,
    /// A private block, in which no other is opened.
    Hidden,
}

struct Hider<'a> {
    headings: &'a Arena<Heading>,
    old: &'a [Node],
    new: Vec<Node>,
}

impl Hider<'_> {
    const HIDDEN: Tag = Tag::Callout(CalloutKind::Private);

    /// Adds blocks that end where `end` does.
    fn blocks(&mut self, nodes: Range<usize>, around: Around, end: Span) {
        let mut open: Option<u8> = None;
        for child in children(self.old, nodes) {
            if let Event::Start(Tag::Heading(heading)) = child.event {
                self.heading(heading, child.span, around, &mut open);
            }
            self.new.push(self.old[child.nodes.start]);
            if let Event::Start(_) = child.event {
                let hidden = if around == Around::Hidden || open.is_some() {
                    Around::Hidden
                } else {
                    Around::Block
                };
                self.blocks(child.inner(), hidden, child.span);
                self.new.push(self.old[child.nodes.end - 1]);
            }
        }
        if open.is_some() {
            self.new.push(Node::new(Event::End(Self::HIDDEN), end));
        }
    }

    /// Ends and opens the private block at a heading. `open` is the level of the heading that opened it.
    fn heading(&mut self, heading: HeadingId, span: Span, around: Around, open: &mut Option<u8>) {
        let Heading {
            level, is_private, ..
        } = self.headings[heading];
        if open.is_some_and(|opened| level <= opened) {
            self.new.push(Node::new(Event::End(Self::HIDDEN), span));
            *open = None;
        }
        let opens_section = around == Around::Page && level <= 2;
        if is_private && !opens_section && open.is_none() && around != Around::Hidden {
            self.new.push(Node::new(Event::Start(Self::HIDDEN), span));
            *open = Some(level);
        }
    }
}

/// Warns of references to footnotes that have no text. Code is not a reference.
fn check_footnotes(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let mut in_code = false;
    for node in body.nodes.iter() {
        match node.event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(Tag::CodeBlock(_)) => in_code = false,
            Event::Text(piece) if !in_code => {
                found.extend(missing_footnotes(body.str(piece), piece.place(), file));
            }
            _ => {}
        }
    }
}

/// The references to missing footnotes in a text at a place in the file. References to existing footnotes are events of their own.
fn missing_footnotes(text: &str, place: Option<Span>, file: &SitePath) -> Vec<Diagnostic> {
    let Some(place) = place else {
        return Vec::new();
    };
    let references = text.match_indices("[^").filter_map(|(at, _)| {
        let length = text[at..].find(']')?;
        let label = &text[at + 2..at + length];
        if label.is_empty() || label.contains(char::is_whitespace) {
            return None;
        }
        let span = Span::new(at, at + length + 1).shifted(place.range().start);
        let message = format!("the footnote `{label}` has no text");
        Some(
            Diagnostic::new(&rules::FOOTNOTE, file, span, message)
                .help(format!("add a line `[^{label}]: …`")),
        )
    });
    references.collect()
}

/// Warns of references to footnotes that would be shown empty.
fn check_empty_footnotes(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    for node in body.nodes.iter() {
        let Event::FootnoteReference(label) = node.event else {
            continue;
        };
        let label = body.str(label);
        if body.footnote_named(label).is_some() && body.shown_footnote(label).is_none() {
            let message = format!(
                "the footnote `{label}` has no text, so no page shows this reference to it"
            );
            let help = "write its text, or take the reference out";
            found.push(Diagnostic::new(&rules::FOOTNOTE, file, node.span, message).help(help));
        }
    }
}

/// The first footnote with a too long chain of references to other footnotes: some wikis show one inside the other.
fn deep_footnote(body: &Body) -> Option<Span> {
    let next: Vec<Vec<FootnoteId>> = body
        .footnotes
        .iter()
        .map(|footnote| references(body, footnote))
        .collect();
    let reach = reaches(&next);
    let (deep, _) = body
        .footnotes
        .iter()
        .zip(reach)
        .find(|&(_, reach)| reach > DEEPEST)?;
    Some(body.nodes[deep.nodes.start - 1].span)
}

/// The footnotes that a footnote refers to.
fn references(body: &Body, footnote: &Footnote) -> Vec<FootnoteId> {
    let references = body.nodes[footnote.nodes.clone()]
        .iter()
        .filter_map(|node| match node.event {
            Event::FootnoteReference(label) => body.footnote_named(body.str(label)),
            _ => None,
        });
    references.collect()
}

/// The length of the longest chain of references from each footnote, given the footnotes that each refers to. A cycle counts once.
fn reaches(next: &[Vec<FootnoteId>]) -> Vec<usize> {
    let mut reach: Vec<Option<usize>> = vec![None; next.len()];
    for start in 0..next.len() {
        if reach[start].is_some() {
            continue;
        }
        reach[start] = Some(0);
        let mut path = vec![(start, 0)];
        while let Some((footnote, step)) = path.last_mut() {
            let footnote = *footnote;
            if let Some(other) = next[footnote].get(*step) {
                *step += 1;
                if reach[other.index()].is_none() {
                    reach[other.index()] = Some(0);
                    path.push((other.index(), 0));
                }
            } else {
                let below = next[footnote]
                    .iter()
                    .filter_map(|other| reach[other.index()])
                    .max();
                reach[footnote] = Some(below.map_or(0, |below| below + 1));
                path.pop();
            }
        }
    }
    reach.into_iter().map(Option::unwrap_or_default).collect()
}

/// `![[slug#section]]` in a paragraph of its own becomes a transclusion, and an image gets its size.
fn shape_images(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let old = std::mem::take(&mut body.nodes);
    let mut shaper = ImageShaper {
        body,
        file,
        found,
        old: &old,
        new: Vec::with_capacity(old.len()),
    };
    shaper.nodes(0..old.len());
    let new = shaper.new;
    body.nodes = Nodes::new(new);
}

struct ImageShaper<'a> {
    body: &'a mut Body,
    file: &'a SitePath,
    found: &'a mut Vec<Diagnostic>,
    old: &'a [Node],
    new: Vec<Node>,
}

impl ImageShaper<'_> {
    fn nodes(&mut self, nodes: Range<usize>) {
        for child in children(self.old, nodes) {
            match child.event {
                Event::Start(Tag::Image(link)) => self.image(link, &child),
                Event::Start(_) => match self.transclusion(&child) {
                    Some(transclusion) => self.new.push(transclusion),
                    None => {
                        self.new.push(self.old[child.nodes.start]);
                        self.nodes(child.inner());
                        self.new.push(self.old[child.nodes.end - 1]);
                    }
                },
                _ => self.new.push(self.old[child.nodes.start]),
            }
        }
    }

    /// The transclusion that a block is: a paragraph with nothing but an image of a page.
    fn transclusion(&self, block: &Child) -> Option<Node> {
        let image = children(self.old, block.inner())
            .next()
            .filter(|only| only.nodes == block.inner())?;
        match (block.event, image.event) {
            (Event::Start(Tag::Paragraph), Event::Start(Tag::Image(link)))
                if self.names_page(link) =>
            {
                Some(Node::new(Event::Transclusion(link), image.span))
            }
            _ => None,
        }
    }

    /// `![[picture.png]]` shows a file, as it does for editors that know this form.
    fn names_page(&self, link: LinkId) -> bool {
        matches!(&self.body.links[link].target, Target::Wiki { name, .. } if !is_file_name(name))
    }

    fn image(&mut self, link: LinkId, image: &Child) {
        if self.names_page(link) {
            let message = "a transclusion is among other text";
            let help = "put it in a paragraph of its own, with a blank line before and after it";
            self.found.push(
                Diagnostic::new(&rules::TRANSCLUSION, self.file, image.span, message).help(help),
            );
            return;
        }
        if let Target::External(address) = &self.body.links[link].target {
            let message =
                format!("the image `{address}` is on another host, so it is shown as a link");
            let help = "put a copy below `content/` and refer to that";
            self.found.push(
                Diagnostic::new(&rules::REMOTE_IMAGE, self.file, image.span, message).help(help),
            );
        }
        let mut inner = self.old[image.inner()].to_vec();
        take_size(self.body, link, &mut inner);
        self.new.push(self.old[image.nodes.start]);
        self.new.append(&mut inner);
        self.new.push(self.old[image.nodes.end - 1]);
    }
}

/// Takes the size off the end of an image's words: the `400` in `words|400`, or all of them where a wikilink names the image.
fn take_size(body: &mut Body, link: LinkId, inner: &mut Vec<Node>) {
    let Some(
        &last @ Node {
            event: Event::Text(piece),
            ..
        },
    ) = inner.last()
    else {
        return;
    };
    let text = body.str(piece);
    let is_wiki = matches!(body.links[link].target, Target::Wiki { .. });
    let (words, size) = match text.rsplit_once('|') {
        Some((words, size)) => (words, size),
        None if is_wiki && inner.len() == 1 => ("", text),
        None => return,
    };
    let Some(size) = Size::of(size) else { return };
    // In a table the bar is written `\|`.
    let length = words.trim_end_matches('\\').trim_end().len();
    inner.pop();
    inner.extend(last.cut(0..length));
    let link = &mut body.links[link];
    link.size = Some(size);
    link.is_labelled &= !is_wiki || !inner.is_empty();
}

impl Body {
    /// Replaces the nodes.
    pub fn set_nodes(&mut self, nodes: Vec<Node>) {
        self.nodes = Nodes::new(nodes);
        self.finish();
    }

    /// Takes out a heading that is not inside of a block.
    pub fn remove_heading(&mut self, heading: HeadingId) {
        let Some(start) = self.start_of_heading(heading) else {
            return;
        };
        let Some(removed) = self.children(start..self.nodes.len()).next() else {
            return;
        };
        self.headings.remove(heading);
        let kept = self.nodes[..start]
            .iter()
            .chain(&self.nodes[removed.nodes.end..]);
        let renumbered = kept.map(|node| match node.event {
            Event::Start(Tag::Heading(other)) => Node::new(
                Event::Start(Tag::Heading(Arena::id_without(other, heading))),
                node.span,
            ),
            Event::End(Tag::Heading(other)) => Node::new(
                Event::End(Tag::Heading(Arena::id_without(other, heading))),
                node.span,
            ),
            _ => *node,
        });
        let renumbered = renumbered.collect();
        self.set_nodes(renumbered);
    }

    /// Updates everything that later steps look up in the nodes.
    pub(super) fn finish(&mut self) {
        let mut tags = Tags::None;
        let mut starts = vec![None; self.headings.len()];
        let mut footnotes = Arena::default();
        let mut remarks = Vec::new();
        for (index, node) in self.nodes.iter().enumerate() {
            match node.event {
                Event::Hashtag(_) => tags = Tags::Some,
                Event::Start(Tag::Heading(heading)) => {
                    starts[heading.index()] = Some(offset(index));
                }
                Event::Start(Tag::Callout(CalloutKind::Question)) => {
                    remarks.push(self.inner(index));
                }
                Event::Start(Tag::Footnote(label)) => {
                    footnotes.push(self.footnote(label, index));
                }
                _ => {}
            }
        }
        self.footnotes = footnotes;
        self.open_remarks = remarks;
        self.index = Index {
            footnotes: in_order(&self.footnotes, |footnote| footnote.label.as_str()),
            headings: in_order(&self.headings, |heading| heading.id.as_str()),
            starts: starts.into(),
            highest: self.headings.iter().map(|heading| heading.level).min(),
        };
        self.tagged = if tags == Tags::Some {
            tagged_blocks(self)
        } else {
            Vec::new()
        };
    }

    /// The footnote that starts at a node.
    fn footnote(&self, label: NameId, start: usize) -> Footnote {
        let nodes = self.inner(start);
        let is_empty = !self.nodes[nodes.clone()]
            .iter()
            .any(|node| self.is_seen(node));
        Footnote {
            label: self.name(label).to_owned(),
            nodes,
            is_empty,
        }
    }

    /// The nodes between a start and its end.
    pub(super) fn inner(&self, start: usize) -> Range<usize> {
        self.children(start..self.nodes.len())
            .next()
            .map_or(start..start, |child| child.inner())
    }

    /// Whether a node is something to see by itself, and not only the place of others.
    fn is_seen(&self, node: &Node) -> bool {
        match node.event {
            Event::Text(piece) | Event::Html(piece) => !self.str(piece).trim().is_empty(),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => false,
            Event::Start(tag) => matches!(
                tag,
                Tag::Callout(_) | Tag::CodeBlock(_) | Tag::Link(_) | Tag::Image(_)
            ),
            _ => true,
        }
    }
}

/// Whether a body holds hashtags.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Tags {
    None,
    Some,
}

/// The ids of values, ordered by name.
fn in_order<T>(values: &Arena<T>, name: impl Fn(&T) -> &str) -> Box<[Id<T>]> {
    let mut order: Box<[Id<T>]> = values.ids().collect();
    order.sort_by_key(|&id| name(&values[id]));
    order
}

/// The paragraphs and items that hold hashtags. The tags of the first paragraph of an item are tags of the item.
fn tagged_blocks(body: &Body) -> Vec<TaggedBlock> {
    let mut blocks = TaggedBlocks::default();
    for (index, node) in body.nodes.iter().enumerate() {
        match node.event {
            Event::Start(tag @ (Tag::Paragraph | Tag::Item)) => {
                let opens_item = tag == Tag::Paragraph
                    && index > 0
                    && body.nodes[index - 1].event == Event::Start(Tag::Item);
                let owner = if opens_item {
                    Owner::Item
                } else {
                    Owner::Block
                };
                blocks.open(index, owner);
            }
            Event::Hashtag(name) => blocks.add(Slug::of(body.str(name)), node.span),
            Event::End(Tag::Paragraph | Tag::Item) => blocks.close(index + 1),
            _ => {}
        }
    }
    let mut tagged = blocks.tagged;
    tagged.sort_by_key(|block| block.nodes.start);
    tagged
}

/// Collects the blocks that hold hashtags, from their starts and ends.
#[derive(Default)]
struct TaggedBlocks {
    open: Vec<OpenBlock>,
    tagged: Vec<TaggedBlock>,
}

impl TaggedBlocks {
    fn open(&mut self, start: usize, owner: Owner) {
        self.open.push(OpenBlock {
            start,
            owner,
            tags: Vec::new(),
        });
    }

    fn add(&mut self, tag: Slug, span: Span) {
        if let Some(block) = self.open.last_mut() {
            block.tags.push((tag, span));
        }
    }

    fn close(&mut self, end: usize) {
        let Some(mut block) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(item) if block.owner == Owner::Item => item.tags.append(&mut block.tags),
            _ if !block.tags.is_empty() => self.tagged.push(TaggedBlock {
                nodes: block.start..end,
                tags: block.tags,
            }),
            _ => {}
        }
    }
}

struct OpenBlock {
    start: usize,
    owner: Owner,
    tags: Vec<(Slug, Span)>,
}

/// The owner of the tags in a block.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// The paragraph or item that holds them.
    Block,
    /// The item around the paragraph.
    Item,
}
