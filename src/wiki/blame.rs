//! Words that blame a person, and remarks that nobody has answered: neither is published.

use crate::config::Config;
use crate::diagnostic::Diagnostic;
use crate::model::Document;

/// What of a document blames somebody.
pub fn check(_document: &Document, _config: &Config) -> Vec<Diagnostic> {
    Vec::new()
}

/// The reviewers' remarks of a document that are open.
pub fn open_remarks(_document: &Document) -> Vec<Diagnostic> {
    Vec::new()
}
