//! Version 2 of the REST API, for Cloud.

use serde_json::{Value, json};

use super::{Api, Change, Home, PROPERTY, Property, ServerPage, results, words};
use crate::publish::Request;
use crate::publish::http::encoded;

/// The number of results in one answer.
const MANY: usize = 250;

/// The API of Cloud.
pub struct Cloud {
    /// The address, ending in `/wiki`.
    base: String,
}

impl Cloud {
    /// The API at an address, with or without `/wiki` at the end.
    pub fn new(address: &str) -> Self {
        let base = if address.ends_with("/wiki") {
            address.to_owned()
        } else {
            format!("{address}/wiki")
        };
        Self { base }
    }

    fn request(&self, method: &'static str, path: &str) -> Request {
        Request::new(method, format!("{}/api/v2{path}", self.base))
            .header("Accept", "application/json")
    }
}

impl Api for Cloud {
    fn base(&self) -> &str {
        &self.base
    }

    fn space(&self, key: &str) -> Request {
        self.request("GET", &format!("/spaces?keys={}", encoded(key)))
    }

    fn home(&self, answer: &Value) -> Option<Home> {
        let space = results(answer).first()?;
        Some(Home {
            space: words(&space["id"]),
            parent: words(&space["homepageId"]),
        })
    }

    fn find(&self, home: &Home, _key: &str, title: &str) -> Request {
        self.request(
            "GET",
            &format!(
                "/pages?space-id={}&title={}&status=current",
                encoded(&home.space),
                encoded(title)
            ),
        )
    }

    fn read(&self, id: &str) -> Request {
        self.request(
            "GET",
            &format!("/pages/{}?body-format=storage", encoded(id)),
        )
    }

    fn page(&self, answer: &Value) -> ServerPage {
        let version = &answer["version"];
        ServerPage {
            id: words(&answer["id"]),
            title: words(&answer["title"]),
            parent: words(&answer["parentId"]),
            version: version["number"].as_u64().unwrap_or_default(),
            message: words(&version["message"]),
            body: words(&answer["body"]["storage"]["value"]),
            editor: String::new(),
            account: words(&version["authorId"]),
            edited: words(&version["createdAt"]),
            is_current: answer["status"] == "current",
        }
    }

    fn create(&self, home: &Home, _key: &str, title: &str, body: &str) -> Request {
        let mut page = json!({
            "spaceId": home.space,
            "status": "current",
            "title": title,
            "body": { "representation": "storage", "value": body },
        });
        if !home.parent.is_empty() {
            page["parentId"] = json!(home.parent);
        }
        self.request("POST", "/pages").json(&page)
    }

    fn update(&self, change: &Change<'_>) -> Request {
        // Without `parentId` the page is not moved.
        let page = json!({
            "id": change.id,
            "status": "current",
            "title": change.title,
            "body": { "representation": "storage", "value": change.body },
            "version": { "number": change.version, "message": change.message },
        });
        self.request("PUT", &format!("/pages/{}", encoded(change.id)))
            .json(&page)
    }

    fn version(&self, id: &str, number: u64) -> Request {
        self.request(
            "GET",
            &format!(
                "/pages/{}?body-format=storage&version={number}",
                encoded(id)
            ),
        )
    }

    fn operations(&self, id: &str) -> Request {
        self.request("GET", &format!("/pages/{}/operations", encoded(id)))
    }

    fn delete_attachment(&self, id: &str) -> Request {
        self.request("DELETE", &format!("/attachments/{}", encoded(id)))
    }

    fn delete(&self, id: &str) -> Request {
        self.request("DELETE", &format!("/pages/{}", encoded(id)))
    }

    fn children(&self, id: &str) -> Request {
        self.request("GET", &format!("/pages/{}/children?limit=1", encoded(id)))
    }

    fn property(&self, id: &str) -> Request {
        self.request(
            "GET",
            &format!("/pages/{}/properties?key={PROPERTY}", encoded(id)),
        )
    }

    fn property_of(&self, answer: &Value) -> Option<Property> {
        let found = results(answer)
            .iter()
            .find(|property| property["key"] == PROPERTY)?;
        let version = found["version"]["number"].as_u64().unwrap_or_default();
        Some(Property {
            id: words(&found["id"]),
            version,
            value: found["value"].clone(),
        })
    }

    fn put_property(&self, id: &str, old: Option<&Property>, value: &Value) -> Request {
        let id = encoded(id);
        match old {
            None => self.request("POST", &format!("/pages/{id}/properties")).json(&json!({ "key": PROPERTY, "value": value })),
            Some(old) => self
                .request("PUT", &format!("/pages/{id}/properties/{}", encoded(&old.id)))
                .json(&json!({ "key": PROPERTY, "value": value, "version": { "number": old.version + 1 } })),
        }
    }

    fn attachments(&self, id: &str, from: &str) -> Request {
        let cursor = if from.is_empty() {
            String::new()
        } else {
            format!("&cursor={from}")
        };
        self.request(
            "GET",
            &format!("/pages/{}/attachments?limit={MANY}{cursor}", encoded(id)),
        )
    }

    fn next(&self, answer: &Value) -> Option<String> {
        // The path is wrong for tokens that use another host, so only the cursor is used.
        let (_, query) = answer["_links"]["next"].as_str()?.split_once('?')?;
        query
            .split('&')
            .find_map(|part| part.strip_prefix("cursor="))
            .map(str::to_owned)
    }

    fn comments(&self, id: &str) -> Request {
        self.request(
            "GET",
            &format!("/pages/{}/inline-comments?limit={MANY}", encoded(id)),
        )
    }

    fn resolved<'a>(&self, comment: &'a Value) -> Option<&'a str> {
        if comment["resolutionStatus"] == "resolved" {
            comment["properties"]["inlineMarkerRef"].as_str()
        } else {
            None
        }
    }
}
