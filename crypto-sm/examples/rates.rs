//! How much of each operation this machine does in a second on one core: the rows of the table in docs/en/crypto.md, without
//! the other libraries that `hengtan bench crypto` measures beside them. For work on the code: the figure is the best of many
//! short slices, so that what else the machine does spoils it little.
//!
//! `taskset -c 1 cargo run --release -p crypto-sm --example rates [milliseconds per row] [row …]`

use crypto_sm::{
    sm2::{Claim, SecretKey, Signature, USER_ID, Verifier, verify_all},
    sm3, sm4,
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{
    hint::black_box,
    time::{Duration, Instant},
};

/// Signers, signatures and bytes of a message, as in `hengtan bench crypto`.
const SIGNERS: usize = 64;
const SIGNATURES: usize = 1024;
const MESSAGE: usize = 256;

/// Time of a slice: well below what a scheduler gives before it takes the core away.
const SLICE: Duration = Duration::from_micros(500);

/// What is measured, and for how long.
struct Rows {
    time: Duration,
    wanted: Vec<String>,
}

impl Rows {
    /// Prints how many units per second the work does, which says how many it did.
    fn measure(&self, name: &str, unit: &str, mut work: impl FnMut() -> usize) {
        if !self.wanted.is_empty() && !self.wanted.iter().any(|wanted| name.contains(&**wanted)) {
            return;
        }
        let start = Instant::now();
        let mut slices = Vec::new();
        while start.elapsed() < self.time {
            let (slice, mut done) = (Instant::now(), 0);
            while slice.elapsed() < SLICE {
                done += work() as u128;
            }
            slices.push(done * 1_000_000_000 / slice.elapsed().as_nanos());
        }
        slices.sort_unstable();
        let best = slices.last().copied().unwrap_or_default();
        let median = slices[slices.len() / 2];
        println!("{name:<28} best {best:>12} {unit}/s, median {median:>12}");
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let time = arguments.next().and_then(|time| time.parse().ok());
    let rows = Rows {
        time: Duration::from_millis(time.unwrap_or(1_000)),
        wanted: arguments.collect(),
    };
    let mut rng = StdRng::seed_from_u64(1);
    sm2(&rows, &mut rng);

    let mut long = vec![0; 1 << 20];
    rng.fill_bytes(&mut long);
    rows.measure("sm3_long", "B", || {
        black_box(sm3::hash(&[black_box(&long[..1 << 16])]));
        1 << 16
    });
    let short: Vec<&[u8]> = long.chunks_exact(64).take(1024).collect();
    rows.measure("sm3_short", "hashes", || {
        black_box(sm3::many::hash_all(black_box(&short)));
        short.len()
    });
    let pairs: Vec<[sm3::Digest; 2]> = long
        .as_chunks::<64>()
        .0
        .iter()
        .take(1024)
        .map(|pair| std::array::from_fn(|half| std::array::from_fn(|byte| pair[32 * half + byte])))
        .collect();
    rows.measure("sm3_pairs", "hashes", || {
        black_box(sm3::many::hash_pairs(1, black_box(&pairs)));
        pairs.len()
    });

    let key = [7; sm4::KEY_LENGTH];
    let mut record = long[..16 * 1024].to_vec();
    rows.measure("sm4_ctr", "B", || {
        sm4::ctr::apply(&key, &[0; 16], black_box(&mut record));
        record.len()
    });
    let gcm = sm4::gcm::Gcm::new(&key);
    rows.measure("sm4_gcm", "B", || {
        let tag = gcm.seal_in_place(&[0; 12], &[], black_box(&mut record));
        black_box(tag).expect("a short message");
        record.len()
    });
}

fn sm2(rows: &Rows, rng: &mut StdRng) {
    let keys: Vec<SecretKey> = (0..SIGNERS).map(|_| SecretKey::generate(rng)).collect();
    let mut sign = |key: &SecretKey, message: &[u8]| -> Signature {
        key.sign(USER_ID, &[message], rng).expect("a short user id")
    };
    let items: Vec<(usize, Vec<u8>, Signature)> = (0..SIGNATURES)
        .map(|index| {
            let signer = index % SIGNERS;
            let message = vec![index as u8; MESSAGE];
            let signature = sign(&keys[signer], &message);
            (signer, message, signature)
        })
        .collect();
    let mut turns = items.iter().cycle();
    rows.measure("sm2_sign", "signatures", || {
        let (signer, message, _) = turns.next().expect("an endless cycle");
        black_box(sign(&keys[*signer], black_box(message)));
        1
    });
    let unknown: Vec<Verifier> = keys
        .iter()
        .map(|key| key.public_key().default_verifier())
        .collect();
    let known: Vec<Verifier> = unknown.iter().cloned().map(Verifier::with_table).collect();
    for (name, verifiers) in [
        ("sm2_verify_unknown", &unknown),
        ("sm2_verify_known", &known),
    ] {
        let mut turns = items.iter().cycle();
        rows.measure(name, "signatures", || {
            let (signer, message, signature) = turns.next().expect("an endless cycle");
            let verdict = verifiers[*signer].verify(&[black_box(message)], signature);
            black_box(verdict).expect("a good signature");
            1
        });
    }
    let parts: Vec<[&[u8]; 1]> = items.iter().map(|(_, message, _)| [&**message]).collect();
    let claims: Vec<Claim<'_>> = items
        .iter()
        .zip(&parts)
        .map(|((signer, _, signature), message)| Claim {
            verifier: &known[*signer],
            message,
            signature,
        })
        .collect();
    for batch in [16, 64, 256, SIGNATURES] {
        let mut turns = claims.chunks_exact(batch).cycle();
        rows.measure(&format!("sm2_verify_known_{batch}"), "signatures", || {
            let claims = turns.next().expect("an endless cycle");
            assert!(verify_all(black_box(claims)).iter().all(|good| *good));
            claims.len()
        });
    }
}
