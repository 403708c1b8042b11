//! Text in places that no page shows.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::{Event, Footnote};
use crate::model::{Document, Meta, Part, Section};
use crate::source::{Span, offset};

use super::headings;

/// Warns of every text of a document that no page shows.
pub fn unshown(document: &Document) -> Vec<Diagnostic> {
    let mut found = unshown_footnotes(document);
    found.extend(doubled_footnotes(document));
    found.extend(
        document
            .sections
            .iter()
            .filter_map(|section| unshown_heading(document, section)),
    );
    // A sheet without a question has an error of its own instead.
    if matches!(document.meta, Meta::Sheet(_))
        && document
            .sections
            .iter()
            .any(|section| !section.items.is_empty())
    {
        found.extend(
            document
                .sections
                .iter()
                .enumerate()
                .filter_map(|(index, section)| beside_questions(document, index, section)),
        );
    }
    found
}

/// A text of a sheet that is not below a question.
fn beside_questions(document: &Document, index: usize, section: &Section) -> Option<Diagnostic> {
    let first = document.body.nodes.get(section.nodes.clone())?.first()?;
    if !section.items.is_empty() || document.body.is_blank(section.nodes.clone()) {
        return None;
    }
    let (span, message) = if index == 0 {
        (
            first.span,
            "this text is before the first question of the sheet, and no page shows it".to_owned(),
        )
    } else {
        (
            section.span,
            format!(
                "`{}` does not read as a question, so no page shows the text below it",
                section.heading
            ),
        )
    };
    let help = if index == 0 {
        "move it below a question, or make it a comment: `%%…%%`"
    } else {
        "write the heading as a question, move the text below one, or make it a comment: `%%…%%`"
    };
    Some(Diagnostic::new(&rules::NOT_SHOWN, &document.path, span, message).help(help))
}

/// Footnotes with the label of another one.
fn doubled_footnotes(document: &Document) -> impl Iterator<Item = Diagnostic> {
    let mut seen = BTreeSet::new();
    document
        .body
        .footnotes
        .iter()
        .filter(move |footnote| !seen.insert(&footnote.label))
        .map(|footnote| {
            let message = format!(
                "another footnote is called `{}`, too, so no page shows this one",
                footnote.label
            );
            Diagnostic::new(
                &rules::NOT_SHOWN,
                &document.path,
                label_of(document, footnote),
                message,
            )
            .help("give it a label of its own")
        })
}

/// The place of the `[^label]:` of a footnote.
fn label_of(document: &Document, footnote: &Footnote) -> Span {
    let span = document.body.nodes[footnote.nodes.start - 1].span;
    Span {
        start: span.start,
        end: span
            .end
            .min(span.start + offset(footnote.label.len() + "[^]:".len())),
    }
}

/// A heading of the headline or of follow-ups with more text. Pages show the text below the heading, and not the heading.
fn unshown_heading(document: &Document, section: &Section) -> Option<Diagnostic> {
    let is_left_out = matches!(
        (&document.meta, section.part),
        (
            Meta::Story(_) | Meta::Variant(_),
            Some(Part::Headline | Part::FollowUps)
        )
    );
    let more = headings::text_after_name(&section.heading).filter(|_| is_left_out)?;
    let message = format!("`{more}` is in a heading that no page shows");
    Some(
        Diagnostic::new(&rules::NOT_SHOWN, &document.path, section.span, message)
            .help("write it into the text below the heading"),
    )
}

/// Footnotes that nothing refers to.
fn unshown_footnotes(document: &Document) -> Vec<Diagnostic> {
    let body = &document.body;
    if body.footnotes.is_empty() {
        return Vec::new();
    }
    let referred: BTreeSet<&str> = body
        .nodes
        .iter()
        .filter_map(|node| match node.event {
            Event::FootnoteReference(label) => Some(body.str(label)),
            _ => None,
        })
        .collect();
    let unshown = body
        .footnotes
        .iter()
        .filter(|footnote| !referred.contains(footnote.label.as_str()));
    unshown
        .map(|footnote| {
            let label = &footnote.label;
            let message = format!("nothing refers to the footnote `{label}`, so no page shows it");
            Diagnostic::new(
                &rules::NOT_SHOWN,
                &document.path,
                label_of(document, footnote),
                message,
            )
            .help(format!("write `[^{label}]` where the text refers to it"))
        })
        .collect()
}
