//! Opens a wiki from its settings, with its token.

use std::env::VarError;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use super::http::{Client, Credential, Secret};
use super::{AzureWiki, Confluence, Dokuwiki, Error, Folder, GitWiki, Mediawiki, Wiki};
use crate::audience::Withheld;
use crate::config::{Backend, Target, TokenSource};

/// The wiki of a target. It is not accessed yet.
///
/// # Errors
///
/// If there is no token, but one is needed.
pub fn open(target: &Target, root: &Path, withheld: Withheld) -> Result<Box<dyn Wiki>, Error> {
    let withheld = Arc::new(withheld);
    let token = || token(target, root);
    Ok(match &target.backend {
        Backend::Folder { folder, .. } => Box::new(Folder::new(root.join(folder), withheld)),
        // Git authenticates with its own settings.
        Backend::Git {
            host,
            repository,
            branch,
            folder,
            sidebar,
        } => {
            let repository = near(repository, root);
            let wiki = GitWiki::new(*host, &repository, branch, folder, *sidebar, withheld);
            Box::new(wiki)
        }
        Backend::AzureDevops {
            address,
            wiki,
            parent,
        } => {
            let credential = Credential::Basic(String::new(), token()?);
            let client = Client::new(credential, withheld);
            Box::new(AzureWiki::new(client, address, wiki, parent))
        }
        Backend::Mediawiki { address, user, .. } => {
            Box::new(Mediawiki::new(withheld, address, user, token()?))
        }
        Backend::Dokuwiki {
            address,
            user,
            namespace,
        } => Box::new(Dokuwiki::new(withheld, address, user, token()?, namespace)),
        Backend::Confluence {
            edition,
            address,
            user,
            space,
            parent,
        } => {
            let client = Client::new(Credential::of(user, token()?), withheld);
            Box::new(Confluence::new(client, *edition, address, space, parent))
        }
    })
}

/// Resolves a local repository from the root of the site.
fn near(repository: &str, root: &Path) -> String {
    let is_path = repository.starts_with("./") || repository.starts_with("../");
    if is_path {
        root.join(repository).display().to_string()
    } else {
        repository.to_owned()
    }
}

/// The token of a target, from the source in its settings.
fn token(target: &Target, root: &Path) -> Result<Secret, Error> {
    let action = format!("get the token for `{}`", target.name);
    match &target.token {
        TokenSource::Environment(variable) => match std::env::var(variable) {
            Ok(token) if !token.trim().is_empty() => Ok(Secret::new(&token)),
            found => Err(Error::new(action, "the environment", format!("`{variable}` {}", lack(&found))).help(
                "set it to the token for this run, or name a command that prints the token, as `token-command = [\"pass\", \"wiki\"]`",
            )),
        },
        TokenSource::Command(words) => printed(words, root).map_err(|reason| Error::new(action, format!("`{}`", words[0]), reason)),
    }
}

/// Why a variable contains no token.
fn lack(found: &Result<String, VarError>) -> &'static str {
    match found {
        Ok(_) => "is empty",
        Err(VarError::NotPresent) => "is not set",
        Err(VarError::NotUnicode(_)) => "is not UTF-8 text",
    }
}

/// The output of a command. It may ask the user, so it keeps the terminal.
fn printed(words: &[String], root: &Path) -> Result<Secret, String> {
    let mut command = Command::new(&words[0]);
    command
        .args(&words[1..])
        .current_dir(root)
        .stderr(Stdio::inherit());
    let output = command.output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(format!("the command ended with {}", output.status));
    }
    let token =
        String::from_utf8(output.stdout).map_err(|_| "its output is not UTF-8".to_owned())?;
    // Password managers print the password first, and notes after it.
    token
        .lines()
        .find(|line| !line.trim().is_empty())
        .map(Secret::new)
        .ok_or_else(|| "it prints nothing".to_owned())
}
