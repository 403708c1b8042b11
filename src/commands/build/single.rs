//! `storybank build --single`.

use std::path::Path;

use super::{Source, Stages, closing_line, refused};
use crate::build;
use crate::cli::Build;
use crate::commands::terminal::Terminal;
use crate::commands::{Error, Outcome};
use crate::disk::{Change, Interrupts, OutputFile};

/// Builds the site into one file, or reports what prevents it.
pub fn run(
    options: &Build,
    root: &Path,
    mut stages: Stages,
    terminal: &Terminal,
) -> Result<Outcome, Error> {
    let source = Source::read(root, options, &mut stages)?;
    let output = output(options, root, &source)?;
    let Some((edition, mut diagnostics)) = source.edition(root, terminal)? else {
        return Ok(Outcome::LeftUndone);
    };
    let single = match build::single(&edition, output.name()) {
        Ok(single) => single,
        Err(mistakes) => {
            terminal.report(&mistakes, &source.inputs);
            return Ok(refused(&mistakes, terminal));
        }
    };
    stages.end("pages");
    terminal.report(&single.warnings, &source.inputs);
    diagnostics.extend(single.warnings.iter().cloned());
    let interrupts = Interrupts::caught().map_err(Error::system("catch signals"))?;
    let change = match output.write(&single.html, &interrupts)? {
        Change::Written => "written",
        Change::Unchanged => "unchanged",
    };
    stages.end("write");
    if options.timings {
        stages.print(terminal);
    }
    let files = format!("one file of {} {change}", size(single.html.len()));
    terminal.say(&closing_line(
        &edition,
        (single.pages, &files),
        &stages,
        &diagnostics,
    ));
    terminal.result(&output.shown().to_string_lossy());
    Ok(Outcome::Done)
}

/// The file of the command line, or one whose name says who it is for.
fn output(options: &Build, root: &Path, source: &Source) -> Result<OutputFile, Error> {
    let default = || {
        let audience = source.linked.site.audience.name();
        root.join(format!("storybank-{audience}.html"))
    };
    let given = options.out.clone().unwrap_or_else(default);
    Ok(OutputFile::of(&given, root)?)
}

/// A size in thousands of bytes, as mail programs show it.
fn size(bytes: usize) -> String {
    format!("{} kB", bytes.div_ceil(1000))
}
