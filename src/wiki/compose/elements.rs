//! Converts HTML elements to the equivalent blocks and inlines of Markdown. Elements without an equivalent are kept.

use super::cells::table;
use super::nest::HtmlNode;
use super::tags::{is_block, style};
use crate::slug::Slug;
use crate::wiki::lowered::in_a_line;
use crate::wiki::page::{Block, Element, Heading, Inline, Item, List, plain};

/// Whether a node can be part of a line.
fn is_line(node: &HtmlNode) -> bool {
    match node {
        HtmlNode::Inline(_) => true,
        HtmlNode::Block(_) => false,
        HtmlNode::Element(element, inner) => !is_block(element.name) && inner.iter().all(is_line),
    }
}

/// Whether a node is only white space.
pub fn is_blank(node: &HtmlNode) -> bool {
    matches!(node, HtmlNode::Inline(Inline::Text(text)) if text.trim().is_empty())
}

/// Makes the id of a heading unique.
pub type Claim<'a> = dyn FnMut(&str) -> String + 'a;

/// Nodes as blocks. Inline nodes become paragraphs.
pub fn blocks(nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut line = Vec::new();
    for node in nodes {
        if is_line(&node) {
            add_inline(node, &mut line);
            continue;
        }
        end_line(&mut line, &mut blocks);
        match node {
            HtmlNode::Block(block) => blocks.push(block),
            HtmlNode::Element(element, inner) => {
                blocks.extend(element_as_blocks(element, inner, claim));
            }
            HtmlNode::Inline(inline) => line.push(inline),
        }
    }
    end_line(&mut line, &mut blocks);
    blocks
}

fn end_line(line: &mut Vec<Inline>, blocks: &mut Vec<Block>) {
    let line = trimmed(std::mem::take(line));
    if !line.is_empty() {
        blocks.push(Block::Paragraph(line));
    }
}

/// Whether some of the nodes cannot be part of a line.
pub fn holds_blocks(nodes: &[HtmlNode]) -> bool {
    !nodes.iter().all(is_line)
}

/// Nodes as one line without white space at the ends. Blocks are separated by line breaks.
pub fn inlines(nodes: Vec<HtmlNode>) -> Vec<Inline> {
    trimmed(untrimmed(nodes))
}

/// Nodes as one line, with the white space at the ends.
pub fn untrimmed(nodes: Vec<HtmlNode>) -> Vec<Inline> {
    let mut line = Vec::new();
    nodes
        .into_iter()
        .for_each(|node| add_inline(node, &mut line));
    line
}

fn add_inline(node: HtmlNode, line: &mut Vec<Inline>) {
    match node {
        HtmlNode::Inline(inline) => push(inline, line),
        HtmlNode::Block(block) => add_parted(in_a_line(&[block]), line),
        HtmlNode::Element(element, inner) if is_block(element.name) => {
            add_parted(inlines(inner), line);
        }
        HtmlNode::Element(element, inner) => add_element(element, inner, line),
    }
}

/// Adds an inline element. The common attributes of an element that the page does not keep go to a `span`.
fn add_element(element: Element, inner: Vec<HtmlNode>, line: &mut Vec<Inline>) {
    let attributes = common_attributes(&element);
    let made = element_in_line(element, untrimmed(inner));
    if attributes.is_empty() {
        made.into_iter().for_each(|inline| push(inline, line));
    } else if !made.is_empty() {
        let name = "span";
        line.push(Inline::Element(Element { name, attributes }, made));
    }
}

/// Adds the text of a block, between line breaks.
fn add_parted(words: Vec<Inline>, line: &mut Vec<Inline>) {
    let is_parted = |inline: Option<&Inline>| matches!(inline, None | Some(Inline::Break));
    if words.is_empty() {
        return;
    }
    if !is_parted(line.last()) {
        line.push(Inline::Break);
    }
    line.extend(words);
    line.push(Inline::Break);
}

/// Adds an inline. Adjacent texts become one.
fn push(inline: Inline, line: &mut Vec<Inline>) {
    match (line.last_mut(), inline) {
        (_, Inline::Text(text)) if text.is_empty() => {}
        (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(&text),
        (_, inline) => line.push(inline),
    }
}

/// The attributes that any element can have. Empty for an element that the page keeps, because it keeps its attributes, too.
fn common_attributes(element: &Element) -> Vec<(&'static str, String)> {
    if is_kept_whole(element.name) {
        return Vec::new();
    }
    element
        .attributes
        .iter()
        .filter(|(name, _)| matches!(*name, "title" | "lang" | "dir"))
        .cloned()
        .collect()
}

/// Whether the page keeps an element with its attributes.
fn is_kept_whole(name: &str) -> bool {
    let is_in_line = matches!(
        name,
        "abbr"
            | "bdi"
            | "bdo"
            | "cite"
            | "dfn"
            | "q"
            | "rp"
            | "rt"
            | "ruby"
            | "samp"
            | "small"
            | "time"
            | "var"
            | "wbr"
    );
    is_in_line || matches!(name, "center" | "dl" | "figure")
}

fn element_in_line(element: Element, inner: Vec<Inline>) -> Vec<Inline> {
    if element.name == "wbr" {
        return vec![Inline::Element(element, Vec::new())];
    }
    if inner.is_empty() {
        return inner;
    }
    if let Some(style) = style(element.name) {
        return vec![Inline::Styled(style, inner)];
    }
    match (element.name, inner.as_slice()) {
        ("code", [Inline::Text(text)]) => vec![Inline::Code(text.clone())],
        ("code", _) => vec![Inline::Element(Element::new("code"), inner)],
        (name, _) if is_kept_whole(name) => {
            let attributes = element
                .attributes
                .into_iter()
                .filter(|(name, _)| matches!(*name, "title" | "lang" | "dir" | "datetime"));
            vec![Inline::Element(
                Element {
                    name,
                    attributes: attributes.collect(),
                },
                inner,
            )]
        }
        _ => inner,
    }
}

fn element_as_blocks(element: Element, inner: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Vec<Block> {
    let outer = element.clone();
    let made = match element.name {
        "blockquote" => vec![Block::Quote(blocks(inner, claim))],
        "ul" | "ol" => vec![list(&element, inner, claim)],
        "dl" => vec![whole(element, definitions(inner, claim))],
        "table" => table(inner, claim),
        "pre" => preformatted(&element, inner),
        "h2" | "h3" | "h4" | "h5" | "h6" => heading(element.name, inner, claim),
        "details" => vec![details(inner, claim)],
        "figure" => vec![figure(element, inner, claim)],
        "center" => vec![whole(element, blocks(inner, claim))],
        name if is_block(name) => blocks(inner, claim),
        _ => {
            let inner = blocks(inner, claim);
            return inner
                .into_iter()
                .map(|block| in_style(&element, block))
                .collect();
        }
    };
    with_common_attributes(&outer, made)
}

/// Wraps blocks in a `div` with the common attributes of an element that the page does not keep.
pub fn with_common_attributes(element: &Element, blocks: Vec<Block>) -> Vec<Block> {
    let common = common_attributes(element);
    if blocks.is_empty() || common.is_empty() {
        return blocks;
    }
    vec![Block::Element(
        Element {
            name: "div",
            attributes: common,
        },
        blocks,
    )]
}

/// The element itself, with the attributes that any element can have.
fn whole(element: Element, blocks: Vec<Block>) -> Block {
    let attributes = element
        .attributes
        .into_iter()
        .filter(|(name, _)| matches!(*name, "title" | "lang" | "dir"))
        .collect();
    Block::Element(
        Element {
            name: element.name,
            attributes,
        },
        blocks,
    )
}

/// Applies an inline element to the text of a block, for example `<small>` around paragraphs.
fn in_style(element: &Element, block: Block) -> Block {
    let all = |blocks: Vec<Block>| {
        blocks
            .into_iter()
            .map(|block| in_style(element, block))
            .collect()
    };
    match block {
        Block::Paragraph(words) => {
            let mut line = Vec::new();
            let words = words.into_iter().map(HtmlNode::Inline).collect();
            add_inline(HtmlNode::Element(element.clone(), words), &mut line);
            Block::Paragraph(line)
        }
        Block::Quote(blocks) => Block::Quote(all(blocks)),
        Block::Element(outer, blocks) => Block::Element(outer, all(blocks)),
        Block::List(List {
            first,
            is_tight,
            items,
        }) => {
            let items = items
                .into_iter()
                .map(|Item { done, blocks }| Item {
                    done,
                    blocks: all(blocks),
                })
                .collect();
            Block::List(List {
                first,
                is_tight,
                items,
            })
        }
        other => other,
    }
}

fn list(element: &Element, nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Block {
    let first = (element.name == "ol").then(|| element.number("start").unwrap_or(1));
    let mut items: Vec<Item> = Vec::new();
    let mut is_tight = true;
    for node in nodes.into_iter().filter(|node| !is_blank(node)) {
        match node {
            HtmlNode::Element(element, inner) if element.name == "li" => {
                is_tight &= !inner.iter().any(is_paragraph);
                items.push(Item {
                    done: None,
                    blocks: with_common_attributes(&element, blocks(inner, claim)),
                });
            }
            other => {
                let more = blocks(vec![other], claim);
                match items.last_mut() {
                    Some(item) => item.blocks.extend(more),
                    None => items.push(Item {
                        done: None,
                        blocks: more,
                    }),
                }
            }
        }
    }
    Block::List(List {
        first,
        is_tight,
        items,
    })
}

fn is_paragraph(node: &HtmlNode) -> bool {
    match node {
        HtmlNode::Block(block) => matches!(block, Block::Paragraph(_)),
        HtmlNode::Element(element, _) => element.name == "p",
        HtmlNode::Inline(_) => false,
    }
}

fn definitions(nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Vec<Block> {
    let mut parts = Vec::new();
    for node in nodes.into_iter().filter(|node| !is_blank(node)) {
        match node {
            HtmlNode::Element(element, inner) if matches!(element.name, "dt" | "dd") => {
                parts.push(whole(element, blocks(inner, claim)));
            }
            HtmlNode::Element(element, inner) if element.name == "div" => {
                parts.extend(definitions(inner, claim));
            }
            other => parts.push(Block::Element(
                Element::new("dd"),
                blocks(vec![other], claim),
            )),
        }
    }
    parts
}

fn figure(element: Element, nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Block {
    let mut parts = Vec::new();
    let mut others = Vec::new();
    for node in nodes {
        match node {
            HtmlNode::Element(caption, inner) if caption.name == "figcaption" => {
                parts.extend(blocks(std::mem::take(&mut others), claim));
                parts.push(whole(caption, blocks(inner, claim)));
            }
            other => others.push(other),
        }
    }
    parts.extend(blocks(others, claim));
    whole(element, parts)
}

fn details(nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Block {
    let mut summary = Vec::new();
    let mut others = Vec::new();
    for node in nodes {
        match node {
            HtmlNode::Element(element, inner)
                if element.name == "summary" && summary.is_empty() =>
            {
                summary = inlines(inner);
            }
            other => others.push(other),
        }
    }
    if summary.is_empty() {
        summary.push(Inline::Text("Details".to_owned()));
    }
    Block::Details {
        summary,
        blocks: blocks(others, claim),
    }
}

fn heading(name: &str, nodes: Vec<HtmlNode>, claim: &mut Claim<'_>) -> Vec<Block> {
    let text = inlines(nodes);
    if text.is_empty() {
        return Vec::new();
    }
    let level = name[1..].parse().unwrap_or(6);
    let id = claim(Slug::of(&plain(&text)).as_str());
    vec![Block::Heading(Heading {
        level,
        text,
        id,
        is_linked: false,
    })]
}

/// Preformatted text: code, or lines with styles.
fn preformatted(element: &Element, nodes: Vec<HtmlNode>) -> Vec<Block> {
    let (language, nodes) = without_code_element(language_of(element), nodes);
    let lines: Vec<Inline> = untrimmed(nodes)
        .into_iter()
        .map(|inline| {
            if inline == Inline::Break {
                text("\n")
            } else {
                inline
            }
        })
        .collect();
    let words = plain(&lines);
    if words.trim().is_empty() {
        return Vec::new();
    }
    let is_plain = lines.iter().all(|inline| matches!(inline, Inline::Text(_)));
    if !is_plain {
        return vec![Block::Element(
            Element::new("pre"),
            vec![Block::Paragraph(lines)],
        )];
    }
    // HTML ignores the first line end after the tag.
    let words = words.strip_prefix('\n').unwrap_or(&words);
    let end = if words.ends_with('\n') { "" } else { "\n" };
    vec![Block::Code {
        language: language.unwrap_or_default(),
        text: format!("{words}{end}"),
    }]
}

/// The content of a `code` element that is the only child of a `pre`, and the language of either.
fn without_code_element(
    language: Option<String>,
    mut nodes: Vec<HtmlNode>,
) -> (Option<String>, Vec<HtmlNode>) {
    match nodes.as_mut_slice() {
        [HtmlNode::Element(code, inner)] if matches!(code.name, "code" | "samp") => (
            language.or_else(|| language_of(code)),
            std::mem::take(inner),
        ),
        _ => (language, nodes),
    }
}

fn text(words: &str) -> Inline {
    Inline::Text(words.to_owned())
}

fn language_of(element: &Element) -> Option<String> {
    let class = element
        .attribute("class")
        .unwrap_or_default()
        .split_whitespace()
        .find_map(|class| class.strip_prefix("language-"));
    class.map(str::to_owned)
}

/// A line without white space and line breaks at the ends.
fn trimmed(mut inlines: Vec<Inline>) -> Vec<Inline> {
    while let Some(first) = inlines.first_mut() {
        match first {
            Inline::Text(text) if text.trim_start().is_empty() => drop(inlines.remove(0)),
            Inline::Break => drop(inlines.remove(0)),
            Inline::Text(text) => {
                *text = text.trim_start().to_owned();
                break;
            }
            _ => break,
        }
    }
    while let Some(last) = inlines.last_mut() {
        match last {
            Inline::Text(text) if text.trim_end().is_empty() => drop(inlines.pop()),
            Inline::Break => drop(inlines.pop()),
            Inline::Text(text) => {
                text.truncate(text.trim_end().len());
                break;
            }
            _ => break,
        }
    }
    inlines
}
