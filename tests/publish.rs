//! Publishing with concurrent edits, failures and interruptions: no text of others is lost, nothing
//! is written twice, and the next run completes an interrupted one.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use storybank::plan::{
    self, Digest, FileState, Identity, Options, Orphans, Plan, Record, Recorded, RecordedFile,
    RemotePage,
};
use storybank::publish::{self, Error, Lookup, Pictures, Wiki, Write};
use storybank::slug::Slug;
use storybank::source::SitePath;
use storybank::wiki::{Location, RenderedPage};

/// A wiki in memory that can fail at any write, before or after doing it.
#[derive(Default)]
struct Memory {
    /// The pages, keyed by path or by id.
    pages: BTreeMap<String, Entry>,
    identity: Option<Identity>,
    /// After how many writes and deletions one fails, and how.
    failure: Option<(usize, Failure)>,
    writes: usize,
    next: usize,
    /// A write that takes effect after its client is gone: the path, the replaced revision, and the
    /// new entry.
    late: Option<(String, Option<usize>, Entry)>,
    /// The deleted files.
    deleted: Vec<String>,
}

#[derive(Clone, PartialEq, Eq, Debug)]
struct Entry {
    path: String,
    title: String,
    text: String,
    revision: usize,
    /// The digest that the author of the version left, on wikis that store one.
    mark: Option<Digest>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Failure {
    Before,
    After,
    /// It takes effect after the next run has looked up the pages.
    Late,
    /// The wiki refuses this page and accepts the others.
    Refused,
}

impl Memory {
    fn strike(&mut self, when: Failure) -> Result<(), Error> {
        if when == Failure::Before && self.failure == Some((0, Failure::Refused)) {
            self.failure = None;
            return Err(Error::new("write", "memory", "this page is protected").of_page());
        }
        match &mut self.failure {
            Some((0, failure)) if *failure == when => {
                Err(Error::new("write", "memory", "the plug was pulled"))
            }
            _ => Ok(()),
        }
    }

    fn count(&mut self) {
        self.writes += 1;
        if let Some((left, _)) = &mut self.failure {
            *left = left.saturating_sub(1);
        }
    }

    fn key(&self, path: &str, recorded: Option<&Recorded>) -> Option<String> {
        match self.identity() {
            Identity::Path => self.pages.contains_key(path).then(|| path.to_owned()),
            Identity::Id => {
                let by_id = recorded
                    .map(|recorded| recorded.id.clone())
                    .filter(|id| self.pages.contains_key(id));
                by_id.or_else(|| {
                    self.pages
                        .iter()
                        .find(|(_, page)| page.path == path)
                        .map(|(id, _)| id.clone())
                })
            }
        }
    }

    /// A colleague writes or deletes a page.
    fn edit(&mut self, path: &str, text: Option<String>) {
        let Some(key) = self
            .pages
            .iter()
            .find(|(_, page)| page.path == path)
            .map(|(key, _)| key.clone())
        else {
            return;
        };
        match text {
            None => drop(self.pages.remove(&key)),
            Some(text) => {
                let page = self.pages.get_mut(&key).expect("it was found");
                page.text = text;
                page.revision += 1;
                page.mark = None;
            }
        }
    }

    /// A colleague creates an empty page.
    fn create(&mut self, path: &str) {
        self.next += 1;
        let key = if self.identity() == Identity::Id {
            self.next.to_string()
        } else {
            path.to_owned()
        };
        let entry = Entry {
            path: path.to_owned(),
            title: path.to_owned(),
            text: String::new(),
            revision: self.next,
            mark: None,
        };
        self.pages.insert(key, entry);
    }

    fn text(&self, path: &str) -> Option<&str> {
        self.pages
            .values()
            .find(|page| page.path == path)
            .map(|page| page.text.as_str())
    }
}

impl Wiki for Memory {
    fn identity(&self) -> Identity {
        self.identity.unwrap_or(Identity::Path)
    }

    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error> {
        let look = |sought: &Lookup<'_>| {
            let id = self.key(&sought.location.path, sought.recorded)?;
            let page = &self.pages[&id];
            let digest = if self.identity() == Identity::Id {
                page.mark
            } else {
                Some(Digest::of(&page.text))
            };
            let (title, text) = (
                Some(page.title.clone()).filter(|title| !title.is_empty()),
                page.text.clone(),
            );
            let is_taken = self
                .pages
                .iter()
                .any(|(other, page)| *other != id && page.path == sought.location.path);
            Some(RemotePage {
                id,
                title,
                text,
                revision: page.revision.to_string(),
                digest,
                is_taken,
                ..RemotePage::default()
            })
        };
        let standings = pages.iter().map(look).collect();
        if let Some((key, over, entry)) = self.late.take()
            && self.pages.get(&key).map(|page| page.revision) == over
        {
            self.pages.insert(key, entry);
        }
        Ok(standings)
    }

    fn write(&mut self, write: &Write<'_>) -> Result<String, Error> {
        self.strike(Failure::Before)?;
        let name = &write.page.location;
        let key = write.over.map(|over| over.id.clone());
        let stands = match &key {
            Some(key) => self.pages.get(key),
            None => self.pages.values().find(|page| page.path == name.path),
        };
        let revision = stands.map(|page| page.revision);
        if revision.map(|revision| revision.to_string())
            != write.over.map(|over| over.revision.clone())
        {
            return Err(Error::new(
                "write",
                "memory",
                "something newer stands there",
            ));
        }
        // On wikis with ids, titles are unique as well.
        let is_taken = self.pages.iter().any(|(other, page)| {
            page.path == name.path && key.as_ref().is_some_and(|key| key != other)
        });
        if is_taken {
            return Err(Error::new("write", "memory", "another page has this title"));
        }
        self.next += 1;
        let key = key.unwrap_or_else(|| {
            if self.identity() == Identity::Id {
                self.next.to_string()
            } else {
                name.path.clone()
            }
        });
        let mark = Digest::parse(write.message.split(' ').next().unwrap_or_default());
        assert!(mark.is_some(), "the message starts with the digest");
        let entry = Entry {
            path: name.path.clone(),
            title: name.title.clone(),
            text: write.page.text.clone(),
            revision: self.next,
            mark,
        };
        if let Some((0, Failure::Late)) = self.failure {
            self.late = Some((key, revision, entry));
            return Err(Error::new(
                "write",
                "memory",
                "nobody waited for the answer",
            ));
        }
        self.pages.insert(key.clone(), entry);
        let failed = self.strike(Failure::After);
        self.count();
        failed.map(|()| key)
    }

    fn delete(&mut self, _: &Recorded, standing: &RemotePage, _: &str) -> Result<(), Error> {
        self.strike(Failure::Before)?;
        self.pages.remove(&standing.id);
        let failed = self.strike(Failure::After);
        self.count();
        failed
    }

    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        self.deleted.push(file.name.clone());
        Ok(())
    }
}

fn written(case: &str, title: &str, text: &str) -> RenderedPage {
    RenderedPage {
        case: Slug::of(case),
        file: SitePath::new(format!("content/case-studies/{case}.md")),
        location: Location {
            title: title.to_owned(),
            path: title.to_owned(),
        },
        text: text.to_owned(),
        attachments: Vec::new(),
    }
}

/// One run of the command, from the written pages to the record.
fn run(
    wiki: &mut Memory,
    record: &mut Record,
    pages: &[RenderedPage],
    wishes: &Options,
) -> (Plan, Result<(), Error>) {
    let search = plan::lookups(pages.to_vec(), record, wiki.identity(), |_| true);
    let standings = publish::look(wiki, &search).expect("the lookup succeeds");
    let plan = plan::plan(search, standings, wishes);
    // The next run knows only what was saved.
    let mut saved = record.clone();
    let save = |record: &Record| {
        saved = Record::parse(&record.text()).expect("a record can be read again");
        Ok::<(), Error>(())
    };
    let result = publish::apply(
        wiki,
        &plan,
        &mut record.clone(),
        &Pictures::new(),
        save,
        |_| (),
    )
    .map(|_| ());
    *record = saved;
    (plan, result)
}

fn keep() -> Options {
    Options {
        forced: BTreeSet::new(),
        orphans: Orphans::Keep,
    }
}

/// An event between two publications.
#[derive(Debug, Clone)]
enum Event {
    /// The author changes the text of a case study.
    Source(usize, u8),
    /// The author changes its title.
    Title(usize, u8),
    /// The author withdraws it or restores it.
    Withdraw(usize),
    /// The author renames its file.
    Rename(usize),
    /// The author swaps the titles of two.
    Exchange(usize, usize),
    /// The author withdraws one and gives its title to another.
    Succeed(usize, usize),
    /// A colleague changes the page, or creates one at its path.
    Edit(usize, u8),
    /// A colleague deletes it.
    Delete(usize),
    /// It is published, with a failure at some write.
    Publish(Option<(usize, Failure)>),
    /// It is published over the changes of the colleague.
    Force(usize),
    /// It is published with pruning, with a failure at some write.
    Prune(Option<(usize, Failure)>),
}

const CASES: usize = 3;

fn failure() -> impl Strategy<Value = Failure> {
    prop_oneof![
        Just(Failure::Before),
        Just(Failure::After),
        Just(Failure::Late),
        Just(Failure::Refused)
    ]
}

fn event() -> impl Strategy<Value = Event> {
    let case = 0..CASES;
    prop_oneof![
        3 => (case.clone(), any::<u8>()).prop_map(|(case, text)| Event::Source(case, text)),
        1 => (case.clone(), 0..3u8).prop_map(|(case, title)| Event::Title(case, title)),
        1 => case.clone().prop_map(Event::Withdraw),
        1 => case.clone().prop_map(Event::Rename),
        1 => (case.clone(), case.clone()).prop_map(|(one, other)| Event::Exchange(one, other)),
        1 => (case.clone(), case.clone()).prop_map(|(one, other)| Event::Succeed(one, other)),
        2 => (case.clone(), any::<u8>()).prop_map(|(case, text)| Event::Edit(case, text)),
        1 => case.clone().prop_map(Event::Delete),
        6 => proptest::option::of((0..4usize, failure())).prop_map(Event::Publish),
        1 => case.prop_map(Event::Force),
        2 => proptest::option::of((0..4usize, failure())).prop_map(Event::Prune),
    ]
}

/// The author, the wiki and the record, with their invariants.
struct World {
    wiki: Memory,
    record: Record,
    /// The text and title of each case study, and whether it is published.
    sources: Vec<(String, String, bool)>,
    /// How often the file of each was renamed.
    renamed: [usize; CASES],
    /// Texts of colleagues that nobody has given up, by path.
    foreign: BTreeMap<String, String>,
}

impl World {
    fn new(identity: Identity) -> Self {
        let sources = (0..CASES)
            .map(|case| (format!("text {case}"), format!("Title {case}"), true))
            .collect();
        let wiki = Memory {
            identity: Some(identity),
            ..Memory::default()
        };
        Self {
            wiki,
            record: Record::default(),
            sources,
            renamed: [0; CASES],
            foreign: BTreeMap::new(),
        }
    }

    fn slug(&self, case: usize) -> String {
        format!("case-{case}-{}", self.renamed[case])
    }

    fn pages(&self) -> Vec<RenderedPage> {
        let published = self
            .sources
            .iter()
            .enumerate()
            .filter(|(_, (_, _, published))| *published);
        published
            .map(|(case, (text, title, _))| written(&self.slug(case), title, text))
            .collect()
    }

    fn publish(&mut self, failure: Option<(usize, Failure)>, wishes: &Options) -> Plan {
        self.wiki.failure = failure;
        let pages = self.pages();
        let (plan, _) = run(&mut self.wiki, &mut self.record, &pages, wishes);
        self.wiki.failure = None;
        plan
    }

    /// The plan of a run after one without failures.
    fn settled(&mut self) -> Plan {
        self.publish(None, &keep());
        self.publish(None, &keep())
    }

    fn happen(&mut self, event: &Event) {
        match *event {
            Event::Source(case, text) => self.sources[case].0 = format!("text {case} {text}"),
            Event::Title(case, title) => {
                let title = format!("Title {case} {title}");
                if self.sources.iter().all(|(_, other, _)| *other != title) {
                    self.sources[case].1 = title;
                }
            }
            Event::Withdraw(case) => self.sources[case].2 = !self.sources[case].2,
            Event::Rename(case) => self.renamed[case] += 1,
            Event::Exchange(one, other) => {
                let title = self.sources[one].1.clone();
                self.sources[one].1 = std::mem::replace(&mut self.sources[other].1, title);
            }
            Event::Succeed(one, other) if one != other => {
                self.happen(&Event::Exchange(one, other));
                self.sources[one].2 = false;
                self.sources[other].2 = true;
            }
            Event::Succeed(..) => {}
            Event::Edit(case, text) => {
                let (path, text) = (
                    self.sources[case].1.clone(),
                    format!("a colleague's text {text}"),
                );
                if self.wiki.text(&path).is_none() {
                    self.wiki.create(&path);
                }
                self.wiki.edit(&path, Some(text.clone()));
                self.foreign.insert(path, text);
            }
            Event::Delete(case) => {
                let path = self.sources[case].1.clone();
                self.wiki.edit(&path, None);
                self.foreign.remove(&path);
            }
            Event::Publish(failure) => drop(self.publish(failure, &keep())),
            Event::Force(case) => {
                let own = self.slug(case);
                let forced = BTreeSet::from([Slug::of(&own)]);
                self.foreign.remove(&self.sources[case].1);
                // Forcing a case study forces all its pages.
                let places: Vec<String> = self
                    .record
                    .pages
                    .iter()
                    .filter(|page| page.case == own)
                    .map(|page| page.path.clone())
                    .collect();
                places
                    .iter()
                    .for_each(|place| drop(self.foreign.remove(place)));
                self.publish(
                    None,
                    &Options {
                        forced,
                        orphans: Orphans::Keep,
                    },
                );
            }
            Event::Prune(failure) => {
                drop(self.publish(
                    failure,
                    &Options {
                        forced: BTreeSet::new(),
                        orphans: Orphans::Delete,
                    },
                ));
            }
        }
    }

    fn has_all_texts_of_others(&self) -> bool {
        self.foreign
            .values()
            .all(|text| self.wiki.pages.values().any(|page| page.text == *text))
    }
}

#[test]
fn two_interruptions_in_a_row_leave_nothing_unknown() {
    let both = [Identity::Path, Identity::Id].into_iter();
    for (identity, first) in
        both.flat_map(|identity| [(identity, Failure::After), (identity, Failure::Late)])
    {
        let mut world = World::new(identity);
        world.happen(&Event::Publish(None));
        // The second text is written, but the answer is lost; the third is about to be written.
        for (text, failure) in [(2, first), (3, Failure::Before)] {
            world.happen(&Event::Source(0, text));
            world.happen(&Event::Publish(Some((0, failure))));
        }
        let plan = world.publish(None, &keep());
        assert!(
            !plan.has_conflicts(),
            "{}",
            plan::show(&plan, storybank::report::Colour::Plain)
        );
        assert_eq!(world.wiki.text("Title 0"), Some("text 0 3"));
    }
}

#[test]
fn a_page_is_kept_when_its_file_is_renamed() {
    for identity in [Identity::Path, Identity::Id] {
        for text in ["text", "another text"] {
            let wishes = Options {
                forced: BTreeSet::new(),
                orphans: Orphans::Delete,
            };
            let (mut wiki, mut record) = (
                Memory {
                    identity: Some(identity),
                    ..Memory::default()
                },
                Record::default(),
            );
            let (_, first) = run(
                &mut wiki,
                &mut record,
                &[written("a-name", "Title", "text")],
                &keep(),
            );
            first.expect("the run succeeds");
            let id = record.pages[0].id.clone();
            let (_, second) = run(
                &mut wiki,
                &mut record,
                &[written("another-name", "Title", text)],
                &wishes,
            );
            second.expect("the run succeeds");
            assert_eq!(wiki.text("Title"), Some(text));
            let known: Vec<(&str, &str)> = record
                .pages
                .iter()
                .map(|page| (page.case.as_str(), page.id.as_str()))
                .collect();
            assert_eq!(known, [("another-name", id.as_str())]);
        }
    }
}

#[test]
fn a_page_with_two_records_is_not_deleted() {
    let (mut wiki, mut record) = (Memory::default(), Record::default());
    let wishes = Options {
        forced: BTreeSet::new(),
        orphans: Orphans::Delete,
    };
    run(
        &mut wiki,
        &mut record,
        &[written("a", "Title", "text")],
        &keep(),
    )
    .1
    .expect("the run succeeds");
    // A manual merge of two branches.
    let other = Recorded {
        written: Some(Digest::of("the text of a branch")),
        ..record.pages[0].clone()
    };
    for place in [0, 1] {
        let mut record = record.clone();
        record.pages.insert(place, other.clone());
        run(
            &mut wiki,
            &mut record,
            &[written("a", "Title", "text")],
            &wishes,
        )
        .1
        .expect("the run succeeds");
        assert_eq!((wiki.text("Title"), record.pages.len()), (Some("text"), 1));
    }
}

#[test]
fn a_refused_page_does_not_block_others() {
    for identity in [Identity::Path, Identity::Id] {
        let mut world = World::new(identity);
        world.happen(&Event::Publish(None));
        (0..CASES).for_each(|case| world.happen(&Event::Source(case, 9)));
        world.happen(&Event::Publish(Some((1, Failure::Refused))));
        let texts: Vec<_> = (0..CASES)
            .map(|case| {
                world
                    .wiki
                    .text(&format!("Title {case}"))
                    .unwrap_or_default()
                    .to_owned()
            })
            .collect();
        assert_eq!(texts, ["text 0 9", "text 1", "text 2 9"]);
        let plan = world.publish(None, &keep());
        let changed = plan
            .steps
            .iter()
            .filter(|step| step.action == plan::Action::Update)
            .count();
        assert_eq!(
            (changed, plan.has_conflicts(), world.wiki.text("Title 1")),
            (1, false, Some("text 1 9"))
        );
    }
}

#[test]
fn files_are_deleted_after_all_their_pages_are_written() {
    for (failure, deleted) in [(Some((0, Failure::Refused)), 0), (None, 1)] {
        let mut wiki = Memory::default();
        let mut record = Record::default();
        let page = RenderedPage {
            attachments: vec!["a.png".to_owned(), "b.png".to_owned()],
            ..written("a", "Title", "text")
        };
        run(&mut wiki, &mut record, &[page], &keep())
            .1
            .expect("the run succeeds");
        let page = RenderedPage {
            attachments: vec!["a.png".to_owned()],
            ..written("a", "Title", "other text")
        };
        let search = plan::lookups(vec![page], &record, wiki.identity(), |_| true);
        let standings = publish::look(&mut wiki, &search).expect("the lookup succeeds");
        let mut plan = plan::plan(search, standings, &keep());
        let files = plan.unshown(&record, wiki.identity());
        assert_eq!(
            files
                .iter()
                .map(|file| file.name.as_str())
                .collect::<Vec<_>>(),
            ["b.png"]
        );
        plan.take_up_files(files, vec![FileState::Unused], Orphans::Delete);
        wiki.failure = failure;
        publish::apply(
            &mut wiki,
            &plan,
            &mut record,
            &Pictures::new(),
            |_| Ok::<(), Error>(()),
            |_| (),
        )
        .expect("the wiki is there");
        assert_eq!(
            (wiki.deleted.len(), record.files.len()),
            (deleted, 2 - deleted)
        );
    }
}

#[test]
fn a_retitled_page_keeps_the_words_of_colleagues() {
    let mut world = World::new(Identity::Path);
    world.happen(&Event::Publish(None));
    world.happen(&Event::Edit(0, 7));
    world.happen(&Event::Title(0, 1));
    let plan = world.publish(None, &keep());
    assert!(
        plan.has_conflicts() && world.wiki.text("Title 0 1").is_none(),
        "{}",
        plan::show(&plan, storybank::report::Colour::Plain)
    );
    // Without a colleague there is no conflict.
    world.happen(&Event::Title(1, 2));
    let plan = world.publish(None, &keep());
    let refused = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, plan::Action::Refuse(_)))
        .count();
    assert_eq!((refused, world.wiki.text("Title 1 2")), (2, Some("text 1")));
}

#[test]
fn a_page_with_a_taken_title_does_not_block_others() {
    let mut world = World::new(Identity::Id);
    world.happen(&Event::Publish(None));
    world.happen(&Event::Title(0, 1));
    world.happen(&Event::Edit(0, 7));
    world.happen(&Event::Source(1, 5));
    let plan = world.settled();
    let refused = plan
        .steps
        .iter()
        .filter(|step| step.action == plan::Action::Refuse(plan::Conflict::Taken))
        .count();
    assert_eq!((refused, world.wiki.text("Title 1")), (1, Some("text 1 5")));
    assert!(world.has_all_texts_of_others());
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: common::seed(), failure_persistence: None, ..ProptestConfig::with_cases(600) })]

    #[test]
    fn no_text_is_lost_and_every_interruption_is_completed(
        events in proptest::collection::vec(event(), 1..25),
        identity in prop_oneof![Just(Identity::Path), Just(Identity::Id)],
    ) {
        let mut world = World::new(identity);
        for event in &events {
            world.happen(event);
            prop_assert!(world.has_all_texts_of_others(), "{event:?} has lost one of {:?}: {:?}", world.foreign, world.wiki.pages);
        }
        // One run without failures completes the earlier ones, and another has nothing to do. But a
        // title that moves from one page to another is free only after the run that retitles the
        // first.
        (0..CASES).for_each(|_| drop(world.publish(None, &keep())));
        let plan = world.publish(None, &keep());
        let refused: BTreeSet<&str> = plan.steps.iter().filter(|step| matches!(step.action, plan::Action::Refuse(_))).map(|step| step.title.as_str()).collect();
        for page in world.pages() {
            let stands = world.wiki.text(&page.location.path);
            prop_assert!(stands == Some(page.text.as_str()) || refused.contains(page.location.title.as_str()), "{} is {stands:?}", page.location.path);
        }
        let (writes, record) = (world.wiki.writes, world.record.clone());
        world.publish(None, &keep());
        prop_assert_eq!(world.wiki.writes, writes, "a second run writes nothing");
        prop_assert_eq!(&world.record, &record, "and records nothing");
    }

    #[test]
    fn nothing_is_refused_without_edits_by_others(
        events in proptest::collection::vec(event().prop_filter("the author alone", |event| !matches!(event, Event::Edit(..) | Event::Delete(_))), 1..25),
        identity in prop_oneof![Just(Identity::Path), Just(Identity::Id)],
    ) {
        let mut world = World::new(identity);
        // Moved titles are checked below.
        let is_meant = |event: &&Event| !matches!(event, Event::Exchange(..) | Event::Succeed(..));
        for event in events.iter().filter(is_meant) {
            // A write that takes effect after its page was given up counts as somebody else's.
            if world.wiki.late.is_none() || !matches!(event, Event::Withdraw(_)) {
                world.happen(event);
            }
        }
        let plan = world.settled();
        prop_assert!(!plan.has_conflicts(), "{}", plan::show(&plan, storybank::report::Colour::Plain));
    }

    #[test]
    fn titles_can_move_between_pages(
        events in proptest::collection::vec(event().prop_filter("the author alone", |event| !matches!(event, Event::Edit(..) | Event::Delete(_))), 1..25),
    ) {
        let mut world = World::new(Identity::Path);
        // So does one that takes effect after its title was given to another page.
        let is_late = |event: &&Event| matches!(event, Event::Publish(Some((_, Failure::Late))) | Event::Prune(Some((_, Failure::Late))));
        events.iter().filter(|event| !is_late(event)).for_each(|event| world.happen(event));
        let plan = world.settled();
        prop_assert!(!plan.has_conflicts(), "{}", plan::show(&plan, storybank::report::Colour::Plain));
    }

    #[test]
    fn digests_are_of_the_text_as_wikis_store_it(text in "[a-z \\n]{0,40}", end in "[ \\n]{0,4}") {
        prop_assert_eq!(Digest::of(&format!("{text}{end}")), Digest::of(&text));
        prop_assert_eq!(Digest::of(&text.replace('\n', "\r\n")), Digest::of(&text));
        prop_assert_eq!(Digest::parse(&Digest::of(&text).to_string()), Some(Digest::of(&text)));
    }
}

#[test]
fn transclusions_are_published_with_their_pictures() {
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\"><rect/></svg>\n";
    let site = format!(
        "-- content/case-studies/one.md --\n---\ntitle: One\n---\n## Impact\n\nBefore.\n\n![[two#impact]]\n\
         -- content/case-studies/two.md --\n---\ntitle: Two\n---\n## Impact\n\nShown twice. ![A graph](graph.svg)\n\
         -- content/case-studies/graph.svg --\n{svg}"
    );
    for (kind, draft) in common::drafts(&common::files(&site), storybank::model::Audience::Team) {
        let draft = draft.expect("there are case studies");
        let page = draft
            .pages
            .iter()
            .find(|page| page.case.as_str() == "one")
            .expect("it is one of them");
        assert!(
            page.text.contains("Shown twice.") && draft.pictures.len() == 1,
            "{kind}: {}",
            page.text
        );
        assert!(
            page.attachments.len() == 1 || page.text.contains("data:image/svg+xml"),
            "{kind}"
        );
    }
}

#[test]
fn names_of_colleagues_cannot_control_the_terminal() {
    let page = written("a", "Title", "text");
    let search = plan::lookups(vec![page], &Record::default(), Identity::Path, |_| true);
    let standing = RemotePage {
        editor: Some("\u{1b}[2JJane".to_owned()),
        text: "\u{7}words".to_owned(),
        ..RemotePage::default()
    };
    let plan = plan::plan(search, vec![Some(standing)], &keep());
    let shown = plan::show(&plan, storybank::report::Colour::Plain);
    assert!(
        shown.contains("Jane") && !shown.chars().any(|next| next.is_control() && next != '\n'),
        "{shown:?}"
    );
}
