//! Pages on a real MediaWiki: it shows what was published, no change of others is lost, and the
//! same text makes no new revision.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
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
#[path = "common/own_case.rs"]
mod own_case;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/small_site.rs"]
mod small_site;
#[path = "common/real_wiki.rs"]
mod real_wiki;
#[path = "common/tree.rs"]
mod tree;

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use common::seed;
use engine::{Engine, free_port, installed};
use program::Folder;
use proptest::prelude::*;
use proptest::test_runner::TestRunner;
use real_wiki::{recorded, reviewed, write};
use serde_json::Value;
use small_site::SmallSite;
use storybank::audience::Withheld;
use storybank::diagnostic::{Diagnostic, Level};
use storybank::highlight::Highlighter;
use storybank::markdown::Alignment;
use storybank::plan::{self, Digest, RemotePage};
use storybank::publish::{
    self, Client, Credential, Error, Lookup, Mediawiki, Pictures, Request, Secret, Wiki,
};
use storybank::slug::Slug;
use storybank::wiki::page::{
    ActionEntry, Block, Callout, Case, Inline, Item, LinkTo, List, Page, Style, Table,
};
use storybank::wiki::{self, Dialect, RenderedPage};
use tree::{heading, heading_of, link, paragraph, text};

const BOT: (&str, &str) = ("Admin@publisher", "0123456789abcdef0123456789abcdef");
const COLLEAGUE: (&str, &str) = ("Editor@hand", "abcdef0123456789abcdef0123456789");

/// A wiki for one test.
struct Running {
    engine: Engine,
    folder: Folder,
    program: PathBuf,
}

impl Running {
    fn start() -> Self {
        Self::start_with("")
    }

    /// A wiki with additional settings in PHP.
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
        command
            .args(["-S", &format!("127.0.0.1:{port}"), "-t"])
            .arg(&program);
        let engine = Engine::start(command, port, folder.path());
        Self {
            engine,
            folder,
            program,
        }
    }

    fn php(folder: &Folder, port: u16) -> Command {
        let mut command = Command::new("php");
        command.args([
            "-d",
            "opcache.enable=1",
            "-d",
            "opcache.validate_timestamps=0",
            "-d",
            "display_errors=0",
        ]);
        command
            .env("STORYBANK_TEST_WIKI", folder.path())
            .env("MW_CONFIG_FILE", folder.join("LocalSettings.php"));
        command.env("STORYBANK_TEST_ADDRESS", format!("http://127.0.0.1:{port}"));
        command
    }

    /// Runs a maintenance script of the wiki.
    fn by_hand(&self, script: &str, arguments: &[&str], input: &str) {
        let port = self
            .engine
            .url
            .rsplit(':')
            .next()
            .and_then(|port| port.parse().ok())
            .expect("it ends in a port");
        let mut command = Self::php(&self.folder, port);
        command
            .arg(self.program.join("maintenance").join(script))
            .args(arguments);
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .expect("php can be started");
        child
            .stdin
            .take()
            .expect("it is piped")
            .write_all(input.as_bytes())
            .expect("it reads");
        assert!(
            child.wait().expect("it ends").success(),
            "{script} {arguments:?}"
        );
    }

    /// A person changes a page.
    fn edit(&self, title: &str, text: &str) {
        self.by_hand(
            "edit.php",
            &["--user", "Editor", "--summary", "by hand", title],
            text,
        );
    }

    fn wiki(&self, (user, password): (&str, &str)) -> Mediawiki {
        Mediawiki::new(
            Arc::new(Withheld::default()),
            &self.engine.url,
            user,
            Secret::new(password),
        )
    }

    fn get(&self, query: &str) -> Value {
        let request = Request::new(
            "GET",
            format!(
                "{}/api.php?format=json&formatversion=2&{query}",
                self.engine.url
            ),
        );
        reader()
            .expect("read", &request)
            .expect("the wiki answers")
            .json()
    }

    /// A page as the wiki shows it.
    fn shown(&self, title: &str) -> html::Page {
        let title = encoded(title);
        let json = self.get(&format!(
            "action=parse&prop=text&disablelimitreport=1&disableeditsection=1&page={title}"
        ));
        html::parse(
            json["parse"]["text"]
                .as_str()
                .unwrap_or_else(|| panic!("{json}")),
        )
    }

    /// How the wiki would show a text after saving it, with signatures expanded.
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
        let json = reader()
            .expect("render", &request)
            .expect("the wiki answers")
            .json();
        html::parse(
            json["parse"]["text"]
                .as_str()
                .unwrap_or_else(|| panic!("{json}")),
        )
    }

    fn source(&self, title: &str) -> String {
        let json = self.get(&format!(
            "action=query&prop=revisions&rvprop=content&rvslots=main&titles={}",
            encoded(title)
        ));
        json["query"]["pages"][0]["revisions"][0]["slots"]["main"]["content"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    fn versions(&self, title: &str) -> usize {
        let json = self.get(&format!(
            "action=query&prop=revisions&rvprop=ids&rvlimit=50&titles={}",
            encoded(title)
        ));
        json["query"]["pages"][0]["revisions"]
            .as_array()
            .map_or(0, Vec::len)
    }
}

fn reader() -> Client {
    Client::new(Credential::None, Arc::new(Withheld::default()))
}

fn encoded(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

fn written(cases: &[Case], place: &str) -> Vec<RenderedPage> {
    let (pages, diagnostics) = wiki::write(
        Dialect::Mediawiki,
        place,
        cases,
        &BTreeMap::new(),
        &Highlighter::default(),
    );
    let errors = diagnostics
        .iter()
        .filter(|diagnostic| diagnostic.rule.level == Level::Error);
    let said: Vec<&String> = errors.map(|diagnostic| &diagnostic.message).collect();
    assert!(said.is_empty(), "{said:?}");
    pages
}

fn case(title: &str, blocks: Vec<Block>) -> Case {
    let page = Page {
        blocks,
        ..Page::default()
    };
    tree::case(title, title, page)
}

/// A page of a few lines, so that changes in different lines do not touch.
fn lines(title: &str, lines: &[&str]) -> RenderedPage {
    written(
        &[case(
            title,
            lines.iter().map(|line| paragraph(line)).collect(),
        )],
        "",
    )
    .remove(0)
}

fn look(wiki: &mut Mediawiki, page: &RenderedPage) -> Option<RemotePage> {
    real_wiki::look(wiki, page).expect("it can be looked up")
}

fn publish(wiki: &mut Mediawiki, page: &RenderedPage) -> RemotePage {
    let over = look(wiki, page);
    write(wiki, page, over.as_ref(), &Pictures::new()).expect("it can be written");
    look(wiki, page).expect("it is there")
}

#[test]
fn hostile_words_are_shown_unchanged() {
    let running = Running::start();
    let mut wiki = running.wiki(BOT);
    let case = hostile::case();
    let page = written(std::slice::from_ref(&case), "").remove(0);
    let standing = publish(&mut wiki, &page);
    assert_eq!(standing.digest, Some(Digest::of(&page.text)));
    let shown = flat::of_html(&running.shown(&page.location.path));
    flat::assert_same(
        &shown,
        &flat::of_case(&case, &|_| String::new()),
        &page.text,
    );
}

/// The smallest picture of a colour.
fn picture(colour: [u8; 3]) -> Arc<[u8]> {
    fn chunk(name: &[u8], data: &[u8], out: &mut Vec<u8>) {
        let mut checked = name.to_vec();
        checked.extend_from_slice(data);
        out.extend_from_slice(
            &u32::try_from(data.len())
                .expect("it is small")
                .to_be_bytes(),
        );
        out.extend_from_slice(&checked);
        let crc = checked.iter().fold(!0_u32, |crc, byte| {
            (0..8).fold(crc ^ u32::from(*byte), |crc, _| {
                if crc & 1 == 1 {
                    crc >> 1 ^ 0xedb8_8320
                } else {
                    crc >> 1
                }
            })
        });
        out.extend_from_slice(&(!crc).to_be_bytes());
    }
    let mut out = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(b"IHDR", &[0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0], &mut out);
    // One line of one pixel, not compressed.
    let line = [0, colour[0], colour[1], colour[2]];
    let (low, high) = line.iter().fold((1_u32, 0_u32), |(low, high), byte| {
        (low + u32::from(*byte), high + low + u32::from(*byte))
    });
    let mut data = vec![0x78, 1, 1, 4, 0, 0xfb, 0xff];
    data.extend_from_slice(&line);
    data.extend_from_slice(&(high << 16 | low).to_be_bytes());
    chunk(b"IDAT", &data, &mut out);
    chunk(b"IEND", &[], &mut out);
    out.into()
}

fn shot(alt: &str, title: &str) -> Inline {
    Inline::Picture {
        name: "0a1b.png".to_owned(),
        alt: alt.to_owned(),
        title: title.to_owned(),
    }
}

/// Two pages with all constructs, also nested, that link to each other.
fn everything() -> [Case; 2] {
    let outside =
        || LinkTo::External("https://example.org/a__b?c=d&copy=1#x[y]'z'~~~~!!".to_owned());
    let other = |heading: &str| LinkTo::Page {
        case: Slug::of("The other | page: C#"),
        heading: heading.to_owned(),
    };
    let styles = [
        Style::Emphasis,
        Style::Strong,
        Style::Strikethrough,
        Style::Subscript,
        Style::Superscript,
        Style::Keyboard,
        Style::Highlight,
        Style::Underline,
    ];
    let styled = styles
        .iter()
        .map(|&style| Inline::Styled(style, vec![text("it's ")]));
    let nested = Inline::Styled(
        Style::Strong,
        vec![
            text("a'"),
            Inline::Styled(Style::Emphasis, vec![text("'b'")]),
            Inline::Styled(Style::Strong, vec![text("c")]),
            text("'d"),
        ],
    );
    let item = |done, blocks| Item { done, blocks };
    let code = |language: &str, text: &str| Block::Code {
        language: language.to_owned(),
        text: text.to_owned(),
    };
    let deep = List {
        first: Some(1),
        is_tight: true,
        items: vec![
            item(None, vec![paragraph("deep")]),
            item(Some(true), vec![paragraph("done")]),
        ],
    };
    let listed = List {
        first: None,
        is_tight: true,
        items: vec![
            item(None, vec![paragraph("one"), Block::List(deep.clone())]),
            item(None, vec![paragraph("two")]),
        ],
    };
    let loose = List {
        first: Some(7),
        is_tight: false,
        items: vec![item(
            None,
            vec![
                paragraph("one"),
                Block::List(listed.clone()),
                paragraph("end"),
            ],
        )],
    };
    let tight = List {
        first: None,
        is_tight: true,
        items: vec![
            item(None, vec![paragraph("x"), code("yaml", "- a: 1\n\n- b\n")]),
            item(None, vec![]),
        ],
    };
    let inner = vec![
        paragraph("inner"),
        Block::List(listed),
        Block::List(loose),
        Block::List(tight),
        code("yaml", "a:\n  - {{b}}\n  - '''c''' # ~~~~\n"),
        code("c", "x = y ? 1 : 2 ;\n"),
        code("rust", "\n\n// blank lines\n\n"),
        code("made-up", "\tx « y » &amp; <b>\n"),
        code("", ""),
        Block::Rule,
        paragraph("after"),
    ];
    let mut blocks = vec![
        Block::Facts(vec![
            ("severity".to_owned(), "2 | 3".to_owned()),
            ("- started".to_owned(), "21 March 2025, 10:42".to_owned()),
        ]),
        Block::Contents,
        heading(2, "Impact", "a"),
        Block::Paragraph(styled.collect()),
        Block::Paragraph(vec![nested]),
        heading_of(
            3,
            vec![
                text("impact "),
                Inline::Code("[[x]] __TOC__".to_owned()),
                Inline::Footnote(0),
            ],
            "b",
        ),
        heading(2, "IMPACT", "c"),
        heading_of(
            3,
            vec![
                Inline::Styled(Style::Emphasis, vec![text("100%25")]),
                Inline::Break,
                text("done &amp; \u{202e}dusted_"),
            ],
            "d",
        ),
        heading(6, "C# = F#", "e"),
    ];
    let links = ["a", "b", "c", "d", "e"]
        .map(|id| link(LinkTo::Heading(id.to_owned()), vec![text("to it")]));
    blocks.push(Block::Paragraph(
        links
            .into_iter()
            .flat_map(|link| [text("see"), link, text("and ")])
            .collect(),
    ));
    blocks.push(Block::Paragraph(vec![
        link(
            outside(),
            vec![
                text("out]"),
                Inline::Code("]".to_owned()),
                Inline::Styled(Style::Strong, vec![text("b")]),
            ],
        ),
        text(" and "),
        link(other(""), vec![text("the [other]")]),
        text("s and "),
        link(
            other("h"),
            vec![Inline::Styled(Style::Emphasis, vec![text("part")])],
        ),
        text(" and "),
        link(
            LinkTo::External("mailto:team@example.org".to_owned()),
            vec![text("mail")],
        ),
    ]));
    blocks.push(Block::Paragraph(vec![
        text("a"),
        Inline::Footnote(0),
        text(" b"),
        Inline::Footnote(1),
        text(" c"),
        Inline::Footnote(0),
    ]));
    blocks.push(Block::Paragraph(vec![
        shot("a | b = [c] {{d}} \"e\"", ""),
        text(" and "),
        shot("thumb", "left"),
    ]));
    blocks.push(Block::Paragraph(vec![
        text("before "),
        link(
            LinkTo::External("https://example.org/".to_owned()),
            vec![shot("it", "")],
        ),
    ]));
    blocks.push(Block::Quote(inner.clone()));
    blocks.push(Block::Callout {
        kind: Callout::Tip,
        title: Vec::new(),
        blocks: inner.clone(),
    });
    blocks.push(Block::Details {
        summary: vec![text("more "), Inline::Code("x".to_owned())],
        blocks: inner.clone(),
    });
    let in_details = Block::Details {
        summary: vec![text("in it")],
        blocks: vec![Block::Quote(vec![paragraph("deep")])],
    };
    let in_callout = Block::Callout {
        kind: Callout::Caution,
        title: vec![text("own")],
        blocks: vec![in_details],
    };
    blocks.push(Block::List(List {
        first: None,
        is_tight: false,
        items: vec![item(Some(false), vec![in_callout, paragraph("x")])],
    }));
    let cells = vec![
        vec![shot("in a cell", ""), link(other(""), vec![text("x")])],
        vec![text("- a"), Inline::Break, text("+ b"), Inline::Footnote(0)],
        vec![link(LinkTo::Heading("a".to_owned()), vec![text("a | b")])],
        vec![],
    ];
    let columns = vec![
        Alignment::None,
        Alignment::Left,
        Alignment::Center,
        Alignment::Right,
    ];
    let head = ["! a !! b", "-", "}", ""]
        .map(|words| vec![text(words)])
        .to_vec();
    blocks.push(Block::Table(Table {
        columns,
        head,
        rows: vec![cells.clone(), cells],
    }));
    blocks.extend(inner.clone());
    let action = |what: &str, is_settled| ActionEntry {
        what: what.to_owned(),
        owner: "- the platform team".to_owned(),
        due: String::new(),
        status: if is_settled { "done" } else { "open" },
        is_settled,
    };
    blocks.push(Block::Actions(vec![
        action("|- mend ''it''", true),
        action("-", false),
    ]));
    let footnotes = vec![vec![paragraph("first ]] note")], inner];
    let mut one = case("Everything: 100% of it — in one", blocks);
    one.page.footnotes = footnotes;
    one.page.pictures = vec!["0a1b.png".to_owned()];
    let back = LinkTo::Page {
        case: one.slug.clone(),
        heading: "c".to_owned(),
    };
    let two = case(
        "The other | page: C#",
        vec![
            heading(2, "'''h'''", "h"),
            Block::Paragraph(vec![link(back, vec![text("back")])]),
        ],
    );
    [one, two]
}

#[test]
fn all_constructs_are_shown_correctly_and_written_once() {
    let running = Running::start();
    let mut wiki = running.wiki(BOT);
    let cases = everything();
    let pages = written(&cases, "Case studies/");
    let pictures = Pictures::from([("0a1b.png".to_owned(), picture([200, 0, 0]))]);
    for page in &pages {
        assert_eq!(look(&mut wiki, page), None);
        write(&mut wiki, page, None, &pictures).expect("it can be written");
    }
    let unsettled = wiki.unsettled();
    assert_eq!(
        wiki.settle(&unsettled)
            .expect("pages with links to a later page are refreshed"),
        Vec::<String>::new()
    );
    let places = |slug: &Slug| {
        pages
            .iter()
            .find(|page| page.case == *slug)
            .map(|page| page.location.path.clone())
            .unwrap_or_default()
    };
    for (case, page) in cases.iter().zip(&pages) {
        let shown = running.shown(&page.location.path);
        let mut meant = flat::of_case(case, &places);
        name_headings(&mut meant, &cases, &pages);
        flat::assert_same(&flat::of_html(&shown), &meant, &page.text);
    }
    assert_eq!(
        running.get("action=query&list=allimages")["query"]["allimages"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );

    // The same without a record: no new revisions.
    let mut again = running.wiki(BOT);
    for page in &pages {
        let standing = look(&mut again, page).expect("it is there");
        assert_eq!(standing.digest, Some(Digest::of(&page.text)));
        assert_eq!(standing.attachments.len(), page.attachments.len());
        assert_eq!(standing.editor.as_deref(), Some("Admin"));
        write(&mut again, page, Some(&standing), &pictures).expect("the same text is not a change");
        assert_eq!(running.versions(&page.location.path), 1);
    }
}

/// On other pages, links name headings as the wiki does.
fn name_headings(tokens: &mut [flat::Token], cases: &[Case], pages: &[RenderedPage]) {
    for token in tokens {
        let flat::Token::Mark(mark) = token else {
            continue;
        };
        for (case, page) in cases.iter().zip(pages) {
            let place = format!("to /index.php/{}#", page.location.path.replace(' ', "_"));
            let Some(id) = mark.strip_prefix(&place) else {
                continue;
            };
            let number = case
                .page
                .headings()
                .iter()
                .take_while(|heading| heading.id != id)
                .count();
            let name = ["Impact", "impact_[[x]]_TOC", "IMPACT_2"]
                .get(number)
                .filter(|_| case.page.headings().len() > 1);
            *mark = format!("{place}{}", name.unwrap_or(&"'''h'''"));
            break;
        }
    }
}

#[test]
fn changes_of_others_are_not_overwritten() {
    let running = Running::start();
    let mut wiki = running.wiki(BOT);
    let first = lines("A page", &["one", "two", "three", "four"]);
    let second = lines("A page", &["ONE", "two", "three", "four"]);
    let path = &first.location.path;
    let seen = publish(&mut wiki, &first);

    // In other lines than ours: MediaWiki itself would merge both edits and report success.
    running.edit(path, &first.text.replace("four", "a colleague's four"));
    let error = write(&mut wiki, &second, Some(&seen), &Pictures::new())
        .expect_err("it is not the revision that was looked up");
    assert!(
        error.reason.contains("`Editor` has changed the page"),
        "{error}"
    );
    assert!(running.source(path).contains("a colleague's four"));
    let error = wiki
        .delete(&recorded(&first), &seen, "no longer published")
        .expect_err("it is not the revision that was looked up");
    assert!(
        error.reason.contains("`Editor` has changed the page"),
        "{error}"
    );
    let now = look(&mut wiki, &first).expect("it is there");
    assert_eq!(
        (now.editor.as_deref(), now.digest == seen.digest),
        (Some("Editor"), false)
    );

    // A page that somebody else has created first.
    let theirs = lines("Their page", &["ours"]);
    assert_eq!(look(&mut wiki, &theirs), None);
    running.edit(&theirs.location.path, "theirs");
    let error = write(&mut wiki, &theirs, None, &Pictures::new()).expect_err("there is a page now");
    assert!(error.reason.contains("`articleexists`"), "{error}");
    assert_eq!(running.source(&theirs.location.path), "theirs");

    // The revision that was looked up can be overwritten and deleted.
    write(&mut wiki, &second, Some(&now), &Pictures::new()).expect("it was looked up");
    let now = look(&mut wiki, &second).expect("it is there");
    wiki.delete(&recorded(&second), &now, "no longer published")
        .expect("it was looked up");
    assert_eq!(look(&mut wiki, &second), None);
    let error = write(&mut wiki, &second, Some(&now), &Pictures::new()).expect_err("it is gone");
    assert!(error.reason.contains("deleted"), "{error}");
}

#[test]
fn automatic_merges_of_mediawiki_are_reverted() {
    let running = Running::start();
    let first = lines("A page", &["one", "two", "three", "four"]);
    let second = lines("A page", &["ONE", "two", "three", "four"]);
    let path = first.location.path.clone();
    let seen = publish(&mut running.wiki(BOT), &first);

    // Somebody changes the page between the last lookup and the write.
    let theirs = first.text.replace("four", "a colleague's four");
    let result = through_a_relay(
        &running,
        &[Way::After(&|| running.edit(&path, &theirs))],
        |mut wiki| write(&mut wiki, &second, Some(&seen), &Pictures::new()),
    );
    let error = result.expect_err("somebody changed it first");
    assert!(
        error.reason.contains("the page is as they saved it"),
        "{error}"
    );
    assert_eq!(running.source(&path).trim_end(), theirs.trim_end());
    // Ours, theirs, the merged one, and theirs again.
    assert_eq!(running.versions(&path), 4);
}

#[test]
fn failures_of_requests_are_retried_or_completed_later() {
    let running = Running::start();
    let page = lines("A page", &["one", "two"]);

    // An expired token, and a wiki that asks for time: the user notices neither.
    let late =
        Way::Instead("{\"error\":{\"code\":\"maxlag\",\"info\":\"Waiting for a database\"}}");
    let limited = Way::Instead(
        "{\"error\":{\"code\":\"ratelimited\",\"info\":\"As an anti-abuse measure\"}}",
    );
    let expired =
        Way::Instead("{\"error\":{\"code\":\"badtoken\",\"info\":\"Invalid CSRF token.\"}}");
    let ways = [expired, late, limited, Way::Open];
    through_a_relay(&running, &ways, |mut wiki| {
        write(&mut wiki, &page, None, &Pictures::new())
    })
    .expect("it is written in the end");
    assert_eq!(running.versions(&page.location.path), 1);

    // A token that is never accepted is reported, and not requested for ever.
    let seen = look(&mut running.wiki(BOT), &page).expect("it is there");
    let other = lines("A page", &["one", "2"]);
    let ways =
        [Way::Instead("{\"error\":{\"code\":\"badtoken\",\"info\":\"Invalid CSRF token.\"}}"); 2];
    let error = through_a_relay(&running, &ways, |mut wiki| {
        write(&mut wiki, &other, Some(&seen), &Pictures::new())
    })
    .expect_err("no token");
    assert!(error.reason.contains("`badtoken`"), "{error}");

    // The page is written, and the answer gets lost: the next run finds it up to date.
    let error = through_a_relay(&running, &[Way::Lost], |mut wiki| {
        write(&mut wiki, &other, Some(&seen), &Pictures::new())
    });
    assert!(error.is_err());
    let now = look(&mut running.wiki(BOT), &other).expect("it is there");
    assert_eq!(now.digest, Some(Digest::of(&other.text)));
    assert_eq!(running.versions(&page.location.path), 2);
}

/// What happens to a request that changes a page.
#[derive(Clone, Copy)]
enum Way<'a> {
    /// It is forwarded, and its answer comes back.
    Open,
    /// The same, after some other action.
    After(&'a dyn Fn()),
    /// It is forwarded, and its answer gets lost.
    Lost,
    /// It is not forwarded, and this is the answer.
    Instead(&'a str),
}

/// Runs an action on a wiki through a relay. Requests that change a page are handled in these ways,
/// and later ones are forwarded.
fn through_a_relay<T>(
    running: &Running,
    ways: &[Way<'_>],
    act: impl FnOnce(Mediawiki) -> T + Send,
) -> T
where
    T: Send,
{
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
    let address = listener.local_addr().expect("it has an address");
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        let acting = scope.spawn(|| {
            let done = act(Mediawiki::new(
                Arc::new(Withheld::default()),
                &format!("http://{address}"),
                BOT.0,
                Secret::new(BOT.1),
            ));
            stop.store(true, Ordering::Relaxed);
            TcpStream::connect(address).expect("the relay listens until now");
            done
        });
        relay(&listener, &running.engine.url, &stop, ways);
        acting.join().expect("it does not panic")
    })
}

/// Forwards requests one by one.
fn relay(listener: &TcpListener, to: &str, stop: &AtomicBool, ways: &[Way<'_>]) {
    let mut ways = ways.iter().copied();
    for stream in listener.incoming() {
        if stop.load(Ordering::Relaxed) {
            return;
        }
        let mut client = stream.expect("somebody connects");
        let request = one_request(&mut client);
        let is_edit = request.windows(11).any(|part| part == b"action=edit");
        let way = if is_edit {
            ways.next().unwrap_or(Way::Open)
        } else {
            Way::Open
        };
        if let Way::Instead(answer) = way {
            let head = format!(
                "HTTP/1.1 200 OK\r\nRetry-After: 0\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
                answer.len()
            );
            client
                .write_all(format!("{head}{answer}").as_bytes())
                .expect("the client reads");
            continue;
        }
        if let Way::After(act) = way {
            act();
        }
        let mut server =
            TcpStream::connect(to.trim_start_matches("http://")).expect("the wiki listens");
        server.write_all(&request).expect("it reads");
        let mut answer = Vec::new();
        server
            .read_to_end(&mut answer)
            .expect("it answers and closes");
        if !matches!(way, Way::Lost) {
            client.write_all(&answer).expect("the client reads");
        }
    }
}

/// Reads a request, and marks it as the last one on its connection.
fn one_request(client: &mut TcpStream) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut part = [0; 4096];
    loop {
        let length = client.read(&mut part).expect("the client writes");
        bytes.extend_from_slice(&part[..length]);
        let Some(end) = bytes.windows(4).position(|part| part == b"\r\n\r\n") else {
            continue;
        };
        let head = String::from_utf8_lossy(&bytes[..end]).to_ascii_lowercase();
        let length = head
            .lines()
            .find_map(|line| line.strip_prefix("content-length: ")?.parse::<usize>().ok())
            .unwrap_or(0);
        if bytes.len() >= end + 4 + length {
            bytes.splice(end..end, b"\r\nConnection: close".iter().copied());
            return bytes;
        }
    }
}

#[test]
fn refusals_are_reported_in_plain_words() {
    let running = Running::start_with(
        "$wgFileExtensions = [ 'jpg' ];\n$wgNamespaceAliases['Akte'] = NS_PROJECT;",
    );
    let page = lines("A page", &["one"]);

    let mut wiki = running.wiki((BOT.0, "a-wrong-password"));
    let sought = Lookup {
        location: &page.location,
        recorded: None,
        attachments: &[],
    };
    let error = wiki.look(&[sought]).expect_err("the password is wrong");
    assert!(
        error.to_string().contains("Incorrect username or password")
            && error.help.contains("Special:BotPasswords"),
        "{error}"
    );
    assert!(!format!("{error:?}").contains("a-wrong-password"));

    let mut colleague = running.wiki(COLLEAGUE);
    let seen = publish(&mut colleague, &page);
    running.by_hand("protect.php", &["--user", "Admin", &page.location.path], "");
    let other = lines("A page", &["two"]);
    let seen = RemotePage {
        revision: look(&mut colleague, &page)
            .map(|now| now.revision)
            .unwrap_or_default(),
        ..seen
    };
    let error =
        write(&mut colleague, &other, Some(&seen), &Pictures::new()).expect_err("it is protected");
    assert!(
        error.reason.contains("`protectedpage`") && error.help.contains("lift the protection"),
        "{error}"
    );
    let error = colleague
        .delete(&recorded(&page), &seen, "no longer published")
        .expect_err("the right is missing");
    assert!(
        error.reason.contains("`permissiondenied`") && error.help.contains("grants"),
        "{error}"
    );

    let mut wiki = running.wiki(BOT);
    let attachments = ["0a1b.png".to_owned()];
    let barred = |wiki: &mut Mediawiki, page: &RenderedPage, attachments: &[String]| {
        wiki.look(&[Lookup {
            location: &page.location,
            recorded: None,
            attachments,
        }])
        .expect("the others can be looked at");
        wiki.barred(&page.location, &plan::Action::Create)
            .unwrap_or_default()
    };
    let reason = barred(&mut wiki, &page, &attachments);
    assert!(reason.contains("`.png`"), "{reason}");
    let reason = barred(&mut wiki, &lines("Akte: one", &["one"]), &[]);
    assert!(
        reason.contains("would move the page `Akte: one` to `Story Wiki:One`"),
        "{reason}"
    );
    let reason = barred(&mut wiki, &lines("Wikipedia: one", &["one"]), &[]);
    assert!(reason.contains("leads to another wiki"), "{reason}");
    assert_eq!(
        barred(&mut wiki, &lines("A usual title", &["one"]), &[]),
        ""
    );
}

#[test]
fn markup_of_a_missing_extension_is_not_published() {
    let running = Running::start();
    let own = running.folder.join("LocalSettings.php");
    let settings = fs::read_to_string(&own).expect("it is there");
    fs::write(own, settings.replace("wfLoadExtension( 'Cite' );", "")).expect("it can be written");
    let mut wiki = running.wiki(BOT);
    let mut noted = case(
        "With a note",
        vec![Block::Paragraph(vec![text("a"), Inline::Footnote(0)])],
    );
    noted.page.footnotes = vec![vec![paragraph("note")]];
    let page = written(&[noted], "").remove(0);
    assert_eq!(look(&mut wiki, &page), None);
    let error =
        write(&mut wiki, &page, None, &Pictures::new()).expect_err("there are no footnotes");
    assert!(
        error.reason.contains("`<ref>`") && error.help.contains("`Cite`"),
        "{error}"
    );
    assert_eq!(look(&mut wiki, &page), None);
}

/// Markup of MediaWiki, and text between it.
const MARKS: &[&str] = &[
    "'",
    "''",
    "'''",
    "[[",
    "]]",
    "[",
    "]",
    "{{",
    "}}",
    "{|",
    "|}",
    "|",
    "||",
    "|-",
    "!",
    "!!",
    "=",
    "==",
    "<",
    ">",
    "</",
    "/>",
    "&",
    "&lt;",
    "&#91;",
    ";",
    ":",
    "*",
    "#",
    "-",
    "----",
    "+",
    "_",
    "__",
    "TOC",
    "__NOTOC__",
    "~~~~",
    "http:",
    "//",
    "news:x",
    "mailto:a@b",
    "RFC 1",
    "ISBN 0306406152",
    "<!--",
    "-->",
    "<nowiki>",
    "</nowiki>",
    "<ref>",
    "</ref>",
    "<pre>",
    "</div>",
    "</li>",
    "<br>",
    "-{",
    "}-",
    "#REDIRECT",
    "subst:",
    "%",
    "?",
    "«",
    "»",
    " ",
    " ",
    " ",
    "a",
    "b",
    "Word",
    "7",
    "é",
    "e\u{301}",
    "\u{338}",
    "\u{a0}",
    "\u{200e}",
    "漢",
    "＿＿",
    "🙂",
    "\\",
    "\"",
    "`",
    "'\"`UNIQ",
    "\t",
];

/// Words of all kinds, with more markup than usual.
fn any_words() -> impl Strategy<Value = String> {
    let mark = prop::sample::select(MARKS).prop_map(str::to_owned);
    let some = prop::collection::vec(prop_oneof![9 => mark, 1 => "\\PC{1,4}"], 1..10)
        .prop_map(|parts| parts.concat());
    some.prop_filter("it says something", |words: &String| {
        !words.trim().is_empty()
    })
}

fn any_inline() -> impl Strategy<Value = Inline> {
    let styles = vec![
        Style::Emphasis,
        Style::Strong,
        Style::Strikethrough,
        Style::Subscript,
        Style::Keyboard,
        Style::Underline,
    ];
    let address = any_words()
        .prop_map(|words| LinkTo::External(format!("https://example.org/{}", encoded(&words))));
    let leaf = prop_oneof![
        6 => any_words().prop_map(Inline::Text),
        2 => any_words().prop_map(Inline::Code),
        1 => Just(Inline::Break),
        1 => (address, any_words()).prop_map(|(to, words)| Inline::Link { to, text: vec![Inline::Text(words)] }),
    ];
    leaf.prop_recursive(2, 6, 3, move |inner| {
        let inlines = prop::collection::vec(inner, 1..3);
        (prop::sample::select(styles.clone()), inlines)
            .prop_map(|(style, inlines)| Inline::Styled(style, inlines))
    })
}

fn any_line() -> impl Strategy<Value = Vec<Inline>> {
    let says =
        |line: &Vec<Inline>| !matches!(line.as_slice(), [Inline::Break, ..] | [.., Inline::Break]);
    prop::collection::vec(any_inline(), 1..4)
        .prop_filter("it does not begin or end with the end of a line", says)
}

fn any_block() -> impl Strategy<Value = Block> {
    let code = (
        prop::sample::select(vec!["", "yaml", "c", "unknown"]),
        prop::collection::vec(any_words(), 0..4),
    );
    let code = code.prop_map(|(language, lines)| Block::Code {
        language: language.to_owned(),
        text: lines.join("\n") + "\n",
    });
    let cells = prop::collection::vec(any_line(), 6);
    let table = cells.prop_map(|cells| {
        let mut rows: Vec<Vec<Vec<Inline>>> = cells.chunks(2).map(<[_]>::to_vec).collect();
        Block::Table(Table {
            columns: vec![Alignment::None, Alignment::Right],
            head: rows.remove(0),
            rows,
        })
    });
    let leaf = prop_oneof![4 => any_line().prop_map(Block::Paragraph), 1 => code, 1 => table, 1 => Just(Block::Rule)];
    leaf.prop_recursive(3, 12, 4, |inner| {
        let blocks = prop::collection::vec(inner, 1..4).boxed();
        let item = (prop::option::of(any::<bool>()), any_line(), prop::option::of(blocks.clone())).prop_map(|(done, line, more)| {
            let blocks = std::iter::once(Block::Paragraph(line)).chain(more.unwrap_or_default()).collect();
            Item { done, blocks }
        });
        let list = (prop::sample::select(vec![None, Some(1), Some(4)]), any::<bool>(), prop::collection::vec(item, 1..4));
        prop_oneof![
            3 => list.prop_map(|(first, is_tight, items)| Block::List(List { first, is_tight, items })),
            1 => blocks.clone().prop_map(Block::Quote),
            1 => (any_line(), blocks.clone()).prop_map(|(title, blocks)| Block::Callout { kind: Callout::Note, title, blocks }),
            1 => (any_line(), blocks).prop_map(|(summary, blocks)| Block::Details { summary, blocks }),
        ]
    })
}

/// Each page contains many constructs, because a long page takes hardly more time than a short one.
#[test]
fn random_pages_are_shown_unchanged() {
    let running = Running::start();
    let config = ProptestConfig {
        cases: 24,
        failure_persistence: None,
        max_shrink_iters: 300,
        rng_seed: seed(),
        ..ProptestConfig::default()
    };
    let pages = prop::collection::vec(any_block(), 1..30);
    let result = TestRunner::new(config).run(&pages, |blocks| {
        let case = case("Anything", blocks);
        let page = written(std::slice::from_ref(&case), "").remove(0);
        let shown = flat::of_html(&running.rendered(&page.text));
        let differs = flat::difference(&shown, &flat::of_case(&case, &|_| String::new()));
        prop_assert!(
            differs.is_none(),
            "{}\nsource:\n{}",
            differs.unwrap_or_default(),
            page.text
        );
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn titles_are_kept_unchanged() {
    let running = Running::start();
    let wiki = RefCell::new(running.wiki(BOT));
    let config = ProptestConfig {
        cases: 12,
        failure_persistence: None,
        rng_seed: seed(),
        ..ProptestConfig::default()
    };
    // Some letters have no single capital in some versions of MediaWiki. The wiki refuses such
    // titles.
    let has_capital = |title: &String| title.chars().all(|sign| sign.to_uppercase().count() == 1);
    let titles = prop::collection::vec(
        any_words().prop_filter("it has a capital", has_capital),
        1..40,
    );
    let result = TestRunner::new(config).run(&titles, |titles| {
        for place in ["", "Case studies/", "Project:"] {
            let write = |title| {
                wiki::write(
                    Dialect::Mediawiki,
                    place,
                    &[case(title, vec![paragraph("x")])],
                    &BTreeMap::new(),
                    &Highlighter::default(),
                )
            };
            let is_sound = |diagnostics: &[Diagnostic]| {
                diagnostics
                    .iter()
                    .all(|found| found.rule.level != Level::Error)
            };
            let sound = titles
                .iter()
                .map(|title| write(title))
                .filter(|(_, diagnostics)| is_sound(diagnostics));
            let names: Vec<_> = sound
                .map(|(mut pages, _)| pages.remove(0).location)
                .collect();
            let sought: Vec<_> = names
                .iter()
                .map(|name| Lookup {
                    location: name,
                    recorded: None,
                    attachments: &[],
                })
                .collect();
            let found = wiki.borrow_mut().look(&sought);
            prop_assert!(found.is_ok(), "{found:?}");
        }
        Ok(())
    });
    result.unwrap_or_else(|error| panic!("{error}"));
}

/// The title of the page of this repository's case study.
const OWN: &str = "A naming rule that no team owned";

impl own_case::Reader for Running {
    fn shown(&self) -> String {
        Running::shown(self, OWN).text(0)
    }

    fn source(&self) -> String {
        Running::source(self, OWN)
    }

    fn versions(&self) -> usize {
        Running::versions(self, OWN)
    }

    fn edit(&self, text: &str) {
        Running::edit(self, OWN, text);
    }
}

#[test]
fn the_program_publishes_the_case_study_of_this_repository() {
    let running = Running::start();
    let wiki = format!(
        "kind = \"mediawiki\"\naddress = \"{}\"\nuser = \"{}\"",
        running.engine.url, BOT.0
    );
    own_case::lives_on_interrupted(&running, &wiki, BOT.1);
}

#[test]
fn html_of_authors_is_shown_as_html() {
    let shown = Running::start().rendered(&reviewed("mediawiki"));
    let count = |name: &str| shown.all(name).len();
    let tables = [
        "table",
        "caption",
        "tr",
        "th",
        "td",
        "dl",
        "dt",
        "dd",
        "blockquote",
        "pre",
        "h3",
    ]
    .map(count);
    assert_eq!(tables, [4, 1, 14, 8, 21, 1, 2, 2, 2, 3, 1]);
    for name in [
        "abbr", "bdi", "bdo", "cite", "dfn", "q", "ruby", "rp", "rt", "samp", "small", "time",
        "var", "wbr",
    ] {
        assert!(count(name) > 0, "{name}");
    }
    let text = shown.text(0);
    // One is in the code, and one bar in the table.
    assert_eq!(
        (text.matches('<').count(), text.matches('|').count()),
        (1, 1),
        "no markup is shown as words: {text}"
    );
    assert_eq!(
        shown
            .all("caption")
            .into_iter()
            .map(|id| shown.text(id))
            .collect::<Vec<_>>(),
        ["Queue depth"]
    );
}

/// A block of each kind with unique words.
fn each_kind(number: usize) -> Vec<Block> {
    let name = |kind: &str| format!("{kind} {number}");
    let item = |words: String| Item {
        done: None,
        blocks: vec![Block::Paragraph(vec![Inline::Text(words)])],
    };
    let list = |first, items| {
        Block::List(List {
            first,
            is_tight: true,
            items,
        })
    };
    let table = Table {
        columns: vec![Alignment::None],
        head: vec![vec![text("head")]],
        rows: vec![vec![vec![Inline::Text(name("cell"))]]],
    };
    vec![
        heading(3, &name("heading"), &format!("heading-{number}")),
        paragraph(&name("words")),
        Block::Quote(vec![paragraph(&name("quote"))]),
        Block::Callout {
            kind: Callout::Note,
            title: vec![text("title")],
            blocks: vec![paragraph(&name("call-out"))],
        },
        Block::Code {
            language: "text".to_owned(),
            text: format!("{}\n", name("code")),
        },
        Block::Code {
            language: "yaml".to_owned(),
            text: format!("{}:\n  - x\n", name("colours")),
        },
        list(None, vec![item(name("bullet")), item("second".to_owned())]),
        list(
            Some(1),
            vec![item(name("number")), item("second".to_owned())],
        ),
        list(Some(7), vec![item(name("seventh"))]),
        Block::List(List {
            first: None,
            is_tight: false,
            items: vec![Item {
                done: Some(true),
                blocks: vec![paragraph(&name("task")), paragraph("more")],
            }],
        }),
        Block::Table(table),
        Block::Details {
            summary: vec![text("more")],
            blocks: vec![paragraph(&name("fold"))],
        },
        Block::Rule,
        Block::Facts(vec![("Fact".to_owned(), name("fact"))]),
        Block::Actions(vec![ActionEntry {
            what: name("action"),
            owner: String::new(),
            due: String::new(),
            status: "open",
            is_settled: false,
        }]),
    ]
}

#[test]
fn each_kind_of_block_is_shown_in_any_context() {
    let running = Running::start();
    let mut blocks = Vec::new();
    let mut footnotes = Vec::new();
    let kinds = each_kind(0).len();
    for number in 0..kinds * 3 {
        let one = || each_kind(number).remove(number / 3);
        // Alone, before words, and after words.
        let inner = || match number % 3 {
            0 => vec![one()],
            1 => vec![one(), paragraph("after it")],
            _ => vec![paragraph("before it"), one()],
        };
        blocks.push(Block::Quote(inner()));
        blocks.push(Block::Callout {
            kind: Callout::Tip,
            title: Vec::new(),
            blocks: inner(),
        });
        blocks.push(Block::Details {
            summary: vec![text("more")],
            blocks: inner(),
        });
        for is_tight in [true, false] {
            let items = vec![
                Item {
                    done: None,
                    blocks: inner(),
                },
                Item {
                    done: Some(false),
                    blocks: inner(),
                },
                Item {
                    done: None,
                    blocks: vec![paragraph("last")],
                },
            ];
            blocks.push(Block::List(List {
                first: None,
                is_tight,
                items,
            }));
        }
        blocks.push(Block::Paragraph(vec![
            text("noted"),
            Inline::Footnote(footnotes.len()),
        ]));
        footnotes.push(inner());
    }
    let mut case = case("Everywhere", blocks);
    case.page.footnotes = footnotes;
    for heading in case.page.headings() {
        assert!(heading.is_linked);
    }
    let page = written(std::slice::from_ref(&case), "").remove(0);
    let shown = flat::of_html(&running.rendered(&page.text));
    flat::assert_same(&shown, &flat::of_case(&case, &|_| String::new()), "");
}

/// The settings of a site that publishes as a user.
fn settings(running: &Running, (user, _): (&str, &str)) -> String {
    format!(
        "kind = \"mediawiki\"\naddress = \"{}\"\nuser = \"{user}\"",
        running.engine.url
    )
}

impl Running {
    fn site(&self, user: (&str, &str)) -> SmallSite {
        SmallSite::new(&settings(self, user), user.1)
    }

    /// A page as a browser gets it, with missing links in red.
    fn in_a_browser(&self, title: &str) -> String {
        let request = Request::new(
            "GET",
            format!("{}/index.php/{}", self.engine.url, title.replace(' ', "_")),
        );
        reader()
            .expect("read", &request)
            .expect("the wiki answers")
            .text()
    }

    fn red(&self, titles: &[String]) -> usize {
        titles
            .iter()
            .filter(|title| {
                self.in_a_browser(title)
                    .contains("redlink=1\" class=\"new\" title=\"Part")
            })
            .count()
    }
}

/// Pages that link to each other in a ring.
fn ring(count: usize) -> Vec<Case> {
    let slugs: Vec<Slug> = (0..count)
        .map(|number| Slug::of(&format!("Part {number}")))
        .collect();
    let link = |slug: &Slug| {
        link(
            LinkTo::Page {
                case: slug.clone(),
                heading: String::new(),
            },
            vec![text("see")],
        )
    };
    let line = |own: usize| {
        slugs
            .iter()
            .enumerate()
            .filter(|(at, _)| *at != own)
            .map(|(_, slug)| link(slug))
            .collect()
    };
    (0..count)
        .map(|number| {
            case(
                &format!("Part {number}"),
                vec![Block::Paragraph(line(number))],
            )
        })
        .collect()
}

fn carry_out(
    wiki: &mut Mediawiki,
    record: &mut plan::Record,
    pages: &[RenderedPage],
) -> publish::Outcome {
    let search = plan::lookups(pages.to_vec(), record, plan::Identity::Path, |_| true);
    let standings = publish::look(wiki, &search).expect("it can be looked up");
    let wishes = plan::Options {
        forced: BTreeSet::new(),
        orphans: plan::Orphans::Keep,
    };
    let plan = plan::plan(search, standings, &wishes);
    publish::apply(
        wiki,
        &plan,
        record,
        &Pictures::new(),
        |_| Ok::<(), Error>(()),
        |_| (),
    )
    .expect("the wiki is there")
}

#[test]
fn links_of_many_new_pages_are_refreshed_within_rate_limits() {
    let limit = |seconds: usize| format!("[ 'user' => [ 30, {seconds} ] ]");
    // Rate limits need a cache, which the wikis of the other tests do without.
    let cache = "$wgObjectCaches[CACHE_DB] = [ 'class' => SqlBagOStuff::class, 'server' => [ 'type' => 'sqlite', 'dbname' => 'wikicache', \
        'tablePrefix' => '', 'variables' => [ 'synchronous' => 'NORMAL' ], 'dbDirectory' => $wgSQLiteDataDir, 'trxMode' => 'IMMEDIATE', 'flags' => 0 ] ];\n\
        $wgMainCacheType = CACHE_DB;";
    let limits = |seconds| {
        format!(
            "$wgRateLimits['purge'] = {0};\n$wgRateLimits['linkpurge'] = {0};\n{cache}",
            limit(seconds)
        )
    };
    let pages = written(&ring(40), "");
    let titles: Vec<String> = pages
        .iter()
        .map(|page| page.location.path.clone())
        .collect();

    // The program waits for the wiki.
    let running = Running::start_with(&limits(4));
    let mut record = plan::Record::default();
    let done = carry_out(&mut running.wiki(COLLEAGUE), &mut record, &pages);
    assert_eq!(
        (done, running.red(&titles)),
        (publish::Outcome::default(), 0)
    );
    drop(running);

    // It does not wait too long, reports that, and the next run continues.
    let running = Running::start_with(&limits(3600));
    let mut record = plan::Record::default();
    let mut impatient = running.wiki(COLLEAGUE).waiting(Duration::ZERO);
    let done = carry_out(&mut impatient, &mut record, &pages);
    assert_eq!(
        done.unsettled.len(),
        9,
        "the last page needs no refresh: {:?}",
        done.unsettled
    );
    assert_eq!(record.unsettled.len(), 9);
    assert!(
        running.red(&titles) > 0,
        "they show links to existing pages as missing"
    );
    let mut record = plan::Record::parse(&record.text()).expect("it can be read");
    // Users without rate limits are fast.
    let done = carry_out(&mut running.wiki(BOT), &mut record, &pages);
    assert_eq!(
        (done, record.unsettled.len(), running.red(&titles)),
        (publish::Outcome::default(), 0, 0)
    );
}

#[test]
fn a_refused_page_does_not_block_others() {
    let running = Running::start_with("$wgSpamRegex = [ '/cheap watches/' ];");
    let site = running.site(COLLEAGUE);
    for name in ["alpha", "beta", "gamma"] {
        site.case(name, &format!("Case {name}"), "## Impact\n\nOne.");
    }
    site.succeeds(&[]);
    running.by_hand("protect.php", &["--user", "Admin", "Case beta"], "");
    for name in ["alpha", "beta", "gamma"] {
        site.case(name, &format!("Case {name}"), "## Impact\n\nTwo.");
    }
    // What the wiki reports before a write is in the dry run.
    let said = site.leaves_something(&["--dry-run"]);
    assert!(
        said.contains("refused Case beta: the page is protected (`protectedpage`)")
            && said.contains("update Case gamma"),
        "{said}"
    );
    let said = site.leaves_something(&[]);
    assert!(
        said.contains("updated Case alpha")
            && said.contains("updated Case gamma")
            && said.contains("protected"),
        "{said}"
    );
    assert!(
        running.source("Case beta").contains("One.")
            && running.source("Case gamma").contains("Two.")
    );

    // Other refusals are reported at the end, and the record stays right: later the page is
    // published.
    site.case(
        "alpha",
        "Case alpha",
        "## Impact\n\nThree, as cheap watches.",
    );
    site.case("gamma", "Case gamma", "## Impact\n\nThree.");
    let said = site.leaves_something(&[]);
    assert!(
        said.contains("updated Case gamma")
            && said.contains("failed: Case alpha: cannot write the page “Case alpha”"),
        "{said}"
    );
    site.case("alpha", "Case alpha", "## Impact\n\nThree.");
    running.by_hand(
        "protect.php",
        &["--user", "Admin", "--unprotect", "Case beta"],
        "",
    );
    let said = site.succeeds(&[]);
    assert!(
        said.contains("updated Case alpha") && said.contains("updated Case beta"),
        "{said}"
    );

    // A wrong password affects every page.
    let stranger = SmallSite::new(&settings(&running, COLLEAGUE), "wr0ng");
    stranger.case("alpha", "Case alpha", "## Impact\n\nOne.");
    assert_eq!(stranger.publish(&[]).0, 2);
}

#[test]
fn a_moved_page_is_updated_at_its_new_title() {
    for more in [&[] as &[&str], &["--noredirects"]] {
        let running = Running::start();
        let site = running.site(BOT);
        site.case("alpha", "Case alpha", "## Impact\n\nOne.");
        site.succeeds(&[]);
        let list = running.folder.join("list");
        fs::write(&list, "Case alpha|The day it stood still\n").expect("it can be written");
        let list = list.to_str().expect("it is text").to_owned();
        let arguments: Vec<&str> = more
            .iter()
            .copied()
            .chain(["-u", "Editor", &list])
            .collect();
        running.by_hand("moveBatch.php", &arguments, "");
        site.case("alpha", "Case alpha", "## Impact\n\nTwo.");
        let said = site.succeeds(&["--dry-run"]);
        assert!(
            said.contains("which somebody has moved to “The day it stood still”"),
            "{said}"
        );
        site.succeeds(&[]);
        assert!(running.source("The day it stood still").contains("Two."));
        assert!(!running.source("Case alpha").contains("Two."));
        let said = site.succeeds(&[]);
        assert!(said.contains("nothing changed"), "{said}");

        // Moved and changed: nothing is overwritten, and the new title is reported.
        running.edit(
            "The day it stood still",
            "== Impact ==\n\nTwo, or rather three.",
        );
        site.case("alpha", "Case alpha", "## Impact\n\nFour.");
        let said = site.leaves_something(&[]);
        assert!(
            said.contains(
                "conflict Case alpha, which somebody has moved to “The day it stood still”"
            ),
            "{said}"
        );
        assert!(
            running
                .source("The day it stood still")
                .contains("rather three")
        );
    }
}

#[test]
fn a_retitled_page_keeps_the_words_of_colleagues() {
    let running = Running::start();
    let site = running.site(BOT);
    site.case("alpha", "Old title", "## Impact\n\nOne.");
    site.succeeds(&[]);
    let theirs = running
        .source("Old title")
        .replace("One.", "One, and half of the next.");
    running.edit("Old title", &theirs);
    site.case("alpha", "New title", "## Impact\n\nOne.");
    let said = site.leaves_something(&[]);
    assert!(said.contains("conflict New title: its title is new, and somebody has changed the page with the old one"), "{said}");
    assert!(
        said.contains("conflict Old title: somebody has changed it")
            && said.contains("--show alpha"),
        "{said}"
    );
    assert_eq!(
        (running.versions("New title"), running.versions("Old title")),
        (0, 2)
    );
    site.succeeds(&["--force", "alpha"]);
    assert_eq!(
        (
            running.versions("New title"),
            running.source("Old title").trim()
        ),
        (1, theirs.trim())
    );
}

#[test]
fn unused_pictures_are_deleted_on_request() {
    let running = Running::start();
    let site = running.site(BOT);
    site.picture("one.png", 10);
    site.picture("two.png", 20);
    let both = "## Impact\n\n![One](one.png) ![Two](two.png)";
    site.case("alpha", "Case alpha", both);
    site.succeeds(&[]);
    let files = || {
        let json = running.get("action=query&list=allimages&ailimit=50");
        json["query"]["allimages"].as_array().map_or(0, Vec::len)
    };
    assert_eq!(files(), 2);
    let second: String = running
        .source("Case alpha")
        .rsplit("File:")
        .next()
        .and_then(|rest| rest.split('|').next())
        .unwrap_or_default()
        .to_owned();
    running.edit("Elsewhere", &format!("[[File:{second}]]"));

    site.case("alpha", "Case alpha", "## Impact\n\nNothing to see.");
    let said = site.succeeds(&[]);
    assert!(
        said.contains("no page shows it any more; `--prune` deletes it"),
        "{said}"
    );
    assert!(
        said.contains(&format!("kept the picture {second}: no published page shows it any more, but the page “Elsewhere” does")),
        "{said}"
    );
    assert_eq!(files(), 2);
    site.succeeds(&["--prune"]);
    assert_eq!(files(), 1, "the other one is used on another page");
    running.edit("Elsewhere", "nothing");
    site.succeeds(&["--prune"]);
    assert_eq!(files(), 0);
    assert!(!site.succeeds(&["--prune"]).contains("picture") && !site.record().contains(".png"));

    // A restored page exists again.
    site.case("alpha", "Case alpha", both);
    site.succeeds(&[]);
    assert_eq!(files(), 2);
}

#[test]
fn changes_of_colleagues_are_printed_as_markdown() {
    let running = Running::start();
    let site = running.site(BOT);
    site.picture("one.png", 10);
    let body = "## Impact\n\nIt stood *still* for an hour.\n\n![One](one.png)\n\n## What we know\n\n- a point";
    site.case("alpha", "Case alpha", body);
    site.succeeds(&[]);
    let theirs = running
        .source("Case alpha")
        .replace("an hour", "'''two''' hours")
        .replace("* a point", "* a point\n* and another");
    running.edit(
        "Case alpha",
        &format!("{theirs}\n{{{{Template of ours}}}}\n"),
    );
    let record = site.record();
    let output = program::run(site.command(&["--show", "alpha"]));
    let printed = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && program::words(&output).contains("last by Editor"),
        "{}",
        program::words(&output)
    );
    let wanted = "## Impact\n\nIt stood *still* for **two** hours.\n\n![One](one.png)\n\n## What we know\n\n- a point\n- and another\n";
    assert!(
        printed.starts_with(wanted) && printed.contains("```wiki\n{{Template of ours}}\n```"),
        "{printed}"
    );
    assert_eq!(site.record(), record, "a dry run changes nothing");

    // What was copied into the file is published over it.
    site.case("alpha", "Case alpha", wanted);
    let said = site.leaves_something(&[]);
    assert!(
        said.contains("somebody has changed it") && said.contains("    - {{Template of ours}}"),
        "only the template differs: {said}"
    );
    site.succeeds(&["--force", "alpha"]);
    assert_eq!(running.source("Case alpha").trim(), theirs.trim());
}

#[test]
fn a_replaced_title_is_shown_unchanged_at_the_top() {
    for (title, place, shown) in [
        ("C# and [x]", "", Some("C♯ and (x)")),
        ("C# and [x]", "Case studies/", Some("C♯ and (x)")),
        ("User talk: what", "", Some("User talk∶ what")),
        ("outage at 10:30?", "", None),
        ("outage at 10:30?", "Case_studies/", None),
        ("outage", "Project:", None),
        ("Cafe\u{301}", "", None),
    ] {
        let (pages, found) = wiki::write(
            Dialect::Mediawiki,
            place,
            &[case(title, vec![paragraph("x")])],
            &BTreeMap::new(),
            &Highlighter::default(),
        );
        let said: Vec<&str> = found.iter().map(|found| found.message.as_str()).collect();
        let wanted = shown
            .map(|shown| format!("this title contains characters that MediaWiki does not allow, so the page is called “{shown}” there"));
        assert_eq!(
            said,
            wanted.iter().map(String::as_str).collect::<Vec<_>>(),
            "{title} {place}"
        );
        assert_eq!(
            pages[0].text.contains("'''"),
            shown.is_some(),
            "{}",
            pages[0].text
        );
    }
    let page = written(&[case("C# and [x]", vec![paragraph("below")])], "").remove(0);
    let shown = Running::start().rendered(&page.text);
    assert_eq!(shown.text(0).trim(), "C# and [x] below");
}

/// One of each inline construct.
fn constructs() -> Vec<Inline> {
    let styles = [
        Style::Emphasis,
        Style::Strong,
        Style::Strikethrough,
        Style::Subscript,
        Style::Superscript,
        Style::Keyboard,
        Style::Highlight,
        Style::Underline,
    ];
    let mut constructs: Vec<Inline> = styles
        .into_iter()
        .map(|style| Inline::Styled(style, vec![text("styled")]))
        .collect();
    constructs.push(Inline::Styled(
        Style::Strong,
        vec![Inline::Styled(Style::Emphasis, vec![text("both")])],
    ));
    constructs.push(Inline::Code("code".to_owned()));
    constructs.push(link(
        LinkTo::External("https://example.org/".to_owned()),
        vec![text("linked")],
    ));
    constructs.push(link(
        LinkTo::Heading("place".to_owned()),
        vec![text("linked")],
    ));
    constructs.push(Inline::Footnote(0));
    constructs.push(Inline::Break);
    constructs
}

/// Markup that depends on its neighbours.
const MORE: &[&str] = &[
    "RFC",
    "PMID 12",
    "ISBN",
    "ISBN 978-0-306-40615-2",
    "RFC 12",
    "12",
    "__",
    "_TOC__",
    "__TOC",
    "__FORCETOC__",
    "__NOEDITSECTION__",
    "~~~",
    "~~~~~",
    "{{{1}}}",
    "{{subst:x}}",
    "{{!}}",
    "[https://x.org y]",
    "https://x.org",
    "//x.org",
    "irc://x",
    "tel:1",
    "[[File:x.png]]",
    "[[Category:x]]",
    "-{x}-",
    "-----",
    ";a:b",
    ": a",
    "::",
    "*#",
    "|+",
    "|-",
    "|}",
    "!a",
    "!!",
    "||",
    "a|b",
    "<includeonly>",
    "</references>",
    "<gallery>",
    "<br/>",
    "<span>",
    "&nbsp;",
    "&#65;",
    "&amp",
    "'''''",
    "=",
    "= x =",
    "== x",
];

#[test]
fn markup_in_words_has_no_effect_in_any_context() {
    let running = Running::start();
    let specials: Vec<&str> = MARKS
        .iter()
        .chain(MORE)
        .copied()
        .filter(|special| !special.trim().is_empty())
        .collect();
    for construct in constructs() {
        let lines = |special: &str| {
            let special = || Inline::Text(special.to_owned());
            let one = || construct.clone();
            [
                vec![special(), one(), text("x")],
                vec![text("x"), one(), special()],
                vec![text("x "), special(), one(), special(), text(" x")],
            ]
        };
        // A break at the end of a line is not shown.
        let mut blocks = vec![heading(2, "Place", "place")];
        for special in &specials {
            let lines = lines(special);
            blocks.extend(lines.iter().cloned().map(Block::Paragraph));
            let items = lines.iter().map(|line| Item {
                done: None,
                blocks: vec![Block::Paragraph(line.clone())],
            });
            blocks.push(Block::List(List {
                first: None,
                is_tight: true,
                items: items.collect(),
            }));
            blocks.push(Block::Table(Table {
                columns: vec![Alignment::None; 2],
                head: vec![lines[0].clone(), lines[1].clone()],
                rows: vec![vec![
                    lines[2].clone(),
                    vec![Inline::Text((*special).to_owned())],
                ]],
            }));
        }
        let mut case = case("Matrix", blocks);
        if construct == Inline::Footnote(0) {
            case.page.footnotes = vec![vec![paragraph("a note")]];
        }
        let page = written(std::slice::from_ref(&case), "").remove(0);
        let shown = flat::of_html(&running.rendered(&page.text));
        flat::assert_same(&shown, &flat::of_case(&case, &|_| String::new()), "");
    }
}
