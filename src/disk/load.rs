//! Reading the files of a site.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use rayon::prelude::*;
use walkdir::{DirEntry, WalkDir};

use super::{Error, slashed};
use crate::build::{InputFile, Inputs, settings};
use crate::config;
use crate::parse::CONTENT;
use crate::render::ThemeFile;
use crate::source::SitePath;

/// The folder of the themes, from the root of a site.
const THEMES: &str = "themes";

/// The longest file that is read; offsets in a file are kept in 31 bits.
const LONGEST: u64 = (1 << 31) - 1;

/// Reads the files of the site at `root`.
pub fn load(root: &Path) -> Result<Inputs, Error> {
    if !root.join(CONTENT).is_dir() {
        let reason = if root.is_dir() {
            "it has no folder `content`; go to the folder of a site, name one with `--root`, or start one with `storybank init`"
        } else {
            "there is no such folder"
        };
        return Err(Error::refused("read the site at", root, reason));
    }
    let mut inputs = Inputs { settings: read_settings(root)?, ..Inputs::default() };
    let is_document = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "md" || extension == "markdown");
    let (documents, assets): (Vec<PathBuf>, Vec<PathBuf>) = files_below(root, &root.join(CONTENT))?.into_iter().partition(is_document);
    inputs.assets = assets.iter().map(|path| site_path(root, path)).collect();
    let read = documents.into_par_iter().map(|path| Ok(InputFile::new(site_path(root, &path), read(&path)?)));
    inputs.documents = read.collect::<Result<_, Error>>()?;
    inputs.theme = read_theme(root, &inputs)?;
    Ok(inputs)
}

/// Reads files of the content that documents refer to.
pub fn assets<'a>(root: &Path, paths: impl IntoIterator<Item = &'a SitePath>) -> Result<BTreeMap<SitePath, Arc<[u8]>>, Error> {
    paths.into_iter().map(|path| Ok((path.clone(), read(&root.join(path.as_str()))?.into()))).collect()
}

fn read_settings(root: &Path) -> Result<Option<InputFile>, Error> {
    let path = root.join(config::FILE);
    if !path.exists() {
        return Ok(None);
    }
    Ok(Some(InputFile::new(SitePath::new(config::FILE), read(&path)?)))
}

fn read_theme(root: &Path, inputs: &Inputs) -> Result<Vec<ThemeFile>, Error> {
    let (config, _) = settings(inputs);
    let is_plain_name = !config.theme.is_empty() && !config.theme.contains(['/', '\\']) && !config.theme.starts_with('.');
    let folder = root.join(THEMES).join(&config.theme);
    if !is_plain_name || !folder.is_dir() {
        if config.theme == "default" {
            return Ok(Vec::new());
        }
        return Err(Error::refused(
            "read the theme",
            &folder,
            "there is no such folder; `theme` in `site.toml` names a folder below `themes`, or is \"default\"",
        ));
    }
    let mut files = Vec::new();
    for path in files_below(root, &folder)? {
        let name = slashed(path.strip_prefix(&folder).unwrap_or(&path));
        files.push(ThemeFile { path: site_path(root, &path), name, bytes: read(&path)?.into() });
    }
    Ok(files)
}

/// The files below a folder in the order of their paths, without those that tools keep for themselves.
///
/// A link is followed to a file that lies in the site, and to nothing else.
fn files_below(root: &Path, folder: &Path) -> Result<Vec<PathBuf>, Error> {
    let mut files = Vec::new();
    for entry in WalkDir::new(folder).sort_by_file_name().into_iter().filter_entry(|entry| entry.depth() == 0 || !is_tools_own(entry)) {
        let entry = entry.map_err(|error| {
            let path = error.path().unwrap_or(folder).to_owned();
            Error::io("read", &path, error.into())
        })?;
        if entry.file_type().is_file() || (entry.path_is_symlink() && is_file_of_site(root, entry.path())) {
            files.push(entry.into_path());
        }
    }
    Ok(files)
}

/// Files of editors, version control and systems: hidden ones and backups.
fn is_tools_own(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    name.starts_with('.')
        || name.ends_with('~')
        || (name.starts_with('#') && name.ends_with('#'))
        || name.ends_with(".swp")
        || name.ends_with(".tmp")
}

fn is_file_of_site(root: &Path, link: &Path) -> bool {
    match (fs::canonicalize(link), fs::canonicalize(root)) {
        (Ok(target), Ok(root)) => target.is_file() && target.starts_with(root),
        _ => false,
    }
}

fn read(path: &Path) -> Result<Vec<u8>, Error> {
    let bytes = fs::read(path).map_err(|error| Error::io("read", path, error))?;
    if bytes.len() as u64 > LONGEST {
        return Err(Error::refused("read", path, "it has more than 2 GiB"));
    }
    Ok(bytes)
}

fn site_path(root: &Path, path: &Path) -> SitePath {
    SitePath::new(slashed(path.strip_prefix(root).unwrap_or(path)))
}
