//! `storybank new`: new documents, with comments that explain them.

use std::path::{Path, PathBuf};

use crate::build::Inputs;
use crate::diagnostic::nearest;
use crate::disk::{self, Interrupts};
use crate::model::{Document, Kind, Prose};
use crate::parse::{CONTENT, Place};
use crate::rename::{Before, Changes, LONGEST};
use crate::report::counted;
use crate::site::{QuestionId, Site, capitalised};
use crate::slug::Slug;
use crate::source::SitePath;

use super::terminal::Terminal;
use super::{Error, Outcome, rename};
use crate::cli::{DocumentKind, New};

const STORY: &str = include_str!("templates/new/story.md");
const VARIANT: &str = include_str!("templates/new/variant.md");
const QUESTION: &str = include_str!("templates/new/question.md");
const CASE_STUDY: &str = include_str!("templates/new/case-study.md");
const COMPETENCY: &str = include_str!("templates/new/competency.md");
const INTERVIEW: &str = include_str!("templates/new/interview.md");

/// Creates a document.
pub fn run(options: &New, terminal: &Terminal) -> Result<Outcome, Error> {
    let root = disk::find_site(options.site.root.as_deref())?;
    let inputs = disk::load(&root)?;
    rename::warn_of_left_over(&root, terminal);
    rename::warn_of_left_over(&root, terminal);
    // Drafts count as existing documents. Errors in other files do not matter here.
    let before = Before::of(&inputs);
    let known = Known {
        inputs: &inputs,
        before: &before,
    };
    let file = plan(
        options.kind,
        &options.name,
        options.words.as_deref(),
        &known,
    )?;
    let changes = match file.story.as_ref().map(|story| before.into_folder(story)) {
        None => Changes::default(),
        Some(Ok(changes)) => changes,
        Some(Err(refusal)) => return rename::refused(refusal, &inputs, terminal),
    };
    let path = shown(&root, &file.path);
    let held = Interrupts::caught()
        .map_err(Error::system("catch signals"))?
        .hold();
    let mut changed = rename::file_changes(&root, &changes, &inputs);
    changed.created.push((path.clone(), file.text.into_bytes()));
    disk::change(&changed)?;
    drop(held);
    terminal.result(&path.to_string_lossy());
    say_moved(&changes, terminal);
    terminal.say(file.status.advice());
    Ok(Outcome::Done)
}

/// Says that a story has moved into a folder.
fn say_moved(changes: &Changes, terminal: &Terminal) {
    for step in &changes.moves {
        let links = match changes.edits.len() {
            0 => "no link had to change".to_owned(),
            1 => "1 link was changed with it".to_owned(),
            links => format!("{} were changed with it", counted(links, "link")),
        };
        terminal.say(&format!(
            "moved the story to `{}`, because a variant lies beside an `index.md`; {links}",
            step.to
        ));
    }
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
    before: &'a Before<'a>,
}

impl Known<'_> {
    fn site(&self) -> &Site {
        self.before.site()
    }

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
        let document = || self.site().document_of(self.site().find(kind, slug)?);
        self.file(&Place::Document(kind, slug.clone()))
            .or_else(|| Some(&self.site().document(document()?).path))
    }

    /// The question of the bank with some words, also as another wording, and its file. `None` for a document of another kind.
    fn asked_already(&self, kind: Kind, words: &str) -> Option<(&Slug, &SitePath)> {
        let (site, words) = (self.site(), Slug::of(words));
        let has_words = |&id: &QuestionId| {
            let aliases = match (site.question_item(id), site.question_meta(id)) {
                (Some(item), _) => item.aliases.iter().map(String::as_str).collect(),
                (None, Some(meta)) => meta.aliases.iter().map(Prose::as_str).collect(),
                (None, None) => Vec::new(),
            };
            let mut wordings = aliases.into_iter().chain([site.wording(id)]);
            wordings.any(|wording| Slug::of(wording) == words)
        };
        let mut bank = site.questions().filter(|&id| site.is_of_bank(id));
        let question = bank.find(|id| kind == Kind::Question && has_words(id))?;
        let question = site.question(question);
        Some((&question.slug, &site.document(question.document).path))
    }

    fn story(&self, slug: &Slug) -> Option<&Document> {
        self.site()
            .names
            .story(slug.as_str())
            .map(|story| self.site().document(self.site().story(story).document))
    }

    fn has_competency(&self, slug: &Slug) -> bool {
        self.site().names.competency(slug.as_str()).is_some()
    }

    /// The competencies of the site, as lines of a comment.
    fn competencies(&self) -> String {
        let competencies = self.site().competencies.iter();
        let slugs = competencies.map(|competency| competency.slug.to_string());
        listed(slugs).unwrap_or_else(|| {
            "# There is none in this site yet; `storybank new competency` starts one.".to_owned()
        })
    }

    /// The questions of the bank, as lines of a comment.
    fn questions(&self) -> String {
        let site = self.site();
        let questions = site.questions().filter(|&id| site.is_of_bank(id));
        let slugs = questions.map(|id| site.question(id).slug.to_string());
        listed(slugs).unwrap_or_else(|| {
            "# There is none in this site yet; `storybank new question` starts one.".to_owned()
        })
    }

    /// The frameworks that competencies have names in, as lines of a comment.
    fn frameworks(&self) -> String {
        let site = self.site();
        let names = site
            .competencies()
            .flat_map(|id| &site.competency_meta(id).frameworks)
            .filter(|(name, _)| name.as_str().chars().all(char::is_alphanumeric))
            .map(|(name, _)| name.as_str().to_owned());
        listed(names).unwrap_or_else(|| {
            "# No competency of this site has names in a framework yet.".to_owned()
        })
    }
}

/// Names as lines of a comment, in order and each once; `None` if there is none.
fn listed(names: impl Iterator<Item = String>) -> Option<String> {
    const WIDTH: usize = 110;
    let mut names: Vec<String> = names.collect();
    names.sort_unstable();
    names.dedup();
    let last = names.len().checked_sub(1)?;
    let mut lines = vec!["# This site has:".to_owned()];
    for (index, name) in names.into_iter().enumerate() {
        let comma = if index < last { "," } else { "" };
        match lines.last_mut() {
            Some(line) if line.chars().count() + name.chars().count() < WIDTH => {
                line.push_str(&format!(" {name}{comma}"));
            }
            _ => lines.push(format!("# {name}{comma}")),
        }
    }
    Some(lines.join("\n"))
}

/// A file to create.
#[derive(Debug)]
struct NewFile {
    /// Its path from the root of the site.
    path: String,
    text: String,
    /// The story that it is a variant of, which needs a folder.
    story: Option<Slug>,
    status: FirstStatus,
}

/// The status of a new document.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FirstStatus {
    /// A text that takes some sittings to write.
    Draft,
    /// A few lines that other documents refer to.
    Ready,
}

impl FirstStatus {
    /// What to do with the new document.
    fn advice(self) -> &'static str {
        match self {
            Self::Draft => {
                "it is a draft: `storybank serve` shows it, and `status: ready` makes it a part of the site"
            }
            Self::Ready => "it is a part of the site; write what the comments in it ask for",
        }
    }
}

fn plan(
    kind: DocumentKind,
    name: &str,
    words: Option<&str>,
    known: &Known<'_>,
) -> Result<NewFile, String> {
    let (kind, template, status) = match kind {
        DocumentKind::Story => (Kind::Story, STORY, FirstStatus::Draft),
        DocumentKind::Question => (Kind::Question, QUESTION, FirstStatus::Ready),
        DocumentKind::CaseStudy => (Kind::CaseStudy, CASE_STUDY, FirstStatus::Draft),
        DocumentKind::Competency => (Kind::Competency, COMPETENCY, FirstStatus::Ready),
        DocumentKind::Interview => (Kind::Interview, INTERVIEW, FirstStatus::Ready),
        DocumentKind::Variant => return variant(name, words, known),
    };
    let name = Name::of(name)?.called(words)?;
    if let Some(path) = known.holder(kind, &name.slug) {
        return Err(format!(
            "there is {} `{}` already, in `{path}`; nothing was written",
            kind.noun_with_article(),
            name.slug
        ));
    }
    if let Some((question, path)) = known.asked_already(kind, &name.words) {
        return Err(format!(
            "the question `{question}` in `{path}` has the words `{}` already; nothing was written",
            name.words
        ));
    }
    Ok(NewFile {
        path: path(kind, &name.slug),
        text: filled(template, known, &name),
        story: None,
        status,
    })
}

/// The path of a new document. A story gets a folder for its variants.
fn path(kind: Kind, slug: &Slug) -> String {
    let file = if kind == Kind::Story {
        format!("{slug}/index.md")
    } else {
        format!("{slug}.md")
    };
    format!("{CONTENT}/{}/{file}", kind.folder())
}

/// A variant, beside the `index.md` of its story: `STORY NAME`, or `STORY/NAME` with or without a title.
fn variant(name: &str, words: Option<&str>, known: &Known<'_>) -> Result<NewFile, String> {
    let (story, name, title) = match (name.split_once('/'), words) {
        (Some((story, name)), title) => (story, name, title),
        (None, Some(variant)) => (name, variant, None),
        (None, None) => {
            return Err(format!(
                "the variant of `{name}` needs a name of its own, as in `storybank new variant {name} in-thirty-seconds`"
            ));
        }
    };
    let story = Name::of(story)?.slug;
    let name = Name::of(name)?.called(title)?;
    let folder = folder_of_variants(&story, known)?;
    let slug = &name.slug;
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
    let template = variant_template(&story, slug, known);
    Ok(NewFile {
        path: format!("{folder}/{slug}.md"),
        text: filled(&template, known, &name),
        story: Some(story),
        status: FirstStatus::Draft,
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

/// The folder of a story's variants, which a story in one file gets with its first variant.
fn folder_of_variants(story: &Slug, known: &Known<'_>) -> Result<String, String> {
    let Some(path) = known.file(&Place::Document(Kind::Story, story.clone())) else {
        let slugs: Vec<&str> = known
            .site()
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
    // A story in one file gets a folder of the same name.
    let is_one_file = folder == format!("{CONTENT}/{}", Kind::Story.folder());
    let stem = path
        .as_str()
        .rsplit_once('.')
        .map_or(path.as_str(), |(stem, _)| stem);
    Ok(if is_one_file { stem } else { folder }.to_owned())
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
fn filled(template: &str, known: &Known<'_>, name: &Name) -> String {
    template
        .replace("{slug}", name.slug.as_str())
        .replace("{known}", &known.competencies())
        .replace("{questions}", &known.questions())
        .replace("{frameworks}", &known.frameworks())
        .replacen("{title}", &yaml(&name.words), 1)
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
        if slug.as_str().len() > LONGEST {
            return Err(format!(
                "the name gives an address of {} bytes; give one of a few words, and write the rest into the file",
                slug.as_str().len()
            ));
        }
        check_for_comment(text)?;
        let words = if slug.as_str() == text {
            capitalised(&text.replace('-', " "))
        } else {
            text.split_whitespace().collect::<Vec<_>>().join(" ")
        };
        Ok(Self { slug, words })
    }

    /// The same name with a title of its own, if there is one.
    fn called(self, title: Option<&str>) -> Result<Self, String> {
        let Some(title) = title else {
            return Ok(self);
        };
        let words = title.split_whitespace().collect::<Vec<_>>().join(" ");
        if words.is_empty() {
            return Err("the title is empty; leave it away, or give one".to_owned());
        }
        check_for_comment(&words)?;
        Ok(Self { words, ..self })
    }
}

/// Refuses words with a comment of the text, which is an error in a field.
fn check_for_comment(words: &str) -> Result<(), String> {
    match words.matches("%%").count() {
        0 | 1 => Ok(()),
        _ => Err(format!(
            "`{words}` holds a comment between `%%`; leave it out of the name"
        )),
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
    use crate::build::{InputFile, ParseCache, link_whole};
    use crate::config;
    use crate::model::Status;
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

    /// A site that has everything that templates name, and no mistake.
    const SITE: &[(&str, &str)] = &[
        (
            "content/stories/the-outage/index.md",
            "---\ntitle: The outage\ncompetencies: [ownership]\nanswers: [mistake]\n---\n\n## 100 % situation\n\nIt was late. #ownership\n",
        ),
        (
            "content/questions/mistake.md",
            "---\nquestion: Which mistake?\n---\n",
        ),
        (
            "content/competencies/ownership.md",
            "---\nframeworks: { amazon: [Ownership] }\n---\n\nIt shows.\n",
        ),
    ];

    fn planned(
        kind: DocumentKind,
        name: &str,
        words: Option<&str>,
        files: &[(&str, &str)],
    ) -> Result<NewFile, String> {
        let inputs = inputs(files.iter().copied());
        let known = Known {
            inputs: &inputs,
            before: &Before::of(&inputs),
        };
        plan(kind, name, words, &known)
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
    fn a_variant_needs_a_story_and_gets_its_folder() {
        let files = [
            ("content/stories/outage.md", "---\ntitle: x\n---\n"),
            ("content/stories/a b/index.md", "---\ntitle: x\n---\n"),
        ];
        let variant =
            |name: &str, words: Option<&str>| planned(DocumentKind::Variant, name, words, &files);
        let wrong = |name: &str| variant(name, None).expect_err("this is no place for a variant");
        assert!(wrong("outage").contains("storybank new variant outage in-thirty-seconds"));
        assert!(wrong("outag/short").contains("did you mean `outage`?"));
        assert!(wrong("a-b/index").contains("another"));
        for (name, words, path, title) in [
            (
                "A b/../Short",
                None,
                "content/stories/a b/short.md",
                "../Short",
            ),
            (
                "a-b",
                Some("short"),
                "content/stories/a b/short.md",
                "Short",
            ),
            (
                "a-b/s",
                Some("In short"),
                "content/stories/a b/s.md",
                "In short",
            ),
            (
                "outage",
                Some("Half a minute"),
                "content/stories/outage/half-a-minute.md",
                "Half a minute",
            ),
        ] {
            let file = variant(name, words).expect("the story exists");
            assert_eq!(file.path, path);
            assert!(
                file.text.contains(&format!("title: {}\n", yaml(title))),
                "{}",
                file.text
            );
        }
    }

    #[test]
    fn the_wording_of_a_question_can_follow_its_name() {
        let file = planned(
            DocumentKind::Question,
            "mistake",
            Some("Which  mistake: yours?"),
            &[],
        )
        .expect("there is none yet");
        assert_eq!(file.path, "content/questions/mistake.md");
        assert!(
            file.text.contains("question: \"Which mistake: yours?\"\n"),
            "{}",
            file.text
        );
        let wrong = planned(DocumentKind::Question, "mistake", Some(" "), &[]);
        assert!(
            wrong
                .expect_err("it has no word")
                .contains("the title is empty")
        );
    }

    #[test]
    fn questions_competencies_and_interviews_are_ready_and_the_others_drafts() {
        for (kind, status) in [
            (DocumentKind::Story, Status::Draft),
            (DocumentKind::CaseStudy, Status::Draft),
            (DocumentKind::Question, Status::Ready),
            (DocumentKind::Competency, Status::Ready),
            (DocumentKind::Interview, Status::Ready),
        ] {
            let file = planned(kind, "new one", None, SITE).expect("there is none yet");
            let inputs = inputs(
                SITE.iter()
                    .copied()
                    .chain([(file.path.as_str(), file.text.as_str())]),
            );
            let before = Before::of(&inputs);
            let made = before
                .site()
                .document_at(&SitePath::new(file.path))
                .expect("it is there");
            assert_eq!(before.site().document(made).status, status);
            assert_eq!(file.status == FirstStatus::Draft, status == Status::Draft);
        }
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
        let wrong =
            |kind, name| planned(kind, name, None, &files).expect_err("it is there already");
        assert!(wrong(DocumentKind::Story, "outage 1").contains("`content/stories/Outage 1.md`"));
        assert!(wrong(DocumentKind::Question, "How").contains("`content/questions/bank.md`"));
        assert!(
            wrong(DocumentKind::Question, "Outage 1: why?")
                .contains("`content/stories/Outage 1.md`")
        );
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_it_is_called_a_new_file_is_sound(name in "[^İ]{0,40}", in_words in "[a-z]{1,9}[:#'\"&*!%@`{}, -][ a-z0-9#:%{}]{0,9}") {
            for name in [name, in_words] {
                for kind in [DocumentKind::Story, DocumentKind::Question, DocumentKind::CaseStudy, DocumentKind::Competency, DocumentKind::Interview, DocumentKind::Variant] {
                    let name = if kind == DocumentKind::Variant { format!("the-outage/{name}") } else { name.clone() };
                    let Ok(file) = planned(kind, &name, None, SITE) else { continue };
                    let parts: Vec<&str> = file.path.split('/').collect();
                    prop_assert!(parts[0] == "content" && parts.len() <= 4 && parts.iter().all(|part| !part.is_empty() && !part.starts_with('.')), "{}", file.path);
                    let inputs = inputs(SITE.iter().copied().chain([(file.path.as_str(), file.text.as_str())]));
                    let linked = link_whole(&inputs, &mut ParseCache::default(), |_| ());
                    prop_assert_eq!(&linked.diagnostics, &[], "{}", file.text);
                    let made = linked.site.documents.iter().find(|document| document.path.as_str() == file.path).expect("it is a document");
                    let words = Name::of(name.split_once("outage/").map_or(name.as_str(), |(_, name)| name)).expect("it has a letter").words;
                    prop_assert_eq!(made.meta.title(), words);
                }
            }
        }
    }
}
