//! Complete sites in the view of their readers: every link has a target, and every page is valid.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[path = "common/html.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod html;
#[path = "common/program.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod program;

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use common::{Artefacts, files, make};
use html::{Page, parse};
use program::Folder;
use storybank::model::Audience;
use storybank::preview::{Assets, Options, Preview, Snapshot};

/// A built site with its pages parsed.
struct Built {
    artefacts: Artefacts,
    pages: BTreeMap<String, Page>,
}

impl Built {
    fn new(artefacts: Artefacts) -> Self {
        let pages = artefacts.iter().filter(|(path, _)| path.ends_with(".html"));
        let pages = pages
            .map(|(path, bytes)| {
                (
                    path.clone(),
                    parse(std::str::from_utf8(bytes).expect("a page is text")),
                )
            })
            .collect();
        Self { artefacts, pages }
    }

    /// Builds the site in a folder with the program.
    fn of_folder(root: &Path, audience: &str) -> Self {
        let out = Folder::new();
        let mut build = program::build(root, &out.join("site"));
        build.args(["--audience", audience]);
        program::succeed(build);
        let mut artefacts = program::tree(&out.join("site"));
        // The list of built files is not for readers, and folders are not files.
        artefacts.retain(|path, bytes| {
            path != ".storybank" && (!bytes.is_empty() || path.contains('.'))
        });
        Self::new(artefacts)
    }

    /// Builds the site of a text.
    fn of_text(text: &str, audience: Audience) -> Self {
        Self::new(
            make(&files(text), audience)
                .unwrap_or_else(|_| panic!("{}", common::check_for(audience, text))),
        )
    }

    /// All mistakes in the site.
    fn faults(&self) -> Vec<String> {
        let mut faults: Vec<String> = self
            .pages
            .iter()
            .flat_map(|(path, page)| {
                page_faults(page)
                    .into_iter()
                    .map(move |fault| format!("{path}: {fault}"))
            })
            .collect();
        faults.extend(self.dead_links());
        faults.extend(self.repeated_titles());
        for (path, bytes) in self
            .artefacts
            .iter()
            .filter(|(path, _)| path.ends_with(".css"))
        {
            let style = String::from_utf8_lossy(bytes);
            faults.extend(
                ["url(http", "url(\"http", "url('http", "url(//", "@import"]
                    .iter()
                    .filter(|sign| style.contains(**sign))
                    .map(|sign| format!("{path}: {sign}")),
            );
        }
        faults
    }

    fn dead_links(&self) -> Vec<String> {
        let mut dead = Vec::new();
        for (path, page) in &self.pages {
            for (name, value) in page.elements().flat_map(|id| page.attributes(id)) {
                if matches!(name, "href" | "src")
                    && !has_scheme(value)
                    && !self.leads_somewhere(path, value)
                {
                    dead.push(format!("{path}: {name}=\"{value}\" leads nowhere"));
                }
            }
        }
        dead.sort();
        dead.dedup();
        dead
    }

    fn leads_somewhere(&self, from: &str, address: &str) -> bool {
        let (path, fragment) = address.split_once('#').unwrap_or((address, ""));
        let path = path.split('?').next().unwrap_or_default();
        let target = if path.is_empty() {
            from.to_owned()
        } else {
            joined(from, &decoded(path))
        };
        match self.pages.get(&target) {
            Some(page) => fragment.is_empty() || page.ids().contains(&decoded(fragment).as_str()),
            None => fragment.is_empty() && self.artefacts.contains_key(&target),
        }
    }

    fn repeated_titles(&self) -> Vec<String> {
        let mut titles: BTreeMap<String, Vec<&str>> = BTreeMap::new();
        for (path, page) in &self.pages {
            titles.entry(page.only("title")).or_default().push(path);
        }
        titles
            .into_iter()
            .filter(|(_, paths)| paths.len() > 1)
            .map(|(title, paths)| format!("{paths:?} have the title `{title}`"))
            .collect()
    }
}

fn has_scheme(address: &str) -> bool {
    address.starts_with("//")
        || address
            .split_once(':')
            .is_some_and(|(scheme, _)| scheme.bytes().all(|byte| byte.is_ascii_alphabetic()))
}

/// The path of an address on the page at `from`.
fn joined(from: &str, address: &str) -> String {
    let mut parts: Vec<&str> = from.split('/').collect();
    parts.pop();
    for part in address.split('/') {
        match part {
            "." => {}
            ".." => drop(parts.pop()),
            name => parts.push(name),
        }
    }
    parts.join("/")
}

fn decoded(address: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = address.as_bytes();
    while let Some((&first, tail)) = rest.split_first() {
        let hex = tail
            .get(..2)
            .filter(|_| first == b'%')
            .and_then(|hex| u8::from_str_radix(std::str::from_utf8(hex).ok()?, 16).ok());
        bytes.push(hex.unwrap_or(first));
        rest = if hex.is_some() { &tail[2..] } else { tail };
    }
    String::from_utf8(bytes).expect("addresses are UTF-8")
}

/// All mistakes within a page.
fn page_faults(page: &Page) -> Vec<String> {
    let mut faults: Vec<String> = page.mistakes.clone();
    let mut ids = BTreeSet::new();
    faults.extend(
        page.ids()
            .into_iter()
            .filter(|id| !ids.insert(*id))
            .map(|id| format!("the id `{id}` exists twice")),
    );
    let headings = page.texts("h1");
    if headings.len() != 1 {
        faults.push(format!("the headings of the first level are {headings:?}"));
    }
    faults.extend(heading_jumps(page));
    let language = page
        .all("html")
        .first()
        .and_then(|&html| page.attribute(html, "lang"))
        .unwrap_or_default();
    if language.is_empty() {
        faults.push("it has no language".to_owned());
    }
    for id in page.elements() {
        let asks = matches!(
            page.name(id),
            "link"
                | "script"
                | "img"
                | "style"
                | "source"
                | "iframe"
                | "video"
                | "audio"
                | "object"
                | "embed"
                | "use"
        );
        let hosts = page.attributes(id).filter(|(name, value)| {
            asks && matches!(*name, "href" | "src" | "srcset" | "data")
                && has_scheme(value)
                && !value.starts_with("data:")
        });
        faults.extend(hosts.map(|(name, value)| {
            format!("<{} {name}=\"{value}\"> asks another host", page.name(id))
        }));
        if page.name(id) == "a"
            && page.attribute(id, "href").is_some()
            && page.text(id).is_empty()
            && page.attribute(id, "aria-label").is_none()
        {
            faults.push(format!(
                "the link to `{}` has no words",
                page.attribute(id, "href").unwrap_or_default()
            ));
        }
        if page.name(id) == "img" && page.attribute(id, "alt").is_none() {
            faults.push("a picture has no alternative text".to_owned());
        }
    }
    faults
}

/// Headings that skip a level.
fn heading_jumps(page: &Page) -> Vec<String> {
    let level = |name: &str| {
        name.strip_prefix('h')
            .and_then(|level| level.parse::<u32>().ok())
    };
    let headings: Vec<(u32, String)> = page
        .elements()
        .filter_map(|id| Some((level(page.name(id))?, page.text(id))))
        .collect();
    let jumps = headings.windows(2).filter(|pair| pair[1].0 > pair[0].0 + 1);
    jumps
        .map(|pair| {
            format!(
                "from h{} `{}` to h{} `{}`",
                pair[0].0, pair[0].1, pair[1].0, pair[1].1
            )
        })
        .collect()
}

#[track_caller]
fn assert_sound(built: &Built) {
    let faults = built.faults();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(!built.pages.is_empty());
}

/// The redacted words that a site contains in its addresses, texts or attributes.
fn words_held(built: &Built, words: &[String]) -> Vec<String> {
    let plain = |text: &str| -> String {
        text.to_lowercase()
            .split(|next: char| !next.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .collect::<Vec<_>>()
            .join(" ")
    };
    let mut held = Vec::new();
    for (path, page) in &built.pages {
        let attributes = page
            .elements()
            .flat_map(|id| page.attributes(id))
            .map(|(_, value)| value.to_owned());
        let texts: Vec<String> = attributes
            .chain([page.text(0), path.clone()])
            .map(|text| format!(" {} ", plain(&text)))
            .collect();
        let is_held = |word: &&String| {
            texts
                .iter()
                .any(|text| text.contains(&format!(" {} ", plain(word))))
        };
        held.extend(
            words
                .iter()
                .filter(is_held)
                .map(|word| format!("{path}: {word}")),
        );
    }
    held
}

/// Tests the checks with a site in which everything is wrong.
#[test]
fn the_checks_find_mistakes() {
    let page = "<!doctype html><html><title>a</title><body><h1 id=x>a</h1><h3 id=x>b</h3><p><a href=\"b.html\"></a><a href=\"#y\">c</a><img src=\"//example.org/a.png\"><i></p>";
    let built = Built::new(Artefacts::from([
        ("a.html".to_owned(), page.into()),
        ("c.html".to_owned(), page.into()),
        ("a.css".to_owned(), b"@import 'x'".to_vec()),
    ]));
    let faults = built.faults().join("\n");
    for fault in [
        "a.css",
        "`x` exists twice",
        "from h1",
        "no language",
        "asks another host",
        "no words",
        "no alternative text",
        "b.html\" leads",
        "#y\" leads",
        "have the title",
        "Unexpected",
    ] {
        assert!(faults.contains(fault), "{fault} is not in\n{faults}");
    }
    assert_eq!(
        words_held(&built, &["Example-ORG".to_owned(), "exam".to_owned()]),
        ["a.html: Example-ORG", "c.html: Example-ORG"]
    );
}

fn own_root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn this_repositorys_site_is_valid_for_its_author() {
    assert_sound(&Built::of_folder(own_root(), "private"));
}

#[test]
fn this_repositorys_site_is_valid_for_the_team() {
    let built = Built::of_folder(own_root(), "team");
    assert_sound(&built);
    let settings =
        fs::read_to_string(own_root().join("site.toml")).expect("the own site has settings");
    let (config, _) = storybank::config::parse(&settings);
    let words: Vec<String> = config
        .redact
        .into_keys()
        .chain(config.forbid.words)
        .collect();
    assert!(!words.is_empty());
    assert_eq!(words_held(&built, &words), Vec::<String>::new());
}

/// The pages of a preview for its author and for other audiences, keyed by address.
fn previewed(snapshot: &Snapshot) -> Vec<(String, Page)> {
    let inputs = snapshot.inputs();
    let site = common::linked(inputs, Audience::Private);
    let pages = storybank::view::pages(&site.site)
        .into_iter()
        .map(|page| page.route.path());
    let addresses =
        pages.flat_map(|path| ["/", "/@team/", "/@public/"].map(|seat| format!("{seat}{path}")));
    let page = |address: String| {
        let answer = snapshot.answer(&address);
        (
            address,
            parse(std::str::from_utf8(&answer.bytes).expect("a page is text")),
        )
    };
    addresses.map(page).collect()
}

fn preview_faults(snapshot: &Snapshot) -> Vec<String> {
    let pages = previewed(snapshot);
    assert!(
        pages
            .iter()
            .all(|(_, page)| page.ids().contains(&"storybank-preview"))
    );
    pages
        .iter()
        .flat_map(|(address, page)| {
            page_faults(page)
                .into_iter()
                .map(move |fault| format!("{address}: {fault}"))
        })
        .collect()
}

#[test]
fn the_pages_of_a_preview_are_valid() {
    let options = Options {
        audience: None,
        folder: "/a \"folder\"".to_owned(),
        boot: "boot".to_owned(),
        follow: true,
    };
    let mut preview = Preview::new(options);
    let inputs = storybank::disk::load(own_root()).expect("the own site can be read");
    let snapshot = preview
        .take(Ok(inputs.clone()), |_| Assets::new())
        .expect("it is the first");
    assert_eq!(preview_faults(&snapshot), Vec::<String>::new());
    // A site with an error, a warning, and a file that cannot be read.
    let mut broken = inputs;
    let add = |file: &mut storybank::build::InputFile, text: &str| {
        let bytes = [&*file.bytes, text.as_bytes()].concat();
        *file = storybank::build::InputFile::new(file.path.clone(), bytes);
    };
    let story = broken
        .documents
        .iter_mut()
        .find(|file| file.path.as_str().ends_with("/index.md"))
        .expect("there is a story");
    add(story, "\n\n<script>x</script>\n\n[[\"no\" & where]]\n");
    let unreadable = broken
        .documents
        .iter_mut()
        .find(|file| file.path.as_str().contains("/questions/"))
        .expect("there is a question");
    *unreadable = storybank::build::InputFile::new(unreadable.path.clone(), b"---\n\xff".to_vec());
    let snapshot = preview
        .take(Ok(broken), |_| Assets::new())
        .expect("it is another one");
    assert_eq!(snapshot.problems().len(), 2, "{:?}", snapshot.problems());
    assert_eq!(preview_faults(&snapshot), Vec::<String>::new());
    let failed = preview
        .take(Err("the <disk> is gone".to_owned()), |_| Assets::new())
        .expect("it is a new state");
    assert_eq!(preview_faults(&failed), Vec::<String>::new());
}

#[test]
fn a_new_site_is_valid() {
    for options in [&[][..], &["--without-example"], &["--empty"], &["--sample"]] {
        new_site_is_valid(options);
    }
}

fn new_site_is_valid(options: &[&str]) {
    let folder = Folder::new();
    let root = folder.join("new");
    let arguments = [&["init"], options].concat().into_iter().map(OsStr::new);
    let output = program::run(program::storybank(arguments.chain([root.as_os_str()])));
    assert!(output.status.success(), "{}", program::words(&output));
    for audience in ["private", "team", "public"] {
        assert_sound(&Built::of_folder(&root, audience));
    }
    let report = program::run(program::build(&root, &folder.join("out")));
    assert!(
        !program::words(&report).contains("warning"),
        "{}",
        program::words(&report)
    );
}

#[test]
fn an_empty_site_is_valid() {
    for audience in [Audience::Private, Audience::Team, Audience::Public] {
        assert_sound(&Built::of_text("-- content/home.md --\n", audience));
    }
}

/// A site that uses every feature of the format.
const FULL: &str = include_str!("sites/full.site");

#[test]
fn a_full_site_is_valid_for_its_author() {
    assert_sound(&Built::of_text(FULL, Audience::Private));
}

#[test]
fn a_full_site_is_valid_for_others() {
    assert_sound(&Built::of_text(FULL, Audience::Team));
    assert_sound(&Built::of_text(FULL, Audience::Public));
}

/// A story with a body, beside another one.
fn story(body: &str) -> String {
    format!(
        "-- content/stories/outage/index.md --\n---\ntitle: The outage\naudience: public\n---\n\n{body}\n\
         -- content/stories/other.md --\n---\ntitle: Another\naudience: public\n---\n\nIt was [[outage]].\n"
    )
}

#[test]
fn links_to_follow_ups_have_targets() {
    assert_sound(&Built::of_text(
        &story("[[outage#follow-ups]]\n\n## Follow-ups\n\n### Why?\n\nSo."),
        Audience::Private,
    ));
}

#[test]
fn links_to_headings_under_follow_ups_have_targets() {
    assert_sound(&Built::of_text(
        &story("[[outage#in-detail]]\n\n## Follow-ups\n\n### Why?\n\n#### In detail\n\nSo."),
        Audience::Private,
    ));
}

#[test]
fn links_to_replaced_parts_have_targets() {
    let variant = "-- content/stories/outage/short.md --\n---\ntitle: In short\n---\n\n## Result\n\na\n-- content/questions/why.md --\n---\nquestion: Why?\n---\n\n[[outage/short#at-night]]\n";
    // Either a diagnostic reports that the variant has no such section, or the link has a target.
    if let Ok(artefacts) = make(
        &files(&(story("## Result\n\n### At night\n\nb") + variant)),
        Audience::Private,
    ) {
        assert_sound(&Built::new(artefacts));
    }
}

#[test]
fn links_to_parts_that_are_not_inherited_have_targets() {
    let variant = "-- content/stories/outage/short.md --\n---\ntitle: In short\ninherit: false\n---\n\n## Result\n\na\n-- content/questions/why.md --\n---\nquestion: Why?\n---\n\n[[outage/short#learning]]\n";
    let text = story("## Result\n\nb\n\n## Learning\n\nc") + variant;
    // Either a diagnostic reports that the variant has no such section, or the link has a target.
    if let Ok(artefacts) = make(&files(&text), Audience::Private) {
        assert_sound(&Built::new(artefacts));
    }
}

#[test]
fn headings_do_not_take_the_ids_of_footnotes() {
    assert_sound(&Built::of_text(
        &story("## Footnote 1\n\na[^1]\n\n### Footnote reference 1\n\n[^1]: b"),
        Audience::Private,
    ));
}

#[test]
fn ids_in_html_are_not_repeated() {
    assert_sound(&Built::of_text(
        &story("## Result\n\n<b id=\"result\">a</b>"),
        Audience::Private,
    ));
}

#[test]
fn pages_have_one_first_level_heading_despite_html() {
    assert_sound(&Built::of_text(
        &story("## Result\n\n<h1>a</h1>"),
        Audience::Private,
    ));
}

#[test]
fn addresses_in_html_have_targets() {
    let text = story("<a href=\"../other.md\">a</a>");
    if let Ok(artefacts) = make(&files(&text), Audience::Private) {
        assert_sound(&Built::new(artefacts));
    }
}

#[test]
fn tellings_of_several_stories_have_different_titles() {
    let competency =
        "-- content/competencies/ownership.md --\n---\ntitle: Ownership\naudience: public\n---\n";
    let text = story("- a #ownership\n- b").replace("It was [[outage]].", "- c #ownership\n- d")
        + competency;
    assert_sound(&Built::of_text(&text, Audience::Private));
}

#[test]
fn pages_of_a_list_have_different_titles() {
    let stories: String = (0..230)
        .map(|number| {
            format!("-- content/stories/s{number}.md --\n---\ntitle: Story {number}\n---\n")
        })
        .collect();
    assert_sound(&Built::of_text(&stories, Audience::Private));
}

#[test]
fn links_to_private_parts_target_the_page() {
    let text = story("[[other#secret]]").replace("It was [[outage]].", "## Secret {.private}\n\na");
    for audience in [Audience::Private, Audience::Public] {
        assert_sound(&Built::of_text(&text, audience));
    }
}
