//! The program around the library: it reads the command line, runs a command, and returns an exit status.

#![expect(
    clippy::disallowed_methods,
    reason = "commands ask the clock and the environment, so that the jobs below do not have to"
)]

mod build;
mod error;
mod init;
mod new;
mod publish;
mod rename;
mod schema;
mod serve;
mod terminal;

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::{CommandFactory, Parser};

use crate::cli::{Cli, Command};
use crate::escape::{visible, visible_lines};
pub use error::Error;
pub use terminal::Streams;
use terminal::{Terminal, Verbosity, error_style};

/// The message after a crash of the program itself.
const FAULT: &str = "storybank has a fault; please report it with the lines above";

/// The exit status of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// 0: the command did what was asked for.
    Done,
    /// 1: something was left undone, because a person has to fix or decide something first.
    LeftUndone,
    /// 2: the command could not be carried out.
    Failed,
}

impl From<Status> for ExitCode {
    fn from(status: Status) -> Self {
        match status {
            Status::Done => Self::SUCCESS,
            Status::LeftUndone => Self::from(1),
            Status::Failed => Self::from(2),
        }
    }
}

/// The result of a command that could be carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Outcome {
    /// The command did what was asked for.
    Done,
    /// Something was left undone, because a person has to fix or decide something first.
    LeftUndone,
}

/// Runs the program: `arguments` starts with the name of the program, as on a command line.
///
/// Results go to the output of `streams`, everything else to its messages. A crash ends in [`Status::Failed`], like any other
/// failure.
pub fn run(arguments: impl IntoIterator<Item = OsString>, streams: Streams) -> Status {
    let arguments: Vec<OsString> = arguments.into_iter().collect();
    // The error message quotes the arguments, so it is made from escaped ones.
    let shown = || {
        arguments
            .iter()
            .map(|argument| visible(&argument.to_string_lossy()).into_owned())
    };
    let parsed = Cli::try_parse_from(&arguments)
        .map_err(|error| Cli::try_parse_from(shown()).err().unwrap_or(error));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(message) => return answer(&message, &Terminal::new(Verbosity::Full, streams)),
    };
    let terminal = Arc::new(Terminal::new(
        if cli.quiet {
            Verbosity::Quiet
        } else {
            Verbosity::Full
        },
        streams,
    ));
    let ended = panic::catch_unwind(AssertUnwindSafe(|| carry_out(cli.command, &terminal)));
    close(ended, &terminal)
}

/// Prints a crash as the standard library does, but escaped: its message may quote a file of the user.
pub fn print_crashes_safely() {
    panic::set_hook(Box::new(|fault| {
        let trace = Backtrace::capture();
        let trace = if trace.status() == BacktraceStatus::Captured {
            trace.to_string()
        } else {
            String::new()
        };
        let text = format!(
            "{}\n{}",
            visible_lines(&fault.to_string()),
            visible_lines(&trace)
        );
        Terminal::new(Verbosity::Full, Streams::standard()).show(&text);
    }));
}

fn carry_out(command: Command, terminal: &Arc<Terminal>) -> Result<Outcome, Error> {
    match command {
        Command::Build(options) => build::run(&options, terminal),
        Command::Serve(options) => serve::run(&options, terminal),
        Command::Publish(options) => publish::run(&options, terminal),
        Command::Init(options) => init::run(&options, terminal),
        Command::New(options) => new::run(&options, terminal),
        Command::Rename(options) => rename::run(&options, terminal),
        Command::Schema(options) => schema::run(&options, terminal),
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
fn man(name: Option<&str>, terminal: &Terminal) -> Result<Outcome, Error> {
    let mut program = Cli::command();
    program.build();
    let page = match name {
        None => program,
        Some(name) => program
            .find_subcommand(name)
            .ok_or_else(|| format!("there is no command `{name}`"))?
            .clone(),
    };
    let mut text = Vec::new();
    clap_mangen::Man::new(page)
        .render(&mut text)
        .map_err(Error::system("write the manual page"))?;
    terminal.page(&String::from_utf8_lossy(&text));
    Ok(Outcome::Done)
}

/// The exit status, after the last message.
fn close(
    ended: Result<Result<Outcome, Error>, Box<dyn Any + Send>>,
    terminal: &Terminal,
) -> Status {
    match ended {
        Ok(Ok(Outcome::LeftUndone)) => return Status::LeftUndone,
        Ok(Ok(Outcome::Done)) => match terminal.loss() {
            None => return Status::Done,
            Some(error) => terminal.fail(&format!("cannot write to the standard output: {error}")),
        },
        Ok(Err(error)) => terminal.fail(&error.to_string()),
        Err(_) => terminal.fail(FAULT),
    }
    Status::Failed
}

/// Prints the help, the version, or the error in the arguments.
fn answer(message: &clap::Error, terminal: &Terminal) -> Status {
    let text = message.render();
    match message.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            terminal.page(&text.ansi().to_string());
            return close(Ok(Ok(Outcome::Done)), terminal);
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => {
            terminal.show(&text.ansi().to_string());
        }
        _ => {
            // The error quotes arguments, so its own colours are not printed.
            let text = text.to_string();
            let (error, rest) = text.split_once(':').unwrap_or(("error", &text));
            let style = error_style();
            terminal.show(&format!(
                "{style}{}{style:#}:{}",
                visible_lines(error),
                visible_lines(rest)
            ));
        }
    }
    Status::Failed
}
