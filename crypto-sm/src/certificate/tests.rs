//! What certificates are accepted, and what is refused for which reason.

mod chain;
mod golden;
mod mutation;
mod pair;
mod request;
mod revocation;

use super::{extension::extension, issue::Template, *};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};
use x509_cert::{
    der::{asn1::OctetString, oid::AssociatedOid},
    ext::{
        Extension,
        pkix::{BasicConstraints, KeyUsage, SubjectAltName},
    },
};

/// 2026-01-01T00:00:00Z and one year later.
const BEGIN: u64 = 1_767_225_600_000;
const END: u64 = 1_798_761_600_000;
const MIDDLE: u64 = 1_780_000_000_000;

fn key(seed: u64) -> SecretKey {
    SecretKey::generate(&mut StdRng::seed_from_u64(seed))
}

fn validity() -> Validity {
    Validity::new(BEGIN, END).unwrap()
}

fn rng() -> StdRng {
    StdRng::seed_from_u64(99)
}

fn authority(organisation: &str, seed: u64) -> Issuer {
    let key = key(seed);
    let certificate =
        issue_authority(organisation, "Root CA", &key, validity(), &mut rng()).unwrap();
    Issuer::new(certificate, key).unwrap()
}

fn member(issuer: &Issuer) -> Certificate {
    issuer
        .issue_member(
            "operations",
            "wang-fang",
            key(50).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap()
}

/// A certificate below the authority of `seed` 1 with these extensions, right in all else.
fn child(extensions: Vec<Extension>) -> Result<Certificate, Error> {
    let issuer = authority("steel", 1);
    Template {
        issuer: issuer
            .certificate()
            .parsed
            .tbs_certificate()
            .subject()
            .clone(),
        subject: Subject::encode("steel", Some("operations"), "li-na").unwrap(),
        public_key: key(50).public_key(),
        validity: validity(),
        extensions,
    }
    .sign(&key(1), &mut rng())
}

fn usage(usages: impl Into<x509_cert::der::flagset::FlagSet<KeyUsages>>) -> Extension {
    extension(true, &KeyUsage(usages.into()))
}

fn constraints(ca: bool) -> Extension {
    extension(
        true,
        &BasicConstraints {
            ca,
            path_len_constraint: None,
        },
    )
}

fn private_extension(critical: bool) -> Extension {
    let extn_id = ObjectIdentifier::new_unwrap("1.3.6.1.4.1.32473.1");
    Extension {
        extn_id,
        critical,
        extn_value: OctetString::new([5, 0]).unwrap(),
    }
}

fn oid<T: AssociatedOid>() -> String {
    T::OID.to_string()
}

#[test]
fn members_nodes_and_authorities_are_issued_and_verify() {
    let issuer = authority("steel", 1);
    let root = issuer.certificate();
    assert_eq!(root.verify_authority(MIDDLE), Ok(()));
    assert_eq!(root.key_usages(), ["keyCertSign", "cRLSign"]);
    assert_eq!(root.subject_organisation(), Some("steel"));
    assert_eq!(root.issuer(), "CN=Root CA,O=steel,C=CN");

    let member = member(&issuer);
    assert_eq!(member.verify_issued_by(root, MIDDLE), Ok(()));
    let expected = Subject {
        country: Some("CN".to_owned()),
        organisation: Some("steel".to_owned()),
        organisational_unit: Some("operations".to_owned()),
        common_name: Some("wang-fang".to_owned()),
    };
    assert_eq!(*member.subject(), expected);
    assert_eq!(member.key_usages(), ["digitalSignature", "nonRepudiation"]);
    assert_eq!(member.public_key(), key(50).public_key());
    assert_eq!(member.validity(), validity());
    assert!(!member.is_authority());
    assert_eq!(member.verify_key(&key(50)), Ok(()));
    assert_eq!(
        member.verify_key(&key(51)),
        Err(Error::CertificateKey {
            name: "wang-fang".to_owned()
        })
    );

    let names: Vec<AlternativeName> = ["Node-1.steel.example", "127.0.0.1", "::1"]
        .iter()
        .map(|name| name.parse().unwrap())
        .collect();
    let node = issuer
        .issue_node(
            "node-1",
            &names,
            key(60).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap();
    assert_eq!(node.verify_issued_by(root, MIDDLE), Ok(()));
    assert_eq!(node.alternative_names(), names);
    assert_eq!(
        node.alternative_names()[0].to_string(),
        "node-1.steel.example"
    );
    assert_eq!(node.subject_organisational_unit(), Some("node"));
    assert_eq!(node.key_usages(), ["digitalSignature"]);

    for certificate in [root, &member, &node] {
        assert_eq!(
            Certificate::from_der(certificate.to_der()).as_ref(),
            Ok(certificate)
        );
        assert_eq!(
            Certificate::from_pem(&certificate.to_pem()).as_ref(),
            Ok(certificate)
        );
        assert_eq!(certificate.serial().len(), 17);
        assert_eq!(
            certificate.fingerprint(),
            sm3::hash(&[certificate.to_der()])
        );
    }
}

#[test]
fn bundles_are_read_whole_or_not_at_all() {
    let issuer = authority("steel", 1);
    let (root, member) = (issuer.certificate(), member(&issuer));
    let bundle = format!(
        "subject=Root CA\n{}\n\n{}\n",
        root.to_pem(),
        member.to_pem()
    );
    assert_eq!(
        Certificate::all_from_pem(&bundle),
        Ok(vec![root.clone(), member.clone()])
    );
    assert_eq!(
        Certificate::all_from_pem(member.to_pem().trim_end()),
        Ok(vec![member])
    );
    let encoding = || Error::PemEncoding {
        expected: "CERTIFICATE",
    };
    for text in ["", " \n", "no armour", &bundle[..bundle.len() - 10]] {
        assert_eq!(Certificate::all_from_pem(text), Err(encoding()), "{text}");
    }
    let mixed = format!("{}{}", root.to_pem(), key(1).public_key().to_spki_pem());
    let refused = Certificate::all_from_pem(&mixed);
    assert!(
        matches!(refused, Err(Error::PemLabel { .. })),
        "{refused:?}"
    );
}

#[test]
fn han_names_are_kept() {
    let issuer = authority("示范钢铁", 1);
    let member = issuer
        .issue_member("填报", "王芳", key(50).public_key(), validity(), &mut rng())
        .unwrap();
    assert_eq!(
        member.verify_issued_by(issuer.certificate(), MIDDLE),
        Ok(())
    );
    assert_eq!(member.subject_common_name(), Some("王芳"));
    assert_eq!(member.subject_organisational_unit(), Some("填报"));
}

#[test]
fn validity_is_judged_at_the_given_millisecond() {
    let issuer = authority("steel", 1);
    let member = member(&issuer);
    let verify = |at_ms| member.verify_issued_by(issuer.certificate(), at_ms);
    assert_eq!(verify(BEGIN), Ok(()));
    // The second of the end belongs to the period.
    assert_eq!(verify(END + 999), Ok(()));
    let name = || "Root CA".to_owned();
    let early = Error::CertificateNotYetValid {
        name: name(),
        not_before_ms: BEGIN,
        at_ms: BEGIN - 1,
    };
    assert_eq!(verify(BEGIN - 1), Err(early));
    let late = Error::CertificateExpired {
        name: name(),
        not_after_ms: END,
        at_ms: END + 1000,
    };
    assert_eq!(verify(END + 1000), Err(late));

    let short = Validity::new(BEGIN + 1000, BEGIN + 2000).unwrap();
    let member = issuer
        .issue_member(
            "operations",
            "li-na",
            key(50).public_key(),
            short,
            &mut rng(),
        )
        .unwrap();
    let verify = |at_ms| {
        member
            .verify_issued_by(issuer.certificate(), at_ms)
            .map_err(|error| error.code())
    };
    assert_eq!(verify(BEGIN), Err("HT-CRY-024"));
    assert_eq!(verify(BEGIN + 1000), Ok(()));
    assert_eq!(verify(BEGIN + 3000), Err("HT-CRY-025"));
}

#[test]
fn periods_survive_the_change_of_encoding_in_2050_and_the_last_year() {
    let last = 253_402_300_799_000;
    for (begin, end) in [
        (0, 1000),
        (2_524_607_999_000, 2_524_608_000_000),
        (BEGIN, last),
    ] {
        let validity = Validity::new(begin, end).unwrap();
        let certificate =
            issue_authority("steel", "Root CA", &key(1), validity, &mut rng()).unwrap();
        assert_eq!(certificate.validity(), validity);
        assert_eq!(certificate.verify_authority(end), Ok(()));
    }
    assert_eq!(
        Validity::new(BEGIN + 999, BEGIN + 1001),
        Validity::new(BEGIN, BEGIN + 1000)
    );
    for (not_before_ms, not_after_ms) in
        [(BEGIN, BEGIN - 1), (BEGIN, last + 1000), (BEGIN, u64::MAX)]
    {
        let refused = Error::ValidityPeriod {
            not_before_ms,
            not_after_ms,
        };
        assert_eq!(Validity::new(not_before_ms, not_after_ms), Err(refused));
    }
}

#[test]
fn another_authority_is_refused() {
    let (steel, cement) = (authority("steel", 1), authority("cement", 2));
    let member = member(&steel);
    let refused = Error::CertificateIssuer {
        found: "CN=Root CA,O=steel,C=CN".to_owned(),
        expected: "CN=Root CA,O=cement,C=CN".to_owned(),
    };
    assert_eq!(
        member.verify_issued_by(cement.certificate(), MIDDLE),
        Err(refused)
    );
    // The same name with another key: told apart by the key identifier.
    let impostor = authority("steel", 3);
    let refused = member.verify_issued_by(impostor.certificate(), MIDDLE);
    assert!(
        matches!(refused, Err(Error::CertificateIssuer { .. })),
        "{refused:?}"
    );
    // The same key under another name: told apart by the name.
    let renamed = issue_authority("steel", "Root CA 2", &key(1), validity(), &mut rng()).unwrap();
    let refused = member.verify_issued_by(&renamed, MIDDLE);
    assert!(
        matches!(refused, Err(Error::CertificateIssuer { .. })),
        "{refused:?}"
    );
    // And without a key identifier by the signature.
    let bare = child(vec![constraints(false), usage(KeyUsages::DigitalSignature)]).unwrap();
    assert_eq!(bare.verify_issued_by(steel.certificate(), MIDDLE), Ok(()));
    let refused = Error::CertificateSignature {
        name: "li-na".to_owned(),
    };
    assert_eq!(
        bare.verify_issued_by(impostor.certificate(), MIDDLE),
        Err(refused)
    );
}

#[test]
fn an_authority_cannot_certify_members_of_another_organisation() {
    let steel = authority("steel", 1);
    let stray = Template {
        issuer: steel
            .certificate()
            .parsed
            .tbs_certificate()
            .subject()
            .clone(),
        subject: Subject::encode("cement", Some("operations"), "li-na").unwrap(),
        public_key: key(50).public_key(),
        validity: validity(),
        extensions: vec![constraints(false), usage(KeyUsages::DigitalSignature)],
    }
    .sign(&key(1), &mut rng())
    .unwrap();
    let refused = Error::CertificateOrganisation {
        found: "cement".to_owned(),
        expected: "steel".to_owned(),
    };
    assert_eq!(
        stray.verify_issued_by(steel.certificate(), MIDDLE),
        Err(refused)
    );
}

#[test]
fn key_usage_must_allow_what_is_asked() {
    let issuer = authority("steel", 1);
    let missing = |name: &str, usage| {
        Err(Error::CertificateKeyUsage {
            name: name.to_owned(),
            usage,
        })
    };
    for extensions in [
        vec![],
        vec![constraints(false)],
        vec![usage(KeyUsages::KeyAgreement)],
    ] {
        let certificate = child(extensions).unwrap();
        let verdict = certificate.verify_issued_by(issuer.certificate(), MIDDLE);
        assert_eq!(verdict, missing("li-na", "digitalSignature"));
    }
    // An authority whose key may sign revocation lists only.
    let weak = child(vec![constraints(true), usage(KeyUsages::CRLSign)]).unwrap();
    assert_eq!(
        weak.verify_authority(MIDDLE),
        missing("li-na", "keyCertSign")
    );
    assert_eq!(
        member(&issuer).verify_issued_by(&weak, MIDDLE),
        missing("li-na", "keyCertSign")
    );
    let silent = child(vec![constraints(true)]).unwrap();
    assert_eq!(
        silent.verify_authority(MIDDLE),
        missing("li-na", "keyCertSign")
    );
    // keyCertSign without being an authority contradicts itself.
    for extensions in [
        vec![usage(KeyUsages::KeyCertSign)],
        vec![constraints(false), usage(KeyUsages::KeyCertSign)],
    ] {
        assert_eq!(
            child(extensions),
            Err(Error::CertificateExtension {
                extension: oid::<KeyUsage>()
            })
        );
    }
}

#[test]
fn only_authorities_issue_and_they_issue_no_authorities() {
    let issuer = authority("steel", 1);
    let member = member(&issuer);
    let refused = || Error::CertificateNotAuthority {
        name: "wang-fang".to_owned(),
    };
    assert_eq!(member.verify_authority(MIDDLE), Err(refused()));
    assert_eq!(member.verify_issued_by(&member, MIDDLE), Err(refused()));
    assert_eq!(Issuer::new(member, key(50)).map(|_| ()), Err(refused()));

    let intermediate = child(vec![
        constraints(true),
        usage(KeyUsages::KeyCertSign | KeyUsages::DigitalSignature),
    ])
    .unwrap();
    let refused = Error::CertificateIsAuthority {
        name: "li-na".to_owned(),
    };
    assert_eq!(
        intermediate.verify_issued_by(issuer.certificate(), MIDDLE),
        Err(refused)
    );
    // As an organisation's registered authority it may serve: somebody else vouches for it.
    assert_eq!(intermediate.verify_authority(MIDDLE), Ok(()));

    let name = || "Root CA".to_owned();
    let stranger = Issuer::new(issuer.certificate().clone(), key(2)).map(|_| ());
    assert_eq!(stranger, Err(Error::CertificateKey { name: name() }));
}

#[test]
fn a_self_signed_authority_must_have_signed_itself() {
    let forged = Template {
        issuer: Subject::encode("steel", None, "Root CA").unwrap(),
        subject: Subject::encode("steel", None, "Root CA").unwrap(),
        public_key: key(1).public_key(),
        validity: validity(),
        extensions: vec![constraints(true), usage(KeyUsages::KeyCertSign)],
    }
    .sign(&key(2), &mut rng())
    .unwrap();
    let refused = Error::CertificateSignature {
        name: "Root CA".to_owned(),
    };
    assert_eq!(forged.verify_authority(MIDDLE), Err(refused));
}

#[test]
fn unknown_critical_and_doubled_extensions_are_refused() {
    let sound = || vec![constraints(false), usage(KeyUsages::DigitalSignature)];
    let issuer = authority("steel", 1);
    let with = |extra: Extension| child([sound(), vec![extra]].concat());
    assert_eq!(
        with(private_extension(false))
            .unwrap()
            .verify_issued_by(issuer.certificate(), MIDDLE),
        Ok(())
    );
    let refused = Error::CertificateExtension {
        extension: "1.3.6.1.4.1.32473.1".to_owned(),
    };
    assert_eq!(with(private_extension(true)), Err(refused));
    for extra in sound() {
        let refused = Error::CertificateExtension {
            extension: extra.extn_id.to_string(),
        };
        assert_eq!(with(extra), Err(refused));
    }
    let malformed = Extension {
        extn_id: SubjectAltName::OID,
        critical: false,
        extn_value: OctetString::new([0x30, 0x01]).unwrap(),
    };
    assert_eq!(
        with(malformed),
        Err(Error::CertificateExtension {
            extension: oid::<SubjectAltName>()
        })
    );
}

#[test]
fn names_that_cannot_stand_in_a_certificate_are_refused() {
    let issuer = authority("steel", 1);
    let long = "字".repeat(65);
    for name in ["", " ", " li-na", "li-na ", "li\nna", "li\0na", &long] {
        let refused = || Error::SubjectText {
            field: "CN",
            value: name.to_owned(),
        };
        let issued = issuer.issue_member(
            "operations",
            name,
            key(50).public_key(),
            validity(),
            &mut rng(),
        );
        assert_eq!(issued, Err(refused()));
        assert_eq!(
            issue_authority("steel", name, &key(1), validity(), &mut rng()),
            Err(refused())
        );
    }
    let refused = |field, value: &str| {
        Err(Error::SubjectText {
            field,
            value: value.to_owned(),
        })
    };
    let issued = issuer.issue_member("", "li-na", key(50).public_key(), validity(), &mut rng());
    assert_eq!(issued, refused("OU", ""));
    assert_eq!(
        issue_authority("", "Root CA", &key(1), validity(), &mut rng()),
        refused("O", "")
    );
    // Separators are text, not structure.
    let odd = "x,O=cement+OU=governance";
    let member = issuer
        .issue_member(
            "operations",
            odd,
            key(50).public_key(),
            validity(),
            &mut rng(),
        )
        .unwrap();
    assert_eq!(member.subject_common_name(), Some(odd));
    assert_eq!(member.subject_organisation(), Some("steel"));
}

#[test]
fn a_doubled_organisation_or_role_is_refused() {
    use x509_cert::{
        der::{Decode, Encode},
        name::{Name, RdnSequence},
    };
    let base: RdnSequence = Subject::encode("steel", Some("operations"), "li-na")
        .unwrap()
        .into();
    let issuer = authority("steel", 1);
    let certificate = |subject: Name, extensions| {
        Template {
            issuer: issuer.certificate().subject_dn().clone(),
            subject,
            public_key: key(50).public_key(),
            validity: validity(),
            extensions,
        }
        .sign(&key(1), &mut rng())
        .unwrap()
    };
    for (position, field) in [(0, "C"), (1, "O"), (2, "OU"), (3, "CN")] {
        let mut doubled = base.clone();
        let part = doubled.iter().nth(position).unwrap().clone();
        doubled.push(part);
        let name = Name::from_der(&doubled.to_der().unwrap()).unwrap();
        // It can be read, since others issue such certificates, but it is no member's and no organisation's.
        let member = certificate(
            name.clone(),
            vec![constraints(false), usage(KeyUsages::DigitalSignature)],
        );
        let refused = || Err(Error::CertificateName { field });
        assert_eq!(
            member.verify_issued_by(issuer.certificate(), MIDDLE),
            refused()
        );
        let parts = [
            &member.subject().country,
            &member.subject().organisation,
            &member.subject().organisational_unit,
            &member.subject().common_name,
        ];
        for (index, part) in parts.iter().enumerate() {
            assert_eq!(part.is_none(), index == position, "{field}");
        }
        let organisation =
            certificate(name, vec![constraints(true), usage(KeyUsages::KeyCertSign)]);
        assert_eq!(organisation.verify_authority(MIDDLE), refused());
        assert_eq!(Issuer::new(organisation, key(50)).map(|_| ()), refused());
    }
}

#[test]
fn alternative_names_are_hosts_or_addresses() {
    for text in [
        "localhost",
        "a-b.example",
        "xn--fiqs8s.cn",
        "3com.example",
        "10.0.0.1",
        "2001:db8::1",
    ] {
        assert_eq!(text.parse::<AlternativeName>().unwrap().to_string(), text);
    }
    let long = format!("{}.cn", "a".repeat(64));
    for text in [
        "",
        ".",
        "a..b",
        "-a.cn",
        "a-.cn",
        "*.example",
        "a b",
        "衡碳.cn",
        "10.0.0.256",
        "1.2.3",
        "a_b",
        &long,
    ] {
        assert_eq!(
            text.parse::<AlternativeName>(),
            Err(Error::AlternativeName {
                value: text.to_owned()
            })
        );
    }
    let broken = [AlternativeName::Dns("a b".to_owned())];
    let issued = authority("steel", 1).issue_node(
        "node-1",
        &broken,
        key(60).public_key(),
        validity(),
        &mut rng(),
    );
    assert_eq!(
        issued,
        Err(Error::AlternativeName {
            value: "a b".to_owned()
        })
    );
}

/// The certificate with its content edited, signed again; lengths are mended.
fn rewrite(
    certificate: &Certificate,
    edit: impl Fn(&mut Vec<u8>),
    algorithm: &[u8],
    issuer: &SecretKey,
) -> Vec<u8> {
    fn wrap(tag: u8, content: &[u8]) -> Vec<u8> {
        let length = u16::try_from(content.len()).unwrap();
        let header = match length {
            0..=127 => vec![tag, content.len() as u8],
            128..=255 => vec![tag, 0x81, content.len() as u8],
            _ => [&[tag, 0x82][..], &length.to_be_bytes()].concat(),
        };
        [&header[..], content].concat()
    }
    let encoded = certificate.parsed.tbs_certificate().to_der().unwrap();
    assert_eq!(encoded[..2], [0x30, 0x82]);
    let mut content = encoded[4..].to_vec();
    edit(&mut content);
    let content = wrap(0x30, &content);
    let signature = issuer
        .sign(USER_ID, &[&content], &mut rng())
        .unwrap()
        .to_der();
    let signature = wrap(0x03, &[&[0][..], &signature].concat());
    wrap(0x30, &[&content[..], algorithm, &signature].concat())
}

fn replace(bytes: &mut Vec<u8>, from: &[u8], to: &[u8]) {
    let position = bytes
        .windows(from.len())
        .position(|window| window == from)
        .unwrap();
    bytes.splice(position..position + from.len(), to.iter().copied());
}

#[test]
fn the_algorithm_is_sm2_with_sm3_with_parameters_absent_or_null() {
    let absent = hex::decode("300a06082a811ccf55018375").unwrap();
    let null = hex::decode("300c06082a811ccf550183750500").unwrap();
    let octets = hex::decode("300c06082a811ccf550183750400").unwrap();
    let ecdsa = hex::decode("300a06082a8648ce3d040302").unwrap();
    let issuer = authority("steel", 1);
    let member = member(&issuer);
    let with = |inner: &[u8], outer: &[u8]| {
        let der = rewrite(
            &member,
            |content| replace(content, &absent, inner),
            outer,
            &key(1),
        );
        Certificate::from_der(&der)
    };
    assert_eq!(
        with(&absent, &absent)
            .unwrap()
            .verify_issued_by(issuer.certificate(), MIDDLE),
        Ok(())
    );
    assert_eq!(
        with(&null, &null)
            .unwrap()
            .verify_issued_by(issuer.certificate(), MIDDLE),
        Ok(())
    );
    assert_eq!(with(&absent, &null), Err(Error::CertificateEncoding));
    assert_eq!(with(&null, &absent), Err(Error::CertificateEncoding));
    let other = |algorithm: &str| {
        Err(Error::CertificateAlgorithm {
            algorithm: algorithm.to_owned(),
        })
    };
    assert_eq!(with(&octets, &octets), other("1.2.156.10197.1.501"));
    assert_eq!(with(&ecdsa, &ecdsa), other("1.2.840.10045.4.3.2"));
}

#[test]
fn keys_versions_and_encodings_of_another_kind_are_refused() {
    let issuer = authority("steel", 1);
    let member = member(&issuer);
    let algorithm = hex::decode("300a06082a811ccf55018375").unwrap();
    let with = |from: &str, to: &str| {
        let (from, to) = (hex::decode(from).unwrap(), hex::decode(to).unwrap());
        Certificate::from_der(&rewrite(
            &member,
            |content| replace(content, &from, &to),
            &algorithm,
            &key(1),
        ))
    };
    // The curve P-256, a compressed point's tag, version 2, version 1 by leaving it out.
    assert_eq!(
        with("06082a811ccf5501822d", "06082a8648ce3d030107"),
        Err(Error::PublicKeyInfo)
    );
    assert_eq!(
        with("03420004", "03420002"),
        Err(Error::PublicKeyEncoding { length: 65 })
    );
    assert_eq!(
        with("a003020102", "a003020101"),
        Err(Error::CertificateEncoding)
    );
    assert_eq!(with("a003020102", ""), Err(Error::CertificateEncoding));
    // Times before 2050 as GeneralizedTime, where RFC 5280 clause 4.1.2.5 has UTCTime: the same period, encoded twice.
    let times = hex::encode("\x17\x0d260101000000Z\x17\x0d270101000000Z");
    let long_times = hex::encode("\x18\x0f20260101000000Z\x18\x0f20270101000000Z");
    let (short, long) = (format!("301e{times}"), format!("3022{long_times}"));
    assert!(with(&short, &short).is_ok());
    assert_eq!(with(&short, &long), Err(Error::CertificateEncoding));
    // Version 1 written out, where DER leaves out the default.
    assert_eq!(
        with("a003020102", "a003020100"),
        Err(Error::CertificateEncoding)
    );
}

#[test]
fn one_changed_byte_anywhere_is_caught() {
    let issuer = authority("steel", 1);
    let member = member(&issuer);
    let der = member.to_der();
    for position in 0..der.len() {
        for change in [0x01, 0x80] {
            let mut changed = der.to_vec();
            changed[position] ^= change;
            let verdict = Certificate::from_der(&changed)
                .and_then(|certificate| certificate.verify_issued_by(issuer.certificate(), MIDDLE));
            assert!(verdict.is_err(), "byte {position}");
        }
    }
    for length in 0..der.len() {
        assert_eq!(
            Certificate::from_der(&der[..length]),
            Err(Error::CertificateEncoding),
            "cut at {length}"
        );
    }
    assert_eq!(
        Certificate::from_der(&[der, &[0]].concat()),
        Err(Error::CertificateEncoding)
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn mangled_certificates_are_refused_without_a_panic(
        edits in proptest::collection::vec((0usize..500, any::<u8>(), 0u8..3), 1..6),
    ) {
        let issuer = authority("steel", 1);
        let original = member(&issuer);
        let mut der = original.to_der().to_vec();
        for (position, value, kind) in edits {
            let position = position % der.len();
            match kind {
                0 => der[position] = value,
                1 => der.insert(position, value),
                _ => drop(der.remove(position)),
            }
        }
        if let Ok(mangled) = Certificate::from_der(&der) {
            prop_assert_eq!(mangled.to_der(), &der[..]);
            let verdict = mangled.verify_issued_by(issuer.certificate(), MIDDLE);
            prop_assert!(verdict.is_err() || mangled == original);
        }
    }
}
