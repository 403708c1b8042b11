//! `[wiki.<name>]` in `site.toml`: where case studies are published to.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::diagnostic::one_of;
use crate::model::Audience;

/// The settings of one wiki, as they are in `site.toml`. Which of them are needed depends on `kind`; [`target`] says what is missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct WikiSettings {
    /// `azure-devops`, `github`, `gitlab`, `gitea`, `confluence`, `mediawiki`, `dokuwiki` or `folder`.
    pub kind: String,
    /// Whom its pages are for, `team` or `public`; the team by default.
    pub audience: Option<Audience>,
    /// Whether pages begin with a table of contents; they do by default.
    pub contents: Option<bool>,
    /// The address of the wiki, an URL: of MediaWiki the folder of `api.php`, of DokuWiki that of `doku.php`, of Confluence
    /// and Azure DevOps the address that all others start with.
    pub address: String,
    /// Git wikis: where they are cloned from, as `git clone` takes it.
    pub repository: String,
    /// Git wikis: the branch that is shown; by default the one that the repository names.
    pub branch: String,
    /// Git wikis: the folder of the pages in the repository; for `folder` the folder to put them into, from the root of the site.
    pub folder: String,
    /// Git wikis: whether the sidebar, or the order of pages, is kept up to date; it is by default.
    pub sidebar: Option<bool>,
    /// `folder`: `markdown`, or `html` for a single file for each case study.
    pub format: String,
    /// Who publishes: a user, an e-mail address on Confluence Cloud, a bot (`Jane@storybank`) on MediaWiki.
    pub user: String,
    /// DokuWiki: the namespace of the pages.
    pub namespace: String,
    /// Confluence: `cloud` or `data-center`; by default the one that the address suggests.
    pub edition: String,
    /// Confluence: the key of the space.
    pub space: String,
    /// Confluence: the id of the page that the pages are put below; Azure DevOps: the path of that page.
    pub parent: String,
    /// Azure DevOps: the name of the wiki.
    pub wiki: String,
    /// The variable of the environment that holds the token; `STORYBANK_<NAME>_TOKEN` by default.
    pub token_env: String,
    /// The command that prints the token, with its arguments.
    pub token_command: Vec<String>,
}

/// A wiki that case studies are published to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// As it is called in the settings.
    pub name: String,
    /// Whom its pages are for; never the author alone.
    pub audience: Audience,
    /// Whether pages begin with a table of contents.
    pub has_contents: bool,
    /// Where the token comes from.
    pub token: TokenSource,
    /// What it is, and where.
    pub place: Place,
}

/// Where a token comes from; never from the settings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TokenSource {
    /// A variable of the environment.
    Environment(String),
    /// What a command prints: the program, then its arguments.
    Command(Vec<String>),
}

/// A kind of wiki, and where this one is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// Files.
    Folder {
        /// From the root of the site.
        folder: String,
        /// What the files are.
        format: Format,
    },
    /// A wiki that is a repository.
    Git {
        /// Who shows it.
        host: GitHost,
        /// As `git clone` takes it.
        repository: String,
        /// Empty for the one that the repository names.
        branch: String,
        /// The folder of the pages; empty for the top.
        folder: String,
        /// What becomes of the sidebar, or the order of pages.
        sidebar: Sidebar,
    },
    /// The interface of Azure DevOps.
    AzureDevops {
        /// `https://dev.azure.com/<organisation>/<project>`, without a slash at the end.
        address: String,
        /// The name or id of the wiki.
        wiki: String,
        /// The path of the page that the pages are put below, without slashes at its ends; empty for the top.
        parent: String,
    },
    /// The interface of MediaWiki.
    Mediawiki {
        /// What `/api.php` follows.
        address: String,
        /// The bot.
        user: String,
        /// The text before every title, a slash or a colon at its end; empty for nothing.
        prefix: String,
    },
    /// The interface of DokuWiki.
    Dokuwiki {
        /// What `/lib/exe/xmlrpc.php` follows.
        address: String,
        /// Who publishes.
        user: String,
        /// Empty for the top.
        namespace: String,
    },
    /// The interface of Confluence.
    Confluence {
        /// Which of the two.
        edition: Edition,
        /// What `/api/v2` (Cloud, with `/wiki` at its end) or `/rest/api` follows.
        address: String,
        /// Empty for a token alone.
        user: String,
        /// The key.
        space: String,
        /// The id; empty for the home page of the space.
        parent: String,
    },
}

/// What the files in a folder are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Markdown, with the pictures beside it.
    Markdown,
    /// HTML, with the pictures in it.
    Html,
}

/// Who shows a repository as a wiki.
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

/// What becomes of the list of pages that a repository keeps.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sidebar {
    /// Our own lines in it are kept up to date, if there is one.
    Keep,
    /// It is not looked at.
    Leave,
}

/// Which Confluence it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Edition {
    /// Atlassian's own.
    Cloud,
    /// A company's own.
    DataCenter,
}

/// The kinds, as they are written.
const KINDS: [&str; 8] = ["azure-devops", "github", "gitlab", "gitea", "confluence", "mediawiki", "dokuwiki", "folder"];

/// What is wrong with the settings of a wiki.
#[derive(Debug)]
pub struct Mistake {
    /// The mistaken setting; the wiki as a whole if it has no such setting.
    pub key: &'static str,
    /// What was found and what was expected.
    pub message: String,
    /// What to do next.
    pub help: String,
}

/// A wiki as its settings describe it.
///
/// # Errors
///
/// Everything that is missing, mistaken, or makes no sense for the kind of wiki.
pub fn target(name: &str, settings: &WikiSettings) -> Result<Target, Vec<Mistake>> {
    let mut mistakes = Vec::new();
    let audience = settings.audience.unwrap_or(Audience::Team);
    if audience == Audience::Private {
        mistakes.push(Mistake {
            key: "audience",
            message: "a wiki is never for its author alone".to_owned(),
            help: "write `team` or `public`".to_owned(),
        });
    }
    let place = place(settings, &mut mistakes);
    check_keys(settings, &mut mistakes);
    let token = if settings.token_command.is_empty() {
        let variable = if settings.token_env.is_empty() { default_variable(name) } else { settings.token_env.clone() };
        TokenSource::Environment(variable)
    } else {
        TokenSource::Command(settings.token_command.clone())
    };
    match place {
        Some(place) if mistakes.is_empty() => {
            Ok(Target { name: name.to_owned(), audience, has_contents: settings.contents.unwrap_or(true), token, place })
        }
        _ => Err(mistakes),
    }
}

/// Wikis whose names differ in capitals and signs alone, with what is wrong: they would share a token or a record.
pub(super) fn alike<'a>(names: impl Iterator<Item = &'a String>) -> Vec<(&'a String, Mistake)> {
    let mut known: BTreeMap<String, &String> = BTreeMap::new();
    let mut found = Vec::new();
    for name in names {
        if let Some(first) = known.insert(default_variable(name), name) {
            let message = format!("the wikis `{first}` and `{name}` would share their token and their record");
            let help = "give them names that differ in more than capitals and signs".to_owned();
            found.push((name, Mistake { key: "", message, help }));
        }
    }
    found
}

/// `STORYBANK_HANDBOOK_TOKEN`.
fn default_variable(name: &str) -> String {
    let name: String = name.chars().map(|next| if next.is_ascii_alphanumeric() { next.to_ascii_uppercase() } else { '_' }).collect();
    format!("STORYBANK_{name}_TOKEN")
}

fn place(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Option<Place> {
    let kind = settings.kind.as_str();
    let has_interface = !settings.address.is_empty() && settings.repository.is_empty();
    Some(match kind {
        "azure-devops" if has_interface => {
            wanted("wiki", &settings.wiki, "`wiki = \"Project.wiki\"`, the name of the wiki", kind, mistakes);
            let parent = settings.parent.trim_matches('/').to_owned();
            Place::AzureDevops { address: address(settings, mistakes), wiki: settings.wiki.clone(), parent }
        }
        "azure-devops" => git(GitHost::AzureDevops, settings, mistakes),
        "github" => git(GitHost::Github, settings, mistakes),
        "gitlab" => git(GitHost::Gitlab, settings, mistakes),
        "gitea" => git(GitHost::Gitea, settings, mistakes),
        "confluence" => confluence(settings, mistakes),
        "mediawiki" => {
            wanted("user", &settings.user, "`user = \"Jane@storybank\"`, the name of a bot password", kind, mistakes);
            check_prefix(&settings.parent, mistakes);
            Place::Mediawiki { address: address(settings, mistakes), user: settings.user.clone(), prefix: settings.parent.clone() }
        }
        "dokuwiki" => dokuwiki(settings, mistakes),
        "folder" => {
            wanted("folder", &settings.folder, "`folder = \"wiki\"`, the folder to put the pages into", kind, mistakes);
            check_own_folder(&settings.folder, mistakes);
            Place::Folder { folder: settings.folder.clone(), format: format(settings, mistakes) }
        }
        _ => {
            let message = if kind.is_empty() { "a wiki needs a `kind`".to_owned() } else { format!("there is no kind of wiki `{kind}`") };
            mistakes.push(Mistake { key: "kind", message, help: one_of(&KINDS) });
            return None;
        }
    })
}

/// Asks for a setting that a kind of wiki cannot do without.
fn wanted(key: &'static str, value: &str, what: &str, kind: &str, mistakes: &mut Vec<Mistake>) {
    if value.is_empty() {
        let message = format!("a wiki of the kind `{kind}` needs `{key}`");
        mistakes.push(Mistake { key: "kind", message, help: format!("write {what}") });
    }
}

fn git(host: GitHost, settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Place {
    let WikiSettings { kind, repository, branch, folder, .. } = settings.clone();
    wanted("repository", &repository, "`repository = \"…\"`, what `git clone` takes for this wiki", &kind, mistakes);
    check_git(&repository, &branch, mistakes);
    check_folder(&folder, mistakes);
    let sidebar = if settings.sidebar.unwrap_or(true) { Sidebar::Keep } else { Sidebar::Leave };
    Place::Git { host, repository, branch, folder: folder.trim_matches('/').to_owned(), sidebar }
}

fn confluence(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Place {
    let WikiSettings { kind, user, space, parent, .. } = settings.clone();
    wanted("space", &space, "`space = \"KEY\"`, the key of the space", &kind, mistakes);
    if !parent.bytes().all(|byte| byte.is_ascii_digit()) {
        mistakes.push(Mistake {
            key: "parent",
            message: format!("`{parent}` is not the id of a page"),
            help: "write the number in the address of the page, as `parent = \"98310\"`".to_owned(),
        });
    }
    Place::Confluence { edition: edition(settings, mistakes), address: address(settings, mistakes), user, space, parent }
}

fn dokuwiki(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Place {
    let WikiSettings { kind, user, namespace, .. } = settings.clone();
    wanted("user", &user, "`user = \"jane\"`, the name that you log in with", &kind, mistakes);
    let is_id = |name: &str| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-:".contains(&byte));
    if !is_id(&namespace) {
        mistakes.push(Mistake {
            key: "namespace",
            message: format!("`{namespace}` is not a namespace that DokuWiki can keep"),
            help: "use small letters without accents, digits, `_` and `-`, with `:` between the parts".to_owned(),
        });
    }
    Place::Dokuwiki { address: address(settings, mistakes), user, namespace: namespace.trim_matches(':').to_owned() }
}

fn address(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> String {
    let address = settings.address.trim_end_matches('/');
    let rest = address.strip_prefix("https://").or_else(|| address.strip_prefix("http://"));
    let host = rest.unwrap_or_default().split('/').next().unwrap_or_default();
    if host.is_empty() || host.contains('@') || address.contains(['?', '#', ' ']) {
        mistakes.push(Mistake {
            key: if settings.address.is_empty() { "kind" } else { "address" },
            message: if settings.address.is_empty() {
                format!("a wiki of the kind `{}` needs `address`", settings.kind)
            } else {
                "this is not the address of a wiki".to_owned()
            },
            help: "write where it is, as `address = \"https://wiki.example.org\"`, without a user or token in it".to_owned(),
        });
    }
    address.to_owned()
}

fn check_git(repository: &str, branch: &str, mistakes: &mut Vec<Mistake>) {
    // A user before the host is how SSH is asked; a password there is a secret in the settings.
    let authority = repository.split_once("://").map_or("", |(_, rest)| rest.split('/').next().unwrap_or_default());
    if authority.split_once('@').is_some_and(|(user, _)| user.contains(':')) {
        mistakes.push(Mistake {
            key: "repository",
            message: "the address of the repository holds a password".to_owned(),
            help: "take it out; `git` asks its own credential helper".to_owned(),
        });
    }
    for (key, value) in [("repository", repository), ("branch", branch)] {
        if value.starts_with('-') || value.contains(['\n', '\0']) {
            mistakes.push(Mistake { key, message: format!("`{value}` would be an option of `git`"), help: "write another one".to_owned() });
        }
    }
}

fn check_folder(folder: &str, mistakes: &mut Vec<Mistake>) {
    if folder.split('/').any(|part| part.starts_with('.')) || folder.contains('\\') {
        mistakes.push(Mistake {
            key: "folder",
            message: format!("`{folder}` is not a folder for pages"),
            help: "name one below the top of the repository, with `/` between the parts and no leading dots".to_owned(),
        });
    }
}

/// A prefix without a sign after it would become a part of the first word of every title.
fn check_prefix(parent: &str, mistakes: &mut Vec<Mistake>) {
    if !parent.is_empty() && !parent.ends_with(['/', ':']) {
        mistakes.push(Mistake {
            key: "parent",
            message: format!("`{parent}` would run into the titles of the pages"),
            help: format!("write `parent = \"{parent}/\"` for sub-pages, or a namespace of the wiki with a colon at its end"),
        });
    }
}

/// Refuses folders that are read as the site's own: nothing is published into them.
fn check_own_folder(folder: &str, mistakes: &mut Vec<Mistake>) {
    let first = folder.split('/').find(|part| !part.is_empty() && *part != ".").unwrap_or_default();
    if !folder.starts_with('/') && ["content", "themes"].contains(&first) {
        mistakes.push(Mistake {
            key: "folder",
            message: format!("`{folder}` is a folder of the site itself"),
            help: "name another one, as `folder = \"published\"`".to_owned(),
        });
    }
}

/// Refuses settings of other kinds of wikis. Without a report the pages would be written to another place than expected.
fn check_keys(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) {
    let WikiSettings { kind, repository, branch, folder, user, namespace, space, parent, wiki, edition, format, address, .. } = settings;
    let known: &[&str] = match kind.as_str() {
        "azure-devops" if !address.is_empty() && repository.is_empty() => &["address", "wiki", "parent"],
        "azure-devops" | "gitlab" => &["repository", "branch", "folder", "sidebar"],
        "github" | "gitea" => &["repository", "branch", "sidebar"],
        "confluence" => &["address", "user", "edition", "space", "parent"],
        "mediawiki" => &["address", "user", "parent"],
        "dokuwiki" => &["address", "user", "namespace"],
        "folder" => &["folder", "format"],
        _ => return,
    };
    let texts = [
        ("address", address),
        ("repository", repository),
        ("branch", branch),
        ("folder", folder),
        ("format", format),
        ("user", user),
        ("namespace", namespace),
        ("edition", edition),
        ("space", space),
        ("parent", parent),
        ("wiki", wiki),
    ];
    let beside = match known[0] {
        first if kind == "azure-devops" => format!(" beside `{first}`"),
        _ => String::new(),
    };
    let given = texts.into_iter().filter(|(_, value)| !value.is_empty()).map(|(key, _)| key);
    for key in given.chain(settings.sidebar.map(|_| "sidebar")).filter(|key| !known.contains(key)) {
        mistakes.push(Mistake {
            key,
            message: format!("a wiki of the kind `{kind}` knows no `{key}`{beside}"),
            help: format!("take it out; beside what all kinds know, it knows `{}`", known.join("`, `")),
        });
    }
}

fn edition(settings: &WikiSettings, mistakes: &mut Vec<Mistake>) -> Edition {
    let host = settings.address.split("://").nth(1).unwrap_or_default().split('/').next().unwrap_or_default();
    match settings.edition.as_str() {
        "cloud" => Edition::Cloud,
        "data-center" => Edition::DataCenter,
        "" if host.ends_with(".atlassian.net") || host.ends_with(".jira.com") || host == "api.atlassian.com" => Edition::Cloud,
        "" => Edition::DataCenter,
        other => {
            mistakes.push(Mistake {
                key: "edition",
                message: format!("`{other}` is not an edition of Confluence"),
                help: one_of(&["cloud", "data-center"]),
            });
            Edition::Cloud
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
