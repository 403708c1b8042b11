//! The list of what a build wrote, in the folder of the site.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::Path;
use std::time::SystemTime;

use super::Error;

/// The name of the list in the folder of the site.
pub(super) const NAME: &str = ".storybank";

/// The first line of the list. A list with another first line counts as no list.
const FORMAT: &str = "storybank 2";

/// The first line of lists without content digests. Their files are known to be ours, and are made again.
const FORMAT_WITHOUT_CONTENT: &str = "storybank 1";

/// A file as a build wrote it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    /// The digest of what the file was made from; see [`crate::build::Made`].
    pub fingerprint: u64,
    /// The digest of its content, by which a deployment tells whether it changed.
    pub content: u128,
    /// In bytes.
    pub length: u64,
}

/// The list of the previous build.
#[derive(Debug, Default)]
pub(super) struct Manifest {
    /// Keyed by path from the root of the site. `None` if the list says nothing about the content of the file.
    pub files: BTreeMap<String, Option<Entry>>,
    /// When the build ended. Somebody else may have changed a file that was modified then or later.
    pub ended: Option<SystemTime>,
}

/// Reads the list of the previous build. It is empty if there is no list, or one in an unknown format.
pub(super) fn read(path: &Path) -> Manifest {
    let Some(files) = fs::read_to_string(path).ok().and_then(|text| parse(&text)) else {
        return Manifest::default();
    };
    Manifest {
        files,
        ended: fs::metadata(path).and_then(|about| about.modified()).ok(),
    }
}

/// Writes the list of a build.
pub(super) fn write(path: &Path, files: &BTreeMap<&str, Entry>) -> Result<(), Error> {
    let mut text = format!("{FORMAT}\n");
    for (
        path,
        Entry {
            fingerprint,
            content,
            length,
        },
    ) in files
    {
        writeln!(text, "{fingerprint:016x} {content:032x} {length} {path}")
            .expect("writing to a string does not fail");
    }
    fs::write(path, text).map_err(|error| Error::io("write", path, error))
}

fn parse(text: &str) -> Option<BTreeMap<String, Option<Entry>>> {
    let (format, lines) = text.split_once('\n')?;
    let line = match format {
        FORMAT => line,
        FORMAT_WITHOUT_CONTENT => line_without_content,
        _ => return None,
    };
    Some(lines.lines().filter_map(line).collect())
}

fn line(line: &str) -> Option<(String, Option<Entry>)> {
    let mut fields = line.splitn(4, ' ');
    let fingerprint = u64::from_str_radix(fields.next()?, 16).ok()?;
    let content = u128::from_str_radix(fields.next()?, 16).ok()?;
    let length = fields.next()?.parse().ok()?;
    Some((
        path_inside(fields.next()?)?,
        Some(Entry {
            fingerprint,
            content,
            length,
        }),
    ))
}

fn line_without_content(line: &str) -> Option<(String, Option<Entry>)> {
    Some((path_inside(line.splitn(3, ' ').nth(2)?)?, None))
}

/// A path, if it stays in the folder. No build wrote another one.
fn path_inside(path: &str) -> Option<String> {
    let is_inside =
        !path.is_empty() && path.split('/').all(|part| !matches!(part, "" | "." | ".."));
    is_inside.then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_without_content_digests_names_files_and_says_nothing_about_them() {
        let files = parse(
            "storybank 1\n000000000000002a 7 stories/a b.html\n0 9 ../../site.toml\nnonsense\n",
        )
        .expect("the format is known");
        assert_eq!(
            files,
            BTreeMap::from([("stories/a b.html".to_owned(), None)])
        );
    }

    #[test]
    fn a_list_of_an_unknown_format_is_no_list() {
        assert_eq!(parse("storybank 10\n0 9 index.html\n"), None);
        assert_eq!(parse(""), None);
    }
}
