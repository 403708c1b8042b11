//! The live preview in a real browser: it shows every save, and always shows a page.

#[path = "common/browser.rs"]
mod browser;
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/server.rs"]
mod server;

use std::fs;
use std::path::Path;

use browser::Browser;
use common::files;
use fantoccini::key::Key;
use program::Folder;
use serde_json::{Value, json};
use server::{Server, eventually};

/// A small site; the story of the outage is longer than the window.
const SITE: &str = "
-- site.toml --
title = \"Stories\"
-- content/stories/outage.md --
---
title: The outage
answers: [hardest]
competencies: [ownership]
---

BODY
-- content/stories/move.md --
---
title: The move
audience: team
---

## Situation

We arrived at noon.

> [!question] Was it noon?
-- content/questions/hardest.md --
---
question: What was hardest?
audience: team
---
-- content/competencies/ownership.md --
---
title: Ownership
---
";

/// The story of the outage, which begins with some words.
fn outage(words: &str) -> String {
    let paragraphs: String = (1..=60)
        .map(|number| format!("Paragraph {number} of what I did that night.\n\n"))
        .collect();
    format!(
        "---\ntitle: The outage\nanswers: [hardest]\ncompetencies: [ownership]\n---\n\n## Situation\n\n{words}\n\n## Action\n\n\
         {paragraphs}It was like [the move](move.md).\n\n## Follow-ups\n\n### Who was told?\n\nEverybody was told.\n\n### How long did it last?\n\nAn hour.\n"
    )
}

/// The story of the move, which contains some words.
fn moved(words: &str) -> String {
    format!(
        "---\ntitle: The move\naudience: team\n---\n\n## Situation\n\n{words}\n\n> [!question] Was it noon?\n"
    )
}

const OUTAGE: &str = "content/stories/outage.md";
const MOVE: &str = "content/stories/move.md";

/// A site, the server that shows it, and a browser.
///
/// At the end of a test the console must be empty, apart from expected messages, and the browser
/// must have sent no request to another host.
struct Desk {
    browser: Browser,
    server: Server,
    folder: Folder,
    tolerated: Vec<&'static str>,
}

/// The browser's own message about a missing page.
const NOT_FOUND: &str = "the server responded with a status of 404";

impl Desk {
    fn new() -> Self {
        Self::with_arguments(&[])
    }

    fn with_arguments(arguments: &[&str]) -> Self {
        Self::with(Browser::start(), "", arguments)
    }

    /// A desk with additional files.
    fn with_files(text: &str) -> Self {
        Self::with(Browser::start(), text, &[])
    }

    fn with(browser: Browser, text: &str, arguments: &[&str]) -> Self {
        let folder = Folder::new();
        folder.write(&files(&SITE.replace("BODY", "")));
        folder.write(
            &[(
                OUTAGE.to_owned(),
                outage("The river was high.").into_bytes(),
            )]
            .into(),
        );
        folder.write(&files(text));
        let server = Server::start(folder.path(), arguments);
        Self {
            browser,
            server,
            folder,
            tolerated: Vec::new(),
        }
    }

    /// Allows a message in the console that the test causes on purpose.
    fn tolerate(&mut self, words: &'static str) {
        self.tolerated.push(words);
    }

    /// Opens a page of the site and marks it, to detect a reload.
    #[track_caller]
    fn open(&self, path: &str) {
        self.browser.open(&self.server.address(path));
        self.browser.ask("window.marker = 'still the same page'");
    }

    /// Waits until the browser is at a path.
    #[track_caller]
    fn is_at(&self, path: &str) {
        eventually(path, || {
            self.browser.text("return location.pathname") == path
        });
    }

    /// Checks that an old address leads to a new one.
    #[track_caller]
    fn leads_to(&self, old: &str, new: &str) {
        let answer = self.server.get(old);
        assert_eq!((answer.status, answer.header("location")), (307, new));
    }

    #[track_caller]
    fn is_still_the_same_page(&self) {
        assert_eq!(
            self.browser.ask("return window.marker"),
            "still the same page",
            "the page was reloaded"
        );
    }

    fn save(&self, path: &str, text: &str) {
        let path = self.folder.join(path);
        fs::create_dir_all(path.parent().expect("it is below the folder")).expect("it can be made");
        fs::write(path, text).expect("it can be written");
    }

    fn remove(&self, path: &str) {
        fs::remove_file(self.folder.join(path)).expect("it is there");
    }

    fn rename(&self, from: &str, to: &str) {
        fs::rename(self.folder.join(from), self.folder.join(to)).expect("it can be renamed");
    }

    /// Waits until the page contains some words.
    #[track_caller]
    fn shows(&self, words: &str) {
        self.browser.waits_for(
            &format!("the page shows “{words}”"),
            &format!("return words('main').includes({})", json!(words)),
        );
    }

    /// Waits until the page shows no problems.
    #[track_caller]
    fn is_well(&self) {
        self.browser.waits_for(
            "the page shows no problems",
            "return !one('.sb-problems') && one('#storybank-preview')",
        );
    }

    /// Waits until the problems on the page contain some words.
    #[track_caller]
    fn has_problem(&self, words: &str) {
        let has_it = format!("return words('.sb-problems').includes({})", json!(words));
        self.browser
            .waits_for(&format!("the problems have “{words}”"), &has_it);
    }

    /// Checks the console and the requests of the whole test.
    fn check_quiet(&self) {
        let console = self.browser.console();
        let noise: Vec<&String> = console
            .iter()
            .filter(|line| !self.tolerated.iter().any(|words| line.contains(words)))
            .collect();
        assert!(noise.is_empty(), "the console is not empty: {noise:#?}");
        let origin = self.server.address("");
        let requests = self.browser.requests();
        let strangers: Vec<&String> = requests
            .iter()
            .filter(|url| !url.starts_with(&origin) && !url.starts_with("data:"))
            .collect();
        assert!(
            strangers.is_empty(),
            "other hosts were asked: {strangers:#?}"
        );
        assert!(
            requests.iter().any(|url| url.starts_with(&origin)),
            "no request was logged"
        );
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        // A failed test has already reported its failure.
        if !std::thread::panicking() {
            self.check_quiet();
        }
    }
}

/// The text of a file of the default theme.
fn theme(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("themes/default")
        .join(name);
    fs::read_to_string(path).expect("the theme has it")
}

#[test]
fn a_save_shows_its_words() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.shows("The river was high.");
    desk.save(OUTAGE, &outage("The river was low."));
    desk.shows("The river was low.");
    assert!(
        !desk
            .browser
            .text("return words('main')")
            .contains("The river was high.")
    );
    desk.is_still_the_same_page();
    desk.save(
        OUTAGE,
        &outage("The river was gone.").replace("title: The outage", "title: The drought"),
    );
    desk.browser.waits_for(
        "the title follows",
        "return document.title.includes('The drought') && words('h1') === 'The drought'",
    );
    desk.is_still_the_same_page();
}

#[test]
fn only_changes_are_highlighted_briefly() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.browser.ask(
        "window.marked = new Set();
        new MutationObserver(() => all('.storybank-changed').forEach(element => marked.add(element.textContent.trim())))
            .observe(document, { subtree: true, childList: true, attributes: true, characterData: true });",
    );
    desk.save(OUTAGE, &outage("The river was low."));
    desk.browser.waits_for(
        "the changed words are marked",
        "return [...marked].some(text => text.includes('The river was low.'))",
    );
    desk.browser.waits_for(
        "the highlight disappears",
        "return all('.storybank-changed').length === 0",
    );
    let marked = desk.browser.text("return [...marked].join(' | ')");
    assert!(!marked.contains("Paragraph"), "{marked}");
    assert_eq!(
        desk.browser
            .ask("return all('#storybank-preview .storybank-changed').length"),
        0
    );
}

/// Scrolls a paragraph to the top of the window.
const SCROLL: &str =
    "const block = all('main p').find(p => p.textContent.startsWith('Paragraph 30 '));
    scrollTo({ top: block.getBoundingClientRect().top + scrollY - 5, behavior: 'instant' });";

/// The position of that paragraph in the window, and the scroll position of the page.
const PLACE: &str =
    "const block = all('main p').find(p => p.textContent.startsWith('Paragraph 30 '));
    return [Math.round(block.getBoundingClientRect().top), Math.round(scrollY)]";

/// Waits until a condition on the text of the page is true, in view or not, and the page has been
/// painted.
#[track_caller]
fn is_painted(desk: &Desk, condition: &str) {
    let painted =
        "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))";
    let script = format!("const text = one('main').textContent; return {condition} && {painted}");
    desk.browser.waits_for(condition, &script);
}

#[test]
fn a_save_keeps_the_scroll_the_open_details_and_the_focus() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.browser.ask(
        "one('.next details summary').click(); one('main p a').focus({ preventScroll: true });",
    );
    desk.browser.ask(SCROLL);
    let before = desk.browser.ask(PLACE);
    assert!(
        before[1].as_f64() > Some(300.0),
        "the page is not scrolled: {before}"
    );

    // A change below the view moves nothing.
    desk.save(
        OUTAGE,
        &outage("The river was high.").replace("An hour.", "Two hours."),
    );
    is_painted(&desk, "text.includes('Two hours.')");
    assert_eq!(
        desk.browser.ask(PLACE),
        before,
        "the position on the screen and the scroll position"
    );

    // A growing block above the view moves the page, so the reader keeps the place.
    let longer =
        "The river was low.\n\nAnd then there was more.\n\nAnd more.\n\nAnd even more of it.";
    desk.save(OUTAGE, &outage(longer).replace("An hour.", "Two hours."));
    is_painted(&desk, "text.includes('even more of it')");
    is_in_place(&desk, &before);

    let kept = "return one('.next details').open && !all('.next details')[1].open && document.activeElement === one('main p a')";
    assert_eq!(
        desk.browser.ask(kept),
        true,
        "the open details and the focus stay"
    );
    desk.is_still_the_same_page();
}

#[test]
fn scroll_position_is_kept_without_scroll_anchoring() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.browser.ask(
        "const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { overflow-anchor: none !important }');
        document.adoptedStyleSheets.push(sheet);",
    );
    desk.browser.ask(SCROLL);
    let before = desk.browser.ask(PLACE);
    for (words, last) in [
        (
            "The river was low.\n\nAnd more.\n\nAnd even more of it.",
            "even more of it",
        ),
        ("It was short.", "It was short."),
    ] {
        desk.save(OUTAGE, &outage(words));
        is_painted(&desk, &format!("text.includes('{last}')"));
        is_in_place(&desk, &before);
    }
    // This also works if the blocks just above it are removed.
    desk.save(
        OUTAGE,
        &outage("It was short.")
            .replace("Paragraph 28 of", "28 of")
            .replace("Paragraph 29 of what I did that night.\n\n", ""),
    );
    is_painted(&desk, "!text.includes('Paragraph 29')");
    is_in_place(&desk, &before);
    desk.is_still_the_same_page();
}

#[track_caller]
fn is_in_place(desk: &Desk, before: &Value) {
    let after = desk.browser.ask(PLACE);
    let distance = after[0].as_f64().expect("a number") - before[0].as_f64().expect("a number");
    assert!(
        distance.abs() <= 2.0,
        "the paragraph has moved by {distance} on the screen"
    );
}

#[test]
fn selections_are_kept() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.browser.ask(
        "const text = all('main p').find(p => p.textContent.startsWith('Paragraph 3 ')).firstChild;
        getSelection().setBaseAndExtent(text, 0, text, 'Paragraph 3'.length);",
    );
    let longer = outage("The river was low.\n\nAnd then there was more.");
    desk.save(
        OUTAGE,
        &longer.replace(
            "Paragraph 3 of what I did",
            "Paragraph 3 of all that we did",
        ),
    );
    desk.shows("Paragraph 3 of all that we did that night.");
    desk.shows("And then there was more.");
    assert_eq!(
        desk.browser.text("return getSelection().toString()"),
        "Paragraph 3"
    );
    desk.is_still_the_same_page();
}

/// Blocks from which stories are made, in any order.
const BLOCKS: &[&str] = &[
    "Plain words.",
    "Plain words.",
    "Words with *stress*, `code`, a [link](move.md) and a note[^a].\n\n[^a]: The note.",
    "- one\n- two\n    - two and a half\n- three",
    "1. three\n2. two\n3. one",
    "| a | b |\n| - | - |\n| 1 | 2 |\n| 3 | 4 |",
    "```rust\nfn main() {}\n```",
    "> [!question] Is that so?",
    "> [!note] A note\n> with words",
    "> Somebody said it.",
    "### A heading {#name}",
    "### Another heading",
    "<details><summary>More</summary>\n\nHidden words.\n\n</details>",
    "## Task\n\nIt was mine.",
    "## Action\n\nI did it.",
    "## Result\n\nIt was done.",
    "## Follow-ups\n\n### Why?\n\nBecause.\n\n### What else?",
];

/// Returns the first difference between the page and a newly loaded one. Open details and
/// highlights are ignored.
const DIFFERENCE: &str = "
    const plain = root => {
        const copy = root.cloneNode(true);
        for (const element of copy.querySelectorAll('*')) {
            element.removeAttribute('open');
            element.classList.remove('storybank-changed');
            if (!element.className) element.removeAttribute('class');
        }
        // The order of attributes and the splitting of text nodes are not visible.
        copy.normalize();
        return copy;
    };
    return fetch(location.href, { cache: 'no-store' }).then(answer => answer.text()).then(text => {
        const fresh = plain(new DOMParser().parseFromString(text, 'text/html').documentElement), here = plain(document.documentElement);
        if (fresh.isEqualNode(here)) return '';
        const [a, b] = [fresh.outerHTML, here.outerHTML];
        let at = 0;
        while (a[at] === b[at] && at < a.length) at += 1;
        return `new: ${a.slice(Math.max(0, at - 200), at + 300)}\\nhere: ${b.slice(Math.max(0, at - 200), at + 300)}`;
    });";

#[test]
fn an_updated_page_equals_a_reloaded_one() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    // A fixed pseudo-random sequence.
    let mut chance: u64 = 2026;
    let mut below = |limit: usize| {
        chance = chance
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(chance >> 33).expect("it has 31 bits") % limit
    };
    let mut blocks: Vec<&str> = Vec::new();
    for round in 0..24 {
        for _ in 0..=below(4) {
            match below(3) {
                0 if blocks.len() > 2 => drop(blocks.remove(below(blocks.len()))),
                1 if blocks.len() > 2 => {
                    let block = blocks.remove(below(blocks.len()));
                    blocks.insert(below(blocks.len()), block);
                }
                _ => blocks.insert(below(blocks.len() + 1), BLOCKS[below(BLOCKS.len())]),
            }
        }
        let text = format!(
            "---\ntitle: The outage {round}\n---\n\n{}\n",
            blocks.join("\n\n")
        );
        desk.save(OUTAGE, &text);
        desk.browser.waits_for(
            "the page has the save",
            &format!("return words('h1') === 'The outage {round}'"),
        );
        let difference = desk.browser.text(DIFFERENCE);
        assert!(
            difference.is_empty(),
            "round {round}:\n{difference}\n{text}"
        );
    }
    desk.is_still_the_same_page();
}

#[test]
fn everything_fits_a_phone() {
    let desk = Desk::new();
    desk.browser.resize(360, 640);
    desk.open("stories/outage.html");
    let fits = "return document.documentElement.scrollWidth <= innerWidth
        && all('#storybank-preview *').every(element => element.getBoundingClientRect().right <= innerWidth + 1 || element.closest('pre'))";
    assert_eq!(
        desk.browser.ask(fits),
        true,
        "the bar is wider than the window"
    );
    desk.save(
        OUTAGE,
        &outage("The river was low.").replace(
            "title:",
            "a-field-with-a-name-that-is-far-too-long-for-a-phone-in-one-line:",
        ),
    );
    desk.has_problem("a-field-with-a-name");
    assert_eq!(
        desk.browser.ask(fits),
        true,
        "the problems are wider than the window"
    );
    let is_left = "const { height } = one('.sb-problems').getBoundingClientRect(); return height > 0 && height < innerHeight";
    assert_eq!(
        desk.browser.ask(is_left),
        true,
        "the problems cover the whole page"
    );
}

#[test]
fn the_bar_describes_the_current_page() {
    let desk = Desk::new();
    desk.open("stories/move.html");
    desk.browser.waits_for(
        "the bar has its parts",
        "return words('.sb-bar').includes('for you alone') && words('.sb-telling').includes('4 words')",
    );
    desk.browser.waits_for(
        "the remark is counted",
        "return words('.sb-remarks') === '1 open remark'",
    );
    assert_eq!(
        desk.browser
            .ask("return all('.sb-switch a').map(a => a.textContent)"),
        json!(["You", "Team", "Everybody"])
    );
    let part = desk.browser.text("return one('.sb-parts a').href");
    assert!(part.ends_with("/content/stories/move.md:6:1"), "{part}");
    let edit = desk.browser.text("return one('.sb-edit').href");
    assert!(
        edit.starts_with("vscode://file/") && edit.contains("content/stories/move.md"),
        "{edit}"
    );
    desk.save(MOVE, &moved("We arrived at noon, all of us."));
    desk.browser.waits_for(
        "the words are counted again",
        "return words('.sb-telling').includes('7 words')",
    );
    desk.is_still_the_same_page();
}

#[test]
fn a_broken_file_shows_its_problems_over_the_last_good_page() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.save(
        OUTAGE,
        &outage("The river was low.").replace("title:", "titel:"),
    );
    desk.has_problem("unknown field `titel`");
    for words in [
        "content/stories/outage.md:2:1",
        "unknown-field",
        "titel: The outage",
        "did you mean `title`?",
    ] {
        desk.has_problem(words);
    }
    assert_eq!(
        desk.browser
            .ask("return all('.sb-problems mark').map(mark => mark.textContent).includes('titel')"),
        true
    );
    let link = desk.browser.text("return one('.sb-place a').href");
    assert!(
        link.starts_with("vscode://file/") && link.ends_with("/content/stories/outage.md:2:1"),
        "{link}"
    );
    desk.shows("The river was high.");
    desk.save(OUTAGE, &outage("The river was mended."));
    desk.is_well();
    desk.shows("The river was mended.");
    desk.is_still_the_same_page();
}

#[test]
fn problems_that_were_closed_stay_closed_until_they_change() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    let broken = outage("The river was low.").replace("title:", "titel:");
    desk.save(OUTAGE, &broken);
    desk.has_problem("titel");
    desk.browser.press(Key::Escape);
    desk.browser.waits_for(
        "the problems are closed",
        "return one('.sb-problems').open === false",
    );

    let before = desk.server.revision();
    desk.save(MOVE, &moved("We arrived late."));
    eventually("there is another revision", || {
        desk.server.revision() > before
    });
    let caught_up = format!("return Number(one('#storybank-preview').dataset.revision) > {before}");
    desk.browser.waits_for("the page has it", &caught_up);
    assert_eq!(
        desk.browser.ask("return one('.sb-problems').open"),
        false,
        "the same problems stay closed"
    );

    desk.browser.refresh();
    desk.browser.waits_for(
        "the page is reloaded",
        "return !window.marker && one('.sb-problems')?.open === false",
    );
    desk.browser.ask("window.marker = 'still the same page'");

    desk.save(OUTAGE, &broken.replace("answers:", "answrs:"));
    desk.browser.waits_for(
        "other problems are shown",
        "return one('.sb-problems').open && words('.sb-problems').includes('answrs')",
    );
    desk.browser.press(Key::Escape);
    desk.browser.waits_for(
        "the problems are closed",
        "return one('.sb-problems').open === false",
    );
    desk.save(OUTAGE, &outage("The river was mended."));
    desk.is_well();
    desk.shows("The river was mended.");

    // A problem that comes back after it was fixed is shown again.
    desk.save(OUTAGE, &broken.replace("answers:", "answrs:"));
    desk.browser
        .waits_for("the problems are back", "return one('.sb-problems')?.open");
    desk.is_still_the_same_page();
    desk.browser.refresh();
    desk.browser.waits_for(
        "the page is reloaded",
        "return !window.marker && document.readyState === 'complete'",
    );
    assert_eq!(desk.browser.ask("return one('.sb-problems').open"), true);
}

#[test]
fn broken_front_matter_keeps_the_page() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    for broken in [
        "---\ntitle: [The outage\n---\nWords.\n",
        "---\ntitle: The outage\n",
        "---\n: :\n---\n",
        "",
    ] {
        desk.save(OUTAGE, broken);
        desk.has_problem("content/stories/outage.md");
        desk.shows("The river was high.");
        desk.save(OUTAGE, &outage("The river was high."));
        desk.is_well();
    }
    desk.shows("The river was high.");
    desk.is_still_the_same_page();
}

#[test]
fn a_broken_template_keeps_the_page() {
    let template = "themes/default/templates/story.html";
    let own = theme("templates/story.html").replace("{{ title }}", "{{ title }} as told");
    let desk = Desk::with_files(&format!("-- {template} --\n{own}"));
    desk.open("stories/outage.html");
    desk.shows("The outage as told");

    // A change of a template is shown like any other.
    desk.save(template, &own.replace("as told", "as it was"));
    desk.shows("The outage as it was");

    for broken in [
        own.replace("{%- endblock main %}", ""),
        own.replace("{{ title }}", "{{ nonsense }}"),
        "{% extends \"no.html\" %}".to_owned(),
    ] {
        desk.save(template, &broken);
        desk.has_problem(template);
        desk.shows("The outage as");
        desk.shows("The river was high.");
        desk.save(template, &own);
        desk.is_well();
        desk.shows("The outage as told");
    }
    desk.remove(template);
    desk.browser.waits_for(
        "the default template is back",
        "return words('h1') === 'The outage'",
    );
    desk.is_still_the_same_page();
}

#[test]
fn broken_settings_keep_the_page() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    for broken in [
        "title = \"Stor",
        "titel = \"Stories\"\n",
        "theme = \"nowhere\"\n",
        "title = 3\n",
    ] {
        desk.save("site.toml", broken);
        desk.browser.waits_for(
            "there are problems",
            "return words('.sb-problems').length > 20",
        );
        desk.shows("The river was high.");
        desk.save("site.toml", "title = \"Stories\"\n");
        desk.is_well();
    }
    desk.save("site.toml", "title = \"Tales\"\n");
    desk.browser.waits_for(
        "the title follows",
        "return document.title.endsWith('Tales') && words('.mark') === 'Tales'",
    );
    desk.is_still_the_same_page();
}

#[test]
fn a_site_broken_from_the_start_shows_its_problems() {
    let browser = Browser::start();
    let broken = format!("-- {OUTAGE} --\n---\ntitel: The outage\n---\n");
    let mut desk = Desk::with(browser, &broken, &[]);
    // No previous page can be shown, so an error status is fine here.
    desk.tolerate("Failed to load resource: the server responded with a status of");
    desk.open("stories/outage.html");
    desk.has_problem("did you mean `title`?");
    desk.save(OUTAGE, &outage("The river was mended."));
    desk.shows("The river was mended.");
    desk.is_well();
}

#[test]
fn a_save_before_the_stream_opens_is_not_lost() {
    let desk = Desk::new();
    // The page is shown, and its client has requested the stream, which is not open yet.
    desk.browser.open(&desk.server.address(""));
    desk.browser.tools(
        "Page.addScriptToEvaluateOnNewDocument",
        &json!({ "source": HOLD_STREAM }),
    );
    desk.open("stories/outage.html");
    desk.shows("The river was high.");
    let before = desk.server.revision();
    desk.save(OUTAGE, &outage("The river was low."));
    eventually("there is another revision", || {
        desk.server.revision() > before
    });
    assert!(
        desk.browser
            .text("return words('main')")
            .contains("The river was high."),
        "the stream was not held"
    );
    assert_eq!(
        desk.browser.ask("return held.length"),
        1,
        "the client has asked for the stream"
    );
    desk.browser.ask("release()");
    desk.shows("The river was low.");
    desk.is_still_the_same_page();
}

/// Keeps the stream of a page closed until `release` is called. Then the stream connects as usual.
const HOLD_STREAM: &str = "
    const Real = EventSource;
    window.held = [];
    window.EventSource = class extends EventTarget {
        readyState = 0;
        constructor(...parameters) {
            super();
            held.push(() => {
                this.real = new Real(...parameters);
                for (const type of ['open', 'error', 'message', 'revision']) {
                    this.real.addEventListener(type, event => {
                        this.readyState = this.real.readyState;
                        const copy = new MessageEvent(type, { data: event.data });
                        this.dispatchEvent(copy);
                        this['on' + type]?.(copy);
                    });
                }
            });
        }
        close() {
            this.readyState = 2;
            this.real?.close();
        }
    };
    Object.assign(window.EventSource, { CONNECTING: 0, OPEN: 1, CLOSED: 2 });
    window.release = () => {
        window.EventSource = Real;
        held.forEach(open => open());
    };
";

#[test]
fn a_save_at_any_moment_of_loading_is_not_lost() {
    let desk = Desk::new();
    for round in 0..6 {
        let words = format!("The river rose {round} times.");
        desk.browser
            .set_out_for(&desk.server.address(&format!("stories/outage.html?{round}")));
        // Each round saves at a slightly later moment of loading.
        std::thread::sleep(std::time::Duration::from_millis(round * 20));
        desk.save(OUTAGE, &outage(&words));
        desk.shows(&words);
    }
}

#[test]
fn a_save_while_the_page_is_fetched_is_not_lost() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.browser.ask(
        "const real = fetch;
        window.fetched = 0;
        window.fetch = async (...parameters) => {
            const answer = await real(...parameters);
            const text = await answer.text();
            fetched += 1;
            await new Promise(done => setTimeout(done, 400));
            return new Response(text, answer);
        };",
    );
    desk.save(OUTAGE, &outage("The river was low."));
    desk.browser
        .waits_for("the page is fetched", "return fetched === 1");
    desk.save(OUTAGE, &outage("The river was gone."));
    desk.shows("The river was gone.");
    desk.is_still_the_same_page();
}

#[test]
fn after_many_saves_the_last_one_is_shown() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    for number in 0..40 {
        desk.save(OUTAGE, &outage(&format!("The river rose {number} times.")));
        std::thread::sleep(std::time::Duration::from_millis(number % 7 * 10));
    }
    desk.shows("The river rose 39 times.");
    desk.is_still_the_same_page();
}

#[test]
fn a_suspended_tab_shows_the_last_save_after_resuming() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.shows("The river was high.");
    let sleeper = desk.browser.tab();
    let other = desk.browser.open_tab();
    desk.open("stories/outage.html");
    desk.browser.drive(&sleeper);
    desk.browser
        .tools("Page.setWebLifecycleState", &json!({ "state": "frozen" }));
    desk.browser.drive(&other);
    for words in ["The river rose.", "The river stood.", "The river fell."] {
        desk.save(OUTAGE, &outage(words));
        desk.shows(words);
    }
    desk.is_still_the_same_page();
    desk.browser.drive(&sleeper);
    desk.browser
        .tools("Page.setWebLifecycleState", &json!({ "state": "active" }));
    desk.shows("The river fell.");
    desk.is_still_the_same_page();
}

#[test]
fn a_hidden_tab_disconnects_and_catches_up_when_shown() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    let behind = desk.browser.tab();
    // More tabs than a browser opens connections to a host.
    let tabs: Vec<_> = (0..7).map(|_| desk.browser.open_tab()).collect();
    for tab in &tabs {
        desk.browser.drive(tab);
        desk.open("stories/move.html");
    }
    desk.save(MOVE, &moved("We arrived last."));
    desk.shows("We arrived last.");
    desk.save(OUTAGE, &outage("The river fell."));
    desk.browser.drive(&behind);
    desk.shows("The river fell.");
    desk.is_still_the_same_page();
}

#[test]
fn a_deleted_file_leaves_a_notice_and_can_be_restored() {
    let mut desk = Desk::new();
    desk.tolerate(NOT_FOUND);
    desk.open("stories/outage.html");
    desk.rename(OUTAGE, "outage.aside");
    desk.shows("This page is not told here");
    assert_eq!(desk.server.get("/stories/outage.html").status, 404);
    desk.rename("outage.aside", OUTAGE);
    desk.shows("The river was high.");
    desk.is_still_the_same_page();
    let style = desk
        .browser
        .text("return one('link[href*=\"style.css\"]').href");
    assert!(
        style.starts_with(&desk.server.address("static/style.css")),
        "{style}"
    );
}

#[test]
fn a_renamed_folder_changes_its_addresses() {
    let desk = Desk::with_files(
        "-- content/stories/flood/index.md --\n---\ntitle: The flood\n---\nIt rained.\n-- content/stories/flood/short.md --\n---\n---\nRain.\n",
    );
    desk.open("stories/flood.html#top");
    desk.shows("It rained.");
    desk.rename("content/stories/flood", "content/stories/deluge");
    desk.is_at("/stories/deluge.html");
    desk.shows("It rained.");
    desk.is_still_the_same_page();
    assert_eq!(desk.browser.text("return location.hash"), "#top");
    desk.leads_to("/stories/flood/short.html", "/stories/deluge/short.html");
    desk.open("stories.html");
    let links = "return all('main a').map(a => a.getAttribute('href'))";
    let lists = |name: &str| {
        desk.browser
            .ask(links)
            .as_array()
            .is_some_and(|links| links.iter().any(|link| link == name))
    };
    assert!(lists("stories/deluge.html") && !lists("stories/flood.html"));
    desk.rename("content/stories/deluge", "content/stories/flood");
    eventually("the list follows", || {
        lists("stories/flood.html") && !lists("stories/deluge.html")
    });
    desk.is_still_the_same_page();
    assert_eq!(desk.server.get("/stories/flood.html").status, 200);
    desk.leads_to("/stories/deluge.html", "/stories/flood.html");
}

#[test]
fn an_open_page_goes_to_its_new_address_after_a_rename() {
    let desk = Desk::with_files(
        "-- content/stories/other.md --\n---\ntitle: Other\n---\n\n## Action\n\nI asked as in [the outage](outage.md). #ownership\n",
    );
    let root = desk.folder.path().to_str().expect("the path is text");
    let rename = |kind: &str, old: &str, new: &str| {
        program::succeed(program::storybank([
            "rename", kind, old, new, "--root", root,
        ]));
    };
    for (kind, old, new, from, to) in [
        (
            "story",
            "outage",
            "blackout",
            "stories/outage.html",
            "/stories/blackout.html",
        ),
        (
            "story",
            "blackout",
            "dark-night",
            "questions/blackout-who-was-told.html",
            "/questions/dark-night-who-was-told.html",
        ),
        (
            "question",
            "hardest",
            "toughest",
            "questions/hardest.html",
            "/questions/toughest.html",
        ),
        (
            "competency",
            "ownership",
            "owning-it",
            "stories/other/ownership.html",
            "/stories/other/owning-it.html",
        ),
    ] {
        desk.open(from);
        rename(kind, old, new);
        desk.is_at(to);
        desk.is_still_the_same_page();
        desk.is_well();
        assert_eq!(desk.server.get(to).status, 200);
    }
    // The first address leads to the last one.
    desk.leads_to("/stories/outage.html", "/stories/dark-night.html");
    // A new page takes the old address.
    desk.save(
        OUTAGE,
        "---\ntitle: Another outage\n---\n\nIt was another one.\n",
    );
    eventually("the new page is there", || {
        desk.server.get("/stories/outage.html").status == 200
    });
}

#[test]
fn a_changed_style_sheet_replaces_the_old_one() {
    let style = "themes/default/static/style.css";
    let desk = Desk::with_files(&format!("-- {style} --\nh1 {{ color: rgb(1, 2, 3) }}\n"));
    desk.open("stories/outage.html");
    let colour = "return getComputedStyle(one('h1')).color";
    assert_eq!(desk.browser.text(colour), "rgb(1, 2, 3)");
    // The old style sheet must stay until the new one has loaded, even if that is quick.
    desk.browser.ask(
        "const ours = 'link[rel=stylesheet][href*=\"static/style.css\"]';
        window.bare = 0;
        window.gone = 0;
        new MutationObserver(changes => {
            for (const node of changes.flatMap(change => [...change.removedNodes])) {
                if (!node.matches?.(ours)) continue;
                gone += 1;
                if (!all(ours).some(link => link.sheet && link.media !== 'not all')) bare += 1;
            }
        }).observe(document.head, { childList: true });",
    );
    for colour in ["rgb(4, 5, 6)", "rgb(7, 8, 9)"] {
        desk.save(style, &format!("h1 {{ color: {colour} }}\n"));
        desk.browser.waits_for(
            "the colour changes",
            &format!("return getComputedStyle(one('h1')).color === '{colour}'"),
        );
        desk.browser.waits_for(
            "one sheet is left",
            "return all('link[rel=stylesheet][href*=\"static/style.css\"]').length === 1",
        );
    }
    assert_eq!(
        desk.browser.ask("return [gone, bare]"),
        json!([2, 0]),
        "removed style sheets, and those removed before their replacement had loaded"
    );
    desk.is_still_the_same_page();
}

#[test]
fn everything_can_be_done_with_the_keyboard() {
    let desk = Desk::new();
    desk.open("stories/move.html");
    desk.save(
        MOVE,
        &moved("We arrived at noon.").replace("audience:", "audiense:"),
    );
    desk.has_problem("audiense");
    let mut reached = Vec::new();
    while reached.len() < 60 {
        desk.browser.press(Key::Tab);
        let at = desk
            .browser
            .text("const at = document.activeElement; return at === document.body ? '' : at.tagName + ' ' + at.textContent.trim()");
        if at.is_empty() && !reached.is_empty() {
            break;
        }
        reached.push(at);
    }
    for wanted in [
        "SUMMARY 1 error",
        "A content/stories/move.md:3:1",
        "A Edit",
        "A You",
        "A Team",
        "A Everybody",
        "A 1 open remark",
    ] {
        assert!(
            reached.iter().any(|at| at.starts_with(wanted)),
            "{wanted} is not reached: {reached:#?}"
        );
    }
    assert_eq!(
        desk.browser
            .ask("one('.sb-problems summary').focus(); return one('.sb-problems').open"),
        true
    );
    desk.browser.press(Key::Enter);
    desk.browser.waits_for(
        "Enter folds the problems",
        "return !one('.sb-problems').open",
    );
    desk.browser.press(Key::Enter);
    desk.browser.waits_for(
        "Enter unfolds the problems",
        "return one('.sb-problems').open",
    );
    desk.browser.press(Key::Escape);
    desk.browser.waits_for(
        "Escape folds the problems",
        "return !one('.sb-problems').open",
    );
}

#[test]
fn the_bar_finds_questions_by_words() {
    // Each check types once more, as an author would whose window had not got the focus yet.
    const TYPED: &str = "one('.sb-jump input').dispatchEvent(new Event('input', { bubbles: true })); \
                         return document.querySelectorAll('#sb-questions option').length > 0";
    let desk = Desk::new();
    desk.open("@team/stories/move.html");
    desk.browser.ask("one('.sb-jump input').focus()");
    desk.browser.waits_for("the questions are listed", TYPED);
    desk.save(MOVE, &moved("We arrived at noon."));
    desk.shows("We arrived at noon.");
    // The list of the page from the server is empty.
    desk.browser
        .waits_for("the questions are listed again", TYPED);
    desk.browser.ask(
        "const field = one('.sb-jump input'); field.value = one('#sb-questions option').value; \
         field.dispatchEvent(new Event('change', { bubbles: true }))",
    );
    desk.browser.waits_for(
        "the page of the question",
        "return location.pathname.startsWith('/@team/questions/')",
    );
}

#[test]
fn the_page_can_be_read_without_scripts() {
    let desk = Desk::with(Browser::without_scripts(), "", &[]);
    desk.browser
        .open(&desk.server.address("stories/outage.html"));
    desk.shows("The river was high.");
    assert!(
        desk.browser
            .text("return words('.sb-bar')")
            .contains("for you alone")
    );
    desk.save(OUTAGE, &outage("The river was low."));
    desk.server
        .shows("/stories/outage.html", "The river was low.");
    assert!(
        desk.browser
            .text("return words('main')")
            .contains("The river was high."),
        "a script has run"
    );
    desk.browser.refresh();
    desk.shows("The river was low.");
    desk.save(
        OUTAGE,
        &outage("The river was gone.").replace("title:", "titel:"),
    );
    desk.server
        .shows("/stories/outage.html", "did you mean `title`?");
    desk.browser.refresh();
    desk.has_problem("did you mean `title`?");
    desk.shows("The river was low.");
}

#[test]
fn a_preview_for_the_team_has_nothing_private() {
    let site =
        "-- content/stories/secret.md --\n---\ntitle: The hidden thing\n---\nIt was buried.\n";
    let mut desk = Desk::with(Browser::start(), site, &["--audience", "team"]);
    desk.tolerate(NOT_FOUND);
    for path in [
        "",
        "stories.html",
        "stories/move.html",
        "@team/",
        "@team/stories.html",
        "questions/hardest.html",
    ] {
        desk.open(path);
        let page = desk
            .browser
            .text("return document.documentElement.outerHTML");
        for private in [
            "hidden thing",
            "buried",
            "The outage",
            "river",
            "Was it noon",
            "open remark",
            "secret",
            "@private",
        ] {
            assert!(!page.contains(private), "/{path} has “{private}”:\n{page}");
        }
        assert!(
            desk.browser
                .text("return words('.sb-audience')")
                .contains("as the team sees it")
        );
    }
    for path in [
        "/@private/",
        "/@private/stories/secret.html",
        "/stories/secret.html",
        "/stories/outage.html",
        "/open-points.html",
    ] {
        let response = desk.server.get(path);
        assert_eq!(response.status, 404, "{path}");
        assert!(
            !response.body.contains("hidden thing") && !response.body.contains("buried"),
            "{path}"
        );
    }
    desk.open("stories/move.html");
    desk.save(MOVE, &moved("We arrived late."));
    desk.shows("We arrived late.");
    desk.save(
        "content/stories/secret.md",
        "---\ntitel: The hidden thing\n---\nIt was buried.\n",
    );
    desk.has_problem("1 error");
    let page = desk
        .browser
        .text("return document.documentElement.outerHTML");
    assert!(
        !page.contains("hidden thing") && !page.contains("secret"),
        "{page}"
    );
    desk.is_still_the_same_page();
}

#[test]
fn an_author_can_view_the_site_of_other_audiences() {
    let mut desk = Desk::new();
    desk.tolerate(NOT_FOUND);
    desk.open("stories/move.html");
    desk.browser
        .ask("all('.sb-switch a').find(a => a.textContent === 'Team').click()");
    let address = desk.server.address("@team/stories/move.html");
    desk.browser.waits_for(
        "the page of the team is there",
        &format!(
            "return location.href === {} && document.readyState === 'complete'",
            json!(address)
        ),
    );
    desk.browser.ask("window.marker = 'still the same page'");
    assert!(
        desk.browser
            .text("return words('.sb-audience')")
            .contains("as the team sees it")
    );
    desk.save(MOVE, &moved("We arrived late."));
    desk.shows("We arrived late.");
    assert!(
        !desk
            .browser
            .text("return document.documentElement.outerHTML")
            .contains("Was it noon")
    );
    // Text that is no longer for the team disappears from an open page.
    desk.save(
        MOVE,
        &moved("We arrived late.").replace("audience: team", "audience: private"),
    );
    desk.shows("This page is not told here");
    desk.is_still_the_same_page();
    desk.open("@team/index.html");
    let links = desk
        .browser
        .ask("return all('main a, header a').map(a => a.href)");
    let links: Vec<&str> = links
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    assert!(
        !links.is_empty() && links.iter().all(|link| link.contains("/@team/")),
        "{links:?}"
    );
}

#[test]
fn the_browser_follows_saves_with_the_option() {
    let desk = Desk::with_arguments(&["--follow"]);
    desk.open("");
    desk.save(MOVE, &moved("We arrived late."));
    desk.browser.waits_for(
        "the page of the saved file is there",
        "return location.pathname === '/stories/move.html'",
    );
    desk.shows("We arrived late.");
    desk.save(OUTAGE, &outage("The river was low."));
    desk.browser.waits_for(
        "the page of the saved file is there",
        "return location.pathname === '/stories/outage.html'",
    );
    desk.shows("The river was low.");
    // A reader of that page stays on it.
    desk.browser.ask("window.marker = 'still the same page'");
    desk.save(OUTAGE, &outage("The river was gone."));
    desk.shows("The river was gone.");
    desk.is_still_the_same_page();
}

#[test]
fn the_browser_does_not_follow_saves_by_default() {
    let desk = Desk::new();
    desk.open("stories/move.html");
    let before = desk.server.revision();
    desk.save(OUTAGE, &outage("The river was low."));
    eventually("there is another revision", || {
        desk.server.revision() > before
    });
    desk.browser.waits_for(
        "the page has it",
        &format!("return Number(one('#storybank-preview').dataset.revision) > {before}"),
    );
    assert_eq!(
        desk.browser.text("return location.pathname"),
        "/stories/move.html"
    );
    desk.is_still_the_same_page();
}

#[test]
fn the_page_reconnects_to_a_restarted_server() {
    let mut desk = Desk::new();
    for words in ["net::ERR_", "Failed to load resource"] {
        desk.tolerate(words);
    }
    desk.open("stories/outage.html");
    let port = desk.server.port().to_owned();
    let next = Server::start(desk.folder.path(), &[]);
    drop(std::mem::replace(&mut desk.server, next));
    desk.browser.waits_for(
        "the bar reports a lost connection",
        "return words('.sb-connection')",
    );
    desk.save(OUTAGE, &outage("The river was low."));
    desk.server = Server::start_on(&port, desk.folder.path(), &[]);
    desk.shows("The river was low.");
    desk.browser.waits_for(
        "the bar reports no lost connection",
        "return words('.sb-connection') === ''",
    );
    desk.is_still_the_same_page();
    desk.save(OUTAGE, &outage("The river was gone."));
    desk.shows("The river was gone.");
    desk.is_still_the_same_page();
}

/// Documents with scripts that read a story's page and show the result, one file of each kind.
fn loud_files() -> Vec<(&'static str, String)> {
    let script = "document.documentElement.setAttribute('data-ran', 'yes');
        fetch('/stories/outage.html').then(answer => answer.text()).then(text => text.includes('The river was high.') && document.documentElement.setAttribute('data-read', 'yes'));
        const request = new XMLHttpRequest(); request.open('GET', '/stories/outage.html', false);
        try { request.send(); document.documentElement.setAttribute('data-read', 'yes'); } catch {}";
    let xhtml = format!(
        "<html xmlns=\"http://www.w3.org/1999/xhtml\"><head><title>quiet</title></head><body><p>Words.</p><script><![CDATA[{script}]]></script></body></html>"
    );
    let svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><rect width=\"9\" height=\"9\" style=\"fill:red\"/><script><![CDATA[{script}]]></script></svg>"
    );
    let html = format!(
        "<!doctype html><title>quiet</title><p>Words.</p><img src=x onerror=\"document.documentElement.setAttribute('data-ran', 'yes')\"><iframe src=\"/stories/outage.html\"></iframe><script>{script}</script>"
    );
    vec![
        ("html", html.clone()),
        ("htm", html),
        ("xhtml", xhtml.clone()),
        ("xml", xhtml),
        ("svg", svg),
    ]
}

/// The addresses of the files that the story of the outage links to, keyed by extension.
fn linked_files(desk: &Desk) -> Vec<String> {
    let page = desk.server.get("/stories/outage.html").body;
    page.split("=\"../assets/")
        .skip(1)
        .filter_map(|rest| Some(format!("assets/{}", rest.split('"').next()?)))
        .collect()
}

#[test]
fn a_linked_file_runs_no_script_and_reads_no_page() {
    let mut desk = Desk::new();
    for words in [
        "Content Security Policy",
        "sandboxed",
        "status of 403",
        "status of 404",
        "X-Frame",
        "CORS",
        "ERR_",
    ] {
        desk.tolerate(words);
    }
    let files = loud_files();
    for (ending, text) in &files {
        desk.save(&format!("content/stories/loud.{ending}"), text);
        // The same files without their policy do run scripts.
        desk.save(&format!("themes/default/static/loud.{ending}"), text);
    }
    let links: String = files
        .iter()
        .map(|(ending, _)| format!("[{ending}](loud.{ending}) "))
        .collect();
    desk.save(OUTAGE, &outage(&format!("The river was high. {links}")));
    desk.server.shows("/stories/outage.html", ">svg</a>");
    let addresses = linked_files(&desk);
    assert_eq!(addresses.len(), files.len(), "{addresses:?}");
    for (ending, _) in &files {
        desk.browser
            .set_out_for(&desk.server.address(&format!("static/loud.{ending}")));
        eventually(
            &format!("the script of a {ending} file of the theme runs"),
            || {
                desk.browser
                    .document()
                    .is_some_and(|shown| shown.contains("data-read=\"yes\""))
            },
        );
    }
    for address in addresses {
        desk.browser.set_out_for(&desk.server.address(&address));
        eventually(&format!("{address} is shown"), || {
            desk.browser
                .document()
                .is_some_and(|shown| shown.contains("Words.</p>") || shown.contains("<rect"))
        });
        desk.browser.waits_for(
            &format!("{address} is loaded"),
            "return document.readyState === 'complete'",
        );
        let shown = desk.browser.document().expect("the browser stays on it");
        assert!(
            !shown.contains("data-ran=\"yes") && !shown.contains("data-read=\"yes"),
            "{address}: {shown}"
        );
        desk.browser.open(&desk.server.address("stories/move.html"));
    }
}

#[test]
fn linked_media_and_documents_are_shown() {
    let mut desk = Desk::new();
    // A file that is opened on its own refers to no picture of the site.
    desk.tolerate(NOT_FOUND);
    let mut png = Vec::new();
    let picture = image::RgbImage::from_pixel(7, 5, image::Rgb([200, 30, 30]));
    picture
        .write_to(&mut std::io::Cursor::new(&mut png), image::ImageFormat::Png)
        .expect("it can be drawn");
    let sound =
        [&b"RIFF\x24\x1f\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0\x40\x1f\0\0\x40\x1f\0\0\x01\0\x08\0data\0\x1f\0\0"[..], &[128; 7936]].concat();
    let pdf = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 99 99]>>endobj\ntrailer<</Root 1 0 R>>\n".to_vec();
    let svg = b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><style>rect{fill:red}</style><rect width=\"9\" height=\"9\"/></svg>".to_vec();
    for (name, bytes) in [
        ("a.png", png),
        ("b.wav", sound),
        ("c.pdf", pdf),
        ("d.svg", svg),
    ] {
        desk.folder
            .write(&[(format!("content/stories/{name}"), bytes)].into());
    }
    desk.save(
        OUTAGE,
        &outage("The river was high. ![](a.png) ![](d.svg) [picture](a.png) [sound](b.wav) [document](c.pdf) [drawing](d.svg)"),
    );
    desk.server.shows("/stories/outage.html", ">drawing</a>");
    desk.open("stories/outage.html");
    desk.browser.waits_for(
        "the pictures of the page are drawn",
        "const drawn = all('main img'); drawn.forEach(one => one.loading = 'eager');
        return drawn.length === 2 && drawn.every(one => one.complete && one.naturalWidth > 0)",
    );
    let address = |ending: &str| {
        let found = linked_files(&desk)
            .into_iter()
            .find(|address| address.ends_with(ending));
        desk.server
            .address(&found.unwrap_or_else(|| panic!("no file with the extension {ending}")))
    };
    // Each is opened on its own, as a link does.
    desk.browser.set_out_for(&address(".png"));
    desk.browser.waits_for(
        "the picture is shown",
        "return one('img')?.naturalWidth === 7",
    );
    desk.browser.set_out_for(&address(".wav"));
    desk.browser.waits_for(
        "the sound can be played",
        "const sound = one('video, audio'); return sound && sound.readyState > 0 && sound.duration > 0.9",
    );
    desk.browser.set_out_for(&address(".svg"));
    eventually("the drawing is shown", || {
        desk.browser
            .document()
            .is_some_and(|shown| shown.contains("<rect"))
    });
    desk.browser.set_out_for(&address(".pdf"));
    eventually("the viewer shows the document", || {
        let targets = desk.browser.tools("Target.getTargets", &json!({}));
        let targets = targets["targetInfos"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        let shows = |of: &str, url: &str| {
            targets.iter().any(|target| {
                target["type"] == of && target["url"].as_str().is_some_and(|at| at.contains(url))
            })
        };
        shows("page", ".pdf") && shows("iframe", "chrome-extension:") && shows("iframe", ".pdf")
    });
}

#[test]
fn notes_are_shown_below_their_problem() {
    let desk = Desk::new();
    desk.save("content/stories/twice.md", "---\ntitle: First\n---\n");
    desk.save("content/stories/Twice.md", "---\ntitle: Second\n---\n");
    desk.open("stories/outage.html");
    desk.has_problem("duplicate-slug");
    let places = desk
        .browser
        .ask("return all('.sb-problems .sb-place a').map(a => a.textContent).sort()");
    assert_eq!(places.as_array().map(Vec::len), Some(2), "{places}");
    let note = desk.browser.text("return words('.sb-note')");
    assert!(
        note.contains(": content/stories/") && note.contains(".md:1:1 "),
        "{note}"
    );
    let link = desk.browser.text("return one('.sb-note a').href");
    assert!(
        link.starts_with("vscode://file/") && link.ends_with(".md:1:1"),
        "{link}"
    );
    // A note with a place in a file shows its line.
    desk.remove("content/stories/Twice.md");
    desk.save(
        "content/stories/twice.md",
        "---\ntitle: First\ntitle: Second\n---\n",
    );
    desk.has_problem("title");
    let report = desk.browser.text("return words('.sb-problems')");
    assert!(
        report.contains("twice.md:3") && report.contains("twice.md:2"),
        "{report}"
    );
}

/// Two files with a warning each: a hashtag that is nearly a competency.
const WARNED: &str = "
-- content/stories/first.md --
---
title: The first
---

## Situation

It began. #ownershp
-- content/stories/second.md --
---
title: The second
---

## Situation

It went on.

And on. #ownersip
";

#[test]
fn the_warnings_of_other_files_are_listed_below_those_of_the_page() {
    let desk = Desk::with_files(WARNED);
    desk.open("stories/first.html");
    assert_eq!(
        desk.browser.text("return words('.sb-warnings > summary')"),
        "1 warning, 1 in other files"
    );
    desk.browser.ask("one('.sb-warnings > summary').click()");
    let places = "return all('.sb-warnings .sb-place a').filter(a => a.checkVisibility()).map(a => a.textContent)";
    assert_eq!(
        desk.browser.ask(places),
        json!(["content/stories/first.md:7:11"])
    );
    desk.browser.ask("one('.sb-others > summary').click()");
    desk.browser.waits_for(
        "the others are unfolded",
        "return all('.sb-others .sb-place a').some(a => a.checkVisibility())",
    );
    assert_eq!(
        desk.browser.ask(places),
        json!([
            "content/stories/first.md:7:11",
            "content/stories/second.md:9:9"
        ])
    );
    let link = desk.browser.text("return one('.sb-others a').href");
    assert!(
        link.starts_with("vscode://file/") && link.ends_with("/content/stories/second.md:9:9"),
        "{link}"
    );
    desk.open("stories.html");
    assert_eq!(
        desk.browser.text("return words('.sb-warnings > summary')"),
        "2 warnings in other files"
    );
}

/// The last paragraph of the outage, and whether the preview leaves it visible.
const LAST_IS_VISIBLE: &str = "
const last = all('main p').findLast(p => p.textContent.startsWith('It was like')).getBoundingClientRect();
const covers = ['#storybank-preview', '.sb-problems', '.sb-warnings[open] > .sb-list'].flatMap(all).map(part => part.getBoundingClientRect());
return last.top >= 0 && covers.every(cover => cover.height === 0 || last.bottom <= cover.top);";

#[test]
fn nothing_of_the_preview_covers_the_block_that_is_edited() {
    let desk = Desk::new();
    desk.browser.resize(1280, 700);
    desk.open("stories/outage.html");
    // The paragraph is at the lower edge of the window, behind the bar.
    desk.browser.ask(
        "const last = all('main p').findLast(p => p.textContent.startsWith('It was like'));
         scrollTo({ top: last.getBoundingClientRect().bottom + scrollY - innerHeight + 2, behavior: 'instant' })",
    );
    assert_eq!(
        desk.browser.ask(LAST_IS_VISIBLE),
        false,
        "the bar covers it before it is edited"
    );
    let edited = outage("The river was high.").replace("It was like", "It was like all of");
    desk.save(OUTAGE, &edited);
    desk.shows("It was like all of the move.");
    desk.browser
        .waits_for("the edited block is visible", LAST_IS_VISIBLE);
    desk.save(OUTAGE, &edited.replace("title:", "titel:"));
    desk.has_problem("titel");
    desk.browser.waits_for(
        "the problems are open",
        "return one('.sb-problems').open && one('.sb-problems').offsetHeight > 100",
    );
    desk.browser
        .waits_for("the problems leave it visible", LAST_IS_VISIBLE);
    desk.is_still_the_same_page();
}

#[test]
fn the_end_of_the_page_can_be_scrolled_above_the_preview() {
    let desk = Desk::new();
    for (width, height) in [(360, 640), (1280, 700)] {
        desk.browser.resize(width, height);
        desk.open("stories/outage.html");
        desk.save(
            OUTAGE,
            &outage("The river was low.").replace("title:", "titel:"),
        );
        desk.has_problem("titel");
        desk.browser.waits_for(
            "the end is visible",
            "scrollTo({ top: document.body.scrollHeight, behavior: 'instant' });
             const end = one('main').lastElementChild.getBoundingClientRect().bottom;
             return end > 0 && end <= one('.sb-problems').getBoundingClientRect().top",
        );
        desk.save(OUTAGE, &outage("The river was high."));
        desk.is_well();
    }
}

#[test]
fn the_place_of_a_problem_can_be_copied() {
    let desk = Desk::new();
    desk.open("stories/outage.html");
    desk.save(
        OUTAGE,
        &outage("The river was low.").replace("title:", "titel:"),
    );
    desk.has_problem("titel");
    let copied = |button: &str| {
        desk.browser.ask(&format!(
            "window.copied = null;
             navigator.clipboard.writeText = async words => (window.copied = words);
             one('{button}').click()"
        ));
        desk.browser.text("return window.copied")
    };
    assert_eq!(
        copied(".sb-problems .sb-copy"),
        "content/stories/outage.md:2"
    );
    assert_eq!(
        copied(".sb-bar > .sb-copy"),
        "content/stories/outage.md:6",
        "the text of the page"
    );
    desk.browser.ask(
        "navigator.clipboard.writeText = () => Promise.reject(new Error('refused'));
         one('.sb-problems .sb-copy').click()",
    );
    desk.browser.waits_for(
        "the place is selected instead",
        "return getSelection().toString() === 'content/stories/outage.md:2'",
    );
}
