//! A style sheet with the fonts and pictures that it refers to inside.

use cssparser::{ParseError, Parser, Token};

use super::address::{self, Target};
use super::classes::Classes;
use super::picture;
use crate::build::Edition;
use crate::diagnostic::Diagnostic;
use crate::route::Route;

/// The maximum nesting of brackets; what is deeper is not read.
const DEEPEST: usize = 32;

/// A style sheet without comments, and without the white space that means nothing. Strings and addresses stay as they are.
pub fn shortened(css: &str, classes: &Classes) -> String {
    let mut shorter = Shorter {
        css,
        short: String::with_capacity(css.len()),
        classes,
        gap: Gap::None,
    };
    shorter.block(&mut Parser::new(css), 0);
    shorter.short
}

/// What was read since the last part that is written.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Gap {
    None,
    Comment,
    Space,
}

/// Writes a style sheet again, shorter.
struct Shorter<'c> {
    css: &'c str,
    classes: &'c Classes,
    short: String,
    gap: Gap,
}

impl Shorter<'_> {
    fn block(&mut self, parser: &mut Parser<'_>, depth: usize) {
        let mut follows_dot = false;
        loop {
            let start = parser.position().byte_index();
            let Ok(token) = parser.next_including_whitespace_and_comments() else {
                return;
            };
            let class = match &token {
                Token::Ident(name) if follows_dot => Some(name.to_string()),
                _ => None,
            };
            follows_dot = matches!(token, Token::Delim('.'));
            let end = match token {
                Token::WhiteSpace(_) => {
                    self.gap = Gap::Space;
                    continue;
                }
                Token::Comment(_) => {
                    self.gap = self.gap.max(Gap::Comment);
                    continue;
                }
                Token::Function(_) | Token::ParenthesisBlock => Some(")"),
                Token::SquareBracketBlock => Some("]"),
                Token::CurlyBracketBlock => Some("}"),
                _ => None,
            };
            let part = &self.css[start..parser.position().byte_index()];
            match class {
                Some(name) => self.add(&self.classes.in_selector(part, &name)),
                None => self.add(part),
            }
            if let Some(end) = end {
                self.nested(parser, depth + 1, end);
            }
        }
    }

    /// Writes what is in brackets. If they are nested too deeply, it stays as it is.
    fn nested(&mut self, parser: &mut Parser<'_>, depth: usize, end: &str) {
        let start = parser.position().byte_index();
        let read: Result<(), ParseError<()>> = parser.parse_nested_block(|inner| {
            if depth < DEEPEST {
                self.block(inner, depth);
            }
            Ok(())
        });
        // The block is read to its end, so nothing in it is an error.
        drop(read);
        let stop = parser.position().byte_index();
        if depth >= DEEPEST {
            self.short.push_str(&self.css[start..stop]);
            self.gap = Gap::None;
        } else if self.css[..stop].ends_with(end) {
            self.add(end);
        }
    }

    /// Whether a part ends a value that is white space: older browsers take no variable without a value.
    fn is_empty_value(&self, part: &str) -> bool {
        self.short.ends_with(':') && [";", "}"].contains(&part)
    }

    fn add(&mut self, part: &str) {
        const BEFORE: &str = "{};,";
        const AFTER: &str = "{};,:";
        let follows =
            |signs: &str, last: Option<char>| last.is_none_or(|last| signs.contains(last));
        let stands_alone =
            follows(AFTER, self.short.chars().last()) || follows(BEFORE, part.chars().next());
        match self.gap {
            Gap::Space if !stands_alone || self.is_empty_value(part) => self.short.push(' '),
            // It may be between two parts that would be one part without it.
            Gap::Comment if !stands_alone => self.short.push_str("/**/"),
            Gap::None | Gap::Comment | Gap::Space => {}
        }
        if part == "}" && self.short.ends_with(';') {
            self.short.pop();
        }
        self.short.push_str(part);
        self.gap = Gap::None;
    }
}

/// A style sheet at a route.
pub fn inside(css: &str, route: &Route, edition: &Edition) -> Result<String, Diagnostic> {
    let mut addresses = Vec::new();
    find(&mut Parser::new(css), 0, &mut addresses);
    let mut whole = String::with_capacity(css.len());
    let mut at = 0;
    for (start, end, address) in addresses {
        let Target::File(file) = address::target(&address, route, edition) else {
            continue;
        };
        let Some(artefact) = edition.artefact(&file) else {
            continue;
        };
        whole.push_str(&css[at..start]);
        whole.push_str("url(\"");
        whole.push_str(&picture::unchanged_data_address(&artefact.make()?));
        whole.push_str("\")");
        at = end;
    }
    whole.push_str(&css[at..]);
    Ok(whole)
}

/// Finds each `url(…)`, with where it is in the style sheet.
fn find(parser: &mut Parser<'_>, depth: usize, found: &mut Vec<(usize, usize, String)>) {
    loop {
        let start = parser.position().byte_index();
        let Ok(token) = parser.next_including_whitespace_and_comments() else {
            return;
        };
        let (is_block, is_url) = match token {
            Token::UnquotedUrl(address) => {
                let address = address.to_string();
                found.push((start, parser.position().byte_index(), address));
                continue;
            }
            Token::Function(name) => (true, name.eq_ignore_ascii_case("url")),
            Token::ParenthesisBlock | Token::SquareBracketBlock | Token::CurlyBracketBlock => {
                (true, false)
            }
            _ => (false, false),
        };
        if is_block && depth < DEEPEST {
            let mut quoted = None;
            let inner: Result<(), ParseError<()>> = parser.parse_nested_block(|inner| {
                if is_url {
                    quoted = inner.expect_string().ok().map(ToString::to_string);
                }
                find(inner, depth + 1, found);
                Ok(())
            });
            // The block is read to its end, so nothing in it is an error.
            drop(inner);
            found.extend(quoted.map(|address| (start, parser.position().byte_index(), address)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_means_nothing_is_left_out() {
        for (css, short) in [
            (
                "/* a */\na :hover ,\n b > c {\n  color : red;\n}\n",
                "a :hover,b > c{color :red}",
            ),
            (
                "a { content: \"/* b */  ;\" ; }",
                "a{content:\"/* b */  ;\"}",
            ),
            (
                "a{width:calc( 1px + (2px * 3) )}",
                "a{width:calc( 1px + (2px * 3) )}",
            ),
            ("a/**/b{}", "a/**/b{}"),
            ("a /* x */ b{}", "a b{}"),
            (
                "@media (min-width: 3px) and (hover) { a { } }",
                "@media (min-width:3px) and (hover){a{}}",
            ),
            (
                "a{background:url( \"b  c\" ) , url(d  )}",
                "a{background:url( \"b  c\" ),url(d  )}",
            ),
            ("a{--b: ;--c:  {  }}", "a{--b: ;--c:{}}"),
            ("a{b:[c  d", "a{b:[c d"),
        ] {
            assert_eq!(shortened(css, &Classes::default()), short);
            assert_eq!(shortened(short, &Classes::default()), short);
        }
    }

    #[test]
    fn brackets_in_any_depth_are_read() {
        let deep = format!("a{}", "(  b".repeat(100_000));
        assert!(shortened(&deep, &Classes::default()).ends_with("(  b(  b"));
    }
}
