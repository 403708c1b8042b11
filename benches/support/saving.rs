//! Saving a story in the ways of editors.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::workspace::at;

/// The pause between two saves, so that each is separate.
pub const BETWEEN: Duration = Duration::from_millis(400);

/// How an editor saves.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// It writes to the file itself.
    InPlace,
    /// It writes a temporary file and renames it to the original.
    ByRenaming,
}

/// A story that is edited.
pub struct Story {
    file: PathBuf,
    /// Its text before the first edit.
    text: String,
}

impl Story {
    pub fn open(file: PathBuf) -> Result<Self, String> {
        let text = fs::read_to_string(&file).map_err(at(&file))?;
        Ok(Self { file, text })
    }

    /// Saves the story with a sentence added at its end.
    pub fn save_with(&self, sentence: &str, way: Way) -> Result<(), String> {
        save(&self.file, &format!("{}\n{sentence}\n", self.text), way)
    }
}

/// Saves a text in a way.
pub fn save(file: &Path, text: &str, way: Way) -> Result<(), String> {
    match way {
        Way::InPlace => fs::write(file, text).map_err(at(file)),
        Way::ByRenaming => {
            let other = file.with_extension("md.tmp");
            fs::write(&other, text).map_err(at(&other))?;
            fs::rename(&other, file).map_err(at(file))
        }
    }
}
