//! Stories with their tellings.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::catalogue::{Catalogue, StoryFiles};
use super::names::Names;
use super::references::References;
use super::{CaseStudyId, CompetencyId, DocumentId, Origin, QuestionId, Story, Telling, distinct};
use crate::diagnostic::{Diagnostic, rules};
use crate::model::{Document, Meta};
use crate::slug::Slug;
use crate::source::{SitePath, Span};

/// How many tellings a story has at most besides itself. Each has a page, and each of these pages leads to all of them.
pub const MOST_TELLINGS: usize = 100;

/// The inputs of stories.
pub struct Parts<'a> {
    pub documents: &'a [Arc<Document>],
    pub catalogue: &'a Catalogue,
    pub names: &'a Names,
    /// By the number of the document.
    pub references: &'a [References],
}

/// The questions and case studies about a story.
#[derive(Debug, Clone, Default)]
pub struct About {
    pub follow_ups: Vec<QuestionId>,
    pub case_studies: Vec<CaseStudyId>,
}

impl Parts<'_> {
    /// All stories; `about` holds what leads to each. No story needs another, so they are made on all cores.
    pub fn stories(&self, about: Vec<About>) -> (Vec<Story>, Vec<Diagnostic>) {
        let stories = self
            .catalogue
            .stories
            .par_iter()
            .zip(about)
            .map(|(files, about)| self.story(files, about));
        let (stories, found): (Vec<Story>, Vec<Vec<Diagnostic>>) = stories.unzip();
        (stories, found.into_iter().flatten().collect())
    }

    fn story(&self, files: &StoryFiles, about: About) -> (Story, Vec<Diagnostic>) {
        let id = files.document;
        let document = &self.documents[id.0];
        let references = &self.references[id.0];
        let tagged = self.tagged_competencies(document);
        let of_tags = tagged.iter().map(|&(_, competency)| competency);
        let own = distinct(references.competencies.iter().copied().chain(of_tags));
        let variants: Vec<Telling> = self.variants(files).collect();
        let (derived, mut found) = self.derived(id, &variants, &tagged);
        let first_too_many = files.variants.get(MOST_TELLINGS);
        found.extend(
            first_too_many
                .map(|first| too_many_tellings(&self.documents[first.0].path, Span::default())),
        );
        let main = Telling::of_story(self.documents, id, references, own);
        let tellings: Vec<Telling> = std::iter::once(main)
            .chain(variants)
            .chain(derived)
            .collect();
        let shown = tellings.iter().flat_map(|telling| &telling.competencies);
        let story = Story {
            document: id,
            slug: document.slug.clone(),
            competencies: distinct(shown.copied()),
            tellings,
            follow_ups: about.follow_ups,
            case_studies: about.case_studies,
        };
        (story, found)
    }

    fn variants(&self, files: &StoryFiles) -> impl Iterator<Item = Telling> {
        let story = files.document;
        files
            .variants
            .iter()
            .take(MOST_TELLINGS)
            .filter_map(move |&id| match &self.documents[id.0].meta {
                Meta::Variant(meta) => Some(Telling::of_variant(
                    self.documents,
                    story,
                    id,
                    meta,
                    &self.references[id.0],
                )),
                _ => None,
            })
    }

    /// The competencies that a story's hashtags name, in the order of the text.
    fn tagged_competencies<'d>(&self, document: &'d Document) -> Vec<(&'d Slug, CompetencyId)> {
        let tags = document.body.tagged.iter().flat_map(|block| &block.tags);
        distinct(tags.filter_map(|(slug, _)| Some((slug, self.names.competency(slug.as_str())?))))
    }

    /// A telling for each competency that has tagged blocks and no variant of its own.
    fn derived(
        &self,
        id: DocumentId,
        variants: &[Telling],
        tagged: &[(&Slug, CompetencyId)],
    ) -> (Vec<Telling>, Vec<Diagnostic>) {
        let document = &self.documents[id.0];
        let of_variants = variants.iter().flat_map(|telling| &telling.competencies);
        let with_variant: HashSet<CompetencyId> = of_variants.copied().collect();
        let taken: HashMap<&Slug, Origin> = variants
            .iter()
            .map(|telling| (&telling.slug, telling.origin))
            .collect();
        let (mut derived, mut found) = (Vec::new(), Vec::new());
        for &(slug, competency) in tagged {
            if with_variant.contains(&competency) {
                continue;
            }
            if let Some(Origin::Variant(variant)) = taken.get(slug) {
                found.push(address_of_variant(&self.documents[variant.0], slug));
                continue;
            }
            if variants.len() + derived.len() == MOST_TELLINGS {
                let span = span_of_tag(document, slug);
                found.push(too_many_tellings(&document.path, span));
                break;
            }
            let title = self.title_of(competency);
            derived.push(Telling::derived(
                self.documents,
                id,
                slug,
                competency,
                title,
            ));
        }
        (derived, found)
    }

    fn title_of(&self, competency: CompetencyId) -> &str {
        let document = self.catalogue.competencies[competency.0];
        self.documents[document.0].meta.title()
    }
}

/// The first place of a hashtag in a document.
fn span_of_tag(document: &Document, slug: &Slug) -> Span {
    let mut tags = document.body.tagged.iter().flat_map(|block| &block.tags);
    tags.find(|(tag, _)| tag == slug)
        .map_or(Span::default(), |&(_, span)| span)
}

fn address_of_variant(variant: &Document, slug: &Slug) -> Diagnostic {
    let message =
        format!("the telling that the hashtag `#{slug}` gives has the address of this variant");
    Diagnostic::new(&rules::ADDRESS, &variant.path, Span::default(), message).help(format!(
        "add `{slug}` to the `competencies` of this variant, or give the file another name"
    ))
}

fn too_many_tellings(path: &SitePath, span: Span) -> Diagnostic {
    let message = format!(
        "the story has more than {MOST_TELLINGS} tellings: variants, and competencies that hashtags name"
    );
    Diagnostic::new(&rules::OVER_LIMIT, path, span, message)
        .help("take some of them away, or tell another story")
}
