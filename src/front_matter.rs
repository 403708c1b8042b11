//! Front matter: where it ends, what its YAML says, and where in the file each value stands.
//!
//! `serde_yaml` gives values but stops at the first mistake and does not know where a value stands; the events of
//! `saphyr-parser` know the places. This module is the only one that knows either crate.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use saphyr_parser::{Event, Marker, Parser};
use serde::de::DeserializeOwned;
use serde_path_to_error::{Path, Segment};
use serde_yaml::{Mapping, Value};

use crate::diagnostic::{Diagnostic, did_you_mean, one_of, rules, too_deep};
use crate::source::{SitePath, Span};

/// A file cut into front matter and body; offsets count from the start of the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// The YAML between the fences; empty where there is no front matter.
    pub yaml: Span,
    /// Where the body starts.
    pub body: usize,
    /// Whether the file opens with a fence.
    pub present: bool,
}

/// The line that opens and closes front matter.
const FENCE: &str = "---";

/// Cuts a file into front matter and body, or says where front matter opens that never closes.
///
/// A byte order mark before the first line is accepted. Only the top of the file counts: a `---` further down is a rule.
pub fn split(text: &str) -> Result<Split, Span> {
    let start = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    let mut lines = text[start..].split_inclusive('\n');
    let opening = lines.next().unwrap_or_default();
    if opening.trim_end() != FENCE {
        return Ok(Split { yaml: Span::new(start, start), body: start, present: false });
    }
    let yaml_start = start + opening.len();
    let mut at = yaml_start;
    for line in lines {
        if line.trim_end() == FENCE {
            return Ok(Split { yaml: Span::new(yaml_start, at), body: at + line.len(), present: true });
        }
        at += line.len();
    }
    Err(Span::new(start, start + FENCE.len()))
}

/// How deep lists and mappings can stand inside of one another; nobody writes more than four.
const DEEPEST: usize = 32;

/// What to do about an unknown field, given its name and the fields that are known in its place, where there is more to say than
/// which of these is nearest.
pub type Advice<'a> = &'a dyn Fn(&str, &[&str]) -> Option<String>;

/// Reads the fields of a document from its front matter.
///
/// Every mistake is reported: the element, the entry or the field that holds it is taken out, and the rest is read. The fields
/// come back as far as they are sound; a field that is required is an `Option` in `Fields`, and its absence is for the
/// caller to report.
pub fn read<Fields: DeserializeOwned + Default>(text: &str, yaml: Span, file: &SitePath, advice: Advice<'_>) -> (Fields, Vec<Diagnostic>) {
    let slice = &text[yaml.range()];
    if slice.trim().is_empty() {
        return (Fields::default(), Vec::new());
    }
    let place = flow_too_deep(slice).map(|at| Span::new(at, at + 1).shifted(yaml.start as usize));
    if let Some(place) = place.or_else(|| if may_be_deep(slice) { Outline::of(text, yaml).too_deep } else { None }) {
        return (Fields::default(), vec![too_deep(file, place, "lists and mappings", DEEPEST)]);
    }
    // Where the mistakes are is only asked once it is known that there are some: keeping the path to each value costs.
    match serde_yaml::from_str(slice) {
        Ok(fields) => (fields, Vec::new()),
        Err(_) => read_with_mistakes(text, yaml, file, advice),
    }
}

/// Whether values may stand deeper inside of one another than they can: only then is the outline looked at, which takes longer.
fn may_be_deep(yaml: &str) -> bool {
    let opens_flow = yaml.bytes().filter(|byte| matches!(byte, b'[' | b'{')).count() > DEEPEST;
    let opens_block = |line: &str| line.bytes().take_while(|byte| matches!(byte, b' ' | b'-' | b'?' | b':')).count() > DEEPEST;
    opens_flow || yaml.lines().any(opens_block)
}

/// Where so many brackets are open that they are too deep even if some of them are words. A YAML parser reads all that follows a bracket
/// before it says anything, and compares each with all that are open.
fn flow_too_deep(yaml: &str) -> Option<usize> {
    let mut open = 0usize;
    yaml.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > 2 * DEEPEST
    })
}

/// Reads front matter that is known to hold a mistake.
fn read_with_mistakes<Fields: DeserializeOwned + Default>(
    text: &str,
    yaml: Span,
    file: &SitePath,
    advice: Advice<'_>,
) -> (Fields, Vec<Diagnostic>) {
    let slice = &text[yaml.range()];
    let spaces = odd_spaces(slice, yaml, file);
    if !spaces.is_empty() {
        return (Fields::default(), spaces);
    }
    let outline = Outline::of(text, yaml);
    let mut value = match serde_yaml::from_str::<Value>(slice) {
        Ok(value) => value,
        Err(error) => return (Fields::default(), vec![syntax_mistake(slice, yaml, file, &error, &outline)]),
    };
    if value.is_null() {
        return (Fields::default(), Vec::new());
    }
    write_out_numbers(&mut value, text, outline.root.as_ref());
    let Value::Mapping(fields) = value else {
        let found = Diagnostic::new(&rules::FRONT_MATTER, file, yaml, "front matter is not a list of `key: value` lines")
            .help("write one `key: value` a line, as in `title: The outage`");
        return (Fields::default(), vec![found]);
    };
    let mut sound = Mapping::new();
    let mut mistakes = Vec::new();
    for (name, value) in fields {
        if let Some(value) = sound_part::<Fields>(&name, value, &mut mistakes) {
            sound.insert(name, value);
        }
    }
    let fields = deserialize::<Fields>(sound).unwrap_or_else(|mistake| {
        mistakes.push(mistake);
        Fields::default()
    });
    (fields, mistakes.iter().map(|mistake| mistake.diagnostic(&outline, file, advice)).collect())
}

/// What is sound of a field. Each element of a list and each entry of a mapping is read by itself, so that the time that this
/// takes does not depend on how many are mistaken.
fn sound_part<Fields: DeserializeOwned>(name: &Value, value: Value, mistakes: &mut Vec<Mistake>) -> Option<Value> {
    let alone = |value: Value| deserialize::<Fields>(Mapping::from_iter([(name.clone(), value)]));
    let Err(mistake) = alone(value.clone()) else { return Some(value) };
    let whole = match (value, mistake.path.get(1)) {
        (Value::Sequence(elements), Some(Key::Index(_))) => {
            let elements = elements.into_iter().enumerate().filter_map(|(index, element)| {
                let Err(mistake) = alone(Value::Sequence(vec![element.clone()])) else { return Some(element) };
                mistakes.push(mistake.of_element(index));
                None
            });
            Value::Sequence(elements.collect())
        }
        (Value::Mapping(entries), Some(Key::Name(_))) => {
            let entries = entries.into_iter().filter_map(|(key, entry)| {
                let Err(mistake) = alone(Value::Mapping(Mapping::from_iter([(key.clone(), entry.clone())]))) else {
                    return Some((key, entry));
                };
                mistakes.push(mistake);
                None
            });
            Value::Mapping(entries.collect())
        }
        _ => {
            mistakes.push(mistake);
            return None;
        }
    };
    // What is wrong with the elements together is said where nothing is wrong with any of them.
    alone(whole.clone()).map_err(|mistake| mistakes.push(mistake)).ok().map(|_| whole)
}

fn deserialize<Fields: DeserializeOwned>(fields: Mapping) -> Result<Fields, Mistake> {
    serde_path_to_error::deserialize(Value::Mapping(fields)).map_err(|error| Mistake::of(error.path(), &error.inner().to_string()))
}

/// Makes texts of numbers, as they are when front matter without a mistake is read: `when: 2025` is a text there, and must
/// not become a second mistake here.
fn write_out_numbers(value: &mut Value, text: &str, spot: Option<&Spot>) {
    match value {
        Value::Number(number) => {
            let written = spot.map(|spot| text[spot.place.value.range()].to_owned());
            *value = Value::String(written.unwrap_or_else(|| number.to_string()));
        }
        Value::Sequence(elements) => {
            for (index, element) in elements.iter_mut().enumerate() {
                write_out_numbers(element, text, spot.and_then(|spot| spot.element(index)));
            }
        }
        Value::Mapping(entries) => {
            for (name, entry) in entries.iter_mut() {
                write_out_numbers(entry, text, spot.and_then(|spot| spot.entry(name.as_str().unwrap_or_default())));
            }
        }
        Value::Null | Value::Bool(_) | Value::String(_) | Value::Tagged(_) => {}
    }
}

/// A mistake in a value: where it is and what serde says about it.
struct Mistake {
    path: Vec<Key>,
    unknown: bool,
    message: String,
}

/// A step on the way to a value.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Key {
    Name(String),
    Index(usize),
}

impl Mistake {
    fn of(path: &Path, message: &str) -> Self {
        let mut keys: Vec<Key> = path
            .iter()
            .filter_map(|segment| match segment {
                Segment::Seq { index } => Some(Key::Index(*index)),
                Segment::Map { key } => Some(Key::Name(key.clone())),
                Segment::Enum { variant } => Some(Key::Name(variant.clone())),
                Segment::Unknown => None,
            })
            .collect();
        let unknown = message.starts_with("unknown field `");
        if let (true, Some(name)) = (unknown, backticked(message).next())
            && keys.last() != Some(&Key::Name(name.to_owned()))
        {
            keys.push(Key::Name(name.to_owned()));
        }
        Self { path: keys, unknown, message: message.to_owned() }
    }

    /// The same mistake in the element of a list that was read by itself.
    fn of_element(mut self, index: usize) -> Self {
        if let Some(place @ Key::Index(_)) = self.path.get_mut(1) {
            *place = Key::Index(index);
        }
        self
    }

    fn diagnostic(&self, outline: &Outline, file: &SitePath, advice: Advice<'_>) -> Diagnostic {
        let place = outline.find(&self.path);
        if self.unknown {
            let mut names = backticked(&self.message);
            let name = names.next().unwrap_or_default();
            let known: Vec<&str> = names.collect();
            let span = place.map_or(outline.yaml, |place| place.key);
            return Diagnostic::new(&rules::FIELD_UNKNOWN, file, span, format!("unknown field `{name}`"))
                .help(advice(name, &known).or_else(|| did_you_mean(name, known.iter().copied())).unwrap_or_else(|| one_of(&known)));
        }
        let span = place.map_or(outline.yaml, |place| place.value);
        let name = written(&self.path);
        if let Some((found, help)) = unknown_word(&self.message) {
            return Diagnostic::new(&rules::FIELD_TYPE, file, span, format!("`{name}`: `{found}` is not one of its values")).help(help);
        }
        let message = match self.message.strip_prefix("missing field ") {
            Some(field) => format!("{} is missing", field.split(" at line ").next().unwrap_or(field)),
            None => plain_words(&self.message),
        };
        let at = if name.is_empty() { message } else { format!("`{name}`: {message}") };
        Diagnostic::new(&rules::FIELD_TYPE, file, span, at)
    }
}

/// The words between backticks.
fn backticked(message: &str) -> impl Iterator<Item = &str> {
    message.split('`').skip(1).step_by(2)
}

/// If serde complains of a word that is none of those allowed: the word, and advice.
pub fn unknown_word(message: &str) -> Option<(&str, String)> {
    let mut words = backticked(message.strip_prefix("unknown variant ")?);
    let found = words.next()?;
    let known: Vec<&str> = words.collect();
    Some((found, did_you_mean(found, known.iter().copied()).unwrap_or_else(|| one_of(&known))))
}

/// A path as an author would write it, `answers[1]`.
fn written(path: &[Key]) -> String {
    let mut text = String::new();
    for key in path {
        match key {
            Key::Name(name) if text.is_empty() => text.push_str(name),
            Key::Name(name) => text.push_str(&format!(".{name}")),
            Key::Index(index) => text.push_str(&format!("[{index}]")),
        }
    }
    text
}

/// What serde says, in an author's words and without the place, which is shown anyway.
pub fn plain_words(message: &str) -> String {
    const WORDS: [(&str, &str); 12] = [
        ("found ", ""),
        ("invalid type: ", ""),
        ("invalid value: ", ""),
        ("string \"", "\""),
        ("integer `", "`"),
        ("floating point `", "`"),
        ("boolean `", "`"),
        ("unit value", "nothing"),
        ("a string", "text"),
        ("a sequence", "a list"),
        ("u32", "a whole number"),
        ("a boolean", "`true` or `false`"),
    ];
    let message = message.split(" at line ").next().unwrap_or(message);
    let message = WORDS.iter().fold(message.to_owned(), |message, (theirs, ours)| message.replace(theirs, ours));
    let found = match message.as_str() {
        "sequence" => "a list".to_owned(),
        "map" => "a mapping".to_owned(),
        _ => message.replace("sequence, expected", "a list, expected").replace("map, expected", "a mapping, expected"),
    };
    format!("found {found}")
}

/// The diagnostic for YAML that cannot be read at all.
fn syntax_mistake(slice: &str, yaml: Span, file: &SitePath, error: &serde_yaml::Error, outline: &Outline) -> Diagnostic {
    let message = error.to_string();
    let is_repetition = message.contains("duplicate entry") || message.contains("duplicate field");
    if let Some(Repetition { name, first, second }) = outline.repetition.as_ref().filter(|_| is_repetition) {
        return Diagnostic::new(&rules::FRONT_MATTER, file, *second, format!("`{name}` is given twice"))
            .note(file, *first, "first given here")
            .help("keep one of the two");
    }
    let at = error.location().map_or(0, |location| location.index().min(slice.len()));
    let line_end = slice[floor(slice, at)..].find('\n').map_or(slice.len(), |newline| at + newline);
    let span = Span::new(at, line_end.max(at)).shifted(yaml.start as usize);
    let words = message.split(" at line ").next().unwrap_or(&message);
    if slice[floor(slice, at)..].starts_with('\t') || slice[..floor(slice, at)].ends_with('\t') {
        return Diagnostic::new(&rules::FRONT_MATTER, file, span, "front matter is indented with a tab").help("use spaces, as YAML asks");
    }
    if let Some(cut) = comment_before(slice, floor(slice, at)) {
        let span = cut.shifted(yaml.start as usize);
        return Diagnostic::new(&rules::FRONT_MATTER, file, span, "a comment starts at this ` #` and cuts the value before it")
            .help("put quotes around the value, as in `headline: \"We closed #42\"`");
    }
    let Explained { place, words, help } = explained(slice, floor(slice, at), &message).unwrap_or_else(|| Explained {
        place: None,
        words: words.to_owned(),
        help: "put quotes around a value that holds `: `, ` #`, or starts with a sign like `[`, `*`, `@` or a quote".to_owned(),
    });
    let span = place.map_or(span, |place| place.shifted(yaml.start as usize));
    Diagnostic::new(&rules::FRONT_MATTER, file, span, format!("front matter is not YAML: {words}")).help(help)
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
    let line = slice[start..].split('\n').next().unwrap_or_default().trim_end();
    let is = |theirs: &str| message.starts_with(theirs);
    if is("mapping values are not allowed") {
        let (name, value) = slice[start..at].contains(": ").then(|| line.split_once(": "))??;
        let quoted = match value.trim() {
            value if value.contains(['"', '\\']) => "the whole value".to_owned(),
            value => format!("the value: `{}: \"{value}\"`", name.trim()),
        };
        Some(Explained { place: None, words: "this value holds another `: `".to_owned(), help: format!("put quotes around {quoted}") })
    } else if is("found unexpected end of stream") {
        let open = message.split_once("while scanning a quoted scalar at ").and_then(|(_, place)| place_in(slice, place))?;
        let end = slice[open..].find('\n').map_or(slice.len(), |newline| open + newline);
        let quote = slice[open..].chars().next()?;
        let words = "this quote is never closed".to_owned();
        Some(Explained { place: Some(Span::new(open, end)), words, help: format!("write `{quote}` at the end of the value too") })
    } else if is("found character that cannot start any token") {
        let sign = slice[at..].chars().next()?;
        let help = "put quotes around the value".to_owned();
        Some(Explained { place: None, words: format!("a value without quotes cannot start with `{sign}`"), help })
    } else if is("did not find expected key") || is("did not find expected '-' indicator") {
        let is_first = slice[start..at].trim().is_empty();
        let help = if is_first {
            "begin this line as far to the right as the others that it belongs to"
        } else {
            "put quotes around the whole value"
        };
        Some(Explained { place: None, words: "this does not belong to what is before it".to_owned(), help: help.to_owned() })
    } else {
        None
    }
}

/// The offset of a place as the YAML parser writes it: `line 2 column 8`.
fn place_in(slice: &str, place: &str) -> Option<usize> {
    let mut numbers = place.split(|sign: char| !sign.is_ascii_digit()).filter(|word| !word.is_empty()).map(str::parse::<usize>);
    let (line, column) = (numbers.next()?.ok()?, numbers.next()?.ok()?);
    let start: usize = slice.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum();
    let (before, _) = slice[start..].char_indices().nth(column.checked_sub(1)?)?;
    Some(start + before)
}

/// The sign `#` that opens a comment on the line of a mistake, or on the one before, and touches what follows it.
fn comment_before(slice: &str, at: usize) -> Option<Span> {
    let line = slice[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let before = slice[..line.saturating_sub(1)].rfind('\n').map_or(0, |newline| newline + 1);
    [line, before].into_iter().find_map(|start| {
        let text = slice[start..].split('\n').next().unwrap_or_default();
        let opens =
            |&(at, _): &(usize, &str)| !text[..at].contains(['"', '\'']) && text[at + 2..].starts_with(|next: char| !next.is_whitespace());
        let (found, _) = text.match_indices(" #").find(opens)?;
        Some(Span::new(start + found + 1, start + text.trim_end().len()))
    })
}

/// White space that is none to YAML, behind a colon or before a key; to a reader it looks like any other.
fn odd_spaces(slice: &str, yaml: Span, file: &SitePath) -> Vec<Diagnostic> {
    let is_odd = |sign: char| {
        sign != ' '
            && sign != '\t'
            && sign != '\r'
            && (sign.is_whitespace() || matches!(sign, '\u{feff}' | '\u{200b}'..='\u{200d}' | '\u{2060}'))
    };
    let mut found = Vec::new();
    let mut at = yaml.start as usize;
    for line in slice.split_inclusive('\n') {
        let text = line.trim_end_matches(['\n', '\r']);
        let indent = text.len() - text.trim_start_matches([' ', '-']).len();
        let key = text[indent..].find([':', '：']).map(|colon| indent + colon);
        let in_indent = text[indent..].starts_with(is_odd).then_some(indent);
        let before_colon =
            key.and_then(|colon| text[..colon].chars().next_back().filter(|&last| is_odd(last)).map(|last| colon - last.len_utf8()));
        let after_colon =
            key.filter(|&colon| text[indent..colon].chars().all(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_' | ' ')));
        let wide = after_colon.filter(|&colon| text[colon..].starts_with('：'));
        let after_colon = after_colon.map(|colon| colon + 1).filter(|&next| text.get(next..).is_some_and(|rest| rest.starts_with(is_odd)));
        if let Some(start) = wide {
            found.push(
                Diagnostic::new(
                    &rules::FRONT_MATTER,
                    file,
                    Span::new(at + start, at + start + '：'.len_utf8()),
                    "found a full-width colon `：`, expected `: `",
                )
                .help("write `: `, a colon and a space"),
            );
        } else if let Some(start) = in_indent.or(before_colon).or(after_colon) {
            let sign = text[start..].chars().next().unwrap_or(' ');
            let name = match sign {
                '\u{a0}' | '\u{202f}' | '\u{2007}' => "a no-break space",
                '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{2060}' => "a character that is not seen",
                _ => "a space of another width",
            };
            let place = match key.filter(|_| in_indent.is_none()) {
                Some(colon) if start > colon => format!("after `{}:`", text[indent..colon].trim()),
                Some(colon) => format!("before the colon of `{}`", text[indent..colon].trim()),
                None => "at the start of this line".to_owned(),
            };
            let message = format!("found {name} (U+{:04X}) {place}, expected an ordinary space", u32::from(sign));
            found.push(
                Diagnostic::new(&rules::FRONT_MATTER, file, Span::new(at + start, at + start + sign.len_utf8()), message)
                    .help("delete it and type a space; on some keyboards Option or AltGr with the space bar makes another one"),
            );
        }
        at += line.len();
    }
    found
}

/// Fields whose values are single words, so that what follows ` # ` is a remark about them.
const OF_ONE_WORD: &[&str] = &[
    "audience", "status", "when", "strength", "severity", "started", "detected", "resolved", "due", "on", "inherit", "length", "by",
    "about", "story",
];

/// Warns where a comment cuts a value that stands without quotes: `headline: We closed #42` is `We closed` to YAML.
///
/// A comment that looks like one is none of these: two spaces before the sign and one behind it.
pub fn cut_by_comments(text: &str, yaml: Span, file: &SitePath) -> Vec<Diagnostic> {
    let slice = &text[yaml.range()];
    if !slice.contains(" #") && !slice.contains("\t#") {
        return Vec::new();
    }
    let lines = Lines::of(slice);
    let mut found = Vec::new();
    let mut start = yaml.start as usize;
    for (index, line) in slice.split_inclusive('\n').enumerate() {
        let text = line.trim_end();
        found.extend(lines.end_of_value(index + 1, text).and_then(|end| cut_in(text, end, start, file)));
        start += line.len();
    }
    found
}

/// Where the unquoted values of YAML end, line by line.
#[derive(Default)]
struct Lines {
    /// The column behind the last unquoted value or key of each line: a comment that cuts a value stands right behind it.
    ends: BTreeMap<usize, usize>,
    /// The lines that a text in quotes, or one over several lines, goes on in: a `#` there is a part of it.
    inside: std::collections::BTreeSet<usize>,
}

impl Lines {
    fn of(slice: &str) -> Self {
        let mut lines = Self::default();
        let mut events = Parser::new_from_str(slice);
        while let Some(Ok((event, span))) = events.next_event() {
            match event {
                Event::Scalar(value, saphyr_parser::ScalarStyle::Plain, ..) if !value.is_empty() && value != "~" => {
                    lines.ends.insert(span.end.line(), span.end.col());
                }
                Event::Scalar(_, style, ..) if style != saphyr_parser::ScalarStyle::Plain => {
                    lines.ends.remove(&span.end.line());
                    lines.inside.extend(span.start.line()..span.end.line());
                    if span.end.col() > 0 {
                        lines.inside.insert(span.end.line());
                    }
                }
                _ => {}
            }
        }
        lines
    }

    /// The offset in a line behind its last value, or where there is none behind its key or the sign of its element.
    fn end_of_value(&self, number: usize, line: &str) -> Option<usize> {
        let Some(&column) = self.ends.get(&number) else {
            let element = line.trim_start().strip_prefix('-').filter(|_| !self.inside.contains(&number))?;
            return Some(line.len() - element.len());
        };
        // The end of a value that is cut may count the spaces behind it.
        let end = line.char_indices().nth(column).map_or(line.len(), |(at, _)| at);
        let end = line[..end].trim_end().len();
        let is_key = line[end..].trim_start().starts_with(':');
        Some(if is_key { end + line[end..].find(':').unwrap_or_default() + 1 } else { end })
    }
}

/// The comment in a line that cuts the value which ends at `end`.
fn cut_in(line: &str, end: usize, start: usize, file: &SitePath) -> Option<Diagnostic> {
    let (value, rest) = line.split_at(end);
    let comment = rest.trim_start();
    let blanks = rest.len() - comment.len();
    let behind = comment.strip_prefix('#').filter(|_| blanks > 0)?;
    let is_lost = value.ends_with(':') || value.trim() == "-";
    let key = value.split(':').next().unwrap_or_default().trim_start_matches(['-', ' ', '{']).trim();
    let is_remark = behind.is_empty() || behind.starts_with([' ', '\t', '#']);
    if is_remark && (blanks > 1 || is_lost || OF_ONE_WORD.contains(&key)) {
        return None;
    }
    let span = Span::new(end + blanks, line.len()).shifted(start);
    let message =
        if is_lost { "all of this value is a comment to YAML" } else { "the rest of this value is a comment to YAML, from ` #` on" };
    let help = "put quotes around the value, as in `headline: \"We closed #42\"`, or write a comment with two spaces before its `#` and one behind it";
    Some(Diagnostic::new(&rules::CUT, file, span, message).help(help))
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Where a value stands in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    /// Its key, or for an element of a list the element itself.
    key: Span,
    /// What stands behind the key: a scalar with its quotes, or a whole list or mapping.
    value: Span,
}

/// Where every value of some front matter stands.
#[derive(Debug)]
pub struct Outline {
    yaml: Span,
    root: Option<Spot>,
    /// The first key that stands twice in one mapping.
    repetition: Option<Repetition>,
    /// The first value that stands too deep; the outline ends before it.
    too_deep: Option<Span>,
}

/// A value, and the values in it.
#[derive(Debug)]
struct Spot {
    place: Place,
    entries: BTreeMap<String, Spot>,
    elements: Vec<Spot>,
}

impl Spot {
    fn entry(&self, name: &str) -> Option<&Self> {
        self.entries.get(name)
    }

    fn element(&self, index: usize) -> Option<&Self> {
        self.elements.get(index)
    }
}

/// A key that stands twice in one mapping.
#[derive(Debug, PartialEq, Eq)]
struct Repetition {
    name: String,
    first: Span,
    second: Span,
}

impl Outline {
    /// The outline of the front matter of a file; where it is not YAML, of what comes before the mistake.
    pub fn of(text: &str, yaml: Span) -> Self {
        let mut walk = Walk::new(&text[yaml.range()], yaml.start as usize);
        let root = walk.document();
        Self { yaml, root, repetition: walk.repetition, too_deep: walk.too_deep }
    }

    /// Where the value of `field`, or its element `index`, stands in the file; the whole front matter where it cannot be found.
    pub fn place_of(&self, field: &str, index: Option<usize>) -> Span {
        let field = self.root.as_ref().and_then(|root| root.entry(field));
        let element = index.and_then(|index| field?.element(index));
        element.or(field).map_or(self.yaml, |spot| spot.place.value)
    }

    /// The text of the value under some keys, each in the value of the one before, as its author wrote it.
    pub fn written_value<'a>(&self, text: &'a str, path: &[&str]) -> Option<&'a str> {
        let spot = path.iter().try_fold(self.root.as_ref()?, |spot, name| spot.entry(name))?;
        Some(&text[spot.place.value.range()])
    }

    /// Finds the value that a path leads to.
    fn find(&self, path: &[Key]) -> Option<Place> {
        let spot = path.iter().try_fold(self.root.as_ref()?, |spot, key| match key {
            Key::Name(name) => spot.entry(name),
            Key::Index(index) => spot.element(*index),
        })?;
        Some(spot.place)
    }
}

/// Where the value of `field`, or its element `index`, stands in the file; the whole front matter where it cannot be found.
pub fn place_of(text: &str, yaml: Span, field: &str, index: Option<usize>) -> Span {
    Outline::of(text, yaml).place_of(field, index)
}

/// A walk through the events of a YAML document, which come in the order of the text.
struct Walk<'a> {
    yaml: &'a str,
    /// Where the YAML starts in its file.
    base: usize,
    events: Parser<'a, saphyr_parser::StrInput<'a>>,
    /// Where each line starts.
    lines: Vec<usize>,
    /// The place of the event before: its line, its column, and its offset.
    before: (usize, usize, usize),
    depth: usize,
    repetition: Option<Repetition>,
    too_deep: Option<Span>,
}

impl<'a> Walk<'a> {
    fn new(yaml: &'a str, base: usize) -> Self {
        let lines = std::iter::once(0).chain(yaml.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { yaml, base, events: Parser::new_from_str(yaml), lines, before: (1, 0, 0), depth: 0, repetition: None, too_deep: None }
    }

    fn next(&mut self) -> Option<(Event<'a>, Span)> {
        let (event, span) = self.events.next_event()?.ok()?;
        self.before = self.at(&span.start);
        let (start, end) = (self.before.2, self.at(&span.end).2);
        Some((event, Span::new(start, end).shifted(self.base)))
    }

    /// A place with its offset. Counting goes on from the event before where that is on the same line.
    fn at(&self, marker: &Marker) -> (usize, usize, usize) {
        let (line, column) = (marker.line(), marker.col());
        let known = self.before.0 == line && self.before.1 <= column;
        let (from, start) = if known {
            (self.before.1, self.before.2)
        } else {
            (0, self.lines.get(line.saturating_sub(1)).copied().unwrap_or(self.yaml.len()))
        };
        let rest = &self.yaml[start..];
        let length = rest.char_indices().take_while(|&(_, next)| next != '\n').nth(column - from).map(|(at, _)| at);
        (line, column, start + length.unwrap_or_else(|| rest.find('\n').unwrap_or(rest.len())))
    }

    fn document(&mut self) -> Option<Spot> {
        loop {
            let (event, span) = self.next()?;
            match event {
                Event::StreamStart | Event::DocumentStart(_) | Event::Nothing => {}
                event => return self.value(&event, span, span),
            }
        }
    }

    /// Walks over a value whose first event has been taken; nothing where the text is no YAML any more, or too deep.
    fn value(&mut self, event: &Event<'a>, span: Span, key: Span) -> Option<Spot> {
        let mut spot = Spot { place: Place { key, value: span }, entries: BTreeMap::new(), elements: Vec::new() };
        if !matches!(event, Event::MappingStart(..) | Event::SequenceStart(..)) {
            spot.place.value.end = self.trimmed(span.start, span.end);
            return Some(spot);
        }
        if self.depth == DEEPEST {
            self.too_deep = self.too_deep.or(Some(span));
        }
        if self.too_deep.is_some() {
            return None;
        }
        self.depth += 1;
        let end = if matches!(event, Event::MappingStart(..)) { self.entries(&mut spot) } else { self.elements(&mut spot) };
        self.depth -= 1;
        spot.place.value.end = self.trimmed(span.start, end.unwrap_or(span.end));
        Some(spot)
    }

    /// Walks over the entries of a mapping, and gives its end.
    fn entries(&mut self, mapping: &mut Spot) -> Option<u32> {
        loop {
            let (event, key) = self.next()?;
            let name = match event {
                Event::MappingEnd => return Some(key.end),
                Event::Scalar(name, ..) => name.into_owned(),
                other => {
                    self.value(&other, key, key)?;
                    String::new()
                }
            };
            if let (None, Some(first)) = (&self.repetition, mapping.entry(&name)) {
                self.repetition = Some(Repetition { name: name.clone(), first: first.place.key, second: key });
            }
            let (event, span) = self.next()?;
            let spot = self.value(&event, span, key)?;
            if let Entry::Vacant(vacant) = mapping.entries.entry(name) {
                vacant.insert(spot);
            }
        }
    }

    /// Walks over the elements of a list, and gives its end.
    fn elements(&mut self, list: &mut Spot) -> Option<u32> {
        loop {
            let (event, span) = self.next()?;
            if matches!(event, Event::SequenceEnd) {
                return Some(span.end);
            }
            let spot = self.value(&event, span, span)?;
            list.elements.push(spot);
        }
    }

    /// The end of a stretch without the white space after its last word: a block mapping ends where the next key starts.
    fn trimmed(&self, start: u32, end: u32) -> u32 {
        let from = start as usize - self.base;
        let to = (end.max(start) as usize - self.base).min(self.yaml.len());
        start + crate::source::offset(self.yaml[from..to].trim_end().len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn splits_only_at_the_top() {
        let split_at = |text: &str| split(text).map(|split| (split.yaml.range(), split.body, split.present));
        assert_eq!(split_at("---\na: 1\n---\nbody\n---\n"), Ok((4..9, 13, true)));
        assert_eq!(split_at("\u{feff}---\r\na: 1\r\n---\r\nbody"), Ok((8..14, 19, true)));
        assert_eq!(split_at("body\n---\na: 1\n---\n"), Ok((0..0, 0, false)));
        assert_eq!(split_at("---\na: 1\n"), Err(Span::new(0, 3)));
        assert_eq!(split_at(""), Ok((0..0, 0, false)));
    }

    #[test]
    fn finds_the_place_of_a_value() {
        let yaml = "title: é\nanswers: [a, bc]\nfacts:\n  loss: { value: \"x\", source: y }\n";
        let outline = Outline::of(yaml, Span::new(0, yaml.len()));
        let found = |path: &[&str]| outline.written_value(yaml, path);
        assert_eq!(&yaml[outline.place_of("answers", Some(1)).range()], "bc");
        assert_eq!(found(&["title"]), Some("é"));
        assert_eq!(found(&["facts", "loss", "source"]), Some("y"));
        assert_eq!(found(&["facts"]), Some("loss: { value: \"x\", source: y }"));
        assert_eq!(found(&["nothing"]), None);
    }

    #[test]
    fn finds_the_key_that_stands_twice() {
        let yaml = "a: 1\nb: 2\na: 3\n";
        let repetition = Outline::of(yaml, Span::new(0, yaml.len())).repetition;
        let (first, second) = (Span::new(0, 1), Span::new(10, 11));
        assert_eq!(repetition, Some(Repetition { name: "a".to_owned(), first, second }));
    }

    #[test]
    fn a_value_that_a_comment_cuts_is_found() {
        let cut = |yaml: &str| {
            let found = cut_by_comments(yaml, Span::new(0, yaml.len()), &SitePath::new("x.md"));
            found.into_iter().map(|found| yaml[found.span.range()].to_owned()).collect::<Vec<_>>()
        };
        for (yaml, lost) in [
            ("headline: We closed #42 and #43\n", "#42 and #43"),
            ("title: Why C # is fine\n", "# is fine"),
            ("headline: #1 in the market\n", "#1 in the market"),
            ("aliases:\n  - Ticket #42 again\n", "#42 again"),
            ("aliases:\n  - #42 again\n", "#42 again"),
            ("aliases: [\n  the one, ticket #42 again\n]\n", "#42 again"),
            ("facts:\n  loss: { value: é #7,\n  source: x }\n", "#7,"),
            ("headline: over\n  two lines #3 x\n", "#3 x"),
            ("a: x\t#y\n", "#y"),
            ("when: 2024 #3\n", "#3"),
        ] {
            assert_eq!(cut(yaml), [lost], "{yaml:?}");
        }
        for yaml in [
            "headline: \"We closed #42\"\n",
            "headline: 'We closed #42'\n",
            "headline: |\n  We closed #42\n  - #43\n",
            "headline: >-\n  We closed #42\n",
            "title: Reminders sent twice     # required\n",
            "status: ready # for now\n",
            "headline: # one sentence\n",
            "title: C#\n",
            "# a comment #1\ntitle: x\n",
            "told:\n  # on #1\n  - { on: 2024, to: x }   # a remark\n",
            "title: \"a\" #b\n",
        ] {
            assert_eq!(cut(yaml), Vec::<String>::new(), "{yaml:?}");
        }
    }
}
