//! Founders on one machine and far apart.

use super::*;

/// Three that vote and a regulator that does not; ports 0 are filled by the caller.
pub(crate) fn plan(addresses: &[(SocketAddr, SocketAddr); 4]) -> Plan {
    let organisation = |name: &str, duties: &[&str], voting: bool| PlannedOrganisation {
        name: name.to_owned(),
        name_zh: String::new(),
        name_en: String::new(),
        credit_code: String::new(),
        duties: duties.iter().map(|word| (*word).to_owned()).collect(),
        voting,
        jurisdiction: String::new(),
    };
    let node =
        |name: &str, organisation: &str, (peer, api): (SocketAddr, SocketAddr)| PlannedNode {
            name: name.to_owned(),
            organisation: organisation.to_owned(),
            address: peer.to_string(),
            peer_listen: None,
            api,
        };
    Plan {
        name: "test".to_owned(),
        name_zh: "测试".to_owned(),
        name_en: "Test".to_owned(),
        policy_delay_hours: 0,
        reviewers: 0,
        policies: BTreeMap::new(),
        organisations: vec![
            organisation("steel", &["business"], true),
            organisation("cement", &["business"], true),
            organisation("bureau", &["regulator"], false),
            organisation("power", &["business"], true),
        ],
        nodes: vec![
            node("bureau-1", "bureau", addresses[3]),
            node("steel-1", "steel", addresses[0]),
            node("cement-1", "cement", addresses[1]),
            node("power-1", "power", addresses[2]),
        ],
    }
}

fn fixed() -> Plan {
    let at = |port: u16| SocketAddr::from(([127, 0, 0, 1], port));
    plan(&[1, 2, 3, 4].map(|number| (at(100 + number), at(200 + number))))
}

#[test]
fn a_rehearsed_network_has_a_complete_folder_for_each_organisation() {
    let place = tempfile::tempdir().expect("temporary folder");
    let root = place.path().join("network");
    let plan = fixed();
    let (founded, folders) =
        rehearse(&root, &plan, 1_800_000_000_000, &mut rand::rng()).expect("founded");
    assert_eq!(founded.voting_set().voters.len(), 3);
    let last = founded.genesis().nodes.last().expect("four nodes");
    assert_eq!(
        (last.name.as_str(), last.number),
        ("bureau-1", 4),
        "who votes comes first"
    );
    for folder in folders {
        let path = Folder::new(&folder).config_file(None).expect("one node");
        let (config, _) =
            crate::config::Config::load(&path, [], &Default::default()).expect("valid");
        assert_eq!(config.check(), []);
        assert!(config.peer.is_some());
        let context = Context::read(&Folder::new(&folder).context_file()).expect("readable");
        assert_eq!(context.network, hex::encode(founded.network_id()));
    }
}

#[test]
fn founders_far_apart_exchange_parts_and_signatures_only() {
    let place = tempfile::tempdir().expect("temporary folder");
    let plan = fixed();
    let names: Vec<&str> = plan
        .organisations
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    let mut rng = rand::rng();
    let mut parts = Vec::new();
    for name in &names {
        let part = Part::make(
            &plan,
            name,
            &place.path().join(name),
            1_800_000_000_000,
            &mut rng,
        )
        .expect("made");
        let path = place.path().join(format!("{name}.json"));
        std::fs::write(&path, part.to_text()).expect("written");
        parts.push(Part::read(&path).expect("readable"));
    }
    // One is missing.
    let refused = Draft::assemble(&plan, &parts[1..], 1, &mut rng).expect_err("incomplete");
    assert_eq!(refused.code(), "HT-NOD-041");
    let path = place.path().join("draft.json");
    let draft = Draft::assemble(&plan, &parts, 1_800_000_000_000, &mut rng).expect("complete");
    std::fs::write(&path, draft.to_text()).expect("written");
    let draft = Draft::read(&path).expect("readable");
    let mut signatures = Vec::new();
    for name in &names {
        let signature = draft
            .sign(&plan, &place.path().join(name), &mut rng)
            .expect("signed");
        let path = place.path().join(format!("{name}.signature.json"));
        std::fs::write(&path, draft.signature_text(&signature)).expect("written");
        signatures.push(draft.read_signature(&path).expect("readable"));
    }
    // Every founder's word counts.
    assert!(draft.finish(signatures[1..].to_vec()).is_err());
    let founded = draft.finish(signatures).expect("founded");
    assert_eq!(founded.network_id(), draft.network_id());
    for name in &names {
        settle(&plan, &founded, name, &place.path().join(name)).expect("settled");
    }
}

#[test]
fn nobody_signs_a_draft_that_says_something_else_of_him() {
    let place = tempfile::tempdir().expect("temporary folder");
    let plan = fixed();
    let mut rng = rand::rng();
    let mut parts = Vec::new();
    for planned in &plan.organisations {
        let root = place.path().join(&planned.name);
        parts.push(
            Part::make(&plan, &planned.name, &root, 1_800_000_000_000, &mut rng).expect("made"),
        );
    }
    // The coordinator puts its own statement key in place of a node's.
    let foreign = SecretKey::generate(&mut rng);
    parts[0].nodes[0].statement_key = foreign.public_key().to_uncompressed().to_vec();
    let draft = Draft::assemble(&plan, &parts, 1_800_000_000_000, &mut rng).expect("complete");
    let refused = draft
        .sign(&plan, &place.path().join("steel"), &mut rng)
        .expect_err("refused");
    assert_eq!(refused.code(), "HT-NOD-041");
    let cement = place.path().join("cement");
    assert!(draft.sign(&plan, &cement, &mut rng).is_ok());
    // Or it founds another network than was agreed.
    let agreed = Plan {
        policy_delay_hours: 72,
        ..plan
    };
    let refused = draft.sign(&agreed, &cement, &mut rng).expect_err("refused");
    assert_eq!(refused.code(), "HT-NOD-039");
}
