//! The body of a file: Markdown parsed once, into nodes that every writer reads.
//!
//! A body is not HTML. HTML needs addresses, addresses need the linked site, and a wiki needs other markup; so the nodes
//! keep what the author meant, and each writer says it in its own language.

mod blocks;
mod comments;
mod depth;
mod html;
mod lost;
mod marks;
mod read;
mod text;
mod unclosed;

use std::ops::Range;
use std::sync::Arc;

use crate::slug::{PageName, Slug};
use crate::source::{SitePath, Span};

pub use read::read;
pub use text::is_inline;
pub use unclosed::check_marks_in_text;

/// How many lists, quotes, styles and HTML elements can stand inside of one another; nobody writes more than ten. What walks over
/// nodes can call itself for each level.
pub const DEEPEST: usize = 50;

/// A parsed body.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The text of the file, its comments blanked, followed by what the parser had to write anew.
    text: Text,
    /// The events of the body in their order; every start has its end.
    pub nodes: Vec<Node>,
    /// What [`Tag::Link`], [`Tag::Image`] and [`Event::Transclusion`] point at, by their number.
    pub links: Vec<Link>,
    /// What [`Tag::Heading`] points at.
    pub headings: Vec<Heading>,
    /// What [`Tag::Callout`] points at.
    pub callouts: Vec<Callout>,
    /// The alignment of the columns of what [`Tag::Table`] points at.
    pub tables: Vec<Box<[Alignment]>>,
    /// The blocks that end in hashtags.
    pub tagged: Vec<TaggedBlock>,
    /// The footnotes, by their labels.
    pub footnotes: Vec<Footnote>,
    /// What is looked up in the nodes.
    index: Index,
}

/// Where things stand in the nodes of a body, so that to look one up takes as long in a long body as in a short one.
#[derive(Debug, Clone, Default)]
struct Index {
    /// The footnotes in the order of their labels.
    footnotes: Box<[u32]>,
    /// The headings in the order of their ids.
    headings: Box<[u32]>,
    /// The node at which each heading starts; nothing for one that is not among the nodes.
    starts: Box<[Option<u32>]>,
    /// The level of the highest heading.
    highest: Option<u8>,
}

/// The characters that nodes refer to.
#[derive(Debug, Clone, Default)]
struct Text {
    file: Arc<str>,
    written_anew: String,
}

/// A piece of text in a body, as [`Body::str`] gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Str {
    /// An offset in the text of the file, or with [`ANEW`] set in what was written anew.
    start: u32,
    length: u32,
}

impl Str {
    /// The piece without some bytes at its start; nothing where none are left.
    pub fn skip(self, bytes: usize) -> Option<Self> {
        let bytes = crate::source::offset(bytes);
        (bytes < self.length).then(|| Self { start: self.start + bytes, length: self.length - bytes })
    }
}

/// The bit that tells the two texts of a body apart; a file has at most 2 GiB.
const ANEW: u32 = 1 << 31;

/// An event and the stretch of the file that it comes from.
#[derive(Debug, Clone, Copy)]
pub struct Node {
    /// What stands there.
    pub event: Event,
    /// Where its author wrote it; a start and its end both have the stretch of the whole.
    pub span: Span,
}

/// What a body consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// What follows, up to the end with the same tag, stands inside of it.
    Start(Tag),
    /// Closes the start with the same tag.
    End(Tag),
    /// Words as they are read, without any markup.
    Text(Str),
    /// Code inside a line.
    Code(Str),
    /// HTML as its author wrote it, without its comments.
    Html(Str),
    /// `[^label]`, by its label.
    FootnoteReference(Str),
    /// A line of the file ends inside a paragraph; a reader sees a space.
    SoftBreak,
    /// A line ends because its author wants it to: two spaces or a backslash before the end.
    HardBreak,
    /// A line across the page: `---`.
    Rule,
    /// The box of a task, and whether it is ticked.
    TaskMarker(bool),
    /// A hashtag at the end of a block, without its `#`.
    Hashtag(Str),
    /// A section of another document, shown in this place; the number of a link.
    Transclusion(u32),
}

/// What holds other nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Lines without a blank one between them.
    Paragraph,
    /// `## So`; its number in [`Body::headings`].
    Heading(u32),
    /// `> so`, where no type of a call-out follows.
    Quote,
    /// `> [!note]`; its number in [`Body::callouts`].
    Callout(u32),
    /// What stands behind `> [!note]` on the same line; remarks and private notes have none.
    CalloutTitle,
    /// A block of code, with the word after its fence.
    CodeBlock(Str),
    /// HTML on lines of its own.
    HtmlBlock,
    /// `- so`.
    BulletList,
    /// A list whose first number is given.
    NumberedList(u32),
    /// What one bullet or number stands before, other blocks included.
    Item,
    /// `[^label]: so`, by its label.
    Footnote(Str),
    /// Its head and its rows; its number in [`Body::tables`].
    Table(u32),
    /// The names of the columns: cells without a row around them.
    TableHead,
    /// A row below the head.
    TableRow,
    /// What stands between two bars; its column is its place in the row.
    TableCell,
    /// `*so*`.
    Emphasis,
    /// `**so**`.
    Strong,
    /// `~~so~~`.
    Strikethrough,
    /// `==so==`.
    Mark,
    /// `[so](address)` or `[[slug]]`; its number in [`Body::links`].
    Link(u32),
    /// `![so](picture.png)`; its number in [`Body::links`]. The words inside are for those who cannot see it.
    Image(u32),
}

/// A heading inside a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6, as its author wrote it.
    pub level: u8,
    /// In plain text.
    pub text: String,
    /// The fragment that leads to it, unique in the body.
    pub id: String,
    /// Whether its author gave the id.
    pub has_own_id: bool,
    /// Whether it has the class `private`.
    pub is_private: bool,
}

/// A link, an image or a transclusion.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it leads, by its author's word; whether that exists is found out when the site is linked.
    pub target: Target,
    /// The words that a pointer shows over it; mostly empty.
    pub title: String,
    /// Whether its author gave it words; a link without any is shown with the title of its target.
    pub is_labelled: bool,
    /// How large an image is shown, where its author says so.
    pub size: Option<Size>,
    /// Where it stands in the file, from its first bracket to its last.
    pub span: Span,
}

/// How large an image is shown, in pixels: `![[plan.png|400]]`, `![[plan.png|400x300]]`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// From left to right.
    pub width: u32,
    /// From top to bottom; without it, as the image is.
    pub height: Option<u32>,
}

impl Size {
    /// The size that a text says, which has to be `400` or `400x300`.
    fn of(text: &str) -> Option<Self> {
        let number = |digits: &str| {
            let is_number = (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits.parse().ok().filter(|&number: &u32| is_number && number > 0)
        };
        match text.trim().split_once('x') {
            Some((width, height)) => Some(Self { width: number(width)?, height: Some(number(height)?) }),
            None => Some(Self { width: number(text.trim())?, height: None }),
        }
    }
}

/// Where a link leads, as its author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// `[[name#fragment]]`.
    Wiki {
        /// A slug, or with its kind or story before it: `ownership`, `questions/mistake`, `story/variant`.
        name: String,
        /// The part, heading or follow-up, without `#`; empty where the page as a whole is meant.
        fragment: String,
    },
    /// A file of the site.
    File {
        /// From the root of the site, whatever folder the link was written in.
        path: SitePath,
        /// The part, heading or follow-up, without `#`; empty where the file as a whole is meant.
        fragment: String,
    },
    /// A page of the site that was found before: a projection has taken the link from a linked document.
    Page {
        /// The name that the page has for the audience.
        name: PageName,
        /// The part, heading or follow-up, without `#`; empty if the link is to the page as a whole.
        fragment: String,
    },
    /// A place in the same document.
    Fragment(String),
    /// An address outside of the site.
    External(String),
    /// Nowhere that a reader may be sent: an address that runs code, or a path out of the site.
    Forbidden(String),
}

impl Target {
    /// What a link to a page or by a name reads as if it leads nowhere and has no words of its own: the last part of the name. Empty
    /// for all other links.
    pub fn last_name(&self) -> &str {
        match self {
            Self::Wiki { name, .. } => name.rsplit('/').next().unwrap_or(name),
            Self::Page { name, .. } => name.slug().map_or("", Slug::as_str),
            Self::File { .. } | Self::Fragment(_) | Self::External(_) | Self::Forbidden(_) => "",
        }
    }
}

/// A block that is set apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Callout {
    /// What the word between the brackets says, in capitals or not.
    pub kind: CalloutKind,
}

/// What a call-out is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CalloutKind {
    /// `> [!note]`: worth knowing besides; also what a call-out of an unknown type becomes.
    Note,
    /// `> [!tip]`: advice.
    Tip,
    /// `> [!important]`: not to be passed over.
    Important,
    /// `> [!warning]`: something can go wrong here.
    Warning,
    /// `> [!caution]`: something does go wrong here, unless one takes care.
    Caution,
    /// A reviewer's remark that is open.
    Question,
    /// A reviewer's remark that is settled.
    Answered,
    /// For the author alone.
    Private,
}

impl CalloutKind {
    /// The kinds and their names, as `> [!note]`.
    pub const ALL: [(&'static str, Self); 8] = [
        ("note", Self::Note),
        ("tip", Self::Tip),
        ("important", Self::Important),
        ("warning", Self::Warning),
        ("caution", Self::Caution),
        ("question", Self::Question),
        ("answered", Self::Answered),
        ("private", Self::Private),
    ];

    /// Whether it is only for the author: a remark or a private note.
    pub fn is_private(self) -> bool {
        matches!(self, Self::Question | Self::Answered | Self::Private)
    }
}

/// How the cells of a column are set, from the line below the head of its table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Alignment {
    /// `---`: as the theme sets it.
    None,
    /// `:---`.
    Left,
    /// `:---:`.
    Center,
    /// `---:`.
    Right,
}

/// A paragraph or an item of a list that names the competencies it shows.
#[derive(Debug, Clone)]
pub struct TaggedBlock {
    /// The nodes from its start to its end.
    pub nodes: Range<usize>,
    /// The slugs of the hashtags, each with its place in the file; a slug may be that of no competency.
    pub tags: Vec<(Slug, Span)>,
}

/// The text of a footnote.
#[derive(Debug, Clone)]
pub struct Footnote {
    /// The word behind `^`, by which references name it.
    pub label: String,
    /// The nodes between its start and its end.
    pub nodes: Range<usize>,
    /// Whether nothing of it is to be seen: its text is a comment, or was taken out for an audience.
    pub is_empty: bool,
}

impl Body {
    /// An empty body over the text of a file.
    fn over(file: Arc<str>) -> Self {
        Self { text: Text { file, written_anew: String::new() }, ..Self::default() }
    }

    /// The characters of a piece of text.
    pub fn str(&self, piece: Str) -> &str {
        let (text, start) = if piece.start & ANEW == 0 {
            (&*self.text.file, piece.start as usize)
        } else {
            (self.text.written_anew.as_str(), (piece.start & !ANEW) as usize)
        };
        &text[start..start + piece.length as usize]
    }

    /// Keeps characters that do not stand in the file like this.
    pub fn write_anew(&mut self, characters: &str) -> Str {
        let start = crate::source::offset(self.text.written_anew.len()) | ANEW;
        self.text.written_anew.push_str(characters);
        Str { start, length: crate::source::offset(characters.len()) }
    }

    /// The text of the file, its comments blanked.
    pub fn file_text(&self) -> &str {
        &self.text.file
    }

    /// The footnote with a label, by its place in [`Body::footnotes`].
    pub fn footnote_named(&self, label: &str) -> Option<usize> {
        let name = |place: u32| self.footnotes[place as usize].label.as_str();
        first_named(&self.index.footnotes, name, label)
    }

    /// The same, if it has anything to show: a number that leads to nothing tells readers that something is kept from them.
    pub fn shown_footnote(&self, label: &str) -> Option<usize> {
        self.footnote_named(label).filter(|&place| !self.footnotes[place].is_empty)
    }

    /// The heading with an id, by its place in [`Body::headings`].
    pub fn heading_named(&self, id: &str) -> Option<usize> {
        first_named(&self.index.headings, |place| self.headings[place as usize].id.as_str(), id)
    }

    /// The node at which a heading starts.
    pub fn start_of_heading(&self, heading: usize) -> Option<usize> {
        self.index.starts.get(heading).copied().flatten().map(|node| node as usize)
    }

    /// The level of the highest heading.
    pub fn highest_heading(&self) -> Option<u8> {
        self.index.highest
    }

    /// What stands below a heading, down to the next heading that is not below it.
    pub fn below_heading(&self, id: &str) -> Option<Range<usize>> {
        let heading_at = |index: usize| match self.nodes[index].event {
            Event::Start(Tag::Heading(number)) => Some(&self.headings[number as usize]),
            _ => None,
        };
        let start = self.start_of_heading(self.heading_named(id)?)?;
        let level = heading_at(start)?.level;
        let first = self.end_of(start) + 1;
        let last = (first..self.nodes.len()).find(|&index| heading_at(index).is_some_and(|heading| heading.level <= level));
        Some(first..last.unwrap_or(self.nodes.len()))
    }

    /// The index of the end that belongs to the start at `start`; for any other node, `start` itself.
    pub fn end_of(&self, start: usize) -> usize {
        end_of(&self.nodes, start)
    }
}

/// The one of some stretches in their order, none of which overlap, that holds a node.
pub fn stretch_at(stretches: &[Range<usize>], node: usize) -> Option<&Range<usize>> {
    let next = stretches.partition_point(|stretch| stretch.start <= node);
    stretches[..next].last().filter(|stretch| stretch.contains(&node))
}

/// The first of some things with a name; `order` has their places in the order of their names, and then of their places.
fn first_named<'a>(order: &[u32], name: impl Fn(u32) -> &'a str, wanted: &str) -> Option<usize> {
    let first = order.partition_point(|&place| name(place) < wanted);
    order.get(first).copied().filter(|&place| name(place) == wanted).map(|place| place as usize)
}

/// Whether a name that a link gives ends like a file that is no document, rather than like a slug.
pub fn is_file_name(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    (2..=4).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !extension.eq_ignore_ascii_case("md")
}

/// The index of the end that belongs to the start at `start`; for any other node, `start` itself.
fn end_of(nodes: &[Node], start: usize) -> usize {
    let mut depth = 0usize;
    for (index, node) in nodes.iter().enumerate().skip(start) {
        match node.event {
            Event::Start(_) => depth += 1,
            Event::End(_) => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return index;
        }
    }
    nodes.len().saturating_sub(1)
}

/// The HTML tags that an author may use; others are dropped with a warning.
pub const HTML_TAGS: &[&str] = &[
    "abbr",
    "b",
    "bdi",
    "bdo",
    "blockquote",
    "br",
    "caption",
    "center",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "rp",
    "rt",
    "ruby",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
    "wbr",
];
