//! What each command does.

mod build;
mod new;
mod publish;
mod serve;

use std::error::Error;
use std::io::Write;

use clap::CommandFactory;

use storybank::build::Inputs;
use storybank::diagnostic::Diagnostic;
use storybank::report::{self, Colour, Sources};

use crate::cli::{Cli, Command};

/// How a command ended that the machine did not stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// What was asked for is there.
    Done,
    /// Something was left undone, because a person has to mend or decide something first.
    LeftUndone,
}

/// Runs a command.
pub fn run(cli: Cli) -> Result<Outcome, Box<dyn Error>> {
    match cli.command {
        Command::Build(options) => build::run(&options),
        Command::Serve(options) => serve::run(&options),
        Command::Publish(options) => publish::run(&options),
        Command::Init { folder } => new::init(&folder),
        Command::New(options) => new::run(&options),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "storybank", &mut text);
            print(&text)
        }
        Command::Man { command } => man(command.as_deref()),
    }
}

/// Prints the manual page of the program, or of one of its commands.
fn man(name: Option<&str>) -> Result<Outcome, Box<dyn Error>> {
    let mut program = Cli::command();
    program.build();
    let page = match name {
        None => program,
        Some(name) => program.find_subcommand(name).ok_or_else(|| format!("there is no command `{name}`"))?.clone(),
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page).render(&mut text)?;
    print(&text)
}

/// Writes to standard output; a reader who has seen enough and gone is no error.
fn print(text: &[u8]) -> Result<Outcome, Box<dyn Error>> {
    match std::io::stdout().write_all(text) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(Outcome::Done),
    }
}

/// Writes diagnostics to the terminal.
fn report_to_terminal(diagnostics: &[Diagnostic], inputs: &Inputs) {
    if diagnostics.is_empty() {
        return;
    }
    let documents = inputs.documents.iter().chain(&inputs.settings).map(|file| (file.path.clone(), file.bytes.clone()));
    let sources = Sources::new(documents.chain(inputs.theme.iter().map(|file| (file.path.clone(), file.bytes.clone()))));
    for entry in report::entries(diagnostics, &sources, Colour::Styled) {
        // The stream takes the colours out again where nobody would see them.
        anstream::eprintln!("{entry}\n");
    }
}
