//! The words of pages: each comes from the table of the language, and the tables are complete.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/html.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod html;

use std::collections::{BTreeMap, BTreeSet};

use common::{check, site, site_for, site_with_drafts};
use html::{Page, parse};
use storybank::config::Config;
use storybank::diagnostic::rules;
use storybank::model::{Audience, When};
use storybank::phrases::{ENGLISH, Entry, GERMAN, Phrases, Table, Tables, pieces, read, word};
use storybank::source::SitePath;

/// A site whose authors write only Cyrillic letters, apart from the standard headings of sections.
/// Its pages use all words of the table.
const SITE: &str = include_str!("sites/cyrillic.site");

/// Standard headings of sections, which the format defines only in English.
const HEADINGS: [&str; 8] = [
    "Situation",
    "Task",
    "Action",
    "Result",
    "Learning",
    "Headline",
    "Summary",
    "Timeline",
];

/// Attributes with words for readers.
const SPOKEN: [&str; 6] = [
    "aria-label",
    "title",
    "alt",
    "data-label",
    "content",
    "placeholder",
];

fn english() -> Table {
    let (table, found) = read(&SitePath::new("words/en.toml"), ENGLISH, &rules::TEMPLATE);
    assert_eq!(found, Vec::new());
    table
}

/// A table of English placeholders with `⟨name⟩` for all words of the entry `name`.
fn marked_table() -> String {
    let line = |(name, entry): (&String, &Entry)| {
        let mark = |words: &str| {
            if words.contains(char::is_alphanumeric) {
                format!("⟨{name}⟩")
            } else {
                words.to_owned()
            }
        };
        match entry.map(mark) {
            Entry::Text(text) => format!("{name} = {text:?}\n"),
            Entry::Forms(forms) => {
                let forms: Vec<String> = forms
                    .iter()
                    .map(|(form, text)| format!("{form} = {text:?}"))
                    .collect();
                format!("{name} = {{ {} }}\n", forms.join(", "))
            }
        }
    };
    english().iter().map(line).collect()
}

/// The words that readers of a page see or hear, in the order of the page.
fn words_of(page: &Page) -> Vec<String> {
    let attributes = page.elements().flat_map(|id| {
        page.attributes(id)
            .filter(|(name, _)| SPOKEN.contains(name))
            .map(|(_, value)| value.to_owned())
    });
    let described: Vec<String> = attributes.filter(|value| !is_for_machines(value)).collect();
    let texts = page
        .elements()
        .filter(|&id| !matches!(page.name(id), "style" | "script"))
        .flat_map(|id| {
            page.children(id)
                .iter()
                .filter(|&&child| page.name(child).is_empty())
                .map(|&child| page.raw_text(child))
                .collect::<Vec<_>>()
        });
    texts.chain(described).collect()
}

/// Whether the value of a `meta` element is only for browsers.
fn is_for_machines(value: &str) -> bool {
    [
        "width=device-width, initial-scale=1",
        "noindex, nofollow",
        "no-referrer",
        "light dark",
    ]
    .contains(&value)
}

/// A text without the words from the marked table.
fn unmarked(text: &str) -> String {
    let mut parts = text.split('⟨');
    let first = parts.next().unwrap_or_default().to_owned();
    first
        + &parts
            .filter_map(|part| part.split_once('⟩'))
            .map(|(_, rest)| rest)
            .collect::<String>()
}

/// The marked pages of every site.
fn marked_pages() -> BTreeMap<String, String> {
    let words = format!("-- themes/default/words/en.toml --\n{}", marked_table());
    let mut pages = BTreeMap::new();
    let mut add = |name: &str, made: BTreeMap<String, String>| {
        pages.extend(
            made.into_iter()
                .map(|(path, page)| (format!("{name}/{path}"), page)),
        );
    };
    add("private", site_with_drafts(&format!("{SITE}{words}")));
    add("team", site_for(Audience::Team, &format!("{SITE}{words}")));
    add(
        "public",
        site_for(Audience::Public, &format!("{SITE}{words}")),
    );
    add("new", site(&format!("{NEW}{words}")));
    add("unasked", site(&format!("{UNASKED}{words}")));
    add("long", site(&format!("{}{words}", long_site())));
    pages
}

/// A site without stories.
const NEW: &str = "-- content/home.md --\nА\n-- site.toml --\ntitle = \"Б\"\n";

/// A site whose bank has no questions.
const UNASKED: &str = "-- content/stories/s.md --\n---\ntitle: Р\n---\n\n## Follow-ups\n\n### В?\n\nГ.\n-- site.toml --\ntitle = \"Б\"\n";

/// A site whose lists have several pages.
fn long_site() -> String {
    let story = |number: usize| {
        format!(
            "-- content/stories/s{number}.md --\n---\ntitle: Р{number}\nanswers: [q]\ncompetencies: [c]\n---\n\nБ\n"
        )
    };
    let stories: String = (0..201).map(story).collect();
    let questions: String = (0..201)
        .map(|number| format!("\n## Е{number}?\n"))
        .collect();
    stories
        + &format!("-- content/questions/sheet.md --\n{questions}")
        + "-- content/questions/q.md --\n---\nquestion: В?\ncompetencies: [c]\n---\n-- content/questions/w.md --\n---\nquestion: Г?\ncompetencies: [c]\n---\n-- content/competencies/c.md --\n---\ntitle: К\n---\n-- site.toml --\ntitle = \"Б\"\n"
}

#[test]
fn every_word_of_a_page_comes_from_the_table() {
    let mut strange = Vec::new();
    let mut seen = BTreeSet::new();
    for (path, page) in marked_pages() {
        for text in words_of(&parse(&page)) {
            seen.extend(
                text.split('⟨')
                    .skip(1)
                    .filter_map(|part| Some(part.split_once('⟩')?.0.to_owned())),
            );
            let rest = unmarked(&text);
            if rest.contains(|next: char| next.is_ascii_alphabetic())
                && !HEADINGS.contains(&rest.trim())
            {
                strange.push(format!("{path}: {}", rest.trim()));
            }
        }
    }
    assert!(
        strange.is_empty(),
        "words that are in no table:\n{}",
        strange.join("\n")
    );
    let has_words = |entry: &Entry| entry.map(str::to_lowercase) != entry.map(str::to_uppercase);
    let unseen: Vec<String> = english()
        .into_iter()
        .filter(|(name, entry)| has_words(entry) && !seen.contains(name))
        .map(|(name, _)| name)
        .collect();
    assert_eq!(
        unseen,
        Vec::<String>::new(),
        "no page of the test shows these entries"
    );
}

#[test]
fn every_phrase_that_the_program_uses_is_in_the_table() {
    let phrases = Phrases::english();
    let missing: Vec<_> = word::ALL
        .iter()
        .filter(|word| **word != word::THOUSANDS_SEPARATOR && phrases.text(**word).is_empty())
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_tables_of_the_program_have_the_same_entries_and_placeholders() {
    let (german, found) = read(&SitePath::new("words/de.toml"), GERMAN, &rules::TEMPLATE);
    assert_eq!(found, Vec::new());
    assert_eq!(
        german.keys().collect::<Vec<_>>(),
        english().keys().collect::<Vec<_>>()
    );
    let placeholders = |entry: &Entry| -> BTreeSet<String> {
        let pieces = entry.texts().flat_map(|text| {
            pieces(text)
                .map(|piece| format!("{piece:?}"))
                .collect::<Vec<_>>()
        });
        pieces
            .filter(|piece| piece.starts_with("Placeholder"))
            .map(|piece| piece.replace("_lowercase", ""))
            .collect()
    };
    let english = english();
    let different = english
        .iter()
        .filter(|(name, entry)| placeholders(entry) != placeholders(&german[*name]));
    assert_eq!(
        different.map(|(name, _)| name).collect::<Vec<_>>(),
        Vec::<&String>::new()
    );
}

#[test]
fn mistakes_in_a_table_are_found() {
    let mistakes = |text: &str| {
        read(&SitePath::new("words/fr.toml"), text, &rules::TEMPLATE)
            .1
            .into_iter()
            .map(|found| found.message)
            .collect::<Vec<_>>()
    };
    assert_eq!(
        mistakes("and_more = \"et {cuont}\""),
        ["`{cuont}` is not a placeholder of `and_more`"]
    );
    assert_eq!(
        mistakes("stories = { one = \"récit\" }"),
        ["`stories` has no plural forms"]
    );
    assert_eq!(
        mistakes("tellings_count = { several = \"récits\" }"),
        ["`several` is not a plural form"]
    );
    assert_eq!(
        mistakes("stories = 3"),
        ["expected a text, or a table of texts"]
    );
    assert_eq!(
        mistakes("my_own_heading = \"{anything}\"\nlabel_of_emphasis = \"Pour {competency}\""),
        Vec::<String>::new()
    );
}

fn phrases(language: &str, words: &str) -> Phrases {
    let own: Table = toml::from_str(words).expect("the words are sound");
    Tables::built_in().phrases(language, &own)
}

#[test]
fn numbers_dates_and_plurals_follow_the_language() {
    let german = phrases("de-CH", "");
    let day = When {
        year: 2025,
        month: 3,
        day: 7,
    };
    assert_eq!(
        (german.date(day), german.number(12_345), german.number(1234)),
        ("7. März 2025".into(), "12.345".into(), "1234".into())
    );
    assert_eq!(
        german.count(word::REASON_SHARED, 1, &[("shared", "1")]),
        "beansprucht 1 von 1 Kompetenz"
    );
    let english = phrases("en-GB", "");
    assert_eq!(
        (english.date(day), english.number(12_345)),
        ("7 March 2025".into(), "12345".into())
    );
    let polish = phrases(
        "pl",
        "hours = { one = \"{count} godzina\", few = \"{count} godziny\", many = \"{count} godzin\", other = \"-\" }",
    );
    let hours: Vec<String> = [1, 2, 5, 22]
        .iter()
        .map(|&count| polish.count(word::HOURS, count, &[]))
        .collect();
    assert_eq!(hours, ["1 godzina", "2 godziny", "5 godzin", "22 godziny"]);
}

const STORY: &str =
    "-- content/stories/s.md --\n---\ntitle: T\nwhen: 2025-03\n---\n\n## Result\n\nWords.\n";

#[test]
fn the_settings_choose_the_language_and_replace_single_words() {
    let page = |settings: &str| {
        parse(&site(&format!("{STORY}-- site.toml --\n{settings}"))["stories/s.html"])
    };
    assert_eq!(
        page("language = \"de\"\n").texts_of_class("eyebrow"),
        ["Geschichte · März 2025"]
    );
    assert_eq!(
        page("language = \"de-AT\"\n[words]\nstory = \"Erlebnis\"\n").texts_of_class("eyebrow"),
        ["Erlebnis · März 2025"]
    );
    assert_eq!(
        page("language = \"nl\"\n").texts_of_class("eyebrow"),
        ["Story · March 2025"]
    );
}

#[test]
fn a_theme_adds_a_language_and_words_for_its_own_templates() {
    let theme = "-- themes/mine/words/nl.toml --\nstory = \"Verhaal\"\nmine = \"<Van {who}>\"\n-- themes/mine/templates/404.html --\n{% extends \"base.html\" %}{% block main %}<h1>{{ words.mine | fill(who=\"J & J\") }}</h1>{% endblock main %}\n-- site.toml --\ntheme = \"mine\"\nlanguage = \"nl\"\n";
    let made = site(&format!("{STORY}{theme}"));
    assert_eq!(
        parse(&made["stories/s.html"]).texts_of_class("eyebrow"),
        ["Verhaal · March 2025"]
    );
    assert_eq!(parse(&made["404.html"]).only("h1"), "<Van J & J>");
    assert!(
        check(&format!("{STORY}{theme}")).contains("warning[untranslated]"),
        "{}",
        check(&format!("{STORY}{theme}"))
    );
}

#[test]
fn words_of_the_settings_are_redacted() {
    let settings =
        "-- site.toml --\n[words]\nstory = \"Contoso\"\n[redact]\n\"Contoso\" = \"the customer\"\n";
    let text = STORY.replace("title: T", "title: T\naudience: team") + settings;
    assert_eq!(
        parse(&site_for(Audience::Team, &text)["stories/s.html"]).texts_of_class("eyebrow"),
        ["the customer · March 2025"]
    );
}

#[test]
fn an_english_site_needs_no_table_of_its_own() {
    assert_eq!(
        Tables::built_in().missing("en-GB", &Config::default().words),
        Vec::<&str>::new()
    );
    assert!(Tables::built_in().missing("nl", &Table::new()).len() > 100);
}

#[test]
fn pages_have_no_scripts_unless_a_theme_adds_one() {
    assert!(!site(STORY)["stories/s.html"].contains("<script"));
    let theme = "-- themes/default/templates/story.html --\n{% extends \"base.html\" %}{% block script %}<script src=\"{{ page.root }}static/a.js\"></script>{% endblock script %}\n";
    assert!(
        site(&format!("{STORY}{theme}"))["stories/s.html"]
            .contains("<script src=\"../static/a.js\"></script>\n</body>")
    );
}

#[test]
fn templates_can_compare_the_name_of_the_audience() {
    let theme = "-- themes/default/templates/questions.html --\n{% extends \"base.html\" %}{% block main %}{% if site.audience == \"private\" %}<i>me</i>{% endif %}{% for g in groups %}{{<question_rows list={g.questions} level={2} private={site.audience == \"private\"} />}}{% endfor %}{% endblock main %}\n-- content/questions/q.md --\n---\nquestion: Why?\n---\n";
    let page = parse(&site(&format!("{STORY}{theme}"))["questions.html"]);
    assert_eq!(
        (page.only("i"), page.texts("em")),
        ("me".to_owned(), vec!["no story yet".to_owned()])
    );
}
