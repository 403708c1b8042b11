//! The reduce: documents that know nothing of one another become a site, and what does not fit is reported.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::FxHashMap as HashMap;

use super::telling::{capitalised, label_from, left_out, merged_sections, own_sections, uncapitalised};
use super::{
    CaseStudy, Change, Competency, CompetencyId, DocumentId, Origin, Question, QuestionId, Site, Story, StoryId, Telling, Told, edges,
    push_new,
};
use crate::config::Config;
use crate::diagnostic::{Diagnostic, did_you_mean, nearest, rules};
use crate::front_matter;
use crate::model::{Audience, Author, Document, Kind, Meta, Status};
use crate::slug::{Slug, differ_in_form_alone};
use crate::source::{SitePath, Span};

/// Links documents to a site. `assets` are the files of the content that are no documents.
pub fn link(
    config: &Arc<Config>,
    audience: Audience,
    documents: Vec<Arc<Document>>,
    assets: &BTreeSet<SitePath>,
) -> (Site, Vec<Diagnostic>) {
    let mut linker = Linker { documents: &documents, found: Vec::new() };
    let by_kind = linker.by_kind();
    let competencies = competencies(&documents, &by_kind);
    let names = Names::new(&documents, &by_kind, &competencies);
    let mut questions = linker.questions(&by_kind, &names);
    let question_ids: HashMap<Slug, QuestionId> =
        questions.iter().enumerate().map(|(index, question)| (question.slug.clone(), QuestionId(index))).collect();
    let stories = linker.stories(&by_kind, &names, &question_ids);
    let case_studies = linker.case_studies(&by_kind, &names);
    linker.check_tags(&names);
    inherit_competencies(&mut questions, &stories);
    let found = linker.found;
    let mut site = Site {
        config: config.clone(),
        audience,
        home: by_kind.home,
        stories,
        ranked: Vec::new(),
        questions,
        case_studies,
        competencies,
        pages: Vec::new(),
        destinations: Vec::new(),
        backlinks: Vec::new(),
        documents: Vec::new(),
    };
    site.documents = documents;
    let mut found = found;
    found.extend(edges::finish(&mut site, assets));
    (site, found)
}

/// The documents of each kind, by their slugs.
#[derive(Default)]
struct ByKind {
    /// In the order of the slugs, which are unique.
    documents: [Vec<(Slug, DocumentId)>; Kind::ALL.len()],
    variants: BTreeMap<Slug, Vec<DocumentId>>,
    sheets: Vec<DocumentId>,
    home: Option<DocumentId>,
}

impl ByKind {
    fn of(&self, kind: Kind) -> impl Iterator<Item = (&Slug, DocumentId)> + Clone {
        self.documents[kind as usize].iter().map(|(slug, id)| (slug, *id))
    }

    fn has(&self, kind: Kind, slug: &Slug) -> bool {
        self.documents[kind as usize].binary_search_by(|(other, _)| other.cmp(slug)).is_ok()
    }
}

/// What front matter can refer to.
struct Names {
    competencies: HashMap<Slug, CompetencyId>,
    stories: HashMap<Slug, StoryId>,
    /// The titles of the competencies, by their numbers.
    titles: Vec<String>,
    /// Other names of competencies, for advice.
    aliases: HashMap<Slug, Slug>,
}

impl Names {
    fn new(documents: &[Arc<Document>], by_kind: &ByKind, competencies: &[Competency]) -> Self {
        let by_slug = competencies.iter().enumerate().map(|(index, competency)| (competency.slug.clone(), CompetencyId(index)));
        let stories = by_kind.of(Kind::Story).enumerate().map(|(index, (slug, _))| (slug.clone(), StoryId(index)));
        let aliases = competencies.iter().flat_map(|competency| match &documents[competency.document.0].meta {
            Meta::Competency(meta) => {
                let names = meta.aliases.iter().chain([&meta.title]);
                names.map(|alias| (Slug::of(alias), competency.slug.clone())).collect::<Vec<_>>()
            }
            _ => Vec::new(),
        });
        let titles = competencies.iter().map(|competency| documents[competency.document.0].meta.title().to_owned());
        Self { competencies: by_slug.collect(), stories: stories.collect(), titles: titles.collect(), aliases: aliases.collect() }
    }

    fn suggest_competency(&self, slug: &Slug) -> Option<String> {
        if let Some(meant) = self.aliases.get(slug) {
            return Some(format!("write `{meant}`, of which this is another name"));
        }
        let mut known: Vec<&str> = self.competencies.keys().map(Slug::as_str).collect();
        known.sort_unstable();
        did_you_mean(slug.as_str(), known)
    }
}

struct Linker<'a> {
    documents: &'a [Arc<Document>],
    found: Vec<Diagnostic>,
}

impl Linker<'_> {
    fn document(&self, id: DocumentId) -> &Document {
        &self.documents[id.0]
    }

    fn by_kind(&mut self) -> ByKind {
        let mut by_kind = ByKind::default();
        for (index, document) in self.documents.iter().enumerate() {
            let id = DocumentId(index);
            match &document.meta {
                Meta::Variant(variant) => {
                    let variants = by_kind.variants.entry(variant.story.clone()).or_default();
                    match variants.iter().find(|other| self.documents[other.0].slug == document.slug) {
                        None => variants.push(id),
                        Some(first) => self.found.push(duplicate(document, "variant", &self.documents[first.0])),
                    }
                }
                Meta::Sheet(_) => by_kind.sheets.push(id),
                Meta::Home(_) => match by_kind.home {
                    None => by_kind.home = Some(id),
                    Some(first) => self.found.push(duplicate(document, "text of the home page", &self.documents[first.0])),
                },
                Meta::Story(_) | Meta::Question(_) | Meta::CaseStudy(_) | Meta::Competency(_) => {
                    let Some(kind) = crate::parse::kind(&document.meta) else { continue };
                    by_kind.documents[kind as usize].push((document.slug.clone(), id));
                }
            }
        }
        for kind in Kind::ALL {
            let documents = &mut by_kind.documents[kind as usize];
            // Documents come in the order of their paths, so that most of the work is done already.
            documents.sort();
            documents.dedup_by(|(slug, id), (first, first_id)| {
                let is_taken = slug == first;
                if is_taken {
                    self.found.push(duplicate(&self.documents[id.0], kind.noun(), &self.documents[first_id.0]));
                }
                is_taken
            });
        }
        for (story, variants) in &by_kind.variants {
            if !by_kind.has(Kind::Story, story) {
                let known: Vec<&str> = by_kind.of(Kind::Story).map(|(slug, _)| slug.as_str()).collect();
                for &variant in variants {
                    let path = &self.documents[variant.0].path;
                    let help = nearest(story.as_str(), known.iter().copied()).map_or_else(
                        || format!("add `{}/index.md` with the story", path.parent()),
                        |near| format!("did you mean the folder of the story `{near}`?"),
                    );
                    self.found.push(
                        Diagnostic::new(
                            &rules::VARIANT,
                            path,
                            Span::default(),
                            format!("there is no story `{story}` for this variant to tell"),
                        )
                        .help(help),
                    );
                }
            }
        }
        by_kind
    }

    /// The competencies that a list in front matter names.
    fn competencies(&mut self, id: DocumentId, slugs: &[Slug], names: &Names) -> Vec<CompetencyId> {
        let mut known = Vec::new();
        for (index, slug) in slugs.iter().enumerate() {
            match names.competencies.get(slug) {
                Some(&competency) => push_new(&mut known, competency),
                None => {
                    let help = names.suggest_competency(slug).unwrap_or_else(|| format!("add it with `storybank new competency {slug}`"));
                    self.report_field(
                        &rules::COMPETENCY,
                        id,
                        "competencies",
                        Some(index),
                        format!("there is no competency `{slug}`"),
                        help,
                    );
                }
            }
        }
        known
    }

    fn answers(&mut self, id: DocumentId, slugs: &[Slug], questions: &HashMap<Slug, QuestionId>) -> Vec<QuestionId> {
        let mut known = Vec::new();
        for (index, slug) in slugs.iter().enumerate() {
            match questions.get(slug) {
                Some(&question) => push_new(&mut known, question),
                None => {
                    let help = self.suggest_question(slug, questions);
                    self.report_field(&rules::QUESTION, id, "answers", Some(index), format!("there is no question `{slug}`"), help);
                }
            }
        }
        known
    }

    fn suggest_question(&self, slug: &Slug, questions: &HashMap<Slug, QuestionId>) -> String {
        let by_alias = self.documents.iter().find_map(|document| match &document.meta {
            Meta::Question(question) if question.aliases.iter().chain([&question.question]).any(|alias| Slug::of(alias) == *slug) => {
                Some(&document.slug)
            }
            _ => None,
        });
        if let Some(meant) = by_alias {
            return format!("write `{meant}`, of which this is another wording");
        }
        let mut known: Vec<&str> = questions.keys().map(Slug::as_str).collect();
        known.sort_unstable();
        did_you_mean(slug.as_str(), known).unwrap_or_else(|| format!("add it with `storybank new question {slug}`"))
    }

    fn story(&mut self, id: DocumentId, field: &str, slug: &Slug, names: &Names) -> Option<StoryId> {
        let story = names.stories.get(slug).copied();
        if story.is_none() {
            let mut known: Vec<&str> = names.stories.keys().map(Slug::as_str).collect();
            known.sort_unstable();
            let help = did_you_mean(slug.as_str(), known).unwrap_or_else(|| format!("add it with `storybank new story {slug}`"));
            self.report_field(&rules::STORY, id, field, None, format!("there is no story `{slug}`"), help);
        }
        story
    }

    fn report_field(
        &mut self,
        rule: &'static crate::diagnostic::Rule,
        id: DocumentId,
        field: &str,
        index: Option<usize>,
        message: String,
        help: String,
    ) {
        let document = self.document(id);
        let span = front_matter::place_of(document.body.file_text(), document.yaml, field, index);
        let diagnostic = Diagnostic::new(rule, &document.path, span, message).help(help);
        self.found.push(diagnostic);
    }

    /// Questions with files, then those of sheets, then the follow-ups of stories.
    fn questions(&mut self, by_kind: &ByKind, names: &Names) -> Vec<Question> {
        let mut questions = Vec::new();
        let mut taken: HashMap<Slug, (DocumentId, Span)> = HashMap::default();
        for (slug, id) in by_kind.of(Kind::Question) {
            let Meta::Question(meta) = &self.documents[id.0].meta else { continue };
            let competencies = self.competencies(id, &meta.competencies, names);
            let about = meta.about.as_ref().and_then(|about| self.story(id, "about", about, names));
            taken.insert(slug.clone(), (id, Span::default()));
            questions.push(question(slug.clone(), id, None, competencies, about));
        }
        for &id in &by_kind.sheets {
            let Meta::Sheet(meta) = &self.documents[id.0].meta else { continue };
            let competencies = self.competencies(id, &meta.competencies, names);
            let about = meta.about.as_ref().and_then(|about| self.story(id, "about", about, names));
            self.items(
                id,
                &mut taken,
                |slug, item| questions.push(question(slug, id, Some(item), competencies.clone(), about)),
                Slug::clone,
            );
        }
        for (slug, id) in by_kind.of(Kind::Story) {
            let about = names.stories.get(slug).copied();
            let prefixed = |item: &Slug| Slug::of(&format!("{}-{item}", slug.shortened()));
            let first = questions.len();
            self.items(id, &mut taken, |slug, item| questions.push(question(slug, id, Some(item), Vec::new(), about)), prefixed);
            for &variant in by_kind.variants.get(slug).into_iter().flatten() {
                let known: Vec<Slug> = questions[first..].iter().map(|question| question.slug.clone()).collect();
                // A variant answers the same follow-ups in other words; only those that the story lacks are new questions.
                let is_new = |slug: &Slug| !known.contains(slug);
                self.items(
                    variant,
                    &mut taken,
                    |slug, item| {
                        if is_new(&slug) {
                            questions.push(question(slug, variant, Some(item), Vec::new(), about));
                        }
                    },
                    |item| prefixed(item),
                );
            }
        }
        questions
    }

    /// Walks over the questions inside a document; two that would have one address are reported.
    fn items(
        &mut self,
        id: DocumentId,
        taken: &mut HashMap<Slug, (DocumentId, Span)>,
        mut add: impl FnMut(Slug, (usize, usize)),
        slug_of: impl Fn(&Slug) -> Slug,
    ) {
        let document = &self.documents[id.0];
        for (section_index, section) in document.sections.iter().enumerate() {
            for (item_index, item) in section.items.iter().enumerate() {
                let slug = slug_of(&item.slug);
                if let Some((other, span)) = taken.get(&slug) {
                    let first = &self.documents[other.0];
                    let is_retold = *other != id
                        && matches!(
                            (&first.meta, &document.meta),
                            (Meta::Story(_), Meta::Variant(_)) | (Meta::Variant(_), Meta::Variant(_))
                        );
                    if !is_retold && !item.slug.is_empty() {
                        self.found.push(
                            Diagnostic::new(&rules::DUPLICATE, &document.path, item.span, format!("the question `{slug}` is there twice"))
                                .note(&first.path, *span, "first here")
                                .help(format!(
                                    "take one of them out, or give this one an address of its own, as in `{} {{#{}-2}}`",
                                    heading_of(document, item.span),
                                    item.slug
                                )),
                        );
                    }
                    if !is_retold {
                        continue;
                    }
                }
                taken.entry(slug.clone()).or_insert((id, item.span));
                add(slug, (section_index, item_index));
            }
        }
    }

    /// The stories with their tellings; each stands alone, so they are made on all cores.
    fn stories(&mut self, by_kind: &ByKind, names: &Names, questions: &HashMap<Slug, QuestionId>) -> Vec<Story> {
        let documents = self.documents;
        let ids: Vec<(&Slug, DocumentId)> = by_kind.of(Kind::Story).collect();
        let linked = ids.into_par_iter().map(|(slug, id)| {
            let mut linker = Linker { documents, found: Vec::new() };
            let variants = by_kind.variants.get(slug).map_or(&[][..], Vec::as_slice);
            (linker.linked_story(slug, id, variants, names, questions), linker.found)
        });
        let (stories, found): (Vec<Option<Story>>, Vec<Vec<Diagnostic>>) = linked.unzip();
        self.found.extend(found.into_iter().flatten());
        stories.into_iter().flatten().collect()
    }

    fn linked_story(
        &mut self,
        slug: &Slug,
        id: DocumentId,
        variants: &[DocumentId],
        names: &Names,
        questions: &HashMap<Slug, QuestionId>,
    ) -> Option<Story> {
        let document = &self.documents[id.0];
        let Meta::Story(meta) = &document.meta else { return None };
        let mut competencies = self.competencies(id, &meta.competencies, names);
        let tagged = tagged_competencies(document, names);
        for &(_, competency) in &tagged {
            push_new(&mut competencies, competency);
        }
        let mut tellings = vec![Telling {
            slug: Slug::of(""),
            origin: Origin::Story,
            label: "The story".to_owned(),
            sections: own_sections(id, document),
            competencies: competencies.clone(),
            answers: self.answers(id, &meta.answers, questions),
            length: None,
            by: Author::Me,
            status: document.status,
            left_out: Vec::new(),
            headline: None,
            words: 0,
        }];
        for &variant in variants {
            tellings.extend(self.variant((id, document), variant, names, questions));
        }
        self.derive(&mut tellings, (id, document), &tagged, names);
        for competency in tellings[1..].iter().flat_map(|telling| &telling.competencies) {
            push_new(&mut competencies, *competency);
        }
        Some(Story { document: id, slug: slug.clone(), tellings, competencies, follow_ups: Vec::new(), case_studies: Vec::new() })
    }

    fn variant(
        &mut self,
        story: (DocumentId, &Document),
        id: DocumentId,
        names: &Names,
        questions: &HashMap<Slug, QuestionId>,
    ) -> Option<Telling> {
        let document = &self.documents[id.0];
        let Meta::Variant(meta) = &document.meta else { return None };
        let label = if meta.title.is_empty() { label_from(&document.slug) } else { meta.title.clone() };
        Some(Telling {
            slug: document.slug.clone(),
            origin: Origin::Variant(id),
            label,
            sections: merged_sections(story, (id, document), meta),
            competencies: self.competencies(id, &meta.competencies, names),
            answers: self.answers(id, &meta.answers, questions),
            length: meta.length,
            by: meta.by.clone(),
            status: document.status,
            left_out: Vec::new(),
            headline: None,
            words: 0,
        })
    }

    /// Adds a telling for each competency that has tagged blocks and no variant of its own.
    fn derive(&mut self, tellings: &mut Vec<Telling>, story: (DocumentId, &Document), tagged: &[(Slug, CompetencyId)], names: &Names) {
        let (id, document) = story;
        let authored = tellings.len();
        for (slug, competency) in tagged {
            if tellings[1..authored].iter().any(|telling| telling.competencies.contains(competency)) {
                continue;
            }
            if let Some(Telling { origin: Origin::Variant(other), .. }) = tellings[1..authored].iter().find(|telling| telling.slug == *slug)
            {
                let path = &self.documents[other.0].path;
                self.found.push(
                    Diagnostic::new(
                        &rules::ADDRESS,
                        path,
                        Span::default(),
                        format!("the telling that the hashtag `#{slug}` gives has the address of this variant"),
                    )
                    .help(format!("add `{slug}` to the `competencies` of this variant, or give the file another name")),
                );
                continue;
            }
            let left_out = left_out(&document.body, slug);
            let title = &names.titles[competency.0];
            tellings.push(Telling {
                slug: slug.clone(),
                origin: Origin::Derived(*competency),
                label: format!("For {}", uncapitalised(title)),
                sections: shortened_sections(id, document, &left_out),
                competencies: vec![*competency],
                answers: Vec::new(),
                length: None,
                by: Author::Me,
                status: Status::Ready,
                left_out,
                headline: None,
                words: 0,
            });
        }
    }

    fn case_studies(&mut self, by_kind: &ByKind, names: &Names) -> Vec<CaseStudy> {
        let mut case_studies = Vec::new();
        for (slug, id) in by_kind.of(Kind::CaseStudy) {
            let Meta::CaseStudy(meta) = &self.documents[id.0].meta else { continue };
            let story = meta.story.as_ref().and_then(|story| self.story(id, "story", story, names));
            case_studies.push(CaseStudy { document: id, slug: slug.clone(), story });
        }
        case_studies
    }

    /// Hashtags that are no competency but look like one with a slip of the pen; others are just text.
    fn check_tags(&mut self, names: &Names) {
        let unknown = self.documents.par_iter().flat_map_iter(|document| {
            let tags = document.body.tagged.iter().flat_map(|block| &block.tags);
            tags.filter(|(slug, _)| !names.competencies.contains_key(slug)).filter_map(|(slug, span)| {
                let help = names.suggest_competency(slug)?;
                let message = format!("`#{slug}` is no competency, so it stays text");
                Some(Diagnostic::new(&rules::TAG, &document.path, *span, message).help(help))
            })
        });
        self.found.par_extend(unknown);
    }
}

fn heading_of(document: &Document, span: Span) -> &str {
    document.body.file_text().get(span.range()).unwrap_or_default().trim()
}

fn duplicate(document: &Document, noun: &str, first: &Document) -> Diagnostic {
    let help = if differ_in_form_alone(document.path.as_str(), first.path.as_str()) {
        "rename one of the two files, or join them: their names differ only in how accented letters are encoded (Unicode NFC and NFD)"
    } else {
        "rename one of the two files, or join them"
    };
    Diagnostic::new(&rules::DUPLICATE, &document.path, Span::default(), format!("the {noun} `{}` is there twice", document.slug))
        .note(&first.path, Span::default(), "first here")
        .help(help)
}

fn question(
    slug: Slug,
    document: DocumentId,
    item: Option<(usize, usize)>,
    competencies: Vec<CompetencyId>,
    about: Option<StoryId>,
) -> Question {
    Question { slug, document, item, competencies, about, answers: Vec::new(), adaptable: Vec::new(), adaptable_total: 0 }
}

/// The competencies, in the order of their titles.
fn competencies(documents: &[Arc<Document>], by_kind: &ByKind) -> Vec<Competency> {
    let mut competencies: Vec<(String, Competency)> = by_kind
        .of(Kind::Competency)
        .map(|(slug, document)| {
            let (title, known_as) = match &documents[document.0].meta {
                Meta::Competency(meta) => (meta.title.clone(), known_as(&meta.frameworks)),
                _ => (String::new(), String::new()),
            };
            (title, Competency { document, slug: slug.clone(), known_as, stories: Vec::new(), questions: Vec::new() })
        })
        .collect();
    competencies.sort_by(|(a, first), (b, second)| (a.to_lowercase(), &first.slug).cmp(&(b.to_lowercase(), &second.slug)));
    competencies.into_iter().map(|(_, competency)| competency).collect()
}

fn known_as(frameworks: &[(String, Vec<String>)]) -> String {
    let names =
        frameworks.iter().flat_map(|(framework, entries)| entries.iter().map(move |entry| format!("{entry} ({})", capitalised(framework))));
    names.collect::<Vec<_>>().join(", ")
}

/// The competencies that a story's hashtags name, in the order of the text.
fn tagged_competencies(document: &Document, names: &Names) -> Vec<(Slug, CompetencyId)> {
    let mut tagged = Vec::new();
    for (slug, _) in document.body.tagged.iter().flat_map(|block| &block.tags) {
        if let Some(&competency) = names.competencies.get(slug) {
            push_new(&mut tagged, (slug.clone(), competency));
        }
    }
    tagged
}

fn shortened_sections(id: DocumentId, document: &Document, left_out: &[std::ops::Range<usize>]) -> Vec<Told> {
    let is_cut = |section: usize| left_out.iter().any(|range| document.sections[section].nodes.contains(&range.start));
    (0..document.sections.len())
        .map(|section| Told { document: id, section, change: if is_cut(section) { Change::Shortened } else { Change::Same } })
        .collect()
}

/// A question about a story probes what the story shows, unless its file says otherwise.
fn inherit_competencies(questions: &mut [Question], stories: &[Story]) {
    for question in questions {
        if let (Some(about), true) = (question.about, question.competencies.is_empty()) {
            question.competencies = stories[about.0].tellings[0].competencies.clone();
        }
    }
}
