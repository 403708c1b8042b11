//! The tree of a page as elements of the storage format.

use std::collections::BTreeMap;

use super::xml::{Element, Node};
use super::{anchor_name, anchors};
use crate::markdown::Alignment;
use crate::wiki::Book;
use crate::wiki::lowered;
use crate::wiki::page::{
    Action, Block, CalloutKind, Case, Element as HtmlElement, Heading, Inline, Item, LinkTo, List, Style, Table, callout_name, plain,
};

/// Where a block stands. The editor of Cloud cannot nest everything in everything, and what it cannot nest it shows as a grey box.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Room {
    /// On the page itself.
    Page,
    /// In a part that a reader unfolds.
    Expand,
    /// In a call-out.
    Panel,
    /// In an item of a list that stands on the page.
    Item,
    /// In anything else: a quote, a list in a call-out.
    Deep,
}

impl Room {
    /// Whether call-outs, quotes, tables and the like may stand here as such.
    fn is_wide(self) -> bool {
        matches!(self, Self::Page | Self::Expand)
    }

    fn takes_code(self) -> bool {
        self != Self::Deep
    }

    fn takes_headings_and_tasks(self) -> bool {
        matches!(self, Self::Page | Self::Expand | Self::Panel)
    }

    /// What the items of a list offer that stands here.
    fn of_items(self) -> Self {
        if matches!(self, Self::Page | Self::Expand | Self::Item) { Self::Item } else { Self::Deep }
    }
}

/// Whether paragraphs are somebody's words where no quote may stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Own,
    Quoted,
}

/// What is counted from the top of the page to its end.
struct Writer<'a> {
    book: &'a Book<'a>,
    anchors: BTreeMap<String, String>,
    tasks: usize,
    /// How often each footnote was referred to.
    references: Vec<usize>,
    voice: Voice,
}

/// A page as the root of its elements.
pub fn page(case: &Case, book: &Book<'_>) -> Element {
    let references = vec![0; case.page.footnotes.len()];
    let mut writer = Writer { book, anchors: anchors(case), tasks: 0, references, voice: Voice::Own };
    let blocks = writer.blocks(&case.page.blocks, Room::Page);
    let footnotes = writer.footnotes(&case.page.footnotes);
    Element::new("").holding(blocks).holding(footnotes)
}

fn paragraph(children: Vec<Node>) -> Node {
    Element::new("p").holding(children).into()
}

fn strong(children: Vec<Node>) -> Node {
    Element::new("strong").holding(children).into()
}

fn macro_named(name: &str) -> Element {
    Element::new("ac:structured-macro").with("ac:name", name)
}

fn parameter(name: &str, value: impl Into<Node>) -> Element {
    Element::new("ac:parameter").with("ac:name", name).add(value)
}

fn body(blocks: Vec<Node>) -> Element {
    Element::new("ac:rich-text-body").holding(blocks)
}

/// The parameter that names an anchor has no name itself.
fn anchor(name: &str) -> Node {
    macro_named("anchor").add(parameter("", name)).into()
}

fn to_anchor(name: &str, text: Vec<Node>) -> Node {
    Element::new("ac:link").with("ac:anchor", name).add(Element::new("ac:link-body").holding(text)).into()
}

impl Writer<'_> {
    fn blocks(&mut self, blocks: &[Block], room: Room) -> Vec<Node> {
        blocks.iter().flat_map(|block| self.block(block, room)).collect()
    }

    fn block(&mut self, block: &Block, room: Room) -> Vec<Node> {
        match block {
            Block::Heading(heading) => vec![self.heading(heading, room)],
            Block::Paragraph(inlines) => vec![paragraph(self.line(inlines))],
            Block::Quote(blocks) => self.quote(blocks, room),
            Block::Callout { kind, title, blocks } => self.callout(*kind, title, blocks, room),
            Block::Code { language, text } => vec![code(language, text, room)],
            Block::List(list) => vec![self.list(list, room)],
            Block::Table(table) if room.is_wide() => vec![self.table(table)],
            Block::Table(table) => self.rows(table),
            Block::Details { summary, blocks } => self.details(summary, blocks, room),
            Block::Rule if room.takes_headings_and_tasks() => vec![Element::new("hr").into()],
            Block::Rule => vec![paragraph(vec!["* * *".into()])],
            Block::Facts(facts) => facts_of(facts, room),
            Block::Contents if room.takes_headings_and_tasks() => vec![macro_named("toc").into()],
            Block::Contents => Vec::new(),
            Block::Actions(actions) => vec![self.actions(actions, room)],
            Block::Element(element, inner) => self.own_element(element, inner, room),
        }
    }

    /// The words of a paragraph.
    fn line(&mut self, inlines: &[Inline]) -> Vec<Node> {
        let words = self.inlines(inlines);
        match self.voice {
            Voice::Own => words,
            Voice::Quoted => vec![Element::new("em").holding(words).into()],
        }
    }

    fn heading(&mut self, heading: &Heading, room: Room) -> Node {
        let anchor = self.anchors.get(&heading.id).map(|name| anchor(name));
        let words = self.inlines(&heading.text);
        if room.takes_headings_and_tasks() {
            let name = format!("h{}", heading.level.clamp(1, 6));
            return Element::new(&name).holding(anchor).holding(words).into();
        }
        paragraph(anchor.into_iter().chain([strong(words)]).collect())
    }

    fn quote(&mut self, blocks: &[Block], room: Room) -> Vec<Node> {
        if room.is_wide() {
            return vec![Element::new("blockquote").holding(self.blocks(blocks, Room::Deep)).into()];
        }
        let before = std::mem::replace(&mut self.voice, Voice::Quoted);
        let written = self.blocks(blocks, room);
        self.voice = before;
        written
    }

    fn callout(&mut self, kind: CalloutKind, title: &[Inline], blocks: &[Block], room: Room) -> Vec<Node> {
        // The title is a line of the body: the newer editor does not show the title of a panel.
        let title = if title.is_empty() { vec![callout_name(kind).into()] } else { self.inlines(title) };
        let title = paragraph(vec![strong(title)]);
        let inner = if room.is_wide() { Room::Panel } else { room };
        let blocks = std::iter::once(title).chain(self.blocks(blocks, inner)).collect();
        if room.is_wide() { vec![macro_named(panel(kind)).add(body(blocks)).into()] } else { blocks }
    }

    fn details(&mut self, summary: &[Inline], blocks: &[Block], room: Room) -> Vec<Node> {
        if room == Room::Page {
            let title = plain(summary);
            let blocks = self.blocks(blocks, Room::Expand);
            return vec![macro_named("expand").add(parameter("title", title)).add(body(blocks)).into()];
        }
        let summary = paragraph(vec![strong(self.inlines(summary))]);
        std::iter::once(summary).chain(self.blocks(blocks, room)).collect()
    }

    fn list(&mut self, list: &List, room: Room) -> Node {
        if room.takes_headings_and_tasks() && self.voice == Voice::Own && is_tasks(list) {
            return self.tasks(list);
        }
        let element = match list.first {
            None => Element::new("ul"),
            Some(1) => Element::new("ol"),
            Some(first) => Element::new("ol").with("start", first.to_string()),
        };
        let items: Vec<Node> = list.items.iter().map(|item| self.item(item, list.is_tight, room.of_items())).collect();
        element.holding(items).into()
    }

    fn item(&mut self, item: &Item, is_tight: bool, room: Room) -> Node {
        let mark = item.done.map(|done| Node::from(if done { "[x] " } else { "[ ] " }));
        let (first, rest) = match item.blocks.split_first() {
            Some((Block::Paragraph(inlines), rest)) => (mark.into_iter().chain(self.line(inlines)).collect(), rest),
            _ => (mark.into_iter().collect::<Vec<_>>(), item.blocks.as_slice()),
        };
        let first = match first {
            first if first.is_empty() || is_tight => first,
            first => vec![paragraph(first)],
        };
        Element::new("li").holding(first).holding(self.blocks(rest, room)).into()
    }

    fn tasks(&mut self, list: &List) -> Node {
        let mut element = Element::new("ac:task-list");
        for item in &list.items {
            let number = self.next_task();
            let mut body = Vec::new();
            for block in &item.blocks {
                match block {
                    Block::Paragraph(inlines) => body.extend(self.inlines(inlines)),
                    Block::List(inner) => body.push(self.tasks(inner)),
                    other => body.extend(self.block(other, Room::Deep)),
                }
            }
            element = element.add(task(number, item.done == Some(true), body));
        }
        element.into()
    }

    fn next_task(&mut self) -> usize {
        self.tasks += 1;
        self.tasks
    }

    fn actions(&mut self, actions: &[Action], room: Room) -> Node {
        let is_list = room.takes_headings_and_tasks();
        let items = actions.iter().map(|action| {
            let words = in_words(action);
            if is_list {
                return task(self.next_task(), action.is_settled, vec![words.into()]);
            }
            let mark = if action.is_settled { "[x] " } else { "[ ] " };
            Element::new("li").add(format!("{mark}{words}")).into()
        });
        let items: Vec<Node> = items.collect();
        Element::new(if is_list { "ac:task-list" } else { "ul" }).holding(items).into()
    }

    fn table(&mut self, table: &Table) -> Node {
        let mut rows = Vec::new();
        if table.head.iter().any(|cell| !cell.is_empty()) {
            rows.push(self.row("th", &table.head, &table.columns));
        }
        rows.extend(table.rows.iter().map(|row| self.row("td", row, &table.columns)));
        Element::new("table").add(Element::new("tbody").holding(rows)).into()
    }

    fn row(&mut self, cell: &str, cells: &[Vec<Inline>], columns: &[Alignment]) -> Node {
        let cells = cells.iter().enumerate().map(|(column, inlines)| {
            let paragraph = set_paragraph(columns.get(column).copied().unwrap_or(Alignment::None));
            Element::new(cell).add(paragraph.holding(self.inlines(inlines))).into()
        });
        let cells: Vec<Node> = cells.collect();
        Element::new("tr").holding(cells).into()
    }

    /// An element of its author's own: tables and lines as they stand, anything else in plainer words.
    fn own_element(&mut self, element: &HtmlElement, inner: &[Block], room: Room) -> Vec<Node> {
        match (element.name, inner) {
            ("table", _) if room.is_wide() => self.table_of_blocks(inner),
            ("pre", [Block::Paragraph(lines)]) => vec![Element::new("pre").holding(self.inlines(lines)).into()],
            _ => self.blocks(&lowered::blocks(element, inner), room),
        }
    }

    fn table_of_blocks(&mut self, parts: &[Block]) -> Vec<Node> {
        let (caption, rows) = lowered::rows(parts);
        let mut written = self.blocks(&caption, Room::Page);
        let rows: Vec<Node> = rows
            .iter()
            .map(|row| {
                let cells: Vec<Node> = row.iter().map(|cell| self.cell_of_blocks(cell)).collect();
                Element::new("tr").holding(cells).into()
            })
            .collect();
        written.push(Element::new("table").add(Element::new("tbody").holding(rows)).into());
        written
    }

    fn cell_of_blocks(&mut self, cell: &lowered::Cell<'_>) -> Node {
        let spans = ["colspan", "rowspan"].into_iter().filter_map(|name| Some((name, cell.element.number(name)?.to_string())));
        let element = spans.fold(Element::new(cell.element.name), |element, (name, number)| element.with(name, number));
        let words = match cell.blocks {
            [] => vec![Element::new("p").into()],
            [Block::Paragraph(words)] => vec![set_paragraph(cell.element.alignment()).holding(self.inlines(words)).into()],
            blocks => self.blocks(blocks, Room::Item),
        };
        element.holding(words).into()
    }

    /// A table where none may stand: a line for each row.
    fn rows(&mut self, table: &Table) -> Vec<Node> {
        let head = table.head.iter().any(|cell| !cell.is_empty()).then(|| paragraph(vec![strong(self.cells(&table.head))]));
        let rows: Vec<Node> = table.rows.iter().map(|row| paragraph(self.cells(row))).collect();
        head.into_iter().chain(rows).collect()
    }

    fn cells(&mut self, cells: &[Vec<Inline>]) -> Vec<Node> {
        let mut line = Vec::new();
        for (column, cell) in cells.iter().enumerate() {
            if column > 0 {
                line.push(" | ".into());
            }
            line.extend(self.inlines(cell));
        }
        line
    }

    fn inlines(&mut self, inlines: &[Inline]) -> Vec<Node> {
        inlines.iter().flat_map(|inline| self.inline(inline)).collect()
    }

    fn inline(&mut self, inline: &Inline) -> Vec<Node> {
        match inline {
            Inline::Text(text) => vec![text.as_str().into()],
            Inline::Code(text) => vec![Element::new("code").add(text.as_str()).into()],
            Inline::Styled(style, inlines) => vec![styled(*style).holding(self.inlines(inlines)).into()],
            Inline::Link { to, text } => {
                let text = self.inlines(text);
                self.link(to, text)
            }
            Inline::Picture { name, alt, title } => vec![picture(name, alt, title)],
            Inline::Break => vec![Element::new("br").into()],
            Inline::Footnote(index) => vec![self.footnote(*index)],
            Inline::Element(element, inner) => self.inlines(&lowered::inlines(element, inner)),
        }
    }

    fn link(&self, to: &LinkTo, text: Vec<Node>) -> Vec<Node> {
        match to {
            // A heading that is not there keeps its link, so that the last look at the page finds it.
            LinkTo::Heading(id) => vec![to_anchor(&self.anchors.get(id).cloned().unwrap_or_else(|| anchor_name(id)), text)],
            LinkTo::Page { case, heading } => {
                let Some(name) = self.book.names.get(case) else { return text };
                let anchor = self.book.anchors.get(case).and_then(|anchors| anchors.get(heading));
                let link = anchor.into_iter().fold(Element::new("ac:link"), |link, anchor| link.with("ac:anchor", anchor.as_str()));
                let page = Element::new("ri:page").with("ri:content-title", name.title.as_str());
                vec![link.add(page).add(Element::new("ac:link-body").holding(text)).into()]
            }
            LinkTo::External(address) if is_harmless(address) => {
                vec![Element::new("a").with("href", address.as_str()).holding(text).into()]
            }
            LinkTo::External(address) => text.into_iter().chain([format!(" ({address})").into()]).collect(),
        }
    }

    fn footnote(&mut self, index: usize) -> Node {
        let count = self.references.get_mut(index).map_or(1, |count| {
            *count += 1;
            *count
        });
        let number = index + 1;
        let link = to_anchor(&format!("footnote-{number}"), vec![number.to_string().into()]);
        Element::new("sup").add(anchor(&reference_name(number, count))).add(link).into()
    }

    fn footnotes(&mut self, footnotes: &[Vec<Block>]) -> Vec<Node> {
        if footnotes.is_empty() {
            return Vec::new();
        }
        let items: Vec<Node> = footnotes.iter().enumerate().map(|(index, blocks)| self.note(index + 1, blocks)).collect();
        vec![Element::new("hr").into(), Element::new("ol").holding(items).into()]
    }

    fn note(&mut self, number: usize, blocks: &[Block]) -> Node {
        let (first, rest) = match blocks.split_first() {
            Some((Block::Paragraph(inlines), rest)) => (self.line(inlines), rest),
            _ => (Vec::new(), blocks),
        };
        let ways_back =
            (1..=self.references[number - 1]).flat_map(|count| [" ".into(), to_anchor(&reference_name(number, count), vec!["↩".into()])]);
        let ways_back: Vec<Node> = ways_back.collect();
        let first = std::iter::once(anchor(&format!("footnote-{number}"))).chain(first).chain(ways_back).collect();
        Element::new("li").add(paragraph(first)).holding(self.blocks(rest, Room::Item)).into()
    }
}

/// A paragraph of a cell, set as its column is.
fn set_paragraph(alignment: Alignment) -> Element {
    let set = match alignment {
        Alignment::None => return Element::new("p"),
        Alignment::Left => "text-align: left;",
        Alignment::Center => "text-align: center;",
        Alignment::Right => "text-align: right;",
    };
    Element::new("p").with("style", set)
}

fn reference_name(number: usize, count: usize) -> String {
    format!("footnote-{number}-reference-{count}")
}

/// Whether every item is a task and holds nothing but a line and tasks of its own; only then does the wiki have tasks for it.
fn is_tasks(list: &List) -> bool {
    let is_task = |item: &Item| {
        let Some((Block::Paragraph(_), rest)) = item.blocks.split_first() else { return false };
        item.done.is_some() && rest.iter().all(|block| matches!(block, Block::List(inner) if is_tasks(inner)))
    };
    list.first.is_none() && !list.items.is_empty() && list.items.iter().all(is_task)
}

fn task(number: usize, is_done: bool, body: Vec<Node>) -> Node {
    let status = if is_done { "complete" } else { "incomplete" };
    Element::new("ac:task")
        .add(Element::new("ac:task-id").add(number.to_string()))
        .add(Element::new("ac:task-status").add(status))
        .add(Element::new("ac:task-body").holding(body))
        .into()
}

/// `Alert earlier — Platform team, by 21 March 2025, dropped`.
fn in_words(action: &Action) -> String {
    let mut facts = Vec::new();
    if !action.owner.is_empty() {
        facts.push(action.owner.clone());
    }
    if !action.due.is_empty() {
        facts.push(format!("by {}", action.due));
    }
    // A task tells by itself whether it is open or done.
    if !matches!(action.status, "open" | "done") {
        facts.push(action.status.to_owned());
    }
    if facts.is_empty() { action.what.clone() } else { format!("{} — {}", action.what, facts.join(", ")) }
}

fn facts_of(facts: &[(String, String)], room: Room) -> Vec<Node> {
    if !room.is_wide() {
        let line = |(name, value): &(String, String)| paragraph(vec![strong(vec![name.as_str().into()]), format!(": {value}").into()]);
        return facts.iter().map(line).collect();
    }
    let cell = |tag: &str, text: &str| Element::new(tag).add(paragraph(vec![text.into()]));
    let row = |(name, value): &(String, String)| Element::new("tr").add(cell("th", name)).add(cell("td", value)).into();
    let rows: Vec<Node> = facts.iter().map(row).collect();
    let table = Element::new("table").add(Element::new("tbody").holding(rows));
    vec![macro_named("details").add(body(vec![table.into()])).into()]
}

/// The macro whose colour means what the kind means; their names mean something else than those of Markdown.
fn panel(kind: CalloutKind) -> &'static str {
    match kind {
        CalloutKind::Tip => "tip",
        CalloutKind::Warning => "note",
        CalloutKind::Caution => "warning",
        CalloutKind::Note | CalloutKind::Important | CalloutKind::Question | CalloutKind::Answered | CalloutKind::Private => "info",
    }
}

fn code(language: &str, text: &str, room: Room) -> Node {
    let text = text.strip_suffix('\n').unwrap_or(text);
    if !room.takes_code() {
        return Element::new("pre").add(text).into();
    }
    let body = Element::new("ac:plain-text-body").add(Node::Verbatim(text.to_owned()));
    // Without a language a Data Center takes it for Java.
    macro_named("code").add(parameter("language", language_id(language))).add(body).into()
}

/// The languages that the code macro knows, as it calls them.
const LANGUAGES: [&str; 34] = [
    "bash",
    "c",
    "c#",
    "cpp",
    "css",
    "diff",
    "dockerfile",
    "go",
    "graphql",
    "groovy",
    "hcl",
    "html",
    "java",
    "js",
    "json",
    "kotlin",
    "lua",
    "perl",
    "php",
    "powershell",
    "protobuf",
    "py",
    "r",
    "ruby",
    "rust",
    "scala",
    "shell",
    "sql",
    "swift",
    "toml",
    "tsx",
    "typescript",
    "xml",
    "yaml",
];

/// What the code macro calls a language; a name that it does not know makes it show an error.
fn language_id(language: &str) -> &'static str {
    let language = language.to_ascii_lowercase();
    let name = match language.as_str() {
        "python" | "python3" => "py",
        "javascript" | "jsx" | "mjs" => "js",
        "csharp" | "cs" => "c#",
        "c++" | "cc" | "hpp" => "cpp",
        "ts" => "typescript",
        "sh" | "zsh" | "console" => "shell",
        "yml" => "yaml",
        "rs" => "rust",
        "rb" => "ruby",
        "golang" => "go",
        "kt" => "kotlin",
        "patch" => "diff",
        "terraform" | "tf" => "hcl",
        "ps1" => "powershell",
        "proto" => "protobuf",
        "htm" => "html",
        other => other,
    };
    LANGUAGES.into_iter().find(|known| *known == name).unwrap_or("none")
}

fn styled(style: Style) -> Element {
    match style {
        Style::Emphasis => Element::new("em"),
        Style::Strong => Element::new("strong"),
        Style::Strikethrough => Element::new("del"),
        Style::Subscript => Element::new("sub"),
        Style::Superscript => Element::new("sup"),
        Style::Keyboard => Element::new("code"),
        Style::Highlight => Element::new("span").with("style", "background-color: rgb(255,240,179);"),
        Style::Underline => Element::new("u"),
    }
}

fn picture(name: &str, alt: &str, title: &str) -> Node {
    let mut image = Element::new("ac:image").with("ac:alt", alt);
    if !title.is_empty() {
        image = image.with("ac:title", title);
    }
    image.add(Element::new("ri:attachment").with("ri:filename", name)).into()
}

/// Whether a browser that follows an address only goes there, and runs nothing.
fn is_harmless(address: &str) -> bool {
    let scheme = address.split_once(':').map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(scheme.as_deref(), Some("http" | "https" | "mailto" | "ftp" | "tel"))
}
