//! `storybank init`: the first files of a site, with comments that explain them.

use std::path::Path;

use crate::config;
use crate::disk::{self, Interrupts};

use super::new::{quoted, shown};
use super::terminal::Terminal;
use super::{Error, Outcome};

/// The file that excludes a built site from version control.
const GITIGNORE: &str = ".gitignore";

/// The files of a new site: paths and contents.
pub(super) const SITE: &[(&str, &str)] = &[
    (config::FILE, include_str!("templates/site/site.toml")),
    (GITIGNORE, include_str!("templates/site/gitignore")),
    (
        "content/home.md",
        include_str!("templates/site/content/home.md"),
    ),
    (
        "content/stories/the-reminders-that-went-out-twice/index.md",
        include_str!("templates/site/content/stories/the-reminders-that-went-out-twice/index.md"),
    ),
    (
        "content/stories/the-reminders-that-went-out-twice/as-a-mistake.md",
        include_str!(
            "templates/site/content/stories/the-reminders-that-went-out-twice/as-a-mistake.md"
        ),
    ),
    (
        "content/questions/disagreement.md",
        include_str!("templates/site/content/questions/disagreement.md"),
    ),
    (
        "content/questions/hardest-problem.md",
        include_str!("templates/site/content/questions/hardest-problem.md"),
    ),
    (
        "content/questions/mistake.md",
        include_str!("templates/site/content/questions/mistake.md"),
    ),
    (
        "content/competencies/communication.md",
        include_str!("templates/site/content/competencies/communication.md"),
    ),
    (
        "content/competencies/ownership.md",
        include_str!("templates/site/content/competencies/ownership.md"),
    ),
    (
        "content/competencies/problem-solving.md",
        include_str!("templates/site/content/competencies/problem-solving.md"),
    ),
    (
        "content/case-studies/reminders-sent-twice.md",
        include_str!("templates/site/content/case-studies/reminders-sent-twice.md"),
    ),
];

/// Creates a site in a folder without one.
pub fn run(folder: &Path, terminal: &Terminal) -> Result<Outcome, Error> {
    refuse_existing_site(folder)?;
    let had_gitignore = disk::first_there(folder, &[GITIGNORE]).is_some();
    // A signal waits until all files are written.
    let _held = Interrupts::caught()
        .map_err(Error::system("catch signals"))?
        .hold();
    for (path, text) in SITE
        .iter()
        .filter(|(path, _)| !(had_gitignore && *path == GITIGNORE))
    {
        let path = shown(folder, path);
        disk::create_new(&path, text)?;
        terminal.result(&path.to_string_lossy());
    }
    if had_gitignore {
        terminal.warn(&format!(
            "`{GITIGNORE}` was there already: see that it has the line `/public`"
        ));
    }
    terminal.say(&next_steps(folder));
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
fn next_steps(folder: &Path) -> String {
    let root = if folder == Path::new(".") {
        String::new()
    } else {
        format!(" --root {}", quoted(folder))
    };
    format!(
        "next: `storybank build{root}`, then open the page that it names; `storybank new story \"…\"{root}` starts a story of your own"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::audience::Viewer;
    use crate::build::{InputFile, Inputs, Linked, ParseCache, link_site};
    use crate::model::Audience;
    use crate::source::SitePath;

    fn inputs(files: &[(&str, &str)]) -> Inputs {
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

    #[test]
    fn a_new_site_has_nothing_wrong_and_a_gap() {
        let inputs = inputs(SITE);
        for audience in [Audience::Private, Audience::Team] {
            assert_eq!(linked(&inputs, audience).diagnostics, []);
        }
        // Nothing in it is for everybody, so a warning says that the site is empty.
        let found = linked(&inputs, Audience::Public).diagnostics;
        assert_eq!(
            found
                .iter()
                .map(|found| found.rule.name)
                .collect::<Vec<_>>(),
            ["empty-site"]
        );
        let site = linked(&inputs, Audience::Private).site;
        assert_eq!(
            site.questions()
                .filter(|&id| site.is_of_bank(id) && site.question(id).answers.is_empty())
                .count(),
            1
        );
    }
}
