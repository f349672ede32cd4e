//! Keys, signatures and certificates exchanged with the `openssl` command line (3.0 or later, which knows SM2). Without
//! it, each test says so and passes.
#![allow(
    clippy::unwrap_used,
    reason = "the functions beside the tests are tests too"
)]

#[path = "openssl/authority.rs"]
mod authority;

use crypto_sm::{
    Error,
    certificate::{Certificate, Issuer, Validity, issue_authority},
    sm2::{PublicKey, SecretKey, Signature, USER_ID},
    sm3,
};
use rand::{SeedableRng, rngs::StdRng};
use std::{fs, path::Path, process::Command};
use tempfile::TempDir;

const DISTID: &str = "distid:1234567812345678";

/// 2020-01-01 till 2049-12-31, so that certificates issued by both sides overlap whatever the day.
const BEGIN: u64 = 1_577_836_800_000;
const END: u64 = 2_524_521_600_000;

/// A folder to work in; nothing, with a word about it, if there is no `openssl` that knows SM2.
fn folder(test: &str) -> Option<TempDir> {
    let folder = TempDir::new().unwrap();
    let arguments = ["genpkey", "-algorithm", "SM2", "-out", "probe.pem"];
    let usable = Command::new("openssl")
        .args(arguments)
        .current_dir(&folder)
        .output();
    if usable.is_ok_and(|output| output.status.success()) {
        return Some(folder);
    }
    eprintln!("SKIPPED {test}: no `openssl` command that knows SM2 on this machine");
    None
}

/// Runs `openssl` in the folder; whether it succeeded, and all it printed.
fn attempt(folder: &Path, arguments: &[&str]) -> (bool, String) {
    let output = Command::new("openssl")
        .args(arguments)
        .current_dir(folder)
        .output()
        .unwrap();
    let printed = [&output.stdout[..], &output.stderr].concat();
    (
        output.status.success(),
        String::from_utf8_lossy(&printed).into_owned(),
    )
}

fn openssl(folder: &Path, arguments: &[&str]) -> String {
    let (succeeded, printed) = attempt(folder, arguments);
    assert!(succeeded, "openssl {arguments:?}: {printed}");
    printed
}

fn text(folder: &Path, name: &str) -> String {
    fs::read_to_string(folder.join(name)).unwrap()
}

#[test]
fn openssl_verifies_what_we_sign() {
    let Some(folder) = folder("openssl_verifies_what_we_sign") else {
        return;
    };
    let folder = folder.path();
    let rng = &mut StdRng::seed_from_u64(1);
    for round in 0..5u8 {
        let key = SecretKey::generate(rng);
        let message = vec![round; usize::from(round) * 50 + 1];
        let signature = key.sign(USER_ID, &[&message], rng).unwrap();
        fs::write(folder.join("public.pem"), key.public_key().to_spki_pem()).unwrap();
        fs::write(folder.join("message"), &message).unwrap();
        fs::write(folder.join("signature"), signature.to_der()).unwrap();
        let verify = [
            "pkeyutl",
            "-verify",
            "-pubin",
            "-inkey",
            "public.pem",
            "-rawin",
            "-in",
            "message",
            "-digest",
            "sm3",
        ];
        let with = |distid| [&verify[..], &["-sigfile", "signature", "-pkeyopt", distid]].concat();
        openssl(folder, &with(DISTID));
        let (accepted, printed) = attempt(folder, &with("distid:1234567812345679"));
        assert!(!accepted, "{printed}");
    }
}

#[test]
fn we_verify_what_openssl_signs() {
    let Some(folder) = folder("we_verify_what_openssl_signs") else {
        return;
    };
    let folder = folder.path();
    fs::write(folder.join("message"), "消耗 12.5 t").unwrap();
    for _ in 0..5 {
        openssl(
            folder,
            &["genpkey", "-algorithm", "SM2", "-out", "secret.pem"],
        );
        openssl(
            folder,
            &["pkey", "-in", "secret.pem", "-pubout", "-out", "public.pem"],
        );
        let sign = [
            "pkeyutl",
            "-sign",
            "-inkey",
            "secret.pem",
            "-rawin",
            "-in",
            "message",
            "-digest",
            "sm3",
        ];
        openssl(
            folder,
            &[&sign[..], &["-out", "signature", "-pkeyopt", DISTID]].concat(),
        );
        let public = PublicKey::from_spki_pem(&text(folder, "public.pem")).unwrap();
        let signature = Signature::from_der(&fs::read(folder.join("signature")).unwrap()).unwrap();
        assert_eq!(
            public.verify(USER_ID, &["消耗 ".as_bytes(), b"12.5 t"], &signature),
            Ok(())
        );
        assert_eq!(
            public.verify(USER_ID, &[b"12.5 t"], &signature),
            Err(Error::SignatureMismatch)
        );
        let secret = SecretKey::from_pkcs8_pem(&text(folder, "secret.pem")).unwrap();
        assert_eq!(*secret.public_key(), public);
    }
}

#[test]
fn key_files_are_read_on_both_sides() {
    let Some(folder) = folder("key_files_are_read_on_both_sides") else {
        return;
    };
    let folder = folder.path();
    let key = SecretKey::generate(&mut StdRng::seed_from_u64(2));
    fs::write(folder.join("secret.pem"), key.to_pkcs8_pem().as_bytes()).unwrap();
    openssl(folder, &["pkey", "-in", "secret.pem", "-check", "-noout"]);
    assert_eq!(
        openssl(folder, &["pkey", "-in", "secret.pem", "-pubout"]),
        key.public_key().to_spki_pem()
    );
    openssl(folder, &["pkey", "-in", "secret.pem", "-out", "again.pem"]);
    let again = SecretKey::from_pkcs8_pem(&text(folder, "again.pem")).unwrap();
    assert_eq!(*again.to_bytes(), *key.to_bytes());
    // Keys of other kinds are told apart.
    openssl(
        folder,
        &[
            "genpkey",
            "-algorithm",
            "EC",
            "-pkeyopt",
            "ec_paramgen_curve:P-256",
            "-out",
            "p256.pem",
        ],
    );
    let refused = SecretKey::from_pkcs8_pem(&text(folder, "p256.pem")).map(|_| ());
    assert_eq!(refused, Err(Error::SecretKeyInfo));
    openssl(
        folder,
        &["pkey", "-in", "p256.pem", "-pubout", "-out", "p256.pub"],
    );
    assert_eq!(
        PublicKey::from_spki_pem(&text(folder, "p256.pub")),
        Err(Error::PublicKeyInfo)
    );
}

#[test]
fn hashes_are_equal() {
    let Some(folder) = folder("hashes_are_equal") else {
        return;
    };
    let folder = folder.path();
    for content in [&b""[..], b"abc", &[0x5a; 1000]] {
        fs::write(folder.join("content"), content).unwrap();
        let printed = openssl(folder, &["dgst", "-sm3", "-r", "content"]);
        assert_eq!(
            printed.split_whitespace().next(),
            Some(&*hex::encode(sm3::hash(&[content])))
        );
    }
}

#[test]
fn openssl_verifies_the_certificates_we_issue() {
    let Some(folder) = folder("openssl_verifies_the_certificates_we_issue") else {
        return;
    };
    let folder = folder.path();
    let rng = &mut StdRng::seed_from_u64(3);
    let validity = Validity::new(BEGIN, END).unwrap();
    let issuer = |rng: &mut StdRng| {
        let key = SecretKey::generate(rng);
        let certificate = issue_authority("steel", "Root CA", &key, validity, rng).unwrap();
        Issuer::new(certificate, key).unwrap()
    };
    let (steel, impostor) = (issuer(rng), issuer(rng));
    let (member, node) = (SecretKey::generate(rng), SecretKey::generate(rng));
    let member = steel
        .issue_member("operations", "王芳", member.public_key(), validity, rng)
        .unwrap();
    let names = [
        "node-1.example".parse().unwrap(),
        "127.0.0.1".parse().unwrap(),
    ];
    let node = steel
        .issue_node("node-1", &names, node.public_key(), validity, rng)
        .unwrap();
    fs::write(folder.join("ca.pem"), steel.certificate().to_pem()).unwrap();
    fs::write(folder.join("impostor.pem"), impostor.certificate().to_pem()).unwrap();
    fs::write(folder.join("member.pem"), member.to_pem()).unwrap();
    fs::write(folder.join("node.pem"), node.to_pem()).unwrap();

    let verify = |authority: &str, purpose: &[&str], certificate: &str| {
        let arguments = [
            "verify",
            "-x509_strict",
            "-vfyopt",
            DISTID,
            "-CAfile",
            authority,
        ];
        attempt(folder, &[&arguments[..], purpose, &[certificate]].concat())
    };
    for (purpose, certificate) in [
        (&[][..], "ca.pem"),
        (&[], "member.pem"),
        (
            &[
                "-purpose",
                "sslserver",
                "-verify_hostname",
                "node-1.example",
            ],
            "node.pem",
        ),
        (
            &["-purpose", "sslclient", "-verify_ip", "127.0.0.1"],
            "node.pem",
        ),
    ] {
        let (accepted, printed) = verify("ca.pem", purpose, certificate);
        assert!(accepted, "{certificate}: {printed}");
        let (accepted, printed) = verify("impostor.pem", purpose, certificate);
        assert!(!accepted, "{certificate}: {printed}");
    }
    let printed = openssl(
        folder,
        &[
            "x509",
            "-in",
            "member.pem",
            "-noout",
            "-text",
            "-nameopt",
            "RFC2253,utf8,-esc_msb",
        ],
    );
    for expected in [
        "SM2-with-SM3",
        "CN=王芳,OU=operations,O=steel,C=CN",
        "Digital Signature, Non Repudiation",
        "CA:FALSE",
    ] {
        assert!(printed.contains(expected), "{expected} in {printed}");
    }
}

#[test]
fn we_verify_the_certificates_openssl_issues() {
    let Some(folder) = folder("we_verify_the_certificates_openssl_issues") else {
        return;
    };
    let folder = folder.path();
    fs::write(
        folder.join("member.ext"),
        "basicConstraints = critical, CA:FALSE\nkeyUsage = critical, digitalSignature\n\
         subjectAltName = DNS:node-1.example, IP:127.0.0.1, email:wang@example.org\n",
    )
    .unwrap();
    for name in ["ca", "member"] {
        openssl(
            folder,
            &[
                "genpkey",
                "-algorithm",
                "SM2",
                "-out",
                &format!("{name}.key"),
            ],
        );
    }
    let sign = ["-sm3", "-sigopt", DISTID];
    let authority = [
        "req",
        "-x509",
        "-new",
        "-key",
        "ca.key",
        "-days",
        "365",
        "-subj",
        "/C=CN/O=steel/CN=Root CA",
    ];
    let extensions = [
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
        "-out",
        "ca.pem",
    ];
    openssl(folder, &[&authority[..], &sign, &extensions].concat());
    let request = [
        "req",
        "-new",
        "-key",
        "member.key",
        "-subj",
        "/C=CN/O=steel/OU=operations/CN=li-na",
        "-out",
        "member.csr",
    ];
    openssl(folder, &[&request[..], &sign].concat());
    let issue = [
        "x509",
        "-req",
        "-in",
        "member.csr",
        "-CA",
        "ca.pem",
        "-CAkey",
        "ca.key",
        "-CAcreateserial",
        "-days",
        "30",
    ];
    let issue = [
        &issue[..],
        &sign,
        &[
            "-vfyopt",
            DISTID,
            "-extfile",
            "member.ext",
            "-out",
            "member.pem",
        ],
    ]
    .concat();
    openssl(folder, &issue);

    let authority = Certificate::from_pem(&text(folder, "ca.pem")).unwrap();
    let member = Certificate::from_pem(&text(folder, "member.pem")).unwrap();
    let at_ms = member.validity().not_before_ms;
    assert_eq!(authority.verify_authority(at_ms), Ok(()));
    assert_eq!(member.verify_issued_by(&authority, at_ms), Ok(()));
    assert_eq!(member.subject_organisation(), Some("steel"));
    assert_eq!(member.subject_organisational_unit(), Some("operations"));
    let names: Vec<String> = member
        .alternative_names()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["node-1.example", "127.0.0.1"]);
    // Its text form before the armour is skipped, as `openssl x509 -text` writes it.
    let printed = openssl(folder, &["x509", "-in", "member.pem", "-text"]);
    assert_eq!(Certificate::from_pem(&printed), Ok(member));
    // Its key goes to work as an issuer here.
    let key = SecretKey::from_pkcs8_pem(&text(folder, "ca.key")).unwrap();
    let rng = &mut StdRng::seed_from_u64(4);
    let subject = SecretKey::generate(rng);
    let validity = Validity::new(at_ms, at_ms + 60_000).unwrap();
    let issuer = Issuer::new(authority, key).unwrap();
    let issued = issuer
        .issue_member(
            "operations",
            "zhang-wei",
            subject.public_key(),
            validity,
            rng,
        )
        .unwrap();
    assert_eq!(issued.verify_issued_by(issuer.certificate(), at_ms), Ok(()));
    fs::write(folder.join("issued.pem"), issued.to_pem()).unwrap();
    openssl(
        folder,
        &[
            "verify",
            "-x509_strict",
            "-vfyopt",
            DISTID,
            "-CAfile",
            "ca.pem",
            "issued.pem",
        ],
    );

    // An RSA certificate is refused by its algorithm.
    let rsa = [
        "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "rsa.key", "-subj", "/O=steel",
        "-out", "rsa.pem",
    ];
    openssl(folder, &rsa);
    let refused = Certificate::from_pem(&text(folder, "rsa.pem"))
        .map(|_| ())
        .map_err(|error| error.code());
    assert_eq!(refused, Err("HT-CRY-016"));
}
