//! The report about each mistake: `reports/NAME.site` is a site with it, and `reports/NAME.report`
//! is the report.
//!
//! The text before the first file of a site describes what its author did. A case that ends in
//! `.team` is built for the team, and one that ends in `.wiki` is published to the wiki of its
//! settings. If the environment variable `WRITE_REPORTS` is set, the tests rewrite the reports.
//! Review their diff.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{env, fs};

use common::{check, check_for, check_wiki};
use storybank::diagnostic::rules;
use storybank::model::Audience;

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/reports")
}

/// The names of the files with an extension in the folder, without the extension.
fn files_ending_in(ending: &str) -> BTreeMap<String, String> {
    let entries = fs::read_dir(folder())
        .expect("the folder is there")
        .map(|entry| entry.expect("it can be read").path());
    let named = entries.filter_map(|path| {
        Some((
            path.file_name()?.to_str()?.strip_suffix(ending)?.to_owned(),
            path,
        ))
    });
    named
        .map(|(name, path)| (name, fs::read_to_string(path).expect("it is text")))
        .collect()
}

fn report(name: &str, site: &str) -> String {
    match name.rsplit_once('.') {
        Some((_, "team")) => check_for(Audience::Team, site),
        Some((_, "wiki")) => check_wiki(site),
        _ => check(site),
    }
}

#[test]
fn reports_match_the_reviewed_ones() {
    let reports = files_ending_in(".report");
    let mut changed = Vec::new();
    for (name, site) in files_ending_in(".site") {
        let now = report(&name, &site);
        if reports.get(&name) != Some(&now) {
            if env::var_os("WRITE_REPORTS").is_some() {
                fs::write(folder().join(format!("{name}.report")), &now)
                    .expect("it can be written");
            }
            changed.push(format!("{name}.report should now be:\n{now}"));
        }
    }
    assert!(
        changed.is_empty(),
        "{}\nset WRITE_REPORTS to write them",
        changed.join("\n")
    );
}

#[test]
fn each_report_has_its_site() {
    let sites = files_ending_in(".site");
    let orphans: Vec<String> = files_ending_in(".report")
        .into_keys()
        .filter(|name| !sites.contains_key(name))
        .collect();
    assert_eq!(orphans, Vec::<String>::new());
}

#[test]
fn each_rule_has_a_case() {
    let reports: String = files_ending_in(".report").into_values().collect();
    // No file is known to cause a failure of the program.
    let rules = rules::ALL.iter().filter(|&&rule| rule != &rules::FAULT);
    let missing: Vec<&str> = rules
        .map(|rule| rule.name)
        .filter(|name| !reports.contains(&format!("[{name}]")))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

/// The messages of a report, without their rules.
fn messages(report: &str) -> impl Iterator<Item = &str> {
    report
        .lines()
        .filter(|line| line.starts_with("error[") || line.starts_with("warning["))
        .filter_map(|line| Some(line.split_once("]: ")?.1))
}

#[test]
fn messages_follow_the_style() {
    for (name, report) in files_ending_in(".report") {
        for message in messages(&report) {
            assert!(
                !message.ends_with('.') && !message.starts_with(char::is_uppercase),
                "{name}: {message}"
            );
        }
    }
}

/// Jargon of the libraries, which an author does not understand.
#[test]
fn messages_contain_no_jargon() {
    let jargon = [
        "found found",
        "mappingping",
        "u8",
        "unknown variant",
        "token",
        "missing field",
        "a sequence",
        "a string",
    ];
    for (name, report) in files_ending_in(".report") {
        for message in messages(&report) {
            assert!(
                !jargon.iter().any(|words| message.contains(words)),
                "{name}: {message}"
            );
        }
    }
}

/// A mistake is reported once: no two reports of a case have the same place.
#[test]
fn one_mistake_gives_one_report() {
    for (name, report) in files_ending_in(".report") {
        let places: Vec<&str> = report
            .lines()
            .filter_map(|line| line.trim_start().strip_prefix("--> "))
            .collect();
        let different: BTreeSet<&str> = places.iter().copied().collect();
        assert_eq!(places.len(), different.len(), "{name}: {places:?}");
    }
}

#[test]
fn two_variants_of_one_slug_are_reported() {
    let report = check(
        "-- content/stories/outage/index.md --\n---\ntitle: The outage\n---\n\
         -- content/stories/outage/As a failure.md --\n---\ntitle: One\n---\n\
         -- content/stories/outage/as-a-failure.md --\n---\ntitle: Two\n---\n",
    );
    assert!(
        report.contains("error[duplicate-slug]") && report.contains("1 error"),
        "{report}"
    );
}

#[test]
fn two_home_pages_are_reported() {
    let report = check("-- content/home.md --\nOne.\n-- content/index.md --\nTwo.\n");
    assert!(report.contains("error[duplicate-slug]"), "{report}");
}

#[test]
fn a_repeated_figure_is_reported() {
    let report = check(
        "-- content/stories/outage.md --\n---\ntitle: The outage\nfacts:\n  loss: 1 day\n  loss: 2 days\n---\n",
    );
    assert!(report.contains("`loss` is given twice"), "{report}");
}

/// Describes what a report lacks.
fn assert_says(report: &str, wanted: &[&str]) {
    let missing: Vec<&&str> = wanted
        .iter()
        .filter(|words| !report.contains(**words))
        .collect();
    assert!(missing.is_empty(), "{missing:?} is not in\n{report}");
}

#[test]
fn the_second_mistake_in_a_list_has_its_own_place() {
    let report = check(
        "-- content/case-studies/naming.md --\n---\ntitle: The naming rule\nactions:\n  - { what: a, due: never }\n  - { what: b, due: 2025 }\n  - { what: c, due: soon }\n---\n",
    );
    assert_says(
        &report,
        &["naming.md:4:21", "`actions[2].due`", "naming.md:6:21"],
    );
}

#[test]
fn every_mistake_in_the_settings_is_reported() {
    let report = check(
        "-- site.toml --\ntitel = \"a\"\nwords-per-minute = \"fast\"\n\n[redact]\n\"a\" = 3\n\n[colours]\nred = 1\n",
    );
    assert_says(
        &report,
        &[
            "`titel`",
            "site.toml:2:20",
            "site.toml:5:7",
            "`colours`",
            "4 errors",
        ],
    );
}

#[test]
fn a_file_without_a_question_is_reported() {
    assert_says(
        &check("-- content/questions/hardest.md --\n---\ncompetencies: []\n---\n\nSay why.\n"),
        &["content/questions/hardest.md:", "question"],
    );
}

#[test]
fn names_that_redaction_makes_equal_are_explained() {
    let report = check_for(
        Audience::Team,
        "-- site.toml --\n[redact]\n\"Contoso\" = \"they\"\n\"Fabrikam\" = \"they\"\n-- content/case-studies/contoso.md --\n---\ntitle: a\n---\n-- content/case-studies/fabrikam.md --\n---\ntitle: b\n---\n",
    );
    assert_says(&report, &["[redact]"]);
}

#[test]
fn a_repeated_name_is_not_put_down_to_redaction() {
    let report = check_for(
        Audience::Team,
        "-- content/questions/sheet.md --\n---\naudience: team\n---\n\n## Teamwork\n\n## Teamwork\n",
    );
    assert_says(&report, &["the question `teamwork` exists twice"]);
    assert_eq!(report.matches("error[").count(), 1, "{report}");
}

#[test]
fn follow_ups_of_two_stories_with_one_address_are_reported() {
    let story = |path: &str, question: &str| {
        format!(
            "-- content/stories/{path}/index.md --\n---\ntitle: {path}\n---\n-- content/stories/{path}/v.md --\n## Follow-ups\n\n### {question}\n\nSo.\n"
        )
    };
    let report = check(&(story("a", "B c") + &story("a-b", "C")));
    assert_says(
        &report,
        &[
            "error[duplicate-slug]: the question `a-b-c` exists twice",
            "content/stories/a-b/v.md:3:1",
            "content/stories/a/v.md:3:1",
        ],
    );
}

#[test]
fn a_singular_folder_name_suggests_the_plural() {
    for (singular, plural) in [
        ("story", "stories"),
        ("question", "questions"),
        ("case-study", "case-studies"),
        ("competency", "competencies"),
        ("Stories", "stories"),
    ] {
        let report = check(&format!(
            "-- content/{singular}/outage.md --\n---\ntitle: The outage\n---\n"
        ));
        assert_says(
            &report,
            &[&format!("did you mean the folder `content/{plural}`?")],
        );
    }
}

#[test]
fn a_wrong_path_suggests_only_similar_ones() {
    let report = check("-- content/stories/outage.md --\n---\ntitle: a\n---\n\n[b](sheet.md)\n");
    assert!(!report.contains("did you mean"), "{report}");
}

#[test]
fn a_remote_picture_in_html_is_reported() {
    assert_says(
        &check(
            "-- content/stories/outage.md --\n---\ntitle: a\n---\n\n<img src=\"https://example.org/a.png\" alt=\"b\">\n",
        ),
        &["warning[dropped-html]", "`<img>`"],
    );
}
