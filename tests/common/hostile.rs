//! A case study in which every text is markup of some wiki. None of it may get lost or be read as
//! markup.

use storybank::markdown::Alignment;
use storybank::wiki::page::{
    ActionEntry, Block, Callout, Case, Inline, Item, LinkTo, List, Page, Style, Table,
};

use super::tree::{self, heading, item, link, list, paragraph, text};

/// Texts that an author would call ordinary.
pub const STRINGS: &[&str] = &[
    "{{template}} and {{{1}}} and {{rss>http://127.0.0.1:9/feed}}",
    "[[page]] and [[page|text]] and [http://127.0.0.1:9/ text]",
    "'''bold''' and ''italic'' and //slanted// and __under__ and **strong** and *one* and _two_",
    "<b>bold</b> <script>alert(1)</script> <nowiki>x</nowiki> <code>y</code> </code> </nowiki>",
    "a & b &amp; c &lt; d &#123; e",
    "~~~~ and ~~struck~~ and ~~NOTOC~~",
    "* not a list",
    "# not a number",
    "- dash",
    "+ plus",
    "1. one",
    "1) one",
    ": indented ; term",
    "= not a heading =",
    "== not a heading ==",
    "====== not a heading ======",
    "#REDIRECT [[Main Page]]",
    "__TOC__ __NOTOC__ [[_TOC_]]",
    "> not a quote",
    "| cell | cell ^ head ^ || !! |- |}",
    "%% percent %% and %%nowiki%%",
    "a -- b --- c -> d <- e => f (c) (tm) ... 640x480 :-) FIXME \"straight\" 'quotes'",
    "back\\slash and \\\\ two and \\n and trailing \\",
    "`tick` and ``two`` and ```three```",
    "((not a footnote)) and [^1] and <ref>x</ref>",
    "]]> and <![CDATA[ x ]]> and <!-- comment --> and --> ",
    "$x$ and $$y$$ and $`z`$",
    "#123 and !45 and @someone and GH-7 and :smile:",
    "http://127.0.0.1:9/plain and www.example.org and someone@example.org",
    "Ünïcödé — “quotes” … 漢字 עברית 🙂",
    "::: mermaid",
    "{.class} {#id} {: .x}",
    "[ ] not a task and [x] not one",
    "---",
    "***",
    "<details><summary>x</summary>y</details>",
];

/// A page with each of the strings in every kind of text.
pub fn case() -> Case {
    let mut blocks = vec![Block::Facts(vec![
        ("severity".to_owned(), "2".to_owned()),
        (STRINGS[0].to_owned(), STRINGS[19].to_owned()),
    ])];
    blocks.push(Block::Contents);
    for (number, words) in STRINGS.iter().enumerate() {
        blocks.push(heading(
            2,
            &format!("{number} {words}"),
            &format!("h-{number}"),
        ));
        blocks.push(paragraph(words));
        blocks.push(Block::Paragraph(vec![
            text("before "),
            Inline::Styled(Style::Strong, vec![text(words)]),
            text(" then "),
            Inline::Styled(Style::Emphasis, vec![text(words)]),
            text(" then "),
            Inline::Code((*words).to_owned()),
            Inline::Break,
            text(words),
        ]));
        let to = LinkTo::External("https://example.org/a?b=c&d=[e]|f".to_owned());
        blocks.push(Block::Paragraph(vec![
            text("see "),
            link(to, vec![text(words)]),
            text(" and "),
            link(LinkTo::Heading(format!("h-{number}")), vec![text(words)]),
        ]));
        blocks.push(Block::List(list(
            None,
            vec![line(None, words), line(None, "next")],
        )));
        blocks.push(Block::List(list(
            Some(3),
            vec![line(None, words), line(None, "next")],
        )));
        blocks.push(Block::List(list(
            None,
            vec![line(Some(true), words), line(Some(false), words)],
        )));
        blocks.push(Block::Quote(vec![paragraph(words)]));
        blocks.push(Block::Callout {
            kind: Callout::Warning,
            title: vec![text(words)],
            blocks: vec![paragraph(words)],
        });
        blocks.push(Block::Details {
            summary: vec![text(words)],
            blocks: vec![paragraph(words)],
        });
        blocks.push(Block::Code {
            language: "text".to_owned(),
            text: format!("{words}\n  indented {words}\n"),
        });
    }
    blocks.push(table());
    blocks.push(nested());
    blocks.push(Block::Code {
        language: "rust".to_owned(),
        text: "fn main() {}\n</syntaxhighlight>\n</code>\n</file>\n]]>\n````\n".to_owned(),
    });
    blocks.push(Block::Actions(vec![
        ActionEntry {
            what: STRINGS[9].to_owned(),
            owner: "Platform | team".to_owned(),
            due: "21 March 2025".to_owned(),
            status: "done",
            is_settled: true,
        },
        ActionEntry {
            what: STRINGS[0].to_owned(),
            owner: String::new(),
            due: String::new(),
            status: "open",
            is_settled: false,
        },
    ]));
    blocks.push(Block::Paragraph(vec![
        text("with a note"),
        Inline::Footnote(0),
        text(" and another"),
        Inline::Footnote(1),
        Inline::Footnote(0),
    ]));
    let footnotes = vec![
        vec![paragraph(STRINGS[24])],
        vec![paragraph("second"), paragraph(STRINGS[2])],
    ];
    let page = Page {
        blocks,
        footnotes,
        pictures: Vec::new(),
    };
    tree::case("hostile", "Case study: C# & DB — outage #2", page)
}

fn line(done: Option<bool>, words: &str) -> Item {
    item(done, vec![paragraph(words)])
}

/// A table with each of the strings as text and as code.
fn table() -> Block {
    let rows = STRINGS.iter().map(|words| {
        vec![
            vec![text(words)],
            vec![Inline::Code((*words).to_owned())],
            vec![text("end")],
        ]
    });
    Block::Table(Table {
        columns: vec![Alignment::None, Alignment::Center, Alignment::Right],
        head: vec![
            vec![text("a | b")],
            vec![Inline::Code("c | d".to_owned())],
            Vec::new(),
        ],
        rows: rows.collect(),
    })
}

/// A nested list whose items contain more than a line.
fn nested() -> Block {
    let inner = list(
        Some(1),
        vec![line(None, "inner * one"), line(Some(true), "inner two")],
    );
    let code = Block::Code {
        language: "yaml".to_owned(),
        text: "a: {{b}}\n# c\n".to_owned(),
    };
    let outer = vec![
        item(
            None,
            vec![paragraph("first"), paragraph("second paragraph"), code],
        ),
        item(None, vec![paragraph("outer"), Block::List(inner)]),
        item(
            Some(false),
            vec![
                paragraph("a task"),
                Block::Quote(vec![paragraph("a quote")]),
            ],
        ),
    ];
    Block::List(List {
        first: None,
        is_tight: false,
        items: outer,
    })
}
