//! The resolution of links: where each link leads, or why it leads nowhere.

use std::borrow::Cow;
use std::cell::LazyCell;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use rustc_hash::FxHashMap as HashMap;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::files::Files;
use super::{Contents, DocumentId, ItemId, PageKey, QuestionId, SectionId, TellingId, items_of};
use crate::diagnostic::{ADVISED, Diagnostic, did_you_mean, nearest, one_of, rules};
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
        page: PageKey,
        /// The id of an element on it, without `#`; empty if the link is to the page as a whole.
        fragment: String,
        /// The section that the link names, if it names one.
        section: Option<SectionId>,
    },
    /// A file that is not a document.
    Asset(SitePath),
    /// An address outside of the site.
    External,
    /// Nowhere: the site has no such page or file. The words of the link are shown as plain text.
    Nothing,
}

impl Destination {
    /// A page as a whole.
    fn page(page: PageKey) -> Self {
        Self::Page {
            page,
            fragment: String::new(),
            section: None,
        }
    }
}

/// Resolves links to their destinations.
pub struct Resolver<'a> {
    site: &'a Contents,
    files: Files<'a>,
    /// The questions inside of documents, keyed by place.
    by_place: HashMap<(DocumentId, ItemId), QuestionId>,
    /// The same questions, keyed by their own slugs.
    by_item: HashMap<(DocumentId, &'a Slug), QuestionId>,
    /// The sheets, keyed by the names of their files and by their titles.
    sheets: HashMap<Slug, DocumentId>,
    /// The headings of each document, keyed by the anchors that GitHub gives them; made on first use.
    anchors: Vec<OnceLock<HashMap<String, usize>>>,
}

/// A link that leads nowhere.
pub struct Dangling {
    found: Diagnostic,
    lookup: Lookup,
}

/// The missing thing. Advice on it is added at the end, and only for the first links that lead nowhere.
enum Lookup {
    /// The diagnostic has its advice already.
    Advised,
    /// A page, by its slug.
    Page(Slug),
    /// A part of a page.
    Part(PageKey, String),
    /// A file.
    File(SitePath),
}

impl From<Diagnostic> for Box<Dangling> {
    fn from(found: Diagnostic) -> Self {
        Box::new(Dangling {
            found,
            lookup: Lookup::Advised,
        })
    }
}

impl<'a> Resolver<'a> {
    /// Prepares to resolve the links of a site; `assets` are the files of the content that are not documents.
    pub fn new(site: &'a Contents, assets: &'a BTreeSet<SitePath>) -> Self {
        let (mut by_place, mut by_item) = (HashMap::default(), HashMap::default());
        for id in site.questions() {
            let question = site.question(id);
            if let (Some(place), Some(item)) = (question.item, site.question_item(id)) {
                by_place.entry((question.document, place)).or_insert(id);
                by_item.entry((question.document, &item.slug)).or_insert(id);
            }
        }
        let anchors = site.documents.iter().map(|_| OnceLock::new()).collect();
        Self {
            site,
            files: Files::new(&site.documents, assets),
            by_place,
            by_item,
            sheets: sheets(site),
            anchors,
        }
    }

    /// Where a link of `document` leads, or why it leads nowhere. `own` is the page of that document, if it has one.
    pub fn resolve(
        &self,
        document: &Document,
        own: Option<PageKey>,
        link: &Link,
    ) -> Result<Destination, Box<Dangling>> {
        match &link.target {
            Target::External(_) => Ok(Destination::External),
            // The parser has reported it.
            Target::Forbidden(_) => Ok(Destination::Nothing),
            Target::Page { name, fragment } => match self.site.page(name) {
                Some(page) => self.page(document, link, page, fragment),
                None => Err(dangling(
                    document,
                    link,
                    "the audience does not get the page of this link".to_owned(),
                )
                .into()),
            },
            Target::Wiki { name, fragment } => self.wiki(document, link, name, fragment),
            Target::File { path, fragment } => self.file(document, link, path, fragment),
            Target::Fragment(fragment) if matches!(document.meta, Meta::Sheet(_)) => {
                self.beside(document, link, fragment)
            }
            Target::Fragment(fragment) => match own {
                Some(page) => self.page(document, link, page, fragment),
                None => Err(dangling(
                    document,
                    link,
                    format!("`#{fragment}` names a part of a file that has no page of its own"),
                )
                .help("name the page, as in `[[story#result]]`")
                .into()),
            },
        }
    }

    /// What a wikilink names: a file that is not a document, a page, or a question of a sheet.
    fn wiki(
        &self,
        document: &Document,
        link: &Link,
        name: &str,
        fragment: &str,
    ) -> Result<Destination, Box<Dangling>> {
        if let Some(asset) = self.asset_named(document, link, name)? {
            return Ok(Destination::Asset(asset.clone()));
        }
        match self.named(document, link, name) {
            Ok(page) => self.page(document, link, page, fragment),
            Err(missing) => match self.sheet_named(name) {
                Some(sheet) if missing.found.rule == &rules::DEAD_LINK => {
                    self.in_sheet(document, link, sheet, fragment)
                }
                _ => Err(missing),
            },
        }
    }

    /// The asset that a wikilink names: beside the file, from the root of the content, or anywhere if it is the only one of its name.
    fn asset_named(
        &self,
        document: &Document,
        link: &Link,
        name: &str,
    ) -> Result<Option<&'a SitePath>, Box<Dangling>> {
        if !is_file_name(name) {
            return Ok(None);
        }
        let beside = [
            document.path.join(name),
            document.path.join(&format!("/{name}")),
        ];
        if let Some(found) = beside
            .into_iter()
            .flatten()
            .find_map(|path| self.files.asset_at(&path))
        {
            return Ok(Some(found));
        }
        match self.files.assets_named(name).as_slice() {
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
    fn beside(
        &self,
        document: &Document,
        link: &Link,
        fragment: &str,
    ) -> Result<Destination, Box<Dangling>> {
        let Some(sheet) = self.site.document_at(&document.path) else {
            return Ok(Destination::Nothing);
        };
        let by_anchor = || self.heading_in(sheet, None, self.heading_by_anchor(sheet, fragment)?);
        let is_question = self.question_of_sheet(sheet, fragment).is_some();
        match self
            .heading_in(sheet, None, fragment)
            .or_else(by_anchor)
            .filter(|_| !is_question)
        {
            Some(found) => Ok(found),
            None => self.in_sheet(document, link, sheet, fragment),
        }
    }

    /// The question of a sheet that a fragment names. The sheet itself has no page.
    fn in_sheet(
        &self,
        document: &Document,
        link: &Link,
        sheet: DocumentId,
        fragment: &str,
    ) -> Result<Destination, Box<Dangling>> {
        if let Some(page) = self.question_of_sheet(sheet, fragment) {
            return Ok(Destination::page(page));
        }
        let name = self.site.document(sheet).path.as_str();
        let message = match fragment {
            "" => format!("`{name}` is a sheet of questions and has no page of its own"),
            _ => format!("the sheet `{name}` has no question `{fragment}`"),
        };
        Err(dangling(document, link, message)
            .help(self.questions_of(sheet))
            .into())
    }

    /// Advice that names the questions of a sheet, the first of them if there are many.
    fn questions_of(&self, sheet: DocumentId) -> String {
        const NAMED: usize = 5;
        let places = items_of(self.site.document(sheet)).map(|(place, _)| place);
        let mut questions = places.filter_map(|place| self.by_place.get(&(sheet, place)));
        let names: Vec<String> = questions
            .by_ref()
            .take(NAMED)
            .map(|&id| format!("`[[{}]]`", self.full_name(PageKey::Question(id))))
            .collect();
        match (names.as_slice(), questions.count()) {
            ([], _) => "give it questions, each under a `##` heading".to_owned(),
            ([only], 0) => format!("link to its question, {only}"),
            (_, 0) => format!("link to one of its questions: {}", names.join(", ")),
            (_, more) => format!(
                "link to one of its questions: {} and {more} more",
                names.join(", ")
            ),
        }
    }

    /// The page that a wikilink names.
    fn named(
        &self,
        document: &Document,
        link: &Link,
        name: &str,
    ) -> Result<PageKey, Box<Dangling>> {
        let name = match name
            .len()
            .checked_sub(3)
            .and_then(|end| name.split_at_checked(end))
        {
            Some((stem, ending)) if ending.eq_ignore_ascii_case(".md") => stem,
            _ => name,
        };
        match &*self.candidates(name) {
            [page] => Ok(*page),
            [] => Err(self.nothing_named(document, link, name)),
            several => {
                let message = format!("`{name}` names {} pages", several.len());
                let help = write_one_of(
                    several
                        .iter()
                        .map(|&page| format!("`[[{}]]`", self.full_name(page))),
                );
                Err(
                    Diagnostic::new(&rules::AMBIGUOUS_LINK, &document.path, link.span, message)
                        .help(help)
                        .into(),
                )
            }
        }
    }

    /// The pages that a name may mean: `slug`, `kind/slug`, `story/variant` or `stories/story/variant`.
    fn candidates(&self, name: &str) -> Cow<'a, [PageKey]> {
        let parts: Vec<&str> = name.split('/').map(str::trim).collect();
        match parts.as_slice() {
            [slug] => Cow::Borrowed(self.pages(slug)),
            [kind, slug] if Kind::named(kind).is_some() => self
                .pages(slug)
                .iter()
                .copied()
                .filter(|page| page.kind() == Kind::named(kind))
                .collect(),
            [story, variant] | ["stories" | "story", story, variant] => {
                self.variant(story, variant).into_iter().collect()
            }
            _ => Cow::Borrowed(&[]),
        }
    }

    /// The pages whose slug is `name` or the slug of `name`.
    fn pages(&self, name: &str) -> &'a [PageKey] {
        match self.site.names.pages(name) {
            [] => self.site.names.pages(Slug::of(name).as_str()),
            pages => pages,
        }
    }

    fn variant(&self, story: &str, variant: &str) -> Option<PageKey> {
        let story = self.pages(story).iter().find_map(|page| match page {
            PageKey::Telling(telling) => Some(telling.story),
            _ => None,
        })?;
        let index = self.site.story(story).telling_named(&Slug::of(variant))?;
        Some(PageKey::Telling(TellingId { story, index }))
    }

    fn nothing_named(&self, document: &Document, link: &Link, name: &str) -> Box<Dangling> {
        if let Some((kind, slug)) = name.split_once(':')
            && let Some(kind) = Kind::named(&kind.trim().to_lowercase().replace(' ', "-"))
        {
            let slug = slug.trim_start_matches([':', '/']).trim();
            let missing = dangling(document, link, format!("nothing is named `{name}`"));
            return missing
                .help(format!("write `[[{}/{slug}]]`", kind.folder()))
                .into();
        }
        if is_file_name(name)
            && name
                .rsplit('.')
                .next()
                .is_some_and(|ending| ending.starts_with(|first: char| first.is_alphabetic()))
        {
            return match document.path.join(name) {
                Some(path) => no_file(document, link, &path),
                None => dangling(document, link, format!("`{name}` leads out of the site")).into(),
            };
        }
        let missing = dangling(document, link, format!("nothing is named `{name}`"));
        let slug = Slug::of(name.rsplit('/').next().unwrap_or(name));
        if let Some(found) = self.site.names.pages(slug.as_str()).first() {
            return missing
                .help(format!("did you mean `[[{}]]`?", self.full_name(*found)))
                .into();
        }
        let found = missing.help("name a story, question, case study or competency by its slug, which is the name of its file");
        Box::new(Dangling {
            found,
            lookup: Lookup::Page(slug),
        })
    }

    /// The diagnostics of links that lead nowhere. The first of them get advice that names something similar.
    pub fn advised(&self, dangling: impl Iterator<Item = Box<Dangling>>) -> Vec<Diagnostic> {
        let known = LazyCell::new(|| self.known());
        let mut compared = 0;
        let advised = dangling.map(|dangling| {
            let Dangling { found, lookup } = *dangling;
            compared += usize::from(!matches!(lookup, Lookup::Advised));
            match lookup {
                _ if compared > ADVISED => found,
                Lookup::Advised => found,
                Lookup::Page(slug) => helped(
                    found,
                    did_you_mean(slug.as_str(), known.slugs.iter().copied()),
                ),
                Lookup::File(path) => helped(found, nearest_path(&path, &known.paths)),
                Lookup::Part(page, fragment) => {
                    let parts = self.parts_of(page);
                    let help = did_you_mean(Slug::of(&fragment).as_str(), parts.iter().copied());
                    let all = || (!parts.is_empty()).then(|| one_of(&parts));
                    helped(found, help.or_else(all))
                }
            }
        });
        advised.collect()
    }

    fn known(&self) -> Known<'a> {
        let mut slugs: Vec<&str> = self.site.names.slugs().collect();
        slugs.sort_unstable();
        let is_sheet = |path: &SitePath| {
            self.site
                .document_at(path)
                .is_some_and(|id| self.is_sheet(id))
        };
        let paths = self
            .files
            .paths()
            .filter(|path| !is_sheet(path))
            .map(SitePath::as_str)
            .collect();
        Known { slugs, paths }
    }

    fn is_sheet(&self, document: DocumentId) -> bool {
        matches!(self.site.document(document).meta, Meta::Sheet(_))
    }

    /// The name under which a page can always be linked to.
    fn full_name(&self, page: PageKey) -> String {
        let slug = match page {
            PageKey::Home => return "home".to_owned(),
            PageKey::Telling(id) if !id.is_main() => {
                return format!(
                    "{}/{}",
                    self.site.story(id.story).slug,
                    self.site.telling(id).slug
                );
            }
            PageKey::Telling(id) => &self.site.story(id.story).slug,
            PageKey::Question(question) => &self.site.question(question).slug,
            PageKey::CaseStudy(case) => &self.site.case_study(case).slug,
            PageKey::Competency(competency) => &self.site.competency(competency).slug,
            PageKey::Interview(interview) => &self.site.interview(interview).slug,
            PageKey::Asks(asks) => &self.site.asks_list(asks).slug,
        };
        format!("{}/{slug}", page.kind().map_or("", Kind::folder))
    }

    /// What a link to a file names. Several questions in one file have a page each, and the file has none.
    fn file(
        &self,
        document: &Document,
        link: &Link,
        path: &SitePath,
        fragment: &str,
    ) -> Result<Destination, Box<Dangling>> {
        let found = self.files.at(path);
        let path = match found.as_slice() {
            [] => return Err(no_file(document, link, path)),
            [path] => *path,
            several => return Err(ambiguous_file(document, link, path.as_str(), several).into()),
        };
        let Some(target) = self.site.document_at(path) else {
            return Ok(Destination::Asset(path.clone()));
        };
        match self.site.page_of(target) {
            _ if self.is_sheet(target) => self.in_sheet(document, link, target, fragment),
            Some(page) => self.page(document, link, page, fragment),
            None => Err(no_file(document, link, path)),
        }
    }

    fn question_of_sheet(&self, sheet: DocumentId, fragment: &str) -> Option<PageKey> {
        let named = |slug: &Slug| {
            self.by_item
                .get(&(sheet, slug))
                .copied()
                .map(PageKey::Question)
        };
        let by_anchor = || {
            self.heading_by_anchor(sheet, fragment)
                .map(|id| Slug::of(id).shortened())
        };
        named(&Slug::of(fragment).shortened()).or_else(|| named(&by_anchor()?))
    }

    /// The id of the heading that has an anchor on GitHub.
    fn heading_by_anchor(&self, id: DocumentId, anchor: &str) -> Option<&'a str> {
        let headings = &self.site.document(id).body.headings;
        let anchors = self
            .anchors
            .get(id.0)?
            .get_or_init(|| github_anchors(headings.iter().map(|heading| heading.text.as_str())));
        let heading = anchors.get(&github_anchor(anchor))?;
        headings.get(*heading).map(|heading| heading.id.as_str())
    }

    /// The destination on a page, if the page has the part that `fragment` names.
    fn page(
        &self,
        document: &Document,
        link: &Link,
        page: PageKey,
        fragment: &str,
    ) -> Result<Destination, Box<Dangling>> {
        if fragment.is_empty() {
            return Ok(Destination::page(page));
        }
        let targets = self.documents_of(page);
        let by_anchor = |&target: &DocumentId| {
            self.fragment_in(target, page, self.heading_by_anchor(target, fragment)?)
        };
        let found = targets
            .iter()
            .find_map(|&target| self.fragment_in(target, page, fragment));
        if let Some(found) = found.or_else(|| targets.iter().find_map(by_anchor)) {
            return Ok(found);
        }
        // The heading with the title is at the top of the page.
        let is_title = |&target: &DocumentId| {
            Slug::of(self.site.document(target).meta.title()) == Slug::of(fragment)
        };
        if targets.iter().any(is_title) {
            return Ok(Destination::page(page));
        }
        let found = dangling(
            document,
            link,
            format!("`{}` has no part `{fragment}`", self.full_name(page)),
        );
        let found = found.help("leave the part after `#` away");
        Err(Box::new(Dangling {
            found,
            lookup: Lookup::Part(page, fragment.to_owned()),
        }))
    }

    /// The parts of a page that links can name.
    fn parts_of(&self, page: PageKey) -> Vec<&'a str> {
        let site = self.site;
        let sections = self
            .documents_of(page)
            .into_iter()
            .flat_map(|target| &site.document(target).sections);
        sections
            .map(|section| section.id.as_str())
            .filter(|id| !id.is_empty())
            .collect()
    }

    /// The documents whose headings are on a page.
    fn documents_of(&self, page: PageKey) -> Vec<DocumentId> {
        let site = self.site;
        let own = site.document_of(page);
        match page {
            // The headings of a variant come before those of its story.
            PageKey::Telling(id) => {
                let story = site.story(id.story).document;
                own.filter(|&own| own != story)
                    .into_iter()
                    .chain([story])
                    .collect()
            }
            PageKey::Question(id) if site.question(id).item.is_some() => Vec::new(),
            PageKey::Home
            | PageKey::Question(_)
            | PageKey::CaseStudy(_)
            | PageKey::Competency(_)
            | PageKey::Interview(_)
            | PageKey::Asks(_) => own.into_iter().collect(),
        }
    }

    fn fragment_in(&self, id: DocumentId, page: PageKey, fragment: &str) -> Option<Destination> {
        let target = self.site.document(id);
        if let Some(question) = self.follow_up(target, fragment) {
            return Some(Destination::page(PageKey::Question(question)));
        }
        let section = target.section_named(fragment).map(|section| SectionId {
            document: id,
            section,
        });
        if let Some(section) = section.filter(|&section| self.is_on_page(page, section)) {
            let content = self.site.section(section);
            // The headline is at the top of the page; the theme gives follow-ups their place.
            let fragment = match (&target.meta, content.part) {
                (Meta::Story(_) | Meta::Variant(_), Some(Part::Headline)) => String::new(),
                (Meta::Story(_) | Meta::Variant(_), Some(Part::FollowUps)) => {
                    "follow-ups".to_owned()
                }
                _ => content.id.clone(),
            };
            return Some(Destination::Page {
                page,
                fragment,
                section: Some(section),
            });
        }
        self.heading_in(id, Some(page), fragment)
    }

    /// A heading inside a section. Below a question of the document it is on the page of the question, and else on `page`.
    fn heading_in(
        &self,
        id: DocumentId,
        page: Option<PageKey>,
        fragment: &str,
    ) -> Option<Destination> {
        let target = self.site.document(id);
        let slug = Slug::of(fragment);
        let heading = target
            .body
            .heading_named(slug.as_str())
            .filter(|&heading| !target.body.headings[heading].is_private)?;
        let fragment = target.body.headings[heading].id.clone();
        let at = target.body.start_of_heading(heading)?;
        let section = target.section_at(at)?;
        if let Some(item) = target.sections[section].item_at(at) {
            let question = *self.by_place.get(&(id, ItemId { section, item }))?;
            return Some(Destination::Page {
                page: PageKey::Question(question),
                fragment,
                section: None,
            });
        }
        let page = page.filter(|&page| {
            self.is_on_page(
                page,
                SectionId {
                    document: id,
                    section,
                },
            )
        })?;
        Some(Destination::Page {
            page,
            fragment,
            section: None,
        })
    }

    /// Whether a section is on a page: a telling shows only some sections of its story.
    fn is_on_page(&self, page: PageKey, section: SectionId) -> bool {
        let PageKey::Telling(telling) = page else {
            return true;
        };
        let is_follow_ups = self.site.section(section).part == Some(Part::FollowUps);
        is_follow_ups
            || self
                .site
                .telling(telling)
                .sections
                .iter()
                .any(|shown| shown.id == section)
    }

    /// A follow-up of a story that a fragment names: it has a page of its own.
    fn follow_up(&self, target: &Document, fragment: &str) -> Option<QuestionId> {
        let Meta::Story(_) = target.meta else {
            return None;
        };
        let slug = Slug::of(fragment).shortened();
        let question = self
            .site
            .names
            .question(Slug::of(&format!("{}-{slug}", target.slug.shortened())).as_str())?;
        let is_it = |item: &Item| item.slug == slug;
        // In most cases it is an item of this file. If a file of the bank has the address of an item, the link leads to that file.
        let is_there = || items_of(target).any(|(_, item)| is_it(item));
        let is_own = self
            .site
            .document(self.site.question(question).document)
            .path
            == target.path;
        (is_own && self.site.question_item(question).is_some_and(is_it) || is_there())
            .then_some(question)
    }
}

/// What a link can name.
struct Known<'a> {
    /// Pages, in the order of their slugs.
    slugs: Vec<&'a str>,
    /// Files.
    paths: Vec<&'a str>,
}

/// Replaces the advice of a diagnostic if there is better advice.
fn helped(found: Diagnostic, help: Option<String>) -> Diagnostic {
    Diagnostic {
        help: help.or(found.help),
        ..found
    }
}

/// The sheets of a site, keyed by the names of their files, and by their titles if no file has that name.
fn sheets(site: &Contents) -> HashMap<Slug, DocumentId> {
    let mut sheets = HashMap::default();
    let titles = site
        .documents
        .iter()
        .enumerate()
        .filter_map(|(index, document)| match &document.meta {
            Meta::Sheet(_) => Some((
                DocumentId(index),
                &document.slug,
                Slug::of(document.meta.title()),
            )),
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

/// The anchor that GitHub makes of a text: it keeps letters, digits, `-` and `_`, and turns spaces into hyphens. It also drops the
/// invisible characters that give emoji their colour.
fn github_anchor(text: &str) -> String {
    let small = text
        .nfc()
        .flat_map(char::to_lowercase)
        .filter(|next| !matches!(next, '\u{fe00}'..='\u{fe0f}' | '\u{200d}'));
    let stays = |next: &char| {
        next.is_alphanumeric() || is_combining_mark(*next) || matches!(next, '-' | '_' | ' ')
    };
    small
        .filter(stays)
        .map(|next| if next == ' ' { '-' } else { next })
        .nfc()
        .collect()
}

fn ambiguous_file(
    document: &Document,
    link: &Link,
    name: &str,
    several: &[&SitePath],
) -> Diagnostic {
    let names = several
        .iter()
        .map(|path| format!("`/{}`", path.as_str().trim_start_matches("content/")));
    Diagnostic::new(
        &rules::AMBIGUOUS_LINK,
        &document.path,
        link.span,
        format!("`{name}` names {} files", several.len()),
    )
    .help(write_one_of(names))
}

/// Advice to write one of several names; of very many only the first.
fn write_one_of(names: impl ExactSizeIterator<Item = String>) -> String {
    const MOST: usize = 8;
    let more = names.len().saturating_sub(MOST);
    let first = names.take(MOST).collect::<Vec<_>>().join(" or ");
    if more == 0 {
        format!("write {first}")
    } else {
        format!("write {first}, or one of {more} more")
    }
}

fn no_file(document: &Document, link: &Link, path: &SitePath) -> Box<Dangling> {
    let found = dangling(document, link, format!("there is no file `{path}`"))
        .help("put the file there, or write its path from the folder of this file");
    Box::new(Dangling {
        found,
        lookup: Lookup::File(path.clone()),
    })
}

fn dangling(document: &Document, link: &Link, message: String) -> Diagnostic {
    Diagnostic::new(&rules::DEAD_LINK, &document.path, link.span, message)
}

/// Advice that names a similar file: one with the same name elsewhere, or with nearly the same name.
fn nearest_path(path: &SitePath, known: &[&str]) -> Option<String> {
    let name = path.as_str().rsplit('/').next().unwrap_or_default();
    let same_name = known
        .iter()
        .filter(|other| other.rsplit('/').next() == Some(name))
        .min();
    let names = known.iter().filter_map(|other| other.rsplit('/').next());
    let by_name = || {
        nearest(name, names).and_then(|near| {
            known
                .iter()
                .find(|other| other.rsplit('/').next() == Some(near))
        })
    };
    let found = same_name.or_else(by_name)?;
    Some(format!("did you mean `{found}`?"))
}
