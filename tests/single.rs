//! A site in one file: every page, every link, every picture, nothing else, and nothing of others overwritten.

#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/browser.rs"]
mod browser;
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;
#[expect(
    dead_code,
    reason = "a site for the benchmark is only one of the things that it makes"
)]
#[path = "../benches/support/corpus.rs"]
mod corpus;
#[path = "common/html.rs"]
#[expect(dead_code, reason = "each test uses a part of what they share")]
mod html;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/program.rs"]
mod program;
#[expect(dead_code, reason = "each test uses a part of what they share")]
#[path = "common/server.rs"]
mod server;

use std::collections::BTreeSet;
use std::fs;
use std::io::Cursor;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use browser::Browser;
use common::{Files, edition, files, inputs, linked, site};
use fantoccini::key::Key;
use html::{Page, parse};
use image::{DynamicImage, Frame, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use percent_encoding::percent_decode_str;
use program::{Folder, run, storybank, succeed, words};
use serde_json::json;
use storybank::build::{Single, single};
use storybank::diagnostic::Diagnostic;
use storybank::escape::percent_encode;
use storybank::model::Audience;

/// How the generator of the benchmark reports a failure.
mod workspace {
    use std::{io, path::Path};

    pub fn at(path: &Path) -> impl FnOnce(io::Error) -> String {
        let path = path.display().to_string();
        move |error| format!("{path}: {error}")
    }
}

/// Stories, their tellings, questions and competencies, with links and repeated texts of all kinds.
const SITE: &str = "
-- site.toml --
title = \"Stories & more\"
[redact]
Tolv = \"the customer\"
-- content/stories/outage/index.md --
---
title: The outage \"only\" one could see
audience: team
answers: [hardest]
competencies: [ownership]
facts:
  time-to-stop: { value: 20 minutes, source: the log of the front desk on that night }
---

## Situation

I looked after the reminder service of a town library, and one morning it had written to all readers twice.[^1]

#### What Tolv saw

The desk saw it first, and they called me before the first reader had called them about it.

[^1]: The log says 4,000 readers, and the desk counted as many letters on the next morning.

## Action

- I stopped the job before I understood it, because each minute cost ten more letters. #ownership
- Then I read the log backwards to the last good night, and found the run that had started twice. #depth
- I told the desk what to say to the readers who called on that morning. #ownership

See [the part above](#what-tolv-saw), [the move](../move.md#result), [the plan](plan.pdf) and [the sheet](sheet.ods).

## Follow-ups

### Who was told?

Everybody who could do something about it was told, in the order in which they could act.
-- content/stories/outage/plan.pdf --
%PDF
-- content/stories/outage/sheet.ods --
PK
-- content/stories/outage/as-a-mistake.md --
---
title: As a mistake
audience: team
competencies: [depth]
---

## Action

I trusted the restart, and I did not look at what had been sent before it, which was my mistake.
-- content/stories/move.md --
---
title: The move
audience: team
competencies: [depth]
---

## Situation

We arrived at noon.

## Result

All boxes were there, and the shelves stood in the same order as before the move of the library.
-- content/questions/hardest.md --
---
question: What was hardest?
audience: team
competencies: [ownership, depth]
---
-- content/questions/größte.md --
---
question: Was war das Größte?
audience: team
---

See [[outage#action]] and [the list](https://example.org/list?a=1&b=2).
-- content/competencies/ownership.md --
---
title: Ownership
audience: team
---
-- content/competencies/depth.md --
---
title: Technical depth
audience: team
---
";

/// The single file of a site.
fn made(files: &Files, audience: Audience, name: &str) -> Result<Single, Vec<Diagnostic>> {
    let inputs = inputs(files);
    let linked = linked(&inputs, audience);
    assert!(!linked.has_errors(), "{:#?}", linked.diagnostics);
    single(&edition(files, &inputs, &linked), name)
}

#[track_caller]
fn made_from(text: &str) -> Single {
    made(&files(text), Audience::Private, "a.html").expect("it can be made")
}

/// The id of a page of the site in its file.
fn id(path: &str) -> &'static str {
    match path {
        "index.html" => "home",
        "stories.html" => "s",
        "questions.html" => "q",
        "competencies.html" => "c",
        "matrix.html" => "matrix",
        "coverage.html" => "coverage",
        "open-points.html" => "open",
        "competencies/ownership.html" => "c1",
        "competencies/depth.html" => "c2",
        "questions/größte.html" => "q1",
        "questions/hardest.html" => "q2",
        "questions/outage-who-was-told.html" => "q3",
        "stories/move.html" => "s1",
        "stories/outage.html" => "s2",
        "stories/outage/as-a-mistake.html" => "s2-2",
        "stories/outage/ownership.html" => "s2-3",
        "stories/outage/ownership-cut.html" => "s2-4",
        path => panic!("{path} is not a page of the site"),
    }
}

/// The title that the script gives a page.
fn title_of(page: &Page, main: usize) -> String {
    if let Some(title) = page.attribute(main, "data-title") {
        return title.to_owned();
    }
    let inside = |name: &str, outer: usize| {
        let mut all = page.all(name).into_iter();
        all.find(|&element| page.is_inside(element, outer))
    };
    let heading = inside("h1", main).expect("a page has a heading");
    let whole = page.text(heading);
    let title = match inside("small", heading).map(|small| page.text(small)) {
        Some(small) => format!("{}: {small}", whole[..whole.len() - small.len()].trim_end()),
        None => whole,
    };
    let first = page.all("main")[0];
    title + page.attribute(first, "data-ending").expect("it is there")
}

fn main_of(page: &Page, path: &str) -> usize {
    *page
        .all("main")
        .iter()
        .find(|&&main| page.attribute(main, "id") == Some(id(path)))
        .unwrap_or_else(|| panic!("{path} is not in the file"))
}

#[test]
fn every_page_of_the_site_is_in_the_file_with_its_title() {
    let single = made_from(SITE);
    let page = parse(&single.html);
    assert_eq!(page.mistakes, Vec::<String>::new());
    let mut expected: BTreeSet<String> = site(SITE)
        .into_keys()
        .filter(|path| path.ends_with(".html"))
        .collect();
    expected.remove("404.html");
    let mains = page.all("main");
    let ids: BTreeSet<&str> = mains
        .iter()
        .filter_map(|&main| page.attribute(main, "id"))
        .collect();
    assert_eq!(ids, expected.iter().map(|path| id(path)).collect());
    assert_eq!(
        (single.pages, mains.len()),
        (expected.len(), expected.len())
    );
    for (path, html) in site(SITE) {
        if expected.contains(&path) {
            let main = main_of(&page, &path);
            let title = parse(&html).only("title");
            assert_eq!(title_of(&page, main), title);
        }
    }
    let shown = mains
        .iter()
        .filter(|&&main| page.attribute(main, "hidden").is_none());
    let shown: Vec<Option<&str>> = shown.map(|&main| page.attribute(main, "id")).collect();
    assert_eq!(shown, [Some("home")]);
}

#[test]
fn the_frame_is_there_once_and_says_which_entry_is_current() {
    let page = parse(&made_from(SITE).html);
    for name in ["title", "body", "head"] {
        assert_eq!(page.all(name).len(), 1, "{name}");
    }
    let is_in_frame = |&element: &usize| {
        !page
            .all("main")
            .iter()
            .any(|&main| page.is_inside(element, main))
    };
    for (name, count) in [("header", 1), ("nav", 1), ("svg", 1), ("style", 2)] {
        let found = page.all(name).into_iter().filter(is_in_frame);
        assert_eq!(found.count(), count, "{name}");
    }
    // Where nothing is said, the letters of the id name the entry.
    let current = |path| page.attribute(main_of(&page, path), "data-current");
    assert_eq!(current("questions/hardest.html"), None);
    assert_eq!(current("stories/outage/as-a-mistake.html"), None);
    assert_eq!(current("index.html"), Some(""));
}

#[test]
fn every_link_leads_to_something_in_the_file_or_out_of_the_site() {
    let page = parse(&made_from(SITE).html);
    let ids = page.ids();
    let distinct: BTreeSet<&str> = ids.iter().copied().collect();
    assert_eq!(distinct.len(), ids.len(), "{ids:?}");
    let mut outside = Vec::new();
    for element in page.elements() {
        for name in ["href", "src"] {
            let Some(address) = page.attribute(element, name) else {
                continue;
            };
            let Some(fragment) = address.strip_prefix('#') else {
                outside.push(address.split(',').next().unwrap_or_default());
                continue;
            };
            let target = percent_decode_str(fragment)
                .decode_utf8()
                .expect("it is a text");
            assert!(distinct.contains(&*target), "{address} leads nowhere");
        }
    }
    outside.sort_unstable();
    outside.dedup();
    assert_eq!(
        outside,
        ["data:image/svg+xml", "https://example.org/list?a=1&b=2"]
    );
}

#[test]
fn links_between_pages_and_inside_them_are_fragments() {
    let html = made_from(SITE).html;
    for part in [
        "<a href=#s2:e>the part above</a>",
        "<a href=#s1:d>the move</a>",
        "<a href=#q1>",
        " id=q1 ",
        "<h4 id=s2:e>",
        " id=s1:d>",
        " href=#home><svg ",
        " href=#home data-to-page>",
    ] {
        assert!(html.contains(part), "{part} is not in\n{html}");
    }
}

#[test]
fn a_link_to_another_file_becomes_its_words_with_a_warning() {
    let single = made_from(SITE);
    let page = parse(&single.html);
    let story = main_of(&page, "stories/outage.html");
    assert!(page.text(story).contains("the plan and the sheet."));
    assert!(!single.html.contains("plan.pdf"));
    let found: Vec<(&str, &str)> = single
        .warnings
        .iter()
        .map(|found| (found.file.as_str(), found.rule.name))
        .collect();
    let story = "content/stories/outage/index.md";
    assert_eq!(
        found,
        [(story, "file-left-behind"), (story, "file-left-behind")]
    );
    assert!(
        single.warnings[0]
            .message
            .starts_with("`plan.pdf` is not in the single file")
    );
    assert_ne!(single.warnings[0].span, single.warnings[1].span);
}

#[test]
fn a_text_is_in_the_file_once() {
    let html = made_from(SITE).html;
    for text in [
        "each minute cost ten more letters",
        "Then I read the log backwards",
        "All boxes were there",
        "Everybody who could do something",
    ] {
        assert_eq!(html.matches(text).count(), 1, "{text}");
    }
    // A list of pages is whole wherever it is.
    assert!(html.matches("The move</a>").count() > 2, "{html}");
}

#[test]
fn the_same_site_gives_the_same_file() {
    assert_eq!(made_from(SITE), made_from(SITE));
}

#[test]
fn a_browser_may_load_nothing() {
    let html = made_from(SITE).html;
    let policy = "content=\"default-src 'none'; img-src data:; font-src data:;";
    assert!(html[..400].contains(policy), "{}", &html[..600]);
}

#[test]
fn a_file_for_the_team_has_no_word_that_the_team_may_not_see() {
    let files = files(&SITE.replace("All boxes", "> [!private] Nobody knows it.\n\nAll boxes"));
    let team = made(&files, Audience::Team, "team.html").expect("it can be made");
    for word in ["Tolv", "tolv", "Nobody knows", "plan.pdf", "coverage.html"] {
        assert!(!team.html.contains(word), "{word}");
    }
    assert!(team.html.contains("What the customer saw"));
    let found = made(&files, Audience::Team, "tolv-stories.html").expect_err("the name has it");
    assert_eq!(found[0].rule.name, "withheld-word");
    assert!(
        found[0]
            .help
            .as_ref()
            .is_some_and(|help| help.contains("tolv-stories.html"))
    );
}

/// A site with one story that shows a picture on two pages.
fn site_with(name: &str, picture: &[u8]) -> Files {
    let text = format!(
        "-- site.toml --\ntitle = \"S\"\n-- content/questions/q.md --\n---\nquestion: Why?\n---\n\
         -- content/stories/s.md --\n---\ntitle: S\nanswers: [q]\n---\n\n## Situation\n\n![A plan]({name})\n"
    );
    let mut files = files(&text);
    files.insert(format!("content/stories/{name}"), picture.to_vec());
    files
}

/// The picture that the single file of a site shows, with its media type.
#[track_caller]
fn shown(name: &str, picture: &[u8]) -> (String, Vec<u8>) {
    let single = made(&site_with(name, picture), Audience::Private, "a.html").expect("it is made");
    let page = parse(&single.html);
    let images = page.all("img");
    assert_eq!(images.len(), 1, "a picture is in the file once");
    let address = page.attribute(images[0], "src").expect("it has an address");
    assert_eq!(page.attribute(images[0], "alt"), Some("A plan"));
    let (kind, data) = address
        .strip_prefix("data:")
        .and_then(|rest| rest.split_once(";base64,"))
        .unwrap_or_else(|| panic!("{address}"));
    (
        kind.to_owned(),
        STANDARD.decode(data).expect("it is base64"),
    )
}

fn encoded(image: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    image
        .write_to(&mut bytes, format)
        .expect("it can be encoded");
    bytes.into_inner()
}

/// A picture like a photo: no two points are equal.
fn photo(width: u32, height: u32) -> DynamicImage {
    let point = |x: u32, y: u32| {
        let wave = (x.wrapping_mul(2_654_435_761) ^ y.wrapping_mul(40_503)) >> 13;
        Rgb([(x / 8) as u8, (y / 8) as u8, wave as u8])
    };
    DynamicImage::ImageRgb8(RgbImage::from_fn(width, height, point))
}

#[test]
fn a_large_photo_gets_a_longest_side_of_1200_points() {
    let large = encoded(&photo(2400, 600), ImageFormat::Png);
    let (kind, bytes) = shown("a.png", &large);
    let small = image::load_from_memory(&bytes).expect("it is a picture");
    assert_eq!((small.width(), small.height()), (1200, 300));
    assert_eq!(kind, "image/jpeg");
    assert!(bytes.len() * 4 < large.len(), "{}", bytes.len());
}

#[test]
fn a_turned_photo_is_upright_and_has_no_metadata() {
    let mut turned = encoded(&photo(40, 20), ImageFormat::Jpeg);
    let mut exif = b"\xff\xe1\x00\x2cExif\0\0II*\0\x08\0\0\0\x01\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0");
    exif.extend(b"PLANTED.....");
    exif[3] = u8::try_from(exif.len() - 2).expect("it is short");
    turned.splice(2..2, exif);
    let (_, bytes) = shown("a.jpg", &turned);
    let upright = image::load_from_memory(&bytes).expect("it is a picture");
    assert_eq!((upright.width(), upright.height()), (20, 40));
    assert!(!bytes.windows(7).any(|part| part == b"PLANTED"));
}

#[test]
fn a_picture_that_shines_through_stays_a_png() {
    let glass = RgbaImage::from_fn(1600, 400, |x, _| Rgba([200, 30, 30, (x % 256) as u8]));
    let (kind, bytes) = shown(
        "a.webp",
        &encoded(&DynamicImage::ImageRgba8(glass), ImageFormat::WebP),
    );
    assert_eq!(kind, "image/png");
    let small = image::load_from_memory(&bytes).expect("it is a picture");
    assert_eq!(small.width(), 1200);
    assert!(small.to_rgba8().pixels().any(|point| point.0[3] < 100));
}

#[test]
fn drawings_animations_and_what_is_no_picture_stay_as_they_are() {
    let drawing = b"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 9 9\"><path d=\"M0 0h9v9z\"/></svg>";
    assert_eq!(
        shown("a.svg", drawing),
        ("image/svg+xml".to_owned(), drawing.to_vec())
    );
    let mut moving = Vec::new();
    let frames = (0..2).map(|_| Frame::new(photo(30, 30).to_rgba8()));
    image::codecs::gif::GifEncoder::new(&mut moving)
        .encode_frames(frames)
        .expect("it can be encoded");
    assert_eq!(shown("a.gif", &moving), ("image/gif".to_owned(), moving));
    let broken = b"\x89PNG\r\n\x1a\nbroken";
    assert_eq!(
        shown("a.png", broken),
        ("image/png".to_owned(), broken.to_vec())
    );
    let plain = encoded(&DynamicImage::new_luma8(2, 2), ImageFormat::Png);
    assert!(shown("a.png", &plain).1.len() <= plain.len());
}

#[test]
fn a_theme_brings_its_own_frame_styles_fonts_and_scripts() {
    let own = "
-- site.toml --
title = \"S\"
theme = \"mine\"
-- themes/mine/templates/base.html --
<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{% block title %}{{ page.title }}{% endblock title %}</title>{% block style %}{% endblock style %}
<link rel=icon href=\"{{ page.root }}static/icon.png\">
<link rel=\"stylesheet\" media=\"screen\" href=\"{{ page.root }}static/css/mine.css?1\">
<link rel=\"preconnect\" href=\"https://example.org\"><link rel=\"manifest\" href=\"{{ page.root }}static/app.json\">
<script src=\"https://example.org/far.js\"></script>
<script defer src=\"{{ page.root }}static/late.js\"></script></head>
<body><p id=top-bar>Mine<<main id=\"m\"{% block main_class %} class=\"a\"{% endblock main_class %}>{% block main %}{% endblock main %}<svg/><a href=\"#top-bar\">up</a> <a href=\"#m\">start</a></main>
<a href=\"{{ page.root }}nowhere.html\">gone</a>{% block script %}{% endblock script %}</body></html>
-- themes/mine/templates/story.html --
{% extends \"base.html\" %}{% block main %}<h1 id=\"x\">{{ title }}</h1><label for=\"x\">x</label><svg><rect fill=\"url(#x)\"/></svg>{% endblock main %}
{% block script %}<script>story = '</p>'</script>{% endblock script %}
-- themes/mine/static/css/mine.css --
@font-face { src: url(../f.woff2) format(\"woff2\") } /* url(no) */ p { background: url( \"../dot.svg\" ), url(https://example.org/a.png) } i::after { content: \"</style>\" }
-- themes/mine/static/f.woff2 --
font
-- themes/mine/static/dot.svg --
<svg/>
-- themes/mine/static/icon.png --
icon
-- themes/mine/static/app.json --
{}
-- themes/mine/static/late.js --
late = \"</script>\";
-- content/stories/s.md --
---
title: The story
---
";
    let single = made_from(own);
    let html = &single.html;
    let page = parse(html);
    let font = STANDARD.encode("font\n");
    for part in [
        "<style media=\"screen\">@font-face{src:url(\"data:font/woff2;base64,",
        &font,
        "}p{background:url(\"data:image/svg+xml;base64,",
        ",url(https://example.org/a.png)",
        "content:\"<\\/style>\"",
        "<link rel=icon href=\"data:image/png;base64,",
        "late = \"<\\/script>\";",
        "<script>story = '</p>'</script>",
        "<h1 id=s1:c>",
        "<label for=s1:c>",
        "fill=\"url(#s1:c)\"",
        "<span>gone</span>",
        "<a href=#top-bar>up</a> <a href=#s1>start</a>",
        "<main class=a id=s1",
        "<p id=top-bar>Mine<",
    ] {
        assert!(html.contains(part), "{part} is not in\n{html}");
    }
    for part in ["far.js", "preconnect", "manifest", "static/", " defer"] {
        assert!(!html.contains(part), "{part} is in\n{html}");
    }
    let late = html.find("late = ").expect("it is there");
    assert!(late > html.rfind("</main>").expect("there are pages"));
    assert_eq!(
        page.texts("script")
            .iter()
            .filter(|text| text.contains("story ="))
            .count(),
        1
    );
}

#[test]
fn a_theme_may_leave_out_tags_that_html_does_not_need() {
    let single = made_from(
        "-- site.toml --\ntheme = \"mine\"\n-- themes/mine/templates/base.html --\n<!doctype html><head><title>{% block title %}{% endblock title %}</title>{% block style %}{% endblock style %}\
         <main {% block main_class %}{% endblock main_class %}>{% block main %}{% endblock main %}</main><p>end\n\
         -- content/stories/s.md --\n---\ntitle: S\n---\n",
    );
    let page = parse(&single.html);
    assert_eq!(page.all("meta").len(), 1, "the policy is there once");
    assert!(single.html.contains("<head>\n<meta http-equiv"));
    let scripts = page.texts("script");
    assert!(
        scripts[0].contains("paged") && scripts[1].contains("turnTo"),
        "{scripts:?}"
    );
    assert_eq!(page.all("main").len(), single.pages);
}

#[test]
fn a_theme_without_a_main_part_is_an_error_at_its_template() {
    let files = files(
        "-- site.toml --\ntheme = \"mine\"\n-- themes/mine/templates/base.html --\n<p {% block main_class %}{% endblock main_class %}>{% block title %}{% endblock title %}{% block style %}{% endblock style %}{% block main %}{% endblock main %}\n\
         -- content/stories/s.md --\n---\ntitle: S\n---\n",
    );
    let found = made(&files, Audience::Private, "a.html").expect_err("there is no main part");
    assert_eq!(found[0].file.as_str(), "themes/mine/templates/base.html");
    assert!(found[0].message.contains("has no `<main>`"), "{found:#?}");
}

/// How large the single file of a site is.
#[track_caller]
fn size_of(folder: &Folder) -> usize {
    succeed(build(folder.path(), &["--single"]));
    let file = folder.join("storybank-private.html");
    let bytes = fs::read(&file).expect("it is there");
    let page = parse(&String::from_utf8(bytes.clone()).expect("it is text"));
    assert_eq!(page.mistakes, Vec::<String>::new());
    bytes.len()
}

#[test]
fn sixty_stories_without_emphasis_take_less_than_650_kilobytes() {
    let folder = Folder::new();
    corpus::write_storybank(folder.path(), 60).expect("it can be written");
    let bytes = size_of(&folder);
    assert!(bytes < 650_000, "{bytes} bytes");
}

#[test]
fn sixty_rich_stories_take_less_than_900_kilobytes() {
    let folder = Folder::new();
    folder.write(&rich_bank(60));
    let bytes = size_of(&folder);
    assert!(bytes < 900_000, "{bytes} bytes");
    // Each story, with a page for each of its competencies.
    let public = folder.join("public");
    succeed(build(
        folder.path(),
        &["--out", public.to_str().expect("it is text")],
    ));
    let pages = program::tree(&public);
    let tellings = pages.keys().filter(|path| {
        path.starts_with("stories/") && path.matches('/').count() == 2 && path.ends_with(".html")
    });
    assert_eq!(tellings.count(), 3 * 60);
}

#[test]
fn the_sample_stays_small() {
    let folder = sample();
    let bytes = fs::read(folder.join("storybank-private.html")).expect("it is there");
    assert!(bytes.len() < 335_000, "{} bytes", bytes.len());
}

#[test]
fn texts_keep_their_direction_if_one_runs_from_right_to_left() {
    let story = "-- content/stories/s.md --\n---\ntitle: The move\n---\n\nAll boxes were there.\n";
    assert!(!made_from(story).html.contains("dir=auto"));
    let both = story.replace("boxes", "\u{5e9}\u{5dc}\u{5d5}\u{5dd}");
    assert!(made_from(&both).html.contains("<p dir=auto>All"));
}

/// A bank of stories as people write them: 250 to 300 words, a headline, facts, three competencies with two blocks each,
/// openings and follow-ups, with as many questions as stories.
fn rich_bank(stories: usize) -> Files {
    let mut text = "-- site.toml --\ntitle = \"Stories\"\n".to_owned();
    for index in 0..14 {
        text.push_str(&format!(
            "-- content/competencies/c{index}.md --\n---\ntitle: {}\n---\n",
            sentence(index, 2)
        ));
    }
    for index in 0..stories {
        let [first, second] = [index % 14, (index + 5) % 14];
        text.push_str(&format!(
            "-- content/questions/q{index}.md --\n---\nquestion: Tell me about {} {index}\ncompetencies: [c{first}, c{second}]\n---\n\n{}.\n",
            sentence(index * 7, 5).to_lowercase(),
            sentence(index * 11, 20),
        ));
        text.push_str(&rich_story(index, stories));
    }
    files(&text)
}

fn rich_story(index: usize, stories: usize) -> String {
    let competency = |place: usize| format!("c{}", (index + place * 4) % 14);
    let question = |place: usize| format!("q{}", (index + place * 17) % stories);
    let said = |place: usize, length: usize| sentence(index * 131 + place * 17, length);
    let mut text = format!(
        "-- content/stories/{}-{index}.md --\n---\ntitle: {} {index}\nheadline: {}.\nwhen: 2020-05\nrole: {}\n\
         competencies: [{}, {}, {}]\nanswers: [{{ question: {}, open: \"{}.\" }}, {}]\nfacts:\n",
        said(0, 4).to_lowercase().replace(' ', "-"),
        said(0, 4),
        said(1, 30),
        said(2, 2),
        competency(0),
        competency(1),
        competency(2),
        question(0),
        said(3, 14),
        question(1),
    );
    for fact in 0..4 {
        text.push_str(&format!(
            "  {}-{fact}: {}\n",
            said(4 + fact, 1).to_lowercase(),
            12 + fact
        ));
    }
    text.push_str(&format!(
        "---\n\n## Situation\n\n{}. {}.\n\n## Task\n\n{}.\n\n## Action\n\n",
        said(10, 18),
        said(11, 18),
        said(12, 18)
    ));
    for block in 0..6 {
        text.push_str(&format!(
            "- {}. {}. #{}\n",
            said(20 + block, 12),
            said(30 + block, 13),
            competency(block % 3)
        ));
    }
    text.push_str(&format!(
        "\n## Result\n\n{}. {}.\n\n## Learning\n\n{}.\n\n## Follow-ups\n\n### Who decided {index}?\n\n{}.\n\n### What did {index} cost?\n\n{}.\n",
        said(40, 15),
        said(41, 15),
        said(42, 15),
        said(43, 25),
        said(44, 25)
    ));
    text
}

/// A sentence without its full stop. Different numbers give different sentences.
fn sentence(number: usize, words: usize) -> String {
    const WORDS: [&str; 53] = [
        "the",
        "team",
        "asked",
        "before",
        "I",
        "wrote",
        "a",
        "ledger",
        "and",
        "customer",
        "waited",
        "for",
        "morning",
        "release",
        "we",
        "found",
        "that",
        "branch",
        "of",
        "night",
        "called",
        "with",
        "plan",
        "nobody",
        "had",
        "seen",
        "until",
        "figures",
        "showed",
        "two",
        "weeks",
        "later",
        "report",
        "changed",
        "what",
        "they",
        "needed",
        "in",
        "first",
        "service",
        "meeting",
        "to",
        "measure",
        "every",
        "step",
        "again",
        "warehouse",
        "decided",
        "without",
        "budget",
        "then",
        "it",
        "held",
    ];
    let mut state = number as u64;
    let words: Vec<&str> = (0..words)
        .map(|_| {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            WORDS[(state >> 33) as usize % WORDS.len()]
        })
        .collect();
    let sentence = words.join(" ");
    sentence[..1].to_uppercase() + &sentence[1..]
}

/// `storybank build` of a site with more arguments.
fn build(root: &Path, arguments: &[&str]) -> Command {
    let mut command = storybank(["build"]);
    command.arg(root).args(arguments);
    command
}

/// A folder with the site.
fn folder() -> Folder {
    let folder = Folder::new();
    folder.write(&files(SITE));
    folder
}

/// The names in the folder of a site.
fn names(folder: &Folder) -> Vec<String> {
    let entries = fs::read_dir(folder.path()).expect("it can be read");
    let mut names: Vec<String> = entries
        .map(|entry| {
            entry
                .expect("it can be read")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

#[test]
fn the_name_of_the_file_says_who_it_is_for() {
    let folder = folder();
    let output = run(build(folder.path(), &["--single"]));
    assert!(output.status.success(), "{}", words(&output));
    let shown = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    assert!(shown.ends_with("storybank-private.html"), "{shown}");
    assert!(
        words(&output).contains("for you alone"),
        "{}",
        words(&output)
    );
    assert!(
        words(&output).contains("warning[file-left-behind]"),
        "{}",
        words(&output)
    );
    succeed(build(folder.path(), &["--single", "--audience", "team"]));
    assert_eq!(
        names(&folder),
        [
            "content",
            "site.toml",
            "storybank-private.html",
            "storybank-team.html"
        ]
    );
}

#[test]
fn a_file_with_the_same_content_is_not_written_again() {
    let folder = folder();
    let out = folder.join("new/phone.html");
    let arguments = ["--single", "--out", out.to_str().expect("it is text")];
    let first = run(build(folder.path(), &arguments));
    assert!(words(&first).contains("kB written"), "{}", words(&first));
    let stamp = || {
        fs::metadata(&out)
            .and_then(|about| about.modified())
            .expect("it is there")
    };
    let before = stamp();
    let second = run(build(folder.path(), &arguments));
    assert!(
        words(&second).contains("kB unchanged"),
        "{}",
        words(&second)
    );
    assert_eq!(stamp(), before);
    folder.write(&files("-- site.toml --\ntitle = \"Other\"\n"));
    succeed(build(folder.path(), &arguments));
    assert!(
        fs::read_to_string(&out)
            .expect("it is there")
            .contains("Other")
    );
    let beside: Vec<_> = fs::read_dir(folder.join("new"))
        .expect("it is there")
        .collect();
    assert_eq!(beside.len(), 1, "{beside:?}");
}

#[test]
fn no_file_of_others_is_overwritten() {
    let folder = folder();
    folder.write(&files(
        "-- mine.html --\nMy own page.\n-- folder.html/a --\n",
    ));
    succeed(build(folder.path(), &["--single"]));
    let made = fs::read_to_string(folder.join("storybank-private.html")).expect("it is there");
    fs::write(
        folder.join("changed.html"),
        made.replace("outage", "drought"),
    )
    .expect("it can be");
    for (name, reason) in [
        (
            "mine.html",
            "was not made by storybank, or was changed since",
        ),
        (
            "changed.html",
            "was not made by storybank, or was changed since",
        ),
        ("folder.html", "it is a folder"),
        ("phone", "does not end in `.html`"),
        (
            "content/stories/a.html",
            "it lies among the site's own sources",
        ),
        (".git/a.html", "version control"),
    ] {
        let before = program::tree(folder.path());
        let out = folder.join(name);
        let output = run(build(
            folder.path(),
            &["--single", "--out", out.to_str().expect("it is text")],
        ));
        assert_eq!(output.status.code(), Some(2), "{name}");
        assert!(words(&output).contains(reason), "{}", words(&output));
        assert!(words(&output).contains("--out"), "{}", words(&output));
        assert_eq!(program::tree(folder.path()), before, "{name}");
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_place_of_the_file_is_refused_without_waiting() {
    let folder = folder();
    let made = Command::new("mkfifo")
        .arg(folder.join("storybank-private.html"))
        .status();
    assert!(made.expect("every Unix has it").success());
    let output = run(build(folder.path(), &["--single"]));
    assert_eq!(output.status.code(), Some(2));
    let words = words(&output);
    assert!(
        words.contains("it is not a regular file; move it away, or"),
        "{words}"
    );
}

#[test]
fn an_error_leaves_the_previous_file() {
    let folder = folder();
    succeed(build(folder.path(), &["--single"]));
    let before = program::tree(folder.path());
    fs::write(
        folder.join("content/stories/move.md"),
        "---\ntitle: [\n---\n",
    )
    .expect("it can be");
    let output = run(build(folder.path(), &["--single"]));
    assert_eq!(output.status.code(), Some(1));
    assert!(
        words(&output).contains("nothing was written"),
        "{}",
        words(&output)
    );
    let name = "storybank-private.html";
    assert_eq!(program::tree(folder.path())[name], before[name]);
}

#[test]
fn a_killed_build_leaves_a_whole_file() {
    let folder = folder();
    let version = |title: &str| {
        folder.write(&files(&format!("-- site.toml --\ntitle = \"{title}\"\n")));
        succeed(build(folder.path(), &["--single"]));
        fs::read(folder.join("storybank-private.html")).expect("it is there")
    };
    let started = Instant::now();
    let versions = [version("One"), version("Other")];
    let lasts = started.elapsed() / 2;
    for round in 0..30u32 {
        let title = if round % 2 == 0 { "One" } else { "Other" };
        folder.write(&files(&format!("-- site.toml --\ntitle = \"{title}\"\n")));
        let mut command = build(folder.path(), &["--single"]);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        let mut child = command.spawn().expect("it can be started");
        std::thread::sleep(lasts.mul_f64((f64::from(round) * 0.618_033_988).fract() * 1.2));
        child.kill().expect("it is a child");
        child.wait().expect("it is a child");
        let file = fs::read(folder.join("storybank-private.html")).expect("it is there");
        assert!(versions.contains(&file), "the file is neither of the two");
    }
    assert!(versions.contains(&version("One")));
    // The next file that is written takes the place of one that was left half-written.
    version("Next");
    assert_eq!(
        names(&folder),
        ["content", "site.toml", "storybank-private.html"]
    );
}

/// The single file of the site, open in a browser from the disk.
struct Phone {
    browser: Browser,
    folder: Folder,
}

impl Phone {
    fn with(browser: Browser) -> Self {
        let folder = folder();
        succeed(build(folder.path(), &["--single"]));
        Self::at(browser, folder)
    }

    /// A folder with a single file.
    fn at(browser: Browser, folder: Folder) -> Self {
        browser.resize(390, 844);
        Self { browser, folder }
    }

    fn open(&self, page: &str) {
        self.browser.open(&self.address(page));
    }

    fn address(&self, page: &str) -> String {
        let path =
            fs::canonicalize(self.folder.join("storybank-private.html")).expect("it is there");
        format!("file://{}{page}", path.display())
    }

    /// Waits until a page is the only one that is shown.
    #[track_caller]
    fn shows(&self, path: &str) {
        self.browser.waits_for(
            &format!("{path} is shown"),
            &format!(
                "const shown = all('main').filter(page => page.checkVisibility());
                return shown.length === 1 && shown[0].id === {}",
                json!(id(path))
            ),
        );
    }

    #[track_caller]
    fn click(&self, selector: &str) {
        self.browser.ask(&format!(
            "all({}).find(element => element.checkVisibility()).click()",
            json!(selector)
        ));
    }

    /// Checks that nothing was loaded and nothing went wrong.
    #[track_caller]
    fn was_quiet(&self) {
        assert_eq!(self.browser.console(), Vec::<String>::new());
        let own = self.address("");
        let requests = self.browser.requests();
        let others: Vec<&String> = requests
            .iter()
            .filter(|address| !address.starts_with(&own) && !address.starts_with("data:"))
            .collect();
        assert_eq!(others, Vec::<&String>::new());
        assert!(requests.iter().any(|address| address.starts_with(&own)));
    }
}

#[test]
fn a_reader_clicks_through_the_pages_and_back() {
    let phone = Phone::with(Browser::start());
    phone.open("");
    phone.shows("index.html");
    phone.click("nav a[href='#q']");
    phone.shows("questions.html");
    let current =
        "return all('body > header [aria-current]').map(link => link.getAttribute('href')).join()";
    assert_eq!(phone.browser.text(current), "#q");
    phone.click("main a[href='#q2']");
    phone.shows("questions/hardest.html");
    assert_eq!(
        phone.browser.text("return document.title"),
        "What was hardest? · Stories & more"
    );
    // The text of the story is filled in.
    phone.browser.waits_for(
        "the answer is there",
        "return words('main:not([hidden])').includes('I stopped the job before')",
    );
    phone.browser.ask("history.back()");
    phone.shows("questions.html");
    phone.browser.ask("history.back()");
    phone.shows("index.html");
    assert_eq!(
        phone.browser.text("return document.title"),
        "Stories & more"
    );
    assert_eq!(phone.browser.text(current), "");
    phone.browser.ask("history.go(2)");
    phone.shows("questions/hardest.html");
    phone.was_quiet();
}

#[test]
fn a_fragment_leads_to_its_part_and_the_way_back_to_the_same_place() {
    let phone = Phone::with(Browser::start());
    phone.open("#s2");
    phone.shows("stories/outage.html");
    let scrolled = "return Math.round(scrollY)";
    assert_eq!(phone.browser.ask(scrolled), 0);
    phone.click("main a[href='#s2:e']");
    phone.browser.waits_for(
        "the part is in view",
        "const top = document.getElementById('s2:e').getBoundingClientRect().top;
        return scrollY > 0 && top >= 0 && top < innerHeight",
    );
    phone
        .browser
        .ask("scrollTo({ top: 400, behavior: 'instant' })");
    phone.click("main a[href='#s1:d']");
    phone.shows("stories/move.html");
    phone.browser.ask("history.back()");
    phone.shows("stories/outage.html");
    phone.browser.waits_for(
        "the place is the same",
        "return Math.round(scrollY) === 400",
    );
    // A page of a file that was sent can be opened at a part, with letters of any script.
    phone.open("#q1");
    phone.shows("questions/größte.html");
    phone.open("#/no/such/page.html");
    phone.shows("index.html");
    phone.was_quiet();
}

#[test]
fn every_page_looks_as_in_the_site() {
    let phone = Phone::with(Browser::start());
    succeed(build(phone.folder.path(), &[]));
    // Line breaks between blocks are not in the file, and not shown in either.
    let text = "return one('main:not([hidden])').textContent.replace(/\\s+/g, '')";
    let current =
        "return all('main:not([hidden]) [aria-current]').map(link => link.textContent).join()";
    let height = "return one('main:not([hidden])').offsetHeight";
    let mut pages = site(SITE);
    pages.retain(|path, _| path.ends_with(".html") && path != "404.html");
    assert!(pages.len() > 12);
    for page in pages.keys() {
        let look = || {
            let texts = [text, current].map(|script| phone.browser.text(script));
            (texts, phone.browser.ask(height))
        };
        phone.open(&format!("#{}", id(page)));
        phone.shows(page);
        let single = look();
        let path = phone.folder.join("public").join(page);
        let path = fs::canonicalize(path).expect("it is there");
        phone.browser.open(&format!(
            "file://{}",
            encoded_path(&path.display().to_string())
        ));
        assert_eq!(single, look(), "{page}");
    }
}

/// The elements of a page in the browser, with what a reader sees and hears of each. Links and ids are different in the file,
/// and classes have short names there: each of them is one name of the site.
const ELEMENTS: &str = "const seen = main => [...main.querySelectorAll('*')].map(element => [
        element.localName,
        ...['style', 'title', 'aria-label', 'open', 'data-letter', 'data-label'].map(name => element.getAttribute(name)),
        [...element.childNodes].filter(node => node.nodeType === 3).map(node => node.data.replace(/\\s+/g, '')).join(''),
        element.hasAttribute('href'),
        element.hasAttribute('aria-current'),
    ].join('|'));
    window.names ??= [new Map(), new Map()];
    const isName = (map, name, other) => map.set(name, map.get(name) ?? other).get(name) === other;
    const classes = (here, there) => [...here.querySelectorAll('*')].flatMap((element, place) => {
        const [short, long] = [element, there.querySelectorAll('*')[place]].map(element => [...element.classList]);
        const all = long.length === short.length && short.every((name, place) =>
            isName(names[0], name, long[place]) && isName(names[1], long[place], name));
        return all ? [] : [`${short} and not ${long}`];
    });";

/// What the first element of the open page is that differs from the page of the site; empty if none does.
#[track_caller]
fn difference(phone: &Phone, html: &str) -> String {
    phone.browser.text(&format!(
        "{ELEMENTS}
        const site = new DOMParser().parseFromString({}, 'text/html').querySelector('main');
        const [here, there] = [one('main:not([hidden])'), site].map(seen);
        const place = there.findIndex((element, place) => element !== here[place]);
        if (place >= 0 || here.length !== there.length) return `${{here[place]}} and not ${{there[place]}}`;
        return classes(one('main:not([hidden])'), site).join()",
        json!(html)
    ))
}

/// The sample, with its single file.
fn sample() -> Folder {
    let folder = Folder::new();
    let mut init = storybank(["init", "--sample"]);
    init.arg(folder.path());
    succeed(init);
    succeed(build(folder.path(), &["--single"]));
    folder
}

#[test]
fn every_page_of_the_sample_has_the_elements_that_it_has_in_the_site() {
    let phone = Phone::at(Browser::start(), sample());
    let files: Files = program::tree(phone.folder.path())
        .into_iter()
        .filter(|(path, _)| path.starts_with("content/") || path == "site.toml")
        .collect();
    let inputs = inputs(&files);
    let linked = linked(&inputs, Audience::Private);
    let edition = edition(&files, &inputs, &linked);
    let pages: Vec<_> = edition
        .artefacts()
        .into_iter()
        .filter(|page| page.is_page() && page.route().path() != "404.html")
        .collect();
    phone.open("");
    let ids = phone
        .browser
        .text("return all('main').map(main => main.id).join(' ')");
    let ids: Vec<&str> = ids.split(' ').collect();
    assert!(ids.len() > 100 && ids.len() == pages.len(), "{ids:?}");
    for (page, id) in pages.iter().zip(ids) {
        let html = page.make().expect("it can be made").bytes;
        phone.browser.ask(&format!("location.hash = '#{id}'"));
        phone.browser.waits_for(
            &format!("{id} is shown"),
            &format!("return one('main:not([hidden])').id === '{id}'"),
        );
        let difference = difference(&phone, &String::from_utf8_lossy(&html));
        assert_eq!(difference, "", "{}", page.route().path());
    }
}

fn encoded_path(path: &str) -> String {
    let mut encoded = String::new();
    percent_encode(path, &mut encoded);
    encoded
}

#[test]
fn a_filled_in_page_has_its_own_ids() {
    let phone = Phone::with(Browser::start());
    phone.open("#s2-3");
    phone.shows("stories/outage/ownership.html");
    let wrong = "const page = one('main:not([hidden])');
        return [...page.querySelectorAll('[id]')].map(element => element.id).filter(id => !id.startsWith(page.id + ':')).join()";
    assert_eq!(phone.browser.text(wrong), "");
    let twice =
        "const ids = all('[id]').map(element => element.id); return ids.length - new Set(ids).size";
    assert_eq!(phone.browser.ask(twice), 0);
}

#[test]
fn only_the_page_that_is_open_is_printed() {
    let phone = Phone::with(Browser::start());
    phone.open("#s1");
    phone.shows("stories/move.html");
    phone
        .browser
        .tools("Emulation.setEmulatedMedia", &json!({ "media": "print" }));
    phone.shows("stories/move.html");
    let bar = "return getComputedStyle(one('body > header')).display";
    assert_eq!(phone.browser.text(bar), "none");
    let printed = phone.browser.tools("Page.printToPDF", &json!({}));
    let pdf = printed["data"].as_str().expect("it is base64");
    let pdf = STANDARD.decode(pdf).expect("it is base64");
    let sheets = String::from_utf8_lossy(&pdf)
        .matches("/Type /Page\n")
        .count();
    assert_eq!(sheets, 1, "a short story fits one sheet of paper");
}

#[test]
fn the_keyboard_starts_in_the_page_that_is_opened() {
    let phone = Phone::with(Browser::start());
    phone.open("");
    phone.shows("index.html");
    phone.browser.press(Key::Tab);
    let skip = "return document.activeElement.textContent";
    assert_eq!(phone.browser.text(skip), "Skip to the content");
    phone.click("nav a[href='#s']");
    phone.shows("stories.html");
    phone.browser.ask("one('[data-to-page]').focus()");
    phone.browser.press(Key::Enter);
    phone.browser.waits_for(
        "the page has the focus",
        "return document.activeElement.id === 's'",
    );
    phone.shows("stories.html");
    phone.browser.press(Key::Tab);
    let focused = "return document.activeElement.closest('main')?.id ?? ''";
    assert_eq!(phone.browser.text(focused), "s");
    phone.browser.press(Key::Enter);
    phone.browser.waits_for(
        "another page has the focus",
        "return location.hash !== '#s' && document.activeElement.matches('main:not([hidden])')",
    );
}

#[test]
fn pages_fit_a_phone_in_light_and_in_dark() {
    let phone = Phone::with(Browser::start());
    let paper = "return getComputedStyle(document.documentElement).backgroundColor";
    let mut papers = BTreeSet::new();
    for scheme in ["light", "dark"] {
        let features = json!([{ "name": "prefers-color-scheme", "value": scheme }]);
        phone.browser.tools(
            "Emulation.setEmulatedMedia",
            &json!({ "features": features }),
        );
        for page in [
            "index.html",
            "stories/outage.html",
            "questions/hardest.html",
            "matrix.html",
        ] {
            phone.open(&format!("#{}", id(page)));
            phone.shows(page);
            let width = phone
                .browser
                .ask("return document.documentElement.scrollWidth");
            assert_eq!(width, 390, "{page}");
        }
        papers.insert(phone.browser.text(paper));
    }
    assert_eq!(papers.len(), 2, "{papers:?}");
}

#[test]
fn without_scripts_all_pages_are_shown_until_a_link_leads_to_one() {
    let phone = Phone::with(Browser::without_scripts());
    phone.browser.set_out_for(&phone.address(""));
    phone.browser.waits_for(
        "all pages are shown",
        "return all('main').length > 8 && all('main').every(page => page.checkVisibility())",
    );
    phone.click("nav a[href='#s']");
    phone.shows("stories.html");
    phone.click("main a[href='#s2']");
    phone.shows("stories/outage.html");
    phone.click("main a[href='#s1:d']");
    phone.shows("stories/move.html");
    assert_eq!(phone.browser.text("return one(':target').id"), "s1:d");
    phone.browser.ask("history.back()");
    phone.shows("stories/outage.html");
    // A text that is on another page has a link to it.
    phone.browser.set_out_for(&phone.address("#q2"));
    phone.shows("questions/hardest.html");
    phone.click("main [data-copy] > a");
    phone.shows("stories/outage.html");
    phone.was_quiet();
}
