//! Two of three voting nodes are lost for ever: the rest goes on, old receipts hold, what was given up is denounced.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use hengtan_tests::{Node, Said, User};
use serde_json::Value;

use crate::consortium::addresses;

/// Bound of each wait: far above what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(90);

/// Organisation and node: the first three vote, the second nodes and the regulator learn.
const NODES: [(&str, &str); 6] = [
    ("steel", "steel-1"),
    ("power", "power-1"),
    ("cement", "cement-1"),
    ("steel", "steel-2"),
    ("power", "power-2"),
    ("bureau", "bureau-1"),
];

struct Network {
    user: User,
    root: PathBuf,
    apis: Vec<String>,
    running: Vec<Option<Node>>,
}

impl Network {
    fn founded() -> Self {
        let user = User::default();
        let free = addresses(2 * NODES.len());
        let address = |at: usize| free[at].to_string();
        let mut text = "name = \"coast\"\npolicy_delay_hours = 0\n".to_owned();
        for name in ["steel", "power", "cement", "bureau"] {
            let (voting, duty) = if name == "bureau" {
                (false, "regulator")
            } else {
                (true, "business")
            };
            writeln!(
                text,
                "[[organisation]]\nname = \"{name}\"\nvoting = {voting}\nduties = [\"{duty}\"]"
            )
            .expect("text");
        }
        let mut apis = Vec::new();
        for (at, (organisation, node)) in NODES.iter().enumerate() {
            apis.push(address(2 * at + 1));
            writeln!(
                text,
                "[[node]]\nname = \"{node}\"\norganisation = \"{organisation}\"\naddress = \"{}\"\napi = \"{}\"",
                address(2 * at),
                apis[at]
            )
            .expect("text");
        }
        fs::write(user.folder().join("network.toml"), text).expect("written");
        let _ = user
            .run(&["init", "network", "network.toml", "--dir", "network"])
            .expect(0);
        let root = user.folder().join("network");
        Self {
            user,
            root,
            apis,
            running: NODES.iter().map(|_| None).collect(),
        }
    }

    fn folder(&self, at: usize) -> PathBuf {
        self.root.join(NODES[at].0)
    }

    fn data(&self, at: usize) -> PathBuf {
        self.folder(at).join("nodes").join(NODES[at].1).join("data")
    }

    fn start(&mut self, at: usize) {
        let node = Node::start_one(&self.user, &self.folder(at), Some(NODES[at].1));
        self.running[at] = Some(node);
    }

    /// SIGKILL: nothing is said good-bye to.
    fn kill(&mut self, at: usize) {
        self.running[at].take().expect("runs").kill();
    }

    /// A command of an organisation's people at the door of a node.
    fn at(&self, door: usize, organisation: &str, arguments: &[&str]) -> Said {
        let context = self.root.join(organisation).join("context.toml");
        let endpoint = format!("http://{}", self.apis[door]);
        let mut whole = vec![
            "--context",
            context.to_str().expect("UTF-8"),
            "--endpoint",
            &endpoint,
        ];
        whole.extend(arguments);
        self.user.run(&whole)
    }

    fn register(&self, door: usize, organisation: &str, name: &str) -> u64 {
        let begun = Instant::now();
        loop {
            let said = self.at(
                door,
                organisation,
                &[
                    "facility",
                    "register",
                    name,
                    "--region",
                    "CN-GD",
                    "--name-en",
                    name,
                    "-o",
                    "json",
                ],
            );
            if said.status == 0 {
                return said.json()["index"].as_u64().expect("an index");
            }
            assert!(begun.elapsed() < PATIENCE, "{}", said.stderr);
        }
    }

    fn receipt(&self, door: usize, index: u64, file: &str) {
        let begun = Instant::now();
        loop {
            let index = index.to_string();
            let said = self.at(door, "cement", &["receipt", "get", &index, "--out", file]);
            if said.status == 0 {
                return;
            }
            assert!(begun.elapsed() < PATIENCE, "{}", said.stderr);
        }
    }

    fn sizes(&self, door: usize) -> (u64, u64) {
        let said = self.at(door, "cement", &["status", "-o", "json"]);
        let status: Value = serde_json::from_str(&said.stdout).unwrap_or_default();
        let number = |key: &str| status[key].as_u64().unwrap_or(0);
        (number("size"), number("final_size"))
    }

    fn recovery(&self, arguments: &[&str]) -> Said {
        let mut whole = vec!["recovery"];
        whole.extend(arguments);
        whole.push("--yes");
        self.user.run(&whole)
    }
}

fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("made");
    for entry in fs::read_dir(from).expect("readable") {
        let entry = entry.expect("readable");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copied(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).expect("copied");
        }
    }
}

#[test]
fn two_of_three_voters_are_lost_and_the_network_goes_on() {
    let mut network = Network::founded();
    for at in 0..NODES.len() {
        network.start(at);
    }
    let kept = network.register(0, "steel", "kept");
    for door in [2, 3, 4, 5] {
        let begun = Instant::now();
        while network.sizes(door).1 <= kept {
            assert!(begun.elapsed() < PATIENCE, "{}", NODES[door].1);
        }
    }
    network.receipt(2, kept, "kept.json");
    // One learner misses the next entry; then only the two that will be lost go on, and make something final.
    network.kill(4);
    let missed = network.register(2, "cement", "missed");
    for door in [2, 3, 5] {
        let begun = Instant::now();
        while network.sizes(door).1 <= missed {
            assert!(begun.elapsed() < PATIENCE, "{}", NODES[door].1);
        }
    }
    for at in [2, 3, 5] {
        network.kill(at);
    }
    let beyond = network.register(0, "steel", "beyond");
    assert!(beyond > missed);
    network.receipt(0, beyond, "beyond.json");
    for at in [0, 1] {
        network.kill(at);
        fs::remove_dir_all(network.data(at)).expect("lost for ever");
    }

    // The third voter's log is the longest that is left.
    let dir = |at: usize| network.folder(at).to_str().expect("UTF-8").to_owned();
    let drafted = network
        .recovery(&[
            "draft",
            "--dir",
            &dir(2),
            "--voter",
            "cement-1",
            "--voter",
            "steel-2",
            "--voter",
            "power-2",
            "--reason",
            "flood in the east",
            "-o",
            "json",
        ])
        .expect(0)
        .json();
    assert!(drafted["base"].as_u64().expect("a base") > missed);
    assert!(drafted["base"].as_u64().expect("a base") <= beyond);
    for at in [2, 3] {
        let _ = network
            .recovery(&["sign", "recovery.draft.json", "--dir", &dir(at)])
            .expect(0);
    }
    // One alone cannot decide.
    let finish = |signatures: &[&str], out: &str| {
        let mut arguments = vec!["finish", "recovery.draft.json"];
        arguments.extend(signatures);
        arguments.extend(["--out", out]);
        network.recovery(&arguments).expect(0)
    };
    let (cement, steel) = (
        "recovery-cement.signature.json",
        "recovery-steel.signature.json",
    );
    let _ = finish(&[cement], "alone.json");
    let refused = network.recovery(&["apply", "alone.json", "--dir", &dir(2)]);
    assert_ne!(refused.status, 0);
    assert!(refused.stderr.contains("HT-LED-042"), "{}", refused.stderr);
    let _ = finish(&[cement, steel], "recovery.json");
    let apply = |at: usize, more: &[&str]| {
        let folder = dir(at);
        let mut arguments = vec![
            "apply",
            "recovery.json",
            "--dir",
            &folder,
            "--node",
            NODES[at].1,
        ];
        arguments.extend(more);
        network.recovery(&arguments)
    };
    for at in [2, 3, 5] {
        let _ = apply(at, &[]).expect(0);
    }
    // Once more changes nothing.
    let _ = apply(2, &[]).expect(0);
    // Who missed something needs it from another.
    let short = apply(4, &[]);
    assert_ne!(short.status, 0);
    assert!(short.stderr.contains("HT-NOD-110"), "{}", short.stderr);
    let copy = network.user.folder().join("copy");
    copied(&network.data(2), &copy);
    let _ = apply(4, &["--from", copy.to_str().expect("UTF-8")]).expect(0);

    for at in 2..NODES.len() {
        network.start(at);
    }
    let after = network.register(3, "steel", "after");
    assert_eq!(after, missed + 3, "recovery, header, envelope");
    for (door, (_, node)) in NODES.iter().enumerate().skip(2) {
        let begun = Instant::now();
        while network.sizes(door).1 <= after {
            assert!(begun.elapsed() < PATIENCE, "{node}");
        }
    }
    let verify = |file: &str, more: &[&str]| {
        let genesis = network.folder(2).join("genesis.json");
        let pin = genesis.to_str().expect("UTF-8").to_owned();
        let mut arguments = vec!["verify", file, "--network", &pin, "--lang", "en"];
        arguments.extend(more);
        network.user.run(&arguments)
    };
    // What was final before: with its old receipt, and with a new one.
    let _ = verify("kept.json", &["--recovery", "recovery.json"]).expect(0);
    network.receipt(4, kept, "kept-again.json");
    network.receipt(5, after, "after.json");
    for file in ["kept-again.json", "after.json"] {
        let said = verify(file, &["--recovery", "recovery.json"]).expect(0);
        assert!(said.stdout.contains("flood in the east"), "{}", said.stdout);
        assert!(said.stdout.contains("cement, steel"), "{}", said.stdout);
    }
    // What the lost two made final beyond the base is consistent in itself, and denounced by whoever knows.
    let _ = verify("beyond.json", &[]).expect(0);
    let denounced = verify("beyond.json", &["--recovery", "recovery.json"]).expect(7);
    assert!(
        denounced.stderr.contains("HT-NOD-113") && denounced.stderr.contains("cement, steel"),
        "{}",
        denounced.stderr
    );
    let context = network.folder(2).join("context.toml");
    let context = context.to_str().expect("UTF-8");
    let _ = network
        .user
        .run(&["--context", context, "verify", "beyond.json"])
        .expect(7);
    // A recovery that too few signed denounces nobody.
    let refused = verify("beyond.json", &["--recovery", "alone.json"]);
    assert!(refused.stderr.contains("HT-LED-042"), "{}", refused.stderr);
}
