//! `storybank build`.

mod single;

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};
use rayon::prelude::*;

use crate::audience::Viewer;
use crate::build::{
    Artefact, Edition, EditionSources, Inputs, Linked, NamedAssets, ParseCache, link_site,
    mark_code,
};
use crate::config::Config;
use crate::diagnostic::{self, Diagnostic};
use crate::disk::{self, Interrupts, Output, Staging, Summary};
use crate::highlight::Highlighter;
use crate::model::Audience;
use crate::render::Theme;
use crate::report;

use super::terminal::Terminal;
use super::{Error, Outcome};
use crate::cli::Build;

/// How long a build runs before it shows its progress.
const PROGRESS_DELAY: Duration = Duration::from_millis(400);

/// Builds the site, or reports what prevents it.
pub fn run(options: &Build, terminal: &Terminal) -> Result<Outcome, Error> {
    let mut stages = Stages::new();
    let root = disk::find_site(options.site.named())?;
    if options.single {
        return single::run(options, &root, stages, terminal);
    }
    let folder = options.out.clone().unwrap_or_else(|| root.join("public"));
    let output = Output::of(&folder, &root)?;
    let source = Source::read(&root, options, &mut stages)?;
    let Some((edition, diagnostics)) = source.edition(&root, terminal)? else {
        return Ok(Outcome::LeftUndone);
    };
    let interrupts = Interrupts::caught().map_err(Error::system("catch signals"))?;
    let staging = Staging::begin(&output, &interrupts)?;
    let mistakes = write(&edition, &staging, &progress(terminal))?;
    if !mistakes.is_empty() {
        terminal.report(&mistakes, &source.inputs);
        return Ok(refused(&mistakes, terminal));
    }
    stages.end("pages");
    let summary = staging.commit()?;
    stages.end("commit");
    if options.timings {
        stages.print(terminal);
    }
    let files = in_files(summary);
    terminal.say(&closing_line(
        &edition,
        (edition.page_count(), &files),
        &stages,
        &diagnostics,
    ));
    terminal.result(&output.index().to_string_lossy());
    // The process ends here, and with it all memory. Freeing a large site piece by piece would only take time.
    std::mem::forget((source, edition));
    Ok(Outcome::Done)
}

/// The files of a site, linked for its audience.
struct Source {
    inputs: Arc<Inputs>,
    linked: Arc<Linked>,
    highlighter: Arc<Highlighter>,
}

impl Source {
    fn read(root: &Path, options: &Build, stages: &mut Stages) -> Result<Self, Error> {
        let inputs = Arc::new(disk::load(root)?);
        stages.end("load");
        let highlighter = Arc::new(Highlighter::default());
        let linked = Arc::new(link_site(
            &inputs,
            &mut ParseCache::default(),
            |documents| mark_code(&highlighter, documents),
            |config| viewer(options, config),
        ));
        if options.drafts && linked.site.audience != Audience::Private {
            return Err("drafts are for their author alone: remove `--drafts`, or build for the audience `private`".into());
        }
        stages.end("link");
        Ok(Self {
            inputs,
            linked,
            highlighter,
        })
    }

    /// The theme, unless it has errors, and the diagnostics of the site and of the theme.
    fn theme(&self) -> (Option<Theme>, Vec<Diagnostic>) {
        let mut diagnostics = self.linked.diagnostics.clone();
        match Theme::new(&self.inputs.theme) {
            Ok(theme) => (Some(theme), diagnostics),
            Err(errors) => {
                diagnostics.extend(errors);
                (None, diagnostics)
            }
        }
    }

    /// The edition of the audience, with the diagnostics of its site, which are reported; `None` if one of them is an error.
    fn edition(
        &self,
        root: &Path,
        terminal: &Terminal,
    ) -> Result<Option<(Edition, Vec<Diagnostic>)>, Error> {
        let (theme, diagnostics) = self.theme();
        terminal.report(&diagnostics, &self.inputs);
        let Some(theme) = theme.filter(|_| !self.linked.has_errors()) else {
            refused(&diagnostics, terminal);
            return Ok(None);
        };
        let assets = disk::assets(root, &self.linked.site.used_assets())?;
        let edition = Edition::new(EditionSources {
            linked: self.linked.clone(),
            inputs: self.inputs.clone(),
            theme,
            highlighter: self.highlighter.clone(),
            assets: Arc::new(NamedAssets::new(assets)),
            data: &[],
        });
        Ok(Some((edition, diagnostics)))
    }
}

/// Who the site is for: the audience of the command line, or else of `site.toml`.
fn viewer(options: &Build, config: &Config) -> Viewer {
    Viewer {
        audience: options
            .audience
            .map_or(config.audience.build, Audience::from),
        drafts: options.drafts,
    }
}

/// Makes every artefact and writes it beside the previous site. Returns the mistakes that only show when an artefact is made.
fn write(
    edition: &Edition,
    staging: &Staging,
    progress: &ProgressBar,
) -> Result<Vec<Diagnostic>, disk::Error> {
    let artefacts = edition.artefacts();
    progress.set_length(artefacts.len() as u64);
    let mistakes = artefacts.par_iter().map(|artefact| {
        let mistake = write_one(*artefact, staging);
        progress.inc(1);
        mistake
    });
    let mistakes = mistakes.collect::<Result<Vec<_>, _>>()?;
    progress.finish_and_clear();
    let mut mistakes: Vec<Diagnostic> = mistakes.into_iter().flatten().collect();
    diagnostic::sort(&mut mistakes);
    Ok(mistakes)
}

fn write_one(artefact: Artefact<'_>, staging: &Staging) -> Result<Option<Diagnostic>, disk::Error> {
    let path = artefact.route().path();
    match artefact.make_unless_current(staging) {
        Ok(Some(made)) => staging.put(&path, &made.bytes, made.fingerprint)?,
        Ok(None) => staging.keep(&path),
        Err(mistake) => return Ok(Some(mistake)),
    }
    Ok(None)
}

/// A progress bar that appears if the build takes long, on a terminal only.
fn progress(terminal: &Terminal) -> ProgressBar {
    if !terminal.is_watched() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{bar:30} {pos}/{len} files")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    let progress = ProgressBar::hidden().with_style(style);
    let shown = progress.clone();
    // The thread ends by itself: it shows the bar, unless it is finished.
    std::thread::spawn(move || {
        std::thread::sleep(PROGRESS_DELAY);
        if !shown.is_finished() {
            shown.set_draw_target(indicatif::ProgressDrawTarget::stderr());
        }
    });
    progress
}

fn refused(diagnostics: &[Diagnostic], terminal: &Terminal) -> Outcome {
    terminal.warn(&format!(
        "{}; nothing was written, and the previous site is unchanged",
        report::count(diagnostics)
    ));
    Outcome::LeftUndone
}

/// The last line: how many pages, for whom, the duration, and what happened to the files.
fn closing_line(
    edition: &Edition,
    (pages, files): (usize, &str),
    stages: &Stages,
    diagnostics: &[Diagnostic],
) -> String {
    let whom = match edition.linked().site.audience {
        Audience::Private => "for you alone",
        Audience::Team => "for your team",
        Audience::Public => "for everybody",
    };
    let warnings = if diagnostics.is_empty() {
        String::new()
    } else {
        format!(" ({})", report::count(diagnostics))
    };
    let took = in_words(stages.started.elapsed());
    let pages = report::counted(pages, "page");
    format!("built {pages} {whom} in {took}{warnings}: {files}")
}

/// What happened to the files of a site.
fn in_files(summary: Summary) -> String {
    let Summary {
        written,
        kept,
        removed,
    } = summary;
    let written = report::counted(written, "file");
    format!("{written} written, {kept} unchanged, {removed} removed")
}

/// The duration of each stage of a build.
struct Stages {
    started: Instant,
    last: Instant,
    ended: Vec<(&'static str, Duration)>,
}

impl Stages {
    fn new() -> Self {
        Self {
            started: Instant::now(),
            last: Instant::now(),
            ended: Vec::new(),
        }
    }

    fn end(&mut self, stage: &'static str) {
        self.ended.push((stage, self.last.elapsed()));
        self.last = Instant::now();
    }

    fn print(&self, terminal: &Terminal) {
        for (stage, took) in &self.ended {
            terminal.warn(&format!("{stage} {}", in_words(*took)));
        }
    }
}

fn in_words(duration: Duration) -> String {
    if duration < Duration::from_secs(1) {
        format!("{} ms", duration.as_millis())
    } else {
        format!("{:.2} s", duration.as_secs_f64())
    }
}
