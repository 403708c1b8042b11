//! The command line of the benchmark.

use std::ffi::{OsStr, OsString};
use std::path::PathBuf;

/// How the benchmark is called.
pub const USAGE: &str = "cargo bench --bench build -- [STORIES ..] [--rounds N] [--keep DIR]";

/// The first argument that turns the benchmark into the floor: it starts itself so.
pub const FLOOR: &str = "floor";

/// What one start of the benchmark is asked to do.
pub enum Request {
    /// Do the least work on the stories of one folder; asked by the benchmark of itself.
    Floor { stories: PathBuf, out: PathBuf },
    /// Measure and report.
    Measure(Options),
    /// Not started by `cargo bench`, as in `cargo test --all-targets`: there is nothing to test
    /// here.
    Nothing,
}

/// What to measure.
pub struct Options {
    /// Numbers of stories, one corpus for each.
    pub sizes: Vec<usize>,
    /// How often each process runs.
    pub rounds: usize,
    /// An empty or absent folder to work in, left as it is at the end.
    pub keep: Option<PathBuf>,
}

/// Reads the arguments after the name of the program; fails on one that is not understood.
pub fn parse(arguments: &[OsString]) -> Result<Request, String> {
    if let [first, stories, out] = arguments
        && first == FLOOR
    {
        return Ok(Request::Floor { stories: stories.into(), out: out.into() });
    }
    // Cargo adds `--bench` to the arguments of every benchmark that it runs, and of nothing else.
    if !arguments.iter().any(|argument| argument == "--bench") {
        return Ok(Request::Nothing);
    }
    options(arguments.iter().filter(|argument| *argument != "--bench")).map(Request::Measure)
}

fn options<'a>(mut arguments: impl Iterator<Item = &'a OsString>) -> Result<Options, String> {
    let mut options = Options { sizes: Vec::new(), rounds: 5, keep: None };
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
    argument.ok_or_else(|| format!("`{name}` has no value; usage: `{USAGE}`"))
}

fn count(argument: &OsStr) -> Result<usize, String> {
    let number = argument.to_str().and_then(|text| text.parse().ok());
    number
        .filter(|&number| number > 0)
        .ok_or_else(|| format!("found `{}`, expected a number above 0; usage: `{USAGE}`", argument.display()))
}
