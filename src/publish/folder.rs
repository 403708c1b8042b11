//! A folder of pages: to copy, to attach, to mail.

use std::collections::BTreeSet;
use std::fs;
use std::io::{self, ErrorKind};
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{Error, Lookup, Wiki, Write};
use crate::audience::Withheld;
use crate::plan::{Digest, FileState, Recorded, RecordedFile, RemotePage};
use crate::slug::is_content_name;
use crate::wiki::{Flavour, attachment_path};

/// A folder of files.
pub struct Folder {
    folder: PathBuf,
    withheld: Arc<Withheld>,
}

impl Folder {
    /// The folder at a path, which may not exist yet.
    pub fn new(folder: PathBuf, withheld: Arc<Withheld>) -> Self {
        Self { folder, withheld }
    }

    /// The path of a file. An edited record could name any path, so paths outside the folder are
    /// refused.
    fn path(&self, name: &str) -> Result<PathBuf, Error> {
        let is_inside = Path::new(name)
            .components()
            .all(|part| matches!(part, Component::Normal(_)));
        if is_inside {
            Ok(self.folder.join(name))
        } else {
            Err(Error::new(
                format!("look at `{name}`"),
                shown(&self.folder),
                "it is not in this folder",
            )
            .help("remove it from the record below `.published`"))
        }
    }

    fn read(&self, name: &str) -> Result<Option<String>, Error> {
        match fs::read(self.path(name)?) {
            Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.error("read", name, &error)),
        }
    }

    /// Writes a file atomically.
    fn put(&self, name: &str, bytes: &[u8]) -> Result<(), Error> {
        if let Some(hit) = self
            .withheld
            .first_in(name.as_bytes())
            .or_else(|| self.withheld.first_in(bytes))
        {
            return Err(Error::new(
                "write",
                name,
                format!("the file would contain `{}`, which may not leave", hit.word),
            ));
        }
        let path = self.folder.join(name);
        let temporary = path.with_extension("part");
        let put = || -> io::Result<()> {
            fs::create_dir_all(path.parent().unwrap_or(&self.folder))?;
            fs::write(&temporary, bytes)?;
            fs::rename(&temporary, &path)
        };
        put().map_err(|error| {
            // The write has failed already, so a failure to clean up is not reported.
            let _ = fs::remove_file(&temporary);
            self.error("write", name, &error)
        })
    }

    fn error(&self, action: &str, name: &str, error: &io::Error) -> Error {
        let of_this_file = [
            ErrorKind::PermissionDenied,
            ErrorKind::IsADirectory,
            ErrorKind::NotADirectory,
            ErrorKind::InvalidFilename,
        ];
        let is_of_this_file = of_this_file.contains(&error.kind());
        let error = Error::new(
            format!("{action} `{name}`"),
            shown(&self.folder),
            error.to_string(),
        );
        if is_of_this_file {
            error.of_page()
        } else {
            error
        }
    }

    fn remote_page(&self, name: &str, attachments: &[String]) -> Result<Option<RemotePage>, Error> {
        let Some(text) = self.read(name)? else {
            return Ok(None);
        };
        let digest = Digest::of(&text);
        let is_there = |name: &&String| {
            self.folder
                .join(attachment_path(Flavour::Plain, name))
                .is_file()
        };
        Ok(Some(RemotePage {
            id: name.to_owned(),
            revision: digest.to_string(),
            digest: Some(digest),
            attachments: attachments.iter().filter(is_there).cloned().collect(),
            text,
            ..RemotePage::default()
        }))
    }

    /// Fails if the file is not in the state that was looked up.
    fn refuse_newer(&self, name: &str, over: Option<&RemotePage>) -> Result<(), Error> {
        let revision = self.remote_page(name, &[])?.map(|remote| remote.revision);
        if revision == over.map(|over| over.revision.clone()) {
            return Ok(());
        }
        Err(Error::new(
            format!("write `{name}`"),
            shown(&self.folder),
            "it has changed since it was read",
        )
        .help("run this again")
        .of_page())
    }

    /// A file in the folder that shows a picture, except those that are about to change.
    fn showing(&self, name: &str, changing: &BTreeSet<String>) -> Option<String> {
        let files = walkdir::WalkDir::new(&self.folder)
            .into_iter()
            .filter_map(Result::ok)
            .filter(|entry| entry.file_type().is_file());
        let mut names = files.filter_map(|entry| {
            Some((
                entry
                    .path()
                    .strip_prefix(&self.folder)
                    .ok()?
                    .display()
                    .to_string(),
                entry,
            ))
        });
        let shows = |(file, entry): &(String, walkdir::DirEntry)| {
            let has = |bytes: Vec<u8>| {
                bytes
                    .windows(name.len())
                    .any(|part| part == name.as_bytes())
            };
            !changing.contains(file) && fs::read(entry.path()).is_ok_and(has)
        };
        names.find(shows).map(|(file, _)| file)
    }
}

fn shown(folder: &Path) -> String {
    format!("`{}`", folder.display())
}

impl Wiki for Folder {
    fn look(&mut self, pages: &[Lookup<'_>]) -> Result<Vec<Option<RemotePage>>, Error> {
        pages
            .iter()
            .map(|page| self.remote_page(&page.location.path, page.attachments))
            .collect()
    }

    fn write(&mut self, write: &Write<'_>) -> Result<String, Error> {
        let name = &write.page.location.path;
        self.refuse_newer(name, write.over)?;
        for picture in &write.page.attachments {
            if let Some(bytes) = write.pictures.get(picture) {
                self.put(&attachment_path(Flavour::Plain, picture), bytes)?;
            }
        }
        self.put(name, write.page.text.as_bytes())?;
        Ok(name.clone())
    }

    fn look_at_files(
        &mut self,
        files: &[RecordedFile],
        changing: &BTreeSet<String>,
    ) -> Result<Vec<FileState>, Error> {
        let state = |file: &RecordedFile| {
            let path = self.path(&attachment_path(Flavour::Plain, &file.name))?;
            Ok(match fs::read(path) {
                Err(error) if error.kind() == ErrorKind::NotFound => FileState::Gone,
                Err(error) => FileState::Kept(format!("it cannot be read: {error}")),
                Ok(bytes) if !is_content_name(&file.name, &bytes) => {
                    FileState::Kept("somebody has changed it".to_owned())
                }
                Ok(_) => self
                    .showing(&file.name, changing)
                    .map_or(FileState::Unused, |other| {
                        FileState::Kept(format!("`{other}` does"))
                    }),
            })
        };
        files.iter().map(state).collect()
    }

    fn delete_file(&mut self, file: &RecordedFile) -> Result<(), Error> {
        let path = self.path(&attachment_path(Flavour::Plain, &file.name))?;
        fs::remove_file(path).map_err(|error| self.error("delete", &file.name, &error).of_page())
    }

    fn delete(
        &mut self,
        page: &Recorded,
        remote: &RemotePage,
        _message: &str,
    ) -> Result<(), Error> {
        self.refuse_newer(&page.path, Some(remote))?;
        fs::remove_file(self.folder.join(&page.path))
            .map_err(|error| self.error("delete", &page.path, &error))
    }
}
