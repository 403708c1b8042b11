//! `storybank new`: new documents, with comments that explain them.

use std::path::{Path, PathBuf};

use crate::audience::Viewer;
use crate::build::{Inputs, ParseCache, link_site};
use crate::diagnostic::nearest;
use crate::disk::{self, Interrupts};
use crate::model::{Audience, Document, Kind};
use crate::parse::Place;
use crate::site::{Site, capitalised};
use crate::slug::Slug;
use crate::source::SitePath;

use super::terminal::Terminal;
use super::{Error, Outcome};
use crate::cli::{New, NewKind};

const STORY: &str = include_str!("templates/new/story.md");
const VARIANT: &str = include_str!("templates/new/variant.md");
const QUESTION: &str = include_str!("templates/new/question.md");
const CASE_STUDY: &str = include_str!("templates/new/case-study.md");
const COMPETENCY: &str = include_str!("templates/new/competency.md");

/// The maximum length of a slug in bytes. Every file system accepts file names of this length.
const LONGEST_SLUG: usize = 200;

/// Creates a document.
pub fn run(options: &New, terminal: &Terminal) -> Result<Outcome, Error> {
    let root = disk::find_site(options.site.root.as_deref())?;
    let inputs = disk::load(&root)?;
    // Drafts count as existing documents. Errors in other files do not matter here.
    let linked = link_site(
        &inputs,
        &mut ParseCache::default(),
        |_| (),
        |_| Viewer {
            audience: Audience::Private,
            drafts: true,
        },
    );
    let file = plan(
        options.kind,
        &options.name,
        &Known {
            inputs: &inputs,
            site: &linked.site,
        },
    )?;
    let path = shown(&root, &file.path);
    let _held = Interrupts::caught()
        .map_err(Error::system("catch signals"))?
        .hold();
    disk::create_new(&path, &file.text)?;
    terminal.result(&path.to_string_lossy());
    terminal.say("it is a draft: `storybank serve` shows it, and `status: ready` makes it a part of the site");
    Ok(Outcome::Done)
}

/// A path below a folder as a user would type it.
pub(super) fn shown(folder: &Path, path: &str) -> PathBuf {
    if folder == Path::new(".") {
        PathBuf::from(path)
    } else {
        folder.join(path)
    }
}

/// A path as one word of a command line.
pub(super) fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let is_plain = path
        .chars()
        .all(|next| next.is_alphanumeric() || matches!(next, '/' | '.' | '-' | '_'));
    if is_plain {
        path
    } else {
        format!("'{}'", path.replace('\'', r"'\''"))
    }
}

/// What the site already has.
struct Known<'a> {
    inputs: &'a Inputs,
    site: &'a Site,
}

impl Known<'_> {
    /// The file at a place.
    fn file(&self, place: &Place) -> Option<&SitePath> {
        self.inputs
            .documents
            .iter()
            .map(|file| &file.path)
            .find(|path| Place::of(path).is_ok_and(|found| found == *place))
    }

    /// The file that defines a document of a kind. A question can also be defined in a sheet, or as a follow-up in a story.
    fn holder(&self, kind: Kind, slug: &Slug) -> Option<&SitePath> {
        let document = || self.site.document_of(self.site.find(kind, slug)?);
        self.file(&Place::Document(kind, slug.clone()))
            .or_else(|| Some(&self.site.document(document()?).path))
    }

    fn story(&self, slug: &Slug) -> Option<&Document> {
        self.site
            .names
            .story(slug.as_str())
            .map(|story| self.site.document(self.site.story(story).document))
    }

    fn has_competency(&self, slug: &Slug) -> bool {
        self.site.names.competency(slug.as_str()).is_some()
    }

    /// The competencies of the site, as lines of a comment.
    fn competencies(&self) -> String {
        const WIDTH: usize = 110;
        let mut slugs: Vec<&str> = self
            .site
            .competencies
            .iter()
            .map(|competency| competency.slug.as_str())
            .collect();
        slugs.sort_unstable();
        if slugs.is_empty() {
            return "# There is none in this site yet; `storybank new competency` starts one."
                .to_owned();
        }
        let mut lines = vec!["# This site has:".to_owned()];
        for (index, slug) in slugs.iter().enumerate() {
            let word = if index + 1 < slugs.len() {
                format!("{slug},")
            } else {
                (*slug).to_owned()
            };
            match lines.last_mut() {
                Some(line) if line.chars().count() + word.chars().count() < WIDTH => {
                    *line = format!("{line} {word}");
                }
                _ => lines.push(format!("# {word}")),
            }
        }
        lines.join("\n")
    }
}

/// A file to create.
#[derive(Debug)]
struct NewFile {
    /// Its path from the root of the site.
    path: String,
    text: String,
}

fn plan(kind: NewKind, name: &str, known: &Known<'_>) -> Result<NewFile, String> {
    match kind {
        NewKind::Story => document(Kind::Story, STORY, name, known),
        NewKind::Question => document(Kind::Question, QUESTION, name, known),
        NewKind::CaseStudy => document(Kind::CaseStudy, CASE_STUDY, name, known),
        NewKind::Competency => document(Kind::Competency, COMPETENCY, name, known),
        NewKind::Variant => variant(name, known),
    }
}

/// A document of a kind. A story gets a folder for its variants.
fn document(kind: Kind, template: &str, name: &str, known: &Known<'_>) -> Result<NewFile, String> {
    let Name { slug, words } = Name::of(name)?;
    if let Some(path) = known.holder(kind, &slug) {
        return Err(format!(
            "there is a {} `{slug}` already, in `{path}`; nothing was written",
            kind.noun()
        ));
    }
    let file = if kind == Kind::Story {
        format!("{slug}/index.md")
    } else {
        format!("{slug}.md")
    };
    Ok(NewFile {
        path: format!("content/{}/{file}", kind.folder()),
        text: filled(template, known, &words),
    })
}

/// A variant, beside the `index.md` of its story.
fn variant(name: &str, known: &Known<'_>) -> Result<NewFile, String> {
    let Some((story, name)) = name.split_once('/') else {
        return Err(format!(
            "`{name}` does not say which story it tells; name a variant `STORY/NAME`, as in `the-outage/in-thirty-seconds`"
        ));
    };
    let story = Name::of(story)?.slug;
    let Name { slug, words } = Name::of(name)?;
    let folder = folder_of_variants(&story, known)?;
    if slug.as_str() == "index" {
        return Err(format!(
            "`index` is the name of the story's own file, `{folder}/index.md`; give the variant another"
        ));
    }
    if let Some(path) = known.file(&Place::Variant {
        story: story.clone(),
        variant: slug.clone(),
    }) {
        return Err(format!(
            "the story `{story}` has a variant `{slug}` already, in `{path}`; nothing was written"
        ));
    }
    let template = variant_template(&story, &slug, known);
    Ok(NewFile {
        path: format!("{folder}/{slug}.md"),
        text: filled(&template, known, &words),
    })
}

/// The template for a variant of a story. A variant that is named after a competency is for it.
fn variant_template(story: &Slug, variant: &Slug, known: &Known<'_>) -> String {
    let competency = if known.has_competency(variant) {
        variant.as_str()
    } else {
        ""
    };
    let headings = known.story(story).map(headings).unwrap_or_default();
    VARIANT
        .replace("{competency}", competency)
        .replace("{story}", story.as_str())
        .replace("{headings}", &headings)
}

/// The folder of a story's variants.
fn folder_of_variants(story: &Slug, known: &Known<'_>) -> Result<String, String> {
    let Some(path) = known.file(&Place::Document(Kind::Story, story.clone())) else {
        let slugs: Vec<&str> = known
            .site
            .stories
            .iter()
            .map(|story| story.slug.as_str())
            .collect();
        let advice = nearest(story.as_str(), slugs).map_or_else(
            || format!("add it with `storybank new story {story}`"),
            |near| format!("did you mean `{near}`?"),
        );
        return Err(format!("there is no story `{story}`; {advice}"));
    };
    let folder = path.parent();
    if folder != "content/stories" {
        return Ok(folder.to_owned());
    }
    let new = format!("{folder}/{story}");
    let [from, into, to] =
        [path.as_str(), &new, &format!("{new}/index.md")].map(|path| quoted(Path::new(path)));
    Err(format!(
        "`{path}` holds the whole story, and a variant lies beside an `index.md`; move it with `mkdir -p {into} && mv {from} {to}`, and add `../` to paths in it that start so"
    ))
}

/// The headings of a story for a comment, without the characters that would close it.
fn headings(story: &Document) -> String {
    let headings = story
        .sections
        .iter()
        .map(|section| section.heading.replace('%', ""));
    headings
        .filter(|heading| !heading.is_empty())
        .collect::<Vec<_>>()
        .join(", ")
}

/// Fills a template. The title is replaced last, because it may contain a placeholder.
fn filled(template: &str, known: &Known<'_>, words: &str) -> String {
    template
        .replace("{known}", &known.competencies())
        .replacen("{title}", &yaml(words), 1)
}

/// A name from the command line.
struct Name {
    slug: Slug,
    /// The name in words, in one line.
    words: String,
}

impl Name {
    /// Reads a name in words, `The outage nobody saw`, or a slug, `the-outage-nobody-saw`.
    fn of(text: &str) -> Result<Self, String> {
        let slug = Slug::of(text);
        if slug.is_empty() {
            return Err(format!(
                "no address can be made from `{text}`; give a name with a letter or a digit"
            ));
        }
        if slug.as_str().len() > LONGEST_SLUG {
            return Err(format!(
                "the name gives an address of {} bytes; give one of a few words, and write the rest into the file",
                slug.as_str().len()
            ));
        }
        let words = if slug.as_str() == text {
            capitalised(&text.replace('-', " "))
        } else {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        Ok(Self { slug, words })
    }
}

/// A text as a YAML value, in quotes if it could be read as anything but text.
fn yaml(text: &str) -> String {
    const WORDS_OF_YAML: [&str; 9] = ["true", "false", "null", "yes", "no", "on", "off", "y", "n"];
    let is_plain = |next: char| {
        next.is_alphanumeric()
            || matches!(
                next,
                ' ' | ',' | '.' | '?' | '!' | '(' | ')' | '\'' | '’' | '-' | '/'
            )
    };
    if text.starts_with(char::is_alphabetic)
        && text.chars().all(is_plain)
        && !WORDS_OF_YAML.contains(&text.to_lowercase().as_str())
    {
        return text.to_owned();
    }
    let mut quoted = String::from('"');
    for next in text.chars() {
        match next {
            '"' | '\\' => quoted.extend(['\\', next]),
            '\u{feff}' | '\u{fffe}' | '\u{ffff}' => {
                quoted.push_str(&format!("\\u{:04X}", u32::from(next)));
            }
            _ if next.is_control() => quoted.push_str(&format!("\\u{:04X}", u32::from(next))),
            _ => quoted.push(next),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::build::{InputFile, Linked};
    use crate::commands::init::Content;
    use crate::config;
    use proptest::prelude::*;

    fn inputs<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> Inputs {
        // As on the disk, the files are sorted by path.
        let files: BTreeMap<&str, &str> = files.into_iter().collect();
        let file = |(path, text): (&&str, &&str)| {
            InputFile::new(SitePath::new(*path), text.as_bytes().to_vec())
        };
        Inputs {
            settings: files.get_key_value(config::FILE).map(file),
            documents: files
                .iter()
                .filter(|(path, _)| path.ends_with(".md"))
                .map(file)
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

    fn planned(kind: NewKind, name: &str, files: &[(&str, &str)]) -> Result<NewFile, String> {
        let inputs = inputs(files.iter().copied());
        plan(
            kind,
            name,
            &Known {
                inputs: &inputs,
                site: &linked(&inputs, Audience::Private).site,
            },
        )
    }

    #[test]
    fn names_are_read_in_words_and_as_slugs() {
        for (name, slug, words) in [
            (
                "The outage nobody saw",
                "the-outage-nobody-saw",
                "The outage nobody saw",
            ),
            (
                "the-outage-nobody-saw",
                "the-outage-nobody-saw",
                "The outage nobody saw",
            ),
            ("  Why \n us? ", "why-us", "Why us?"),
            ("../../etc/passwd", "etc-passwd", "../../etc/passwd"),
            (".hidden", "hidden", ".hidden"),
        ] {
            let name = Name::of(name).expect("it has letters");
            assert_eq!((name.slug.as_str(), name.words.as_str()), (slug, words));
        }
        assert!(Name::of("../..").is_err());
    }

    #[test]
    fn a_variant_needs_a_story_with_a_folder() {
        let files = [
            ("content/stories/outage.md", "---\ntitle: x\n---\n"),
            ("content/stories/a b/index.md", "---\ntitle: x\n---\n"),
        ];
        let wrong = |name: &str| {
            planned(NewKind::Variant, name, &files).expect_err("this is no place for a variant")
        };
        assert!(wrong("short").contains("STORY/NAME"));
        assert!(wrong("outag/short").contains("did you mean `outage`?"));
        assert!(
            wrong("outage/short")
                .contains("mv content/stories/outage.md content/stories/outage/index.md")
        );
        assert!(wrong("a-b/index").contains("another"));
        assert_eq!(
            planned(NewKind::Variant, "A b/../Short", &files)
                .expect("the story has a folder")
                .path,
            "content/stories/a b/short.md"
        );
    }

    #[test]
    fn what_is_there_already_is_named() {
        let files = [
            (
                "content/stories/Outage 1.md",
                "---\ntitle: x\n---\n## Follow-ups\n### Why?\n",
            ),
            ("content/questions/bank.md", "---\n---\n## How?\n"),
        ];
        let wrong = |kind, name| planned(kind, name, &files).expect_err("it is there already");
        assert!(wrong(NewKind::Story, "outage 1").contains("`content/stories/Outage 1.md`"));
        assert!(wrong(NewKind::Question, "How").contains("`content/questions/bank.md`"));
        assert!(
            wrong(NewKind::Question, "Outage 1: why?").contains("`content/stories/Outage 1.md`")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_it_is_called_a_new_file_is_sound(name in "[^İ]{0,40}", in_words in "[a-z]{1,9}[:#'\"&*!%@`{}, -][ a-z0-9#:%{}]{0,9}") {
            for name in [name, in_words] {
                for kind in [NewKind::Story, NewKind::Question, NewKind::CaseStudy, NewKind::Competency, NewKind::Variant] {
                    let name = if kind == NewKind::Variant { format!("the-reminders-that-went-out-twice/{name}") } else { name.clone() };
                    let Ok(file) = planned(kind, &name, &Content::Usual.files()) else { continue };
                    let parts: Vec<&str> = file.path.split('/').collect();
                    prop_assert!(parts[0] == "content" && parts.len() <= 4 && parts.iter().all(|part| !part.is_empty() && !part.starts_with('.')), "{}", file.path);
                    let inputs = inputs(Content::Usual.files().into_iter().chain([(file.path.as_str(), file.text.as_str())]));
                    let linked = linked(&inputs, Audience::Private);
                    prop_assert_eq!(&linked.diagnostics, &[], "{}", file.text);
                    let made = linked.site.documents.iter().find(|document| document.path.as_str() == file.path).expect("it is a document");
                    let words = Name::of(name.split_once("twice/").map_or(name.as_str(), |(_, name)| name)).expect("it has a letter").words;
                    prop_assert_eq!(made.meta.title(), words);
                }
            }
        }
    }
}
