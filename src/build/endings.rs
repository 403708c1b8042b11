//! The endings of file names that the program knows.

use crate::source::SitePath;

/// Endings that the name of a published file may have. Any other ending may be one of the author's own words.
const PUBLISHED: &str = "\
    7z apng avi avif bash bib bmp bz2 c cpp cs css csv diff doc docx drawio eml eot eps epub excalidraw flac gif go gpx gz h heic \
    htm html ico ics ini ipynb java jfif jpe jpeg jpg js json jsonl key kt log m4a m4v markdown md mdx mjs mkv mmd mov mp3 mp4 \
    mpeg mpg numbers odg odp ods odt oga ogg ogv opus org otf pages patch pdf php png ppt pptx ps psd puml py rar rb rs rst rtf sh \
    sql srt svg swift tar tex tgz tif tiff toml ts tsv ttf txt vcf vsdx vtt wasm wav weba webm webmanifest webp woff woff2 xht \
    xhtml xls xlsx xml xz yaml yml zip zst";

/// Endings of files in which people write, and which storybank does not read.
const PROSE: &str = "\
    adoc asciidoc doc docx htm html mdown mdtext mdtxt mdwn mdx mkd mkdn odt org pages qmd rmd rst rtf tex text textile txt wiki";

/// The ending of a path in lower case, if it is a known one and so says nothing about the author.
pub(super) fn published(path: &SitePath) -> Option<&'static str> {
    PUBLISHED
        .split(' ')
        .find(|known| path.extension().eq_ignore_ascii_case(known))
}

/// Whether a file looks like a text to read.
pub(super) fn is_prose(path: &SitePath) -> bool {
    PROSE
        .split(' ')
        .any(|known| path.extension().eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_published_file_ends_as_it_did_in_lower_case() {
        assert_eq!(published(&SitePath::new("content/a.PNG")), Some("png"));
        assert_eq!(published(&SitePath::new("content/a.woff2")), Some("woff2"));
    }

    #[test]
    fn an_ending_of_the_authors_own_is_not_published() {
        assert_eq!(published(&SitePath::new("content/a.falcon")), None);
        assert_eq!(published(&SitePath::new("content/a")), None);
    }

    #[test]
    fn a_text_is_known_by_its_ending() {
        assert!(is_prose(&SitePath::new("content/a.Docx")));
        assert!(!is_prose(&SitePath::new("content/a.png")));
    }
}
