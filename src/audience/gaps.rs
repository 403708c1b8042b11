//! The text around a link that is left out. It must not show that something is missing: no `See also .`, and no empty item of a list.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::markdown::{Body, Event, Node, Tag, is_inline};

/// Words before a link that make no sense without it.
const LEAD_INS: &[&str] = &[
    "",
    "see",
    "see also",
    "also see",
    "see the",
    "and see",
    "please see",
    "cf",
    "compare",
    "related",
    "related to",
    "read",
    "read also",
    "read more",
    "read more in",
    "more",
    "more in",
    "more on",
    "more at",
    "more in the",
    "details",
    "details in",
    "details are in",
    "more details in",
    "also",
    "also in",
    "also told in",
    "told in",
    "as told in",
    "described in",
    "as described in",
    "as in",
    "from",
    "source",
    "sources",
    "story",
    "the story",
    "background",
    "link",
    "links",
    "and",
    "or",
    "here",
    "ref",
    "reference",
    "references",
    "follow-up",
    "follow-up to",
    "part of",
    "next",
    "previous",
];

/// Closes the gaps that links have left in the nodes of a body. Each gap is the index of the node after the missing link.
pub fn close(body: &mut Body, mut nodes: Vec<Node>, gaps: &[usize]) -> Vec<Node> {
    if gaps.is_empty() {
        return nodes;
    }
    let blocks = blocks(&nodes, gaps);
    for &(gap, ref block) in blocks.iter().rev() {
        close_in(body, &mut nodes, gap, block);
    }
    let mut is_gone = vec![false; nodes.len()];
    // Each block once, whatever the number of its gaps.
    let ends: BTreeMap<usize, usize> = blocks
        .iter()
        .map(|(_, block)| (block.start, block.end))
        .collect();
    for (start, end) in ends {
        if says_nothing(body, &nodes[start..end]) {
            is_gone[removable(&nodes, start..end)].fill(true);
        }
    }
    empty_out(&nodes, &mut is_gone);
    forget_footnotes(body, &nodes, &mut is_gone);
    nodes
        .into_iter()
        .zip(is_gone)
        .filter(|(_, is_gone)| !is_gone)
        .map(|(node, _)| node)
        .collect()
}

/// The nodes to remove with a block. The cell of a table stays without its content, so the table keeps its columns.
fn removable(nodes: &[Node], block: Range<usize>) -> Range<usize> {
    if nodes[block.start].event == Event::Start(Tag::TableCell) {
        block.start + 1..block.end - 1
    } else {
        block
    }
}

/// Each gap with the innermost block around it, from its start to after its end.
fn blocks(nodes: &[Node], gaps: &[usize]) -> Vec<(usize, Range<usize>)> {
    let mut found: Vec<(usize, Range<usize>)> = Vec::new();
    let mut open: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut gaps = gaps.iter().copied().peekable();
    for (index, node) in nodes.iter().enumerate() {
        while let Some(gap) = gaps.next_if(|&gap| gap <= index) {
            if let Some((_, inside)) = open.last_mut() {
                inside.push(gap);
            }
        }
        match node.event {
            Event::Start(tag) if !is_inline(tag) => open.push((index, Vec::new())),
            Event::End(tag) if !is_inline(tag) => {
                if let Some((start, inside)) = open.pop() {
                    found.extend(inside.into_iter().map(|gap| (gap, start..index + 1)));
                }
            }
            _ => {}
        }
    }
    found.sort_by_key(|&(gap, _)| gap);
    found
}

/// Joins the words on both sides of a gap.
fn close_in(body: &mut Body, nodes: &mut [Node], gap: usize, block: &Range<usize>) {
    let is_words = |node: &Node| matches!(node.event, Event::Text(_));
    let before = gap
        .checked_sub(1)
        .filter(|&at| at > block.start && is_words(&nodes[at]));
    let after = Some(gap).filter(|&at| at + 1 < block.end && is_words(&nodes[at]));
    let text = |at: Option<usize>| match at.map(|at| nodes[at].event) {
        Some(Event::Text(piece)) => body.str(piece).to_owned(),
        _ => String::new(),
    };
    let sides = Sides {
        is_start: before.is_none() && starts_line(&nodes[gap.saturating_sub(1)]),
        is_end: after.is_none() && nodes.get(gap).is_none_or(ends_line),
    };
    let (left, right) = (text(before), text(after));
    let (new_left, new_right) = joined(&left, &right, sides);
    for (at, old, new) in [(before, left, new_left), (after, right, new_right)] {
        if let Some(at) = at.filter(|_| old != new) {
            nodes[at].event = Event::Text(body.add_text(&new));
        }
    }
}

/// Whether the text after a node starts a line.
fn starts_line(node: &Node) -> bool {
    matches!(
        node.event,
        Event::Start(_) | Event::SoftBreak | Event::HardBreak | Event::TaskMarker(_)
    )
}

/// Whether the text before a node ends a line.
fn ends_line(node: &Node) -> bool {
    matches!(
        node.event,
        Event::End(_) | Event::SoftBreak | Event::HardBreak | Event::Start(_)
    )
}

/// Whether a gap is at an end of a line.
#[derive(Clone, Copy)]
struct Sides {
    is_start: bool,
    is_end: bool,
}

/// The words on both sides of a gap, changed to read on without the link.
fn joined(left: &str, right: &str, sides: Sides) -> (String, String) {
    let (left, right) = without_lead_in(left, right, sides);
    let (left, right) = without_joiner(left, right, sides);
    let (left, right) = without_empty_brackets(left, right);
    let (left, right) = without_blanks(left, right, sides);
    (left.to_owned(), right.to_owned())
}

/// Takes out the comma or the `and` that joined the link to the words around it.
fn without_joiner<'t>(left: &'t str, right: &'t str, sides: Sides) -> (&'t str, &'t str) {
    let opens = left.trim_end().ends_with(['(', ':']) || (left.trim().is_empty() && sides.is_start);
    let closes = right.trim_start().starts_with(['.', ';', '!', '?', ')'])
        || (right.trim().is_empty() && sides.is_end);
    match (joiner_at_end(left), joiner_at_start(right)) {
        // `A, [gap] and C` is `A and C`.
        (Some(start), Some(_))
            if left[start..].trim() == "," && !right.trim_start().starts_with(',') =>
        {
            (&left[..start], right)
        }
        (Some(_), Some(end)) => (left, &right[end..]),
        (None, Some(end)) if opens => (left, right[end..].trim_start()),
        (Some(start), None) if closes => (&left[..start], right),
        _ => (left, right),
    }
}

fn without_empty_brackets<'t>(left: &'t str, right: &'t str) -> (&'t str, &'t str) {
    if left.trim_end().ends_with('(') && right.trim_start().starts_with(')') {
        (
            left.trim_end().trim_end_matches('(').trim_end(),
            right.trim_start().trim_start_matches(')'),
        )
    } else {
        (left, right)
    }
}

/// Takes out white space before a sign, at the start of a line, and next to other white space.
fn without_blanks<'t>(left: &'t str, right: &'t str, sides: Sides) -> (&'t str, &'t str) {
    let rest = right.trim_start();
    if rest.starts_with(['.', ',', ';', ':', '!', '?', ')']) {
        (left.trim_end(), rest)
    } else if left.ends_with(char::is_whitespace) || left.is_empty() && sides.is_start {
        (left, rest)
    } else {
        (left, right)
    }
}

/// Takes out a sentence, or words in brackets, that only lead to the link: `It held. See also [gap].`
fn without_lead_in<'t>(left: &'t str, right: &'t str, sides: Sides) -> (&'t str, &'t str) {
    let start = [". ", "! ", "? ", "; ", "("]
        .iter()
        .filter_map(|sign| left.rfind(sign).map(|at| at + sign.len()))
        .max();
    let rest = right.trim_start();
    let ends = rest.starts_with(['.', '!', ')', ';']) || (rest.is_empty() && sides.is_end);
    match start {
        Some(start) if ends && is_lead_in(&left[start..]) => {
            let is_bracket = left[..start].ends_with('(');
            let kept = if is_bracket {
                left[..start].trim_end_matches('(').trim_end()
            } else {
                left[..start].trim_end()
            };
            let signs: &[char] = if is_bracket { &[')'] } else { &['.', '!', ';'] };
            (kept, rest.strip_prefix(signs).unwrap_or(rest))
        }
        _ => (left, right),
    }
}

fn is_lead_in(text: &str) -> bool {
    let words: String = text
        .chars()
        .filter(|&sign| sign.is_alphanumeric() || sign == '-' || sign.is_whitespace())
        .collect();
    let words = words
        .split_whitespace()
        .filter(|word| word.chars().any(char::is_alphanumeric))
        .collect::<Vec<_>>()
        .join(" ");
    LEAD_INS.contains(&words.to_lowercase().as_str())
}

/// Words and signs that join the words on both sides of them.
const JOINERS: &[&str] = &[",", "/", "&", "|", "·", "•", "and", "or"];

/// Where the joiner at the end of a text begins, with the space before it.
fn joiner_at_end(text: &str) -> Option<usize> {
    let trimmed = text.trim_end();
    let start = JOINERS.iter().find_map(|joiner| {
        let start = trimmed.len() - trimmed.strip_suffix(joiner).map(|_| joiner.len())?;
        let is_whole = !joiner.starts_with(char::is_alphabetic)
            || trimmed[..start]
                .chars()
                .next_back()
                .is_none_or(char::is_whitespace);
        is_whole.then_some(start)
    })?;
    Some(text[..start].trim_end().len())
}

/// Where the joiner at the start of a text ends.
fn joiner_at_start(text: &str) -> Option<usize> {
    let trimmed = text.trim_start();
    JOINERS.iter().find_map(|joiner| {
        let rest = trimmed.strip_prefix(joiner)?;
        let is_whole = !joiner.starts_with(char::is_alphabetic)
            || rest.chars().next().is_none_or(char::is_whitespace);
        is_whole.then(|| text.len() - rest.len())
    })
}

/// Whether a block holds only words that lead to a link. A heading must be blank.
fn says_nothing(body: &Body, block: &[Node]) -> bool {
    let [start, inner @ .., _] = block else {
        return false;
    };
    let Some(words) = words_alone(body, inner) else {
        return false;
    };
    match start.event {
        Event::Start(Tag::Paragraph | Tag::Item | Tag::TableCell | Tag::CalloutTitle) => {
            is_lead_in(&words)
        }
        Event::Start(Tag::Heading(_)) => words.trim().is_empty(),
        _ => false,
    }
}

/// The words of nodes; `None` if they also hold code, a picture, a link or another block.
fn words_alone(body: &Body, nodes: &[Node]) -> Option<String> {
    let mut words = String::new();
    for node in nodes {
        match node.event {
            Event::Text(piece) => words.push_str(body.str(piece)),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            Event::Start(tag) | Event::End(tag)
                if is_inline(tag) && !matches!(tag, Tag::Link(_) | Tag::Image(_)) => {}
            Event::TaskMarker(_) => {}
            _ => return None,
        }
    }
    Some(words)
}

/// Takes out the blocks that have become empty, too: the item of a paragraph, the list of an item.
fn empty_out(nodes: &[Node], is_gone: &mut [bool]) {
    let mut open: Vec<(usize, usize)> = Vec::new();
    let mut left = 0;
    for (index, node) in nodes.iter().enumerate() {
        match node.event {
            Event::Start(_) => {
                open.push((index, left));
                left += usize::from(!is_gone[index]);
            }
            Event::End(tag) => {
                let Some((start, before)) = open.pop() else {
                    continue;
                };
                let has_only_itself = left == before + 1 && is_gone[start..index].contains(&true);
                if has_only_itself && needs_content(tag) {
                    is_gone[start..=index].fill(true);
                    left = before;
                }
            }
            Event::TaskMarker(_) => {}
            _ => left += usize::from(!is_gone[index]),
        }
    }
}

/// Whether a block makes no sense without content.
fn needs_content(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Item
            | Tag::BulletList
            | Tag::NumberedList(_)
            | Tag::Quote
            | Tag::Callout(_)
            | Tag::Footnote(_)
    )
}

/// Takes out the references to footnotes that are gone.
fn forget_footnotes(body: &Body, nodes: &[Node], is_gone: &mut [bool]) {
    let gone = nodes.iter().zip(&*is_gone).filter(|&(_, &is_gone)| is_gone);
    let labels: BTreeSet<String> = gone
        .filter_map(|(node, _)| match node.event {
            Event::Start(Tag::Footnote(label)) => Some(body.name(label).to_owned()),
            _ => None,
        })
        .collect();
    for (node, is_gone) in nodes.iter().zip(is_gone) {
        if let Event::FootnoteReference(label) = node.event {
            *is_gone |= labels.contains(body.str(label));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A line after its link `@` is left out.
    fn closed(line: &str) -> String {
        let (left, right) = line.split_once('@').unwrap_or((line, ""));
        let (left, right) = joined(
            left,
            right,
            Sides {
                is_start: left.is_empty(),
                is_end: right.is_empty(),
            },
        );
        left + &right
    }

    #[test]
    fn words_around_a_gap_read_on() {
        for (line, wanted) in [
            ("See also @.", "See also."),
            ("It held. See also @.", "It held."),
            ("It held (see @).", "It held."),
            ("It held (@).", "It held."),
            ("It held, as @ says.", "It held, as says."),
            ("Related: A, @, C", "Related: A, C"),
            ("Related: A, @", "Related: A"),
            ("Related: @, C", "Related: C"),
            ("A and @.", "A."),
            ("@ and C.", "C."),
            ("A, @ and C.", "A and C."),
            ("We read @ twice.", "We read twice."),
            ("@", ""),
            ("Island @.", "Island."),
            ("@ order.", "order."),
        ] {
            assert_eq!(closed(line), wanted, "{line}");
        }
    }
}
