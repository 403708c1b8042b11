//! The names of pages after a change, and which page a link by name then leads to.

use std::collections::HashMap;

use crate::model::{Kind, Meta};
use crate::site::{DocumentId, Origin, PageKey, Site, TellingId};
use crate::slug::{PageName, Slug};

/// What gets another name.
#[derive(Debug)]
pub(super) enum Renamed {
    /// A page, and with it everything whose name is made from it.
    Page(PageKey, Slug),
    /// A file of several questions, which has no page.
    Sheet(DocumentId, Slug),
    /// A document whose file has its new name already: only what refers to the old one changes.
    Gone {
        /// What the old name was of.
        kind: Kind,
        /// The name that no document has any more.
        old: Slug,
        /// The page under its new name.
        now: PageKey,
    },
}

/// The names after a change.
pub(super) struct Names<'a> {
    site: &'a Site,
    renamed: Option<&'a Renamed>,
    /// The pages of each slug after the change; of a story, the page of the story itself.
    by_slug: HashMap<Slug, Vec<PageKey>>,
}

impl<'a> Names<'a> {
    /// The names of a site that keeps all of them.
    pub fn unchanged(site: &'a Site) -> Self {
        Self::of(site, None)
    }

    /// The names of a site after one gets another.
    pub fn with(site: &'a Site, renamed: &'a Renamed) -> Self {
        Self::of(site, Some(renamed))
    }

    fn of(site: &'a Site, renamed: Option<&'a Renamed>) -> Self {
        let mut names = Self {
            site,
            renamed,
            by_slug: HashMap::new(),
        };
        for page in pages(site) {
            if let Some(slug) = names.name(page).slug() {
                names.by_slug.entry(slug.clone()).or_default().push(page);
            }
        }
        names
    }

    /// The new slug of the page of a kind that has a slug; `None` if there is no such page, or if it keeps its slug.
    pub fn renamed(&self, kind: Kind, slug: &Slug) -> Option<&Slug> {
        let page = match self.site.find(kind, slug) {
            Some(page) => page,
            None => self.after_gone(kind, slug)?,
        };
        let new = self.slug(page)?;
        (new != slug).then_some(new)
    }

    /// The page that a name of a kind meant before its file, or that of its story, got another name.
    fn after_gone(&self, kind: Kind, slug: &Slug) -> Option<PageKey> {
        let Some(Renamed::Gone {
            kind: gone,
            old,
            now,
        }) = self.renamed
        else {
            return None;
        };
        if kind == *gone && slug == old {
            return Some(*now);
        }
        // A follow-up has the name of its story before its own.
        let rest = slug.as_str().strip_prefix(old.shortened().as_str())?;
        let new = format!("{}{rest}", self.site.name(*now).slug()?.shortened());
        let is_follow_up = *gone == Kind::Story && kind == Kind::Question && rest.starts_with('-');
        self.site
            .find(kind, &Slug::of(&new))
            .filter(|_| is_follow_up)
    }

    /// The slug that a document has before the change, and the one that it has afterwards.
    pub fn old_and_new(&self) -> Option<(Slug, Slug)> {
        match self.renamed? {
            Renamed::Page(page, new) => Some((self.site.name(*page).slug()?.clone(), new.clone())),
            Renamed::Sheet(sheet, new) => {
                Some((self.site.document(*sheet).slug.clone(), new.clone()))
            }
            Renamed::Gone { old, now, .. } => {
                Some((old.clone(), self.site.name(*now).slug()?.clone()))
            }
        }
    }

    /// Whether only references to a name that is gone change.
    pub fn is_repair(&self) -> bool {
        matches!(self.renamed, Some(Renamed::Gone { .. }))
    }

    /// The new name in a link by name that leads nowhere; `None` if it does not name what is gone.
    pub fn repaired(&self, name: &str) -> Option<String> {
        let Some(Renamed::Gone { kind, .. }) = self.renamed else {
            return None;
        };
        let mut parts: Vec<String> = name.split('/').map(str::to_owned).collect();
        let place = match parts.len() {
            1 => 0,
            2 if Kind::named(parts[0].trim()).is_some() => 1,
            2 if *kind == Kind::Story => 0,
            2 => 1,
            3 if *kind == Kind::Story => 1,
            _ => parts.len() - 1,
        };
        let part = &parts[place];
        let slug = Slug::of(without_ending(part.trim()));
        let kinds = match Kind::named(parts[0].trim()) {
            Some(kind) if parts.len() == 2 => vec![kind],
            _ => vec![*kind, Kind::Question],
        };
        let new = kinds.iter().find_map(|&kind| self.renamed(kind, &slug))?;
        parts[place] = with_slug(part, new);
        let short = parts.join("/");
        let is_ambiguous = parts.len() == 1 && self.candidates(&short).len() > 1;
        Some(if is_ambiguous {
            format!("{}/{short}", kinds[0].folder())
        } else {
            short
        })
    }

    /// The new slug of a page.
    fn slug(&self, page: PageKey) -> Option<&Slug> {
        let name = self.name(page);
        let (slug, _) = self.by_slug.get_key_value(name.slug()?)?;
        Some(slug)
    }

    /// The new name of a page.
    pub fn name(&self, page: PageKey) -> PageName {
        let name = self.site.name(page);
        let Some(Renamed::Page(renamed, new)) = self.renamed else {
            return name;
        };
        match name {
            PageName::Home => name,
            PageName::Story(_) if page == *renamed => PageName::Story(new.clone()),
            PageName::Telling(story, telling) => self.telling(page, story, telling),
            PageName::Question(_) if page == *renamed => PageName::Question(new.clone()),
            PageName::Question(slug) => PageName::Question(self.follow_up(page).unwrap_or(slug)),
            PageName::CaseStudy(_) if page == *renamed => PageName::CaseStudy(new.clone()),
            PageName::Competency(_) if page == *renamed => PageName::Competency(new.clone()),
            PageName::Interview(_) if page == *renamed => PageName::Interview(new.clone()),
            name => name,
        }
    }

    /// The new name of a telling besides that of the story itself. A telling from hashtags has the name of its competency.
    fn telling(&self, page: PageKey, story: Slug, telling: Slug) -> PageName {
        let (Some(Renamed::Page(renamed, new)), PageKey::Telling(id)) = (self.renamed, page) else {
            return PageName::Telling(story, telling);
        };
        let new_telling = match self.site.telling(id).origin {
            Origin::Emphasis(of) if PageKey::Competency(of) == *renamed => new.clone(),
            Origin::Cut(of) if PageKey::Competency(of) == *renamed => {
                Slug::of(&format!("{new}-cut"))
            }
            _ if page == *renamed => new.clone(),
            _ => telling,
        };
        let is_of_story = PageKey::story(id.story) == *renamed;
        PageName::Telling(if is_of_story { new.clone() } else { story }, new_telling)
    }

    /// The new slug of a follow-up in a file of a story that gets another name.
    fn follow_up(&self, page: PageKey) -> Option<Slug> {
        let (Renamed::Page(renamed, new), PageKey::Question(id)) = (self.renamed?, page) else {
            return None;
        };
        let question = self.site.question(id);
        let is_in_story = matches!(
            self.site.document(question.document).meta,
            Meta::Story(_) | Meta::Variant(_)
        );
        let item = self.site.question_item(id).filter(|_| is_in_story)?;
        let is_renamed = question.about.map(PageKey::story) == Some(*renamed);
        is_renamed.then(|| Slug::of(&format!("{}-{}", new.shortened(), item.slug)))
    }

    /// The new slug of the file of several questions that a link names, if that gets another name.
    pub fn sheet(&self, slug: &Slug) -> Option<&Slug> {
        match self.renamed {
            Some(Renamed::Sheet(sheet, new)) if self.site.document(*sheet).slug == *slug => {
                Some(new)
            }
            _ => None,
        }
    }

    /// Whether a link by name leads to a page, and to no other, after the change.
    pub fn leads_to(&self, name: &str, page: PageKey) -> bool {
        self.candidates(name) == [page]
    }

    /// The pages that a name means after the change.
    fn candidates(&self, name: &str) -> Vec<PageKey> {
        let parts: Vec<&str> = without_ending(name).split('/').map(str::trim).collect();
        match parts.as_slice() {
            [slug] => self.pages(slug).to_vec(),
            [kind, slug] if Kind::named(kind).is_some() => {
                let kind = Kind::named(kind);
                let pages = self.pages(slug).iter().copied();
                pages.filter(|page| page.kind() == kind).collect()
            }
            [story, telling] | ["stories" | "story", story, telling] => self
                .tellings(story, &Slug::of(telling))
                .into_iter()
                .collect(),
            _ => Vec::new(),
        }
    }

    /// The page that a link by name leads to, if it is the only one.
    pub fn only_page(&self, name: &str) -> Option<PageKey> {
        match self.candidates(name)[..] {
            [page] => Some(page),
            _ => None,
        }
    }

    fn pages(&self, name: &str) -> &[PageKey] {
        self.by_slug.get(&Slug::of(name)).map_or(&[], Vec::as_slice)
    }

    fn tellings(&self, story: &str, telling: &Slug) -> Option<PageKey> {
        let story = self.pages(story).iter().find_map(|page| match page {
            PageKey::Telling(id) => Some(id.story),
            _ => None,
        })?;
        let mut tellings = self.site.tellings(story).map(PageKey::Telling);
        tellings.find(|&page| self.name(page).slug() == Some(telling))
    }

    /// The new name under which a page can always be linked to.
    pub fn full(&self, page: PageKey) -> String {
        match self.name(page) {
            PageName::Home => "home".to_owned(),
            PageName::Telling(story, telling) => format!("stories/{story}/{telling}"),
            name => {
                let folder = page.kind().map_or("", Kind::folder);
                format!("{folder}/{}", name.slug().map_or("", Slug::as_str))
            }
        }
    }
}

/// A part of a name with another slug. The white space around it and an ending `.md` stay.
pub(super) fn with_slug(part: &str, slug: &Slug) -> String {
    let words = part.trim();
    let start = part.len() - part.trim_start().len();
    let ending = &words[without_ending(words).len()..];
    let (before, after) = (&part[..start], &part[start + words.len()..]);
    format!("{before}{slug}{ending}{after}")
}

/// A name in a link without the ending of Markdown files.
pub(super) fn without_ending(name: &str) -> &str {
    let end = name.len().checked_sub(".md".len());
    match end.and_then(|end| name.split_at_checked(end)) {
        Some((stem, ending)) if ending.eq_ignore_ascii_case(".md") => stem,
        _ => name,
    }
}

/// The pages that links can name by a slug alone.
fn pages(site: &Site) -> impl Iterator<Item = PageKey> {
    let stories = site.stories().map(PageKey::story);
    let questions = site.questions().map(PageKey::Question);
    let cases = site.case_studies().map(PageKey::CaseStudy);
    let competencies = site.competencies().map(PageKey::Competency);
    let interviews = site.interviews().map(PageKey::Interview);
    let asks = site.asks_lists().map(PageKey::Asks);
    let bank = stories.chain(questions).chain(cases).chain(competencies);
    bank.chain(interviews).chain(asks)
}

/// All pages of things.
pub(super) fn all_pages(site: &Site) -> impl Iterator<Item = PageKey> {
    let variants = site.stories().flat_map(|story| site.tellings(story));
    let variants = variants
        .filter(|id: &TellingId| !id.is_main())
        .map(PageKey::Telling);
    pages(site).chain(variants)
}
