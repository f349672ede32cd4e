//! Documents of fixed keys and fixed random numbers, byte for byte. Signatures are verified and not compared: how a nonce
//! is drawn may change, what is signed may not.

use super::*;
use std::{fs, path::PathBuf};

/// The document kept under that name; `HENGTAN_REFRESH` keeps the present one instead.
fn kept(name: &str, present: &str) -> String {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("src/certificate/tests/golden")
        .join(name);
    if std::env::var_os("HENGTAN_REFRESH").is_some() {
        fs::write(&path, present).unwrap();
    }
    fs::read_to_string(&path).unwrap()
}

#[test]
fn what_is_issued_stays_the_same_to_the_byte() {
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
    let pair = issuer
        .issue_encryption(&node, key(61).public_key(), validity(), &mut rng())
        .unwrap();
    let certificates = [
        (issuer.certificate(), "authority.pem"),
        (&member(&issuer), "member.pem"),
        (&node, "node.pem"),
        (pair.encryption(), "encryption.pem"),
    ];
    for (issued, golden) in certificates {
        let golden = Certificate::from_pem(&kept(golden, &issued.to_pem())).unwrap();
        let content = |certificate: &Certificate| certificate.parsed.tbs_certificate().to_der();
        assert_eq!(content(issued), content(&golden));
        assert_eq!(golden.check_signature(key(1).public_key()), Ok(()));
    }

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
    let golden = Request::from_pem(&kept("request.pem", &request.to_pem())).unwrap();
    let content = |request: &Request| {
        let parsed = x509_cert::request::CertReq::from_der(request.to_der()).unwrap();
        parsed.info.to_der()
    };
    assert_eq!(content(&request), content(&golden));

    let entries = [
        Revoked {
            serial: vec![0x90; 17],
            revoked_at_ms: BEGIN,
            reason: Reason::KeyCompromise,
        },
        Revoked {
            serial: vec![1],
            revoked_at_ms: MIDDLE,
            reason: Reason::Unspecified,
        },
    ];
    let list = issuer
        .issue_revocation_list(258, MIDDLE, END, &entries, &mut rng())
        .unwrap();
    let golden = RevocationList::from_pem(&kept("list.pem", &list.to_pem())).unwrap();
    let content = |list: &RevocationList| {
        let parsed = <x509_cert::crl::CertificateList>::from_der(list.to_der()).unwrap();
        parsed.tbs_cert_list.to_der()
    };
    assert_eq!(content(&list), content(&golden));
    assert_eq!(golden.verify(issuer.certificate(), MIDDLE), Ok(()));
}
