//! Version 1 of the REST API, for Data Center.

use serde_json::{Value, json};

use super::{Api, Change, Home, PROPERTY, Property, ServerPage, results, words};
use crate::publish::Request;
use crate::publish::http::encoded;

/// The number of results in one answer.
const MANY: usize = 200;

/// The API of a Data Center.
pub struct DataCenter {
    base: String,
}

impl DataCenter {
    /// The API at the address of the instance.
    pub fn new(address: &str) -> Self {
        Self {
            base: address.to_owned(),
        }
    }

    fn request(&self, method: &'static str, path: &str) -> Request {
        Request::new(method, format!("{}/rest/api{path}", self.base))
            .header("Accept", "application/json")
    }
}

/// The ancestors of a page: its parent is enough.
fn ancestors(parent: &str) -> Value {
    if parent.is_empty() {
        json!([])
    } else {
        json!([{ "id": parent }])
    }
}

fn storage(body: &str) -> Value {
    json!({ "storage": { "value": body, "representation": "storage" } })
}

impl Api for DataCenter {
    fn base(&self) -> &str {
        &self.base
    }

    fn space(&self, key: &str) -> Request {
        self.request("GET", &format!("/space/{}?expand=homepage", encoded(key)))
    }

    fn home(&self, answer: &Value) -> Option<Home> {
        let key = answer["key"].as_str()?;
        Some(Home {
            space: key.to_owned(),
            parent: words(&answer["homepage"]["id"]),
        })
    }

    fn find(&self, _home: &Home, key: &str, title: &str) -> Request {
        self.request(
            "GET",
            &format!(
                "/content?spaceKey={}&title={}&type=page&expand=ancestors,version",
                encoded(key),
                encoded(title)
            ),
        )
    }

    fn read(&self, id: &str) -> Request {
        self.request(
            "GET",
            &format!(
                "/content/{}?expand=body.storage,version,ancestors",
                encoded(id)
            ),
        )
    }

    fn page(&self, answer: &Value) -> ServerPage {
        let version = &answer["version"];
        let parent = answer["ancestors"]
            .as_array()
            .and_then(|ancestors| ancestors.last());
        ServerPage {
            id: words(&answer["id"]),
            title: words(&answer["title"]),
            parent: parent
                .map(|parent| words(&parent["id"]))
                .unwrap_or_default(),
            version: version["number"].as_u64().unwrap_or_default(),
            message: words(&version["message"]),
            body: words(&answer["body"]["storage"]["value"]),
            editor: words(&version["by"]["displayName"]),
            account: String::new(),
            edited: words(&version["when"]),
            is_current: answer["status"] == "current",
        }
    }

    fn create(&self, home: &Home, key: &str, title: &str, body: &str) -> Request {
        self.request("POST", "/content").json(&json!({
            "type": "page",
            "title": title,
            "space": { "key": key },
            "ancestors": ancestors(&home.parent),
            "body": storage(body),
        }))
    }

    fn update(&self, change: &Change<'_>) -> Request {
        self.request("PUT", &format!("/content/{}", encoded(change.id))).json(&json!({
            "id": change.id,
            "type": "page",
            "title": change.title,
            "ancestors": ancestors(change.parent),
            "body": storage(change.body),
            // A minor edit sends no mail to watchers.
            "version": { "number": change.version, "minorEdit": true, "message": change.message },
        }))
    }

    fn version(&self, id: &str, number: u64) -> Request {
        self.request(
            "GET",
            &format!(
                "/content/{}?status=historical&version={number}&expand=body.storage,version",
                encoded(id)
            ),
        )
    }

    fn operations(&self, id: &str) -> Request {
        self.request(
            "GET",
            &format!("/content/{}?expand=operations", encoded(id)),
        )
    }

    fn delete_attachment(&self, id: &str) -> Request {
        self.request("DELETE", &format!("/content/{}", encoded(id)))
    }

    fn delete(&self, id: &str) -> Request {
        self.request("DELETE", &format!("/content/{}", encoded(id)))
    }

    fn children(&self, id: &str) -> Request {
        self.request(
            "GET",
            &format!("/content/{}/child/page?limit=1", encoded(id)),
        )
    }

    fn property(&self, id: &str) -> Request {
        self.request(
            "GET",
            &format!("/content/{}/property/{PROPERTY}", encoded(id)),
        )
    }

    fn property_of(&self, answer: &Value) -> Option<Property> {
        let version = answer["version"]["number"].as_u64().unwrap_or_default();
        (answer["key"] == PROPERTY).then(|| Property {
            id: words(&answer["id"]),
            version,
            value: answer["value"].clone(),
        })
    }

    fn put_property(&self, id: &str, old: Option<&Property>, value: &Value) -> Request {
        let id = encoded(id);
        match old {
            None => self.request("POST", &format!("/content/{id}/property")).json(&json!({ "key": PROPERTY, "value": value })),
            Some(old) => self
                .request("PUT", &format!("/content/{id}/property/{PROPERTY}"))
                .json(&json!({ "key": PROPERTY, "value": value, "version": { "number": old.version + 1 } })),
        }
    }

    fn attachments(&self, id: &str, from: &str) -> Request {
        let start = if from.is_empty() { "0" } else { from };
        self.request(
            "GET",
            &format!(
                "/content/{}/child/attachment?limit={MANY}&start={start}&expand=version",
                encoded(id)
            ),
        )
    }

    fn next(&self, answer: &Value) -> Option<String> {
        answer["_links"]["next"].as_str()?;
        let start = answer["start"].as_u64()?;
        Some((start + results(answer).len() as u64).to_string())
    }

    fn comments(&self, id: &str) -> Request {
        let expand = "extensions.inlineProperties,extensions.resolution";
        self.request(
            "GET",
            &format!(
                "/content/{}/child/comment?location=inline&limit={MANY}&expand={expand}",
                encoded(id)
            ),
        )
    }

    fn resolved<'a>(&self, comment: &'a Value) -> Option<&'a str> {
        let about = &comment["extensions"];
        if about["resolution"]["status"] == "resolved" {
            about["inlineProperties"]["markerRef"].as_str()
        } else {
            None
        }
    }
}
