//! Whatever bytes arrive, the readers neither panic nor accept what they would write differently.

use super::*;

/// The kinds of change a byte string suffers, each from a fixed stream of random numbers.
fn mutate(original: &[u8], rng: &mut StdRng) -> Vec<u8> {
    let mut bytes = original.to_vec();
    let mut next = |bound: usize| {
        let mut number = [0; 8];
        rand::Rng::fill_bytes(rng, &mut number);
        usize::try_from(u64::from_le_bytes(number) % bound as u64).unwrap()
    };
    for _ in 0..=next(3) {
        if bytes.is_empty() {
            break;
        }
        let position = next(bytes.len());
        match next(7) {
            0 => bytes[position] ^= 1 << next(8),
            1 => bytes[position] = next(256) as u8,
            2 => bytes.insert(position, next(256) as u8),
            3 => drop(bytes.remove(position)),
            4 => bytes.truncate(position),
            // A length that is one off, the long form, or indefinite.
            5 => bytes[position] = [0x7f, 0x80, 0x81, 0x82, 0x84, 0xff][next(6)],
            _ => {
                let end = (position + next(40)).min(bytes.len());
                let part = bytes[position..end].to_vec();
                let place = next(bytes.len());
                bytes.splice(place..place, part);
            }
        }
    }
    bytes
}

#[test]
fn changed_documents_are_refused_or_read_as_they_are() {
    let issuer = authority("steel", 1);
    let names = ["node-1.example".parse().unwrap(), "::1".parse().unwrap()];
    let node = issuer
        .issue_node(
            "node-1",
            &names,
            key(60).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap();
    let request = Request::create(
        "steel",
        Some("node"),
        "node-1",
        &names,
        Purpose::Server,
        &key(60),
        &mut rng(),
    )
    .unwrap();
    let entries: Vec<Revoked> = (1..5)
        .map(|serial| Revoked {
            serial: vec![serial; 9],
            revoked_at_ms: MIDDLE,
            reason: Reason::KeyCompromise,
        })
        .collect();
    let list = issuer
        .issue_revocation_list(300, MIDDLE, END, &entries, &mut rng())
        .unwrap();
    let mut rng = StdRng::seed_from_u64(2026);
    let mut accepted = [0; 3];
    for _ in 0..4000 {
        let bytes = mutate(node.to_der(), &mut rng);
        if let Ok(read) = Certificate::from_der(&bytes) {
            assert_eq!(read.to_der(), bytes);
            let encoded = read.parsed.to_der().unwrap();
            assert_eq!(encoded, bytes);
            if bytes != node.to_der() {
                assert!(read.verify_issued_by(issuer.certificate(), MIDDLE).is_err());
            }
            accepted[0] += 1;
        }
        let bytes = mutate(request.to_der(), &mut rng);
        if let Ok(read) = Request::from_der(&bytes) {
            assert_eq!(read, request, "only the unchanged request is signed");
            accepted[1] += 1;
        }
        let bytes = mutate(list.to_der(), &mut rng);
        if let Ok(read) = RevocationList::from_der(&bytes) {
            let parsed =
                x509_cert::crl::CertificateList::<x509_cert::certificate::Rfc5280>::from_der(
                    &bytes,
                );
            assert_eq!(parsed.unwrap().to_der().unwrap(), bytes);
            if bytes != list.to_der() {
                assert!(read.verify(issuer.certificate(), MIDDLE).is_err());
            }
            accepted[2] += 1;
        }
    }
    // Changes within texts and numbers are read; without any, the test would say little.
    assert!(accepted[0] > 20 && accepted[2] > 20, "{accepted:?}");
}

#[test]
fn bytes_of_any_kind_are_refused_without_a_panic() {
    let mut rng = StdRng::seed_from_u64(7);
    for length in 0..300 {
        let mut bytes = vec![0; length];
        rand::Rng::fill_bytes(&mut rng, &mut bytes);
        assert!(Certificate::from_der(&bytes).is_err());
        assert!(Request::from_der(&bytes).is_err());
        assert!(RevocationList::from_der(&bytes).is_err());
        // As the content of a sequence of that length.
        let sequence = [&[0x30, 0x82, (length >> 8) as u8, length as u8][..], &bytes].concat();
        assert!(Certificate::from_der(&sequence).is_err());
        assert!(Request::from_der(&sequence).is_err());
        assert!(RevocationList::from_der(&sequence).is_err());
    }
}
