//! The faults of a run, drawn from its seed, and the healing after them.

use crate::event::{Event, Voters};
use crate::machine::Machine;
use crate::network::{Network, Weather};
use crate::recorder::Recorder;
use crate::stranger;
use consensus::{Member, NodeId, Role, Status};
use rand::RngExt;
use rand::rngs::SmallRng;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long the nodes may take to come to rest after the faults, milliseconds.
const SETTLING_MS_MAX: u64 = 180_000;

/// A network under a schedule of faults.
pub struct Schedule {
    /// The machines by their node's id.
    pub machines: BTreeMap<NodeId, Machine>,
    /// The links between them.
    pub network: Network,
    /// Where faults are taken down.
    pub recorder: Recorder,
    /// What comes next.
    pub random: SmallRng,
}

impl Schedule {
    /// Starts all machines and makes a network of the first `voters`.
    pub async fn begin(&mut self, voters: u64) {
        for machine in self.machines.values_mut() {
            machine.start().await;
        }
        let members = (1..=voters).map(|node| (node, member(node))).collect();
        if let Some(target) = self.network.target(1) {
            let initialising = target
                .life
                .spawn(async move { target.consensus.initialise(members).await });
            if let Ok(Err(error)) = initialising.await {
                self.recorder.fail("no_failure", error.to_string());
            }
        }
    }

    /// One fault, and the pause after it.
    pub async fn step(&mut self) {
        let pause = self.random.random_range(20..700);
        tokio::time::sleep(Duration::from_millis(pause)).await;
        match self.random.random_range(0..100) {
            0..14 => self.crash(true).await,
            14..22 => self.crash(false).await,
            22..40 => self.start_one().await,
            40..48 => self.partition(),
            48..56 => self.cut_one_way(),
            56..66 => self.heal(),
            66..72 => self.change_weather(),
            72..76 => self.pause_one(),
            76..80 => self.skew(),
            80..83 => self.slow_disk(),
            83..85 => self.break_disk(),
            85..90 => self.transfer(),
            90..96 => self.change_members(),
            96..98 => self.stranger(),
            _ => self.crash_all().await,
        }
    }

    fn fault(&self, what: String) {
        self.recorder.record(&Event::Fault(what));
    }

    fn any(&mut self) -> NodeId {
        let nodes = self.machines.len() as u64;
        self.random.random_range(1..=nodes)
    }

    async fn crash(&mut self, power_cut: bool) {
        // Leaders crash more often than chance would have it.
        let node = match self.leader() {
            Some((leader, _)) if self.random.random_ratio(1, 2) => leader,
            _ => self.any(),
        };
        let back_ms = self
            .random
            .random_ratio(1, 2)
            .then(|| self.random.random_range(1..200));
        self.fault(format!(
            "crash {node} power_cut={power_cut} back={back_ms:?}"
        ));
        let Some(machine) = self.machines.get_mut(&node) else {
            return;
        };
        machine.end(power_cut);
        if let Some(back_ms) = back_ms {
            tokio::time::sleep(Duration::from_millis(back_ms)).await;
            machine.start().await;
        }
    }

    async fn crash_all(&mut self) {
        self.fault("power fails everywhere".to_owned());
        for machine in self.machines.values_mut() {
            machine.end(true);
        }
        for machine in self.machines.values_mut() {
            machine.start().await;
        }
    }

    async fn start_one(&mut self) {
        let down: Vec<NodeId> = self
            .machines
            .values()
            .filter(|machine| machine.life.is_none())
            .map(|machine| machine.node)
            .collect();
        if down.is_empty() {
            return;
        }
        let node = down[self.random.random_range(0..down.len())];
        self.fault(format!("start {node}"));
        if let Some(machine) = self.machines.get_mut(&node) {
            machine.start().await;
        }
    }

    fn partition(&mut self) {
        let nodes: Vec<NodeId> = self.machines.keys().copied().collect();
        let side: BTreeSet<NodeId> = nodes
            .iter()
            .copied()
            .filter(|_| self.random.random_ratio(1, 2))
            .collect();
        self.fault(format!("partition {side:?}"));
        for from in &nodes {
            for to in &nodes {
                if side.contains(from) != side.contains(to) {
                    self.network.cut(*from, *to);
                }
            }
        }
    }

    fn cut_one_way(&mut self) {
        let (from, to) = (self.any(), self.any());
        self.fault(format!("cut {from} -> {to}"));
        self.network.cut(from, to);
    }

    fn heal(&mut self) {
        self.fault("heal".to_owned());
        self.network.heal();
        for machine in self.machines.values() {
            if let Some(life) = &machine.life {
                life.resume();
            }
        }
    }

    fn change_weather(&mut self) {
        let weather = Weather {
            lost: self.random.random_range(0..150),
            doubled: self.random.random_range(0..150),
            late: self.random.random_range(0..100),
            delay_ms: self.random.random_range(1..20),
            late_ms: self.random.random_range(20..400),
        };
        self.fault(format!("{weather:?}"));
        self.network.set_weather(weather);
    }

    fn pause_one(&mut self) {
        let node = self.any();
        let life = self
            .machines
            .get(&node)
            .and_then(|machine| machine.life.clone());
        let Some(life) = life else { return };
        let pause_ms = self.random.random_range(100..2_500);
        self.fault(format!("pause {node} for {pause_ms}"));
        life.pause();
        drop(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_millis(pause_ms)).await;
            life.resume();
        }));
    }

    fn skew(&mut self) {
        let node = self.any();
        // Beyond ten seconds followers refuse what the node proposes as leader.
        let off_ms = self.random.random_range(-20_000..20_000);
        self.fault(format!("clock of {node} off by {off_ms}"));
        if let Some(machine) = self.machines.get(&node) {
            machine.clock.put_off(off_ms);
        }
    }

    fn slow_disk(&mut self) {
        let node = self.any();
        let sync_ms = self.random.random_range(1..150);
        self.fault(format!("syncs of {node} take up to {sync_ms}"));
        if let Some(machine) = self.machines.get(&node) {
            machine.sync_ms.store(sync_ms, Ordering::Relaxed);
        }
    }

    fn break_disk(&mut self) {
        let node = self.any();
        self.fault(format!("break disk of {node}"));
        if let Some(machine) = self.machines.get(&node) {
            machine.break_disk();
        }
    }

    /// The leader of the highest term, as it sees itself.
    fn leader(&self) -> Option<(NodeId, Status)> {
        self.machines
            .keys()
            .filter_map(|node| Some((*node, self.network.target(*node)?.consensus.status())))
            .filter(|(_, status)| status.role == Role::Leader)
            .max_by_key(|(_, status)| status.term)
    }

    fn transfer(&mut self) {
        let Some((leader, status)) = self.leader() else {
            return;
        };
        let voters: Vec<NodeId> = status.membership.voters().into_iter().collect();
        if voters.is_empty() {
            return;
        }
        let to = voters[self.random.random_range(0..voters.len())];
        self.fault(format!("transfer from {leader} to {to}"));
        if let Some(target) = self.network.target(leader) {
            drop(target.life.clone().spawn(async move {
                drop(target.consensus.transfer_leader(to).await);
            }));
        }
    }

    fn stranger(&mut self) {
        let (node, victim) = (self.any(), self.any());
        if node == victim {
            return;
        }
        self.fault(format!(
            "another network takes {victim} for its own, led by what it calls {node}"
        ));
        let life = stranger::live(&self.network, node, victim);
        drop(tokio::spawn(async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            life.end();
        }));
    }

    fn change_members(&mut self) {
        let Some((leader, status)) = self.leader() else {
            return;
        };
        let Some(target) = self.network.target(leader) else {
            return;
        };
        let known: Vec<NodeId> = status.membership.members.keys().copied().collect();
        let voters = status.membership.voters();
        let learners: Vec<NodeId> = known
            .iter()
            .copied()
            .filter(|node| !voters.contains(node))
            .collect();
        let strangers: Vec<NodeId> = self
            .machines
            .keys()
            .copied()
            .filter(|node| !known.contains(node))
            .collect();
        let life = target.life.clone();
        let consensus = target.consensus;
        let choice = self.random.random_range(0..10);
        if choice < 4 && !strangers.is_empty() {
            let node = strangers[self.random.random_range(0..strangers.len())];
            self.fault(format!("{leader} adds learner {node}"));
            drop(life.spawn(async move {
                drop(consensus.add_learner(node, member(node), false).await);
            }));
        } else if choice < 5 && !learners.is_empty() {
            let node = learners[self.random.random_range(0..learners.len())];
            self.fault(format!("{leader} removes learner {node}"));
            drop(life.spawn(async move {
                drop(consensus.remove_learners(BTreeSet::from([node])).await);
            }));
        } else {
            let least = known.len().min(3);
            let mut next: BTreeSet<NodeId> = known
                .iter()
                .copied()
                .filter(|_| self.random.random_ratio(3, 5))
                .collect();
            for node in &known {
                if next.len() < least {
                    next.insert(*node);
                }
            }
            let retain = self.random.random_ratio(2, 3);
            self.fault(format!(
                "{leader} changes voters to {next:?} retain={retain}"
            ));
            drop(life.spawn(async move {
                drop(consensus.change_voters(next, retain).await);
            }));
        }
    }

    /// Makes everything whole and waits until every node holds the same; all of them vote in the end.
    pub async fn settle(&mut self) -> bool {
        self.fault("the faults end".to_owned());
        self.network.heal();
        self.network.set_weather(Weather::FAIR);
        for machine in self.machines.values_mut() {
            machine.clock.put_off(0);
            machine.sync_ms.store(2, Ordering::Relaxed);
            if machine.is_broken() {
                machine.end(false);
            }
            if let Some(life) = &machine.life {
                life.resume();
            }
            machine.start().await;
        }
        let mut waited_ms = 0;
        while waited_ms < SETTLING_MS_MAX {
            if self.recorder.violation().is_some() {
                return false;
            }
            if self.complete().await {
                return true;
            }
            tokio::time::sleep(Duration::from_millis(250)).await;
            waited_ms += 250;
        }
        let states: Vec<String> = self
            .machines
            .keys()
            .filter_map(|node| {
                let status = self.network.target(*node)?.consensus.status();
                Some(format!("{status:?}"))
            })
            .collect();
        self.recorder.record(&Event::Unsettled {
            states: states.join("\n"),
        });
        false
    }

    /// Whether all nodes vote and hold the same; does the next thing towards that if not.
    async fn complete(&mut self) -> bool {
        let Some((leader, status)) = self.leader() else {
            return false;
        };
        let Some(target) = self.network.target(leader) else {
            return false;
        };
        let all: BTreeSet<NodeId> = self.machines.keys().copied().collect();
        let wanted: Voters = vec![all.clone()];
        if status.membership.voter_sets != wanted {
            let missing = all
                .iter()
                .copied()
                .find(|node| !status.membership.members.contains_key(node));
            let consensus = target.consensus;
            let changing = target.life.spawn(async move {
                match missing {
                    Some(node) => consensus.add_learner(node, member(node), false).await,
                    None => consensus.change_voters(all, true).await,
                }
            });
            drop(tokio::time::timeout(Duration::from_secs(5), changing).await);
            return false;
        }
        status.applied.is_some()
            && status.applied.map(|at| at.index) == status.last_log_index
            && self.machines.keys().all(|node| {
                self.network.target(*node).is_some_and(|target| {
                    let own = target.consensus.status();
                    own.applied == status.applied && own.last_log_index == status.last_log_index
                })
            })
    }
}

fn member(node: NodeId) -> Member {
    Member {
        address: format!("node-{node}"),
    }
}
