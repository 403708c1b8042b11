//! Names of parts that open no part of a story.

use super::PrivateHeading;
use super::headings::Names;
use super::label::{self, Form, Label};
use crate::diagnostic::{Diagnostic, rules};
use crate::markdown::{Body, Child, Event, Heading, Tag};
use crate::model::{Document, Meta, Part};
use crate::source::Span;

/// The parts that a reader misses in a story. A name of another part is often a word of the text.
const TOLD: &[Part] = &[
    Part::Situation,
    Part::Task,
    Part::Action,
    Part::Result,
    Part::Learning,
];

/// Warns of each name of a part that opens none, if the story has no other text for that part.
pub fn unread(document: &Document) -> Vec<Diagnostic> {
    let is_told = matches!(document.meta, Meta::Story(_) | Meta::Variant(_));
    let Some(names) = Names::of(&document.meta).filter(|_| is_told) else {
        return Vec::new();
    };
    let parts: Vec<Part> = document
        .sections
        .iter()
        .filter_map(|section| section.part)
        .collect();
    let mut finder = Finder {
        document,
        names,
        why_not_label: if parts.is_empty() {
            "it is neither a heading nor bold"
        } else {
            "other parts of the file have headings"
        },
        parts,
        found: Vec::new(),
    };
    finder.blocks();
    finder.found
}

struct Finder<'d> {
    document: &'d Document,
    names: Names,
    /// Why a label of the file opens no part.
    why_not_label: &'static str,
    /// The parts that the story has, and those that were reported.
    parts: Vec<Part>,
    found: Vec<Diagnostic>,
}

impl Finder<'_> {
    fn blocks(&mut self) {
        let body = &self.document.body;
        let mut private = PrivateHeading::default();
        let mut is_after_telling = false;
        for block in body.children(0..body.nodes.len()) {
            if let Event::Start(Tag::Heading(heading)) = block.event {
                let heading = &body.headings[heading];
                private.pass(heading);
                if heading.level <= 2 {
                    is_after_telling = self.names.ends_telling(&heading.text);
                }
                if !private.is_open() && !is_after_telling {
                    self.heading(heading, block.span);
                }
            } else if !private.is_open() && !is_after_telling {
                self.labels(body, &block);
            }
        }
    }

    /// A heading below the level of sections that names a part, or a misspelt name.
    fn heading(&mut self, heading: &Heading, span: Span) {
        if heading.level > 2 {
            let sign = "#".repeat(heading.level.into());
            let why = format!(
                "`{sign} {}` opens no part, because a heading of a part has two `#`",
                heading.text
            );
            let help = format!("write `## {}`", heading.text);
            self.report(&heading.text, span, why, help);
        } else if let Some(name) = Names::misspelt(&heading.text)
            && !self.names.know(&heading.text)
        {
            let why = format!("`{}` is not the name of a part", heading.text);
            self.report(name, span, why, format!("did you mean `## {name}`?"));
        }
    }

    /// The lines of a block that start with the name of a part.
    fn labels(&mut self, body: &Body, block: &Child) {
        for line in label::lines(&body.nodes, block) {
            let nodes = &body.nodes[line];
            let bold = Label::bold_at(body, nodes)
                .filter(|label| label.name.chars().count() > 1 && self.names.know(&label.name));
            let plain = || {
                Label::plain_at(body, nodes)
                    .filter(|label| self.names.exactly(&label.name).is_some())
            };
            let (Some(label), Some(first)) = (bold.or_else(plain), nodes.first()) else {
                continue;
            };
            let span = match label.form {
                Form::Bold => first.span,
                Form::Plain => first.cut(0..label.name.len()).unwrap_or(*first).span,
            };
            let name = label.name;
            let help = format!("write `## {name}` on a line of its own, and the text below it");
            let why = format!("`{name}` opens no part, because {}", self.why_not_label);
            self.report(&name, span, why, help);
        }
    }

    /// Reports a name, unless its part is there.
    fn report(&mut self, name: &str, span: Span, message: String, help: String) {
        let part = self.names.part(name, &self.parts);
        let Some(part) = part.filter(|part| TOLD.contains(part) && !self.parts.contains(part))
        else {
            return;
        };
        self.parts.push(part);
        self.found.push(
            Diagnostic::new(&rules::UNREAD_PART, &self.document.path, span, message).help(help),
        );
    }
}
