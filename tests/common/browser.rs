//! A Chromium that a test controls like a user and through the developer tools.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::Command;
use std::time::{Duration, Instant};
use std::{env, thread};

use axum::http::Method;
use fantoccini::actions::{InputSource, KeyAction, KeyActions};
use fantoccini::error::CmdError;
use fantoccini::key::Key;
use fantoccini::wd::{Capabilities, WebDriverCompatibleCommand, WindowHandle};
use fantoccini::{Client, ClientBuilder};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::runtime::{Builder, Runtime};
use url::{ParseError, Url};

use super::program::Folder;
use super::server::{PATIENCE, Process};

/// The message if a program is missing. Tests never pass without having run.
const MISSING: &str = "the tests of the preview run in Chromium; `make test` installs it and its driver (Debian: chromium, chromium-driver)";

/// Arguments that turn off requests to other hosts and differences between machines.
const FLAGS: &[&str] = &[
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--in-process-gpu",
    "--disable-extensions",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-sync",
    "--metrics-recording-only",
    "--no-first-run",
    "--window-size=1000,700",
];

/// The start of every script: helpers that find parts of a page.
const NAMES: &str = "const one = selector => document.querySelector(selector), all = selector => [...document.querySelectorAll(selector)];
const words = selector => (one(selector)?.innerText ?? '').replace(/\\s+/g, ' ').trim();\n";

/// A browser with its own profile.
pub struct Browser {
    client: Client,
    runtime: Runtime,
    _driver: Driver,
    _profile: Folder,
}

impl Browser {
    pub fn start() -> Self {
        Self::with_settings(&json!({}))
    }

    /// A browser that runs no scripts of pages.
    pub fn without_scripts() -> Self {
        Self::with_settings(&json!({ "profile.managed_default_content_settings.javascript": 2 }))
    }

    fn with_settings(settings: &Value) -> Self {
        let driver = Driver::start();
        let profile = Folder::new();
        let mut flags: Vec<String> = FLAGS.iter().map(|&flag| flag.to_owned()).collect();
        flags.push(format!("--user-data-dir={}", profile.path().display()));
        let mut capabilities = Capabilities::new();
        capabilities.insert(
            "goog:chromeOptions".to_owned(),
            json!({ "args": flags, "prefs": settings }),
        );
        capabilities.insert(
            "goog:loggingPrefs".to_owned(),
            json!({ "browser": "ALL", "performance": "ALL" }),
        );
        // A page that is still loading can be inspected, so do not wait for its end.
        capabilities.insert("pageLoadStrategy".to_owned(), json!("none"));
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime can be made");
        let connected = runtime.block_on(async {
            let mut builder = ClientBuilder::new(HttpConnector::new());
            builder
                .capabilities(capabilities)
                .connect(&driver.address)
                .await
        });
        let client =
            connected.unwrap_or_else(|error| panic!("no browser was started: {error}\n{MISSING}"));
        Self {
            client,
            runtime,
            _driver: driver,
            _profile: profile,
        }
    }

    /// Opens an address without waiting for the page.
    #[track_caller]
    pub fn set_out_for(&self, address: &str) {
        self.run(self.client.goto(address), "an address can be opened");
    }

    /// Opens an address and waits until the page is parsed and its scripts have run.
    #[track_caller]
    pub fn open(&self, address: &str) {
        self.set_out_for(address);
        self.waits_for(
            "the page is loaded",
            &format!(
                "return location.href === {} && document.readyState === 'complete'",
                json!(address)
            ),
        );
    }

    /// Reloads the page, as a user does.
    #[track_caller]
    pub fn refresh(&self) {
        self.run(self.client.refresh(), "a page can be reloaded");
    }

    /// The result of a script that runs in the page.
    #[track_caller]
    pub fn ask(&self, script: &str) -> Value {
        self.try_to_ask(script)
            .unwrap_or_else(|error| panic!("{error}\n{script}"))
    }

    /// The result of a script, as text.
    #[track_caller]
    pub fn text(&self, script: &str) -> String {
        self.ask(script)
            .as_str()
            .unwrap_or_else(|| panic!("no text: {script}"))
            .to_owned()
    }

    fn try_to_ask(&self, script: &str) -> Result<Value, CmdError> {
        self.runtime
            .block_on(self.client.execute(&format!("{NAMES}{script}"), Vec::new()))
    }

    /// Waits until the result of a script is truthy. A page that is being left counts as falsy.
    #[track_caller]
    pub fn waits_for(&self, what: &str, script: &str) {
        let start = Instant::now();
        let mut last = self.try_to_ask(script);
        while !last.as_ref().is_ok_and(is_true) {
            if start.elapsed() > PATIENCE {
                let page = self.try_to_ask("return location.href + '\\n' + document.documentElement.outerHTML.slice(0, 20000)");
                let page = page
                    .ok()
                    .and_then(|page| page.as_str().map(str::to_owned))
                    .unwrap_or_default();
                panic!(
                    "{} s have passed without this: {what}\n{script}\nis {last:?} on\n{page}",
                    PATIENCE.as_secs()
                );
            }
            thread::sleep(Duration::from_millis(10));
            last = self.try_to_ask(script);
        }
    }

    /// Presses and releases a key.
    #[track_caller]
    pub fn press(&self, key: Key) {
        let value = char::from(key);
        let stroke = KeyActions::new("keyboard".to_owned())
            .then(KeyAction::Down { value })
            .then(KeyAction::Up { value });
        self.run(self.client.perform_actions(stroke), "a key can be pressed");
    }

    /// The current tab.
    #[track_caller]
    pub fn tab(&self) -> WindowHandle {
        self.run(self.client.window(), "a browser has a tab")
    }

    /// Opens another tab and makes it the current one.
    #[track_caller]
    pub fn open_tab(&self) -> WindowHandle {
        let tab = self
            .run(self.client.new_window(true), "a tab can be opened")
            .handle;
        self.run(
            self.client.switch_to_window(tab.clone()),
            "a tab can be selected",
        );
        tab
    }

    /// Switches to another tab, which comes to the front.
    #[track_caller]
    pub fn drive(&self, tab: &WindowHandle) {
        self.run(
            self.client.switch_to_window(tab.clone()),
            "a tab can be selected",
        );
    }

    /// A command of the developer tools.
    #[track_caller]
    pub fn tools(&self, name: &str, parameters: &Value) -> Value {
        self.chromium(
            "goog/cdp/execute",
            json!({ "cmd": name, "params": parameters }),
        )
    }

    /// The HTML of the current document from the developer tools, which needs no scripts. `None`
    /// while a page is being left.
    pub fn document(&self) -> Option<String> {
        let ask = |name: &str, parameters: Value| {
            let command = ChromiumCommand {
                path: "goog/cdp/execute",
                body: json!({ "cmd": name, "params": parameters }),
            };
            self.runtime.block_on(self.client.issue_cmd(command)).ok()
        };
        let root = ask("DOM.getDocument", json!({ "depth": 0 }))?["root"]["nodeId"].clone();
        Some(
            ask("DOM.getOuterHTML", json!({ "nodeId": root }))?["outerHTML"]
                .as_str()?
                .to_owned(),
        )
    }

    /// The messages in the console since the last call.
    #[track_caller]
    pub fn console(&self) -> Vec<String> {
        self.log("browser")
            .iter()
            .filter_map(|entry| entry["message"].as_str().map(str::to_owned))
            .collect()
    }

    /// The addresses that pages have requested since the last call, without those of Chromium's own
    /// pages: its start page and its document viewer.
    #[track_caller]
    pub fn requests(&self) -> Vec<String> {
        let messages = self.log("performance");
        let messages = messages
            .iter()
            .filter_map(|entry| serde_json::from_str::<Value>(entry["message"].as_str()?).ok());
        let requests =
            messages.filter(|entry| entry["message"]["method"] == "Network.requestWillBeSent");
        let requests = requests.map(|mut entry| entry["message"]["params"].take());
        let of_site = requests.filter(|request| {
            !request["documentURL"]
                .as_str()
                .is_some_and(|page| page.starts_with("chrome:"))
        });
        let addresses =
            of_site.filter_map(|request| request["request"]["url"].as_str().map(str::to_owned));
        addresses
            .filter(|address| !address.starts_with("chrome-extension:"))
            .collect()
    }

    /// Resizes the window to that of another device.
    #[track_caller]
    pub fn resize(&self, width: u32, height: u32) {
        let device =
            json!({ "width": width, "height": height, "deviceScaleFactor": 1, "mobile": true });
        self.tools("Emulation.setDeviceMetricsOverride", &device);
    }

    #[track_caller]
    fn log(&self, name: &str) -> Vec<Value> {
        self.chromium("se/log", json!({ "type": name }))
            .as_array()
            .cloned()
            .unwrap_or_default()
    }

    #[track_caller]
    fn chromium(&self, path: &'static str, body: Value) -> Value {
        self.run(self.client.issue_cmd(ChromiumCommand { path, body }), path)
    }

    #[track_caller]
    fn run<T>(&self, job: impl Future<Output = Result<T, CmdError>>, what: &str) -> T {
        self.runtime
            .block_on(job)
            .unwrap_or_else(|error| panic!("{what}: {error}"))
    }
}

/// Whether a value is truthy in JavaScript.
fn is_true(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::String(text) => !text.is_empty(),
        Value::Number(number) => number.as_f64() != Some(0.0),
        _ => true,
    }
}

/// A command that only Chromium has.
#[derive(Debug)]
struct ChromiumCommand {
    path: &'static str,
    body: Value,
}

impl WebDriverCompatibleCommand for ChromiumCommand {
    fn endpoint(&self, base: &Url, session: Option<&str>) -> Result<Url, ParseError> {
        base.join(&format!(
            "session/{}/{}",
            session.unwrap_or_default(),
            self.path
        ))
    }

    fn method_and_body(&self, _: &Url) -> (Method, Option<String>) {
        (Method::POST, Some(self.body.to_string()))
    }
}

/// The driver of a browser. Each browser has its own, so that none outlives its test.
struct Driver {
    process: Process,
    address: String,
}

impl Driver {
    fn start() -> Self {
        assert!(
            is_installed("chromedriver"),
            "there is no `chromedriver`: {MISSING}"
        );
        let mut command = Command::new("chromedriver");
        command.arg("--port=0");
        let (process, port) = Process::start(command, |line| {
            let (_, rest) = line.split_once("started successfully on port ")?;
            rest.trim_end_matches('.').parse::<u16>().ok()
        });
        Self {
            process,
            address: format!("http://127.0.0.1:{port}/"),
        }
    }

    /// Makes the driver end its browsers and itself.
    fn shut_down(&self) -> Option<()> {
        let host = self
            .address
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let mut stream = TcpStream::connect(host).ok()?;
        stream.set_read_timeout(Some(PATIENCE)).ok()?;
        write!(
            stream,
            "GET /shutdown HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
        )
        .ok()?;
        stream.read_to_end(&mut Vec::new()).ok()?;
        Some(())
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        // A driver that is only killed leaves its browser running.
        if self.shut_down().is_some() {
            self.process.ends_by_itself();
        }
    }
}

fn is_installed(program: &str) -> bool {
    env::var_os("PATH")
        .is_some_and(|path| env::split_paths(&path).any(|folder| folder.join(program).is_file()))
}
