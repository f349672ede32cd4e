//! The binary as a person or a script uses it: streams, forms, languages, exit codes.

#[path = "command_line/certificates.rs"]
mod certificates;
#[path = "command_line/messages.rs"]
mod messages;

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The binary without anything of this machine's environment.
fn hengtan(home: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hengtan"));
    command
        .env_clear()
        .env("HOME", home)
        .current_dir(home)
        .stdin(Stdio::null());
    command
}

fn run(home: &Path, arguments: &[&str]) -> Output {
    hengtan(home)
        .args(arguments)
        .output()
        .expect("the binary runs")
}

fn out(output: &Output) -> String {
    String::from_utf8(output.stdout.clone()).expect("UTF-8")
}

fn err(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).expect("UTF-8")
}

fn is_han(character: char) -> bool {
    matches!(character, '\u{4e00}'..='\u{9fff}')
}

/// The demonstration, made once for all checks of a test.
struct Demonstration {
    home: tempfile::TempDir,
    report: Value,
}

impl Demonstration {
    fn run() -> Demonstration {
        let home = tempfile::tempdir().expect("temporary folder");
        let output = run(home.path(), &["demo", "--dir", "network", "-o", "json"]);
        assert!(output.status.success(), "{}", err(&output));
        let report = serde_json::from_str(&out(&output)).expect("JSON alone on standard output");
        Demonstration { home, report }
    }

    fn path(&self, name: &str) -> String {
        self.folder().join(name).display().to_string()
    }

    fn folder(&self) -> PathBuf {
        self.home.path().join("network")
    }
}

/// A node in the background; ends with the test.
struct Node(Child);

impl Node {
    fn start(demonstration: &Demonstration) -> Node {
        let ready = demonstration.folder().join("test.ready");
        let mut child = hengtan(demonstration.home.path())
            .args(["start", "--dir", "network", "--ready-file"])
            .arg(&ready)
            .stderr(Stdio::null())
            .spawn()
            .expect("the node starts");
        let begun = Instant::now();
        while !ready.exists() {
            assert!(
                child.try_wait().expect("asked").is_none(),
                "the node has ended"
            );
            assert!(
                begun.elapsed() < Duration::from_secs(120),
                "the node is not ready"
            );
            std::thread::yield_now();
        }
        Node(child)
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.0.kill());
        drop(self.0.wait());
    }
}

#[test]
fn help_speaks_the_language_that_is_asked_for() {
    let home = tempfile::tempdir().expect("temporary folder");
    for (arguments, variable, han) in [
        (vec!["--help"], None, false),
        (vec!["--lang", "zh-CN", "--help"], None, true),
        (
            vec!["activity", "import", "--help", "--lang=zh"],
            None,
            true,
        ),
        (vec!["--help"], Some(("LANG", "zh_CN.UTF-8")), true),
        (vec!["--help"], Some(("LC_ALL", "C")), false),
        (
            vec!["--lang", "", "--help"],
            Some(("HENGTAN_LANG", "zh-CN")),
            true,
        ),
    ] {
        let mut command = hengtan(home.path());
        if let Some((name, value)) = variable {
            command.env(name, value);
        }
        let output = command.args(&arguments).output().expect("runs");
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert_eq!(
            out(&output).chars().any(is_han),
            han,
            "{arguments:?} {variable:?}"
        );
    }
}

#[test]
fn mistakes_on_the_command_line_exit_with_2_and_say_what_to_do() {
    let home = tempfile::tempdir().expect("temporary folder");
    for (arguments, code) in [
        (vec!["statsu"], "HT-CLI-002"),
        (vec!["status", "--verbos"], "HT-CLI-001"),
        (vec!["status", "-o", "xml"], "HT-CLI-004"),
        (vec!["member", "revoke", "x"], "HT-CLI-003"),
        (vec!["status", "--timeout", "soon"], "HT-CLI-005"),
        (vec!["--lang", "fr", "status"], "HT-CLI-010"),
        (
            vec!["key", "new", "x", "--role", "business", "--no-certificate"],
            "HT-CLI-006",
        ),
    ] {
        for language in ["en", "zh-CN"] {
            let mut command = hengtan(home.path());
            command.env("HENGTAN_LANG", language);
            let output = command.args(&arguments).output().expect("runs");
            let text = err(&output);
            assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
            assert!(text.contains(code), "{arguments:?}: {text}");
            assert!(out(&output).is_empty(), "{arguments:?}");
            // An unknown language can only be told in the language of last resort.
            let han = language == "zh-CN" && code != "HT-CLI-010";
            assert_eq!(text.chars().any(is_han), han, "{arguments:?}: {text}");
            assert!(
                !text.contains("error:") && !text.contains("For more information"),
                "{text}"
            );
        }
    }
    let text = err(&run(home.path(), &["statsu"]));
    assert!(text.contains("status"), "did you mean: {text}");
}

#[test]
fn without_a_node_or_context_the_exit_code_says_so() {
    let home = tempfile::tempdir().expect("temporary folder");
    assert_eq!(run(home.path(), &["status"]).status.code(), Some(3));
    let unreachable = run(home.path(), &["status", "--endpoint", "http://127.0.0.1:1"]);
    assert_eq!(unreachable.status.code(), Some(6), "{}", err(&unreachable));
    assert_eq!(
        run(home.path(), &["explain", "HT-LED-009"]).status.code(),
        Some(0)
    );
    assert_eq!(
        run(home.path(), &["explain", "HT-LED-999"]).status.code(),
        Some(3)
    );
    assert_eq!(
        run(home.path(), &["factor", "sets", "--shipped"])
            .status
            .code(),
        Some(0)
    );
}

#[test]
fn a_chinese_terminal_in_gb18030_gets_gb18030() {
    let home = tempfile::tempdir().expect("temporary folder");
    let output = hengtan(home.path())
        .env("LC_ALL", "zh_CN.GB18030")
        .arg("--help")
        .output()
        .expect("runs");
    let (text, _, damaged) = encoding_rs::GB18030.decode(&output.stdout);
    assert!(!damaged && text.contains("许可链账本"), "{text}");
    assert!(std::str::from_utf8(&output.stdout).is_err());
    // JSON stays UTF-8 (RFC 8259, 8.1).
    let output = hengtan(home.path())
        .env("LC_ALL", "zh_CN.GB18030")
        .args(["factor", "sets", "--shipped", "-o", "json"])
        .output()
        .expect("runs");
    let sets: Value = serde_json::from_str(&out(&output)).expect("JSON in UTF-8");
    assert!(
        sets[0]["name"]["zh"]
            .as_str()
            .is_some_and(|name| name.chars().any(is_han))
    );
}

#[test]
fn the_demonstration_proves_a_year_and_catches_a_changed_byte() {
    let demonstration = Demonstration::run();
    let home = demonstration.home.path();
    assert_eq!(demonstration.report["rows"], 144);
    assert_eq!(demonstration.report["receipt_holds"], true);
    assert_eq!(demonstration.report["changed_byte_code"], "HT-LED-034");

    let receipt = demonstration.path("receipt-inventory-inv-2025.json");
    let changed = demonstration.path("receipt-inventory-inv-2025-changed.json");
    let genesis = demonstration.path("genesis.json");
    let verified = run(
        home,
        &["verify", &receipt, "--network", &genesis, "-o", "json"],
    );
    assert_eq!(verified.status.code(), Some(0), "{}", err(&verified));
    let verdict: Value = serde_json::from_str(&out(&verified)).expect("JSON");
    assert_eq!(verdict["valid"], true);
    assert_eq!(verdict["network_id"], demonstration.report["network_id"]);
    let not_proved = verdict["not_proved"].as_array().expect("a list");
    assert!(
        not_proved.contains(&Value::from("source_data"))
            && not_proved.contains(&Value::from("filing"))
    );

    assert_eq!(
        run(home, &["verify", &changed, "--network", &genesis])
            .status
            .code(),
        Some(7)
    );
    let unknown = run(home, &["verify", &receipt]);
    assert_eq!(unknown.status.code(), Some(7));
    assert!(err(&unknown).contains("HT-CLI-026"), "{}", err(&unknown));
    let other = "0".repeat(64);
    assert_eq!(
        run(home, &["verify", &receipt, "--network", &other])
            .status
            .code(),
        Some(7)
    );
    let context = demonstration.path("context.toml");
    assert_eq!(
        run(home, &["verify", &receipt, "--context", &context])
            .status
            .code(),
        Some(0)
    );

    // Nothing in a folder that is in use is ever overwritten.
    let again = run(home, &["demo", "--dir", "network"]);
    assert_eq!(again.status.code(), Some(5), "{}", err(&again));
}

#[test]
fn every_command_that_prints_data_honours_every_form() {
    let demonstration = Demonstration::run();
    let node = Node::start(&demonstration);
    let context = demonstration.path("context.toml");
    let home = demonstration.home.path();
    let key = demonstration.path("members/recorder.key.pem");
    let config = demonstration.path("nodes/node-1/config.toml");
    let commands: [&[&str]; 24] = [
        &["status"],
        &["org", "list"],
        &["org", "show", "sample-enterprise"],
        &["member", "list"],
        &["member", "show", "recorder"],
        &["facility", "list"],
        &["facility", "show", "sample-plant"],
        &["activity", "list", "--limit", "3"],
        &["activity", "list", "--imports"],
        &["factor", "sets"],
        &["factor", "sets", "--shipped"],
        &["factor", "list", "--set", "mee-heat"],
        &["factor", "search", "heat"],
        &["factor", "show", "mee-heat/heat_default"],
        &["inventory", "list"],
        &["inventory", "show"],
        &["explain", "HT-ACC-030"],
        &["explain", "electricity"],
        &["explain", "42"],
        &["explain", "排放因子"],
        &["doctor"],
        &["config", "show"],
        &["config", "show", "--config", &config],
        &["key", "show", &key],
    ];
    for command in commands {
        for form in ["table", "json", "yaml", "csv"] {
            let output = hengtan(home)
                .args(["--context", &context, "--lang", "zh-CN", "-o", form])
                .args(command)
                .output()
                .expect("runs");
            let text = out(&output);
            assert_eq!(
                output.status.code(),
                Some(0),
                "{command:?} {form}: {}",
                err(&output)
            );
            assert!(!text.trim().is_empty(), "{command:?} {form}");
            match form {
                "json" => {
                    let value: Value = serde_json::from_str(&text).expect("JSON");
                    keys_are_plain(&value, command);
                }
                "yaml" => {
                    serde_yaml_ng::from_str::<serde_yaml_ng::Value>(&text).expect("YAML");
                }
                "csv" => {
                    let header = text.lines().next().expect("a header");
                    let plain = |byte: u8| {
                        byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_,".contains(&byte)
                    };
                    assert!(header.bytes().all(plain), "{command:?}: {header}");
                }
                _ => assert!(text.chars().any(is_han), "{command:?}: {text}"),
            }
        }
    }

    // The electricity of the demonstration down to the paper.
    let explained = run(home, &["explain", "electricity", "--context", &context]);
    let text = out(&explained);
    for part in [
        "0.4419 kg CO2",
        "× 0.4419 kg CO2/kWh =",
        "公告2025年第47号",
        "15,168.892 t CO2e",
        "sample-enterprise/recorder",
        "It is final",
    ] {
        assert!(text.contains(part), "{part} in: {text}");
    }
    drop(node);
}

/// Keys for machines are English snake case.
fn keys_are_plain(value: &Value, command: &[&str]) {
    match value {
        Value::Object(fields) => {
            for (key, value) in fields {
                let plain =
                    |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_';
                assert!(key.bytes().all(plain), "{command:?}: {key}");
                keys_are_plain(value, command);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| keys_are_plain(item, command)),
        _ => {}
    }
}

#[test]
fn a_file_can_be_tried_without_a_network() {
    let home = tempfile::tempdir().expect("temporary folder");
    let file = home.path().join("quarter.csv");
    let good = "period,category,activity,quantity,unit,region,expected kgCO2e\n\
                2023-01,purchased electricity,electricity,1000,kWh,CN,530.6\n";
    std::fs::write(&file, good).expect("written");
    let path = file.display().to_string();
    let output = run(
        home.path(),
        &["activity", "import", &path, "--dry-run", "-o", "json"],
    );
    assert_eq!(output.status.code(), Some(0), "{}", err(&output));
    let report: Value = serde_json::from_str(&out(&output)).expect("JSON");
    assert_eq!(report["rows"][0]["co2e_kg"], "530.6");
    assert_eq!(report["rows"][0]["checks"][0]["equal"], true);

    std::fs::write(&file, good.replace("530.6", "530.7")).expect("written");
    let output = run(home.path(), &["activity", "import", &path, "--dry-run"]);
    assert_eq!(output.status.code(), Some(8), "{}", err(&output));
    assert!(err(&output).contains("HT-CLI-036"), "{}", err(&output));

    // Every bad row at once, in the person's language, with sheet or row, column, value and reason.
    let bad = "period,category,activity,quantity,unit\n\
               2025-13,purchased electricity,electricity,1000,kWh\n\
               2025-01,purchased electricity,electricity,abc,kWh\n\
               2025-01,purchased electricity,electricity,5,parsec\n";
    std::fs::write(&file, bad).expect("written");
    let output = run(
        home.path(),
        &["--lang", "zh-CN", "activity", "import", &path, "--dry-run"],
    );
    let text = err(&output);
    assert_eq!(output.status.code(), Some(8), "{text}");
    for part in [
        "第 2 行",
        "2025-13",
        "第 3 行",
        "abc",
        "第 4 行",
        "parsec",
        "HT-CLI-023",
    ] {
        assert!(text.contains(part), "{part} in: {text}");
    }
}
