//! The schemas for editors agree with what the program reads.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use boon::{Compiler, Schemas};
use serde_json::{Value, json};
use storybank::config;
use storybank::diagnostic::Diagnostic;
use storybank::parse::{FrontMatter, parse, schema};
use storybank::source::SitePath;

/// The errors of a value, or nothing.
fn mistakes(schema: &Value, value: &Value) -> Option<String> {
    let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
    compiler
        .add_resource("schema.json", schema.clone())
        .expect("it is a schema");
    let index = compiler
        .compile("schema.json", &mut schemas)
        .unwrap_or_else(|error| panic!("{error:#}\n{schema:#}"));
    let found = schemas.validate(value, index).err()?;
    Some(format!("{found:#}"))
}

fn yaml(text: &str) -> Value {
    let value: Option<Value> =
        serde_yaml::from_str(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    value.unwrap_or_else(|| json!({}))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The kind of a file in `content`, by its path from there.
fn kind_of(path: &str) -> FrontMatter {
    match path.split('/').collect::<Vec<_>>().as_slice() {
        ["home.md"] => FrontMatter::Home,
        ["stories", _, name] if *name != "index.md" => FrontMatter::Variant,
        ["stories", ..] => FrontMatter::Story,
        ["questions", ..] => FrontMatter::Question,
        ["case-studies", ..] => FrontMatter::CaseStudy,
        ["competencies", ..] => FrontMatter::Competency,
        ["interviews", ..] => FrontMatter::Interview,
        _ => panic!("{path}"),
    }
}

/// A path for a file of a kind.
fn path_for(kind: FrontMatter) -> SitePath {
    SitePath::new(match kind {
        FrontMatter::Story => "content/stories/x/index.md",
        FrontMatter::Variant => "content/stories/x/y.md",
        FrontMatter::Question => "content/questions/x.md",
        FrontMatter::CaseStudy => "content/case-studies/x.md",
        FrontMatter::Competency => "content/competencies/x.md",
        FrontMatter::Interview => "content/interviews/x.md",
        FrontMatter::Home => "content/home.md",
    })
}

/// Checks the front matter of every file below a folder, and returns how many have any.
fn check_content(content: &Path) -> usize {
    let mut count = 0;
    for entry in walkdir::WalkDir::new(content) {
        let path = entry.expect("it can be read").into_path();
        if path.extension().is_none_or(|ending| ending != "md") {
            continue;
        }
        let name = path
            .strip_prefix(content)
            .expect("it is below")
            .to_string_lossy();
        let text = read(&path);
        let front_matter = text
            .strip_prefix("---\n")
            .and_then(|rest| rest.split_once("\n---"));
        let Some((front_matter, _)) = front_matter else {
            continue;
        };
        let found = mistakes(&schema(kind_of(&name)), &yaml(front_matter));
        assert_eq!(found, None, "{}", path.display());
        count += 1;
    }
    count
}

#[test]
fn every_file_of_the_repository_is_valid() {
    for (site, least) in [
        ("", 50),
        ("src/commands/sample", 50),
        ("src/commands/starter", 30),
    ] {
        let site = root().join(site);
        let count = check_content(&site.join("content"));
        assert!(count > least, "{}: {count}", site.display());
        let settings: Value = toml::from_str(&read(&site.join("site.toml"))).expect("it is TOML");
        assert_eq!(mistakes(&config::schema(), &settings), None);
    }
}

/// The examples of a language in docs/format.md, each with its heading of the second level.
fn examples(language: &str) -> Vec<(String, String)> {
    let text = read(&root().join("docs/format.md"));
    let mut found = Vec::new();
    for section in text.split("\n## ").skip(1) {
        let heading = section.lines().next().unwrap_or_default().to_owned();
        let fence = format!("```{language}\n");
        for block in section.split(&fence).skip(1) {
            let block = block.split("\n```").next().unwrap_or_default();
            found.push((heading.clone(), block.to_owned()));
        }
    }
    found
}

#[test]
fn every_example_of_the_docs_is_valid() {
    let mut kinds = BTreeSet::new();
    for (heading, example) in examples("yaml") {
        let kind = match heading.split(':').next().unwrap_or_default() {
            "Story" => FrontMatter::Story,
            "Variant" => FrontMatter::Variant,
            "Question" => FrontMatter::Question,
            "Case study" => FrontMatter::CaseStudy,
            "Competency" => FrontMatter::Competency,
            "Interview" => FrontMatter::Interview,
            other => panic!("{other}"),
        };
        assert_eq!(mistakes(&schema(kind), &yaml(&example)), None, "{example}");
        kinds.insert(kind.name());
    }
    assert_eq!(kinds.len(), FrontMatter::ALL.len() - 1, "{kinds:?}");
    let settings = examples("toml");
    assert!(!settings.is_empty());
    for (_, example) in settings {
        let value: Value = toml::from_str(&example).expect("it is TOML");
        assert_eq!(mistakes(&config::schema(), &value), None, "{example}");
    }
}

/// Front matter with what the program says of it.
const CASES: &[(FrontMatter, &str, bool)] = &[
    (FrontMatter::Story, "titel: x", false),
    (FrontMatter::Story, "title: 2025", true),
    (FrontMatter::Story, "title:", true),
    (FrontMatter::Story, "title: [x]", false),
    (FrontMatter::Story, "when: 2025", true),
    (FrontMatter::Story, "when: 2025-03", true),
    (FrontMatter::Story, "when: in spring", false),
    (FrontMatter::Story, "competencies: ownership", true),
    (FrontMatter::Story, "competencies:", true),
    (FrontMatter::Story, "competencies: { a: b }", false),
    (
        FrontMatter::Story,
        "answers: [a, { question: b, open: c }]",
        true,
    ),
    (FrontMatter::Story, "answers: { question: b }", true),
    (FrontMatter::Story, "answers: [{ open: c }]", false),
    (
        FrontMatter::Story,
        "answers: [{ question: b, opens: c }]",
        false,
    ),
    (FrontMatter::Story, "strength: 5", true),
    (FrontMatter::Story, "strength: 6", false),
    (FrontMatter::Story, "strength: high", false),
    (FrontMatter::Story, "status: raedy", false),
    (FrontMatter::Story, "audience: everybody", false),
    (FrontMatter::Story, "length: 1m30s", true),
    (FrontMatter::Story, "length: long", false),
    (
        FrontMatter::Story,
        "facts: { a: 1.10, b: { value: 2, source: c } }",
        true,
    ),
    (FrontMatter::Story, "facts: { b: { source: c } }", false),
    (FrontMatter::Story, "facts: [a]", false),
    (
        FrontMatter::Story,
        "told: [{ interview: a, went: well }]",
        true,
    ),
    (FrontMatter::Story, "told: [{ on: 2025, to: x }]", true),
    (FrontMatter::Story, "told: [{ to: x }]", false),
    (
        FrontMatter::Story,
        "told: [{ on: 2025, went: great }]",
        false,
    ),
    (FrontMatter::Variant, "by: a program\ninherit: false", true),
    (FrontMatter::Variant, "inherit: maybe", false),
    (FrontMatter::Variant, "facts: { a: b }", false),
    (
        FrontMatter::Question,
        "question: What?\nasked: [{ interview: a }]",
        true,
    ),
    (
        FrontMatter::Question,
        "question: What?\nasked: [{ by: a }]",
        false,
    ),
    (
        FrontMatter::Question,
        "question: What?\nanswers: [a]",
        false,
    ),
    (FrontMatter::CaseStudy, "started: 2024-02-06T02:10Z", true),
    (FrontMatter::CaseStudy, "started: 2024-02-06T02:10", false),
    (FrontMatter::CaseStudy, "severity: 0", false),
    (
        FrontMatter::CaseStudy,
        "actions: [{ what: x, status: done }]",
        true,
    ),
    (FrontMatter::CaseStudy, "actions: [{ owner: x }]", false),
    (
        FrontMatter::Competency,
        "frameworks: { amazon: [Ownership], google: Lead }",
        true,
    ),
    (FrontMatter::Competency, "frameworks: [amazon]", false),
    (
        FrontMatter::Interview,
        "company: x\npeople: [a, b]\nframework: amazon",
        true,
    ),
    (
        FrontMatter::Interview,
        "company: x\naudience: private",
        true,
    ),
    (FrontMatter::Interview, "company: x\naudience: team", false),
    (FrontMatter::Home, "title: x", true),
    (FrontMatter::Home, "answers: [x]", false),
];

#[test]
fn a_schema_accepts_what_the_program_accepts() {
    for &(kind, front_matter, is_valid) in CASES {
        let text = format!("---\n{front_matter}\n---\n\nSome words.\n");
        let found = parse(&path_for(kind), text.as_bytes()).diagnostics;
        // The text of a question without one is another mistake.
        let errors = found
            .iter()
            .filter(|found| found.rule.name != "missing-field" || found.span.end > 0);
        let errors: Vec<&Diagnostic> = errors.filter(|found| found.is_error()).collect();
        assert_eq!(errors.is_empty(), is_valid, "{front_matter}: {errors:?}");
        let mistake = mistakes(&schema(kind), &yaml(front_matter));
        assert_eq!(mistake.is_none(), is_valid, "{front_matter}: {mistake:?}");
    }
}

#[test]
fn an_unknown_setting_is_a_mistake() {
    let mistake = |text: &str| {
        let value: Value = toml::from_str(text).expect("it is TOML");
        let (_, found) = config::parse(text);
        assert_eq!(
            mistakes(&config::schema(), &value).is_some(),
            !found.is_empty(),
            "{text}: {found:?}"
        );
        !found.is_empty()
    };
    for text in [
        "titel = \"x\"",
        "[preview]\neditr = \"x\"",
        "words-per-minute = 5",
        "length = \"long\"",
        "[audience]\nbuild = \"all\"",
        "[wiki.a]\nknd = \"folder\"",
    ] {
        assert!(mistake(text), "{text}");
    }
    for text in [
        "title = \"x\"",
        "[redact]\n\"a b\" = \"c\"",
        "length = \"90s\"",
        "[words]\nthey_will_ask_next = \"x\"",
    ] {
        assert!(!mistake(text), "{text}");
    }
}

#[test]
fn every_field_is_described() {
    fn check(place: &str, schema: &Value) {
        let fields = schema["properties"].as_object().into_iter().flatten();
        for (name, field) in fields {
            let words = field["description"].as_str().unwrap_or_default();
            assert!(!words.is_empty(), "{place}: {name}");
            assert!(!words.contains("[`"), "{place}: {name}: {words}");
        }
        for (name, definition) in schema["definitions"].as_object().into_iter().flatten() {
            check(&format!("{place}/{name}"), definition);
        }
    }
    for kind in FrontMatter::ALL {
        check(kind.name(), &schema(kind));
    }
    check("site", &config::schema());
}
