//! From what a link says to where it leads.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use rustc_hash::FxHashMap as HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::{DocumentId, Node, QuestionId, Site};
use crate::diagnostic::{ADVISED, Diagnostic, did_you_mean, nearest, rules};
use crate::markdown::{Link, Target, is_file_name};
use crate::model::{Document, Item, Kind, Meta, Part};
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
    /// The questions inside of documents, by their places there.
    by_place: HashMap<(DocumentId, (usize, usize)), QuestionId>,
    /// The same by their own slugs.
    by_item: HashMap<(DocumentId, &'a Slug), QuestionId>,
    /// The sheets, by the names of their files and by their titles.
    sheets: HashMap<Slug, DocumentId>,
    assets: &'a BTreeSet<SitePath>,
    /// Documents and assets by their paths, as [`file_key`] writes them.
    files: HashMap<String, Vec<&'a SitePath>>,
    /// Assets by the names of their files, as [`file_key`] writes them.
    by_file_name: HashMap<String, Vec<&'a SitePath>>,
    /// For each document the headings by the anchors that GitHub gives them, once somebody asks.
    anchors: Vec<OnceLock<HashMap<String, usize>>>,
}

/// A link that leads nowhere, and what its author may have meant.
pub struct Dangling {
    /// What is wrong, in words.
    pub found: Diagnostic,
    sought: Sought,
}

/// What a link that leads nowhere names.
enum Sought {
    /// The advice is given already.
    Nothing,
    /// A page, by its slug.
    Page(Slug),
    /// A part of a page.
    Part(Node, String),
    /// A file.
    File(SitePath),
}

impl From<Diagnostic> for Box<Dangling> {
    fn from(found: Diagnostic) -> Self {
        Box::new(Dangling { found, sought: Sought::Nothing })
    }
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
        let mut files: HashMap<String, Vec<&SitePath>> = HashMap::default();
        for path in site.documents.iter().map(|document| &document.path).chain(assets) {
            files.entry(file_key(path.as_str())).or_default().push(path);
        }
        let mut by_file_name: HashMap<String, Vec<&SitePath>> = HashMap::default();
        for path in assets {
            by_file_name.entry(file_key(file_name(path.as_str()))).or_default().push(path);
        }
        let anchors = site.documents.iter().map(|_| OnceLock::new()).collect();
        let (by_place, by_item) = (HashMap::default(), HashMap::default());
        let mut resolver = Self { site, by_slug: names, by_place, by_item, sheets: sheets(site), assets, files, by_file_name, anchors };
        for id in site.stories() {
            resolver.add(&site.story(id).slug, Node::Telling(id, 0));
        }
        for id in site.questions() {
            let question = site.question(id);
            resolver.add(&question.slug, Node::Question(id));
            if let (Some(place), Some(item)) = (question.item, site.question_item(id)) {
                resolver.by_place.entry((question.document, place)).or_insert(id);
                resolver.by_item.entry((question.document, &item.slug)).or_insert(id);
            }
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
        let document = self.site.document_at(path)?;
        let is_sheet = matches!(self.site.document(document).meta, Meta::Sheet(_));
        self.site.page_of(document).filter(|_| !is_sheet)
    }

    /// Where a link of `document` leads, or why it leads nowhere. `own` is the page of that document, if it has one.
    pub fn resolve(&self, document: &Document, own: Option<Node>, link: &Link) -> Result<Destination, Box<Dangling>> {
        match &link.target {
            Target::External(_) => Ok(Destination::External),
            // It has been reported where the file was parsed.
            Target::Forbidden(_) => Ok(Destination::Nothing),
            Target::Wiki { name, fragment } => self.wiki(document, link, name, fragment),
            Target::File { path, fragment } => self.file(document, link, path, fragment),
            Target::Fragment(fragment) if matches!(document.meta, Meta::Sheet(_)) => self.beside(document, link, fragment),
            Target::Fragment(fragment) => match own {
                Some(node) => self.page(document, link, node, fragment),
                None => Err(dangling(document, link, format!("`#{fragment}` names a part of a file that has no page of its own"))
                    .help("name the page, as in `[[story#result]]`")
                    .into()),
            },
        }
    }

    /// What a wikilink names: a file that is no document, a page, or a question of a sheet.
    fn wiki(&self, document: &Document, link: &Link, name: &str, fragment: &str) -> Result<Destination, Box<Dangling>> {
        if let Some(asset) = self.asset_named(document, link, name)? {
            return Ok(Destination::Asset(asset.clone()));
        }
        match self.named(document, link, name) {
            Ok(node) => self.page(document, link, node, fragment),
            Err(missing) => match self.sheet_named(name) {
                Some(sheet) if missing.found.rule == &rules::DEAD_LINK => self.in_sheet(document, link, sheet, fragment),
                _ => Err(missing),
            },
        }
    }

    /// The asset that a wikilink names: beside the file, from the root of the content, or anywhere if it is the only one of its name.
    fn asset_named(&self, document: &Document, link: &Link, name: &str) -> Result<Option<&'a SitePath>, Box<Dangling>> {
        if !is_file_name(name) {
            return Ok(None);
        }
        let is_asset = |path: &&SitePath| self.assets.contains(*path);
        for path in [document.path.join(name), document.path.join(&format!("/{name}"))].into_iter().flatten() {
            if let Some(&found) = self.files_at(&path).iter().find(|path| is_asset(path)) {
                return Ok(Some(found));
            }
        }
        let wanted = name.trim_start_matches("./").trim_start_matches('/');
        let same_name = self.by_file_name.get(&file_key(file_name(name))).map_or(&[][..], Vec::as_slice);
        let found: Cow<'_, [&SitePath]> = if wanted.contains('/') {
            let ending = format!("/{}", file_key(wanted));
            same_name.iter().copied().filter(|path| file_key(path.as_str()).ends_with(&ending)).collect()
        } else {
            Cow::Borrowed(same_name)
        };
        match &*found {
            [] => Ok(None),
            [path] => Ok(Some(path)),
            several => Err(ambiguous_file(document, link, name, several).into()),
        }
    }

    /// The sheet that a wikilink names by its file or by its title.
    fn sheet_named(&self, name: &str) -> Option<DocumentId> {
        let slug = match name.split_once('/') {
            Some((kind, slug)) if Kind::named(kind) == Some(Kind::Question) => Slug::of(slug),
            Some(_) => return None,
            None => Slug::of(name),
        };
        self.sheets.get(&slug).copied()
    }

    /// What a fragment names in the sheet that it is written in: a question, or a heading under one.
    fn beside(&self, document: &Document, link: &Link, fragment: &str) -> Result<Destination, Box<Dangling>> {
        let Some(sheet) = self.site.document_at(&document.path) else { return Ok(Destination::Nothing) };
        let by_anchor = || self.heading_in(sheet, None, self.heading_by_anchor(sheet, fragment)?);
        let is_question = self.question_of_sheet(sheet, fragment).is_some();
        match self.heading_in(sheet, None, fragment).or_else(by_anchor).filter(|_| !is_question) {
            Some(found) => Ok(found),
            None => self.in_sheet(document, link, sheet, fragment),
        }
    }

    /// The question of a sheet that a fragment names. The sheet itself has no page.
    fn in_sheet(&self, document: &Document, link: &Link, sheet: DocumentId, fragment: &str) -> Result<Destination, Box<Dangling>> {
        if let Some(node) = self.question_of_sheet(sheet, fragment) {
            return Ok(Destination::Page { node, fragment: String::new(), section: None });
        }
        let name = self.site.document(sheet).path.as_str();
        let message = match fragment {
            "" => format!("`{name}` is a sheet of questions and has no page of its own"),
            _ => format!("the sheet `{name}` has no question `{fragment}`"),
        };
        Err(dangling(document, link, message).help(self.questions_of(sheet)).into())
    }

    /// Advice that names the questions of a sheet, the first of them if there are many.
    fn questions_of(&self, sheet: DocumentId) -> String {
        const NAMED: usize = 5;
        let sections = self.site.document(sheet).sections.iter().enumerate();
        let places = sections.flat_map(|(section, what)| (0..what.items.len()).map(move |item| (section, item)));
        let mut questions = places.filter_map(|place| self.by_place.get(&(sheet, place)));
        let names: Vec<String> =
            questions.by_ref().take(NAMED).map(|&id| format!("`[[{}]]`", self.full_name(Node::Question(id)))).collect();
        match (names.as_slice(), questions.count()) {
            ([], _) => "give it questions, each under a `##` heading".to_owned(),
            ([only], 0) => format!("link to its question, {only}"),
            (_, 0) => format!("link to one of its questions: {}", names.join(", ")),
            (_, more) => format!("link to one of its questions: {} and {more} more", names.join(", ")),
        }
    }

    /// The page that a wikilink names: `slug`, `kind/slug`, `story/variant` or `stories/story/variant`.
    fn named(&self, document: &Document, link: &Link, name: &str) -> Result<Node, Box<Dangling>> {
        let name = match name.len().checked_sub(3).and_then(|end| name.split_at_checked(end)) {
            Some((stem, ending)) if ending.eq_ignore_ascii_case(".md") => stem,
            _ => name,
        };
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
            [] => Err(self.nothing_named(document, link, name)),
            several => {
                let message = format!("`{name}` names {} pages", several.len());
                let help = write_one_of(several.iter().map(|&node| format!("`[[{}]]`", self.full_name(node))));
                Err(Diagnostic::new(&rules::AMBIGUOUS_LINK, &document.path, link.span, message).help(help).into())
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

    fn nothing_named(&self, document: &Document, link: &Link, name: &str) -> Box<Dangling> {
        if let Some((kind, slug)) = name.split_once(':')
            && let Some(kind) = Kind::named(&kind.trim().to_lowercase().replace(' ', "-"))
        {
            let slug = slug.trim_start_matches([':', '/']).trim();
            let missing = dangling(document, link, format!("nothing is named `{name}`"));
            return missing.help(format!("write `[[{}/{slug}]]`", kind.folder())).into();
        }
        if is_file_name(name) && name.rsplit('.').next().is_some_and(|ending| ending.starts_with(|first: char| first.is_alphabetic())) {
            return match document.path.join(name) {
                Some(path) => no_file(document, link, &path),
                None => dangling(document, link, format!("`{name}` leads out of the site")).into(),
            };
        }
        let missing = dangling(document, link, format!("nothing is named `{name}`"));
        let slug = Slug::of(name.rsplit('/').next().unwrap_or(name));
        if let Some(found) = self.by_slug.get(slug.as_str()).and_then(|named| named.nodes().first()) {
            return missing.help(format!("did you mean `[[{}]]`?", self.full_name(*found))).into();
        }
        let found = missing.help("name a story, question, case study or competency by its slug, which is the name of its file");
        Box::new(Dangling { found, sought: Sought::Page(slug) })
    }

    /// What is wrong with each of the links that lead nowhere, the first of them with what their authors may have meant.
    pub fn advised(&self, dangling: impl Iterator<Item = Box<Dangling>>) -> Vec<Diagnostic> {
        let known = LazyCell::new(|| self.known());
        let mut compared = 0;
        let advised = dangling.map(|dangling| {
            let Dangling { found, sought } = *dangling;
            compared += usize::from(!matches!(sought, Sought::Nothing));
            match sought {
                _ if compared > ADVISED => found,
                Sought::Nothing => found,
                Sought::Page(slug) => helped(found, did_you_mean(slug.as_str(), known.slugs.iter().copied())),
                Sought::File(path) => helped(found, nearest_path(&path, &known.paths)),
                Sought::Part(node, fragment) => {
                    let parts = self.parts_of(node);
                    let help = did_you_mean(Slug::of(&fragment).as_str(), parts.iter().copied());
                    let all = || (!parts.is_empty()).then(|| crate::diagnostic::one_of(&parts));
                    helped(found, help.or_else(all))
                }
            }
        });
        advised.collect()
    }

    fn known(&self) -> Known<'a> {
        let mut slugs: Vec<&str> = self.by_slug.keys().copied().collect();
        slugs.sort_unstable();
        let documents = self.site.documents.iter().filter(|document| !matches!(document.meta, Meta::Sheet(_)));
        let paths = documents.map(|document| &document.path).chain(self.assets).map(SitePath::as_str).collect();
        Known { slugs, paths }
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

    /// The files at a path, in whatever way it is written; the very path alone where that is there.
    fn files_at(&self, path: &SitePath) -> Vec<&'a SitePath> {
        let same = self.files.get(&file_key(path.as_str())).map_or(&[][..], Vec::as_slice);
        match same.iter().find(|other| **other == path) {
            Some(exact) => vec![exact],
            None => same.to_vec(),
        }
    }

    fn file(&self, document: &Document, link: &Link, path: &SitePath, fragment: &str) -> Result<Destination, Box<Dangling>> {
        let found = self.files_at(path);
        let path = match found.as_slice() {
            [] => return Err(no_file(document, link, path)),
            [path] => *path,
            several => return Err(ambiguous_file(document, link, path.as_str(), several).into()),
        };
        if let Some(node) = self.page_of_file(path) {
            return self.page(document, link, node, fragment);
        }
        if self.assets.contains(path) {
            return Ok(Destination::Asset(path.clone()));
        }
        let is_sheet = |&id: &DocumentId| matches!(self.site.document(id).meta, Meta::Sheet(_));
        match self.site.document_at(path).filter(is_sheet) {
            Some(sheet) => self.in_sheet(document, link, sheet, fragment),
            None => Err(no_file(document, link, path)),
        }
    }

    fn question_of_sheet(&self, sheet: DocumentId, fragment: &str) -> Option<Node> {
        let named = |slug: &Slug| self.by_item.get(&(sheet, slug)).copied().map(Node::Question);
        let by_anchor = || self.heading_by_anchor(sheet, fragment).map(|id| Slug::of(id).shortened());
        named(&Slug::of(fragment).shortened()).or_else(|| named(&by_anchor()?))
    }

    /// The id of the heading that has an anchor on GitHub.
    fn heading_by_anchor(&self, id: DocumentId, anchor: &str) -> Option<&'a str> {
        let headings = &self.site.document(id).body.headings;
        let anchors = self.anchors.get(id.0)?.get_or_init(|| github_anchors(headings.iter().map(|heading| heading.text.as_str())));
        let heading = anchors.get(&github_anchor(anchor))?;
        headings.get(*heading).map(|heading| heading.id.as_str())
    }

    /// The destination on a page, once the fragment is known to be there.
    fn page(&self, document: &Document, link: &Link, node: Node, fragment: &str) -> Result<Destination, Box<Dangling>> {
        if fragment.is_empty() {
            return Ok(Destination::Page { node, fragment: String::new(), section: None });
        }
        let targets = self.documents_of(node);
        let by_anchor = |&target: &DocumentId| self.fragment_in(target, node, self.heading_by_anchor(target, fragment)?);
        let found = targets.iter().find_map(|&target| self.fragment_in(target, node, fragment));
        if let Some(found) = found.or_else(|| targets.iter().find_map(by_anchor)) {
            return Ok(found);
        }
        // The heading that says the title is the one at the top of the page.
        let is_title = |&target: &DocumentId| Slug::of(self.site.document(target).meta.title()) == Slug::of(fragment);
        if targets.iter().any(is_title) {
            return Ok(Destination::Page { node, fragment: String::new(), section: None });
        }
        let found = dangling(document, link, format!("`{}` has no part `{fragment}`", self.full_name(node)));
        let found = found.help("leave the part after `#` away");
        Err(Box::new(Dangling { found, sought: Sought::Part(node, fragment.to_owned()) }))
    }

    /// The parts of a page that links can name.
    fn parts_of(&self, node: Node) -> Vec<&'a str> {
        let site = self.site;
        let sections = self.documents_of(node).into_iter().flat_map(|target| &site.document(target).sections);
        sections.map(|section| section.id.as_str()).filter(|id| !id.is_empty()).collect()
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
        self.heading_in(id, Some(node), fragment)
    }

    /// A heading inside a section; what stands under a question of the document is on the page of that one, and else on `node`.
    fn heading_in(&self, id: DocumentId, node: Option<Node>, fragment: &str) -> Option<Destination> {
        let target = self.site.document(id);
        let slug = Slug::of(fragment);
        let heading = target.body.heading_named(slug.as_str()).filter(|&heading| !target.body.headings[heading].is_private)?;
        let fragment = target.body.headings[heading].id.clone();
        let at = target.body.start_of_heading(heading)?;
        let section = target.section_at(at)?;
        if let Some(item) = target.sections[section].item_at(at) {
            let question = *self.by_place.get(&(id, (section, item)))?;
            return Some(Destination::Page { node: Node::Question(question), fragment, section: None });
        }
        let node = node.filter(|&node| self.is_on_page(node, id, section))?;
        Some(Destination::Page { node, fragment, section: None })
    }

    /// Whether a section of a document is on a page: a telling shows only some sections of its story.
    fn is_on_page(&self, node: Node, document: DocumentId, section: usize) -> bool {
        let Node::Telling(story, telling) = node else { return true };
        let told = &self.site.story(story).tellings[telling].sections;
        let is_follow_ups = self.site.document(document).sections[section].part == Some(Part::FollowUps);
        is_follow_ups || told.iter().any(|told| told.document == document && told.section == section)
    }

    /// A follow-up of a story that a fragment names: it has a page of its own.
    fn follow_up(&self, target: &Document, fragment: &str) -> Option<QuestionId> {
        let Meta::Story(_) = target.meta else { return None };
        let slug = Slug::of(fragment).shortened();
        let nodes = self.nodes(&format!("{}-{slug}", target.slug.shortened()));
        let question = nodes.iter().find_map(|&node| match node {
            Node::Question(question) => Some(question),
            _ => None,
        })?;
        let is_it = |item: &Item| item.slug == slug;
        // Mostly it is an item of this very file; where a file of the bank has the address of one, that file is meant.
        let is_there = || target.sections.iter().flat_map(|section| &section.items).any(is_it);
        let is_own = self.site.document(self.site.question(question).document).path == target.path;
        (is_own && self.site.question_item(question).is_some_and(is_it) || is_there()).then_some(question)
    }
}

/// What a link can name.
struct Known<'a> {
    /// Pages, in the order of their slugs.
    slugs: Vec<&'a str>,
    /// Files.
    paths: Vec<&'a str>,
}

/// A diagnostic with advice that is better than what it has, where there is some.
fn helped(found: Diagnostic, help: Option<String>) -> Diagnostic {
    Diagnostic { help: help.or(found.help), ..found }
}

/// The sheets of a site by the names of their files, and by their titles where no file has that name.
fn sheets(site: &Site) -> HashMap<Slug, DocumentId> {
    let mut sheets = HashMap::default();
    let titles = site.documents.iter().enumerate().filter_map(|(index, document)| match &document.meta {
        Meta::Sheet(_) => Some((DocumentId(index), &document.slug, Slug::of(document.meta.title()))),
        _ => None,
    });
    let titles: Vec<_> = titles.collect();
    for (id, slug, _) in &titles {
        sheets.entry((*slug).clone()).or_insert(*id);
    }
    for (id, _, title) in titles.into_iter().filter(|(_, _, title)| !title.is_empty()) {
        sheets.entry(title).or_insert(id);
    }
    sheets
}

/// The anchors that GitHub gives to headings, each with the place of its heading.
fn github_anchors<'t>(headings: impl Iterator<Item = &'t str>) -> HashMap<String, usize> {
    let mut anchors: HashMap<String, usize> = HashMap::default();
    let mut used: HashMap<String, usize> = HashMap::default();
    for (place, text) in headings.enumerate() {
        let wanted = github_anchor(text);
        let mut anchor = wanted.clone();
        while anchors.contains_key(&anchor) {
            let number = used.entry(wanted.clone()).or_default();
            *number += 1;
            anchor = format!("{wanted}-{number}");
        }
        anchors.insert(anchor, place);
    }
    anchors
}

/// A text as GitHub makes an anchor of it: letters, digits, `-` and `_` stay, spaces become hyphens, and all else goes. What makes
/// a sign colourful goes too, which one cannot see.
fn github_anchor(text: &str) -> String {
    let small = text.nfc().flat_map(char::to_lowercase).filter(|next| !matches!(next, '\u{fe00}'..='\u{fe0f}' | '\u{200d}'));
    let stays = |next: &char| next.is_alphanumeric() || is_combining_mark(*next) || matches!(next, '-' | '_' | ' ');
    small.filter(stays).map(|next| if next == ' ' { '-' } else { next }).nfc().collect()
}

/// A path that is the same for all ways to write it: accents in one sign or in two, and the ending in capitals or not.
fn file_key(path: &str) -> String {
    let (stem, ending) = match path.rsplit_once('.') {
        Some((stem, ending)) if !ending.contains('/') => (stem, Some(ending)),
        _ => (path, None),
    };
    let mut key: String = stem.nfc().collect();
    if let Some(ending) = ending {
        key.push('.');
        key.extend(ending.nfc().flat_map(char::to_lowercase));
    }
    key
}

/// The last part of a path.
fn file_name(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

fn ambiguous_file(document: &Document, link: &Link, name: &str, several: &[&SitePath]) -> Diagnostic {
    let names = several.iter().map(|path| format!("`/{}`", path.as_str().trim_start_matches("content/")));
    Diagnostic::new(&rules::AMBIGUOUS_LINK, &document.path, link.span, format!("`{name}` names {} files", several.len()))
        .help(write_one_of(names))
}

/// The names of which one is to be written; of very many only the first.
fn write_one_of(names: impl ExactSizeIterator<Item = String>) -> String {
    const MOST: usize = 8;
    let more = names.len().saturating_sub(MOST);
    let first = names.take(MOST).collect::<Vec<_>>().join(" or ");
    if more == 0 { format!("write {first}") } else { format!("write {first}, or one of {more} more") }
}

fn no_file(document: &Document, link: &Link, path: &SitePath) -> Box<Dangling> {
    let found = dangling(document, link, format!("there is no file `{path}`"))
        .help("put the file there, or write its path from the folder of this file");
    Box::new(Dangling { found, sought: Sought::File(path.clone()) })
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
