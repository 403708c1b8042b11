//! The least work of any generator: it reads each story, converts its Markdown to HTML once, and
//! writes one file.
//!
//! It has no templates, links or lists. A generator cannot be faster, so its distance from this
//! time is its own cost, on any machine. The files are in one folder, as storybank's are, because a
//! folder for each would take longer.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Options, Parser, html};
use rayon::prelude::*;

use super::workspace::at;

/// The first argument with which the benchmark starts itself as the floor.
pub const ARGUMENT: &str = "floor";

/// Builds every story of one folder into `out`; fails on the first file that cannot be read or
/// written.
pub fn build(stories: &Path, out: &Path) -> Result<(), String> {
    fs::create_dir_all(out).map_err(at(out))?;
    let files = fs::read_dir(stories)
        .and_then(|entries| {
            entries
                .map(|entry| Ok(entry?.path()))
                .collect::<Result<Vec<PathBuf>, _>>()
        })
        .map_err(at(stories))?;
    files.par_iter().try_for_each(|file| page(file, out))
}

fn page(file: &Path, out: &Path) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(at(file))?;
    let mut page = String::with_capacity(text.len() * 2);
    html::push_html(&mut page, Parser::new_ext(body(&text), extensions()));
    let name = file
        .file_name()
        .expect("a folder lists files by their names");
    let target = out.join(name).with_extension("html");
    fs::write(&target, page).map_err(at(&target))
}

fn body(text: &str) -> &str {
    text.split_once("\n---\n").map_or(text, |(_, body)| body)
}

/// What storybank's content format allows in a body.
fn extensions() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_GFM
        | Options::ENABLE_HEADING_ATTRIBUTES
        | Options::ENABLE_WIKILINKS
}
