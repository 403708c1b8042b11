//! Errors and warnings about the content: rules as data, and diagnostics that always have a place.

use crate::source::{SitePath, Span};

/// The severity of a diagnostic.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// The site is built, but something in it is probably not what its author means.
    Warning,
    /// Nothing is built until it is fixed.
    Error,
}

/// A kind of error or warning.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// The name in reports and settings.
    pub name: &'static str,
    /// The severity of every diagnostic of this rule.
    pub level: Level,
    /// What the rule requires, in one sentence.
    pub summary: &'static str,
}

/// An error or a warning at its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// The rule that is broken.
    pub rule: &'static Rule,
    /// The file to fix.
    pub file: SitePath,
    /// The place in that file; empty at its start if it concerns the whole file.
    pub span: Span,
    /// What was found and what was expected: lower case, no full stop, names in backticks.
    pub message: String,
    /// Other places that help to understand it.
    pub notes: Vec<Note>,
    /// What to do next, if the message does not already say it; starts with a verb.
    pub help: Option<String>,
}

/// Another place that a diagnostic points at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    /// The file of the diagnostic itself or another one.
    pub file: SitePath,
    /// The place in that file.
    pub span: Span,
    /// How this place is related, in a few words: `first here`.
    pub message: String,
}

impl Diagnostic {
    /// A diagnostic without notes and help.
    pub fn new(
        rule: &'static Rule,
        file: &SitePath,
        span: Span,
        message: impl Into<String>,
    ) -> Self {
        Self {
            rule,
            file: file.clone(),
            span,
            message: message.into(),
            notes: Vec::new(),
            help: None,
        }
    }

    /// The same diagnostic with help.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// The same diagnostic with another place.
    pub fn note(mut self, file: &SitePath, span: Span, message: impl Into<String>) -> Self {
        self.notes.push(Note {
            file: file.clone(),
            span,
            message: message.into(),
        });
        self
    }

    /// Whether it prevents the build.
    pub fn is_error(&self) -> bool {
        self.rule.level == Level::Error
    }
}

/// Sorts diagnostics by file and place, and removes duplicates.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        (&a.file, a.span, a.rule.name, &a.message).cmp(&(&b.file, b.span, b.rule.name, &b.message))
    });
    diagnostics.dedup_by(|a, b| {
        a.rule == b.rule && a.file == b.file && a.span == b.span && a.message == b.message
    });
}

/// The candidate that is most similar to `word`, if one is similar enough to be intended.
pub fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    // Comparing two words takes time in proportion to the product of their lengths.
    const LONGEST: usize = 120;
    if word.len() > LONGEST {
        return None;
    }
    let word = word.to_lowercase();
    let length = word.chars().count();
    candidates
        .into_iter()
        .filter(|candidate| candidate.len() <= LONGEST)
        .filter_map(|candidate| {
            let theirs = candidate.chars().count();
            let farthest = theirs.max(length).div_ceil(4);
            let may_be_near = theirs.abs_diff(length) <= farthest;
            let distance = may_be_near
                .then(|| strsim::damerau_levenshtein(&word, &candidate.to_lowercase()))?;
            (distance <= farthest).then_some((distance, candidate))
        })
        .min_by(|(distance, candidate), (other, others)| {
            (distance, candidate).cmp(&(other, others))
        })
        .map(|(_, candidate)| candidate)
}

/// How many unknown names get a suggestion. Each is compared with every known name, which takes time, and nobody reads
/// more suggestions.
pub const ADVISED: usize = 50;

/// Help that names the most similar candidate, if one is similar enough.
pub fn did_you_mean<'a>(
    word: &str,
    candidates: impl IntoIterator<Item = &'a str>,
) -> Option<String> {
    nearest(word, candidates).map(|candidate| format!("did you mean `{candidate}`?"))
}

/// Help that names the most similar of `known`, or lists all of them.
pub fn nearest_or_all(word: &str, known: &[&str]) -> String {
    did_you_mean(word, known.iter().copied()).unwrap_or_else(|| match known.get(..MOST_LISTED) {
        Some(first) if known.len() > MOST_LISTED => format!(
            "there are: {} and {} more",
            first.join(", "),
            known.len() - MOST_LISTED
        ),
        _ => format!("there are: {}", known.join(", ")),
    })
}

/// The maximum number of names that help lists.
const MOST_LISTED: usize = 40;

/// Help that lists the allowed names.
pub fn one_of(known: &[&str]) -> String {
    match known {
        [first @ .., _] if first.len() >= MOST_LISTED => {
            let names: Vec<String> = known[..MOST_LISTED]
                .iter()
                .map(|name| format!("`{name}`"))
                .collect();
            format!(
                "use one of {} or of {} more",
                names.join(", "),
                known.len() - MOST_LISTED
            )
        }
        [] => "take it out".to_owned(),
        [only] => format!("write `{only}`"),
        [rest @ .., last] => {
            let rest: Vec<String> = rest.iter().map(|name| format!("`{name}`")).collect();
            format!("use one of {} or `{last}`", rest.join(", "))
        }
    }
}

/// Something nested more deeply than the format allows.
pub fn too_deep(file: &SitePath, span: Span, what: &str, deepest: usize) -> Diagnostic {
    Diagnostic::new(
        &rules::NESTING,
        file,
        span,
        format!("{what} are nested more than {deepest} deep here"),
    )
    .help("take some of them out, and close those that are open")
}

/// Every rule, as a constant.
pub mod rules {
    use super::{Level, Rule};

    macro_rules! rules {
        ($($constant:ident = $name:literal, $level:ident, $summary:literal;)*) => {
            $(#[doc = $summary] pub static $constant: Rule =
                Rule { name: $name, level: Level::$level, summary: $summary };)*

            /// All rules, sorted by name.
            pub static ALL: &[&Rule] = &[$(&$constant),*];
        };
    }

    rules! {
        ACTION = "action-date", Warning, "An action item that is open has a date, and one that is not long past.";
        ADDRESS = "address-taken", Error, "Every page has an address of its own.";
        AMBIGUOUS_LINK = "ambiguous-link", Error, "A link names one document.";
        BLAME = "blame", Error, "What is published blames no person.";
        CUT = "cut-value", Warning, "A comment does not cut off a value of front matter.";
        DEAD_LINK = "dangling-link", Error, "A link leads to something that exists.";
        RAW_HTML = "dropped-html", Warning, "HTML in Markdown uses only the allowed tags.";
        DUPLICATE = "duplicate-slug", Error, "A slug is unique within its kind.";
        EMPTY = "empty-site", Warning, "A site has content.";
        FAULT = "fault-of-storybank", Error, "The program reads every file.";
        FILE_LEFT = "file-left-behind", Warning, "Only pictures go along with a page, to a wiki or into a single file.";
        HTML_FLATTENED = "flattened-html", Warning, "HTML in a case study has an equivalent on the wiki.";
        ADDRESS_FORBIDDEN = "forbidden-address", Error, "A link leads to a place in the site, or to an address that runs no code.";
        FRONT_MATTER = "front-matter", Error, "Front matter is YAML between two `---` lines.";
        CONFIG = "invalid-setting", Error, "`site.toml` has known settings with valid values.";
        LINK_LEFT = "link-not-followed", Warning, "A symbolic link leads to a file of the site.";
        LOCAL_LINK = "local-link", Warning, "A link that others see leads to a place that they can reach.";
        CONFLICT = "merge-marks", Error, "A file contains one version of its text, without merge marks.";
        MISPLACED = "misplaced-file", Warning, "A Markdown file lies in the folder of its kind.";
        FIELD_MISSING = "missing-field", Error, "A required field is there.";
        NESTING = "nested-too-deep", Error, "Nothing is nested more deeply than the limits allow.";
        NOT_READ = "not-read", Warning, "A file below `content` is Markdown, or Markdown refers to it.";
        NOT_SHOWN = "not-shown", Warning, "All text that an author writes is shown on a page.";
        ENCODING = "not-utf-8", Error, "A file is UTF-8 text.";
        OPEN_REMARK = "open-remark", Error, "What is published has no open remark of a reviewer.";
        OTHER_DATE = "other-date", Warning, "What was told or asked in an interview has the date of the interview.";
        OVER_LIMIT = "over-limit", Error, "Files, pages and lists keep to the limits of the format.";
        PICTURE = "picture-metadata", Error, "The metadata of every picture that is published can be removed.";
        PRIVATE_MARK = "private-mark", Warning, "A heading for the author alone ends in `{.private}`.";
        REMOTE_IMAGE = "remote-image", Warning, "An image is a file of the site, so that a page loads nothing from other hosts.";
        REPEATED = "repeated-question", Warning, "The bank has each question once.";
        SPLIT = "split-wording", Warning, "A comma does not split a wording in two.";
        SWALLOWED_MARK = "swallowed-mark", Error, "A mark for private text is in a place where it has an effect.";
        TEMPLATE = "template", Error, "The templates and the words of the theme are valid.";
        TITLE_REPLACED = "title-replaced", Warning, "The wiki can hold the title.";
        CYCLE = "transclusion-cycle", Error, "A section does not contain itself.";
        TRANSCLUSION = "transclusion-place", Error, "A transclusion is a paragraph of its own.";
        UNCLAIMED = "unclaimed-competency", Warning, "A competency with hashtags is claimed by at least one story.";
        UNCLOSED_CODE = "unclosed-code", Error, "A code block is closed before the text that follows it.";
        COMMENT = "unclosed-comment", Error, "A comment is closed: `%%` with `%%`, and `<!--` with `-->` in its block.";
        UNCLOSED_HTML = "unclosed-html", Error, "A tag is closed, and so is an element that is dropped with its content.";
        FOOTNOTE = "undefined-footnote", Warning, "A footnote reference has a footnote.";
        CALLOUT = "unknown-callout", Warning, "A call-out has one of the known types.";
        COMPETENCY = "unknown-competency", Error, "A competency has a file under `content/competencies/`.";
        FIELD_UNKNOWN = "unknown-field", Error, "Front matter has known fields only.";
        FRAMEWORK = "unknown-framework", Warning, "A framework that an interview names has names for some competency.";
        INTERVIEW = "unknown-interview", Error, "An interview that a document refers to exists.";
        QUESTION = "unknown-question", Error, "A question that a telling answers exists.";
        STORY = "unknown-story", Error, "A story that a document refers to exists.";
        TAG = "unknown-tag", Warning, "A hashtag is the slug of a competency, and at the end of its block.";
        UNPUBLISHABLE = "unpublishable", Error, "The wiki can hold the page.";
        UNREAD_PART = "unread-part", Warning, "A name of a part in a story opens this part.";
        UNREAD_QUESTION = "unread-question", Warning, "A question, or an answer to one, is written in a form that is read.";
        UNTRANSLATED = "untranslated", Warning, "The words of pages are in the language of the site.";
        VARIANT = "variant-without-story", Error, "A variant lies beside the `index.md` of its story.";
        WITHHELD_LINK = "withheld-link", Warning, "A link to something that the audience may not see has a text of its own.";
        WITHHELD = "withheld-transclusion", Warning, "A transclusion shows only what its audience may see.";
        LEAK = "withheld-word", Error, "No output for an audience contains a word that it may not see.";
        FIELD_TYPE = "wrong-type", Error, "A field has a value of its type.";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn suggests_only_what_is_near() {
        assert_eq!(
            nearest("owneship", ["ownership", "learning"]),
            Some("ownership")
        );
        assert_eq!(nearest("Titel", ["title", "when"]), Some("title"));
        assert_eq!(nearest("kubernetes", ["ownership", "learning"]), None);
    }

    #[test]
    fn rules_are_listed_by_name_once() {
        assert!(
            rules::ALL
                .windows(2)
                .all(|pair| pair[0].name < pair[1].name)
        );
    }
}
