//! Cleans the CSS of a picture: keeps what affects the look, and replaces names.

use std::fmt::Write as _;

use cssparser::{
    ParseError, ParseErrorKind, Parser, Token, serialize_identifier, serialize_string,
};

use super::known::{ATTRIBUTES, ELEMENTS, HTML_ELEMENTS, OF_FONTS, PROPERTIES, STATES};
use super::names::Names;
use super::shortened;

/// The maximum nesting of brackets.
const DEEPEST: usize = 32;

const ELSEWHERE: &str = "is an SVG picture whose style requests other files; save it as plain SVG";
const BROKEN: &str = "is an SVG picture whose style is broken; save it as plain SVG";

/// CSS functions that request other files.
const REQUESTS: [&str; 6] = [
    "image",
    "image-set",
    "-webkit-image-set",
    "cross-fade",
    "src",
    "attr",
];

/// A token, with the content of its brackets.
#[derive(Debug, Clone)]
enum Item<'a> {
    /// A word with resolved escapes.
    Word(String),
    /// `@word`.
    At(String),
    /// `#word`.
    Hash(String),
    Text(String),
    Address(String),
    Space,
    /// A number or a delimiter, as written.
    Plain(&'a str),
    Function(String, Vec<Item<'a>>),
    /// Brackets, by their first character.
    Block(char, Vec<Item<'a>>),
}

/// A style sheet.
pub fn sheet(css: &str, names: &mut Names) -> Result<String, String> {
    let mut out = String::new();
    rules(&read(css)?, names, &mut out)?;
    Ok(out)
}

/// The declarations of a `style` attribute.
pub fn declarations(css: &str, names: &mut Names) -> Result<String, String> {
    let mut out = String::new();
    declared(&read(css)?, PROPERTIES, names, &mut out)?;
    Ok(out)
}

/// The value of a presentation attribute, for example `url(#name)`.
pub fn value(css: &str, names: &mut Names) -> Result<String, String> {
    let mut out = String::new();
    write_value(&read(css)?, names, &mut out)?;
    Ok(out.trim().to_owned())
}

fn read(css: &str) -> Result<Vec<Item<'_>>, String> {
    items(&mut Parser::new(css), 0)
}

fn items<'a>(parser: &mut Parser<'a>, depth: usize) -> Result<Vec<Item<'a>>, String> {
    let mut items = Vec::new();
    loop {
        let start = parser.position();
        let Ok(token) = parser.next_including_whitespace_and_comments().cloned() else {
            return Ok(items);
        };
        items.push(match token {
            Token::Ident(word) => Item::Word(word.to_string()),
            Token::AtKeyword(word) => Item::At(word.to_ascii_lowercase()),
            Token::Hash(word) | Token::IDHash(word) => Item::Hash(word.to_string()),
            Token::QuotedString(text) => Item::Text(text.to_string()),
            Token::UnquotedUrl(address) => Item::Address(address.to_string()),
            // A comment separates words like a space.
            Token::WhiteSpace(_) | Token::Comment(_) => Item::Space,
            Token::CDO | Token::CDC => continue,
            Token::Function(name) => function(name.to_ascii_lowercase(), inside(parser, depth)?)?,
            Token::ParenthesisBlock => Item::Block('(', inside(parser, depth)?),
            Token::SquareBracketBlock => Item::Block('[', inside(parser, depth)?),
            Token::CurlyBracketBlock => Item::Block('{', inside(parser, depth)?),
            Token::BadUrl(_) | Token::BadString(_) => return Err(BROKEN.to_owned()),
            _ => Item::Plain(parser.slice_from(start)),
        });
    }
}

/// The content of the brackets that the last token has opened.
fn inside<'a>(parser: &mut Parser<'a>, depth: usize) -> Result<Vec<Item<'a>>, String> {
    if depth >= DEEPEST {
        return Err(BROKEN.to_owned());
    }
    parser
        .parse_nested_block(|parser| {
            items(parser, depth + 1).map_err(|reason| ParseError {
                kind: ParseErrorKind::Custom(reason),
            })
        })
        .map_err(|_: ParseError<String>| BROKEN.to_owned())
}

/// A function with its arguments; `url("…")` is an address.
fn function(name: String, items: Vec<Item<'_>>) -> Result<Item<'_>, String> {
    match items.as_slice() {
        _ if name != "url" => Ok(Item::Function(name, items)),
        [Item::Text(address), Item::Space] | [Item::Text(address)] => {
            Ok(Item::Address(address.clone()))
        }
        _ => Err(BROKEN.to_owned()),
    }
}

fn rules(items: &[Item<'_>], names: &mut Names, out: &mut String) -> Result<(), String> {
    let mut start = 0;
    for (index, item) in items.iter().enumerate() {
        let block = match item {
            Item::Block('{', block) => block.as_slice(),
            Item::Plain(";") => &[],
            _ => continue,
        };
        rule(trimmed(&items[start..index]), block, names, out)?;
        start = index + 1;
    }
    // A rule without a block can still import a file.
    rule(trimmed(&items[start..]), &[], names, out)
}

fn rule(
    prelude: &[Item<'_>],
    block: &[Item<'_>],
    names: &mut Names,
    out: &mut String,
) -> Result<(), String> {
    if let [Item::At(name), prelude @ ..] = prelude {
        return at_rule(name, prelude, block, names, out);
    }
    let selectors = prelude.split(|item| matches!(item, Item::Plain(",")));
    let selectors: Vec<String> = selectors
        .filter_map(|selector| self::selector(trimmed(selector), names))
        .collect();
    let mut inside = String::new();
    declared(block, PROPERTIES, names, &mut inside)?;
    if !selectors.is_empty() && !inside.is_empty() {
        out.push_str(&format!("{}{{{inside}}}", selectors.join(",")));
    }
    Ok(())
}

/// `@font-face`, `@media`, `@keyframes`. Others are dropped.
fn at_rule(
    name: &str,
    prelude: &[Item<'_>],
    block: &[Item<'_>],
    names: &mut Names,
    out: &mut String,
) -> Result<(), String> {
    let mut inside = String::new();
    match name {
        "import" => return Err(ELSEWHERE.to_owned()),
        "font-face" => {
            declared(block, OF_FONTS, names, &mut inside)?;
            out.push_str(&format!("@font-face{{{inside}}}"));
        }
        "media" | "supports" => {
            let mut condition = String::new();
            write_value(prelude, names, &mut condition)?;
            rules(block, names, &mut inside)?;
            out.push_str(&format!("@{name} {}{{{inside}}}", condition.trim()));
        }
        "keyframes" | "-webkit-keyframes" => {
            let [Item::Word(own) | Item::Text(own)] = trimmed(prelude) else {
                return Ok(());
            };
            let own = names.movements.new_name(own);
            steps(block, names, &mut inside)?;
            out.push_str(&format!("@{name} {own}{{{inside}}}"));
        }
        _ => {}
    }
    Ok(())
}

/// The steps of an animation: `from { … } 50% { … }`.
fn steps(items: &[Item<'_>], names: &mut Names, out: &mut String) -> Result<(), String> {
    let mut step = String::new();
    for item in items {
        match item {
            Item::Block('{', block) => {
                let mut inside = String::new();
                declared(block, PROPERTIES, names, &mut inside)?;
                out.push_str(&format!("{step}{{{inside}}}"));
                step.clear();
            }
            Item::Word(word) if ["from", "to"].contains(&word.as_str()) => step.push_str(word),
            Item::Plain(plain) => step.push_str(plain),
            _ => {}
        }
    }
    Ok(())
}

/// A selector with replaced names. `None` if it can match no element that is kept.
fn selector(items: &[Item<'_>], names: &mut Names) -> Option<String> {
    let mut out = String::new();
    let mut items = items.iter().peekable();
    while let Some(item) = items.next() {
        match item {
            Item::Space => out.push(' '),
            Item::Hash(id) => out.push_str(&format!("#{}", names.ids.refer(id))),
            Item::Plain(".") => match items.next()? {
                Item::Word(class) => out.push_str(&format!(".{}", names.classes.refer(class))),
                _ => return None,
            },
            Item::Plain(":") => out.push_str(&pseudo_class(items.next()?, names)?),
            Item::Plain(sign @ ("*" | ">" | "+" | "~")) => out.push_str(sign),
            Item::Word(element) if is_in(ELEMENTS, element) || is_in(HTML_ELEMENTS, element) => {
                out.push_str(element);
            }
            Item::Block('[', inside) => out.push_str(&attribute_selector(inside, names)?),
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

fn is_in(known: &[&str], name: &str) -> bool {
    known.binary_search(&name).is_ok()
}

/// `:hover`, `:not(…)`, `:nth-child(…)`.
fn pseudo_class(item: &Item<'_>, names: &mut Names) -> Option<String> {
    match item {
        Item::Word(state) if is_in(STATES, state) => Some(format!(":{state}")),
        Item::Function(name, inside) if ["is", "not", "where"].contains(&name.as_str()) => {
            let choices = inside.split(|item| matches!(item, Item::Plain(",")));
            let choices: Option<Vec<String>> = choices
                .map(|choice| selector(trimmed(choice), names))
                .collect();
            Some(format!(":{name}({})", choices?.join(",")))
        }
        Item::Function(name, inside) if name.starts_with("nth-") => {
            let number = inside.iter().map(|item| match item {
                Item::Word(word) if ["n", "-n", "odd", "even"].contains(&word.as_str()) => {
                    Some(word.as_str())
                }
                Item::Plain(plain) => Some(*plain),
                Item::Space => Some(" "),
                _ => None,
            });
            Some(format!(":{name}({})", number.collect::<Option<String>>()?))
        }
        _ => None,
    }
}

/// `[fill="none"]`, of a known attribute.
fn attribute_selector(inside: &[Item<'_>], names: &mut Names) -> Option<String> {
    let [Item::Word(attribute), ..] = trimmed(inside) else {
        return None;
    };
    if !is_in(ATTRIBUTES, attribute) {
        return None;
    }
    let mut condition = String::new();
    write_value(inside, names, &mut condition).ok()?;
    Some(format!("[{}]", condition.trim()))
}

/// The declarations of known properties and of variables.
fn declared(
    items: &[Item<'_>],
    known: &[&str],
    names: &mut Names,
    out: &mut String,
) -> Result<(), String> {
    for declaration in items.split(|item| matches!(item, Item::Plain(";"))) {
        let [Item::Word(property), rest @ ..] = trimmed(declaration) else {
            continue;
        };
        let [Item::Plain(":"), value @ ..] = trimmed(rest) else {
            continue;
        };
        let lower = property.to_ascii_lowercase();
        let name = match property.strip_prefix("--") {
            Some(own) => format!("--{}", names.variables.new_name(own)),
            None if known.binary_search(&lower.as_str()).is_ok() => lower,
            None => continue,
        };
        let mut written = String::new();
        match name.as_str() {
            "animation" | "animation-name" => {
                write_value(&renamed_movements(value, names), names, &mut written)?;
            }
            _ => write_value(value, names, &mut written)?,
        }
        let separator = if out.is_empty() { "" } else { ";" };
        out.push_str(&format!("{separator}{name}:{}", written.trim()));
    }
    Ok(())
}

/// The value of `animation`, in which all unknown words are names.
fn renamed_movements<'a>(value: &[Item<'a>], names: &mut Names) -> Vec<Item<'a>> {
    const OWN: &[&str] = &[
        "alternate",
        "alternate-reverse",
        "backwards",
        "both",
        "ease",
        "ease-in",
        "ease-in-out",
        "ease-out",
        "forwards",
        "infinite",
        "inherit",
        "initial",
        "linear",
        "none",
        "normal",
        "paused",
        "reverse",
        "running",
        "step-end",
        "step-start",
        "unset",
    ];
    let renamed = value.iter().map(|item| match item {
        Item::Word(word) | Item::Text(word) if OWN.binary_search(&word.as_str()).is_err() => {
            Item::Word(names.movements.new_name(word))
        }
        other => other.clone(),
    });
    renamed.collect()
}

fn write_value(items: &[Item<'_>], names: &mut Names, out: &mut String) -> Result<(), String> {
    items
        .iter()
        .try_for_each(|item| write_item(item, names, out))
}

fn write_item(item: &Item<'_>, names: &mut Names, out: &mut String) -> Result<(), String> {
    match item {
        Item::Word(word) => match word.strip_prefix("--") {
            Some(own) => write!(out, "--{}", names.variables.new_name(own)),
            None => serialize_identifier(word, out),
        },
        Item::Hash(colour) => write!(out, "#{colour}"),
        Item::Text(text) => serialize_string(text, out),
        Item::Address(address) => out.write_str(&self::address(address.trim(), names)?),
        Item::Space => out.write_str(if out.ends_with(' ') { "" } else { " " }),
        Item::Plain(plain) => out.write_str(plain),
        Item::Function(name, _) if REQUESTS.contains(&name.as_str()) => {
            return Err(ELSEWHERE.to_owned());
        }
        Item::Function(name, inside) => {
            serialize_identifier(name, out).map_err(|_| BROKEN)?;
            return write_in_parentheses(inside, names, out);
        }
        Item::Block('(', inside) => return write_in_parentheses(inside, names, out),
        Item::At(_) | Item::Block(..) => return Err(BROKEN.to_owned()),
    }
    .map_err(|_| BROKEN.to_owned())
}

fn write_in_parentheses(
    items: &[Item<'_>],
    names: &mut Names,
    out: &mut String,
) -> Result<(), String> {
    out.push('(');
    write_value(items, names, out)?;
    out.push(')');
    Ok(())
}

/// `url(…)` of a name in the same picture, or of an embedded font.
fn address(address: &str, names: &mut Names) -> Result<String, String> {
    if let Some(id) = address.strip_prefix('#') {
        return Ok(format!("url(#{})", names.ids.refer(id)));
    }
    let lower = address.get(..32).unwrap_or(address).to_ascii_lowercase();
    if ![
        "data:font/",
        "data:application/font",
        "data:application/x-font",
    ]
    .iter()
    .any(|font| lower.starts_with(font))
    {
        return Err(format!(
            "is an SVG picture that refers to `{}`; embed it in the picture",
            shortened(address)
        ));
    }
    let mut out = String::from("url(");
    serialize_string(address, &mut out).map_err(|_| BROKEN)?;
    Ok(out + ")")
}

/// Without white space at the ends.
fn trimmed<'i, 'a>(mut items: &'i [Item<'a>]) -> &'i [Item<'a>] {
    while let [Item::Space, rest @ ..] | [rest @ .., Item::Space] = items {
        items = rest;
    }
    items
}
