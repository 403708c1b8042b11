//! Measures a served site: its first page, saves, and memory.

use std::net::TcpListener;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::Instant;

use super::asking::Connection;
use super::corpus::{self, STORIES};
use super::running::{Memory, Running};
use super::saving::{BETWEEN, Story, Way};
use super::workspace::{Workspace, remove};
use super::{painting, rightness};

/// The number of measured saves of each kind: enough for a 95th percentile.
const SAVES: usize = 30;

/// Fewer, because Hugo takes seconds for each.
const HUGO_SAVES: usize = 5;

/// All results for one site; times are in milliseconds.
#[derive(Default)]
pub struct Results {
    /// The number of stories.
    pub stories: usize,
    /// From the start of the program until the first page is complete.
    pub start: Vec<f64>,
    /// From a save in place until the page contains it.
    pub in_place: Vec<f64>,
    /// From a save by renaming until the page contains it.
    pub by_renaming: Vec<f64>,
    /// From a save until a browser has painted it.
    pub painted: Vec<f64>,
    /// The number of pages that were compared with the files. All of them were right.
    pub right: usize,
    /// The memory of the server at the end.
    pub memory: Option<Memory>,
    /// The same for Hugo's own preview; empty without Hugo.
    pub hugo_start: Vec<f64>,
    /// From a save in place until Hugo's page contains it.
    pub hugo_in_place: Vec<f64>,
}

/// Writes a site of `stories` stories and measures everything on it. The preview is started
/// `rounds` times.
pub fn measure(
    workspace: &Workspace,
    stories: usize,
    rounds: usize,
    with_hugo: bool,
) -> Result<Results, String> {
    let folder = workspace.path.join(stories.to_string());
    let mut results = Results {
        stories,
        ..Results::default()
    };
    storybank(&folder, rounds, &mut results)?;
    if with_hugo {
        hugo(&folder, &mut results)?;
    }
    if !workspace.keep {
        remove(&folder)?;
    }
    Ok(results)
}

fn storybank(folder: &Path, rounds: usize, results: &mut Results) -> Result<(), String> {
    let (root, log, stories) = (
        folder.join("storybank"),
        folder.join("log"),
        results.stories,
    );
    eprintln!("{stories} stories: writing them");
    corpus::write_storybank(&root, stories)?;
    eprintln!("{stories} stories: starting the preview {rounds} times");
    for _ in 0..rounds {
        results.start.push(start(&root, &log)?.2);
    }
    let (server, connection, _) = start(&root, &log)?;
    let page = |index| format!("/stories/{}.html", corpus::slug(index));
    eprintln!("{stories} stories: saving in place");
    results.in_place = saves(&connection, &root, Way::InPlace, SAVES, stories, page)?;
    eprintln!("{stories} stories: saving by renaming");
    results.by_renaming = saves(&connection, &root, Way::ByRenaming, SAVES, stories, page)?;
    eprintln!("{stories} stories: saving before a browser");
    let story = story(&root, stories / 2)?;
    results.painted = painting::measure(
        &format!("{}{}", connection.address, page(stories / 2)),
        &story,
        SAVES,
    )?;
    eprintln!("{stories} stories: comparing pages");
    results.right = rightness::check(&connection, &root)?;
    results.memory = server.memory();
    Ok(())
}

/// Starts the preview and waits for its first page. Also returns the time that this took.
fn start(root: &Path, log: &Path) -> Result<(Running, Connection, f64), String> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_storybank"));
    command.args(["serve", "--port", "0", "--root"]).arg(root);
    let mut server = Running::start(&mut command, log)?;
    let address = server.wait_for(|line| line.starts_with("http://").then(|| line.to_owned()))?;
    let connection = Connection::to(&address)?;
    let (_, there) = connection.ask_until("/", |page| page.status == 200)?;
    let took = milliseconds(server.started, there);
    Ok((server, connection, took))
}

/// Saves one story after the other with new words, and returns the times until their pages contain
/// them.
fn saves(
    connection: &Connection,
    root: &Path,
    way: Way,
    count: usize,
    stories: usize,
    page: impl Fn(usize) -> String,
) -> Result<Vec<f64>, String> {
    (0..count)
        .map(|number| {
            let index = number * stories / count;
            let story = story(root, index)?;
            let word = format!("zebra{way:?}{number}x");
            thread::sleep(BETWEEN);
            let saved = Instant::now();
            story.save_with(&format!("I measured the {word}."), way)?;
            let (_, there) =
                connection.ask_until(&page(index), |page| page.text.contains(&word))?;
            Ok(milliseconds(saved, there))
        })
        .collect()
}

fn story(root: &Path, index: usize) -> Result<Story, String> {
    Story::open(
        root.join(STORIES)
            .join(corpus::slug(index))
            .with_extension("md"),
    )
}

fn hugo(folder: &Path, results: &mut Results) -> Result<(), String> {
    let (root, stories) = (folder.join("hugo"), results.stories);
    eprintln!("{stories} stories: Hugo");
    corpus::write_hugo(&root, stories)?;
    let port = free_port()?;
    let mut command = Command::new("hugo");
    command
        .args([
            "server",
            "--renderToMemory",
            "--bind",
            "127.0.0.1",
            "--port",
            &port.to_string(),
            "--source",
        ])
        .arg(&root);
    command.env("XDG_CACHE_HOME", folder.join("cache"));
    let server = Running::start(&mut command, &folder.join("log"))?;
    let connection = Connection::to(&format!("http://127.0.0.1:{port}"))?;
    let (_, there) = connection.ask_until("/", |page| page.status == 200)?;
    results.hugo_start.push(milliseconds(server.started, there));
    let page = |index| format!("/stories/{}/", corpus::slug(index));
    results.hugo_in_place = saves(&connection, &root, Way::InPlace, HUGO_SAVES, stories, page)?;
    Ok(())
}

/// A free port. Hugo does not report the port that it chooses.
fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr());
    listener
        .map(|address| address.port())
        .map_err(|error| format!("no port is free: {error}"))
}

fn milliseconds(from: Instant, to: Instant) -> f64 {
    to.saturating_duration_since(from).as_secs_f64() * 1000.0
}
