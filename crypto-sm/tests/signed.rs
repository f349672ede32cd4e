//! Signed messages: what is signed reads and verifies, and everything else is refused under its own code.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

use crypto_sm::{
    Error,
    certificate::{
        Certificate, Issuer, Reason, Revocation, RevocationList, Revoked, Trust, Validity,
        issue_authority,
    },
    envelope::{Recipient, RecipientId, Wraps, open_unauthenticated, seal_unauthenticated},
    signed::{Draft, MOST_SIGNERS, SignedData, Syntax, to_pem},
    sm2::{SecretKey, USER_ID},
};
use proptest::prelude::*;
use rand::{SeedableRng, rngs::StdRng};

const BEGIN: u64 = 1_735_689_600_000;
const NOW: u64 = 1_767_225_600_000;
const END: u64 = 1_893_456_000_000;
const CONTENT: &[u8] = "2025 年度温室气体排放报告".as_bytes();

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// An organisation with two members.
struct Organisation {
    issuer: Issuer,
    root: Certificate,
    members: [(Certificate, SecretKey); 2],
}

impl Organisation {
    fn new(seed: u64) -> Self {
        let rng = &mut rng(seed);
        let validity = Validity::new(BEGIN, END).unwrap();
        let top = SecretKey::generate(rng);
        let root = issue_authority("steel", "Steel CA", &top, validity, rng).unwrap();
        let issuer = Issuer::new(root.clone(), top).unwrap();
        let members = ["wang-fang", "li-na"].map(|name| {
            let key = SecretKey::generate(rng);
            let certificate = issuer
                .issue_member("operator", name, key.public_key(), validity, rng)
                .unwrap();
            (certificate, key)
        });
        Self {
            issuer,
            root,
            members,
        }
    }

    fn verify(&self, message: &SignedData, content: Option<&[u8]>) -> Result<usize, Error> {
        let roots = [self.root.clone()];
        let trust = Trust {
            roots: &roots,
            ..Trust::default()
        };
        message
            .verify(content, &trust, NOW)
            .map(|verified| verified.len())
    }

    fn sign(&self, draft: &mut Draft<'_>, members: &[usize], time: Option<u64>) {
        for &index in members {
            let (certificate, key) = &self.members[index];
            let rng = &mut rng(77);
            draft
                .sign(certificate, time, |parts| key.sign(USER_ID, parts, rng))
                .unwrap();
        }
    }

    fn message(&self, syntax: Syntax, members: &[usize], time: Option<u64>) -> Vec<u8> {
        let mut draft = Draft::new(CONTENT, syntax);
        self.sign(&mut draft, members, time);
        draft.finish().unwrap()
    }

    fn list(&self, revoked: &Certificate) -> RevocationList {
        let entry = Revoked {
            serial: revoked.serial().to_vec(),
            revoked_at_ms: BEGIN,
            reason: Reason::KeyCompromise,
        };
        self.issuer
            .issue_revocation_list(1, BEGIN, END, &[entry], &mut rng(5))
            .unwrap()
    }
}

const FORMS: [(Syntax, Option<u64>); 4] = [
    (Syntax::Gm, None),
    (Syntax::Gm, Some(NOW)),
    (Syntax::Cms, None),
    (Syntax::Cms, Some(NOW)),
];

#[test]
fn what_is_signed_is_read_and_verified() {
    let steel = Organisation::new(1);
    for (syntax, time) in FORMS {
        for members in [&[0][..], &[1], &[0, 1]] {
            let der = steel.message(syntax, members, time);
            let read = SignedData::from_der(&der).unwrap();
            assert_eq!(read.content(), Some(CONTENT));
            assert_eq!(read.syntax(), syntax);
            assert_eq!(read.signers().len(), members.len());
            assert_eq!(read.certificates().len(), members.len());
            assert!(read.signers().iter().all(|signer| {
                signer.signed_at_ms() == time && signer.has_attributes() == time.is_some()
            }));
            assert_eq!(steel.verify(&read, None), Ok(members.len()));
            assert_eq!(steel.verify(&read, Some(CONTENT)), Ok(members.len()));
            assert_eq!(
                steel.verify(&read, Some(b"other")),
                Err(Error::SignedContent)
            );
            let again = SignedData::from_pem(&to_pem(&der)).unwrap();
            assert_eq!(steel.verify(&again, None), Ok(members.len()));
            let old = to_pem(&der).replace(" CMS-", " PKCS7-");
            assert!(SignedData::from_pem(&old).is_ok());
        }
    }
    let other = to_pem(b"").replace(" CMS-", " CERTIFICATE-");
    assert!(matches!(
        SignedData::from_pem(&other),
        Err(Error::PemLabel { .. } | Error::PemEncoding { .. })
    ));
}

#[test]
fn content_beside_the_message_is_needed_and_must_be_the_same() {
    let steel = Organisation::new(2);
    for (syntax, time) in FORMS {
        let mut draft = Draft::new(CONTENT, syntax).detached();
        steel.sign(&mut draft, &[0], time);
        let read = SignedData::from_der(&draft.finish().unwrap()).unwrap();
        assert_eq!(read.content(), None);
        assert_eq!(steel.verify(&read, Some(CONTENT)), Ok(1));
        assert_eq!(steel.verify(&read, None), Err(Error::SignedContentMissing));
        let changed = steel.verify(&read, Some(b"other"));
        let expected = match time {
            Some(_) => Error::SignedContent,
            None => Error::SignedSignature {
                name: "wang-fang".to_owned(),
            },
        };
        assert_eq!(changed, Err(expected));
    }
}

#[test]
fn an_empty_content_is_a_content() {
    let steel = Organisation::new(2);
    for (syntax, time) in FORMS {
        let mut draft = Draft::new(b"", syntax);
        steel.sign(&mut draft, &[0], time);
        let read = SignedData::from_der(&draft.finish().unwrap()).unwrap();
        assert_eq!(read.content(), Some(&b""[..]));
        assert_eq!(steel.verify(&read, None), Ok(1));
    }
}

#[test]
fn who_is_not_trusted_expired_or_revoked_is_refused() {
    let (steel, stranger) = (Organisation::new(3), Organisation::new(4));
    let read = SignedData::from_der(&steel.message(Syntax::Gm, &[0, 1], Some(NOW))).unwrap();
    // Another root of the same name: the path ends at a signature that is not its.
    assert!(matches!(
        stranger.verify(&read, None),
        Err(Error::CertificateChain { .. } | Error::CertificateSignature { .. })
    ));
    let roots = [steel.root.clone()];
    let trust = Trust {
        roots: &roots,
        ..Trust::default()
    };
    assert!(matches!(
        read.verify(None, &trust, END + 1_000),
        Err(Error::CertificateExpired { .. })
    ));
    assert!(matches!(
        read.verify(None, &trust, BEGIN - 1),
        Err(Error::CertificateNotYetValid { .. })
    ));
    // A list in the message, and one beside it.
    let list = steel.list(&steel.members[1].0);
    let mut draft = Draft::new(CONTENT, Syntax::Gm);
    steel.sign(&mut draft, &[0, 1], None);
    draft.add_list(&list);
    let with_list = SignedData::from_der(&draft.finish().unwrap()).unwrap();
    assert_eq!(with_list.lists(), std::slice::from_ref(&list));
    let lists = [list];
    let listed = Trust {
        lists: &lists,
        ..trust
    };
    for (message, trust) in [(&with_list, &trust), (&read, &listed)] {
        assert!(matches!(
            message.verify(None, trust, NOW),
            Err(Error::CertificateRevoked { name, .. }) if name == "li-na"
        ));
    }
    let needed = Trust {
        revocation: Revocation::Certificate,
        ..trust
    };
    assert!(matches!(
        read.verify(None, &needed, NOW),
        Err(Error::RevocationListMissing { .. })
    ));
    let mut draft = Draft::new(CONTENT, Syntax::Gm);
    steel.sign(&mut draft, &[0], None);
    draft.add_list(&lists[0]);
    let one = SignedData::from_der(&draft.finish().unwrap()).unwrap();
    assert!(one.verify(None, &needed, NOW).is_ok());
}

#[test]
fn a_draft_refuses_keys_and_certificates_that_do_not_fit() {
    let steel = Organisation::new(5);
    let (certificate, key) = &steel.members[0];
    let mut draft = Draft::new(CONTENT, Syntax::Gm);
    assert_eq!(draft.finish(), Err(Error::SignedSigners { count: 0 }));
    let other = &steel.members[1].1;
    assert_eq!(
        draft.sign(certificate, None, |parts| other.sign(
            USER_ID,
            parts,
            &mut rng(1)
        )),
        Err(Error::CertificateKey {
            name: "wang-fang".to_owned()
        })
    );
    // Another user id signs something else.
    assert!(matches!(
        draft.sign(certificate, None, |parts| key.sign(
            b"alice",
            parts,
            &mut rng(1)
        )),
        Err(Error::CertificateKey { .. })
    ));
    assert!(matches!(
        draft.sign(&steel.root, None, |parts| key.sign(
            USER_ID,
            parts,
            &mut rng(1)
        )),
        Err(Error::CertificateIsAuthority { .. })
    ));
    assert_eq!(
        draft.sign(certificate, None, |_| Err(Error::TlsKey)),
        Err(Error::TlsKey)
    );
    assert!(matches!(
        draft.sign(certificate, Some(u64::MAX), |parts| key.sign(
            USER_ID,
            parts,
            &mut rng(1)
        )),
        Err(Error::SignedAttribute { .. })
    ));
    assert_eq!(draft.finish(), Err(Error::SignedSigners { count: 0 }));
    for _ in 0..MOST_SIGNERS {
        steel.sign(&mut draft, &[0], None);
    }
    let read = SignedData::from_der(&draft.finish().unwrap()).unwrap();
    assert_eq!(steel.verify(&read, None), Ok(MOST_SIGNERS));
    assert_eq!(
        draft.sign(certificate, None, |parts| key.sign(
            USER_ID,
            parts,
            &mut rng(1)
        )),
        Err(Error::SignedSigners {
            count: MOST_SIGNERS + 1
        })
    );
}

/// A value of DER taken apart: its tag, and its content or its members.
#[derive(Clone)]
enum Value {
    Plain(u8, Vec<u8>),
    Made(u8, Vec<Value>),
}

impl Value {
    fn read(der: &[u8]) -> Self {
        let (value, rest) = Self::next(der);
        assert!(rest.is_empty());
        value
    }

    fn next(der: &[u8]) -> (Self, &[u8]) {
        let (tag, first) = (der[0], usize::from(der[1]));
        let (length, start) = if first < 0x80 {
            (first, 2)
        } else {
            let octets = &der[2..2 + (first & 0x7f)];
            let length = octets
                .iter()
                .fold(0, |sum, byte| sum << 8 | usize::from(*byte));
            (length, 2 + octets.len())
        };
        let (content, rest) = der[start..].split_at(length);
        let value = if tag & 0x20 == 0 {
            Self::Plain(tag, content.to_vec())
        } else {
            let (mut members, mut left) = (Vec::new(), content);
            while !left.is_empty() {
                let (member, behind) = Self::next(left);
                members.push(member);
                left = behind;
            }
            Self::Made(tag, members)
        };
        (value, rest)
    }

    fn der(&self) -> Vec<u8> {
        let (tag, content) = match self {
            Self::Plain(tag, content) => (*tag, content.clone()),
            Self::Made(tag, members) => (*tag, members.iter().flat_map(Self::der).collect()),
        };
        let length = content.len();
        let mut der = vec![tag];
        match length {
            0..0x80 => der.push(length as u8),
            0x80..0x100 => der.extend([0x81, length as u8]),
            _ => der.extend([0x82, (length >> 8) as u8, length as u8]),
        }
        der.extend(content);
        der
    }

    fn members(&mut self) -> &mut Vec<Value> {
        match self {
            Self::Made(_, members) => members,
            Self::Plain(..) => panic!("a plain value"),
        }
    }

    fn at(&mut self, path: &[usize]) -> &mut Value {
        path.iter()
            .fold(self, |value, index| &mut value.members()[*index])
    }
}

/// Paths in a message of one signer with attributes.
const FIELDS: &[usize] = &[1, 0];
const DIGESTS: &[usize] = &[1, 0, 1];
const CONTENT_INFO: &[usize] = &[1, 0, 2];
const CERTIFICATES: &[usize] = &[1, 0, 3];
const SIGNERS: &[usize] = &[1, 0, 4];
const SIGNER: &[usize] = &[1, 0, 4, 0];
const ATTRIBUTES: &[usize] = &[1, 0, 4, 0, 3];

fn edited(der: &[u8], edit: impl FnOnce(&mut Value)) -> Result<SignedData, Error> {
    let mut value = Value::read(der);
    assert_eq!(value.der(), der);
    edit(&mut value);
    let changed = value.der();
    assert_ne!(changed, der);
    SignedData::from_der(&changed)
}

#[test]
fn other_algorithms_are_refused_by_name() {
    let der = Organisation::new(6).message(Syntax::Gm, &[0], Some(NOW));
    // SHA-256 in place of SM3, of the message and of the signer; RSA in place of SM2.
    let sha256 = Value::Plain(6, hex::decode("608648016503040201").unwrap());
    let rsa = Value::Plain(6, hex::decode("2a864886f70d010101").unwrap());
    for (path, value, name) in [
        (
            [DIGESTS, &[0, 0]].concat(),
            &sha256,
            "2.16.840.1.101.3.4.2.1",
        ),
        (
            [SIGNER, &[2, 0]].concat(),
            &sha256,
            "2.16.840.1.101.3.4.2.1",
        ),
        ([SIGNER, &[4, 0]].concat(), &rsa, "1.2.840.113549.1.1.1"),
    ] {
        let read = edited(&der, |message| *message.at(&path) = value.clone());
        assert_eq!(
            read.map(|_| ()),
            Err(Error::SignedAlgorithm {
                algorithm: name.to_owned()
            })
        );
    }
    // Parameters may be NULL, and nothing else.
    for path in [
        [DIGESTS, &[0]].concat(),
        [SIGNER, &[2]].concat(),
        [SIGNER, &[4]].concat(),
    ] {
        let null = edited(&der, |message| {
            message.at(&path).members().push(Value::Plain(5, vec![]))
        });
        assert!(null.is_ok());
        let text = edited(&der, |message| {
            message.at(&path).members().push(Value::Plain(4, vec![1]));
        });
        assert!(matches!(text, Err(Error::SignedAlgorithm { .. })));
    }
}

#[test]
fn attributes_are_needed_once_each_and_in_order() {
    let steel = Organisation::new(7);
    let der = steel.message(Syntax::Gm, &[0], Some(NOW));
    let named = |oid: &str| {
        Err(Error::SignedAttribute {
            attribute: format!("1.2.840.113549.1.9.{oid}"),
        })
    };
    let find = |message: &mut Value, last: u8| {
        let attributes = message.at(ATTRIBUTES).members();
        attributes
            .iter_mut()
            .position(|attribute| {
                matches!(attribute.at(&[0]), Value::Plain(6, oid) if oid.last() == Some(&last))
            })
            .unwrap()
    };
    for last in [3, 4] {
        let read = edited(&der, |message| {
            let index = find(message, last);
            message.at(ATTRIBUTES).members().remove(index);
        });
        assert_eq!(read.map(|_| ()), named(&last.to_string()));
    }
    // Without the time it reads, but the signature is over another set.
    let read = edited(&der, |message| {
        let index = find(message, 5);
        message.at(ATTRIBUTES).members().remove(index);
    });
    assert!(matches!(
        steel.verify(&read.unwrap(), None),
        Err(Error::SignedSignature { .. })
    ));
    for last in [3, 4, 5] {
        // Twice with one value differing in its last byte, in order.
        let read = edited(&der, |message| {
            let index = find(message, last);
            let attributes = message.at(ATTRIBUTES).members();
            let mut second = attributes[index].clone();
            let Value::Plain(_, bytes) = second.at(&[1, 0]) else {
                panic!()
            };
            *bytes.last_mut().unwrap() ^= 1;
            attributes.push(second);
            attributes.sort_by_key(Value::der);
        });
        assert!(
            matches!(&read, Err(Error::SignedAttribute { .. })),
            "{last} {read:?}"
        );
        // Two values under one attribute, and none.
        for count in [0, 2] {
            let read = edited(&der, |message| {
                let index = find(message, last);
                let values = message.at(ATTRIBUTES).members()[index].at(&[1]).members();
                let value = values[0].clone();
                *values = vec![value; count];
                message.at(ATTRIBUTES).members().sort_by_key(Value::der);
            });
            assert_eq!(read.map(|_| ()), named(&last.to_string()), "{count}");
        }
    }
    // Another content type; a digest of 31 bytes; the order turned around.
    let read = edited(&der, |message| {
        let index = find(message, 3);
        let value = message.at(ATTRIBUTES).members()[index].at(&[1, 0]);
        *value = Value::Plain(6, hex::decode("2a864886f70d010701").unwrap());
        message.at(ATTRIBUTES).members().sort_by_key(Value::der);
    });
    assert_eq!(read.map(|_| ()), named("3"));
    let read = edited(&der, |message| {
        let index = find(message, 4);
        let Value::Plain(_, digest) = message.at(ATTRIBUTES).members()[index].at(&[1, 0]) else {
            panic!()
        };
        digest.pop();
        message.at(ATTRIBUTES).members().sort_by_key(Value::der);
    });
    assert_eq!(read.map(|_| ()), named("4"));
    let read = edited(&der, |message| message.at(ATTRIBUTES).members().reverse());
    assert_eq!(read.map(|_| ()), Err(Error::SignedEncoding));
    // An empty set covers nothing.
    let read = edited(&der, |message| message.at(ATTRIBUTES).members().clear());
    assert_eq!(read.map(|_| ()), named("3"));
    // Attributes cut off, so that their signature would have to be over the content.
    let read = edited(&der, |message| {
        message.at(SIGNER).members().remove(3);
    });
    assert!(matches!(
        steel.verify(&read.unwrap(), None),
        Err(Error::SignedSignature { .. })
    ));
}

#[test]
fn a_set_of_attributes_as_content_is_not_taken_for_signed_content() {
    // The signature over attributes is one over these bytes as content: without a check, this forgery would verify.
    let steel = Organisation::new(8);
    let der = steel.message(Syntax::Gm, &[0], Some(NOW));
    let mut value = Value::read(&der);
    let Value::Made(_, members) = value.at(ATTRIBUTES).clone() else {
        panic!()
    };
    let set = Value::Made(0x31, members).der();
    let read = edited(&der, |message| {
        message.at(SIGNER).members().remove(3);
        *message.at(&[CONTENT_INFO, &[1, 0]].concat()) = Value::Plain(4, set.clone());
    });
    assert_eq!(
        steel.verify(&read.unwrap(), None),
        Err(Error::SignedEncoding)
    );
    let (certificate, key) = &steel.members[0];
    let mut draft = Draft::new(&set, Syntax::Gm);
    let refused = draft.sign(certificate, None, |parts| {
        key.sign(USER_ID, parts, &mut rng(1))
    });
    assert_eq!(refused, Err(Error::SignedEncoding));
    steel.sign(&mut draft, &[0], Some(NOW));
    let read = SignedData::from_der(&draft.finish().unwrap()).unwrap();
    assert_eq!(steel.verify(&read, None), Ok(1));
}

#[test]
fn signers_certificates_are_found_and_only_theirs() {
    let steel = Organisation::new(9);
    let der = steel.message(Syntax::Gm, &[0], None);
    // Without the certificate in it, one that is given serves.
    let read = edited(&der, |message| {
        message.at(FIELDS).members().remove(3);
    })
    .unwrap();
    assert!(matches!(
        steel.verify(&read, None),
        Err(Error::SignedCertificate { signer }) if signer.contains("CN=Steel CA")
    ));
    let (certificate, roots) = (steel.members[0].0.clone(), [steel.root.clone()]);
    let given = [steel.members[1].0.clone(), certificate];
    let trust = Trust {
        roots: &roots,
        intermediates: &given,
        ..Trust::default()
    };
    assert!(read.verify(None, &trust, NOW).is_ok());
    // A message that names another member's certificate.
    let other = Value::read(&steel.message(Syntax::Gm, &[1], None));
    let read = edited(&der, |message| {
        let mut other = other.clone();
        *message.at(&[SIGNER, &[1]].concat()) = other.at(&[SIGNER, &[1]].concat()).clone();
        *message.at(CERTIFICATES) = other.at(CERTIFICATES).clone();
    })
    .unwrap();
    assert_eq!(
        steel.verify(&read, None),
        Err(Error::SignedSignature {
            name: "li-na".to_owned()
        })
    );
    // One of two signatures by somebody else: the message is refused as a whole.
    let two = steel.message(Syntax::Gm, &[0, 1], None);
    let read = edited(&two, |message| {
        let signers = message.at(SIGNERS).members();
        let signature = signers[0].at(&[4]).clone();
        *signers[1].at(&[4]) = signature;
    })
    .unwrap();
    assert!(matches!(
        steel.verify(&read, None),
        Err(Error::SignedSignature { .. })
    ));
    let read = edited(&two, |message| message.at(SIGNERS).members().clear());
    assert_eq!(read.map(|_| ()), Err(Error::SignedSigners { count: 0 }));
}

#[test]
fn a_decoy_under_the_signers_name_hides_nothing() {
    // The stranger's organisation has the same names; give its member the same serial number by naming the decoy first.
    let steel = Organisation::new(10);
    let der = steel.message(Syntax::Gm, &[0], None);
    let read = edited(&der, |message| {
        let certificates = message.at(CERTIFICATES).members();
        let mut decoy = certificates[0].clone();
        // Another key in the certificate: its own signature fails, which matters only once a path is looked for.
        let other = Value::read(steel.members[1].0.to_der());
        *decoy.at(&[0, 6]) = other.clone().at(&[0, 6]).clone();
        certificates.insert(0, decoy);
    })
    .unwrap();
    assert_eq!(read.certificates().len(), 2);
    assert_eq!(steel.verify(&read, None), Ok(1));
}

#[test]
fn anything_but_one_message_in_der_is_refused() {
    let der = Organisation::new(11).message(Syntax::Gm, &[0, 1], Some(NOW));
    let refused = |bytes: &[u8]| SignedData::from_der(bytes).map(|_| ());
    assert_eq!(
        refused(&[&der[..], &[0]].concat()),
        Err(Error::SignedEncoding)
    );
    assert_eq!(refused(&[]), Err(Error::SignedEncoding));
    for length in 0..der.len() {
        assert!(refused(&der[..length]).is_err(), "{length}");
    }
    // Trailing members of each structure, whatever they are.
    for path in [&[][..], FIELDS, CONTENT_INFO, SIGNER] {
        for more in [Value::Plain(5, vec![]), Value::Made(0xa7, vec![])] {
            let read = edited(&der, |message| message.at(path).members().push(more));
            assert_eq!(read.map(|_| ()), Err(Error::SignedEncoding), "{path:?}");
        }
    }
    // Lengths in more octets than needed, and indefinite ones.
    let long = [&[0x30, 0x83, 0x00], &der[2..]].concat();
    assert_eq!(refused(&long), Err(Error::SignedEncoding));
    let indefinite = [&[0x30, 0x80], &der[4..], &[0, 0]].concat();
    assert_eq!(refused(&indefinite), Err(Error::SignedEncoding));
    // Versions, and the other syntax's names for the parts.
    for path in [&[1, 0, 0][..], &[1, 0, 4, 0, 0]] {
        for version in [0, 2, 3] {
            let read = edited(&der, |message| {
                *message.at(path) = Value::Plain(2, vec![version])
            });
            assert_eq!(read.map(|_| ()), Err(Error::SignedEncoding), "{version}");
        }
    }
    let cms = Value::Plain(6, hex::decode("2a864886f70d010702").unwrap());
    let read = edited(&der, |message| *message.at(&[0]) = cms.clone());
    assert_eq!(read.map(|_| ()), Err(Error::SignedEncoding));
    let data = Value::Plain(6, hex::decode("2a864886f70d010701").unwrap());
    let read = edited(&der, |message| {
        *message.at(&[CONTENT_INFO, &[0]].concat()) = data
    });
    assert_eq!(read.map(|_| ()), Err(Error::SignedEncoding));
    // A list where the certificates are, an empty set of digests.
    let read = edited(&der, |message| {
        let certificates = message.at(CERTIFICATES).members();
        *certificates = vec![Value::Made(0x30, vec![])];
    });
    assert_eq!(read.map(|_| ()), Err(Error::CertificateEncoding));
    let read = edited(&der, |message| message.at(DIGESTS).members().clear());
    assert_eq!(read.map(|_| ()), Err(Error::SignedEncoding));
}

#[test]
fn rfc_5652_asks_for_ordered_sets_and_the_national_syntax_takes_any_order() {
    let steel = Organisation::new(12);
    for syntax in [Syntax::Gm, Syntax::Cms] {
        let der = steel.message(syntax, &[0, 1], None);
        for path in [CERTIFICATES, SIGNERS] {
            let read = edited(&der, |message| message.at(path).members().reverse());
            match syntax {
                Syntax::Gm => assert_eq!(steel.verify(&read.unwrap(), None), Ok(2)),
                Syntax::Cms => assert_eq!(read.map(|_| ()), Err(Error::SignedEncoding)),
            }
        }
    }
}

#[test]
fn signed_and_enveloped_data_open_to_signed_content() {
    let (steel, key) = (Organisation::new(13), SecretKey::generate(&mut rng(3)));
    let recipient = Recipient::of_key(key.public_key());
    let id = recipient.id.clone();
    let mut draft = Draft::new(CONTENT, Syntax::Gm);
    steel.sign(&mut draft, &[0, 1], None);
    let der = draft.finish_for(&[recipient], &mut rng(4)).unwrap();
    let unwrap = |wraps: &Wraps| wraps.unwrap(&id, &key);
    let opened = SignedData::open(&der, unwrap).unwrap();
    assert_eq!(opened.content(), Some(CONTENT));
    assert_eq!(steel.verify(&opened, None), Ok(2));
    assert!(!der.windows(CONTENT.len()).any(|window| window == CONTENT));

    let nobody = RecipientId::Key(vec![1]);
    let refused = SignedData::open(&der, |wraps| wraps.unwrap(&nobody, &key)).map(|_| ());
    assert_eq!(refused, Err(Error::EnvelopeRecipient));
    assert_eq!(
        SignedData::from_der(&der).map(|_| ()),
        Err(Error::SignedEncoding)
    );
    let plain = draft.finish().unwrap();
    assert_eq!(
        SignedData::open(&plain, unwrap).map(|_| ()),
        Err(Error::SignedEncoding)
    );
    // Every changed bit is noticed when opening or when verifying, though CBC shows none.
    for position in 0..der.len() {
        let mut changed = der.clone();
        changed[position] ^= 0x10;
        let content = SignedData::open(&changed, unwrap)
            .and_then(|opened| steel.verify(&opened, None).map(|_| opened));
        if let Ok(opened) = content {
            assert_eq!(opened.content(), Some(CONTENT), "{position}");
        }
    }
    let none = draft.finish_for(&[], &mut rng(4));
    assert_eq!(none, Err(Error::EnvelopeRecipients { count: 0 }));
    let mut timed = Draft::new(CONTENT, Syntax::Gm);
    steel.sign(&mut timed, &[0], Some(NOW));
    let recipients = [Recipient::of_key(key.public_key())];
    assert!(matches!(
        timed.finish_for(&recipients, &mut rng(4)),
        Err(Error::SignedAttribute { .. })
    ));
    let mut cms = Draft::new(CONTENT, Syntax::Cms);
    steel.sign(&mut cms, &[0], None);
    assert_eq!(
        cms.finish_for(&recipients, &mut rng(4)),
        Err(Error::SignedEncoding)
    );
}

#[test]
fn enveloped_data_of_the_national_syntax_is_written_and_opened() {
    let key = SecretKey::generate(&mut rng(3));
    let recipients = [
        Recipient::of_key(key.public_key()),
        Recipient::of_key(SecretKey::generate(&mut rng(4)).public_key()),
    ];
    for length in [0, 1, 15, 16, 17, 1_000] {
        let content = vec![7; length];
        let der = seal_unauthenticated(&content, &recipients, &mut rng(5)).unwrap();
        let opened = open_unauthenticated(&der, &recipients[0].id, &key).unwrap();
        assert_eq!(*opened, content);
        let trailing = [&der[..], &[0]].concat();
        assert_eq!(
            open_unauthenticated(&trailing, &recipients[0].id, &key),
            Err(Error::EnvelopeEncoding)
        );
        assert_eq!(
            open_unauthenticated(&der, &RecipientId::Key(vec![1]), &key),
            Err(Error::EnvelopeRecipient)
        );
    }
    assert_eq!(
        seal_unauthenticated(b"", &[], &mut rng(5)),
        Err(Error::EnvelopeRecipients { count: 0 })
    );
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn a_changed_message_never_verifies_with_other_content(position in any::<prop::sample::Index>(), bit in 0u8..8, form in 0usize..4) {
        let steel = Organisation::new(14);
        let (syntax, time) = FORMS[form];
        let mut der = steel.message(syntax, &[0, 1], time);
        let position = position.index(der.len());
        der[position] ^= 1 << bit;
        if let Ok(read) = SignedData::from_der(&der)
            && steel.verify(&read, None).is_ok()
        {
            prop_assert_eq!(read.content(), Some(CONTENT));
        }
    }
}
