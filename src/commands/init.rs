//! `storybank init`: the first files of a site, with comments that explain them.

mod remove;

use std::path::{Path, PathBuf};

use crate::cli::Init;
use crate::config;
use crate::disk::{self, Interrupts};

use super::new::{quoted, shown};
use super::terminal::Terminal;
use super::{Error, Outcome};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// The file that excludes a built site from version control.
const GITIGNORE: &str = ".gitignore";

const GITIGNORE_TEXT: &str = include_str!("init/gitignore");

/// The paths and texts of files, from the root of a site.
pub(super) type Files = Vec<(&'static str, &'static str)>;

/// What a new site contains.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Content {
    /// Common questions and competencies, and an example of a story.
    Usual,
    /// Common questions and competencies.
    WithoutExample,
    /// The settings and the text of the first page.
    Empty,
    /// The fictional stories of one person.
    Sample,
}

impl Content {
    fn of(options: &Init) -> Self {
        if options.sample {
            Self::Sample
        } else if options.empty {
            Self::Empty
        } else if options.without_example {
            Self::WithoutExample
        } else {
            Self::Usual
        }
    }

    /// The files to write.
    pub(super) fn files(self) -> Files {
        const OF_EMPTY: [&str; 2] = [config::FILE, "content/home.md"];
        let gitignore = (GITIGNORE, GITIGNORE_TEXT);
        let of_site = match self {
            Self::Usual => [STARTER, EXAMPLE].concat(),
            Self::WithoutExample => STARTER.to_vec(),
            Self::Empty => Vec::new(),
            Self::Sample => SAMPLE.to_vec(),
        };
        let settings = STARTER.iter().filter(|(path, _)| OF_EMPTY.contains(path));
        let settings = settings.filter(|_| self == Self::Empty).copied();
        [gitignore]
            .into_iter()
            .chain(settings)
            .chain(of_site)
            .collect()
    }
}

/// Creates a site in a folder without one, or removes the example from a site.
pub fn run(options: &Init, terminal: &Terminal) -> Result<Outcome, Error> {
    if options.remove_example {
        return remove::run(options.folder.as_deref(), terminal);
    }
    let folder = options.folder.as_deref().unwrap_or(Path::new("."));
    create(folder, Content::of(options), terminal)
}

fn create(folder: &Path, content: Content, terminal: &Terminal) -> Result<Outcome, Error> {
    refuse_existing_site(folder)?;
    let had_gitignore = disk::first_there(folder, &[GITIGNORE]).is_some();
    let files: Vec<(PathBuf, &str)> = content
        .files()
        .into_iter()
        .filter(|(path, _)| !(had_gitignore && *path == GITIGNORE))
        .map(|(path, text)| (shown(folder, path), text))
        .collect();
    // A signal waits until all files are written.
    let _held = Interrupts::caught()
        .map_err(Error::system("catch signals"))?
        .hold();
    disk::create_all(&files)?;
    for path in [config::FILE, "content"] {
        terminal.result(&shown(folder, path).to_string_lossy());
    }
    if had_gitignore {
        terminal.warn(&format!(
            "`{GITIGNORE}` was there already: see that it has the lines `/public` and `/storybank-*.html`, which keep built sites out of version control"
        ));
    }
    terminal.say(&next_steps(folder, content));
    Ok(Outcome::Done)
}

/// Fails if a folder is a site, or is part of one.
fn refuse_existing_site(folder: &Path) -> Result<(), Error> {
    if let Some(there) = disk::first_there(folder, &["content", config::FILE]) {
        let there = there.display();
        return Err(format!("`{there}` is there already, so nothing was written; `storybank new` adds to a site, and `storybank init DIR` starts one elsewhere").into());
    }
    if let Some(site) = disk::site_whose_sources_hold(folder)? {
        let (folder, site) = (folder.display(), site.display());
        return Err(format!("`{folder}` lies among the sources of the site at `{site}`, so nothing was written; `storybank new` adds to that site, and `storybank init DIR` starts one elsewhere").into());
    }
    Ok(())
}

/// What to do with a new site.
fn next_steps(folder: &Path, content: Content) -> String {
    let named = if folder == Path::new(".") {
        String::new()
    } else {
        format!(" {}", quoted(folder))
    };
    let root = if named.is_empty() {
        String::new()
    } else {
        format!(" --root{named}")
    };
    let more = match content {
        Content::Usual => {
            format!("; `storybank init --remove-example{named}` removes the example story")
        }
        Content::WithoutExample | Content::Empty | Content::Sample => String::new(),
    };
    format!(
        "next: `storybank build{root}`, then open the page that it names; `storybank new story \"…\"{root}` starts a story of your own{more}"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::audience::Viewer;
    use crate::build::{InputFile, Inputs, Linked, ParseCache, link_site};
    use crate::model::{Audience, Meta};
    use crate::source::SitePath;

    pub(super) fn inputs(files: &[(&str, &str)]) -> Inputs {
        let file = |(path, text): &(&str, &str)| {
            InputFile::new(SitePath::new(*path), text.as_bytes().to_vec())
        };
        let mut documents: Vec<InputFile> = files
            .iter()
            .filter(|(path, _)| path.ends_with(".md"))
            .map(file)
            .collect();
        // As on the disk, the files are sorted by path.
        documents.sort_by(|one, other| one.path.cmp(&other.path));
        Inputs {
            settings: files
                .iter()
                .find(|(path, _)| *path == config::FILE)
                .map(file),
            documents,
            assets: files
                .iter()
                .filter(|(path, _)| path.starts_with("content/") && !path.ends_with(".md"))
                .map(|(path, _)| SitePath::new(*path))
                .collect(),
            ..Inputs::default()
        }
    }

    fn linked(inputs: &Inputs, audience: Audience) -> Linked {
        link_site(
            inputs,
            &mut ParseCache::default(),
            |_| (),
            |_| Viewer {
                audience,
                drafts: audience == Audience::Private,
            },
        )
    }

    /// The names that a framework gives to the competencies of a site.
    fn names_of(linked: &Linked, framework: &str) -> BTreeSet<String> {
        let metas = linked.site.documents.iter().map(|document| &document.meta);
        metas
            .filter_map(|meta| match meta {
                Meta::Competency(meta) => Some(&meta.frameworks),
                _ => None,
            })
            .flatten()
            .filter(|(name, _)| name.as_str() == framework)
            .flat_map(|(_, entries)| entries.iter().map(|entry| entry.as_str().to_owned()))
            .collect()
    }

    /// The rules of the diagnostics of a new site.
    fn found(content: Content, audience: Audience) -> Vec<&'static str> {
        let inputs = inputs(&content.files());
        let found = linked(&inputs, audience).diagnostics;
        found.iter().map(|found| found.rule.name).collect()
    }

    #[test]
    fn a_new_site_has_nothing_wrong() {
        for content in [Content::Usual, Content::WithoutExample, Content::Empty] {
            assert_eq!(found(content, Audience::Private), [""; 0], "{content:?}");
        }
        assert_eq!(found(Content::Usual, Audience::Team), [""; 0]);
        // Nothing in it is for everybody, so a warning says that the site is empty.
        assert_eq!(found(Content::Usual, Audience::Public), ["empty-site"]);
        for audience in [Audience::Private, Audience::Team, Audience::Public] {
            assert_eq!(found(Content::Sample, audience), [""; 0], "{audience:?}");
        }
    }

    #[test]
    fn the_starter_set_has_thirty_questions_and_fourteen_competencies() {
        let site = linked(&inputs(STARTER), Audience::Private).site;
        assert_eq!(site.questions().count(), 30);
        assert_eq!(site.competencies.len(), 14);
    }

    #[test]
    fn each_leadership_principle_of_amazon_is_spelled_as_amazon_spells_it() {
        let expected = [
            "Are Right, A Lot",
            "Bias for Action",
            "Customer Obsession",
            "Deliver Results",
            "Dive Deep",
            "Earn Trust",
            "Frugality",
            "Have Backbone; Disagree and Commit",
            "Hire and Develop the Best",
            "Insist on the Highest Standards",
            "Invent and Simplify",
            "Learn and Be Curious",
            "Ownership",
            "Strive to be Earth's Best Employer",
            "Success and Scale Bring Broad Responsibility",
            "Think Big",
        ];
        for files in [STARTER, SAMPLE] {
            let linked = linked(&inputs(files), Audience::Private);
            assert_eq!(
                names_of(&linked, "amazon"),
                expected.map(str::to_owned).into()
            );
        }
    }

    #[test]
    fn only_names_that_google_uses_are_among_those_of_google() {
        let known = [
            "General cognitive ability",
            "Googleyness",
            "Leadership",
            "Role-related knowledge",
        ];
        let linked = linked(&inputs(STARTER), Audience::Private);
        assert_eq!(names_of(&linked, "google"), known.map(str::to_owned).into());
    }
}
