//! Storybank turns interview stories in Markdown into a site with a page per question, each answered by the telling that fits.
//!
//! Each module uses only modules above it in this list; a test enforces it. ARCHITECTURE.md describes the layers.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

// Text: files, places in them, and diagnostics.
pub mod source;
pub mod diagnostic;
pub mod words;
pub mod slug;
pub mod escape;
pub mod conflict;

// Meaning: one file, or one setting, by itself.
pub mod markdown;
pub mod model;
pub mod front_matter;
pub mod phrases;
pub mod config;
pub mod parse;

// Whole: all documents linked, and the part that an audience may see.
pub mod site;
pub mod audience;

// Pages: every address, and what its page shows.
pub mod route;
pub mod highlight;
pub mod html;
pub mod view;
pub mod render;
pub mod wiki;

// Jobs: from inputs to outputs and reports.
pub mod build;
pub mod rename;
pub mod publication;
pub mod report;
pub mod preview;
pub mod plan;

// World: files and sockets.
pub mod disk;
pub mod serve;
pub mod publish;

// Program: the command line and the commands.
mod cli;
pub mod commands;
