//! A plan as a person reads it before it is carried out.

use super::Plan;

/// The plan, page by page, with what would change.
pub fn show(_plan: &Plan) -> String {
    String::new()
}
