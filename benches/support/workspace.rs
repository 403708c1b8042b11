//! The folder for sites and builds: on a memory disk if there is one, so that the disk is not
//! measured.

use std::path::{Path, PathBuf};
use std::{env, fs, io, process};

use super::machine;
use super::options::Options;

/// A temporary folder of the benchmark, which is removed at the end unless the user keeps it.
pub struct Workspace {
    /// The folder.
    pub path: PathBuf,
    /// Whether it is known to be in memory.
    pub in_memory: bool,
    /// Whether it is kept at the end.
    pub keep: bool,
}

impl Workspace {
    /// Creates the folder. Fails if a folder to keep already contains files.
    pub fn open(options: &Options) -> Result<Self, String> {
        let memory = Path::new("/dev/shm");
        let Some(path) = options.keep.clone() else {
            let room = machine::free_bytes(memory)
                .is_some_and(|free| free >= needed_bytes(&options.sizes));
            let parent = if room {
                memory.to_owned()
            } else {
                env::temp_dir()
            };
            let path = parent.join(format!("storybank-bench-{}", process::id()));
            fs::create_dir(&path).map_err(at(&path))?;
            return Ok(Self {
                path,
                in_memory: room,
                keep: false,
            });
        };
        fs::create_dir_all(&path).map_err(at(&path))?;
        // Builds run in another working folder, so a relative path would not work.
        let path = path.canonicalize().map_err(at(&path))?;
        if fs::read_dir(&path).map_err(at(&path))?.next().is_some() {
            return Err(format!(
                "`{}` has files already, expected an empty folder to keep",
                path.display()
            ));
        }
        let in_memory = path.starts_with(memory);
        Ok(Self {
            path,
            in_memory,
            keep: true,
        })
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        if self.keep {
            eprintln!("kept `{}`", self.path.display());
        } else if let Err(error) = fs::remove_dir_all(&self.path) {
            eprintln!("warning: {}", at(&self.path)(error));
        }
    }
}

/// Removes a file or a folder with its content. A missing one is not an error.
pub fn remove(path: &Path) -> Result<(), String> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(at(path)(error)),
        _ => Ok(()),
    }
}

/// Adds the path to the message of an error.
pub fn at(path: &Path) -> impl FnOnce(io::Error) -> String {
    move |error| format!("`{}`: {error}", path.display())
}

/// An upper estimate for two sites and three outputs of the largest size: 64 KiB for each story,
/// and 64 MiB for the rest.
fn needed_bytes(sizes: &[usize]) -> u128 {
    let largest = sizes.iter().max().copied().unwrap_or_default();
    (largest as u128 * 64 + 64 * 1024) * 1024
}
