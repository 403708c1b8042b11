//! The command line as typed values.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Turn interview stories into a site: a page for each question, with the telling of the story that fits it
#[derive(Debug, Parser)]
#[command(name = "storybank", version, about, max_term_width = 100, after_help = EXAMPLES)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
    /// Print results, errors and warnings only
    #[arg(long, short, global = true)]
    pub quiet: bool,
}

const EXAMPLES: &str = "Examples:
  storybank init my-stories
  storybank serve my-stories --open";

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the site
    #[command(
        after_help = "Examples:\n  storybank build\n  storybank build my-stories --audience team --out team"
    )]
    Build(Build),
    /// Preview the site in the browser, updated on every save
    #[command(
        after_help = "Examples:\n  storybank serve --open\n  storybank serve my-stories --port 8080 --follow"
    )]
    Serve(Serve),
    /// Publish case studies to a wiki in `site.toml`: show what would change there, then change it
    #[command(
        after_help = "Examples:\n  storybank publish handbook --dry-run\n  storybank publish handbook reminders-sent-twice"
    )]
    Publish(Publish),
    /// Create a site with common questions and competencies, and an example that shows how to write stories
    #[command(
        after_help = "Examples:\n  storybank init my-stories\n  storybank init --sample a-full-site"
    )]
    Init(Init),
    /// Create a story, variant, question, case study, competency or interview from a template that explains each part
    #[command(
        after_help = "Examples:\n  storybank new question mistake 'Tell me about a mistake'\n  storybank new variant the-outage-nobody-saw in-thirty-seconds"
    )]
    New(New),
    /// Give a document another name: move its file, and carry the name through all files that refer to it
    #[command(
        after_help = "Examples:\n  storybank rename question mistake biggest-mistake --dry-run\n  storybank rename variant the-outage-nobody-saw/short in-thirty-seconds"
    )]
    Rename(Rename),
    /// Print the JSON Schemas of front matter and of `site.toml`, with which editors complete and check them
    #[command(
        after_help = "Examples:\n  storybank schema story\n  storybank schema --out .schemas"
    )]
    Schema(Schema),
    /// Print the completions for a shell
    #[command(
        after_help = "Examples:\n  storybank completions bash > ~/.local/share/bash-completion/completions/storybank\n  storybank completions fish > ~/.config/fish/completions/storybank.fish"
    )]
    Completions {
        /// The shell to print completions for
        shell: Shell,
    },
    /// Print the manual page of the program, or of one of its commands
    #[command(
        after_help = "Examples:\n  storybank man > ~/.local/share/man/man1/storybank.1\n  storybank man build > ~/.local/share/man/man1/storybank-build.1"
    )]
    Man {
        /// The command to describe [default: the whole program]
        command: Option<String>,
    },
}

/// The site of a command whose arguments are for something else.
#[derive(Debug, Args)]
pub struct Root {
    /// The folder of the site, with `content` and `site.toml` [default: the current folder, or the nearest one above it that is a site]
    #[arg(long, value_name = "DIR")]
    pub root: Option<PathBuf>,
}

/// The site of a command.
#[derive(Debug, Args)]
pub struct Site {
    /// The folder of the site, with `content` and `site.toml` [default: the current folder, or the nearest one above it that is a site]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// The folder of the site, the same as DIR
    #[arg(long, value_name = "DIR", conflicts_with = "folder")]
    pub root: Option<PathBuf>,
}

impl Site {
    /// The folder that the user gave.
    pub fn named(&self) -> Option<&Path> {
        self.folder.as_deref().or(self.root.as_deref())
    }
}

#[derive(Debug, Args)]
pub struct Build {
    #[command(flatten)]
    pub site: Site,
    /// The folder to write the site to [default: `public` in the folder of the site], or with `--single` the file
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Write the whole site into one HTML file, for a phone or an attachment [default: `storybank-AUDIENCE.html` in the folder of the site]
    #[arg(long)]
    pub single: bool,
    /// Who the site is for [default: the setting in `site.toml`, otherwise private]
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<Audience>,
    /// Include drafts; only in a private site
    #[arg(long)]
    pub drafts: bool,
    /// Print how long each stage took
    #[arg(long)]
    pub timings: bool,
}

#[derive(Debug, Args)]
pub struct Init {
    /// The folder of the new site; it must not contain a site yet [default: the current folder]
    #[arg(value_name = "DIR")]
    pub folder: Option<PathBuf>,
    /// Leave out the example
    #[arg(long, group = "content")]
    pub without_example: bool,
    /// Write only the settings and the text of the first page
    #[arg(long, group = "content")]
    pub empty: bool,
    /// Write a full site instead: the fictional stories of one person, which use every feature
    #[arg(long, group = "content")]
    pub sample: bool,
    /// Remove the example from the site in DIR; files of it that you have changed or that others refer to stay
    #[arg(long, group = "content")]
    pub remove_example: bool,
}

#[derive(Debug, Args)]
pub struct Serve {
    #[command(flatten)]
    pub site: Site,
    /// The port to listen on; 0 takes any free one [default: 4000, or the next free one]
    #[arg(long, value_name = "N", value_parser = port)]
    pub port: Option<u16>,
    /// The address to listen on; any address other than this machine's own shows the site to the network
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub host: String,
    /// Open the site in the browser
    #[arg(long)]
    pub open: bool,
    /// Who the site is shown for; the browser can switch to audiences that see less [default: the setting in `site.toml`, otherwise private]
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<Audience>,
    /// Check for changes regularly, for file systems that do not report them: network drives, containers
    #[arg(long)]
    pub poll: bool,
    /// Open the page of the file that was saved
    #[arg(long)]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct Publish {
    /// The name of the wiki in `site.toml`: `handbook` for `[wiki.handbook]`
    pub target: String,
    /// The slugs of the case studies [default: all that the wiki's audience may see]
    #[arg(value_name = "CASE")]
    pub cases: Vec<String>,
    #[command(flatten)]
    pub site: Root,
    /// Write, check and compare everything, show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Publish this case study over somebody else's changes to its page; can be given more than once
    #[arg(long, value_name = "CASE")]
    pub force: Vec<String>,
    /// Delete pages of case studies that are no longer published and pictures that no page shows, unless somebody has changed them
    #[arg(long)]
    pub prune: bool,
    /// Write what would be sent into a folder, and send nothing
    #[arg(long, value_name = "DIR", conflicts_with_all = ["show", "force", "prune", "dry_run"])]
    pub out: Option<PathBuf>,
    /// Print the page of this case study as it is on the wiki, as Markdown for its file
    #[arg(long, value_name = "CASE", conflicts_with_all = ["cases", "force", "prune", "dry_run"])]
    pub show: Option<String>,
}

#[derive(Debug, Args)]
pub struct New {
    /// What to start
    pub kind: DocumentKind,
    /// The name, in words or as a slug; for a variant the name of its story
    pub name: String,
    /// The title, or the wording of a question [default: the name in words]; for a variant its own name
    pub words: Option<String>,
    #[command(flatten)]
    pub site: Root,
}

#[derive(Debug, Args)]
pub struct Rename {
    /// What gets another name
    pub kind: DocumentKind,
    /// The name now; for a variant `STORY/NAME`
    pub old: String,
    /// The new name, as a slug
    pub new: String,
    #[command(flatten)]
    pub site: Root,
    /// Show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
}

#[derive(Debug, Args)]
pub struct Schema {
    /// What the schema is of [default: one JSON object with all of them]
    pub kind: Option<SchemaKind>,
    /// Write a file for each kind into this folder: `story.schema.json` and so on
    #[arg(long, value_name = "DIR", conflicts_with = "kind")]
    pub out: Option<PathBuf>,
}

/// What a schema is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum SchemaKind {
    Story,
    Variant,
    Question,
    CaseStudy,
    Competency,
    Interview,
    Home,
    /// `site.toml`
    Site,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum DocumentKind {
    Story,
    Question,
    CaseStudy,
    Competency,
    Interview,
    Variant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// The author only: everything
    Private,
    /// The author's team: documents that are marked for it, redacted, without remarks and private notes
    Team,
    /// Everybody: documents that are marked as public, redacted, without remarks and private notes
    Public,
}

impl From<Audience> for crate::model::Audience {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Private => Self::Private,
            Audience::Team => Self::Team,
            Audience::Public => Self::Public,
        }
    }
}

fn port(text: &str) -> Result<u16, String> {
    text.parse()
        .map_err(|_| format!("expected a whole number from 0 to {}", u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    /// The last two lines of a help.
    fn examples(help: &str) -> Vec<Vec<String>> {
        let (_, examples) = help
            .split_once("Examples:\n")
            .unwrap_or_else(|| panic!("the help has no examples:\n{help}"));
        let words = |line: &str| {
            line.split(" > ")
                .next()
                .unwrap_or_default()
                .replace("'Tell me about a mistake'", "Tell")
        };
        examples
            .lines()
            .map(|line| words(line).split_whitespace().map(str::to_owned).collect())
            .collect()
    }

    #[test]
    fn every_help_ends_with_two_examples_that_can_be_run() {
        let mut program = Cli::command();
        program.build();
        let commands = program
            .get_subcommands()
            .filter(|command| command.get_name() != "help")
            .cloned()
            .collect::<Vec<_>>();
        assert!(commands.len() >= 9);
        for mut command in commands.into_iter().chain([program]) {
            let name = command.get_name().to_owned();
            let examples = examples(&command.render_long_help().to_string());
            assert_eq!(examples.len(), 2, "{name}");
            for example in examples {
                assert!(name == "storybank" || example[1] == name, "{example:?}");
                let parsed = Cli::try_parse_from(&example);
                assert!(parsed.is_ok(), "{example:?}: {parsed:?}");
            }
        }
    }

    #[test]
    fn the_error_for_a_wrong_port_names_the_valid_range() {
        for port in ["70000", "http", "-1", ""] {
            let error = Cli::try_parse_from(["storybank", "serve", &format!("--port={port}")])
                .expect_err(port)
                .to_string();
            assert!(
                error.contains("expected a whole number from 0 to 65535"),
                "{error}"
            );
        }
    }

    #[test]
    fn every_command_can_be_quiet() {
        for words in [
            &["build"][..],
            &["serve"],
            &["publish", "handbook"],
            &["init"],
            &["new", "story", "The outage"],
            &["rename", "story", "old", "new"],
            &["schema"],
            &["completions", "bash"],
            &["man"],
        ] {
            for quiet in ["--quiet", "-q"] {
                let before = [&["storybank", quiet], words].concat();
                let after = [&["storybank"], words, &[quiet]].concat();
                assert!(
                    [before, after]
                        .into_iter()
                        .all(|words| Cli::try_parse_from(words).is_ok_and(|cli| cli.quiet)),
                    "{words:?}"
                );
            }
        }
    }
}
