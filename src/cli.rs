//! The words of the command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;

/// Interview stories as a site: a page per question, each answered by the telling that fits it.
#[derive(Debug, Parser)]
#[command(name = "storybank", version, about, max_term_width = 100)]
pub struct Cli {
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Build the site
    Build(Build),
    /// Show the site in the browser while it is written: every save is there at once
    Serve(Serve),
    /// Publish case studies to a wiki of `site.toml`: shows what would change there, then changes it
    Publish(Publish),
    /// Start a site: a small one that builds clean and shows by example how to write stories
    Init {
        /// The folder of the new site; it must not hold one yet
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// Start a story, question, case study, competency or variant from a template that says what goes where
    New(New),
    /// Print the completions for a shell
    Completions { shell: Shell },
    /// Print the manual page of the program, or of one of its commands
    Man { command: Option<String> },
}

#[derive(Debug, Args)]
pub struct Build {
    /// The folder of the site, which holds `content` and `site.toml`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// The folder to put the site into [default: `public` in the folder of the site]
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// Whom the site is for [default: what `site.toml` says, else private]
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<Audience>,
    /// Show drafts too, which only their author can see
    #[arg(long)]
    pub drafts: bool,
    /// Print how long each stage took
    #[arg(long)]
    pub timings: bool,
}

#[derive(Debug, Args)]
pub struct Serve {
    /// The folder of the site, which holds `content` and `site.toml`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// The port to listen at [default: 4000, or the next one that is free]
    #[arg(long, value_name = "N")]
    pub port: Option<u16>,
    /// The address to listen at; any other than this machine's own shows the site to the network
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1")]
    pub host: String,
    /// Open the site in the browser
    #[arg(long)]
    pub open: bool,
    /// Whom the site is shown to; those who see less can be switched to [default: what `site.toml` says, else private]
    #[arg(long, value_name = "AUDIENCE")]
    pub audience: Option<Audience>,
    /// Look for changes every now and then, where the file system does not tell of them: network drives, containers
    #[arg(long)]
    pub poll: bool,
    /// Go to the page of the file that was saved
    #[arg(long)]
    pub follow: bool,
}

#[derive(Debug, Args)]
pub struct Publish {
    /// The wiki, as it is called in `site.toml`: `handbook` for `[wiki.handbook]`
    pub target: String,
    /// The case studies, by their slugs [default: all that the wiki's audience may see]
    #[arg(value_name = "CASE")]
    pub cases: Vec<String>,
    /// The folder of the site, which holds `content` and `site.toml`
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
    /// Write, check and compare everything, show what would change, and change nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Publish this case study over what somebody else did to its page; can be given more than once
    #[arg(long, value_name = "CASE")]
    pub force: Vec<String>,
    /// Delete the pages of case studies that are no longer published and the pictures that no page shows, if nobody has changed them
    #[arg(long)]
    pub prune: bool,
    /// Write what would be sent into a folder, to look at, and send nothing
    #[arg(long, value_name = "DIR", conflicts_with_all = ["show", "force", "prune", "dry_run"])]
    pub out: Option<PathBuf>,
    /// Print the page of this case study as it is on the wiki, as Markdown for its file
    #[arg(long, value_name = "CASE", conflicts_with_all = ["cases", "force", "prune", "dry_run"])]
    pub show: Option<String>,
}

#[derive(Debug, Args)]
pub struct New {
    pub kind: NewKind,
    /// The name, in words or as a slug; for a variant `STORY/NAME`
    pub name: String,
    /// The folder of the site
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub root: PathBuf,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum NewKind {
    Story,
    Question,
    CaseStudy,
    Competency,
    Variant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Audience {
    /// The author alone: everything
    Private,
    /// The author's team: what is marked for it, without remarks and private notes, redacted
    Team,
    /// Everybody
    Public,
}

impl From<Audience> for storybank::model::Audience {
    fn from(audience: Audience) -> Self {
        match audience {
            Audience::Private => Self::Private,
            Audience::Team => Self::Team,
            Audience::Public => Self::Public,
        }
    }
}
