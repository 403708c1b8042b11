//! What is wrong with front matter that is not YAML.

use super::tree::Repetition;
use crate::diagnostic::{Diagnostic, rules};
use crate::source::{SitePath, Span};

/// The diagnostic for YAML that cannot be read at all.
pub(super) fn syntax_mistake(
    slice: &str,
    yaml: Span,
    file: &SitePath,
    error: &serde_yaml::Error,
    repetition: Option<Repetition>,
) -> Diagnostic {
    let message = error.to_string();
    let is_repetition = message.contains("duplicate entry") || message.contains("duplicate field");
    if let Some(Repetition {
        name,
        first,
        second,
    }) = repetition.filter(|_| is_repetition)
    {
        return Diagnostic::new(
            &rules::FRONT_MATTER,
            file,
            second,
            format!("`{name}` is given twice"),
        )
        .note(file, first, "first given here")
        .help("keep one of the two");
    }
    let at = error
        .location()
        .map_or(0, |location| location.index().min(slice.len()));
    let line_end = slice[floor(slice, at)..]
        .find('\n')
        .map_or(slice.len(), |newline| at + newline);
    let span = Span::new(at, line_end.max(at)).shifted(yaml.start as usize);
    let words = message.split(" at line ").next().unwrap_or(&message);
    if slice[floor(slice, at)..].starts_with('\t') || slice[..floor(slice, at)].ends_with('\t') {
        return Diagnostic::new(
            &rules::FRONT_MATTER,
            file,
            span,
            "front matter is indented with a tab",
        )
        .help("use spaces, as YAML asks");
    }
    if let Some(cut) = comment_before(slice, floor(slice, at)) {
        let span = cut.shifted(yaml.start as usize);
        return Diagnostic::new(
            &rules::FRONT_MATTER,
            file,
            span,
            "a comment starts at this ` #` and cuts the value before it",
        )
        .help("put quotes around the value, as in `headline: \"We closed #42\"`");
    }
    let Explained { place, words, help } = explained(slice, floor(slice, at), &message).unwrap_or_else(|| Explained {
        place: None,
        words: words.to_owned(),
        help: "put quotes around a value that holds `: `, ` #`, or starts with a sign like `[`, `*`, `@` or a quote".to_owned(),
    });
    let span = place.map_or(span, |place| place.shifted(yaml.start as usize));
    Diagnostic::new(
        &rules::FRONT_MATTER,
        file,
        span,
        format!("front matter is not YAML: {words}"),
    )
    .help(help)
}

/// A mistake in the words of an author.
struct Explained {
    /// Where it is better shown than where the parser gave up.
    place: Option<Span>,
    words: String,
    help: String,
}

/// What the most common messages of the YAML parser mean; `at` is where it gave up.
fn explained(slice: &str, at: usize, message: &str) -> Option<Explained> {
    let start = slice[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let line = slice[start..]
        .split('\n')
        .next()
        .unwrap_or_default()
        .trim_end();
    let is = |theirs: &str| message.starts_with(theirs);
    if is("mapping values are not allowed") {
        let (name, value) = slice[start..at]
            .contains(": ")
            .then(|| line.split_once(": "))??;
        let quoted = match value.trim() {
            value if value.contains(['"', '\\']) => "the whole value".to_owned(),
            value => format!("the value: `{}: \"{value}\"`", name.trim()),
        };
        Some(Explained {
            place: None,
            words: "this value holds another `: `".to_owned(),
            help: format!("put quotes around {quoted}"),
        })
    } else if is("found unexpected end of stream") {
        let open = message
            .split_once("while scanning a quoted scalar at ")
            .and_then(|(_, place)| place_in(slice, place))?;
        let end = slice[open..]
            .find('\n')
            .map_or(slice.len(), |newline| open + newline);
        let quote = slice[open..].chars().next()?;
        let words = "this quote is never closed".to_owned();
        Some(Explained {
            place: Some(Span::new(open, end)),
            words,
            help: format!("write `{quote}` at the end of the value too"),
        })
    } else if is("found character that cannot start any token") {
        let sign = slice[at..].chars().next()?;
        let help = "put quotes around the value".to_owned();
        Some(Explained {
            place: None,
            words: format!("a value without quotes cannot start with `{sign}`"),
            help,
        })
    } else if is("did not find expected key") || is("did not find expected '-' indicator") {
        let is_first = slice[start..at].trim().is_empty();
        let help = if is_first {
            "begin this line as far to the right as the others that it belongs to"
        } else {
            "put quotes around the whole value"
        };
        Some(Explained {
            place: None,
            words: "this does not belong to what is before it".to_owned(),
            help: help.to_owned(),
        })
    } else {
        None
    }
}

/// The offset of a place as the YAML parser writes it: `line 2 column 8`.
fn place_in(slice: &str, place: &str) -> Option<usize> {
    let mut numbers = place
        .split(|sign: char| !sign.is_ascii_digit())
        .filter(|word| !word.is_empty())
        .map(str::parse::<usize>);
    let (line, column) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let start: usize = slice
        .split_inclusive('\n')
        .take(line.checked_sub(1)?)
        .map(str::len)
        .sum();
    let (before, _) = slice[start..].char_indices().nth(column.checked_sub(1)?)?;
    Some(start + before)
}

/// The sign `#` that opens a comment on the line of a mistake, or on the one before, and touches what follows it.
fn comment_before(slice: &str, at: usize) -> Option<Span> {
    let line = slice[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = slice[..line.saturating_sub(1)]
        .rfind('\n')
        .map_or(0, |newline| newline + 1);
    [line, before].into_iter().find_map(|start| {
        let text = slice[start..].split('\n').next().unwrap_or_default();
        let opens = |&(at, _): &(usize, &str)| {
            !text[..at].contains(['"', '\''])
                && text[at + 2..].starts_with(|next: char| !next.is_whitespace())
        };
        let (found, _) = text.match_indices(" #").find(opens)?;
        Some(Span::new(start + found + 1, start + text.trim_end().len()))
    })
}

/// White space after a colon or before a key that YAML does not take for white space. To a reader it looks like any other.
pub(super) fn odd_spaces(slice: &str, yaml: Span, file: &SitePath) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    let mut start = yaml.range().start;
    for line in slice.split_inclusive('\n') {
        found.extend(
            OddSign::in_line(line.trim_end_matches(['\n', '\r']))
                .map(|odd| odd.diagnostic(start, file)),
        );
        start += line.len();
    }
    found
}

/// A sign in a line that YAML does not take for white space, or for a colon.
struct OddSign {
    /// Its offset in the line.
    at: usize,
    sign: char,
    /// Where it is, in words.
    place: String,
}

impl OddSign {
    /// The colon of another width, or the first odd space around the key of a line.
    fn in_line(text: &str) -> Option<Self> {
        let indent = text.len() - text.trim_start_matches([' ', '-']).len();
        let key = text[indent..].find([':', '：']).map(|colon| indent + colon);
        let name = |colon: usize| text[indent..colon].trim();
        let sign = |at: usize| text[at..].chars().next().unwrap_or(' ');
        let is_word = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_' | ' ');
        let after_word = key.filter(|&colon| text[indent..colon].chars().all(is_word));
        if let Some(at) = after_word.filter(|&colon| sign(colon) == '：') {
            return Some(Self {
                at,
                sign: '：',
                place: String::new(),
            });
        }
        if text[indent..].starts_with(is_odd) {
            return Some(Self {
                at: indent,
                sign: sign(indent),
                place: "at the start of this line".to_owned(),
            });
        }
        let last = |colon: usize| {
            text[..colon]
                .chars()
                .next_back()
                .filter(|&last| is_odd(last))
        };
        if let Some((colon, odd)) = key.and_then(|colon| Some((colon, last(colon)?))) {
            let place = format!("before the colon of `{}`", name(colon));
            return Some(Self {
                at: colon - odd.len_utf8(),
                sign: odd,
                place,
            });
        }
        let colon = after_word.filter(|&colon| text[colon + 1..].starts_with(is_odd))?;
        Some(Self {
            at: colon + 1,
            sign: sign(colon + 1),
            place: format!("after `{}:`", name(colon)),
        })
    }

    fn diagnostic(&self, line: usize, file: &SitePath) -> Diagnostic {
        let Self { at, sign, place } = self;
        let span = Span::new(line + at, line + at + sign.len_utf8());
        let name = match sign {
            '：' => {
                let found = Diagnostic::new(
                    &rules::FRONT_MATTER,
                    file,
                    span,
                    "found a full-width colon `：`, expected `: `",
                );
                return found.help("write `: `, a colon and a space");
            }
            '\u{a0}' | '\u{202f}' | '\u{2007}' => "a no-break space",
            '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}' => "a character that is not seen",
            _ => "a space of another width",
        };
        let message = format!(
            "found {name} (U+{:04X}) {place}, expected an ordinary space",
            u32::from(*sign)
        );
        Diagnostic::new(&rules::FRONT_MATTER, file, span, message)
            .help("delete it and type a space; on some keyboards Option or AltGr with the space bar makes another one")
    }
}

/// Whether a sign looks like a space, and is not one to YAML.
fn is_odd(sign: char) -> bool {
    let is_unseen = matches!(sign, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
    !matches!(sign, ' ' | '\t' | '\r') && (sign.is_whitespace() || is_unseen)
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}
