//! `hengtan cert`: a CA's life in a folder, and verdicts with their exit codes.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::{err, is_han, out, run};

/// Runs `hengtan cert …` and gives its record.
pub fn cert(home: &Path, line: &str) -> Value {
    let output = attempt(home, line);
    assert!(output.status.success(), "{line}: {}", err(&output));
    serde_json::from_str(&out(&output)).expect("JSON alone on standard output")
}

fn attempt(home: &Path, line: &str) -> std::process::Output {
    let mut arguments = vec!["cert"];
    arguments.extend(line.split(' '));
    arguments.extend(["-o", "json", "--yes"]);
    run(home, &arguments)
}

fn refused(home: &Path, line: &str, exit: i32, code: &str) {
    let output = attempt(home, line);
    assert_eq!(output.status.code(), Some(exit), "{line}: {}", err(&output));
    assert!(err(&output).contains(code), "{line}: {}", err(&output));
    assert_eq!(out(&output), "", "{line}");
}

/// Writes a passphrase that its owner alone can read.
pub fn passphrase(home: &Path, name: &str, text: &str) {
    fs::write(home.join(name), text).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::Permissions::from_mode(0o600);
        fs::set_permissions(home.join(name), mode).expect("closed");
    }
}

fn key_id(home: &Path, file: &str) -> serde_json::Value {
    cert(home, &format!("show {file}"))["key_id"].clone()
}

#[test]
fn the_encryption_key_of_a_pair_is_delivered_to_the_key_of_the_request_alone() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    cert(home, "ca example --dir root");
    cert(
        home,
        "request wang-fang --organisation example --role operations",
    );
    let issued = cert(
        home,
        "issue wang-fang --dir root --kind dual --role operations --csr wang-fang.csr.pem",
    );
    assert_eq!(issued["encryption_key_file"], "./wang-fang.enc.key.der");
    assert!(!home.join("wang-fang.enc.key.pem").exists());
    let receive = |key: &str| {
        run(
            home,
            &[
                "key",
                "receive",
                "wang-fang.enc.key.der",
                "--key",
                key,
                "--out",
                "wang-fang.enc.key.pem",
                "-o",
                "json",
            ],
        )
    };
    // The CA's own key does not open it.
    let refused = receive("root/ca.key.pem");
    assert_eq!(refused.status.code(), Some(7), "{}", err(&refused));
    assert!(!home.join("wang-fang.enc.key.pem").exists());
    let received = receive("wang-fang.key.pem");
    assert_eq!(received.status.code(), Some(0), "{}", err(&received));
    let received: serde_json::Value = serde_json::from_str(&out(&received)).expect("JSON");
    assert_eq!(received["key_id"], key_id(home, "wang-fang.enc.cert.pem"));
}

#[test]
fn keys_of_cas_and_holders_stand_encrypted_where_a_passphrase_is_given() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    passphrase(home, "ca.txt", "correct horse battery\n");
    passphrase(home, "holder.txt", "staple twelve oranges\n");
    passphrase(home, "short.txt", "short\n");
    cert(home, "ca example --dir root --passphrase-file ca.txt");
    let issue = "issue li-na --dir root --role business";
    // Nobody can be asked for the CA's passphrase.
    refused(home, issue, 2, "HT-CRY-080");
    refused(
        home,
        &format!("{issue} --ca-passphrase-file holder.txt"),
        4,
        "HT-CRY-071",
    );
    refused(
        home,
        &format!("{issue} --ca-passphrase-file ca.txt --passphrase-file short.txt"),
        2,
        "HT-CLI-0",
    );
    assert!(!home.join("li-na.key.pem").exists());
    let with_both = "--ca-passphrase-file ca.txt --passphrase-file holder.txt";
    cert(home, &format!("{issue} {with_both}"));
    cert(
        home,
        &format!("issue wang-fang --dir root --kind dual --role operations {with_both}"),
    );
    cert(
        home,
        &format!("renew li-na --dir root --new-key --out renewed {with_both}"),
    );
    cert(
        home,
        "request zhang-wei --organisation example --role auditor --passphrase-file holder.txt",
    );
    for name in [
        "root/ca.key.pem",
        "li-na.key.pem",
        "wang-fang.key.pem",
        "wang-fang.enc.key.pem",
        "renewed/li-na.key.pem",
        "zhang-wei.key.pem",
    ] {
        let text = fs::read_to_string(home.join(name)).expect(name);
        assert!(
            text.starts_with("-----BEGIN ENCRYPTED PRIVATE KEY-----"),
            "{name}"
        );
    }
    cert(home, "list --dir root --ca-passphrase-file ca.txt");
    cert(home, "crl --dir root --ca-passphrase-file ca.txt");
}

#[test]
fn a_ca_issues_renews_and_revokes() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    cert(home, "ca example --dir root");
    let office = cert(home, "ca example --dir office --parent root --days 3650");
    assert_eq!(office["issuer"], "CN=example CA,O=example,C=CN");
    assert_eq!(office["path_length"], 0);

    let member = cert(home, "issue li-na --dir office --role business");
    assert_eq!(member["subject"], "CN=li-na,OU=business,O=example,C=CN");
    cert(
        home,
        "issue node-1 --dir office --kind node --san node-1.example.org --san 192.0.2.7",
    );
    cert(
        home,
        "issue wang-fang --dir office --kind dual --role operations",
    );
    cert(
        home,
        "request zhang-wei --organisation other --role auditor",
    );
    let issued = cert(
        home,
        "issue zhang-wei --dir office --role business --csr zhang-wei.csr.pem",
    );
    // What the request asks for is not what the CA grants.
    assert_eq!(issued["subject"], "CN=zhang-wei,OU=business,O=example,C=CN");
    assert_eq!(
        issued["key_id"],
        cert(home, "show zhang-wei.csr.pem")["key_id"]
    );
    #[cfg(unix)]
    for name in [
        "root/ca.key.pem",
        "office/ca.key.pem",
        "li-na.key.pem",
        "node-1.key.pem",
        "wang-fang.key.pem",
        "wang-fang.enc.key.pem",
        "zhang-wei.key.pem",
    ] {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(home.join(name)).expect(name).permissions();
        assert_eq!(mode.mode() & 0o777, 0o600, "{name}");
    }

    let trust = "--ca root/ca.cert.pem --chain office/ca.cert.pem";
    let verdict = cert(home, &format!("verify li-na.cert.pem {trust}"));
    assert_eq!(verdict["valid"], true);
    assert_eq!(verdict["path"].as_array().map(Vec::len), Some(3));
    cert(
        home,
        &format!("verify node-1.cert.pem {trust} --purpose server"),
    );
    cert(
        home,
        &format!("verify wang-fang.cert.pem {trust} --encryption wang-fang.enc.cert.pem"),
    );
    cert(
        home,
        &format!("verify wang-fang.enc.cert.pem {trust} --purpose encryption"),
    );
    cert(
        home,
        "verify office/ca.cert.pem --ca root/ca.cert.pem --purpose issuing",
    );

    let renewed = cert(home, "renew li-na --dir office --out renewed");
    assert_eq!(renewed["renews"], member["serial"]);
    assert_eq!(renewed["key_id"], member["key_id"]);
    let again = cert(home, "renew li-na --dir office --new-key --out again");
    assert_ne!(again["key_id"], member["key_id"]);
    assert_eq!(again["renews"], renewed["serial"]);

    let serial = member["serial"].as_str().expect("text");
    let list = cert(
        home,
        &format!("revoke {serial} --dir office --reason superseded"),
    );
    assert_eq!(list["list_number"], 1);
    assert_eq!(list["entries"], 1);
    let with_list = format!("{trust} --crl office/ca.crl.pem --crl-check certificate");
    refused(
        home,
        &format!("verify li-na.cert.pem {with_list}"),
        7,
        "HT-CRY-055",
    );
    cert(home, &format!("verify renewed/li-na.cert.pem {with_list}"));
    refused(
        home,
        &format!("revoke {serial} --dir office --reason unspecified"),
        5,
        "HT-CRY-055",
    );
    refused(
        home,
        &format!("renew {serial} --dir office --out third"),
        5,
        "HT-CRY-055",
    );
    let next = cert(home, "crl --dir office --next-update 7");
    assert_eq!(next["list_number"], 2);
    assert_eq!(next["entries"], 1);
    let shown = cert(home, "show office/ca.crl.pem");
    assert_eq!(shown["entries"][0]["serial"], serial);
    assert_eq!(shown["entries"][0]["reason"], "superseded");

    let all = cert(home, "list --dir office");
    let all = all.as_array().expect("a list");
    assert_eq!(all.len(), 7);
    let revoked: Vec<&Value> = all
        .iter()
        .filter(|entry| !entry["revoked_at"].is_null())
        .collect();
    assert_eq!(revoked.len(), 1);
    assert_eq!(revoked[0]["serial"], serial);
    assert_eq!(all[0]["days_left"], 1094);
}

#[test]
fn refusals_of_certificates_have_their_exit_codes() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    cert(home, "ca example --dir ca");
    cert(home, "ca example --dir other");
    cert(home, "issue li-na --dir ca --role business");
    fs::write(home.join("garbage.pem"), "no certificate").expect("written");
    let member = fs::read_to_string(home.join("li-na.cert.pem")).expect("read");
    fs::write(home.join("cut.pem"), &member[..member.len() / 2]).expect("written");

    // Nothing is overwritten, and nothing is left half done.
    let key = fs::read(home.join("li-na.key.pem")).expect("read");
    refused(
        home,
        "issue li-na --dir ca --role business",
        5,
        "HT-CLI-022",
    );
    refused(home, "ca example --dir ca", 5, "HT-CLI-022");
    refused(home, "renew li-na --dir ca", 5, "HT-CLI-022");
    assert_eq!(fs::read(home.join("li-na.key.pem")).expect("read"), key);
    assert_eq!(
        cert(home, "list --dir ca").as_array().map(Vec::len),
        Some(1)
    );

    refused(home, "issue x --dir ca", 2, "HT-CLI-003");
    refused(
        home,
        "issue x --dir ca --kind node --role business",
        2,
        "HT-CLI-006",
    );
    refused(
        home,
        "issue x --dir ca --role business --san a.example",
        2,
        "HT-CLI-006",
    );
    refused(
        home,
        "issue x --dir ca --kind node --san a_b",
        2,
        "HT-CRY-029",
    );
    refused(
        home,
        "issue x --dir ca --kind authority --path-length 3",
        2,
        "HT-CRY-051",
    );
    refused(home, "ca cement --dir cement --parent ca", 2, "HT-CRY-023");
    refused(
        home,
        "verify li-na.cert.pem --ca ca/ca.cert.pem --at soon",
        2,
        "HT-CLI-005",
    );
    refused(home, "show absent.pem", 3, "HT-CLI-011");
    refused(
        home,
        "revoke wang --dir ca --reason superseded",
        3,
        "HT-CLI-017",
    );
    refused(
        home,
        "issue x --dir absent --role business",
        4,
        "HT-CLI-021",
    );
    refused(
        home,
        "verify li-na.cert.pem --ca other/ca.cert.pem",
        7,
        "HT-CRY-050",
    );
    refused(
        home,
        "verify li-na.cert.pem --ca ca/ca.cert.pem --at 2001-01-01",
        7,
        "HT-CRY-024",
    );
    refused(
        home,
        "verify li-na.cert.pem --ca ca/ca.cert.pem --at 2100-01-01T00:00:00+08:00",
        7,
        "HT-CRY-025",
    );
    refused(
        home,
        "verify li-na.cert.pem --ca ca/ca.cert.pem --purpose encryption",
        7,
        "HT-CRY-021",
    );
    refused(
        home,
        "verify li-na.cert.pem --ca ca/ca.cert.pem --crl-check path",
        7,
        "HT-CRY-062",
    );
    for file in ["garbage.pem", "cut.pem", "li-na.key.pem"] {
        let output = attempt(home, &format!("show {file}"));
        assert_eq!(output.status.code(), Some(8), "{file}: {}", err(&output));
    }
    // A question needs an answer.
    let output = run(
        home,
        &[
            "cert",
            "revoke",
            "li-na",
            "--dir",
            "ca",
            "--reason",
            "superseded",
        ],
    );
    assert_eq!(output.status.code(), Some(2), "{}", err(&output));
    assert!(err(&output).contains("HT-CLI-014"), "{}", err(&output));
    // A damaged index is neither used nor replaced.
    fs::write(home.join("ca/index.toml"), "version = 1\nlist_number = x").expect("written");
    refused(home, "list --dir ca", 8, "HT-CLI-011");
    refused(home, "crl --dir ca", 8, "HT-CLI-011");
}

#[test]
fn certificates_are_shown_in_every_form_and_both_languages() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    cert(home, "ca example --dir ca");
    cert(
        home,
        "issue node-1 --dir ca --kind node --san node-1.example.org",
    );
    cert(home, "request li-na --organisation example --role business");
    cert(home, "crl --dir ca");
    for file in [
        "ca/ca.cert.pem",
        "node-1.cert.pem",
        "li-na.csr.pem",
        "ca/ca.crl.pem",
    ] {
        for form in ["table", "json", "yaml", "csv"] {
            for (language, han) in [("en", false), ("zh-CN", form == "table")] {
                let output = run(
                    home,
                    &["cert", "show", file, "-o", form, "--lang", language],
                );
                assert!(output.status.success(), "{file} {form}");
                let text = out(&output);
                assert_eq!(text.chars().any(is_han), han, "{file} {form}: {text}");
            }
        }
    }
    let shown = cert(home, "show node-1.cert.pem");
    assert_eq!(shown["kind"], "signing");
    assert_eq!(shown["key_usages"][0], "digitalSignature");
    assert_eq!(shown["extended_key_usages"][1], "clientAuth");
    assert_eq!(shown["alternative_names"][0], "node-1.example.org");
    assert_eq!(shown["days_left"], 1094);
    assert_eq!(shown["fingerprint"].as_str().map(str::len), Some(64));
    let output = run(home, &["cert", "show", "node-1.cert.pem"]);
    assert!(
        out(&output).contains("digital signature"),
        "{}",
        out(&output)
    );
}

#[test]
fn the_ca_of_a_new_network_is_a_ca_folder() {
    let home = tempfile::tempdir().expect("temporary folder");
    let home = home.path();
    let output = run(home, &["init", "--dir", "network", "--no-default-context"]);
    assert!(output.status.success(), "{}", err(&output));
    cert(
        home,
        "issue li-na --dir network/ca --role business --out network/members",
    );
    cert(
        home,
        "verify network/members/li-na.cert.pem --ca network/ca/ca.cert.pem",
    );
    assert_eq!(
        cert(home, "list --dir network/ca").as_array().map(Vec::len),
        Some(1)
    );
}
