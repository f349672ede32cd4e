//! Clients that never stop: some add to a set, some write a register and some read it, at whichever door answers. What they saw is kept.
//!
//! An element of the set is a facility of its own name; the register is one facility, whose identifier is written again and again. A client
//! that gets no answer hands the same envelope in at the next door until it has one; every fifth write of the register it gives up instead,
//! and its outcome stays unknown.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hengtan_api::v1 as api;
use hengtan_ledger::envelope::{self, Command};
use hengtan_ledger::receipt::{NetworkPin, Receipt, verify_receipt};
use hengtan_ledger::v1;
use tokio::task::JoinSet;
use tonic::Code;

use super::linear::{self, Action, Operation};
use super::network::{Client, Network, PATIENCE, VOTERS};

/// Clients that add.
const ADDERS: usize = 4;
/// Clients of the register: so many write, so many read.
const WRITERS: usize = 2;
const READERS: usize = 2;
/// A client waits no longer for one answer.
const ANSWER: Duration = Duration::from_secs(5);
/// Before it knocks at the next door.
const NEXT_DOOR: Duration = Duration::from_millis(20);
/// How long an envelope is valid.
const VALID_MS: u64 = 500_000;

/// What clients know of one another's doings.
#[derive(Default)]
pub struct History {
    /// Acknowledged elements and writes: receipt by envelope id.
    pub receipts: BTreeMap<Vec<u8>, Receipt>,
    /// Names of elements that were acknowledged.
    pub elements: Vec<String>,
    /// Writes whose outcome nobody knows.
    pub unknown: Vec<Vec<u8>>,
    /// Operations by register.
    pub registers: BTreeMap<u64, Vec<Operation>>,
}

struct Shared {
    network: [u8; 32],
    key: crypto_sm::sm2::SecretKey,
    doors: Vec<Client>,
    begun: Instant,
    history: Mutex<History>,
    stop: AtomicBool,
    next: AtomicU64,
    /// Number of the register in use, and of the fault.
    phase: AtomicU64,
    /// Writes acknowledged that began in this phase.
    acknowledged: AtomicU64,
}

/// The clients.
pub struct Load {
    shared: Arc<Shared>,
    clients: JoinSet<()>,
}

impl Load {
    pub fn on(network: &Network) -> Self {
        let shared = Arc::new(Shared {
            network: network.id,
            key: network.key.clone(),
            doors: VOTERS.iter().map(|name| network.door(name)).collect(),
            begun: Instant::now(),
            history: Mutex::default(),
            stop: AtomicBool::new(false),
            next: AtomicU64::new(1),
            phase: AtomicU64::new(0),
            acknowledged: AtomicU64::new(0),
        });
        let mut clients = JoinSet::new();
        for number in 0..ADDERS {
            clients.spawn(Arc::clone(&shared).add(number));
        }
        for number in 0..WRITERS {
            clients.spawn(Arc::clone(&shared).write(number));
        }
        for number in 0..READERS {
            clients.spawn(Arc::clone(&shared).read(number));
        }
        Self { shared, clients }
    }

    /// What begins now belongs to another phase, with a register of its own.
    pub fn phase(&self) {
        self.shared.phase.fetch_add(1, Ordering::SeqCst);
        self.shared.acknowledged.store(0, Ordering::SeqCst);
    }

    /// Waits until so many writes that began in this phase are acknowledged.
    pub async fn progress(&self, network: &Network, count: u64, what: &str) {
        let begun = Instant::now();
        while self.shared.acknowledged.load(Ordering::SeqCst) < count {
            assert!(
                begun.elapsed() < PATIENCE,
                "no progress: {what}\n{}",
                network.logs()
            );
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    /// Lets every client finish what it has begun, and gives what they know.
    pub async fn stop(mut self) -> History {
        self.shared.stop.store(true, Ordering::SeqCst);
        while let Some(ended) = self.clients.join_next().await {
            ended.expect("no client saw anything wrong");
        }
        std::mem::take(&mut *self.shared.history.lock().expect("no panic"))
    }
}

impl Shared {
    fn now(&self) -> u64 {
        u64::try_from(self.begun.elapsed().as_nanos()).expect("nanoseconds")
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::SeqCst)
    }

    fn register(phase: u64) -> String {
        format!("register-{phase}")
    }

    /// Signs a facility with an identifier.
    fn request(&self, name: &str, identifier: &str) -> (Vec<u8>, api::SubmitRequest) {
        let head = v1::FacilityRegister {
            name: name.to_owned(),
            display_name: Some(v1::DisplayName {
                zh: "厂".to_owned(),
                en: "Works".to_owned(),
            }),
            region: "CN-GD".to_owned(),
            external_identifier: identifier.to_owned(),
            ..Default::default()
        };
        let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("clock");
        let signed = envelope::sign(
            &self.network,
            Command::new("facility.register", &head, Vec::new()),
            u64::try_from(now.as_millis()).expect("milliseconds") + VALID_MS,
            &self.key,
            &mut rand::rng(),
        );
        let request = api::SubmitRequest {
            envelope: signed.bytes,
            rows: None,
            wait_ms: 4_000,
            without_receipt: false,
        };
        (signed.id.to_vec(), request)
    }

    /// Hands it in once.
    async fn attempt(&self, door: usize, request: &api::SubmitRequest) -> Option<Receipt> {
        let mut door = self.doors[door % self.doors.len()].clone();
        let answer = tokio::time::timeout(ANSWER, door.submit(request.clone())).await;
        let answer = answer.ok()?.ok()?.into_inner();
        if !answer.r#final {
            return None;
        }
        let outcome = answer.outcome.expect("a final answer has an outcome");
        assert_eq!(outcome.code, "", "refused: {outcome:?}");
        Some(answer.receipt.expect("a final answer has a receipt"))
    }

    fn acknowledge(&self, phase: u64, id: Vec<u8>, receipt: Receipt) {
        let first = verify_receipt(&receipt, Some(NetworkPin(self.network)));
        let first = first.expect("a receipt verifies");
        assert!(first.finality.organisations.len() >= 2, "more than half");
        if phase == self.phase.load(Ordering::SeqCst) {
            self.acknowledged.fetch_add(1, Ordering::SeqCst);
        }
        let mut history = self.history.lock().expect("no panic");
        history.receipts.insert(id, receipt);
    }

    async fn add(self: Arc<Self>, client: usize) {
        let mut door = client;
        while !self.stopped() {
            let phase = self.phase.load(Ordering::SeqCst);
            let name = format!("element-{}", self.next.fetch_add(1, Ordering::SeqCst));
            let (id, request) = self.request(&name, "");
            let receipt = loop {
                if let Some(receipt) = self.attempt(door, &request).await {
                    break receipt;
                }
                door += 1;
                tokio::time::sleep(NEXT_DOOR).await;
            };
            self.acknowledge(phase, id, receipt);
            let mut history = self.history.lock().expect("no panic");
            history.elements.push(name);
        }
    }

    async fn write(self: Arc<Self>, client: usize) {
        let mut door = client + 1;
        while !self.stopped() {
            let phase = self.phase.load(Ordering::SeqCst);
            let value = self.next.fetch_add(1, Ordering::SeqCst);
            let (id, request) = self.request(&Self::register(phase), &value.to_string());
            let begun = self.now();
            let patient = !value.is_multiple_of(5);
            let receipt = loop {
                let receipt = self.attempt(door, &request).await;
                if receipt.is_some() || !patient {
                    break receipt;
                }
                door += 1;
                tokio::time::sleep(NEXT_DOOR).await;
            };
            let ended = receipt.is_some().then(|| self.now());
            match receipt {
                Some(receipt) => self.acknowledge(phase, id, receipt),
                None => {
                    door += 1;
                    self.history.lock().expect("no panic").unknown.push(id);
                }
            }
            self.remember(phase, Action::Write(value), begun, ended);
        }
    }

    async fn read(self: Arc<Self>, client: usize) {
        let mut door = client;
        while !self.stopped() {
            let phase = self.phase.load(Ordering::SeqCst);
            let request = api::FacilityShowRequest {
                organisation: "steel".to_owned(),
                name: Self::register(phase),
            };
            let begun = self.now();
            let mut there = self.doors[door % self.doors.len()].clone();
            let answer = tokio::time::timeout(ANSWER, there.facility_show(request)).await;
            let value = match answer {
                Ok(Ok(answer)) => {
                    let record = answer.into_inner().facility.and_then(|it| it.facility);
                    let text = record.expect("a facility").external_identifier;
                    Some(text.parse().expect("a written value"))
                }
                Ok(Err(status)) if status.code() == Code::NotFound => None,
                _ => {
                    door += 1;
                    tokio::time::sleep(NEXT_DOOR).await;
                    continue;
                }
            };
            let ended = Some(self.now());
            self.remember(phase, Action::Read(value), begun, ended);
            // Readers go round: a stale door must be asked to be found.
            door += 1;
        }
    }

    fn remember(&self, phase: u64, action: Action, begun: u64, ended: Option<u64>) {
        let operation = Operation {
            action,
            begun,
            ended,
        };
        let mut history = self.history.lock().expect("no panic");
        history.registers.entry(phase).or_default().push(operation);
    }
}

impl History {
    /// Every register's history is linearizable.
    pub fn check_registers(&self) -> usize {
        for (number, operations) in &self.registers {
            if let Err(operation) = linear::check(operations) {
                let near: Vec<&Operation> = operations
                    .iter()
                    .filter(|other| {
                        other
                            .ended
                            .is_none_or(|ended| ended + 50_000_000 > operation.begun)
                            && other.begun < operation.begun + 50_000_000
                    })
                    .collect();
                panic!("register {number}: nothing explains {operation:?} among {near:#?}");
            }
        }
        self.registers.values().map(Vec::len).sum()
    }
}
