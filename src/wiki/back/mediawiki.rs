//! Reads wikitext.

use super::lines::{Bullet, Line, attribute, closing, lists, take_strong_line, task};
use super::{Reading, verbatim};
use crate::markdown::Alignment;
use crate::wiki::compose::tags::style;
use crate::wiki::page::{Block, Callout, Heading, Inline, Item, LinkTo, List, Style, Table, plain};
use crate::words::decode_references;

/// The maximum nesting of elements. Deeper ones are kept as text.
const DEEPEST: usize = 40;

/// Reads a page.
pub(super) fn read(text: &str) -> Reading {
    let mut reader = Reader::default();
    let body = reader.take_references(text);
    let blocks = reader.blocks(&body, 0);
    let footnotes = reader.notes.into_iter().map(|(_, blocks)| blocks).collect();
    Reading {
        blocks,
        footnotes,
        ..Reading::default()
    }
}

#[derive(Default)]
struct Reader {
    /// The footnotes in the order of their references, with their names. A name can be empty.
    notes: Vec<(String, Vec<Block>)>,
    /// The texts of the footnotes at the end of the page.
    texts: Vec<(String, String)>,
}

/// A cell of a table.
struct Cell {
    is_head: bool,
    alignment: Alignment,
    words: Vec<Inline>,
}

impl Reader {
    /// Reads the footnotes at the end of the page, and returns the page without them.
    fn take_references(&mut self, text: &str) -> String {
        let Some(start) = text.find("<references>") else {
            return text
                .replace("<references />", "")
                .replace("<references/>", "");
        };
        let Some((inner_end, end)) = closing(&text[start..], "references") else {
            return text.to_owned();
        };
        let mut rest = &text[start + "<references>".len()..start + inner_end];
        while let Some(at) = rest.find("<ref ") {
            let part = &rest[at..];
            let Some((inner, after)) = closing(part, "ref") else {
                break;
            };
            let open = part.find('>').map_or(inner, |open| open + 1);
            let name = attribute(&part[..open], "name").unwrap_or_default();
            self.texts
                .push((name.to_owned(), part[open.min(inner)..inner].to_owned()));
            rest = &part[after..];
        }
        format!("{}{}", &text[..start], &text[start + end..])
    }

    /// The index of a footnote, which is read on its first reference.
    fn note(&mut self, name: &str, text: Option<&str>, depth: usize) -> Option<usize> {
        if let Some(known) = self
            .notes
            .iter()
            .position(|(other, _)| !name.is_empty() && other == name)
        {
            return Some(known);
        }
        let text = match text {
            Some(text) => text.to_owned(),
            None => self
                .texts
                .iter()
                .find(|(other, _)| other == name)?
                .1
                .clone(),
        };
        let number = self.notes.len();
        self.notes.push((name.to_owned(), Vec::new()));
        self.notes[number].1 = self.blocks(&text, depth + 1);
        Some(number)
    }

    fn blocks(&mut self, text: &str, depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut rest = text;
        let mut paragraph = String::new();
        while !rest.is_empty() {
            let line = rest.split('\n').next().unwrap_or_default();
            if paragraph.is_empty() || starts_block(line) {
                let (found, length) = if depth < DEEPEST {
                    self.block(rest, depth)
                } else {
                    (None, 0)
                };
                if let Some(found) = found {
                    self.flush(&mut paragraph, &mut blocks, depth);
                    blocks.extend(found);
                    rest = &rest[length.min(rest.len())..];
                    continue;
                }
            }
            let is_blank = line.trim().is_empty();
            if is_blank {
                self.flush(&mut paragraph, &mut blocks, depth);
            } else {
                if !paragraph.is_empty() {
                    paragraph.push('\n');
                }
                paragraph.push_str(line);
            }
            rest = &rest[(line.len() + 1).min(rest.len())..];
        }
        self.flush(&mut paragraph, &mut blocks, depth);
        blocks
    }

    fn flush(&mut self, paragraph: &mut String, blocks: &mut Vec<Block>, depth: usize) {
        let text = std::mem::take(paragraph);
        let text = text.trim();
        if !text.is_empty() {
            let line = self.line(&text.replace('\n', " "), depth);
            blocks.push(Block::Paragraph(line));
        }
    }

    /// The block at the start of a text and its length. `None` if a paragraph starts there.
    fn block(&mut self, text: &str, depth: usize) -> (Option<Vec<Block>>, usize) {
        let line = text.split('\n').next().unwrap_or_default();
        let whole_line = line.len() + 1;
        let trimmed = line.trim_end();
        if matches!(trimmed, "__NOTOC__" | "__TOC__" | "__FORCETOC__") {
            return (Some(Vec::new()), whole_line);
        }
        if let Some((level, words)) = heading(trimmed) {
            let text = self.line(words, depth);
            return (
                Some(vec![Block::Heading(Heading {
                    level,
                    text,
                    id: String::new(),
                    is_linked: false,
                })]),
                whole_line,
            );
        }
        if trimmed.len() >= 4 && trimmed.chars().all(|next| next == '-') {
            return (Some(vec![Block::Rule]), whole_line);
        }
        if trimmed.starts_with("{|") {
            return self.table(text, depth);
        }
        if trimmed.starts_with(['*', '#', ':', ';']) {
            return self.list(text, depth);
        }
        if trimmed.starts_with("{{") {
            let length = balanced(text, "{{", "}}");
            return (Some(vec![verbatim(&text[..length])]), length);
        }
        if trimmed.starts_with('<') {
            return self.element(text, depth);
        }
        (None, 0)
    }

    /// A block that is written as an HTML element.
    fn element(&mut self, text: &str, depth: usize) -> (Option<Vec<Block>>, usize) {
        const KNOWN: [&str; 10] = [
            "syntaxhighlight",
            "source",
            "pre",
            "blockquote",
            "div",
            "ul",
            "ol",
            "p",
            "table",
            "gallery",
        ];
        let name = tag_name(text);
        if !KNOWN.contains(&name.as_str()) {
            return (None, 0);
        }
        let Some((inner_end, end)) = closing(text, &name) else {
            return (None, 0);
        };
        let open = text.find('>').map_or(0, |open| open + 1);
        if open > inner_end {
            return (None, 0);
        }
        let (tag, inner) = (&text[..open], &text[open..inner_end]);
        let block = self.element_as_block(&name, tag, inner, depth);
        (
            Some(vec![block.unwrap_or_else(|| verbatim(&text[..end]))]),
            end,
        )
    }

    /// The block of an element, given its start tag and its content. `None` if it is not one that storybank writes.
    fn element_as_block(
        &mut self,
        name: &str,
        tag: &str,
        inner: &str,
        depth: usize,
    ) -> Option<Block> {
        match name {
            "syntaxhighlight" | "source" => Some(Block::Code {
                language: attribute(tag, "lang").unwrap_or_default().to_owned(),
                text: code(inner),
            }),
            "pre" => Some(Block::Code {
                language: String::new(),
                text: code(&decode_references(inner)),
            }),
            "blockquote" => Some(Block::Quote(self.blocks(inner, depth + 1))),
            "p" => Some(Block::Paragraph(self.line(inner.trim(), depth))),
            "ul" | "ol" => self.html_list(name, tag, inner, depth),
            "div" if tag.contains("mw-collapsible") => self.details(inner, depth),
            "div" if tag.contains("role=\"note\"") => Some(self.callout(tag, inner, depth)),
            _ => None,
        }
    }

    fn callout(&mut self, tag: &str, inner: &str, depth: usize) -> Block {
        let kind = [
            ("#14866d", Callout::Tip),
            ("#7c5cbf", Callout::Important),
            ("#b07a00", Callout::Warning),
            ("#d73333", Callout::Caution),
        ];
        let kind = kind
            .iter()
            .find(|(colour, _)| tag.contains(colour))
            .map_or(Callout::Note, |(_, kind)| *kind);
        let mut blocks = self.blocks(inner, depth + 1);
        let title = take_strong_line(&mut blocks)
            .filter(|title| plain(title) != kind.name())
            .unwrap_or_default();
        Block::Callout {
            kind,
            title,
            blocks,
        }
    }

    fn details(&mut self, inner: &str, depth: usize) -> Option<Block> {
        let at = inner.find("<div class=\"mw-collapsible-content\">")?;
        let content = &inner[at..];
        let (inner_end, end) = closing(content, "div")?;
        if !content[end..].trim().is_empty() {
            return None;
        }
        let open = content.find('>')? + 1;
        let summary = self.line(inner[..at].trim(), depth);
        Some(Block::Details {
            summary,
            blocks: self.blocks(&content[open..inner_end], depth + 1),
        })
    }

    fn html_list(&mut self, name: &str, tag: &str, inner: &str, depth: usize) -> Option<Block> {
        let first = (name == "ol").then(|| {
            attribute(tag, "start")
                .and_then(|start| start.parse().ok())
                .unwrap_or(1)
        });
        let mut items = Vec::new();
        let mut is_tight = true;
        let mut rest = inner.trim_start();
        while !rest.is_empty() {
            if !rest.starts_with("<li>") {
                return None;
            }
            let (inner_end, end) = closing(rest, "li")?;
            let content = rest["<li>".len()..inner_end].trim_matches('\n');
            is_tight &= !content.contains("<p>");
            let mut blocks = self.blocks(content, depth + 1);
            let done = take_task(&mut blocks);
            items.push(Item { done, blocks });
            rest = rest[end..].trim_start();
        }
        Some(Block::List(List {
            first,
            is_tight,
            items,
        }))
    }

    fn list(&mut self, text: &str, depth: usize) -> (Option<Vec<Block>>, usize) {
        let mut bullets = Vec::new();
        let mut length = 0;
        for line in text.split_inclusive('\n') {
            let marks = line
                .bytes()
                .take_while(|byte| b"*#:;".contains(byte))
                .count();
            if marks == 0 {
                break;
            }
            if line[..marks].contains([':', ';']) {
                break;
            }
            let words = line[marks..].trim();
            let (done, words) = task(words);
            let words = self.line(words, depth);
            let item = Item {
                done,
                blocks: vec![Block::Paragraph(words)],
            };
            bullets.push(Bullet {
                depth: marks,
                is_numbered: line[..marks].ends_with('#'),
                number: None,
                item,
            });
            length += line.len();
        }
        if bullets.is_empty() {
            // Indentation and definition lists.
            let lines: Vec<&str> = text
                .split_inclusive('\n')
                .take_while(|line| line.starts_with([':', ';', '*', '#']))
                .collect();
            let lines = lines.concat();
            return (Some(vec![verbatim(&lines)]), lines.len());
        }
        (Some(lists(bullets)), length)
    }

    fn table(&mut self, text: &str, depth: usize) -> (Option<Vec<Block>>, usize) {
        let length = table_length(text);
        let source = &text[..length];
        let block = self
            .simple_table(source, depth)
            .unwrap_or_else(|| verbatim(source));
        (Some(vec![block]), length)
    }

    /// A table with one or several cells on a line. `None` if cells have spans or contain blocks.
    fn simple_table(&mut self, source: &str, depth: usize) -> Option<Block> {
        let rows = self.rows(source, depth)?;
        let has_head = rows.first()?.iter().all(|cell| cell.is_head);
        let columns: Vec<Alignment> = rows.first()?.iter().map(|cell| cell.alignment).collect();
        if rows.iter().any(|row| row.len() != columns.len()) {
            return None;
        }
        let mut rows: Vec<Vec<Vec<Inline>>> = rows
            .into_iter()
            .map(|row| row.into_iter().map(|cell| cell.words).collect())
            .collect();
        let head = if has_head {
            rows.remove(0)
        } else {
            vec![Vec::new(); columns.len()]
        };
        Some(Block::Table(Table {
            columns,
            head,
            rows,
        }))
    }

    /// The rows of a table that have cells. `None` if one of its lines is not simple.
    fn rows(&mut self, source: &str, depth: usize) -> Option<Vec<Vec<Cell>>> {
        let lines = source.lines().skip(1).map(str::trim);
        let mut rows: Vec<Vec<Cell>> = Vec::new();
        for line in lines.take_while(|line| !line.starts_with("|}")) {
            let is_new_row = line.starts_with("|-");
            if is_new_row || rows.is_empty() {
                rows.push(Vec::new());
            }
            if !is_new_row {
                let cells = self.cells(line, depth)?;
                rows.last_mut()?.extend(cells);
            }
        }
        rows.retain(|row| !row.is_empty());
        Some(rows)
    }

    /// The cells on a line of a table. `None` if the line is something else, or a cell has a span or contains a table.
    fn cells(&mut self, line: &str, depth: usize) -> Option<Vec<Cell>> {
        let is_head = line.starts_with('!');
        if !is_head && !line.starts_with('|')
            || line.starts_with("|+")
            || line.contains("span=")
            || line.contains("{|")
        {
            return None;
        }
        let separator = if is_head && line.contains("!!") {
            "!!"
        } else {
            "||"
        };
        let cells = line[1..].split(separator).map(|cell| {
            let (alignment, is_row_head, words) = cell_of(cell);
            Cell {
                is_head: is_head || is_row_head,
                alignment,
                words: self.line(words.trim(), depth),
            }
        });
        Some(cells.collect())
    }

    /// Reads the inlines of a line.
    fn line(&mut self, text: &str, depth: usize) -> Vec<Inline> {
        let mut line = Line::default();
        self.inlines(text, depth, &mut line);
        line.trimmed()
    }

    fn inlines(&mut self, text: &str, depth: usize, line: &mut Line) {
        let mut rest = text;
        while !rest.is_empty() {
            let at = rest
                .find(['\'', '<', '[', '{', '&', 'h'])
                .unwrap_or(rest.len());
            line.text(&rest[..at]);
            rest = &rest[at..];
            if rest.is_empty() {
                break;
            }
            let length = if depth < DEEPEST {
                self.inline(rest, depth, line)
            } else {
                None
            };
            let length = length.unwrap_or_else(|| {
                let next = rest.chars().next().map_or(1, char::len_utf8);
                line.text(&rest[..next]);
                next
            });
            rest = &rest[length..];
        }
    }

    /// Reads the markup at the start of a text and returns its length. `None` if it is plain text.
    fn inline(&mut self, text: &str, depth: usize, line: &mut Line) -> Option<usize> {
        match text.as_bytes()[0] {
            b'\'' => self.quotes(text, depth, line),
            b'<' => self.tag(text, depth, line),
            b'[' => self.link(text, depth, line),
            b'{' if text.starts_with("{{") => {
                let length = balanced(text, "{{", "}}");
                line.add(Inline::Code(text[..length].replace('\n', " ")));
                Some(length)
            }
            b'&' => {
                let length = text.find(';').filter(|&end| end < 12)? + 1;
                line.text(&decode_references(&text[..length]));
                Some(length)
            }
            b'h' if text.starts_with("https://") || text.starts_with("http://") => {
                let length = text
                    .find(|next: char| next.is_whitespace() || "<>[]{}|\"".contains(next))
                    .unwrap_or(text.len());
                let length = text[..length]
                    .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\''])
                    .len();
                let address = decode_references(&text[..length]);
                line.add(Inline::Link {
                    to: LinkTo::External(address.clone()),
                    text: vec![Inline::Text(address)],
                });
                Some(length)
            }
            _ => None,
        }
    }

    fn quotes(&mut self, text: &str, depth: usize, line: &mut Line) -> Option<usize> {
        let count = text.bytes().take_while(|&byte| byte == b'\'').count();
        let (signs, styles): (usize, &[Style]) = match count {
            2 => (2, &[Style::Emphasis]),
            3 | 4 => (3, &[Style::Strong]),
            5.. => (5, &[Style::Strong, Style::Emphasis]),
            _ => return None,
        };
        let close = end_of_quotes(&text[signs..], signs)?;
        let inner = self.within(&text[signs..signs + close], depth);
        let styled = styles
            .iter()
            .rev()
            .fold(inner, |inner, style| vec![Inline::Styled(*style, inner)]);
        styled.into_iter().for_each(|inline| line.add(inline));
        Some(signs + close + signs)
    }

    fn tag(&mut self, text: &str, depth: usize, line: &mut Line) -> Option<usize> {
        let end_of_tag = text.find('>')? + 1;
        let tag = &text[..end_of_tag];
        let name = tag_name(text);
        if name != "br" && !tag.ends_with("/>") {
            let (inner_end, end) = closing(text, &name)?;
            let inner = text.get(end_of_tag..inner_end)?;
            let inline = match name.as_str() {
                "ref" => Inline::Footnote(self.note(
                    attribute(tag, "name").unwrap_or_default(),
                    Some(inner),
                    depth,
                )?),
                name => self
                    .element_inline(name, inner, depth)
                    .unwrap_or_else(|| Inline::Code(text[..end].replace('\n', " "))),
            };
            line.add(inline);
            return Some(end);
        }
        match name.as_str() {
            "br" => line.add(Inline::Break),
            "nowiki" => {}
            "ref" => line.add(Inline::Footnote(self.note(
                attribute(tag, "name").unwrap_or_default(),
                None,
                depth,
            )?)),
            _ => return None,
        }
        Some(end_of_tag)
    }

    /// The inline of an element with some content; `None` if it is unknown.
    fn element_inline(&mut self, name: &str, inner: &str, depth: usize) -> Option<Inline> {
        match (name, style(name)) {
            ("nowiki", _) => Some(Inline::Text(decode_references(inner))),
            ("code" | "tt", _) => Some(Inline::Code(decode_references(inner))),
            (_, style) => {
                let style = style?;
                Some(Inline::Styled(style, self.within(inner, depth)))
            }
        }
    }

    fn link(&mut self, text: &str, depth: usize, line: &mut Line) -> Option<usize> {
        if text.starts_with("[[") {
            let length = balanced(text, "[[", "]]");
            let inline = self.wiki_link(text[2..length].strip_suffix("]]")?, depth);
            line.add(inline.unwrap_or_else(|| Inline::Code(text[..length].to_owned())));
            return Some(length);
        }
        let length = text.find(']')? + 1;
        let inner = &text[1..length - 1];
        let (address, words) = inner.split_once(' ').unwrap_or((inner, inner));
        if !address.contains(':') || address.contains(['<', '[', '\'']) {
            return None;
        }
        let text = if words == address {
            vec![Inline::Text(decode_references(address))]
        } else {
            self.within(words, depth)
        };
        line.add(Inline::Link {
            to: LinkTo::External(decode_references(address)),
            text,
        });
        Some(length)
    }

    /// A link in double brackets. `None` for a category, a picture with options that Markdown lacks, and nested links.
    fn wiki_link(&mut self, inner: &str, depth: usize) -> Option<Inline> {
        if let Some(file) = inner
            .strip_prefix("File:")
            .or_else(|| inner.strip_prefix("Image:"))
        {
            return picture(file);
        }
        let (target, words) = inner.split_once('|').unwrap_or((inner, inner));
        if target.starts_with("Category:") || words.contains("[[") {
            return None;
        }
        let target = decode_references(target.trim_start_matches(':'));
        let to = match target.strip_prefix('#') {
            Some(anchor) => LinkTo::Heading(anchor.to_owned()),
            None => LinkTo::External(target),
        };
        Some(Inline::Link {
            to,
            text: self.within(words, depth),
        })
    }

    /// The inlines inside other markup.
    fn within(&mut self, text: &str, depth: usize) -> Vec<Inline> {
        let mut within = Line::default();
        self.inlines(text, depth + 1, &mut within);
        within.0
    }
}

/// The name of the tag at the start of a text, in lower case.
fn tag_name(text: &str) -> String {
    text[1..]
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect::<String>()
        .to_ascii_lowercase()
}

fn starts_block(line: &str) -> bool {
    line.starts_with(['=', '*', '#', ':', ';'])
        || line.starts_with("{|")
        || line.starts_with("----")
        || line.starts_with('<')
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let count = |text: &str| text.bytes().take_while(|&byte| byte == b'=').count();
    let level = count(line)
        .min(line.bytes().rev().take_while(|&byte| byte == b'=').count())
        .min(6);
    let words = line.get(level..line.len().checked_sub(level)?)?;
    let level = u8::try_from(level).ok().filter(|level| *level > 0)?;
    (!words.trim().is_empty()).then(|| (level.max(2), words.trim()))
}

/// The content of a code element as lines.
fn code(inner: &str) -> String {
    let lines = inner.strip_prefix('\n').unwrap_or(inner);
    let lines = lines.strip_suffix('\n').unwrap_or(lines);
    if lines.is_empty() {
        String::new()
    } else {
        format!("{lines}\n")
    }
}

/// Removes the task mark at the start of an item.
fn take_task(blocks: &mut Vec<Block>) -> Option<bool> {
    let Some(Block::Paragraph(line)) = blocks.first_mut() else {
        return None;
    };
    let Some(Inline::Text(words)) = line.first_mut() else {
        return None;
    };
    let (done, rest) = task(words);
    done?;
    *words = rest.to_owned();
    if words.is_empty() {
        line.remove(0);
    }
    if line.is_empty() {
        blocks.remove(0);
    }
    done
}

/// The length of a delimited text, including nested ones.
fn balanced(text: &str, open: &str, close: &str) -> usize {
    let mut depth = 0usize;
    let mut at = 0;
    while at < text.len() {
        if text[at..].starts_with(open) {
            depth += 1;
            at += open.len();
        } else if text[at..].starts_with(close) {
            depth = depth.saturating_sub(1);
            at += close.len();
            if depth == 0 {
                return at;
            }
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
    }
    text.len()
}

fn table_length(text: &str) -> usize {
    let mut depth = 0usize;
    let mut length = 0;
    for line in text.split_inclusive('\n') {
        length += line.len();
        if line.trim_start().starts_with("{|") {
            depth += 1;
        } else if line.trim_start().starts_with("|}") {
            depth = depth.saturating_sub(1);
            if depth == 0 {
                break;
            }
        }
    }
    length
}

/// The alignment of a cell, whether it is the head of a row, and its text.
fn cell_of(cell: &str) -> (Alignment, bool, &str) {
    let (attributes, words) = match cell.split_once('|') {
        Some((attributes, words)) if !attributes.contains("[[") && !attributes.contains("{{") => {
            (attributes, words)
        }
        _ => ("", cell),
    };
    let alignment = match attributes {
        attributes if attributes.contains("text-align: left") => Alignment::Left,
        attributes if attributes.contains("text-align: center") => Alignment::Center,
        attributes if attributes.contains("text-align: right") => Alignment::Right,
        _ => Alignment::None,
    };
    (alignment, attributes.contains("scope=\"row\""), words)
}

/// The position of the closing apostrophes.
fn end_of_quotes(text: &str, signs: usize) -> Option<usize> {
    let mut at = 0;
    while let Some(found) = text[at..].find("''") {
        let start = at + found;
        let count = text[start..]
            .bytes()
            .take_while(|&byte| byte == b'\'')
            .count();
        if count == signs {
            return Some(start);
        }
        // Three after two apostrophes, or the reverse, belong to a nested style.
        if count > signs && count >= 5 {
            return Some(start + count - signs);
        }
        at = start + count;
    }
    None
}

fn picture(file: &str) -> Option<Inline> {
    let mut parts = file.split('|');
    let name = parts.next()?.trim().to_owned();
    let (mut alt, mut title) = (String::new(), String::new());
    for part in parts {
        match part.split_once('=') {
            Some(("alt", words)) => alt = decode_references(words),
            Some(("link" | "upright" | "lang" | "page", _)) => {}
            _ if matches!(
                part,
                "frameless" | "frame" | "thumb" | "border" | "left" | "right" | "center" | "none"
            ) => {}
            _ if part.ends_with("px") => {}
            _ => title = decode_references(part),
        }
    }
    // A picture with a link is kept verbatim.
    let is_plain = !file.contains("|link=") && !title.contains("[[");
    is_plain.then_some(Inline::Picture { name, alt, title })
}
