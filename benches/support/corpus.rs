//! The same generated stories as a storybank site and as a Hugo site. The same number gives the
//! same bytes.
//!
//! About 3 kB for each story: the four parts of an answer and a reflection, three competencies, two
//! questions, and two links to other stories. Every tenth story has one of nine blocks of Rust, so
//! a generator that caches highlighted code highlights only nine blocks.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use super::workspace::at;

/// The folder of the stories, below the root of a storybank site.
pub const STORIES: &str = "content/stories";

/// Writes a storybank site of `stories` stories.
pub fn write_storybank(root: &Path, stories: usize) -> Result<(), String> {
    write(root, "site.toml", "title = \"Stories\"\n")?;
    for competency in COMPETENCIES {
        let text = format!("---\ntitle: {}\n---\n", spoken(competency));
        write(
            root,
            &format!("content/competencies/{competency}.md"),
            &text,
        )?;
    }
    for (index, question) in QUESTIONS.iter().enumerate() {
        let probed = [0, 5]
            .map(|step| COMPETENCIES[(index + step) % COMPETENCIES.len()])
            .join(", ");
        let wording = spoken(question).to_lowercase();
        let text =
            format!("---\nquestion: Tell me about {wording}\ncompetencies: [{probed}]\n---\n");
        write(root, &format!("content/questions/{question}.md"), &text)?;
    }
    for index in 0..stories {
        let text =
            story(index, stories).markdown("answers", |target| format!("[[{}]]", slug(target)));
        write(root, &format!("{STORIES}/{}.md", slug(index)), &text)?;
    }
    Ok(())
}

/// Writes a Hugo site of the same stories: a page for each story, question and competency, and
/// their lists.
pub fn write_hugo(root: &Path, stories: usize) -> Result<(), String> {
    for (path, text) in HUGO_FILES {
        write(root, path, text)?;
    }
    for index in 0..stories {
        let text = story(index, stories).markdown("questions", |target| {
            format!(
                "[story {target}]({{{{< ref \"stories/{}.md\" >}}}})",
                slug(target)
            )
        });
        write(root, &format!("{STORIES}/{}.md", slug(index)), &text)?;
    }
    Ok(())
}

/// The name of the story with this index, as in files and links.
pub fn slug(index: usize) -> String {
    format!("s{index:05}")
}

/// A story without the markup of a generator.
struct Story {
    title: String,
    competencies: Vec<&'static str>,
    questions: Vec<&'static str>,
    /// The body up to its last sentence, which has the links.
    text: String,
    /// Indices of the stories that the last sentence refers to; never its own if there are others.
    links: [usize; 2],
}

impl Story {
    /// The file of the story. `questions` is the generator's key for questions, and `link` writes a
    /// link to a story.
    fn markdown(&self, questions: &str, link: impl Fn(usize) -> String) -> String {
        format!(
            "---\ntitle: \"{}\"\ncompetencies: [{}]\n{questions}: [{}]\n---\n{} See {} and {}.\n",
            self.title,
            self.competencies.join(", "),
            self.questions.join(", "),
            self.text,
            link(self.links[0]),
            link(self.links[1]),
        )
    }
}

fn story(index: usize, stories: usize) -> Story {
    let mut random = Random::new(index);
    let title = format!(
        "Story {index}: the {} and the {}",
        random.choose(NOUNS),
        random.choose(NOUNS)
    );
    let competencies = random.sample(COMPETENCIES, 3);
    let questions = random.sample(QUESTIONS, 2);
    let others = stories.saturating_sub(1).max(1);
    let links = [(); 2].map(|()| (index + 1 + random.below(others)) % stories);
    Story {
        title,
        competencies,
        questions,
        text: text(index, &mut random),
        links,
    }
}

fn text(index: usize, random: &mut Random) -> String {
    let situation = paragraph(random, 5);
    let task = paragraph(random, 3);
    let action = list(random, 9, |_| "-".to_owned());
    let result = list(random, 4, |item| format!("{}.", item + 1));
    let code = if index.is_multiple_of(10) {
        rust_block(random)
    } else {
        String::new()
    };
    let reflection = paragraph(random, 3);
    format!(
        "## Situation\n\n{situation}\n\n## Task\n\n{task}\n\n## Action\n\n{action}\n\
         ## Result\n\n{result}\n{code}\
         ## Reflection\n\n{reflection}"
    )
}

fn paragraph(random: &mut Random, sentences: usize) -> String {
    let sentences: Vec<String> = (0..sentences).map(|_| sentence(random)).collect();
    sentences.join(" ")
}

fn list(random: &mut Random, items: usize, marker: impl Fn(usize) -> String) -> String {
    (0..items).fold(String::new(), |mut text, item| {
        writeln!(text, "{} {}", marker(item), sentence(random)).expect("a string takes any text");
        text
    })
}

/// Eight to eighteen words; one sentence in four has a figure, one in seven a name from code.
fn sentence(random: &mut Random) -> String {
    let length = 8 + random.below(11);
    let mut words: Vec<String> = (0..length)
        .map(|_| random.choose(NOUNS).to_owned())
        .collect();
    words[0] = format!("We {} the {}", random.choose(VERBS), words[0]);
    let place = 1 + random.below(length - 1);
    if random.below(4) == 0 {
        words[place] = format!("**{}%**", 1 + random.below(99));
    } else if random.below(5) == 0 {
        words[place] = format!("`{}_{}`", random.choose(NOUNS), random.choose(NOUNS));
    }
    words.join(" ") + "."
}

fn rust_block(random: &mut Random) -> String {
    let attempts = 1 + random.below(9);
    format!(
        "```rust\nfn retry() -> Result<(), Error> {{\n    for attempt in 0..{attempts} {{\n        \
         println!(\"attempt {{attempt}}\");\n    }}\n    Ok(())\n}}\n```\n\n"
    )
}

fn spoken(slug: &str) -> String {
    let words = slug.replace('-', " ");
    words[..1].to_uppercase() + &words[1..]
}

fn write(root: &Path, path: &str, text: &str) -> Result<(), String> {
    let path = root.join(path);
    let folder = path.parent().expect("a path below the root has a parent");
    fs::create_dir_all(folder).map_err(at(folder))?;
    fs::write(&path, text).map_err(at(&path))
}

/// `SplitMix64`: short, and good enough for filler text.
struct Random(u64);

impl Random {
    /// Neighbouring seeds give independent numbers.
    fn new(seed: usize) -> Self {
        Self(seed as u64)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`; the slight bias of the remainder does not matter here.
    fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.next() % limit as u64).expect("a number below a `usize` is one")
    }

    fn choose<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words[self.below(words.len())]
    }

    /// `count` different words, in the order of the list.
    fn sample(&mut self, words: &[&'static str], count: usize) -> Vec<&'static str> {
        let mut left: Vec<usize> = (0..words.len()).collect();
        let mut taken: Vec<usize> = (0..count)
            .map(|_| left.swap_remove(self.below(left.len())))
            .collect();
        taken.sort_unstable();
        taken.into_iter().map(|index| words[index]).collect()
    }
}

#[rustfmt::skip]
const NOUNS: &[&str] = &[
    "account", "agreement", "alarm", "backlog", "backup", "benchmark", "bottleneck", "branch",
    "build", "calendar", "campaign", "checklist", "client", "cluster", "consumer", "cost",
    "customer", "database", "decision", "demo", "dependency", "director", "document", "engineer",
    "estimate", "evidence", "experiment", "failure", "forecast", "gateway", "handover", "interface",
    "interview", "invoice", "latency", "ledger", "manager", "meeting", "message", "milestone",
    "module", "network", "objective", "partner", "patch", "plan", "platform", "process", "proposal",
    "quarter", "question", "release", "report", "request", "roadmap", "runbook", "sensor",
    "service", "sprint", "storage", "supplier", "team", "timeout", "traffic", "upgrade", "vendor",
    "warehouse", "workshop",
];

#[rustfmt::skip]
const VERBS: &[&str] = &[
    "automated", "challenged", "debugged", "delegated", "documented", "explained", "halved",
    "negotiated", "planned", "presented", "rebuilt", "removed", "reviewed", "simplified", "tested",
];

#[rustfmt::skip]
const COMPETENCIES: &[&str] = &[
    "adaptability", "analysis", "coaching", "collaboration", "communication", "conflict-resolution",
    "creativity", "customer-focus", "decision-making", "delivery", "integrity", "leadership",
    "ownership", "technical-depth",
];

#[rustfmt::skip]
const QUESTIONS: &[&str] = &[
    "a-bug-that-took-days", "a-change-you-resisted", "a-colleague-you-coached",
    "a-commitment-you-broke", "a-compromise", "a-conflict-at-work", "a-cost-you-cut",
    "a-customer-you-won-back", "a-deadline-you-moved", "a-decision-without-data",
    "a-design-you-regret", "a-difficult-customer", "a-goal-you-missed", "a-hard-choice",
    "a-hire-you-opposed", "a-launch-that-failed", "a-long-project", "a-manager-you-convinced",
    "a-measurement-that-surprised", "a-meeting-you-led", "a-mistake-you-made", "a-new-field",
    "a-process-you-removed", "a-project-you-stopped", "a-promise-you-kept", "a-prototype",
    "a-quick-win", "a-review-that-hurt", "a-risk-you-took", "a-rule-you-broke", "a-rushed-release",
    "a-security-problem", "a-system-you-scaled", "a-team-in-trouble", "a-tool-you-built",
    "a-vague-request", "an-ethical-question", "an-idea-you-sold", "an-incident-you-led",
    "an-unpopular-opinion",
];

const HUGO_FILES: &[(&str, &str)] = &[
    (
        "hugo.toml",
        r#"baseURL = "https://example.org/"
title = "Stories"
disableKinds = ["rss"]
[taxonomies]
competency = "competencies"
question = "questions"
[markup.highlight]
noClasses = false
"#,
    ),
    ("content/stories/_index.md", "---\ntitle: Stories\n---\n"),
    ("static/style.css", "body { font: 1rem/1.5 sans-serif }\n"),
    (
        "layouts/_default/baseof.html",
        r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8"><title>{{ .Title }}</title><link rel="stylesheet" href="/style.css">
</head>
<body>
<nav><a href="/">Home</a> <a href="/stories/">Stories</a> <a href="/questions/">Questions</a>
<a href="/competencies/">Competencies</a></nav>
<main><h1>{{ .Title }}</h1>{{ block "main" . }}{{ end }}</main>
</body>
</html>
"#,
    ),
    (
        "layouts/_default/single.html",
        r#"{{ define "main" }}<p>{{ .ReadingTime }} min</p>
{{ range slice "questions" "competencies" }}<ul>
{{ range $.GetTerms . }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a></li>{{ end }}
</ul>{{ end }}
{{ .Content }}{{ end }}
"#,
    ),
    (
        "layouts/_default/list.html",
        r#"{{ define "main" }}<ul>
{{ range .Pages }}<li><a href="{{ .RelPermalink }}">{{ .Title }}</a> {{ .Summary }}</li>{{ end }}
</ul>{{ end }}
"#,
    ),
];
