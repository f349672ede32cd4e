//! Protocol Buffers in canonical form (protocol §1): bytes count only if encoding what was decoded gives the same bytes. That excludes
//! unknown fields, overlong varints, written defaults, unpacked or doubled fields, and any other order.

use crate::Error;
use prost::Message;

/// Reads a message.
///
/// # Errors
/// [`Error::Encoding`] if the bytes are not the canonical encoding of such a message.
pub fn decode<M: Message + Default>(what: &'static str, bytes: &[u8]) -> Result<M, Error> {
    let message = M::decode(bytes).map_err(|_| Error::Encoding { what })?;
    if message.encode_to_vec() == bytes {
        Ok(message)
    } else {
        Err(Error::Encoding { what })
    }
}

/// A digest out of a byte field.
///
/// # Errors
/// [`Error::Length`].
pub fn digest(what: &'static str, bytes: &[u8]) -> Result<[u8; 32], Error> {
    bytes.try_into().map_err(|_| Error::Length {
        what,
        found: bytes.len(),
        expected: 32,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::v1;

    #[test]
    fn only_the_one_encoding_is_read() {
        let body = v1::ExpectedVersion {
            key: "a".to_owned(),
            version: 3,
        };
        let bytes = body.encode_to_vec();
        assert_eq!(bytes, [0x0a, 1, b'a', 0x10, 3]);
        assert_eq!(decode::<v1::ExpectedVersion>("expected", &bytes), Ok(body));
        for wrong in [
            &[0x10, 3, 0x0a, 1, b'a'][..],            // order
            &[0x0a, 1, b'a', 0x10, 0x83, 0x00],       // overlong varint
            &[0x0a, 1, b'a', 0x10, 0],                // written default
            &[0x0a, 1, b'a', 0x10, 3, 0x18, 1],       // unknown field
            &[0x0a, 1, b'b', 0x0a, 1, b'a', 0x10, 3], // doubled field
            &[0x0a, 1, b'a', 0x10],                   // cut
        ] {
            assert_eq!(
                decode::<v1::ExpectedVersion>("expected", wrong),
                Err(Error::Encoding { what: "expected" }),
                "{wrong:?}"
            );
        }
        let order = v1::FounderSignature {
            organisation: String::new(),
            signature: vec![1],
        };
        assert_eq!(order.encode_to_vec(), [0x12, 1, 1]);
        let roles = v1::Policy {
            roles: vec![1, 3],
            ..Default::default()
        };
        assert_eq!(roles.encode_to_vec(), [0x22, 2, 1, 3]);
        assert!(
            decode::<v1::Policy>("policy", &[0x20, 1, 0x20, 3]).is_err(),
            "unpacked"
        );
    }
}
