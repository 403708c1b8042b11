//! Advice on a name that the site does not have: something similar, another name for it, or the file that has been renamed.

use std::cell::OnceCell;
use std::sync::Arc;

use rustc_hash::{FxHashMap as HashMap, FxHashSet as HashSet};

use super::items_of;
use super::names::Names;
use crate::diagnostic::nearest;
use crate::markdown::Target;
use crate::model::{Answer, Document, Kind, Meta, Occasion};
use crate::slug::Slug;
use crate::source::{SitePath, Spanned};

/// What has a name in the place of one of the things in it.
pub struct Several {
    /// What it is, as in `a sheet of several questions`.
    pub is: String,
    /// What to write instead.
    pub help: String,
}

/// How many of several things advice names.
const NAMED: usize = 5;

/// How a name that the site does not have is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// In front matter, in one place.
    Once,
    /// In front matter, with other places.
    Often,
    /// In hashtags alone, which are often shortened.
    Hashtags,
}

/// What advice looks up. Each part is made when it is needed first.
pub struct Advice<'d> {
    documents: &'d [Arc<Document>],
    names: &'d Names,
    aliases: OnceCell<HashMap<Slug, &'d Slug>>,
    wordings: OnceCell<HashMap<Slug, &'d Slug>>,
    unnamed: OnceCell<HashMap<(Kind, &'d str), &'d SitePath>>,
    unnamed_in_sheets: OnceCell<Vec<(&'d Slug, &'d SitePath)>>,
    lists: OnceCell<HashMap<&'d Slug, &'d Document>>,
    companies: OnceCell<HashMap<Slug, Vec<&'d str>>>,
}

impl<'d> Advice<'d> {
    pub fn new(documents: &'d [Arc<Document>], names: &'d Names) -> Self {
        Self {
            documents,
            names,
            aliases: OnceCell::new(),
            wordings: OnceCell::new(),
            unnamed: OnceCell::new(),
            unnamed_in_sheets: OnceCell::new(),
            lists: OnceCell::new(),
            companies: OnceCell::new(),
        }
    }

    /// The competency that has a name as its title or alias.
    pub fn another_name(&self, slug: &Slug) -> Option<&'d Slug> {
        self.aliases
            .get_or_init(|| self.aliases())
            .get(slug)
            .copied()
    }

    /// What a name means if it is a file with several questions in the place of a question, or a company in the place of an interview.
    pub fn several(&self, kind: Kind, slug: &Slug) -> Option<Several> {
        match kind {
            Kind::Question => self.list_of_questions(slug),
            Kind::Interview => self.company(slug),
            Kind::Story | Kind::CaseStudy | Kind::Competency => None,
        }
    }

    fn list_of_questions(&self, slug: &Slug) -> Option<Several> {
        let document = *self.lists.get_or_init(|| self.lists()).get(slug)?;
        if matches!(document.meta, Meta::Asks(_)) {
            return Some(Several {
                is: "a list of questions that you ask".to_owned(),
                help: "name a question that you are asked, or take it out: every interview shows the lists of questions that you ask".to_owned(),
            });
        }
        let questions = items_of(document).map(|(_, item)| item.slug.as_str());
        Some(Several {
            is: "a sheet of several questions".to_owned(),
            help: format!("write one or more of its questions: {}", list(questions)),
        })
    }

    fn company(&self, slug: &Slug) -> Option<Several> {
        let companies = self.companies.get_or_init(|| self.companies());
        let names = companies.get(slug)?;
        Some(Several {
            is: "a company".to_owned(),
            help: match names[..] {
                [only] => format!("write its interview: `{only}`"),
                _ => format!(
                    "write one of its interviews: {}",
                    list(names.iter().copied())
                ),
            },
        })
    }

    /// The sheets and the lists of questions to ask, by their slugs.
    fn lists(&self) -> HashMap<&'d Slug, &'d Document> {
        let documents = self.documents.iter().map(|document| &**document);
        let lists = documents.filter(|document| document.meta.is_list_of_questions());
        lists.map(|document| (&document.slug, document)).collect()
    }

    /// The interviews of each company.
    fn companies(&self) -> HashMap<Slug, Vec<&'d str>> {
        let mut companies: HashMap<Slug, Vec<&'d str>> = HashMap::default();
        for document in self.documents {
            if let Meta::Interview(interview) = &document.meta {
                let company = Slug::of(interview.company.as_str());
                companies
                    .entry(company)
                    .or_default()
                    .push(document.slug.as_str());
            }
        }
        companies
    }

    /// The questions of sheets that nothing names.
    fn unnamed_in_sheets(&self) -> Vec<(&'d Slug, &'d SitePath)> {
        let named = self.named();
        let sheets = self.documents.iter();
        let sheets = sheets.filter(|document| matches!(document.meta, Meta::Sheet(_)));
        let questions = sheets.flat_map(|sheet| {
            let items = items_of(sheet).map(|(_, item)| &item.slug);
            items.map(move |question| (question, &sheet.path))
        });
        questions
            .filter(|(question, _)| !named.contains(&(Kind::Question, question.as_str())))
            .collect()
    }

    /// The question of a sheet that nothing names and that has most words of a slug, at least half of those that matter. Its heading may
    /// have been reworded.
    fn reworded(&self, slug: &Slug) -> Option<String> {
        let old = weighty_words(slug);
        let shared = |question: &Slug| {
            let new = weighty_words(question);
            let both = new.intersection(&old).count();
            (both, old.len().max(new.len()))
        };
        let unnamed = self
            .unnamed_in_sheets
            .get_or_init(|| self.unnamed_in_sheets());
        let near = unnamed
            .iter()
            .map(|&(question, path)| (shared(question), question, path));
        let near = near.filter(|((both, all), ..)| *both > 0 && both * 2 >= *all);
        let (_, question, path) = near.max_by_key(|((both, _), ..)| *both)?;
        Some(format!(
            "write `{question}` if you have reworded this question in `{path}`; otherwise add it with `storybank new question {slug}`"
        ))
    }

    /// Advice on a name, if the site has a similar one.
    pub fn on_similar(&self, kind: Kind, slug: &Slug, usage: Use) -> Option<String> {
        let (meant, noun) = match kind {
            Kind::Competency => (self.another_name(slug), "name"),
            Kind::Question => (self.another_wording(slug), "wording"),
            Kind::Story | Kind::CaseStudy | Kind::Interview => (None, "name"),
        };
        if let Some(meant) = meant {
            let write = format!("write `{meant}`, of which this is another {noun}");
            return Some(
                self.renamed(kind, slug, meant.as_str(), usage)
                    .unwrap_or(write),
            );
        }
        let near = nearest(slug.as_str(), self.names.slugs_of(kind));
        let is_typo = near.is_some();
        let Some(near) = near.or_else(|| self.sharing_words(kind, slug)) else {
            return (kind == Kind::Question)
                .then(|| self.reworded(slug))
                .flatten();
        };
        // A name that is written once is more often misspelt than left over from a file that was renamed.
        let renamed = match usage {
            Use::Once if is_typo => None,
            usage => self.renamed(kind, slug, near, usage),
        };
        renamed.or_else(|| Some(format!("did you mean `{near}`?")))
    }

    /// Advice on a name that a file may have had before; `None` if something names the file.
    fn renamed(&self, kind: Kind, old: &Slug, new: &str, usage: Use) -> Option<String> {
        let path = self.unnamed().get(&(kind, new))?;
        let run = format!("run `storybank rename {} {old} {new}`", command_word(kind));
        Some(match usage {
            Use::Hashtags => {
                format!("write `#{new}`, or {run} if you renamed `{path}`, which nothing names")
            }
            Use::Once | Use::Often => format!(
                "{run} if that is what you renamed it to: nothing names `{path}`; otherwise write `{new}`"
            ),
        })
    }

    /// Advice on the only missing name of a kind: the only file that nothing names may be the one that was renamed.
    pub fn on_only_missing(&self, kind: Kind, slug: &Slug) -> Option<String> {
        let mut unnamed = self.unnamed().keys().filter(|(of, _)| *of == kind);
        let (_, other) = unnamed.next().filter(|_| unnamed.next().is_none())?;
        let word = command_word(kind);
        Some(format!(
            "add it with `storybank new {word} {slug}`; if you renamed it to `{other}`, which nothing names, run `storybank rename {word} {slug} {other}`"
        ))
    }

    /// The only name of a kind that begins or ends with the words of a slug, or that the slug begins or ends with.
    fn sharing_words(&self, kind: Kind, slug: &Slug) -> Option<&'d str> {
        let slug = slug.as_str();
        let names = self.names.slugs_of(kind);
        let mut sharing = names.filter(|name| holds_words(name, slug) || holds_words(slug, name));
        sharing.next().filter(|_| sharing.next().is_none())
    }

    fn another_wording(&self, slug: &Slug) -> Option<&'d Slug> {
        self.wordings
            .get_or_init(|| self.wordings())
            .get(slug)
            .copied()
    }

    /// The slugs of the competencies, keyed by the slugs of their titles and aliases.
    fn aliases(&self) -> HashMap<Slug, &'d Slug> {
        let mut aliases = HashMap::default();
        for document in self.documents {
            if let Meta::Competency(competency) = &document.meta {
                let names = competency.aliases.iter().chain([&competency.title]);
                aliases.extend(names.map(|name| (Slug::of(name.as_str()), &document.slug)));
            }
        }
        aliases
    }

    /// The slugs of the questions, keyed by the slugs of their wordings.
    fn wordings(&self) -> HashMap<Slug, &'d Slug> {
        let mut wordings = HashMap::default();
        for document in self.documents {
            match &document.meta {
                Meta::Question(question) => {
                    for wording in question.aliases.iter().chain([&question.question]) {
                        wordings
                            .entry(Slug::of(wording.as_str()))
                            .or_insert(&document.slug);
                    }
                }
                Meta::Sheet(_) => {
                    for (_, item) in items_of(document) {
                        for wording in item.aliases.iter().chain([&item.question]) {
                            wordings.entry(Slug::of(wording)).or_insert(&item.slug);
                        }
                    }
                }
                _ => {}
            }
        }
        wordings
    }

    /// The files that no other file names, keyed by their kinds and slugs.
    fn unnamed(&self) -> &HashMap<(Kind, &'d str), &'d SitePath> {
        self.unnamed.get_or_init(|| {
            let named = self.named();
            let files = self.documents.iter().filter_map(|document| {
                let kind = match &document.meta {
                    Meta::Story(_) => Kind::Story,
                    Meta::Question(_) => Kind::Question,
                    Meta::Competency(_) => Kind::Competency,
                    Meta::Interview(_) => Kind::Interview,
                    _ => return None,
                };
                Some(((kind, document.slug.as_str()), &document.path))
            });
            files.filter(|(name, _)| !named.contains(name)).collect()
        })
    }

    /// The names in front matter, hashtags and links, each with the kind that it is of. A link names all kinds.
    fn named(&self) -> HashSet<(Kind, &'d str)> {
        let mut named = HashSet::default();
        for document in self.documents {
            let body = &document.body;
            let tags = body.tagged.iter().flat_map(|block| &block.tags);
            named.extend(tags.map(|(slug, _)| (Kind::Competency, slug.as_str())));
            named.extend(names_in_meta(&document.meta));
            let items = items_of(document).flat_map(|(_, item)| &item.answers);
            let answers = document.answers.iter().chain(items);
            let interviews = answers.filter_map(|answer| answer.interview.as_ref());
            named.extend(interviews.map(|slug| (Kind::Interview, slug.as_str())));
            let tags = body.headings.iter().flat_map(|heading| &heading.tags);
            named.extend(tags.map(|(slug, _)| (Kind::Competency, slug.as_str())));
            for link in body.links.iter() {
                if let Target::Wiki { .. } = link.target {
                    let name = link.target.last_name();
                    named.extend(Kind::ALL.map(|kind| (kind, name)));
                }
            }
        }
        named
    }
}

/// The names in front matter.
fn names_in_meta(meta: &Meta) -> Vec<(Kind, &str)> {
    match meta {
        Meta::Story(story) => competencies(&story.competencies)
            .chain(answers(&story.answers))
            .chain(occasions(&story.told))
            .collect(),
        Meta::Variant(variant) => competencies(&variant.competencies)
            .chain(answers(&variant.answers))
            .collect(),
        Meta::Question(question) => competencies(&question.competencies)
            .chain(of_kind(Kind::Story, &question.about))
            .chain(occasions(&question.asked))
            .collect(),
        Meta::Sheet(sheet) => competencies(&sheet.competencies)
            .chain(of_kind(Kind::Story, &sheet.about))
            .collect(),
        Meta::CaseStudy(case) => of_kind(Kind::Story, &case.story).collect(),
        Meta::Interview(interview) => of_kind(Kind::Question, &interview.questions).collect(),
        Meta::Asks(_) | Meta::Competency(_) | Meta::Home(_) => Vec::new(),
    }
}

fn of_kind<'m>(
    kind: Kind,
    slugs: impl IntoIterator<Item = &'m Spanned<Slug>>,
) -> impl Iterator<Item = (Kind, &'m str)> {
    let slugs = slugs.into_iter();
    slugs.map(move |slug| (kind, slug.value.as_str()))
}

fn competencies(slugs: &[Spanned<Slug>]) -> impl Iterator<Item = (Kind, &str)> {
    of_kind(Kind::Competency, slugs)
}

fn answers(answers: &[Answer]) -> impl Iterator<Item = (Kind, &str)> {
    of_kind(
        Kind::Question,
        answers.iter().map(|answer| &answer.question),
    )
}

fn occasions(occasions: &[Occasion]) -> impl Iterator<Item = (Kind, &str)> {
    occasions.iter().flat_map(|occasion| {
        of_kind(Kind::Interview, &occasion.interview)
            .chain(of_kind(Kind::Question, &occasion.question))
    })
}

/// The word for a kind on the command line.
pub fn command_word(kind: Kind) -> String {
    kind.noun().replace(' ', "-")
}

/// Whether a name begins or ends with the words of another one.
fn holds_words(name: &str, words: &str) -> bool {
    let before = name
        .strip_suffix(words)
        .is_some_and(|rest| rest.ends_with('-'));
    let after = name
        .strip_prefix(words)
        .is_some_and(|rest| rest.starts_with('-'));
    before || after
}

/// Names in backticks, the first of them if there are many.
fn list<'n>(mut names: impl Iterator<Item = &'n str>) -> String {
    let first = names.by_ref().take(NAMED);
    let first: Vec<String> = first.map(|name| format!("`{name}`")).collect();
    match names.count() {
        0 => first.join(", "),
        more => format!("{} and {more} more", first.join(", ")),
    }
}

/// The words of a question that are not in most questions.
fn weighty_words(slug: &Slug) -> HashSet<&str> {
    const USUAL: &[&str] = &[
        "a", "about", "an", "and", "are", "at", "did", "do", "for", "had", "have", "how", "in",
        "is", "it", "me", "of", "on", "or", "tell", "that", "the", "time", "to", "was", "what",
        "when", "where", "which", "who", "why", "with", "you", "your",
    ];
    let words = slug.as_str().split('-');
    words.filter(|word| !USUAL.contains(word)).collect()
}
