//! Unresolved merge conflicts: the marks that git leaves around two versions of a text.

use crate::diagnostic::{Diagnostic, rules};
use crate::source::{SitePath, Span};

/// The minimum length of a mark. Nested conflicts have longer marks.
const LENGTH: usize = 7;

/// One diagnostic for each unresolved conflict.
///
/// Marks are at the start of a line, also in front matter and code. `=======` alone underlines a heading, and `>>>>>>>` alone
/// opens quotes. Both together are a conflict whose start was deleted.
pub fn conflicts(file: &SitePath, text: &str) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut open: Option<Span> = None;
    let mut middle: Option<Span> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(at, at + line.trim_end().len());
        at += line.len();
        let Some(mark) = mark_of(line.trim_end()) else {
            continue;
        };
        match mark {
            '<' => {
                found.extend(open.replace(span).map(|first| conflict(file, first, None)));
                middle = None;
            }
            '=' => middle = middle.or(Some(span)),
            _ if open.is_some() || middle.is_some() => {
                let first = open.take().or(middle.take()).unwrap_or(span);
                found.push(conflict(file, first, Some(span)));
                middle = None;
            }
            _ => {}
        }
    }
    found.extend(open.map(|first| conflict(file, first, None)));
    found
}

/// The character of a mark: `<<<<<<< name`, `=======`, `>>>>>>> name`.
fn mark_of(line: &str) -> Option<char> {
    let sign = line
        .chars()
        .next()
        .filter(|sign| matches!(sign, '<' | '=' | '>'))?;
    let label = line.trim_start_matches(sign);
    let is_long_enough = line.len() - label.len() >= LENGTH;
    let is_mark = if sign == '=' {
        label.is_empty()
    } else {
        label.is_empty() || label.starts_with(' ')
    };
    (is_long_enough && is_mark).then_some(sign)
}

fn conflict(file: &SitePath, first: Span, last: Option<Span>) -> Diagnostic {
    let found = Diagnostic::new(&rules::CONFLICT, file, first, "git has left two versions of a text here")
        .help("keep the words that are meant and delete the marks, or put a space before them where they are meant");
    match last {
        Some(last) => found.note(file, last, "the versions end here"),
        None => found,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(text: &str) -> Vec<u32> {
        conflicts(&SitePath::new("a.md"), text)
            .into_iter()
            .map(|found| found.span.start)
            .collect()
    }

    #[test]
    fn each_conflict_is_found_once_at_its_start() {
        assert_eq!(
            places("a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> other\n"),
            [2]
        );
        assert_eq!(
            places("<<<<<<< a\r\nb\r\n||||||| base\r\nc\r\n=======\r\nd\r\n>>>>>>> e\r\n"),
            [0]
        );
        assert_eq!(
            places("<<<<<<< a\n=======\n>>>>>>> b\n<<<<<<< a\n=======\n>>>>>>> b"),
            [0, 28]
        );
        assert_eq!(places("<<<<<<< a\nb\n"), [0]);
        assert_eq!(
            places("<<<<<<< a\nb\n<<<<<<< c\n=======\n>>>>>>> d\n"),
            [0, 12]
        );
        assert_eq!(places("a\n=======\nb\n>>>>>>> c\n"), [2]);
    }

    #[test]
    fn headings_and_quotes_are_no_conflicts() {
        for text in [
            "Title\n=======\n",
            ">>>>>>> deep\n",
            " <<<<<<< a\n",
            "<<<<<<<a\n",
            "a <<<<<<< b\n",
            "<<<<<< a\n",
            "||||||| a\n",
        ] {
            assert_eq!(places(text), [0u32; 0], "{text}");
        }
    }
}
