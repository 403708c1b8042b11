//! Hashtags: those at the end of a block become nodes, and all others are kept for a report.

use std::collections::HashSet;
use std::ops::Range;

use super::{Body, Event, Node, Nodes, Tag, UnreadPlace, UnreadTag, is_inline};
use crate::slug::Slug;
use crate::source::{Span, offset};

/// Signs that end a sentence. They stay in the text when a hashtag before them is taken out.
const STOPS: &[char] = &['.', '!', '?', '…'];

/// Signs between and after hashtags that are no words.
const SEPARATORS: &[char] = &[',', ';', ':'];

/// How many words after a hashtag can belong to its name, as in `#dealing with ambiguity`.
const FOLLOWING: usize = 3;

/// Whether a text holds a `#` that does not open a heading.
pub(super) fn may_be_in(text: &str) -> bool {
    let bytes = text.as_bytes();
    text.match_indices('#').any(|(at, _)| {
        let before = at.checked_sub(1).map_or(b'\n', |before| bytes[before]);
        let after = bytes.get(at + 1).copied().unwrap_or(b'\n');
        match after {
            b'#' | b'\n' | b'\r' => false,
            b' ' => before == b' ',
            _ => before != b'#',
        }
    })
}

/// Makes nodes of the hashtags at the ends of paragraphs and items, and keeps the others for a report.
pub(super) fn shape(body: &mut Body) {
    let old = std::mem::take(&mut body.nodes);
    let mut new: Vec<Node> = Vec::with_capacity(old.len() + 8);
    let mut alone: Vec<UnreadTag> = Vec::new();
    let mut quotes = 0usize;
    for node in old.iter() {
        match node.event {
            Event::Start(Tag::Quote) => quotes += 1,
            Event::End(Tag::Quote) => quotes -= 1,
            // The words of a tight item end where a list inside of it starts.
            Event::End(Tag::Paragraph | Tag::Item)
            | Event::Start(Tag::BulletList | Tag::NumberedList(_)) => {
                let form = if quotes == 0 { Form::Any } else { Form::Bare };
                match take(body, &mut new, form) {
                    Taken::Nothing => {}
                    Taken::Alone(tags) => alone.extend(tags.into_iter().map(Found::alone)),
                    Taken::Tags { tags, stop } => push(body, &mut new, tags, stop),
                }
            }
            _ => {}
        }
        new.push(*node);
    }
    body.nodes = Nodes::new(new);
    body.unread_tags = unread(body, alone);
}

/// Adds hashtags as nodes, and the end of the sentence after them.
fn push(body: &mut Body, nodes: &mut Vec<Node>, tags: Vec<Found>, stop: Vec<Node>) {
    for tag in tags {
        let words = body.add_text(&tag.written);
        nodes.push(Node::new(Event::Hashtag(words), tag.span));
    }
    nodes.extend(stop);
}

impl Body {
    /// Makes nodes of the hashtags at the end of words that have become a block of their own, and returns their places.
    pub fn read_hashtags(&mut self, nodes: &mut Vec<Node>) -> Vec<Span> {
        let Taken::Tags { tags, stop } = take(self, nodes, Form::Any) else {
            return Vec::new();
        };
        let places = tags.iter().map(|tag| tag.span).collect();
        push(self, nodes, tags, stop);
        places
    }

    /// Takes the hashtags off the end of the words that are last in `nodes`, and returns their names and places.
    pub fn take_hashtags(&self, nodes: &mut Vec<Node>) -> Vec<(Slug, Span)> {
        match take(self, nodes, Form::Any) {
            Taken::Tags { tags, stop } => {
                nodes.extend(stop);
                tags.into_iter().map(|tag| (tag.slug, tag.span)).collect()
            }
            Taken::Nothing | Taken::Alone(_) => Vec::new(),
        }
    }
}

/// How hashtags may be written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// In brackets, bold, or with punctuation between and after them, too.
    Any,
    /// With blanks alone around them. A quote can hold hashtags of others, so no others are read in it.
    Bare,
}

/// A hashtag that was found.
struct Found {
    slug: Slug,
    /// As its author wrote it, with the brackets and commas around it.
    written: String,
    /// The `#` and the name.
    span: Span,
}

impl Found {
    fn alone(self) -> UnreadTag {
        UnreadTag {
            name: self.slug,
            following: Vec::new(),
            span: self.span,
            place: UnreadPlace::Alone,
        }
    }
}

/// What [`take`] has found at the end of a block.
enum Taken {
    Nothing,
    /// The block has no other words. Nothing was taken.
    Alone(Vec<Found>),
    Tags {
        tags: Vec<Found>,
        /// The end of the sentence after the hashtags.
        stop: Vec<Node>,
    },
}

/// Cuts hashtags off the end of the words that were added last.
fn take(body: &Body, nodes: &mut Vec<Node>, form: Form) -> Taken {
    let Some(tail) = Tail::of(body, nodes) else {
        return Taken::Nothing;
    };
    let Some(ending) = Ending::of(&tail.text, tail.starts_block) else {
        return Taken::Nothing;
    };
    if form == Form::Bare && !(ending.is_bare(&tail.text) && tail.is_plain_from(nodes, &ending)) {
        return Taken::Nothing;
    }
    let tags = tail.found(body, nodes, &ending);
    if tail.starts_block && tail.text[..ending.region.start].trim().is_empty() {
        return Taken::Alone(tags);
    }
    let stop = tail.stop(nodes, &ending);
    let kept = tail.kept(nodes, &ending);
    nodes.truncate(tail.first);
    nodes.extend(kept);
    Taken::Tags { tags, stop }
}

/// The words at the end of a block, back to the first thing that is neither text nor emphasis.
struct Tail {
    text: String,
    /// The place of the first of its nodes.
    first: usize,
    /// Where the text of each of its nodes starts in `text`.
    starts: Vec<usize>,
    /// Whether nothing of the block is before it.
    starts_block: bool,
}

impl Tail {
    /// `None` if there is no `#` in it.
    fn of(body: &Body, nodes: &[Node]) -> Option<Self> {
        let is_styled = |tag| matches!(tag, Tag::Strong | Tag::Emphasis | Tag::Mark);
        let is_part = |node: &&Node| match node.event {
            Event::Text(_) => true,
            Event::Start(tag) | Event::End(tag) => is_styled(tag),
            _ => is_break(node),
        };
        let first = nodes.len() - nodes.iter().rev().take_while(is_part).count();
        let has_sign =
            |node: &Node| matches!(node.event, Event::Text(piece) if body.str(piece).contains('#'));
        if !nodes[first..].iter().any(has_sign) {
            return None;
        }
        let mut text = String::new();
        let mut starts = Vec::with_capacity(nodes.len() - first);
        for node in &nodes[first..] {
            if is_escaped(body, node) {
                text.push('\\');
            }
            starts.push(text.len());
            match node.event {
                Event::Text(piece) => text.push_str(body.str(piece)),
                _ if is_break(node) => text.push('\n'),
                _ => {}
            }
        }
        let starts_block = first
            .checked_sub(1)
            .is_none_or(|before| match nodes[before].event {
                Event::Start(tag) => !is_inline(tag),
                event => matches!(event, Event::TaskMarker(_)),
            });
        Some(Self {
            text,
            first,
            starts,
            starts_block,
        })
    }

    /// The hashtags of an ending.
    fn found(&self, body: &Body, nodes: &[Node], ending: &Ending) -> Vec<Found> {
        let ends = ending.tags[1..].iter().map(|tag| tag.start);
        let ends = ends.chain([ending.region.end]);
        let found = ending.tags.iter().zip(ends).map(|(tag, end)| Found {
            slug: Slug::of(&self.text[tag.name.clone()]),
            written: self.text[tag.start..end].trim_end().to_owned(),
            span: self.span(body, nodes, tag.name.clone()),
        });
        found.collect()
    }

    /// The place of a part of the text in the file.
    fn span(&self, body: &Body, nodes: &[Node], part: Range<usize>) -> Span {
        let place = |at: usize| {
            let index = self.starts.partition_point(|&start| start <= at);
            let index = index.saturating_sub(1);
            let node = &nodes[self.first + index];
            let sign = self.text[at..].chars().next().map_or(0, char::len_utf8);
            place_in_file(body, node, at - self.starts[index], sign)
        };
        let last = self.text[part.clone()].char_indices().next_back();
        // Emphasis can start or end inside of a name.
        Span {
            start: place(part.start).start,
            end: place(part.start + last.map_or(0, |(at, _)| at)).end,
        }
    }

    /// Whether an ending has no emphasis in it.
    fn is_plain_from(&self, nodes: &[Node], ending: &Ending) -> bool {
        let from = self
            .starts
            .partition_point(|&start| start < ending.region.start);
        nodes[self.first + from..]
            .iter()
            .all(|node| matches!(node.event, Event::Text(_)) || is_break(node))
    }

    /// The end of the sentence after the hashtags.
    fn stop(&self, nodes: &[Node], ending: &Ending) -> Vec<Node> {
        let stop = ending.region.end..self.text.trim_end().len();
        let parts = nodes[self.first..].iter().zip(&self.starts);
        let parts = parts.filter_map(|(node, &start)| {
            let Event::Text(piece) = node.event else {
                return None;
            };
            let from = stop.start.max(start) - start;
            let to = stop.end.min(start + piece.len()).saturating_sub(start);
            (from < to).then(|| node.cut(from..to)).flatten()
        });
        parts.collect()
    }

    /// The nodes before the hashtags. Emphasis around hashtags alone goes with them.
    fn kept(&self, nodes: &[Node], ending: &Ending) -> Vec<Node> {
        let end = self.text[..ending.region.start].trim_end().len();
        let mut kept: Vec<Node> = Vec::new();
        let mut open: Vec<bool> = Vec::new();
        for (node, &start) in nodes[self.first..].iter().zip(&self.starts) {
            match node.event {
                Event::Start(_) => {
                    open.push(start < end);
                    kept.extend((start < end).then_some(*node));
                }
                // One that has started before the tail stays.
                Event::End(_) => kept.extend(open.pop().unwrap_or(true).then_some(*node)),
                Event::Text(piece) if start + piece.len() <= end => kept.push(*node),
                Event::Text(_) => kept.extend(node.cut(0..end.saturating_sub(start))),
                _ => kept.extend((start < end).then_some(*node)),
            }
        }
        kept
    }
}

/// The hashtags at the end of a text.
struct Ending {
    /// From the first hashtag to the end of the last, with the brackets around them.
    region: Range<usize>,
    /// In the order of the text.
    tags: Vec<Written>,
}

/// A hashtag in a text.
struct Written {
    /// Where it starts, with a bracket before it.
    start: usize,
    /// The `#` and the name.
    name: Range<usize>,
}

impl Ending {
    /// The hashtags at the end of a text; `starts_block` says whether the first of them can be at its very start.
    fn of(text: &str, starts_block: bool) -> Option<Self> {
        let end = text.trim_end().trim_end_matches(STOPS).len();
        let is_between = |sign: char| {
            sign.is_whitespace()
                || STOPS.contains(&sign)
                || SEPARATORS.contains(&sign)
                || matches!(sign, ')' | ']')
        };
        let mut start = end;
        let mut tags = Vec::new();
        loop {
            let before = text[..start].trim_end_matches(is_between);
            let name = before.trim_end_matches(is_of_name).len();
            let Some(hash) = name
                .checked_sub(1)
                .filter(|_| before[..name].ends_with('#'))
            else {
                break;
            };
            let opening = before[..hash].trim_end_matches(['(', '[']).len();
            let is_apart = match before[..opening].chars().next_back() {
                None => starts_block,
                Some(sign) => sign.is_whitespace() || SEPARATORS.contains(&sign),
            };
            if !is_tag_name(&before[name..]) || !is_apart {
                break;
            }
            start = opening;
            tags.push(Written {
                start,
                name: hash..before.len(),
            });
        }
        tags.reverse();
        let region = start..end;
        (!tags.is_empty() && has_pairs(&text[region.clone()])).then_some(Self { region, tags })
    }

    /// Whether only blanks are between and after the hashtags.
    fn is_bare(&self, text: &str) -> bool {
        let words = text[self.region.start..].split_whitespace();
        words
            .zip(&self.tags)
            .all(|(word, tag)| word == &text[tag.name.clone()])
            && text[self.region.start..].split_whitespace().count() == self.tags.len()
    }
}

/// Whether each bracket of a text has its other half.
fn has_pairs(text: &str) -> bool {
    let count = |sign: char| text.matches(sign).count();
    count('(') == count(')') && count('[') == count(']')
}

fn is_of_name(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '-' | '_')
}

/// Letters, digits and hyphens, with a letter first: `#12` is a number.
fn is_tag_name(name: &str) -> bool {
    name.starts_with(char::is_alphabetic) && name.chars().all(is_of_name)
}

fn is_break(node: &Node) -> bool {
    matches!(node.event, Event::SoftBreak | Event::HardBreak)
}

/// Whether the author wrote that a text starts with a sign alone: with a backslash before it, or as a reference such as `&#35;`.
fn is_escaped(body: &Body, node: &Node) -> bool {
    let Event::Text(piece) = node.event else {
        return false;
    };
    match piece.place() {
        Some(place) => body.file_text()[..place.range().start].ends_with('\\'),
        None => body.str(piece) == "#",
    }
}

/// The place of a part of the text of a node; of the whole node if the file has other characters for it.
fn place_in_file(body: &Body, node: &Node, at: usize, length: usize) -> Span {
    let Event::Text(piece) = node.event else {
        return node.span;
    };
    debug_assert!(body.str(piece).get(at..at + length).is_some());
    piece.place().map_or(node.span, |place| {
        Span {
            start: 0,
            end: offset(length),
        }
        .shifted(place.range().start + at)
    })
}

/// The hashtags that are still text, in the order of the text; `alone` are those of blocks without other words.
fn unread(body: &Body, alone: Vec<UnreadTag>) -> Vec<UnreadTag> {
    let known: HashSet<Span> = alone.iter().map(|tag| tag.span).collect();
    let mut found = alone;
    let mut around = Around::default();
    for (index, node) in body.nodes.iter().enumerate() {
        match node.event {
            Event::Start(tag) => around.enter(tag),
            Event::End(tag) => around.leave(tag),
            Event::Text(piece) if around.hidden == 0 && body.str(piece).contains('#') => {
                let before = index.checked_sub(1).map(|before| body.nodes[before].event);
                let tags = unread_in(body, node, before, around.place());
                found.extend(tags.filter(|tag| !known.contains(&tag.span)));
            }
            _ => {}
        }
    }
    found.sort_by_key(|tag| tag.span.start);
    found
}

/// What is around a text.
#[derive(Default)]
struct Around {
    /// How many blocks and links whose `#` means something else: code, quotes, notes.
    hidden: usize,
    headings: usize,
    tables: usize,
}

impl Around {
    fn enter(&mut self, tag: Tag) {
        self.hidden += usize::from(hides(tag));
        self.headings += usize::from(matches!(tag, Tag::Heading(_)));
        self.tables += usize::from(matches!(tag, Tag::Table(_)));
    }

    fn leave(&mut self, tag: Tag) {
        self.hidden -= usize::from(hides(tag));
        self.headings -= usize::from(matches!(tag, Tag::Heading(_)));
        self.tables -= usize::from(matches!(tag, Tag::Table(_)));
    }

    fn place(&self) -> UnreadPlace {
        if self.headings > 0 {
            UnreadPlace::Heading
        } else if self.tables > 0 {
            UnreadPlace::Table
        } else {
            UnreadPlace::Middle
        }
    }
}

fn hides(tag: Tag) -> bool {
    match tag {
        Tag::Callout(kind) => kind.is_private(),
        tag => matches!(
            tag,
            Tag::CodeBlock(_) | Tag::Quote | Tag::Footnote(_) | Tag::Link(_) | Tag::Image(_)
        ),
    }
}

/// The hashtags in a text, without those in the words of others between quotation marks.
fn unread_in<'b>(
    body: &'b Body,
    node: &'b Node,
    before: Option<Event>,
    place: UnreadPlace,
) -> impl Iterator<Item = UnreadTag> + 'b {
    let text = match node.event {
        Event::Text(piece) => body.str(piece),
        _ => "",
    };
    let starts_word = match before {
        Some(Event::Start(_) | Event::SoftBreak | Event::HardBreak | Event::TaskMarker(_))
        | None => !is_escaped(body, node),
        // A comment can be between them.
        Some(Event::Text(piece)) => {
            body.str(piece).ends_with(char::is_whitespace) && !is_escaped(body, node)
        }
        Some(_) => false,
    };
    let mut last: Option<char> = None;
    let mut is_quoted = false;
    text.char_indices().filter_map(move |(at, sign)| {
        is_quoted = match sign {
            '"' | '“' => !is_quoted,
            '„' | '«' => true,
            '”' | '»' => false,
            _ => is_quoted,
        };
        let before = last.replace(sign);
        let is_apart = before.map_or(starts_word, |before| {
            before.is_whitespace() || matches!(before, '(' | '[')
        });
        if sign != '#' || !is_apart || is_quoted {
            return None;
        }
        let (name, following, place) = words_at(&text[at + 1..], before, place)?;
        Some(UnreadTag {
            name: Slug::of(name),
            following: following.into_iter().map(Box::from).collect(),
            span: place_in_file(
                body,
                node,
                at,
                name.as_ptr() as usize - text.as_ptr() as usize + name.len() - at,
            ),
            place,
        })
    })
}

/// The name after a `#`, and the words after it that can belong to it.
fn words_at(
    rest: &str,
    before: Option<char>,
    place: UnreadPlace,
) -> Option<(&str, Vec<&str>, UnreadPlace)> {
    // At the start of a line, `# so` is a heading, so there is something before it here.
    let (rest, place) = match rest.strip_prefix(' ') {
        Some(rest) if before.is_some_and(char::is_whitespace) => (rest, UnreadPlace::Spaced),
        Some(_) => return None,
        None => (rest, place),
    };
    let end = rest
        .find(|next: char| !is_of_name(next))
        .unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if !is_tag_name(name) {
        return None;
    }
    let is_word = |word: &&str| word.chars().all(is_of_name);
    let following = if after.starts_with(' ') {
        let words = after.split_whitespace().take(FOLLOWING);
        let trimmed = words.map(|word| word.trim_end_matches(|sign: char| !sign.is_alphanumeric()));
        trimmed.take_while(is_word).collect()
    } else {
        Vec::new()
    };
    Some((name, following, place))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::markdown::read;
    use crate::source::SitePath;

    /// The names at the end of a text, and the text before them.
    fn ending(text: &str) -> Option<(&str, Vec<&str>)> {
        let ending = Ending::of(text, false)?;
        let names = ending.tags.iter().map(|tag| &text[tag.name.clone()]);
        Some((&text[..ending.region.start], names.collect()))
    }

    #[test]
    fn a_tag_in_pieces_has_the_place_of_all_of_them() {
        for (text, written) in [
            ("see #&#109;\n", "#&#109;"),
            ("see #tag&#97;a\n", "#tag&#97;a"),
            ("see #tag\n", "#tag"),
        ] {
            let path = SitePath::new("content/stories/a.md");
            let (body, _) = read(&path, &text.into(), 0);
            let tags = body.tagged.iter().flat_map(|block| &block.tags);
            let places: Vec<&str> = tags.map(|(_, span)| &text[span.range()]).collect();
            assert_eq!(places, [written], "{text}");
        }
    }

    #[test]
    fn finds_hashtags_with_signs_around_them() {
        for (text, names) in [
            ("I stayed #a #b", vec!["#a", "#b"]),
            ("I stayed #a, #b.", vec!["#a", "#b"]),
            ("I stayed (#a, #b).", vec!["#a", "#b"]),
            ("I stayed [#a] (#b).", vec!["#a", "#b"]),
            ("I stayed (#a.)", vec!["#a"]),
            ("I stayed #a,#b;", vec!["#a", "#b"]),
            ("I stayed #a!", vec!["#a"]),
        ] {
            assert_eq!(ending(text), Some(("I stayed ", names)), "{text}");
        }
        for text in [
            "ticket #42.",
            "written in C#.",
            "see x.html#a",
            "(I stayed #a)",
            "I stayed #a, and then",
            "I stayed \\#a",
            "I stayed # a",
            "\"I stayed #a\"",
        ] {
            assert_eq!(ending(text), None, "{text}");
        }
    }

    /// The text of each tag that is read from a story's text, at its place in the file, then the names of those that are not read.
    fn places(text: &str) -> (Vec<String>, Vec<String>) {
        let (body, _) = read(&SitePath::new("content/stories/x.md"), &text.into(), 0);
        let tags = body.nodes.iter();
        let tags = tags.filter(|node| matches!(node.event, Event::Hashtag(_)));
        let spans: Vec<Span> = tags.map(|node| node.span).collect();
        let written = |span: &Span| text[span.range()].to_owned();
        let unread = body.unread_tags.iter().map(|tag| written(&tag.span));
        (spans.iter().map(written).collect(), unread.collect())
    }

    #[test]
    fn the_place_of_a_hashtag_is_known_however_it_is_written() {
        for (text, read, unread) in [
            ("a #own %%why%%", vec!["#own"], vec![]),
            ("%%why%% a #own", vec!["#own"], vec![]),
            ("a #own%%why%% #b", vec!["#own", "#b"], vec![]),
            ("a %%why%%#own b", vec![], vec!["#own"]),
            ("a #own**b**c", vec!["#own**b**c"], vec![]),
            ("a **#own**.**!**", vec!["#own"], vec![]),
            ("a &#35;own", vec![], vec![]),
            ("a \\#own", vec![], vec![]),
            ("a &#35;own #own", vec!["#own"], vec![]),
        ] {
            let expected = [read, unread].map(|tags| tags.into_iter().map(str::to_owned).collect());
            let [read, unread]: [Vec<String>; 2] = expected;
            assert_eq!(places(text), (read, unread), "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(1024))]

        #[test]
        fn whatever_is_around_a_hashtag_its_place_is_in_the_text(text in "(#|a|ö|b\u{301}| |\\*|\\*\\*|_|&#35;|&#109;|&auml;|\\[\\[|\\]\\]|!|\\(|\\)|\\.|,|\"|%%|\\\\|`|\n|- |> |\\||### ){0,24}") {
            for folder in ["stories", "questions"] {
                let (body, _) = read(&SitePath::new(format!("content/{folder}/x.md")), &text.as_str().into(), 0);
                let spans = body.nodes.iter().filter(|node| matches!(node.event, Event::Hashtag(_))).map(|node| node.span);
                let tagged = body.tagged.iter().flat_map(|block| block.tags.iter().map(|tag| tag.1));
                for span in spans.chain(tagged).chain(body.unread_tags.iter().map(|tag| tag.span)) {
                    prop_assert!(text.get(span.range()).is_some(), "{:?}", span);
                }
            }
        }
    }

    #[test]
    fn a_heading_holds_no_hashtag() {
        assert!(!may_be_in("# A\n\n## B\n\n### C ###\n"));
        assert!(may_be_in("so #a") && may_be_in("so # a"));
    }
}
