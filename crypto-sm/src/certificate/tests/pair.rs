//! Dual certificates.

use super::*;

fn pair(issuer: &Issuer) -> Pair {
    issuer
        .issue_encryption(
            &member(issuer),
            key(51).public_key(),
            validity(),
            &mut StdRng::seed_from_u64(100),
        )
        .unwrap()
}

#[test]
fn a_pair_is_issued_and_verifies() {
    let issuer = authority("steel", 1);
    let pair = pair(&issuer);
    assert_eq!(
        pair.signing().key_usages(),
        ["digitalSignature", "nonRepudiation"]
    );
    assert_eq!(
        pair.encryption().key_usages(),
        ["keyEncipherment", "dataEncipherment", "keyAgreement"]
    );
    assert_eq!(pair.signing().subject(), pair.encryption().subject());
    assert_ne!(pair.signing().serial(), pair.encryption().serial());
    let roots = [issuer.certificate().clone()];
    let trust = Trust {
        roots: &roots,
        ..Default::default()
    };
    assert_eq!(pair.verify(&trust, MIDDLE), Ok(()));
    assert_eq!(
        pair.verify(&trust, END + 1000)
            .map_err(|error| error.code()),
        Err("HT-CRY-025")
    );
    // The certificate that decrypts is no member's: it signs nothing.
    assert_eq!(
        pair.encryption()
            .verify_issued_by(issuer.certificate(), MIDDLE),
        Err(Error::CertificateKeyUsage {
            name: "wang-fang".to_owned(),
            usage: "digitalSignature"
        })
    );
    // A node's names and purposes go with it.
    let names = ["node-1.example".parse().unwrap()];
    let node = issuer
        .issue_node(
            "node-1",
            &names,
            key(60).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap();
    let node = issuer
        .issue_encryption(&node, key(61).public_key(), validity(), &mut rng())
        .unwrap();
    assert_eq!(node.encryption().alternative_names(), names);
    assert_eq!(
        node.encryption().extended_key_usages(),
        ["serverAuth", "clientAuth"]
    );
}

#[test]
fn what_does_not_belong_together_is_no_pair() {
    let (issuer, other) = (authority("steel", 1), authority("steel", 2));
    let sound = pair(&issuer);
    let (signing, encryption) = (sound.signing().clone(), sound.encryption().clone());
    assert_eq!(
        Pair::new(signing.clone(), encryption.clone()),
        Ok(sound.clone())
    );
    let code = |signing: &Certificate, encryption: &Certificate| {
        Pair::new(signing.clone(), encryption.clone())
            .map(|_| ())
            .map_err(|error| (error.code(), error.fields().last().unwrap().1.clone()))
    };
    let refused = |code, last: &str| Err((code, last.to_owned()));
    assert_eq!(
        code(&encryption, &signing),
        refused("HT-CRY-021", "digitalSignature")
    );
    assert_eq!(
        code(&signing, &signing),
        refused("HT-CRY-021", "keyEncipherment")
    );
    assert_eq!(
        code(issuer.certificate(), &encryption),
        refused("HT-CRY-020", "Root CA")
    );
    // The other authority has the same name and another key.
    assert_eq!(
        code(&signing, pair(&other).encryption()),
        refused("HT-CRY-054", "issuer")
    );
    let colleague = issuer
        .issue_member(
            "operations",
            "li-na",
            key(52).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap();
    assert_eq!(
        code(&colleague, &encryption),
        refused("HT-CRY-054", "subject")
    );
    let same_key = issuer.issue_encryption(&signing, signing.public_key(), validity(), &mut rng());
    assert_eq!(
        same_key.map_err(|error| error.fields()[2].1.clone()),
        Err("key".to_owned())
    );
    // Usages that are mixed.
    let with = |usages: x509_cert::der::flagset::FlagSet<KeyUsages>, seed| {
        Template {
            issuer: issuer.certificate().subject_dn().clone(),
            subject: signing.subject_dn().clone(),
            public_key: key(seed).public_key(),
            validity: validity(),
            extensions: vec![constraints(false), usage(usages)],
        }
        .sign(&key(1), &mut rng())
        .unwrap()
    };
    use KeyUsages::{DataEncipherment, DigitalSignature, KeyAgreement, KeyEncipherment};
    let apart = (
        with(DigitalSignature.into(), 50),
        with(KeyEncipherment.into(), 51),
    );
    assert_eq!(code(&apart.0, &apart.1), Ok(()));
    for (mixed, name) in [
        (KeyEncipherment, "keyEncipherment"),
        (DataEncipherment, "dataEncipherment"),
        (KeyAgreement, "keyAgreement"),
    ] {
        assert_eq!(
            code(&with(DigitalSignature | mixed, 50), &apart.1),
            refused("HT-CRY-053", name)
        );
        assert_eq!(code(&apart.0, &with(mixed.into(), 51)), Ok(()));
        for (signs, name) in [
            (DigitalSignature, "digitalSignature"),
            (KeyUsages::NonRepudiation, "nonRepudiation"),
        ] {
            assert_eq!(
                code(&apart.0, &with(mixed | signs, 51)),
                refused("HT-CRY-053", name)
            );
        }
    }
}

#[test]
fn another_authoritys_certificates_are_not_renewed_and_get_no_partner() {
    let (issuer, impostor, cement) = (
        authority("steel", 1),
        authority("steel", 2),
        authority("cement", 1),
    );
    let bare = child(vec![constraints(false), usage(KeyUsages::DigitalSignature)]).unwrap();
    for (issuer, expected) in [
        (&issuer, Ok(())),
        (&impostor, Err("HT-CRY-026")),
        (&cement, Err("HT-CRY-022")),
    ] {
        let code = |error: Error| error.code();
        let renewed = issuer.renew(&bare, bare.public_key(), validity(), &mut rng());
        assert_eq!(renewed.map(|_| ()).map_err(code), expected);
        let pair = issuer.issue_encryption(&bare, key(51).public_key(), validity(), &mut rng());
        assert_eq!(pair.map(|_| ()).map_err(code), expected);
    }
}

#[test]
fn renewal_changes_serial_number_validity_and_if_asked_the_key() {
    let issuer = authority("steel", 1);
    let rng = &mut rng();
    let names = ["node-1.example".parse().unwrap()];
    let node = issuer
        .issue_node("node-1", &names, key(60).public_key(), validity(), rng)
        .unwrap();
    let later = Validity::new(END - 1000, END + 1_000_000).unwrap();
    for seed in [60, 61] {
        let renewed = issuer
            .renew(&node, key(seed).public_key(), later, rng)
            .unwrap();
        assert_eq!(renewed.subject(), node.subject());
        assert_eq!(renewed.alternative_names(), node.alternative_names());
        assert_eq!(renewed.key_usages(), node.key_usages());
        assert_eq!(renewed.extended_key_usages(), node.extended_key_usages());
        assert_eq!(renewed.validity(), later);
        assert_ne!(renewed.serial(), node.serial());
        assert_eq!(renewed.public_key(), key(seed).public_key());
        assert_eq!(
            renewed.subject_key_identifier() == node.subject_key_identifier(),
            seed == 60
        );
        assert_eq!(renewed.verify_issued_by(issuer.certificate(), END), Ok(()));
    }
    // A renewed root has issued what the old one has.
    let root = issuer.renew_root(later, rng).unwrap();
    assert_eq!(root.verify_authority(END), Ok(()));
    assert_ne!(root.serial(), issuer.certificate().serial());
    assert_eq!(root.path_length(), Some(0));
    assert_eq!(node.verify_issued_by(&root, END), Ok(()));
    // An intermediate authority is not its own to renew.
    let root = issue_root("steel", "Root CA", 1, &key(1), validity(), rng).unwrap();
    let root = Issuer::new(root, key(1)).unwrap();
    let office = root
        .issue_intermediate("Office CA", 0, key(2).public_key(), validity(), rng)
        .unwrap();
    let office = Issuer::new(office, key(2)).unwrap();
    let refused = office.renew_root(later, rng).map_err(|error| error.code());
    assert_eq!(refused, Err("HT-CRY-022"));
    let renewed = root.renew(office.certificate(), key(2).public_key(), later, rng);
    assert!(renewed.unwrap().is_authority());
}
