//! Publishes pages as the program does.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use storybank::plan::{
    self, Action, Digest, Identity, Options, Orphans, Record, Recorded, RemotePage, Resolve,
};
use storybank::publish::{self, Error, Lookup, Pictures, Wiki, apply};
use storybank::slug::Slug;
use storybank::source::SitePath;
use storybank::wiki::{Location, RenderedPage};

/// A page by the path of its file.
pub fn page(path: &str, text: &str) -> RenderedPage {
    let title = path
        .rsplit('/')
        .next()
        .unwrap_or(path)
        .trim_end_matches(".md")
        .replace('-', " ");
    RenderedPage {
        case: Slug::of(path),
        file: SitePath::new("content/case-studies/x.md"),
        location: Location {
            title,
            path: path.to_owned(),
        },
        text: text.to_owned(),
        attachments: Vec::new(),
    }
}

/// The picture for pages.
pub fn pictures() -> Pictures {
    BTreeMap::from([(
        "0a1b.png".to_owned(),
        Arc::from(b"\x89PNG\r\n\0\xff".as_slice()),
    )])
}

fn sought<'a>(page: &'a RenderedPage, record: &'a Record) -> Lookup<'a> {
    Lookup {
        location: &page.location,
        recorded: record.find(page, Identity::Path),
        attachments: &page.attachments,
    }
}

/// The current pages.
#[track_caller]
pub fn look(
    wiki: &mut dyn Wiki,
    record: &Record,
    pages: &[RenderedPage],
) -> Vec<Option<RemotePage>> {
    let all: Vec<Lookup<'_>> = pages.iter().map(|page| sought(page, record)).collect();
    wiki.look(&all).unwrap_or_else(|error| panic!("{error}"))
}

/// Publishes, from the lookup to the end.
pub fn publish(
    wiki: &mut dyn Wiki,
    record: &mut Record,
    pages: &[RenderedPage],
    resolve: Resolve,
) -> Result<Vec<Action>, Error> {
    let search = plan::lookups(pages.to_vec(), record, Identity::Path, |_| true);
    let standings = publish::look(wiki, &search)?;
    let forced = if resolve == Resolve::Overwrite {
        pages.iter().map(|page| page.case.clone()).collect()
    } else {
        BTreeSet::new()
    };
    let mut plan = plan::plan(
        search,
        standings,
        &Options {
            forced,
            orphans: Orphans::Delete,
        },
    );
    plan.bar(|page, action| wiki.barred(page, action));
    plan.trace(|page| wiki.gone_to(page));
    let (ours, gone) = plan.locations(record);
    plan.side_files = wiki.side_files(&ours, &gone)?;
    let done = apply(
        wiki,
        &plan,
        record,
        &pictures(),
        |_| Ok::<(), Error>(()),
        |_| (),
    )?;
    let barred = plan.steps.iter().find_map(|step| {
        if let Action::Barred(reason) = &step.action {
            Some(reason.clone())
        } else {
            None
        }
    });
    let barred = barred.map(|reason| Error::new("write a page", "the wiki", reason).of_page());
    if let Some(error) = done
        .refused
        .into_iter()
        .map(|one| one.error)
        .next()
        .or(barred)
    {
        return Err(error);
    }
    Ok(plan
        .steps
        .into_iter()
        .filter(|step| step.wanted.is_some())
        .map(|step| step.action)
        .collect())
}

/// The record of a page that was never written.
pub fn recorded(page: &RenderedPage) -> Recorded {
    Recorded {
        case: page.case.to_string(),
        path: page.location.path.clone(),
        title: page.location.title.clone(),
        id: page.location.path.clone(),
        written: None,
        intended: Vec::new(),
        attachments: page.attachments.clone(),
    }
}

/// Records that a page is about to be written.
pub fn intend(record: &mut Record, page: &RenderedPage) {
    let old = record
        .find(page, Identity::Path)
        .cloned()
        .unwrap_or_else(|| recorded(page));
    record.put(
        Recorded {
            intended: vec![Digest::of(&page.text)],
            ..old
        },
        Identity::Path,
    );
}

/// Publishes, and fails on any error.
#[track_caller]
pub fn succeed(wiki: &mut dyn Wiki, record: &mut Record, pages: &[RenderedPage]) -> Vec<Action> {
    publish(wiki, record, pages, Resolve::Refuse).unwrap_or_else(|error| panic!("{error}"))
}
