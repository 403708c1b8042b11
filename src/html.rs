//! The HTML of a body: nodes in, markup out, with the addresses that the linked site gives.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::ops::Range;
use std::sync::LazyLock;

use crate::escape::{escape, escaped, percent_encode};
use crate::highlight::Highlighter;
use crate::markdown::{
    Alignment, Body, CalloutKind, Child, Event, FootnoteId, HTML_TAGS, HeadingId, Link, LinkId,
    NameId, TableId, Tag, Target, stretch_at,
};
use crate::phrases::{Phrases, Word, word};
use crate::route::Route;
use crate::site::{
    DEEPEST, Destination, DocumentId, Origin, PageKey, Site, TellingId, uncapitalised,
};
use crate::slug::Slug;
use crate::source::SitePath;

/// What all pages of a site are written from.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The content, and the audience.
    pub site: &'a Site,
    /// The words of the pages.
    pub phrases: &'a Phrases,
    /// Colours blocks of code.
    pub highlighter: &'a Highlighter,
    /// The addresses of the pages of this site.
    pub addresses: &'a Addresses,
    /// The published names of files, which their contents determine.
    pub assets: &'a BTreeMap<SitePath, String>,
}

/// The paths of all pages that links can lead to, percent-encoded.
pub struct Addresses {
    tellings: Vec<Vec<String>>,
    questions: Vec<String>,
    case_studies: Vec<String>,
    competencies: Vec<String>,
    interviews: Vec<String>,
    asks: Vec<String>,
    home: String,
}

impl Addresses {
    /// The addresses of all pages of a site, made once so that links only look them up.
    pub fn new(site: &Site) -> Self {
        let path = |page| {
            let mut path = String::new();
            percent_encode(&Route::of(site, page).path(), &mut path);
            path
        };
        Self {
            tellings: site
                .stories()
                .map(|story| {
                    site.tellings(story)
                        .map(PageKey::Telling)
                        .map(path)
                        .collect()
                })
                .collect(),
            questions: site.questions().map(PageKey::Question).map(path).collect(),
            case_studies: site
                .case_studies()
                .map(PageKey::CaseStudy)
                .map(path)
                .collect(),
            competencies: site
                .competencies()
                .map(PageKey::Competency)
                .map(path)
                .collect(),
            interviews: site
                .interviews()
                .map(PageKey::Interview)
                .map(path)
                .collect(),
            asks: site.asks_lists().map(PageKey::Asks).map(path).collect(),
            home: path(PageKey::Home),
        }
    }

    /// The path of a page from the root of the site.
    fn of(&self, page: PageKey) -> &str {
        match page {
            PageKey::Home => &self.home,
            PageKey::Telling(telling) => &self.tellings[telling.story.0][telling.index],
            PageKey::Question(question) => &self.questions[question.0],
            PageKey::CaseStudy(case) => &self.case_studies[case.0],
            PageKey::Competency(competency) => &self.competencies[competency.0],
            PageKey::Interview(interview) => &self.interviews[interview.0],
            PageKey::Asks(asks) => &self.asks[asks.0],
        }
    }
}

/// The page that is being written: its address, and the ids that are taken on it.
pub struct PageWriter<'a> {
    /// What all pages of the site share.
    pub context: Context<'a>,
    /// Its own address, which links are relative to.
    pub route: &'a Route,
    /// The path of the page, percent-encoded.
    own_path: String,
    ids: HashSet<String>,
    footnotes: u32,
}

/// How a range of a body is written.
#[derive(Debug, Clone, Copy)]
pub struct Style<'a> {
    /// The level that its highest heading gets on the page.
    pub heading_base: u8,
    /// Whether headings get their ids.
    pub ids: Ids,
    /// Ranges that are not written, in their order.
    pub left_out: &'a [Range<usize>],
    /// Blocks that are marked as the important ones, in their order.
    pub strong: &'a [Range<usize>],
    /// Whether the remarks of reviewers are written.
    pub remarks: Remarks,
}

/// Whether the remarks of reviewers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Remarks {
    /// Beside the text that they are about.
    Shown,
    /// Left out of a page for the moment of use.
    Omitted,
}

/// Whether headings get ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ids {
    /// The headings can be linked to.
    Given,
    /// The same headings are on the page elsewhere, with their ids.
    Omitted,
}

impl<'a> PageWriter<'a> {
    /// A page on which nothing is written and no id is taken.
    pub fn new(context: Context<'a>, route: &'a Route) -> Self {
        let mut own_path = String::new();
        percent_encode(&route.path(), &mut own_path);
        Self {
            context,
            route,
            own_path,
            ids: HashSet::new(),
            footnotes: 0,
        }
    }

    /// Takes an id for an element of the page; `None` if another one has it.
    pub fn claim(&mut self, id: &str) -> Option<String> {
        (!id.is_empty() && self.ids.insert(id.to_owned())).then(|| id.to_owned())
    }

    /// The address of a page on this one.
    pub fn link(&self, page: PageKey, fragment: &str) -> String {
        let path = self.context.addresses.of(page);
        if path == self.own_path && !fragment.is_empty() {
            let mut link = String::from("#");
            percent_encode(fragment, &mut link);
            return link;
        }
        let mut link =
            String::with_capacity(self.route.to_root().len() + path.len() + fragment.len() + 1);
        link.push_str(self.route.to_root());
        link.push_str(path);
        if !fragment.is_empty() {
            link.push('#');
            percent_encode(fragment, &mut link);
        }
        link
    }

    /// The title of a page.
    pub fn title(&self, page: PageKey) -> Cow<'a, str> {
        match page {
            PageKey::Telling(telling) if !telling.is_main() => self.label(telling),
            _ => self.context.site.title(page).into(),
        }
    }

    /// The name of a telling among those of its story.
    pub fn label(&self, telling: TellingId) -> Cow<'a, str> {
        let Context { site, phrases, .. } = self.context;
        let telling = site.telling(telling);
        match telling.origin {
            Origin::Story => phrases.text(word::LABEL_OF_STORY).into(),
            Origin::Variant(_) => telling.label.as_str().into(),
            Origin::Emphasis(competency) | Origin::Cut(competency) => {
                let title = site.title(PageKey::Competency(competency));
                let label = match telling.origin {
                    Origin::Cut(_) => word::LABEL_OF_CUT,
                    _ => word::LABEL_OF_EMPHASIS,
                };
                let values = [
                    ("competency", title),
                    ("competency_lowercase", &uncapitalised(title)),
                ];
                phrases.fill(label, &values).into()
            }
        }
    }

    /// HTML that is for the author alone.
    pub fn private_aside(&self, html: &str) -> String {
        format!(
            "{}{html}</aside>\n",
            self.labelled_aside("private", word::ONLY_FOR_YOU)
        )
    }

    /// The start of an aside with a label that the style sheet shows.
    fn labelled_aside(&self, class: &str, label: Word) -> String {
        format!(
            "<aside class=\"{class}\" data-label=\"{}\">\n",
            escaped(self.context.phrases.text(label))
        )
    }

    /// A range of a document as HTML.
    pub fn html(&mut self, document: DocumentId, nodes: Range<usize>, style: Style<'_>) -> String {
        self.html_at_depth(document, nodes, style, 0)
    }

    fn html_at_depth(
        &mut self,
        id: DocumentId,
        nodes: Range<usize>,
        style: Style<'_>,
        depth: usize,
    ) -> String {
        let document = self.context.site.document(id);
        let mut writer = Writer {
            page: self,
            id,
            body: &document.body,
            style,
            heading_shift: heading_shift(&document.body, nodes.clone(), style.heading_base),
            depth,
            out: String::new(),
            table: None,
            notes: Vec::new(),
            numbers: HashMap::new(),
            has_raw_html: false,
            open_links: 0,
            open_blocks: 0,
        };
        writer.nodes(nodes);
        writer.footnotes();
        if writer.has_raw_html {
            clean(&writer.out)
        } else {
            writer.out
        }
    }
}

struct Writer<'w, 'a> {
    page: &'w mut PageWriter<'a>,
    id: DocumentId,
    body: &'a Body,
    style: Style<'w>,
    /// How many levels the headings of this range move down; negative if they move up.
    heading_shift: i8,
    depth: usize,
    out: String,
    /// The table that is open.
    table: Option<OpenTable>,
    /// The footnotes that were referred to, each with its number on the page.
    notes: Vec<(FootnoteId, u32)>,
    /// The numbers of those in `notes`.
    numbers: HashMap<FootnoteId, u32>,
    has_raw_html: bool,
    /// How many links have started and not ended; a link cannot hold another.
    open_links: usize,
    /// How many blocks have started and not ended, of those that have a direction.
    open_blocks: usize,
}

struct OpenTable {
    table: TableId,
    column: usize,
    in_head: bool,
    has_body: bool,
}

impl<'a> Writer<'_, 'a> {
    fn nodes(&mut self, nodes: Range<usize>) {
        for child in self.body.children(nodes) {
            match child.event {
                _ if stretch_at(self.style.left_out, child.nodes.start).is_some() => {}
                Event::Start(tag) => self.element(tag, &child),
                event => self.leaf(event),
            }
        }
    }

    fn leaf(&mut self, event: Event) {
        let body = self.body;
        match event {
            Event::Text(piece) => self.text(body.str(piece)),
            Event::Code(piece) => {
                self.out.push_str("<code>");
                self.text(body.str(piece));
                self.out.push_str("</code>");
            }
            Event::Html(piece) => {
                self.has_raw_html = true;
                self.out.push_str(body.str(piece));
            }
            Event::FootnoteReference(label) => self.footnote_reference(body.str(label)),
            Event::SoftBreak => self.out.push('\n'),
            Event::HardBreak => self.out.push_str("<br>\n"),
            Event::Rule => self.out.push_str("<hr>\n"),
            Event::TaskMarker(done) => {
                self.out.push_str(if done {
                    "<input type=\"checkbox\" checked disabled> "
                } else {
                    "<input type=\"checkbox\" disabled> "
                });
            }
            Event::Hashtag(name) => self.hashtag(body.str(name)),
            Event::Transclusion(link) => self.transclusion(link),
            Event::Start(_) | Event::End(_) => {}
        }
    }

    fn element(&mut self, tag: Tag, element: &Child) {
        match tag {
            Tag::CodeBlock(language) => self.code_block(language, element.nodes.start),
            Tag::Image(link) => self.image(link, element.inner()),
            // Footnotes are written below what refers to them.
            Tag::Footnote(_) => {}
            Tag::Paragraph if self.is_blank(element.inner()) => {}
            _ if self.is_omitted(tag, element.inner()) => {}
            _ => {
                self.start(tag, element);
                self.nodes(element.inner());
                self.end(tag);
            }
        }
    }

    /// Whether an element is a remark that this page leaves out, or an item of a list that holds only such a remark.
    fn is_omitted(&self, tag: Tag, inner: Range<usize>) -> bool {
        let is_remark = |tag| {
            matches!(
                tag,
                Tag::Callout(CalloutKind::Question | CalloutKind::Answered)
            )
        };
        let starts_with_remark = || {
            let first = self.body.nodes.get(inner.start).map(|node| node.event);
            matches!(first, Some(Event::Start(tag)) if is_remark(tag))
        };
        let says_nothing_else =
            || tag == Tag::Item && starts_with_remark() && self.body.is_blank(inner.clone());
        self.style.remarks == Remarks::Omitted && (is_remark(tag) || says_nothing_else())
    }

    fn text(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        escape(value, &mut self.out);
        self.out.push('"');
    }

    /// Writes the attribute `title`, if there is a title.
    fn title_attribute(&mut self, title: &str) {
        if !title.is_empty() {
            self.attribute("title", title);
        }
    }

    /// Whether a paragraph has no text, as one that consists of a comment.
    fn is_blank(&self, nodes: Range<usize>) -> bool {
        self.body.nodes[nodes].iter().all(|node| match node.event {
            Event::Text(piece) => self.body.str(piece).trim().is_empty(),
            event => event == Event::SoftBreak,
        })
    }

    /// The attribute of a block outside of all others: a browser finds its direction from its words, and the blocks in it have the same.
    fn direction(&mut self, tag: Tag) -> &'static str {
        if !has_direction(tag) {
            return "";
        }
        self.open_blocks += 1;
        if self.open_blocks == 1 {
            " dir=\"auto\""
        } else {
            ""
        }
    }

    fn start(&mut self, tag: Tag, element: &Child) {
        let inner = element.inner();
        let direction = self.direction(tag);
        let is_strong = self.is_strong(element.nodes.start);
        match tag {
            Tag::Paragraph if is_strong => {
                self.out
                    .push_str(&format!("<p class=\"strong\"{direction}>"));
            }
            Tag::Paragraph => self.out.push_str(&format!("<p{direction}>")),
            Tag::Heading(heading) => self.heading(heading, direction),
            Tag::Quote => self.out.push_str(&format!("<blockquote{direction}>\n")),
            Tag::Callout(kind) => self.callout(kind, inner),
            Tag::CalloutTitle => self
                .out
                .push_str(&format!("<p class=\"callout-title\"{direction}>")),
            Tag::BulletList => self.out.push_str(&format!("<ul{direction}>\n")),
            Tag::NumberedList(1) => self.out.push_str(&format!("<ol{direction}>\n")),
            Tag::NumberedList(first) => self
                .out
                .push_str(&format!("<ol start=\"{first}\"{direction}>\n")),
            Tag::Item => self
                .out
                .push_str(match (self.is_task(inner.start), is_strong) {
                    (true, true) => "<li class=\"task strong\">",
                    (true, false) => "<li class=\"task\">",
                    (false, true) => "<li class=\"strong\">",
                    (false, false) => "<li>",
                }),
            Tag::Table(table) => self.table(table, direction),
            Tag::TableHead => self.table_head(),
            Tag::TableRow => self.table_row(),
            Tag::TableCell => self.table_cell(),
            other => self.start_in_line(other),
        }
    }

    fn start_in_line(&mut self, tag: Tag) {
        match tag {
            Tag::Emphasis => self.out.push_str("<em>"),
            Tag::Strong => self.out.push_str("<strong>"),
            Tag::Strikethrough => self.out.push_str("<del>"),
            Tag::Mark => self.out.push_str("<mark>"),
            Tag::Link(link) => {
                self.open_links += 1;
                self.link(link);
            }
            // The others have no start tag.
            _ => {}
        }
    }

    fn end(&mut self, tag: Tag) {
        self.open_blocks -= usize::from(has_direction(tag));
        match tag {
            Tag::Paragraph | Tag::CalloutTitle => self.out.push_str("</p>\n"),
            Tag::Heading(heading) => self.out.push_str(&format!("</h{}>\n", self.level(heading))),
            Tag::Quote => self.out.push_str("</blockquote>\n"),
            Tag::Callout(_) => self.out.push_str("</aside>\n"),
            Tag::BulletList => self.out.push_str("</ul>\n"),
            Tag::NumberedList(_) => self.out.push_str("</ol>\n"),
            Tag::Item => self.out.push_str("</li>\n"),
            Tag::Table(_) => {
                let has_body = self.table.take().is_some_and(|table| table.has_body);
                self.out.push_str(if has_body {
                    "</tbody></table></div>\n"
                } else {
                    "</table></div>\n"
                });
            }
            Tag::TableHead => self.out.push_str("</tr></thead>\n"),
            Tag::TableRow => self.out.push_str("</tr>\n"),
            Tag::TableCell => {
                let in_head = self.table.as_ref().is_some_and(|table| table.in_head);
                self.out.push_str(if in_head { "</th>" } else { "</td>" });
            }
            Tag::Emphasis => self.out.push_str("</em>"),
            Tag::Strong => self.out.push_str("</strong>"),
            Tag::Strikethrough => self.out.push_str("</del>"),
            Tag::Mark => self.out.push_str("</mark>"),
            Tag::Link(link) => {
                self.open_links -= 1;
                self.link_end(link);
            }
            Tag::CodeBlock(_) | Tag::HtmlBlock | Tag::Footnote(_) | Tag::Image(_) => {}
        }
    }

    fn level(&self, heading: HeadingId) -> u8 {
        level_on_page(self.body.headings[heading].level, self.heading_shift)
    }

    fn heading(&mut self, heading: HeadingId, direction: &str) {
        let id = &self.body.headings[heading].id;
        let id = if self.style.ids == Ids::Given {
            self.page.claim(id)
        } else {
            None
        };
        self.out.push_str(&format!("<h{}", self.level(heading)));
        if let Some(id) = id {
            self.attribute("id", &id);
        }
        self.out.push_str(direction);
        self.out.push('>');
    }

    fn callout(&mut self, kind: CalloutKind, inner: Range<usize>) {
        match kind {
            CalloutKind::Question => self.labelled_aside("remark open", word::REMARK_OPEN),
            CalloutKind::Answered => self.labelled_aside("remark answered", word::REMARK_ANSWERED),
            CalloutKind::Private => self.labelled_aside("private", word::ONLY_FOR_YOU),
            CalloutKind::Note => self.titled_aside("callout note", word::NOTE, inner),
            CalloutKind::Tip => self.titled_aside("callout tip", word::TIP, inner),
            CalloutKind::Important => {
                self.titled_aside("callout important", word::IMPORTANT, inner);
            }
            CalloutKind::Warning => self.titled_aside("callout warning", word::WARNING, inner),
            CalloutKind::Caution => self.titled_aside("callout caution", word::CAUTION, inner),
        }
    }

    fn labelled_aside(&mut self, class: &str, label: Word) {
        let start = self.page.labelled_aside(class, label);
        self.out.push_str(&start);
    }

    /// Starts an aside. It gets a default title, unless its text starts with a title.
    fn titled_aside(&mut self, class: &str, title: Word, inner: Range<usize>) {
        self.out.push_str(&format!("<aside class=\"{class}\">\n"));
        let has_title = self.body.nodes[inner]
            .first()
            .is_some_and(|node| node.event == Event::Start(Tag::CalloutTitle));
        if !has_title {
            self.out.push_str("<p class=\"callout-title\">");
            self.text(self.page.context.phrases.text(title));
            self.out.push_str("</p>\n");
        }
    }

    fn code_block(&mut self, language: NameId, start: usize) {
        let language = self.body.name(language);
        let code = self.body.code(start);
        self.out
            .push_str("<pre class=\"code\" dir=\"ltr\" tabindex=\"0\"><code");
        if !language.is_empty() {
            self.out.push_str(" class=\"language-");
            self.text(language);
            self.out.push('"');
        }
        self.out.push('>');
        self.out
            .push_str(&self.page.context.highlighter.html(language, &code));
        self.out.push_str("</code></pre>\n");
    }

    /// Whether the block that starts at a node is one of the important ones.
    fn is_strong(&self, start: usize) -> bool {
        let strong = self.style.strong;
        strong
            .binary_search_by_key(&start, |range| range.start)
            .is_ok()
    }

    /// Whether the item whose first node is given is a task.
    fn is_task(&self, first: usize) -> bool {
        let event = |at: usize| self.body.nodes.get(at).map(|node| node.event);
        matches!(event(first), Some(Event::TaskMarker(_)))
            || (event(first) == Some(Event::Start(Tag::Paragraph))
                && matches!(event(first + 1), Some(Event::TaskMarker(_))))
    }

    fn table(&mut self, table: TableId, direction: &str) {
        self.table = Some(OpenTable {
            table,
            column: 0,
            in_head: false,
            has_body: false,
        });
        self.out
            .push_str(&format!("<div class=\"table\"{direction}><table>\n"));
    }

    fn table_head(&mut self) {
        if let Some(table) = &mut self.table {
            table.column = 0;
            table.in_head = true;
        }
        self.out.push_str("<thead><tr>");
    }

    fn table_row(&mut self) {
        let Some(table) = &mut self.table else { return };
        table.column = 0;
        table.in_head = false;
        self.out.push_str(if table.has_body {
            "<tr>"
        } else {
            "<tbody>\n<tr>"
        });
        table.has_body = true;
    }

    fn table_cell(&mut self) {
        let Some(table) = &mut self.table else { return };
        let alignment = self.body.tables[table.table]
            .get(table.column)
            .copied()
            .unwrap_or(Alignment::None);
        table.column += 1;
        let name = if table.in_head { "<th" } else { "<td" };
        self.out.push_str(name);
        self.out.push_str(match alignment {
            Alignment::None => ">",
            Alignment::Left => " class=\"left\">",
            Alignment::Center => " class=\"center\">",
            Alignment::Right => " class=\"right\">",
        });
    }

    fn hashtag(&mut self, written: &str) {
        let name = Slug::of(written);
        match self.page.context.site.names.competency(name.as_str()) {
            Some(competency) => {
                let page = PageKey::Competency(competency);
                self.out.push_str(" <a class=\"tag\"");
                self.attribute("href", &self.page.link(page, ""));
                self.out.push('>');
                self.text(&self.page.title(page));
                self.out.push_str("</a>");
            }
            None => {
                self.out.push(' ');
                self.text(written);
            }
        }
    }

    fn link(&mut self, link: LinkId) {
        let site = self.page.context.site;
        let destination = site.destination(self.id, link);
        let link = &self.body.links[link];
        let Some(address) = self.address(&link.target, destination) else {
            self.out.push_str("<span class=\"withheld\">");
            if !link.is_labelled {
                self.text(link.target.last_name());
            }
            return;
        };
        self.out.push_str("<a");
        self.attribute("href", &address);
        self.title_attribute(&link.title);
        self.out.push('>');
        if !link.is_labelled {
            self.text(&self.label_of(&link.target, destination, &address));
        }
    }

    /// The words of a link whose author wrote none.
    fn label_of<'l>(
        &self,
        target: &'l Target,
        destination: &Destination,
        address: &'l str,
    ) -> Cow<'l, str>
    where
        'a: 'l,
    {
        match (destination, target) {
            (Destination::Page { fragment, .. }, Target::Fragment(_)) => {
                heading_text(self.body, fragment).unwrap_or(address).into()
            }
            (Destination::Page { page, .. }, _) => self.page.title(*page),
            // The author has written the name of the file.
            (Destination::Asset(_), Target::Wiki { .. }) => target.last_name().into(),
            _ => address.into(),
        }
    }

    fn link_end(&mut self, link: LinkId) {
        let destination = self.page.context.site.destination(self.id, link);
        let is_link = self
            .address(&self.body.links[link].target, destination)
            .is_some();
        self.out.push_str(if is_link { "</a>" } else { "</span>" });
    }

    /// The address of a link on this page; `None` if it leads nowhere.
    fn address(&self, target: &Target, destination: &Destination) -> Option<String> {
        match destination {
            Destination::Page { page, fragment, .. } => Some(self.page.link(*page, fragment)),
            Destination::Asset(path) => self
                .page
                .context
                .assets
                .get(path)
                .map(|name| self.page.route.link_to(&Route::Asset(name.clone()))),
            Destination::External => match target {
                Target::External(address) => Some(address.clone()),
                _ => None,
            },
            Destination::Nothing => None,
        }
    }

    fn image(&mut self, link: LinkId, words: Range<usize>) {
        let alt = self.body.plain(words);
        let destination = self.page.context.site.destination(self.id, link);
        let link = &self.body.links[link];
        match self.address(&link.target, destination) {
            Some(address) if matches!(destination, Destination::Asset(_)) => {
                self.picture(link, &address, &alt);
            }
            // A picture that is not a file of the site becomes a link to it.
            Some(address) if self.open_links == 0 => {
                self.out.push_str("<a");
                self.attribute("href", &address);
                self.out.push('>');
                self.text(if alt.is_empty() { &address } else { &alt });
                self.out.push_str("</a>");
            }
            Some(_) | None => self.text(&alt),
        }
    }

    fn picture(&mut self, link: &Link, address: &str, alt: &str) {
        self.out.push_str("<img");
        self.attribute("src", address);
        self.attribute("alt", alt);
        self.attribute("loading", "lazy");
        if let Some(size) = link.size {
            self.attribute("width", &size.width.to_string());
            if let Some(height) = size.height {
                self.attribute("height", &height.to_string());
            }
        }
        self.title_attribute(&link.title);
        self.out.push('>');
    }

    /// Writes the section that a transclusion shows.
    fn transclusion(&mut self, link: LinkId) {
        let site = self.page.context.site;
        let Destination::Page {
            page,
            fragment,
            section,
        } = site.destination(self.id, link)
        else {
            return;
        };
        if self.depth >= DEEPEST {
            return;
        }
        let style = Style {
            heading_base: self.style.heading_base,
            ids: Ids::Omitted,
            left_out: &[],
            strong: &[],
            remarks: self.style.remarks,
        };
        let Some((document, nodes)) = site.shown(*page, fragment, *section) else {
            return;
        };
        let depth = self.depth + 1;
        let html = self.page.html_at_depth(document, nodes, style, depth);
        self.out.push_str("<div class=\"transclusion\">\n");
        self.out.push_str(&html);
        self.out.push_str("<p class=\"transclusion-source\"><a");
        self.attribute("href", &self.page.link(*page, fragment));
        self.out.push('>');
        self.text(&self.page.title(*page));
        self.out.push_str("</a></p>\n</div>\n");
    }

    fn footnote_reference(&mut self, label: &str) {
        let Some(place) = self.body.shown_footnote(label) else {
            return;
        };
        let (number, id) = match self.numbers.get(&place) {
            Some(&number) => (number, None),
            None => {
                let number = self.number_footnote(place);
                // The first reference is the one that the footnote leads back to.
                let id = format!("_footnote-reference-{number}");
                (number, self.page.claim(&id))
            }
        };
        self.out
            .push_str("<sup class=\"footnote-ref\"><a href=\"#_footnote-");
        self.out.push_str(&format!("{number}\""));
        if let Some(id) = id {
            self.out.push_str(&format!(" id=\"{id}\""));
        }
        self.out.push_str(&format!(">{number}</a></sup>"));
    }

    /// Gives a footnote the next number of the page.
    fn number_footnote(&mut self, place: FootnoteId) -> u32 {
        self.page.footnotes += 1;
        let number = self.page.footnotes;
        self.notes.push((place, number));
        self.numbers.insert(place, number);
        number
    }

    fn footnotes(&mut self) {
        if self.notes.is_empty() {
            return;
        }
        self.out.push_str("<section class=\"footnotes\"><ol>\n");
        let mut next = 0;
        // A footnote can refer to another, which then joins the list.
        while let Some(&(place, number)) = self.notes.get(next) {
            self.out.push_str(&format!(
                "<li id=\"_footnote-{number}\" value=\"{number}\">"
            ));
            self.nodes(self.body.footnotes[place].nodes.clone());
            self.out.push_str(&format!(
                "<a class=\"footnote-back\" href=\"#_footnote-reference-{number}\""
            ));
            let label = self.page.context.phrases.text(word::BACK_TO_TEXT);
            self.attribute("aria-label", label);
            self.out.push_str(">↩</a></li>\n");
            next += 1;
        }
        self.out.push_str("</ol></section>\n");
    }
}

/// Whether a block gets the direction of its words. A call-out has the direction of the page, and each block in it its own.
fn has_direction(tag: Tag) -> bool {
    matches!(
        tag,
        Tag::Paragraph
            | Tag::CalloutTitle
            | Tag::Heading(_)
            | Tag::Quote
            | Tag::BulletList
            | Tag::NumberedList(_)
            | Tag::Table(_)
    )
}

/// The words of a heading.
fn heading_text<'a>(body: &'a Body, id: &str) -> Option<&'a str> {
    body.heading_named(id)
        .map(|heading| body.headings[heading].text.as_str())
}

/// How many levels the headings of a range move. The highest of them gets the level `base`.
fn heading_shift(body: &Body, nodes: Range<usize>, base: u8) -> i8 {
    let levels = body.nodes[nodes]
        .iter()
        .filter_map(|node| match node.event {
            Event::Start(Tag::Heading(heading)) => Some(body.headings[heading].level),
            _ => None,
        });
    levels
        .min()
        .map_or(0, |highest| base.cast_signed() - highest.cast_signed())
}

fn level_on_page(level: u8, shift: i8) -> u8 {
    level.saturating_add_signed(shift).clamp(2, 6)
}

/// Markup with an author's own HTML in it: balanced, and with only the tags and attributes that a document needs.
fn clean(html: &str) -> String {
    static CLEANER: LazyLock<ammonia::Builder<'static>> = LazyLock::new(cleaner);
    CLEANER.clean(html).to_string()
}

fn cleaner() -> ammonia::Builder<'static> {
    let mut cleaner = ammonia::Builder::default();
    cleaner
        .tags(
            HTML_TAGS
                .iter()
                .copied()
                .chain(["a", "aside", "img", "input", "section"])
                .collect(),
        )
        .add_generic_attributes(["class", "id", "title", "lang", "dir"])
        .add_tag_attributes("aside", ["data-label"])
        // The box of a task is the only control that a page has.
        .add_tag_attributes("input", ["checked"])
        .set_tag_attribute_value("input", "type", "checkbox")
        .set_tag_attribute_value("input", "disabled", "")
        .add_tag_attributes("details", ["open"])
        .add_tag_attributes("img", ["loading"])
        .add_tag_attributes("li", ["value"])
        .add_tag_attributes("a", ["aria-label"])
        .add_tag_attributes("pre", ["tabindex"])
        .link_rel(None)
        .attribute_filter(|element, attribute, value| {
            let is_source = element == "img" && attribute == "src";
            (!is_source || is_on_this_host(value)).then(|| value.into())
        });
    cleaner
}

/// Whether an address leads to the host of the page. A picture from another host would tell that host who reads the page.
fn is_on_this_host(address: &str) -> bool {
    !address.contains(':') && !address.starts_with("//")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cleans_what_authors_write() {
        assert_eq!(
            clean("<p>a<script>alert(1)</script> <kbd onclick=x>b</kbd>"),
            "<p>a <kbd>b</kbd></p>"
        );
        assert_eq!(
            clean("<img src=\"https://example.org/a.png\" alt=\"a\">"),
            "<img alt=\"a\">"
        );
        assert_eq!(
            clean("<details open><summary>a</summary>b"),
            "<details open=\"\"><summary>a</summary>b</details>"
        );
    }
}
