//! Writes blocks in the syntax of DokuWiki: as blocks at the top level, as lines where the wiki
//! allows no blocks.

use super::inlines::words;
use super::names;
use crate::markdown::Alignment;
use crate::wiki::Publication;
use crate::wiki::lowered;
use crate::wiki::page::{ActionEntry, Block, Callout, Case, Heading, Inline, Item, List, Table};

/// Writes one page.
pub struct DokuwikiWriter<'a> {
    /// The case study.
    pub case: &'a Case,
    /// The publication.
    pub publication: &'a Publication<'a>,
    /// The markup of the open styles.
    pub styles: Vec<&'static str>,
    /// The total length of nested footnotes, in bytes.
    pub inside: usize,
    /// The footnotes that are being written.
    pub notes: Vec<usize>,
}

/// A part of text that the wiki treats as one line.
enum Line {
    Words(String),
    /// Code, which is allowed inside a line but has line ends of its own.
    Code(String),
    Gap,
}

impl<'a> DokuwikiWriter<'a> {
    /// A writer for a page.
    pub fn new(case: &'a Case, publication: &'a Publication<'a>) -> Self {
        Self {
            case,
            publication,
            styles: Vec::new(),
            inside: 0,
            notes: Vec::new(),
        }
    }

    /// Blocks at the top level. They are separated by empty lines.
    pub fn blocks(&mut self, blocks: &[Block]) -> Vec<String> {
        blocks
            .iter()
            .flat_map(|block| self.block(block))
            .filter(|text| !text.is_empty())
            .collect()
    }

    fn block(&mut self, block: &Block) -> Vec<String> {
        let text = match block {
            Block::Heading(heading) => return self.heading(heading),
            Block::Details { summary, blocks } => {
                let mut parts = vec![self.bold(summary)];
                parts.extend(self.blocks(blocks));
                return parts;
            }
            Block::Paragraph(inlines) => self.inlines(inlines).trim().to_owned(),
            Block::Quote(blocks) => self.quote(blocks, 1).join("\n"),
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.callout(*kind, title, blocks),
            Block::Code { language, text } => return code_blocks(language, text),
            Block::List(list) => self.list(list, 1),
            Block::Table(table) => self.table(table),
            Block::Rule => "----".to_owned(),
            Block::Facts(facts) => facts_table(facts),
            Block::Contents => String::new(),
            Block::Actions(actions) => actions_table(actions),
            Block::Element(element, inner) if element.name == "table" => {
                return self.cells_of_blocks(inner);
            }
            Block::Element(element, inner) => return self.blocks(&lowered::blocks(element, inner)),
        };
        vec![text]
    }

    /// The wiki does not read markup in headings, so links, pictures and footnotes follow below.
    fn heading(&mut self, heading: &Heading) -> Vec<String> {
        let marks = "=".repeat(7 - usize::from(heading.level.clamp(2, 5)));
        let text = names::title(heading);
        let mut parts = Vec::new();
        if !text.is_empty() {
            parts.push(format!("{marks} {text} {marks}"));
        }
        let mut more = Vec::new();
        add_more_than_words(&heading.text, &mut more);
        parts.push(self.inlines(&more));
        parts
    }

    fn bold(&mut self, inlines: &[Inline]) -> String {
        self.within("**", "**", |writer| {
            writer.inlines(inlines).trim().to_owned()
        })
    }

    fn callout_title(&mut self, kind: Callout, title: &[Inline]) -> String {
        let name = kind.name();
        self.within("**", "**", |writer| {
            let title = writer.inlines(title);
            let title = title.trim();
            if title.is_empty() {
                name.to_owned()
            } else {
                format!("{name}%%:%% {title}")
            }
        })
    }

    /// A table of one column: the title above the content.
    fn callout(&mut self, kind: Callout, title: &[Inline], blocks: &[Block]) -> String {
        let title = self.callout_title(kind, title);
        let text = self.joined(blocks);
        format!("^ {title}  ^\n{}", row(&[(text, Alignment::Left)], '|'))
    }

    fn table(&mut self, table: &Table) -> String {
        let alignment = |column: usize| {
            table
                .columns
                .get(column)
                .copied()
                .unwrap_or(Alignment::None)
        };
        let mut cells = |cells: &[Vec<Inline>]| -> Vec<(String, Alignment)> {
            cells
                .iter()
                .enumerate()
                .map(|(column, cell)| (self.inlines(cell), alignment(column)))
                .collect()
        };
        let mut rows = vec![row(&cells(&table.head), '^')];
        rows.extend(table.rows.iter().map(|next| row(&cells(next), '|')));
        rows.join("\n")
    }

    /// A table with blocks or spans in its cells, below its caption.
    fn cells_of_blocks(&mut self, parts: &[Block]) -> Vec<String> {
        let (caption, rows) = lowered::rows(parts);
        let mut said = self.blocks(&caption);
        // For each column, the number of further rows that a cell above covers.
        let mut below: Vec<u32> = Vec::new();
        let mut lines = Vec::new();
        for row in rows {
            let mut out = String::new();
            let mut bar = '|';
            let mut column = 0;
            let mut cells = row.into_iter().peekable();
            while cells.peek().is_some() || below.get(column).is_some_and(|&rows| rows > 0) {
                if let Some(rows) = below.get_mut(column).filter(|rows| **rows > 0) {
                    *rows -= 1;
                    out.push_str(&format!("{bar} ::: "));
                    column += 1;
                    continue;
                }
                let Some(cell) = cells.next() else { break };
                bar = if cell.element.name == "th" { '^' } else { '|' };
                let text = self.joined(cell.blocks);
                let spanned = cell.element.number("colspan").unwrap_or(1).max(1);
                let one = row_of_one(&text, cell.element.alignment(), bar);
                out.push_str(one.strip_suffix(bar).unwrap_or(&one));
                out.extend((1..spanned).map(|_| bar));
                let rows = cell.element.number("rowspan").unwrap_or(1).max(1) - 1;
                for _ in 0..spanned {
                    below.resize(below.len().max(column + 1), 0);
                    below[column] = rows;
                    column += 1;
                }
            }
            out.push(bar);
            lines.push(out);
        }
        said.push(lines.join("\n"));
        said
    }

    fn list(&mut self, list: &List, depth: usize) -> String {
        let rows = list
            .items
            .iter()
            .enumerate()
            .map(|(at, item)| self.item(list, item, at, depth));
        rows.collect::<Vec<_>>().join("\n")
    }

    /// An item: one line, followed by the lists at its end.
    fn item(&mut self, list: &List, item: &Item, at: usize, depth: usize) -> String {
        let lists = item
            .blocks
            .iter()
            .rev()
            .take_while(|block| matches!(block, Block::List(_)))
            .count();
        let (own, lists) = item.blocks.split_at(item.blocks.len() - lists);
        // The wiki always counts from one. Other numbers are written as text.
        let (mark, number) = match list.first {
            Some(1) => ("-", String::new()),
            Some(first) => ("*", number(first, at)),
            None => ("*", String::new()),
        };
        let text = format!("{number}{}{}", task(item), self.joined(own));
        let mut lines = vec![format!("{}{mark} {}", "  ".repeat(depth), text.trim())];
        for block in lists {
            if let Block::List(list) = block {
                lines.push(self.list(list, depth + 1));
            }
        }
        lines.join("\n")
    }

    /// A quotation with nested ones: one line for each run of blocks at the same depth.
    fn quote(&mut self, blocks: &[Block], depth: usize) -> Vec<String> {
        let is_quote = |block: &Block| matches!(block, Block::Quote(_));
        let mut out = Vec::new();
        for stretch in blocks.chunk_by(|one, next| !is_quote(one) && !is_quote(next)) {
            match stretch {
                [Block::Quote(inner)] => out.extend(self.quote(inner, depth + 1)),
                _ => out.push(format!("{} {}", ">".repeat(depth), self.joined(stretch))),
            }
        }
        out
    }

    /// Blocks as one line.
    pub fn joined(&mut self, blocks: &[Block]) -> String {
        let mut out = String::new();
        // The separator before the next text. Code ends its own line.
        let mut between = "";
        for line in self.lines(blocks) {
            match line {
                Line::Words(text) => {
                    out.push_str(between);
                    out.push_str(&text);
                    between = "\\\\ ";
                }
                Line::Code(text) => {
                    out.push_str(&text);
                    between = "";
                }
                Line::Gap if !between.is_empty() => between = "\\\\ \\\\ ",
                Line::Gap => {}
            }
        }
        out.trim().to_owned()
    }

    fn lines(&mut self, blocks: &[Block]) -> Vec<Line> {
        let mut lines = Vec::new();
        for block in blocks {
            if !lines.is_empty() {
                lines.push(Line::Gap);
            }
            lines.extend(self.lines_of(block));
        }
        lines
    }

    fn lines_of(&mut self, block: &Block) -> Vec<Line> {
        match block {
            Block::Heading(heading) => vec![Line::Words(self.bold(&heading.text))],
            Block::Paragraph(inlines) => vec![Line::Words(self.inlines(inlines).trim().to_owned())],
            Block::Quote(blocks) => prefixed(self.lines(blocks), "%%> %%"),
            Block::Callout {
                kind,
                title,
                blocks,
            } => {
                let title = self.callout_title(*kind, title);
                self.titled(title, blocks)
            }
            Block::Details { summary, blocks } => {
                let title = self.bold(summary);
                self.titled(title, blocks)
            }
            Block::Code { language, text } => code_in_lines(language, text),
            Block::List(list) => self.list_in_lines(list),
            Block::Table(table) => {
                let rows: Vec<String> = std::iter::once(&table.head)
                    .chain(&table.rows)
                    .map(|cells| self.row_in_a_line(cells))
                    .collect();
                rows.into_iter().map(Line::Words).collect()
            }
            Block::Rule => vec![Line::Words(words("———"))],
            Block::Facts(facts) => facts
                .iter()
                .map(|(name, value)| Line::Words(words(&format!("{name}: {value}"))))
                .collect(),
            Block::Contents => Vec::new(),
            Block::Actions(actions) => actions
                .iter()
                .map(|action| Line::Words(words(&action_cells(action).join(" | "))))
                .collect(),
            Block::Element(element, inner) => self.lines(&lowered::blocks(element, inner)),
        }
    }

    fn titled(&mut self, title: String, blocks: &[Block]) -> Vec<Line> {
        let mut lines = vec![Line::Words(title)];
        lines.extend(self.lines(blocks));
        lines
    }

    fn row_in_a_line(&mut self, cells: &[Vec<Inline>]) -> String {
        cells
            .iter()
            .map(|cell| self.inlines(cell))
            .collect::<Vec<_>>()
            .join("%% | %%")
    }

    fn list_in_lines(&mut self, list: &List) -> Vec<Line> {
        let mut lines = Vec::new();
        for (at, item) in list.items.iter().enumerate() {
            let mark = list
                .first
                .map_or("• ".to_owned(), |first| number(first, at));
            let mut own = self.lines(&item.blocks).into_iter();
            let first = match own.next() {
                Some(Line::Words(text)) => text,
                Some(other) => {
                    lines.push(Line::Words(format!("{mark}{}", task(item))));
                    lines.push(other);
                    lines.extend(own);
                    continue;
                }
                None => String::new(),
            };
            lines.push(Line::Words(format!("{mark}{}{first}", task(item))));
            // Only special spaces are shown at the start of a line.
            lines.extend(prefixed(own.collect(), "\u{2003}"));
        }
        lines
    }
}

fn prefixed(lines: Vec<Line>, prefix: &str) -> Vec<Line> {
    let add = |line| match line {
        Line::Words(text) => Line::Words(format!("{prefix}{text}")),
        other => other,
    };
    lines.into_iter().map(add).collect()
}

fn number(first: u32, at: usize) -> String {
    format!(
        "%%{}.%% ",
        usize::try_from(first)
            .unwrap_or(usize::MAX)
            .saturating_add(at)
    )
}

fn task(item: &Item) -> &'static str {
    match item.done {
        Some(true) => "☑ ",
        Some(false) => "☐ ",
        None => "",
    }
}

/// A row of a table. Double spaces set the alignment. Adjacent bars would merge cells.
fn row(cells: &[(String, Alignment)], bar: char) -> String {
    let mut out = String::new();
    for (cell, alignment) in cells {
        let cell = cell.trim();
        let (before, after) = match alignment {
            Alignment::None => (" ", " "),
            Alignment::Left => (" ", "  "),
            Alignment::Center => ("  ", "  "),
            Alignment::Right => ("  ", " "),
        };
        out.push(bar);
        out.push_str(&if cell.is_empty() {
            "  ".to_owned()
        } else {
            format!("{before}{cell}{after}")
        });
    }
    out.push(bar);
    out
}

fn row_of_one(cell: &str, alignment: Alignment, bar: char) -> String {
    row(&[(cell.to_owned(), alignment)], bar)
}

fn facts_table(facts: &[(String, String)]) -> String {
    let cell = |text: &str| {
        if text.is_empty() {
            "  ".to_owned()
        } else {
            format!(" {} ", words(text).trim())
        }
    };
    facts
        .iter()
        .map(|(name, value)| format!("^{}|{}|", cell(name), cell(value)))
        .collect::<Vec<_>>()
        .join("\n")
}

fn actions_table(actions: &[ActionEntry]) -> String {
    let head =
        ["Done", "What", "Owner", "Due", "Status"].map(|name| (name.to_owned(), Alignment::None));
    let mut rows = vec![row(&head, '^')];
    for action in actions {
        let cells = action_cells(action).map(|text| (words(&text), Alignment::None));
        rows.push(row(&cells, '|'));
    }
    rows.join("\n")
}

fn action_cells(action: &ActionEntry) -> [String; 5] {
    let done = if action.is_settled { "☑" } else { "☐" };
    [
        done.to_owned(),
        action.what.clone(),
        action.owner.clone(),
        action.due.clone(),
        action.status.to_owned(),
    ]
}

/// The tags of verbatim code.
const TAGS: [&str; 2] = ["code", "file"];

/// Code at the top level. Code that contains both end tags is indented, unless that would make a
/// list of it.
fn code_blocks(language: &str, text: &str) -> Vec<String> {
    if let Some(block) = tagged(language, text) {
        return vec![block];
    }
    let makes_a_list = |line: &str| line.trim_start_matches(' ').starts_with(['*', '-']);
    if text.lines().any(makes_a_list) {
        let lines = code_in_lines(language, text);
        return lines
            .into_iter()
            .map(|line| {
                if let Line::Words(text) | Line::Code(text) = line {
                    text
                } else {
                    String::new()
                }
            })
            .collect();
    }
    let lines: Vec<String> = text.lines().map(|line| format!("  {line}")).collect();
    vec![lines.join("\n")]
}

/// Code inside a line: as one piece if possible, otherwise split where the tag must change.
fn code_in_lines(language: &str, text: &str) -> Vec<Line> {
    if let Some(block) = tagged(language, text) {
        return vec![Line::Code(block)];
    }
    let mut parts: Vec<String> = Vec::new();
    for line in text.lines() {
        let longer = parts
            .last()
            .map(|part| format!("{part}{line}\n"))
            .filter(|longer| tagged(language, longer).is_some());
        match (longer, parts.last_mut()) {
            (Some(longer), Some(part)) => *part = longer,
            _ => parts.push(format!("{line}\n")),
        }
    }
    let line = |part: String| match tagged(language, &part) {
        Some(block) => Line::Code(block),
        None => Line::Words(format!("''{}''", words(part.trim_end()))),
    };
    parts.into_iter().map(line).collect()
}

/// Code in the first tag whose end tag it does not contain.
fn tagged(language: &str, text: &str) -> Option<String> {
    let tag = TAGS
        .into_iter()
        .find(|tag| !text.contains(&format!("</{tag}>")))?;
    let language = known_as(language);
    let language = if language.is_empty() {
        language
    } else {
        format!(" {language}")
    };
    Some(format!("<{tag}{language}>\n{text}</{tag}>"))
}

/// Languages whose keywords the highlighter changes to upper or lower case. They get no colours.
const RECASED: [&str; 20] = [
    "bf",
    "cuesheet",
    "dcs",
    "div",
    "ezt",
    "hq9plus",
    "intercal",
    "ispfpanel",
    "jcl",
    "lolcode",
    "oracle11",
    "oracle8",
    "plsql",
    "progress",
    "qbasic",
    "scl",
    "sparql",
    "sql",
    "whitespace",
    "zxbasic",
];

/// The name of a language in DokuWiki's highlighter. Empty if it would change the code.
fn known_as(language: &str) -> String {
    let name: String = language
        .chars()
        .take_while(|next| next.is_ascii_alphanumeric() || "+#-_".contains(*next))
        .collect();
    let name = name.to_ascii_lowercase();
    let known = match name.as_str() {
        "c++" => "cpp",
        "c#" | "cs" => "csharp",
        "js" | "jsx" => "javascript",
        "ts" | "tsx" => "typescript",
        "py" => "python",
        "rb" => "ruby",
        "rs" => "rust",
        "sh" | "shell" | "console" | "zsh" => "bash",
        "yml" => "yaml",
        "make" | "makefile" => "make",
        "tex" => "latex",
        other => other,
    };
    if known.contains(['+', '#']) || known.starts_with('-') || RECASED.contains(&known) {
        String::new()
    } else {
        known.to_owned()
    }
}

/// The parts of a heading that the wiki cannot show in it.
fn add_more_than_words(inlines: &[Inline], out: &mut Vec<Inline>) {
    for inline in inlines {
        match inline {
            Inline::Link { .. } | Inline::Picture { .. } | Inline::Footnote(_) => {
                if !out.is_empty() {
                    out.push(Inline::Text(" ".to_owned()));
                }
                out.push(inline.clone());
            }
            Inline::Styled(_, inner) | Inline::Element(_, inner) => add_more_than_words(inner, out),
            Inline::Text(_) | Inline::Code(_) | Inline::Break => {}
        }
    }
}
