//! Escapes text: characters that MediaWiki would read as markup become character references.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// A character with its neighbours. `None` at the ends of a text, where any character may follow.
struct CharContext {
    before: Option<char>,
    sign: char,
    after: Option<char>,
    /// Whether only white space precedes, so that it may start a line.
    is_start: bool,
}

/// Escaped text of a line. Ordinary words stay readable for those who edit the page.
pub fn escape(words: &str) -> String {
    let signs: Vec<char> = words.nfc().collect();
    let mut out = String::with_capacity(words.len());
    let mut is_start = true;
    for (at, &sign) in signs.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| signs[at]);
        let context = CharContext {
            before,
            sign,
            after: signs.get(at + 1).copied(),
            is_start,
        };
        is_start &= sign.is_whitespace();
        match sign {
            '\n' | '\r' => out.push(' '),
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            ' ' if ["RFC", "PMID", "ISBN"]
                .iter()
                .any(|word| out.ends_with(word)) =>
            {
                reference(sign, &mut out);
            }
            _ if is_markup(&context) => reference(sign, &mut out),
            _ => out.push(sign),
        }
    }
    out
}

/// Escaped text of a caption. Its first letter is a reference, so that it is not read as an option.
pub fn caption(words: &str) -> String {
    let mut signs = words.nfc();
    let mut out = String::new();
    if let Some(first) = signs.next() {
        reference(first, &mut out);
    }
    out + &escape(&signs.collect::<String>())
}

/// Escaped code for `<pre>`. MediaWiki reads tags there, and inserts non-breaking spaces.
pub fn preformatted(code: &str) -> String {
    let signs: Vec<char> = code.nfc().collect();
    let mut out = String::with_capacity(code.len());
    for (at, &sign) in signs.iter().enumerate() {
        let before = at.checked_sub(1).map(|at| signs[at]);
        let after = signs.get(at + 1).copied();
        match sign {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            _ if is_french(before, sign, after)
                || (at == 0 && sign != ' ' && is_combining_mark(sign)) =>
            {
                reference(sign, &mut out);
            }
            _ => out.push(sign),
        }
    }
    out
}

/// Whether MediaWiki would insert non-breaking spaces for French punctuation, which it also does in
/// code.
pub fn has_french_blanks(text: &str) -> bool {
    let signs: Vec<char> = text.chars().collect();
    let is_word = |sign: char| sign.is_alphanumeric() || sign == '_';
    signs.windows(2).enumerate().any(|(at, pair)| match pair {
        [' ', '?' | ':' | ';' | '!' | '%' | '»' | '›'] => {
            !signs.get(at + 2).is_some_and(|&next| is_word(next))
        }
        ['«' | '‹', ' '] => true,
        _ => false,
    })
}

/// Whether MediaWiki removes a character from its input.
pub fn is_refused(sign: char) -> bool {
    (sign.is_control() && !matches!(sign, '\n' | '\t' | '\u{80}'..='\u{9f}'))
        || matches!(sign, '\u{fffe}' | '\u{ffff}')
}

fn is_markup(context: &CharContext) -> bool {
    let CharContext {
        before,
        sign,
        after,
        is_start,
    } = *context;
    let is_open = before.is_none() || after.is_none();
    let is_beside = |wanted: fn(char) -> bool| {
        is_open || before.is_some_and(wanted) || after.is_some_and(wanted)
    };
    match sign {
        // MediaWiki uses the last one internally, and it ends a link.
        '[' | ']' | '{' | '}' | '|' | '~' | '\u{fffd}' => true,
        // Two of them are markup. One at the end may be followed by another one.
        '\'' => is_beside(|other| other == '\''),
        '!' => is_start || is_beside(|other| other == '!') || before == Some(' '),
        // Japanese wikis also accept the wide form.
        '_' | '＿' => is_beside(|other| matches!(other, '_' | '＿')),
        '=' => is_start || after.is_none(),
        '*' | '#' | '-' | '+' => is_start,
        // `news:x` is an address as well as `https://x`.
        ':' => {
            is_start
                || before.is_some_and(char::is_alphabetic)
                    && !after.is_some_and(char::is_whitespace)
                || is_french(before, sign, after)
        }
        ';' => is_start || is_french(before, sign, after),
        _ => is_french(before, sign, after) || (before.is_none() && is_combining_mark(sign)),
    }
}

fn is_french(before: Option<char>, sign: char, after: Option<char>) -> bool {
    match sign {
        '?' | ':' | ';' | '!' | '%' | '»' | '›' => before.is_none_or(|before| before == ' '),
        '«' | '‹' => after.is_none_or(|after| after == ' '),
        _ => false,
    }
}

fn reference(sign: char, out: &mut String) {
    out.push_str(&format!("&#{};", u32::from(sign)));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_words_stay_plain() {
        for words in [
            "It’s 10:42, well-known; see a_b, 5 * 3 = 15 + 0 (50%)!",
            "Ünïcödé — “quotes” … 漢字 עברית 🙂",
        ] {
            let inner = format!("x {words} x");
            assert_eq!(escape(&inner), inner);
        }
    }

    #[test]
    fn markup_does_not_stay_markup() {
        for (words, escaped) in [
            ("a '' b", "a &#39;&#39; b"),
            ("  * x", "  &#42; x"),
            ("a ; b", "a &#59; b"),
            ("x http://y", "x http&#58;//y"),
            ("see RFC 7", "see RFC&#32;7"),
            ("\u{338}x", "&#824;x"),
            ("e\u{301}", "é"),
        ] {
            assert_eq!(escape(words), escaped);
        }
        assert_eq!(caption("thumb"), "&#116;humb");
        assert_eq!(
            preformatted("a ; b && </pre>"),
            "a &#59; b &amp;&amp; &lt;/pre>"
        );
    }

    #[test]
    fn blanks_as_in_french_are_foreseen() {
        assert!(has_french_blanks("a ? b : c"));
        assert!(has_french_blanks("x ;"));
        assert!(!has_french_blanks("if !x { :y }; 50%"));
    }
}
