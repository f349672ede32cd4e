//! Real nodes as processes under real faults, while clients go on; what the clients saw is checked afterwards.
//!
//! `HENGTAN_MINUTES` makes the faults go on in random order for so long, `HENGTAN_SEED` repeats an order: tests/blackbox/run.sh.

mod fault;
mod linear;
mod network;
mod power;
mod proxy;
mod shim;
mod workload;

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use hengtan_api::v1 as api;
use hengtan_ledger::envelope::Outer;
use hengtan_ledger::v1;
use prost::Message as _;
use rand::SeedableRng as _;
use rand::seq::IndexedRandom as _;

use fault::Fault;
use network::{Client, Network, REGULATOR, VOTERS};
use workload::{History, Load};

/// Every entry of the log at a door: index by envelope id. An envelope has one.
async fn placed(network: &Network, door: &mut Client) -> BTreeMap<Vec<u8>, u64> {
    let export = door.export(api::ExportRequest { from: 0, to: 0 }).await;
    let mut stream = export.expect("export").into_inner();
    let (mut placed, mut next) = (BTreeMap::new(), 0);
    while let Some(item) = stream.message().await.expect("export") {
        let record = v1::ExportRecord::decode(item.record.as_slice()).expect("record");
        let Some(v1::export_record::Record::Entry(exported)) = record.record else {
            continue;
        };
        let entry = v1::Entry::decode(exported.entry.as_slice()).expect("entry");
        if let Some(v1::entry::Entry::Envelope(entry)) = entry.entry {
            let outer = Outer::parse(&network.id, &entry.envelope).expect("an envelope");
            let before = placed.insert(outer.id().to_vec(), next);
            assert_eq!(before, None, "one envelope, two entries");
        }
        next += 1;
    }
    placed
}

/// Names of all elements that the ledger has, at a door.
async fn elements(door: &mut Client) -> BTreeSet<String> {
    let (mut names, mut page_token) = (BTreeSet::new(), String::new());
    loop {
        let request = api::FacilityListRequest {
            page_token,
            ..Default::default()
        };
        let answer = door.facility_list(request).await.expect("facilities");
        let answer = answer.into_inner();
        for record in answer.facilities {
            let name = record.facility.expect("a facility").name;
            if name.starts_with("element-") {
                assert!(names.insert(name.clone()), "{name} twice");
            }
        }
        page_token = answer.next_page_token;
        if page_token.is_empty() {
            return names;
        }
    }
}

/// What was acknowledged is there, once, at its place, at every node.
async fn complete(network: &Network, history: &History) {
    for name in VOTERS.into_iter().chain([REGULATOR]) {
        let mut door = network.door(name);
        let placed = placed(network, &mut door).await;
        for (id, receipt) in &history.receipts {
            assert_eq!(
                placed.get(id),
                Some(&receipt.index),
                "acknowledged and lost, or elsewhere, at {name}"
            );
        }
        let known = history.receipts.len() + history.unknown.len();
        assert!(placed.len() <= known, "an entry that nobody handed in");
        let wanted: BTreeSet<String> = history.elements.iter().cloned().collect();
        assert_eq!(wanted.len(), history.elements.len());
        assert_eq!(elements(&mut door).await, wanted, "elements at {name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_consortium_under_faults_loses_nothing_and_stays_linearizable() {
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let seed = number("HENGTAN_SEED").unwrap_or_else(rand::random::<u64>);
    let mut random = rand::rngs::StdRng::seed_from_u64(seed);
    let mut network = Network::started().await;
    network.settled().await;
    let load = Load::on(&network);
    load.progress(&network, 10, "before any fault").await;

    let begun = Instant::now();
    let mut faults = 0;
    let mut meet = async |fault: Fault, random: &mut rand::rngs::StdRng| {
        let since = Instant::now();
        load.phase();
        fault.meet(&mut network, &load, random).await;
        network.recovered().await;
        faults += 1;
        println!("{:>6} ms  {fault:?}", since.elapsed().as_millis());
    };
    match number("HENGTAN_MINUTES") {
        None => {
            for fault in Fault::ALL {
                meet(fault, &mut random).await;
            }
        }
        Some(minutes) => {
            println!("HENGTAN_SEED={seed}");
            while begun.elapsed() < Duration::from_secs(60 * minutes) {
                let fault = *Fault::ALL.choose(&mut random).expect("some");
                meet(fault, &mut random).await;
            }
        }
    }
    let history = load.stop().await;
    let size = network.settled().await;
    let operations = history.check_registers();
    complete(&network, &history).await;
    println!(
        "{faults} faults in {} s: {} acknowledged of {size} entries, {} unknown, none lost; {} elements; {operations} operations on {} registers linearizable",
        begun.elapsed().as_secs(),
        history.receipts.len(),
        history.unknown.len(),
        history.elements.len(),
        history.registers.len(),
    );
}
