//! Known answers, and every mode against other implementations.

use super::{
    Block, Cipher, Key, cbc,
    ccm::Ccm,
    ctr, ecb,
    gcm::{Gcm, SealingKey},
};
use crate::Error;
use ::ccm::consts::{U12, U16};
use aes_gcm::{
    AesGcm,
    aead::{AeadInOut, KeyInit},
};
use proptest::prelude::*;

/// Key and plaintext of GB/T 32907-2016 annex A, and the key of RFC 8998 annex A.
const KEY: Key = [
    0x01, 0x23, 0x45, 0x67, 0x89, 0xab, 0xcd, 0xef, 0xfe, 0xdc, 0xba, 0x98, 0x76, 0x54, 0x32, 0x10,
];

fn bytes<const LENGTH: usize>(digits: &str) -> [u8; LENGTH] {
    hex::decode(digits).unwrap().try_into().unwrap()
}

/// Plaintext of RFC 8998 A.1 and A.2.
fn plaintext_of_rfc_8998() -> Vec<u8> {
    [0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff, 0xee, 0xaa]
        .iter()
        .flat_map(|byte| [*byte; 8])
        .collect()
}

#[test]
fn annex_a_of_gb_t_32907_is_reproduced() {
    let cipher = Cipher::new(&KEY);
    let mut block = KEY;
    cipher.encrypt_block(&mut block);
    assert_eq!(block, bytes("681edf34d206965e86b3e94f536e4246"));
    cipher.decrypt_block(&mut block);
    assert_eq!(block, KEY);
    for _ in 0..1_000_000 {
        cipher.encrypt_block(&mut block);
    }
    assert_eq!(block, bytes("595298c7c6fd271f0402f804c33d3f66"));
}

#[test]
fn rfc_8998_a_1_is_reproduced() {
    let nonce = bytes("00001234567800000000abcd");
    let associated = bytes::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let gcm = Gcm::new(&KEY);
    let mut data = plaintext_of_rfc_8998();
    let tag = gcm.seal_in_place(&nonce, &associated, &mut data).unwrap();
    assert_eq!(
        hex::encode(&data),
        "17f399f08c67d5ee19d0dc9969c4bb7d5fd46fd3756489069157b282bb200735d82710ca5c22f0ccfa7cbf93d496ac15a56834cbcf98c397b4024a2691233b8d"
    );
    assert_eq!(tag, bytes("83de3541e4c2b58177e065a9bf7b62ec"));
    gcm.open_in_place(&nonce, &associated, &mut data, &tag)
        .unwrap();
    assert_eq!(data, plaintext_of_rfc_8998());
}

#[test]
fn rfc_8998_a_2_is_reproduced() {
    let nonce = bytes("00001234567800000000abcd");
    let associated = bytes::<20>("feedfacedeadbeeffeedfacedeadbeefabaddad2");
    let ccm = Ccm::new(&KEY);
    let mut data = plaintext_of_rfc_8998();
    let tag = ccm.seal_in_place(&nonce, &associated, &mut data).unwrap();
    assert_eq!(
        hex::encode(&data),
        "48af93501fa62adbcd414cce6034d895dda1bf8f132f042098661572e7483094fd12e518ce062c98acee28d95df4416bed31a2f04476c18bb40c84a74b97dc5b"
    );
    assert_eq!(tag, bytes("16842d4fa186f56ab33256971fa110f4"));
    ccm.open_in_place(&nonce, &associated, &mut data, &tag)
        .unwrap();
    assert_eq!(data, plaintext_of_rfc_8998());
}

type StrangeGcm = AesGcm<::sm4::Sm4, U12>;
type StrangeCcm = ::ccm::Ccm<::sm4::Sm4, U16, U12>;

/// Bytes that look random and are the same in every run.
fn noise(length: usize, seed: u64) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    std::iter::repeat_with(|| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 32) as u8
    })
    .take(length)
    .collect()
}

#[test]
fn gcm_and_ccm_agree_with_rustcrypto_for_every_length() {
    let (key, nonce): (Key, [u8; 12]) = (
        noise(16, 1).try_into().unwrap(),
        noise(12, 2).try_into().unwrap(),
    );
    let (gcm, ccm) = (Gcm::new(&key), Ccm::new(&key));
    let (strange_gcm, strange_ccm) = (StrangeGcm::new(&key.into()), StrangeCcm::new(&key.into()));
    for length in 0..=600 {
        let associated = noise((length * 7) % 67, length as u64);
        let plain = noise(length, 3);
        let (mut own, mut strange) = (plain.clone(), plain.clone());
        let tag = gcm.seal_in_place(&nonce, &associated, &mut own).unwrap();
        let expected = strange_gcm
            .encrypt_inout_detached(&nonce.into(), &associated, strange.as_mut_slice().into())
            .unwrap();
        assert_eq!(
            (&own, tag),
            (&strange, expected.into()),
            "GCM of {length} bytes"
        );
        gcm.open_in_place(&nonce, &associated, &mut own, &tag)
            .unwrap();
        assert_eq!(own, plain);

        let (mut own, mut strange) = (plain.clone(), plain.clone());
        let tag = ccm.seal_in_place(&nonce, &associated, &mut own).unwrap();
        let expected = strange_ccm
            .encrypt_inout_detached(&nonce.into(), &associated, strange.as_mut_slice().into())
            .unwrap();
        assert_eq!(
            (&own, tag),
            (&strange, expected.into()),
            "CCM of {length} bytes"
        );
        ccm.open_in_place(&nonce, &associated, &mut own, &tag)
            .unwrap();
        assert_eq!(own, plain);
    }
}

#[test]
fn ccm_agrees_with_rustcrypto_for_long_associated_data() {
    let ccm = Ccm::new(&KEY);
    let strange = StrangeCcm::new(&KEY.into());
    let nonce = [7; 12];
    for length in [0xfeff, 0xff00, 0xff01, 0x10000, 0x10009] {
        let associated = noise(length, 5);
        let tag = ccm.seal_in_place(&nonce, &associated, &mut []).unwrap();
        let expected = strange
            .encrypt_inout_detached(&nonce.into(), &associated, (&mut [][..]).into())
            .unwrap();
        assert_eq!(
            tag,
            <[u8; 16]>::from(expected),
            "{length} bytes of associated data"
        );
    }
}

#[test]
fn a_changed_bit_is_refused_and_no_plaintext_appears() {
    let nonce = [9; 12];
    let associated = noise(21, 1);
    let plain = noise(37, 2);
    let (gcm, ccm) = (Gcm::new(&KEY), Ccm::new(&KEY));
    let open =
        |ccm_mode: bool, nonce: &[u8; 12], associated: &[u8], sealed: &[u8], tag: &[u8; 16]| {
            let mut data = sealed.to_vec();
            let result = if ccm_mode {
                ccm.open_in_place(nonce, associated, &mut data, tag)
            } else {
                gcm.open_in_place(nonce, associated, &mut data, tag)
            };
            (result, data)
        };
    for ccm_mode in [false, true] {
        let mut sealed = plain.clone();
        let tag = if ccm_mode {
            ccm.seal_in_place(&nonce, &associated, &mut sealed).unwrap()
        } else {
            gcm.seal_in_place(&nonce, &associated, &mut sealed).unwrap()
        };
        let refuse = |nonce: &[u8; 12], associated: &[u8], sealed: &[u8], tag: &[u8; 16]| {
            let (result, data) = open(ccm_mode, nonce, associated, sealed, tag);
            assert_eq!(result, Err(Error::AuthenticationTag));
            if ccm_mode {
                assert!(data.iter().all(|byte| *byte == 0));
            } else {
                assert_eq!(data, sealed);
            }
        };
        assert_eq!(
            open(ccm_mode, &nonce, &associated, &sealed, &tag),
            (Ok(()), plain.clone())
        );
        let flip = |bytes: &[u8], bit: usize| {
            let mut changed = bytes.to_vec();
            changed[bit / 8] ^= 1 << (bit % 8);
            changed
        };
        for bit in 0..128 {
            refuse(
                &nonce,
                &associated,
                &sealed,
                &flip(&tag, bit).try_into().unwrap(),
            );
        }
        for bit in 0..96 {
            refuse(
                &flip(&nonce, bit).try_into().unwrap(),
                &associated,
                &sealed,
                &tag,
            );
        }
        for bit in 0..associated.len() * 8 {
            refuse(&nonce, &flip(&associated, bit), &sealed, &tag);
        }
        for bit in 0..sealed.len() * 8 {
            refuse(&nonce, &associated, &flip(&sealed, bit), &tag);
        }
        for length in 0..sealed.len() {
            refuse(&nonce, &associated, &sealed[..length], &tag);
        }
        for length in 0..associated.len() {
            refuse(&nonce, &associated[..length], &sealed, &tag);
        }
        // What is moved between associated data and ciphertext is told apart.
        let joined = [associated.as_slice(), &sealed].concat();
        refuse(&nonce, &joined[..20], &joined[20..], &tag);
        refuse(&nonce, &joined[..22], &joined[22..], &tag);
        refuse(
            &nonce,
            &[associated.as_slice(), &[0]].concat(),
            &sealed,
            &tag,
        );
        refuse(
            &nonce,
            &associated,
            &[sealed.as_slice(), &[0]].concat(),
            &tag,
        );
    }
}

#[test]
fn ccm_refuses_what_its_length_field_cannot_count() {
    let mut data = vec![0; 1 << 24];
    let refusal = Err(Error::CipherLength {
        length: 1 << 24,
        limit: (1 << 24) - 1,
    });
    assert_eq!(
        Ccm::new(&KEY).seal_in_place(&[0; 12], &[], &mut data),
        refusal
    );
    assert_eq!(
        Ccm::new(&KEY)
            .open_in_place(&[0; 12], &[], &mut data, &[0; 16])
            .map(|()| [0; 16]),
        refusal
    );
    assert!(data.iter().all(|byte| *byte == 0));
}

#[test]
fn a_sealing_key_never_gives_a_nonce_twice() {
    let mut key = SealingKey::new(&KEY, *b"node");
    let gcm = Gcm::new(&KEY);
    for number in 0u64..3 {
        let mut data = *b"the same text";
        let (nonce, tag) = key.seal_in_place(b"row", &mut data).unwrap();
        assert_eq!(nonce[..4], *b"node");
        assert_eq!(nonce[4..], number.to_be_bytes());
        gcm.open_in_place(&nonce, b"row", &mut data, &tag).unwrap();
        assert_eq!(&data, b"the same text");
    }
}

#[test]
fn the_counter_of_ctr_carries_through_all_its_bytes() {
    // The second 32-bit word and the whole number wrap within the data.
    for first in [
        "000000000000000000000000fffffffe",
        "00000000fffffffffffffffffffffffd",
        "ffffffffffffffffffffffffffffffff",
        "fffffffffffffffffffffffffffffff0",
    ] {
        let first: Block = bytes(first);
        let cipher = Cipher::new(&KEY);
        for length in [0, 1, 15, 16, 17, 31, 64, 300, 1025] {
            let mut data = vec![0; length];
            ctr::apply(&KEY, &first, &mut data);
            let mut number = u128::from_be_bytes(first);
            let mut expected = Vec::new();
            while expected.len() < length {
                let mut block = number.to_be_bytes();
                cipher.encrypt_block(&mut block);
                expected.extend_from_slice(&block);
                number = number.wrapping_add(1);
            }
            assert_eq!(data, expected[..length]);
            ctr::apply(&KEY, &first, &mut data);
            assert_eq!(data, vec![0; length]);
        }
    }
}

#[test]
fn cbc_refuses_every_wrong_padding_with_one_error() {
    let vector = [3; 16];
    let cipher = Cipher::new(&KEY);
    // A last block of any content, made by hand.
    let ending_with = |block: Block| {
        let mut data = block;
        for (byte, other) in data.iter_mut().zip(vector) {
            *byte ^= other;
        }
        cipher.encrypt_block(&mut data);
        cbc::decrypt(&KEY, &vector, &data)
    };
    for last in 0..=255 {
        let result = ending_with([last; 16]);
        if (1..=16).contains(&last) {
            assert_eq!(result, Ok(vec![last; 16 - usize::from(last)]));
        } else {
            assert_eq!(result, Err(Error::CbcDecryption));
        }
    }
    for padding in 2..=16u8 {
        for position in 16 - usize::from(padding)..15 {
            for change in [1, 0x80, 0xff] {
                let mut block = [padding; 16];
                block[position] ^= change;
                assert_eq!(ending_with(block), Err(Error::CbcDecryption));
            }
        }
    }
    for length in [0, 1, 15, 17, 31] {
        assert_eq!(
            cbc::decrypt(&KEY, &vector, &vec![0; length]),
            Err(Error::CbcDecryption)
        );
    }
}

#[test]
fn ecb_refuses_incomplete_blocks() {
    for length in [1, 15, 17, 40] {
        let mut data = vec![5; length];
        assert_eq!(
            ecb::encrypt(&KEY, &mut data),
            Err(Error::CipherBlocks { length })
        );
        assert_eq!(
            ecb::decrypt(&KEY, &mut data),
            Err(Error::CipherBlocks { length })
        );
        assert_eq!(data, vec![5; length]);
    }
    let mut data = [KEY, KEY].concat();
    ecb::encrypt(&KEY, &mut data).unwrap();
    assert_eq!(data[..16], bytes::<16>("681edf34d206965e86b3e94f536e4246"));
    assert_eq!(data[..16], data[16..]);
    ecb::decrypt(&KEY, &mut data).unwrap();
    assert_eq!(data, [KEY, KEY].concat());
}

proptest! {
    #[test]
    fn cbc_gives_back_what_it_took(key: Key, vector: Block, plain in proptest::collection::vec(any::<u8>(), 0..200)) {
        let sealed = cbc::encrypt(&key, &vector, &plain);
        prop_assert_eq!(sealed.len(), plain.len() / 16 * 16 + 16);
        prop_assert_eq!(cbc::decrypt(&key, &vector, &sealed).unwrap(), plain);
    }

    #[test]
    fn blocks_agree_with_rustcrypto(key: Key, plain in proptest::collection::vec(any::<Block>(), 0..70)) {
        use ::sm4::cipher::{BlockCipherEncrypt, BlockCipherDecrypt};
        let own = Cipher::new(&key);
        let strange = ::sm4::Sm4::new(&key.into());
        let (mut encrypted, mut decrypted) = (plain.clone(), plain.clone());
        own.encrypt_blocks(&mut encrypted);
        own.decrypt_blocks(&mut decrypted);
        for (index, block) in plain.iter().enumerate() {
            let (mut forth, mut back) = (*block, *block);
            strange.encrypt_block((&mut forth).into());
            strange.decrypt_block((&mut back).into());
            prop_assert_eq!((encrypted[index], decrypted[index]), (forth, back));
        }
    }
}
