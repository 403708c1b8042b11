//! A publication as the program carries it out, with pages that a test makes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use storybank::plan::{self, Action, Digest, Identity, Orphans, Record, Recorded, Resolve, Standing, Wishes};
use storybank::publish::{self, Error, Pictures, Sought, Wiki, apply};
use storybank::slug::Slug;
use storybank::source::SitePath;
use storybank::wiki::{Name, Written};

/// A page by the path of its file.
pub fn page(path: &str, text: &str) -> Written {
    let title = path.rsplit('/').next().unwrap_or(path).trim_end_matches(".md").replace('-', " ");
    Written {
        case: Slug::of(path),
        file: SitePath::new("content/case-studies/x.md"),
        name: Name { title, path: path.to_owned() },
        text: text.to_owned(),
        attachments: Vec::new(),
    }
}

/// The picture that pages can have.
pub fn pictures() -> Pictures {
    BTreeMap::from([("0a1b.png".to_owned(), Arc::from(b"\x89PNG\r\n\0\xff".as_slice()))])
}

fn sought<'a>(page: &'a Written, record: &'a Record) -> Sought<'a> {
    Sought { name: &page.name, recorded: record.find(page, Identity::Place), attachments: &page.attachments }
}

/// What stands in the places of pages.
#[track_caller]
pub fn look(wiki: &mut dyn Wiki, record: &Record, pages: &[Written]) -> Vec<Option<Standing>> {
    let all: Vec<Sought<'_>> = pages.iter().map(|page| sought(page, record)).collect();
    wiki.look(&all).unwrap_or_else(|error| panic!("{error}"))
}

/// What a publication does, from the first look to the last push.
pub fn publish(wiki: &mut dyn Wiki, record: &mut Record, pages: &[Written], resolve: Resolve) -> Result<Vec<Action>, Error> {
    let search = plan::search(pages.to_vec(), record, Identity::Place, |_| true);
    let standings = publish::look(wiki, &search)?;
    let forced = if resolve == Resolve::Overwrite { pages.iter().map(|page| page.case.clone()).collect() } else { BTreeSet::new() };
    let mut plan = plan::plan(search, standings, &Wishes { forced, orphans: Orphans::Delete });
    plan.bar(|page, action| wiki.barred(page, action));
    plan.trace(|page| wiki.gone_to(page));
    let (ours, gone) = plan.places(record);
    plan.alongside = wiki.alongside(&ours, &gone)?;
    let done = apply(wiki, &plan, record, &pictures(), |_| Ok::<(), Error>(()), |_| ())?;
    let barred = plan.steps.iter().find_map(|step| if let Action::Barred(reason) = &step.action { Some(reason.clone()) } else { None });
    let barred = barred.map(|reason| Error::new("write a page", "the wiki", reason).of_page());
    if let Some(error) = done.refused.into_iter().map(|one| one.error).next().or(barred) {
        return Err(error);
    }
    Ok(plan.steps.into_iter().filter(|step| step.wanted.is_some()).map(|step| step.action).collect())
}

/// A page that was never written, as a record has it.
pub fn recorded(page: &Written) -> Recorded {
    Recorded {
        case: page.case.to_string(),
        path: page.name.path.clone(),
        title: page.name.title.clone(),
        id: page.name.path.clone(),
        written: None,
        intended: Vec::new(),
        attachments: page.attachments.clone(),
    }
}

/// Puts down that a page is about to be written.
pub fn intend(record: &mut Record, page: &Written) {
    let old = record.find(page, Identity::Place).cloned().unwrap_or_else(|| recorded(page));
    record.put(Recorded { intended: vec![Digest::of(&page.text)], ..old }, Identity::Place);
}

/// A publication that must come to its end.
#[track_caller]
pub fn succeed(wiki: &mut dyn Wiki, record: &mut Record, pages: &[Written]) -> Vec<Action> {
    publish(wiki, record, pages, Resolve::Refuse).unwrap_or_else(|error| panic!("{error}"))
}
