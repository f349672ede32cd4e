//! Key agreement (GB/T 32918.3-2016): two holders of SM2 keys with user ids agree on a key, with or without confirming
//! to each other that they have the same one.
//!
//! The initiator sends its ephemeral point; the responder answers with its own and, for confirmation, S_B; the initiator
//! answers with S_A. Each state is consumed by the step that leads to the next, so that an ephemeral key serves once.
//! TLS uses plain [`super::ecdh`] instead.

use super::{PublicKey, Scalar, SecretKey, identity_hash, multiple::multiply, shared::SharedPoint};
use crate::{Error, rand_core::CryptoRng, sm3};
use std::fmt;
use subtle::ConstantTimeEq;
use zeroize::{Zeroize, Zeroizing};

/// Longest key, in bytes, that is given out.
pub const LONGEST_KEY: usize = 65_536;

/// First byte of what S_B hashes (clause 6.1 step B8). The standard has one byte; some software hashes two.
const FROM_RESPONDER: u8 = 0x02;

/// First byte of what S_A hashes (step A10).
const FROM_INITIATOR: u8 = 0x03;

/// S_A or S_B: shows that the sender has the key.
pub type Confirmation = [u8; 32];

/// One of the two: its public key and its user id.
#[derive(Clone, Copy, Debug)]
pub struct Party<'a> {
    /// The key that the other side already trusts.
    pub public_key: &'a PublicKey,
    /// The user id, [`super::USER_ID`] if none is agreed on.
    pub user_id: &'a [u8],
}

/// The one who begins, before the answer.
pub struct Initiator {
    own: SecretKey,
    ephemeral: SecretKey,
    peer: PublicKey,
    identities: Identities,
    length: usize,
}

/// The initiator with a key of which it knows that the responder has it too.
pub struct Confirmed {
    /// The key.
    pub key: Zeroizing<Vec<u8>>,
    /// S_A, to be sent to the responder.
    pub confirmation: Confirmation,
}

/// The one who answers, having answered.
pub struct Responder {
    ephemeral: PublicKey,
    confirmation: Confirmation,
    expected: Zeroizing<Confirmation>,
    key: Zeroizing<Vec<u8>>,
}

/// Z_A and Z_B.
#[derive(Clone, Copy)]
struct Identities {
    initiator: sm3::Digest,
    responder: sm3::Digest,
}

impl Initiator {
    /// Steps A1 to A3: draws an ephemeral key. `length` is the agreed key's, in bytes.
    ///
    /// # Errors
    /// [`Error::AgreedKeyLength`] unless 1 to [`LONGEST_KEY`]; [`Error::UserIdLength`].
    pub fn new<R: CryptoRng + ?Sized>(
        own: &SecretKey,
        own_user_id: &[u8],
        peer: Party<'_>,
        length: usize,
        rng: &mut R,
    ) -> Result<Self, Error> {
        Self::with_ephemeral(own, own_user_id, peer, length, SecretKey::generate(rng))
    }

    pub(crate) fn with_ephemeral(
        own: &SecretKey,
        own_user_id: &[u8],
        peer: Party<'_>,
        length: usize,
        ephemeral: SecretKey,
    ) -> Result<Self, Error> {
        check_length(length)?;
        Ok(Self {
            identities: Identities {
                initiator: identity_hash(own.public_key(), own_user_id)?,
                responder: identity_hash(peer.public_key, peer.user_id)?,
            },
            own: own.clone(),
            ephemeral,
            peer: peer.public_key.clone(),
            length,
        })
    }

    /// R_A, to be sent to the responder.
    #[must_use]
    pub fn ephemeral(&self) -> &PublicKey {
        self.ephemeral.public_key()
    }

    /// Steps A4 to A10: takes R_B and S_B, and gives the key and S_A.
    ///
    /// # Errors
    /// [`Error::Agreement`] if the responder has another key.
    pub fn confirm(
        self,
        peer_ephemeral: &PublicKey,
        confirmation: &Confirmation,
    ) -> Result<Confirmed, Error> {
        let outcome = self.calculate(peer_ephemeral)?;
        if !bool::from(outcome.from_responder.ct_eq(confirmation)) {
            return Err(Error::Agreement);
        }
        Ok(Confirmed {
            key: outcome.key,
            confirmation: *outcome.from_initiator,
        })
    }

    /// Steps A4 to A8 without confirmation: whether the responder has the same key shows when it is used.
    ///
    /// # Errors
    /// [`Error::Agreement`] if the common point is infinity.
    pub fn finish(self, peer_ephemeral: &PublicKey) -> Result<Zeroizing<Vec<u8>>, Error> {
        Ok(self.calculate(peer_ephemeral)?.key)
    }

    fn calculate(&self, peer_ephemeral: &PublicKey) -> Result<Outcome, Error> {
        let shared = common_point(&self.own, &self.ephemeral, &self.peer, peer_ephemeral)?;
        Ok(self
            .identities
            .outcome(&shared, self.ephemeral(), peer_ephemeral, self.length))
    }
}

impl Responder {
    /// Steps B1 to B8: takes R_A and draws an ephemeral key. `length` is the agreed key's, in bytes.
    ///
    /// # Errors
    /// [`Error::AgreedKeyLength`] unless 1 to [`LONGEST_KEY`]; [`Error::UserIdLength`]; [`Error::Agreement`] if the
    /// common point is infinity.
    pub fn new<R: CryptoRng + ?Sized>(
        own: &SecretKey,
        own_user_id: &[u8],
        peer: Party<'_>,
        peer_ephemeral: &PublicKey,
        length: usize,
        rng: &mut R,
    ) -> Result<Self, Error> {
        let ephemeral = SecretKey::generate(rng);
        Self::with_ephemeral(own, own_user_id, peer, peer_ephemeral, length, &ephemeral)
    }

    pub(crate) fn with_ephemeral(
        own: &SecretKey,
        own_user_id: &[u8],
        peer: Party<'_>,
        peer_ephemeral: &PublicKey,
        length: usize,
        ephemeral: &SecretKey,
    ) -> Result<Self, Error> {
        check_length(length)?;
        let identities = Identities {
            initiator: identity_hash(peer.public_key, peer.user_id)?,
            responder: identity_hash(own.public_key(), own_user_id)?,
        };
        let shared = common_point(own, ephemeral, peer.public_key, peer_ephemeral)?;
        let outcome = identities.outcome(&shared, peer_ephemeral, ephemeral.public_key(), length);
        Ok(Self {
            ephemeral: ephemeral.public_key().clone(),
            confirmation: *outcome.from_responder,
            expected: outcome.from_initiator,
            key: outcome.key,
        })
    }

    /// R_B, to be sent to the initiator.
    #[must_use]
    pub fn ephemeral(&self) -> &PublicKey {
        &self.ephemeral
    }

    /// S_B, to be sent to the initiator.
    #[must_use]
    pub fn confirmation(&self) -> &Confirmation {
        &self.confirmation
    }

    /// Step B10: takes S_A and gives the key.
    ///
    /// # Errors
    /// [`Error::Agreement`] if the initiator has another key.
    pub fn confirm(self, confirmation: &Confirmation) -> Result<Zeroizing<Vec<u8>>, Error> {
        if bool::from(self.expected.ct_eq(confirmation)) {
            Ok(self.key)
        } else {
            Err(Error::Agreement)
        }
    }

    /// The key without confirmation: whether the initiator has the same one shows when it is used.
    #[must_use]
    pub fn finish(self) -> Zeroizing<Vec<u8>> {
        self.key
    }
}

struct Outcome {
    key: Zeroizing<Vec<u8>>,
    from_responder: Zeroizing<Confirmation>,
    from_initiator: Zeroizing<Confirmation>,
}

impl Identities {
    fn outcome(
        &self,
        shared: &SharedPoint,
        initiator: &PublicKey,
        responder: &PublicKey,
        length: usize,
    ) -> Outcome {
        let mut key = Zeroizing::new(vec![0; length]);
        shared.derive(&[&self.initiator, &self.responder], &mut key);
        let (x1, y1) = initiator.coordinates();
        let (x2, y2) = responder.coordinates();
        let transcript = [shared.x(), &self.initiator, &self.responder, x1, y1, x2, y2];
        let inner = Zeroizing::new(sm3::hash(&transcript));
        let tag = |prefix| Zeroizing::new(sm3::hash(&[&[prefix], shared.y(), &*inner]));
        Outcome {
            key,
            from_responder: tag(FROM_RESPONDER),
            from_initiator: tag(FROM_INITIATOR),
        }
    }
}

fn check_length(length: usize) -> Result<(), Error> {
    if (1..=LONGEST_KEY).contains(&length) {
        Ok(())
    } else {
        Err(Error::AgreedKeyLength { length })
    }
}

/// (d + x̄·r)·(P' + x̄'·R'), the same point on both sides: steps A4 to A7 and B3 to B6. The ephemeral point has been
/// checked when it became a [`PublicKey`].
fn common_point(
    own: &SecretKey,
    ephemeral: &SecretKey,
    peer: &PublicKey,
    peer_ephemeral: &PublicKey,
) -> Result<SharedPoint, Error> {
    let mut product = reduced(ephemeral.public_key()).multiply(ephemeral.scalar());
    let mut t = own.scalar().add(&product);
    product.zeroize();
    // Everybody knows this sum.
    let sum = multiply(&reduced(peer_ephemeral), &peer_ephemeral.affine())
        .and_then(|point| peer.affine().add_vartime(&point));
    let shared = sum.and_then(|sum| SharedPoint::multiple(&t, &sum));
    t.zeroize();
    shared.ok_or(Error::Agreement)
}

/// x̄ = 2^127 + (x mod 2^127), since n has 256 bits (w = 127).
fn reduced(point: &PublicKey) -> Scalar {
    let mut bytes = [0; 32];
    bytes[16..].copy_from_slice(&point.coordinates().0[16..]);
    bytes[16] |= 0x80;
    Scalar::reduce(&bytes)
}

/// Shows public values only.
impl fmt::Debug for Initiator {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Initiator")
            .field("ephemeral", self.ephemeral())
            .finish_non_exhaustive()
    }
}

/// Shows public values only.
impl fmt::Debug for Confirmed {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Confirmed").finish_non_exhaustive()
    }
}

/// Shows public values only.
impl fmt::Debug for Responder {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Responder")
            .field("ephemeral", &self.ephemeral)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sm2::USER_ID;

    fn secret(digits: &str) -> SecretKey {
        SecretKey::from_bytes(&hex::decode(digits).unwrap()).unwrap()
    }

    fn party(key: &SecretKey) -> Party<'_> {
        Party {
            public_key: key.public_key(),
            user_id: USER_ID,
        }
    }

    #[test]
    fn the_standards_example_gives_its_key_and_confirmations() {
        // GB/T 32918.5-2017 annex B.2 (curve of clause 2).
        let a = secret("81eb26e941bb5af16df116495f90695272ae2cd63d6c4ae1678418be48230029");
        let b = secret("785129917d45a9ea5437a59356b82338eaadda6ceb199088f14ae10defa229b5");
        let r_a = secret("d4de15474db74d06491c440d305e012400990f3e390c7e87153c12db2ea60bb3");
        let r_b = secret("7e07124814b309489125eaed101113164ebf0f3458c5bd88335c1f9d596243d6");
        let initiator = Initiator::with_ephemeral(&a, USER_ID, party(&b), 16, r_a).unwrap();
        let responder =
            Responder::with_ephemeral(&b, USER_ID, party(&a), initiator.ephemeral(), 16, &r_b)
                .unwrap();
        let s_b = "d3a0fe15dee185ceae907a6b595cc32a266ed7b3367e9983a896dc32fa20f8eb";
        let s_a = "18c7894b3816df16cf07b05c5ec0bef5d655d58f779cc1b400a4f3884644db88";
        assert_eq!(hex::encode(responder.confirmation()), s_b);
        let confirmed = initiator
            .confirm(&responder.ephemeral().clone(), responder.confirmation())
            .unwrap();
        assert_eq!(hex::encode(confirmed.confirmation), s_a);
        let key = responder.confirm(&confirmed.confirmation).unwrap();
        assert_eq!(hex::encode(&*key), "6c89347354de2484c60b4ab1fde4c6e5");
        assert_eq!(key, confirmed.key);
    }

    #[test]
    fn an_ephemeral_point_that_leads_to_infinity_is_refused() {
        // The attacker chooses r first and then d = −x̄·r, so that P + x̄·R is infinity.
        let honest = secret("81eb26e941bb5af16df116495f90695272ae2cd63d6c4ae1678418be48230029");
        let r = secret("d4de15474db74d06491c440d305e012400990f3e390c7e87153c12db2ea60bb3");
        let d = Scalar::ZERO.subtract(&reduced(r.public_key()).multiply(r.scalar()));
        let attacker = SecretKey::from_bytes(&d.to_be_bytes()).unwrap();
        let result = Responder::with_ephemeral(
            &honest,
            USER_ID,
            party(&attacker),
            r.public_key(),
            16,
            &honest,
        );
        assert_eq!(result.map(|_| ()), Err(Error::Agreement));
        let initiator =
            Initiator::with_ephemeral(&honest, USER_ID, party(&attacker), 16, honest.clone())
                .unwrap();
        assert_eq!(
            initiator.finish(r.public_key()).map(|_| ()),
            Err(Error::Agreement)
        );
    }
}
