//! Known answers, and every mode against other implementations.

use super::{
    Block, Cipher, Key, cbc,
    ccm::Ccm,
    ctr, ecb,
    gcm::{Gcm, SealingKey},
};
use super::{
    ghash::{Multiplier, Point},
    kernel::Kernel,
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

/// test/recipes/30-test_evp_data/evpciph_sm4.txt of OpenSSL and Tongsuo.
#[test]
fn the_ctr_and_cbc_vectors_of_openssl_are_reproduced() {
    let mut data = plaintext_of_rfc_8998();
    ctr::apply(&KEY, &KEY, &mut data);
    assert_eq!(
        hex::encode(data),
        "c2b4759e78ac3cf43d0852f4e8d5f9fd7256e8a5fcb65a350ee00630912e44492a0b17e1b85b060d0fba612d8a95831638b361fd5ffacd942f081485a83ca35d"
    );
    let blocks = "2677f46b09c122cc975533105bd4a22af6125f7275ce552c3a2bbcf533de8a3bfff5a4f208092c0901ba02d5772977369915e3fa2356c9f4eb6460ecc457e7f8e3cfa3deebfe9883e3a48bcf7c4a11aa3ec9e0d317c5d319be72a5cdddec640c";
    let sealed = cbc::encrypt(&KEY, &KEY, &KEY.repeat(6));
    // The vectors have no padding, which makes one block more here.
    assert_eq!(hex::encode(&sealed[..96]), blocks);
    assert_eq!(cbc::decrypt(&KEY, &KEY, &sealed), Ok(KEY.repeat(6)));
}

#[test]
fn all_representations_from_sliced_to_gfni_and_avx512_give_the_same_bytes() {
    let reference = ::sm4::Sm4::new(&KEY.into());
    let plain: Vec<Block> = noise(16 * 150, 7).as_chunks().0.to_vec();
    let strange = |block: &Block, decrypt: bool| {
        use ::sm4::cipher::{BlockCipherDecrypt, BlockCipherEncrypt};
        let mut block = *block;
        if decrypt {
            reference.decrypt_block((&mut block).into());
        } else {
            reference.encrypt_block((&mut block).into());
        }
        block
    };
    let encrypted: Vec<_> = plain.iter().map(|block| strange(block, false)).collect();
    let decrypted: Vec<_> = plain.iter().map(|block| strange(block, true)).collect();
    for kernel in Kernel::available() {
        eprintln!("representation {}", kernel.name);
        let cipher = Cipher::with_kernel(&KEY, kernel);
        for count in 0..=plain.len() {
            let (mut forth, mut back) = (plain[..count].to_vec(), plain[..count].to_vec());
            cipher.encrypt_blocks(&mut forth);
            cipher.decrypt_blocks(&mut back);
            assert_eq!(forth, encrypted[..count], "{}, {count} blocks", kernel.name);
            assert_eq!(back, decrypted[..count], "{}, {count} blocks", kernel.name);
        }
    }
}

#[test]
fn all_key_streams_wrap_in_the_last_32_bits_gfni_and_avx512_too() {
    for number in [0, 2, u32::MAX, u32::MAX - 1, u32::MAX - 17, u32::MAX - 63] {
        let mut counter: Block = noise(16, 9).try_into().unwrap();
        counter[12..].copy_from_slice(&number.to_be_bytes());
        let mut expected = Vec::new();
        for step in 0..150 {
            let mut block = counter;
            block[12..].copy_from_slice(&number.wrapping_add(step).to_be_bytes());
            Cipher::new(&KEY).encrypt_block(&mut block);
            expected.extend_from_slice(&block);
        }
        for kernel in Kernel::available() {
            let cipher = Cipher::with_kernel(&KEY, kernel);
            for length in (0..=expected.len()).step_by(13) {
                let mut data = vec![0; length];
                cipher.apply_key_stream(&counter, &mut data);
                assert_eq!(data, expected[..length], "{}, {length} bytes", kernel.name);
            }
        }
    }
}

#[test]
fn all_representations_expand_keys_alike_gfni_and_avx512_too() {
    for seed in 0..40 {
        let key: Key = noise(16, seed).try_into().unwrap();
        let mut names = Vec::new();
        for kernel in Kernel::available() {
            let mut block = KEY;
            Cipher::with_kernel(&key, kernel).encrypt_block(&mut block);
            let mut expected = KEY;
            Cipher::new(&key).encrypt_block(&mut expected);
            assert_eq!(block, expected, "{}", kernel.name);
            names.push(kernel.name);
        }
        assert_eq!(names.last(), Some(&"sliced"));
    }
}

#[test]
fn all_multiplications_of_ghash_agree_avx512_too() {
    for subkey in [[0; 16], [0xff; 16], KEY, noise(16, 4).try_into().unwrap()] {
        let bytes = noise(16 * 40, 11);
        let states: Vec<Vec<u128>> = Multiplier::available()
            .map(|multiplier| {
                let point = Point::new(&subkey, multiplier);
                (0..=bytes.len())
                    .map(|length| point.update(length as u128, &bytes[..length]))
                    .collect()
            })
            .collect();
        for other in &states {
            assert_eq!(other, &states[0]);
        }
    }
}

#[test]
fn gcm_gives_the_same_bytes_on_every_path_gfni_and_avx512_too() {
    let nonce = [0x5a; 12];
    let strange = StrangeGcm::new(&KEY.into());
    let lengths = (0..=600)
        .step_by(7)
        .chain([1023, 1024, 1025, 1500, 8303, 8304, 8305, 16384, 20000]);
    let mut paths: Vec<Gcm> = Vec::new();
    for kernel in Kernel::available() {
        paths.push(Gcm::with_cipher(
            Cipher::with_kernel(&KEY, kernel),
            Multiplier::best(),
        ));
    }
    for multiplier in Multiplier::available() {
        paths.push(Gcm::with_cipher(Cipher::new(&KEY), multiplier));
    }
    for length in lengths {
        let plain = noise(length, 21);
        let associated = noise(length % 40, 22);
        let mut expected = plain.clone();
        let expected_tag = strange
            .encrypt_inout_detached(&nonce.into(), &associated, expected.as_mut_slice().into())
            .unwrap();
        for gcm in &paths {
            let mut data = plain.clone();
            let tag = gcm.seal_in_place(&nonce, &associated, &mut data).unwrap();
            assert!(
                data == expected && tag == expected_tag.0,
                "{gcm:?}, {length} bytes"
            );
            gcm.open_in_place(&nonce, &associated, &mut data, &tag)
                .unwrap();
            assert!(data == plain, "{gcm:?}, {length} bytes");
        }
    }
}

#[test]
fn the_traits_of_rustcrypto_reach_the_same_code() {
    // GCM of another crate over this cipher, and this GCM and CCM through the trait with separate buffers.
    let (nonce, associated, plain) = ([1; 12], noise(9, 1), noise(1000, 2));
    let mut expected = plain.clone();
    let tag = Gcm::new(&KEY)
        .seal_in_place(&nonce, &associated, &mut expected)
        .unwrap();
    let mut data = plain.clone();
    let mixed = AesGcm::<Cipher, U12>::new(&KEY.into());
    let mixed_tag = mixed
        .encrypt_inout_detached(&nonce.into(), &associated, data.as_mut_slice().into())
        .unwrap();
    assert_eq!((&data, mixed_tag.0), (&expected, tag));

    let own = <Gcm as KeyInit>::new(&KEY.into());
    let mut sealed = vec![0; plain.len()];
    let buffers = aes_gcm::aead::inout::InOutBuf::new(&plain, &mut sealed).unwrap();
    let own_tag = own
        .encrypt_inout_detached(&nonce.into(), &associated, buffers)
        .unwrap();
    assert_eq!((&sealed, own_tag.0), (&expected, tag));
    let mut data = sealed.clone();
    data.extend_from_slice(&tag);
    own.decrypt_in_place(&nonce.into(), &associated, &mut data)
        .unwrap();
    assert_eq!(data, plain);
    sealed.extend_from_slice(&[0; 16]);
    assert!(
        own.decrypt_in_place(&nonce.into(), &associated, &mut sealed)
            .is_err()
    );

    let ccm = <Ccm as KeyInit>::new(&KEY.into());
    let mut data = plain.clone();
    ccm.encrypt_in_place(&nonce.into(), &associated, &mut data)
        .unwrap();
    let mut expected = plain.clone();
    let tag = Ccm::new(&KEY)
        .seal_in_place(&nonce, &associated, &mut expected)
        .unwrap();
    expected.extend_from_slice(&tag);
    assert_eq!(data, expected);
    ccm.decrypt_in_place(&nonce.into(), &associated, &mut data)
        .unwrap();
    assert_eq!(data, plain);

    use ::sm4::cipher::{BlockCipherDecrypt as _, BlockCipherEncrypt as _};
    let mut blocks: Vec<aes_gcm::aead::array::Array<u8, U16>> = plain
        .as_chunks::<16>()
        .0
        .iter()
        .map(|block| (*block).into())
        .collect();
    let cipher = Cipher::new(&KEY);
    let mut expected: Vec<Block> = plain.as_chunks::<16>().0.to_vec();
    Cipher::encrypt_blocks(&cipher, &mut expected);
    cipher.encrypt_blocks_inout(blocks.as_mut_slice().into());
    assert!(blocks.iter().zip(&expected).all(|(a, b)| a.0 == *b));
    cipher.decrypt_blocks_inout(blocks.as_mut_slice().into());
    assert!(
        blocks
            .iter()
            .zip(plain.as_chunks::<16>().0)
            .all(|(a, b)| a.0 == *b)
    );
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
fn an_exhausted_sealing_key_refuses() {
    let mut key = SealingKey::resumed_at(&KEY, *b"node", u64::MAX);
    let mut data = [1; 5];
    let (nonce, _) = key.seal_in_place(&[], &mut data).unwrap();
    assert_eq!(nonce, *b"node\xff\xff\xff\xff\xff\xff\xff\xff");
    let before = data;
    assert_eq!(
        key.seal_in_place(&[], &mut data),
        Err(Error::NoncesExhausted)
    );
    assert_eq!(
        key.seal_in_place(&[], &mut data),
        Err(Error::NoncesExhausted)
    );
    assert_eq!(data, before);
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
