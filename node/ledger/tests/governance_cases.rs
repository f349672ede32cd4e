//! The rules of governance as data: tests/governance/*.toml. Each case is a list of steps on a fresh network of several organisations; a step with
//! `propose = true` opens a proposal for its command. A step without `expect` must be accepted.

mod network;
mod table;

use hengtan_ledger::envelope::Command;
use hengtan_ledger::membership;
use hengtan_ledger::state::{self, key};
use hengtan_ledger::v1::{self, ProposalStatus, Role, RuleKind};
use network::consortium::{self, Consortium, Party, decided};
use prost::Message;
use std::collections::BTreeMap;
use table::{list, number, text};
use toml::{Table, Value};

struct Stage {
    network: Consortium,
    /// Numbers of proposals by the name that the case gives them.
    proposals: BTreeMap<String, u64>,
}

fn small(step: &Table, name: &str, default: u64) -> u32 {
    u32::try_from(number(step, name, default)).expect("small")
}

fn texts(step: &Table, name: &str, default: &[&str]) -> Vec<String> {
    if !step.contains_key(name) {
        return default.iter().map(|word| (*word).to_owned()).collect();
    }
    list(step, name)
        .iter()
        .map(|value| value.as_str().expect("text").to_owned())
        .collect()
}

fn roles(step: &Table, name: &str, default: &[&str]) -> Vec<i32> {
    texts(step, name, default)
        .iter()
        .map(|word| Role::from_word(word).expect("a role") as i32)
        .collect()
}

fn rule(word: &str) -> v1::Rule {
    let (kind, n, m) = match word {
        "ANY" => (RuleKind::Any, 0, 0),
        "ALL" => (RuleKind::All, 0, 0),
        "MAJORITY" => (RuleKind::Majority, 0, 0),
        other => match other.split_once('/') {
            Some((n, m)) => (
                RuleKind::Fraction,
                n.parse().expect("n"),
                m.parse().expect("m"),
            ),
            None => (RuleKind::Count, other.parse().expect("n"), 0),
        },
    };
    v1::Rule {
        kind: kind as i32,
        n,
        m,
    }
}

impl Stage {
    fn new(case: &Table) -> Self {
        let founders = texts(case, "founders", &["alpha", "beta", "gamma"]);
        let founders: Vec<&str> = founders.iter().map(String::as_str).collect();
        let delay = number(case, "delay_ms", 0);
        let level = small(case, "level", 2);
        let network = Consortium::with(&founders, |genesis| {
            genesis.limits.as_mut().expect("limits").policy_delay_ms = delay;
            if level == 1 {
                network::first_level(genesis);
            }
        });
        Self {
            network,
            proposals: BTreeMap::new(),
        }
    }

    fn command(&mut self, step: &Table) -> Command {
        let reason = text(step, "reason", "原因");
        let name = text(step, "name", "");
        let organisation = text(step, "organisation", "");
        let bare = |kind: &'static str, head: &dyn Fn() -> Vec<u8>| Command {
            kind,
            head: head(),
            rows: Vec::new(),
            expected: Vec::new(),
        };
        let proposal = self
            .proposals
            .get(&text(step, "proposal", ""))
            .copied()
            .unwrap_or_default();
        match text(step, "do", "").as_str() {
            "admit" => self.network.admission(&organisation),
            "duties" => {
                let head = v1::OrganisationChangeDuties {
                    organisation,
                    duties: roles(step, "duties", &["governance", "operations"]),
                    jurisdiction: text(step, "jurisdiction", ""),
                    reason,
                };
                Command::new("organisation.change_duties", &head, Vec::new())
            }
            "rotate_ca" => {
                let party = Party::new(&text(step, "ca_of", &organisation), &mut self.network.rng);
                let head = v1::OrganisationRotateCa {
                    organisation,
                    ca_certificate: party.issuer.certificate().to_der().to_vec(),
                };
                Command::new("organisation.rotate_ca", &head, Vec::new())
            }
            "leave" => {
                let head = v1::OrganisationLeave {
                    organisation,
                    reason,
                };
                Command::new("organisation.leave", &head, Vec::new())
            }
            "register" => {
                let who = text(step, "who", "");
                let own = who.split('/').next().expect("an organisation");
                let known = self.network.nodes.remove(&name);
                let mut command = self.network.registration(own, &name);
                if let Some(known) = known {
                    self.network.nodes.insert(name, known);
                }
                if let Some(other) = step.get("key_of").and_then(Value::as_str) {
                    let mut head =
                        v1::NodeRegister::decode(command.head.as_slice()).expect("a head");
                    let key = &self.network.nodes[other].transport;
                    head.transport_key = key.public_key().to_uncompressed().to_vec();
                    command.head = head.encode_to_vec();
                }
                command
            }
            "change" => {
                let key = network::key(&mut self.network.rng);
                let new = key.public_key().to_uncompressed().to_vec();
                let head = v1::NodeChange {
                    name,
                    transport_key: match step.get("key_of").and_then(Value::as_str) {
                        Some("") => new,
                        Some(node) => self.network.nodes[node]
                            .statement
                            .public_key()
                            .to_uncompressed()
                            .to_vec(),
                        None => Vec::new(),
                    },
                    address: text(step, "address", ""),
                    feature_level: small(step, "level", 0),
                };
                Command::new("node.change", &head, Vec::new())
            }
            "promote" => consortium::promote(&name),
            "demote" => bare("node.demote", &|| {
                v1::NodeDemote {
                    name: name.clone(),
                    reason: reason.clone(),
                }
                .encode_to_vec()
            }),
            "replace" => bare("node.replace", &|| {
                v1::NodeReplace {
                    voter: text(step, "voter", ""),
                    learner: text(step, "learner", ""),
                }
                .encode_to_vec()
            }),
            "remove" => bare("node.remove", &|| {
                v1::NodeRemove {
                    name: name.clone(),
                    reason: reason.clone(),
                }
                .encode_to_vec()
            }),
            "revoke" => bare("node.revoke", &|| {
                v1::NodeRevoke {
                    name: name.clone(),
                    reason: reason.clone(),
                }
                .encode_to_vec()
            }),
            "policy" => {
                let policy = v1::Policy {
                    kind: text(step, "kind", ""),
                    rule: Some(rule(&text(step, "rule", "MAJORITY"))),
                    organisations: texts(step, "organisations", &[]),
                    roles: roles(step, "roles", &["governance"]),
                    reviewers: 0,
                };
                let head = v1::PolicySet {
                    policy: Some(policy),
                };
                Command::new("policy.set", &head, Vec::new())
            }
            "limits" => {
                let mut limits: v1::Limits =
                    state::require(&self.network.memory, key::LIMITS).expect("limits");
                limits.policy_delay_ms = number(step, "delay_ms", limits.policy_delay_ms);
                limits.batch_envelopes_max = small(step, "batch_envelopes_max", 1024);
                let head = v1::LimitsSet {
                    limits: Some(limits),
                };
                Command::new("limits.set", &head, Vec::new())
            }
            "witness" => {
                let key = network::key(&mut self.network.rng);
                let head = v1::WitnessRegister {
                    witness: Some(v1::Witness {
                        name,
                        key: key.public_key().to_uncompressed().to_vec(),
                    }),
                    witnesses_required: small(step, "required", 0),
                };
                Command::new("witness.register", &head, Vec::new())
            }
            "witness_remove" => {
                let head = v1::WitnessRemove {
                    name,
                    witnesses_required: small(step, "required", 0),
                };
                Command::new("witness.remove", &head, Vec::new())
            }
            "raise" => {
                let level = small(step, "level", 2);
                Command::new(
                    "feature_level.raise",
                    &v1::FeatureLevelRaise { level },
                    Vec::new(),
                )
            }
            "adopt" => network::adopt(network::FACTORS),
            "facility" => network::facility("mill-1"),
            "vote" => consortium::vote(proposal, !step.contains_key("against")),
            "withdraw" => {
                let head = v1::ProposalWithdraw { proposal, reason };
                Command::new("proposal.withdraw", &head, Vec::new())
            }
            other => panic!("do = {other}"),
        }
    }

    fn run(&mut self, place: &str, step: &Table) {
        self.network.time_ms += number(step, "after_ms", 0);
        let mut command = self.command(step);
        for expected in list(step, "versions") {
            let (key, version) = expected
                .as_str()
                .and_then(|text| text.split_once('='))
                .expect("key=version");
            command.expected.push(v1::ExpectedVersion {
                key: key.to_owned(),
                version: version.parse().expect("a number"),
            });
        }
        if step.contains_key("propose") {
            let open_ms = number(step, "open_ms", 24 * 3_600_000);
            command = self.network.proposal(command);
            let mut head = v1::ProposalOpen::decode(command.head.as_slice()).expect("a head");
            head.deadline_ms = self.network.time_ms + open_ms;
            head.reason = text(step, "why", "共同决定");
            head.kind = text(step, "kind_proposed", &head.kind);
            command.head = head.encode_to_vec();
        }
        let before = table::state(&self.network.memory);
        let outcome = self
            .network
            .send(&text(step, "who", "alpha/governance"), command);
        let expected = text(step, "expect", "");
        assert_eq!(outcome.code, expected, "{place}: {:?}", outcome.head);
        if !expected.is_empty() {
            self.refused(place, step, &outcome, &before);
            return;
        }
        if let Some(name) = step.get("as").and_then(Value::as_str) {
            self.proposals.insert(name.to_owned(), outcome.index);
        }
        if let Some(status) = step.get("status").and_then(Value::as_str) {
            let found = decided(&outcome);
            let votes = format!("{}:{}/{}", found.in_favour, found.against, found.needed);
            let word = match found.status() {
                ProposalStatus::Open => "open",
                ProposalStatus::Passed => "passed",
                ProposalStatus::Rejected => "rejected",
                ProposalStatus::Withdrawn => "withdrawn",
                ProposalStatus::Unspecified => "",
            };
            assert_eq!(word, status, "{place}: {found:?}");
            assert_eq!(
                found.changed.is_some(),
                status == "passed",
                "{place}: {found:?}"
            );
            assert_eq!(text(step, "votes", &votes), votes, "{place}");
        }
        self.compare(place, step);
    }

    fn refused(
        &self,
        place: &str,
        step: &Table,
        outcome: &v1::Outcome,
        before: &[(String, Vec<u8>)],
    ) {
        assert_eq!(
            table::state(&self.network.memory),
            before,
            "{place}: a refusal writes its entry and nothing else"
        );
        let Some(v1::outcome::Head::Refusal(refusal)) = &outcome.head else {
            panic!("{place}: no refusal")
        };
        for (name, value) in step
            .get("fields")
            .and_then(Value::as_table)
            .into_iter()
            .flatten()
        {
            let found = refusal.fields.iter().find(|field| field.name == *name);
            assert_eq!(
                found.map(|field| field.value.as_str()),
                value.as_str(),
                "{place}: {name} in {refusal:?}"
            );
        }
    }

    /// What an accepted step says of the state.
    fn compare(&self, place: &str, step: &Table) {
        let memory = &self.network.memory;
        let wanted = membership::desired(memory).expect("readable");
        let names = |voter: bool| -> Vec<String> {
            wanted
                .nodes
                .iter()
                .filter(|node| node.voter == voter)
                .map(|node| format!("{}:{}", node.node.number, node.node.name))
                .collect()
        };
        if step.contains_key("voters") {
            assert_eq!(names(true), texts(step, "voters", &[]), "{place}");
        }
        if step.contains_key("learners") {
            assert_eq!(names(false), texts(step, "learners", &[]), "{place}");
        }
        if step.contains_key("set") {
            assert_eq!(wanted.version, number(step, "set", 0), "{place}");
            let set = self.network.voting_set();
            for voter in &set.voters {
                let organisation: v1::Organisation =
                    state::require(memory, &key::organisation(&voter.organisation))
                        .expect("an organisation");
                assert!(organisation.voting, "{place}: {}", voter.organisation);
                assert_eq!(voter.authority_key.len(), 65, "{place}");
            }
        }
    }
}

fn check(file: &str, case: &Table) {
    let title = text(case, "title", "");
    let mut stage = Stage::new(case);
    for (position, step) in list(case, "step").iter().enumerate() {
        stage.run(
            &format!("{file}: {title}: step {}", position + 1),
            step.as_table().expect("a step"),
        );
    }
    let network = &stage.network;
    let place = format!("{file}: {title}");
    table::replays(&network.founded, &network.batches, &network.memory, &place);
}

#[test]
fn governance_follows_its_rules() {
    let (cases, seen) = table::run("governance", check);
    assert!(cases >= 15, "{cases}");
    let missing: Vec<&&str> = hengtan_ledger::COMMAND_CODES
        .iter()
        .filter(|code| **code >= "HT-CMD-040" && !seen.contains(**code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
