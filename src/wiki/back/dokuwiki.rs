//! Reads the syntax of DokuWiki.

use super::lines::{Bullet, Line, lists, task};
use super::{Reading, verbatim};
use crate::markdown::Alignment;
use crate::wiki::compose::tags::style;
use crate::wiki::page::{Block, Callout, Heading, Inline, Item, LinkTo, Style, Table, plain};
use crate::words::decode_references;

/// The maximum nesting of markup. Deeper markup is kept as text.
const DEEPEST: usize = 40;

/// Markup that opens and closes a style.
const SIGNS: [(&str, Style); 3] = [
    ("**", Style::Strong),
    ("//", Style::Emphasis),
    ("__", Style::Underline),
];

/// Separates two paragraphs in text that the wiki treats as one line.
const GAP: &str = "\\\\ \\\\ ";

/// Reads a page.
pub(super) fn read(text: &str) -> Reading {
    let mut reader = Reader::default();
    let lines = logical_lines(text);
    let mut blocks = reader.blocks(&lines);
    // The first heading of level 1 is the title.
    if reader.has_title && !blocks.is_empty() {
        blocks.remove(0);
    }
    Reading {
        blocks,
        footnotes: reader.notes,
        ..Reading::default()
    }
}

/// Joins the lines of code and footnotes with the line in which they start.
fn logical_lines(text: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut open: Option<&'static str> = None;
    for line in text.lines() {
        match open {
            Some(_) => {
                if let Some(last) = lines.last_mut() {
                    last.push('\n');
                    last.push_str(line);
                }
            }
            None => lines.push(line.to_owned()),
        }
        // A line can close a tag of an earlier line, or open one itself.
        let looked_at = match open {
            Some(_) => line,
            None => lines.last().map_or("", String::as_str),
        };
        open = left_open(looked_at, open);
    }
    lines
}

/// The code tag that is open after a line, given the one that was open before it.
fn left_open(line: &str, open: Option<&'static str>) -> Option<&'static str> {
    let mut rest = line;
    let mut open = open;
    loop {
        if let Some(tag) = open {
            let close = format!("</{tag}>");
            let Some(end) = rest.find(&close) else {
                return open;
            };
            rest = &rest[end + close.len()..];
            open = None;
        } else {
            let (at, tag) = code_start(rest)?;
            rest = &rest[at + 1..];
            open = Some(tag);
        }
    }
}

/// The position and the tag of the first code in a text. `%%…%%` and `<nowiki>` are skipped.
fn code_start(text: &str) -> Option<(usize, &'static str)> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        let tag = ["code", "file"].into_iter().find(|tag| {
            rest.strip_prefix('<')
                .and_then(|rest| rest.strip_prefix(tag))
                .is_some_and(|rest| rest.starts_with(['>', ' ']))
        });
        if let Some(tag) = tag {
            return Some((at, tag));
        }
        let skipped = [("%%", "%%"), ("<nowiki>", "</nowiki>")]
            .iter()
            .find_map(|(open, close)| {
                let inner = rest.strip_prefix(open)?;
                Some(open.len() + inner.find(close)? + close.len())
            });
        at += skipped.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8));
    }
    None
}

/// Whether a line is a heading of level 1.
fn is_title(line: &str) -> bool {
    heading(line.trim()).is_some_and(|(level, _)| level == 1)
}

#[derive(Default)]
struct Reader {
    notes: Vec<Vec<Block>>,
    has_title: bool,
}

impl Reader {
    fn blocks(&mut self, lines: &[String]) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut paragraph: Vec<&str> = Vec::new();
        let mut at = 0;
        while at < lines.len() {
            let is_first = blocks.is_empty() && paragraph.is_empty();
            self.has_title |= is_first && is_title(&lines[at]);
            let (found, count) = self.block(&lines[at..]);
            if let Some(found) = found {
                self.flush(&mut paragraph, &mut blocks);
                blocks.extend(found);
                at += count;
                continue;
            }
            if lines[at].trim().is_empty() {
                self.flush(&mut paragraph, &mut blocks);
            } else {
                paragraph.push(&lines[at]);
            }
            at += 1;
        }
        self.flush(&mut paragraph, &mut blocks);
        blocks
    }

    fn flush(&mut self, paragraph: &mut Vec<&str>, blocks: &mut Vec<Block>) {
        let text = std::mem::take(paragraph).join(" ");
        if text.trim().is_empty() {
            return;
        }
        if code_start(&text).is_some() {
            blocks.extend(self.joined(&text));
        } else {
            blocks.push(Block::Paragraph(self.line(&text)));
        }
    }

    /// The block that starts in the first line, and the number of its lines. `None` if a paragraph
    /// starts there.
    fn block(&mut self, lines: &[String]) -> (Option<Vec<Block>>, usize) {
        let line = lines[0].as_str();
        let trimmed = line.trim();
        if let Some(blocks) = self.single_line(trimmed) {
            return (Some(blocks), 1);
        }
        let count =
            |belongs: fn(&str) -> bool| lines.iter().take_while(|line| belongs(line)).count();
        if bullet(line).is_some() {
            let count = count(|line| bullet(line).is_some());
            return (Some(self.list(&lines[..count])), count);
        }
        if line.starts_with('>') {
            let count = count(|line| line.starts_with('>'));
            return (Some(self.quote(&lines[..count], 1)), count);
        }
        if line.starts_with(['^', '|']) {
            let count = count(|line| line.starts_with(['^', '|']));
            return (Some(vec![self.table(&lines[..count])]), count);
        }
        if line.starts_with("  ") && !trimmed.is_empty() && is_first_of_indented(line) {
            let count = count(|line| line.starts_with("  ") && bullet(line).is_none());
            let text: String = lines[..count]
                .iter()
                .map(|line| format!("{}\n", &line[2..]))
                .collect();
            return (
                Some(vec![Block::Code {
                    language: String::new(),
                    text,
                }]),
                count,
            );
        }
        (None, 1)
    }

    /// A block on a line of its own: a setting, a heading, a rule, or code.
    fn single_line(&mut self, line: &str) -> Option<Vec<Block>> {
        if matches!(line, "~~NOTOC~~" | "~~NOCACHE~~") {
            return Some(Vec::new());
        }
        if let Some((level, words)) = heading(line) {
            let text = vec![Inline::Text(words.to_owned())];
            let level = level.max(2);
            return Some(vec![Block::Heading(Heading {
                level,
                text,
                id: String::new(),
                is_linked: false,
            })]);
        }
        if line.len() >= 4 && line.chars().all(|next| next == '-') {
            return Some(vec![Block::Rule]);
        }
        whole_code(line).map(|block| vec![block])
    }

    fn list(&mut self, lines: &[String]) -> Vec<Block> {
        let mut bullets = Vec::new();
        for line in lines {
            let Some((depth, is_dash, words)) = bullet(line) else {
                continue;
            };
            let (number, words) = written_number(words);
            let (done, words) = task(words);
            let blocks = self.joined(words);
            bullets.push(Bullet {
                depth,
                is_numbered: is_dash || number.is_some(),
                number,
                item: Item { done, blocks },
            });
        }
        lists(bullets)
    }

    fn quote(&mut self, lines: &[String], depth: usize) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut at = 0;
        let depth_of = |line: &String| {
            line.bytes()
                .take_while(|&byte| byte == b'>')
                .take(DEEPEST)
                .count()
        };
        while at < lines.len() {
            if depth_of(&lines[at]) > depth {
                let count = lines[at..]
                    .iter()
                    .take_while(|line| depth_of(line) > depth)
                    .count();
                blocks.extend(self.quote(&lines[at..at + count], depth + 1));
                at += count;
            } else {
                blocks.extend(self.joined(lines[at][depth..].trim()));
                at += 1;
            }
        }
        vec![Block::Quote(blocks)]
    }

    /// Blocks that the wiki treats as one line.
    fn joined(&mut self, text: &str) -> Vec<Block> {
        let mut blocks = Vec::new();
        let mut rest = text;
        while let Some((at, tag)) = code_start(rest) {
            blocks.extend(self.paragraphs(&rest[..at]));
            let close = format!("</{tag}>");
            let end = rest[at..]
                .find(&close)
                .map_or(rest.len(), |end| at + end + close.len());
            let source = &rest[at..end];
            blocks.push(whole_code(source).unwrap_or_else(|| verbatim(source)));
            rest = &rest[end..];
        }
        blocks.extend(self.paragraphs(rest));
        blocks
    }

    fn paragraphs(&mut self, text: &str) -> Vec<Block> {
        let texts: Vec<&str> = text
            .split(GAP)
            .map(|part| part.trim().trim_end_matches("\\\\").trim())
            .filter(|part| !part.is_empty())
            .collect();
        texts
            .into_iter()
            .map(|part| Block::Paragraph(self.line(part)))
            .collect()
    }

    fn table(&mut self, lines: &[String]) -> Block {
        let rows: Vec<Vec<(bool, &str)>> = lines.iter().map(|line| cells(line)).collect();
        let source = lines.join("\n");
        let Some(width) = rows.first().map(Vec::len).filter(|width| *width > 0) else {
            return verbatim(&source);
        };
        // Cells with spans, and rows with missing cells.
        if source.contains(":::")
            || rows
                .iter()
                .any(|row| row.len() != width || row.iter().any(|(_, cell)| cell.is_empty()))
        {
            return verbatim(&source);
        }
        if let Some(callout) = self.callout(&rows) {
            return callout;
        }
        let columns = rows.last().map_or(Vec::new(), |row| {
            row.iter().map(|(_, cell)| alignment(cell)).collect()
        });
        let has_head = rows[0].iter().all(|(is_head, _)| *is_head);
        let mut read: Vec<Vec<Vec<Inline>>> = rows
            .iter()
            .map(|row| row.iter().map(|(_, cell)| self.line(cell.trim())).collect())
            .collect();
        let head = if has_head {
            read.remove(0)
        } else {
            vec![Vec::new(); width]
        };
        Block::Table(Table {
            columns,
            head,
            rows: read,
        })
    }

    /// A call-out: a table of one column with kind and title in the head.
    fn callout(&mut self, rows: &[Vec<(bool, &str)>]) -> Option<Block> {
        let [head, body] = rows else { return None };
        let ([(true, head)], [(false, body)]) = (head.as_slice(), body.as_slice()) else {
            return None;
        };
        let title = self.line(head.trim());
        let [Inline::Styled(Style::Strong, title)] = title.as_slice() else {
            return None;
        };
        let words = plain(title);
        let is_named = |kind: &Callout| {
            words
                .strip_prefix(kind.name())
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(": "))
        };
        let kind = Callout::ALL.into_iter().find(is_named)?;
        let mut title = title.clone();
        let name = kind.name();
        if words == name {
            title.clear();
        } else if let Some(Inline::Text(first)) = title.first_mut() {
            *first = first.strip_prefix(name)?.strip_prefix(": ")?.to_owned();
        }
        Some(Block::Callout {
            kind,
            title,
            blocks: self.joined(body.trim()),
        })
    }

    fn line(&mut self, text: &str) -> Vec<Inline> {
        let mut line = Line::default();
        self.inlines(text, 0, &mut line);
        line.trimmed()
    }

    fn inlines(&mut self, text: &str, depth: usize, line: &mut Line) {
        let mut rest = text;
        let mut endless = Endless::default();
        while let Some(next) = rest.chars().next() {
            let is_sign = "*/_'%<[{(\\h&".contains(next);
            let length = if is_sign && depth < DEEPEST {
                self.inline(rest, depth, &mut endless, line)
            } else {
                None
            };
            let length = length.unwrap_or_else(|| {
                line.text(&rest[..next.len_utf8()]);
                next.len_utf8()
            });
            rest = &rest[length..];
        }
    }

    /// Reads the markup at the start of a text and returns its length. `None` if it is plain text.
    fn inline(
        &mut self,
        text: &str,
        depth: usize,
        endless: &mut Endless,
        line: &mut Line,
    ) -> Option<usize> {
        let (start, rest) = text.split_at_checked(2).unwrap_or((text, ""));
        if let Some((sign, style)) = SIGNS.iter().find(|(sign, _)| *sign == start) {
            let end = endless.end_of(rest, sign)?;
            line.add(Inline::Styled(*style, self.within(&rest[..end], depth)));
            return Some(end + 4);
        }
        match start {
            "''" => self.monospaced(rest, depth, endless, line),
            "%%" => add_verbatim(rest, line),
            "\\\\" if rest.is_empty() || rest.starts_with([' ', '\n']) => {
                line.add(Inline::Break);
                Some(text.len().min(3))
            }
            "[[" => {
                let end = rest.find("]]")?;
                self.link(&rest[..end], line);
                Some(end + 4)
            }
            "{{" => {
                let end = rest.find("}}")?;
                let code = || Inline::Code(text[..end + 4].to_owned());
                line.add(picture(&rest[..end]).unwrap_or_else(code));
                Some(end + 4)
            }
            "((" => self.footnote(rest, endless, line),
            _ if text.starts_with('<') => self.tag(text, depth, line),
            _ if text.starts_with("https://") || text.starts_with("http://") => {
                Some(bare_address(text, line))
            }
            _ => None,
        }
    }

    /// Code, or styled text in code markup, after its opening `''`.
    fn monospaced(
        &mut self,
        rest: &str,
        depth: usize,
        endless: &mut Endless,
        line: &mut Line,
    ) -> Option<usize> {
        let end = endless.end_of(rest, "''")?;
        let inner = self.within(&rest[..end], depth);
        line.add(match inner.as_slice() {
            [Inline::Text(code)] => Inline::Code(code.clone()),
            _ => Inline::Styled(Style::Keyboard, inner),
        });
        Some(end + 4)
    }

    /// A footnote after its opening `((`.
    fn footnote(&mut self, rest: &str, endless: &mut Endless, line: &mut Line) -> Option<usize> {
        let end = endless.end_of(rest, "))")?;
        let number = self.notes.len();
        self.notes.push(Vec::new());
        self.notes[number] = self.joined(&rest[..end]);
        line.add(Inline::Footnote(number));
        Some(end + 4)
    }

    fn within(&mut self, text: &str, depth: usize) -> Vec<Inline> {
        let mut inner = Line::default();
        self.inlines(text, depth + 1, &mut inner);
        inner.0
    }

    fn tag(&mut self, text: &str, depth: usize, line: &mut Line) -> Option<usize> {
        let end_of_tag = text.find('>')? + 1;
        let name: String = text[1..]
            .chars()
            .take_while(char::is_ascii_alphanumeric)
            .collect();
        let close = format!("</{name}>");
        if name.is_empty() {
            return None;
        }
        let end = end_of_tag + text[end_of_tag..].find(&close)?;
        let inner = &text[end_of_tag..end];
        match (name.as_str(), style(&name)) {
            ("nowiki", _) => line.text(inner),
            ("del" | "sub" | "sup", Some(style)) => {
                let inner = self.within(inner, depth);
                line.add(Inline::Styled(style, inner));
            }
            ("code" | "file", _) => {
                line.add(Inline::Code(inner.replace('\n', " ").trim().to_owned()));
            }
            _ => return None,
        }
        Some(end + close.len())
    }

    fn link(&mut self, inner: &str, line: &mut Line) {
        let (target, words) = inner.split_once('|').unwrap_or((inner, inner));
        let target = target.trim();
        let to = match target {
            _ if target.starts_with('#') => LinkTo::Heading(target[1..].to_owned()),
            _ if target.contains("://") => LinkTo::External(target.to_owned()),
            _ if target.contains('@') => LinkTo::External(format!("mailto:{target}")),
            _ => LinkTo::External(target.trim_start_matches(':').to_owned()),
        };
        let picture = words
            .strip_prefix("{{")
            .and_then(|rest| picture(rest.trim_end_matches("}}")));
        let text = vec![picture.unwrap_or_else(|| Inline::Text(decode_references(words)))];
        line.add(Inline::Link { to, text });
    }
}

/// Adds the text after an opening `%%`, and returns its length with both signs. `None` if the text does not end.
fn add_verbatim(rest: &str, line: &mut Line) -> Option<usize> {
    let (words, _) = rest.split_once("%%")?;
    line.text(words);
    Some(words.len() + 4)
}

/// Adds a link for the address at the start of a text, and returns its length.
fn bare_address(text: &str, line: &mut Line) -> usize {
    let end = text
        .find(|next: char| next.is_whitespace() || "<>[]{}|\"%".contains(next))
        .unwrap_or(text.len());
    let address = text[..end]
        .trim_end_matches(['.', ',', ';', ':', '!', '?', ')', '\''])
        .to_owned();
    line.add(Inline::Link {
        to: LinkTo::External(address.clone()),
        text: vec![Inline::Text(address.clone())],
    });
    address.len()
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let count = line.bytes().take_while(|&byte| byte == b'=').count();
    let after = line.bytes().rev().take_while(|&byte| byte == b'=').count();
    if !(2..=6).contains(&count) || after < 2 {
        return None;
    }
    let words = line.get(count..line.len().checked_sub(after)?)?.trim();
    (!words.is_empty()).then_some((u8::try_from(7 - count).unwrap_or(5), words))
}

/// The depth of an item, whether it is numbered, and its text.
fn bullet(line: &str) -> Option<(usize, bool, &str)> {
    let blanks = line.bytes().take_while(|&byte| byte == b' ').count();
    let rest = line.get(blanks..)?;
    let sign = rest
        .chars()
        .next()
        .filter(|next| matches!(next, '*' | '-'))?;
    let words = rest[1..]
        .strip_prefix(' ')
        .or_else(|| (rest.len() == 1).then_some(""))?;
    (blanks >= 2).then_some((blanks / 2, sign == '-', words))
}

/// A number written as text at the start of an item.
fn written_number(words: &str) -> (Option<u32>, &str) {
    let found = words.strip_prefix("%%").and_then(|rest| {
        let (number, rest) = rest.split_once(".%%")?;
        Some((number.parse().ok()?, rest.trim_start()))
    });
    found.map_or((None, words), |(number, rest)| (Some(number), rest))
}

/// Whether an indented line is code, and not an item of a list.
fn is_first_of_indented(line: &str) -> bool {
    bullet(line).is_none() && !line.trim_start().starts_with(['*', '-'])
}

/// Code between its tags, if the text contains nothing else.
fn whole_code(text: &str) -> Option<Block> {
    let (_, tag) = code_start(text).filter(|(at, _)| *at == 0)?;
    let (open, rest) = text.split_once('>')?;
    let inner = rest.strip_suffix(&format!("</{tag}>"))?;
    let language = open
        .split(' ')
        .nth(1)
        .filter(|language| *language != "-")
        .unwrap_or_default()
        .to_owned();
    let inner = inner.strip_prefix('\n').unwrap_or(inner);
    let text = if inner.is_empty() || inner.ends_with('\n') {
        inner.to_owned()
    } else {
        format!("{inner}\n")
    };
    Some(Block::Code { language, text })
}

/// The cells of a row with their white space, and whether each is a head.
fn cells(line: &str) -> Vec<(bool, &str)> {
    let mut cells = Vec::new();
    let line = line.trim_end();
    let mut start = 1;
    let mut is_head = line.starts_with('^');
    let mut at = 1;
    while at < line.len() {
        let rest = &line[at..];
        // Bars in links, pictures and verbatim text do not separate cells.
        let skipped = [
            ("[[", "]]"),
            ("{{", "}}"),
            ("%%", "%%"),
            ("<nowiki>", "</nowiki>"),
            ("((", "))"),
            ("<code", "</code>"),
            ("<file", "</file>"),
        ]
        .iter()
        .find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            Some(open.len() + inner.find(close)? + close.len())
        });
        if let Some(skipped) = skipped {
            at += skipped;
            continue;
        }
        let next = rest.chars().next().unwrap_or(' ');
        if matches!(next, '^' | '|') {
            cells.push((is_head, &line[start..at]));
            start = at + 1;
            is_head = next == '^';
        }
        at += next.len_utf8();
    }
    cells
}

fn alignment(cell: &str) -> Alignment {
    match (cell.starts_with("  "), cell.ends_with("  ")) {
        _ if cell.trim().is_empty() => Alignment::None,
        (true, true) => Alignment::Center,
        (true, false) => Alignment::Right,
        (false, true) => Alignment::Left,
        (false, false) => Alignment::None,
    }
}

/// Markup without an end in the rest of the text. Each kind is searched for only once, so reading
/// stays linear.
#[derive(Default)]
struct Endless(Vec<&'static str>);

impl Endless {
    fn end_of(&mut self, text: &str, sign: &'static str) -> Option<usize> {
        if self.0.contains(&sign) {
            return None;
        }
        let end = end_of(text, sign);
        if end.is_none() {
            self.0.push(sign);
        }
        end
    }
}

/// The position of the closing markup, outside verbatim text, links and addresses.
fn end_of(text: &str, sign: &str) -> Option<usize> {
    let mut at = 0;
    while at < text.len() {
        let rest = &text[at..];
        if rest.starts_with(sign) && !(sign == "//" && text[..at].ends_with(':')) {
            return Some(at);
        }
        let skipped = [
            ("%%", "%%"),
            ("<nowiki>", "</nowiki>"),
            ("[[", "]]"),
            ("{{", "}}"),
        ]
        .iter()
        .find_map(|(open, close)| {
            let inner = rest.strip_prefix(open)?;
            Some(open.len() + inner.find(close)? + close.len())
        });
        at += skipped.unwrap_or_else(|| rest.chars().next().map_or(1, char::len_utf8));
    }
    None
}

fn picture(inner: &str) -> Option<Inline> {
    let (id, alt) = inner.split_once('|').unwrap_or((inner, ""));
    let id = id.trim().split('?').next().unwrap_or_default();
    if id.contains("://") || id.contains('>') {
        return None;
    }
    let name = id.rsplit(':').next().unwrap_or(id).to_owned();
    Some(Inline::Picture {
        name,
        alt: alt.to_owned(),
        title: String::new(),
    })
}
