//! Pages on a real MediaWiki: what it shows is what was meant, nobody's change is lost, and the same text makes no new version.

#[path = "common/engine.rs"]
mod engine;
#[path = "mediawiki/flat.rs"]
mod flat;
#[path = "common/hostile.rs"]
mod hostile;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/html.rs"]
mod html;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;

use engine::{Engine, free_port, installed};
use program::Folder;
use serde_json::Value;
use storybank::audience::Withheld;
use storybank::highlight::Highlighter;
use storybank::plan::{Digest, Recorded, Standing};
use storybank::publish::{Client, Credential, Error, Mediawiki, Pictures, Request, Secret, Sought, Wiki, Write};
use storybank::slug::Slug;
use storybank::source::SitePath;
use storybank::wiki::page::{Block, Case, Inline, Page};
use storybank::wiki::{self, Dialect, Written};

const BOT: (&str, &str) = ("Admin@publisher", "0123456789abcdef0123456789abcdef");
const COLLEAGUE: (&str, &str) = ("Editor@hand", "abcdef0123456789abcdef0123456789");

/// A wiki of its own for a test.
struct Running {
    engine: Engine,
    folder: Folder,
    program: PathBuf,
}

impl Running {
    fn start() -> Self {
        Self::start_with("")
    }

    /// A wiki with settings beyond the usual, in PHP.
    fn start_with(settings: &str) -> Self {
        let installed = installed("mediawiki");
        let folder = Folder::new();
        for (name, bytes) in program::tree(&installed.join("data")) {
            let path = folder.join(&name);
            if installed.join("data").join(&name).is_dir() {
                fs::create_dir_all(path).expect("it can be made");
            } else {
                fs::write(path, bytes).expect("it can be written");
            }
        }
        let own = folder.join("LocalSettings.php");
        let usual = fs::read_to_string(&own).expect("it was copied");
        fs::write(own, format!("{usual}\n{settings}\n")).expect("it can be written");
        let port = free_port();
        let program = installed.join("program");
        let mut command = Self::php(&folder, port);
        command.args(["-S", &format!("127.0.0.1:{port}"), "-t"]).arg(&program);
        let engine = Engine::start(command, port, folder.path());
        Self { engine, folder, program }
    }

    fn php(folder: &Folder, port: u16) -> Command {
        let mut command = Command::new("php");
        command.args(["-d", "opcache.enable=1", "-d", "opcache.validate_timestamps=0", "-d", "display_errors=0"]);
        command.env("STORYBANK_TEST_WIKI", folder.path()).env("MW_CONFIG_FILE", folder.join("LocalSettings.php"));
        command.env("STORYBANK_TEST_ADDRESS", format!("http://127.0.0.1:{port}"));
        command
    }

    /// Somebody at the machine of the wiki, with its own scripts.
    fn by_hand(&self, script: &str, arguments: &[&str], input: &str) {
        let port = self.engine.url.rsplit(':').next().and_then(|port| port.parse().ok()).expect("it ends in a port");
        let mut command = Self::php(&self.folder, port);
        command.arg(self.program.join("maintenance").join(script)).args(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("php can be started");
        child.stdin.take().expect("it is piped").write_all(input.as_bytes()).expect("it reads");
        assert!(child.wait().expect("it ends").success(), "{script} {arguments:?}");
    }

    /// A person changes a page.
    fn edit(&self, title: &str, text: &str) {
        self.by_hand("edit.php", &["--user", "Editor", "--summary", "by hand", title], text);
    }

    fn wiki(&self, (user, password): (&str, &str)) -> Mediawiki {
        Mediawiki::new(Arc::new(Withheld::default()), &self.engine.url, user, Secret::new(password))
    }

    fn get(&self, query: &str) -> Value {
        let request = Request::new("GET", format!("{}/api.php?format=json&formatversion=2&{query}", self.engine.url));
        reader().expect("read", &request).expect("the wiki answers").json()
    }

    /// A page as the wiki shows it.
    fn shown(&self, title: &str) -> html::Page {
        let title = encoded(title);
        let json = self.get(&format!("action=parse&prop=text&disablelimitreport=1&disableeditsection=1&page={title}"));
        html::parse(json["parse"]["text"].as_str().unwrap_or_else(|| panic!("{json}")))
    }

    /// What a text would be shown as, signatures and the like done as they are when it is kept.
    fn rendered(&self, text: &str) -> html::Page {
        let fields = [
            ("action", "parse"),
            ("contentmodel", "wikitext"),
            ("prop", "text"),
            ("disablelimitreport", "1"),
            ("disableeditsection", "1"),
            ("pst", "1"),
            ("format", "json"),
            ("formatversion", "2"),
            ("text", text),
        ];
        let request = Request::new("POST", format!("{}/api.php", self.engine.url)).form(&fields);
        let json = reader().expect("render", &request).expect("the wiki answers").json();
        html::parse(json["parse"]["text"].as_str().unwrap_or_else(|| panic!("{json}")))
    }

    fn source(&self, title: &str) -> String {
        let json = self.get(&format!("action=query&prop=revisions&rvprop=content&rvslots=main&titles={}", encoded(title)));
        json["query"]["pages"][0]["revisions"][0]["slots"]["main"]["content"].as_str().unwrap_or_default().to_owned()
    }

    fn versions(&self, title: &str) -> usize {
        let json = self.get(&format!("action=query&prop=revisions&rvprop=ids&rvlimit=50&titles={}", encoded(title)));
        json["query"]["pages"][0]["revisions"].as_array().map_or(0, Vec::len)
    }
}

fn reader() -> Client {
    Client::new(Credential::None, Arc::new(Withheld::default()))
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn written(cases: &[Case], place: &str) -> Vec<Written> {
    let (pages, diagnostics) = wiki::write(Dialect::Mediawiki, place, cases, &BTreeMap::new(), &Highlighter::default());
    let said: Vec<&String> = diagnostics.iter().map(|diagnostic| &diagnostic.message).collect();
    assert!(said.is_empty(), "{said:?}");
    pages
}

fn case(title: &str, blocks: Vec<Block>) -> Case {
    let page = Page { blocks, ..Page::default() };
    let file = SitePath::new("content/case-studies/case.md");
    Case { slug: Slug::of(title), file, title: title.to_owned(), language: "en".to_owned(), page }
}

fn words(text: &str) -> Block {
    Block::Paragraph(vec![Inline::Text(text.to_owned())])
}

/// A page of a few lines, so that changes in different lines do not touch.
fn lines(title: &str, lines: &[&str]) -> Written {
    written(&[case(title, lines.iter().map(|line| words(line)).collect())], "").remove(0)
}

fn look(wiki: &mut Mediawiki, page: &Written) -> Option<Standing> {
    let sought = Sought { name: &page.name, recorded: None, attachments: &page.attachments };
    wiki.look(&[sought]).expect("it can be looked at").remove(0)
}

fn write(wiki: &mut Mediawiki, page: &Written, over: Option<&Standing>, pictures: &Pictures) -> Result<String, Error> {
    wiki.write(&Write { page, over, pictures, message: "0123 published with storybank" })
}

fn publish(wiki: &mut Mediawiki, page: &Written) -> Standing {
    let over = look(wiki, page);
    write(wiki, page, over.as_ref(), &Pictures::new()).expect("it can be written");
    look(wiki, page).expect("it is there")
}

#[test]
fn hostile_words_are_shown_as_they_are() {
    let running = Running::start();
    let mut wiki = running.wiki(BOT);
    let case = hostile::case();
    let page = written(std::slice::from_ref(&case), "").remove(0);
    let standing = publish(&mut wiki, &page);
    assert_eq!(standing.digest, Some(Digest::of(&page.text)));
    let shown = flat::of_html(&running.shown(&page.name.path));
    flat::assert_same(&shown, &flat::of_case(&case, &|_| String::new()), &page.text);
}
