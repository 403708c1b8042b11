//! From the events of the Markdown parser to the nodes of a body.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CodeBlockKind, CowStr, LinkType, Options, Parser, TagEnd};
use pulldown_cmark::{Event as Parsed, Tag as ParsedTag};

use super::comments::{BLANK, Blanked};
use super::{
    Alignment, Body, DEEPEST, Event, Heading, HeadingId, Link, LinkId, NameId, Node, Nodes, Str,
    Tag, Target, blocks, comments, html, lost, unclosed,
};
use crate::diagnostic::{Diagnostic, rules, too_deep};
use crate::slug::{Numbered, Slug};
use crate::source::{SitePath, Span, offset};

/// CommonMark with the extensions of the format. Call-outs are read by [`blocks`], which knows more types than GFM.
pub(super) fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_WIKILINKS
}

/// Parses the body of a file, which starts at `start`. It succeeds whatever the text is.
pub fn read(file: &SitePath, text: &Arc<str>, start: usize) -> (Body, Vec<Diagnostic>) {
    let mut blanked = comments::blank(text, start);
    let text: Arc<str> = blanked.text.take().map_or_else(|| text.clone(), Arc::from);
    let mut found = comment_mistakes(file, &blanked);
    let mut reader = Reader::new(file, &text, start);
    let mut events = Parser::new_ext(&text[start..], options()).into_offset_iter();
    while let Some((event, range)) = events.next() {
        reader.event(
            event,
            Span::new(range.start, range.end).shifted(start),
            &mut events,
        );
    }
    let Reader {
        mut body,
        nodes,
        fences,
        used,
        found: found_before,
        too_deep: deepest,
        ..
    } = reader;
    body.nodes = Nodes::new(nodes);
    found.extend(deepest.map(|span| too_deep(file, span, "lists, quotes and styles", DEEPEST)));
    found.extend(found_before);
    let definitions = events.reference_definitions().iter();
    let place = |span: &Range<usize>| Span::new(span.start, span.end).shifted(start);
    let definitions =
        definitions.map(|(label, definition)| (label, &*definition.dest, place(&definition.span)));
    lost::check_definitions(definitions, &used, file, &mut found);
    lost::check_cells(&body, file, &mut found);
    unclosed::check_fences(&body, &fences, file, &mut found);
    unclosed::check_indented(&body, &fences, file, &mut found);
    blocks::shape(&mut body, file, &mut found);
    // A copy of the right size: shrinking in place would keep most of the memory, for as long as the site is held.
    body.nodes = body.nodes.clone();
    (body, found)
}

/// The mistakes in the comments of a file.
fn comment_mistakes(file: &SitePath, blanked: &Blanked) -> Vec<Diagnostic> {
    let unclosed = blanked.unclosed.iter().map(|&span| {
        Diagnostic::new(
            &rules::COMMENT,
            file,
            span,
            "a comment opens here and never closes",
        )
        .help("close it with `%%`, or write `\\%%` where the signs are meant")
    });
    let empty = blanked.empty.iter().map(|&span| {
        Diagnostic::new(&rules::COMMENT, file, span, "this comment holds nothing")
            .help("write two signs on each side of the words, `%%words%%`, or `\\%%` where the signs are meant")
    });
    let too_many = blanked.too_many.iter().map(|&span| {
        Diagnostic::new(
            &rules::OVER_LIMIT,
            file,
            span,
            "this file is too long for so many comments that hold markup",
        )
        .help("cut the file in two, or take the markup out of the comments")
    });
    unclosed.chain(empty).chain(too_many).collect()
}

/// An event of the parser with its place.
type Parse<'a> = (Parsed<'a>, Range<usize>);

/// Goes on to the end that belongs to the start that was read last.
fn skip_inside<'a>(events: &mut impl Iterator<Item = Parse<'a>>) {
    let mut open = 1;
    while open > 0 {
        match events.next() {
            Some((Parsed::Start(_), _)) => open += 1,
            Some((Parsed::End(_), _)) => open -= 1,
            Some(_) => {}
            None => return,
        }
    }
}

/// Whether a tag is a wikilink that has no words: the parser gives it the name of its target.
fn is_bare_wiki_link(tag: &ParsedTag<'_>) -> bool {
    matches!(
        tag,
        ParsedTag::Link {
            link_type: LinkType::WikiLink { has_pothole: false },
            ..
        } | ParsedTag::Image {
            link_type: LinkType::WikiLink { has_pothole: false },
            ..
        }
    )
}

/// How many bytes of Markdown there are to a node, in prose.
const BYTES_PER_NODE: usize = 12;

/// What is being read.
struct Reader<'a> {
    file: &'a SitePath,
    body: Body,
    /// The nodes so far.
    nodes: Vec<Node>,
    /// The nodes that have started and not ended.
    open: Vec<usize>,
    /// How many of them count as a level: a list and its item are one.
    depth: usize,
    /// The first place that is too deep; its text is not read.
    too_deep: Option<Span>,
    /// The ids of headings that are taken.
    ids: Numbered,
    /// The blocks of code that open with a fence.
    fences: Vec<Span>,
    /// The labels of the definitions that links use.
    used: BTreeSet<String>,
    found: Vec<Diagnostic>,
}

impl<'r> Reader<'r> {
    fn new(file: &'r SitePath, text: &Arc<str>, start: usize) -> Self {
        Self {
            file,
            body: Body::over(text.clone()),
            // Most texts have fewer nodes than this; the rest of the memory is given back at the end.
            nodes: Vec::with_capacity((text.len() - start) / BYTES_PER_NODE),
            open: Vec::new(),
            depth: 0,
            too_deep: None,
            ids: Numbered::default(),
            fences: Vec::new(),
            used: BTreeSet::new(),
            found: Vec::new(),
        }
    }

    fn event<'a>(
        &mut self,
        event: Parsed<'a>,
        span: Span,
        events: &mut impl Iterator<Item = Parse<'a>>,
    ) {
        match event {
            Parsed::Start(ParsedTag::MetadataBlock(_)) | Parsed::End(TagEnd::MetadataBlock(_)) => {}
            Parsed::Start(_) if self.depth == DEEPEST => {
                self.too_deep = self.too_deep.or(Some(span));
                skip_inside(events);
            }
            Parsed::Start(tag) if is_bare_wiki_link(&tag) => {
                self.start(tag, span);
                // Its words are the title of its target, which is not known here; the name of a file is nothing to show.
                events
                    .find(|(event, _)| matches!(event, Parsed::End(TagEnd::Link | TagEnd::Image)));
                self.end(span);
            }
            Parsed::Start(tag) => self.start(tag, span),
            Parsed::End(_) => self.end(span),
            other => self.leaf(other, span),
        }
    }

    fn start(&mut self, tag: ParsedTag<'_>, span: Span) {
        let tag = self.tag(tag, span);
        self.depth += usize::from(is_level(tag));
        self.open.push(self.nodes.len());
        self.push(Event::Start(tag), span);
    }

    /// Closes the innermost start; the events of the parser are balanced.
    fn end(&mut self, span: Span) {
        let open = self.open.pop();
        let Some(open) = open else { return };
        let Event::Start(tag) = self.nodes[open].event else {
            return;
        };
        self.depth -= usize::from(is_level(tag));
        match tag {
            Tag::Heading(heading) => {
                self.clean_html(open + 1);
                self.finish_heading(heading, open + 1);
            }
            Tag::Link(link) => self.unlabel(link, open + 1),
            _ => {}
        }
        self.push(Event::End(tag), span);
    }

    /// A link whose words are blank, as `[[slug|]]`, shows the title of its target, like one that has none.
    fn unlabel(&mut self, link: LinkId, from: usize) {
        let is_blank = |node: &Node| matches!(node.event, Event::Text(piece) if self.body.str(piece).trim().is_empty());
        let is_empty = self.nodes[from..].iter().all(is_blank);
        let link = &mut self.body.links[link];
        if is_empty
            && matches!(
                link.target,
                Target::Wiki { .. } | Target::File { .. } | Target::Fragment(_)
            )
        {
            link.is_labelled = false;
            self.nodes.truncate(from);
        }
    }

    /// Cleans the HTML of a heading before its words become its text and its id.
    fn clean_html(&mut self, from: usize) {
        if self.nodes[from..]
            .iter()
            .any(|node| matches!(node.event, Event::Html(_)))
        {
            let nodes = self.nodes.split_off(from);
            self.nodes.append(&mut html::clean(
                &mut self.body,
                &nodes,
                self.file,
                &mut self.found,
            ));
        }
    }

    fn leaf(&mut self, event: Parsed<'_>, span: Span) {
        let event = match event {
            Parsed::Text(text) => return self.text(&text, span),
            Parsed::Code(code) => Event::Code(self.keep(&code)),
            Parsed::Html(html) | Parsed::InlineHtml(html) => return self.html(&html, span),
            Parsed::FootnoteReference(label) => Event::FootnoteReference(self.keep(&label)),
            Parsed::SoftBreak => Event::SoftBreak,
            Parsed::HardBreak => Event::HardBreak,
            Parsed::Rule => Event::Rule,
            Parsed::TaskListMarker(done) => Event::TaskMarker(done),
            Parsed::InlineMath(_) | Parsed::DisplayMath(_) | Parsed::Start(_) | Parsed::End(_) => {
                return;
            }
        };
        self.push(event, span);
    }

    /// Adds text; what continues the text before it becomes one with it, so that words are not cut up.
    fn text(&mut self, text: &CowStr<'_>, span: Span) {
        let words = match text {
            CowStr::Borrowed(words) if words.len() == span.range().len() => words,
            _ => return self.piece(text, span),
        };
        let mut from = 0;
        for cut in cuts(words).into_iter().chain([words.len()..words.len()]) {
            let part = Span::new(from, cut.start).shifted(span.range().start);
            self.piece(&CowStr::Borrowed(&words[from..cut.start]), part);
            from = cut.end;
        }
    }

    /// Adds text; what continues the text before it becomes one with it, so that words are not cut up.
    fn piece(&mut self, text: &CowStr<'_>, span: Span) {
        let piece = self.keep(text);
        if piece.length == 0 {
            return;
        }
        if let Some(Node {
            event: Event::Text(last),
            span: last_span,
            ..
        }) = self.nodes.last_mut()
            && last.start + last.length == piece.start
            && last_span.end == span.start
        {
            last.length += piece.length;
            last_span.end = span.end;
            return;
        }
        self.push(Event::Text(piece), span);
    }

    /// Adds HTML; lines of one block become one node, because a comment or a tag can go over several of them.
    fn html(&mut self, html: &CowStr<'_>, span: Span) {
        let piece = self.keep(html);
        if let Some(Node {
            event: Event::Html(last),
            span: last_span,
            ..
        }) = self.nodes.last_mut()
            && last.start + last.length == piece.start
        {
            last.length += piece.length;
            last_span.end = span.end;
            return;
        }
        self.push(Event::Html(piece), span);
    }

    fn push(&mut self, event: Event, span: Span) {
        self.nodes.push(Node::new(event, span));
    }

    /// Refers to characters that the file has, and keeps a copy of others.
    fn keep(&mut self, characters: &CowStr<'_>) -> Str {
        if characters.as_bytes().contains(&(BLANK as u8)) {
            return self.body.add_text(&characters.replace(BLANK, ""));
        }
        if let CowStr::Borrowed(borrowed) = characters {
            let file: &str = &self.body.text.file;
            let start = (borrowed.as_ptr() as usize).wrapping_sub(file.as_ptr() as usize);
            if file
                .get(start..start.wrapping_add(borrowed.len()))
                .is_some_and(|there| std::ptr::eq(there, *borrowed))
            {
                return Str {
                    start: offset(start),
                    length: offset(borrowed.len()),
                };
            }
        }
        self.body.add_text(characters)
    }

    fn tag(&mut self, tag: ParsedTag<'_>, span: Span) -> Tag {
        match tag {
            ParsedTag::Paragraph | ParsedTag::MetadataBlock(_) => Tag::Paragraph,
            ParsedTag::Heading {
                level,
                id,
                classes,
                attrs,
            } => Tag::Heading(self.heading(level as u8, id, &classes, &attrs, span)),
            ParsedTag::BlockQuote(_) => Tag::Quote,
            ParsedTag::CodeBlock(kind) => Tag::CodeBlock(self.language(&kind, span)),
            ParsedTag::HtmlBlock => Tag::HtmlBlock,
            ParsedTag::List(None) => Tag::BulletList,
            ParsedTag::List(Some(first)) => Tag::NumberedList(u32::try_from(first).unwrap_or(1)),
            ParsedTag::Item => Tag::Item,
            ParsedTag::FootnoteDefinition(label) => {
                Tag::Footnote(self.body.add_name(&label.replace(BLANK, "")))
            }
            ParsedTag::Table(alignments) => Tag::Table(
                self.body
                    .tables
                    .push(alignments.into_iter().map(alignment).collect()),
            ),
            ParsedTag::TableHead => Tag::TableHead,
            ParsedTag::TableRow => Tag::TableRow,
            ParsedTag::TableCell => Tag::TableCell,
            other => self.inline_tag(other, span),
        }
    }

    fn inline_tag(&mut self, tag: ParsedTag<'_>, span: Span) -> Tag {
        match tag {
            ParsedTag::Strong => Tag::Strong,
            ParsedTag::Strikethrough => Tag::Strikethrough,
            ParsedTag::Link {
                link_type,
                dest_url,
                title,
                id,
            } => Tag::Link(self.link(link_type, &dest_url, &title, &id, span)),
            ParsedTag::Image {
                link_type,
                dest_url,
                title,
                id,
            } => Tag::Image(self.link(link_type, &dest_url, &title, &id, span)),
            // Other extensions are not switched on; if they ever are, their text is still there.
            _ => Tag::Emphasis,
        }
    }

    fn heading(
        &mut self,
        level: u8,
        id: Option<CowStr<'_>>,
        classes: &[CowStr<'_>],
        attributes: &[(CowStr<'_>, Option<CowStr<'_>>)],
        span: Span,
    ) -> HeadingId {
        let values = attributes
            .iter()
            .flat_map(|(name, value)| [Some(name), value.as_ref()])
            .flatten();
        let mark = classes
            .iter()
            .chain(values)
            .find_map(|mark| unclosed::private_word(mark));
        if mark.is_some_and(|mark| mark == unclosed::Spelling::Near) {
            self.found
                .push(unclosed::misspelt_private_mark(self.file, span));
        }
        if mark.is_none() && !attributes.is_empty() {
            self.found.push(lost::attributes(self.file, span));
        }
        self.body.headings.push(Heading {
            level,
            text: String::new(),
            has_own_id: id.is_some(),
            id: id.map(|id| Slug::of(&id).to_string()).unwrap_or_default(),
            is_private: mark.is_some(),
            tags: Vec::new(),
            aliases: Vec::new(),
        })
    }

    /// The language of a block of code.
    fn language(&mut self, kind: &CodeBlockKind<'_>, span: Span) -> NameId {
        match kind {
            CodeBlockKind::Fenced(info) => {
                self.fences.push(span);
                self.body
                    .add_name(info.split([' ', ',', '{']).next().unwrap_or_default())
            }
            CodeBlockKind::Indented => self.body.add_name(""),
        }
    }

    fn link(
        &mut self,
        link_type: LinkType,
        address: &str,
        title: &str,
        label: &str,
        span: Span,
    ) -> LinkId {
        if !label.is_empty() {
            self.used.insert(lost::normal(label));
        }
        let (address, title) = (&address.replace(BLANK, ""), &title.replace(BLANK, ""));
        let target = match link_type {
            LinkType::WikiLink { .. } => wiki_target(address),
            LinkType::Email => Target::External(format!("mailto:{address}")),
            _ => target(self.file, address),
        };
        let is_labelled = link_type != (LinkType::WikiLink { has_pothole: false });
        self.body.links.push(Link {
            target,
            title: title.to_owned(),
            is_labelled,
            size: None,
            span,
        })
    }

    /// Gives a heading its text and an id that no other heading of the body has.
    fn finish_heading(&mut self, heading: HeadingId, from: usize) {
        let text = self.body.plain_text(&self.nodes[from..]).trim().to_owned();
        let heading = &mut self.body.headings[heading];
        let wanted = if heading.id.is_empty() {
            Slug::of(&text).to_string()
        } else {
            heading.id.clone()
        };
        let wanted = if wanted.is_empty() {
            "section".to_owned()
        } else {
            wanted
        };
        heading.id = self.ids.claim(
            &wanted,
            |number| format!("{wanted}-{number}"),
            str::to_owned,
        );
        heading.text = text;
    }
}

/// Whether a tag counts as a level of its own: rows and cells, and an item and its list, are one thing to their author.
fn is_level(tag: Tag) -> bool {
    !matches!(
        tag,
        Tag::Paragraph
            | Tag::BulletList
            | Tag::NumberedList(_)
            | Tag::TableHead
            | Tag::TableRow
            | Tag::TableCell
            | Tag::HtmlBlock
    )
}

/// The places of the comments in a text that are not inside of a word.
fn cuts(text: &str) -> Vec<Range<usize>> {
    let mut cuts: Vec<Range<usize>> = Vec::new();
    for (at, _) in text.match_indices(BLANK) {
        match cuts.last_mut() {
            Some(cut) if cut.end == at => cut.end += BLANK.len_utf8(),
            _ => cuts.push(at..at + BLANK.len_utf8()),
        }
    }
    let is_edge = |sign: Option<char>| sign.is_none_or(char::is_whitespace);
    cuts.retain(|cut| {
        is_edge(text[..cut.start].chars().next_back()) || is_edge(text[cut.end..].chars().next())
    });
    cuts
}

fn alignment(parsed: pulldown_cmark::Alignment) -> Alignment {
    match parsed {
        pulldown_cmark::Alignment::None => Alignment::None,
        pulldown_cmark::Alignment::Left => Alignment::Left,
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
    }
}

/// The target of `[[address]]`.
fn wiki_target(address: &str) -> Target {
    // Inside a table the bar is written `\|`, and the parser leaves the backslash at the end of the address.
    let address = address.trim_end_matches('\\').trim();
    // A colon in a name does not make it an address: `[[stories:alpha]]`, `[[Incident: the outage]]`.
    if let Some(target) = target_with_scheme(address)
        .filter(|target| matches!(target, Target::Forbidden(_)) || names_a_host(address))
    {
        return target;
    }
    let (name, fragment) = address.split_once('#').unwrap_or((address, ""));
    if name.trim().is_empty() {
        return Target::Fragment(fragment.trim().to_owned());
    }
    Target::Wiki {
        name: name.trim().to_owned(),
        fragment: fragment.trim().to_owned(),
    }
}

/// Whether an address has more of one than a scheme.
fn names_a_host(address: &str) -> bool {
    let lower = address.get(..7).unwrap_or(address).to_ascii_lowercase();
    address.starts_with("//")
        || address.contains("://")
        || lower.starts_with("mailto:")
        || lower.starts_with("tel:")
}

/// The target of `[…](address)` in `file`.
pub(super) fn target(file: &SitePath, address: &str) -> Target {
    if let Some(target) = target_with_scheme(address) {
        return target;
    }
    let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
    let path = percent_decoded(path.split('?').next().unwrap_or_default());
    let fragment = percent_decoded(fragment);
    if path.is_empty() {
        return Target::Fragment(fragment);
    }
    match file.join(&path) {
        Some(path) => Target::File { path, fragment },
        None => Target::Forbidden(address.to_owned()),
    }
}

/// The target of an address that names its scheme, or a host without one.
fn target_with_scheme(address: &str) -> Option<Target> {
    if address.starts_with("//") {
        return Some(Target::External(address.to_owned()));
    }
    let (scheme, _) = address.split_once(':')?;
    let is_scheme = scheme.starts_with(|first: char| first.is_ascii_alphabetic())
        && scheme
            .chars()
            .all(|next| next.is_ascii_alphanumeric() || matches!(next, '+' | '-' | '.'));
    // One letter is a drive of Windows, not a scheme.
    if !is_scheme || scheme.len() < 2 {
        return None;
    }
    let runs_code =
        ["javascript", "vbscript", "data"].contains(&scheme.to_ascii_lowercase().as_str());
    Some(if runs_code {
        Target::Forbidden(address.to_owned())
    } else {
        Target::External(address.to_owned())
    })
}

/// Decodes percent-encoding, unless the result is not UTF-8.
fn percent_decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let byte = tail
            .get(..2)
            .and_then(|hex| std::str::from_utf8(hex).ok())
            .and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match (first, byte) {
            (b'%', Some(byte)) => {
                bytes.push(byte);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(first);
                rest = tail;
            }
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_targets_apart() {
        let file = SitePath::new("content/stories/x.md");
        let path = |path: &str, fragment: &str| Target::File {
            path: SitePath::new(path),
            fragment: fragment.to_owned(),
        };
        assert_eq!(
            target(&file, "../questions/a%20b.md#c"),
            path("content/questions/a b.md", "c")
        );
        assert_eq!(target(&file, "#here"), Target::Fragment("here".to_owned()));
        assert_eq!(
            target(&file, "https://example.org"),
            Target::External("https://example.org".to_owned())
        );
        assert_eq!(
            target(&file, "JavaScript:alert(1)"),
            Target::Forbidden("JavaScript:alert(1)".to_owned())
        );
        assert_eq!(
            target(&file, "../../../../etc/passwd"),
            Target::Forbidden("../../../../etc/passwd".to_owned())
        );
        assert_eq!(
            wiki_target("a#b\\"),
            Target::Wiki {
                name: "a".to_owned(),
                fragment: "b".to_owned()
            }
        );
    }
}
