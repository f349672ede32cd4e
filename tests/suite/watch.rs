//! Watching a node that is killed and comes back: the reader gets each entry once.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

use hengtan_tests::{Node, User};
use serde_json::Value;

#[test]
fn a_watch_goes_on_where_it_was_when_the_node_was_killed() {
    let mut user = User::default();
    let folder = user.folder().join("network");
    let _ = user
        .run(&[
            "init",
            "--dir",
            "network",
            "--no-default-context",
            "--listen",
            &free_address(),
        ])
        .expect(0);
    user.enter(&folder);
    let node = Node::start(&user, &folder);
    let register = |name: &str| {
        let _ = user
            .run(&[
                "facility",
                "register",
                name,
                "--region",
                "CN-GD",
                "--name-en",
                name,
            ])
            .expect(0);
    };
    register("one");
    let mut watch = user
        .command(&[
            "entry", "watch", "--from", "0", "--count", "9", "-o", "json",
        ])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("started");
    let mut lines = BufReader::new(watch.stdout.take().expect("piped")).lines();
    let mut read = |count: usize| -> Vec<Value> {
        let lines = lines.by_ref().take(count);
        lines
            .map(|line| serde_json::from_str(&line.expect("a line")).expect("JSON"))
            .collect()
    };
    // Genesis; header and envelope of the facility.
    let mut seen = read(3);
    node.kill();
    let _node = Node::start(&user, &folder);
    for name in ["two", "three", "four"] {
        register(name);
    }
    seen.extend(read(6));
    assert!(watch.wait().expect("ended").success());
    let indexes: Vec<u64> = seen.iter().filter_map(|it| it["index"].as_u64()).collect();
    assert_eq!(indexes, (0..9).collect::<Vec<u64>>());
    let facilities: Vec<&Value> = seen
        .iter()
        .filter(|entry| entry["kind"] == "facility.register")
        .collect();
    assert_eq!(facilities.len(), 4);
    assert!(
        facilities
            .iter()
            .all(|it| it["organisation"] == "enterprise"),
        "{facilities:?}"
    );

    let said = user
        .run(&[
            "entry",
            "watch",
            "--from",
            "0",
            "--kind",
            "facility.register",
            "--count",
            "4",
            "--lang",
            "zh-CN",
        ])
        .expect(0);
    assert_eq!(said.stdout.lines().count(), 5, "{}", said.stdout);
    assert!(said.stdout.contains("组织"), "{}", said.stdout);
    assert!(said.stderr.contains("--from 9"), "{}", said.stderr);
}

/// A loopback address that is free now: the node comes back under it.
fn free_address() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("bound").to_string()
}
