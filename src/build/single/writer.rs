//! Writes a stretch of a page again, with the ids and addresses that it has in the file.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::ops::Range;

use super::address::{self, Addresses, SEPARATOR, Target, part_of};
use super::classes::Classes;
use super::tokens::is_void;
use crate::build::Edition;
use crate::route::Route;
use crate::words::markup::{Attribute, Kind, Tag, Token};

/// Attributes that hold ids of other elements.
pub const REFERENCES: [&str; 14] = [
    "aria-activedescendant",
    "aria-controls",
    "aria-describedby",
    "aria-details",
    "aria-errormessage",
    "aria-flowto",
    "aria-labelledby",
    "aria-owns",
    "commandfor",
    "for",
    "form",
    "headers",
    "list",
    "popovertarget",
];

/// Elements that start and end a line. White space with a line break beside one of their tags is not shown.
const BLOCKS: [&str; 36] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "caption",
    "col",
    "colgroup",
    "dd",
    "details",
    "div",
    "dl",
    "dt",
    "figcaption",
    "figure",
    "footer",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "p",
    "pre",
    "section",
    "table",
    "tbody",
    "td",
    "th",
    "tr",
    "ul",
];

/// Blocks that styles often put into one line, where white space between them is shown.
const ITEMS: [&str; 3] = ["dd", "dt", "li"];

/// Elements in which white space is shown or may mean something.
const VERBATIM: [&str; 5] = ["pre", "script", "style", "textarea", "title"];

/// A stretch of a page as it was written.
#[derive(Default)]
pub struct Written {
    /// The HTML, without the id of the page before its own ids. So the same text on two pages is written in the same way.
    pub html: String,
    /// What is put into it at the end, in the order of the places.
    pub edits: Vec<(usize, Edit)>,
    /// Its elements, in the order of their tags; empty if a tag is missing.
    pub elements: Vec<Element>,
    /// Where the tags with ids are, and the short names of these ids.
    pub parts: Vec<(usize, String)>,
    /// The ids of the pages that its links lead to, in their order.
    pub pages: Vec<String>,
    /// The files that its links lead to.
    pub left_out: BTreeSet<Route>,
}

impl Written {
    /// The short name of the part that an element is.
    pub fn part_at(&self, index: usize) -> Option<&str> {
        let element = &self.elements[index];
        let part = self.parts_in(&(element.start..element.tag_end)).first();
        part.map(|(_, part)| part.as_str())
    }

    /// The parts whose tags are in a range.
    pub fn parts_in(&self, range: &Range<usize>) -> &[(usize, String)] {
        let first = self.parts.partition_point(|(at, _)| *at < range.start);
        let end = self.parts.partition_point(|(at, _)| *at < range.end);
        &self.parts[first..end]
    }
}

/// What is put into HTML that was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Edit {
    /// The id of the page.
    OwnId,
    /// The address of a part, in place of a text of this length: of the page with this id, or of its own page.
    Part {
        page: Option<String>,
        part: String,
        length: usize,
    },
    /// The attribute `aria-current` with this value, of a link that leads to the page that it is on.
    Current(String),
    /// The content of a picture, in place of its path, which has this length.
    Picture(Route, usize),
}

/// An element that was written.
#[derive(Debug, Clone)]
pub struct Element {
    /// Its name in small letters.
    pub name: String,
    /// Where its tag starts.
    pub start: usize,
    /// Where attributes can be added to its tag.
    pub tag_end: usize,
    /// Where its content is.
    pub inner: Range<usize>,
    /// The end of its end tag.
    pub end: usize,
    /// The index of the next element that is not in it.
    pub next: usize,
    /// Whether it is in a link.
    pub is_in_link: bool,
    /// Whether it is in an item of a list, below a heading that is a link.
    pub is_in_row: bool,
    /// What it contains.
    pub content: Content,
}

/// What a stretch contains, counted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Content {
    /// The bytes of its text outside of links.
    pub text: usize,
    pub pictures: usize,
    pub links: usize,
    /// The links in its headings.
    pub linked_headings: usize,
}

impl Content {
    /// What was counted since an earlier moment.
    fn since(self, before: Self) -> Self {
        Self {
            text: self.text - before.text,
            pictures: self.pictures - before.pictures,
            links: self.links - before.links,
            linked_headings: self.linked_headings - before.linked_headings,
        }
    }
}

/// Which ids the elements of a stretch get.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// The id of the page, the separator and a short name. Those that nothing refers to are left out.
    OfPage,
    /// Their own: they are in the frame, which all pages share.
    OfFrame,
}

/// What becomes of `dir="auto"`, which lets an element have the direction of its own text.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Direction {
    Kept,
    /// It is left out: all text has the direction of the file.
    LeftOut,
}

/// What a stretch is written from.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The page, or the file of the theme, that addresses are relative to.
    pub route: &'a Route,
    pub html: &'a str,
    pub edition: &'a Edition,
    pub addresses: &'a Addresses,
    pub classes: &'a Classes,
    pub direction: Direction,
    pub ids: Ids,
    /// The ids outside of the main part.
    pub frame_ids: &'a BTreeSet<String>,
    /// The id of the main part in the page.
    pub main_id: &'a str,
}

/// Writes tokens of a page.
pub fn write(source: Source<'_>, tokens: &[Token<'_>]) -> Written {
    let mut writer = Writer::new(source);
    for token in tokens {
        writer.token(token);
    }
    writer.finish()
}

/// Writes a stretch of a page, token by token.
pub struct Writer<'a> {
    source: Source<'a>,
    written: Written,
    open: Vec<Open>,
    counted: Content,
    is_balanced: bool,
    /// The tag before the white space that was read last, if that is not written yet.
    pending: Option<(Beside, &'static str)>,
    last: Beside,
}

/// What is beside white space.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Beside {
    Inline,
    Block,
    /// A block that styles often put into one line with others.
    Item,
}

/// An element that has not closed yet.
struct Open {
    /// Its name in the page.
    name: String,
    /// Its name in the file, if it is another one.
    written_as: Option<&'static str>,
    index: usize,
    before: Content,
}

impl<'a> Writer<'a> {
    /// A writer that has written nothing.
    pub fn new(source: Source<'a>) -> Self {
        Self {
            source,
            written: Written::default(),
            open: Vec::new(),
            counted: Content::default(),
            is_balanced: true,
            pending: None,
            last: Beside::Block,
        }
    }

    /// Writes a token.
    pub fn token(&mut self, token: &Token<'_>) {
        let text = &self.source.html[token.range.clone()];
        match token.kind {
            Kind::Text => self.text(text),
            Kind::Open(tag) => {
                self.space(beside(tag));
                self.start(tag);
            }
            Kind::Close(tag) => {
                self.space(beside(tag));
                self.end(tag);
            }
            Kind::Hidden if text.starts_with("<!--") => {}
            Kind::Hidden => {
                self.space(Beside::Inline);
                self.written.html.push_str(text);
            }
        }
    }

    fn text(&mut self, text: &str) {
        let is_verbatim = VERBATIM.iter().any(|name| self.is_in(name));
        if !is_verbatim && text.bytes().all(|byte| byte.is_ascii_whitespace()) {
            let space = if text.contains('\n') { "\n" } else { " " };
            self.pending = Some((self.last, self.pending.map_or(space, |(_, first)| first)));
            return;
        }
        self.space(Beside::Inline);
        if !self.is_in("a") {
            self.counted.text += text.trim().len();
        }
        self.written.html.push_str(text);
    }

    /// Writes the white space that was read, unless it is a line break between blocks.
    fn space(&mut self, next: Beside) {
        if let Some((before, space)) = self.pending.take() {
            let is_between_items = before == Beside::Item && next == Beside::Item;
            let is_between_blocks = before != Beside::Inline && next != Beside::Inline;
            if space == " " || is_between_items || !is_between_blocks {
                self.written.html.push_str(space);
            }
        }
        self.last = next;
    }

    /// Adds HTML that is not from the page.
    pub fn add(&mut self, html: &str) {
        self.space(Beside::Block);
        self.written.html.push_str(html);
    }

    /// What was written.
    pub fn finish(mut self) -> Written {
        self.space(Beside::Block);
        if !self.is_balanced || !self.open.is_empty() {
            self.written.elements.clear();
        }
        self.written
    }

    fn is_in(&self, name: &str) -> bool {
        self.open.iter().any(|open| open.name == name)
    }

    fn start(&mut self, tag: Tag<'_>) {
        let name = tag.lower_name().into_owned();
        let leads_nowhere = name == "a" && self.leads_nowhere(tag);
        let written_as = leads_nowhere.then_some("span");
        let tag_start = self.written.html.len();
        self.written.html.push('<');
        self.written.html.push_str(written_as.unwrap_or(tag.name));
        let leads_here = self.source.ids == Ids::OfPage && self.leads_here(tag);
        for attribute in tag.attributes() {
            let lower = attribute.name.to_ascii_lowercase();
            match lower.as_str() {
                "href" | "rel" | "target" | "download" if leads_nowhere => {}
                "aria-current" if leads_here => {
                    self.edit(Edit::Current(attribute.value.to_owned()));
                }
                "dir" if self.leaves_out_direction(&attribute) => {}
                lower => self.attribute(&name, lower, &attribute),
            }
        }
        let tag_end = self.written.html.len();
        let closes = tag.closes_itself() && (self.is_in("svg") || self.is_in("math"));
        // The value before it may have no quotes, and a slash would belong to it.
        self.written.html.push_str(if closes { " />" } else { ">" });
        self.count(&name);
        if !closes && !is_void(&name) {
            self.push(name, written_as, tag_start..tag_end);
        }
    }

    fn leaves_out_direction(&self, attribute: &Attribute<'_>) -> bool {
        self.source.direction == Direction::LeftOut
            && attribute.value.trim().eq_ignore_ascii_case("auto")
    }

    fn count(&mut self, name: &str) {
        let is_heading = |open: &Open| matches!(open.name.as_bytes(), [b'h', b'1'..=b'6']);
        match name {
            "img" => self.counted.pictures += 1,
            "a" => {
                self.counted.links += 1;
                self.counted.linked_headings += usize::from(self.open.iter().any(is_heading));
            }
            _ => {}
        }
    }

    /// Whether the innermost item of a list has a heading with a link already.
    fn is_in_row(&self) -> bool {
        let item = self.open.iter().rfind(|open| open.name == "li");
        item.is_some_and(|item| self.counted.linked_headings > item.before.linked_headings)
    }

    fn push(&mut self, name: String, written_as: Option<&'static str>, tag: Range<usize>) {
        let start = self.written.html.len();
        self.open.push(Open {
            name: name.clone(),
            written_as,
            index: self.written.elements.len(),
            before: self.counted,
        });
        self.written.elements.push(Element {
            is_in_row: self.is_in_row(),
            is_in_link: self.open.iter().rev().skip(1).any(|open| open.name == "a"),
            name,
            start: tag.start,
            tag_end: tag.end,
            inner: start..start,
            end: start,
            next: 0,
            content: Content::default(),
        });
    }

    fn end(&mut self, tag: Tag<'_>) {
        let name = tag.lower_name();
        let Some(place) = self.open.iter().rposition(|open| open.name == name) else {
            self.is_balanced = false;
            return;
        };
        self.is_balanced &= place + 1 == self.open.len();
        self.open.truncate(place + 1);
        let Some(open) = self.open.pop() else { return };
        let inner_end = self.written.html.len();
        self.written.html.push_str("</");
        self.written
            .html
            .push_str(open.written_as.unwrap_or(tag.name));
        self.written.html.push('>');
        let next = self.written.elements.len();
        let element = &mut self.written.elements[open.index];
        element.inner.end = inner_end;
        element.end = self.written.html.len();
        element.next = next;
        element.content = self.counted.since(open.before);
    }

    /// Whether a link leads to the page that it is on.
    fn leads_here(&self, tag: Tag<'_>) -> bool {
        href(tag).is_some_and(|href| self.target(&unescaped(href.value)) == Target::SamePage(""))
    }

    /// Whether a link leads to something that is not in the file. A file is noted.
    fn leads_nowhere(&mut self, tag: Tag<'_>) -> bool {
        let Some(href) = href(tag) else { return false };
        match self.target(&unescaped(href.value)) {
            Target::File(route) => {
                self.written.left_out.insert(route);
                true
            }
            Target::Nothing => true,
            Target::Outside | Target::SamePage(_) | Target::Page(..) => false,
        }
    }

    fn target<'t>(&self, address: &'t str) -> Target<'t> {
        address::target(address, self.source.route, self.source.edition)
    }

    fn attribute(&mut self, element: &str, name: &str, attribute: &Attribute<'_>) {
        let value = attribute.value;
        match (element, name) {
            ("a" | "area", "href") => self.link(attribute),
            ("img" | "input", "src") => self.picture(attribute),
            ("img" | "source", "srcset") => {}
            ("link", "href") => self.picture(attribute),
            (_, "class") => write_class(attribute, self.source.classes, &mut self.written.html),
            _ if self.source.ids == Ids::OfFrame => self.plain(attribute),
            (_, "id") => self.id(attribute),
            ("details" | "input", "name") => self.with_ids(attribute.name, &[value]),
            (_, name) if REFERENCES.contains(&name) => {
                let ids: Vec<&str> = value.split_ascii_whitespace().collect();
                self.with_ids(attribute.name, &ids);
            }
            (_, "href" | "xlink:href") if value.starts_with('#') => self.link(attribute),
            _ if value.contains("url(#") => self.with_urls(attribute),
            _ => self.plain(attribute),
        }
    }

    fn plain(&mut self, attribute: &Attribute<'_>) {
        write_attribute(attribute, &mut self.written.html);
    }

    fn open_attribute(&mut self, name: &str) {
        self.written.html.push(' ');
        self.written.html.push_str(name);
        self.written.html.push('=');
    }

    fn edit(&mut self, edit: Edit) {
        let place = self.written.html.len();
        self.written.edits.push((place, edit));
    }

    /// Writes the id of an element, if something refers to it.
    fn id(&mut self, attribute: &Attribute<'_>) {
        if self.source.frame_ids.contains(attribute.value) {
            return self.plain(attribute);
        }
        if let Some(part) = self.source.addresses.part(attribute.value) {
            let place = self.written.html.len();
            self.written.parts.push((place, part.to_owned()));
            self.with_ids(attribute.name, &[attribute.value]);
        }
    }

    /// Writes ids of this page; those of the frame stay as they are.
    fn with_ids(&mut self, name: &str, ids: &[&str]) {
        self.open_attribute(name);
        let is_short = ids.len() == 1 && self.part(ids[0]).is_some();
        let quote = if is_short { "" } else { "\"" };
        self.written.html.push_str(quote);
        for (place, id) in ids.iter().enumerate() {
            if place > 0 {
                self.written.html.push(' ');
            }
            self.own_id(id);
        }
        self.written.html.push_str(quote);
    }

    /// The short name of a part of this page; `None` if it is in the frame, or nothing refers to it.
    fn part(&self, id: &str) -> Option<&'a str> {
        let part = self.source.addresses.part(id);
        part.filter(|_| !self.source.frame_ids.contains(id))
    }

    /// Writes an id of this page; one of the frame stays as it is.
    fn own_id(&mut self, id: &str) {
        match self.part(id) {
            Some(part) => {
                self.edit(Edit::OwnId);
                self.written.html.push(SEPARATOR);
                self.written.html.push_str(part);
            }
            None => self.written.html.push_str(&id.replace('"', "&quot;")),
        }
    }

    /// Writes an attribute that refers to parts of a drawing on this page.
    fn with_urls(&mut self, attribute: &Attribute<'_>) {
        const START: &str = "url(#";
        self.open_attribute(attribute.name);
        self.written.html.push('"');
        for (place, part) in attribute.value.split(START).enumerate() {
            let (id, rest) = part.split_at(part.find(')').unwrap_or(part.len()));
            if place > 0 {
                self.written.html.push_str(START);
                self.own_id(id);
                self.written.html.push_str(&rest.replace('"', "&quot;"));
            } else {
                self.written.html.push_str(&part.replace('"', "&quot;"));
            }
        }
        self.written.html.push('"');
    }

    fn link(&mut self, attribute: &Attribute<'_>) {
        let value = unescaped(attribute.value);
        match self.target(&value) {
            Target::SamePage(fragment) => self.link_to_same_page(attribute, fragment),
            Target::Page(route, fragment) => {
                let page = self.source.addresses.page(&route).to_owned();
                self.written.pages.push(page);
                self.open_attribute(attribute.name);
                self.address(Some(&route), fragment);
            }
            Target::Outside | Target::File(_) | Target::Nothing => self.plain(attribute),
        }
    }

    /// Writes a link to a part of this page, or of the frame.
    fn link_to_same_page(&mut self, attribute: &Attribute<'_>, fragment: &str) {
        if self.source.frame_ids.contains(fragment) {
            return self.plain(attribute);
        }
        let to_main = fragment == self.source.main_id;
        let to_page = to_main || matches!(fragment, "" | "top");
        let route = self.source.route;
        self.open_attribute(attribute.name);
        if to_page {
            self.address(Some(route), "");
        } else {
            let is_of_frame = self.source.ids == Ids::OfFrame;
            self.address(is_of_frame.then_some(route), fragment);
        }
        if to_main && self.source.ids == Ids::OfFrame {
            // The script lets it lead to the page that is shown.
            self.written.html.push_str(" data-to-page");
        }
    }

    /// Writes the address of a page, or of its own one, and of a part of it.
    fn address(&mut self, route: Option<&Route>, fragment: &str) {
        let page = route.map(|route| self.source.addresses.page(route));
        let address = format!("#{}", page.unwrap_or_default());
        let part = self.source.addresses.part(&part_of(fragment));
        let Some(part) = part else {
            return self.written.html.push_str(&address);
        };
        let address = format!("{address}{SEPARATOR}{part}");
        self.edit(Edit::Part {
            page: page.map(str::to_owned),
            part: part.to_owned(),
            length: address.len(),
        });
        self.written.html.push_str(&address);
    }

    /// Writes the address of a picture, to be replaced by its content.
    fn picture(&mut self, attribute: &Attribute<'_>) {
        let value = unescaped(attribute.value);
        let Target::File(route) = self.target(&value) else {
            return self.plain(attribute);
        };
        self.open_attribute(attribute.name);
        self.written.html.push('"');
        let path = crate::escape::escaped(&route.path());
        self.edit(Edit::Picture(route, path.len()));
        self.written.html.push_str(&path);
        self.written.html.push('"');
    }
}

fn href(tag: Tag<'_>) -> Option<Attribute<'_>> {
    tag.attributes()
        .find(|attribute| attribute.name.eq_ignore_ascii_case("href"))
}

/// Writes an attribute with its value, without quotes where HTML needs none.
pub fn write_attribute(attribute: &Attribute<'_>, html: &mut String) {
    html.push(' ');
    html.push_str(attribute.name);
    // A value that is empty but written has quotes behind it.
    if attribute.range.end != attribute.value_start {
        html.push('=');
        push_value(attribute.value, html);
    }
}

/// Writes the classes of an element with their short names.
pub fn write_class(attribute: &Attribute<'_>, classes: &Classes, html: &mut String) {
    html.push(' ');
    html.push_str(attribute.name);
    html.push('=');
    push_value(&classes.in_attribute(attribute.value), html);
}

/// Writes the value of an attribute, without quotes if all of its signs are safe.
pub fn push_value(value: &str, html: &mut String) {
    let is_safe = |byte: u8| byte.is_ascii_alphanumeric() || b"#:.-_;,%".contains(&byte);
    if !value.is_empty() && value.bytes().all(is_safe) {
        html.push_str(value);
    } else {
        html.push('"');
        html.push_str(&value.replace('"', "&quot;"));
        html.push('"');
    }
}

fn beside(tag: Tag<'_>) -> Beside {
    let name = tag.lower_name();
    if ITEMS.contains(&name.as_ref()) {
        Beside::Item
    } else if BLOCKS.binary_search(&name.as_ref()).is_ok() {
        Beside::Block
    } else {
        Beside::Inline
    }
}

/// The value of an attribute with its references resolved; as it is written if one of them is broken.
pub fn unescaped(value: &str) -> Cow<'_, str> {
    quick_xml::escape::unescape(value).unwrap_or(Cow::Borrowed(value))
}
