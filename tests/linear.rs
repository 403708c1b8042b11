//! The cost of a site grows linearly with its size: twice the text takes at most twice the steps,
//! whatever its structure.
//!
//! There are two measures: the number of bytes that are allocated, which is the same in every run,
//! and the CPU time of the thread, which varies but also sees loops that allocate nothing. Each
//! shape is measured in three sizes, each twice the previous one. The differences between them do
//! not contain the constant cost of a site. The second difference is twice the first if the cost is
//! linear, and four times if it is quadratic.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::time::Duration;

use common::{Files, artefacts, drafts, files, inputs, linked};
use storybank::model::Audience;
use storybank::report::{self, Colour, Sources};
use storybank::source::SitePath;

/// The memory allocator of the system, with a count of the bytes that each thread allocates.
struct Counting;

thread_local! {
    static ASKED: Cell<u64> = const { Cell::new(0) };
}

fn count(bytes: usize) {
    // A thread also allocates while it ends, when its count no longer exists.
    let _ = ASKED.try_with(|asked| asked.set(asked.get() + bytes as u64));
}

// SAFETY: every call is forwarded to the allocator of the system.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(layout.size());
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        unsafe { System.dealloc(pointer, layout) }
    }

    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        count(size.saturating_sub(layout.size()));
        unsafe { System.realloc(pointer, layout, size) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// The CPU time of this thread, independent of other threads.
fn worked() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the clock writes the time into the value that the pointer refers to.
    let status = unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    assert_eq!(status, 0, "every system has this clock");
    Duration::new(
        time.tv_sec.cast_unsigned(),
        u32::try_from(time.tv_nsec).unwrap_or_default(),
    )
}

/// The cost of a job.
#[derive(Debug, Clone, Copy)]
struct Cost {
    bytes: u64,
    time: Duration,
}

fn cost_of(job: impl FnOnce()) -> Cost {
    let (bytes, time) = (ASKED.get(), worked());
    job();
    Cost {
        bytes: ASKED.get() - bytes,
        time: worked() - time,
    }
}

/// A site whose size depends on a number.
struct Shape {
    name: &'static str,
    /// The smallest number to measure.
    size: usize,
    site: fn(usize) -> String,
}

fn shape(name: &'static str, size: usize, site: fn(usize) -> String) -> Shape {
    Shape { name, size, site }
}

fn many(count: usize, piece: impl Fn(usize) -> String) -> String {
    (0..count).map(piece).collect()
}

fn story(front_matter: &str, body: &str) -> String {
    format!("-- content/stories/outage.md --\n---\ntitle: The outage\n{front_matter}---\n{body}\n")
}

fn story_folder(body: &str) -> String {
    format!("-- content/stories/outage/index.md --\n---\ntitle: The outage\n---\n{body}\n")
}

fn case(body: &str) -> String {
    format!(
        "-- site.toml --\n[redact]\n\"Contoso\" = \"the client\"\n-- content/case-studies/naming.md --\n---\ntitle: The naming rule\n---\n{body}\n"
    )
}

fn shapes() -> Vec<Shape> {
    vec![
        shape("unknown fields", 100, |n| {
            story(&many(n, |i| format!("field{i}: a\n")), "")
        }),
        shape("unquoted figures", 100, |n| {
            story(
                &format!("facts:\n{}", many(n, |i| format!("  fact{i}: {i}\n"))),
                "",
            )
        }),
        shape("unquoted figures, one line", 100, |n| {
            story(
                &format!("facts: {{ {} }}\n", many(n, |i| format!("fact{i}: {i}, "))),
                "",
            )
        }),
        shape("figures beside a mistake", 100, |n| {
            story(
                &format!(
                    "strength: 9\nstrengt: 1\nfacts:\n{}",
                    many(n, |i| format!("  fact{i}: {i}\n"))
                ),
                "",
            )
        }),
        shape("mistaken elements", 100, |n| {
            story(
                &format!("told:\n{}", many(n, |_| "  - { on: never }\n".to_owned())),
                "",
            )
        }),
        shape("mistaken figures", 100, |n| {
            story(
                &format!("facts:\n{}", many(n, |i| format!("  fact{i}: [a]\n"))),
                "",
            )
        }),
        shape("nested lists in a field", 100, |n| {
            story(
                &format!("answers:\n{}", many(n, |_| "  - [a]\n".to_owned())),
                "",
            )
        }),
        shape("unknown competencies", 100, |n| {
            story(
                &format!("competencies: [{}]\n", many(n, |i| format!("c{i}, "))),
                "",
            )
        }),
        shape("unknown questions", 100, |n| {
            story(
                &format!("answers: [{}]\n", many(n, |i| format!("c{i}, "))),
                "",
            )
        }),
        shape("a repeated key after many", 250, |n| {
            story(
                &format!("{}title: b\n", many(n, |i| format!("field{i}: a\n"))),
                "",
            )
        }),
        shape("YAML that ends too early", 250, |n| {
            story(
                &format!("{}answers: [\n", many(n, |i| format!("field{i}: a\n"))),
                "",
            )
        }),
        shape("headings with the same words", 250, |n| {
            case(&many(n, |_| "## A heading\n\n".to_owned()))
        }),
        shape("headings below parts", 250, |n| {
            case(&many(n, |i| format!("### A heading {i}\n\nText.\n\n")))
        }),
        shape("a heading of many lines", 500, |n| {
            case(&("a\n".repeat(n) + "===\n"))
        }),
        shape("a heading of many words", 500, |n| {
            story("", &format!("## {}\n\nText.\n", "the and a, ".repeat(n)))
        }),
        shape("a label of many words", 500, |n| {
            story("", &format!("**{}:** text.\n", "the and a, ".repeat(n)))
        }),
        shape("sections", 250, |n| {
            story("", &many(n, |i| format!("## A heading {i}\n\nText.\n\n")))
        }),
        shape("follow-ups", 100, |n| {
            story(
                "",
                &format!(
                    "## Follow-ups\n\n{}",
                    many(n, |i| format!("### Why {i}?\n\nBecause.\n\n"))
                ),
            )
        }),
        shape("footnotes", 150, |n| {
            case(
                &(many(n, |i| format!("a[^{i}] "))
                    + "\n\n"
                    + &many(n, |i| format!("[^{i}]: text\n"))),
            )
        }),
        shape("references to one footnote", 150, |n| {
            case(&(many(n, |_| "a[^1] ".to_owned()) + "\n\n[^1]: text\n"))
        }),
        shape("footnotes without text", 150, |n| {
            case(&many(n, |i| format!("a[^{i}] ")))
        }),
        shape("footnotes that refer to the next", 150, |n| {
            case(&format!(
                "a[^0]\n\n{}",
                many(n, |i| format!("[^{i}]: see[^{}]\n\n", i + 1))
            ))
        }),
        shape("links to one page", 150, |n| {
            case(&many(n, |_| "[[naming]] and ".to_owned()))
        }),
        shape("links to headings", 150, |n| {
            case(
                &(many(n, |i| format!("[a](#heading-{i}) "))
                    + "\n\n"
                    + &many(n, |i| format!("### Heading {i}\n\n"))),
            )
        }),
        shape("links to headings of another page", 150, |n| {
            case(&many(n, |i| format!("[[other#heading-{i}]] ")))
                + "-- content/case-studies/other.md --\n---\ntitle: Other\n---\n"
                + &many(n, |i| format!("### Heading {i}\n\n"))
        }),
        shape("links to follow-ups", 100, |n| {
            story(
                "",
                &format!(
                    "## Follow-ups\n\n{}",
                    many(n, |i| format!(
                        "### Why {i}?\n\nSee [[outage#why-{i}]].\n\n"
                    ))
                ),
            )
        }),
        shape("links to nothing", 100, |n| {
            case(&many(n, |i| format!("[[nothing-{i}]] ")))
        }),
        shape("links to no file", 100, |n| {
            case(&many(n, |i| format!("[a](nothing-{i}.md) ")))
        }),
        shape("links to no heading", 100, |n| {
            case(
                &(many(n, |i| format!("[a](#other-{i}) "))
                    + "\n\n"
                    + &many(n, |i| format!("## Heading {i}\n\n"))),
            )
        }),
        shape("links out", 150, |n| {
            case(&many(n, |i| format!("[a](https://example.org/{i}) ")))
        }),
        shape("hashtags", 150, |n| {
            story("", &many(n, |i| format!("A block. #tag{i}\n\n")))
        }),
        shape("hashtags on one block", 150, |n| {
            story("", &many(n, |i| format!(" #tag{i}")))
        }),
        shape("hashtags in the middle of a block", 150, |n| {
            story("", &(many(n, |i| format!(" #tag{i} a b c (#a)")) + " end"))
        }),
        shape("brackets around hashtags", 150, |n| {
            story(
                "",
                &format!("A block. {}", many(n, |i| format!("**(#tag{i}),** "))),
            )
        }),
        shape("hashtags in the questions of a sheet", 150, |n| {
            format!(
                "-- content/questions/sheet.md --\n{}",
                many(n, |i| format!(
                    "## Why {i}? #a #b\n\nalso: how {i}; when {i}\n\n"
                ))
            ) + "-- content/competencies/a.md --\n---\ntitle: A\n---\n-- content/competencies/b.md --\n---\ntitle: B\n---\n"
        }),
        shape("plain labels", 150, |n| {
            story(
                "",
                &many(n, |_| {
                    "Situation: a\nAction: b #c\n\n- Result: d\n\n".to_owned()
                }),
            )
        }),
        shape("one hashtag on many blocks", 150, |n| {
            story(
                "",
                &many(n, |i| format!("A block. #{}\n\n", ["a", "b"][i % 2])),
            ) + "-- content/competencies/a.md --\n---\ntitle: A\n---\n-- content/competencies/b.md --\n---\ntitle: B\n---\n"
        }),
        shape("one hashtag on many items", 150, |n| {
            story(
                "",
                &many(n, |i| {
                    format!(
                        "- An item. #{}\n\n  - another\n\n---\n\n",
                        ["a", "b"][i % 2]
                    )
                }),
            ) + "-- content/competencies/a.md --\n---\ntitle: A\n---\n-- content/competencies/b.md --\n---\ntitle: B\n---\n"
        }),
        shape("remarks", 150, |n| {
            story(
                "",
                &many(n, |i| format!("> [!question] Why {i}?\n\nText.\n\n")),
            )
        }),
        shape("remarks in text", 150, |n| {
            story("", &many(n, |i| format!("Text *Question: why {i}?*\n")))
        }),
        shape("private blocks", 150, |n| {
            case(&many(n, |i| format!("> [!private] Why {i}?\n\nText.\n\n")))
        }),
        shape("private sections", 150, |n| {
            case(&many(n, |i| {
                format!("## Heading {i} {{.private}}\n\nText.\n\n## Heading {i}\n\nText\n\n")
            }))
        }),
        shape("comments", 150, |n| {
            case(&many(n, |_| "Text %%note%% text.\n\n".to_owned()))
        }),
        shape("comments of many lines", 100, |n| {
            case(&many(n, |_| {
                "Text\n\n%%\n- `note`\n\n> more\n%%\n\ntext.\n\n".to_owned()
            }))
        }),
        shape("signs of comments", 250, |n| case(&"%%".repeat(n))),
        shape("comments in code", 250, |n| case(&"`%%` ".repeat(n))),
        shape("HTML comments that open", 250, |n| case(&"<!-- ".repeat(n))),
        shape("HTML comments", 250, |n| case(&"a <!-- b --> ".repeat(n))),
        shape("HTML comments of lines", 250, |n| {
            case(&"<!-- b -->\n\na\n\n".repeat(n))
        }),
        shape("tags", 250, |n| case(&"<kbd>a</kbd> ".repeat(n))),
        shape("tags that open", 250, |n| case(&"<a <b ".repeat(n))),
        shape("tags that open in a block", 250, |n| {
            case(&format!("<div>\n{}\n</div>", "<a <b ".repeat(n)))
        }),
        shape("angle brackets in a block", 250, |n| {
            case(&format!("<div>\n{}\n</div>", "<".repeat(n)))
        }),
        shape("ids in a tag", 250, |n| {
            case(&format!(
                "<div {}>a</div>",
                many(n, |i| format!(" id=\"a{i}\""))
            ))
        }),
        shape("dropped tags", 250, |n| case(&"<font>a</font> ".repeat(n))),
        shape("wikilinks that open", 500, |n| case(&"[[".repeat(n))),
        shape("wikilinks that open with words", 500, |n| {
            case(&"[[a ".repeat(n))
        }),
        shape("brackets that open", 500, |n| case(&"[".repeat(n))),
        shape("brackets that close", 500, |n| case(&"]".repeat(n))),
        shape("links that open", 500, |n| case(&"[a](".repeat(n))),
        shape("images that open", 500, |n| case(&"![[".repeat(n))),
        // As many as needed for that number of bytes.
        shape("backticks of growing lengths", 500, |n| {
            case(&many((2 * n).isqrt(), |i| "`".repeat(i + 1) + " "))
        }),
        shape("stars", 500, |n| case(&"*a **b ".repeat(n))),
        shape("underscores", 500, |n| case(&"_a __b ".repeat(n))),
        shape("tildes", 500, |n| case(&"~~a ~b ".repeat(n))),
        shape("emphasis", 250, |n| case(&"*a* **b** ~~c~~ ".repeat(n))),
        shape("entities", 500, |n| case(&"&amp;&nbsp;&#x41; ".repeat(n))),
        shape("ampersands", 500, |n| case(&"&".repeat(n))),
        shape("percent signs in addresses", 500, |n| {
            case(&format!("[a](/{})", "%".repeat(n)))
        }),
        shape("columns", 100, |n| {
            case(&format!(
                "|{}\n|{}\n|{}\n",
                "a|".repeat(n),
                "-|".repeat(n),
                "b|".repeat(n)
            ))
        }),
        shape("rows", 150, |n| {
            case(&format!("|a|b|\n|-|-|\n{}", "|c|d|\n".repeat(n)))
        }),
        shape("one long line", 1000, |n| case(&"words and ".repeat(n))),
        shape("one long word", 1000, |n| case(&"words".repeat(n))),
        shape("one long paragraph", 1000, |n| {
            case(&"words and\n".repeat(n))
        }),
        shape("lines that end hard", 500, |n| case(&"words  \n".repeat(n))),
        shape("nothing but hard ends", 500, |n| case(&"\\\n".repeat(n))),
        shape("items", 250, |n| case(&"- a\n".repeat(n))),
        shape("tasks", 250, |n| case(&"- [ ] a\n".repeat(n))),
        shape("quotes", 250, |n| case(&"> a\n\n".repeat(n))),
        shape("rules", 250, |n| case(&"---\n\n".repeat(n))),
        shape("call-outs", 150, |n| {
            case(&"> [!note] A title\n> text\n\n".repeat(n))
        }),
        shape("unknown call-outs", 150, |n| {
            case(&"> [!nte] A title\n> text\n\n".repeat(n))
        }),
        shape("details", 150, |n| {
            case(&"<details><summary>a</summary>\n\ntext\n\n</details>\n\n".repeat(n))
        }),
        shape("fenced code", 150, |n| {
            case(&format!("```rust\n{}```\n", "let a = 1;\n".repeat(n)))
        }),
        shape("blocks of code", 100, |n| {
            case(&many(n, |i| format!("```\na {i}\n```\n\n")))
        }),
        shape("words that are redacted", 250, |n| {
            case(&"Contoso and ".repeat(n))
        }),
        shape("words to redact", 150, |n| {
            format!(
                "-- site.toml --\n[redact]\n{}-- content/case-studies/naming.md --\n---\ntitle: The naming rule\n---\n{}\n",
                many(n, |i| format!("\"word{i} secret\" = \"x\"\n")),
                many(n, |i| format!("text {i} and "))
            )
        }),
        shape("case studies", 60, |n| {
            many(n, |i| {
                format!(
                    "-- content/case-studies/the-long-case-{i}.md --\n---\ntitle: Case {i}\n---\nText.\n"
                )
            })
        }),
        shape("case studies among hidden ones", 60, |n| {
            many(n, |i| {
                format!(
                    "-- content/case-studies/case-{i}.md --\n---\ntitle: Case {i}\n---\nText.\n-- content/stories/the-hidden-story-{i}.md --\n---\ntitle: Story {i}\n---\nText.\n"
                )
            })
        }),
        shape("files with the same mistake", 100, |n| {
            many(n, |i| {
                format!(
                    "-- content/stories/story-{i}.md --\n---\ntitle: a\ntags: a\n---\nSee [[storx-{i}]].\n"
                )
            })
        }),
        shape("stories that answer one question", 60, |n| {
            "-- content/questions/why.md --\n---\nquestion: Why?\n---\n".to_owned()
                + &many(n, |i| {
                    format!(
                        "-- content/stories/story-{i}.md --\n---\ntitle: a\nanswers: [why]\n---\nText.\n"
                    )
                })
        }),
        shape("actions", 100, |n| {
            format!(
                "-- content/case-studies/naming.md --\n---\ntitle: The naming rule\nactions:\n{}---\nText.\n",
                many(n, |i| format!("  - {{ what: do {i}, due: 2025 }}\n"))
            )
        }),
        shape("people who are blamed", 100, |n| {
            case(&many(n, |i| format!("Dave should have kept key {i}. ")))
        }),
        shape("addresses of people", 100, |n| {
            case(&many(n, |i| format!("[a](mailto:a{i}@example.org) ")))
        }),
        shape("transclusions of one page", 100, |n| {
            case(&"![[other]]\n\n".repeat(n))
                + "-- content/case-studies/other.md --\n---\ntitle: Other\n---\nText.\n"
        }),
        shape("transclusions in a ring", 50, |n| {
            many(n, |i| {
                format!(
                    "-- content/case-studies/case-{i}.md --\n---\ntitle: Case {i}\n---\n![[case-{}]]\n",
                    (i + 1) % n
                )
            })
        }),
        shape("variants", 25, |n| {
            story_folder("")
                + &many(n, |i| {
                    format!(
                        "-- content/stories/outage/way-{i}.md --\n---\ntitle: Way {i}\n---\n## Action\n\nText.\n"
                    )
                })
        }),
        shape("sections of a variant", 150, |n| {
            let sections = many(n, |i| format!("## Heading {i}\n\nText.\n\n"));
            story_folder(&sections)
                + "-- content/stories/outage/short.md --\n---\ntitle: Short\n---\n"
                + &sections
        }),
        shape("actions of a variant", 100, |n| {
            let sections = many(n, |i| format!("## Action {i}\n\nText.\n\n"));
            story_folder("")
                + "-- content/stories/outage/short.md --\n---\ntitle: Short\n---\n"
                + &sections
        }),
        shape("follow-ups of variants", 20, |n| {
            story_folder("## Follow-ups\n\n### Why?\n\nBecause.\n")
                + &many(n, |i| {
                    format!(
                        "-- content/stories/outage/way-{i}.md --\n---\ntitle: Way {i}\n---\n## Follow-ups\n\n### Why {i}?\n\nBecause.\n"
                    )
                })
        }),
        shape("stories that name no question", 100, |n| {
            many(n, |i| {
                format!(
                    "-- content/stories/story-{i}.md --\n---\ntitle: a\nanswers: [no-{i}]\n---\nText.\n"
                )
            }) + &many(n, |i| {
                format!("-- content/questions/why-{i}.md --\n---\nquestion: Why {i}?\n---\n")
            })
        }),
        shape("pages with links to nothing", 100, |n| {
            many(n, |i| {
                format!(
                    "-- content/case-studies/case-{i}.md --\n---\ntitle: Case {i}\n---\n[[casx-{i}]]\n"
                )
            })
        }),
        shape("one name of many pictures", 50, |n| {
            case(&"![[p.png]]\n\n".repeat(n))
                + &many(n, |i| format!("-- content/stories/story-{i}/p.png --\n\n"))
        }),
        shape("transclusions in a row", 50, |n| {
            many(n, |i| {
                format!(
                    "-- content/case-studies/case-{i}.md --\n---\ntitle: Case {i}\n---\nText.\n\n![[case-{}]]\n",
                    i + 1
                )
            })
        }),
        shape("footnotes that refer to all", 40, |n| {
            case(&format!(
                "a[^0]\n\n{}",
                many(n, |i| format!(
                    "[^{i}]: {}\n\n",
                    many(5, |j| format!("see[^{}] ", (i + 1 + j) % n))
                ))
            ))
        }),
        shape("many pictures", 100, |n| {
            case(&many(n, |i| format!("![a](picture-{i}.png) ")))
                + &many(n, |i| {
                    format!("-- content/case-studies/picture-{i}.png --\n\n")
                })
        }),
        shape("words that are forbidden", 100, |n| {
            format!(
                "-- site.toml --\n[forbid]\nwords = [\"secret\"]\n{}",
                many(n, |i| format!(
                    "-- content/case-studies/case-{i}.md --\n---\ntitle: Case {i}\n---\nA secret.\n"
                ))
            )
        }),
        shape("words that are forbidden, in parts", 60, |n| {
            format!(
                "-- site.toml --\n[forbid]\nwords = [\"secret\"]\n{}",
                many(n, |i| format!(
                    "-- content/case-studies/case-{i}.md --\n---\ntitle: Case {i}\n---\nA sec**ret**.\n"
                ))
            )
        }),
        shape("links with words that blame", 150, |n| {
            case(&many(n, |i| {
                format!("[Dave should have kept key {i}](mailto:a{i}@example.org) ")
            }))
        }),
        shape("openings", 100, |n| {
            let answers = many(n, |i| format!("  - {{ question: asked-{i}, open: a }}\n"));
            let questions = many(n, |i| format!("## Asked {i}?\n\na\n\n"));
            story(&format!("answers:\n{answers}"), "")
                + &format!("-- content/questions/sheet.md --\n---\ntitle: Sheet\n---\n{questions}")
        }),
        shape("direct answers", 100, |n| {
            let answers = many(n, |_| "## Answer\n\na\n\n".to_owned());
            format!("-- content/questions/why.md --\n---\nquestion: Why?\n---\n{answers}")
        }),
        shape("direct answers in a sheet", 100, |n| {
            let questions = many(n, |i| format!("## Asked {i}?\n\na\n\n### Answer\n\nb\n\n"));
            format!("-- content/questions/sheet.md --\n---\ntitle: Sheet\n---\n{questions}")
        }),
        shape("a story told in many interviews", 50, |n| {
            let told = many(n, |i| format!("  - {{ interview: at-{i}, went: well }}\n"));
            let interviews = many(n, |i| {
                format!("-- content/interviews/at-{i}.md --\n---\ncompany: a\n---\nText.\n")
            });
            story(&format!("told:\n{told}"), "") + &interviews
        }),
        shape("likely questions", 100, |n| {
            let names = many(n, |i| format!("  - asked-{i}\n"));
            let questions = many(n, |i| format!("## Asked {i}?\n\na\n\n"));
            format!(
                "-- content/interviews/a.md --\n---\ncompany: a\nquestions:\n{names}---\n-- content/questions/sheet.md --\n---\ntitle: Sheet\n---\n{questions}"
            )
        }),
        // Up to 100 tellings the site is made for two audiences, and above for one.
        shape("competencies that hashtags show", 200, |n| {
            let body = many(n, |i| format!("- a #c{i}\n"));
            let competencies = many(n, |i| {
                format!("-- content/competencies/c{i}.md --\n---\ntitle: c{i}\n---\n")
            });
            story("", &format!("## Action\n\n{body}")) + &competencies
        }),
        shape("one part told again and again", 100, |n| {
            let sections = "## Action\n\nText.\n\n".repeat(n);
            story_folder(&sections)
                + "-- content/stories/outage/short.md --\n---\ntitle: Short\n---\n"
                + &sections
        }),
        shape("ends of nothing in a block", 500, |n| {
            case(&format!("<div>\n{}\n", "</1".repeat(n)))
        }),
        shape("merge keys", 100, |n| {
            story(
                &format!("told:\n  - &a {{ on: 2025 }}\n{}", "  - *a\n".repeat(n)),
                "",
            )
        }),
        shape("anchors", 100, |n| {
            story(
                &format!(
                    "told:\n{}",
                    many(n, |i| format!("  - &a{i} {{ on: 2025 }}\n"))
                ),
                "",
            )
        }),
        shape("YAML comments", 250, |n| {
            story(&"# a comment\n".repeat(n), "")
        }),
        shape("a long value", 500, |n| {
            story(&format!("headline: {}\n", "words and ".repeat(n)), "")
        }),
        shape("a folded value", 250, |n| {
            story(&format!("headline: >\n{}", "  words\n\n".repeat(n)), "")
        }),
        shape("quotes in a value", 250, |n| {
            story(&format!("headline: \"{}\"\n", "\\\"a".repeat(n)), "")
        }),
        shape("a long unknown word", 250, |n| {
            story(&format!("{}: a\n", "word".repeat(n)), "")
        }),
        shape("backslashes", 500, |n| case(&"\\a ".repeat(n))),
        shape("backslashes before comments", 250, |n| {
            case(&"\\%% ".repeat(n))
        }),
        shape("links by reference", 150, |n| {
            case(
                &(many(n, |i| format!("[a][{i}] "))
                    + "\n\n"
                    + &many(n, |i| format!("[{i}]: https://example.org/{i}\n"))),
            )
        }),
        shape("links by one reference", 150, |n| {
            case(&("[a][b] ".repeat(n) + "\n\n[b]: https://example.org/\n"))
        }),
        shape("addresses in angle brackets", 150, |n| {
            case(&"<https://example.org> ".repeat(n))
        }),
        shape("definitions in one line", 250, |n| {
            case(&"[a]: b [c]: d ".repeat(n))
        }),
        shape("titles that open", 250, |n| case(&"[a](b \"c ".repeat(n))),
        shape("processing instructions that open", 250, |n| {
            case(&"a <? b ".repeat(n))
        }),
        shape("declarations that open", 250, |n| {
            case(&"a <!A b ".repeat(n))
        }),
        shape("CDATA that opens", 250, |n| {
            case(&"a <![CDATA[ b ".repeat(n))
        }),
        shape("quotes in tags that open", 250, |n| {
            case(&format!("<div>\n{}\n</div>", "<a \"' ".repeat(n)))
        }),
        shape("tables of HTML", 100, |n| {
            case(&"<table><tr><td>a</td></tr></table>\n\n".repeat(n))
        }),
        shape("paragraphs of HTML", 250, |n| case(&"<p>a\n".repeat(n))),
        shape("styles that open in lines", 150, |n| {
            case(&many(n, |i| format!("a <b class=\"c{i}\"> b\n\n")))
        }),
        shape("elements that open in lines", 150, |n| {
            case(&many(n, |i| format!("a <div class=\"c{i}\"> b\n\n")))
        }),
        shape("unknown elements that open in lines", 150, |n| {
            case(&many(n, |i| format!("a <name{i}> b\n\n")))
        }),
        shape("lazy lines", 250, |n| {
            case(&("> > > a\n".to_owned() + &"b\n".repeat(n)))
        }),
        shape("lists after lists", 150, |n| {
            case(&"- a\n\n\n* b\n\n\n".repeat(n))
        }),
        shape("capitals", 250, |n| case(&"AbCdEf ".repeat(n))),
        shape("names with a question of a sheet", 60, |n| {
            format!(
                "-- content/questions/all.md --\n{}",
                many(n, |i| format!(
                    "## Why {i}?\n\nSee [a](all.md#why-{i}).\n\n"
                ))
            )
        }),
        shape("questions of a sheet", 100, |n| {
            format!(
                "-- content/questions/all.md --\n{}",
                many(n, |i| format!("## Why {i}?\n\nText.\n\n"))
            )
        }),
        shape("settings that are mistaken", 100, |n| {
            format!(
                "-- site.toml --\n{}",
                many(n, |i| format!("setting{i} = 1\n"))
            )
        }),
        shape("entries of settings", 100, |n| {
            format!(
                "-- site.toml --\n[forbid]\nwords = [{}]\n",
                many(n, |i| format!("\"word {i}\", "))
            )
        }),
    ]
}

/// Does everything that the program does with a site: builds it for its author and for the team,
/// publishes it to every kind of wiki, and prints its diagnostics.
fn run(files: &Files) {
    let inputs = inputs(files);
    for audience in [Audience::Private, Audience::Team] {
        let linked = linked(&inputs, audience);
        let sources = Sources::new(
            files
                .iter()
                .map(|(path, bytes)| (SitePath::new(path.as_str()), bytes.as_slice().into())),
        );
        for found in &linked.diagnostics {
            report::render(found, &sources, Colour::Plain);
        }
        artefacts(files, &inputs, &linked);
        if linked.has_errors() {
            return;
        }
    }
    drafts(files, Audience::Team);
}

/// The costs of a shape at three sizes.
fn costs(shape: &Shape, size: usize) -> [Cost; 3] {
    [1, 2, 4].map(|factor| {
        let files = files(&(shape.site)(size * factor));
        cost_of(|| run(&files))
    })
}

/// How much the cost grows when the size doubles: 2 if it is linear, 4 if it is quadratic. A
/// negligible growth counts as 0.
fn growth(costs: [f64; 3]) -> f64 {
    const WORTH_A_LOOK: f64 = 0.1;
    let [first, second] = [costs[1] - costs[0], costs[2] - costs[1]];
    if second < WORTH_A_LOOK * costs[2] {
        0.0
    } else {
        second / first.max(WORTH_A_LOOK * costs[0])
    }
}

/// Describes the excessive growth of a shape, or returns `None`.
fn complaint(shape: &Shape) -> Option<String> {
    // Half way between linear and quadratic.
    const MOST: f64 = 3.0;
    // Shorter times are too imprecise.
    const LONG: Duration = Duration::from_millis(150);
    // The number of allocated bytes is the same each time, but times vary.
    const TRIES: usize = 8;
    let measured = costs(shape, shape.size);
    let grown = |costs: [Cost; 3]| growth(costs.map(|cost| cost.bytes as f64));
    // Lists that double their capacity can fake a jump between two sizes, but not between two other
    // sizes as well.
    let bytes = grown(measured).min(if grown(measured) > MOST {
        grown(costs(shape, shape.size * 3 / 2))
    } else {
        f64::INFINITY
    });
    if bytes > MOST {
        return Some(format!("{}: memory grows by {bytes:.2}", shape.name));
    }
    // Other work on the machine only ever adds to a time, so the least of several is the best estimate.
    let mut least = measured.map(|cost| cost.time);
    for _ in 0..TRIES {
        if least[2] < LONG || growth(least.map(|time| time.as_secs_f64())) <= MOST {
            return None;
        }
        let again = costs(shape, shape.size);
        for (least, cost) in least.iter_mut().zip(&again) {
            *least = cost.time.min(*least);
        }
    }
    let time = growth(least.map(|time| time.as_secs_f64()));
    (time > MOST).then(|| format!("{}: time grows by {time:.2}", shape.name))
}

/// Measures some of the shapes on one thread, so that its counters include everything.
fn measure(part: usize) {
    let pool = rayon::ThreadPoolBuilder::new()
        .num_threads(1)
        .build()
        .expect("a thread can be started");
    let complaints: Vec<String> = pool.install(|| {
        // Values that are created once per process are created before.
        run(&files(&case("text")));
        shapes()
            .iter()
            .skip(part)
            .step_by(PARTS)
            .filter_map(complaint)
            .collect()
    });
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

/// The number of parts that the shapes are divided into, so that several cores can work.
const PARTS: usize = 4;

#[test]
fn cost_is_linear_1() {
    measure(0);
}

#[test]
fn cost_is_linear_2() {
    measure(1);
}

#[test]
fn cost_is_linear_3() {
    measure(2);
}

#[test]
fn cost_is_linear_4() {
    measure(3);
}

/// Checks the measure: it distinguishes a quadratic loop from a linear one, with and without
/// allocations.
#[test]
fn the_measure_distinguishes_quadratic_from_linear() {
    let linear = |size: usize| drop((0..size).map(|i| i.to_string()).collect::<Vec<_>>());
    let quadratic = |size: usize| (0..size).for_each(|i| drop(vec![0u8; i]));
    let bytes = |job: &dyn Fn(usize)| {
        growth([1000, 2000, 4000].map(|size| cost_of(|| job(size)).bytes as f64))
    };
    assert!(bytes(&linear) < 3.0 && bytes(&quadratic) > 3.0);
    let loops = |size: usize| {
        (0..size).for_each(|i| (0..size).for_each(|j| _ = std::hint::black_box(i * j)));
    };
    let time = growth([500, 1000, 2000].map(|size| cost_of(|| loops(size)).time.as_secs_f64()));
    assert!(time > 3.0, "{time}");
}
