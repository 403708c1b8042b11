//! Sets `STORYBANK_SOURCES` to a digest of the sources.
//!
//! The look of a page depends on the program, so a page from another version of the sources is not
//! up to date. The digest of the same sources is the same on every machine.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    for name in ["src", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={name}");
        add(&root.join(name), &mut hasher)?;
    }
    println!("cargo::rustc-env=STORYBANK_SOURCES={}", hasher.finish());
    Ok(())
}

/// Adds a file, or the files of a folder in the order of their names, to the digest.
fn add(path: &Path, hasher: &mut DefaultHasher) -> io::Result<()> {
    if !path.is_dir() {
        // A package may lack its lock file. The digest then depends on its sources only.
        fs::read(path).unwrap_or_default().hash(hasher);
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    entries.iter().try_for_each(|entry| add(entry, hasher))
}
