//! Checks of action items: those without a date, and those that are long overdue.

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, rules};
use crate::model::{ActionItem, Document, Meta, When};

/// How many days an action item may stay open after its date. Reports are updated about once a
/// month.
const GRACE: i32 = 30;

/// Reports the open action items of a case study that have no date, or a date long before `today`.
pub fn check(document: &Document, today: Date) -> Vec<Diagnostic> {
    let Meta::CaseStudy(meta) = &document.meta else {
        return Vec::new();
    };
    let diagnostic = |action: &ActionItem| {
        let (message, help) = mistake(action, today)?;
        Some(
            Diagnostic::new(&rules::ACTION, &document.path, action.what.span(), message).help(help),
        )
    };
    meta.actions.iter().filter_map(diagnostic).collect()
}

/// The problem of an action item, and advice.
fn mistake(action: &ActionItem, today: Date) -> Option<(String, &'static str)> {
    if action.status.is_settled() {
        return None;
    }
    let status = action.status.name();
    let Some(due) = action.due else {
        let message = format!("this action item is `{status}` and has no date");
        return Some((
            message,
            "add `due: YYYY-MM-DD`, or `status: done` or `dropped`",
        ));
    };
    let late = days_between(last_day(due)?, today)?;
    let message = format!("this action item is still `{status}` {late} days after it was due");
    (late > GRACE).then_some((
        message,
        "set `status: done` or `dropped`, or a new date in `due`",
    ))
}

/// The last day of a date, which can be a month or a year.
fn last_day(when: When) -> Option<Date> {
    match (when.month, when.day) {
        (0, _) => Date::new(when.year, 12, 31).ok(),
        (month, 0) => Some(Date::new(when.year, month, 1).ok()?.last_of_month()),
        (month, day) => Date::new(when.year, month, day).ok(),
    }
}

fn days_between(from: Date, to: Date) -> Option<i32> {
    from.until(to).ok().map(|span| span.get_days())
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::model::{ActionStatus, Prose};
    use crate::source::Span;

    /// The message for an action item on 1 March 2026.
    fn said(due: Option<&str>, status: ActionStatus) -> String {
        let due = due.and_then(When::parse);
        let action = ActionItem {
            what: Prose::written("Block it", Span::default()),
            owner: None,
            due,
            status,
        };
        mistake(&action, date(2026, 3, 1))
            .map(|(message, _)| message)
            .unwrap_or_default()
    }

    #[test]
    fn action_items_are_dated_and_not_long_overdue() {
        for (due, status, wanted) in [
            (
                None,
                ActionStatus::Open,
                "this action item is `open` and has no date",
            ),
            (
                None,
                ActionStatus::Doing,
                "this action item is `doing` and has no date",
            ),
            (None, ActionStatus::Done, ""),
            (
                Some("2026-01-29"),
                ActionStatus::Open,
                "this action item is still `open` 31 days after it was due",
            ),
            (Some("2026-01-30"), ActionStatus::Open, ""),
            (Some("2026-01"), ActionStatus::Open, ""),
            (
                Some("2025-12"),
                ActionStatus::Doing,
                "this action item is still `doing` 60 days after it was due",
            ),
            (
                Some("2025"),
                ActionStatus::Open,
                "this action item is still `open` 60 days after it was due",
            ),
            (Some("2026"), ActionStatus::Open, ""),
            (Some("2019-01-01"), ActionStatus::Done, ""),
            (Some("2030-01-01"), ActionStatus::Open, ""),
        ] {
            assert_eq!(said(due, status), wanted, "{due:?}");
        }
    }
}
