//! JPEG: keeps segments and compressed data. `img-parts` would keep everything after the first
//! scan.

use super::{exif, orientation};

const END: u8 = 0xd9;
const SCAN: u8 = 0xda;

/// A JPEG without metadata. `None` if it is broken.
pub fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut rest = bytes.strip_prefix(b"\xff\xd8")?;
    let mut parts = Parts::default();
    loop {
        let marker;
        (marker, rest) = next_marker(rest)?;
        match marker {
            END => return parts.assembled(),
            // Markers without content that are valid in compressed data only.
            0x01 | 0xd0..=0xd7 => continue,
            _ => {}
        }
        let (content, behind) = content(rest)?;
        rest = behind;
        parts.add_segment(marker, content);
        if marker == SCAN {
            let length = compressed_length(rest);
            parts.add_scan(&rest[..length]);
            rest = &rest[length..];
        }
    }
}

/// The parts of a picture that are kept.
#[derive(Default)]
struct Parts {
    /// The JFIF segment, which comes first.
    jfif: Vec<u8>,
    /// The EXIF orientation.
    turn: Option<u8>,
    /// The other segments and the compressed data.
    others: Vec<u8>,
    has_scan: bool,
}

impl Parts {
    fn add_segment(&mut self, marker: u8, content: &[u8]) {
        if marker == 0xe1 && content.starts_with(b"Exif\0\0") && self.turn.is_none() {
            self.turn = orientation(content);
            return;
        }
        match (marker, needed(marker, content)) {
            (0xe0, Some(content)) if self.jfif.is_empty() => add(marker, content, &mut self.jfif),
            (0xe0, _) | (_, None) => {}
            (_, Some(content)) => add(marker, content, &mut self.others),
        }
    }

    fn add_scan(&mut self, compressed: &[u8]) {
        self.has_scan = true;
        self.others.extend_from_slice(compressed);
    }

    /// The file. `None` if there is no scan.
    fn assembled(self) -> Option<Vec<u8>> {
        let mut out = b"\xff\xd8".to_vec();
        out.extend(self.jfif);
        if let Some(turn) = self.turn {
            add(
                0xe1,
                &[b"Exif\0\0".as_slice(), &exif(turn)].concat(),
                &mut out,
            );
        }
        out.extend(self.others);
        out.extend([0xff, END]);
        self.has_scan.then_some(out)
    }
}

/// The next marker and the bytes after it.
fn next_marker(bytes: &[u8]) -> Option<(u8, &[u8])> {
    let rest = bytes.strip_prefix(b"\xff")?;
    let fill = rest.iter().take_while(|&&byte| byte == 0xff).count();
    let (&marker, rest) = rest[fill..].split_first()?;
    (marker != 0).then_some((marker, rest))
}

/// The content of a segment and the bytes after it.
fn content(bytes: &[u8]) -> Option<(&[u8], &[u8])> {
    let length: [u8; 2] = bytes.get(..2)?.try_into().ok()?;
    let length = usize::from(u16::from_be_bytes(length));
    Some((bytes.get(2..length)?, bytes.get(length..)?))
}

/// The part of a segment that is needed. `None` for most segments.
fn needed(marker: u8, content: &[u8]) -> Option<&[u8]> {
    /// The length without the thumbnail.
    const JFIF: usize = 12;
    const ADOBE: usize = 12;
    match marker {
        // Tables, frames, scans, and the data that they refer to.
        0xc0..=0xcf | 0xda..=0xdf => Some(content),
        0xe0 if content.starts_with(b"JFIF\0") => content.get(..JFIF),
        0xe2 if content.starts_with(b"ICC_PROFILE\0") => Some(content),
        0xee if content.starts_with(b"Adobe") => content.get(..ADOBE),
        _ => None,
    }
}

fn add(marker: u8, content: &[u8], out: &mut Vec<u8>) {
    // The dimensions of a missing JFIF thumbnail.
    let end: &[u8] = if marker == 0xe0 { &[0, 0] } else { &[] };
    let length = u16::try_from(content.len() + end.len() + 2)
        .expect("a segment is no longer than the one it comes from");
    out.extend([0xff, marker]);
    out.extend(length.to_be_bytes());
    out.extend_from_slice(content);
    out.extend_from_slice(end);
}

/// The length of the compressed data: up to the next marker outside it.
fn compressed_length(bytes: &[u8]) -> usize {
    let is_end = |pair: &[u8]| pair[0] == 0xff && !matches!(pair[1], 0 | 0xd0..=0xd7);
    bytes.windows(2).position(is_end).unwrap_or(bytes.len())
}
