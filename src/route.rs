//! Every address of a site as a value, converted to a path and back.

use crate::escape::percent_encode;
use crate::model::Kind;
use crate::site::{Contents, PageKey};
use crate::slug::{PageName, Slug};

/// A page or a file of the site.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Route {
    /// `index.html`.
    Home,
    /// A page of the list of a kind, numbered from 1.
    List(Kind, u32),
    /// The story itself: `stories/<story>.html`.
    Story(Slug),
    /// Another telling of a story.
    Telling(Slug, Slug),
    /// `questions/<question>.html`.
    Question(Slug),
    /// `case-studies/<case>.html`.
    CaseStudy(Slug),
    /// `competencies/<competency>.html`.
    Competency(Slug),
    /// `interviews/<interview>.html`.
    Interview(Slug),
    /// A page of the matrix of stories and competencies, numbered from 1.
    Matrix(u32),
    /// `coverage.html`: which questions have a story, and which have none.
    Coverage,
    /// `open-points.html`: open remarks of reviewers, and follow-ups without an answer.
    OpenPoints,
    /// `404.html`, the page for lost visitors.
    NotFound,
    /// A file of the theme, by its path below `static`.
    Static(String),
    /// A file that a document refers to, by the name that its content gives it.
    Asset(String),
    /// A file of data for scripts.
    Data(DataFile),
}

/// A file of data for scripts: `data/<name>.json` or `data/<name>.js`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DataFile {
    /// What it holds.
    pub data: Data,
    /// How that is written.
    pub format: DataFormat,
}

/// What a file of data holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Data {
    /// The questions, each with its slug, its words and its address.
    Questions,
}

/// How a file of data is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DataFormat {
    /// JSON, for scripts that can ask a server.
    Json,
    /// A script that a page loads with `<script>`. This also works where the site is opened from a disk without a server.
    Script,
}

impl Data {
    /// Everything that there is.
    pub const ALL: [Self; 1] = [Self::Questions];

    /// The name in the path.
    pub fn name(self) -> &'static str {
        match self {
            Self::Questions => "questions",
        }
    }
}

impl DataFormat {
    const ALL: [Self; 2] = [Self::Json, Self::Script];

    fn ending(self) -> &'static str {
        match self {
            Self::Json => "json",
            Self::Script => "js",
        }
    }
}

impl DataFile {
    fn parse(name: &str) -> Option<Self> {
        let (name, ending) = name.rsplit_once('.')?;
        let data = Data::ALL.into_iter().find(|data| data.name() == name)?;
        let format = DataFormat::ALL
            .into_iter()
            .find(|format| format.ending() == ending)?;
        Some(Self { data, format })
    }
}

impl Route {
    /// The route of a page of a site.
    pub fn of(site: &Contents, page: PageKey) -> Self {
        match site.name(page) {
            PageName::Home => Self::Home,
            PageName::Story(story) => Self::Story(story),
            PageName::Telling(story, telling) => Self::Telling(story, telling),
            PageName::Question(question) => Self::Question(question),
            PageName::CaseStudy(case) => Self::CaseStudy(case),
            PageName::Competency(competency) => Self::Competency(competency),
            PageName::Interview(interview) => Self::Interview(interview),
        }
    }

    /// The name of the page of a thing; `None` for lists, overviews and files.
    pub fn page_name(&self) -> Option<PageName> {
        match self {
            Self::Home => Some(PageName::Home),
            Self::Story(story) => Some(PageName::Story(story.clone())),
            Self::Telling(story, telling) => {
                Some(PageName::Telling(story.clone(), telling.clone()))
            }
            Self::Question(question) => Some(PageName::Question(question.clone())),
            Self::CaseStudy(case) => Some(PageName::CaseStudy(case.clone())),
            Self::Competency(competency) => Some(PageName::Competency(competency.clone())),
            Self::Interview(interview) => Some(PageName::Interview(interview.clone())),
            Self::List(..)
            | Self::Matrix(_)
            | Self::Coverage
            | Self::OpenPoints
            | Self::NotFound
            | Self::Static(_)
            | Self::Asset(_)
            | Self::Data(_) => None,
        }
    }

    /// The path from the root of the site, not encoded.
    pub fn path(&self) -> String {
        let joined = |pieces: &[&str]| pieces.concat();
        match self {
            Self::Home => "index.html".to_owned(),
            Self::List(kind, page) => numbered(kind.folder(), *page),
            Self::Story(story) => joined(&["stories/", story.as_str(), ".html"]),
            Self::Telling(story, telling) => {
                joined(&["stories/", story.as_str(), "/", telling.as_str(), ".html"])
            }
            Self::Question(question) => joined(&["questions/", question.as_str(), ".html"]),
            Self::CaseStudy(case) => joined(&["case-studies/", case.as_str(), ".html"]),
            Self::Competency(competency) => {
                joined(&["competencies/", competency.as_str(), ".html"])
            }
            Self::Interview(interview) => joined(&["interviews/", interview.as_str(), ".html"]),
            Self::Matrix(page) => numbered("matrix", *page),
            Self::Coverage => "coverage.html".to_owned(),
            Self::OpenPoints => "open-points.html".to_owned(),
            Self::NotFound => "404.html".to_owned(),
            Self::Static(path) => joined(&["static/", path]),
            Self::Asset(name) => joined(&["assets/", name]),
            Self::Data(DataFile { data, format }) => {
                joined(&["data/", data.name(), ".", format.ending()])
            }
        }
    }

    /// The route of a path from the root of the site; `None` if it is not the path of any route.
    pub fn parse(path: &str) -> Option<Self> {
        if let Some(path) = path.strip_prefix("static/") {
            return (!path.is_empty()).then(|| Self::Static(path.to_owned()));
        }
        if let Some(name) = path.strip_prefix("assets/") {
            return (!name.is_empty() && !name.contains('/')).then(|| Self::Asset(name.to_owned()));
        }
        if let Some(name) = path.strip_prefix("data/") {
            return DataFile::parse(name).map(Self::Data);
        }
        let stem = path.strip_suffix(".html")?;
        let slug = |text: &str| {
            Some(Slug::of(text)).filter(|slug| !slug.is_empty() && slug.as_str() == text)
        };
        Some(match stem.split('/').collect::<Vec<_>>().as_slice() {
            ["index"] => Self::Home,
            ["coverage"] => Self::Coverage,
            ["open-points"] => Self::OpenPoints,
            ["404"] => Self::NotFound,
            [name] => {
                let (list, page) = unnumbered(name)?;
                match list {
                    "matrix" => Self::Matrix(page),
                    folder => Self::List(
                        Kind::ALL.into_iter().find(|kind| kind.folder() == folder)?,
                        page,
                    ),
                }
            }
            ["stories", story] => Self::Story(slug(story)?),
            ["stories", story, telling] => Self::Telling(slug(story)?, slug(telling)?),
            ["questions", question] => Self::Question(slug(question)?),
            ["case-studies", case] => Self::CaseStudy(slug(case)?),
            ["competencies", competency] => Self::Competency(slug(competency)?),
            ["interviews", interview] => Self::Interview(slug(interview)?),
            _ => return None,
        })
    }

    /// The media type of the file, without its encoding: a text is UTF-8.
    pub fn media_type(&self) -> &'static str {
        match self {
            Self::Static(name) | Self::Asset(name) => mime_guess::from_path(name)
                .first_raw()
                .unwrap_or("application/octet-stream"),
            Self::Data(DataFile {
                format: DataFormat::Json,
                ..
            }) => "application/json",
            Self::Data(DataFile {
                format: DataFormat::Script,
                ..
            }) => "text/javascript",
            _ => "text/html",
        }
    }

    /// The way from this page to the root of the site: empty, `../` or `../../`.
    pub fn to_root(&self) -> &'static str {
        match self {
            Self::Telling(..) => "../../",
            Self::Story(_)
            | Self::Question(_)
            | Self::CaseStudy(_)
            | Self::Competency(_)
            | Self::Interview(_)
            | Self::Static(_)
            | Self::Asset(_)
            | Self::Data(_) => "../",
            Self::Home
            | Self::List(..)
            | Self::Matrix(_)
            | Self::Coverage
            | Self::OpenPoints
            | Self::NotFound => "",
        }
    }

    /// The address of another page as it is written on this one, percent-encoded.
    pub fn link_to(&self, other: &Self) -> String {
        let mut link = self.to_root().to_owned();
        percent_encode(&other.path(), &mut link);
        link
    }
}

/// The path of a page of a list; the first has no number.
fn numbered(list: &str, page: u32) -> String {
    if page <= 1 {
        format!("{list}.html")
    } else {
        format!("{list}-{page}.html")
    }
}

fn unnumbered(name: &str) -> Option<(&str, u32)> {
    match name.rsplit_once('-') {
        Some((list, page)) if page.bytes().all(|byte| byte.is_ascii_digit()) => {
            let page = page
                .parse()
                .ok()
                .filter(|&number: &u32| number > 1 && !page.starts_with('0'))?;
            Some((list, page))
        }
        _ => Some((name, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn route() -> impl Strategy<Value = Route> {
        let slug = || {
            "[a-z0-9à-ÿ一-三]{1,6}(-[a-z0-9]{1,4}){0,2}"
                .prop_map(|text| Slug::of(&text))
                .prop_filter("empty", |slug| !slug.is_empty())
        };
        let kind = proptest::sample::select(Kind::ALL.as_slice());
        prop_oneof![
            Just(Route::Home),
            (kind, 1u32..5000).prop_map(|(kind, page)| Route::List(kind, page)),
            slug().prop_map(Route::Story),
            (slug(), slug()).prop_map(|(story, telling)| Route::Telling(story, telling)),
            slug().prop_map(Route::Question),
            slug().prop_map(Route::CaseStudy),
            slug().prop_map(Route::Competency),
            slug().prop_map(Route::Interview),
            (1u32..5000).prop_map(Route::Matrix),
            Just(Route::Coverage),
            Just(Route::OpenPoints),
            Just(Route::NotFound),
            "[a-z]{1,5}(/[a-z.]{1,5}){0,2}".prop_map(Route::Static),
            "[0-9a-f]{16}\\.png".prop_map(Route::Asset),
            (
                proptest::sample::select(Data::ALL.as_slice()),
                proptest::sample::select(DataFormat::ALL.as_slice())
            )
                .prop_map(|(data, format)| Route::Data(DataFile { data, format })),
        ]
    }

    proptest! {
        #[test]
        fn parse_undoes_path(route in route()) {
            prop_assert_eq!(Route::parse(&route.path()), Some(route));
        }

        #[test]
        fn parse_never_panics(path in ".*") {
            if let Some(route) = Route::parse(&path) {
                prop_assert_eq!(route.path(), path);
            }
        }
    }
}
