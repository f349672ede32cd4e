//! Founding a network: keys, certificates, genesis and the files around them, in an empty folder.

use super::folder::{Folder, write_new, write_secret};
use super::{Context, Identity};
use crate::error::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_sm::certificate::{AlternativeName, Issuer, Validity, issue_authority};
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::genesis::{self, Founded};
use hengtan_ledger::policy;
use hengtan_ledger::v1::{self, Role, TokenStance};
use prost::Message as _;
use std::net::SocketAddr;
use std::path::Path;

/// Years for which a CA certificate is valid, and the certificates that it issues.
const CA_YEARS: u64 = 20;
const MEMBER_YEARS: u64 = 3;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;
/// Certificates begin a little earlier, so that a clock that is behind does not refuse them.
const BACKDATE_MS: u64 = 60 * 60 * 1000;

/// What a new network is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founding {
    /// Name of the network, `[a-z0-9-]{1,32}`.
    pub name: String,
    /// Name for people.
    pub display_name: v1::DisplayName,
    /// The only organisation.
    pub organisation: String,
    /// Its name for people.
    pub organisation_display_name: v1::DisplayName,
    /// GB 32100; empty = none.
    pub unified_social_credit_code: String,
    /// Its first members. Governance and operations must be among them.
    pub members: Vec<Founder>,
    /// Name of its node.
    pub node: String,
    /// Where the node listens.
    pub listen: SocketAddr,
    /// How many further members must review before rows count.
    pub reviewers: u32,
    /// Delay before a changed policy holds, milliseconds.
    pub policy_delay_ms: u64,
    /// Whether the node speaks TLS with SM suites from the start.
    pub tls: bool,
}

/// One of the first members.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Founder {
    /// `[a-z0-9-]{1,32}`
    pub name: String,
    /// What it does.
    pub role: Role,
    /// Name for people.
    pub display_name: Option<v1::DisplayName>,
}

impl Founder {
    /// The members that a small organisation begins with: one who governs, one who operates, one who records, one who reviews.
    #[must_use]
    pub fn usual() -> Vec<Self> {
        [
            ("admin", Role::Governance, "管理员", "Administrator"),
            ("operator", Role::Operations, "运维员", "Operator"),
            ("recorder", Role::Business, "填报员", "Recorder"),
            ("reviewer", Role::Business, "审核员", "Reviewer"),
        ]
        .into_iter()
        .map(|(name, role, zh, en)| Self {
            name: name.to_owned(),
            role,
            display_name: Some(v1::DisplayName {
                zh: zh.to_owned(),
                en: en.to_owned(),
            }),
        })
        .collect()
    }
}

/// Makes a network in a folder that is empty or does not exist.
///
/// # Errors
/// [`Error::FolderNotEmpty`]; [`Error::ListenAddress`]; what the ledger has against the names ([`Error::Refusal`], nothing is written
/// then); [`Error::FileUnwritable`].
pub fn found<R: CryptoRng + ?Sized>(
    root: &Path,
    plan: &Founding,
    now_ms: u64,
    rng: &mut R,
) -> Result<Founded, Error> {
    refuse_content(root)?;
    crate::api::check_address(plan.listen, plan.tls)?;
    let folder = Folder::new(root);
    let validity = |years| {
        Validity::new(
            now_ms.saturating_sub(BACKDATE_MS),
            now_ms.saturating_add(years * YEAR_MS),
        )
    };

    let ca_key = SecretKey::generate(rng);
    let ca_name = format!("{} CA", plan.organisation);
    let ca = issue_authority(
        &plan.organisation,
        &ca_name,
        &ca_key,
        validity(CA_YEARS)?,
        rng,
    )?;
    let issuer = Issuer::new(ca.clone(), ca_key.clone())?;
    let mut members = Vec::new();
    for founder in &plan.members {
        let key = SecretKey::generate(rng);
        let certificate = issuer.issue_member(
            founder.role.word(),
            &founder.name,
            key.public_key(),
            validity(MEMBER_YEARS)?,
            rng,
        )?;
        members.push((founder.clone(), key, certificate));
    }
    members.sort_by(|left, right| left.0.name.cmp(&right.0.name));
    let statement_key = SecretKey::generate(rng);
    let transport_key = SecretKey::generate(rng);
    let names = [
        AlternativeName::Ip(plan.listen.ip()),
        AlternativeName::Dns("localhost".to_owned()),
    ];
    let transport = issuer.issue_node(
        &plan.node,
        &names,
        transport_key.public_key(),
        validity(MEMBER_YEARS)?,
        rng,
    )?;

    let mut random = vec![0; 32];
    rng.fill_bytes(&mut random);
    let mut duties: Vec<i32> = [
        Role::Governance,
        Role::Operations,
        Role::Business,
        Role::Auditor,
    ]
    .into_iter()
    .chain(plan.members.iter().map(|member| member.role))
    .map(|role| role as i32)
    .collect();
    duties.sort_unstable();
    duties.dedup();
    let founder = v1::GenesisOrganisation {
        organisation: Some(v1::Organisation {
            name: plan.organisation.clone(),
            display_name: Some(plan.organisation_display_name.clone()),
            unified_social_credit_code: plan.unified_social_credit_code.clone(),
            ca_certificate: ca.to_der().to_vec(),
            duties,
            voting: true,
            jurisdiction: String::new(),
            ..Default::default()
        }),
        members: members
            .iter()
            .map(|(member, _, certificate)| v1::GenesisMember {
                name: member.name.clone(),
                display_name: member.display_name.clone(),
                certificate: certificate.to_der().to_vec(),
            })
            .collect(),
    };
    let mut policies = policy::defaults();
    if let Some(submit) = policies
        .iter_mut()
        .find(|policy| policy.kind == "activity.submit")
    {
        submit.reviewers = plan.reviewers;
    }
    let limits = v1::Limits {
        policy_delay_ms: plan.policy_delay_ms,
        ..genesis::default_limits()
    };
    let bytes = v1::Genesis {
        format: genesis::FORMAT,
        name: plan.name.clone(),
        display_name: Some(plan.display_name.clone()),
        created_at_ms: now_ms,
        random,
        organisations: vec![founder],
        nodes: vec![v1::Node {
            name: plan.node.clone(),
            number: 1,
            organisation: plan.organisation.clone(),
            statement_key: statement_key.public_key().to_uncompressed().to_vec(),
            transport_key: transport_key.public_key().to_uncompressed().to_vec(),
            address: plan.listen.to_string(),
            ..Default::default()
        }],
        policies,
        limits: Some(limits),
        algorithms: Some(genesis::algorithms()),
        tokens: Some(v1::TokenRule {
            stance: TokenStance::Forbidden as i32,
            ..Default::default()
        }),
        feature_level: genesis::FEATURE_LEVEL,
    }
    .encode_to_vec();
    let signature = genesis::sign(&bytes, &plan.organisation, &ca_key, rng);
    let signed = v1::SignedGenesis {
        genesis: bytes,
        signatures: vec![signature],
    }
    .encode_to_vec();
    // The ledger judges before anything is written.
    let founded = Founded::parse(&signed)?;

    write_secret(
        &folder.ca().join("ca.key.pem"),
        ca_key.to_pkcs8_pem().as_bytes(),
    )?;
    write_new(&folder.ca().join("ca.cert.pem"), ca.to_pem().as_bytes())?;
    for (member, key, certificate) in &members {
        write_secret(
            &folder.members().join(format!("{}.key.pem", member.name)),
            key.to_pkcs8_pem().as_bytes(),
        )?;
        write_new(
            &folder.members().join(format!("{}.cert.pem", member.name)),
            certificate.to_pem().as_bytes(),
        )?;
    }
    let node = folder.node(&plan.node);
    write_secret(
        &node.join("statement.key.pem"),
        statement_key.to_pkcs8_pem().as_bytes(),
    )?;
    write_secret(
        &node.join("transport.key.pem"),
        transport_key.to_pkcs8_pem().as_bytes(),
    )?;
    write_new(
        &node.join("transport.cert.pem"),
        transport.to_pem().as_bytes(),
    )?;
    write_new(&node.join("config.toml"), config_text(plan).as_bytes())?;
    write_new(
        &folder.context_file(),
        context(plan, &founded).to_text().as_bytes(),
    )?;
    write_new(&folder.genesis_json(), genesis_text(&founded).as_bytes())?;
    // Last: a folder with genesis is complete.
    write_new(&folder.genesis_file(), &signed)?;
    Ok(founded)
}

pub(super) fn refuse_content(root: &Path) -> Result<(), Error> {
    let path = || root.display().to_string();
    match std::fs::read_dir(root) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Error::FolderNotEmpty { path: path() }),
        },
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Error::FileUnreadable {
            path: path(),
            detail: error.to_string(),
        }),
    }
}

fn config_text(plan: &Founding) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    format!(
        "[node]\nname = {}\ngenesis = \"../../genesis.pb\"\ndata = \"data\"\nstatement_key = \"statement.key.pem\"\n\n[api]\nlisten = {}\n{}",
        quoted(&plan.node),
        quoted(&plan.listen.to_string()),
        if plan.tls {
            "\n[tls]\nprofile = \"sm\"\n"
        } else {
            ""
        }
    )
}

fn context(plan: &Founding, founded: &Founded) -> Context {
    Context {
        endpoint: format!(
            "{}://{}",
            if plan.tls { "https" } else { "http" },
            plan.listen
        ),
        network: hex::encode(founded.network_id()),
        genesis: "genesis.pb".into(),
        organisation: plan.organisation.clone(),
        ca_certificate: "ca/ca.cert.pem".into(),
        ca_key: Some("ca/ca.key.pem".into()),
        language: None,
        identities: plan
            .members
            .iter()
            .map(|member| Identity {
                name: member.name.clone(),
                role: member.role.word().to_owned(),
                key: format!("members/{}.key.pem", member.name).into(),
                certificate: format!("members/{}.cert.pem", member.name).into(),
                keys: None,
            })
            .collect(),
    }
}

/// Genesis for people. The exact bytes stand in it too, so that this file alone serves as a verifier's pin.
pub(super) fn genesis_text(founded: &Founded) -> String {
    let genesis = founded.genesis();
    let display = |name: Option<&v1::DisplayName>| {
        let name = name.cloned().unwrap_or_default();
        serde_json::json!({ "zh": name.zh, "en": name.en })
    };
    let organisations: Vec<_> = genesis
        .organisations
        .iter()
        .filter_map(|founder| founder.organisation.as_ref().map(|organisation| (founder, organisation)))
        .map(|(founder, organisation)| {
            serde_json::json!({
                "name": organisation.name,
                "display_name": display(organisation.display_name.as_ref()),
                "unified_social_credit_code": organisation.unified_social_credit_code,
                "duties": organisation.duties().map(Role::word).collect::<Vec<_>>(),
                "voting": organisation.voting,
                "members": founder.members.iter().map(|member| member.name.clone()).collect::<Vec<_>>(),
            })
        })
        .collect();
    let nodes: Vec<_> = genesis
        .nodes
        .iter()
        .map(|node| {
            serde_json::json!({
                "name": node.name,
                "number": node.number,
                "organisation": node.organisation,
                "statement_key": hex::encode(&node.statement_key),
                "address": node.address,
            })
        })
        .collect();
    let text = serde_json::json!({
        "format": "hengtan-genesis-1",
        "network_id": hex::encode(founded.network_id()),
        "name": genesis.name,
        "display_name": display(genesis.display_name.as_ref()),
        "created_at_ms": genesis.created_at_ms,
        "organisations": organisations,
        "nodes": nodes,
        "signed_genesis": STANDARD.encode(founded.bytes()),
    });
    serde_json::to_string_pretty(&text).expect("plain JSON") + "\n"
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// One organisation with one node.
    pub(crate) fn plan() -> Founding {
        Founding {
            name: "test".to_owned(),
            display_name: v1::DisplayName {
                zh: "测试".to_owned(),
                en: "Test".to_owned(),
            },
            organisation: "enterprise".to_owned(),
            organisation_display_name: v1::DisplayName {
                zh: "企业".to_owned(),
                en: "Enterprise".to_owned(),
            },
            unified_social_credit_code: String::new(),
            members: Founder::usual(),
            node: "node-1".to_owned(),
            listen: ([127, 0, 0, 1], 0).into(),
            reviewers: 0,
            policy_delay_ms: 0,
            tls: false,
        }
    }

    #[test]
    fn a_founded_folder_is_complete_and_its_keys_are_private() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().join("network");
        let founded = found(&root, &plan(), 1_800_000_000_000, &mut rand::rng()).expect("founded");
        let place = Folder::new(&root);
        assert_eq!(
            Folder::genesis(&place.genesis_file())
                .expect("readable")
                .network_id(),
            founded.network_id()
        );
        let path = place.config_file(None).expect("one node");
        let (config, _) =
            crate::config::Config::load(&path, [], &Default::default()).expect("valid");
        assert_eq!(config.check(), []);
        let context = Context::read(&place.context_file()).expect("readable");
        assert_eq!(context.network, hex::encode(founded.network_id()));
        for identity in &context.identities {
            read_again(&identity.key);
        }
        let refused = found(&root, &plan(), 1, &mut rand::rng()).expect_err("not empty");
        assert_eq!(refused.code(), "HT-NOD-009");
    }

    fn read_again(path: &Path) {
        crate::config::read_key(path).expect("private and readable");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o640))
                .expect("changed");
            let exposed = crate::config::read_key(path).expect_err("others can read it");
            assert_eq!(exposed.code(), "HT-NOD-011");
        }
    }

    #[test]
    fn a_name_that_the_ledger_refuses_leaves_no_file() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let root = folder.path().join("network");
        let plan = Founding {
            name: "No Such Name".to_owned(),
            ..plan()
        };
        assert!(found(&root, &plan, 1_800_000_000_000, &mut rand::rng()).is_err());
        assert!(!root.exists());
    }

    #[test]
    fn an_address_beyond_this_machine_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let plan = Founding {
            listen: ([0, 0, 0, 0], 7440).into(),
            ..plan()
        };
        let refused = found(folder.path(), &plan, 1_800_000_000_000, &mut rand::rng())
            .expect_err("not loopback");
        assert_eq!(refused.code(), "HT-NOD-007");
    }
}
