//! `storybank publish`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::build::{Inputs, Linked, ParseCache, link_whole};
use crate::config::{self, Backend, Config, Target};
use crate::diagnostic::{self, Diagnostic};
use crate::disk::{self, Interrupts, Output, RecordLock, Staging};
use crate::highlight::Highlighter;
use crate::plan::{self, Action, Lookups, Options, Orphans, Plan, Record, RemotePage, Step};
use crate::publication::{self, Draft, Selection};
use crate::publish::{self, Wiki};
use crate::report::{self, Colour};
use crate::site::PageKey;
use crate::slug::Slug;
use crate::wiki::RenderedPage;

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
    let publication = Publication {
        target: target(&whole, &options.target)?,
        root,
        inputs,
        whole,
        terminal,
    };
    match (&options.show, &options.out) {
        (Some(case), _) => publication.show(case),
        (None, Some(out)) => publication.write_out(&options.cases, out),
        (None, None) => publication.publish(options),
    }
}

/// A site, one of its wikis, and where to report.
struct Publication<'a> {
    root: PathBuf,
    inputs: Inputs,
    whole: Linked,
    target: Target,
    terminal: &'a Terminal,
}

impl Publication<'_> {
    /// Changes the wiki, or shows what would change there.
    fn publish(&self, options: &Publish) -> Result<Outcome, Error> {
        let selection = self.select(&options.cases)?;
        // The record must not change between reading and writing it.
        let _lock = if options.dry_run {
            None
        } else {
            Some(self.lock_record()?)
        };
        let mut record = disk::load_record(&self.root, &self.target.name)?;
        if selection.cases.is_empty() && record.pages.is_empty() {
            return Err(self.no_case_study());
        }
        let forced = forced(options, &self.whole, &selection, &record)?;
        let Some(draft) = self.draft_without_errors(&selection, &record)? else {
            return Ok(Outcome::LeftUndone);
        };
        self.refuse_folder_of_others()?;
        let interrupts = Interrupts::caught().map_err(Error::system("catch signals"))?;
        // A clone of a repository is on this machine until the end; a signal must not leave it there.
        let _held = matches!(self.target.backend, Backend::Git { .. }).then(|| interrupts.hold());
        let mut wiki = publish::open(&self.target, &self.root, draft.withheld)?;
        let plan = plan_changes(wiki.as_mut(), draft.pages, &record, options, forced)?;
        self.announce(&plan, options);
        if options.dry_run {
            self.terminal.say("dry run: nothing changed");
            return Ok(outcome(&plan));
        }
        let wiki = wiki.as_mut();
        let save = |record: &Record| self.save(record, &interrupts);
        let report = |step: &Step| report_finished(step, self.terminal);
        let done = publish::apply(wiki, &plan, &mut record, &draft.pictures, save, report)?;
        self.report_result(&plan, &done);
        Ok(if done.refused.is_empty() {
            outcome(&plan)
        } else {
            Outcome::LeftUndone
        })
    }

    /// Writes the pages into a folder, without access to the wiki.
    fn write_out(&self, cases: &[String], out: &Path) -> Result<Outcome, Error> {
        let selection = self.select(cases)?;
        let record = disk::load_record(&self.root, &self.target.name)?;
        let Some(draft) = self.draft_without_errors(&selection, &record)? else {
            return Ok(Outcome::LeftUndone);
        };
        // A built site has the same kind of manifest, so it would be replaced like an earlier result.
        if out.join("index.html").exists() {
            return Err(format!(
                "there is a site in `{}`; choose another folder with `--out`",
                out.display()
            )
            .into());
        }
        let interrupts = Interrupts::caught().map_err(Error::system("catch signals"))?;
        let staging = Staging::begin(&Output::of(out, &self.root)?, &interrupts)?;
        for (path, bytes) in publication::sheets(&draft, &self.target) {
            staging.put(&path, &bytes, 0)?;
        }
        staging.commit()?;
        self.terminal.say(&format!(
            "{} for `{}` written to `{}`; nothing was sent",
            report::counted(draft.pages.len(), "page"),
            self.target.name,
            out.display()
        ));
        Ok(Outcome::Done)
    }

    /// Prints the page of a case study as it is on the wiki, as Markdown.
    fn show(&self, case: &str) -> Result<Outcome, Error> {
        let selection = self.select(&[case.to_owned()])?;
        let record = disk::load_record(&self.root, &self.target.name)?;
        let draft = self.draft(&selection, &record)?;
        let Some(page) = draft.pages.first().cloned() else {
            return Err(format!("there is no page for `{case}`").into());
        };
        let slug = page.case.clone();
        let mut wiki = publish::open(&self.target, &self.root, draft.withheld.clone())?;
        let is_in_scope = |other: &str| other == slug.as_str();
        let lookups = plan::lookups(vec![page], &record, wiki.identity(), is_in_scope);
        let remote_pages = publish::look(wiki.as_mut(), &lookups)?;
        let Some(remote) = page_to_show(&lookups, &remote_pages) else {
            return Err(self.no_page(case, &lookups, wiki.as_ref()));
        };
        let highlighter = Highlighter::default();
        let text =
            publication::as_markdown(&draft, &self.target, &slug, &remote.text, &highlighter);
        self.terminal
            .say(&plan::about_page(&slug, &self.target, remote));
        self.terminal.page(&plan::printable(&text));
        Ok(Outcome::Done)
    }

    /// The case studies to publish; all if `cases` is empty.
    fn select(&self, cases: &[String]) -> Result<Selection<'_>, String> {
        let today = jiff::Zoned::now().date();
        publication::select(&self.whole, &self.inputs, &self.target, cases, today)
    }

    /// Composes the pages and scans them for leaks.
    fn draft(&self, selection: &Selection<'_>, record: &Record) -> Result<Draft, disk::Error> {
        let assets: BTreeMap<_, Arc<[u8]>> = disk::assets(&self.root, &selection.assets())?;
        Ok(publication::draft(
            selection,
            &record.published(),
            &assets,
            &paths_of_machine(&self.root),
        ))
    }

    /// The same, with its diagnostics reported. `None` if there are errors.
    fn draft_without_errors(
        &self,
        selection: &Selection<'_>,
        record: &Record,
    ) -> Result<Option<Draft>, disk::Error> {
        let draft = self.draft(selection, record)?;
        if draft.diagnostics.iter().any(Diagnostic::is_error) {
            refused(&draft.diagnostics, &self.inputs, self.terminal);
            return Ok(None);
        }
        self.terminal.report(&draft.diagnostics, &self.inputs);
        Ok(Some(draft))
    }

    fn lock_record(&self) -> Result<RecordLock, disk::Error> {
        let name = &self.target.name;
        disk::lock_record(&self.root, name, || {
            self.terminal.say(&format!(
                "waiting for another run that publishes to `{name}`"
            ));
        })
    }

    /// Saves the record. A signal that arrived meanwhile ends the program afterwards, before the next page.
    fn save(&self, record: &Record, interrupts: &Interrupts) -> Result<(), Error> {
        let _held = interrupts.hold();
        disk::save_record(&self.root, &self.target.name, record)?;
        if interrupts.have_come() {
            Err("interrupted; the next run continues".into())
        } else {
            Ok(())
        }
    }

    /// Fails if the target is a folder with files that belong to the site or to a build.
    fn refuse_folder_of_others(&self) -> Result<(), disk::Error> {
        match &self.target.backend {
            Backend::Folder { folder, .. } => {
                disk::refuse_owned(&self.root.join(folder), &self.root)
            }
            _ => Ok(()),
        }
    }

    fn no_case_study(&self) -> Error {
        let audience = self.target.audience.name();
        format!(
            "there is no case study for the audience `{audience}`; give one `audience: {audience}` in its front matter; drafts are not published"
        )
        .into()
    }

    fn no_page(&self, case: &str, lookups: &Lookups, wiki: &dyn Wiki) -> Error {
        let moved_to = lookups
            .wanted
            .iter()
            .find_map(|(page, _)| wiki.gone_to(&page.location))
            .map(|place| format!("; somebody has moved it to `{place}`"))
            .unwrap_or_default();
        format!(
            "there is no page of `{case}` on `{}`{moved_to}",
            self.target.name
        )
        .into()
    }

    /// Prints the plan: the result of a dry run, or what a person may have to decide.
    fn announce(&self, plan: &Plan, options: &Publish) {
        if self.terminal.is_quiet() && !options.dry_run && !plan.has_conflicts() {
            return;
        }
        self.terminal.warn(&format!(
            "{}: {} for the audience `{}`",
            self.target.name,
            report::counted(plan.steps.len(), "page"),
            self.target.audience.name()
        ));
        self.terminal.show(&plan::show(plan, Colour::Styled));
    }

    /// Reports what was not done, or that there was nothing to do.
    fn report_result(&self, plan: &Plan, done: &publish::Outcome) {
        let pages = |count| report::counted(count, "page");
        let warn = |line: &str| self.terminal.warn(line);
        for one in &done.refused {
            warn(&format!("failed: {}: {}", one.title, one.error));
        }
        let barred = count(plan, |action| matches!(action, Action::Barred(_)));
        if barred > 0 {
            warn(&format!(
                "{} left unchanged, because the wiki would refuse the change; see above",
                pages(barred)
            ));
        }
        if !done.unsettled.is_empty() {
            warn(&format!(
                "{} may show links to new pages as missing for a while, because the wiki limits how many it refreshes; publish again to \
                 refresh them",
                pages(done.unsettled.len())
            ));
        }
        let refused = count(plan, |action| matches!(action, Action::Refuse(_)));
        if refused > 0 {
            let them = if refused == 1 { "it" } else { "them" };
            warn(&format!(
                "{} left as somebody else made {them}; see above",
                pages(refused)
            ));
        } else if !plan.changes() && barred == 0 {
            let name = &self.target.name;
            self.terminal
                .say(&format!("{name} is up to date; nothing changed"));
        }
    }
}

/// The page to print: the page of the case study, or one under an earlier title that somebody has changed.
fn page_to_show<'a>(
    lookups: &Lookups,
    remote_pages: &'a [Option<RemotePage>],
) -> Option<&'a RemotePage> {
    let (current, earlier) = remote_pages.split_first()?;
    let mut earlier = lookups.orphans.iter().zip(earlier);
    earlier
        .find_map(|(recorded, remote)| remote.as_ref().filter(|remote| !recorded.is_ours(remote)))
        .or(current.as_ref())
}

/// The wiki with a name.
fn target(whole: &Linked, name: &str) -> Result<Target, Error> {
    let Config { wiki, .. } = &*whole.config;
    let Some(settings) = wiki.get(name) else {
        let known: Vec<&str> = wiki.keys().map(String::as_str).collect();
        return Err(no_wiki(name, &known));
    };
    config::target(name, settings).map_err(|found| {
        let messages: Vec<String> = found.into_iter().map(|found| found.message).collect();
        messages.join("; ").into()
    })
}

fn no_wiki(name: &str, known: &[&str]) -> Error {
    let help = if known.is_empty() {
        format!(
            "add a table `[wiki.{name}]` to `{}`, see docs/publish.md",
            config::FILE
        )
    } else {
        diagnostic::nearest_or_all(name, known)
    };
    format!("there is no wiki `{name}` in `{}`; {help}", config::FILE).into()
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

/// Paths of this machine that must not reach a wiki: the folder of the site and the home folder.
fn paths_of_machine(root: &Path) -> Vec<String> {
    let home = std::env::home_dir();
    let folders = [root.canonicalize().ok(), home];
    folders
        .into_iter()
        .flatten()
        .map(|folder| folder.display().to_string())
        .collect()
}

/// Looks at the wiki and decides what to do there.
fn plan_changes(
    wiki: &mut dyn Wiki,
    pages: Vec<RenderedPage>,
    record: &Record,
    options: &Publish,
    forced: BTreeSet<Slug>,
) -> Result<Plan, publish::Error> {
    let orphans = if options.prune {
        Orphans::Delete
    } else {
        Orphans::Keep
    };
    let is_whole = options.cases.is_empty();
    let asked: BTreeSet<String> = pages.iter().map(|page| page.case.to_string()).collect();
    // A run for one case study leaves the others alone.
    let is_in_scope = |case: &str| is_whole || asked.contains(case);
    let lookups = plan::lookups(pages, record, wiki.identity(), is_in_scope);
    let remote_pages = publish::look(wiki, &lookups)?;
    let mut plan = plan::plan(lookups, remote_pages, &Options { forced, orphans });
    plan.bar(|page, action| wiki.barred(page, action));
    plan.trace(|page| wiki.gone_to(page));
    if is_whole {
        add_files(&mut plan, wiki, record, orphans)?;
    }
    let (ours, gone) = plan.locations(record);
    plan.side_files = wiki
        .side_files(&ours, &gone)?
        .into_iter()
        .filter(|file| file.before != file.after)
        .collect();
    Ok(plan)
}

/// Adds the files that no page shows any more.
fn add_files(
    plan: &mut Plan,
    wiki: &mut dyn Wiki,
    record: &Record,
    orphans: Orphans,
) -> Result<(), publish::Error> {
    let unshown = plan.unshown(record, wiki.identity());
    if !unshown.is_empty() {
        let states = wiki.look_at_files(&unshown, &plan.changing())?;
        plan.take_up_files(unshown, states, orphans);
    }
    Ok(())
}

/// Prints a finished page as a result.
fn report_finished(step: &Step, terminal: &Terminal) {
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

/// The number of pages with an action.
fn count(plan: &Plan, is_counted: fn(&Action) -> bool) -> usize {
    plan.steps
        .iter()
        .filter(|step| is_counted(&step.action))
        .count()
}

/// Reports why nothing is published.
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
