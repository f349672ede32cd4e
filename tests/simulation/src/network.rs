//! The simulated network: messages are lost, delayed, doubled and overtaken as the seed decides, and links can be cut in one
//! direction.

use crate::event::{Content, Event, Voters};
use crate::machine::Door;
use crate::recorder::Recorder;
use bytes::Bytes;
use consensus::log::memory::MemoryDisk;
use consensus::simulation::{self, Life, Position, Question};
use consensus::transport::Answer;
use consensus::{Consensus, NodeId, Peer, Procedure, Transport, Unreachable};
use rand::rngs::SmallRng;
use rand::{RngExt, SeedableRng};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::oneshot;

/// What can be reached at a running machine.
#[derive(Clone)]
pub struct Target {
    /// Its tasks.
    pub life: Life,
    /// Its member.
    pub consensus: Consensus,
    /// Where clients knock.
    pub door: Door,
}

/// How bad the network is. Probabilities are per thousand.
#[derive(Clone, Copy, Debug)]
pub struct Weather {
    /// Messages that are lost, each way.
    pub lost: u32,
    /// Messages that arrive twice.
    pub doubled: u32,
    /// Messages that take long.
    pub late: u32,
    /// Usual longest delay, milliseconds.
    pub delay_ms: u64,
    /// Longest delay of a late message, milliseconds.
    pub late_ms: u64,
}

impl Weather {
    /// Nothing is lost.
    pub const FAIR: Self = Self {
        lost: 0,
        doubled: 0,
        late: 0,
        delay_ms: 3,
        late_ms: 3,
    };
}

/// Clones share it.
#[derive(Clone)]
pub struct Network {
    state: Arc<Mutex<State>>,
    recorder: Recorder,
}

struct State {
    random: SmallRng,
    weather: Weather,
    cut: BTreeSet<(NodeId, NodeId)>,
    targets: BTreeMap<NodeId, Target>,
    disks: BTreeMap<NodeId, MemoryDisk>,
    /// The voters as each leader saw them lately, newest last.
    voters: BTreeMap<NodeId, Vec<Voters>>,
    claimed: Option<Position>,
}

/// What becomes of a message.
#[derive(Clone, Debug)]
struct Fate {
    /// Delays after which it arrives: none, one or two.
    arrivals_ms: Vec<u64>,
    /// Delay of the answer; `None`: it is lost.
    answer_ms: Option<u64>,
}

impl Network {
    /// A fair network without machines.
    #[must_use]
    pub fn new(seed: u64, recorder: Recorder) -> Self {
        let state = State {
            random: SmallRng::seed_from_u64(seed),
            weather: Weather::FAIR,
            cut: BTreeSet::new(),
            targets: BTreeMap::new(),
            disks: BTreeMap::new(),
            voters: BTreeMap::new(),
            claimed: None,
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            recorder,
        }
    }

    /// Changes the weather.
    pub fn set_weather(&self, weather: Weather) {
        self.lock().weather = weather;
    }

    /// Cuts the way from one node to another.
    pub fn cut(&self, from: NodeId, to: NodeId) {
        self.lock().cut.insert((from, to));
    }

    /// Makes all links whole.
    pub fn heal(&self) {
        self.lock().cut.clear();
    }

    /// Makes a machine reachable, with its disk.
    pub fn connect(&self, node: NodeId, target: Target) {
        self.lock().targets.insert(node, target);
    }

    /// Names the disk of a machine.
    pub fn mount(&self, node: NodeId, disk: MemoryDisk) {
        self.lock().disks.insert(node, disk);
    }

    /// Makes a machine unreachable.
    pub fn disconnect(&self, node: NodeId) {
        self.lock().targets.remove(&node);
    }

    /// What can be reached of a machine.
    #[must_use]
    pub fn target(&self, node: NodeId) -> Option<Target> {
        self.lock().targets.get(&node).cloned()
    }

    /// The transport of a node.
    #[must_use]
    pub fn transport(&self, node: NodeId) -> Arc<dyn Transport> {
        Arc::new(Link {
            network: self.clone(),
            node,
            stranger: false,
        })
    }

    /// The transport of a member of another network that is taken for `node`. What it sends is no part of the trace.
    #[must_use]
    pub fn stranger(&self, node: NodeId) -> Arc<dyn Transport> {
        Arc::new(Link {
            network: self.clone(),
            node,
            stranger: true,
        })
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn is_cut(&self, from: NodeId, to: NodeId) -> bool {
        self.lock().cut.contains(&(from, to))
    }

    /// What a leader says about commits, judged by the disks at this moment.
    fn claim(&self, node: NodeId, term: u64, committed: Position) {
        let event = {
            let mut state = self.lock();
            let Some(target) = state.targets.get(&node) else {
                return;
            };
            let now = target.consensus.status().membership.voter_sets;
            let history = state.voters.entry(node).or_default();
            if history.last() != Some(&now) {
                history.push(now);
            }
            if history.len() > 3 {
                history.remove(0);
            }
            let voters = history.clone();
            if state.claimed >= Some(committed) {
                return;
            }
            state.claimed = Some(committed);
            let holders = state
                .disks
                .iter()
                .filter(|(_, disk)| simulation::holds(disk, committed))
                .map(|(node, _)| *node)
                .collect();
            Event::Claimed {
                node,
                term,
                committed,
                holders,
                voters,
            }
        };
        self.recorder.record(&event);
    }

    fn answered(
        &self,
        node: NodeId,
        from: NodeId,
        procedure: Procedure,
        request: &Bytes,
        answer: &Bytes,
    ) {
        let Some(heard) = simulation::heard(procedure, request, Some(answer)) else {
            return;
        };
        let disk = self.lock().disks.get(&node).cloned();
        let durable = disk.is_some_and(|disk| match &heard.question {
            Question::Append {
                last: Some(last), ..
            } => simulation::holds(&disk, *last),
            Question::Vote { term, candidate } => simulation::vote_held(&disk)
                .is_some_and(|held| held == (*term, *candidate) || held.0 > *term),
            _ => true,
        });
        self.recorder.record(&Event::Answered {
            node,
            from,
            question: heard.question,
            granted: heard.granted,
            durable,
        });
    }

    /// One copy of a message on its way.
    async fn deliver(self, message: Message, after_ms: u64, answer: oneshot::Sender<Bytes>) {
        tokio::time::sleep(Duration::from_millis(after_ms)).await;
        let Message {
            from,
            to,
            procedure,
            request,
            answer_ms,
            stranger,
        } = message;
        if self.is_cut(from, to) {
            return never(answer).await;
        }
        // Nobody listens: the connection is refused at once.
        let Some(target) = self.target(to) else {
            return;
        };
        let asked = request.clone();
        let handling = target
            .life
            .spawn(async move { target.consensus.answer(from, procedure, asked).await });
        let Ok(Ok(bytes)) = handling.await else {
            return;
        };
        if !stranger {
            self.answered(to, from, procedure, &request, &bytes);
        }
        let Some(answer_ms) = answer_ms else {
            return never(answer).await;
        };
        tokio::time::sleep(Duration::from_millis(answer_ms)).await;
        if self.is_cut(to, from) {
            return never(answer).await;
        }
        // Whoever asked may not wait any more.
        drop(answer.send(bytes));
    }
}

/// Leaves whoever asked in the dark until it gives up.
async fn never(answer: oneshot::Sender<Bytes>) {
    tokio::time::sleep(Duration::from_secs(60)).await;
    drop(answer);
}

#[derive(Clone)]
struct Message {
    from: NodeId,
    to: NodeId,
    procedure: Procedure,
    request: Bytes,
    answer_ms: Option<u64>,
    stranger: bool,
}

impl State {
    fn delay(&mut self) -> u64 {
        let weather = self.weather;
        let longest = if self.hits(weather.late) {
            weather.late_ms
        } else {
            weather.delay_ms
        };
        self.random.random_range(1..=longest.max(1))
    }

    fn hits(&mut self, per_thousand: u32) -> bool {
        self.random.random_ratio(per_thousand.min(1000), 1000)
    }

    fn fate(&mut self) -> Fate {
        let weather = self.weather;
        let mut arrivals_ms = Vec::new();
        if !self.hits(weather.lost) {
            arrivals_ms.push(self.delay());
            if self.hits(weather.doubled) {
                arrivals_ms.push(self.delay());
            }
        }
        let answer_ms = if self.hits(weather.lost) {
            None
        } else {
            Some(self.delay())
        };
        Fate {
            arrivals_ms,
            answer_ms,
        }
    }
}

/// The way out of one node.
struct Link {
    network: Network,
    node: NodeId,
    stranger: bool,
}

impl Transport for Link {
    fn call<'a>(
        &'a self,
        peer: &'a Peer,
        procedure: Procedure,
        request: Bytes,
        _timeout: Duration,
    ) -> Answer<'a> {
        Box::pin(async move {
            let (from, to) = (self.node, peer.node_id);
            let fate = self.network.lock().fate();
            if !self.stranger
                && let Some(heard) = simulation::heard(procedure, &request, None)
            {
                if let Question::Append {
                    term,
                    committed: Some(committed),
                    ..
                } = heard.question
                {
                    self.network.claim(from, term, committed);
                }
                self.network.recorder.record(&Event::Sent {
                    from,
                    to,
                    question: heard.question,
                    content: Content::of(&request),
                    fate: format!("{:?} {:?}", fate.arrivals_ms, fate.answer_ms),
                });
            }
            let mut answers = Vec::new();
            for after_ms in &fate.arrivals_ms {
                let (sender, receiver) = oneshot::channel();
                let message = Message {
                    from,
                    to,
                    procedure,
                    request: request.clone(),
                    answer_ms: fate.answer_ms,
                    stranger: self.stranger,
                };
                let network = self.network.clone();
                drop(tokio::spawn(network.deliver(message, *after_ms, sender)));
                answers.push(receiver);
            }
            let unreachable = |detail: &str| Unreachable {
                code: "HT-CON-060",
                detail: detail.to_owned(),
            };
            // The second copy's answer goes nowhere, as on a connection that was replaced.
            let Some(first) = answers.into_iter().next() else {
                tokio::time::sleep(Duration::from_secs(60)).await;
                return Err(unreachable("lost"));
            };
            first.await.map_err(|_| unreachable("refused"))
        })
    }
}
