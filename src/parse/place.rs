//! What the path of a file says about it: the folder gives the kind, the name gives the slug.

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
    /// The place of a Markdown file, or why it has none.
    pub fn of(path: &SitePath) -> Result<Self, Diagnostic> {
        let inside = path.as_str().strip_prefix("content/").unwrap_or(path.as_str());
        let stem = inside.strip_suffix(".md").or_else(|| inside.strip_suffix(".markdown")).unwrap_or(inside);
        let parts: Vec<&str> = stem.split('/').collect();
        let kind = |folder: &str| Kind::ALL.into_iter().find(|kind| kind.folder() == folder);
        let place = match parts.as_slice() {
            ["home" | "index"] => Self::Home,
            [folder, name] => match kind(folder) {
                Some(kind) => Self::Document(kind, Slug::of(name)),
                None => return Err(misplaced(path, folder)),
            },
            ["stories", story, "index"] => Self::Document(Kind::Story, Slug::of(story)),
            ["stories", story, variant] => Self::Variant { story: Slug::of(story), variant: Slug::of(variant) },
            [folder, ..] => return Err(misplaced(path, folder)),
            [] => return Err(misplaced(path, "")),
        };
        if place.slug().is_empty() && place != Self::Home {
            return Err(Diagnostic::new(&rules::MISPLACED, path, Span::default(), "no address can be made from the name of this file")
                .help("give the file a name with a letter or a digit"));
        }
        Ok(place)
    }

    /// The slug that the path gives.
    pub fn slug(&self) -> Slug {
        match self {
            Self::Document(_, slug) | Self::Variant { variant: slug, .. } => slug.clone(),
            Self::Home => Slug::of("home"),
        }
    }
}

fn misplaced(path: &SitePath, folder: &str) -> Diagnostic {
    let folders: Vec<&str> = Kind::ALL.into_iter().map(Kind::folder).collect();
    let near = Kind::named(folder).map(Kind::folder).or_else(|| nearest(folder, folders.iter().copied()));
    let help = match near {
        Some(near) if near == folder => format!("move it up into `{CONTENT}/{folder}`"),
        Some(near) => format!("did you mean the folder `{CONTENT}/{near}`?"),
        None => format!(
            "move it to {}, or take the ending `.md` away",
            folders.iter().map(|folder| format!("`{CONTENT}/{folder}`")).collect::<Vec<_>>().join(", ")
        ),
    };
    Diagnostic::new(&rules::MISPLACED, path, Span::default(), "this file lies where the site does not look, so it is left out").help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_gives_the_kind_and_the_name_the_slug() {
        let place = |path: &str| Place::of(&SitePath::new(path)).ok();
        assert_eq!(place("content/stories/My Story.md"), Some(Place::Document(Kind::Story, Slug::of("my-story"))));
        assert_eq!(place("content/stories/x/index.md"), Some(Place::Document(Kind::Story, Slug::of("x"))));
        assert_eq!(place("content/stories/x/short.md"), Some(Place::Variant { story: Slug::of("x"), variant: Slug::of("short") }));
        assert_eq!(place("content/home.md"), Some(Place::Home));
        assert_eq!(place("content/story/x.md"), None);
        assert_eq!(place("content/questions/a/b.md"), None);
    }
}
