//! The job that prepares a publication: it selects the case studies for the audience of a wiki, composes and writes their pages, cleans
//! the pictures, and scans everything for words that may not leave. It also converts a page of the wiki back to Markdown.

mod draft;
mod sheets;

pub use draft::{Draft, Selection, draft, select, slug_of};
pub use sheets::{as_markdown, sheets};
