//! Text that stays text inside of markup and addresses.

/// Adds text to HTML so that it is text, also inside of an attribute in double quotes.
pub fn escape(text: &str, out: &mut String) {
    pulldown_cmark_escape::escape_html(out, text).expect("a string takes whatever is written to it");
}

/// The text as HTML.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 16);
    escape(text, &mut out);
    out
}

/// Adds a path to an address; what is not plain is written as the bytes of its UTF-8.
pub fn percent_encode(path: &str, address: &mut String) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~' | b'/');
    if path.bytes().all(is_plain) {
        address.push_str(path);
        return;
    }
    for byte in path.bytes() {
        if is_plain(byte) {
            address.push(char::from(byte));
        } else {
            address.push('%');
            address.push(char::from(HEX[usize::from(byte >> 4)]));
            address.push(char::from(HEX[usize::from(byte & 15)]));
        }
    }
}
