//! PNG and WebP: keeps the chunks that are needed to show a picture.

use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;
use img_parts::{Bytes, ImageEXIF};

use super::{exif, orientation};

/// The PNG chunks that affect how a picture looks.
const PNG: [&[u8; 4]; 16] = [
    b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"cHRM", b"sRGB", b"iCCP", b"cICP",
    b"sBIT", b"pHYs", b"bKGD", b"acTL", b"fcTL", b"fdAT",
];

/// A PNG without metadata. `None` if it is broken.
pub fn png(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut png = Png::from_bytes(Bytes::copy_from_slice(bytes)).ok()?;
    let turn = png.exif().and_then(|exif| orientation(&exif));
    png.chunks_mut()
        .retain(|chunk| PNG.contains(&&chunk.kind()));
    let kinds: Vec<[u8; 4]> = png.chunks().iter().map(PngChunk::kind).collect();
    if kinds.first() != Some(b"IHDR") || kinds.last() != Some(b"IEND") || !kinds.contains(b"IDAT") {
        return None;
    }
    for chunk in png.chunks_mut() {
        *chunk = plain(chunk);
    }
    if let Some(turn) = turn {
        // After the header, which is the first chunk, and before the image data.
        png.chunks_mut()
            .insert(1, PngChunk::new(*b"eXIf", exif(turn).into()));
    }
    Some(png.encoder().bytes().to_vec())
}

/// A chunk without free text.
fn plain(chunk: &PngChunk) -> PngChunk {
    let contents = chunk.contents();
    match &chunk.kind() {
        b"IEND" => PngChunk::new(*b"IEND", Bytes::new()),
        b"iCCP" => {
            // The name of the profile can be chosen by a person.
            let name = contents
                .iter()
                .position(|&byte| byte == 0)
                .unwrap_or(contents.len());
            PngChunk::new(*b"iCCP", [b"profile", &contents[name..]].concat().into())
        }
        _ => chunk.clone(),
    }
}

/// A WebP without metadata. `None` if it is broken.
pub fn webp(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut webp = WebP::from_bytes(Bytes::copy_from_slice(bytes)).ok()?;
    let turn = webp.exif().and_then(|exif| orientation(&exif));
    let chunks = webp.chunks_mut();
    chunks.retain(|chunk| {
        matches!(
            &chunk.id(),
            b"VP8X" | b"VP8 " | b"VP8L" | b"ALPH" | b"ANIM" | b"ANMF" | b"ICCP"
        )
    });
    if !chunks
        .iter()
        .any(|chunk| matches!(&chunk.id(), b"VP8 " | b"VP8L" | b"ANMF"))
    {
        return None;
    }
    for chunk in chunks.iter_mut() {
        let RiffContent::Data(data) = chunk.content() else {
            return None;
        };
        let data = match &chunk.id() {
            b"VP8X" => header(data, turn)?,
            b"ANMF" => frame(data)?,
            _ => continue,
        };
        *chunk.content_mut() = RiffContent::Data(data);
    }
    if let (Some(turn), Some(b"VP8X")) = (turn, chunks.first().map(RiffChunk::id).as_ref()) {
        chunks.push(RiffChunk::new(
            *b"EXIF",
            RiffContent::Data(exif(turn).into()),
        ));
    }
    Some(webp.encoder().bytes().to_vec())
}

/// The header with the flags of the chunks that are kept. The EXIF data is kept if it has an orientation.
fn header(data: &[u8], turn: Option<u8>) -> Option<Bytes> {
    const LENGTH: usize = 10;
    const EXIF: u8 = 0x08;
    const XMP: u8 = 0x04;
    let mut header = data.get(..LENGTH)?.to_vec();
    header[0] &= !(EXIF | XMP);
    header[0] |= if turn.is_some() { EXIF } else { 0 };
    Some(header.into())
}

/// A frame of an animation without unknown chunks.
fn frame(data: &[u8]) -> Option<Bytes> {
    const HEAD: usize = 16;
    let mut out = data.get(..HEAD)?.to_vec();
    let mut rest = &data[HEAD..];
    while !rest.is_empty() {
        let length: [u8; 4] = rest.get(4..8)?.try_into().ok()?;
        let length = usize::try_from(u32::from_le_bytes(length)).ok()?;
        let end = 8usize.checked_add(length)?.checked_add(length % 2)?;
        let chunk = rest.get(..end)?;
        if matches!(&chunk[..4], b"VP8 " | b"VP8L" | b"ALPH") {
            out.extend_from_slice(&chunk[..8 + length]);
            // The padding byte is cleared.
            out.extend(std::iter::repeat_n(0, length % 2));
        }
        rest = &rest[end..];
    }
    Some(out.into())
}
