//! `storybank serve`.

use std::error::Error;
use std::net::{IpAddr, SocketAddr, ToSocketAddrs};
use std::path::Path;
use std::time::SystemTime;

use storybank::diagnostic::Diagnostic;
use storybank::disk::Bell;
use storybank::model::Audience;
use storybank::preview::{Options, Snapshot};
use storybank::report;
use storybank::serve::{self, Hosts, News};

use super::{Outcome, report_to_terminal};
use crate::cli::Serve;

/// How many mistakes the terminal shows at once; more would keep the author waiting, and reading.
const MOST: usize = 20;

/// Serves the site until the process is ended.
pub fn run(options: &Serve) -> Result<Outcome, Box<dyn Error>> {
    let root = std::fs::canonicalize(&options.root)
        .map_err(|error| format!("cannot read the site at `{}`: {error}; name its folder with `--root`", options.root.display()))?;
    let host = address_of(&options.host)?;
    let listener = serve::listen(host, options.port)?;
    let bell = bell(&root, options.poll);
    let of_preview =
        Options { audience: options.audience.map(Audience::from), folder: folder(&root), boot: boot(), follow: options.follow };
    let mut said = Said::default();
    let server = serve::start(&root, of_preview, bell, listener, Hosts::new(&options.host), move |news| said.say(&news))?;
    let address = server.address()?;
    let url = format!("http://{}/", if host.is_unspecified() { SocketAddr::new(loopback(host), address.port()) } else { address });
    if !host.is_loopback() {
        if !server.are_settings_known() {
            return Err("`site.toml` has to be mended before others can see the site: it says what they may not see".into());
        }
        warn_of_network(address);
    }
    anstream::println!("{url}");
    if options.open
        && let Err(error) = open::that_detached(&url)
    {
        anstream::eprintln!("no browser could be opened ({error}); open {url} yourself");
    }
    server.run()?;
    Ok(Outcome::Done)
}

/// The folder as an editor knows it.
fn folder(root: &Path) -> String {
    let folder = root.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    // Windows writes a resolved path in a form that only its own calls understand.
    folder.strip_prefix("//?/").map_or(folder.clone(), str::to_owned)
}

/// The address behind a name or an address.
fn address_of(host: &str) -> Result<IpAddr, String> {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse() {
        return Ok(address);
    }
    let found = (bare, 0).to_socket_addrs().ok().and_then(|mut addresses| addresses.next());
    found
        .map(|address| address.ip())
        .ok_or_else(|| format!("nothing is known under the name `{host}`; give an address of this machine, as 127.0.0.1"))
}

fn loopback(like: IpAddr) -> IpAddr {
    match like {
        IpAddr::V4(_) => std::net::Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(_) => std::net::Ipv6Addr::LOCALHOST.into(),
    }
}

/// A bell of the system's, or where there is none, one that rings by itself.
fn bell(root: &Path, poll: bool) -> Bell {
    if poll {
        return Bell::polling(root);
    }
    Bell::watching(root).unwrap_or_else(|error| {
        anstream::eprintln!("the system does not tell of changes here ({error}), so the files are looked at every now and then");
        Bell::polling(root)
    })
}

/// A name for this run that no other run has.
fn boot() -> String {
    let now = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    format!("{:x}-{:x}", now.as_nanos(), std::process::id())
}

fn warn_of_network(address: SocketAddr) {
    let whom = if address.ip().is_unspecified() {
        "everybody who can reach this machine".to_owned()
    } else {
        format!("everybody who can reach {}", address.ip())
    };
    anstream::eprintln!(
        "warning: {whom} over the network can read the site at port {}, as it is shown here: nothing is encrypted and nobody is asked who \
         they are. It is asked for by its address in digits, or by the name after `--host`. With `--audience team` private words are not in \
         it; without `--host` only this machine is served.",
        address.port()
    );
}

/// What the terminal has said, so that it does not say it again.
#[derive(Default)]
struct Said {
    diagnostics: Vec<Diagnostic>,
    failure: Option<String>,
}

impl Said {
    fn say(&mut self, news: &News<'_>) {
        let snapshot = news.snapshot;
        let now = Self { diagnostics: snapshot.diagnostics(), failure: snapshot.failure().map(str::to_owned) };
        let was_wrong = self.is_anything();
        if now.diagnostics != self.diagnostics || now.failure != self.failure {
            now.report(snapshot);
        }
        *self = now;
        let state = match (self.is_anything(), was_wrong) {
            (false, true) => "; all is well again".to_owned(),
            _ if self.diagnostics.is_empty() => String::new(),
            _ => format!("; {}", report::count(&self.diagnostics)),
        };
        match news.took {
            None => anstream::eprintln!("showing {} pages {}{state}; stop with Ctrl-C", snapshot.page_count(), whom(snapshot)),
            Some(took) => anstream::eprintln!("{} shown after {} ms{state}", changed(snapshot), took.as_millis()),
        }
    }

    fn is_anything(&self) -> bool {
        !self.diagnostics.is_empty() || self.failure.is_some()
    }

    fn report(&self, snapshot: &Snapshot) {
        // What keeps the site from being built comes first.
        let mut diagnostics = self.diagnostics.clone();
        diagnostics.sort_by_key(|found| !found.is_error());
        let (first, rest) = diagnostics.split_at(diagnostics.len().min(MOST));
        report_to_terminal(first, snapshot.inputs());
        if !rest.is_empty() {
            anstream::eprintln!("and {} more; `storybank build` lists them all\n", rest.len());
        }
        if let Some(failure) = &self.failure {
            anstream::eprintln!("error: {failure}; the site is shown as it last was\n");
        }
    }
}

/// What has changed, in a few words.
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
