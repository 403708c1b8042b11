//! What a publication would change on a wiki, and what it must not: decided from three things, all of them values.
//!
//! What is to stand there, what stands there, and the record of what was published before. Nothing here asks a wiki, so that the
//! plan that is shown and the plan that is carried out are one.

mod draft;
mod record;
mod sheets;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::slug::Slug;
use crate::wiki::{Name, Written};

pub use draft::{Draft, Selection, draft, picture_digest, select, slug_of};
pub use record::{Identity, Record, Recorded, RecordedFile};
pub use sheets::{as_markdown, sheets};
pub use show::{about_page, printable, show};

/// Stands for a text of a page. Wikis cut the ends of texts and have line ends of their own, so these do not count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u128);

impl Digest {
    /// The digest of a text.
    pub fn of(text: &str) -> Self {
        Self(xxh3_128(comparable(text).as_bytes()))
    }

    /// Reads what [`fmt::Display`] wrote; nothing where it is something else.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 32).then(|| u128::from_str_radix(text, 16).ok().map(Self))?
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{:032x}", self.0)
    }
}

impl Serialize for Digest {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a digest")))
    }
}

/// A text as far as wikis keep it: with one kind of line end, and none at its end.
fn comparable(text: &str) -> String {
    text.trim_end().lines().collect::<Vec<_>>().join("\n")
}

/// A page as it stands on a wiki.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// By which the wiki knows it for good: a number in Confluence, elsewhere the same as its place.
    pub id: String,
    /// As readers see it; empty where the place alone gives it.
    pub title: String,
    /// The version, as the wiki counts: it goes along with a write, which is refused if there is a newer one by then.
    pub revision: String,
    /// Its source.
    pub text: String,
    /// What stands for the text. Where a wiki changes what it is sent, the digest that was left with the version; nothing if
    /// somebody else made that version.
    pub digest: Option<Digest>,
    /// Who made the version; empty where the wiki does not say.
    pub editor: String,
    /// When, as the wiki writes it; empty where it does not say.
    pub edited: String,
    /// What somebody has marked with a comment that is open; a new text would tear the comment off its words.
    pub commented: Vec<String>,
    /// Which of the files that are to go along are there.
    pub attachments: BTreeSet<String>,
    /// Whether another page has the title that this one is to have.
    pub is_taken: bool,
    /// Where it stands, if somebody has moved it away from where it was published; empty if nobody has.
    pub moved_to: String,
}

/// What is to happen to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It is not there yet.
    Create,
    /// It is there as it was published, and its text or one of its files is to change.
    Update,
    /// It is there as it is to be.
    Unchanged,
    /// It is there in another form than it was published in, so it is left alone.
    Refuse(Conflict),
    /// The wiki says that it would not take the change, and why.
    Barred(String),
    /// It was published and no longer is to be; it stays, because nobody asked to delete it.
    Leave,
    /// It was published, no longer is to be, and is as it was published.
    Delete,
    /// It was published, no longer is to be, and is not there either.
    Forget,
}

/// Why a page is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// There is a page that was not published from here.
    NotOurs,
    /// Somebody has changed it since it was published.
    Edited,
    /// Somebody has deleted it since it was published.
    Deleted,
    /// Somebody's open comment would lose its place.
    Commented,
    /// Another page has the title that it is to have.
    Taken,
    /// It has another title now, and somebody has changed the page that it had under the old one.
    Retitled,
}

/// A file that no page shows any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStep {
    /// The file.
    pub file: RecordedFile,
    /// What is to happen.
    pub action: FileAction,
}

/// What is to happen to a file that no page shows any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileAction {
    /// It stays, because nobody asked to delete it.
    Leave,
    /// It is deleted.
    Delete,
    /// It is not there.
    Forget,
    /// It stays, because of this.
    Keep(String),
}

/// What the wiki says of a file that none of our pages shows any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// It is there as it was sent, and no page shows it.
    Unused,
    /// It is not there.
    Gone,
    /// Somebody else needs it or has changed it, as this says.
    Kept(String),
    /// The wiki has no way to tell, or to delete files.
    Unknown,
}

/// What a page of the plan is about: one that is to be there, or one that was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The case study.
    pub case: Slug,
    /// As readers see it.
    pub title: String,
    /// What is to stand there; nothing where it is no longer published.
    pub wanted: Option<Written>,
    /// What is recorded of it.
    pub recorded: Option<Recorded>,
    /// What stands there.
    pub standing: Option<Standing>,
    /// Where somebody has moved the page that is not there any more; empty where that is not known.
    pub gone_to: String,
    /// What is to happen.
    pub action: Action,
}

/// Something else that a publication keeps up to date: a sidebar, an order of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alongside {
    /// Where it stands.
    pub path: String,
    /// What it holds; empty where it is not there.
    pub before: String,
    /// What it is to hold.
    pub after: String,
}

/// What a publication does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The pages: those that are to be there, then those that were.
    pub steps: Vec<Step>,
    /// What changes beside them.
    pub alongside: Vec<Alongside>,
    /// The files that no page shows any more.
    pub files: Vec<FileStep>,
}

impl Step {
    /// The title that somebody has given the page on the wiki, if its author has not given it another one since.
    pub fn renamed(&self) -> Option<&str> {
        let (wanted, standing) = (self.wanted.as_ref()?, self.standing.as_ref()?);
        is_renamed(wanted, self.recorded.as_ref(), standing).then_some(standing.title.as_str())
    }
}

fn is_renamed(wanted: &Written, recorded: Option<&Recorded>, standing: &Standing) -> bool {
    let was_called = recorded.is_some_and(|recorded| recorded.written.is_some() && recorded.title == wanted.name.title);
    was_called && !standing.title.is_empty() && standing.title != wanted.name.title
}

/// What to look for on the wiki, in the order in which [`plan`] wants what was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Search {
    /// Pages that are to be there, with what is recorded of them.
    pub wanted: Vec<(Written, Option<Recorded>)>,
    /// Pages that were published and no longer are to be.
    pub orphans: Vec<Recorded>,
}

/// What somebody asked for beyond the usual.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wishes {
    /// The case studies whose pages are written over, whatever somebody else did to them.
    pub forced: BTreeSet<Slug>,
    /// What becomes of pages that are no longer published.
    pub orphans: Orphans,
}

/// Whether what somebody else did to a page is to be written over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolve {
    /// It is kept, and the page is left alone.
    Refuse,
    /// It is written over.
    Overwrite,
}

/// What becomes of pages that are no longer published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orphans {
    /// They stay.
    Keep,
    /// They are deleted, if they are as they were published.
    Delete,
}

/// What to look for. Of the pages that were published, only those of the case studies that `is_meant` are taken for orphans.
pub fn search(pages: Vec<Written>, record: &Record, identity: Identity, is_meant: impl Fn(&str) -> bool) -> Search {
    let known = record.by_identity(identity);
    // What is recorded twice, as when two branches of a site were put together by hand, is still one page.
    let keys: BTreeSet<&str> = pages.iter().map(|page| identity.of(page)).collect();
    let is_orphan = |recorded: &&Recorded| !keys.contains(recorded.key(identity)) && is_meant(&recorded.case);
    let orphans = record.pages.iter().filter(is_orphan).cloned().collect();
    let recorded = |page: Written| {
        let recorded = known.get(identity.of(&page)).map(|&recorded| recorded.clone());
        (page, recorded)
    };
    let wanted = pages.into_iter().map(recorded).collect();
    Search { wanted, orphans }
}

/// What a publication does, given what stands on the wiki in the order of the search.
pub fn plan(search: Search, mut standings: Vec<Option<Standing>>, wishes: &Wishes) -> Plan {
    let resolve = |case: &Slug| if wishes.forced.contains(case) { Resolve::Overwrite } else { Resolve::Refuse };
    let of_orphans = standings.split_off(search.wanted.len().min(standings.len()));
    let mut orphans: Vec<Option<(Recorded, Option<Standing>)>> = search.orphans.into_iter().zip(of_orphans).map(Some).collect();
    let (by_page, changed) = (by_page(&orphans), changed_by_case(&orphans));
    let mut steps = Vec::new();
    let mut handed_over = Vec::new();
    let mut retitled = BTreeSet::new();
    for ((wanted, recorded), standing) in search.wanted.into_iter().zip(standings) {
        let same = standing.as_ref().and_then(|standing| by_page.get(&standing.id)).into_iter().flatten();
        let former: Vec<_> = same.filter_map(|&place| orphans[place].take()).collect();
        let mut records = recorded.iter().chain(former.iter().map(|(old, _)| old));
        let is_ours = |record: &&Recorded| standing.as_ref().is_some_and(|standing| record.is_ours(standing));
        let known = records.clone().find(is_ours).or_else(|| records.next()).cloned();
        let has_changed_page = || changed.get(wanted.case.as_str()).is_some_and(|pages| pages.iter().any(|&page| orphans[page].is_some()));
        let is_retitled = known.as_ref().is_none_or(|known| known.written.is_none()) && has_changed_page();
        let action = match decide(&wanted, known.as_ref(), standing.as_ref(), resolve(&wanted.case)) {
            Action::Create | Action::Update if is_retitled && resolve(&wanted.case) == Resolve::Refuse => {
                retitled.insert(wanted.case.clone());
                Action::Refuse(Conflict::Retitled)
            }
            action => action,
        };
        if !matches!(action, Action::Refuse(_)) {
            handed_over.extend(former);
        }
        let (case, title) = (wanted.case.clone(), wanted.name.title.clone());
        steps.push(Step { case, title, wanted: Some(wanted), recorded: known, standing, gone_to: String::new(), action });
    }
    let handed_over = handed_over.into_iter().map(|(recorded, standing)| of_orphan(recorded, standing, Action::Forget));
    let handed_over: Vec<Step> = handed_over.collect();
    steps.extend(orphans.into_iter().flatten().map(|(recorded, standing)| {
        let case = Slug::of(&recorded.case);
        let action = decide_orphan(&recorded, standing.as_ref(), wishes.orphans, resolve(&case));
        let is_changed = standing.as_ref().is_some_and(|standing| !recorded.is_ours(standing));
        let action = if is_changed && retitled.contains(&case) { Action::Refuse(Conflict::Edited) } else { action };
        of_orphan(recorded, standing, action)
    }));
    steps.extend(handed_over);
    Plan { steps, ..Plan::default() }
}

/// The pages that somebody has changed since they were published, by the case studies that they are recorded for.
fn changed_by_case(orphans: &[Option<(Recorded, Option<Standing>)>]) -> BTreeMap<String, Vec<usize>> {
    let mut changed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, (recorded, standing)) in orphans.iter().flatten().enumerate() {
        if standing.as_ref().is_some_and(|standing| !recorded.is_ours(standing)) {
            changed.entry(recorded.case.clone()).or_default().push(place);
        }
    }
    changed
}

fn of_orphan(recorded: Recorded, standing: Option<Standing>, action: Action) -> Step {
    Step {
        case: Slug::of(&recorded.case),
        title: recorded.title.clone(),
        wanted: None,
        recorded: Some(recorded),
        standing,
        gone_to: String::new(),
        action,
    }
}

/// The pages that were published, by the ids of those that stand there: one that is to be there may be one of them under another case
/// study, because its file has another name now, or its title was given to another. Where the place is the id, two places are two pages.
fn by_page(orphans: &[Option<(Recorded, Option<Standing>)>]) -> BTreeMap<String, Vec<usize>> {
    let mut by_page: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (place, (recorded, standing)) in orphans.iter().flatten().enumerate() {
        if let Some(standing) = standing.as_ref().filter(|standing| standing.id != recorded.path) {
            by_page.entry(standing.id.clone()).or_default().push(place);
        }
    }
    by_page
}

impl Plan {
    /// Whether some page is left alone though it was to change.
    pub fn has_conflicts(&self) -> bool {
        self.steps.iter().any(|step| matches!(step.action, Action::Refuse(_) | Action::Barred(_)))
    }

    /// Finds out where pages are that are not where they were published.
    pub fn trace(&mut self, gone_to: impl Fn(&Name) -> Option<String>) {
        for step in self.steps.iter_mut().filter(|step| step.standing.is_none()) {
            let name = step.recorded.as_ref().map(Recorded::name);
            step.gone_to = name.and_then(|name| gone_to(&name)).unwrap_or_default();
        }
    }

    /// Gives up the changes that the wiki says it would not take.
    pub fn bar(&mut self, barred: impl Fn(&Name, &Action) -> Option<String>) {
        for step in &mut self.steps {
            let recorded = step.recorded.as_ref().map(Recorded::name);
            let Some(name) = step.wanted.as_ref().map(|page| page.name.clone()).or(recorded) else { continue };
            if let (true, Some(reason)) = (changes(&step.action), barred(&name, &step.action)) {
                step.action = Action::Barred(reason);
            }
        }
    }

    /// The files that no page shows any more when the plan is carried out.
    pub fn unshown(&self, record: &Record, identity: Identity) -> Vec<RecordedFile> {
        let files = |id: &str, names: &[String]| {
            let page = if identity == Identity::Id { id.to_owned() } else { String::new() };
            names.iter().map(move |name| RecordedFile { name: name.clone(), page: page.clone() }).collect::<Vec<_>>()
        };
        let mut shown = BTreeSet::new();
        for step in &self.steps {
            let id = step.standing.as_ref().map_or("", |standing| standing.id.as_str());
            if let Some(wanted) = &step.wanted {
                shown.extend(files(id, &wanted.attachments));
            }
            let is_left = matches!(step.action, Action::Refuse(_) | Action::Barred(_) | Action::Leave);
            if let Some(recorded) = step.recorded.as_ref().filter(|_| is_left) {
                shown.extend(files(&recorded.id, &recorded.attachments));
            }
        }
        let is_in_plan =
            |page: &&Recorded| self.steps.iter().any(|step| step.recorded.as_ref().is_some_and(|other| other.path == page.path));
        for page in record.pages.iter().filter(|page| !is_in_plan(page)) {
            shown.extend(files(&page.id, &page.attachments));
        }
        record.unshown(&shown)
    }

    /// The places of the pages whose present text does not count, because the plan changes it.
    pub fn changing(&self) -> Vec<String> {
        self.steps.iter().filter(|step| changes(&step.action)).filter_map(|step| Some(step.standing.as_ref()?.id.clone())).collect()
    }

    /// Takes up files that no page shows any more, as the wiki tells of them.
    pub fn take_up_files(&mut self, files: Vec<RecordedFile>, states: Vec<FileState>, orphans: Orphans) {
        let steps = files.into_iter().zip(states).map(|(file, state)| {
            let action = match state {
                FileState::Gone => FileAction::Forget,
                FileState::Kept(reason) => FileAction::Keep(reason),
                FileState::Unknown => FileAction::Keep("the wiki has no way to delete it from here".to_owned()),
                FileState::Unused if orphans == Orphans::Delete => FileAction::Delete,
                FileState::Unused => FileAction::Leave,
            };
            FileStep { file, action }
        });
        self.files = steps.collect();
    }

    /// The places of the pages that are ours when the plan is carried out, and of those that are no more. Pages that nobody asked
    /// about now are known from the record.
    pub fn places(&self, record: &Record) -> (Vec<Name>, Vec<Name>) {
        let mut ours: Vec<Name> = Vec::new();
        let mut gone = Vec::new();
        for step in &self.steps {
            let recorded = || step.recorded.as_ref().map(Recorded::name);
            match (&step.action, &step.wanted) {
                (Action::Create | Action::Update | Action::Unchanged, Some(page)) => ours.push(page.name.clone()),
                (Action::Delete | Action::Forget, _) => gone.extend(recorded()),
                _ => ours.extend(recorded().filter(|_| step.standing.is_some())),
            }
        }
        let named: BTreeSet<&str> = ours.iter().chain(&gone).map(|name: &Name| name.path.as_str()).collect();
        let others = record.pages.iter().filter(|page| page.written.is_some() && !named.contains(page.path.as_str()));
        let others: Vec<Name> = others.map(Recorded::name).collect();
        ours.extend(others);
        (ours, gone)
    }

    /// Whether something on the wiki would change.
    pub fn changes(&self) -> bool {
        let deletes = |step: &FileStep| step.action == FileAction::Delete;
        !self.alongside.is_empty() || self.steps.iter().any(|step| changes(&step.action)) || self.files.iter().any(deletes)
    }
}

/// Whether something on the wiki would change.
fn changes(action: &Action) -> bool {
    match action {
        Action::Create | Action::Update | Action::Delete => true,
        Action::Unchanged | Action::Refuse(_) | Action::Barred(_) | Action::Leave | Action::Forget => false,
    }
}

/// What is to happen to a page that is to be there.
pub fn decide(wanted: &Written, recorded: Option<&Recorded>, standing: Option<&Standing>, resolve: Resolve) -> Action {
    let Some(standing) = standing else {
        let was_there = recorded.is_some_and(|recorded| recorded.written.is_some());
        return if was_there && resolve == Resolve::Refuse { Action::Refuse(Conflict::Deleted) } else { Action::Create };
    };
    let digest = Digest::of(&wanted.text);
    let has_files = wanted.attachments.iter().all(|name| standing.attachments.contains(name));
    let has_title = standing.title.is_empty() || standing.title == wanted.name.title || is_renamed(wanted, recorded, standing);
    if standing.digest == Some(digest) && has_files && has_title {
        return Action::Unchanged;
    }
    if standing.is_taken {
        // The wiki would refuse the write, whoever asks for it.
        return Action::Refuse(Conflict::Taken);
    }
    let conflict = match recorded {
        None if standing.digest == Some(digest) => None,
        None => Some(Conflict::NotOurs),
        Some(recorded) if !recorded.is_ours(standing) && standing.digest != Some(digest) => Some(Conflict::Edited),
        Some(_) if !standing.commented.is_empty() => Some(Conflict::Commented),
        Some(_) => None,
    };
    match conflict {
        Some(conflict) if resolve == Resolve::Refuse => Action::Refuse(conflict),
        _ => Action::Update,
    }
}

/// What is to happen to a page that was published and no longer is to be.
pub fn decide_orphan(recorded: &Recorded, standing: Option<&Standing>, orphans: Orphans, resolve: Resolve) -> Action {
    match standing {
        None => Action::Forget,
        Some(_) if orphans == Orphans::Keep => Action::Leave,
        Some(_) if resolve == Resolve::Overwrite => Action::Delete,
        Some(standing) if !recorded.is_ours(standing) => Action::Refuse(Conflict::Edited),
        Some(standing) if !standing.commented.is_empty() => Action::Refuse(Conflict::Commented),
        Some(_) => Action::Delete,
    }
}
