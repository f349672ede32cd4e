//! Three voters and a learner of four organisations, each a real node on RocksDB, over real connections on loopback.

use super::*;
use crate::clock::SystemClock;
use crate::config::consortium::{Part, Plan, rehearse, tests::plan};
use crate::config::read_key;
use crate::peer::Listener;
use hengtan_api::peer as wire;
use hengtan_ledger::envelope::{Command, Signed, sign};
use hengtan_ledger::receipt::{NetworkPin, verify_receipt};
use hengtan_ledger::v1::{DisplayName, FacilityRegister};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Instant;
use tempfile::TempDir;
use tokio::task::JoinHandle;

/// Bound of each wait: far above what a slow machine needs.
const PATIENCE: Duration = Duration::from_secs(60);

struct Running {
    service: Service,
    listening: JoinHandle<()>,
}

struct Cluster {
    folder: TempDir,
    plan: Plan,
    nodes: Vec<Option<Running>>,
}

const NAMES: [&str; 4] = ["steel", "cement", "power", "bureau"];

fn now_ms() -> u64 {
    crate::clock::now_ms()
}

/// Loopback addresses that are free now.
fn addresses() -> [(SocketAddr, SocketAddr); 4] {
    let listeners: Vec<std::net::TcpListener> = (0..8)
        .map(|_| std::net::TcpListener::bind("127.0.0.1:0").expect("a free port"))
        .collect();
    let address = |at: usize| listeners[at].local_addr().expect("bound");
    std::array::from_fn(|at| (address(2 * at), address(2 * at + 1)))
}

impl Cluster {
    fn founded() -> Self {
        let folder = tempfile::tempdir().expect("temporary folder");
        let plan = plan(&addresses());
        let root = folder.path().join("network");
        rehearse(&root, &plan, now_ms(), &mut rand::rng()).expect("founded");
        Self {
            folder,
            plan,
            nodes: (0..4).map(|_| None).collect(),
        }
    }

    async fn started() -> Self {
        let mut cluster = Self::founded();
        for at in 0..4 {
            cluster.start(at).await;
        }
        cluster
    }

    fn root(&self, at: usize) -> PathBuf {
        self.folder.path().join("network").join(NAMES[at])
    }

    fn config(&self, at: usize) -> Config {
        let path = Folder::new(self.root(at))
            .config_file(None)
            .expect("one node");
        Config::load(&path, [], &Default::default())
            .expect("valid")
            .0
    }

    async fn start(&mut self, at: usize) {
        let config = self.config(at);
        let peer = config.peer.clone().expect("a peer address");
        let listener = Listener::bind(peer.listen).await.expect("bound");
        let begun = Instant::now();
        let service = loop {
            match Service::start(&config, Arc::new(SystemClock::default())).await {
                Ok(service) => break service,
                // Requests of the killed one are still ending in this process, and hold its store.
                Err(Error::StoreOpen { .. } | Error::Consensus(_))
                    if begun.elapsed() < PATIENCE =>
                {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
                Err(error) => panic!("not started: {error}"),
            }
        };
        let links = service.links().expect("linked").clone();
        let serving = listener.serve(service.clone(), links, std::future::pending());
        let listening = tokio::spawn(async move { drop(serving.await) });
        self.nodes[at] = Some(Running { service, listening });
    }

    /// Ends a node without farewell, as far as that is possible within one process.
    async fn kill(&mut self, at: usize) {
        let running = self.nodes[at].take().expect("runs");
        running.listening.abort();
        running.service.inner.stopping.send_replace(true);
        let tasks = std::mem::take(&mut *running.service.inner.tasks.lock().expect("not poisoned"));
        tasks.iter().for_each(JoinHandle::abort);
        drop(running.service.inner.consensus.shutdown().await);
    }

    fn service(&self, at: usize) -> &Service {
        &self.nodes[at].as_ref().expect("runs").service
    }

    fn running(&self) -> impl Iterator<Item = (usize, &Service)> {
        self.nodes
            .iter()
            .enumerate()
            .filter_map(|(at, node)| Some((at, &node.as_ref()?.service)))
    }

    /// Waits until one of the running nodes leads.
    async fn leader(&self) -> usize {
        let begun = Instant::now();
        loop {
            for (at, service) in self.running() {
                if service.inner.consensus.leadership().borrow().is_some() {
                    return at;
                }
            }
            assert!(begun.elapsed() < PATIENCE, "no leader");
            tokio::task::yield_now().await;
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    fn facility(&self, at: usize, name: &str) -> Signed {
        let head = FacilityRegister {
            name: name.to_owned(),
            display_name: Some(DisplayName {
                zh: "厂".to_owned(),
                en: "Plant".to_owned(),
            }),
            region: "CN-GD".to_owned(),
            ..FacilityRegister::default()
        };
        self.signed(at, "facility.register", &head)
    }

    /// A command of the operator of an organisation.
    fn signed(&self, at: usize, kind: &'static str, head: &impl prost::Message) -> Signed {
        self.signed_by(at, "operator", kind, head)
    }

    /// A command of a member of an organisation.
    fn signed_by(
        &self,
        at: usize,
        member: &str,
        kind: &'static str,
        head: &impl prost::Message,
    ) -> Signed {
        let path = Folder::new(self.root(at))
            .members()
            .join(format!("{member}.key.pem"));
        let key = read_key(&path).expect("readable");
        let network = Folder::genesis(&Folder::new(self.root(at)).genesis_file())
            .expect("readable")
            .network_id();
        let command = Command::new(kind, head, Vec::new());
        sign(
            &network,
            command,
            now_ms() + 300_000,
            &key,
            &mut rand::rng(),
        )
    }

    /// Waits until every running node has a final checkpoint of at least `size`, and gives their roots at their ends.
    async fn final_everywhere(&self, size: u64) -> Vec<(u64, [u8; 32], [u8; 32])> {
        let mut ends = Vec::new();
        for (at, service) in self.running() {
            let mut reached = service.inner.final_size.clone();
            let waited = tokio::time::timeout(PATIENCE, reached.wait_for(|it| *it >= size)).await;
            assert!(
                waited.is_ok(),
                "node {at} has no final checkpoint of {size}"
            );
            let note = service
                .read(|reading| reading.final_note())
                .await
                .expect("readable")
                .expect("final");
            let checkpoint = note.checkpoint();
            ends.push((checkpoint.size, checkpoint.root, checkpoint.state_root));
        }
        ends
    }
}

fn submission(envelope: &Signed) -> Submission {
    Submission {
        envelope: envelope.bytes.clone(),
        rows: envelope.rows.clone(),
        wait_ms: Some(30_000),
        receipt: true,
    }
}

fn proven(done: &Submitted) -> (u64, v1::Receipt) {
    match &done.end {
        End::Final {
            outcome,
            receipt: Some(receipt),
            ..
        } => (outcome.index, (**receipt).clone()),
        other => panic!("not final: {other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn any_door_takes_envelopes_and_all_nodes_come_to_the_same_roots() {
    let cluster = Cluster::started().await;
    let mut size = 0;
    for at in 0..3 {
        let envelope = cluster.facility(at, &format!("plant-{at}"));
        let done = cluster
            .service(at)
            .submit(submission(&envelope))
            .await
            .expect("taken");
        let (index, receipt) = proven(&done);
        size = index + 1;
        let pin = NetworkPin(cluster.service(0).founded().network_id());
        let verification = verify_receipt(&receipt, Some(pin)).expect("verifies");
        assert_eq!(verification.index, index);
        assert!(
            verification.finality.organisations.len() >= 2,
            "more than half of three"
        );
        // Another door gives the first receipt's place for the same envelope.
        let other = cluster.service((at + 1) % 3);
        let again = other.submit(submission(&envelope)).await.expect("taken");
        assert_eq!(proven(&again).0, index);
        assert!(again.duplicate);
        // And whoever reads anywhere after the acknowledgement sees it, the learner too.
        for (reader, service) in cluster.running() {
            service.linearize().await.expect("current");
            let seen = service
                .read(|reading| reading.size())
                .await
                .expect("readable");
            assert!(
                seen > index,
                "node {reader} read {seen} entries after {index}"
            );
        }
    }
    let ends = cluster.final_everywhere(size).await;
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
    let members = cluster
        .service(cluster.leader().await)
        .inner
        .consensus
        .status()
        .membership;
    assert_eq!(
        (members.voters(), members.learners()),
        ([1, 2, 3].into(), [4].into())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_that_retries_through_a_change_of_the_leader_gets_the_first_place() {
    let mut cluster = Cluster::started().await;
    let leader = cluster.leader().await;
    let door = (leader + 1) % 3;
    let first = cluster.facility(door, "before");
    let done = cluster
        .service(door)
        .submit(submission(&first))
        .await
        .expect("taken");
    let (place, _) = proven(&done);
    cluster.kill(leader).await;
    // The door finds the new leader by itself.
    let second = cluster.facility(door, "after");
    let done = cluster
        .service(door)
        .submit(submission(&second))
        .await
        .expect("taken");
    let (later, _) = proven(&done);
    assert!(later > place);
    let again = cluster
        .service(door)
        .submit(submission(&first))
        .await
        .expect("taken");
    assert_eq!((proven(&again).0, again.duplicate), (place, true));
    assert_ne!(cluster.leader().await, leader);
    // The former leader comes back as a follower, with the same roots.
    cluster.start(leader).await;
    let ends = cluster.final_everywhere(later + 1).await;
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_after_a_change_of_the_voters_carry_the_chain_from_genesis() {
    let cluster = Cluster::started().await;
    let pin = NetworkPin(cluster.service(0).founded().network_id());
    let key = || {
        let key = crypto_sm::sm2::SecretKey::generate(&mut rand::rng());
        key.public_key().to_uncompressed().to_vec()
    };
    // A second node of the steel works takes the place of its first; it never runs here.
    let register = v1::NodeRegister {
        name: "steel-2".to_owned(),
        statement_key: key(),
        transport_key: key(),
        address: "127.0.0.1:9".to_owned(),
        feature_level: 1,
    };
    let replace = v1::NodeReplace {
        voter: "steel-1".to_owned(),
        learner: "steel-2".to_owned(),
    };
    for envelope in [
        cluster.signed(0, "node.register", &register),
        cluster.signed(0, "node.replace", &replace),
    ] {
        let door = cluster.service(1);
        let done = door.submit(submission(&envelope)).await.expect("taken");
        let End::Final { outcome, .. } = &done.end else {
            panic!("not final: {done:?}");
        };
        assert_eq!(outcome.code, "", "{outcome:?}");
    }
    let envelope = cluster.facility(1, "after");
    let done = cluster
        .service(1)
        .submit(submission(&envelope))
        .await
        .expect("taken");
    let (index, receipt) = proven(&done);
    assert_eq!(
        receipt.trust.as_ref().map(|trust| trust.changes.len()),
        Some(1)
    );
    let verification = verify_receipt(&receipt, Some(pin)).expect("verifies");
    assert_eq!(verification.index, index);
    assert_eq!(verification.finality.organisations, ["cement", "power"]);
    // Raft's voters have followed; who was a voter learns on.
    let wanted = [2, 3, 5].into();
    let followed = cluster.service(1).inner.consensus.wait_status(|status| {
        !status.membership.is_joint() && status.membership.voters() == wanted
    });
    let status = tokio::time::timeout(PATIENCE, followed).await;
    let status = status.expect("in time").expect("runs");
    assert_eq!(status.membership.learners(), [1, 4].into());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stopping_leader_hands_over_and_the_door_goes_on() {
    let mut cluster = Cluster::started().await;
    let leader = cluster.leader().await;
    let term = cluster.service(leader).inner.consensus.status().term;
    cluster.service(leader).drain().await;
    let next = cluster
        .service((leader + 1) % 3)
        .inner
        .consensus
        .wait_status(|status| status.leader.is_some_and(|it| it != leader as u64 + 1))
        .await
        .expect("runs");
    assert_eq!(next.term, term + 1, "handed over, not waited for");
    cluster.kill(leader).await;
    let door = (leader + 2) % 3;
    let envelope = cluster.facility(door, "after");
    let done = cluster
        .service(door)
        .submit(submission(&envelope))
        .await
        .expect("taken");
    let _ = proven(&done);
}

#[tokio::test(flavor = "multi_thread")]
async fn strangers_other_networks_and_expired_certificates_are_refused_and_counted() {
    let cluster = Cluster::started().await;
    let target = cluster.service(0);
    let metrics = || target.metrics().to_text().expect("text");
    let counted =
        |code: &str| metrics().contains(&format!("hengtan_peers_refused_total{{code=\"{code}\"}}"));
    let network = target.founded().network_id();
    let roster = (*target.links().expect("linked").roster()).clone();
    let asked = async |links: &Links, network: [u8; 32]| {
        let request = wire::StatusRequest {
            network_id: network.to_vec(),
        };
        let answer = links.client(1).expect("known").status(request).await;
        answer.map(drop).map_err(|status| links.failed(1, &status))
    };
    let linked = |credentials: Credentials| {
        let store = Arc::new(crate::store::MemoryStore::default());
        let acquaintances = Acquaintances::open(store).expect("opened");
        Links::new(
            network,
            9,
            credentials,
            roster.clone(),
            acquaintances,
            Arc::default(),
        )
        .expect("linked")
    };

    // A node's own certificate, but for another network.
    let config = cluster.config(1).peer.expect("a peer address");
    let known = linked(Credentials::read(&config.certificate, &config.key).expect("readable"));
    assert_eq!(asked(&known, network).await, Ok(()));
    let refused = asked(&known, [7; 32]).await.expect_err("another network");
    assert_eq!(refused.relayed_code(), Some("HT-CON-030"));
    assert!(counted("HT-CON-030"), "{}", metrics());

    // A certificate of a founder's CA, but its key is not on the ledger: the same plan, keys made again.
    let elsewhere = tempfile::tempdir().expect("temporary folder");
    let forged = |name: &str, at_ms: u64, root: &std::path::Path| {
        use crypto_sm::certificate::{AlternativeName, Certificate, Issuer, Validity};
        let folder = Folder::new(cluster.root(1));
        let text = std::fs::read_to_string(folder.ca().join("ca.cert.pem")).expect("readable");
        let ca = Certificate::from_pem(&text).expect("a certificate");
        let ca_key = read_key(&folder.ca().join("ca.key.pem")).expect("readable");
        let issuer = Issuer::new(ca, ca_key).expect("an authority");
        let key = if name == "cement-1" {
            read_key(&folder.node(name).join("transport.key.pem")).expect("readable")
        } else {
            crypto_sm::sm2::SecretKey::generate(&mut rand::rng())
        };
        let validity = Validity::new(at_ms, at_ms + 3_600_000).expect("valid");
        let names = [AlternativeName::Ip([127, 0, 0, 1].into())];
        let certificate = issuer
            .issue_node(name, &names, key.public_key(), validity, &mut rand::rng())
            .expect("issued");
        let (certificate_file, key_file) = (root.join("c.pem"), root.join("k.pem"));
        crate::config::write_new(&certificate_file, certificate.to_pem().as_bytes())
            .expect("written");
        crate::config::write_secret(&key_file, key.to_pkcs8_pem().as_bytes()).expect("written");
        linked(Credentials::read(&certificate_file, &key_file).expect("readable"))
    };
    let unknown = forged("cement-9", now_ms() - 60_000, &elsewhere.path().join("a"));
    let refused = asked(&unknown, network).await.expect_err("a stranger");
    assert_eq!(refused.relayed_code(), Some("HT-NOD-031"));
    assert!(counted("HT-NOD-031"), "{}", metrics());

    // The right key, but the certificate has expired.
    let old = forged(
        "cement-1",
        now_ms() - 7_200_000,
        &elsewhere.path().join("b"),
    );
    assert!(asked(&old, network).await.is_err());
    assert!(counted("HT-CRY-095"), "{}", metrics());

    // An authority that no organisation of the ledger has.
    let other = Part::make(
        &cluster.plan,
        "cement",
        &elsewhere.path().join("c"),
        now_ms(),
        &mut rand::rng(),
    );
    assert!(other.is_ok());
    let node = Folder::new(elsewhere.path().join("c")).node("cement-1");
    let foreign = Credentials::read(
        &node.join("transport.cert.pem"),
        &node.join("transport.key.pem"),
    );
    let foreign = linked(foreign.expect("readable"));
    assert!(asked(&foreign, network).await.is_err());
    assert!(counted("HT-CRY-094"), "{}", metrics());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_renewed_transport_certificate_is_taken_up_and_a_foreign_one_is_not() {
    use crypto_sm::certificate::{AlternativeName, Certificate, Issuer, Validity};
    let cluster = Cluster::started().await;
    let links = cluster.service(1).links().expect("linked").clone();
    let config = cluster.config(1).peer.expect("a peer address");
    let folder = Folder::new(cluster.root(1));
    let text = std::fs::read_to_string(folder.ca().join("ca.cert.pem")).expect("readable");
    let ca = Certificate::from_pem(&text).expect("a certificate");
    let ca_key = read_key(&folder.ca().join("ca.key.pem")).expect("readable");
    let issuer = Issuer::new(ca, ca_key).expect("an authority");
    let put = |key: &crypto_sm::sm2::SecretKey, days: u64| {
        let end = now_ms() + days * 86_400_000;
        let validity = Validity::new(now_ms() - 60_000, end).expect("valid");
        let names = [AlternativeName::Ip([127, 0, 0, 1].into())];
        let certificate = issuer
            .issue_node(
                "cement-1",
                &names,
                key.public_key(),
                validity,
                &mut rand::rng(),
            )
            .expect("issued");
        for (path, text) in [
            (&config.certificate, certificate.to_pem()),
            (&config.key, key.to_pkcs8_pem().to_string()),
        ] {
            std::fs::remove_file(path).expect("removed");
            crate::config::write_secret(path, text.as_bytes()).expect("written");
        }
        validity.not_after_ms
    };
    let before = links.certificate_not_after_ms();
    assert_eq!(links.renew(), Ok(false));

    let key = read_key(&config.key).expect("readable");
    let until = put(&key, 7);
    assert_ne!(until / 1000, before / 1000);
    assert_eq!(links.renew(), Ok(true));
    assert_eq!(links.certificate_not_after_ms() / 1000, until / 1000);
    // In both directions, with connections that are made anew.
    let request = wire::StatusRequest {
        network_id: cluster.service(0).founded().network_id().to_vec(),
    };
    let asked = async |from: usize, to: u64| {
        let links = cluster.service(from).links().expect("linked");
        let begun = Instant::now();
        loop {
            let mut client = links.client(to).expect("known");
            match client.status(request.clone()).await {
                Ok(_) => return,
                Err(status) => assert!(begun.elapsed() < PATIENCE, "{status}"),
            }
        }
    };
    asked(1, 1).await;
    asked(0, 2).await;

    let other = crypto_sm::sm2::SecretKey::generate(&mut rand::rng());
    put(&other, 9);
    let refused = links.renew().expect_err("not the ledger's");
    assert_eq!(refused.code(), "HT-NOD-038");
    assert_eq!(links.certificate_not_after_ms() / 1000, until / 1000);
    asked(1, 1).await;
}

/// The log of a node as it exports it, replayed.
async fn audited(service: &Service) -> hengtan_ledger::audit::Report {
    use hengtan_ledger::{audit::Auditor, export};
    let network = service.founded().network_id();
    let bytes = service
        .read(|reading| {
            let note = reading.final_note()?.expect("final");
            let mut bytes = export::MAGIC.to_vec();
            for index in 0..note.checkpoint().size {
                let found = query::entry(reading, index)?;
                bytes.extend(export::entry(&found.entry, found.rows));
            }
            bytes.extend(export::checkpoint(&note.to_text()));
            Ok(bytes)
        })
        .await
        .expect("readable");
    let mut reader = export::Reader::default();
    reader.push(&bytes);
    let mut auditor = Auditor::new(Some(NetworkPin(network)));
    while let Some(record) = reader.next_record().expect("well formed") {
        auditor.take(record).expect("the same outcome");
    }
    auditor.finish().expect("the same roots")
}

/// A leader whose program was tampered with: it equivocates, lets an envelope through that nobody signed, back-dates, and steps into the future.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dishonest_leader_signs_is_refused_or_void_or_proof_against_it() {
    use hengtan_ledger::batch::{self, Stamp};
    use hengtan_ledger::state::key;
    use prost::Message as _;
    let cluster = Cluster::started().await;
    let leader = cluster.leader().await;
    let door = (leader + 1) % 3;
    let honest = cluster.facility(door, "before");
    let done = cluster.service(leader).submit(submission(&honest)).await;
    let (index, _) = proven(&done.expect("taken"));
    cluster.final_everywhere(index + 1).await;

    let service = cluster.service(leader);
    let consensus = &service.inner.consensus;
    let network = service.founded().network_id();
    let term = consensus.leadership().borrow().expect("leads").term;
    let own = service.inner.key.public_key().key_id();
    let chain = async || {
        let chain = service.read(|reading| reading.require::<v1::ChainState>(key::CHAIN));
        chain.await.expect("readable")
    };
    let build = |chain: &v1::ChainState, counter: u64, time_ms: u64, envelopes: Vec<Signed>| {
        let stamp = Stamp {
            term,
            previous: chain.header.as_slice().try_into().expect("a digest"),
            counter: batch::last_counter(chain, own.as_bytes()) + counter,
            time_ms,
        };
        batch::sign_with(&network, stamp, envelopes, &service.inner.key).expect("signed")
    };
    let present = chain().await;
    let first = build(&present, 1, now_ms(), Vec::new());
    let second = build(&present, 2, now_ms(), vec![cluster.facility(door, "other")]);
    for batch in [first, second] {
        consensus.propose(term, batch).await.expect("committed");
    }
    let present = chain().await;
    let mut forged = cluster.facility(door, "forged");
    let mut envelope = v1::Envelope::decode(forged.bytes.as_slice()).expect("an envelope");
    envelope.signature[9] ^= 1;
    forged.bytes = envelope.encode_to_vec();
    // The void one has used the next counter.
    let over_forged = build(&present, 2, now_ms(), vec![forged]);
    consensus
        .propose(term, over_forged)
        .await
        .expect("committed");
    let present = chain().await;
    let back_dated = build(&present, 1, present.time_ms - 1, Vec::new());
    consensus
        .propose(term, back_dated)
        .await
        .expect("committed");

    // No follower acknowledges a time that is ahead of its clock; the others elect another leader.
    let present = chain().await;
    let ahead = build(&present, 1, now_ms() + 3_600_000, Vec::new());
    let proposal = tokio::spawn({
        let consensus = consensus.clone();
        async move { consensus.propose(term, ahead).await }
    });
    let after = cluster.facility(door, "after");
    let done = cluster.service(door).submit(submission(&after)).await;
    let (index, _) = proven(&done.expect("another leads"));
    let outcome = tokio::time::timeout(PATIENCE, proposal).await;
    assert!(outcome.expect("in time").expect("no panic").is_err());
    assert_ne!(cluster.leader().await, leader);

    let ends = cluster.final_everywhere(index + 1).await;
    assert!(ends.windows(2).all(|pair| pair[0] == pair[1]), "{ends:?}");
    let mut stamps = Vec::new();
    for at in [door, 3] {
        let report = audited(cluster.service(at)).await;
        assert_eq!((report.void_batches, report.accepted), (2, 2), "node {at}");
        let kinds: Vec<_> = report
            .accusations
            .iter()
            .map(|accusation| {
                let made = accusation.blame.as_ref().expect("a founder's node");
                let verdict = hengtan_ledger::blame::verify(made, Some(NetworkPin(network)));
                let verdict = verdict.expect("holds");
                assert!(verdict.proof);
                (verdict.kind, verdict.node)
            })
            .collect();
        let node = service.inner.node.name.clone();
        assert_eq!(
            kinds,
            [("two_headers", node.clone()), ("forged_envelope", node)]
        );
        stamps.push(report.root);
    }
    assert_eq!(stamps[0], stamps[1]);
}

mod roots;
mod witness;
