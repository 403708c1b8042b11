//! `storybank init` and `storybank new`.

use std::error::Error;
use std::path::Path;

use super::Outcome;
use crate::cli::New;

/// Starts a site.
pub fn init(_folder: &Path) -> Result<Outcome, Box<dyn Error>> {
    Err("not there yet".into())
}

/// Starts a document.
pub fn run(_options: &New) -> Result<Outcome, Box<dyn Error>> {
    Err("not there yet".into())
}
