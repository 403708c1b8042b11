//! Leaves out the end tags that browsers do not need.

use super::tokens;
use crate::words::markup::{Kind, Token};

/// Elements whose start ends a paragraph.
const AFTER_PARAGRAPHS: [&str; 26] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "details",
    "div",
    "dl",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "ul",
];

/// Elements whose end ends a paragraph in them.
const AROUND_PARAGRAPHS: [&str; 14] = [
    "article",
    "aside",
    "blockquote",
    "dd",
    "details",
    "div",
    "figure",
    "footer",
    "header",
    "li",
    "main",
    "nav",
    "section",
    "td",
];

/// HTML without the end tags that follow from the next tag.
pub fn left_out(html: &str) -> String {
    let tokens = tokens::of(html);
    let mut short = String::with_capacity(html.len());
    for (place, token) in tokens.iter().enumerate() {
        let next = tokens[place + 1..]
            .iter()
            .find(|next| !is_space(next, html));
        if !next.is_some_and(|next| follows(token.kind, next.kind)) {
            short.push_str(&html[token.range.clone()]);
        }
    }
    short
}

fn is_space(token: &Token<'_>, html: &str) -> bool {
    token.kind == Kind::Text && html[token.range.clone()].trim_ascii().is_empty()
}

/// Whether an end tag follows from the next tag.
fn follows(token: Kind<'_>, next: Kind<'_>) -> bool {
    let Kind::Close(tag) = token else {
        return false;
    };
    let (starts, ends): (&[&str], &[&str]) = match tag.lower_name().as_ref() {
        "p" => (&AFTER_PARAGRAPHS, &AROUND_PARAGRAPHS),
        "li" => (&["li"], &["ol", "ul"]),
        "dt" => (&["dd", "dt"], &[]),
        "dd" => (&["dd", "dt"], &["div", "dl"]),
        "td" | "th" => (&["td", "th"], &["tr"]),
        "tr" => (&["tr"], &["tbody", "thead", "table"]),
        "tbody" => (&["tbody"], &["table"]),
        "thead" => (&["tbody"], &[]),
        _ => return false,
    };
    match next {
        Kind::Open(next) => starts.contains(&next.lower_name().as_ref()),
        Kind::Close(next) => ends.contains(&next.lower_name().as_ref()),
        Kind::Text | Kind::Hidden => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_end_tags_that_follow_from_the_next_tag_are_left_out() {
        for (html, short) in [
            ("<ul><li>a</li>\n<li>b</li></ul>", "<ul><li>a\n<li>b</ul>"),
            ("<p>a</p><p>b</p> c", "<p>a<p>b</p> c"),
            ("<a><p>a</p></a>", "<a><p>a</p></a>"),
            ("<li>a</li><p>b</p></div>", "<li>a</li><p>b</div>"),
            ("<div><dt>a</dt> <dd>b</dd></div>", "<div><dt>a <dd>b</div>"),
            ("<p>a</p><i>b</i>", "<p>a</p><i>b</i>"),
            ("<script>'</p><p>'</script>", "<script>'</p><p>'</script>"),
        ] {
            assert_eq!(left_out(html), short);
        }
    }
}
