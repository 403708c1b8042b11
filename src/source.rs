//! Files as the program sees them: a path from the root of the site, a text, and places in it.

use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// The path of a file from the root of the site, with `/` between its parts on every system: `content/stories/x.md`.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SitePath(Arc<str>);

impl SitePath {
    /// Takes a path that is written with `/`.
    pub fn new(path: impl Into<Arc<str>>) -> Self {
        Self(path.into())
    }

    /// The whole path.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text after the last dot of the file name; empty if there is no dot.
    pub fn extension(&self) -> &str {
        let name = self.0.rsplit('/').next().unwrap_or_default();
        name.rsplit_once('.').map_or("", |(_, extension)| extension)
    }

    /// The folder that holds the file, without a slash at its end.
    pub fn parent(&self) -> &str {
        self.0.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// Resolves `relative` against the folder of this file. `None` if it leads out of the site.
    ///
    /// A leading `/` means the folder `content`.
    pub fn join(&self, relative: &str) -> Option<Self> {
        let (base, rest) = match relative.strip_prefix('/') {
            Some(rest) => ("content", rest),
            None => (self.parent(), relative),
        };
        let mut parts: Vec<&str> = base.split('/').filter(|part| !part.is_empty()).collect();
        for part in rest.split('/') {
            match part {
                "" | "." => {}
                ".." => {
                    parts.pop()?;
                }
                name => parts.push(name),
            }
        }
        Some(Self::new(parts.join("/")))
    }
}

impl fmt::Debug for SitePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&self.0, formatter)
    }
}

impl fmt::Display for SitePath {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

/// A range of bytes in the text of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The range between two offsets.
    ///
    /// A file of more than 4 GiB is rejected when it is read, so an offset always fits.
    pub fn new(start: usize, end: usize) -> Self {
        Self {
            start: offset(start),
            end: offset(end),
        }
    }

    /// The same range, for slicing.
    pub fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    /// The range moved towards the end by `by` bytes.
    pub fn shifted(self, by: usize) -> Self {
        Self {
            start: self.start + offset(by),
            end: self.end + offset(by),
        }
    }
}

/// Converts an offset in a file to the type that [`Span`] stores.
pub fn offset(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A value with its place in the file.
///
/// It has no `Clone`: what a projection keeps of the values of a document is decided value by value.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Spanned<T> {
    /// The value.
    pub value: T,
    /// The place of the value, with its quotes.
    pub span: Span,
}

/// A line and a column, as editors count them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Location {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
}

/// The location of the byte at `at` in `text`. Past the end, the location of the end.
pub fn locate(text: &str, at: usize) -> Location {
    let mut at = at.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    let before = &text[..at];
    let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
    Location {
        line: before.bytes().filter(|&byte| byte == b'\n').count() + 1,
        column: before[line_start..].chars().count() + 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn joins_as_a_reader_of_the_file_would() {
        let file = SitePath::new("content/questions/a.md");
        let joined = |relative: &str| file.join(relative).map(|path| path.as_str().to_owned());
        assert_eq!(
            joined("../stories/x.md").as_deref(),
            Some("content/stories/x.md")
        );
        assert_eq!(
            joined("./b.png").as_deref(),
            Some("content/questions/b.png")
        );
        assert_eq!(
            joined("/stories/x.md").as_deref(),
            Some("content/stories/x.md")
        );
        assert_eq!(joined("../../../x.md"), None);
    }

    #[test]
    fn locates_in_characters() {
        let at = locate("é\nüx", 5);
        assert_eq!((at.line, at.column), (2, 2));
    }
}
