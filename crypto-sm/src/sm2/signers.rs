//! Verifiers of the signers seen lately, kept for the next message.

use super::{PublicKey, Verifier};
use std::{
    collections::HashMap,
    sync::{Mutex, PoisonError},
};

/// Verifications after which a signer gets a table: making one costs about as much as four verifications without.
const USES_BEFORE_TABLE: u64 = 4;

/// A bounded cache of [`Verifier`]s under the default user id. Signers that come back get a table (86 KiB each), and the
/// one not seen for the longest time makes room. It can be shared by threads, and it changes no verdict.
#[derive(Debug)]
pub struct KnownSigners {
    signers_max: usize,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    clock: u64,
    signers: HashMap<PublicKey, Signer>,
}

#[derive(Debug)]
struct Signer {
    verifier: Verifier,
    uses: u64,
    last_use: u64,
}

impl KnownSigners {
    /// A cache of at most `signers_max` signers, at least one.
    #[must_use]
    pub fn new(signers_max: usize) -> Self {
        Self {
            signers_max: signers_max.max(1),
            state: Mutex::default(),
        }
    }

    /// The verifier of this key under the default user id. To clone it costs little: clones share the table.
    #[must_use]
    pub fn verifier(&self, key: &PublicKey) -> Verifier {
        let (verifier, uses) = self.note(key);
        if uses != USES_BEFORE_TABLE {
            return verifier;
        }
        // Outside the lock: others need not wait. If two threads come here at once, the second's table is as good.
        let verifier = verifier.with_table();
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(signer) = state.signers.get_mut(key) {
            signer.verifier = verifier.clone();
        }
        verifier
    }

    /// Counts one use, and makes room for a new signer.
    fn note(&self, key: &PublicKey) -> (Verifier, u64) {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.clock += 1;
        let now = state.clock;
        if let Some(signer) = state.signers.get_mut(key) {
            signer.uses += 1;
            signer.last_use = now;
            return (signer.verifier.clone(), signer.uses);
        }
        if state.signers.len() >= self.signers_max {
            let oldest = state
                .signers
                .iter()
                .min_by_key(|(_, signer)| signer.last_use);
            if let Some(oldest) = oldest.map(|(key, _)| key.clone()) {
                state.signers.remove(&oldest);
            }
        }
        let verifier = key.default_verifier();
        state.signers.insert(
            key.clone(),
            Signer {
                verifier: verifier.clone(),
                uses: 1,
                last_use: now,
            },
        );
        (verifier, 1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::{SecretKey, USER_ID};
    use rand::{SeedableRng, rngs::StdRng};

    fn keys(count: u64) -> Vec<SecretKey> {
        (0..count)
            .map(|seed| SecretKey::generate(&mut StdRng::seed_from_u64(seed)))
            .collect()
    }

    #[test]
    fn signers_that_come_back_get_a_table() {
        let [key, other] = &keys(2)[..] else {
            unreachable!()
        };
        let signers = KnownSigners::new(8);
        let signature = key
            .sign(USER_ID, &[b"m"], &mut StdRng::seed_from_u64(9))
            .unwrap();
        for round in 1..=6 {
            let verifier = signers.verifier(key.public_key());
            assert_eq!(
                verifier.has_table(),
                round >= USES_BEFORE_TABLE,
                "use {round}"
            );
            assert!(verifier.verify(&[b"m"], &signature).is_ok());
            assert!(verifier.verify(&[b"n"], &signature).is_err());
        }
        assert!(!signers.verifier(other.public_key()).has_table());
    }

    #[test]
    fn the_signer_not_seen_for_longest_makes_room() {
        let keys = keys(3);
        let signers = KnownSigners::new(2);
        let use_often = |index: usize| {
            (0..4)
                .map(|_| signers.verifier(keys[index].public_key()))
                .last()
                .unwrap()
        };
        assert!(use_often(0).has_table());
        assert!(use_often(1).has_table());
        assert!(signers.verifier(keys[0].public_key()).has_table());
        // The third drives out the second, not the first.
        assert!(!signers.verifier(keys[2].public_key()).has_table());
        assert!(signers.verifier(keys[0].public_key()).has_table());
        assert!(!signers.verifier(keys[1].public_key()).has_table());
        assert_eq!(signers.state.lock().unwrap().signers.len(), 2);
    }

    #[test]
    fn threads_share_one_cache() {
        let keys = keys(3);
        let signers = KnownSigners::new(2);
        std::thread::scope(|scope| {
            for thread in 0..4usize {
                let (keys, signers) = (&keys, &signers);
                scope.spawn(move || {
                    let mut rng = StdRng::seed_from_u64(thread as u64);
                    for round in 0..20 {
                        let key = &keys[(thread + round) % keys.len()];
                        let signature = key.sign(USER_ID, &[&[round as u8]], &mut rng).unwrap();
                        let verifier = signers.verifier(key.public_key());
                        assert_eq!(verifier.public_key(), key.public_key());
                        assert!(verifier.verify(&[&[round as u8]], &signature).is_ok());
                    }
                });
            }
        });
    }
}
