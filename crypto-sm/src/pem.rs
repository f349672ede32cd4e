//! PEM (RFC 7468), one document with the expected label.

use crate::Error;
use x509_cert::der::pem::{LineEnding, decode_label, decode_vec, encode_string};
use zeroize::Zeroizing;

/// The bytes inside the armour. They are wiped when dropped, because they may be a key.
pub(crate) fn decode(expected: &'static str, text: &str) -> Result<Zeroizing<Vec<u8>>, Error> {
    // Editors and copy-and-paste leave blank lines around; nothing else around the document is accepted.
    let text = text.trim();
    let found = decode_label(text.as_bytes()).map_err(|_| Error::PemEncoding { expected })?;
    if found != expected {
        return Err(Error::PemLabel {
            expected,
            found: found.to_owned(),
        });
    }
    let (_, bytes) = decode_vec(text.as_bytes()).map_err(|_| Error::PemEncoding { expected })?;
    Ok(Zeroizing::new(bytes))
}

/// The documents of a text that holds several, one behind the other, each with what stands before it.
pub(crate) fn documents(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        if rest.trim().is_empty() {
            return None;
        }
        // An armour ends with the line that says so.
        let end = rest.find("-----END ").map_or(rest.len(), |start| {
            rest[start..]
                .find('\n')
                .map_or(rest.len(), |length| start + length + 1)
        });
        let (document, behind) = rest.split_at(end);
        rest = behind;
        Some(document)
    })
}

/// PEM with lines of 64 characters ended by LF.
pub(crate) fn encode(label: &'static str, bytes: &[u8]) -> String {
    encode_string(label, LineEnding::LF, bytes)
        .expect("a constant label and bytes of bounded length encode")
}
