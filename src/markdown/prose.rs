//! The words of a body as a reader reads them, each with its place in the nodes and in the file.
//!
//! [`Body::runs`] gives words that belong together as one text: a paragraph, a heading, a cell. A sentence can be looked for in it,
//! although emphasis, links and line ends cut it up in the file, and [`Run::span`] tells where any part of it is in the file.
//! [`Body::segments`] is the level below: the same words before they are put together, for those who need the markup between them.
//!
//! ```
//! use std::sync::Arc;
//!
//! use storybank::markdown;
//! use storybank::source::SitePath;
//!
//! let file: Arc<str> = "We cut *latency* by 40 %\nin a week.\n".into();
//! let (body, _) = markdown::read(&SitePath::new("content/stories/x.md"), &file, 0);
//! let run = body.runs(0..body.nodes.len(), &[], &file).next().expect("there is a paragraph");
//! assert_eq!(run.text, "We cut latency by 40 % in a week.");
//! let figure = run.text.find("latency by 40 %").expect("it is there");
//! assert_eq!(&file[run.span(figure..figure + 15).range()], "latency* by 40 %");
//! ```

use std::borrow::Cow;
use std::collections::VecDeque;
use std::ops::Range;

use super::{Body, Event, Skip, Step, Tag, is_inline, walk};
use crate::source::Span;
use crate::words::markup::{Kind, Token, Tokens, tag_at, tokens};
use crate::words::references;

/// Words of a body, or what is between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Segment<'b> {
    /// The text of a node.
    Words {
        /// The node.
        node: usize,
        /// All of its text.
        text: &'b str,
        /// Whether it is code.
        style: Style,
    },
    /// The text between two tags of an author's HTML, its references not resolved.
    HtmlWords {
        /// The node.
        node: usize,
        /// Where they are in the text of the node.
        at: usize,
        /// The words.
        text: &'b str,
    },
    /// A tag of HTML.
    HtmlTag {
        /// The node.
        node: usize,
        /// Its offset in the text of the node.
        at: usize,
        /// From its `<` to its `>`.
        text: &'b str,
        /// What a reader sees in its place.
        gap: Gap,
    },
    /// The end of a line; a reader sees a space.
    Break {
        /// The node.
        node: usize,
    },
    /// Markup of Markdown inside a line.
    Markup {
        /// The node.
        node: usize,
        /// What a reader sees in its place.
        gap: Gap,
    },
    /// The start or the end of a block.
    Block {
        /// The node.
        node: usize,
    },
}

/// Whether words are code, whose sense is not that of the same words in a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Words of a sentence.
    Plain,
    /// Code inside a line.
    Code,
}

/// What a reader sees between the words on both sides of markup.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gap {
    /// Nothing: they can be parts of one word.
    None,
    /// Something that parts them: an image.
    Space,
    /// The end of a line, a block or a cell.
    Line,
}

impl Segment<'_> {
    /// The node that it comes from.
    pub fn node(&self) -> usize {
        match *self {
            Self::Words { node, .. }
            | Self::HtmlWords { node, .. }
            | Self::HtmlTag { node, .. }
            | Self::Break { node }
            | Self::Markup { node, .. }
            | Self::Block { node } => node,
        }
    }
}

/// Words that belong together, as one text: a paragraph, a heading, a cell of a table, a title over a word.
#[derive(Debug, Clone, Default)]
pub struct Run {
    /// What a reader reads.
    pub text: String,
    /// Where it comes from: pieces in their order that cover the text.
    pieces: Vec<Piece>,
}

/// A piece of a run, which comes from one node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece {
    /// Its range in the text of the run.
    pub range: Range<usize>,
    /// The node.
    pub node: usize,
    /// What the node has for it.
    pub origin: PieceSource,
    /// Whether it is code.
    pub style: Style,
    /// Its place in the file.
    pub place: PiecePlace,
}

/// What a node has for a piece of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PieceSource {
    /// The same characters, from this place in its text on.
    Same(usize),
    /// Other characters that read as these: a reference of HTML at this place in its text, or the end of a line.
    Spelt(Range<usize>),
    /// Nothing: the piece parts the words on both sides of it.
    Gap,
}

/// Where a piece of a run is in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PiecePlace {
    /// The file has the same characters there.
    Verbatim(Span),
    /// Somewhere in this part of the file, which has other characters for it; or nobody has looked for them.
    Within(Span),
}

impl PiecePlace {
    /// The part of the file.
    pub fn span(self) -> Span {
        match self {
            Self::Verbatim(span) | Self::Within(span) => span,
        }
    }
}

impl Run {
    /// A text that no body has. It has no pieces.
    pub fn of_text(text: &str) -> Self {
        Self {
            text: text.to_owned(),
            pieces: Vec::new(),
        }
    }

    /// Its pieces, in their order.
    pub fn pieces(&self) -> &[Piece] {
        &self.pieces
    }

    /// The pieces that hold something of a range of the text.
    pub fn pieces_in(&self, range: Range<usize>) -> &[Piece] {
        let first = self
            .pieces
            .partition_point(|piece| piece.range.end <= range.start);
        let last = self
            .pieces
            .partition_point(|piece| piece.range.start < range.end);
        &self.pieces[first..last.max(first)]
    }

    /// The nodes that hold something of a range of the text, each as often as it has pieces there.
    pub fn nodes(&self, range: Range<usize>) -> impl Iterator<Item = usize> + '_ {
        self.pieces_in(range).iter().map(|piece| piece.node)
    }

    /// Where a range of the text is in the file; an empty span if it has no pieces.
    pub fn span(&self, range: Range<usize>) -> Span {
        let pieces = self.pieces_in(range.clone());
        let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
            return Span::default();
        };
        let start = match first.place {
            PiecePlace::Verbatim(span) => span.range().start + (range.start - first.range.start),
            PiecePlace::Within(span) => span.range().start,
        };
        let end = match last.place {
            PiecePlace::Verbatim(span) => span.range().start + (range.end - last.range.start),
            PiecePlace::Within(span) => span.range().end,
        };
        Span::new(start, end.max(start))
    }

    /// The code that a place of the text is in.
    pub fn code_at(&self, at: usize) -> Option<Range<usize>> {
        let piece = self.pieces_in(at..at + 1).first()?;
        (piece.style == Style::Code).then(|| piece.range.clone())
    }

    /// Adds a piece at the end.
    pub fn push(
        &mut self,
        text: &str,
        node: usize,
        origin: PieceSource,
        style: Style,
        place: PiecePlace,
    ) {
        let start = self.text.len();
        self.text.push_str(text);
        self.pieces.push(Piece {
            range: start..self.text.len(),
            node,
            origin,
            style,
            place,
        });
    }
}

impl Body {
    /// The words of a range of whole nodes as runs, in their order, without the skipped ranges and without blank runs.
    ///
    /// `source` is the text of the file, in which the places are found: [`Body::file_text`], or the whole text where the body holds only
    /// what an audience may see of it.
    pub fn runs<'b>(
        &'b self,
        nodes: Range<usize>,
        skip: &'b [Skip],
        source: &'b str,
    ) -> impl Iterator<Item = Run> + use<'b> {
        let mut segments = self.segments(nodes, skip);
        let mut runs = Runs {
            body: self,
            finder: Finder {
                source,
                node: 0,
                from: 0,
                misses: 0,
            },
            run: Run::default(),
            ready: VecDeque::new(),
        };
        std::iter::from_fn(move || {
            while runs.ready.is_empty() {
                match segments.next() {
                    Some(part) => runs.add(part),
                    None => {
                        runs.end_run();
                        return runs.ready.pop_front();
                    }
                }
            }
            runs.ready.pop_front()
        })
    }

    /// The segments of a range of whole nodes, in order, without the skipped ranges.
    pub fn segments<'b>(
        &'b self,
        nodes: Range<usize>,
        skip: &'b [Skip],
    ) -> impl Iterator<Item = Segment<'b>> + use<'b> {
        let mut steps = walk(&self.nodes, nodes, skip);
        let mut html: Option<(usize, &str, Tokens<'b>)> = None;
        std::iter::from_fn(move || {
            loop {
                if let Some((node, text, tokens)) = &mut html
                    && let Some(token) = tokens.next()
                {
                    return Some(html_part(*node, text, &token));
                }
                let (node, event) = match steps.next()? {
                    Step::Node(index, node) => (index, node.event),
                    Step::Skipped(index, tag) => (index, Event::Start(tag)),
                };
                match event {
                    Event::Html(piece) => {
                        html = Some((node, self.str(piece), tokens(self.str(piece))));
                    }
                    event => return Some(self.segment(node, event)),
                }
            }
        })
    }

    fn segment(&self, node: usize, event: Event) -> Segment<'_> {
        match event {
            Event::Text(text) => Segment::Words {
                node,
                text: self.str(text),
                style: Style::Plain,
            },
            Event::Code(text) => Segment::Words {
                node,
                text: self.str(text),
                style: Style::Code,
            },
            Event::SoftBreak | Event::HardBreak => Segment::Break { node },
            Event::Start(Tag::Image(_)) | Event::End(Tag::Image(_)) => Segment::Markup {
                node,
                gap: Gap::Space,
            },
            Event::Start(tag) | Event::End(tag) if !is_inline(tag) => Segment::Block { node },
            _ => Segment::Markup {
                node,
                gap: Gap::None,
            },
        }
    }
}

fn html_part<'b>(node: usize, html: &'b str, token: &Token<'b>) -> Segment<'b> {
    let (at, text) = (token.range.start, &html[token.range.clone()]);
    match token.kind {
        Kind::Text => Segment::HtmlWords { node, at, text },
        kind => Segment::HtmlTag {
            node,
            at,
            text,
            gap: if kind.is_separator() {
                Gap::Line
            } else {
                Gap::None
            },
        },
    }
}

/// Joins segments to runs.
struct Runs<'b> {
    body: &'b Body,
    finder: Finder<'b>,
    /// The run that has not ended.
    run: Run,
    /// Runs that have ended and were not given yet.
    ready: VecDeque<Run>,
}

impl Runs<'_> {
    fn add(&mut self, part: Segment<'_>) {
        match part {
            Segment::Words { text: "", .. } => {}
            Segment::Words { node, text, style } => {
                let place = self.finder.place(node, self.span(node), text);
                self.run
                    .push(text, node, PieceSource::Same(0), style, place);
            }
            Segment::HtmlWords { node, at, text } => {
                let words = text.trim_end_matches('\n');
                self.finder
                    .add_html(node, self.body.nodes[node].span, at, words, &mut self.run);
                if words.len() < text.len() {
                    self.add_space(node, PieceSource::Spelt(at + words.len()..at + text.len()));
                }
            }
            Segment::HtmlTag {
                node,
                at,
                text,
                gap,
            } => {
                self.add_title(node, at, text);
                if gap == Gap::Line {
                    self.end_run();
                }
            }
            Segment::Break { node } => self.add_space(node, PieceSource::Spelt(0..0)),
            Segment::Markup {
                node,
                gap: Gap::Space,
            } => self.add_space(node, PieceSource::Gap),
            Segment::Markup { .. } => {}
            Segment::Block { .. } => self.end_run(),
        }
    }

    fn span(&self, node: usize) -> Span {
        self.body.nodes[node].span
    }

    fn add_space(&mut self, node: usize, origin: PieceSource) {
        if !self.run.text.is_empty() && !self.run.text.ends_with(' ') {
            let place = PiecePlace::Within(self.span(node));
            self.run.push(" ", node, origin, Style::Plain, place);
        }
    }

    /// What a pointer shows over an element is a run of its own.
    fn add_title(&mut self, node: usize, at: usize, tag: &str) {
        let Some((Kind::Open(tag), _)) = tag_at(tag) else {
            return;
        };
        let Some(title) = tag
            .attributes()
            .find(|attribute| attribute.name.eq_ignore_ascii_case("title"))
        else {
            return;
        };
        let at = at + "<".len() + tag.name.len() + title.value_start;
        let mut run = Run::default();
        self.finder
            .add_html(node, self.body.nodes[node].span, at, title.value, &mut run);
        if !run.text.trim().is_empty() {
            self.ready.push_back(run);
        }
    }

    fn end_run(&mut self) {
        let run = std::mem::take(&mut self.run);
        if !run.text.trim().is_empty() {
            self.ready.push_back(run);
        }
    }
}

/// Looks for the characters of nodes in the file. Those of one node come in their order.
struct Finder<'s> {
    source: &'s str,
    /// The node of the last text that was looked for.
    node: usize,
    /// Where in the file the next text of this node can start.
    from: usize,
    /// How many texts of the node were not found.
    misses: usize,
}

impl Finder<'_> {
    /// How many texts of a node can be missed before the others are not looked for: each miss reads the whole part of the file.
    const MOST_MISSES: usize = 16;

    /// Where a text of a node is, which its author wrote in `span`.
    fn place(&mut self, node: usize, span: Span, text: &str) -> PiecePlace {
        if node != self.node || self.from < span.range().start {
            (self.node, self.from, self.misses) = (node, span.range().start, 0);
        }
        let written = self
            .source
            .get(self.from..span.range().end)
            .filter(|_| self.misses < Self::MOST_MISSES)
            .unwrap_or_default();
        let found = if written.starts_with(text) {
            Some(0)
        } else {
            written.find(text)
        };
        let Some(at) = found else {
            self.misses += 1;
            return PiecePlace::Within(span);
        };
        let start = self.from + at;
        self.from = start + text.len();
        PiecePlace::Verbatim(Span::new(start, self.from))
    }

    /// Adds the words of HTML to a run, with a piece of its own for each reference.
    fn add_html(&mut self, node: usize, span: Span, at: usize, words: &str, run: &mut Run) {
        for (range, meaning) in references(words) {
            let place = self.place(node, span, &words[range.clone()]);
            let in_node = at + range.start..at + range.end;
            match meaning {
                Cow::Borrowed(same) => {
                    run.push(
                        same,
                        node,
                        PieceSource::Same(in_node.start),
                        Style::Plain,
                        place,
                    );
                }
                Cow::Owned(meaning) => run.push(
                    &meaning,
                    node,
                    PieceSource::Spelt(in_node),
                    Style::Plain,
                    PiecePlace::Within(place.span()),
                ),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use proptest::prelude::*;

    use super::*;
    use crate::markdown::read;
    use crate::source::SitePath;

    fn parsed(text: &str) -> (Arc<str>, Body) {
        let text: Arc<str> = text.into();
        let (body, _) = read(&SitePath::new("content/stories/x.md"), &text, 0);
        (text, body)
    }

    fn runs<'b>(body: &'b Body, skip: &'b [Skip], source: &'b str) -> Vec<Run> {
        body.runs(0..body.nodes.len(), skip, source).collect()
    }

    fn texts(text: &str, skip: &[Skip]) -> Vec<String> {
        let (text, body) = parsed(text);
        runs(&body, skip, &text)
            .into_iter()
            .map(|run| run.text)
            .collect()
    }

    #[test]
    fn words_of_a_block_are_one_text() {
        assert_eq!(
            texts("## A *b*\n\nc**d**\ne `f`  \ng ![h](i.png)j [[k|l]]\n", &[]),
            ["A b", "cd e f g h j l"]
        );
        assert_eq!(
            texts("| a | b |\n| - | - |\n| c | `d` |\n", &[]),
            ["a", "b", "c", "d"]
        );
        assert_eq!(
            texts("- a\n  ```\n  b\n  ```\n  c\n", &[Skip::CodeBlocks]),
            ["a", "c"]
        );
        assert_eq!(
            texts(
                "> [!private]\n> a\n\nb[^1]\n\n[^1]: c\n",
                &[Skip::Private, Skip::Footnotes]
            ),
            ["b"]
        );
    }

    #[test]
    fn html_is_read_as_its_words() {
        let text = "<div>\na &amp; b<br>c <b title=\"d &lt; e\">f</b>g\n</div>\n\nh<sub>2</sub>\n";
        assert_eq!(texts(text, &[]), ["\na & b", "d < e", "c fg ", "h2"]);
    }

    #[test]
    fn a_place_is_exact_where_the_file_has_the_same_words() {
        let text =
            "<p title=\"so\">so &amp; so</p>\n\n*Question: so?*\n\n> [!tip]  so\n\n==so== so #so\n";
        let (file, body) = parsed(text);
        let places: Vec<Range<usize>> = runs(&body, &[], &file)
            .iter()
            .flat_map(|run| {
                run.text
                    .match_indices("so")
                    .map(|(at, _)| run.span(at..at + 2).range())
                    .collect::<Vec<_>>()
            })
            .collect();
        let wanted: Vec<Range<usize>> =
            text.match_indices("so").map(|(at, _)| at..at + 2).collect();
        // The hashtag is not words.
        assert_eq!(places, wanted[..wanted.len() - 1]);
    }

    #[test]
    fn a_body_for_an_audience_has_its_places_in_the_file() {
        let (file, body) = parsed("a *b* <i>c &amp; d</i>\n");
        let (_, shown) = parsed("x *b* <i>c &amp; d</i>\n");
        let of = |body: &Body, word: &str| {
            let run = runs(body, &[], &file).remove(0);
            let at = run.text.find(word).expect("it is there");
            run.span(at..at + word.len()).range()
        };
        assert_eq!(of(&body, "b"), of(&shown, "b"));
        assert_eq!(of(&shown, "c & d"), of(&body, "c & d"));
        assert_eq!(of(&shown, "x"), 0..2);
    }

    fn markdown() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            "[a-z]{1,4}",
            Just(" ".to_owned()),
            Just("\n".to_owned()),
            Just("\n\n".to_owned()),
            proptest::sample::select(vec![
                "*",
                "**",
                "==",
                "`",
                "~~",
                "- ",
                "> ",
                "> [!note] ",
                "> [!private]\n> ",
                "## ",
                "<b>",
                "</b>",
                "<div title=\"a&lt;b\">\n",
                "</div>",
                "<br>",
                "&amp;",
                "&#97;",
                "[[x|",
                "]]",
                "![",
                "](y.png)",
                "%%c%%",
                "<!-- d -->",
                "[^1]",
                "\n\n[^1]: ",
                "```\n",
                "| a | b |\n| - | - |\n| ",
                " | ",
                "*Question: ",
                "#tag",
                "é",
                "\\*",
                "<script>",
                "</script>",
                "<",
            ])
            .prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn runs_hold_every_word_once(text in markdown()) {
            let (file, body) = parsed(&text);
            let runs = runs(&body, &[], &file);
            let mut words: Vec<usize> = Vec::new();
            for run in &runs {
                let mut at = 0;
                for piece in run.pieces() {
                    prop_assert_eq!(piece.range.start, at);
                    at = piece.range.end;
                    if let PiecePlace::Verbatim(span) = piece.place {
                        prop_assert_eq!(&file[span.range()], &run.text[piece.range.clone()]);
                    }
                    if matches!(body.nodes[piece.node].event, Event::Text(_) | Event::Code(_)) {
                        words.push(piece.node);
                    }
                }
                prop_assert_eq!(at, run.text.len());
                prop_assert_eq!(run.nodes(0..at).count(), run.pieces().len());
            }
            let blank = |index: &usize| !matches!(body.nodes[*index].event, Event::Text(piece) | Event::Code(piece) if !body.str(piece).trim().is_empty());
            words.retain(|index| !blank(index));
            let all: Vec<usize> = (0..body.nodes.len()).filter(|index| !blank(index)).collect();
            prop_assert_eq!(words, all);
        }

        #[test]
        fn places_in_the_file_come_in_order(text in "[a-z &;<>b/\n]{0,60}") {
            let (file, body) = parsed(&text);
            for run in runs(&body, &[], &file) {
                let verbatim = run.pieces().iter().filter_map(|piece| if let PiecePlace::Verbatim(span) = piece.place { Some(span) } else { None });
                let spans: Vec<Span> = verbatim.collect();
                prop_assert!(spans.is_sorted_by_key(|span| span.start), "{:?}", spans);
            }
        }
    }
}
