//! The files of data for scripts.

use serde::Serialize;

use crate::route::{Data, DataFile, DataFormat, Route};
use crate::site::{PageKey, Site};

/// A question in the list for scripts.
#[derive(Serialize)]
struct Question<'a> {
    slug: &'a str,
    title: &'a str,
    /// The address from the root of the site, percent-encoded.
    address: String,
}

/// The content of a file of data.
pub fn data(site: &Site, file: DataFile) -> Vec<u8> {
    let value = match file.data {
        Data::Questions => serde_json::to_string(&questions(site)),
    };
    // Only a map with keys that are not strings cannot be written.
    let value =
        value.unwrap_or_else(|error| unreachable!("data for scripts is made of texts: {error}"));
    match file.format {
        DataFormat::Json => value.into_bytes(),
        DataFormat::Script => format!(
            "(globalThis.storybank ??= {{}})[\"{}\"] = {value};\n",
            file.data.name()
        )
        .into_bytes(),
    }
}

fn questions(site: &Site) -> Vec<Question<'_>> {
    let entry = |id| Question {
        slug: site.question(id).slug.as_str(),
        title: site.wording(id),
        address: Route::Home.link_to(&Route::of(site, PageKey::Question(id))),
    };
    site.questions().map(entry).collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::sync::Arc;

    use super::*;
    use crate::config::Config;
    use crate::model::Audience;
    use crate::parse::parse;
    use crate::site::link;
    use crate::source::SitePath;

    #[test]
    fn both_formats_hold_the_same_questions() {
        let file = SitePath::new("content/questions/why-now.md");
        let document = parse(&file, b"---\nquestion: Why \"now\"?\n---\n")
            .document
            .expect("it is a question");
        let (site, _) = link(
            &Arc::new(Config::default()),
            Audience::Private,
            vec![Arc::new(document)],
            &BTreeSet::new(),
        );
        let text = |format| {
            String::from_utf8(data(
                &site,
                DataFile {
                    data: Data::Questions,
                    format,
                },
            ))
            .expect("it is text")
        };
        let expected =
            r#"[{"slug":"why-now","title":"Why \"now\"?","address":"questions/why-now.html"}]"#;
        assert_eq!(text(DataFormat::Json), expected);
        assert_eq!(
            text(DataFormat::Script),
            format!("(globalThis.storybank ??= {{}})[\"questions\"] = {expected};\n")
        );
    }
}
