//! Founding a network of several organisations: each makes its own keys and its part, one puts the parts together, each signs, and the
//! signatures make the genesis. On one machine, for a rehearsal, all of it at once.

use super::folder::{Folder, read_key, read_text, write_new, write_secret};
use super::found::{Founder, genesis_text, refuse_content};
use super::{Context, Identity};
use crate::error::Error;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use crypto_sm::certificate::{AlternativeName, Certificate, Issuer, Validity, issue_authority};
use crypto_sm::rand_core::CryptoRng;
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::genesis::{self, Founded};
use hengtan_ledger::policy;
use hengtan_ledger::v1::{self, Role, TokenStance};
use prost::Message as _;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

const CA_YEARS: u64 = 20;
const MEMBER_YEARS: u64 = 3;
const YEAR_MS: u64 = 365 * 24 * 60 * 60 * 1000;
const HOUR_MS: u64 = 60 * 60 * 1000;

/// Forms of the files that founders exchange.
const PART: &str = "hengtan-founding-part-1";
const DRAFT: &str = "hengtan-founding-draft-1";
const SIGNATURE: &str = "hengtan-founding-signature-1";

/// What the founders have agreed on: the file that all of them have.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Name of the network, `[a-z0-9-]{1,32}`.
    pub name: String,
    /// Chinese name for people.
    #[serde(default)]
    pub name_zh: String,
    /// English name for people.
    #[serde(default)]
    pub name_en: String,
    /// Hours before a changed policy holds.
    #[serde(default = "policy_delay_hours")]
    pub policy_delay_hours: u64,
    /// How many further members must review before rows count.
    #[serde(default)]
    pub reviewers: u32,
    /// Who must agree to what, where it differs from the defaults: kind of command → `any`, `majority` or `all`.
    #[serde(default)]
    pub policies: BTreeMap<String, String>,
    /// The founders.
    #[serde(rename = "organisation")]
    pub organisations: Vec<PlannedOrganisation>,
    /// Their nodes.
    #[serde(rename = "node")]
    pub nodes: Vec<PlannedNode>,
}

/// A founder.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedOrganisation {
    /// `[a-z0-9-]{1,32}`
    pub name: String,
    /// Chinese name for people.
    #[serde(default)]
    pub name_zh: String,
    /// English name for people.
    #[serde(default)]
    pub name_en: String,
    /// GB 32100; empty = none.
    #[serde(default)]
    pub credit_code: String,
    /// What it may do, besides governance and operations, which each founder has.
    #[serde(default = "usual_duties")]
    pub duties: Vec<String>,
    /// Whether its node counts towards finality.
    pub voting: bool,
    /// A regulator's competence, ISO 3166; empty = everywhere.
    #[serde(default)]
    pub jurisdiction: String,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlannedNode {
    /// `[a-z0-9-]{1,32}`
    pub name: String,
    /// Whose it is.
    pub organisation: String,
    /// `host:port` under which other nodes find it; stands on the ledger.
    pub address: String,
    /// Where it listens for other nodes, if not there.
    #[serde(default)]
    pub peer_listen: Option<SocketAddr>,
    /// Where it listens for clients.
    pub api: SocketAddr,
}

fn policy_delay_hours() -> u64 {
    genesis::default_limits().policy_delay_ms / HOUR_MS
}

fn usual_duties() -> Vec<String> {
    vec!["business".to_owned()]
}

fn rule_of(word: &str) -> Option<v1::Rule> {
    let kind = match word {
        "any" => v1::RuleKind::Any,
        "majority" => v1::RuleKind::Majority,
        "all" => v1::RuleKind::All,
        _ => return None,
    };
    Some(v1::Rule {
        kind: kind as i32,
        n: 0,
        m: 0,
    })
}

/// What an organisation tells the others: public keys and certificates only.
#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    /// The organisation with its first members.
    pub organisation: v1::GenesisOrganisation,
    /// Its nodes, without numbers.
    pub nodes: Vec<v1::Node>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct PartFile {
    format: String,
    name: String,
    organisation: String,
    nodes: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct DraftFile {
    format: String,
    network_id: String,
    genesis: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SignatureFile {
    format: String,
    network_id: String,
    organisation: String,
    signature: String,
}

impl Plan {
    /// Reads the founders' file.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::ConfigSyntax`], [`Error::FoundingPlan`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let text = read_text(path)?;
        let plan: Self = toml::from_str(&text).map_err(|error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            Error::ConfigSyntax {
                path: path.display().to_string(),
                line,
                detail: error.message().to_owned(),
            }
        })?;
        plan.check()?;
        Ok(plan)
    }

    /// What the ledger cannot see, because it stands in this file only. The ledger judges the rest.
    fn check(&self) -> Result<(), Error> {
        let wrong = |what: &str, value: &str| Error::FoundingPlan {
            what: what.to_owned(),
            value: value.to_owned(),
        };
        for (kind, rule) in &self.policies {
            let known = policy::defaults().iter().any(|policy| policy.kind == *kind);
            if !known {
                return Err(wrong("policies", kind));
            }
            rule_of(rule).ok_or_else(|| wrong(kind, rule))?;
        }
        for organisation in &self.organisations {
            for duty in &organisation.duties {
                Role::from_word(duty).ok_or_else(|| wrong("duties", duty))?;
            }
        }
        for node in &self.nodes {
            if !self
                .organisations
                .iter()
                .any(|organisation| organisation.name == node.organisation)
            {
                return Err(wrong("organisation", &node.organisation));
            }
            if node.address.rsplit_once(':').is_none() {
                return Err(wrong("address", &node.address));
            }
            if self.peer_listen(node).is_none() {
                return Err(wrong("peer_listen", &node.address));
            }
        }
        Ok(())
    }

    /// Where a node listens for others: as it says, or at its address if that is one of this machine's.
    fn peer_listen(&self, node: &PlannedNode) -> Option<SocketAddr> {
        node.peer_listen.or_else(|| node.address.parse().ok())
    }

    fn organisation(&self, name: &str) -> Result<&PlannedOrganisation, Error> {
        self.organisations
            .iter()
            .find(|organisation| organisation.name == name)
            .ok_or_else(|| Error::FoundingPlan {
                what: "organisation".to_owned(),
                value: name.to_owned(),
            })
    }

    /// Nodes in the order of their numbers: those that vote first, because node 1 founds the Raft group.
    fn ordered(&self) -> Vec<&PlannedNode> {
        let votes = |node: &&PlannedNode| {
            self.organisation(&node.organisation)
                .is_ok_and(|organisation| organisation.voting)
        };
        let mut nodes: Vec<&PlannedNode> = self.nodes.iter().collect();
        nodes.sort_by_key(|node| !votes(node));
        nodes
    }
}

impl PlannedOrganisation {
    fn duties(&self) -> Vec<i32> {
        let mut duties: Vec<i32> = [Role::Governance, Role::Operations, Role::Auditor]
            .into_iter()
            .chain(self.duties.iter().filter_map(|word| Role::from_word(word)))
            .map(|role| role as i32)
            .collect();
        duties.sort_unstable();
        duties.dedup();
        duties
    }

    /// Its first members: who governs, who operates, and two for each further duty that people have.
    fn members(&self) -> Vec<Founder> {
        let words: Vec<Role> = self
            .duties
            .iter()
            .filter_map(|word| Role::from_word(word))
            .collect();
        let mut members: Vec<Founder> = Founder::usual()
            .into_iter()
            .filter(|founder| founder.role != Role::Business || words.contains(&Role::Business))
            .collect();
        for role in words {
            if ![Role::Governance, Role::Operations, Role::Business].contains(&role) {
                members.push(Founder {
                    name: role.word().to_owned(),
                    role,
                    display_name: None,
                });
            }
        }
        members.sort_by(|left, right| left.name.cmp(&right.name));
        members
    }
}

impl Part {
    /// Makes an organisation's keys and certificates in its own folder, which must be empty, and gives what the others must know.
    ///
    /// # Errors
    /// [`Error::FolderNotEmpty`], [`Error::FileUnwritable`], [`Error::FoundingPlan`], what the cryptography has against the names.
    pub fn make<R: CryptoRng + ?Sized>(
        plan: &Plan,
        organisation: &str,
        root: &Path,
        now_ms: u64,
        rng: &mut R,
    ) -> Result<Self, Error> {
        let planned = plan.organisation(organisation)?;
        refuse_content(root)?;
        let folder = Folder::new(root);
        let validity = |years: u64| {
            Validity::new(
                now_ms.saturating_sub(HOUR_MS),
                now_ms.saturating_add(years * YEAR_MS),
            )
        };
        let ca_key = SecretKey::generate(rng);
        let ca = issue_authority(
            organisation,
            &format!("{organisation} CA"),
            &ca_key,
            validity(CA_YEARS)?,
            rng,
        )?;
        let issuer = Issuer::new(ca.clone(), ca_key.clone())?;
        keep(&folder.ca().join("ca"), &ca_key, Some(&ca))?;
        let mut members = Vec::new();
        for founder in planned.members() {
            let key = SecretKey::generate(rng);
            let certificate = issuer.issue_member(
                founder.role.word(),
                &founder.name,
                key.public_key(),
                validity(MEMBER_YEARS)?,
                rng,
            )?;
            keep(
                &folder.members().join(&founder.name),
                &key,
                Some(&certificate),
            )?;
            members.push(v1::GenesisMember {
                name: founder.name,
                display_name: founder.display_name,
                certificate: certificate.to_der().to_vec(),
            });
        }
        let mut nodes = Vec::new();
        for node in plan
            .nodes
            .iter()
            .filter(|node| node.organisation == organisation)
        {
            let (statement, transport) = (SecretKey::generate(rng), SecretKey::generate(rng));
            let certificate = issuer.issue_node(
                &node.name,
                &names(&node.address, node.api),
                transport.public_key(),
                validity(MEMBER_YEARS)?,
                rng,
            )?;
            let place = folder.node(&node.name);
            keep(&place.join("statement"), &statement, None)?;
            keep(&place.join("transport"), &transport, Some(&certificate))?;
            nodes.push(v1::Node {
                name: node.name.clone(),
                organisation: organisation.to_owned(),
                statement_key: statement.public_key().to_uncompressed().to_vec(),
                transport_key: transport.public_key().to_uncompressed().to_vec(),
                address: node.address.clone(),
                ..v1::Node::default()
            });
        }
        Ok(Self {
            organisation: v1::GenesisOrganisation {
                organisation: Some(v1::Organisation {
                    name: organisation.to_owned(),
                    display_name: Some(display(&planned.name_zh, &planned.name_en, organisation)),
                    unified_social_credit_code: planned.credit_code.clone(),
                    ca_certificate: ca.to_der().to_vec(),
                    duties: planned.duties(),
                    voting: planned.voting,
                    jurisdiction: planned.jurisdiction.clone(),
                    ..v1::Organisation::default()
                }),
                members,
            },
            nodes,
        })
    }

    /// Name of the organisation.
    #[must_use]
    pub fn name(&self) -> &str {
        self.organisation
            .organisation
            .as_ref()
            .map_or("", |organisation| &organisation.name)
    }

    /// The file for the others.
    #[must_use]
    pub fn to_text(&self) -> String {
        text(&PartFile {
            format: PART.to_owned(),
            name: self.name().to_owned(),
            organisation: STANDARD.encode(self.organisation.encode_to_vec()),
            nodes: self
                .nodes
                .iter()
                .map(|node| STANDARD.encode(node.encode_to_vec()))
                .collect(),
        })
    }

    /// Reads [`Part::to_text`].
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::FoundingFile`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file: PartFile = parse(path, PART, |file: &PartFile| &file.format)?;
        let wrong = || damaged(path);
        let nodes = file
            .nodes
            .iter()
            .map(|node| decode(node).ok_or_else(wrong))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            organisation: decode(&file.organisation).ok_or_else(wrong)?,
            nodes,
        })
    }
}

/// Genesis that nobody has signed yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    bytes: Vec<u8>,
}

impl Draft {
    /// Puts the parts of all founders together.
    ///
    /// # Errors
    /// [`Error::FoundingPart`] if a part is missing or says something else than the plan.
    pub fn assemble<R: CryptoRng + ?Sized>(
        plan: &Plan,
        parts: &[Part],
        now_ms: u64,
        rng: &mut R,
    ) -> Result<Self, Error> {
        let mut random = vec![0; 32];
        rng.fill_bytes(&mut random);
        Self::compose(plan, parts, now_ms, random)
    }

    /// Whether this is the plan, with nothing else in it: any founder can see that.
    fn follows(&self, plan: &Plan, genesis: &v1::Genesis) -> bool {
        let parts: Vec<Part> = genesis
            .organisations
            .iter()
            .map(|founder| {
                let name = founder.organisation.as_ref().map(|known| &known.name);
                let own = genesis
                    .nodes
                    .iter()
                    .filter(|node| Some(&node.organisation) == name);
                Part {
                    organisation: founder.clone(),
                    nodes: own.cloned().collect(),
                }
            })
            .collect();
        let again = Self::compose(plan, &parts, genesis.created_at_ms, genesis.random.clone());
        again.is_ok_and(|again| again == *self)
    }

    fn compose(
        plan: &Plan,
        parts: &[Part],
        created_at_ms: u64,
        random: Vec<u8>,
    ) -> Result<Self, Error> {
        let mut organisations = Vec::new();
        for planned in &plan.organisations {
            let part = parts.iter().find(|part| part.name() == planned.name);
            let stated = part.and_then(|part| part.organisation.organisation.as_ref());
            let fits = stated.is_some_and(|stated| {
                stated.duties == planned.duties()
                    && stated.voting == planned.voting
                    && stated.jurisdiction == planned.jurisdiction
                    && stated.unified_social_credit_code == planned.credit_code
            });
            match part {
                Some(part) if fits => organisations.push(part.organisation.clone()),
                _ => {
                    return Err(Error::FoundingPart {
                        organisation: planned.name.clone(),
                    });
                }
            }
        }
        organisations.sort_by(|left, right| {
            let name = |it: &v1::GenesisOrganisation| {
                it.organisation.as_ref().map(|known| known.name.clone())
            };
            name(left).cmp(&name(right))
        });
        let mut nodes = Vec::new();
        for (number, planned) in (1..).zip(plan.ordered()) {
            let node = parts
                .iter()
                .flat_map(|part| &part.nodes)
                .find(|node| {
                    node.name == planned.name
                        && node.organisation == planned.organisation
                        && node.address == planned.address
                })
                .ok_or_else(|| Error::FoundingPart {
                    organisation: planned.organisation.clone(),
                })?;
            nodes.push(v1::Node {
                number,
                ..node.clone()
            });
        }
        let mut policies = policy::defaults();
        for policy in &mut policies {
            if let Some(rule) = plan
                .policies
                .get(&policy.kind)
                .and_then(|word| rule_of(word))
            {
                policy.rule = Some(rule);
            }
        }
        if let Some(submit) = policies
            .iter_mut()
            .find(|policy| policy.kind == "activity.submit")
        {
            submit.reviewers = plan.reviewers;
        }
        let genesis = v1::Genesis {
            format: genesis::FORMAT,
            name: plan.name.clone(),
            display_name: Some(display(&plan.name_zh, &plan.name_en, &plan.name)),
            created_at_ms,
            random,
            organisations,
            nodes,
            policies,
            limits: Some(v1::Limits {
                policy_delay_ms: plan.policy_delay_hours.saturating_mul(HOUR_MS),
                ..genesis::default_limits()
            }),
            algorithms: Some(genesis::algorithms()),
            tokens: Some(v1::TokenRule {
                stance: TokenStance::Forbidden as i32,
                ..Default::default()
            }),
            feature_level: genesis::FEATURE_LEVEL,
        };
        Ok(Self {
            bytes: genesis.encode_to_vec(),
        })
    }

    /// What the network will be called for ever.
    #[must_use]
    pub fn network_id(&self) -> [u8; 32] {
        hengtan_ledger::domain::network_id(&self.bytes)
    }

    /// Signs for an organisation whose CA key lies in its folder, if the draft is the plan and says of the organisation what the folder
    /// holds.
    ///
    /// # Errors
    /// [`Error::FoundingPart`] if it does not; [`Error::FoundingPlan`] if it is another plan; [`Error::FileUnreadable`], [`Error::KeyExposed`], [`Error::KeyInvalid`].
    pub fn sign<R: CryptoRng + ?Sized>(
        &self,
        plan: &Plan,
        root: &Path,
        rng: &mut R,
    ) -> Result<v1::FounderSignature, Error> {
        let folder = Folder::new(root);
        let path = folder.ca().join("ca.cert.pem");
        let ca = Certificate::from_pem(&read_text(&path)?)?;
        let name = ca.subject_organisation().unwrap_or_default().to_owned();
        let differs = || Error::FoundingPart {
            organisation: name.clone(),
        };
        let genesis = v1::Genesis::decode(self.bytes.as_slice()).map_err(|_| differs())?;
        if !self.follows(plan, &genesis) {
            return Err(Error::FoundingPlan {
                what: "name".to_owned(),
                value: genesis.name,
            });
        }
        let stated = genesis.organisations.iter().find(|founder| {
            let known = founder.organisation.as_ref();
            known.is_some_and(|known| known.name == name && known.ca_certificate == ca.to_der())
        });
        let stated = stated.ok_or_else(differs)?;
        for member in &stated.members {
            let path = folder.members().join(format!("{}.cert.pem", member.name));
            let own = Certificate::from_pem(&read_text(&path)?)?;
            if own.to_der() != member.certificate {
                return Err(differs());
            }
        }
        for node in genesis
            .nodes
            .iter()
            .filter(|node| node.organisation == name)
        {
            let place = folder.node(&node.name);
            let statement = read_key(&place.join("statement.key.pem"))?;
            let transport = read_key(&place.join("transport.key.pem"))?;
            let own = [&statement, &transport].map(|key| key.public_key().to_uncompressed());
            if own[0].as_slice() != node.statement_key || own[1].as_slice() != node.transport_key {
                return Err(differs());
            }
        }
        let key = read_key(&folder.ca().join("ca.key.pem"))?;
        Ok(genesis::sign(&self.bytes, &name, &key, rng))
    }

    /// Genesis, once everybody has signed.
    ///
    /// # Errors
    /// What the ledger has against it; a missing signature among that.
    pub fn finish(&self, mut signatures: Vec<v1::FounderSignature>) -> Result<Founded, Error> {
        signatures.sort_by(|left, right| left.organisation.cmp(&right.organisation));
        let signed = v1::SignedGenesis {
            genesis: self.bytes.clone(),
            signatures,
        };
        Ok(Founded::parse(&signed.encode_to_vec())?)
    }

    /// The file for the others.
    #[must_use]
    pub fn to_text(&self) -> String {
        text(&DraftFile {
            format: DRAFT.to_owned(),
            network_id: hex::encode(self.network_id()),
            genesis: STANDARD.encode(&self.bytes),
        })
    }

    /// Reads [`Draft::to_text`].
    ///
    /// # Errors
    /// [`Error::FileUnreadable`], [`Error::FoundingFile`].
    pub fn read(path: &Path) -> Result<Self, Error> {
        let file: DraftFile = parse(path, DRAFT, |file: &DraftFile| &file.format)?;
        let bytes = STANDARD.decode(&file.genesis).map_err(|_| damaged(path))?;
        let draft = Self { bytes };
        if hex::encode(draft.network_id()) == file.network_id {
            Ok(draft)
        } else {
            Err(damaged(path))
        }
    }

    /// A signature as a file.
    #[must_use]
    pub fn signature_text(&self, signature: &v1::FounderSignature) -> String {
        text(&SignatureFile {
            format: SIGNATURE.to_owned(),
            network_id: hex::encode(self.network_id()),
            organisation: signature.organisation.clone(),
            signature: hex::encode(&signature.signature),
        })
    }

    /// Reads a signature under this draft.
    ///
    /// # Errors
    /// [`Error::FileUnreadable`]; [`Error::FoundingFile`], also if it stands under another draft.
    pub fn read_signature(&self, path: &Path) -> Result<v1::FounderSignature, Error> {
        let file: SignatureFile = parse(path, SIGNATURE, |file: &SignatureFile| &file.format)?;
        if file.network_id != hex::encode(self.network_id()) {
            return Err(damaged(path));
        }
        Ok(v1::FounderSignature {
            organisation: file.organisation,
            signature: hex::decode(&file.signature).map_err(|_| damaged(path))?,
        })
    }
}

/// Puts genesis, and the settings that follow from it, into an organisation's folder.
///
/// # Errors
/// [`Error::FoundingPlan`], [`Error::FileUnwritable`].
pub fn settle(
    plan: &Plan,
    founded: &Founded,
    organisation: &str,
    root: &Path,
) -> Result<(), Error> {
    let folder = Folder::new(root);
    let planned = plan.organisation(organisation)?;
    let nodes: Vec<&PlannedNode> = plan
        .nodes
        .iter()
        .filter(|node| node.organisation == organisation)
        .collect();
    for node in &nodes {
        let config = config_text(&node.name, node.api, plan.peer_listen(node));
        write_new(
            &folder.node(&node.name).join("config.toml"),
            config.as_bytes(),
        )?;
    }
    // An organisation without a node of its own begins with the first one of another.
    let door = nodes.first().copied().or_else(|| plan.nodes.first());
    let door = door.map(endpoint).unwrap_or_default();
    enter(planned, founded, door, &folder)
}

/// Makes the folder of an organisation that is to be admitted to a running network: its keys, its CA, its first members, and the network's
/// genesis. Returns what the proposal to admit it says.
///
/// # Errors
/// [`Error::Ledger`] for a name, [`Error::FolderNotEmpty`], [`Error::FileUnwritable`], what the cryptography has against the names.
pub fn apply<R: CryptoRng + ?Sized>(
    planned: &PlannedOrganisation,
    founded: &Founded,
    door: &str,
    root: &Path,
    now_ms: u64,
    rng: &mut R,
) -> Result<v1::OrganisationAdmit, Error> {
    hengtan_ledger::field::name("organisation.name", &planned.name)?;
    let plan = Plan {
        name: founded.genesis().name.clone(),
        name_zh: String::new(),
        name_en: String::new(),
        policy_delay_hours: 0,
        reviewers: 0,
        policies: BTreeMap::new(),
        organisations: vec![planned.clone()],
        nodes: Vec::new(),
    };
    let part = Part::make(&plan, &planned.name, root, now_ms, rng)?;
    enter(planned, founded, door.to_owned(), &Folder::new(root))?;
    let v1::GenesisOrganisation {
        organisation,
        members,
    } = part.organisation;
    let members = members.into_iter().map(|member| v1::NewMember {
        name: member.name,
        display_name: member.display_name,
        certificate: member.certificate,
    });
    Ok(v1::OrganisationAdmit {
        organisation,
        members: members.collect(),
    })
}

/// Puts genesis and the context of its commands into an organisation's folder.
fn enter(
    planned: &PlannedOrganisation,
    founded: &Founded,
    endpoint: String,
    folder: &Folder,
) -> Result<(), Error> {
    let context = Context {
        endpoint,
        network: hex::encode(founded.network_id()),
        genesis: "genesis.pb".into(),
        organisation: planned.name.clone(),
        ca_certificate: "ca/ca.cert.pem".into(),
        ca_key: Some("ca/ca.key.pem".into()),
        language: None,
        identities: planned
            .members()
            .into_iter()
            .map(|member| Identity {
                key: format!("members/{}.key.pem", member.name).into(),
                certificate: format!("members/{}.cert.pem", member.name).into(),
                role: member.role.word().to_owned(),
                name: member.name,
                keys: None,
            })
            .collect(),
    };
    write_new(&folder.context_file(), context.to_text().as_bytes())?;
    write_new(&folder.genesis_json(), genesis_text(founded).as_bytes())?;
    // Last: a folder with genesis is complete.
    write_new(&folder.genesis_file(), founded.bytes())
}

/// Makes the whole network in one place: a folder for each organisation, as if it lay on that organisation's machine.
///
/// # Errors
/// Those of the single steps. Nothing is written if the ledger refuses the plan's names.
pub fn rehearse<R: CryptoRng + ?Sized>(
    root: &Path,
    plan: &Plan,
    now_ms: u64,
    rng: &mut R,
) -> Result<(Founded, Vec<PathBuf>), Error> {
    refuse_content(root)?;
    for planned in &plan.organisations {
        // A name is a folder here: it must be one before it is used.
        hengtan_ledger::field::name("organisation.name", &planned.name)?;
    }
    let place = |organisation: &str| root.join(organisation);
    let mut parts = Vec::new();
    for planned in &plan.organisations {
        parts.push(Part::make(
            plan,
            &planned.name,
            &place(&planned.name),
            now_ms,
            rng,
        )?);
    }
    let draft = Draft::assemble(plan, &parts, now_ms, rng)?;
    let mut signatures = Vec::new();
    for planned in &plan.organisations {
        signatures.push(draft.sign(plan, &place(&planned.name), rng)?);
    }
    let founded = draft.finish(signatures)?;
    let mut folders = Vec::new();
    for planned in &plan.organisations {
        let folder = place(&planned.name);
        settle(plan, &founded, &planned.name, &folder)?;
        folders.push(folder);
    }
    Ok((founded, folders))
}

fn endpoint(node: &PlannedNode) -> String {
    let scheme = if node.api.ip().is_loopback() {
        "http"
    } else {
        "https"
    };
    format!("{scheme}://{}", node.api)
}

/// Settings of a node that has peers.
pub(super) fn config_text(name: &str, api: SocketAddr, peer_listen: Option<SocketAddr>) -> String {
    let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
    let listen = peer_listen.map_or_else(String::new, |listen| listen.to_string());
    let mut text = format!(
        "[node]\nname = {}\ngenesis = \"../../genesis.pb\"\ndata = \"data\"\nstatement_key = \"statement.key.pem\"\n\n[api]\nlisten = {}\n\n[peer]\nlisten = {}\n",
        quoted(name),
        quoted(&api.to_string()),
        quoted(&listen)
    );
    if !api.ip().is_loopback() {
        text.push_str("\n[tls]\nprofile = \"sm\"\n");
    }
    text
}

/// Every name under which the node is reached, by peers and by clients.
pub(super) fn names(address: &str, api: SocketAddr) -> Vec<AlternativeName> {
    let host = crate::peer::host_and_port(address).map_or("", |(host, _)| host);
    let mut names = vec![
        match host.parse() {
            Ok(address) => AlternativeName::Ip(address),
            Err(_) => AlternativeName::Dns(host.to_owned()),
        },
        AlternativeName::Ip(api.ip()),
        AlternativeName::Dns("localhost".to_owned()),
    ];
    names.retain(|name| *name != AlternativeName::Dns(String::new()));
    names.dedup();
    names
}

fn display(zh: &str, en: &str, name: &str) -> v1::DisplayName {
    let en = if zh.is_empty() && en.is_empty() {
        name
    } else {
        en
    };
    v1::DisplayName {
        zh: zh.to_owned(),
        en: en.to_owned(),
    }
}

/// Writes `<path>.key.pem`, and `<path>.cert.pem` where there is a certificate.
pub(super) fn keep(
    path: &Path,
    key: &SecretKey,
    certificate: Option<&Certificate>,
) -> Result<(), Error> {
    let with = |ending: &str| {
        let mut name = path.as_os_str().to_owned();
        name.push(ending);
        PathBuf::from(name)
    };
    write_secret(&with(".key.pem"), key.to_pkcs8_pem().as_bytes())?;
    match certificate {
        Some(certificate) => write_new(&with(".cert.pem"), certificate.to_pem().as_bytes()),
        None => Ok(()),
    }
}

fn text(value: &impl Serialize) -> String {
    serde_json::to_string_pretty(value).expect("plain JSON") + "\n"
}

fn parse<T: for<'de> Deserialize<'de>>(
    path: &Path,
    format: &str,
    of: impl Fn(&T) -> &String,
) -> Result<T, Error> {
    let file: T = serde_json::from_str(&read_text(path)?).map_err(|_| damaged(path))?;
    if of(&file) == format {
        Ok(file)
    } else {
        Err(damaged(path))
    }
}

fn decode<T: prost::Message + Default>(text: &str) -> Option<T> {
    T::decode(STANDARD.decode(text).ok()?.as_slice()).ok()
}

fn damaged(path: &Path) -> Error {
    Error::FoundingFile {
        path: path.display().to_string(),
    }
}

#[cfg(test)]
pub(crate) mod tests;
