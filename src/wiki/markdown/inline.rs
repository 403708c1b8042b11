//! Writes inlines as Markdown, and as HTML inside HTML elements.

use super::MarkdownWriter;
use super::escape::{self, Container, EscapeContext};
use crate::escape::escaped;
use crate::wiki::Flavour;
use crate::wiki::page::{Element, Inline, LinkTo, Style, plain};

/// A growing line, or several lines of a paragraph.
pub(super) struct Line<'a> {
    writer: &'a MarkdownWriter<'a>,
    context: EscapeContext,
    out: String,
}

/// Inlines as Markdown.
pub(super) fn inlines(
    writer: &MarkdownWriter<'_>,
    inlines: &[Inline],
    container: Container,
) -> String {
    let has_formula = plain(inlines).matches('$').count() > 1;
    let mut line = Line {
        writer,
        context: EscapeContext {
            flavour: writer.flavour,
            container,
            has_formula,
        },
        out: String::new(),
    };
    line.add_all(&joined(inlines), None);
    let mut out = line.out;
    // A break at the end would be shown as a backslash.
    while let Some(kept) = out
        .strip_suffix("\\\n")
        .or_else(|| out.strip_suffix("<br>"))
        .or_else(|| out.strip_suffix([' ', '\t']))
    {
        out.truncate(kept.len());
    }
    out
}

/// Joins adjacent texts, so that no markup can arise between them.
fn joined(inlines: &[Inline]) -> Vec<Inline> {
    let mut joined: Vec<Inline> = Vec::with_capacity(inlines.len());
    for inline in inlines {
        match (joined.last_mut(), inline) {
            (_, Inline::Text(text)) if text.is_empty() => {}
            (Some(Inline::Text(before)), Inline::Text(text)) => before.push_str(text),
            _ => joined.push(inline.clone()),
        }
    }
    joined
}

impl Line<'_> {
    /// Appends inlines. `after` is the character that follows them.
    fn add_all(&mut self, inlines: &[Inline], after: Option<char>) {
        for (at, inline) in inlines.iter().enumerate() {
            let after = inlines
                .get(at + 1)
                .map_or(after, |next| Some(self.first_of(next)));
            self.add(inline, after);
        }
    }

    fn add(&mut self, inline: &Inline, after: Option<char>) {
        match inline {
            Inline::Text(text) => escape::add(text, self.context, &mut self.out),
            Inline::Code(code) => self.add_code(code),
            Inline::Styled(style, inlines) => self.add_styled(*style, &joined(inlines), after),
            Inline::Link { to, text } => self.add_link(to, text),
            Inline::Picture { name, alt, title } => self.add_picture(name, alt, title),
            Inline::Break => self.add_break(),
            Inline::Footnote(number) => self.add_footnote(*number),
            Inline::Element(element, inlines) => self.add_element(element, &joined(inlines)),
        }
    }

    /// The first character of an inline, as far as it matters for emphasis before it.
    fn first_of(&self, inline: &Inline) -> char {
        match inline {
            Inline::Text(text) => text.chars().next().unwrap_or(' '),
            Inline::Code(_) => '`',
            Inline::Styled(..) => '*',
            Inline::Link { .. } => '[',
            Inline::Picture { .. } => '!',
            Inline::Break => ' ',
            Inline::Footnote(_) => '[',
            Inline::Element(..) => '<',
        }
    }

    fn add_break(&mut self) {
        match self.context.container {
            Container::Paragraph if self.out.is_empty() => {}
            Container::Paragraph => {
                self.out
                    .truncate(self.out.trim_end_matches([' ', '\t']).len());
                self.out.push_str("\\\n");
            }
            Container::Heading => self.out.push(' '),
            Container::Cell => self.out.push_str("<br>"),
        }
    }

    fn add_footnote(&mut self, number: usize) {
        let number = number + 1;
        let reference = match self.writer.flavour {
            Flavour::AzureDevops => format!("<sup>\\[{number}\\]</sup>"),
            Flavour::Github | Flavour::Gitlab | Flavour::Gitea | Flavour::Plain => {
                format!("[^{number}]")
            }
        };
        self.out.push_str(&reference);
    }

    fn add_code(&mut self, code: &str) {
        let code = code.replace(['\n', '\r'], " ");
        if code.is_empty() {
            return;
        }
        // Parsers disagree about a backslash before a bar, and code spans cannot be adjacent.
        let is_table_trap =
            self.context.container == Container::Cell && code.contains('|') && code.contains('\\');
        if is_table_trap || self.out.ends_with('`') {
            return self.add_code_element(&code);
        }
        let ticks = "`".repeat(longest_run(&code, '`') + 1);
        let has_edge = |edge: char| code.starts_with(edge) || code.ends_with(edge);
        let is_stripped = code.starts_with(' ') && code.ends_with(' ') && code.trim() != "";
        let pad = if has_edge('`') || is_stripped {
            " "
        } else {
            ""
        };
        let code = if self.context.container == Container::Cell {
            code.replace('|', "\\|")
        } else {
            code
        };
        self.out
            .push_str(&format!("{ticks}{pad}{code}{pad}{ticks}"));
    }

    fn add_code_element(&mut self, code: &str) {
        self.out.push_str("<code>");
        // After a tag, the text is not at the start of the line.
        escape::add(code, self.context, &mut self.out);
        self.out.push_str("</code>");
    }

    fn add_styled(&mut self, style: Style, inlines: &[Inline], after: Option<char>) {
        let before = self.out.chars().next_back();
        let start = self.out.len();
        let sign = sign(style);
        self.out.push_str(sign.unwrap_or("<>"));
        let inner = self.out.len();
        let behind = if sign.is_some() { '*' } else { '<' };
        self.add_all(inlines, Some(behind));
        let said = self.out.split_off(inner);
        self.out.truncate(start);
        if said.is_empty() {
            return;
        }
        match sign {
            Some(sign)
                if opens(before, said.chars().next()) && opens(after, said.chars().next_back()) =>
            {
                self.out.push_str(&format!("{sign}{said}{sign}"));
            }
            _ => {
                let element = element(style);
                self.out.push_str(&format!("<{element}>{said}</{element}>"));
            }
        }
    }

    fn add_element(&mut self, element: &Element, inlines: &[Inline]) {
        let element = known_to_hosts(element);
        self.out.push_str(&element.tag(escaped));
        self.add_all(inlines, Some('<'));
        if element.name != "wbr" {
            self.out.push_str(&format!("</{}>", element.name));
        }
    }

    fn add_link(&mut self, to: &LinkTo, text: &[Inline]) {
        let Some(address) = self.writer.address(to) else {
            return self.add_all(&joined(text), None);
        };
        if self.out.ends_with(']') {
            // Directly after a footnote reference, the brackets of a link would be read as a part
            // of it.
            self.out.push_str("<span></span>");
        }
        self.out.push('[');
        let inner = self.out.len();
        self.add_all(&joined(text), Some(']'));
        if self.out[inner..].trim().is_empty() {
            escape::add(&address, self.context, &mut self.out);
        }
        self.out
            .push_str(&format!("]({})", escape::destination(&address)));
    }

    fn add_picture(&mut self, name: &str, alt: &str, title: &str) {
        self.out.push_str("![");
        escape::add(alt, self.context, &mut self.out);
        self.out.push_str(&format!(
            "]({}",
            escape::destination(&self.writer.picture(name))
        ));
        if !title.is_empty() {
            self.out.push(' ');
            self.out.push_str(&escape::quoted(title));
        }
        self.out.push(')');
    }
}

/// The emphasis delimiter of a style. `None` if not all hosts know one.
fn sign(style: Style) -> Option<&'static str> {
    match style {
        Style::Emphasis => Some("*"),
        Style::Strong => Some("**"),
        Style::Strikethrough => Some("~~"),
        Style::Subscript
        | Style::Superscript
        | Style::Keyboard
        | Style::Highlight
        | Style::Underline => None,
    }
}

/// The HTML element of a style, which passes the filters of all hosts.
fn element(style: Style) -> &'static str {
    match style {
        // GitHub filters `u`; browsers underline both.
        Style::Underline => "ins",
        other => other.element(),
    }
}

/// Whether a delimiter between two characters can only open emphasis, seen from outside to inside.
/// For a closing delimiter, pass the characters the other way round.
fn opens(outside: Option<char>, inside: Option<char>) -> bool {
    let is_inside_word = inside.is_some_and(char::is_alphanumeric);
    let is_inside_space = inside.is_none_or(char::is_whitespace);
    match outside {
        // Adjacent delimiters are counted together.
        Some('*' | '_' | '~') => false,
        None => !is_inside_space,
        Some(outside) if outside.is_whitespace() => !is_inside_space,
        Some(outside) if outside.is_ascii_punctuation() => is_inside_word,
        Some(_) => false,
    }
}

/// The length of the longest run of a character.
pub(super) fn longest_run(text: &str, character: char) -> usize {
    text.split(|next| next != character)
        .map(str::len)
        .max()
        .unwrap_or_default()
}

/// Inlines as HTML on one line, for the inside of an HTML element.
pub(super) fn html(writer: &MarkdownWriter<'_>, inlines: &[Inline]) -> String {
    html_lines(writer, inlines).replace(['\n', '\r'], " ")
}

/// Inlines as HTML with their line ends, for `pre`.
pub(super) fn html_lines(writer: &MarkdownWriter<'_>, inlines: &[Inline]) -> String {
    let mut out = String::new();
    for inline in inlines {
        add_html(writer, inline, &mut out);
    }
    out
}

/// An equivalent that passes the filters of the hosts: these remove `center` and `bdi`.
pub(super) fn known_to_hosts(element: &Element) -> Element {
    let (name, says) = match element.name {
        "center" => ("div", Some(("align", "center".to_owned()))),
        "bdi" if element.attribute("dir").is_none() => ("span", Some(("dir", "auto".to_owned()))),
        "bdi" => ("span", None),
        name => (name, None),
    };
    Element {
        name,
        attributes: says
            .into_iter()
            .chain(element.attributes.iter().cloned())
            .collect(),
    }
}

fn add_html(writer: &MarkdownWriter<'_>, inline: &Inline, out: &mut String) {
    match inline {
        Inline::Text(text) => out.push_str(&escaped(text)),
        Inline::Code(code) => out.push_str(&format!("<code>{}</code>", escaped(code))),
        Inline::Styled(style, inlines) => {
            let element = element(*style);
            out.push_str(&format!("<{element}>{}</{element}>", html(writer, inlines)));
        }
        Inline::Link { to, text } => match writer.address(to) {
            Some(address) => out.push_str(&format!(
                "<a href=\"{}\">{}</a>",
                escaped(&address),
                html(writer, text)
            )),
            None => out.push_str(&html(writer, text)),
        },
        Inline::Picture { name, alt, .. } => {
            out.push_str(&format!(
                "<img src=\"{}\" alt=\"{}\">",
                escaped(&writer.picture(name)),
                escaped(alt)
            ));
        }
        Inline::Break => out.push(' '),
        Inline::Footnote(number) => out.push_str(&format!("<sup>[{}]</sup>", number + 1)),
        Inline::Element(element, inlines) => {
            let element = known_to_hosts(element);
            out.push_str(&element.tag(escaped));
            inlines
                .iter()
                .for_each(|inline| add_html(writer, inline, out));
            if element.name != "wbr" {
                out.push_str(&format!("</{}>", element.name));
            }
        }
    }
}
