//! A network in memory with several organisations, for tests. Deterministic: keys, nonces and times follow from a seed. A member is named
//! `<organisation>/<role>`; an organisation's first node is `<organisation>-node`.

use super::{BIRTH_MS, authority, certificate, key, names};
use crypto_sm::certificate::Issuer;
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::checkpoint::{Note, SignatureLine};
use hengtan_ledger::envelope::{self, Command, Signed};
use hengtan_ledger::execute::Applied;
use hengtan_ledger::genesis::{self, Founded};
use hengtan_ledger::memory::Memory;
use hengtan_ledger::receipt::{self, Evidence};
use hengtan_ledger::state::{self, key as state_key};
use hengtan_ledger::v1::{self, ReceiptKind, Role, TokenStance};
use hengtan_ledger::{log, policy};
use prost::Message;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet};

pub const ROLES: [&str; 3] = ["business", "governance", "operations"];

/// What an organisation holds in its own hands.
pub struct Party {
    pub issuer: Issuer,
    pub ca_key: SecretKey,
    pub members: BTreeMap<String, (SecretKey, Vec<u8>)>,
}

impl Party {
    pub fn new(name: &str, rng: &mut StdRng) -> Self {
        let (issuer, ca_key) = authority(name, rng);
        let mut members = BTreeMap::new();
        for role in ROLES {
            let member = key(rng);
            let certificate = certificate(&issuer, role, role, &member, rng);
            members.insert(role.to_owned(), (member, certificate));
        }
        Self {
            issuer,
            ca_key,
            members,
        }
    }

    pub fn organisation(&self, name: &str, voting: bool) -> v1::Organisation {
        let duties = [Role::Governance, Role::Operations, Role::Business];
        v1::Organisation {
            name: name.to_owned(),
            display_name: names(name, "组织"),
            ca_certificate: self.issuer.certificate().to_der().to_vec(),
            duties: duties.iter().map(|role| *role as i32).collect(),
            voting,
            ..Default::default()
        }
    }
}

/// A node's keys.
pub struct NodeKeys {
    pub organisation: String,
    pub statement: SecretKey,
    pub transport: SecretKey,
}

pub struct Consortium {
    pub founded: Founded,
    pub memory: Memory,
    pub parties: BTreeMap<String, Party>,
    pub nodes: BTreeMap<String, NodeKeys>,
    pub rng: StdRng,
    pub counter: u64,
    pub term: u64,
    pub time_ms: u64,
    /// Who proposes batches.
    pub leader: String,
    pub batches: Vec<Vec<u8>>,
    /// Every change of members so far with its final checkpoint, as a trust file holds them.
    pub changes: Vec<v1::MembershipChange>,
}

fn uncompressed(key: &SecretKey) -> Vec<u8> {
    key.public_key().to_uncompressed().to_vec()
}

impl Consortium {
    pub fn new(founders: &[&str]) -> Self {
        Self::with(founders, |_| {})
    }

    /// Voting founders, each with one node; the genesis may be changed before it is signed.
    pub fn with(founders: &[&str], change: impl FnOnce(&mut v1::Genesis)) -> Self {
        let mut rng = StdRng::seed_from_u64(20_260_105);
        let mut parties = BTreeMap::new();
        let mut nodes = BTreeMap::new();
        let mut organisations = Vec::new();
        let mut placed = Vec::new();
        for (position, name) in founders.iter().enumerate() {
            let party = Party::new(name, &mut rng);
            let members = party
                .members
                .iter()
                .map(|(role, (_, certificate))| v1::GenesisMember {
                    name: role.clone(),
                    display_name: None,
                    certificate: certificate.clone(),
                });
            organisations.push(v1::GenesisOrganisation {
                organisation: Some(party.organisation(name, true)),
                members: members.collect(),
            });
            let keys = NodeKeys {
                organisation: (*name).to_owned(),
                statement: key(&mut rng),
                transport: key(&mut rng),
            };
            placed.push(v1::Node {
                name: format!("{name}-node"),
                number: position as u64 + 1,
                organisation: (*name).to_owned(),
                statement_key: uncompressed(&keys.statement),
                transport_key: uncompressed(&keys.transport),
                address: format!("127.0.0.1:{}", 7601 + position),
                ..Default::default()
            });
            nodes.insert(format!("{name}-node"), keys);
            parties.insert((*name).to_owned(), party);
        }
        let mut content = v1::Genesis {
            format: genesis::FORMAT,
            name: "consortium".to_owned(),
            display_name: names("Consortium", "联盟"),
            created_at_ms: BIRTH_MS,
            random: vec![7; 32],
            organisations,
            nodes: placed,
            policies: policy::defaults(),
            limits: Some(v1::Limits {
                policy_delay_ms: 0,
                ..genesis::default_limits()
            }),
            algorithms: Some(genesis::algorithms()),
            tokens: Some(v1::TokenRule {
                stance: TokenStance::Forbidden as i32,
                ..Default::default()
            }),
            feature_level: genesis::FEATURE_LEVEL,
        };
        change(&mut content);
        let bytes = content.encode_to_vec();
        let signatures = founders
            .iter()
            .map(|name| genesis::sign(&bytes, name, &parties[*name].ca_key, &mut rng))
            .collect();
        let signed = v1::SignedGenesis {
            genesis: bytes,
            signatures,
        };
        let founded = Founded::parse(&signed.encode_to_vec()).expect("a good genesis");
        let memory = Memory::found(&founded).expect("readable");
        Self {
            founded,
            memory,
            parties,
            nodes,
            rng,
            counter: 0,
            term: 1,
            time_ms: BIRTH_MS + 60_000,
            leader: format!("{}-node", founders[0]),
            batches: Vec::new(),
            changes: Vec::new(),
        }
    }

    pub fn sign(&mut self, who: &str, command: Command) -> Signed {
        let (organisation, role) = who.split_once('/').expect("organisation/role");
        let (member, _) = &self.parties[organisation].members[role];
        envelope::sign(
            &self.founded.network_id(),
            command,
            self.time_ms + 300_000,
            member,
            &mut self.rng,
        )
    }

    pub fn batch(&mut self, envelopes: Vec<Signed>) -> Vec<u8> {
        let chain: v1::ChainState =
            state::require(&self.memory, state_key::CHAIN).expect("a chain");
        self.counter += 1;
        self.time_ms += 1000;
        let stamp = Stamp {
            term: self.term,
            previous: chain.header.try_into().expect("a digest"),
            counter: self.counter,
            time_ms: self.time_ms,
        };
        let key = &self.nodes[&self.leader].statement;
        batch::sign(
            &self.founded.network_id(),
            stamp,
            envelopes,
            key,
            &mut self.rng,
        )
    }

    /// Commits; a change of members gets its final checkpoint from everybody who voted before.
    pub fn commit(&mut self, envelopes: Vec<Signed>) -> Applied {
        let batch = self.batch(envelopes);
        self.batches.push(batch.clone());
        let applied = self
            .memory
            .apply(self.term, &batch, &BTreeSet::new())
            .expect("readable");
        if applied.changes_members() {
            let note = self.note_by(&applied.judge, usize::MAX);
            let change = self.change(&note);
            self.changes.push(change);
        }
        applied
    }

    pub fn change(&self, note: &Note) -> v1::MembershipChange {
        let from = self.changes.last().map_or(1, |change| {
            Note::parse(&change.checkpoint)
                .expect("a note")
                .checkpoint()
                .size
        });
        receipt::membership_change(from, note, &self.memory, &self.memory, &self.memory)
            .expect("readable")
    }

    /// Sends one command and returns its outcome.
    pub fn send(&mut self, who: &str, command: Command) -> v1::Outcome {
        let signed = self.sign(who, command);
        let applied = self.commit(vec![signed]);
        assert_eq!(applied.void, None);
        applied.placements[0].outcome.clone().expect("an entry")
    }

    /// Sends one command that must be accepted.
    pub fn must(&mut self, who: &str, command: Command) -> v1::Outcome {
        let outcome = self.send(who, command);
        assert_eq!(outcome.code, "", "{:?}", outcome.head);
        outcome
    }

    /// Proposes a command and lets the others vote for it until it passes.
    pub fn decide(&mut self, proposer: &str, command: Command, others: &[&str]) -> v1::Decided {
        let outcome = self.must(&format!("{proposer}/governance"), self.proposal(command));
        let number = outcome.index;
        let mut decided = decided(&outcome);
        for other in others {
            let outcome = self.must(&format!("{other}/governance"), vote(number, true));
            decided = self::decided(&outcome);
        }
        assert_eq!(decided.status(), v1::ProposalStatus::Passed);
        decided
    }

    /// `proposal.open` of a command, open for a day.
    pub fn proposal(&self, command: Command) -> Command {
        let head = v1::ProposalOpen {
            kind: command.kind.to_owned(),
            head: command.head,
            deadline_ms: self.time_ms + 24 * 3_600_000,
            expected: command.expected,
            reason: "共同决定".to_owned(),
        };
        Command::new("proposal.open", &head, command.rows)
    }

    pub fn voting_set(&self) -> v1::VotingSet {
        state::require(&self.memory, state_key::VOTING_SET).expect("a set")
    }

    /// The present checkpoint, cosigned by the first `signers` organisations of a set.
    pub fn note_by(&mut self, set: &v1::VotingSet, signers: usize) -> Note {
        let checkpoint = self.memory.checkpoint().clone();
        let lines: Vec<SignatureLine> = set
            .voters
            .iter()
            .take(signers)
            .map(|voter| {
                let node = &voter.nodes[0].name;
                let key = &self.nodes[node].statement;
                checkpoint
                    .sign(&voter.organisation, node, key, &mut self.rng)
                    .expect("names")
            })
            .collect();
        Note::new(checkpoint, lines)
    }

    /// A receipt for an entry, with the whole chain of members.
    pub fn receipt(&self, index: u64, note: &Note) -> v1::Receipt {
        let evidence = Evidence {
            founded: &self.founded,
            changes: &self.changes,
            note,
            nodes: &self.memory,
            view: &self.memory,
        };
        let entry = self.memory.entry(index).expect("an entry").to_vec();
        receipt::assemble(
            &evidence,
            ReceiptKind::Entry,
            index,
            &entry,
            None,
            None,
            None,
        )
        .expect("assembled")
    }

    /// A new organisation that somebody may propose.
    pub fn admission(&mut self, name: &str) -> Command {
        let party = Party::new(name, &mut self.rng);
        let head = v1::OrganisationAdmit {
            organisation: Some(party.organisation(name, false)),
            members: party
                .members
                .iter()
                .map(|(role, (_, certificate))| v1::NewMember {
                    name: role.clone(),
                    display_name: None,
                    certificate: certificate.clone(),
                })
                .collect(),
        };
        self.parties.insert(name.to_owned(), party);
        Command::new("organisation.admit", &head, Vec::new())
    }

    /// `node.register` with new keys.
    pub fn registration(&mut self, organisation: &str, name: &str) -> Command {
        let keys = NodeKeys {
            organisation: organisation.to_owned(),
            statement: key(&mut self.rng),
            transport: key(&mut self.rng),
        };
        let head = v1::NodeRegister {
            name: name.to_owned(),
            statement_key: uncompressed(&keys.statement),
            transport_key: uncompressed(&keys.transport),
            address: "127.0.0.1:7699".to_owned(),
            feature_level: genesis::FEATURE_LEVEL,
        };
        self.nodes.insert(name.to_owned(), keys);
        Command::new("node.register", &head, Vec::new())
    }
}

pub fn vote(proposal: u64, in_favour: bool) -> Command {
    let head = v1::ProposalVote {
        proposal,
        in_favour,
        reason: String::new(),
    };
    Command::new("proposal.vote", &head, Vec::new())
}

pub fn promote(name: &str) -> Command {
    let head = v1::NodePromote {
        name: name.to_owned(),
    };
    Command::new("node.promote", &head, Vec::new())
}

pub fn leave(organisation: &str) -> Command {
    let head = v1::OrganisationLeave {
        organisation: organisation.to_owned(),
        reason: "退出".to_owned(),
    };
    Command::new("organisation.leave", &head, Vec::new())
}

pub fn decided(outcome: &v1::Outcome) -> v1::Decided {
    match &outcome.head {
        Some(v1::outcome::Head::Decided(decided)) => decided.clone(),
        other => panic!("{other:?}"),
    }
}

/// `log::consistency` as a receipt holds it.
pub fn consistency(memory: &Memory, from: u64, to: u64) -> Vec<Vec<u8>> {
    let path = log::consistency(memory, from, to).expect("readable");
    path.iter().map(|hash| hash.to_vec()).collect()
}
