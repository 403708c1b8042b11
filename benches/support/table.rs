//! The parts that the tables of all reports share.

use std::fmt::{self, Display};

/// The head of a table of targets. Its rows come from `verdict`.
pub const TARGETS: &str = "| stories | target | measured | |\n| ---: | --- | ---: | --- |\n";

/// Whether a target is met.
pub enum Verdict {
    Pass,
    Fail,
    /// This system does not report the measured value.
    Unknown,
}

impl Verdict {
    /// `Pass` if the target is met.
    pub fn of(met: bool) -> Self {
        if met { Self::Pass } else { Self::Fail }
    }
}

impl Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Pass => "PASS",
            Self::Fail => "FAIL",
            Self::Unknown => "unknown",
        })
    }
}

/// A row of a table of targets.
pub fn verdict(stories: &str, target: &str, measured: &str, verdict: &Verdict) -> String {
    format!("| {stories} | {target} | {measured} | {verdict} |\n")
}

/// A number with a comma before every three digits.
pub fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let start = digits.len() % 3;
    let mut groups = Vec::from_iter(digits.get(..start).filter(|first| !first.is_empty()));
    groups.extend(
        (start..digits.len())
            .step_by(3)
            .map(|place| &digits[place..place + 3]),
    );
    groups.join(",")
}
