//! Secret keys under a passphrase: EncryptedPrivateKeyInfo (RFC 5958 clause 3) with PBES2 (RFC 8018, GM/T 0091-2020).
//!
//! Written is PBKDF2 with HMAC-SM3 and SM4-CBC under the object identifiers that GmSSL, gmsm and BouncyCastle read. Read
//! are also those that GM/T 0091 itself and OpenSSL give to the same algorithms, and what OpenSSL writes by default:
//! HMAC-SHA-256 with AES.

use super::SecretKey;
use crate::{Error, pem, rand_core::CryptoRng, sm3, sm4};
use cbc::cipher::{
    BlockCipherDecrypt, BlockModeDecrypt, KeyInit, KeyIvInit, KeySizeUser, block_padding::Pkcs7,
};
use der::{
    Choice, Decode, DecodeValue, Encode, Sequence,
    asn1::{AnyRef, Null, ObjectIdentifier, OctetStringRef},
};
use std::ops::RangeInclusive;
use x509_cert::spki::AlgorithmIdentifierRef;
use zeroize::Zeroizing;

/// Iteration counts that are written and read. Below, a passphrase is not protected (NIST SP 800-132 clause 5.2); above,
/// a file could keep the machine busy for minutes.
pub const ITERATIONS: RangeInclusive<u32> = 1_000..=10_000_000;

/// PEM label (RFC 7468 clause 11).
const PEM_LABEL: &str = "ENCRYPTED PRIVATE KEY";

/// Salts that are read; 16 bytes are written.
const SALT_LENGTHS: RangeInclusive<usize> = 8..=64;

/// PBES2: RFC 8018, GM/T 0091, and the latter as some software has it.
const PBES2: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.13"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.1.5.2"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.6.4.1.5.2"),
];

/// PBKDF2, in the same order.
const PBKDF2: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.2.840.113549.1.5.12"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.6.1.4.1.5.1"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.6.4.1.5.1"),
];

/// HMAC-SM3: GM/T 0006 and GM/T 0091 annex C; GM/T 0091 annex A.2 and OpenSSL; GM/T 0091 annex A.4.
const HMAC_SM3: [ObjectIdentifier; 3] = [
    ObjectIdentifier::new_unwrap("1.2.156.10197.1.401.2"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.1.401.3.1"),
    ObjectIdentifier::new_unwrap("1.2.156.10197.1.401"),
];

const HMAC_SHA_256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.2.9");
const SM4_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.156.10197.1.104.2");
const AES_128_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.2");
const AES_256_CBC: ObjectIdentifier = ObjectIdentifier::new_unwrap("2.16.840.1.101.3.4.1.42");

#[derive(Sequence)]
struct EncryptedKeyInfo<'a> {
    algorithm: AlgorithmIdentifierRef<'a>,
    data: &'a OctetStringRef,
}

#[derive(Sequence)]
struct Pbes2Parameters<'a> {
    derivation: AlgorithmIdentifierRef<'a>,
    encryption: AlgorithmIdentifierRef<'a>,
}

/// The function's default is HMAC-SHA-1, which is not read: it must be named.
#[derive(Sequence)]
struct Pbkdf2Parameters<'a> {
    salt: &'a OctetStringRef,
    iterations: u64,
    #[asn1(optional = "true")]
    key_length: Option<u16>,
    function: AlgorithmIdentifierRef<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Function {
    HmacSm3,
    HmacSha256,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Cipher {
    Sm4,
    Aes128,
    Aes256,
}

/// What a document says about how it is protected.
struct Protection<'a> {
    function: Function,
    salt: &'a [u8],
    iterations: u32,
    cipher: Cipher,
    iv: [u8; 16],
    data: &'a [u8],
}

impl SecretKey {
    /// Reads an encrypted PKCS #8 document in DER. The work is bounded by [`ITERATIONS`] before any is done.
    ///
    /// # Errors
    /// [`Error::SecretKeyProtection`] for another algorithm or a malformed document, [`Error::IterationCount`], and
    /// [`Error::Passphrase`] for whatever else is wrong, so that nothing but the passphrase's failure shows.
    pub fn from_encrypted_pkcs8_der(der: &[u8], passphrase: &[u8]) -> Result<Self, Error> {
        Self::from_encrypted_pkcs8_der_within(der, passphrase, *ITERATIONS.end())
    }

    /// The same with a smaller bound of the work, for files of strangers.
    ///
    /// # Errors
    /// Those of [`SecretKey::from_encrypted_pkcs8_der`]; [`Error::IterationCount`] above `most_iterations`.
    pub fn from_encrypted_pkcs8_der_within(
        der: &[u8],
        passphrase: &[u8],
        most_iterations: u32,
    ) -> Result<Self, Error> {
        let protection = Protection::read(der)?;
        if protection.iterations > most_iterations {
            let iterations = protection.iterations.into();
            return Err(Error::IterationCount { iterations });
        }
        let document = protection.open(passphrase).ok_or(Error::Passphrase)?;
        Self::from_pkcs8_der(&document).map_err(|_| Error::Passphrase)
    }

    /// The encrypted PKCS #8 document in DER: PBES2 with PBKDF2-HMAC-SM3, 16 random bytes of salt, and SM4-CBC.
    ///
    /// # Errors
    /// [`Error::IterationCount`] outside [`ITERATIONS`].
    pub fn to_encrypted_pkcs8_der<R: CryptoRng + ?Sized>(
        &self,
        passphrase: &[u8],
        iterations: u32,
        rng: &mut R,
    ) -> Result<Vec<u8>, Error> {
        check_iterations(iterations.into())?;
        let (mut salt, mut iv) = ([0; 16], [0; 16]);
        rng.fill_bytes(&mut salt);
        rng.fill_bytes(&mut iv);
        let key = derive(
            Function::HmacSm3,
            passphrase,
            &salt,
            iterations,
            Cipher::Sm4,
        );
        let key = key[..].try_into().expect("the key is SM4's");
        let data = sm4::cbc::encrypt(key, &iv, &self.to_pkcs8_der());
        Ok(write(&salt, iterations, &iv, &data).expect("parameters of bounded length encode"))
    }

    /// Reads an encrypted PKCS #8 document in PEM.
    ///
    /// # Errors
    /// [`Error::PemEncoding`], [`Error::PemLabel`], or those of [`SecretKey::from_encrypted_pkcs8_der`].
    pub fn from_encrypted_pkcs8_pem(text: &str, passphrase: &[u8]) -> Result<Self, Error> {
        Self::from_encrypted_pkcs8_der(&pem::decode(PEM_LABEL, text)?, passphrase)
    }

    /// The encrypted PKCS #8 document in PEM.
    ///
    /// # Errors
    /// [`Error::IterationCount`] outside [`ITERATIONS`].
    pub fn to_encrypted_pkcs8_pem<R: CryptoRng + ?Sized>(
        &self,
        passphrase: &[u8],
        iterations: u32,
        rng: &mut R,
    ) -> Result<String, Error> {
        let der = self.to_encrypted_pkcs8_der(passphrase, iterations, rng)?;
        Ok(pem::encode(PEM_LABEL, &der))
    }
}

impl<'a> Protection<'a> {
    fn read(der: &'a [u8]) -> Result<Self, Error> {
        Self::decode(der).ok_or(Error::SecretKeyProtection)?
    }

    /// Nothing for a malformed document or an algorithm that is not read.
    fn decode(der: &'a [u8]) -> Option<Result<Self, Error>> {
        let info = EncryptedKeyInfo::from_der(der).ok()?;
        let scheme: Pbes2Parameters<'_> = parameters(&info.algorithm, &PBES2)?;
        let derivation: Pbkdf2Parameters<'_> = parameters(&scheme.derivation, &PBKDF2)?;
        let function = match derivation.function.oid {
            oid if HMAC_SM3.contains(&oid) => Function::HmacSm3,
            HMAC_SHA_256 => Function::HmacSha256,
            _ => return None,
        };
        let cipher = match scheme.encryption.oid {
            SM4_CBC => Cipher::Sm4,
            AES_128_CBC => Cipher::Aes128,
            AES_256_CBC => Cipher::Aes256,
            _ => return None,
        };
        let iv: &OctetStringRef = scheme.encryption.parameters?.decode_as().ok()?;
        let iv = iv.as_bytes().try_into().ok()?;
        let salt = derivation.salt.as_bytes();
        let length = derivation.key_length.map(usize::from);
        if length.is_some_and(|length| length != cipher.key_length())
            || !plain(derivation.function.parameters)
            || !SALT_LENGTHS.contains(&salt.len())
        {
            return None;
        }
        let bounded = check_iterations(derivation.iterations);
        Some(bounded.map(|iterations| Self {
            function,
            salt,
            iterations,
            cipher,
            iv,
            data: info.data.as_bytes(),
        }))
    }

    /// The document inside; nothing if its padding is wrong.
    fn open(&self, passphrase: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let key = derive(
            self.function,
            passphrase,
            self.salt,
            self.iterations,
            self.cipher,
        );
        match self.cipher {
            Cipher::Sm4 => {
                let plain = sm4::cbc::decrypt(key[..].try_into().ok()?, &self.iv, self.data);
                plain.ok().map(Zeroizing::new)
            }
            Cipher::Aes128 => decrypt::<aes::Aes128>(&key, &self.iv, self.data),
            Cipher::Aes256 => decrypt::<aes::Aes256>(&key, &self.iv, self.data),
        }
    }
}

impl Cipher {
    fn key_length(self) -> usize {
        match self {
            Self::Sm4 => sm4::KEY_LENGTH,
            Self::Aes128 => aes::Aes128::key_size(),
            Self::Aes256 => aes::Aes256::key_size(),
        }
    }
}

/// The parameters of one of these algorithms; nothing for another.
fn parameters<'a, P: Choice<'a> + DecodeValue<'a>>(
    algorithm: &AlgorithmIdentifierRef<'a>,
    known: &[ObjectIdentifier],
) -> Option<P> {
    let parameters = algorithm.parameters?;
    let known = known.contains(&algorithm.oid);
    known.then(|| parameters.decode_as().ok()).flatten()
}

/// Parameters that are absent or NULL.
fn plain(parameters: Option<AnyRef<'_>>) -> bool {
    parameters.is_none_or(|parameters| parameters.is_null())
}

fn check_iterations(iterations: u64) -> Result<u32, Error> {
    u32::try_from(iterations)
        .ok()
        .filter(|count| ITERATIONS.contains(count))
        .ok_or(Error::IterationCount { iterations })
}

fn derive(
    function: Function,
    passphrase: &[u8],
    salt: &[u8],
    iterations: u32,
    cipher: Cipher,
) -> Zeroizing<Vec<u8>> {
    let mut key = Zeroizing::new(vec![0; cipher.key_length()]);
    match function {
        Function::HmacSm3 => sm3::pbkdf2::derive(passphrase, salt, iterations, &mut key),
        Function::HmacSha256 => {
            pbkdf2::pbkdf2_hmac::<sha2::Sha256>(passphrase, salt, iterations, &mut key);
        }
    }
    key
}

fn decrypt<C: BlockCipherDecrypt + KeyInit>(
    key: &[u8],
    iv: &[u8; 16],
    data: &[u8],
) -> Option<Zeroizing<Vec<u8>>> {
    let mut buffer = Zeroizing::new(data.to_vec());
    let length = cbc::Decryptor::<C>::new_from_slices(key, iv)
        .expect("key and initial vector have the cipher's lengths")
        .decrypt_padded::<Pkcs7>(&mut buffer)
        .ok()?
        .len();
    buffer.truncate(length);
    Some(buffer)
}

fn write(salt: &[u8], iterations: u32, iv: &[u8; 16], data: &[u8]) -> der::Result<Vec<u8>> {
    let derivation = Pbkdf2Parameters {
        salt: OctetStringRef::new(salt)?,
        iterations: iterations.into(),
        key_length: None,
        function: AlgorithmIdentifierRef {
            oid: HMAC_SM3[0],
            parameters: Some(Null.into()),
        },
    }
    .to_der()?;
    let scheme = Pbes2Parameters {
        derivation: AlgorithmIdentifierRef {
            oid: PBKDF2[0],
            parameters: Some(AnyRef::try_from(&derivation[..])?),
        },
        encryption: AlgorithmIdentifierRef {
            oid: SM4_CBC,
            parameters: Some(OctetStringRef::new(iv)?.into()),
        },
    }
    .to_der()?;
    EncryptedKeyInfo {
        algorithm: AlgorithmIdentifierRef {
            oid: PBES2[0],
            parameters: Some(AnyRef::try_from(&scheme[..])?),
        },
        data: OctetStringRef::new(data)?,
    }
    .to_der()
}
