//! A plan as a person reads it before it is carried out.

use std::fmt::Write;

use similar::{ChangeTag, TextDiff};

use super::{Action, Conflict, FileAction, FileStep, Plan, Standing, Step, comparable};
use crate::config::Target;
use crate::escape::{visible, visible_lines};
use crate::report::Colour;
use crate::slug::Slug;

/// How many lines around a change are shown with it.
const AROUND: usize = 2;

/// How many characters of a line are shown before and after what differs in it.
const CONTEXT: usize = 40;

/// How many characters of a line are shown.
const LONGEST_LINE: usize = 200;

/// How many lines of one difference are shown; who needs more looks at the page.
const MOST_LINES: usize = 60;

/// The plan, page by page, with what would change on each.
pub fn show(plan: &Plan, colour: Colour) -> String {
    let mut out = String::new();
    let paint = Paint(colour);
    for step in &plan.steps {
        show_step(step, paint, &mut out);
    }
    for file in &plan.alongside {
        line(&paint.bold("alongside"), &visible(&file.path), &mut out);
        out.push_str(&difference(&file.before, &file.after, paint));
    }
    for step in &plan.files {
        show_file(step, paint, &mut out);
    }
    out
}

fn show_step(step: &Step, paint: Paint, out: &mut String) {
    let old = &comparable(step.standing.as_ref().map_or("", |standing| standing.text.as_str()));
    let new = &comparable(step.wanted.as_ref().map_or("", |wanted| wanted.text.as_str()));
    match &step.action {
        Action::Create => {
            line(&paint.good("create"), &about(step, &size(new)), out);
        }
        Action::Update => {
            line(&paint.good("update"), &about(step, &counted(old, new)), out);
            out.push_str(&difference(old, new, paint));
            show_files(step, out);
        }
        Action::Unchanged => line(&paint.plain("unchanged"), &about(step, ""), out),
        Action::Refuse(conflict) => {
            line(&paint.bad("conflict"), &about(step, &why(*conflict, step)), out);
            show_conflict(step, *conflict, old, new, paint, out);
        }
        Action::Barred(reason) => line(&paint.bad("refused"), &about(step, &visible(reason)), out),
        Action::Leave => {
            line(&paint.plain("left"), &about(step, "no longer published; `--prune` deletes it"), out);
        }
        Action::Delete => line(&paint.bad("delete"), &about(step, "no longer published"), out),
        Action::Forget if !step.gone_to.is_empty() => {
            let remark = format!("no longer published; somebody has moved it to `{}`, where it stays", visible(&step.gone_to));
            line(&paint.plain("forget"), &about(step, &remark), out);
        }
        Action::Forget => line(&paint.plain("forget"), &about(step, "no longer published, and not there any more"), out),
    }
}

/// A file that no page shows any more.
fn show_file(step: &FileStep, paint: Paint, out: &mut String) {
    let name = format!("the picture {}", step.file.name);
    match &step.action {
        FileAction::Leave => line(&paint.plain("left"), &format!("{name}: no page shows it any more; `--prune` deletes it"), out),
        FileAction::Delete => line(&paint.bad("delete"), &format!("{name}: no page shows it any more"), out),
        FileAction::Forget => line(&paint.plain("forget"), &format!("{name}: no page shows it any more, and it is not there"), out),
        FileAction::Keep(reason) => {
            line(&paint.plain("kept"), &format!("{name}: no published page shows it any more, but {}", visible(reason)), out);
        }
    }
}

fn line(verb: &str, rest: &str, out: &mut String) {
    // A string takes whatever is written to it.
    let _ = writeln!(out, "  {verb} {rest}");
}

fn about(step: &Step, remark: &str) -> String {
    let place = match (&step.wanted, &step.recorded) {
        (Some(wanted), _) => &wanted.name.path,
        (None, Some(recorded)) => &recorded.path,
        (None, None) => &step.title,
    };
    let (title, place) = (visible(&step.title), visible(place));
    let title = if place == title { title.into_owned() } else { format!("{title} ({place})") };
    let title = match where_to(step) {
        Some(there) => format!("{title}, which somebody has moved to “{}”", visible(there)),
        None => title,
    };
    if remark.is_empty() { title } else { format!("{title}: {remark}") }
}

/// Where somebody has moved a page, or what they call it now.
fn where_to(step: &Step) -> Option<&str> {
    let moved = step.standing.as_ref().map(|standing| standing.moved_to.as_str()).filter(|place| !place.is_empty());
    moved.or_else(|| step.renamed())
}

/// The files that go along and are not there yet.
fn show_files(step: &Step, out: &mut String) {
    let (Some(wanted), Some(standing)) = (&step.wanted, &step.standing) else { return };
    for name in wanted.attachments.iter().filter(|name| !standing.attachments.contains(*name)) {
        let _ = writeln!(out, "    + the picture {}", visible(name));
    }
}

fn size(text: &str) -> String {
    crate::report::counted(text.lines().count(), "line")
}

fn counted(old: &str, new: &str) -> String {
    let (old, new) = (closed(old), closed(new));
    let diff = TextDiff::from_lines(&old, &new);
    let count = |tag| diff.iter_all_changes().filter(|change| change.tag() == tag).count();
    format!("+{} −{} lines", count(ChangeTag::Insert), count(ChangeTag::Delete))
}

/// A text with line ends of one kind, and one at the end of its last line: wikis have their own, and nobody has changed those lines.
fn closed(text: &str) -> String {
    text.lines().map(|line| format!("{line}\n")).collect()
}

fn why(conflict: Conflict, step: &Step) -> String {
    let by = step.standing.as_ref().map_or(String::new(), who);
    match conflict {
        Conflict::NotOurs => format!("there is a page of this name that was not published from here{by}"),
        Conflict::Edited => format!("somebody has changed it since it was published{by}"),
        Conflict::Deleted if step.gone_to.is_empty() => "somebody has deleted it since it was published".to_owned(),
        Conflict::Deleted => format!("somebody has moved it to `{}` since it was published", visible(&step.gone_to)),
        Conflict::Commented => "an open comment would lose its place".to_owned(),
        Conflict::Taken => "another page has the title that it is to have".to_owned(),
        Conflict::Retitled => "it has a new title, and somebody has changed the page with the old one; see below".to_owned(),
    }
}

/// Whose page it is that is printed, and where it stands.
pub fn about_page(case: &Slug, target: &Target, standing: &Standing) -> String {
    let place = visible(if standing.moved_to.is_empty() { &standing.id } else { &standing.moved_to });
    format!("`{case}` as it is on `{}` ({place}){}", target.name, who(standing))
}

/// A page for a terminal or a file: nothing in it may steer a terminal.
pub fn printable(text: &str) -> String {
    text.lines().map(|line| format!("{}\n", visible(line))).collect()
}

fn who(standing: &Standing) -> String {
    let editor = if standing.editor.is_empty() { String::new() } else { format!(" by {}", visible(&standing.editor)) };
    let edited = if standing.edited.is_empty() { String::new() } else { format!(" at {}", visible(&standing.edited)) };
    if editor.is_empty() && edited.is_empty() { String::new() } else { format!(", last{editor}{edited}") }
}

fn show_conflict(step: &Step, conflict: Conflict, old: &str, new: &str, paint: Paint, out: &mut String) {
    let case = visible(step.case.as_str());
    let delete = |first: &str| format!("{first}, or delete it all the same with `--prune --force {case}`");
    let advice = match conflict {
        Conflict::Retitled => {
            format!("take over what they wrote, which `--show {case}` prints, then publish under the new title with `--force {case}`")
        }
        Conflict::Edited if step.wanted.is_none() => delete("leave it there"),
        Conflict::Commented => {
            for words in step.standing.iter().flat_map(|standing| &standing.commented) {
                let _ = writeln!(out, "    the comment is about “{}”", visible(words));
            }
            let settle = "settle the comment there";
            if step.wanted.is_none() { delete(settle) } else { format!("{settle}, or publish over it with `--force {case}`") }
        }
        Conflict::NotOurs => format!("give the case study another title, or publish over that page with `--force {case}`"),
        Conflict::Edited => {
            format!("take over what they wrote, which `--show {case}` prints, then publish over it with `--force {case}`")
        }
        Conflict::Taken => "publish again when that page has another title or is gone, or give the case study another one".to_owned(),
        Conflict::Deleted if !step.gone_to.is_empty() => {
            format!("move it back, or publish it again in its old place with `--force {case}`")
        }
        Conflict::Deleted => format!("leave it at that, or publish it again with `--force {case}`"),
    };
    if matches!(conflict, Conflict::NotOurs | Conflict::Edited) && step.wanted.is_some() {
        let _ = writeln!(out, "    the page now (−) and after publishing (+):");
        out.push_str(&difference(old, new, paint));
    }
    let _ = writeln!(out, "    {advice}");
}

/// The lines of two texts that differ, with a few around them.
fn difference(old: &str, new: &str, paint: Paint) -> String {
    let (old, new) = (closed(old), closed(new));
    let diff = TextDiff::from_lines(&old, &new);
    let mut lines: Vec<String> = Vec::new();
    for (number, group) in diff.grouped_ops(AROUND).iter().enumerate() {
        if number > 0 {
            lines.push("    …".to_owned());
        }
        for operation in group {
            let changes: Vec<_> = diff.iter_changes(operation).map(|change| (change.tag(), visible_line(change.value()))).collect();
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
        lines.push(format!("    … and {}", crate::report::counted(more, "more line")));
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A line that is another one now, both cut down to where they differ: paragraphs are long lines, and changes are small.
fn focused(changes: Vec<(ChangeTag, String)>) -> Vec<(ChangeTag, String)> {
    let [(ChangeTag::Delete, old), (ChangeTag::Insert, new)] = changes.as_slice() else {
        return changes.into_iter().map(|(tag, words)| (tag, shortened(&words))).collect();
    };
    let (old, new): (Vec<char>, Vec<char>) = (old.chars().collect(), new.chars().collect());
    let same = |pairs: &mut dyn Iterator<Item = (&char, &char)>| pairs.take_while(|(a, b)| a == b).count();
    let start = same(&mut old.iter().zip(&new));
    let end = same(&mut old[start..].iter().rev().zip(new[start..].iter().rev()));
    let window = |line: &[char]| {
        let (from, to) = (start.saturating_sub(CONTEXT), (line.len() - end + CONTEXT).min(line.len()));
        let words: String = line[from..to].iter().collect();
        format!("{}{words}{}", if from > 0 { "… " } else { "" }, if to < line.len() { " …" } else { "" })
    };
    vec![(ChangeTag::Delete, shortened(&window(&old))), (ChangeTag::Insert, shortened(&window(&new)))]
}

/// The start of a line.
fn shortened(line: &str) -> String {
    match line.char_indices().nth(LONGEST_LINE) {
        Some((end, _)) => format!("{} …", &line[..end]),
        None => line.to_owned(),
    }
}

/// A line of a page as a terminal may show it.
fn visible_line(line: &str) -> String {
    visible_lines(line.trim_end_matches(['\n', '\r'])).into_owned()
}

/// Colours, where somebody sees them.
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
