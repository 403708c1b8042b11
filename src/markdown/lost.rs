//! Words that Markdown itself drops without a warning: cells beyond the columns of their table, words in braces after a heading,
//! addresses that nothing refers to.

use std::collections::BTreeSet;

use super::{Body, Event, Tag};
use crate::diagnostic::{Diagnostic, rules};
use crate::source::{SitePath, Span};

/// Reports the cells of a table that are beyond the columns of its head.
pub(super) fn check_cells(body: &Body, file: &SitePath, found: &mut Vec<Diagnostic>) {
    let mut columns = 0;
    for node in body.nodes.iter() {
        match node.event {
            Event::Start(Tag::Table(table)) => columns = body.tables[table].len(),
            Event::Start(Tag::TableRow) => {
                let Some(cells) = beyond(&body.file_text()[node.span.range()], columns) else {
                    continue;
                };
                let span = Span::new(cells.start, cells.end).shifted(node.span.start as usize);
                found.push(
                    not_shown(file, span, "this cell is beyond the columns of its table, so no page shows it")
                        .help("write `\\|` where the sign is meant, also in code, or give the table one more column"),
                );
            }
            _ => {}
        }
    }
}

/// The cells of a row after its last column, if they hold anything.
fn beyond(row: &str, columns: usize) -> Option<std::ops::Range<usize>> {
    let line = row.lines().next().unwrap_or_default();
    let start = line.len() - line.trim_start().len();
    let inner = start + usize::from(line[start..].starts_with('|'));
    let is_escaped = |at: usize| {
        line[..at]
            .bytes()
            .rev()
            .take_while(|&byte| byte == b'\\')
            .count()
            % 2
            == 1
    };
    let last = line[inner..]
        .match_indices('|')
        .map(|(at, _)| inner + at)
        .filter(|&at| !is_escaped(at))
        .nth(columns.checked_sub(1)?)?;
    let cells = line[last + 1..].trim_end_matches(['|', ' ', '\t', super::comments::BLANK]);
    let words = cells.trim_start();
    let end = last + 1 + cells.len();
    (!words
        .trim_matches(['|', ' ', '\t', super::comments::BLANK])
        .is_empty())
    .then(|| end - words.len()..end)
}

/// The warning of words in braces that Markdown takes for the attributes of a heading.
pub(super) fn attributes(file: &SitePath, heading: Span) -> Diagnostic {
    not_shown(
        file,
        heading,
        "the words in braces behind this heading are taken for attributes, so no page shows them",
    )
    .help("write `\\{` where the sign is meant")
}

/// Reports definitions of links that no link uses. An empty address, or one of a single `#`, is a way to write a comment.
pub(super) fn check_definitions<'a>(
    definitions: impl Iterator<Item = (&'a str, &'a str, Span)>,
    used: &BTreeSet<String>,
    file: &SitePath,
    found: &mut Vec<Diagnostic>,
) {
    let is_unused =
        |label: &str, address: &str| !matches!(address, "" | "#") && !used.contains(&normal(label));
    let mut unused: Vec<Span> = definitions
        .filter(|(label, address, _)| is_unused(label, address))
        .map(|(.., span)| span)
        .collect();
    unused.sort();
    found.extend(unused.into_iter().map(|span| {
        not_shown(file, span, "this is the address of a link that is nowhere, so no page shows it")
            .help("write the name in brackets where the link belongs, or `\\[` where the line is meant as words")
    }));
}

/// A label as Markdown compares it.
pub(super) fn normal(label: &str) -> String {
    label
        .split_whitespace()
        .map(str::to_lowercase)
        .collect::<Vec<_>>()
        .join(" ")
}

fn not_shown(file: &SitePath, span: Span, message: &str) -> Diagnostic {
    Diagnostic::new(&rules::NOT_SHOWN, file, span, message)
}
