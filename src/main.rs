//! The program: words of the command line in, exit status out.

mod cli;
mod commands;

use std::any::Any;
use std::backtrace::{Backtrace, BacktraceStatus};
use std::ffi::OsString;
use std::panic::{self, AssertUnwindSafe};
use std::process::ExitCode;
use std::sync::Arc;

use clap::Parser;
use clap::error::ErrorKind;

use commands::terminal::{Talk, Terminal, error_style};
use commands::{Failure, Outcome};
use storybank::escape::{visible, visible_lines};

/// A build is thousands of pages, each of many small pieces, on all cores: what it asks most of is the allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is said where the program has failed.
const FAULT: &str = "storybank has a fault; please report it with the lines above";

fn main() -> ExitCode {
    tell_of_faults();
    let arguments: Vec<OsString> = std::env::args_os().collect();
    // What is said of words that cannot be understood quotes them.
    let shown = || arguments.iter().map(|argument| visible(&argument.to_string_lossy()).into_owned());
    let parsed = cli::Cli::try_parse_from(&arguments).map_err(|error| cli::Cli::try_parse_from(shown()).err().unwrap_or(error));
    let cli = match parsed {
        Ok(cli) => cli,
        Err(message) => return answer(&message),
    };
    let terminal = Arc::new(Terminal::new(if cli.quiet { Talk::Quiet } else { Talk::Full }));
    // Whatever happens, the exit status is one that is documented.
    let ended = panic::catch_unwind(AssertUnwindSafe(|| commands::run(cli.command, &terminal)));
    close(ended, &terminal)
}

/// The exit status, after the last words.
fn close(ended: Result<Result<Outcome, Failure>, Box<dyn Any + Send>>, terminal: &Terminal) -> ExitCode {
    match ended {
        Ok(Ok(Outcome::LeftUndone)) => return ExitCode::from(1),
        Ok(Ok(Outcome::Done)) => match terminal.loss() {
            None => return ExitCode::SUCCESS,
            Some(error) => terminal.fail(&format!("cannot write to the standard output: {error}")),
        },
        Ok(Err(error)) => terminal.fail(&error.to_string()),
        Err(_) => terminal.fail(FAULT),
    }
    ExitCode::from(2)
}

/// What clap says instead of giving a command: the help, the version, or what is wrong with the words of the command line.
fn answer(message: &clap::Error) -> ExitCode {
    let terminal = Terminal::new(Talk::Full);
    let text = message.render();
    match message.kind() {
        ErrorKind::DisplayHelp | ErrorKind::DisplayVersion => {
            terminal.page(&text.ansi().to_string());
            return close(Ok(Ok(Outcome::Done)), &terminal);
        }
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => terminal.show(&text.ansi().to_string()),
        _ => {
            // With words of the command line in it, it has no colours but for its first word.
            let text = text.to_string();
            let (error, rest) = text.split_once(':').unwrap_or(("error", &text));
            let style = error_style();
            terminal.show(&format!("{style}{}{style:#}:{}", visible_lines(error), visible_lines(rest)));
        }
    }
    ExitCode::from(2)
}

/// Prints a fault as the standard library does, but harmless: its message may quote a file.
fn tell_of_faults() {
    panic::set_hook(Box::new(|fault| {
        let trace = Backtrace::capture();
        let trace = if trace.status() == BacktraceStatus::Captured { trace.to_string() } else { String::new() };
        Terminal::new(Talk::Full).show(&format!("{}\n{}", visible_lines(&fault.to_string()), visible_lines(&trace)));
    }));
}
