//! Entry 0: the network's founders, rules and name. A node starts only with every founder's signature.

use crate::command::Right;
use crate::domain::{Domain, NetworkId, network_id};
use crate::execute::Applied;
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::v1::{self, Role, TokenStance};
use crate::{Error, canonical, command, enrolment, field, policy};
use crypto_sm::certificate::Certificate;
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::SecretKey;
use prost::Message;
use std::collections::BTreeSet;

/// Format number of [`v1::Genesis`].
pub const FORMAT: u32 = 1;

/// Highest feature level that this version knows.
pub const FEATURE_LEVEL: u32 = 2;

/// Limits that a new network starts with.
#[must_use]
pub fn default_limits() -> v1::Limits {
    v1::Limits {
        head_bytes_max: 4096,
        row_bytes_max: 16 * 1024,
        envelope_rows_max: 1000,
        envelope_rows_bytes_max: 4 * 1024 * 1024,
        batch_envelopes_max: 1024,
        batch_bytes_max: 8 * 1024 * 1024,
        record_expiry_ms: 10 * 60 * 1000,
        governance_expiry_ms: 7 * 24 * 60 * 60 * 1000,
        policy_delay_ms: 72 * 60 * 60 * 1000,
        inventory_rows_max: 1_000_000,
        factor_set_rows_max: 10_000,
    }
}

/// The algorithms of this version.
#[must_use]
pub fn algorithms() -> v1::Algorithms {
    v1::Algorithms {
        signatures: vec!["sm2-sm3".to_owned()],
        hashes: vec!["sm3".to_owned()],
    }
}

/// A founder's signature over genesis bytes.
pub fn sign<R: CryptoRng + ?Sized>(
    genesis: &[u8],
    organisation: &str,
    ca_key: &SecretKey,
    rng: &mut R,
) -> v1::FounderSignature {
    let signature = Domain::Genesis
        .sign(&[0; 32], genesis, ca_key, rng)
        .to_vec();
    v1::FounderSignature {
        organisation: organisation.to_owned(),
        signature,
    }
}

/// Genesis whose form, certificates and signatures were checked.
#[derive(Clone, Debug, PartialEq)]
pub struct Founded {
    signed: v1::SignedGenesis,
    bytes: Vec<u8>,
    genesis: v1::Genesis,
    network_id: NetworkId,
    members: Vec<v1::Member>,
}

impl Founded {
    /// Parses and checks the bytes of [`v1::SignedGenesis`].
    ///
    /// # Errors
    /// What is wrong; [`Error::Founder`] names an organisation whose signature is missing or wrong.
    pub fn parse(signed: &[u8]) -> Result<Self, Refusal> {
        let message: v1::SignedGenesis = canonical::decode("signed genesis", signed)?;
        let genesis: v1::Genesis = canonical::decode("genesis", &message.genesis)?;
        let members = check(&genesis)?;
        let founders = genesis
            .organisations
            .iter()
            .filter_map(|founder| founder.organisation.as_ref());
        let mut signatures = message.signatures.iter();
        for founder in founders {
            let refused = || Error::Founder {
                organisation: founder.name.clone(),
            };
            let signature = signatures
                .next()
                .filter(|signature| signature.organisation == founder.name)
                .ok_or_else(refused)?;
            let authority = Certificate::from_der(&founder.ca_certificate)?;
            Domain::Genesis
                .verify(
                    &[0; 32],
                    &message.genesis,
                    authority.public_key(),
                    &signature.signature,
                    &founder.name,
                )
                .map_err(|_| refused())?;
        }
        if let Some(stranger) = signatures.next() {
            return Err(Error::Founder {
                organisation: stranger.organisation.clone(),
            }
            .into());
        }
        let network_id = network_id(&message.genesis);
        Ok(Self {
            bytes: signed.to_vec(),
            genesis,
            network_id,
            members,
            signed: message,
        })
    }

    /// What the founders agreed on.
    #[must_use]
    pub fn genesis(&self) -> &v1::Genesis {
        &self.genesis
    }

    /// The network's id.
    #[must_use]
    pub fn network_id(&self) -> NetworkId {
        self.network_id
    }

    /// The exact bytes of [`v1::SignedGenesis`].
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Public key of a founder's CA.
    #[must_use]
    pub fn authority_key(&self, organisation: &str) -> Option<Vec<u8>> {
        let founder = self
            .genesis
            .organisations
            .iter()
            .filter_map(|founder| founder.organisation.as_ref())
            .find(|founder| founder.name == organisation)?;
        command::authority_key(founder).ok()
    }

    /// Who cosigns from the start.
    #[must_use]
    pub fn voting_set(&self) -> v1::VotingSet {
        voting_set(&self.genesis)
    }

    /// The bytes of entry 0.
    #[must_use]
    pub fn entry(&self) -> Vec<u8> {
        v1::Entry {
            entry: Some(v1::entry::Entry::Genesis(self.signed.clone())),
        }
        .encode_to_vec()
    }

    /// Entry 0 and the state after it.
    #[must_use]
    pub fn apply(&self) -> Applied {
        let genesis = &self.genesis;
        let empty = Nothing;
        let mut draft = Draft::new(&empty, 0, genesis.created_at_ms);
        self.write(&mut draft).expect("an empty state is readable");
        Applied {
            network_id: self.network_id,
            first_index: 0,
            time_ms: genesis.created_at_ms,
            entries: vec![self.entry()],
            placements: Vec::new(),
            state_writes: draft.into_writes(),
            content_writes: Vec::new(),
            id_writes: Vec::new(),
            void: None,
            judge: self.voting_set(),
        }
    }

    fn write(&self, draft: &mut Draft<'_>) -> Result<(), Error> {
        let genesis = &self.genesis;
        let nodes = genesis.nodes.len() as u64;
        draft.write(
            key::NETWORK,
            v1::NetworkState {
                network_id: self.network_id.to_vec(),
                name: genesis.name.clone(),
                display_name: genesis.display_name.clone(),
                created_at_ms: genesis.created_at_ms,
                next_node_number: nodes + 1,
            },
        )?;
        draft.write(
            key::CHAIN,
            v1::ChainState {
                header: self.network_id.to_vec(),
                term: 0,
                time_ms: genesis.created_at_ms,
                counters: Vec::new(),
            },
        )?;
        draft.write(key::VOTING_SET, self.voting_set())?;
        draft.write(key::LIMITS, genesis.limits.unwrap_or_default())?;
        draft.write(
            key::ALGORITHMS,
            genesis.algorithms.clone().unwrap_or_default(),
        )?;
        draft.write(key::TOKENS, genesis.tokens.clone().unwrap_or_default())?;
        draft.write(
            key::FEATURE_LEVEL,
            v1::FeatureLevel {
                level: genesis.feature_level,
            },
        )?;
        for founder in &genesis.organisations {
            let organisation = founder.organisation.clone().unwrap_or_default();
            draft.write(&key::organisation(&organisation.name), organisation)?;
        }
        for member in &self.members {
            command::member_enrol::store(draft, member.clone())?;
        }
        for node in &genesis.nodes {
            draft.write(&key::node(&node.name), node.clone())?;
        }
        for policy in &genesis.policies {
            draft.write(&key::policy(&policy.kind), policy.clone())?;
        }
        Ok(())
    }
}

/// A state without values.
struct Nothing;

impl state::View for Nothing {
    fn value(&self, _key: &str) -> Result<Option<Vec<u8>>, Error> {
        Ok(None)
    }

    fn range(&self, _prefix: &str) -> Result<Vec<(String, Vec<u8>)>, Error> {
        Ok(Vec::new())
    }
}

/// If several organisations vote, each has one voting node, its first; if only one votes, all of its nodes vote.
fn voting_set(genesis: &v1::Genesis) -> v1::VotingSet {
    let voting: Vec<&str> = genesis
        .organisations
        .iter()
        .filter_map(|founder| founder.organisation.as_ref())
        .filter(|organisation| organisation.voting)
        .map(|organisation| organisation.name.as_str())
        .collect();
    let nodes_max = if voting.len() == 1 { usize::MAX } else { 1 };
    let voters = voting
        .iter()
        .map(|name| {
            let mut nodes: Vec<v1::VotingNode> = genesis
                .nodes
                .iter()
                .filter(|node| node.organisation == *name)
                .take(nodes_max)
                .map(|node| v1::VotingNode {
                    name: node.name.clone(),
                    statement_key: node.statement_key.clone(),
                })
                .collect();
            nodes.sort_by(|left, right| left.name.cmp(&right.name));
            v1::Voter {
                organisation: (*name).to_owned(),
                nodes,
                authority_key: authority_key(genesis, name),
            }
        })
        .collect();
    v1::VotingSet {
        version: 0,
        voters,
        witnesses_required: 0,
        witnesses: Vec::new(),
    }
}

/// Key of a founder's CA; at feature level 1 the set did not hold it.
fn authority_key(genesis: &v1::Genesis, name: &str) -> Vec<u8> {
    if genesis.feature_level == 1 {
        return Vec::new();
    }
    genesis
        .organisations
        .iter()
        .filter_map(|founder| founder.organisation.as_ref())
        .find(|organisation| organisation.name == name)
        .and_then(|organisation| command::authority_key(organisation).ok())
        .unwrap_or_default()
}

/// Checks everything but the signatures and returns the members.
fn check(genesis: &v1::Genesis) -> Result<Vec<v1::Member>, Refusal> {
    if genesis.format != FORMAT {
        return Err(Error::Format {
            what: "genesis",
            found: genesis.format,
        }
        .into());
    }
    field::name("genesis.name", &genesis.name)?;
    field::display_name(genesis.display_name.as_ref())?;
    canonical::digest("genesis.random", &genesis.random)?;
    if genesis.created_at_ms == 0 {
        return Err(Error::Missing {
            what: "genesis.created_at_ms",
        }
        .into());
    }
    if genesis.feature_level == 0 || genesis.feature_level > FEATURE_LEVEL {
        return Err(Error::Format {
            what: "feature level",
            found: genesis.feature_level,
        }
        .into());
    }
    if genesis.algorithms.as_ref() != Some(&algorithms()) {
        return Err(Error::Value {
            what: "genesis.algorithms",
            value: String::new(),
        }
        .into());
    }
    check_tokens(genesis.tokens.as_ref())?;
    check_limits(genesis.limits.as_ref())?;
    let members = check_organisations(genesis)?;
    check_nodes(genesis)?;
    check_policies(genesis)?;
    Ok(members)
}

fn check_tokens(tokens: Option<&v1::TokenRule>) -> Result<(), Error> {
    let tokens = tokens.ok_or(Error::Missing {
        what: "genesis.tokens",
    })?;
    let grounds = !tokens.jurisdiction.is_empty() || !tokens.reference.is_empty();
    let complete = !tokens.jurisdiction.is_empty() && !tokens.reference.is_empty();
    let fits = match TokenStance::try_from(tokens.stance) {
        Ok(TokenStance::Forbidden) => !grounds,
        Ok(TokenStance::Permitted) => complete,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(Error::Value {
            what: "genesis.tokens",
            value: tokens.stance.to_string(),
        })
    }
}

pub(crate) fn check_limits(limits: Option<&v1::Limits>) -> Result<(), Error> {
    let limits = limits.ok_or(Error::Missing {
        what: "genesis.limits",
    })?;
    let bounds: [(&'static str, u64, u64, u64); 11] = [
        (
            "head_bytes_max",
            limits.head_bytes_max.into(),
            1024,
            64 << 10,
        ),
        ("row_bytes_max", limits.row_bytes_max.into(), 1024, 1 << 20),
        (
            "envelope_rows_max",
            limits.envelope_rows_max.into(),
            1,
            10_000,
        ),
        (
            "envelope_rows_bytes_max",
            limits.envelope_rows_bytes_max.into(),
            64 << 10,
            64 << 20,
        ),
        (
            "batch_envelopes_max",
            limits.batch_envelopes_max.into(),
            1,
            100_000,
        ),
        (
            "batch_bytes_max",
            limits.batch_bytes_max.into(),
            128 << 10,
            128 << 20,
        ),
        (
            "record_expiry_ms",
            limits.record_expiry_ms,
            1000,
            24 * 3_600_000,
        ),
        (
            "governance_expiry_ms",
            limits.governance_expiry_ms,
            1000,
            31 * 24 * 3_600_000,
        ),
        (
            "policy_delay_ms",
            limits.policy_delay_ms,
            0,
            365 * 24 * 3_600_000,
        ),
        (
            "inventory_rows_max",
            limits.inventory_rows_max.into(),
            1,
            100_000_000,
        ),
        (
            "factor_set_rows_max",
            limits.factor_set_rows_max.into(),
            1,
            1_000_000,
        ),
    ];
    for (what, found, least, most) in bounds {
        if found < least || found > most {
            return Err(Error::Value {
                what,
                value: found.to_string(),
            });
        }
    }
    Ok(())
}

fn check_organisations(genesis: &v1::Genesis) -> Result<Vec<v1::Member>, Refusal> {
    let names = genesis
        .organisations
        .iter()
        .map(|founder| founder.organisation.as_ref().map(|known| &known.name));
    if !field::ascending(names) {
        return Err(Error::Order {
            what: "genesis.organisations",
        }
        .into());
    }
    let mut all = Vec::new();
    let mut keys = BTreeSet::new();
    for founder in &genesis.organisations {
        let organisation = founder.organisation.as_ref().ok_or(Error::Missing {
            what: "genesis.organisation",
        })?;
        if organisation.left_at_ms != 0 || !organisation.leave_reason.is_empty() {
            return Err(Error::Encoding { what: "genesis" }.into());
        }
        let authority = enrolment::organisation(organisation, genesis.created_at_ms)?;
        if !field::ascending(founder.members.iter().map(|member| &member.name)) {
            return Err(Error::Order {
                what: "genesis.members",
            }
            .into());
        }
        let mut members = Vec::new();
        for founding in &founder.members {
            let member = enrolment::member(
                organisation,
                &authority,
                &founding.name,
                founding.display_name.as_ref(),
                &founding.certificate,
                genesis.created_at_ms,
            )?;
            if !keys.insert(member.key_id.clone()) {
                return Err(Refusal::MemberExists {
                    member: member.name,
                });
            }
            members.push(member);
        }
        enrolment::first_members(&members)?;
        all.extend(members);
    }
    let governs = |founder: &v1::GenesisOrganisation| {
        founder
            .organisation
            .as_ref()
            .is_some_and(|known| known.duties.contains(&(Role::Governance as i32)))
    };
    if !genesis.organisations.iter().any(governs) {
        return Err(Refusal::MemberMissing {
            role: Role::Governance.word(),
        });
    }
    Ok(all)
}

fn check_nodes(genesis: &v1::Genesis) -> Result<(), Error> {
    let mut names = BTreeSet::new();
    let mut keys = BTreeSet::new();
    for (position, node) in genesis.nodes.iter().enumerate() {
        enrolment::node(node)?;
        let fresh = node.removed_at_ms == 0
            && node.transport_revoked_at_ms == 0
            && node.revocation_reason.is_empty();
        if !fresh {
            return Err(Error::Encoding { what: "genesis" });
        }
        let numbered = node.number == position as u64 + 1;
        if !numbered || !names.insert(&node.name) {
            return Err(Error::Order {
                what: "genesis.nodes",
            });
        }
        let known = |founder: &v1::GenesisOrganisation| {
            founder
                .organisation
                .as_ref()
                .is_some_and(|known| known.name == node.organisation)
        };
        if !genesis.organisations.iter().any(known) {
            return Err(Error::Value {
                what: "node.organisation",
                value: node.organisation.clone(),
            });
        }
        for key in [&node.statement_key, &node.transport_key] {
            if !keys.insert(key) {
                return Err(Error::Value {
                    what: "node.key",
                    value: node.name.clone(),
                });
            }
        }
    }
    let set = voting_set(genesis);
    if set.voters.is_empty() {
        return Err(Error::Missing {
            what: "voting organisation",
        });
    }
    if set.voters.iter().any(|voter| voter.nodes.is_empty()) {
        return Err(Error::Missing {
            what: "node of a voting organisation",
        });
    }
    let most = set
        .voters
        .iter()
        .map(|voter| voter.nodes.len())
        .max()
        .unwrap_or_default();
    if most > command::SINGLE_VOTER_NODES_MAX {
        return Err(Error::Limit {
            what: "voting nodes",
            found: most as u64,
            limit: command::SINGLE_VOTER_NODES_MAX as u64,
        });
    }
    Ok(())
}

/// Every kind needs its policy; who may join is never decided by less than a majority.
fn check_policies(genesis: &v1::Genesis) -> Result<(), Error> {
    let found: Vec<&str> = genesis
        .policies
        .iter()
        .map(|policy| policy.kind.as_str())
        .collect();
    let expected: Vec<&str> = command::KINDS
        .iter()
        .filter(|kind| kind.founded(genesis.feature_level))
        .map(|kind| kind.name)
        .collect();
    if !field::ascending(&found) {
        return Err(Error::Order {
            what: "genesis.policies",
        });
    }
    if let Some(unknown) = found.iter().find(|kind| !expected.contains(kind)) {
        return Err(Error::Value {
            what: "policy.kind",
            value: (*unknown).to_owned(),
        });
    }
    if found != expected {
        return Err(Error::Missing { what: "policy" });
    }
    for governed in &genesis.policies {
        policy::check(governed)?;
        let constitutional = command::KINDS
            .iter()
            .any(|kind| kind.name == governed.kind && kind.right == Right::Majority);
        if constitutional && !policy::is_majority(&governed.rule.unwrap_or_default()) {
            return Err(Error::Value {
                what: "policy.rule",
                value: governed.kind.clone(),
            });
        }
        for name in &governed.organisations {
            let known = |founder: &v1::GenesisOrganisation| {
                founder
                    .organisation
                    .as_ref()
                    .is_some_and(|known| known.name == *name)
            };
            if !genesis.organisations.iter().any(known) {
                return Err(Error::Value {
                    what: "policy.organisations",
                    value: name.clone(),
                });
            }
        }
    }
    Ok(())
}
