//! Escaping of text for HTML, addresses and terminals.

use std::borrow::Cow;

/// Appends text to HTML, escaped. It is safe inside an attribute in double quotes, too.
pub fn escape(text: &str, out: &mut String) {
    pulldown_cmark_escape::escape_html(out, text)
        .expect("a string takes whatever is written to it");
}

/// The text as HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    escape(text, &mut out);
    out
}

/// Appends a path to an address, percent-encoded.
pub fn percent_encode(path: &str, address: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    if path.bytes().all(is_plain) {
        address.push_str(path);
        return;
    }
    for byte in path.bytes() {
        if is_plain(byte) {
            address.push(char::from(byte));
        } else {
            address.push('%');
            address.push(char::from(HEX[usize::from(byte >> 4)]));
            address.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}

/// Makes a text safe for one line of a terminal: replaces each character that controls the terminal or the direction of text,
/// line ends and tabs included.
pub fn visible(text: &str) -> Cow<'_, str> {
    replaced(text, "")
}

/// The same for several lines: line ends and tabs stay.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    replaced(text, "\n\t")
}

/// The same for lines with colours. Text of others must pass [`visible`] before it is put into such lines, so that
/// only the program sets colours.
pub fn visible_with_colours(text: &str) -> Cow<'_, str> {
    let mut parts = text.split("\u{1b}[");
    let mut shown = visible_lines(parts.next().unwrap_or_default()).into_owned();
    for part in parts {
        let end = part
            .find(|next: char| !next.is_ascii_digit() && next != ';')
            .unwrap_or(part.len());
        let is_colour = part[end..].starts_with('m');
        shown.push_str(if is_colour { "\u{1b}[" } else { "\u{241b}[" });
        shown.push_str(&visible_lines(part));
    }
    Cow::Owned(shown)
}

fn replaced<'a>(text: &'a str, kept: &str) -> Cow<'a, str> {
    if !text.contains(|next| steers(next) && !kept.contains(next)) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|next| {
                if kept.contains(next) {
                    next
                } else {
                    visible_character(next)
                }
            })
            .collect(),
    )
}

/// A character that is safe for a terminal.
pub fn visible_character(next: char) -> char {
    if steers(next) { sign_of(next) } else { next }
}

/// Whether a character controls a terminal, or the order in which characters are shown.
fn steers(next: char) -> bool {
    let turns = matches!(next, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{206f}');
    next.is_control() || turns
}

/// The symbol of a control character, or the replacement character if there is none.
fn sign_of(next: char) -> char {
    match u32::from(next) {
        code @ 0..=0x1f => char::from_u32(0x2400 + code),
        0x7f => Some('\u{2421}'),
        _ => None,
    }
    .unwrap_or(char::REPLACEMENT_CHARACTER)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_steers_a_terminal_is_replaced_by_a_sign() {
        let cases = [
            ("plain, äöü, שלום 👩‍💻", "plain, äöü, שלום 👩‍💻"),
            ("\u{1b}[31mred\r\n", "␛[31mred␍␊"),
            ("\u{9b}2J\u{7f}\u{c}\u{85}", "\u{fffd}2J␡␌\u{fffd}"),
            (
                "\u{202e}txt.exe\u{2066}\u{61c}\u{2029}",
                "\u{fffd}txt.exe\u{fffd}\u{fffd}\u{fffd}",
            ),
        ];
        for (text, shown) in cases {
            assert_eq!(visible(text), shown);
        }
        assert_eq!(visible_lines("a\tb\r\nc\u{1b}[1m"), "a\tb␍\nc␛[1m");
        assert_eq!(
            visible_with_colours("\u{1b}[1;31ma\u{1b}[0m\u{1b}[2J\u{1b}]0;x\u{7}"),
            "\u{1b}[1;31ma\u{1b}[0m␛[2J␛]0;x␇"
        );
        assert_eq!(
            visible_with_colours("\u{1b}[31\u{1b}[m\u{9b}m\u{1b}["),
            "␛[31\u{1b}[m\u{fffd}m␛["
        );
    }

    proptest! {
        #[test]
        fn nothing_that_steers_is_left(text in any::<String>(), steering in "[\\[m0-9;\u{0}-\u{a0}\u{200e}\u{2028}-\u{206f}]{0,40}") {
            for text in [text, steering] {
                prop_assert!(!visible(&text).contains(steers));
                prop_assert!(visible_lines(&text).chars().all(|next| !steers(next) || matches!(next, '\n' | '\t')));
                let shown = visible_with_colours(&text);
                for part in shown.split('\u{1b}').skip(1) {
                    let codes = part.strip_prefix('[').and_then(|part| part.split_once('m')).expect("only colours are left");
                    prop_assert!(codes.0.chars().all(|next| next.is_ascii_digit() || next == ';'));
                }
                prop_assert_eq!(visible(&text).chars().count(), text.chars().count());
            }
        }
    }
}
