//! A wiki that is a git repository: fetched without history, changed in one commit, and pushed
//! without force.

mod side_files;
mod fetched;
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{Error, Lookup, Wiki, Write};
use crate::audience::Withheld;
use crate::config::{GitHost, Sidebar};
use crate::plan::{Action, Digest, FileState, Recorded, RecordedFile, RemotePage, SideFile};
use crate::slug::is_content_name;
use crate::wiki::{Flavour, Location, attachment_path};

use fetched::Fetched;
use program::{Failure, Git, without_credentials};

/// A wiki that is a git repository. Writes are collected, and [`Wiki::finish`] commits and pushes
/// them.
pub struct GitWiki {
    host: GitHost,
    repository: String,
    branch: String,
    folder: String,
    sidebar: Sidebar,
    withheld: Arc<Withheld>,
    fetched: Option<Fetched>,
    /// The new paths of moved pages, keyed by their published paths.
    moved: BTreeMap<String, String>,
}

impl GitWiki {
    /// The wiki of a repository. An empty branch means the default one. Pages are written inside
    /// the folder only, and nothing that is withheld leaves.
    pub fn new(
        host: GitHost,
        repository: &str,
        branch: &str,
        folder: &str,
        sidebar: Sidebar,
        withheld: Arc<Withheld>,
    ) -> Self {
        let folder = folder.trim_matches('/').to_owned();
        Self {
            host,
            repository: repository.to_owned(),
            branch: branch.to_owned(),
            folder,
            sidebar,
            withheld,
            fetched: None,
            moved: BTreeMap::new(),
        }
    }

    fn error(&self, action: impl Into<String>, reason: impl Into<String>) -> Error {
        Error::new(action, without_credentials(&self.repository), reason)
    }

    fn failed(&self, action: &str) -> impl FnOnce(Failure) -> Error + use<> {
        let error = self.error(action, String::new());
        move |failure| Error {
            reason: failure.reason,
            ..error
        }
    }

    /// The local repository, fetched on first use.
    fn fetched(&mut self) -> Result<&mut Fetched, Error> {
        if self.fetched.is_none() {
            self.fetched = Some(self.fetch()?);
        }
        Ok(self.fetched.as_mut().expect("it was just made"))
    }

    fn fetch(&self) -> Result<Fetched, Error> {
        const ACTION: &str = "read the repository of the wiki";
        let git = Git::new().map_err(self.failed(ACTION))?;
        let heads = git.run(&[
            "ls-remote",
            "--symref",
            "--",
            &self.repository,
            "HEAD",
            "refs/heads/*",
        ]);
        let heads = heads.map_err(|failure| self.failed(ACTION)(failure).help(self.advice()))?;
        let heads = Heads::parse(&String::from_utf8_lossy(&heads));
        let branch = self
            .branch_of(&heads, &git)
            .map_err(|(reason, help)| self.error(ACTION, reason).help(help))?;
        let mut fetched = Fetched {
            git,
            branch,
            base: None,
            files: BTreeMap::new(),
            has_past: false,
            changes: BTreeMap::new(),
        };
        if heads.names.contains(&fetched.branch) {
            fetched
                .fetch(&self.repository)
                .map_err(self.failed(ACTION))?;
        }
        Ok(fetched)
    }

    fn advice(&self) -> String {
        let command = format!(
            "make sure that `git ls-remote {}` works",
            without_credentials(&self.repository)
        );
        match self.host {
            GitHost::Github => format!(
                "{command}; on GitHub a wiki exists only after its first page was saved in the browser"
            ),
            GitHost::AzureDevops => format!(
                "{command}; on Azure DevOps a wiki exists only after it was created in the browser"
            ),
            GitHost::Gitlab | GitHost::Gitea => command,
        }
    }

    /// The branch of the wiki, or the reason why it is unknown, with advice.
    fn branch_of(&self, heads: &Heads, git: &Git) -> Result<String, (String, String)> {
        let advice = || {
            let names: Vec<String> = heads.names.iter().map(|name| format!("`{name}`")).collect();
            format!("set `branch` in `site.toml` to one of {}", names.join(", "))
        };
        if self.branch.is_empty() {
            return match heads.named.clone() {
                Some(named) => Ok(named),
                None => self.only_branch(heads, git, advice),
            };
        }
        if heads.names.is_empty() || heads.names.contains(&self.branch) {
            return Ok(self.branch.clone());
        }
        Err((format!("there is no branch `{}`", self.branch), advice()))
    }

    /// The branch of a wiki without a default branch.
    fn only_branch(
        &self,
        heads: &Heads,
        git: &Git,
        advice: impl Fn() -> String,
    ) -> Result<String, (String, String)> {
        let usual = ["wikiMain", "wikiMaster"]
            .iter()
            .find(|name| self.host == GitHost::AzureDevops && heads.names.contains(**name));
        match (heads.names.len(), usual) {
            (_, Some(usual)) => Ok((*usual).to_owned()),
            (0, None) if self.host == GitHost::AzureDevops => Ok("wikiMain".to_owned()),
            // Only a clone tells the default branch of an empty repository.
            (0, None) => git
                .branch_of_clone(&self.repository)
                .map_err(|failure| (failure.reason, String::new())),
            (1, None) => Ok(heads.names.first().cloned().unwrap_or_default()),
            (_, None) => Err((
                "it has several branches and no default branch".to_owned(),
                advice(),
            )),
        }
    }

    /// The current page.
    fn remote_page(
        &mut self,
        lookup: &Lookup<'_>,
        texts: &BTreeMap<String, String>,
    ) -> Option<RemotePage> {
        let (host, repository) = (self.host, self.repository.clone());
        let fetched = self.fetched.as_mut()?;
        let path = &lookup.location.path;
        let Some(blob) = fetched.files.get(path) else {
            return fetched.namesake(host, path);
        };
        let text = texts.get(blob).cloned().unwrap_or_default();
        let has = |name: &&String| {
            fetched
                .files
                .contains_key(&attachment_path(host.into(), name))
        };
        let mut remote = RemotePage {
            id: path.clone(),
            revision: blob.clone(),
            digest: Some(Digest::of(&text)),
            attachments: lookup.attachments.iter().filter(has).cloned().collect(),
            text,
            ..RemotePage::default()
        };
        if !lookup
            .recorded
            .is_some_and(|recorded| recorded.is_ours(&remote))
        {
            (remote.editor, remote.edited) = fetched.last_change(&repository, path).unzip();
        }
        Some(remote)
    }

    /// Refuses content that may not leave.
    fn scan(&self, action: &str, what: &str, bytes: &[u8]) -> Result<(), Error> {
        match self.withheld.first_in(bytes) {
            Some(hit) => Err(self.error(
                action,
                format!("{what} would contain `{}`, which may not leave", hit.word),
            )),
            None => Ok(()),
        }
    }

    /// Refuses a path that is not valid in a repository, or that may not leave.
    fn check_path(&self, action: &str, path: &str) -> Result<(), Error> {
        let is_part = |part: &str| {
            !part.is_empty() && part != "." && part != ".." && !part.eq_ignore_ascii_case(".git")
        };
        if !path.split('/').all(is_part) || path.chars().any(char::is_control) {
            return Err(self.error(
                action,
                format!("`{}` is not a path in a repository", path.escape_debug()),
            ));
        }
        self.scan(action, "its path", path.as_bytes())
    }

    /// Why a page cannot have a path; `None` if it can.
    fn in_the_way(&self, path: &str) -> Option<String> {
        let other = self.fetched.as_ref()?.in_the_way(path)?;
        Some(format!(
            "`{other}` is in the way: a file and a folder cannot have the same name"
        ))
    }

    /// Fails if a page is not in the version that was looked up.
    fn check_version(
        &mut self,
        action: &str,
        path: &str,
        seen: Option<&RemotePage>,
    ) -> Result<(), Error> {
        let stale = self
            .error(action, "it has changed since it was read")
            .help("publish again")
            .of_page();
        let current = self.fetched()?.files.get(path).map(String::as_str);
        if current == seen.map(|seen| seen.revision.as_str()) {
            Ok(())
        } else {
            Err(stale)
        }
    }

    /// The pictures of a page that the repository does not have yet, by path.
    fn new_pictures(
        &mut self,
        action: &str,
        write: &Write<'_>,
    ) -> Result<BTreeMap<String, Arc<[u8]>>, Error> {
        let mut pictures = BTreeMap::new();
        for name in &write.page.attachments {
            let path = attachment_path(self.host.into(), name);
            self.check_path(action, &path)?;
            let bytes = write
                .pictures
                .get(name)
                .ok_or_else(|| self.error(action, format!("there is no picture `{name}`")))?;
            self.scan(action, &format!("the picture `{name}`"), bytes)?;
            let fetched = self.fetched()?;
            if let Some(other) = fetched.in_the_way(&path).map(str::to_owned) {
                return Err(self
                    .error(
                        action,
                        format!("`{other}` is in the way of the picture `{path}`"),
                    )
                    .of_page());
            }
            // The name is made from the content, so an existing file is the same picture.
            if !fetched.files.contains_key(&path) {
                pictures.insert(path, Arc::clone(bytes));
            }
        }
        Ok(pictures)
    }

    fn is_in_folder(&self, path: &str) -> bool {
        self.folder.is_empty()
            || path
                .strip_prefix(&self.folder)
                .is_some_and(|rest| rest.starts_with('/'))
    }

    /// The file with the order of the pages in the folder of a page.
    fn order_file(path: &str) -> String {
        path.rsplit_once('/')
            .map_or(".order".to_owned(), |(folder, _)| {
                format!("{folder}/.order")
            })
    }

    fn orders(&mut self, pages: &[Location], gone: &[Location]) -> Result<Vec<SideFile>, Error> {
        let mut folders: BTreeMap<String, (Vec<&str>, Vec<&str>)> = BTreeMap::new();
        for location in pages {
            folders
                .entry(Self::order_file(&location.path))
                .or_default()
                .0
                .push(page_name(&location.path));
        }
        for location in gone {
            folders
                .entry(Self::order_file(&location.path))
                .or_default()
                .1
                .push(page_name(&location.path));
        }
        let mut changed = Vec::new();
        for (path, (ours, gone)) in folders {
            // Without such a file, pages are sorted by name. With a new one, pages of others would move to the end.
            let Some(before) = self.text_of(&path)? else {
                continue;
            };
            changed.push(SideFile {
                after: side_files::order(&before, &ours, &gone),
                path,
                before,
            });
        }
        Ok(changed)
    }

    fn sidebars(&mut self, path: &str, pages: &[Location]) -> Result<Vec<SideFile>, Error> {
        // Without a sidebar, these hosts list all pages. A new one would hide the pages of others.
        let Some(before) = self.text_of(path)? else {
            return Ok(Vec::new());
        };
        let after =
            side_files::sidebar(&before, self.host.into(), &pages.iter().collect::<Vec<_>>());
        let after = after.map_err(|reason| {
            let help = "add the missing line, or set `sidebar = false` in `site.toml`";
            self.error(format!("change `{path}`"), reason).help(help)
        })?;
        Ok(vec![SideFile {
            path: path.to_owned(),
            before,
            after,
        }])
    }

    /// A text file of the repository; `None` if it does not exist or is not text.
    fn text_of(&mut self, path: &str) -> Result<Option<String>, Error> {
        let failed = self.failed(&format!("read `{path}`"));
        let fetched = self.fetched()?;
        let Some(blob) = fetched.files.get(path) else {
            return Ok(None);
        };
        let bytes = fetched
            .git
            .run(&["cat-file", "blob", blob])
            .map_err(failed)?;
        Ok(String::from_utf8(bytes).ok())
    }

    /// Adds a side file to the changes, unless it has changed since it was looked up.
    fn gather(&mut self, file: &SideFile) -> Result<(), Error> {
        let action = format!("change `{}`", file.path);
        self.check_path(&action, &file.path)?;
        // Lines of others have left their machine already.
        let before: BTreeSet<&str> = file.before.lines().collect();
        let ours: Vec<&str> = file
            .after
            .lines()
            .filter(|line| !before.contains(line))
            .collect();
        self.scan(&action, "it", ours.join("\n").as_bytes())?;
        if self.text_of(&file.path)?.unwrap_or_default() != file.before {
            return Err(self
                .error(action, "it has changed since it was read")
                .help("run this again"));
        }
        self.fetched()?
            .changes
            .insert(file.path.clone(), Some(file.after.as_bytes().into()));
        Ok(())
    }

    /// Checks the author and committer that git would write.
    fn check_identity(&mut self, action: &str) -> Result<(), Error> {
        let mut known = Vec::new();
        for role in ["GIT_AUTHOR_IDENT", "GIT_COMMITTER_IDENT"] {
            let failed = self.failed(action);
            let help = "set them with `git config --global user.name` and `git config --global user.email`";
            known.extend(
                self.fetched()?
                    .git
                    .run(&["var", role])
                    .map_err(|failure| failed(failure).help(help))?,
            );
        }
        self.scan(action, "the name or mail address in the commit", &known)
            .map_err(|error| error.help("set `GIT_AUTHOR_NAME`, `GIT_AUTHOR_EMAIL` and the same of the committer for this run"))
    }

    /// Pushes a commit without force: if somebody has pushed meanwhile, the remote refuses it.
    fn push(&mut self, action: &str, commit: &str) -> Result<(), Error> {
        let repository = self.repository.clone();
        let (error, failed) = (
            self.error(action, "somebody has pushed meanwhile"),
            self.failed(action),
        );
        let fetched = self.fetched()?;
        let refspec = format!("{commit}:refs/heads/{}", fetched.branch);
        match fetched.git.run(&[
            "push",
            "--porcelain",
            "--no-verify",
            "--",
            &repository,
            &refspec,
        ]) {
            Ok(_) => Ok(()),
            Err(failure) => {
                match refused(&failure.output) {
                    Some(Refusal::Meanwhile) => Err(error.help("nothing changed; publish again")),
                    Some(Refusal::Other(reason)) => Err(failed(failure)
                        .help(format!("nothing changed; the remote reported {reason}"))),
                    None => Err(failed(failure)
                        .help("publish again to find out whether the pages have arrived")),
                }
            }
        }
    }
}

impl Wiki for GitWiki {
    fn shows_at_once(&self) -> bool {
        false
    }

    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error> {
        let failed = self.failed("read the pages");
        let fetched = self.fetched()?;
        let paths = pages
            .iter()
            .filter_map(|lookup| fetched.files.get(&lookup.location.path));
        let texts = fetched.texts(&paths.cloned().collect()).map_err(failed)?;
        let repository = self.repository.clone();
        for lookup in pages.iter().filter(|lookup| {
            lookup
                .recorded
                .is_some_and(|recorded| recorded.written.is_some())
        }) {
            let path = &lookup.location.path;
            let fetched = self.fetched()?;
            let new_path = if fetched.files.contains_key(path) {
                None
            } else {
                fetched.renamed(&repository, path)
            };
            self.moved
                .extend(new_path.map(|new_path| (path.clone(), new_path)));
        }
        Ok(pages
            .iter()
            .map(|lookup| self.remote_page(lookup, &texts))
            .collect())
    }

    fn barred(&self, location: &Location, action: &Action) -> Option<String> {
        if *action == Action::Delete {
            None
        } else {
            self.in_the_way(&location.path)
        }
    }

    fn gone_to(&self, location: &Location) -> Option<String> {
        self.moved.get(&location.path).cloned()
    }

    fn look_at_files(
        &mut self,
        files: &[RecordedFile],
        changing: &BTreeSet<String>,
    ) -> Result<Vec<FileState>, Error> {
        let failed = self.failed("look for pictures that no page shows");
        let flavour = Flavour::from(self.host);
        let fetched = self.fetched()?;
        let state = |file: &RecordedFile| {
            let path = attachment_path(flavour, &file.name);
            let Some(blob) = fetched.files.get(&path) else {
                return Ok(FileState::Gone);
            };
            let bytes = fetched.git.run(&["cat-file", "blob", blob])?;
            if !is_content_name(&file.name, &bytes) {
                return Ok(FileState::Kept("somebody has changed it".to_owned()));
            }
            let other = fetched
                .naming(&file.name)?
                .into_iter()
                .find(|path| !changing.contains(path));
            Ok(other.map_or(FileState::Unused, |other| {
                FileState::Kept(format!("`{other}` does"))
            }))
        };
        files
            .iter()
            .map(state)
            .collect::<Result<_, Failure>>()
            .map_err(failed)
    }

    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        let path = attachment_path(self.host.into(), &file.name);
        self.fetched()?.changes.insert(path, None);
        Ok(())
    }

    fn side_files(
        &mut self,
        pages: &[Location],
        gone: &[Location],
    ) -> Result<Vec<SideFile>, Error> {
        if self.sidebar == Sidebar::Leave {
            return Ok(Vec::new());
        }
        let mut all = match self.host {
            GitHost::AzureDevops => self.orders(pages, gone)?,
            GitHost::Gitlab => self.sidebars("_sidebar.md", pages)?,
            GitHost::Github | GitHost::Gitea => self.sidebars("_Sidebar.md", pages)?,
        };
        all.retain(|one| one.before != one.after);
        Ok(all)
    }

    fn write(&mut self, write: &Write<'_>) -> Result<String, Error> {
        let path = write.page.location.path.clone();
        let action = format!("write the page “{}”", write.page.location.title);
        self.check_path(&action, &path)?;
        if !self.is_in_folder(&path) {
            return Err(self.error(
                action,
                format!("`{path}` is not in the folder `{}`", self.folder),
            ));
        }
        self.scan(&action, "it", write.page.text.as_bytes())?;
        if let Some(reason) = self.in_the_way(&path) {
            return Err(self.error(action, reason).of_page());
        }
        self.check_version(&action, &path, write.over)?;
        let pictures = self.new_pictures(&action, write)?;
        // The page and its pictures are added together.
        let changes = &mut self.fetched()?.changes;
        changes.extend(
            pictures
                .into_iter()
                .map(|(path, bytes)| (path, Some(bytes))),
        );
        changes.insert(path.clone(), Some(write.page.text.as_bytes().into()));
        Ok(path)
    }

    fn delete(
        &mut self,
        page: &Recorded,
        remote: &RemotePage,
        _message: &str,
    ) -> Result<(), Error> {
        self.check_version(
            &format!("delete the page “{}”", page.title),
            &page.path,
            Some(remote),
        )?;
        self.fetched()?.changes.insert(page.path.clone(), None);
        Ok(())
    }

    fn finish(&mut self, file: &[SideFile], message: &str) -> Result<(), Error> {
        const ACTION: &str = "push the pages";
        for one in file {
            self.gather(one)?;
        }
        if self.fetched()?.changes.is_empty() {
            return Ok(());
        }
        self.scan(ACTION, "the message of the commit", message.as_bytes())?;
        let failed = self.failed(ACTION);
        let Some(tree) = self.fetched()?.tree().map_err(failed)? else {
            return Ok(());
        };
        self.check_identity(ACTION)?;
        let failed = self.failed(ACTION);
        let commit = self.fetched()?.commit(&tree, message).map_err(failed)?;
        self.push(ACTION, &commit)?;
        let failed = self.failed(ACTION);
        self.fetched()?.arrive(commit).map_err(failed)
    }
}

/// The name of a page in an order file.
fn page_name(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".md").unwrap_or(file)
}

/// The branches of a remote.
#[derive(Debug, Default)]
struct Heads {
    /// The default branch, if it exists.
    named: Option<String>,
    names: BTreeSet<String>,
}

impl Heads {
    /// Parses the output of `git ls-remote --symref`.
    fn parse(printed: &str) -> Self {
        let mut heads = Self::default();
        for (left, right) in printed.lines().filter_map(|line| line.split_once('\t')) {
            if let Some(name) = left
                .strip_prefix("ref: refs/heads/")
                .filter(|_| right == "HEAD")
            {
                heads.named = Some(name.to_owned());
            } else if let Some(name) = right.strip_prefix("refs/heads/") {
                heads.names.insert(name.to_owned());
            }
        }
        heads.named = heads.named.filter(|name| heads.names.contains(name));
        heads
    }
}

/// Why a remote refused a push.
#[derive(Debug, PartialEq, Eq)]
enum Refusal {
    /// The branch has changed meanwhile.
    Meanwhile,
    /// Another reason, in the words of the remote.
    Other(String),
}

/// Parses the output of `git push --porcelain`. `None` if the remote has not refused a branch.
fn refused(printed: &str) -> Option<Refusal> {
    let line = printed.lines().find(|line| line.starts_with("!\t"))?;
    let summary = line.rsplit('\t').next().unwrap_or_default();
    // Git reports simultaneous pushes in several ways.
    let in_the_moment = [
        "cannot lock ref",
        "incorrect old value",
        "failed to update ref",
    ];
    let is_meanwhile = summary.starts_with("[rejected]")
        || in_the_moment.iter().any(|words| summary.contains(words));
    Some(if is_meanwhile {
        Refusal::Meanwhile
    } else {
        Refusal::Other(format!("`{}`", without_credentials(summary)))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_why_a_push_was_not_taken() {
        let printed = |summary: &str| {
            format!("To https://example.org/x\n!\tabc:refs/heads/main\t{summary}\nDone\n")
        };
        assert_eq!(
            refused(&printed("[rejected] (fetch first)")),
            Some(Refusal::Meanwhile)
        );
        assert_eq!(
            refused(&printed("[rejected] (non-fast-forward)")),
            Some(Refusal::Meanwhile)
        );
        assert_eq!(
            refused(&printed("[remote rejected] (failed to update ref)")),
            Some(Refusal::Meanwhile)
        );
        let declined = "[remote rejected] (pre-receive hook declined)";
        assert_eq!(
            refused(&printed(declined)),
            Some(Refusal::Other(format!("`{declined}`")))
        );
        assert_eq!(refused("fatal: unable to access\n"), None);
    }

    #[test]
    fn takes_the_branch_that_is_there() {
        let heads = Heads::parse(
            "ref: refs/heads/main\tHEAD\nabc\tHEAD\nabc\trefs/heads/main\ndef\trefs/heads/a/b\n",
        );
        assert_eq!(heads.named.as_deref(), Some("main"));
        assert_eq!(heads.names.into_iter().collect::<Vec<_>>(), ["a/b", "main"]);
        assert_eq!(Heads::parse("abc\trefs/heads/main\n").named, None);
    }
}
