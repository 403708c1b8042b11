//! Escapes text: Markdown parsers and hosts must not find markup in it.

use crate::wiki::Flavour;

/// Where a text is. Different characters need escapes there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Container {
    /// A paragraph, which can have several lines.
    Paragraph,
    /// A heading, on one line.
    Heading,
    /// A cell of a table, on one line.
    Cell,
}

/// What determines the escapes of a text.
#[derive(Debug, Clone, Copy)]
pub struct EscapeContext {
    /// The host.
    pub flavour: Flavour,
    /// Where the text is.
    pub container: Container,
    /// Whether the block contains two dollar signs, which could enclose a formula.
    pub has_formula: bool,
}

/// Appends escaped text.
pub fn add(text: &str, context: EscapeContext, out: &mut String) {
    let is_first_node = is_line_start(out, context.container);
    let text = if is_first_node {
        text.trim_start_matches([' ', '\t', '\n', '\r'])
    } else {
        text
    };
    let number = if is_first_node {
        leading_number(text)
    } else {
        0
    };
    for (at, next) in text.char_indices() {
        let is_word_start = next.is_ascii_hexdigit()
            && !out.ends_with(|before: char| before.is_alphanumeric() || before == '_');
        let is_commit = is_word_start
            && matches!(context.flavour, Flavour::Gitlab | Flavour::Gitea)
            && is_commit(&text[at..]);
        let rest = &text[at + next.len_utf8()..];
        Sign {
            next,
            rest,
            is_first: at == 0,
            ends_number: number > 0 && at == number,
            context,
        }
        .add(out);
        if is_commit {
            // The element splits the word, so the host does not recognise a commit id.
            out.push_str("<span></span>");
        }
    }
}

/// A character in an element of its own, because hosts search for their additions in text nodes.
fn add_element(sign: char, out: &mut String) {
    match sign {
        '$' => out.push_str("<span>&#36;</span>"),
        '[' => out.push_str("<span>\\[</span>"),
        _ => {
            out.push_str("<span>");
            out.push(sign);
            out.push_str("</span>");
        }
    }
}

/// Whether the next word is the first one on a line.
fn is_line_start(out: &str, container: Container) -> bool {
    out.is_empty() || (container == Container::Paragraph && out.ends_with('\n'))
}

/// The number of leading digits that could start a numbered list.
fn leading_number(text: &str) -> usize {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    if digits <= 9 { digits } else { 0 }
}

/// How a character is escaped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Guard {
    None,
    Backslash,
    Element,
}

/// A character with its neighbours.
struct Sign<'a> {
    next: char,
    rest: &'a str,
    is_first: bool,
    /// Whether it follows a number that could start a list.
    ends_number: bool,
    context: EscapeContext,
}

impl Sign<'_> {
    /// Appends the character, escaped if necessary.
    fn add(&self, out: &mut String) {
        match self.next {
            '\n' | '\r' | '\t' => out.push(' '),
            next if next.is_control() => {}
            next => match self.guard(out) {
                Guard::None => out.push(next),
                Guard::Backslash => out.extend(['\\', next]),
                Guard::Element => add_element(next, out),
            },
        }
    }

    fn guard(&self, out: &str) -> Guard {
        if !self.next.is_ascii_punctuation() {
            return Guard::None;
        }
        if self.is_addition(out) {
            return self.guard_of_host();
        }
        if self.ends_attributes() || (self.next == '[' && self.is_behind_bracket(out)) {
            return Guard::Element;
        }
        if self.is_markup(out) {
            Guard::Backslash
        } else {
            Guard::None
        }
    }

    /// Whether CommonMark, or GitHub's extensions, could read the character as markup.
    fn is_markup(&self, out: &str) -> bool {
        let before = out.chars().next_back();
        let is_line_start = is_line_start(out, self.context.container);
        let ends_here = self.rest.is_empty() || self.rest.starts_with(' ');
        match self.next {
            '\\' | '`' | '*' | '[' | ']' | '<' | '~' | '|' | '{' => true,
            // Inside a word it is not emphasis, and identifiers stay readable.
            '_' => {
                !(before.is_some_and(char::is_alphanumeric)
                    && self.rest.starts_with(char::is_alphanumeric))
            }
            '&' => self
                .rest
                .starts_with(|next: char| next.is_ascii_alphanumeric() || next == '#'),
            '-' | '+' | '=' | '>' => is_line_start,
            '#' => {
                is_line_start
                    || (self.context.container == Container::Heading && before == Some(' '))
            }
            // Before a link it would make a picture.
            '!' => self.rest.is_empty() || self.rest.starts_with('['),
            ':' => {
                is_line_start
                    || self.rest.starts_with("//")
                    || is_scheme(out)
                    || self.is_behind_bracket(out)
            }
            '(' => self.is_behind_bracket(out),
            '.' => (self.ends_number && ends_here) || ends_in_www(out),
            ')' => self.ends_number && ends_here,
            '$' => self.context.has_formula,
            _ => false,
        }
    }

    /// Whether a footnote reference precedes, which the character could turn into something else.
    fn is_behind_bracket(&self, out: &str) -> bool {
        self.is_first && out.ends_with(']')
    }

    /// Whether this brace ends a heading. Some parsers read such braces as attributes, even if
    /// escaped.
    fn ends_attributes(&self) -> bool {
        self.next == '}'
            && self.context.container == Container::Heading
            && self.rest.trim_end().is_empty()
    }

    /// Whether a host gives the character a meaning beyond CommonMark.
    fn is_addition(&self, out: &str) -> bool {
        let flavour = self.context.flavour;
        let is_in_word = out.ends_with(char::is_alphanumeric);
        let starts = |pattern: fn(char) -> bool| self.rest.starts_with(pattern);
        match self.next {
            ':' => is_emoji(self.rest),
            '$' => {
                self.context.has_formula
                    || (flavour == Flavour::Gitlab && starts(|next| next.is_ascii_digit()))
            }
            '#' | '!' if is_in_word => {
                is_of_project(flavour, out) && starts(|next| next.is_ascii_digit())
            }
            // GitHub links neither issues nor users in a wiki.
            '#' | '!' => flavour != Flavour::Github && starts(|next| next.is_ascii_alphanumeric()),
            // A mail address would become a link, and on GitLab a commit of another project.
            '@' if is_in_word => starts(|next| next.is_ascii_alphanumeric()),
            // `GL-7`, or the number of a task in another tracker.
            '-' => {
                flavour == Flavour::Gitlab
                    && ends_in_key(out)
                    && starts(|next| next.is_ascii_digit())
            }
            '@' => {
                flavour != Flavour::Github
                    && !is_in_word
                    && starts(|next| next.is_alphanumeric() || next == '_' || next == '<')
            }
            '[' => flavour == Flavour::Gitea && self.rest.starts_with('['),
            '%' | '^' => {
                flavour == Flavour::Gitlab && starts(|next| next.is_alphanumeric() || next == '"')
            }
            _ => false,
        }
    }

    fn guard_of_host(&self) -> Guard {
        match self.context.flavour {
            // GitLab wraps each escaped character in an element.
            Flavour::Gitlab | Flavour::Plain => Guard::Backslash,
            Flavour::AzureDevops | Flavour::Github | Flavour::Gitea => Guard::Element,
        }
    }
}

/// Whether the text after a colon ends the name of an emoji.
fn is_emoji(rest: &str) -> bool {
    let is_name = |next: char| next.is_ascii_alphanumeric() || matches!(next, '_' | '+' | '-');
    rest.find(|next| !is_name(next))
        .is_some_and(|end| end > 0 && rest[end..].starts_with(':'))
}

/// Whether the last word can be a project whose issues the host links.
fn is_of_project(flavour: Flavour, out: &str) -> bool {
    match flavour {
        Flavour::Gitlab => true,
        Flavour::Gitea => out
            .rsplit(char::is_whitespace)
            .next()
            .is_some_and(|word| word.contains('/')),
        Flavour::AzureDevops | Flavour::Github | Flavour::Plain => false,
    }
}

/// Whether a line ends in capitals that can start the number of a task, for example `GL-7`.
fn ends_in_key(out: &str) -> bool {
    let letters = out.bytes().rev().take_while(u8::is_ascii_uppercase).count();
    letters > 1 && !out[..out.len() - letters].ends_with(char::is_alphanumeric)
}

/// Whether a text starts with a possible commit id.
fn is_commit(text: &str) -> bool {
    let word = &text[..text
        .find(|next: char| !next.is_alphanumeric())
        .unwrap_or(text.len())];
    let is_hex = word
        .bytes()
        .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    (7..=40).contains(&word.len()) && is_hex && word.bytes().any(|byte| byte.is_ascii_digit())
}

/// Whether a line ends in a scheme that makes a link without slashes.
fn is_scheme(out: &str) -> bool {
    let word = out
        .rsplit(|before: char| !before.is_ascii_alphabetic())
        .next()
        .unwrap_or_default();
    matches!(word.to_ascii_lowercase().as_str(), "mailto" | "xmpp")
}

/// Whether a line ends in `www`, which makes a link without a scheme.
fn ends_in_www(out: &str) -> bool {
    let word = out
        .rsplit(|before: char| !before.is_alphanumeric())
        .next()
        .unwrap_or_default();
    word.eq_ignore_ascii_case("www")
}

/// An address for the parentheses of a link.
pub fn destination(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for (at, next) in address.char_indices() {
        match next {
            '(' | ')' => out.extend(['\\', next]),
            '&' if address[at + 1..]
                .starts_with(|next: char| next.is_ascii_alphanumeric() || next == '#') =>
            {
                out.push_str("&amp;");
            }
            ' ' | '<' | '>' | '"' | '`' | '\\' | '^' | '{' | '}' | '|' => {
                out.push_str(&format!("%{:02X}", u32::from(next)));
            }
            _ if next.is_control() => out.extend(percent_encoding::utf8_percent_encode(
                &next.to_string(),
                percent_encoding::CONTROLS,
            )),
            _ => out.push(next),
        }
    }
    out
}

/// The title of a picture in quotation marks.
pub fn quoted(title: &str) -> String {
    let mut out = String::with_capacity(title.len() + 2);
    out.push('"');
    for next in title.chars() {
        match next {
            '"' | '\\' | '&' | '<' | '|' | '`' | '*' | '_' | '[' | ']' => out.extend(['\\', next]),
            _ if next.is_control() => out.push(' '),
            _ => out.push(next),
        }
    }
    out.push('"');
    out
}
