//! The program: words of the command line in, exit status out.

mod cli;
mod commands;

use std::process::ExitCode;

use clap::Parser;

use commands::Outcome;

/// A build is thousands of pages, each of many small pieces, on all cores: what it asks most of is the allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    match commands::run(cli::Cli::parse()) {
        Ok(Outcome::Done) => ExitCode::SUCCESS,
        Ok(Outcome::LeftUndone) => ExitCode::from(1),
        Err(error) => {
            anstream::eprintln!("{}error{:#}: {error}", anstyle::AnsiColor::Red.on_default().bold(), anstyle::Style::new());
            ExitCode::from(2)
        }
    }
}
