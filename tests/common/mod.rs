//! Shared helpers: a small site in one text, its diagnostics, and its output.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use proptest::prelude::ProptestConfig;
use proptest::test_runner::RngSeed;
use storybank::audience::Viewer;
use storybank::build::{
    Edition, EditionSources, InputFile, Inputs, Linked, NamedAssets, ParseCache, Unfollowed,
    link_site, link_whole, settings,
};
use storybank::config::Target;
use storybank::diagnostic::{self, Diagnostic};
use storybank::highlight::Highlighter;
use storybank::model::Audience;
use storybank::parse::is_markdown;
use storybank::publication::{self, Draft};
use storybank::render::{Theme, ThemeFile};
use storybank::report::{self, Colour, Sources};
use storybank::source::SitePath;

/// The seed of random tests: a fixed one, unless `PROPTEST_RNG_SEED` is set.
pub fn seed() -> RngSeed {
    match ProptestConfig::default().rng_seed {
        RngSeed::Random => RngSeed::Fixed(2026),
        fixed @ RngSeed::Fixed(_) => fixed,
    }
}

/// The day on which the tests publish.
const TODAY: jiff::civil::Date = jiff::civil::date(2026, 3, 1);

/// The files of a site, keyed by their paths from its root.
pub type Files = BTreeMap<String, Vec<u8>>;

/// The output of a site, keyed by path.
pub type Artefacts = BTreeMap<String, Vec<u8>>;

/// The files of a small site in one text. A line `-- path --` starts each file, and the text before
/// the first one is a comment.
///
/// `\xff` is the byte 255, so that a file can be invalid UTF-8. A content file that starts with `->
/// ` is a symbolic link out of the site.
pub fn files(text: &str) -> Files {
    let mut files = Files::new();
    let mut path = None;
    for line in text.split_inclusive('\n') {
        let named = line
            .trim_end()
            .strip_prefix("-- ")
            .and_then(|rest| rest.strip_suffix(" --"));
        match (named, &path) {
            (Some(named), _) => {
                path = Some(named.to_owned());
                files.insert(named.to_owned(), Vec::new());
            }
            (None, Some(path)) => files
                .get_mut(path)
                .expect("its marker has put it there")
                .extend(bytes(line)),
            (None, None) => {}
        }
    }
    files
}

/// The bytes of a text with `\xff` replaced.
fn bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part
            .get(..2)
            .and_then(|hex| u8::from_str_radix(hex, 16).ok())
        {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend(&part.as_bytes()[2..]);
            }
            None => bytes.extend(format!("\\x{part}").into_bytes()),
        }
    }
    bytes
}

/// The inputs that the program would read from a disk.
pub fn inputs(files: &Files) -> Inputs {
    let file = |path: &str, bytes: &[u8]| InputFile::new(SitePath::new(path), bytes.to_vec());
    let mut inputs = Inputs {
        settings: files.get("site.toml").map(|bytes| file("site.toml", bytes)),
        ..Inputs::default()
    };
    for (path, bytes) in files
        .iter()
        .filter(|(path, _)| path.starts_with("content/"))
    {
        if bytes.starts_with(b"-> ") {
            inputs
                .unfollowed
                .push((SitePath::new(path.as_str()), Unfollowed::Outside));
        } else if is_markdown(SitePath::new(path.as_str()).extension()) {
            inputs.documents.push(file(path, bytes));
        } else {
            inputs.assets.insert(SitePath::new(path.as_str()));
        }
    }
    let folder = format!("themes/{}/", settings(&inputs).0.theme);
    let own = files
        .iter()
        .filter_map(|(path, bytes)| Some((path, path.strip_prefix(&folder)?, bytes)));
    inputs.theme = own
        .map(|(path, name, bytes)| ThemeFile {
            path: SitePath::new(path.as_str()),
            name: name.to_owned(),
            bytes: Arc::from(&**bytes),
        })
        .collect();
    inputs
}

/// The linked site for an audience, without drafts.
pub fn linked(inputs: &Inputs, audience: Audience) -> Arc<Linked> {
    linked_with(&mut ParseCache::default(), inputs, audience)
}

/// The linked site for an audience, with the cache of a previous one.
pub fn linked_with(cache: &mut ParseCache, inputs: &Inputs, audience: Audience) -> Arc<Linked> {
    Arc::new(link_site(
        inputs,
        cache,
        |_| (),
        |_| Viewer {
            audience,
            drafts: false,
        },
    ))
}

/// Builds the output of a site, or returns the diagnostics that prevent it, in the order in which
/// they are printed.
pub fn make(files: &Files, audience: Audience) -> Result<Artefacts, Vec<Diagnostic>> {
    let inputs = inputs(files);
    let linked = linked(&inputs, audience);
    let theme = Theme::new(&inputs.theme);
    if linked.has_errors() || theme.is_err() {
        return Err(linked
            .diagnostics
            .iter()
            .cloned()
            .chain(theme.err().into_iter().flatten())
            .collect());
    }
    let mut all = Artefacts::new();
    let mut mistakes = Vec::new();
    for (path, made) in artefacts(files, &inputs, &linked) {
        match made {
            Ok(bytes) => assert!(
                all.insert(path.clone(), bytes).is_none(),
                "two artefacts have the address {path}"
            ),
            Err(mistake) => mistakes.push(mistake),
        }
    }
    diagnostic::sort(&mut mistakes);
    if mistakes.is_empty() {
        Ok(all)
    } else {
        Err(mistakes)
    }
}

/// Every artefact of a linked site, keyed by address, even if the site has errors. Its templates
/// must be valid.
pub fn artefacts(
    files: &Files,
    inputs: &Inputs,
    linked: &Arc<Linked>,
) -> Vec<(String, Result<Vec<u8>, Diagnostic>)> {
    let edition = edition(files, inputs, linked);
    let made = edition.artefacts().into_iter().map(|artefact| {
        let bytes = artefact.make().map(|made| made.bytes.into_owned());
        (artefact.route().path(), bytes)
    });
    made.collect()
}

/// The artefacts of a linked site, rendered as in a build.
pub fn edition(files: &Files, inputs: &Inputs, linked: &Arc<Linked>) -> Edition {
    let used = linked.site.used_assets().into_iter();
    let assets = used.filter_map(|path| {
        files
            .get(path.as_str())
            .map(|bytes| Arc::from(bytes.as_slice()))
            .map(|bytes| (path, bytes))
    });
    Edition::new(EditionSources {
        linked: linked.clone(),
        inputs: Arc::new(inputs.clone()),
        theme: Theme::new(&inputs.theme).unwrap_or_else(|found| panic!("{found:?}")),
        highlighter: Arc::new(Highlighter::default()),
        assets: Arc::new(NamedAssets::new(assets.collect())),
        data: &[],
    })
}

/// The report of a build for an audience: every diagnostic, then their number.
pub fn check_for(audience: Audience, text: &str) -> String {
    let files = files(text);
    let inputs = inputs(&files);
    let mut diagnostics = linked(&inputs, audience).diagnostics.clone();
    if let Err(found) = make(&files, audience) {
        diagnostics.extend(
            found
                .into_iter()
                .filter(|found| !diagnostics.contains(found))
                .collect::<Vec<_>>(),
        );
    }
    printed(&files, &diagnostics)
}

/// Diagnostics as they are printed, then their number.
fn printed(files: &Files, diagnostics: &[Diagnostic]) -> String {
    let sources = Sources::new(
        files
            .iter()
            .map(|(path, bytes)| (SitePath::new(path.as_str()), Arc::from(bytes.as_slice()))),
    );
    let reports = report::entries(diagnostics, &sources, Colour::Plain)
        .into_iter()
        .map(|entry| format!("{entry}\n\n"));
    reports.collect::<String>() + &report::count(diagnostics) + "\n"
}

/// The report of a publication to the wiki `handbook` of the settings.
pub fn check_wiki(text: &str) -> String {
    let files = files(text);
    let settings = String::from_utf8_lossy(&files["site.toml"]).into_owned();
    let found = draft(&files, &settings, "handbook").map(|(_, draft)| draft.diagnostics);
    found.map_or_else(
        |message| format!("error: {message}\n"),
        |found| printed(&files, &found),
    )
}

/// The report of a build for the author.
pub fn check(text: &str) -> String {
    check_for(Audience::Private, text)
}

/// The pages of a site, keyed by path. The site must be valid.
pub fn site_for(audience: Audience, text: &str) -> BTreeMap<String, String> {
    let artefacts = make(&files(text), audience)
        .unwrap_or_else(|_| panic!("the site has mistakes:\n{}", check_for(audience, text)));
    let pages = artefacts
        .into_iter()
        .filter(|(path, _)| path.ends_with(".html"));
    pages
        .map(|(path, bytes)| (path, String::from_utf8(bytes).expect("a page is text")))
        .collect()
}

/// The pages for the author with drafts, keyed by path.
pub fn site_with_drafts(text: &str) -> BTreeMap<String, String> {
    let files = files(text);
    let inputs = inputs(&files);
    let viewer = Viewer {
        audience: Audience::Private,
        drafts: true,
    };
    let linked = Arc::new(link_site(
        &inputs,
        &mut ParseCache::default(),
        |_| (),
        |_| viewer,
    ));
    let pages = artefacts(&files, &inputs, &linked)
        .into_iter()
        .filter(|(path, _)| path.ends_with(".html"));
    let text = |made: Result<Vec<u8>, Diagnostic>| {
        String::from_utf8(made.expect("the site is sound")).expect("a page is text")
    };
    pages.map(|(path, made)| (path, text(made))).collect()
}

/// The pages for the author, keyed by path.
pub fn site(text: &str) -> BTreeMap<String, String> {
    site_for(Audience::Private, text)
}

/// Settings for every kind of wiki with a dialect of its own. They need no real wiki.
pub const WIKIS: &[(&str, &str)] = &[
    ("azure-devops", "repository = \"r\""),
    ("github", "repository = \"r\""),
    ("gitlab", "repository = \"r\""),
    ("gitea", "repository = \"r\""),
    (
        "confluence",
        "address = \"https://example.org\"\nspace = \"S\"",
    ),
    (
        "mediawiki",
        "address = \"https://example.org\"\nuser = \"u\"",
    ),
    (
        "dokuwiki",
        "address = \"https://example.org\"\nuser = \"u\"\nnamespace = \"cases\"",
    ),
    ("folder", "folder = \"f\""),
    ("folder", "folder = \"f\"\nformat = \"html\""),
];

/// The draft for a wiki of each kind. `None` if its audience sees no case study.
pub fn drafts(files: &Files, audience: Audience) -> Vec<(&'static str, Option<Draft>)> {
    let settings = |kind: &str, more: &str| {
        format!(
            "[wiki.w]\nkind = \"{kind}\"\naudience = \"{}\"\n{more}\n",
            audience.name()
        )
    };
    WIKIS
        .iter()
        .map(|(kind, more)| {
            (
                *kind,
                draft(files, &settings(kind, more), "w")
                    .ok()
                    .map(|(_, draft)| draft),
            )
        })
        .collect()
}

/// The targets and drafts for the team.
pub fn drafts_and_targets(files: &Files) -> Vec<(&'static str, Target, Draft)> {
    let settings = |kind: &str, more: &str| format!("[wiki.w]\nkind = \"{kind}\"\n{more}\n");
    let one = |(kind, more): &(&'static str, &str)| {
        draft(files, &settings(kind, more), "w")
            .ok()
            .map(|(target, draft)| (*kind, target, draft))
    };
    WIKIS.iter().filter_map(one).collect()
}

/// The target and the draft for a wiki, or the reason why there is none.
fn draft(files: &Files, settings: &str, wiki: &str) -> Result<(Target, Draft), String> {
    let inputs = inputs(files);
    let whole = link_whole(&inputs, &mut ParseCache::default(), |_| ());
    let (config, found) = storybank::config::parse(settings);
    assert_eq!(found, Vec::new(), "the settings are sound");
    let target =
        storybank::config::target(wiki, &config.wiki[wiki]).expect("the settings are sound");
    let selection = publication::select(&whole, &inputs, &target, &[], TODAY)?;
    let assets = selection.assets().into_iter().filter_map(|path| {
        let bytes = files.get(path.as_str())?.as_slice().into();
        Some((path, bytes))
    });
    let draft = publication::draft(&selection, &BTreeSet::new(), &assets.collect(), &[]);
    Ok((target, draft))
}
