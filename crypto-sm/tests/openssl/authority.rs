//! Authorities on both sides: requests, paths, dual certificates, revocation lists.
//!
//! OpenSSL 3.0 takes a user id for the signature of the last certificate of a path and of a request only. Paths are
//! therefore verified there link by link, and signatures of revocation lists as those of plain bytes.

use super::{BEGIN, DISTID, END, attempt, folder, openssl, text};
use crypto_sm::{
    Error,
    certificate::{
        Certificate, Issuer, Purpose, Reason, Request, Revocation, RevocationList, Revoked, Trust,
        Validity, issue_root,
    },
    sm2::SecretKey,
};
use rand::{SeedableRng, rngs::StdRng};
use std::{fs, path::Path};
use x509_cert::{
    crl::CertificateList,
    der::{Decode, Encode},
};

/// 2026-06-01T00:00:00Z
const THEN: u64 = 1_780_272_000_000;

fn issuer(rng: &mut StdRng) -> Issuer {
    let key = SecretKey::generate(rng);
    let validity = Validity::new(BEGIN, END).unwrap();
    let certificate = issue_root("steel", "Root CA", 1, &key, validity, rng).unwrap();
    Issuer::new(certificate, key).unwrap()
}

fn write(folder: &Path, name: &str, content: impl AsRef<[u8]>) {
    fs::write(folder.join(name), content).unwrap();
}

fn generate(folder: &Path, name: &str) {
    openssl(folder, &["genpkey", "-algorithm", "SM2", "-out", name]);
}

#[test]
fn requests_are_read_on_both_sides() {
    let Some(folder) = folder("requests_are_read_on_both_sides") else {
        return;
    };
    let folder = folder.path();
    let rng = &mut StdRng::seed_from_u64(11);
    let key = SecretKey::generate(rng);
    let names = ["node-1.example".parse().unwrap(), "::1".parse().unwrap()];
    let request = Request::create(
        "steel",
        Some("node"),
        "node-1",
        &names,
        Purpose::Server,
        &key,
        rng,
    )
    .unwrap();
    write(folder, "ours.csr", request.to_pem());
    let verify = ["req", "-in", "ours.csr", "-verify", "-noout", "-vfyopt"];
    openssl(folder, &[&verify[..], &[DISTID]].concat());
    let other = ["distid:1234567812345679"];
    let (accepted, printed) = attempt(folder, &[&verify[..], &other].concat());
    assert!(!accepted || printed.contains("failure"), "{printed}");
    let printed = openssl(folder, &["req", "-in", "ours.csr", "-noout", "-text"]);
    for expected in ["DNS:node-1.example", "O = steel", "Digital Signature"] {
        assert!(printed.contains(expected), "{expected} in {printed}");
    }

    // Theirs, with names, with none, with a challenge password, and signed under OpenSSL's own empty user id.
    generate(folder, "their.key");
    let create = |extra: &[&str]| {
        let base = [
            "req",
            "-new",
            "-sm3",
            "-key",
            "their.key",
            "-subj",
            "/C=CN/ST=Hebei/L=Tangshan/O=steel/OU=a/OU=b/CN=node 2/emailAddress=x@example.org",
            "-out",
            "their.csr",
        ];
        openssl(folder, &[&base[..], extra].concat());
        Request::from_pem(&text(folder, "their.csr"))
    };
    let theirs = create(&[
        "-sigopt",
        DISTID,
        "-addext",
        "subjectAltName=DNS:node-2.example,IP:10.0.0.2,email:x@example.org",
        "-addext",
        "keyUsage=digitalSignature",
    ])
    .unwrap();
    let names: Vec<String> = theirs
        .alternative_names()
        .iter()
        .map(ToString::to_string)
        .collect();
    assert_eq!(names, ["node-2.example", "10.0.0.2"]);
    assert_eq!(theirs.subject().common_name.as_deref(), Some("node 2"));
    assert_eq!(theirs.subject().organisational_unit, None);
    let key = SecretKey::from_pkcs8_pem(&text(folder, "their.key")).unwrap();
    assert_eq!(theirs.public_key(), key.public_key());
    let plain = create(&["-sigopt", DISTID]).unwrap();
    assert!(plain.alternative_names().is_empty());
    assert_eq!(
        create(&[]),
        Err(Error::RequestSignature {
            name: "node 2".to_owned()
        })
    );

    // Each side issues from the other's request.
    let root = issuer(rng);
    let validity = Validity::new(BEGIN, END).unwrap();
    let issued = root
        .issue_node("node-2", &[], theirs.public_key(), validity, rng)
        .unwrap();
    write(folder, "root.pem", root.certificate().to_pem());
    write(folder, "issued.pem", issued.to_pem());
    let verify = ["verify", "-x509_strict", "-vfyopt", DISTID, "-CAfile"];
    openssl(folder, &[&verify[..], &["root.pem", "issued.pem"]].concat());
    assert_eq!(
        openssl(folder, &["x509", "-in", "issued.pem", "-noout", "-pubkey"]),
        openssl(folder, &["pkey", "-in", "their.key", "-pubout"])
    );
}

/// An authority made with OpenSSL: root → office → server and a revocation list of the office, with names, numbers and
/// extensions as they are met elsewhere.
fn their_hierarchy(folder: &Path) {
    write(
        folder,
        "ca.cnf",
        "[office]\nbasicConstraints = critical, CA:TRUE, pathlen:0\nkeyUsage = critical, keyCertSign, cRLSign\n\
         subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid, issuer:always\n\
         crlDistributionPoints = URI:http://crl.example/root.crl\ncertificatePolicies = 1.2.156.1\n\
         [server]\nbasicConstraints = CA:FALSE\nkeyUsage = digitalSignature\nextendedKeyUsage = serverAuth\n\
         subjectAltName = DNS:node-1.example\nsubjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid:always\n\
         authorityInfoAccess = caIssuers;URI:http://ca.example/ca.cer\nnsComment = \"issued elsewhere\"\n\
         [encryption]\nbasicConstraints = CA:FALSE\nkeyUsage = keyEncipherment, dataEncipherment\n\
         subjectKeyIdentifier = hash\nauthorityKeyIdentifier = keyid:always\n\
         [ca]\ndefault_ca = lists\n[lists]\ndatabase = index.txt\ncrlnumber = number\ndefault_md = sm3\n\
         default_crl_days = 3650\ncertificate = office.pem\nprivate_key = office.key\ncrl_extensions = crl\n\
         unique_subject = no\n[crl]\nauthorityKeyIdentifier = keyid:always\n",
    );
    write(folder, "index.txt", "");
    write(folder, "number", "1000\n");
    for name in ["root.key", "office.key", "server.key", "encryption.key"] {
        generate(folder, name);
    }
    let sign = ["-sm3", "-sigopt", DISTID];
    let root = [
        "req",
        "-x509",
        "-new",
        "-key",
        "root.key",
        "-days",
        "7300",
        "-subj",
        "/C=CN/O=某某电子认证服务有限公司/CN=SM2 根",
        "-utf8",
        "-out",
        "root.pem",
        "-addext",
        "keyUsage=critical,keyCertSign,cRLSign",
    ];
    openssl(folder, &[&root[..], &sign].concat());
    for (name, subject, authority, serial) in [
        ("office", "/C=CN/O=CA Ltd/CN=Office CA 1", "root", "0x8000"),
        (
            "server",
            "/C=CN/ST=Hebei/O=Steel Works/OU=IT/OU=Furnace 2/CN=node-1.example",
            "office",
            "0x00ffeeddccbbaa998877665544332211",
        ),
        (
            "encryption",
            "/C=CN/ST=Hebei/O=Steel Works/OU=IT/OU=Furnace 2/CN=node-1.example",
            "office",
            "1",
        ),
    ] {
        let (key, csr, pem) = (
            format!("{name}.key"),
            format!("{name}.csr"),
            format!("{name}.pem"),
        );
        let request = ["req", "-new", "-key", &key, "-subj", subject, "-out", &csr];
        openssl(folder, &[&request[..], &sign].concat());
        let (ca, ca_key) = (format!("{authority}.pem"), format!("{authority}.key"));
        let issue = [
            "x509",
            "-req",
            "-in",
            &csr,
            "-CA",
            &ca,
            "-CAkey",
            &ca_key,
            "-set_serial",
            serial,
            "-days",
            "3650",
            "-vfyopt",
            DISTID,
            "-extfile",
            "ca.cnf",
            "-extensions",
            name,
            "-out",
            &pem,
        ];
        openssl(folder, &[&issue[..], &sign].concat());
    }
}

fn their_list(folder: &Path) -> RevocationList {
    let arguments = [
        "ca",
        "-config",
        "ca.cnf",
        "-gencrl",
        "-sigopt",
        DISTID,
        "-out",
        "office.crl",
    ];
    openssl(folder, &arguments);
    RevocationList::from_pem(&text(folder, "office.crl")).unwrap()
}

#[test]
fn authorities_made_with_openssl_work_the_same() {
    let Some(folder) = folder("authorities_made_with_openssl_work_the_same") else {
        return;
    };
    let folder = folder.path();
    their_hierarchy(folder);
    let read = |name: &str| Certificate::from_pem(&text(folder, name)).unwrap();
    let (roots, intermediates) = ([read("root.pem")], [read("office.pem")]);
    let (server, encryption) = (read("server.pem"), read("encryption.pem"));
    let at_ms = server.validity().not_before_ms + 3_600_000;
    let trust = |lists| Trust {
        roots: &roots,
        intermediates: &intermediates,
        lists,
        revocation: Revocation::Certificate,
    };
    let before = [their_list(folder)];
    assert_eq!(before[0].number(), Some(&[0x10, 0x00][..]));
    assert_eq!(before[0].entries().len(), 0);
    let path = trust(&before).verify(&server, Purpose::Server, at_ms);
    assert_eq!(path.unwrap().len(), 3);
    let refused = trust(&before).verify(&server, Purpose::Client, at_ms);
    assert_eq!(
        refused,
        Err(Error::CertificatePurpose {
            name: "node-1.example".to_owned(),
            purpose: "clientAuth".to_owned()
        })
    );
    let pair = crypto_sm::certificate::Pair::new(server.clone(), encryption.clone()).unwrap();
    assert_eq!(pair.verify(&trust(&before), at_ms), Ok(()));
    // Two organisational units are neither.
    assert_eq!(server.subject_organisational_unit(), None);
    assert_eq!(server.subject_organisation(), Some("Steel Works"));
    assert_eq!(
        hex::encode(server.serial()),
        "ffeeddccbbaa998877665544332211"
    );
    // A stranger's certificate is no member's, whatever its path.
    assert_eq!(
        server.verify_issued_by(&intermediates[0], at_ms),
        Err(Error::CertificateName { field: "OU" })
    );

    // Revoked there, refused here.
    let revoke = [
        "ca",
        "-config",
        "ca.cnf",
        "-revoke",
        "server.pem",
        "-crl_reason",
        "keyCompromise",
        "-sigopt",
        DISTID,
    ];
    openssl(folder, &revoke);
    let after = [their_list(folder), before[0].clone()];
    // Both lists may be of one second; the newer one has the greater number.
    assert_eq!(after[0].number(), Some(&[0x10, 0x01][..]));
    let refused = trust(&after)
        .verify(&server, Purpose::Server, at_ms)
        .map_err(|error| error.code());
    assert_eq!(refused, Err("HT-CRY-055"));
    assert_eq!(
        after[0].entry(server.serial()).unwrap().reason,
        Reason::KeyCompromise
    );
    assert!(
        trust(&after)
            .verify(&encryption, Purpose::Encryption, at_ms)
            .is_ok()
    );
}

#[test]
fn openssl_reads_and_verifies_what_our_authorities_write() {
    let Some(folder) = folder("openssl_reads_and_verifies_what_our_authorities_write") else {
        return;
    };
    let folder = folder.path();
    let rng = &mut StdRng::seed_from_u64(12);
    let root = issuer(rng);
    let validity = Validity::new(BEGIN, END).unwrap();
    let key = SecretKey::generate(rng);
    let office = root
        .issue_intermediate("Office CA", 0, key.public_key(), validity, rng)
        .unwrap();
    let office = Issuer::new(office, key).unwrap();
    let key = SecretKey::generate(rng);
    let signing = office
        .issue_member("operations", "li-na", key.public_key(), validity, rng)
        .unwrap();
    let key = SecretKey::generate(rng);
    let pair = office
        .issue_encryption(&signing, key.public_key(), validity, rng)
        .unwrap();
    let renewed = office
        .renew(&signing, signing.public_key(), validity, rng)
        .unwrap();
    for (name, certificate) in [
        ("root.pem", root.certificate()),
        ("office.pem", office.certificate()),
        ("signing.pem", pair.signing()),
        ("encryption.pem", pair.encryption()),
        ("renewed.pem", &renewed),
    ] {
        write(folder, name, certificate.to_pem());
    }
    let verify = |authority: &str, certificate: &str| {
        let arguments = [
            "verify",
            "-x509_strict",
            "-partial_chain",
            "-vfyopt",
            DISTID,
            "-CAfile",
            authority,
            certificate,
        ];
        attempt(folder, &arguments)
    };
    for (authority, certificate) in [
        ("root.pem", "office.pem"),
        ("office.pem", "signing.pem"),
        ("office.pem", "encryption.pem"),
        ("office.pem", "renewed.pem"),
    ] {
        let (accepted, printed) = verify(authority, certificate);
        assert!(accepted, "{certificate}: {printed}");
    }
    let (accepted, printed) = verify("root.pem", "signing.pem");
    assert!(!accepted, "{printed}");
    let printed = openssl(
        folder,
        &["x509", "-in", "encryption.pem", "-noout", "-text"],
    );
    assert!(
        printed.contains("Key Encipherment, Data Encipherment, Key Agreement"),
        "{printed}"
    );
    let printed = openssl(folder, &["x509", "-in", "office.pem", "-noout", "-text"]);
    assert!(printed.contains("CA:TRUE, pathlen:0"), "{printed}");

    let entries = [
        Revoked {
            serial: signing.serial().to_vec(),
            revoked_at_ms: THEN,
            reason: Reason::Superseded,
        },
        Revoked {
            serial: vec![0x80],
            revoked_at_ms: THEN,
            reason: Reason::Unspecified,
        },
    ];
    let list = office
        .issue_revocation_list(4660, THEN, END, &entries, rng)
        .unwrap();
    write(folder, "office.crl", list.to_pem());
    let printed = openssl(folder, &["crl", "-in", "office.crl", "-noout", "-text"]);
    for expected in [
        "Version 2 (0x1)",
        "SM2-with-SM3",
        "X509v3 CRL Number: \n                4660",
        &hex::encode_upper(signing.serial()),
        "Superseded",
        "Jun  1 00:00:00 2026 GMT",
    ] {
        assert!(printed.contains(expected), "{expected} in {printed}");
    }
    // Its key identifier is the office's own, not that of the root above.
    let identifier = |printed: &str, heading: &str| {
        let rest = printed.split_once(heading).unwrap().1;
        let line = rest.lines().find(|line| line.contains(':')).unwrap();
        line.trim().trim_start_matches("keyid:").to_owned()
    };
    let office_text = openssl(folder, &["x509", "-in", "office.pem", "-noout", "-text"]);
    assert_eq!(
        identifier(&printed, "X509v3 Authority Key Identifier: \n"),
        identifier(&office_text, "X509v3 Subject Key Identifier: \n")
    );
    let parsed = <CertificateList>::from_der(list.to_der()).unwrap();
    write(folder, "content", parsed.tbs_cert_list.to_der().unwrap());
    write(folder, "signature", parsed.signature.as_bytes().unwrap());
    write(
        folder,
        "office.pub",
        office.certificate().public_key().to_spki_pem(),
    );
    let verify = [
        "pkeyutl",
        "-verify",
        "-pubin",
        "-inkey",
        "office.pub",
        "-rawin",
        "-in",
        "content",
        "-digest",
        "sm3",
        "-sigfile",
        "signature",
        "-pkeyopt",
        DISTID,
    ];
    openssl(folder, &verify);
}
