//! One file becomes one document. This never fails: mistakes become diagnostics, and the rest is read.

mod answers;
mod fields;
mod foreign;
mod headings;
mod label;
mod outline;
mod place;
mod sheet;
mod unasked;
mod unread;
mod unshown;

use std::sync::Arc;

use rustc_hash::FxHashSet as HashSet;

use crate::conflict;
use crate::diagnostic::{Diagnostic, rules};
use crate::front_matter::{self, Split};
use crate::markdown::{self, Body, Child, Event, Heading, Tag};
use crate::model::{Audience, DirectAnswer, Document, Item, Meta, Part, Section, Sheet};
use crate::slug::Slug;
use crate::source::{SitePath, Span};

pub use answers::direct_answers;
pub use fields::{FrontMatter, schema};
pub use place::{CONTENT, Place, is_markdown};

/// The result of parsing a file.
#[derive(Debug)]
pub struct Parsed {
    /// `None` if the file is not a document of the site.
    pub document: Option<Document>,
    /// The mistakes of the file. It can have a document all the same.
    pub diagnostics: Vec<Diagnostic>,
}

/// Parses a Markdown file of the content, whatever its bytes are.
pub fn parse(path: &SitePath, bytes: &[u8]) -> Parsed {
    match (std::str::from_utf8(bytes), Place::of(path)) {
        (Ok(text), _) => parse_text(path, &text.into()),
        // A misplaced file is only reported as misplaced.
        (Err(_), Err(diagnostic)) => failed(diagnostic),
        (Err(error), Ok(place)) => unreadable(
            path,
            &readable(bytes),
            &place,
            not_utf8(path, error.valid_up_to()),
        ),
    }
}

/// The maximum length of a Markdown file in bytes. The text of a thick book has a fourth of this.
const MAX_LENGTH: usize = 4 << 20;

/// Parses a Markdown file of the content.
pub fn parse_text(path: &SitePath, text: &Arc<str>) -> Parsed {
    let place = match Place::of(path) {
        Ok(place) => place,
        Err(diagnostic) => return failed(diagnostic),
    };
    if text.len() > MAX_LENGTH {
        return unreadable(path, "", &place, too_long(path, text.len()));
    }
    let conflicts = conflict::conflicts(path, text);
    if !conflicts.is_empty() {
        // Other mistakes may come from the two versions, so they are not reported.
        let split = front_matter::split(text).unwrap_or_default();
        return Parsed {
            document: private_document(path, text, &place, split),
            diagnostics: conflicts,
        };
    }
    match front_matter::split(text) {
        Ok(split) => match foreign_front_matter(path, text, split) {
            Some(mistake) => unreadable(path, text, &place, mistake),
            None => document(path, text, &place, split),
        },
        Err(fence) => unreadable(path, text, &place, unclosed(path, text, fence)),
    }
}

fn too_long(path: &SitePath, length: usize) -> Diagnostic {
    let message = format!(
        "the file has {} MB, and a Markdown file has {} MB at most",
        length.div_ceil(1 << 20),
        MAX_LENGTH >> 20
    );
    Diagnostic::new(&rules::OVER_LIMIT, path, Span::default(), message)
        .help("cut it in two, or put data into a file of another kind")
}

/// The mistake of front matter in another format, or of a field outside of front matter.
fn foreign_front_matter(path: &SitePath, text: &str, split: Split) -> Option<Diagnostic> {
    let foreign = if split.present {
        None
    } else {
        foreign::front_matter(text, path)
    };
    foreign.or_else(|| foreign::field_outside(text, split.body, path))
}

/// A document whose fields are not known. It exists for the documents that refer to it, which should not get errors from the mistake
/// in this file.
fn unreadable(path: &SitePath, text: &str, place: &Place, mistake: Diagnostic) -> Parsed {
    Parsed {
        document: private_document(path, &text.into(), place, Split::default()),
        diagnostics: vec![mistake],
    }
}

/// A document for its author alone, because its audience is not known.
fn private_document(
    path: &SitePath,
    text: &Arc<str>,
    place: &Place,
    split: Split,
) -> Option<Document> {
    let document = document(path, text, place, split).document?;
    Some(Document {
        audience: Audience::Private,
        ..document
    })
}

/// The mistake of front matter without an end, with the line that may be a misspelt end.
fn unclosed(path: &SitePath, text: &str, fence: Span) -> Diagnostic {
    let found = Diagnostic::new(
        &rules::FRONT_MATTER,
        path,
        fence,
        "front matter opens here and never closes",
    );
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end();
        let is_end = foreign::is_fence_like(line) || bare == "...";
        if is_end && at > fence.range().start {
            let place = Span::new(at, at + bare.len());
            return found
                .note(path, place, "found here, expected `---`")
                .help("write three hyphens there: `---`");
        }
        at += line.len();
    }
    found.help("end it with a line that holds only `---`")
}

fn failed(diagnostic: Diagnostic) -> Parsed {
    Parsed {
        document: None,
        diagnostics: vec![diagnostic],
    }
}

/// The text of bytes, with a `?` for each byte that is not UTF-8. So all offsets stay the same.
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
    let source = fields::Source {
        path,
        text,
        split,
        titles: &outline::Titles::of(&body, place),
    };
    let (fields, mut diagnostics) = fields::read(&source, place);
    diagnostics.extend(found);
    diagnostics.extend(comments_in_fields(path, text, split.yaml));
    outline::shape(&mut body, &fields.meta);
    markdown::check_marks_in_text(&body, path, &mut diagnostics);
    let is_mistaken = diagnostics.iter().any(Diagnostic::is_error);
    let answers = answers_of(&body, &fields.meta);
    let mut document = Document {
        path: path.clone(),
        slug: place.slug(),
        // The mistake may be in the line with the audience. The site is not built then, and a preview shows the file to its author.
        audience: if is_mistaken {
            Audience::Private
        } else {
            fields.audience
        },
        status: fields.status,
        sections: sections(&body, &fields.meta, &answers, split.body),
        answers,
        meta: fields.meta,
        body,
    };
    let misplaced = answers::misplaced_answers(&document);
    if !misplaced.is_empty() {
        document.audience = Audience::Private;
    }
    diagnostics.extend(misplaced);
    diagnostics.extend(mistakes_of(&document, text, is_mistaken));
    Parsed {
        document: Some(document),
        diagnostics,
    }
}

/// The mistakes of a whole document; `is_mistaken` says whether its parts have any.
fn mistakes_of(document: &Document, text: &str, is_mistaken: bool) -> Vec<Diagnostic> {
    let mut found: Vec<Diagnostic> = empty_file(document, text).into_iter().collect();
    found.extend(nameless_questions(document));
    // A mistake in the front matter may be the reason for an empty sheet, and is enough to report.
    found.extend(empty_sheet(document).filter(|_| !is_mistaken));
    found.extend(unshown::unshown(document));
    found.extend(unread::unread(document));
    found.extend(unasked::unasked(document));
    found
}

/// Comments of the text in a line of front matter, where they would be shown as they are.
fn comments_in_fields(path: &SitePath, text: &str, yaml: Span) -> Vec<Diagnostic> {
    const MARK: &str = "%%";
    let mut found = Vec::new();
    let mut at = yaml.range().start;
    for line in text[yaml.range()].split_inclusive('\n') {
        let is_comment = line.trim_start().starts_with('#');
        let start = line.find(MARK).filter(|_| !is_comment);
        let end = start.and_then(|start| {
            let inside = start + MARK.len();
            Some(inside + line[inside..].find(MARK)? + MARK.len())
        });
        if let (Some(start), Some(end)) = (start, end) {
            let message = "a comment between `%%` works in the text only; here it would be shown";
            let span = Span::new(at + start, at + end);
            found.push(
                Diagnostic::new(&rules::SWALLOWED_MARK, path, span, message)
                    .help("take it out, or write it after ` #` at the end of the line"),
            );
        }
        at += line.len();
    }
    found
}

/// The direct answers of a question that has a file of its own.
pub fn answers_of(body: &Body, meta: &Meta) -> Vec<DirectAnswer> {
    match meta {
        Meta::Question(question) if question.about.is_none() => {
            direct_answers(body, 0..body.nodes.len())
        }
        _ => Vec::new(),
    }
}

/// Cuts a body at its headings of the first and second level. `answers` are the direct answers in it, of which those for one interview are
/// private; `start` is the offset of the body in the file.
pub fn sections(body: &Body, meta: &Meta, answers: &[DirectAnswer], start: usize) -> Vec<Section> {
    let mut sections = cut(body, start);
    let level = question_level(body, &sections, meta);
    let for_interviews: HashSet<usize> = answers
        .iter()
        .filter(|answer| answer.interview.is_some())
        .map(|answer| answer.nodes.start)
        .collect();
    for section in &mut sections {
        section.is_private |= for_interviews.contains(&section.nodes.start);
    }
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

/// The sections with their headings and nodes; the first is the text before the first heading.
fn cut(body: &Body, start: usize) -> Vec<Section> {
    let opening = |child: &Child| match child.event {
        Event::Start(Tag::Heading(heading)) => {
            Some(&body.headings[heading]).filter(|heading| opens_section(heading))
        }
        _ => None,
    };
    let mut sections = Vec::with_capacity(1 + top_headings(body));
    sections.push(untitled_section(start));
    let mut private = PrivateHeading::default();
    for child in body.children(0..body.nodes.len()) {
        if let Some(heading) = opening(&child) {
            private.pass(heading);
            close_last(&mut sections, child.nodes.start);
            sections.push(Section {
                heading: if heading.text.is_empty() {
                    "Private".to_owned()
                } else {
                    heading.text.clone()
                },
                id: heading.id.clone(),
                is_private: private.is_open(),
                nodes: child.nodes.end..child.nodes.end,
                span: child.span,
                ..untitled_section(0)
            });
        }
    }
    close_last(&mut sections, body.nodes.len());
    sections
}

/// The number of headings of the first and second level. Sections are allocated exactly, because a site keeps all of them.
fn top_headings(body: &Body) -> usize {
    body.headings
        .iter()
        .filter(|heading| heading.level <= 2)
        .count()
}

/// The text before the first heading, without its nodes.
fn untitled_section(start: usize) -> Section {
    Section {
        heading: String::new(),
        id: String::new(),
        part: None,
        is_private: false,
        nodes: 0..0,
        span: Span::new(start, start),
        words: 0,
        items: Vec::new(),
    }
}

/// The level of the private heading that hides the text at some point of a body, if there is one.
#[derive(Default)]
struct PrivateHeading(Option<u8>);

impl PrivateHeading {
    /// Moves on to the text below a heading. A private heading hides everything until the next heading that is not below it.
    fn pass(&mut self, heading: &Heading) {
        if self.0.is_none_or(|level| heading.level <= level) {
            self.0 = heading.is_private.then_some(heading.level);
        }
    }

    fn is_open(&self) -> bool {
        self.0.is_some()
    }
}

/// Whether a heading opens a section. A heading without text does only if it is private.
fn opens_section(heading: &Heading) -> bool {
    heading.level <= 2 && (!heading.text.is_empty() || heading.is_private)
}

fn close_last(sections: &mut [Section], end: usize) {
    if let Some(last) = sections.last_mut() {
        last.nodes.end = end;
    }
}

/// The level of the headings of a sheet that are questions: the second, or the first if there are no others.
fn question_level(body: &Body, sections: &[Section], meta: &Meta) -> Option<u8> {
    let levels = sections[1..]
        .iter()
        .filter_map(|section| Some(heading_of(body, section)?.level));
    if meta.is_list_of_questions() {
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

/// The questions of a section: the headings below follow-ups, or in a sheet the section itself.
fn items(body: &Body, section: &Section, meta: &Meta, level: Option<u8>) -> Vec<Item> {
    match (level, meta, section.part) {
        (Some(level), meta, _) => {
            let is_of_bank = matches!(meta, Meta::Sheet(Sheet { about: None, .. }));
            let item = sheet_item(body, section, level);
            let with_answers = |item: Item| Item {
                answers: direct_answers(body, item.nodes.clone()),
                ..item
            };
            let item = if is_of_bank {
                item.map(with_answers)
            } else {
                item
            };
            item.into_iter().collect()
        }
        (None, Meta::Story(_) | Meta::Variant(_), Some(Part::FollowUps)) => {
            follow_ups(body, section)
        }
        _ => Vec::new(),
    }
}

/// The question of a section of a sheet; `None` if its heading is a title, or does not ask anything.
fn sheet_item(body: &Body, section: &Section, level: u8) -> Option<Item> {
    let heading = heading_of(body, section)?;
    let is_asked = heading.level == level
        && !outline::asks_nothing(&heading.text)
        && !answers::opens_answer(&heading.text)
        && (level > 1 || outline::asks(&heading.text));
    (is_asked && !heading.text.is_empty()).then(|| Item {
        question: heading.text.clone(),
        slug: slug_of(heading),
        aliases: heading.aliases.clone(),
        competencies: heading.tags.clone(),
        nodes: section.nodes.clone(),
        is_open: body.is_blank(section.nodes.clone()),
        span: section.span,
        answers: Vec::new(),
    })
}

/// The slug of a question, from the id that its author gave it, or from its words. Two questions with the same words are one.
fn slug_of(heading: &Heading) -> Slug {
    Slug::of(if heading.has_own_id {
        &heading.id
    } else {
        &heading.text
    })
    .shortened()
}

/// The questions of follow-ups: the highest of the headings below them.
fn follow_ups(body: &Body, section: &Section) -> Vec<Item> {
    let mut items: Vec<Item> = Vec::new();
    let Some(level) = highest_level(body, section) else {
        return items;
    };
    for child in body.children(section.nodes.clone()) {
        match child.event {
            Event::Start(Tag::Heading(heading)) if body.headings[heading].level == level => {
                let heading = &body.headings[heading];
                items.push(Item {
                    question: heading.text.clone(),
                    slug: slug_of(heading),
                    aliases: Vec::new(),
                    competencies: Vec::new(),
                    nodes: child.nodes.end..child.nodes.end,
                    is_open: true,
                    span: child.span,
                    answers: Vec::new(),
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

/// The level of the highest heading below the heading of a section.
fn highest_level(body: &Body, section: &Section) -> Option<u8> {
    let level = |child: Child| match child.event {
        Event::Start(Tag::Heading(heading)) => Some(body.headings[heading].level),
        _ => None,
    };
    body.children(section.nodes.clone())
        .filter_map(level)
        .filter(|&level| level > 2)
        .min()
}

/// Questions without a letter or digit for their address.
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

/// A file without content.
fn empty_file(document: &Document, text: &str) -> Option<Diagnostic> {
    let is_for_page =
        !document.meta.is_list_of_questions() && !matches!(document.meta, Meta::Home(_));
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

/// A sheet without a question.
fn empty_sheet(document: &Document) -> Option<Diagnostic> {
    let asks = document
        .sections
        .iter()
        .any(|section| !section.items.is_empty());
    let is_empty = document.meta.is_list_of_questions() && !asks;
    is_empty.then(|| {
        Diagnostic::new(&rules::FIELD_MISSING, &document.path, Span::default(), "this file asks no question")
            .help("give it `question: Tell me about …` in front matter, or a `##` heading for each question; a `#` heading is the title of the sheet")
    })
}
