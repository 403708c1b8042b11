//! Runs the user's `git` in a temporary bare repository.
//!
//! There is no work tree; only objects are read and written. So filters, line end conversion,
//! symbolic links and hooks cannot change a page, and no path in the repository becomes a path on
//! this machine.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::{env, fs, io, thread};

use std::io::Write as _;

/// Variables about another repository, which are set if storybank runs inside a hook.
const OF_ANOTHER_REPOSITORY: [&str; 9] = [
    "GIT_DIR",
    "GIT_WORK_TREE",
    "GIT_INDEX_FILE",
    "GIT_OBJECT_DIRECTORY",
    "GIT_ALTERNATE_OBJECT_DIRECTORIES",
    "GIT_COMMON_DIR",
    "GIT_NAMESPACE",
    "GIT_PREFIX",
    "GIT_QUARANTINE_PATH",
];

/// Settings that must not depend on the user. Git must neither invent a name from the machine, nor
/// run anything from the repository or a template.
const SETTINGS: [&str; 7] = [
    "user.useConfigOnly=true",
    "i18n.commitEncoding=UTF-8",
    "push.recurseSubmodules=no",
    "push.followTags=false",
    "fetch.recurseSubmodules=false",
    "gc.auto=0",
    "maintenance.auto=false",
];

/// `git` with a temporary repository.
pub(super) struct Git {
    folder: Temporary,
}

/// Why `git` failed.
#[derive(Debug)]
pub(super) struct Failure {
    /// Its message, without tokens and control characters.
    pub(super) reason: String,
    /// Its standard output.
    pub(super) output: String,
}

impl Git {
    /// Makes an empty repository.
    pub(super) fn new() -> Result<Self, Failure> {
        let folder = Temporary::new()
            .map_err(|error| Failure::of(format!("cannot create a temporary folder: {error}")))?;
        let git = Self { folder };
        let repository = git.repository();
        let path = repository.to_str().ok_or_else(|| {
            Failure::of("the path of the temporary folder is not UTF-8".to_owned())
        })?;
        git.run(&["init", "--quiet", "--bare", "--template=", "--", path])?;
        Ok(git)
    }

    /// Runs a command and returns its output.
    pub(super) fn run(&self, arguments: &[&str]) -> Result<Vec<u8>, Failure> {
        self.run_with(arguments, &[])
    }

    /// Runs a command that prints one word, for example an object id.
    pub(super) fn word(&self, arguments: &[&str], input: &[u8]) -> Result<String, Failure> {
        let printed = self.run_with(arguments, input)?;
        Ok(String::from_utf8_lossy(&printed).trim().to_owned())
    }

    /// Runs a command with standard input.
    pub(super) fn run_with(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, Failure> {
        let mut command = self.command();
        command
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let child = command
            .spawn()
            .map_err(|error| Failure::of(cannot_start(&error)))?;
        let output = talk(child, input)
            .map_err(|error| Failure::of(format!("the output of `git` cannot be read: {error}")))?;
        if output.status.success() {
            Ok(output.stdout)
        } else {
            Err(Failure::said(&output))
        }
    }

    /// Clones a repository into the temporary folder, and returns its default branch.
    pub(super) fn branch_of_clone(&self, address: &str) -> Result<String, Failure> {
        let clone = self.folder.0.join("empty");
        let path = clone.to_str().ok_or_else(|| {
            Failure::of("the path of the temporary folder is not UTF-8".to_owned())
        })?;
        self.run(&[
            "clone",
            "--quiet",
            "--bare",
            "--template=",
            "--",
            address,
            path,
        ])?;
        let git_dir = format!("--git-dir={path}");
        self.word(&[&git_dir, "symbolic-ref", "--short", "HEAD"], &[])
    }

    fn repository(&self) -> PathBuf {
        self.folder.0.join("repository")
    }

    fn command(&self) -> Command {
        let mut command = Command::new("git");
        for name in OF_ANOTHER_REPOSITORY {
            command.env_remove(name);
        }
        // Git must not ask for passwords, and its messages must be in English.
        command.env("GIT_TERMINAL_PROMPT", "0").env("LC_ALL", "C");
        command
            .env("GIT_DIR", self.repository())
            .env("GIT_INDEX_FILE", self.folder.0.join("index"));
        let mut no_hooks = std::ffi::OsString::from("core.hooksPath=");
        no_hooks.push(self.folder.0.join("no-hooks"));
        command.arg("-c").arg(no_hooks);
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command
    }
}

/// Writes the input and reads the output at the same time, to avoid a deadlock.
fn talk(mut child: Child, input: &[u8]) -> io::Result<Output> {
    let pipe = child.stdin.take();
    thread::scope(|scope| {
        scope.spawn(move || {
            // If git stops reading, it reports the reason itself.
            let _ = pipe.map(|mut pipe| pipe.write_all(input));
        });
        child.wait_with_output()
    })
}

fn cannot_start(error: &io::Error) -> String {
    if error.kind() == io::ErrorKind::NotFound {
        "there is no `git` on this machine".to_owned()
    } else {
        format!("`git` cannot be started: {error}")
    }
}

impl Failure {
    fn of(reason: String) -> Self {
        Self {
            reason,
            output: String::new(),
        }
    }

    fn said(output: &Output) -> Self {
        let reason = in_short(&String::from_utf8_lossy(&output.stderr));
        let reason = if reason.is_empty() {
            format!("`git` ended with {}", output.status)
        } else {
            reason
        };
        Self {
            reason,
            output: String::from_utf8_lossy(&output.stdout).into_owned(),
        }
    }
}

/// The messages of git on one line, without hints.
fn in_short(text: &str) -> String {
    const LONGEST: usize = 600;
    let plain: String = text
        .chars()
        .map(|next| {
            if next.is_control() && next != '\n' {
                ' '
            } else {
                next
            }
        })
        .collect();
    let lines = plain
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("hint:") && !line.starts_with("To "));
    let lines = lines
        .map(|line| {
            line.trim_start_matches("fatal: ")
                .trim_start_matches("error: ")
        })
        .filter(|line| *line != "remote:");
    let text: String = lines
        .collect::<Vec<_>>()
        .join("; ")
        .chars()
        .take(LONGEST)
        .collect();
    without_credentials(&text)
}

/// A text without user and password in its addresses: they may contain a token.
pub(super) fn without_credentials(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    let mut is_ssh = shown.ends_with("ssh");
    for part in parts {
        shown.push_str("://");
        let authority = part
            .find(|next: char| {
                matches!(next, '/' | '\'' | '"' | '`' | '?' | '#') || next.is_whitespace()
            })
            .unwrap_or(part.len());
        let host = part[..authority].rfind('@').map_or(0, |at| at + 1);
        // The SSH user `git` is not a secret, unless a password follows.
        let has_password = part[..host].contains(':');
        shown.push_str(if is_ssh && !has_password {
            part
        } else {
            &part[host..]
        });
        is_ssh = part.ends_with("ssh");
    }
    shown
}

/// A private folder, removed on drop.
struct Temporary(PathBuf);

impl Temporary {
    fn new() -> io::Result<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(0);
        loop {
            let name = format!(
                "storybank-{}-{}",
                std::process::id(),
                NEXT.fetch_add(1, Ordering::Relaxed)
            );
            let path = env::temp_dir().join(name);
            match create(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| Self(path)),
            }
        }
    }
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    fs::DirBuilder::new().mode(0o700).create(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().create(path)
}

impl Drop for Temporary {
    fn drop(&mut self) {
        // A folder that cannot be removed stays among the temporary files of the system.
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shows_no_token() {
        let said = "unable to access 'https://jane:t0ken@wiki.example.org/x.git/': no; https://t0ken@h/y and http://a@b@c/z";
        assert_eq!(
            without_credentials(said),
            "unable to access 'https://wiki.example.org/x.git/': no; https://h/y and http://c/z"
        );
        assert_eq!(without_credentials("ssh://git@h/x"), "ssh://git@h/x");
        assert_eq!(without_credentials("ssh://git:pw@h/x"), "ssh://h/x");
        assert_eq!(without_credentials("git@h:x.git"), "git@h:x.git");
        assert_eq!(without_credentials("https://h/a@b"), "https://h/a@b");
    }

    #[test]
    fn says_in_one_line_what_git_says_in_several() {
        let said = "remote: \u{1b}[31mNo\u{1b}[0m\nfatal: repository 'x' not found\nhint: look\n\n";
        assert_eq!(
            in_short(said),
            "remote:  [31mNo [0m; repository 'x' not found"
        );
    }

    #[test]
    fn leaves_nothing_behind() {
        let git = Git::new().unwrap_or_else(|failure| panic!("{}", failure.reason));
        let folder = git.folder.0.clone();
        assert!(folder.join("repository/objects").exists());
        drop(git);
        assert!(!folder.exists());
    }
}
