//! Files beside the pages of a repository: the order of pages and the sidebar. Only our own lines
//! change.

use std::collections::BTreeSet;

use crate::wiki::{Flavour, Location, link_to_page};

/// The line before ours in a sidebar.
pub(super) const START: &str = "<!-- storybank -->";

/// The line after ours in a sidebar.
pub(super) const END: &str = "<!-- /storybank -->";

/// The order file of a folder, with our pages added and gone pages removed. Other lines are kept
/// byte by byte.
pub(super) fn order(before: &str, ours: &[&str], gone: &[&str]) -> String {
    let line_end = line_end(before);
    let named = |line: &str| line.trim_start_matches('\u{feff}').trim().to_owned();
    let lines = before.split_inclusive('\n').filter(|line| {
        !gone.contains(&named(line).as_str()) || ours.contains(&named(line).as_str())
    });
    let mut after: String = lines.collect();
    let is_closed = before.is_empty() || before.ends_with('\n');
    for &page in ours {
        if after.lines().any(|line| named(line) == page) {
            continue;
        }
        if !after.is_empty() && !after.ends_with('\n') {
            after.push_str(line_end);
        }
        after.push_str(page);
        after.push_str(line_end);
    }
    if !is_closed && after.ends_with('\n') {
        after.truncate(after.len() - if after.ends_with("\r\n") { 2 } else { 1 });
    }
    after
}

/// A sidebar with our pages between the two marks, which are appended if they are missing.
///
/// # Errors
///
/// If only one of the marks exists: the end of our lines is then unknown.
pub(super) fn sidebar(
    before: &str,
    flavour: Flavour,
    pages: &[&Location],
) -> Result<String, String> {
    let line_end = line_end(before);
    // Sorted, so that the list does not depend on the order of publications.
    let pages: BTreeSet<_> = pages.iter().map(|page| (&page.title, *page)).collect();
    let ours: String = pages
        .iter()
        .map(|(_, page)| format!("- {}{line_end}", link_to_page(flavour, page)))
        .collect();
    let line_of = |mark: &str, from: usize| {
        let mut at = from;
        before[from..].split_inclusive('\n').find_map(|line| {
            let start = at;
            at += line.len();
            (line.trim() == mark).then_some((start, at))
        })
    };
    let Some((_, start)) = line_of(START, 0) else {
        return match line_of(END, 0) {
            Some(_) => Err(format!("the line `{END}` has no `{START}` before it")),
            None if pages.is_empty() => Ok(before.to_owned()),
            None => Ok(appended(before, &ours, line_end)),
        };
    };
    let (end, _) =
        line_of(END, start).ok_or_else(|| format!("the line `{START}` has no `{END}` after it"))?;
    Ok(format!("{}{ours}{}", &before[..start], &before[end..]))
}

fn appended(before: &str, ours: &str, line_end: &str) -> String {
    let gap = match before {
        "" => "",
        _ if before.ends_with('\n') => line_end,
        // An open last line must end first.
        _ => &line_end.repeat(2),
    };
    format!("{before}{gap}{START}{line_end}{ours}{END}{line_end}")
}

/// The line end of a file: that of its first line.
fn line_end(text: &str) -> &'static str {
    if text
        .split_inclusive('\n')
        .next()
        .is_some_and(|line| line.ends_with("\r\n"))
    {
        "\r\n"
    } else {
        "\n"
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name(title: &str, path: &str) -> Location {
        Location {
            title: title.to_owned(),
            path: path.to_owned(),
        }
    }

    /// The lines of others, without empty lines at the end.
    fn foreign(text: &str, ours: &[&str]) -> String {
        let lines: Vec<&str> = text
            .lines()
            .filter(|line| !ours.contains(&line.trim()))
            .collect();
        lines.join("\n").trim_end().to_owned()
    }

    proptest! {
        #[test]
        fn an_order_keeps_what_others_wrote(before in "([A-D]?(\r)?\n){0,6}[A-D]?", now in "[XYC]{0,3}", then in "[XYCA]{0,3}") {
            let split = |text: &str| text.chars().map(|next| next.to_string()).collect::<Vec<_>>();
            let (now, then) = (split(&now), split(&then));
            let now: Vec<&str> = now.iter().map(String::as_str).collect();
            let then: Vec<&str> = then.iter().map(String::as_str).collect();
            let after = order(&before, &now, &then);
            let all: Vec<&str> = now.iter().chain(&then).copied().collect();
            prop_assert_eq!(foreign(&before, &all), foreign(&after, &all));
            for page in &now {
                prop_assert!(after.lines().any(|line| line.trim() == *page));
            }
            for page in then.iter().filter(|page| !now.contains(page)) {
                prop_assert!(!after.lines().any(|line| line.trim() == *page));
            }
            prop_assert_eq!(order(&after, &now, &then), after.clone());
            if then.is_empty() {
                let kept = before.strip_suffix('\n').unwrap_or(&before);
                let kept = kept.strip_suffix('\r').unwrap_or(kept);
                prop_assert!(after.starts_with(kept));
            }
        }

        #[test]
        fn a_sidebar_keeps_what_others_wrote(before in "([a-c \\[\\]]{0,5}(\r)?\n){0,5}[a-c]{0,3}", title in "\\PC{1,12}") {
            let page = name(&title, "A-b.md");
            let once = sidebar(&before, Flavour::Github, &[&page]).expect("it has no marks");
            prop_assert!(once.starts_with(&before));
            prop_assert_eq!(sidebar(&once, Flavour::Github, &[&page]).expect("it has both marks"), once.clone());
            let without = sidebar(&once, Flavour::Github, &[]).expect("it has both marks");
            prop_assert!(without.starts_with(&before));
            prop_assert!(!without.contains("A-b"));
            let around = format!("{once}after");
            let other = sidebar(&around, Flavour::Github, &[]).expect("it has both marks");
            prop_assert!(other.starts_with(&before) && other.ends_with("after"));
        }
    }

    #[test]
    fn an_order_ends_as_it_ended() {
        assert_eq!(order("A\nB", &["C"], &[]), "A\nB\nC");
        assert_eq!(order("A\r\nB\r\n", &["C"], &[]), "A\r\nB\r\nC\r\n");
        assert_eq!(order("A\nB", &[], &["B"]), "A");
        assert_eq!(order("\u{feff}A\nB\n", &["A"], &["B"]), "\u{feff}A\n");
        assert_eq!(order("", &["A"], &[]), "A\n");
    }

    #[test]
    fn a_mark_without_the_other_is_left_alone() {
        assert!(sidebar("a\n<!-- storybank -->\nb\n", Flavour::Gitlab, &[]).is_err());
        assert!(
            sidebar(
                "a\n<!-- /storybank -->\nb\n<!-- storybank -->\n",
                Flavour::Gitlab,
                &[]
            )
            .is_err()
        );
    }
}
