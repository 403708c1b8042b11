//! Publishing into a folder, as somebody does it who runs the program: what is withdrawn, what is no setting, what is not in the folder.

#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::process::Output;

use program::{Folder, run, storybank, words};

const CASE: &str = "---\ntitle: Reminders sent twice\naudience: team\n---\n\n## Impact\n\nA second letter.\n";
const PLACE: &str = "content/case-studies/reminders.md";

/// A site with a case study and these settings of its wiki.
fn site(settings: &str) -> Folder {
    let folder = Folder::new();
    let wiki = format!("[wiki.w]\n{settings}\n");
    folder.write(&BTreeMap::from([("site.toml".to_owned(), wiki.into_bytes()), (PLACE.to_owned(), CASE.as_bytes().to_vec())]));
    folder
}

fn publish(site: &Folder, more: &[&str]) -> Output {
    let mut command = storybank(["publish", "w"]);
    command.arg("--root").arg(site.path()).args(more);
    run(command)
}

#[test]
fn the_last_case_study_can_be_withdrawn() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    let page = site.join("out/reminders-sent-twice.md");
    assert!(publish(&site, &[]).status.success());
    fs::remove_file(site.join(PLACE)).expect("it is there");
    let left = publish(&site, &[]);
    assert!(left.status.success() && words(&left).contains("`--prune` deletes it") && page.exists(), "{}", words(&left));
    let text = fs::read_to_string(&page).expect("it is there");
    fs::write(&page, format!("{text}\nSomebody was here.\n")).expect("it can be written");
    let refused = publish(&site, &["--prune"]);
    let advice = "delete it all the same with `--prune --force reminders`";
    assert!(refused.status.code() == Some(1) && words(&refused).contains(advice) && page.exists(), "{}", words(&refused));
    let forced = publish(&site, &["--prune", "--force", "reminders"]);
    assert!(forced.status.success() && !page.exists(), "{}", words(&forced));
    let nothing = words(&publish(&site, &[]));
    assert!(nothing.contains("there is no case study for the audience `team`"), "{nothing}");
}

#[test]
fn a_page_is_forced_by_the_name_of_its_file() {
    let site = site("kind = \"folder\"\nfolder = \"out\"\n[redact]\nNorthwind = \"the customer\"");
    fs::rename(site.join(PLACE), site.join("content/case-studies/northwind-outage.md")).expect("it is there");
    assert!(publish(&site, &[]).status.success());
    for name in ["northwind-outage", "content/case-studies/northwind-outage.md", "the-customer-outage"] {
        fs::write(site.join("out/reminders-sent-twice.md"), "Somebody was here.").expect("it can be written");
        let output = publish(&site, &["--force", name]);
        assert!(output.status.success(), "{name}: {}", words(&output));
    }
    let output = publish(&site, &["--force", "northwind"]);
    assert!(output.status.code() == Some(2) && words(&output).contains("names no case study"), "{}", words(&output));
}

#[test]
fn ends_of_lines_are_no_difference() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    assert!(publish(&site, &[]).status.success());
    let page = site.join("out/reminders-sent-twice.md");
    let text = fs::read_to_string(&page).expect("it is there");
    fs::write(&page, format!("{}\r\nx", text.trim_end().replace('\n', "\r\n"))).expect("it can be written");
    let said = words(&publish(&site, &[]));
    assert!(said.contains("    - x\n") && !said.contains("    + "), "{said}");
}

#[test]
fn a_record_leads_to_nothing_outside_of_the_folder() {
    let site = site("kind = \"folder\"\nfolder = \"out\"");
    fs::write(site.join("mine.md"), "mine").expect("it can be written");
    let page = r#"{"case":"x","path":"../mine.md","title":"T","id":"","written":null,"attachments":[]}"#;
    fs::create_dir(site.join(".published")).expect("it can be made");
    fs::write(site.join(".published/w.json"), format!("{{\"pages\":[{page}]}}")).expect("it can be written");
    let output = publish(&site, &["--prune", "--force", "x"]);
    assert!(output.status.code() == Some(2) && words(&output).contains("it is not in this folder"), "{}", words(&output));
    assert!(site.join("mine.md").exists());
}

#[test]
fn settings_that_say_nothing_to_a_kind_of_wiki_are_mistakes() {
    let cases = [
        ("kind = \"folder\"\nfolder = \"content/x\"", "`content/x` is a folder of the site itself"),
        ("kind = \"folder\"\nfolder = \"./themes\"", "`./themes` is a folder of the site itself"),
        ("kind = \"folder\"\nfolder = \"out\"\naddress = \"https://example.org\"", "`folder` knows no `address`"),
        ("kind = \"gitlab\"\nrepository = \"r\"\nparent = \"cases\"", "`gitlab` knows no `parent`"),
        ("kind = \"github\"\nrepository = \"r\"\nfolder = \"cases\"", "`github` knows no `folder`"),
        ("kind = \"azure-devops\"\nrepository = \"r\"\nwiki = \"w\"", "`azure-devops` knows no `wiki` beside `repository`"),
        ("kind = \"azure-devops\"\naddress = \"https://example.org\"\nwiki = \"w\"\nsidebar = false", "no `sidebar` beside `address`"),
        ("kind = \"mediawiki\"\naddress = \"https://example.org\"\nuser = \"u\"\nparent = \"Cases\"", "`Cases` would run into the titles"),
    ];
    for (settings, expected) in cases {
        // A head that stands in a comment is none.
        let output = publish(&site(&format!("{settings}\n# [wiki.w]")), &["--dry-run"]);
        let said = words(&output);
        assert!(output.status.code() == Some(1) && said.contains(expected) && !said.contains("site.toml:1:1"), "{settings}: {said}");
    }
}
