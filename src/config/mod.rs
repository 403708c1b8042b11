//! `site.toml`: the settings of a site.

mod language;
mod places;
mod wiki;

use std::cell::LazyCell;
use std::collections::BTreeMap;

use serde::Deserialize;

use crate::conflict;
use crate::diagnostic::{Diagnostic, did_you_mean, one_of, rules};
use crate::model::Audience;
use crate::phrases::Table;
use crate::source::{SitePath, Span};

use places::Places;

pub use language::direction;
pub use wiki::{
    Backend, ConfluenceEdition, Format, GitHost, Mistake, Sidebar, Target, TokenSource,
    WikiSettings, target,
};

/// The path of the settings from the root of a site.
pub const FILE: &str = "site.toml";

/// The settings of a site. A site without a `site.toml` has the defaults.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Config {
    /// The title of the site.
    pub title: String,
    /// The language of the texts, a BCP 47 tag.
    pub language: String,
    /// The theme: a folder under `themes/`, or `default`.
    pub theme: String,
    /// Where the site will be published, an URL; only the page for lost visitors needs it, which has no place of its own.
    pub address: String,
    /// How fast the author speaks, in words per minute.
    pub words_per_minute: u32,
    /// What each job makes when it is not told.
    pub audience: JobAudiences,
    /// How `storybank serve` shows the site while it is written.
    pub preview: Preview,
    /// Words of the pages, which replace those of the tables of the theme.
    pub words: Table,
    /// Words that are replaced for every audience but the author.
    pub redact: BTreeMap<String, String>,
    /// Words that may not leave.
    pub forbid: Forbid,
    /// Who is not to be blamed in what is published.
    pub blame: Blame,
    /// The wikis that case studies are published to, by the names of [`Target::name`].
    pub wiki: BTreeMap<String, WikiSettings>,
}

/// What a published text must not say of persons.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Blame {
    /// The names of persons, none of which is published.
    pub names: Vec<String>,
    /// Phrases that are no blame here, though the rule takes them for it.
    pub allow: Vec<String>,
}

/// The audience that each job makes the site for when it is not told.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct JobAudiences {
    /// Of `storybank build`.
    pub build: Audience,
    /// Of `storybank serve`, the preview.
    pub serve: Audience,
}

/// How the site is shown while it is written.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Preview {
    /// The address that opens a file in the author's editor, with `{path}`, which starts with `/`, `{line}` and `{column}` in it; empty
    /// for no links.
    pub editor: String,
}

impl Default for Preview {
    fn default() -> Self {
        Self {
            editor: "vscode://file{path}:{line}:{column}".to_owned(),
        }
    }
}

/// Words that may not be in anything that is made for somebody else.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Forbid {
    /// Each a word or a phrase; a build for somebody else that would hold one of them fails.
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

/// Reads `site.toml`. Where it has a mistake, the settings are the defaults, and nothing should be built from them.
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
            Ok(mut config) => {
                if !config.address.is_empty() && !config.address.ends_with('/') {
                    config.address.push('/');
                }
                found.extend(check_values(&text, &config));
                if !is_editor(&config.preview.editor) {
                    config.preview = Preview::default();
                }
                return (config, found);
            }
            Err(error) => {
                let span = error
                    .span()
                    .map_or(Span::default(), |span| Span::new(span.start, span.end));
                found.push(mistake(span, error.message()));
                // The statement with the mistake is blanked, so that the next turn of the loop finds the next mistake.
                if found.len() > 20 || !blank_statement(&mut text, span) {
                    return (Config::default(), found);
                }
            }
        }
    }
}

fn mistake(span: Span, message: &str) -> Diagnostic {
    let mut names = message.split('`').skip(1).step_by(2);
    let diagnostic =
        |message: &str| Diagnostic::new(&rules::CONFIG, &SitePath::new(FILE), span, message);
    if message.starts_with("unknown field") {
        let name = names.next().unwrap_or_default();
        if matches!(name, "token" | "password" | "secret" | "api-key" | "pat") {
            return diagnostic(&format!("`{name}` does not belong into a file that others may see"))
                .help("take it out, and name the variable of the environment that holds it, `token-env`, or a command that prints it, `token-command`");
        }
        let known: Vec<&str> = names.collect();
        return diagnostic(&format!("unknown setting `{name}`"))
            .help(did_you_mean(name, known.iter().copied()).unwrap_or_else(|| one_of(&known)));
    }
    if let Some((found, help)) = crate::front_matter::unknown_word(message) {
        return diagnostic(&format!("`{found}` is not one of its values")).help(help);
    }
    if message.starts_with("invalid type") || message.starts_with("invalid value") {
        let message = crate::front_matter::plain_words(message);
        // What front matter calls a mapping is a table here, and nobody knows the types of the program.
        let found = message
            .split_once(", expected struct ")
            .or_else(|| message.split_once(", expected a map"));
        return diagnostic(&found.map_or(message.clone(), |(found, _)| {
            format!("{found}, expected a table")
        }));
    }
    diagnostic(message.trim_end_matches('\n').replace('\n', ", ").as_str())
}

/// Overwrites the lines of a mistaken `key = value`, or of a table, with blanks; says whether there was anything to overwrite.
fn blank_statement(text: &mut String, span: Span) -> bool {
    let range = span.range();
    let Some(before) = text.get(..range.start) else {
        return false;
    };
    let start = before.rfind('\n').map_or(0, |newline| newline + 1);
    let line_end = text[range.end.min(text.len())..]
        .find('\n')
        .map_or(text.len(), |newline| range.end + newline);
    // A table that is not known goes with all that is in it.
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

/// Whether something is the address of a file in an editor: with a scheme, and none that a browser would run or show itself.
fn is_editor(address: &str) -> bool {
    const A_BROWSERS_OWN: [&str; 8] = [
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
            && !A_BROWSERS_OWN.contains(&scheme.to_ascii_lowercase().as_str())
    };
    address.is_empty()
        || (address.contains("{path}")
            && address
                .split_once(':')
                .is_some_and(|(scheme, _)| is_scheme(scheme)))
}

/// Mistakes that a type cannot hold.
fn check_values(text: &str, config: &Config) -> Vec<Diagnostic> {
    let places = LazyCell::new(|| Places::of(text));
    let mistake = |span: Span, message: String| {
        Diagnostic::new(&rules::CONFIG, &SitePath::new(FILE), span, message)
    };
    let mut found = Vec::new();
    if !(20..=400).contains(&config.words_per_minute) {
        let message = format!("nobody speaks {} words a minute", config.words_per_minute);
        found.push(
            mistake(places.words_per_minute(), message)
                .help("give a number from 20 to 400; 150 is common"),
        );
    }
    let editor = &config.preview.editor;
    if !is_editor(editor) {
        let message = format!("`{editor}` is not an address that opens a file");
        found.push(mistake(places.editor(), message).help(
            "write one with `{path}`, and where the editor knows them `{line}` and `{column}`, as in `idea://open?file={path}&line={line}`",
        ));
    }
    for word in config.redact.keys().chain(&config.forbid.words) {
        if !word.chars().any(char::is_alphanumeric) {
            found.push(mistake(
                places.word(word),
                format!("`{word}` has no letter or digit to look for"),
            ));
        }
    }
    found.extend(wiki_mistakes(config).map(|(name, wrong)| {
        mistake(places.of_wiki(name, wrong.key), wrong.message).help(wrong.help)
    }));
    for (word, replacement) in &config.redact {
        if crate::words::Finder::new([word.as_str()])
            .first(replacement)
            .is_some()
        {
            found.push(mistake(
                places.word(word),
                format!("the replacement `{replacement}` still holds `{word}`"),
            ));
        }
    }
    found
}

/// What is wrong with the settings of wikis, each with the name of its wiki.
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
