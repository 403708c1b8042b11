//! A page without markup: the tree that [`super::compose`] makes and that each dialect writes, with the walks over it.

use std::collections::BTreeSet;

use crate::markdown::{Alignment, CalloutKind};
use crate::slug::Slug;
use crate::source::{SitePath, Span};
use crate::words::SET_APART;

/// The content of a published case study.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The facts, the table of contents and the text, from top to bottom. The title is not among them.
    pub blocks: Vec<Block>,
    /// The texts of the footnotes, in the order of the first references. [`Inline::Footnote`] is an index into this list.
    pub footnotes: Vec<Vec<Block>>,
    /// The file names of the pictures on the page, each once.
    pub pictures: Vec<String>,
}

/// A part of a page that starts on a line of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(Heading),
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A quotation.
    Quote(Vec<Block>),
    /// A call-out: a titled box.
    Callout {
        /// Its kind.
        kind: Callout,
        /// Its title. If empty, writers show [`Callout::name`].
        title: Vec<Inline>,
        /// Its content.
        blocks: Vec<Block>,
    },
    /// A block of code.
    Code {
        /// The word after the fence; can be empty.
        language: String,
        /// The lines, each with its line end.
        text: String,
    },
    /// A list of bullets, numbers or tasks.
    List(List),
    /// A table with one line of text in each cell.
    Table(Table),
    /// A part that readers can unfold.
    Details {
        /// The line that is shown while it is folded.
        summary: Vec<Inline>,
        /// Its content.
        blocks: Vec<Block>,
    },
    /// A horizontal rule.
    Rule,
    /// Facts from the front matter as name and value; never empty.
    Facts(Vec<(String, String)>),
    /// The position of the table of contents.
    Contents,
    /// The action items of the front matter; never empty.
    Actions(Vec<ActionEntry>),
    /// HTML of the author without an equivalent block, for example `dl`, `figure`, or a table with blocks in its cells.
    Element(Element, Vec<Block>),
}

/// An HTML element with the attributes that matter to readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// In lower case; one of the tags that docs/format.md lists.
    pub name: &'static str,
    /// Names and values in source order, each name once.
    pub attributes: Vec<(&'static str, String)>,
}

impl Element {
    /// An element without attributes.
    pub fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: Vec::new(),
        }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, value)| value.as_str())
    }

    /// The start tag. `value` escapes the value of an attribute.
    pub fn tag(&self, value: impl Fn(&str) -> String) -> String {
        let attributes = self
            .attributes
            .iter()
            .map(|(name, words)| format!(" {name}=\"{}\"", value(words)));
        format!("<{}{}>", self.name, attributes.collect::<String>())
    }

    /// The number in an attribute. `None` if it is larger than any real table or list needs.
    pub fn number(&self, name: &str) -> Option<u32> {
        const LARGEST: u32 = 1000;
        self.attribute(name)?
            .trim()
            .parse()
            .ok()
            .filter(|&number| number <= LARGEST)
    }

    /// The value of `align`.
    pub fn alignment(&self) -> Alignment {
        match self.attribute("align") {
            Some("left") => Alignment::Left,
            Some("center") => Alignment::Center,
            Some("right") => Alignment::Right,
            _ => Alignment::None,
        }
    }
}

/// A heading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 2 to 6. Level 1 is the title of the page, which is not in the tree.
    pub level: u8,
    /// Its text.
    pub text: Vec<Inline>,
    /// The target of links, unique on the page. Dialects derive their anchors from it or from the text.
    pub id: String,
    /// Whether a link on a published page leads to it.
    pub is_linked: bool,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The first number; `None` for bullets.
    pub first: Option<u32>,
    /// Whether the first paragraph of an item is shown without space around it.
    pub is_tight: bool,
    /// The items.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Whether a task is done; `None` if the item is not a task.
    pub done: Option<bool>,
    /// Its content. The line of a tight item is a paragraph too.
    pub blocks: Vec<Block>,
}

/// A table. The head and all rows have as many cells as `columns`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// The alignment of each column.
    pub columns: Vec<Alignment>,
    /// The cells of the head.
    pub head: Vec<Vec<Inline>>,
    /// The rows of the body.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// An action item as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActionEntry {
    /// What to do.
    pub what: String,
    /// The responsible role; can be empty.
    pub owner: String,
    /// The date in words; can be empty.
    pub due: String,
    /// `open`, `doing`, `done` or `dropped`.
    pub status: &'static str,
    /// Whether it is `done` or `dropped`.
    pub is_settled: bool,
}

/// A part of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Text, without line ends except inside `pre`.
    Text(String),
    /// Inline code, without line ends.
    Code(String),
    /// Styled text.
    Styled(Style, Vec<Inline>),
    /// A link. Its text is not empty and contains no other link.
    Link {
        /// The target.
        to: LinkTo,
        /// The text.
        text: Vec<Inline>,
    },
    /// A picture that is published with the page.
    Picture {
        /// Its file name, one of [`Page::pictures`].
        name: String,
        /// The alternative text.
        alt: String,
        /// The caption or tooltip; often empty.
        title: String,
    },
    /// A forced line break.
    Break,
    /// A reference to a footnote: an index into [`Page::footnotes`].
    Footnote(usize),
    /// Inline HTML of the author without an equivalent style, for example `abbr`, `ruby`, `q`.
    Element(Element, Vec<Inline>),
}

/// The style of text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Emphasis, mostly italics.
    Emphasis,
    /// Strong, mostly bold.
    Strong,
    /// Struck through.
    Strikethrough,
    /// Subscript.
    Subscript,
    /// Superscript.
    Superscript,
    /// Keyboard input.
    Keyboard,
    /// Marked.
    Highlight,
    /// Underlined.
    Underline,
}

impl Style {
    /// The equivalent HTML element.
    pub fn element(self) -> &'static str {
        match self {
            Self::Emphasis => "em",
            Self::Strong => "strong",
            Self::Strikethrough => "del",
            Self::Subscript => "sub",
            Self::Superscript => "sup",
            Self::Keyboard => "kbd",
            Self::Highlight => "mark",
            Self::Underline => "u",
        }
    }
}

/// The target of a link on a published page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo {
    /// A heading of the same page: its [`Heading::id`].
    Heading(String),
    /// Another page of the same publication.
    Page {
        /// The slug of the case study.
        case: Slug,
        /// The [`Heading::id`] on that page; empty for the whole page.
        heading: String,
    },
    /// An address outside the publication.
    External(String),
}

/// A case study to publish, with its origin.
#[derive(Debug, Clone)]
pub struct Case {
    /// Its identity in links and in the record.
    pub slug: Slug,
    /// The source file, for diagnostics.
    pub file: SitePath,
    /// Its title.
    pub title: String,
    /// The language as a BCP 47 tag; empty if the settings name none.
    pub language: String,
    /// Its content.
    pub page: Page,
    /// The HTML elements that some wikis cannot show.
    pub html: Vec<RawHtml>,
}

/// An HTML element in the source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawHtml {
    /// In lower case.
    pub name: &'static str,
    /// The file that contains it: the case study or a transcluded document.
    pub file: SitePath,
    /// Its span in that file.
    pub span: Span,
    /// Its context.
    pub within: Within,
}

/// The context of an HTML element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// The page itself, or a part that readers can unfold.
    Page,
    /// Another block: a list item, a quotation, a cell.
    Block,
    /// A line that cannot contain blocks: a heading, styled text.
    Line,
    /// Preformatted text.
    Preformatted,
    /// Elements that are nested too deeply to be read.
    TooMany,
}

/// The kinds of call-outs that readers of a wiki can see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Callout {
    /// A note.
    Note,
    /// A tip.
    Tip,
    /// Something important.
    Important,
    /// A warning.
    Warning,
    /// A caution.
    Caution,
}

impl Callout {
    /// All kinds.
    pub const ALL: [Self; 5] = [
        Self::Note,
        Self::Tip,
        Self::Important,
        Self::Warning,
        Self::Caution,
    ];

    /// The equivalent of a call-out in Markdown. `None` for remarks and private notes, which never leave.
    pub fn of(kind: CalloutKind) -> Option<Self> {
        match kind {
            CalloutKind::Note => Some(Self::Note),
            CalloutKind::Tip => Some(Self::Tip),
            CalloutKind::Important => Some(Self::Important),
            CalloutKind::Warning => Some(Self::Warning),
            CalloutKind::Caution => Some(Self::Caution),
            CalloutKind::Question | CalloutKind::Answered | CalloutKind::Private => None,
        }
    }

    /// The title of a call-out that has no title of its own.
    pub fn name(self) -> &'static str {
        match self {
            Self::Note => "Note",
            Self::Tip => "Tip",
            Self::Important => "Important",
            Self::Warning => "Warning",
            Self::Caution => "Caution",
        }
    }
}

impl Page {
    /// The headings of the text at any depth, from top to bottom, without those of the footnotes.
    pub fn headings(&self) -> Vec<&Heading> {
        walk(&self.blocks)
            .filter_map(|block| {
                if let Block::Heading(heading) = block {
                    Some(heading)
                } else {
                    None
                }
            })
            .collect()
    }

    /// All inlines of the text and of the footnotes, at any depth.
    pub fn inlines(&self) -> impl Iterator<Item = &Inline> {
        inlines(&self.blocks).chain(self.footnotes.iter().flat_map(|note| inlines(note)))
    }

    /// The targets of all links, also in the footnotes.
    pub fn links(&self) -> impl Iterator<Item = &LinkTo> {
        self.inlines().filter_map(|inline| {
            if let Inline::Link { to, .. } = inline {
                Some(to)
            } else {
                None
            }
        })
    }

    /// The ids of the headings of this page that its own links lead to, whether it has them or not.
    pub fn linked_headings(&self) -> BTreeSet<&str> {
        self.links()
            .filter_map(|to| {
                if let LinkTo::Heading(id) = to {
                    Some(id.as_str())
                } else {
                    None
                }
            })
            .collect()
    }

    /// The text that readers see, one line for each block. Words are not interrupted by markup, and [`SET_APART`] marks where
    /// markup starts or ends.
    pub fn words(&self) -> String {
        let blocks = walk(&self.blocks).chain(self.footnotes.iter().flat_map(|note| walk(note)));
        blocks.flat_map(Block::words).collect::<Vec<_>>().join("\n")
    }
}

impl Block {
    /// The blocks directly inside this one.
    pub fn children(&self) -> impl DoubleEndedIterator<Item = &Self> {
        let (blocks, items): (&[Self], &[Item]) = match self {
            Self::Quote(blocks)
            | Self::Callout { blocks, .. }
            | Self::Details { blocks, .. }
            | Self::Element(_, blocks) => (blocks, &[]),
            Self::List(list) => (&[], &list.items),
            Self::Heading(_)
            | Self::Paragraph(_)
            | Self::Code { .. }
            | Self::Table(_)
            | Self::Rule
            | Self::Facts(_)
            | Self::Contents
            | Self::Actions(_) => (&[], &[]),
        };
        blocks
            .iter()
            .chain(items.iter().flat_map(|item| &item.blocks))
    }

    /// The same, to change them.
    fn children_mut(&mut self) -> impl Iterator<Item = &mut Self> {
        let (blocks, items): (&mut [Self], &mut [Item]) = match self {
            Self::Quote(blocks)
            | Self::Callout { blocks, .. }
            | Self::Details { blocks, .. }
            | Self::Element(_, blocks) => (blocks, &mut []),
            Self::List(list) => (&mut [], &mut list.items),
            _ => (&mut [], &mut []),
        };
        blocks
            .iter_mut()
            .chain(items.iter_mut().flat_map(|item| &mut item.blocks))
    }

    /// The lines of the block itself, without those of its children: its text, its title, its cells.
    pub fn lines(&self) -> impl Iterator<Item = &[Inline]> {
        let (line, table) = match self {
            Self::Heading(Heading { text: line, .. })
            | Self::Paragraph(line)
            | Self::Callout { title: line, .. }
            | Self::Details { summary: line, .. } => (Some(line.as_slice()), None),
            Self::Table(table) => (None, Some(table)),
            Self::Quote(_)
            | Self::Code { .. }
            | Self::List(_)
            | Self::Rule
            | Self::Facts(_)
            | Self::Contents
            | Self::Actions(_)
            | Self::Element(..) => (None, None),
        };
        let cells = table
            .into_iter()
            .flat_map(|table| table.head.iter().chain(table.rows.iter().flatten()));
        line.into_iter().chain(cells.map(Vec::as_slice))
    }

    /// The visible text of the block itself, without its children.
    fn words(&self) -> Vec<String> {
        let others = match self {
            Self::Code { language, text } => vec![language.clone(), text.clone()],
            Self::Facts(facts) => facts
                .iter()
                .map(|(name, value)| format!("{name} {value}"))
                .collect(),
            Self::Actions(actions) => actions
                .iter()
                .flat_map(|action| [action.what.clone(), action.owner.clone()])
                .collect(),
            Self::Element(element, _) => element
                .attributes
                .iter()
                .map(|(_, value)| value.clone())
                .collect(),
            _ => Vec::new(),
        };
        self.lines().map(set_apart).chain(others).collect()
    }
}

impl Inline {
    /// The inlines directly inside this one.
    pub fn children(&self) -> &[Self] {
        match self {
            Self::Styled(_, inlines)
            | Self::Link { text: inlines, .. }
            | Self::Element(_, inlines) => inlines,
            Self::Text(_)
            | Self::Code(_)
            | Self::Picture { .. }
            | Self::Break
            | Self::Footnote(_) => &[],
        }
    }
}

/// Blocks and all blocks inside them, each before its children.
pub fn walk(blocks: &[Block]) -> impl Iterator<Item = &Block> {
    let mut waiting: Vec<&Block> = blocks.iter().rev().collect();
    std::iter::from_fn(move || {
        let block = waiting.pop()?;
        waiting.extend(block.children().rev());
        Some(block)
    })
}

/// All inlines of blocks, at any depth.
pub fn inlines(blocks: &[Block]) -> impl Iterator<Item = &Inline> {
    walk(blocks).flat_map(Block::lines).flat_map(walk_line)
}

/// The inlines of a line and all inlines inside them, each before its children.
pub fn walk_line(line: &[Inline]) -> impl Iterator<Item = &Inline> {
    let mut waiting: Vec<&Inline> = line.iter().rev().collect();
    std::iter::from_fn(move || {
        let inline = waiting.pop()?;
        waiting.extend(inline.children().iter().rev());
        Some(inline)
    })
}

/// Changes all headings at any depth, from top to bottom.
pub fn change_headings<'a>(
    blocks: impl IntoIterator<Item = &'a mut Block>,
    change: &mut dyn FnMut(&mut Heading),
) {
    for block in blocks {
        match block {
            Block::Heading(heading) => change(heading),
            other => change_headings(other.children_mut(), change),
        }
    }
}

/// The text of a line, with a mark wherever markup starts or ends.
fn set_apart(inlines: &[Inline]) -> String {
    let pieces = inlines.iter().map(|inline| match inline {
        Inline::Text(text) => text.clone(),
        Inline::Code(text) | Inline::Picture { alt: text, .. } => {
            format!("{SET_APART}{text}{SET_APART}")
        }
        Inline::Styled(..) | Inline::Link { .. } | Inline::Element(..) => {
            format!("{SET_APART}{}{SET_APART}", set_apart(inline.children()))
        }
        Inline::Break => " ".to_owned(),
        Inline::Footnote(_) => SET_APART.to_string(),
    });
    pieces.collect()
}

/// The text of a line without any style; pictures count with their alternative text.
pub fn plain(line: &[Inline]) -> String {
    let words = walk_line(line).map(|inline| {
        if let Inline::Picture { alt, .. } = inline {
            alt
        } else {
            text_of(inline)
        }
    });
    words.collect()
}

/// The text of a line without any style and without pictures: what wikis make the anchor of a heading of.
pub fn plain_without_pictures(line: &[Inline]) -> String {
    walk_line(line).map(text_of).collect()
}

/// The text of an inline itself, without its children.
fn text_of(inline: &Inline) -> &str {
    match inline {
        Inline::Text(text) | Inline::Code(text) => text,
        Inline::Break => " ",
        _ => "",
    }
}
