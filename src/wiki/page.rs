//! A page before it is put into any markup: a tree that every dialect can say in its own words.

use crate::markdown::Alignment;
use crate::slug::Slug;
use crate::source::{SitePath, Span};
use crate::words::SET_APART;

pub use crate::markdown::CalloutKind;

/// A case study as it is to stand on a wiki.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// What the title, the facts and the text are, from top to bottom.
    pub blocks: Vec<Block>,
    /// The texts of the footnotes, in the order in which the page first refers to them; [`Inline::Footnote`] counts from 0.
    pub footnotes: Vec<Vec<Block>>,
    /// The names of the pictures that the page shows, each once.
    pub pictures: Vec<String>,
}

/// What stands below one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// The title of a section.
    Heading(Heading),
    /// Lines that belong together.
    Paragraph(Vec<Inline>),
    /// Somebody's words.
    Quote(Vec<Block>),
    /// A block that is set apart; never a remark or a private note.
    Callout {
        /// What it is for: a note, a tip, something important, a warning, a caution.
        kind: CalloutKind,
        /// Its title; empty where the name of its kind serves.
        title: Vec<Inline>,
        /// What it says.
        blocks: Vec<Block>,
    },
    /// Code on lines of its own, the last of which ends.
    Code {
        /// The word after its fence; empty without one.
        language: String,
        /// The lines, ending in a line end unless there are none.
        text: String,
    },
    /// Bullets, numbers or tasks.
    List(List),
    /// Columns and rows.
    Table(Table),
    /// A part that a reader unfolds.
    Details {
        /// What stands there while it is folded.
        summary: Vec<Inline>,
        /// What it holds.
        blocks: Vec<Block>,
    },
    /// A line across the page.
    Rule,
    /// What the front matter says about the incident: names with their values, never empty.
    Facts(Vec<(String, String)>),
    /// The place of the table of contents.
    Contents,
    /// What is done, or to be done, so that it does not happen again; never empty.
    Actions(Vec<Action>),
    /// An element of its author's HTML that no other block says: `dl`, `figure`, a table with more than words in its cells.
    Element(Element, Vec<Block>),
}

/// An element of HTML with the attributes that mean something to readers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Element {
    /// In small letters; one of the tags that docs/format.md lists.
    pub name: &'static str,
    /// In the order in which they were written, each once.
    pub attributes: Vec<(&'static str, String)>,
}

impl Element {
    /// An element without attributes.
    pub fn new(name: &'static str) -> Self {
        Self { name, attributes: Vec::new() }
    }

    /// The value of an attribute.
    pub fn attribute(&self, name: &str) -> Option<&str> {
        self.attributes.iter().find(|(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// The tag that opens it, as HTML; `value` writes the value of an attribute.
    pub fn tag(&self, value: impl Fn(&str) -> String) -> String {
        let attributes = self.attributes.iter().map(|(name, words)| format!(" {name}=\"{}\"", value(words)));
        format!("<{}{}>", self.name, attributes.collect::<String>())
    }

    /// A number in an attribute, within bounds that no table and no list of people exceeds.
    pub fn number(&self, name: &str) -> Option<u32> {
        const LARGEST: u32 = 1000;
        self.attribute(name)?.trim().parse().ok().filter(|&number| number <= LARGEST)
    }

    /// How the cells of a column are set.
    pub fn alignment(&self) -> Alignment {
        match self.attribute("align") {
            Some("left") => Alignment::Left,
            Some("center") => Alignment::Center,
            Some("right") => Alignment::Right,
            _ => Alignment::None,
        }
    }
}

/// The title of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Heading {
    /// 2 to 6; the title of the page is the first level and stands outside of the tree.
    pub level: u8,
    /// Its words.
    pub text: Vec<Inline>,
    /// By which links name it; unique on the page, and none of it need be on the wiki.
    pub id: String,
    /// Whether something on a published page leads to it.
    pub is_linked: bool,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The first number; nothing for bullets.
    pub first: Option<u32>,
    /// Whether its items are single lines rather than paragraphs of their own.
    pub is_tight: bool,
    /// From top to bottom.
    pub items: Vec<Item>,
}

/// What one bullet or number stands before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// For a task, whether it is done.
    pub done: Option<bool>,
    /// What it holds; a line of a tight list is a paragraph too.
    pub blocks: Vec<Block>,
}

/// A table; every row has as many cells as it has columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// How the cells of each column are set.
    pub columns: Vec<Alignment>,
    /// The names of the columns.
    pub head: Vec<Vec<Inline>>,
    /// From top to bottom.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// An action item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    /// In the author's words.
    pub what: String,
    /// The role that owns it; empty where it is not said.
    pub owner: String,
    /// By when, in words; empty where it is not said.
    pub due: String,
    /// How far it is: `open`, `doing`, `done`, `dropped`.
    pub status: &'static str,
    /// Whether nothing is left to do.
    pub is_settled: bool,
}

/// What stands inside a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    /// Words as they are read; no line ends but inside of a `pre`.
    Text(String),
    /// Code inside a line; no line ends.
    Code(String),
    /// Words in another style.
    Styled(Style, Vec<Inline>),
    /// Words that lead somewhere; never empty, and no link inside of them.
    Link {
        /// Where they lead.
        to: LinkTo,
        /// What a reader clicks at.
        text: Vec<Inline>,
    },
    /// A picture that goes along with the page.
    Picture {
        /// The name that its content gives it, one of [`Page::pictures`].
        name: String,
        /// For those who cannot see it.
        alt: String,
        /// What stands below it, or shows when one points at it; mostly empty.
        title: String,
    },
    /// The line ends because its author wants it to.
    Break,
    /// A reference to a footnote, by its place in [`Page::footnotes`].
    Footnote(usize),
    /// An element of its author's HTML that no style says: `abbr`, `ruby`, `q`.
    Element(Element, Vec<Inline>),
}

/// How words are set.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Said with a stress.
    Emphasis,
    /// Not to be missed.
    Strong,
    /// No longer holding.
    Strikethrough,
    /// Below the line.
    Subscript,
    /// Above the line.
    Superscript,
    /// Keys that are pressed.
    Keyboard,
    /// Under a marker.
    Highlight,
    /// With a line below.
    Underline,
}

impl Style {
    /// The element of HTML that says the same.
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

/// Where a link of a published page leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkTo {
    /// A heading of the same page, by its [`Heading::id`].
    Heading(String),
    /// Another page of the same publication.
    Page {
        /// The case study, by its slug.
        case: Slug,
        /// The [`Heading::id`] on that page; empty where the page as a whole is meant.
        heading: String,
    },
    /// An address outside of the wiki.
    External(String),
}

/// A case study that is to be published, and where it comes from.
#[derive(Debug, Clone)]
pub struct Case {
    /// By which links and records name it.
    pub slug: Slug,
    /// The file that its mistakes are in.
    pub file: SitePath,
    /// As readers see it.
    pub title: String,
    /// The language of its text, a BCP 47 tag; empty where nobody says.
    pub language: String,
    /// What it says.
    pub page: Page,
    /// The elements of HTML that its author used, where a wiki may have nothing like them.
    pub html: Vec<RawHtml>,
}

/// An element of HTML as an author wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawHtml {
    /// In small letters.
    pub name: &'static str,
    /// The file that it stands in: that of the case study, or of a section that is shown in it.
    pub file: SitePath,
    /// Its place there.
    pub span: Span,
    /// What it stands in.
    pub within: Within,
}

/// What HTML stands in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Within {
    /// The page, or a part of it that a reader unfolds.
    Page,
    /// Another block: an item of a list, a quote, a cell.
    Block,
    /// A line that cannot hold blocks: a heading, words in a style.
    Line,
    /// Lines that are shown as they stand.
    Preformatted,
    /// More elements than are read in one another.
    TooMany,
}

impl Page {
    /// Its headings, from top to bottom, those inside of other blocks too.
    pub fn headings(&self) -> Vec<&Heading> {
        let mut found = Vec::new();
        headings(&self.blocks, &mut found);
        found
    }
}

impl Page {
    /// What a reader sees of it, a line for each block, without any markup: a word that markup would cut up is whole here, and
    /// what markup sets apart is still apart.
    pub fn words(&self) -> String {
        let mut lines = Vec::new();
        words(&self.blocks, &mut lines);
        self.footnotes.iter().for_each(|note| words(note, &mut lines));
        lines.join("\n")
    }
}

fn words(blocks: &[Block], lines: &mut Vec<String>) {
    for block in blocks {
        match block {
            Block::Heading(heading) => lines.push(set_apart(&heading.text)),
            Block::Paragraph(inlines) => lines.push(set_apart(inlines)),
            Block::Quote(blocks) => words(blocks, lines),
            Block::Callout { title: above, blocks, .. } | Block::Details { summary: above, blocks } => {
                lines.push(set_apart(above));
                words(blocks, lines);
            }
            Block::Code { language, text } => lines.extend([language.clone(), text.clone()]),
            Block::List(list) => list.items.iter().for_each(|item| words(&item.blocks, lines)),
            Block::Table(table) => lines.extend(table.head.iter().chain(table.rows.iter().flatten()).map(|cell| set_apart(cell))),
            Block::Facts(facts) => lines.extend(facts.iter().map(|(name, value)| format!("{name} {value}"))),
            Block::Actions(actions) => lines.extend(actions.iter().flat_map(|action| [action.what.clone(), action.owner.clone()])),
            Block::Element(element, blocks) => {
                lines.extend(element.attributes.iter().map(|(_, value)| value.clone()));
                words(blocks, lines);
            }
            Block::Rule | Block::Contents => {}
        }
    }
}

/// The words of a line, with a mark wherever markup starts or ends.
fn set_apart(inlines: &[Inline]) -> String {
    let pieces = inlines.iter().map(|inline| match inline {
        Inline::Text(text) => text.clone(),
        Inline::Code(text) | Inline::Picture { alt: text, .. } => format!("{SET_APART}{text}{SET_APART}"),
        Inline::Styled(_, inlines) | Inline::Link { text: inlines, .. } | Inline::Element(_, inlines) => {
            format!("{SET_APART}{}{SET_APART}", set_apart(inlines))
        }
        Inline::Break => " ".to_owned(),
        Inline::Footnote(_) => SET_APART.to_string(),
    });
    pieces.collect()
}

fn headings<'a>(blocks: &'a [Block], found: &mut Vec<&'a Heading>) {
    for block in blocks {
        match block {
            Block::Heading(heading) => found.push(heading),
            Block::Quote(blocks) | Block::Callout { blocks, .. } | Block::Details { blocks, .. } | Block::Element(_, blocks) => {
                headings(blocks, found);
            }
            Block::List(list) => list.items.iter().for_each(|item| headings(&item.blocks, found)),
            Block::Paragraph(_)
            | Block::Code { .. }
            | Block::Table(_)
            | Block::Rule
            | Block::Facts(_)
            | Block::Contents
            | Block::Actions(_) => {}
        }
    }
}

/// Words inside a line without any style.
pub fn plain(inlines: &[Inline]) -> String {
    let mut text = String::new();
    add_plain(inlines, &mut text);
    text
}

fn add_plain(inlines: &[Inline], out: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Styled(_, inlines) | Inline::Link { text: inlines, .. } | Inline::Element(_, inlines) => add_plain(inlines, out),
            Inline::Picture { alt, .. } => out.push_str(alt),
            Inline::Break => out.push(' '),
            Inline::Footnote(_) => {}
        }
    }
}

/// The word that stands over a call-out without a title of its own.
pub fn callout_name(kind: CalloutKind) -> &'static str {
    match kind {
        CalloutKind::Tip => "Tip",
        CalloutKind::Important => "Important",
        CalloutKind::Warning => "Warning",
        CalloutKind::Caution => "Caution",
        CalloutKind::Note | CalloutKind::Question | CalloutKind::Answered | CalloutKind::Private => "Note",
    }
}
