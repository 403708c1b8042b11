//! `storybank serve`.

use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use crate::diagnostic::Diagnostic;
use crate::disk::{self, Watcher};
use crate::model::Audience;
use crate::preview::{Options, Snapshot};
use crate::report;
use crate::serve::{self, Endpoint, Hosts, News};

use super::terminal::Terminal;
use super::{Error, Outcome};
use crate::cli::Serve;

/// The maximum number of diagnostics that one report shows.
const MAX_DIAGNOSTICS: usize = 20;

/// Serves the site until the process ends.
pub fn run(options: &Serve, terminal: &Arc<Terminal>) -> Result<Outcome, Error> {
    let root = std::fs::canonicalize(disk::find_site(options.site.named())?)
        .map_err(Error::system("find the folder of the site"))?;
    let host = address_of(&options.host)?;
    let listener = serve::listen(host, options.port)?;
    let watcher = watcher(&root, options, terminal);
    let mut reporter = Reporter::new(terminal.clone());
    let server = serve::start(
        &root,
        preview_options(options, &root),
        watcher,
        Endpoint {
            listener,
            hosts: Hosts::new(&options.host),
        },
        move |news| reporter.report(news),
    )?;
    let address = server.address()?;
    if !host.is_loopback() {
        if !server.are_settings_known() {
            return Err("fix the mistakes in `site.toml` before others can see the site: it says what they may not see".into());
        }
        terminal.warn(&network_warning(address));
    }
    let url = url(host, address);
    terminal.result(&url);
    if !terminal.can_print_results() {
        return Ok(Outcome::Done);
    }
    if options.open {
        open_browser(&url, terminal);
    }
    server.run()?;
    Ok(Outcome::Done)
}

fn preview_options(options: &Serve, root: &Path) -> Options {
    Options {
        audience: options.audience.map(Audience::from),
        folder: folder(root),
        boot: boot(),
        follow: options.follow,
    }
}

/// The address of the site in a browser on this machine.
fn url(host: IpAddr, address: SocketAddr) -> String {
    let address = if host.is_unspecified() {
        SocketAddr::new(loopback(host), address.port())
    } else {
        address
    };
    format!("http://{address}/")
}

fn open_browser(url: &str, terminal: &Terminal) {
    if let Err(error) = open::that_detached(url) {
        terminal.warn(&format!(
            "no browser could be opened ({error}); open {url} yourself"
        ));
    }
}

/// The folder in the form that editors use.
fn folder(root: &Path) -> String {
    let folder = root
        .to_string_lossy()
        .replace(std::path::MAIN_SEPARATOR, "/");
    // Windows resolves a path to a form that only its own calls accept.
    folder
        .strip_prefix("//?/")
        .map_or(folder.clone(), str::to_owned)
}

/// Resolves a host name or an IP address.
fn address_of(host: &str) -> Result<IpAddr, String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Ok(address);
    }
    let found = (bare, 0)
        .to_socket_addrs()
        .ok()
        .and_then(|mut addresses| addresses.next());
    found.map(|address| address.ip()).ok_or_else(|| {
        format!(
            "the name `{host}` is unknown; give an address of this machine, for example 127.0.0.1"
        )
    })
}

/// The address of this machine, of the same kind as `like`.
fn loopback(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    }
}

/// A watcher that uses the events of the system. Polls if there are none, or if the user asks for it.
fn watcher(root: &Path, options: &Serve, terminal: &Terminal) -> Watcher {
    if options.poll {
        return Watcher::polling(root);
    }
    Watcher::watching(root).unwrap_or_else(|error| {
        terminal.say(&format!(
            "the system does not report changes here ({error}), so the files are checked regularly"
        ));
        Watcher::polling(root)
    })
}

/// A unique name of this run.
fn boot() -> String {
    let now = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    format!("{:x}-{:x}", now.as_nanos(), std::process::id())
}

fn network_warning(address: SocketAddr) -> String {
    let whom = if address.ip().is_unspecified() {
        "everybody who can reach this machine".to_owned()
    } else {
        format!("everybody who can reach {}", address.ip())
    };
    format!(
        "warning: {whom} over the network can read the site at port {}, as it is shown here: nothing is encrypted and nobody is asked who \
         they are. It is asked for by its address in digits, or by the name after `--host`. With `--audience team` private words are not in \
         it; without `--host` only this machine is served.",
        address.port()
    )
}

/// Reports the news of the preview, and each problem once.
struct Reporter {
    terminal: Arc<Terminal>,
    state: State,
    /// Diagnostics found while pages were made, of this snapshot and of the previous one.
    mistakes: [Vec<Diagnostic>; 2],
}

/// The problems of a site at one moment.
#[derive(Default, PartialEq)]
struct State {
    diagnostics: Vec<Diagnostic>,
    failure: Option<String>,
}

impl Reporter {
    fn new(terminal: Arc<Terminal>) -> Self {
        Self {
            terminal,
            state: State::default(),
            mistakes: Default::default(),
        }
    }

    fn report(&mut self, news: &News<'_>) {
        match news {
            News::Shown { snapshot, took } => self.shown(snapshot, *took),
            News::Mistake { snapshot, found } => self.mistake(snapshot, found),
        }
    }

    fn shown(&mut self, snapshot: &Snapshot, took: Option<Duration>) {
        self.mistakes.swap(0, 1);
        self.mistakes[0].clear();
        let now = State {
            diagnostics: snapshot.diagnostics(),
            failure: snapshot.failure().map(str::to_owned),
        };
        let was_wrong = self.state.has_problems();
        if now != self.state {
            self.report_problems(&now, snapshot);
        }
        let state = match (now.has_problems(), was_wrong) {
            (false, true) => "; all is well again".to_owned(),
            _ if now.diagnostics.is_empty() => String::new(),
            _ => format!("; {}", report::count(&now.diagnostics)),
        };
        self.state = now;
        self.terminal.say(&match took {
            None => format!(
                "showing {} pages {}{state}; stop with Ctrl-C",
                snapshot.page_count(),
                whom(snapshot)
            ),
            Some(took) => format!(
                "{} shown after {} ms{state}",
                changed(snapshot),
                took.as_millis()
            ),
        });
    }

    fn mistake(&mut self, snapshot: &Snapshot, found: &Diagnostic) {
        if self.mistakes[0].contains(found) {
            return;
        }
        self.mistakes[0].push(found.clone());
        if !self.mistakes[1].contains(found) {
            self.terminal
                .report(std::slice::from_ref(found), snapshot.inputs());
        }
    }

    fn report_problems(&self, now: &State, snapshot: &Snapshot) {
        // Errors come first.
        let mut diagnostics = now.diagnostics.clone();
        diagnostics.sort_by_key(|found| !found.is_error());
        let (first, rest) = diagnostics.split_at(diagnostics.len().min(MAX_DIAGNOSTICS));
        self.terminal.report(first, snapshot.inputs());
        if !rest.is_empty() {
            self.terminal.warn(&format!(
                "and {} more; `storybank build` lists them all",
                rest.len()
            ));
        }
        if let Some(failure) = &now.failure {
            self.terminal
                .fail(&format!("{failure}; the site is shown as it last was"));
        }
    }
}

impl State {
    fn has_problems(&self) -> bool {
        !self.diagnostics.is_empty() || self.failure.is_some()
    }
}

/// The changed files, in a few words.
fn changed(snapshot: &Snapshot) -> String {
    match snapshot.saved() {
        [] => "a change".to_owned(),
        [file] => file.to_string(),
        [file, others @ ..] => format!("{file} and {} more", others.len()),
    }
}

fn whom(snapshot: &Snapshot) -> &'static str {
    match snapshot.audience() {
        Audience::Private => "as you see them",
        Audience::Team => "as the team sees them",
        Audience::Public => "as everybody sees them",
    }
}
