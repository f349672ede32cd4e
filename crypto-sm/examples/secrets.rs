//! Signs, decrypts, agrees and encrypts with secrets that valgrind's memcheck watches, and fails if a branch or an address
//! depends on one. `tests/constant-time.sh` builds and runs it; outside of valgrind it finds nothing and says so.

use crypto_sm::{
    memcheck::{errors, hide, show},
    rand_core::{TryCryptoRng, TryRng},
    sm2::{SecretKey, USER_ID},
    sm4::{ctr, gcm::Gcm},
};
use rand::{SeedableRng, rngs::StdRng};
use std::{convert::Infallible, hint::black_box, process::ExitCode};

/// Noise for a nonce that is as secret as the key.
struct Hidden(u8);

impl TryRng for Hidden {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        unreachable!("signing draws bytes")
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        unreachable!("signing draws bytes")
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        bytes.fill(self.0);
        hide(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Hidden {}

/// Runs the work and prints how many dependences were found in it; whether that is as expected.
fn check(name: &str, leaks: bool, work: impl FnOnce()) -> bool {
    let before = errors().unwrap_or_default();
    work();
    let found = errors().unwrap_or_default() - before;
    println!("{name}: {found} dependences on a secret");
    (found > 0) == leaks
}

fn main() -> ExitCode {
    if errors().is_none() {
        println!("not under valgrind: nothing is watched");
        return ExitCode::FAILURE;
    }
    let mut rng = StdRng::seed_from_u64(0x0074_6169_6e74);
    let mut key = SecretKey::generate(&mut rng);
    let peer = SecretKey::generate(&mut rng);
    // What is set up once for all keys is made before, from public numbers.
    let signature = key.sign(USER_ID, &[b"first"], &mut rng);
    signature.expect("a short user id");
    let ciphertext = key.public_key().encrypt(&[7; 48], &mut rng);
    let ciphertext = ciphertext.expect("a message of 48 bytes");
    let other = peer.public_key().encrypt(&[7; 48], &mut rng);
    let other = other.expect("a message of 48 bytes");
    key.hide();
    let mut right = check("sign", false, || {
        let signature = key.sign(USER_ID, &[b"message digest"], &mut Hidden(0x5a));
        black_box(signature).expect("a short user id");
    });
    right &= check("decrypt", false, || {
        let mut message = key.decrypt(&ciphertext).expect("made for this key");
        show(&mut message[..]);
        assert_eq!(message[..], [7; 48]);
        assert!(key.decrypt(&other).is_err());
    });
    let mut secret = [0x3c; 16];
    hide(&mut secret);
    let cipher = Gcm::new(&[0; 16]).representations().join(", ");
    right &= check(&format!("sm4 ({cipher})"), false, || {
        let mut data = [9; 200];
        ctr::apply(&secret, &[0; 16], &mut data);
        let gcm = Gcm::new(&secret);
        let tag = gcm.seal_in_place(&[0; 12], b"head", &mut data);
        let mut tag = tag.expect("a short message");
        show(&mut tag);
        show(&mut data);
        let opened = gcm.open_in_place(&[0; 12], b"head", &mut data, &tag);
        opened.expect("what was sealed");
        let forged = gcm.open_in_place(&[0; 12], b"tail", &mut data, &tag);
        assert!(forged.is_err());
    });
    // The check must find what depends on a secret: a branch on a bit of the key, and an entry of a table.
    right &= check("control: branch", true, || {
        let bytes = key.to_bytes();
        if bytes[31] & 1 == 1 {
            black_box(&bytes);
        }
    });
    right &= check("control: address", true, || {
        let table: [u8; 256] = std::array::from_fn(|index| index as u8);
        black_box(black_box(&table)[usize::from(secret[0])]);
    });
    if right {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
