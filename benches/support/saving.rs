//! Saving a story, as editors do it.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::workspace::at;

/// How long nothing is saved in between, so that every save is on its own.
pub const BETWEEN: Duration = Duration::from_millis(400);

/// How an editor saves.
#[derive(Debug, Clone, Copy)]
pub enum Way {
    /// It writes the file itself.
    InPlace,
    /// It writes another file, which then takes the place of the old one.
    ByRenaming,
}

/// A story that is edited.
pub struct Story {
    file: PathBuf,
    /// What it was before anybody edited it.
    text: String,
}

impl Story {
    pub fn open(file: PathBuf) -> Result<Self, String> {
        let text = fs::read_to_string(&file).map_err(at(&file))?;
        Ok(Self { file, text })
    }

    /// Saves the story with one more sentence at its end.
    pub fn save_with(&self, sentence: &str, way: Way) -> Result<(), String> {
        save(&self.file, &format!("{}\n{sentence}\n", self.text), way)
    }
}

/// Saves a text under a name.
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
