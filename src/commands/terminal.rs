//! The output and the messages of the program. Everything that it prints is escaped here, so it cannot control the terminal.

use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::{Mutex, OnceLock, PoisonError};

use anstyle::{AnsiColor, Style};

use crate::build::Inputs;
use crate::diagnostic::Diagnostic;
use crate::escape::{visible, visible_with_colours};
use crate::report::{self, Colour, Sources};

/// Which messages are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verbosity {
    /// All.
    Full,
    /// Results, errors and warnings only.
    Quiet,
}

/// Where a program writes: results to its output, everything else to its messages.
pub struct Streams {
    output: Box<dyn Write + Send>,
    messages: Box<dyn Write + Send>,
    /// Whether the messages go to a terminal.
    are_messages_seen: bool,
}

impl Streams {
    /// The standard output and the standard error of this process, with colours if they are terminals.
    pub fn standard() -> Self {
        Self {
            output: Box::new(anstream::stdout()),
            messages: Box::new(anstream::stderr()),
            are_messages_seen: io::stderr().is_terminal(),
        }
    }

    /// Other streams, without colours.
    pub fn of(output: impl Write + Send + 'static, messages: impl Write + Send + 'static) -> Self {
        Self {
            output: Box::new(anstream::StripStream::new(
                Box::new(output) as Box<dyn Write + Send>
            )),
            messages: Box::new(anstream::StripStream::new(
                Box::new(messages) as Box<dyn Write + Send>
            )),
            are_messages_seen: false,
        }
    }
}

/// What the program prints.
///
/// A write that fails stops no work. A result that cannot be written is an error at the end. A message that cannot be
/// written is lost, because it could be reported nowhere else.
pub struct Terminal {
    verbosity: Verbosity,
    output: Mutex<Box<dyn Write + Send>>,
    messages: Mutex<Box<dyn Write + Send>>,
    are_messages_seen: bool,
    /// Why a result could not be written.
    loss: OnceLock<io::Error>,
}

impl Terminal {
    /// A terminal that prints to `streams`.
    pub fn new(verbosity: Verbosity, streams: Streams) -> Self {
        let Streams {
            output,
            messages,
            are_messages_seen,
        } = streams;
        Self {
            verbosity,
            output: Mutex::new(output),
            messages: Mutex::new(messages),
            are_messages_seen,
            loss: OnceLock::new(),
        }
    }

    /// Whether to show progress: a person sees the messages, and the program is not quiet.
    pub fn is_watched(&self) -> bool {
        self.are_messages_seen && !self.is_quiet()
    }

    /// Whether only results, errors and warnings are printed.
    pub fn is_quiet(&self) -> bool {
        self.verbosity == Verbosity::Quiet
    }

    /// Prints a result as a line on the output.
    pub fn result(&self, line: &str) {
        self.page(&format!("{}\n", visible(line)));
    }

    /// Prints a text as the result on the output. It may contain colours.
    pub fn page(&self, text: &str) {
        let mut out = self.output.lock().unwrap_or_else(PoisonError::into_inner);
        let written = out
            .write_all(visible_with_colours(text).as_bytes())
            .and_then(|()| out.flush());
        if let Err(error) = written {
            // Only the first reason is reported.
            let _ = self.loss.set(error);
        }
    }

    /// Whether every result could be written.
    pub fn can_print_results(&self) -> bool {
        self.loss.get().is_none()
    }

    /// Why results could not be written. A reader that closes the stream early is not an error.
    pub fn loss(&self) -> Option<&io::Error> {
        self.loss
            .get()
            .filter(|error| error.kind() != ErrorKind::BrokenPipe)
    }

    /// Prints information as a message, unless the program is quiet.
    pub fn say(&self, line: &str) {
        if !self.is_quiet() {
            self.warn(line);
        }
    }

    /// Prints a message that the user needs even if the program is quiet.
    pub fn warn(&self, line: &str) {
        self.write_message(&format!("{}\n", visible(line)));
    }

    /// Prints an error as a message.
    pub fn fail(&self, error: &str) {
        self.write_message(&format!(
            "{}error{:#}: {}\n",
            error_style(),
            Style::new(),
            visible(error)
        ));
    }

    /// Prints lines as a message. They may contain colours, and all text of others in them has passed [`visible`].
    pub fn show(&self, lines: &str) {
        self.write_message(lines);
    }

    fn write_message(&self, lines: &str) {
        let mut messages = self.messages.lock().unwrap_or_else(PoisonError::into_inner);
        // A failure cannot be reported anywhere else.
        let _ = messages
            .write_all(visible_with_colours(lines).as_bytes())
            .and_then(|()| messages.flush());
    }

    /// Prints diagnostics with excerpts as messages.
    pub fn report(&self, diagnostics: &[Diagnostic], inputs: &Inputs) {
        if diagnostics.is_empty() {
            return;
        }
        let documents = inputs
            .documents
            .iter()
            .chain(&inputs.settings)
            .map(|file| (file.path.clone(), file.bytes.clone()));
        let sources = Sources::new(
            documents.chain(
                inputs
                    .theme
                    .iter()
                    .map(|file| (file.path.clone(), file.bytes.clone())),
            ),
        );
        for entry in report::entries(diagnostics, &sources, Colour::Styled) {
            self.show(&format!("{entry}\n\n"));
        }
    }
}

/// The style of the word `error`.
pub fn error_style() -> Style {
    AnsiColor::Red.on_default().bold()
}
