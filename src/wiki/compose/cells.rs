//! Converts HTML tables to Markdown tables if these are equivalent, otherwise to elements.

use super::elements::{Claim, blocks, is_blank, with_common_attributes};
use super::nest::HtmlNode;
use crate::markdown::Alignment;
use crate::wiki::page::{Block, Element, Inline, Table};

/// A table under construction.
#[derive(Default)]
struct Rows {
    caption: Vec<Block>,
    columns: Vec<Block>,
    /// The parts of the table with their rows.
    parts: Vec<(&'static str, Vec<Vec<Cell>>)>,
    /// Content outside any cell. Browsers show it above the table.
    strays: Vec<HtmlNode>,
}

struct Cell {
    element: Element,
    blocks: Vec<Block>,
}

/// A table. Content outside its cells comes before it.
pub fn table(nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Vec<Block> {
    let mut rows = Rows::default();
    rows.add(nodes, None, claim);
    let mut blocks = blocks(std::mem::take(&mut rows.strays), claim);
    rows.parts
        .retain(|(_, rows)| rows.iter().any(|row| !row.is_empty()));
    blocks.extend(if rows.parts.is_empty() {
        rows.caption
    } else {
        vec![rows.block()]
    });
    blocks
}

/// A Markdown table in which a cell contains blocks.
pub fn table_of_cells(
    columns: &[Alignment],
    head: Vec<Vec<HtmlNode>>,
    body: Vec<Vec<Vec<HtmlNode>>>,
    claim: &mut Claim<'_>,
) -> Block {
    let mut row = |name: &'static str, cells: Vec<Vec<HtmlNode>>| -> Vec<Cell> {
        let aligned = cells.into_iter().zip(columns);
        aligned
            .map(|(nodes, alignment)| Cell {
                element: aligned_cell(name, *alignment),
                blocks: blocks(nodes, claim),
            })
            .collect()
    };
    let head = vec![row("th", head)];
    let body = body.into_iter().map(|cells| row("td", cells)).collect();
    Rows {
        parts: vec![("thead", head), ("tbody", body)],
        ..Rows::default()
    }
    .block()
}

/// The element of a cell in a column with an alignment.
fn aligned_cell(name: &'static str, alignment: Alignment) -> Element {
    let align = match alignment {
        Alignment::None => None,
        Alignment::Left => Some("left"),
        Alignment::Center => Some("center"),
        Alignment::Right => Some("right"),
    };
    let attribute = align.map(|align| ("align", align.to_owned()));
    Element {
        name,
        attributes: attribute.into_iter().collect(),
    }
}

impl Rows {
    /// Adds the content of a table, or of a part of it.
    fn add(&mut self, nodes: Vec<HtmlNode>, part: Option<&'static str>, claim: &mut Claim<'_>) {
        for node in nodes.into_iter().filter(|node| !is_blank(node)) {
            match node {
                HtmlNode::Element(element, inner) => self.add_element(element, inner, part, claim),
                other => self.strays.push(other),
            }
        }
    }

    fn add_element(
        &mut self,
        element: Element,
        inner: Vec<HtmlNode>,
        part: Option<&'static str>,
        claim: &mut Claim<'_>,
    ) {
        match element.name {
            "caption" => self
                .caption
                .extend(with_common_attributes(&element, blocks(inner, claim))),
            "colgroup" if !inner.iter().all(is_blank) => self.add(inner, part, claim),
            "col" | "colgroup" => self
                .columns
                .push(Block::Element(column(&element), Vec::new())),
            name @ ("thead" | "tbody" | "tfoot") => {
                self.parts.push((name, Vec::new()));
                self.add(inner, Some(name), claim);
            }
            "tr" => {
                let cells = self.cells(inner, claim);
                self.part(part).push(cells);
            }
            "td" | "th" => self.add_cell(Cell::new(&element, inner, claim), part),
            _ => self.strays.push(HtmlNode::Element(element, inner)),
        }
    }

    /// Adds a cell that is not in a row to the last row.
    fn add_cell(&mut self, cell: Cell, part: Option<&'static str>) {
        let rows = self.part(part);
        match rows.last_mut() {
            Some(row) => row.push(cell),
            None => rows.push(vec![cell]),
        }
    }

    /// The rows of a part. Rows outside any part belong to the body.
    fn part(&mut self, part: Option<&'static str>) -> &mut Vec<Vec<Cell>> {
        let name = part.unwrap_or("tbody");
        if self.parts.last().is_none_or(|(last, _)| *last != name) {
            self.parts.push((name, Vec::new()));
        }
        let last = self.parts.len() - 1;
        &mut self.parts[last].1
    }

    fn cells(&mut self, nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Vec<Cell> {
        let mut cells = Vec::new();
        for node in nodes.into_iter().filter(|node| !is_blank(node)) {
            match node {
                HtmlNode::Element(element, inner) if matches!(element.name, "td" | "th") => {
                    cells.push(Cell::new(&element, inner, claim));
                }
                other => self.strays.push(other),
            }
        }
        cells
    }

    /// The table as a Markdown table if possible, otherwise as elements.
    fn block(self) -> Block {
        self.plain().map_or_else(|| self.whole(), Block::Table)
    }

    /// The equivalent Markdown table, if one exists.
    fn plain(&self) -> Option<Table> {
        let rows: Vec<(&str, &Vec<Cell>)> = self
            .parts
            .iter()
            .flat_map(|(part, rows)| rows.iter().map(|row| (*part, row)))
            .collect();
        let (&(part, head), body) = rows.split_first()?;
        let first = body.first().map_or(head, |(_, row)| row);
        let columns: Vec<Alignment> = first.iter().map(|cell| cell.element.alignment()).collect();
        let is_head =
            matches!(part, "thead" | "tbody") && head.iter().all(|cell| cell.element.name == "th");
        let is_body =
            |(part, row): &(&str, &Vec<Cell>)| *part == "tbody" && is_row_of(row, &columns);
        let is_plain =
            self.caption.is_empty() && self.columns.is_empty() && is_head && !head.is_empty();
        if !is_plain || head.len() != columns.len() || !body.iter().all(is_body) {
            return None;
        }
        let lines = |row: &[Cell]| row.iter().map(Cell::line).collect::<Option<Vec<_>>>();
        let body = body
            .iter()
            .map(|(_, row)| lines(row))
            .collect::<Option<Vec<_>>>()?;
        Some(Table {
            head: lines(head)?,
            columns,
            rows: body,
        })
    }

    /// The table as elements.
    fn whole(self) -> Block {
        let mut parts = Vec::new();
        if !self.caption.is_empty() {
            parts.push(Block::Element(Element::new("caption"), self.caption));
        }
        if !self.columns.is_empty() {
            parts.push(Block::Element(Element::new("colgroup"), self.columns));
        }
        for (name, rows) in self.parts {
            let rows = rows.into_iter().map(|row| {
                let cells = row
                    .into_iter()
                    .map(|cell| Block::Element(cell.element, cell.blocks))
                    .collect();
                Block::Element(Element::new("tr"), cells)
            });
            parts.push(Block::Element(Element::new(name), rows.collect()));
        }
        Block::Element(Element::new("table"), parts)
    }
}

/// Whether a row has one ordinary cell for each column, with its alignment.
fn is_row_of(row: &[Cell], columns: &[Alignment]) -> bool {
    let fits = |(cell, column): (&Cell, &Alignment)| {
        cell.element.name == "td" && cell.element.alignment() == *column
    };
    row.len() == columns.len() && row.iter().zip(columns).all(fits)
}

impl Cell {
    fn new(element: &Element, nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Self {
        let blocks = with_common_attributes(element, blocks(nodes, claim));
        Self {
            element: cell_element(element),
            blocks,
        }
    }

    /// The content, if it is a single line and the cell has no spans.
    fn line(&self) -> Option<Vec<Inline>> {
        let is_single = self
            .element
            .attributes
            .iter()
            .all(|(name, _)| matches!(*name, "align" | "scope"));
        match self.blocks.as_slice() {
            _ if !is_single => None,
            [] => Some(Vec::new()),
            [Block::Paragraph(words)] => Some(words.clone()),
            _ => None,
        }
    }
}

/// A number attribute that is larger than 1, the default.
fn span(element: &Element, name: &'static str) -> Option<(&'static str, String)> {
    let number = element.number(name).filter(|&number| number > 1)?;
    Some((name, number.to_string()))
}

/// The element of a cell with its valid attributes.
fn cell_element(element: &Element) -> Element {
    let mut attributes: Vec<(&'static str, String)> = ["colspan", "rowspan"]
        .iter()
        .filter_map(|name| span(element, name))
        .collect();
    let is_kept = |(name, value): &&(&'static str, String)| match *name {
        "align" => matches!(value.as_str(), "left" | "center" | "right"),
        "scope" => {
            element.name == "th"
                && matches!(value.as_str(), "row" | "col" | "rowgroup" | "colgroup")
        }
        _ => false,
    };
    attributes.extend(element.attributes.iter().filter(is_kept).cloned());
    Element {
        name: element.name,
        attributes,
    }
}

/// The `col` element for the columns that an element describes.
fn column(element: &Element) -> Element {
    Element {
        name: "col",
        attributes: span(element, "span").into_iter().collect(),
    }
}
