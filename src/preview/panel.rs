//! What the preview adds to a page: the problems over it, and the bar below it.
//!
//! It is plain HTML, so that it is there without scripts too; the script only keeps it up to date.

use std::fmt::{Display, Write};
use std::hash::{Hash, Hasher};

use xxhash_rust::xxh3::Xxh3;

use super::OWN;
use super::problem::{Line, Place, Problem, editor_link};
use super::snapshot::{Seat, Snapshot};
use super::status::Status;
use crate::diagnostic::{Diagnostic, Level};
use crate::escape::{escape, percent_encode};
use crate::model::Audience;
use crate::report::counted;
use crate::source::{SitePath, Span, locate};

/// The page that stands where no page can be made.
pub const STAND_IN: &str = "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<meta name=\"color-scheme\" content=\"light dark\">\n\
    <title>This page cannot be made</title>\n</head>\n<body>\n<main><h1>This page cannot be made</h1></main>\n</body>\n</html>\n";

/// How many problems a page names; more are counted.
const MOST: usize = 20;

/// What the preview adds to one page.
pub struct Panel<'a> {
    pub snapshot: &'a Snapshot,
    pub seat: Seat,
    /// The address of the page from the root of its site.
    pub path: &'a str,
    pub problems: Vec<&'a Diagnostic>,
    pub warnings: Vec<&'a Diagnostic>,
    pub status: Option<Status>,
    /// Whether the author has this page, and the audience does not.
    pub is_withheld: bool,
}

impl Panel<'_> {
    /// The page with everything that is added to it. A page for lost visitors stands at any address, so it is told where the root is.
    pub fn put_into(&self, html: &str, is_lost: bool) -> String {
        let mut page = String::with_capacity(html.len() + 4096);
        let (head, rest) = split_before(html, "</head>");
        let (body, end) = rest.rfind("</body>").map_or((rest, ""), |at| rest.split_at(at));
        match head.find("<head>").filter(|_| is_lost) {
            Some(at) => {
                let (before, after) = head.split_at(at + "<head>".len());
                page.push_str(before);
                add(&mut page, format_args!("\n<base href=\"{}\">", self.seat.prefix));
                page.push_str(after);
            }
            None => page.push_str(head),
        }
        add(&mut page, format_args!("<link rel=\"stylesheet\" href=\"{OWN}preview.css\">\n"));
        page.push_str(body);
        self.aside(&mut page);
        add(&mut page, format_args!("<script src=\"{OWN}preview.js\" defer></script>\n"));
        page.push_str(end);
        page
    }

    fn aside(&self, page: &mut String) {
        let Snapshot { options, revision, .. } = self.snapshot;
        add(
            page,
            format_args!(
                "<aside id=\"storybank-preview\" aria-label=\"Preview\" data-boot=\"{}\" data-revision=\"{revision}\" data-prefix=\"{}\" data-follow=\"{}\">\n",
                Escaped(&options.boot),
                self.seat.prefix,
                options.follow
            ),
        );
        self.problems(page);
        page.push_str("<div class=\"sb-bar\">\n");
        self.badge(page);
        if self.snapshot.is_for_author() {
            self.status(page);
            self.warnings(page);
        }
        self.switch(page);
        page.push_str("<span class=\"sb-connection\" role=\"status\"></span>\n</div>\n</aside>\n");
    }

    fn problems(&self, page: &mut String) {
        let count = self.problems.len() + usize::from(self.snapshot.failure.is_some());
        if count == 0 {
            return;
        }
        let key = key(&(self.snapshot.failure.as_ref(), essence(&self.problems)));
        let errors = counted(count, "error");
        add(
            page,
            format_args!(
                "<details class=\"sb-problems\" data-key=\"{key}\" open>\n<summary>{errors} <span>what cannot be read is shown as it last could be</span></summary>\n<ol>\n"
            ),
        );
        if self.snapshot.is_for_author() {
            if let Some(failure) = &self.snapshot.failure {
                add(page, format_args!("<li>\n<h2>{}</h2>\n</li>\n", Escaped(failure)));
            }
            self.list(page, &self.problems);
        } else {
            // Excerpts and paths of files are for the author.
            add(
                page,
                format_args!(
                    "<li>\n<h2><code>storybank build --audience {}</code> says what is wrong</h2>\n</li>\n",
                    self.seat.audience.name()
                ),
            );
        }
        page.push_str("</ol>\n</details>\n");
    }

    fn badge(&self, page: &mut String) {
        let words = match self.seat.audience {
            Audience::Team if self.is_withheld => "the team does not get this page",
            Audience::Public if self.is_withheld => "not everybody gets this page",
            Audience::Private => "for you alone",
            Audience::Team => "as the team sees it",
            Audience::Public => "as everybody sees it",
        };
        add(page, format_args!("<span class=\"sb-audience\" data-audience=\"{}\">{words}</span>\n", self.seat.audience.name()));
    }

    fn status(&self, page: &mut String) {
        let Some(status) = &self.status else { return };
        if let Some(told) = status.telling.as_ref().filter(|told| told.words > 0) {
            let target = if told.target.is_empty() { String::new() } else { format!(" of {}", told.target) };
            let words = counted(told.words as usize, "word");
            add(page, format_args!("<span class=\"sb-telling\"><b>{}</b>{target} · {words}</span>\n", told.spoken));
            if !told.parts.is_empty() {
                page.push_str("<ol class=\"sb-parts\" aria-label=\"Time per part\">");
                for part in &told.parts {
                    let letter = if part.letter.is_empty() { &part.label } else { part.letter };
                    add(
                        page,
                        format_args!(
                            "<li>{}</li>",
                            Linked(
                                &self.editor(&part.file, part.span),
                                &part.label,
                                &format!("<abbr>{}</abbr> {}", Escaped(letter), part.spoken)
                            )
                        ),
                    );
                }
                page.push_str("</ol>\n");
            }
        }
        if status.remarks > 0 {
            let remarks = counted(status.remarks, "open remark");
            add(page, format_args!("<a class=\"sb-remarks\" href=\"/open-points.html\">{remarks}</a>\n"));
        }
        let editor = self.editor(&status.file, status.start);
        if !editor.is_empty() {
            add(
                page,
                format_args!("<a class=\"sb-edit\" href=\"{}\" title=\"{}\">Edit</a>\n", Escaped(&editor), Escaped(status.file.as_str())),
            );
        }
    }

    fn warnings(&self, page: &mut String) {
        if self.warnings.is_empty() {
            return;
        }
        let key = key(&essence(&self.warnings));
        let count = counted(self.warnings.len(), "warning");
        add(page, format_args!("<details class=\"sb-warnings\" data-key=\"{key}\"><summary>{count}</summary>\n<ol>\n"));
        self.list(page, &self.warnings);
        page.push_str("</ol>\n</details>\n");
    }

    /// The same page as others see it.
    fn switch(&self, page: &mut String) {
        let seats = self.snapshot.seats();
        if seats.len() < 2 {
            return;
        }
        let mut path = String::new();
        percent_encode(self.path, &mut path);
        page.push_str("<nav class=\"sb-switch\" aria-label=\"Seen by\">");
        for seat in seats {
            let name = match seat.audience {
                Audience::Private => "You",
                Audience::Team => "Team",
                Audience::Public => "Everybody",
            };
            let current = if seat.audience == self.seat.audience { " aria-current=\"true\"" } else { "" };
            add(page, format_args!("<a href=\"{}{path}\"{current}>{name}</a> ", seat.prefix));
        }
        page.push_str("</nav>\n");
    }

    fn list(&self, page: &mut String, found: &[&Diagnostic]) {
        let Snapshot { read, options, whole, .. } = self.snapshot;
        for found in found.iter().take(MOST) {
            let problem = Problem::new(found, read, &options.folder, &whole.config.preview.editor);
            let Problem { level, rule, message, place, editor, excerpt, notes, help } = &problem;
            let class = if *level == Level::Error { "sb-error" } else { "sb-warning" };
            add(page, format_args!("<li class=\"{class}\">\n<h2>{}</h2>\n<p class=\"sb-place\">", Escaped(message)));
            add(page, format_args!("{} <code>{rule}</code></p>\n", Linked(editor, "Open in the editor", &Escaped(place).to_string())));
            lines(page, excerpt);
            for Place { message, place, editor, excerpt } in notes {
                let place = Linked(editor, "Open in the editor", &Escaped(place).to_string()).to_string();
                add(page, format_args!("<p class=\"sb-place sb-note\">{}: {place}</p>\n", Escaped(message)));
                lines(page, excerpt);
            }
            if !help.is_empty() {
                add(page, format_args!("<p class=\"sb-help\">{}</p>\n", Escaped(help)));
            }
            page.push_str("</li>\n");
        }
        if found.len() > MOST {
            add(page, format_args!("<li>\n<h2>and {} more</h2>\n</li>\n", found.len() - MOST));
        }
    }

    fn editor(&self, file: &SitePath, span: Span) -> String {
        // The place is one in the file as it is shown; while that cannot be read, it is where it last was.
        let text = self.snapshot.shown.bytes(file).map(String::from_utf8_lossy).unwrap_or_default();
        let at = locate(&text, span.start as usize);
        editor_link(&self.snapshot.whole.config.preview.editor, &self.snapshot.options.folder, file, at.line, at.column)
    }
}

/// The lines of an excerpt.
fn lines(page: &mut String, excerpt: &[Line]) {
    if excerpt.is_empty() {
        return;
    }
    let lines = excerpt.iter().map(|line| {
        let marked = if line.marked.is_empty() { String::new() } else { format!("<mark>{}</mark>", Escaped(&line.marked)) };
        format!("<span class=\"sb-number\">{}</span> {}{marked}{}", line.number, Escaped(&line.before), Escaped(&line.after))
    });
    add(page, format_args!("<pre>{}</pre>\n", lines.collect::<Vec<_>>().join("\n")));
}

/// What tells problems from others.
fn essence<'a>(found: &[&'a Diagnostic]) -> Vec<(&'a SitePath, Span, &'a str)> {
    found.iter().map(|found| (&found.file, found.span, found.message.as_str())).collect()
}

/// The text before the first `mark`, and the rest; all of it is rest where there is none.
fn split_before<'a>(text: &'a str, mark: &str) -> (&'a str, &'a str) {
    text.find(mark).map_or(("", text), |at| text.split_at(at))
}

/// A number that is another one when the things are, by which the script knows what was there before.
fn key(things: &impl Hash) -> String {
    let mut hasher = Xxh3::new();
    things.hash(&mut hasher);
    format!("{:016x}", hasher.finish())
}

fn add(page: &mut String, words: std::fmt::Arguments<'_>) {
    page.write_fmt(words).expect("a string takes whatever is written to it");
}

/// Text as HTML.
struct Escaped<'a>(&'a str);

impl Display for Escaped<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut html = String::new();
        escape(self.0, &mut html);
        formatter.write_str(&html)
    }
}

/// HTML with a link around it, where there is an address for one: the address, what a pointer shows, and the HTML.
struct Linked<'a>(&'a str, &'a str, &'a str);

impl Display for Linked<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(address, title, html) = *self;
        if address.is_empty() {
            return formatter.write_str(html);
        }
        write!(formatter, "<a href=\"{}\" title=\"{}\">{html}</a>", Escaped(address), Escaped(title))
    }
}
