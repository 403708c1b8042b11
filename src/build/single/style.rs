//! A style sheet with the fonts and pictures that it refers to inside.

use cssparser::{ParseError, Parser, Token};

use super::address::{self, Target};
use super::picture;
use crate::build::Edition;
use crate::diagnostic::Diagnostic;
use crate::route::Route;

/// The maximum nesting of brackets; what is deeper is not read.
const DEEPEST: usize = 32;

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
