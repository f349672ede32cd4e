//! Looks for secrets in the time of signing and decryption, as dudect does (Reparaz, Balasch, Verbauwhede, "Dude, is my code
//! constant time?", 2017): one class of measurements takes one secret, the other a new one each time, in random order, and
//! Welch's t test compares the two. |t| above 10 says that the time depends on the secret; below 4.5 nothing was found.
//!
//! `cargo run --release -p crypto-sm --example timing [measurements]`, on a machine that does nothing else.

use crypto_sm::{
    rand_core::{TryCryptoRng, TryRng},
    sm2::{SecretKey, USER_ID},
};
use rand::{Rng, SeedableRng, rngs::StdRng};
use std::{convert::Infallible, hint::black_box, time::Instant};

/// Measurements of one pass, half of each class.
const PASS: usize = 2_000;

/// Hands out prepared bytes, so that drawing them takes no time of its own.
struct Prepared([u8; 32]);

impl TryRng for Prepared {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("signing draws bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("signing draws bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.copy_from_slice(&self.0);
        Ok(())
    }
}

impl TryCryptoRng for Prepared {}

/// A secret key and what the nonce is drawn from.
struct Secret {
    fixed: bool,
    key: SecretKey,
    noise: [u8; 32],
}

fn secrets(rng: &mut StdRng) -> Vec<Secret> {
    (0..PASS)
        .map(|_| {
            let fixed = rng.next_u32() & 1 == 0;
            let mut noise = [0x5a; 32];
            if !fixed {
                rng.fill_bytes(&mut noise);
            }
            let key = if fixed {
                SecretKey::from_bytes(&[1; 32]).expect("a number in range")
            } else {
                SecretKey::generate(rng)
            };
            Secret { fixed, key, noise }
        })
        .collect()
}

/// Measures all, passes until there are enough, and prints t in hundredths without floating-point numbers.
fn compare(
    name: &str,
    measurements: usize,
    rng: &mut StdRng,
    mut run: impl FnMut(&Secret),
) -> bool {
    let mut times = Vec::with_capacity(measurements);
    while times.len() < measurements {
        for secret in &secrets(rng) {
            let start = Instant::now();
            run(black_box(secret));
            times.push((secret.fixed, start.elapsed().as_nanos()));
        }
    }
    // Interrupts make some measurements long; what counts is below. Several limits, as a leak may show below one only.
    let mut sorted: Vec<u128> = times.iter().map(|(_, time)| *time).collect();
    sorted.sort_unstable();
    let mut worst = 0;
    for percent in [50, 75, 90, 95] {
        let limit = sorted[sorted.len() * percent / 100];
        let class = |fixed| {
            let kept = times
                .iter()
                .filter(move |(class, time)| *class == fixed && *time <= limit);
            kept.fold([0i128; 3], |[count, sum, squares], (_, time)| {
                let time = *time as i128;
                [count + 1, sum + time, squares + time * time]
            })
        };
        let ([n, a, a_squares], [m, b, b_squares]) = (class(true), class(false));
        // t² = (a/n − b/m)² / (A/n³ + B/m³) with A = n·Σa² − (Σa)², for large n and m.
        let difference = a * m - b * n;
        let (a_spread, b_spread) = (n * a_squares - a * a, m * b_squares - b * b);
        let spread = a_spread / n * m * m + b_spread / m * n * n;
        let squared = difference * difference * 10_000 / spread.max(1);
        let hundredths = squared.isqrt();
        println!(
            "{name}: fastest {percent} %: t = {}{}.{:02} ({n} and {m} measurements)",
            if difference < 0 { "-" } else { "" },
            hundredths / 100,
            hundredths % 100
        );
        worst = worst.max(hundredths);
    }
    worst <= 1_000
}

fn main() {
    let measurements = std::env::args().nth(1).and_then(|count| count.parse().ok());
    let measurements = measurements.unwrap_or(200_000);
    let mut rng = StdRng::seed_from_u64(0x6475_6465_6374);
    let signing = compare("sign", measurements, &mut rng, |secret| {
        let mut noise = Prepared(secret.noise);
        let signature = secret.key.sign(USER_ID, &[b"message digest"], &mut noise);
        black_box(signature).expect("a short user id");
    });
    // One ciphertext, made for none of the keys: decryption fails at its last step, always the same way.
    let other = SecretKey::generate(&mut rng);
    let ciphertext = other.public_key().encrypt(&[7; 48], &mut rng);
    let ciphertext = ciphertext.expect("a message of 48 bytes");
    let decryption = compare("decrypt", measurements / 4, &mut rng, |secret| {
        assert!(black_box(secret.key.decrypt(&ciphertext)).is_err());
    });
    // The test itself must find what depends on the secret: here a loop over the first bits of the key.
    let control = compare("control", 20_000, &mut rng, |secret| {
        let bytes = secret.key.to_bytes();
        for _ in 0..bytes[0] {
            black_box(&bytes);
        }
    });
    println!("sign {signing}, decrypt {decryption}, control {control} (true: nothing found)");
    std::process::exit(i32::from(!(signing && decryption && !control)));
}
