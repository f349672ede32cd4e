//! Organisations, keys and genesis of the simulated networks. The same in every run: a run's seed decides what happens to
//! them, not who they are.

use crypto_sm::certificate::{Issuer, Validity, issue_authority};
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::genesis::{self, Founded};
use hengtan_ledger::memory::Memory;
use hengtan_ledger::policy;
use hengtan_ledger::v1::{self, Role, TokenStance};
use prost::Message;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::sync::{Arc, OnceLock};

/// 2026-01-05T00:00:00Z
pub const BIRTH_MS: u64 = 1_767_571_200_000;
/// Nodes in the largest network.
pub const NODES_MAX: usize = 7;
/// Organisations that vote on checkpoints: the first ones. The others' nodes receive and, in Raft, may vote too.
pub const ORGANISATIONS_VOTING: usize = 3;

const YEAR_MS: u64 = 365 * 24 * 3_600_000;

/// The founders of a network with one node for each organisation.
pub struct Founders {
    /// Genesis.
    pub founded: Founded,
    /// The ledger that holds nothing else.
    pub memory: Memory,
    /// Statement keys, by position of the node.
    pub statement_keys: Vec<SecretKey>,
    /// A member for business of each organisation.
    pub members: Vec<SecretKey>,
}

/// Name of an organisation.
#[must_use]
pub fn organisation(position: usize) -> String {
    format!("org-{}", position + 1)
}

/// Name of a node.
#[must_use]
pub fn node(position: usize) -> String {
    format!("node-{}", position + 1)
}

/// The founders of the network with seven nodes, and those of another network with the same nodes' names and numbers.
#[must_use]
pub fn founders() -> &'static Arc<Founders> {
    static FOUNDERS: OnceLock<Arc<Founders>> = OnceLock::new();
    FOUNDERS.get_or_init(|| Arc::new(found(1)))
}

fn found(seed: u64) -> Founders {
    let mut rng = StdRng::seed_from_u64(seed);
    let mut organisations = Vec::new();
    let mut authorities = Vec::new();
    let mut nodes = Vec::new();
    let (mut statement_keys, mut members) = (Vec::new(), Vec::new());
    for position in 0..NODES_MAX {
        let name = organisation(position);
        let authority_key = SecretKey::generate(&mut rng);
        let validity =
            Validity::new(BIRTH_MS - 3_600_000, BIRTH_MS + 10 * YEAR_MS).expect("a period");
        let certificate =
            issue_authority(&name, "CA", &authority_key, validity, &mut rng).expect("is issued");
        let copy = SecretKey::from_bytes(&*authority_key.to_bytes()).expect("a key");
        let issuer = Issuer::new(certificate, authority_key).expect("an authority");
        let mut founding = Vec::new();
        for (member, role) in [
            ("business", "business"),
            ("governance", "governance"),
            ("operations", "operations"),
        ] {
            let key = SecretKey::generate(&mut rng);
            let validity =
                Validity::new(BIRTH_MS - 3_600_000, BIRTH_MS + YEAR_MS).expect("a period");
            let certificate = issuer
                .issue_member(role, member, key.public_key(), validity, &mut rng)
                .expect("is issued");
            founding.push(v1::GenesisMember {
                name: member.to_owned(),
                display_name: None,
                certificate: certificate.to_der().to_vec(),
            });
            if role == "business" {
                members.push(key);
            }
        }
        let duties = [Role::Governance, Role::Operations, Role::Business];
        organisations.push(v1::GenesisOrganisation {
            organisation: Some(v1::Organisation {
                name: name.clone(),
                display_name: display_name(&name),
                ca_certificate: issuer.certificate().to_der().to_vec(),
                duties: duties.iter().map(|role| *role as i32).collect(),
                voting: position < ORGANISATIONS_VOTING,
                ..Default::default()
            }),
            members: founding,
        });
        let (statement_key, transport_key) =
            (SecretKey::generate(&mut rng), SecretKey::generate(&mut rng));
        nodes.push(v1::Node {
            name: node(position),
            number: position as u64 + 1,
            organisation: name.clone(),
            statement_key: statement_key.public_key().to_uncompressed().to_vec(),
            transport_key: transport_key.public_key().to_uncompressed().to_vec(),
            address: node(position),
            ..Default::default()
        });
        statement_keys.push(statement_key);
        authorities.push((name, copy));
    }
    let content = v1::Genesis {
        format: genesis::FORMAT,
        name: "simulation".to_owned(),
        display_name: display_name("simulation"),
        created_at_ms: BIRTH_MS,
        random: vec![seed.to_le_bytes()[0]; 32],
        organisations,
        nodes,
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
    let bytes = content.encode_to_vec();
    let signatures = authorities
        .iter()
        .map(|(name, key)| genesis::sign(&bytes, name, key, &mut rng))
        .collect();
    let signed = v1::SignedGenesis {
        genesis: bytes,
        signatures,
    };
    let founded = Founded::parse(&signed.encode_to_vec()).expect("a good genesis");
    let memory = Memory::found(&founded).expect("memory is readable");
    Founders {
        founded,
        memory,
        statement_keys,
        members,
    }
}

fn display_name(name: &str) -> Option<v1::DisplayName> {
    Some(v1::DisplayName {
        zh: name.to_owned(),
        en: name.to_owned(),
    })
}
