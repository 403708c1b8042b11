//! The locations of pages and pictures on Markdown hosts, and their limits.

use std::collections::BTreeMap;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use unicode_normalization::UnicodeNormalization;
use xxhash_rust::xxh3::xxh3_128;

use super::anchors::anchors;
use crate::slug::Slug;
use crate::wiki::page::Case;
use crate::wiki::{Flavour, Location};

/// The characters that hosts do not encode in an address.
const UNRESERVED: AsciiSet = NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// The same for a path.
const UNRESERVED_OR_SLASH: AsciiSet = UNRESERVED.remove(b'/');

/// The same for a path that is already encoded.
const ENCODED_OR_SLASH: AsciiSet = UNRESERVED_OR_SLASH.remove(b'%');

/// The location of a page with a title.
pub fn location(flavour: Flavour, title: &str, parent: &str) -> Location {
    let title = shown(flavour, title);
    let stem = match flavour {
        Flavour::AzureDevops => azure_stem(&title),
        Flavour::Github => title.replace(' ', "-"),
        Flavour::Gitlab => gitlab_stem(&title),
        Flavour::Gitea => gitea_stem(&title),
        Flavour::Plain => Slug::of(&title).shortened().to_string(),
    };
    let path = if parent.is_empty() {
        format!("{stem}.md")
    } else {
        format!("{parent}/{stem}.md")
    };
    Location { title, path }
}

/// A title in the form that the host can show.
fn shown(flavour: Flavour, title: &str) -> String {
    let title = one_line(title);
    match flavour {
        Flavour::AzureDevops => {
            without_dots_at_ends(&title.replace(['/', '\\'], "-").replace('#', "♯"))
        }
        Flavour::Github => without_dots_at_ends(&title.chars().map(on_github).collect::<String>()),
        Flavour::Gitlab | Flavour::Gitea | Flavour::Plain => title,
    }
}

/// A title on one line, in Unicode normal form C.
fn one_line(title: &str) -> String {
    let title = title.split_whitespace().collect::<Vec<_>>().join(" ");
    title.nfc().filter(|next| !next.is_control()).collect()
}

/// The title that the host shows, if it differs visibly from the author's.
pub fn another_title(flavour: Flavour, title: &str) -> Option<String> {
    let title = one_line(title);
    let shown = shown(flavour, &title);
    (shown.replace(HYPHEN, "-") != title.replace(HYPHEN, "-")).then_some(shown)
}

/// A hyphen that GitHub does not show as a space.
const HYPHEN: char = '‐';

/// GitHub stores titles as file names. Characters that some systems do not allow are replaced by
/// similar ones.
fn on_github(next: char) -> char {
    match next {
        '-' => HYPHEN,
        ':' => '∶',
        '/' => '∕',
        '\\' => '∖',
        '|' => '∣',
        '*' => '∗',
        '?' => '？',
        '"' => '＂',
        '<' => '‹',
        '>' => '›',
        _ => next,
    }
}

/// Dots at the ends of a file name hide the file or get lost, so they are replaced by one-dot
/// leaders.
fn without_dots_at_ends(title: &str) -> String {
    let start = title.len() - title.trim_start_matches('.').len();
    let end = title.trim_end_matches('.').len().max(start);
    format!(
        "{}{}{}",
        title[..start].replace('.', "․"),
        &title[start..end],
        title[end..].replace('.', "․")
    )
}

fn azure_stem(title: &str) -> String {
    let mut stem = String::with_capacity(title.len());
    for (at, next) in title.char_indices() {
        match next {
            ' ' => stem.push('-'),
            ':' | '<' | '>' | '*' | '?' | '|' | '-' | '"' => stem.push_str(&encoded(next)),
            // It would be read as an encoded character.
            '%' if is_hex(&title[at + 1..]) => stem.push_str(&encoded(next)),
            _ => stem.push(next),
        }
    }
    stem
}

fn encoded(next: char) -> String {
    format!("%{:02X}", u32::from(next))
}

fn is_hex(rest: &str) -> bool {
    rest.len() >= 2 && rest.bytes().take(2).all(|byte| byte.is_ascii_hexdigit())
}

/// Letters and digits with single hyphens, which have no special meaning on GitLab.
fn gitlab_stem(title: &str) -> String {
    let words: Vec<&str> = title
        .split(|next: char| !is_gitlab_plain(next))
        .filter(|word| !word.is_empty())
        .collect();
    words.join("-")
}

fn is_gitlab_plain(next: char) -> bool {
    next.is_alphanumeric() || unicode_normalization::char::is_combining_mark(next)
}

/// Gitea encodes titles like addresses. It shows a hyphen as a space, unless the name ends in a
/// mark.
fn gitea_stem(title: &str) -> String {
    if title.contains('-') || title.to_lowercase().ends_with(".md") {
        format!("{}.-", gitea_encoded(title, ' '))
    } else {
        gitea_encoded(title, '-')
    }
}

fn gitea_encoded(title: &str, space: char) -> String {
    utf8_percent_encode(title, &UNRESERVED)
        .to_string()
        .replace("%20", &space.to_string())
}

/// The path of a picture in the repository or folder.
pub fn attachment_path(flavour: Flavour, name: &str) -> String {
    match flavour {
        Flavour::AzureDevops => format!(".attachments/{name}"),
        Flavour::Gitlab => format!("uploads/{:032x}/{name}", xxh3_128(name.as_bytes())),
        Flavour::Github | Flavour::Gitea | Flavour::Plain => format!("pictures/{name}"),
    }
}

/// The address of a picture on a page below `parent`.
pub(super) fn picture_address(flavour: Flavour, name: &str, parent: &str) -> String {
    let path = attachment_path(flavour, name);
    let path = utf8_percent_encode(&path, &UNRESERVED_OR_SLASH).to_string();
    match flavour {
        Flavour::AzureDevops => format!("/{path}"),
        // GitLab resolves the upload folder from any page.
        Flavour::Gitlab => path,
        Flavour::Github | Flavour::Gitea | Flavour::Plain => {
            format!("{}{path}", "../".repeat(depth(parent)))
        }
    }
}

/// The number of folders in a path.
fn depth(parent: &str) -> usize {
    parent.split('/').filter(|part| !part.is_empty()).count()
}

/// The address of a page for links from other pages.
pub(super) fn page_address(flavour: Flavour, location: &Location) -> String {
    let stem = location.path.strip_suffix(".md").unwrap_or(&location.path);
    match flavour {
        // Azure DevOps already encodes the file name.
        Flavour::AzureDevops => format!("/{}", utf8_percent_encode(stem, &ENCODED_OR_SLASH)),
        Flavour::Gitlab => format!("/{}", utf8_percent_encode(stem, &UNRESERVED_OR_SLASH)),
        Flavour::Github => utf8_percent_encode(last_part(stem), &UNRESERVED).to_string(),
        Flavour::Gitea => last_part(stem).replace(' ', "+"),
        Flavour::Plain => utf8_percent_encode(last_part(&location.path), &UNRESERVED).to_string(),
    }
}

fn last_part(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The title as front matter, if the file name does not show it. Only GitLab reads it.
pub(super) fn front_matter(title: &str, location: &Location) -> String {
    let stem = last_part(location.path.strip_suffix(".md").unwrap_or(&location.path));
    if stem.replace('-', " ") == title {
        return String::new();
    }
    format!("---\ntitle: {}\n---\n\n", serde_json::Value::from(title))
}

/// What the host would refuse, cut or show in another way.
pub fn problems(flavour: Flavour, case: &Case, location: &Location, text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let (folder, file) = location
        .path
        .rsplit_once('/')
        .unwrap_or(("", &location.path));
    let stem = file.strip_suffix(".md").unwrap_or(file);
    if !stem.chars().any(char::is_alphanumeric) {
        found.push(format!(
            "the title “{}” has no letter or digit to make a file name of; give it another one",
            case.title
        ));
    }
    found.extend(reserved(flavour, folder, stem));
    found.extend(length(flavour, &location.path, folder, file));
    if flavour == Flavour::AzureDevops && text.len() > AZURE_PAGE_BYTES {
        found.push(format!("the page has {} bytes; the limit of Azure DevOps is {AZURE_PAGE_BYTES}; split the page", text.len()));
    }
    found.extend(equal_anchors(flavour, case));
    found
}

/// The maximum size of a page on Azure DevOps: 18 MB.
const AZURE_PAGE_BYTES: usize = 18_000_000;

fn reserved(flavour: Flavour, folder: &str, stem: &str) -> Option<String> {
    let stem = stem.to_lowercase();
    let is_reserved = match flavour {
        Flavour::AzureDevops => stem.starts_with('.'),
        Flavour::Github => stem == "home" || stem.starts_with('_'),
        Flavour::Gitlab => {
            matches!(
                stem.as_str(),
                "home" | "pages" | "new" | "edit" | "templates" | "git-access" | "history"
            ) || matches!(
                folder.split('/').next(),
                Some("templates" | "uploads" | ".gitlab")
            )
        }
        Flavour::Gitea => matches!(
            stem.as_str(),
            "home" | "_sidebar" | "_footer" | "_pages" | "_new" | "_edit" | "raw" | "_raw"
        ),
        Flavour::Plain => matches!(stem.as_str(), "con" | "prn" | "aux" | "nul"),
    };
    is_reserved.then(|| format!("`{stem}` is reserved on this wiki; change the title"))
}

fn length(flavour: Flavour, path: &str, folder: &str, file: &str) -> Option<String> {
    // The limit of most file systems, in which hosts store repositories.
    const FILE_BYTES: usize = 255;
    const GITLAB_FILE_BYTES: usize = 245;
    const AZURE_PATH_CHARACTERS: usize = 235;
    let file_bytes = if flavour == Flavour::Gitlab {
        GITLAB_FILE_BYTES
    } else {
        FILE_BYTES
    };
    let characters = path.chars().count();
    if flavour == Flavour::AzureDevops && characters > AZURE_PATH_CHARACTERS {
        return Some(format!(
            "the path of the page has {characters} characters; the limit of Azure DevOps is {AZURE_PATH_CHARACTERS}; shorten the title"
        ));
    }
    if file.len() > file_bytes {
        return Some(format!(
            "the file name of the page has {} bytes; the limit is {file_bytes}; shorten the title",
            file.len()
        ));
    }
    let part = folder.split('/').find(|part| part.len() > FILE_BYTES)?;
    Some(format!(
        "the folder name of the page has {} bytes; the limit is {FILE_BYTES}; shorten it",
        part.len()
    ))
}

/// Headings whose anchors are equal or empty, so links cannot reach them.
fn equal_anchors(flavour: Flavour, case: &Case) -> Vec<String> {
    let anchors = anchors(flavour, case);
    let anchor_of = |id: &str| anchors.get(id).map(String::as_str).unwrap_or_default();
    let headings = case.page.headings();
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for heading in &headings {
        *times.entry(anchor_of(&heading.id)).or_default() += 1;
    }
    let linked = headings.iter().filter(|heading| heading.is_linked);
    let mut found = Vec::new();
    for heading in linked {
        let words = crate::wiki::page::plain(&heading.text);
        let anchor = anchor_of(&heading.id);
        if anchor.is_empty() {
            found.push(format!(
                "the heading “{words}” has no letter or digit to make an anchor of; change its text"
            ));
        } else if times[anchor] > 1 {
            found.push(format!(
                "a link to the heading “{words}” would lead to another heading; change its text"
            ));
        }
    }
    found
}
