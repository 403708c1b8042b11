//! A page as a single HTML file that contains its pictures, to mail or to attach.

use std::collections::BTreeMap;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::page::{
    ActionEntry, Block, Callout, Case, Element, Heading, Inline, Item, LinkTo, List, Table, plain,
};
use super::{Location, Publication};
use crate::escape::{escape, escaped, percent_encode};
use crate::markdown::Alignment;
use crate::slug::Slug;

/// The style for screen and paper.
const STYLE: &str = include_str!("page.css");

/// The location of a page: a file named after its title.
pub fn location(title: &str, _parent: &str) -> Location {
    let slug = Slug::of(title).shortened();
    let stem = if slug.is_empty() {
        "page"
    } else {
        slug.as_str()
    };
    Location {
        title: title.to_owned(),
        path: format!("{stem}.html"),
    }
}

/// The anchors of headings are their ids.
pub fn anchors(case: &Case) -> BTreeMap<String, String> {
    case.page
        .headings()
        .into_iter()
        .map(|heading| (heading.id.clone(), heading.id.clone()))
        .collect()
}

/// The HTML of a page.
pub fn text(case: &Case, publication: &Publication<'_>) -> String {
    let mut writer = HtmlWriter {
        case,
        publication,
        out: String::new(),
        references: vec![0; case.page.footnotes.len()],
    };
    let title = escaped(&case.title);
    writer.out.push_str("<!doctype html>\n<html lang=\"");
    escape(publication.language, &mut writer.out);
    writer.out.push_str("\">\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
    writer.out.push_str(&format!(
        "<title>{title}</title>\n<style>\n{STYLE}</style>\n<main>\n<h1>{title}</h1>\n"
    ));
    writer.blocks(&case.page.blocks);
    writer.footnotes();
    writer.out.push_str("</main>\n</html>\n");
    writer.out
}

struct HtmlWriter<'a> {
    case: &'a Case,
    publication: &'a Publication<'a>,
    out: String,
    /// The number of references to each footnote so far.
    references: Vec<usize>,
}

impl HtmlWriter<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(heading) => self.heading(heading),
            Block::Paragraph(inlines) => self.around("<p>", inlines, "</p>\n"),
            Block::Quote(blocks) => {
                self.out.push_str("<blockquote>\n");
                self.blocks(blocks);
                self.out.push_str("</blockquote>\n");
            }
            Block::Callout {
                kind,
                title,
                blocks,
            } => self.callout(*kind, title, blocks),
            Block::Code { language, text } => {
                self.out.push_str("<pre tabindex=\"0\"><code>");
                self.out
                    .push_str(&self.publication.highlighter.html(language, text));
                self.out.push_str("</code></pre>\n");
            }
            Block::List(list) => self.list(list),
            Block::Table(table) => self.table(table),
            Block::Details { summary, blocks } => {
                self.around("<details><summary>", summary, "</summary>\n");
                self.blocks(blocks);
                self.out.push_str("</details>\n");
            }
            Block::Rule => self.out.push_str("<hr>\n"),
            Block::Facts(facts) => self.facts(facts),
            Block::Contents => self.contents(),
            Block::Actions(actions) => self.actions(actions),
            Block::Element(element, blocks) => self.element(element, blocks),
        }
    }

    fn around(&mut self, before: &str, inlines: &[Inline], after: &str) {
        self.out.push_str(before);
        self.inlines(inlines);
        self.out.push_str(after);
    }

    fn heading(&mut self, heading: &Heading) {
        let level = heading.level;
        self.out
            .push_str(&format!("<h{level} id=\"{}\">", escaped(&heading.id)));
        self.around("", &heading.text, &format!("</h{level}>\n"));
    }

    fn callout(&mut self, kind: Callout, title: &[Inline], blocks: &[Block]) {
        let name = kind.name();
        self.out
            .push_str(&format!("<aside class=\"{}\">\n", name.to_lowercase()));
        let own = [Inline::Text(name.to_owned())];
        self.around(
            "<p class=\"title\">",
            if title.is_empty() { &own } else { title },
            "</p>\n",
        );
        self.blocks(blocks);
        self.out.push_str("</aside>\n");
    }

    fn list(&mut self, list: &List) {
        let has_tasks = list.items.iter().all(|item| item.done.is_some());
        match list.first {
            Some(1) => self.out.push_str("<ol>\n"),
            Some(first) => self.out.push_str(&format!("<ol start=\"{first}\">\n")),
            None if has_tasks => self.out.push_str("<ul class=\"tasks\">\n"),
            None => self.out.push_str("<ul>\n"),
        }
        for item in &list.items {
            self.item(list, item);
        }
        self.out.push_str(if list.first.is_some() {
            "</ol>\n"
        } else {
            "</ul>\n"
        });
    }

    fn item(&mut self, list: &List, item: &Item) {
        self.out.push_str("<li>");
        match item.done {
            Some(true) => self
                .out
                .push_str("<input type=\"checkbox\" checked disabled aria-label=\"done\"> "),
            Some(false) => self
                .out
                .push_str("<input type=\"checkbox\" disabled aria-label=\"to do\"> "),
            None => {}
        }
        for block in &item.blocks {
            match block {
                Block::Paragraph(inlines) if list.is_tight => self.around("", inlines, "\n"),
                other => self.block(other),
            }
        }
        self.out.push_str("</li>\n");
    }

    fn table(&mut self, table: &Table) {
        self.out
            .push_str("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr>");
        self.cells(&table.head, &table.columns, "th");
        self.out.push_str("</tr></thead>\n<tbody>\n");
        for row in &table.rows {
            self.out.push_str("<tr>");
            self.cells(row, &table.columns, "td");
            self.out.push_str("</tr>\n");
        }
        self.out.push_str("</tbody>\n</table></div>\n");
    }

    fn cells(&mut self, cells: &[Vec<Inline>], columns: &[Alignment], tag: &str) {
        for (cell, alignment) in cells.iter().zip(columns) {
            let class = match alignment {
                Alignment::None | Alignment::Left => "",
                Alignment::Center => " class=\"center\"",
                Alignment::Right => " class=\"right\"",
            };
            self.around(&format!("<{tag}{class}>"), cell, &format!("</{tag}>"));
        }
    }

    /// Writes an HTML element of the author.
    fn element(&mut self, element: &Element, blocks: &[Block]) {
        let (before, after) = if element.name == "table" {
            ("<div class=\"scroll\" tabindex=\"0\">", "</div>")
        } else {
            ("", "")
        };
        let element = in_current_html(element);
        self.out.push_str(before);
        self.out.push_str(&element.tag(escaped));
        let is_line = matches!(
            element.name,
            "caption" | "dd" | "dt" | "figcaption" | "pre" | "td" | "th"
        );
        match blocks {
            [Block::Paragraph(words)] if is_line => self.inlines(words),
            _ => self.blocks(blocks),
        }
        if element.name != "col" {
            self.out.push_str(&format!("</{}>{after}\n", element.name));
        }
    }

    fn facts(&mut self, facts: &[(String, String)]) {
        self.out.push_str("<dl class=\"facts\">\n");
        for (name, value) in facts {
            self.out.push_str(&format!(
                "<dt>{}</dt><dd>{}</dd>\n",
                escaped(name),
                escaped(value)
            ));
        }
        self.out.push_str("</dl>\n");
    }

    /// Writes the headings as nested lists of links.
    fn contents(&mut self) {
        self.out.push_str("<nav aria-label=\"Contents\">\n");
        let mut open: Vec<u8> = Vec::new();
        for heading in self.case.page.headings() {
            while open.last().is_some_and(|&level| level > heading.level) {
                self.out.push_str("</li></ul>");
                open.pop();
            }
            if open.last() == Some(&heading.level) {
                self.out.push_str("</li>\n");
            } else {
                self.out.push_str("<ul>\n");
                open.push(heading.level);
            }
            self.out.push_str("<li><a href=\"#");
            self.fragment(&heading.id);
            self.out
                .push_str(&format!("\">{}</a>", escaped(&plain(&heading.text))));
        }
        self.out.push_str(&"</li></ul>".repeat(open.len()));
        self.out.push_str("\n</nav>\n");
    }

    fn actions(&mut self, actions: &[ActionEntry]) {
        self.out.push_str("<div class=\"scroll\" tabindex=\"0\"><table>\n<thead><tr><th>Action</th><th>Owner</th><th>Due</th><th>State</th></tr></thead>\n<tbody>\n");
        for action in actions {
            let cells = [&action.what, &action.owner, &action.due].map(|cell| escaped(cell));
            let class = if action.is_settled {
                "state settled"
            } else {
                "state"
            };
            let [what, owner, due] = cells;
            let row = format!(
                "<tr><td>{what}</td><td>{owner}</td><td>{due}</td><td class=\"{class}\">{}</td></tr>\n",
                action.status
            );
            self.out.push_str(&row);
        }
        self.out.push_str("</tbody>\n</table></div>\n");
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        inlines.iter().for_each(|inline| self.inline(inline));
    }

    fn inline(&mut self, inline: &Inline) {
        match inline {
            Inline::Text(text) => escape(text, &mut self.out),
            Inline::Code(code) => {
                let code = escaped(code);
                self.out.push_str(&format!("<code>{code}</code>"));
            }
            Inline::Styled(style, inlines) => {
                let tag = style.element();
                self.around(&format!("<{tag}>"), inlines, &format!("</{tag}>"));
            }
            Inline::Link { to, text } => self.link(to, text),
            Inline::Picture { name, alt, title } => self.picture(name, alt, title),
            Inline::Break => self.out.push_str("<br>\n"),
            Inline::Footnote(index) => self.reference(*index),
            Inline::Element(element, inlines) if element.name == "wbr" => {
                self.around("<wbr>", inlines, "");
            }
            Inline::Element(element, inlines) => {
                let name = element.name;
                self.around(&element.tag(escaped), inlines, &format!("</{name}>"));
            }
        }
    }

    fn link(&mut self, to: &LinkTo, text: &[Inline]) {
        self.out.push_str("<a href=\"");
        match to {
            LinkTo::Heading(id) => {
                self.out.push('#');
                self.fragment(id);
            }
            LinkTo::Page { case, heading } => {
                if let Some(name) = self.publication.locations.get(case) {
                    percent_encode(&name.path, &mut self.out);
                }
                if !heading.is_empty() {
                    self.out.push('#');
                    self.fragment(heading);
                }
            }
            LinkTo::External(address) => escape(address, &mut self.out),
        }
        self.around("\">", text, "</a>");
    }

    fn fragment(&mut self, id: &str) {
        percent_encode(id, &mut self.out);
    }

    fn picture(&mut self, name: &str, alt: &str, title: &str) {
        let Some(bytes) = self.publication.pictures.get(name) else {
            return escape(alt, &mut self.out);
        };
        let kind = mime_guess::from_path(name).first_or_octet_stream();
        let (data, alt) = (STANDARD.encode(bytes), escaped(alt));
        self.out.push_str(&format!(
            "<img src=\"data:{kind};base64,{data}\" alt=\"{alt}\""
        ));
        if !title.is_empty() {
            self.out.push_str(&format!(" title=\"{}\"", escaped(title)));
        }
        self.out.push('>');
    }

    fn reference(&mut self, index: usize) {
        let number = index + 1;
        self.references[index] += 1;
        let id = if self.references[index] == 1 {
            format!(" id=\"reference-{number}\"")
        } else {
            String::new()
        };
        self.out.push_str(&format!(
            "<sup><a href=\"#note-{number}\"{id}>{number}</a></sup>"
        ));
    }

    fn footnotes(&mut self) {
        if self.case.page.footnotes.is_empty() {
            return;
        }
        self.out.push_str("<ol class=\"notes\">\n");
        for (index, blocks) in self.case.page.footnotes.iter().enumerate() {
            let number = index + 1;
            self.out.push_str(&format!("<li id=\"note-{number}\">"));
            self.blocks(blocks);
            self.out.push_str(&format!(
                "<a href=\"#reference-{number}\" aria-label=\"Back to the text\">↩</a></li>\n"
            ));
        }
        self.out.push_str("</ol>\n");
    }
}

/// Replaces obsolete HTML: `center` and `align` become classes.
fn in_current_html(element: &Element) -> Element {
    let name = if element.name == "center" {
        "div"
    } else {
        element.name
    };
    let centred = (element.name == "center").then(|| ("class", "center".to_owned()));
    let attributes = element
        .attributes
        .iter()
        .map(|(name, value)| (if *name == "align" { "class" } else { name }, value.clone()));
    Element {
        name,
        attributes: centred.into_iter().chain(attributes).collect(),
    }
}
