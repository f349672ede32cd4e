//! What operators do to a consortium while its members work with it, and what they find in its folders.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use tokio::task::JoinHandle;
use tonic::Code;

use crate::consortium::{Consortium, addresses, settled};

/// Bound of each wait: far above what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(120);

/// Clients that write one envelope after the other, each at whatever door is open.
struct Load {
    over: Arc<AtomicBool>,
    written: Arc<AtomicU64>,
    clients: Vec<JoinHandle<Vec<(api::SubmitRequest, u64)>>>,
}

/// Where the nodes answer at present; an operator keeps such a list for the clients.
type Doors = Arc<Mutex<BTreeMap<&'static str, String>>>;

fn doors(consortium: &Consortium) -> BTreeMap<&'static str, String> {
    let address =
        |(name, node): (&&'static str, &hengtan_tests::Node)| (*name, node.address.clone());
    consortium.nodes.iter().map(address).collect()
}

impl Load {
    fn begin(consortium: &Consortium, doors: &Doors, clients: usize) -> Self {
        let (over, written) = (
            Arc::new(AtomicBool::new(false)),
            Arc::new(AtomicU64::new(0)),
        );
        let signer = Arc::new(consortium.signer());
        let clients = (0..clients)
            .map(|client| {
                let (over, written, doors) =
                    (Arc::clone(&over), Arc::clone(&written), Arc::clone(doors));
                let signer = Arc::clone(&signer);
                tokio::spawn(async move {
                    let mut done = Vec::new();
                    while !over.load(Ordering::Relaxed) {
                        let request = signer.envelope(&format!("works-{client}-{}", done.len()));
                        let index = write(&doors, client + done.len(), &request).await;
                        written.fetch_add(1, Ordering::Relaxed);
                        done.push((request, index));
                    }
                    done
                })
            })
            .collect();
        Self {
            over,
            written,
            clients,
        }
    }

    /// Waits for so many more writes.
    async fn goes_on(&self, more: u64) {
        let begun = Instant::now();
        let wanted = self.written.load(Ordering::Relaxed) + more;
        while self.written.load(Ordering::Relaxed) < wanted {
            assert!(begun.elapsed() < PATIENCE, "nobody writes any more");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    async fn end(self) -> Vec<(api::SubmitRequest, u64)> {
        self.over.store(true, Ordering::Relaxed);
        let mut done = Vec::new();
        for client in self.clients {
            done.extend(client.await.expect("no write has failed"));
        }
        done
    }
}

/// Writes an envelope through one door or, where nobody opens, the next. Any other answer than a place is a failed write.
async fn write(doors: &Doors, first: usize, request: &api::SubmitRequest) -> u64 {
    let begun = Instant::now();
    for attempt in first.. {
        assert!(begun.elapsed() < PATIENCE, "no door takes the envelope");
        let door = {
            let doors = doors.lock().expect("not poisoned");
            doors.values().nth(attempt % doors.len()).cloned()
        };
        let Ok(mut client) =
            LedgerClient::connect(format!("http://{}", door.expect("a door"))).await
        else {
            tokio::time::sleep(Duration::from_millis(20)).await;
            continue;
        };
        match client.submit(request.clone()).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                assert!(answer.r#final, "final in time");
                let outcome = answer.outcome.expect("an outcome");
                assert_eq!(outcome.code, "", "taken by the ledger");
                return outcome.index;
            }
            // The door closes, or has closed over the request: the envelope is the same at the next one.
            Err(status)
                if matches!(
                    status.code(),
                    Code::Unavailable | Code::Cancelled | Code::Unknown
                ) => {}
            Err(status) => panic!("a write has failed: {status}"),
        }
    }
    unreachable!("the attempts do not end")
}

/// Every node is stopped and started, one after the other, as for a new version; clients go on, and nothing that they wrote is lost or doubled.
#[tokio::test(flavor = "multi_thread")]
async fn a_rolling_restart_under_load_fails_no_write() {
    let mut consortium = Consortium::started();
    let _ = consortium.until("steel", |rows| settled(4, rows));
    let open: Doors = Arc::new(Mutex::new(doors(&consortium)));
    let load = Load::begin(&consortium, &open, 4);
    load.goes_on(8).await;
    // The leader is among them, whichever it is, and perhaps more than once.
    for name in ["steel", "power", "cement", "bureau"] {
        open.lock().expect("not poisoned").remove(name);
        let node = consortium.nodes.remove(name).expect("runs");
        let stopped = tokio::task::spawn_blocking(move || node.stop()).await;
        assert_eq!(stopped.expect("stopped"), Some(0), "{name} ends in order");
        load.goes_on(4).await;
        consortium.start(name);
        *open.lock().expect("not poisoned") = doors(&consortium);
        // The next one goes only when this one has caught up: two of three would be missing else.
        let other = if name == "steel" { "power" } else { "steel" };
        let _ = consortium.until(other, |rows| {
            rows.iter()
                .all(|row| row["code"] == "" && row["lag"].as_u64() < Some(50))
        });
        load.goes_on(4).await;
    }
    let written = load.end().await;
    let _ = consortium.until("bureau", |rows| settled(4, rows));
    let mut places: Vec<u64> = written.iter().map(|(_, index)| *index).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(
        places.len(),
        written.len(),
        "each envelope has its own place"
    );
    for (request, index) in written {
        assert_eq!(consortium.submit("bureau", &request).await, (index, true));
    }
}

fn snapshots(data: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(data.join("raft/snapshot"))
        .into_iter()
        .flatten()
        .map(|entry| {
            entry
                .expect("listed")
                .file_name()
                .to_string_lossy()
                .into_owned()
        })
        .collect();
    names.sort();
    names
}

fn newest(data: &Path) -> Option<String> {
    snapshots(data)
        .into_iter()
        .find(|name| name.starts_with(|first: char| first.is_ascii_digit()))
}

fn log_of(consortium: &Consortium, name: &str) -> String {
    fs::read_to_string(consortium.root.join(name).join("node.log")).unwrap_or_default()
}

/// The first node of an organisation of the plan.
fn data(consortium: &Consortium, name: &str) -> PathBuf {
    consortium
        .root
        .join(name)
        .join(format!("nodes/{name}-1/data"))
}

/// A new node comes so late that the log does not reach back any more: it takes a snapshot while clients go on writing. Then the leader's newest snapshot
/// rots, is put aside, and the next newcomer is served all the same.
#[tokio::test(flavor = "multi_thread")]
async fn a_snapshot_is_taken_while_clients_write_and_a_damaged_one_is_put_aside() {
    let mut consortium = Consortium::started_with(&[
        ("HENGTAN__SNAPSHOT__EVERY_BATCHES", "20"),
        ("HENGTAN__SNAPSHOT__BATCHES_KEPT", "2"),
    ]);
    let open: Doors = Arc::new(Mutex::new(doors(&consortium)));
    let load = Load::begin(&consortium, &open, 2);
    let begun = Instant::now();
    while ["steel", "power", "cement"]
        .iter()
        .any(|name| newest(&data(&consortium, name)).is_none())
    {
        assert!(begun.elapsed() < PATIENCE, "no snapshot of every voter");
        load.goes_on(4).await;
    }
    join(&mut consortium, "power-2");
    let _ = consortium.until("steel", |rows| {
        rows.iter().any(|row| {
            row["node"] == "power-2" && row["code"] == "" && row["lag"].as_u64() < Some(50)
        })
    });
    load.goes_on(4).await;
    let written = load.end().await;
    let rows = consortium.until("steel", |rows| settled(5, rows));
    assert!(
        rows.iter()
            .any(|row| row["node"] == "power-2" && row["role"] == "learner")
    );
    assert!(
        log_of(&consortium, "power").contains("snapshot installed"),
        "by a snapshot, not by entries"
    );
    // What came with the snapshot and after it answers as everywhere.
    for (request, index) in written.iter().step_by(written.len() / 8 + 1) {
        assert_eq!(consortium.submit("power-2", request).await, (*index, true));
    }

    for name in ["steel", "power", "cement"] {
        let node = consortium.nodes.remove(name).expect("runs");
        assert_eq!(node.stop(), Some(0));
        let folder = data(&consortium, name).join("raft/snapshot");
        let content = folder
            .join(newest(&data(&consortium, name)).expect("one"))
            .join("content");
        let mut bytes = fs::read(&content).expect("readable");
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        fs::write(&content, bytes).expect("written");
        consortium.start_one(name, name, Some(&format!("{name}-1")));
    }
    let _ = consortium.until("steel", |rows| settled(5, rows));
    join(&mut consortium, "power-3");
    let _ = consortium.until("steel", |rows| settled(6, rows));
    let aside = ["steel", "power", "cement"]
        .into_iter()
        .filter(|name| {
            snapshots(&data(&consortium, name))
                .iter()
                .any(|found| found.starts_with("damaged-"))
        })
        .count();
    assert!(aside > 0, "whoever was asked has found the damage");
    let (request, index) = &written[0];
    assert_eq!(consortium.submit("power-3", request).await, (*index, true));
}

/// Brings in another node of the power station, under its own name.
fn join(consortium: &mut Consortium, node: &'static str) {
    let free = addresses(2);
    let (address, api) = (free[0].to_string(), free[1].to_string());
    let door = format!("http://{}", consortium.nodes["steel"].address);
    for arguments in [
        &[
            "node",
            "prepare",
            node,
            "--address",
            &address,
            "--api",
            &api,
        ][..],
        &["node", "join", node],
    ] {
        let mut whole = vec!["--endpoint", door.as_str(), "--yes"];
        whole.extend(arguments);
        let _ = consortium.run("power", &whole).expect(0);
    }
    consortium.start_one(node, "power", Some(node));
}

/// What interrupted work, other programs and careless hands leave in a data folder does no harm; another node's data are refused untouched.
#[tokio::test(flavor = "multi_thread")]
async fn stale_files_do_no_harm_and_another_nodes_data_are_refused() {
    let mut consortium = Consortium::started();
    let first = consortium.envelope("works-1");
    let (place, _) = consortium.submit("steel", &first).await;
    let _ = consortium.until("steel", |rows| settled(4, rows));
    assert_eq!(
        consortium.nodes.remove("power").expect("runs").stop(),
        Some(0)
    );
    let own = data(&consortium, "power");
    for (file, content) in [
        ("raft/snapshot/building/content", &b"half of a snapshot"[..]),
        ("raft/snapshot/receiving/manifest", b"half of another"),
        ("raft/snapshot/7-notes/readme.txt", b"not a snapshot"),
        ("store/000000.dbtmp", b"left by a crash"),
        ("store/lost+found/x", b"of a file system"),
        (".DS_Store", b"of another system"),
        ("evidence/roots-1-nobody/theirs.note", b"not a note"),
    ] {
        let path = own.join(file);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, content).expect("written");
    }
    consortium.start("power");
    let second = consortium.envelope("works-2");
    let _ = consortium.submit("power", &second).await;
    let _ = consortium.until("power", |rows| settled(4, rows));
    assert_eq!(consortium.submit("power", &first).await, (place, true));

    // The data of the steel works under the power station's name.
    assert_eq!(
        consortium.nodes.remove("power").expect("runs").stop(),
        Some(0)
    );
    assert_eq!(
        consortium.nodes.remove("steel").expect("runs").stop(),
        Some(0)
    );
    let kept = own.with_file_name("kept");
    fs::rename(&own, &kept).expect("moved");
    fs::rename(data(&consortium, "steel"), &own).expect("moved");
    let folder = consortium.root.join("power");
    let refused = hengtan_tests::Node::try_start_with(
        &consortium.user,
        &folder,
        Some("power-1"),
        &[],
        |_| (),
    );
    let log = refused.expect_err("another node's data");
    assert!(
        log.contains("HT-NOD-0") || log.contains("HT-CON-0"),
        "{log}"
    );
    fs::rename(&own, data(&consortium, "steel")).expect("moved back");
    fs::rename(&kept, &own).expect("moved back");
    consortium.start("steel");
    consortium.start("power");
    let third = consortium.envelope("works-3");
    let _ = consortium.submit("steel", &third).await;
    let _ = consortium.until("power", |rows| settled(4, rows));
}
