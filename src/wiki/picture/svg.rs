//! SVG: a tree of elements, of which those that draw are kept, and nothing that runs or asks for another file.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use quick_xml::NsReader;
use quick_xml::XmlVersion;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::attributes::Attribute;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::name::{Namespace, ResolveResult};

use super::clean_inside;

const SVG: &str = "http://www.w3.org/2000/svg";
const XLINK: &str = "http://www.w3.org/1999/xlink";
const BROKEN: &str = "is an SVG picture that is broken; save it again";

/// Whether a text is a picture.
pub fn is_svg(bytes: &[u8]) -> bool {
    const ENOUGH: usize = 4096;
    let head = String::from_utf8_lossy(&bytes[..bytes.len().min(ENOUGH)]);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    head.starts_with('<') && (head.contains("<svg") || head.contains(":svg")) && !head.to_ascii_lowercase().contains("<html")
}

/// What is needed to show a picture.
///
/// # Errors
///
/// Why it cannot be shown without something that may not leave.
pub fn clean(bytes: &[u8], depth: usize) -> Result<Vec<u8>, String> {
    let mut text = std::str::from_utf8(bytes).map_err(|_| "is an SVG picture that is not UTF-8; save it again".to_owned())?.to_owned();
    // What is taken out may have been the last that referred to a name, which then goes too. Each turn takes something out.
    loop {
        let next = Cleaner::new(&text, depth).run(&text)?;
        if next == text {
            return Ok(text.into_bytes());
        }
        text = next;
    }
}

struct Cleaner {
    out: String,
    /// The names that something refers to.
    named: BTreeSet<String>,
    /// How many elements are open inside of one that is left out, itself included.
    left_out: usize,
    /// How many elements are open.
    open: usize,
    /// The rules of a style, while they are read.
    style: Option<String>,
    depth: usize,
}

impl Cleaner {
    fn new(text: &str, depth: usize) -> Self {
        Self { out: String::new(), named: named(text), left_out: 0, open: 0, style: None, depth }
    }

    fn run(mut self, text: &str) -> Result<String, String> {
        let mut reader = NsReader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        let mut has_root = false;
        loop {
            let event = reader.read_event().map_err(|_| BROKEN.to_owned())?;
            match event {
                Event::Start(start) => {
                    if self.open == 0 && std::mem::replace(&mut has_root, true) {
                        return Err(BROKEN.to_owned());
                    }
                    self.start(&reader, &start)?;
                }
                Event::End(end) => self.end(end.local_name().as_ref())?,
                Event::Text(text) => self.text(&text.into_inner()),
                Event::CData(text) => self.text(&escape(text.into_inner())),
                Event::GeneralRef(reference) => self.reference(&reference)?,
                // Words beside the picture; what an entity stands for is nowhere else.
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) | Event::Empty(_) => {}
                Event::Eof if has_root && self.open == 0 => return Ok(self.out),
                Event::Eof => return Err(BROKEN.to_owned()),
            }
        }
    }

    fn start(&mut self, reader: &NsReader<&[u8]>, start: &BytesStart<'_>) -> Result<(), String> {
        let (namespace, name) = reader.resolver().resolve_element(start.name());
        let is_svg = namespace == ResolveResult::Bound(Namespace(SVG));
        let name = name.as_ref();
        if self.open == 0 && !(is_svg && name == "svg") {
            return Err("is no SVG picture; its first element is another one".to_owned());
        }
        self.open += 1;
        if self.left_out > 0 || !is_svg || is_left_out(name, start) {
            self.left_out += 1;
            return Ok(());
        }
        self.out.push_str(&format!("<{name}"));
        if self.open == 1 {
            self.out.push_str(&format!(" xmlns=\"{SVG}\" xmlns:xlink=\"{XLINK}\""));
        }
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| BROKEN.to_owned())?;
            self.attribute(reader, name, &attribute)?;
        }
        self.out.push('>');
        if name == "style" {
            self.style = Some(String::new());
        }
        Ok(())
    }

    fn end(&mut self, name: &str) -> Result<(), String> {
        self.open = self.open.saturating_sub(1);
        if self.left_out > 0 {
            self.left_out -= 1;
            return Ok(());
        }
        if let Some(rules) = self.style.take() {
            let rules = quick_xml::escape::unescape(&rules).map_err(|_| BROKEN.to_owned())?;
            self.out.push_str(&escape(&*style(&rules)?));
        }
        self.out.push_str(&format!("</{name}>"));
        Ok(())
    }

    /// Text that is written as it stands in XML.
    fn text(&mut self, text: &str) {
        if self.left_out == 0 && self.open > 0 {
            self.style.as_mut().unwrap_or(&mut self.out).push_str(text);
        }
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), String> {
        let character = reference.resolve_char_ref().map_err(|_| BROKEN.to_owned())?;
        let meaning = match character {
            Some(character) => character.to_string(),
            None if self.left_out > 0 => return Ok(()),
            None => {
                let name = reference.clone().into_inner();
                let known = resolve_predefined_entity(&name);
                known.ok_or("is an SVG picture with entities of its own; save it as plain SVG")?.to_owned()
            }
        };
        self.text(&escape(meaning));
        Ok(())
    }

    fn attribute(&mut self, reader: &NsReader<&[u8]>, element: &str, attribute: &Attribute<'_>) -> Result<(), String> {
        let value = attribute.normalized_value(XmlVersion::Implicit1_0).map_err(|_| BROKEN.to_owned())?;
        let (namespace, name) = reader.resolver().resolve_attribute(attribute.key);
        let name = name.as_ref();
        let is_xlink = namespace == ResolveResult::Bound(Namespace(XLINK));
        let kept = match attribute.key.prefix() {
            None if name == "href" => self.reference_of(element, &value)?.map(|value| ("href", value)),
            None if is_needed(name) => self.plain(name, &value)?.map(|value| (name, value)),
            Some(_) if is_xlink && name == "href" => self.reference_of(element, &value)?.map(|value| ("xlink:href", value)),
            Some(prefix) if prefix.as_ref() == "xml" && name == "space" => Some(("xml:space", value.into_owned())),
            _ => None,
        };
        if let Some((name, value)) = kept {
            self.out.push_str(&format!(" {name}=\"{}\"", escape(value)));
        }
        Ok(())
    }

    /// The value of an attribute that draws; nothing of a name that nothing refers to.
    fn plain(&self, name: &str, value: &str) -> Result<Option<String>, String> {
        match name {
            "id" => Ok(self.named.contains(value).then(|| value.to_owned())),
            "style" => style(value).map(|style| Some(without_editors(&style))),
            _ => {
                check_references(value)?;
                Ok(Some(value.to_owned()))
            }
        }
    }

    /// What an element refers to; nothing where it is a link, which a picture needs not have.
    fn reference_of(&self, element: &str, address: &str) -> Result<Option<String>, String> {
        const DEEPEST: usize = 3;
        let address = address.trim();
        if element == "a" {
            return Ok(None);
        }
        if address.starts_with('#') {
            return Ok(Some(address.to_owned()));
        }
        let Some((_, data)) = address.strip_prefix("data:image/").and_then(|data| data.split_once(";base64,")) else {
            return Err(format!("is an SVG picture that refers to `{}`; put that into the picture", shortened(address)));
        };
        let data: String = data.split_whitespace().collect();
        let inside = "holds a picture that";
        let bytes = STANDARD.decode(data).map_err(|_| format!("{inside} is broken; save it again"))?;
        if self.depth >= DEEPEST {
            return Err(format!("{inside} holds others; put fewer into one another"));
        }
        let clean = clean_inside(&bytes, self.depth + 1).map_err(|reason| format!("{inside} {reason}"))?;
        let kind = match clean.extension {
            "jpg" => "jpeg",
            "svg" => "svg+xml",
            other => other,
        };
        Ok(Some(format!("data:image/{kind};base64,{}", STANDARD.encode(clean.bytes))))
    }
}

/// The names that follow a number sign somewhere, or stand before a dot as what an animation begins with.
fn named(text: &str) -> BTreeSet<String> {
    let ends = |next: char| next.is_whitespace() || matches!(next, '"' | '\'' | ')' | ';' | ',' | '<' | '>' | '{' | '[' | '&');
    let behind_sign = text.split('#').skip(1).flat_map(|rest| {
        let name = rest.split(ends).next().unwrap_or_default();
        // In rules, a class or a state can follow the name.
        [name, name.split(['.', ':']).next().unwrap_or_default()]
    });
    let before_dot = text.split("begin=").skip(1).flat_map(|rest| {
        let quote = rest.chars().next().unwrap_or('"');
        let value = rest[quote.len_utf8().min(rest.len())..].split(quote).next().unwrap_or_default();
        value.split(';').filter_map(|part| part.trim().split('.').next())
    });
    behind_sign.chain(before_dot).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

/// Whether an element draws nothing, runs something, or changes where another one leads.
fn is_left_out(name: &str, start: &BytesStart<'_>) -> bool {
    match name {
        "metadata" | "script" | "title" | "desc" | "foreignObject" | "handler" | "listener" => true,
        "set" | "animate" | "animateMotion" | "animateTransform" => start.attributes().flatten().any(|attribute| {
            attribute.key.as_ref() == "attributeName"
                && (attribute.value.contains("href") || attribute.value.contains('&') || attribute.value.starts_with("on"))
        }),
        _ => false,
    }
}

/// Whether an attribute without a prefix says how something looks.
fn is_needed(name: &str) -> bool {
    let starts = |prefix: &str| name.get(..prefix.len()).is_some_and(|start| start.eq_ignore_ascii_case(prefix));
    !(starts("on") || starts("data-") || starts("aria-") || matches!(name, "xmlns" | "lang" | "role" | "ping" | "target"))
}

/// The rules of a style without comments.
fn style(rules: &str) -> Result<String, String> {
    let mut out = String::with_capacity(rules.len());
    let mut rest = rules;
    while let Some(open) = rest.find("/*") {
        out.push_str(&rest[..open]);
        rest = rest[open..].find("*/").map_or("", |close| &rest[open + close + 2..]);
    }
    out.push_str(rest);
    if out.contains('\\') || out.to_ascii_lowercase().contains("@import") {
        return Err("is an SVG picture whose style asks for other files; save it as plain SVG".to_owned());
    }
    check_references(&out)?;
    Ok(out)
}

/// Refuses what would ask for another file: `url(…)` with anything but a name of the same picture, or a font that is in it.
fn check_references(value: &str) -> Result<(), String> {
    let lower = value.to_ascii_lowercase();
    for at in lower.match_indices("url(").map(|(at, sign)| at + sign.len()) {
        let address = lower[at..].trim_start_matches([' ', '"', '\'', '\n', '\t']);
        if !["#", "data:font/", "data:application/font"].iter().any(|allowed| address.starts_with(allowed)) {
            let address = address.split([')', '"', '\'']).next().unwrap_or_default();
            return Err(format!("is an SVG picture that refers to `{}`; put that into the picture", shortened(address)));
        }
    }
    Ok(())
}

/// A style without what only editors read.
fn without_editors(style: &str) -> String {
    if !style.contains("-inkscape-") || style.contains("url(") && style.contains("data:") {
        return style.to_owned();
    }
    let kept: Vec<&str> = style.split(';').filter(|rule| !rule.trim_start().starts_with("-inkscape-")).collect();
    kept.join(";")
}

fn shortened(address: &str) -> String {
    const LONGEST: usize = 60;
    address.chars().take(LONGEST).collect()
}
