//! Pages on a real DokuWiki: it shows what was published, and keeps what people write.

#[path = "common/engine.rs"]
mod engine;
#[path = "common/hostile.rs"]
mod hostile;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/html.rs"]
mod html;
#[path = "common/own_case.rs"]
mod own_case;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/small_site.rs"]
mod small_site;
#[path = "common/real_wiki.rs"]
mod real_wiki;
#[path = "common/tree.rs"]
mod tree;

use std::collections::BTreeMap;
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use engine::{Engine, free_port, installed};
use html::NodeId;
use real_wiki::{look, recorded, reviewed, write};
use storybank::audience::Withheld;
use storybank::highlight::Highlighter;
use storybank::markdown::Alignment;
use storybank::plan::{Digest, RemotePage};
use storybank::publish::{Client, Credential, Dokuwiki, Error, Pictures, Request, Secret, Wiki};
use storybank::wiki::page::{
    ActionEntry, Block, Callout, Case, Inline, LinkTo, List, Page, Style, Table,
};
use storybank::wiki::{Dialect, RenderedPage};
use tree::{heading, heading_of, item, link, list, paragraph, text};

/// The password of all users.
const PASSWORD: &str = "Secret-Passw0rd-1";

/// Its hash as the wiki stores it. The safer hashes are slow, and there are many requests.
const HASH: &str = "3eff1ce24394a2bd9badfb666aef37fe";

/// The namespace of the published pages.
const NAMESPACE: &str = "team:stories";

/// A picture of one pixel.
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A wiki for one test: settings, users and pages below `folder`, and the program from `make
/// engines`.
struct Site {
    folder: PathBuf,
    engine: Engine,
}

fn programs() -> PathBuf {
    installed("dokuwiki").join("root")
}

/// Creates the settings and an empty set of pages.
fn lay_out(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dokuwiki-{name}"));
    let _ = fs::remove_dir_all(&folder);
    for part in [
        "attic",
        "cache",
        "index",
        "locks",
        "log",
        "media",
        "media_attic",
        "media_meta",
        "meta",
        "pages",
        "tmp",
    ] {
        fs::create_dir_all(folder.join("data").join(part)).expect("a folder can be made");
    }
    fs::create_dir_all(folder.join("conf")).expect("a folder can be made");
    for entry in fs::read_dir(programs().join("etc/dokuwiki")).expect("the settings are there") {
        let path = entry.expect("it can be read").path();
        if path.is_file() {
            fs::copy(
                &path,
                folder
                    .join("conf")
                    .join(path.file_name().expect("a file has a name")),
            )
            .expect("it can be copied");
        }
    }
    let user =
        |name: &str, group: &str| format!("{name}:{HASH}:{name}:{name}@example.org:{group}\n");
    let users = user("publisher", "user") + &user("editor", "user") + &user("reader", "guest");
    let settings = format!(
        "<?php\n$conf['savedir']='{}';\n$conf['useacl']=1;\n$conf['authtype']='authplain';\n$conf['remote']=1;\n$conf['remoteuser']='@user,@guest';\n",
        folder.join("data").display()
    );
    for (file, text) in [
        ("users.auth.php", format!("# <?php exit()?>\n{users}")),
        (
            "acl.auth.php",
            "# <?php exit()?>\n*\t@ALL\t1\n*\t@user\t16\n".to_owned(),
        ),
        ("local.php", settings),
    ] {
        let path = folder.join("conf").join(file);
        let _ = fs::remove_file(&path);
        fs::write(path, text).expect("it can be written");
    }
    folder
}

/// Escapes text for calls by other users.
fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

impl Site {
    fn start(name: &str) -> Self {
        let folder = lay_out(name);
        let port = free_port();
        let mut php = Command::new("php");
        php.args([
            "-d",
            "display_errors=0",
            "-S",
            &format!("127.0.0.1:{port}"),
            "-t",
        ]);
        php.arg(programs().join("usr/share/dokuwiki"))
            .env("DOKUWIKI_FOLDER", &folder);
        let engine = Engine::start(php, port, &folder);
        Self { folder, engine }
    }

    fn wiki(&self) -> Dokuwiki {
        self.wiki_of("publisher", PASSWORD)
    }

    fn wiki_of(&self, user: &str, password: &str) -> Dokuwiki {
        Dokuwiki::new(
            Arc::new(Withheld::default()),
            &self.engine.url,
            user,
            Secret::new(password),
            NAMESPACE,
        )
    }

    /// A call by another user.
    fn call(&self, user: &str, method: &str, parameters: &str) -> String {
        let client = Client::new(
            Credential::Basic(user.to_owned(), Secret::new(PASSWORD)),
            Arc::default(),
        );
        let body = format!(
            "<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>{parameters}</params></methodCall>"
        );
        let request = Request::new("POST", format!("{}/lib/exe/xmlrpc.php", self.engine.url))
            .body("text/xml", body);
        client
            .expect("call", &request)
            .expect("the wiki answers")
            .text()
    }

    /// Another user saves a page.
    fn edit(&self, id: &str, text: &str) {
        let string = |text: &str| {
            format!(
                "<param><value><string>{}</string></value></param>",
                xml(text)
            )
        };
        let options = "<param><value><struct><member><name>sum</name><value><string>by hand</string></value></member>\
            <member><name>minor</name><value><boolean>0</boolean></value></member></struct></value></param>";
        let answer = self.call(
            "editor",
            "wiki.putPage",
            &(string(id) + &string(text) + options),
        );
        assert!(answer.contains("<boolean>1</boolean>"), "{answer}");
    }

    fn lock(&self, id: &str) {
        self.lock_as("editor", id);
    }

    fn lock_as(&self, user: &str, id: &str) {
        let set = format!(
            "<param><value><struct><member><name>lock</name><value><array><data><value><string>{id}</string></value></data></array></value></member>\
             <member><name>unlock</name><value><array><data></data></array></value></member></struct></value></param>"
        );
        let answer = self.call(user, "dokuwiki.setLocks", &set);
        assert!(answer.contains(id), "{answer}");
    }

    fn is_locked(&self) -> bool {
        fs::read_dir(self.folder.join("data/locks"))
            .expect("it is there")
            .next()
            .is_some()
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder
            .join("data/pages")
            .join(id.replace(':', "/"))
            .with_extension("txt")
    }

    fn source(&self, id: &str) -> String {
        fs::read_to_string(self.file(id)).expect("the page is there")
    }

    /// The number of revisions of a page.
    fn versions(&self, id: &str) -> usize {
        let changes = self
            .folder
            .join("data/meta")
            .join(id.replace(':', "/"))
            .with_extension("changes");
        fs::read_to_string(changes).map_or(0, |text| text.lines().count())
    }

    /// A page as readers get it.
    fn shown(&self, id: &str) -> html::Page {
        html::parse(&self.get(&format!("/doku.php?id={id}&do=export_xhtmlbody")))
    }

    fn get(&self, path: &str) -> String {
        let client = Client::new(Credential::None, Arc::default());
        client
            .expect(
                "read",
                &Request::new("GET", format!("{}{path}", self.engine.url)),
            )
            .expect("the wiki answers")
            .text()
    }
}

fn written(cases: &[Case], pictures: &Pictures) -> Vec<RenderedPage> {
    let (pages, problems) = storybank::wiki::write(
        Dialect::Dokuwiki,
        NAMESPACE,
        cases,
        pictures,
        &Highlighter::default(),
    );
    assert!(problems.is_empty(), "{problems:?}");
    pages
}

fn publish(wiki: &mut Dokuwiki, page: &RenderedPage, pictures: &Pictures) -> Result<String, Error> {
    let over = look(wiki, page)?;
    write(wiki, page, over.as_ref(), pictures)
}

/// A part of a page: its kind and its text, with marks for styles.
type Part = (String, String);

fn part(kind: &str, text: &str) -> Part {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (
        kind.to_owned(),
        words
            .replace(" ⏎", "⏎")
            .replace("⏎ ", "⏎")
            .replace(" ⟪", "⟪")
            .replace("⟫ ", "⟫")
            .trim_matches('⏎')
            .to_owned(),
    )
}

/// What readers should see of a tree.
#[derive(Default)]
struct Wanted {
    parts: Vec<Part>,
    notes: Vec<usize>,
    references: usize,
    /// The open styles.
    styles: Vec<&'static str>,
}

fn wanted(case: &Case) -> Vec<Part> {
    let mut wanted = Wanted {
        parts: vec![part("h1", &case.title)],
        ..Wanted::default()
    };
    wanted.blocks(&case.page.blocks);
    let notes = wanted.notes.clone();
    for note in notes {
        let text = wanted.lines(&case.page.footnotes[note]);
        wanted.parts.push(part("note", &text));
    }
    wanted.parts
}

impl Wanted {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Heading(heading) => {
                    let text = storybank::wiki::page::plain(&heading.text);
                    self.push(&format!("h{}", heading.level.min(5)), &text);
                }
                Block::Paragraph(text) => {
                    let text = self.inlines(text);
                    self.push("p", &text);
                }
                Block::Quote(blocks) => {
                    let text = self.quoted(blocks);
                    self.push("quote", &text);
                }
                Block::Callout {
                    kind,
                    title,
                    blocks,
                } => {
                    let title = self.styled("strong", |wanted| {
                        let title = wanted.inlines(title);
                        let colon = if title.is_empty() { "" } else { ": " };
                        format!("{}{colon}{title}", kind.name())
                    });
                    self.push("th left", &title);
                    let text = self.lines(blocks);
                    self.push("td left", &text);
                }
                Block::Details { summary, blocks } => {
                    let text = self.styled("strong", |wanted| wanted.inlines(summary));
                    self.push("p", &text);
                    self.blocks(blocks);
                }
                Block::Code { text, .. } => self
                    .parts
                    .push(("pre".to_owned(), text.trim_end().to_owned())),
                Block::List(list) => self.list(list),
                Block::Table(table) => self.table(table),
                Block::Rule => self.push("hr", ""),
                Block::Facts(facts) => {
                    for (name, value) in facts {
                        self.push("th", name);
                        self.push("td", value);
                    }
                }
                Block::Contents => {}
                Block::Element(..) => panic!("tests/own_html.rs checks these"),
                Block::Actions(actions) => self.actions(actions),
            }
        }
    }

    fn push(&mut self, kind: &str, text: &str) {
        self.parts.push(part(kind, text));
    }

    fn list(&mut self, list: &List) {
        for (at, item) in list.items.iter().enumerate() {
            let lists = item
                .blocks
                .iter()
                .rev()
                .take_while(|block| matches!(block, Block::List(_)))
                .count();
            let (own, lists) = item.blocks.split_at(item.blocks.len() - lists);
            let (kind, number) = match list.first {
                Some(1) => ("ol", String::new()),
                Some(first) => ("ul", format!("{}. ", first as usize + at)),
                None => ("ul", String::new()),
            };
            let done = item.done.map_or("", |done| if done { "☑ " } else { "☐ " });
            let text = format!("{number}{done}{}", self.lines(own));
            self.push(kind, &text);
            self.blocks(lists);
        }
    }

    fn table(&mut self, table: &Table) {
        let rows =
            std::iter::once(("th", &table.head)).chain(table.rows.iter().map(|row| ("td", row)));
        for (kind, row) in rows {
            for (cell, alignment) in row.iter().zip(&table.columns) {
                let text = self.inlines(cell);
                let set = match alignment {
                    _ if text.trim().is_empty() => " left",
                    Alignment::None => "",
                    Alignment::Left => " left",
                    Alignment::Center => " center",
                    Alignment::Right => " right",
                };
                self.push(&format!("{kind}{set}"), &text);
            }
        }
    }

    fn actions(&mut self, actions: &[ActionEntry]) {
        ["Done", "What", "Owner", "Due", "Status"]
            .iter()
            .for_each(|name| self.push("th", name));
        for action in actions {
            self.push("td", if action.is_settled { "☑" } else { "☐" });
            for text in [
                action.what.as_str(),
                &action.owner,
                &action.due,
                action.status,
            ] {
                self.push(if text.is_empty() { "td left" } else { "td" }, text);
            }
        }
    }

    /// Blocks where only lines are possible.
    fn lines(&mut self, blocks: &[Block]) -> String {
        let texts: Vec<String> = blocks.iter().map(|block| self.line(block)).collect();
        texts.join("⏎⏎").replace("⏎⏎⟪", "⟪").replace("⟫⏎⏎", "⟫")
    }

    fn line(&mut self, block: &Block) -> String {
        match block {
            Block::Paragraph(text) => self.inlines(text),
            Block::Code { text, .. } => format!("⟪{}⟫", text.trim_end()),
            Block::Quote(blocks) => format!("> {}", self.lines(blocks)),
            other => panic!("the tests use no {other:?} in a line"),
        }
    }

    fn quoted(&mut self, blocks: &[Block]) -> String {
        let is_quote = |block: &Block| matches!(block, Block::Quote(_));
        let parts = blocks
            .chunk_by(|one, next| !is_quote(one) && !is_quote(next))
            .map(|part| match part {
                [Block::Quote(inner)] => format!("⟪quote {}⟫", self.quoted(inner)),
                part => self.lines(part),
            });
        parts.collect()
    }

    fn inlines(&mut self, inlines: &[Inline]) -> String {
        inlines.iter().map(|inline| self.inline(inline)).collect()
    }

    /// A style inside the same style changes nothing.
    fn styled(&mut self, kind: &'static str, inner: impl FnOnce(&mut Self) -> String) -> String {
        if self.styles.contains(&kind) {
            return inner(self);
        }
        self.styles.push(kind);
        let words = inner(self);
        self.styles.pop();
        format!("⟦{kind} {words}⟧")
    }

    /// The wiki supports styles around links, but not in them.
    fn linked(&mut self, target: &str, text: &[Inline]) -> String {
        let link = |words: &str| format!("⟦a {target} {words}⟧");
        let linked = text.iter().map(|inline| match inline {
            Inline::Text(words) => link(words),
            Inline::Code(code) => self.styled("code", |_| link(code)),
            Inline::Styled(style, inner) => {
                self.styled(kind_of(*style), |wanted| wanted.linked(target, inner))
            }
            Inline::Picture { .. } => link(&self.inline(inline)),
            Inline::Link { .. } | Inline::Break | Inline::Footnote(_) | Inline::Element(..) => {
                self.inline(inline)
            }
        });
        linked.collect()
    }

    fn inline(&mut self, inline: &Inline) -> String {
        match inline {
            Inline::Text(text) => text.clone(),
            Inline::Code(text) => self.styled("code", |_| text.clone()),
            Inline::Styled(style, inner) => {
                self.styled(kind_of(*style), |wanted| wanted.inlines(inner))
            }
            Inline::Link { to, text } => {
                let target = match to {
                    LinkTo::External(address) => address
                        .replace('[', "%5B")
                        .replace(']', "%5D")
                        .replace('|', "%7C"),
                    LinkTo::Heading(id) => format!("#{id}"),
                    LinkTo::Page { case, heading } => format!("{case}#{heading}"),
                };
                self.linked(&target, text)
            }
            Inline::Picture { name, alt, .. } => format!("⟦img {name} {alt}⟧"),
            Inline::Break => "⏎".to_owned(),
            Inline::Element(..) => panic!("tests/own_html.rs checks these"),
            Inline::Footnote(number) => {
                // The wiki numbers the references, and merges footnotes with the same text.
                self.references += 1;
                if !self.notes.contains(number) {
                    self.notes.push(*number);
                }
                format!("⟦note {}⟧", self.references)
            }
        }
    }
}

fn kind_of(style: Style) -> &'static str {
    match style {
        Style::Emphasis => "em",
        Style::Strong | Style::Highlight => "strong",
        Style::Strikethrough => "del",
        Style::Subscript => "sub",
        Style::Superscript => "sup",
        Style::Keyboard => "code",
        Style::Underline => "u",
    }
}

/// What the wiki shows.
struct Shown<'a> {
    page: &'a html::Page,
    parts: Vec<Part>,
    /// The ids of headings in the tree, keyed by the ids of the wiki.
    headings: BTreeMap<String, String>,
    /// The ids of other pages, keyed by slug.
    places: &'a BTreeMap<String, String>,
}

/// What readers see. `headings` are the ids of the tree in page order.
fn seen(page: &html::Page, case: &Case, places: &BTreeMap<String, String>) -> Vec<Part> {
    let ids = page
        .elements()
        .filter(|&id| is_heading(page.name(id)))
        .filter_map(|id| page.attribute(id, "id"))
        .skip(1);
    let headings = ids
        .zip(case.page.headings())
        .map(|(id, heading)| (id.to_owned(), heading.id.clone()))
        .collect();
    let mut shown = Shown {
        page,
        parts: Vec::new(),
        headings,
        places,
    };
    let body = page.all("body")[0];
    shown.blocks(body);
    shown.parts
}

fn is_heading(name: &str) -> bool {
    matches!(name, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

impl Shown<'_> {
    fn blocks(&mut self, id: NodeId) {
        for &child in self.page.children(id) {
            let name = self.page.name(child).to_owned();
            match name.as_str() {
                "p" => self.push("p", child),
                "ul" | "ol" => self.list(child, &name),
                "blockquote" => self.push("quote", child),
                "pre" => self.parts.push(("pre".to_owned(), self.code(child))),
                "hr" => self.parts.push(part("hr", "")),
                "th" | "td" => {
                    let class = self.page.attribute(child, "class").unwrap_or_default();
                    let set = ["left", "center", "right"]
                        .into_iter()
                        .find(|set| class.contains(&format!("{set}align")));
                    let kind = set.map_or(name.clone(), |set| format!("{name} {set}"));
                    assert_eq!(
                        self.page.attribute(child, "colspan"),
                        None,
                        "no cell has a span"
                    );
                    self.push(&kind, child);
                }
                "div" if self.page.has_class(child, "fn") => self.note(child),
                "div" | "table" | "thead" | "tbody" | "tr" => self.blocks(child),
                "" if self.page.raw_text(child).trim().is_empty() => {}
                heading if is_heading(heading) => self.push(heading, child),
                _ => self
                    .parts
                    .push(part(&format!("stray {name}"), &self.page.text(child))),
            }
        }
    }

    /// The highlighter of the wiki puts a space into each empty line.
    fn code(&self, id: NodeId) -> String {
        let code = self.page.raw_text(id).replace('\u{a0}', "");
        code.trim_end().trim_start_matches('\n').to_owned()
    }

    fn push(&mut self, kind: &str, id: NodeId) {
        let text = self.inlines(id);
        self.parts.push(part(kind, &text));
    }

    fn list(&mut self, list: NodeId, kind: &str) {
        for &item in self.page.children(list) {
            for &child in self.page.children(item) {
                match self.page.name(child) {
                    "div" => self.push(kind, child),
                    "ul" | "ol" => self.list(child, self.page.name(child)),
                    _ => {}
                }
            }
        }
    }

    fn note(&mut self, id: NodeId) {
        let content = self
            .page
            .children(id)
            .iter()
            .copied()
            .find(|&child| self.page.has_class(child, "content"));
        self.push("note", content.expect("a footnote has its words"));
    }

    fn inlines(&self, id: NodeId) -> String {
        let mut out = String::new();
        for &child in self.page.children(id) {
            out.push_str(&self.inline(child));
        }
        out
    }

    fn inline(&self, id: NodeId) -> String {
        let page = self.page;
        match page.name(id) {
            "" => page.raw_text(id),
            "br" => "⏎".to_owned(),
            "a" if page.has_class(id, "fn_top") => {
                format!("note {}", page.text(id).trim_end_matches(')'))
            }
            "a" if page.has_class(id, "media")
                && page
                    .attribute(id, "href")
                    .is_some_and(|to| to.contains("detail.php")) =>
            {
                self.inlines(id)
            }
            "a" => format!(
                "⟦a {} {}⟧",
                self.target(page.attribute(id, "href").unwrap_or_default()),
                self.inlines(id)
            ),
            "img" => {
                let source = page.attribute(id, "src").unwrap_or_default();
                let name = source.rsplit(':').next().unwrap_or_default();
                format!(
                    "⟦img {name} {}⟧",
                    page.attribute(id, "alt").unwrap_or_default()
                )
            }
            "div" => self.inlines(id),
            "em" if page.has_class(id, "u") => format!("⟦u {}⟧", self.inlines(id)),
            "pre" => format!("⟪{}⟫", self.code(id)),
            "p" => self.inlines(id).trim().to_owned(),
            "blockquote" => format!("⟪quote {}⟫", self.inlines(id).trim()),
            name => format!("⟦{name} {}⟧", self.inlines(id)).replace("⟦sup note", "⟦note"),
        }
    }

    /// The target of a link in terms of the tree.
    fn target(&self, href: &str) -> String {
        if let Some(id) = href.strip_prefix('#') {
            let here = self.headings.get(id).cloned();
            return format!("#{}", here.unwrap_or_else(|| format!("nowhere: {id}")));
        }
        let Some(rest) = href.split("doku.php?id=").nth(1) else {
            return href.to_owned();
        };
        let (place, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let slug = self
            .places
            .iter()
            .find(|(_, known)| *known == place)
            .map_or(place, |(slug, _)| slug);
        format!("{slug}#{fragment}")
    }
}

/// Joins links that the wiki needed to split.
fn joined(mut text: String) -> String {
    while let Some((at, end, target)) = adjacent(&text) {
        text.replace_range(at..end, "");
        let _ = target;
    }
    text
}

/// The end of a link that is followed by one to the same target.
fn adjacent(text: &str) -> Option<(usize, usize, String)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("⟧⟦a ") {
        let at = from + found;
        let start = at + "⟧⟦a ".len();
        let target = text[start..]
            .split(' ')
            .next()
            .unwrap_or_default()
            .to_owned();
        let before = text[..at]
            .rfind("⟦a ")
            .map(|open| &text[open + "⟦a ".len()..at]);
        if before.is_some_and(|before| before.starts_with(&format!("{target} "))) {
            return Some((at, start + target.len() + 1, target));
        }
        from = start;
    }
    None
}

fn compare(page: &html::Page, case: &Case, places: &BTreeMap<String, String>) {
    let all_joined = |parts: Vec<Part>| -> Vec<Part> {
        parts
            .into_iter()
            .map(|(kind, text)| (kind, joined(text)))
            .collect()
    };
    let (seen, wanted) = (
        all_joined(seen(page, case, places)),
        all_joined(wanted(case)),
    );
    for (at, (seen, wanted)) in seen.iter().zip(&wanted).enumerate() {
        assert_eq!(seen, wanted, "part {at}");
    }
    assert_eq!(
        seen.len(),
        wanted.len(),
        "{:?}",
        seen.iter().zip(&wanted).next_back()
    );
}

#[test]
fn hostile_words_are_shown_unchanged() {
    let site = Site::start("hostile");
    let case = hostile::case();
    let page = written(std::slice::from_ref(&case), &Pictures::new()).remove(0);
    let mut wiki = site.wiki();
    let id = publish(&mut wiki, &page, &Pictures::new()).expect("it is written");
    assert_eq!(id, "team:stories:case_study_c_db_outage_2");
    assert_eq!(
        site.source(&id),
        page.text,
        "the wiki stores the text unchanged"
    );
    let shown = site.shown(&id);
    compare(&shown, &case, &BTreeMap::new());
    for name in ["script", "details", "iframe", "abbr", "object"] {
        assert_eq!(shown.all(name).len(), 0, "{name}");
    }
    assert_eq!(shown.all("img").len(), 0, "no words became a picture");
    assert!(!site.is_locked());
}

fn case(title: &str, page: Page) -> Case {
    tree::case(title, title, page)
}

fn to(id: &str) -> LinkTo {
    LinkTo::Heading(id.to_owned())
}

fn code(language: &str, text: &str) -> Block {
    Block::Code {
        language: language.to_owned(),
        text: text.to_owned(),
    }
}

/// A page with all constructs.
fn everything() -> (Case, Case, Pictures) {
    let bytes = STANDARD.decode(DOT).expect("it is base64");
    let pictures = Pictures::from([("0123456789abcdef.png".to_owned(), bytes.into())]);
    let picture = Inline::Picture {
        name: "0123456789abcdef.png".to_owned(),
        alt: "a dot | red".to_owned(),
        title: String::new(),
    };
    let other = case(
        "The other one",
        Page {
            blocks: vec![heading(2, "Größe & Maß", "size"), paragraph("end")],
            ..Page::default()
        },
    );
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
    let styled = styles.into_iter().flat_map(|style| {
        [
            Inline::Styled(style, vec![text("in style")]),
            text(" then "),
        ]
    });
    let nested = Inline::Styled(
        Style::Strong,
        vec![
            text("a "),
            Inline::Styled(
                Style::Emphasis,
                vec![text("b"), Inline::Code("c".to_owned())],
            ),
        ],
    );
    let to_other = |heading: &str| LinkTo::Page {
        case: other.slug.clone(),
        heading: heading.to_owned(),
    };
    let outer = vec![
        item(
            None,
            vec![
                paragraph("one"),
                Block::List(list(
                    Some(1),
                    vec![
                        item(Some(true), vec![paragraph("done")]),
                        item(None, vec![paragraph("plain")]),
                    ],
                )),
            ],
        ),
        item(
            Some(false),
            vec![
                paragraph("open"),
                Block::List(list(None, vec![item(None, vec![paragraph("deeper")])])),
            ],
        ),
    ];
    let blocks = vec![
        Block::Facts(vec![
            ("Severity".to_owned(), "high".to_owned()),
            ("Date".to_owned(), "2025-03-21".to_owned()),
        ]),
        Block::Contents,
        heading(2, "What happened?", "what"),
        Block::Paragraph(
            styled
                .chain([nested, Inline::Break, text("next line")])
                .collect(),
        ),
        heading(3, "What happened?", "again"),
        heading(4, "10:00", "time"),
        heading(5, "!?", "marks"),
        heading_of(
            6,
            vec![text("Six "), Inline::Code("x = [1]".to_owned())],
            "six",
        ),
        Block::Paragraph(
            ["what", "again", "time", "marks", "six"]
                .into_iter()
                .flat_map(|id| [link(to(id), vec![text(id)]), text(" ")])
                .collect(),
        ),
        Block::Paragraph(vec![
            link(to_other(""), vec![text("the other page")]),
            text(" and "),
            link(to_other("size"), vec![text("its size")]),
        ]),
        Block::Paragraph(vec![
            link(
                LinkTo::External("https://example.org/?q=a&b=1".to_owned()),
                vec![
                    text("both "),
                    Inline::Styled(Style::Strong, vec![text("bold")]),
                ],
            ),
            text(" "),
            picture.clone(),
        ]),
        Block::Quote(vec![
            paragraph("outer"),
            paragraph("more"),
            Block::Quote(vec![
                paragraph("inner"),
                code("sh", "x\n\n> y\n"),
                paragraph("after"),
            ]),
        ]),
        Block::Quote(vec![
            code("sh", "| a\n  * b\n"),
            Block::Quote(vec![paragraph("one"), Block::Quote(vec![paragraph("two")])]),
            paragraph("back"),
        ]),
        Block::List(list(
            Some(1),
            vec![item(
                None,
                vec![
                    paragraph("a"),
                    code("sh", "  - x\n\n  * y\n"),
                    Block::Quote(vec![paragraph("said")]),
                    paragraph("end"),
                ],
            )],
        )),
        Block::Callout {
            kind: Callout::Tip,
            title: Vec::new(),
            blocks: vec![paragraph("do this"), code("sh", "a | b ^ c\n\nd\n")],
        },
        Block::Details {
            summary: vec![text("More")],
            blocks: vec![paragraph("inside"), code("rust", "fn main() {}\n")],
        },
        code("unknown", "  two\n\n\ttab <b> &amp; %% ''x''\n"),
        code("", "plain\n"),
        code("c++", "int x; // </code>\n"),
        Block::Rule,
        Block::List(list(None, outer)),
        Block::List(list(
            Some(7),
            vec![
                item(None, vec![paragraph("seven")]),
                item(None, vec![paragraph("eight")]),
            ],
        )),
        Block::Table(Table {
            columns: vec![
                Alignment::Left,
                Alignment::Center,
                Alignment::Right,
                Alignment::None,
            ],
            head: vec![
                vec![text("a")],
                vec![text("b")],
                vec![text("c")],
                Vec::new(),
            ],
            rows: vec![
                vec![
                    vec![text("x")],
                    vec![picture],
                    vec![Inline::Code("a || b".to_owned())],
                    vec![text("one"), Inline::Break, text("two")],
                ],
                vec![
                    Vec::new(),
                    Vec::new(),
                    vec![text("::: ")],
                    vec![link(to("what"), vec![text("up")])],
                ],
            ],
        }),
        Block::Paragraph(vec![
            text("noted"),
            Inline::Footnote(0),
            text(", "),
            Inline::Styled(Style::Strong, vec![text("loud"), Inline::Footnote(1)]),
        ]),
        Block::Actions(vec![ActionEntry {
            what: "Alert on lag".to_owned(),
            owner: "Platform team".to_owned(),
            due: String::new(),
            status: "doing",
            is_settled: false,
        }]),
    ];
    let footnotes = vec![
        vec![paragraph("first (of two)"), code("sh", "echo ))\n")],
        vec![Block::Paragraph(vec![
            Inline::Styled(Style::Strong, vec![text("second")]),
            text(" one"),
        ])],
    ];
    (
        case(
            "Everything: a page",
            Page {
                blocks,
                footnotes,
                pictures: pictures.keys().cloned().collect(),
            },
        ),
        other,
        pictures,
    )
}

#[test]
fn all_constructs_are_shown_with_pictures_and_links() {
    let site = Site::start("everything");
    let (case, other, pictures) = everything();
    let pages = written(&[case.clone(), other], &pictures);
    let mut wiki = site.wiki();
    for page in pages.iter().rev() {
        publish(&mut wiki, page, &pictures).expect("it is written");
    }
    let id = &pages[0].location.path;
    let shown = site.shown(id);
    let places = pages
        .iter()
        .map(|page| (page.case.to_string(), page.location.path.clone()))
        .collect();
    let mut wanted = case.clone();
    // The wiki derives an id from the text of the heading, and the link must have the same.
    set_fragments(&mut wanted.page.blocks, "size", "groesse_mass");
    compare(&shown, &wanted, &places);
    assert_eq!(
        shown.of_class("wikilink2").len(),
        0,
        "no link has a missing target"
    );
    assert!(
        site.shown(&pages[1].location.path)
            .ids()
            .contains(&"groesse_mass")
    );
    let media = site
        .folder
        .join("data/media/team/stories/0123456789abcdef.png");
    assert_eq!(
        fs::read(media).expect("it is uploaded"),
        &*pictures["0123456789abcdef.png"]
    );
    let whole = site.get(&format!("/doku.php?id={id}"));
    assert!(
        whole.contains("dw__toc") && whole.contains("<title>team:stories:everything_a_page"),
        "the wiki makes the table of contents"
    );
    assert!(
        !site
            .get(&format!("/doku.php?id={}", pages[1].location.path))
            .contains("dw__toc"),
        "no table of contents was requested there"
    );
    // Without a change, nothing is written.
    let standing = look(&mut wiki, &pages[0])
        .expect("it is there")
        .expect("it is there");
    assert_eq!(standing.digest, Some(Digest::of(&pages[0].text)));
    assert_eq!(
        standing.attachments.iter().collect::<Vec<_>>(),
        pages[0].attachments.iter().collect::<Vec<_>>()
    );
    assert_eq!(standing.editor.as_deref(), Some("publisher"));
    publish(&mut wiki, &pages[0], &pictures).expect("it is written again");
    assert_eq!(site.versions(id), 1, "the same text makes no version");
    assert!(!site.is_locked());
}

fn set_fragments(blocks: &mut [Block], from: &str, to: &str) {
    for block in blocks {
        let Block::Paragraph(inlines) = block else {
            continue;
        };
        for inline in inlines {
            if let Inline::Link {
                to: LinkTo::Page { heading, .. },
                ..
            } = inline
                && heading == from
            {
                *heading = to.to_owned();
            }
        }
    }
}

fn small(words_of_it: &str) -> RenderedPage {
    let page = Page {
        blocks: vec![paragraph(words_of_it)],
        ..Page::default()
    };
    written(&[case("A small page", page)], &Pictures::new()).remove(0)
}

fn write_over(
    wiki: &mut Dokuwiki,
    page: &RenderedPage,
    over: Option<&RemotePage>,
) -> Result<String, Error> {
    write(wiki, page, over, &Pictures::new())
}

#[test]
fn text_of_others_is_kept() {
    let site = Site::start("conflict");
    let mut wiki = site.wiki();
    let (first, second) = (small("first"), small("second"));
    let id = first.location.path.clone();
    // Somebody creates the page between the lookup and the write.
    assert_eq!(look(&mut wiki, &first).expect("it can be looked up"), None);
    site.edit(&id, "made by hand");
    let error = write_over(&mut wiki, &first, None).expect_err("there is a page");
    assert!(
        error
            .to_string()
            .contains("`editor` has changed the page since it was read"),
        "{error}"
    );
    assert_eq!(site.source(&id), "made by hand");
    // Somebody changes it between the lookup and the write, in the same second and with the same
    // length.
    let over = look(&mut wiki, &first).expect("it is there");
    assert_eq!(
        over.as_ref()
            .map(|over| (over.editor.as_deref(), over.text.as_str())),
        Some((Some("editor"), "made by hand"))
    );
    site.edit(&id, "mend by hand");
    let error = write_over(&mut wiki, &second, over.as_ref()).expect_err("it has changed");
    assert!(error.reason.contains("has changed the page"), "{error}");
    assert_eq!(site.source(&id), "mend by hand");
    // Somebody deletes it.
    let over = look(&mut wiki, &first).expect("it is there");
    site.edit(&id, "");
    let error = write_over(&mut wiki, &second, over.as_ref()).expect_err("it is gone");
    assert!(error.reason.contains("deleted"), "{error}");
    assert!(!site.file(&id).exists() && !site.is_locked());
    // The state that was looked up may be overwritten.
    write_over(&mut wiki, &first, None).expect("there is no page");
    let over = look(&mut wiki, &first).expect("it is there");
    write_over(&mut wiki, &second, over.as_ref()).expect("nobody has changed it");
    assert_eq!(site.source(&id), second.text);
    let changes = fs::read_to_string(
        site.folder
            .join("data/meta/team/stories/a_small_page.changes"),
    )
    .expect("it has a history");
    assert!(
        changes
            .lines()
            .last()
            .is_some_and(|line| line.contains("0123 published") && line.contains("publisher")),
        "{changes}"
    );
}

#[test]
fn a_page_locked_by_an_editor_is_not_written() {
    let site = Site::start("locked");
    let mut wiki = site.wiki();
    let page = small("first");
    publish(&mut wiki, &page, &Pictures::new()).expect("it is written");
    site.lock(&page.location.path);
    let second = small("second");
    let error = publish(&mut wiki, &second, &Pictures::new()).expect_err("it is locked");
    assert!(
        error
            .to_string()
            .contains("somebody else is editing the page"),
        "{error}"
    );
    assert!(error.help.contains("15 minutes"), "{error}");
    assert_eq!(site.source(&page.location.path), page.text);
    assert!(site.is_locked(), "the lock is somebody else's");
}

#[test]
fn only_the_page_that_was_looked_up_is_deleted() {
    let site = Site::start("deletion");
    let mut wiki = site.wiki();
    let page = small("first");
    publish(&mut wiki, &page, &Pictures::new()).expect("it is written");
    let standing = look(&mut wiki, &page)
        .expect("it is there")
        .expect("it is there");
    site.edit(&page.location.path, "by hand");
    let error = wiki
        .delete(&recorded(&page), &standing, "0123 deleted")
        .expect_err("it has changed");
    assert!(
        error
            .to_string()
            .starts_with("cannot delete the page `team:stories:a_small_page` at http://127.0.0.1"),
        "{error}"
    );
    assert_eq!(site.source(&page.location.path), "by hand");
    let standing = look(&mut wiki, &page)
        .expect("it is there")
        .expect("it is there");
    wiki.delete(&recorded(&page), &standing, "0123 deleted")
        .expect("it is deleted");
    assert!(!site.file(&page.location.path).exists());
    assert_eq!(look(&mut wiki, &page).expect("it can be looked up"), None);
    assert!(!site.is_locked());
}

#[test]
fn missing_permissions_are_reported() {
    let site = Site::start("rights");
    let page = small("first");
    let error = publish(
        &mut site.wiki_of("publisher", "another password"),
        &page,
        &Pictures::new(),
    )
    .expect_err("it is not the password");
    assert!(
        error.reason.starts_with("401") && error.help.contains("password of `publisher`"),
        "{error}"
    );
    assert!(!format!("{error} {error:?}").contains("another password"));
    let error = publish(
        &mut site.wiki_of("reader", PASSWORD),
        &page,
        &Pictures::new(),
    )
    .expect_err("it may read only");
    assert!(
        error
            .to_string()
            .contains("`reader` has the right 1 there and needs 2"),
        "{error}"
    );
    let elsewhere = format!("{}/elsewhere", site.engine.url);
    let mut wiki = Dokuwiki::new(
        Arc::default(),
        &elsewhere,
        "publisher",
        Secret::new(PASSWORD),
        NAMESPACE,
    );
    let error = look(&mut wiki, &page).expect_err("there is no wiki");
    assert!(error.help.contains("`address`"), "{error}");
    let settings = site.folder.join("conf/local.php");
    let text = fs::read_to_string(&settings)
        .expect("it is there")
        .replace("['remote']=1", "['remote']=0");
    fs::write(&settings, text).expect("it can be written");
    let error = look(&mut site.wiki(), &page).expect_err("the interface is off");
    assert!(error.help.contains("`remote`"), "{error}");
    assert!(!site.file(&page.location.path).exists());
}

#[test]
fn withheld_words_are_never_sent() {
    let site = Site::start("withheld");
    let withheld = Arc::new(Withheld::default().with_names(["Acme".to_owned()]));
    let mut wiki = Dokuwiki::new(
        withheld,
        &site.engine.url,
        "publisher",
        Secret::new(PASSWORD),
        NAMESPACE,
    );
    let error = publish(
        &mut wiki,
        &small("made for A<cme").clone(),
        &Pictures::new(),
    );
    assert!(error.is_ok(), "{error:?}");
    let over = look(&mut wiki, &small("x")).expect("it is there");
    let error = write_over(&mut wiki, &small("made for Acme"), over.as_ref())
        .expect_err("it may not leave");
    assert!(error.reason.contains("may not leave"), "{error}");
    let mut page = small("with a picture");
    page.attachments = vec!["0.png".to_owned()];
    let pictures = Pictures::from([("0.png".to_owned(), b"taken at ACME".to_vec().into())]);
    let error = write(&mut wiki, &page, over.as_ref(), &pictures)
        .expect_err("a picture may not leave either");
    assert!(
        error.action.contains("upload") && error.reason.contains("may not leave"),
        "{error}"
    );
    assert!(!site.is_locked(), "the page is unlocked after any failure");
}

/// How the wiki renders a text, without a server.
fn rendered(text: &str, folder: &Path) -> html::Page {
    let mut php = Command::new("php");
    php.args(["-d", "display_errors=0"])
        .arg(programs().join("usr/share/dokuwiki/bin/render.php"))
        .env("DOKUWIKI_FOLDER", folder);
    let mut child = php
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("`make engines` installs php");
    child
        .stdin
        .take()
        .expect("it reads")
        .write_all(text.as_bytes())
        .expect("it reads all of it");
    let output = child.wait_with_output().expect("it ends");
    assert!(output.status.success());
    html::parse(&String::from_utf8(output.stdout).expect("it is text"))
}

/// Markup, and text between it.
const PIECES: &[&str] = &[
    "a",
    "word",
    "Two",
    "B2",
    " ",
    "  ",
    "%",
    "%%",
    "%%%",
    "<nowiki>",
    "</nowiki>",
    "*",
    "**",
    "/",
    "//",
    "_",
    "__",
    "'",
    "''",
    "\"",
    "(",
    "((",
    ")",
    "))",
    "[",
    "[[",
    "]",
    "]]",
    "{",
    "{{",
    "}",
    "}}",
    "|",
    "||",
    "^",
    "=",
    "==",
    "======",
    "-",
    "--",
    "---",
    "----",
    ">",
    ">>",
    "<",
    "<<",
    "->",
    ":",
    "://",
    "http://",
    "http:",
    "www.",
    "a.b",
    "\\",
    "\\\\",
    "\\\\ ",
    "~~NOTOC~~",
    "~~",
    ":::",
    "<code>",
    "</code>",
    "<file>",
    "</file>",
    "<sub>",
    "</sub>",
    "<del>",
    "</del>",
    "<html>",
    "</html>",
    "<php>",
    "rss>",
    "&",
    "&amp;",
    "#",
    "?",
    "!",
    ".",
    "...",
    ",",
    ";",
    "640x480",
    ":-)",
    "FIXME",
    "(c)",
    "@",
    "x@y.org",
    "\\\\server\\share",
    "ü",
    "ß",
    "漢",
    "🙂",
    "—",
    "1",
    "1.",
    "* ",
    "- ",
    "  * ",
    "\t",
];

fn any_words() -> impl Strategy<Value = String> {
    let pieces = prop::collection::vec(prop::sample::select(PIECES), 1..7);
    pieces
        .prop_map(|pieces| pieces.concat())
        .prop_filter("a text has words", |text| !text.trim().is_empty())
}

fn any_inline() -> impl Strategy<Value = Inline> {
    let styles = [
        Style::Emphasis,
        Style::Strong,
        Style::Strikethrough,
        Style::Subscript,
        Style::Superscript,
        Style::Keyboard,
        Style::Underline,
    ];
    let leaf = prop_oneof![
        any_words().prop_map(Inline::Text),
        any_words().prop_map(Inline::Code),
        Just(Inline::Break)
    ];
    let places =
        prop::sample::select(&["https://example.org/a?b=[c]|d", "http://example.org/%20"][..]);
    prop_oneof![
        4 => leaf,
        2 => (prop::sample::select(styles.to_vec()), any_words()).prop_map(|(style, words)| Inline::Styled(style, vec![Inline::Text(words)])),
        1 => (places, any_words()).prop_map(|(place, words)| link(LinkTo::External(place.to_owned()), vec![Inline::Text(words)])),
        1 => any_words().prop_map(|words| Inline::Styled(Style::Strong, vec![text("a"), Inline::Styled(Style::Emphasis, vec![Inline::Code(words)])])),
    ]
}

/// All blocks that contain text, with words of all kinds.
fn any_blocks() -> impl Strategy<Value = Vec<Block>> {
    let line = || {
        prop::collection::vec(any_inline(), 1..5).prop_map(|inlines| {
            std::iter::once(text("x "))
                .chain(inlines)
                .chain([text(" y")])
                .collect::<Vec<_>>()
        })
    };
    let code_text = prop::collection::vec(any_words(), 1..4)
        .prop_map(|lines| format!("x\n{}\n", lines.join("\n")));
    let block = prop_oneof![
        any_words().prop_map(|words| heading(2, &words, "id")),
        line().prop_map(Block::Paragraph),
        any_words().prop_map(|text| paragraph(&text)),
        line().prop_map(|line| Block::Quote(vec![Block::Paragraph(line)])),
        (line(), line()).prop_map(|(title, line)| Block::Callout {
            kind: Callout::Note,
            title,
            blocks: vec![Block::Paragraph(line)]
        }),
        (line(), line()).prop_map(|(one, two)| Block::List(list(
            None,
            vec![
                item(None, vec![Block::Paragraph(one)]),
                item(Some(true), vec![Block::Paragraph(two)]),
            ]
        ))),
        (any_words(), line()).prop_map(|(one, two)| Block::Table(Table {
            columns: vec![Alignment::None, Alignment::Center],
            head: vec![vec![Inline::Text(one.clone())], vec![text("head")]],
            rows: vec![vec![vec![Inline::Text(one)], two]],
        })),
        code_text
            .prop_filter("code that holds the ends of both tags is parted", |code| {
                !(code.contains("</code>") && code.contains("</file>"))
            })
            .prop_map(|text| code("", &text)),
    ];
    prop::collection::vec(block, 1..30)
}

/// All markup of this wiki, from its settings and its syntax.
fn specials() -> Vec<String> {
    let mut specials: Vec<String> = PIECES
        .iter()
        .map(|&piece| piece.to_owned())
        .filter(|piece| !piece.trim().is_empty())
        .collect();
    for file in ["smileys.conf", "entities.conf", "acronyms.conf"] {
        let settings = fs::read_to_string(programs().join("etc/dokuwiki").join(file))
            .expect("the wiki has its settings");
        let lines = settings.lines().filter(|line| !line.starts_with('#'));
        specials.extend(
            lines
                .filter_map(|line| line.split_whitespace().next())
                .map(str::to_owned),
        );
    }
    for file in ["interwiki.conf", "scheme.conf"] {
        let settings = fs::read_to_string(programs().join("etc/dokuwiki").join(file))
            .expect("the wiki has its settings");
        let names = settings
            .lines()
            .filter(|line| !line.starts_with('#'))
            .filter_map(|line| line.split_whitespace().next());
        specials.extend(names.take(6).flat_map(|name| {
            [
                format!("{name}>x"),
                format!("{name}://x.org"),
                format!("{name}:"),
            ]
        }));
    }
    specials.extend(
        [
            "20 m",
            "m",
            "x m",
            "8-",
            ":-",
            ":",
            ";-",
            "=",
            "^_",
            "<",
            "-",
            "(",
            "((c",
            "c",
            "(tm",
            ">",
            "5x",
            "640x",
            "page",
            "CamelCase",
            "x'",
            "\\",
        ]
        .map(str::to_owned),
    );
    specials.extend(
        [
            "~~NOCACHE~~",
            "~~DISCUSSION~~",
            "~~x",
            "~~",
            "<<",
            "{{x.png}}",
            "{{rss>x}}",
            "[[x]]",
            "<php>",
            "<HTML>",
        ]
        .map(str::to_owned),
    );
    specials.sort();
    specials.dedup();
    specials
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
    constructs.push(Inline::Code("code".to_owned()));
    constructs.push(link(
        LinkTo::External("https://example.org/".to_owned()),
        vec![text("linked")],
    ));
    constructs.push(link(to("place"), vec![text("linked")]));
    constructs.push(Inline::Footnote(0));
    constructs.push(Inline::Break);
    constructs
}

#[test]
fn markup_in_words_has_no_effect_in_any_context() {
    let folder = lay_out("matrix");
    let specials = specials();
    for construct in constructs() {
        let lines = |special: &str| {
            let special = || Inline::Text(special.to_owned());
            let one = || construct.clone();
            let in_style = Inline::Styled(Style::Strong, vec![special()]);
            [
                vec![special(), one(), text("x")],
                vec![text("x"), one(), special()],
                vec![text("x "), special(), one(), special(), text(" x")],
                vec![text("x"), in_style.clone(), one(), in_style, text("x")],
            ]
        };
        let mut blocks = Vec::new();
        for special in &specials {
            let lines = lines(special);
            blocks.extend(lines.iter().cloned().map(Block::Paragraph));
            let items = lines
                .iter()
                .map(|line| item(None, vec![Block::Paragraph(line.clone())]));
            blocks.push(Block::List(list(None, items.collect())));
            blocks.push(Block::Quote(vec![Block::Paragraph(lines[0].clone())]));
            blocks.push(Block::Table(Table {
                columns: vec![Alignment::None; 2],
                head: vec![lines[0].clone(), lines[1].clone()],
                rows: vec![vec![lines[2].clone(), vec![Inline::Text(special.clone())]]],
            }));
        }
        for blocks in blocks.chunks(160) {
            let blocks = [&[heading(2, "Place", "place")], blocks].concat();
            let case = case(
                "Matrix",
                Page {
                    blocks,
                    footnotes: vec![vec![paragraph("a note")]],
                    ..Page::default()
                },
            );
            let page = written(std::slice::from_ref(&case), &Pictures::new()).remove(0);
            compare(&rendered(&page.text, &folder), &case, &BTreeMap::new());
        }
    }
}

#[test]
fn random_words_are_shown_unchanged() {
    let folder = lay_out("random");
    let seed = match Config::default().rng_seed {
        RngSeed::Random => RngSeed::Fixed(2026),
        fixed @ RngSeed::Fixed(_) => fixed,
    };
    let mut runner = TestRunner::new(Config {
        cases: 50,
        rng_seed: seed,
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    });
    let run = runner.run(&any_blocks(), |blocks| {
        let page = case(
            "Random",
            Page {
                blocks,
                ..Page::default()
            },
        );
        let page_text = written(std::slice::from_ref(&page), &Pictures::new())
            .remove(0)
            .text;
        compare(&rendered(&page_text, &folder), &page, &BTreeMap::new());
        Ok(())
    });
    if let Err(error) = run {
        panic!("{error}");
    }
}

#[test]
fn the_wiki_requests_nothing_from_other_hosts() {
    let site = Site::start("fetch");
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port is free");
    listener
        .set_nonblocking(true)
        .expect("it can be asked without waiting");
    let port = listener.local_addr().expect("it has an address").port();
    let lure =
        format!("{{{{rss>http://127.0.0.1:{port}/feed 1}}}} {{{{http://127.0.0.1:{port}/a.png}}}}");
    let only = format!("{{{{http://127.0.0.1:{port}/a.png}}}}");
    let table = Table {
        columns: vec![Alignment::None],
        head: vec![vec![text(&lure)]],
        rows: vec![vec![vec![text(&lure)]]],
    };
    let blocks = vec![
        heading(2, &lure, "lure"),
        paragraph(&lure),
        Block::Paragraph(vec![
            Inline::Code(lure.clone()),
            link(
                LinkTo::External("https://example.org".to_owned()),
                vec![text(&only)],
            ),
        ]),
        Block::Quote(vec![paragraph(&lure)]),
        Block::List(list(
            None,
            vec![item(None, vec![paragraph(&lure), paragraph(&lure)])],
        )),
        Block::Table(table),
        code("text", &lure),
        Block::Paragraph(vec![text("noted"), Inline::Footnote(0)]),
    ];
    let tree = case(
        "Lure",
        Page {
            blocks,
            footnotes: vec![vec![paragraph(&lure)]],
            ..Page::default()
        },
    );
    let page = written(std::slice::from_ref(&tree), &Pictures::new()).remove(0);
    publish(&mut site.wiki(), &page, &Pictures::new()).expect("it is written");
    compare(&site.shown(&page.location.path), &tree, &BTreeMap::new());
    assert_eq!(
        listener.accept().expect_err("nobody has asked").kind(),
        std::io::ErrorKind::WouldBlock
    );
}

#[test]
fn an_interrupted_publication_is_completed_by_the_next() {
    let site = Site::start("interrupted");
    let mut wiki = site.wiki();
    let (_, _, pictures) = everything();
    let picture = Inline::Picture {
        name: "0123456789abcdef.png".to_owned(),
        alt: "a dot".to_owned(),
        title: String::new(),
    };
    let tree = Page {
        blocks: vec![Block::Paragraph(vec![picture])],
        footnotes: Vec::new(),
        pictures: pictures.keys().cloned().collect(),
    };
    let page = written(&[case("With a picture", tree)], &pictures).remove(0);
    // A run was killed after it had locked the page and uploaded half of the picture.
    site.lock_as("publisher", &page.location.path);
    let file = site
        .folder
        .join("data/media/team/stories/0123456789abcdef.png");
    let bytes = &pictures["0123456789abcdef.png"];
    fs::create_dir_all(file.parent().expect("it is in a folder")).expect("a folder can be made");
    fs::write(&file, &bytes[..20]).expect("it can be written");
    publish(&mut wiki, &page, &pictures).expect("the lock is our own");
    assert_eq!(fs::read(&file).expect("it is there"), &**bytes);
    assert!(!site.is_locked());
    // Somebody deletes the picture: it is missed, and a new upload makes no revision of the page.
    fs::remove_file(&file).expect("it is there");
    let standing = look(&mut wiki, &page)
        .expect("it is there")
        .expect("it is there");
    assert!(standing.attachments.is_empty());
    publish(&mut wiki, &page, &pictures).expect("it is written");
    assert!(file.exists());
    assert_eq!(site.versions(&page.location.path), 1);
}

#[test]
fn content_that_headings_cannot_contain_is_not_lost() {
    let folder = lay_out("fallbacks");
    let mixed = "- one </code>\nplain\n* two </file>\n  both </code> </file> %% ''x''\nlast\n";
    let title = [
        text("Plain "),
        link(
            LinkTo::External("https://example.org/".to_owned()),
            vec![text("linked")],
        ),
        Inline::Footnote(0),
    ];
    let inner = heading(3, "Inner", "inner");
    let up = Block::Paragraph(vec![
        link(to("inner"), vec![text("up")]),
        text(" "),
        link(LinkTo::External("tel:+123".to_owned()), vec![text("call")]),
        text(" "),
        link(
            LinkTo::External("mailto:a@example.org".to_owned()),
            vec![text("write")],
        ),
    ]);
    let lists = Block::List(list(
        None,
        vec![item(
            None,
            vec![
                paragraph("one"),
                Block::List(list(
                    Some(2),
                    vec![item(Some(true), vec![paragraph("two")])],
                )),
                paragraph("three"),
            ],
        )],
    ));
    let blocks = vec![
        heading_of(2, title.to_vec(), "outer"),
        Block::Quote(vec![paragraph("said"), inner]),
        up,
        code("sh", mixed),
        lists,
    ];
    let page = case(
        "Fallbacks",
        Page {
            blocks,
            footnotes: vec![vec![
                paragraph("note"),
                Block::Paragraph(vec![text("more"), Inline::Footnote(0)]),
            ]],
            ..Page::default()
        },
    );
    let shown = rendered(&written(&[page], &Pictures::new()).remove(0).text, &folder);
    assert_eq!(shown.texts("h2"), ["Plain linked"]);
    assert_eq!(
        shown.texts("h3"),
        [""; 0],
        "a quotation contains no sections"
    );
    let paragraphs = shown.texts("p");
    assert_eq!(
        paragraphs[..2],
        ["linked 1)", "up call (tel:+123) write"].map(str::to_owned),
        "{paragraphs:?}"
    );
    let targets: Vec<&str> = shown
        .all("a")
        .into_iter()
        .filter_map(|id| shown.attribute(id, "href"))
        .collect();
    assert!(
        targets.contains(&"#plain_linked") && targets.contains(&"https://example.org/"),
        "{targets:?}"
    );
    assert!(
        targets.iter().any(|to| to.starts_with("mailto:")),
        "{targets:?}"
    );
    let all = shown.raw_text(shown.all("body")[0]);
    for line in mixed.lines() {
        assert!(all.contains(line.trim()), "{line}: {all}");
    }
    assert_eq!(shown.texts("li"), ["one 2. ☑ two three"], "{all}");
}

#[test]
fn refusals_are_predicted_before_writing() {
    let problems = |title: &str, blocks: Vec<Block>| {
        let page = case(
            title,
            Page {
                blocks,
                ..Page::default()
            },
        );
        let (_, problems) = storybank::wiki::write(
            Dialect::Dokuwiki,
            NAMESPACE,
            &[page],
            &Pictures::new(),
            &Highlighter::default(),
        );
        problems
            .into_iter()
            .map(|problem| problem.message)
            .collect::<Vec<_>>()
            .join("; ")
    };
    assert_eq!(problems("Fine", vec![paragraph("fine")]), "");
    assert_eq!(problems("漢字", vec![paragraph("fine")]), "");
    assert!(problems("?!", Vec::new()).contains("no letter or digit"));
    assert!(problems("Sidebar", Vec::new()).contains("the sidebar of the namespace"));
    assert!(problems("Bell", vec![paragraph("ding \u{7}")]).contains("U+0007"));
    assert!(problems("Long", vec![paragraph(&"word ".repeat(500_000))]).contains("bytes"));
    assert!(
        problems(
            "Lost",
            vec![Block::Paragraph(vec![link(to("gone"), vec![text("x")])])]
        )
        .contains("the heading `gone`")
    );
}

impl own_case::Reader for Site {
    fn shown(&self) -> String {
        let page = self.shown(&own_id());
        page.text(0)
    }

    fn source(&self) -> String {
        Site::source(self, &own_id())
    }

    fn versions(&self) -> usize {
        Site::versions(self, &own_id())
    }

    fn edit(&self, text: &str) {
        Site::edit(self, &own_id(), text);
    }
}

/// The id of the page of this repository's case study.
fn own_id() -> String {
    format!("{NAMESPACE}:a_naming_rule_that_no_team_owned")
}

#[test]
fn the_program_publishes_the_case_study_of_this_repository() {
    let site = Site::start("own");
    let wiki = format!(
        "kind = \"dokuwiki\"\naddress = \"{}\"\nuser = \"publisher\"\nnamespace = \"{NAMESPACE}\"",
        site.engine.url
    );
    own_case::lives_on_interrupted(&site, &wiki, PASSWORD);
}

impl Site {
    fn small_site(&self) -> small_site::SmallSite {
        let wiki = format!(
            "kind = \"dokuwiki\"\naddress = \"{}\"\nuser = \"publisher\"\nnamespace = \"{NAMESPACE}\"",
            self.engine.url
        );
        small_site::SmallSite::new(&wiki, PASSWORD)
    }

    /// Sets additional permissions.
    fn rights(&self, lines: &str) {
        let path = self.folder.join("conf/acl.auth.php");
        fs::write(
            path,
            format!("# <?php exit()?>\n*\t@ALL\t1\n*\t@user\t16\n{lines}"),
        )
        .expect("it can be written");
    }
}

#[test]
fn a_refused_page_does_not_block_others() {
    let site = Site::start("refused");
    let small = site.small_site();
    let names = ["alpha", "beta", "gamma"];
    names
        .iter()
        .for_each(|name| small.case(name, &format!("Case {name}"), "## Impact\n\nOne."));
    small.succeeds(&[]);
    site.rights("team:stories:case_beta\t@user\t1\n");
    names
        .iter()
        .for_each(|name| small.case(name, &format!("Case {name}"), "## Impact\n\nTwo."));
    let said = small.leaves_something(&["--dry-run"]);
    assert!(said.contains("refused Case beta (team:stories:case_beta): `publisher` has the right 1 there and needs 2"), "{said}");
    site.lock("team:stories:case_alpha");
    let said = small.leaves_something(&[]);
    assert!(
        said.contains("updated Case gamma")
            && said.contains("failed: Case alpha")
            && said.contains("editing the page"),
        "{said}"
    );
    assert!(site.source("team:stories:case_gamma").contains("Two."));
    for id in ["team:stories:case_alpha", "team:stories:case_beta"] {
        assert!(site.source(id).contains("One."), "{id}");
    }
    site.rights("");
    fs::remove_dir_all(site.folder.join("data/locks")).expect("the locks are there");
    fs::create_dir(site.folder.join("data/locks")).expect("it can be made");
    let said = small.succeeds(&[]);
    assert!(
        said.contains("updated Case alpha") && said.contains("updated Case beta"),
        "{said}"
    );
}

#[test]
fn unused_pictures_are_deleted_on_request() {
    let site = Site::start("loose");
    let small = site.small_site();
    small.picture("one.png", 10);
    small.picture("two.png", 20);
    small.picture("three.png", 30);
    small.case(
        "alpha",
        "Case alpha",
        "## Impact\n\n![One](one.png) ![Two](two.png) ![Three](three.png)",
    );
    small.succeeds(&[]);
    let media = site.folder.join("data/media/team/stories");
    let files = || {
        fs::read_dir(&media).map_or(0, |found| {
            found
                .filter(|file| file.as_ref().is_ok_and(|file| file.path().is_file()))
                .count()
        })
    };
    assert_eq!(files(), 3);
    let text = site.source("team:stories:case_alpha");
    let names: Vec<String> = text
        .split("{{:team:stories:")
        .skip(1)
        .filter_map(|rest| Some(rest.split(['|', '}']).next()?.to_owned()))
        .collect();
    site.edit(
        "team:stories:elsewhere",
        &format!("{{{{:team:stories:{}}}}}", names[0]),
    );
    fs::write(media.join(&names[1]), "drawn over").expect("it can be written");
    small.case("alpha", "Case alpha", "## Impact\n\nNothing to see.");
    let said = small.succeeds(&[]);
    assert!(
        said.contains(&format!("left the picture {}", names[2])),
        "{said}"
    );
    assert!(
        said.contains("but the page `team:stories:elsewhere` does")
            && said.contains("but somebody has changed it"),
        "{said}"
    );
    small.succeeds(&["--prune"]);
    assert_eq!(files(), 2);
    assert!(!media.join(&names[2]).exists());
}

#[test]
fn html_of_authors_is_shown_with_the_markup_of_the_wiki() {
    let shown = rendered(&reviewed("dokuwiki"), &lay_out("own-html"));
    let count = |name: &str| shown.all(name).len();
    // One cell is empty: cells of the wiki cannot span from the head of a table into its body.
    let parts = [
        "table",
        "tr",
        "th",
        "td",
        "blockquote",
        "pre",
        "h3",
        "ol",
        "hr",
        "kbd",
        "sub",
        "sup",
        "del",
    ]
    .map(count);
    assert_eq!(parts, [4, 14, 8, 22, 2, 3, 1, 1, 1, 0, 1, 1, 3]);
    let spans = |name: &str| {
        shown
            .elements()
            .filter(|&id| shown.attribute(id, name).is_some_and(|span| span != "1"))
            .count()
    };
    assert_eq!((spans("colspan"), spans("rowspan")), (1, 1));
    let text = shown.text(0);
    assert!(
        !text.contains("%%")
            && !text.contains("**")
            && !text.contains(":::")
            && !text.contains("<b>"),
        "{text}"
    );
    for words in [
        "Queue depth",
        "SLA (service level agreement)",
        "漢 (kan)",
        "“service”",
        "(hover words)",
        "Caption of Source",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
}

/// For some languages, the highlighter of the wiki changes the case of keywords.
#[test]
fn code_in_every_language_is_shown_unchanged() {
    let folder = programs().join("usr/share/php-geshi/geshi");
    let files = fs::read_dir(folder)
        .expect("the highlighter is there")
        .map(|entry| entry.expect("it can be read").file_name());
    let mut languages: Vec<String> = files
        .filter_map(|name| Some(name.to_str()?.strip_suffix(".php")?.to_owned()))
        .collect();
    languages.sort();
    assert!(
        languages.len() > 100 && languages.contains(&"sql".to_owned()),
        "{languages:?}"
    );
    let text = "select Name from Orders where Id = 1 and begin end if then else print for while do not null like or in set int\n";
    let case = case(
        "Code",
        Page {
            blocks: languages
                .iter()
                .map(|language| code(language, text))
                .collect(),
            ..Page::default()
        },
    );
    let page = written(std::slice::from_ref(&case), &Pictures::new()).remove(0);
    assert!(
        page.text.contains("<code rust>") && page.text.contains("<code python>"),
        "most keep their colours"
    );
    let shown = rendered(&page.text, &lay_out("languages"));
    let codes = shown.all("pre");
    assert_eq!(codes.len(), languages.len());
    for (language, id) in languages.iter().zip(codes) {
        assert_eq!(shown.raw_text(id).trim(), text.trim(), "{language}");
    }
}
