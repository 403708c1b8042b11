//! `storybank init --remove-example`: deletes the files of the example, except those that are in use.

use std::path::Path;

use crate::build::{Inputs, ParseCache, link_whole};
use crate::diagnostic::Diagnostic;
use crate::disk::{self, Interrupts};
use crate::source::locate;

use super::EXAMPLE;
use crate::commands::new::shown;
use crate::commands::terminal::Terminal;
use crate::commands::{Error, Outcome};

/// A file of the example: its path and its text.
type ExampleFile = (&'static str, &'static str);

/// What happens to the files of the example that are in a site.
#[derive(Debug, PartialEq, Eq)]
struct Removal {
    remove: Vec<ExampleFile>,
    keep: Vec<Kept>,
}

/// A file that stays, and why.
#[derive(Debug, PartialEq, Eq)]
struct Kept {
    path: &'static str,
    why: Why,
}

#[derive(Debug, PartialEq, Eq)]
enum Why {
    Changed,
    /// The errors that there would be without it.
    Needed(Vec<Diagnostic>),
}

/// Deletes the example. `folder` is the site that the user named.
pub fn run(folder: Option<&Path>, terminal: &Terminal) -> Result<Outcome, Error> {
    let root = disk::find_site(folder)?;
    let inputs = disk::load(&root)?;
    let Some(removal) = plan(&inputs) else {
        return Err("the site has errors, which can hide references to the example, so nothing was removed; `storybank build` shows them".into());
    };
    // A signal waits until all files are deleted.
    let _held = Interrupts::caught()
        .map_err(Error::system("catch signals"))?
        .hold();
    for (path, text) in &removal.remove {
        let path = shown(&root, path);
        disk::remove_unchanged(&path, |bytes| is_same(bytes, text))?;
        terminal.result(&path.to_string_lossy());
    }
    for kept in &removal.keep {
        terminal.warn(&message(kept, &inputs));
    }
    if removal.remove.is_empty() && removal.keep.is_empty() {
        terminal.say("the example is not in this site, so nothing was removed");
    }
    Ok(Outcome::Done)
}

/// Decides about each file of the example; `None` if the site has errors.
fn plan(inputs: &Inputs) -> Option<Removal> {
    let mut cache = ParseCache::default();
    if !errors(inputs, &[], &mut cache).is_empty() {
        return None;
    }
    let mut removal = Removal {
        remove: Vec::new(),
        keep: Vec::new(),
    };
    for (path, text) in EXAMPLE.iter().copied() {
        match inputs
            .documents
            .iter()
            .find(|file| file.path.as_str() == path)
        {
            None => {}
            Some(file) if is_same(&file.bytes, text) => removal.remove.push((path, text)),
            Some(_) => removal.keep.push(Kept {
                path,
                why: Why::Changed,
            }),
        }
    }
    keep_needed(&mut removal, inputs, &mut cache);
    Some(removal)
}

/// Keeps the files that others refer to, until the removal leaves no error.
fn keep_needed(removal: &mut Removal, inputs: &Inputs, cache: &mut ParseCache) {
    loop {
        let found = errors(inputs, &removal.remove, cache);
        if found.is_empty() {
            return;
        }
        let mut indexes = 0..removal.remove.len();
        let needed = indexes.clone().find_map(|index| {
            let mut fewer = removal.remove.clone();
            fewer.remove(index);
            let gone = without_places_of(&found, &errors(inputs, &fewer, cache));
            (!gone.is_empty()).then_some((index, gone))
        });
        // Several files can be needed together, as a variant and its story. Each is missed if it goes alone.
        let needed = needed.or_else(|| {
            indexes.find_map(|index| {
                let alone = errors(inputs, &removal.remove[index..=index], cache);
                let others = without_places_of(&found, &alone);
                let missed = without_places_of(&found, &others);
                (!missed.is_empty()).then_some((index, missed))
            })
        });
        // If nothing helps, the first one stays, and the search goes on with fewer files.
        let (index, errors) = needed.unwrap_or((0, found));
        let (path, _) = removal.remove.remove(index);
        let why = Why::Needed(errors);
        removal.keep.push(Kept { path, why });
    }
}

/// The errors of a site without some of its files.
fn errors(inputs: &Inputs, without: &[ExampleFile], cache: &mut ParseCache) -> Vec<Diagnostic> {
    let mut inputs = inputs.clone();
    inputs
        .documents
        .retain(|file| !without.iter().any(|(path, _)| file.path.as_str() == *path));
    let mut found = link_whole(&inputs, cache, |_| ()).diagnostics;
    found.retain(Diagnostic::is_error);
    found
}

/// Errors without those at the places of others. The messages at a place can differ: they name what there is.
fn without_places_of(errors: &[Diagnostic], others: &[Diagnostic]) -> Vec<Diagnostic> {
    let is_there = |error: &Diagnostic| {
        let mut places = others.iter().map(|other| (&other.file, other.span));
        places.any(|place| place == (&error.file, error.span))
    };
    let left = errors.iter().filter(|error| !is_there(error));
    left.cloned().collect()
}

/// Whether a file has the text that `storybank init` wrote. Version control may have changed the ends of its lines.
fn is_same(bytes: &[u8], text: &str) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|found| found.replace("\r\n", "\n") == text)
}

/// Why a file stays, for the user.
fn message(kept: &Kept, inputs: &Inputs) -> String {
    let path = kept.path;
    match &kept.why {
        Why::Changed => format!("kept `{path}`: it has changed since `storybank init` wrote it"),
        Why::Needed(errors) => {
            format!(
                "kept `{path}`: it is referred to at {}",
                places(errors, inputs)
            )
        }
    }
}

/// The places of errors, as `FILE:LINE:COLUMN`.
fn places(errors: &[Diagnostic], inputs: &Inputs) -> String {
    const SHOWN: usize = 3;
    let place = |error: &Diagnostic| {
        let bytes = inputs.bytes(&error.file).unwrap_or_default();
        let at = locate(&String::from_utf8_lossy(bytes), error.span.range().start);
        format!("`{}:{}:{}`", error.file, at.line, at.column)
    };
    let mut places: Vec<String> = errors.iter().take(SHOWN).map(place).collect();
    if let Some(more @ 1..) = errors.len().checked_sub(SHOWN) {
        places.push(format!("{more} more"));
    }
    places.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::commands::init::tests::inputs;
    use crate::commands::init::{Content, Files};

    const STORY: &str = "content/stories/the-reminders-that-went-out-twice/index.md";
    const VARIANT: &str = "content/stories/the-reminders-that-went-out-twice/as-a-mistake.md";

    /// The plan for a new site with further files; a file at a known path replaces it.
    fn planned(more: &[(&'static str, &'static str)]) -> Option<Removal> {
        let mut files: Files = Content::Usual.files();
        files.retain(|(path, _)| more.iter().all(|(other, _)| other != path));
        files.extend(more);
        plan(&inputs(&files))
    }

    /// The paths of the files that stay, in their order.
    fn kept(removal: &Removal) -> Vec<&str> {
        removal.keep.iter().map(|kept| kept.path).collect()
    }

    #[test]
    fn an_unchanged_example_is_removed_as_a_whole() {
        let removal = planned(&[]).expect("a new site has no errors");
        assert_eq!(removal.remove, EXAMPLE);
        assert_eq!(removal.keep, []);
    }

    #[test]
    fn a_changed_file_stays_and_so_does_what_it_needs() {
        let own = "---\ntitle: Mine\nanswers: [mistake]\n---\n\nIt is [[stories/the-reminders-that-went-out-twice]].\n";
        let removal = planned(&[(VARIANT, own)]).expect("it has no errors");
        // The story names the interview in which it was told.
        let interview = "content/interviews/town-archive.md";
        assert_eq!(kept(&removal), [VARIANT, STORY, interview]);
        assert_eq!(removal.keep[0].why, Why::Changed);
        assert_eq!(removal.remove.len() + 3, EXAMPLE.len());
    }

    #[test]
    fn a_file_that_is_referred_to_stays_and_the_message_names_the_place() {
        let own = (
            "content/stories/mine.md",
            "---\ntitle: Mine\n---\n\nAs in [[reminders-sent-twice]].\n",
        );
        let removal = planned(&[own]).expect("it has no errors");
        let case = "content/case-studies/reminders-sent-twice.md";
        assert_eq!(kept(&removal)[..1], [case]);
        let mut files = Content::Usual.files();
        files.push(own);
        assert_eq!(
            message(&removal.keep[0], &inputs(&files)),
            format!("kept `{case}`: it is referred to at `content/stories/mine.md:5:7`")
        );
        // The case study names its story, so the story stays too.
        assert!(kept(&removal).contains(&STORY));
    }

    #[test]
    fn a_variant_that_is_referred_to_stays_with_its_story_and_each_message_is_true() {
        let own = (
            "content/questions/z.md",
            "---\nquestion: Why?\n---\n[[the-reminders-that-went-out-twice/as-a-mistake]]\n",
        );
        let removal = planned(&[own]).expect("it has no errors");
        let mut files = Content::Usual.files();
        files.push(own);
        let inputs = inputs(&files);
        let from_z = removal.keep.iter().map(|kept| message(kept, &inputs));
        let from_z: Vec<String> = from_z.filter(|message| message.contains("z.md")).collect();
        let place = "`content/questions/z.md:4:1`";
        let expected = [
            format!("kept `{VARIANT}`: it is referred to at {place}"),
            format!("kept `{STORY}`: it is referred to at {place}, `{VARIANT}:1:1`"),
        ];
        assert_eq!(from_z, expected);
    }

    #[test]
    fn line_ends_of_another_system_are_no_change() {
        let (path, text) = EXAMPLE[0];
        let windows: &'static str = text.replace('\n', "\r\n").leak();
        let removal = planned(&[(path, windows)]).expect("it has no errors");
        assert_eq!(removal.keep, []);
    }

    #[test]
    fn nothing_is_removed_from_a_site_with_errors() {
        assert_eq!(
            planned(&[("content/stories/mine.md", "---\nanswers: [nothing]\n---\n")]),
            None
        );
    }
}
