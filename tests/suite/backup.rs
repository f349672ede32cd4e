//! Backup while the node runs, checking, rehearsal, the loss of the disk, and the way back.

use std::fs;

use hengtan_tests::{Node, User};

#[test]
fn a_lost_node_comes_back_from_its_backup_and_old_receipts_hold() {
    let mut user = User::default();
    let folder = user.folder().join("network");
    let path = folder.to_str().expect("UTF-8").to_owned();
    let _ = user
        .run(&["init", "--dir", &path, "--listen", "127.0.0.1:0"])
        .expect(0);
    user.enter(&folder);
    let genesis = folder.join("genesis.json");
    let pin = genesis.to_str().expect("UTF-8");
    let register = |user: &User, address: &str, name: &str| {
        let endpoint = format!("http://{address}");
        user.run(&[
            "facility",
            "register",
            name,
            "--name-zh",
            "一厂",
            "--name-en",
            "Works",
            "--region",
            "CN-GD",
            "--endpoint",
            &endpoint,
            "-o",
            "json",
        ])
        .expect(0)
    };
    let node = Node::start(&user, &folder);
    let endpoint = format!("http://{}", node.address);
    register(&user, &node.address, "works-1");
    let _ = user
        .run(&[
            "receipt",
            "get",
            "1",
            "--out",
            "old.json",
            "--endpoint",
            &endpoint,
        ])
        .expect(0);
    let create = [
        "backup",
        "create",
        "--out",
        "ledger.hengtan",
        "--endpoint",
        &endpoint,
    ];
    let _ = user.run(&create).expect(0);
    let said = user.run(&create).expect(5);
    assert!(said.stderr.contains("HT-CLI-022"), "{}", said.stderr);
    node.kill();

    let verify = [
        "backup",
        "verify",
        "ledger.hengtan",
        "--network",
        pin,
        "-o",
        "json",
    ];
    let content = user.run(&verify).expect(0).json();
    let _ = user
        .run(&["backup", "drill", "ledger.hengtan", "--dir", &path])
        .expect(0);
    let file = user.folder().join("ledger.hengtan");
    let whole = fs::read(&file).expect("readable");
    for position in [0, 40, whole.len() / 2, whole.len() - 1] {
        let mut changed = whole.clone();
        changed[position] ^= 1;
        fs::write(user.folder().join("changed.hengtan"), changed).expect("written");
        let _ = user
            .run(&["backup", "verify", "changed.hengtan", "--network", pin])
            .expect(7);
    }

    let restore = [
        "backup",
        "restore",
        "ledger.hengtan",
        "--dir",
        &path,
        "--yes",
    ];
    let said = user.run(&restore).expect(5);
    assert!(said.stderr.contains("HT-NOD-061"), "{}", said.stderr);
    let nodes = folder.join("nodes");
    let own = fs::read_dir(&nodes)
        .expect("nodes")
        .next()
        .expect("one")
        .expect("readable");
    fs::remove_dir_all(own.path().join("data")).expect("the disk is lost");
    let said = user.run(&restore[..5]).expect(2);
    assert!(
        said.stderr.contains("HT-CLI-014"),
        "nobody was asked: {}",
        said.stderr
    );
    let _ = user.run(&restore).expect(0);

    let node = Node::start(&user, &folder);
    let endpoint = format!("http://{}", node.address);
    let status = user
        .run(&["status", "-o", "json", "--endpoint", &endpoint])
        .expect(0)
        .json();
    assert_eq!(status["log_root"], content["root"]);
    assert_eq!(status["state_root"], content["state_root"]);
    let _ = user
        .run(&["verify", "old.json", "--network", pin])
        .expect(0);
    register(&user, &node.address, "works-2");
    let listed = user
        .run(&["facility", "list", "-o", "json", "--endpoint", &endpoint])
        .expect(0)
        .json();
    assert_eq!(
        listed.as_array().map(Vec::len),
        Some(2),
        "old and new: {listed}"
    );
}
