//! Reports of names that the site does not have, with advice that names something similar.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::FxHashMap as HashMap;

use super::names::Names;
use super::references::Unknown;
use crate::diagnostic::{ADVISED, Diagnostic, Rule, did_you_mean, rules};
use crate::model::{Document, Kind, Meta};
use crate::slug::Slug;
use crate::source::Span;

/// How many different hashtags are compared with all competencies. Any more are plain text.
const DIFFERENT_TAGS: usize = 500;

/// Reports names in front matter that the site does not have. The first of them get advice that names something similar.
pub fn report_references(
    documents: &[Arc<Document>],
    names: &Names,
    unknown: &[Unknown<'_>],
) -> Vec<Diagnostic> {
    let advice = Advice::new(documents, names);
    let reports = unknown.iter().enumerate().map(|(place, unknown)| {
        let document = &documents[unknown.document.0];
        report_reference(
            document,
            unknown,
            if place < ADVISED { Some(&advice) } else { None },
            names,
        )
    });
    reports.collect()
}

fn report_reference(
    document: &Document,
    unknown: &Unknown<'_>,
    advice: Option<&Advice<'_>>,
    names: &Names,
) -> Diagnostic {
    let &Unknown {
        slug, span, kind, ..
    } = unknown;
    let noun = kind.noun();
    let written = document
        .body
        .file_text()
        .get(span.range())
        .unwrap_or_default();
    let help = as_list(written, |name| {
        kind != Kind::Story && names.find(kind, name.as_str()).is_some()
    })
    .or_else(|| advice?.nearest(kind, slug))
    .unwrap_or_else(|| format!("add it with `storybank new {noun} {slug}`"));
    Diagnostic::new(
        rule_of(kind),
        &document.path,
        span,
        format!("there is no {noun} `{slug}`"),
    )
    .help(help)
}

fn rule_of(kind: Kind) -> &'static Rule {
    match kind {
        Kind::Question => &rules::QUESTION,
        Kind::Competency => &rules::COMPETENCY,
        Kind::Story | Kind::CaseStudy => &rules::STORY,
        Kind::Interview => &rules::INTERVIEW,
    }
}

/// Advice for a value that is not a list and holds several names, some of which exist.
fn as_list(written: &str, is_known: impl Fn(&Slug) -> bool) -> Option<String> {
    let is_around = |sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'');
    let names: Vec<&str> = written
        .split([',', ';'])
        .map(|name| name.trim_matches(is_around))
        .filter(|name| !name.is_empty())
        .collect();
    let is_one_line = !written.contains(['\n', '[']);
    (is_one_line && names.len() > 1 && names.iter().any(|name| is_known(&Slug::of(name))))
        .then(|| format!("write several as a list: `[{}]`", names.join(", ")))
}

/// Reports unknown hashtags that are similar to the name of a competency. All others are plain text.
pub fn report_tags(documents: &[Arc<Document>], names: &Names) -> Vec<Diagnostic> {
    let advice = Advice::new(documents, names);
    let mut similar: HashMap<&Slug, Option<String>> = HashMap::default();
    let mut found = Vec::new();
    for document in documents {
        let tags = document.body.tagged.iter().flat_map(|block| &block.tags);
        for (slug, span) in tags.filter(|(slug, _)| names.competency(slug.as_str()).is_none()) {
            let compared = similar.len();
            let help = similar.entry(slug).or_insert_with(|| {
                if compared < DIFFERENT_TAGS {
                    advice.competency(slug)
                } else {
                    None
                }
            });
            if let Some(help) = help {
                found.push(tag_left_as_text(document, slug, *span).help(help.as_str()));
            }
        }
    }
    found
}

fn tag_left_as_text(document: &Document, slug: &Slug, span: Span) -> Diagnostic {
    Diagnostic::new(
        &rules::TAG,
        &document.path,
        span,
        format!("`#{slug}` is not a competency; it is left as plain text"),
    )
}

/// Advice on a name that the site does not have.
struct Advice<'d> {
    documents: &'d [Arc<Document>],
    names: &'d Names,
    aliases: OnceCell<HashMap<Slug, &'d Slug>>,
    wordings: OnceCell<HashMap<Slug, &'d Slug>>,
}

impl<'d> Advice<'d> {
    fn new(documents: &'d [Arc<Document>], names: &'d Names) -> Self {
        Self {
            documents,
            names,
            aliases: OnceCell::new(),
            wordings: OnceCell::new(),
        }
    }

    fn nearest(&self, kind: Kind, slug: &Slug) -> Option<String> {
        match kind {
            Kind::Competency => self.competency(slug),
            Kind::Question => self.question(slug),
            Kind::Story | Kind::CaseStudy | Kind::Interview => self.similar(kind, slug),
        }
    }

    fn competency(&self, slug: &Slug) -> Option<String> {
        match self.aliases.get_or_init(|| self.aliases()).get(slug) {
            Some(meant) => Some(format!("write `{meant}`, of which this is another name")),
            None => self.similar(Kind::Competency, slug),
        }
    }

    fn question(&self, slug: &Slug) -> Option<String> {
        match self.wordings.get_or_init(|| self.wordings()).get(slug) {
            Some(meant) => Some(format!("write `{meant}`, of which this is another wording")),
            None => self.similar(Kind::Question, slug),
        }
    }

    fn similar(&self, kind: Kind, slug: &Slug) -> Option<String> {
        did_you_mean(slug.as_str(), self.names.slugs_of(kind))
    }

    /// The slugs of the competencies, keyed by the slugs of their titles and aliases.
    fn aliases(&self) -> HashMap<Slug, &'d Slug> {
        let mut aliases = HashMap::default();
        for document in self.documents {
            if let Meta::Competency(competency) = &document.meta {
                let names = competency.aliases.iter().chain([&competency.title]);
                aliases.extend(names.map(|name| (Slug::of(name.as_str()), &document.slug)));
            }
        }
        aliases
    }

    /// The slugs of the questions, keyed by the slugs of their wordings.
    fn wordings(&self) -> HashMap<Slug, &'d Slug> {
        let mut wordings = HashMap::default();
        for document in self.documents {
            if let Meta::Question(question) = &document.meta {
                for wording in question.aliases.iter().chain([&question.question]) {
                    wordings
                        .entry(Slug::of(wording.as_str()))
                        .or_insert(&document.slug);
                }
            }
        }
        wordings
    }
}
