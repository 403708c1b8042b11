//! What the format adds to Markdown: call-outs, remarks, private sections, hashtags and transclusions.
//!
//! Each pass runs only over bodies that hold its sign, and gives the nodes back in the same order.

use super::{
    Body, Callout, CalloutKind, DEEPEST, Event, Footnote, Index, Node, Size, Tag, TaggedBlock, Target, end_of, html, is_file_name, marks,
    unclosed,
};
use crate::diagnostic::{Diagnostic, did_you_mean, nearest, rules, too_deep};
use crate::slug::Slug;
use crate::source::{SitePath, Span};

/// Turns plain Markdown nodes into those of the format.
pub(super) fn shape(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let Signs { has_quotes, has_html, has_images, has_remarks_in_text, has_hashtags, has_footnotes, has_brackets, has_angles, has_marks } =
        Signs::of(body);
    if has_brackets {
        check_private_marks(body, file, found);
    }
    let has_private_headings = body.headings.iter().any(|heading| heading.is_private);
    if has_quotes {
        shape_callouts(body, file, found);
    }
    if has_remarks_in_text {
        shape_remarks_in_text(body);
    }
    if has_private_headings {
        hide_private_headings(body);
    }
    if has_html {
        let nodes = std::mem::take(&mut body.nodes);
        body.nodes = html::clean(body, nodes, file, found);
    }
    if has_angles {
        unclosed::check_comments(body, file, found);
    }
    if has_images {
        shape_transclusions(body, file, found);
    }
    if has_marks {
        marks::shape(body);
    }
    if has_footnotes {
        check_footnotes(body, file, found);
    }
    if has_hashtags {
        shape_hashtags(body);
    }
    body.finish();
    if has_footnotes {
        check_empty_footnotes(body, file, found);
        found.extend(deep_footnote(body).map(|span| too_deep(file, span, "footnotes that refer to one another", DEEPEST)));
    }
    for link in &body.links {
        if let Target::Forbidden(address) = &link.target {
            let (does, help) = if address.contains(':') {
                ("runs code in the reader's browser", "link to an `https:` address, or leave the link away")
            } else {
                ("leads out of the site", "link to a file below `content/`")
            };
            found.push(Diagnostic::new(&rules::ADDRESS_FORBIDDEN, file, link.span, format!("`{address}` {does}")).help(help));
        }
    }
}

/// What a body holds that one of the passes has to look at.
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
            has_hashtags: may_hold_hashtags(text),
            // A reference to a footnote that is there is an event of its own; the others are text.
            has_footnotes: text.contains("[^"),
            has_marks: text.contains("=="),
            has_angles: text.contains("<!") || text.contains("<?"),
            has_brackets: body.headings.iter().any(|heading| heading.text.contains(['{', '(', '[', '\u{ff5b}'])),
            ..Self::default()
        };
        for node in &body.nodes {
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

/// Whether a text holds a `#` that does not open a heading.
fn may_hold_hashtags(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices('#').any(|(at, _)| {
        let before = at.checked_sub(1).map_or(b'\n', |before| bytes[before]);
        let after = bytes.get(at + 1).copied().unwrap_or(b'\n');
        !matches!(after, b'#' | b' ' | b'\n' | b'\r') && before != b'#'
    })
}

/// `> [!note] Title` becomes a call-out.
fn shape_callouts(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let text = body.text.file.clone();
    let old = std::mem::take(&mut body.nodes);
    let mut new = Vec::with_capacity(old.len() + 4);
    let mut open: Vec<Tag> = Vec::new();
    let mut index = 0;
    while index < old.len() {
        let node = old[index];
        match node.event {
            Event::Start(Tag::Quote) => {
                let marker = match old.get(index + 1) {
                    Some(Node { event: Event::Start(Tag::Paragraph), span }) => Marker::at(&text, span.start as usize),
                    _ => None,
                };
                let Some(marker) = marker else {
                    open.push(Tag::Quote);
                    new.push(node);
                    index += 1;
                    continue;
                };
                let kind = marker.kind().unwrap_or_else(|| {
                    found.push(marker.unknown(file));
                    marker.nearest_kind()
                });
                let tag = body.add_callout(kind);
                open.push(tag);
                new.push(Node { event: Event::Start(tag), span: node.span });
                let start = new.len();
                let end = end_of(&old, index + 1);
                push_first_paragraph(body, &mut new, &old[index + 1..=end], marker.end, kind);
                index = end + 1;
                let is_empty = new.len() == start && matches!(old.get(index), Some(Node { event: Event::End(Tag::Quote), .. }));
                if is_empty && kind.is_private() {
                    found.push(marker.empty(file));
                }
            }
            Event::End(Tag::Quote) => {
                new.push(Node { event: Event::End(open.pop().unwrap_or(Tag::Quote)), span: node.span });
                index += 1;
            }
            _ => {
                new.push(node);
                index += 1;
            }
        }
    }
    body.nodes = new;
}

/// The `[!note]` at the start of a call-out.
struct Marker<'a> {
    name: &'a str,
    name_span: Span,
    /// Where it ends, with a sign for folding and white space behind it.
    end: usize,
}

impl<'a> Marker<'a> {
    fn at(text: &'a str, start: usize) -> Option<Self> {
        let rest = text.get(start..)?.strip_prefix("[!")?;
        let close = rest.find(']')?;
        // In Obsidian the text after a bar sets the looks of the call-out.
        let name = rest[..close].split('|').next().unwrap_or_default().trim();
        if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            return None;
        }
        let name_start = start + "[!".len() + rest[..close].find(name).unwrap_or_default();
        let after = &rest[close + 1..];
        let folded = after.strip_prefix(['-', '+']).unwrap_or(after);
        let end = start + "[!".len() + close + 1 + (after.len() - folded.len());
        Some(Self { name, name_span: Span::new(name_start, name_start + name.len()), end })
    }

    fn kind(&self) -> Option<CalloutKind> {
        let named = CalloutKind::ALL.iter().find(|(name, _)| self.name.eq_ignore_ascii_case(name));
        named.map(|&(_, kind)| kind)
    }

    /// What a call-out of unknown type is taken for: what it looks like if that is for the author alone, so that a slip of the
    /// pen does not show it to others, and else a note.
    fn nearest_kind(&self) -> CalloutKind {
        let names = CalloutKind::ALL.iter().map(|&(name, _)| name);
        let near = nearest(self.name, names).and_then(|near| CalloutKind::ALL.iter().find(|(name, _)| *name == near));
        near.map(|&(_, kind)| kind).filter(|kind| kind.is_private()).unwrap_or(CalloutKind::Note)
    }

    /// What only its author may see is probably what follows the call-out, and would go out.
    fn empty(&self, file: &SitePath) -> Diagnostic {
        Diagnostic::new(&rules::SWALLOWED_MARK, file, self.name_span, format!("this call-out `{}` holds nothing", self.name))
            .help("write `>` in front of each line of it, blank ones too, or take the mark out")
    }

    fn unknown(&self, file: &SitePath) -> Diagnostic {
        let names: Vec<&str> = CalloutKind::ALL.iter().map(|&(name, _)| name).collect();
        let help = did_you_mean(self.name, names.iter().copied()).unwrap_or_else(|| crate::diagnostic::one_of(&names));
        Diagnostic::new(&rules::CALLOUT, file, self.name_span, format!("unknown call-out `{}`", self.name)).help(help)
    }
}

/// The first paragraph of a call-out without its marker. The rest of the marker's line is the title of a note; for a
/// remark it is the remark itself.
fn push_first_paragraph(body: &Body, new: &mut Vec<Node>, paragraph: &[Node], marker_end: usize, kind: CalloutKind) {
    let [start, inner @ .., end] = paragraph else { return };
    let mut inner: Vec<Node> = inner.iter().filter_map(|node| after_marker(node, marker_end)).collect();
    if let Some(Node { event: Event::Text(piece), .. }) = inner.first_mut() {
        let blanks = body.str(*piece).len() - body.str(*piece).trim_start().len();
        piece.start += crate::source::offset(blanks);
        piece.length -= crate::source::offset(blanks);
    }
    if matches!(inner.first(), Some(Node { event: Event::Text(piece), .. }) if piece.length == 0) {
        inner.remove(0);
    }
    let (title, rest) = if kind.is_private() {
        (&[][..], inner.as_slice())
    } else {
        let line_end = inner.iter().position(is_break).unwrap_or(inner.len());
        (&inner[..line_end], &inner[line_end..])
    };
    let rest = if rest.first().is_some_and(is_break) { &rest[1..] } else { rest };
    if !title.is_empty() {
        new.push(Node { event: Event::Start(Tag::CalloutTitle), span: start.span });
        new.extend_from_slice(title);
        new.push(Node { event: Event::End(Tag::CalloutTitle), span: start.span });
    }
    if !rest.is_empty() {
        new.push(*start);
        new.extend_from_slice(rest);
        new.push(*end);
    }
}

/// What of a node stands after the marker; nothing where all of it is the marker.
fn after_marker(node: &Node, marker_end: usize) -> Option<Node> {
    let start = node.span.start as usize;
    if start >= marker_end {
        return Some(*node);
    }
    let Event::Text(mut piece) = node.event else { return None };
    let cut = crate::source::offset(marker_end - start);
    if node.span.end as usize <= marker_end || piece.start & super::ANEW != 0 || cut >= piece.length {
        return None;
    }
    piece.start += cut;
    piece.length -= cut;
    Some(Node { event: Event::Text(piece), span: Span { start: node.span.start + cut, end: node.span.end } })
}

/// `*Question: …*`, the form that remarks have in raw notes, becomes a remark wherever it stands in a paragraph or an item.
fn shape_remarks_in_text(body: &mut Body) {
    let old = std::mem::take(&mut body.nodes);
    let mut new: Vec<Node> = Vec::with_capacity(old.len() + 8);
    let mut open: Vec<Tag> = Vec::new();
    let mut index = 0;
    while index < old.len() {
        let node = old[index];
        if is_remark(body, &old[index..]) && matches!(open.last(), Some(Tag::Paragraph | Tag::Item)) {
            let end = end_of(&old, index);
            let in_paragraph = open.last() == Some(&Tag::Paragraph);
            if in_paragraph {
                close_paragraph(&mut new, node.span);
            }
            push_remark(body, &mut new, &old[index..=end]);
            if in_paragraph {
                new.push(Node { event: Event::Start(Tag::Paragraph), span: node.span });
            }
            index = end + 1;
            continue;
        }
        match node.event {
            Event::Start(tag) => open.push(tag),
            Event::End(_) => {
                open.pop();
            }
            _ => {}
        }
        if node.event == Event::End(Tag::Paragraph) {
            close_paragraph(&mut new, node.span);
        } else if !(is_break(&node)
            && matches!(new.last(), Some(Node { event: Event::Start(Tag::Paragraph) | Event::End(Tag::Callout(_)), .. })))
        {
            new.push(node);
        }
        index += 1;
    }
    body.nodes = new;
}

/// Ends a paragraph, with the line break before its end taken away; one that holds nothing is taken away whole.
fn close_paragraph(new: &mut Vec<Node>, span: Span) {
    while new.last().is_some_and(is_break) {
        new.pop();
    }
    if matches!(new.last(), Some(Node { event: Event::Start(Tag::Paragraph), .. })) {
        new.pop();
    } else {
        new.push(Node { event: Event::End(Tag::Paragraph), span });
    }
}

fn is_break(node: &Node) -> bool {
    matches!(node.event, Event::SoftBreak | Event::HardBreak)
}

/// Whether emphasis starts here that opens with `Question:`.
fn is_remark(body: &Body, nodes: &[Node]) -> bool {
    let [Node { event: Event::Start(Tag::Emphasis), .. }, Node { event: Event::Text(text), .. }, ..] = nodes else { return false };
    let (label, after) = body.str(*text).trim_start().split_at_checked("question".len()).unwrap_or_default();
    label.eq_ignore_ascii_case("question") && after.trim_start().starts_with(':')
}

/// Adds the remark that stands in emphasis.
fn push_remark(body: &mut Body, new: &mut Vec<Node>, emphasis: &[Node]) {
    let [start, text, inner @ .., end] = emphasis else { return };
    let tag = body.add_callout(CalloutKind::Question);
    let node = |event, span| Node { event, span };
    new.push(node(Event::Start(tag), start.span));
    new.push(node(Event::Start(Tag::Paragraph), start.span));
    new.extend(without_label(body, text));
    new.extend_from_slice(inner);
    new.push(node(Event::End(Tag::Paragraph), end.span));
    new.push(node(Event::End(tag), end.span));
}

/// The text of a remark without `Question:`.
fn without_label(body: &Body, node: &Node) -> Option<Node> {
    let Event::Text(mut piece) = node.event else { return None };
    let text = body.str(piece);
    let words = text.split_once(':').map_or(text, |(_, words)| words.trim_start());
    piece.start += crate::source::offset(text.len() - words.len());
    piece.length = crate::source::offset(words.len());
    Some(Node { event: Event::Text(piece), span: node.span })
}

/// Headings whose mark for private text is not written as it should be. They are taken for private: what its author meant to
/// keep is not shown because of a slip of the pen.
fn check_private_marks(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    for index in 0..body.nodes.len() {
        let Node { event: Event::Start(Tag::Heading(number)), span } = body.nodes[index] else { continue };
        let heading = &mut body.headings[number as usize];
        if unclosed::has_private_mark(&heading.text) && !heading.is_private {
            heading.is_private = true;
            found.push(unclosed::misspelt_private_mark(file, span));
        }
    }
}

/// A private heading that opens no section of its own, and what stands under it, becomes a private block. It ends at the next
/// heading that is not below it, or with the quote or the item that it stands in.
fn hide_private_headings(body: &mut Body) {
    let old = std::mem::take(&mut body.nodes);
    let mut new = Vec::with_capacity(old.len() + 4);
    let mut depth = 0usize;
    // The depth and the level of the heading that is open, and the block that it opened.
    let mut open: Option<(usize, u8, Tag)> = None;
    for node in &old {
        let ends_container = matches!(node.event, Event::End(_)) && open.is_some_and(|(at, ..)| at == depth);
        let heading = match node.event {
            Event::Start(Tag::Heading(number)) => Some(&body.headings[number as usize]),
            _ => None,
        };
        let ends_heading = heading.is_some_and(|heading| open.is_some_and(|(at, level, _)| at == depth && heading.level <= level));
        if let (true, Some((.., tag))) = (ends_container || ends_heading, open) {
            new.push(Node { event: Event::End(tag), span: node.span });
            open = None;
        }
        let opens = heading.filter(|heading| heading.is_private && (depth > 0 || heading.level > 2) && open.is_none());
        if let Some(level) = opens.map(|heading| heading.level) {
            let tag = body.add_callout(CalloutKind::Private);
            open = Some((depth, level, tag));
            new.push(Node { event: Event::Start(tag), span: node.span });
        }
        match node.event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth -= 1,
            _ => {}
        }
        new.push(*node);
    }
    if let Some((.., tag)) = open {
        let span = old.last().map_or(Span::default(), |node| node.span);
        new.push(Node { event: Event::End(tag), span });
    }
    body.nodes = new;
}

/// Warns of references to footnotes that have no text. Code is no reference.
fn check_footnotes(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let mut in_code = false;
    for node in &body.nodes {
        match node.event {
            Event::Start(Tag::CodeBlock(_)) => in_code = true,
            Event::End(Tag::CodeBlock(_)) => in_code = false,
            Event::Text(piece) if !in_code && piece.start & super::ANEW == 0 => {
                for (at, _) in body.str(piece).match_indices("[^") {
                    let Some(length) = body.str(piece)[at..].find(']') else { continue };
                    let label = &body.str(piece)[at + 2..at + length];
                    if label.is_empty() || label.contains(char::is_whitespace) {
                        continue;
                    }
                    let start = node.span.start as usize + at;
                    found.push(
                        Diagnostic::new(
                            &rules::FOOTNOTE,
                            file,
                            Span::new(start, start + length + 1),
                            format!("the footnote `{label}` has no text"),
                        )
                        .help(format!("add a line `[^{label}]: …`")),
                    );
                }
            }
            _ => {}
        }
    }
}

/// Warns of references to footnotes of which nothing is to be seen.
fn check_empty_footnotes(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    for node in &body.nodes {
        let Event::FootnoteReference(label) = node.event else { continue };
        let label = body.str(label);
        if body.footnote_named(label).is_some() && body.shown_footnote(label).is_none() {
            let message = format!("the footnote `{label}` has no text, so no page shows this reference to it");
            let help = "write its text, or take the reference out";
            found.push(Diagnostic::new(&rules::FOOTNOTE, file, node.span, message).help(help));
        }
    }
}

/// The first footnote from which references to others lead too far: some wikis show one inside of the other.
fn deep_footnote(body: &Body) -> Option<Span> {
    let next = |footnote: &Footnote| -> Vec<usize> {
        let references = body.nodes[footnote.nodes.clone()].iter().filter_map(|node| match node.event {
            Event::FootnoteReference(label) => body.footnote_named(body.str(label)),
            _ => None,
        });
        references.collect()
    };
    let next: Vec<Vec<usize>> = body.footnotes.iter().map(next).collect();
    // How far each leads; nothing while that is not known.
    let mut reach: Vec<Option<usize>> = vec![None; next.len()];
    for start in 0..next.len() {
        if reach[start].is_some() {
            continue;
        }
        reach[start] = Some(0);
        let mut path = vec![(start, 0)];
        while let Some((footnote, step)) = path.last_mut() {
            let footnote = *footnote;
            match next[footnote].get(*step) {
                Some(&other) => {
                    *step += 1;
                    // One that refers to itself, by others or not, is shown once.
                    if reach[other].is_none() {
                        reach[other] = Some(0);
                        path.push((other, 0));
                    }
                }
                None => {
                    let below = next[footnote].iter().filter_map(|&other| reach[other]).max();
                    reach[footnote] = Some(below.map_or(0, |below| below + 1));
                    path.pop();
                }
            }
        }
    }
    let deep = reach.iter().position(|reach| reach.is_some_and(|reach| reach > DEEPEST))?;
    Some(body.nodes[body.footnotes[deep].nodes.start - 1].span)
}

/// `![[slug#section]]` in a paragraph of its own becomes a transclusion.
fn shape_transclusions(body: &mut Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let old = std::mem::take(&mut body.nodes);
    let mut new: Vec<Node> = Vec::with_capacity(old.len());
    let mut index = 0;
    while index < old.len() {
        let node = old[index];
        let Event::Start(Tag::Image(number)) = node.event else {
            new.push(node);
            index += 1;
            continue;
        };
        let end = end_of(&old, index);
        if let Target::Wiki { name, .. } = &body.links[number as usize].target {
            if is_file_name(name) {
                // `![[picture.png]]` shows a file, as it does for editors that know this form.
                push_image(body, &mut new, &old[index..=end], number);
            } else if is_alone(&new, &old[end + 1..]) {
                new.pop();
                new.push(Node { event: Event::Transclusion(number), span: node.span });
                index = end + 2;
                continue;
            } else {
                found.push(
                    Diagnostic::new(&rules::TRANSCLUSION, file, node.span, "a transclusion stands among other text")
                        .help("put it in a paragraph of its own, with a blank line before and after it"),
                );
            }
        } else {
            if let Target::External(address) = &body.links[number as usize].target {
                found.push(
                    Diagnostic::new(
                        &rules::REMOTE_IMAGE,
                        file,
                        node.span,
                        format!("the image `{address}` is on another host, so it is shown as a link"),
                    )
                    .help("put a copy below `content/` and refer to that"),
                );
            }
            push_image(body, &mut new, &old[index..=end], number);
        }
        index = end + 1;
    }
    body.nodes = new;
}

fn push_image(body: &mut Body, new: &mut Vec<Node>, image: &[Node], number: u32) {
    let [start, inner @ .., end] = image else { return };
    let mut inner = inner.to_vec();
    take_size(body, number, &mut inner);
    new.push(*start);
    new.append(&mut inner);
    new.push(*end);
}

/// Takes the size off the end of an image's words: `|400` behind them, or all of them where a wikilink names the image.
fn take_size(body: &mut Body, number: u32, inner: &mut Vec<Node>) {
    let Some(Node { event: Event::Text(mut piece), span }) = inner.last().copied() else { return };
    let text = body.str(piece);
    let is_wiki = matches!(body.links[number as usize].target, Target::Wiki { .. });
    let (words, size) = match text.rsplit_once('|') {
        Some((words, size)) => (words, size),
        None if is_wiki && inner.len() == 1 => ("", text),
        None => return,
    };
    let Some(size) = Size::of(size) else { return };
    // In a table the bar is written `\|`.
    piece.length = crate::source::offset(words.trim_end_matches('\\').trim_end().len());
    let link = &mut body.links[number as usize];
    link.size = Some(size);
    inner.pop();
    if piece.length > 0 {
        inner.push(Node { event: Event::Text(piece), span });
    }
    link.is_labelled &= !is_wiki || !inner.is_empty();
}

fn is_alone(before: &[Node], after: &[Node]) -> bool {
    matches!(before.last(), Some(Node { event: Event::Start(Tag::Paragraph), .. }))
        && matches!(after.first(), Some(Node { event: Event::End(Tag::Paragraph), .. }))
}

/// Hashtags at the end of a paragraph or an item become nodes of their own.
fn shape_hashtags(body: &mut Body) {
    let old = std::mem::take(&mut body.nodes);
    let mut new: Vec<Node> = Vec::with_capacity(old.len() + 8);
    for node in &old {
        // The words of a tight item end where a list inside of it starts.
        let ends_words =
            matches!(node.event, Event::End(Tag::Paragraph | Tag::Item) | Event::Start(Tag::BulletList | Tag::NumberedList(_)));
        if ends_words {
            take_hashtags(body, &mut new);
        }
        new.push(*node);
    }
    body.nodes = new;
}

impl Body {
    /// Adds a call-out, and gives the tag that stands for it.
    fn add_callout(&mut self, kind: CalloutKind) -> Tag {
        self.callouts.push(Callout { kind });
        Tag::Callout(crate::source::offset(self.callouts.len() - 1))
    }

    /// Finds what later steps look up in the nodes, once these have their final places.
    pub(crate) fn finish(&mut self) {
        let mut has_hashtags = false;
        let mut footnotes = Vec::new();
        let mut starts = vec![None; self.headings.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            match node.event {
                Event::Hashtag(_) => has_hashtags = true,
                Event::Start(Tag::Heading(number)) => starts[number as usize] = Some(crate::source::offset(index)),
                Event::Start(Tag::Footnote(label)) => {
                    let nodes = index + 1..self.end_of(index);
                    let is_empty = !self.nodes[nodes.clone()].iter().any(|node| self.is_seen(node));
                    footnotes.push(Footnote { label: self.str(label).to_owned(), nodes, is_empty });
                }
                _ => {}
            }
        }
        self.footnotes = footnotes;
        self.index = Index {
            footnotes: in_order(&self.footnotes, |footnote| footnote.label.as_str()),
            headings: in_order(&self.headings, |heading| heading.id.as_str()),
            starts: starts.into(),
            highest: self.headings.iter().map(|heading| heading.level).min(),
        };
        self.tagged = if has_hashtags { tagged_blocks(self) } else { Vec::new() };
    }

    /// Whether a node is something to see by itself, and not only the place of others.
    fn is_seen(&self, node: &Node) -> bool {
        match node.event {
            Event::Text(piece) | Event::Html(piece) => !self.str(piece).trim().is_empty(),
            Event::SoftBreak | Event::HardBreak | Event::End(_) => false,
            Event::Start(tag) => matches!(tag, Tag::Callout(_) | Tag::CodeBlock(_) | Tag::Link(_) | Tag::Image(_)),
            _ => true,
        }
    }
}

/// The places of things in the order of their names.
fn in_order<T>(things: &[T], name: impl Fn(&T) -> &str) -> Box<[u32]> {
    let mut order: Box<[u32]> = (0..crate::source::offset(things.len())).collect();
    order.sort_by_key(|&place| name(&things[place as usize]));
    order
}

/// The paragraphs and items that hold hashtags. The first paragraph of an item speaks for all of it.
fn tagged_blocks(body: &Body) -> Vec<TaggedBlock> {
    let mut tagged = Vec::new();
    let mut open: Vec<OpenBlock> = Vec::new();
    for (index, node) in body.nodes.iter().enumerate() {
        match node.event {
            Event::Start(tag @ (Tag::Paragraph | Tag::Item)) => {
                let opens_item = tag == Tag::Paragraph && index > 0 && body.nodes[index - 1].event == Event::Start(Tag::Item);
                open.push(OpenBlock {
                    start: index,
                    speaks_for: if opens_item { Speaks::ForItem } else { Speaks::ForItself },
                    tags: Vec::new(),
                });
            }
            Event::Hashtag(name) => {
                if let Some(block) = open.last_mut() {
                    block.tags.push((Slug::of(body.str(name)), node.span));
                }
            }
            Event::End(Tag::Paragraph | Tag::Item) => {
                let Some(mut block) = open.pop() else { continue };
                match open.last_mut() {
                    Some(item) if block.speaks_for == Speaks::ForItem => item.tags.append(&mut block.tags),
                    _ if !block.tags.is_empty() => tagged.push(TaggedBlock { nodes: block.start..index + 1, tags: block.tags }),
                    _ => {}
                }
            }
            _ => {}
        }
    }
    tagged.sort_by_key(|block| block.nodes.start);
    tagged
}

struct OpenBlock {
    start: usize,
    speaks_for: Speaks,
    tags: Vec<(Slug, Span)>,
}

/// What the tags of a paragraph are tags of: the first paragraph of an item speaks for all of it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Speaks {
    ForItself,
    ForItem,
}

/// Cuts hashtags off the end of the text that was added last, and adds them as nodes of their own.
fn take_hashtags(body: &mut Body, new: &mut Vec<Node>) {
    let mut tags = Vec::new();
    while let Some(Node { event: Event::Text(piece), span }) = new.last().copied() {
        let text = body.str(piece);
        let is_verbatim = piece.start & super::ANEW == 0;
        let after_break = matches!(new.get(new.len().wrapping_sub(2)), Some(Node { event: Event::SoftBreak | Event::HardBreak, .. }));
        let is_escaped = is_verbatim && span.start > 0 && body.file_text().as_bytes()[span.start as usize - 1] == b'\\';
        let trimmed = text.trim_end();
        let start = trimmed.rfind(char::is_whitespace).map_or(0, |at| at + trimmed[at..].chars().next().map_or(1, char::len_utf8));
        let Some(name) = trimmed[start..].strip_prefix('#') else { break };
        let is_after_space = start > 0 || (after_break && !is_escaped);
        if !is_after_space || !is_tag_name(name) {
            break;
        }
        let kept = trimmed[..start].trim_end().len();
        let name_start = piece.start as usize + start + 1;
        let name_span = if is_verbatim { Span::new(name_start - 1, name_start + name.len()) } else { span };
        tags.push((Slug::of(name), name_span));
        new.pop();
        if kept > 0 {
            let mut piece = piece;
            piece.length = crate::source::offset(kept);
            new.push(Node { event: Event::Text(piece), span: Span { start: span.start, end: span.start + piece.length } });
        } else if after_break {
            new.pop();
        }
    }
    tags.reverse();
    for (slug, span) in &tags {
        let name = body.write_anew(slug.as_str());
        new.push(Node { event: Event::Hashtag(name), span: *span });
    }
}

/// Letters, digits and hyphens, with a letter first: `#12` is a number.
fn is_tag_name(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && name.chars().all(|next| next.is_alphanumeric() || matches!(next, '-' | '_'))
}
