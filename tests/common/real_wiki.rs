//! Looks up and writes single pages of a real wiki.

use std::fs;
use std::path::Path;

use storybank::plan::{Digest, Recorded, RemotePage};
use storybank::publish::{Error, Lookup, Pictures, Wiki, Write};
use storybank::wiki::RenderedPage;

pub fn look(wiki: &mut dyn Wiki, page: &RenderedPage) -> Result<Option<RemotePage>, Error> {
    let sought = Lookup {
        location: &page.location,
        recorded: None,
        attachments: &page.attachments,
    };
    Ok(wiki.look(&[sought])?.remove(0))
}

/// Writes a page over the revision that was looked up.
pub fn write(
    wiki: &mut dyn Wiki,
    page: &RenderedPage,
    over: Option<&RemotePage>,
    pictures: &Pictures,
) -> Result<String, Error> {
    wiki.write(&Write {
        page,
        over,
        pictures,
        message: "0123 published",
    })
}

/// The record of a page that was written.
pub fn recorded(page: &RenderedPage) -> Recorded {
    Recorded {
        case: page.case.as_str().to_owned(),
        path: page.location.path.clone(),
        title: page.location.title.clone(),
        id: page.location.path.clone(),
        written: Some(Digest::of(&page.text)),
        intended: Vec::new(),
        attachments: Vec::new(),
    }
}

/// The reviewed text of a page of HTML elements for a kind of wiki, without the warnings below it.
pub fn reviewed(kind: &str) -> String {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/own_html/{kind}.txt"));
    let text = fs::read_to_string(file).expect("it is there");
    let (page, _) = text.rsplit_once("\n----\n").expect("warnings follow");
    page.to_owned()
}
