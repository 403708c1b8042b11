//! Interview stories as Markdown become a site with a page per question, each answered by the telling that fits it.
//!
//! The modules are a ladder: each uses only those above it in this list, and a test holds them to it. ARCHITECTURE.md
//! tells what each floor is for.

#![forbid(unsafe_code)]
#![deny(clippy::disallowed_methods)]

// Text: files, places in them, and what is wrong at a place.
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

// Whole: everything linked, and the smaller whole that an audience may see.
pub mod site;
pub mod audience;

// Pages: every address, and what is shown there.
pub mod route;
pub mod highlight;
pub mod html;
pub mod view;
pub mod render;
pub mod wiki;

// Jobs: from inputs to artefacts and reports.
pub mod build;
pub mod report;
pub mod preview;
pub mod plan;

// World: the only files, and the only sockets.
pub mod disk;
pub mod serve;
pub mod publish;
