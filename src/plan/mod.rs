//! What a publication would change on a wiki, and what it must not change.
//!
//! A plan is a pure function of three values: the desired pages, the pages on the wiki now, and the record of earlier publications.
//! Nothing here accesses a wiki, so the plan that is shown is the plan that is carried out.

mod record;
mod show;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::{Deserialize, Serialize};
use xxhash_rust::xxh3::xxh3_128;

use crate::slug::Slug;
use crate::wiki::{Location, RenderedPage};

pub use record::{Identity, Record, Recorded, RecordedFile};
pub use show::{about_page, printable, show};

/// The digest of the text of a page. It ignores trailing white space and the kind of line ends, because wikis change these.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest(u128);

impl Digest {
    /// The digest of a text.
    pub fn of(text: &str) -> Self {
        Self(xxh3_128(comparable(text).as_bytes()))
    }

    /// Parses the output of [`fmt::Display`].
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
        Self::parse(&text)
            .ok_or_else(|| serde::de::Error::custom(format!("`{text}` is not a digest")))
    }
}

/// A text with `\n` as line end and without trailing white space.
fn comparable(text: &str) -> String {
    text.trim_end().lines().collect::<Vec<_>>().join("\n")
}

/// A page as it is on a wiki now.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemotePage {
    /// The permanent id: a number in Confluence, elsewhere the path of its [`Location`].
    pub id: String,
    /// The title; `None` if the wiki derives it from the path.
    pub title: Option<String>,
    /// The version in the format of the wiki. A write names it, and fails if the page is newer by then.
    pub revision: String,
    /// The text in the markup of the wiki.
    pub text: String,
    /// The digest of the text. On a wiki that changes what it receives, the digest that we left with this version; `None` if
    /// somebody else wrote the version.
    pub digest: Option<Digest>,
    /// The author of the version, if the wiki tells.
    pub editor: Option<String>,
    /// The time of the version in the format of the wiki, if it tells.
    pub edited: Option<String>,
    /// The texts that open comments refer to. A new text would detach the comments.
    pub commented: Vec<String>,
    /// The attachments of the desired page that are on the wiki already.
    pub attachments: BTreeSet<String>,
    /// Whether another page has the desired title.
    pub is_taken: bool,
    /// The new path, if somebody has moved the page since it was published.
    pub moved_to: Option<String>,
}

/// What happens to a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// It does not exist yet and is created.
    Create,
    /// It is as it was published, and gets a new text or new files.
    Update,
    /// It is up to date.
    Unchanged,
    /// It is not as it was published, so it is left alone.
    Refuse(Conflict),
    /// The wiki would refuse the change, for this reason.
    Barred(String),
    /// It is no longer published, and stays because the user did not ask to delete it.
    Leave,
    /// It is no longer published, and is deleted.
    Delete,
    /// It is no longer published and no longer exists, so only its record is removed.
    Forget,
}

/// Why a page is left alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Conflict {
    /// A page exists that was not published from this site.
    NotOurs,
    /// Somebody has changed it since it was published.
    Edited,
    /// Somebody has deleted it since it was published.
    Deleted,
    /// An open comment would lose its position.
    Commented,
    /// Another page has the desired title.
    Taken,
    /// The title is new, and somebody has changed the page with the old title.
    Retitled,
}

/// An attachment that no page shows any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileStep {
    /// The file.
    pub file: RecordedFile,
    /// What happens to it.
    pub action: FileAction,
}

/// What happens to an attachment that no page shows any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileAction {
    /// It stays because the user did not ask to delete it.
    Leave,
    /// It is deleted.
    Delete,
    /// It does not exist, so only its record is removed.
    Forget,
    /// It stays, for this reason.
    Keep(String),
}

/// The state on the wiki of an attachment that none of our pages shows any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// It is as it was sent, and no page shows it.
    Unused,
    /// It does not exist.
    Gone,
    /// Somebody else uses it or has changed it, as the text says.
    Kept(String),
    /// The wiki cannot tell, or cannot delete files.
    Unknown,
}

/// One page of the plan: a desired page, or an orphan.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// The case study.
    pub case: Slug,
    /// The title.
    pub title: String,
    /// The desired page; `None` if it is no longer published.
    pub wanted: Option<RenderedPage>,
    /// The record of it.
    pub recorded: Option<Recorded>,
    /// The page on the wiki now.
    pub remote: Option<RemotePage>,
    /// The path to which somebody has moved the page, if it is missing and the wiki tells.
    pub gone_to: Option<String>,
    /// What happens to it.
    pub action: Action,
}

/// Another file that a publication keeps up to date: a sidebar, an order of pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SideFile {
    /// The path in the repository.
    pub path: String,
    /// The current content; empty if the file does not exist.
    pub before: String,
    /// The desired content.
    pub after: String,
}

/// What a publication does.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// The pages: the desired ones, then the orphans.
    pub steps: Vec<Step>,
    /// Other files that change.
    pub side_files: Vec<SideFile>,
    /// Attachments that no page shows any more.
    pub files: Vec<FileStep>,
}

impl Step {
    /// The title that somebody has given the page on the wiki, unless its author has changed the title since.
    pub fn renamed(&self) -> Option<&str> {
        let (wanted, remote) = (self.wanted.as_ref()?, self.remote.as_ref()?);
        remote
            .title
            .as_deref()
            .filter(|_| is_renamed(wanted, self.recorded.as_ref(), remote))
    }
}

fn has_desired_title(wanted: &RenderedPage, remote: &RemotePage) -> bool {
    remote
        .title
        .as_ref()
        .is_none_or(|title| *title == wanted.location.title)
}

fn is_renamed(wanted: &RenderedPage, recorded: Option<&Recorded>, remote: &RemotePage) -> bool {
    let was_called = recorded.is_some_and(|recorded| {
        recorded.written.is_some() && recorded.title == wanted.location.title
    });
    was_called && !has_desired_title(wanted, remote)
}

/// The pages to look up on the wiki. [`plan`] takes the results in the same order: `wanted`, then `orphans`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lookups {
    /// The desired pages with their records.
    pub wanted: Vec<(RenderedPage, Option<Recorded>)>,
    /// Pages that were published and are no longer desired.
    pub orphans: Vec<Recorded>,
}

/// Options of a publication.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The case studies whose pages are overwritten, even if somebody else changed them.
    pub forced: BTreeSet<Slug>,
    /// What to do with pages that are no longer published.
    pub orphans: Orphans,
}

impl Options {
    fn resolve(&self, case: &Slug) -> Resolve {
        if self.forced.contains(case) {
            Resolve::Overwrite
        } else {
            Resolve::Refuse
        }
    }
}

/// What to do with changes that somebody else made to a page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Resolve {
    /// Keep them and leave the page alone.
    Refuse,
    /// Overwrite them.
    Overwrite,
}

/// What to do with pages that are no longer published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Orphans {
    /// Keep them.
    Keep,
    /// Delete them if nobody has changed them.
    Delete,
}

/// The pages to look up. A recorded page can be an orphan only if its case study is in scope.
pub fn lookups(
    pages: Vec<RenderedPage>,
    record: &Record,
    identity: Identity,
    is_in_scope: impl Fn(&str) -> bool,
) -> Lookups {
    let known = record.by_identity(identity);
    // A page can be recorded twice, for example after a manual merge of two branches.
    let keys: BTreeSet<&str> = pages.iter().map(|page| identity.of(page)).collect();
    let is_orphan = |recorded: &&Recorded| {
        !keys.contains(recorded.key(identity)) && is_in_scope(&recorded.case)
    };
    let orphans = record.pages.iter().filter(is_orphan).cloned().collect();
    let recorded = |page: RenderedPage| {
        let recorded = known
            .get(identity.of(&page))
            .map(|&recorded| recorded.clone());
        (page, recorded)
    };
    let wanted = pages.into_iter().map(recorded).collect();
    Lookups { wanted, orphans }
}

/// Plans a publication. `remote_pages` holds the current pages in the order of `lookups`.
pub fn plan(
    lookups: Lookups,
    mut remote_pages: Vec<Option<RemotePage>>,
    options: &Options,
) -> Plan {
    let of_orphans = remote_pages.split_off(lookups.wanted.len().min(remote_pages.len()));
    let mut orphans = OrphanPages::new(lookups.orphans.into_iter().zip(of_orphans));
    let wanted = lookups.wanted.into_iter().zip(remote_pages);
    let mut steps: Vec<Step> = wanted
        .map(|((page, recorded), remote)| {
            orphans.wanted_step(page, recorded.as_ref(), remote, options)
        })
        .collect();
    steps.extend(orphans.into_steps(options));
    Plan {
        steps,
        ..Plan::default()
    }
}

/// A page that was published and is no longer desired, as it is recorded and as it is on the wiki.
type Orphan = (Recorded, Option<RemotePage>);

/// Whether somebody has changed an orphan since it was published.
fn is_changed((recorded, remote): &Orphan) -> bool {
    remote
        .as_ref()
        .is_some_and(|remote| !recorded.is_ours(remote))
}

/// The orphans that no desired page has taken over so far.
///
/// A desired page takes over an orphan if both are the same page of the wiki: the case study has another file name now, or another
/// case study has got its title.
struct OrphanPages {
    pages: Vec<Option<Orphan>>,
    /// Indices of `pages`, keyed by the id of the page on the wiki. Pages whose id is their path are not listed.
    by_id: BTreeMap<String, Vec<usize>>,
    /// Indices of `pages` that somebody has changed, keyed by case study.
    changed: BTreeMap<String, Vec<usize>>,
    /// Orphans that a desired page has taken over.
    taken: Vec<Orphan>,
    /// Case studies with a new title whose page under the old title somebody has changed.
    retitled: BTreeSet<Slug>,
}

impl OrphanPages {
    fn new(orphans: impl Iterator<Item = Orphan>) -> Self {
        let pages: Vec<Orphan> = orphans.collect();
        let mut by_id: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        let mut changed: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, orphan) in pages.iter().enumerate() {
            if let Some(remote) = orphan
                .1
                .as_ref()
                .filter(|remote| remote.id != orphan.0.path)
            {
                by_id.entry(remote.id.clone()).or_default().push(index);
            }
            if is_changed(orphan) {
                changed
                    .entry(orphan.0.case.clone())
                    .or_default()
                    .push(index);
            }
        }
        Self {
            pages: pages.into_iter().map(Some).collect(),
            by_id,
            changed,
            taken: Vec::new(),
            retitled: BTreeSet::new(),
        }
    }

    /// Decides what happens to a desired page.
    fn wanted_step(
        &mut self,
        page: RenderedPage,
        recorded: Option<&Recorded>,
        remote: Option<RemotePage>,
        options: &Options,
    ) -> Step {
        let resolve = options.resolve(&page.case);
        let taken = self.take(remote.as_ref());
        let known = best_record(
            recorded.into_iter().chain(taken.iter().map(|(old, _)| old)),
            remote.as_ref(),
        );
        let is_retitled = known.as_ref().is_none_or(|known| known.written.is_none())
            && self.has_changed_page(&page.case);
        let action = match decide(&page, known.as_ref(), remote.as_ref(), resolve) {
            Action::Create | Action::Update if is_retitled && resolve == Resolve::Refuse => {
                self.retitled.insert(page.case.clone());
                Action::Refuse(Conflict::Retitled)
            }
            action => action,
        };
        if !matches!(action, Action::Refuse(_)) {
            self.taken.extend(taken);
        }
        let (case, title) = (page.case.clone(), page.location.title.clone());
        Step {
            case,
            title,
            wanted: Some(page),
            recorded: known,
            remote,
            gone_to: None,
            action,
        }
    }

    /// Removes the orphans that are the same page of the wiki.
    fn take(&mut self, remote: Option<&RemotePage>) -> Vec<Orphan> {
        let same = remote
            .and_then(|remote| self.by_id.get(&remote.id))
            .into_iter()
            .flatten();
        same.filter_map(|&index| self.pages[index].take()).collect()
    }

    /// Whether somebody has changed a page of a case study that no desired page has taken over.
    fn has_changed_page(&self, case: &Slug) -> bool {
        self.changed
            .get(case.as_str())
            .is_some_and(|pages| pages.iter().any(|&index| self.pages[index].is_some()))
    }

    /// Decides what happens to the orphans; those that were taken over are forgotten.
    fn into_steps(self, options: &Options) -> Vec<Step> {
        let Self {
            pages,
            taken,
            retitled,
            ..
        } = self;
        let left = pages.into_iter().flatten().map(|orphan| {
            let case = Slug::of(&orphan.0.case);
            let action = if is_changed(&orphan) && retitled.contains(&case) {
                Action::Refuse(Conflict::Edited)
            } else {
                decide_orphan(
                    &orphan.0,
                    orphan.1.as_ref(),
                    options.orphans,
                    options.resolve(&case),
                )
            };
            orphan_step(orphan, action)
        });
        left.chain(
            taken
                .into_iter()
                .map(|orphan| orphan_step(orphan, Action::Forget)),
        )
        .collect()
    }
}

/// The record that matches the current page, or else the first one.
fn best_record<'a>(
    mut records: impl Iterator<Item = &'a Recorded> + Clone,
    remote: Option<&RemotePage>,
) -> Option<Recorded> {
    let is_ours = |record: &&Recorded| remote.is_some_and(|remote| record.is_ours(remote));
    records
        .clone()
        .find(is_ours)
        .or_else(|| records.next())
        .cloned()
}

fn orphan_step((recorded, remote): Orphan, action: Action) -> Step {
    let (case, title) = (Slug::of(&recorded.case), recorded.title.clone());
    Step {
        case,
        title,
        wanted: None,
        recorded: Some(recorded),
        remote,
        gone_to: None,
        action,
    }
}

impl Plan {
    /// Whether a page that should change is left alone.
    pub fn has_conflicts(&self) -> bool {
        self.steps
            .iter()
            .any(|step| matches!(step.action, Action::Refuse(_) | Action::Barred(_)))
    }

    /// Fills in where missing pages were moved to.
    pub fn trace(&mut self, gone_to: impl Fn(&Location) -> Option<String>) {
        for step in self.steps.iter_mut().filter(|step| step.remote.is_none()) {
            let location = step.recorded.as_ref().map(Recorded::location);
            step.gone_to = location.and_then(|location| gone_to(&location));
        }
    }

    /// Replaces changes that the wiki would refuse by [`Action::Barred`].
    pub fn bar(&mut self, barred: impl Fn(&Location, &Action) -> Option<String>) {
        for step in &mut self.steps {
            let recorded = step.recorded.as_ref().map(Recorded::location);
            let Some(name) = step
                .wanted
                .as_ref()
                .map(|page| page.location.clone())
                .or(recorded)
            else {
                continue;
            };
            if let (true, Some(reason)) = (changes(&step.action), barred(&name, &step.action)) {
                step.action = Action::Barred(reason);
            }
        }
    }

    /// The recorded attachments that no page shows after the plan is carried out.
    pub fn unshown(&self, record: &Record, identity: Identity) -> Vec<RecordedFile> {
        let mut shown = BTreeSet::new();
        for step in &self.steps {
            let id = step.remote.as_ref().map_or("", |remote| remote.id.as_str());
            if let Some(wanted) = &step.wanted {
                shown.extend(identity.files(id, &wanted.attachments));
            }
            let is_left = matches!(
                step.action,
                Action::Refuse(_) | Action::Barred(_) | Action::Leave
            );
            if let Some(recorded) = step.recorded.as_ref().filter(|_| is_left) {
                shown.extend(identity.files(&recorded.id, &recorded.attachments));
            }
        }
        let in_plan: BTreeSet<&str> = self
            .steps
            .iter()
            .filter_map(|step| Some(step.recorded.as_ref()?.path.as_str()))
            .collect();
        for page in record
            .pages
            .iter()
            .filter(|page| !in_plan.contains(page.path.as_str()))
        {
            shown.extend(identity.files(&page.id, &page.attachments));
        }
        record.unshown(&shown)
    }

    /// The ids of the pages that the plan changes. Their current text does not count as a use of an attachment.
    pub fn changing(&self) -> BTreeSet<String> {
        self.steps
            .iter()
            .filter(|step| changes(&step.action))
            .filter_map(|step| Some(step.remote.as_ref()?.id.clone()))
            .collect()
    }

    /// Plans what happens to attachments that no page shows any more, given their states.
    pub fn take_up_files(
        &mut self,
        files: Vec<RecordedFile>,
        states: Vec<FileState>,
        orphans: Orphans,
    ) {
        let steps = files.into_iter().zip(states).map(|(file, state)| {
            let action = match state {
                FileState::Gone => FileAction::Forget,
                FileState::Kept(reason) => FileAction::Keep(reason),
                FileState::Unknown => FileAction::Keep("the wiki cannot delete it".to_owned()),
                FileState::Unused if orphans == Orphans::Delete => FileAction::Delete,
                FileState::Unused => FileAction::Leave,
            };
            FileStep { file, action }
        });
        self.files = steps.collect();
    }

    /// The locations of the pages that are ours after the plan is carried out, and of those that are gone. Pages outside this plan
    /// are taken from the record.
    pub fn locations(&self, record: &Record) -> (Vec<Location>, Vec<Location>) {
        let mut ours: Vec<Location> = Vec::new();
        let mut gone = Vec::new();
        for step in &self.steps {
            let recorded = || step.recorded.as_ref().map(Recorded::location);
            match (&step.action, &step.wanted) {
                (Action::Create | Action::Update | Action::Unchanged, Some(page)) => {
                    ours.push(page.location.clone());
                }
                (Action::Delete | Action::Forget, _) => gone.extend(recorded()),
                _ => ours.extend(recorded().filter(|_| step.remote.is_some())),
            }
        }
        let named: BTreeSet<&str> = ours
            .iter()
            .chain(&gone)
            .map(|location: &Location| location.path.as_str())
            .collect();
        let others = record
            .pages
            .iter()
            .filter(|page| page.written.is_some() && !named.contains(page.path.as_str()));
        let others: Vec<Location> = others.map(Recorded::location).collect();
        ours.extend(others);
        (ours, gone)
    }

    /// Whether the plan changes anything on the wiki.
    pub fn changes(&self) -> bool {
        let deletes = |step: &FileStep| step.action == FileAction::Delete;
        !self.side_files.is_empty()
            || self.steps.iter().any(|step| changes(&step.action))
            || self.files.iter().any(deletes)
    }
}

/// Whether an action changes anything on the wiki.
fn changes(action: &Action) -> bool {
    match action {
        Action::Create | Action::Update | Action::Delete => true,
        Action::Unchanged
        | Action::Refuse(_)
        | Action::Barred(_)
        | Action::Leave
        | Action::Forget => false,
    }
}

/// Decides what happens to a desired page.
pub fn decide(
    wanted: &RenderedPage,
    recorded: Option<&Recorded>,
    remote: Option<&RemotePage>,
    resolve: Resolve,
) -> Action {
    let Some(remote) = remote else {
        let was_there = recorded.is_some_and(|recorded| recorded.written.is_some());
        return if was_there && resolve == Resolve::Refuse {
            Action::Refuse(Conflict::Deleted)
        } else {
            Action::Create
        };
    };
    let has_files = wanted
        .attachments
        .iter()
        .all(|name| remote.attachments.contains(name));
    let has_title = has_desired_title(wanted, remote) || is_renamed(wanted, recorded, remote);
    if has_text(wanted, remote) && has_files && has_title {
        return Action::Unchanged;
    }
    if remote.is_taken {
        // The wiki would refuse the write in any case.
        return Action::Refuse(Conflict::Taken);
    }
    match conflict(wanted, recorded, remote) {
        Some(conflict) if resolve == Resolve::Refuse => Action::Refuse(conflict),
        _ => Action::Update,
    }
}

/// Whether the page on the wiki has the desired text.
fn has_text(wanted: &RenderedPage, remote: &RemotePage) -> bool {
    remote.digest == Some(Digest::of(&wanted.text))
}

/// What prevents an update, unless the user forces it.
fn conflict(
    wanted: &RenderedPage,
    recorded: Option<&Recorded>,
    remote: &RemotePage,
) -> Option<Conflict> {
    match recorded {
        None if has_text(wanted, remote) => None,
        None => Some(Conflict::NotOurs),
        Some(recorded) if !recorded.is_ours(remote) && !has_text(wanted, remote) => {
            Some(Conflict::Edited)
        }
        Some(_) if !remote.commented.is_empty() => Some(Conflict::Commented),
        Some(_) => None,
    }
}

/// Decides what happens to a page that is no longer published.
pub fn decide_orphan(
    recorded: &Recorded,
    remote: Option<&RemotePage>,
    orphans: Orphans,
    resolve: Resolve,
) -> Action {
    match remote {
        None => Action::Forget,
        Some(_) if orphans == Orphans::Keep => Action::Leave,
        Some(_) if resolve == Resolve::Overwrite => Action::Delete,
        Some(remote) if !recorded.is_ours(remote) => Action::Refuse(Conflict::Edited),
        Some(remote) if !remote.commented.is_empty() => Action::Refuse(Conflict::Commented),
        Some(_) => Action::Delete,
    }
}
