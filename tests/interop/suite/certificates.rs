//! Certificates, requests and lists of revoked certificates (RFC 5280 with SM2-with-SM3, GM/T 0015).

use crate::strangers::{Source, offering};
use crypto_sm::{
    certificate::{
        AlternativeName, Certificate, Issuer, Purpose, Reason, Request, RevocationList, Revoked,
        Trust, Validity, issue_root,
    },
    sm2::SecretKey,
};
use hengtan_interop::tally::Tally;

/// 2020-01-01 till 2049-12-31; and 2026-06-01, when certificates are verified.
const BEGIN: u64 = 1_577_836_800_000;
const END: u64 = 2_524_521_600_000;
const AT: u64 = 1_780_272_000_000;

/// Certificates that are issued for each stranger.
const ROUNDS: usize = 4;

fn names() -> Vec<AlternativeName> {
    vec!["localhost".parse().unwrap()]
}

/// A root of ours.
fn root(source: &mut Source) -> Issuer {
    let key = SecretKey::generate(&mut source.0);
    let validity = Validity::new(BEGIN, END).unwrap();
    let certificate = issue_root("steel", "根 CA", 1, &key, validity, &mut source.0).unwrap();
    Issuer::new(certificate, key).unwrap()
}

/// The same with a bit of the signature flipped, which ends the document.
fn tampered(der: &[u8]) -> Vec<u8> {
    let mut der = der.to_vec();
    *der.last_mut().unwrap() ^= 1;
    der
}

#[test]
fn paths_of_our_certificates_are_verified_there() {
    let mut tally = Tally::new("certificates");
    let validity = Validity::new(BEGIN, END).unwrap();
    for stranger in offering(&["chain-verify"]) {
        let (name, source) = (stranger.name, &mut Source::new(40));
        for _ in 0..ROUNDS {
            let (steel, impostor) = (root(source), root(source));
            let key = SecretKey::generate(&mut source.0);
            let between = SecretKey::generate(&mut source.0);
            let issue = |issuer: &Issuer, source: &mut Source| {
                issuer
                    .issue_node(
                        "node-1",
                        &names(),
                        key.public_key(),
                        validity,
                        &mut source.0,
                    )
                    .unwrap()
            };
            let accepts = |path: &[&Certificate]| {
                let path: Vec<&[u8]> = path.iter().map(|one| one.to_der()).collect();
                stranger.accepts("chain-verify", &path)
            };
            let leaf = issue(&steel, source);
            assert!(accepts(&[steel.certificate(), &leaf]), "{name}");
            tally.count(name, "ours verified there");
            assert!(!accepts(&[impostor.certificate(), &leaf]), "{name}");
            let changed = [steel.certificate().to_der(), &tampered(leaf.to_der())];
            assert!(!stranger.accepts("chain-verify", &changed), "{name}");
            tally.count(name, "another's root, a bit flipped: refused there");

            // OpenSSL 3.0 gives the user id to the leaf's signature only, so that it cannot verify longer paths.
            if name != "OpenSSL" {
                let certificate = steel
                    .issue_intermediate("华东", 0, between.public_key(), validity, &mut source.0)
                    .unwrap();
                let middle = Issuer::new(certificate, between).unwrap();
                let leaf = issue(&middle, source);
                assert!(
                    accepts(&[steel.certificate(), &leaf, middle.certificate()]),
                    "{name}"
                );
                assert!(!accepts(&[steel.certificate(), &leaf]), "{name}");
                tally.count(name, "with an intermediate authority, ours verified there");
            }
        }
    }
}

#[test]
fn paths_of_their_certificates_are_verified_here() {
    let mut tally = Tally::new("certificates");
    for stranger in offering(&["certificate-issue"]) {
        let (name, source) = (stranger.name, &mut Source::new(41));
        for _ in 0..ROUNDS {
            let keys: [SecretKey; 3] = std::array::from_fn(|_| SecretKey::generate(&mut source.0));
            let [top, middle, end] = &keys;
            let issue = |issuer: &SecretKey,
                         above: &[u8],
                         subject: &SecretKey,
                         common: &str,
                         kind: &str| {
                let point = subject.public_key().to_uncompressed();
                let secret = issuer.to_bytes();
                let arguments = [&*secret, above, &point, common.as_bytes(), kind.as_bytes()];
                stranger.result("certificate-issue", &arguments)
            };
            let root = issue(top, &[], top, "根 CA", "authority");
            let between = issue(top, &root, middle, "华东 CA", "authority");
            let leaf = issue(middle, &between, end, "node-1", "signing");
            let encryption = issue(middle, &between, end, "node-1", "encryption");
            let read = |der: &[u8]| {
                Certificate::from_der(der)
                    .unwrap_or_else(|error| panic!("{name} {error}: {}", hex::encode(der)))
            };
            let (roots, intermediates) = ([read(&root)], [read(&between)]);
            let trust = Trust {
                roots: &roots,
                intermediates: &intermediates,
                ..Trust::default()
            };
            let leaf_read = read(&leaf);
            assert_eq!(leaf_read.public_key(), end.public_key());
            let path = trust.verify(&leaf_read, Purpose::Signing, AT);
            assert_eq!(path.unwrap().len(), 3, "{name}");
            let encryption = read(&encryption);
            assert_eq!(
                trust
                    .verify(&encryption, Purpose::Encryption, AT)
                    .unwrap()
                    .len(),
                3
            );
            tally.count(name, "with an intermediate authority, theirs verified here");

            assert!(trust.verify(&leaf_read, Purpose::Encryption, AT).is_err());
            assert!(trust.verify(&encryption, Purpose::Signing, AT).is_err());
            let changed = Certificate::from_der(&tampered(&leaf));
            assert!(changed.map_or(true, |changed| {
                trust.verify(&changed, Purpose::Signing, AT).is_err()
            }));
            let none = Trust {
                roots: &roots,
                ..Trust::default()
            };
            assert!(none.verify(&leaf_read, Purpose::Signing, AT).is_err());
            tally.count(name, "another purpose, a bit flipped, a gap: refused here");
        }
    }
}

#[test]
fn requests_are_read_by_the_other_side() {
    let mut tally = Tally::new("certificate requests");
    for stranger in offering(&["csr-make", "csr-verify"]) {
        let (name, source) = (stranger.name, &mut Source::new(42));
        for _ in 0..ROUNDS {
            let key = SecretKey::generate(&mut source.0);
            let point = key.public_key().to_uncompressed();
            let ours = Request::create(
                "steel",
                None,
                "王芳",
                &names(),
                Purpose::Server,
                &key,
                &mut source.0,
            );
            let ours = ours.unwrap();
            assert_eq!(
                stranger.result("csr-verify", &[ours.to_der()]),
                point,
                "{name}"
            );
            tally.count(name, "ours verified there");
            assert!(
                !stranger.accepts("csr-verify", &[&tampered(ours.to_der())]),
                "{name}"
            );
            tally.count(name, "a bit flipped, refused there");

            let theirs = stranger.result("csr-make", &[&*key.to_bytes(), "li-na".as_bytes()]);
            let read = Request::from_der(&theirs);
            let read =
                read.unwrap_or_else(|error| panic!("{name} {error}: {}", hex::encode(&theirs)));
            assert_eq!(read.public_key(), key.public_key());
            tally.count(name, "theirs verified here");
            assert!(Request::from_der(&tampered(&theirs)).is_err());
            tally.count(name, "a bit flipped, refused here");
        }
    }
}

#[test]
fn lists_of_revoked_certificates_are_read_by_the_other_side() {
    let mut tally = Tally::new("lists of revoked certificates");
    for stranger in offering(&["crl-make", "crl-verify"]) {
        let (name, source) = (stranger.name, &mut Source::new(43));
        for _ in 0..ROUNDS {
            let key = SecretKey::generate(&mut source.0);
            let validity = Validity::new(BEGIN, END).unwrap();
            let authority =
                issue_root("steel", "Root CA", 0, &key, validity, &mut source.0).unwrap();
            let issuer = Issuer::new(authority.clone(), key.clone()).unwrap();
            let impostor = root(source);
            let mut serial = source.bytes(16);
            serial[0] = serial[0] & 0x7f | 0x40;
            let revoked = Revoked {
                serial: serial.clone(),
                revoked_at_ms: BEGIN,
                reason: Reason::KeyCompromise,
            };
            let ours = issuer
                .issue_revocation_list(7, BEGIN, END, &[revoked], &mut source.0)
                .unwrap();
            let verify = |authority: &Certificate, list: &[u8]| {
                stranger.ask("crl-verify", &[authority.to_der(), list])
            };
            let given = hengtan_interop::Answer::Given(vec![serial.clone()]);
            assert_eq!(verify(&authority, ours.to_der()), given, "{name}");
            tally.count(name, "ours verified there");
            assert_ne!(
                verify(&authority, &tampered(ours.to_der())),
                given,
                "{name}"
            );
            assert_ne!(
                verify(impostor.certificate(), ours.to_der()),
                given,
                "{name}"
            );
            tally.count(name, "tampered, refused there");

            let theirs =
                stranger.result("crl-make", &[&*key.to_bytes(), authority.to_der(), &serial]);
            let list = RevocationList::from_der(&theirs);
            let list =
                list.unwrap_or_else(|error| panic!("{name} {error}: {}", hex::encode(&theirs)));
            assert_eq!(list.verify(&authority, AT), Ok(()), "{name}");
            assert_eq!(
                list.entry(&serial).map(|entry| entry.reason),
                Some(Reason::KeyCompromise)
            );
            tally.count(name, "theirs verified here");
            assert!(list.verify(impostor.certificate(), AT).is_err());
            let changed = RevocationList::from_der(&tampered(&theirs));
            assert!(changed.map_or(true, |changed| changed.verify(&authority, AT).is_err()));
            tally.count(name, "tampered, refused here");
        }
    }
}
