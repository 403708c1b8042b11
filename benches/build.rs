//! Measures whole builds: storybank compared with the least possible work and with Hugo, on the
//! same stories.
//!
//! ```text
//! cargo bench --bench build -- [STORIES ..] [--rounds N] [--keep DIR]
//! ```
//!
//! Every measurement is a separate process. The programs take turns within a round, so load on the
//! machine affects all of them. The report on standard output is Markdown for `docs/benchmarks.md`;
//! progress goes to standard error. The command fails if a build fails, but not if a target is
//! missed.

mod support {
    pub mod corpus;
    pub mod floor;
    pub mod hugo;
    pub mod machine;
    pub mod options;
    pub mod output;
    pub mod process;
    pub mod report;
    pub mod rounds;
    pub mod site;
    pub mod statistics;
    pub mod table;
    pub mod workspace;
}

use std::ffi::OsString;
use std::process::ExitCode;

use support::options::Options;
use support::rounds::Contenders;
use support::workspace::Workspace;
use support::{floor, options, report, rounds};

fn main() -> ExitCode {
    options::started_with(run)
}

fn run(arguments: &[OsString]) -> Result<(), String> {
    if let [first, stories, out] = arguments
        && first == floor::ARGUMENT
    {
        return floor::build(stories.as_ref(), out.as_ref());
    }
    let Some(options) = options::parse(arguments)? else {
        println!("nothing measured: start it with `cargo bench --bench build`");
        return Ok(());
    };
    measure(&options)
}

fn measure(options: &Options) -> Result<(), String> {
    let workspace = Workspace::open(options)?;
    let contenders = Contenders::find()?;
    let results = options
        .sizes
        .iter()
        .map(|&stories| rounds::measure(&contenders, &workspace, stories, options.rounds))
        .collect::<Result<Vec<_>, _>>()?;
    print!(
        "{}",
        report::markdown(&contenders, &workspace, options.rounds, &results)
    );
    Ok(())
}
