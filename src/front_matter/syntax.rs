//! Mistakes of front matter that is not YAML.

use super::Source;
use super::comments::hashtags;
use super::mistake;
use super::tree::Repetition;
use crate::diagnostic::{Diagnostic, rules};
use crate::source::{SitePath, Span};

/// The diagnostic for YAML that cannot be read at all.
pub(super) fn syntax_mistake(
    source: Source<'_>,
    error: &serde_yaml::Error,
    repetition: Option<Repetition>,
) -> Diagnostic {
    let message = error.to_string();
    let is_repetition = message.contains("duplicate entry") || message.contains("duplicate field");
    if let Some(repetition) = repetition.filter(|_| is_repetition) {
        return mistake::cut_at_comma(source.text, source.file, repetition.first)
            .unwrap_or_else(|| given_twice(source.file, repetition));
    }
    let slice = source.yaml();
    let failure = Failure {
        source,
        slice,
        at: error
            .location()
            .map_or(0, |location| floor(slice, location.index())),
        message,
    };
    failure
        .tab()
        .or_else(|| failure.hashtags_in_list())
        .or_else(|| failure.comment())
        .unwrap_or_else(|| failure.diagnostic())
}

fn given_twice(file: &SitePath, repetition: Repetition) -> Diagnostic {
    let Repetition {
        name,
        first,
        second,
    } = repetition;
    let message = format!("`{name}` is given twice");
    Diagnostic::new(&rules::FRONT_MATTER, file, second, message)
        .note(file, first, "first given here")
        .help("keep one of the two")
}

/// A text that the YAML parser cannot read.
struct Failure<'a> {
    source: Source<'a>,
    /// The YAML.
    slice: &'a str,
    /// The offset in `slice` where the parser failed.
    at: usize,
    /// The message of the parser.
    message: String,
}

/// A mistake in the words of an author.
struct Explained {
    /// A better place than the one where the parser failed.
    place: Option<Span>,
    words: String,
    help: String,
}

impl Failure<'_> {
    /// A diagnostic at a place in the YAML.
    fn at(&self, place: Span, message: impl Into<String>) -> Diagnostic {
        let span = place.shifted(self.source.yaml.range().start);
        Diagnostic::new(&rules::FRONT_MATTER, self.source.file, span, message)
    }

    /// The rest of the line at which the parser failed.
    fn place(&self) -> Span {
        Span::new(self.at, line_end(self.slice, self.at))
    }

    /// The line at which the parser failed.
    fn line(&self) -> &str {
        self.slice[self.line_start()..line_end(self.slice, self.at)].trim_end()
    }

    fn line_start(&self) -> usize {
        line_start(self.slice, self.at)
    }

    fn tab(&self) -> Option<Diagnostic> {
        let (before, after) = self.slice.split_at(self.at);
        let is_at_tab = after.starts_with('\t') || before.ends_with('\t');
        is_at_tab.then(|| {
            self.at(self.place(), "front matter is indented with a tab")
                .help("use spaces, as YAML asks")
        })
    }

    /// Names in brackets that are written as hashtags, on the line of the mistake or on the line before.
    fn hashtags_in_list(&self) -> Option<Diagnostic> {
        let line = self.line_start();
        let previous = line_start(self.slice, line.saturating_sub(1));
        [line, previous].into_iter().find_map(|start| {
            let text = &self.slice[start..line_end(self.slice, start)];
            let (key, list) = text.split_once('[')?;
            let sign = list.find('#').filter(|_| key.trim_end().ends_with(':'))?;
            let names = hashtags(list.split(']').next()?)?;
            let at = start + key.len() + 1 + sign;
            let place = Span::new(at, start + text.trim_end().len());
            let found = self.at(
                place,
                "a comment starts at this `#` and cuts the list before it",
            );
            let names = names.trim_matches(['[', ']']);
            Some(found.help(format!("write names without `#`: `{key}[{names}]`")))
        })
    }

    fn comment(&self) -> Option<Diagnostic> {
        let comment = comment_before(self.slice, self.at)?;
        let found = self.at(
            comment,
            "a comment starts at this ` #` and cuts the value before it",
        );
        Some(found.help("put quotes around the value, as in `headline: \"We closed #42\"`"))
    }

    /// The message of the parser, explained if it is one of the most common.
    fn diagnostic(&self) -> Diagnostic {
        let Explained { place, words, help } = self.explained().unwrap_or_else(|| Explained {
            place: None,
            words: self.message.split(" at line ").next().unwrap_or(&self.message).to_owned(),
            help: "put quotes around a value that holds `: `, ` #`, or starts with a sign like `[`, `*`, `@` or a quote".to_owned(),
        });
        let message = format!("front matter is not YAML: {words}");
        self.at(place.unwrap_or_else(|| self.place()), message)
            .help(help)
    }

    fn explained(&self) -> Option<Explained> {
        let is = |theirs: &str| self.message.starts_with(theirs);
        if is("mapping values are not allowed") {
            self.second_colon()
        } else if is("found unexpected end of stream") {
            self.open_quote()
        } else if is("found character that cannot start any token") {
            self.first_sign()
        } else if is("did not find expected key") || is("did not find expected '-' indicator") {
            Some(self.misplaced())
        } else if is("did not find expected node content") {
            self.hyphen_in_brackets()
        } else {
            None
        }
    }

    fn second_colon(&self) -> Option<Explained> {
        let (name, value) = self.slice[self.line_start()..self.at]
            .contains(": ")
            .then(|| self.line().split_once(": "))??;
        let quoted = match value.trim() {
            value if value.contains(['"', '\\']) => "the whole value".to_owned(),
            value => format!("the value: `{}: \"{value}\"`", name.trim()),
        };
        Some(Explained {
            place: None,
            words: "this value holds another `: `".to_owned(),
            help: format!("put quotes around {quoted}"),
        })
    }

    fn open_quote(&self) -> Option<Explained> {
        let (_, place) = self
            .message
            .split_once("while scanning a quoted scalar at ")?;
        let open = place_in(self.slice, place)?;
        let quote = self.slice[open..].chars().next()?;
        Some(Explained {
            place: Some(Span::new(open, line_end(self.slice, open))),
            words: "this quote is never closed".to_owned(),
            help: format!("write `{quote}` at the end of the value too"),
        })
    }

    fn first_sign(&self) -> Option<Explained> {
        let sign = self.slice[self.at..].chars().next()?;
        Some(Explained {
            place: None,
            words: format!("a value without quotes cannot start with `{sign}`"),
            help: "put quotes around the value".to_owned(),
        })
    }

    fn misplaced(&self) -> Explained {
        let is_first = self.slice[self.line_start()..self.at].trim().is_empty();
        let help = if is_first {
            self.below_empty_list().unwrap_or_else(|| {
                "begin this line as far to the right as the others that it belongs to".to_owned()
            })
        } else {
            self.quote_in_quotes()
                .unwrap_or_else(|| "put quotes around the whole value".to_owned())
        };
        Explained {
            place: None,
            words: "this does not belong to what is before it".to_owned(),
            help,
        }
    }

    /// The help for an item below `answers: []`, which is a whole list already.
    fn below_empty_list(&self) -> Option<String> {
        self.line().trim_start().strip_prefix("- ")?;
        let mut before = self.slice[..self.line_start()].lines().rev();
        let is_blank = |line: &&str| line.trim().is_empty() || line.trim().starts_with('#');
        let above = before.find(|line| !is_blank(line))?;
        let (name, value) = above.split_once(':')?;
        let value = value.split(" #").next().unwrap_or_default();
        let is_empty = value.trim().starts_with('[') && value.trim()[1..].trim() == "]";
        let name = name.trim();
        is_empty.then(|| format!("take `[]` out of the line above: `{name}:`"))
    }

    /// The help for a value in quotes with the same quotes inside: the first of them ends the value.
    fn quote_in_quotes(&self) -> Option<String> {
        let (name, value) = self.line().split_once(": ")?;
        let (name, value) = (name.trim().trim_start_matches("- "), value.trim());
        let quote = value
            .chars()
            .next()
            .filter(|sign| ['"', '\''].contains(sign))?;
        let inner = value.strip_prefix(quote)?.strip_suffix(quote)?;
        let (other, escaped) = match quote {
            '"' => ('\'', "\\\""),
            _ => ('"', "''"),
        };
        Some(if inner.contains([other, '\\']) {
            format!("write `{escaped}` for each `{quote}` inside of the quotes")
        } else {
            format!(
                "put other quotes around the value: `{name}: {other}{inner}{other}`, or write `{escaped}` for each `{quote}` inside"
            )
        })
    }

    /// An item with a hyphen between brackets: `[ - mistake ]`.
    fn hyphen_in_brackets(&self) -> Option<Explained> {
        let is_item = self.slice[self.at..].starts_with("- ");
        is_item.then(|| Explained {
            place: None,
            words: "an item between brackets has no `-`".to_owned(),
            help: "take the `- ` out, as in `[one, two]`, or write each item in a line of its own without brackets".to_owned(),
        })
    }
}

/// The offset at which the line of another offset starts.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |newline| newline + 1)
}

/// The offset at which the line of another offset ends.
fn line_end(text: &str, at: usize) -> usize {
    text[at..]
        .find('\n')
        .map_or(text.len(), |newline| at + newline)
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

/// The `#` that opens a comment on the line of a mistake or on the line before, without a space after it.
fn comment_before(slice: &str, at: usize) -> Option<Span> {
    let line = line_start(slice, at);
    let previous = line_start(slice, line.saturating_sub(1));
    [line, previous].into_iter().find_map(|start| {
        let text = &slice[start..line_end(slice, start)];
        let opens = |&(at, _): &(usize, &str)| {
            !text[..at].contains(['"', '\''])
                && text[at + 2..].starts_with(|next: char| !next.is_whitespace())
        };
        let (found, _) = text.match_indices(" #").find(opens)?;
        Some(Span::new(start + found + 1, start + text.trim_end().len()))
    })
}

/// Characters around keys that look like spaces or colons, and are not spaces or colons in YAML; `None` if there are none.
pub(super) fn odd_spaces(source: Source<'_>) -> Option<Vec<Diagnostic>> {
    let mut found = Vec::new();
    let mut start = source.yaml.range().start;
    for line in source.yaml().split_inclusive('\n') {
        let odd = OddSign::in_line(line.trim_end_matches(['\n', '\r']));
        found.extend(odd.map(|odd| odd.diagnostic(start, source.file)));
        start += line.len();
    }
    (!found.is_empty()).then_some(found)
}

/// A character in a line that looks like a space or a colon.
struct OddSign {
    /// Its offset in the line.
    at: usize,
    sign: char,
    /// Its position in words, for the message.
    place: String,
}

impl OddSign {
    /// The full-width colon, or the first odd space around the key of a line.
    fn in_line(text: &str) -> Option<Self> {
        let line = KeyLine::of(text);
        line.wide_colon()
            .or_else(|| line.odd_indent())
            .or_else(|| line.odd_before_colon())
            .or_else(|| line.odd_after_colon())
    }

    fn diagnostic(&self, line: usize, file: &SitePath) -> Diagnostic {
        let Self { at, sign, place } = self;
        let span = Span::new(line + at, line + at + sign.len_utf8());
        let name = match sign {
            '：' => {
                let message = "found a full-width colon `：`, expected `: `";
                return Diagnostic::new(&rules::FRONT_MATTER, file, span, message)
                    .help("write `: `, a colon and a space");
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

/// A line that can start with a key.
#[derive(Clone, Copy)]
struct KeyLine<'a> {
    text: &'a str,
    /// The offset after the indent.
    start: usize,
    /// The offset of the first colon, of any width.
    colon: Option<usize>,
}

impl<'a> KeyLine<'a> {
    fn of(text: &'a str) -> Self {
        let start = text.len() - text.trim_start_matches([' ', '-']).len();
        let colon = text[start..].find([':', '：']).map(|colon| start + colon);
        Self { text, start, colon }
    }

    fn key(self, colon: usize) -> &'a str {
        &self.text[self.start..colon]
    }

    /// The colon after a key of letters and digits.
    fn colon_after_word(self) -> Option<usize> {
        let is_word = |sign: char| sign.is_alphanumeric() || matches!(sign, '-' | '_' | ' ');
        self.colon
            .filter(|&colon| self.key(colon).chars().all(is_word))
    }

    fn wide_colon(self) -> Option<OddSign> {
        let at = self.colon_after_word()?;
        self.text[at..].starts_with('：').then(|| OddSign {
            at,
            sign: '：',
            place: String::new(),
        })
    }

    fn odd_indent(self) -> Option<OddSign> {
        let sign = self.text[self.start..]
            .chars()
            .next()
            .filter(|&sign| is_odd(sign))?;
        Some(OddSign {
            at: self.start,
            sign,
            place: "at the start of this line".to_owned(),
        })
    }

    fn odd_before_colon(self) -> Option<OddSign> {
        let colon = self.colon?;
        let sign = self.text[..colon]
            .chars()
            .next_back()
            .filter(|&sign| is_odd(sign))?;
        Some(OddSign {
            at: colon - sign.len_utf8(),
            sign,
            place: format!("before the colon of `{}`", self.key(colon).trim()),
        })
    }

    fn odd_after_colon(self) -> Option<OddSign> {
        let colon = self.colon_after_word()?;
        let sign = self.text[colon + 1..]
            .chars()
            .next()
            .filter(|&sign| is_odd(sign))?;
        Some(OddSign {
            at: colon + 1,
            sign,
            place: format!("after `{}:`", self.key(colon).trim()),
        })
    }
}

/// Whether a character looks like a space, and is not a space in YAML.
fn is_odd(sign: char) -> bool {
    let is_unseen = matches!(sign, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}');
    !matches!(sign, ' ' | '\t' | '\r') && (sign.is_whitespace() || is_unseen)
}

/// The last character boundary in a text at or before an offset.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len()))
        .rev()
        .find(|&at| text.is_char_boundary(at))
        .unwrap_or_default()
}
