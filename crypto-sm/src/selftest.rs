//! Known answers of the standards and a comparison with the [`reference`](mod@crate::reference) implementation. A node runs
//! them when it starts, before it trusts itself with a key (GM/T 0028 asks for this at power-on).

use crate::{
    Error,
    sm2::{Claim, PublicKey, Scalar, SecretKey, Signature, USER_ID, identity_hash, verify_all},
    sm3,
};
use ::sm4::{
    Sm4,
    cipher::{BlockCipherEncrypt, KeyInit},
};

/// GB/T 32918.5-2017 annex A.2: key pair, message, digest, nonce and signature.
const SECRET: [u8; 32] = digits("3945208f7b2144b13f36e38ac6d39f95889393692860b51a42fb81ef4df7c5b8");
const PUBLIC_X: [u8; 32] =
    digits("09f9df311e5421a150dd7d161e4bc5c672179fad1833fc076bb08ff356f35020");
const PUBLIC_Y: [u8; 32] =
    digits("ccea490ce26775a52dc6ea718cc1aa600aed05fbf35e084a6632f6072da9ad13");
const MESSAGE: &[u8] = b"message digest";
const IDENTITY_HASH: [u8; 32] =
    digits("b2e14c5c79c6df5b85f4fe7ed8db7a262b9da7e07ccb0ea9f4747b8ccda8a4f3");
const MESSAGE_DIGEST: [u8; 32] =
    digits("f0b43e94ba45accaace692ed534382eb17e6ab5a19ce7b31f4486fdfc0d28640");
const NONCE: [u8; 32] = digits("59276e27d506861a16680f3ad9c02dccef3cc1fa3cdbe4ce6d54b80deac1bc21");
const SIGNATURE_R: [u8; 32] =
    digits("f5a03b0648d2c4630eeac513e1bb81a15944da3827d5b74143ac7eaceee720b3");
const SIGNATURE_S: [u8; 32] =
    digits("b1b6aa29df212fd8763182bc0d421ca1bb9038fd1f7f42d4840b69c485bbc1aa");

/// GB/T 32905-2016 annex A.1.
const HASH_OF_ABC: [u8; 32] =
    digits("66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0");

/// GB/T 32907-2016 annex A.1: key and plaintext are the same.
const BLOCK_KEY: [u8; 16] = digits("0123456789abcdeffedcba9876543210");
const BLOCK_CIPHER: [u8; 16] = digits("681edf34d206965e86b3e94f536e4246");

/// What the self test did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Names of the checks that passed, in order.
    pub checks: Vec<&'static str>,
    /// Whether the second implementation was compared with (feature `libsm`).
    pub reference: bool,
}

/// Runs every check. It takes no secret and draws nothing at random, so that it passes always or never.
///
/// # Errors
/// [`Error::SelfTest`] with the name of the first check that failed.
pub fn run() -> Result<Report, Error> {
    let mut checks = Vec::new();
    let mut expect = |check: &'static str, passed: bool| {
        checks.push(check);
        if passed {
            Ok(())
        } else {
            Err(Error::SelfTest { check })
        }
    };

    expect("sm3", sm3::hash(&[b"abc"]) == HASH_OF_ABC)?;
    expect("sm4", encrypt_block(&BLOCK_KEY, &BLOCK_KEY) == BLOCK_CIPHER)?;

    let signature = Signature::from_bytes(&[SIGNATURE_R, SIGNATURE_S].concat())
        .map_err(|_| Error::SelfTest { check: "sm2-parse" })?;
    let key = PublicKey::from_uncompressed(&[&[4][..], &PUBLIC_X, &PUBLIC_Y].concat())
        .map_err(|_| Error::SelfTest { check: "sm2-parse" })?;
    let secret =
        SecretKey::from_bytes(&SECRET).map_err(|_| Error::SelfTest { check: "sm2-parse" })?;
    expect("sm2-key", *secret.public_key() == key)?;
    expect(
        "sm2-identity",
        identity_hash(&key, USER_ID) == Ok(IDENTITY_HASH),
    )?;
    expect(
        "sm2-digest",
        key.default_verifier().digest(&[MESSAGE]) == MESSAGE_DIGEST,
    )?;
    let signed = secret.sign_with_nonce(&Scalar::reduce(&MESSAGE_DIGEST), &Scalar::reduce(&NONCE));
    expect("sm2-sign", signed == Some(signature))?;
    expect(
        "sm2-verify",
        key.verify(USER_ID, &[MESSAGE], &signature).is_ok(),
    )?;
    expect(
        "sm2-refuse",
        key.verify(USER_ID, &[b"message digesu"], &signature)
            .is_err(),
    )?;
    let own = secret.sign_digest(&MESSAGE_DIGEST, &[0; 32]);
    expect("sm2-pair", key.verify(USER_ID, &[MESSAGE], &own).is_ok())?;

    // Known signers are verified by other code: one signature alone, and many together.
    let verifier = key.default_verifier().with_table();
    expect(
        "sm2-table-verify",
        verifier.verify(&[MESSAGE], &signature).is_ok(),
    )?;
    expect(
        "sm2-table-refuse",
        verifier.verify(&[b"message digesu"], &signature).is_err(),
    )?;
    let claim = |index| Claim {
        verifier: &verifier,
        message: if index == 5 {
            &[b"message digesu"]
        } else {
            &[MESSAGE]
        },
        signature: if index % 2 == 0 { &signature } else { &own },
    };
    let claims: Vec<_> = (0..16).map(claim).collect();
    let expected = (0..16).map(|index| index != 5);
    expect(
        "sm2-table-batch",
        verify_all(&claims).into_iter().eq(expected),
    )?;

    #[cfg(feature = "libsm")]
    {
        use crate::reference;
        let id = std::str::from_utf8(USER_ID).expect("the default user id is ASCII");
        expect("reference-sm3", reference::hash(b"abc") == HASH_OF_ABC)?;
        expect(
            "reference-sm4",
            reference::encrypt_block(&BLOCK_KEY, &BLOCK_KEY) == Some(BLOCK_CIPHER),
        )?;
        expect(
            "reference-sm2-verify",
            reference::verify(&key, id, MESSAGE, &signature),
        )?;
        expect(
            "reference-sm2-pair",
            reference::verify(&key, id, MESSAGE, &own),
        )?;
        expect(
            "reference-sm2-refuse",
            !reference::verify(&key, id, b"message digesu", &signature),
        )?;
    }
    Ok(Report {
        checks,
        reference: cfg!(feature = "libsm"),
    })
}

/// One block of SM4. For known answers only: the table look-ups of this implementation depend on key and data.
fn encrypt_block(key: &[u8; 16], block: &[u8; 16]) -> [u8; 16] {
    let mut block = (*block).into();
    Sm4::new(&(*key).into()).encrypt_block(&mut block);
    block.into()
}

/// Bytes of hexadecimal digits, so that the vectors can be read beside the standard.
const fn digits<const N: usize>(text: &str) -> [u8; N] {
    const fn value(digit: u8) -> u8 {
        match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => panic!("not a hexadecimal digit"),
        }
    }
    let text = text.as_bytes();
    assert!(text.len() == 2 * N, "wrong number of digits");
    let mut bytes = [0; N];
    let mut index = 0;
    while index < N {
        bytes[index] = value(text[2 * index]) << 4 | value(text[2 * index + 1]);
        index += 1;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_check_passes() {
        let report = run().unwrap();
        assert_eq!(report.reference, cfg!(feature = "libsm"));
        assert_eq!(report.checks.len(), if report.reference { 17 } else { 12 });
    }

    #[test]
    fn a_million_iterations_of_sm4_give_the_answer_of_annex_a_2() {
        let mut block = BLOCK_KEY.into();
        let cipher = Sm4::new(&BLOCK_KEY.into());
        for _ in 0..1_000_000 {
            cipher.encrypt_block(&mut block);
        }
        assert_eq!(hex::encode(block), "595298c7c6fd271f0402f804c33d3f66");
    }
}
