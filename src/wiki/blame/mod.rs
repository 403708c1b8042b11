//! Finds words that blame a person, and remarks that nobody has answered. Neither may be published.

mod lexicon;
mod phrases;
mod subject;
mod verbs;

use std::ops::Range;

use crate::config::Config;
use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::prose::Run;
use crate::markdown::{Event, Link, Skip, Tag, Target};
use crate::model::{CaseStudy, Document, Meta, Prose};
use crate::source::Span;
use crate::words::Finder;

use lexicon::{Actor, Lexicon};
use phrases::Kind;

/// Reports words in a document that blame or name a person.
///
/// `document` is the version that the audience may see, so words that are withheld from it are not reported. `source` is the text of its file,
/// in which the spans are.
pub fn check(document: &Document, source: &str, config: &Config) -> Vec<Diagnostic> {
    let checker = Checker::new(document, source, config);
    let mut found = checker.stretch(0..document.body.nodes.len());
    if let Meta::CaseStudy(meta) = &document.meta {
        found.extend(fields(meta).flat_map(|words| checker.field(words)));
    }
    crate::diagnostic::sort(&mut found);
    found
}

/// Reports such words in a range of a document that another one transcludes.
pub fn check_stretch(
    document: &Document,
    nodes: Range<usize>,
    source: &str,
    config: &Config,
) -> Vec<Diagnostic> {
    let mut found = Checker::new(document, source, config).stretch(nodes);
    crate::diagnostic::sort(&mut found);
    found
}

/// The reviewers' questions in a range of a document that nobody has answered.
pub fn open_remarks(document: &Document, stretch: &Range<usize>) -> Vec<Diagnostic> {
    let remarks = document
        .open_remarks()
        .filter(|nodes| stretch.contains(&nodes.start))
        .map(|nodes| {
            // The node before those of a remark is its call-out.
            let span = document.body.nodes[nodes.start.saturating_sub(1)].span;
            let question = shortened(&document.body.plain_of_remark(nodes));
            let message = format!("the question of a reviewer is open: `{question}`");
            let help = "answer it in the text, and mark it as settled with `> [!answered]`";
            Diagnostic::new(
                &rules::OPEN_REMARK,
                &document.path,
                first_line(document.body.file_text(), span),
                message,
            )
            .help(help)
        });
    remarks.collect()
}

fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    let text = text.replace('`', "'");
    if text.chars().count() <= LONGEST {
        text
    } else {
        text.chars().take(LONGEST).collect::<String>() + "…"
    }
}

/// The first line of a span. The message already quotes the remark, so the rest need not be shown.
fn first_line(text: &str, span: Span) -> Span {
    let range = span.range();
    let stretch = text.get(range.clone()).unwrap_or_default();
    let end = stretch
        .find('\n')
        .map_or(range.end, |end| range.start + end);
    Span::new(range.start, end)
}

/// The texts of the front matter of a case study that are published.
fn fields(meta: &CaseStudy) -> impl Iterator<Item = &Prose> {
    let actions = meta
        .actions
        .iter()
        .flat_map(|action| std::iter::once(&action.what).chain(&action.owner));
    std::iter::once(&meta.title).chain(actions)
}

struct Checker<'a> {
    document: &'a Document,
    source: &'a str,
    names: Finder,
    allowed: Finder,
    lexicon: Lexicon,
}

/// A part of a text that must not be published.
struct Hit {
    kind: Kind,
    /// Whom it means.
    actor: Actor,
    range: Range<usize>,
}

impl Hit {
    /// Advice what to write instead.
    fn help(&self) -> String {
        let help = self.kind.help();
        match self.actor {
            Actor::Name => {
                format!(
                    "{help}; if the name is that of a system, say so: “the Falcon service”, or add the words to `[blame] allow`"
                )
            }
            _ => help.to_owned(),
        }
    }
}

impl<'a> Checker<'a> {
    fn new(document: &'a Document, source: &'a str, config: &Config) -> Self {
        let [names, allowed] = [&config.blame.names, &config.blame.allow]
            .map(|words| Finder::new(words.iter().map(String::as_str)));
        Self {
            document,
            source,
            names,
            allowed,
            lexicon: Lexicon::new(),
        }
    }

    /// Reports the words and the links of a range of the document.
    fn stretch(&self, nodes: Range<usize>) -> Vec<Diagnostic> {
        let body = &self.document.body;
        let runs = body.runs(
            nodes.clone(),
            &[Skip::CodeBlocks, Skip::Private],
            self.source,
        );
        let mut found: Vec<Diagnostic> = runs.flat_map(|run| self.run(&run)).collect();
        let links = body.nodes[nodes]
            .iter()
            .filter_map(|node| match node.event {
                Event::Start(Tag::Link(link) | Tag::Image(link)) => Some(&body.links[link]),
                _ => None,
            });
        found.extend(self.links(links, &found));
        found
    }

    /// Reports the words of a run.
    fn run(&self, run: &Run) -> Vec<Diagnostic> {
        self.hits(run)
            .into_iter()
            .map(|hit| self.diagnostic(&hit, &run.text, run.span(hit.range.clone())))
            .collect()
    }

    /// Reports the words of a text in the front matter.
    fn field(&self, words: &Prose) -> Vec<Diagnostic> {
        let text = words.as_str();
        self.hits(&Run::of_text(text))
            .into_iter()
            .map(|hit| self.diagnostic(&hit, text, words.part(hit.range.clone())))
            .collect()
    }

    /// Reports the titles of links, and their e-mail addresses unless their text has been reported.
    fn links<'l>(
        &self,
        links: impl Iterator<Item = &'l Link>,
        found: &[Diagnostic],
    ) -> Vec<Diagnostic> {
        let mut spans: Vec<Span> = found.iter().map(|found| found.span).collect();
        spans.sort_by_key(|span| (span.start, span.end));
        let mut more = Vec::new();
        for link in links {
            // Of spans with the same start, the shortest comes first. A span that starts in a link ends in it.
            let first = spans.partition_point(|span| span.start < link.span.start);
            let is_reported = spans
                .get(first)
                .is_some_and(|span| span.end <= link.span.end);
            let address = match &link.target {
                Target::External(address) => address.strip_prefix("mailto:").unwrap_or_default(),
                _ => "",
            };
            let address = if is_reported { "" } else { address };
            let texts = [address, &link.title]
                .into_iter()
                .filter(|text| !text.is_empty());
            more.extend(texts.flat_map(|text| {
                self.hits(&Run::of_text(text))
                    .into_iter()
                    .map(|hit| self.diagnostic(&hit, text, link.span))
            }));
        }
        more
    }

    /// The hits in the order of the text. Hits within others are left out.
    fn hits(&self, run: &Run) -> Vec<Hit> {
        let mut hits: Vec<Hit> = phrases::addresses(run);
        hits.extend(self.names.all(&run.text).into_iter().map(|found| Hit {
            kind: Kind::Name,
            actor: Actor::Person,
            range: found.range,
        }));
        hits.extend(phrases::find(run, &self.names, &self.lexicon));
        let allowed = self.allowed.all(&run.text);
        // Allowed words do not overlap, so both their starts and their ends are sorted.
        hits.retain(|hit| {
            let first = allowed.partition_point(|allowed| allowed.range.end <= hit.range.start);
            allowed
                .get(first)
                .is_none_or(|allowed| allowed.range.start >= hit.range.end)
        });
        hits.sort_by_key(|hit| (hit.range.start, std::cmp::Reverse(hit.range.end)));
        let mut end = 0;
        hits.retain(|hit| {
            let is_new = hit.range.start >= end;
            end = end.max(hit.range.end);
            is_new
        });
        hits
    }

    fn diagnostic(&self, hit: &Hit, text: &str, span: Span) -> Diagnostic {
        let words = text[hit.range.clone()]
            .split_whitespace()
            .collect::<Vec<_>>()
            .join(" ");
        let message = format!("`{words}` {}", hit.kind.what());
        Diagnostic::new(&rules::BLAME, &self.document.path, span, message).help(hit.help())
    }
}
