//! Writes one file in one step, and never over a file of somebody else.
//!
//! The last line of the file is a seal: a digest of everything before it. A file with its seal is as a build wrote it, so the next
//! build may replace it. Any other file stays as it is.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use xxhash_rust::xxh3::xxh3_128;

use super::emit::{Claim, Parents};
use super::output::{owner, resolved};
use super::{Error, Interrupts, read_regular};

/// The ending of a file that every device opens with a browser.
const ENDING: &str = "html";

/// A file that a site may be written to.
#[derive(Debug)]
pub struct OutputFile {
    /// Its absolute path with links resolved.
    path: PathBuf,
    name: String,
    given: PathBuf,
}

/// Whether the file is a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It was written.
    Written,
    /// It had the same content already.
    Unchanged,
}

impl OutputFile {
    /// The file at `given`, for the site at `root`.
    ///
    /// # Errors
    ///
    /// Why the site may not be written there.
    pub fn of(given: &Path, root: &Path) -> Result<Self, Error> {
        let path = resolved(given)?;
        let refuse = |reason: &str| {
            let reason = format!("{reason}; choose another file with `--out`");
            Err(Error::refused("write to", &path, reason))
        };
        let Some(name) = path.file_name().filter(|_| !path.is_dir()) else {
            return refuse("it is a folder, and `--single` writes one file");
        };
        let name = name.to_string_lossy().into_owned();
        let ending = path.extension().map(OsStr::to_ascii_lowercase);
        if ending.is_none_or(|ending| ending != ENDING) {
            return refuse("its name does not end in `.html`, so a phone would not show it");
        }
        let root = fs::canonicalize(root).map_err(|error| Error::io("read", root, error))?;
        if let Some(reason) = path.parent().and_then(|folder| owner(folder, &root)) {
            return refuse(reason);
        }
        refuse_foreign(&path)?;
        Ok(Self {
            name,
            given: given.to_owned(),
            path,
        })
    }

    /// Its name without its folder.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its path as the user gave it.
    pub fn shown(&self) -> PathBuf {
        // `./a.html` is `a.html`.
        self.given
            .components()
            .filter(|part| *part != Component::CurDir)
            .collect()
    }

    /// Writes the file with its seal. There is always either the previous file or the new one.
    ///
    /// # Errors
    ///
    /// The failure of the machine, somebody else's file at the path, or another build that writes it.
    pub fn write(&self, html: &str, interrupts: &Interrupts) -> Result<Change, Error> {
        let _held = interrupts.hold();
        let bytes = sealed(html);
        let path = &self.path;
        let _parents = Parents::of(path)?;
        let beside =
            |ending: &str| path.with_file_name(format!(".{}.storybank-{ending}", self.name));
        let _claim = Claim::take(beside("lock"))?;
        refuse_foreign(path)?;
        if read_regular(path).is_ok_and(|previous| previous == bytes) {
            return Ok(Change::Unchanged);
        }
        let new = beside("new");
        let written = write_new(&new, &bytes).map_err(|error| Error::io("write", &new, error));
        let replaced = written.and_then(|()| {
            if interrupts.have_come() {
                return Err(Error::refused(
                    "write",
                    path,
                    "the program was asked to end",
                ));
            }
            fs::rename(&new, path).map_err(|error| Error::io("put the new file at", path, error))
        });
        if replaced.is_err() {
            // The error that is reported is more important than a file that cannot be removed; the next build replaces it.
            let _ = fs::remove_file(&new);
        }
        replaced.map(|()| Change::Written)
    }
}

/// Writes a file and waits until it is on the disk. What a build that was killed has left there is removed first.
fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut file = File::create_new(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

/// Refuses a path at which there is anything but a file as a build wrote it.
fn refuse_foreign(path: &Path) -> Result<(), Error> {
    let bytes = match read_regular(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) if error.kind() == io::ErrorKind::InvalidInput => {
            let reason = format!("{error}, or choose another file with `--out`");
            return Err(Error::refused("write", path, reason));
        }
        Err(error) => return Err(Error::io("read", path, error)),
    };
    if is_sealed(&bytes) {
        return Ok(());
    }
    let reason = "this file was not made by storybank, or was changed since; move it away, or choose another file with `--out`";
    Err(Error::refused("write", path, reason))
}

/// A text and its seal.
fn sealed(html: &str) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(html.len() + 64);
    bytes.extend_from_slice(html.trim_end_matches('\n').as_bytes());
    bytes.push(b'\n');
    let seal = seal(&bytes);
    bytes.extend_from_slice(seal.as_bytes());
    bytes
}

/// Whether a file ends in its seal.
fn is_sealed(bytes: &[u8]) -> bool {
    let start = bytes
        .strip_suffix(b"\n")
        .and_then(|rest| rest.iter().rposition(|&byte| byte == b'\n'))
        .map_or(0, |line_end| line_end + 1);
    let (content, last) = bytes.split_at(start);
    last == seal(content).as_bytes()
}

fn seal(content: &[u8]) -> String {
    format!("<!-- storybank {:032x} -->\n", xxh3_128(content))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_has_its_seal_until_somebody_changes_it() {
        let file = sealed("<p>a</p>\n");
        assert!(is_sealed(&file));
        for changed in [
            &file[1..],
            &file[..file.len() - 1],
            &[&file[..], b"\n"].concat(),
            &[b"<p>b</p>", &file[..]].concat(),
            b"",
            b"\n",
            b"# My own notes\n",
        ] {
            assert!(!is_sealed(changed), "{}", String::from_utf8_lossy(changed));
        }
    }
}
