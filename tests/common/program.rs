//! Runs the program in temporary folders, which are removed after the test.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A temporary folder for a test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        Self::in_folder(Path::new(env!("CARGO_TARGET_TMPDIR")))
    }

    /// A folder outside of all sites. The build folders are inside one.
    pub fn far_away() -> Self {
        Self::in_folder(&std::env::temp_dir())
    }

    fn in_folder(folder: &Path) -> Self {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        let name = format!(
            "storybank-test-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let path = folder.join(name);
        fs::create_dir_all(&path).expect("a folder for tests can be made");
        Self(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    pub fn join(&self, name: &str) -> PathBuf {
        self.0.join(name)
    }

    /// Writes the files of a small site.
    pub fn write(&self, files: &BTreeMap<String, Vec<u8>>) {
        for (name, bytes) in files {
            let path = self.join(name);
            fs::create_dir_all(path.parent().expect("it is below the folder"))
                .expect("it can be made");
            fs::write(path, bytes).expect("it can be written");
        }
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // A failed test may have left it in any state. Anything that cannot be removed is in the
        // build folder.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program with its arguments, not started yet.
pub fn storybank<A: AsRef<OsStr>>(arguments: impl IntoIterator<Item = A>) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storybank"));
    command.args(arguments);
    command
}

/// `storybank build` of the site at `root` into `out`.
pub fn build(root: &Path, out: &Path) -> Command {
    storybank([
        OsStr::new("build"),
        OsStr::new("--root"),
        root.as_os_str(),
        OsStr::new("--out"),
        out.as_os_str(),
    ])
}

/// Runs a command until it ends.
pub fn run(mut command: Command) -> Output {
    command.output().expect("the program can be started")
}

/// Runs a command that must succeed.
pub fn succeed(command: Command) {
    let output = run(command);
    assert!(output.status.success(), "{}", words(&output));
}

/// The output of a command on both streams.
pub fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The content of a folder: files with their bytes, links with their targets, folders with nothing.
pub fn tree(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = walkdir::WalkDir::new(folder)
        .min_depth(1)
        .into_iter()
        .map(|entry| entry.expect("it can be read"));
    let named = entries.map(|entry| {
        let name = entry
            .path()
            .strip_prefix(folder)
            .expect("it is below the folder")
            .to_string_lossy()
            .into_owned();
        let bytes = if entry.path_is_symlink() {
            fs::read_link(entry.path())
                .expect("it is a link")
                .to_string_lossy()
                .into_owned()
                .into_bytes()
        } else if entry.file_type().is_dir() {
            Vec::new()
        } else {
            fs::read(entry.path()).expect("it can be read")
        };
        (name, bytes)
    });
    named.collect()
}
