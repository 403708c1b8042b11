//! Pages on both editions of Confluence: it shows what was published, no text of others is lost,
//! and the next run completes an interrupted one.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/confluence.rs"]
mod fake;
#[path = "common/hostile.rs"]
mod hostile;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;
#[path = "common/storage.rs"]
mod storage;
#[path = "common/tree.rs"]
mod tree;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::*;
use storybank::audience::Withheld;
use storybank::config::ConfluenceEdition;
use storybank::highlight::Highlighter;
use storybank::markdown::Alignment;
use storybank::plan::{Action, Conflict, Options, Orphans, Record, lookups, plan};
use storybank::publish::{Client, Confluence, Credential, Error, Lookup, Secret, Wiki, apply};
use storybank::slug::Slug;
use storybank::wiki::page::{
    ActionEntry as Todo, Block, Callout, Case, Heading, Inline, Item, LinkTo, List, Page, Style,
    Table,
};
use storybank::wiki::{Dialect, RenderedPage, write};
use tree::{heading, item, paragraph, text};

use fake::{FakeConfluence, HOME, PARENT, SPACE, TOKEN, Trouble, USER};

const EDITIONS: [ConfluenceEdition; 2] = [ConfluenceEdition::Cloud, ConfluenceEdition::DataCenter];

type Pictures = BTreeMap<String, Arc<[u8]>>;

fn case(slug: &str, title: &str, blocks: Vec<Block>) -> Case {
    let page = Page {
        blocks,
        ..Page::default()
    };
    tree::case(slug, title, page)
}

fn pictures() -> Pictures {
    let names = ["0a1b2c3d.png", "11aa22bb.jpg", "99ff88ee.png"];
    names
        .iter()
        .map(|name| {
            (
                (*name).to_owned(),
                Arc::from(format!("\u{1}the bytes of {name}\r\n--").into_bytes()),
            )
        })
        .collect()
}

/// The pages to send. Nothing prevents that.
#[track_caller]
fn written(cases: &[Case]) -> Vec<RenderedPage> {
    let (pages, diagnostics) = write(
        Dialect::Confluence,
        "",
        cases,
        &pictures(),
        &Highlighter::default(),
    );
    let messages: Vec<_> = diagnostics
        .iter()
        .map(|found| found.message.clone())
        .collect();
    assert!(messages.is_empty(), "{messages:?}");
    pages
}

/// What prevents sending a page.
fn problems(case: &Case) -> Vec<String> {
    let (_, diagnostics) = write(
        Dialect::Confluence,
        "",
        std::slice::from_ref(case),
        &pictures(),
        &Highlighter::default(),
    );
    diagnostics.into_iter().map(|found| found.message).collect()
}

fn credential(edition: ConfluenceEdition, token: &str) -> Credential {
    match edition {
        ConfluenceEdition::Cloud => Credential::Basic(USER.to_owned(), Secret::new(token)),
        ConfluenceEdition::DataCenter => Credential::Bearer(Secret::new(token)),
    }
}

fn wiki_with(
    edition: ConfluenceEdition,
    address: &str,
    token: &str,
    withheld: Withheld,
) -> Confluence {
    let client = Client::new(credential(edition, token), Arc::new(withheld));
    Confluence::new(client, edition, address, SPACE, PARENT)
}

/// A site that publishes to one Confluence repeatedly.
struct Site {
    edition: ConfluenceEdition,
    fake: FakeConfluence,
    record: Record,
    withheld: Withheld,
    wishes: Options,
    /// The pages that the wiki refused in the last run.
    refused: Vec<String>,
}

impl Site {
    fn new(edition: ConfluenceEdition) -> Self {
        let wishes = Options {
            forced: BTreeSet::new(),
            orphans: Orphans::Keep,
        };
        Self {
            edition,
            fake: FakeConfluence::start(edition),
            record: Record::default(),
            withheld: Withheld::default(),
            wishes,
            refused: Vec::new(),
        }
    }

    /// Publishes, and returns the action of each page. The record is kept in any case.
    fn publish(&mut self, cases: &[Case]) -> Result<Vec<Action>, Error> {
        self.publish_pages(written(cases))
    }

    fn publish_pages(&mut self, pages: Vec<RenderedPage>) -> Result<Vec<Action>, Error> {
        let mut wiki = wiki_with(
            self.edition,
            &self.fake.address,
            TOKEN,
            self.withheld.clone(),
        );
        let lookups = lookups(pages, &self.record, wiki.identity(), |_| true);
        let wanted = lookups.wanted.iter().map(|(page, recorded)| {
            (
                page.location.clone(),
                recorded.clone(),
                page.attachments.clone(),
            )
        });
        let orphans = lookups.orphans.iter().map(|page| {
            let name = storybank::wiki::Location {
                title: page.title.clone(),
                path: page.path.clone(),
            };
            (name, Some(page.clone()), Vec::new())
        });
        let looked: Vec<_> = wanted.chain(orphans).collect();
        let sought = looked.iter().map(|(name, recorded, attachments)| Lookup {
            location: name,
            recorded: recorded.as_ref(),
            attachments,
        });
        let standings = wiki.look(&sought.collect::<Vec<_>>())?;
        let mut plan = plan(lookups, standings, &self.wishes);
        plan.bar(|page, action| wiki.barred(page, action));
        let mut kept = self.record.clone();
        let carried_out = apply(
            &mut wiki,
            &plan,
            &mut self.record,
            &pictures(),
            |record| {
                kept = record.clone();
                Ok::<(), Error>(())
            },
            |_| {},
        );
        // The next run knows only what was saved.
        self.record = kept;
        let done = carried_out?;
        self.refused = done.refused.iter().map(|one| one.title.clone()).collect();
        done.refused.into_iter().next().map_or_else(
            || Ok(plan.steps.into_iter().map(|step| step.action).collect()),
            |one| Err(one.error),
        )
    }

    #[track_caller]
    fn publishes(&mut self, cases: &[Case]) -> Vec<Action> {
        self.publish(cases)
            .unwrap_or_else(|error| panic!("{error}"))
    }

    /// Publishes up-to-date pages: nothing is written.
    #[track_caller]
    fn writes_nothing(&mut self, cases: &[Case]) {
        self.fake.forget();
        let actions = self.publishes(cases);
        assert_eq!(self.fake.writes(), Vec::<String>::new(), "{actions:?}");
    }
}

fn with_picture(slug: &str, title: &str, words: &str) -> Case {
    let picture = |name: &str| Inline::Picture {
        name: name.to_owned(),
        alt: "a curve".to_owned(),
        title: String::new(),
    };
    let names: Vec<String> = pictures().into_keys().collect();
    let mut case = case(
        slug,
        title,
        vec![
            paragraph(words),
            Block::Paragraph(names.iter().map(|name| picture(name)).collect()),
        ],
    );
    case.page.pictures = names;
    case
}

fn list(items: Vec<Item>) -> Block {
    Block::List(tree::list(None, items))
}

/// A page with each kind of block, style and link.
fn everything() -> Case {
    let link = |to: LinkTo, words: &str| Inline::Link {
        to,
        text: vec![text(words)],
    };
    let page = LinkTo::Page {
        case: Slug::of("other"),
        heading: "part".to_owned(),
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
    let kinds = [
        Callout::Note,
        Callout::Tip,
        Callout::Important,
        Callout::Warning,
        Callout::Caution,
    ];
    let mut blocks = vec![
        Block::Facts(vec![("Severity".to_owned(), "2".to_owned())]),
        Block::Contents,
        heading(2, "Überblick: was war?", "überblick"),
        heading(3, "漢字", "漢字"),
        heading(6, "Footnote", "footnote-1"),
        Block::Paragraph(vec![
            link(LinkTo::Heading("überblick".to_owned()), "up"),
            link(LinkTo::Heading("漢字".to_owned()), "down"),
            text(" "),
            link(page, "over"),
        ]),
        Block::Paragraph(
            styles
                .map(|style| Inline::Styled(style, vec![text("styled")]))
                .to_vec(),
        ),
        Block::Rule,
    ];
    blocks.extend(kinds.map(|kind| Block::Callout {
        kind,
        title: Vec::new(),
        blocks: vec![
            paragraph("set apart"),
            heading(4, "inside", &format!("{kind:?}")),
        ],
    }));
    let inner = list(vec![item(Some(true), vec![paragraph("an inner task")])]);
    blocks.push(list(vec![
        item(Some(false), vec![paragraph("a task"), inner]),
        item(Some(true), vec![paragraph("another")]),
    ]));
    blocks.push(Block::Actions(vec![Todo {
        what: "Alert earlier".to_owned(),
        owner: "Platform team".to_owned(),
        due: "21 March 2025".to_owned(),
        status: "open",
        is_settled: false,
    }]));
    let table = Block::Table(Table {
        columns: vec![Alignment::Left, Alignment::Right],
        head: vec![vec![text("a")], vec![text("b")]],
        rows: vec![vec![vec![text("1"), Inline::Break, text("2")], Vec::new()]],
    });
    let code = Block::Code {
        language: "rust".to_owned(),
        text: "a ]]> b ]]]]>> c\n\n\tfn main() {}\n".to_owned(),
    };
    blocks.push(Block::Details {
        summary: vec![text("\"More\" <of> it")],
        blocks: vec![table, code],
    });
    let picture = Inline::Picture {
        name: "0a1b2c3d.png".to_owned(),
        alt: "\"a\" <curve>".to_owned(),
        title: "Load & time".to_owned(),
    };
    blocks.push(Block::Paragraph(vec![
        picture,
        text("see"),
        Inline::Footnote(0),
        text(" and"),
        Inline::Footnote(0),
    ]));
    let mut case = case(
        "everything",
        "Case study: C# & \"DB\" <tags> — [x] {y} | z?",
        blocks,
    );
    case.page.footnotes = vec![vec![paragraph("a note"), paragraph("that goes on")]];
    case.page.pictures = vec!["0a1b2c3d.png".to_owned()];
    case
}

fn other() -> Case {
    case(
        "other",
        "Another & one",
        vec![heading(2, "A part", "part"), paragraph("words")],
    )
}

#[test]
fn readers_see_what_was_published() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        let cases = [hostile::case(), everything(), other()];
        assert_eq!(site.publishes(&cases), vec![Action::Create; 3]);
        let titles = BTreeMap::from([("other".to_owned(), other().title)]);
        for case in &cases {
            let page = site.fake.page(&case.title);
            assert_eq!(
                storage::shown(&page.body),
                storage::wanted(case, &titles),
                "{edition:?}: {}",
                case.title
            );
            assert_eq!(page.parent, PARENT);
            let names: Vec<_> = page
                .attachments
                .iter()
                .map(|(name, _)| name.clone())
                .collect();
            assert_eq!(names, case.page.pictures);
            assert!(
                page.attachments
                    .iter()
                    .all(|(name, bytes)| **bytes == *pictures()[name]),
                "the bytes are the same"
            );
        }
        site.writes_nothing(&cases);
    }
}

#[test]
fn tasks_have_unique_ids_and_code_is_unchanged() {
    let page = &written(&[everything(), other()])[0];
    let root = storage::read(&page.text);
    let ids: Vec<_> = root.all("ac:task-id").iter().map(|id| id.words()).collect();
    assert_eq!(ids, ["1", "2", "3", "4"]);
    let code = root
        .find("ac:plain-text-body")
        .expect("there is code")
        .words();
    assert_eq!(code, "a ]]> b ]]]]>> c\n\n\tfn main() {}");
}

#[test]
fn unsupported_nesting_stays_readable() {
    let code = || Block::Code {
        language: "sql".to_owned(),
        text: "select 1;\nselect 2;\n".to_owned(),
    };
    let table = Block::Table(Table {
        columns: vec![Alignment::None; 2],
        head: vec![vec![text("a")], vec![text("b")]],
        rows: vec![vec![vec![text("1")], vec![text("2")]]],
    });
    let inside = list(vec![item(None, vec![paragraph("point"), code()])]);
    let quote = Block::Quote(vec![paragraph("said"), heading(3, "in a quote", "quoted")]);
    let unfold = Block::Details {
        summary: vec![text("unfold")],
        blocks: vec![paragraph("folded")],
    };
    let panel = Block::Callout {
        kind: Callout::Tip,
        title: Vec::new(),
        blocks: vec![code(), inside, table, quote, unfold],
    };
    let mixed = list(vec![
        item(Some(true), vec![paragraph("a task")]),
        item(None, vec![paragraph("no task")]),
    ]);
    let pages = written(&[case("nested", "Nested", vec![panel, mixed])]);
    let expected = "\
<ac:structured-macro ac:name=\"tip\"><ac:rich-text-body>
<p><strong>Tip</strong></p>
<ac:structured-macro ac:name=\"code\"><ac:parameter ac:name=\"language\">sql</ac:parameter><ac:plain-text-body><![CDATA[select 1;
select 2;]]></ac:plain-text-body></ac:structured-macro>
<ul>
<li>point<pre>select 1;
select 2;</pre></li>
</ul>
<p><strong>a | b</strong></p>
<p>1 | 2</p>
<p><em>said</em></p>
<h3><ac:structured-macro ac:name=\"anchor\"><ac:parameter ac:name=\"\">quoted</ac:parameter></ac:structured-macro>in a quote</h3>
<p><strong>unfold</strong></p>
<p>folded</p>
</ac:rich-text-body></ac:structured-macro>
<ul>
<li>[x] a task</li>
<li>no task</li>
</ul>
";
    assert_eq!(pages[0].text, expected);
}

#[test]
fn pages_that_the_wiki_would_damage_are_found_before_sending() {
    let with_title = |title: &str| case("a", title, vec![paragraph("words")]);
    assert_eq!(
        problems(&with_title("Fine: # [x] {y} | / \\ ?")),
        Vec::<String>::new()
    );
    assert_eq!(
        problems(&with_title("  spaces \n around  ")),
        Vec::<String>::new(),
        "white space is collapsed"
    );
    assert_eq!(problems(&with_title("")), ["the page has no title"]);
    assert_eq!(
        problems(&with_title(&"🙂".repeat(128))),
        ["the title has 256 characters; the limit of Confluence is 255"]
    );
    assert_eq!(
        problems(&with_title("bell \u{7}")),
        ["the title contains the character U+FFFD, which titles cannot contain"]
    );
    let nowhere = Inline::Link {
        to: LinkTo::Heading("nowhere".to_owned()),
        text: vec![text("x")],
    };
    let dangling = case("a", "Dangling", vec![Block::Paragraph(vec![nowhere])]);
    assert_eq!(
        problems(&dangling),
        ["a link leads to the anchor `nowhere`, which is not on the page"]
    );
    let picture = Inline::Picture {
        name: "no.png".to_owned(),
        alt: String::new(),
        title: String::new(),
    };
    let missing = case("a", "Missing", vec![Block::Paragraph(vec![picture])]);
    assert_eq!(
        problems(&missing),
        ["the page shows the picture `no.png`, which is not published"]
    );
    let long = case("a", "Long", vec![paragraph(&"x".repeat(6 << 20))]);
    assert!(
        problems(&long)[0].starts_with("the page has 6291"),
        "{:?}",
        problems(&long)
    );
}

#[test]
fn links_that_run_scripts_become_text() {
    let link = Inline::Link {
        to: LinkTo::External("JavaScript:alert(1)".to_owned()),
        text: vec![text("click")],
    };
    let pages = written(&[case("a", "Link", vec![Block::Paragraph(vec![link])])]);
    assert_eq!(pages[0].text, "<p>click (JavaScript:alert(1))</p>\n");
}

#[test]
fn pages_changed_by_colleagues_are_refused_and_kept() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&[case("a", "A", vec![paragraph("one")]), other()]);
        site.fake.edit("A");
        site.fake.forget();
        let changed = [case("a", "A", vec![paragraph("two")]), other()];
        assert_eq!(
            site.publishes(&changed),
            [Action::Refuse(Conflict::Edited), Action::Unchanged]
        );
        assert!(site.fake.writes().is_empty());
        assert!(
            site.fake
                .page("A")
                .body
                .contains("A colleague has added this.")
        );
        // Forced, the state that was looked up is overwritten.
        site.wishes.forced.insert(Slug::of("a"));
        assert_eq!(
            site.publishes(&changed),
            [Action::Update, Action::Unchanged]
        );
        assert_eq!(
            storage::read(&site.fake.page("A").body).words().trim(),
            "two"
        );
        site.wishes.forced.clear();
        site.writes_nothing(&changed);
    }
}

#[test]
fn a_change_between_lookup_and_write_is_kept() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&[case("a", "A", vec![paragraph("one")])]);
        site.fake
            .trouble("PUT", "", Trouble::EditFirst("A".to_owned()));
        let error = site
            .publish(&[case("a", "A", vec![paragraph("two")])])
            .expect_err("it is refused")
            .to_string();
        assert!(
            error.contains("Version must be incremented")
                && error.contains("somebody has changed the page"),
            "{error}"
        );
        assert!(
            site.fake
                .page("A")
                .body
                .contains("A colleague has added this.")
        );
        assert_eq!(
            site.publishes(&[case("a", "A", vec![paragraph("two")])]),
            [Action::Refuse(Conflict::Edited)]
        );
    }
}

#[test]
fn conflicts_on_a_new_page_are_retried() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.fake.trouble("PUT", "", Trouble::Status(409, None));
        assert_eq!(site.publishes(&[other()]), [Action::Create]);
        assert_eq!(site.fake.page(&other().title).version, 2);
        site.writes_nothing(&[other()]);
        // There are at most four attempts, and the message is reported.
        (0..4).for_each(|_| site.fake.trouble("PUT", "", Trouble::Status(409, None)));
        let error = site
            .publish(&[case("other", "Another & one", vec![paragraph("new")])])
            .expect_err("it is refused")
            .to_string();
        assert!(error.contains("409 Conflict: not now"), "{error}");
        assert_eq!(
            site.fake
                .writes()
                .iter()
                .filter(|write| write.starts_with("PUT") && !write.contains("propert"))
                .count(),
            4
        );
    }
}

#[test]
fn an_unfinished_page_is_found_after_a_retitle() {
    for edition in EDITIONS {
        // The page, the text, the property.
        for count in 0..3 {
            let mut site = Site::new(edition);
            site.fake.trouble_after(count, Trouble::BreakAfter);
            site.publish(&[case("a", "A", vec![paragraph("first")])])
                .expect_err("the connection has broken");
            let renamed = [case("a", "Renamed", vec![paragraph("second")])];
            heals(&mut site, &renamed, &format!("{edition:?} after {count}"));
            assert_eq!(site.fake.pages()[0].title, "Renamed");
        }
    }
}

#[test]
fn commented_text_is_not_overwritten() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&[case("a", "A", vec![paragraph("one word")])]);
        let version = site.fake.page("A").version;
        site.fake.comment("A", "one", "open");
        assert_eq!(
            site.fake.page("A").version,
            version,
            "a comment makes no new version"
        );
        site.writes_nothing(&[case("a", "A", vec![paragraph("one word")])]);
        let changed = [case("a", "A", vec![paragraph("two words")])];
        assert_eq!(
            site.publishes(&changed),
            [Action::Refuse(Conflict::Commented)]
        );
        let name = written(&changed)[0].location.clone();
        let sought = [Lookup {
            location: &name,
            recorded: site.record.pages.first(),
            attachments: &[],
        }];
        let mut wiki = wiki_with(edition, &site.fake.address, TOKEN, Withheld::default());
        let standing = wiki
            .look(&sought)
            .expect("it can be looked up")
            .remove(0)
            .expect("it is there");
        assert_eq!(standing.commented, ["one"]);
        assert_eq!(
            standing.text, "<p>one word</p>\n",
            "additions of the server are not a difference"
        );
        site.fake
            .change("A", |page| page.comments[0].1 = "resolved");
        let comments = if edition == ConfluenceEdition::Cloud {
            "inline-comments"
        } else {
            "child/comment"
        };
        site.fake
            .trouble("GET", comments, Trouble::Status(403, None));
        assert_eq!(
            site.publishes(&changed),
            [Action::Refuse(Conflict::Commented)],
            "comments with unknown status count as open"
        );
        assert_eq!(site.publishes(&changed), [Action::Update]);
    }
}

#[test]
fn a_foreign_page_with_the_same_title_is_not_adopted() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        let cases = [
            case("a", "A", vec![paragraph("ours")]),
            case("b", "B", vec![paragraph("ours")]),
        ];
        site.fake.add("A", HOME, "<p>theirs</p>");
        site.fake.add("b", PARENT, "<p>theirs</p>");
        site.fake.forget();
        assert_eq!(
            site.publishes(&cases),
            vec![Action::Refuse(Conflict::NotOurs); 2]
        );
        assert!(site.fake.writes().is_empty());
        // A copy of our page elsewhere also has our property, but it is not ours.
        let mut site = Site::new(edition);
        site.publishes(&cases);
        site.fake.change("A", |page| page.parent = HOME.to_owned());
        site.record = Record::default();
        assert_eq!(
            site.publishes(&cases),
            [Action::Refuse(Conflict::NotOurs), Action::Unchanged]
        );
    }
}

#[test]
fn a_page_keeps_its_id_and_its_place_when_its_title_changes() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&[case("a", "A", vec![paragraph("words")])]);
        let id = site.fake.page("A").id;
        // Somebody has moved it, and it stays there.
        site.fake.change("A", |page| page.parent = HOME.to_owned());
        let renamed = [case("a", "A new title", vec![paragraph("words")])];
        assert_eq!(site.publishes(&renamed), [Action::Update]);
        let page = site.fake.page("A new title");
        assert_eq!((page.id, page.parent.as_str()), (id, HOME));
        site.writes_nothing(&renamed);
        site.fake.add("Taken", HOME, "<p>theirs</p>");
        let cases = [
            case("a", "Taken", vec![paragraph("words")]),
            case("b", "B", vec![paragraph("words")]),
        ];
        assert_eq!(
            site.publishes(&cases),
            [Action::Refuse(Conflict::Taken), Action::Create],
            "the others are published anyway"
        );
        assert!(site.fake.page("Taken").body.contains("theirs"));
        // A change of case is not another title.
        let cases = [
            case("a", "A NEW title", vec![paragraph("words")]),
            case("b", "B", vec![paragraph("words")]),
        ];
        assert_eq!(site.publishes(&cases), [Action::Update, Action::Unchanged]);
    }
}

#[test]
fn a_page_is_kept_when_its_file_is_renamed() {
    for edition in EDITIONS {
        for text in ["words", "other words"] {
            let mut site = Site::new(edition);
            site.publishes(&[case("a", "A", vec![paragraph("words")])]);
            let id = site.fake.page("A").id;
            site.wishes.orphans = Orphans::Delete;
            let cases = [case("b", "A", vec![paragraph(text)])];
            site.publishes(&cases);
            assert_eq!(site.fake.page("A").id, id);
            assert_eq!(site.publishes(&cases), [Action::Unchanged]);
        }
    }
}

#[test]
fn the_next_run_completes_any_interruption() {
    for edition in EDITIONS {
        // The page, three pictures, the text, the property.
        for count in 0..6 {
            for trouble in [Trouble::BreakBefore, Trouble::BreakAfter] {
                let mut site = Site::new(edition);
                site.fake.trouble_after(count, trouble.clone());
                let cases = [with_picture("a", "A", "first")];
                site.publish(&cases).expect_err("the connection has broken");
                heals(
                    &mut site,
                    &cases,
                    &format!("{edition:?} created, {trouble:?} at write {count}"),
                );
                if count < 2 {
                    let changed = [case("a", "A", vec![paragraph("second")])];
                    site.fake.trouble_after(count, trouble.clone());
                    site.publish(&changed)
                        .expect_err("the connection has broken");
                    heals(
                        &mut site,
                        &changed,
                        &format!("{edition:?} updated, {trouble:?} at write {count}"),
                    );
                }
            }
        }
    }
}

#[track_caller]
fn heals(site: &mut Site, cases: &[Case], when: &str) {
    let actions = site
        .publish(cases)
        .unwrap_or_else(|error| panic!("{when}: {error}"));
    assert!(
        !matches!(actions[..], [Action::Refuse(_)]),
        "{when}: {actions:?}"
    );
    let pages = site.fake.pages();
    assert_eq!(pages.len(), 1, "{when}: there is one page");
    assert_eq!(
        storage::shown(&pages[0].body),
        storage::wanted(&cases[0], &BTreeMap::new()),
        "{when}"
    );
    let names: BTreeSet<_> = pages[0].attachments.iter().map(|(name, _)| name).collect();
    assert!(
        cases[0]
            .page
            .pictures
            .iter()
            .all(|name| names.contains(name)),
        "{when}: the pictures are there"
    );
    assert_eq!(
        names.len(),
        pages[0].attachments.len(),
        "{when}: each picture is there once"
    );
    site.writes_nothing(cases);
}

#[test]
fn edits_in_an_unfinished_page_are_kept() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.fake.trouble_after(1, Trouble::BreakBefore);
        site.publish(&[other()])
            .expect_err("the connection has broken");
        site.fake.edit(&other().title);
        assert_eq!(
            site.publishes(&[other()]),
            [Action::Refuse(Conflict::Edited)]
        );
    }
}

#[test]
fn the_version_message_replaces_an_outdated_property() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&[other()]);
        site.fake
            .change(&other().title, |page| page.properties.clear());
        site.writes_nothing(&[other()]);
        site.fake.edit(&other().title);
        assert_eq!(
            site.publishes(&[other()]),
            [Action::Refuse(Conflict::Edited)]
        );
    }
}

#[test]
fn requests_wait_as_long_as_the_server_asks() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        let soon = "Wed, 21 Oct 2015 07:28:00 GMT".to_owned();
        site.fake
            .trouble("GET", "space", Trouble::Status(429, Some("0".to_owned())));
        site.fake
            .trouble("POST", "", Trouble::Status(429, Some("1".to_owned())));
        site.fake
            .trouble("PUT", "", Trouble::Status(429, Some(soon)));
        site.fake.trouble(
            "POST",
            "propert",
            Trouble::Status(503, Some("0".to_owned())),
        );
        let start = std::time::Instant::now();
        assert_eq!(site.publishes(&[other()]), [Action::Create]);
        assert!(start.elapsed().as_millis() >= 1000, "it has waited");
        site.writes_nothing(&[other()]);
        for _ in 0..4 {
            site.fake
                .trouble("GET", "space", Trouble::Status(429, Some("0".to_owned())));
        }
        let error = site
            .publish(&[other()])
            .expect_err("it gives up")
            .to_string();
        assert!(
            error.contains("429 Too Many Requests: not now (4 times)"),
            "{error}"
        );
    }
}

#[test]
fn a_rejected_token_is_never_shown() {
    for edition in EDITIONS {
        let site = Site::new(edition);
        let token = "another-token-that-nobody-may-see";
        let mut wiki = wiki_with(edition, &site.fake.address, token, Withheld::default());
        let error = wiki.look(&[]).expect_err("it is refused");
        let said = format!("{error} {error:?} {:?}", credential(edition, token));
        assert!(
            said.contains("401 Unauthorized") && said.contains("check the token"),
            "{said}"
        );
        assert!(!said.contains(token) && !said.contains(TOKEN), "{said}");
        let error = wiki_with(
            edition,
            "http://wiki.example.org",
            token,
            Withheld::default(),
        )
        .look(&[])
        .expect_err("no more failures are planned");
        assert!(
            error.to_string().contains("https://") && !error.to_string().contains(token),
            "{error}"
        );
    }
}

#[test]
fn a_missing_space_may_be_hidden() {
    for edition in EDITIONS {
        let site = Site::new(edition);
        let client = Client::new(credential(edition, TOKEN), Arc::default());
        let error = Confluence::new(client, edition, &site.fake.address, "NONE", "")
            .look(&[])
            .expect_err("there is no such space");
        assert!(
            error
                .to_string()
                .contains("it does not exist, or the token may not view it"),
            "{error}"
        );
    }
}

#[test]
fn scoped_tokens_use_their_own_host() {
    let site = Site::new(ConfluenceEdition::Cloud);
    for address in [
        "/ex/confluence/1234",
        "/ex/confluence/1234/wiki",
        "/wiki",
        "/",
    ] {
        let address = format!("{}{address}", site.fake.address);
        wiki_with(
            ConfluenceEdition::Cloud,
            &address,
            TOKEN,
            Withheld::default(),
        )
        .look(&[])
        .unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn withheld_words_are_never_sent() {
    for edition in EDITIONS {
        for pages in [
            written(&[case(
                "a",
                "A",
                vec![paragraph("they run Initech \"&\" Sons there")],
            )]),
            written(&[case(
                "a",
                "About Initech \"&\" Sons",
                vec![paragraph("words")],
            )]),
        ] {
            let mut site = Site::new(edition);
            site.withheld = Withheld::default().with_names(["Initech \"&\" Sons".to_owned()]);
            let error = site
                .publish_pages(pages)
                .expect_err("it is refused")
                .to_string();
            assert!(error.contains("which may not leave"), "{error}");
            assert!(
                site.fake
                    .asked()
                    .iter()
                    .all(|asked| !asked.path.to_lowercase().contains("initech"))
            );
            assert!(
                site.fake.writes().is_empty(),
                "not even an empty page is left behind"
            );
        }
    }
}

#[test]
fn paths_of_the_author_are_never_sent() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&[with_picture("a-private-name", "A", "words")]);
        for asked in site.fake.asked() {
            let sent = format!(
                "{} {} {:?}",
                asked.path,
                String::from_utf8_lossy(&asked.body),
                asked.headers.get("user-agent")
            );
            assert!(
                !sent.contains("a-private-name") && !sent.contains("content/case-studies"),
                "{sent}"
            );
        }
    }
}

#[test]
fn only_the_page_that_was_looked_up_is_deleted() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        let both = [case("a", "A", vec![paragraph("words")]), other()];
        site.publishes(&both);
        assert_eq!(
            site.publishes(&both[1..]),
            [Action::Unchanged, Action::Leave]
        );
        site.wishes.orphans = Orphans::Delete;
        let id = site.fake.page("A").id;
        site.fake.add("Below", &id, "<p>theirs</p>");
        let error = site
            .publish(&both[1..])
            .expect_err("it is refused")
            .to_string();
        assert!(
            error.contains("somebody has added pages below it"),
            "{error}"
        );
        site.fake.change("Below", |page| page.status = "trashed");
        let mut wiki = wiki_with(edition, &site.fake.address, TOKEN, Withheld::default());
        let recorded = site
            .record
            .pages
            .iter()
            .find(|page| page.title == "A")
            .expect("it is recorded")
            .clone();
        let name = written(&both)[0].location.clone();
        let standing = wiki
            .look(&[Lookup {
                location: &name,
                recorded: Some(&recorded),
                attachments: &[],
            }])
            .expect("it can be read")
            .remove(0);
        site.fake.edit("A");
        let error = wiki
            .delete(&recorded, &standing.expect("it is there"), "")
            .expect_err("it is refused")
            .to_string();
        assert!(
            error.contains("somebody has changed it since it was read"),
            "{error}"
        );
        site.wishes.forced.insert(Slug::of("a"));
        assert_eq!(
            site.publishes(&both[1..]),
            [Action::Unchanged, Action::Delete]
        );
        assert_eq!(site.fake.pages().len(), 1);
        site.writes_nothing(&both[1..]);
    }
}

#[test]
fn a_deleted_page_is_reported_as_missing() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&[other()]);
        site.fake
            .change(&other().title, |page| page.status = "trashed");
        assert_eq!(
            site.publishes(&[other()]),
            [Action::Refuse(Conflict::Deleted)]
        );
        site.wishes.forced.insert(Slug::of("other"));
        assert_eq!(site.publishes(&[other()]), [Action::Create]);
        site.writes_nothing(&[other()]);
    }
}

/// A site with a case study and a wiki.
fn folder(edition: ConfluenceEdition, address: &str) -> program::Folder {
    let own = match edition {
        ConfluenceEdition::Cloud => format!("edition = \"cloud\"\nuser = \"{USER}\""),
        ConfluenceEdition::DataCenter => "edition = \"data-center\"".to_owned(),
    };
    let text = format!(
        "-- site.toml --\n[wiki.handbook]\nkind = \"confluence\"\naddress = \"{address}\"\nspace = \"{SPACE}\"\nparent = \"{PARENT}\"\n{own}\n\
         -- content/case-studies/naming.md --\n---\ntitle: A rule & its name\naudience: team\nseverity: 2\n\
         actions:\n  - {{ what: Check names, status: open }}\n---\n\n## Summary\n\nOne `a__b` too *many*.\n"
    );
    let folder = program::Folder::new();
    folder.write(&common::files(&text));
    folder
}

fn command(folder: &program::Folder) -> std::process::Command {
    let mut command = program::storybank(["publish", "handbook", "--root"]);
    command
        .arg(folder.path())
        .env("STORYBANK_HANDBOOK_TOKEN", TOKEN);
    command
}

#[test]
fn the_next_run_completes_a_killed_one() {
    for edition in EDITIONS {
        // The page, the text, the property.
        for count in 0..3 {
            let fake = FakeConfluence::start(edition);
            let folder = folder(edition, &fake.address);
            let (sender, held) = std::sync::mpsc::channel();
            fake.trouble_after(count, Trouble::Hold(sender));
            let null = std::process::Stdio::null;
            let mut child = command(&folder)
                .stdout(null())
                .stderr(null())
                .spawn()
                .expect("the program can be started");
            held.recv_timeout(std::time::Duration::from_secs(20))
                .expect("it writes");
            child.kill().expect("it runs");
            child.wait().expect("it has ended");
            let output = program::run(command(&folder));
            let said = program::words(&output);
            assert!(
                output.status.success() && !said.contains(TOKEN),
                "{edition:?} at {count}: {said}"
            );
            let pages = fake.pages();
            assert_eq!(pages.len(), 1, "{edition:?} at {count}: {said}");
            let words = storage::read(&pages[0].body).words();
            assert!(
                words.contains("One a__b too many.") && words.contains("Check names"),
                "{words}"
            );
            fake.forget();
            let output = program::run(command(&folder));
            assert!(
                output.status.success() && fake.writes().is_empty(),
                "{}",
                program::words(&output)
            );
            fake.edit("A rule & its name");
            fake.forget();
            let output = program::run(command(&folder));
            assert!(
                !output.status.success() && fake.writes().is_empty(),
                "{}",
                program::words(&output)
            );
        }
    }
}

/// Nested blocks in all orders.
fn blocks(depth: usize) -> BoxedStrategy<Vec<Block>> {
    let word = || "[a-z]{1,4}".prop_map(|word: String| vec![text(&word)]);
    let leaf = prop_oneof![
        word().prop_map(Block::Paragraph),
        "[a-z]{1,4}".prop_map(|word| Block::Code {
            language: "none".to_owned(),
            text: format!("{word}\n")
        }),
        (word(), "[a-z]{9}").prop_map(|(text, id)| Block::Heading(Heading {
            level: 3,
            text,
            id,
            is_linked: false
        })),
        prop::collection::vec(word(), 2).prop_map(|cells| {
            Block::Table(Table {
                columns: vec![Alignment::Right; 2],
                head: cells.clone(),
                rows: vec![cells],
            })
        }),
        Just(Block::Rule),
    ];
    if depth == 0 {
        return prop::collection::vec(leaf, 1..3).boxed();
    }
    let item = (
        prop::option::of(any::<bool>()),
        word(),
        blocks(depth - 1),
        any::<bool>(),
    )
        .prop_map(|(done, line, rest, is_line)| {
            let rest = if is_line { Vec::new() } else { rest };
            item(
                done,
                std::iter::once(Block::Paragraph(line))
                    .chain(rest)
                    .collect(),
            )
        });
    let items = prop::collection::vec(item, 1..3);
    let block = prop_oneof![
        2 => leaf,
        1 => blocks(depth - 1).prop_map(Block::Quote),
        1 => (word(), blocks(depth - 1)).prop_map(|(title, blocks)| Block::Callout { kind: Callout::Caution, title, blocks }),
        1 => (word(), blocks(depth - 1)).prop_map(|(summary, blocks)| Block::Details { summary, blocks }),
        2 => (items, any::<bool>(), prop::option::of(1u32..4)).prop_map(|(items, is_tight, first)| Block::List(List { first, is_tight, items })),
    ];
    prop::collection::vec(block, 1..4).boxed()
}

/// The words of a tree in order.
fn words_of(blocks: &[Block], found: &mut Vec<String>) {
    let line = |inlines: &[Inline]| storybank::wiki::page::plain(inlines);
    for block in blocks {
        match block {
            Block::Paragraph(inlines) => found.push(line(inlines)),
            Block::Code { text, .. } => found.push(text.trim().to_owned()),
            Block::Heading(heading) => found.push(line(&heading.text)),
            Block::Table(table) => found.extend(
                table
                    .head
                    .iter()
                    .chain(table.rows.iter().flatten())
                    .map(|cell| line(cell)),
            ),
            Block::Quote(blocks) => words_of(blocks, found),
            Block::Callout {
                title: first,
                blocks,
                ..
            }
            | Block::Details {
                summary: first,
                blocks,
            } => {
                found.push(line(first));
                words_of(blocks, found);
            }
            Block::List(list) => list
                .items
                .iter()
                .for_each(|item| words_of(&item.blocks, found)),
            Block::Rule
            | Block::Facts(_)
            | Block::Contents
            | Block::Actions(_)
            | Block::Element(..) => {}
        }
    }
}

/// The words that a body shows in order, without marks of tasks, lines and columns.
fn words_in(node: &storage::Node, found: &mut Vec<String>) {
    let is_silent = node.name == "ac:task-id"
        || node.name == "ac:task-status"
        || node.get("ac:name") == "language";
    if !is_silent {
        let words = node.text.replace("[x]", "").replace("[ ]", "");
        found.extend(
            words
                .split_whitespace()
                .filter(|word| !"*|".contains(word))
                .map(str::to_owned),
        );
        node.inside
            .iter()
            .for_each(|inside| words_in(inside, found));
    }
}

/// Words of any characters, with more markup than usual.
fn words() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        any::<char>().prop_map(String::from),
        prop::sample::select(vec![
            "]]>",
            "<![CDATA[",
            "&amp;",
            "&#x1;",
            "<",
            ">",
            "\"",
            "'",
            "\0",
            "\u{b}",
            "\u{fffe}",
            "]",
            "]]",
            "\u{7f}",
            "\u{85}"
        ])
        .prop_map(str::to_owned),
        "[a-z <>&\"']{0,8}",
    ];
    // The text of a tree contains no line ends.
    prop::collection::vec(piece, 0..12)
        .prop_map(|pieces| pieces.concat().replace(['\n', '\r'], " "))
}

fn replaced(text: &str) -> String {
    let is_allowed = |next: char| !matches!(next, '\0'..='\u{8}' | '\u{b}' | '\u{c}' | '\u{e}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}');
    text.chars()
        .map(|next| if is_allowed(next) { next } else { '\u{fffd}' })
        .collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, rng_seed: common::seed(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn words_of_any_characters_are_shown_unchanged(words in words()) {
        let link = Inline::Link { to: LinkTo::External(format!("https://example.org/{words}")), text: vec![text("x")] };
        let blocks = vec![
            Block::Paragraph(vec![text("|"), text(&words), text("|"), Inline::Code(words.clone()), link]),
            Block::Code { language: words.clone(), text: format!("{words}\n") },
            Block::Details { summary: vec![text("|"), text(&words)], blocks: vec![Block::Rule] },
        ];
        let page = &written(&[case("a", "A", blocks)])[0];
        let root = storage::read(&page.text);
        let expected = replaced(&words);
        let paragraph = root.find("p").expect("there is a paragraph");
        prop_assert_eq!(paragraph.inside[0].words(), format!("|{expected}|"));
        prop_assert_eq!(root.find("code").expect("there is code").words(), expected.clone());
        prop_assert_eq!(root.find("a").expect("there is a link").get("href"), format!("https://example.org/{expected}"));
        prop_assert_eq!(root.find("ac:plain-text-body").expect("there is a block").words(), expected.clone());
        let parameters = root.all("ac:parameter");
        prop_assert_eq!(parameters[1].words(), format!("|{expected}"));
        prop_assert_eq!(storybank::wiki::confluence::tidied(&page.text), page.text.clone());
    }

    #[test]
    fn no_word_is_lost_in_any_nesting(blocks in blocks(3)) {
        let case = case("a", "A", blocks);
        let page = &written(std::slice::from_ref(&case))[0];
        let (mut expected, mut found) = (Vec::new(), Vec::new());
        words_of(&case.page.blocks, &mut expected);
        words_in(&storage::read(&page.text), &mut found);
        prop_assert_eq!(found, expected, "{}", page.text);
        prop_assert_eq!(storybank::wiki::confluence::tidied(&page.text), page.text.clone());
    }

    #[test]
    fn any_title_becomes_a_valid_title(title in words()) {
        let (pages, _) = write(Dialect::Confluence, "", &[case("a", &title, Vec::new())], &pictures(), &Highlighter::default());
        let name = &pages[0].location;
        prop_assert_eq!(name.title.trim(), &name.title);
        prop_assert!(!name.title.contains("  "));
        prop_assert_eq!(&name.path, &name.title);
    }
}

fn two_cases(words: &str) -> [Case; 2] {
    [
        case("alpha", "Alpha", vec![paragraph(words)]),
        case("beta", "Beta", vec![paragraph(words)]),
    ]
}

#[test]
fn a_restricted_page_does_not_block_others() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&two_cases("one"));
        site.fake
            .change("Alpha", |page| page.operations = Some(vec!["read"]));
        let actions = site.publishes(&two_cases("two"));
        assert!(
            matches!(&actions[0], Action::Barred(reason) if reason.contains("restricted")),
            "{actions:?}"
        );
        assert_eq!(actions[1], Action::Update);
        assert!(
            site.fake.page("Beta").body.contains("two")
                && site.fake.page("Alpha").body.contains("one")
        );

        // A restriction that is only found when writing is reported at the end.
        site.fake.change("Alpha", |page| page.operations = None);
        site.fake.trouble(
            "PUT",
            &site.fake.page("Alpha").id,
            Trouble::Status(403, None),
        );
        let error = site
            .publish(&two_cases("three"))
            .expect_err("one is refused");
        assert!(
            error.to_string().contains("403") && site.refused == ["Alpha"],
            "{error}"
        );
        assert!(site.fake.page("Beta").body.contains("three"));
        assert_eq!(
            site.publishes(&two_cases("three")),
            [Action::Update, Action::Unchanged]
        );
    }
}

#[test]
fn a_page_renamed_by_a_colleague_keeps_its_title() {
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        site.publishes(&two_cases("one"));
        site.fake.rename("Alpha", "The day it stood still");
        assert_eq!(
            site.publishes(&two_cases("one")),
            [Action::Unchanged, Action::Unchanged]
        );
        assert_eq!(
            site.publishes(&two_cases("two")),
            [Action::Update, Action::Update]
        );
        let page = site.fake.page("The day it stood still");
        assert!(page.body.contains("two"), "{}", page.body);
        site.writes_nothing(&two_cases("two"));

        // If the author changes the title, that title counts.
        let mut cases = two_cases("two");
        cases[0].title = "A third title".to_owned();
        site.publishes(&cases);
        assert_eq!(site.fake.page("A third title").id, page.id);

        // A new title with a new text is a change by somebody else.
        site.fake.edit("A third title");
        site.fake.rename("A third title", "A fourth title");
        cases[0].page.blocks = vec![paragraph("three")];
        assert_eq!(site.publishes(&cases)[0], Action::Refuse(Conflict::Edited));
    }
}

#[test]
fn unused_pictures_are_deleted_on_request() {
    use storybank::plan::FileState;
    for edition in EDITIONS {
        let mut site = Site::new(edition);
        let shown = |names: &[&str]| {
            let picture = |name: &&str| Inline::Picture {
                name: (*name).to_owned(),
                alt: "x".to_owned(),
                title: String::new(),
            };
            let mut case = case(
                "alpha",
                "Alpha",
                vec![Block::Paragraph(names.iter().map(picture).collect())],
            );
            case.page.pictures = names.iter().map(|name| (*name).to_owned()).collect();
            case
        };
        let names = ["0a1b2c3d.png", "11aa22bb.jpg", "99ff88ee.png"];
        site.publishes(&[shown(&names)]);
        assert_eq!(site.record.files.len(), 3);
        site.fake
            .change("Alpha", |page| page.replaced = vec![names[1].to_owned()]);
        site.publishes(&[shown(&names[..1])]);
        let mut wiki = wiki_with(edition, &site.fake.address, TOKEN, Withheld::default());
        let files: Vec<_> = site.record.files.iter().cloned().collect();
        let states = wiki
            .look_at_files(&files, &BTreeSet::new())
            .expect("it can be looked up");
        assert!(
            matches!(&states[0], FileState::Kept(reason) if reason.contains("“Alpha”")),
            "{states:?}"
        );
        assert!(
            matches!(&states[1], FileState::Kept(reason) if reason.contains("another version")),
            "{states:?}"
        );
        assert_eq!(states[2], FileState::Unused);
        wiki.delete_file(&files[2]).expect("it is there");
        let left: Vec<String> = site
            .fake
            .page("Alpha")
            .attachments
            .into_iter()
            .map(|(name, _)| name)
            .collect();
        assert_eq!(left, names[..2]);
    }
}
