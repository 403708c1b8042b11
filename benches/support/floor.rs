//! The least that any generator must do: read each story, turn its Markdown into HTML once, write
//! one file.
//!
//! No templates, no links, no lists: a generator cannot be faster, so its distance from here is its
//! own cost, whatever the machine. The files lie flat, as storybank's do; a folder for each would
//! slow the floor down.

use std::fs;
use std::path::{Path, PathBuf};

use pulldown_cmark::{Options, Parser, html};
use rayon::prelude::*;

use super::workspace::at;

/// The first argument that turns the benchmark into the floor: it starts itself so.
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
