//! `storybank rename`: another name for a document, in its file and in all files that refer to it.

use std::path::Path;

use super::new::shown;
use super::terminal::Terminal;
use super::{Error, Outcome};
use crate::build::Inputs;
use crate::cli::{DocumentKind, Rename};
use crate::disk::{self, FileChanges, Interrupts};
use crate::model::Kind;
use crate::parse::CONTENT;
use crate::rename::{Before, Changes, Edit, Move, Refusal, Subject};
use crate::report::{count, counted};
use crate::source::SitePath;

/// Renames a document, or shows what that would change.
pub fn run(options: &Rename, terminal: &Terminal) -> Result<Outcome, Error> {
    let root = disk::find_site(options.site.root.as_deref())?;
    let inputs = disk::load(&root)?;
    warn_of_left_over(&root, terminal);
    let before = Before::of(&inputs);
    let subject = subject(options.kind);
    let changes = match before.rename(subject, &options.old, &options.new) {
        Ok(changes) => changes,
        Err(refusal) => return refused(refusal, &inputs, terminal),
    };
    if options.dry_run {
        show(&changes, &inputs, terminal);
        terminal.say(&format!("would change {}", summary(&changes)));
        return Ok(Outcome::Done);
    }
    let held = Interrupts::caught()
        .map_err(Error::system("catch signals"))?
        .hold();
    disk::change(&file_changes(&root, &changes, &inputs))?;
    drop(held);
    for path in changed_paths(&changes) {
        terminal.result(&shown(&root, path.as_str()).to_string_lossy());
    }
    terminal.say(&format!(
        "`{}` is now `{}`: changed {}",
        options.old,
        options.new,
        summary(&changes)
    ));
    Ok(Outcome::Done)
}

/// Names the hidden files of a command that was killed in the middle of its changes.
pub(super) fn warn_of_left_over(root: &Path, terminal: &Terminal) {
    for path in disk::left_over(&root.join(CONTENT)) {
        terminal.warn(&format!(
            "`{}` is left from a command that was killed while it changed files; give that command again, and then delete this file",
            path.display()
        ));
    }
}

fn subject(kind: DocumentKind) -> Subject {
    match kind {
        DocumentKind::Story => Subject::Document(Kind::Story),
        DocumentKind::Question => Subject::Document(Kind::Question),
        DocumentKind::CaseStudy => Subject::Document(Kind::CaseStudy),
        DocumentKind::Competency => Subject::Document(Kind::Competency),
        DocumentKind::Interview => Subject::Document(Kind::Interview),
        DocumentKind::Variant => Subject::Variant,
    }
}

/// Reports why nothing was changed.
pub(super) fn refused(
    refusal: Refusal,
    inputs: &Inputs,
    terminal: &Terminal,
) -> Result<Outcome, Error> {
    match refusal {
        Refusal::Request(message) => Err(message.into()),
        Refusal::Unreadable(diagnostics) => {
            terminal.report(&diagnostics, inputs);
            terminal.warn(&format!(
                "{} in files that may refer to the document; nothing was changed, fix them first",
                count(&diagnostics)
            ));
            Ok(Outcome::LeftUndone)
        }
    }
}

/// The changes as they are carried out on the disk.
pub(super) fn file_changes(root: &Path, changes: &Changes, inputs: &Inputs) -> FileChanges {
    let path = |path: &str| root.join(path);
    let rewritten = changes.rewritten(inputs).into_iter();
    FileChanges {
        moves: changes
            .moves
            .iter()
            .map(|Move { from, to }| (path(from.as_str()), path(to.as_str())))
            .collect(),
        rewritten: rewritten
            .map(|(file, (before, after))| {
                let now = changes.path(&file);
                (path(now.as_str()), before.to_vec(), after)
            })
            .collect(),
        created: Vec::new(),
    }
}

/// The new paths of what moved, then the paths of the other files that were changed.
fn changed_paths(changes: &Changes) -> Vec<SitePath> {
    let moved: Vec<SitePath> = changes.moves.iter().map(|step| step.to.clone()).collect();
    let edited = by_file(changes)
        .map(|edits| changes.path(&edits[0].path))
        .filter(|path| !moved.contains(path));
    let edited: Vec<SitePath> = edited.collect();
    moved.into_iter().chain(edited).collect()
}

/// The edits of each file.
fn by_file(changes: &Changes) -> impl Iterator<Item = &[Edit]> {
    changes.edits.chunk_by(|one, next| one.path == next.path)
}

/// Prints every move, and every edit with its place.
fn show(changes: &Changes, inputs: &Inputs, terminal: &Terminal) {
    for Move { from, to } in &changes.moves {
        terminal.result(&format!("{from} moves to {to}"));
    }
    for edits in by_file(changes) {
        let path = &edits[0].path;
        let bytes = inputs.document(path).map_or(&[][..], |file| &file.bytes);
        let text = String::from_utf8_lossy(bytes);
        let (mut from, mut lines) = (0, 0);
        for edit in edits {
            // Lines are counted from the edit before, so that a long file is read once.
            let range = edit.span.range();
            let line_start = text[..range.start]
                .rfind('\n')
                .map_or(0, |newline| newline + 1);
            lines += text[from..line_start].matches('\n').count();
            from = line_start;
            let (line, column) = (lines + 1, text[line_start..range.start].chars().count() + 1);
            let (old, new) = (&text[range], &edit.text);
            terminal.result(&format!("{path}:{line}:{column}: `{old}` becomes `{new}`"));
        }
    }
}

/// What changes, in numbers: `1 path and 5 names in 3 files`.
fn summary(changes: &Changes) -> String {
    let paths = counted(changes.moves.len(), "path");
    let names = format!(
        "{} in {}",
        counted(changes.edits.len(), "name"),
        counted(by_file(changes).count(), "file")
    );
    match (changes.moves.is_empty(), changes.edits.is_empty()) {
        (_, true) => paths,
        (true, false) => names,
        (false, false) => format!("{paths} and {names}"),
    }
}
