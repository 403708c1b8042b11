//! The files of a build, and those that the next build changed.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::hash::{DefaultHasher, Hasher};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use super::workspace::at;

/// All files below a folder at one time.
pub struct Output(BTreeMap<PathBuf, Mark>);

/// Shows whether a file was written again, and whether its bytes changed.
#[derive(Clone, Copy)]
struct Mark {
    modified: SystemTime,
    digest: u64,
}

/// The changes of a build to the output of the previous one.
#[derive(Default)]
pub struct Change {
    /// The number of files now.
    pub files: usize,
    /// Written files, with or without other bytes, including new files.
    pub written: Vec<PathBuf>,
    /// The number of written files whose bytes changed.
    pub differing: usize,
    /// The number of removed files.
    pub removed: usize,
}

impl Output {
    /// Reads every file below `folder`.
    pub fn read(folder: &Path) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        visit(folder, &mut |path| {
            let mark = Mark::of(path).map_err(at(path))?;
            let path = path
                .strip_prefix(folder)
                .expect("a visited file is below its folder");
            files.insert(path.to_owned(), mark);
            Ok(())
        })?;
        Ok(Self(files))
    }

    /// The changes since `before`.
    pub fn since(&self, before: &Self) -> Change {
        let known = |path: &PathBuf| before.0.get(path);
        let written = self
            .0
            .iter()
            .filter(|(path, mark)| known(path).is_none_or(|old| old.modified != mark.modified));
        let differing = self
            .0
            .iter()
            .filter(|(path, mark)| known(path).is_none_or(|old| old.digest != mark.digest));
        Change {
            files: self.0.len(),
            written: written.map(|(path, _)| path.clone()).collect(),
            differing: differing.count(),
            removed: before
                .0
                .keys()
                .filter(|path| !self.0.contains_key(*path))
                .count(),
        }
    }
}

impl Change {
    /// Keeps the larger of two changes, by the number of written files.
    pub fn keep_larger(&mut self, other: Self) {
        if other.written.len() >= self.written.len() {
            *self = other;
        }
    }
}

impl Mark {
    /// Reads the file in parts, because the benchmark itself must use little memory, see
    /// `Run::peak`.
    fn of(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let mut hasher = DefaultHasher::new();
        let mut piece = [0; 16 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                length => hasher.write(&piece[..length]),
            }
        }
        Ok(Self {
            modified: file.metadata()?.modified()?,
            digest: hasher.finish(),
        })
    }
}

/// The number of pages: files whose name ends in `.html`.
pub fn pages(folder: &Path) -> Result<usize, String> {
    let mut pages = 0;
    visit(folder, &mut |path| {
        pages += usize::from(
            path.extension()
                .is_some_and(|extension| extension == "html"),
        );
        Ok(())
    })?;
    Ok(pages)
}

fn visit(folder: &Path, file: &mut impl FnMut(&Path) -> Result<(), String>) -> Result<(), String> {
    for entry in fs::read_dir(folder).map_err(at(folder))? {
        let entry = entry.map_err(at(folder))?;
        if entry.file_type().map_err(at(folder))?.is_dir() {
            visit(&entry.path(), file)?;
        } else {
            file(&entry.path())?;
        }
    }
    Ok(())
}
