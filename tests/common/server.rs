//! Runs `storybank serve` on a site, and sends requests over plain connections.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use super::program::storybank;

/// The time limit of all waits. It is generous because machines can be busy.
pub const PATIENCE: Duration = Duration::from_secs(10);

/// Polls until a condition is true.
#[track_caller]
pub fn eventually(what: &str, mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(
            start.elapsed() < PATIENCE,
            "timeout after {} s: {what}",
            PATIENCE.as_secs()
        );
        thread::sleep(Duration::from_millis(10));
    }
}

/// A program that runs beside the test and ends with it.
pub struct Process {
    child: Child,
    name: String,
    said: Arc<Mutex<String>>,
}

impl Process {
    /// Starts a program and waits until `find` finds a value in a line of its standard output.
    pub fn start<T: Send + 'static>(
        mut command: Command,
        find: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> (Self, T) {
        command.stderr(Stdio::piped());
        Self::start_unheard(command, find)
    }

    /// The same, but the standard error stays as the command has set it.
    pub fn start_unheard<T: Send + 'static>(
        mut command: Command,
        find: impl Fn(&str) -> Option<T> + Send + 'static,
    ) -> (Self, T) {
        let name = command.get_program().to_string_lossy().into_owned();
        let started = command.stdin(Stdio::null()).stdout(Stdio::piped()).spawn();
        let mut child =
            started.unwrap_or_else(|error| panic!("`{name}` cannot be started: {error}"));
        let said = Arc::new(Mutex::new(String::new()));
        let (sender, found) = mpsc::channel();
        let output = child.stdout.take().expect("it was asked for");
        let errors = child.stderr.take();
        listen(output, Arc::clone(&said), move |line| {
            if let Some(found) = find(line) {
                // The receiver may have given up.
                let _ = sender.send(found);
            }
        });
        if let Some(errors) = errors {
            listen(errors, Arc::clone(&said), |_| {});
        }
        let process = Self { child, name, said };
        let Ok(found) = found.recv_timeout(PATIENCE) else {
            panic!("`{}` did not say that it is ready", process.name)
        };
        (process, found)
    }

    /// Everything that it has printed until now.
    pub fn said(&self) -> String {
        self.said
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Waits until the program ends by itself. Returns whether it did.
    pub fn ends_by_itself(&mut self) -> bool {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if matches!(self.child.try_wait(), Ok(Some(_)) | Err(_)) {
                return true;
            }
            thread::sleep(Duration::from_millis(10));
        }
        false
    }
}

/// Reads the output of a program in the background, so that the program never blocks.
fn listen(
    from: impl Read + Send + 'static,
    said: Arc<Mutex<String>>,
    mut each: impl FnMut(&str) + Send + 'static,
) {
    thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            said.lock()
                .unwrap_or_else(PoisonError::into_inner)
                .push_str(&format!("{line}\n"));
            each(&line);
        }
    });
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
        if thread::panicking() {
            eprintln!("`{}` said:\n{}", self.name, self.said());
        }
    }
}

/// A server that shows a site.
pub struct Server {
    process: Process,
    address: String,
}

impl Server {
    /// Starts `storybank serve` with arguments in addition to the site's folder, on any free port.
    pub fn start(root: &Path, arguments: &[&str]) -> Self {
        Self::start_on("0", root, arguments)
    }

    /// Starts `storybank serve` on a port.
    pub fn start_on(port: &str, root: &Path, arguments: &[&str]) -> Self {
        let mut command = serve(root);
        command.args(["--port", port]).args(arguments);
        Self::run(command)
    }

    /// Starts the server of a command.
    pub fn run(command: Command) -> Self {
        let (process, address) = Process::start(command, |line| {
            line.starts_with("http://").then(|| line.to_owned())
        });
        assert!(
            address.ends_with('/'),
            "the address can be opened directly: {address}"
        );
        Self { process, address }
    }

    /// Starts the server of a command, without reading its standard error.
    pub fn run_unheard(mut command: Command) -> Self {
        let (reader, writer) = std::io::pipe().expect("a pipe can be made");
        drop(reader);
        command.stderr(writer);
        let (process, address) = Process::start_unheard(command, |line| {
            line.starts_with("http://").then(|| line.to_owned())
        });
        Self { process, address }
    }

    /// The address of a page, from its path.
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.address)
    }

    /// The host and the port, as browsers send them.
    pub fn host(&self) -> &str {
        self.address
            .trim_start_matches("http://")
            .trim_end_matches('/')
    }

    pub fn port(&self) -> &str {
        self.host()
            .rsplit(':')
            .next()
            .expect("a text has a last part")
    }

    /// Everything that the server has printed until now.
    pub fn said(&self) -> String {
        self.process.said()
    }

    /// The response to a browser's request for a path.
    #[track_caller]
    pub fn get(&self, path: &str) -> Response {
        self.ask("GET", path, &[("Host", self.host())])
    }

    /// The response to a request with exactly these headers.
    #[track_caller]
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> Response {
        let headers: String = headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}\r\n"))
            .collect();
        let request = format!("{method} {path} HTTP/1.1\r\n{headers}Connection: close\r\n\r\n");
        self.send(request.as_bytes())
            .unwrap_or_else(|| panic!("no answer to {method} {path}"))
    }

    /// The response to some bytes. `None` if the server closes the connection without one.
    pub fn send(&self, bytes: &[u8]) -> Option<Response> {
        let mut stream = self.connect();
        // The server may close the connection before it has read everything.
        let _ = stream.write_all(bytes);
        Response::read(BufReader::new(stream), bytes.starts_with(b"HEAD"))
    }

    /// An open connection without a request.
    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.host()).expect("the server listens");
        stream
            .set_read_timeout(Some(PATIENCE))
            .expect("a time can be set");
        stream
    }

    /// The stream of revisions.
    #[track_caller]
    pub fn events(&self) -> Events {
        let mut stream = self.connect();
        let request = format!(
            "GET /.storybank/events HTTP/1.1\r\nHost: {}\r\nAccept: text/event-stream\r\n\r\n",
            self.host()
        );
        stream
            .write_all(request.as_bytes())
            .expect("the server reads");
        let mut lines = BufReader::new(stream);
        let (status, headers) = read_head(&mut lines).expect("the server answers");
        assert_eq!(status, 200);
        assert_eq!(
            headers.get("content-type").map(String::as_str),
            Some("text/event-stream")
        );
        Events { lines }
    }

    /// The revision of the current page.
    #[track_caller]
    pub fn revision(&self) -> u64 {
        let body = self.get("/").body;
        let (_, rest) = body
            .split_once("data-revision=\"")
            .unwrap_or_else(|| panic!("the page has no revision:\n{body}"));
        rest.split('"')
            .next()
            .and_then(|number| number.parse().ok())
            .expect("a revision is a number")
    }

    /// Waits until a page contains some words.
    #[track_caller]
    pub fn shows(&self, path: &str, words: &str) {
        eventually(&format!("{path} shows “{words}”"), || {
            let response = self.get(path);
            response.status == 200 && response.body.contains(words)
        });
    }

    /// Waits until a page does not exist.
    #[track_caller]
    pub fn lacks(&self, path: &str) {
        eventually(&format!("there is no {path}"), || {
            self.get(path).status == 404
        });
    }
}

/// `storybank serve` for the site at `root`, not started yet.
pub fn serve(root: &Path) -> Command {
    storybank([OsStr::new("serve"), OsStr::new("--root"), root.as_os_str()])
}

/// A response of the server.
#[derive(Debug)]
pub struct Response {
    pub status: u16,
    /// Keyed by lower-case name.
    pub headers: BTreeMap<String, String>,
    pub body: String,
}

impl Response {
    fn read(mut from: impl BufRead, is_head: bool) -> Option<Self> {
        let (status, headers) = read_head(&mut from)?;
        let mut body = Vec::new();
        let length = headers
            .get("content-length")
            .and_then(|length| length.parse().ok());
        if is_head {
            // Detects servers that send a body anyway.
            from.read_to_end(&mut body).ok()?;
        } else if headers
            .get("transfer-encoding")
            .is_some_and(|coding| coding == "chunked")
        {
            while let Some(chunk) = read_chunk(&mut from) {
                body.extend(chunk);
            }
        } else {
            from.take(length.unwrap_or(u64::MAX))
                .read_to_end(&mut body)
                .ok()?;
        }
        Some(Self {
            status,
            headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", String::as_str)
    }
}

fn read_head(from: &mut impl BufRead) -> Option<(u16, BTreeMap<String, String>)> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = BTreeMap::new();
    loop {
        line.clear();
        from.read_line(&mut line).ok()?;
        let Some((name, value)) = line.split_once(':') else {
            return Some((status, headers));
        };
        headers.insert(name.to_lowercase(), value.trim().to_owned());
    }
}

/// The next chunk of a body in chunked encoding. `None` after the last one.
fn read_chunk(from: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut line = String::new();
    from.read_line(&mut line).ok()?;
    let length = usize::from_str_radix(line.trim(), 16)
        .ok()
        .filter(|&length| length > 0)?;
    let mut chunk = vec![0; length + 2];
    from.read_exact(&mut chunk).ok()?;
    chunk.truncate(length);
    Some(chunk)
}

/// The open stream of revisions.
pub struct Events {
    lines: BufReader<TcpStream>,
}

/// An event of the stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    pub boot: String,
    pub revision: u64,
    /// The page of the file that was saved last.
    pub page: Option<String>,
}

impl Events {
    /// The next announced revision.
    #[track_caller]
    pub fn next(&mut self) -> Revision {
        let mut event = String::new();
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line);
            assert!(
                matches!(read, Ok(1..)),
                "the stream has ended, or nothing came: {read:?}"
            );
            if let Some(name) = line.strip_prefix("event: ") {
                event = name.trim().to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                assert_eq!(event, "revision");
                return Self::revision(data);
            }
        }
    }

    fn revision(data: &str) -> Revision {
        let data: serde_json::Value =
            serde_json::from_str(data).unwrap_or_else(|error| panic!("{error}: {data}"));
        Revision {
            boot: data["boot"].as_str().expect("it has a boot").to_owned(),
            revision: data["revision"].as_u64().expect("it has a revision"),
            page: data["page"].as_str().map(str::to_owned),
        }
    }

    /// Reads events until one meets a condition. Saves of several files may be one revision or
    /// several.
    #[track_caller]
    pub fn until(&mut self, what: &str, is_it: impl Fn(&Revision) -> bool) -> Revision {
        let start = Instant::now();
        loop {
            let next = self.next();
            if is_it(&next) {
                return next;
            }
            assert!(
                start.elapsed() < PATIENCE,
                "no revision has this: {what}; the last one is {next:?}"
            );
        }
    }
}
