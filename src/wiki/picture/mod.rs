//! Removes metadata from pictures: positions, names, times, thumbnails.
//!
//! Each format is split into its parts, and only those that are needed to show the picture are
//! kept. Unknown parts are dropped. The pixels do not change. Colour profiles are kept, because
//! they change the look.

mod chunks;
mod gif;
mod jpeg;
mod svg;

/// A picture without metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// The content of the file.
    pub bytes: Vec<u8>,
    /// The extension of the format: `png`, `jpg`, `gif`, `webp`, `svg`.
    pub extension: &'static str,
}

/// Removes the metadata of a picture. The content decides the format, not the file name.
///
/// # Errors
///
/// Why it cannot be cleaned, in words that follow the name of the file: `is not a picture …`.
pub fn clean(bytes: &[u8]) -> Result<Clean, String> {
    clean_inside(bytes, 0)
}

/// The same for a picture embedded in `depth` others.
fn clean_inside(bytes: &[u8], depth: usize) -> Result<Clean, String> {
    let kind = PictureKind::of(bytes)
        .ok_or("is not a picture of a known kind; save it as PNG, JPEG, GIF, WebP or SVG")?;
    let broken = |name: &str| format!("is a {name} picture that is broken; save it again");
    let cleaned = match kind {
        PictureKind::Jpeg => jpeg::clean(bytes).ok_or_else(|| broken("JPEG"))?,
        PictureKind::Png => chunks::png(bytes).ok_or_else(|| broken("PNG"))?,
        PictureKind::Gif => gif::clean(bytes).ok_or_else(|| broken("GIF"))?,
        PictureKind::Webp => chunks::webp(bytes).ok_or_else(|| broken("WebP"))?,
        PictureKind::Svg => svg::clean(bytes, depth)?,
        PictureKind::Other(name) => {
            return Err(format!(
                "is a picture in the format {name}, whose metadata cannot be removed; save it as PNG or JPEG"
            ));
        }
    };
    Ok(Clean {
        bytes: cleaned,
        extension: kind.extension().unwrap_or_default(),
    })
}

/// The extension of a picture. `None` if it is not a picture that can be cleaned.
pub fn extension(bytes: &[u8]) -> Option<&'static str> {
    PictureKind::of(bytes)?.extension()
}

/// Whether a file is a picture, by its name or its content.
pub fn is_picture(name: &str, bytes: &[u8]) -> bool {
    PictureKind::of(bytes).is_some()
        || mime_guess::from_path(name)
            .first_raw()
            .is_some_and(|mime| mime.starts_with("image/"))
}

/// The format of a picture.
enum PictureKind {
    Jpeg,
    Png,
    Gif,
    Webp,
    Svg,
    /// A format that cannot be cleaned, by its name.
    Other(&'static str),
}

impl PictureKind {
    fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |sign: &[u8]| bytes.starts_with(sign);
        Some(if starts(b"\xff\xd8\xff") {
            Self::Jpeg
        } else if starts(b"\x89PNG\r\n\x1a\n") {
            Self::Png
        } else if starts(b"GIF87a") || starts(b"GIF89a") {
            Self::Gif
        } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Self::Webp
        } else if svg::is_svg(bytes) {
            Self::Svg
        } else {
            Self::Other(other(bytes)?)
        })
    }

    fn extension(&self) -> Option<&'static str> {
        match self {
            Self::Jpeg => Some("jpg"),
            Self::Png => Some("png"),
            Self::Gif => Some("gif"),
            Self::Webp => Some("webp"),
            Self::Svg => Some("svg"),
            Self::Other(_) => None,
        }
    }
}

/// The name of a format that cannot be cleaned.
fn other(bytes: &[u8]) -> Option<&'static str> {
    if bytes.get(4..8) == Some(b"ftyp") {
        return match bytes.get(8..12)? {
            b"avif" | b"avis" => Some("AVIF"),
            b"heic" | b"heix" | b"hevc" | b"heim" | b"heis" | b"mif1" | b"msf1" => Some("HEIC"),
            _ => None,
        };
    }
    let signs: [(&[u8], &str); 8] = [
        (b"II*\0", "TIFF"),
        (b"MM\0*", "TIFF"),
        (b"BM", "BMP"),
        (b"8BPS", "PSD"),
        (b"\xff\x0a", "JPEG XL"),
        (b"\0\0\0\x0cJXL ", "JPEG XL"),
        (b"\0\0\0\x0cjP  ", "JPEG 2000"),
        (b"\0\0\x01\0", "ICO"),
    ];
    signs
        .into_iter()
        .find(|(sign, _)| bytes.starts_with(sign))
        .map(|(_, name)| name)
}

/// The EXIF orientation, 2 to 8. `None` if the picture is shown as it is.
fn orientation(exif: &[u8]) -> Option<u8> {
    const ORIENTATION: u16 = 0x0112;
    const ENTRY: usize = 12;
    let exif = exif.strip_prefix(b"Exif\0\0").unwrap_or(exif);
    let is_little = match exif.get(..4)? {
        b"II*\0" => true,
        b"MM\0*" => false,
        _ => return None,
    };
    let number = |at: usize| {
        let bytes: [u8; 2] = exif.get(at..at.checked_add(2)?)?.try_into().ok()?;
        Some(if is_little {
            u16::from_le_bytes(bytes)
        } else {
            u16::from_be_bytes(bytes)
        })
    };
    let start: [u8; 4] = exif.get(4..8)?.try_into().ok()?;
    let start = if is_little {
        u32::from_le_bytes(start)
    } else {
        u32::from_be_bytes(start)
    } as usize;
    let entries = usize::from(number(start)?);
    let offsets = (0..entries).map(|entry| start.saturating_add(2 + entry * ENTRY));
    let mut found = offsets
        .take_while(|&at| at < exif.len())
        .filter(|&at| number(at) == Some(ORIENTATION));
    let value = number(found.next()?.checked_add(8)?)?;
    u8::try_from(value)
        .ok()
        .filter(|value| (2..=8).contains(value))
}

/// EXIF data with an orientation and nothing else.
fn exif(orientation: u8) -> Vec<u8> {
    // Big-endian. One entry in the first directory: tag, type short, count 1, value. No further
    // directory.
    let mut exif = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".to_vec();
    exif.extend([orientation, 0, 0, 0, 0, 0, 0]);
    exif
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_turn_of_a_picture_is_read_as_it_is_written() {
        for turn in 2..=8 {
            assert_eq!(orientation(&exif(turn)), Some(turn));
        }
        assert_eq!(
            orientation(b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0"),
            Some(6)
        );
        assert_eq!(
            (
                orientation(&exif(1)),
                orientation(b"II*\0\xff\xff\xff\xff"),
                orientation(b"")
            ),
            (None, None, None)
        );
    }
}
