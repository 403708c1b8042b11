//! Files written for other tools: which heading is the title, which headings and labels start
//! sections, and that no word gets lost.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::fmt::Write;
use std::sync::Arc;

use common::{check, check_for, seed, site, site_for};
use proptest::prelude::*;
use storybank::model::{Audience, Document, Part};
use storybank::parse::parse_text;
use storybank::source::SitePath;

fn document(path: &str, text: &str) -> Document {
    parse_text(&SitePath::new(path), &Arc::from(text))
        .document
        .expect("it is a document of the site")
}

/// The outline of a file in a few lines: its title, then each section as `heading [part]: text`.
fn outline(path: &str, text: &str) -> String {
    let document = document(path, text);
    let mut outline = format!("= {}\n", document.meta.title());
    for section in document
        .sections
        .iter()
        .filter(|section| !section.heading.is_empty() || !section.nodes.is_empty())
    {
        let part = section.part.map_or("-", Part::name);
        let private = if section.is_private { " private" } else { "" };
        let words = document.body.plain(section.nodes.clone());
        writeln!(outline, "{} [{part}{private}] {words}", section.heading)
            .expect("a string takes all");
    }
    outline
}

const STORY: &str = "content/stories/queue.md";
const CASE: &str = "content/case-studies/2024-03-07-queue-filled_up.md";

#[test]
fn the_first_heading_is_the_title_without_one_in_front_matter() {
    for text in [
        "# The queue\n\nIt filled up.\n\n## Situation\n\nLate.\n",
        "---\nwhen: 2024\n---\n# The queue\n\nIt filled up.\n\n## Situation\n\nLate.\n",
        "---\ntitle:\n---\n# The queue\n\nIt filled up.\n\n## Situation\n\nLate.\n",
        "The queue\n=========\n\nIt filled up.\n\nSituation\n---------\n\nLate.\n",
        "---\ntitle: the Queue\n---\n# The queue\n\nIt filled up.\n\n## Situation\n\nLate.\n",
        "# The queue\n\nIt filled up.\n\n# Situation\n\nLate.\n",
        "## The queue\n\nIt filled up.\n\n### Situation\n\nLate.\n",
        "## The queue\n\nIt filled up.\n\n## Situation\n\nLate.\n",
    ] {
        let title = if text.contains("the Queue") {
            "the Queue"
        } else {
            "The queue"
        };
        assert_eq!(
            outline(STORY, text),
            format!("= {title}\n [-] It filled up.\nSituation [situation] Late.\n"),
            "{text}"
        );
    }
}

#[test]
fn the_file_name_is_the_title_without_a_heading() {
    for text in [
        "## Summary\n\nIt failed.\n",
        "# Summary\n\nIt failed.\n",
        "# Post-mortem\n\n## Summary\n\nIt failed.\n",
    ] {
        let outline = outline(CASE, text);
        assert!(
            outline.starts_with("= 2024-03-07 queue filled up\n")
                && outline.contains("Summary [summary] It failed."),
            "{outline}"
        );
    }
    assert!(outline(STORY, "Only words.\n").starts_with("= Queue\n"));
    assert!(
        outline("content/stories/AWS-outage/index.md", "Only words.\n")
            .starts_with("= AWS outage\n")
    );
}

#[test]
fn a_private_heading_is_not_the_title() {
    for text in [
        "# Falcon {.private}\n\n## Summary\n\nx\n",
        "# Falcon {.Private}\n\nx\n",
        "# Falcon {.private}\n\n## What the deal was\n\nx\n",
    ] {
        let found = outline(CASE, text);
        assert!(
            found.starts_with("= 2024-03-07 queue filled up\n"),
            "{found}"
        );
        let case = format!("-- content/case-studies/queue.md --\n{text}");
        let pages = site_for(Audience::Team, &case);
        assert!(
            pages
                .values()
                .all(|page| !page.contains("Falcon") && !page.contains("the deal")),
            "{text}"
        );
    }
}

#[test]
fn a_title_is_not_repeated_and_links_to_it_target_the_page() {
    let pages = site(
        "-- content/stories/queue.md --\n# The queue\n\nLate.\n-- content/competencies/ownership.md --\n# Ownership\n\nTo treat it as yours. See [[queue#the-queue]].\n-- content/questions/mistake.md --\n# Tell me about a mistake\n\nSay which.\n",
    );
    for (path, title) in [
        ("stories/queue.html", "The queue"),
        ("competencies/ownership.html", "Ownership"),
        ("questions/mistake.html", "Tell me about a mistake"),
    ] {
        let page = &pages[path];
        let headings = (1..=6).flat_map(|level| {
            page.match_indices(&format!("<h{level}"))
                .map(|(at, _)| at)
                .collect::<Vec<_>>()
        });
        let titles = headings.filter(|&at| {
            page[at..]
                .split("</h")
                .next()
                .is_some_and(|heading| heading.ends_with(&format!(">{title}")))
        });
        assert_eq!(titles.count(), 1, "{page}");
    }
}

#[test]
fn sections_at_any_level_are_parts() {
    let wanted =
        "= Outage\nRoot Cause(s) [contributing-factors] A rule.\nThe fix [resolution] Another.\n";
    assert_eq!(
        outline(
            CASE,
            "# Outage\n\n### Root Cause(s)\n\nA rule.\n\n### The fix\n\nAnother.\n"
        ),
        wanted
    );
    assert_eq!(
        outline(
            CASE,
            "# Outage\n\n#### Root Cause(s)\n\nA rule.\n\n#### The fix\n\nAnother.\n"
        ),
        wanted
    );
    assert_eq!(
        outline(
            STORY,
            "# Queue\n\n## STAR\n\n### Situation\n\nLate.\n\n### Action\n\nI looked.\n"
        ),
        "= Queue\nSTAR [-] \nSituation [situation] Late.\nAction [action] I looked.\n"
    );
}

#[test]
fn a_private_section_stays_private_at_another_level() {
    let text = "## Falcon {.private}\n\n### Situation\n\nFalcon was late.\n\n### Action\n\nFalcon again.\n";
    assert!(
        document(STORY, text)
            .sections
            .iter()
            .all(|section| section.is_private || section.nodes.is_empty())
    );
    let text = "# Queue\n\n### Summary\n\nIt failed.\n\n### Cause {.private}\n\nFalcon.\n\n#### More\n\nFalcon.\n\n### The fix\n\nFixed.\n";
    let pages = site_for(
        Audience::Team,
        &format!("-- content/case-studies/queue.md --\n{text}"),
    );
    let page = &pages["case-studies/queue.html"];
    assert!(
        !page.contains("Falcon") && !page.contains("Cause") && page.contains("Fixed."),
        "{page}"
    );
}

#[test]
fn labels_are_parts_without_headings() {
    let wanted = "= Queue\nSituation [situation] It was late.\nTask [task] To look.\nAction [action] I looked.\nResult [result] It went.\n";
    for text in [
        "**Situation:** It was late.\n\n**Task:** To look.\n\n**Action:** I looked.\n\n**Result:** It went.\n",
        "**Situation**: It was late.\n**Task**: To look.\n**Action**: I looked.\n**Result**: It went.\n",
        "**Situation:** It was late.\\\n**Task:** To look.\\\n**Action:** I looked.\\\n**Result:** It went.\n",
        "**Situation**\n\nIt was late.\n\n__Task__\n\nTo look.\n\n**Action**\nI looked.\n\n**Result**\nIt went.\n",
        "- **Situation**: It was late.\n- **Task**: To look.\n- **Action**: I looked.\n- **Result**: It went.\n",
        "- **Situation:** It was late.\n\n- __Task:__ To look.\n\n- **Action:** I looked.\n\n- **Result:** It went.\n",
        "1. **Situation** - It was late.\n2. **Task** – To look.\n3. **Action** — I looked.\n4. **Result**: It went.\n",
        "* **Situation.** It was late.\n* **Task.** To look.\n* ***Action:*** I looked.\n* **Result** | It went.\n",
        "**S**ituation: It was late.\n\n**T**ask: To look.\n\n**A**ction: I looked.\n\n**R**esult: It went.\n",
        "# Queue\n\n**Situation:** It was late.\n\n**Task:** To look.\n\n**Action:** I looked.\n\n**Result:** It went.\n",
    ] {
        assert_eq!(outline(STORY, text), wanted, "{text}");
    }
    assert_eq!(
        outline(
            STORY,
            "**S:** It was late.\n\n**T:** To look.\n\n**A:** I looked.\n\n**R:** It went.\n"
        ),
        "= Queue\nS [situation] It was late.\nT [task] To look.\nA [action] I looked.\nR [result] It went.\n"
    );
    assert_eq!(
        outline(
            STORY,
            "**1. Situation (30 seconds):** Late.\n\n**🛠️ Action** (2 min): I looked.\n"
        ),
        "= Queue\n1. Situation (30 seconds) [situation] Late.\n🛠️ Action (2 min) [action] I looked.\n"
    );
    assert_eq!(
        outline(
            CASE,
            "# Outage\n\n**Issue Summary:** It failed.\n\n- **Root cause**: a rule\n- **The fix**: another\n"
        ),
        "= Outage\nIssue Summary [summary] It failed.\nRoot cause [contributing-factors] a rule\nThe fix [resolution] another\n"
    );
}

#[test]
fn the_text_of_a_label_stays_complete_and_in_order() {
    let text = "It began.\n\n- **Situation**: It was late.\n  - one\n  - two\n- an item of its own\n- **Action**: I *looked*.\n\n  More.\n\n1. first\n2. second\n";
    assert_eq!(
        outline(STORY, text),
        "= Queue\n [-] It began.\nSituation [situation] It was late. one two an item of its own\nAction [action] I looked. More. first second\n"
    );
    let page = &site(&format!("-- content/stories/queue.md --\n{text}"))["stories/queue.html"];
    assert!(
        page.contains("<li><p>an item of its own</p>")
            && page.contains("<em>looked</em>")
            && page.contains("<li>two</li>"),
        "{page}"
    );
}

#[test]
fn labels_of_the_same_name_have_different_places() {
    let found = document(STORY, &"**Action:** x\n\n".repeat(3));
    let ids: Vec<&str> = found.sections[1..]
        .iter()
        .map(|section| section.id.as_str())
        .collect();
    assert_eq!(ids, ["action", "action-2", "action-3"]);
}

#[test]
fn bold_words_in_text_are_not_labels() {
    for text in [
        "## Situation\n\n**Action:** was needed.\n",
        "**Action** was needed.\n",
        "**Results** *were* good.\n",
        "We took **Action:** at once.\n",
        "**Task**-based work.\n",
        "**Q:** Why?\n\n**A:** Because.\n\n**R:** So.\n\n**S:** x\n",
        "**A:** one\n",
        "> **Situation:** quoted\n",
        "**[Situation](https://example.org):** a link\n",
        "**Actions speak:** louder.\n",
    ] {
        let sections = document(STORY, text).sections;
        assert!(
            sections
                .iter()
                .all(|section| section.heading.is_empty() || text.starts_with("## ")),
            "{text}"
        );
    }
}

#[test]
fn labels_beside_a_headline_and_follow_ups_are_parts() {
    for text in [
        "## TL;DR\n\nLate.\n\n**Situation:** It was late.\n\n**Action:** I looked.\n\n## Follow-ups\n\n### Why?\n\n**Result:** So.\n",
        "## TL;DR\n\nLate.\n\nSituation: It was late.\n\nAction: I looked.\n\nResult: It went.\n\n## Follow-ups\n\n### Why?\n\n**Result:** So.\n",
    ] {
        let found = outline(STORY, text);
        let mut wanted =
            "= Queue\nTL;DR [headline] Late.\nSituation [situation] It was late.\nAction [action] I looked.\n"
                .to_owned();
        if text.contains("Result: It") {
            wanted.push_str("Result [result] It went.\n");
        }
        wanted.push_str("Follow-ups [follow-ups] Why? Result: So.\n");
        assert_eq!(found, wanted, "{text}");
    }
}

#[test]
fn plain_labels_are_parts_if_they_tell_a_whole_story() {
    let wanted = "= Queue\nSituation [situation] It was late.\nTask [task] To look.\nAction [action] I looked.\nResult [result] It went.\n";
    for text in [
        "Situation: It was late.\n\nTask: To look.\n\nAction: I looked.\n\nResult: It went.\n",
        "Situation: It was late.\nTask: To look.\nAction: I looked.\nResult: It went.\n",
        "Situation\n\nIt was late.\n\nTask\n\nTo look.\n\nAction\nI looked.\n\nResult\nIt went.\n",
        "- Situation: It was late.\n- Task: To look.\n- Action: I looked.\n- Result: It went.\n",
        "Situation - It was late.\n\nTask – To look.\n\nAction — I looked.\n\nResult : It went.\n",
    ] {
        assert_eq!(outline(STORY, text), wanted, "{text}");
    }
    for text in [
        "Problem: it was late.\n\nSolution: I looked.\n",
        "It began.\n\nResult: It went.\n",
        "> Situation: late\n\n> Action: looked\n\n> Result: went\n",
        "The situation: late.\n\nThe action: looked.\n\nThe result: went.\n",
    ] {
        let sections = document(STORY, text).sections;
        assert!(
            sections.iter().all(|section| section.part.is_none()),
            "{text}"
        );
    }
    let marked = "Situation: Late.\n\nAction {.private}: Falcon.\n\nResult: It went. #ownership\n";
    let found = document(STORY, marked);
    assert!(found.sections[2].is_private && found.body.tagged.len() == 1);
}

#[test]
fn hashtags_at_the_end_of_a_labelled_line_are_read() {
    let found = document(
        STORY,
        "**Situation:** It was late. #ownership\n**Action:** I looked #trust.\n**Result:** It went.\n",
    );
    let tags: Vec<&str> = found
        .body
        .tagged
        .iter()
        .flat_map(|block| &block.tags)
        .map(|(slug, _)| slug.as_str())
        .collect();
    assert_eq!(tags, ["ownership", "trust"]);
    assert!(found.body.unread_tags.is_empty());
}

/// The rules and places of the reports about a story.
fn reports_about(text: &str) -> Vec<String> {
    let report = check(&format!(
        "-- content/stories/queue.md --\n---\ntitle: The queue\n---\n{text}"
    ));
    let places = report.lines().filter_map(|line| {
        line.trim_start()
            .strip_prefix("--> content/stories/queue.md:")
    });
    places.map(str::to_owned).collect()
}

#[test]
fn a_name_of_a_part_that_opens_none_is_reported() {
    // The first line of the body is line 4.
    for (text, places) in [
        ("## Situation\n\nx\n\n**Action:** y\n", vec!["8:1"]),
        ("## Situation\n\nx\n\n#### Action\n\ny\n", vec!["8:1"]),
        ("## Situation\n\nx\n\n- **Result** - y\n", vec!["8:3"]),
        ("## Actoin\n\nx\n", vec!["4:1"]),
        ("Result: y\n", vec!["4:1"]),
        ("Lessons learned: y\n", vec!["4:1"]),
    ] {
        assert_eq!(reports_about(text), places, "{text}");
    }
    for text in [
        "## Action\n\n**Approach:** y\n\n### Step\n\nx\n",
        "## Situation\n\nThe result: y\n\n**Note:** y\n",
        "## Situation\n\nx\n\n> **Action:** y\n\n`Action:` y\n",
        "## Situation\n\nx\n\n## Follow-ups\n\n### What was the result?\n\n**Result:** y\n",
        "## Situation\n\nx\n\n## Mine {.private}\n\n**Action:** y\n",
        "## Auctions\n\nx\n",
    ] {
        assert_eq!(reports_about(text), Vec::<String>::new(), "{text}");
    }
}

#[test]
fn tags_times_and_private_marks_work_in_labelled_parts() {
    let text = "- **Situation**: It was late. #ownership\n- **Action** {.private}: Falcon.\n- **Result:** It went.\n\n> [!private] Falcon.\n";
    let found = document(STORY, text);
    let words: Vec<(&str, u32, bool)> = found
        .sections
        .iter()
        .map(|section| (section.heading.as_str(), section.words, section.is_private))
        .collect();
    assert_eq!(
        words,
        [
            ("", 0, false),
            ("Situation", 3, false),
            ("Action", 1, true),
            ("Result", 2, false)
        ]
    );
    assert_eq!(found.body.tagged.len(), 1);
    let files = format!(
        "-- content/stories/queue.md --\n---\naudience: team\n---\n{text}-- content/competencies/ownership.md --\n---\naudience: team\n---\n# Ownership\n"
    );
    let pages = site_for(Audience::Team, &files);
    assert!(
        pages.contains_key("stories/queue/ownership.html"),
        "{:?}",
        pages.keys()
    );
    assert!(pages.values().all(|page| !page.contains("Falcon")));
}

#[test]
fn no_label_ends_a_private_section() {
    let text = "# Queue\n\nTold.\n\n## Notes to self {.private}\n\n**Situation:** Falcon.\n\n- **Action:** Falcon.\n\n## Rest\n\n**Result:** It went.\n";
    let files = format!("-- content/stories/queue.md --\n---\naudience: team\n---\n{text}");
    let pages = site_for(Audience::Team, &files);
    assert!(
        pages.values().all(|page| !page.contains("Falcon"))
            && pages["stories/queue.html"].contains("It went.")
    );
}

#[test]
fn places_in_labelled_files_are_right() {
    let report =
        check("-- content/stories/queue.md --\n# Queue\n\n- **Situation**: See [[gone]].\n");
    assert!(report.contains("content/stories/queue.md:3:22"), "{report}");
    let found = document(STORY, "# Queue\n\n- **Situation**: Late.\n");
    let section = &found.sections[1];
    assert_eq!(
        &found.body.file_text()[section.span.range()],
        "**Situation**"
    );
}

#[test]
fn a_sheet_has_a_title_and_its_questions_are_below_it() {
    let questions = |text: &str| {
        let found = document("content/questions/sheet.md", text);
        let items: Vec<String> = found
            .sections
            .iter()
            .flat_map(|section| &section.items)
            .map(|item| item.question.clone())
            .collect();
        (found.meta.title().to_owned(), items)
    };
    let two = vec![
        "Tell me about a mistake".to_owned(),
        "A conflict".to_owned(),
    ];
    assert_eq!(
        questions("# Leadership\n\n## Tell me about a mistake\n\nx\n\n## A conflict\n"),
        ("Leadership".to_owned(), two.clone())
    );
    assert_eq!(
        questions("# Leadership\n\n### Tell me about a mistake\n\nx\n\n### A conflict\n"),
        ("Leadership".to_owned(), two.clone())
    );
    assert_eq!(
        questions("## Tell me about a mistake\n\nx\n\n## A conflict\n\n## Resources\n\nx\n"),
        (String::new(), two)
    );
    assert_eq!(
        questions("# Why us?\n\n# Why you?\n"),
        (
            String::new(),
            vec!["Why us?".to_owned(), "Why you?".to_owned()]
        )
    );
    assert_eq!(
        questions("# Tell me about a mistake\n\nSay which.\n"),
        ("Tell me about a mistake".to_owned(), Vec::new())
    );
    assert_eq!(
        questions("# Leadership questions\n\n- one\n"),
        (String::new(), Vec::new())
    );
}

#[test]
fn a_link_in_another_wording_keeps_its_words() {
    let text = "# Q\n\n## Why?\n\nalso: f [[own]] g; h [[own|words]] i; [x](y.md)\n\n## How [[own]]? #trust\n";
    let found = document("content/questions/sheet.md", text);
    let items = found.sections.iter().flat_map(|section| &section.items);
    let words: Vec<_> = items
        .map(|item| (item.question.as_str(), item.aliases.join("|")))
        .collect();
    assert_eq!(
        words,
        [
            ("Why?", "f own g|h words i|x".to_owned()),
            ("How own?", String::new())
        ]
    );
}

#[test]
fn a_question_of_a_sheet_names_its_competencies_and_other_wordings() {
    let text = "# Leadership\n\n## Tell me about a conflict #trust (#ownership)\n\nalso: a *quarrel*; a dispute\nSay which.\n\n## A mistake #42\n\n- also: a misstep\n- Say which.\n\nAlso: it is text here.\n\n## Why us? {#us}\n";
    let found = document("content/questions/sheet.md", text);
    let items = found.sections.iter().flat_map(|section| &section.items);
    let items: Vec<_> = items
        .map(|item| {
            let tags: Vec<&str> = item
                .competencies
                .iter()
                .map(|(slug, _)| slug.as_str())
                .collect();
            (
                item.question.as_str(),
                item.slug.as_str(),
                tags,
                item.aliases.join("|"),
                found.body.plain(item.nodes.clone()),
            )
        })
        .collect();
    assert_eq!(
        items,
        [
            (
                "Tell me about a conflict",
                "tell-me-about-a-conflict",
                vec!["trust", "ownership"],
                "a quarrel|a dispute".to_owned(),
                "Say which.".to_owned()
            ),
            (
                "A mistake #42",
                "a-mistake-42",
                vec![],
                "a misstep".to_owned(),
                "Say which. Also: it is text here.".to_owned()
            ),
            ("Why us?", "us", vec![], String::new(), String::new()),
        ]
    );
    let place = items_place(&found);
    assert_eq!(place, "#trust");
}

/// The text at the place of the first competency that a sheet names.
fn items_place(sheet: &Document) -> &str {
    let mut items = sheet.sections.iter().flat_map(|section| &section.items);
    let (_, span) = items
        .find_map(|item| item.competencies.first())
        .expect("there is one");
    &sheet.body.file_text()[span.range()]
}

#[test]
fn a_question_of_a_sheet_is_linked_as_one_with_a_file() {
    let sheet = |audience: &str| {
        format!(
            "-- content/questions/sheet.md --\n---\naudience: {audience}\ncompetencies: [trust]\n---\n## A conflict #ownership\n\nalso: the Falcon quarrel\n\nSee [[#a-conflict]].\n\n## Why?\n-- content/competencies/ownership.md --\n# Ownership\n-- content/competencies/trust.md --\n---\naudience: {audience}\n---\n# Trust\n-- site.toml --\n[redact]\n\"Falcon\" = \"long\"\n"
        )
    };
    let pages = site(&sheet("private"));
    let page = &pages["questions/a-conflict.html"];
    assert!(
        page.contains("the Falcon quarrel")
            && page.contains(">Ownership<")
            && page.contains(">Trust<")
            && !page.contains("also:"),
        "{page}"
    );
    assert!(!pages["questions/why.html"].contains(">Ownership<"));
    assert!(pages["competencies/ownership.html"].contains("A conflict"));
    let pages = site_for(Audience::Team, &sheet("team"));
    let page = &pages["questions/a-conflict.html"];
    assert!(
        page.contains("the long quarrel")
            && page.contains(">Trust<")
            && !page.to_lowercase().contains("ownership"),
        "{page}"
    );
}

/// A story page with a body and with fields above it.
fn story_page(fields: &str, body: &str) -> String {
    site(&format!(
        "-- content/stories/queue.md --\n---\ntitle: The queue\n{fields}---\n\n{body}"
    ))["stories/queue.html"]
        .clone()
}

#[test]
fn a_headline_is_shown_completely() {
    let body = "## TL;DR\n\nfirst words\n\n- second words\n\nthird words\n\n> [!question] fourth words\n\n## Situation\n\nfifth words\n\n## Hook\n\nsixth words\n";
    let words = [
        "first words",
        "second words",
        "third words",
        "fourth words",
        "fifth words",
        "sixth words",
    ];
    for fields in ["", "headline: a headline of its own\n"] {
        let page = story_page(fields, body);
        let places: Vec<Option<usize>> = words.iter().map(|words| page.find(words)).collect();
        assert!(places.iter().all(Option::is_some), "{places:?} {page}");
        assert!(
            places[1] < places[4] && places[2] < places[4],
            "text beside the headline comes before the first part"
        );
        let shown = |words: &str| page.matches(words).count();
        assert!(words[1..].iter().all(|words| shown(words) == 1), "{page}");
    }
}

#[test]
fn a_variant_shows_its_own_headline() {
    let pages = site(
        "-- content/stories/queue/index.md --\n# The queue\n\n## TL;DR\n\nthe headline of the story\n\nmore of it\n-- content/stories/queue/short.md --\n---\nheadline: the headline of the variant\n---\n",
    );
    let page = &pages["stories/queue/short.html"];
    assert!(
        page.contains("the headline of the variant") && page.contains("more of it"),
        "{page}"
    );
}

#[test]
fn a_table_of_contents_is_not_a_headline() {
    let page = story_page(
        "",
        "## Table of contents\n\n- the list\n\n## Situation\n\nLate.\n",
    );
    assert!(
        page.contains("Table of contents") && page.contains("the list"),
        "{page}"
    );
    assert!(
        document(STORY, "## Table of contents\n\nx\n")
            .sections
            .iter()
            .all(|section| section.part.is_none())
    );
}

#[test]
fn text_before_the_first_follow_up_is_shown() {
    let page = story_page(
        "",
        "## Situation\n\nLate.\n\n## Follow-ups\n\n- a bullet under it\n\n### Why so late?\n\nBecause.\n",
    );
    assert!(
        page.matches("a bullet under it").count() == 1 && page.matches("Because.").count() == 1,
        "{page}"
    );
    let page = story_page(
        "",
        "## Situation\n\nSee [[#follow-ups]].\n\n## Follow-ups\n\n- only bullets\n",
    );
    assert!(
        page.contains("only bullets") && page.contains("id=\"follow-ups\""),
        "{page}"
    );
}

#[test]
fn a_remark_at_the_top_of_a_variant_is_shown() {
    let pages = site(
        "-- content/stories/queue/index.md --\n# The queue\n\nIt filled up.\n-- content/stories/queue/short.md --\n> [!question] a remark\n\n## Situation\n\nLate.\n",
    );
    assert!(pages["stories/queue/short.html"].contains("a remark"));
}

#[test]
fn a_heading_without_words_hides_nothing() {
    let pages = site(
        "-- content/case-studies/queue.md --\n# Queue\n\n## Summary\n\nIt failed.\n\n##\n\nmore words\n",
    );
    assert!(pages["case-studies/queue.html"].contains("more words"));
    let pages = site_for(
        Audience::Team,
        "-- content/case-studies/queue.md --\n# Queue\n\n## Summary\n\nIt failed.\n\n## {.private}\n\nFalcon\n",
    );
    assert!(!pages["case-studies/queue.html"].contains("Falcon"));
}

#[test]
fn a_word_split_by_a_comment_is_a_warning() {
    let report = check(
        "-- content/stories/queue.md --\n---\ntitle: Queue\nheadline: We closed #42 and #43\n---\n\nx\n",
    );
    assert!(
        report.contains("warning[cut-value]") && report.contains("queue.md:3:21"),
        "{report}"
    );
}

#[test]
fn invalid_front_matter_keeps_its_file_private() {
    for text in [
        "\n---\naudience: public\n---\nFalcon\n",
        "+++\naudience = \"public\"\n+++\nFalcon\n",
        "—--\naudience: public\n—--\nFalcon\n",
    ] {
        let found = parse_text(&SitePath::new(CASE), &Arc::from(text));
        assert!(
            found
                .diagnostics
                .iter()
                .any(storybank::diagnostic::Diagnostic::is_error),
            "{text}"
        );
        assert_eq!(
            found.document.map(|document| document.audience),
            Some(Audience::Private),
            "{text}"
        );
    }
}

#[test]
fn repeated_mistakes_are_summarized_by_kind() {
    const KEYS: [&str; 12] = [
        "tags",
        "date",
        "layout",
        "excerpt",
        "summary",
        "slug",
        "authors",
        "draft",
        "categories",
        "situation",
        "weight",
        "cover",
    ];
    let file = |number: usize| {
        let fields: String = KEYS
            .iter()
            .map(|key| format!("{key}: x{number}\n"))
            .collect();
        format!("-- content/stories/s{number}.md --\n---\ntitle: Story {number}\n{fields}---\n")
    };
    let report = check(&(0..196).map(file).collect::<String>());
    assert_eq!(
        report.matches("error[unknown-field]").count(),
        KEYS.len(),
        "{report}"
    );
    assert!(
        report.lines().count() < 300 && report.ends_with("2352 errors\n"),
        "{report}"
    );
    for advice in ["`competencies`", "`when`", "`headline`", "`## Situation`"] {
        assert!(report.contains(advice), "{advice} is not in {report}");
    }
}

#[test]
fn an_empty_site_has_a_message() {
    assert!(check("-- site.toml --\n").contains("warning[empty-site]"));
    assert!(
        check_for(Audience::Team, "-- content/stories/a.md --\n# A\n")
            .contains("the audience `team`")
    );
    assert!(!check("-- content/stories/a.md --\n# A\n").contains("empty-site"));
}

/// Bodies of headings, labels, lists and paragraphs, each with unique words.
fn body() -> impl Strategy<Value = (String, usize)> {
    let openings = [
        "# ",
        "## ",
        "### ",
        "## Situation\n\n",
        "## TL;DR\n\n",
        "## Follow-ups\n\n",
        "### Why?\n\n",
        "**Situation:** ",
        "**Task**\n",
        "- **Action**: ",
        "1. **Result** - ",
        "- ",
        "> ",
        "",
        "## Problem & Approach\n\n",
        "##\n\n",
        "**S**ituation: ",
        "**Result** (short): ",
        "## Table of contents\n\n",
    ];
    let openings: Vec<&'static str> = openings.to_vec();
    proptest::collection::vec(proptest::sample::select(openings), 1..8).prop_map(|openings| {
        let blocks = openings
            .iter()
            .enumerate()
            .map(|(index, opening)| format!("{opening}word{index}x\n\n"));
        (blocks.collect::<String>(), openings.len())
    })
}

proptest! {
    #![proptest_config(ProptestConfig { rng_seed: seed(), ..ProptestConfig::with_cases(96) })]

    /// Every word of a story is on its page or on that of a question about it.
    #[test]
    fn no_word_of_a_story_gets_lost((body, count) in body(), field in proptest::sample::select(vec!["", "headline: its own\n", "title: A title\n"])) {
        let text = format!("-- content/stories/queue.md --\n---\nstrength: 1\n{field}---\n{body}");
        let files = common::files(&text);
        if let Ok(made) = common::make(&files, Audience::Private) {
            let page = String::from_utf8_lossy(&made["stories/queue.html"]).into_owned();
            for index in 0..count {
                prop_assert!(page.contains(&format!("word{index}x")), "word{}x of\n{}", index, text);
            }
        }
    }

    /// Text with labels keeps the order of its words.
    #[test]
    fn labels_keep_the_order_of_words((body, count) in body()) {
        let found = document(CASE, &body);
        let mut words = format!("{} ", found.meta.title());
        for section in &found.sections {
            words.push_str(&section.heading);
            words.push(' ');
            words.push_str(&found.body.plain(section.nodes.clone()));
            words.push(' ');
        }
        let places: Vec<Option<usize>> = (0..count).map(|index| words.find(&format!("word{index}x"))).collect();
        prop_assert!(places.iter().all(Option::is_some), "{:?} in {} of\n{}", places, words, body);
        let moved_title = usize::from(found.meta.title().contains("word"));
        let descents = places.windows(2).filter(|pair| pair[0] > pair[1]).count();
        prop_assert!(descents <= moved_title, "{:?} in {} of\n{}", places, words, body);
    }
}

/// A link to a folder beside the content is followed once, all others are reported, and circular
/// links end.
#[cfg(unix)]
#[test]
fn links_to_folders_are_followed_or_reported() {
    use std::fs;
    use std::os::unix::fs::symlink;

    let root = std::path::Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("linked-folders-{}", std::process::id()));
    let outside = root.with_extension("outside");
    for folder in [
        &root.join("content/case-studies"),
        &root.join("notes"),
        &root.join("more"),
        &outside,
    ] {
        fs::create_dir_all(folder).expect("it can be made");
    }
    fs::write(root.join("notes/queue.MD"), "# The queue\n\nLate.\n").expect("it can be written");
    fs::write(outside.join("secret.md"), "# Falcon\n").expect("it can be written");
    let link = |target: &std::path::Path, place: &str| {
        symlink(target, root.join(place)).expect("it can be made");
    };
    link(std::path::Path::new("../notes"), "content/stories");
    link(&outside, "content/questions");
    link(std::path::Path::new("../content"), "content/competencies");
    link(std::path::Path::new("../more"), "notes/more");
    link(std::path::Path::new(".."), "content/case-studies/loop");

    let inputs = storybank::disk::load(&root).expect("it can be read");
    let documents: Vec<&str> = inputs
        .documents
        .iter()
        .map(|file| file.path.as_str())
        .collect();
    assert_eq!(documents, ["content/stories/queue.MD"]);
    let found = &common::linked(&inputs, Audience::Private).diagnostics;
    let reported: Vec<(&str, &str)> = found
        .iter()
        .map(|found| (found.rule.name, found.file.as_str()))
        .collect();
    let places = [
        "content/case-studies/loop",
        "content/competencies",
        "content/questions",
        "content/stories/more",
    ];
    assert_eq!(reported, places.map(|place| ("link-not-followed", place)));
    fs::remove_dir_all(&root).expect("it can be removed");
    fs::remove_dir_all(&outside).expect("it can be removed");
}

/// The follow-ups of a story, or the questions of a sheet: `question: text`, with the words of each direct answer.
fn questions(path: &str, text: &str) -> Vec<String> {
    let document = document(path, text);
    let items = document.sections.iter().flat_map(|section| &section.items);
    let question = |item: &storybank::model::Item| {
        let answers = item.answers.iter();
        let answers: String = answers
            .map(|answer| format!(" [{}]", document.body.plain(answer.nodes.clone())))
            .collect();
        let text = document.body.plain(item.nodes.clone());
        format!("{}: {text}{answers}", item.question)
    };
    items.map(question).collect()
}

#[test]
fn follow_ups_have_the_highest_level_below_their_heading() {
    let story = "---\ntitle: a\n---\n## Action\n\nI did.\n\n## Questions\n\n";
    let of = |text: &str| questions(STORY, &format!("{story}{text}"));
    assert_eq!(
        of("#### Why?\n\nSo.\n\n#### And then?\n"),
        ["Why?: So.", "And then?: "]
    );
    assert_eq!(
        of("### Why?\n\nSo.\n\n#### And then?\n"),
        ["Why?: So. And then?"]
    );
}

#[test]
fn an_answer_beside_its_question_belongs_to_it() {
    let of = |text: &str| questions("content/questions/sheet.md", text);
    assert_eq!(
        of("## Do x?\n\n## Answer\n\nI do.\n\n### More\n\nMore.\n\n## Do y?\n"),
        [
            "Do x?: Answer I do. More More. [I do. More More.]",
            "Do y?: "
        ]
    );
    // Nothing is above it that it could answer, and it asks nothing.
    assert_eq!(of("## Answer\n\n## Do x?\n"), ["Do x?: "]);
}

#[test]
fn letters_and_emphasised_words_are_labels() {
    let wanted = "= Queue\nS [situation] Late.\nT [task] To look.\nA [action] I looked.\nR [result] It went.\n";
    for text in [
        "S: Late.\n\nT: To look.\n\nA: I looked.\n\nR: It went.\n",
        "S: Late.\nT: To look.\nA: I looked.\nR: It went.\n",
        "- S: Late.\n- T - To look.\n- A: I looked.\n- R: It went.\n",
    ] {
        assert_eq!(outline(STORY, text), wanted, "{text}");
    }
    let wanted = "= Queue\nSituation [situation] Late.\nAction [action] I looked.\nResult [result] It went.\n";
    for text in [
        "*Situation:* Late.\n\n*Action:* I looked.\n\n*Result*: It went.\n",
        "**Situation** - Late.\n\n**Action** -- I looked.\n\n**Result** = It went.\n",
        "Situation -- Late.\n\nAction = I looked.\n\nResult - It went.\n",
    ] {
        assert_eq!(outline(STORY, text), wanted, "{text}");
    }
}

#[test]
fn letters_of_questions_and_answers_are_no_labels() {
    for text in [
        "Q: Why?\n\nA: So.\n\nS: Late.\n\nR: It went.\n",
        "S: Late.\n\nR: It went.\n",
        "*Action* speaks louder.\n\nA: b\n",
        "*Result: nobody had to call.*\n",
    ] {
        let document = document(STORY, text);
        assert_eq!(document.sections.len(), 1, "{text}");
    }
}
