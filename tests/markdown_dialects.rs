//! The Markdown for each host is parsed again, and compared with the tree.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/hostile.rs"]
mod hostile;
#[path = "common/tree.rs"]
mod tree;

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use pulldown_cmark::{BlockQuoteKind, CodeBlockKind, Event, Options, Parser, Tag, TagEnd};
use storybank::diagnostic::Level;
use storybank::highlight::Highlighter;
use storybank::markdown::Alignment;
use storybank::slug::Slug;
use storybank::wiki::page::{
    ActionEntry, Block, Callout, Case, Heading, Inline, Item, LinkTo, List, Page, Style, Table,
    plain,
};
use storybank::wiki::{Dialect, Flavour, RenderedPage, attachment_path, write};
use tree::{heading, paragraph, text};

const FLAVOURS: [Flavour; 5] = [
    Flavour::AzureDevops,
    Flavour::Github,
    Flavour::Gitlab,
    Flavour::Gitea,
    Flavour::Plain,
];

fn written(flavour: Flavour, cases: &[Case]) -> Vec<RenderedPage> {
    write(
        Dialect::Markdown(flavour),
        "",
        cases,
        &BTreeMap::new(),
        &Highlighter::default(),
    )
    .0
}

fn problems(flavour: Flavour, cases: &[Case]) -> Vec<String> {
    let (_, found) = write(
        Dialect::Markdown(flavour),
        "",
        cases,
        &BTreeMap::new(),
        &Highlighter::default(),
    );
    found
        .into_iter()
        .filter(|found| found.rule.level == Level::Error)
        .map(|found| found.message)
        .collect()
}

fn case(title: &str, blocks: Vec<Block>) -> Case {
    let page = Page {
        blocks,
        footnotes: vec![vec![paragraph("one")], vec![paragraph("two")]],
        pictures: vec!["p.png".to_owned()],
    };
    tree::case(title, title, page)
}

/// The text without front matter.
fn body(text: &str) -> &str {
    text.strip_prefix("---\n")
        .and_then(|rest| rest.split_once("\n---\n"))
        .map_or(text, |(_, body)| body)
}

// Text and structure as marks between words, from either side. A mark is between two characters
// that no text contains.

fn mark(name: &str) -> String {
    format!("\u{1}{name}\u{2}")
}

fn end(name: &str) -> String {
    mark(&format!("/{name}"))
}

fn block(name: &str, inner: &str) -> String {
    format!(
        "{}{inner}{}\n",
        mark(name),
        end(name.split(' ').next().unwrap_or_default())
    )
}

/// A line with white space as readers see it.
fn line(words: &str) -> String {
    let mut words = words.replace(['\n', '\t'], " ");
    while words.contains("  ") {
        words = words.replace("  ", " ");
    }
    let br = mark("br");
    words = words
        .replace(&format!(" {br}"), &br)
        .replace(&format!("{br} "), &br);
    let mut kept = words.as_str();
    while let Some(rest) = kept.strip_prefix(&br).or_else(|| kept.strip_prefix(' ')) {
        kept = rest;
    }
    while let Some(rest) = kept.strip_suffix(&br).or_else(|| kept.strip_suffix(' ')) {
        kept = rest;
    }
    kept.to_owned()
}

/// The marks of a tree.
struct Said {
    flavour: Flavour,
}

/// Whether line ends are kept.
#[derive(Clone, Copy, PartialEq)]
enum Lines {
    Many,
    One,
}

impl Said {
    fn inlines(&self, inlines: &[Inline], lines: Lines) -> String {
        inlines
            .iter()
            .map(|inline| self.inline(inline, lines))
            .collect()
    }

    fn inline(&self, inline: &Inline, lines: Lines) -> String {
        let styled = |name: &str, inner: &str| {
            if inner.is_empty() {
                String::new()
            } else {
                format!("{}{inner}{}", mark(name), end(name))
            }
        };
        match inline {
            Inline::Text(text) => text.clone(),
            Inline::Code(code) => styled("code", code),
            Inline::Styled(style, inner) => styled(style_name(*style), &self.inlines(inner, lines)),
            Inline::Link { to, text } => {
                let to = match to {
                    LinkTo::External(address) => percent(address),
                    LinkTo::Heading(_) => "#".to_owned(),
                    LinkTo::Page { .. } => "page".to_owned(),
                };
                format!(
                    "{}{}{}",
                    mark(&format!("a {to}")),
                    self.inlines(text, lines),
                    end("a")
                )
            }
            Inline::Picture { alt, .. } => format!("{}{alt}{}", mark("img"), end("img")),
            Inline::Break if lines == Lines::One => " ".to_owned(),
            Inline::Break => mark("br"),
            Inline::Footnote(number) if self.flavour == Flavour::AzureDevops => {
                styled("sup", &format!("[{}]", number + 1))
            }
            Inline::Footnote(number) => mark(&format!("fn {}", number + 1)),
            Inline::Element(..) => panic!("tests/own_html.rs checks these"),
        }
    }

    fn blocks(&self, blocks: &[Block], is_top: bool) -> String {
        blocks
            .iter()
            .map(|block| self.block(block, is_top))
            .collect()
    }

    fn block(&self, of: &Block, is_top: bool) -> String {
        match of {
            Block::Heading(heading) => block(
                &format!("h{}", heading.level),
                &line(&self.inlines(&heading.text, Lines::One)),
            ),
            Block::Paragraph(inlines) => self.paragraph(inlines),
            Block::Quote(blocks) => {
                let inner = self.blocks(blocks, false);
                nonempty(block("quote", &inner), inner.is_empty())
            }
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.callout(*kind, title, blocks, is_top),
            Block::Code { language, text } => block(&format!("pre {language}"), text),
            Block::List(list) => self.list(list),
            Block::Table(table) => self.table(table),
            Block::Details { summary, blocks } => {
                let summary = format!(
                    "{}{}{}\n",
                    mark("summary"),
                    line(
                        &Self {
                            flavour: self.flavour
                        }
                        .html(summary)
                    ),
                    end("summary")
                );
                format!(
                    "{}{summary}{}{}\n",
                    mark("details"),
                    self.blocks(blocks, false),
                    end("details")
                )
            }
            Block::Rule => block("hr", ""),
            Block::Facts(facts) => {
                let rows = facts.iter().map(|(name, value)| {
                    vec![
                        vec![Inline::Styled(Style::Strong, vec![text(name)])],
                        vec![text(value)],
                    ]
                });
                self.table(&Table {
                    columns: vec![Alignment::None; 2],
                    head: vec![Vec::new(); 2],
                    rows: rows.collect(),
                })
            }
            Block::Contents => String::new(),
            Block::Element(..) => panic!("tests/own_html.rs checks these"),
            Block::Actions(actions) => {
                let items = actions.iter().map(|action| Item {
                    done: Some(action.is_settled),
                    blocks: vec![paragraph(&in_words(action))],
                });
                self.list(&List {
                    first: None,
                    is_tight: true,
                    items: items.collect(),
                })
            }
        }
    }

    /// HTML cannot refer to footnotes.
    fn html(&self, inlines: &[Inline]) -> String {
        Self {
            flavour: Flavour::AzureDevops,
        }
        .inlines(inlines, Lines::One)
    }

    fn paragraph(&self, inlines: &[Inline]) -> String {
        let words = line(&self.inlines(inlines, Lines::Many));
        nonempty(block("p", &words), words.is_empty())
    }

    fn callout(&self, kind: Callout, title: &[Inline], blocks: &[Block], is_top: bool) -> String {
        let is_alert = is_top && self.flavour != Flavour::AzureDevops;
        let name = kind.name();
        let words = if is_alert || plain(title).trim().eq_ignore_ascii_case(name) {
            title.to_vec()
        } else if title.is_empty() {
            vec![text(name)]
        } else {
            [&[text(&format!("{name}: "))], title].concat()
        };
        let strong = line(&self.inlines(&[Inline::Styled(Style::Strong, words)], Lines::One));
        let title = nonempty(block("p", &strong), strong.is_empty());
        let element = if is_alert {
            format!("quote {name}")
        } else {
            "quote".to_owned()
        };
        block(&element, &(title + &self.blocks(blocks, false)))
    }

    fn list(&self, list: &List) -> String {
        let items: String = list
            .items
            .iter()
            .map(|item| {
                let name = match item.done {
                    None => "li".to_owned(),
                    Some(done) => format!("li {done}"),
                };
                block(&name, &self.blocks(&item.blocks, false))
            })
            .collect();
        let name = list
            .first
            .map_or("ul".to_owned(), |first| format!("ol {first}"));
        nonempty(block(&name, &items), list.items.is_empty())
    }

    fn table(&self, table: &Table) -> String {
        let cells = |row: &Vec<Vec<Inline>>| {
            row.iter()
                .map(|cell| block("td", &line(&self.inlines(cell, Lines::Many))))
                .collect::<String>()
        };
        let rows = std::iter::once(&table.head)
            .chain(&table.rows)
            .map(|row| block("tr", &cells(row)));
        block(
            &format!("table {:?}", table.columns),
            &rows.collect::<String>(),
        )
    }

    fn page(&self, case: &Case) -> String {
        let has_title = match self.flavour {
            Flavour::Plain => true,
            Flavour::Github => case.title.contains(':'),
            Flavour::AzureDevops => case.title.contains('#'),
            Flavour::Gitlab | Flavour::Gitea => false,
        };
        let title = if has_title {
            block("h1", &line(&case.title))
        } else {
            String::new()
        };
        let footnotes = &case.page.footnotes;
        let notes = if self.flavour == Flavour::AzureDevops {
            let items = footnotes
                .iter()
                .map(|blocks| Item {
                    done: None,
                    blocks: blocks.clone(),
                })
                .collect();
            block("hr", "")
                + &self.list(&List {
                    first: Some(1),
                    is_tight: false,
                    items,
                })
        } else {
            let notes = footnotes.iter().enumerate();
            notes
                .map(|(at, blocks)| block(&format!("note {}", at + 1), &self.blocks(blocks, false)))
                .collect()
        };
        title + &self.blocks(&case.page.blocks, true) + &notes
    }
}

fn nonempty(words: String, is_empty: bool) -> String {
    if is_empty { String::new() } else { words }
}

fn style_name(style: Style) -> &'static str {
    match style {
        Style::Emphasis => "em",
        Style::Strong => "strong",
        Style::Strikethrough => "del",
        Style::Subscript => "sub",
        Style::Superscript => "sup",
        Style::Keyboard => "kbd",
        Style::Highlight => "mark",
        Style::Underline => "ins",
    }
}

fn in_words(action: &ActionEntry) -> String {
    let owner = if action.owner.is_empty() {
        String::new()
    } else {
        format!("owner: {}, ", action.owner)
    };
    let due = if action.due.is_empty() {
        String::new()
    } else {
        format!("due: {}, ", action.due)
    };
    format!("{} — {owner}{due}status: {}", action.what, action.status)
}

/// An address as a browser requests it.
fn percent(address: &str) -> String {
    percent_encoding::percent_decode_str(address)
        .decode_utf8_lossy()
        .into_owned()
}

/// The marks of parsed Markdown.
#[derive(Default)]
struct Read {
    out: String,
    /// The current line.
    words: String,
    /// The end marks of the open blocks.
    open: Vec<String>,
    /// Whether a paragraph without an event of its own is open.
    is_in_line: bool,
    headings: Vec<String>,
    fragments: Vec<String>,
    pages: Vec<String>,
    pictures: Vec<String>,
    is_in_code: bool,
}

fn read(text: &str) -> Read {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_GFM
        | Options::ENABLE_MATH
        | Options::ENABLE_WIKILINKS
        | Options::ENABLE_HEADING_ATTRIBUTES;
    let mut read = Read::default();
    for event in Parser::new_ext(text, options) {
        read.event(event);
    }
    read
}

impl Read {
    fn event(&mut self, event: Event<'_>) {
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if self.is_in_code => self.out.push_str(&text),
            Event::Text(text) => self.inline(&text),
            Event::Code(code) => self.inline(&format!("{}{code}{}", mark("code"), end("code"))),
            Event::InlineHtml(html) => self.inline(&tags(&html, &mut self.fragments.clone())),
            Event::Html(html) => {
                let mut fragments = Vec::new();
                let said = tags(html.trim_end(), &mut fragments);
                self.fragments.extend(fragments);
                self.out.push_str(&line(
                    &said.replace(&format!(" {}", end("summary")), &end("summary")),
                ));
                if !said.is_empty() && said != mark("details") {
                    self.out.push('\n');
                }
            }
            Event::FootnoteReference(label) => self.inline(&mark(&format!("fn {label}"))),
            Event::SoftBreak => self.inline(" "),
            Event::HardBreak => self.inline(&mark("br")),
            Event::Rule => {
                self.finish_line();
                self.out.push_str(&block("hr", ""));
            }
            Event::TaskListMarker(done) => {
                let at = self.out.rfind(&mark("li")).expect("it is in an item");
                self.out
                    .replace_range(at..at + mark("li").len(), &mark(&format!("li {done}")));
            }
            Event::InlineMath(math) | Event::DisplayMath(math) => {
                self.inline(&format!("{}{math}{}", mark("math"), end("math")));
            }
        }
    }

    fn inline(&mut self, words: &str) {
        let is_in_leaf = self
            .open
            .last()
            .is_some_and(|open| matches!(open.as_str(), "p" | "td") || open.starts_with('h'));
        self.is_in_line |= !is_in_leaf;
        self.words.push_str(words);
    }

    fn finish_line(&mut self) {
        let words = line(&std::mem::take(&mut self.words));
        if std::mem::take(&mut self.is_in_line) {
            self.out
                .push_str(&nonempty(block("p", &words), words.is_empty()));
        } else {
            self.out.push_str(&words);
        }
    }

    fn start(&mut self, tag: Tag<'_>) {
        let inline = match &tag {
            Tag::Emphasis => mark("em"),
            Tag::Strong => mark("strong"),
            Tag::Strikethrough => mark("del"),
            Tag::Link { dest_url, .. } => self.link(dest_url),
            Tag::Image { dest_url, .. } => {
                self.pictures.push(dest_url.to_string());
                mark("img")
            }
            _ => String::new(),
        };
        if !inline.is_empty() {
            return self.inline(&inline);
        }
        self.finish_line();
        let name = match tag {
            Tag::Paragraph => "p".to_owned(),
            Tag::Heading { level, .. } => format!("h{}", level as u8),
            Tag::BlockQuote(None) => "quote".to_owned(),
            Tag::BlockQuote(Some(kind)) => format!("quote {}", alert_name(kind)),
            Tag::CodeBlock(CodeBlockKind::Fenced(language)) => format!("pre {language}"),
            Tag::List(None) => "ul".to_owned(),
            Tag::List(Some(first)) => format!("ol {first}"),
            Tag::Item => "li".to_owned(),
            Tag::FootnoteDefinition(label) => format!("note {label}"),
            Tag::Table(columns) => format!("table {columns:?}"),
            Tag::TableHead | Tag::TableRow => "tr".to_owned(),
            Tag::TableCell => "td".to_owned(),
            Tag::HtmlBlock => return,
            other => format!("{other:?}"),
        };
        self.is_in_code = name.starts_with("pre");
        self.out.push_str(&mark(&name));
        self.open
            .push(name.split(' ').next().unwrap_or_default().to_owned());
    }

    fn link(&mut self, address: &str) -> String {
        let is_outside = address.contains("://");
        match address.strip_prefix('#') {
            Some(fragment) => self.fragments.push(fragment.to_owned()),
            None if is_outside => {}
            None => self.pages.push(address.to_owned()),
        }
        mark(&format!(
            "a {}",
            if address.starts_with('#') {
                "#".to_owned()
            } else if is_outside {
                percent(address)
            } else {
                "page".to_owned()
            }
        ))
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Emphasis => self.inline(&end("em")),
            TagEnd::Strong => self.inline(&end("strong")),
            TagEnd::Strikethrough => self.inline(&end("del")),
            TagEnd::Link => self.inline(&end("a")),
            TagEnd::Image => self.inline(&end("img")),
            TagEnd::HtmlBlock => {}
            _ => {
                if matches!(tag, TagEnd::Heading(_)) {
                    self.headings.push(self.words.clone());
                }
                self.finish_line();
                self.is_in_code = false;
                let name = self.open.pop().expect("events are balanced");
                let is_nothing = name == "p" && self.out.ends_with(&mark("p"));
                if is_nothing {
                    self.out.truncate(self.out.len() - mark("p").len());
                } else {
                    self.out.push_str(&end(&name));
                    self.out.push('\n');
                }
            }
        }
    }
}

fn alert_name(kind: BlockQuoteKind) -> &'static str {
    match kind {
        BlockQuoteKind::Note => "Note",
        BlockQuoteKind::Tip => "Tip",
        BlockQuoteKind::Important => "Important",
        BlockQuoteKind::Warning => "Warning",
        BlockQuoteKind::Caution => "Caution",
    }
}

/// HTML as marks and words.
fn tags(html: &str, fragments: &mut Vec<String>) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some(open) = rest.find('<') {
        out.push_str(&decoded(&rest[..open]));
        let close = open + rest[open..].find('>').expect("tags are closed");
        let tag = &rest[open + 1..close];
        let attribute = |name: &str| {
            let value = tag
                .split_once(&format!("{name}=\""))
                .and_then(|(_, value)| value.split_once('"'));
            value.map_or_else(String::new, |(value, _)| decoded(value))
        };
        match tag.split(' ').next().unwrap_or_default() {
            "span" | "/span" => {}
            "a" => {
                let to = attribute("href");
                if let Some(fragment) = to.strip_prefix('#') {
                    fragments.push(fragment.to_owned());
                }
                out.push_str(&mark(&format!(
                    "a {}",
                    if to.starts_with('#') {
                        "#".to_owned()
                    } else if to.contains("://") {
                        percent(&to)
                    } else {
                        "page".to_owned()
                    }
                )));
            }
            "img" => out.push_str(&format!(
                "{}{}{}",
                mark("img"),
                attribute("alt"),
                end("img")
            )),
            name => out.push_str(&mark(name)),
        }
        rest = &rest[close + 1..];
    }
    out + &decoded(rest)
}

fn decoded(text: &str) -> String {
    text.replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&#39;", "'")
        .replace("&amp;", "&")
}

/// The anchors of GitHub, from parsed Markdown.
fn anchors_of(flavour: Flavour, headings: &[String]) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for heading in headings {
        let mut words = String::new();
        let mut is_mark = false;
        for next in heading.trim().chars() {
            match next {
                '\u{1}' => is_mark = true,
                '\u{2}' => is_mark = false,
                _ if is_mark => {}
                ' ' => words.push('-'),
                _ if next.is_alphanumeric() || matches!(next, '-' | '_') => {
                    words.extend(next.to_lowercase());
                }
                _ => {}
            }
        }
        if flavour == Flavour::Gitlab {
            while words.contains("--") {
                words = words.replace("--", "-");
            }
        }
        let time = times.entry(words.clone()).or_default();
        found.push(if *time == 0 {
            words
        } else {
            format!("{words}-{time}")
        });
        *time += 1;
    }
    found
}

fn assert_same(flavour: Flavour, case: &Case) -> Result<(), TestCaseError> {
    let text = &written(flavour, std::slice::from_ref(case))[0].text;
    let read = read(body(text));
    let said = Said { flavour }.page(case);
    let (said, heard): (Vec<&str>, Vec<&str>) =
        (said.lines().collect(), read.out.lines().collect());
    for (at, said) in said.iter().enumerate() {
        let heard = heard.get(at).copied().unwrap_or_default();
        prop_assert_eq!(*said, heard, "{:?} line {}\n{}", flavour, at, excerpt(text));
    }
    prop_assert_eq!(said.len(), heard.len(), "{:?}\n{}", flavour, excerpt(text));
    Ok(())
}

/// The hostile page without its table of contents, which has its own test.
fn hostile_case() -> Case {
    let mut case = hostile::case();
    case.page.blocks.retain(|block| *block != Block::Contents);
    case
}

#[test]
fn the_hostile_page_keeps_its_meaning() {
    for flavour in FLAVOURS {
        assert_same(flavour, &hostile_case()).unwrap_or_else(|error| panic!("{error}"));
    }
}

/// Links within the page lead to headings, by the anchors that a host derives from them.
#[test]
fn anchors_match_headings() {
    for flavour in FLAVOURS {
        let case = hostile::case();
        let text = &written(flavour, std::slice::from_ref(&case))[0].text;
        let read = read(body(text));
        let there = anchors_of(flavour, &read.headings);
        assert!(
            read.fragments.len() >= hostile::STRINGS.len(),
            "{flavour:?}"
        );
        for fragment in &read.fragments {
            assert!(
                there.contains(fragment),
                "{flavour:?}: `{fragment}` is none of {there:#?}"
            );
        }
    }
}

#[test]
fn headings_with_the_same_words_have_different_anchors() {
    let blocks = vec![
        heading(2, "What happened?", "a"),
        heading(3, "What happened", "b"),
        heading(2, "2026", "c"),
        heading(2, "Cause — and effect", "d"),
        Block::Paragraph(
            ["a", "b", "c", "d"]
                .map(|id| Inline::Link {
                    to: LinkTo::Heading(id.to_owned()),
                    text: vec![text(id)],
                })
                .to_vec(),
        ),
    ];
    let line = |flavour| {
        let page = &written(flavour, &[case("A", blocks.clone())])[0].text;
        page.lines()
            .find(|line| line.starts_with("[a]"))
            .expect("it is there")
            .to_owned()
    };
    assert_eq!(
        line(Flavour::Github),
        "[a](#what-happened)[b](#what-happened-1)[c](#2026)[d](#cause--and-effect)"
    );
    assert_eq!(
        line(Flavour::Gitlab),
        "[a](#what-happened)[b](#what-happened-1)[c](#anchor-2026)[d](#cause-and-effect)"
    );
}

#[test]
fn tables_of_contents_use_the_syntax_of_the_host() {
    let blocks = vec![
        Block::Contents,
        heading(2, "One *two*", "a"),
        heading(3, "Inner", "b"),
        heading(4, "Deep", "c"),
        heading(2, "Last", "d"),
    ];
    for flavour in FLAVOURS {
        let page = &written(flavour, &[case("A", blocks.clone())])[0].text;
        let list = "- [One \\*two\\*](#one-two)\n  - [Inner](#inner)\n- [Last](#last)\n";
        let wanted = if matches!(flavour, Flavour::AzureDevops | Flavour::Gitlab) {
            "[[_TOC_]]\n"
        } else {
            list
        };
        assert!(page.contains(wanted), "{flavour:?}\n{page}");
    }
}

/// In a table of contents, only subheadings are nested.
#[test]
fn sibling_headings_are_siblings_in_contents() {
    let sisters = [
        heading(3, "A", "a"),
        heading(3, "B", "b"),
        heading(2, "C", "c"),
        heading(3, "D", "d"),
        heading(3, "E", "e"),
    ];
    let blocks = [vec![Block::Contents], sisters.to_vec()].concat();
    for flavour in [Flavour::Github, Flavour::Gitea, Flavour::Plain] {
        let page = &written(flavour, &[case("Title", blocks.clone())])[0].text;
        let list = "- [A](#a)\n- [B](#b)\n- [C](#c)\n  - [D](#d)\n  - [E](#e)\n";
        assert!(page.contains(list), "{flavour:?}\n{page}");
    }
    let (pages, _) = write(
        Dialect::Html,
        "",
        &[case("Title", blocks)],
        &BTreeMap::new(),
        &Highlighter::default(),
    );
    let (_, contents) = pages[0].text.split_once("<nav").expect("it has contents");
    let (contents, _) = contents.split_once("</nav>").expect("they end");
    let depth_of = |id: &str| {
        let (before, _) = contents
            .split_once(&format!("\"#{id}\""))
            .expect("it is there");
        before.matches("<ul>").count() - before.matches("</ul>").count()
    };
    assert_eq!(["a", "b", "c", "d", "e"].map(depth_of), [1, 1, 1, 2, 2]);
}

fn warnings(flavour: Flavour, title: &str) -> Vec<String> {
    let (_, found) = write(
        Dialect::Markdown(flavour),
        "",
        &[case(title, vec![paragraph("words")])],
        &BTreeMap::new(),
        &Highlighter::default(),
    );
    found
        .into_iter()
        .filter(|found| found.rule.name == "title-replaced")
        .map(|found| found.message)
        .collect()
}

#[test]
fn invalid_characters_in_names_are_replaced_and_reported() {
    for (title, name) in [
        ("Outage at 10:30", "Outage-at-10∶30.md"),
        ("Errors 4/5 | why?", "Errors-4∕5-∣-why？.md"),
        ("\"Quoted\" <tag> * \\", "＂Quoted＂-‹tag›-∗-∖.md"),
        (".hidden…", "․hidden….md"),
        ("Ends here.", "Ends-here․.md"),
    ] {
        let page = &written(Flavour::Github, &[case(title, vec![paragraph("words")])])[0];
        assert_eq!(page.location.path, name);
        let forbidden = |next: char| "\\/:*?\"<>|".contains(next) || next.is_control();
        assert!(
            !page.location.path.contains(forbidden) && !page.location.title.contains(forbidden),
            "{}",
            page.location.path
        );
        assert_eq!(
            page.location.title.chars().count(),
            title.chars().count(),
            "nothing is dropped"
        );
        let read = read(&page.text);
        assert!(
            read.out.starts_with(&block("h1", title)),
            "the right title is the first that readers see: {}",
            page.text
        );
        let shown = &page.location.title;
        let wanted = format!(
            "this title contains characters that GitHub does not allow, so the page is called “{shown}” there"
        );
        assert_eq!(warnings(Flavour::Github, title), [wanted]);
    }
    assert_eq!(
        written(
            Flavour::Github,
            &[case("Post-mortem", vec![paragraph("words")])]
        )[0]
        .location
        .path,
        "Post‐mortem.md"
    );
    for (flavour, title) in [
        (Flavour::Github, "Post-mortem"),
        (Flavour::Github, "Plain (title), & more"),
        (Flavour::Gitlab, "Outage at 10:30 / a?"),
        (Flavour::Gitea, "Outage at 10:30 / a?"),
        (Flavour::Plain, "Outage at 10:30 / a?"),
        (
            Flavour::AzureDevops,
            "Outage at 10:30: why? \"so\" - <x> * |",
        ),
    ] {
        assert_eq!(
            warnings(flavour, title),
            Vec::<String>::new(),
            "{flavour:?} {title}"
        );
    }
    let azure = &written(
        Flavour::AzureDevops,
        &[case("C# and A/B...", vec![paragraph("words")])],
    )[0];
    assert_eq!(
        (azure.location.path.as_str(), azure.location.title.as_str()),
        ("C♯-and-A%2DB․․․.md", "C♯ and A-B․․․")
    );
    assert!(
        azure.text.starts_with("# C# and A/B...\n\n"),
        "{}",
        azure.text
    );
    assert_eq!(warnings(Flavour::AzureDevops, "C# and A/B...").len(), 1);
}

/// A title typed on another system is the same title.
#[test]
fn a_title_has_one_name_in_any_unicode_normalization() {
    for flavour in FLAVOURS {
        let name = |title: &str| {
            written(flavour, &[case(title, vec![paragraph("words")])])[0]
                .location
                .clone()
        };
        assert_eq!(
            name("Cafe\u{301} u\u{308}ber"),
            name("Café über"),
            "{flavour:?}"
        );
        let both = ["Cafe\u{301}", "Café"].map(|title| Case {
            slug: Slug::of(&format!("{title} {}", title.len())),
            ..case(title, vec![paragraph("x")])
        });
        assert!(
            problems(flavour, &both)[0].contains("would have the same address"),
            "{flavour:?}"
        );
    }
}

/// The path, the shown title, and the link from another page, by host.
fn place_of(flavour: Flavour, title: &str) -> (String, String, String) {
    let target = case(title, Vec::new());
    let link = Inline::Link {
        to: LinkTo::Page {
            case: target.slug.clone(),
            heading: String::new(),
        },
        text: vec![text("there")],
    };
    let pages = written(
        flavour,
        &[target, case("Here", vec![Block::Paragraph(vec![link])])],
    );
    let link = pages[1]
        .text
        .split("[there](")
        .nth(1)
        .and_then(|rest| rest.split(")\n").next())
        .expect("the link is there");
    (
        pages[0].location.path.clone(),
        pages[0].location.title.clone(),
        link.to_owned(),
    )
}

#[test]
fn pages_have_the_paths_of_their_host() {
    let told = |(path, title, link): (String, String, String)| format!("{path} | {title} | {link}");
    let of = |title: &str| FLAVOURS.map(|flavour| told(place_of(flavour, title)));
    assert_eq!(
        of("Case study: C# & DB — outage #2"),
        [
            "Case-study%3A-C♯-&-DB-—-outage-♯2.md | Case study: C♯ & DB — outage ♯2 | /Case-study%3A-C%E2%99%AF-%26-DB-%E2%80%94-outage-%E2%99%AF2",
            "Case-study∶-C#-&-DB-—-outage-#2.md | Case study∶ C# & DB — outage #2 | Case-study%E2%88%B6-C%23-%26-DB-%E2%80%94-outage-%232",
            "Case-study-C-DB-outage-2.md | Case study: C# & DB — outage #2 | /Case-study-C-DB-outage-2",
            "Case-study%3A-C%23-%26-DB-%E2%80%94-outage-%232.md | Case study: C# & DB — outage #2 | Case-study%3A-C%23-%26-DB-%E2%80%94-outage-%232",
            "case-study-c-db-outage-2.md | Case study: C# & DB — outage #2 | case-study-c-db-outage-2.md",
        ]
    );
    assert_eq!(
        of("Read-only: 10%"),
        [
            "Read%2Donly%3A-10%.md | Read-only: 10% | /Read%2Donly%3A-10%",
            "Read‐only∶-10%.md | Read‐only∶ 10% | Read%E2%80%90only%E2%88%B6-10%25",
            "Read-only-10.md | Read-only: 10% | /Read-only-10",
            "Read-only%3A 10%25.-.md | Read-only: 10% | Read-only%3A+10%25.-",
            "read-only-10.md | Read-only: 10% | read-only-10.md",
        ]
    );
}

#[test]
fn titles_are_in_the_place_of_their_host() {
    let start = |flavour, title: &str| {
        written(flavour, &[case(title, vec![paragraph("words")])])[0]
            .text
            .lines()
            .next()
            .map(str::to_owned)
    };
    assert_eq!(
        start(Flavour::Plain, "1. #2 *so*").as_deref(),
        Some("# 1\\. \\#2 \\*so\\*")
    );
    assert_eq!(
        start(Flavour::Gitlab, "Plain title").as_deref(),
        Some("words")
    );
    let text = &written(
        Flavour::Gitlab,
        &[case("Read-only: \"10%\"", vec![paragraph("words")])],
    )[0]
    .text;
    assert!(
        text.starts_with("---\ntitle: \"Read-only: \\\"10%\\\"\"\n---\n\nwords\n"),
        "{text}"
    );
    for flavour in [Flavour::AzureDevops, Flavour::Github, Flavour::Gitea] {
        assert_eq!(
            start(flavour, "A - b").as_deref(),
            Some("words"),
            "{flavour:?}"
        );
    }
}

#[test]
fn pictures_have_the_paths_of_their_host() {
    let picture = Inline::Picture {
        name: "0123.png".to_owned(),
        alt: "a [b]".to_owned(),
        title: "c \"d\"".to_owned(),
    };
    for flavour in FLAVOURS {
        let path = attachment_path(flavour, "0123.png");
        let address = if flavour == Flavour::AzureDevops {
            format!("/{path}")
        } else {
            path.clone()
        };
        let page = &written(
            flavour,
            &[case("A", vec![Block::Paragraph(vec![picture.clone()])])],
        )[0];
        let wanted = format!("![a \\[b\\]]({address} \"c \\\"d\\\"\")\n");
        assert!(
            page.text.contains(&wanted),
            "{wanted} is not in\n{}",
            page.text
        );
        assert_eq!(page.attachments, ["p.png"]);
        assert_eq!(read(body(&page.text)).pictures, [address]);
    }
    let path = attachment_path(Flavour::Gitlab, "0123.png");
    let hash = path
        .strip_prefix("uploads/")
        .and_then(|rest| rest.strip_suffix("/0123.png"))
        .expect("it is in the folder of uploads");
    assert!(
        hash.len() == 32 && hash.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "{path}"
    );
    let deeper = write(
        Dialect::Markdown(Flavour::Plain),
        "a/b",
        &[case("A", vec![Block::Paragraph(vec![picture])])],
        &BTreeMap::new(),
        &Highlighter::default(),
    );
    assert!(
        deeper.0[0].text.contains("(../../pictures/0123.png"),
        "{}",
        deeper.0[0].text
    );
}

#[test]
fn extensions_of_hosts_stay_text() {
    let words = "#12 and !34 and @name and :smile: and [[page]] and $1 to $2 and http://a.b/c_d_";
    let line = |flavour| {
        written(
            flavour,
            &[case("A", vec![paragraph(&format!("so {words}"))])],
        )[0]
        .text
        .lines()
        .find(|line| line.starts_with("so"))
        .map(str::to_owned)
    };
    assert_eq!(
        line(Flavour::Gitlab).as_deref(),
        Some(
            "so \\#12 and \\!34 and \\@name and \\:smile: and \\[\\[page\\]\\] and \\$1 to \\$2 and http\\://a.b/c_d\\_"
        )
    );
    assert_eq!(
        line(Flavour::Gitea).as_deref(),
        Some(
            "so <span>#</span>12 and <span>!</span>34 and <span>@</span>name and <span>:</span>smile: and <span>\\[</span>\\[page\\]\\] and \
             <span>&#36;</span>1 to <span>&#36;</span>2 and http\\://a.b/c_d\\_"
        )
    );
}

/// The text nodes in which hosts search for their additions after Markdown was parsed.
fn stretches(text: &str) -> Vec<String> {
    let mut stretches = vec![String::new()];
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM;
    for event in Parser::new_ext(text, options) {
        match event {
            Event::Text(text) => stretches.last_mut().expect("there is one").push_str(&text),
            _ => stretches.push(String::new()),
        }
    }
    stretches
}

/// GitLab puts each escaped character into an element; the others read it as the character.
fn host_sees(flavour: Flavour, text: &str) -> Vec<String> {
    let signs: &[char] = &['#', '!', '@', '$', '%', '^', '~', '&', '-', ':', '[', ']'];
    if flavour != Flavour::Gitlab {
        return stretches(text);
    }
    let mut text = text.to_owned();
    for sign in signs {
        text = text.replace(&format!("\\{sign}"), &format!("<i>\\{sign}</i>"));
    }
    stretches(&text)
}

#[test]
fn references_of_hosts_stay_words_in_any_context() {
    let references: &[(&[Flavour], &[&str])] = &[
        (
            &[Flavour::Gitlab],
            &[
                "#123",
                "!45",
                "@name",
                "$12",
                "%milestone",
                "^alert#1",
                "GL-12",
                "KEY-7",
                "a1b2c3d",
                "0123456789abcdef0123456789abcdef01234567",
                "group/project#12",
                "project!3",
                "x@y.org",
                ":smile:",
            ],
        ),
        (
            &[Flavour::Gitea],
            &[
                "#123",
                "!45",
                "@name",
                "a1b2c3d",
                "owner/repo#12",
                "owner/repo!3",
                "x@y.org",
                ":smile:",
            ],
        ),
        (
            &[Flavour::AzureDevops],
            &[
                "#123",
                "!45",
                "@<00000000-0000-0000-0000-000000000000>",
                "x@y.org",
                ":smile:",
            ],
        ),
        (&[Flavour::Github], &[":smile:", "x@y.org"]),
    ];
    for (flavours, references) in references {
        for (&flavour, reference) in flavours.iter().flat_map(|flavour| {
            references
                .iter()
                .map(move |reference| (flavour, *reference))
        }) {
            for (before, after) in [
                ("", ""),
                ("so ", " and"),
                ("(", ")"),
                ("so ", "."),
                ("so ", ", so"),
            ] {
                let words = format!("{before}{reference}{after}");
                let blocks = vec![
                    paragraph(&words),
                    heading(2, &words, "h"),
                    Block::List(List {
                        first: None,
                        is_tight: true,
                        items: vec![Item {
                            done: None,
                            blocks: vec![paragraph(&words)],
                        }],
                    }),
                    Block::Table(Table {
                        columns: vec![Alignment::None],
                        head: vec![vec![text(&words)]],
                        rows: vec![vec![vec![text(&words)]]],
                    }),
                    Block::Paragraph(vec![
                        Inline::Styled(Style::Strong, vec![text(&words)]),
                        Inline::Footnote(0),
                        text(&words),
                    ]),
                ];
                let page = &written(flavour, &[case("A", blocks)])[0].text;
                for stretch in host_sees(flavour, body(page)) {
                    assert!(
                        !stretch.contains(reference),
                        "{flavour:?} sees {reference} in {stretch:?}:\n{page}"
                    );
                }
            }
        }
    }
    let words = "C#7 and UTF-8 costs 5!, a_b-7, effaced, 12345678 users, 7 pm @ 9";
    for flavour in [Flavour::Github, Flavour::Gitea, Flavour::AzureDevops] {
        let page = &written(flavour, &[case("A", vec![paragraph(words)])])[0].text;
        assert!(
            flavour == Flavour::Gitea || page.contains(words),
            "ordinary words stay as they are: {page}"
        );
    }
}

#[test]
fn lines_that_look_like_blocks_of_a_host_stay_words() {
    for flavour in FLAVOURS {
        for words in [
            "::: mermaid",
            ":::",
            "[[_TOC_]]",
            "[TOC]",
            "[ ] task",
            "[x] task",
            "- [ ] task",
            ">>>",
            "+++",
            "---",
            "***",
            "===",
            "[^1]: note",
            "| a |",
            "$$",
            "```",
            "~~~",
            "<details>",
            "{{x}}",
            "1. a",
            "1) a",
            "# a",
            "    code",
            "[a]: b",
            "* a",
        ] {
            let item = |words: &str| Item {
                done: None,
                blocks: vec![paragraph(words)],
            };
            let blocks = vec![
                paragraph(words),
                Block::Paragraph(vec![text("before"), Inline::Break, text(words)]),
                Block::List(List {
                    first: None,
                    is_tight: true,
                    items: vec![item(words)],
                }),
                Block::Quote(vec![paragraph(words)]),
                Block::Table(Table {
                    columns: vec![Alignment::None],
                    head: vec![vec![text(words)]],
                    rows: vec![vec![vec![text(words)]]],
                }),
            ];
            let case = case("A", blocks);
            assert_same(flavour, &case).unwrap_or_else(|error| panic!("{words}: {error}"));
            let page = &written(flavour, &[case])[0].text;
            for start in [":::", "[[_TOC_]]", "[TOC]", ">>>", "$$"] {
                assert!(
                    !page.lines().any(|line| line
                        .trim_start_matches(['>', '-', ' ', '|'])
                        .starts_with(start)),
                    "{flavour:?} {words}:\n{page}"
                );
            }
        }
    }
}

#[test]
fn refusals_of_hosts_are_predicted() {
    let long = "a".repeat(300);
    let wide = "ö".repeat(60);
    for (flavour, title, wanted) in [
        (Flavour::Github, "Home", "`home` is reserved on this wiki"),
        (
            Flavour::Github,
            "_Sidebar",
            "`_sidebar` is reserved on this wiki",
        ),
        (Flavour::Gitlab, "new", "`new` is reserved on this wiki"),
        (Flavour::Gitea, "raw", "`raw` is reserved on this wiki"),
        (
            Flavour::AzureDevops,
            long.as_str(),
            "the path of the page has 303 characters; the limit of Azure DevOps is 235",
        ),
        (
            Flavour::Github,
            long.as_str(),
            "the file name of the page has 303 bytes; the limit is 255",
        ),
        (
            Flavour::Gitlab,
            long.as_str(),
            "the file name of the page has 303 bytes; the limit is 245",
        ),
        (
            Flavour::Gitea,
            wide.as_str(),
            "the file name of the page has 363 bytes; the limit is 255",
        ),
        (
            Flavour::Gitlab,
            "?!",
            "the title “?!” has no letter or digit to make a file name of",
        ),
        (
            Flavour::AzureDevops,
            "...",
            "the title “...” has no letter or digit to make a file name of",
        ),
    ] {
        let found = problems(flavour, &[case(title, Vec::new())]);
        assert!(
            found.len() == 1 && found[0].starts_with(wanted),
            "{flavour:?} {title}: {found:?}"
        );
    }
    let alike = vec![
        heading(2, "a", "a"),
        heading(2, "a-1", "b"),
        heading(2, "a", "c"),
        heading(2, "?", "d"),
    ];
    let found = problems(Flavour::Github, &[case("A", alike)]);
    assert_eq!(
        found,
        [
            "a link to the heading “a-1” would lead to another heading; change its text",
            "a link to the heading “a” would lead to another heading; change its text",
            "the heading “?” has no letter or digit to make an anchor of; change its text",
        ]
    );
    for flavour in FLAVOURS {
        assert_eq!(
            problems(flavour, &[hostile::case()]),
            Vec::<String>::new(),
            "{flavour:?}"
        );
    }
}

fn words() -> impl Strategy<Value = String> {
    let hostile = (0..hostile::STRINGS.len()).prop_map(|at| hostile::STRINGS[at].to_owned());
    let signs = prop::sample::select(vec![
        "*",
        "**",
        "_",
        "~~",
        "`",
        "``",
        "[",
        "]",
        "(",
        ")",
        "<",
        ">",
        "!",
        "#",
        "-",
        "+",
        "1.",
        "2)",
        "|",
        "\\",
        "&amp;",
        "{",
        "}",
        ":",
        "=",
        "$",
        "\"",
        "http://a.b/c_d_",
        "www.a_b_.c",
        "漢字",
        "—",
        "é",
        "🙂",
        "x",
        "y z",
        " ",
        "<b>",
        "^",
        "@a",
        "[^1]:",
        "[x]: /u",
    ]);
    prop_oneof![
        3 => "[a-z]{1,6}( [a-z]{1,5})?",
        1 => hostile,
        2 => vec(signs, 1..5).prop_map(|parts| parts.concat()),
        1 => "[ -~]{1,8}",
    ]
}

fn style() -> impl Strategy<Value = Style> {
    prop::sample::select(vec![
        Style::Emphasis,
        Style::Strong,
        Style::Strikethrough,
        Style::Subscript,
        Style::Superscript,
        Style::Keyboard,
        Style::Highlight,
        Style::Underline,
    ])
}

fn leaf() -> impl Strategy<Value = Inline> {
    prop_oneof![
        5 => words().prop_map(Inline::Text),
        1 => words().prop_map(Inline::Code),
        1 => Just(Inline::Break),
        1 => (0..2usize).prop_map(Inline::Footnote),
        1 => words().prop_map(|alt| Inline::Picture { name: "p.png".to_owned(), alt, title: "t \"q\" *s*".to_owned() }),
    ]
}

/// Inlines without links.
fn styled() -> impl Strategy<Value = Inline> {
    leaf().prop_recursive(3, 8, 3, |inner| {
        (style(), vec(inner, 1..4)).prop_map(|(style, inner)| Inline::Styled(style, inner))
    })
}

fn inlines() -> impl Strategy<Value = Vec<Inline>> {
    let linkable = styled().prop_filter("footnotes are links", |inline| {
        !plain_inline(inline).trim().is_empty() && !has_footnote(inline)
    });
    let link = (
        vec(linkable, 1..3),
        "https://[a-z]{1,4}\\.org/[a-z()&=*_|]{0,6}",
    )
        .prop_map(|(text, address)| Inline::Link {
            to: LinkTo::External(address),
            text,
        });
    vec(prop_oneof![4 => styled(), 1 => link], 1..5)
}

fn plain_inline(inline: &Inline) -> String {
    plain(std::slice::from_ref(inline))
}

fn has_footnote(inline: &Inline) -> bool {
    match inline {
        Inline::Footnote(_) => true,
        Inline::Styled(_, inner) => inner.iter().any(has_footnote),
        _ => false,
    }
}

fn leaf_block() -> impl Strategy<Value = Block> {
    let cell = || inlines();
    let row = move || vec(cell(), 2);
    let heading = (2..=6u8, inlines()).prop_map(|(level, text)| {
        Block::Heading(Heading {
            level,
            text,
            id: "h".to_owned(),
            is_linked: false,
        })
    });
    prop_oneof![
        5 => inlines().prop_map(Block::Paragraph),
        1 => heading,
        1 => "[ -~\n]{0,20}".prop_map(|text| Block::Code { language: "c++".to_owned(), text: text + "\n" }),
        1 => Just(Block::Rule),
        1 => (row(), vec(row(), 0..3)).prop_map(|(head, rows)| Block::Table(Table { columns: vec![Alignment::Left, Alignment::None], head, rows })),
    ]
}

fn blocks() -> impl Strategy<Value = Vec<Block>> {
    let tree = leaf_block().prop_recursive(3, 12, 4, |inner| {
        let many = || vec(inner.clone(), 1..4);
        let task = (any::<bool>(), inlines(), vec(inner.clone(), 0..2)).prop_map(|(done, first, rest)| {
            let first = [vec![text("task ")], first].concat();
            Item { done: Some(done), blocks: [vec![Block::Paragraph(first)], rest].concat() }
        });
        let item = prop_oneof![3 => vec(inner.clone(), 0..3).prop_map(|blocks| Item { done: None, blocks }), 1 => task];
        let first = prop_oneof![Just(None), (0..1_000_000_000u32 - 10).prop_map(Some)];
        let kind = prop::sample::select(vec![Callout::Note, Callout::Warning, Callout::Caution]);
        prop_oneof![
            1 => many().prop_map(Block::Quote),
            1 => (kind, inlines(), many()).prop_map(|(kind, title, blocks)| Block::Callout { kind, title, blocks }),
            1 => (inlines(), many()).prop_map(|(summary, blocks)| Block::Details { summary, blocks }),
            3 => (first, any::<bool>(), vec(item, 1..4)).prop_map(|(first, is_tight, items)| Block::List(List { first, is_tight, items })),
        ]
    });
    vec(tree, 1..5)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, rng_seed: common::seed(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_lines_keep_their_meaning(inlines in inlines(), flavour in prop::sample::select(FLAVOURS.to_vec())) {
        assert_same(flavour, &case("A", vec![Block::Paragraph(inlines)]))?;
    }

    #[test]
    fn random_blocks_keep_their_meaning(blocks in blocks(), flavour in prop::sample::select(FLAVOURS.to_vec())) {
        assert_same(flavour, &case("A", blocks))?;
    }

    #[test]
    fn any_title_gives_a_valid_path(title in "\\PC{1,40}") {
        for flavour in FLAVOURS {
            let path = &written(flavour, &[case(&title, Vec::new())])[0].location.path;
            prop_assert!(path.ends_with(".md") && !path.contains('/') && !path.contains('\\'), "{:?} {}", flavour, path);
        }
    }
}

fn excerpt(text: &str) -> String {
    text.chars().take(1500).collect()
}
