//! The languages that MediaWiki can highlight.

/// The words after a fence, with the names of these languages in Pygments, the highlighter of
/// MediaWiki.
const KNOWN: &[(&str, &str)] = &[
    ("bash", "bash"),
    ("c", "c"),
    ("c#", "csharp"),
    ("c++", "cpp"),
    ("clojure", "clojure"),
    ("cpp", "cpp"),
    ("cs", "csharp"),
    ("csharp", "csharp"),
    ("css", "css"),
    ("dart", "dart"),
    ("diff", "diff"),
    ("docker", "docker"),
    ("dockerfile", "docker"),
    ("elixir", "elixir"),
    ("erlang", "erlang"),
    ("go", "go"),
    ("golang", "go"),
    ("groovy", "groovy"),
    ("haskell", "haskell"),
    ("hs", "haskell"),
    ("html", "html"),
    ("http", "http"),
    ("ini", "ini"),
    ("java", "java"),
    ("javascript", "javascript"),
    ("js", "javascript"),
    ("json", "json"),
    ("kotlin", "kotlin"),
    ("kt", "kotlin"),
    ("lua", "lua"),
    ("make", "make"),
    ("makefile", "make"),
    ("markdown", "markdown"),
    ("md", "markdown"),
    ("nginx", "nginx"),
    ("objective-c", "objective-c"),
    ("ocaml", "ocaml"),
    ("patch", "diff"),
    ("perl", "perl"),
    ("php", "php"),
    ("pl", "perl"),
    ("powershell", "powershell"),
    ("properties", "properties"),
    ("protobuf", "protobuf"),
    ("ps1", "powershell"),
    ("puppet", "puppet"),
    ("py", "python"),
    ("python", "python"),
    ("r", "r"),
    ("rb", "ruby"),
    ("rs", "rust"),
    ("ruby", "ruby"),
    ("rust", "rust"),
    ("scala", "scala"),
    ("sh", "bash"),
    ("shell", "bash"),
    ("sql", "sql"),
    ("swift", "swift"),
    ("terraform", "terraform"),
    ("tf", "terraform"),
    ("toml", "toml"),
    ("ts", "typescript"),
    ("typescript", "typescript"),
    ("xml", "xml"),
    ("yaml", "yaml"),
    ("yml", "yaml"),
    ("zsh", "bash"),
];

/// The name of a language. `None` if MediaWiki would list the page among those with errors.
pub fn of(word: &str) -> Option<&'static str> {
    let word = word.to_ascii_lowercase();
    KNOWN
        .binary_search_by_key(&word.as_str(), |(word, _)| word)
        .ok()
        .map(|at| KNOWN[at].1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found() {
        assert!(KNOWN.is_sorted());
        assert_eq!(of("YAML"), Some("yaml"));
        assert_eq!(of("c++"), Some("cpp"));
        assert_eq!(of("text"), None);
    }
}
