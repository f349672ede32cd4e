//! The demonstration as a new user runs it, in both languages, and what he may try afterwards.

use std::fs;
use std::path::PathBuf;

use accounting::Exact;
use hengtan_tests::{Node, User};

/// The demonstration's network in a folder of this user, its node stopped.
fn demonstrated(user: &mut User, language: &str) -> (PathBuf, String) {
    let folder = user.folder().join("demo");
    let said = user
        .run(&[
            "--lang",
            language,
            "demo",
            "--dir",
            folder.to_str().expect("UTF-8"),
        ])
        .expect(0);
    user.enter(&folder);
    (folder, format!("{}{}", said.stdout, said.stderr))
}

fn receipt_of(folder: &std::path::Path) -> PathBuf {
    fs::read_dir(folder)
        .expect("folder")
        .flatten()
        .map(|entry| entry.path())
        .find(|path| {
            let name = path
                .file_name()
                .unwrap_or_default()
                .to_string_lossy()
                .into_owned();
            name.starts_with("receipt-") && !name.contains("changed")
        })
        .expect("a receipt file")
}

#[test]
fn the_demo_proves_an_inventory_and_catches_each_changed_byte() {
    let mut user = User::default();
    let (folder, text) = demonstrated(&mut user, "en");
    // What stands in the user's own file is quoted as it is; the program's own words are English.
    for line in text.lines().filter(|line| !line.contains('“')) {
        assert!(
            !line
                .chars()
                .any(|letter| ('\u{4e00}'..='\u{9fff}').contains(&letter)),
            "Han characters in English output: {line}"
        );
    }

    let receipt = receipt_of(&folder);
    let path = receipt.to_str().expect("UTF-8");
    let genesis = folder.join("genesis.json");
    let pin = genesis.to_str().expect("UTF-8");
    // Offline: no node runs.
    let _ = user.run(&["verify", path, "--network", pin]).expect(0);
    let _ = user.run(&["verify", path]).expect(0);
    let json = user.run(&["verify", path, "-o", "json"]).expect(0).json();
    assert!(json.is_object(), "{json}");

    // Any changed byte: a spread of places over the whole file, the first and the last among them.
    let bytes = fs::read(&receipt).expect("receipt");
    let changed = folder.join("changed.json");
    let step = (bytes.len() / 24).max(1);
    for at in (0..bytes.len()).step_by(step).chain([bytes.len() - 1]) {
        let mut copy = bytes.clone();
        copy[at] ^= 1;
        fs::write(&changed, &copy).expect("write");
        let said = user.run(&["verify", changed.to_str().expect("UTF-8"), "--network", pin]);
        assert_eq!(
            said.status,
            7,
            "byte {at} of {} changed from {:?}\n{}{}",
            bytes.len(),
            bytes[at] as char,
            said.stdout,
            said.stderr
        );
    }

    // Another network, and none.
    let _ = user
        .run(&["verify", path, "--network", &"00".repeat(32)])
        .expect(7);
    let stranger = User::default();
    let _ = stranger.run(&["verify", path]).expect(7);

    // The folder is not overwritten.
    let before = fs::read(&genesis).expect("genesis");
    let refused = user.run(&["demo", "--dir", folder.to_str().expect("UTF-8")]);
    assert_ne!(refused.status, 0, "a folder in use must be refused");
    assert_eq!(fs::read(&genesis).expect("genesis"), before);
}

#[test]
fn the_chinese_demo_speaks_chinese_and_its_network_goes_on_by_hand() {
    let mut user = User::default();
    let (folder, text) = demonstrated(&mut user, "zh-CN");
    // Three English words in a row are a sentence that was not translated, but for the names of commands and files.
    for line in text.lines() {
        let mut run = 0;
        for word in line.split_whitespace() {
            let plain = word.len() > 1 && word.chars().all(|letter| letter.is_ascii_lowercase());
            run = if plain { run + 1 } else { 0 };
            assert!(run < 4 || line.contains("hengtan"), "untranslated: {line}");
        }
    }

    let node = Node::start(&user, &folder);
    let endpoint = format!("http://{}", node.address);
    let run = |arguments: &[&str]| {
        let mut whole = vec!["--endpoint", endpoint.as_str()];
        whole.extend(arguments);
        user.run(&whole)
    };
    let status = run(&["status", "-o", "json"]).expect(0).json();
    assert!(status.is_object(), "{status}");
    for arguments in [
        &["org", "list"][..],
        &["member", "list"],
        &["facility", "list"],
        &["factor", "sets"],
        &["activity", "list"],
        &["inventory", "list"],
    ] {
        for form in ["json", "yaml", "csv", "table"] {
            let mut whole = arguments.to_vec();
            whole.extend(["-o", form]);
            let said = run(&whole).expect(0);
            assert!(!said.stdout.trim().is_empty(), "{whole:?} said nothing");
            if form == "json" {
                let _ = said.json();
            }
        }
    }
    let explained = run(&["explain", "electricity"]).expect(0).stdout;
    assert!(
        explained.contains("0.4419"),
        "Guangdong's factor of 2023 stands in the explanation:\n{explained}"
    );

    // All history under the factors of the year before: what it would be, and why, exactly; nothing is written.
    let before = run(&["inventory", "list", "-o", "json"]).expect(0).json();
    let simulate = [
        "factor",
        "simulate",
        "--set",
        "mee-grid-2022",
        "--instead-of",
        "mee-grid-2023",
    ];
    let simulated = run(&[&simulate[..], &["-o", "json"]].concat())
        .expect(0)
        .json();
    let inventory = &simulated["inventories"][0];
    let exact = |value: &serde_json::Value| {
        Exact::parse(value.as_str().expect("an amount")).expect("an exact amount")
    };
    assert!(
        inventory["rows_changed"].as_u64().expect("a count") > 0,
        "{inventory}"
    );
    for (column, outcome) in [
        ("location", "emissions_location"),
        ("market", "emissions_market"),
    ] {
        let amounts = &inventory[column];
        let change = exact(&amounts["change_kg"]);
        assert!(!change.is_zero(), "{amounts}");
        assert_eq!(
            exact(&amounts["before_kg"]).add(&change),
            Ok(exact(&amounts["after_kg"]))
        );
        let parts = inventory["causes"]
            .as_array()
            .expect("causes")
            .iter()
            .filter(|part| part["outcome"] == outcome && part["cause"] != "total");
        let sum = parts
            .map(|part| exact(&part["change_kg"]))
            .try_fold(Exact::ZERO, |sum, part| sum.add(&part));
        assert_eq!(sum, Ok(change), "the parts add up to the whole change");
    }
    // As CSV every row, whose changes are those of the total.
    let lines = run(&[&simulate[..], &["-o", "csv"]].concat())
        .expect(0)
        .stdout;
    let mut changed = 0;
    for line in lines.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        assert_eq!(cells.len(), 7, "{line}");
        changed += usize::from(cells[2] == "emissions_location" && cells[5] != "0");
    }
    assert_eq!(
        serde_json::json!(changed),
        inventory["rows_changed"],
        "{lines}"
    );
    let table = run(&simulate).expect(0).stdout;
    assert!(table.contains("mee-grid-2022"), "{table}");
    assert_eq!(
        run(&["inventory", "list", "-o", "json"]).expect(0).json(),
        before
    );

    // Stupid things, each with its own exit code and nothing lost.
    assert_eq!(run(&["facility", "show", "no-such-works"]).status, 3);
    assert_eq!(run(&["no-such-command"]).status, 2);
    assert_eq!(
        user.run(&[
            "--endpoint",
            "http://127.0.0.1:1",
            "--timeout",
            "5",
            "status"
        ])
        .status,
        6
    );
    let bad = folder.join("bad.csv");
    fs::write(&bad, "活动,开始,结束,数量,单位\n柴油,2026年1月,2026年1月,一百,吨\n柴油,2026年1月,2026年1月,5,桶装\n").expect("write");
    let refused = run(&["activity", "import", bad.to_str().expect("UTF-8")]);
    assert_eq!(refused.status, 8, "{}{}", refused.stdout, refused.stderr);
    let said = format!("{}{}", refused.stdout, refused.stderr);
    assert!(
        said.contains("一百") && said.contains("桶装"),
        "every bad row at once:\n{said}"
    );
}
