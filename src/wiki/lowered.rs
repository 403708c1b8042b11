//! Plainer equivalents of HTML, for wikis that do not support an element. No text is lost.

use super::page::{Block, Element, Inline, Item, List, Style, Table, plain};
use crate::markdown::Alignment;

/// The blocks that come closest to an element.
pub fn blocks(element: &Element, inner: &[Block]) -> Vec<Block> {
    let mut said = match element.name {
        "dl" => vec![Block::List(definitions(inner))],
        "figcaption" => inner
            .iter()
            .map(|block| in_style(Style::Emphasis, block))
            .collect(),
        "caption" | "dt" => inner
            .iter()
            .map(|block| in_style(Style::Strong, block))
            .collect(),
        "pre" => vec![Block::Code {
            language: String::new(),
            text: lines(inner),
        }],
        "table" => table(inner),
        "col" | "colgroup" => Vec::new(),
        _ => inner.to_vec(),
    };
    if let Some(title) = element.attribute("title") {
        said.push(Block::Paragraph(vec![text(&format!("({title})"))]));
    }
    said
}

/// The inlines that come closest to an element.
pub fn inlines(element: &Element, inner: &[Inline]) -> Vec<Inline> {
    let mut said = match element.name {
        "q" => [&[text("“")], inner, &[text("”")]].concat(),
        "cite" | "dfn" | "var" => vec![Inline::Styled(Style::Emphasis, inner.to_vec())],
        "code" | "samp" => vec![Inline::Styled(Style::Keyboard, inner.to_vec())],
        "rt" => [&[text(" (")], inner, &[text(")")]].concat(),
        // These contain the parentheses around `rt`.
        "rp" | "wbr" => Vec::new(),
        _ => inner.to_vec(),
    };
    if let Some(title) = element.attribute("title") {
        said.push(text(&format!(" ({title})")));
    }
    said
}

/// Replaces all elements in a line by their plainer equivalents, except inside styles and links.
/// Adjacent texts are joined.
pub fn in_plain_words(line: &[Inline]) -> Vec<Inline> {
    let mut out: Vec<Inline> = Vec::with_capacity(line.len());
    for inline in line {
        let said = match inline {
            Inline::Element(element, inner) => in_plain_words(&inlines(element, inner)),
            other => vec![other.clone()],
        };
        for inline in said {
            match (out.last_mut(), inline) {
                (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
                (_, inline) => out.push(inline),
            }
        }
    }
    out
}

fn text(words: &str) -> Inline {
    Inline::Text(words.to_owned())
}

fn in_style(style: Style, block: &Block) -> Block {
    match block {
        Block::Paragraph(words) => Block::Paragraph(vec![Inline::Styled(style, words.clone())]),
        other => other.clone(),
    }
}

/// A list with one item for each term and its definitions.
fn definitions(parts: &[Block]) -> List {
    let mut items: Vec<Item> = Vec::new();
    for part in parts {
        let Block::Element(element, inner) = part else {
            continue;
        };
        let said = blocks(element, inner);
        match items.last_mut() {
            Some(item) if element.name != "dt" => item.blocks.extend(said),
            _ => items.push(Item {
                done: None,
                blocks: said,
            }),
        }
    }
    List {
        first: None,
        is_tight: false,
        items,
    }
}

fn lines(blocks: &[Block]) -> String {
    let words = blocks.iter().map(|block| {
        if let Block::Paragraph(words) = block {
            plain(words)
        } else {
            String::new()
        }
    });
    let mut lines = words.collect::<String>();
    if lines.starts_with('\n') {
        lines.remove(0);
    }
    if !lines.ends_with('\n') {
        lines.push('\n');
    }
    lines
}

/// A cell of a table with blocks.
pub struct Cell<'a> {
    /// `td` or `th` with its attributes.
    pub element: &'a Element,
    /// The content.
    pub blocks: &'a [Block],
}

/// The caption and the rows of a table: head, body, foot.
pub fn rows(parts: &[Block]) -> (Vec<Block>, Vec<Vec<Cell<'_>>>) {
    let mut caption = Vec::new();
    let mut found = [Vec::new(), Vec::new(), Vec::new()];
    for part in parts {
        let Block::Element(element, inner) = part else {
            continue;
        };
        let index = match element.name {
            "caption" => {
                caption = blocks(element, inner);
                continue;
            }
            "thead" => 0,
            "tbody" => 1,
            "tfoot" => 2,
            _ => continue,
        };
        found[index].extend(inner.iter().map(cells));
    }
    (caption, found.into_iter().flatten().collect())
}

fn cells(row: &Block) -> Vec<Cell<'_>> {
    let Block::Element(_, cells) = row else {
        return Vec::new();
    };
    let cells = cells.iter().filter_map(|cell| {
        if let Block::Element(element, blocks) = cell {
            Some(Cell { element, blocks })
        } else {
            None
        }
    });
    cells.collect()
}

/// A table with one line in each cell, below its caption.
fn table(parts: &[Block]) -> Vec<Block> {
    let (mut said, rows) = rows(parts);
    let width = rows.iter().map(Vec::len).max().unwrap_or_default();
    let lines = |row: &Vec<Cell<'_>>| {
        let mut cells: Vec<Vec<Inline>> = row.iter().map(|cell| in_a_line(cell.blocks)).collect();
        cells.resize(width, Vec::new());
        cells
    };
    let first = rows
        .first()
        .filter(|row| row.iter().all(|cell| cell.element.name == "th"));
    let head = first.map_or_else(|| vec![Vec::new(); width], lines);
    let columns = rows.last().map_or_else(Vec::new, |row| {
        row.iter()
            .map(|cell| cell.element.alignment())
            .collect::<Vec<_>>()
    });
    let columns = (0..width)
        .map(|at| columns.get(at).copied().unwrap_or(Alignment::None))
        .collect();
    let body = rows
        .iter()
        .skip(usize::from(first.is_some()))
        .map(lines)
        .collect();
    if width > 0 {
        said.push(Block::Table(Table {
            columns,
            head,
            rows: body,
        }));
    }
    said
}

/// Blocks as one line, separated by line breaks.
pub fn in_a_line(blocks: &[Block]) -> Vec<Inline> {
    let mut line = Vec::new();
    add(blocks, &mut line);
    line
}

fn add(blocks: &[Block], line: &mut Vec<Inline>) {
    for block in blocks {
        match block {
            Block::Element(element, inner) => add(&self::blocks(element, inner), line),
            Block::List(list) => add_list(list, line),
            Block::Heading(heading) => {
                add_words(&[Inline::Styled(Style::Strong, heading.text.clone())], line);
            }
            Block::Callout {
                title: above,
                blocks,
                ..
            }
            | Block::Details {
                summary: above,
                blocks,
            } => {
                add_words(&[Inline::Styled(Style::Strong, above.clone())], line);
                add(blocks, line);
            }
            Block::Paragraph(words) => add_words(words, line),
            Block::Quote(blocks) => add(blocks, line),
            Block::Code { text, .. } => text
                .lines()
                .for_each(|code| add_words(&[Inline::Code(code.to_owned())], line)),
            Block::Table(table) => std::iter::once(&table.head)
                .chain(&table.rows)
                .for_each(|row| add_words(&row.join(&text(" | ")), line)),
            Block::Rule => add_words(&[text("———")], line),
            Block::Facts(facts) => facts
                .iter()
                .for_each(|(name, value)| add_words(&[text(&format!("{name}: {value}"))], line)),
            Block::Actions(actions) => actions
                .iter()
                .for_each(|action| add_words(&[text(&action.what)], line)),
            Block::Contents => {}
        }
    }
}

fn add_list(list: &List, line: &mut Vec<Inline>) {
    for (at, item) in list.items.iter().enumerate() {
        let mark = list.first.map_or("• ".to_owned(), |first| {
            format!("{}. ", first as usize + at)
        });
        let task = item.done.map_or("", |done| if done { "☑ " } else { "☐ " });
        add_words(
            &[
                &[text(&format!("{mark}{task}"))][..],
                &in_a_line(&item.blocks),
            ]
            .concat(),
            line,
        );
    }
}

fn add_words(words: &[Inline], line: &mut Vec<Inline>) {
    if !line.is_empty() && !words.is_empty() {
        line.push(Inline::Break);
    }
    line.extend_from_slice(words);
}
