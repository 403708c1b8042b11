//! Pages that have another address since their file was renamed: an open page goes there.

use std::collections::{BTreeMap, HashMap};
use std::mem::discriminant;

use xxhash_rust::xxh3::xxh3_64;

use super::state::State;
use crate::build::{InputFile, Inputs};
use crate::parse::Place;
use crate::route::Route;
use crate::site::{CompetencyId, DocumentId, Origin, PageKey, Site, StoryId, TellingId};
use crate::slug::Slug;
use crate::source::SitePath;

/// How many pairs of files are compared. A change of branch can replace all files of a site; then only equal files are found.
const MOST_COMPARED: usize = 10_000;

/// The old addresses of pages, each with the path of the page now. Both are from the root of the site and not encoded.
#[derive(Debug, Clone, Default)]
pub(super) struct Moved(BTreeMap<String, String>);

impl Moved {
    /// The old addresses in a state: those of the state before, and those that have changed since.
    pub fn after(before: Option<&State>, now: &State) -> Self {
        let Some(before) = before.filter(|before| before.audience == now.audience) else {
            return Self::default();
        };
        let files = files(before, now);
        let mut moved = before.moved.clone();
        if !files.is_empty() {
            moved.follow(&Sites::new(
                &before.edition(before.audience).linked().site,
                &now.edition(now.audience).linked().site,
                files,
            ));
        }
        moved
    }

    /// The path of the page that was at a path.
    pub fn to(&self, path: &str) -> Option<&str> {
        self.0.get(path).map(String::as_str)
    }

    /// Adds the pages that have moved between two sites.
    fn follow(&mut self, sites: &Sites<'_>) {
        let changed: BTreeMap<String, String> = sites.changed().collect();
        for to in self.0.values_mut() {
            if let Some(next) = changed.get(to) {
                to.clone_from(next);
            }
        }
        self.0.extend(changed);
        // A page that is back at its first address.
        self.0.retain(|from, to| from != to);
    }
}

/// Two sites, one after the other, and the files of the first that have another path in the second.
struct Sites<'a> {
    before: &'a Site,
    now: &'a Site,
    files: BTreeMap<SitePath, SitePath>,
    /// The pages of questions that are headings in the second site.
    items: HashMap<(DocumentId, &'a Slug), PageKey>,
}

impl<'a> Sites<'a> {
    fn new(before: &'a Site, now: &'a Site, files: BTreeMap<SitePath, SitePath>) -> Self {
        let items = now.questions().filter_map(|id| {
            let slug = &now.question_item(id)?.slug;
            Some(((now.question(id).document, slug), PageKey::Question(id)))
        });
        Self {
            before,
            now,
            files,
            items: items.collect(),
        }
    }

    /// The pages whose paths differ.
    fn changed(&self) -> impl Iterator<Item = (String, String)> + '_ {
        let site = self.before;
        let tellings = site.stories().flat_map(|story| site.tellings(story));
        let pages = tellings
            .map(PageKey::Telling)
            .chain(site.questions().map(PageKey::Question))
            .chain(site.case_studies().map(PageKey::CaseStudy))
            .chain(site.competencies().map(PageKey::Competency))
            .chain(site.interviews().map(PageKey::Interview))
            .chain(site.asks_lists().map(PageKey::Asks));
        pages.filter_map(|page| {
            let from = Route::of(self.before, page).path();
            let to = Route::of(self.now, self.now_at(page)?).path();
            (from != to).then_some((from, to))
        })
    }

    /// The same page in the second site.
    fn now_at(&self, page: PageKey) -> Option<PageKey> {
        match page {
            PageKey::Telling(id) => self.telling(id).map(PageKey::Telling),
            PageKey::Question(id) => {
                let question = self.before.question(id);
                let document = self.document(question.document)?;
                match self.before.question_item(id) {
                    Some(item) => self.items.get(&(document, &item.slug)).copied(),
                    None => self.now.page_of(document),
                }
            }
            PageKey::Home
            | PageKey::CaseStudy(_)
            | PageKey::Competency(_)
            | PageKey::Interview(_)
            | PageKey::Asks(_) => {
                let document = self.document(self.before.document_of(page)?)?;
                self.now.page_of(document)
            }
        }
    }

    /// The document with the same text in the second site.
    fn document(&self, id: DocumentId) -> Option<DocumentId> {
        let path = &self.before.document(id).path;
        self.now.document_at(self.files.get(path).unwrap_or(path))
    }

    fn story(&self, id: StoryId) -> Option<StoryId> {
        let document = self.document(self.before.story(id).document)?;
        match self.now.page_of(document)? {
            PageKey::Telling(telling) => Some(telling.story),
            _ => None,
        }
    }

    fn competency(&self, id: CompetencyId) -> Option<CompetencyId> {
        let document = self.document(self.before.competency(id).document)?;
        match self.now.page_of(document)? {
            PageKey::Competency(competency) => Some(competency),
            _ => None,
        }
    }

    fn telling(&self, id: TellingId) -> Option<TellingId> {
        let story = self.story(id.story)?;
        let origin = match self.before.telling(id).origin {
            Origin::Story => Origin::Story,
            Origin::Variant(document) => Origin::Variant(self.document(document)?),
            Origin::Emphasis(competency) => Origin::Emphasis(self.competency(competency)?),
            Origin::Cut(competency) => Origin::Cut(self.competency(competency)?),
        };
        self.now
            .tellings(story)
            .find(|&other| self.now.telling(other).origin == origin)
    }
}

/// The files that have another path: the old one and the new one.
fn files(before: &State, now: &State) -> BTreeMap<SitePath, SitePath> {
    let gone = only_in(&before.shown, &now.shown);
    let new = only_in(&now.shown, &before.shown);
    let mut found = BTreeMap::new();
    let mut by_bytes: HashMap<&[u8], &SitePath> = HashMap::new();
    for file in new.iter().rev() {
        by_bytes.insert(&file.bytes, &file.path);
    }
    for file in &gone {
        let same = by_bytes.get(&*file.bytes);
        if let Some(same) = same.filter(|same| is_same_kind(&file.path, same)) {
            found.insert(file.path.clone(), (**same).clone());
            by_bytes.remove(&*file.bytes);
        }
    }
    let is_new = |file: &&InputFile| !found.values().any(|path| *path == file.path);
    let new: Vec<Text<'_>> = new
        .into_iter()
        .filter(is_new)
        .map(|file| Text::of(file, now))
        .collect();
    let gone = gone
        .into_iter()
        .filter(|file| !found.contains_key(&file.path));
    let gone: Vec<Text<'_>> = gone.map(|file| Text::of(file, before)).collect();
    if gone.len() * new.len() <= MOST_COMPARED {
        found.extend(alike(&gone, new));
    }
    found
}

/// The files of a site whose paths another one does not have.
fn only_in<'a>(site: &'a Inputs, other: &Inputs) -> Vec<&'a InputFile> {
    let documents = site.documents.iter();
    documents
        .filter(|file| other.document(&file.path).is_none())
        .collect()
}

fn is_same_kind(one: &SitePath, other: &SitePath) -> bool {
    match (Place::of(one), Place::of(other)) {
        (Ok(Place::Document(kind, _)), Ok(Place::Document(other, _))) => kind == other,
        (Ok(one), Ok(other)) => discriminant(&one) == discriminant(&other),
        _ => false,
    }
}

/// What tells whether two files are one under two names.
struct Text<'a> {
    path: &'a SitePath,
    title: &'a str,
    /// Digests of the lines that are not blank, in ascending order.
    lines: Vec<u64>,
}

impl<'a> Text<'a> {
    fn of(file: &'a InputFile, state: &'a State) -> Self {
        let site = &state.whole.site;
        let document = site.document_at(&file.path);
        let lines = file
            .bytes
            .split(|&byte| byte == b'\n')
            .map(<[u8]>::trim_ascii);
        let lines = lines.filter(|line| !line.is_empty()).map(xxh3_64);
        let mut lines: Vec<u64> = lines.collect();
        lines.sort_unstable();
        Self {
            path: &file.path,
            title: document.map_or("", |id| site.document(id).meta.title()),
            lines,
        }
    }

    /// How many lines two files share, in thousandths of the longer one; with the same title, at least one.
    fn likeness(&self, other: &Self) -> usize {
        let (mut shared, mut at) = (0, 0);
        for line in &self.lines {
            while other.lines.get(at).is_some_and(|next| next < line) {
                at += 1;
            }
            if other.lines.get(at) == Some(line) {
                shared += 1;
                at += 1;
            }
        }
        let longest = self.lines.len().max(other.lines.len()).max(1);
        let has_same_title = !self.title.is_empty() && self.title == other.title;
        match shared * 1000 / longest {
            share if share > 500 => share,
            _ => usize::from(has_same_title),
        }
    }
}

/// Finds for each file that is gone the new one that is most like it.
fn alike(gone: &[Text<'_>], mut new: Vec<Text<'_>>) -> Vec<(SitePath, SitePath)> {
    let mut found = Vec::new();
    for file in gone {
        let best = new
            .iter()
            .enumerate()
            .filter(|(_, other)| is_same_kind(file.path, other.path))
            .map(|(place, other)| (file.likeness(other), place))
            .filter(|&(likeness, _)| likeness > 0)
            .max_by_key(|&(likeness, place)| (likeness, std::cmp::Reverse(place)));
        if let Some((_, place)) = best {
            found.push((file.path.clone(), new.remove(place).path.clone()));
        }
    }
    found
}
