//! What other tools call the fields of front matter, and the front matter that other tools write.

use super::headings::Names;
use crate::diagnostic::{Diagnostic, rules};
use crate::source::{SitePath, Span};

/// Names that blogs, notebooks and templates of post-mortems use, and the fields that they mean here, the likeliest first. Which of
/// them a document has depends on its kind.
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

/// Fields of other tools that a site of this program has no use for.
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

/// What to do about an unknown field, where it is one of another tool: `known` are the fields that would do in its place.
pub fn advice(name: &str, known: &[&str], names: Option<Names>) -> Option<String> {
    let plain = name.trim().to_lowercase().replace(['_', ' '], "-");
    let plain = plain.as_str();
    let of_tools = FIELDS
        .iter()
        .filter(|(theirs, _)| theirs.contains(&plain))
        .flat_map(|(_, ours)| *ours);
    // A field of the same name in another spelling, as `Title`, is the nearest anyway.
    let ours = of_tools
        .copied()
        .find(|ours| known.contains(ours) && *ours != plain);
    let is_at_top = known.contains(&"audience");
    if let Some(ours) = ours.filter(|_| is_headline_or_other(plain, known)) {
        return Some(match (plain, ours) {
            ("draft", "status") => "write `status: draft` for it, or take it out where it is `false`".to_owned(),
            ("published", _) if known.contains(&"status") => {
                "write `status: draft` for it where it is `false`, `when` where it is a date, or take it out".to_owned()
            }
            ("private" | "public", "audience") => format!("write `audience: {plain}` for it"),
            _ => format!("write it as `{ours}`, as it is called here"),
        });
    }
    let heading = plain.replace('-', " ");
    if is_at_top && !known.contains(&plain) && names.is_some_and(|names| names.know(&heading)) {
        let first = heading
            .chars()
            .next()
            .map(|first| first.to_uppercase().to_string())
            .unwrap_or_default();
        let rest: String = heading.chars().skip(1).collect();
        return Some(format!(
            "write it in the text, under a heading `## {first}{rest}`"
        ));
    }
    let is_needless = is_at_top && NEEDLESS.contains(&plain) && !known.contains(&plain);
    is_needless.then(|| match plain {
        "slug" | "permalink" | "url" => {
            "take it out: the name of the file gives the address".to_owned()
        }
        "author" | "authors" | "participants" | "reviewers" | "attendees" | "team" | "company"
        | "project" | "customer" | "services" | "service" => {
            "take it out, or write it in the text: there is no field for it".to_owned()
        }
        _ => "take it out: there is no field for it".to_owned(),
    })
}

/// Whether a name that can be a field and a heading is a field: `summary` is one where there is a headline.
fn is_headline_or_other(plain: &str, known: &[&str]) -> bool {
    plain != "action" || !known.contains(&"audience")
}

/// Front matter that is there and is not written as it is read: before it stands something, or its signs are others.
pub fn front_matter(text: &str, path: &SitePath) -> Option<Diagnostic> {
    let opening = opening(text)?;
    let (message, help) = match opening.kind {
        Kind::Toml => (
            "this front matter is TOML",
            "write it as YAML: `title: …` between two lines `---`",
        ),
        Kind::Json => (
            "this front matter is JSON",
            "write it as YAML: `title: …` between two lines `---`",
        ),
        Kind::After => (
            "this front matter does not stand at the very top of the file",
            "move it up, so that `---` is the first line",
        ),
        Kind::Unseen => (
            "a character that is not seen stands before this `---`",
            "delete the line and type `---` again",
        ),
        Kind::Indented => (
            "this `---` does not stand at the start of its line",
            "take out the spaces before it",
        ),
        Kind::Signs => (
            "this line is not the `---` that opens front matter",
            "write three hyphens: `---`; some editors make dashes of them",
        ),
        Kind::Fence => (
            "this front matter stands in a block of code",
            "write a line `---` in the place of each of the two fences",
        ),
        Kind::Nothing => (
            "this line looks like a field of front matter, and no `---` opens it",
            "put a line `---` above the fields and another below them",
        ),
    };
    Some(
        Diagnostic::new(
            &rules::FRONT_MATTER,
            path,
            opening.span,
            format!(
                "{message}; found `{}`, expected YAML between two `---` lines at the top",
                opening.line
            ),
        )
        .help(help),
    )
}

/// A line above the text that says whom it is for, or that it is a draft, and stands in no front matter: taken for words, it would go
/// out to those whom it excludes. `start` is where the text starts.
pub fn field_outside(text: &str, start: usize, path: &SitePath) -> Option<Diagnostic> {
    let mut at = start;
    for line in text[start..].split_inclusive('\n') {
        let bare = line.trim_matches(|edge: char| edge.is_whitespace() || is_unseen(edge));
        if keeps_back(bare) {
            let begin = at + line.find(bare).unwrap_or_default();
            let span = Span::new(begin, begin + bare.len());
            let message =
                "this line looks like a field, and stands in no front matter, so it is only words";
            return Some(
                Diagnostic::new(&rules::FRONT_MATTER, path, span, message)
                    .help("write it between two lines `---` at the very top of the file, or as a sentence if it is meant as words"),
            );
        }
        let is_sign = !bare.contains(char::is_alphanumeric);
        let is_fence = bare.starts_with("```") || bare.starts_with("~~~");
        let is_preface = is_sign
            || is_fence
            || bare.starts_with("# ")
            || bare.starts_with("<!--")
            || is_field(bare);
        if !is_preface {
            return None;
        }
        at += line.len();
    }
    None
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

/// How front matter is written that is not read.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Toml,
    Json,
    After,
    Unseen,
    Indented,
    Signs,
    Fence,
    Nothing,
}

/// The line that is meant to open front matter.
struct Opening<'a> {
    kind: Kind,
    line: &'a str,
    span: Span,
}

fn opening(text: &str) -> Option<Opening<'_>> {
    let mut at = 0;
    let mut is_first = true;
    for line in text.split_inclusive('\n') {
        let bare = line
            .trim_start_matches('\u{feff}')
            .trim_matches(|edge: char| edge.is_whitespace() || is_unseen(edge));
        let after = &text[at + line.len()..];
        if let Some(kind) = kind_of(line, bare, after, is_first) {
            let start = at + line.find(bare).unwrap_or_default();
            return Some(Opening {
                kind,
                line: bare,
                span: Span::new(start, start + bare.len()),
            });
        }
        // Only what a page may open with can stand before front matter: a title or a comment.
        let is_preface = bare.is_empty()
            || bare.starts_with("# ")
            || (bare.starts_with("<!--") && bare.ends_with("-->"));
        if !is_preface {
            return None;
        }
        is_first &= bare.is_empty() && line.trim_start_matches('\u{feff}').is_empty();
        at += line.len();
    }
    None
}

fn kind_of(line: &str, bare: &str, after: &str, is_first: bool) -> Option<Kind> {
    let has_fields = || {
        let mut lines = after
            .lines()
            .take_while(|next| !is_fence_like(next) && next.trim() != "```")
            .filter(|next| !next.trim().is_empty());
        let belongs =
            |next: &str| is_field(next) || next.starts_with([' ', '\t', '#', '-', '\u{a0}']);
        lines
            .next()
            .is_some_and(|first| belongs(first) && lines.all(belongs))
            && after.lines().any(is_field)
    };
    let closes = |sign: &str| after.lines().any(|next| next.trim() == sign);
    match bare {
        "+++" => {
            (closes("+++") && after.lines().any(|next| next.contains('='))).then_some(Kind::Toml)
        }
        ";;;" => closes(";;;").then_some(Kind::Json),
        "{" => after.trim_start().starts_with('"').then_some(Kind::Json),
        "```yaml" | "```yml" | "~~~yaml" => has_fields().then_some(Kind::Fence),
        "---" if has_fields() && after.lines().any(is_fence_like) => Some(if !is_first {
            Kind::After
        } else if line.trim_start_matches('\u{feff}').starts_with([' ', '\t']) {
            Kind::Indented
        } else {
            Kind::Unseen
        }),
        _ if bare.starts_with("{\"") => Some(Kind::Json),
        _ if is_fence_like(bare) && bare != "---" => {
            (has_fields() && after.lines().any(is_fence_like)).then_some(Kind::Signs)
        }
        _ => (is_first
            && is_known_field(bare)
            && after
                .lines()
                .take_while(|next| is_field(next.trim()) || is_fence_like(next))
                .any(is_fence_like))
        .then_some(Kind::Nothing),
    }
}

/// Whether a line looks like the sign around front matter, whatever dashes it is made of.
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
            ("—--\ntitle: a\n---\nb\n", Kind::Signs),
            ("—\ntitle: a\n—\nb\n", Kind::Signs),
            ("----\ntitle: a\n----\nb\n", Kind::Signs),
            (" ---\ntitle: a\n---\nb\n", Kind::Indented),
            ("\u{200b}---\ntitle: a\n---\nb\n", Kind::Unseen),
            ("```yaml\ntitle: a\n```\nb\n", Kind::Fence),
            ("title: a\naudience: private\n---\nb\n", Kind::Nothing),
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
