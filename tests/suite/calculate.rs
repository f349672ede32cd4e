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
