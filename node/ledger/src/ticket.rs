//! Tickets: a door's signed word that it took an envelope and within what time an entry will follow. If none follows, the ticket is evidence
//! of delay; it proves nothing about the log.

use crate::domain::{Domain, NetworkId};
use crate::{Error, canonical, v1};
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::{PublicKey, SecretKey, Signer};
use crypto_sm::sm3::Digest;
use prost::Message;

/// Signs a ticket with a node's statement key; times in milliseconds.
pub fn sign<R: CryptoRng + ?Sized>(
    network: &NetworkId,
    id: &Digest,
    accepted_at_ms: u64,
    promised_within_ms: u64,
    key: &SecretKey,
    rng: &mut R,
) -> v1::SignedTicket {
    let times = (accepted_at_ms, promised_within_ms);
    let ticket = ticket(network, id, times, key.public_key());
    let signature = Domain::Ticket.sign(network, &ticket, key, rng).to_vec();
    v1::SignedTicket { ticket, signature }
}

/// As [`sign`], by a key that may be in a token or device.
///
/// # Errors
/// [`Error::Crypto`]: the token or device does not sign.
pub fn sign_with(
    network: &NetworkId,
    id: &Digest,
    accepted_at_ms: u64,
    promised_within_ms: u64,
    key: &dyn Signer,
) -> Result<v1::SignedTicket, Error> {
    let times = (accepted_at_ms, promised_within_ms);
    let ticket = ticket(network, id, times, key.public_key());
    let signature = Domain::Ticket.sign_with(network, &ticket, key)?.to_vec();
    Ok(v1::SignedTicket { ticket, signature })
}

fn ticket(
    network: &NetworkId,
    id: &Digest,
    (accepted_at_ms, promised_within_ms): (u64, u64),
    node: &PublicKey,
) -> Vec<u8> {
    v1::Ticket {
        network_id: network.to_vec(),
        id: id.to_vec(),
        accepted_at_ms,
        promised_within_ms,
        node: node.key_id().as_bytes().to_vec(),
    }
    .encode_to_vec()
}

/// Checks a ticket with the node's statement key.
///
/// # Errors
/// [`Error::Encoding`], [`Error::Network`], [`Error::Signature`].
pub fn verify(
    network: &NetworkId,
    signed: &v1::SignedTicket,
    key: &PublicKey,
) -> Result<v1::Ticket, Error> {
    let ticket: v1::Ticket = canonical::decode("ticket", &signed.ticket)?;
    canonical::digest("ticket.id", &ticket.id)?;
    if ticket.network_id != network {
        return Err(Error::Network {
            found: hex::encode(&ticket.network_id),
            expected: hex::encode(network),
        });
    }
    let signer = hex::encode(&ticket.node);
    if key.key_id().as_bytes().as_slice() != ticket.node {
        return Err(Error::Signature {
            what: "ticket",
            signer,
        });
    }
    Domain::Ticket.verify(network, &signed.ticket, key, &signed.signature, &signer)?;
    Ok(ticket)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::SeedableRng;
    use rand::rngs::StdRng;

    #[test]
    fn a_ticket_belongs_to_its_network_node_and_envelope() {
        let mut rng = StdRng::seed_from_u64(7);
        let (key, other) = (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        let network = [1; 32];
        let signed = sign(&network, &[2; 32], 1000, 5000, &key, &mut rng);
        assert_eq!(
            verify(&network, &signed, key.public_key()).map(|ticket| ticket.promised_within_ms),
            Ok(5000)
        );
        assert!(verify(&[3; 32], &signed, key.public_key()).is_err());
        assert!(verify(&network, &signed, other.public_key()).is_err());
        let mut changed = signed.clone();
        changed.ticket[40] ^= 1;
        assert!(verify(&network, &changed, key.public_key()).is_err());
        let envelope = Domain::Envelope
            .sign(&network, &signed.ticket, &key, &mut rng)
            .to_vec();
        let borrowed = v1::SignedTicket {
            signature: envelope,
            ..signed
        };
        assert!(
            verify(&network, &borrowed, key.public_key()).is_err(),
            "another domain"
        );
    }
}
