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
}

impl<'d> Advice<'d> {
    pub fn new(documents: &'d [Arc<Document>], names: &'d Names) -> Self {
        Self {
            documents,
            names,
            aliases: OnceCell::new(),
            wordings: OnceCell::new(),
            unnamed: OnceCell::new(),
        }
    }

    /// The competency that has a name as its title or alias.
    pub fn another_name(&self, slug: &Slug) -> Option<&'d Slug> {
        self.aliases
            .get_or_init(|| self.aliases())
            .get(slug)
            .copied()
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
        let near = near.or_else(|| self.sharing_words(kind, slug))?;
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
