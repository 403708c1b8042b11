//! Markdown as people write it: hidden text stays hidden, mistakes are reported at their places,
//! and the rest has its meaning.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use common::{WIKIS, check, check_for, drafts, files, make, site, site_for};
use storybank::model::Audience;

/// A case study with a body. Case studies are the documents that are on sites and on wikis.
fn case(body: &str) -> String {
    format!(
        "-- content/case-studies/outage.md --\n---\ntitle: The outage\naudience: public\n---\n{body}"
    )
}

/// The rules of a report, each with its line and column.
fn rules(report: &str) -> Vec<(String, String)> {
    let mut rules = Vec::new();
    let mut lines = report.lines();
    while let Some(line) = lines.next() {
        let rule = line
            .strip_prefix("error[")
            .or_else(|| line.strip_prefix("warning["))
            .and_then(|rest| rest.split(']').next());
        let Some(rule) = rule else { continue };
        let place = lines
            .next()
            .and_then(|line| line.split_once(".md:"))
            .map_or("", |(_, place)| place);
        rules.push((rule.to_owned(), place.to_owned()));
    }
    rules
}

fn found(body: &str) -> Vec<(String, String)> {
    rules(&check(&case(body)))
}

/// The output for a case study: its page in a public site, and its text for each kind of wiki.
fn everything_public(body: &str) -> Vec<String> {
    let text = case(body);
    let mut texts = vec![site_for(Audience::Public, &text)["case-studies/outage.html"].clone()];
    let drafts = drafts(&files(&text), Audience::Public);
    assert_eq!(drafts.len(), WIKIS.len());
    texts.extend(drafts.into_iter().flat_map(|(_, draft)| {
        draft
            .expect("there is a case study")
            .pages
            .into_iter()
            .map(|page| page.text)
    }));
    texts
}

#[test]
fn an_html_comment_that_is_not_closed_in_its_block_is_an_error() {
    // The first line of the body is line 5.
    for (body, place) in [
        (
            "We moved. <!-- ask Kim whether\n\nthis may be told -->\n",
            "5:11",
        ),
        ("<!-- ask Kim whether\n", "5:1"),
        ("text\n<!-- ask Kim\n\nmore -->\n\n<!-- and more\n", "10:1"),
        ("<div>\n<!-- ask Kim\n\nmore -->\n</div>\n", "6:1"),
        ("- one <!-- ask\n- two -->\n", "5:7"),
        ("- one <!-- ask\n\ntwo -->\n", "5:7"),
        ("- <!-- ask\n- two -->\n", "5:3"),
        ("> said <!-- ask\n\ntwo -->\n", "5:8"),
        ("> <!-- ask\ntwo -->\n", "5:3"),
        ("> > - a <!-- ask\n> >\n> > b -->\n", "5:9"),
        ("| a | b |\n| --- | --- |\n| c <!-- d | e --> |\n", "7:5"),
        ("## A <!-- title\n\nx -->\n", "5:6"),
        ("a[^1]\n\n[^1]: b <!-- c\n\nd -->\n", "7:9"),
        ("> [!note] A <!-- b\n\n-->\n", "5:13"),
        ("**a <!-- b**\n\n-->\n", "5:5"),
        ("[a <!-- b](https://example.org)\n\n-->\n", "5:4"),
        ("a <!-- b %%c%% d\n\n-->\n", "5:3"),
        ("a <!--> b\n", "5:3"),
        ("<!--> b\n\nc\n", "5:1"),
        ("<!--->\n\nsecret -->\n", "5:1"),
        ("a <![CDATA[ b\n\n]]>\n", "5:3"),
        ("<![CDATA[ b\n", "5:1"),
        ("a <?php b\n\n?>\n", "5:3"),
        ("<?php b\n", "5:1"),
        ("a <!DOCTYPE b\n\n>\n", "5:3"),
        ("<!DOCTYPE b\n", "5:1"),
    ] {
        assert_eq!(
            found(body)
                .iter()
                .find(|(rule, _)| rule == "unclosed-comment")
                .map(|(_, at)| at.as_str()),
            Some(place),
            "{body}"
        );
        assert!(
            make(&files(&case(body)), Audience::Public).is_err(),
            "{body}"
        );
    }
}

#[test]
fn text_that_resembles_a_comment_is_valid() {
    for body in [
        "a `<!-- b` c\n",
        "```html\n<!-- b\n```\n",
        "    <!-- b\n",
        "a \\<!-- b\n",
        "a &lt;!-- b\n",
        "1 <! 2, a <? b, <3 and <- c\n",
        "a <!-- b\nc --> d\n",
        "> a <!-- b\n> c --> d\n",
        "> <!-- b\n> c --> d\n",
        "<!-- b\n\nc -->\n\nd\n",
        "- a\n  <!-- b\n\n  c -->\n",
    ] {
        assert_eq!(found(body), [], "{body}");
    }
}

#[test]
fn html_comments_are_never_shown() {
    for body in [
        "told <!-- zebra --> told\n",
        "<!-- zebra\n\nzebra\n-->\n\ntold\n",
        "> <!-- zebra\n> zebra\n> -->\n>\n> told\n",
        "- told\n  <!-- zebra\n\n  zebra -->\n",
        "told <!-- a\nzebra > --> told\n",
        "told <![CDATA[ a > zebra ]]> told\n",
        "told <?zebra a > zebra ?> told\n",
        "told <!ZEBRA zebra> told\n",
        "<div>told <!-- <b> zebra --></div>\n",
    ] {
        for text in everything_public(body) {
            assert!(
                !text.to_lowercase().contains("zebra") && text.contains("told"),
                "{body}\n{text}"
            );
        }
    }
}

#[test]
fn an_unclosed_fence_around_more_than_code_is_an_error() {
    for (body, place) in [
        ("```\ncode\n\n%%ask Kim%%\n", "5:1"),
        ("~~~\ncode\n\n## Private {.private}\n", "5:1"),
        ("a\n\n````sh\ncode\n```\n\n> [!private] a\n", "7:1"),
        ("```\ncode\n\n## Outcome\n\ntext\n", "5:1"),
        ("```\ncode\n\nOutcome\n=======\n", "5:1"),
        ("```\ncode\n\n> [!privat] a\n", "5:1"),
        ("```\ncode\n\na *Question: since when?*\n", "5:1"),
        ("```\ncode\n\na <!-- b -->\n", "5:1"),
        ("- a\n  ```\n  code\n  %%b%%\n\nc\n", "6:3"),
        ("> ~~~\n> %%a%%\n\nb\n", "5:3"),
        ("- a\n  ```\n  code\n```\n\n%%b%%\n", "8:1"),
        ("```\ncode\n``` text\n\n%%b%%\n", "5:1"),
        ("~~~\ncode\n```\n%%b%%\n", "5:1"),
        ("a[^1]\n\n[^1]: ```\n    %%a%%\n\nb\n", "7:7"),
        ("```\n%%a%%\n> ```\n", "5:1"),
    ] {
        assert_eq!(
            found(body),
            [("unclosed-code".to_owned(), place.to_owned())],
            "{body}"
        );
    }
}

#[test]
fn a_closed_fence_or_one_around_code_only_is_valid() {
    for body in [
        "```\n%%\n## a\n```\n",
        "```\n%%\n`````\n",
        "~~~\n# a\n~~~~\n\nb\n",
        "> ```\n> # a\n> ```\n",
        "- ```\n  # a\n  ```\n\nb\n",
        "    ```\n    # a\n",
        "```\nlet a = 1;\n",
        "```\n```\n",
        "```\n",
    ] {
        assert_eq!(found(body), [], "{body}");
    }
}

#[test]
fn a_private_mark_inside_html_is_an_error() {
    for (body, place) in [
        ("<div>\n> [!private] ask Kim\n</div>\n", "6:1"),
        ("<details>\n## Salary {.private}\n</details>\n", "6:1"),
        ("<p>\n*Question: since when?*\n</p>\n", "6:1"),
        ("> <div>\n> [!privat] ask\n> </div>\n", "6:3"),
    ] {
        assert_eq!(
            found(body),
            [("swallowed-mark".to_owned(), place.to_owned())],
            "{body}"
        );
    }
    assert_eq!(found("<div>\n\n> [!private] ask Kim\n\n</div>\n"), []);
    assert_eq!(
        found("<pre>\n{ private: true }\n**Question:** a\n</pre>\n"),
        []
    );
}

/// Elements whose content is not shown as text, or is shown in a form control.
const DROPPED_WHOLE: &[&str] = &[
    "script", "style", "template", "noscript", "iframe", "object", "title", "textarea", "select",
    "math", "svg", "audio", "video", "canvas", "head", "datalist", "dialog",
];

#[test]
fn sites_and_wikis_drop_the_content_of_the_same_elements() {
    for name in DROPPED_WHOLE {
        for body in [
            format!("told <{name}>zebra</{name}> told\n"),
            format!("told <{name} a=\"b > c\">zebra *zebra* `zebra`</{name} > told\n"),
            format!("<div>told <{name}><b>zebra</b></{name}> told</div>\n"),
            format!("told\n\n<{name}>\nzebra\n<p>zebra</p>\n</{name}>\n"),
            format!("> told\n>\n> <{name}>\n> zebra\n> </{name}>\n"),
            format!(
                "told *a <{}>zebra* zebra</{name}> told\n",
                name.to_uppercase()
            ),
            format!("told\n\n## A <{name}>zebra</{name}> title\n\ntold\n"),
            format!(
                "told <{name}>[zebra](https://example.org/zebra) ![zebra](https://example.org/zebra)</{name}> told\n"
            ),
        ] {
            for text in everything_public(&body) {
                assert!(
                    !text.to_lowercase().contains("zebra") && text.contains("told"),
                    "{body}\n{text}"
                );
            }
            assert!(
                found(&body).iter().any(|(rule, _)| rule == "dropped-html"),
                "{body}"
            );
        }
    }
    for text in everything_public(
        "told <svg viewBox=\"0 0 1 1\"><g><text>zebra</text></g><svg>zebra</svg>zebra</svg> told\n",
    ) {
        assert!(!text.contains("zebra"), "{text}");
    }
    for text in everything_public(
        "told <span hidden>zebra</span> <b style=\"display : none\">zebra <b>a</b> zebra</b> told\n",
    ) {
        assert!(!text.contains("zebra"), "{text}");
    }
}

#[test]
fn the_content_of_other_elements_is_kept() {
    for name in [
        "font",
        "section",
        "article",
        "label",
        "button",
        "form",
        "fieldset",
        "center",
        "custom-element",
        "marquee",
    ] {
        for text in everything_public(&format!(
            "a <{name}>zebra</{name}> b\n\n<{name}>\nzebra two\n</{name}>\n"
        )) {
            assert!(
                text.contains("zebra") && text.contains("zebra two"),
                "{name}\n{text}"
            );
        }
    }
}

#[test]
fn a_dropped_element_that_is_not_closed_in_its_block_is_an_error() {
    for (body, place) in [
        ("a <script>b\n\nc</script>\n", "5:3"),
        ("<template>\na\n\nb\n</template>\n", "5:1"),
        ("- a <svg>b\n- c</svg>\n", "5:5"),
        ("<script>\na\n\nb\n", "5:1"),
        ("<div>\nif a <b\n", "6:6"),
        ("a <span hidden>b\n\nc</span>\n", "5:3"),
        ("## A <title>b\n\nc</title>\n", "5:6"),
        ("| a |\n| --- |\n| <svg>b |\n", "7:3"),
    ] {
        let found = found(body);
        assert_eq!(
            found
                .iter()
                .find(|(rule, _)| rule == "unclosed-html")
                .map(|(_, at)| at.as_str()),
            Some(place),
            "{body}\n{found:?}"
        );
    }
}

#[test]
fn pages_have_no_form_controls_except_task_boxes() {
    let body = "- [x] told\n- [ ] also\n\nbefore <input type=password name=zebra> <input type=\"checkbox\"> after\n\n\
        <form action=\"https://example.org/zebra\"><button onclick=\"zebra()\">words</button><select><option>zebra</option></select>\n\
        <textarea>zebra</textarea><input type=submit value=zebra><label>words</label><fieldset><legend>words</legend></fieldset>\n\
        <output>words</output><meter>words</meter><progress>words</progress><keygen></form>\n\n\
        <p a\"><input type=password value=\"zebra\"></p>\n\n\
        <div><input type=password\n\n";
    let sound = body.rsplit_once("<div>").expect("it is the last").0;
    for audience in [Audience::Private, Audience::Public] {
        let page = site_for(audience, &case(sound))["case-studies/outage.html"].clone();
        for control in [
            "<form",
            "<button",
            "<select",
            "<textarea",
            "<option",
            "<label",
            "<fieldset",
            "<output",
            "<meter",
            "<progress",
            "zebra",
        ] {
            assert!(!page.contains(control), "{control}\n{page}");
        }
        let inputs: Vec<&str> = page
            .match_indices("<input")
            .map(|(at, _)| page[at..].split('>').next().expect("it has a start"))
            .collect();
        assert_eq!(inputs.len(), 2, "{page}");
        assert!(
            inputs
                .iter()
                .all(|input| input.contains("type=\"checkbox\"") && input.contains("disabled")),
            "{inputs:?}"
        );
        assert_eq!(
            inputs
                .iter()
                .filter(|input| input.contains("checked"))
                .count(),
            1,
            "{inputs:?}"
        );
        assert_eq!(
            page.replace("class=\"words\"", "").matches("words").count(),
            6,
            "{page}"
        );
    }
    assert!(found(body).iter().any(|(rule, _)| rule == "unclosed-html"));
}

#[test]
fn merge_marks_are_one_error_each_and_headings_are_not() {
    let marks = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n";
    for (before, place) in [
        ("text\n", "6:1"),
        ("- a\n", "6:1"),
        ("```\n", "6:1"),
        ("> a\n", "6:1"),
        ("```\n## a\n", "7:1"),
        ("%%\n", "6:1"),
    ] {
        assert_eq!(
            found(&format!("{before}{marks}")),
            [("merge-marks".to_owned(), place.to_owned())],
            "{before}"
        );
    }
    let in_front_matter = format!("-- content/stories/a.md --\n---\n{marks}---\ntext\n");
    assert_eq!(
        rules(&check(&in_front_matter)),
        [("merge-marks".to_owned(), "2:1".to_owned())]
    );
    assert_eq!(
        found("Outcome\n=======\n\n    <<<<<<< a\n    =======\n    >>>>>>> b\n"),
        []
    );
}

/// A site with two stories, a case study, a sheet, and attachments. `body` is the text of the story
/// `alpha`.
fn linking(body: &str) -> String {
    format!(
        "-- content/stories/alpha.md --\n---\ntitle: Alpha\n---\n## Situation\n\n{body}\n\n### A/B split\n\none\n\n### A/B split\n\ntwo\n\n\
         ### 🚀 What's _new_ (v1.2)?\n\nthree\n\n### Größe\n\nfour\n\n### Salary {{.private}}\n\nfive\n\
         -- content/stories/My file.md --\n---\ntitle: My file\n---\n## Result\n\n### Before/after\n\nx\n\n## Follow-ups\n\n### Why A/B?\n\nBecause.\n\
         -- content/stories/Mu\u{308}ll.md --\n---\ntitle: Müll\n---\nx\n\
         -- content/questions/leading.md --\n---\ntitle: Leadership Questions\n---\n## When did you lead?\n\nx\n\n## Yes/no: did you?\n\ny\n\
         -- content/attachments/plan.png --\npng\n\
         -- content/attachments/Cafe\u{301}.PNG --\npng\n\
         -- content/attachments/a/twice.png --\npng\n\
         -- content/attachments/b/twice.png --\npng\n\
         -- content/stories/near.png --\npng\n\
         -- content/attachments/near.png --\npng\n\
         -- content/attachments/report.pdf --\npdf\n"
    )
}

fn alpha(body: &str) -> String {
    site(&linking(body))["stories/alpha.html"].clone()
}

fn report_of(body: &str) -> String {
    check(&linking(body))
}

#[test]
fn links_to_headings_use_the_anchors_of_github() {
    for (link, address) in [
        ("[x](#ab-split)", "#a-b-split"),
        ("[x](#ab-split-1)", "#a-b-split-2"),
        ("[x](#a-b-split)", "#a-b-split"),
        ("[x](#AB-Split)", "#a-b-split"),
        ("[x](#-whats-new-v12)", "#whats-new-v1-2"),
        ("[x](#gro\u{308}ße)", "#gr%C3%B6%C3%9Fe"),
        (
            "[x](My%20file.md#beforeafter)",
            "../stories/my-file.html#before-after",
        ),
        (
            "[[my-file#beforeafter|x]]",
            "../stories/my-file.html#before-after",
        ),
        (
            "[x](<My file.md#why-ab>)",
            "../questions/my-file-why-a-b.html",
        ),
        (
            "[x](../questions/leading.md#yesno-did-you)",
            "../questions/yes-no-did-you.html",
        ),
        (
            "[[leading#yes-no-did-you|x]]",
            "../questions/yes-no-did-you.html",
        ),
        (
            "[[Leadership Questions#When did you lead?|x]]",
            "../questions/when-did-you-lead.html",
        ),
    ] {
        let page = alpha(link);
        assert!(
            page.contains(&format!("<a href=\"{address}\">x</a>")),
            "{link}\n{page}"
        );
    }
    let report = report_of("[x](#ab-split-2)");
    assert!(report.contains("error[dangling-link]"), "{report}");
    assert!(report_of("[x](#salary)").contains("error[dangling-link]"));
}

#[test]
fn links_to_files_support_all_notations() {
    for link in [
        "[x](<My file.md>)",
        "[x](My%20file.md)",
        "[x](./My%20file.md)",
        "[x](<./My file.md>)",
        "[x](My%20file.MD)",
        "[x](/stories/My%20file.md)",
        "[x](../stories/./My%20file.md)",
        "[x]\n\n[x]: <My file.md>",
        "[[My file|x]]",
        "[[My file.md|x]]",
        "[[stories/My file.MD|x]]",
    ] {
        assert!(
            alpha(link).contains("<a href=\"../stories/my-file.html\">x</a>"),
            "{link}\n{}",
            alpha(link)
        );
    }
    for link in [
        "[x](M\u{fc}ll.md)",
        "[x](Mu\u{308}ll.md)",
        "[x](M%C3%BCll.md)",
        "[[M\u{fc}ll|x]]",
        "[[Mu\u{308}ll|x]]",
    ] {
        assert!(
            alpha(link).contains("<a href=\"../stories/m%C3%BCll.html\">x</a>"),
            "{link}"
        );
    }
    for image in [
        "![x](../attachments/Caf\u{e9}.png)",
        "![x](../attachments/Cafe%CC%81.PNG)",
        "![[Caf\u{e9}.png|x]]",
        "![[Cafe\u{301}.PNG|x]]",
    ] {
        assert!(alpha(image).contains("<img src=\"../assets/"), "{image}");
    }
    let both = linking("[x](twice.pdf)")
        + "-- content/stories/twice.PDF --\na\n-- content/stories/twice.Pdf --\nb\n";
    let report = check(&both);
    assert!(
        report.contains("error[ambiguous-link]") && report.contains("`/stories/twice.PDF`"),
        "{report}"
    );
}

#[test]
fn an_embed_finds_its_file_in_a_folder_of_attachments_and_has_a_size() {
    for (embed, image) in [
        ("![[plan.png]]", "alt=\"\" loading=\"lazy\">"),
        (
            "![[plan.png|400]]",
            "alt=\"\" loading=\"lazy\" width=\"400\">",
        ),
        (
            "![[plan.png|400x300]]",
            "alt=\"\" loading=\"lazy\" width=\"400\" height=\"300\">",
        ),
        (
            "![[plan.png|the plan]]",
            "alt=\"the plan\" loading=\"lazy\">",
        ),
        (
            "![[plan.png|the plan|400]]",
            "alt=\"the plan\" loading=\"lazy\" width=\"400\">",
        ),
        ("![[plan.png|400 m]]", "alt=\"400 m\" loading=\"lazy\">"),
        ("![[plan.png|0]]", "alt=\"0\" loading=\"lazy\">"),
        ("![[attachments/plan.png]]", "alt=\"\" loading=\"lazy\">"),
        ("![[a/twice.png]]", "alt=\"\" loading=\"lazy\">"),
        ("![[near.png]]", "alt=\"\" loading=\"lazy\">"),
        (
            "![the plan|400](../attachments/plan.png)",
            "alt=\"the plan\" loading=\"lazy\" width=\"400\">",
        ),
        (
            "![400](../attachments/plan.png)",
            "alt=\"400\" loading=\"lazy\">",
        ),
        (
            "| a |\n| --- |\n| ![[plan.png\\|400]] |",
            "alt=\"\" loading=\"lazy\" width=\"400\">",
        ),
        (
            "| a |\n| --- |\n| ![[plan.png\\|b\\|400]] |",
            "alt=\"b\" loading=\"lazy\" width=\"400\">",
        ),
        ("<b>a</b> ![[plan.png|400x300]]", "height=\"300\""),
    ] {
        let page = alpha(embed);
        assert!(
            page.contains("<img ") && page.contains(image),
            "{embed}\n{page}"
        );
    }
    assert!(
        alpha("[[report.pdf]]").contains(".pdf\">report.pdf</a>"),
        "{}",
        alpha("[[report.pdf]]")
    );
    let report = report_of("![[twice.png]]");
    assert!(
        report.contains("error[ambiguous-link]") && report.contains("`/attachments/a/twice.png`"),
        "{report}"
    );
    let report = report_of("![[plam.png]]");
    assert!(
        report.contains("error[dangling-link]") && report.contains("plan.png"),
        "{report}"
    );
}

#[test]
fn the_size_of_a_picture_is_not_text_on_wikis() {
    let text = case("![[plan.png|4321]] a ![[plan.png|the plan|8765]]\n")
        + "-- content/attachments/plan.png --\nnone\n";
    for (kind, draft) in drafts(&files(&text), Audience::Public) {
        let text: String = draft
            .expect("there is a case study")
            .pages
            .into_iter()
            .map(|page| page.text)
            .collect();
        assert!(
            !text.contains("4321") && !text.contains("8765"),
            "{kind}\n{text}"
        );
    }
}

#[test]
fn a_link_with_a_colon_is_reported_with_the_right_form() {
    for link in [
        "[[Leadership Questions]]",
        "[[leading]]",
        "[[questions/leading]]",
        "[x](../questions/leading.md)",
        "[[leading#no]]",
    ] {
        let report = report_of(link);
        assert!(report.contains("error[dangling-link]"), "{report}");
        assert!(
            report.contains("`[[questions/when-did-you-lead]]`, `[[questions/yes-no-did-you]]`"),
            "{report}"
        );
    }
    for (link, form) in [
        ("[[stories:alpha]]", "`[[stories/alpha]]`"),
        ("[[Story: alpha|x]]", "`[[stories/alpha]]`"),
        ("[[stories::alpha]]", "`[[stories/alpha]]`"),
        ("[[question:mistake]]", "`[[questions/mistake]]`"),
        ("[[case study:outage]]", "`[[case-studies/outage]]`"),
        ("![[stories:alpha#situation]]", "`[[stories/alpha]]`"),
    ] {
        let report = report_of(link);
        assert!(
            report.contains("error[dangling-link]") && report.contains(form),
            "{report}"
        );
    }
    assert!(report_of("[[Incident: the outage]]").contains("error[dangling-link]"));
    assert!(alpha("[[https://example.org|x]]").contains("<a href=\"https://example.org\">x</a>"));
}

#[test]
fn highlighted_words_are_marked_everywhere() {
    for (text, html) in [
        ("a ==b== c", "a <mark>b</mark> c"),
        ("==a **b** c==", "<mark>a <strong>b</strong> c</mark>"),
        ("==a== and ==b==.", "<mark>a</mark> and <mark>b</mark>."),
        ("*==a==*", "<em><mark>a</mark></em>"),
        ("==a\nb==", "<mark>a\nb</mark>"),
        ("(==a==)", "(<mark>a</mark>)"),
        ("这==重点==是", "这<mark>重点</mark>是"),
        ("==`a==b`==", "<mark><code>a==b</code></mark>"),
        ("a == b and c == d", "a == b and c == d"),
        ("if x==1 or y==2", "if x==1 or y==2"),
        ("\\==a==", "==a=="),
        ("==a", "==a"),
        ("=== a ===", "=== a ==="),
        ("==== a", "==== a"),
        ("==*a== b*", "==<em>a== b</em>"),
        ("`==a==`", "<code>==a==</code>"),
    ] {
        let page = alpha(text);
        assert!(page.contains(&format!("{html}</p>")), "{text}\n{page}");
    }
    for (kind, draft) in drafts(&files(&case("we ==moved== on\n")), Audience::Public) {
        let text: String = draft
            .expect("there is a case study")
            .pages
            .into_iter()
            .map(|page| page.text)
            .collect();
        assert!(
            text.contains("moved") && !text.contains("==moved"),
            "{kind}\n{text}"
        );
    }
    assert!(
        site_for(Audience::Public, &case("==Fal==con\n"))["case-studies/outage.html"]
            .contains("==Fal==con")
    );
    assert!(
        check_for(
            Audience::Public,
            &format!(
                "-- site.toml --\n[forbid]\nwords = [\"Falcon\"]\n{}",
                case("==Fal==*con*\n")
            )
        )
        .contains("withheld-word")
    );
}

#[test]
fn text_and_pages_have_the_right_direction() {
    let story = "-- content/stories/a.md --\n---\ntitle: התקלה\nfacts:\n  זמן: שעה\n---\n## Situation\n\nקרה דבר.\n\n- אחת\n- two\n\n> ציטוט\n\n\
        | א |\n| --- |\n| ב |\n\n### כותרת\n\n> [!note] שלום\n> עולם\n\n```\ncode\n```\n\nEnglish words.\n";
    for (language, direction) in [
        ("en", "ltr"),
        ("he", "rtl"),
        ("ar-EG", "rtl"),
        ("az-Arab", "rtl"),
        ("ar-Latn", "ltr"),
        ("fa", "rtl"),
        ("ur", "rtl"),
    ] {
        let pages = site(&format!(
            "-- site.toml --\nlanguage = \"{language}\"\n{story}"
        ));
        for (path, page) in &pages {
            assert!(
                page.contains(&format!("<html lang=\"{language}\" dir=\"{direction}\">")),
                "{path}\n{page}"
            );
        }
        let page = &pages["stories/a.html"];
        for part in [
            "<h1 dir=\"auto\">התקלה",
            "<p dir=\"auto\">קרה דבר.",
            "<ul dir=\"auto\">\n<li>אחת",
            "<blockquote dir=\"auto\">\n<p>ציטוט",
            "<div class=\"table\" dir=\"auto\"><table>",
            "<p class=\"callout-title\" dir=\"auto\">שלום",
            "<p dir=\"auto\">עולם",
            "<pre class=\"code\" dir=\"ltr\"",
            "<p dir=\"auto\">English words.",
            "<dt dir=\"auto\">זמן</dt> <dd dir=\"auto\">שעה</dd>",
        ] {
            assert!(page.contains(part), "{part}\n{page}");
        }
    }
}

#[test]
fn a_link_with_blank_text_shows_the_title_of_its_target() {
    let text = "-- content/stories/a.md --\n---\ntitle: Alpha\naudience: public\n---\n## Result\n\n[[b|]], [[b| ]], [](b.md), [[#result|]]\n-- content/stories/b.md --\n---\ntitle: Beta\naudience: public\n---\nb\n";
    let page = site_for(Audience::Private, text)["stories/a.html"].clone();
    let words = |title: &str| page.matches(&format!(">{title}</a>")).count();
    assert!(words("Beta") >= 3 && words("Result") >= 1, "{page}");
    assert!(!page.contains("\"></a>"), "{page}");
}

#[test]
fn a_link_within_a_page_has_the_same_text_for_all_audiences() {
    let text = "-- content/stories/a.md --\n---\ntitle: Alpha\naudience: public\n---\n## Context\n\nsee [[#result]] and [[#Zebra gears]]\n\n## Result\n\nr\n\n### Zebra gears\n\ng\n";
    for audience in [Audience::Private, Audience::Team, Audience::Public] {
        let page = site_for(audience, text)["stories/a.html"].clone();
        assert!(
            page.contains(
                "<a href=\"#result\">Result</a> and <a href=\"#zebra-gears\">Zebra gears</a>"
            ),
            "{page}"
        );
    }
}

#[test]
fn a_link_in_a_sheet_can_target_its_questions_and_their_sections() {
    let text = "-- content/questions/sheet.md --\n---\naudience: public\n---\n# Mine\n\n## 1. Tell me\n\n[two](#2-why-us--we) [deep](#deep-down) [[#Tell me]]\n\n## 2. Why us & we?\n\n[one](#1-tell-me) [down](#deep-down)\n\n### Deep down\n\nd\n";
    for audience in [Audience::Private, Audience::Public] {
        let pages = site_for(audience, &text.replace(" [[#Tell me]]", ""));
        let (one, two) = (
            &pages["questions/1-tell-me.html"],
            &pages["questions/2-why-us-we.html"],
        );
        assert!(
            one.contains("2-why-us-we.html\">two</a>")
                && one.contains("2-why-us-we.html#deep-down\">deep</a>"),
            "{one}"
        );
        assert!(
            two.contains("1-tell-me.html\">one</a>") && two.contains("\"#deep-down\">down</a>"),
            "{two}"
        );
    }
    let mistakes = rules(&check(text));
    assert_eq!(mistakes.len(), 1, "{mistakes:?}");
}

#[test]
fn transcluding_a_nested_heading_shows_its_text_in_the_block() {
    let other = "-- content/case-studies/other.md --\n---\ntitle: The other\naudience: public\n---\n\
                 > ## Said\n>\n> Amber.\n>\n> > # Deeper\n> >\n> > Birch.\n\nCedar.\n\n- ## Listed\n\n  Date.\n\nElder.\n";
    let page = |fragment: &str| {
        let text = format!("{}{other}", case(&format!("![[other#{fragment}]]\n")));
        let page = site_for(Audience::Public, &text)["case-studies/outage.html"].clone();
        ["Amber", "Birch", "Cedar", "Date", "Elder"].map(|word| page.contains(word))
    };
    assert_eq!(page("said"), [true, true, false, false, false]);
    assert_eq!(page("listed"), [false, false, false, true, false]);
}

#[test]
fn a_literal_bracket_before_a_dropped_element_opens_no_tag() {
    for text in everything_public(
        "Amber <<script></script>b title=\"birch\">cedar\n\n<div>\nOne <<script></script>!-- two --> three\n</div>\n",
    ) {
        for word in ["birch", "cedar", "two", "three"] {
            assert!(text.contains(word), "{word} in {text}");
        }
    }
}

#[test]
fn words_with_character_references_are_redacted() {
    let settings = "-- site.toml --\n[redact]\n\"Project Falcon\" = \"the project\"\n\"amp\" = \"the amplifier\"\n";
    let body =
        "<div>\nWe ran Project&nbsp;&#70;alcon &amp; an amp, <b>Pro&shy;ject</b> Falcon.\n</div>\n";
    let page = site_for(Audience::Public, &format!("{}{settings}", case(body)))["case-studies/outage.html"].clone();
    assert!(
        page.contains("We ran the project &amp; an the amplifier, <b>the project</b>."),
        "{page}"
    );
}

#[test]
fn words_around_a_code_block_are_separate() {
    use storybank::markdown;
    use storybank::source::SitePath;
    let (body, _) = markdown::read(
        &SitePath::new("content/stories/x.md"),
        &"- one two\n  ```\n  code\n  ```\n  three four\n".into(),
        0,
    );
    assert_eq!(body.spoken_words(0..body.nodes.len(), &[]), 4);
}
