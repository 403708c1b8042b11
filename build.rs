//! Sets `STORYBANK_SOURCES` to a digest of the sources, and lists the files that `storybank init` writes.
//!
//! The look of a page depends on the program, so a page from another version of the sources is not
//! up to date. The digest of the same sources is the same on every machine.

use std::fmt::Write;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::{env, fs, io};

/// The folders whose files the program contains, each with the name of its list.
const EMBEDDED: [(&str, &str); 3] = [
    ("STARTER", "src/commands/starter"),
    ("EXAMPLE", "src/commands/example"),
    ("SAMPLE", "src/commands/sample"),
];

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut hasher = DefaultHasher::new();
    for name in ["src", "Cargo.lock"] {
        println!("cargo::rerun-if-changed={name}");
        for path in files(&root.join(name))? {
            // A package may lack its lock file. The digest then depends on its sources only.
            fs::read(path).unwrap_or_default().hash(&mut hasher);
        }
    }
    println!("cargo::rustc-env=STORYBANK_SOURCES={}", hasher.finish());
    let out = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default());
    fs::write(out.join("embedded.rs"), embedded(&root)?)
}

/// The files of a folder and its folders, in the order of their names; a file stands for itself.
fn files(path: &Path) -> io::Result<Vec<PathBuf>> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let mut entries = fs::read_dir(path)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<Vec<_>>>()?;
    entries.sort();
    let below = entries
        .iter()
        .map(|entry| files(entry))
        .collect::<io::Result<Vec<_>>>()?;
    Ok(below.concat())
}

/// A constant for each embedded folder: the paths of its files below it, with `/`, and their texts.
fn embedded(root: &Path) -> io::Result<String> {
    let mut code = String::new();
    for (name, folder) in EMBEDDED {
        let folder = root.join(folder);
        let _ = writeln!(code, "pub(super) const {name}: &[(&str, &str)] = &[");
        for file in files(&folder)? {
            let below = file.strip_prefix(&folder).unwrap_or(&file);
            let below = below.to_string_lossy().replace('\\', "/");
            let _ = writeln!(code, "    ({below:?}, include_str!({file:?})),");
        }
        code.push_str("];\n");
    }
    Ok(code)
}
