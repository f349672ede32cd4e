//! A consortium as processes survives its leader, and its founders make it far apart.

use hengtan_tests::User;

use crate::consortium::{Consortium, ORGANISATIONS, plan, settled};

#[tokio::test(flavor = "multi_thread")]
async fn a_consortium_survives_its_leader_and_gives_the_first_receipt_again() {
    let mut consortium = Consortium::started();
    let leader = consortium.leader("bureau");
    let [one, two] = ["steel", "power", "cement"]
        .into_iter()
        .filter(|name| *name != leader)
        .collect::<Vec<_>>()
        .try_into()
        .expect("two others");
    let first = consortium.envelope("works-1");
    let (place, duplicate) = consortium.submit(one, &first).await;
    assert!(!duplicate);

    consortium.nodes.remove(leader).expect("runs").kill();
    // Through whichever door, and while the leader changes.
    let second = consortium.envelope("works-2");
    let (later, _) = consortium.submit(two, &second).await;
    assert!(later > place);
    for door in [one, two, "bureau"] {
        assert_eq!(
            consortium.submit(door, &first).await,
            (place, true),
            "at {door}"
        );
    }
    assert_ne!(consortium.leader(one), leader);

    consortium.start(leader);
    let rows = consortium.until("bureau", |rows| settled(4, rows));
    let learner = rows.iter().find(|row| row["node"] == "bureau-1");
    assert_eq!(learner.expect("the regulator")["role"], "learner");

    // Leadership goes where it is sent.
    let folder = consortium.root.join(one);
    let folder = folder.to_str().expect("UTF-8");
    let to = format!("{leader}-1");
    // One that the successor does not take up in time fails, and says so; it may be asked for again.
    let begun = std::time::Instant::now();
    loop {
        let arguments = ["leader", "transfer", &to, "--dir", folder];
        let said = consortium.user.run(&arguments);
        if said.status == 0 {
            break;
        }
        assert!(
            begun.elapsed().as_secs() < 90 && said.stderr.contains("HT-CON-"),
            "{}",
            said.stderr
        );
    }
    assert_eq!(consortium.leader("bureau"), leader);

    // The same plan, but keys of its own: a stranger to this network.
    consortium.found("elsewhere");
    let folder = consortium.user.folder().join("elsewhere").join(one);
    let refused = consortium.user.run(&[
        "leader",
        "transfer",
        &to,
        "--dir",
        folder.to_str().expect("UTF-8"),
    ]);
    assert_ne!(refused.status, 0, "{}", refused.stdout);
    assert_eq!(consortium.leader("bureau"), leader);
}

#[test]
fn founders_far_apart_make_one_genesis_and_nobody_may_be_missing() {
    let user = User::default();
    std::fs::write(user.folder().join("network.toml"), plan()).expect("written");
    let run = |arguments: &[&str]| user.run(arguments);
    for name in ORGANISATIONS {
        let part = [
            "init",
            "part",
            "network.toml",
            "--organisation",
            name,
            "--dir",
            name,
        ];
        let _ = run(&part).expect(0);
    }
    let parts = ORGANISATIONS.map(|name| format!("{name}/part.json"));
    let mut draft = vec!["init", "draft", "network.toml"];
    draft.extend(parts.iter().map(String::as_str));
    let _ = run(&draft).expect(0);
    for name in ORGANISATIONS {
        let sign = ["init", "sign", "network.toml", "draft.json", "--dir", name];
        let _ = run(&sign).expect(0);
    }
    let signatures = ORGANISATIONS.map(|name| format!("{name}/signature.json"));
    let mut finish = vec!["init", "finish", "draft.json"];
    finish.extend(signatures.iter().map(String::as_str));
    assert_ne!(run(&finish[..finish.len() - 1]).status, 0, "one is missing");
    let _ = run(&finish).expect(0);
    for name in ORGANISATIONS {
        let settle = [
            "init",
            "settle",
            "network.toml",
            "genesis.pb",
            "--organisation",
            name,
            "--dir",
            name,
        ];
        let _ = run(&settle).expect(0);
    }
}

#[test]
fn the_demo_with_four_nodes_kills_its_leader_and_ends_with_one_root() {
    let user = User::default();
    let folder = user.folder().join("demo");
    let said = user
        .run(&[
            "--lang",
            "zh-CN",
            "demo",
            "--nodes",
            "4",
            "--dir",
            folder.to_str().expect("UTF-8"),
            "-o",
            "json",
        ])
        .expect(0);
    assert!(said.stderr.contains("[7/7]"), "{}", said.stderr);
    let outcome = said.json();
    assert_ne!(outcome["killed"], outcome["leader"]);
    let nodes = outcome["nodes"].as_array().expect("nodes");
    assert_eq!(nodes.len(), 4);
    for node in nodes {
        assert_eq!(node["log_root"], outcome["log_root"], "{node}");
        assert_eq!(node["state_root"], outcome["state_root"], "{node}");
    }
}
