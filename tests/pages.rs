//! The content of pages: which telling of which story answers a question, which parts of a body a
//! page shows, and which it omits.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/html.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod html;

use std::collections::BTreeMap;

use common::{site, site_for};
use html::{NodeId, Page, parse};
use storybank::model::Audience;

/// A page of the author's site.
fn page(text: &str, path: &str) -> Page {
    let site = site(text);
    parse(
        site.get(path)
            .unwrap_or_else(|| panic!("{path} is not among {:?}", site.keys())),
    )
}

/// The page of a story with a body. The site has the competencies `ownership` and `depth` and the
/// question `q`.
fn story_page(body: &str) -> Page {
    page(&story_site(body), "stories/s.html")
}

fn story_site(body: &str) -> String {
    format!("-- content/stories/s/index.md --\n---\ntitle: The story\n---\n\n{body}\n{AROUND}")
}

const AROUND: &str = "
-- content/questions/q.md --
---
question: What was hard?
competencies: [ownership, depth]
---

## Guidance

Say why.
-- content/competencies/ownership.md --
---
title: Ownership
---
-- content/competencies/depth.md --
---
title: Technical depth
---
";

/// The text of the main part of a page.
fn main_text(page: &Page) -> String {
    page.only("main")
}

/// The target of the first link with some words.
fn address(page: &Page, words: &str) -> String {
    let links: Vec<NodeId> = page
        .all("a")
        .into_iter()
        .filter(|&id| page.text(id) == words)
        .collect();
    links
        .first()
        .and_then(|&id| page.attribute(id, "href"))
        .unwrap_or_else(|| panic!("no link `{words}` in {:?}", page.texts("a")))
        .to_owned()
}

/// The address of the first telling that answers the question `q`.
fn telling_chosen(tellings: &str) -> String {
    let page = page(&format!("{tellings}{AROUND}"), "questions/q.html");
    let answer = page
        .of_class("answer-head")
        .first()
        .copied()
        .unwrap_or_else(|| panic!("no answer in {}", main_text(&page)));
    let link = page
        .all("a")
        .into_iter()
        .find(|&id| page.is_inside(id, answer))
        .expect("an answer has a link");
    page.attribute(link, "href")
        .expect("a link has an address")
        .to_owned()
}

fn file(path: &str, fields: &str, body: &str) -> String {
    format!("-- content/{path}.md --\n---\n{fields}\n---\n\n{body}\n")
}

#[test]
fn a_variant_with_the_question_is_the_first_choice() {
    let story = file("stories/s/index", "title: S\nanswers: [q]", "- a #depth");
    let variants = file("stories/s/other", "competencies: [ownership, depth]", "")
        + &file("stories/s/meant", "answers: [q]", "");
    assert_eq!(
        telling_chosen(&(story + &variants)),
        "../stories/s/meant.html"
    );
}

#[test]
fn a_story_with_the_question_is_the_second_choice() {
    let story = file("stories/s/index", "title: S\nanswers: [q]", "- a #depth");
    assert_eq!(
        telling_chosen(&(story + &file("stories/s/other", "competencies: [ownership]", ""))),
        "../stories/s.html"
    );
}

#[test]
fn the_variant_with_most_competencies_is_the_third_choice() {
    let question = |tellings: String| {
        let page = page(
            &format!(
                "{}{tellings}{AROUND}",
                file(
                    "stories/s/index",
                    "title: S\ncompetencies: [depth]",
                    "- a #depth\n- b"
                )
            ),
            "questions/q.html",
        );
        address(&page, "S")
    };
    assert_eq!(
        question(
            file("stories/s/both", "competencies: [ownership, depth]", "")
                + &file("stories/s/a-one", "competencies: [ownership]", "")
        ),
        "../stories/s/both.html"
    );
    assert_eq!(
        question(file("stories/s/authored", "competencies: [ownership]", "")),
        "../stories/s/authored.html"
    );
    assert_eq!(
        question(file("stories/s/unrelated", "competencies: []", "")),
        "../stories/s/depth.html"
    );
}

#[test]
fn the_story_is_the_last_choice() {
    let page = page(
        &(file("stories/s", "title: S\ncompetencies: [ownership]", "a") + AROUND),
        "questions/q.html",
    );
    assert_eq!(address(&page, "S"), "../stories/s.html");
}

#[test]
fn generated_text_is_used_after_its_author_adopts_it() {
    let story = file("stories/s/index", "title: S\nanswers: [q]", "a");
    for (status, told) in [
        ("draft", "../stories/s.html"),
        ("ready", "../stories/s/other.html"),
    ] {
        let variant = file(
            "stories/s/other",
            &format!("by: chatgpt\nanswers: [q]\nstatus: {status}"),
            "b",
        );
        assert_eq!(
            telling_chosen(&format!("{story}{variant}")),
            told,
            "{status}"
        );
    }
}

#[test]
fn stories_are_sorted_by_relevance() {
    let stories = [
        (
            "one",
            "answers: [q]\ncompetencies: [ownership]\nwhen: 2020\nstrength: 5",
        ),
        (
            "two",
            "answers: [q]\ncompetencies: [ownership, depth]\nwhen: 2019\nstrength: 1",
        ),
        (
            "three",
            "answers: [q]\ncompetencies: [ownership]\nwhen: 2021-05\nstrength: 5",
        ),
        (
            "four",
            "answers: [q]\ncompetencies: [ownership]\nwhen: 2021\nstrength: 5",
        ),
        (
            "five",
            "answers: [q]\ncompetencies: [ownership]\nwhen: 2021\nstrength: 5",
        ),
        ("six", "competencies: [ownership, depth]\nstrength: 5"),
        ("seven", "competencies: [ownership]\nstrength: 5"),
        (
            "eight",
            "answers: [q]\ncompetencies: [ownership, depth]\nstatus: retired",
        ),
    ];
    let stories: String = stories
        .iter()
        .map(|(title, fields)| {
            file(
                &format!("stories/{title}"),
                &format!("title: {title}\n{fields}"),
                "a",
            )
        })
        .collect();
    let page = page(&(stories + AROUND), "questions/q.html");
    let named: Vec<String> = page
        .elements()
        .filter(|&id| matches!(page.name(id), "h2" | "h3"))
        .map(|id| page.text(id))
        .filter(|text| text.chars().all(char::is_alphanumeric))
        .collect();
    assert_eq!(
        named,
        [
            "three", "five", "four", "Guidance", "one", "two", "six", "seven"
        ]
    );
}

#[test]
fn a_retired_story_answers_no_question() {
    let text = file(
        "stories/old",
        "title: Bygone\nanswers: [q]\nstatus: retired\naudience: public",
        "a",
    ) + &file(
        "stories/s/index",
        "title: S\nanswers: [q]\naudience: public",
        "b",
    ) + &file("stories/s/old", "answers: [q]\nstatus: retired", "c")
        + &AROUND.replace("competencies: [ownership, depth]", "audience: public");
    for audience in [Audience::Private, Audience::Team] {
        let page = parse(&site_for(audience, &text)["questions/q.html"]);
        assert!(
            !main_text(&page).contains("Bygone"),
            "{}: {}",
            audience.name(),
            main_text(&page)
        );
        assert_eq!(address(&page, "S"), "../stories/s.html");
    }
}

#[test]
fn parts_have_synonyms() {
    let letters = |headings: &str| {
        let page = story_page(
            &headings
                .split(' ')
                .map(|heading| format!("## {}\n\na\n\n", heading.replace('_', " ")))
                .collect::<String>(),
        );
        let labels = page
            .elements()
            .filter(|&id| page.name(id) == "h3" && page.has_class(id, "label"));
        labels
            .map(|id| page.attribute(id, "data-letter").unwrap_or("-").to_owned())
            .collect::<String>()
    };
    for (headings, parts) in [
        ("Situation Task Action Result", "STAR"),
        ("Context Action Result Learning", "SARL"),
        ("Challenge Action Result Lessons_learned", "SARL"),
        ("Situation Obstacle Action Result", "SOAR"),
        ("Problem Action Result", "SAR"),
        ("Situation Problem Solution Impact Lessons", "SOARL"),
        ("Context Goal Approach Outcome", "STAR"),
        ("S T A R", "STAR"),
        ("1._Situation: **Tasks** ACTIONS_TAKEN Results", "STAR"),
        ("Situation What_I_thought Result", "S-R"),
    ] {
        assert_eq!(letters(headings), parts, "{headings}");
    }
}

#[test]
fn a_variant_inherits_missing_parts() {
    let text = file(
        "stories/s/index",
        "title: S\nheadline: Of the story",
        "## Context\n\nstory situation\n\n## Action\n\nstory action\n\n## Outcome\n\nstory result",
    ) + &file(
        "stories/s/v",
        "title: V",
        "## Result\n\nvariant result\n\n## Learning\n\nvariant learning",
    );
    let page = page(&text, "stories/s/v.html");
    let parts: Vec<String> = page
        .of_class("part")
        .into_iter()
        .map(|id| page.text(id))
        .collect();
    assert_eq!(parts.len(), 4, "{parts:?}");
    assert!(
        parts[0].starts_with("Context")
            && parts[0].contains("as in the story")
            && parts[0].contains("story situation")
    );
    assert!(
        parts[2].starts_with("Result")
            && parts[2].contains("retold")
            && parts[2].contains("variant result")
    );
    let replaced = page.of_class("was");
    assert_eq!(page.text(replaced[0]), "In the story story result");
    assert!(parts[3].contains("added") && parts[3].contains("variant learning"));
    assert_eq!(page.texts_of_class("headline"), ["Of the story"]);
}

#[test]
fn a_variant_without_inheritance_has_only_its_own_text() {
    let text = file(
        "stories/s/index",
        "title: S",
        "## Situation\n\nof the story",
    ) + &file("stories/s/v", "inherit: false", "Only this.");
    let text = main_text(&page(&text, "stories/s/v.html"));
    assert!(
        text.contains("Only this.") && !text.contains("of the story"),
        "{text}"
    );
}

#[test]
fn a_cut_omits_blocks_of_other_competencies() {
    let body = "## Action\n\nAlways.\n\n- owned #ownership\n- deep #depth\n- both #ownership #depth\n- plain and long enough to remain\n\nA paragraph of depth. #depth\n\n## Result\n\n- only deep #depth\n- also deep #depth";
    let page = page(&story_site(body), "stories/s/ownership-cut.html");
    let left_out = page.of_class("was");
    assert_eq!(
        left_out
            .iter()
            .map(|&id| page.text(id))
            .collect::<Vec<_>>()
            .len(),
        2
    );
    assert_eq!(
        page.text(left_out[0]),
        "Left out here deep Technical depth A paragraph of depth. Technical depth"
    );
    let told: Vec<String> = page
        .all("li")
        .into_iter()
        .filter(|&id| !left_out.iter().any(|&out| page.is_inside(id, out)))
        .map(|id| page.text(id))
        .collect();
    let has = |words: &str| told.iter().any(|item| item.starts_with(words));
    assert!(
        has("owned") && has("both") && has("plain") && !has("deep") && !has("only deep"),
        "{told:?}"
    );
    assert!(main_text(&page).contains("Always."));
    assert!(
        page.texts("ul").iter().all(|list| !list.is_empty()),
        "an empty list is left"
    );
}

#[test]
fn a_competency_with_a_variant_of_its_own_has_no_emphasis() {
    let text = story_site("- a #ownership\n- b #depth")
        + &file("stories/s/mine", "competencies: [ownership]", "");
    let site = site(&text);
    assert!(
        site.contains_key("stories/s/mine.html")
            && site.contains_key("stories/s/depth.html")
            && !site.contains_key("stories/s/ownership.html")
    );
}

#[test]
fn every_question_has_a_page() {
    let text = file(
        "questions/sheet",
        "title: Sheet\nabout: s",
        "## How do you test?\n\nA lot.\n\n## Do you deploy? {#deploy}\n\nDaily.",
    ) + &file(
        "stories/s",
        "title: S",
        "## Follow-ups\n\n### Who was told?\n\nEverybody.\n\n### Why so late?\n",
    ) + AROUND;
    let site = site(&text);
    for (path, question, answer) in [
        (
            "questions/how-do-you-test.html",
            "How do you test?",
            "A lot.",
        ),
        ("questions/deploy.html", "Do you deploy?", "Daily."),
        (
            "questions/s-who-was-told.html",
            "Who was told?",
            "Everybody.",
        ),
        (
            "questions/s-why-so-late.html",
            "Why so late?",
            "No answer yet.",
        ),
    ] {
        let page = parse(&site[path]);
        assert_eq!(page.only("h1"), question);
        assert!(main_text(&page).contains(answer), "{}", main_text(&page));
        assert_eq!(address(&page, "S"), "../stories/s.html");
    }
    let story = parse(&site["stories/s.html"]);
    assert!(
        story.texts_of_class("next")[0].contains("Who was told?")
            && story.texts_of_class("next")[0].contains("no answer yet")
    );
    assert!(main_text(&parse(&site["open-points.html"])).contains("Why so late?"));
}

#[test]
fn remarks_are_set_apart_in_both_forms() {
    let page = story_page(
        "## Action\n\n> [!question] First?\n\n*Question: second?\nmore*\nAnd words.\n\n> [!answered] Third.\n\n> [!private] Mine.",
    );
    assert_eq!(page.texts_of_class("open"), ["First?", "second? more"]);
    assert_eq!(page.texts_of_class("answered"), ["Third."]);
    assert_eq!(page.texts_of_class("private"), ["Mine."]);
    assert!(page.texts("p").contains(&"And words.".to_owned()));
    assert!(
        main_text(&page).contains("2 remarks"),
        "{}",
        main_text(&page)
    );
}

#[test]
fn a_private_section_is_marked_for_the_author() {
    let page = story_page("## Result\n\nopen\n\n## What they paid {.private}\n\nmuch");
    assert_eq!(page.texts_of_class("private"), ["much"]);
    assert!(!page.texts_of_class("private")[0].contains("open"));
}

#[test]
fn a_transclusion_shows_the_section_and_its_source() {
    let text = story_site("![[other#result]]")
        + &file(
            "stories/other",
            "title: Other",
            "## Situation\n\nbefore\n\n## Outcome\n\nshown *here*",
        );
    let page = page(&text, "stories/s.html");
    assert_eq!(page.texts_of_class("transclusion"), ["shown here Other"]);
    assert_eq!(address(&page, "Other"), "../stories/other.html#outcome");
}

#[test]
fn a_transclusion_of_a_headline_shows_the_headline() {
    let other = file(
        "stories/other",
        "title: Other",
        "## Headline\n\nin short\n\n## Result\n\nat length\n\n## Follow-ups\n\n### Why?\n\nSo.",
    );
    let page_of = |fragment: &str| {
        page(
            &(story_site(&format!("![[other#{fragment}]]")) + &other),
            "stories/s.html",
        )
    };
    assert_eq!(
        page_of("headline").texts_of_class("transclusion"),
        ["in short Other"]
    );
    assert_eq!(
        page_of("follow-ups").texts_of_class("transclusion"),
        ["Why? So. Other"]
    );
}

#[test]
fn links_show_the_titles_of_pages() {
    let page = story_page(
        "[[q]] [[q|that one]] [[ownership]] [[#named]] [x](../../questions/q.md#guidance)\n\n| a |\n| --- |\n| [[q\\|in a table]] |\n\n### Named {#named}\n\nb",
    );
    assert_eq!(address(&page, "What was hard?"), "../questions/q.html");
    assert_eq!(address(&page, "that one"), "../questions/q.html");
    assert_eq!(address(&page, "in a table"), "../questions/q.html");
    assert_eq!(
        address(&page, "Ownership"),
        "../competencies/ownership.html"
    );
    assert_eq!(address(&page, "x"), "../questions/q.html#guidance");
    assert!(page.ids().contains(&"named"));
    assert_eq!(page.all("td").len(), 1);
}

#[test]
fn a_link_to_a_section_shows_its_heading() {
    let page = story_page("[[#in-detail]]\n\n### In detail\n\nb");
    assert_eq!(address(&page, "In detail"), "#in-detail");
}

#[test]
fn linked_pages_list_their_backlinks() {
    let page = page(&story_site("[[q]]"), "questions/q.html");
    let beside = page.texts_of_class("beside");
    assert_eq!(beside, ["Linked from The story"]);
}

#[test]
fn footnotes_are_at_the_end_with_links_both_ways() {
    let page = story_page("a[^x] b[^y] c[^x]\n\n[^y]: second\n[^x]: first");
    let notes = page.of_class("footnotes");
    assert_eq!(notes.len(), 1);
    assert!(
        page.text(notes[0]).starts_with("first ↩ second"),
        "{}",
        page.text(notes[0])
    );
    let references: Vec<String> = page
        .of_class("footnote-ref")
        .into_iter()
        .map(|id| page.text(id))
        .collect();
    assert_eq!(references, ["1", "2", "1"]);
}

#[test]
fn tasks_tables_and_code_use_their_elements() {
    let page = story_page(
        "- [x] done\n- [ ] open\n\n| a | b |\n| :-- | --: |\n| c | d |\n\n```rust\nfn main() {}\n```\n\n```unheard-of\n<b> & \"c\"\n```\n\n    indented",
    );
    assert_eq!(
        page.all("input")
            .iter()
            .map(|&id| page.attribute(id, "checked").is_some())
            .collect::<Vec<_>>(),
        [true, false]
    );
    assert_eq!(page.texts("th"), ["a", "b"]);
    assert!(page.has_class(page.all("td")[1], "right"));
    let code: Vec<String> = page
        .all("pre")
        .into_iter()
        .map(|id| page.raw_text(id))
        .collect();
    assert_eq!(code, ["fn main() {}\n", "<b> & \"c\"\n", "indented\n"]);
    assert!(page.elements().any(|id| {
        page.attribute(id, "class")
            .is_some_and(|class| class.contains("hl-"))
    }));
}

#[test]
fn callouts_have_their_titles() {
    let page = story_page("> [!note]\n> a\n\n> [!TIP] Own *title*\n> b\n\n> [!warning]- c\n\n> d");
    assert_eq!(
        page.texts_of_class("callout"),
        ["Note a", "Own title b", "c"]
    );
    assert_eq!(page.texts("blockquote"), ["d"]);
}

#[test]
fn hashtags_count_only_at_the_end_of_a_block() {
    let page = story_page(
        "- a #ownership\n- b #ownership c\n- d \\#ownership\n- e#ownership\n- #ownership\n- f #12 #unheard\n- g #depth #ownership\n\n`#ownership`",
    );
    let tags: Vec<String> = page.texts_of_class("tag");
    assert_eq!(tags, ["Ownership", "Technical depth", "Ownership"]);
    let items = page.texts("li");
    let has = |words: &str| items.iter().any(|item| item == words);
    assert!(
        has("b #ownership c") && has("d #ownership") && has("e#ownership") && has("f #12 #unheard"),
        "{items:?}"
    );
}

#[test]
fn a_figure_can_have_its_source_in_brackets() {
    for (written, value, source) in [
        (
            "£11,000 (stock list of that week)",
            "£11,000",
            Some("stock list of that week"),
        ),
        (
            "20 minutes (log of week 12) ",
            "20 minutes",
            Some("log of week 12"),
        ),
        ("20 (1.1 %) (the log)", "20 (1.1 %)", Some("the log")),
        (
            "{ value: 3 days (the log), source: the diary }",
            "3 days (the log)",
            Some("the diary"),
        ),
        ("\"3 days (working days)\"", "3 days (working days)", None),
        ("11 (of 40)", "11 (of 40)", None),
        ("11 (of the forty)", "11 (of the forty)", None),
        ("20 minutes (median)", "20 minutes (median)", None),
        ("5 (per week)", "5 (per week)", None),
        ("5 (12 in all)", "5 (12 in all)", None),
        ("(the stock list)", "(the stock list)", None),
        ("f(the stock list)", "f(the stock list)", None),
        ("5 ((the log))", "5 ((the log))", None),
    ] {
        let text = format!(
            "-- content/stories/s.md --\n---\ntitle: S\nfacts:\n  figure: {written}\n---\n"
        );
        let page = page(&text, "stories/s.html");
        let found = (page.texts("dd"), page.texts_of_class("source"));
        let sources: Vec<String> = source.into_iter().map(str::to_owned).collect();
        let line = [&[value.to_owned()], sources.as_slice()].concat().join(" ");
        assert_eq!(found, (vec![line], sources), "{written}");
    }
}

#[test]
fn hashtags_are_read_with_signs_around_them() {
    let page = story_page(
        "- a #ownership.\n- b (#Ownership)\n- c **#ownership**.\n- d [#ownership, #depth].\n- **e #ownership!**\n- f #ownership,\n- g *h* #ownership\n- `i` (#unheard).\n- j **#Unheard**\n- (k #ownership)\n- #ownership #depth\n\n> l (#ownership).\n\n> m #ownership",
    );
    let items = page.texts("li");
    let chips = items.len() - 11;
    assert_eq!(
        items[chips..],
        [
            "a Ownership.",
            "b Ownership",
            "c Ownership.",
            "d Ownership Technical depth.",
            "e Ownership!",
            "f Ownership",
            "g h Ownership",
            "i (#unheard).",
            "j #Unheard",
            "(k #ownership)",
            "#ownership #depth",
        ]
    );
    assert_eq!(page.texts("blockquote"), ["l (#ownership).", "m Ownership"]);
}

#[test]
fn escapes_and_entities_are_resolved_once() {
    let page = story_page("\\*a\\* \\[\\[b\\]\\] &amp;lt; 100\\%% &copy; `&amp;` \\<b>");
    assert!(
        page.texts("p")
            .contains(&"*a* [[b]] &lt; 100%% © &amp; <b>".to_owned()),
        "{:?}",
        page.texts("p")
    );
}

#[test]
fn comments_are_not_shown_to_the_author() {
    let page = story_page(
        "a %%gone%% b\n\n%%\ngone\n\n```\ngone\n```\n%%\n\n- c %%gone%%\n\n`%%` d `%%`\n\n```text\n%%stays%%\n```",
    );
    let text = main_text(&page);
    assert!(
        !text.contains("gone") && text.contains("%%stays%%") && text.contains("%% d %%"),
        "{text}"
    );
}

#[test]
fn a_comment_between_blocks_leaves_no_trace() {
    let body = "## Situation\n\n%%What happened?%%\n\nIt rained.\n\n- %%an item%%\n\n> %%a quote%%\n\n## Follow-ups\n\n%%What will they ask?\nEach is a heading.%%\n\n### Why?\n";
    let site = site(&story_site(body));
    let page = &site["stories/s.html"];
    assert!(
        !page.contains("<p dir=\"auto\"></p>") && !page.contains("<p></p>"),
        "{page}"
    );
    assert!(
        page.contains("It rained.") && page.contains("Why?"),
        "{page}"
    );
    assert_eq!(page.matches("Follow-ups").count(), 0, "{page}");
}

#[test]
fn the_spoken_time_counts_only_spoken_words() {
    let words = |count: usize| "word ".repeat(count);
    let body = format!(
        "---\n\n## Situation\n\n{}\n\n> [!question] {}\n\n```text\n{}\n```\n\n%%{}%%\n\na[^1]\n\n[^1]: {}\n\n## Mine {{.private}}\n\n{}\n\n## Headline\n\n{}\n\n## Follow-ups\n\n### Why?\n\n{}",
        words(149),
        words(50),
        words(50),
        words(50),
        words(50),
        words(50),
        words(50),
        words(50)
    );
    let page = story_page(&body);
    assert_eq!(page.texts_of_class("time"), ["1:00 to tell"]);
}

#[test]
fn a_missed_target_is_reported() {
    assert_eq!(target("## Result", "30s"), ["too long for 0:30"]);
    assert_eq!(target("## Result", "2m"), ["target 2:00"]);
}

#[test]
fn a_missed_target_is_reported_without_headings() {
    assert_eq!(target("", "30s"), ["too long for 0:30"]);
}

/// The spoken length on the page of a variant of 150 words.
fn target(heading: &str, length: &str) -> Vec<String> {
    let variant = file(
        "stories/s/v",
        &format!("inherit: false\nlength: {length}"),
        &format!("{heading}\n\n{}", "word ".repeat(150)),
    );
    page(
        &(file("stories/s/index", "title: S", "") + &variant),
        "stories/s/v.html",
    )
    .texts_of_class("target")
}

#[test]
fn long_lists_have_pages() {
    let stories: String = (0..450)
        .map(|number| {
            file(
                &format!("stories/s{number}"),
                &format!("title: Story {number:03}\nstrength: {}", number % 5 + 1),
                "a",
            )
        })
        .collect();
    let site = site(&stories);
    let mut seen = std::collections::BTreeSet::new();
    for (path, rows, before, after) in [
        ("stories.html", 200, None, Some("stories-2.html")),
        (
            "stories-2.html",
            200,
            Some("stories.html"),
            Some("stories-3.html"),
        ),
        ("stories-3.html", 50, Some("stories-2.html"), None),
    ] {
        let page = parse(&site[path]);
        let titles: Vec<String> = page.texts("h2");
        assert_eq!(titles.len(), rows, "{path}");
        seen.extend(titles);
        let link = |relation: &str| {
            page.all("a")
                .into_iter()
                .find(|&id| page.attribute(id, "rel") == Some(relation))
                .and_then(|id| page.attribute(id, "href"))
        };
        assert_eq!((link("prev"), link("next")), (before, after), "{path}");
    }
    assert_eq!(seen.len(), 450);
    assert!(!site.contains_key("stories-4.html"));
    assert!(
        parse(&site["stories.html"]).texts("h2")[0].starts_with("Story 004"),
        "the strongest comes first"
    );
}

#[test]
fn the_not_found_page_works_at_any_address() {
    for (address, root) in [
        ("", "index.html"),
        ("https://example.org/stories/", "/stories/index.html"),
        ("https://example.org", "/index.html"),
    ] {
        let text = format!(
            "-- site.toml --\naddress = \"{address}\"\n{}",
            story_site("a")
        );
        let page = page(&text, "404.html");
        let home = page.of_class("mark")[0];
        assert_eq!(page.attribute(home, "href"), Some(root), "{address}");
        assert!(
            !page.all("style").is_empty(),
            "its style sheet has an absolute address"
        );
    }
}

#[test]
fn the_address_of_a_site_needs_no_final_slash() {
    let page = page(
        "-- site.toml --\naddress = \"https://example.org/stories\"\n-- content/home.md --\n",
        "404.html",
    );
    assert_eq!(
        page.attribute(page.of_class("mark")[0], "href"),
        Some("/stories/index.html")
    );
}

#[test]
fn figures_are_shown_as_written() {
    let text = file(
        "stories/s",
        "title: S\nfacts:\n  people-affected: 1.10\n  share: 007\n  loss: { value: 1_000, source: the customer }\n  cost: \"$1.2M\"\n  team: 4",
        "a",
    );
    let page = page(&text, "stories/s.html");
    assert_eq!(
        page.texts_of_class("facts"),
        ["Have ready people affected 1.10 share 007 loss 1_000 the customer cost $1.2M team 4"]
    );
}

#[test]
fn occasions_are_sorted_newest_first() {
    let text = file(
        "stories/s",
        "title: S\ntold:\n  - { on: 2025, to: A }\n  - { on: 2026-10-02, to: B, round: onsite }\n  - { on: 2026-09, to: C }",
        "a",
    );
    let beside = page(&text, "stories/s.html").texts_of_class("beside");
    assert_eq!(
        beside,
        ["Told 2 October 2026, B onsite September 2026, C 2025, A"]
    );
}

#[test]
fn a_case_study_shows_its_times() {
    let text = file(
        "case-studies/k",
        "title: K\nseverity: 2\nstarted: 2025-03-07T09:10Z\ndetected: 2025-03-07T11:15+01:00\nresolved: 2025-03-08T09:10Z\nactions:\n  - { what: Block it, owner: Platform, due: 2025-03-21, status: done }",
        "## Summary\n\nIt broke.",
    );
    let page = page(&text, "case-studies/k.html");
    assert_eq!(
        page.texts_of_class("times"),
        [
            "started 7 March 2025, 09:10 UTC detected 7 March 2025, 10:15 UTC resolved 8 March 2025, 09:10 UTC time to detect 1 h 5 min time to resolve 1 d"
        ]
    );
    assert_eq!(
        page.texts_of_class("actions"),
        ["Actions done Block it Platform · 21 March 2025"]
    );
}

#[test]
fn windows_files_and_byte_order_marks_are_read() {
    let text = story_site("## Situation\n\na **b**\nc %%gone%%\n\n> [!note] d\n> e")
        .replace('\n', "\r\n")
        .replace("--\r\n---", "--\r\n\\xef\\xbb\\xbf---");
    let page = page(&text, "stories/s.html");
    assert_eq!(page.texts("h3"), ["Situation 0:02"]);
    assert_eq!(page.texts_of_class("callout"), ["d e"]);
    assert!(
        page.texts("p").contains(&"a b c".to_owned()),
        "{:?}",
        page.texts("p")
    );
}

#[test]
fn templates_and_styles_of_a_site_replace_those_of_the_theme() {
    let text = story_site("a")
        + "-- themes/default/templates/404.html --\n{% extends \"base.html\" %}{% block main %}<h1>Lost in {{ site.title }}</h1>{% endblock main %}\n-- site.toml --\ntitle = \"S & T\"\n";
    assert_eq!(page(&text, "404.html").only("h1"), "Lost in S & T");
}

#[test]
fn links_are_not_nested() {
    let page = story_page(
        "## Result\n\n[![build](https://example.org/badge.svg)](https://example.org/build) and [![chart](chart.png)](https://example.org)\n-- content/stories/s/chart.png --\npng",
    );
    // A parser separates nested links, and would find the address of the picture here.
    assert_eq!(address(&page, "build"), "https://example.org/build");
}

/// The story `S` for the question `q`, with everything that a page for an interview shows.
const TOLD: &str = "-- content/stories/s/index.md --
---
title: S
headline: We lost 12,000 orders and won a rule.
answers: [{ question: q, open: The hardest was an hour. }]
competencies: [ownership]
facts: { teams: 7, orders: \"12000\", cost: $1.2M, when-it-held: since the spring, days: 3 days }
---

## Situation

Nobody knew. It was 3 in the morning, and everybody slept.

> [!question] Remark one?

## Action

- I stopped the service before I knew why it had failed. #ownership
- I asked, at a cost of 1.2 million. *Question: remark two?* #depth
- > [!answered] Remark three.
- I wrote the rule down and it has held ever since the spring. #depth

![[q#why]]

## Result

It held.

## Follow-ups

### Who saw it?

Everybody. > not a quote

> [!question] Remark four?
-- content/questions/q.md --
---
question: What was hard?
competencies: [ownership, depth]
---

## Why

Say why.

> [!question] Remark five?
-- content/competencies/ownership.md --
---
title: Ownership
---
-- content/competencies/depth.md --
---
title: Technical depth
---
";

#[test]
fn the_page_of_a_question_counts_remarks_and_shows_none() {
    let site = site(TOLD);
    let question = parse(&site["questions/q.html"]);
    let text = main_text(&question).to_lowercase();
    assert!(!text.contains("remark one"), "{text}");
    assert_eq!(text.matches("remark").count(), 1, "{text}");
    assert!(text.ends_with("open points 4 open remarks"), "{text}");
    assert_eq!(address(&question, "4 open remarks"), "../open-points.html");
    let story = main_text(&parse(&site["stories/s.html"])).to_lowercase();
    for remark in ["one?", "two?", "three.", "four?", "five?"] {
        assert!(story.contains(&format!("remark {remark}")), "{story}");
    }
    // The item that holds only a remark is gone with it.
    assert_eq!(
        question
            .texts("li")
            .iter()
            .filter(|item| item.is_empty())
            .count(),
        0
    );
}

#[test]
fn figures_that_a_telling_says_come_first() {
    let page = page(TOLD, "stories/s.html");
    assert_eq!(
        page.texts("dt"),
        ["orders", "cost", "when it held", "days", "teams"]
    );
}

#[test]
fn more_than_six_figures_fold() {
    let facts: String = (1..=8)
        .map(|number| format!("  fact-{number}: a{number}\n"))
        .collect();
    let text = file(
        "stories/s",
        format!("title: S\nfacts:\n{facts}").trim_end(),
        "a",
    );
    let page = page(&text, "stories/s.html");
    let folded = page.all("dt").into_iter().filter(|&id| {
        page.all("details")
            .into_iter()
            .any(|fold| page.is_inside(id, fold))
    });
    assert_eq!(
        folded.map(|id| page.text(id)).collect::<Vec<_>>(),
        ["fact 7", "fact 8"]
    );
    assert_eq!(page.texts("summary"), ["and 2 more"]);
}

#[test]
fn the_page_of_a_question_shows_how_each_part_starts() {
    let page = page(TOLD, "questions/q.html");
    let cues = page.of_class("cues")[0];
    let links: Vec<NodeId> = page
        .all("a")
        .into_iter()
        .filter(|&id| page.is_inside(id, cues))
        .collect();
    assert_eq!(
        links.iter().map(|&id| page.text(id)).collect::<Vec<_>>(),
        [
            "Situation Nobody knew. It was 3 in the morning, …",
            "Action I stopped the service before I knew why …",
            "Result It held."
        ]
    );
    for link in links {
        let target = page
            .attribute(link, "href")
            .expect("it is a link")
            .to_owned();
        assert!(page.ids().contains(&&target[1..]), "{target}");
    }
    assert_eq!(
        page.texts_of_class("brief"),
        [
            "The hardest was an hour. We lost 12,000 orders and won a rule. Have ready orders 12000 cost $1.2M when it held since the spring days 3 days teams 7 Situation Nobody knew. It was 3 in the morning, … Action I stopped the service before I knew why … Result It held."
        ]
    );
}

#[test]
fn what_is_about_a_question_folds_below_its_answer() {
    let page = page(TOLD, "questions/q.html");
    let text = main_text(&page);
    let fold = page.of_class("about")[0];
    assert_eq!(
        page.text(fold),
        "About this question Ownership Technical depth Why Say why."
    );
    assert_eq!(page.attribute(fold, "open"), None);
    assert!(
        text.find("It held.") < text.find("About this question"),
        "{text}"
    );
    let unanswered = self::page(AROUND, "questions/q.html");
    assert!(
        unanswered
            .attribute(unanswered.of_class("about")[0], "open")
            .is_some()
    );
}

#[test]
fn openings_are_on_the_pages_of_tellings_and_in_lists() {
    let variant = file(
        "stories/s/v",
        "answers: [{ question: q, open: Of the variant. }]",
        "b",
    );
    let site = site(&format!("{TOLD}{variant}"));
    let openings = |path: &str| parse(&site[path]).texts_of_class("opening");
    assert_eq!(openings("questions/q.html"), ["Of the variant."]);
    assert_eq!(
        openings("stories/s.html"),
        ["What was hard? The hardest was an hour."]
    );
    assert_eq!(
        openings("stories/s/v.html"),
        ["What was hard? Of the variant."]
    );
    assert_eq!(
        openings("stories/s/depth.html"),
        ["What was hard? The hardest was an hour."]
    );
}

/// The links of the two groups of tellings on a page, the current one in brackets.
fn tellings(page: &Page) -> Vec<String> {
    let group = |group: NodeId| {
        let links = page
            .all("a")
            .into_iter()
            .filter(|&id| page.is_inside(id, group));
        let words = links.map(|id| match page.attribute(id, "aria-current") {
            Some(_) => format!("[{}]", page.text(id)),
            None => page.text(id),
        });
        words.collect::<Vec<_>>().join(", ")
    };
    let navigation = page.of_class("tellings")[0];
    let groups = page
        .all("p")
        .into_iter()
        .filter(|&id| page.is_inside(id, navigation));
    groups.map(group).collect()
}

#[test]
fn tellings_have_two_groups() {
    let variant = file("stories/s/v", "title: V", "b");
    let site = site(&format!("{TOLD}{variant}"));
    let of = |path: &str| tellings(&parse(&site[path]));
    let written = "The story 0:18, V 0:19";
    assert_eq!(
        of("stories/s/v.html"),
        ["The story 0:18, [V 0:19]", "Ownership, Technical depth"]
    );
    assert_eq!(
        of("stories/s/depth.html"),
        [
            written,
            "Ownership, [Technical depth], only these parts 0:14, nothing in particular"
        ]
    );
    assert_eq!(
        of("stories/s/depth-cut.html"),
        [
            written,
            "Ownership, Technical depth, [only these parts 0:14], nothing in particular"
        ]
    );
    assert_eq!(
        of("stories/s/ownership.html"),
        [
            written,
            "[Ownership], Technical depth, nothing in particular"
        ]
    );
}

#[test]
fn an_emphasis_is_the_whole_story_with_strong_blocks() {
    let body = "## Action\n\nA paragraph of depth. #depth\n\n- owned #ownership\n- deep\n\n  and deeper #depth\n- [ ] both #depth\n- plain\n\n> quoted #depth\n";
    let site = site(&story_site(body));
    let emphasis = parse(&site["stories/s/depth.html"]);
    assert_eq!(
        emphasis.texts_of_class("strong"),
        [
            "A paragraph of depth. Technical depth",
            "and deeper Technical depth",
            "both Technical depth",
            "quoted Technical depth"
        ]
    );
    assert_eq!(emphasis.texts_of_class("leaning").len(), 1);
    let story = parse(&site["stories/s.html"]);
    assert_eq!(
        emphasis.texts_of_class("part"),
        story.texts_of_class("part")
    );
    assert_eq!(story.texts_of_class("strong"), Vec::<String>::new());
    assert_eq!(story.texts_of_class("leaning"), Vec::<String>::new());
}

/// The comments of the file that `storybank new story` writes, each in one line.
fn hints_of_template() -> String {
    include_str!("../src/commands/templates/new/story.md")
        .replace("\n# ", " ")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

#[test]
fn a_draft_says_what_is_still_to_be_written() {
    let body = "## Result\n\n%%What came of it?%%\n\n## Approach\n\nI asked.";
    let draft = file(
        "stories/s/index",
        "title: S\nstatus: draft\nfacts: { a: b }",
        body,
    ) + &file("stories/s/v", "title: V", "")
        + &file("stories/ready", "title: R", body);
    let site = common::site_with_drafts(&draft);
    let page = parse(&site["stories/s.html"]);
    assert_eq!(
        page.texts("h3"),
        [
            "Have ready",
            "Situation",
            "Task",
            "Result",
            "Approach 0:01",
            "Learning",
            "They will ask next"
        ]
    );
    let hints = page.texts_of_class("hint");
    assert_eq!(hints.len(), 6, "{hints:?}");
    let template = hints_of_template();
    for hint in &hints {
        let hint = hint.trim_start_matches("They will ask next ");
        assert!(template.contains(hint), "{hint}");
    }
    for other in ["stories/s/v.html", "stories/ready.html"] {
        assert_eq!(
            parse(&site[other]).texts_of_class("hint"),
            Vec::<String>::new(),
            "{other}"
        );
    }
}

/// The words beside the bar of a story of 278 words, and the style of the bar.
fn bar(length: &str) -> (Vec<String>, String) {
    let words = "word ".repeat(278);
    let text = file(
        "stories/s",
        &format!("title: S\nlength: {length}"),
        &format!("## Action\n\n{words}"),
    );
    let page = page(&text, "stories/s.html");
    let bars = page.of_class("bars")[0];
    let style = page.attribute(bars, "style").unwrap_or_default().to_owned();
    (page.texts_of_class("target"), style)
}

#[test]
fn the_bar_is_drawn_to_scale() {
    for (length, words, style) in [
        ("5m", "under half of 5:00", "--to:37;--at:100"),
        ("2m", "target 2:00", "--to:93;--at:100"),
        ("1m", "too long for 1:00", "--to:100;--at:53"),
    ] {
        assert_eq!(bar(length), (vec![words.to_owned()], style.to_owned()));
    }
}

#[test]
fn a_headline_that_takes_too_long_is_marked_for_its_author() {
    let marks = |words: usize, audience: Audience| {
        let headline = "word ".repeat(words);
        let text = file(
            "stories/s",
            &format!("title: S\nheadline: {headline}\naudience: team"),
            "a",
        );
        parse(&site_for(audience, &text)["stories/s.html"]).texts_of_class("mark-long")
    };
    assert_eq!(
        marks(76, Audience::Private),
        ["76 words: a headline has at most 75"]
    );
    assert_eq!(marks(75, Audience::Private), Vec::<String>::new());
    assert_eq!(marks(76, Audience::Team), Vec::<String>::new());
}

/// The number of open points on the home page, and the number of entries on the page of open
/// points.
fn open_points(site: &BTreeMap<String, String>) -> (usize, usize) {
    let home = &site["index.html"];
    let counted = home
        .split("<dt>open point")
        .nth(1)
        .and_then(|rest| rest.split("<dd>").nth(1)?.split('<').next()?.parse().ok());
    let list = site["open-points.html"]
        .split("<main")
        .nth(1)
        .unwrap_or_default();
    (
        counted.unwrap_or(0),
        list.matches("class=\"row-said\"").count(),
    )
}

#[test]
fn every_open_point_that_is_counted_is_listed() {
    let remark = |words: &str| format!("> [!question] {words}\n\n");
    let places = [
        (
            "home",
            format!("-- content/home.md --\n{}", remark("Asked at home?")),
        ),
        (
            "a sheet before its questions",
            format!(
                "-- content/questions/sheet.md --\n{}## Why?\n\nSo.\n",
                remark("Asked of the sheet?")
            ),
        ),
        (
            "a question of a sheet",
            format!(
                "-- content/questions/sheet.md --\n## Why?\n\nSo.\n\n## How?\n\n{}",
                remark("Asked of the second?")
            ),
        ),
        (
            "a question",
            format!(
                "-- content/questions/q.md --\n---\nquestion: What?\n---\n{}",
                remark("Asked of a question?")
            ),
        ),
        (
            "a question about a story",
            "-- content/questions/r.md --\n---\nquestion: What next?\nabout: s\n---\n".to_owned(),
        ),
        (
            "follow-ups",
            format!(
                "-- content/stories/s2.md --\n---\ntitle: T\n---\n\n## Follow-ups\n\n### Who?\n\n### Where?\n\n{}",
                remark("Asked of a follow-up?")
            ),
        ),
        (
            "a story",
            format!(
                "-- content/stories/s3.md --\n---\ntitle: U\n---\n\n{}## Headline\n\n{}## Result\n\n{}",
                remark("a"),
                remark("b"),
                remark("c")
            ),
        ),
        (
            "a variant",
            format!(
                "-- content/stories/v/index.md --\n---\ntitle: V\n---\n-- content/stories/v/short.md --\n---\ntitle: W\n---\n\n{}## Follow-ups\n\n### Which?\n",
                remark("d")
            ),
        ),
        (
            "a case study",
            format!(
                "-- content/case-studies/c.md --\n---\ntitle: C\n---\n\n## Impact\n\n{}",
                remark("e")
            ),
        ),
        (
            "a competency",
            format!(
                "-- content/competencies/o.md --\n---\ntitle: O\n---\n\n{}",
                remark("f")
            ),
        ),
    ];
    let base = "-- content/stories/s.md --\n---\ntitle: S\n---\n\nWords.\n";
    assert_eq!(open_points(&site(base)), (0, 0));
    let (mut all, mut sum) = (base.to_owned(), 0);
    for (what, text) in &places {
        let made = site(&format!("{base}{text}"));
        let (counted, listed) = open_points(&made);
        assert!(
            counted > 0 && counted == listed,
            "{what}: the count is {counted}, the list has {listed}"
        );
        for words in text
            .lines()
            .filter_map(|line| line.strip_prefix("> [!question] "))
            .filter(|words| words.len() > 1)
        {
            assert!(made["open-points.html"].contains(words), "{what}: {words}");
        }
        if !all.contains(text.lines().next().unwrap_or_default()) {
            all.push_str(text);
            sum += counted;
        }
    }
    assert_eq!(open_points(&site(&all)), (sum, sum));
}
