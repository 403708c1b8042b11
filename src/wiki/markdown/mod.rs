//! The dialects of Markdown hosts and of plain Markdown files.

mod anchors;
mod escape;
mod inline;
mod names;

use std::collections::BTreeMap;

use super::page::{
    ActionEntry, Block, Callout, Case, Element, Heading, Inline, Item, LinkTo, List, RawHtml,
    Style, Table, plain,
};
use super::{Flavour, Location, Publication};
use crate::markdown::Alignment;

pub use names::{another_title, attachment_path, location, problems};

use escape::Container;
use inline::longest_run;

/// The anchors of the headings.
pub fn anchors(flavour: Flavour, case: &Case) -> BTreeMap<String, String> {
    anchors::anchors(flavour, case)
}

/// Whether the text begins with the title: in plain files, and if the host shows another title.
fn has_title_in_text(flavour: Flavour, case: &Case) -> bool {
    flavour == Flavour::Plain || another_title(flavour, &case.title).is_some()
}

/// A link to a page with its title as text, for a sidebar.
pub fn link_to_page(flavour: Flavour, location: &Location) -> String {
    let mut link = "[".to_owned();
    let has_formula = location.title.matches('$').count() > 1;
    escape::add(
        &location.title,
        escape::EscapeContext {
            flavour,
            container: Container::Heading,
            has_formula,
        },
        &mut link,
    );
    format!("{link}]({})", names::page_address(flavour, location))
}

/// Whether the host removes an HTML element.
pub fn loses(flavour: Flavour, html: &RawHtml) -> bool {
    flavour != Flavour::Plain && matches!(html.name, "col" | "colgroup")
}

/// The Markdown of a page.
pub fn text(flavour: Flavour, case: &Case, publication: &Publication<'_>) -> String {
    let writer = MarkdownWriter {
        flavour,
        case,
        publication,
    };
    let mut text = match flavour {
        Flavour::Gitlab => publication
            .locations
            .get(&case.slug)
            .map_or_else(String::new, |name| names::front_matter(&case.title, name)),
        Flavour::Plain => format!("# {}\n\n", writer.words(&case.title, Container::Heading)),
        Flavour::AzureDevops | Flavour::Github | Flavour::Gitea
            if has_title_in_text(flavour, case) =>
        {
            format!("# {}\n\n", writer.words(&case.title, Container::Heading))
        }
        Flavour::AzureDevops | Flavour::Github | Flavour::Gitea => String::new(),
    };
    text.push_str(&writer.blocks(&case.page.blocks, Depth::Top));
    text.push_str(&writer.footnotes());
    text
}

/// Writes one page.
struct MarkdownWriter<'a> {
    flavour: Flavour,
    case: &'a Case,
    publication: &'a Publication<'a>,
}

/// Whether blocks are inside other blocks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    Top,
    Inside,
}

/// The kind of bullets. Adjacent lists need different ones, or they would be one list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Signs {
    First,
    Second,
}

impl MarkdownWriter<'_> {
    /// Blocks separated by empty lines. The result is empty or ends in a line end.
    fn blocks(&self, blocks: &[Block], depth: Depth) -> String {
        let mut out = String::new();
        let mut previous: Option<(bool, Signs)> = None;
        for block in blocks {
            let mut list = None;
            let written = match block {
                Block::List(found) => {
                    let kind = found.first.is_some();
                    let signs = if previous == Some((kind, Signs::First)) {
                        Signs::Second
                    } else {
                        Signs::First
                    };
                    list = Some((kind, signs));
                    self.list(found, signs)
                }
                Block::Actions(_) | Block::Contents => {
                    let signs = if previous == Some((false, Signs::First)) {
                        Signs::Second
                    } else {
                        Signs::First
                    };
                    list = Some((false, signs));
                    self.list_of(block, signs)
                }
                _ => self.block(block, depth),
            };
            if written.is_empty() {
                continue;
            }
            previous = list;
            if !out.is_empty() {
                out.push('\n');
            }
            out.push_str(&written);
        }
        out
    }

    /// A block that is not a list. The result is empty or ends in a line end.
    fn block(&self, block: &Block, depth: Depth) -> String {
        match block {
            Block::Heading(heading) => self.heading(heading),
            Block::Paragraph(inlines) => line(&self.inlines(inlines, Container::Paragraph)),
            Block::Quote(blocks) => quoted(&self.blocks(blocks, Depth::Inside)),
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.callout(*kind, title, blocks, depth),
            Block::Code { language, text } => code(language, text),
            Block::Table(table) => self.table(table),
            Block::Details { summary, blocks } => self.details(summary, blocks),
            // Hyphens or stars could be read as a list.
            Block::Rule => "___\n".to_owned(),
            Block::Facts(facts) => self.facts(facts),
            Block::Element(element, blocks) => self.element(element, blocks),
            Block::List(_) | Block::Contents | Block::Actions(_) => {
                self.list_of(block, Signs::First)
            }
        }
    }

    /// A block that is written as a list.
    fn list_of(&self, block: &Block, signs: Signs) -> String {
        match block {
            Block::List(list) => self.list(list, signs),
            Block::Actions(actions) => self.list(&action_list(actions), signs),
            Block::Contents => match self.flavour {
                Flavour::AzureDevops | Flavour::Gitlab => "[[_TOC_]]\n".to_owned(),
                Flavour::Github | Flavour::Gitea | Flavour::Plain => {
                    contents(self.case).map_or_else(String::new, |list| self.list(&list, signs))
                }
            },
            _ => String::new(),
        }
    }

    fn inlines(&self, inlines: &[Inline], container: Container) -> String {
        inline::inlines(self, inlines, container)
    }

    fn words(&self, words: &str, container: Container) -> String {
        self.inlines(&[Inline::Text(words.to_owned())], container)
    }

    fn heading(&self, heading: &Heading) -> String {
        let level = usize::from(heading.level.clamp(1, 6));
        let words = self.inlines(&heading.text, Container::Heading);
        format!("{} {words}\n", "#".repeat(level))
    }

    fn list(&self, list: &List, signs: Signs) -> String {
        let mut out = String::new();
        let is_tight = list.is_tight && list.items.iter().all(fits_tight_list);
        for (at, item) in list.items.iter().enumerate() {
            let sign = match (list.first, signs) {
                (None, Signs::First) => "- ".to_owned(),
                (None, Signs::Second) => "* ".to_owned(),
                (Some(first), Signs::First) => format!("{}. ", number(first, at)),
                (Some(first), Signs::Second) => format!("{}) ", number(first, at)),
            };
            if at > 0 && !is_tight {
                out.push('\n');
            }
            let content = if is_tight {
                self.tight(&item.blocks)
            } else {
                self.blocks(&item.blocks, Depth::Inside)
            };
            out.push_str(&list_item(item, &content, &sign));
        }
        out
    }

    /// The blocks of an item without empty lines between them.
    fn tight(&self, blocks: &[Block]) -> String {
        blocks
            .iter()
            .map(|block| self.block(block, Depth::Inside))
            .collect()
    }

    fn callout(&self, kind: Callout, title: &[Inline], blocks: &[Block], depth: Depth) -> String {
        let content = self.blocks(blocks, Depth::Inside);
        // Hosts support call-outs at the top level only.
        let is_alert = depth == Depth::Top && self.flavour != Flavour::AzureDevops;
        // Hosts with call-outs show the name of the kind themselves.
        let title = if is_alert {
            title.to_vec()
        } else {
            title_with_kind(kind, title)
        };
        let title = if title.is_empty() {
            String::new()
        } else {
            line(&self.inlines(&[Inline::Styled(Style::Strong, title)], Container::Heading))
        };
        let sign = if is_alert {
            format!("[!{}]\n", kind.name().to_uppercase())
        } else {
            String::new()
        };
        let begins_with_words =
            !title.is_empty() || matches!(blocks.first(), Some(Block::Paragraph(_)));
        let before = if is_alert && !begins_with_words {
            "\n"
        } else {
            ""
        };
        let between = if title.is_empty() || content.is_empty() {
            ""
        } else {
            "\n"
        };
        quoted(&format!("{sign}{before}{title}{between}{content}"))
    }

    fn table(&self, table: &Table) -> String {
        if table.columns.is_empty() {
            return String::new();
        }
        let rule: Vec<&str> = table
            .columns
            .iter()
            .map(|alignment| rule_of(*alignment))
            .collect();
        let mut out = self.row(&table.head, table.columns.len());
        out.push_str(&format!("| {} |\n", rule.join(" | ")));
        for row in &table.rows {
            out.push_str(&self.row(row, table.columns.len()));
        }
        out
    }

    fn row(&self, cells: &[Vec<Inline>], columns: usize) -> String {
        let cells = (0..columns).map(|column| {
            cells
                .get(column)
                .map_or_else(String::new, |cell| self.inlines(cell, Container::Cell))
        });
        format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "))
    }

    fn details(&self, summary: &[Inline], blocks: &[Block]) -> String {
        let content = self.blocks(blocks, Depth::Inside);
        let between = if content.is_empty() { "" } else { "\n" };
        format!(
            "<details>\n<summary>{}</summary>\n\n{content}{between}</details>\n",
            inline::html(self, summary).trim()
        )
    }

    /// An HTML element. Empty lines around its content make the host read that as Markdown.
    fn element(&self, element: &Element, blocks: &[Block]) -> String {
        let element = inline::known_to_hosts(element);
        let tag = element.tag(crate::escape::escaped);
        let name = element.name;
        match (name, blocks) {
            ("col", _) => format!("{tag}\n"),
            ("pre", [Block::Paragraph(lines)]) => {
                format!("{tag}{}</pre>\n", inline::html_lines(self, lines))
            }
            ("table" | "thead" | "tbody" | "tfoot" | "tr" | "colgroup" | "dl", _) => {
                let parts: String = blocks
                    .iter()
                    .map(|block| self.block(block, Depth::Inside))
                    .collect();
                format!("{tag}\n{parts}</{name}>\n")
            }
            _ => {
                let content = self.blocks(blocks, Depth::Inside);
                let content = if content.is_empty() {
                    content
                } else {
                    format!("\n\n{content}\n")
                };
                format!("{tag}{content}</{name}>\n")
            }
        }
    }

    fn facts(&self, facts: &[(String, String)]) -> String {
        let words = |text: &str| vec![Inline::Text(text.to_owned())];
        let name = |text: &str| vec![Inline::Styled(Style::Strong, words(text))];
        let rows = facts
            .iter()
            .map(|(key, value)| vec![name(key), words(value)])
            .collect();
        self.table(&Table {
            columns: vec![Alignment::None, Alignment::None],
            head: vec![Vec::new(), Vec::new()],
            rows,
        })
    }

    /// The footnotes at the end of the page.
    fn footnotes(&self) -> String {
        let footnotes = &self.case.page.footnotes;
        if footnotes.is_empty() {
            return String::new();
        }
        if self.flavour == Flavour::AzureDevops {
            let items = footnotes
                .iter()
                .map(|blocks| Item {
                    done: None,
                    blocks: blocks.clone(),
                })
                .collect();
            let list = List {
                first: Some(1),
                is_tight: true,
                items,
            };
            return format!("\n___\n\n{}", self.list(&list, Signs::First));
        }
        let texts = footnotes
            .iter()
            .enumerate()
            .map(|(at, blocks)| self.footnote(at + 1, blocks));
        texts.map(|text| format!("\n{text}")).collect()
    }

    fn footnote(&self, number: usize, blocks: &[Block]) -> String {
        let content = self.blocks(blocks, Depth::Inside);
        let begins_with_words = matches!(blocks.first(), Some(Block::Paragraph(_)));
        let content = if begins_with_words {
            content
        } else {
            format!("\n{content}")
        };
        let lines = content
            .trim_end_matches('\n')
            .lines()
            .enumerate()
            .map(|(at, line)| match (at, line) {
                (0, line) | (_, line @ "") => format!("{line}\n"),
                (_, line) => format!("    {line}\n"),
            });
        format!("[^{number}]: {}", lines.collect::<String>())
    }

    /// The address of a link. `None` if the wiki has no such target.
    fn address(&self, to: &LinkTo) -> Option<String> {
        let fragment = |case: &_, id: &str| {
            let anchor = self.publication.anchors.get(case)?.get(id)?;
            (!anchor.is_empty()).then(|| format!("#{anchor}"))
        };
        match to {
            LinkTo::External(address) => Some(address.clone()),
            LinkTo::Heading(id) => fragment(&self.case.slug, id),
            LinkTo::Page { case, heading } => {
                let page = names::page_address(self.flavour, self.publication.locations.get(case)?);
                Some(page + &fragment(case, heading).unwrap_or_default())
            }
        }
    }

    fn picture(&self, name: &str) -> String {
        names::picture_address(self.flavour, name, self.publication.parent)
    }
}

fn line(words: &str) -> String {
    if words.is_empty() {
        String::new()
    } else {
        format!("{words}\n")
    }
}

/// Lines as a quotation.
fn quoted(lines: &str) -> String {
    if lines.is_empty() {
        return String::new();
    }
    lines
        .trim_end_matches('\n')
        .lines()
        .map(|line| {
            if line.is_empty() {
                ">\n".to_owned()
            } else {
                format!("> {line}\n")
            }
        })
        .collect()
}

/// Lines indented below a bullet.
fn indented(lines: &str, sign: &str) -> String {
    let indent = " ".repeat(sign.len());
    let lines = lines
        .lines()
        .enumerate()
        .map(|(at, line)| match (at, line) {
            (0, line) => format!("{sign}{line}\n"),
            (_, "") => "\n".to_owned(),
            (_, line) => format!("{indent}{line}\n"),
        });
    lines.collect()
}

/// An item with its content after a bullet or number.
fn list_item(item: &Item, content: &str, sign: &str) -> String {
    let has_line = matches!(item.blocks.first(), Some(Block::Paragraph(_))) && !content.is_empty();
    let task = match item.done {
        None => "",
        Some(true) if has_line => "[x] ",
        Some(false) if has_line => "[ ] ",
        // A check box needs text after it.
        Some(true) => "☑\n\n",
        Some(false) => "☐\n\n",
    };
    let content = format!("{task}{content}");
    let content = content.trim_end_matches('\n');
    if content.is_empty() {
        return format!("{}\n", sign.trim_end());
    }
    indented(content, sign)
}

/// The number of an item. CommonMark allows nine digits.
fn number(first: u32, at: usize) -> usize {
    const LARGEST: usize = 999_999_999;
    (first as usize).saturating_add(at).min(LARGEST)
}

/// Whether an item needs no empty lines: it is a line, and lists of such items that can follow
/// directly.
fn fits_tight_list(item: &Item) -> bool {
    let is_line = |block: &Block| matches!(block, Block::Paragraph(inlines) if !plain(inlines).trim().is_empty());
    match item.blocks.as_slice() {
        [] => true,
        [only] => is_line(only),
        [first, Block::List(list)] => {
            let can_follow = list.is_tight && list.first.is_none_or(|first| first == 1);
            let has_items = list
                .items
                .iter()
                .all(|item| !item.blocks.is_empty() && fits_tight_list(item));
            is_line(first) && can_follow && has_items && !list.items.is_empty()
        }
        _ => false,
    }
}

/// The title of a call-out with the name of its kind.
fn title_with_kind(kind: Callout, title: &[Inline]) -> Vec<Inline> {
    let name = kind.name();
    if title.is_empty() {
        vec![Inline::Text(name.to_owned())]
    } else if plain(title).trim().eq_ignore_ascii_case(name) {
        title.to_vec()
    } else {
        [&[Inline::Text(format!("{name}: "))], title].concat()
    }
}

fn rule_of(alignment: Alignment) -> &'static str {
    match alignment {
        Alignment::None => "---",
        Alignment::Left => ":---",
        Alignment::Center => ":---:",
        Alignment::Right => "---:",
    }
}

/// Code in a fence that is longer than any run of backticks in it.
fn code(language: &str, text: &str) -> String {
    const SHORTEST: usize = 3;
    let fence = "`".repeat(SHORTEST.max(longest_run(text, '`') + 1));
    let is_word = !language.is_empty()
        && language
            .chars()
            .all(|next| next.is_alphanumeric() || matches!(next, '+' | '-' | '#' | '_' | '.'));
    let language = if is_word { language } else { "" };
    let end = if text.is_empty() || text.ends_with('\n') {
        ""
    } else {
        "\n"
    };
    format!("{fence}{language}\n{text}{end}{fence}\n")
}

/// Action items as tasks, with the other fields as text.
fn action_list(actions: &[ActionEntry]) -> List {
    let items = actions.iter().map(|action| {
        let mut words = action.what.clone();
        let parts = [
            ("owner", action.owner.as_str()),
            ("due", &action.due),
            ("status", action.status),
        ];
        let said: Vec<String> = parts
            .iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        if !said.is_empty() {
            words.push_str(&format!(" — {}", said.join(", ")));
        }
        Item {
            done: Some(action.is_settled),
            blocks: vec![Block::Paragraph(vec![Inline::Text(words)])],
        }
    });
    List {
        first: None,
        is_tight: true,
        items: items.collect(),
    }
}

/// Nested links to the headings of levels 2 and 3. `None` if there are none.
fn contents(case: &Case) -> Option<List> {
    let mut items: Vec<Item> = Vec::new();
    let mut above_level = None;
    for heading in case
        .page
        .headings()
        .into_iter()
        .filter(|heading| heading.level <= 3)
    {
        let words = vec![Inline::Text(plain(&heading.text))];
        let link = Inline::Link {
            to: LinkTo::Heading(heading.id.clone()),
            text: words,
        };
        let item = Item {
            done: None,
            blocks: vec![Block::Paragraph(vec![link])],
        };
        match items.last_mut() {
            Some(above) if above_level.is_some_and(|above| above < heading.level) => {
                add_below(above, item);
            }
            _ => {
                above_level = Some(heading.level);
                items.push(item);
            }
        }
    }
    (!items.is_empty()).then_some(List {
        first: None,
        is_tight: true,
        items,
    })
}

fn add_below(above: &mut Item, item: Item) {
    if let Some(Block::List(list)) = above.blocks.get_mut(1) {
        list.items.push(item);
    } else {
        above.blocks.push(Block::List(List {
            first: None,
            is_tight: true,
            items: vec![item],
        }));
    }
}
