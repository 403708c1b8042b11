//! A fetched repository with pending changes.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::program::{Failure, Git};
use crate::config::GitHost;
use crate::plan::RemotePage;

/// A repository in the state of the first lookup, and the pending changes.
pub(super) struct Fetched {
    pub(super) git: Git,
    pub(super) branch: String,
    /// The fetched commit; `None` for an empty repository.
    pub(super) base: Option<String>,
    /// The files of that commit: object ids, keyed by path.
    pub(super) files: BTreeMap<String, String>,
    /// Whether the history beyond the last commit has been requested.
    pub(super) has_past: bool,
    /// The pending changes: the new content of each path, `None` to delete it.
    pub(super) changes: BTreeMap<String, Option<Arc<[u8]>>>,
}

impl Fetched {
    /// Fetches the last commit of the branch and lists its files.
    pub(super) fn fetch(&mut self, repository: &str) -> Result<(), Failure> {
        let refspec = format!("+refs/heads/{}:refs/storybank/base", self.branch);
        self.git.run(&[
            "fetch",
            "--quiet",
            "--depth=1",
            "--no-tags",
            "--",
            repository,
            &refspec,
        ])?;
        let base = self.git.word(
            &["rev-parse", "--verify", "refs/storybank/base^{commit}"],
            &[],
        )?;
        self.list(&base)?;
        self.base = Some(base);
        Ok(())
    }

    /// Lists the files of a commit, skipping names that are not UTF-8: storybank never writes one.
    fn list(&mut self, commit: &str) -> Result<(), Failure> {
        let listed = self
            .git
            .run(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let entries = listed
            .split(|&byte| byte == 0)
            .filter_map(|entry| std::str::from_utf8(entry).ok()?.split_once('\t'));
        self.files = entries
            .filter_map(|(head, path)| Some((path.to_owned(), head.split(' ').nth(2)?.to_owned())))
            .collect();
        Ok(())
    }

    /// The texts of objects, keyed by id.
    pub(super) fn texts(
        &self,
        blobs: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, String>, Failure> {
        if blobs.is_empty() {
            return Ok(BTreeMap::new());
        }
        let asked: String = blobs.iter().map(|blob| format!("{blob}\n")).collect();
        let printed = self
            .git
            .run_with(&["cat-file", "--batch"], asked.as_bytes())?;
        let mut texts = BTreeMap::new();
        let mut rest = printed.as_slice();
        while let Some(end) = rest.iter().position(|&byte| byte == b'\n') {
            let head = String::from_utf8_lossy(&rest[..end]).into_owned();
            rest = &rest[end + 1..];
            let mut words = head.split(' ');
            let blob = words.next().unwrap_or_default();
            // A missing object, or a submodule, has no length.
            let Some(length) = words.nth(1).and_then(|length| length.parse::<usize>().ok()) else {
                continue;
            };
            let length = length.min(rest.len());
            texts.insert(
                blob.to_owned(),
                String::from_utf8_lossy(&rest[..length]).into_owned(),
            );
            rest = rest.get(length + 1..).unwrap_or_default();
        }
        Ok(texts)
    }

    /// A page of somebody else that readers would see under the same name: one that differs only in
    /// Unicode normal form. GitHub ignores folders, extensions and case.
    pub(super) fn namesake(&self, host: GitHost, path: &str) -> Option<RemotePage> {
        let wanted = name_on_github(path).filter(|_| host == GitHost::Github);
        let is_same = |other: &str| {
            other.nfc().eq(path.nfc()) || (wanted.is_some() && name_on_github(other) == wanted)
        };
        let (other, blob) = self.files.iter().find(|(other, _)| is_same(other))?;
        Some(RemotePage {
            id: other.clone(),
            title: Some(other.clone()),
            revision: blob.clone(),
            ..RemotePage::default()
        })
    }

    /// A file where a path needs a folder, or a file in a folder that would become a file. Git
    /// would remove it silently.
    pub(super) fn in_the_way(&self, path: &str) -> Option<&str> {
        let below = format!("{path}/");
        let folders = path.match_indices('/').map(|(at, _)| &path[..at]);
        let folder = folders
            .filter_map(|folder| self.files.get_key_value(folder))
            .map(|(folder, _)| folder)
            .next();
        let file = || {
            self.files
                .range(below.clone()..)
                .map(|(file, _)| file)
                .next()
                .filter(|file| file.starts_with(&below))
        };
        folder.or_else(file).map(String::as_str)
    }

    /// Where somebody has moved a missing file. `None` if the fetched history does not tell.
    pub(super) fn renamed(&mut self, repository: &str, path: &str) -> Option<String> {
        let base = self.base.clone()?;
        self.fetch_past(repository);
        let listed = self
            .git
            .run(&[
                "log",
                "-z",
                "-M",
                "--diff-filter=R",
                "--name-status",
                "--format=",
                &base,
            ])
            .ok()?;
        let mut words = listed
            .split(|&byte| byte == 0)
            .map(|word| String::from_utf8_lossy(word).into_owned());
        // The newest commit comes first: status, old name, new name.
        let mut moves = Vec::new();
        while let (Some(_), Some(from), Some(to)) = (words.next(), words.next(), words.next()) {
            moves.push((from, to));
        }
        let mut current = path.to_owned();
        for (from, to) in moves.iter().rev() {
            if *from == current {
                current.clone_from(to);
            }
        }
        (current != path && self.files.contains_key(&current)).then_some(current)
    }

    /// The text files that contain a word.
    pub(super) fn naming(&self, word: &str) -> Result<Vec<String>, Failure> {
        let Some(base) = &self.base else {
            return Ok(Vec::new());
        };
        let printed = match self.git.run(&[
            "grep",
            "-I",
            "-l",
            "-z",
            "--fixed-strings",
            "-e",
            word,
            base,
            "--",
        ]) {
            Ok(printed) => printed,
            // Without a match, it fails and prints nothing.
            Err(failure)
                if failure.output.is_empty() && failure.reason.starts_with("`git` ended with") =>
            {
                Vec::new()
            }
            Err(failure) => return Err(failure),
        };
        let paths = printed
            .split(|&byte| byte == 0)
            .filter(|path| !path.is_empty())
            .map(|path| String::from_utf8_lossy(path).into_owned());
        Ok(paths
            .map(|path| {
                path.split_once(':')
                    .map_or(path.clone(), |(_, path)| path.to_owned())
            })
            .collect())
    }

    /// Fetches more history. A failure is ignored: the history is optional.
    fn fetch_past(&mut self, repository: &str) {
        if !self.has_past {
            self.has_past = true;
            let branch = format!("refs/heads/{}", self.branch);
            let _ = self.git.run(&[
                "fetch",
                "--quiet",
                "--deepen=100",
                "--no-tags",
                "--",
                repository,
                &branch,
            ]);
        }
    }

    /// Who last changed a file, and when. `None` if the fetched history does not tell.
    pub(super) fn last_change(&mut self, repository: &str, path: &str) -> Option<(String, String)> {
        let base = self.base.clone()?;
        self.fetch_past(repository);
        let pathspec = format!(":(top,literal){path}");
        let said = self
            .git
            .word(
                &[
                    "log",
                    "-1",
                    "--format=%H%x09%P%x09%an%x09%aI",
                    &base,
                    "--",
                    &pathspec,
                ],
                &[],
            )
            .ok()?;
        let mut parts = said.split('\t');
        let commit = parts.next()?;
        let (parents, editor, edited) = (parts.next()?, parts.next()?, parts.next()?);
        // In a shallow clone, the oldest commit seems to have created all files.
        let has_parents = self
            .git
            .word(&["cat-file", "commit", commit], &[])
            .ok()?
            .lines()
            .any(|line| line.starts_with("parent "));
        (!parents.is_empty() || !has_parents).then(|| (editor.to_owned(), edited.to_owned()))
    }

    /// The tree of the files with all changes. `None` if nothing changes.
    pub(super) fn tree(&self) -> Result<Option<String>, Failure> {
        match &self.base {
            Some(base) => self.git.run(&["read-tree", base])?,
            None => self.git.run(&["read-tree", "--empty"])?,
        };
        let mut entries = Vec::new();
        for (path, bytes) in &self.changes {
            let entry = match bytes {
                Some(bytes) => format!(
                    "100644 {}\t{path}\0",
                    self.git.word(&["hash-object", "-w", "--stdin"], bytes)?
                ),
                None => format!("0 {}\t{path}\0", "0".repeat(40)),
            };
            entries.extend_from_slice(entry.as_bytes());
        }
        self.git
            .run_with(&["update-index", "-z", "--index-info"], &entries)?;
        let tree = self.git.word(&["write-tree"], &[])?;
        let there = match &self.base {
            Some(base) => self
                .git
                .word(&["rev-parse", "--verify", &format!("{base}^{{tree}}")], &[])?,
            None => String::new(),
        };
        Ok((tree != there).then_some(tree))
    }

    /// Makes a commit of a tree, signed if the user signs commits.
    pub(super) fn commit(&self, tree: &str, message: &str) -> Result<String, Failure> {
        let mut arguments = vec!["commit-tree", tree];
        if let Some(base) = &self.base {
            arguments.extend(["-p", base]);
        }
        // An unset or invalid value means no.
        if self
            .git
            .word(&["config", "--type=bool", "--get", "commit.gpgSign"], &[])
            .is_ok_and(|answer| answer == "true")
        {
            arguments.push("-S");
        }
        self.git
            .word(&arguments, format!("{}\n", message.trim_end()).as_bytes())
    }

    /// Continues from a pushed commit.
    pub(super) fn arrive(&mut self, commit: String) -> Result<(), Failure> {
        self.changes.clear();
        self.list(&commit)?;
        self.base = Some(commit);
        Ok(())
    }
}

/// The name by which GitHub identifies a page. `None` if the file is not a page.
fn name_on_github(path: &str) -> Option<String> {
    const PAGES: [&str; 12] = [
        "md",
        "markdown",
        "mdown",
        "mkdn",
        "mediawiki",
        "wiki",
        "textile",
        "rst",
        "rest",
        "org",
        "asciidoc",
        "adoc",
    ];
    let file = path.rsplit('/').next().unwrap_or(path);
    let (stem, ending) = file.rsplit_once('.')?;
    let is_page = PAGES.contains(&ending.to_ascii_lowercase().as_str());
    is_page.then(|| stem.replace(' ', "-").to_lowercase().nfc().collect())
}
