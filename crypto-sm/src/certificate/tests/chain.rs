//! Paths: which are found, and which are refused for which reason.

use super::*;

/// root → regional → office, and below it a member, a node and their keys' owners.
struct Hierarchy {
    root: Issuer,
    regional: Issuer,
    office: Issuer,
}

fn hierarchy() -> Hierarchy {
    let rng = &mut rng();
    let root = issue_root("steel", "Root CA", 2, &key(1), validity(), rng).unwrap();
    let root = Issuer::new(root, key(1)).unwrap();
    let regional = intermediate(&root, "Regional CA", 1, 2);
    let office = intermediate(&regional, "Office CA", 0, 3);
    Hierarchy {
        root,
        regional,
        office,
    }
}

fn intermediate(above: &Issuer, name: &str, path_length: u8, seed: u64) -> Issuer {
    let certificate = above
        .issue_intermediate(
            name,
            path_length,
            key(seed).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap();
    Issuer::new(certificate, key(seed)).unwrap()
}

fn node(issuer: &Issuer) -> Certificate {
    let names = ["node-1.example".parse().unwrap()];
    issuer
        .issue_node(
            "node-1",
            &names,
            key(60).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap()
}

/// A certificate of any shape, signed by the issuer.
fn made(issuer: &Issuer, subject: Name, seed: u64, extensions: Vec<Extension>) -> Certificate {
    Template {
        issuer: issuer.certificate().subject_dn().clone(),
        subject,
        public_key: key(seed).public_key(),
        validity: validity(),
        extensions,
    }
    .sign(&issuer.key, &mut rng())
    .unwrap()
}

fn subject(name: &str) -> Name {
    Subject::encode("steel", None, name).unwrap()
}

fn verify(
    roots: &[&Certificate],
    intermediates: &[&Certificate],
    certificate: &Certificate,
    purpose: Purpose,
) -> Result<usize, Error> {
    let own = |certificates: &[&Certificate]| -> Vec<Certificate> {
        certificates.iter().map(|&known| known.clone()).collect()
    };
    let (roots, intermediates) = (own(roots), own(intermediates));
    let trust = Trust {
        roots: &roots,
        intermediates: &intermediates,
        ..Default::default()
    };
    trust
        .verify(certificate, purpose, MIDDLE)
        .map(|path| path.len())
}

#[test]
fn a_path_is_found_whatever_the_order_of_what_is_known() {
    let known = hierarchy();
    let (root, regional, office) = (
        known.root.certificate(),
        known.regional.certificate(),
        known.office.certificate(),
    );
    let (member, node) = (member(&known.office), node(&known.office));
    let other = authority("cement", 9);
    for intermediates in [
        vec![regional, office],
        vec![office, regional],
        vec![other.certificate(), office, root, regional, &member],
    ] {
        assert_eq!(
            verify(&[root], &intermediates, &member, Purpose::Signing),
            Ok(4)
        );
        assert_eq!(
            verify(&[root], &intermediates, &node, Purpose::Server),
            Ok(4)
        );
        assert_eq!(
            verify(&[root], &intermediates, &node, Purpose::Client),
            Ok(4)
        );
        assert_eq!(
            verify(&[root], &intermediates, office, Purpose::Authority),
            Ok(3)
        );
    }
    // An intermediate authority that is trusted itself ends the path; a root is its own.
    assert_eq!(verify(&[office], &[], &member, Purpose::Signing), Ok(2));
    assert_eq!(verify(&[root], &[], root, Purpose::Authority), Ok(1));
    // Directly below a root, as the ledger has it.
    let direct = super::member(&known.root);
    assert_eq!(verify(&[root], &[], &direct, Purpose::Signing), Ok(2));
    assert_eq!(direct.verify_issued_by(root, MIDDLE), Ok(()));
    // The ledger's own rule stays: issued by the organisation's authority, without one between.
    assert!(member.verify_issued_by(root, MIDDLE).is_err());
    assert_eq!(member.verify_issued_by(office, MIDDLE), Ok(()));
}

#[test]
fn without_an_issuer_or_a_trusted_root_there_is_no_path() {
    let known = hierarchy();
    let (root, regional, office) = (
        known.root.certificate(),
        known.regional.certificate(),
        known.office.certificate(),
    );
    let member = member(&known.office);
    let missing = |name: &str, issuer: &str| {
        Err(Error::CertificateChain {
            name: name.to_owned(),
            issuer: format!("CN={issuer},O=steel,C=CN"),
        })
    };
    let with = |roots: &[&Certificate], known: &[&Certificate]| {
        verify(roots, known, &member, Purpose::Signing)
    };
    assert_eq!(with(&[], &[]), missing("wang-fang", "Office CA"));
    assert_eq!(with(&[root], &[]), missing("wang-fang", "Office CA"));
    assert_eq!(
        with(&[root], &[office]),
        missing("Office CA", "Regional CA")
    );
    // A root that is known but not trusted is no root.
    assert_eq!(
        with(&[], &[office, regional, root]),
        missing("Root CA", "Root CA")
    );
    // The certificate itself among the trusted ones is no authority.
    assert_eq!(with(&[&member], &[]), missing("wang-fang", "Office CA"));
}

#[test]
fn impostors_are_passed_over_and_reported_if_nothing_else_is_there() {
    let known = hierarchy();
    let root = known.root.certificate();
    let impostor = issue_root("steel", "Root CA", 2, &key(7), validity(), &mut rng()).unwrap();
    let member = super::member(&known.root);
    assert_eq!(
        verify(&[&impostor, root], &[], &member, Purpose::Signing),
        Ok(2)
    );
    // The key identifiers tell them apart; without identifiers the signature does.
    let refused = verify(&[&impostor], &[], &member, Purpose::Signing);
    assert!(matches!(refused, Err(Error::CertificateChain { .. })));
    let bare = child(vec![constraints(false), usage(KeyUsages::DigitalSignature)]).unwrap();
    assert_eq!(verify(&[root], &[], &bare, Purpose::Signing), Ok(2));
    assert_eq!(
        verify(&[&impostor], &[], &bare, Purpose::Signing),
        Err(Error::CertificateSignature {
            name: "li-na".to_owned()
        })
    );
}

#[test]
fn path_lengths_bound_the_authorities_below() {
    let known = hierarchy();
    let refused = |name: &str, path_length| Error::CertificatePathLength {
        name: name.to_owned(),
        path_length,
    };
    // What the issuer itself refuses.
    let issued = |issuer: &Issuer, path_length| {
        issuer
            .issue_intermediate(
                "Another CA",
                path_length,
                key(4).public_key(),
                validity(),
                &mut rng(),
            )
            .map(|_| ())
    };
    assert_eq!(issued(&known.office, 0), Err(refused("Office CA", 0)));
    assert_eq!(issued(&known.regional, 1), Err(refused("Regional CA", 1)));
    assert_eq!(issued(&known.root, 1), Ok(()));
    // And if the authority does it all the same, whoever checks.
    let rogue = made(
        &known.office,
        subject("Rogue CA"),
        4,
        vec![
            constraints(true),
            usage(KeyUsages::KeyCertSign | KeyUsages::CRLSign),
        ],
    );
    let rogue = Issuer::new(rogue, key(4)).unwrap();
    let member = member(&rogue);
    let between = [
        known.office.certificate(),
        known.regional.certificate(),
        rogue.certificate(),
    ];
    let root = known.root.certificate();
    assert_eq!(
        verify(&[root], &between, &member, Purpose::Signing),
        Err(refused("Office CA", 0))
    );
    assert_eq!(
        verify(&[root], &between, rogue.certificate(), Purpose::Authority),
        Err(refused("Office CA", 0))
    );
    // The trusted root's own bound holds as well.
    let short = issue_root("steel", "Root CA", 1, &key(1), validity(), &mut rng()).unwrap();
    let member = super::member(&known.office);
    assert_eq!(
        verify(&[&short], &between, &member, Purpose::Signing),
        Err(refused("Root CA", 1))
    );
}

#[test]
fn a_change_of_an_authoritys_key_costs_no_length() {
    let known = hierarchy();
    // The office certifies its own new key: self-issued, and not self-signed.
    let renewed = made(
        &known.office,
        subject("Office CA"),
        5,
        vec![constraints(true), usage(KeyUsages::KeyCertSign)],
    );
    let renewed = Issuer::new(renewed, key(5)).unwrap();
    let member = member(&renewed);
    let between = [
        renewed.certificate(),
        known.office.certificate(),
        known.regional.certificate(),
    ];
    assert_eq!(
        verify(
            &[known.root.certificate()],
            &between,
            &member,
            Purpose::Signing
        ),
        Ok(5)
    );
}

#[test]
fn every_authority_on_the_path_must_be_one_and_be_valid() {
    let known = hierarchy();
    let root = known.root.certificate();
    let member_as_issuer = |extensions| {
        let false_authority = made(&known.root, subject("False CA"), 6, extensions);
        let holder = key(50);
        let template = Template {
            issuer: subject("False CA"),
            subject: Subject::encode("steel", Some("operations"), "li-na").unwrap(),
            public_key: holder.public_key(),
            validity: validity(),
            extensions: vec![constraints(false), usage(KeyUsages::DigitalSignature)],
        };
        let certificate = template.sign(&key(6), &mut rng()).unwrap();
        verify(&[root], &[&false_authority], &certificate, Purpose::Signing)
    };
    let name = || "False CA".to_owned();
    assert_eq!(
        member_as_issuer(vec![constraints(false), usage(KeyUsages::DigitalSignature)]),
        Err(Error::CertificateNotAuthority { name: name() })
    );
    assert_eq!(
        member_as_issuer(vec![constraints(true), usage(KeyUsages::CRLSign)]),
        Err(Error::CertificateKeyUsage {
            name: name(),
            usage: "keyCertSign"
        })
    );
    assert_eq!(
        member_as_issuer(vec![constraints(true), usage(KeyUsages::KeyCertSign)]),
        Ok(3)
    );
    // Names that an authority is constrained to cannot be checked here, critical or not.
    let constraint = |critical| Extension {
        extn_id: ObjectIdentifier::new_unwrap("2.5.29.30"),
        critical,
        extn_value: OctetString::new(
            hex::decode("3008a0063004820262 62".replace(' ', "")).unwrap(),
        )
        .unwrap(),
    };
    let constrained = || Error::CertificateExtension {
        extension: "2.5.29.30".to_owned(),
    };
    assert_eq!(
        member_as_issuer(vec![
            constraints(true),
            usage(KeyUsages::KeyCertSign),
            constraint(false)
        ]),
        Err(constrained())
    );
    assert_eq!(
        child(vec![
            constraints(true),
            usage(KeyUsages::KeyCertSign),
            constraint(true)
        ]),
        Err(constrained())
    );

    // Times: of the certificate, of an authority between, of the root.
    let short = Validity::new(BEGIN, BEGIN + 1000).unwrap();
    let expired = |name: &str, not_after_ms| {
        Err(Error::CertificateExpired {
            name: name.to_owned(),
            not_after_ms,
            at_ms: MIDDLE,
        })
    };
    let brief = known.root.renew(
        known.regional.certificate(),
        key(2).public_key(),
        short,
        &mut rng(),
    );
    let member = member(&known.office);
    assert_eq!(
        verify(
            &[root],
            &[known.office.certificate(), &brief.unwrap()],
            &member,
            Purpose::Signing
        ),
        expired("Regional CA", BEGIN + 1000)
    );
    let old_root = known.root.renew_root(short, &mut rng()).unwrap();
    let between = [known.office.certificate(), known.regional.certificate()];
    assert_eq!(
        verify(&[&old_root], &between, &member, Purpose::Signing),
        expired("Root CA", BEGIN + 1000)
    );
    let brief = known
        .office
        .renew(&member, key(50).public_key(), short, &mut rng());
    assert_eq!(
        verify(&[root], &between, &brief.unwrap(), Purpose::Signing),
        expired("wang-fang", BEGIN + 1000)
    );
}

#[test]
fn key_usages_must_serve_the_purpose() {
    let known = hierarchy();
    let root = known.root.certificate();
    let of = |usages: KeyUsages, extended: &[&str]| {
        let mut extensions = vec![constraints(false), usage(usages)];
        if !extended.is_empty() {
            let usages = extended
                .iter()
                .map(|usage| ObjectIdentifier::new_unwrap(usage))
                .collect();
            extensions.push(extension(
                true,
                &x509_cert::ext::pkix::ExtendedKeyUsage(usages),
            ));
        }
        made(&known.root, subject("li-na"), 50, extensions)
    };
    let (server, client, signing_code, any) = (
        "1.3.6.1.5.5.7.3.1",
        "1.3.6.1.5.5.7.3.2",
        "1.3.6.1.5.5.7.3.3",
        "2.5.29.37.0",
    );
    use Purpose::{Authority, Client, Encryption, Server, Signing};
    let missing = |usage| {
        Err(Error::CertificateKeyUsage {
            name: "li-na".to_owned(),
            usage,
        })
    };
    let not_for = |purpose: &str| {
        Err(Error::CertificatePurpose {
            name: "li-na".to_owned(),
            purpose: purpose.to_owned(),
        })
    };
    let cases = [
        (KeyUsages::DigitalSignature, &[][..], Signing, Ok(2)),
        (KeyUsages::DigitalSignature, &[], Server, Ok(2)),
        (KeyUsages::DigitalSignature, &[server], Server, Ok(2)),
        (KeyUsages::DigitalSignature, &[any], Server, Ok(2)),
        (
            KeyUsages::DigitalSignature,
            &[client, server],
            Client,
            Ok(2),
        ),
        (
            KeyUsages::DigitalSignature,
            &[client],
            Server,
            not_for("serverAuth"),
        ),
        (
            KeyUsages::DigitalSignature,
            &[signing_code],
            Client,
            not_for("clientAuth"),
        ),
        (KeyUsages::DigitalSignature, &[signing_code], Signing, Ok(2)),
        (
            KeyUsages::DigitalSignature,
            &[],
            Encryption,
            missing("keyEncipherment"),
        ),
        (KeyUsages::KeyEncipherment, &[], Encryption, Ok(2)),
        (KeyUsages::DataEncipherment, &[], Encryption, Ok(2)),
        (KeyUsages::KeyAgreement, &[], Encryption, Ok(2)),
        (
            KeyUsages::KeyEncipherment,
            &[server],
            Server,
            missing("digitalSignature"),
        ),
        (
            KeyUsages::NonRepudiation,
            &[],
            Signing,
            missing("digitalSignature"),
        ),
        (
            KeyUsages::DigitalSignature,
            &[],
            Authority,
            Err(Error::CertificateNotAuthority {
                name: "li-na".to_owned(),
            }),
        ),
    ];
    for (usages, extended, purpose, expected) in cases {
        let certificate = of(usages, extended);
        assert_eq!(
            verify(&[root], &[], &certificate, purpose),
            expected,
            "{usages:?} {extended:?} {purpose:?}"
        );
    }
    let office = known.office.certificate();
    for purpose in [Signing, Encryption, Server, Client] {
        assert_eq!(
            verify(&[root], &[known.regional.certificate()], office, purpose),
            Err(Error::CertificateIsAuthority {
                name: "Office CA".to_owned()
            })
        );
    }
    // An authority that says what it certifies for certifies for nothing else.
    let limited = made(
        &known.root,
        subject("Limited CA"),
        6,
        vec![
            constraints(true),
            usage(KeyUsages::KeyCertSign),
            extension(
                false,
                &x509_cert::ext::pkix::ExtendedKeyUsage(vec![ObjectIdentifier::new_unwrap(client)]),
            ),
        ],
    );
    let limited = Issuer::new(limited, key(6)).unwrap();
    let node = node(&limited);
    let with = |purpose| verify(&[root], &[limited.certificate()], &node, purpose);
    assert_eq!(with(Client), Ok(3));
    assert_eq!(
        with(Server),
        Err(Error::CertificatePurpose {
            name: "Limited CA".to_owned(),
            purpose: "serverAuth".to_owned()
        })
    );
}

#[test]
fn names_match_across_encodings_case_and_spaces() {
    // An authority whose name is a PrintableString, and what it issued names it in UTF-8 with other spacing.
    let encode = |tag: u8, text: &str| {
        let organisation = [
            &[0x06, 3, 0x55, 4, 10, tag, text.len() as u8],
            text.as_bytes(),
        ]
        .concat();
        let attribute = [&[0x30, organisation.len() as u8], &organisation[..]].concat();
        let set = [&[0x31, attribute.len() as u8], &attribute[..]].concat();
        Name::from_der(&[&[0x30, set.len() as u8], &set[..]].concat()).unwrap()
    };
    let (printable, utf8) = (encode(0x13, "Steel Works"), encode(0x0c, "STEEL  works "));
    let root = Template {
        issuer: printable.clone(),
        subject: printable,
        public_key: key(1).public_key(),
        validity: validity(),
        extensions: vec![constraints(true), usage(KeyUsages::KeyCertSign)],
    }
    .sign(&key(1), &mut rng())
    .unwrap();
    let with = |issuer: Name| {
        let certificate = Template {
            issuer,
            subject: subject("li-na"),
            public_key: key(50).public_key(),
            validity: validity(),
            extensions: vec![constraints(false), usage(KeyUsages::DigitalSignature)],
        }
        .sign(&key(1), &mut rng())
        .unwrap();
        (
            verify(&[&root], &[], &certificate, Purpose::Signing),
            certificate.verify_issued_by(&root, MIDDLE),
        )
    };
    let (path, member) = with(utf8);
    assert_eq!(path, Ok(2));
    // Members' names are compared byte for byte.
    assert!(matches!(member, Err(Error::CertificateIssuer { .. })));
    let (path, _) = with(encode(0x0c, "Steel Work"));
    assert!(matches!(path, Err(Error::CertificateChain { .. })));
    let (path, _) = with(encode(0x0c, "SteelWorks"));
    assert!(matches!(path, Err(Error::CertificateChain { .. })));
}

#[test]
fn many_certificates_under_one_name_cost_bounded_work() {
    // Each authority could have issued each other: a search that tried them all would never end.
    let names = subject("Maze CA");
    let maze: Vec<Certificate> = (100..130)
        .map(|seed| {
            Template {
                issuer: names.clone(),
                subject: names.clone(),
                public_key: key(seed).public_key(),
                validity: validity(),
                extensions: vec![constraints(true), usage(KeyUsages::KeyCertSign)],
            }
            .sign(&key(100), &mut rng())
            .unwrap()
        })
        .inspect(|certificate| {
            // Without a key identifier, so that only signatures tell.
            assert!(certificate.authority_key_identifier().is_none());
        })
        .collect();
    let leaf = Template {
        issuer: names,
        subject: subject("li-na"),
        public_key: key(50).public_key(),
        validity: validity(),
        extensions: vec![constraints(false), usage(KeyUsages::DigitalSignature)],
    }
    .sign(&key(129), &mut rng())
    .unwrap();
    let all: Vec<&Certificate> = maze.iter().collect();
    assert!(verify(&[], &all, &leaf, Purpose::Signing).is_err());
    assert_eq!(verify(&[&maze[29]], &all, &leaf, Purpose::Signing), Ok(2));
    // A chain that is too long, each link sound.
    let unbounded = |above: &Issuer, seed: u64| {
        let certificate = made(
            above,
            subject(&format!("CA {seed}")),
            seed,
            vec![constraints(true), usage(KeyUsages::KeyCertSign)],
        );
        Issuer::new(certificate, key(seed)).unwrap()
    };
    let root = Template {
        issuer: subject("Long"),
        subject: subject("Long"),
        public_key: key(1).public_key(),
        validity: validity(),
        extensions: vec![constraints(true), usage(KeyUsages::KeyCertSign)],
    }
    .sign(&key(1), &mut rng())
    .unwrap();
    let mut chain = vec![Issuer::new(root, key(1)).unwrap()];
    for seed in 200..208 {
        let next = unbounded(chain.last().unwrap(), seed);
        chain.push(next);
    }
    let certificates: Vec<&Certificate> = chain.iter().map(Issuer::certificate).collect();
    for (length, issuer) in chain.iter().enumerate() {
        let verdict = verify(
            &certificates[..1],
            &certificates[1..],
            &member(issuer),
            Purpose::Signing,
        );
        assert_eq!(verdict.is_ok(), length + 2 <= 8, "{length}: {verdict:?}");
    }
}
