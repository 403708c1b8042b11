//! What a request names: the document that gets another name or place, and the file or folder that moves.

use super::names::Renamed;
use super::{Before, Move};
use crate::diagnostic::did_you_mean;
use crate::front_matter;
use crate::model::{Document, Kind, Meta};
use crate::parse::{CONTENT, Place};
use crate::site::{DocumentId, Origin, PageKey, Site};
use crate::slug::Slug;
use crate::source::{SitePath, locate};

/// The maximum length of a slug in bytes. Every file system accepts file names of this length.
pub const LONGEST: usize = 200;

/// What kind of document gets another name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A document with a name of its own.
    Document(Kind),
    /// Another telling of a story, named `story/variant`.
    Variant,
}

impl Subject {
    /// What moves when a name changes.
    pub(super) fn moves(
        self,
        before: &Before<'_>,
        old: &str,
        new: &str,
    ) -> Result<(Vec<Move>, Renamed), String> {
        match self {
            Self::Variant => variant(before, old, new),
            Self::Document(kind) => document(before, kind, &Slug::of(old), &valid(new)?),
        }
    }
}

impl Subject {
    /// Says that no document has a name.
    pub(super) fn unknown(self, site: &Site, name: &str) -> String {
        match self {
            Self::Document(kind) => unknown(site, kind, &Slug::of(name)),
            Self::Variant => format!("there is no variant `{name}`"),
        }
    }
}

/// A new name, which has to be a slug.
fn valid(name: &str) -> Result<Slug, String> {
    let slug = Slug::of(name);
    if slug.is_empty() {
        return Err(format!(
            "no address can be made from `{name}`; give a name with a letter or a digit"
        ));
    }
    if slug.as_str().len() > LONGEST {
        return Err(format!(
            "the name has {} bytes, and a name has {LONGEST} at most",
            slug.as_str().len()
        ));
    }
    if slug.as_str() != name {
        return Err(format!(
            "`{name}` is not a name for a file and its address; did you mean `{slug}`?"
        ));
    }
    Ok(slug)
}

fn document(
    before: &Before<'_>,
    kind: Kind,
    old: &Slug,
    new: &Slug,
) -> Result<(Vec<Move>, Renamed), String> {
    let site = before.site();
    let (id, renamed) = match site.find(kind, old) {
        Some(page) => (own_file(site, page)?, Renamed::Page(page, new.clone())),
        None => match sheet(site, kind, old) {
            Some(sheet) => (sheet, Renamed::Sheet(sheet, new.clone())),
            None => return gone(site, kind, old, new),
        },
    };
    let path = &site.document(id).path;
    refuse_second_file(site, kind, old)?;
    if old != new {
        refuse_taken(site, kind, new)?;
        refuse_telling_name(site, id)?;
    }
    let moves = if kind == Kind::Story {
        story_moves(site, path, old, new)?
    } else {
        vec![beside(path, new)]
    };
    refuse_occupied(before, &moves)?;
    Ok((moves, renamed))
}

/// A document that has its new name already, because its file was renamed by hand. Nothing moves.
fn gone(site: &Site, kind: Kind, old: &Slug, new: &Slug) -> Result<(Vec<Move>, Renamed), String> {
    let now = site
        .find(kind, new)
        .ok_or_else(|| unknown(site, kind, old))?;
    own_file(site, now)?;
    let old = old.clone();
    Ok((Vec::new(), Renamed::Gone { kind, old, now }))
}

/// The moves that somebody has made by hand: each path that a file of a gone name may have had, and the path of the file now.
pub(super) fn made_by_hand(site: &Site, renamed: &Renamed) -> Vec<Move> {
    let Renamed::Gone { kind, old, now } = renamed else {
        return Vec::new();
    };
    let Some(document) = site.document_of(*now).map(|id| site.document(id)) else {
        return Vec::new();
    };
    let path = &document.path;
    let folder = format!("{CONTENT}/{}", kind.folder());
    let step = |from: String, to: &str| Move {
        from: SitePath::new(from),
        to: SitePath::new(to),
    };
    let file = step(format!("{folder}/{old}.md"), path.as_str());
    match kind {
        Kind::Story if path.parent() == folder => {
            vec![
                file,
                step(format!("{folder}/{old}/index.md"), path.as_str()),
            ]
        }
        Kind::Story => vec![file, step(format!("{folder}/{old}"), path.parent())],
        Kind::Question | Kind::CaseStudy | Kind::Competency | Kind::Interview => vec![file],
    }
}

/// The file of a page, if it has one of its own.
fn own_file(site: &Site, page: PageKey) -> Result<DocumentId, String> {
    if let PageKey::Question(id) = page
        && let Some(item) = site.question_item(id)
    {
        let document = site.document(site.question(id).document);
        let text = document.body.file_text();
        let line = locate(text, item.span.range().start).line;
        return Err(format!(
            "the question `{}` is a heading in `{}`, line {line}, and its name comes from that heading; move it into a file of its own to give it another name",
            site.question(id).slug,
            document.path
        ));
    }
    site.document_of(page)
        .ok_or_else(|| "the home page has no other name".to_owned())
}

/// The file of several questions with a name.
fn sheet(site: &Site, kind: Kind, slug: &Slug) -> Option<DocumentId> {
    let is_sheet =
        |document: &Document| matches!(document.meta, Meta::Sheet(_)) && document.slug == *slug;
    let mut documents = site.documents.iter();
    let index = documents.position(|document| kind == Kind::Question && is_sheet(document))?;
    Some(DocumentId(index))
}

fn unknown(site: &Site, kind: Kind, slug: &Slug) -> String {
    let known = documents_of(site, kind).map(|document| document.slug.as_str());
    let help = did_you_mean(slug.as_str(), known).unwrap_or_else(|| {
        format!(
            "its name is that of its file in `{CONTENT}/{}`",
            kind.folder()
        )
    });
    format!("there is no {} `{slug}`; {help}", kind.noun())
}

/// The documents of a kind, sheets among them.
fn documents_of(site: &Site, kind: Kind) -> impl Iterator<Item = &Document> {
    site.documents.iter().map(|document| &**document).filter(
        move |document| matches!(Place::of(&document.path), Ok(Place::Document(of, _)) if of == kind),
    )
}

fn refuse_second_file(site: &Site, kind: Kind, slug: &Slug) -> Result<(), String> {
    let mut files = documents_of(site, kind).filter(|document| document.slug == *slug);
    match (files.next(), files.next()) {
        (Some(first), Some(second)) => Err(format!(
            "both `{}` and `{}` have the name `{slug}`; rename or join one of the two files first",
            first.path, second.path
        )),
        _ => Ok(()),
    }
}

fn refuse_taken(site: &Site, kind: Kind, slug: &Slug) -> Result<(), String> {
    let of_page = site
        .find(kind, slug)
        .and_then(|page| site.document_of(page));
    let of_file = || documents_of(site, kind).find(|document| document.slug == *slug);
    match of_page.map(|id| site.document(id)).or_else(of_file) {
        Some(document) => Err(format!(
            "there is {} `{slug}` already, in `{}`; give another name",
            kind.noun_with_article(),
            document.path
        )),
        None => Ok(()),
    }
}

/// Fails if only the name of a file says that the author asks its questions.
fn refuse_telling_name(site: &Site, id: DocumentId) -> Result<(), String> {
    let document = site.document(id);
    let text = document.body.file_text();
    let yaml = front_matter::split(text).map_or("", |split| &text[split.yaml.range()]);
    let has_kind = yaml.lines().any(|line| line.starts_with("kind:"));
    if !matches!(document.meta, Meta::Asks(_)) || has_kind {
        return Ok(());
    }
    Err(format!(
        "only the name of `{}` says that you ask these questions; add `kind: ask` to its front matter first",
        document.path
    ))
}

/// What moves when a story gets another name: its file or its folder, and a folder that holds variants beside its file.
fn story_moves(site: &Site, path: &SitePath, old: &Slug, new: &Slug) -> Result<Vec<Move>, String> {
    let mut folders: Vec<&str> = site
        .documents
        .iter()
        .filter(|document| is_in_folder_of(document, old))
        .map(|document| document.path.parent())
        .collect();
    folders.dedup();
    if let [one, other, ..] = folders[..] {
        return Err(format!(
            "the files of the story `{old}` are in `{one}` and in `{other}`; move them into one folder first"
        ));
    }
    let folder = folders
        .first()
        .map(|folder| beside(&SitePath::new(*folder), new));
    let is_one_file = path.parent() == format!("{CONTENT}/{}", Kind::Story.folder());
    let file = is_one_file.then(|| beside(path, new));
    Ok(folder.into_iter().chain(file).collect())
}

/// Whether a document is in a folder of a story: its `index.md` or a variant.
fn is_in_folder_of(document: &Document, story: &Slug) -> bool {
    match &document.meta {
        Meta::Story(_) => {
            let is_index = document.path.parent() != format!("{CONTENT}/{}", Kind::Story.folder());
            is_index && document.slug == *story
        }
        Meta::Variant(variant) => variant.story == *story,
        _ => false,
    }
}

/// A move to another name in the same folder. The ending of a file stays.
fn beside(path: &SitePath, slug: &Slug) -> Move {
    let name = match path.extension() {
        "" => slug.to_string(),
        ending => format!("{slug}.{ending}"),
    };
    Move {
        from: path.clone(),
        to: SitePath::new(format!("{}/{name}", path.parent())),
    }
}

fn variant(before: &Before<'_>, old: &str, new: &str) -> Result<(Vec<Move>, Renamed), String> {
    let site = before.site();
    let Some((story, variant)) = old.split_once('/') else {
        return Err(format!(
            "`{old}` does not say whose variant it is; write `STORY/VARIANT`, as in `the-outage/in-thirty-seconds`"
        ));
    };
    let (story, variant) = (Slug::of(story), Slug::of(variant));
    let new = match new.split_once('/') {
        None => valid(new)?,
        Some((same, new)) if same == story.as_str() => valid(new)?,
        Some((other, _)) => {
            return Err(format!(
                "a variant of the story `{story}` cannot become one of `{other}`: it would tell another story"
            ));
        }
    };
    let (page, document) = variant_named(site, &story, &variant)?;
    if new.as_str() == "index" {
        return Err(format!(
            "`index` is the name of the story's own file; give the variant `{variant}` another"
        ));
    }
    let step = beside(&document.path, &new);
    refuse_occupied(before, std::slice::from_ref(&step))?;
    if new != variant
        && let Ok((_, taken)) = variant_named(site, &story, &new)
    {
        return Err(format!(
            "the story `{story}` has a variant `{new}` already, in `{}`; give another name",
            taken.path
        ));
    }
    Ok((vec![step], Renamed::Page(page, new)))
}

/// The variant of a story that has a file.
fn variant_named<'a>(
    site: &'a Site,
    story: &Slug,
    variant: &Slug,
) -> Result<(PageKey, &'a Document), String> {
    let Some(id) = site.names.story(story.as_str()) else {
        return Err(unknown(site, Kind::Story, story));
    };
    let mut known = Vec::new();
    for telling in site.tellings(id) {
        let Origin::Variant(document) = site.telling(telling).origin else {
            continue;
        };
        let document = site.document(document);
        if document.slug == *variant {
            return Ok((PageKey::Telling(telling), document));
        }
        known.push(document.slug.as_str());
    }
    let help = did_you_mean(variant.as_str(), known).unwrap_or_else(|| {
        "a telling that comes from hashtags has the name of its competency".to_owned()
    });
    Err(format!(
        "the story `{story}` has no variant `{variant}`; {help}"
    ))
}

/// Fails if there is something at the place to which a file or a folder moves.
fn refuse_occupied(before: &Before<'_>, moves: &[Move]) -> Result<(), String> {
    for Move { from, to } in moves {
        if from == to {
            return Err(format!("`{from}` has this name already"));
        }
        let inputs = before.inputs;
        let documents = inputs.documents.iter().map(|file| &file.path);
        let is_there = |path: &&SitePath| {
            let rest = path.as_str().strip_prefix(to.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        if let Some(there) = documents.chain(&inputs.assets).find(is_there) {
            return Err(format!(
                "`{from}` cannot become `{to}`, because `{there}` is there; move that away or give another name"
            ));
        }
    }
    Ok(())
}

/// The move of a story in one file into a folder of its own; nothing for a story that has a folder.
pub(super) fn into_folder(before: &Before<'_>, slug: &Slug) -> Result<Vec<Move>, String> {
    let site = before.site();
    let Some(id) = site.names.story(slug.as_str()) else {
        return Err(unknown(site, Kind::Story, slug));
    };
    let path = &site.document(site.story(id).document).path;
    if path.parent() != format!("{CONTENT}/{}", Kind::Story.folder()) {
        return Ok(Vec::new());
    }
    refuse_second_file(site, Kind::Story, slug)?;
    let name = path
        .as_str()
        .rsplit_once('.')
        .map_or(path.as_str(), |(stem, _)| stem);
    let step = Move {
        from: path.clone(),
        to: SitePath::new(format!("{name}/index.{}", path.extension())),
    };
    let moves = vec![step];
    refuse_occupied(before, &moves)?;
    Ok(moves)
}
