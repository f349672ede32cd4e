//! What an earlier program left on disk, this one opens.
//!
//! `fixtures/data-folder-1.tar.gz` is the folder of a network of one node, with factor sets, an import and a closed inventory in its ledger; its keys
//! are those of a test. It never changes: whoever changes a format on disk makes another one beside it.

use std::fs;
use std::path::Path;
use std::process::Command;

use hengtan_tests::{Node, User};
use serde_json::Value;

fn unpacked(user: &User) {
    let archive = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/data-folder-1.tar.gz");
    let unpacked = Command::new("tar")
        .arg("-xzf")
        .arg(&archive)
        .arg("-C")
        .arg(user.folder())
        .status();
    assert!(unpacked.expect("tar starts").success());
}

#[test]
fn the_data_folder_of_an_earlier_program_opens_and_its_ledger_goes_on() {
    let mut user = User::default();
    unpacked(&user);
    let network = user.folder().join("network");
    let read = |name: &str| fs::read_to_string(user.folder().join(name)).expect("readable");
    let expected: Value = serde_json::from_str(&read("expected.json")).expect("JSON");
    user.enter(&network);
    // What was handed out then holds without any node.
    let _ = user.run(&["verify", "receipt.json"]).expect(0);

    let mut size = expected["size"].as_u64().expect("a number");
    for name in ["north", "south"] {
        let node = Node::start(&user, &network);
        let door = format!("http://{}", node.address);
        let run = |arguments: &[&str]| {
            let mut whole = vec!["--endpoint", &door];
            whole.extend(arguments);
            user.run(&whole)
        };
        let status = run(&["status", "-o", "json"]).expect(0).json();
        assert_eq!(status["size"], size);
        if name == "north" {
            for part in ["network_id", "log_root", "state_root"] {
                assert_eq!(status[part], expected[part], "{part}");
            }
        }
        // The same receipt again, from the tables: entry, proofs and finality.
        let again = format!("again-{name}.json");
        let _ = run(&["receipt", "get", "inv-2025", "--out", &again]).expect(0);
        let _ = user.run(&["verify", &again]).expect(0);
        let facility = [
            "facility",
            "register",
            name,
            "--region",
            "CN-HE",
            "--name-en",
            name,
            "--name-zh",
            "厂",
        ];
        let _ = run(&facility).expect(0);
        size += 2;
        let _ = run(&["audit", "export", "--out", &format!("{name}.hengtan")]).expect(0);
        let genesis = network.join("genesis.pb");
        let genesis = genesis.to_str().expect("UTF-8");
        let replayed = user.run(&[
            "audit",
            "replay",
            &format!("{name}.hengtan"),
            "--network",
            genesis,
            "-o",
            "json",
        ]);
        assert_eq!(replayed.expect(0).json()["size"], size);
        assert_eq!(node.stop(), Some(0));
    }
}
