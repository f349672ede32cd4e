//! Text as bytes of the terminal's character set.

use encoding_rs::GB18030;
use i18n::Charset;

/// `text` in `charset`. GB 18030 has every character of Unicode, so that nothing is lost.
pub fn encode(text: &str, charset: Charset) -> Vec<u8> {
    match charset {
        Charset::Utf8 => text.as_bytes().to_vec(),
        Charset::Gb18030 => GB18030.encode(text).0.into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gb18030_bytes_are_those_of_the_standard() {
        // GB 18030-2022: 碳 = CC BC, 。= A1 A3; 㐀 stands in the four-byte area.
        assert_eq!(encode("碳。", Charset::Gb18030), [0xCC, 0xBC, 0xA1, 0xA3]);
        assert_eq!(encode("㐀", Charset::Gb18030), [0x81, 0x39, 0xEE, 0x39]);
        assert_eq!(encode("ASCII", Charset::Gb18030), b"ASCII");
        assert_eq!(encode("碳", Charset::Utf8), "碳".as_bytes());
    }
}
