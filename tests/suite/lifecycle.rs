//! Nodes come and go while the consortium runs.

use std::fs;
use std::io::{Read, Write};
use std::net::TcpStream;

use hengtan_tests::Node;
use serde_json::Value;

use crate::consortium::{Consortium, addresses, settled};

fn row<'a>(rows: &'a [Value], node: &str) -> Option<&'a Value> {
    rows.iter().find(|row| row["node"] == node)
}

fn metrics(node: &Node) -> String {
    let mut stream = TcpStream::connect(&node.address).expect("connected");
    write!(
        stream,
        "GET /metrics HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n",
        node.address
    )
    .expect("asked");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("answered");
    answer
}

/// The whole life: a voter loses its disk, is refused under its old name, and its organisation brings in another machine, which takes over
/// the vote; the old one leaves the ledger.
#[tokio::test(flavor = "multi_thread")]
async fn a_wiped_voter_is_refused_and_a_new_node_takes_its_place() {
    let mut consortium = Consortium::started();
    let first = consortium.envelope("works-1");
    let (place, _) = consortium.submit("steel", &first).await;
    let _ = consortium.until("steel", |rows| settled(4, rows));

    // The disk is lost, keys and settings are not.
    consortium.nodes.remove("power").expect("runs").kill();
    let data = consortium.root.join("power/nodes/power-1/data");
    fs::remove_dir_all(&data).expect("removed");
    consortium.start("power");
    let second = consortium.envelope("works-2");
    consortium.submit("cement", &second).await;
    let _ = consortium.until("steel", |rows| {
        row(rows, "power-1").is_some_and(|row| row["size"] == 1)
            && row(rows, "cement-1").is_some_and(|row| row["size"] != 1)
    });
    // Whoever leads has met it with its mark of before.
    let refused = "hengtan_peers_failed_total{code=\"HT-NOD-050\"}";
    let also = "hengtan_peers_refused_total{code=\"HT-NOD-050\"}";
    let begun = std::time::Instant::now();
    while !["steel", "cement"].iter().any(|name| {
        let text = metrics(&consortium.nodes[name]);
        text.contains(refused) || text.contains(also)
    }) {
        assert!(begun.elapsed().as_secs() < 60, "nobody refused the node");
    }

    let free = addresses(2);
    let door = format!("http://{}", consortium.nodes["steel"].address);
    let power = |consortium: &Consortium, arguments: &[&str]| {
        let mut whole = vec!["--endpoint", door.as_str(), "--yes"];
        whole.extend(arguments);
        consortium.run("power", &whole)
    };
    let (address, api) = (free[0].to_string(), free[1].to_string());
    let prepared = power(
        &consortium,
        &[
            "node",
            "prepare",
            "power-2",
            "--address",
            &address,
            "--api",
            &api,
        ],
    );
    let _ = prepared.expect(0);
    let again = power(
        &consortium,
        &[
            "node",
            "prepare",
            "power-2",
            "--address",
            &address,
            "--api",
            &api,
        ],
    );
    assert_ne!(again.status, 0, "what is there is not overwritten");
    // Before it has joined, nobody knows it.
    let folder = consortium.root.join("power");
    let early = consortium.user.run(&[
        "start",
        "--dir",
        folder.to_str().expect("UTF-8"),
        "--node",
        "power-2",
    ]);
    assert!(early.stderr.contains("HT-NOD-014"), "{}", early.stderr);
    for number in [1, 2] {
        let joined = power(&consortium, &["node", "join", "power-2", "-o", "json"]).expect(0);
        assert_eq!(joined.json()["number"], 5, "time {number}");
    }
    let node = Node::start_one(&consortium.user, &folder, Some("power-2"));
    consortium.nodes.insert("power-2", node);
    let _ = consortium.until("steel", |rows| {
        row(rows, "power-2").is_some_and(|row| row["role"] == "learner" && row["size"] != 1)
    });

    let _ = power(&consortium, &["node", "replace", "power-1", "power-2"]).expect(0);
    let _ = consortium.until("steel", |rows| {
        row(rows, "power-2").is_some_and(|row| row["role"] == "follower" || row["role"] == "leader")
    });
    consortium.nodes.remove("power").expect("runs").kill();
    let remove = ["node", "remove", "power-1", "--reason", "its disk is lost"];
    let _ = power(&consortium, &remove).expect(0);
    let _ = consortium.until("bureau", |rows| settled(4, rows));

    // It begins again where it ended, now by what the ledger says about the others.
    consortium.nodes.remove("power-2").expect("runs").kill();
    let node = Node::start_one(&consortium.user, &folder, Some("power-2"));
    consortium.nodes.insert("power-2", node);
    // It votes: without it there is no majority.
    consortium.nodes.remove("cement").expect("runs").kill();
    let third = consortium.envelope("works-3");
    let (last, _) = consortium.submit("power-2", &third).await;
    assert_eq!(consortium.submit("power-2", &first).await, (place, true));
    assert!(last > place);
}

/// Opens a proposal in steel's name, and lets the others vote until it is decided.
fn decide(consortium: &Consortium, voters: &[&str], opening: &[&str]) {
    let mut whole = opening.to_vec();
    whole.extend(["--reason", "agreed", "-o", "json"]);
    let opened = consortium.run("steel", &whole).expect(0);
    let number = opened.json()["index"].to_string();
    for voter in voters {
        let shown = consortium.run("steel", &["proposal", "show", &number, "-o", "json"]);
        if shown.expect(0).json()["state"] == "passed" {
            return;
        }
        let _ = consortium
            .run(voter, &["proposal", "vote", &number])
            .expect(0);
    }
    let shown = consortium.run("steel", &["proposal", "show", &number, "-o", "json"]);
    assert_eq!(shown.expect(0).json()["state"], "passed");
}

/// An organisation comes with its own CA and node and gets a vote; another leaves, and its node is refused from then on.
#[tokio::test(flavor = "multi_thread")]
async fn an_organisation_comes_and_votes_and_another_leaves() {
    let mut consortium = Consortium::started();
    let door = format!("http://{}", consortium.nodes["steel"].address);
    let grid = consortium.root.join("grid");
    let genesis = consortium.root.join("steel/genesis.pb");
    let (grid_text, genesis_text) = (
        grid.to_str().expect("UTF-8"),
        genesis.to_str().expect("UTF-8"),
    );
    let init = [
        "init",
        "organisation",
        "grid",
        "--genesis",
        genesis_text,
        "--door",
        &door,
        "--name-en",
        "Grid",
        "--dir",
        grid_text,
    ];
    let _ = consortium.user.run(&init).expect(0);
    let early = consortium.run("grid", &["facility", "list"]);
    let _ = early.expect(0);
    let admission = grid.join("admission.json");
    let admission = admission.to_str().expect("UTF-8");
    decide(
        &consortium,
        &["power", "cement", "bureau"],
        &["proposal", "open", "organisation.admit", admission],
    );

    let free = addresses(2);
    let (address, api) = (free[0].to_string(), free[1].to_string());
    let prepare = [
        "node",
        "prepare",
        "grid-1",
        "--address",
        &address,
        "--api",
        &api,
    ];
    let _ = consortium.run("grid", &prepare).expect(0);
    let _ = consortium
        .run("grid", &["node", "join", "grid-1"])
        .expect(0);
    let node = Node::start_one(&consortium.user, &grid, Some("grid-1"));
    consortium.nodes.insert("grid", node);
    let _ = consortium.until("bureau", |rows| settled(5, rows));
    decide(
        &consortium,
        &["power", "cement", "bureau", "grid"],
        &["node", "promote", "grid-1"],
    );
    let _ = consortium.until("grid", |rows| {
        settled(5, rows) && row(rows, "grid-1").is_some_and(|row| row["role"] != "learner")
    });

    let leave = consortium.user.folder().join("leave.toml");
    fs::write(&leave, "organisation = \"cement\"\nreason = \"sold\"\n").expect("written");
    decide(
        &consortium,
        &["power", "grid", "bureau", "cement"],
        &[
            "proposal",
            "open",
            "organisation.leave",
            leave.to_str().expect("UTF-8"),
        ],
    );
    let _ = consortium.until("bureau", |rows| settled(4, rows));
    // Steel, power and grid are left to vote: two of them are more than half, the one that left is not needed and not heard.
    let door = ["steel", "power"]
        .into_iter()
        .find(|name| consortium.leader("bureau") != *name);
    let door = door.unwrap_or("steel");
    let first = consortium.envelope("works-1");
    let (place, _) = consortium.submit(door, &first).await;
    assert_eq!(consortium.submit("grid", &first).await, (place, true));
    let _ = consortium.until("grid", |rows| {
        settled(4, rows) && row(rows, "cement-1").is_none()
    });
    // Whoever trusts nobody replays all of it, the changes of members among it.
    let _ = consortium
        .run("grid", &["audit", "export", "--out", "log.hengtan"])
        .expect(0);
    let replay = |network: &str| {
        let arguments = [
            "audit",
            "replay",
            "log.hengtan",
            "--network",
            network,
            "-o",
            "json",
        ];
        consortium.user.run(&arguments)
    };
    let report = replay(genesis_text).expect(0).json();
    assert_eq!(
        (&report["accusations"], &report["void_batches"]),
        (&0.into(), &0.into())
    );
    assert_eq!(report["final_size"], report["size"]);
    let _ = replay(&"0".repeat(64)).expect(7);
    let file = consortium.user.folder().join("log.hengtan");
    let mut bytes = fs::read(&file).expect("readable");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    fs::write(&file, bytes).expect("written");
    assert_eq!(replay(genesis_text).status, 7);
    let text = metrics(&consortium.nodes["steel"]) + &metrics(&consortium.nodes["grid"]);
    assert!(
        text.contains("hengtan_peers_refused_total{code=\"HT-NOD-031\"}"),
        "{text}"
    );
}

/// By default a factor set is adopted when more than half of the organisations have voted for it, with all its factors.
#[tokio::test(flavor = "multi_thread")]
async fn organisations_adopt_a_factor_set_by_vote() {
    let consortium = Consortium::started();
    let alone = consortium.run("steel", &["factor", "adopt", "mee-grid-2023"]);
    assert!(
        alone.status != 0 && alone.stderr.contains("HT-CMD-"),
        "{}",
        alone.stderr
    );
    decide(
        &consortium,
        &["power", "cement", "bureau"],
        &["factor", "adopt", "mee-grid-2023", "--propose"],
    );
    let sets = consortium
        .run("bureau", &["factor", "sets", "-o", "json"])
        .expect(0)
        .json();
    let sets = sets.as_array().cloned().unwrap_or_default();
    assert_eq!(sets.len(), 1, "{sets:?}");
    assert_eq!(sets[0]["set"], "mee-grid-2023");
}

/// Whoever gets hold of a node's transport key is shut out as soon as its organisation revokes it, on connections that are open too.
#[tokio::test(flavor = "multi_thread")]
async fn a_node_with_a_revoked_transport_key_is_refused_and_counted() {
    let consortium = Consortium::started();
    let first = consortium.envelope("works-1");
    let (place, _) = consortium.submit("steel", &first).await;
    let _ = consortium.until("steel", |rows| settled(4, rows));
    let door = format!("http://{}", consortium.nodes["steel"].address);
    let power = |consortium: &Consortium, arguments: &[&str]| {
        let mut whole = vec!["--endpoint", door.as_str(), "--yes"];
        whole.extend(arguments);
        consortium.run("power", &whole)
    };
    let revoke = [
        "node",
        "revoke",
        "power-1",
        "--reason",
        "the key was copied",
    ];
    let _ = power(&consortium, &revoke).expect(0);
    let refused = "hengtan_peers_refused_total{code=\"HT-NOD-031\"}";
    let begun = std::time::Instant::now();
    while !["steel", "cement", "bureau"]
        .iter()
        .any(|name| metrics(&consortium.nodes[name]).contains(refused))
    {
        assert!(begun.elapsed().as_secs() < 60, "nobody refused the node");
    }
    // The other two are more than half.
    let second = consortium.envelope("works-2");
    let (later, _) = consortium.submit("cement", &second).await;
    assert!(later > place);
    let rows = consortium.until("steel", |rows| {
        rows.iter()
            .any(|row| row["node"] == "power-1" && row["code"] != "")
    });
    assert!(row(&rows, "cement-1").is_some_and(|row| row["code"] == ""));
}
