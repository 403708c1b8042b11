//! The tokens of a page, with the text of scripts and styles as one token each.

use crate::markdown::VOID_ELEMENTS;
use crate::words::markup::{self, Kind, Token};

/// Elements in which only their own end tag is a tag.
const HOLDING_NO_TAGS: [&str; 4] = ["script", "style", "textarea", "title"];

/// The tokens of a page in their order.
pub fn of(html: &str) -> Vec<Token<'_>> {
    let mut tokens: Vec<Token<'_>> = Vec::new();
    let mut verbatim: Option<String> = None;
    for token in markup::tokens(html) {
        let closes = |name: &str| match token.kind {
            Kind::Close(tag) => tag.lower_name() == name,
            Kind::Text | Kind::Open(_) | Kind::Hidden => false,
        };
        if verbatim.as_deref().is_some_and(|name| !closes(name)) {
            extend_text(&mut tokens, token);
            continue;
        }
        verbatim = match token.kind {
            Kind::Open(tag) => Some(tag.lower_name().into_owned())
                .filter(|name| HOLDING_NO_TAGS.contains(&name.as_str())),
            Kind::Text | Kind::Close(_) | Kind::Hidden => None,
        };
        tokens.push(token);
    }
    tokens
}

/// Adds what is between the tags of a script or a style as text, whatever it looks like.
fn extend_text<'t>(tokens: &mut Vec<Token<'t>>, token: Token<'t>) {
    match tokens.last_mut() {
        Some(last) if last.kind == Kind::Text => last.range.end = token.range.end,
        _ => tokens.push(Token {
            kind: Kind::Text,
            ..token
        }),
    }
}

/// Whether an element has no end tag.
pub fn is_void(name: &str) -> bool {
    VOID_ELEMENTS.contains(&name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_script_is_one_token() {
        let html = "<p>a</p><script>if (1 < 2) x('</p><b>');</script><b>c";
        let cut: Vec<&str> = of(html)
            .into_iter()
            .map(|token| &html[token.range])
            .collect();
        assert_eq!(
            cut,
            [
                "<p>",
                "a",
                "</p>",
                "<script>",
                "if (1 < 2) x('</p><b>');",
                "</script>",
                "<b>",
                "c"
            ]
        );
    }

    #[test]
    fn a_script_without_an_end_is_text_to_the_end() {
        assert_eq!(of("<script>a<b>c").len(), 2);
    }
}
