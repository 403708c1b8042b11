//! The body of a file: Markdown parsed once, into nodes that every writer reads.
//!
//! A body is not HTML. HTML needs addresses, addresses need the linked site, and a wiki needs other markup; so the nodes
//! keep what the author meant, and each writer says it in its own language.

mod blocks;
mod comments;
mod definitions;
mod depth;
mod hashtags;
mod html;
mod ids;
mod lost;
mod marks;
mod nodes;
pub mod prose;
mod read;
mod text;
mod unclosed;

use std::ops::Range;
use std::sync::Arc;

use crate::slug::{PageName, Slug};
use crate::source::{SitePath, Span, offset};

pub use definitions::definitions;
pub use html::VOID_ELEMENTS;
pub use ids::{Arena, Id};
pub use nodes::{Child, Node, Nodes, Skip, Step, children, walk};
pub use read::read;
pub use unclosed::check_marks_in_text;

/// The maximum nesting of lists, quotes, styles and HTML elements. Real texts use up to ten levels. So a walk over nodes can call itself
/// for each level.
pub const DEEPEST: usize = 50;

/// The number of a link, an image or a transclusion in [`Body::links`].
pub type LinkId = Id<Link>;
/// The number of a heading in [`Body::headings`].
pub type HeadingId = Id<Heading>;
/// The number of a table in [`Body::tables`].
pub type TableId = Id<Columns>;
/// The number of a footnote in [`Body::footnotes`].
pub type FootnoteId = Id<Footnote>;
/// The number of the language of code, or of the label of a footnote, which [`Body::name`] gives.
pub type NameId = Id<Str>;

/// The alignment of each column of a table.
pub type Columns = Box<[Alignment]>;

/// A parsed body.
#[derive(Debug, Clone, Default)]
pub struct Body {
    /// The text of the file with its comments blanked, and the characters that the file does not have.
    text: Text,
    /// The events of the body in their order. [`Body::set_nodes`] replaces them.
    pub nodes: Nodes,
    /// Where [`Tag::Link`], [`Tag::Image`] and [`Event::Transclusion`] lead.
    pub links: Arena<Link>,
    /// The headings of [`Tag::Heading`].
    pub headings: Arena<Heading>,
    /// The columns of [`Tag::Table`].
    pub tables: Arena<Columns>,
    /// The names of [`Tag::CodeBlock`] and [`Tag::Footnote`].
    names: Arena<Str>,
    /// The blocks that end in hashtags.
    pub tagged: Vec<TaggedBlock>,
    /// The hashtags that are not read, because they are not at the end of a block. A projection has none.
    pub unread_tags: Vec<UnreadTag>,
    /// The remarks of reviewers that are open: the nodes between the start and the end of each.
    pub open_remarks: Vec<Range<usize>>,
    /// The footnotes, in the order of their texts.
    pub footnotes: Arena<Footnote>,
    /// The index of the nodes.
    index: Index,
}

/// An index of the nodes of a body. It makes lookups fast in a long body, too.
#[derive(Debug, Clone, Default)]
struct Index {
    /// The footnotes, ordered by label.
    footnotes: Box<[FootnoteId]>,
    /// The headings, ordered by id.
    headings: Box<[HeadingId]>,
    /// The node at which each heading starts; `None` for one that is not among the nodes.
    starts: Box<[Option<u32>]>,
    /// The level of the highest heading.
    highest: Option<u8>,
}

/// The characters that nodes refer to.
#[derive(Debug, Clone, Default)]
struct Text {
    file: Arc<str>,
    added: String,
}

/// A piece of text in a body, as [`Body::str`] gives it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Str {
    /// An offset in the text of the file, or with [`ADDED`] set an offset in the added text.
    start: u32,
    length: u32,
}

/// The bit of offsets in the added text. A file has at most 2 GiB.
const ADDED: u32 = 1 << 31;

impl Str {
    /// Its length in bytes.
    pub fn len(self) -> usize {
        self.length as usize
    }

    /// Whether it is empty.
    pub fn is_empty(self) -> bool {
        self.length == 0
    }

    /// The place of the text in the file; `None` for added text.
    fn place(self) -> Option<Span> {
        (self.start & ADDED == 0).then(|| Span {
            start: self.start,
            end: self.start + self.length,
        })
    }

    /// Some of its characters.
    fn part(self, range: Range<usize>) -> Self {
        Self {
            start: self.start + offset(range.start),
            length: offset(range.len()),
        }
    }
}

impl Node {
    /// A text cut to some of its bytes, with its span if the file has these very characters. `None` if no byte is left.
    pub fn cut(self, range: Range<usize>) -> Option<Self> {
        let Event::Text(text) = self.event else {
            return None;
        };
        let part = text.part(range);
        (!part.is_empty()).then(|| Self::new(Event::Text(part), part.place().unwrap_or(self.span)))
    }
}

/// What a body consists of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It holds the nodes that follow, up to the end with the same tag.
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
    /// A hashtag at the end of a block, as its author wrote it: `#ownership`, `(#ownership,`. The slug of that is its name.
    Hashtag(Str),
    /// A section of another document, shown in this place.
    Transclusion(LinkId),
}

/// What holds other nodes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tag {
    /// Lines without a blank one between them.
    Paragraph,
    /// `## So`.
    Heading(HeadingId),
    /// `> so`, where no type of a call-out follows.
    Quote,
    /// `> [!note]`, in capitals or not.
    Callout(CalloutKind),
    /// The text after `> [!note]` on the same line; remarks and private notes have none.
    CalloutTitle,
    /// A block of code, with the word after its fence.
    CodeBlock(NameId),
    /// HTML on lines of its own.
    HtmlBlock,
    /// `- so`.
    BulletList,
    /// A list whose first number is given.
    NumberedList(u32),
    /// The text after one bullet or number, other blocks included.
    Item,
    /// `[^label]: so`, with its label.
    Footnote(NameId),
    /// A head and rows.
    Table(TableId),
    /// The names of the columns: cells without a row around them.
    TableHead,
    /// A row below the head.
    TableRow,
    /// The text between two bars; its column is its place in the row.
    TableCell,
    /// `*so*`.
    Emphasis,
    /// `**so**`.
    Strong,
    /// `~~so~~`.
    Strikethrough,
    /// `==so==`.
    Mark,
    /// `[so](address)` or `[[slug]]`.
    Link(LinkId),
    /// `![so](picture.png)`. The words inside are for those who cannot see it.
    Image(LinkId),
}

/// Whether a tag is inside a line. Its text can then be a part of a word.
pub fn is_inline(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Emphasis | Tag::Strong | Tag::Strikethrough | Tag::Mark | Tag::Link(_) | Tag::Image(_)
    )
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
    /// The competencies that hashtags at its end name, if it is a question of a sheet; each with its place in the file.
    pub tags: Vec<(Slug, Span)>,
    /// Other wordings of it, if it is a question of a sheet.
    pub aliases: Vec<String>,
}

/// A link, an image or a transclusion.
#[derive(Debug, Clone)]
pub struct Link {
    /// Where it leads, as its author wrote it; whether that exists is found out when the site is linked.
    pub target: Target,
    /// The words that a pointer shows over it; mostly empty.
    pub title: String,
    /// Whether its author gave it words; a link without any is shown with the title of its target.
    pub is_labelled: bool,
    /// How large an image is shown, if its author says so.
    pub size: Option<Size>,
    /// Its place in the file, from the first bracket to the last.
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
            let is_number =
                (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            digits
                .parse()
                .ok()
                .filter(|&number: &u32| is_number && number > 0)
        };
        match text.trim().split_once('x') {
            Some((width, height)) => Some(Self {
                width: number(width)?,
                height: Some(number(height)?),
            }),
            None => Some(Self {
                width: number(text.trim())?,
                height: None,
            }),
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
        /// The part, heading or follow-up, without `#`; empty for the page as a whole.
        fragment: String,
    },
    /// A file of the site.
    File {
        /// From the root of the site, whatever folder the link was written in.
        path: SitePath,
        /// The part, heading or follow-up, without `#`; empty for the file as a whole.
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

/// Something in a text that looks like a hashtag and is not read as one.
#[derive(Debug, Clone)]
pub struct UnreadTag {
    /// The slug of its name. It may be that of no competency.
    pub name: Slug,
    /// The first words after it, which may belong to its name: `#conflict resolution`.
    pub following: Vec<Box<str>>,
    /// The `#` and the name in the file.
    pub span: Span,
    /// Where it is.
    pub place: UnreadPlace,
}

/// Why a hashtag is not read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnreadPlace {
    /// Other words come after it.
    Middle,
    /// Its block has no other words.
    Alone,
    /// It is in a heading.
    Heading,
    /// It is in a table.
    Table,
    /// A space is after its `#`.
    Spaced,
}

/// The text of a footnote.
#[derive(Debug, Clone)]
pub struct Footnote {
    /// The word after `^`, by which references name it.
    pub label: String,
    /// The nodes between its start and its end.
    pub nodes: Range<usize>,
    /// Whether nothing of it is to be seen: its text is a comment, or was taken out for an audience.
    pub is_empty: bool,
}

impl Body {
    /// An empty body over the text of a file.
    fn over(file: Arc<str>) -> Self {
        Self {
            text: Text {
                file,
                added: String::new(),
            },
            ..Self::default()
        }
    }

    /// The characters of a piece of text.
    pub fn str(&self, piece: Str) -> &str {
        let (text, start) = if piece.start & ADDED == 0 {
            (&*self.text.file, piece.start as usize)
        } else {
            (self.text.added.as_str(), (piece.start & !ADDED) as usize)
        };
        &text[start..start + piece.length as usize]
    }

    /// Adds text that is not in the file.
    pub fn add_text(&mut self, characters: &str) -> Str {
        let start = offset(self.text.added.len()) | ADDED;
        self.text.added.push_str(characters);
        Str {
            start,
            length: offset(characters.len()),
        }
    }

    /// The text of the file, its comments blanked.
    pub fn file_text(&self) -> &str {
        &self.text.file
    }

    /// The language of a block of code, or the label of a footnote.
    pub fn name(&self, id: NameId) -> &str {
        self.str(self.names[id])
    }

    /// Keeps the language of a block of code, or the label of a footnote.
    pub fn add_name(&mut self, name: &str) -> NameId {
        let name = self.add_text(name);
        self.names.push(name)
    }

    /// The nodes at the top of a range, in their order; each is one step, whatever it holds.
    pub fn children(&self, range: Range<usize>) -> impl Iterator<Item = Child> + '_ {
        children(&self.nodes, range)
    }

    /// The footnote with a label.
    pub fn footnote_named(&self, label: &str) -> Option<FootnoteId> {
        first_named(
            &self.index.footnotes,
            |id| self.footnotes[id].label.as_str(),
            label,
        )
    }

    /// The same, if it has anything to show: a number that leads to nothing tells readers that something is kept from them.
    pub fn shown_footnote(&self, label: &str) -> Option<FootnoteId> {
        self.footnote_named(label)
            .filter(|&id| !self.footnotes[id].is_empty)
    }

    /// The heading with an id.
    pub fn heading_named(&self, id: &str) -> Option<HeadingId> {
        first_named(
            &self.index.headings,
            |heading| self.headings[heading].id.as_str(),
            id,
        )
    }

    /// The node at which a heading starts.
    pub fn start_of_heading(&self, heading: HeadingId) -> Option<usize> {
        self.index
            .starts
            .get(heading.index())
            .copied()
            .flatten()
            .map(|node| node as usize)
    }

    /// The level of the highest heading.
    pub fn highest_heading(&self) -> Option<u8> {
        self.index.highest
    }

    /// The nodes below a heading: down to the next one beside it that is not below it, or to the end of the block that holds it.
    pub fn below_heading(&self, id: &str) -> Option<Range<usize>> {
        let heading = self.heading_named(id)?;
        let mut after = self.children(self.start_of_heading(heading)?..self.nodes.len());
        let start = after.next()?.nodes.end;
        let level = self.headings[heading].level;
        let last = after.find(|child| match child.event {
            Event::Start(Tag::Heading(other)) => self.headings[other].level <= level,
            event => matches!(event, Event::End(_)),
        });
        Some(start..last.map_or(self.nodes.len(), |last| last.nodes.start))
    }
}

/// The one of some ranges in their order, none of which overlap, that holds a node.
pub fn stretch_at(stretches: &[Range<usize>], node: usize) -> Option<&Range<usize>> {
    let next = stretches.partition_point(|stretch| stretch.start <= node);
    stretches[..next]
        .last()
        .filter(|stretch| stretch.contains(&node))
}

/// The first of some values with a name; `order` has their ids ordered by name, and then by place.
fn first_named<'a, T>(
    order: &[Id<T>],
    name: impl Fn(Id<T>) -> &'a str,
    wanted: &str,
) -> Option<Id<T>> {
    let first = order.partition_point(|&id| name(id) < wanted);
    order.get(first).copied().filter(|&id| name(id) == wanted)
}

/// Whether a name in a link ends like a file that is not a document, rather than like a slug.
pub fn is_file_name(name: &str) -> bool {
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    (2..=4).contains(&extension.len())
        && extension.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && !extension.eq_ignore_ascii_case("md")
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
