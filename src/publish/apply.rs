//! Carries out a plan. It can be interrupted at any point, and the next run continues.

use super::{Error, Pictures, Reach, Wiki, Write};
use crate::plan::{
    Action, Digest, FileAction, FileStep, Identity, Plan, Record, Recorded, RemotePage, Step,
};
use crate::wiki::{Location, RenderedPage};

/// The result of carrying out a plan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// The pages and files that the wiki refused.
    pub refused: Vec<Unwritten>,
    /// The ids of pages that still show links in an older state.
    pub unsettled: Vec<String>,
}

/// A page or a file that the wiki refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritten {
    /// Its title or name.
    pub title: String,
    /// The reason.
    pub error: Error,
}

impl Outcome {
    /// Records the refusal of one page or file. Returns whether `result` is one, and fails with an error that affects all pages.
    fn records_refusal(&mut self, title: &str, result: Result<(), Error>) -> Result<bool, Error> {
        match result {
            Ok(()) => Ok(false),
            Err(error) if error.reach == Reach::Page => {
                self.refused.push(Unwritten {
                    title: title.to_owned(),
                    error,
                });
                Ok(true)
            }
            Err(error) => Err(error),
        }
    }
}

/// Carries out a plan. `save` stores the record for the next run; `report` is called for each finished page.
///
/// Each text is recorded before it is written: if the program stops in between, the next run recognises the old and the new text as
/// ours. If the wiki refuses a page, the other pages are still written.
///
/// # Errors
///
/// The first error that affects all pages. What was done before it is recorded.
pub fn apply<E: From<Error>>(
    wiki: &mut dyn Wiki,
    plan: &Plan,
    record: &mut Record,
    pictures: &Pictures,
    mut save: impl FnMut(&Record) -> Result<(), E>,
    mut report: impl FnMut(&Step),
) -> Result<Outcome, E> {
    let mut done = record.clone();
    note_intents(&mut done, plan, wiki.identity());
    update(record, &done, &mut save)?;
    let mut outcome = Outcome::default();
    let mut carried_out: Vec<&Step> = Vec::new();
    for step in &plan.steps {
        let result = carry_out(wiki, step, &mut done, pictures);
        done.unsettled.extend(wiki.unsettled());
        if outcome.records_refusal(&step.title, result)? {
            continue;
        }
        carried_out.push(step);
        if wiki.shows_at_once() {
            update(record, &done, &mut save)?;
            report(step);
        }
    }
    delete_files(wiki, plan, &mut done, &mut outcome)?;
    if plan.changes() {
        wiki.finish(&plan.side_files, &message(&carried_out))?;
    }
    if !wiki.shows_at_once() {
        carried_out.into_iter().for_each(report);
    }
    update(record, &done, &mut save)?;
    settle(wiki, &mut done, &mut outcome)?;
    update(record, &done, &mut save)?;
    Ok(outcome)
}

/// Replaces and saves the record if it differs.
fn update<E>(
    record: &mut Record,
    done: &Record,
    save: &mut impl FnMut(&Record) -> Result<(), E>,
) -> Result<(), E> {
    if record == done {
        return Ok(());
    }
    record.clone_from(done);
    save(record)
}

/// Deletes the attachments that no page shows any more. A failure for one of them does not stop the others.
fn delete_files(
    wiki: &mut dyn Wiki,
    plan: &Plan,
    done: &mut Record,
    outcome: &mut Outcome,
) -> Result<(), Error> {
    // A refused page may still show an attachment that its new text does not use. The next run checks again.
    let files: &[FileStep] = if outcome.refused.is_empty() {
        &plan.files
    } else {
        &[]
    };
    for step in files {
        match step.action {
            FileAction::Delete => {
                let result = wiki.delete_file(&step.file);
                if !outcome.records_refusal(&step.file.name, result)? {
                    done.files.remove(&step.file);
                }
            }
            FileAction::Forget => drop(done.files.remove(&step.file)),
            FileAction::Leave | FileAction::Keep(_) => {}
        }
    }
    Ok(())
}

fn settle(wiki: &mut dyn Wiki, done: &mut Record, outcome: &mut Outcome) -> Result<(), Error> {
    if done.unsettled.is_empty() {
        return Ok(());
    }
    let pages: Vec<String> = done.unsettled.iter().cloned().collect();
    outcome.unsettled = wiki.settle(&pages)?;
    done.unsettled = outcome.unsettled.iter().cloned().collect();
    Ok(())
}

/// Records what is about to be written and deleted.
fn note_intents(record: &mut Record, plan: &Plan, identity: Identity) {
    let before = record.clone();
    let known = before.by_identity(identity);
    for step in &plan.steps {
        match (&step.action, &step.wanted, &step.recorded) {
            (Action::Delete, _, Some(recorded)) => record.note_deletion(recorded),
            (Action::Create | Action::Update, Some(page), _) => {
                let known = known.get(identity.of(page)).map(|&known| known.clone());
                record.put(intent(step, page, known), identity);
            }
            _ => {}
        }
    }
}

/// The record of a page that is about to be written.
fn intent(step: &Step, page: &RenderedPage, known: Option<Recorded>) -> Recorded {
    let known = known.unwrap_or_else(|| recorded(page, String::new(), None));
    let mut intended = known.intended.clone();
    // The current text is ours, or the user gave it up with `--force`. It stays until the new text is written.
    let current = step.remote.as_ref().and_then(|remote| remote.digest);
    for digest in current.into_iter().chain([Digest::of(&page.text)]) {
        if known.written != Some(digest) && !intended.contains(&digest) {
            intended.push(digest);
        }
    }
    Recorded { intended, ..known }
}

fn recorded(page: &RenderedPage, id: String, written: Option<Digest>) -> Recorded {
    Recorded {
        case: page.case.as_str().to_owned(),
        path: page.location.path.clone(),
        title: page.location.title.clone(),
        id,
        written,
        intended: Vec::new(),
        attachments: page.attachments.clone(),
    }
}

fn carry_out(
    wiki: &mut dyn Wiki,
    step: &Step,
    done: &mut Record,
    pictures: &Pictures,
) -> Result<(), Error> {
    let identity = wiki.identity();
    match (&step.action, &step.wanted, &step.recorded) {
        (Action::Create | Action::Update, Some(page), _) => {
            let digest = Digest::of(&page.text);
            let message = format!("{digest} published with storybank");
            let over = step.remote.as_ref();
            let id = wiki.write(&Write {
                page: &with_current_title(step, page),
                over,
                pictures,
                message: &message,
            })?;
            done.put(recorded(page, id, Some(digest)), identity);
        }
        // An up-to-date page is ours, even if the last run stopped before it could record that.
        (Action::Unchanged, Some(page), _) => {
            let id = step
                .remote
                .as_ref()
                .map(|remote: &RemotePage| remote.id.clone())
                .unwrap_or_default();
            done.put(recorded(page, id, Some(Digest::of(&page.text))), identity);
        }
        (Action::Delete, _, Some(recorded)) => {
            if let Some(remote) = &step.remote {
                wiki.delete(recorded, remote, "no longer published")?;
            }
            done.remove(&recorded.about_to_go());
        }
        (Action::Forget, _, Some(recorded)) => done.remove(recorded),
        _ => {}
    }
    Ok(())
}

/// The page under the title that somebody has given it on the wiki, unless its author has changed the title since.
fn with_current_title(step: &Step, page: &RenderedPage) -> RenderedPage {
    match step.renamed() {
        Some(title) => RenderedPage {
            location: Location {
                title: title.to_owned(),
                ..page.location.clone()
            },
            ..page.clone()
        },
        None => page.clone(),
    }
}

/// The commit message of a publication.
fn message(steps: &[&Step]) -> String {
    let titles = |wanted: &[Action]| {
        let steps = steps.iter().filter(|step| wanted.contains(&step.action));
        steps
            .map(|step| format!("“{}”", step.title))
            .collect::<Vec<_>>()
    };
    let (written, deleted) = (
        titles(&[Action::Create, Action::Update]),
        titles(&[Action::Delete]),
    );
    match (written.as_slice(), deleted.as_slice()) {
        ([], []) => "Put the list of pages in order".to_owned(),
        ([], gone) => format!("Remove {}", gone.join(", ")),
        ([one], _) => format!("Publish {one}"),
        (several, _) => format!(
            "Publish {} case studies\n\n{}",
            several.len(),
            several.join("\n")
        ),
    }
}
