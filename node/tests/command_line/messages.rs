//! `hengtan crypto cms`: files signed and encrypted for others, and verdicts with their exit codes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::certificates::{cert, passphrase};
use super::{err, is_han, out, run};

fn attempt(home: &Path, line: &str) -> std::process::Output {
    let mut arguments = vec!["crypto", "cms"];
    arguments.extend(line.split(' '));
    arguments.extend(["-o", "json"]);
    run(home, &arguments)
}

/// Runs `hengtan crypto cms …` and gives its record.
fn cms(home: &Path, line: &str) -> Value {
    let output = attempt(home, line);
    assert!(output.status.success(), "{line}: {}", err(&output));
    serde_json::from_str(&out(&output)).expect("JSON alone on standard output")
}

fn refused(home: &Path, line: &str, exit: i32, code: &str) {
    let output = attempt(home, line);
    assert_eq!(output.status.code(), Some(exit), "{line}: {}", err(&output));
    assert!(err(&output).contains(code), "{line}: {}", err(&output));
    assert_eq!(out(&output), "", "{line}");
}

const REPORT: &str = "2025 年度温室气体排放报告\n";

/// A CA with two members, one of them with a pair of certificates, and a report.
fn office(home: &Path) {
    cert(home, "ca example --dir root");
    cert(home, "issue li-na --dir root --role business");
    cert(home, "issue office --dir root --kind dual --role regulator");
    fs::write(home.join("report.txt"), REPORT).expect("written");
}

const LI_NA: &str = "--key li-na.key.pem --cert li-na.cert.pem";
const TRUST: &str = "--ca root/ca.cert.pem";

#[test]
fn a_signed_file_is_verified_and_a_changed_one_refused() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    office(home);
    let signed = cms(home, &format!("sign report.txt {LI_NA}"));
    assert_eq!(signed["file"], "report.txt.p7m");
    assert_eq!(signed["detached"], false);
    let verified = cms(
        home,
        &format!("verify report.txt.p7m {TRUST} --out read.txt"),
    );
    assert_eq!(verified["valid"], true);
    let signer = &verified["signers"][0];
    assert!(
        signer["subject"]
            .as_str()
            .expect("text")
            .contains("CN=li-na")
    );
    assert_eq!(signer["signed_at"], signed["signed_at"]);
    assert_eq!(verified["content_bytes"], REPORT.len());
    let read = fs::read_to_string(home.join("read.txt")).expect("written");
    assert_eq!(read, REPORT);
    refused(home, &format!("sign report.txt {LI_NA}"), 5, "HT-CLI-022");

    // One byte of the content, one of the signature, one behind the end, half of it, and something else.
    let message = fs::read(home.join("report.txt.p7m")).expect("written");
    let at = |needle: &[u8]| {
        let found = message
            .windows(needle.len())
            .position(|found| found == needle);
        found.expect("in the message")
    };
    let flipped = |at: usize| {
        let mut changed = message.clone();
        changed[at] ^= 1;
        changed
    };
    for (changed, exit, code) in [
        (flipped(at(REPORT.as_bytes())), 7, "HT-CRY-105"),
        (flipped(message.len() - 1), 7, "HT-CRY-108"),
        ([&message[..], b"\n"].concat(), 8, "HT-CRY-103"),
        (message[..message.len() / 2].to_vec(), 8, "HT-CRY-103"),
        (REPORT.as_bytes().to_vec(), 8, "HT-CRY-103"),
    ] {
        fs::write(home.join("changed.p7m"), changed).expect("written");
        refused(home, &format!("verify changed.p7m {TRUST}"), exit, code);
    }
    // Another CA of the same name, none, and a revoked signer.
    cert(home, "ca example --dir other");
    let other = "verify report.txt.p7m --ca other/ca.cert.pem";
    refused(home, other, 7, "HT-CRY-0");
    refused(home, "verify report.txt.p7m", 2, "HT-CLI-003");
    cert(home, "revoke li-na --dir root --reason key-compromise");
    let listed = format!("verify report.txt.p7m {TRUST} --crl root/ca.crl.pem");
    refused(home, &listed, 7, "HT-CRY-055");
}

#[test]
fn a_detached_signature_needs_its_content_and_comes_in_every_form() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    office(home);
    fs::write(home.join("other.txt"), "another report").expect("written");
    for (index, form) in [
        "",
        " --no-attributes",
        " --syntax rfc5652",
        " --syntax rfc5652 --no-attributes --pem",
    ]
    .iter()
    .enumerate()
    {
        let file = format!("{index}.p7s");
        let signed = cms(
            home,
            &format!("sign report.txt {LI_NA} --detached --out {file}{form}"),
        );
        assert_eq!(signed["detached"], true);
        assert_eq!(
            signed["signed_at"].is_null(),
            form.contains("no-attributes")
        );
        let verify = format!("verify {file} {TRUST}");
        refused(home, &verify, 2, "HT-CRY-106");
        cms(home, &format!("{verify} --content report.txt"));
        refused(
            home,
            &format!("{verify} --content other.txt"),
            7,
            "HT-CRY-10",
        );
        let shown = cms(home, &format!("show {file}"));
        assert_eq!(shown["kind"], "signed");
        assert_eq!(shown["detached"], true);
        assert_eq!(shown["certificates"].as_array().map(Vec::len), Some(1));
    }
}

#[test]
fn an_encrypted_file_is_opened_by_its_recipient_alone() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    office(home);
    passphrase(home, "holder.txt", "staple twelve oranges\n");
    cert(
        home,
        "issue vault --dir root --kind dual --role auditor --passphrase-file holder.txt",
    );
    let recipients = "--for office.enc.cert.pem --for vault.enc.cert.pem";
    for (cipher, kind) in [("gcm", "authenticated_enveloped"), ("cbc", "enveloped")] {
        let file = format!("{cipher}.p7m");
        cms(
            home,
            &format!("encrypt report.txt {recipients} --cipher {cipher} --out {file}"),
        );
        let shown = cms(home, &format!("show {file}"));
        assert_eq!(shown["kind"], kind);
        assert_eq!(shown["recipients"].as_array().map(Vec::len), Some(2));
        let decrypt =
            |key: &str, to: &str| format!("decrypt {file} --key {key} --out {cipher}-{to}");
        cms(home, &decrypt("office.enc.key.pem", "1"));
        cms(
            home,
            &(decrypt("office.enc.key.pem", "2") + " --cert office.enc.cert.pem"),
        );
        let opened = decrypt("vault.enc.key.pem", "3") + " --passphrase-file holder.txt";
        cms(home, &opened);
        for to in ["1", "2", "3"] {
            let path = home.join(format!("{cipher}-{to}"));
            assert_eq!(fs::read_to_string(path).expect("written"), REPORT);
        }
        refused(home, &decrypt("office.enc.key.pem", "1"), 5, "HT-CLI-022");
        refused(home, &decrypt("li-na.key.pem", "4"), 7, "HT-CRY-047");
        refused(home, &decrypt("vault.enc.key.pem", "4"), 2, "HT-CRY-080");
        assert!(!home.join(format!("{cipher}-4")).exists());
    }
    // To a certificate that signs nobody encrypts.
    refused(
        home,
        "encrypt report.txt --for li-na.cert.pem --out x.p7m",
        7,
        "HT-CRY-021",
    );
}

#[test]
fn a_file_signed_and_encrypted_in_one_is_verified_when_it_is_opened() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    office(home);
    cms(
        home,
        &format!("sign report.txt {LI_NA} --for office.enc.cert.pem"),
    );
    let shown = cms(home, "show report.txt.p7m");
    assert_eq!(shown["kind"], "signed_and_enveloped");
    let open = "decrypt report.txt.p7m --key office.enc.key.pem --out read.txt";
    refused(home, open, 2, "HT-CLI-003");
    cert(home, "ca example --dir other");
    refused(
        home,
        &format!("{open} --ca other/ca.cert.pem"),
        7,
        "HT-CRY-0",
    );
    assert!(!home.join("read.txt").exists());
    let opened = cms(home, &format!("{open} {TRUST}"));
    assert_eq!(opened["valid"], true);
    let read = fs::read_to_string(home.join("read.txt")).expect("written");
    assert_eq!(read, REPORT);
}

#[test]
fn messages_are_told_about_in_chinese() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    office(home);
    cms(home, &format!("sign report.txt {LI_NA}"));
    let verify = [
        "crypto",
        "cms",
        "verify",
        "report.txt.p7m",
        "--lang",
        "zh-CN",
    ];
    let output = run(home, &[&verify[..], &["--ca", "root/ca.cert.pem"]].concat());
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    assert!(err(&output).contains("所有签名均有效"), "{}", err(&output));
    assert!(out(&output).chars().any(is_han), "{}", out(&output));
    let output = run(home, &[&verify[..], &["--ca", "li-na.cert.pem"]].concat());
    assert_eq!(output.status.code(), Some(7), "{}", err(&output));
    assert!(err(&output).chars().any(is_han), "{}", err(&output));
}
