//! Record protection: the two suites of RFC 8998 clause 2 (RFC 8446 clause 5.2; SM4-GCM and SM4-CCM as in RFC 8998
//! clause 3.4, with tags of 16 bytes and nonces of 12).

use super::{TLS_SM4_CCM_SM3, TLS_SM4_GCM_SM3, hash};
use crate::sm4::{ccm::Ccm, gcm::Gcm};
use rustls::{
    CipherSuiteCommon, ConnectionTrafficSecrets, ContentType, Error, ProtocolVersion,
    Tls13CipherSuite,
    crypto::cipher::{
        AeadKey, InboundOpaqueMessage, InboundPlainMessage, Iv, MessageDecrypter, MessageEncrypter,
        Nonce, OutboundOpaqueMessage, OutboundPlainMessage, PrefixedPayload, Tls13AeadAlgorithm,
        UnsupportedOperationError, make_tls13_aad,
    },
};
use std::marker::PhantomData;

/// Length of a tag in bytes.
const TAG_LENGTH: usize = 16;

pub(super) static SM4_GCM_SM3: Tls13CipherSuite = Tls13CipherSuite {
    common: CipherSuiteCommon {
        suite: TLS_SM4_GCM_SM3,
        hash_provider: &hash::Sm3,
        // RFC 8446 clause 5.5 gives 2^24.5 records for AES-GCM; the bound rests on the block's 128 bits alone.
        confidentiality_limit: 1 << 24,
    },
    hkdf_provider: &hash::HKDF,
    aead_alg: &Algorithm::<Gcm>(PhantomData),
    quic: None,
};

pub(super) static SM4_CCM_SM3: Tls13CipherSuite = Tls13CipherSuite {
    common: CipherSuiteCommon {
        suite: TLS_SM4_CCM_SM3,
        hash_provider: &hash::Sm3,
        // RFC 9001 appendix B.2 for AES-CCM; again the block's length decides.
        confidentiality_limit: 1 << 23,
    },
    hkdf_provider: &hash::HKDF,
    aead_alg: &Algorithm::<Ccm>(PhantomData),
    quic: None,
};

/// Authenticated encryption with a key of 16 bytes, a nonce of 12 and a tag of 16.
trait Mode: Send + Sync + Sized + 'static {
    fn new(key: &[u8; 16]) -> Self;

    fn seal(
        &self,
        nonce: &[u8; 12],
        associated: &[u8],
        data: &mut [u8],
    ) -> Result<[u8; TAG_LENGTH], Error>;

    fn open(
        &self,
        nonce: &[u8; 12],
        associated: &[u8],
        data: &mut [u8],
        tag: &[u8; TAG_LENGTH],
    ) -> Result<(), Error>;
}

macro_rules! mode {
    ($name:ty) => {
        impl Mode for $name {
            fn new(key: &[u8; 16]) -> Self {
                Self::new(key)
            }

            fn seal(
                &self,
                nonce: &[u8; 12],
                associated: &[u8],
                data: &mut [u8],
            ) -> Result<[u8; TAG_LENGTH], Error> {
                self.seal_in_place(nonce, associated, data)
                    .map_err(|_| Error::EncryptError)
            }

            fn open(
                &self,
                nonce: &[u8; 12],
                associated: &[u8],
                data: &mut [u8],
                tag: &[u8; TAG_LENGTH],
            ) -> Result<(), Error> {
                self.open_in_place(nonce, associated, data, tag)
                    .map_err(|_| Error::DecryptError)
            }
        }
    };
}

mode!(Gcm);
mode!(Ccm);

struct Algorithm<M>(PhantomData<M>);

impl<M: Mode> Tls13AeadAlgorithm for Algorithm<M> {
    fn encrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageEncrypter> {
        Box::new(Direction::<M>::new(&key, iv))
    }

    fn decrypter(&self, key: AeadKey, iv: Iv) -> Box<dyn MessageDecrypter> {
        Box::new(Direction::<M>::new(&key, iv))
    }

    fn key_len(&self) -> usize {
        16
    }

    fn extract_keys(
        &self,
        _key: AeadKey,
        _iv: Iv,
    ) -> Result<ConnectionTrafficSecrets, UnsupportedOperationError> {
        Err(UnsupportedOperationError)
    }
}

/// One direction of a connection under one traffic key.
struct Direction<M> {
    mode: M,
    iv: Iv,
}

impl<M: Mode> Direction<M> {
    fn new(key: &AeadKey, iv: Iv) -> Self {
        let key = key
            .as_ref()
            .try_into()
            .expect("rustls cuts keys to `key_len` bytes");
        Self {
            mode: M::new(key),
            iv,
        }
    }
}

impl<M: Mode> MessageEncrypter for Direction<M> {
    fn encrypt(
        &mut self,
        message: OutboundPlainMessage<'_>,
        sequence: u64,
    ) -> Result<OutboundOpaqueMessage, Error> {
        let length = self.encrypted_payload_len(message.payload.len());
        let mut payload = PrefixedPayload::with_capacity(length);
        payload.extend_from_chunks(&message.payload);
        payload.extend_from_slice(&[u8::from(message.typ)]);
        let nonce = Nonce::new(&self.iv, sequence).0;
        let tag = self
            .mode
            .seal(&nonce, &make_tls13_aad(length), payload.as_mut())?;
        payload.extend_from_slice(&tag);
        Ok(OutboundOpaqueMessage::new(
            ContentType::ApplicationData,
            ProtocolVersion::TLSv1_2,
            payload,
        ))
    }

    fn encrypted_payload_len(&self, length: usize) -> usize {
        // One byte for the content's type.
        length + 1 + TAG_LENGTH
    }
}

impl<M: Mode> MessageDecrypter for Direction<M> {
    fn decrypt<'a>(
        &mut self,
        mut message: InboundOpaqueMessage<'a>,
        sequence: u64,
    ) -> Result<InboundPlainMessage<'a>, Error> {
        let payload = &mut message.payload;
        let length = payload.len();
        let (data, tag) = payload
            .split_last_chunk_mut::<TAG_LENGTH>()
            .ok_or(Error::DecryptError)?;
        let nonce = Nonce::new(&self.iv, sequence).0;
        self.mode.open(&nonce, &make_tls13_aad(length), data, tag)?;
        payload.truncate(length - TAG_LENGTH);
        message.into_tls13_unpadded_message()
    }
}
