//! What readers of Confluence see of a body, and what the tree should show, both as words and
//! marks.

use std::collections::BTreeMap;

use quick_xml::escape::{resolve_html5_entity, unescape_with};
use quick_xml::events::{BytesStart, Event};
use storybank::markdown::Alignment;
use storybank::wiki::page::{Block, Callout, Case, Inline, Item, LinkTo, List, Page, Style, plain};

/// An element of a body, parsed independently of the program.
#[derive(Debug, Clone, Default)]
pub struct Node {
    pub name: String,
    pub attributes: BTreeMap<String, String>,
    pub text: String,
    pub inside: Vec<Node>,
}

impl Node {
    pub fn get(&self, name: &str) -> &str {
        self.attributes.get(name).map_or("", String::as_str)
    }

    /// All text inside.
    pub fn words(&self) -> String {
        self.text.clone() + &self.inside.iter().map(Self::words).collect::<String>()
    }

    /// The first element with a name, at any depth.
    pub fn find(&self, name: &str) -> Option<&Self> {
        self.inside.iter().find_map(|inside| {
            if inside.name == name {
                Some(inside)
            } else {
                inside.find(name)
            }
        })
    }

    /// All elements with a name, at any depth.
    pub fn all(&self, name: &str) -> Vec<&Self> {
        let inside = self.inside.iter().flat_map(|inside| inside.all(name));
        (self.name == name)
            .then_some(self)
            .into_iter()
            .chain(inside)
            .collect()
    }
}

/// A body as elements; text is an element without a name.
#[track_caller]
pub fn read(body: &str) -> Node {
    let declared = format!("<root xmlns:ac=\"a\" xmlns:ri=\"r\">{body}</root>");
    let mut reader = quick_xml::Reader::from_str(&declared);
    let mut open = vec![Node::default()];
    loop {
        let event = reader
            .read_event()
            .unwrap_or_else(|error| panic!("{error}: {body}"));
        let top = open.len() - 1;
        match event {
            Event::Start(start) => open.push(node(&start)),
            Event::Empty(start) => open[top].inside.push(node(&start)),
            Event::End(_) => {
                let closed = open.pop().expect("it was opened");
                open[top - 1].inside.push(closed);
            }
            Event::Text(text) => push_words(&mut open[top], &text.xml10_content()),
            Event::CData(text) => push_words(&mut open[top], &text.xml10_content()),
            Event::GeneralRef(name) => {
                let reference = format!("&{};", &*name.xml10_content());
                push_words(
                    &mut open[top],
                    &unescape_with(&reference, resolve_html5_entity).expect("the entity is known"),
                );
            }
            Event::Eof => return open.remove(0).inside.remove(0),
            other => panic!("a body contains only elements and text: {other:?}"),
        }
    }
}

fn push_words(open: &mut Node, words: &str) {
    match open.inside.last_mut() {
        Some(last) if last.name.is_empty() => last.text.push_str(words),
        _ => open.inside.push(Node {
            text: words.to_owned(),
            ..Node::default()
        }),
    }
}

fn node(start: &BytesStart<'_>) -> Node {
    let attributes = start.attributes().map(|attribute| {
        let attribute = attribute.expect("attributes are well formed");
        let value = unescape_with(&attribute.value, resolve_html5_entity)
            .expect("entities are known")
            .into_owned();
        (attribute.key.as_ref().to_owned(), value)
    });
    Node {
        name: start.name().as_ref().to_owned(),
        attributes: attributes.collect(),
        ..Node::default()
    }
}

/// The visible content in order: marks in brackets, and words.
#[derive(Default)]
struct Shown {
    marks: Vec<String>,
    words: String,
    /// The text that contains each anchor.
    anchors: BTreeMap<String, String>,
}

impl Shown {
    fn mark(&mut self, mark: impl Into<String>) {
        let words = std::mem::take(&mut self.words);
        if !words.trim().is_empty() {
            self.marks.push(words.trim().to_owned());
        }
        self.marks.push(mark.into());
    }

    fn end(mut self) -> Vec<String> {
        self.mark("[end]");
        // The end of a paragraph before another block is not significant.
        self.marks
            .dedup_by(|next, before| next == "[p]" && before == "[p]");
        self.marks
    }

    fn node(&mut self, node: &Node) {
        match node.name.as_str() {
            "" => self.words.push_str(&node.text),
            "p" => self.line(node),
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" | "ul" | "li" | "blockquote" | "table"
            | "tr" | "hr" | "pre" => {
                self.block(&node.name, node);
            }
            "ol" => self.block(
                &format!(
                    "ol {}",
                    if node.get("start").is_empty() {
                        "1"
                    } else {
                        node.get("start")
                    }
                ),
                node,
            ),
            "th" | "td" => {
                let set = node
                    .find("p")
                    .map(|line| line.get("style").to_owned())
                    .unwrap_or_default();
                self.block(&format!("{} {set}", node.name), node);
            }
            "ac:task" => {
                let body = node.find("ac:task-body").expect("a task has a body");
                self.block(
                    &format!(
                        "task {}",
                        node.find("ac:task-status")
                            .expect("a task has a status")
                            .words()
                    ),
                    body,
                );
            }
            "ac:structured-macro" => self.macro_of(node),
            "ac:image" => {
                let name = node
                    .find("ri:attachment")
                    .expect("the picture is attached")
                    .get("ri:filename");
                self.words.push_str(&format!(
                    "⟨picture {name} {} {}⟩",
                    node.get("ac:alt"),
                    node.get("ac:title")
                ));
            }
            "ac:link" => {
                let page = node
                    .find("ri:page")
                    .map_or("", |page| page.get("ri:content-title"));
                let anchor = node.get("ac:anchor");
                let to = if page.is_empty() {
                    self.anchors
                        .get(anchor)
                        .cloned()
                        .expect("the anchor is on the page")
                } else {
                    anchor.to_owned()
                };
                self.words.push_str(&format!("⟨to {page}#{to}⟩"));
                self.inside(node);
            }
            "a" => {
                self.words.push_str(&format!("⟨a {}⟩", node.get("href")));
                self.inside(node);
            }
            "br" => self.words.push_str("⟨br⟩"),
            "strong" | "em" | "del" | "code" | "sub" | "sup" | "u" | "span" => {
                self.words.push_str(&format!("⟨{}⟩", node.name));
                self.inside(node);
                self.words.push_str("⟨/⟩");
            }
            "root" | "tbody" | "ac:task-list" | "ac:link-body" | "ac:rich-text-body"
            | "ac:plain-text-body" | "ri:page" => {
                self.inside(node);
            }
            other => panic!("unknown element <{other}>"),
        }
    }

    fn line(&mut self, node: &Node) {
        self.mark("[p]");
        self.inside(node);
        self.mark("[p]");
    }

    fn block(&mut self, mark: &str, node: &Node) {
        self.mark(format!("[{mark}]"));
        self.inside(node);
        self.mark("[/]");
    }

    fn inside(&mut self, node: &Node) {
        node.inside.iter().for_each(|inside| self.node(inside));
    }

    fn macro_of(&mut self, node: &Node) {
        let parameter = node
            .inside
            .iter()
            .find(|inside| inside.name == "ac:parameter")
            .map(Node::words)
            .unwrap_or_default();
        let body = node
            .inside
            .iter()
            .find(|inside| inside.name.ends_with("-body"));
        match node.get("ac:name") {
            "anchor" => {}
            "code" => {
                self.mark(format!("[code {parameter}]"));
                self.marks.push(body.map(Node::words).unwrap_or_default());
            }
            name => {
                self.mark(format!("[{name} {parameter}]"));
                body.into_iter().for_each(|body| self.inside(body));
                self.mark("[/]");
            }
        }
    }
}

/// What a body shows.
#[track_caller]
pub fn shown(body: &str) -> Vec<String> {
    let root = read(body);
    let mut shown = Shown::default();
    anchors(&root, &mut shown.anchors);
    shown.node(&root);
    shown.end()
}

/// The text of the blocks and references that contain anchors, by anchor.
fn anchors(node: &Node, found: &mut BTreeMap<String, String>) {
    for inside in &node.inside {
        if inside.name == "ac:structured-macro" && inside.get("ac:name") == "anchor" {
            let rest: String = node
                .inside
                .iter()
                .filter(|other| other.name != "ac:structured-macro")
                .map(Node::words)
                .collect();
            let rest = if inside.words().starts_with("footnote") {
                "a footnote".to_owned()
            } else {
                rest
            };
            assert!(
                found.insert(inside.words(), rest).is_none(),
                "an anchor is in one place: {}",
                inside.words()
            );
        }
        anchors(inside, found);
    }
}

/// What the tree should show.
pub fn wanted(case: &Case, titles: &BTreeMap<String, String>) -> Vec<String> {
    let mut writer = Wanted {
        page: &case.page,
        titles,
        shown: Shown::default(),
        references: vec![0; case.page.footnotes.len()],
    };
    writer.blocks(&case.page.blocks);
    if !case.page.footnotes.is_empty() {
        writer.shown.mark("[hr]");
        writer.shown.mark("[/]");
        writer.shown.mark("[ol 1]");
        for (index, blocks) in case.page.footnotes.iter().enumerate() {
            writer.footnote(index, blocks);
        }
        writer.shown.mark("[/]");
    }
    writer.shown.end()
}

struct Wanted<'a> {
    page: &'a Page,
    titles: &'a BTreeMap<String, String>,
    shown: Shown,
    references: Vec<usize>,
}

impl Wanted<'_> {
    fn footnote(&mut self, index: usize, blocks: &[Block]) {
        let (Block::Paragraph(first), rest) =
            blocks.split_first().expect("a footnote is not empty")
        else {
            panic!("it starts with text")
        };
        self.shown.mark("[li]");
        self.shown.mark("[p]");
        self.inlines(first);
        self.shown
            .words
            .push_str(&" ⟨to #a footnote⟩↩".repeat(self.references[index]));
        self.shown.mark("[p]");
        self.blocks(rest);
        self.shown.mark("[/]");
    }

    fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn within(&mut self, mark: impl Into<String>, show: impl FnOnce(&mut Self)) {
        self.shown.mark(mark);
        show(self);
        self.shown.mark("[/]");
    }

    fn line(&mut self, inlines: &[Inline]) {
        self.shown.mark("[p]");
        self.inlines(inlines);
        self.shown.mark("[p]");
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(heading) => self.within(format!("[h{}]", heading.level), |this| {
                this.inlines(&heading.text);
            }),
            Block::Paragraph(inlines) => self.line(inlines),
            Block::Quote(blocks) => self.within("[blockquote]", |this| this.blocks(blocks)),
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.within(format!("[{} ]", panel(*kind)), |this| {
                let name = [Inline::Text(kind.name().to_owned())];
                let title = if title.is_empty() {
                    name.to_vec()
                } else {
                    title.clone()
                };
                this.line(&[Inline::Styled(Style::Strong, title)]);
                this.blocks(blocks);
            }),
            Block::Code { language, text } => {
                let language = if language == "text" { "none" } else { language };
                self.shown.mark(format!("[code {language}]"));
                self.shown
                    .marks
                    .push(text.strip_suffix('\n').unwrap_or(text).to_owned());
            }
            Block::List(list) => self.list(list),
            Block::Table(table) => self.within("[table]", |this| {
                for (tag, row) in std::iter::once(("th", &table.head))
                    .chain(table.rows.iter().map(|row| ("td", row)))
                {
                    this.within("[tr]", |this| {
                        for (cell, set) in row.iter().zip(&table.columns) {
                            this.within(format!("[{tag} {}]", aligned(*set)), |this| {
                                this.line(cell);
                            });
                        }
                    });
                }
            }),
            Block::Details { summary, blocks } => {
                self.within(format!("[expand {}]", plain(summary)), |this| {
                    this.blocks(blocks);
                });
            }
            Block::Rule => self.within("[hr]", |_| {}),
            Block::Facts(facts) => self.within("[details ]", |this| {
                this.within("[table]", |this| {
                    for (name, value) in facts {
                        this.within("[tr]", |this| {
                            this.within("[th ]", |this| this.line(&[Inline::Text(name.clone())]));
                            this.within("[td ]", |this| this.line(&[Inline::Text(value.clone())]));
                        });
                    }
                });
            }),
            Block::Contents => self.within("[toc ]", |_| {}),
            Block::Element(..) => panic!("tests/own_html.rs checks these"),
            Block::Actions(actions) => {
                for action in actions {
                    let status = if action.is_settled {
                        "complete"
                    } else {
                        "incomplete"
                    };
                    self.within(format!("[task {status}]"), |this| {
                        let facts = [
                            action.owner.clone(),
                            if action.due.is_empty() {
                                String::new()
                            } else {
                                format!("by {}", action.due)
                            },
                        ];
                        let facts: Vec<String> =
                            facts.into_iter().filter(|fact| !fact.is_empty()).collect();
                        let facts = if facts.is_empty() {
                            String::new()
                        } else {
                            format!(" — {}", facts.join(", "))
                        };
                        this.shown
                            .words
                            .push_str(&format!("{}{facts}", action.what));
                    });
                }
            }
        }
    }

    fn list(&mut self, list: &List) {
        if list.first.is_none() && list.items.iter().all(is_plain_task) {
            for item in &list.items {
                let status = if item.done == Some(true) {
                    "complete"
                } else {
                    "incomplete"
                };
                self.within(format!("[task {status}]"), |this| {
                    this.item(item, &[], true);
                });
            }
            return;
        }
        let mark = list
            .first
            .map_or("[ul]".to_owned(), |first| format!("[ol {first}]"));
        self.within(mark, |this| {
            for item in &list.items {
                let mark = item.done.map(|done| {
                    Inline::Text(if done {
                        "[x] ".to_owned()
                    } else {
                        "[ ] ".to_owned()
                    })
                });
                let mark: Vec<Inline> = mark.into_iter().collect();
                this.within("[li]", |this| this.item(item, &mark, list.is_tight));
            }
        });
    }

    fn item(&mut self, item: &Item, mark: &[Inline], is_tight: bool) {
        for (index, block) in item.blocks.iter().enumerate() {
            match block {
                Block::Paragraph(inlines) if index == 0 => {
                    let line = [mark, inlines].concat();
                    if is_tight {
                        self.inlines(&line);
                    } else {
                        self.line(&line);
                    }
                }
                Block::Quote(blocks) => {
                    for block in blocks {
                        let Block::Paragraph(inlines) = block else {
                            panic!("only words are quoted in lists")
                        };
                        self.line(&[Inline::Styled(Style::Emphasis, inlines.clone())]);
                    }
                }
                other => self.block(other),
            }
        }
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        inlines.iter().for_each(|inline| self.inline(inline));
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => self.shown.words.push_str(text),
            Inline::Code(text) => self.shown.words.push_str(&format!("⟨code⟩{text}⟨/⟩")),
            Inline::Styled(style, inlines) => {
                self.shown.words.push_str(&format!("⟨{}⟩", tag(*style)));
                self.inlines(inlines);
                self.shown.words.push_str("⟨/⟩");
            }
            Inline::Link { to, text } => {
                let to = match to {
                    LinkTo::External(address) => format!("⟨a {address}⟩"),
                    LinkTo::Heading(id) => {
                        let heading = self
                            .page
                            .headings()
                            .into_iter()
                            .find(|heading| heading.id == *id)
                            .expect("it is on the page");
                        format!("⟨to #{}⟩", plain(&heading.text))
                    }
                    LinkTo::Page { case, heading } => {
                        format!("⟨to {}#{heading}⟩", self.titles[case.as_str()])
                    }
                };
                self.shown.words.push_str(&to);
                self.inlines(text);
            }
            Inline::Picture { name, alt, title } => self
                .shown
                .words
                .push_str(&format!("⟨picture {name} {alt} {title}⟩")),
            Inline::Break => self.shown.words.push_str("⟨br⟩"),
            Inline::Element(..) => panic!("tests/own_html.rs checks these"),
            Inline::Footnote(index) => {
                self.references[*index] += 1;
                self.shown
                    .words
                    .push_str(&format!("⟨sup⟩⟨to #a footnote⟩{}⟨/⟩", index + 1));
            }
        }
    }
}

fn is_plain_task(item: &Item) -> bool {
    let is_task_list = |block: &Block| matches!(block, Block::List(inner) if inner.first.is_none() && inner.items.iter().all(is_plain_task));
    item.done.is_some() && item.blocks.iter().skip(1).all(is_task_list)
}

fn panel(kind: Callout) -> &'static str {
    match kind {
        Callout::Tip => "tip",
        Callout::Warning => "note",
        Callout::Caution => "warning",
        _ => "info",
    }
}

fn aligned(set: Alignment) -> &'static str {
    match set {
        Alignment::None => "",
        Alignment::Left => "text-align: left;",
        Alignment::Center => "text-align: center;",
        Alignment::Right => "text-align: right;",
    }
}

fn tag(style: Style) -> &'static str {
    match style {
        Style::Emphasis => "em",
        Style::Strong => "strong",
        Style::Strikethrough => "del",
        Style::Subscript => "sub",
        Style::Superscript => "sup",
        Style::Keyboard => "code",
        Style::Highlight => "span",
        Style::Underline => "u",
    }
}
