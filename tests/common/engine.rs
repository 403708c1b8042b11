//! Starts real wikis for a test on this machine, and stops them.

use std::fs::{self, File};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The message if an engine is missing: tests never pass without having run.
const MISSING: &str = "`make engines` installs the wikis that the tests publish to";

/// How long an engine may take for its first answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// The folder in which `make engines` has installed something.
pub fn installed(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("target/engines")
        .join(name);
    assert!(
        folder.exists(),
        "there is no {}: {MISSING}",
        folder.display()
    );
    folder
}

/// A free port.
pub fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener.local_addr().expect("it has an address").port()
}

/// A server that runs as long as the test.
pub struct Engine {
    child: Child,
    /// `http://127.0.0.1:<port>`.
    pub url: String,
}

impl Engine {
    /// Starts a server for a port of this machine, and waits until it listens. Its output goes into
    /// a file of `folder`.
    pub fn start(mut command: Command, port: u16, folder: &Path) -> Self {
        let log = folder.join("server.log");
        let output = File::create(&log).expect("a file can be made");
        let errors = output.try_clone().expect("it can be shared");
        let started = command
            .stdin(Stdio::null())
            .stdout(output)
            .stderr(errors)
            .spawn();
        let name = command.get_program().to_string_lossy().into_owned();
        let child = started
            .unwrap_or_else(|error| panic!("`{name}` cannot be started: {error}; {MISSING}"));
        let mut engine = Self {
            child,
            url: format!("http://127.0.0.1:{port}"),
        };
        let start = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            let said = || fs::read_to_string(&log).unwrap_or_default();
            let ended = engine.child.try_wait().expect("it can be asked");
            assert!(ended.is_none(), "`{name}` has ended: {}", said());
            assert!(
                start.elapsed() < PATIENCE,
                "`{name}` does not listen: {}",
                said()
            );
            thread::sleep(Duration::from_millis(20));
        }
        engine
    }
}

impl Drop for Engine {
    fn drop(&mut self) {
        // It may have stopped already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
