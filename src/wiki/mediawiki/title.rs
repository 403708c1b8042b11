//! Titles that MediaWiki accepts unchanged.

use unicode_normalization::UnicodeNormalization;

/// The maximum length of a title in bytes.
const LONGEST: usize = 255;

/// The English namespaces, which every MediaWiki knows. Those in the language of the wiki are not
/// known here.
const NAMESPACES: [&str; 11] = [
    "category",
    "file",
    "gadget",
    "help",
    "image",
    "media",
    "mediawiki",
    "module",
    "project",
    "special",
    "template",
];

/// The full title of a page in the form that MediaWiki stores.
pub fn of(title: &str, parent: &str) -> String {
    let title = single_spaced(&without_references(
        &title.nfc().map(replaced).collect::<String>(),
    ));
    let title = without_dots(&without_tildes(&title));
    let is_first = parent.is_empty() || parent.ends_with(':');
    let title = if parent.is_empty() {
        without_namespace(&title)
    } else {
        title
    };
    let title = if is_first {
        capitalised(title.trim_start_matches([':', ' ']))
    } else {
        title
    };
    // A letter and a following accent can have become one character.
    format!("{}{title}", capitalised(&parent.replace('_', " ")))
        .nfc()
        .collect()
}

/// The title without its parent, if it differs from the author's in more than the first letter.
pub fn another(title: &str, parent: &str) -> Option<String> {
    let path = of(title, parent);
    let prefix: String = capitalised(&parent.replace('_', " ")).nfc().collect();
    let own = path.strip_prefix(&prefix).unwrap_or(&path);
    let written = single_spaced(&title.nfc().collect::<String>());
    (capitalised(own) != capitalised(&written)).then(|| own.to_owned())
}

/// Why MediaWiki would refuse a title: one message for each problem.
pub fn problems(path: &str) -> Vec<String> {
    let mut problems = Vec::new();
    if path.len() > LONGEST {
        problems.push(format!(
            "the title has {} bytes with its prefix; the limit of MediaWiki is {LONGEST}",
            path.len()
        ));
    }
    if path.is_empty() || path.ends_with(['/', ':']) {
        problems.push("no part of the title is valid on MediaWiki".to_owned());
    }
    if let Some(sign) = path.chars().find(|sign| replaced(*sign) != *sign) {
        problems.push(format!(
            "`parent` contains `{sign}`, which MediaWiki does not allow in titles"
        ));
    }
    problems
}

/// Whether a character only sets the writing direction. MediaWiki removes these from titles.
pub fn is_direction(sign: char) -> bool {
    matches!(sign, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}')
}

/// The replacement of a character that titles cannot contain.
fn replaced(sign: char) -> char {
    match sign {
        '#' => '♯',
        '<' => '‹',
        '>' => '›',
        '[' | '{' => '(',
        ']' | '}' => ')',
        '|' => '∣',
        '_' | '\u{fffd}' | '\u{fffe}' | '\u{ffff}' => ' ',
        _ if sign.is_control()
            || sign.is_whitespace()
            || sign == '\u{180e}'
            || is_direction(sign) =>
        {
            ' '
        }
        _ => sign,
    }
}

fn single_spaced(title: &str) -> String {
    title.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `%41` would be read as `A`, and `&amp;` as `&`.
fn without_references(title: &str) -> String {
    let mut out = String::new();
    for (at, sign) in title.char_indices() {
        let rest = &title[at + sign.len_utf8()..];
        let is_percent = sign == '%'
            && rest.len() >= 2
            && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit());
        let is_reference = sign == '&'
            && rest
                .find(';')
                .is_some_and(|end| end > 0 && rest[..end].chars().all(is_of_reference));
        out.push(match sign {
            '%' if is_percent => '％',
            '&' if is_reference => '＆',
            _ => sign,
        });
    }
    out
}

fn is_of_reference(sign: char) -> bool {
    sign.is_ascii_alphanumeric() || sign == '&' || !sign.is_ascii()
}

/// Three tildes would become a signature.
fn without_tildes(title: &str) -> String {
    if title.contains("~~~") {
        title.replace('~', "∼")
    } else {
        title.to_owned()
    }
}

/// Parts of one or two dots would be a relative path.
fn without_dots(title: &str) -> String {
    let parts = title.split('/').map(|part| {
        if matches!(part, "." | "..") {
            part.replace('.', "․")
        } else {
            part.to_owned()
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// A title that starts with the name of a namespace would be put there.
fn without_namespace(title: &str) -> String {
    let Some((before, after)) = title.split_once(':') else {
        return title.to_owned();
    };
    let before_it = before.trim().to_lowercase();
    let is_talk = before_it.split(' ').next_back() == Some("talk");
    let is_namespace = is_talk || before_it == "user" || NAMESPACES.contains(&before_it.as_str());
    if is_namespace {
        format!("{before}∶{after}")
    } else {
        title.to_owned()
    }
}

/// MediaWiki capitalises the first letter of titles.
fn capitalised(title: &str) -> String {
    let mut signs = title.chars();
    let Some(first) = signs.next() else {
        return String::new();
    };
    let mut upper = first.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(upper), None) => format!("{upper}{}", signs.as_str()),
        _ => title.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_stay_what_they_are() {
        for (title, parent, path) in [
            (
                "Case study: C# & DB — outage #2",
                "",
                "Case study: C♯ & DB — outage ♯2",
            ),
            ("outage", "case studies/", "Case studies/outage"),
            ("outage", "Case_studies/", "Case studies/outage"),
            ("outage", "Project:", "Project:Outage"),
            ("User talk: what they said", "", "User talk∶ what they said"),
            ("a_b  [c]\u{a0}{d}|<e>", "", "A b (c) (d)∣‹e›"),
            ("100%25 &amp; A&B; ~~~~", "", "100％25 ＆amp; A＆B; ∼∼∼∼"),
            ("../up", "", "․․/up"),
        ] {
            assert_eq!(of(title, parent), path);
            assert_eq!(problems(&of(title, parent)), Vec::<String>::new());
        }
        assert_eq!(problems(&of("___", "")).len(), 1);
        assert_eq!(problems(&of(&"ö".repeat(128), "")).len(), 1);
        assert_eq!(problems(&of("x", "a[b]/")).len(), 1);
    }
}
