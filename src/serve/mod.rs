//! A server for the author's own browser: the site from memory, kept up to date while it is written.
//!
//! There are two threads. The keeper notices that files have changed, makes a new snapshot and stores it in the slot that both share.
//! The server takes the newest snapshot for each request and makes the page from it, without a lock. Streams wait for a revision that
//! their page does not have.

#![expect(
    clippy::disallowed_methods,
    reason = "this module listens on a socket and reads the clock"
)]

mod guard;
mod http;
mod keeper;

use std::net::{IpAddr, SocketAddr, TcpListener};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use std::{fmt, io};

use tokio::sync::watch;

use crate::diagnostic::Diagnostic;
use crate::disk::{self, SourceTree, Watcher};
use crate::preview::{Options, Preview, Snapshot};

pub use guard::Hosts;

/// The default port of a preview.
pub const PORT: u16 = 4000;

/// How many ports are tried, from the default one on.
const TRIES: u16 = 100;

/// Why a preview cannot start.
#[derive(Debug)]
pub enum Error {
    /// The files cannot be read.
    Disk(disk::Error),
    /// The server cannot listen at this address.
    Listen(SocketAddr, io::Error),
    /// The system gives no threads or no timers.
    Io(io::Error),
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Disk(error) => error.fmt(formatter),
            Self::Listen(address, error) if error.kind() == io::ErrorKind::AddrInUse => write!(
                formatter,
                "port {} is in use; stop the program that listens there, or leave `--port` away and the next free port is taken",
                address.port()
            ),
            Self::Listen(address, error) if error.kind() == io::ErrorKind::AddrNotAvailable => {
                write!(
                    formatter,
                    "this machine has no address {}: {error}; `127.0.0.1` is always there",
                    address.ip()
                )
            }
            Self::Listen(address, error) => {
                write!(formatter, "cannot listen at {address}: {error}")
            }
            Self::Io(error) => write!(formatter, "cannot start the server: {error}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<disk::Error> for Error {
    fn from(error: disk::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<io::Error> for Error {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// Listens on a port: the given one, else the default one or the next that is free.
pub fn listen(address: IpAddr, port: Option<u16>) -> Result<TcpListener, Error> {
    let bind = |port| {
        TcpListener::bind((address, port))
            .map_err(|error| Error::Listen(SocketAddr::new(address, port), error))
    };
    if let Some(port) = port {
        return bind(port);
    }
    let mut last = bind(PORT);
    for port in PORT + 1..PORT + TRIES {
        match last {
            Err(Error::Listen(_, error)) if error.kind() == io::ErrorKind::AddrInUse => {
                last = bind(port);
            }
            result => return result,
        }
    }
    last
}

/// Something that the terminal may show.
pub enum News<'a> {
    /// There is a new snapshot.
    Shown {
        /// The snapshot that is shown from now on.
        snapshot: &'a Snapshot,
        /// The time from the first change to the new snapshot; `None` for the first snapshot.
        took: Option<Duration>,
    },
    /// A requested page or file could not be made, or not with the current theme.
    Mistake {
        /// The snapshot that was asked.
        snapshot: &'a Snapshot,
        /// The mistake.
        found: &'a Diagnostic,
    },
}

/// A function that handles news.
type HandleNews = dyn FnMut(&News<'_>) + Send;

/// Handles the news of all threads, one at a time.
#[derive(Clone)]
struct NewsHandler(Arc<Mutex<HandleNews>>);

impl NewsHandler {
    fn handle(&self, news: &News<'_>) {
        // A handler that has panicked once still gets the next news.
        (self.0.lock().unwrap_or_else(PoisonError::into_inner))(news);
    }
}

/// Where a server listens, and the names that requests may use for it.
pub struct Endpoint {
    /// The socket; see [`listen`].
    pub listener: TcpListener,
    /// The names of the server.
    pub hosts: Hosts,
}

/// A preview that is ready to answer.
pub struct Server {
    newest: watch::Receiver<Arc<Snapshot>>,
    boot: Arc<str>,
    endpoint: Endpoint,
    news: NewsHandler,
}

/// Loads a site and starts to keep it up to date. `news` is called for every new snapshot, the first one included, and for every
/// mistake that is found only when a page is requested. `watcher` decides when the files are scanned again.
pub fn start(
    root: &Path,
    options: Options,
    watcher: Watcher,
    endpoint: Endpoint,
    news: impl FnMut(&News<'_>) + Send + 'static,
) -> Result<Server, Error> {
    let boot = Arc::from(options.boot.as_str());
    let mut keeper = keeper::Keeper::new(SourceTree::new(root), Preview::new(options), watcher);
    let first = keeper.first()?;
    let news = NewsHandler(Arc::new(Mutex::new(news)));
    news.handle(&News::Shown {
        snapshot: &first,
        took: None,
    });
    let (put, newest) = watch::channel(first);
    let of_keeper = news.clone();
    std::thread::Builder::new()
        .name("keeper".to_owned())
        .spawn(move || keeper.keep(&put, &of_keeper))?;
    Ok(Server {
        newest,
        boot,
        endpoint,
        news,
    })
}

impl Server {
    /// Whether the audience of the site is known; see [`Snapshot::are_settings_known`].
    pub fn are_settings_known(&self) -> bool {
        self.newest.borrow().are_settings_known()
    }

    /// Where the server listens.
    pub fn address(&self) -> Result<SocketAddr, Error> {
        Ok(self.endpoint.listener.local_addr()?)
    }

    /// Answers until the process ends.
    pub fn run(self) -> Result<(), Error> {
        let Endpoint { listener, hosts } = self.endpoint;
        listener.set_nonblocking(true)?;
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        let site = http::Site {
            newest: self.newest,
            boot: self.boot,
            hosts: Arc::new(hosts),
            news: self.news,
        };
        runtime.block_on(async {
            let listener = tokio::net::TcpListener::from_std(listener)?;
            axum::serve(listener, http::router(site)).await
        })?;
        Ok(())
    }
}
