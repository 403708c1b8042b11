//! DokuWiki itself shows what was written for it, and keeps what people write there.

#[path = "common/engine.rs"]
mod engine;
#[path = "common/hostile.rs"]
mod hostile;
#[path = "common/html.rs"]
mod html;

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
use storybank::audience::Withheld;
use storybank::highlight::Highlighter;
use storybank::markdown::Alignment;
use storybank::plan::{Digest, Recorded, Standing};
use storybank::publish::{Client, Credential, Dokuwiki, Error, Pictures, Request, Secret, Sought, Wiki, Write};
use storybank::slug::Slug;
use storybank::source::SitePath;
use storybank::wiki::page::{Action, Block, CalloutKind, Case, Heading, Inline, Item, LinkTo, List, Page, Style, Table, callout_name};
use storybank::wiki::{Dialect, Written};

/// The password of everybody.
const PASSWORD: &str = "Secret-Passw0rd-1";

/// The same as the wiki keeps it; its better ways would take a long time for each of the many requests.
const HASH: &str = "3eff1ce24394a2bd9badfb666aef37fe";

/// Where the tests publish to.
const NAMESPACE: &str = "team:stories";

/// A picture of one dot.
const DOT: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==";

/// A wiki of a test's own: settings, users and pages below `folder`, programs where `make engines` has put them.
struct Site {
    folder: PathBuf,
    engine: Engine,
}

fn programs() -> PathBuf {
    installed("dokuwiki").join("root")
}

/// Settings and an empty set of pages.
fn lay_out(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("dokuwiki-{name}"));
    let _ = fs::remove_dir_all(&folder);
    for part in ["attic", "cache", "index", "locks", "log", "media", "media_attic", "media_meta", "meta", "pages", "tmp"] {
        fs::create_dir_all(folder.join("data").join(part)).expect("a folder can be made");
    }
    fs::create_dir_all(folder.join("conf")).expect("a folder can be made");
    for entry in fs::read_dir(programs().join("etc/dokuwiki")).expect("the settings are there") {
        let path = entry.expect("it can be read").path();
        if path.is_file() {
            fs::copy(&path, folder.join("conf").join(path.file_name().expect("a file has a name"))).expect("it can be copied");
        }
    }
    let user = |name: &str, group: &str| format!("{name}:{HASH}:{name}:{name}@example.org:{group}\n");
    let users = user("publisher", "user") + &user("editor", "user") + &user("reader", "guest");
    let settings = format!(
        "<?php\n$conf['savedir']='{}';\n$conf['useacl']=1;\n$conf['authtype']='authplain';\n$conf['remote']=1;\n$conf['remoteuser']='@user,@guest';\n",
        folder.join("data").display()
    );
    for (file, text) in [
        ("users.auth.php", format!("# <?php exit()?>\n{users}")),
        ("acl.auth.php", "# <?php exit()?>\n*\t@ALL\t1\n*\t@user\t16\n".to_owned()),
        ("local.php", settings),
    ] {
        let path = folder.join("conf").join(file);
        let _ = fs::remove_file(&path);
        fs::write(path, text).expect("it can be written");
    }
    folder
}

/// What calls from people look like.
fn xml(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

impl Site {
    fn start(name: &str) -> Self {
        let folder = lay_out(name);
        let port = free_port();
        let mut php = Command::new("php");
        php.args(["-d", "display_errors=0", "-S", &format!("127.0.0.1:{port}"), "-t"]);
        php.arg(programs().join("usr/share/dokuwiki")).env("DOKUWIKI_FOLDER", &folder);
        let engine = Engine::start(php, port, &folder);
        Self { folder, engine }
    }

    fn wiki(&self) -> Dokuwiki {
        self.wiki_of("publisher", PASSWORD)
    }

    fn wiki_of(&self, user: &str, password: &str) -> Dokuwiki {
        Dokuwiki::new(Arc::new(Withheld::default()), &self.engine.url, user, Secret::new(password), NAMESPACE)
    }

    /// A call that somebody else makes.
    fn call(&self, user: &str, method: &str, parameters: &str) -> String {
        let client = Client::new(Credential::Basic(user.to_owned(), Secret::new(PASSWORD)), Arc::default());
        let body = format!("<?xml version=\"1.0\"?><methodCall><methodName>{method}</methodName><params>{parameters}</params></methodCall>");
        let request = Request::new("POST", format!("{}/lib/exe/xmlrpc.php", self.engine.url)).body("text/xml", body);
        client.expect("call", &request).expect("the wiki answers").text()
    }

    /// A page as somebody else saves it.
    fn edit(&self, id: &str, text: &str) {
        let string = |text: &str| format!("<param><value><string>{}</string></value></param>", xml(text));
        let options = "<param><value><struct><member><name>sum</name><value><string>by hand</string></value></member>\
            <member><name>minor</name><value><boolean>0</boolean></value></member></struct></value></param>";
        let answer = self.call("editor", "wiki.putPage", &(string(id) + &string(text) + options));
        assert!(answer.contains("<boolean>1</boolean>"), "{answer}");
    }

    fn lock(&self, id: &str) {
        let set = format!(
            "<param><value><struct><member><name>lock</name><value><array><data><value><string>{id}</string></value></data></array></value></member>\
             <member><name>unlock</name><value><array><data></data></array></value></member></struct></value></param>"
        );
        let answer = self.call("editor", "dokuwiki.setLocks", &set);
        assert!(answer.contains(id), "{answer}");
    }

    fn is_locked(&self) -> bool {
        fs::read_dir(self.folder.join("data/locks")).expect("it is there").next().is_some()
    }

    fn file(&self, id: &str) -> PathBuf {
        self.folder.join("data/pages").join(id.replace(':', "/")).with_extension("txt")
    }

    fn source(&self, id: &str) -> String {
        fs::read_to_string(self.file(id)).expect("the page is there")
    }

    /// How often a page was saved.
    fn versions(&self, id: &str) -> usize {
        let changes = self.folder.join("data/meta").join(id.replace(':', "/")).with_extension("changes");
        fs::read_to_string(changes).map_or(0, |text| text.lines().count())
    }

    /// A page as a reader gets it.
    fn shown(&self, id: &str) -> html::Page {
        html::parse(&self.get(&format!("/doku.php?id={id}&do=export_xhtmlbody")))
    }

    fn get(&self, path: &str) -> String {
        let client = Client::new(Credential::None, Arc::default());
        client.expect("read", &Request::new("GET", format!("{}{path}", self.engine.url))).expect("the wiki answers").text()
    }
}

fn written(cases: &[Case], pictures: &Pictures) -> Vec<Written> {
    let (pages, problems) = storybank::wiki::write(Dialect::Dokuwiki, NAMESPACE, cases, pictures, &Highlighter::default());
    assert!(problems.is_empty(), "{problems:?}");
    pages
}

fn look(wiki: &mut Dokuwiki, page: &Written) -> Result<Option<Standing>, Error> {
    let sought = Sought { name: &page.name, recorded: None, attachments: &page.attachments };
    Ok(wiki.look(&[sought])?.remove(0))
}

fn publish(wiki: &mut Dokuwiki, page: &Written, pictures: &Pictures) -> Result<String, Error> {
    let over = look(wiki, page)?;
    wiki.write(&Write { page, over: over.as_ref(), pictures, message: "0123 published" })
}

fn recorded(page: &Written) -> Recorded {
    Recorded {
        case: page.case.as_str().to_owned(),
        path: page.name.path.clone(),
        title: page.name.title.clone(),
        id: page.name.path.clone(),
        written: Some(Digest::of(&page.text)),
        intended: None,
        attachments: Vec::new(),
    }
}

/// A part of a page: its kind and what stands there, words with the marks of their styles.
type Part = (String, String);

fn part(kind: &str, text: &str) -> Part {
    let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
    (kind.to_owned(), words.replace(" ⏎", "⏎").replace("⏎ ", "⏎").trim_matches('⏎').to_owned())
}

/// What a reader is to see of a tree.
struct Wanted<'a> {
    case: &'a Case,
    parts: Vec<Part>,
    /// What leads to which section, by the words of the section.
    sections: BTreeMap<String, String>,
    notes: Vec<usize>,
}

fn wanted(case: &Case) -> Vec<Part> {
    let mut wanted = Wanted { case, parts: vec![part("h1", &case.title)], sections: BTreeMap::new(), notes: Vec::new() };
    wanted.blocks(&case.page.blocks);
    let notes = wanted.notes.clone();
    for note in notes {
        let text = wanted.lines(&case.page.footnotes[note]);
        wanted.parts.push(part("note", &text));
    }
    wanted.parts
}

impl Wanted<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            match block {
                Block::Heading(heading) => {
                    let text = storybank::wiki::page::plain(&heading.text);
                    self.sections.insert(heading.id.clone(), text.clone());
                    self.push(&format!("h{}", heading.level.min(5)), &text);
                }
                Block::Paragraph(text) => {
                    let text = self.inlines(text);
                    self.push("p", &text);
                }
                Block::Quote(_) => {
                    let text = self.quoted(block);
                    self.push("quote", &text);
                }
                Block::Callout { kind, title, blocks } => {
                    let title = self.inlines(title);
                    let colon = if title.is_empty() { "" } else { ": " };
                    self.push("th left", &format!("⟦strong {}{colon}{title}⟧", callout_name(*kind)));
                    let text = self.lines(blocks);
                    self.push("td left", &text);
                }
                Block::Details { summary, blocks } => {
                    let text = format!("⟦strong {}⟧", self.inlines(summary));
                    self.push("p", &text);
                    self.blocks(blocks);
                }
                Block::Code { text, .. } => self.parts.push(("pre".to_owned(), text.trim_end().to_owned())),
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
                Block::Actions(actions) => self.actions(actions),
            }
        }
    }

    fn push(&mut self, kind: &str, text: &str) {
        self.parts.push(part(kind, text));
    }

    fn list(&mut self, list: &List) {
        for (at, item) in list.items.iter().enumerate() {
            let lists = item.blocks.iter().rev().take_while(|block| matches!(block, Block::List(_))).count();
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
        let rows = std::iter::once(("th", &table.head)).chain(table.rows.iter().map(|row| ("td", row)));
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

    fn actions(&mut self, actions: &[Action]) {
        ["Done", "What", "Owner", "Due", "Status"].iter().for_each(|name| self.push("th", name));
        for action in actions {
            self.push("td", if action.is_settled { "☑" } else { "☐" });
            for text in [action.what.as_str(), &action.owner, &action.due, action.status] {
                self.push(if text.is_empty() { "td left" } else { "td" }, text);
            }
        }
    }

    /// Blocks where there is room for lines only.
    fn lines(&mut self, blocks: &[Block]) -> String {
        let texts: Vec<String> = blocks.iter().map(|block| self.line(block)).collect();
        texts.join("⏎⏎").replace("⟧⏎⏎⟦pre", "⟧⟦pre").replace("⏎⏎⟦pre", "⟦pre")
    }

    fn line(&mut self, block: &Block) -> String {
        match block {
            Block::Paragraph(text) => self.inlines(text),
            Block::Code { text, .. } => format!("⟦pre {}⟧", text.trim_end()),
            Block::Quote(blocks) => format!("> {}", self.lines(blocks)),
            other => panic!("the tests have no {other:?} in a line"),
        }
    }

    fn quoted(&mut self, block: &Block) -> String {
        let Block::Quote(blocks) = block else { return self.line(block) };
        let mut out = String::new();
        for inner in blocks {
            let text = self.quoted(inner);
            match inner {
                Block::Quote(_) => out.push_str(&format!("⟦quote {text}⟧")),
                _ if out.is_empty() || out.ends_with('⟧') => out.push_str(&text),
                _ => out.push_str(&format!("⏎⏎{text}")),
            }
        }
        out
    }

    fn inlines(&mut self, inlines: &[Inline]) -> String {
        inlines.iter().map(|inline| self.inline(inline)).collect()
    }

    fn inline(&mut self, inline: &Inline) -> String {
        match inline {
            Inline::Text(text) => text.clone(),
            Inline::Code(text) => format!("⟦code {text}⟧"),
            Inline::Styled(style, inner) => {
                let kind = match style {
                    Style::Emphasis => "em",
                    Style::Strong | Style::Highlight => "strong",
                    Style::Strikethrough => "del",
                    Style::Subscript => "sub",
                    Style::Superscript => "sup",
                    Style::Keyboard => "code",
                    Style::Underline => "u",
                };
                format!("⟦{kind} {}⟧", self.inlines(inner))
            }
            Inline::Link { to, text } => {
                let text = self.inlines(text);
                match to {
                    LinkTo::External(address) => format!("⟦a {} {text}⟧", address.replace('[', "%5B").replace(']', "%5D").replace('|', "%7C")),
                    LinkTo::Heading(id) => format!("⟦a #{id} {text}⟧"),
                    LinkTo::Page { case, heading } => format!("⟦a {case}#{heading} {text}⟧"),
                }
            }
            Inline::Picture { name, alt, .. } => format!("⟦img {name} {alt}⟧"),
            Inline::Break => "⏎".to_owned(),
            Inline::Footnote(number) => {
                let known = self.notes.iter().position(|note| note == number);
                let known = known.unwrap_or_else(|| {
                    self.notes.push(*number);
                    self.notes.len() - 1
                });
                format!("⟦note {}⟧", known + 1)
            }
        }
    }
}

/// What the wiki shows.
struct Shown<'a> {
    page: &'a html::Page,
    parts: Vec<Part>,
    /// Which heading has which id, by the id that the wiki gives it.
    headings: BTreeMap<String, String>,
    /// Where other pages stand, by their slugs.
    places: &'a BTreeMap<String, String>,
}

/// What a reader sees; `headings` are the ids of the tree in the order of the page.
fn seen(page: &html::Page, case: &Case, places: &BTreeMap<String, String>) -> Vec<Part> {
    let ids = page.elements().filter(|&id| is_heading(page.name(id))).filter_map(|id| page.attribute(id, "id")).skip(1);
    let headings = ids.zip(case.page.headings()).map(|(id, heading)| (id.to_owned(), heading.id.clone())).collect();
    let mut shown = Shown { page, parts: Vec::new(), headings, places };
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
                "pre" => self.parts.push(("pre".to_owned(), self.page.raw_text(child).trim_end().to_owned())),
                "hr" => self.parts.push(part("hr", "")),
                "th" | "td" => {
                    let class = self.page.attribute(child, "class").unwrap_or_default();
                    let set = ["left", "center", "right"].into_iter().find(|set| class.contains(&format!("{set}align")));
                    let kind = set.map_or(name.clone(), |set| format!("{name} {set}"));
                    assert_eq!(self.page.attribute(child, "colspan"), None, "no cell spans others");
                    self.push(&kind, child);
                }
                "div" if self.page.has_class(child, "fn") => self.note(child),
                "div" | "table" | "thead" | "tbody" | "tr" => self.blocks(child),
                "" if self.page.raw_text(child).trim().is_empty() => {}
                heading if is_heading(heading) => self.push(heading, child),
                _ => self.parts.push(part(&format!("stray {name}"), &self.page.text(child))),
            }
        }
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
                    "ul" | "ol" => self.list(child, &self.page.name(child).to_owned()),
                    _ => {}
                }
            }
        }
    }

    fn note(&mut self, id: NodeId) {
        let content = self.page.children(id).iter().copied().find(|&child| self.page.has_class(child, "content"));
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
            "a" if page.has_class(id, "fn_top") => format!("note {}", page.text(id).trim_end_matches(')')),
            "a" if page.has_class(id, "media") && page.attribute(id, "href").is_some_and(|to| to.contains("detail.php")) => self.inlines(id),
            "a" => format!("⟦a {} {}⟧", self.target(page.attribute(id, "href").unwrap_or_default()), self.inlines(id)),
            "img" => {
                let source = page.attribute(id, "src").unwrap_or_default();
                let name = source.rsplit(':').next().unwrap_or_default();
                format!("⟦img {name} {}⟧", page.attribute(id, "alt").unwrap_or_default())
            }
            "div" => self.inlines(id),
            "em" if page.has_class(id, "u") => format!("⟦u {}⟧", self.inlines(id)),
            "pre" => format!("⟦pre {}⟧", page.raw_text(id).trim_end()),
            "blockquote" => format!("⟦quote {}⟧", self.inlines(id)),
            name => format!("⟦{name} {}⟧", self.inlines(id)).replace("⟦sup note", "⟦note"),
        }
    }

    /// Where a link leads, in the words of the tree.
    fn target(&self, href: &str) -> String {
        if let Some(id) = href.strip_prefix('#') {
            let here = self.headings.get(id).cloned();
            return format!("#{}", here.unwrap_or_else(|| format!("nowhere: {id}")));
        }
        let Some(rest) = href.split("doku.php?id=").nth(1) else { return href.to_owned() };
        let (place, fragment) = rest.split_once('#').unwrap_or((rest, ""));
        let slug = self.places.iter().find(|(_, known)| *known == place).map_or(place, |(slug, _)| slug);
        format!("{slug}#{fragment}")
    }
}

/// One link where the wiki needs several for words that would end it.
fn joined(mut text: String) -> String {
    while let Some((at, end, target)) = adjacent(&text) {
        text.replace_range(at..end, "");
        let _ = target;
    }
    text
}

/// Where a link ends and the next one starts that leads to the same place.
fn adjacent(text: &str) -> Option<(usize, usize, String)> {
    let mut from = 0;
    while let Some(found) = text[from..].find("⟧⟦a ") {
        let at = from + found;
        let start = at + "⟧⟦a ".len();
        let target = text[start..].split(' ').next().unwrap_or_default().to_owned();
        let before = text[..at].rfind("⟦a ").map(|open| &text[open + "⟦a ".len()..at]);
        if before.is_some_and(|before| before.starts_with(&format!("{target} "))) {
            return Some((at, start + target.len() + 1, target));
        }
        from = start;
    }
    None
}

fn compare(page: &html::Page, case: &Case, places: &BTreeMap<String, String>) {
    let seen: Vec<Part> = seen(page, case, places).into_iter().map(|(kind, text)| (kind, joined(text))).collect();
    let wanted = wanted(case);
    for (at, (seen, wanted)) in seen.iter().zip(&wanted).enumerate() {
        assert_eq!(seen, wanted, "part {at}");
    }
    assert_eq!(seen.len(), wanted.len(), "{:?}", seen.iter().zip(&wanted).last());
}

#[test]
fn hostile_words_are_shown_as_they_are() {
    let site = Site::start("hostile");
    let case = hostile::case();
    let page = written(std::slice::from_ref(&case), &Pictures::new()).remove(0);
    let mut wiki = site.wiki();
    let id = publish(&mut wiki, &page, &Pictures::new()).expect("it is written");
    assert_eq!(id, "team:stories:case_study_c_db_outage_2");
    assert_eq!(site.source(&id), page.text, "the wiki keeps the text as it came");
    let shown = site.shown(&id);
    compare(&shown, &case, &BTreeMap::new());
    for name in ["script", "details", "iframe", "abbr", "object"] {
        assert_eq!(shown.all(name).len(), 0, "{name}");
    }
    assert_eq!(shown.all("img").len(), 0, "no words are a picture");
    assert!(!site.is_locked());
}
