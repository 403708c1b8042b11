//! The time from a save until a browser has painted it.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::saving::{Story, Way};
use crate::browser::Browser;

/// Records when some words are visible. The callback of a frame runs before it is painted, so this
/// takes the time of the second frame: at most one frame late, and never early.
const NOTE: &str = "
window.painted = null;
const note = () => {
    if (!document.body.textContent.includes(word)) return;
    observer.disconnect();
    requestAnimationFrame(() => requestAnimationFrame(() => window.painted = Date.now()));
};
const observer = new MutationObserver(note);
observer.observe(document.body, { subtree: true, childList: true, characterData: true });
";

/// How long the page is not asked for its result, so that the request does not slow it down.
const UNDISTURBED: Duration = Duration::from_millis(400);

/// Opens the page of a story in Chromium, saves the story repeatedly, and returns the milliseconds
/// of each save.
pub fn measure(address: &str, story: &Story, saves: usize) -> Result<Vec<f64>, String> {
    let browser = Browser::start();
    browser.open(address);
    // Waits until the page receives revisions, which is not measured.
    thread::sleep(Duration::from_secs(1));
    (0..saves)
        .map(|number| {
            let word = format!("giraffe{number}x");
            browser.ask(&format!("const word = {};{NOTE}", json!(word)));
            let saved = since_epoch();
            story.save_with(
                &format!("I measured the {word}."),
                if number % 2 == 0 {
                    Way::InPlace
                } else {
                    Way::ByRenaming
                },
            )?;
            thread::sleep(UNDISTURBED);
            browser.waits_for("the saved words are painted", "return window.painted");
            let painted = browser
                .ask("return window.painted")
                .as_f64()
                .ok_or("a moment is a number")?;
            Ok(painted - saved)
        })
        .collect()
}

/// The milliseconds of the system clock, which the browser uses as well.
fn since_epoch() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
        * 1000.0
}
