//! Properties of every site: nothing panics, every place is in its file, an incremental build
//! equals a full one, edges have two ends, and text stays text. Properties about privacy are in
//! `privacy.rs`.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/html.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod html;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::sync::Arc;

use common::{Files, artefacts, edition, files, inputs, linked, linked_with};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use rayon::prelude::*;
use storybank::build::{Artefact, Made, ParseCache, link_whole};
use storybank::diagnostic::Diagnostic;
use storybank::model::Audience;
use storybank::parse::parse;
use storybank::preview::{Answer, Assets, Options, Preview};
use storybank::report::{self, Colour, Sources};
use storybank::route::Route;
use storybank::site::{Destination, DocumentId, Origin, PageKey, Site, StoryId};
use storybank::source::SitePath;

fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        rng_seed: common::seed(),
        failure_persistence: None,
        max_shrink_iters: 5000,
        ..ProptestConfig::default()
    }
}

const AUDIENCES: [Audience; 3] = [Audience::Private, Audience::Team, Audience::Public];

/// The paths of files in random sites.
const PLACES: &[&str] = &[
    "content/stories/a.md",
    "content/stories/b/index.md",
    "content/stories/b/short.md",
    "content/stories/b/told.md",
    "content/questions/q.md",
    "content/questions/r.md",
    "content/questions/sheet.md",
    "content/case-studies/k.md",
    "content/competencies/ownership.md",
    "content/competencies/learning.md",
    "content/questions/for-them.md",
    "content/interviews/i.md",
    "content/home.md",
];

/// Lines of front matter that are valid in some kind of document.
const FIELDS: &[&str] = &[
    "title: Größe",
    "headline: a",
    "competencies: [ownership, learning]",
    "competencies: learning",
    "answers: [q, r]",
    "answers: [q]",
    "answers: [{ question: q, open: \"Said it.\" }, r]",
    "answers: { question: q, open: x }",
    "answers: [{ open: x }]",
    "company: c",
    "questions: [q]",
    "framework: amazon",
    "kind: ask",
    "told: [{ interview: i, question: q, went: well }]",
    "asked: [{ interview: i }]",
    "told: [{ to: x }]",
    "status: draft",
    "audience: team",
    "audience: public",
    "strength: 3",
    "strength: 9",
    "when: 2025-03",
    "when: soon",
    "by: chatgpt",
    "inherit: false",
    "length: 90s",
    "about: b",
    "story: a",
    "severity: 2",
    "aliases: [x, y]",
    "question: Why?",
    "question: Who?",
    "facts: { loss: 1.10, team: { value: 4, source: me } }",
    "told: [{ on: 2026, to: x }]",
    "asked: [{ on: 2026-01, by: y }]",
    "nonsense: 1",
    "title: [",
    "role: \"x",
    "actions: [{ what: z, due: 2025 }]",
];

/// Parts of a body.
const PIECES: &[&str] = &[
    "some words",
    "a *b* **c** ~~d~~ `e`",
    "## Result",
    "## Situation",
    "## Action",
    "## Answer",
    "## Answer for i",
    "## Problem",
    "## Follow-ups\n\n### Why?\n\nSo.\n\n### Who?",
    "### Deeper",
    "# Why?",
    "## Secret {.private}",
    "### Small secret {.private}",
    "## Named {#named}",
    "[[a]]",
    "[[b#result]] [[q|r]]",
    "[[b/short]] [[k]]",
    "[[nothing]]",
    "[x](../questions/q.md#deeper)",
    "[x](../stories/a.md)",
    "![x](/a.png)",
    "![[a#result]]",
    "![[b]]",
    "![[q]]",
    "- x #ownership\n- y #learning #ownership\n- z",
    "a paragraph #learning",
    "> [!question] who",
    "> [!note] a\n> b",
    "> [!private] c",
    "> quote",
    "*Question: what*\nmore",
    "%%gone%%",
    "%%\ngone\n\n%%",
    "%% open",
    "```rust\nfn x() {}\n```",
    "~~~\n%%\n~~~",
    "| a | b |\n| --- | :-: |\n| c | [[a\\|d]] |",
    "e[^1]\n\n[^1]: f",
    "g[^none]",
    "- [x] h\n- [ ] i",
    "<b>j</b> <!-- k -->",
    "<script>l</script>",
    "<div>\n\nm",
    "---",
    "1. n\n\n   o",
    "ü ß 漢字 🙂",
    "\\%% \\# \\[",
    "&amp; &lt;",
    "http://example.org <me@example.org>",
    "\t\tindented",
];

fn document() -> impl Strategy<Value = String> {
    (
        vec(select(FIELDS), 0..4),
        vec(select(PIECES), 0..8),
        select(vec!["\n", "\n", "\n", "\r\n"]),
    )
        .prop_map(|(fields, pieces, end)| {
            format!(
                "---\ntitle: a\nquestion: b\n{}\n---\n\n{}\n",
                fields.join("\n"),
                pieces.join("\n\n")
            )
            .replace('\n', end)
        })
}

/// A document that is probably valid at its path: it has only the fields of its kind.
fn sound_document(place: &'static str) -> impl Strategy<Value = String> {
    let fields: &[&str] = match place.split('/').collect::<Vec<_>>().as_slice() {
        ["content", "stories", _, "short.md" | "told.md"] => &[
            "title: Short",
            "competencies: [ownership]",
            "answers: [q]",
            "by: chatgpt",
            "inherit: false",
            "length: 90s",
            "status: draft",
            "audience: team",
            "answers: [{ question: q, open: Said it. }]",
        ],
        ["content", "stories", ..] => &[
            "competencies: [ownership, learning]",
            "answers: [q, r]",
            "answers: [r]",
            "answers: [{ question: r, open: Said it. }, q]",
            "told: [{ interview: i, question: q, went: mixed }, { on: 2025, to: c }]",
            "length: 3m",
            "strength: 4",
            "when: 2025-03",
            "audience: team",
            "audience: public",
            "status: draft",
            "status: retired",
        ],
        ["content", "questions", "sheet.md"] => {
            &["about: b", "competencies: [learning]", "audience: public"]
        }
        ["content", "questions", "for-them.md"] => &["audience: team"],
        ["content", "interviews", ..] => &[
            "when: 2026-03",
            "round: x",
            "questions: [q, r]",
            "status: retired",
        ],
        ["content", "questions", ..] => &[
            "competencies: [ownership, learning]",
            "competencies: [learning]",
            "about: a",
            "asked: [{ interview: i }]",
            "audience: team",
            "audience: public",
            "status: draft",
        ],
        ["content", "case-studies", ..] => {
            &["story: a", "story: b", "severity: 2", "audience: public"]
        }
        ["content", "competencies", ..] => &["aliases: [x]", "audience: team", "audience: public"],
        _ => &["audience: team"],
    };
    let required = match place {
        "content/questions/sheet.md" => "title: Sheet",
        "content/questions/for-them.md" => "title: Theirs",
        "content/interviews/i.md" => "company: C",
        place if place.starts_with("content/questions") => "question: Why?",
        place if place.contains("/b/") && !place.ends_with("index.md") => "headline: h",
        "content/home.md" => "title: Home",
        _ => "title: a",
    };
    let sound: Vec<&str> = PIECES
        .iter()
        .copied()
        .filter(|piece| {
            ![
                "[[nothing]]",
                "%% open",
                "[x](../questions/q.md#deeper)",
                "[[b#result]] [[q|r]]",
                "![[a#result]]",
            ]
            .contains(piece)
        })
        .collect();
    (
        proptest::option::of(select(fields)),
        vec(select(sound), 0..7),
    )
        .prop_map(move |(field, pieces)| {
            let result = if place.contains("/questions/") {
                "## How was it?\n\nGood.\n"
            } else {
                "## Outcome\n\nIt held.\n"
            };
            format!(
                "---\n{required}\n{}\n---\n\n{}\n\n{result}",
                field.unwrap_or_default(),
                pieces.join("\n\n")
            )
        })
}

/// A site with all kinds of documents, which is probably valid.
fn site() -> impl Strategy<Value = Files> {
    let documents: Vec<_> = PLACES.iter().map(|place| sound_document(place)).collect();
    documents.prop_map(|documents| {
        let mut files: Files = PLACES
            .iter()
            .map(|place| (*place).to_owned())
            .zip(documents.into_iter().map(String::into_bytes))
            .collect();
        files.insert(
            "content/a.png".to_owned(),
            b"<svg xmlns=\"http://www.w3.org/2000/svg\"/>".to_vec(),
        );
        files
    })
}

/// Many of the random sites are valid, so tests see their pages as the author would.
#[test]
fn random_sites_are_often_valid() {
    let mut runner = proptest::test_runner::TestRunner::new(cases(1));
    let sites = (0..60).map(|_| {
        site()
            .new_tree(&mut runner)
            .expect("sites can be made")
            .current()
    });
    let sound = sites
        .filter(|files| !linked(&inputs(files), Audience::Private).has_errors())
        .count();
    assert!(sound >= 20, "{sound} of 60");
}

/// Any content of a file.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..80),
        "\\PC{0,60}".prop_map(String::into_bytes),
        "(---\n)?([-\\[\\]{}:#>|*_`%!^&<\" \n\t\r\\\\a1ü]|\\[\\[|%%|\\[\\^1\\]|---\n|> \\[!|\\*Question: ){0,60}"
            .prop_map(String::into_bytes),
        document().prop_map(String::into_bytes),
        (document(), any::<prop::sample::Index>(), any::<u8>()).prop_map(|(text, index, byte)| {
            let mut bytes = text.into_bytes();
            let at = index.index(bytes.len());
            bytes[at] = byte;
            bytes
        }),
    ]
}

fn path() -> impl Strategy<Value = String> {
    prop_oneof![4 => select(PLACES).prop_map(str::to_owned), 1 => "(content/)?(stories/|questions/|home|index|[a-z?./]{0,5}){0,4}(\\.md)?"]
}

/// Whether the places of a diagnostic are in the files that it names.
fn is_inside(found: &Diagnostic, files: &Files) -> bool {
    let places = found
        .notes
        .iter()
        .map(|note| (&note.file, note.span))
        .chain([(&found.file, found.span)]);
    places.into_iter().all(|(file, span)| {
        let length = files.get(file.as_str()).map_or(0, Vec::len);
        span.start <= span.end && span.end as usize <= length
    })
}

fn sources(files: &Files) -> Sources {
    Sources::new(
        files
            .iter()
            .map(|(path, bytes)| (SitePath::new(path.as_str()), Arc::from(bytes.as_slice()))),
    )
}

proptest! {
    #![proptest_config(cases(1500))]

    #[test]
    fn any_file_is_parsed_and_its_diagnostics_have_places(path in path(), bytes in bytes()) {
        let files = Files::from([(path.clone(), bytes.clone())]);
        let sources = sources(&files);
        for found in parse(&SitePath::new(path.as_str()), &bytes).diagnostics {
            prop_assert!(is_inside(&found, &files), "{:?}", found);
            for colour in [Colour::Plain, Colour::Styled] {
                prop_assert!(report::render(&found, &sources, colour).contains(found.rule.name));
            }
        }
    }

    #[test]
    fn any_settings_are_parsed_and_their_diagnostics_have_places(text in "(\\[redact\\]\n|\\[forbid\\]\nwords = |\\[audience\\]\n|title|titel|build|=|\"a\"|\"ü\"|\\[\"x\", 3\\]|[\\[\\]\"'=\n #0-9a-zü.]){0,25}") {
        let files = Files::from([("site.toml".to_owned(), text.clone().into_bytes())]);
        for found in storybank::config::parse(&text).1 {
            prop_assert!(is_inside(&found, &files), "{:?}", found);
            report::render(&found, &sources(&files), Colour::Plain);
        }
    }
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn any_files_are_built_without_panic(documents in vec((path(), bytes()), 0..8), audience in select(AUDIENCES.as_slice())) {
        let files: Files = documents.into_iter().map(|(path, bytes)| if path.starts_with("content/") { (path, bytes) } else { (format!("content/{path}"), bytes) }).collect();
        let inputs = inputs(&files);
        let linked = linked(&inputs, audience);
        let sources = sources(&files);
        for found in &linked.diagnostics {
            prop_assert!(is_inside(found, &files), "{:?}", found);
            report::render(found, &sources, Colour::Plain);
        }
        // Pages are also rendered for sites with errors: a preview shows them.
        artefacts(&files, &inputs, &linked);
    }
}

/// A change that an author makes to the files of a site.
#[derive(Debug, Clone)]
enum Edit {
    Write(usize, String),
    Delete(usize),
    Rename(usize, usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    let place = 0..PLACES.len();
    prop_oneof![
        4 => (place.clone(), document()).prop_map(|(place, text)| Edit::Write(place, text)),
        2 => place.clone().prop_flat_map(|place| sound_document(PLACES[place]).prop_map(move |text| Edit::Write(place, text))),
        1 => place.clone().prop_map(Edit::Delete),
        2 => (place.clone(), place).prop_map(|(from, to)| Edit::Rename(from, to)),
    ]
}

impl Edit {
    fn apply(&self, files: &mut Files) {
        match self {
            Self::Write(place, text) => {
                drop(files.insert(PLACES[*place].to_owned(), text.clone().into_bytes()));
            }
            Self::Delete(place) => drop(files.remove(PLACES[*place])),
            Self::Rename(from, to) => {
                if let Some(bytes) = files.remove(PLACES[*from]) {
                    files.insert(PLACES[*to].to_owned(), bytes);
                }
            }
        }
    }
}

proptest! {
    #![proptest_config(cases(25))]

    #[test]
    fn an_incremental_build_equals_a_full_one(start in site(), edits in vec(edit(), 1..6), audiences in vec(select(AUDIENCES.as_slice()), 6)) {
        let mut files = start;
        let mut cache = ParseCache::default();
        linked_with(&mut cache, &inputs(&files), audiences[0]);
        for (edit, audience) in edits.iter().zip(audiences) {
            edit.apply(&mut files);
            let inputs = inputs(&files);
            let (warm, fresh) = (linked_with(&mut cache, &inputs, audience), linked(&inputs, audience));
            prop_assert_eq!(&warm.diagnostics, &fresh.diagnostics);
            prop_assert_eq!(artefacts(&files, &inputs, &warm), artefacts(&files, &inputs, &fresh));
        }
    }

    #[test]
    fn an_updated_preview_equals_a_new_one(start in site(), edits in vec(edit(), 1..6), audience in select(AUDIENCES.as_slice()), seat in select(vec!["", "@team/", "@public/"])) {
        let mut files = start;
        let mut warm = Preview::new(options(audience));
        let mut now = warm.take(Ok(inputs(&files)), |used| assets_of(&files, used)).expect("it is the first");
        for edit in &edits {
            edit.apply(&mut files);
            now = warm.take(Ok(inputs(&files)), |used| assets_of(&files, used)).unwrap_or(now);
            let fresh = Preview::new(options(audience)).take(Ok(inputs(&files)), |used| assets_of(&files, used)).expect("it is the first");
            prop_assert_eq!(now.problems().is_empty(), fresh.problems().is_empty());
            if !fresh.problems().is_empty() {
                // An unreadable file is shown in its last readable state, which a new preview does
                // not have.
                continue;
            }
            for page in storybank::view::pages(&linked(&inputs(&files), Audience::Private).site) {
                let address = format!("/{seat}{}", page.route.path());
                prop_assert_eq!(without_revision(&now.answer(&address)), without_revision(&fresh.answer(&address)), "{}", address);
            }
        }
    }

    #[test]
    fn a_preview_never_panics_and_always_shows_a_page(start in site(), edits in vec(edit(), 1..4), addresses in vec("[/@a-z.%0-9?#\\\\-]{0,24}", 8)) {
        let mut files = start;
        let mut preview = Preview::new(options(Audience::Private));
        let mut now = preview.take(Ok(inputs(&files)), |used| assets_of(&files, used)).expect("it is the first");
        for edit in &edits {
            edit.apply(&mut files);
            now = preview.take(Ok(inputs(&files)), |used| assets_of(&files, used)).unwrap_or(now);
            let home = now.answer("/");
            prop_assert_eq!(home.status, 200);
            prop_assert!(String::from_utf8_lossy(&home.bytes).contains("id=\"storybank-preview\""));
            for address in &addresses {
                now.answer(&format!("/{address}"));
            }
        }
        let failed = preview.take(Err("the disk is gone".to_owned()), |_| Assets::new()).expect("it is a new state");
        prop_assert_eq!(failed.answer("/").status, 200);
        prop_assert!(preview.take(Err("the disk is gone".to_owned()), |_| Assets::new()).is_none());
    }

    #[test]
    fn pages_do_not_depend_on_order_or_threads(files in site(), audience in select(AUDIENCES.as_slice()), order in any::<u64>()) {
        let inputs = inputs(&files);
        let linked = linked(&inputs, audience);
        let all = artefacts(&files, &inputs, &linked);
        for threads in [1, 2, 8] {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads can be started");
            let edition = edition(&files, &inputs, &linked);
            let mut some = edition.artefacts();
            let turn = usize::try_from(order % some.len() as u64).expect("it is small");
            some.rotate_left(turn);
            if order % 2 == 0 { some.reverse() }
            let make = |artefact: &Artefact<'_>| (artefact.route().path(), artefact.make().map(|made| made.bytes.into_owned()));
            let made: Vec<_> = pool.install(|| some.par_iter().map(make).collect());
            for (path, bytes) in made {
                let expected = all.iter().find(|(other, _)| *other == path).map(|(_, bytes)| bytes.clone());
                prop_assert_eq!(Some(bytes), expected, "{}", path);
            }
        }
    }

    #[test]
    fn equal_fingerprints_mean_equal_pages(files in site(), other in site()) {
        let prints = |files: &Files| {
            let inputs = inputs(files);
            let linked = linked(&inputs, Audience::Private);
            let edition = edition(files, &inputs, &linked);
            let print = |made: Made<'_>| (made.fingerprint, made.bytes.into_owned());
            edition.artefacts().iter().map(|artefact| (artefact.route().path(), artefact.make().map(print))).collect::<Vec<_>>()
        };
        let others = prints(&other);
        for (path, made) in prints(&files) {
            for (_, other) in others.iter().filter(|(other, _)| *other == path) {
                if let (Ok((print, bytes)), Ok((other_print, other_bytes))) = (&made, other) {
                    prop_assert!(print != other_print || bytes == other_bytes, "{}", path);
                }
            }
        }
    }
}

/// The pages that are the only ones of their documents.
fn pages_with_documents(site: &Site) -> Vec<PageKey> {
    let mut pages: Vec<PageKey> = site.home.map(|_| PageKey::Home).into_iter().collect();
    let tellings = site.stories().flat_map(|story| site.tellings(story));
    pages.extend(
        tellings
            .filter(|&id| matches!(site.telling(id).origin, Origin::Story | Origin::Variant(_)))
            .map(PageKey::Telling),
    );
    pages.extend(
        site.questions()
            .filter(|&id| site.question(id).item.is_none())
            .map(PageKey::Question),
    );
    pages.extend(site.case_studies().map(PageKey::CaseStudy));
    pages.extend(site.competencies().map(PageKey::Competency));
    pages.extend(site.interviews().map(PageKey::Interview));
    pages.extend(site.asks_lists().map(PageKey::Asks));
    pages
}

/// The pages that the text of a page links to.
fn linked_from(site: &Site, from: PageKey) -> BTreeSet<PageKey> {
    let document = site
        .document_of(from)
        .expect("only pages with documents are asked");
    let links = site.document(document).body.links.ids();
    let pages = links.filter_map(|link| match site.destination(document, link) {
        Destination::Page { page, .. } if *page != from => Some(*page),
        _ => None,
    });
    pages.collect()
}

proptest! {
    #![proptest_config(cases(150))]

    #[test]
    fn edges_have_two_ends(files in site(), audience in select(AUDIENCES.as_slice())) {
        let linked = linked(&inputs(&files), audience);
        let site = &linked.site;
        for question in site.questions() {
            let place = |&story: &StoryId| {
                let reason = site.reason(story, question);
                (reason.told_there.is_some(), reason.fit, Reverse(reason.strength), Reverse(reason.shared))
            };
            prop_assert!(site.question(question).answers.is_sorted_by_key(place), "the reasons explain the places");
            prop_assert!(site.question(question).adaptable.is_sorted_by_key(place), "the reasons explain the places");
            let named = |story| site.story(story).tellings.iter().any(|telling| telling.is_eligible() && telling.answers.contains(&question));
            for story in site.stories() {
                let answers = site.is_of_bank(question) && !site.is_retired(story) && named(story);
                prop_assert_eq!(site.question(question).answers.contains(&story), answers);
                prop_assert_eq!(site.story(story).follow_ups.contains(&question), site.question(question).about == Some(story));
                prop_assert!(!(site.question(question).adaptable.contains(&story) && answers), "it answers, so it need not be adapted");
            }
            for competency in site.competencies() {
                let probes = site.is_of_bank(question) && site.question(question).competencies.contains(&competency);
                prop_assert_eq!(site.competency(competency).questions.contains(&question), probes);
            }
        }
        for story in site.stories() {
            for competency in site.competencies() {
                prop_assert_eq!(site.competency(competency).stories.contains(&story), site.story(story).claimed.contains(&competency));
                let standing = site.story(story).standing(competency);
                let is_evidenced = standing.is_some_and(|standing| !standing.is_claimed);
                prop_assert_eq!(site.competency(competency).evidenced.contains(&story), is_evidenced);
            }
            for case in site.case_studies() {
                prop_assert_eq!(site.story(story).case_studies.contains(&case), site.case_study(case).story == Some(story));
            }
        }
        let pages = pages_with_documents(site);
        for &from in &pages {
            for &to in &pages {
                prop_assert_eq!(site.backlinks(to).any(|linked| linked == from), linked_from(site, from).contains(&to), "{:?} {:?}", from, to);
            }
        }
    }

    #[test]
    fn projected_documents_refer_to_their_sources(files in site(), audience in select(AUDIENCES.as_slice())) {
        let inputs = inputs(&files);
        let (whole, projected) = (link_whole(&inputs, &mut ParseCache::default(), |_| ()), linked(&inputs, audience));
        for (index, document) in projected.site.documents.iter().enumerate() {
            let origin = projected.origin(DocumentId(index));
            prop_assert_eq!(&whole.site.document(origin).path, &document.path);
            prop_assert_eq!(projected.made_from(origin), Some(DocumentId(index)));
        }
    }

    #[test]
    fn every_page_has_a_unique_address(files in site(), audience in select(AUDIENCES.as_slice())) {
        let inputs = inputs(&files);
        let linked = linked(&inputs, audience);
        let edition = edition(&files, &inputs, &linked);
        let pages = storybank::view::pages(&linked.site);
        let mut taken = BTreeSet::new();
        for page in &pages {
            let path = page.route.path();
            prop_assert!(taken.insert(path.to_lowercase()) || linked.has_errors(), "{}", path);
            prop_assert_eq!(Route::parse(&path), Some(page.route.clone()));
            if !linked.has_errors() {
                let artefact = edition.artefact(&page.route);
                prop_assert_eq!(artefact.map(Artefact::key), Some(page.key), "{}", path);
                let found = page.key.map(|key| linked.site.page(&linked.site.name(key)));
                prop_assert_eq!(found, page.key.map(Some), "{}", path);
            }
        }
    }
}

/// The options of a preview for an audience.
fn options(audience: Audience) -> Options {
    Options {
        audience: Some(audience),
        folder: "/site".to_owned(),
        boot: "boot".to_owned(),
        follow: false,
    }
}

fn assets_of(files: &Files, used: &BTreeSet<SitePath>) -> Assets {
    used.iter()
        .filter_map(|path| {
            Some((
                path.clone(),
                Arc::from(files.get(path.as_str())?.as_slice()),
            ))
        })
        .collect()
}

/// The status and the body of an answer, without the number of its revision.
fn without_revision(answer: &Answer) -> (u16, String) {
    let text = String::from_utf8_lossy(&answer.bytes).into_owned();
    let text = match text.split_once("data-revision=\"") {
        Some((before, after)) => format!(
            "{before}{}",
            after.trim_start_matches(|digit: char| digit.is_ascii_digit())
        ),
        None => text,
    };
    (answer.status, text)
}

/// Is in every place of [`EVERYWHERE`] if no text is tested.
const HARMLESS: &str = "XXharmlessXX";

/// A site with a text in every possible place. `FIELD` is the text in YAML, `BODY` in Markdown,
/// `CODE` as code.
const EVERYWHERE: &str = "
-- site.toml --
title = TOML
-- content/stories/a/index.md --
---
title: FIELD
headline: FIELD
role: FIELD
competencies: [c]
answers: [q]
facts: { FIELD: { value: FIELD, source: FIELD } }
told: [{ on: 2026, to: FIELD, round: FIELD }]
---

BODY

## BODY

- BODY #c
- **BODY** ~~BODY~~

### BODY

| BODY |
| --- |
| BODY |

[BODY](https://example.org \"BODY\") ![BODY](/p.png \"BODY\") [[q|BODY]] [[q]]

a `````CODE````` b

``````text
CODE
``````

``````rust
CODE
``````

> [!note] BODY
> BODY

> [!question] BODY

d[^1]

[^1]: BODY

## Result

BODY

## Follow-ups

### BODY

BODY
-- content/stories/a/v.md --
---
title: FIELD
headline: FIELD
by: FIELD
status: ready
---

## Result

BODY
-- content/questions/q.md --
---
question: FIELD
aliases: [FIELD]
competencies: [c]
asked: [{ on: 2026, by: FIELD, round: FIELD }]
---

![[a#result]]
-- content/questions/s.md --
## BODY

BODY
-- content/competencies/c.md --
---
title: FIELD
aliases: [FIELD]
frameworks: { FIELD: [FIELD] }
---
-- content/case-studies/k.md --
---
title: FIELD
story: a
actions: [{ what: FIELD, owner: FIELD }]
---

## Summary

BODY
-- content/p.png --
<svg xmlns=\"http://www.w3.org/2000/svg\"/>
";

/// A text that some format could interpret, without spaces, so that it counts as one word.
fn hostile() -> impl Strategy<Value = String> {
    let known = select(vec![
        "<script>alert(1)</script>",
        "</script><!--",
        "]]>",
        "<![CDATA[",
        "\"onload=\"x",
        "'onload='x",
        "&amp;",
        "&#60;b&#62;",
        "&lt",
        "{{site}}",
        "{%if%}",
        "{#x#}",
        "%%x%%",
        "<!--x",
        "</title></textarea>",
        "<b>",
        "[[q]]",
        "![[q]]",
        "[^1]",
        "#c",
        "`x`",
        "```",
        "$x$",
        "a|b",
        "\\",
        "\\\\",
        "{.private}",
        "javascript:x",
        "<https://x>",
        "~~x~~",
        "**x**",
        "..",
        ":::",
        "=",
    ]);
    // A hyphen or an underscore in the name of a figure is a space on the page.
    prop_oneof![known.prop_map(str::to_owned), "[!-,.-^`-~]{1,12}"]
        .prop_map(|text| format!("XX{text}XX"))
        .prop_filter("a blank", |text| !text.contains(['-', '_']))
}

/// [`EVERYWHERE`] with a text.
fn everywhere(text: &str) -> Files {
    let quoted = format!("{text:?}");
    let escaped: String = text
        .chars()
        .flat_map(|next| {
            if next.is_ascii_punctuation() {
                vec!['\\', next]
            } else {
                vec![next]
            }
        })
        .collect();
    let site = EVERYWHERE
        .replace("TOML", &quoted)
        .replace("FIELD", &quoted)
        .replace("BODY", &escaped)
        .replace("CODE", text);
    // The text must not contain the escape for bytes of the test helper.
    files(&site.replace("\\x", "\\x5cx"))
}

/// The parts of a page that do not depend on its text: its elements and the names of their
/// attributes.
fn skeleton(page: &html::Page) -> Vec<(String, Vec<String>)> {
    let is_mark = |id| {
        page.name(id) == "span"
            && page
                .attribute(id, "class")
                .is_some_and(|class| class.starts_with("hl-"))
    };
    let elements = page.elements().filter(|&id| !is_mark(id));
    elements
        .map(|id| {
            (
                page.name(id).to_owned(),
                page.attributes(id)
                    .map(|(name, _)| name.to_owned())
                    .collect(),
            )
        })
        .collect()
}

/// The attributes of a page that contain text.
fn attribute_words(page: &html::Page) -> Vec<String> {
    let attributes = page.elements().flat_map(|id| page.attributes(id));
    attributes
        .filter(|(name, _)| matches!(*name, "alt" | "title" | "content" | "aria-label"))
        .map(|(_, value)| value.to_owned())
        .collect()
}

proptest! {
    #![proptest_config(cases(60))]

    #[test]
    fn text_stays_text_in_any_place(text in hostile()) {
        let (files, plain) = (everywhere(&text), everywhere(HARMLESS));
        let made = common::make(&files, Audience::Private).map_err(|found| TestCaseError::fail(format!("{found:?}")))?;
        let expected = common::make(&plain, Audience::Private).expect("nothing is wrong with it");
        let page = |bytes: &Vec<u8>| html::parse(std::str::from_utf8(bytes).expect("a page is text"));
        // Slugs and addresses are derived from the texts, so pages are compared in the order of
        // their kinds.
        let fixed = ["index.html", "404.html", "stories.html", "questions.html", "competencies.html", "case-studies.html", "matrix.html", "coverage.html", "open-points.html", "stories/a.html", "stories/a/v.html", "stories/a/c.html", "questions/q.html", "competencies/c.html", "case-studies/k.html"];
        prop_assert_eq!(made.len(), expected.len());
        for path in fixed {
            let (made, expected) = (page(&made[path]), page(&expected[path]));
            prop_assert_eq!(&made.mistakes, &Vec::<String>::new(), "{}", path);
            prop_assert_eq!(skeleton(&made), skeleton(&expected), "{}", path);
            prop_assert_eq!(made.raw_text(0), expected.raw_text(0).replace(HARMLESS, &text), "{}", path);
            let words: Vec<String> = attribute_words(&expected).iter().map(|words| words.replace(HARMLESS, &text)).collect();
            prop_assert_eq!(attribute_words(&made), words, "{}", path);
        }
    }
}
