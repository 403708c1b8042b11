//! Pages as tokens, made from the tree and from the HTML of MediaWiki, for comparison.

use percent_encoding::percent_decode_str;
use storybank::markdown::Alignment;
use storybank::slug::Slug;
use storybank::wiki::page::{ActionEntry, Block, Case, Inline, Item, LinkTo, List, Style, Table};
use unicode_normalization::UnicodeNormalization;

use crate::html::{NodeId, Page};

/// A part of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Token {
    /// A start tag.
    Open(String),
    /// An end tag.
    Close(String),
    /// Words with single spaces.
    Words(String),
    /// Preformatted lines.
    Lines(String),
    /// An empty element: a picture, a footnote reference, a line break.
    Mark(String),
    /// The end or the start of a paragraph.
    Edge,
}

use Token::{Close, Edge, Lines, Mark, Open, Words};

/// Inline elements.
const INLINE: [&str; 10] = [
    "strong", "em", "s", "sub", "sup", "kbd", "mark", "u", "code", "a",
];

/// The tokens of a tree. `places` gives the titles of other pages.
pub fn of_case(case: &Case, places: &dyn Fn(&Slug) -> String) -> Vec<Token> {
    let mut flat = OfTree {
        case,
        places,
        out: Vec::new(),
    };
    // The wiki changes such a title, so it is also at the top of the text.
    if case.title.contains(['#', '[', '|']) {
        flat.within("strong", |flat| flat.words(&case.title));
    }
    flat.blocks(&case.page.blocks);
    for note in &case.page.footnotes {
        flat.within("note", |flat| flat.blocks(note));
    }
    tidy(flat.out)
}

/// The tokens of the HTML of MediaWiki.
pub fn of_html(page: &Page) -> Vec<Token> {
    let mut flat = OfHtml {
        page,
        out: Vec::new(),
    };
    flat.node(0);
    tidy(flat.out)
}

struct OfTree<'a> {
    case: &'a Case,
    places: &'a dyn Fn(&Slug) -> String,
    out: Vec<Token>,
}

impl OfTree<'_> {
    fn within(&mut self, name: &str, inner: impl FnOnce(&mut Self)) {
        self.out.push(Open(name.to_owned()));
        inner(self);
        self.out.push(Close(name.to_owned()));
    }

    fn words(&mut self, words: &str) {
        self.out.push(Words(words.nfc().collect()));
    }

    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.out.push(Edge);
            self.block(block);
            self.out.push(Edge);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            // Footnote references are below a heading, and a heading is a single line.
            Block::Heading(heading) => {
                let (notes, words): (Vec<_>, Vec<_>) = heading
                    .text
                    .iter()
                    .cloned()
                    .partition(|one| matches!(one, Inline::Footnote(_)));
                let words = words.into_iter().map(|one| {
                    if one == Inline::Break {
                        Inline::Text(" ".to_owned())
                    } else {
                        one
                    }
                });
                self.within(&format!("h{}", heading.level), |flat| {
                    flat.inlines(&words.collect::<Vec<_>>());
                });
                self.inlines(&notes);
                self.out.push(Edge);
            }
            Block::Paragraph(inlines) => self.inlines(inlines),
            Block::Quote(blocks) => self.within("quote", |flat| flat.blocks(blocks)),
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.within("callout", |flat| {
                flat.within("strong", |flat| {
                    if title.is_empty() {
                        flat.words(kind.name());
                    } else {
                        flat.inlines(title);
                    }
                });
                flat.blocks(blocks);
            }),
            Block::Code { text, .. } => self.out.push(Lines(
                text.strip_suffix('\n').unwrap_or(text).nfc().collect(),
            )),
            Block::List(list) => self.list(list),
            Block::Table(table) => self.table(table),
            Block::Details { summary, blocks } => self.within("details", |flat| {
                flat.inlines(summary);
                flat.within("content", |flat| flat.blocks(blocks));
            }),
            Block::Rule => self.out.push(Mark("rule".to_owned())),
            Block::Facts(facts) => {
                self.within("table", |flat| {
                    facts
                        .iter()
                        .for_each(|(name, value)| flat.row(&[("th", name), ("td", value)]));
                });
            }
            Block::Contents => self.out.push(Mark("contents".to_owned())),
            Block::Actions(actions) => self.actions(actions),
            Block::Element(..) => panic!("tests/own_html.rs checks these"),
        }
    }

    fn list(&mut self, list: &List) {
        let name = match list.first {
            None => "ul".to_owned(),
            Some(first) => format!("ol {first}"),
        };
        self.within(&name, |flat| {
            list.items.iter().for_each(|item| flat.item(item));
        });
    }

    fn item(&mut self, item: &Item) {
        self.within("li", |flat| {
            if let Some(done) = item.done {
                flat.words(if done { "☑ " } else { "☐ " });
            }
            for (number, block) in item.blocks.iter().enumerate() {
                if number > 0 || !matches!(block, Block::Paragraph(_)) {
                    flat.out.push(Edge);
                }
                flat.block(block);
                flat.out.push(Edge);
            }
        });
    }

    fn table(&mut self, table: &Table) {
        let row = |flat: &mut Self, name: &str, cells: &[Vec<Inline>]| {
            flat.within("tr", |flat| {
                for (cell, alignment) in cells.iter().zip(&table.columns) {
                    let set = match alignment {
                        Alignment::None => "",
                        Alignment::Left => " left",
                        Alignment::Center => " center",
                        Alignment::Right => " right",
                    };
                    flat.within(&format!("{name}{set}"), |flat| flat.inlines(cell));
                }
            });
        };
        self.within("table", |flat| {
            row(flat, "th", &table.head);
            table.rows.iter().for_each(|cells| row(flat, "td", cells));
        });
    }

    fn row(&mut self, cells: &[(&str, &str)]) {
        self.within("tr", |flat| {
            cells
                .iter()
                .for_each(|(name, words)| flat.within(name, |flat| flat.words(words)));
        });
    }

    fn actions(&mut self, actions: &[ActionEntry]) {
        self.within("table", |flat| {
            flat.row(&["Action", "Owner", "Due", "Status"].map(|name| ("th", name)));
            for action in actions {
                let status = format!(
                    "{} {}",
                    if action.is_settled { "☑" } else { "☐" },
                    action.status
                );
                flat.row(&[
                    ("td", &action.what),
                    ("td", &action.owner),
                    ("td", &action.due),
                    ("td", &status),
                ]);
            }
        });
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Text(words) => self.words(words),
                Inline::Code(words) => self.within("code", |flat| flat.words(words)),
                Inline::Styled(style, inlines) => {
                    self.within(name_of(*style), |flat| flat.inlines(inlines));
                }
                Inline::Link { to, text } => {
                    self.out.push(Mark(format!("to {}", self.leads_to(to))));
                    self.within("a", |flat| flat.inlines(text));
                }
                Inline::Picture { name, alt, .. } => self
                    .out
                    .push(Mark(format!("picture {name}: {}", alt.trim()))),
                Inline::Break => self.out.push(Mark("break".to_owned())),
                Inline::Footnote(number) => self.out.push(Mark(format!("note [{}]", number + 1))),
                Inline::Element(..) => panic!("tests/own_html.rs checks these"),
            }
        }
    }

    fn leads_to(&self, to: &LinkTo) -> String {
        match to {
            LinkTo::Heading(id) => {
                let headings = self.case.page.headings();
                format!(
                    "heading {:?}",
                    headings.iter().position(|heading| heading.id == *id)
                )
            }
            LinkTo::Page { case, heading } => {
                let fragment = if heading.is_empty() {
                    String::new()
                } else {
                    format!("#{heading}")
                };
                format!(
                    "/index.php/{}{fragment}",
                    (self.places)(case).replace(' ', "_")
                )
            }
            LinkTo::External(address) => decoded(address),
        }
    }
}

fn name_of(style: Style) -> &'static str {
    match style {
        Style::Emphasis => "em",
        Style::Strong => "strong",
        Style::Strikethrough => "s",
        Style::Subscript => "sub",
        Style::Superscript => "sup",
        Style::Keyboard => "kbd",
        Style::Highlight => "mark",
        Style::Underline => "u",
    }
}

fn decoded(address: &str) -> String {
    percent_decode_str(address).decode_utf8_lossy().into_owned()
}

struct OfHtml<'a> {
    page: &'a Page,
    out: Vec<Token>,
}

impl OfHtml<'_> {
    fn within(&mut self, name: &str, id: NodeId) {
        self.out.push(Open(name.to_owned()));
        self.inside(id);
        self.out.push(Close(name.to_owned()));
    }

    fn inside(&mut self, id: NodeId) {
        self.page
            .children(id)
            .iter()
            .for_each(|&child| self.node(child));
    }

    fn node(&mut self, id: NodeId) {
        let page = self.page;
        let class = |class: &str| page.has_class(id, class);
        match page.name(id) {
            "" if page.children(id).is_empty() => self.out.push(Words(page.raw_text(id))),
            "b" | "strong" => self.within("strong", id),
            "i" | "em" => self.within("em", id),
            "s" | "sub" | "kbd" | "mark" | "u" | "code" => self.within(page.name(id), id),
            "sup" if class("reference") => self.out.push(Mark(format!("note {}", page.text(id)))),
            "sup" => self.within("sup", id),
            "h2" | "h3" | "h4" | "h5" | "h6" | "table" | "tr" | "ul" => {
                self.within(page.name(id), id);
            }
            "blockquote" => self.within("quote", id),
            "ol" if class("references") => self.inside(id),
            "ol" => self.within(
                &format!("ol {}", page.attribute(id, "start").unwrap_or("1")),
                id,
            ),
            "li" => self.within("li", id),
            "span" if class("mw-cite-backlink") => {}
            "span" if class("reference-text") => self.within("note", id),
            "th" | "td" => self.within(&self.cell(id), id),
            "a" => self.link(id),
            "img" => self.picture(id),
            "pre" => {
                let lines = page.raw_text(id);
                self.out
                    .push(Lines(lines.strip_suffix('\n').unwrap_or(&lines).to_owned()));
            }
            "br" => self.out.push(Mark("break".to_owned())),
            "hr" => self.out.push(Mark("rule".to_owned())),
            "div" if page.attribute(id, "id") == Some("toc") => {
                self.out.push(Mark("contents".to_owned()));
            }
            "div" if page.attribute(id, "role") == Some("note") => self.within("callout", id),
            "div" if class("mw-collapsible") => self.within("details", id),
            "div" if class("mw-collapsible-content") => self.within("content", id),
            "p" | "div" => {
                self.out.push(Edge);
                self.inside(id);
                self.out.push(Edge);
            }
            "style" | "script" => self.out.push(Mark(format!("<{}>", page.name(id)))),
            "" | "html" | "head" | "body" | "span" | "tbody" => self.inside(id),
            other => self.within(&format!("unexpected <{other}>"), id),
        }
    }

    fn cell(&self, id: NodeId) -> String {
        let style = self.page.attribute(id, "style").unwrap_or_default();
        let set = style
            .trim_end_matches(';')
            .split(':')
            .nth(1)
            .unwrap_or_default();
        format!("{}{set}", self.page.name(id))
    }

    fn link(&mut self, id: NodeId) {
        // The item of a footnote is inside the item of the list.
        if self.page.has_class(id, "image") {
            return self.inside(id);
        }
        let href = decoded(self.page.attribute(id, "href").unwrap_or_default());
        let to = match href.strip_prefix('#') {
            Some(fragment) => {
                let names = self.page.of_class("mw-headline");
                format!(
                    "heading {:?}",
                    names
                        .iter()
                        .position(|&name| self.page.attribute(name, "id") == Some(fragment))
                )
            }
            None => href
                .replace("/index.php?title=", "/index.php/")
                .replace("&action=edit&redlink=1", ""),
        };
        self.out.push(Mark(format!("to {to}")));
        self.within("a", id);
    }

    fn picture(&mut self, id: NodeId) {
        let attribute = |name: &str| self.page.attribute(id, name).unwrap_or_default();
        let name = decoded(attribute("src").rsplit('/').next().unwrap_or_default());
        self.out.push(Mark(format!(
            "picture {}: {}",
            name.to_lowercase(),
            attribute("alt")
        )));
    }
}

/// Words with single spaces and none at the ends of blocks, and single paragraph edges.
fn tidy(tokens: Vec<Token>) -> Vec<Token> {
    let mut out = single_spaced(tokens);
    trim(out.iter_mut(), |words| words.trim_start_matches(' '));
    trim(out.iter_mut().rev(), |words| words.trim_end_matches(' '));
    out.retain(|token| *token != Words(String::new()));
    let mut parted: Vec<Token> = Vec::new();
    for token in out {
        let after_block = parted.last().is_none_or(is_edge);
        match token {
            Edge if after_block => {}
            _ => {
                if is_edge(&token) && parted.last() == Some(&Edge) {
                    parted.pop();
                }
                parted.push(token);
            }
        }
    }
    // The last paragraph needs no edge; the items of footnotes are lists in browsers only.
    while parted.last() == Some(&Edge) {
        parted.pop();
    }
    let is_item = |at: usize| matches!(&parted[at], Open(name) | Close(name) if name == "li");
    let is_note = |at: usize, parted: &[Token]| {
        let near = [at.wrapping_add(1), at.wrapping_sub(1)];
        near.iter().any(
            |&near| matches!(parted.get(near), Some(Open(name) | Close(name)) if name == "note"),
        )
    };
    let kept = (0..parted.len()).filter(|&at| !(is_item(at) && is_note(at, &parted)));
    kept.map(|at| parted[at].clone()).collect()
}

/// Removes the spaces after a block edge, in the direction of the tokens.
fn trim<'a>(tokens: impl Iterator<Item = &'a mut Token>, trimmed: impl Fn(&str) -> &str) {
    let mut is_at_edge = true;
    for token in tokens {
        if is_style(token) {
            continue;
        }
        match token {
            Words(words) if is_at_edge => {
                *words = trimmed(words).to_owned();
                is_at_edge = words.is_empty();
            }
            _ => is_at_edge = is_edge(token),
        }
    }
}

fn single_spaced(tokens: Vec<Token>) -> Vec<Token> {
    let mut merged: Vec<Token> = Vec::new();
    for token in tokens {
        match (merged.last_mut(), token) {
            (Some(Words(before)), Words(words)) => before.push_str(&words),
            (_, token) => merged.push(token),
        }
    }
    for token in &mut merged {
        if let Words(words) = token {
            let mut spaced = String::new();
            for sign in words.chars().map(|sign| {
                if sign.is_ascii_whitespace() {
                    ' '
                } else {
                    sign
                }
            }) {
                if sign != ' ' || !spaced.ends_with(' ') {
                    spaced.push(sign);
                }
            }
            *words = spaced;
        }
    }
    merged.retain(|token| *token != Words(String::new()));
    merged
}

/// Whether a token only styles the text.
fn is_style(token: &Token) -> bool {
    matches!(token, Open(_) | Close(_)) && !is_edge(token)
}

fn is_edge(token: &Token) -> bool {
    match token {
        Open(name) | Close(name) => !INLINE.contains(&name.as_str()),
        Edge | Lines(_) => true,
        Mark(name) => matches!(name.as_str(), "rule" | "contents"),
        Words(_) => false,
    }
}

/// The first token that differs, with its context.
pub fn difference(shown: &[Token], meant: &[Token]) -> Option<String> {
    let at = (0..shown.len().max(meant.len())).find(|&at| shown.get(at) != meant.get(at))?;
    let around = |tokens: &[Token]| {
        let some = tokens
            .iter()
            .enumerate()
            .skip(at.saturating_sub(6))
            .take(12);
        some.map(|(number, token)| format!("{} {token:?}\n", if number == at { ">" } else { " " }))
            .collect::<String>()
    };
    Some(format!(
        "shown:\n{}\nmeant:\n{}",
        around(shown),
        around(meant)
    ))
}

/// Fails if two token lists differ.
pub fn assert_same(shown: &[Token], meant: &[Token], source: &str) {
    if let Some(difference) = difference(shown, meant) {
        panic!("{difference}\nsource:\n{source}");
    }
}
