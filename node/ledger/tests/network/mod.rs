//! A network in memory with one organisation, for tests. Deterministic: keys, nonces and times follow from a seed.

#![allow(dead_code)]

pub mod consortium;

use accounting::FactorSet;
use crypto_sm::certificate::{Issuer, Validity, issue_authority};
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::batch::{self, Stamp};
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::command;
use hengtan_ledger::envelope::{self, Command, Signed};
use hengtan_ledger::execute::{Applied, Placement};
use hengtan_ledger::genesis::{self, Founded};
use hengtan_ledger::memory::Memory;
use hengtan_ledger::receipt::{self, Evidence, Rows};
use hengtan_ledger::rows::Content as _;
use hengtan_ledger::state::{self, key};
use hengtan_ledger::v1::{self, ReceiptKind, Role, TokenStance};
use hengtan_ledger::{policy, tree::ROWS};
use prost::Message;
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::collections::{BTreeMap, BTreeSet};

/// 2026-01-05T00:00:00Z
pub const BIRTH_MS: u64 = 1_767_571_200_000;
const YEAR_MS: u64 = 365 * 24 * 3_600_000;
pub const ORGANISATION: &str = "hengtong-steel";

/// One organisation, one node, four members.
pub struct Network {
    pub founded: Founded,
    pub memory: Memory,
    pub issuer: Issuer,
    pub members: BTreeMap<&'static str, SecretKey>,
    pub statement_key: SecretKey,
    pub rng: StdRng,
    pub counter: u64,
    pub term: u64,
    pub time_ms: u64,
    /// Every batch, for replays.
    pub batches: Vec<Vec<u8>>,
}

pub fn names(en: &str, zh: &str) -> Option<v1::DisplayName> {
    Some(v1::DisplayName {
        zh: zh.to_owned(),
        en: en.to_owned(),
    })
}

pub fn key(rng: &mut StdRng) -> SecretKey {
    SecretKey::generate(rng)
}

/// CA of an organisation.
pub fn authority(organisation: &str, rng: &mut StdRng) -> (Issuer, SecretKey) {
    let ca_key = key(rng);
    let validity = Validity::new(BIRTH_MS - 3_600_000, BIRTH_MS + 10 * YEAR_MS).expect("a period");
    let certificate = issue_authority(organisation, "CA", &ca_key, validity, rng).expect("issued");
    let copy = SecretKey::from_bytes(&*ca_key.to_bytes()).expect("a key");
    (
        Issuer::new(certificate, ca_key).expect("an authority"),
        copy,
    )
}

/// A member's certificate, DER.
pub fn certificate(
    issuer: &Issuer,
    role: &str,
    name: &str,
    key: &SecretKey,
    rng: &mut StdRng,
) -> Vec<u8> {
    let validity = Validity::new(BIRTH_MS - 3_600_000, BIRTH_MS + 2 * YEAR_MS).expect("a period");
    issuer
        .issue_member(role, name, key.public_key(), validity, rng)
        .expect("issued")
        .to_der()
        .to_vec()
}

/// Makes it a genesis of feature level 1, from before proposals.
pub fn first_level(genesis: &mut v1::Genesis) {
    genesis.feature_level = 1;
    genesis.policies.retain(|policy| {
        command::KINDS
            .iter()
            .any(|kind| kind.name == policy.kind && kind.founded(1))
    });
}

impl Network {
    pub fn new() -> Self {
        Self::with(|_| {})
    }

    /// A network whose genesis was changed before it was signed.
    pub fn with(change: impl FnOnce(&mut v1::Genesis)) -> Self {
        let (signed, parts) = Self::genesis(change);
        let founded = Founded::parse(&signed.encode_to_vec()).expect("a good genesis");
        let memory = Memory::found(&founded).expect("readable");
        let (issuer, members, statement_key, rng) = parts;
        Self {
            founded,
            memory,
            issuer,
            members,
            statement_key,
            rng,
            counter: 0,
            term: 1,
            time_ms: BIRTH_MS + 60_000,
            batches: Vec::new(),
        }
    }

    #[allow(clippy::type_complexity)]
    pub fn genesis(
        change: impl FnOnce(&mut v1::Genesis),
    ) -> (
        v1::SignedGenesis,
        (Issuer, BTreeMap<&'static str, SecretKey>, SecretKey, StdRng),
    ) {
        let mut rng = StdRng::seed_from_u64(20_260_105);
        let (issuer, ca_key) = authority(ORGANISATION, &mut rng);
        let mut members = BTreeMap::new();
        let mut founding = Vec::new();
        for (name, role) in [
            ("chen-wei", "governance"),
            ("li-na", "business"),
            ("sun-yu", "operations"),
            ("wang-fang", "business"),
        ] {
            let member_key = key(&mut rng);
            let certificate = certificate(&issuer, role, name, &member_key, &mut rng);
            founding.push(v1::GenesisMember {
                name: name.to_owned(),
                display_name: None,
                certificate,
            });
            members.insert(name, member_key);
        }
        let (statement_key, transport_key) = (key(&mut rng), key(&mut rng));
        let duties = [Role::Governance, Role::Operations, Role::Business];
        let mut random = vec![0; 32];
        rand::Rng::fill_bytes(&mut rng, &mut random);
        let mut content = v1::Genesis {
            format: genesis::FORMAT,
            name: "demo".to_owned(),
            display_name: names("Demonstration", "演示网络"),
            created_at_ms: BIRTH_MS,
            random,
            organisations: vec![v1::GenesisOrganisation {
                organisation: Some(v1::Organisation {
                    name: ORGANISATION.to_owned(),
                    display_name: names("Hengtong Steel", "恒通钢铁有限公司"),
                    unified_social_credit_code: "91110000100010433L".to_owned(),
                    ca_certificate: issuer.certificate().to_der().to_vec(),
                    duties: duties.iter().map(|role| *role as i32).collect(),
                    voting: true,
                    jurisdiction: String::new(),
                    ..Default::default()
                }),
                members: founding,
            }],
            nodes: vec![v1::Node {
                name: "node-1".to_owned(),
                number: 1,
                organisation: ORGANISATION.to_owned(),
                statement_key: statement_key.public_key().to_uncompressed().to_vec(),
                transport_key: transport_key.public_key().to_uncompressed().to_vec(),
                address: "127.0.0.1:7601".to_owned(),
                ..Default::default()
            }],
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
        let signature = genesis::sign(&bytes, ORGANISATION, &ca_key, &mut rng);
        let signed = v1::SignedGenesis {
            genesis: bytes,
            signatures: vec![signature],
        };
        (signed, (issuer, members, statement_key, rng))
    }

    pub fn sign(&mut self, who: &str, command: Command) -> Signed {
        let not_after_ms = self.time_ms + 300_000;
        let member = &self.members[who];
        envelope::sign(
            &self.founded.network_id(),
            command,
            not_after_ms,
            member,
            &mut self.rng,
        )
    }

    pub fn stamp(&mut self) -> Stamp {
        let chain: v1::ChainState = state::require(&self.memory, key::CHAIN).expect("a chain");
        self.counter += 1;
        self.time_ms += 1000;
        Stamp {
            term: self.term,
            previous: chain.header.try_into().expect("a digest"),
            counter: self.counter,
            time_ms: self.time_ms,
        }
    }

    pub fn batch(&mut self, envelopes: Vec<Signed>) -> Vec<u8> {
        let stamp = self.stamp();
        batch::sign(
            &self.founded.network_id(),
            stamp,
            envelopes,
            &self.statement_key,
            &mut self.rng,
        )
    }

    pub fn commit(&mut self, envelopes: Vec<Signed>) -> Applied {
        let batch = self.batch(envelopes);
        self.batches.push(batch.clone());
        self.memory
            .apply(self.term, &batch, &BTreeSet::new())
            .expect("readable")
    }

    /// Sends one command and returns what became of it.
    pub fn send(&mut self, who: &str, command: Command) -> Placement {
        let signed = self.sign(who, command);
        let applied = self.commit(vec![signed]);
        assert_eq!(applied.void, None);
        applied
            .placements
            .into_iter()
            .next()
            .expect("one placement")
    }

    /// Sends one command that must be accepted.
    pub fn must(&mut self, who: &str, command: Command) -> v1::Outcome {
        let outcome = self.send(who, command).outcome.expect("an entry");
        assert_eq!(outcome.code, "", "{:?}", outcome.head);
        outcome
    }

    /// Sends one command that must be refused, and returns code and fields.
    pub fn refused(&mut self, who: &str, command: Command) -> (String, Vec<(String, String)>) {
        let before = self.memory.checkpoint().clone();
        let outcome = self.send(who, command).outcome.expect("an entry");
        assert_ne!(outcome.code, "", "accepted: {:?}", outcome.head);
        assert_ne!(
            before.root,
            self.memory.checkpoint().root,
            "a refusal is recorded"
        );
        let Some(v1::outcome::Head::Refusal(refusal)) = outcome.head else {
            panic!("a refusal")
        };
        (
            outcome.code,
            refusal
                .fields
                .into_iter()
                .map(|field| (field.name, field.value))
                .collect(),
        )
    }

    pub fn note(&mut self) -> Note {
        let checkpoint = self.memory.checkpoint().clone();
        let line = checkpoint
            .sign(ORGANISATION, "node-1", &self.statement_key, &mut self.rng)
            .expect("names");
        Note::new(checkpoint, vec![line])
    }

    /// A receipt for an entry, with these rows and results, and the proof that a state value is current.
    pub fn receipt(
        &mut self,
        kind: ReceiptKind,
        outcome: &v1::Outcome,
        rows: &[u32],
        results: &[u32],
        current: Option<&str>,
    ) -> v1::Receipt {
        let note = self.note();
        let evidence = Evidence {
            founded: &self.founded,
            changes: &[],
            note: &note,
            nodes: &self.memory,
            view: &self.memory,
        };
        let entry = self.memory.entry(outcome.index).expect("an entry").to_vec();
        let message = v1::Entry::decode(entry.as_slice()).expect("an entry");
        let Some(v1::entry::Entry::Envelope(envelope)) = message.entry else {
            panic!("an envelope")
        };
        let parsed = envelope::Parsed::parse(&self.founded.network_id(), &envelope.envelope)
            .expect("parsed");
        let below = |root: &[u8]| match <[u8; 32]>::try_from(root) {
            Ok(root) => self.memory.rows(&root).expect("readable").expect("kept"),
            Err(_) => Vec::new(),
        };
        let (all_rows, all_results) = (
            below(&parsed.body().rows_root),
            below(&outcome.results_root),
        );
        let rows = Rows {
            all: &all_rows,
            positions: rows,
        };
        let results = Rows {
            all: &all_results,
            positions: results,
        };
        let pages = current.map(|key| (&self.memory as &dyn hengtan_ledger::map::PageReader, key));
        receipt::assemble(
            &evidence,
            kind,
            outcome.index,
            &entry,
            Some(rows),
            Some(results),
            pages,
        )
        .expect("assembled")
    }

    /// Adopts the factors of this module and registers a facility.
    pub fn prepare(&mut self) {
        self.must("chen-wei", adopt(FACTORS));
        self.must("li-na", facility("mill-1"));
    }

    /// Records an import of these rows and submits it.
    pub fn import(&mut self, id: u8, rows: Vec<v1::ActivityRow>) -> v1::Outcome {
        let part = record(id, 0, &rows, "");
        let root = part.rows_root();
        self.must("li-na", part.command);
        self.must("li-na", submit(id, rows.len() as u64, &[root]))
    }
}

pub const MANIFEST: &str = r#"
id = "test-factors"
version = "1"
name_en = "Factors for tests"
name_zh = "测试用因子"
issuer_en = "Nobody"
issuer_zh = "无"
document = "Test data, figures of GB/T 32150 and DESNZ 2025"
published = "2025-01-01"
licence = "CC0-1.0"
gwp_set = "ar5"
"#;

pub const FACTORS: &str = "id,activity,name_en,name_zh,aliases,form,categories,unit,region,treatment,selection,data_year,published,valid_from,valid_to,restriction,instrument,gases,co2e,co2e_unit,co2e_parts,gwp_set,biogenic_co2,biogenic_id,fuel_type,ncv,carbon_per_heat,carbon_content,oxidation,source,quality,note
diesel,diesel,diesel,柴油,,fuel,stationary_combustion,t,CN,any,open,2015,,,,none,,,,,,,,,oil,42.652,0.0202,,98,GB/T 32150 annex,computed,
grid,electricity_grid,purchased electricity,购入电力,,gases,purchased_electricity,MWh,CN,location,open,2022,,,,none,,co2 0.5366 t,,,,,,,,,,,,MEE announcement,computed,
residual,electricity_grid,purchased electricity,购入电力,,gases,purchased_electricity,MWh,CN,residual,open,2022,,,,none,,co2 0.5856 t,,,,,,,,,,,,MEE announcement,computed,
gas,natural_gas,natural gas,天然气,,gases,stationary_combustion,m3,GLOBAL,any,open,2025,,,,none,,co2 2.0 kg; ch4_fossil 1 g,,,,,,,gas,,,,,Table 1,computed,
";

/// `factor_set.adopt` of a CSV.
pub fn adopt(factors: &str) -> Command {
    let set = FactorSet::parse(MANIFEST, factors).expect("factors");
    let (head, rows) = hengtan_ledger::calculation::adoption(&set);
    Command::new("factor_set.adopt", &head, rows)
}

pub fn facility(name: &str) -> Command {
    let head = v1::FacilityRegister {
        name: name.to_owned(),
        display_name: names("Mill", "轧钢厂"),
        region: "CN-HE".to_owned(),
        ..Default::default()
    };
    Command::new("facility.register", &head, Vec::new())
}

pub fn profile() -> Option<v1::CalculationProfile> {
    Some(v1::CalculationProfile {
        gwp_set: "ar5".to_owned(),
        rounding: "unrounded".to_owned(),
        factor_sets: Vec::new(),
    })
}

/// A month's row.
pub fn row(
    activity: &str,
    category: &str,
    quantity: &str,
    unit: &str,
    month: u32,
) -> v1::ActivityRow {
    let scope = if category == "purchased_electricity" {
        2
    } else {
        1
    };
    let last = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month as usize - 1];
    v1::ActivityRow {
        reference: format!("{activity}-{month}"),
        facility: "mill-1".to_owned(),
        scope,
        category: category.to_owned(),
        activity: activity.to_owned(),
        period_start: format!("2025-{month:02}-01"),
        period_end: format!("2025-{month:02}-{last}"),
        quantity: quantity.to_owned(),
        unit: accounting::Unit::parse(unit)
            .expect("a unit")
            .code()
            .to_owned(),
        source: "台账".to_owned(),
        ..Default::default()
    }
}

pub fn diesel(month: u32) -> v1::ActivityRow {
    row("diesel", "stationary_combustion", "10.5", "t", month)
}

pub fn electricity(month: u32) -> v1::ActivityRow {
    row(
        "electricity_grid",
        "purchased_electricity",
        "1200",
        "MWh",
        month,
    )
}

pub fn bytes(row: &v1::ActivityRow) -> Vec<u8> {
    v1::RecordRow {
        content: Some(v1::record_row::Content::Open(row.clone())),
    }
    .encode_to_vec()
}

pub fn import_id(id: u8) -> Vec<u8> {
    vec![id; 32]
}

pub fn import_key(id: u8) -> String {
    key::import(ORGANISATION, &import_id(id))
}

pub struct Part {
    pub command: Command,
}

impl Part {
    pub fn rows_root(&self) -> [u8; 32] {
        hengtan_ledger::rows::root(&self.command.rows).expect("rows")
    }
}

pub fn record(id: u8, first: u64, rows: &[v1::ActivityRow], restates: &str) -> Part {
    let head = v1::ActivityRecord {
        import_id: import_id(id),
        first,
        profile: profile(),
        source_name: "2025.csv".to_owned(),
        restates: restates.to_owned(),
    };
    Part {
        command: Command::new("activity.record", &head, rows.iter().map(bytes).collect()),
    }
}

pub fn submit(id: u8, count: u64, parts: &[[u8; 32]]) -> Command {
    let head = v1::ActivitySubmit {
        import_id: import_id(id),
        count,
        root: import_root(parts),
        statement: String::new(),
    };
    Command::new("activity.submit", &head, Vec::new())
}

pub fn import_root(parts: &[[u8; 32]]) -> Vec<u8> {
    let leaves: Vec<[u8; 32]> = parts.iter().map(|part| ROWS.leaf(part)).collect();
    ROWS.root(&leaves).to_vec()
}

pub fn close(name: &str) -> Command {
    Command::new("inventory.close", &close_head(name), Vec::new())
}

pub fn close_head(name: &str) -> v1::InventoryClose {
    v1::InventoryClose {
        name: name.to_owned(),
        display_name: None,
        period_start: "2025-01-01".to_owned(),
        period_end: "2025-12-31".to_owned(),
        facilities: Vec::new(),
        profile: profile(),
        consolidation: "operational_control".to_owned(),
        statement: String::new(),
    }
}
