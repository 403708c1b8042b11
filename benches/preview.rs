//! Measures the preview: the time until it shows the first page, and until it shows a save, both in
//! responses and in a browser.
//!
//! ```text
//! cargo bench --bench preview -- [STORIES ..] [--rounds N] [--keep DIR]
//! ```
//!
//! Every save writes a real file. The benchmark then requests the page until it contains the new
//! words. The report on standard output is Markdown for `docs/benchmarks.md`; progress goes to
//! standard error. The command fails if a page does not match the files, but not if a target is
//! missed.

mod support {
    pub mod asking;
    pub mod corpus;
    pub mod hugo;
    pub mod machine;
    pub mod options;
    pub mod painting;
    pub mod preview;
    pub mod preview_report;
    pub mod rightness;
    pub mod running;
    pub mod saving;
    pub mod statistics;
    pub mod table;
    pub mod workspace;
}

#[expect(
    dead_code,
    reason = "the benchmark uses a part of what the tests share"
)]
#[path = "../tests/common/browser.rs"]
mod browser;
#[expect(
    dead_code,
    reason = "the benchmark uses a part of what the tests share"
)]
#[path = "../tests/common/program.rs"]
mod program;
#[expect(
    dead_code,
    reason = "the benchmark uses a part of what the tests share"
)]
#[path = "../tests/common/server.rs"]
mod server;

use std::ffi::OsString;
use std::process::ExitCode;

use support::options::Options;
use support::workspace::Workspace;
use support::{hugo, options, preview, preview_report};

fn main() -> ExitCode {
    options::started_with(run)
}

fn run(arguments: &[OsString]) -> Result<(), String> {
    let Some(options) = options::parse(arguments)? else {
        println!("nothing measured: start it with `cargo bench --bench preview`");
        return Ok(());
    };
    measure(&options)
}

fn measure(options: &Options) -> Result<(), String> {
    let workspace = Workspace::open(options)?;
    let hugo = hugo::version();
    let results = options
        .sizes
        .iter()
        .map(|&stories| preview::measure(&workspace, stories, options.rounds, hugo.is_some()))
        .collect::<Result<Vec<_>, _>>()?;
    print!(
        "{}",
        preview_report::markdown(hugo.as_deref(), &workspace, &results)
    );
    Ok(())
}
