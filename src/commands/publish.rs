//! `storybank publish`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use crate::build::{Inputs, Linked, ParseCache, link_whole};
use crate::config::{self, Backend, Config, Target};
use crate::diagnostic::{self, Diagnostic};
use crate::disk::{self, Interrupts, Output, Staging};
use crate::highlight::Highlighter;
use crate::plan::{self, Action, Lookups, Options, Orphans, Plan, Record, Step};
use crate::publication::{self, Draft, Selection};
use crate::publish::{self, Wiki};
use crate::report::{self, Colour};
use crate::site::PageKey;
use crate::slug::Slug;

use super::terminal::Terminal;
use super::{Error, Outcome};
use crate::cli::Publish;

/// Publishes case studies, or reports what prevents it.
pub fn run(options: &Publish, terminal: &Terminal) -> Result<Outcome, Error> {
    let root = disk::find_site(options.site.root.as_deref())?;
    let inputs = disk::load(&root)?;
    let whole = link_whole(&inputs, &mut ParseCache::default(), |_| ());
    if whole.has_errors() {
        return Ok(refused(&whole.diagnostics, &inputs, terminal));
    }
    let target = target(&whole, &options.target)?;
    if let Some(case) = &options.show {
        return show(&root, &whole, &inputs, &target, case, terminal);
    }
    let selection = publication::select(
        &whole,
        &inputs,
        &target,
        &options.cases,
        jiff::Zoned::now().date(),
    )?;
    if let Some(out) = &options.out {
        return write_out(&root, &inputs, &target, &selection, out, terminal);
    }
    // The record must not change between reading and writing it.
    let waits = || {
        terminal.say(&format!(
            "waiting for another run that publishes to `{}`",
            target.name
        ))
    };
    let _lock = if options.dry_run {
        None
    } else {
        Some(disk::lock_record(&root, &target.name, waits)?)
    };
    let mut record = disk::load_record(&root, &target.name)?;
    if selection.cases.is_empty() && record.pages.is_empty() {
        let audience = target.audience.name();
        let help = format!(
            "give one `audience: {audience}` in its front matter; drafts are not published"
        );
        return Err(format!("there is no case study for the audience `{audience}`; {help}").into());
    }
    let forced = forced(options, &whole, &selection, &record)?;
    let Draft {
        pages,
        pictures,
        withheld,
        diagnostics,
        ..
    } = draft(&root, &selection, &record)?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(refused(&diagnostics, &inputs, terminal));
    }
    terminal.report(&diagnostics, &inputs);
    if let Backend::Folder { folder, .. } = &target.backend {
        disk::refuse_owned(&root.join(folder), &root)?;
    }
    let interrupts = Interrupts::caught().map_err(Error::system("catch signals"))?;
    // A clone of a repository is on this machine until the end; a signal must not leave it there.
    let _held = matches!(target.backend, Backend::Git { .. }).then(|| interrupts.hold());
    let mut wiki = publish::open(&target, &root, withheld)?;
    let asked: BTreeSet<String> = pages.iter().map(|page| page.case.to_string()).collect();
    // A run for one case study leaves the others alone.
    let is_meant = |case: &str| options.cases.is_empty() || asked.contains(case);
    let lookups = plan::lookups(pages, &record, wiki.identity(), is_meant);
    let plan_options = Options {
        forced,
        orphans: if options.prune {
            Orphans::Delete
        } else {
            Orphans::Keep
        },
    };
    let is_whole = options.cases.is_empty();
    let plan = make_plan(
        wiki.as_mut(),
        lookups,
        &record,
        &plan_options,
        is_whole.then_some(plan_options.orphans),
    )?;
    announce(&target, &plan, options, terminal);
    if options.dry_run {
        terminal.say("dry run: nothing changed");
        return Ok(outcome(&plan));
    }
    let save = |record: &Record| save(record, &root, &target, &interrupts);
    let done = publish::apply(wiki.as_mut(), &plan, &mut record, &pictures, save, |step| {
        tell(step, terminal)
    })?;
    close(&target, &plan, &done, terminal);
    Ok(if done.refused.is_empty() {
        outcome(&plan)
    } else {
        Outcome::LeftUndone
    })
}

/// Writes the pages into a folder, without access to the wiki.
fn write_out(
    root: &Path,
    inputs: &Inputs,
    target: &Target,
    selection: &Selection<'_>,
    out: &Path,
    terminal: &Terminal,
) -> Result<Outcome, Error> {
    let record = disk::load_record(root, &target.name)?;
    let draft = draft(root, selection, &record)?;
    if draft.diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(refused(&draft.diagnostics, inputs, terminal));
    }
    terminal.report(&draft.diagnostics, inputs);
    // A built site has the same kind of manifest, so it would be replaced like an earlier result.
    if out.join("index.html").exists() {
        return Err(format!(
            "there is a site in `{}`; choose another folder with `--out`",
            out.display()
        )
        .into());
    }
    let interrupts = Interrupts::caught().map_err(Error::system("catch signals"))?;
    let staging = Staging::begin(&Output::of(out, root)?, &interrupts)?;
    for (path, bytes) in publication::sheets(&draft, target) {
        staging.put(&path, &bytes, 0)?;
    }
    staging.commit()?;
    let pages = report::counted(draft.pages.len(), "page");
    terminal.say(&format!(
        "{pages} for `{}` written to `{}`; nothing was sent",
        target.name,
        out.display()
    ));
    Ok(Outcome::Done)
}

/// Prints a page as it is on the wiki.
fn show(
    root: &Path,
    whole: &Linked,
    inputs: &Inputs,
    target: &Target,
    case: &str,
    terminal: &Terminal,
) -> Result<Outcome, Error> {
    let selection = publication::select(
        whole,
        inputs,
        target,
        &[case.to_owned()],
        jiff::Zoned::now().date(),
    )?;
    let record = disk::load_record(root, &target.name)?;
    let draft = draft(root, &selection, &record)?;
    let Some(page) = draft.pages.first().cloned() else {
        return Err(format!("there is no page for `{case}`").into());
    };
    let slug = page.case.clone();
    let mut wiki = publish::open(target, root, draft.withheld.clone())?;
    let lookups = plan::lookups(vec![page], &record, wiki.identity(), |other| {
        other == slug.as_str()
    });
    let remote_pages = publish::look(wiki.as_mut(), &lookups)?;
    // If somebody changed a page under an earlier title, that page is printed.
    let is_changed = |(old, there): &(&plan::Recorded, &Option<plan::RemotePage>)| {
        there.as_ref().is_some_and(|there| !old.is_ours(there))
    };
    let old = lookups
        .orphans
        .iter()
        .zip(&remote_pages[1..])
        .find(is_changed)
        .and_then(|(_, there)| there.as_ref());
    let Some(remote) = old.or(remote_pages[0].as_ref()) else {
        let place = lookups
            .wanted
            .iter()
            .find_map(|(page, _)| wiki.gone_to(&page.location));
        let place = place
            .map(|place| format!("; somebody has moved it to `{place}`"))
            .unwrap_or_default();
        return Err(format!("there is no page of `{case}` on `{}`{place}", target.name).into());
    };
    let text =
        publication::as_markdown(&draft, target, &slug, &remote.text, &Highlighter::default());
    terminal.say(&plan::about_page(&slug, target, remote));
    terminal.page(&plan::printable(&text));
    Ok(Outcome::Done)
}

/// The wiki with a name.
fn target(whole: &Linked, name: &str) -> Result<Target, Error> {
    let Config { wiki, .. } = &*whole.config;
    let Some(settings) = wiki.get(name) else {
        let known: Vec<&str> = wiki.keys().map(String::as_str).collect();
        let help = if known.is_empty() {
            format!(
                "add a table `[wiki.{name}]` to `{}`, see docs/publish.md",
                config::FILE
            )
        } else {
            diagnostic::nearest_or_all(name, &known)
        };
        return Err(format!("there is no wiki `{name}` in `{}`; {help}", config::FILE).into());
    };
    config::target(name, settings).map_err(|found| {
        found
            .iter()
            .map(|found| found.message.clone())
            .collect::<Vec<_>>()
            .join("; ")
            .into()
    })
}

/// The case studies to publish over changes of others, by their slugs for the audience. A case study that is no longer
/// published may be among them: its page is deleted in spite of changes.
fn forced(
    options: &Publish,
    whole: &Linked,
    selection: &Selection<'_>,
    record: &Record,
) -> Result<BTreeSet<Slug>, String> {
    let site = &selection.linked.site;
    let mut known: BTreeSet<&str> = selection
        .cases
        .iter()
        .map(|&id| site.case_study(id).slug.as_str())
        .collect();
    if options.cases.is_empty() {
        known.extend(record.pages.iter().map(|page| page.case.as_str()));
    }
    let slugs = options.force.iter().map(|name| {
        let slug = publication::slug_of(name);
        if known.contains(slug.as_str()) {
            return Ok(slug);
        }
        if let Some(theirs) = as_they_call_it(&slug, whole, selection) {
            return Ok(theirs);
        }
        let help = diagnostic::nearest_or_all(name, &known.iter().copied().collect::<Vec<_>>());
        Err(format!(
            "`--force {name}` does not name a case study of this publication; {help}"
        ))
    });
    slugs.collect()
}

/// The slug that the audience sees; redaction may have changed it.
fn as_they_call_it(slug: &Slug, whole: &Linked, selection: &Selection<'_>) -> Option<Slug> {
    let (ours, theirs) = (&whole.site, &selection.linked.site);
    let id = ours.names.case_study(slug.as_str())?;
    let document = selection.linked.made_from(ours.case_study(id).document)?;
    match theirs.page_of(document)? {
        PageKey::CaseStudy(case) if selection.cases.contains(&case) => {
            Some(theirs.case_study(case).slug.clone())
        }
        _ => None,
    }
}

/// Composes the pages and scans them for leaks.
fn draft(root: &Path, selection: &Selection<'_>, record: &Record) -> Result<Draft, disk::Error> {
    let assets: BTreeMap<_, Arc<[u8]>> = disk::assets(root, &selection.assets())?;
    Ok(publication::draft(
        selection,
        &record.published(),
        &assets,
        &machine(root),
    ))
}

/// Paths of this machine that must not reach a wiki: the folder of the site and the home folder.
fn machine(root: &Path) -> Vec<String> {
    let home = std::env::home_dir();
    let folders = [root.canonicalize().ok(), home];
    folders
        .into_iter()
        .flatten()
        .map(|folder| folder.display().to_string())
        .collect()
}

/// Reads the pages of the wiki and decides what to do. With `files`, files that no page shows any more are looked up, and
/// kept or deleted.
fn make_plan(
    wiki: &mut dyn Wiki,
    lookups: Lookups,
    record: &Record,
    plan_options: &Options,
    files: Option<Orphans>,
) -> Result<Plan, publish::Error> {
    let remote_pages = publish::look(wiki, &lookups)?;
    let mut plan = plan::plan(lookups, remote_pages, plan_options);
    plan.bar(|page, action| wiki.barred(page, action));
    plan.trace(|page| wiki.gone_to(page));
    if let Some(orphans) = files {
        let unshown = plan.unshown(record, wiki.identity());
        let states = if unshown.is_empty() {
            Vec::new()
        } else {
            wiki.look_at_files(&unshown, &plan.changing())?
        };
        plan.take_up_files(unshown, states, orphans);
    }
    let (ours, gone) = plan.locations(record);
    plan.side_files = wiki
        .side_files(&ours, &gone)?
        .into_iter()
        .filter(|file| file.before != file.after)
        .collect();
    Ok(plan)
}

/// Saves the record. A signal that arrived meanwhile ends the program afterwards, before the next page.
fn save(
    record: &Record,
    root: &Path,
    target: &Target,
    interrupts: &Interrupts,
) -> Result<(), Error> {
    let _held = interrupts.hold();
    disk::save_record(root, &target.name, record)?;
    if interrupts.have_come() {
        Err("interrupted; the next run continues".into())
    } else {
        Ok(())
    }
}

/// Prints the plan: the result of a dry run, or what a person may have to decide.
fn announce(target: &Target, plan: &Plan, options: &Publish, terminal: &Terminal) {
    if terminal.is_quiet() && !options.dry_run && !plan.has_conflicts() {
        return;
    }
    terminal.warn(&format!(
        "{}: {} for the audience `{}`",
        target.name,
        report::counted(plan.steps.len(), "page"),
        target.audience.name()
    ));
    terminal.show(&plan::show(plan, Colour::Styled));
}

/// Prints a finished page as a result.
fn tell(step: &Step, terminal: &Terminal) {
    let done = match step.action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::Unchanged
        | Action::Refuse(_)
        | Action::Barred(_)
        | Action::Leave
        | Action::Forget => return,
    };
    terminal.result(&format!("{done} {}", step.title));
}

fn close(target: &Target, plan: &Plan, done: &publish::Outcome, terminal: &Terminal) {
    for one in &done.refused {
        terminal.warn(&format!("failed: {}: {}", one.title, one.error));
    }
    let barred = plan
        .steps
        .iter()
        .filter(|step| matches!(step.action, Action::Barred(_)))
        .count();
    if barred > 0 {
        let pages = report::counted(barred, "page");
        terminal.warn(&format!(
            "{pages} left unchanged, because the wiki would refuse the change; see above"
        ));
    }
    if !done.unsettled.is_empty() {
        let pages = report::counted(done.unsettled.len(), "page");
        terminal.warn(&format!(
            "{pages} may show links to new pages as missing for a while, because the wiki limits how many it refreshes; publish again to \
             refresh them"
        ));
    }
    let count = |wanted: fn(&Action) -> bool| {
        plan.steps
            .iter()
            .filter(|step| wanted(&step.action))
            .count()
    };
    let refused = count(|action| matches!(action, Action::Refuse(_)));
    if !plan.changes() && refused == 0 && barred == 0 {
        terminal.say(&format!("{} is up to date; nothing changed", target.name));
    } else if refused > 0 {
        let them = if refused == 1 { "it" } else { "them" };
        terminal.warn(&format!(
            "{} left as somebody else made {them}; see above",
            report::counted(refused, "page")
        ));
    }
}

fn refused(diagnostics: &[Diagnostic], inputs: &Inputs, terminal: &Terminal) -> Outcome {
    terminal.report(diagnostics, inputs);
    terminal.warn(&format!(
        "{}; nothing was published",
        report::count(diagnostics)
    ));
    Outcome::LeftUndone
}

fn outcome(plan: &Plan) -> Outcome {
    if plan.has_conflicts() {
        Outcome::LeftUndone
    } else {
        Outcome::Done
    }
}
