//! The place of a file in the site: its folder gives the kind, its name gives the slug.

use crate::diagnostic::{Diagnostic, nearest, rules};
use crate::model::Kind;
use crate::slug::Slug;
use crate::source::{SitePath, Span};

/// Where a file belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A document of a kind; a story in one file or the `index.md` of its folder.
    Document(Kind, Slug),
    /// Another telling, beside the `index.md` of its story.
    Variant {
        /// From the name of the folder.
        story: Slug,
        /// From the name of the file.
        variant: Slug,
    },
    /// The text of the home page.
    Home,
}

/// The folder that holds all content.
pub const CONTENT: &str = "content";

impl Place {
    /// The place of a Markdown file.
    ///
    /// # Errors
    ///
    /// The diagnostic of a misplaced file.
    pub fn of(path: &SitePath) -> Result<Self, Diagnostic> {
        let inside = path
            .as_str()
            .strip_prefix("content/")
            .unwrap_or(path.as_str());
        let stem = if is_markdown(path.extension()) {
            inside.rsplit_once('.').map_or(inside, |(stem, _)| stem)
        } else {
            inside
        };
        let parts: Vec<&str> = stem.split('/').collect();
        let kind = |folder: &str| Kind::ALL.into_iter().find(|kind| kind.folder() == folder);
        let place = match parts.as_slice() {
            ["home" | "index"] => Self::Home,
            [folder, name] => match kind(folder) {
                Some(kind) => Self::Document(kind, Slug::of(name)),
                None => return Err(misplaced(path, folder)),
            },
            ["stories", story, "index"] => Self::Document(Kind::Story, Slug::of(story)),
            ["stories", story, variant] => Self::Variant {
                story: Slug::of(story),
                variant: Slug::of(variant),
            },
            [folder, ..] => return Err(misplaced(path, folder)),
            [] => return Err(misplaced(path, "")),
        };
        if place.slug().is_empty() && place != Self::Home {
            return Err(Diagnostic::new(
                &rules::MISPLACED,
                path,
                Span::default(),
                "no address can be made from the name of this file",
            )
            .help("give the file a name with a letter or a digit"));
        }
        Ok(place)
    }

    /// A title from the name of the file, or of the folder of a story: `2024-03-07-queue_filled_up.md` is `2024-03-07 queue filled up`.
    pub fn words(path: &SitePath) -> String {
        let name = path.as_str().rsplit('/').next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let stem = if stem == "index" {
            path.parent().rsplit('/').next().unwrap_or_default()
        } else {
            stem
        };
        let signs: Vec<char> = stem.chars().collect();
        let is_digit = |at: Option<usize>| {
            at.and_then(|at| signs.get(at))
                .is_some_and(char::is_ascii_digit)
        };
        let words: String = (0..signs.len())
            .map(|at| match signs[at] {
                // The hyphens of a date stay.
                '-' if is_digit(at.checked_sub(1)) && is_digit(Some(at + 1)) => '-',
                '-' | '_' | '+' => ' ',
                sign => sign,
            })
            .collect();
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let words = words.trim_matches(|edge: char| !edge.is_alphanumeric());
        words.chars().next().map_or(String::new(), |first| {
            first.to_uppercase().chain(words.chars().skip(1)).collect()
        })
    }

    /// The slug that the path gives.
    pub fn slug(&self) -> Slug {
        match self {
            Self::Document(_, slug) | Self::Variant { variant: slug, .. } => slug.clone(),
            Self::Home => Slug::of("home"),
        }
    }
}

/// Whether files with an extension are read as Markdown.
pub fn is_markdown(extension: &str) -> bool {
    ["md", "markdown"]
        .iter()
        .any(|ours| extension.eq_ignore_ascii_case(ours))
}

fn misplaced(path: &SitePath, folder: &str) -> Diagnostic {
    let folders: Vec<&str> = Kind::ALL.into_iter().map(Kind::folder).collect();
    let near = Kind::named(folder)
        .map(Kind::folder)
        .or_else(|| nearest(folder, folders.iter().copied()));
    let help = match near {
        Some(near) if near == folder => format!("move it up into `{CONTENT}/{folder}`"),
        Some(near) => format!("did you mean the folder `{CONTENT}/{near}`?"),
        None => format!(
            "move it to {}, or take the ending `.md` away",
            folders
                .iter()
                .map(|folder| format!("`{CONTENT}/{folder}`"))
                .collect::<Vec<_>>()
                .join(", ")
        ),
    };
    Diagnostic::new(
        &rules::MISPLACED,
        path,
        Span::default(),
        "this file lies where the site does not look, so it is left out",
    )
    .help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_gives_the_kind_and_the_name_the_slug() {
        let place = |path: &str| Place::of(&SitePath::new(path)).ok();
        assert_eq!(
            place("content/stories/My Story.md"),
            Some(Place::Document(Kind::Story, Slug::of("my-story")))
        );
        assert_eq!(
            place("content/stories/x/index.md"),
            Some(Place::Document(Kind::Story, Slug::of("x")))
        );
        assert_eq!(
            place("content/stories/x/short.md"),
            Some(Place::Variant {
                story: Slug::of("x"),
                variant: Slug::of("short")
            })
        );
        assert_eq!(
            place("content/stories/Note.MD"),
            Some(Place::Document(Kind::Story, Slug::of("note")))
        );
        assert_eq!(place("content/home.md"), Some(Place::Home));
        assert_eq!(place("content/story/x.md"), None);
        assert_eq!(place("content/questions/a/b.md"), None);
    }

    #[test]
    fn a_name_in_words_keeps_dates_and_capitals() {
        for (path, words) in [
            ("content/stories/AWS-outage.md", "AWS outage"),
            ("content/stories/the-queue/index.md", "The queue"),
            (
                "content/case-studies/2024-03-07-queue_filled_up.Markdown",
                "2024-03-07 queue filled up",
            ),
            ("content/stories/⚙️ gears.md", "Gears"),
        ] {
            assert_eq!(Place::words(&SitePath::new(path)), words);
        }
    }
}
