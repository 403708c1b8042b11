//! A small site of case studies that a test writes and publishes with the program.

use std::ffi::OsStr;
use std::fs;

use super::program::{self, Folder, storybank};

/// A site with one wiki, `handbook`.
pub struct SmallSite {
    folder: Folder,
    token: String,
}

impl SmallSite {
    pub fn new(wiki: &str, token: &str) -> Self {
        let folder = Folder::new();
        fs::create_dir_all(folder.join("content/case-studies")).expect("it can be made");
        fs::write(
            folder.join("site.toml"),
            format!("title = \"Stories\"\n\n[wiki.handbook]\n{wiki}\n"),
        )
        .expect("it can be written");
        Self {
            folder,
            token: token.to_owned(),
        }
    }

    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.join(name)
    }

    fn file(&self, slug: &str) -> std::path::PathBuf {
        self.folder.join(&format!("content/case-studies/{slug}.md"))
    }

    /// Writes a case study.
    pub fn case(&self, slug: &str, title: &str, body: &str) {
        let text = format!("---\ntitle: {title}\naudience: team\n---\n{body}\n");
        fs::write(self.file(slug), text).expect("it can be written");
    }

    /// Writes a grey picture of one pixel.
    pub fn picture(&self, name: &str, grey: u8) {
        let picture = image::RgbImage::from_pixel(1, 1, image::Rgb([grey, grey, grey]));
        picture
            .save(self.folder.join(&format!("content/case-studies/{name}")))
            .expect("it can be written");
    }

    pub fn remove(&self, slug: &str) {
        fs::remove_file(self.file(slug)).expect("it is there");
    }

    pub fn command(&self, more: &[&str]) -> std::process::Command {
        let root = self.folder.path().as_os_str();
        let mut command = storybank([
            OsStr::new("publish"),
            OsStr::new("handbook"),
            OsStr::new("--root"),
            root,
        ]);
        command
            .args(more)
            .env("STORYBANK_HANDBOOK_TOKEN", &self.token)
            .env("GIT_TERMINAL_PROMPT", "0");
        command
    }

    /// Publishes. Returns the exit status and the output: first the standard output, then the
    /// standard error.
    #[track_caller]
    pub fn publish(&self, more: &[&str]) -> (i32, String) {
        let output = program::run(self.command(more));
        let said = format!(
            "{}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        (output.status.code().expect("it has ended by itself"), said)
    }

    /// Publishes successfully, and returns the output.
    #[track_caller]
    pub fn succeeds(&self, more: &[&str]) -> String {
        let (status, said) = self.publish(more);
        assert_eq!(status, 0, "{said}");
        said
    }

    /// Publishes with unfinished pages, and returns the output.
    #[track_caller]
    pub fn leaves_something(&self, more: &[&str]) -> String {
        let (status, said) = self.publish(more);
        assert_eq!(status, 1, "{said}");
        said
    }

    pub fn record(&self) -> String {
        fs::read_to_string(self.folder.join(".published/handbook.json")).unwrap_or_default()
    }
}
