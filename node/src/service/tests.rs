//! The door in front of a real single voter on RocksDB.

use super::*;
use crate::clock::ManualClock;
use crate::config::{found as found_network, founding_plan, read_key};
use crate::service::query::PageRequest as Wanted;
use hengtan_ledger::envelope::{Command, Signed, sign};
use hengtan_ledger::receipt::{NetworkPin, verify_receipt};
use hengtan_ledger::v1::{DisplayName, FacilityRegister};
use std::path::PathBuf;
use tempfile::TempDir;

const NOW: u64 = 1_800_000_000_000;

struct Network {
    _folder: TempDir,
    root: PathBuf,
    config: Config,
    clock: Arc<ManualClock>,
}

fn network(overrides: &[(&str, &str)]) -> Network {
    let folder = tempfile::tempdir().expect("temporary folder");
    let root = folder.path().join("network");
    let plan = founding_plan();
    found_network(&root, &plan, NOW, &mut rand::rng()).expect("founded");
    let path = Folder::new(&root).config_file(None).expect("one node");
    let flags = overrides
        .iter()
        .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
        .collect();
    let (config, _) = Config::load(&path, [], &flags).expect("valid");
    Network {
        _folder: folder,
        root,
        config,
        clock: Arc::new(ManualClock::new(NOW)),
    }
}

impl Network {
    async fn start(&self) -> Service {
        Service::start(&self.config, Arc::clone(&self.clock) as _)
            .await
            .expect("started")
    }

    fn facility(&self, member: &str, name: &str) -> Signed {
        self.facility_until(member, name, NOW + 60_000)
    }

    fn facility_until(&self, member: &str, name: &str, not_after_ms: u64) -> Signed {
        let head = FacilityRegister {
            name: name.to_owned(),
            display_name: Some(DisplayName {
                zh: "厂".to_owned(),
                en: "Plant".to_owned(),
            }),
            region: "CN-GD".to_owned(),
            ..FacilityRegister::default()
        };
        let command = Command::new("facility.register", &head, Vec::new());
        self.sign(member, command, not_after_ms)
    }

    fn sign(&self, member: &str, command: Command, not_after_ms: u64) -> Signed {
        let name = format!("{member}.key.pem");
        let key = read_key(&Folder::new(&self.root).members().join(name)).expect("readable");
        let founded = Folder::genesis(&self.config.genesis).expect("readable");
        let network = founded.network_id();
        sign(&network, command, not_after_ms, &key, &mut rand::rng())
    }
}

fn network_with_small_requests() -> Network {
    network(&[("limits.request_bytes_max", "4096")])
}

fn submission(envelope: &Signed) -> Submission {
    Submission {
        envelope: envelope.bytes.clone(),
        rows: envelope.rows.clone(),
        wait_ms: None,
        receipt: true,
    }
}

fn final_outcome(done: &Submitted) -> (&v1::Outcome, &v1::Receipt) {
    match &done.end {
        End::Final {
            outcome,
            receipt: Some(receipt),
            ..
        } => (outcome, receipt),
        other => panic!("not final: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_submitted_envelope_becomes_a_receipt_that_verifies_offline() {
    let network = network(&[]);
    let service = network.start().await;
    let done = service
        .submit(submission(&network.facility("operator", "plant")))
        .await
        .expect("taken");
    let (outcome, receipt) = final_outcome(&done);
    assert_eq!(outcome.code, "");
    assert!(!done.duplicate);
    let pin = NetworkPin(service.founded().network_id());
    let verification = verify_receipt(receipt, Some(pin)).expect("verifies");
    assert_eq!(verification.index, outcome.index);
    let found = service
        .read(|reading| {
            query::list::<v1::Facility>(
                reading,
                "facility/",
                "",
                &Wanted {
                    size: 10,
                    token: String::new(),
                },
                |_| true,
            )
        })
        .await
        .expect("readable");
    assert_eq!(found.items.len(), 1);
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_envelope_twice_returns_the_first_receipt_also_after_a_restart() {
    let network = network(&[]);
    let service = network.start().await;
    let envelope = network.facility("operator", "plant");
    let first = service.submit(submission(&envelope)).await.expect("taken");
    let again = service.submit(submission(&envelope)).await.expect("taken");
    assert!(again.duplicate);
    assert_eq!(final_outcome(&again).0, final_outcome(&first).0);
    let before = service.status().await.expect("readable");
    service.shutdown().await.expect("stopped");
    drop(service);

    let service = network.start().await;
    let after = service.status().await.expect("readable");
    assert_eq!(
        (before.size, before.log_root, before.state_root),
        (after.size, after.log_root, after.state_root)
    );
    assert_eq!(after.final_size, after.size);
    let again = service.submit(submission(&envelope)).await.expect("taken");
    assert!(again.duplicate);
    assert_eq!(final_outcome(&again).0, final_outcome(&first).0);
    assert_eq!(
        service.status().await.expect("readable").size,
        after.size,
        "a duplicate makes no entry"
    );
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_share_batches_and_each_gets_its_own_entry() {
    let network = network(&[]);
    let service = network.start().await;
    let envelopes: Vec<Signed> = (0..40)
        .map(|number| network.facility("operator", &format!("plant-{number}")))
        .collect();
    let mut waiting = Vec::new();
    for envelope in envelopes.iter().chain(&envelopes) {
        let service = service.clone();
        let submission = submission(envelope);
        waiting.push(tokio::spawn(
            async move { service.submit(submission).await },
        ));
    }
    let mut indexes = std::collections::BTreeMap::new();
    for done in waiting {
        let done = done.await.expect("no panic").expect("taken");
        let outcome = final_outcome(&done).0.clone();
        assert_eq!(outcome.code, "");
        assert_eq!(
            *indexes.entry(done.id).or_insert(outcome.index),
            outcome.index,
            "one envelope, one entry"
        );
    }
    assert_eq!(indexes.len(), 40);
    let distinct: std::collections::BTreeSet<u64> = indexes.values().copied().collect();
    assert_eq!(distinct.len(), 40);
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_door_refuses_what_apply_would_refuse_and_records_nothing() {
    let network = network(&[]);
    let service = network.start().await;
    let size = service.status().await.expect("readable").size;
    let mut forged = network.facility("operator", "plant");
    let last = forged.bytes.len() - 1;
    forged.bytes[last] ^= 1;
    let expired = network.facility_until("operator", "plant", NOW - 1);
    let too_long = network.facility_until("operator", "plant", NOW + 100 * 24 * 60 * 60 * 1000);
    let not_permitted = network.facility("admin", "plant");
    for (envelope, code) in [
        (forged, "HT-LED-009"),
        (expired, "HT-LED-011"),
        (too_long, "HT-LED-012"),
        (not_permitted, "HT-CMD-001"),
    ] {
        let refused = service
            .submit(submission(&envelope))
            .await
            .expect_err("refused");
        assert_eq!(refused.code(), code, "{refused}");
    }
    assert_eq!(service.status().await.expect("readable").size, size);
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_sender_beyond_its_rate_and_a_full_queue_are_refused() {
    let network = network(&[
        ("limits.sender_envelopes_per_second", "1"),
        ("limits.sender_burst", "2"),
    ]);
    let service = network.start().await;
    for name in ["one", "two"] {
        service
            .submit(submission(&network.facility("operator", name)))
            .await
            .expect("within its share");
    }
    let refused = service
        .submit(submission(&network.facility("operator", "three")))
        .await
        .expect_err("beyond");
    assert_eq!(refused, Error::RateLimited { limit: 1 });
    // Another sender has a share of its own.
    service
        .submit(submission(&network.facility("recorder", "four")))
        .await
        .expect("within its share");
    service.shutdown().await.expect("stopped");

    let small_network = network_with_small_requests();
    let small = small_network.start().await;
    let mut large = submission(&network.facility("operator", "large"));
    large.rows = vec![vec![0; 4096]];
    assert_eq!(
        small.submit(large).await.expect_err("too large").code(),
        "HT-API-004"
    );
    small.shutdown().await.expect("stopped");

    let (queue, entrance) = Queue::new(1, 1 << 20);
    let enter = |name: &str| queue.enter(network.facility("operator", name), [0; 32], false);
    let first = network.facility("operator", "first");
    assert!(queue.enter(first.clone(), [0; 32], false).is_ok());
    assert!(matches!(
        queue.enter(first, [0; 32], false),
        Ok(queue::Entrance::Waiting(_))
    ));
    assert!(matches!(
        enter("second"),
        Err(Error::QueueFull { limit: 1 })
    ));
    queue.close();
    drop(entrance);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_clock_jump_nothing_is_proposed_until_the_operator_confirms() {
    let network = network(&[]);
    let service = network.start().await;
    service
        .submit(submission(&network.facility("operator", "before")))
        .await
        .expect("taken");
    let wild = NOW + 2 * crate::clock::JUMP_MAX_MS;
    network.clock.set(wild);
    assert_eq!(
        service.ready().map_err(|error| error.code()),
        Err("HT-NOD-022")
    );
    let envelope = network.facility_until("operator", "after", wild + 60_000);
    let refused = service
        .submit(submission(&envelope))
        .await
        .expect_err("refused");
    assert_eq!(refused.code(), "HT-NOD-022");
    service.shutdown().await.expect("stopped");
    drop(service);

    let mut config = network.config.clone();
    config.clock_jump_accepted = true;
    let service = Service::start(&config, Arc::clone(&network.clock) as _)
        .await
        .expect("started");
    let done = service.submit(submission(&envelope)).await.expect("taken");
    assert_eq!(final_outcome(&done).0.time_ms, wild);
    // The clock is set back: ledger time stays.
    network.clock.set(NOW);
    let late = network.facility_until("operator", "late", wild + 60_000);
    let done = service.submit(submission(&late)).await.expect("taken");
    assert_eq!(final_outcome(&done).0.time_ms, wild);
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_cover_a_list_once_and_a_foreign_token_is_refused() {
    let network = network(&[]);
    let service = network.start().await;
    for number in 0..5 {
        service
            .submit(submission(
                &network.facility("operator", &format!("plant-{number}")),
            ))
            .await
            .expect("taken");
    }
    let (facilities, entries, refused) = service
        .read(|reading| {
            let mut names = Vec::new();
            let mut request = Wanted {
                size: 2,
                token: String::new(),
            };
            loop {
                let page =
                    query::list::<v1::Facility>(reading, "facility/", "", &request, |facility| {
                        facility.name != "plant-1"
                    })?;
                names.extend(page.items.into_iter().map(|record| record.value.name));
                if page.next.is_empty() {
                    break;
                }
                request.token = page.next;
            }
            let mut indexes = Vec::new();
            let mut request = Wanted {
                size: 3,
                token: String::new(),
            };
            loop {
                let page = query::entries(reading, 0, true, &request)?;
                indexes.extend(page.items.iter().map(|entry| entry.index));
                if page.next.is_empty() {
                    break;
                }
                request.token = page.next.clone();
            }
            let refused =
                query::list::<v1::Member>(reading, "member/", "", &request, |_| true).map(drop);
            Ok((names, indexes, refused))
        })
        .await
        .expect("readable");
    assert_eq!(facilities, ["plant-0", "plant-2", "plant-3", "plant-4"]);
    let size = service.status().await.expect("readable").size;
    assert_eq!(entries, (0..size).rev().collect::<Vec<_>>());
    assert_eq!(refused, Err(Error::PageToken));
    service.shutdown().await.expect("stopped");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopped_door_takes_nothing() {
    let network = network(&[]);
    let service = network.start().await;
    service.shutdown().await.expect("stopped");
    let refused = service
        .submit(submission(&network.facility("operator", "plant")))
        .await
        .expect_err("stopped");
    assert!(
        matches!(refused.class(), crate::error::Class::Unavailable),
        "{refused}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn another_networks_folder_is_refused() {
    let (one, other) = (network(&[]), network(&[]));
    let service = one.start().await;
    service.shutdown().await.expect("stopped");
    drop(service);
    let mut config = other.config.clone();
    config.data = one.config.data.clone();
    let refused = Service::start(&config, Arc::clone(&one.clock) as _)
        .await
        .err()
        .expect("refused");
    assert_eq!(refused.code(), "HT-NOD-020");
}

mod scrub;
mod snapshot;
mod watch;
