//! Changes files of a site together: either all of them change, or none.

use std::fs::{self, OpenOptions};
use std::io::{self, ErrorKind, Write};
use std::path::{Path, PathBuf};

use super::Error;

/// Changes of the files below a folder. All paths are absolute or relative to the current folder.
#[derive(Debug, Default)]
pub struct FileChanges {
    /// Files and folders to move, from and to.
    pub moves: Vec<(PathBuf, PathBuf)>,
    /// Files to rewrite: each by its path after the moves, with the content that was read and the new one.
    pub rewritten: Vec<(PathBuf, Vec<u8>, Vec<u8>)>,
    /// Files to create, by their paths after the moves.
    pub created: Vec<(PathBuf, Vec<u8>)>,
}

/// Carries out changes. If one of them fails, those before it are undone, and everything is as it was.
///
/// # Errors
///
/// A file is not what was read, something is in the place of a new file, or the system refuses a change.
pub fn change(changes: &FileChanges) -> Result<(), Error> {
    let mut done = Journal::default();
    match carry_out(changes, &mut done) {
        Ok(()) => {
            done.keep();
            Ok(())
        }
        Err(error) => match done.undo() {
            Ok(()) => Err(error),
            Err(kept) => Err(Error::refused(
                kept.action,
                &kept.path,
                format!("{error}; and it could not be put back as it was: {kept}"),
            )),
        },
    }
}

/// Writes files, new or in the place of others; if one cannot be written, all stay as they were.
///
/// # Errors
///
/// The system refuses a change.
pub fn write_all(files: &[(PathBuf, Vec<u8>)]) -> Result<(), Error> {
    let mut changes = FileChanges::default();
    for (path, bytes) in files {
        match super::read_regular(path) {
            Ok(before) if before == *bytes => {}
            Ok(before) => changes
                .rewritten
                .push((path.clone(), before, bytes.clone())),
            Err(error) if error.kind() == ErrorKind::NotFound => {
                changes.created.push((path.clone(), bytes.clone()));
            }
            Err(error) => return Err(Error::io("read", path, error)),
        }
    }
    change(&changes)
}

fn carry_out(changes: &FileChanges, done: &mut Journal) -> Result<(), Error> {
    for (from, to) in &changes.moves {
        refuse_existing(from, to)?;
        let links = links_in(from);
        make_folder_of(to, done)?;
        fs::rename(from, to).map_err(|error| Error::io("move", from, error))?;
        done.0.push(Step::Moved {
            from: from.clone(),
            to: to.clone(),
        });
        refuse_lost(&links, from, to)?;
    }
    // All contents are on the disk before the first file is replaced: a full disk is noticed here.
    let mut written = Vec::new();
    for (path, before, after) in &changes.rewritten {
        // A link stays a link: what it leads to is replaced.
        let path = fs::canonicalize(path).map_err(|error| Error::io("read", path, error))?;
        refuse_changed(&path, before)?;
        let new = beside(&path, "new");
        write_new(&new, after, done)?;
        copy_permissions(&path, &new)?;
        written.push((path, new));
    }
    for (path, bytes) in &changes.created {
        make_folder_of(path, done)?;
        write_new(path, bytes, done)?;
    }
    for (path, new) in written {
        replace(&path, &new, done)?;
    }
    Ok(())
}

/// Fails if something else is in the place that a file or folder moves to.
fn refuse_existing(from: &Path, to: &Path) -> Result<(), Error> {
    let is_there = to.symlink_metadata().is_ok();
    // On file systems that ignore case, the new name can be the old one.
    if is_there && !same_file::is_same_file(from, to).unwrap_or(false) {
        return Err(Error::refused(
            "move something to",
            to,
            "it is there already, and nothing was changed",
        ));
    }
    Ok(())
}

/// The symbolic links at a path and below it, each with what it leads to.
fn links_in(path: &Path) -> Vec<(PathBuf, PathBuf)> {
    let entries = walkdir::WalkDir::new(path).into_iter().flatten();
    let links = entries.filter(|entry| entry.path_is_symlink());
    // A link that leads nowhere cannot lead to anything else.
    let links = links.filter_map(|link| Some((link.path().to_owned(), canonical(link.path())?)));
    links.collect()
}

fn canonical(path: &Path) -> Option<PathBuf> {
    fs::canonicalize(path).ok()
}

/// Fails if a link that was moved does not lead to what it led to: its path can be relative to its folder.
fn refuse_lost(links: &[(PathBuf, PathBuf)], from: &Path, to: &Path) -> Result<(), Error> {
    if links.is_empty() {
        return Ok(());
    }
    // What a link leads to can move with it.
    let folder = from.parent().and_then(canonical);
    let old = folder.zip(from.file_name());
    let old = old.map(|(folder, name)| folder.join(name));
    let new = canonical(to);
    for (link, target) in links {
        let moved = link.strip_prefix(from).unwrap_or(Path::new(""));
        let now = if moved.as_os_str().is_empty() {
            to.to_owned()
        } else {
            to.join(moved)
        };
        let inside = old.as_deref().and_then(|old| target.strip_prefix(old).ok());
        let expected = match (inside, &new) {
            (Some(inside), Some(new)) if !inside.as_os_str().is_empty() => new.join(inside),
            _ => target.clone(),
        };
        if canonical(&now) != Some(expected) {
            let written = fs::read_link(&now).unwrap_or_default();
            let reason = format!(
                "it is a link to `{}`, which would lead elsewhere from its new place; make it a link to `{}`, or put the file itself there; nothing was changed",
                written.display(),
                target.display()
            );
            return Err(Error::refused("move", link, reason));
        }
    }
    Ok(())
}

fn refuse_changed(path: &Path, before: &[u8]) -> Result<(), Error> {
    let now = super::read_regular(path).map_err(|error| Error::io("read", path, error))?;
    if now == before {
        return Ok(());
    }
    Err(Error::refused(
        "write",
        path,
        "it was saved by another program just now, and nothing was changed; run the command again",
    ))
}

/// The hidden files that a change has left below a folder because it was killed, in the order of their paths.
pub fn left_over(folder: &Path) -> Vec<PathBuf> {
    let is_left = |name: &str| {
        let mut parts = name.rsplitn(3, '.');
        let purpose = parts.next().and_then(|part| part.strip_prefix(PURPOSE));
        let process = parts.next().unwrap_or_default();
        name.starts_with('.')
            && matches!(purpose, Some("new" | "old"))
            && !process.is_empty()
            && process.bytes().all(|byte| byte.is_ascii_digit())
    };
    let entries = walkdir::WalkDir::new(folder).sort_by_file_name();
    let files = entries.into_iter().flatten();
    let files = files.filter(|entry| entry.file_type().is_file());
    let left = files.filter(|entry| entry.file_name().to_str().is_some_and(is_left));
    left.map(walkdir::DirEntry::into_path).collect()
}

/// What the endings of hidden files start with.
const PURPOSE: &str = "storybank-";

/// The path of a hidden file beside another one. A site ignores hidden files.
fn beside(path: &Path, purpose: &str) -> PathBuf {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    path.with_file_name(format!(".{name}.{}.{PURPOSE}{purpose}", std::process::id()))
}

/// Makes the folder of a file, and the folders above it.
fn make_folder_of(path: &Path, done: &mut Journal) -> Result<(), Error> {
    let folders: Vec<&Path> = path.ancestors().skip(1).collect();
    for folder in folders.into_iter().rev() {
        if folder.as_os_str().is_empty() || folder.is_dir() {
            continue;
        }
        fs::create_dir(folder).map_err(|error| Error::io("make the folder", folder, error))?;
        done.0.push(Step::MadeFolder(folder.to_owned()));
    }
    Ok(())
}

fn write_new(path: &Path, bytes: &[u8], done: &mut Journal) -> Result<(), Error> {
    let opened = OpenOptions::new().write(true).create_new(true).open(path);
    let written = opened.and_then(|mut file| {
        done.0.push(Step::Created(path.to_owned()));
        file.write_all(bytes)?;
        file.sync_all()
    });
    written.map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Error::refused(
            "write",
            path,
            "it is there already, and nothing was changed",
        ),
        _ => Error::io("write", path, error),
    })
}

fn copy_permissions(from: &Path, to: &Path) -> Result<(), Error> {
    let permissions = fs::metadata(from).map(|about| about.permissions());
    permissions
        .and_then(|permissions| fs::set_permissions(to, permissions))
        .map_err(|error| Error::io("write", to, error))
}

/// Replaces a file in one step, and keeps the previous one beside it under a hidden name.
fn replace(path: &Path, new: &Path, done: &mut Journal) -> Result<(), Error> {
    let old = beside(path, "old");
    keep_copy(path, &old).map_err(|error| Error::io("copy", path, error))?;
    done.0.push(Step::Kept {
        path: path.to_owned(),
        old,
    });
    fs::rename(new, path).map_err(|error| Error::io("write", path, error))
}

/// Gives a file a second name. A file system without such names gets a copy.
fn keep_copy(path: &Path, old: &Path) -> io::Result<()> {
    match fs::hard_link(path, old) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Err(error),
        Err(_) => fs::copy(path, old).map(drop),
        Ok(()) => Ok(()),
    }
}

/// What was done so far.
#[derive(Default)]
struct Journal(Vec<Step>);

enum Step {
    Moved {
        from: PathBuf,
        to: PathBuf,
    },
    MadeFolder(PathBuf),
    Created(PathBuf),
    /// The content of a file is kept under another name, and the file may have been replaced.
    Kept {
        path: PathBuf,
        old: PathBuf,
    },
}

impl Journal {
    /// Removes what is only needed to undo the changes.
    fn keep(self) {
        for step in self.0 {
            if let Step::Kept { old, .. } = step {
                // A hidden file that stays is not part of the site.
                let _ = fs::remove_file(old);
            }
        }
    }

    /// Undoes everything, the last step first. It goes on after a failure, and returns the first one.
    fn undo(self) -> Result<(), Error> {
        let mut first = Ok(());
        for step in self.0.into_iter().rev() {
            let undone = step.undo();
            if first.is_ok() {
                first = undone;
            }
        }
        first
    }
}

impl Step {
    fn undo(self) -> Result<(), Error> {
        match self {
            Self::Moved { from, to } => {
                fs::rename(&to, &from).map_err(|error| Error::io("move back", &to, error))
            }
            Self::MadeFolder(folder) => fs::remove_dir(&folder)
                .map_err(|error| Error::io("remove the folder", &folder, error)),
            Self::Created(path) => match fs::remove_file(&path) {
                // It has become the file that it was to replace.
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
                removed => removed.map_err(|error| Error::io("remove", &path, error)),
            },
            Self::Kept { path, old } => {
                fs::rename(&old, &path).map_err(|error| Error::io("put back", &path, error))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// A new folder with three files.
    fn folder() -> PathBuf {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        let name = format!(
            "storybank-change-{}-{}",
            std::process::id(),
            NEXT.fetch_add(1, Ordering::Relaxed)
        );
        let folder = std::env::temp_dir().join(name);
        fs::create_dir_all(folder.join("a")).expect("it is new");
        for name in ["a/one.md", "a/two.md", "three.md"] {
            fs::write(folder.join(name), name).expect("it is new");
        }
        folder
    }

    /// Every file and folder below a folder, with its content.
    fn tree(folder: &Path) -> BTreeMap<PathBuf, Option<Vec<u8>>> {
        let entries = walkdir::WalkDir::new(folder).into_iter();
        let entries = entries.map(|entry| entry.expect("it can be read").into_path());
        entries
            .map(|path| (path.clone(), fs::read(path).ok()))
            .collect()
    }

    fn changes(folder: &Path) -> FileChanges {
        let rewritten = |name: &str, before: &str| {
            (
                folder.join(name),
                before.into(),
                format!("new {before}").into(),
            )
        };
        FileChanges {
            moves: vec![
                (folder.join("a"), folder.join("b/c")),
                (folder.join("three.md"), folder.join("d.md")),
            ],
            rewritten: vec![
                rewritten("b/c/one.md", "a/one.md"),
                rewritten("b/c/two.md", "a/two.md"),
                rewritten("d.md", "three.md"),
            ],
            created: vec![(folder.join("e/f/new.md"), b"new".to_vec())],
        }
    }

    #[test]
    fn all_changes_are_carried_out_and_nothing_else_stays() {
        let folder = folder();
        change(&changes(&folder)).expect("nothing is in the way");
        let files: Vec<(String, String)> = tree(&folder)
            .into_iter()
            .filter_map(|(path, bytes)| {
                let name = path
                    .strip_prefix(&folder)
                    .expect("it is below")
                    .display()
                    .to_string();
                Some((name, String::from_utf8(bytes?).expect("it is text")))
            })
            .collect();
        let expected = [
            ("b/c/one.md", "new a/one.md"),
            ("b/c/two.md", "new a/two.md"),
            ("d.md", "new three.md"),
            ("e/f/new.md", "new"),
        ];
        assert_eq!(
            files,
            expected.map(|(name, text)| (name.to_owned(), text.to_owned()))
        );
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[test]
    fn a_failure_anywhere_leaves_everything_as_it_was() {
        let hidden = |name: &str, purpose: &str| {
            format!(".{name}.{}.storybank-{purpose}", std::process::id())
        };
        // Each is a folder in the way of one step.
        for in_the_way in [
            "b/c".to_owned(),
            "d.md".to_owned(),
            format!("a/{}", hidden("two.md", "new")),
            format!("a/{}", hidden("two.md", "old")),
            hidden("d.md", "new"),
            hidden("d.md", "old"),
            "e/f/new.md".to_owned(),
        ] {
            let folder = folder();
            fs::create_dir_all(folder.join(&in_the_way)).expect("it is new");
            let before = tree(&folder);
            let error = change(&changes(&folder)).expect_err(&in_the_way);
            assert_eq!(tree(&folder), before, "{error}");
            fs::remove_dir_all(folder).expect("it is ours");
        }
    }

    #[test]
    fn a_file_that_was_saved_meanwhile_is_not_overwritten() {
        let folder = folder();
        fs::write(folder.join("a/two.md"), "saved").expect("it is ours");
        let before = tree(&folder);
        let error = change(&changes(&folder)).expect_err("it is not what was read");
        assert!(
            error.to_string().contains("saved by another program"),
            "{error}"
        );
        assert_eq!(tree(&folder), before);
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_that_would_lead_elsewhere_is_not_moved() {
        use std::os::unix::fs::symlink;
        let folder = folder();
        symlink("../three.md", folder.join("a/up.md")).expect("it is new");
        symlink("one.md", folder.join("a/beside.md")).expect("it is new");
        let moved = |from: &str, to: &str| {
            change(&FileChanges {
                moves: vec![(folder.join(from), folder.join(to))],
                ..FileChanges::default()
            })
        };
        let before = tree(&folder);
        for (from, to) in [("a/up.md", "a/up/index.md"), ("a", "b/c")] {
            let error = moved(from, to).expect_err(from).to_string();
            assert!(error.contains("it is a link to `../three.md`"), "{error}");
            assert_eq!(tree(&folder), before);
        }
        moved("a", "b").expect("every link leads to the same");
        moved("b/beside.md", "b/other.md").expect("it leads to the same");
        moved("three.md", "four.md").expect("a link elsewhere stays as it is");
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[cfg(unix)]
    #[test]
    fn what_a_killed_change_has_left_is_found() {
        let folder = folder();
        for name in [
            ".a.md.7.storybank-new",
            "a/.b.md.7.storybank-old",
            ".other",
            "a/c.storybank-new",
        ] {
            fs::write(folder.join(name), "").expect("it is new");
        }
        let found = left_over(&folder);
        assert_eq!(
            found,
            [".a.md.7.storybank-new", "a/.b.md.7.storybank-old"].map(|name| folder.join(name))
        );
        fs::remove_dir_all(folder).expect("it is ours");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_and_the_permissions_of_a_file_stay() {
        use std::os::unix::fs::PermissionsExt;
        let folder = folder();
        let (file, link) = (folder.join("a/one.md"), folder.join("link.md"));
        std::os::unix::fs::symlink(&file, &link).expect("it is new");
        fs::set_permissions(&file, fs::Permissions::from_mode(0o640)).expect("it is ours");
        change(&FileChanges {
            rewritten: vec![(link.clone(), "a/one.md".into(), "new".into())],
            ..FileChanges::default()
        })
        .expect("nothing is in the way");
        assert!(link.is_symlink());
        assert_eq!(fs::read_to_string(&file).expect("it is text"), "new");
        let mode = fs::metadata(&file)
            .expect("it is there")
            .permissions()
            .mode();
        assert_eq!(mode & 0o777, 0o640);
        fs::remove_dir_all(folder).expect("it is ours");
    }
}
