//! Decides who may send requests: the author's own browser, on a page of this server.
//!
//! Every page that the author has open anywhere reaches a server on the loopback address. A page of another site can send requests
//! here, and by giving its own name a second address (DNS rebinding) it can even read the answers. Its name in `Host` and its address
//! in `Origin` reveal it.

use std::net::IpAddr;

use axum::http::{HeaderMap, HeaderValue, Method, header};

/// The names that requests may use for the server.
#[derive(Debug, Clone)]
pub struct Hosts {
    /// The name that was given for the server; `None` if that was an address.
    name: Option<String>,
}

impl Hosts {
    /// The names of a server that listens at `host`, the name or address on the command line.
    pub fn new(host: &str) -> Self {
        let is_address = host.parse::<IpAddr>().is_ok();
        Self {
            name: (!is_address && !host.is_empty()).then(|| host.to_ascii_lowercase()),
        }
    }

    /// Why a request is refused, as status and message; `None` if it is allowed.
    pub fn refusal(&self, method: &Method, headers: &HeaderMap) -> Option<(u16, &'static str)> {
        if method != Method::GET && method != Method::HEAD {
            return Some((405, "this server only shows pages: GET and HEAD"));
        }
        let host = headers
            .get(header::HOST)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default();
        if !self.knows(host) {
            return Some((
                403,
                "this server answers only at its own address, which it printed in the terminal",
            ));
        }
        (has_other_origin(headers, host) || is_loaded_by_other_site(headers))
            .then_some((403, "pages of other sites get nothing from this server"))
    }

    /// Whether `Host` names this server. Unlike a name, an IP address cannot be pointed at another server.
    fn knows(&self, host: &str) -> bool {
        let name = without_port(host).to_ascii_lowercase();
        let address = name
            .strip_prefix('[')
            .and_then(|name| name.strip_suffix(']'))
            .unwrap_or(&name);
        address.parse::<IpAddr>().is_ok()
            || name == "localhost"
            || self.name.as_deref() == Some(name.as_str())
    }
}

/// Whether a request names an origin other than `host`.
fn has_other_origin(headers: &HeaderMap, host: &str) -> bool {
    let is_own = |origin: &HeaderValue| {
        let origin = origin.to_str().ok();
        origin
            .and_then(|origin| origin.strip_prefix("http://"))
            .is_some_and(|origin| origin.eq_ignore_ascii_case(host))
    };
    headers
        .get(header::ORIGIN)
        .is_some_and(|origin| !is_own(origin))
}

/// Whether a page of another site loads something. It may link here, but it may not load anything from here.
fn is_loaded_by_other_site(headers: &HeaderMap) -> bool {
    let is_foreign = headers
        .get("sec-fetch-site")
        .is_some_and(|site| site == "cross-site" || site == "same-site");
    let is_navigation = headers
        .get("sec-fetch-mode")
        .is_some_and(|mode| mode == "navigate");
    let is_document = headers
        .get("sec-fetch-dest")
        .is_none_or(|destination| destination == "document");
    is_foreign && !(is_navigation && is_document)
}

/// The host without its port.
fn without_port(host: &str) -> &str {
    match host.rsplit_once(':') {
        Some((name, port))
            if port.bytes().all(|byte| byte.is_ascii_digit()) && !name.ends_with(':') =>
        {
            name
        }
        _ => host,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(host: &str, more: &[(&'static str, &str)]) -> Option<u16> {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, host.parse().expect("it is a header"));
        for (name, value) in more {
            headers.insert(*name, value.parse().expect("it is a header"));
        }
        Hosts::new("stories.lan")
            .refusal(&Method::GET, &headers)
            .map(|(status, _)| status)
    }

    #[test]
    fn only_its_own_names_are_answered() {
        for host in [
            "localhost:4000",
            "LOCALHOST",
            "127.0.0.1:4000",
            "[::1]:4000",
            "192.168.1.7:4000",
            "stories.lan:4000",
        ] {
            assert_eq!(refused(host, &[]), None, "{host}");
        }
        for host in [
            "evil.example",
            "localhost.evil.example:4000",
            "evil.example:127.0.0.1",
            "",
            "127.0.0.1.evil.example",
        ] {
            assert_eq!(refused(host, &[]), Some(403), "{host}");
        }
    }

    #[test]
    fn pages_of_other_sites_get_nothing() {
        assert_eq!(
            refused("localhost:4000", &[("origin", "http://localhost:4000")]),
            None
        );
        assert_eq!(
            refused("localhost:4000", &[("origin", "http://localhost:5000")]),
            Some(403)
        );
        assert_eq!(
            refused("localhost:4000", &[("origin", "https://evil.example")]),
            Some(403)
        );
        assert_eq!(refused("localhost:4000", &[("origin", "null")]), Some(403));
        assert_eq!(
            refused(
                "localhost:4000",
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "no-cors")
                ]
            ),
            Some(403)
        );
        assert_eq!(
            refused(
                "localhost:4000",
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                    ("sec-fetch-dest", "document")
                ]
            ),
            None
        );
        assert_eq!(
            refused(
                "localhost:4000",
                &[
                    ("sec-fetch-site", "cross-site"),
                    ("sec-fetch-mode", "navigate"),
                    ("sec-fetch-dest", "iframe")
                ]
            ),
            Some(403)
        );
    }
}
