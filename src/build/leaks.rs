//! The last check of all output: it contains no withheld word.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use super::{Inputs, Linked};
use crate::audience::Withheld;
use crate::config;
use crate::diagnostic::{Diagnostic, rules};
use crate::source::{SitePath, Span};
use crate::words::Finder;

/// The places of withheld words in the files. A word can be on every page; the files are searched for it once.
#[derive(Default)]
pub struct WordPlaces(Mutex<BTreeMap<String, (SitePath, Span)>>);

impl WordPlaces {
    fn of(&self, word: &str, linked: &Linked, inputs: &Inputs) -> (SitePath, Span) {
        // A panic of another thread leaves the map whole.
        let mut places = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        places
            .entry(word.to_owned())
            .or_insert_with(|| source_of(word, linked, inputs))
            .clone()
    }
}

/// Searches the name and the bytes of something that was made for words that may not leave.
///
/// # Errors
///
/// The first such word, at its place in the files.
pub fn scan_for_leaks(
    withheld: &Withheld,
    (linked, inputs): (&Linked, &Inputs),
    places: &WordPlaces,
    name: &str,
    bytes: &[u8],
) -> Result<(), Diagnostic> {
    let hit = withheld
        .first_in(name.as_bytes())
        .or_else(|| withheld.first_in(bytes));
    let Some(hit) = hit else { return Ok(()) };
    let (file, span) = places.of(&hit.word, linked, inputs);
    let message = format!(
        "`{}` would be in what is made for the audience `{}`",
        hit.word,
        linked.site.audience.name()
    );
    let help = format!(
        "it came through to `{name}`: … {} …; write it so that `[redact]` in `{}` knows it, or take it out",
        hit.excerpt,
        config::FILE
    );
    Err(Diagnostic::new(&rules::LEAK, &file, span, message).help(help))
}

/// The first place of a withheld word in the documents that the audience sees, or else in the settings.
fn source_of(word: &str, linked: &Linked, inputs: &Inputs) -> (SitePath, Span) {
    let finder = Finder::new([word]);
    let documents = linked
        .site
        .documents
        .iter()
        .filter_map(|document| inputs.document(&document.path));
    let place = documents.chain(&inputs.settings).find_map(|file| {
        let text = std::str::from_utf8(&file.bytes).ok()?;
        finder.first(text).map(|found| {
            (
                file.path.clone(),
                Span::new(found.range.start, found.range.end),
            )
        })
    });
    place.unwrap_or_else(|| (SitePath::new(config::FILE), Span::default()))
}
