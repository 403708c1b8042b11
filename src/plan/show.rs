//! A plan as text for the user.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use super::{Action, Conflict, FileAction, FileStep, Plan, RemotePage, Step, comparable};
use crate::config::Target;
use crate::escape::{visible, visible_lines};
use crate::report::Colour;
use crate::slug::Slug;

/// Lines of context around a change.
const AROUND: usize = 2;

/// Characters of context around a difference within a line.
const CONTEXT: usize = 40;

/// The maximum length of a line in characters.
const LONGEST_LINE: usize = 200;

/// The maximum number of lines of one difference.
const MOST_LINES: usize = 60;

/// The plan, page by page, with the changes of each.
pub fn show(plan: &Plan, colour: Colour) -> String {
    let mut out = String::new();
    let paint = Paint(colour);
    for step in &plan.steps {
        show_step(step, paint, &mut out);
    }
    for file in &plan.side_files {
        line(&paint.bold("side_files"), &visible(&file.path), &mut out);
        out.push_str(&difference(&file.before, &file.after, paint));
    }
    for step in &plan.files {
        show_file(step, paint, &mut out);
    }
    out
}

fn show_step(step: &Step, paint: Paint, out: &mut String) {
    let old = &comparable(
        step.remote
            .as_ref()
            .map_or("", |remote| remote.text.as_str()),
    );
    let new = &comparable(
        step.wanted
            .as_ref()
            .map_or("", |wanted| wanted.text.as_str()),
    );
    let (verb, remark) = match &step.action {
        Action::Create => (paint.good("create"), size(new)),
        Action::Update => (paint.good("update"), counted(old, new)),
        Action::Unchanged => (paint.plain("unchanged"), String::new()),
        Action::Refuse(conflict) => (paint.bad("conflict"), why(*conflict, step)),
        Action::Barred(reason) => (paint.bad("refused"), visible(reason).into_owned()),
        Action::Leave => (
            paint.plain("left"),
            "no longer published; `--prune` deletes it".to_owned(),
        ),
        Action::Delete => (paint.bad("delete"), "no longer published".to_owned()),
        Action::Forget => (paint.plain("forget"), why_forgotten(step)),
    };
    line(&verb, &about(step, &remark), out);
    match &step.action {
        Action::Update => {
            out.push_str(&difference(old, new, paint));
            show_files(step, out);
        }
        Action::Refuse(conflict) => {
            out.push_str(&conflict_in_full(step, *conflict, old, new, paint));
        }
        _ => {}
    }
}

fn why_forgotten(step: &Step) -> String {
    match &step.gone_to {
        Some(path) => format!(
            "no longer published; somebody has moved it to `{}`, where it stays",
            visible(path)
        ),
        None => "no longer published, and already gone".to_owned(),
    }
}

/// An attachment that no page shows any more.
fn show_file(step: &FileStep, paint: Paint, out: &mut String) {
    let name = format!("the picture {}", step.file.name);
    match &step.action {
        FileAction::Leave => line(
            &paint.plain("left"),
            &format!("{name}: no page shows it any more; `--prune` deletes it"),
            out,
        ),
        FileAction::Delete => line(
            &paint.bad("delete"),
            &format!("{name}: no page shows it any more"),
            out,
        ),
        FileAction::Forget => line(
            &paint.plain("forget"),
            &format!("{name}: no page shows it any more, and it is already gone"),
            out,
        ),
        FileAction::Keep(reason) => {
            line(
                &paint.plain("kept"),
                &format!(
                    "{name}: no published page shows it any more, but {}",
                    visible(reason)
                ),
                out,
            );
        }
    }
}

fn line(verb: &str, rest: &str, out: &mut String) {
    // Writing to a string never fails.
    let _ = writeln!(out, "  {verb} {rest}");
}

fn about(step: &Step, remark: &str) -> String {
    let path = match (&step.wanted, &step.recorded) {
        (Some(wanted), _) => &wanted.location.path,
        (None, Some(recorded)) => &recorded.path,
        (None, None) => &step.title,
    };
    let (title, path) = (visible(&step.title), visible(path));
    let title = if path == title {
        title.into_owned()
    } else {
        format!("{title} ({path})")
    };
    let title = match moved_to(step) {
        Some(there) => format!("{title}, which somebody has moved to “{}”", visible(there)),
        None => title,
    };
    if remark.is_empty() {
        title
    } else {
        format!("{title}: {remark}")
    }
}

/// The new path or title that somebody has given a page.
fn moved_to(step: &Step) -> Option<&str> {
    let moved = step
        .remote
        .as_ref()
        .and_then(|remote| remote.moved_to.as_deref());
    moved.or_else(|| step.renamed())
}

/// The attachments that the wiki does not have yet.
fn show_files(step: &Step, out: &mut String) {
    let (Some(wanted), Some(remote)) = (&step.wanted, &step.remote) else {
        return;
    };
    for name in wanted
        .attachments
        .iter()
        .filter(|name| !remote.attachments.contains(*name))
    {
        let _ = writeln!(out, "    + the picture {}", visible(name));
    }
}

fn size(text: &str) -> String {
    crate::report::counted(text.lines().count(), "line")
}

fn counted(old: &str, new: &str) -> String {
    let (old, new) = (closed(old), closed(new));
    let diff = TextDiff::from_lines(&old, &new);
    let count = |tag| {
        diff.iter_all_changes()
            .filter(|change| change.tag() == tag)
            .count()
    };
    format!(
        "+{} −{} lines",
        count(ChangeTag::Insert),
        count(ChangeTag::Delete)
    )
}

/// A text with `\n` after each line: a difference in line ends alone is not a change.
fn closed(text: &str) -> String {
    text.lines().map(|line| format!("{line}\n")).collect()
}

fn why(conflict: Conflict, step: &Step) -> String {
    let by = step.remote.as_ref().map_or(String::new(), who);
    match conflict {
        Conflict::NotOurs => {
            format!("a page with this name exists that was not published from here{by}")
        }
        Conflict::Edited => format!("somebody has changed it since it was published{by}"),
        Conflict::Deleted => match &step.gone_to {
            Some(path) => format!(
                "somebody has moved it to `{}` since it was published",
                visible(path)
            ),
            None => "somebody has deleted it since it was published".to_owned(),
        },
        Conflict::Commented => "an open comment would lose its position".to_owned(),
        Conflict::Taken => "another page has the title that this page would get".to_owned(),
        Conflict::Retitled => {
            "its title is new, and somebody has changed the page with the old one; see below"
                .to_owned()
        }
    }
}

/// The heading above the text of a page: its case study, wiki, path and last editor.
pub fn about_page(case: &Slug, target: &Target, remote: &RemotePage) -> String {
    let path = visible(remote.moved_to.as_ref().unwrap_or(&remote.id));
    format!(
        "`{case}` as it is on `{}` ({path}){}",
        target.name,
        who(remote)
    )
}

/// The text of a page without control characters, safe for a terminal.
pub fn printable(text: &str) -> String {
    text.lines()
        .map(|line| format!("{}\n", visible(line)))
        .collect()
}

fn who(remote: &RemotePage) -> String {
    let editor = remote
        .editor
        .as_ref()
        .map_or(String::new(), |editor| format!(" by {}", visible(editor)));
    let edited = remote
        .edited
        .as_ref()
        .map_or(String::new(), |edited| format!(" at {}", visible(edited)));
    if editor.is_empty() && edited.is_empty() {
        String::new()
    } else {
        format!(", last{editor}{edited}")
    }
}

/// What a user needs to know to resolve a conflict. `old` and `new` are the text on the wiki and the desired one.
fn conflict_in_full(step: &Step, conflict: Conflict, old: &str, new: &str, paint: Paint) -> String {
    let mut out = String::new();
    if conflict == Conflict::Commented {
        for words in step.remote.iter().flat_map(|remote| &remote.commented) {
            let _ = writeln!(out, "    the comment is about “{}”", visible(words));
        }
    }
    if matches!(conflict, Conflict::NotOurs | Conflict::Edited) && step.wanted.is_some() {
        let _ = writeln!(out, "    the page now (−) and after publishing (+):");
        out.push_str(&difference(old, new, paint));
    }
    let _ = writeln!(out, "    {}", advice(step, conflict));
    out
}

/// What the user can do about a conflict.
fn advice(step: &Step, conflict: Conflict) -> String {
    let case = visible(step.case.as_str());
    let copy = format!("copy their changes, which `--show {case}` prints");
    let is_orphan = step.wanted.is_none();
    let delete = format!("or delete it anyway with `--prune --force {case}`");
    match conflict {
        Conflict::Edited if is_orphan => format!("leave it, {delete}"),
        Conflict::Edited => format!("{copy}, then overwrite the page with `--force {case}`"),
        Conflict::Retitled => format!("{copy}, then publish under the new title with `--force {case}`"),
        Conflict::Commented if is_orphan => format!("resolve the comment, {delete}"),
        Conflict::Commented => format!("resolve the comment, or publish anyway with `--force {case}`"),
        Conflict::NotOurs => format!("change the title of the case study, or overwrite that page with `--force {case}`"),
        Conflict::Taken => "publish again when that page is renamed or deleted, or change the title of the case study".to_owned(),
        Conflict::Deleted if step.gone_to.is_some() => format!("move it back, or publish it again at its old path with `--force {case}`"),
        Conflict::Deleted => format!("leave it deleted, or publish it again with `--force {case}`"),
    }
}

/// The differing lines of two texts, with context.
fn difference(old: &str, new: &str, paint: Paint) -> String {
    let (old, new) = (closed(old), closed(new));
    let diff = TextDiff::from_lines(&old, &new);
    let mut lines: Vec<String> = Vec::new();
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            lines.push("    …".to_owned());
        }
        for operation in group {
            let changes: Vec<_> = diff
                .iter_changes(operation)
                .map(|change| (change.tag(), visible_line(change.value())))
                .collect();
            lines.extend(focused(changes).into_iter().map(|(tag, words)| match tag {
                ChangeTag::Delete => paint.bad(&format!("    - {words}")),
                ChangeTag::Insert => paint.good(&format!("    + {words}")),
                ChangeTag::Equal => format!("      {}", shortened(&words)),
            }));
        }
    }
    let more = lines.len().saturating_sub(MOST_LINES);
    lines.truncate(MOST_LINES);
    if more > 0 {
        lines.push(format!(
            "    … and {}",
            crate::report::counted(more, "more line")
        ));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// One changed line: both versions are cut to the part that differs, because paragraphs are long lines.
fn focused(changes: Vec<(ChangeTag, String)>) -> Vec<(ChangeTag, String)> {
    let [(ChangeTag::Delete, old), (ChangeTag::Insert, new)] = changes.as_slice() else {
        return changes
            .into_iter()
            .map(|(tag, words)| (tag, shortened(&words)))
            .collect();
    };
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let same =
        |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let start = same(&mut old.iter().zip(&new));
    let end = same(&mut old[start..].iter().rev().zip(new[start..].iter().rev()));
    let window = |line: &[char]| {
        let (from, to) = (
            start.saturating_sub(CONTEXT),
            (line.len() - end + CONTEXT).min(line.len()),
        );
        let words: String = line[from..to].iter().collect();
        format!(
            "{}{words}{}",
            if from > 0 { "… " } else { "" },
            if to < line.len() { " …" } else { "" }
        )
    };
    vec![
        (ChangeTag::Delete, shortened(&window(&old))),
        (ChangeTag::Insert, shortened(&window(&new))),
    ]
}

/// The start of a line, up to [`LONGEST_LINE`].
fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    }
}

/// A line without control characters, safe for a terminal.
fn visible_line(line: &str) -> String {
    visible_lines(line.trim_end_matches(['\n', '\r'])).into_owned()
}

/// Colours the text, if colours are wanted.
#[derive(Clone, Copy)]
struct Paint(Colour);

impl Paint {
    fn with(self, style: anstyle::Style, text: &str) -> String {
        match self.0 {
            Colour::Styled => format!("{style}{text}{style:#}"),
            Colour::Plain => text.to_owned(),
        }
    }

    fn good(self, text: &str) -> String {
        self.with(anstyle::AnsiColor::Green.on_default(), text)
    }

    fn bad(self, text: &str) -> String {
        self.with(anstyle::AnsiColor::Red.on_default(), text)
    }

    fn bold(self, text: &str) -> String {
        self.with(anstyle::Style::new().bold(), text)
    }

    fn plain(self, text: &str) -> String {
        text.to_owned()
    }
}
