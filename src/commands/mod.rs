//! What each command does.

mod build;
mod new;
mod publish;
mod serve;
pub mod terminal;

use std::error::Error;
use std::sync::Arc;

use clap::CommandFactory;

use crate::cli::{Cli, Command};
use terminal::Terminal;

/// How a command ended that the machine did not stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What was asked for is there.
    Done,
    /// Something was left undone, because a person has to mend or decide something first.
    LeftUndone,
}

/// What kept a command from being carried out.
pub type Failure = Box<dyn Error>;

/// Runs a command.
pub fn run(command: Command, terminal: &Arc<Terminal>) -> Result<Outcome, Failure> {
    match command {
        Command::Build(options) => build::run(&options, terminal),
        Command::Serve(options) => serve::run(&options, terminal),
        Command::Publish(options) => publish::run(&options, terminal),
        Command::Init { folder } => new::init(&folder, terminal),
        Command::New(options) => new::run(&options, terminal),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "storybank", &mut text);
            terminal.page(&String::from_utf8_lossy(&text));
            Ok(Outcome::Done)
        }
        Command::Man { command } => man(command.as_deref(), terminal),
    }
}

/// Prints the manual page of the program, or of one of its commands.
fn man(name: Option<&str>, terminal: &Terminal) -> Result<Outcome, Failure> {
    let mut program = Cli::command();
    program.build();
    let page = match name {
        None => program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| format!("there is no command `{name}`"))?.clone(),
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    terminal.page(&String::from_utf8_lossy(&text));
    Ok(Outcome::Done)
}
