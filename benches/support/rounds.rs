//! Runs the programs in turns.

use std::ffi::OsStr;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{env, iter};

use super::output::{self, Change, Output};
use super::process::{self, Run};
use super::site::Site;
use super::statistics::spread;
use super::workspace::{Workspace, at, remove};
use super::{corpus, floor, hugo};

/// The programs that are measured.
pub struct Contenders {
    floor: PathBuf,
    storybank: &'static str,
    /// Hugo's name and version; `None` without Hugo.
    pub hugo: Option<String>,
}

impl Contenders {
    /// The floor is this program, storybank is the one built with it, and Hugo is the one on the
    /// search path.
    pub fn find() -> Result<Self, String> {
        let floor =
            env::current_exe().map_err(|error| format!("this program has no path: {error}"))?;
        Ok(Self {
            floor,
            storybank: env!("CARGO_BIN_EXE_storybank"),
            hugo: hugo::version(),
        })
    }
}

/// One kind of process.
#[derive(Default)]
pub struct Series {
    /// The number of pages after each run.
    pub pages: usize,
    /// The runs in the order of the rounds.
    pub runs: Vec<Run>,
}

impl Series {
    /// The wall times in seconds, by round.
    pub fn walls(&self) -> impl Iterator<Item = f64> {
        self.runs.iter().map(|run| run.wall)
    }

    /// Pages per second at the median time.
    pub fn speed(&self) -> f64 {
        self.pages as f64 / spread(self.walls()).median
    }

    /// The largest peak of all runs, in bytes.
    pub fn peak(&self) -> Option<u64> {
        self.runs.iter().filter_map(|run| run.peak).max()
    }

    /// The median over the rounds of its time divided by the time of `other` in the same round.
    pub fn ratio(&self, other: &Self) -> f64 {
        spread(iter::zip(self.walls(), other.walls()).map(|(mine, theirs)| mine / theirs)).median
    }

    /// The run with the median time, or the faster one of the two in the middle.
    pub fn median_run(&self) -> &Run {
        let mut runs: Vec<&Run> = self.runs.iter().collect();
        runs.sort_by(|one, other| one.wall.total_cmp(&other.wall));
        runs[(runs.len() - 1) / 2]
    }
}

/// All results for one corpus.
#[derive(Default)]
pub struct Results {
    /// The number of stories.
    pub stories: usize,
    /// The least possible work.
    pub floor: Series,
    /// Storybank without previous output.
    pub cold: Series,
    /// Storybank after a sentence was added to one story.
    pub edited: Series,
    /// The changes of the build that wrote the most files.
    pub edited_change: Change,
    /// Storybank without a change.
    pub unchanged: Series,
    /// The changes of the build that wrote the most files.
    pub unchanged_change: Change,
    /// Hugo without previous output; no runs without Hugo.
    pub hugo: Series,
}

/// Writes a corpus of `stories` stories and measures everything on it, `rounds` times.
pub fn measure(
    contenders: &Contenders,
    workspace: &Workspace,
    stories: usize,
    rounds: usize,
) -> Result<Results, String> {
    eprintln!("{stories} stories: writing them");
    let folder = workspace.path.join(stories.to_string());
    let course = Course::lay_out(contenders, &folder, stories)?;
    let mut results = Results {
        stories,
        ..Results::default()
    };
    for number in 1..=rounds {
        eprintln!("{stories} stories: round {number} of {rounds}");
        course.round(&mut results)?;
    }
    if !workspace.keep {
        remove(&folder)?;
    }
    Ok(results)
}

/// The sites of one size, which can be built repeatedly.
struct Course<'a> {
    contenders: &'a Contenders,
    storybank: Site,
    hugo: Site,
    floor_out: PathBuf,
    /// The edited story.
    edited: PathBuf,
    /// The cache folder of the programs.
    cache: PathBuf,
    /// The file for the standard error of the programs.
    log: PathBuf,
}

impl<'a> Course<'a> {
    fn lay_out(contenders: &'a Contenders, folder: &Path, stories: usize) -> Result<Self, String> {
        let (storybank, hugo) = (folder.join("storybank"), folder.join("hugo"));
        corpus::write_storybank(&storybank, stories)?;
        corpus::write_hugo(&hugo, stories)?;
        Ok(Self {
            contenders,
            edited: storybank
                .join(corpus::STORIES)
                .join(corpus::slug(stories / 2))
                .with_extension("md"),
            storybank: Site::new(storybank, folder.join("storybank-out"))?,
            hugo: Site::new(hugo, folder.join("hugo-out"))?,
            floor_out: folder.join("floor-out"),
            cache: folder.join("cache"),
            log: folder.join("log"),
        })
    }

    /// Runs every program once.
    fn round(&self, results: &mut Results) -> Result<(), String> {
        self.floor(&mut results.floor)?;

        self.make_cold(&self.storybank)?;
        self.run(
            self.storybank_command().arg("--timings"),
            &self.storybank.out,
            &mut results.cold,
        )?;
        let cold = Output::read(&self.storybank.out)?;

        self.edit_story()?;
        self.run(
            &mut self.storybank_command(),
            &self.storybank.out,
            &mut results.edited,
        )?;
        let edited = Output::read(&self.storybank.out)?;
        results.edited_change.keep_larger(edited.since(&cold));

        self.run(
            &mut self.storybank_command(),
            &self.storybank.out,
            &mut results.unchanged,
        )?;
        let unchanged = Output::read(&self.storybank.out)?;
        results
            .unchanged_change
            .keep_larger(unchanged.since(&edited));

        if self.contenders.hugo.is_some() {
            self.make_cold(&self.hugo)?;
            self.run(&mut self.hugo_command(), &self.hugo.out, &mut results.hugo)?;
        }
        Ok(())
    }

    fn floor(&self, series: &mut Series) -> Result<(), String> {
        remove(&self.floor_out)?;
        let stories = self.storybank.root.join(corpus::STORIES);
        let mut command = self.command(&self.contenders.floor);
        self.run(
            command
                .arg(floor::ARGUMENT)
                .arg(stories)
                .arg(&self.floor_out),
            &self.floor_out,
            series,
        )
    }

    fn storybank_command(&self) -> Command {
        let mut command = self.command(self.contenders.storybank);
        command
            .arg("build")
            .arg("--root")
            .arg(&self.storybank.root)
            .arg("--out")
            .arg(&self.storybank.out);
        command
    }

    fn hugo_command(&self) -> Command {
        let mut command = self.command("hugo");
        command
            .arg("--source")
            .arg(&self.hugo.root)
            .arg("--destination")
            .arg(&self.hugo.out);
        command
    }

    fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.env("XDG_CACHE_HOME", &self.cache);
        command
    }

    fn make_cold(&self, site: &Site) -> Result<(), String> {
        remove(&self.cache)?;
        site.make_cold()
    }

    fn edit_story(&self) -> Result<(), String> {
        OpenOptions::new()
            .append(true)
            .open(&self.edited)
            .and_then(|mut file| file.write_all(b"\nNext time I would ask the customer first.\n"))
            .map_err(at(&self.edited))
    }

    /// Runs a build that writes to `out`. A build without pages is an error.
    fn run(&self, command: &mut Command, out: &Path, series: &mut Series) -> Result<(), String> {
        series.runs.push(process::run(command, &self.log)?);
        series.pages = output::pages(out)?;
        if series.pages == 0 {
            return Err(format!(
                "`{}` wrote no page to `{}`",
                command.get_program().display(),
                out.display()
            ));
        }
        Ok(())
    }
}
