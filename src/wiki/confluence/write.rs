//! Writes the tree of a page as elements of the storage format.

use std::collections::BTreeMap;

use super::xml::{XmlElement, XmlNode};
use super::{anchor_name, anchors};
use crate::markdown::Alignment;
use crate::wiki::Publication;
use crate::wiki::lowered;
use crate::wiki::page::{
    ActionEntry, Block, Callout, Case, Element as HtmlElement, Heading, Inline, Item, LinkTo, List,
    Style, Table, plain,
};

/// The context of a block. The Cloud editor does not allow all nestings, and shows a grey box for
/// those that it does not support.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Context {
    /// The page itself.
    Page,
    /// A part that readers can unfold.
    Expand,
    /// A call-out.
    Panel,
    /// An item of a list on the page.
    Item,
    /// Anything else: a quotation, a list in a call-out.
    Deep,
}

impl Context {
    /// Whether call-outs, quotations and tables are allowed here.
    fn is_wide(self) -> bool {
        matches!(self, Self::Page | Self::Expand)
    }

    fn takes_code(self) -> bool {
        self != Self::Deep
    }

    fn takes_headings_and_tasks(self) -> bool {
        matches!(self, Self::Page | Self::Expand | Self::Panel)
    }

    /// The context of the items of a list here.
    fn of_items(self) -> Self {
        if matches!(self, Self::Page | Self::Expand | Self::Item) {
            Self::Item
        } else {
            Self::Deep
        }
    }
}

/// Whether paragraphs are quoted, where no quotation element is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Voice {
    Own,
    Quoted,
}

/// Writes one page. The counters run from its start to its end.
struct StorageWriter<'a> {
    publication: &'a Publication<'a>,
    anchors: BTreeMap<String, String>,
    tasks: usize,
    /// The number of references to each footnote so far.
    references: Vec<usize>,
    voice: Voice,
}

/// A page as a root element.
pub fn page(case: &Case, publication: &Publication<'_>) -> XmlElement {
    let references = vec![0; case.page.footnotes.len()];
    let mut writer = StorageWriter {
        publication,
        anchors: anchors(case),
        tasks: 0,
        references,
        voice: Voice::Own,
    };
    let blocks = writer.blocks(&case.page.blocks, Context::Page);
    let footnotes = writer.footnotes(&case.page.footnotes);
    XmlElement::new("").holding(blocks).holding(footnotes)
}

fn paragraph(children: Vec<XmlNode>) -> XmlNode {
    XmlElement::new("p").holding(children).into()
}

fn strong(children: Vec<XmlNode>) -> XmlNode {
    XmlElement::new("strong").holding(children).into()
}

fn macro_named(name: &str) -> XmlElement {
    XmlElement::new("ac:structured-macro").with("ac:name", name)
}

fn parameter(name: &str, value: impl Into<XmlNode>) -> XmlElement {
    XmlElement::new("ac:parameter")
        .with("ac:name", name)
        .add(value)
}

fn body(blocks: Vec<XmlNode>) -> XmlElement {
    XmlElement::new("ac:rich-text-body").holding(blocks)
}

/// The parameter of the anchor macro has an empty name.
fn anchor(name: &str) -> XmlNode {
    macro_named("anchor").add(parameter("", name)).into()
}

fn to_anchor(name: &str, text: Vec<XmlNode>) -> XmlNode {
    XmlElement::new("ac:link")
        .with("ac:anchor", name)
        .add(XmlElement::new("ac:link-body").holding(text))
        .into()
}

fn to_page(title: &str, anchor: Option<&String>, text: Vec<XmlNode>) -> XmlNode {
    let link = anchor
        .into_iter()
        .fold(XmlElement::new("ac:link"), |link, anchor| {
            link.with("ac:anchor", anchor.as_str())
        });
    let page = XmlElement::new("ri:page").with("ri:content-title", title);
    link.add(page)
        .add(XmlElement::new("ac:link-body").holding(text))
        .into()
}

impl StorageWriter<'_> {
    fn blocks(&mut self, blocks: &[Block], context: Context) -> Vec<XmlNode> {
        blocks
            .iter()
            .flat_map(|block| self.block(block, context))
            .collect()
    }

    fn block(&mut self, block: &Block, context: Context) -> Vec<XmlNode> {
        match block {
            Block::Heading(heading) => vec![self.heading(heading, context)],
            Block::Paragraph(inlines) => vec![paragraph(self.line(inlines))],
            Block::Quote(blocks) => self.quote(blocks, context),
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.callout(*kind, title, blocks, context),
            Block::Code { language, text } => vec![code(language, text, context)],
            Block::List(list) => vec![self.list(list, context)],
            Block::Table(table) if context.is_wide() => vec![self.table(table)],
            Block::Table(table) => self.rows(table),
            Block::Details { summary, blocks } => self.details(summary, blocks, context),
            Block::Rule if context.takes_headings_and_tasks() => vec![XmlElement::new("hr").into()],
            Block::Rule => vec![paragraph(vec!["* * *".into()])],
            Block::Facts(facts) => facts_of(facts, context),
            Block::Contents if context.takes_headings_and_tasks() => {
                vec![macro_named("toc").into()]
            }
            Block::Contents => Vec::new(),
            Block::Actions(actions) => vec![self.actions(actions, context)],
            Block::Element(element, inner) => self.own_element(element, inner, context),
        }
    }

    /// The inlines of a paragraph.
    fn line(&mut self, inlines: &[Inline]) -> Vec<XmlNode> {
        let words = self.inlines(inlines);
        match self.voice {
            Voice::Own => words,
            Voice::Quoted => vec![XmlElement::new("em").holding(words).into()],
        }
    }

    fn heading(&mut self, heading: &Heading, context: Context) -> XmlNode {
        let anchor = self.anchors.get(&heading.id).map(|name| anchor(name));
        let words = self.inlines(&heading.text);
        if context.takes_headings_and_tasks() {
            let name = format!("h{}", heading.level.clamp(1, 6));
            return XmlElement::new(&name).holding(anchor).holding(words).into();
        }
        paragraph(anchor.into_iter().chain([strong(words)]).collect())
    }

    fn quote(&mut self, blocks: &[Block], context: Context) -> Vec<XmlNode> {
        if context.is_wide() {
            return vec![
                XmlElement::new("blockquote")
                    .holding(self.blocks(blocks, Context::Deep))
                    .into(),
            ];
        }
        let before = std::mem::replace(&mut self.voice, Voice::Quoted);
        let written = self.blocks(blocks, context);
        self.voice = before;
        written
    }

    fn callout(
        &mut self,
        kind: Callout,
        title: &[Inline],
        blocks: &[Block],
        context: Context,
    ) -> Vec<XmlNode> {
        // The title is a line of the body, because the new editor does not show the title of a
        // panel.
        let title = if title.is_empty() {
            vec![kind.name().into()]
        } else {
            self.inlines(title)
        };
        let title = paragraph(vec![strong(title)]);
        let inner = if context.is_wide() {
            Context::Panel
        } else {
            context
        };
        let blocks = std::iter::once(title)
            .chain(self.blocks(blocks, inner))
            .collect();
        if context.is_wide() {
            vec![macro_named(panel(kind)).add(body(blocks)).into()]
        } else {
            blocks
        }
    }

    fn details(&mut self, summary: &[Inline], blocks: &[Block], context: Context) -> Vec<XmlNode> {
        if context == Context::Page {
            let title = plain(summary);
            let blocks = self.blocks(blocks, Context::Expand);
            return vec![
                macro_named("expand")
                    .add(parameter("title", title))
                    .add(body(blocks))
                    .into(),
            ];
        }
        let summary = paragraph(vec![strong(self.inlines(summary))]);
        std::iter::once(summary)
            .chain(self.blocks(blocks, context))
            .collect()
    }

    fn list(&mut self, list: &List, context: Context) -> XmlNode {
        if context.takes_headings_and_tasks() && self.voice == Voice::Own && is_tasks(list) {
            return self.tasks(list);
        }
        let element = match list.first {
            None => XmlElement::new("ul"),
            Some(1) => XmlElement::new("ol"),
            Some(first) => XmlElement::new("ol").with("start", first.to_string()),
        };
        let items: Vec<XmlNode> = list
            .items
            .iter()
            .map(|item| self.item(list, item, context.of_items()))
            .collect();
        element.holding(items).into()
    }

    fn item(&mut self, list: &List, item: &Item, context: Context) -> XmlNode {
        let mark = item
            .done
            .map(|done| XmlNode::from(if done { "[x] " } else { "[ ] " }));
        let (first, rest) = match item.blocks.split_first() {
            Some((Block::Paragraph(inlines), rest)) => {
                (mark.into_iter().chain(self.line(inlines)).collect(), rest)
            }
            _ => (mark.into_iter().collect::<Vec<_>>(), item.blocks.as_slice()),
        };
        let first = match first {
            first if first.is_empty() || list.is_tight => first,
            first => vec![paragraph(first)],
        };
        XmlElement::new("li")
            .holding(first)
            .holding(self.blocks(rest, context))
            .into()
    }

    fn tasks(&mut self, list: &List) -> XmlNode {
        let mut element = XmlElement::new("ac:task-list");
        for item in &list.items {
            let number = self.next_task();
            let status = match item.done {
                Some(true) => COMPLETE,
                Some(false) | None => INCOMPLETE,
            };
            let mut body = Vec::new();
            for block in &item.blocks {
                match block {
                    Block::Paragraph(inlines) => body.extend(self.inlines(inlines)),
                    Block::List(inner) => body.push(self.tasks(inner)),
                    other => body.extend(self.block(other, Context::Deep)),
                }
            }
            element = element.add(task(number, status, body));
        }
        element.into()
    }

    fn next_task(&mut self) -> usize {
        self.tasks += 1;
        self.tasks
    }

    fn actions(&mut self, actions: &[ActionEntry], context: Context) -> XmlNode {
        let is_list = context.takes_headings_and_tasks();
        let items = actions.iter().map(|action| {
            let words = in_words(action);
            if is_list {
                let status = if action.is_settled {
                    COMPLETE
                } else {
                    INCOMPLETE
                };
                return task(self.next_task(), status, vec![words.into()]);
            }
            let mark = if action.is_settled { "[x] " } else { "[ ] " };
            XmlElement::new("li").add(format!("{mark}{words}")).into()
        });
        let items: Vec<XmlNode> = items.collect();
        XmlElement::new(if is_list { "ac:task-list" } else { "ul" })
            .holding(items)
            .into()
    }

    fn table(&mut self, table: &Table) -> XmlNode {
        let mut rows = Vec::new();
        if table.head.iter().any(|cell| !cell.is_empty()) {
            rows.push(self.row("th", &table.head, &table.columns));
        }
        rows.extend(
            table
                .rows
                .iter()
                .map(|row| self.row("td", row, &table.columns)),
        );
        XmlElement::new("table")
            .add(XmlElement::new("tbody").holding(rows))
            .into()
    }

    fn row(&mut self, cell: &str, cells: &[Vec<Inline>], columns: &[Alignment]) -> XmlNode {
        let cells = cells.iter().enumerate().map(|(column, inlines)| {
            let paragraph = set_paragraph(columns.get(column).copied().unwrap_or(Alignment::None));
            XmlElement::new(cell)
                .add(paragraph.holding(self.inlines(inlines)))
                .into()
        });
        let cells: Vec<XmlNode> = cells.collect();
        XmlElement::new("tr").holding(cells).into()
    }

    /// HTML of the author: tables and preformatted text as such, everything else in plainer form.
    fn own_element(
        &mut self,
        element: &HtmlElement,
        inner: &[Block],
        context: Context,
    ) -> Vec<XmlNode> {
        match (element.name, inner) {
            ("table", _) if context.is_wide() => self.table_of_blocks(inner),
            ("pre", [Block::Paragraph(lines)]) => {
                vec![XmlElement::new("pre").holding(self.inlines(lines)).into()]
            }
            _ => self.blocks(&lowered::blocks(element, inner), context),
        }
    }

    fn table_of_blocks(&mut self, parts: &[Block]) -> Vec<XmlNode> {
        let (caption, rows) = lowered::rows(parts);
        let mut written = self.blocks(&caption, Context::Page);
        let rows: Vec<XmlNode> = rows
            .iter()
            .map(|row| {
                let cells: Vec<XmlNode> =
                    row.iter().map(|cell| self.cell_of_blocks(cell)).collect();
                XmlElement::new("tr").holding(cells).into()
            })
            .collect();
        written.push(
            XmlElement::new("table")
                .add(XmlElement::new("tbody").holding(rows))
                .into(),
        );
        written
    }

    fn cell_of_blocks(&mut self, cell: &lowered::Cell<'_>) -> XmlNode {
        let spans = ["colspan", "rowspan"]
            .into_iter()
            .filter_map(|name| Some((name, cell.element.number(name)?.to_string())));
        let element = spans.fold(
            XmlElement::new(cell.element.name),
            |element, (name, number)| element.with(name, number),
        );
        let words = match cell.blocks {
            [] => vec![XmlElement::new("p").into()],
            [Block::Paragraph(words)] => vec![
                set_paragraph(cell.element.alignment())
                    .holding(self.inlines(words))
                    .into(),
            ],
            blocks => self.blocks(blocks, Context::Item),
        };
        element.holding(words).into()
    }

    /// A table where none is allowed: a line for each row.
    fn rows(&mut self, table: &Table) -> Vec<XmlNode> {
        let head = table
            .head
            .iter()
            .any(|cell| !cell.is_empty())
            .then(|| paragraph(vec![strong(self.cells(&table.head))]));
        let rows: Vec<XmlNode> = table
            .rows
            .iter()
            .map(|row| paragraph(self.cells(row)))
            .collect();
        head.into_iter().chain(rows).collect()
    }

    fn cells(&mut self, cells: &[Vec<Inline>]) -> Vec<XmlNode> {
        let mut line = Vec::new();
        for (column, cell) in cells.iter().enumerate() {
            if column > 0 {
                line.push(" | ".into());
            }
            line.extend(self.inlines(cell));
        }
        line
    }

    fn inlines(&mut self, inlines: &[Inline]) -> Vec<XmlNode> {
        inlines
            .iter()
            .flat_map(|inline| self.inline(inline))
            .collect()
    }

    fn inline(&mut self, inline: &Inline) -> Vec<XmlNode> {
        match inline {
            Inline::Text(text) => vec![text.as_str().into()],
            Inline::Code(text) => vec![XmlElement::new("code").add(text.as_str()).into()],
            Inline::Styled(style, inlines) => {
                vec![styled(*style).holding(self.inlines(inlines)).into()]
            }
            Inline::Link { to, text } => {
                let text = self.inlines(text);
                self.link(to, text)
            }
            Inline::Picture { name, alt, title } => vec![picture(name, alt, title)],
            Inline::Break => vec![XmlElement::new("br").into()],
            Inline::Footnote(index) => vec![self.footnote(*index)],
            Inline::Element(element, inner) => self.inlines(&lowered::inlines(element, inner)),
        }
    }

    fn link(&self, to: &LinkTo, text: Vec<XmlNode>) -> Vec<XmlNode> {
        match to {
            // A link to a missing heading is kept, so that the final check reports it.
            LinkTo::Heading(id) => vec![to_anchor(
                &self
                    .anchors
                    .get(id)
                    .cloned()
                    .unwrap_or_else(|| anchor_name(id)),
                text,
            )],
            LinkTo::Page { case, heading } => match self.publication.locations.get(case) {
                Some(location) => {
                    let anchor = self
                        .publication
                        .anchors
                        .get(case)
                        .and_then(|anchors| anchors.get(heading));
                    vec![to_page(&location.title, anchor, text)]
                }
                None => text,
            },
            LinkTo::External(address) if is_harmless(address) => {
                vec![
                    XmlElement::new("a")
                        .with("href", address.as_str())
                        .holding(text)
                        .into(),
                ]
            }
            LinkTo::External(address) => text
                .into_iter()
                .chain([format!(" ({address})").into()])
                .collect(),
        }
    }

    fn footnote(&mut self, index: usize) -> XmlNode {
        let count = self.references.get_mut(index).map_or(1, |count| {
            *count += 1;
            *count
        });
        let number = index + 1;
        let link = to_anchor(
            &format!("footnote-{number}"),
            vec![number.to_string().into()],
        );
        XmlElement::new("sup")
            .add(anchor(&reference_name(number, count)))
            .add(link)
            .into()
    }

    fn footnotes(&mut self, footnotes: &[Vec<Block>]) -> Vec<XmlNode> {
        if footnotes.is_empty() {
            return Vec::new();
        }
        let items: Vec<XmlNode> = footnotes
            .iter()
            .enumerate()
            .map(|(index, blocks)| self.note(index + 1, blocks))
            .collect();
        vec![
            XmlElement::new("hr").into(),
            XmlElement::new("ol").holding(items).into(),
        ]
    }

    fn note(&mut self, number: usize, blocks: &[Block]) -> XmlNode {
        let (first, rest) = match blocks.split_first() {
            Some((Block::Paragraph(inlines), rest)) => (self.line(inlines), rest),
            _ => (Vec::new(), blocks),
        };
        let ways_back = (1..=self.references[number - 1]).flat_map(|count| {
            [
                " ".into(),
                to_anchor(&reference_name(number, count), vec!["↩".into()]),
            ]
        });
        let ways_back: Vec<XmlNode> = ways_back.collect();
        let first = std::iter::once(anchor(&format!("footnote-{number}")))
            .chain(first)
            .chain(ways_back)
            .collect();
        XmlElement::new("li")
            .add(paragraph(first))
            .holding(self.blocks(rest, Context::Item))
            .into()
    }
}

/// The paragraph of a cell with its alignment.
fn set_paragraph(alignment: Alignment) -> XmlElement {
    let set = match alignment {
        Alignment::None => return XmlElement::new("p"),
        Alignment::Left => "text-align: left;",
        Alignment::Center => "text-align: center;",
        Alignment::Right => "text-align: right;",
    };
    XmlElement::new("p").with("style", set)
}

fn reference_name(number: usize, count: usize) -> String {
    format!("footnote-{number}-reference-{count}")
}

/// Whether every item is a task with one line and subtasks: the task lists of the wiki allow
/// nothing else.
fn is_tasks(list: &List) -> bool {
    let is_task = |item: &Item| {
        let Some((Block::Paragraph(_), rest)) = item.blocks.split_first() else {
            return false;
        };
        item.done.is_some()
            && rest
                .iter()
                .all(|block| matches!(block, Block::List(inner) if is_tasks(inner)))
    };
    list.first.is_none() && !list.items.is_empty() && list.items.iter().all(is_task)
}

/// The status of a done task.
const COMPLETE: &str = "complete";

/// The status of a task that is not done.
const INCOMPLETE: &str = "incomplete";

/// A task with its status: `complete` or `incomplete`.
fn task(number: usize, status: &'static str, body: Vec<XmlNode>) -> XmlNode {
    XmlElement::new("ac:task")
        .add(XmlElement::new("ac:task-id").add(number.to_string()))
        .add(XmlElement::new("ac:task-status").add(status))
        .add(XmlElement::new("ac:task-body").holding(body))
        .into()
}

/// `Alert earlier — Platform team, by 21 March 2025, dropped`.
fn in_words(action: &ActionEntry) -> String {
    let mut facts = Vec::new();
    if !action.owner.is_empty() {
        facts.push(action.owner.clone());
    }
    if !action.due.is_empty() {
        facts.push(format!("by {}", action.due));
    }
    // The check box already shows these.
    if !matches!(action.status, "open" | "done") {
        facts.push(action.status.to_owned());
    }
    if facts.is_empty() {
        action.what.clone()
    } else {
        format!("{} — {}", action.what, facts.join(", "))
    }
}

fn facts_of(facts: &[(String, String)], context: Context) -> Vec<XmlNode> {
    if !context.is_wide() {
        let line = |(name, value): &(String, String)| {
            paragraph(vec![
                strong(vec![name.as_str().into()]),
                format!(": {value}").into(),
            ])
        };
        return facts.iter().map(line).collect();
    }
    let cell = |tag: &str, text: &str| XmlElement::new(tag).add(paragraph(vec![text.into()]));
    let row = |(name, value): &(String, String)| {
        XmlElement::new("tr")
            .add(cell("th", name))
            .add(cell("td", value))
            .into()
    };
    let rows: Vec<XmlNode> = facts.iter().map(row).collect();
    let table = XmlElement::new("table").add(XmlElement::new("tbody").holding(rows));
    vec![macro_named("details").add(body(vec![table.into()])).into()]
}

/// The macro with the matching colour. The names of macros differ from those in Markdown.
fn panel(kind: Callout) -> &'static str {
    match kind {
        Callout::Tip => "tip",
        Callout::Warning => "note",
        Callout::Caution => "warning",
        Callout::Note | Callout::Important => "info",
    }
}

fn code(language: &str, text: &str, context: Context) -> XmlNode {
    let text = text.strip_suffix('\n').unwrap_or(text);
    if !context.takes_code() {
        return XmlElement::new("pre").add(text).into();
    }
    let body = XmlElement::new("ac:plain-text-body").add(XmlNode::Verbatim(text.to_owned()));
    // Without a language, Data Center assumes Java.
    macro_named("code")
        .add(parameter("language", language_id(language)))
        .add(body)
        .into()
}

/// The language names of the code macro.
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

/// The language name for the code macro, which shows an error for unknown names.
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
    LANGUAGES
        .into_iter()
        .find(|known| *known == name)
        .unwrap_or("none")
}

fn styled(style: Style) -> XmlElement {
    match style {
        Style::Emphasis => XmlElement::new("em"),
        Style::Strong => XmlElement::new("strong"),
        Style::Strikethrough => XmlElement::new("del"),
        Style::Subscript => XmlElement::new("sub"),
        Style::Superscript => XmlElement::new("sup"),
        Style::Keyboard => XmlElement::new("code"),
        Style::Highlight => {
            XmlElement::new("span").with("style", "background-color: rgb(255,240,179);")
        }
        Style::Underline => XmlElement::new("u"),
    }
}

fn picture(name: &str, alt: &str, title: &str) -> XmlNode {
    let mut image = XmlElement::new("ac:image").with("ac:alt", alt);
    if !title.is_empty() {
        image = image.with("ac:title", title);
    }
    image
        .add(XmlElement::new("ri:attachment").with("ri:filename", name))
        .into()
}

/// Whether an address is safe to follow: its scheme cannot run code.
fn is_harmless(address: &str) -> bool {
    let scheme = address
        .split_once(':')
        .map(|(scheme, _)| scheme.to_ascii_lowercase());
    matches!(
        scheme.as_deref(),
        Some("http" | "https" | "mailto" | "ftp" | "tel")
    )
}
