//! Known answers of the standards, and a comparison of every [`backend`](mod@crate::backend) and of every way through this
//! processor. A node runs them when it starts, before it trusts itself with a key (GM/T 0028 asks for this at power-on).

pub mod random;

use crate::{
    Error, backend,
    sm2::{
        self, Ciphertext, Claim, PublicKey, Scalar, SecretKey, Signature, USER_ID,
        agreement::{Initiator, Party, Responder},
        identity_hash, verify_all,
    },
    sm3, sm4,
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

/// RFC 8998 appendix A: nonce, associated data and plaintext of A.1 (GCM) and A.2 (CCM), with the key above.
const NONCE_OF_MODES: [u8; 12] = digits("00001234567800000000abcd");
const ASSOCIATED: [u8; 20] = digits("feedfacedeadbeeffeedfacedeadbeefabaddad2");
const PLAINTEXT: [u8; 64] = digits(
    "aaaaaaaaaaaaaaaabbbbbbbbbbbbbbbbccccccccccccccccdddddddddddddddd\
     eeeeeeeeeeeeeeeeffffffffffffffffeeeeeeeeeeeeeeeeaaaaaaaaaaaaaaaa",
);
const GCM_CIPHER: [u8; 64] = digits(
    "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735\
     d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d",
);
const GCM_TAG: [u8; 16] = digits("83de3541e4c2b58177e065a9bf7b62ec");
const CCM_CIPHER: [u8; 64] = digits(
    "48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094\
     fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b",
);
const CCM_TAG: [u8; 16] = digits("16842d4fa186f56ab33256971fa110f4");

/// GM/T 0042-2015 annex D.3, the last example.
const MAC_KEY: &[u8] = b"Jefe";
const MAC_MESSAGE: &[u8] = b"what do ya want for nothing?";
const MAC_TAG: [u8; 32] =
    digits("2e87f1d16862e6d964b50a5200bf2b10b764faa9680a296a2405f24bec39f882");

/// GB/T 32918.5-2017 annex C.2: x2, y2 and t of the encryption.
const SHARED_X: [u8; 32] =
    digits("335e18d751e51f040e27d468138b7ab1dc86ad7f981d7d416222fd6ab3ed230d");
const SHARED_Y: [u8; 32] =
    digits("ab743ebcfb22d64f7b6ab791f70658f25b48fa93e54064fdbfbed3f0bd847ac9");
const MASK: [u8; 19] = digits("44e60fdbf0bae81437665374bef26749046c9e");

/// GB/T 32918.5-2017 annex C.2: C1 ‖ C3 ‖ C2 of "encryption standard" under the key and nonce above.
const ENCRYPTED: &[u8] = b"encryption standard";
const CIPHERTEXT: [u8; 116] = digits(
    "0404ebfc718e8d1798620432268e77feb6415e2ede0e073c0f4f640ecd2e149a73\
     e858f9d81e5430a57b36daab8f950a3c64e6ee6a63094d99283aff767e124df0\
     59983c18f809e262923c53aec295d30383b54e39d609d160afcb1908d0bd8766\
     21886ca989ca9c7d58087307ca93092d651efa",
);

/// GB/T 32918.5-2017 annex B.2: static and ephemeral keys, the agreed key, S_B and S_A.
const INITIATOR: [u8; 32] =
    digits("81eb26e941bb5af16df116495f90695272ae2cd63d6c4ae1678418be48230029");
const RESPONDER: [u8; 32] =
    digits("785129917d45a9ea5437a59356b82338eaadda6ceb199088f14ae10defa229b5");
const INITIATOR_EPHEMERAL: [u8; 32] =
    digits("d4de15474db74d06491c440d305e012400990f3e390c7e87153c12db2ea60bb3");
const RESPONDER_EPHEMERAL: [u8; 32] =
    digits("7e07124814b309489125eaed101113164ebf0f3458c5bd88335c1f9d596243d6");
const AGREED: [u8; 16] = digits("6c89347354de2484c60b4ab1fde4c6e5");
const FROM_RESPONDER: [u8; 32] =
    digits("d3a0fe15dee185ceae907a6b595cc32a266ed7b3367e9983a896dc32fa20f8eb");
const FROM_INITIATOR: [u8; 32] =
    digits("18c7894b3816df16cf07b05c5ec0bef5d655d58f779cc1b400a4f3884644db88");

/// What the self test did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    /// Names of the checks that passed, in order.
    pub checks: Vec<&'static str>,
    /// Names of the implementations that were compared, the built-in one first.
    pub backends: Vec<&'static str>,
    /// Every way through this processor that was compared with the others, not only the fastest, which is the one used.
    pub paths: Vec<ProcessorPath>,
}

/// Which way an algorithm takes through this processor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcessorPath {
    /// `sm2`, `sm3` or `sm4`.
    pub algorithm: &'static str,
    /// Name of the instructions used, as reports of measurements have it; `portable` where none is special.
    pub path: &'static str,
}

/// The way of each algorithm: many signatures of known signers (SM2), many messages (SM3), blocks (SM4).
#[must_use]
pub fn paths() -> [ProcessorPath; 3] {
    [
        ProcessorPath {
            algorithm: "sm2",
            path: sm2::path(),
        },
        ProcessorPath {
            algorithm: "sm3",
            path: sm3::many::path(),
        },
        ProcessorPath {
            algorithm: "sm4",
            path: sm4::Cipher::new(&BLOCK_KEY).representation(),
        },
    ]
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
    expect("sm3-many", many_hashes_agree())?;
    let mut paths = Vec::new();
    let mut compare = |algorithm: &'static str, compared: Vec<(&'static str, bool)>| {
        for (path, agrees) in compared {
            if !agrees {
                return Err(Error::SelfTest { check: path });
            }
            paths.push(ProcessorPath { algorithm, path });
        }
        Ok(())
    };
    compare("sm3", sm3::many::each_path())?;
    expect("sm3-compression", sm3::paths_agree())?;
    expect(
        "sm3-hmac",
        sm3::hmac::verify(MAC_KEY, &[MAC_MESSAGE], &MAC_TAG),
    )?;
    let mut mask = [0; 19];
    sm3::kdf::derive(&[&SHARED_X, &SHARED_Y], &mut mask);
    expect("sm3-kdf", mask == MASK)?;

    let cipher = sm4::Cipher::new(&BLOCK_KEY);
    let mut block = BLOCK_KEY;
    cipher.encrypt_block(&mut block);
    expect("sm4", block == BLOCK_CIPHER)?;
    cipher.decrypt_block(&mut block);
    expect("sm4-decrypt", block == BLOCK_KEY)?;
    expect("sm4-many", many_blocks_agree())?;
    expect("sm4-gcm", gcm_answers(&sm4::gcm::Gcm::new(&BLOCK_KEY)))?;
    compare(
        "sm4",
        sm4::each_path(
            &BLOCK_KEY,
            |block| {
                use backend::Backend as _;
                backend::RustCrypto.encrypt_block(&BLOCK_KEY, block)
            },
            gcm_answers,
        ),
    )?;
    expect("sm4-ccm", ccm_answers())?;

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
    let expected: Vec<_> = (0..16).map(|index| index != 5).collect();
    expect("sm2-table-batch", verify_all(&claims) == expected)?;
    compare("sm2", sm2::each_path(&claims, &expected))?;
    expect("sm2-field", sm2::portable_agrees())?;

    let ciphertext =
        Ciphertext::from_bytes(&CIPHERTEXT).map_err(|_| Error::SelfTest { check: "sm2-parse" })?;
    let nonce =
        SecretKey::from_bytes(&NONCE).map_err(|_| Error::SelfTest { check: "sm2-parse" })?;
    expect(
        "sm2-encrypt",
        key.encrypt_with_nonce(ENCRYPTED, &nonce)
            .is_some_and(|ciphertext| ciphertext.to_bytes() == CIPHERTEXT),
    )?;
    expect("sm2-agreement", agreement_answers() == Ok(true))?;

    for backend in backend::all() {
        let blocks = backend.encrypt_block(&BLOCK_KEY, &BLOCK_KEY) == Some(BLOCK_CIPHER)
            && backend.decrypt_block(&BLOCK_KEY, &BLOCK_CIPHER) == Some(BLOCK_KEY);
        let verdicts = backend.verify(&key, USER_ID, MESSAGE, &signature)
            && backend.verify(&key, USER_ID, MESSAGE, &own)
            && backend.verify_digest(&key, &MESSAGE_DIGEST, &signature)
            && !backend.verify(&key, USER_ID, b"message digesu", &signature);
        let signed = backend
            .sign_digest(&secret, &MESSAGE_DIGEST, &NONCE)
            .is_none_or(|signed| signed == signature);
        let decrypted = backend
            .decrypt(&secret, &ciphertext)
            .is_some_and(|message| *message == ENCRYPTED)
            && backend.decrypt(&nonce, &ciphertext).is_none();
        expect(
            backend.name(),
            backend.hash(b"abc") == HASH_OF_ABC && blocks && verdicts && signed && decrypted,
        )?;
    }
    Ok(Report {
        checks,
        backends: backend::all()
            .iter()
            .map(|backend| backend.name())
            .collect(),
        paths,
    })
}

/// Whether both sides of the example agree on its key with its confirmations.
fn agreement_answers() -> Result<bool, Error> {
    let a = SecretKey::from_bytes(&INITIATOR)?;
    let b = SecretKey::from_bytes(&RESPONDER)?;
    let party = |public_key| Party {
        public_key,
        user_id: USER_ID,
    };
    let length = AGREED.len();
    let initiator = Initiator::with_ephemeral(
        &a,
        USER_ID,
        party(b.public_key()),
        length,
        SecretKey::from_bytes(&INITIATOR_EPHEMERAL)?,
    )?;
    let responder = Responder::with_ephemeral(
        &b,
        USER_ID,
        party(a.public_key()),
        initiator.ephemeral(),
        length,
        &SecretKey::from_bytes(&RESPONDER_EPHEMERAL)?,
    )?;
    let answered = *responder.confirmation() == FROM_RESPONDER;
    let confirmed = initiator.confirm(responder.ephemeral(), responder.confirmation())?;
    let key = responder.confirm(&confirmed.confirmation)?;
    Ok(answered
        && confirmed.confirmation == FROM_INITIATOR
        && *key == AGREED
        && *confirmed.key == AGREED)
}

/// Whether messages side by side have the digests that they have one by one; enough of them to fill every vector.
fn many_hashes_agree() -> bool {
    let data: Vec<u8> = (0..=255).collect();
    let messages: Vec<&[u8]> = (0..40).map(|length| &data[..5 * length]).collect();
    let pairs: Vec<[sm3::Digest; 2]> = messages
        .iter()
        .map(|message| [sm3::hash(&[message]), sm3::hash(&[message, b"right"])])
        .collect();
    sm3::many::hash_all(&messages)
        .iter()
        .zip(&messages)
        .all(|(digest, message)| *digest == sm3::hash(&[message]))
        && sm3::many::hash_pairs(1, &pairs)
            .iter()
            .zip(&pairs)
            .all(|(digest, [left, right])| *digest == sm3::hash(&[&[1], left, right]))
}

/// Whether many blocks at once have the ciphertext that another implementation gives them one by one.
fn many_blocks_agree() -> bool {
    let cipher = sm4::Cipher::new(&BLOCK_KEY);
    let plain: Vec<sm4::Block> = (0..150).map(|index| [index; 16]).collect();
    let mut blocks = plain.clone();
    cipher.encrypt_blocks(&mut blocks);
    let encrypted = blocks.iter().zip(&plain).all(|(block, plain)| {
        use backend::Backend as _;
        backend::RustCrypto.encrypt_block(&BLOCK_KEY, plain) == Some(*block)
    });
    cipher.decrypt_blocks(&mut blocks);
    encrypted && blocks == plain
}

/// RFC 8998 A.1, and a changed tag.
fn gcm_answers(gcm: &sm4::gcm::Gcm) -> bool {
    let mut data = PLAINTEXT;
    let sealed = gcm.seal_in_place(&NONCE_OF_MODES, &ASSOCIATED, &mut data);
    let encrypted = sealed == Ok(GCM_TAG) && data == GCM_CIPHER;
    let mut changed = GCM_TAG;
    changed[0] ^= 1;
    let refused = gcm
        .open_in_place(
            &NONCE_OF_MODES,
            &ASSOCIATED,
            &mut GCM_CIPHER.clone(),
            &changed,
        )
        .is_err();
    let opened = gcm
        .open_in_place(&NONCE_OF_MODES, &ASSOCIATED, &mut data, &GCM_TAG)
        .is_ok();
    encrypted && refused && opened && data == PLAINTEXT
}

/// RFC 8998 A.2, and a changed tag.
fn ccm_answers() -> bool {
    let ccm = sm4::ccm::Ccm::new(&BLOCK_KEY);
    let mut data = PLAINTEXT;
    let sealed = ccm.seal_in_place(&NONCE_OF_MODES, &ASSOCIATED, &mut data);
    let encrypted = sealed == Ok(CCM_TAG) && data == CCM_CIPHER;
    let mut changed = CCM_TAG;
    changed[0] ^= 1;
    let refused = ccm
        .open_in_place(
            &NONCE_OF_MODES,
            &ASSOCIATED,
            &mut CCM_CIPHER.clone(),
            &changed,
        )
        .is_err();
    let opened = ccm
        .open_in_place(&NONCE_OF_MODES, &ASSOCIATED, &mut data, &CCM_TAG)
        .is_ok();
    encrypted && refused && opened && data == PLAINTEXT
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
        assert_eq!(
            report.backends.len(),
            if cfg!(feature = "libsm") { 3 } else { 2 }
        );
        assert_eq!(report.checks.len(), 23 + report.backends.len());
        let count = |algorithm| {
            let paths = report.paths.iter();
            paths.filter(|path| path.algorithm == algorithm).count()
        };
        // Alone and batch; the reference; the sliced kernel and the multiplication in integers.
        assert!(count("sm2") >= 2 && count("sm3") >= 1 && count("sm4") >= 2);
        for path in super::paths() {
            let compared = |path: &ProcessorPath| report.paths.contains(path);
            assert!(path.algorithm == "sm2" || compared(&path), "{path:?}");
        }
    }

    #[test]
    fn each_algorithm_names_its_path() {
        let paths = paths();
        assert_eq!(paths.map(|path| path.algorithm), ["sm2", "sm3", "sm4"]);
        assert!(paths.iter().all(|path| !path.path.is_empty()));
    }

    #[test]
    fn a_million_iterations_of_sm4_give_the_answer_of_annex_a_2() {
        let mut block = BLOCK_KEY;
        let cipher = sm4::Cipher::new(&BLOCK_KEY);
        for _ in 0..1_000_000 {
            cipher.encrypt_block(&mut block);
        }
        assert_eq!(hex::encode(block), "595298c7c6fd271f0402f804c33d3f66");
    }
}
