//! The layout of pages in a browser: no page is wider than its window, and the sheet of a question
//! fits on one sheet of paper.

#[path = "common/browser.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod browser;
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/program.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod program;
#[path = "common/server.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod server;

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use browser::Browser;
use common::{files, make};
use program::Folder;
use serde_json::json;
use storybank::model::Audience;

/// Phones, tablets, small windows and large ones.
const WIDTHS: [u32; 5] = [390, 820, 1100, 1280, 1440];

/// A word without break opportunities that is wider than a phone.
const LONG: &str = "Rindfleischetikettierungsueberwachungsaufgabenuebertragungsgesetzesentwurfsverfasserinnenversammlung";

const FACTS: &str = "facts:\n  people: 12,000\n  loss: { value: $1.2M, source: the invoice }\n  LONG: LONG\n  where: { value: LONG, source: LONG }\n";

/// Wide content that authors write.
const WIDE: &str = "Words and LONG and `code_LONG` and [https://example.org/LONG](https://example.org/LONG) **LONG**.

- an item LONG
  - inside of it `LONG`

1. one

> LONG

> [!note] LONG
> LONG

> [!question] LONG?

> [!private] LONG

| LONG | two | three | four | five | six | seven | eight |
| --- | --- | --- | --- | --- | --- | --- | --- |
| LONG | a long cell with many words | a long cell with many words | a long cell with many words | d | e | f | LONG |

~~~rust
let LONG = \"a line of code that is longer than any window is wide, and on and on and on and on and on and on and on and on\";
~~~

A footnote[^1].

#### LONG

<details><summary>LONG</summary>LONG</details>

[^1]: LONG
";

const PARTS: &str = "## Situation\n\nWIDE\n## LONG\n\nWIDE\n## Action\n\nWIDE\n## Result\n\nWe won. #LONG #ownership\n\n## Follow-ups\n\n### Why LONG?\n\nBecause LONG.\n\n### What then?\n";

/// Every kind of page, with all kinds of wide content, and with as little content as possible.
fn wide_site() -> String {
    let story = |slug: &str, fields: &str, body: &str| {
        format!("-- content/stories/{slug}.md --\n---\n{fields}\n---\n\n{body}\n")
    };
    let stories = [
        story("nothing", "title: Nothing", ""),
        story("facts", &format!("title: Only facts\n{FACTS}"), ""),
        story(
            "facts-words",
            &format!("title: Facts and words\n{FACTS}"),
            "Only words.",
        ),
        story(
            "facts-wide",
            &format!("title: Facts and a wide text\n{FACTS}"),
            "WIDE",
        ),
        story(
            "facts-headline",
            &format!("title: LONG\nheadline: LONG\n{FACTS}"),
            "## Headline\n\nWIDE",
        ),
        story(
            "facts-part",
            &format!("title: Facts and a part\nrole: LONG\n{FACTS}"),
            "## Result\n\nIt held.",
        ),
        story(
            "other-part",
            &format!("title: Facts and a heading of its own\n{FACTS}"),
            "## LONG\n\nWIDE",
        ),
        story("parts", "title: Parts", PARTS),
        story(
            "all/index",
            &format!(
                "title: \"{}\"\nstrength: 3\nanswers: [hardest]\ncompetencies: [ownership, long]\ntold: [{{ on: 2025, to: LONG, round: LONG }}]\nheadline: LONG\n{FACTS}",
                "LONG and more words ".repeat(6)
            ),
            PARTS,
        ),
        story(
            "all/short",
            "title: LONG\nlength: 30s\nanswers: [{ question: hardest, open: An opening with LONG }]\ninherit: false",
            "WIDE",
        ),
    ];
    let rest = "
-- content/questions/hardest.md --
---
question: What was the hardest LONG?
aliases: [\"LONG?\"]
competencies: [ownership, long]
asked: [{ on: 2025, by: LONG, round: LONG }]
---

WIDE
-- content/questions/direct.md --
---
question: Why LONG?
---

## Answer

WIDE

## Answer for there

WIDE
-- content/interviews/there.md --
---
company: LONG
round: LONG
people: [LONG]
questions: [hardest, direct]
---

WIDE
-- content/questions/open.md --
---
question: Who LONG?
---
-- content/questions/sheet.md --
---
title: LONG
---

## Why LONG?

WIDE
-- content/competencies/ownership.md --
---
title: Ownership
aliases: [LONG]
frameworks: { Amazon: [LONG], Google: [LONG] }
---

WIDE
-- content/competencies/long.md --
---
title: LONG
---
-- content/case-studies/clock.md --
---
title: Only a clock
severity: 2
started: 2025-03-07T09:10Z
resolved: 2025-03-08T09:10Z
---
-- content/case-studies/words.md --
---
title: A clock and words
started: 2025-03-07T09:10Z
---

Only words.
-- content/case-studies/all.md --
---
title: LONG LONG
story: all
severity: 2
started: 2025-03-07T09:10Z
resolved: 2025-03-08T09:10Z
actions: [{ what: LONG, owner: LONG, due: 2025-03-21 }]
---

WIDE

## Summary

WIDE

## LONG

WIDE
-- content/home.md --
---
title: LONG
---

WIDE
";
    (stories.concat() + rest)
        .replace("WIDE", WIDE)
        .replace("LONG", LONG)
}

/// A site on the disk, opened by its author without a server.
struct Shown {
    folder: Folder,
    pages: Vec<String>,
}

impl Shown {
    fn new(site: &str) -> Self {
        let made =
            make(&files(site), Audience::Private).unwrap_or_else(|found| panic!("{found:?}"));
        let folder = Folder::new();
        let pages = made
            .keys()
            .filter(|path| path.ends_with(".html"))
            .cloned()
            .collect();
        folder.write(&made.into_iter().collect::<BTreeMap<_, _>>());
        Self { folder, pages }
    }

    fn address(&self, page: &str) -> String {
        format!("file://{}", self.folder.join(page).display())
    }
}

/// The elements of a page that exceed its window: those that can be scrolled to, and those that are
/// cut off at the left.
const OUTSIDE: &str = "
const width = document.documentElement.clientWidth;
const isClipped = element => {
    for (let above = element.parentElement; above && above !== document.body; above = above.parentElement)
        if (getComputedStyle(above).overflowX !== 'visible') return true;
    return false;
};
const isOutside = element => {
    const place = element.getBoundingClientRect();
    return place.width > 1 && (place.right > width + 1 || place.left < -1) && !isClipped(element) && !element.matches('.skip, .vh');
};
const outside = all('body *').filter(isOutside).slice(0, 3).map(element => {
    const place = element.getBoundingClientRect();
    return `${element.tagName}.${element.className} from ${Math.round(place.left)} to ${Math.round(place.right)}`;
});
const scrolled = document.documentElement.scrollWidth;
return (scrolled > width || outside.length) ? `${scrolled} of ${width}: ${outside.join(', ')}` : '';";

#[test]
fn no_page_is_wider_than_its_window() {
    assert_fits(&wide_site());
}

#[test]
fn no_right_to_left_page_is_wider_than_its_window() {
    let hebrew = wide_site()
        .replace("Words and", "\u{5de}\u{5dc}\u{5d9}\u{5dd} and")
        .replace("title: Only", "title: \u{5e8}\u{5e7}");
    assert_fits(&format!("{RIGHT_TO_LEFT}{hebrew}"));
}

#[test]
fn no_page_with_german_words_is_wider_than_its_window() {
    assert_fits(&format!(
        "-- site.toml --\nlanguage = \"de\"\n{}",
        wide_site()
    ));
}

const RIGHT_TO_LEFT: &str = "-- site.toml --\nlanguage = \"he\"\n";

#[track_caller]
fn assert_fits(site: &str) {
    let shown = Shown::new(site);
    assert!(shown.pages.len() > 25, "{:?}", shown.pages);
    let browser = Browser::start();
    let mut outside = Vec::new();
    for page in &shown.pages {
        browser.open(&shown.address(page));
        browser.ask("all('details').forEach(fold => fold.open = true)");
        for width in WIDTHS {
            browser.resize(width, 900);
            let found = browser.text(OUTSIDE);
            if !found.is_empty() {
                outside.push(format!("{page} at {width}: {found}"));
            }
        }
    }
    assert!(outside.is_empty(), "{}", outside.join("\n"));
}

/// The side of the headline on which the figures are, the side of a section's text on which a remark
/// and its label are, and the side on which its letter has space.
const SIDES: &str = "
const place = name => all(name)[0].getBoundingClientRect();
const told = place('.part p');
const side = (start, end) => start < end ? 'left' : 'right';
const room = getComputedStyle(all('.words')[0]);
return [
    side(place('.facts').left, place('.headline').left),
    side(place('.part .remark').left, told.left),
    getComputedStyle(all('.part > .label')[0]).textAlign,
    side(parseFloat(room.paddingRight), parseFloat(room.paddingLeft)),
].join(' ');";

#[test]
fn margin_and_gutter_follow_the_direction_of_the_site() {
    let browser = Browser::start();
    browser.resize(1440, 900);
    for (settings, wanted) in [
        ("", "right right left right"),
        (RIGHT_TO_LEFT, "left left right left"),
    ] {
        for words in [
            "The river was high.",
            "\u{5d4}\u{5e0}\u{5d4}\u{5e8} \u{5d2}\u{5d1}\u{5d4}.",
        ] {
            let story = format!(
                "-- content/stories/river.md --\n---\ntitle: The river\nheadline: {words}\nfacts:\n  height: 3 m\n---\n\n## Situation\n\n{words}\n\n> [!question] {words}\n\n## Action\n\n{words}\n"
            );
            let shown = Shown::new(&format!("{settings}{story}"));
            browser.open(&shown.address("stories/river.html"));
            assert_eq!(browser.text(SIDES), wanted, "{settings} {words}");
        }
    }
}

/// An ordinary story of two minutes, with everything for an interview and with remarks of
/// reviewers.
fn story(title: &str, extra: &str) -> String {
    let words = |count: usize| "Then we did what had to be done and wrote it down. ".repeat(count);
    format!(
        "---\ntitle: {title}\nanswers: [hardest]\ncompetencies: [ownership]\nheadline: We lost an hour and won a rule that holds.\n{extra}---\n\n\
         ## Situation\n\n{}\n\n> [!question] Since when was that so?\n\n## Task\n\n{} *Question: was it yours?*\n\n## Action\n\n- {}\n- {}\n- {}\n\n\
         > [!answered] Was it noon?\n\n## Result\n\n{}\n\n## Learning\n\n{}\n\n## Follow-ups\n\n### Why did nobody see it?\n\n{}\n\n### Who decided?\n\n{}\n",
        words(4),
        words(2),
        words(2),
        words(3),
        words(3),
        words(4),
        words(2),
        words(2),
        words(2)
    )
}

fn question_site(others: usize) -> String {
    let facts =
        "facts: { people: 12000, loss: $1.2M, teams: 4, hours: 3, rules: 1, customers: 1 }\n";
    let mut site = format!(
        "-- content/stories/first/index.md --\n{}",
        story("The first story", &format!("strength: 5\n{facts}"))
    );
    for number in 0..others {
        site += &format!(
            "-- content/stories/other{number}.md --\n{}",
            story(&format!("Another story {number}"), "strength: 2\n")
        );
    }
    site + "
-- content/stories/adaptable.md --
---
title: One that could be adapted
competencies: [ownership]
---

Words.
-- content/questions/hardest.md --
---
question: What was the hardest problem that you ever had to solve?
aliases: [\"Tell me about a hard problem\"]
competencies: [ownership]
asked: [{ on: 2025-03, by: A company, round: onsite }]
---

Say why. *Question: is this the right wording?*
-- content/competencies/ownership.md --
---
title: Ownership
---
"
}

/// The number of sheets that a page needs on paper of a height and width, in inches.
fn sheets(browser: &Browser, (width, height): (f64, f64)) -> usize {
    let paper = json!({ "paperWidth": width, "paperHeight": height, "preferCSSPageSize": true, "printBackground": true });
    let printed = browser.tools("Page.printToPDF", &paper);
    let bytes = STANDARD
        .decode(printed["data"].as_str().expect("a page can be printed"))
        .expect("it is base64");
    let text = String::from_utf8_lossy(&bytes);
    text.match_indices("/Type /Page")
        .filter(|(at, found)| !text[at + found.len()..].starts_with('s'))
        .count()
}

const A4: (f64, f64) = (8.27, 11.69);
const LETTER: (f64, f64) = (8.5, 11.0);

/// The words that a page prints on paper.
fn on_paper(browser: &Browser) -> String {
    browser.tools("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    let words = browser.text("return words('body')");
    browser.tools("Emulation.setEmulatedMedia", &json!({ "media": "" }));
    words
}

#[test]
fn the_sheet_of_a_question_fits_on_one_sheet_of_paper() {
    let browser = Browser::start();
    for others in [0, 1, 4] {
        let shown = Shown::new(&question_site(others));
        browser.open(&shown.address("questions/hardest.html"));
        for paper in [A4, LETTER] {
            assert_eq!(
                sheets(&browser, paper),
                1,
                "with {others} other answers on {paper:?}"
            );
        }
        let words = on_paper(&browser);
        for wanted in [
            "What was the hardest problem",
            "The first story",
            "12000",
            "Why did nobody see it?",
            "We lost an hour",
        ] {
            assert!(words.contains(wanted), "{wanted} in {words}");
        }
        for gone in [
            "Since when was that so?",
            "was it yours?",
            "Was it noon?",
            "right wording",
            "Another story",
            "could be adapted",
        ] {
            assert!(!words.contains(gone), "{gone} in {words}");
        }
    }
}

/// A question with a story as people write them, for the minutes before an interview.
const LOBBY: &str = "-- content/stories/reminders/index.md --
---
title: The reminders that went out twice
headline: I shipped a change to our reminder service without a rehearsal, and 4,000 patients got the same message twice. I stopped it in 20 minutes, told the clinics myself, and since then no batch of ours has gone out without one.
competencies: [ownership, judgement]
answers: [{ question: mistake, open: \"In March I sent 4,000 patients the same reminder twice, because I skipped the rehearsal.\" }]
strength: 4
facts:
  clinics: 12
  patients-affected: { value: \"4,000\", source: the log of the gateway }
  time-to-stop: 20 minutes
  calls-to-front-desks: { value: 31, source: the log of the front desk }
  repeats-since: none
  cost-of-messages: $180
---

## Situation

I led the team of five that sends the reminders of 12 clinics, and I was the one on call.

> [!question] Which gateway was it?

## Task

I had to get the reminders of the day out by noon.

## Action

- I saw the queue grow twice as fast as the appointments, so I stopped the sender. #ownership
- I compared two logs and found that a retry counted a slow answer as a failure. #judgement
- I called all 12 clinics myself that afternoon. #ownership

## Result

4,000 patients had two messages. Since then, no batch has gone out twice.

## Learning

I now ask of every retry what it does when the answer is only late.

## Follow-ups

### Why did no test find it?

The test gateway answered at once.
-- content/questions/mistake.md --
---
question: Tell me about a mistake that you made at work.
aliases: [Tell me about a failure, When did you get something wrong?]
competencies: [ownership, judgement]
asked: [{ on: 2026-09-02, by: A company }]
---

They want to hear what it cost, and what you changed.
-- content/competencies/ownership.md --
---
title: Ownership
frameworks: { amazon: [Ownership] }
---
-- content/competencies/judgement.md --
---
title: Judgement
---
";

/// The lower edges of what the first screen of a phone has to show, in the order of the page.
const EDGES: &str = "
const edges = ['h1', '.answer-head h2', '.brief .opening', '.headline', '.facts', '.cues']
    .map(selector => one(selector).getBoundingClientRect().bottom);
const lines = all('.lines dd').map(value => value.getBoundingClientRect().height);
return [...edges, Math.max(...lines)].map(Math.round).join(' ');";

#[test]
fn the_first_screen_of_a_phone_has_all_that_is_needed_to_start() {
    let browser = Browser::start();
    for language in ["en", "de"] {
        let shown = Shown::new(&format!(
            "-- site.toml --\nlanguage = \"{language}\"\n{LOBBY}"
        ));
        browser.open(&shown.address("questions/mistake.html"));
        browser.tools(
            "Emulation.setDeviceMetricsOverride",
            &json!({ "width": 390, "height": 844, "deviceScaleFactor": 1, "mobile": true }),
        );
        let found = browser.text(EDGES);
        let mut edges: Vec<u32> = found
            .split(' ')
            .map(|edge| edge.parse().expect("an edge is a number"))
            .collect();
        let line = edges.pop().expect("there are figures");
        assert!(line < 30, "a figure has several lines: {line}");
        assert!(edges.is_sorted(), "{language}: {found}");
        assert!(edges.last() < Some(&844), "{language}: {found}");
        assert!(
            browser
                .text("return words('.cues')")
                .contains("S Situation")
                || browser
                    .text("return words('.cues')")
                    .contains("I led the team")
        );
    }
}

#[test]
fn the_start_of_a_part_leads_to_the_part() {
    let browser = Browser::start();
    let shown = Shown::new(LOBBY);
    browser.open(&shown.address("questions/mistake.html"));
    browser.resize(390, 844);
    browser.ask("all('.cues a')[3].click()");
    browser.waits_for(
        "the result is at the top",
        "const top = one('.part:target').getBoundingClientRect().top;
         return one('.part:target h3').innerText.toLowerCase().startsWith('result') && top >= 0 && top < 844",
    );
}

#[test]
fn a_question_with_much_to_print_fits_on_one_sheet() {
    let browser = Browser::start();
    let facts: String = (7..=14)
        .map(|number| format!("  another-figure-{number}: {number} of them\n"))
        .collect();
    let follow_ups: String = (1..=18).map(|number| format!("\n### What about the thing with number {number}?\n\nIt was so and so, and nobody had asked before.\n")).collect();
    let more = "And then I did what had to be done, and wrote it down. ".repeat(6);
    let site = LOBBY
        .replace(
            "  cost-of-messages: $180\n",
            &format!("  cost-of-messages: $180\n{facts}"),
        )
        .replace(
            "the answer is only late.\n",
            &format!("the answer is only late. {more}\n"),
        )
        .replace(
            "The test gateway answered at once.\n",
            &format!("It answered at once.\n{follow_ups}"),
        )
        .replace("on call.\n", &format!("on call. {more}\n"))
        .replace(
            "so I stopped the sender.",
            &format!("so I stopped the sender. {more}"),
        );
    let shown = Shown::new(&site);
    browser.open(&shown.address("questions/mistake.html"));
    for paper in [A4, LETTER] {
        assert_eq!(sheets(&browser, paper), 1, "on {paper:?}");
    }
    let words = on_paper(&browser);
    for wanted in ["another figure 14", "with number 18?", "In March I sent"] {
        assert!(words.contains(wanted), "{wanted} in {words}");
    }
    for gone in ["Which gateway", "About this question", "They want to hear"] {
        assert!(!words.contains(gone), "{gone} in {words}");
    }
}

/// The contrast of the quiet text and of the strong text of an emphasis with what is behind them.
const CONTRASTS: &str = "
const brightness = colour => {
    const [red, green, blue] = colour.match(/[\\d.]+/g).map(part => part / 255)
        .map(part => part <= .04045 ? part / 12.92 : ((part + .055) / 1.055) ** 2.4);
    return .2126 * red + .7152 * green + .0722 * blue;
};
const sheet = brightness(getComputedStyle(one('.sheet')).backgroundColor);
const contrast = selector => {
    const text = brightness(getComputedStyle(one(selector)).color);
    return (Math.max(text, sheet) + .05) / (Math.min(text, sheet) + .05);
};
return [contrast('.leaning li:not(.strong)'), contrast('.leaning .part p'), contrast('.leaning .strong')];";

#[test]
fn the_quiet_text_of_an_emphasis_is_readable() {
    let browser = Browser::start();
    let shown = Shown::new(LOBBY);
    browser.open(&shown.address("stories/reminders/judgement.html"));
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        browser.tools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
        let contrasts: Vec<f64> = browser
            .ask(CONTRASTS)
            .as_array()
            .expect("there are several")
            .iter()
            .filter_map(serde_json::Value::as_f64)
            .collect();
        assert_eq!(contrasts.len(), 3);
        assert!(
            contrasts.iter().all(|contrast| *contrast >= 4.5),
            "{scheme}: {contrasts:?}"
        );
        assert!(contrasts[2] > contrasts[0] + 2.0, "{scheme}: {contrasts:?}");
    }
}

#[test]
fn remarks_of_reviewers_are_not_printed() {
    let browser = Browser::start();
    let shown = Shown::new(&question_site(1));
    for page in [
        "stories/first.html",
        "questions/hardest.html",
        "questions.html",
        "open-points.html",
    ] {
        browser.open(&shown.address(page));
        let words = on_paper(&browser);
        assert!(
            words.contains("hardest") || words.contains("first story"),
            "{words}"
        );
        for gone in ["Since when was that so?", "was it yours?", "Was it noon?"] {
            assert!(!words.contains(gone), "{page}: {gone}");
        }
    }
}

/// A bank with numbers of stories and competencies. Each story claims one competency, has hashtags
/// for another, and has both for a third.
fn bank(stories: usize, competencies: usize) -> String {
    let competency = |number: usize| {
        format!(
            "-- content/competencies/c{number}.md --\n---\ntitle: Competency with name {number}\n---\n"
        )
    };
    let story = |number: usize| {
        let other = |step: usize| (number + step) % competencies;
        format!(
            "-- content/stories/s{number}.md --\n---\ntitle: A story with a title of usual length {number}\ncompetencies: [c{}, c{}]\n---\n\n## Action\n\nI did it. #c{}\n\nI wrote it down. #c{}\n",
            other(0),
            other(1),
            other(1),
            other(2)
        )
    };
    let competencies: String = (0..competencies).map(competency).collect();
    competencies + &(0..stories).map(story).collect::<String>()
}

/// How far the cells of the matrix exceed the window at the right and below, and its own frame.
const BEYOND: &str = "
const ends = all('.matrix td, .matrix th').map(cell => cell.getBoundingClientRect());
const frame = one('.matrix');
return [
    Math.max(0, ...ends.map(end => end.right)) - innerWidth,
    Math.max(0, ...ends.map(end => end.bottom)) - innerHeight,
    frame.scrollWidth - frame.clientWidth,
].map(beyond => Math.max(0, Math.ceil(beyond))).join(' ');";

#[test]
fn the_matrix_of_a_whole_bank_is_visible_at_once() {
    let browser = Browser::start();
    for (stories, competencies, height) in [(12, 25, 800), (25, 12, 1120), (1, 3, 800)] {
        let shown = Shown::new(&bank(stories, competencies));
        browser.open(&shown.address("matrix.html"));
        browser.resize(1280, height);
        assert_eq!(
            browser.text(BEYOND),
            "0 0 0",
            "{stories} stories, {competencies} competencies"
        );
        assert_eq!(
            sheets(&browser, A4),
            1,
            "{stories} stories, {competencies} competencies on paper"
        );
    }
}

/// The shapes of the marks in the matrix, as they look without colours.
const SHAPES: &str = "
const shape = kind => {
    const mark = getComputedStyle(one(`.matrix .cell.${kind}`));
    const inside = getComputedStyle(one(`.matrix .cell.${kind}`), '::before');
    return `${mark.borderTopStyle} ${mark.borderTopLeftRadius} ${inside.content}`;
};
return ['both', 'claimed', 'evidenced'].map(shape).join(', ');";

#[test]
fn marks_of_the_matrix_differ_in_more_than_their_colour() {
    let browser = Browser::start();
    let shown = Shown::new(&bank(12, 25));
    browser.open(&shown.address("matrix.html"));
    for media in ["", "print"] {
        browser.tools("Emulation.setEmulatedMedia", &json!({ "media": media }));
        assert_eq!(
            browser.text(SHAPES),
            "solid 3px \"\", dashed 3px none, solid 50% \"\"",
            "{media}"
        );
    }
}

#[test]
fn every_entry_of_the_navigation_is_visible_on_a_phone() {
    let browser = Browser::start();
    for language in ["en", "de"] {
        let site = format!(
            "-- site.toml --\nlanguage = \"{language}\"\n{}-- content/interviews/a.md --\n---\ncompany: A company\n---\n",
            question_site(0)
        );
        let site = site + "-- content/case-studies/c.md --\n---\ntitle: A case\n---\n\nWords.\n";
        let shown = Shown::new(&site);
        browser.open(&shown.address("questions.html"));
        browser.resize(390, 844);
        let entries = browser.text(
            "const inside = place => place.left >= 0 && place.right <= innerWidth && place.height >= 24;
             const entries = all('.bar nav a').map(entry => entry.getBoundingClientRect());
             return `${entries.filter(inside).length} of ${entries.length}, ${one('.bar').offsetHeight < 110}`",
        );
        assert_eq!(entries, "8 of 8, true", "{language}");
    }
}
