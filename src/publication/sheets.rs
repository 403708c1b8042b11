//! The pages of a publication as files for review, and the way back from a page of the wiki to Markdown.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Draft;
use crate::config::Target;
use crate::highlight::Highlighter;
use crate::slug::Slug;
use crate::source::SitePath;
use crate::wiki::back::{Names, markdown};
use crate::wiki::page::Block;
use crate::wiki::{Dialect, Location, link_to_page};

/// The folder of the pages.
const PAGES: &str = "pages";

/// What would be sent, as files with their paths: an index, the pages, and their pictures.
pub fn sheets(draft: &Draft, target: &Target) -> Vec<(String, Arc<[u8]>)> {
    let ending = match Dialect::of(&target.backend) {
        Dialect::Markdown(_) => "md",
        Dialect::Html => "html",
        Dialect::Confluence => "xml",
        Dialect::Mediawiki => "wiki",
        Dialect::Dokuwiki => "txt",
    };
    let path = |case: &Slug| format!("{PAGES}/{case}.{ending}");
    let mut list = format!(
        "# What would be sent to `{}`, for the audience `{}`\n",
        target.name,
        target.audience.name()
    );
    let mut files = Vec::new();
    for page in &draft.pages {
        let path = path(&page.case);
        list.push_str(&format!(
            "\n- “{}”, to stand at `{}`: [{path}]({path})\n",
            page.location.title, page.location.path
        ));
        let pictures = page
            .attachments
            .iter()
            .map(|name| format!("  - the picture [{name}]({PAGES}/pictures/{name})\n"));
        list.extend(pictures);
        files.push((path, Arc::from(page.text.as_bytes())));
    }
    let sent = draft.pages.iter().flat_map(|page| &page.attachments);
    let pictures: BTreeMap<&String, &Arc<[u8]>> = sent
        .filter_map(|name| draft.pictures.get_key_value(name))
        .collect();
    files.extend(
        pictures
            .into_iter()
            .map(|(name, bytes)| (format!("{PAGES}/pictures/{name}"), Arc::clone(bytes))),
    );
    files.push(("index.md".to_owned(), Arc::from(list.as_bytes())));
    files
}

/// Converts the text of a page on the wiki to Markdown for the source file.
pub fn as_markdown(
    draft: &Draft,
    target: &Target,
    case: &Slug,
    text: &str,
    highlighter: &Highlighter,
) -> String {
    let dialect = Dialect::of(&target.backend);
    let own = draft.cases.iter().find(|other| other.slug == *case);
    let file = own
        .map(|own| own.file.clone())
        .unwrap_or_else(|| SitePath::new(""));
    let pictures = draft
        .sources
        .iter()
        .map(|(name, path)| (name.clone(), relative(&file, path)))
        .collect();
    let pages = draft.cases.iter().filter_map(|other| {
        let location = draft.locations.get(&other.slug)?;
        Some((address(dialect, location), relative(&file, &other.file)))
    });
    let title = own.map_or(String::new(), |own| own.title.clone());
    let apart = own.map_or(Vec::new(), |own| from_front_matter(&own.page.blocks));
    markdown(
        dialect,
        text,
        &Names {
            pictures,
            pages: pages.collect(),
            title,
            apart,
        },
        highlighter,
    )
}

/// The address of a page in links on the wiki.
fn address(dialect: Dialect, location: &Location) -> String {
    match dialect {
        Dialect::Markdown(flavour) => {
            let link = link_to_page(flavour, location);
            link.rsplit_once("](")
                .map(|(_, address)| address.trim_end_matches(')').to_owned())
                .unwrap_or_default()
        }
        _ => location.path.clone(),
    }
}

/// The blocks of a page that come from front matter.
fn from_front_matter(blocks: &[Block]) -> Vec<Block> {
    let mut apart: Vec<Block> = blocks
        .iter()
        .filter(|block| matches!(block, Block::Facts(_) | Block::Actions(_)))
        .cloned()
        .collect();
    // Action items without a section of their own get a heading at the end.
    if let [.., heading @ Block::Heading(_), Block::Actions(_)] = blocks {
        apart.insert(0, heading.clone());
    }
    apart
}

/// The relative path from one file to another.
fn relative(from: &SitePath, to: &SitePath) -> String {
    let folder: Vec<&str> = from
        .parent()
        .split('/')
        .filter(|part| !part.is_empty())
        .collect();
    let path: Vec<&str> = to.as_str().split('/').collect();
    let same = folder.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - same);
    up.chain(path[same..].iter().copied())
        .collect::<Vec<_>>()
        .join("/")
}
