//! `site.toml`: the settings of a site.

mod language;
mod places;
mod schema;
mod wiki;

use std::cell::LazyCell;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::conflict;
use crate::diagnostic::{Diagnostic, did_you_mean, one_of, rules};
use crate::model::{Audience, Length};
use crate::phrases::Table;
use crate::source::{SitePath, Span};
use crate::words::Finder;

use places::Places;

pub use language::direction;
pub use schema::schema;
pub use wiki::{
    Backend, ConfluenceEdition, Format, GitHost, Mistake, Sidebar, Target, TokenSource,
    WikiSettings, target,
};

/// The path of the settings from the root of a site.
pub const FILE: &str = "site.toml";

/// The settings of a site. A site without a `site.toml` has the defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(rename = "Settings")]
pub struct Config {
    /// The title of the site.
    pub title: String,
    /// The language of the texts, a BCP 47 tag.
    pub language: String,
    /// The theme: a folder under `themes/`, or `default`.
    pub theme: String,
    /// The URL where the site will be published. Only the page for unknown addresses needs it: it is shown at any address.
    pub address: String,
    /// How fast the author speaks, in words per minute.
    #[schemars(range(min = 20, max = 400))]
    pub words_per_minute: u32,
    /// How long a telling should take if neither its file nor its story says so.
    pub length: Length,
    /// The audience of each job if the command line names none.
    pub audience: JobAudiences,
    /// The settings of `storybank serve`.
    pub preview: Preview,
    /// Phrases of the pages. They replace those in the tables of the theme.
    pub words: Table,
    /// Words that are replaced for every audience but the author.
    pub redact: BTreeMap<String, String>,
    /// Words that may not leave.
    pub forbid: Forbid,
    /// What published case studies must not say of persons.
    pub blame: Blame,
    /// The wikis that case studies are published to, keyed by the name that `storybank publish` takes.
    pub wiki: BTreeMap<String, WikiSettings>,
}

/// The rules on persons in published texts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Blame {
    /// Names of persons that must not be published.
    pub names: Vec<String>,
    /// Phrases that the rule would report as blame, and that are allowed here.
    pub allow: Vec<String>,
}

/// The audience of each job if the command line names none.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct JobAudiences {
    /// Of `storybank build`.
    pub build: Audience,
    /// Of `storybank serve`, the preview.
    pub serve: Audience,
}

/// The settings of the preview.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Preview {
    /// The address that opens a file in the author's editor. It contains `{path}`, which starts with `/`, and can contain `{line}` and
    /// `{column}`. If it is empty, the preview shows no links to the editor.
    pub editor: String,
}

impl Default for Preview {
    fn default() -> Self {
        Self {
            editor: "vscode://file{path}:{line}:{column}".to_owned(),
        }
    }
}

/// Words that may not be in any output for others than the author.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Forbid {
    /// Words and phrases. A build for others fails if its output would contain one of them.
    pub words: Vec<String>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            title: "Interview stories".to_owned(),
            language: "en".to_owned(),
            theme: "default".to_owned(),
            address: String::new(),
            words_per_minute: 150,
            length: Length(120),
            audience: JobAudiences::default(),
            preview: Preview::default(),
            words: Table::new(),
            redact: BTreeMap::new(),
            forbid: Forbid::default(),
            blame: Blame::default(),
            wiki: BTreeMap::new(),
        }
    }
}

impl Default for JobAudiences {
    fn default() -> Self {
        Self {
            build: Audience::Private,
            serve: Audience::Private,
        }
    }
}

/// Reads `site.toml`. If it has a mistake, the settings are the defaults, and nothing should be built from them.
pub fn parse(text: &str) -> (Config, Vec<Diagnostic>) {
    let conflicts = conflict::conflicts(&SitePath::new(FILE), text);
    if !conflicts.is_empty() {
        return (Config::default(), conflicts);
    }
    let mut text = text
        .strip_prefix('\u{feff}')
        .map_or_else(|| text.to_owned(), |rest| format!("   {rest}"));
    let mut found = Vec::new();
    loop {
        match toml::from_str::<Config>(&text) {
            Ok(config) => {
                let check = Check {
                    config: &config,
                    places: LazyCell::new(|| Places::of(&text)),
                };
                found.extend(check.mistakes());
                return (completed(config), found);
            }
            Err(error) => {
                let span = error
                    .span()
                    .map_or(Span::default(), |span| Span::new(span.start, span.end));
                let bare = bare_words(&text, span, error.message());
                found.push(bare.unwrap_or_else(|| mistake(span, error.message())));
                // The statement with the mistake is blanked. Then the next attempt finds the next mistake.
                if found.len() > MOST_MISTAKES || !blank_statement(&mut text, span) {
                    return (Config::default(), found);
                }
            }
        }
    }
}

/// The number of mistakes after which no more are searched for.
const MOST_MISTAKES: usize = 20;

/// The settings with a slash at the end of the address, and without an editor that is not valid.
fn completed(mut config: Config) -> Config {
    if !config.address.is_empty() && !config.address.ends_with('/') {
        config.address.push('/');
    }
    if !is_editor(&config.preview.editor) {
        config.preview = Preview::default();
    }
    config
}

/// The diagnostic for a mistake that the TOML parser reports.
fn mistake(span: Span, message: &str) -> Diagnostic {
    if message.starts_with("unknown field") {
        let mut names = message.split('`').skip(1).step_by(2);
        let name = names.next().unwrap_or_default();
        return unknown_setting(span, name, &names.collect::<Vec<_>>());
    }
    if let Some((found, help)) = crate::front_matter::unknown_word(message) {
        return diagnostic(span, format!("`{found}` is not one of its values")).help(help);
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        return diagnostic(span, wrong_type(message));
    }
    diagnostic(span, message.trim_end_matches('\n').replace('\n', ", "))
}

/// The mistake of words without quotes as the value of a setting, which the TOML parser takes for a misspelt `true` or `false`.
fn bare_words(text: &str, span: Span, message: &str) -> Option<Diagnostic> {
    let is_value = message.starts_with("invalid boolean")
        || message.starts_with("string values must be quoted")
        || message.starts_with("invalid mantissa");
    let value = text.get(span.range().start..)?.lines().next()?.trim_end();
    let line = text[..span.range().start].rsplit('\n').next()?;
    let name = line.trim().strip_suffix('=')?.trim_end();
    let is_bare = value.starts_with(char::is_alphabetic) && !value.contains(['"', '\'', '#', '\\']);
    (is_value && is_bare).then(|| {
        diagnostic(
            span,
            format!("`{value}` is neither a number nor `true`, `false` or a text"),
        )
        .help(format!(
            "write a number, or put quotes around a text: `{name} = \"{value}\"`"
        ))
    })
}

fn unknown_setting(span: Span, name: &str, known: &[&str]) -> Diagnostic {
    if matches!(name, "token" | "password" | "secret" | "api-key" | "pat") {
        let message = format!("`{name}` does not belong into a file that others may see");
        return diagnostic(span, message)
            .help("take it out, and name the variable of the environment that holds it, `token-env`, or a command that prints it, `token-command`");
    }
    let help = did_you_mean(name, known.iter().copied()).unwrap_or_else(|| one_of(known));
    diagnostic(span, format!("unknown setting `{name}`")).help(help)
}

/// The message of the TOML parser about a wrong type, in the terms of TOML and without the names of Rust types.
fn wrong_type(message: &str) -> String {
    let message = crate::front_matter::plain_words(message);
    let found = message
        .split_once(", expected struct ")
        .or_else(|| message.split_once(", expected a map"));
    match found {
        Some((found, _)) => format!("{found}, expected a table"),
        None => message,
    }
}

fn diagnostic(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&rules::CONFIG, &SitePath::new(FILE), span, message)
}

/// Overwrites the lines of a mistaken `key = value`, or of a mistaken table, with blanks. Returns `false` if they are blank already.
fn blank_statement(text: &mut String, span: Span) -> bool {
    let range = span.range();
    let Some(before) = text.get(..range.start) else {
        return false;
    };
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[range.end.min(text.len())..]
        .find('\n')
        .map_or(text.len(), |newline| range.end + newline);
    // An unknown table is blanked with all of its settings.
    let is_table = text[start..line_end].trim_start().starts_with('[');
    let end = if is_table {
        text[line_end..]
            .find("\n[")
            .map_or(text.len(), |next| line_end + next)
    } else {
        line_end
    };
    if text[start..end].trim().is_empty() {
        return false;
    }
    let blanks: String = text[start..end]
        .bytes()
        .map(|byte| if byte == b'\n' { '\n' } else { ' ' })
        .collect();
    text.replace_range(start..end, &blanks);
    true
}

/// Whether an address opens a file in an editor: it has a scheme that a browser does not run or show itself.
fn is_editor(address: &str) -> bool {
    const BROWSER_SCHEMES: [&str; 8] = [
        "javascript",
        "data",
        "vbscript",
        "blob",
        "about",
        "view-source",
        "chrome",
        "filesystem",
    ];
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'))
            && !BROWSER_SCHEMES.contains(&scheme.to_ascii_lowercase().as_str())
    };
    address.is_empty()
        || (address.contains("{path}")
            && address
                .split_once(':')
                .is_some_and(|(scheme, _)| is_scheme(scheme)))
}

/// Finds values that are not valid although their type is.
struct Check<'a, F> {
    config: &'a Config,
    /// Found only if there is a mistake.
    places: LazyCell<Places, F>,
}

impl<F: FnOnce() -> Places> Check<'_, F> {
    fn mistakes(&self) -> Vec<Diagnostic> {
        let mut found = Vec::new();
        found.extend(self.words_per_minute());
        found.extend(self.editor());
        found.extend(self.blank_words());
        found.extend(self.wikis());
        found.extend(self.replacements());
        found
    }

    fn words_per_minute(&self) -> Option<Diagnostic> {
        let pace = self.config.words_per_minute;
        (!(20..=400).contains(&pace)).then(|| {
            let message = format!("nobody speaks {pace} words a minute");
            diagnostic(self.places.words_per_minute(), message)
                .help("give a number from 20 to 400; 150 is common")
        })
    }

    fn editor(&self) -> Option<Diagnostic> {
        let editor = &self.config.preview.editor;
        (!is_editor(editor)).then(|| {
            let message = format!("`{editor}` is not an address that opens a file");
            diagnostic(self.places.editor(), message).help(
                "write one with `{path}`, and where the editor knows them `{line}` and `{column}`, as in `idea://open?file={path}&line={line}`",
            )
        })
    }

    /// Words to redact or to forbid that consist of signs only.
    fn blank_words(&self) -> impl Iterator<Item = Diagnostic> {
        let words = self
            .config
            .redact
            .keys()
            .chain(&self.config.forbid.words)
            .filter(|word| !word.chars().any(char::is_alphanumeric));
        words.map(|word| {
            let message = format!("`{word}` has no letter or digit to look for");
            diagnostic(self.places.word(word), message)
        })
    }

    fn wikis(&self) -> impl Iterator<Item = Diagnostic> {
        wiki_mistakes(self.config).map(|(name, wrong)| {
            diagnostic(self.places.of_wiki(name, wrong.key), wrong.message).help(wrong.help)
        })
    }

    /// Replacements that contain the word that they replace.
    fn replacements(&self) -> impl Iterator<Item = Diagnostic> {
        let redact = self.config.redact.iter().filter(|&(word, replacement)| {
            Finder::new([word.as_str()]).first(replacement).is_some()
        });
        redact.map(|(word, replacement)| {
            let message = format!("the replacement `{replacement}` still holds `{word}`");
            diagnostic(self.places.word(word), message)
        })
    }
}

/// The mistakes in the settings of wikis, each with the name of its wiki.
fn wiki_mistakes(config: &Config) -> impl Iterator<Item = (&String, Mistake)> {
    let alike = wiki::alike(config.wiki.keys()).into_iter();
    let of_wikis = config.wiki.iter().flat_map(|(name, settings)| {
        let mistakes = target(name, settings).err().into_iter().flatten();
        mistakes.map(move |mistake| (name, mistake))
    });
    alike.chain(of_wikis)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_wikis_share_no_token_and_no_record() {
        let alike = |one: &str, other: &str| {
            let table =
                |name: &str| format!("[wiki.\"{name}\"]\nkind = \"folder\"\nfolder = \"out\"\n");
            parse(&(table(one) + &table(other))).1.len()
        };
        assert_eq!(
            (
                alike("a-b", "a_b"),
                alike("Docs", "docs"),
                alike("a.b", "a b"),
                alike("a", "b")
            ),
            (1, 1, 1, 0)
        );
    }

    #[test]
    fn an_editor_is_an_address_that_runs_nothing_here() {
        for address in [
            "",
            "vscode://file{path}:{line}:{column}",
            "idea://open?file={path}&line={line}",
            "x-mine:{path}",
        ] {
            assert!(is_editor(address), "{address}");
        }
        for address in [
            "vim {path}",
            "javascript:alert(1)//{path}",
            " javascript:{path}",
            "JavaScript:{path}",
            "vscode://file",
            "{path}",
            "1a:{path}",
        ] {
            assert!(!is_editor(address), "{address}");
        }
        let (config, found) = parse("[preview]\neditor = \"javascript:alert(1)//{path}\"\n");
        assert_eq!((found.len(), config.preview), (1, Preview::default()));
    }

    #[test]
    fn reports_every_mistake() {
        let (_, found) = parse("titel = \"x\"\nwords-per-minute = \"fast\"\nlanguage = \"de\"\n");
        let messages: Vec<&str> = found
            .iter()
            .map(|diagnostic| diagnostic.message.as_str())
            .collect();
        assert_eq!(messages.len(), 2, "{messages:?}");
        assert_eq!(found[0].help.as_deref(), Some("did you mean `title`?"));
        let (_, found) = parse("[wiki]\nkind = \"folder\"\n");
        assert_eq!(found[0].message, "found \"folder\", expected a table");
    }
}
