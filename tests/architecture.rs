//! Checks the structure of the sources: the order of the modules, and conventions that every file
//! follows.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use storybank::diagnostic::rules;
use storybank::render::DEFAULT_THEME;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The Rust files below a folder of the repository, keyed by their paths from `src`.
fn sources() -> BTreeMap<String, String> {
    let source = root().join("src");
    let name = |path: &Path| {
        path.strip_prefix(&source)
            .expect("it is below")
            .to_string_lossy()
            .replace('\\', "/")
    };
    files_below(&source)
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"))
        .map(|path| (name(&path), read(&path)))
        .collect()
}

fn files_below(folder: &Path) -> Vec<PathBuf> {
    let entries = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .map(|entry| entry.expect("it can be read"));
    entries
        .filter(|entry| entry.file_type().is_file())
        .map(walkdir::DirEntry::into_path)
        .collect()
}

/// The modules in the order of `lib.rs`: each may use only those before it.
fn module_order() -> Vec<String> {
    let library = read(&root().join("src/lib.rs"));
    let modules = library.lines().filter_map(|line| {
        line.strip_prefix("pub mod ")
            .or_else(|| line.strip_prefix("mod "))?
            .strip_suffix(';')
    });
    modules.map(str::to_owned).collect()
}

/// The module at the top of a file's path. `None` for `lib.rs` and for the program, which are not
/// modules of the library.
fn module_of(path: &str) -> Option<&str> {
    let top = path.split('/').next()?;
    let name = top.strip_suffix(".rs").unwrap_or(top);
    (!matches!(name, "lib" | "main")).then_some(name)
}

/// A source without its comments and its string literals, so that checks see only code.
fn code(source: &str) -> String {
    let mut code = String::new();
    let mut rest = source;
    while let Some(next) = rest.chars().next() {
        let length = match next {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '"' => text_length(rest),
            '\'' => character_length(rest),
            'r' if rest.starts_with("r#\"")
                && !code.ends_with(|before: char| before.is_alphanumeric()) =>
            {
                rest[3..].find("\"#").map_or(rest.len(), |end| end + 5)
            }
            _ => 0,
        };
        if length == 0 {
            code.push(next);
            rest = &rest[next.len_utf8()..];
        } else {
            code.push(' ');
            rest = &rest[length..];
        }
    }
    code
}

/// The length of the string literal that starts here, including its quotes.
fn text_length(source: &str) -> usize {
    let mut is_escaped = false;
    for (at, next) in source.char_indices().skip(1) {
        match next {
            '"' if !is_escaped => return at + 1,
            _ => is_escaped = next == '\\' && !is_escaped,
        }
    }
    source.len()
}

/// The length of the character literal that starts here; 0 for a lifetime.
fn character_length(source: &str) -> usize {
    let inner = &source[1..];
    if let Some(escaped) = inner.strip_prefix('\\') {
        return escaped[1..].find('\'').map_or(0, |end| end + 4);
    }
    let first = inner.chars().next().map_or(0, char::len_utf8);
    if inner[first..].starts_with('\'') {
        first + 2
    } else {
        0
    }
}

/// The code of a file without its tests.
fn code_without_tests(source: &str) -> String {
    let code = code(source);
    code.split("#[cfg(test)]\nmod tests")
        .next()
        .unwrap_or_default()
        .to_owned()
}

/// The modules of the library that code names after `crate::`, also in a list of imports.
fn used(code: &str) -> Vec<String> {
    let mut used = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let names = match rest.strip_prefix('{') {
            Some(list) => outer_names(list),
            None => vec![first_name(rest)],
        };
        used.extend(
            names
                .into_iter()
                .filter(|name| !name.is_empty())
                .map(str::to_owned),
        );
    }
    used
}

fn first_name(code: &str) -> &str {
    &code[..code
        .find(|next: char| !next.is_alphanumeric() && next != '_')
        .unwrap_or(code.len())]
}

/// The names in a list of imports, without those in nested lists.
fn outer_names(list: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let (mut depth, mut start) = (0usize, 0usize);
    for (at, next) in list.char_indices() {
        match next {
            '{' => depth += 1,
            '}' if depth == 0 => {
                names.push(first_name(list[start..at].trim_start()));
                break;
            }
            '}' => depth -= 1,
            ',' if depth == 0 => {
                names.push(first_name(list[start..at].trim_start()));
                start = at + 1;
            }
            _ => {}
        }
    }
    names
}

/// If other modules created prose from front matter, a projection could leave it unredacted.
#[test]
fn only_the_front_matter_parser_creates_prose() {
    let may = |path: &str| path.starts_with("parse/") || path.starts_with("front_matter/");
    let makes = |source: &str| code_without_tests(source).contains("Prose::written");
    let others: Vec<String> = sources()
        .into_iter()
        .filter(|(path, source)| !may(path) && makes(source))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(others, Vec::<String>::new());
}

#[test]
fn modules_use_only_earlier_modules() {
    let order = module_order();
    let step = |module: &str| order.iter().position(|other| other == module);
    let mut violations = Vec::new();
    for (path, source) in sources() {
        let Some(module) = module_of(&path) else {
            continue;
        };
        let own = step(module).unwrap_or_else(|| panic!("{path} is not a module in lib.rs"));
        // A name that is not a module is an item of the library's root, which has no items.
        for name in used(&code(&source)) {
            match step(&name) {
                Some(other) if other > own => {
                    violations.push(format!("{path} uses {name}, which comes after {module}"));
                }
                Some(_) => {}
                None => violations.push(format!("{path} uses {name}, which is not a module")),
            }
        }
        if code(&source).contains("super::super::") {
            violations.push(format!("{path} uses super::super::"));
        }
    }
    assert_eq!(violations, Vec::<String>::new());
}

#[test]
fn imports_are_found_in_all_forms() {
    let code = code(
        "use crate::{a::{b, c}, d, self_made::E}; fn f() -> crate::g::H { crate::i::j('\"', \"crate::k\") } // crate::l\n",
    );
    assert_eq!(used(&code), ["a", "d", "self_made", "g", "i"]);
    assert_eq!(module_of("site/link.rs"), Some("site"));
}

#[test]
fn every_file_starts_with_its_purpose() {
    let tests = files_below(&root().join("tests"))
        .into_iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "rs"));
    let all = sources()
        .into_iter()
        .chain(tests.map(|path| (path.display().to_string(), read(&path))));
    let silent: Vec<String> = all
        .filter(|(_, source)| !source.starts_with("//! "))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(silent, Vec::<String>::new());
}

#[test]
fn sources_contain_no_unwrap_allow_or_unsafe() {
    let mut found = Vec::new();
    for (path, source) in sources() {
        let code = code_without_tests(&source);
        let signs = [
            ".unwrap()",
            "#[allow(",
            "#![allow(",
            "todo!(",
            "unimplemented!(",
            "dbg!(",
            "unsafe ",
            "static mut",
        ];
        found.extend(
            signs
                .iter()
                .filter(|sign| code.contains(**sign))
                .map(|sign| format!("{path}: {sign}")),
        );
        let expected = code.matches("#[expect(").count() + code.matches("#![expect(").count();
        let reasons = code.matches("reason =").count();
        if reasons < expected {
            found.push(format!("{path}: #[expect] without a reason"));
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn only_some_modules_use_files_clocks_and_processes() {
    let allowed = ["disk", "serve", "publish", "commands", "main"];
    let mut found = Vec::new();
    for (path, source) in sources() {
        if !allowed
            .iter()
            .any(|module| path == format!("{module}.rs") || path.starts_with(&format!("{module}/")))
        {
            let code = code_without_tests(&source);
            let signs = [
                "std::fs",
                "std::net",
                "std::process",
                "std::thread",
                "std::time::Instant",
                "SystemTime",
                "env::var",
                "stdout",
                "stderr",
                "println!",
            ];
            found.extend(
                signs
                    .iter()
                    .filter(|sign| code.contains(**sign))
                    .map(|sign| format!("{path}: {sign}")),
            );
        }
    }
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn one_file_writes_to_the_terminal() {
    let sources = sources();
    let words = [
        "anstream::",
        "println!",
        "print!",
        "io::stdout",
        "io::stderr",
        "stdout()",
        "stderr()",
    ];
    let writes = |path: &str, source: &str| {
        let code = code_without_tests(source);
        let asks = code.matches("stderr().is_terminal()").count()
            + code.matches("ProgressDrawTarget::stderr()").count();
        let found: usize = words.iter().map(|word| code.matches(word).count()).sum();
        // Asking whether to show a bar, and drawing it, involve no text of an author.
        path != "commands/terminal.rs" && found > asks * 2
    };
    let others: Vec<&String> = sources
        .iter()
        .filter(|(path, source)| writes(path, source))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        others,
        Vec::<&String>::new(),
        "they write to the terminal without `Terminal`, which escapes control characters"
    );
    assert!(
        ["anstream::", "stderr()"]
            .iter()
            .all(|word| code_without_tests(&sources["commands/terminal.rs"]).contains(word))
    );
}

#[test]
fn the_program_contains_the_default_theme_on_disk() {
    let folder = root().join("themes/default");
    let on_disk: BTreeMap<String, String> = files_below(&folder)
        .into_iter()
        .map(|path| {
            (
                path.strip_prefix(&folder)
                    .expect("it is below")
                    .to_string_lossy()
                    .replace('\\', "/"),
                read(&path),
            )
        })
        .collect();
    let built_in: BTreeMap<String, String> = DEFAULT_THEME
        .iter()
        .map(|(name, text)| ((*name).to_owned(), (*text).to_owned()))
        .collect();
    let (parts, mut on_disk): (BTreeMap<_, _>, BTreeMap<_, _>) = on_disk
        .into_iter()
        .partition(|(name, _)| name.starts_with("style/"));
    let sheet = &built_in["static/style.css"];
    assert!(
        parts.values().all(|part| sheet.contains(part.as_str())),
        "the style sheet lacks one of {:?}",
        parts.keys()
    );
    assert_eq!(
        sheet.len(),
        parts.values().map(|part| part.len() + 1).sum::<usize>() - 1
    );
    on_disk.insert("static/style.css".to_owned(), sheet.clone());
    assert_eq!(
        on_disk.keys().collect::<Vec<_>>(),
        built_in.keys().collect::<Vec<_>>()
    );
    let different: Vec<&String> = on_disk
        .keys()
        .filter(|name| on_disk.get(*name) != built_in.get(*name))
        .collect();
    assert_eq!(different, Vec::<&String>::new());
}

#[test]
fn the_docs_explain_every_rule() {
    let path = root().join("docs/diagnostics.md");
    if !path.exists() {
        return;
    }
    let docs = read(&path);
    let missing: Vec<&str> = rules::ALL
        .iter()
        .map(|rule| rule.name)
        .filter(|name| !docs.contains(name))
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}

#[test]
fn architecture_lists_every_module() {
    let path = root().join("ARCHITECTURE.md");
    if !path.exists() {
        return;
    }
    let map = read(&path);
    let missing: Vec<String> = module_order()
        .into_iter()
        .filter(|module| !map.contains(&format!("`{module}`")))
        .collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn the_docs_list_every_field_of_templates() {
    let types = fs::read_to_string("src/view/types.rs").expect("the views have a file");
    let docs = fs::read_to_string("docs/themes.md").expect("themes have a page");
    let fields = types.lines().filter_map(|line| {
        line.trim()
            .strip_prefix("pub ")?
            .split_once(':')
            .map(|(name, _)| name)
    });
    let missing: Vec<&str> = fields
        .filter(|name| {
            !docs.contains(&format!("`{name}`"))
                && !docs.contains(&format!(".{name}`"))
                && *name != "page"
        })
        .collect();
    assert_eq!(missing, Vec::<&str>::new());
}
