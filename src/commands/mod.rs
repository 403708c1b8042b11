//! What each command does.

mod build;
mod new;

use std::error::Error;

use clap::CommandFactory;

use crate::cli::{Cli, Command};

/// How a command ended that the machine did not stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// Nothing was written, because something in the content has to be mended first.
    ContentHasErrors,
}

/// Runs a command.
pub fn run(cli: Cli) -> Result<Outcome, Box<dyn Error>> {
    match cli.command {
        Command::Build(options) => build::run(&options),
        Command::Init { folder } => new::init(&folder),
        Command::New(options) => new::run(&options),
        Command::Completions { shell } => {
            clap_complete::generate(shell, &mut Cli::command(), "storybank", &mut std::io::stdout());
            Ok(Outcome::Done)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(&mut std::io::stdout())?;
            Ok(Outcome::Done)
        }
    }
}
