//! No byte that is built for an audience contains what the audience may not see: first every
//! private place, then random sites.
//!
//! Each place contains a unique word. In tests of text for the author only, the word must be on the
//! author's own pages. Otherwise a place that is dropped for everybody would count as hidden.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use common::{Artefacts, check_for, files, inputs, linked, make};
use proptest::prelude::*;
use storybank::diagnostic::rules;
use storybank::model::Audience;
use storybank::preview::{Assets, Options, Preview};

/// The word in private places.
const SECRET: &str = "xyzzyword";

const OTHERS: [Audience; 2] = [Audience::Team, Audience::Public];

/// Who sees the word in a place.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    ToTheAuthor,
    ToNobody,
}

use Shown::{ToNobody, ToTheAuthor};

/// A public site. The files of a case are added to it, or replace its own.
const BASE: &str = "
-- content/stories/outage.md --
---
title: The outage
competencies: [ownership]
answers: [hardest]
audience: public
---

## Result

It was mended.
-- content/stories/outage/short.md --
---
title: In short
---
-- content/questions/hardest.md --
---
question: What was hardest?
competencies: [ownership]
audience: public
---
-- content/competencies/ownership.md --
---
title: Ownership
audience: public
---
-- content/case-studies/naming.md --
---
title: The naming rule
story: outage
audience: public
---
";

/// The base with the files of a case. The word replaces `SECRET`.
fn with(case: &str) -> String {
    // The base has its story in one file; a variant needs it in a folder.
    let base = BASE.replace("stories/outage.md", "stories/outage/index.md");
    format!("{base}{case}\n").replace("SECRET", SECRET)
}

/// The answers of a preview for an audience at the addresses of all pages of the author's site, and
/// at the preview's own.
fn previewed_for(audience: Audience, text: &str) -> Artefacts {
    let options = Options {
        audience: Some(audience),
        folder: format!("/home/{SECRET}"),
        boot: "boot".to_owned(),
        follow: true,
    };
    let mut preview = Preview::new(options);
    let mut snapshot = None;
    // First the base, then a save, so that there is a page to follow and a last good page.
    for text in [with(""), text.to_owned()] {
        snapshot = preview
            .take(Ok(inputs(&files(&text))), |_| Assets::new())
            .or(snapshot);
    }
    let snapshot = snapshot.expect("there is one");
    let failed = preview
        .take(Err(format!("/home/{SECRET} is gone")), |_| Assets::new())
        .expect("it is a new state");
    let site = linked(&inputs(&files(text)), Audience::Private);
    let pages = storybank::view::pages(&site.site)
        .into_iter()
        .map(|page| page.route.path());
    let seats = ["/", "/@private/", "/@team/", "/@public/"];
    let mut answers: Artefacts = Artefacts::from([(
        "the page to follow".to_owned(),
        snapshot.saved_page().unwrap_or_default().into_bytes(),
    )]);
    // The answer may repeat an address that contains the word, because the client already knows it.
    // Such addresses are left out.
    for path in pages
        .filter(|path| !path.contains(SECRET))
        .chain(["data/questions.json".to_owned()])
    {
        for seat in seats {
            let address = format!("{seat}{path}");
            answers.insert(format!("failed {address}"), failed.answer(&address).bytes);
            answers.insert(address.clone(), snapshot.answer(&address).bytes);
        }
    }
    answers
}

#[test]
fn a_preview_for_others_contains_nothing_private() {
    let cases = [
        "-- content/stories/SECRET.md --\n---\ntitle: SECRET\ncompetencies: [ownership]\nanswers: [hardest]\n---\n## Result\n\nSECRET\n",
        "-- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n---\n## Result\n\na %%SECRET%% [[SECRET]]\n\n> [!private]\n> SECRET\n",
        "-- content/stories/outage/index.md --\n---\ntitle: SECRET\naudience: public\nnonsense: SECRET\n---\nSECRET\n",
        "-- content/case-studies/naming.md --\n---\ntitle: SECRET\naudience: public\n\nSECRET\n",
        "-- site.toml --\ntitle = \"SECRET\"\n[SECRET]\nwords = 1\n",
        "-- themes/default/templates/story.html --\n{% if SECRET %}{{ SECRET | SECRET }}\n",
    ];
    for case in cases {
        let text = with(case);
        assert_ne!(
            leaks(&previewed_for(Audience::Private, &text), SECRET),
            Vec::<String>::new(),
            "{text}"
        );
        for audience in OTHERS {
            assert_eq!(
                leaks(&previewed_for(audience, &text), SECRET),
                Vec::<String>::new(),
                "{text}"
            );
        }
    }
}

#[test]
fn the_list_of_questions_is_checked_for_forbidden_words() {
    for word in ["falcon", "fal\\\"con", "fal\\\\con", "falçon & co"] {
        let site = format!(
            "-- site.toml --\n[forbid]\nwords = [\"{word}\"]\n-- content/questions/a.md --\n---\nquestion: \"Why {word}?\"\naudience: team\n---\n"
        );
        let options = Options {
            audience: None,
            folder: "/site".to_owned(),
            boot: "boot".to_owned(),
            follow: false,
        };
        let snapshot = Preview::new(options)
            .take(Ok(inputs(&files(&site))), |_| Assets::new())
            .expect("it is the first");
        assert_eq!(snapshot.problems(), []);
        assert_eq!(
            snapshot.answer("/data/questions.json").status,
            200,
            "{word}"
        );
        let withheld = snapshot.answer("/@team/data/questions.json");
        assert_eq!(
            (
                withheld.status,
                withheld.mistake.map(|found| found.rule.name)
            ),
            (500, Some("withheld-word")),
            "{word}"
        );
        assert!(
            !String::from_utf8_lossy(&withheld.bytes).contains("fal"),
            "{word}"
        );
    }
}

/// A public story, with a body between two paragraphs that must stay.
fn story_with(body: &str) -> String {
    with(&format!(
        "-- content/stories/outage/index.md --\n---\ntitle: The outage\ncompetencies: [ownership]\nanswers: [hardest]\naudience: public\n---\n\n\
         ## Situation\n\nstaysbefore\n\n{body}\n\n## Result\n\nstaysafter\n"
    ))
}

/// A public case study, with a body between two paragraphs that must stay.
fn case_with(body: &str) -> String {
    with(&format!(
        "-- content/case-studies/naming.md --\n---\ntitle: The naming rule\nstory: outage\naudience: public\n---\n\n\
         ## Impact\n\nstaysbefore\n\n{body}\n\n## Detection\n\nstaysafter\n"
    ))
}

/// All bytes that would be sent to a wiki of each kind.
fn published(text: &str, audience: Audience) -> Artefacts {
    let mut sent = Artefacts::new();
    for (number, (kind, draft)) in common::drafts(&files(text), audience)
        .into_iter()
        .enumerate()
    {
        let Some(draft) = draft else { continue };
        for page in draft.pages {
            sent.insert(
                format!("{number} {kind} {}", page.location.path),
                page.text.into_bytes(),
            );
            sent.insert(
                format!("{number} {kind} title"),
                page.location.title.into_bytes(),
            );
        }
        sent.extend(
            draft
                .pictures
                .iter()
                .map(|(name, bytes)| (format!("{number} {kind} {name}"), bytes.to_vec())),
        );
    }
    sent
}

/// Writes a case study for a wiki of each kind, and returns the mistakes.
fn mistakes_of_wikis(name: &str, text: &str, stays: &[&str]) -> Vec<String> {
    let mut mistakes = Vec::new();
    for audience in OTHERS {
        let sent = published(text, audience);
        assert!(
            stays.is_empty() || !sent.is_empty(),
            "nothing would be published for {text}"
        );
        mistakes.extend(
            leaks(&sent, SECRET)
                .iter()
                .take(2)
                .map(|leak| format!("{name}, wiki for {}: {leak}", audience.name())),
        );
        for (path, bytes) in sent.iter().filter(|(path, _)| !path.ends_with("title")) {
            let text = String::from_utf8_lossy(bytes);
            mistakes.extend(
                stays
                    .iter()
                    .filter(|word| !text.contains(**word))
                    .map(|word| format!("{name}, {path}: `{word}` is gone")),
            );
        }
    }
    mistakes
}

/// Where the word is in the address or the bytes of an artefact.
fn leaks(artefacts: &Artefacts, word: &str) -> Vec<String> {
    let holds = |text: &str| text.to_lowercase().contains(word);
    let mut leaks = Vec::new();
    for (path, bytes) in artefacts {
        let text = String::from_utf8_lossy(bytes);
        if holds(path) {
            leaks.push(format!("the address {path}"));
        }
        leaks.extend(
            text.lines()
                .filter(|line| holds(line))
                .map(|line| format!("{path}: {line}")),
        );
    }
    leaks
}

/// Builds a site for all audiences except the author, and returns the mistakes.
fn mistakes_of(name: &str, text: &str, shown: Shown, stays: &[&str]) -> Vec<String> {
    let mut mistakes = Vec::new();
    for audience in OTHERS {
        match make(&files(text), audience) {
            Ok(artefacts) => {
                let leaks = leaks(&artefacts, SECRET);
                mistakes.extend(
                    leaks
                        .iter()
                        .take(2)
                        .map(|leak| format!("{name}, {}: {leak}", audience.name())),
                );
                let story = artefacts
                    .get("stories/outage.html")
                    .map(|bytes| String::from_utf8_lossy(bytes))
                    .unwrap_or_default();
                mistakes.extend(
                    stays
                        .iter()
                        .filter(|word| !story.contains(**word))
                        .map(|word| format!("{name}, {}: `{word}` is gone", audience.name())),
                );
            }
            Err(_) => mistakes.push(format!("{name}: not built\n{}", check_for(audience, text))),
        }
    }
    let own = make(&files(text), Audience::Private)
        .map(|artefacts| !leaks(&artefacts, SECRET).is_empty());
    if own != Ok(shown == ToTheAuthor) {
        mistakes.push(format!(
            "{name}: the author's pages should {}hold it: {own:?}",
            if shown == ToNobody { "not " } else { "" }
        ));
    }
    mistakes
}

/// Tries every body.
fn bodies_stay_private(bodies: &[(&str, Shown, &str)]) {
    let found: Vec<String> = bodies
        .iter()
        .flat_map(|(name, shown, body)| {
            let stays = ["staysbefore", "staysafter"];
            let of_site = mistakes_of(name, &story_with(body), *shown, &stays);
            of_site
                .into_iter()
                .chain(mistakes_of_wikis(name, &case_with(body), &stays))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

/// Tries every set of files.
fn files_stay_private(cases: &[(&str, Shown, &str)]) {
    let found: Vec<String> = cases
        .iter()
        .flat_map(|(name, shown, case)| {
            mistakes_of(name, &with(case), *shown, &[])
                .into_iter()
                .chain(mistakes_of_wikis(name, &with(case), &[]))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn comments_are_never_shown() {
    bodies_stay_private(&[
        ("in a line", ToNobody, "a %%SECRET%% b"),
        ("two in a line", ToNobody, "a %%SECRET%% b %%SECRET%%"),
        (
            "a block",
            ToNobody,
            "%%\nSECRET\n\n### SECRET\n\n- SECRET\n%%",
        ),
        (
            "at the end of a paragraph",
            ToNobody,
            "a\nb %%SECRET\n\nSECRET%%",
        ),
        ("in an item", ToNobody, "- a %%SECRET%%\n- b"),
        ("over two items", ToNobody, "- a %%SECRET\n- SECRET%% b"),
        (
            "in a nested item",
            ToNobody,
            "- a\n  - b %%SECRET%%\n\n    %%SECRET%%\n",
        ),
        ("in a quote", ToNobody, "> a %%SECRET\n> SECRET%% b"),
        (
            "in a table",
            ToNobody,
            "| a | b |\n| --- | --- |\n| c %%SECRET%% | d |",
        ),
        ("in a heading", ToNobody, "### a %%SECRET%% b"),
        (
            "around a block of code",
            ToNobody,
            "%%\n```\nSECRET\n```\n%%",
        ),
        (
            "around half a block of code",
            ToNobody,
            "%%\n```\nSECRET\n%%",
        ),
        ("around tildes", ToNobody, "%%\n~~~ text\nSECRET\n~~~\n%%"),
        ("around code in a line", ToNobody, "a %%`SECRET`%% b"),
        ("after code with the sign", ToNobody, "`%%` a %%SECRET%%"),
        (
            "between code with the sign",
            ToNobody,
            "`%%` a %%SECRET%% b `%%`",
        ),
        (
            "in a label",
            ToNobody,
            "[a %%SECRET%% b](https://example.org)",
        ),
        ("in a footnote", ToNobody, "a[^1]\n\n[^1]: b %%SECRET%% c"),
        ("in a call-out", ToNobody, "> [!note] a %%SECRET%%\n> b"),
        (
            "beside windows line ends",
            ToNobody,
            "a %%SECRET\r\nSECRET%% b",
        ),
        ("in HTML", ToNobody, "<div>a %%SECRET%% b</div>"),
    ]);
}

/// A footnote reference without a footnote shows readers that something is hidden, and is a red
/// error in MediaWiki.
#[test]
fn references_to_removed_footnotes_are_removed() {
    for (note, is_shown_to_author) in [
        ("%%source: Kim%%", false),
        ("<!-- source: Kim -->", false),
        ("%%a%%\n\n    %%b%%", false),
        ("- %%a%%", false),
        ("*%%a%%*", false),
        ("", false),
        ("> [!private] only me", true),
        ("> [!private] only me\n\n    %%a%%", true),
        ("seen", true),
        ("`seen`", true),
        ("---", true),
    ] {
        let text = format!(
            "-- content/case-studies/naming.md --\n---\ntitle: Naming\naudience: team\n---\nA note[^a] and[^b].\n\n[^a]: {note}\n\n[^b]: kept\n"
        );
        let is_shown_to_team = is_shown_to_author && !note.contains("private");
        for (audience, is_shown) in [
            (Audience::Private, is_shown_to_author),
            (Audience::Team, is_shown_to_team),
        ] {
            let page = &common::site_for(audience, &text)["case-studies/naming.html"];
            let wanted = if is_shown { 2 } else { 1 };
            assert_eq!(
                page.matches("class=\"footnote-ref\"").count(),
                wanted,
                "{note} {audience:?}"
            );
            assert_eq!(
                page.matches("class=\"footnote-back\"").count(),
                wanted,
                "{note} {audience:?}"
            );
        }
        for (kind, draft) in common::drafts(&files(&text), Audience::Team) {
            let draft = draft.expect("there is a case study");
            assert!(draft.pages[0].text.contains("kept"), "{kind}");
            let is_numbered = kind == "mediawiki" && draft.pages[0].text.contains("note-2");
            assert!(
                kind != "mediawiki" || is_numbered == is_shown_to_team,
                "{kind} {note}: {}",
                draft.pages[0].text
            );
        }
    }
}

#[test]
fn a_comment_does_not_end_its_block() {
    bodies_stay_private(&[
        (
            "a private note",
            ToTheAuthor,
            "> [!private] a %%b\n> c%% d\n> SECRET",
        ),
        (
            "a private note with blocks",
            ToTheAuthor,
            "> [!private] a\n>\n> %%\n> b\n> %%\n>\n> SECRET",
        ),
    ]);
}

#[test]
fn a_comment_after_an_escaped_backslash_is_not_shown() {
    bodies_stay_private(&[("after an escaped backslash", ToNobody, "a \\\\%%SECRET%% b")]);
}

#[test]
fn html_comments_are_never_shown() {
    bodies_stay_private(&[
        ("in a line", ToNobody, "a <!-- SECRET --> b"),
        ("over two lines", ToNobody, "a <!-- SECRET\nSECRET --> b"),
        ("a block", ToNobody, "<!-- SECRET -->"),
        (
            "a block of several lines",
            ToNobody,
            "<!--\nSECRET\n\nSECRET\n-->",
        ),
        (
            "a block with markup",
            ToNobody,
            "<!--\n<b>SECRET</b> -- > SECRET\n-->",
        ),
        (
            "in a block of HTML",
            ToNobody,
            "<div>\n<!-- SECRET -->\n</div>",
        ),
        (
            "in a block of HTML over lines",
            ToNobody,
            "<div>\n<!--\nSECRET\n-->\n</div>",
        ),
        ("in an item", ToNobody, "- a <!-- SECRET -->"),
        ("a processing instruction", ToNobody, "a <?SECRET?> b"),
        ("a declaration", ToNobody, "a <!SECRET x> b"),
    ]);
}

#[test]
fn multiline_html_comments_in_containers_are_never_shown() {
    bodies_stay_private(&[
        (
            "in an item over lines",
            ToNobody,
            "- a\n\n  <!--\n  SECRET\n  -->",
        ),
        ("in a quote over lines", ToNobody, "> <!--\n> SECRET\n> -->"),
        (
            "in a call-out over lines",
            ToNobody,
            "> [!note]\n> <!--\n> SECRET\n> -->",
        ),
        (
            "in a line of an item over lines",
            ToNobody,
            "- a <!-- b\n  SECRET --> c",
        ),
        (
            "in a line of a quote over lines",
            ToNobody,
            "> a <!-- b\n> SECRET --> c",
        ),
        (
            "in a block of HTML in a quote",
            ToNobody,
            "> <div>\n> <!--\n> SECRET\n> -->\n> </div>",
        ),
    ]);
}

#[test]
fn remarks_and_private_notes_are_private() {
    bodies_stay_private(&[
        ("a question", ToTheAuthor, "> [!question] SECRET"),
        ("answered", ToTheAuthor, "> [!answered] SECRET\n> SECRET"),
        ("private", ToTheAuthor, "> [!private] SECRET\n>\n> SECRET"),
        ("in capitals", ToTheAuthor, "> [!PRIVATE] SECRET"),
        ("folded", ToTheAuthor, "> [!private]- SECRET"),
        ("without a blank", ToTheAuthor, ">[!private]\n>SECRET"),
        ("with a lazy line", ToTheAuthor, "> [!private] a\nSECRET"),
        (
            "with blocks",
            ToTheAuthor,
            "> [!private]\n> - SECRET\n>\n> ```\n> SECRET\n> ```\n>\n> | a |\n> | --- |\n> | SECRET |\n>\n> ### SECRET",
        ),
        (
            "with a call-out inside",
            ToTheAuthor,
            "> [!private] a\n>\n> > [!note] SECRET\n>\n> SECRET",
        ),
        (
            "in a call-out",
            ToTheAuthor,
            "> [!note] a\n>\n> > [!private] SECRET\n>\n> b",
        ),
        (
            "in an item",
            ToTheAuthor,
            "- a\n\n  > [!question] SECRET\n- b",
        ),
        (
            "in a tight item",
            ToTheAuthor,
            "- > [!question] SECRET\n- b",
        ),
        ("in a quote", ToTheAuthor, "> a\n>\n> > [!private] SECRET"),
        (
            "in a footnote",
            ToTheAuthor,
            "a[^1]\n\n[^1]: b\n\n    > [!private] SECRET",
        ),
        (
            "with a footnote",
            ToTheAuthor,
            "> [!private] a[^1]\n\n[^1]: SECRET",
        ),
        (
            "with a picture",
            ToTheAuthor,
            "> [!private] a [SECRET](https://example.org/SECRET)",
        ),
        ("with HTML", ToTheAuthor, "> [!private]\n> <b>SECRET</b>"),
    ]);
}

#[test]
fn remarks_as_callouts_are_private() {
    bodies_stay_private(&[
        ("a line", ToTheAuthor, "*Question: SECRET*"),
        ("in small letters", ToTheAuthor, "*question : SECRET*"),
        ("with underscores", ToTheAuthor, "_Question: SECRET_"),
        ("over two lines", ToTheAuthor, "*Question: SECRET\nSECRET*"),
        (
            "with markup",
            ToTheAuthor,
            "*Question: is **SECRET** `SECRET` right?*",
        ),
        ("before other text", ToTheAuthor, "*Question: SECRET*\nb"),
        ("in a quote", ToTheAuthor, "> *Question: SECRET*"),
        (
            "in a loose item",
            ToTheAuthor,
            "- a\n\n  *Question: SECRET*\n\n- b",
        ),
    ]);
}

#[test]
fn remarks_as_callouts_are_private_anywhere() {
    bodies_stay_private(&[
        ("an item", ToTheAuthor, "- *Question: SECRET*\n- b"),
        ("a nested item", ToTheAuthor, "- a\n  - *Question: SECRET*"),
        ("after other text", ToTheAuthor, "a\n*Question: SECRET*"),
        (
            "two in a paragraph",
            ToTheAuthor,
            "*Question: SECRET*\n*Question: SECRET*",
        ),
    ]);
}

#[test]
fn private_sections_are_hidden() {
    bodies_stay_private(&[
        (
            "a section",
            ToTheAuthor,
            "## SECRET {.private}\n\nSECRET\n\n- SECRET",
        ),
        (
            "a section with an id",
            ToTheAuthor,
            "## SECRET {#SECRET .private}\n\nSECRET",
        ),
        (
            "a section with headings",
            ToTheAuthor,
            "## a {.private}\n\n### SECRET\n\nSECRET\n\n#### SECRET\n\nSECRET",
        ),
        (
            "a section of a known part",
            ToTheAuthor,
            "## Action {.private}\n\nSECRET",
        ),
        (
            "underlined",
            ToTheAuthor,
            "SECRET {.private}\n---\n\nSECRET",
        ),
        (
            "with closing signs",
            ToTheAuthor,
            "## SECRET ## {.private}\n\nSECRET",
        ),
        (
            "a section with a footnote",
            ToTheAuthor,
            "## a {.private}\n\nb[^1]\n\n[^1]: SECRET",
        ),
        (
            "a lower heading",
            ToTheAuthor,
            "### SECRET {.private}\n\nSECRET\n\n#### SECRET\n\nSECRET",
        ),
        (
            "a lower heading before another",
            ToTheAuthor,
            "### a {.private}\n\nSECRET\n\n### b\n\nc",
        ),
        (
            "a link from outside",
            ToTheAuthor,
            "[[#SECRET]] [a](#SECRET)\n\n## SECRET {.private}\n\nb",
        ),
        (
            "a link from outside to a heading in it",
            ToTheAuthor,
            "[a](#SECRET)\n\n## b {.private}\n\n### SECRET",
        ),
        (
            "a footnote that only it refers to",
            ToTheAuthor,
            "[^1]: SECRET\n\n## a {.private}\n\nb[^1]",
        ),
        (
            "follow-ups",
            ToTheAuthor,
            "## Follow-ups {.private}\n\n### SECRET\n\nSECRET",
        ),
        (
            "shown elsewhere",
            ToTheAuthor,
            "## a {.private}\n\nSECRET\n\n## b\n\n![[hardest]]\n",
        ),
    ]);
}

#[test]
fn questions_in_private_sections_are_hidden() {
    bodies_stay_private(&[
        (
            "by its heading",
            ToTheAuthor,
            "[[outage#SECRET]]\n\n## Follow-ups {.private}\n\n### SECRET\n\nb",
        ),
        (
            "by its slug",
            ToTheAuthor,
            "[[outage-SECRET]]\n\n## Follow-ups {.private}\n\n### SECRET\n\nb",
        ),
    ]);
    let sheet = "-- content/questions/sheet.md --\n---\naudience: public\n---\n\n## a\n\n[[SECRET]]\n\n## SECRET {.private}\n\nb\n";
    files_stay_private(&[("of a sheet", ToTheAuthor, sheet)]);
}

#[test]
fn misspelt_private_sections_are_hidden() {
    let headings = [
        "## SECRET {.private} ##",
        "## SECRET {.Private}",
        "## SECRET {private}",
        "## SECRET { .private }",
        "## SECRET {.private}.",
    ];
    let mut shown = Vec::new();
    for heading in headings {
        let built = make(&files(&story_with(heading)), Audience::Team);
        shown.extend(
            built
                .is_ok_and(|artefacts| !leaks(&artefacts, SECRET).is_empty())
                .then_some(heading),
        );
    }
    assert_eq!(
        shown,
        Vec::<&str>::new(),
        "an error for its author, or a private section"
    );
}

#[test]
fn private_headings_in_containers_are_hidden() {
    bodies_stay_private(&[
        (
            "in a quote",
            ToTheAuthor,
            "> ### SECRET {.private}\n>\n> SECRET",
        ),
        (
            "in a call-out",
            ToTheAuthor,
            "> [!note]\n> ## SECRET {.private}\n> SECRET",
        ),
        (
            "in an item",
            ToTheAuthor,
            "- ### SECRET {.private}\n\n  SECRET",
        ),
    ]);
}

#[test]
fn private_chapters_are_hidden() {
    bodies_stay_private(&[(
        "a chapter",
        ToTheAuthor,
        "# a {.private}\n\nSECRET\n\n## b\n\nSECRET\n\n# c",
    )]);
}

#[test]
fn private_sections_under_the_title_are_hidden() {
    files_stay_private(&[(
        "the title again",
        ToTheAuthor,
        "-- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n---\n\n## The outage {.private}\n\nSECRET\n\n## Result\n\na\n",
    )]);
}

#[test]
fn misspelt_private_notes_are_hidden() {
    bodies_stay_private(&[
        ("misspelt", ToTheAuthor, "> [!privat] SECRET"),
        ("with a blank", ToTheAuthor, "> [! private] SECRET"),
    ]);
}

#[test]
fn private_fields_are_hidden() {
    let story = |fields: &str| {
        format!(
            "-- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n{fields}\n---\n\na\n"
        )
    };
    let question = |fields: &str| {
        format!(
            "-- content/questions/hardest.md --\n---\nquestion: What was hardest?\naudience: public\n{fields}\n---\n\na\n"
        )
    };
    files_stay_private(&[
        (
            "told to",
            ToTheAuthor,
            &story("told: [{ on: 2026-10-02, to: SECRET, round: SECRET }]"),
        ),
        (
            "asked by",
            ToTheAuthor,
            &question("asked: [{ on: 2026-10-02, by: SECRET, round: SECRET }]"),
        ),
        (
            "a comment in front matter",
            ToNobody,
            &story("# SECRET\nrole: a # SECRET"),
        ),
        (
            "a comment in the settings",
            ToNobody,
            "-- site.toml --\n# SECRET\ntitle = \"a\"\n",
        ),
        (
            "words to look for",
            ToNobody,
            "-- site.toml --\n[redact]\n\"SECRET\" = \"b\"\n[forbid]\nwords = [\"SECRET\"]\n",
        ),
        (
            "a comment in a template",
            ToNobody,
            "-- themes/default/templates/404.html --\n{# SECRET #}<!doctype html><title>a</title>\n",
        ),
    ]);
    let strong = with(&story("strength: 4\nanswers: [hardest]"));
    for audience in OTHERS {
        let artefacts = make(&files(&strong), audience).expect("it is sound");
        let story = String::from_utf8_lossy(&artefacts["stories/outage.html"]);
        assert!(!story.contains("strength"), "{story}");
    }
}

/// A private page to which everything else refers in every possible way.
const REFERRED: &str = "
-- content/stories/outage/index.md --
---
title: The outage
competencies: [ownership, SECRET-competency]
answers: [hardest, SECRET-question]
audience: public
---

a [[SECRET-story]] [[stories/SECRET-story#result]] [[SECRET-question]] [[SECRET-competency]] [[SECRET-case]] [[outage/SECRET-variant]]
[b](../SECRET-story/index.md) [c](../../questions/SECRET-question.md#SECRET) ![[outage/SECRET-variant]]

![[SECRET-story#result]]

![[SECRET-story]]

![[SECRET-question]]

![[outage/SECRET-variant#result]]

- d #SECRET-competency
- e #ownership #SECRET-competency

## Follow-ups

### f

[[outage/SECRET-competency]]
-- content/questions/hardest.md --
---
question: What was hardest?
competencies: [ownership, SECRET-competency]
about: SECRET-story
audience: public
---

g [[SECRET-story]]
-- content/questions/sheet.md --
---
about: SECRET-story
competencies: [SECRET-competency]
audience: public
---

## h

i
-- content/case-studies/naming.md --
---
title: The naming rule
story: SECRET-story
audience: public
---

j [[SECRET-case]]
-- content/home.md --
---
audience: public
---

k [[SECRET-story]]
";

/// The page that [`REFERRED`] refers to, whose front matter has `fields`.
fn referred(fields: &str) -> String {
    let documents = [
        (
            "stories/SECRET-story/index",
            "title: SECRET\nheadline: SECRET\nrole: SECRET\nfacts: { SECRET: SECRET }\nanswers: [hardest]\ncompetencies: [ownership]",
        ),
        (
            "stories/SECRET-story/told",
            "title: SECRET\naudience: public\nanswers: [hardest]",
        ),
        (
            "stories/outage/SECRET-variant",
            "title: SECRET\nheadline: SECRET\ncompetencies: [ownership]\nanswers: [hardest]",
        ),
        (
            "questions/SECRET-question",
            "question: SECRET\naliases: [SECRET]\ncompetencies: [ownership]",
        ),
        (
            "competencies/SECRET-competency",
            "title: SECRET\naliases: [SECRET]\nframeworks: { SECRET: [SECRET] }",
        ),
        (
            "case-studies/SECRET-case",
            "title: SECRET\nactions: [{ what: SECRET, owner: SECRET }]\nstory: outage",
        ),
    ];
    let body = "SECRET [[outage]] [[hardest]] [[ownership]] [[naming]]\n\n## Result\n\nSECRET\n\n## SECRET\n\nSECRET #ownership\n";
    let files = documents.map(|(name, meta)| {
        let fields = if name.ends_with("told") { "" } else { fields };
        format!("-- content/{name}.md --\n---\n{meta}\n{fields}\n---\n\n{body}")
    });
    // A transclusion of the page must not link to itself.
    REFERRED.replace(" ![[outage/SECRET-variant]]", "") + &files.concat()
}

#[test]
fn private_pages_are_hidden() {
    files_stay_private(&[
        ("private", ToTheAuthor, &referred("audience: private")),
        // The text of a link without words is what its author sees for a draft.
        (
            "draft",
            ToTheAuthor,
            &referred("audience: public\nstatus: draft"),
        ),
    ]);
}

#[test]
fn other_private_pages_are_hidden() {
    files_stay_private(&[
        (
            "a program's telling",
            ToTheAuthor,
            "-- content/stories/outage/other.md --\n---\ntitle: SECRET\nby: chatgpt\nstatus: ready\naudience: public\n---\n\nSECRET\n",
        ),
        (
            "a program's name",
            ToTheAuthor,
            "-- content/stories/outage/other.md --\n---\nby: SECRET\nstatus: ready\n---\n",
        ),
        (
            "a sheet",
            ToTheAuthor,
            "-- content/questions/sheet.md --\n---\ntitle: a\n---\n\n## SECRET\n\nSECRET\n",
        ),
        (
            "a question of a sheet",
            ToTheAuthor,
            "-- content/questions/sheet.md --\n---\naudience: public\n---\n\n## a\n\nb\n\n## SECRET {.private}\n\nSECRET\n",
        ),
        (
            "the text of the home page",
            ToTheAuthor,
            "-- content/home.md --\n---\ntitle: SECRET\n---\n\nSECRET\n",
        ),
        (
            "a case study for the team",
            ToTheAuthor,
            "-- content/case-studies/naming.md --\n---\ntitle: a\naudience: private\n---\n\nSECRET\n",
        ),
        (
            "a file in no folder of the site",
            ToNobody,
            "-- content/notes/SECRET.md --\nSECRET\n",
        ),
        (
            "a theme that is not used",
            ToNobody,
            "-- themes/other/static/SECRET.css --\nSECRET\n",
        ),
    ]);
}

#[test]
fn files_that_only_private_text_uses_are_not_published() {
    let story = |body: &str| {
        format!(
            "-- content/pictures/a.png --\nSECRET\n-- content/unused.png --\nSECRET\n\
             -- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n---\n\n{body}\n"
        )
    };
    files_stay_private(&[
        (
            "in a private note",
            ToTheAuthor,
            &story("> [!private] ![SECRET](../../pictures/a.png \"SECRET\")"),
        ),
        (
            "in a private section",
            ToTheAuthor,
            &story("## a {.private}\n\n[SECRET](../../pictures/a.png)"),
        ),
        ("nowhere", ToNobody, &story("a")),
        (
            "in a comment",
            ToNobody,
            &story("%%![a](../../pictures/a.png)%%"),
        ),
    ]);
}

#[test]
fn names_of_files_stay_private() {
    let named = |body: &str| {
        format!(
            "-- content/clients/SECRET/SECRET plan.png --\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n-- content/stories/outage/SECRET.png --\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n\
             -- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n---\n\n{body}\n"
        )
    };
    files_stay_private(&[
        (
            "a picture",
            ToNobody,
            &named("![a](<../../clients/SECRET/SECRET plan.png>)"),
        ),
        (
            "a download",
            ToNobody,
            &named("[a](../../clients/SECRET/SECRET%20plan.png)"),
        ),
        (
            "a picture without words",
            ToNobody,
            &named("![](SECRET.png)"),
        ),
    ]);
}

#[test]
fn file_extensions_stay_private() {
    let site = with(
        "-- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n---\n\n[a](plan.SECRET) [b](plan.tar.gz) ![c](d.offer-for-SECRET)\n\
         -- content/stories/outage/plan.SECRET --\nplan\n-- content/stories/outage/plan.tar.gz --\nall plans\n\
         -- content/stories/outage/d.offer-for-SECRET --\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h9\"/></svg>\n",
    );
    for audience in OTHERS {
        let made = make(&files(&site), audience).expect("it is sound");
        assert_eq!(leaks(&made, SECRET), Vec::<String>::new());
        let ends: Vec<&str> = made
            .keys()
            .filter_map(|path| Some(path.strip_prefix("assets/")?.split_at(16).1))
            .collect();
        assert!(
            ends.len() == 3 && ["", ".gz", ".svg"].iter().all(|end| ends.contains(end)),
            "{ends:?}"
        );
    }
}

#[test]
fn names_of_embedded_files_stay_private() {
    files_stay_private(&[(
        "embedded",
        ToNobody,
        "-- content/stories/outage/SECRET.png --\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n-- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n---\n\n![[SECRET.png]]\n",
    )]);
}

/// Places in public text where a word must be replaced. `WORD` becomes each spelling of the word.
const REPLACED: &[(&str, &str)] = &[
    (
        "the title of the site",
        "-- site.toml --\ntitle = \"a WORD b\"\n",
    ),
    (
        "a title",
        "-- content/stories/outage/index.md --\n---\ntitle: a WORD b\naudience: public\n---\n",
    ),
    (
        "a headline",
        "-- content/stories/outage/index.md --\n---\ntitle: a\nheadline: a WORD b\naudience: public\n---\n",
    ),
    (
        "a role",
        "-- content/stories/outage/index.md --\n---\ntitle: a\nrole: a WORD b\naudience: public\n---\n",
    ),
    (
        "figures",
        "-- content/stories/outage/index.md --\n---\ntitle: a\nfacts: { \"a WORD\": { value: \"WORD b\", source: \"WORD c\" } }\naudience: public\n---\n",
    ),
    (
        "a variant",
        "-- content/stories/outage/other.md --\n---\ntitle: a WORD b\nheadline: WORD\n---\n",
    ),
    (
        "a question",
        "-- content/questions/hardest.md --\n---\nquestion: a WORD b?\naliases: [a WORD b]\naudience: public\n---\n",
    ),
    (
        "a sheet",
        "-- content/questions/sheet.md --\n---\naudience: public\nabout: outage\n---\n\n## a WORD b?\n\nc\n",
    ),
    (
        "a follow-up",
        "-- content/stories/outage/index.md --\n---\ntitle: a\naudience: public\n---\n\n## Follow-ups\n\n### a WORD b?\n\nc\n",
    ),
    (
        "a competency",
        "-- content/competencies/ownership.md --\n---\ntitle: a WORD b\naliases: [WORD]\nframeworks: { \"WORD\": [a WORD b] }\naudience: public\n---\n",
    ),
    (
        "a case study",
        "-- content/case-studies/naming.md --\n---\ntitle: a WORD b\nactions: [{ what: a WORD b, owner: WORD }]\naudience: public\n---\n",
    ),
    (
        "the names of files",
        "-- content/stories/a-WORD/index.md --\n---\ntitle: a\naudience: public\n---\n\n[[a-WORD/b-WORD]]\n-- content/stories/a-WORD/b-WORD.md --\n---\ntitle: b\n---\n",
    ),
    (
        "the name of a question",
        "-- content/questions/a-WORD.md --\n---\nquestion: a?\naudience: public\n---\n-- content/stories/outage/other.md --\n---\nanswers: [a-WORD]\n---\n\n[[a-WORD]]\n",
    ),
    (
        "the name of a competency",
        "-- content/competencies/a-WORD.md --\n---\ntitle: a\naudience: public\n---\n-- content/stories/outage/other.md --\n---\ncompetencies: [a-WORD]\n---\n\n[[a-WORD]]\n",
    ),
];

/// The same in the body of a story.
const REPLACED_IN_BODIES: &[(&str, &str)] = &[
    ("text", "a WORD, b"),
    ("emphasis", "a **WORD** b ~~WORD~~"),
    ("a list", "- WORD\n- [ ] WORD"),
    ("a heading", "## a WORD b\n\nc [[#a-WORD-b]]\n\n### d WORD"),
    (
        "a heading with an id",
        "## a {#b-WORD}\n\nc [[outage#b-WORD]]",
    ),
    ("code in a line", "a `b(WORD)` c"),
    ("a block of code", "```text\nlet a = \"WORD\";\n```"),
    ("the language of a block of code", "```WORD\na\n```"),
    ("marked code", "```rust\nlet a = \"WORD\"; // WORD\n```"),
    ("a table", "| a WORD |\n| --- |\n| b WORD |"),
    ("a footnote", "a[^WORD]\n\n[^WORD]: b WORD"),
    ("a label", "[a WORD b](https://example.org \"c WORD d\")"),
    (
        "an address",
        "[a](https://example.org/WORD) and <https://WORD.example.org>",
    ),
    ("a wikilink", "[[hardest|a WORD b]]"),
    ("a call-out", "> [!note] a WORD b\n> c WORD d"),
    ("HTML", "<b title=\"a WORD b\">WORD</b>"),
    ("a reference", "a [b WORD][c]\n\n[c]: https://example.org"),
];

/// Spellings of `Xyzzyword Incorporated`.
const SPELLINGS: &[&str] = &[
    "Xyzzyword Incorporated",
    "XYZZYWORD INCORPORATED",
    "xyzzyword-incorporated",
    "XyzzywordIncorporated",
    "xyzzyword_incorporated",
];

const REDACTED: &str = "-- site.toml --\n[redact]\n\"Xyzzyword Incorporated\" = \"the customer\"\n";

/// The same site with additional redaction settings.
fn redacted(text: &str) -> String {
    let settings = text
        .split("-- ")
        .find_map(|file| file.strip_prefix("site.toml --\n"))
        .unwrap_or_default();
    format!(
        "{text}\n{}",
        REDACTED.replace("[redact]", &format!("{settings}[redact]"))
    )
}

#[test]
fn redacted_words_are_replaced_in_any_spelling() {
    let mut found = Vec::new();
    for (name, case) in REPLACED {
        // An author can choose the name of a file, and the slug comes from it.
        let names = ["xyzzyword-incorporated", "Xyzzyword Incorporated"];
        let spellings = if case.contains("/a-WORD") {
            &names
        } else {
            &SPELLINGS[..2]
        };
        for spelling in spellings {
            found.extend(mistakes_of(
                &format!("{name} as `{spelling}`"),
                &redacted(&with(&case.replace("WORD", spelling))),
                ToTheAuthor,
                &[],
            ));
        }
    }
    for (name, body) in REPLACED_IN_BODIES {
        // An address, an id and the name of a language end at a space.
        let is_one_word = ["example.org/WORD", "{#b-WORD}", "```WORD"]
            .iter()
            .any(|place| body.contains(place));
        let tried = SPELLINGS
            .iter()
            .filter(|spelling| !(is_one_word && spelling.contains(' ')));
        let body: Vec<String> = tried
            .map(|spelling| body.replace("WORD", spelling))
            .collect();
        found.extend(mistakes_of(
            name,
            &redacted(&story_with(&body.join("\n\n"))),
            ToTheAuthor,
            &[],
        ));
    }
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn redacted_words_are_replaced_across_line_ends() {
    let bodies = [
        ("a paragraph", "a Xyzzyword\nIncorporated b"),
        ("an item", "- a Xyzzyword\n  Incorporated b"),
        ("a quote", "> a Xyzzyword\n> Incorporated b"),
    ];
    let found: Vec<String> = bodies
        .iter()
        .flat_map(|(name, body)| mistakes_of(name, &redacted(&story_with(body)), ToTheAuthor, &[]))
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn redacted_words_are_replaced_at_all_boundaries() {
    let bodies = [
        (
            "before a break",
            "a Xyzzyword Incorporated<br>next, Xyzzyword **Incorp**orated<br/>next",
        ),
        ("over a break", "a Xyzzyword<br>Incorporated b"),
        (
            "before the end of a line",
            "a Xyzzyword **Incorp**orated\\\nnext, Xyzzyword *Incorporated*  \nnext",
        ),
        (
            "over the end of a line",
            "a **Xyzzyword**\\\nIncorporated, Xyzzyword  \nIncorporated",
        ),
        (
            "cut up",
            "Xyzzy**word** Incorporated, Xyzzyword <b>Inc</b>orporated, [Xyzzyword](https://example.org) Incorporated",
        ),
        (
            "cut up by several",
            "Xyzzy***wo*rd Incorp**<kbd>or</kbd>ated, *Xyzzyword Incorporated*next",
        ),
        (
            "beside a footnote",
            "a Xyzzyword Incorporated[^1]b\n\n[^1]: c",
        ),
        (
            "beside a picture",
            "a ![Xyzzyword Incorporated](https://example.org/a.png)b",
        ),
        (
            "in cells",
            "| Xyzzyword **Incorp**orated | is late |\n| --- | --- |\n| **Xyzzyword** Incorporated | a |",
        ),
        (
            "in HTML",
            "<table><tr><td>Xyzzyword Incorp<b>orated</b></td><td>late</td></tr></table>",
        ),
        (
            "in paragraphs of HTML",
            "<p>Xyzzyword Incorp<b title=\"a > b\">orated</b></p><p>was late</p>",
        ),
        (
            "in a list of terms",
            "<dl><dt>Xyzzyword <i>Inc</i>orporated</dt><dd>late</dd></dl>",
        ),
        (
            "in a summary",
            "<details><summary>Xyzzyword Inc<i>orporated</i></summary>late</details>",
        ),
        (
            "in an attribute",
            "<abbr title='Xyzzyword-Incorporated'>a</abbr>",
        ),
        (
            "behind what nobody sees",
            "Xyzzy\u{2066}word Incor\u{fe0f}porated\u{e0020} and XYZZYWORD\u{34f} INCORPORATED\u{3164}",
        ),
    ];
    let found: Vec<String> = bodies
        .iter()
        .flat_map(|(name, body)| {
            let stays = ["staysbefore", "staysafter", "the customer"];
            mistakes_of(name, &redacted(&story_with(body)), ToTheAuthor, &stays)
                .into_iter()
                .chain(mistakes_of_wikis(name, &redacted(&case_with(body)), &[]))
        })
        .collect();
    assert!(found.is_empty(), "{}", found.join("\n"));
}

#[test]
fn a_replacement_in_html_is_text() {
    let settings = "-- site.toml --\n[redact]\nJane = \"R&D <x>\"\n";
    let shown = common::site_for(
        Audience::Team,
        &format!(
            "{}{settings}",
            story_with("<mark title=\"Jane\">Jane</mark> <b>a</b>")
        ),
    );
    assert!(
        shown["stories/outage.html"]
            .contains("<mark title=\"R&amp;D &lt;x&gt;\">R&amp;D &lt;x&gt;</mark>"),
        "{}",
        shown["stories/outage.html"]
    );
}

#[test]
fn words_split_by_markup_are_refused() {
    for body in [
        "Xyzzy**word** Incorporated",
        "Xyzzyword <b>Inc</b>orporated",
        "[Xyzzyword](https://example.org) Incorporated",
        "Xyzzy\\word Incorporated",
    ] {
        let text = redacted(&story_with(body));
        for audience in OTHERS {
            match make(&files(&text), audience) {
                Ok(artefacts) => {
                    assert_eq!(leaks(&artefacts, SECRET), Vec::<String>::new(), "{body}");
                }
                Err(found) => assert!(
                    found.iter().any(|found| found.rule == &rules::LEAK),
                    "{body}"
                ),
            }
        }
    }
}

#[test]
fn forbidden_words_stop_the_build() {
    let settings = "-- site.toml --\n[forbid]\nwords = [\"Xyzzyword Incorporated\"]\n";
    let mut missed = Vec::new();
    for (name, case) in REPLACED
        .iter()
        .filter(|(_, case)| !case.contains("site.toml"))
    {
        let text = format!(
            "{}\n{settings}",
            with(&case.replace("WORD", "Xyzzyword-Incorporated"))
        );
        missed.extend(
            OTHERS
                .iter()
                .filter(|audience| !is_refused_as_leak(&text, **audience))
                .map(|_| *name),
        );
        assert!(
            make(&files(&text), Audience::Private).is_ok(),
            "{name}: the author may see it"
        );
    }
    for (name, body) in REPLACED_IN_BODIES
        .iter()
        .filter(|(_, body)| !body.contains("```WORD") && !body.contains("[^WORD]: b WORD"))
    {
        let text = format!(
            "{}\n{settings}",
            story_with(&body.replace("WORD", "xyzzyword-incorporated"))
        );
        missed.extend(
            OTHERS
                .iter()
                .filter(|audience| !is_refused_as_leak(&text, **audience))
                .map(|_| *name),
        );
    }
    assert_eq!(missed, Vec::<&str>::new());
}

fn is_refused_as_leak(text: &str, audience: Audience) -> bool {
    make(&files(text), audience)
        .is_err_and(|found| found.iter().all(|found| found.rule == &rules::LEAK))
}

/// Text around or inside a word, by its effect for readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Between {
    /// Does not interrupt the word.
    Inline,
    /// Separates words.
    Gap,
    /// More letters of the same word.
    Letters,
}

/// Markup and signs between two letters.
fn between() -> impl Strategy<Value = (Between, String)> {
    let inline = prop::sample::select(vec![
        "<b>",
        "</b>",
        "<i class=\"a > b\">",
        "</i>",
        "<code>",
        "</code>",
        "<span\n title='</p>'>",
        "</span>",
        "<wbr>",
        "<!-- <p> a -->",
        "</a>",
        "\u{ad}",
        "&shy;",
        "\u{fe0f}",
        "\u{2066}",
        "&#x34f;",
        "\u{3164}",
        "&ZeroWidthSpace;",
        "<new-element>",
        "<ac:link-body>",
    ]);
    let gap = prop::sample::select(vec![
        "<br>",
        "<br/>",
        "</p><p>",
        "<p class='x'>",
        "</td><td>",
        "</dt><dd>",
        "</summary>",
        "</h2>\n",
        "<li>",
        "<hr />",
        " ",
        "&nbsp;",
        "\n",
        " - ",
        "</DIV>",
        "<pre>",
    ]);
    let letters = prop::sample::select(vec!["x", "&eacute;", "o"]);
    let one = prop_oneof![
        4 => inline.prop_map(|markup| (Between::Inline, markup)),
        2 => gap.prop_map(|markup| (Between::Gap, markup)),
        1 => letters.prop_map(|markup| (Between::Letters, markup)),
    ];
    prop::collection::vec(one, 0..4).prop_map(|all| {
        let seen = [Between::Letters, Between::Gap]
            .into_iter()
            .find(|kind| all.iter().any(|(other, _)| other == kind));
        (
            seen.unwrap_or(Between::Inline),
            all.into_iter().map(|(_, markup)| markup).collect(),
        )
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, rng_seed: common::seed(), failure_persistence: None, ..ProptestConfig::default() })]

    /// A word is found if readers see it as a word. A phrase may have separators between its words.
    /// Either result is fine for a word that is separated from its neighbours only by markup.
    #[test]
    fn words_are_found_as_readers_see_them(
        before in between(), in_first in between(), joint in between(), in_second in between(), after in between()
    ) {
        let (config, found) = storybank::config::parse("[forbid]\nwords = [\"Acme Falcon\"]\n");
        prop_assert!(found.is_empty());
        let withheld = storybank::audience::Withheld::new(&config, Audience::Team);
        let text = format!(
            "<p>was{}ac{}me{}fal{}con{}late</p>", before.1, in_first.1, joint.1, in_second.1, after.1
        );
        let is_whole = in_first.0 == Between::Inline && in_second.0 == Between::Inline && joint.0 != Between::Letters;
        // Letters directly before or after the word make it a part of another word.
        let bounds = |around: &(Between, String)| match around {
            (Between::Gap, _) => Some(true),
            (Between::Letters, _) => None,
            (Between::Inline, markup) => if markup.contains('<') { None } else { Some(false) },
        };
        let is_found = withheld.first_in(text.as_bytes()).is_some();
        match (is_whole, bounds(&before), bounds(&after)) {
            (false, ..) | (true, Some(false), _) | (true, _, Some(false)) => prop_assert!(!is_found, "{}", text),
            (true, Some(true), Some(true)) => prop_assert!(is_found, "{}", text),
            _ => {}
        }
    }
}

#[test]
fn a_picture_with_a_forbidden_word_is_refused() {
    let text = story_with("![a](a.png)")
        + "-- content/stories/outage/a.png --\n<svg xmlns=\"http://www.w3.org/2000/svg\"><text>Xyzzyword Incorporated</text></svg>\n-- site.toml --\n[forbid]\nwords = [\"Xyzzyword Incorporated\"]\n";
    assert!(is_refused_as_leak(&text, Audience::Team));
    assert!(make(&files(&text), Audience::Private).is_ok());
}

/// Blocks of Markdown in which all public text is the word `open`, and all other text is the word
/// `SECRET`.
fn blocks() -> impl Strategy<Value = String> {
    let leaf = proptest::sample::select(vec![
        "open",
        "open %%SECRET%% open",
        "`open %%` %%`SECRET`%% **open**",
        "<!-- SECRET -->",
        "open <!-- SECRET --> <b>open</b>",
        "> [!question] SECRET\n> SECRET",
        "> [!answered] SECRET",
        "> [!private]\n> SECRET[^s]\n\n[^s]: SECRET",
        "*Question: SECRET*\nopen",
        "open #ownership #SECRET-competency",
        "- open #SECRET-competency\n- open\n\n  > [!private] SECRET",
        "| open | open |\n| --- | --- |\n| open %%SECRET%% | [[SECRET-story]] |",
        "```text\nopen\n```",
        "[[SECRET-story]] [[SECRET-question]] [[SECRET-competency#SECRET]]",
        "[open](/stories/SECRET-story/index.md) ![open](/pictures/SECRET.png)",
        "![[SECRET-story#result]]",
        "![[SECRET-question]]",
        "![[outage#hidden]]",
        "open[^o]\n\n[^o]: open %%SECRET%%",
        "### open\n\nopen",
    ]);
    leaf.prop_map(str::to_owned)
        .prop_recursive(3, 12, 3, |inner| {
            let joined =
                proptest::collection::vec(inner, 1..3).prop_map(|blocks| blocks.join("\n\n"));
            prop_oneof![
                joined.clone(),
                joined
                    .clone()
                    .prop_map(|blocks| quoted("open\n\n", &blocks)),
                joined
                    .clone()
                    .prop_map(|blocks| quoted("[!note] open\n", &blocks)),
                joined.clone().prop_map(|blocks| quoted(
                    "[!private] SECRET\n",
                    &blocks.replace("open", "SECRET")
                )),
                joined.prop_map(|blocks| format!("- open\n\n  {}", blocks.replace('\n', "\n  "))),
            ]
        })
}

fn quoted(opening: &str, blocks: &str) -> String {
    format!("{opening}\n{blocks}")
        .lines()
        .map(|line| format!("> {line}\n"))
        .collect()
}

/// A body: blocks and comments, then sections, some of them private.
///
/// Comments of several lines can move to `blocks` once they no longer end the quote that contains
/// them.
fn body() -> impl Strategy<Value = String> {
    let comment = proptest::sample::select(vec![
        "open\n%%SECRET\nSECRET%%\nopen",
        "%%\nSECRET\n\n- SECRET\n%%",
        "%%\n~~~\nSECRET\n%%",
    ]);
    let blocks = || prop_oneof![3 => blocks(), 1 => (blocks(), comment.clone()).prop_map(|(blocks, comment)| format!("{comment}\n\n{blocks}"))];
    let section = (
        blocks(),
        proptest::sample::select(vec![
            "## open",
            "### open",
            "## SECRET {.private}",
            "### SECRET {.private}",
            "## Result",
            "## Follow-ups",
            "## Action {.private}",
        ]),
    )
        .prop_map(|(blocks, heading)| {
            // A private section ends at the next heading of the same or a higher level.
            let blocks = if heading.contains("private") {
                blocks.replace("open", "SECRET").replace("### ", "#### ")
            } else {
                blocks
            };
            format!("{heading}\n\n{blocks}\n\n## next\n\n")
        });
    (blocks(), proptest::collection::vec(section, 0..3))
        .prop_map(|(lead, sections)| format!("{lead}\n\n{}", sections.concat()))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, rng_seed: common::seed(), max_shrink_iters: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_sites_reveal_nothing_private(bodies in proptest::collection::vec(body(), 6), audience in proptest::sample::select(OTHERS.as_slice())) {
        let [story, variant, question, competency, case, home] = bodies.try_into().expect("there are six");
        let hidden = referred("audience: private");
        let (_, hidden) = hidden.split_at(hidden.find("-- content/stories/SECRET-story").expect("it is there"));
        let text = with(&format!(
            "{hidden}-- content/pictures/SECRET.png --\n<svg xmlns=\"http://www.w3.org/2000/svg\"/>\n\
             -- content/stories/outage/index.md --\n---\ntitle: open\nanswers: [hardest, SECRET-question]\ncompetencies: [ownership, SECRET-competency]\naudience: public\n\
             told: [{{ on: 2026, to: SECRET }}]\n---\n\n{story}\n\n## hidden {{.private}}\n\nSECRET\n\
             -- content/stories/outage/short.md --\n---\ntitle: open\n---\n\n{variant}\n\
             -- content/questions/hardest.md --\n---\nquestion: open\naudience: public\nasked: [{{ on: 2026, by: SECRET }}]\n---\n\n{question}\n\
             -- content/competencies/ownership.md --\n---\ntitle: open\naudience: public\n---\n\n{competency}\n\
             -- content/case-studies/naming.md --\n---\ntitle: open\nstory: SECRET-story\naudience: public\n---\n\n{case}\n\
             -- content/home.md --\n---\naudience: public\n---\n\n{home}\n"
        ));
        match make(&files(&text), audience) {
            Ok(artefacts) => prop_assert_eq!(leaks(&artefacts, SECRET), Vec::<String>::new()),
            Err(_) => prop_assert!(false, "{}", check_for(audience, &text)),
        }
    }
}

#[test]
fn forbidden_words_at_boundaries_are_not_sent_to_wikis() {
    let settings = "-- site.toml --\n[forbid]\nwords = [\"Falcon\"]\n";
    let bodies = [
        "Fal**con**[^1]next\n\n[^1]: a",
        "Fal*con*![a](a.svg)next",
        "Fal**con**<br>next",
        "Fal**con**\\\nnext",
        "| Fal**con** | late |\n| --- | --- |\n| a | b |",
        "- Fal**con**\n- next",
        "Fal[con](https://example.org)`next`",
        "<p>Fal<b>con</b></p><p>next</p>",
        "<table><tr><td>Fal<i>con</i></td><td>next</td></tr></table>",
        "Fal**con\u{2066}**\u{fe0f}",
    ];
    for body in bodies {
        let text = format!("{}{PICTURE}{settings}", case_with(body));
        for (kind, draft) in common::drafts(&files(&text), Audience::Team) {
            let draft = draft.expect("there is a case study");
            let is_found = draft
                .diagnostics
                .iter()
                .any(|found| found.rule == &rules::LEAK);
            assert!(
                is_found,
                "{kind} would have {body}\n{}",
                draft
                    .pages
                    .iter()
                    .map(|page| page.text.as_str())
                    .collect::<String>()
            );
        }
        assert!(is_refused_as_leak(&text, Audience::Team), "{body}");
    }
}

#[test]
fn words_split_by_markup_are_not_sent_to_wikis() {
    let settings = "-- site.toml --\n[forbid]\nwords = [\"Project Falcon\"]\n";
    let cut = [
        "Proj**ect Fal**con",
        "Project [Fal](https://example.org)con",
        "Pro`ject` Falcon",
        "Project\nFal*con*",
        "Proj<b>ect</b> Falcon",
    ];
    for body in cut {
        let text = format!(
            "{}{settings}",
            case_with(&format!("It held up {body} for a day."))
        );
        for (kind, draft) in common::drafts(&files(&text), Audience::Team) {
            let found = draft.expect("there is a case study").diagnostics;
            assert!(
                found.iter().any(|found| found.rule == &rules::LEAK),
                "{kind} would receive {body}"
            );
        }
    }
}

/// A story that a case study can transclude, in which markup splits a word.
const SHOWN: &str = "-- content/stories/shown.md --\n---\ntitle: Shown\naudience: public\n---\n\n## Result\n\nIt held up Proj*ect* Falcon.\n";

/// A picture in the folder of the case studies.
const PICTURE: &str = "-- content/case-studies/a.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9\"/></svg>\n";

#[test]
fn forbidden_words_in_any_place_are_not_sent_to_wikis() {
    let settings = "-- site.toml --\n[forbid]\nwords = [\"Project Falcon\"]\n";
    let bodies = [
        "![a](a.svg \"Project_Falcon\")",
        "![Project *Falcon*](a.svg)",
        "![Project Falcon](https://example.org/a.png)",
        "[a](https://example.org/project%20falcon)",
        "[a](https://example.org/?q=project&#45;falcon)",
        "[a](mailto:project.falcon@example.org)",
        "~~~ project-falcon\na\n~~~",
        "```rust project-falcon\na\n```",
        "```\nPROJECT_FALCON=1\n```",
        "### a {#project-falcon}\n\n[a](#project-falcon)",
        "### Project `Falcon`",
        "| Project *Falcon* |\n| --- |\n| a |",
        "> [!note] Project *Falcon*\n> a",
        "a[^1]\n\n[^1]: Project *Falcon*",
        "<details><summary>Project <b>Falcon</b></summary>a</details>",
        "- [ ] Project *Falcon*",
        "Project\\\nFalcon",
        "Project&nbsp;Falcon and Proj\u{ad}ect Fal\u{200b}con",
        "Project Fal\u{202e}\u{2060}con",
        "Project Fal\u{feff}con",
        "Project Fal\u{200d}con",
        "Project Fal&#8203;con",
        "Project Fal&zwj;con",
        "Project Fal<!-- a -->con",
        "Project Fal%%a%%con",
        "Project Fal<wbr>con",
        "![[shown]]",
        "![[shown#Result]]",
    ];
    let mut through = Vec::new();
    for body in bodies {
        let text = format!("{}{SHOWN}{PICTURE}{settings}", case_with(body));
        for (kind, draft) in common::drafts(&files(&text), Audience::Team) {
            let draft = draft.expect("there is a case study");
            let page = draft
                .pages
                .iter()
                .map(|page| page.text.as_str())
                .collect::<String>();
            if !draft
                .diagnostics
                .iter()
                .any(|found| found.rule == &rules::LEAK)
                && page.to_lowercase().contains("fal")
            {
                through.push(format!("{kind}: {body}\n{page}"));
            }
        }
    }
    assert!(through.is_empty(), "{}", through.join("\n\n"));
}

#[test]
fn local_addresses_are_private() {
    bodies_stay_private(&[
        ("a file", ToTheAuthor, "[a](file:///home/jane/SECRET.txt)"),
        (
            "in capitals",
            ToTheAuthor,
            "[a](FILE:///home/jane/SECRET.txt \"SECRET\")",
        ),
        (
            "a picture",
            ToTheAuthor,
            "![a](file:///home/jane/SECRET.png)",
        ),
        (
            "a vault",
            ToTheAuthor,
            "[a](obsidian://open?vault=SECRET) and [[obsidian://open?vault=SECRET]]",
        ),
        (
            "by reference",
            ToTheAuthor,
            "[a][b]\n\n[b]: vscode://file/home/jane/SECRET.txt",
        ),
        (
            "an editor",
            ToTheAuthor,
            "[a](vscode-insiders://file/SECRET) [b](idea://open?file=SECRET) [c](x-devonthink-item://SECRET)",
        ),
        (
            "a program",
            ToTheAuthor,
            "[a](slack://channel?team=SECRET) [b](ssh://SECRET) [c](about:SECRET) [d](blob:https://SECRET)",
        ),
        (
            "by itself",
            ToTheAuthor,
            "<file:///home/jane/SECRET.txt>, <zotero://select/SECRET>",
        ),
        (
            "by its own name",
            ToTheAuthor,
            "[see file:///SECRET](file:///SECRET), **[`obsidian://SECRET`](obsidian://SECRET)**",
        ),
        (
            "in a heading",
            ToTheAuthor,
            "### [a](file:///SECRET)\n\n| [b](vscode:SECRET) |\n| --- |\n| a |",
        ),
    ]);
    let shown = common::site_for(
        Audience::Team,
        &story_with(
            "[words](file:///a) <ftp://b.example> [c](tel:+1) [d](MAILTO:e@f.example) [g](//h.example)",
        ),
    );
    for kept in [
        "words",
        "ftp://b.example",
        "tel:+1",
        "MAILTO:e@f.example",
        "//h.example",
    ] {
        assert!(shown["stories/outage.html"].contains(kept), "{kept}");
    }
}

#[test]
fn local_paths_are_found_completely() {
    let withheld = storybank::audience::Withheld::default()
        .with_names(["/house".to_owned(), "a-private-story".to_owned()]);
    let found = |text: &str| withheld.first_in(text.as_bytes()).map(|hit| hit.word);
    for text in [
        "see /house/a.md",
        "/HOUSE",
        "https://example.org/household and file:///house.",
        "https://example.org/%2Fhouse%2Fa",
    ] {
        assert_eq!(found(text).as_deref(), Some("/house"), "{text}");
    }
    assert_eq!(
        found("https://example.org/household, /houses and network"),
        None
    );
    assert_eq!(
        found("x-a-private-story2").as_deref(),
        Some("a-private-story")
    );
}

/// A case study that refers to private pages, in each block that can contain a link.
const GAPS: &str = "
-- content/case-studies/gaps.md --
---
title: Gaps
audience: public
---

## About [[xyzzyword]]

It held[^1] (see [[xyzzyword]]). See also [[xyzzyword]].

> [[xyzzyword]]

- [ ] [[xyzzyword]]
- kept
  - See [[xyzzyword]]

1. More in **[[xyzzyword]]**.

| a | b |
| --- | --- |
| [[xyzzyword]] | see [[xyzzyword]] |

> [!note] [[xyzzyword]]
> Words.

[^1]: See [[xyzzyword]].

Compare [[xyzzyword]], [[naming]] and [[xyzzyword]]

## [[xyzzyword]]

The last [[xyzzyword]] words.

## Background [[xyzzyword]]

Words
-- content/stories/xyzzyword.md --
---
title: Very hidden
---
";

#[test]
fn removed_links_leave_no_gap() {
    for audience in OTHERS {
        let made = make(&files(&with(GAPS)), audience).expect("it is sound");
        let page = String::from_utf8_lossy(&made["case-studies/gaps.html"]).into_owned();
        let main = page
            .split("<article")
            .nth(1)
            .and_then(|main| main.split("</article>").next())
            .expect("there is an article");
        let main = main.replace(" dir=\"auto\"", "");
        for (wanted, count) in [
            ("<p>It held.</p>", 1),
            ("<h3>", 2),
            ("<h3>About</h3>", 1),
            ("<h3>Background</h3>", 1),
            ("<ul>\n<li>kept</li>\n</ul>", 1),
            ("<td></td><td></td>", 1),
            (">The naming rule</a></p>", 1),
            ("The last words.", 1),
            ("Words", 2),
            ("<blockquote", 0),
            ("<ol", 0),
            ("footnote", 0),
            ("<input", 0),
            ("not shared", 0),
            ("See", 0),
            (SECRET, 0),
            ("idden", 0),
        ] {
            assert_eq!(main.matches(wanted).count(), count, "{wanted} in\n{main}");
        }
        let inputs = inputs(&files(&with(GAPS)));
        let found = linked(&inputs, audience)
            .diagnostics
            .iter()
            .filter(|found| found.rule.name == "withheld-link")
            .count();
        assert_eq!(found, GAPS.matches("[[xyzzyword]]").count());
    }
}

#[test]
fn removed_links_leave_no_gap_on_wikis() {
    for (wiki, draft) in common::drafts(&files(&with(GAPS)), Audience::Public) {
        let draft = draft.unwrap_or_else(|| panic!("{wiki}: there is a case study"));
        let page = draft
            .pages
            .iter()
            .find(|page| page.location.title.contains("Gaps"))
            .unwrap_or_else(|| panic!("{wiki}: it is published"));
        for gone in ["not shared", "See", SECRET, "idden"] {
            assert!(
                !page.text.contains(gone),
                "{wiki}: {gone} in\n{}",
                page.text
            );
        }
        assert!(
            page.text.contains("The last words."),
            "{wiki}:\n{}",
            page.text
        );
    }
}

/// A part of a line: words that must stay, words that may be removed with a link, punctuation, and
/// removed links.
fn piece() -> impl Strategy<Value = &'static str> {
    prop::sample::select(vec![
        "kept",
        "kept",
        "see also",
        "See",
        ",",
        ".",
        " and ",
        "(",
        ")",
        "[[xyzzyword]]",
        "[[xyzzyword]]",
        "[[naming]]",
        "**kept**",
        "kept\nkept",
    ])
}

/// A block of such a line.
fn block() -> impl Strategy<Value = String> {
    let line = prop::collection::vec(piece(), 1..8).prop_map(|pieces| pieces.join(" "));
    (
        prop::sample::select(vec!["", "- ", "1. ", "> ", "- [ ] ", "> [!note] "]),
        line,
    )
        .prop_map(|(mark, line)| format!("{mark}{line}\n\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, rng_seed: common::seed(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn only_lead_ins_are_removed_with_a_link(blocks in prop::collection::vec(block(), 1..6)) {
        let body = blocks.concat();
        let case = format!("-- content/case-studies/gaps.md --\n---\ntitle: Gaps\naudience: public\n---\n\n{body}\n-- content/stories/xyzzyword.md --\n---\ntitle: Very hidden\n---\n");
        let made = make(&files(&with(&case)), Audience::Team).expect("it is sound");
        let page = String::from_utf8_lossy(&made["case-studies/gaps.html"]).into_owned();
        let main = page.split("<div class=\"words\">").nth(1).and_then(|main| main.split("</article>").next()).expect("there is a text");
        prop_assert_eq!(main.matches("kept").count(), body.matches("kept").count(), "{}\n{}", body, main);
        prop_assert_eq!(main.matches("The naming rule").count(), body.matches("[[naming]]").count(), "{}\n{}", body, main);
        prop_assert!(!main.contains("<p></p>") && !main.contains("<li></li>") && !main.contains("<blockquote>\n</blockquote>"), "{}\n{}", body, main);
        prop_assert!(!main.contains(SECRET) && !main.contains("idden"), "{}\n{}", body, main);
    }
}

#[test]
fn private_marks_without_effect_stop_the_build() {
    for body in [
        "> [!note] a\n> [!private] SECRET",
        "> a\n> [!private] SECRET",
        "> - [!privat] SECRET",
        "> **[!private]** SECRET",
        "> [!Private note] SECRET",
        "> [\u{200b}!pri\u{ad}vate] SECRET",
        "> [!private]\n\n> SECRET",
        "> [!question]\n\nSECRET",
        "| a |\n| - |\n| > [!private] SECRET |",
        "SECRET {.private}",
        "- SECRET {: .private}",
        "##SECRET {.private}",
        "[SECRET]{.Private}",
        "**Action** {.private}: SECRET",
        "::: private\nSECRET\n:::",
        "::: {.privat}\nSECRET\n:::",
        "a\n\n    > [!private] SECRET",
        "- a\n\n      %%\n      SECRET\n      %%",
        "    <!-- SECRET\n    -->",
        "a %%%% SECRET %%%%",
        "a <!- SECRET -->",
        "a <! -- SECRET -->",
        "a <!–– SECRET ––>",
        "<!-- a <!-- b --> SECRET -->",
        "a <!-- b <!-- c --> SECRET -->",
    ] {
        let built = make(&files(&story_with(body)), Audience::Team);
        assert!(built.is_err(), "{body}");
    }
}

#[test]
fn private_marks_written_as_text_stay_text() {
    for body in [
        "a `[!private]` and `{.private}`",
        "a \\[!private] and \\{.private}",
        "```\n> [!private] a\n## b {.private}\n```",
        "> [!private] a `x` [!private] {.private}",
        "    100 %% sure, 5 <!-- 6",
        "a [private](https://example.org) {private} [!note]",
    ] {
        assert!(
            make(&files(&story_with(body)), Audience::Team).is_ok(),
            "{body}"
        );
    }
}

#[test]
fn misspelt_marks_of_headings_count_as_private() {
    bodies_stay_private(&[
        ("misspelt", ToTheAuthor, "## a {.privat}\n\nSECRET"),
        ("as a class", ToTheAuthor, "## a {class=private}\n\nSECRET"),
        ("in brackets", ToTheAuthor, "### a (private)\n\nSECRET"),
        ("in square ones", ToTheAuthor, "## a [.private]\n\nSECRET"),
        (
            "in wide ones",
            ToTheAuthor,
            "## a \u{ff5b}.private\u{ff5d}\n\nSECRET",
        ),
        ("with looks", ToTheAuthor, "> [!private|wide] SECRET"),
    ]);
}

/// A document of each kind with a unique word in every text field. Words that start with `Open` may
/// be shown after redaction. Words that start with `Shut` are for the author only.
const EVERY_FIELD: &str = "
-- content/home.md --
---
title: OpenHome
audience: public
---
-- content/stories/ledger/index.md --
---
title: OpenTitle
headline: OpenHeadline
when: 2024-02
role: OpenRole
competencies: [ownership]
answers: [{ question: hardest, open: OpenOpening }]
audience: public
strength: 4
length: 3m
facts:
  OpenFactname: OpenFactvalue
  OpenFactother: { value: OpenFactplain, source: OpenFactsource }
told:
  - { on: 2026-03-12, to: ShutTold, round: ShutRound, interview: ShutInterview, question: hardest, went: badly }
---

## OpenHeading {#OpenHeadingid}

OpenBody `OpenCode` ![OpenAlt](picture.png \"OpenPicturetitle\") [OpenLink](https://example.org \"OpenLinktitle\") <abbr title=\"OpenAttribute\">OpenHtml</abbr>

```OpenLanguage
OpenFence
```

> [!note] OpenCallout
> x[^OpenNote]

[^OpenNote]: OpenFootnote

| OpenHead |
| --- |
| OpenCell |

## Follow-ups

### OpenFollowup {#OpenFollowupid}

OpenAnswer
-- content/stories/ledger/picture.png --
PICTURE
-- content/stories/ledger/OpenVariantfile.md --
---
title: OpenVarianttitle
headline: OpenVariantheadline
length: 90s
by: reviewer
---
-- content/stories/ledger/assistant.md --
---
title: ShutAssistanttitle
by: ShutAssistant
status: ready
---

ShutAssistantbody
-- content/questions/OpenQuestionfile.md --
---
question: OpenQuestion
aliases: [OpenAlias]
competencies: [ownership]
audience: public
asked:
  - { on: 2026-10-02, by: ShutAsked, round: ShutAskedround, interview: ShutInterview }
---

## Answer

OpenDirect

## Answer for ShutInterview

ShutDirect
-- content/interviews/ShutInterview.md --
---
title: ShutInterviewtitle
company: ShutCompany
when: 2026-10-02
round: ShutInterviewround
people: [ShutPerson]
framework: OpenFramework
questions: [hardest]
---

ShutNotes
-- content/questions/for-them.md --
---
title: OpenAsks
audience: public
---

## OpenAsked?

OpenListenfor
-- content/questions/sheet.md --
---
title: OpenSheet
audience: public
---

## OpenSheetquestion?

OpenSheetanswer
-- content/case-studies/OpenCasefile.md --
---
title: OpenCase
story: ledger
severity: 2
audience: public
actions:
  - { what: OpenWhat, owner: OpenOwner, due: 2026-04-01 }
---

## Summary

OpenCasebody
-- content/competencies/OpenCompetencyfile.md --
---
title: OpenCompetency
aliases: [OpenCompetencyalias]
frameworks: { OpenFramework: [OpenEntry] }
audience: public
---
";

/// The words of [`EVERY_FIELD`] with a prefix.
fn planted(start: &str) -> Vec<&'static str> {
    let words = EVERY_FIELD.split(|next: char| !next.is_ascii_alphanumeric());
    let mut planted: Vec<&str> = words.filter(|word| word.starts_with(start)).collect();
    planted.sort_unstable();
    planted.dedup();
    planted
}

/// The files of a site with the picture of [`EVERY_FIELD`].
fn with_picture(text: &str) -> common::Files {
    let mut site = files(text);
    let mut picture = std::io::Cursor::new(Vec::new());
    image::RgbImage::new(2, 2)
        .write_to(&mut picture, image::ImageFormat::Png)
        .expect("it can be drawn");
    site.insert(
        "content/stories/ledger/picture.png".to_owned(),
        picture.into_inner(),
    );
    site
}

/// Fields keep their places in the file for messages to the author. The output for others must not
/// depend on these places, because they reveal the length of the fields before.
#[test]
fn output_does_not_depend_on_the_length_of_hidden_text() {
    let text = with(EVERY_FIELD);
    let longer = text
        .replace("Shut", "ShutMuchLonger")
        .replace("strength: 4\n", "strength: \"4\"\n")
        .replace("---\ntitle: Open", "---\n\ntitle: Open");
    assert_ne!(
        make(&with_picture(&text), Audience::Private),
        make(&with_picture(&longer), Audience::Private)
    );
    for audience in OTHERS {
        assert_eq!(
            make(&with_picture(&text), audience),
            make(&with_picture(&longer), audience),
            "{audience:?}"
        );
        assert_eq!(
            published(&text, audience),
            published(&longer, audience),
            "{audience:?}"
        );
    }
}

#[test]
fn every_field_is_redacted() {
    let (open, shut) = (planted("Open"), planted("Shut"));
    let redactions: String = open
        .iter()
        .enumerate()
        .map(|(number, word)| format!("{word} = \"replaced{number}\"\n"))
        .collect();
    let site = with_picture(&format!(
        "-- site.toml --\n[redact]\n{redactions}{}",
        with(EVERY_FIELD)
    ));
    let own = make(&site, Audience::Private).expect("it is sound");
    let unseen: Vec<&str> = open
        .iter()
        .chain(&shut)
        .copied()
        .filter(|word| leaks(&own, &word.to_lowercase()).is_empty())
        .collect();
    // The home page shows its title only in links, and a footnote is numbered.
    assert_eq!(unseen, ["OpenHome", "OpenNote"]);
    for audience in OTHERS {
        let made = make(&site, audience).unwrap_or_else(|found| panic!("{found:?}"));
        for word in open.iter().chain(&shut) {
            assert_eq!(
                leaks(&made, &word.to_lowercase()),
                Vec::<String>::new(),
                "{word} for {audience:?}"
            );
        }
        let number = |word: &str| open.binary_search(&word).expect("it is planted");
        for word in [
            "OpenTitle",
            "OpenHeadline",
            "OpenRole",
            "OpenFactvalue",
            "OpenFactsource",
            "OpenAlt",
            "OpenWhat",
            "OpenEntry",
            "OpenCell",
        ] {
            assert!(
                !leaks(&made, &format!("replaced{}", number(word))).is_empty(),
                "{word} is replaced for {audience:?}"
            );
        }
    }
}

const INTERVIEW: &str = "\n-- content/interviews/acme.md --\n---\ncompany: Acme\n---\nx\n";

/// The answer for one interview never leaves, however its heading is written. In a place where it is no answer, nothing is built.
#[test]
fn answers_for_one_interview_stay_with_their_author() {
    let question = "-- content/questions/q.md --\n---\nquestion: Why us?\naudience: public\n---\n\nGuidance.\n\n";
    let sheet = "-- content/questions/sheet.md --\n---\ntitle: Sheet\naudience: public\n---\n\n## Why us?\n\nGuidance.\n\n";
    let about = "-- content/questions/q.md --\n---\nquestion: Why us?\nabout: outage\naudience: public\n---\n\n";
    let asks = "-- content/questions/for-them.md --\n---\naudience: public\n---\n\n## How?\n\n";
    let story = "-- content/stories/outage.md --\n---\ntitle: Outage\naudience: public\n---\n\n## Follow-ups\n\n### Why?\n\nSo.\n\n";
    let titled =
        "-- content/questions/q.md --\n---\naudience: public\n---\n\n# Why us?\n\nGuidance.\n\n";
    for place in [question, sheet, about, asks, story, titled] {
        for heading in [
            "## Answer for acme",
            "### Answer for acme",
            "#### The answers for acme",
            "## Answer (acme)",
            "## 2. Draft answer – acme",
            "## Answer for [[acme]]",
            "> ## Answer for acme",
            "- ## Answer for acme",
            "**Answer for acme**",
        ] {
            let text = format!("{place}{heading}\n\nSECRET\n{INTERVIEW}");
            let text = if place == about {
                format!("{text}-- content/stories/outage.md --\n# Outage\n")
            } else {
                text
            };
            for audience in OTHERS {
                if let Ok(made) = make(&files(&text), audience) {
                    assert_eq!(leaks(&made, "secret"), Vec::<String>::new(), "{text}");
                    assert_eq!(leaks(&made, "acme"), Vec::<String>::new(), "{text}");
                }
            }
        }
    }
    let made = make(
        &files(&format!(
            "{question}## Answer for acme\n\nSECRET\n{INTERVIEW}"
        )),
        Audience::Public,
    );
    assert!(made.is_ok(), "a well written answer is no error");
}

/// A link to a withheld answer leads to its question, and shows nothing of it.
#[test]
fn links_to_answers_for_one_interview_show_nothing_of_them() {
    let question = "-- content/questions/q.md --\n---\nquestion: Why us?\naudience: public\n---\n\nGuidance.\n\n## Answer for acme\n\nSECRET\n";
    for link in [
        "[[q#answer-for-acme]]",
        "[[q#answer-for-acme|words]]",
        "![[q#answer-for-acme]]",
        "[[acme]]",
        "![[acme]]",
    ] {
        let text = format!(
            "{question}{INTERVIEW}-- content/stories/outage.md --\n---\ntitle: Outage\naudience: public\n---\n\nA\n\n{link}\n\nb\n"
        );
        for audience in OTHERS {
            let made = make(&files(&text), audience).unwrap_or_else(|found| panic!("{found:?}"));
            assert_eq!(leaks(&made, "secret"), Vec::<String>::new(), "{link}");
            assert_eq!(leaks(&made, "acme"), Vec::<String>::new(), "{link}");
        }
    }
}

/// A question of the bank is answered by stories, so it needs no text of its own to be seen.
#[test]
fn a_public_question_of_a_sheet_is_seen_without_text() {
    let text = "-- content/questions/sheet.md --\n---\ntitle: Sheet\naudience: public\n---\n\n## Why us?\n\n## Why now?\n-- content/stories/outage.md --\n---\ntitle: Outage\naudience: public\nanswers: [{ question: why-us, open: Said first. }]\n---\na\n";
    let made = make(&files(text), Audience::Public).expect("it is sound");
    assert!(!leaks(&made, "said first").is_empty());
}
