//! `[wiki.<name>]` in `site.toml`: the wikis for case studies.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::diagnostic::one_of;
use crate::model::Audience;

/// The settings of one wiki. `kind` decides which of them are required.
//
// [`target`] checks that.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WikiSettings {
    /// `azure-devops`, `github`, `gitlab`, `gitea`, `confluence`, `mediawiki`, `dokuwiki` or `folder`.
    pub kind: String,
    /// The audience, `team` or `public`. Default: `team`.
    pub audience: Option<Audience>,
    /// Whether long pages begin with a table of contents. Default: yes.
    pub contents: Option<bool>,
    /// The address of the wiki: for MediaWiki the one that contains `api.php`, for DokuWiki the one
    /// that contains `doku.php`, otherwise the base address.
    pub address: String,
    /// Git wikis: the repository, as for `git clone`.
    pub repository: String,
    /// Git wikis: the branch. Default: that of the repository.
    pub branch: String,
    /// Git wikis: the folder of the pages in the repository. `folder`: the folder of the pages,
    /// from the root of the site.
    pub folder: String,
    /// Git wikis: whether the sidebar or the order of pages is kept up to date. Default: yes.
    pub sidebar: Option<bool>,
    /// `folder`: `markdown`, or `html` for a single file per case study.
    pub format: String,
    /// The user: a mail address on Confluence Cloud, a bot password (`Jane@storybank`) on
    /// MediaWiki.
    pub user: String,
    /// DokuWiki: the namespace of the pages.
    pub namespace: String,
    /// Confluence: `cloud` or `data-center`. Default: by the address.
    pub edition: String,
    /// Confluence: the key of the space.
    pub space: String,
    /// Confluence: the id of the parent page. Azure DevOps: the path of the parent page. MediaWiki:
    /// the prefix of all titles.
    pub parent: String,
    /// Azure DevOps: the name of the wiki.
    pub wiki: String,
    /// The environment variable with the token. Default: `STORYBANK_<NAME>_TOKEN`.
    pub token_env: String,
    /// The command that prints the token, with its arguments.
    pub token_command: Vec<String>,
}

impl WikiSettings {
    /// Whether an Azure DevOps wiki is accessed through its REST API, and not through git.
    fn has_interface(&self) -> bool {
        !self.address.is_empty() && self.repository.is_empty()
    }
}

/// A wiki for case studies.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Its name in the settings.
    pub name: String,
    /// The audience of its pages; never `private`.
    pub audience: Audience,
    /// Whether long pages begin with a table of contents.
    pub has_contents: bool,
    /// The source of the token.
    pub token: TokenSource,
    /// The kind of wiki with its address.
    pub backend: Backend,
}

/// The source of a token. Settings never contain the token itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// An environment variable.
    Environment(String),
    /// The output of a command: the program, then its arguments.
    Command(Vec<String>),
}

/// A kind of wiki with its address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Backend {
    /// A folder of files.
    Folder {
        /// The path from the root of the site.
        folder: String,
        /// The format of the files.
        format: Format,
    },
    /// A git repository that a host shows as a wiki.
    Git {
        /// The host.
        host: GitHost,
        /// The repository, as for `git clone`.
        repository: String,
        /// The branch; empty for the default one.
        branch: String,
        /// The folder of the pages; empty for the top.
        folder: String,
        /// Whether the sidebar or the order of pages is kept up to date.
        sidebar: Sidebar,
    },
    /// The REST API of Azure DevOps.
    AzureDevops {
        /// `https://dev.azure.com/<organisation>/<project>`, without a slash at the end.
        address: String,
        /// The name or id of the wiki.
        wiki: String,
        /// The path of the parent page, without slashes at the ends; empty for the top.
        parent: String,
    },
    /// The API of MediaWiki.
    Mediawiki {
        /// The part of the address before `/api.php`.
        address: String,
        /// The name of a bot password.
        user: String,
        /// The prefix of all titles, ending in a slash or a colon; can be empty.
        prefix: String,
    },
    /// The XML-RPC interface of DokuWiki.
    Dokuwiki {
        /// The part of the address before `/lib/exe/xmlrpc.php`.
        address: String,
        /// The user.
        user: String,
        /// The namespace of the pages; empty for the top.
        namespace: String,
    },
    /// The REST API of Confluence.
    Confluence {
        /// The edition.
        edition: ConfluenceEdition,
        /// The part of the address before `/api/v2` (Cloud, ending in `/wiki`) or `/rest/api`.
        address: String,
        /// The user; empty for a token alone.
        user: String,
        /// The key of the space.
        space: String,
        /// The id of the parent page; empty for the home page of the space.
        parent: String,
    },
}

impl Backend {
    /// The part that the locations of all pages have in common: a folder, a prefix or a namespace;
    /// empty for the top.
    pub fn parent(&self) -> &str {
        match self {
            Self::Git { folder, .. } => folder,
            Self::AzureDevops { parent, .. } => parent,
            Self::Mediawiki { prefix, .. } => prefix,
            Self::Dokuwiki { namespace, .. } => namespace,
            Self::Folder { .. } | Self::Confluence { .. } => "",
        }
    }
}

/// The format of the files in a folder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Markdown, with separate pictures.
    Markdown,
    /// HTML, with embedded pictures.
    Html,
}

/// A host that shows a repository as a wiki.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GitHost {
    /// Azure DevOps.
    AzureDevops,
    /// GitHub.
    Github,
    /// GitLab.
    Gitlab,
    /// Gitea or Forgejo.
    Gitea,
}

/// Whether the list of pages in a repository is kept up to date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sidebar {
    /// Our lines in it are kept up to date, if it exists.
    Keep,
    /// It does not change.
    Leave,
}

/// An edition of Confluence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfluenceEdition {
    /// Hosted by Atlassian.
    Cloud,
    /// Self-hosted.
    DataCenter,
}

/// The values of `kind`.
const KINDS: [&str; 8] = [
    "azure-devops",
    "github",
    "gitlab",
    "gitea",
    "confluence",
    "mediawiki",
    "dokuwiki",
    "folder",
];

/// A mistake in the settings of a wiki.
#[derive(Debug)]
pub struct Mistake {
    /// The mistaken setting; the wiki as a whole if it has no such setting.
    pub key: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// What to do next.
    pub help: String,
}

/// The wiki that settings describe.
///
/// # Errors
///
/// One mistake for each setting that is missing, invalid, or not supported by the kind of wiki.
pub fn target(name: &str, settings: &WikiSettings) -> Result<Target, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let audience = settings.audience.unwrap_or(Audience::Team);
    if audience == Audience::Private {
        mistakes.push(Mistake {
            key: "audience",
            message: "a wiki cannot have the audience `private`".to_owned(),
            help: "write `team` or `public`".to_owned(),
        });
    }
    let backend = backend(settings, &mut mistakes);
    check_keys(settings, &mut mistakes);
    let token = if settings.token_command.is_empty() {
        let variable = if settings.token_env.is_empty() {
            default_variable(name)
        } else {
            settings.token_env.clone()
        };
        TokenSource::Environment(variable)
    } else {
        TokenSource::Command(settings.token_command.clone())
    };
    match backend {
        Some(backend) if mistakes.is_empty() => Ok(Target {
            name: name.to_owned(),
            audience,
            has_contents: settings.contents.unwrap_or(true),
            token,
            backend,
        }),
        _ => Err(mistakes),
    }
}

/// Reports wikis whose names differ only in case and punctuation: they would share a token and a
/// record.
pub(super) fn alike<'a>(names: impl Iterator<Item = &'a String>) -> Vec<(&'a String, Mistake)> {
    let mut known: BTreeMap<String, &String> = BTreeMap::new();
    let mut found = Vec::new();
    for name in names {
        if let Some(first) = known.insert(default_variable(name), name) {
            let message = format!(
                "the wikis `{first}` and `{name}` would share their token and their record"
            );
            let help = "give them names that differ in more than case and punctuation".to_owned();
            found.push((
                name,
                Mistake {
                    key: "",
                    message,
                    help,
                },
            ));
        }
    }
    found
}

/// `STORYBANK_HANDBOOK_TOKEN`.
fn default_variable(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|next| {
            if next.is_ascii_alphanumeric() {
                next.to_ascii_uppercase()
            } else {
                '_'
            }
        })
        .collect();
    format!("STORYBANK_{name}_TOKEN")
}

fn backend(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Option<Backend> {
    Some(match settings.kind.as_str() {
        "azure-devops" if settings.has_interface() => azure_devops(settings, mistakes),
        "azure-devops" => git(GitHost::AzureDevops, settings, mistakes),
        "github" => git(GitHost::Github, settings, mistakes),
        "gitlab" => git(GitHost::Gitlab, settings, mistakes),
        "gitea" => git(GitHost::Gitea, settings, mistakes),
        "confluence" => confluence(settings, mistakes),
        "mediawiki" => mediawiki(settings, mistakes),
        "dokuwiki" => dokuwiki(settings, mistakes),
        "folder" => folder(settings, mistakes),
        kind => {
            let message = if kind.is_empty() {
                "a wiki needs a `kind`".to_owned()
            } else {
                format!("there is no kind of wiki `{kind}`")
            };
            mistakes.push(Mistake {
                key: "kind",
                message,
                help: one_of(&KINDS),
            });
            return None;
        }
    })
}

fn azure_devops(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Backend {
    let WikiSettings {
        kind, wiki, parent, ..
    } = settings;
    wanted(
        "wiki",
        wiki,
        "`wiki = \"Project.wiki\"`, the name of the wiki",
        kind,
        mistakes,
    );
    let parent = parent.trim_matches('/').to_owned();
    Backend::AzureDevops {
        address: address(settings, mistakes),
        wiki: wiki.clone(),
        parent,
    }
}

fn mediawiki(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Backend {
    let WikiSettings {
        kind, user, parent, ..
    } = settings;
    wanted(
        "user",
        user,
        "`user = \"Jane@storybank\"`, the name of a bot password",
        kind,
        mistakes,
    );
    check_prefix(parent, mistakes);
    Backend::Mediawiki {
        address: address(settings, mistakes),
        user: user.clone(),
        prefix: parent.clone(),
    }
}

fn folder(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Backend {
    let WikiSettings { kind, folder, .. } = settings;
    wanted(
        "folder",
        folder,
        "`folder = \"wiki\"`, the folder for the pages",
        kind,
        mistakes,
    );
    check_own_folder(folder, mistakes);
    Backend::Folder {
        folder: folder.clone(),
        format: format(settings, mistakes),
    }
}

/// Reports a required setting that is missing.
fn wanted(key: &'static str, value: &str, what: &str, kind: &str, mistakes: &mut Vec<Mistake>) {
    if value.is_empty() {
        let message = format!("a wiki of the kind `{kind}` needs `{key}`");
        mistakes.push(Mistake {
            key: "kind",
            message,
            help: format!("write {what}"),
        });
    }
}

fn git(host: GitHost, settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Backend {
    let WikiSettings {
        kind,
        repository,
        branch,
        folder,
        ..
    } = settings.clone();
    wanted(
        "repository",
        &repository,
        "`repository = \"…\"`, the address for `git clone`",
        &kind,
        mistakes,
    );
    check_git(&repository, &branch, mistakes);
    check_folder(&folder, mistakes);
    let sidebar = if settings.sidebar.unwrap_or(true) {
        Sidebar::Keep
    } else {
        Sidebar::Leave
    };
    Backend::Git {
        host,
        repository,
        branch,
        folder: folder.trim_matches('/').to_owned(),
        sidebar,
    }
}

fn confluence(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Backend {
    let WikiSettings {
        kind,
        user,
        space,
        parent,
        ..
    } = settings.clone();
    wanted(
        "space",
        &space,
        "`space = \"KEY\"`, the key of the space",
        &kind,
        mistakes,
    );
    if !parent.bytes().all(|byte| byte.is_ascii_digit()) {
        mistakes.push(Mistake {
            key: "parent",
            message: format!("`{parent}` is not the id of a page"),
            help: "write the number in the address of the page, as `parent = \"98310\"`".to_owned(),
        });
    }
    Backend::Confluence {
        edition: edition(settings, mistakes),
        address: address(settings, mistakes),
        user,
        space,
        parent,
    }
}

fn dokuwiki(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Backend {
    let WikiSettings {
        kind,
        user,
        namespace,
        ..
    } = settings.clone();
    wanted(
        "user",
        &user,
        "`user = \"jane\"`, the name that you log in with",
        &kind,
        mistakes,
    );
    let is_id = |name: &str| {
        name.bytes().all(|byte| {
            byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-:".contains(&byte)
        })
    };
    if !is_id(&namespace) {
        mistakes.push(Mistake {
            key: "namespace",
            message: format!("`{namespace}` is not a valid namespace of DokuWiki"),
            help:
                "use small letters without accents, digits, `_` and `-`, with `:` between the parts"
                    .to_owned(),
        });
    }
    Backend::Dokuwiki {
        address: address(settings, mistakes),
        user,
        namespace: namespace.trim_matches(':').to_owned(),
    }
}

fn address(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> String {
    let address = settings.address.trim_end_matches('/');
    let rest = address
        .strip_prefix("https://")
        .or_else(|| address.strip_prefix("http://"));
    let host = rest
        .unwrap_or_default()
        .split('/')
        .next()
        .unwrap_or_default();
    if host.is_empty() || host.contains('@') || address.contains(['?', '#', ' ']) {
        mistakes.push(Mistake {
            key: if settings.address.is_empty() {
                "kind"
            } else {
                "address"
            },
            message: if settings.address.is_empty() {
                format!("a wiki of the kind `{}` needs `address`", settings.kind)
            } else {
                "this is not the address of a wiki".to_owned()
            },
            help: "write it as `address = \"https://wiki.example.org\"`, without a user or token"
                .to_owned(),
        });
    }
    address.to_owned()
}

fn check_git(repository: &str, branch: &str, mistakes: &mut Vec<Mistake>) {
    // A user before the host is usual with SSH, but a password there would be a secret in the
    // settings.
    let authority = repository
        .split_once("://")
        .map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    if authority
        .split_once('@')
        .is_some_and(|(user, _)| user.contains(':'))
    {
        mistakes.push(Mistake {
            key: "repository",
            message: "the address of the repository contains a password".to_owned(),
            help: "remove it; `git` uses its own credential helper".to_owned(),
        });
    }
    for (key, value) in [("repository", repository), ("branch", branch)] {
        if value.starts_with('-') || value.contains(['\n', '\0']) {
            mistakes.push(Mistake {
                key,
                message: format!("`{value}` would be read as an option of `git`"),
                help: "write another value".to_owned(),
            });
        }
    }
}

fn check_folder(folder: &str, mistakes: &mut Vec<Mistake>) {
    if folder.split('/').any(|part| part.starts_with('.')) || folder.contains('\\') {
        mistakes.push(Mistake {
            key: "folder",
            message: format!("`{folder}` is not a folder for pages"),
            help: "write a path in the repository, with `/` between the parts and no leading dots"
                .to_owned(),
        });
    }
}

/// Without a separator at its end, the prefix would merge with the titles.
fn check_prefix(parent: &str, mistakes: &mut Vec<Mistake>) {
    if !parent.is_empty() && !parent.ends_with(['/', ':']) {
        mistakes.push(Mistake {
            key: "parent",
            message: format!("`{parent}` would merge with the titles of the pages"),
            help: format!("write `parent = \"{parent}/\"` for subpages, or a namespace of the wiki with a colon at its end"),
        });
    }
}

/// A folder that is read as part of the site cannot be the target of a publication.
fn check_own_folder(folder: &str, mistakes: &mut Vec<Mistake>) {
    let first = folder
        .split('/')
        .find(|part| !part.is_empty() && *part != ".")
        .unwrap_or_default();
    if !folder.starts_with('/') && ["content", "themes"].contains(&first) {
        mistakes.push(Mistake {
            key: "folder",
            message: format!("`{folder}` is a folder of the site itself"),
            help: "name another one, as `folder = \"published\"`".to_owned(),
        });
    }
}

/// Reports settings of other kinds of wikis: ignoring them could publish pages to an unexpected
/// location.
fn check_keys(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) {
    let kind = settings.kind.as_str();
    let Some(known) = known_keys(settings) else {
        return;
    };
    let given = if kind == "azure-devops" {
        format!(" beside `{}`", known[0])
    } else {
        String::new()
    };
    for key in given_keys(settings).filter(|key| !known.contains(key)) {
        mistakes.push(Mistake {
            key,
            message: format!("a wiki of the kind `{kind}` has no setting `{key}`{given}"),
            help: format!(
                "remove it; besides the common settings, this kind has `{}`",
                known.join("`, `")
            ),
        });
    }
}

/// The settings of a kind of wiki, besides the common ones; `None` for an unknown kind.
fn known_keys(settings: &WikiSettings) -> Option<&'static [&'static str]> {
    Some(match settings.kind.as_str() {
        "azure-devops" if settings.has_interface() => &["address", "wiki", "parent"],
        "azure-devops" | "gitlab" => &["repository", "branch", "folder", "sidebar"],
        "github" | "gitea" => &["repository", "branch", "sidebar"],
        "confluence" => &["address", "user", "edition", "space", "parent"],
        "mediawiki" => &["address", "user", "parent"],
        "dokuwiki" => &["address", "user", "namespace"],
        "folder" => &["folder", "format"],
        _ => return None,
    })
}

/// The settings that are given, without the common ones.
fn given_keys(settings: &WikiSettings) -> impl Iterator<Item = &'static str> {
    let texts = [
        ("address", &settings.address),
        ("repository", &settings.repository),
        ("branch", &settings.branch),
        ("folder", &settings.folder),
        ("format", &settings.format),
        ("user", &settings.user),
        ("namespace", &settings.namespace),
        ("edition", &settings.edition),
        ("space", &settings.space),
        ("parent", &settings.parent),
        ("wiki", &settings.wiki),
    ];
    let given = texts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(key, _)| key);
    given.chain(settings.sidebar.map(|_| "sidebar"))
}

fn edition(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> ConfluenceEdition {
    let host = settings
        .address
        .split("://")
        .nth(1)
        .unwrap_or_default()
        .split('/')
        .next()
        .unwrap_or_default();
    match settings.edition.as_str() {
        "cloud" => ConfluenceEdition::Cloud,
        "data-center" => ConfluenceEdition::DataCenter,
        "" if host.ends_with(".atlassian.net")
            || host.ends_with(".jira.com")
            || host == "api.atlassian.com" =>
        {
            ConfluenceEdition::Cloud
        }
        "" => ConfluenceEdition::DataCenter,
        other => {
            mistakes.push(Mistake {
                key: "edition",
                message: format!("`{other}` is not an edition of Confluence"),
                help: one_of(&["cloud", "data-center"]),
            });
            ConfluenceEdition::Cloud
        }
    }
}

fn format(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Format {
    match settings.format.as_str() {
        "" | "markdown" => Format::Markdown,
        "html" => Format::Html,
        other => {
            mistakes.push(Mistake {
                key: "format",
                message: format!("`{other}` is not a format of a folder"),
                help: one_of(&["markdown", "html"]),
            });
            Format::Markdown
        }
    }
}
