//! The report about the preview: Markdown for `docs/benchmarks.md`.

use super::machine;
use super::preview::Results;
use super::statistics::spread;
use super::table::{TARGETS, Verdict, grouped, verdict};
use super::workspace::Workspace;

/// The target for the first page, in milliseconds.
const START: f64 = 1000.0;
/// The target from a save until the page contains it, in milliseconds.
const SERVED: f64 = 60.0;
/// The target from a save until a browser has painted it, in milliseconds.
const PAINTED: f64 = 150.0;
/// The target for the memory of the server, in MiB.
const RESIDENT: f64 = 400.0;

/// The whole report. `results` are ordered by size.
pub fn markdown(hugo: Option<&str>, workspace: &Workspace, results: &[Results]) -> String {
    [
        setting(hugo, workspace),
        times(results),
        results.iter().map(details).collect(),
        verdicts(results),
    ]
    .join("\n")
}

fn setting(hugo: Option<&str>, workspace: &Workspace) -> String {
    let disk = if workspace.in_memory {
        "a memory disk"
    } else {
        "a disk, whose time is part of the numbers"
    };
    let hugo = hugo.unwrap_or("no Hugo on the search path");
    format!(
        "Machine: {}.\nstorybank {}; {hugo}. Sources on {disk}.\n",
        machine::describe(),
        env!("CARGO_PKG_VERSION")
    )
}

fn times(results: &[Results]) -> String {
    let mut table = "| stories | what | runs | min ms | median ms | p95 ms | max ms |\n\
                     | ---: | --- | ---: | ---: | ---: | ---: | ---: |\n"
        .to_owned();
    for results in results {
        let series = [
            ("storybank, start → first page", &results.start),
            ("storybank, save in place → served", &results.in_place),
            ("storybank, save by renaming → served", &results.by_renaming),
            ("storybank, save → painted in Chromium", &results.painted),
            ("Hugo, start → first page", &results.hugo_start),
            ("Hugo, save in place → served", &results.hugo_in_place),
        ];
        for (what, series) in series.into_iter().filter(|(_, series)| !series.is_empty()) {
            table += &row(results, what, series);
        }
    }
    table
}

fn row(results: &Results, what: &str, series: &[f64]) -> String {
    let times = spread(series.iter().copied());
    let [min, median, p95, max] = [times.min, times.median, percentile(series, 95), times.max]
        .map(|time| grouped(time.round() as usize));
    format!(
        "| {} | {what} | {} | {min} | {median} | {p95} | {max} |\n",
        grouped(results.stories),
        series.len()
    )
}

/// The percentile of some values.
fn percentile(values: &[f64], hundredths: usize) -> f64 {
    let mut values = values.to_vec();
    values.sort_by(f64::total_cmp);
    values[(values.len() * hundredths).div_ceil(100) - 1]
}

fn details(results: &Results) -> String {
    let stories = grouped(results.stories);
    let memory = results.memory.map_or_else(
        || "the system does not tell what memory".to_owned(),
        |memory| {
            format!(
                "{:.0} MiB are resident, {:.0} MiB at the most,",
                mebibytes(memory.resident),
                mebibytes(memory.peak)
            )
        },
    );
    format!(
        "With {stories} stories, after all of that: {memory} in the server; {} pages compared right after an edit, all of them right \
         and of its revision.\n",
        results.right,
    )
}

fn verdicts(results: &[Results]) -> String {
    results.iter().fold(TARGETS.to_owned(), |table, results| {
        let resident = results.memory.map(|memory| mebibytes(memory.resident));
        table
            + &time(results, "start → first page", &results.start, START)
            + &time(results, "save in place → served", &results.in_place, SERVED)
            + &time(
                results,
                "save by renaming → served",
                &results.by_renaming,
                SERVED,
            )
            + &time(results, "save → painted", &results.painted, PAINTED)
            + &verdict(
                &grouped(results.stories),
                &format!("resident memory < {RESIDENT:.0} MiB"),
                &resident.map_or_else(|| "unknown".to_owned(), |size| format!("{size:.0} MiB")),
                &resident.map_or(Verdict::Unknown, |size| Verdict::of(size < RESIDENT)),
            )
    })
}

fn time(results: &Results, what: &str, series: &[f64], target: f64) -> String {
    let median = spread(series.iter().copied()).median;
    let target_words = format!("{what}, median ≤ {target:.0} ms");
    verdict(
        &grouped(results.stories),
        &target_words,
        &format!("{median:.0} ms"),
        &Verdict::of(median <= target),
    )
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1024.0 / 1024.0
}
