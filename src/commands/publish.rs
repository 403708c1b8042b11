//! `storybank publish`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::Arc;

use storybank::build::{Inputs, Linked, Memo, link_whole};
use storybank::config::{self, Config, Place, Target};
use storybank::diagnostic::{self, Diagnostic};
use storybank::disk::{self, Interrupts, Output, Staging};
use storybank::highlight::Highlighter;
use storybank::plan::{self, Action, Draft, Orphans, Plan, Record, Search, Selection, Step, Wishes};
use storybank::publish::{self, Wiki};
use storybank::report::{self, Colour};
use storybank::slug::Slug;

use super::terminal::Terminal;
use super::{Failure, Outcome};
use crate::cli::Publish;

/// Publishes case studies, or says what keeps them from being published.
pub fn run(options: &Publish, terminal: &Terminal) -> Result<Outcome, Failure> {
    let root = disk::find_site(options.site.root.as_deref())?;
    let inputs = disk::load(&root)?;
    let whole = link_whole(&inputs, &mut Memo::default(), |_| ());
    if whole.has_errors() {
        return Ok(refused(&whole.diagnostics, &inputs, terminal));
    }
    let target = target(&whole, &options.target)?;
    if let Some(case) = &options.show {
        return show(&root, &whole, &inputs, &target, case, terminal);
    }
    let selection = plan::select(&whole, &inputs, &target, &options.cases, jiff::Zoned::now().date())?;
    if let Some(out) = &options.out {
        return write_out(&root, &inputs, &target, &selection, out, terminal);
    }
    // Whatever this run finds in the record has to hold until it writes it.
    let waits = || terminal.say(&format!("another run publishes to `{}`; waiting for it", target.name));
    let _lock = if options.dry_run { None } else { Some(disk::lock_record(&root, &target.name, waits)?) };
    let mut record = disk::load_record(&root, &target.name)?;
    if selection.cases.is_empty() && record.pages.is_empty() {
        let audience = target.audience.name();
        let help = format!("give one `audience: {audience}` in its front matter; drafts are not published");
        return Err(format!("there is no case study for the audience `{audience}`; {help}").into());
    }
    let forced = forced(options, &whole, &selection, &record)?;
    let Draft { pages, pictures, withheld, diagnostics, .. } = draft(&root, &inputs, &target, &selection, &record)?;
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(refused(&diagnostics, &inputs, terminal));
    }
    terminal.report(&diagnostics, &inputs);
    if let Place::Folder { folder, .. } = &target.place {
        disk::refuse_owned(&root.join(folder), &root)?;
    }
    let interrupts = Interrupts::caught()?;
    // A copy of a repository lies on this machine until the end.
    let _held = matches!(target.place, Place::Git { .. }).then(|| interrupts.hold());
    let mut wiki = publish::open(&target, &root, withheld)?;
    let asked: BTreeSet<String> = pages.iter().map(|page| page.case.to_string()).collect();
    // Who publishes one case study does not mean the others.
    let is_meant = |case: &str| options.cases.is_empty() || asked.contains(case);
    let search = plan::search(pages, &record, wiki.identity(), is_meant);
    let wishes = Wishes { forced, orphans: if options.prune { Orphans::Delete } else { Orphans::Keep } };
    let is_whole = options.cases.is_empty();
    let plan = make_plan(wiki.as_mut(), search, &record, &wishes, is_whole.then_some(wishes.orphans))?;
    announce(&target, &plan, options, terminal);
    if options.dry_run {
        terminal.say("dry run: nothing was changed");
        return Ok(outcome(&plan));
    }
    let save = |record: &Record| save(record, &root, &target, &interrupts);
    let done = publish::apply(wiki.as_mut(), &plan, &mut record, &pictures, save, |step| tell(step, terminal))?;
    close(&target, &plan, &done, terminal);
    Ok(if done.refused.is_empty() { outcome(&plan) } else { Outcome::LeftUndone })
}

/// Writes what would be sent into a folder. Nothing is asked of the wiki.
fn write_out(
    root: &Path,
    inputs: &Inputs,
    target: &Target,
    selection: &Selection,
    out: &Path,
    terminal: &Terminal,
) -> Result<Outcome, Failure> {
    let record = disk::load_record(root, &target.name)?;
    let draft = draft(root, inputs, target, selection, &record)?;
    if draft.diagnostics.iter().any(Diagnostic::is_error) {
        return Ok(refused(&draft.diagnostics, inputs, terminal));
    }
    terminal.report(&draft.diagnostics, inputs);
    // A built site stands under the same guard, and would be taken for an older publication.
    if out.join("index.html").exists() {
        return Err(format!("there is a site in `{}`; choose another folder with `--out`", out.display()).into());
    }
    let interrupts = Interrupts::caught()?;
    let staging = Staging::begin(&Output::of(out, root)?, &interrupts)?;
    for (path, bytes) in plan::sheets(&draft, target) {
        staging.put(&path, &bytes, 0)?;
    }
    staging.commit()?;
    let pages = report::counted(draft.pages.len(), "page");
    terminal.say(&format!("{pages} for `{}` written to `{}`; nothing was sent", target.name, out.display()));
    Ok(Outcome::Done)
}

/// Prints a page as it is on the wiki.
fn show(root: &Path, whole: &Linked, inputs: &Inputs, target: &Target, case: &str, terminal: &Terminal) -> Result<Outcome, Failure> {
    let selection = plan::select(whole, inputs, target, &[case.to_owned()], jiff::Zoned::now().date())?;
    let record = disk::load_record(root, &target.name)?;
    let draft = draft(root, inputs, target, &selection, &record)?;
    let Some(page) = draft.pages.first().cloned() else { return Err(format!("there is no page for `{case}`").into()) };
    let slug = page.case.clone();
    let mut wiki = publish::open(target, root, draft.withheld.clone())?;
    let search = plan::search(vec![page], &record, wiki.identity(), |other| other == slug.as_str());
    let standings = publish::look(wiki.as_mut(), &search)?;
    // Under an old title there may be a page that somebody has changed; that one is asked for.
    let is_changed = |(old, there): &(&plan::Recorded, &Option<plan::Standing>)| there.as_ref().is_some_and(|there| !old.is_ours(there));
    let old = search.orphans.iter().zip(&standings[1..]).find(is_changed).and_then(|(_, there)| there.as_ref());
    let Some(standing) = old.or(standings[0].as_ref()) else {
        let place = search.wanted.iter().find_map(|(page, _)| wiki.gone_to(&page.name));
        let place = place.map(|place| format!("; somebody has moved it to `{place}`")).unwrap_or_default();
        return Err(format!("there is no page of `{case}` on `{}`{place}", target.name).into());
    };
    let text = plan::as_markdown(&draft, target, &slug, standing, &Highlighter::default());
    terminal.say(&plan::about_page(&slug, target, standing));
    terminal.page(&plan::printable(&text));
    Ok(Outcome::Done)
}

/// The target of a name.
fn target(whole: &Linked, name: &str) -> Result<Target, Failure> {
    let Config { wiki, .. } = &*whole.config;
    let Some(settings) = wiki.get(name) else {
        let known: Vec<&str> = wiki.keys().map(String::as_str).collect();
        let help = if known.is_empty() {
            format!("write a table `[wiki.{name}]` into `{}`; docs/publish.md tells what it holds", config::FILE)
        } else {
            diagnostic::nearest_or_all(name, &known)
        };
        return Err(format!("there is no wiki `{name}` in `{}`; {help}", config::FILE).into());
    };
    config::target(name, settings).map_err(|found| found.iter().map(|found| found.message.clone()).collect::<Vec<_>>().join("; ").into())
}

/// The case studies to publish over whatever somebody else did, as they are called for their audience. One that is no longer published
/// may be among them, because its page is deleted in the same way.
fn forced(options: &Publish, whole: &Linked, selection: &Selection, record: &Record) -> Result<BTreeSet<Slug>, String> {
    let site = &selection.linked.site;
    let mut known: BTreeSet<&str> = selection.cases.iter().map(|&id| site.case_study(id).slug.as_str()).collect();
    if options.cases.is_empty() {
        known.extend(record.pages.iter().map(|page| page.case.as_str()));
    }
    let slugs = options.force.iter().map(|name| {
        let slug = plan::slug_of(name);
        if known.contains(slug.as_str()) {
            return Ok(slug);
        }
        if let Some(theirs) = as_they_call_it(&slug, whole, selection) {
            return Ok(theirs);
        }
        let help = diagnostic::nearest_or_all(name, &known.iter().copied().collect::<Vec<_>>());
        Err(format!("`--force {name}` names no case study that is published here; {help}"))
    });
    slugs.collect()
}

/// What the audience calls a case study, whose own name may hold a word that they may not see.
fn as_they_call_it(slug: &Slug, whole: &Linked, selection: &Selection) -> Option<Slug> {
    let (ours, theirs) = (&whole.site, &selection.linked.site);
    let id = ours.case_studies().find(|&id| ours.case_study(id).slug == *slug)?;
    let path = &ours.document(ours.case_study(id).document).path;
    let id = selection.cases.iter().find(|&&id| theirs.document(theirs.case_study(id).document).path == *path)?;
    Some(theirs.case_study(*id).slug.clone())
}

/// The pages, written and searched.
fn draft(root: &Path, inputs: &Inputs, target: &Target, selection: &Selection, record: &Record) -> Result<Draft, disk::Error> {
    let assets: BTreeMap<_, Arc<[u8]>> = disk::assets(root, &selection.assets())?;
    Ok(plan::draft(selection, inputs, target, record, &assets, &machine(root)))
}

/// Names of this machine that belong on no wiki: where the site lies, and where its author is at home.
fn machine(root: &Path) -> Vec<String> {
    let home = std::env::home_dir();
    let folders = [root.canonicalize().ok(), home];
    folders.into_iter().flatten().map(|folder| folder.display().to_string()).collect()
}

/// Asks the wiki for its pages, and decides what to do; `files` says whether files that no page shows any more are deleted, if they are
/// looked for.
fn make_plan(
    wiki: &mut dyn Wiki,
    search: Search,
    record: &Record,
    wishes: &Wishes,
    files: Option<Orphans>,
) -> Result<Plan, publish::Error> {
    let standings = publish::look(wiki, &search)?;
    let mut plan = plan::plan(search, standings, wishes);
    plan.bar(|page, action| wiki.barred(page, action));
    plan.trace(|page| wiki.gone_to(page));
    if let Some(orphans) = files {
        let unshown = plan.unshown(record, wiki.identity());
        let states = if unshown.is_empty() { Vec::new() } else { wiki.look_at_files(&unshown, &plan.changing())? };
        plan.take_up_files(unshown, states, orphans);
    }
    let (ours, gone) = plan.places(record);
    plan.alongside = wiki.alongside(&ours, &gone)?.into_iter().filter(|file| file.before != file.after).collect();
    Ok(plan)
}

/// Keeps what was published. A signal that came meanwhile ends the program when that is done, before the next page.
fn save(record: &Record, root: &Path, target: &Target, interrupts: &Interrupts) -> Result<(), Failure> {
    let _held = interrupts.hold();
    disk::save_record(root, &target.name, record)?;
    if interrupts.have_come() { Err("the program is to end; the next run goes on where this one stopped".into()) } else { Ok(()) }
}

/// What would change: the result of a dry run, and for the rest what a person may have to decide.
fn announce(target: &Target, plan: &Plan, options: &Publish, terminal: &Terminal) {
    if terminal.is_quiet() && !options.dry_run && !plan.has_conflicts() {
        return;
    }
    terminal.warn(&format!("{}: {} for the audience `{}`", target.name, report::counted(plan.steps.len(), "page"), target.audience.name()));
    terminal.show(&plan::show(plan, Colour::Styled));
}

/// A page that is done, on the standard output.
fn tell(step: &Step, terminal: &Terminal) {
    let done = match step.action {
        Action::Create => "created",
        Action::Update => "updated",
        Action::Delete => "deleted",
        Action::Unchanged | Action::Refuse(_) | Action::Barred(_) | Action::Leave | Action::Forget => return,
    };
    terminal.result(&format!("{done} {}", step.title));
}

fn close(target: &Target, plan: &Plan, done: &publish::Outcome, terminal: &Terminal) {
    for one in &done.refused {
        terminal.warn(&format!("not done: {}: {}", one.title, one.error));
    }
    let barred = plan.steps.iter().filter(|step| matches!(step.action, Action::Barred(_))).count();
    if barred > 0 {
        let pages = report::counted(barred, "page");
        terminal.warn(&format!("{pages} not written or deleted, because the wiki would refuse it; see above"));
    }
    if !done.unsettled.is_empty() {
        let pages = report::counted(done.unsettled.len(), "page");
        terminal.warn(&format!(
            "{pages} may show links to new pages as missing for a while, because the wiki limits how many it refreshes; publish again to \
             have them refreshed"
        ));
    }
    let count = |wanted: fn(&Action) -> bool| plan.steps.iter().filter(|step| wanted(&step.action)).count();
    let refused = count(|action| matches!(action, Action::Refuse(_)));
    if !plan.changes() && refused == 0 && barred == 0 {
        terminal.say(&format!("{} is up to date; nothing was changed", target.name));
    } else if refused > 0 {
        let them = if refused == 1 { "it" } else { "them" };
        terminal.warn(&format!("{} left as somebody else made {them}; see above", report::counted(refused, "page")));
    }
}

fn refused(diagnostics: &[Diagnostic], inputs: &Inputs, terminal: &Terminal) -> Outcome {
    terminal.report(diagnostics, inputs);
    terminal.warn(&format!("{}; nothing was published", report::count(diagnostics)));
    Outcome::LeftUndone
}

fn outcome(plan: &Plan) -> Outcome {
    if plan.has_conflicts() { Outcome::LeftUndone } else { Outcome::Done }
}
