//! SM3, HMAC-SM3 and HKDF-SM3 for the key schedule.

use crate::sm3;
use rustls::crypto::{hash, hmac, tls13::HkdfUsingHmac};

/// HKDF of RFC 5869 with SM3.
pub(super) static HKDF: HkdfUsingHmac<'static> = HkdfUsingHmac(&HmacSm3);

pub(super) struct Sm3;

impl hash::Hash for Sm3 {
    fn start(&self) -> Box<dyn hash::Context> {
        Box::new(Context(sm3::Hasher::new()))
    }

    fn hash(&self, data: &[u8]) -> hash::Output {
        hash::Output::new(&sm3::hash(&[data]))
    }

    fn output_len(&self) -> usize {
        sm3::DIGEST_LENGTH
    }

    fn algorithm(&self) -> hash::HashAlgorithm {
        // TLS 1.3 sends no such number. rustls compares it when it resumes; this is the high byte of sm2sig_sm3.
        hash::HashAlgorithm::Unknown(7)
    }
}

struct Context(sm3::Hasher);

impl hash::Context for Context {
    fn fork_finish(&self) -> hash::Output {
        hash::Output::new(&self.0.clone().finalize())
    }

    fn fork(&self) -> Box<dyn hash::Context> {
        Box::new(Self(self.0.clone()))
    }

    fn finish(self: Box<Self>) -> hash::Output {
        hash::Output::new(&self.0.finalize())
    }

    fn update(&mut self, data: &[u8]) {
        self.0.update(data);
    }
}

struct HmacSm3;

impl hmac::Hmac for HmacSm3 {
    fn with_key(&self, key: &[u8]) -> Box<dyn hmac::Key> {
        Box::new(Key(sm3::hmac::Hmac::new(key)))
    }

    fn hash_output_len(&self) -> usize {
        sm3::DIGEST_LENGTH
    }
}

struct Key(sm3::hmac::Hmac);

impl hmac::Key for Key {
    fn sign_concat(&self, first: &[u8], middle: &[&[u8]], last: &[u8]) -> hmac::Tag {
        let mut mac = self.0.clone();
        mac.update(first);
        for part in middle {
            mac.update(part);
        }
        mac.update(last);
        hmac::Tag::new(&mac.finalize())
    }

    fn tag_len(&self) -> usize {
        sm3::hmac::TAG_LENGTH
    }
}
