//! Cleaning pictures: words in all kinds of metadata are removed, and no pixel changes.

#[expect(dead_code, reason = "each test uses a part of what they share")]
mod common;

use std::io::Cursor;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use image::codecs::{gif::GifDecoder, jpeg::JpegDecoder, png::PngDecoder, webp::WebPDecoder};
use image::metadata::Orientation;
use image::{AnimationDecoder, DynamicImage, Frame, ImageDecoder, ImageFormat, Rgba, RgbaImage};
use img_parts::png::{Png, PngChunk};
use img_parts::riff::{RiffChunk, RiffContent};
use img_parts::webp::WebP;
use proptest::prelude::*;
use storybank::model::Audience;
use storybank::preview::{Options, Preview};
use storybank::source::SitePath;
use storybank::wiki::picture::{clean, is_picture};

/// Is planted in every place that cleaning must empty.
const WORD: &[u8] = b"PLANTED";

fn drawing() -> DynamicImage {
    let colour = |x: u32, y: u32| Rgba([(x * 29) as u8, (y * 31) as u8, (x * y) as u8, 255]);
    DynamicImage::ImageRgba8(RgbaImage::from_fn(20, 14, colour))
}

fn encoded(format: ImageFormat) -> Vec<u8> {
    let mut bytes = Cursor::new(Vec::new());
    let drawing = drawing();
    let drawing = if format == ImageFormat::Jpeg {
        DynamicImage::ImageRgb8(drawing.to_rgb8())
    } else {
        drawing
    };
    drawing
        .write_to(&mut bytes, format)
        .expect("it can be encoded");
    bytes.into_inner()
}

/// EXIF with an orientation and the name of the photographer.
fn exif() -> Vec<u8> {
    let mut exif = b"II*\0\x08\0\0\0\x02\0".to_vec();
    exif.extend(b"\x12\x01\x03\0\x01\0\0\0\x06\0\0\0");
    exif.extend(b"\x3b\x01\x02\0\x07\0\0\0\x26\0\0\0");
    exif.extend(b"\0\0\0\0");
    exif.extend(WORD);
    exif.extend(b"GPS 47.6 PLANTED");
    exif
}

fn xmp() -> Vec<u8> {
    b"<x:xmpmeta><dc:creator>PLANTED</dc:creator></x:xmpmeta>".to_vec()
}

fn segment(marker: u8, content: &[u8]) -> Vec<u8> {
    let length = u16::try_from(content.len() + 2).expect("it is short");
    [&[0xff, marker], length.to_be_bytes().as_slice(), content].concat()
}

fn planted_jpeg() -> Vec<u8> {
    let plain = encoded(ImageFormat::Jpeg);
    let mut out = plain[..2].to_vec();
    // A thumbnail of one pixel inside the first segment.
    out.extend(segment(0xe0, b"JFIF\0\x01\x02\0\0\x01\0\x01\x01\x01PLA"));
    out.extend(segment(0xe0, b"JFXX\0\x10PLANTED"));
    out.extend(segment(0xe1, &[b"Exif\0\0".to_vec(), exif()].concat()));
    out.extend(segment(
        0xe1,
        &[b"http://ns.adobe.com/xap/1.0/\0".to_vec(), xmp()].concat(),
    ));
    out.extend(segment(0xe2, b"MPF\0PLANTED"));
    out.extend(segment(0xe2, b"ICC_PROFILE\0\x01\x01profile"));
    out.extend(segment(0xed, b"Photoshop 3.0\08BIM\x04\x04PLANTED"));
    out.extend(segment(0xef, b"PLANTED"));
    out.extend(segment(0xfe, b"PLANTED"));
    out.extend(&plain[2..plain.len() - 2]);
    out.extend(segment(0xfe, b"PLANTED behind the scan"));
    out.extend(b"\xff\xd9PLANTED behind the end");
    out
}

fn planted_png() -> Vec<u8> {
    let mut png = Png::from_bytes(encoded(ImageFormat::Png).into()).expect("it is one");
    let chunks = [
        (*b"tEXt", b"Author\0PLANTED".to_vec()),
        (*b"zTXt", b"Comment\0\0PLANTED".to_vec()),
        (
            *b"iTXt",
            [b"XML:com.adobe.xmp\0\0\0\0\0".to_vec(), xmp()].concat(),
        ),
        (*b"tIME", b"\x07\xea\x0b\x16\x0a\x0b\x0c".to_vec()),
        (*b"eXIf", exif()),
        (*b"prVt", WORD.to_vec()),
        (*b"gAMA", 45455u32.to_be_bytes().to_vec()),
    ];
    png.chunks_mut().splice(
        1..1,
        chunks.map(|(kind, content)| PngChunk::new(kind, content.into())),
    );
    [png.encoder().bytes().to_vec(), WORD.to_vec()].concat()
}

/// An animation of two frames.
fn plain_gif() -> Vec<u8> {
    let mut plain = Vec::new();
    let mut encoder = image::codecs::gif::GifEncoder::new(&mut plain);
    encoder
        .set_repeat(image::codecs::gif::Repeat::Infinite)
        .expect("it is an animation with a loop");
    let frames = [
        Frame::new(drawing().to_rgba8()),
        Frame::new(drawing().fliph().to_rgba8()),
    ];
    encoder.encode_frames(frames).expect("it can be encoded");
    drop(encoder);
    plain
}

fn planted_gif() -> Vec<u8> {
    let plain = plain_gif();
    let colours = if plain[10] & 0x80 == 0 {
        0
    } else {
        3 << ((plain[10] & 7) + 1)
    };
    let (head, rest) = plain.split_at(13 + colours);
    let comment = b"\x21\xfe\x07PLANTED\0";
    let words = b"\x21\xf9\x04\0\0\0\0\0\x21\x01\x0c\0\0\0\0\0\0\0\0\0\0\0\0\x07PLANTED\0";
    let program = b"\x21\xff\x0bXMP DataXMP\x07PLANTED\0";
    let unknown = b"\x21\x77\x07PLANTED\0";
    [
        head,
        comment,
        words,
        program,
        unknown,
        &rest[..rest.len() - 1],
        comment,
        b";PLANTED",
    ]
    .concat()
}

fn planted_webp() -> Vec<u8> {
    let mut webp = WebP::from_bytes(encoded(ImageFormat::WebP).into()).expect("it is one");
    let data =
        |id: &[u8; 4], content: Vec<u8>| RiffChunk::new(*id, RiffContent::Data(content.into()));
    webp.chunks_mut().insert(
        0,
        data(b"VP8X", vec![0x0c | 0x10, 0, 0, 0, 19, 0, 0, 13, 0, 0]),
    );
    webp.chunks_mut().extend([
        data(b"EXIF", exif()),
        data(b"XMP ", xmp()),
        data(b"PRVT", WORD.to_vec()),
    ]);
    [webp.encoder().bytes().to_vec(), WORD.to_vec()].concat()
}

const SVG: &str = r##"<?xml version="1.0" encoding="UTF-8"?>
<!-- PLANTED -->
<?planted PLANTED?>
<!DOCTYPE svg PUBLIC "-//W3C//DTD SVG 1.1//EN" "http://www.w3.org/Graphics/SVG/1.1/DTD/svg11.dtd">
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
  xmlns:inkscape="http://www.inkscape.org/namespaces/inkscape" xmlns:sodipodi="http://sodipodi.sourceforge.net/DTD/sodipodi-0.dtd"
  inkscape:export-filename="/home/PLANTED/a.png" sodipodi:docname="PLANTED.svg" viewBox="0 0 20 14" width="20" height="14" onload="PLANTED()" data-name="PLANTED" content="&lt;mxfile host=&quot;PLANTED&quot;&gt;"
  class="PLANTED" planted="PLANTED" role="PLANTED" xml:lang="PLANTED" xmlns:planted="https://example.org/PLANTED" planted:layer="PLANTED">
  <title>PLANTED</title><desc>PLANTED</desc>
  <metadata><rdf:RDF><dc:creator xmlns:dc="http://purl.org/dc/elements/1.1/">PLANTED</dc:creator></rdf:RDF></metadata>
  <sodipodi:namedview pagecolor="PLANTED"><path d="M0"/></sodipodi:namedview>
  <script>PLANTED()</script>
  <style>/* PLANTED */ .a-PLANTED { fill: url(#g); -planted: PLANTED } .PLANTED #PLANTED-root { --PLANTED: 1px; stroke-width: var(--PLANTED) }
    [data-PLANTED] { fill: red } PLANTED { fill: red } @planted PLANTED { a { fill: red } }
    @keyframes PLANTED { from { opacity: 0 } } circle { animation: PLANTED 1s; content: "PLANTED" }</style>
  PLANTED between shapes
  <planted:note>PLANTED</planted:note><PLANTED/><glyph glyph-name="PLANTED"/>
  <filter id="PLANTED-filter"><feFlood result="PLANTED"/><feBlend in="SourceGraphic" in2="PLANTED"/></filter>
  <circle id="PLANTED-circle" r="0" filter="url(#PLANTED-filter)"/><set begin="PLANTED-circle.end+1s" attributeName="fill" to="red"/>
  <defs><linearGradient id="g"><stop offset="0" stop-color="#f00"/></linearGradient></defs>
  <g id="PLANTED" inkscape:label="PLANTED" aria-label="PLANTED"><!-- PLANTED #PLANTED --><rect id="r" class="a-PLANTED" width="5" height="5" style="stroke:#000;-inkscape-font-specification:PLANTED;opacity:1"/></g>
  <a href="https://PLANTED.example.org" xlink:href="javascript:PLANTED"><text>1 &lt; 2 &#38; 3</text></a>
  <use xlink:href="#r" x="5"/>
  <image href="data:image/png;base64,PICTURE" width="5" height="5"/>
  <foreignObject width="5" height="5"><p xmlns="http://www.w3.org/1999/xhtml" title="PLANTED" id="PLANTED" onclick="PLANTED()" class="PLANTED"
    style="color: red; planted: PLANTED">shown<a href="https://PLANTED.example.org">too</a><script>PLANTED()</script><object>PLANTED</object></p></foreignObject>
</svg>
<!-- PLANTED -->
"##;

fn planted_svg() -> Vec<u8> {
    SVG.replace("PICTURE", &STANDARD.encode(planted_png()))
        .into_bytes()
}

fn all() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("jpg", planted_jpeg()),
        ("png", planted_png()),
        ("gif", planted_gif()),
        ("webp", planted_webp()),
        ("svg", planted_svg()),
    ]
}

fn holds(bytes: &[u8], word: &[u8]) -> bool {
    bytes
        .to_ascii_lowercase()
        .windows(word.len())
        .any(|window| window.eq_ignore_ascii_case(word))
}

#[test]
fn planted_words_are_removed() {
    for (extension, bytes) in all() {
        assert!(holds(&bytes, WORD), "{extension}");
        let clean = clean(&bytes).unwrap_or_else(|reason| panic!("{extension} {reason}"));
        assert_eq!(clean.extension, extension);
        assert!(
            !holds(&clean.bytes, WORD) && !holds(&clean.bytes, b"GPS"),
            "{extension}: {}",
            String::from_utf8_lossy(&clean.bytes)
        );
    }
}

#[test]
fn no_pixel_changes() {
    let points = |bytes: &[u8]| {
        image::load_from_memory(bytes)
            .expect("it can be shown")
            .to_rgba8()
    };
    let cleaned = |bytes: &[u8]| clean(bytes).expect("it can be cleaned").bytes;
    let pairs = [
        (encoded(ImageFormat::Jpeg), planted_jpeg()),
        (encoded(ImageFormat::Png), planted_png()),
        (encoded(ImageFormat::WebP), planted_webp()),
        (plain_gif(), planted_gif()),
    ];
    for (plain, planted) in pairs {
        assert_eq!(points(&plain), points(&cleaned(&planted)));
        assert_eq!(points(&plain), points(&cleaned(&plain)));
    }
    let frames = |bytes: &[u8]| {
        GifDecoder::new(Cursor::new(bytes))
            .expect("it is one")
            .into_frames()
            .collect_frames()
            .expect("they are whole")
    };
    let buffers = |bytes: &[u8]| {
        frames(bytes)
            .into_iter()
            .map(|frame| (frame.delay(), frame.into_buffer()))
            .collect::<Vec<_>>()
    };
    let after = cleaned(&planted_gif());
    assert_eq!(buffers(&plain_gif()), buffers(&after));
    assert!(holds(&after, b"NETSCAPE2.0"));
}

#[test]
fn orientation_is_kept() {
    let cleaned = |bytes: Vec<u8>| Cursor::new(clean(&bytes).expect("it can be cleaned").bytes);
    let jpeg = JpegDecoder::new(cleaned(planted_jpeg()))
        .expect("it is one")
        .orientation();
    let png = PngDecoder::new(cleaned(planted_png()))
        .expect("it is one")
        .orientation();
    let webp = WebPDecoder::new(cleaned(planted_webp()))
        .expect("it is one")
        .orientation();
    assert_eq!(
        [jpeg.ok(), png.ok(), webp.ok()],
        [Some(Orientation::Rotate90); 3]
    );
    assert!(!holds(
        &clean(&encoded(ImageFormat::Jpeg))
            .expect("it can be cleaned")
            .bytes,
        b"Exif"
    ));
}

#[test]
fn colour_profiles_are_kept() {
    let clean = clean(&planted_jpeg()).expect("it can be cleaned");
    assert!(holds(&clean.bytes, b"ICC_PROFILE\0\x01\x01profile"));
}

#[test]
fn clean_pictures_are_not_changed() {
    for (extension, bytes) in all() {
        let once = clean(&bytes).expect("it can be cleaned");
        assert_eq!(clean(&once.bytes).as_ref(), Ok(&once), "{extension}");
    }
}

#[test]
fn cleaned_drawings_keep_their_shapes() {
    let clean = String::from_utf8(clean(&planted_svg()).expect("it can be cleaned").bytes)
        .expect("it is text");
    let id_of = |element: &str| {
        let tag = clean
            .split(element)
            .nth(1)
            .and_then(|rest| rest.split('>').next())
            .unwrap_or_default();
        tag.split("id=\"")
            .nth(1)
            .and_then(|rest| rest.split('"').next())
            .unwrap_or_default()
            .to_owned()
    };
    let (gradient, rectangle) = (id_of("<linearGradient"), id_of("<rect"));
    for kept in [
        "viewBox=\"0 0 20 14\"",
        &format!("fill:url(#{gradient})"),
        &format!("xlink:href=\"#{rectangle}\""),
        "1 &lt; 2 &amp; 3",
        "stroke:#000;opacity:1",
        ">shown<a>too</a></p>",
        "in=\"SourceGraphic\" in2=\"r1\"",
        "animation:m1 1s",
        "@keyframes m1{from{opacity:0}}",
        "stroke-width:var(--v1)",
    ] {
        assert!(clean.contains(kept), "{kept} is not in\n{clean}");
    }
    let inside = clean
        .split("base64,")
        .nth(1)
        .and_then(|rest| rest.split('"').next())
        .expect("the picture is there");
    let inside = STANDARD.decode(inside).expect("it is whole");
    assert_eq!(
        image::load_from_memory(&inside)
            .expect("it can be shown")
            .to_rgba8(),
        drawing().to_rgba8()
    );
    assert!(!holds(&inside, WORD));
}

fn drawing_of(inside: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\" viewBox=\"0 0 9 9\">{inside}</svg>"
    )
}

fn cleaned_drawing(inside: &str) -> String {
    let bytes = clean(drawing_of(inside).as_bytes())
        .unwrap_or_else(|reason| panic!("{inside} {reason}"))
        .bytes;
    let text = String::from_utf8(bytes).expect("it is text");
    let inside = text
        .split_once('>')
        .and_then(|(_, rest)| rest.strip_suffix("</svg>"));
    inside.expect("it has a root").to_owned()
}

#[test]
fn names_in_a_drawing_are_replaced_consistently() {
    for (before, after) in [
        // From Illustrator.
        (
            "<style>.st0{fill:#FF0000;}\n.st1{clip-path:url(#SVGID_2_);font-family:'Myriad'}</style><clipPath id=\"SVGID_2_\"><path d=\"M0 0\"/></clipPath>\
             <path class=\"st1 st0 acme\" d=\"M1 1\"/>",
            "<style>.c1{fill:#FF0000}.c2{clip-path:url(#i1);font-family:\"Myriad\"}</style><clipPath id=\"i1\"><path d=\"M0 0\"></path></clipPath>\
             <path class=\"c2 c1\" d=\"M1 1\"></path>",
        ),
        // From Mermaid.
        (
            "<style>#acme .node rect,#acme .edge>path:not(.thick){stroke:#333!important}#acme [data-look=\"neo\"].node{fill:red}</style><g id=\"acme\" \
             class=\"node default\"><path class=\"thick\" marker-end=\"url(#acme_end)\"/></g><marker id=\"acme_end\"/>",
            "<style>#i1 .c1 rect,#i1 .c2>path:not(.c3){stroke:#333!important}</style><g id=\"i1\" class=\"c1\"><path class=\"c3\" \
             marker-end=\"url(#i2)\"></path></g><marker id=\"i2\"></marker>",
        ),
        // From Figma.
        (
            "<g filter=\"url(#filter0_d_1_2)\"/><filter id=\"filter0_d_1_2\"><feFlood result=\"Acme\"/><feBlend in=\"SourceGraphic\" in2=\"Acme\"/></filter>",
            "<g filter=\"url(#i1)\"></g><filter id=\"i1\"><feFlood result=\"r1\"></feFlood><feBlend in=\"SourceGraphic\" in2=\"r1\"></feBlend></filter>",
        ),
        // From Inkscape, with escapes in a style.
        (
            "<path style=\"fill:u\\72l(#acme);-inkscape-x:acme;opacity:1\"/>",
            "<path style=\"fill:url(#i1);opacity:1\"></path>",
        ),
        (
            "<use href=\"#b\"/><a href=\"#c\" id=\"c\"><g id=\"b\"/></a>",
            "<use href=\"#i1\"></use><a><g id=\"i1\"></g></a>",
        ),
        (
            "<path id=\"a\"/><set begin=\"a.click; 0.5s\" attributeName=\"x\"/>",
            "<path id=\"i1\"></path><set begin=\"i1.click;0.5s\" attributeName=\"x\"></set>",
        ),
        (
            "<switch><g requiredExtensions=\"https://acme.example\"/><text>a</text></switch>",
            "<switch><text>a</text></switch>",
        ),
        (
            "<a><text>a <a>b</a><tspan>c</tspan></text>d</a>",
            "<a><text>a <a>b</a><tspan>c</tspan></text></a>",
        ),
        (
            "<style>@media (min-width:1px){.a{fill:red;x:\"}\"}}</style><g class='a'/>",
            "<style>@media (min-width:1px){.c1{fill:red;x:\"}\"}}</style><g class=\"c1\"></g>",
        ),
    ] {
        assert_eq!(
            cleaned_drawing(before)
                .replace("&quot;", "\"")
                .replace("&gt;", ">"),
            after,
            "{before}"
        );
    }
    let of_illustrator = "<!DOCTYPE svg [<!ENTITY ns_svg \"http://www.w3.org/2000/svg\"> <!ENTITY ns_ai \"https://example.org/planted\">]>\
        <svg xmlns=\"&ns_svg;\" xmlns:i=\"&ns_ai;\" width=\"1\"><g i:layer=\"planted\"/></svg>";
    let clean = clean(of_illustrator.as_bytes()).expect("it can be cleaned");
    assert!(holds(&clean.bytes, b"<g></g>") && !holds(&clean.bytes, WORD));
}

#[test]
fn a_deeply_nested_style_is_an_error() {
    let deep = format!("<style>a{{fill:{}}}</style>", "(".repeat(100_000));
    assert!(clean(drawing_of(&deep).as_bytes()).is_err());
    let names: String = (0..20_000)
        .map(|number| format!("<g id=\"{number}\" class=\"c{number}\"/><use href=\"#{number}\"/>"))
        .collect();
    assert!(clean(drawing_of(&names).as_bytes()).is_ok());
}

#[test]
fn uncleanable_pictures_have_help() {
    let svg = |inner: &str| {
        format!("<svg xmlns=\"http://www.w3.org/2000/svg\" xmlns:xlink=\"http://www.w3.org/1999/xlink\">{inner}</svg>").into_bytes()
    };
    let refused: Vec<(Vec<u8>, &str)> = vec![
        (
            b"\0\0\0\x1cftypavif\0\0\0\0".to_vec(),
            "is a picture in the format AVIF, whose metadata cannot be removed; save it as PNG or JPEG",
        ),
        (
            b"\0\0\0\x1cftypheic\0\0\0\0".to_vec(),
            "is a picture in the format HEIC, whose",
        ),
        (
            b"II*\0\x08\0\0\0".to_vec(),
            "is a picture in the format TIFF, whose",
        ),
        (
            b"%PDF-1.7".to_vec(),
            "is not a picture of a known kind; save it as PNG, JPEG, GIF, WebP or SVG",
        ),
        (
            encoded(ImageFormat::Jpeg)[..60].to_vec(),
            "is a JPEG picture that is broken; save it again",
        ),
        (
            encoded(ImageFormat::Png)[..60].to_vec(),
            "is a PNG picture that is broken; save it again",
        ),
        (
            svg("<image xlink:href=\"https://example.org/a.png\"/>"),
            "is an SVG picture that refers to `https://example.org/a.png`; embed it in the picture",
        ),
        (
            svg("<rect style=\"fill:url(https://example.org/a.svg#b)\"/>"),
            "is an SVG picture that refers to `https://example.org/a.svg#b`; embed it in the picture",
        ),
        (
            svg("<style>@import 'https://example.org/a.css'</style>"),
            "is an SVG picture whose style requests other files; save it as plain SVG",
        ),
        (
            svg("<text>&secret;</text>"),
            "is an SVG picture with entities of its own; save it as plain SVG",
        ),
        (
            svg("<g>"),
            "is an SVG picture that is broken; save it again",
        ),
    ];
    for (bytes, wanted) in refused {
        let reason = clean(&bytes).expect_err("it is refused");
        assert!(reason.starts_with(wanted), "{reason}");
    }
    assert!(
        is_picture("a.heic", b"")
            && is_picture("a", &planted_png())
            && !is_picture("a.pdf", b"%PDF-1.7")
            && !is_picture("a.mp4", b"\0\0\0\x1cftypisom")
    );
}

/// A site whose case study shows a planted picture of each kind.
fn site() -> common::Files {
    let shown: String = all()
        .iter()
        .map(|(extension, _)| format!("![a](a.{extension})\n"))
        .collect();
    let study = format!("---\ntitle: The outage\naudience: public\n---\n\n## Summary\n\n{shown}");
    let pictures = all()
        .into_iter()
        .map(|(extension, bytes)| (format!("content/case-studies/a.{extension}"), bytes));
    pictures
        .chain([(
            "content/case-studies/outage.md".to_owned(),
            study.into_bytes(),
        )])
        .collect()
}

#[test]
fn a_site_for_others_shows_clean_pictures() {
    for (audience, is_planted) in [
        (Audience::Private, true),
        (Audience::Team, false),
        (Audience::Public, false),
    ] {
        let artefacts = common::make(&site(), audience).unwrap_or_else(|found| panic!("{found:?}"));
        let pictures: Vec<_> = artefacts
            .iter()
            .filter(|(path, _)| path.starts_with("assets/"))
            .collect();
        assert_eq!(pictures.len(), all().len(), "{audience:?}");
        assert!(
            pictures
                .iter()
                .all(|(_, bytes)| holds(bytes, WORD) == is_planted),
            "{audience:?}"
        );
    }
}

#[test]
fn a_preview_for_others_shows_clean_pictures() {
    let files = site();
    for (audience, is_planted) in [
        (Audience::Private, true),
        (Audience::Team, false),
        (Audience::Public, false),
    ] {
        let mut preview = Preview::new(Options {
            audience: Some(audience),
            folder: String::new(),
            boot: String::new(),
            follow: false,
        });
        let bytes = |path: &SitePath| {
            Some((
                path.clone(),
                Arc::from(files.get(path.as_str())?.as_slice()),
            ))
        };
        let snapshot = preview
            .take(Ok(common::inputs(&files)), |used| {
                used.iter().filter_map(bytes).collect()
            })
            .expect("it is the first");
        let page = snapshot.answer("/case-studies/outage.html");
        let page = String::from_utf8(page.bytes).expect("it is text");
        let names: Vec<&str> = page
            .split("assets/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .collect();
        assert_eq!(names.len(), all().len(), "{page}");
        for name in names {
            let answer = snapshot.answer(&format!("/assets/{name}"));
            assert_eq!(
                (answer.status, holds(&answer.bytes, WORD)),
                (200, is_planted),
                "{name}"
            );
        }
    }
}

/// A damaged picture: cut off, or with some bytes changed.
fn damaged() -> impl Strategy<Value = Vec<u8>> {
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (
        0..5usize,
        changes,
        any::<prop::sample::Index>(),
        any::<bool>(),
    )
        .prop_map(|(which, changes, end, is_cut)| {
            let mut bytes = all().swap_remove(which).1;
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            bytes.truncate(if is_cut {
                end.index(bytes.len())
            } else {
                bytes.len()
            });
            bytes
        })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1500, rng_seed: common::seed(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn cleaning_is_idempotent(bytes in prop_oneof![3 => damaged(), 1 => prop::collection::vec(any::<u8>(), 0..200)]) {
        if let Ok(once) = clean(&bytes) {
            prop_assert_eq!(clean(&once.bytes), Ok(once));
        }
    }

    #[test]
    fn any_drawing_is_cleaned_or_refused(inner in "[<>/a-c \"'=&;#!\\[\\]?-]{0,40}") {
        let drawing = format!("<svg xmlns=\"http://www.w3.org/2000/svg\">{inner}</svg>");
        if let Ok(once) = clean(drawing.as_bytes()) {
            prop_assert_eq!(clean(&once.bytes), Ok(once));
        }
    }
}

#[test]
fn pictures_of_transcluded_stories_are_published() {
    let site = "-- content/case-studies/a.md --\n---\ntitle: A\naudience: team\n---\n\n![[shown#Result]]\n\
         -- content/stories/shown/index.md --\n---\ntitle: Shown\naudience: team\n---\n\n## Task\n\n![another](b.svg)\n\n## Result\n\n![a](a.svg)\n\
         -- content/stories/shown/a.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h9\"/></svg>\n\
         -- content/stories/shown/b.svg --\n<svg xmlns=\"http://www.w3.org/2000/svg\"><path d=\"M0 0h8\"/></svg>\n";
    for (kind, draft) in common::drafts(&common::files(site), Audience::Team) {
        let draft = draft.expect("there is a case study");
        let names: Vec<&String> = draft.pictures.keys().collect();
        assert_eq!(names.len(), 1, "{kind}: only what is shown");
        assert!(
            draft.pages[0].text.contains("<img") || draft.pages[0].attachments.iter().eq(names),
            "{kind}"
        );
    }
}
