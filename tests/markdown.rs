//! Markdown as people write it: what is hidden stays hidden, what is broken is reported at its place, and what is meant is read.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use common::{WIKIS, check, check_for, drafts, files, make, site, site_for};
use storybank::model::Audience;

/// A case study with a body, which is the one document that goes to sites and to wikis.
fn case(body: &str) -> String {
    format!("-- content/case-studies/outage.md --\n---\ntitle: The outage\naudience: public\n---\n{body}")
}

/// The rules of a report, each with the line and the column of its place.
fn rules(report: &str) -> Vec<(String, String)> {
    let mut rules = Vec::new();
    let mut lines = report.lines();
    while let Some(line) = lines.next() {
        let rule = line.strip_prefix("error[").or_else(|| line.strip_prefix("warning[")).and_then(|rest| rest.split(']').next());
        let Some(rule) = rule else { continue };
        let place = lines.next().and_then(|line| line.split_once(".md:")).map_or("", |(_, place)| place);
        rules.push((rule.to_owned(), place.to_owned()));
    }
    rules
}

fn found(body: &str) -> Vec<(String, String)> {
    rules(&check(&case(body)))
}

/// What sites and wikis say of a case study: its page for everybody, and the text for each kind of wiki.
fn everything_public(body: &str) -> Vec<String> {
    let text = case(body);
    let mut texts = vec![site_for(Audience::Public, &text)["case-studies/outage.html"].clone()];
    let drafts = drafts(&files(&text), Audience::Public);
    assert_eq!(drafts.len(), WIKIS.len());
    texts.extend(drafts.into_iter().flat_map(|(_, draft)| draft.expect("there is a case study").pages.into_iter().map(|page| page.text)));
    texts
}

#[test]
fn a_comment_of_html_that_does_not_close_in_its_block_is_an_error() {
    // The first line of the body is line 5.
    for (body, place) in [
        ("We moved. <!-- ask Kim whether\n\nthis may be told -->\n", "5:11"),
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
        assert_eq!(found(body).iter().find(|(rule, _)| rule == "unclosed-comment").map(|(_, at)| at.as_str()), Some(place), "{body}");
        assert!(make(&files(&case(body)), Audience::Public).is_err(), "{body}");
    }
}

#[test]
fn what_only_looks_like_a_comment_is_none() {
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
fn a_comment_of_html_is_in_no_page_of_anybody() {
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
            assert!(!text.to_lowercase().contains("zebra") && text.contains("told"), "{body}\n{text}");
        }
    }
}

#[test]
fn a_fence_that_never_closes_and_takes_in_more_than_code_is_an_error() {
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
        assert_eq!(found(body), [("unclosed-code".to_owned(), place.to_owned())], "{body}");
    }
}

#[test]
fn a_fence_that_closes_or_takes_in_code_alone_is_none() {
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
fn a_mark_for_private_text_inside_of_html_is_an_error() {
    for (body, place) in [
        ("<div>\n> [!private] ask Kim\n</div>\n", "6:1"),
        ("<details>\n## Salary {.private}\n</details>\n", "6:1"),
        ("<p>\n*Question: since when?*\n</p>\n", "6:1"),
        ("> <div>\n> [!privat] ask\n> </div>\n", "6:3"),
    ] {
        assert_eq!(found(body), [("swallowed-mark".to_owned(), place.to_owned())], "{body}");
    }
    assert_eq!(found("<div>\n\n> [!private] ask Kim\n\n</div>\n"), []);
    assert_eq!(found("<pre>\n{ private: true }\n**Question:** a\n</pre>\n"), []);
}

/// Elements whose words a browser does not show as words of the text, or shows in a box that asks for something.
const DROPPED_WHOLE: &[&str] = &[
    "script", "style", "template", "noscript", "iframe", "object", "title", "textarea", "select", "math", "svg", "audio", "video",
    "canvas", "head", "datalist", "dialog",
];

#[test]
fn one_rule_drops_the_words_of_elements_for_sites_and_wikis() {
    for name in DROPPED_WHOLE {
        for body in [
            format!("told <{name}>zebra</{name}> told\n"),
            format!("told <{name} a=\"b > c\">zebra *zebra* `zebra`</{name} > told\n"),
            format!("<div>told <{name}><b>zebra</b></{name}> told</div>\n"),
            format!("told\n\n<{name}>\nzebra\n<p>zebra</p>\n</{name}>\n"),
            format!("> told\n>\n> <{name}>\n> zebra\n> </{name}>\n"),
            format!("told *a <{}>zebra* zebra</{name}> told\n", name.to_uppercase()),
            format!("told\n\n## A <{name}>zebra</{name}> title\n\ntold\n"),
            format!("told <{name}>[zebra](https://example.org/zebra) ![zebra](https://example.org/zebra)</{name}> told\n"),
        ] {
            for text in everything_public(&body) {
                assert!(!text.to_lowercase().contains("zebra") && text.contains("told"), "{body}\n{text}");
            }
            assert!(found(&body).iter().any(|(rule, _)| rule == "dropped-html"), "{body}");
        }
    }
    for text in everything_public("told <svg viewBox=\"0 0 1 1\"><g><text>zebra</text></g><svg>zebra</svg>zebra</svg> told\n") {
        assert!(!text.contains("zebra"), "{text}");
    }
    for text in everything_public("told <span hidden>zebra</span> <b style=\"display : none\">zebra <b>a</b> zebra</b> told\n") {
        assert!(!text.contains("zebra"), "{text}");
    }
}

#[test]
fn words_in_other_elements_stay_everywhere() {
    for name in ["font", "section", "article", "label", "button", "form", "fieldset", "center", "custom-element", "marquee"] {
        for text in everything_public(&format!("a <{name}>zebra</{name}> b\n\n<{name}>\nzebra two\n</{name}>\n")) {
            assert!(text.contains("zebra") && text.contains("zebra two"), "{name}\n{text}");
        }
    }
}

#[test]
fn an_element_that_is_dropped_and_does_not_close_in_its_block_is_an_error() {
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
        assert_eq!(found.iter().find(|(rule, _)| rule == "unclosed-html").map(|(_, at)| at.as_str()), Some(place), "{body}\n{found:?}");
    }
}

#[test]
fn a_page_has_no_control_but_the_boxes_of_its_tasks() {
    let body = "- [x] told\n- [ ] also\n\nbefore <input type=password name=zebra> <input type=\"checkbox\"> after\n\n\
        <form action=\"https://example.org/zebra\"><button onclick=\"zebra()\">words</button><select><option>zebra</option></select>\n\
        <textarea>zebra</textarea><input type=submit value=zebra><label>words</label><fieldset><legend>words</legend></fieldset>\n\
        <output>words</output><meter>words</meter><progress>words</progress><keygen></form>\n\n\
        <p a\"><input type=password value=\"zebra\"></p>\n\n\
        <div><input type=password\n\n";
    let sound = body.rsplit_once("<div>").expect("it is the last").0;
    for audience in [Audience::Private, Audience::Public] {
        let page = site_for(audience, &case(sound))["case-studies/outage.html"].clone();
        for control in
            ["<form", "<button", "<select", "<textarea", "<option", "<label", "<fieldset", "<output", "<meter", "<progress", "zebra"]
        {
            assert!(!page.contains(control), "{control}\n{page}");
        }
        let inputs: Vec<&str> = page.match_indices("<input").map(|(at, _)| page[at..].split('>').next().expect("it has a start")).collect();
        assert_eq!(inputs.len(), 2, "{page}");
        assert!(inputs.iter().all(|input| input.contains("type=\"checkbox\"") && input.contains("disabled")), "{inputs:?}");
        assert_eq!(inputs.iter().filter(|input| input.contains("checked")).count(), 1, "{inputs:?}");
        assert_eq!(page.replace("class=\"words\"", "").matches("words").count(), 6, "{page}");
    }
    assert!(found(body).iter().any(|(rule, _)| rule == "unclosed-html"));
}

#[test]
fn marks_of_a_merge_are_one_error_each_and_headings_are_none() {
    let marks = "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n";
    for (before, place) in [("text\n", "6:1"), ("- a\n", "6:1"), ("```\n", "6:1"), ("> a\n", "6:1"), ("```\n## a\n", "7:1"), ("%%\n", "6:1")] {
        assert_eq!(found(&format!("{before}{marks}")), [("merge-marks".to_owned(), place.to_owned())], "{before}");
    }
    let in_front_matter = format!("-- content/stories/a.md --\n---\n{marks}---\ntext\n");
    assert_eq!(rules(&check(&in_front_matter)), [("merge-marks".to_owned(), "2:1".to_owned())]);
    assert_eq!(found("Outcome\n=======\n\n    <<<<<<< a\n    =======\n    >>>>>>> b\n"), []);
}
