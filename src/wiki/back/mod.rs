//! Converts a page of a wiki to Markdown for the source file, from what storybank writes and from
//! markup that people use. Unknown markup is kept verbatim in a fence, so no word is lost.

mod confluence;
mod dokuwiki;
mod lines;
mod mediawiki;

use std::collections::{BTreeMap, BTreeSet};

use super::page::{
    Block, Callout, Case, Heading, Inline, Item, LinkTo, List, Page, Table, change_headings, plain,
};
use super::{Dialect, Flavour};
use crate::highlight::Highlighter;
use crate::slug::Slug;
use crate::source::SitePath;
use crate::words::decode_references;

/// What the source files call the things that a page refers to.
#[derive(Debug, Clone, Default)]
pub struct Names {
    /// The addresses of pictures in the source file, keyed by picture name.
    pub pictures: BTreeMap<String, String>,
    /// The files of other case studies, keyed by the address of their pages.
    pub pages: BTreeMap<String, String>,
    /// The title of the page.
    pub title: String,
    /// The blocks that come from front matter, so they are not in the text of the file.
    pub apart: Vec<Block>,
}

/// A page that was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Reading {
    blocks: Vec<Block>,
    footnotes: Vec<Vec<Block>>,
    /// The index of the heading of each named anchor.
    anchors: BTreeMap<String, usize>,
}

/// Placeholders for characters that have a meaning to storybank alone. They are replaced in the
/// finished text.
const KIND_START: char = '\u{f0000}';
const KIND_END: char = '\u{f0001}';
const BACKSLASH: char = '\u{f0002}';

/// The language of the fence around unknown markup.
const VERBATIM: &str = "wiki";

/// A page as Markdown.
pub fn markdown(dialect: Dialect, text: &str, names: &Names, highlighter: &Highlighter) -> String {
    match dialect {
        Dialect::Markdown(flavour) => of_markdown(flavour, text, names, highlighter),
        // Nobody edits such a file by hand.
        Dialect::Html => fenced("html", text),
        Dialect::Mediawiki | Dialect::Dokuwiki | Dialect::Confluence => {
            let apart = apart(dialect, names, highlighter);
            let reading = without(read(dialect, text), &apart);
            let markdown = written(dialect, reading, names, highlighter);
            with_lost_lines(dialect, text, markdown, names, highlighter)
        }
    }
}

fn read(dialect: Dialect, text: &str) -> Reading {
    let text: String = text
        .chars()
        .filter(|next| !matches!(*next, KIND_START | KIND_END | BACKSLASH))
        .collect();
    match dialect {
        Dialect::Mediawiki => mediawiki::read(&text),
        Dialect::Dokuwiki => dokuwiki::read(&text),
        Dialect::Confluence => confluence::read(&text),
        Dialect::Markdown(_) | Dialect::Html => Reading::default(),
    }
}

fn fenced(language: &str, text: &str) -> String {
    let fence = "`".repeat(
        3.max(
            text.split(|next| next != '`')
                .map(str::len)
                .max()
                .unwrap_or_default()
                + 1,
        ),
    );
    format!(
        "{fence}{language}\n{}\n{fence}\n",
        text.trim_end_matches('\n')
    )
}

/// The blocks from front matter, written and read back for comparison.
fn apart(dialect: Dialect, names: &Names, highlighter: &Highlighter) -> Vec<Block> {
    let one = |block: &Block| {
        let case = case(Page {
            blocks: vec![block.clone()],
            ..Page::default()
        });
        read(dialect, &text_of(dialect, &case, highlighter)).blocks
    };
    names.apart.iter().flat_map(one).collect()
}

/// Removes the blocks from front matter, unless somebody has changed them.
fn without(mut reading: Reading, apart: &[Block]) -> Reading {
    for gone in apart {
        if let Some(at) = reading.blocks.iter().position(|block| block == gone) {
            reading.blocks.remove(at);
        }
    }
    reading
}

fn case(page: Page) -> Case {
    Case {
        slug: Slug::of("page"),
        file: SitePath::new("page.md"),
        title: "page".to_owned(),
        language: String::new(),
        html: Vec::new(),
        page,
    }
}

fn text_of(dialect: Dialect, case: &Case, highlighter: &Highlighter) -> String {
    let (pages, _) = super::write(
        dialect,
        "",
        std::slice::from_ref(case),
        &BTreeMap::new(),
        highlighter,
    );
    pages.into_iter().map(|page| page.text).collect()
}

/// The Markdown of a page that was read.
fn written(
    dialect: Dialect,
    mut reading: Reading,
    names: &Names,
    highlighter: &Highlighter,
) -> String {
    name_headings(&mut reading.blocks);
    let page = Page {
        blocks: reading.blocks,
        footnotes: reading.footnotes,
        pictures: Vec::new(),
    };
    let case = case(page);
    let anchors = ids_by_anchor(dialect, &case, &reading.anchors);
    let author = Author {
        anchors: &anchors,
        names,
    };
    let blocks = author.blocks(&case.page.blocks);
    let footnotes = case
        .page
        .footnotes
        .iter()
        .map(|note| author.blocks(note))
        .collect();
    let case = self::case(Page {
        blocks,
        footnotes,
        pictures: Vec::new(),
    });
    let text = text_of(Dialect::Markdown(Flavour::Plain), &case, highlighter);
    let text = text
        .split_once("\n\n")
        .map_or(String::new(), |(_, text)| text.to_owned());
    let text = with_pictures(&text, names);
    text.replace(KIND_START, "[!")
        .replace(KIND_END, "]")
        .replace(BACKSLASH, "\\")
}

/// The ids of headings, keyed by their anchors on the wiki. `named` holds the indices of headings with named anchors.
fn ids_by_anchor(
    dialect: Dialect,
    case: &Case,
    named: &BTreeMap<String, usize>,
) -> BTreeMap<String, String> {
    let headings = case.page.headings();
    let named = named
        .iter()
        .filter_map(|(name, &at)| Some((name.clone(), headings.get(at)?.id.clone())));
    dialect
        .anchors(case)
        .into_iter()
        .map(|(id, anchor)| (anchor, id))
        .chain(named)
        .collect()
}

/// Gives headings the ids that storybank derives from their text.
fn name_headings(blocks: &mut [Block]) {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    change_headings(blocks, &mut |heading| {
        let id = Slug::of(&plain(&heading.text)).to_string();
        let count = counts.entry(id.clone()).or_default();
        *count += 1;
        heading.id = if *count == 1 {
            id
        } else {
            format!("{id}-{count}")
        };
        heading.is_linked = true;
    });
}

/// Replaces the addresses of pictures by those of the source file.
fn with_pictures(text: &str, names: &Names) -> String {
    let addresses = names.pictures.iter();
    addresses.fold(text.to_owned(), |text, (name, address)| {
        text.replace(&format!("](pictures/{name}"), &format!("]({address}"))
    })
}

/// Rewrites links, call-outs and text for the source file.
struct Author<'a> {
    /// The ids of headings, keyed by their anchors on the wiki.
    anchors: &'a BTreeMap<String, String>,
    names: &'a Names,
}

impl Author<'_> {
    fn blocks(&self, blocks: &[Block]) -> Vec<Block> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&self, block: &Block) -> Block {
        match block {
            Block::Heading(heading) => Block::Heading(Heading {
                text: self.line(&heading.text),
                ..heading.clone()
            }),
            Block::Paragraph(inlines) => Block::Paragraph(self.line(inlines)),
            Block::Quote(blocks) => Block::Quote(self.blocks(blocks)),
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.callout(*kind, title, blocks),
            Block::Details { summary, blocks } => Block::Details {
                summary: self.line(summary),
                blocks: self.blocks(blocks),
            },
            Block::List(list) => Block::List(self.list(list)),
            Block::Table(table) => Block::Table(self.table(table)),
            Block::Element(element, blocks) => Block::Element(element.clone(), self.blocks(blocks)),
            Block::Code { .. }
            | Block::Rule
            | Block::Facts(_)
            | Block::Contents
            | Block::Actions(_) => block.clone(),
        }
    }

    fn list(&self, list: &List) -> List {
        let items = list.items.iter().map(|item| Item {
            done: item.done,
            blocks: self.blocks(&item.blocks),
        });
        List {
            items: items.collect(),
            ..list.clone()
        }
    }

    fn table(&self, table: &Table) -> Table {
        let cells =
            |cells: &Vec<Vec<Inline>>| cells.iter().map(|cell| self.line(cell)).collect::<Vec<_>>();
        let rows = table.rows.iter().map(cells).collect();
        Table {
            columns: table.columns.clone(),
            head: cells(&table.head),
            rows,
        }
    }

    /// A call-out in the syntax of storybank: a quotation that begins with the kind.
    fn callout(&self, kind: Callout, title: &[Inline], blocks: &[Block]) -> Block {
        let kind = kind.name().to_lowercase();
        let mut first = vec![Inline::Text(format!("{KIND_START}{kind}{KIND_END} "))];
        first.extend(self.line(title));
        Block::Quote(
            std::iter::once(Block::Paragraph(first))
                .chain(self.blocks(blocks))
                .collect(),
        )
    }

    fn line(&self, inlines: &[Inline]) -> Vec<Inline> {
        inlines.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&self, inline: &Inline) -> Inline {
        match inline {
            Inline::Text(text) => Inline::Text(guarded(text)),
            Inline::Styled(style, inlines) => Inline::Styled(*style, self.line(inlines)),
            Inline::Element(element, inlines) => {
                Inline::Element(element.clone(), self.line(inlines))
            }
            Inline::Link { to, text } => Inline::Link {
                to: LinkTo::External(self.address(to)),
                text: self.line(text),
            },
            Inline::Code(_) | Inline::Picture { .. } | Inline::Break | Inline::Footnote(_) => {
                inline.clone()
            }
        }
    }

    fn address(&self, to: &LinkTo) -> String {
        let id = |anchor: &str| {
            self.anchors
                .get(anchor)
                .cloned()
                .unwrap_or_else(|| Slug::of(anchor).to_string())
        };
        match to {
            LinkTo::Heading(anchor) => format!("#{}", id(anchor)),
            LinkTo::Page { .. } => String::new(),
            LinkTo::External(address) => {
                let (page, anchor) = address
                    .split_once('#')
                    .map_or((address.as_str(), ""), |(page, anchor)| (page, anchor));
                match self.names.pages.get(page) {
                    Some(file) if anchor.is_empty() => file.clone(),
                    Some(file) => format!("{file}#{}", Slug::of(anchor)),
                    None => address.clone(),
                }
            }
        }
    }
}

/// Escapes what would be a comment or a highlight to storybank.
fn guarded(text: &str) -> String {
    ["%%", "=="].iter().fold(text.to_owned(), |text, pair| {
        let (first, second) = pair.split_at(1);
        let mut parts = text.split(pair);
        let start = parts.next().unwrap_or_default().to_owned();
        parts.fold(start, |text, part| {
            format!("{text}{first}{BACKSLASH}{second}{part}")
        })
    })
}

/// Cleans a Markdown page: removes the additions of the host, and rewrites addresses.
fn of_markdown(flavour: Flavour, text: &str, names: &Names, highlighter: &Highlighter) -> String {
    let mut out = without_contents(&without_title(flavour, text, &names.title));
    for block in &names.apart {
        out = without_block(&out, flavour, block, highlighter);
    }
    out = without_empty_lines(&out);
    if flavour == Flavour::AzureDevops {
        out = with_footnotes(&out).unwrap_or(out);
    }
    callouts_of(&with_author_addresses(guarded_lines(&out), flavour, names))
}

/// Removes a block, unless somebody has changed it.
fn without_block(text: &str, flavour: Flavour, block: &Block, highlighter: &Highlighter) -> String {
    let own = text_of(
        Dialect::Markdown(flavour),
        &case(Page {
            blocks: vec![block.clone()],
            ..Page::default()
        }),
        highlighter,
    );
    let own = without_title(flavour, &own, "page");
    let own = own.trim();
    // After another list, the list has other bullets.
    let other = own
        .lines()
        .map(|line| {
            line.strip_prefix("- ")
                .map_or(line.to_owned(), |rest| format!("* {rest}"))
        })
        .collect::<Vec<_>>();
    let found = [own.to_owned(), other.join("\n")]
        .into_iter()
        .find(|own| !own.is_empty() && text.contains(own.as_str()));
    found.map_or(text.to_owned(), |own| text.replacen(&own, "", 1))
}

/// Replaces the addresses of pictures and pages by those of the source file.
fn with_author_addresses(mut text: String, flavour: Flavour, names: &Names) -> String {
    for (name, address) in &names.pictures {
        let path = super::attachment_path(flavour, name);
        for before in ["](", "](/", "](../", "](../../", "](../../../"] {
            text = text.replace(&format!("{before}{path}"), &format!("]({address}"));
        }
    }
    for (path, file) in &names.pages {
        text = text
            .replace(&format!("]({path})"), &format!("]({file})"))
            .replace(&format!("]({path}#"), &format!("]({file}#"));
    }
    text
}

/// Restores footnotes on a host without them: from numbers in brackets and a list below the last
/// rule. `None` if they do not match.
fn with_footnotes(text: &str) -> Option<String> {
    let (body, list) = text.rsplit_once("\n___\n\n")?;
    let mark = |number: usize| format!("<sup>\\[{number}\\]</sup>");
    let mut notes = String::new();
    let mut count = 0;
    for line in list.lines() {
        let sign = format!("{}. ", count + 1);
        if let Some(words) = line.strip_prefix(&sign) {
            count += 1;
            notes.push_str(&format!("\n[^{count}]: {words}\n"));
        } else if line.is_empty() || line.starts_with("   ") {
            notes.push_str(&if line.is_empty() {
                "\n".to_owned()
            } else {
                format!(" {line}\n")
            });
        } else {
            return None;
        }
    }
    let is_whole = count > 0 && (1..=count).all(|number| text.contains(&mark(number)));
    let body = (1..=count).fold(body.to_owned(), |body, number| {
        body.replace(&mark(number), &format!("[^{number}]"))
    });
    is_whole.then(|| format!("{body}\n{notes}"))
}

/// Escapes what would be a comment or a highlight to storybank, outside code.
fn guarded_lines(text: &str) -> String {
    let mut out = String::new();
    let mut fence: Option<&str> = None;
    for line in text.lines() {
        let sign = ["```", "~~~"]
            .into_iter()
            .find(|sign| line.trim_start_matches([' ', '>']).starts_with(sign));
        let is_code = fence.is_some() || sign.is_some();
        fence = match (fence, sign) {
            (None, found) => found,
            (Some(open), Some(found)) if open == found => None,
            (open, _) => open,
        };
        if is_code || line.trim().bytes().all(|byte| byte == b'=') {
            out.push_str(line);
        } else {
            add_guarded(line, &mut out);
        }
        out.push('\n');
    }
    out.replace(BACKSLASH, "\\")
}

/// Appends a line, escaped outside code spans.
fn add_guarded(line: &str, out: &mut String) {
    let mut words = String::new();
    let mut rest = line;
    while let Some(next) = rest.chars().next() {
        let ticks = rest.bytes().take_while(|&byte| byte == b'`').count();
        let code = if ticks > 0 {
            code_length(rest, ticks)
        } else {
            None
        };
        if let Some(length) = code {
            out.push_str(&guarded(&std::mem::take(&mut words)));
            out.push_str(&rest[..length]);
            rest = &rest[length..];
            continue;
        }
        // An escaped character opens nothing.
        let behind = if next == '\\' {
            rest[1..].chars().next().map_or(0, char::len_utf8)
        } else {
            0
        };
        let length = ticks.max(next.len_utf8()) + behind;
        words.push_str(&rest[..length]);
        rest = &rest[length..];
    }
    out.push_str(&guarded(&words));
}

/// The length of the code span at the start of a text. `None` if it has no end.
fn code_length(text: &str, ticks: usize) -> Option<usize> {
    let mut at = ticks;
    while let Some(found) = text[at..].find('`') {
        let start = at + found;
        let count = text[start..]
            .bytes()
            .take_while(|&byte| byte == b'`')
            .count();
        at = start + count;
        if count == ticks {
            return Some(at);
        }
    }
    None
}

/// Removes the title that the host shows.
fn without_title(flavour: Flavour, text: &str, title: &str) -> String {
    let split = match flavour {
        Flavour::Gitlab => text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---\n")),
        Flavour::Plain => text
            .strip_prefix("# ")
            .and_then(|rest| rest.split_once('\n')),
        Flavour::AzureDevops | Flavour::Github | Flavour::Gitea => None,
    };
    let Some((head, rest)) = split else {
        return text.trim_start_matches('\n').to_owned();
    };
    // If somebody has added text there, it is kept.
    let known = word_set(&format!("title {title}"));
    let is_own = word_set(head).iter().all(|word| known.contains(word));
    let rest = rest.trim_start_matches('\n');
    if is_own {
        rest.to_owned()
    } else {
        format!("{}\n{rest}", fenced("yaml", head))
    }
}

/// Removes the table of contents: a mark, or a list of links before the first heading.
fn without_contents(text: &str) -> String {
    let is_link = |line: &str| {
        line.trim_start()
            .trim_start_matches(['-', '*'])
            .trim_start()
            .starts_with('[')
            && line.contains("](#")
    };
    let first_heading = text
        .lines()
        .position(|line| line.starts_with('#'))
        .unwrap_or(0);
    let kept = text
        .lines()
        .enumerate()
        .filter(|(at, line)| line.trim() != "[[_TOC_]]" && !(*at < first_heading && is_link(line)));
    kept.map(|(_, line)| format!("{line}\n")).collect()
}

/// Removes empty lines at the start, and repeated ones.
fn without_empty_lines(text: &str) -> String {
    let mut out = String::new();
    let mut is_code = false;
    for line in text.lines() {
        is_code ^= line.trim_start().starts_with("```");
        if line.is_empty() && !is_code && (out.is_empty() || out.ends_with("\n\n")) {
            continue;
        }
        out.push_str(line);
        out.push('\n');
    }
    out
}

/// Moves the title of a call-out from the strong line below it to the line of its kind.
fn callouts_of(text: &str) -> String {
    let mut out = String::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        out.push_str(line);
        let is_callout =
            line.trim_start_matches(['>', ' ']).starts_with("[!") && line.trim_end().ends_with(']');
        let title = lines.peek().filter(|_| is_callout).and_then(|next| {
            next.trim_start_matches(['>', ' '])
                .strip_prefix("**")?
                .strip_suffix("**")
        });
        if let Some(title) = title.filter(|title| !title.contains("**")) {
            out.push(' ');
            out.push_str(title);
            lines.next();
        }
        out.push('\n');
    }
    out
}

/// Unknown markup, kept verbatim.
fn verbatim(text: &str) -> Block {
    Block::Code {
        language: VERBATIM.to_owned(),
        text: format!("{}\n", text.trim_end_matches('\n')),
    }
}

/// Appends the lines of the page that contain a word that is missing from the Markdown: no text may
/// get lost.
fn with_lost_lines(
    dialect: Dialect,
    text: &str,
    markdown: String,
    names: &Names,
    highlighter: &Highlighter,
) -> String {
    // Unknown elements are kept verbatim one by one.
    if dialect == Dialect::Confluence {
        return markdown;
    }
    let apart = text_of(
        dialect,
        &case(Page {
            blocks: names.apart.clone(),
            ..Page::default()
        }),
        highlighter,
    );
    let there = word_set(&format!("{markdown}\n{apart}\n{}", names.title));
    let is_lost = |line: &&str| {
        word_set(&without_markup(line))
            .iter()
            .any(|word| !there.contains(word))
    };
    let lost: Vec<&str> = text.lines().filter(is_lost).collect();
    if lost.is_empty() {
        markdown
    } else {
        format!("{markdown}\n{}", fenced(VERBATIM, &lost.join("\n")))
    }
}

/// Words that are markup, mostly names and values of attributes.
const MARKUP_WORDS: [&str; 23] = [
    "File",
    "Image",
    "frameless",
    "800px",
    "link",
    "alt",
    "class",
    "wikitable",
    "style",
    "text",
    "align",
    "left",
    "center",
    "right",
    "scope",
    "row",
    "NOTOC",
    "TOC",
    "note",
    "px",
    "thumb",
    "start",
    "lang",
];

/// A line without its tags, its addresses and its markup words.
fn without_markup(line: &str) -> String {
    let words = decode_references(&without_tags(line));
    // The targets of links and pictures are addresses.
    let words = after_each(&words, "[[", |part| {
        part.split_once('|').map_or(part, |(_, part)| part)
    });
    let words = after_each(&words, "{{", |part| match part.split_once(['|', '}']) {
        Some((_, rest)) if part.starts_with(':') => rest,
        _ => part,
    });
    words
        .split(|next: char| !next.is_alphanumeric())
        .filter(|word| !MARKUP_WORDS.contains(word))
        .collect::<Vec<_>>()
        .join(" ")
}

/// A line with a space in place of each tag.
fn without_tags(line: &str) -> String {
    let mut words = String::new();
    let mut rest = line;
    while let Some(start) = rest.find('<') {
        words.push_str(&rest[..start]);
        words.push(' ');
        let Some(end) = rest[start..].find('>') else {
            break;
        };
        rest = &rest[start + end + 1..];
    }
    words + rest
}

/// A text in which `change` replaces the part after each `mark`, up to the next one.
fn after_each(text: &str, mark: &str, change: impl Fn(&str) -> &str) -> String {
    let parts = text
        .split(mark)
        .enumerate()
        .map(|(at, part)| if at == 0 { part } else { change(part) });
    parts.collect::<Vec<_>>().join(" ")
}

/// The words of a text, to detect lost ones.
fn word_set(text: &str) -> BTreeSet<String> {
    text.split(|next: char| !next.is_alphanumeric())
        .filter(|word| word.chars().count() > 1)
        .map(str::to_lowercase)
        .collect()
}
