//! What would be sent to a wiki, as files to look at; and the way back, from a page of the wiki to the file of its author.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::draft::dialect;
use super::{Draft, Standing};
use crate::config::Target;
use crate::highlight::Highlighter;
use crate::slug::Slug;
use crate::source::SitePath;
use crate::wiki::back::{Names, markdown};
use crate::wiki::page::Block;
use crate::wiki::{Dialect, link_to_page};

/// The folder of the pages, from the top.
const PAGES: &str = "pages";

/// What would be sent, as files with their paths: a list of the pages, the pages, and their pictures beside them.
pub fn sheets(draft: &Draft, target: &Target) -> Vec<(String, Arc<[u8]>)> {
    let ending = match dialect(&target.place) {
        Dialect::Markdown(_) => "md",
        Dialect::Html => "html",
        Dialect::Confluence => "xml",
        Dialect::Mediawiki => "wiki",
        Dialect::Dokuwiki => "txt",
    };
    let path = |case: &Slug| format!("{PAGES}/{case}.{ending}");
    let mut list = format!("# What would be sent to `{}`, for the audience `{}`\n", target.name, target.audience.name());
    let mut files = Vec::new();
    for page in &draft.pages {
        let path = path(&page.case);
        list.push_str(&format!("\n- “{}”, to stand at `{}`: [{path}]({path})\n", page.name.title, page.name.path));
        let pictures = page.attachments.iter().map(|name| format!("  - the picture [{name}]({PAGES}/pictures/{name})\n"));
        list.extend(pictures);
        files.push((path, Arc::from(page.text.as_bytes())));
    }
    let sent = draft.pages.iter().flat_map(|page| &page.attachments);
    let pictures: BTreeMap<&String, &Arc<[u8]>> = sent.filter_map(|name| draft.pictures.get_key_value(name)).collect();
    files.extend(pictures.into_iter().map(|(name, bytes)| (format!("{PAGES}/pictures/{name}"), Arc::clone(bytes))));
    files.push(("index.md".to_owned(), Arc::from(list.as_bytes())));
    files
}

/// A page as it stands on the wiki, as Markdown for the file of its author.
pub fn as_markdown(draft: &Draft, target: &Target, case: &Slug, standing: &Standing, highlighter: &Highlighter) -> String {
    let dialect = dialect(&target.place);
    let own = draft.cases.iter().find(|other| other.slug == *case);
    let file = own.map(|own| own.file.clone()).unwrap_or_else(|| SitePath::new(""));
    let pictures = draft.sources.iter().map(|(name, path)| (name.clone(), relative(&file, path))).collect();
    let address = |case: &Slug| match dialect {
        Dialect::Markdown(flavour) => {
            let link = link_to_page(flavour, &draft.names[case]);
            link.rsplit_once("](").map(|(_, address)| address.trim_end_matches(')').to_owned()).unwrap_or_default()
        }
        _ => draft.names[case].path.clone(),
    };
    let others = draft.cases.iter().filter(|other| draft.names.contains_key(&other.slug));
    let pages = others.map(|other| (address(&other.slug), relative(&file, &other.file))).collect();
    let apart = own.map_or(Vec::new(), |own| from_front_matter(&own.page.blocks));
    markdown(
        dialect,
        &standing.text,
        &Names { pictures, pages, title: own.map_or(String::new(), |own| own.title.clone()), apart },
        highlighter,
    )
}

/// What of a page does not come from the text of its file.
fn from_front_matter(blocks: &[Block]) -> Vec<Block> {
    let mut apart: Vec<Block> = blocks.iter().filter(|block| matches!(block, Block::Facts(_) | Block::Actions(_))).cloned().collect();
    // Without a section about them, the action items come with a heading at the end.
    if let [.., heading @ Block::Heading(_), Block::Actions(_)] = blocks {
        apart.insert(0, heading.clone());
    }
    apart
}

/// A file as another one names it.
fn relative(from: &SitePath, to: &SitePath) -> String {
    let folder: Vec<&str> = from.parent().split('/').filter(|part| !part.is_empty()).collect();
    let path: Vec<&str> = to.as_str().split('/').collect();
    let same = folder.iter().zip(&path).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..", folder.len() - same);
    up.chain(path[same..].iter().copied()).collect::<Vec<_>>().join("/")
}
