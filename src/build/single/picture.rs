//! Pictures for a small screen, as `data:` addresses.

use std::io::Cursor;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use image::codecs::gif::GifDecoder;
use image::codecs::jpeg::{JpegDecoder, JpegEncoder};
use image::codecs::png::{CompressionType, FilterType, PngDecoder, PngEncoder};
use image::codecs::webp::WebPDecoder;
use image::metadata::Orientation;
use image::{
    AnimationDecoder, DynamicImage, ImageDecoder, ImageEncoder, ImageFormat, ImageResult, Limits,
};

use crate::build::Made;
use crate::wiki::picture::{self, Clean};

/// The longest side of a picture, in points of the picture.
const LONGEST: u32 = 1200;

/// The quality of JPEG, of 100.
const QUALITY: u8 = 82;

/// The longest side that is decoded.
const LONGEST_DECODED: u32 = 30_000;

/// How much memory a decoded picture may take, in bytes.
const MOST_MEMORY: u64 = 1 << 30;

/// A picture for a small screen. Drawings and animations, and what cannot be decoded, stay as they are.
pub fn data_address(made: &Made<'_>) -> String {
    match smaller(&made.bytes) {
        Some((bytes, media_type)) => address(&bytes, media_type),
        None => unchanged_data_address(made),
    }
}

/// A file as it is.
pub fn unchanged_data_address(made: &Made<'_>) -> String {
    address(&made.bytes, made.media_type)
}

fn address(bytes: &[u8], media_type: &str) -> String {
    let mut address = format!("data:{media_type};base64,");
    STANDARD.encode_string(bytes, &mut address);
    address
}

/// A picture with fewer points or fewer bytes, and its media type; `None` if it cannot be decoded, or if it moves.
fn smaller(bytes: &[u8]) -> Option<(Vec<u8>, &'static str)> {
    let decoded = Decoded::of(bytes)?;
    let is_changed = decoded.is_turned || decoded.longest() > LONGEST;
    let made = decoded.shrunk().encoded().ok()?;
    // The new one has no metadata, but its colour profile can have a name.
    let [made, original] = [made.as_slice(), bytes].map(|bytes| picture::clean(bytes).ok());
    let original = original.filter(|original| {
        let is_no_longer = |made: &Clean| original.bytes.len() <= made.bytes.len();
        !is_changed && made.as_ref().is_none_or(is_no_longer)
    });
    let Clean { bytes, extension } = original.or(made)?;
    Some((bytes, mime_guess::from_ext(extension).first_raw()?))
}

/// A picture in memory, upright.
struct Decoded {
    image: DynamicImage,
    profile: Option<Vec<u8>>,
    is_turned: bool,
}

impl Decoded {
    /// Decodes a picture; `None` for a broken one, one that moves, and one of another format.
    fn of(bytes: &[u8]) -> Option<Self> {
        let file = || Cursor::new(bytes);
        match image::guess_format(bytes).ok()? {
            ImageFormat::Jpeg => Self::from_decoder(JpegDecoder::new(file()).ok()?),
            ImageFormat::Png => {
                let decoder = PngDecoder::new(file()).ok()?;
                let moves = decoder.is_apng().ok()?;
                Self::from_decoder(Some(decoder).filter(|_| !moves)?)
            }
            ImageFormat::WebP => {
                let decoder = WebPDecoder::new(file()).ok()?;
                let moves = decoder.has_animation();
                Self::from_decoder(Some(decoder).filter(|_| !moves)?)
            }
            ImageFormat::Gif => {
                let frames = GifDecoder::new(file()).ok()?.into_frames();
                let moves = frames.take(2).count() > 1;
                Self::from_decoder(GifDecoder::new(file()).ok().filter(|_| !moves)?)
            }
            _ => None,
        }
    }

    fn from_decoder(mut decoder: impl ImageDecoder) -> Option<Self> {
        let mut limits = Limits::default();
        limits.max_image_width = Some(LONGEST_DECODED);
        limits.max_image_height = Some(LONGEST_DECODED);
        limits.max_alloc = Some(MOST_MEMORY);
        decoder.set_limits(limits).ok()?;
        let turn = decoder.orientation().ok()?;
        let profile = decoder.icc_profile().ok()?;
        let mut image = DynamicImage::from_decoder(decoder).ok()?;
        image.apply_orientation(turn);
        Some(Self {
            image,
            profile,
            is_turned: turn != Orientation::NoTransforms,
        })
    }

    fn longest(&self) -> u32 {
        self.image.width().max(self.image.height())
    }

    fn shrunk(self) -> Self {
        if self.longest() <= LONGEST {
            return self;
        }
        let image = self
            .image
            .resize(LONGEST, LONGEST, image::imageops::FilterType::Lanczos3);
        Self { image, ..self }
    }

    /// The smaller one of a PNG and a JPEG; a PNG if something shines through.
    fn encoded(&self) -> ImageResult<Vec<u8>> {
        if shines_through(&self.image) {
            return self.png(&self.image.to_rgba8().into());
        }
        let opaque = self.image.to_rgb8().into();
        let (png, jpeg) = (self.png(&opaque)?, self.jpeg(&opaque)?);
        Ok(if png.len() <= jpeg.len() { png } else { jpeg })
    }

    fn png(&self, image: &DynamicImage) -> ImageResult<Vec<u8>> {
        let mut bytes = Vec::new();
        let encoder =
            PngEncoder::new_with_quality(&mut bytes, CompressionType::Best, FilterType::Adaptive);
        self.encode(image, encoder)?;
        Ok(bytes)
    }

    fn jpeg(&self, image: &DynamicImage) -> ImageResult<Vec<u8>> {
        let mut bytes = Vec::new();
        self.encode(image, JpegEncoder::new_with_quality(&mut bytes, QUALITY))?;
        Ok(bytes)
    }

    fn encode(&self, image: &DynamicImage, mut encoder: impl ImageEncoder) -> ImageResult<()> {
        if let Some(profile) = &self.profile {
            // A format without profiles shows the colours without it.
            let _ = encoder.set_icc_profile(profile.clone());
        }
        image.write_with_encoder(encoder)
    }
}

/// Whether a point of a picture is not opaque.
fn shines_through(image: &DynamicImage) -> bool {
    image.color().has_alpha() && image.to_rgba8().pixels().any(|point| point.0[3] < u8::MAX)
}
