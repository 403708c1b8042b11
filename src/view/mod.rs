//! The data of each page: a route of a site becomes a view, which holds everything that its template sees.

mod data;
mod interview;
mod lists;
mod open_points;
mod pieces;
mod question;
mod story;
mod telling;
mod types;

use std::collections::HashSet;

use serde::Serialize;

use crate::html::{Context, PageWriter};
use crate::model::{Audience, Kind};
use crate::phrases::{Phrases, Word, word};
use crate::route::Route;
use crate::site::{PageKey, Site};

pub use data::data;
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
    /// The list of interviews; only the author has it.
    Interviews(InterviewsPage<'a>),
    /// The page of an interview; only the author has it.
    Interview(Box<InterviewPage<'a>>),
    /// Questions that the author asks.
    Asks(AsksPage<'a>),
    /// A page of the matrix of stories and competencies; only the author has it.
    Matrix(MatrixPage<'a>),
    /// How many stories answer each question of the bank; only the author has it.
    Coverage(CoveragePage<'a>),
    /// Open remarks of reviewers, and follow-ups without an answer; only the author has it.
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
            Self::Interviews(_) => "interviews.html",
            Self::Interview(_) => "interview.html",
            Self::Asks(_) => "asks.html",
            Self::Matrix(_) => "matrix.html",
            Self::Coverage(_) => "coverage.html",
            Self::OpenPoints(_) => "open-points.html",
            Self::NotFound(_) => "404.html",
        }
    }
}

/// A page of a site.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its address, which is also the path of its file.
    pub route: Route,
    /// The thing that the page is about; `None` for lists and overviews.
    pub key: Option<PageKey>,
}

/// Every page of a site, the slowest first. Then a parallel build does not wait for one of them at its end.
pub fn pages(site: &Site) -> Vec<Page> {
    let page = |key| Page {
        route: Route::of(site, key),
        key: Some(key),
    };
    let mut pages = vec![page(PageKey::Home)];
    pages.extend(
        lists_and_overviews(site)
            .into_iter()
            .map(|route| Page { route, key: None }),
    );
    pages.extend(site.competencies().map(PageKey::Competency).map(page));
    pages.extend(site.interviews().map(PageKey::Interview).map(page));
    pages.extend(site.asks_lists().map(PageKey::Asks).map(page));
    pages.extend(site.questions().map(PageKey::Question).map(page));
    pages.extend(site.case_studies().map(PageKey::CaseStudy).map(page));
    pages.extend(
        site.stories()
            .flat_map(|story| site.tellings(story))
            .map(PageKey::Telling)
            .map(page),
    );
    pages
}

/// The lists and the other pages that are not about one document. Only the author has the matrix, the coverage and the open points.
fn lists_and_overviews(site: &Site) -> Vec<Route> {
    let mut routes = vec![Route::NotFound];
    for kind in Kind::ALL
        .into_iter()
        .filter(|&kind| lists::entries(site, kind) > 0)
    {
        let count = lists::pages_of(lists::entries(site, kind), lists::per_page(kind));
        routes.extend((1..=count).map(|number| Route::List(kind, number)));
    }
    if site.audience == Audience::Private {
        if !site.stories.is_empty() && !site.competencies.is_empty() {
            routes.extend(
                (1..=lists::pages_of(site.stories.len(), lists::MATRIX_ROWS)).map(Route::Matrix),
            );
        }
        if !site.questions.is_empty() {
            routes.push(Route::Coverage);
        }
        routes.push(Route::OpenPoints);
    }
    routes
}

/// The entries that the navigation can have, in order.
const NAVIGATION: [(&str, Word, Route); 8] = [
    ("questions", word::QUESTIONS, Route::List(Kind::Question, 1)),
    ("stories", word::STORIES, Route::List(Kind::Story, 1)),
    (
        "competencies",
        word::COMPETENCIES,
        Route::List(Kind::Competency, 1),
    ),
    (
        "case-studies",
        word::CASE_STUDIES,
        Route::List(Kind::CaseStudy, 1),
    ),
    (
        "interviews",
        word::INTERVIEWS,
        Route::List(Kind::Interview, 1),
    ),
    ("matrix", word::MATRIX, Route::Matrix(1)),
    ("coverage", word::COVERAGE, Route::Coverage),
    ("open-points", word::OPEN_POINTS, Route::OpenPoints),
];

/// The data that all pages share. The navigation leads to the entries whose page is one of `pages`.
pub fn site_view<'a>(
    site: &'a Site,
    phrases: &Phrases,
    pages: &[Page],
    style: &str,
) -> SiteView<'a> {
    let there: HashSet<&Route> = pages
        .iter()
        .filter(|page| page.key.is_none())
        .map(|page| &page.route)
        .collect();
    let nav = NAVIGATION
        .into_iter()
        .filter(|(_, _, route)| there.contains(route))
        .map(|(section, label, route)| {
            let label = phrases.text(label).to_owned();
            NavEntry {
                section,
                label,
                url: route.path(),
            }
        });
    SiteView {
        title: &site.config.title,
        language: &site.config.language,
        direction: crate::config::direction(&site.config.language),
        audience: site.audience.name(),
        is_author: site.audience == Audience::Private,
        nav: nav.collect(),
        style_version: format!("{:08x}", xxhash_rust::xxh3::xxh3_64(style.as_bytes()) >> 32),
    }
}

/// The view of a page. `style` is the style sheet of the theme, for the one page that contains it.
pub fn view<'a>(
    context: Context<'a>,
    route: &'a Route,
    key: Option<PageKey>,
    style: &'a str,
) -> View<'a> {
    let mut writer = PageWriter::new(context, route);
    let writer = &mut writer;
    match key {
        Some(PageKey::Home) => View::Home(lists::home(writer)),
        Some(PageKey::Telling(telling)) => View::Story(Box::new(story::page(writer, telling))),
        Some(PageKey::Question(question)) => {
            View::Question(Box::new(question::page(writer, question)))
        }
        Some(PageKey::CaseStudy(case)) => {
            View::CaseStudy(Box::new(story::case_study_page(writer, case)))
        }
        Some(PageKey::Competency(competency)) => {
            View::Competency(Box::new(question::competency_page(writer, competency)))
        }
        Some(PageKey::Interview(id)) => View::Interview(Box::new(interview::page(writer, id))),
        Some(PageKey::Asks(id)) => View::Asks(interview::asks_page(writer, id)),
        None => list_or_overview(writer, route, style),
    }
}

/// The view of a page that is not about one thing.
fn list_or_overview<'a>(writer: &mut PageWriter<'a>, route: &'a Route, style: &'a str) -> View<'a> {
    match route {
        Route::List(Kind::Story, number) => View::Stories(lists::stories(writer, *number)),
        Route::List(Kind::Question, number) => View::Questions(lists::questions(writer, *number)),
        Route::List(Kind::CaseStudy, _) => View::CaseStudies(lists::case_studies(writer)),
        Route::List(Kind::Competency, _) => View::Competencies(lists::competencies(writer)),
        Route::List(Kind::Interview, _) => View::Interviews(interview::list(writer)),
        Route::Matrix(number) => View::Matrix(lists::matrix(writer, *number)),
        Route::Coverage => View::Coverage(lists::coverage(writer)),
        Route::OpenPoints => View::OpenPoints(open_points::page(writer)),
        Route::NotFound
        | Route::Home
        | Route::Story(_)
        | Route::Telling(..)
        | Route::Question(_)
        | Route::CaseStudy(_)
        | Route::Competency(_)
        | Route::Interview(_)
        | Route::Static(_)
        | Route::Asset(_)
        | Route::Data(_) => View::NotFound(NotFoundPage {
            page: pieces::not_found_head(writer),
            style,
        }),
    }
}
