//! The only module with files: it reads the tree of a site, notices changes, and writes a site.

#![expect(
    clippy::disallowed_methods,
    reason = "this is the only module that uses the disk"
)]

mod change;
mod emit;
mod interrupt;
mod load;
mod manifest;
mod one_file;
mod output;
mod record;
mod scaffold;
mod watcher;

use std::path::{Path, PathBuf};
use std::{fmt, io};

use crate::escape::visible;

pub use change::{FileChanges, change, left_over, write_all};
pub use emit::{Staging, Summary};
pub use interrupt::{Held, Interrupts};
pub use load::{SourceTree, assets, find_site, load, site_whose_sources_hold};
pub use one_file::{Change, OutputFile};
pub use output::{Output, refuse_owned};
pub use record::{RecordLock, load_record, lock_record, save_record};
pub use scaffold::{create_all, create_new, first_there, remove_unchanged};
pub use watcher::{Activity, Events, Watcher};

/// A failure of the machine, with the path at which it happened.
#[derive(Debug)]
pub struct Error {
    /// What failed, as `read`.
    action: &'static str,
    path: PathBuf,
    cause: Cause,
}

#[derive(Debug)]
enum Cause {
    Io(io::Error),
    /// The program refuses it: why, and what to do.
    Refused(String),
}

impl Error {
    fn io(action: &'static str, path: &Path, error: io::Error) -> Self {
        Self {
            action,
            path: path.to_owned(),
            cause: Cause::Io(error),
        }
    }

    /// Whether there is nothing at the path.
    fn is_not_found(&self) -> bool {
        matches!(&self.cause, Cause::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }

    fn refused(action: &'static str, path: &Path, reason: impl Into<String>) -> Self {
        Self {
            action,
            path: path.to_owned(),
            cause: Cause::Refused(reason.into()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "cannot {} `{}`: ",
            self.action,
            visible(&self.path.to_string_lossy())
        )?;
        match &self.cause {
            Cause::Io(error) => write!(formatter, "{error}"),
            Cause::Refused(reason) => formatter.write_str(reason),
        }
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.cause {
            Cause::Io(error) => Some(error),
            Cause::Refused(_) => None,
        }
    }
}

/// Reads a regular file. To read a pipe would wait for somebody who writes to it.
fn read_regular(path: &Path) -> io::Result<Vec<u8>> {
    if std::fs::metadata(path)?.is_file() {
        return std::fs::read(path);
    }
    Err(io::Error::new(
        io::ErrorKind::InvalidInput,
        "it is not a regular file; move it away",
    ))
}

/// A path with `/` between its parts, as everywhere else in the program.
fn slashed(path: &Path) -> String {
    path.to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/")
}
