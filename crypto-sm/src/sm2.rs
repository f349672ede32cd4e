//! SM2 digital signatures (GB/T 32918.2-2016) on the recommended curve (GB/T 32918.5-2017), keys and their encodings.
//!
//! There is one parser for each thing, and it accepts one encoding: public keys are 65 bytes uncompressed with both
//! coordinates below p and the point on the curve; signatures are 64 bytes r ‖ s (or strict DER inside certificates)
//! with both in [1, n − 1]; secret keys lie in [1, n − 2]. What the types of this module hold has passed it.
//!
//! Messages are given as parts that are hashed one after the other, so that a prefix needs no copy.

mod comb;
pub mod ecdh;
mod field;
mod known;
mod point;
mod public;
mod secret;
mod shared;
mod signature;
mod signers;
mod verifier;

pub use public::{KeyId, PublicKey};
pub use secret::SecretKey;
pub use signature::Signature;
pub use signers::KnownSigners;
pub use verifier::{Claim, Verifier, verify_all};

use signature::SIGNATURE_LENGTH;
pub(crate) use verifier::{identity_hash, reduce, scalar};

/// The user id that GB/T 35276-2017 (GM/T 0009) prescribes where none is agreed on; certificates and this ledger use it.
pub const USER_ID: &[u8] = b"1234567812345678";

/// The field's prime p, big-endian (GB/T 32918.5 clause 2).
const PRIME: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0xff, 0xff, 0xff, 0xff, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
];

/// The group's order n, big-endian (GB/T 32918.5 clause 2).
const ORDER: [u8; 32] = [
    0xff, 0xff, 0xff, 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff,
    0x72, 0x03, 0xdf, 0x6b, 0x21, 0xc6, 0x05, 0x2b, 0x53, 0xbb, 0xf4, 0x09, 0x39, 0xd5, 0x41, 0x23,
];

/// Whether the big-endian number is in [1, n − 1].
fn in_order(bytes: &[u8; 32]) -> bool {
    bytes.iter().any(|byte| *byte != 0) && *bytes < ORDER
}
