//! What the program says: everything that goes to the standard output and to the standard error, made harmless in one place.

use std::io::{self, ErrorKind, Write};
use std::sync::OnceLock;

use anstyle::{AnsiColor, Style};

use storybank::build::Inputs;
use storybank::diagnostic::Diagnostic;
use storybank::escape::{visible, visible_with_colours};
use storybank::report::{self, Colour, Sources};

/// How much is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Talk {
    /// Everything.
    Full,
    /// Results, errors and warnings only.
    Quiet,
}

/// The standard output and the standard error.
///
/// A write that fails stops no work. What was to be read from the standard output and could not be written is an error at the end;
/// a message for the standard error that cannot be written is lost, since it could be reported nowhere else.
pub struct Terminal {
    talk: Talk,
    /// Why a result could not be written.
    loss: OnceLock<io::Error>,
}

impl Terminal {
    /// A terminal that nothing has been said on.
    pub fn new(talk: Talk) -> Self {
        Self { talk, loss: OnceLock::new() }
    }

    /// Whether only results, errors and warnings are said.
    pub fn is_quiet(&self) -> bool {
        self.talk == Talk::Quiet
    }

    /// A result, in a line of its own on the standard output.
    pub fn result(&self, line: &str) {
        self.page(&format!("{}\n", visible(line)));
    }

    /// A text that is the result, on the standard output, with colours where somebody sees them.
    pub fn page(&self, text: &str) {
        let mut out = anstream::stdout().lock();
        let written = out.write_all(visible_with_colours(text).as_bytes()).and_then(|()| out.flush());
        if let Err(error) = written {
            // The first reason is the one to tell.
            let _ = self.loss.set(error);
        }
    }

    /// Whether every result could be written.
    pub fn is_heard(&self) -> bool {
        self.loss.get().is_none()
    }

    /// Why results could not be written; a reader who has seen enough and gone is not an error.
    pub fn loss(&self) -> Option<&io::Error> {
        self.loss.get().filter(|error| error.kind() != ErrorKind::BrokenPipe)
    }

    /// A line that is good to know, on the standard error.
    pub fn say(&self, line: &str) {
        if !self.is_quiet() {
            self.warn(line);
        }
    }

    /// A line that has to be known, on the standard error.
    pub fn warn(&self, line: &str) {
        to_standard_error(&format!("{}\n", visible(line)));
    }

    /// What keeps a command from being carried out, on the standard error.
    pub fn fail(&self, error: &str) {
        to_standard_error(&format!("{}error{:#}: {}\n", error_style(), Style::new(), visible(error)));
    }

    /// Lines that may have colours, in which the text of others was made [`visible`], on the standard error.
    pub fn show(&self, lines: &str) {
        to_standard_error(lines);
    }

    /// Diagnostics with excerpts, on the standard error.
    pub fn report(&self, diagnostics: &[Diagnostic], inputs: &Inputs) {
        if diagnostics.is_empty() {
            return;
        }
        let documents = inputs.documents.iter().chain(&inputs.settings).map(|file| (file.path.clone(), file.bytes.clone()));
        let sources = Sources::new(documents.chain(inputs.theme.iter().map(|file| (file.path.clone(), file.bytes.clone()))));
        for entry in report::entries(diagnostics, &sources, Colour::Styled) {
            self.show(&format!("{entry}\n\n"));
        }
    }
}

/// How the word `error` looks.
pub fn error_style() -> Style {
    AnsiColor::Red.on_default().bold()
}

fn to_standard_error(lines: &str) {
    // The stream takes the colours out where nobody would see them. Where it cannot be written to, there is no place to say so.
    let _ = anstream::stderr().lock().write_all(visible_with_colours(lines).as_bytes());
}
