//! How long it takes from a save until a browser has painted it.

use std::thread;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde_json::json;

use super::saving::{Story, Way};
use crate::browser::Browser;

/// Notes when some words are on the screen. A callback of the first frame runs before that frame is painted, so the moment
/// is that of the second: it may be late by one frame, and is never early.
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

/// How long the page is left alone before it is asked whether it has painted, so that the question costs it nothing.
const UNDISTURBED: Duration = Duration::from_millis(400);

/// Opens the page of a story in Chromium, saves the story again and again, and gives the milliseconds of each save.
pub fn measure(address: &str, story: &Story, saves: usize) -> Result<Vec<f64>, String> {
    let browser = Browser::start();
    browser.open(address);
    // The page is in step once it hears of revisions; that is not what is measured.
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

/// The milliseconds of the system's clock, which is the browser's too.
fn since_epoch() -> f64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
        .as_secs_f64()
        * 1000.0
}
