//! Requests over a connection that stays open.

use std::time::{Duration, Instant};

use axum::body::{self, Body};
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use tokio::runtime::{Builder, Runtime};
use tokio::time;

use super::running::PATIENCE;

/// The interval between two requests for the same page.
const PAUSE: Duration = Duration::from_millis(2);

/// A connection to a server.
pub struct Connection {
    /// The prefix of its addresses, without a slash at the end.
    pub address: String,
    client: Client<HttpConnector, Body>,
    runtime: Runtime,
}

/// A response of the server.
#[derive(Debug)]
pub struct Page {
    pub status: u16,
    pub text: String,
}

impl Page {
    /// The revision of the site, from a page of the preview.
    pub fn revision(&self) -> Option<u64> {
        let (_, rest) = self.text.split_once("data-revision=\"")?;
        rest.split('"').next()?.parse().ok()
    }
}

impl Connection {
    pub fn to(address: &str) -> Result<Self, String> {
        let runtime = Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| format!("no runtime: {error}"))?;
        let mut connector = HttpConnector::new();
        connector.set_nodelay(true);
        let client = Client::builder(TokioExecutor::new()).build(connector);
        Ok(Self {
            address: address.trim_end_matches('/').to_owned(),
            client,
            runtime,
        })
    }

    /// The page at a path, which starts with a slash.
    pub fn ask(&self, path: &str) -> Result<Page, String> {
        self.runtime.block_on(self.page(path))
    }

    /// Requests a page until it meets a condition. Also returns the time of that response.
    pub fn ask_until(
        &self,
        path: &str,
        is_wanted: impl Fn(&Page) -> bool,
    ) -> Result<(Page, Instant), String> {
        let start = Instant::now();
        self.runtime.block_on(async {
            loop {
                let page = self.page(path).await;
                let now = Instant::now();
                match page {
                    Ok(page) if is_wanted(&page) => return Ok((page, now)),
                    Err(error) if start.elapsed() > PATIENCE => return Err(error),
                    Ok(page) if start.elapsed() > PATIENCE => {
                        let (seconds, revision) = (PATIENCE.as_secs(), page.revision());
                        return Err(format!("after {seconds} s `{path}` does not show what was saved (revision {revision:?})"));
                    }
                    // A server that is still starting is asked again.
                    Ok(_) | Err(_) => time::sleep(PAUSE).await,
                }
            }
        })
    }

    async fn page(&self, path: &str) -> Result<Page, String> {
        let failed = |error: String| format!("`{}{path}`: {error}", self.address);
        let address = format!("{}{path}", self.address)
            .parse()
            .map_err(|_| failed("it is not a valid address".to_owned()))?;
        let response = self
            .client
            .get(address)
            .await
            .map_err(|error| failed(error.to_string()))?;
        let status = response.status().as_u16();
        let bytes = body::to_bytes(Body::new(response.into_body()), usize::MAX)
            .await
            .map_err(|error| failed(error.to_string()))?;
        Ok(Page {
            status,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        })
    }
}
