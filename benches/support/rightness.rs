//! Checks that all pages show an edit at once.
//!
//! The benchmark adds a story and edits it repeatedly, each time with another title, competency and
//! link. After each edit it requests another page first, until that page shows the edit. Then every
//! page that depends on the story must be right, and of the same revision.

use std::path::Path;
use std::thread;

use super::asking::{Connection, Page};
use super::corpus::{self, STORIES};
use super::saving::{BETWEEN, Way, save};

/// The name of the edited story.
const EDITED: &str = "edited";

/// The question that it answers, and the competencies of that question. They make the story the
/// first answer.
const QUESTION: &str = "a-prototype";
const PROBED: &str = "leadership, coaching";

/// Its additional competency, and the index of the story that it links to: for one edit, and for
/// the next.
const STATES: [(&str, usize); 2] = [("analysis", 1), ("ownership", 2)];

/// The text that a page must and must not contain after an edit.
struct Expected {
    path: String,
    has: Vec<String>,
    lacks: Vec<String>,
}

/// Edits a story once for each page that shows it, and returns the number of right pages. Fails on
/// the first wrong one.
pub fn check(connection: &Connection, root: &Path) -> Result<usize, String> {
    let before = counts(&connection.ask("/competencies.html")?)?;
    let file = root.join(STORIES).join(EDITED).with_extension("md");
    let mut right = 0;
    let mut number = 0;
    while number < expected(number, before).len() {
        let pages = expected(number, before);
        save(&file, &text(number), Way::ByRenaming)?;
        let first = &pages[number];
        let (page, _) = connection.ask_until(&first.path, |page| first.mistake(page).is_none())?;
        let revision = page.revision();
        for expected in &pages {
            let page = connection.ask(&expected.path)?;
            if let Some(mistake) = expected.mistake(&page) {
                let (asked, path) = (&first.path, &expected.path);
                return Err(format!(
                    "after edit {number} `{asked}` is right and `{path}` is wrong: {mistake}"
                ));
            }
            if page.revision() != revision {
                let (asked, path, other) = (&first.path, &expected.path, page.revision());
                return Err(format!(
                    "after edit {number} `{asked}` is of revision {revision:?} and `{path}` of {other:?}"
                ));
            }
            right += 1;
        }
        thread::sleep(BETWEEN);
        number += 1;
    }
    Ok(right)
}

/// The story after an edit.
fn text(number: usize) -> String {
    let (competency, target) = STATES[number % 2];
    format!(
        "---\ntitle: {}\ncompetencies: [{PROBED}, {competency}]\nanswers: [{QUESTION}]\n---\n## Situation\n\nWe began.\n\n\
         ## Task\n\nTo go on.\n\n## Action\n\nWe went on. See [[{}]].\n\n## Result\n\nIt was done.\n",
        title(number),
        corpus::slug(target),
    )
}

/// A title that is the first in sorted lists, and not a part of any other title.
fn title(number: usize) -> String {
    format!("Edit {number} done")
}

/// The expected content of all pages after an edit. `before` has the counts of the competencies
/// before the first one.
fn expected(number: usize, before: [usize; 2]) -> Vec<Expected> {
    let (now, then) = (number % 2, (number + 1) % 2);
    let [(competency, target), (former_competency, former_target)] = [STATES[now], STATES[then]];
    let link = |up: &str| format!("href=\"{up}stories/{EDITED}.html\">{}</a>", title(number));
    let mention = format!("{EDITED}.html\"");
    let former = number.checked_sub(1).map(title);
    let page = |path: String, has: Vec<String>, lacks: Option<String>| Expected {
        path,
        has,
        lacks: former.iter().cloned().chain(lacks).collect(),
    };
    let story_of = |index| format!("/stories/{}.html", corpus::slug(index));
    let own = vec![
        format!("<h1>{}</h1>", title(number)),
        format!("{}.html\"", corpus::slug(target)),
        spoken(competency),
    ];
    let mut counted = [0; 2];
    counted[now] = before[now] + 1;
    counted[then] = before[then];
    let counted = STATES
        .iter()
        .zip(counted)
        .map(|((name, _), count)| counted_row(name, count))
        .collect();
    vec![
        page(
            format!("/stories/{EDITED}.html"),
            own,
            Some(format!("{}.html\"", corpus::slug(former_target))),
        ),
        page("/stories.html".to_owned(), vec![link("")], None),
        page(
            story_of(target),
            vec!["Linked from".to_owned(), link("../")],
            None,
        ),
        page(story_of(former_target), Vec::new(), Some(mention.clone())),
        page("/competencies.html".to_owned(), counted, None),
        page(
            format!("/competencies/{competency}.html"),
            vec![link("../")],
            None,
        ),
        page(
            format!("/competencies/{former_competency}.html"),
            Vec::new(),
            Some(mention),
        ),
        page(
            format!("/questions/{QUESTION}.html"),
            vec![link("../")],
            None,
        ),
    ]
}

impl Expected {
    /// Describes the mistakes on a page.
    fn mistake(&self, page: &Page) -> Option<String> {
        let missing = self
            .has
            .iter()
            .find(|words| !page.text.contains(*words))
            .map(|words| format!("it lacks `{words}`"));
        let left = self
            .lacks
            .iter()
            .find(|words| page.text.contains(*words))
            .map(|words| format!("it still has `{words}`"));
        let status = (page.status != 200).then(|| format!("its status is {}", page.status));
        status.or(missing).or(left)
    }
}

fn spoken(name: &str) -> String {
    format!("{}{}</a>", name[..1].to_uppercase(), &name[1..])
}

/// The text before the number of stories in an entry of a competency.
fn row(name: &str) -> String {
    format!(
        "competencies/{name}.html\">{}</h2>\n<b class=\"row-time\">",
        spoken(name)
    )
}

fn counted_row(name: &str, count: usize) -> String {
    format!("{}{count} <small>", row(name))
}

/// The number of stories that show each of the two competencies.
fn counts(page: &Page) -> Result<[usize; 2], String> {
    let count = |name: &str| {
        let (_, rest) = page.text.split_once(&row(name))?;
        rest.split(' ').next()?.parse().ok()
    };
    let counts = STATES.map(|(name, _)| count(name));
    match counts {
        [Some(one), Some(other)] => Ok([one, other]),
        _ => Err("the list of competencies does not say how many stories show each".to_owned()),
    }
}
