//! The rules of the commands as data: tests/cases/*.toml. Each file is a list of cases, each case a list of steps on a fresh network with
//! factors and the facility mill-1. A step without `expect` must be accepted.

mod network;
mod table;

use hengtan_ledger::envelope::{self, Command};
use hengtan_ledger::state::{self, key};
use hengtan_ledger::v1;
use network::{Network, ORGANISATION, import_id, import_root, profile};
use prost::Message;
use std::collections::BTreeMap;
use table::{list, number, text};
use toml::{Table, Value};

struct Stage {
    network: Network,
    /// Root of every recorded part, by import.
    parts: BTreeMap<u8, Vec<[u8; 32]>>,
    /// Index of the last accepted entry of every kind.
    last: BTreeMap<String, u64>,
}

fn numbers(step: &Table, name: &str) -> Vec<u64> {
    list(step, name)
        .iter()
        .map(|value| u64::try_from(value.as_integer().expect("a number")).expect("not negative"))
        .collect()
}

fn texts(step: &Table, name: &str) -> Vec<String> {
    list(step, name)
        .iter()
        .map(|value| value.as_str().expect("text").to_owned())
        .collect()
}

/// A row: a month of diesel, changed where the case says so.
fn row(table: &Table) -> v1::ActivityRow {
    let month = u32::try_from(number(table, "month", 1)).expect("a month");
    let mut row = match text(table, "of", "diesel").as_str() {
        "diesel" => network::diesel(month),
        "electricity" => network::electricity(month),
        other => panic!("{other}"),
    };
    for (name, value) in table {
        let text = value.as_str().unwrap_or_default().to_owned();
        match name.as_str() {
            "of" | "month" => {}
            "quantity" => row.quantity = text,
            "unit" => row.unit = text,
            "facility" => row.facility = text,
            "category" => row.category = text,
            "activity" => row.activity = text,
            "region" => row.region = text,
            "period_start" => row.period_start = text,
            "period_end" => row.period_end = text,
            "method" => row.method = text,
            "note" => row.note = text,
            "market_instrument" => row.market_instrument = text,
            "factor_hint" => row.factor_hint = text,
            "scope" => {
                row.scope = u32::try_from(value.as_integer().expect("a number")).expect("small")
            }
            "evidence" => {
                row.evidence = vec![v1::Evidence {
                    digest: text.into_bytes(),
                    ..Default::default()
                }]
            }
            "parameter" => {
                let parts: Vec<&str> = text.split(' ').collect();
                row.parameters = vec![v1::Parameter {
                    kind: parts[0].to_owned(),
                    value: parts[1].to_owned(),
                    unit: parts[2].to_owned(),
                    ..Default::default()
                }];
            }
            other => panic!("row field {other}"),
        }
    }
    row
}

fn rows(step: &Table) -> Vec<v1::ActivityRow> {
    list(step, "rows")
        .iter()
        .map(|value| row(value.as_table().expect("a row")))
        .collect()
}

fn encoded(step: &Table) -> Vec<Vec<u8>> {
    rows(step).iter().map(network::bytes).collect()
}

fn import(step: &Table) -> u8 {
    u8::try_from(number(step, "import", 1)).expect("small")
}

fn reason(step: &Table) -> String {
    text(step, "reason", "更正")
}

impl Stage {
    fn new(case: &Table) -> Self {
        let reviewers = u32::try_from(number(case, "reviewers", 0)).expect("small");
        let rows_max = u32::try_from(number(case, "rows_max", 1000)).expect("small");
        let mut network = Network::with(|genesis| {
            for policy in &mut genesis.policies {
                if policy.kind == "activity.submit" {
                    policy.reviewers = reviewers;
                }
            }
            genesis.limits.as_mut().expect("limits").envelope_rows_max = rows_max;
        });
        network.prepare();
        Self {
            network,
            parts: BTreeMap::new(),
            last: BTreeMap::new(),
        }
    }

    fn command(&mut self, step: &Table) -> Command {
        match text(step, "do", "").as_str() {
            "record" => self.record(step),
            "submit" => {
                let id = import(step);
                let parts = self.parts.get(&id).cloned().unwrap_or_default();
                let mut head = v1::ActivitySubmit {
                    import_id: import_id(id),
                    count: number(step, "count", 0),
                    root: import_root(&parts),
                    statement: String::new(),
                };
                if step.contains_key("wrong_root") {
                    head.root[3] ^= 1;
                }
                Command::new("activity.submit", &head, Vec::new())
            }
            "review" => {
                let id = import(step);
                let parts = self.parts.get(&id).cloned().unwrap_or_default();
                let mut head = v1::ActivityReview {
                    import_id: import_id(id),
                    root: import_root(&parts),
                    changes: number(step, "changes", 0),
                    statement: String::new(),
                };
                if step.contains_key("wrong_root") {
                    head.root[3] ^= 1;
                }
                Command::new("activity.review", &head, Vec::new())
            }
            "replace" => {
                let head = v1::ActivityReplace {
                    import_id: import_id(import(step)),
                    numbers: numbers(step, "numbers"),
                    reason: reason(step),
                    profile: profile(),
                };
                Command::new("activity.replace", &head, encoded(step))
            }
            "void" => {
                let head = v1::ActivityVoid {
                    import_id: import_id(import(step)),
                    numbers: numbers(step, "numbers"),
                    reason: reason(step),
                };
                Command::new("activity.void", &head, Vec::new())
            }
            "close" => {
                let mut head = network::close_head(&text(step, "name", "2025"));
                head.period_start = text(step, "period_start", &head.period_start);
                head.period_end = text(step, "period_end", &head.period_end);
                head.facilities = texts(step, "facilities");
                head.consolidation = text(step, "consolidation", &head.consolidation);
                let settings = head.profile.as_mut().expect("a profile");
                settings.gwp_set = text(step, "gwp_set", "ar5");
                settings.rounding = text(step, "rounding", "unrounded");
                settings.factor_sets = texts(step, "factor_sets");
                Command::new("inventory.close", &head, Vec::new())
            }
            "restate" => self.restate(step),
            "facility" => {
                let mut command = network::facility(&text(step, "name", "mill-2"));
                let mut head =
                    v1::FacilityRegister::decode(command.head.as_slice()).expect("a head");
                head.region = text(step, "region", &head.region);
                if step.contains_key("nameless") {
                    head.display_name = None;
                }
                command.head = head.encode_to_vec();
                command
            }
            "adopt" => {
                let factors = network::FACTORS.replace("0.5366", &text(step, "factor", "0.5366"));
                let mut command = network::adopt(&factors);
                let mut head = v1::FactorSetAdopt::decode(command.head.as_slice()).expect("a head");
                let manifest = head.manifest.as_mut().expect("a manifest");
                manifest.version = text(step, "version", "2");
                manifest.id = text(step, "id", &manifest.id);
                command.head = head.encode_to_vec();
                if step.contains_key("without_source") {
                    let mut factor =
                        v1::FactorRow::decode(command.rows[0].as_slice()).expect("a factor");
                    factor.source.clear();
                    command.rows[0] = factor.encode_to_vec();
                }
                command
            }
            "enrol" => self.enrol(step),
            "revoke" => {
                let name = text(step, "name", "wang-fang");
                let key_id = match self.network.members.get(name.as_str()) {
                    Some(key) => key.public_key().key_id().as_bytes().to_vec(),
                    None => vec![0; 32],
                };
                Command::new(
                    "member.revoke",
                    &v1::MemberRevoke {
                        key_id,
                        reason: reason(step),
                    },
                    Vec::new(),
                )
            }
            "admit" => self.admit(step),
            other => panic!("do = {other}"),
        }
    }

    fn record(&mut self, step: &Table) -> Command {
        let id = import(step);
        let part = network::record(
            id,
            number(step, "first", 0),
            &rows(step),
            &text(step, "restates", ""),
        );
        if !part.command.rows.is_empty() && !step.contains_key("expect") {
            self.parts.entry(id).or_default().push(part.rows_root());
        }
        part.command
    }

    fn restate(&mut self, step: &Table) -> Command {
        let closed = self
            .last
            .get("restate")
            .or_else(|| self.last.get("close"))
            .copied()
            .unwrap_or_default();
        let head = v1::InventoryRestate {
            name: text(step, "name", "2025"),
            supersedes: number(step, "supersedes", closed),
            cause: text(step, "cause", "error_correction"),
            reason: reason(step),
            profile: step
                .contains_key("gwp_set")
                .then(|| v1::CalculationProfile {
                    gwp_set: text(step, "gwp_set", "ar5"),
                    ..profile().expect("a profile")
                }),
            imports: numbers(step, "imports")
                .into_iter()
                .map(|id| import_id(u8::try_from(id).expect("small")))
                .collect(),
        };
        let changes = list(step, "changes").iter().map(|value| {
            let change = value.as_table().expect("a change");
            let kind = match change.get("row") {
                Some(new) => v1::restate_row::Change::Replace(v1::RecordRow {
                    content: Some(v1::record_row::Content::Open(row(new
                        .as_table()
                        .expect("a row")))),
                }),
                None => v1::restate_row::Change::Void(v1::RowVoid {}),
            };
            v1::RestateRow {
                reason: reason(change),
                import_id: import_id(import(change)),
                number: number(change, "number", 0),
                change: Some(kind),
            }
            .encode_to_vec()
        });
        Command::new("inventory.restate", &head, changes.collect())
    }

    fn enrol(&mut self, step: &Table) -> Command {
        let name: &'static str = Box::leak(text(step, "name", "zhao-lei").into_boxed_str());
        let key = match self.network.members.get(text(step, "key_of", "").as_str()) {
            Some(known) => {
                crypto_sm::sm2::SecretKey::from_bytes(&*known.to_bytes()).expect("a key")
            }
            None => network::key(&mut self.network.rng),
        };
        let rng = &mut self.network.rng;
        let role = text(step, "role", "business");
        let certificate = match step.get("organisation") {
            Some(other) => {
                let (foreign, _) = network::authority(other.as_str().expect("text"), rng);
                network::certificate(&foreign, &role, name, &key, rng)
            }
            None => network::certificate(&self.network.issuer, &role, name, &key, rng),
        };
        if !step.contains_key("expect") {
            self.network.members.insert(name, key);
        }
        let head = v1::MemberEnrol {
            member: Some(v1::NewMember {
                name: name.to_owned(),
                display_name: None,
                certificate,
            }),
        };
        Command::new("member.enrol", &head, Vec::new())
    }

    fn admit(&mut self, step: &Table) -> Command {
        let rng = &mut self.network.rng;
        let name = text(step, "name", "provincial-bureau");
        let (issuer, _) = network::authority(&text(step, "ca_of", &name), rng);
        let roles = if step.contains_key("roles") {
            texts(step, "roles")
        } else {
            vec!["governance".to_owned(), "operations".to_owned()]
        };
        let mut members = Vec::new();
        for (position, role) in roles.iter().enumerate() {
            let key = network::key(rng);
            let name = format!("member-{position}");
            let certificate = network::certificate(&issuer, role, &name, &key, rng);
            members.push(v1::NewMember {
                name,
                display_name: None,
                certificate,
            });
        }
        let organisation = v1::Organisation {
            name: name.clone(),
            display_name: network::names("Bureau", "省生态环境厅"),
            unified_social_credit_code: text(step, "code", ""),
            ca_certificate: issuer.certificate().to_der().to_vec(),
            duties: vec![1, 2, 4],
            voting: step.contains_key("voting"),
            jurisdiction: text(step, "jurisdiction", "CN-HE"),
            ..Default::default()
        };
        Command::new(
            "organisation.admit",
            &v1::OrganisationAdmit {
                organisation: Some(organisation),
                members,
            },
            Vec::new(),
        )
    }

    fn run(&mut self, place: &str, step: &Table) {
        let who = text(step, "who", "li-na");
        let mut command = self.command(step);
        for expected in list(step, "versions") {
            let (key, version) = expected
                .as_str()
                .and_then(|text| text.split_once('='))
                .expect("key=version");
            let key = key.replace("{org}", ORGANISATION);
            command.expected.push(v1::ExpectedVersion {
                key,
                version: version.parse().expect("a number"),
            });
        }
        if text(step, "rows_of", "") == "another" {
            command.rows = vec![network::bytes(&network::diesel(9))];
        }
        let signed = self.network.sign(&who, command);
        let signed = match step.get("head") {
            Some(_) => {
                let head = b"\x0a".to_vec();
                let kind = Command {
                    kind: "facility.register",
                    head,
                    rows: Vec::new(),
                    expected: Vec::new(),
                };
                envelope::Signed {
                    ..self.network.sign(&who, kind)
                }
            }
            None => signed,
        };
        let before: Vec<(String, Vec<u8>)> = table::state(&self.network.memory);
        let applied = self.network.commit(vec![signed]);
        assert_eq!(applied.void, None, "{place}");
        let outcome = applied.placements[0]
            .outcome
            .clone()
            .unwrap_or_else(|| panic!("{place}: a duplicate"));
        let expected = text(step, "expect", "");
        assert_eq!(outcome.code, expected, "{place}: {:?}", outcome.head);
        if expected.is_empty() {
            self.last.insert(text(step, "do", ""), outcome.index);
            self.compare(place, step, &outcome);
            return;
        }
        assert_eq!(
            table::state(&self.network.memory),
            before,
            "{place}: a refusal writes its entry and nothing else"
        );
        let Some(v1::outcome::Head::Refusal(refusal)) = outcome.head else {
            panic!("{place}: no refusal")
        };
        let found: BTreeMap<&str, &str> = refusal
            .fields
            .iter()
            .map(|field| (field.name.as_str(), field.value.as_str()))
            .collect();
        if let Some(fields) = step.get("fields").and_then(Value::as_table) {
            for (name, value) in fields {
                assert_eq!(
                    found.get(name.as_str()),
                    Some(&value.as_str().expect("text")),
                    "{place}: {name} in {found:?}"
                );
            }
        }
    }

    /// What an accepted step says of the state.
    fn compare(&self, place: &str, step: &Table, outcome: &v1::Outcome) {
        if let Some(status) = step.get("status") {
            let state: v1::ImportState = state::require(
                &self.network.memory,
                &key::import(ORGANISATION, &import_id(import(step))),
            )
            .expect("an import");
            assert_eq!(
                state.status().as_str_name().rsplit('_').next(),
                status.as_str(),
                "{place}"
            );
        }
        if let Some(v1::outcome::Head::Inventory(head)) = &outcome.head {
            for (name, found) in [
                ("counted", head.rows_counted),
                ("voided", head.rows_voided),
                ("pending", head.rows_pending),
            ] {
                if step.contains_key(name) {
                    assert_eq!(found, number(step, name, 0), "{place}: {name}");
                }
            }
            let total = head
                .totals
                .as_ref()
                .and_then(|totals| totals.total.clone())
                .unwrap_or_default();
            if step.contains_key("location") {
                assert_eq!(total.location, text(step, "location", ""), "{place}");
            }
            if step.contains_key("market") {
                assert_eq!(total.market, text(step, "market", ""), "{place}");
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
fn commands_follow_their_rules() {
    let (cases, seen) = table::run("cases", check);
    assert!(cases >= 30, "{cases}");
    // Every refusal has a case; those of several organisations are in governance_cases.rs.
    let missing: Vec<&&str> = hengtan_ledger::COMMAND_CODES
        .iter()
        .filter(|code| **code < "HT-CMD-040" && !seen.contains(**code))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}
