//! The program itself, run on folders that are gone after the test.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::atomic::{AtomicU32, Ordering};

/// A folder of its own for a test.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new() -> Self {
        Self::in_folder(Path::new(env!("CARGO_TARGET_TMPDIR")))
    }

    /// A folder that lies in no site, as the folders of the build do.
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

    /// Writes files, as the text of a small site gives them.
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
        // A test that fails may have left it in any state; what cannot be removed lies in the folder of the build.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// The program with its arguments, not yet started.
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

/// Runs a command to its end.
pub fn run(mut command: Command) -> Output {
    command.output().expect("the program can be started")
}

/// Runs a command that must succeed.
pub fn succeed(command: Command) {
    let output = run(command);
    assert!(output.status.success(), "{}", words(&output));
}

/// What a command printed for a person.
pub fn words(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The files below a folder with their bytes, links with what they lead to, folders with nothing.
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
