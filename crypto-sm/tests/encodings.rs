//! Encryption, agreement and key files through the public surface: what is written is read again, and only by the right
//! key, passphrase and peer.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    Error,
    sm2::{
        Ciphertext, PublicKey, SecretKey, USER_ID,
        agreement::{Initiator, Party, Responder},
    },
};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut StdRng::seed_from_u64(seed))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn what_is_encrypted_decrypts_with_its_key_only(
        seed in any::<u64>(),
        message in proptest::collection::vec(any::<u8>(), 1..200),
        flipped in any::<prop::sample::Index>(),
        bit in 0..8u32,
    ) {
        let rng = &mut StdRng::seed_from_u64(seed);
        let secret = SecretKey::generate(rng);
        let ciphertext = secret.public_key().encrypt(&message, rng).unwrap();
        let bytes = ciphertext.to_bytes();
        prop_assert_eq!(bytes.len(), 97 + message.len());
        prop_assert_eq!(Ciphertext::from_bytes(&bytes), Ok(ciphertext.clone()));
        prop_assert_eq!(Ciphertext::from_der(&ciphertext.to_der()), Ok(ciphertext.clone()));
        prop_assert_eq!(&secret.decrypt(&ciphertext).unwrap()[..], &message[..]);
        prop_assert_eq!(key(seed ^ 1).decrypt(&ciphertext), Err(Error::Decryption));

        let mut changed = bytes;
        changed[flipped.index(97 + message.len())] ^= 1 << bit;
        match Ciphertext::from_bytes(&changed) {
            Ok(ciphertext) => prop_assert_eq!(secret.decrypt(&ciphertext), Err(Error::Decryption)),
            Err(error) => prop_assert_eq!(error, Error::CiphertextEncoding),
        }
    }

    #[test]
    fn the_other_implementation_reads_and_writes_the_same_ciphertexts(
        seed in any::<u64>(),
        message in proptest::collection::vec(any::<u8>(), 1..100),
    ) {
        use sm2::pke::{DecryptingKey, EncryptingKey, Mode};
        let rng = &mut StdRng::seed_from_u64(seed);
        let secret = SecretKey::generate(rng);
        let other = sm2::SecretKey::from_slice(&*secret.to_bytes()).unwrap();
        let theirs = DecryptingKey::new_with_mode(other.to_nonzero_scalar(), Mode::C1C3C2);
        let ciphertext = secret.public_key().encrypt(&message, rng).unwrap();
        prop_assert_eq!(theirs.decrypt(&ciphertext.to_bytes()).unwrap(), message.clone());
        prop_assert_eq!(theirs.decrypt_der(&ciphertext.to_der()).unwrap(), message.clone());
        let old = EncryptingKey::new_with_mode(other.public_key(), Mode::C1C2C3);
        let old = Ciphertext::from_old_order(&old.encrypt(rng, &message).unwrap()).unwrap();
        prop_assert_eq!(&secret.decrypt(&old).unwrap()[..], &message[..]);
        let der = EncryptingKey::new(other.public_key()).encrypt_der(rng, &message).unwrap();
        let der = Ciphertext::from_der(&der).unwrap();
        prop_assert_eq!(&secret.decrypt(&der).unwrap()[..], &message[..]);
    }

    #[test]
    fn every_form_of_a_point_is_the_same_key(seed in any::<u64>()) {
        let secret = key(seed);
        let public = secret.public_key();
        let compressed = public.to_compressed();
        prop_assert_eq!(&PublicKey::from_compressed(&compressed).unwrap(), public);
        prop_assert_eq!(&PublicKey::from_any_form(&compressed).unwrap(), public);
        prop_assert_eq!(&PublicKey::from_any_form(&public.to_uncompressed()).unwrap(), public);
        let mut hybrid = public.to_uncompressed();
        hybrid[0] = compressed[0] + 4;
        prop_assert_eq!(&PublicKey::from_any_form(&hybrid).unwrap(), public);
        let other = sm2::PublicKey::from_sec1_bytes(&compressed).unwrap();
        prop_assert_eq!(&other.to_sec1_bytes()[..], &public.to_uncompressed()[..]);
    }
}

#[test]
fn an_empty_message_is_refused() {
    let refused = key(1)
        .public_key()
        .encrypt(b"", &mut StdRng::seed_from_u64(1));
    assert_eq!(refused, Err(Error::PlaintextLength { length: 0 }));
}

#[test]
fn two_encryptions_of_one_message_differ() {
    let rng = &mut StdRng::seed_from_u64(2);
    let secret = key(2);
    let first = secret.public_key().encrypt(b"m", rng).unwrap();
    assert_ne!(secret.public_key().encrypt(b"m", rng).unwrap(), first);
}

/// An agreement between the keys of two seeds, where the responder believes the initiator to be `believed`.
fn agree(
    initiator: u64,
    responder: u64,
    believed: u64,
    user_id: &[u8],
    length: usize,
) -> Result<(Vec<u8>, Vec<u8>), Error> {
    let rng = &mut StdRng::seed_from_u64(3);
    let (alice, bob, believed) = (key(initiator), key(responder), key(believed));
    let to = |key| Party {
        public_key: key,
        user_id: USER_ID,
    };
    let initiator = Initiator::new(&alice, user_id, to(bob.public_key()), length, rng)?;
    let responder = Responder::new(
        &bob,
        USER_ID,
        to(believed.public_key()),
        initiator.ephemeral(),
        length,
        rng,
    )?;
    let confirmed = initiator.confirm(responder.ephemeral(), responder.confirmation())?;
    let key = responder.confirm(&confirmed.confirmation)?;
    Ok((confirmed.key.to_vec(), key.to_vec()))
}

#[test]
fn an_agreement_needs_the_same_keys_and_user_ids_on_both_sides() {
    for length in [1, 16, 32, 33, 100] {
        let (alice, bob) = agree(1, 2, 1, USER_ID, length).unwrap();
        assert_eq!((alice.len(), &alice), (length, &bob));
    }
    assert_eq!(agree(1, 2, 3, USER_ID, 16), Err(Error::Agreement));
    assert_eq!(agree(1, 2, 1, b"another", 16), Err(Error::Agreement));
    for length in [0, 65_537] {
        assert_eq!(
            agree(1, 2, 1, USER_ID, length),
            Err(Error::AgreedKeyLength { length })
        );
    }
}

#[test]
fn a_confirmation_with_a_changed_bit_is_refused() {
    for (position, answer) in [(0, false), (31, false), (0, true), (31, true)] {
        let rng = &mut StdRng::seed_from_u64(4);
        let (alice, bob) = (key(1), key(2));
        let party = |key| Party {
            public_key: key,
            user_id: USER_ID,
        };
        let initiator = Initiator::new(&alice, USER_ID, party(bob.public_key()), 16, rng).unwrap();
        let peer = party(alice.public_key());
        let responder =
            Responder::new(&bob, USER_ID, peer, initiator.ephemeral(), 16, rng).unwrap();
        let mut confirmation = *responder.confirmation();
        confirmation[position] ^= u8::from(!answer);
        let confirmed = initiator.confirm(responder.ephemeral(), &confirmation);
        if answer {
            let mut confirmation = confirmed.unwrap().confirmation;
            confirmation[position] ^= 1;
            assert_eq!(responder.confirm(&confirmation), Err(Error::Agreement));
        } else {
            assert_eq!(confirmed.map(|_| ()), Err(Error::Agreement));
        }
    }
}

#[test]
fn key_files_are_read_as_they_were_written() {
    let rng = &mut StdRng::seed_from_u64(5);
    for seed in 0..4 {
        let (secret, recipient) = (key(seed), key(seed + 100));
        let bytes = secret.to_bytes();
        let same = |read: Result<SecretKey, Error>| assert_eq!(read.unwrap().to_bytes(), bytes);
        same(SecretKey::from_sec1_der(&secret.to_sec1_der()));
        same(SecretKey::from_sec1_pem(&secret.to_sec1_pem()));
        same(SecretKey::from_pkcs8_pem(&secret.to_pkcs8_pem()));
        let protected = secret
            .to_encrypted_pkcs8_pem(b"passphrase", 1_000, rng)
            .unwrap();
        same(SecretKey::from_encrypted_pkcs8_pem(
            &protected,
            b"passphrase",
        ));
        let refused = SecretKey::from_encrypted_pkcs8_pem(&protected, b"Passphrase");
        assert_eq!(refused.map(|_| ()), Err(Error::Passphrase));
        let enveloped = secret.to_enveloped(recipient.public_key(), rng);
        same(SecretKey::from_enveloped(&enveloped, &recipient));
        let refused = SecretKey::from_enveloped(&enveloped, &secret);
        assert_eq!(refused.map(|_| ()), Err(Error::Decryption));
    }
}

#[test]
fn too_few_and_too_many_iterations_are_not_written() {
    for iterations in [0, 999, 10_000_001, u32::MAX] {
        let refused =
            key(1).to_encrypted_pkcs8_der(b"p", iterations, &mut StdRng::seed_from_u64(1));
        let iterations = iterations.into();
        assert_eq!(refused, Err(Error::IterationCount { iterations }));
    }
}
