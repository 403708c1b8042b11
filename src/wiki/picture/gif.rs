//! GIF: keeps the screen and the image blocks, and drops blocks with text.

/// A GIF without metadata. `None` if it is broken.
pub fn clean(bytes: &[u8]) -> Option<Vec<u8>> {
    let mut reader = Reader { bytes, at: 0 };
    let mut out = reader.take(13)?.to_vec();
    out.extend_from_slice(reader.take(colours(out[10]))?);
    // A control block applies to the next image. If plain text follows, it is dropped with it.
    let mut control: &[u8] = &[];
    let mut has_picture = false;
    while let Some(&sign) = bytes.get(reader.at) {
        match sign {
            b';' => break,
            b'!' => match *bytes.get(reader.at + 1)? {
                0xf9 => control = reader.extension()?,
                0xff => out.extend(animation(reader.extension()?)),
                other => {
                    reader.extension()?;
                    // Plain text uses the control block; comments do not.
                    control = if other == 0x01 { &[] } else { control };
                }
            },
            b',' => {
                out.extend_from_slice(std::mem::take(&mut control));
                out.extend_from_slice(reader.picture()?);
                has_picture = true;
            }
            _ => return None,
        }
    }
    out.push(b';');
    has_picture.then_some(out)
}

/// The size of a colour table in bytes, from the flags before it.
fn colours(flags: u8) -> usize {
    if flags & 0x80 == 0 {
        0
    } else {
        3 << ((flags & 7) + 1)
    }
}

/// The repeat count of an animation, without data of other programs.
fn animation(extension: &[u8]) -> Vec<u8> {
    let known: [&[u8]; 2] = [b"\x21\xff\x0bNETSCAPE2.0", b"\x21\xff\x0bANIMEXTS1.0"];
    let Some(head) = known.into_iter().find(|head| extension.starts_with(head)) else {
        return Vec::new();
    };
    match &extension[head.len()..] {
        [3, 1, low, high, ..] => [head, &[3, 1, *low, *high, 0]].concat(),
        _ => Vec::new(),
    }
}

/// Reads the blocks of a file.
struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Reader<'a> {
    fn take(&mut self, length: usize) -> Option<&'a [u8]> {
        let taken = self.bytes.get(self.at..self.at.checked_add(length)?)?;
        self.at += length;
        Some(taken)
    }

    /// An extension block with its sub-blocks.
    fn extension(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        self.take(2)?;
        self.pieces()?;
        self.bytes.get(start..self.at)
    }

    /// An image block with its colour table.
    fn picture(&mut self) -> Option<&'a [u8]> {
        let start = self.at;
        let head = self.take(10)?;
        // The byte after the colour table is the minimum code size.
        self.take(colours(head[9]) + 1)?;
        self.pieces()?;
        self.bytes.get(start..self.at)
    }

    /// Sub-blocks up to the empty one; each starts with its length.
    fn pieces(&mut self) -> Option<()> {
        loop {
            let length = usize::from(self.take(1)?[0]);
            if length == 0 {
                return Some(());
            }
            self.take(length)?;
        }
    }
}
