//! Writes blocks as wikitext.

use std::collections::BTreeSet;

use crate::markdown::Alignment;
use crate::wiki::Publication;
use crate::wiki::lowered;
use crate::wiki::page::{
    ActionEntry, Block, Callout, Case, Element, Heading, Inline, Item, List, Table, inlines,
    walk_line,
};

use super::inline::{Lines, Notes, line, note_name};
use super::language;
use super::words::{escape, has_french_blanks, preformatted};

/// MediaWiki has no tasks, so these characters mark the items.
const DONE: &str = "☑";
const OPEN: &str = "☐";

/// The context of blocks.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Around {
    /// Lines of the page, or of an element in which empty lines separate paragraphs.
    Lines,
    /// An item of an HTML list, or a footnote: paragraphs are elements.
    Paragraphs,
    /// The first line of a tight item of an HTML list.
    Tight,
}

/// The text of a page.
pub fn page(case: &Case, publication: &Publication<'_>) -> String {
    let lines = Lines {
        case,
        publication,
        notes: Notes::Linked,
    };
    let mut parts = vec![blocks(lines, Around::Lines, &case.page.blocks)];
    parts.extend(footnotes(lines));
    parts.retain(|part| !part.is_empty());
    parts.join("\n\n")
}

fn blocks(lines: Lines<'_>, around: Around, blocks: &[Block]) -> String {
    let parts = blocks
        .iter()
        .map(|one| block(lines, around, one))
        .filter(|part| !part.is_empty());
    parts.collect::<Vec<_>>().join(if around == Around::Lines {
        "\n\n"
    } else {
        "\n"
    })
}

fn block(lines: Lines<'_>, around: Around, block: &Block) -> String {
    match block {
        Block::Heading(one) => heading(lines, one),
        Block::Paragraph(inlines) => paragraph(around, &line(lines, inlines)),
        Block::Quote(inner) => element("blockquote", "", &blocks(lines, Around::Lines, inner)),
        Block::Callout {
            kind,
            title,
            blocks,
        } => callout(lines, *kind, title, blocks),
        Block::Code { language, text } => code(language, text),
        Block::List(one) => list(lines, around, one),
        Block::Table(one) => table(lines, one),
        Block::Details { summary, blocks } => details(lines, summary, blocks),
        Block::Rule => "----".to_owned(),
        Block::Facts(facts) => facts_table(facts),
        Block::Contents => "__TOC__".to_owned(),
        Block::Actions(actions) => actions_table(actions),
        Block::Element(one, inner) => own_element(lines, around, one, inner),
    }
}

fn paragraph(around: Around, words: &str) -> String {
    if around == Around::Paragraphs && !words.is_empty() {
        format!("<p>{words}</p>")
    } else {
        words.to_owned()
    }
}

fn element(name: &str, attributes: &str, inner: &str) -> String {
    format!("<{name}{attributes}>\n{inner}\n</{name}>")
}

/// A heading. Footnote references follow below it, because they would become part of its anchor.
fn heading(lines: Lines<'_>, heading: &Heading) -> String {
    let words = line(
        Lines {
            notes: Notes::Omitted,
            ..lines
        },
        &without_breaks(&heading.text),
    );
    if words.is_empty() {
        return words;
    }
    let signs = "=".repeat(usize::from(heading.level.clamp(2, 6)));
    let references: Vec<Inline> = walk_line(&heading.text)
        .filter(|inline| matches!(inline, Inline::Footnote(_)))
        .cloned()
        .collect();
    let below = if references.is_empty() {
        String::new()
    } else {
        format!("\n{}", line(lines, &references))
    };
    format!("{signs} {words} {signs}{below}")
}

fn without_breaks(inlines: &[Inline]) -> Vec<Inline> {
    let one = |inline: &Inline| match inline {
        Inline::Break => Inline::Text(" ".to_owned()),
        Inline::Styled(style, inlines) => Inline::Styled(*style, without_breaks(inlines)),
        Inline::Link { to, text } => Inline::Link {
            to: to.clone(),
            text: without_breaks(text),
        },
        Inline::Element(element, inlines) => {
            Inline::Element(element.clone(), without_breaks(inlines))
        }
        Inline::Text(_) | Inline::Code(_) | Inline::Picture { .. } | Inline::Footnote(_) => {
            inline.clone()
        }
    };
    inlines.iter().map(one).collect()
}

/// A frame that needs no extension. It has no background, so its text is readable in any skin.
fn callout(lines: Lines<'_>, kind: Callout, title: &[Inline], inner: &[Block]) -> String {
    let title = if title.is_empty() {
        escape(kind.name())
    } else {
        line(lines, title)
    };
    let colour = match kind {
        Callout::Tip => "#14866d",
        Callout::Important => "#7c5cbf",
        Callout::Warning => "#b07a00",
        Callout::Caution => "#d73333",
        Callout::Note => "#3d7dca",
    };
    let style = format!(
        " role=\"note\" style=\"border: 1px solid {colour}; border-left-width: 5px; padding: 0 1em; margin: 1em 0;\""
    );
    let inner = blocks(lines, Around::Lines, inner);
    element(
        "div",
        &style,
        format!("<strong>{title}</strong>\n\n{inner}").trim_end_matches('\n'),
    )
}

/// A part that is folded by a script of MediaWiki. Without scripts it is open.
fn details(lines: Lines<'_>, summary: &[Inline], inner: &[Block]) -> String {
    let content = element(
        "div",
        " class=\"mw-collapsible-content\"",
        &blocks(lines, Around::Lines, inner),
    );
    element(
        "div",
        " class=\"mw-collapsible mw-collapsed\"",
        &format!("{}\n{content}", line(lines, summary)),
    )
}

/// Highlighted code. Code that MediaWiki would change inside these tags gets other tags, without
/// colours.
fn code(language: &str, text: &str) -> String {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    let is_kept = !lines.starts_with('\n')
        && lines.trim_end() == lines
        && !lines.is_empty()
        && !lines.to_ascii_lowercase().contains("</syntaxhighlight")
        && !has_french_blanks(lines);
    match language::of(language) {
        Some(name) if is_kept => {
            format!("<syntaxhighlight lang=\"{name}\">\n{lines}\n</syntaxhighlight>")
        }
        _ => format!("<pre>\n{}\n</pre>", preformatted(lines)),
    }
}

fn list(lines: Lines<'_>, around: Around, list: &List) -> String {
    if around == Around::Lines && is_simple(list) {
        let mut out = Vec::new();
        simple_list(lines, list, "", &mut out);
        return out.join("\n");
    }
    let (name, first) = match list.first {
        None => ("ul", String::new()),
        Some(1) => ("ol", String::new()),
        Some(first) => ("ol", format!(" start=\"{first}\"")),
    };
    let around = if list.is_tight {
        Around::Tight
    } else {
        Around::Paragraphs
    };
    let items = list.items.iter().map(|one| item(lines, around, one));
    element(name, &first, &items.collect::<Vec<_>>().join("\n"))
}

/// Whether stars and hashes can express a list: one line for each item, with at most one nested
/// list.
fn is_simple(list: &List) -> bool {
    let is_numbered_from_one = matches!(list.first, None | Some(1));
    is_numbered_from_one
        && list.items.iter().all(|item| match item.blocks.as_slice() {
            [Block::Paragraph(inlines)] => !inlines.is_empty(),
            [Block::Paragraph(inlines), Block::List(below)] => {
                !inlines.is_empty() && is_simple(below)
            }
            _ => false,
        })
}

fn simple_list(lines: Lines<'_>, list: &List, above: &str, out: &mut Vec<String>) {
    let marks = format!("{above}{}", if list.first.is_some() { '#' } else { '*' });
    for item in &list.items {
        for block in &item.blocks {
            if let Block::Paragraph(inlines) = block {
                out.push(format!("{marks} {}{}", task(item), line(lines, inlines)));
            }
            if let Block::List(below) = block {
                simple_list(lines, below, &marks, out);
            }
        }
    }
}

fn task(item: &Item) -> String {
    item.done.map_or_else(String::new, |done| {
        format!("{} ", if done { DONE } else { OPEN })
    })
}

fn item(lines: Lines<'_>, around: Around, item: &Item) -> String {
    let (words, rest) = match item.blocks.split_first() {
        Some((Block::Paragraph(inlines), rest)) => (line(lines, inlines), rest),
        _ => (String::new(), item.blocks.as_slice()),
    };
    let words = format!("{}{words}", task(item));
    let rest = blocks(lines, Around::Paragraphs, rest);
    let parts = [paragraph(around, words.trim_end_matches(' ')), rest];
    let inner = parts
        .into_iter()
        .filter(|part| !part.is_empty())
        .collect::<Vec<_>>()
        .join("\n");
    if inner.contains('\n') || inner.starts_with(['{', '*', '#', '=', '-', ';', ':']) {
        element("li", "", &inner)
    } else {
        format!("<li>{inner}</li>")
    }
}

fn table(lines: Lines<'_>, table: &Table) -> String {
    let mut out = vec!["{| class=\"wikitable\"".to_owned()];
    let row = |mark: &str, cells: &[Vec<Inline>], out: &mut Vec<String>| {
        out.push("|-".to_owned());
        for (cell, alignment) in cells.iter().zip(&table.columns) {
            out.push(format!(
                "{mark}{} {}",
                alignment_of(*alignment),
                line(lines, cell)
            ));
        }
    };
    row("!", &table.head, &mut out);
    table
        .rows
        .iter()
        .for_each(|cells| row("|", cells, &mut out));
    out.push("|}".to_owned());
    out.join("\n")
}

fn alignment_of(alignment: Alignment) -> &'static str {
    match alignment {
        Alignment::None => "",
        Alignment::Left => " style=\"text-align: left;\" |",
        Alignment::Center => " style=\"text-align: center;\" |",
        Alignment::Right => " style=\"text-align: right;\" |",
    }
}

/// HTML of the author, as far as MediaWiki allows it: its tables have only rows and cells.
fn own_element(lines: Lines<'_>, around: Around, own: &Element, inner: &[Block]) -> String {
    match own.name {
        "table" => own_table(lines, inner),
        "dl" => {
            let parts = inner.iter().map(|block| match block {
                Block::Element(one, inner) => part(lines, one, inner),
                other => block_of(lines, other),
            });
            format!(
                "{}\n{}\n</dl>",
                own.tag(escape),
                parts.collect::<Vec<_>>().join("\n")
            )
        }
        "center" | "div" => part(lines, own, inner),
        _ => blocks(lines, around, &lowered::blocks(own, inner)),
    }
}

/// A table of the author as HTML.
fn own_table(lines: Lines<'_>, inner: &[Block]) -> String {
    let caption = inner.iter().filter_map(|block| match block {
        Block::Element(caption, inner) if caption.name == "caption" => {
            Some(part(lines, caption, inner))
        }
        _ => None,
    });
    let rows = lowered::rows(inner).1.into_iter().map(|row| {
        let cells: Vec<String> = row
            .iter()
            .map(|cell| part(lines, cell.element, cell.blocks))
            .collect();
        element("tr", "", &cells.join("\n"))
    });
    let content: Vec<String> = caption.chain(rows).collect();
    element("table", " class=\"wikitable\"", &content.join("\n"))
}

fn block_of(lines: Lines<'_>, one: &Block) -> String {
    block(lines, Around::Lines, one)
}

/// A part of an element: text on its line, or blocks on lines of their own.
fn part(lines: Lines<'_>, own: &Element, inner: &[Block]) -> String {
    let (name, set) = match (own.name, alignment_of(own.alignment())) {
        ("center", _) => ("div", " style=\"text-align: center;\""),
        (name, set) => (name, set.trim_end_matches(" |")),
    };
    let attributes = own
        .attributes
        .iter()
        .filter(|(name, _)| *name != "align")
        .cloned()
        .collect();
    let tag = Element { name, attributes }.tag(escape);
    let tag = format!("{}{set}>", tag.trim_end_matches('>'));
    match inner {
        [] => format!("{tag}</{name}>"),
        [Block::Paragraph(inlines)] if name != "div" => {
            format!("{tag}{}</{name}>", line(lines, inlines))
        }
        _ => format!("{tag}\n{}\n</{name}>", blocks(lines, Around::Lines, inner)),
    }
}

fn facts_table(facts: &[(String, String)]) -> String {
    let rows = facts.iter().map(|(name, value)| {
        format!(
            "|-\n! scope=\"row\" | {}\n| {}",
            escape(name.trim()),
            escape(value.trim())
        )
    });
    format!(
        "{{| class=\"wikitable\"\n{}\n|}}",
        rows.collect::<Vec<_>>().join("\n")
    )
}

fn actions_table(actions: &[ActionEntry]) -> String {
    let row = |action: &ActionEntry| {
        let mark = if action.is_settled { DONE } else { OPEN };
        let cells = [&action.what, &action.owner, &action.due]
            .map(|cell| format!("| {}", escape(cell.trim())));
        format!(
            "|-\n{}\n| {mark} {}",
            cells.join("\n"),
            escape(action.status)
        )
    };
    let rows = actions.iter().map(row).collect::<Vec<_>>().join("\n");
    format!("{{| class=\"wikitable\"\n|-\n! Action\n! Owner\n! Due\n! Status\n{rows}\n|}}")
}

/// The footnotes at the end of the page. MediaWiki reports an error for a footnote that only
/// another footnote refers to, so that becomes a paragraph.
fn footnotes(lines: Lines<'_>) -> Vec<String> {
    let page = &lines.case.page;
    let number = |inline: &Inline| {
        if let Inline::Footnote(number) = inline {
            Some(*number)
        } else {
            None
        }
    };
    let referred: BTreeSet<usize> = inlines(&page.blocks).filter_map(number).collect();
    let lines = Lines {
        notes: Notes::Numbered,
        ..lines
    };
    let (mut linked, mut others) = (Vec::new(), Vec::new());
    for (number, note) in page.footnotes.iter().enumerate() {
        if referred.contains(&number) {
            linked.push(format!(
                "<ref name=\"{}\">{}</ref>",
                note_name(number),
                footnote(lines, note)
            ));
        } else {
            let mark = line(lines, &[Inline::Footnote(number)]);
            others.push(format!("{mark}\n\n{}", blocks(lines, Around::Lines, note)));
        }
    }
    let list = (!linked.is_empty()).then(|| element("references", "", &linked.join("\n")));
    list.into_iter().chain(others).collect()
}

fn footnote(lines: Lines<'_>, note: &[Block]) -> String {
    if let [Block::Paragraph(inlines)] = note {
        return line(lines, inlines);
    }
    // Headings, rules and tables need their own line, and a heading needs an empty rest of the
    // line. MediaWiki removes line ends before an end tag.
    let before = if matches!(note.first(), Some(Block::Paragraph(_))) {
        ""
    } else {
        "\n"
    };
    let after = if matches!(note.last(), Some(Block::Heading(_))) {
        "\n<nowiki />"
    } else {
        ""
    };
    format!("{before}{}{after}", blocks(lines, Around::Paragraphs, note))
}
