//! SVG: keeps the elements that draw with their attributes, and nothing that runs code or requests
//! another file.
//!
//! Ids, classes and other names are replaced by numbered ones, because they can contain private
//! words.

mod known;
mod names;
mod style;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use super::clean_inside;
use known::{ATTRIBUTES, ELEMENTS, HTML_ATTRIBUTES, HTML_ELEMENTS};
use names::Names;

const SVG: &str = "http://www.w3.org/2000/svg";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const BROKEN: &str = "is an SVG picture that is broken; save it again";

/// Whether a file is an SVG picture.
pub fn is_svg(bytes: &[u8]) -> bool {
    const ENOUGH: usize = 4096;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(ENOUGH)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    head.starts_with('<')
        && (head.contains("<svg") || head.contains(":svg"))
        && !head.to_ascii_lowercase().contains("<html")
}

/// An SVG without metadata.
///
/// # Errors
///
/// Why it cannot be cleaned.
pub fn clean(bytes: &[u8], depth: usize) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| "is an SVG picture that is not UTF-8; save it again".to_owned())?;
    let mut cleaned = Cleaner::new(None, depth).run(&with_entities(text))?;
    // Removes names that nothing refers to. The other names are then numbered again.
    loop {
        let next = Cleaner::new(Some(cleaned.referred), depth).run(&cleaned.text)?;
        if next.text == cleaned.text {
            return Ok(next.text.into_bytes());
        }
        cleaned = next;
    }
}

/// Expands the entities that the text declares for short values. Drawing programs declare
/// namespaces in this way.
fn with_entities(text: &str) -> Cow<'_, str> {
    const MOST: usize = 64;
    const LONGEST: usize = 200;
    let declared = text
        .split("<!ENTITY")
        .skip(1)
        .take(MOST)
        .filter_map(|declaration| {
            let (name, rest) = declaration.trim_start().split_once(char::is_whitespace)?;
            let rest = rest.trim_start();
            let quote = rest
                .chars()
                .next()
                .filter(|quote| ['"', '\''].contains(quote))?;
            let value = rest[1..].split(quote).next()?;
            (value.len() <= LONGEST && !value.contains(['&', '<', '%', '"', '\'']))
                .then_some((name, value))
        });
    let values: BTreeMap<&str, &str> = declared.collect();
    if values.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut pieces = text.split('&');
    let mut out = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        match piece
            .split_once(';')
            .and_then(|(name, rest)| Some((values.get(name)?, rest)))
        {
            Some((value, rest)) => out.extend([value, rest]),
            None => out.extend(["&", piece]),
        }
    }
    Cow::Owned(out)
}

/// The result of one pass.
struct Cleaned {
    text: String,
    referred: Referred,
}

/// The names that something refers to.
struct Referred {
    ids: BTreeSet<String>,
    classes: BTreeSet<String>,
}

struct Cleaner {
    out: String,
    names: Names,
    /// The names of the previous pass that are needed; `None` in the first pass.
    needed: Option<Referred>,
    /// The number of open elements inside a dropped one, including itself.
    left_out: usize,
    /// The open elements that are kept.
    open: Vec<Open>,
    /// The content of the open `style` element.
    style: Option<String>,
    depth: usize,
}

/// An open element that is kept.
struct Open {
    vocabulary: Vocabulary,
    name: String,
    /// Whether it shows text.
    shows_text: bool,
}

/// The namespace of an element.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Vocabulary {
    Svg,
    Html,
}

impl Vocabulary {
    fn of(namespace: &ResolveResult<'_>) -> Option<Self> {
        match namespace {
            ResolveResult::Bound(Namespace(SVG)) => Some(Self::Svg),
            ResolveResult::Bound(Namespace(XHTML)) => Some(Self::Html),
            _ => None,
        }
    }

    fn namespace(self) -> &'static str {
        match self {
            Self::Svg => SVG,
            Self::Html => XHTML,
        }
    }

    fn elements(self) -> &'static [&'static str] {
        match self {
            Self::Svg => ELEMENTS,
            Self::Html => HTML_ELEMENTS,
        }
    }

    fn attributes(self) -> &'static [&'static str] {
        match self {
            Self::Svg => ATTRIBUTES,
            Self::Html => HTML_ATTRIBUTES,
        }
    }
}

impl Cleaner {
    fn new(needed: Option<Referred>, depth: usize) -> Self {
        Self {
            out: String::new(),
            names: Names::new(),
            needed,
            left_out: 0,
            open: Vec::new(),
            style: None,
            depth,
        }
    }

    fn run(mut self, text: &str) -> Result<Cleaned, String> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut has_root = false;
        loop {
            let event = reader.read_event().map_err(|_| BROKEN.to_owned())?;
            match event {
                Event::Start(start) => {
                    if self.is_outside() && std::mem::replace(&mut has_root, true) {
                        return Err(BROKEN.to_owned());
                    }
                    self.start(&reader, &start)?;
                }
                Event::End(_) => self.end()?,
                Event::Text(text) => self.text(&text.into_inner()),
                Event::CData(text) => self.text(&escape(text.into_inner())),
                Event::GeneralRef(reference) => self.reference(&reference)?,
                // They are not visible. Entities were expanded before.
                Event::Comment(_)
                | Event::Decl(_)
                | Event::PI(_)
                | Event::DocType(_)
                | Event::Empty(_) => {}
                Event::Eof if has_root && self.is_outside() => break,
                Event::Eof => return Err(BROKEN.to_owned()),
            }
        }
        let Names { ids, classes, .. } = self.names;
        Ok(Cleaned {
            text: self.out,
            referred: Referred {
                ids: ids.into_referred(),
                classes: classes.into_referred(),
            },
        })
    }

    fn is_outside(&self) -> bool {
        self.open.is_empty() && self.left_out == 0
    }

    fn start(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<(), String> {
        let (namespace, name) = reader.resolver().resolve_element(start.name());
        let vocabulary = Vocabulary::of(&namespace);
        let name = name.as_ref();
        if self.is_outside() && !(vocabulary == Some(Vocabulary::Svg) && name == "svg") {
            return Err("is not an SVG picture; its first element is not `svg`".to_owned());
        }
        let Some(vocabulary) = vocabulary
            .filter(|vocabulary| self.left_out == 0 && is_shown(*vocabulary, name, start))
        else {
            self.left_out += 1;
            return Ok(());
        };
        self.out.push_str(&format!("<{name}"));
        self.declare_namespaces(vocabulary);
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| BROKEN.to_owned())?;
            self.attribute(reader, (vocabulary, name), &attribute)?;
        }
        self.out.push('>');
        if vocabulary == Vocabulary::Svg && name == "style" {
            self.style = Some(String::new());
        }
        let shows_text = self.shows_text(vocabulary, name);
        self.open.push(Open {
            vocabulary,
            name: name.to_owned(),
            shows_text,
        });
        Ok(())
    }

    fn declare_namespaces(&mut self, vocabulary: Vocabulary) {
        if self
            .open
            .last()
            .is_none_or(|parent| parent.vocabulary != vocabulary)
        {
            self.out
                .push_str(&format!(" xmlns=\"{}\"", vocabulary.namespace()));
        }
        if self.open.is_empty() {
            self.out.push_str(&format!(" xmlns:xlink=\"{XLINK}\""));
        }
    }

    /// Whether an element shows text here.
    fn shows_text(&self, vocabulary: Vocabulary, name: &str) -> bool {
        match (vocabulary, name) {
            (Vocabulary::Html, _) | (Vocabulary::Svg, "text" | "foreignObject" | "style") => true,
            (Vocabulary::Svg, "a" | "switch" | "textPath" | "tspan") => {
                self.open.last().is_some_and(|parent| parent.shows_text)
            }
            (Vocabulary::Svg, _) => false,
        }
    }

    fn end(&mut self) -> Result<(), String> {
        if self.left_out > 0 {
            self.left_out -= 1;
            return Ok(());
        }
        let Some(ended) = self.open.pop() else {
            return Err(BROKEN.to_owned());
        };
        if let Some(rules) = self.style.take() {
            let rules = quick_xml::escape::unescape(&rules).map_err(|_| BROKEN.to_owned())?;
            self.out
                .push_str(&escape(style::sheet(&rules, &mut self.names)?));
        }
        self.out.push_str(&format!("</{}>", ended.name));
        Ok(())
    }

    /// Appends escaped text. Text between shapes is not visible.
    fn text(&mut self, text: &str) {
        if self.left_out == 0 && self.open.last().is_some_and(|open| open.shows_text) {
            self.style.as_mut().unwrap_or(&mut self.out).push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), String> {
        let character = reference
            .resolve_char_ref()
            .map_err(|_| BROKEN.to_owned())?;
        let meaning = match character {
            Some(character) => character.to_string(),
            None if self.left_out > 0 => return Ok(()),
            None => {
                let name = reference.clone().into_inner();
                let known = resolve_predefined_entity(&name);
                known
                    .ok_or("is an SVG picture with entities of its own; save it as plain SVG")?
                    .to_owned()
            }
        };
        self.text(&escape(meaning));
        Ok(())
    }

    fn attribute(
        &mut self,
        reader: &NsReader<&[u8]>,
        (vocabulary, element): (Vocabulary, &str),
        attribute: &Attribute<'_>,
    ) -> Result<(), String> {
        let value = attribute
            .normalized_value(XmlVersion::Implicit1_0)
            .map_err(|_| BROKEN.to_owned())?;
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        let name = name.as_ref();
        let is_xlink = namespace == ResolveResult::Bound(Namespace(XLINK));
        let is_svg = vocabulary == Vocabulary::Svg;
        let kept = match attribute.key.prefix() {
            None if name == "href" && is_svg => self
                .reference_of(element, &value)?
                .map(|value| ("href", value)),
            None if name == "src" && element == "img" => self
                .reference_of(element, &value)?
                .map(|value| ("src", value)),
            None => self
                .plain(vocabulary, name, &value)?
                .map(|value| (name, value)),
            Some(_) if is_xlink && name == "href" && is_svg => self
                .reference_of(element, &value)?
                .map(|value| ("xlink:href", value)),
            Some(prefix) if prefix.as_ref() == "xml" && name == "space" && value == "preserve" => {
                Some(("xml:space", value.into_owned()))
            }
            Some(_) => None,
        };
        if let Some((name, value)) = kept {
            self.out.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        Ok(())
    }

    /// The value of an attribute. `None` if it does not affect the look, or is a name that nothing
    /// refers to.
    fn plain(
        &mut self,
        vocabulary: Vocabulary,
        name: &str,
        value: &str,
    ) -> Result<Option<String>, String> {
        let names = &mut self.names;
        let is_needed = |needed: fn(&Referred) -> &BTreeSet<String>, name: &str| match &self.needed
        {
            Some(referred) => needed(referred).contains(name),
            None => true,
        };
        Ok(match name {
            "id" => is_needed(|referred| &referred.ids, value).then(|| names.ids.new_name(value)),
            "class" => {
                let classes = value
                    .split_whitespace()
                    .filter(|class| is_needed(|referred| &referred.classes, class));
                let renamed: Vec<String> =
                    classes.map(|class| names.classes.new_name(class)).collect();
                (!renamed.is_empty()).then(|| renamed.join(" "))
            }
            "style" => Some(style::declarations(value, names)?).filter(|style| !style.is_empty()),
            _ if vocabulary.attributes().binary_search(&name).is_err() => None,
            "result" => Some(names.results.new_name(value)),
            "in" | "in2" if !OF_FILTERS.contains(&value) => Some(names.results.new_name(value)),
            "begin" | "end" => Some(moment(value, names)),
            _ if value.contains(['(', '\\']) => Some(style::value(value, names)?),
            _ => Some(value.to_owned()),
        })
    }

    /// The target of a reference. `None` for a link, which a picture does not need.
    fn reference_of(&mut self, element: &str, address: &str) -> Result<Option<String>, String> {
        let address = address.trim();
        if element == "a" {
            return Ok(None);
        }
        if let Some(id) = address.strip_prefix('#') {
            return Ok(Some(format!("#{}", self.names.ids.refer(id))));
        }
        let data = address
            .strip_prefix("data:image/")
            .and_then(|data| data.split_once(";base64,"));
        match data {
            Some((_, data)) => self.embedded_picture(data).map(Some),
            None => Err(format!(
                "is an SVG picture that refers to `{}`; embed it in the picture",
                shortened(address)
            )),
        }
    }

    /// The address of an embedded picture without its metadata.
    fn embedded_picture(&self, data: &str) -> Result<String, String> {
        const DEEPEST: usize = 3;
        let data: String = data.split_whitespace().collect();
        let inside = "holds a picture that";
        let bytes = STANDARD
            .decode(data)
            .map_err(|_| format!("{inside} is broken; save it again"))?;
        if self.depth >= DEEPEST {
            return Err(format!("{inside} holds others; nest fewer pictures"));
        }
        let clean =
            clean_inside(&bytes, self.depth + 1).map_err(|reason| format!("{inside} {reason}"))?;
        let kind = match clean.extension {
            "jpg" => "jpeg",
            "svg" => "svg+xml",
            other => other,
        };
        let data = STANDARD.encode(clean.bytes);
        Ok(format!("data:image/{kind};base64,{data}"))
    }
}

/// The predefined inputs of filters.
const OF_FILTERS: [&str; 6] = [
    "SourceGraphic",
    "SourceAlpha",
    "BackgroundImage",
    "BackgroundAlpha",
    "FillPaint",
    "StrokePaint",
];

/// The start or end of an animation: a time, or the event of another one.
fn moment(value: &str, names: &mut Names) -> String {
    let moments = value.split(';').map(|moment| {
        let moment = moment.trim();
        match moment.split_once('.') {
            Some((id, event))
                if id.starts_with(|first: char| first.is_alphabetic() || first == '_') =>
            {
                format!("{}.{event}", names.ids.refer(id))
            }
            _ => moment.to_owned(),
        }
    });
    moments.collect::<Vec<_>>().join(";")
}

/// Whether an element is visible, and changes nothing but the look.
fn is_shown(vocabulary: Vocabulary, name: &str, start: &BytesStart<'_>) -> bool {
    let value_of = |name: &str| {
        start
            .attributes()
            .flatten()
            .find(|attribute| attribute.key.as_ref() == name)
    };
    let is_movement = matches!(
        name,
        "set" | "animate" | "animateMotion" | "animateTransform"
    );
    let moves_looks =
        |attribute: Attribute<'_>| ATTRIBUTES.binary_search(&&*attribute.value).is_ok();
    vocabulary.elements().binary_search(&name).is_ok()
        // Elements that need an extension are visible in one program only.
        && value_of("requiredExtensions").is_none_or(|attribute| &*attribute.value == XHTML)
        && (!is_movement || value_of("attributeName").is_none_or(moves_looks))
}

fn shortened(address: &str) -> String {
    const LONGEST: usize = 60;
    address.chars().take(LONGEST).collect()
}
