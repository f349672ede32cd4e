//! Clients: they send envelopes, again and to others when they do not know what became of them, and they read.
//!
//! A client knows three things of an envelope: it was acknowledged at an index, or its outcome is unknown. That it is absent
//! is never known.

use crate::event::{EnvelopeId, Event, Hidden};
use crate::founders::{Founders, NODES_MAX};
use crate::machine::Outcome;
use crate::network::Network;
use crate::receipt;
use crate::recorder::Recorder;
use crate::replica::Clock;
use consensus::NodeId;
use hengtan_ledger::envelope::{self, Command, Signed};
use hengtan_ledger::v1;
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Sends of one envelope before its client turns to another.
const ATTEMPTS_MAX: usize = 4;

/// What all clients know together. Clones share it.
#[derive(Clone, Default)]
pub struct Oracle {
    state: Arc<Mutex<Known>>,
    over: Arc<AtomicBool>,
}

#[derive(Default)]
struct Known {
    /// Greatest acknowledged index.
    floor: Option<u64>,
    /// Envelopes whose outcome is unknown, with the floor when they were sent first.
    unknown: BTreeMap<EnvelopeId, (Signed, Option<u64>)>,
    acknowledged: u64,
    receipts: u64,
    reads: u64,
    names: u64,
}

/// What clients did.
#[derive(Clone, Copy, Debug, Default)]
pub struct Tally {
    /// Envelopes acknowledged.
    pub acknowledged: u64,
    /// Receipts issued.
    pub receipts: u64,
    /// Linearizable reads that were answered.
    pub reads: u64,
}

impl Oracle {
    /// Ends the clients.
    pub fn stop(&self) {
        self.over.store(true, Ordering::Relaxed);
    }

    /// What clients did.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let known = self.lock();
        Tally {
            acknowledged: known.acknowledged,
            receipts: known.receipts,
            reads: known.reads,
        }
    }

    fn is_over(&self) -> bool {
        self.over.load(Ordering::Relaxed)
    }

    fn floor(&self) -> Option<u64> {
        self.lock().floor
    }

    fn lock(&self) -> MutexGuard<'_, Known> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A client.
pub struct Client {
    /// Whose members it signs for.
    pub founders: Arc<Founders>,
    /// How it reaches the nodes.
    pub network: Network,
    /// Where it says what it does.
    pub recorder: Recorder,
    /// What all clients know.
    pub oracle: Oracle,
    /// Its clock.
    pub clock: Clock,
    /// What it does next, and its signatures.
    pub rng: StdRng,
    /// How many nodes there are.
    pub nodes: u64,
}

impl Client {
    /// Works until the oracle says that it is over.
    pub async fn run(mut self) {
        let mut hint = None;
        while !self.oracle.is_over() {
            let pause = self.rng.random_range(1..400);
            tokio::time::sleep(Duration::from_millis(pause)).await;
            if self.rng.random_ratio(1, 4) {
                self.read().await;
            } else {
                let envelope = self.envelope();
                self.send(envelope, &mut hint).await;
            }
        }
    }

    /// Sends what is unknown until it is acknowledged; false if that does not happen within `attempts`.
    pub async fn settle(&mut self, attempts: usize) -> bool {
        let mut hint = None;
        for _ in 0..attempts {
            let next = self.oracle.lock().unknown.pop_first();
            let Some((_, (envelope, floor))) = next else {
                return true;
            };
            self.deliver(envelope, floor, &mut hint).await;
        }
        self.oracle.lock().unknown.is_empty()
    }

    fn envelope(&mut self) -> Signed {
        let member = &self.founders.members[self.rng.random_range(0..NODES_MAX)];
        let name = {
            let mut known = self.oracle.lock();
            // Now and then a name that is taken: the refusal is recorded as well.
            if known.names == 0 || !self.rng.random_ratio(1, 12) {
                known.names += 1;
            }
            format!("facility-{}", known.names)
        };
        let display_name = Some(v1::DisplayName {
            zh: "厂".to_owned(),
            en: "Mill".to_owned(),
        });
        let head = v1::FacilityRegister {
            name,
            display_name,
            region: "CN-HE".to_owned(),
            ..Default::default()
        };
        let command = Command::new("facility.register", &head, Vec::new());
        let not_after_ms = self.clock.now_ms() + 300_000;
        let network = self.founders.founded.network_id();
        envelope::sign(&network, command, not_after_ms, member, &mut self.rng)
    }

    async fn send(&mut self, envelope: Signed, hint: &mut Option<NodeId>) {
        let floor = self.oracle.floor();
        self.deliver(envelope, floor, hint).await;
    }

    async fn deliver(&mut self, envelope: Signed, floor: Option<u64>, hint: &mut Option<NodeId>) {
        let id = EnvelopeId(envelope.id);
        for _ in 0..ATTEMPTS_MAX {
            let node = hint
                .take()
                .unwrap_or_else(|| self.rng.random_range(1..=self.nodes));
            self.recorder.record(&Event::Submitted { id, node });
            match self.ask(node, envelope.clone()).await {
                Ok(Outcome::Index(index)) => {
                    *hint = Some(node);
                    self.recorder.record(&Event::Acknowledged {
                        id,
                        node,
                        index,
                        floor,
                    });
                    {
                        let mut known = self.oracle.lock();
                        known.floor = known.floor.max(Some(index));
                        known.acknowledged += 1;
                        known.unknown.remove(&id);
                    }
                    if self.rng.random_ratio(1, 6) {
                        self.ask_receipt(id, node, index);
                    }
                    return;
                }
                Ok(Outcome::NotLeader(leader)) => *hint = leader.filter(|leader| *leader != node),
                Ok(Outcome::Unknown) => self.recorder.record(&Event::Unknown {
                    id,
                    reason: "said so",
                }),
                Err(reason) => self.recorder.record(&Event::Unknown { id, reason }),
            }
            let pause = self.rng.random_range(1..60);
            tokio::time::sleep(Duration::from_millis(pause)).await;
        }
        self.oracle.lock().unknown.insert(id, (envelope, floor));
    }

    /// One request over a connection that may break on either way.
    async fn ask(&mut self, node: NodeId, envelope: Signed) -> Result<Outcome, &'static str> {
        let (there, back) = (self.rng.random_range(1..10), self.rng.random_range(1..10));
        let (lost_there, lost_back) = (self.rng.random_ratio(1, 30), self.rng.random_ratio(1, 30));
        let patience = Duration::from_millis(self.rng.random_range(200..2_000));
        tokio::time::sleep(Duration::from_millis(there)).await;
        if lost_there {
            return Err("lost on the way there");
        }
        let target = self.network.target(node).ok_or("refused")?;
        let asking = target
            .life
            .spawn(async move { target.door.submit(&target.consensus, envelope).await });
        let Ok(answer) = tokio::time::timeout(patience, asking).await else {
            return Err("timeout");
        };
        let outcome = answer.map_err(|_| "reset")?;
        tokio::time::sleep(Duration::from_millis(back)).await;
        if lost_back {
            return Err("lost on the way back");
        }
        Ok(outcome)
    }

    /// A linearizable read: everything that was acknowledged to anybody must be there.
    async fn read(&mut self) {
        let node = self.rng.random_range(1..=self.nodes);
        let Some(target) = self.network.target(node) else {
            return;
        };
        let floor = self.oracle.floor();
        let reading = target.life.spawn(async move {
            let index = target.consensus.linearize().await.ok()?;
            target.consensus.wait_applied(index).await.ok()?;
            Some(target.door.replica.size())
        });
        let read = tokio::time::timeout(Duration::from_secs(2), reading).await;
        if let Ok(Ok(Some(size))) = read {
            self.oracle.lock().reads += 1;
            self.recorder.record(&Event::Read { node, floor, size });
        }
    }

    /// Collects the cosignatures for the checkpoint over an entry and issues its receipt once they make it final.
    fn ask_receipt(&mut self, id: EnvelopeId, node: NodeId, index: u64) {
        let Some(issuer) = self.network.target(node) else {
            return;
        };
        let Some(checkpoint) = issuer.door.replica.checkpoint_over(index) else {
            return;
        };
        let (founders, network, recorder, oracle) = (
            Arc::clone(&self.founders),
            self.network.clone(),
            self.recorder.clone(),
            self.oracle.clone(),
        );
        let mut rng = StdRng::seed_from_u64(self.rng.random());
        drop(tokio::spawn(async move {
            for _ in 0..20 {
                tokio::time::sleep(Duration::from_millis(50)).await;
                let mut lines = Vec::new();
                for position in 0..NODES_MAX {
                    let own = network
                        .target(position as u64 + 1)
                        .and_then(|target| target.door.replica.checkpoint_at(checkpoint.size));
                    if own.as_ref() == Some(&checkpoint) {
                        lines.extend(receipt::cosign(&founders, position, &checkpoint, &mut rng));
                    }
                }
                if lines.len() * 2 <= crate::founders::ORGANISATIONS_VOTING {
                    continue;
                }
                let issued = issuer.door.replica.read(|memory| {
                    receipt::issue(&founders, memory, index, checkpoint.clone(), lines)
                });
                match issued {
                    Ok(bytes) => {
                        oracle.lock().receipts += 1;
                        recorder.record(&Event::Receipt {
                            id,
                            size: checkpoint.size,
                            receipt: Hidden(bytes.into()),
                        });
                    }
                    Err(error) => recorder.fail("lasting_receipt", error.to_string()),
                }
                return;
            }
        }));
    }
}
