//! Certificates, paths and revocation lists as `rustls-webpki` judges them, which is what TLS does with them.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    certificate::{
        Certificate, Issuer, Purpose, Reason, Revocation, RevocationList, Revoked, Trust, Validity,
        issue_root,
    },
    sm2::{PublicKey, SecretKey, Signature, USER_ID},
};
use rand::{SeedableRng, rngs::StdRng};
use rustls_pki_types::{
    AlgorithmIdentifier, CertificateDer, InvalidSignature, ServerName,
    SignatureVerificationAlgorithm, UnixTime,
};
use std::time::Duration;
use webpki::{
    CertRevocationList, EndEntityCert, KeyUsage, OwnedCertRevocationList, RevocationCheckDepth,
    RevocationOptionsBuilder, anchor_from_trusted_cert,
};

/// 2026-01-01T00:00:00Z and one year later.
const BEGIN: u64 = 1_767_225_600_000;
const END: u64 = 1_798_761_600_000;
const MIDDLE: u64 = 1_780_000_000_000;

#[derive(Debug)]
struct Sm2WithSm3;

impl SignatureVerificationAlgorithm for Sm2WithSm3 {
    fn verify_signature(
        &self,
        public_key: &[u8],
        message: &[u8],
        signature: &[u8],
    ) -> Result<(), InvalidSignature> {
        let signature = Signature::from_der(signature).map_err(|_| InvalidSignature)?;
        PublicKey::from_uncompressed(public_key)
            .and_then(|key| key.verify(USER_ID, &[message], &signature))
            .map_err(|_| InvalidSignature)
    }

    fn public_key_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(&[
            0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x81, 0x1c,
            0xcf, 0x55, 0x01, 0x82, 0x2d,
        ])
    }

    fn signature_alg_id(&self) -> AlgorithmIdentifier {
        AlgorithmIdentifier::from_slice(&[
            0x06, 0x08, 0x2a, 0x81, 0x1c, 0xcf, 0x55, 0x01, 0x83, 0x75,
        ])
    }
}

/// The verdict of `rustls-webpki`: nothing, or its reason.
fn webpki_verdict(
    trust: &Trust<'_>,
    certificate: &Certificate,
    purpose: Purpose,
    at_ms: u64,
) -> Result<(), String> {
    let roots: Vec<CertificateDer<'_>> = trust
        .roots
        .iter()
        .map(|root| CertificateDer::from(root.to_der()))
        .collect();
    let anchors: Vec<_> = roots
        .iter()
        .map(|root| anchor_from_trusted_cert(root).unwrap())
        .collect();
    let intermediates: Vec<CertificateDer<'_>> = trust
        .intermediates
        .iter()
        .map(|known| CertificateDer::from(known.to_der()))
        .collect();
    let lists: Vec<CertRevocationList<'_>> = trust
        .lists
        .iter()
        .map(|list| {
            OwnedCertRevocationList::from_der(list.to_der())
                .unwrap()
                .into()
        })
        .collect();
    let lists: Vec<&CertRevocationList<'_>> = lists.iter().collect();
    let revocation =
        RevocationOptionsBuilder::new(&lists)
            .ok()
            .map(|options| match trust.revocation {
                Revocation::Path => options.build(),
                Revocation::Certificate => {
                    options.with_depth(RevocationCheckDepth::EndEntity).build()
                }
                Revocation::Known => options
                    .with_status_policy(webpki::UnknownStatusPolicy::Allow)
                    .build(),
            });
    let der = CertificateDer::from(certificate.to_der());
    let end = EndEntityCert::try_from(&der).map_err(|error| format!("{error:?}"))?;
    let usage = match purpose {
        Purpose::Server => KeyUsage::server_auth(),
        Purpose::Client => KeyUsage::client_auth(),
        other => panic!("{other:?}"),
    };
    let time = UnixTime::since_unix_epoch(Duration::from_millis(at_ms));
    end.verify_for_usage(
        &[&Sm2WithSm3],
        &anchors,
        &intermediates,
        time,
        usage,
        revocation,
        None,
    )
    .map(|_| ())
    .map_err(|error| format!("{error:?}"))
}

struct Network {
    root: Issuer,
    office: Issuer,
    node: Certificate,
    direct: Certificate,
    member: Certificate,
}

fn network(seed: u64) -> Network {
    let rng = &mut StdRng::seed_from_u64(seed);
    let validity = Validity::new(BEGIN, END).unwrap();
    let key = |rng: &mut StdRng| SecretKey::generate(rng);
    let root_key = key(rng);
    let root = issue_root("steel", "Root CA", 1, &root_key, validity, rng).unwrap();
    let root = Issuer::new(root, root_key).unwrap();
    let office_key = key(rng);
    let office = root
        .issue_intermediate("Office CA", 0, office_key.public_key(), validity, rng)
        .unwrap();
    let office = Issuer::new(office, office_key).unwrap();
    let names = [
        "node-1.example".parse().unwrap(),
        "127.0.0.1".parse().unwrap(),
    ];
    let node_key = key(rng);
    let node = office
        .issue_node("node-1", &names, node_key.public_key(), validity, rng)
        .unwrap();
    let direct = root
        .issue_node("node-2", &names, node_key.public_key(), validity, rng)
        .unwrap();
    let member = office
        .issue_member("operations", "li-na", node_key.public_key(), validity, rng)
        .unwrap();
    Network {
        root,
        office,
        node,
        direct,
        member,
    }
}

fn list(issuer: &Issuer, revoked: &[&Certificate]) -> RevocationList {
    let entries: Vec<Revoked> = revoked
        .iter()
        .map(|certificate| Revoked {
            serial: certificate.serial().to_vec(),
            revoked_at_ms: BEGIN,
            reason: Reason::KeyCompromise,
        })
        .collect();
    let rng = &mut StdRng::seed_from_u64(3);
    issuer
        .issue_revocation_list(1, BEGIN, END, &entries, rng)
        .unwrap()
}

#[test]
fn both_give_the_same_verdict() {
    let (network, other) = (network(1), network(2));
    let roots = [network.root.certificate().clone()];
    let strange_roots = [other.root.certificate().clone()];
    let intermediates = [network.office.certificate().clone()];
    let many = [
        other.office.certificate().clone(),
        network.root.certificate().clone(),
        network.office.certificate().clone(),
    ];
    let none: [Certificate; 0] = [];
    let lists = [
        vec![],
        vec![list(&network.office, &[])],
        vec![list(&network.root, &[]), list(&network.office, &[])],
        vec![
            list(&network.root, &[]),
            list(&network.office, &[&network.node]),
        ],
        vec![
            list(&network.root, &[network.office.certificate()]),
            list(&network.office, &[]),
        ],
    ];
    let mut verdicts = [0, 0];
    for roots in [&roots[..], &strange_roots[..]] {
        for intermediates in [&none[..], &intermediates[..], &many[..]] {
            for lists in &lists {
                for revocation in [Revocation::Known, Revocation::Certificate, Revocation::Path] {
                    // Without any list webpki checks none; here one that is required is missed.
                    if lists.is_empty() && revocation != Revocation::Known {
                        continue;
                    }
                    // webpki looks at the end alone then; here an authority known to be revoked is refused as well.
                    if revocation == Revocation::Certificate && lists[0].entries().len() == 1 {
                        continue;
                    }
                    for certificate in [&network.node, &network.direct, &network.member] {
                        for purpose in [Purpose::Server, Purpose::Client] {
                            for at_ms in [BEGIN - 1000, BEGIN, MIDDLE, END, END + 1000] {
                                let trust = Trust {
                                    roots,
                                    intermediates,
                                    lists,
                                    revocation,
                                };
                                let ours = trust.verify(certificate, purpose, at_ms);
                                let theirs = webpki_verdict(&trust, certificate, purpose, at_ms);
                                assert_eq!(
                                    ours.is_ok(),
                                    theirs.is_ok(),
                                    "{certificate:?} {purpose:?} {at_ms} {revocation:?} ours {:?} theirs {theirs:?}",
                                    ours.err()
                                );
                                verdicts[usize::from(theirs.is_ok())] += 1;
                            }
                        }
                    }
                }
            }
        }
    }
    assert!(verdicts[0] > 100 && verdicts[1] > 100, "{verdicts:?}");
}

#[test]
fn names_in_our_certificates_are_found_by_webpki() {
    let node = network(1).node;
    let der = CertificateDer::from(node.to_der());
    let end = EndEntityCert::try_from(&der).unwrap();
    for (name, known) in [
        ("node-1.example", true),
        ("127.0.0.1", true),
        ("node-2.example", false),
        ("127.0.0.2", false),
    ] {
        let name = ServerName::try_from(name).unwrap();
        assert_eq!(end.verify_is_valid_for_subject_name(&name).is_ok(), known);
    }
}

#[test]
fn an_encryption_certificate_is_refused_here_where_webpki_takes_it() {
    // webpki does not look at key usages: who serves TLS with these certificates must check the purpose himself.
    let network = network(1);
    let rng = &mut StdRng::seed_from_u64(9);
    let validity = Validity::new(BEGIN, END).unwrap();
    let key = SecretKey::generate(rng);
    let pair = network
        .office
        .issue_encryption(&network.node, key.public_key(), validity, rng)
        .unwrap();
    let (roots, intermediates) = (
        [network.root.certificate().clone()],
        [network.office.certificate().clone()],
    );
    let trust = Trust {
        roots: &roots,
        intermediates: &intermediates,
        ..Default::default()
    };
    assert_eq!(pair.verify(&trust, MIDDLE), Ok(()));
    let theirs = webpki_verdict(&trust, pair.encryption(), Purpose::Server, MIDDLE);
    assert_eq!(theirs, Ok(()));
    let ours = trust.verify(pair.encryption(), Purpose::Server, MIDDLE);
    assert_eq!(ours.map_err(|error| error.code()), Err("HT-CRY-021"));
}
