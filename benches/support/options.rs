//! The command line of a benchmark.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::PathBuf;
use std::process::ExitCode;

/// The arguments, which follow `cargo bench --bench NAME --`.
const USAGE: &str = "[STORIES ..] [--rounds N] [--keep DIR]";

/// What to measure.
pub struct Options {
    /// Numbers of stories, one corpus for each.
    pub sizes: Vec<usize>,
    /// The number of runs of each process; for the preview, the number of starts.
    pub rounds: usize,
    /// An empty or missing folder to work in, which is kept at the end.
    pub keep: Option<PathBuf>,
}

/// Runs a benchmark with the arguments of this process, and reports its error.
pub fn started_with(run: impl FnOnce(&[OsString]) -> Result<(), String>) -> ExitCode {
    let arguments: Vec<OsString> = env::args_os().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Parses the arguments.
///
/// Returns no options if `cargo bench` has not started the program, as in `cargo test
/// --all-targets`.
pub fn parse(arguments: &[OsString]) -> Result<Option<Options>, String> {
    // Cargo adds `--bench` to the arguments of benchmarks only.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(None);
    }
    options(arguments.iter().filter(|argument| *argument != "--bench")).map(Some)
}

fn options<'a>(mut arguments: impl Iterator<Item = &'a OsString>) -> Result<Options, String> {
    let mut options = Options {
        sizes: Vec::new(),
        rounds: 5,
        keep: None,
    };
    while let Some(argument) = arguments.next() {
        match argument.to_str() {
            Some("--rounds") => options.rounds = count(value("--rounds", arguments.next())?)?,
            Some("--keep") => options.keep = Some(value("--keep", arguments.next())?.into()),
            _ => options.sizes.push(count(argument)?),
        }
    }
    if options.sizes.is_empty() {
        options.sizes = vec![1_000, 10_000];
    }
    options.sizes.sort_unstable();
    options.sizes.dedup();
    Ok(options)
}

fn value<'a>(name: &str, argument: Option<&'a OsString>) -> Result<&'a OsString, String> {
    argument.ok_or_else(|| format!("`{name}` has no value; the arguments are `{USAGE}`"))
}

fn count(argument: &OsStr) -> Result<usize, String> {
    let number = argument.to_str().and_then(|text| text.parse().ok());
    number.filter(|&number| number > 0).ok_or_else(|| {
        format!(
            "found `{}`, expected a number above 0; the arguments are `{USAGE}`",
            argument.display()
        )
    })
}
