//! Documents under the standards, from the command line to the reader: every standard's own example calculates in both
//! languages, and a stranger's program recomputes every number of it.

use std::io::Write as _;
use std::process::{Command, Stdio};

use hengtan_tests::{User, root};

/// Codes of all standards.
fn standards(user: &User) -> Vec<String> {
    let listed = user.run(&["calculate", "-o", "json"]).expect(0).json();
    let codes: Vec<String> = listed
        .as_array()
        .expect("a list")
        .iter()
        .filter_map(|standard| standard["code"].as_str().map(str::to_owned))
        .collect();
    assert!(codes.len() >= 2, "{codes:?}");
    codes
}

/// The example of a standard as a file.
fn example(user: &User, code: &str) -> String {
    let text = user.run(&["calculate", code, "--example"]).expect(0).stdout;
    let name = format!("{code}.toml");
    std::fs::write(user.folder().join(&name), text).expect("written");
    name
}

#[test]
fn the_example_of_each_standard_calculates_in_both_languages() {
    let user = User::default();
    for code in standards(&user) {
        let file = example(&user, &code);
        for language in ["en", "zh-CN"] {
            let said = user
                .run(&["calculate", &code, &file, "--lang", language])
                .expect(0);
            // A code that has no words would show itself.
            for prefix in ["quantity-", "notice-", "rule-", "standard-"] {
                assert!(
                    !said.stdout.contains(prefix),
                    "{code} {language}: {}",
                    said.stdout
                );
            }
        }
        let diagram = user
            .run(&["calculate", &code, &file, "--diagram", "dot"])
            .expect(0);
        assert!(diagram.stdout.starts_with("digraph"), "{code}");
    }
}

#[test]
fn a_strangers_program_recomputes_every_number() {
    let user = User::default();
    let script = root().join("tests/strangers/derivation.py");
    if Command::new("python3").arg("--version").output().is_err() {
        eprintln!("skipped: there is no python3");
        return;
    }
    let check = |report: &str| {
        let mut child = Command::new("python3")
            .arg(&script)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("python3 starts");
        let mut input = child.stdin.take().expect("piped");
        input.write_all(report.as_bytes()).expect("written");
        drop(input);
        child.wait_with_output().expect("python3 ends")
    };
    for code in standards(&user) {
        let file = example(&user, &code);
        let said = user
            .run(&["calculate", &code, &file, "--explain", "-o", "json"])
            .expect(0);
        let judged = check(&said.stdout);
        assert!(
            judged.status.success(),
            "{code}: {}",
            String::from_utf8_lossy(&judged.stderr)
        );
        let derived: usize = String::from_utf8_lossy(&judged.stdout)
            .trim()
            .parse()
            .expect("a count");
        assert!(derived > 0, "{code}: nothing was derived");
        println!("{code}: {derived} numbers recomputed");
        // It would notice: the last derived number is changed.
        let mut report = said.json();
        let numbers = report["derivation"]["numbers"]
            .as_array_mut()
            .expect("numbers");
        let last = numbers
            .iter_mut()
            .rev()
            .find(|number| {
                number["origin"]["kind"] == "derived" && number["origin"]["operator"] != "solution"
            })
            .expect("a derived number");
        last["value"] = "987654321.5".into();
        assert!(!check(&report.to_string()).status.success(), "{code}");
    }
}

#[test]
fn a_result_is_handed_on_in_the_form_of_another_body() {
    let user = User::default();
    let file = example(&user, "cbam_installation");
    let arguments = ["calculate", "cbam_installation", &file, "--export"];
    let run = |more: &[&str]| user.run(&[&arguments[..], more].concat());
    // JSON, if nothing is said.
    let said = run(&["cbam-summary"]).expect(0);
    assert_eq!(said.json()["goods"][0]["cnCode"], "72071111");
    let leaves = run(&["cbam-summary", "-o", "csv"]).expect(0).stdout;
    assert!(leaves.contains("72071111"), "{leaves}");
    let said = run(&["pact"]).expect(2);
    assert!(said.stderr.contains("cbam-summary"), "{}", said.stderr);
    let product = example(&user, "ghg_product");
    let said = user
        .run(&["calculate", "ghg_product", &product, "--export", "pact"])
        .expect(8);
    assert!(said.stderr.contains("HT-ACC-117"), "{}", said.stderr);
}

#[test]
fn a_faulty_document_is_refused_with_every_place() {
    let user = User::default();
    let file = user.folder().join("faulty.toml");
    std::fs::write(&file, "plant = \n").expect("written");
    let said = user
        .run(&["calculate", "mee_power", "faulty.toml"])
        .expect(8);
    assert!(said.stderr.contains("HT-ACC-057"), "{}", said.stderr);
    std::fs::write(&file, [0xb5, 0xe7, b'=', b'1']).expect("written");
    let said = user
        .run(&["calculate", "mee_power", "faulty.toml"])
        .expect(8);
    assert!(said.stderr.contains("HT-CLI-062"), "{}", said.stderr);
    let said = user
        .run(&["calculate", "mee_powr", "faulty.toml"])
        .expect(3);
    assert!(said.stderr.contains("HT-ACC-059"), "{}", said.stderr);
    let name = example(&user, "mee_power");
    let text = std::fs::read_to_string(user.folder().join(&name)).expect("readable");
    let text = text
        .replacen("capacity = ", "capacity = -", 1)
        .replacen("hours = ", "hours = 9", 1);
    std::fs::write(&file, text).expect("written");
    let said = user
        .run(&["calculate", "mee_power", "faulty.toml"])
        .expect(8);
    for part in ["HT-CLI-063", "unit[0].capacity", "unit[0].month[0].hours"] {
        assert!(said.stderr.contains(part), "{part} in {}", said.stderr);
    }
}

#[test]
fn a_signed_factor_set_says_by_whom_and_a_changed_one_is_refused() {
    let user = User::default();
    let shipped = root().join("accounting/factors/mee-heat");
    let set = user.folder().join("my-set");
    std::fs::create_dir(&set).expect("made");
    for name in ["set.toml", "factors.csv"] {
        std::fs::copy(shipped.join(name), set.join(name)).expect("copied");
    }
    let code = |said: &str| {
        said.split(|c: char| !(c.is_alphanumeric() || c == '-'))
            .find(|word| word.starts_with("HT-"))
            .map(str::to_owned)
    };
    let ends = |arguments: &[&str], status| {
        let said = user.run(arguments);
        assert_eq!(said.status, status, "{arguments:?}: {}", said.stderr);
    };
    let unsigned = user.run(&["factor", "verify", "my-set"]).expect(7);
    assert_eq!(code(&unsigned.stderr).as_deref(), Some("HT-CLI-261"));
    for name in ["expert", "stranger"] {
        ends(&["key", "new", name, "--no-certificate", "--out", "."], 0);
    }
    ends(&["factor", "sign", "my-set", "--key", "expert.key.pem"], 0);
    let said = user
        .run(&["factor", "verify", "my-set", "-o", "json"])
        .expect(0)
        .json();
    let entry = &said[0];
    assert_eq!(entry["vouched"], false);
    assert_eq!(entry["signer"], entry["key_id"], "{said}");
    // Known by the key that stands beside it, and not by another's.
    std::fs::copy(set.join("signer.pem"), user.folder().join("expert.pem")).expect("copied");
    let known = ["factor", "verify", "my-set", "--signer", "expert.pem"];
    ends(&known, 0);
    let other = user.folder().join("other");
    std::fs::create_dir(&other).expect("made");
    for name in ["set.toml", "factors.csv"] {
        std::fs::copy(shipped.join(name), other.join(name)).expect("copied");
    }
    ends(&["factor", "sign", "other", "--key", "stranger.key.pem"], 0);
    ends(&["factor", "verify", "other", "--signer", "expert.pem"], 7);
    // The one's signature beside the other's key, a changed manifest, a changed row.
    std::fs::copy(other.join("signer.pem"), set.join("signer.pem")).expect("copied");
    let exchanged = user.run(&known).expect(7);
    assert_eq!(code(&exchanged.stderr).as_deref(), Some("HT-CLI-262"));
    std::fs::copy(user.folder().join("expert.pem"), set.join("signer.pem")).expect("copied");
    let manifest = set.join("set.toml");
    let text = std::fs::read_to_string(&manifest).expect("readable");
    std::fs::write(
        &manifest,
        text.replacen("licence = \"", "licence = \"no ", 1),
    )
    .expect("written");
    let changed = user.run(&known).expect(7);
    assert_eq!(code(&changed.stderr).as_deref(), Some("HT-CLI-262"));
    let lint = user
        .run(&["factor", "lint", "my-set", "-o", "json"])
        .expect(8)
        .json();
    assert_eq!(lint[0]["code"], "HT-CLI-262", "{lint}");
    std::fs::write(&manifest, text).expect("written");
    ends(&known, 0);
    let rows = set.join("factors.csv");
    let text = std::fs::read_to_string(&rows).expect("readable");
    assert!(text.contains("0.11"), "{text}");
    std::fs::write(&rows, text.replacen("0.11", "0.10", 1)).expect("written");
    let changed = user.run(&known);
    assert_ne!(changed.status, 0);
    assert_eq!(code(&changed.stderr).as_deref(), Some("HT-ACC-194"));
}
