//! Reports of questions that are written twice in the same words.

use rustc_hash::FxHashMap as HashMap;

use super::Contents;
use crate::diagnostic::{Diagnostic, rules};
use crate::model::{Document, Meta, Prose, Status};
use crate::slug::Slug;
use crate::source::Span;

/// The wordings that two questions of the bank have, and the questions that a list asks twice.
pub fn report(site: &Contents) -> Vec<Diagnostic> {
    let documents = site.documents.iter().map(|document| &**document);
    let documents = documents.filter(|document| document.status != Status::Retired);
    let mut found = Vec::new();
    let mut bank = Wordings::default();
    for document in documents {
        match &document.meta {
            Meta::Asks(_) => {
                let mut list = Wordings::default();
                found.extend(list.add(wordings(document)));
            }
            _ => found.extend(bank.add(wordings(document))),
        }
    }
    found
}

/// A wording of a question.
struct Wording<'d> {
    words: &'d str,
    document: &'d Document,
    /// The question, by the slug that it is named by.
    question: Slug,
    span: Span,
    form: Form,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Question,
    Alias,
}

/// The first place of each wording.
#[derive(Default)]
struct Wordings<'d>(HashMap<Slug, Wording<'d>>);

impl<'d> Wordings<'d> {
    /// Adds wordings, and reports those that another question has.
    fn add(&mut self, wordings: Vec<Wording<'d>>) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        for wording in wordings {
            let key = Slug::of(wording.words);
            if key.is_empty() {
                continue;
            }
            match self.0.get(&key) {
                Some(first) => found.extend(first.repeated_by(&wording)),
                None => drop(self.0.insert(key, wording)),
            }
        }
        found
    }
}

impl Wording<'_> {
    /// The report of another wording with the same words; `None` if it is of the same question.
    fn repeated_by(&self, other: &Wording<'_>) -> Option<Diagnostic> {
        let is_list = matches!(other.document.meta, Meta::Asks(_));
        if self.question == other.question && !is_list {
            return None;
        }
        let words = other.words.trim();
        let (message, help) = match (self.form, other.form) {
            (Form::Question, Form::Question) if is_list => (
                format!("this list asks `{words}` twice"),
                "take one of the two out".to_owned(),
            ),
            (Form::Question, Form::Question) => (
                format!("`{words}` is in the bank twice"),
                format!(
                    "join them: take `{1}` out, and name `{0}` instead, or the other way round",
                    self.question, other.question
                ),
            ),
            _ => (
                format!("`{words}` is a wording of two questions"),
                format!(
                    "take it out of `{}` or of `{}`, or join them",
                    self.question, other.question
                ),
            ),
        };
        let found =
            Diagnostic::new(&rules::REPEATED, &other.document.path, other.span, message).help(help);
        Some(found.note(&self.document.path, self.span, "first here"))
    }
}

/// The wordings of the questions that a document has for the bank or for a list to ask.
fn wordings<'d>(document: &'d Document) -> Vec<Wording<'d>> {
    match &document.meta {
        Meta::Question(question) if question.about.is_none() => {
            let wording = |words: &'d Prose, form| Wording {
                words: words.as_str(),
                document,
                question: document.slug.clone(),
                span: words.span(),
                form,
            };
            let own = wording(&question.question, Form::Question);
            let aliases = question.aliases.iter();
            let aliases = aliases.map(|alias| wording(alias, Form::Alias));
            std::iter::once(own).chain(aliases).collect()
        }
        Meta::Sheet(sheet) if sheet.about.is_none() => of_items(document),
        Meta::Asks(_) => of_items(document),
        _ => Vec::new(),
    }
}

/// The wordings of the questions of a sheet. With an id of its own, a question is meant to be there beside another one.
fn of_items(document: &Document) -> Vec<Wording<'_>> {
    let items = document.sections.iter().flat_map(|section| &section.items);
    let has_own_words = |slug: &Slug, words: &str| *slug == Slug::of(words).shortened();
    items
        .filter(|item| has_own_words(&item.slug, &item.question))
        .flat_map(|item| {
            let wording = |words, form| Wording {
                words,
                document,
                question: item.slug.clone(),
                span: item.span,
                form,
            };
            let aliases = item.aliases.iter();
            let aliases = aliases.map(move |alias| wording(alias.as_str(), Form::Alias));
            std::iter::once(wording(&item.question, Form::Question)).chain(aliases)
        })
        .collect()
}
