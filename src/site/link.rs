//! The reduce: documents that know nothing of one another become a site, and what does not fit is reported.

use std::cell::LazyCell;
use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::telling::{capitalised, label_from, left_out, merged_sections, own_sections, uncapitalised};
use super::{
    CaseStudy, Change, Competency, CompetencyId, DocumentId, Origin, Question, QuestionId, Site, Story, StoryId, Telling, Told, distinct,
    edges,
};
use crate::config::Config;
use crate::diagnostic::{ADVISED, Diagnostic, Rule, did_you_mean, nearest, rules};
use crate::model::{Audience, Author, Document, Kind, Meta, Prose, Status};
use crate::slug::{Slug, differ_in_form_alone};
use crate::source::{SitePath, Span, Spanned};

/// Links documents to a site. `assets` are the files of the content that are no documents.
pub fn link(
    config: &Arc<Config>,
    audience: Audience,
    documents: Vec<Arc<Document>>,
    assets: &BTreeSet<SitePath>,
) -> (Site, Vec<Diagnostic>) {
    let mut linker = Linker { documents: &documents, found: Vec::new(), unknown: Vec::new() };
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
    linker.advise(&names, &question_ids);
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
        competency_ids: names.competencies,
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
                names.map(|alias| (Slug::of(alias.as_str()), competency.slug.clone())).collect::<Vec<_>>()
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
        did_you_mean(slug.as_str(), self.competencies.keys().map(Slug::as_str))
    }
}

struct Linker<'a> {
    documents: &'a [Arc<Document>],
    found: Vec<Diagnostic>,
    /// What is named and not there; what may be meant is looked for when everything is known.
    unknown: Vec<Unknown>,
}

/// A slug in front matter that names nothing.
struct Unknown {
    document: DocumentId,
    slug: Slug,
    /// The place of the slug in the file.
    span: Span,
    rule: &'static Rule,
}

impl Linker<'_> {
    fn document(&self, id: DocumentId) -> &Document {
        &self.documents[id.0]
    }

    fn by_kind(&mut self) -> ByKind {
        let mut by_kind = ByKind::default();
        let mut variants: HashMap<(&Slug, &Slug), DocumentId> = HashMap::default();
        for (index, document) in self.documents.iter().enumerate() {
            let id = DocumentId(index);
            match &document.meta {
                Meta::Variant(variant) => match variants.entry((&variant.story, &document.slug)) {
                    Entry::Vacant(free) => {
                        free.insert(id);
                        by_kind.variants.entry(variant.story.clone()).or_default().push(id);
                    }
                    Entry::Occupied(first) => {
                        self.found.push(duplicate(document, "variant", &self.documents[first.get().0]));
                    }
                },
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
    fn competencies(&mut self, id: DocumentId, slugs: &[Spanned<Slug>], names: &Names) -> Vec<CompetencyId> {
        self.all_known(id, &rules::COMPETENCY, slugs, &names.competencies)
    }

    /// What the slugs of a field name, each once.
    fn all_known<Id: Copy + Eq + std::hash::Hash>(
        &mut self,
        document: DocumentId,
        rule: &'static Rule,
        slugs: &[Spanned<Slug>],
        ids: &HashMap<Slug, Id>,
    ) -> Vec<Id> {
        distinct(slugs.iter().filter_map(|Spanned { value: slug, span }| {
            let id = ids.get(slug).copied();
            if id.is_none() {
                self.unknown.push(Unknown { document, slug: slug.clone(), span: *span, rule });
            }
            id
        }))
    }

    fn answers(&mut self, id: DocumentId, slugs: &[Spanned<Slug>], questions: &HashMap<Slug, QuestionId>) -> Vec<QuestionId> {
        self.all_known(id, &rules::QUESTION, slugs, questions)
    }

    fn story(&mut self, document: DocumentId, Spanned { value: slug, span }: &Spanned<Slug>, names: &Names) -> Option<StoryId> {
        let story = names.stories.get(slug).copied();
        if story.is_none() {
            self.unknown.push(Unknown { document, slug: slug.clone(), span: *span, rule: &rules::STORY });
        }
        story
    }

    /// Reports what is named and not there; the first of it with what may be meant.
    fn advise(&mut self, names: &Names, questions: &HashMap<Slug, QuestionId>) {
        let wordings = LazyCell::new(|| self.wordings());
        let mut advised = Vec::new();
        for (place, Unknown { document, slug, span, rule }) in self.unknown.iter().enumerate() {
            let document = self.document(*document);
            let is_compared = place < ADVISED;
            let (kind, near) = if *rule == &rules::COMPETENCY {
                ("competency", is_compared.then(|| names.suggest_competency(slug)))
            } else if *rule == &rules::QUESTION {
                let other = wordings.get(slug).map(|meant| format!("write `{meant}`, of which this is another wording"));
                ("question", is_compared.then(|| other.or_else(|| did_you_mean(slug.as_str(), questions.keys().map(Slug::as_str)))))
            } else {
                ("story", is_compared.then(|| did_you_mean(slug.as_str(), names.stories.keys().map(Slug::as_str))))
            };
            let is_known = |name: &Slug| match kind {
                "competency" => names.competencies.contains_key(name),
                "question" => questions.contains_key(name),
                _ => false,
            };
            let written = document.body.file_text().get(span.range()).unwrap_or_default();
            let help =
                several(written, is_known).or(near.flatten()).unwrap_or_else(|| format!("add it with `storybank new {kind} {slug}`"));
            let found = Diagnostic::new(rule, &document.path, *span, format!("there is no {kind} `{slug}`"));
            advised.push(found.help(help));
        }
        self.found.extend(advised);
    }

    /// The slugs of the questions, by the slugs of their wordings.
    fn wordings(&self) -> HashMap<Slug, &Slug> {
        let mut wordings = HashMap::default();
        for document in self.documents {
            if let Meta::Question(question) = &document.meta {
                for alias in question.aliases.iter().chain([&question.question]) {
                    wordings.entry(Slug::of(alias.as_str())).or_insert(&document.slug);
                }
            }
        }
        wordings
    }

    /// Questions with files, then those of sheets, then the follow-ups of stories.
    fn questions(&mut self, by_kind: &ByKind, names: &Names) -> Vec<Question> {
        let mut questions = Vec::new();
        let mut taken: HashMap<Slug, (DocumentId, Span)> = HashMap::default();
        for (slug, id) in by_kind.of(Kind::Question) {
            let Meta::Question(meta) = &self.documents[id.0].meta else { continue };
            let competencies = self.competencies(id, &meta.competencies, names);
            let about = meta.about.as_ref().and_then(|about| self.story(id, about, names));
            taken.insert(slug.clone(), (id, Span::default()));
            questions.push(question(slug.clone(), id, None, competencies, about));
        }
        for &id in &by_kind.sheets {
            let Meta::Sheet(meta) = &self.documents[id.0].meta else { continue };
            let competencies = self.competencies(id, &meta.competencies, names);
            let about = meta.about.as_ref().and_then(|about| self.story(id, about, names));
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
            let mut known: HashSet<Slug> = HashSet::default();
            let mut add = |slug: Slug, item| {
                known.insert(slug.clone());
                questions.push(question(slug, id, Some(item), Vec::new(), about));
            };
            self.items(id, &mut taken, &mut add, prefixed);
            for &variant in by_kind.variants.get(slug).into_iter().flatten() {
                // A variant answers the same follow-ups in other words; only those that the story lacks are new questions.
                self.items(
                    variant,
                    &mut taken,
                    |slug, item| {
                        if known.insert(slug.clone()) {
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
                            Diagnostic::new(&rules::DUPLICATE, &document.path, item.span, format!("the question `{slug}` exists twice"))
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
            let mut linker = Linker { documents, found: Vec::new(), unknown: Vec::new() };
            let variants = by_kind.variants.get(slug).map_or(&[][..], Vec::as_slice);
            (linker.linked_story(slug, id, variants, names, questions), (linker.found, linker.unknown))
        });
        let (stories, mistakes): (Vec<Option<Story>>, Vec<_>) = linked.unzip();
        for (found, unknown) in mistakes {
            self.found.extend(found);
            self.unknown.extend(unknown);
        }
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
        competencies = distinct(competencies.into_iter().chain(tagged.iter().map(|&(_, competency)| competency)));
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
        if let Some(&first) = variants.get(MOST_TELLINGS) {
            self.found.push(too_many_tellings(&self.documents[first.0].path, Span::default()));
        }
        for &variant in variants.iter().take(MOST_TELLINGS) {
            tellings.extend(self.variant((id, document), variant, names, questions));
        }
        self.derive(&mut tellings, (id, document), &tagged, names);
        let of_tellings = tellings[1..].iter().flat_map(|telling| telling.competencies.iter().copied());
        competencies = distinct(competencies.into_iter().chain(of_tellings));
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
        let label = meta.title.as_ref().map_or_else(|| label_from(&document.slug), |title| title.as_str().to_owned());
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
        let variants = &tellings[1..];
        let told: HashSet<CompetencyId> = variants.iter().flat_map(|telling| telling.competencies.iter().copied()).collect();
        let origins: HashMap<Slug, Origin> = variants.iter().map(|telling| (telling.slug.clone(), telling.origin)).collect();
        for (slug, competency) in tagged {
            if told.contains(competency) {
                continue;
            }
            if let Some(Origin::Variant(other)) = origins.get(slug) {
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
            if tellings.len() > MOST_TELLINGS {
                let mut tags = document.body.tagged.iter().flat_map(|block| &block.tags);
                let span = tags.find(|(tag, _)| tag == slug).map_or(Span::default(), |&(_, span)| span);
                self.found.push(too_many_tellings(&document.path, span));
                return;
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
            let story = meta.story.as_ref().and_then(|story| self.story(id, story, names));
            case_studies.push(CaseStudy { document: id, slug: slug.clone(), story });
        }
        case_studies
    }

    /// Hashtags that are no competency but look like one with a slip of the pen; others are just text.
    fn check_tags(&mut self, names: &Names) {
        let tags = self.documents.iter().flat_map(|document| {
            let tags = document.body.tagged.iter().flat_map(|block| &block.tags);
            tags.filter(|(slug, _)| !names.competencies.contains_key(slug)).map(move |(slug, span)| (document, slug, *span))
        });
        let mut meant: HashMap<&Slug, Option<String>> = HashMap::default();
        for (document, slug, span) in tags {
            let compared = meant.len();
            let meant = meant.entry(slug).or_insert_with(|| (compared < DIFFERENT_TAGS).then(|| names.suggest_competency(slug)).flatten());
            if let Some(help) = meant {
                let message = format!("`#{slug}` is not a competency; it is left as plain text");
                self.found.push(Diagnostic::new(&rules::TAG, &document.path, span, message).help(help.as_str()));
            }
        }
    }
}

/// How many ways there are to tell a story besides its own: each has a page, and each page leads to all of them.
const MOST_TELLINGS: usize = 100;

fn too_many_tellings(path: &SitePath, span: Span) -> Diagnostic {
    let message = format!("the story has more than {MOST_TELLINGS} tellings: variants, and competencies that hashtags name");
    Diagnostic::new(&rules::OVER_LIMIT, path, span, message).help("take some of them away, or tell another story")
}

/// How many different hashtags that are no competency are compared with all that there are; who writes more of them means text.
const DIFFERENT_TAGS: usize = 500;

fn heading_of(document: &Document, span: Span) -> &str {
    document.body.file_text().get(span.range()).unwrap_or_default().trim()
}

fn duplicate(document: &Document, noun: &str, first: &Document) -> Diagnostic {
    let help = if differ_in_form_alone(document.path.as_str(), first.path.as_str()) {
        "rename one of the two files, or join them: their names differ only in how accented letters are encoded (Unicode NFC and NFD)"
    } else {
        "rename one of the two files, or join them"
    };
    Diagnostic::new(&rules::DUPLICATE, &document.path, Span::default(), format!("the {noun} `{}` exists twice", document.slug))
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
                Meta::Competency(meta) => (meta.title.as_str().to_owned(), known_as(&meta.frameworks)),
                _ => (String::new(), String::new()),
            };
            (title, Competency { document, slug: slug.clone(), known_as, stories: Vec::new(), questions: Vec::new() })
        })
        .collect();
    competencies.sort_by(|(a, first), (b, second)| (a.to_lowercase(), &first.slug).cmp(&(b.to_lowercase(), &second.slug)));
    competencies.into_iter().map(|(_, competency)| competency).collect()
}

fn known_as(frameworks: &[(Prose, Vec<Prose>)]) -> String {
    let named = |framework: &Prose, entry: &Prose| format!("{} ({})", entry.as_str(), capitalised(framework.as_str()));
    let names = frameworks.iter().flat_map(|(framework, entries)| entries.iter().map(move |entry| named(framework, entry)));
    names.collect::<Vec<_>>().join(", ")
}

/// The competencies that a story's hashtags name, in the order of the text.
fn tagged_competencies(document: &Document, names: &Names) -> Vec<(Slug, CompetencyId)> {
    let tags = document.body.tagged.iter().flat_map(|block| &block.tags);
    distinct(tags.filter_map(|(slug, _)| Some((slug.clone(), *names.competencies.get(slug)?))))
}

fn shortened_sections(id: DocumentId, document: &Document, left_out: &[std::ops::Range<usize>]) -> Vec<Told> {
    let is_cut = |section: usize| {
        let nodes = &document.sections[section].nodes;
        let next = left_out.partition_point(|range| range.start < nodes.start);
        left_out.get(next).is_some_and(|range| nodes.contains(&range.start))
    };
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

/// What to do where a value holds several names, of which some are known, and is no list.
fn several(written: &str, is_known: impl Fn(&Slug) -> bool) -> Option<String> {
    let is_around = |sign: char| sign.is_whitespace() || matches!(sign, '"' | '\'');
    let names: Vec<&str> = written.split([',', ';']).map(|name| name.trim_matches(is_around)).filter(|name| !name.is_empty()).collect();
    let is_one_line = !written.contains(['\n', '[']);
    (is_one_line && names.len() > 1 && names.iter().any(|name| is_known(&Slug::of(name))))
        .then(|| format!("write several as a list: `[{}]`", names.join(", ")))
}
