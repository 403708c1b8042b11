//! What each page shows: a route of a site becomes a view, which is all that its template sees.

mod lists;
mod pieces;
mod question;
mod story;
mod types;

use serde::Serialize;

use crate::html::{Context, PageWriter};
use crate::model::{Audience, Kind};
use crate::route::Route;
use crate::site::{PageKey, Site};

pub use pieces::clock;
pub use story::times;
pub use types::*;

/// The view of a page.
#[derive(Debug, Serialize, Hash)]
#[serde(untagged)]
pub enum View<'a> {
    /// The page at the root of the site.
    Home(HomePage<'a>),
    /// A page of the list of stories.
    Stories(StoriesPage<'a>),
    /// A page of the list of questions.
    Questions(QuestionsPage<'a>),
    /// The list of case studies.
    CaseStudies(CaseStudiesPage<'a>),
    /// The list of competencies.
    Competencies(CompetenciesPage<'a>),
    /// The page of a story, or of another telling of it.
    Story(Box<StoryPage<'a>>),
    /// The page of a question, of the bank or about a story.
    Question(Box<QuestionPage<'a>>),
    /// The page of a case study.
    CaseStudy(Box<CaseStudyPage<'a>>),
    /// The page of a competency.
    Competency(Box<CompetencyPage<'a>>),
    /// A page of the matrix of stories and competencies; only the author has it.
    Matrix(MatrixPage<'a>),
    /// Which question has its story; only the author has it.
    Coverage(CoveragePage<'a>),
    /// What reviewers asked and what follow-ups lack; only the author has it.
    OpenPoints(OpenPointsPage<'a>),
    /// The page for lost visitors.
    NotFound(NotFoundPage<'a>),
}

impl View<'_> {
    /// The template that shows it.
    pub fn template(&self) -> &'static str {
        match self {
            Self::Home(_) => "home.html",
            Self::Stories(_) => "stories.html",
            Self::Questions(_) => "questions.html",
            Self::CaseStudies(_) => "case-studies.html",
            Self::Competencies(_) => "competencies.html",
            Self::Story(_) => "story.html",
            Self::Question(_) => "question.html",
            Self::CaseStudy(_) => "case-study.html",
            Self::Competency(_) => "competency.html",
            Self::Matrix(_) => "matrix.html",
            Self::Coverage(_) => "coverage.html",
            Self::OpenPoints(_) => "open-points.html",
            Self::NotFound(_) => "404.html",
        }
    }
}

/// A page of a site: its address and the thing that it shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its address, which is also the path of its file.
    pub route: Route,
    shows: Shows,
}

impl Page {
    /// The thing that the page is about; `None` for lists and views of the whole.
    pub fn key(&self) -> Option<PageKey> {
        match self.shows {
            Shows::Thing(key) => Some(key),
            Shows::Whole => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Shows {
    Thing(PageKey),
    /// A list, a view of the whole, or the page for lost visitors: its route says all.
    Whole,
}

/// Every page of a site. The pages that take longest to make come first: otherwise a build would wait for them at its end.
pub fn pages(site: &Site) -> Vec<Page> {
    let whole = |route| Page { route, shows: Shows::Whole };
    let thing = |key| Page { route: Route::of(site, key), shows: Shows::Thing(key) };
    let mut pages = vec![thing(PageKey::Home), whole(Route::NotFound)];
    for kind in Kind::ALL {
        let entries = lists::entries(site, kind);
        pages.extend(
            (1..=lists::pages_of(entries, lists::per_page(kind))).filter(|_| entries > 0).map(|page| whole(Route::List(kind, page))),
        );
    }
    if site.audience == Audience::Private {
        if !site.stories.is_empty() && !site.competencies.is_empty() {
            pages.extend((1..=lists::pages_of(site.stories.len(), lists::MATRIX_ROWS)).map(|page| whole(Route::Matrix(page))));
        }
        if !site.questions.is_empty() {
            pages.push(whole(Route::Coverage));
        }
        pages.push(whole(Route::OpenPoints));
    }
    pages.extend(site.competencies().map(PageKey::Competency).map(thing));
    pages.extend(site.questions().map(PageKey::Question).map(thing));
    pages.extend(site.case_studies().map(PageKey::CaseStudy).map(thing));
    pages.extend(site.stories().flat_map(|story| site.tellings(story)).map(PageKey::Telling).map(thing));
    pages
}

/// The page at an address; `None` if the site has no page there.
pub fn page(site: &Site, route: &Route) -> Option<Page> {
    let is_private = site.audience == Audience::Private;
    let is_of_list = |number: u32, entries, per_page| entries > 0 && (1..=lists::pages_of(entries, per_page)).contains(&number);
    if let Some(name) = route.page_name() {
        return site.page(&name).map(|key| Page { route: route.clone(), shows: Shows::Thing(key) });
    }
    let is_there = match route {
        Route::List(kind, number) => is_of_list(*number, lists::entries(site, *kind), lists::per_page(*kind)),
        Route::Matrix(number) => is_private && !site.competencies.is_empty() && is_of_list(*number, site.stories.len(), lists::MATRIX_ROWS),
        Route::Coverage => is_private && !site.questions.is_empty(),
        Route::OpenPoints => is_private,
        _ => *route == Route::NotFound,
    };
    is_there.then(|| Page { route: route.clone(), shows: Shows::Whole })
}

/// What is the same on every page.
pub fn site_view<'a>(site: &'a Site, style: &str) -> SiteView<'a> {
    let has = |kind| lists::entries(site, kind) > 0;
    let is_private = site.audience == Audience::Private;
    let entries = [
        ("questions", "Questions", Route::List(Kind::Question, 1), has(Kind::Question)),
        ("stories", "Stories", Route::List(Kind::Story, 1), has(Kind::Story)),
        ("competencies", "Competencies", Route::List(Kind::Competency, 1), has(Kind::Competency)),
        ("case-studies", "Case studies", Route::List(Kind::CaseStudy, 1), has(Kind::CaseStudy)),
        ("matrix", "Matrix", Route::Matrix(1), is_private && has(Kind::Story) && has(Kind::Competency)),
        ("coverage", "Coverage", Route::Coverage, is_private && has(Kind::Question)),
        ("open-points", "Open points", Route::OpenPoints, is_private),
    ];
    let nav = entries.into_iter().filter(|entry| entry.3).map(|(section, label, route, _)| NavEntry { section, label, url: route.path() });
    SiteView {
        title: &site.config.title,
        language: &site.config.language,
        direction: crate::config::direction(&site.config.language),
        audience: site.audience.name(),
        nav: nav.collect(),
        style_version: format!("{:08x}", xxhash_rust::xxh3::xxh3_64(style.as_bytes()) >> 32),
    }
}

/// The view of a page. `style` is the style sheet of the theme, for the one page that carries it along.
pub fn view<'a>(context: Context<'a>, page: &'a Page, style: &'a str) -> View<'a> {
    let mut writer = PageWriter::new(context, &page.route);
    let writer = &mut writer;
    match &page.shows {
        Shows::Thing(PageKey::Home) => View::Home(lists::home(writer)),
        Shows::Thing(PageKey::Telling(telling)) => View::Story(Box::new(story::page(writer, *telling))),
        Shows::Thing(PageKey::Question(question)) => View::Question(Box::new(question::page(writer, *question))),
        Shows::Thing(PageKey::CaseStudy(case)) => View::CaseStudy(Box::new(story::case_study_page(writer, *case))),
        Shows::Thing(PageKey::Competency(competency)) => View::Competency(Box::new(question::competency_page(writer, *competency))),
        Shows::Whole => whole(writer, &page.route, style),
    }
}

fn whole<'a>(writer: &mut PageWriter<'a>, route: &'a Route, style: &'a str) -> View<'a> {
    match route {
        Route::List(Kind::Story, number) => View::Stories(lists::stories(writer, *number)),
        Route::List(Kind::Question, number) => View::Questions(lists::questions(writer, *number)),
        Route::List(Kind::CaseStudy, _) => View::CaseStudies(lists::case_studies(writer)),
        Route::List(Kind::Competency, _) => View::Competencies(lists::competencies(writer)),
        Route::Matrix(number) => View::Matrix(lists::matrix(writer, *number)),
        Route::Coverage => View::Coverage(lists::coverage(writer)),
        Route::OpenPoints => View::OpenPoints(lists::open_points(writer)),
        Route::NotFound
        | Route::Home
        | Route::Story(_)
        | Route::Telling(..)
        | Route::Question(_)
        | Route::CaseStudy(_)
        | Route::Competency(_)
        | Route::Static(_)
        | Route::Asset(_) => View::NotFound(NotFoundPage { page: pieces::not_found_head(writer), style }),
    }
}
