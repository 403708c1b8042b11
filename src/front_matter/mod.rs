//! Front matter: where it ends, what its YAML says, and the place of each value.
//!
//! `saphyr-parser` gives the events of YAML with their places. They become a tree, from which `serde` reads the fields. If that
//! parser and `serde_yaml` read a text in different ways, `serde_yaml` decides. It also reports the error of a text that is not
//! YAML. This module is the only one that uses these crates.

mod comments;
mod fallback;
mod mistake;
mod spanned;
mod syntax;
mod tree;
mod value;

use std::ops::Range;

use serde::de::DeserializeOwned;

use crate::diagnostic::{Diagnostic, rules, too_deep};
use crate::source::{SitePath, Span};

use mistake::{Key, Mistake};
use tree::{Broken, Kind, Tree};
use value::Reading;

pub use mistake::{plain_words, unknown_word};
pub use spanned::text_or_other;

/// A file cut into front matter and body. Offsets count from the start of the file. The default has no front matter.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Split {
    /// The YAML between the fences; empty without front matter.
    pub yaml: Span,
    /// The offset of the body.
    pub body: usize,
    /// Whether the file opens with a fence.
    pub present: bool,
}

/// The line that opens and closes front matter.
const FENCE: &str = "---";

/// Cuts a file into front matter and body.
///
/// A byte order mark before the first line is accepted. Only the top of the file counts: a `---` further down is a rule.
///
/// # Errors
///
/// The place of the opening fence if there is no closing one.
pub fn split(text: &str) -> Result<Split, Span> {
    let start = if text.starts_with('\u{feff}') {
        '\u{feff}'.len_utf8()
    } else {
        0
    };
    let mut lines = text[start..].split_inclusive('\n');
    let opening = lines.next().unwrap_or_default();
    if opening.trim_end() != FENCE {
        return Ok(Split {
            yaml: Span::new(start, start),
            body: start,
            present: false,
        });
    }
    let yaml_start = start + opening.len();
    let mut at = yaml_start;
    for line in lines {
        if line.trim_end() == FENCE {
            return Ok(Split {
                yaml: Span::new(yaml_start, at),
                body: at + line.len(),
                present: true,
            });
        }
        at += line.len();
    }
    Err(Span::new(start, start + FENCE.len()))
}

/// The places of the aliases in front matter, each with the place of the value that it names. None if the front matter is not YAML.
pub fn aliases(text: &str) -> Vec<(Span, Span)> {
    let Some(split) = split(text).ok().filter(|split| split.present) else {
        return Vec::new();
    };
    let yaml = &text[split.yaml.range()];
    if !yaml.contains('*') || flow_too_deep(yaml).is_some() {
        return Vec::new();
    }
    let tree = Tree::read(yaml, split.yaml.range().start);
    tree.map_or(Vec::new(), |tree| tree.aliases().collect())
}

/// The maximum nesting of lists and mappings. Documents need four levels.
const DEEPEST: usize = 32;

/// The help for an unknown field, given its name and the fields that are known in its place; `None` for the default help, which
/// names the nearest known field.
pub type Advice<'a> = &'a dyn Fn(&str, &[&str]) -> Option<String>;

/// The errors of front matter that cannot be read at all.
pub struct Unreadable(pub Vec<Diagnostic>);

/// Reads the fields of a document from its front matter.
///
/// Every mistake is reported. The element, the entry or the field with the mistake is left out, and the rest is read. A required
/// field is an `Option` in `Fields`, and the caller reports its absence.
///
/// # Errors
///
/// The mistakes of a text that is not YAML, or not a mapping.
pub fn read<Fields: DeserializeOwned + Default>(
    text: &str,
    yaml: Span,
    file: &SitePath,
    advice: Advice<'_>,
) -> Result<(Fields, Vec<Diagnostic>), Unreadable> {
    let source = Source { text, yaml, file };
    let slice = source.yaml();
    if slice.trim().is_empty() {
        return Ok((Fields::default(), Vec::new()));
    }
    if let Some(at) = flow_too_deep(slice) {
        return Err(source.too_deep(Span::new(at, at + 1).shifted(yaml.range().start)));
    }
    let (tree, whole) = match Tree::read(slice, yaml.range().start) {
        Ok(tree) if !fallback::may_differ(slice) => match source.fields::<Fields>(&tree) {
            Ok(fields) => return Ok((fields, comments::cut_by_comments(text, yaml, &tree, file))),
            Err(_) => (tree, true),
        },
        Ok(tree) => (tree, true),
        Err(Broken::After(tree)) => (tree, false),
        Err(Broken::TooDeep(place)) => return Err(source.too_deep(place)),
    };
    let cut = comments::cut_by_comments(text, yaml, &tree, file);
    let (fields, mut found) = source.settled_fields(whole.then_some(tree), advice)?;
    found.extend(cut);
    Ok((fields, found))
}

/// Some front matter and its file.
#[derive(Clone, Copy)]
struct Source<'a> {
    text: &'a str,
    yaml: Span,
    file: &'a SitePath,
}

impl<'a> Source<'a> {
    fn yaml(self) -> &'a str {
        &self.text[self.yaml.range()]
    }

    fn too_deep(self, place: Span) -> Unreadable {
        Unreadable(vec![too_deep(
            self.file,
            place,
            "lists and mappings",
            DEEPEST,
        )])
    }

    fn fields<Fields: DeserializeOwned + Default>(
        self,
        tree: &Tree<'_>,
    ) -> Result<Fields, Mistake> {
        tree.root().map_or_else(
            || Ok(Fields::default()),
            |root| Fields::deserialize(Reading::new(self.text, tree).value(root)),
        )
    }

    /// Reads front matter that holds a mistake, or that `serde_yaml` may read in another way than the tree.
    fn settled_fields<Fields: DeserializeOwned + Default>(
        self,
        tree: Option<Tree<'_>>,
        advice: Advice<'_>,
    ) -> Result<(Fields, Vec<Diagnostic>), Unreadable> {
        let value = serde_yaml::from_str(self.yaml())
            .map_err(|error| self.not_yaml(&error, tree.as_ref()))?;
        let tree = fallback::settled(tree, self.yaml(), self.yaml, &value);
        if let Ok(fields) = self.fields(&tree) {
            return Ok((fields, Vec::new()));
        }
        // An odd space changes how YAML reads the whole text, so other mistakes are only its consequences.
        if let Some(spaces) = syntax::odd_spaces(self) {
            return Err(Unreadable(spaces));
        }
        let root = self.root_mapping(&tree)?;
        let (fields, mistakes) = sound_fields(Reading::new(self.text, &tree), root);
        let found = mistakes
            .iter()
            .map(|mistake| mistake.diagnostic(self, advice));
        Ok((fields, found.collect()))
    }

    fn not_yaml(self, error: &serde_yaml::Error, tree: Option<&Tree<'_>>) -> Unreadable {
        let found = syntax::odd_spaces(self).unwrap_or_else(|| {
            let repetition = tree.and_then(Tree::repetition);
            vec![syntax::syntax_mistake(self, error, repetition)]
        });
        Unreadable(found)
    }

    fn root_mapping(self, tree: &Tree<'_>) -> Result<usize, Unreadable> {
        tree.root()
            .filter(|&root| matches!(tree.node(tree.resolved(root)).kind, Kind::Mapping))
            .ok_or_else(|| {
                let message = "front matter is not a list of `key: value` lines";
                let found = Diagnostic::new(&rules::FRONT_MATTER, self.file, self.yaml, message)
                    .help("write one `key: value` a line, as in `title: The outage`");
                Unreadable(vec![found])
            })
    }
}

/// The offset at which so many brackets are open that they are too deep even if some of them are words. This is checked before a
/// YAML parser reads the text: it reads everything after a bracket first, in a time that is quadratic in the open brackets.
fn flow_too_deep(yaml: &str) -> Option<usize> {
    let mut open = 0usize;
    yaml.bytes().position(|byte| {
        match byte {
            b'[' | b'{' => open += 1,
            b']' | b'}' => open = open.saturating_sub(1),
            _ => {}
        }
        open > 2 * DEEPEST
    })
}

/// The fields of the mapping `root` without the mistaken ones, and their mistakes. Each field is read by itself, so the time does
/// not depend on the number of mistakes.
fn sound_fields<Fields: DeserializeOwned + Default>(
    mut reading: Reading<'_>,
    root: usize,
) -> (Fields, Vec<Mistake>) {
    let tree = reading.tree;
    let mut mistakes = Vec::new();
    for (key, value) in tree.entries(root) {
        reading.only = vec![(root, key..tree.after(value))];
        check_field::<Fields>(&mut reading, (root, key, value), &mut mistakes);
    }
    reading.only.clear();
    let fields = Fields::deserialize(reading.value(root)).unwrap_or_else(|mistake| {
        mistakes.push(mistake);
        Fields::default()
    });
    (fields, mistakes)
}

/// Leaves out the mistaken parts of a field: elements of its list, entries of its mapping, or all of it.
fn check_field<Fields: DeserializeOwned>(
    reading: &mut Reading<'_>,
    (root, key, value): (usize, usize, usize),
    mistakes: &mut Vec<Mistake>,
) {
    let Err(mistake) = Fields::deserialize(reading.value(root)) else {
        return;
    };
    let value = reading.tree.resolved(value);
    let Some(parts) = parts_of_field(reading.tree, value, &mistake) else {
        mistakes.push(mistake);
        reading.left_out.insert(key);
        return;
    };
    for (index, part) in parts.into_iter().enumerate() {
        let start = part.start;
        reading.only.push((value, part));
        let result = Fields::deserialize(reading.value(root));
        reading.only.pop();
        if let Err(mistake) = result {
            mistakes.push(mistake.of_element(index));
            reading.left_out.insert(start);
        }
    }
    // A mistake of the elements together is reported if each of them is sound.
    if let Err(mistake) = Fields::deserialize(reading.value(root)) {
        mistakes.push(mistake);
        reading.left_out.insert(key);
    }
}

/// The nodes of each element or entry of a field; `None` if the field as a whole is mistaken.
fn parts_of_field(tree: &Tree<'_>, value: usize, mistake: &Mistake) -> Option<Vec<Range<usize>>> {
    match (&tree.node(value).kind, mistake.step_in_field()) {
        (Kind::List, Some(Key::Index(_))) => Some(
            tree.children(value)
                .map(|element| element..tree.after(element))
                .collect(),
        ),
        (Kind::Mapping, Some(Key::Name(_))) => Some(
            tree.entries(value)
                .map(|(name, entry)| name..tree.after(entry))
                .collect(),
        ),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use serde::Deserialize;

    use super::*;
    use crate::front_matter::tree::Repetition;
    use crate::model::Prose;
    use crate::source::Spanned;

    #[test]
    fn splits_only_at_the_top() {
        let split_at =
            |text: &str| split(text).map(|split| (split.yaml.range(), split.body, split.present));
        assert_eq!(
            split_at("---\na: 1\n---\nbody\n---\n"),
            Ok((4..9, 13, true))
        );
        assert_eq!(
            split_at("\u{feff}---\r\na: 1\r\n---\r\nbody"),
            Ok((8..14, 19, true))
        );
        assert_eq!(split_at("body\n---\na: 1\n---\n"), Ok((0..0, 0, false)));
        assert_eq!(split_at("---\na: 1\n"), Err(Span::new(0, 3)));
        assert_eq!(split_at(""), Ok((0..0, 0, false)));
    }

    #[derive(Default, Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Fields {
        title: Option<Prose>,
        list: Vec<Spanned<String>>,
        facts: BTreeMap<String, Spanned<Prose>>,
    }

    fn fields(yaml: &str) -> Fields {
        let read = read::<Fields>(
            yaml,
            Span::new(0, yaml.len()),
            &SitePath::new("x.md"),
            &|_, _| None,
        );
        let (fields, found) =
            read.unwrap_or_else(|Unreadable(found)| panic!("{yaml:?}: {found:?}"));
        assert_eq!(found, [], "{yaml:?}");
        fields
    }

    #[test]
    fn values_have_their_places() {
        let yaml = "title: é\nlist: [a, bc, a]\nfacts:\n  a: &x \"y z\"\n  b: *x\n  c: 1.10\n";
        let Fields { title, list, facts } = fields(yaml);
        let at = |span: Span| &yaml[span.range()];
        let title = title.expect("there is one");
        assert_eq!((title.as_str(), at(title.span())), ("é", "é"));
        let elements: Vec<(&str, u32)> = list
            .iter()
            .map(|element| (at(element.span), element.span.start))
            .collect();
        assert_eq!(elements, [("a", 17), ("bc", 20), ("a", 24)]);
        let found = |name: &str| {
            (
                facts[name].value.as_str(),
                at(facts[name].span),
                at(facts[name].value.span()),
            )
        };
        assert_eq!(found("a"), ("y z", "&x \"y z\"", "y z"));
        assert_eq!(found("b"), ("y z", "*x", "*x"));
        assert_eq!(found("c"), ("1.10", "1.10", "1.10"));
    }

    #[test]
    fn a_part_of_a_value_has_its_place() {
        for (yaml, part) in [
            ("title: by my peer\n", "my"),
            ("title: 'by my peer'\n", "my"),
            ("title: \"by my \\u0070eer\"\n", "\"by my \\u0070eer\""),
            ("title: by\n  my peer\n", "by\n  my peer"),
            ("title: >-\n  by my\n  peer\n", "by my\n  peer"),
            (
                "list: [by my peer]\ntitle: by my peer  # by my peer\n",
                "my",
            ),
        ] {
            let title = fields(yaml).title.expect("there is one");
            let place = title.part(3..5);
            assert_eq!(
                (title.as_str(), &yaml[place.range()]),
                ("by my peer", part),
                "{yaml:?}"
            );
            assert!(place.start as usize > yaml.find("title").unwrap_or_default());
        }
    }

    #[test]
    fn what_only_serde_yaml_reads_is_read() {
        let yaml = "title: \"by\nmy peer\"\nfacts: { a: 1.10, b: \"null\" }\n";
        let Fields { title, facts, .. } = fields(yaml);
        assert_eq!(
            title,
            Some(Prose::written("by my peer", Span::new(0, yaml.len())))
        );
        assert_eq!(
            (facts["a"].value.as_str(), facts["b"].value.as_str()),
            ("1.10", "null")
        );
    }

    #[test]
    fn a_key_that_is_given_twice_is_found() {
        let tree = Tree::read("a: 1\nb: 2\na: 3\n", 0).expect("it is YAML");
        let (first, second) = (Span::new(0, 1), Span::new(10, 11));
        assert_eq!(
            tree.repetition(),
            Some(Repetition {
                name: "a".to_owned(),
                first,
                second
            })
        );
    }

    #[test]
    fn aliases_that_never_end_are_refused() {
        let bombs = [
            "a: &a [*a]\n".to_owned(),
            (1..12).fold("a0: &a0 [x]\n".to_owned(), |yaml, level| {
                let names = vec![format!("*a{}", level - 1); 9].join(", ");
                format!("{yaml}a{level}: &a{level} [{names}]\n")
            }),
        ];
        for bomb in bombs {
            let tree = Tree::read(&bomb, 0).expect("it is YAML");
            let reading = Reading::new(&bomb, &tree);
            assert!(
                serde_yaml::Value::deserialize(reading.value(0)).is_err(),
                "{bomb}"
            );
        }
    }

    /// Texts that use every construct of YAML, and many that are not YAML.
    fn yaml() -> impl Strategy<Value = String> {
        const PIECES: &[&str] = &[
            "a",
            "b: ",
            "title: ",
            "- ",
            "  ",
            "\n",
            "\n  ",
            "\n- ",
            "\n  - ",
            "[",
            "]",
            "{",
            "}",
            ", ",
            ": ",
            "'",
            "\"",
            "#",
            " # x",
            "&a ",
            "*a",
            "!x ",
            "!!str ",
            "| \n",
            ">\n",
            ">-\n",
            "~",
            "null",
            "1",
            "1.10",
            "0x1f",
            "true",
            "yes",
            "é",
            "\t",
            "%",
            "@",
            "? ",
            "...",
            "--- ",
            "\r\n",
            ":",
            ",",
            "\\n",
            "\\",
            "2024-01-01",
            "007",
            "-",
            "x y",
            "<<: *a",
            "a:b",
            "\u{a0}",
            "\u{2028}",
            "\u{85}",
            "\u{feff}",
        ];
        const WHOLE: &[&str] = &[
            "title: The outage\nheadline: \"We closed\"\nlist: [a, b]\nfacts:\n  loss: 1 day\n  x: { value: 1.10, source: y }\n",
            "a: |\n  x\n  y\nb: >-\n  folded\n  text\n\n  z\nc: 'it''s'\nd: \"a\\n\\u00e9 b\"\n",
            "actions:\n- what: a b\n  owner: &o c\n- {what: d, due: 2025, owner: *o}\nlist:\n  - one\n  - two words # c\n",
        ];
        let pieces = || proptest::sample::select(PIECES);
        let made = proptest::collection::vec(pieces(), 1..10).prop_map(|pieces| pieces.concat());
        let edited = (
            proptest::sample::select(WHOLE),
            any::<prop::sample::Index>(),
            pieces(),
            0..3usize,
        )
            .prop_map(|(whole, at, piece, gone)| {
                let characters: Vec<char> = whole.chars().collect();
                let at = at.index(characters.len());
                let after = &characters[(at + gone).min(characters.len())..];
                characters[..at].iter().collect::<String>()
                    + piece
                    + &after.iter().collect::<String>()
            });
        prop_oneof![made, edited].prop_map(|yaml| yaml + "\n")
    }

    /// Numbers as texts, as this reader gives them.
    fn with_numbers_as(value: serde_yaml::Value, other: &serde_yaml::Value) -> serde_yaml::Value {
        use serde_yaml::Value;
        match (value, other) {
            (Value::Number(number), Value::String(text))
                if serde_yaml::from_str::<Value>(text)
                    .is_ok_and(|read| read == Value::Number(number.clone())) =>
            {
                other.clone()
            }
            (Value::Sequence(elements), Value::Sequence(others))
                if elements.len() == others.len() =>
            {
                Value::Sequence(
                    elements
                        .into_iter()
                        .zip(others)
                        .map(|(element, other)| with_numbers_as(element, other))
                        .collect(),
                )
            }
            (Value::Mapping(entries), Value::Mapping(others)) if entries.len() == others.len() => {
                let entry = |((key, value), (name, other))| {
                    (with_numbers_as(key, name), with_numbers_as(value, other))
                };
                Value::Mapping(entries.into_iter().zip(others).map(entry).collect())
            }
            (Value::Tagged(tagged), Value::Tagged(other)) => {
                let value = with_numbers_as(tagged.value, &other.value);
                Value::Tagged(Box::new(serde_yaml::value::TaggedValue {
                    tag: tagged.tag,
                    value,
                }))
            }
            (value, _) => value,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, max_global_rejects: 65_536, ..ProptestConfig::default() })]

        #[test]
        fn yaml_means_what_serde_yaml_reads(yaml in yaml()) {
            let theirs = serde_yaml::from_str::<serde_yaml::Value>(&yaml);
            // What the quick way reads without asking `serde_yaml`.
            let tree = Tree::read(&yaml, 0).ok().filter(|_| !fallback::may_differ(&yaml));
            let is_mapping = |tree: &Tree<'_>| tree.root().is_some_and(|root| matches!(tree.node(root).kind, Kind::Mapping));
            if let Some(tree) = tree.filter(is_mapping)
                && let Ok(ours) = serde_yaml::Value::deserialize(Reading::new(&yaml, &tree).value(0))
                && let Ok(theirs) = theirs
            {
                prop_assert_eq!(&ours, &with_numbers_as(theirs, &ours));
            }
        }

        #[test]
        fn texts_are_what_serde_yaml_reads(yaml in yaml()) {
            #[derive(Debug, Default, PartialEq, Deserialize)]
            #[serde(default, deny_unknown_fields)]
            struct Texts {
                a: Option<String>,
                b: Option<String>,
                c: String,
                d: bool,
                title: Option<String>,
                headline: String,
                list: Vec<String>,
                facts: BTreeMap<String, String>,
                actions: Vec<BTreeMap<String, String>>,
            }
            let is_mapping = serde_yaml::from_str::<serde_yaml::Value>(&yaml).map_or(true, |value| value.is_mapping());
            prop_assume!(is_mapping && !yaml.trim().is_empty());
            // A list or mapping that is `null` is empty, as in a value that is read in two steps.
            let in_two_steps = || serde_yaml::from_value(serde_yaml::from_str(&yaml).ok()?).ok();
            let theirs = serde_yaml::from_str::<Option<Texts>>(&yaml).ok().or_else(in_two_steps).map(Option::unwrap_or_default);
            let ours = read::<Texts>(&yaml, Span::new(0, yaml.len()), &SitePath::new("x.md"), &|_, _| None).ok();
            let ours = ours.filter(|(_, found)| !found.iter().any(Diagnostic::is_error)).map(|(fields, _)| fields);
            // In brackets a few texts are read that `serde_yaml` refuses, such as a key over two lines.
            if theirs.is_some() || !yaml.contains(['[', '{']) {
                prop_assert_eq!(ours, theirs);
            }
        }
    }

    #[test]
    fn a_number_after_an_odd_line_break_is_read_without_it() {
        let fields = fields("facts: {loss: \u{2028}2025}\n");
        assert_eq!(fields.facts["loss"].value.as_str(), "2025");
    }

    #[test]
    fn a_mistake_after_other_alphabets_has_its_place() {
        let yaml = "title: жжж\nlist: a: b\n";
        let file = SitePath::new("x.md");
        let read = read::<Fields>(yaml, Span::new(0, yaml.len()), &file, &|_, _| None);
        let Err(Unreadable(found)) = read else {
            panic!("this is not YAML");
        };
        assert_eq!(&yaml[found[0].span.range()], ": b");
    }

    #[test]
    fn a_value_that_a_comment_cuts_is_found() {
        let cut = |yaml: &str| {
            let tree = Tree::read(yaml, 0).unwrap_or_else(|broken| match broken {
                Broken::After(tree) => tree,
                Broken::TooDeep(place) => panic!("{place:?}"),
            });
            let found = comments::cut_by_comments(
                yaml,
                Span::new(0, yaml.len()),
                &tree,
                &SitePath::new("x.md"),
            );
            found
                .into_iter()
                .map(|found| yaml[found.span.range()].to_owned())
                .collect::<Vec<_>>()
        };
        for (yaml, lost) in [
            ("headline: We closed #42 and #43\n", "#42 and #43"),
            ("title: Why C # is fine\n", "# is fine"),
            ("headline: #1 in the market\n", "#1 in the market"),
            ("aliases:\n  - Ticket #42 again\n", "#42 again"),
            ("aliases:\n  - #42 again\n", "#42 again"),
            ("aliases: [\n  the one, ticket #42 again\n]\n", "#42 again"),
            ("facts:\n  loss: { value: é #7,\n  source: x }\n", "#7,"),
            ("headline: over\n  two lines #3 x\n", "#3 x"),
            ("a: x\t#y\n", "#y"),
            ("when: 2024 #3\n", "#3"),
        ] {
            assert_eq!(cut(yaml), [lost], "{yaml:?}");
        }
        for yaml in [
            "headline: \"We closed #42\"\n",
            "headline: 'We closed #42'\n",
            "headline: |\n  We closed #42\n  - #43\n",
            "headline: >-\n  We closed #42\n",
            "title: Reminders sent twice     # required\n",
            "status: ready # for now\n",
            "headline: # one sentence\n",
            "title: C#\n",
            "# a comment #1\ntitle: x\n",
            "told:\n  # on #1\n  - { on: 2024, to: x }   # a remark\n",
            "title: \"a\" #b\n",
            "title: \u{a0}\n # x\n",
            "? \u{a0}\n # x\n",
        ] {
            assert_eq!(cut(yaml), Vec::<String>::new(), "{yaml:?}");
        }
    }
}
