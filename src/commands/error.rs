//! Why a command could not be carried out.

use std::{fmt, io};

use crate::{disk, publish, serve};

/// Why a command could not be carried out. Errors in the content are not among them: those are diagnostics.
#[derive(Debug)]
pub enum Error {
    /// A file or a folder could not be read or written.
    Disk(disk::Error),
    /// A wiki could not be read or written.
    Wiki(publish::Error),
    /// The preview could not listen or answer.
    Preview(serve::Error),
    /// The system refused something else.
    System {
        /// What was tried, as in `catch signals`.
        action: &'static str,
        /// Why it failed.
        cause: io::Error,
    },
    /// What the user asked for is not possible: what is wrong, and what to do.
    Request(String),
}

impl Error {
    /// Says what was tried when the system refused it; for `map_err`.
    pub(super) fn system(action: &'static str) -> impl FnOnce(io::Error) -> Self {
        move |cause| Self::System { action, cause }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(error) => error.fmt(formatter),
            Self::Wiki(error) => error.fmt(formatter),
            Self::Preview(error) => error.fmt(formatter),
            Self::System { action, cause } => write!(formatter, "cannot {action}: {cause}"),
            Self::Request(message) => formatter.write_str(message),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Disk(error) => Some(error),
            Self::Wiki(error) => Some(error),
            Self::Preview(error) => Some(error),
            Self::System { cause, .. } => Some(cause),
            Self::Request(_) => None,
        }
    }
}

impl From<disk::Error> for Error {
    fn from(error: disk::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<publish::Error> for Error {
    fn from(error: publish::Error) -> Self {
        Self::Wiki(error)
    }
}

impl From<serve::Error> for Error {
    fn from(error: serve::Error) -> Self {
        Self::Preview(error)
    }
}

impl From<String> for Error {
    fn from(message: String) -> Self {
        Self::Request(message)
    }
}

impl From<&str> for Error {
    fn from(message: &str) -> Self {
        Self::Request(message.to_owned())
    }
}
