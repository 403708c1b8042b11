//! Comments that cut a value of front matter.

use std::collections::{BTreeMap, BTreeSet};

use super::tree::Tree;
use crate::diagnostic::{Diagnostic, rules};
use crate::source::{SitePath, Span};

/// Fields whose values are single words. The text after ` # ` is a comment on them.
const SINGLE_WORD_FIELDS: &[&str] = &[
    "audience", "status", "when", "strength", "severity", "started", "detected", "resolved", "due",
    "on", "inherit", "length", "by", "about", "story",
];

/// Warns about comments that cut a value without quotes: `headline: We closed #42` is `We closed` to YAML.
///
/// There is no warning for a typical comment, with two spaces before the `#` and one after it. `tree` has the values that can be
/// read.
pub(super) fn cut_by_comments(
    text: &str,
    yaml: Span,
    tree: &Tree<'_>,
    file: &SitePath,
) -> Vec<Diagnostic> {
    let slice = &text[yaml.range()];
    if !slice.contains(" #") && !slice.contains("\t#") {
        return Vec::new();
    }
    let lines = Lines::of(slice, yaml.start as usize, tree);
    let mut found = Vec::new();
    for (number, line) in slice.split_inclusive('\n').enumerate() {
        let text = line.trim_end();
        found.extend(
            lines
                .end_of_value(number, text)
                .and_then(|end| cut_in(text, end, lines.starts[number], file)),
        );
    }
    found
}

/// The ends of the unquoted values of YAML, by line.
struct Lines {
    /// The offset of each line in the file.
    starts: Vec<usize>,
    /// The offset after the last unquoted value or key of each line. A comment that cuts a value directly follows it.
    ends: BTreeMap<usize, usize>,
    /// The lines with a part of a quoted or multi-line text. A `#` in them is a part of the text.
    inside: BTreeSet<usize>,
}

impl Lines {
    fn of(slice: &str, base: usize, tree: &Tree<'_>) -> Self {
        let starts = std::iter::once(0)
            .chain(slice.match_indices('\n').map(|(at, _)| at + 1))
            .map(|at| base + at)
            .collect();
        let mut lines = Self {
            starts,
            ends: BTreeMap::new(),
            inside: BTreeSet::new(),
        };
        for (span, _, is_plain) in tree
            .scalars()
            .filter(|(_, text, is_plain)| !is_plain || !matches!(*text, "" | "~"))
        {
            let end = span.range().end;
            let last = lines.line_of(end);
            if is_plain {
                lines.ends.insert(last, end);
            } else {
                lines.ends.remove(&last);
                lines
                    .inside
                    .extend(lines.line_of(span.range().start)..=last);
            }
        }
        lines
    }

    fn line_of(&self, at: usize) -> usize {
        self.starts.partition_point(|&start| start <= at) - 1
    }

    /// The offset in a line after its last value. Without a value, it is the offset after the key or after the `-` of an element.
    fn end_of_value(&self, number: usize, line: &str) -> Option<usize> {
        let Some(end) = self.ends.get(&number) else {
            let element = line
                .trim_start()
                .strip_prefix('-')
                .filter(|_| !self.inside.contains(&number))?;
            return Some(line.len() - element.len());
        };
        // A value of white space only is not a part of `line`.
        let length = (end - self.starts[number]).min(line.len());
        let end = line[..length].trim_end().len();
        let is_key = line[end..].trim_start().starts_with(':');
        Some(if is_key {
            end + line[end..].find(':').unwrap_or_default() + 1
        } else {
            end
        })
    }
}

/// The comment in a line that cuts the value which ends at `end`.
fn cut_in(line: &str, end: usize, start: usize, file: &SitePath) -> Option<Diagnostic> {
    let (value, rest) = line.split_at(end);
    let comment = rest.trim_start();
    let blanks = rest.len() - comment.len();
    let remark = comment.strip_prefix('#').filter(|_| blanks > 0)?;
    let is_lost = value.ends_with(':') || value.trim() == "-";
    let key = value.split(':').next().unwrap_or_default();
    let key = key.trim_start_matches(['-', ' ', '{']).trim();
    let is_remark = remark.is_empty() || remark.starts_with([' ', '\t', '#']);
    if is_remark && (blanks > 1 || is_lost || SINGLE_WORD_FIELDS.contains(&key)) {
        return None;
    }
    let span = Span::new(end + blanks, line.len()).shifted(start);
    let message = if is_lost {
        "all of this value is a comment to YAML"
    } else {
        "the rest of this value is a comment to YAML, from ` #` on"
    };
    let help = match hashtags(comment).filter(|_| is_lost) {
        Some(names) => format!("write names without `#`: `{} {names}`", value.trim()),
        None => "put quotes around the value, as in `headline: \"We closed #42\"`, or write a comment with two spaces before its `#` and one behind it".to_owned(),
    };
    Some(Diagnostic::new(&rules::CUT, file, span, message).help(help))
}

/// Names that are written as hashtags, as a value of YAML; `None` if a text has anything else.
pub(super) fn hashtags(text: &str) -> Option<String> {
    let words = text.split([' ', ',', '\t']).filter(|word| !word.is_empty());
    let is_name = |name: &&str| {
        name.starts_with(char::is_alphabetic)
            && name
                .chars()
                .all(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_'))
    };
    let names: Option<Vec<&str>> = words
        .map(|word| Some(word.strip_prefix('#').unwrap_or(word)).filter(is_name))
        .collect();
    match names?.as_slice() {
        [] => None,
        [only] => Some((*only).to_owned()),
        several => Some(format!("[{}]", several.join(", "))),
    }
}
