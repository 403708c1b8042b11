//! Carrying out a plan, so that it can be interrupted anywhere and carried on by the next run.

use super::{Error, Pictures, Reach, Wiki, Write};
use crate::plan::{Action, Digest, FileAction, FileStep, Identity, Plan, Record, Recorded, Standing, Step};
use crate::wiki::{Name, Written};

/// What came of a plan that was carried out.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What the wiki refused, while it took the rest.
    pub refused: Vec<Unwritten>,
    /// The places of pages that still show an older state of what they lead to.
    pub unsettled: Vec<String>,
}

/// A page or a file that the wiki refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unwritten {
    /// As readers see it.
    pub title: String,
    /// Why.
    pub error: Error,
}

/// Carries out a plan. `save` keeps the record where the next run finds it; `said` hears of every page that is done.
///
/// What is about to be written is recorded before it is: if the program is stopped then, the next run knows both texts that can stand
/// there for its own. A page that the wiki refuses does not keep the others from being written.
///
/// # Errors
///
/// The first thing that fails for all pages. What was done before it is recorded.
pub fn apply<E: From<Error>>(
    wiki: &mut dyn Wiki,
    plan: &Plan,
    record: &mut Record,
    pictures: &Pictures,
    mut save: impl FnMut(&Record) -> Result<(), E>,
    mut said: impl FnMut(&Step),
) -> Result<Outcome, E> {
    let identity = wiki.identity();
    let before = record.clone();
    plan.steps.iter().for_each(|step| note_intent(record, step, identity));
    if *record != before {
        save(record)?;
    }
    let mut done = record.clone();
    let mut outcome = Outcome::default();
    let mut carried_out: Vec<&Step> = Vec::new();
    for step in &plan.steps {
        let result = carry_out(wiki, step, &mut done, pictures);
        done.unsettled.extend(wiki.unsettled());
        match result {
            Ok(()) => carried_out.push(step),
            Err(error) if error.reach == Reach::Page => {
                outcome.refused.push(Unwritten { title: step.title.clone(), error });
                continue;
            }
            Err(error) => return Err(error.into()),
        }
        if wiki.shows_at_once() && done != *record {
            *record = done.clone();
            save(record)?;
        }
        if wiki.shows_at_once() {
            said(step);
        }
    }
    delete_files(wiki, plan, &mut done, &mut outcome)?;
    if plan.changes() {
        wiki.finish(&plan.alongside, &message(&carried_out))?;
    }
    if !wiki.shows_at_once() {
        carried_out.into_iter().for_each(said);
    }
    if done != *record {
        *record = done.clone();
        save(record)?;
    }
    settle(wiki, &mut done, &mut outcome)?;
    if done != *record {
        *record = done;
        save(record)?;
    }
    Ok(outcome)
}

/// Deletes the files that no page shows any more. One that cannot be deleted is not worth stopping for.
fn delete_files(wiki: &mut dyn Wiki, plan: &Plan, done: &mut Record, outcome: &mut Outcome) -> Result<(), Error> {
    // A page that was refused may show a file that its new text does without; the next run looks again.
    let files: &[FileStep] = if outcome.refused.is_empty() { &plan.files } else { &[] };
    for step in files {
        match step.action {
            FileAction::Delete => match wiki.delete_file(&step.file) {
                Ok(()) => drop(done.files.remove(&step.file)),
                Err(error) if error.reach == Reach::Page => outcome.refused.push(Unwritten { title: step.file.name.clone(), error }),
                Err(error) => return Err(error),
            },
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

fn note_intent(record: &mut Record, step: &Step, identity: Identity) {
    if let (Action::Delete, Some(recorded)) = (&step.action, &step.recorded) {
        return record.note_deletion(recorded);
    }
    let (Action::Create | Action::Update, Some(page)) = (&step.action, &step.wanted) else { return };
    let known = record.find(page, identity).cloned();
    let known = known.unwrap_or_else(|| recorded(page, String::new(), None));
    let mut intended = known.intended.clone();
    // What stands there now is ours, or was given up by whoever asked to write over it; until the new text is there, it may stay.
    let standing = step.standing.as_ref().and_then(|standing| standing.digest);
    for digest in standing.into_iter().chain([Digest::of(&page.text)]) {
        if known.written != Some(digest) && !intended.contains(&digest) {
            intended.push(digest);
        }
    }
    let new = Recorded { intended, ..known };
    record.put(new, identity);
}

fn recorded(page: &Written, id: String, written: Option<Digest>) -> Recorded {
    Recorded {
        case: page.case.as_str().to_owned(),
        path: page.name.path.clone(),
        title: page.name.title.clone(),
        id,
        written,
        intended: Vec::new(),
        attachments: page.attachments.clone(),
    }
}

fn carry_out(wiki: &mut dyn Wiki, step: &Step, done: &mut Record, pictures: &Pictures) -> Result<(), Error> {
    let identity = wiki.identity();
    match (&step.action, &step.wanted, &step.recorded) {
        (Action::Create | Action::Update, Some(page), _) => {
            let digest = Digest::of(&page.text);
            let message = format!("{digest} published with storybank");
            let over = step.standing.as_ref();
            let id = wiki.write(&Write { page: &as_it_is_called(step, page), over, pictures, message: &message })?;
            done.put(recorded(page, id, Some(digest)), identity);
        }
        // A page that stands there as it is to be is ours, also if the last run could not say so any more.
        (Action::Unchanged, Some(page), _) => {
            let id = step.standing.as_ref().map(|standing: &Standing| standing.id.clone()).unwrap_or_default();
            done.put(recorded(page, id, Some(Digest::of(&page.text))), identity);
        }
        (Action::Delete, _, Some(recorded)) => {
            if let Some(standing) = &step.standing {
                wiki.delete(recorded, standing, "no longer published")?;
            }
            done.remove(&recorded.about_to_go());
        }
        (Action::Forget, _, Some(recorded)) => done.remove(recorded),
        _ => {}
    }
    Ok(())
}

/// A page under the title that somebody has given it on the wiki, unless its author has given it another one since.
fn as_it_is_called(step: &Step, page: &Written) -> Written {
    match step.renamed() {
        Some(title) => Written { name: Name { title: title.to_owned(), ..page.name.clone() }, ..page.clone() },
        None => page.clone(),
    }
}

/// What the history of a repository says about the whole publication.
fn message(steps: &[&Step]) -> String {
    let titles = |wanted: &[Action]| {
        let steps = steps.iter().filter(|step| wanted.contains(&step.action));
        steps.map(|step| format!("“{}”", step.title)).collect::<Vec<_>>()
    };
    let (written, deleted) = (titles(&[Action::Create, Action::Update]), titles(&[Action::Delete]));
    match (written.as_slice(), deleted.as_slice()) {
        ([], []) => "Put the list of pages in order".to_owned(),
        ([], gone) => format!("Remove {}", gone.join(", ")),
        ([one], _) => format!("Publish {one}"),
        (several, _) => format!("Publish {} case studies\n\n{}", several.len(), several.join("\n")),
    }
}
