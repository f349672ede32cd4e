//! Lists of revoked certificates.

use super::*;
use x509_cert::{crl::CertificateList, ext::pkix::CrlReason};

const WEEK: u64 = 7 * 24 * 60 * 60 * 1000;

fn entry(serial: &[u8], reason: Reason) -> Revoked {
    Revoked {
        serial: serial.to_vec(),
        revoked_at_ms: MIDDLE - 5000,
        reason,
    }
}

fn list(issuer: &Issuer, entries: &[Revoked]) -> RevocationList {
    issuer
        .issue_revocation_list(7, MIDDLE - 1000, MIDDLE + WEEK, entries, &mut rng())
        .unwrap()
}

#[test]
fn a_list_names_the_revoked_and_says_why() {
    let issuer = authority("steel", 1);
    let (good, bad) = (
        member(&issuer),
        child(vec![constraints(false), usage(KeyUsages::DigitalSignature)]).unwrap(),
    );
    let bad = issuer
        .renew(
            &bad,
            bad.public_key(),
            validity(),
            &mut StdRng::seed_from_u64(5),
        )
        .unwrap();
    let entries = [
        entry(bad.serial(), Reason::KeyCompromise),
        entry(&[0x80], Reason::Unspecified),
        entry(&[1; 20], Reason::Superseded),
    ];
    let list = list(&issuer, &entries);
    assert_eq!(list.verify(issuer.certificate(), MIDDLE), Ok(()));
    assert_eq!(list.number(), Some(&[7][..]));
    assert_eq!(list.entries().len(), 3);
    for entry in &entries {
        assert_eq!(list.entry(&entry.serial), Some(entry));
        assert_eq!(
            list.entry(&[&[0], &entry.serial[..]].concat()),
            Some(entry),
            "leading zeros"
        );
    }
    assert_eq!(list.entry(good.serial()), None);
    assert_eq!(list.check(&good), Ok(()));
    assert_eq!(
        list.check(&bad),
        Err(Error::CertificateRevoked {
            name: "li-na".to_owned(),
            serial: hex::encode(bad.serial()),
            revoked_at_ms: MIDDLE - 5000,
            reason: "keyCompromise"
        })
    );
    assert_eq!(RevocationList::from_der(list.to_der()).as_ref(), Ok(&list));
    assert_eq!(RevocationList::from_pem(&list.to_pem()).as_ref(), Ok(&list));
    assert_eq!(list.issuer(), "CN=Root CA,O=steel,C=CN");
    let empty = super::revocation::list(&issuer, &[]);
    assert_eq!(empty.entries().len(), 0);
    assert_eq!(empty.verify(issuer.certificate(), MIDDLE), Ok(()));
    // Every reason survives.
    for code in 0..=10 {
        let Ok(encoded) = CrlReason::try_from(code) else {
            assert_eq!(code, 7);
            continue;
        };
        let Some(reason) = Reason::decode(encoded) else {
            assert_eq!(encoded, CrlReason::RemoveFromCRL);
            continue;
        };
        assert_eq!(Reason::from_name(reason.name()), Some(reason));
        let list = super::revocation::list(&issuer, &[entry(&[9], reason)]);
        assert_eq!(list.entry(&[9]).unwrap().reason, reason);
    }
}

#[test]
fn a_list_holds_for_its_issuer_and_its_time_only() {
    let issuer = authority("steel", 1);
    let list = list(&issuer, &[entry(&[1], Reason::Hold)]);
    let verify = |authority: &Issuer, at_ms| {
        list.verify(authority.certificate(), at_ms)
            .map_err(|error| error.code())
    };
    assert_eq!(verify(&issuer, MIDDLE - 1000), Ok(()));
    assert_eq!(verify(&issuer, MIDDLE - 1001), Err("HT-CRY-061"));
    assert_eq!(verify(&issuer, MIDDLE + WEEK + 999), Ok(()));
    assert_eq!(verify(&issuer, MIDDLE + WEEK + 1000), Err("HT-CRY-061"));
    assert_eq!(verify(&authority("cement", 1), MIDDLE), Err("HT-CRY-059"));
    assert_eq!(verify(&authority("steel", 2), MIDDLE), Err("HT-CRY-059"));
    // An authority that may not sign lists neither does nor is believed.
    let mute = |seed: u64| {
        let name = Subject::encode("steel", None, "Root CA").unwrap();
        let certificate = Template {
            issuer: name.clone(),
            subject: name,
            public_key: key(seed).public_key(),
            validity: validity(),
            extensions: vec![constraints(true), usage(KeyUsages::KeyCertSign)],
        }
        .sign(&key(seed), &mut rng())
        .unwrap();
        Issuer::new(certificate, key(seed)).unwrap()
    };
    assert_eq!(verify(&mute(1), MIDDLE), Err("HT-CRY-021"));
    let refused = mute(1).issue_revocation_list(1, MIDDLE, MIDDLE, &[], &mut rng());
    assert_eq!(refused.map_err(|error| error.code()), Err("HT-CRY-021"));
    // Without a key identifier, the signature tells the authorities apart.
    let bare = rewritten(&list, &key(1), |content| {
        content.crl_extensions.as_mut().unwrap().truncate(1);
    })
    .unwrap();
    assert_eq!(bare.verify(issuer.certificate(), MIDDLE), Ok(()));
    assert_eq!(
        bare.verify(authority("steel", 2).certificate(), MIDDLE),
        Err(Error::RevocationListSignature {
            issuer: "CN=Root CA,O=steel,C=CN".to_owned()
        })
    );
}

/// The list with its content edited and signed again.
fn rewritten(
    list: &RevocationList,
    key: &SecretKey,
    edit: impl FnOnce(&mut x509_cert::crl::TbsCertList),
) -> Result<RevocationList, Error> {
    let mut parsed = CertificateList::from_der(list.to_der()).unwrap();
    edit(&mut parsed.tbs_cert_list);
    let content = parsed.tbs_cert_list.to_der().unwrap();
    let signature = key.sign(USER_ID, &[&content], &mut rng()).unwrap();
    parsed.signature = BitString::from_bytes(&signature.to_der()).unwrap();
    parsed.signature_algorithm = parsed.tbs_cert_list.signature.clone();
    RevocationList::from_der(&parsed.to_der().unwrap())
}

#[test]
fn partial_and_ambiguous_lists_are_refused() {
    let issuer = authority("steel", 1);
    let list = list(
        &issuer,
        &[entry(&[1], Reason::Hold), entry(&[2], Reason::Hold)],
    );
    let with = |edit: &dyn Fn(&mut x509_cert::crl::TbsCertList)| {
        rewritten(&list, &key(1), edit)
            .and_then(|list| list.verify(issuer.certificate(), MIDDLE))
            .map_err(|error| error.code())
    };
    let critical = |oid: &str, critical| Extension {
        extn_id: ObjectIdentifier::new_unwrap(oid),
        critical,
        extn_value: OctetString::new([2, 1, 1]).unwrap(),
    };
    let extend = |oid: &'static str, is_critical| {
        with(&move |content| {
            content
                .crl_extensions
                .as_mut()
                .unwrap()
                .push(critical(oid, is_critical));
        })
    };
    assert_eq!(with(&|_| {}), Ok(()));
    // A list of changes, a list for some certificates only, the number twice; what is not critical is passed over.
    assert_eq!(extend("2.5.29.27", true), Err("HT-CRY-018"));
    assert_eq!(extend("2.5.29.28", true), Err("HT-CRY-018"));
    assert_eq!(extend("2.5.29.20", false), Err("HT-CRY-018"));
    assert_eq!(extend("1.3.6.1.4.1.32473.1", false), Ok(()));
    let entries = |edit: &dyn Fn(&mut Vec<x509_cert::crl::RevokedCert>)| {
        with(&|content| edit(content.revoked_certificates.as_mut().unwrap()))
    };
    assert_eq!(entries(&|entries| entries.clear()), Ok(()));
    assert_eq!(
        entries(&|entries| entries[0].serial_number = entries[1].serial_number.clone()),
        Err("HT-CRY-063")
    );
    let extended = |value: Extension| {
        entries(&move |entries| entries[0].crl_entry_extensions = Some(vec![value.clone()]))
    };
    // The certificate of another issuer; back from the list; a reason that is none.
    assert_eq!(extended(critical("2.5.29.29", true)), Err("HT-CRY-018"));
    assert_eq!(
        extended(extension(false, &CrlReason::RemoveFromCRL)),
        Err("HT-CRY-018")
    );
    assert_eq!(extended(critical("2.5.29.21", false)), Err("HT-CRY-018"));
    assert_eq!(extended(critical("2.5.29.24", false)), Ok(()));
    assert_eq!(
        with(&|content| content.next_update = None),
        Err("HT-CRY-058")
    );
    assert_eq!(
        with(&|content| content.version = Version::V1),
        Err("HT-CRY-058")
    );
    assert_eq!(
        with(&|content| content.signature.oid = ObjectIdentifier::new_unwrap("1.2.840.10045.4.3.2")),
        Err("HT-CRY-016")
    );
    // A time before 2050 as GeneralizedTime: the same moment, encoded twice.
    assert_eq!(
        with(&|content| {
            let time = content.this_update.to_date_time();
            content.this_update = x509_cert::time::Time::GeneralTime(
                x509_cert::der::asn1::GeneralizedTime::from_date_time(time),
            );
        }),
        Err("HT-CRY-058")
    );
    let issue = |this, next, entries: &[Revoked]| {
        issuer
            .issue_revocation_list(1, this, next, entries, &mut rng())
            .map(|_| ())
            .map_err(|error| error.code())
    };
    assert_eq!(issue(MIDDLE, MIDDLE - 1, &[]), Err("HT-CRY-030"));
    let twice = [entry(&[1], Reason::Hold), entry(&[1], Reason::Hold)];
    assert_eq!(issue(MIDDLE, MIDDLE, &twice), Err("HT-CRY-063"));
    for serial in [&[][..], &[1; 21], &[0x80; 20]] {
        let entries = [entry(serial, Reason::Hold)];
        assert_eq!(issue(MIDDLE, MIDDLE, &entries), Err("HT-CRY-063"));
    }
}

#[test]
fn one_changed_byte_of_a_list_is_caught() {
    let issuer = authority("steel", 1);
    let list = list(&issuer, &[entry(&[1], Reason::Hold)]);
    let der = list.to_der();
    for position in 0..der.len() {
        let mut changed = der.to_vec();
        changed[position] ^= 0x01;
        let verdict = RevocationList::from_der(&changed)
            .and_then(|list| list.verify(issuer.certificate(), MIDDLE));
        assert!(verdict.is_err(), "byte {position}");
    }
    for length in 0..der.len() {
        assert!(RevocationList::from_der(&der[..length]).is_err());
    }
}

#[test]
fn paths_respect_the_newest_list_of_each_issuer() {
    let rng = &mut rng();
    let root = issue_root("steel", "Root CA", 1, &key(1), validity(), rng).unwrap();
    let root = Issuer::new(root, key(1)).unwrap();
    let office = root
        .issue_intermediate("Office CA", 0, key(2).public_key(), validity(), rng)
        .unwrap();
    let office = Issuer::new(office, key(2)).unwrap();
    let member = member(&office);
    let (roots, intermediates) = ([root.certificate().clone()], [office.certificate().clone()]);
    let issue = |issuer: &Issuer, number, this, revoked: Option<&Certificate>| {
        let entries: Vec<Revoked> = revoked
            .iter()
            .map(|certificate| entry(certificate.serial(), Reason::KeyCompromise))
            .collect();
        issuer
            .issue_revocation_list(number, this, MIDDLE + WEEK, &entries, &mut super::rng())
            .unwrap()
    };
    let with = |lists: &[RevocationList], revocation| {
        let trust = Trust {
            roots: &roots,
            intermediates: &intermediates,
            lists,
            revocation,
        };
        trust
            .verify(&member, Purpose::Signing, MIDDLE)
            .map(|path| path.len())
            .map_err(|error| error.code())
    };
    let of_office = issue(&office, 1, MIDDLE - 9000, None);
    let of_root = issue(&root, 1, MIDDLE - 9000, None);
    use Revocation::{Certificate as Leaf, Known, Path};
    for (lists, known, leaf, path) in [
        (vec![], Ok(3), Err("HT-CRY-062"), Err("HT-CRY-062")),
        (vec![of_office.clone()], Ok(3), Ok(3), Err("HT-CRY-062")),
        (
            vec![of_root.clone()],
            Ok(3),
            Err("HT-CRY-062"),
            Err("HT-CRY-062"),
        ),
        (
            vec![of_root.clone(), of_office.clone()],
            Ok(3),
            Ok(3),
            Ok(3),
        ),
    ] {
        assert_eq!(with(&lists, Known), known);
        assert_eq!(with(&lists, Leaf), leaf);
        assert_eq!(with(&lists, Path), path);
    }
    // The newest counts, whatever the order; and a list of the authority above revokes the authority.
    let later = issue(&office, 2, MIDDLE - 3000, Some(&member));
    for lists in [
        [of_office.clone(), later.clone()],
        [later.clone(), of_office.clone()],
    ] {
        assert_eq!(with(&lists, Known), Err("HT-CRY-055"));
    }
    let revoked = issue(&root, 2, MIDDLE - 3000, Some(office.certificate()));
    assert_eq!(
        with(&[of_office.clone(), revoked], Known),
        Err("HT-CRY-055")
    );
    // The same serial number from another issuer means nothing.
    let elsewhere = issue(&root, 2, MIDDLE - 3000, Some(&member));
    assert_eq!(with(&[of_office.clone(), elsewhere], Path), Ok(3));
    // A list out of date, or of an impostor, is no evidence, even where none is needed.
    let stale = office
        .issue_revocation_list(3, MIDDLE - 2000, MIDDLE - 1000, &[], rng)
        .unwrap();
    assert_eq!(with(&[stale], Known), Err("HT-CRY-061"));
    let forged = rewritten(&of_office, &key(3), |_| {}).unwrap();
    assert_eq!(with(&[forged], Known), Err("HT-CRY-060"));
}
