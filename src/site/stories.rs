//! Stories with their tellings.

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::catalogue::{Catalogue, StoryFiles};
use super::names::Names;
use super::references::References;
use super::telling::shares_of_action;
use super::{
    CaseStudyId, CompetencyId, DocumentId, Evidence, Origin, QuestionId, Story, Telling, distinct,
};
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
        let variants: Vec<Telling> = self.variants(files).collect();
        let (emphases, mut found) = self.emphases(id, &variants, &tagged);
        let first_too_many = files.variants.get(MOST_TELLINGS);
        found.extend(
            first_too_many
                .map(|first| too_many_tellings(&self.documents[first.0].path, Span::default())),
        );
        let main = Telling::of_story(self.documents, id, references);
        let tellings: Vec<Telling> = std::iter::once(main)
            .chain(variants)
            .chain(emphases)
            .collect();
        let shares = shares_of_action(document);
        let evidence = tagged.iter().map(|&(slug, competency)| Evidence {
            competency,
            share: shares.get(slug).copied().unwrap_or_default(),
        });
        let story = Story {
            document: id,
            slug: document.slug.clone(),
            claimed: claimed(&tellings),
            evidence: evidence.collect(),
            told: references.occasions.clone(),
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

    /// For each competency that has tagged blocks and no variant of its own: an emphasis, and a cut if enough remains for it.
    fn emphases(
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
        let (mut emphases, mut cuts, mut found) = (Vec::new(), Vec::new(), Vec::new());
        for &(slug, competency) in tagged {
            if with_variant.contains(&competency) {
                continue;
            }
            if let Some(Origin::Variant(variant)) = taken.get(slug) {
                found.push(address_of_variant(&self.documents[variant.0], slug));
                continue;
            }
            if variants.len() + emphases.len() == MOST_TELLINGS {
                let span = span_of_tag(document, slug);
                found.push(too_many_tellings(&document.path, span));
                break;
            }
            let title = self.title_of(competency);
            let documents = self.documents;
            emphases.push(Telling::emphasis(documents, id, slug, competency, title));
            cuts.extend(
                Telling::cut(documents, id, slug, competency, title)
                    .filter(|cut| !taken.contains_key(&cut.slug)),
            );
        }
        cuts.retain(|cut| !emphases.iter().any(|emphasis| emphasis.slug == cut.slug));
        emphases.extend(cuts);
        (emphases, found)
    }

    fn title_of(&self, competency: CompetencyId) -> &str {
        let document = self.catalogue.competencies[competency.0];
        self.documents[document.0].meta.title()
    }
}

/// The competencies that the tellings claim, in the order of the tellings. What hashtags give claims nothing.
fn claimed(tellings: &[Telling]) -> Vec<CompetencyId> {
    let claiming = tellings.iter().filter(|telling| match telling.origin {
        Origin::Story => true,
        Origin::Variant(_) => telling.is_eligible(),
        Origin::Emphasis(_) | Origin::Cut(_) => false,
    });
    distinct(claiming.flat_map(|telling| telling.competencies.iter().copied()))
}

/// The first place of a hashtag in a document.
fn span_of_tag(document: &Document, slug: &Slug) -> Span {
    let mut tags = document.body.tagged.iter().flat_map(|block| &block.tags);
    tags.find(|(tag, _)| tag == slug)
        .map_or(Span::default(), |&(_, span)| span)
}

fn address_of_variant(variant: &Document, slug: &Slug) -> Diagnostic {
    let message =
        format!("the page on which the hashtag `#{slug}` leans has the address of this variant");
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
