//! The first stage of linking: the things of a site, and the documents that hold them.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;
use std::sync::Arc;

use rustc_hash::FxHashMap as HashMap;

use super::{DocumentId, ItemId, StoryId, items_of};
use crate::diagnostic::{Diagnostic, nearest, rules};
use crate::model::{Document, Item, Kind, Meta, When};
use crate::slug::{Slug, differ_in_form_alone};
use crate::source::Span;

/// The things of a site. The place of each in its list is its id.
#[derive(Default)]
pub struct Catalogue {
    /// In the order of their slugs.
    pub stories: Vec<StoryFiles>,
    /// Those with files in the order of their slugs, then those of sheets, then the follow-ups, story by story.
    pub questions: Vec<QuestionPlace>,
    /// In the order of their slugs.
    pub case_studies: Vec<DocumentId>,
    /// In the order of their titles.
    pub competencies: Vec<DocumentId>,
    /// In the order of their dates, those without a date last.
    pub interviews: Vec<DocumentId>,
    /// In the order of their slugs.
    pub asks: Vec<DocumentId>,
    /// In the order of their paths.
    pub sheets: Vec<DocumentId>,
    pub home: Option<DocumentId>,
}

/// The files of a story.
pub struct StoryFiles {
    pub document: DocumentId,
    /// In the order of their paths.
    pub variants: Vec<DocumentId>,
}

/// Where a question is written.
pub struct QuestionPlace {
    pub slug: Slug,
    pub document: DocumentId,
    /// `None` for a question that has a file of its own.
    pub item: Option<ItemId>,
    /// The story that it is a follow-up of, if it is written in a file of a story.
    pub story: Option<StoryId>,
}

impl Catalogue {
    /// Lists the things in documents, and reports names that two of them have.
    pub fn new(documents: &[Arc<Document>]) -> (Self, Vec<Diagnostic>) {
        let Files {
            stories,
            variants,
            questions,
            case_studies,
            mut competencies,
            mut interviews,
            mut asks,
            sheets,
            home,
            mut found,
        } = Files::of(documents);
        competencies.sort_by_cached_key(|id| {
            (
                documents[id.0].meta.title().to_lowercase(),
                documents[id.0].slug.clone(),
            )
        });
        interviews.sort_by_key(|id| date_of_interview(&documents[id.0]));
        let (stories, orphans) = with_variants(documents, stories, variants);
        found.extend(orphans);
        let (questions, repeated) = QuestionList::of(documents, questions, &sheets, &stories);
        found.extend(repeated);
        found.extend(drop_taken(documents, &mut asks, &questions));
        (
            Self {
                stories,
                questions,
                case_studies,
                competencies,
                interviews,
                asks,
                sheets,
                home,
            },
            found,
        )
    }
}

/// Takes out the lists whose slug a question has, and reports them: both would have the same address.
fn drop_taken(
    documents: &[Arc<Document>],
    asks: &mut Vec<DocumentId>,
    questions: &[QuestionPlace],
) -> Vec<Diagnostic> {
    if asks.is_empty() {
        return Vec::new();
    }
    let taken: HashMap<&Slug, DocumentId> = questions
        .iter()
        .map(|question| (&question.slug, question.document))
        .collect();
    let mut found = Vec::new();
    asks.retain(|&id| {
        let list = &documents[id.0];
        let question = taken.get(&list.slug);
        found.extend(question.map(|first| duplicate(list, "question", &documents[first.0])));
        question.is_none()
    });
    found
}

/// The sort key of an interview: those without a date come last.
fn date_of_interview(document: &Document) -> (bool, Option<When>) {
    let when = match &document.meta {
        Meta::Interview(interview) => interview.when,
        _ => None,
    };
    (when.is_none(), when)
}

/// Gives each story its variants, and reports the variants of stories that do not exist.
fn with_variants(
    documents: &[Arc<Document>],
    stories: Vec<DocumentId>,
    mut variants: BTreeMap<&Slug, Vec<DocumentId>>,
) -> (Vec<StoryFiles>, Vec<Diagnostic>) {
    let slug = |id: DocumentId| &documents[id.0].slug;
    let known: Vec<&str> = stories.iter().map(|&id| slug(id).as_str()).collect();
    let with_variants = |document| StoryFiles {
        document,
        variants: variants.remove(slug(document)).unwrap_or_default(),
    };
    let stories = stories.into_iter().map(with_variants).collect();
    let orphans = variants
        .iter()
        .flat_map(|(story, variants)| variants.iter().map(move |variant| (*story, variant)));
    (
        stories,
        orphans
            .map(|(story, variant)| no_story(&documents[variant.0], story, &known))
            .collect(),
    )
}

/// The documents of each kind.
#[derive(Default)]
struct Files<'d> {
    stories: Vec<DocumentId>,
    /// Keyed by the slug of their story.
    variants: BTreeMap<&'d Slug, Vec<DocumentId>>,
    questions: Vec<DocumentId>,
    case_studies: Vec<DocumentId>,
    competencies: Vec<DocumentId>,
    interviews: Vec<DocumentId>,
    asks: Vec<DocumentId>,
    sheets: Vec<DocumentId>,
    home: Option<DocumentId>,
    found: Vec<Diagnostic>,
}

impl<'d> Files<'d> {
    /// The first document of each slug; the others are reported.
    fn of(documents: &'d [Arc<Document>]) -> Self {
        let mut files = Self::default();
        let mut variants = HashMap::default();
        for (index, document) in documents.iter().enumerate() {
            let id = DocumentId(index);
            match &document.meta {
                Meta::Story(_) => files.stories.push(id),
                Meta::Question(_) => files.questions.push(id),
                Meta::CaseStudy(_) => files.case_studies.push(id),
                Meta::Competency(_) => files.competencies.push(id),
                Meta::Interview(_) => files.interviews.push(id),
                Meta::Sheet(_) => files.sheets.push(id),
                Meta::Asks(_) => files.asks.push(id),
                Meta::Variant(variant) => match variants.entry((&variant.story, &document.slug)) {
                    Entry::Vacant(free) => files
                        .variants
                        .entry(&variant.story)
                        .or_default()
                        .push(*free.insert(id)),
                    Entry::Occupied(first) => files.repeat(documents, id, "variant", *first.get()),
                },
                Meta::Home(_) => match files.home {
                    None => files.home = Some(id),
                    Some(first) => files.repeat(documents, id, "text of the home page", first),
                },
            }
        }
        files.keep_first_of_each_slug(documents);
        files
    }

    fn repeat(
        &mut self,
        documents: &[Arc<Document>],
        id: DocumentId,
        noun: &str,
        first: DocumentId,
    ) {
        self.found
            .push(duplicate(&documents[id.0], noun, &documents[first.0]));
    }

    /// Sorts the documents of each kind by their slugs, and reports all but the first of each slug.
    fn keep_first_of_each_slug(&mut self, documents: &[Arc<Document>]) {
        let Self {
            stories,
            questions,
            case_studies,
            competencies,
            interviews,
            asks,
            found,
            ..
        } = self;
        for (kind, ids) in [
            (Kind::Story, stories),
            (Kind::Question, questions),
            (Kind::CaseStudy, case_studies),
            (Kind::Competency, competencies),
            (Kind::Interview, interviews),
            (Kind::Question, asks),
        ] {
            let document = |id: &DocumentId| &*documents[id.0];
            // Documents come in the order of their paths, so most of the work is done already.
            ids.sort_by(|a, b| document(a).slug.cmp(&document(b).slug));
            ids.dedup_by(|id, first| {
                let is_taken = document(id).slug == document(first).slug;
                if is_taken {
                    found.push(duplicate(document(id), kind.noun(), document(first)));
                }
                is_taken
            });
        }
    }
}

/// The questions of a site, each slug once.
struct QuestionList<'d> {
    documents: &'d [Arc<Document>],
    /// The first place of each slug.
    taken: HashMap<Slug, (DocumentId, Span)>,
    places: Vec<QuestionPlace>,
    found: Vec<Diagnostic>,
}

impl<'d> QuestionList<'d> {
    fn of(
        documents: &'d [Arc<Document>],
        files: Vec<DocumentId>,
        sheets: &[DocumentId],
        stories: &[StoryFiles],
    ) -> (Vec<QuestionPlace>, Vec<Diagnostic>) {
        let mut list = Self {
            documents,
            taken: HashMap::default(),
            places: Vec::new(),
            found: Vec::new(),
        };
        files.into_iter().for_each(|file| list.add_file(file));
        sheets.iter().for_each(|&sheet| list.add_items(sheet, None));
        for (index, story) in stories.iter().enumerate() {
            let slug = &documents[story.document.0].slug;
            let files = std::iter::once(&story.document).chain(&story.variants);
            files.for_each(|&file| list.add_items(file, Some((StoryId(index), slug))));
        }
        (list.places, list.found)
    }

    /// Adds a question that has a file of its own.
    fn add_file(&mut self, document: DocumentId) {
        let slug = self.documents[document.0].slug.clone();
        self.taken.insert(slug.clone(), (document, Span::default()));
        self.places.push(QuestionPlace {
            slug,
            document,
            item: None,
            story: None,
        });
    }

    /// Adds the questions inside of a sheet or of a file of a story. Those of a story have the slug of the story before their own.
    fn add_items(&mut self, document: DocumentId, story: Option<(StoryId, &Slug)>) {
        let documents = self.documents;
        for (item, written) in items_of(&documents[document.0]) {
            let slug = match story {
                Some((_, story)) => Slug::of(&format!("{}-{}", story.shortened(), written.slug)),
                None => written.slug.clone(),
            };
            if let Some(&first) = self.taken.get(&slug) {
                self.report_repeated(document, written, &slug, first);
                continue;
            }
            self.taken.insert(slug.clone(), (document, written.span));
            self.places.push(QuestionPlace {
                slug,
                document,
                item: Some(item),
                story: story.map(|(id, _)| id),
            });
        }
    }

    /// Reports a question whose slug another one has, unless both are one follow-up of a story.
    fn report_repeated(
        &mut self,
        document: DocumentId,
        item: &Item,
        slug: &Slug,
        (first, first_span): (DocumentId, Span),
    ) {
        let is_retold = first != document
            && is_variant_beside(&self.documents[document.0], &self.documents[first.0]);
        // The parser has reported a question whose heading gives no address.
        if is_retold || item.slug.is_empty() {
            return;
        }
        let document = &self.documents[document.0];
        let heading = document
            .body
            .file_text()
            .get(item.span.range())
            .unwrap_or_default()
            .trim();
        let help = format!(
            "take one of them out, or give this one an address of its own, as in `{heading} {{#{}-2}}`",
            item.slug
        );
        self.found.push(
            Diagnostic::new(
                &rules::DUPLICATE,
                &document.path,
                item.span,
                format!("the question `{slug}` exists twice"),
            )
            .note(&self.documents[first.0].path, first_span, "first here")
            .help(help),
        );
    }
}

/// Whether a document is a variant of the story that another document belongs to. A variant answers the follow-ups of its story in other
/// words.
fn is_variant_beside(document: &Document, other: &Document) -> bool {
    match (&document.meta, &other.meta) {
        (Meta::Variant(variant), Meta::Story(_)) => variant.story == other.slug,
        (Meta::Variant(variant), Meta::Variant(first)) => variant.story == first.story,
        _ => false,
    }
}

fn duplicate(document: &Document, noun: &str, first: &Document) -> Diagnostic {
    let help = if differ_in_form_alone(document.path.as_str(), first.path.as_str()) {
        "rename one of the two files, or join them: their names differ only in how accented letters are encoded (Unicode NFC and NFD)"
    } else {
        "rename one of the two files, or join them"
    };
    Diagnostic::new(
        &rules::DUPLICATE,
        &document.path,
        Span::default(),
        format!("the {noun} `{}` exists twice", document.slug),
    )
    .note(&first.path, Span::default(), "first here")
    .help(help)
}

fn no_story(variant: &Document, story: &Slug, known: &[&str]) -> Diagnostic {
    let help = nearest(story.as_str(), known.iter().copied()).map_or_else(
        || format!("add `{}/index.md` with the story", variant.path.parent()),
        |near| format!("did you mean the folder of the story `{near}`?"),
    );
    let message = format!("there is no story `{story}` for this variant to tell");
    Diagnostic::new(&rules::VARIANT, &variant.path, Span::default(), message).help(help)
}
