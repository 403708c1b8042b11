//! The report about builds: Markdown for `docs/benchmarks.md`.

use std::fmt::Write as _;

use super::machine;
use super::output::Change;
use super::rounds::{Contenders, Results, Series};
use super::statistics::spread;
use super::table::{TARGETS, Verdict, grouped, verdict};
use super::workspace::Workspace;

/// The target for a cold build, as a multiple of the floor.
const COLD_TO_FLOOR: f64 = 3.0;
/// The target for the memory of a cold build, in MiB.
const PEAK: f64 = 400.0;
/// The target for a build after one edit, as a part of a cold build.
const EDITED_TO_COLD: f64 = 0.5;
/// The target for the speed with many stories, as a part of the speed with few.
const LINEAR: f64 = 0.8;

/// The maximum number of names of written files in a line.
const NAMES: usize = 8;

/// The whole report. `results` are ordered by size.
pub fn markdown(
    contenders: &Contenders,
    workspace: &Workspace,
    rounds: usize,
    results: &[Results],
) -> String {
    let mut parts = vec![setting(contenders, workspace, rounds), times(results)];
    parts.extend(results.iter().map(details));
    parts.push(verdicts(results));
    parts.join("\n")
}

fn setting(contenders: &Contenders, workspace: &Workspace, rounds: usize) -> String {
    let disk = if workspace.in_memory {
        "a memory disk"
    } else {
        "a disk, whose time is part of the numbers"
    };
    let hugo = contenders
        .hugo
        .as_deref()
        .unwrap_or("no Hugo on the search path");
    format!(
        "Machine: {}.\nstorybank {}; {hugo}. Rounds: {rounds}, taking \
         turns; sources and output on {disk}.\n",
        machine::describe(),
        env!("CARGO_PKG_VERSION"),
    )
}

fn times(results: &[Results]) -> String {
    let mut table =
        "| stories | what | min s | median s | max s | pages | pages/s | peak MiB | × floor |\n\
                     | ---: | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
            .to_owned();
    for results in results {
        let series = [
            ("floor: read, Markdown to HTML, write", &results.floor),
            ("storybank, cold", &results.cold),
            ("storybank, one story edited", &results.edited),
            ("storybank, nothing changed", &results.unchanged),
            ("Hugo, cold", &results.hugo),
        ];
        for (what, series) in series
            .into_iter()
            .filter(|(_, series)| !series.runs.is_empty())
        {
            table += &row(results, what, series);
        }
    }
    table
}

fn row(results: &Results, what: &str, series: &Series) -> String {
    let wall = spread(series.walls());
    format!(
        "| {} | {what} | {:.3} | {:.3} | {:.3} | {} | {} | {} | {:.2} |\n",
        grouped(results.stories),
        wall.min,
        wall.median,
        wall.max,
        grouped(series.pages),
        grouped(series.speed() as usize),
        mebibytes(series).map_or_else(|| "unknown".to_owned(), |peak| format!("{peak:.0}")),
        series.ratio(&results.floor),
    )
}

fn details(results: &Results) -> String {
    let stories = grouped(results.stories);
    let stages = &results.cold.median_run().stages;
    let stages = if stages.is_empty() {
        "(storybank printed none)".to_owned()
    } else {
        stages.join("\n")
    };
    format!(
        "With {stories} stories, one edited: {}.\nNothing changed: {}.\n\n\
         Stages of the median cold build of {stories} stories:\n\n```text\n{stages}\n```\n",
        change(&results.edited_change),
        change(&results.unchanged_change),
    )
}

fn change(change: &Change) -> String {
    let mut text = format!(
        "{} of {} files written, {} of them with other bytes, {} removed",
        grouped(change.written.len()),
        grouped(change.files),
        grouped(change.differing),
        grouped(change.removed),
    );
    for (index, path) in change.written.iter().take(NAMES).enumerate() {
        let before = if index == 0 { ": " } else { ", " };
        write!(text, "{before}`{}`", path.display()).expect("a string takes any text");
    }
    if change.written.len() > NAMES {
        text += ", …";
    }
    text
}

fn verdicts(results: &[Results]) -> String {
    let mut table = TARGETS.to_owned();
    for results in results {
        table += &[cold(results), peak(results), edited(results)].concat();
    }
    table
        + &results
            .windows(2)
            .map(|pair| linear(&pair[0], &pair[1]))
            .collect::<String>()
}

fn cold(results: &Results) -> String {
    let ratio = results.cold.ratio(&results.floor);
    let target = format!("cold build ≤ {COLD_TO_FLOOR:.1} × floor");
    verdict(
        &grouped(results.stories),
        &target,
        &format!("{ratio:.2} ×"),
        &Verdict::of(ratio <= COLD_TO_FLOOR),
    )
}

fn peak(results: &Results) -> String {
    let peak = mebibytes(&results.cold);
    let measured = peak.map_or_else(|| "unknown".to_owned(), |peak| format!("{peak:.0} MiB"));
    let reached = peak.map_or(Verdict::Unknown, |peak| Verdict::of(peak < PEAK));
    verdict(
        &grouped(results.stories),
        &format!("peak memory < {PEAK:.0} MiB"),
        &measured,
        &reached,
    )
}

fn edited(results: &Results) -> String {
    let ratio = results.edited.ratio(&results.cold);
    let target = format!("one story edited < {EDITED_TO_COLD:.1} × cold build");
    verdict(
        &grouped(results.stories),
        &target,
        &format!("{ratio:.2} ×"),
        &Verdict::of(ratio < EDITED_TO_COLD),
    )
}

fn linear(few: &Results, many: &Results) -> String {
    let ratio = many.cold.speed() / few.cold.speed();
    let sizes = format!("{} → {}", grouped(few.stories), grouped(many.stories));
    let target = format!("linear: pages/s cold ≥ {LINEAR:.1} × as before");
    verdict(
        &sizes,
        &target,
        &format!("{ratio:.2} ×"),
        &Verdict::of(ratio >= LINEAR),
    )
}

fn mebibytes(series: &Series) -> Option<f64> {
    series.peak().map(|bytes| bytes as f64 / 1024.0 / 1024.0)
}
