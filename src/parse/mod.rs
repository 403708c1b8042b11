//! One file becomes one document. It never fails: what is wrong comes back as diagnostics beside what could be read.

mod fields;
mod foreign;
mod headings;
mod outline;
mod place;
mod unshown;

use std::sync::Arc;

use crate::conflict;
use crate::diagnostic::{Diagnostic, rules};
use crate::front_matter::{self, Split};
use crate::markdown::{self, Body, Event, Heading, Tag};
use crate::model::{Audience, Document, Item, Meta, Part, Section};
use crate::slug::Slug;
use crate::source::{SitePath, Span};

pub use place::{CONTENT, Place, is_markdown};

/// What a file says.
#[derive(Debug)]
pub struct Parsed {
    /// Nothing where the file is none of the site's documents.
    pub document: Option<Document>,
    /// What is wrong with the file; a document can be there all the same.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses a Markdown file of the content, whatever its bytes are.
pub fn parse(path: &SitePath, bytes: &[u8]) -> Parsed {
    match (std::str::from_utf8(bytes), Place::of(path)) {
        (Ok(text), _) => parse_text(path, &text.into()),
        // Where the file is none of the site's, that is what is wrong with it.
        (Err(_), Err(diagnostic)) => failed(diagnostic),
        (Err(error), Ok(place)) => unreadable(
            path,
            &readable(bytes),
            &place,
            not_utf8(path, error.valid_up_to()),
        ),
    }
}

/// How many bytes a Markdown file has at most: a thick book has a fourth of them.
const LONGEST: usize = 4 << 20;

/// Parses a Markdown file of the content.
pub fn parse_text(path: &SitePath, text: &Arc<str>) -> Parsed {
    let place = match Place::of(path) {
        Ok(place) => place,
        Err(diagnostic) => return failed(diagnostic),
    };
    if text.len() > LONGEST {
        let message = format!(
            "the file has {} MB, and a Markdown file has {} MB at most",
            text.len().div_ceil(1 << 20),
            LONGEST >> 20
        );
        let mistake = Diagnostic::new(&rules::OVER_LIMIT, path, Span::default(), message)
            .help("cut it in two, or put data into a file of another kind");
        return unreadable(path, "", &place, mistake);
    }
    let conflicts = conflict::conflicts(path, text);
    if !conflicts.is_empty() {
        // Whatever else is wrong may come from the two versions.
        return Parsed {
            diagnostics: conflicts,
            ..in_conflict(path, text, &place)
        };
    }
    match front_matter::split(text) {
        Ok(split) => {
            let foreign = if split.present {
                None
            } else {
                foreign::front_matter(text, path)
            };
            match foreign.or_else(|| foreign::field_outside(text, split.body, path)) {
                Some(mistake) => unreadable(path, text, &place, mistake),
                None => document(path, text, &place, split),
            }
        }
        Err(fence) => unreadable(path, text, &place, unclosed(path, text, fence)),
    }
}

/// A document whose fields nobody knows. It is there for the sake of those that refer to it: a mistake in this file is none of
/// theirs. What it says is for its author alone, since whom it was meant for is not known either.
fn unreadable(path: &SitePath, text: &str, place: &Place, mistake: Diagnostic) -> Parsed {
    let split = Split {
        yaml: Span::default(),
        body: 0,
        present: false,
    };
    let document = document(path, &text.into(), place, split).document;
    let document = document.map(|document| Document {
        audience: Audience::Private,
        ..document
    });
    Parsed {
        document,
        diagnostics: vec![mistake],
    }
}

/// Front matter without an end, and the line that may be meant as one.
fn unclosed(path: &SitePath, text: &str, fence: Span) -> Diagnostic {
    let found = Diagnostic::new(
        &rules::FRONT_MATTER,
        path,
        fence,
        "front matter opens here and never closes",
    );
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let is_meant =
            at > fence.start as usize && (foreign::is_fence_like(line) || line.trim_end() == "...");
        if is_meant {
            return found
                .note(
                    path,
                    Span::new(at, at + line.trim_end().len()),
                    "found here, expected `---`",
                )
                .help("write three hyphens there: `---`");
        }
        at += line.len();
    }
    found.help("end it with a line that holds only `---`")
}

/// A document in two versions, which is for its author alone.
fn in_conflict(path: &SitePath, text: &Arc<str>, place: &Place) -> Parsed {
    let split = front_matter::split(text).unwrap_or(Split {
        yaml: Span::default(),
        body: 0,
        present: false,
    });
    let document = document(path, text, place, split).document;
    Parsed {
        document: document.map(|document| Document {
            audience: Audience::Private,
            ..document
        }),
        diagnostics: Vec::new(),
    }
}

fn failed(diagnostic: Diagnostic) -> Parsed {
    Parsed {
        document: None,
        diagnostics: vec![diagnostic],
    }
}

/// The text of bytes with a sign for each that is none; what can be read stays where it is.
fn readable(bytes: &[u8]) -> String {
    bytes
        .utf8_chunks()
        .flat_map(|chunk| [chunk.valid().to_owned(), "?".repeat(chunk.invalid().len())])
        .collect()
}

fn not_utf8(path: &SitePath, at: usize) -> Diagnostic {
    Diagnostic::new(
        &rules::ENCODING,
        path,
        Span::new(at, at + 1),
        "the file is not UTF-8 from here on",
    )
    .help("save it again with the encoding UTF-8")
}

fn document(path: &SitePath, text: &Arc<str>, place: &Place, split: Split) -> Parsed {
    let (mut body, found) = markdown::read(path, text, split.body);
    let titles = outline::Titles::of(&body, place);
    let (fields, mut diagnostics) = fields::read(
        &fields::Source {
            path,
            text,
            split,
            titles: &titles,
        },
        place,
    );
    diagnostics.extend(found);
    outline::shape(&mut body, &fields.meta);
    markdown::check_marks_in_text(&body, path, &mut diagnostics);
    let sections = sections(&body, &fields.meta, split.body);
    let slug = place.slug();
    let is_mistaken = diagnostics.iter().any(Diagnostic::is_error);
    let document = Document {
        path: path.clone(),
        slug,
        // A slip may be in the very line that says whom it is for. Nothing is built of it then; a preview shows it to its author.
        audience: if is_mistaken {
            Audience::Private
        } else {
            fields.audience
        },
        status: fields.status,
        meta: fields.meta,
        body,
        sections,
    };
    let is_sound = !is_mistaken;
    diagnostics.extend(empty_file(&document, text));
    diagnostics.extend(nameless_questions(&document));
    diagnostics.extend(empty_sheet(&document, is_sound));
    diagnostics.extend(unshown::unshown(&document));
    Parsed {
        document: Some(document),
        diagnostics,
    }
}

/// Cuts a body at its headings of the first and second level.
pub fn sections(body: &Body, meta: &Meta, start: usize) -> Vec<Section> {
    // No more than there will be: a site holds the sections of all its documents.
    let mut sections = Vec::with_capacity(
        1 + body
            .headings
            .iter()
            .filter(|heading| heading.level <= 2)
            .count(),
    );
    sections.push(Section {
        heading: String::new(),
        id: String::new(),
        part: None,
        is_private: false,
        nodes: 0..0,
        span: Span::new(start, start),
        words: 0,
        items: Vec::new(),
    });
    // The level of the private heading that what follows stands below.
    let mut hidden_below: Option<u8> = None;
    for child in body.children(0..body.nodes.len()) {
        if let Event::Start(Tag::Heading(heading)) = child.event
            && opens_section(&body.headings[heading])
        {
            let heading = &body.headings[heading];
            if hidden_below.is_none_or(|level| heading.level <= level) {
                hidden_below = heading.is_private.then_some(heading.level);
            }
            close_last(&mut sections, child.nodes.start);
            sections.push(Section {
                heading: if heading.text.is_empty() {
                    "Private".to_owned()
                } else {
                    heading.text.clone()
                },
                id: heading.id.clone(),
                part: None,
                is_private: hidden_below.is_some(),
                nodes: child.nodes.end..child.nodes.end,
                span: child.span,
                words: 0,
                items: Vec::new(),
            });
        }
    }
    close_last(&mut sections, body.nodes.len());
    let level = question_level(body, &sections, meta);
    let headings: Vec<&str> = sections
        .iter()
        .map(|section| section.heading.as_str())
        .collect();
    for (index, part) in headings::parts(&headings, meta).into_iter().enumerate() {
        let section = &mut sections[index];
        section.part = part;
        section.words = body.spoken_words(section.nodes.clone(), &[]);
        section.items = items(body, section, meta, level);
    }
    sections
}

/// Whether a heading opens a section: one that says nothing parts nothing, unless it hides what follows.
fn opens_section(heading: &Heading) -> bool {
    heading.level <= 2 && (!heading.text.is_empty() || heading.is_private)
}

fn close_last(sections: &mut [Section], end: usize) {
    if let Some(last) = sections.last_mut() {
        last.nodes.end = end;
    }
}

/// The level of the headings of a sheet that are questions: the second, below titles; the first where there is no other.
fn question_level(body: &Body, sections: &[Section], meta: &Meta) -> Option<u8> {
    let levels = sections[1..]
        .iter()
        .filter_map(|section| Some(heading_of(body, section)?.level));
    if matches!(meta, Meta::Sheet(_)) {
        levels.max()
    } else {
        None
    }
}

/// The heading that opens a section.
fn heading_of<'a>(body: &'a Body, section: &Section) -> Option<&'a Heading> {
    let before = section.nodes.start.checked_sub(1)?;
    match body.nodes.get(before)?.event {
        Event::End(Tag::Heading(heading)) => Some(&body.headings[heading]),
        _ => None,
    }
}

/// The questions of a section: under the headings of follow-ups, or in a sheet the section itself.
fn items(body: &Body, section: &Section, meta: &Meta, level: Option<u8>) -> Vec<Item> {
    match (level, meta, section.part) {
        (Some(level), ..) => sheet_item(body, section, level).into_iter().collect(),
        (None, Meta::Story(_) | Meta::Variant(_), Some(Part::FollowUps)) => {
            follow_ups(body, section)
        }
        _ => Vec::new(),
    }
}

/// The question that a section of a sheet is; nothing where its heading is a title, or one that asks nothing.
fn sheet_item(body: &Body, section: &Section, level: u8) -> Option<Item> {
    let heading = heading_of(body, section)?;
    let is_asked = heading.level == level
        && !outline::asks_nothing(&heading.text)
        && (level > 1 || outline::asks(&heading.text));
    (is_asked && !heading.text.is_empty()).then(|| Item {
        question: heading.text.clone(),
        slug: slug_of(heading),
        nodes: section.nodes.clone(),
        is_open: body.is_blank(section.nodes.clone()),
        span: section.span,
    })
}

/// The slug of a question, from the id that its author gave it, or from its words. Two of the same words are one question.
fn slug_of(heading: &Heading) -> Slug {
    Slug::of(if heading.has_own_id {
        &heading.id
    } else {
        &heading.text
    })
    .shortened()
}

fn follow_ups(body: &Body, section: &Section) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    for child in body.children(section.nodes.clone()) {
        match child.event {
            Event::Start(Tag::Heading(heading)) if body.headings[heading].level == 3 => {
                let heading = &body.headings[heading];
                items.push(Item {
                    question: heading.text.clone(),
                    slug: slug_of(heading),
                    nodes: child.nodes.end..child.nodes.end,
                    is_open: true,
                    span: child.span,
                });
            }
            _ => {
                if let Some(last) = items.last_mut() {
                    last.nodes.end = child.nodes.end;
                    last.is_open = body.is_blank(last.nodes.clone());
                }
            }
        }
    }
    items
}

/// Questions from whose words no address can be made.
fn nameless_questions(document: &Document) -> Vec<Diagnostic> {
    let items = document.sections.iter().flat_map(|section| &section.items);
    items
        .filter(|item| item.slug.is_empty())
        .map(|item| {
            Diagnostic::new(
                &rules::FIELD_MISSING,
                &document.path,
                item.span,
                "no address can be made from this question",
            )
            .help("give it one, as in `### 为什么? {#why}`")
        })
        .collect()
}

/// A file that holds nothing at all.
fn empty_file(document: &Document, text: &str) -> Option<Diagnostic> {
    let is_for_page = !matches!(document.meta, Meta::Sheet(_) | Meta::Home(_));
    (is_for_page
        && text
            .trim_matches(['\u{feff}', ' ', '\t', '\r', '\n'])
            .is_empty())
    .then(|| {
        Diagnostic::new(
            &rules::FIELD_MISSING,
            &document.path,
            Span::default(),
            "this file is empty",
        )
        .help("write something into it, at least a title as in `# The outage`, or delete it")
    })
}

/// A file among the questions that asks none. A mistake in its front matter may be the reason, and is enough to say.
fn empty_sheet(document: &Document, is_sound: bool) -> Option<Diagnostic> {
    let asks = document
        .sections
        .iter()
        .any(|section| !section.items.is_empty());
    let is_empty = matches!(document.meta, Meta::Sheet(_)) && !asks && is_sound;
    is_empty.then(|| {
        Diagnostic::new(&rules::FIELD_MISSING, &document.path, Span::default(), "this file asks no question")
            .help("give it `question: Tell me about …` in front matter, or a `##` heading for each question; a `#` heading is the title of the sheet")
    })
}
