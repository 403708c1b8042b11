//! The names that other tools use for the fields of front matter, and the formats of front matter of other tools.

use super::headings::Names;
use crate::diagnostic::{Diagnostic, nearest, rules};
use crate::slug::Slug;
use crate::source::{SitePath, Span};

/// Names that blogs, notebooks and templates of post-mortems use, and the fields that they mean here, the likeliest first. A
/// document has those of its kind.
const FIELDS: &[(&[&str], &[&str])] = &[
    (
        &[
            "tag",
            "tags",
            "category",
            "categories",
            "keyword",
            "keywords",
            "topic",
            "topics",
            "skill",
            "skills",
            "label",
            "labels",
            "theme",
            "themes",
            "competence",
            "competences",
            "competency",
            "principle",
            "principles",
            "leadership-principle",
            "leadership-principles",
            "values",
            "signals",
        ],
        &["competencies"],
    ),
    (
        &[
            "date",
            "dates",
            "datetime",
            "day",
            "month",
            "year",
            "period",
            "created",
            "created-at",
            "date-created",
            "creation-date",
            "published",
            "published-at",
            "publish-date",
            "pubdate",
            "timeframe",
            "occurred",
            "happened",
        ],
        &["when", "started", "on"],
    ),
    (
        &[
            "start",
            "start-time",
            "starttime",
            "start-date",
            "startdate",
            "started-at",
            "started-on",
            "start-at",
            "began",
            "began-at",
            "begin",
            "incident-start",
            "incident-date",
            "incident-start-time",
            "occurred-at",
            "impact-start",
            "from",
        ],
        &["started", "when"],
    ),
    (
        &[
            "detected-at",
            "detected-on",
            "detection-time",
            "time-detected",
            "detect-time",
            "discovered",
            "discovered-at",
            "noticed",
            "noticed-at",
            "reported",
            "reported-at",
            "alerted",
            "alerted-at",
            "acknowledged-at",
        ],
        &["detected"],
    ),
    (
        &[
            "end",
            "end-time",
            "endtime",
            "end-date",
            "enddate",
            "ended",
            "ended-at",
            "resolved-at",
            "resolved-on",
            "resolution-time",
            "resolve-time",
            "time-resolved",
            "fixed",
            "fixed-at",
            "closed",
            "closed-at",
            "recovered",
            "recovered-at",
            "mitigated",
            "mitigated-at",
            "impact-end",
            "incident-end",
            "finished",
            "until",
        ],
        &["resolved"],
    ),
    (
        &[
            "sev",
            "severity-level",
            "incident-severity",
            "priority",
            "prio",
            "level",
            "criticality",
            "urgency",
        ],
        &["severity", "strength"],
    ),
    (
        &[
            "excerpt",
            "summary",
            "description",
            "subtitle",
            "abstract",
            "tldr",
            "tl;dr",
            "hook",
            "tagline",
            "lede",
            "teaser",
            "intro",
            "one-liner",
            "oneliner",
            "short",
            "elevator-pitch",
            "blurb",
            "preview",
            "synopsis",
            "deck",
        ],
        &["headline"],
    ),
    (
        &[
            "name",
            "heading",
            "subject",
            "story-title",
            "incident-title",
            "incident-name",
            "page-title",
        ],
        &["title", "question"],
    ),
    (
        &[
            "questions",
            "question",
            "prompt",
            "prompts",
            "answer",
            "answers-to",
            "answers-questions",
            "good-for",
            "use-for",
        ],
        &["answers", "question"],
    ),
    (
        &[
            "action-items",
            "actionitems",
            "action-item",
            "actions-items",
            "todo",
            "todos",
            "tasks",
            "follow-up-actions",
            "corrective-actions",
            "remediation",
            "remediations",
            "items",
        ],
        &["actions"],
    ),
    (
        &[
            "metric",
            "metrics",
            "number",
            "numbers",
            "figure",
            "figures",
            "stats",
            "statistics",
            "kpi",
            "kpis",
            "data",
            "results-metrics",
        ],
        &["facts"],
    ),
    (
        &[
            "rating",
            "stars",
            "score",
            "confidence",
            "rank",
            "weight",
            "quality",
            "importance",
        ],
        &["strength"],
    ),
    (
        &[
            "position",
            "job",
            "job-title",
            "jobtitle",
            "my-role",
            "title-at-the-time",
            "function",
        ],
        &["role"],
    ),
    (
        &[
            "alias",
            "aka",
            "also-known-as",
            "synonyms",
            "synonym",
            "other-names",
            "variants",
            "variations",
            "wordings",
        ],
        &["aliases"],
    ),
    (
        &[
            "duration",
            "minutes",
            "seconds",
            "time",
            "speaking-time",
            "target-length",
            "reading-time",
            "timing",
        ],
        &["length", "when"],
    ),
    (
        &[
            "state",
            "stage",
            "progress",
            "phase",
            "draft",
            "published",
            "archived",
            "done",
            "review-status",
        ],
        &["status"],
    ),
    (
        &[
            "visibility",
            "access",
            "permissions",
            "permission",
            "confidentiality",
            "private",
            "public",
            "share",
            "shared",
            "classification",
            "sharing",
        ],
        &["audience"],
    ),
    (
        &[
            "assignee",
            "assigned",
            "assigned-to",
            "responsible",
            "who",
            "dri",
            "team",
            "person",
        ],
        &["owner", "to", "by"],
    ),
    (
        &[
            "deadline",
            "due-date",
            "duedate",
            "due-by",
            "by-when",
            "target-date",
            "eta",
        ],
        &["due"],
    ),
    (
        &[
            "action",
            "item",
            "task",
            "description",
            "summary",
            "title",
            "name",
            "text",
            "todo",
        ],
        &["what"],
    ),
    (
        &[
            "audience-at-the-time",
            "company",
            "employer",
            "interviewer",
            "with",
        ],
        &["to", "by"],
    ),
    (&["date", "when", "day", "at"], &["on"]),
    (
        &[
            "author",
            "authors",
            "written-by",
            "writer",
            "source-of-words",
        ],
        &["by"],
    ),
    (
        &[
            "related-story",
            "story-slug",
            "from-story",
            "linked-story",
            "stories",
            "relates-to",
            "belongs-to",
        ],
        &["story", "about"],
    ),
    (&["amount", "number", "figure", "count"], &["value"]),
    (
        &["reference", "evidence", "origin", "link", "url", "from"],
        &["source"],
    ),
    (
        &["framework", "company-values", "maps-to", "mapping"],
        &["frameworks"],
    ),
    (&["interview", "interview-round", "loop"], &["round"]),
    (
        &[
            "told-to",
            "used",
            "used-in",
            "used-at",
            "interviews",
            "log",
            "history",
        ],
        &["told", "asked"],
    ),
];

/// Fields of other tools without a counterpart here.
const NEEDLESS: &[&str] = &[
    "layout",
    "permalink",
    "slug",
    "url",
    "cssclass",
    "cssclasses",
    "weight",
    "type",
    "id",
    "uuid",
    "uid",
    "lang",
    "language",
    "locale",
    "template",
    "author",
    "authors",
    "updated",
    "updated-at",
    "lastmod",
    "last-modified",
    "last-edited-time",
    "created-by",
    "last-edited-by",
    "modified",
    "image",
    "cover",
    "icon",
    "banner",
    "thumbnail",
    "toc",
    "comments",
    "sidebar",
    "nav-order",
    "parent",
    "has-children",
    "math",
    "mermaid",
    "katex",
    "series",
    "canonical-url",
    "robots",
    "sitemap",
    "menu",
    "aliases",
    "redirect-from",
    "pin",
    "hidden",
    "version",
    "kind",
    "obsidianuiMode",
    "publish",
    "showtoc",
    "disableshare",
    "feed",
    "editor",
    "output",
    "format",
    "header-includes",
    "bibliography",
    "reviewers",
    "participants",
    "attendees",
    "incident-commander",
    "commander",
    "scribe",
    "on-call",
    "responders",
    "services",
    "service",
    "components",
    "environment",
    "region",
    "company",
    "team",
    "project",
    "customer",
];

/// The help for an unknown field that other tools use; `known` are the fields that are valid in its place.
pub fn advice(name: &str, known: &[&str], names: Option<Names>) -> Option<String> {
    let plain = name.trim().to_lowercase().replace(['_', ' '], "-");
    let field = UnknownField {
        name: &plain,
        known,
    };
    field
        .opening()
        .or_else(|| field.answer())
        .or_else(|| field.renamed())
        .or_else(|| field.heading(names))
        .or_else(|| field.needless())
}

/// A field that is not valid in its place.
struct UnknownField<'a> {
    /// In lower case, with hyphens between its words.
    name: &'a str,
    /// The fields that are valid.
    known: &'a [&'a str],
}

impl UnknownField<'_> {
    /// The help if the name of a question is in the place of `question`: `mistake: I promised it`.
    fn opening(&self) -> Option<String> {
        let is_opened = self.known == ["question", "open"];
        let is_slug = Slug::of(self.name).as_str() == self.name;
        (is_opened && is_slug && nearest(self.name, ["question", "open"]).is_none())
            .then(|| format!("write `{{ question: {}, open: \"…\" }}`", self.name))
    }

    /// The help if the author's own answer is a field of a question.
    fn answer(&self) -> Option<String> {
        let is_question = self.known.contains(&"asked");
        let is_answer = ["answer", "my-answer", "antwort"].contains(&self.name);
        (is_question && is_answer)
            .then(|| "write it in the text, under a heading `## Answer`".to_owned())
    }

    /// The help if a field with another name has the same meaning.
    fn renamed(&self) -> Option<String> {
        // An action item is not a field of a whole document, but a heading of it.
        if self.name == "action" && self.is_of_document() {
            return None;
        }
        let of_tools = FIELDS
            .iter()
            .filter(|(theirs, _)| theirs.contains(&self.name))
            .flat_map(|(_, ours)| *ours);
        // A field of the same name in another spelling, as `Title`, is the nearest anyway.
        let ours = of_tools
            .copied()
            .find(|ours| self.known.contains(ours) && *ours != self.name)?;
        Some(match (self.name, ours) {
            ("draft", "status") => "write `status: draft` for it, or take it out where it is `false`".to_owned(),
            ("published", _) if self.known.contains(&"status") => {
                "write `status: draft` for it where it is `false`, `when` where it is a date, or take it out".to_owned()
            }
            ("private" | "public", "audience") => format!("write `audience: {}` for it", self.name),
            _ => format!("write it as `{ours}`, as it is called here"),
        })
    }

    /// The help if the field is a part of the text.
    fn heading(&self, names: Option<Names>) -> Option<String> {
        let heading = self.name.replace('-', " ");
        let is_part = self.is_of_document() && names.is_some_and(|names| names.know(&heading));
        if !is_part || self.known.contains(&self.name) {
            return None;
        }
        let mut letters = heading.chars();
        let first: String = letters
            .next()
            .into_iter()
            .flat_map(char::to_uppercase)
            .collect();
        let rest = letters.as_str();
        Some(format!(
            "write it in the text, under a heading `## {first}{rest}`"
        ))
    }

    /// The help if there is no such field here.
    fn needless(&self) -> Option<String> {
        let is_needless = self.is_of_document() && NEEDLESS.contains(&self.name);
        if !is_needless || self.known.contains(&self.name) {
            return None;
        }
        let help = match self.name {
            "slug" | "permalink" | "url" => "take it out: the name of the file gives the address",
            "author" | "authors" | "participants" | "reviewers" | "attendees" | "team"
            | "company" | "project" | "customer" | "services" | "service" => {
                "take it out, or write it in the text: there is no field for it"
            }
            _ => "take it out: there is no field for it",
        };
        Some(help.to_owned())
    }

    /// Whether it is a field of a document, and not of a value inside of another field.
    fn is_of_document(&self) -> bool {
        self.known.contains(&"audience")
    }
}

/// The mistake of front matter that is not read: it has text before it, or other fences.
pub fn front_matter(text: &str, path: &SitePath) -> Option<Diagnostic> {
    let opening = opening(text)?;
    let message = format!(
        "{}; found `{}`, expected YAML between two `---` lines at the top",
        opening.kind.message(),
        opening.line
    );
    Some(
        Diagnostic::new(&rules::FRONT_MATTER, path, opening.span, message)
            .help(opening.kind.help()),
    )
}

/// The mistake of a line `audience: …` or `status: draft` above the text and outside of front matter. Read as words, it would be shown
/// to the readers that it excludes. `start` is the offset of the text.
pub fn field_outside(text: &str, start: usize, path: &SitePath) -> Option<Diagnostic> {
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let bare = line.trim_matches(|edge: char| edge.is_whitespace() || is_unseen(edge));
        if keeps_back(bare) {
            let begin = at + line.find(bare).unwrap_or_default();
            let span = Span::new(begin, begin + bare.len());
            let message =
                "this line looks like a field, but is not in front matter, so it is only words";
            return Some(
                Diagnostic::new(&rules::FRONT_MATTER, path, span, message)
                    .help("write it between two lines `---` at the very top of the file, or write it as a sentence"),
            );
        }
        if !can_precede_field(bare) {
            return None;
        }
        at += line.len();
    }
    None
}

/// Whether the fields of misplaced front matter can follow a line: a title, a comment, a fence or another field.
fn can_precede_field(bare: &str) -> bool {
    let is_sign = !bare.contains(char::is_alphanumeric);
    is_sign
        || is_field(bare)
        || ["```", "~~~", "# ", "<!--"]
            .iter()
            .any(|start| bare.starts_with(start))
}

/// Whether a line is the field `audience`, or a `status` that keeps a file back.
fn keeps_back(line: &str) -> bool {
    let Some((key, value)) = line.split_once([':', '=']) else {
        return false;
    };
    let value = value.trim().trim_matches(['"', '\'', ',']).to_lowercase();
    match key.trim().trim_matches('"').to_lowercase().as_str() {
        "audience" => matches!(value.as_str(), "private" | "team" | "public"),
        "status" => value == "draft",
        _ => false,
    }
}

/// A form of front matter that is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Toml,
    Json,
    /// After other text.
    After,
    /// After a character that is not seen.
    Unseen,
    Indented,
    /// Between dashes that are not three hyphens.
    Dashes,
    /// In a block of code.
    Code,
    /// Without an opening fence.
    Unopened,
}

impl Kind {
    fn message(self) -> &'static str {
        match self {
            Self::Toml => "this front matter is TOML",
            Self::Json => "this front matter is JSON",
            Self::After => "this front matter is not at the very top of the file",
            Self::Unseen => "a character that is not seen is before this `---`",
            Self::Indented => "this `---` is not at the start of its line",
            Self::Dashes => "this line is not the `---` that opens front matter",
            Self::Code => "this front matter is in a block of code",
            Self::Unopened => "this line looks like a field of front matter, and no `---` opens it",
        }
    }

    fn help(self) -> &'static str {
        match self {
            Self::Toml | Self::Json => "write it as YAML: `title: …` between two lines `---`",
            Self::After => "move it up, so that `---` is the first line",
            Self::Unseen => "delete the line and type `---` again",
            Self::Indented => "take out the spaces before it",
            Self::Dashes => "write three hyphens: `---`; some editors make dashes of them",
            Self::Code => "write a line `---` in the place of each of the two fences",
            Self::Unopened => "put a line `---` above the fields and another below them",
        }
    }
}

/// The first line of front matter that is not read.
struct Opening<'a> {
    kind: Kind,
    line: &'a str,
    span: Span,
}

fn opening(text: &str) -> Option<Opening<'_>> {
    let mut at = 0;
    let mut position = Position::Top;
    for line in text.split_inclusive('\n') {
        let unmarked = line.trim_start_matches('\u{feff}');
        let bare = unmarked.trim_matches(|edge: char| edge.is_whitespace() || is_unseen(edge));
        let candidate = Candidate {
            line: unmarked,
            bare,
            after: &text[at + line.len()..],
            position,
        };
        if let Some(kind) = candidate.kind() {
            let start = at + line.find(bare).unwrap_or_default();
            return Some(Opening {
                kind,
                line: bare,
                span: Span::new(start, start + bare.len()),
            });
        }
        if !can_precede_front_matter(bare) {
            return None;
        }
        if !unmarked.is_empty() {
            position = Position::Below;
        }
        at += line.len();
    }
    None
}

/// Whether a line can be before misplaced front matter: a blank line, a title or a comment.
fn can_precede_front_matter(bare: &str) -> bool {
    bare.is_empty() || bare.starts_with("# ") || (bare.starts_with("<!--") && bare.ends_with("-->"))
}

/// The position of a line in its file.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    Top,
    Below,
}

/// A line that may open front matter.
struct Candidate<'a> {
    /// The line without a byte order mark.
    line: &'a str,
    /// The line without white space and unseen characters around it.
    bare: &'a str,
    /// The text after the line.
    after: &'a str,
    position: Position,
}

impl Candidate<'_> {
    /// The form of the front matter that it opens; `None` if it opens none.
    fn kind(&self) -> Option<Kind> {
        match self.bare {
            "+++" => (self.closes_with("+++") && self.after.lines().any(|next| next.contains('=')))
                .then_some(Kind::Toml),
            ";;;" => self.closes_with(";;;").then_some(Kind::Json),
            "{" => self
                .after
                .trim_start()
                .starts_with('"')
                .then_some(Kind::Json),
            "```yaml" | "```yml" | "~~~yaml" => self.has_fields().then_some(Kind::Code),
            "---" if self.has_fields() && self.has_fence() => Some(self.kind_of_fence()),
            bare if bare.starts_with("{\"") => Some(Kind::Json),
            bare if is_fence_like(bare) && bare != "---" => {
                (self.has_fields() && self.has_fence()).then_some(Kind::Dashes)
            }
            _ => self.is_first_field().then_some(Kind::Unopened),
        }
    }

    /// Why a `---` does not open front matter.
    fn kind_of_fence(&self) -> Kind {
        if self.position == Position::Below {
            Kind::After
        } else if self.line.starts_with([' ', '\t']) {
            Kind::Indented
        } else {
            Kind::Unseen
        }
    }

    /// Whether only fields follow, up to a fence.
    fn has_fields(&self) -> bool {
        let mut lines = self
            .after
            .lines()
            .take_while(|next| !is_fence_like(next) && next.trim() != "```")
            .filter(|next| !next.trim().is_empty());
        let belongs =
            |next: &str| is_field(next) || next.starts_with([' ', '\t', '#', '-', '\u{a0}']);
        lines.next().is_some_and(belongs) && lines.all(belongs) && self.after.lines().any(is_field)
    }

    fn has_fence(&self) -> bool {
        self.after.lines().any(is_fence_like)
    }

    fn closes_with(&self, fence: &str) -> bool {
        self.after.lines().any(|next| next.trim() == fence)
    }

    /// Whether it is the first of some fields at the top that end with a fence.
    fn is_first_field(&self) -> bool {
        let mut fields = self
            .after
            .lines()
            .take_while(|next| is_field(next.trim()) || is_fence_like(next));
        self.position == Position::Top
            && is_known_field(self.bare)
            && (fields.any(is_fence_like) || self.is_above_text())
    }

    /// Whether it is the first of some fields that end with a blank line, a heading or the file: several known ones, or one that is no
    /// usual start of a sentence. A field starts with a small letter.
    fn is_above_text(&self) -> bool {
        const SURE: &[&str] = &[
            "title",
            "headline",
            "competencies",
            "answers",
            "audience",
            "company",
        ];
        let ends = |line: &&str| line.trim().is_empty() || line.starts_with('#');
        let belongs = |line: &str| line.starts_with([' ', '\t', '-']);
        let fields: Vec<Option<&str>> = std::iter::once(self.bare)
            .chain(self.after.lines().take_while(|line| !ends(line)))
            .filter(|line| !belongs(line))
            .map(known_name)
            .collect();
        match fields[..] {
            [Some(only)] => SURE.contains(&only),
            _ => fields.len() > 1 && fields.iter().all(Option::is_some),
        }
    }
}

/// Whether a line looks like a fence of front matter, of any kind of dashes.
pub fn is_fence_like(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty()
        && line.chars().count() <= 6
        && line != "-"
        && line.chars().all(|sign| {
            matches!(
                sign,
                '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '﹘' | '－'
            )
        })
}

/// Whether a line is `key: value`, or `key:`.
fn is_field(line: &str) -> bool {
    line.split_once(':').is_some_and(|(key, value)| {
        let is_key = key.starts_with(char::is_alphabetic)
            && key
                .chars()
                .all(|sign| sign.is_alphanumeric() || matches!(sign, '-' | '_' | ' '));
        is_key
            && key.split_whitespace().count() <= 2
            && (value.is_empty() || value.starts_with(char::is_whitespace))
    })
}

/// The name of a field here or in other tools that a line gives, in small letters as an author of fields writes it.
fn known_name(line: &str) -> Option<&str> {
    const OTHERS: &[&str] = &["told", "asked", "people", "framework", "kind", "inherit"];
    let (name, _) = line.split_once(':').filter(|_| is_field(line))?;
    let is_known = FIELDS
        .iter()
        .any(|(theirs, ours)| theirs.contains(&name) || ours.contains(&name))
        || NEEDLESS.contains(&name)
        || OTHERS.contains(&name);
    is_known.then_some(name)
}

fn is_known_field(line: &str) -> bool {
    const KNOWN: &[&str] = &[
        "title",
        "audience",
        "status",
        "headline",
        "competencies",
        "answers",
        "question",
        "story",
        "tags",
        "date",
    ];
    is_field(line)
        && line
            .split_once(':')
            .is_some_and(|(key, _)| KNOWN.contains(&key.to_lowercase().as_str()))
}

fn is_unseen(sign: char) -> bool {
    matches!(sign, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{ad}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn front_matter_by_other_means_is_recognised() {
        for (text, kind) in [
            ("+++\ntitle = \"a\"\n+++\nb\n", Kind::Toml),
            ("{\n  \"title\": \"a\"\n}\n", Kind::Json),
            ("{\"title\": \"a\"}\n", Kind::Json),
            (";;;\n{}\n;;;\n", Kind::Json),
            ("\n---\ntitle: a\n---\nb\n", Kind::After),
            ("# A\n\n---\naudience: private\n---\nb\n", Kind::After),
            ("<!-- x -->\n---\ntitle: a\n---\nb\n", Kind::After),
            ("—--\ntitle: a\n---\nb\n", Kind::Dashes),
            ("—\ntitle: a\n—\nb\n", Kind::Dashes),
            ("----\ntitle: a\n----\nb\n", Kind::Dashes),
            (" ---\ntitle: a\n---\nb\n", Kind::Indented),
            ("\u{200b}---\ntitle: a\n---\nb\n", Kind::Unseen),
            ("```yaml\ntitle: a\n```\nb\n", Kind::Code),
            ("title: a\naudience: private\n---\nb\n", Kind::Unopened),
            ("title: a\nstrength: 3\n## Action\n\nb\n", Kind::Unopened),
            ("title: a\n\nb\n", Kind::Unopened),
            ("question: a?\naliases:\n  - b\n- c\n\nd\n", Kind::Unopened),
        ] {
            assert_eq!(
                opening(text).map(|opening| opening.kind),
                Some(kind),
                "{text:?}"
            );
        }
        for text in [
            "# A\n\n---\n\nb: c\n",
            "A\n---\nb: c\n---\n",
            "\n---\n\nwords\n\n---\n",
            "\n---\n\nIt is only a line: a rule.\n\n---\n",
            "\n---\nnote: one\nmore words\n---\n",
            "{x}\n",
            "+++\n",
            "note: this\n\nand more\n",
            "Title: this\nwhen: that\n\nand more\n",
            "question: why?\n\nand more\n",
            "title: this\nand: that\n\nand more\n",
            "story: one night\nthe team slept\n",
            "---\n",
            "",
        ] {
            assert_eq!(opening(text).map(|opening| opening.kind), None, "{text:?}");
        }
    }

    #[test]
    fn a_field_that_keeps_a_file_back_is_never_only_words() {
        let found = |text: &str| {
            field_outside(text, 0, &SitePath::new("content/case-studies/a.md")).is_some()
        };
        for text in [
            "title: a\naudience: private\n\n# B\n",
            "***\ntitle: a\nstatus: draft\n***\nb\n",
            "~~~\nAudience: \"private\"\n~~~\nb\n",
            "===\naudience = team\n===\n",
            "# A\naudience: private\n\nb\n",
            "# A\n\n---\n\naudience: public\n",
            "<!-- a -->\nstatus: draft\n",
        ] {
            assert!(found(text), "{text:?}");
        }
        for text in [
            "# A\n\nb\n\naudience: private\n",
            "status: resolved\n",
            "# A\n\nThe audience: private persons.\n",
            "audience: us\n",
            "",
        ] {
            assert!(!found(text), "{text:?}");
        }
    }
}
