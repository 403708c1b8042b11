//! From what a link says to where it leads.

use std::borrow::Cow;
use std::collections::BTreeSet;

use rustc_hash::FxHashMap as HashMap;

use super::{DocumentId, Node, Site};
use crate::diagnostic::{Diagnostic, did_you_mean, nearest, rules};
use crate::markdown::{Event, Link, Tag, Target};
use crate::model::{Document, Kind, Meta, Part};
use crate::slug::Slug;
use crate::source::SitePath;

/// Where a link leads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A page of the site, or a place on it.
    Page {
        /// The page.
        node: Node,
        /// The id of an element on it, without `#`; empty where the page as a whole is meant.
        fragment: String,
        /// The section that the link names, if it names one.
        section: Option<(DocumentId, usize)>,
    },
    /// A file that is no document.
    Asset(SitePath),
    /// An address outside of the site.
    External,
    /// Nothing that this site holds: the words of the link are shown without it.
    Nothing,
}

/// The names of everything that a link can lead to.
pub struct Resolver<'a> {
    site: &'a Site,
    by_slug: HashMap<&'a str, Named>,
    assets: &'a BTreeSet<SitePath>,
}

/// What has a slug: most are the slug of one page only.
#[derive(Debug)]
enum Named {
    One(Node),
    Several(Vec<Node>),
}

impl Named {
    fn nodes(&self) -> &[Node] {
        match self {
            Self::One(node) => std::slice::from_ref(node),
            Self::Several(nodes) => nodes,
        }
    }
}

impl<'a> Resolver<'a> {
    /// Collects the names of a site; `assets` are the files of the content that are no documents.
    pub fn new(site: &'a Site, assets: &'a BTreeSet<SitePath>) -> Self {
        let names = HashMap::default();
        let mut resolver = Self { site, by_slug: names, assets };
        for id in site.stories() {
            resolver.add(&site.story(id).slug, Node::Telling(id, 0));
        }
        for id in site.questions() {
            resolver.add(&site.question(id).slug, Node::Question(id));
        }
        for id in site.case_studies() {
            resolver.add(&site.case_study(id).slug, Node::CaseStudy(id));
        }
        for id in site.competencies() {
            resolver.add(&site.competency(id).slug, Node::Competency(id));
        }
        resolver
    }

    fn add(&mut self, slug: &'a Slug, node: Node) {
        let named = self.by_slug.entry(slug.as_str()).or_insert_with(|| Named::Several(Vec::new()));
        match named {
            Named::One(first) => *named = Named::Several(vec![*first, node]),
            Named::Several(nodes) if nodes.is_empty() => *named = Named::One(node),
            Named::Several(nodes) => nodes.push(node),
        }
    }

    /// The page of the document at a path; several questions in one file have a page each, and the file has none.
    fn page_of_file(&self, path: &SitePath) -> Option<Node> {
        let document = self.site.documents.binary_search_by(|document| document.path.cmp(path)).ok()?;
        let is_sheet = matches!(self.site.documents[document].meta, Meta::Sheet(_));
        self.site.pages[document].filter(|_| !is_sheet)
    }

    /// Where a link of `document` leads, or why it leads nowhere. `own` is the page of that document, if it has one.
    pub fn resolve(&self, document: &Document, own: Option<Node>, link: &Link) -> Result<Destination, Box<Diagnostic>> {
        match &link.target {
            Target::External(_) => Ok(Destination::External),
            // It has been reported where the file was parsed.
            Target::Forbidden(_) => Ok(Destination::Nothing),
            Target::Wiki { name, fragment } => {
                let node = self.named(document, link, name)?;
                self.page(document, link, node, fragment)
            }
            Target::File { path, fragment } => self.file(document, link, path, fragment),
            Target::Fragment(fragment) => match own {
                Some(node) => self.page(document, link, node, fragment),
                None => Err(Box::new(
                    dangling(document, link, format!("`#{fragment}` names a part of a file that has no page of its own"))
                        .help("name the page, as in `[[story#result]]`"),
                )),
            },
        }
    }

    /// The page that a wikilink names: `slug`, `kind/slug`, `story/variant` or `stories/story/variant`.
    fn named(&self, document: &Document, link: &Link, name: &str) -> Result<Node, Box<Diagnostic>> {
        let name = name.strip_suffix(".md").unwrap_or(name);
        let parts: Vec<&str> = name.split('/').map(str::trim).collect();
        let candidates: Cow<'_, [Node]> = match parts.as_slice() {
            [slug] => Cow::Borrowed(self.nodes(slug)),
            [kind, slug] if Kind::named(kind).is_some() => {
                self.nodes(slug).iter().copied().filter(|&node| super::kind_of(node) == Kind::named(kind)).collect()
            }
            [story, variant] | ["stories" | "story", story, variant] => self.variant(story, variant).into_iter().collect(),
            _ => Cow::Borrowed(&[]),
        };
        match &*candidates {
            [node] => Ok(*node),
            [] => Err(Box::new(self.nothing_named(document, link, name))),
            several => {
                let names: Vec<String> = several.iter().map(|&node| format!("`[[{}]]`", self.full_name(node))).collect();
                let message = format!("`{name}` names {} pages", several.len());
                let help = format!("write {}", names.join(" or "));
                Err(Box::new(Diagnostic::new(&rules::AMBIGUOUS_LINK, &document.path, link.span, message).help(help)))
            }
        }
    }

    fn nodes(&self, name: &str) -> &[Node] {
        self.by_slug.get(name).or_else(|| self.by_slug.get(Slug::of(name).as_str())).map_or(&[], Named::nodes)
    }

    fn variant(&self, story: &str, variant: &str) -> Option<Node> {
        let variant = Slug::of(variant);
        self.nodes(story).iter().find_map(|&node| match node {
            Node::Telling(id, 0) => {
                let tellings = &self.site.story(id).tellings;
                tellings.iter().position(|telling| telling.slug == variant).map(|index| Node::Telling(id, index))
            }
            _ => None,
        })
    }

    fn nothing_named(&self, document: &Document, link: &Link, name: &str) -> Diagnostic {
        let missing = dangling(document, link, format!("nothing is named `{name}`"));
        let slug = Slug::of(name.rsplit('/').next().unwrap_or(name));
        if let Some(found) = self.by_slug.get(slug.as_str()).and_then(|named| named.nodes().first()) {
            return missing.help(format!("did you mean `[[{}]]`?", self.full_name(*found)));
        }
        let mut known: Vec<&str> = self.by_slug.keys().copied().collect();
        known.sort_unstable();
        missing.maybe_help(
            did_you_mean(slug.as_str(), known)
                .or_else(|| Some("name a story, question, case study or competency by its slug, which is the name of its file".to_owned())),
        )
    }

    /// The name under which a page can always be linked to.
    fn full_name(&self, node: Node) -> String {
        let slug = match node {
            Node::Home => return "home".to_owned(),
            Node::Telling(story, 0) => self.site.story(story).slug.clone(),
            Node::Telling(story, telling) => {
                let story = self.site.story(story);
                return format!("{}/{}", story.slug, story.tellings[telling].slug);
            }
            Node::Question(question) => self.site.question(question).slug.clone(),
            Node::CaseStudy(case) => self.site.case_study(case).slug.clone(),
            Node::Competency(competency) => self.site.competency(competency).slug.clone(),
        };
        format!("{}/{slug}", super::kind_of(node).map_or("", Kind::folder))
    }

    fn file(&self, document: &Document, link: &Link, path: &SitePath, fragment: &str) -> Result<Destination, Box<Diagnostic>> {
        if let Some(node) = self.page_of_file(path) {
            return self.page(document, link, node, fragment);
        }
        if self.assets.contains(path) {
            return Ok(Destination::Asset(path.clone()));
        }
        if let Some(question) = self.question_of_sheet(path, fragment) {
            return Ok(Destination::Page { node: question, fragment: String::new(), section: None });
        }
        let missing = dangling(document, link, format!("there is no file `{path}`"));
        let documents = self.site.documents.iter().filter(|document| !matches!(document.meta, Meta::Sheet(_)));
        let known: Vec<&str> = documents.map(|document| &document.path).chain(self.assets).map(SitePath::as_str).collect();
        let sheet = self.site.documents.iter().find(|other| other.path == *path);
        Err(Box::new(match sheet {
            Some(_) => {
                missing.help("it holds several questions, each with a page of its own: link to one, as in `[[slug-of-the-question]]`")
            }
            None => missing.maybe_help(nearest_path(path, &known)),
        }))
    }

    fn question_of_sheet(&self, path: &SitePath, fragment: &str) -> Option<Node> {
        let is_it = |&id: &super::QuestionId| {
            self.site.document(self.site.question(id).document).path == *path
                && self.site.question_item(id).is_some_and(|item| item.slug == Slug::of(fragment))
        };
        self.site.questions().find(is_it).map(Node::Question)
    }

    /// The destination on a page, once the fragment is known to be there.
    fn page(&self, document: &Document, link: &Link, node: Node, fragment: &str) -> Result<Destination, Box<Diagnostic>> {
        if fragment.is_empty() {
            return Ok(Destination::Page { node, fragment: String::new(), section: None });
        }
        let targets = self.documents_of(node);
        if let Some(found) = targets.iter().find_map(|&target| self.fragment_in(target, node, fragment)) {
            return Ok(found);
        }
        // The heading that says the title is the one at the top of the page.
        let is_title = |&target: &DocumentId| Slug::of(self.site.document(target).meta.title()) == Slug::of(fragment);
        if targets.iter().any(is_title) {
            return Ok(Destination::Page { node, fragment: String::new(), section: None });
        }
        let sections = targets.iter().flat_map(|&target| &self.site.document(target).sections);
        let known: Vec<&str> = sections.map(|section| section.id.as_str()).filter(|id| !id.is_empty()).collect();
        let help = did_you_mean(Slug::of(fragment).as_str(), known.iter().copied()).unwrap_or_else(|| {
            if known.is_empty() { "leave the part after `#` away".to_owned() } else { crate::diagnostic::one_of(&known) }
        });
        Err(Box::new(dangling(document, link, format!("`{}` has no part `{fragment}`", self.full_name(node))).help(help)))
    }

    /// The documents whose headings are on a page.
    fn documents_of(&self, node: Node) -> Vec<DocumentId> {
        let site = self.site;
        match node {
            Node::Telling(id, index) => {
                let story = site.story(id);
                let own = match story.tellings[index].origin {
                    super::Origin::Variant(variant) => Some(variant),
                    super::Origin::Story | super::Origin::Derived(_) => None,
                };
                own.into_iter().chain([story.document]).collect()
            }
            Node::Question(id) if site.question(id).item.is_some() => Vec::new(),
            Node::Home | Node::Question(_) | Node::CaseStudy(_) | Node::Competency(_) => site.document_of(node).into_iter().collect(),
        }
    }

    fn fragment_in(&self, id: DocumentId, node: Node, fragment: &str) -> Option<Destination> {
        let target = self.site.document(id);
        if let Some(question) = self.follow_up(target, fragment) {
            return Some(Destination::Page { node: Node::Question(question), fragment: String::new(), section: None });
        }
        if let Some(section) = target.section_named(fragment).filter(|&section| self.is_on_page(node, id, section)) {
            // The headline stands at the top of the page; follow-ups have a place that the theme gives them.
            let fragment = match (&target.meta, target.sections[section].part) {
                (Meta::Story(_) | Meta::Variant(_), Some(Part::Headline)) => String::new(),
                (Meta::Story(_) | Meta::Variant(_), Some(Part::FollowUps)) => "follow-ups".to_owned(),
                _ => target.sections[section].id.clone(),
            };
            return Some(Destination::Page { node, fragment, section: Some((id, section)) });
        }
        self.heading_in(id, node, fragment)
    }

    /// A heading inside a section; what stands under a follow-up is on the page of that question.
    fn heading_in(&self, id: DocumentId, node: Node, fragment: &str) -> Option<Destination> {
        let target = self.site.document(id);
        let slug = Slug::of(fragment);
        let heading = target.body.headings.iter().position(|heading| heading.id == slug.as_str() && !heading.is_private)?;
        let fragment = target.body.headings[heading].id.clone();
        let is_it = |event: Event| event == Event::Start(Tag::Heading(crate::source::offset(heading)));
        let at = target.body.nodes.iter().position(|node| is_it(node.event))?;
        let section = target.sections.iter().position(|section| section.nodes.contains(&at))?;
        if let Some(item) = target.sections[section].items.iter().position(|item| item.nodes.contains(&at)) {
            let is_asked = |&question: &super::QuestionId| {
                self.site.question(question).document == id && self.site.question(question).item == Some((section, item))
            };
            let question = self.site.questions().find(is_asked)?;
            return Some(Destination::Page { node: Node::Question(question), fragment, section: None });
        }
        self.is_on_page(node, id, section).then_some(Destination::Page { node, fragment, section: None })
    }

    /// Whether a section of a document is on a page: a telling shows only some sections of its story.
    fn is_on_page(&self, node: Node, document: DocumentId, section: usize) -> bool {
        let Node::Telling(story, telling) = node else { return true };
        let told = &self.site.story(story).tellings[telling].sections;
        let is_follow_ups = self.site.document(document).sections[section].part == Some(Part::FollowUps);
        is_follow_ups || told.iter().any(|told| told.document == document && told.section == section)
    }

    /// A follow-up of a story that a fragment names: it has a page of its own.
    fn follow_up(&self, target: &Document, fragment: &str) -> Option<super::QuestionId> {
        let Meta::Story(_) = target.meta else { return None };
        let slug = Slug::of(fragment);
        let is_there = target.sections.iter().flat_map(|section| &section.items).any(|item| item.slug == slug.shortened());
        let nodes = is_there.then(|| self.nodes(&format!("{}-{}", target.slug.shortened(), slug.shortened())))?;
        nodes.iter().find_map(|&node| match node {
            Node::Question(question) => Some(question),
            _ => None,
        })
    }
}

fn dangling(document: &Document, link: &Link, message: String) -> Diagnostic {
    Diagnostic::new(&rules::DEAD_LINK, &document.path, link.span, message)
}

/// Advice that names the file which somebody probably meant: the same name elsewhere, or nearly the same path.
fn nearest_path(path: &SitePath, known: &[&str]) -> Option<String> {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    let same_name = known.iter().filter(|other| other.rsplit('/').next() == Some(name)).min();
    let names = known.iter().filter_map(|other| other.rsplit('/').next());
    let by_name = || nearest(name, names).and_then(|near| known.iter().find(|other| other.rsplit('/').next() == Some(near)));
    let found = same_name.or_else(by_name)?;
    Some(format!("did you mean `{found}`?"))
}
