//! The faults: each comes, is survived, and goes again.

use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;

use super::network::{Network, REGULATOR, VOTERS};
use super::shim::Control;
use super::workload::Load;

/// Writes that must be acknowledged under a fault before it goes.
const PROGRESS: u64 = 12;

/// What happens to the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// SIGKILL of the leader.
    LeaderKilled,
    /// SIGKILL of another voter.
    FollowerKilled,
    /// SIGSTOP of the leader, and SIGCONT once another leads.
    LeaderPaused,
    /// The leader is alone, the others go on.
    LeaderInMinority,
    /// Another voter is alone, the leader goes on.
    LeaderInMajority,
    /// The leader's disk is full.
    LeaderDiskFull,
    /// Another voter's disk is full.
    FollowerDiskFull,
    /// Each sync of the leader takes a fifth of a second more.
    LeaderDiskSlow,
    /// The leader's clock is half a minute ahead.
    LeaderClockAhead,
    /// Another voter's clock is half a minute behind.
    FollowerClockBehind,
    /// All machines lose power: every node is killed, and what it had not synced is gone.
    PowerCut,
}

impl Fault {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::LeaderKilled,
        Self::FollowerKilled,
        Self::LeaderPaused,
        Self::LeaderInMinority,
        Self::LeaderInMajority,
        Self::LeaderDiskFull,
        Self::FollowerDiskFull,
        Self::LeaderDiskSlow,
        Self::LeaderClockAhead,
        Self::FollowerClockBehind,
        Self::PowerCut,
    ];

    /// Lets it happen until clients have made progress under it, and ends it. Afterwards the network must settle.
    pub async fn meet(self, network: &mut Network, load: &Load, random: &mut StdRng) {
        let leader = network.leader(&[]).await;
        let followers: Vec<&'static str> =
            VOTERS.into_iter().filter(|name| *name != leader).collect();
        let follower = *followers.choose(random).expect("two");
        let what = format!("{self:?}, leader {leader}, follower {follower}");
        match self {
            Self::LeaderKilled => {
                network.kill(leader);
                load.progress(network, PROGRESS, &what).await;
                network.start(leader);
            }
            Self::FollowerKilled => {
                network.kill(follower);
                load.progress(network, PROGRESS, &what).await;
                network.start(follower);
            }
            Self::LeaderPaused => {
                network.signal(leader, "-STOP");
                network.leader(&[leader]).await;
                load.progress(network, PROGRESS, &what).await;
                network.signal(leader, "-CONT");
            }
            Self::LeaderInMinority => {
                network
                    .net
                    .split(&[leader], &[followers[0], followers[1], REGULATOR]);
                network.leader(&[leader]).await;
                load.progress(network, PROGRESS, &what).await;
                network.net.heal();
            }
            Self::LeaderInMajority => {
                let others: Vec<&str> = VOTERS.into_iter().filter(|it| *it != follower).collect();
                network
                    .net
                    .split(&[follower], &[others[0], others[1], REGULATOR]);
                load.progress(network, PROGRESS, &what).await;
                network.net.heal();
            }
            Self::LeaderDiskFull => full(network, load, leader, &what).await,
            Self::FollowerDiskFull => full(network, load, follower, &what).await,
            Self::LeaderDiskSlow => {
                let slow = Control {
                    sync_delay_us: 200_000,
                    ..Control::default()
                };
                during(network, load, leader, slow, &what).await;
            }
            Self::LeaderClockAhead => {
                let ahead = Control {
                    skew_ms: 30_000,
                    ..Control::default()
                };
                // The others refuse what it stamps, and elect another.
                network.shims[leader].set(ahead);
                network.leader(&[leader]).await;
                during(network, load, leader, ahead, &what).await;
            }
            Self::FollowerClockBehind => {
                let behind = Control {
                    skew_ms: -30_000,
                    ..Control::default()
                };
                during(network, load, follower, behind, &what).await;
            }
            Self::PowerCut => {
                load.progress(network, PROGRESS, &what).await;
                for name in VOTERS.into_iter().chain([REGULATOR]) {
                    network.kill(name);
                }
                for name in VOTERS.into_iter().chain([REGULATOR]) {
                    network.shims[name].cut();
                    network.start(name);
                }
                load.phase();
                load.progress(network, PROGRESS, &what).await;
            }
        }
    }
}

async fn during(network: &Network, load: &Load, name: &str, control: Control, what: &str) {
    network.shims[name].set(control);
    load.progress(network, PROGRESS, what).await;
    network.shims[name].set(Control::default());
}

/// A node that cannot write stops by itself, the others go on, and it comes back once there is room.
async fn full(network: &mut Network, load: &Load, name: &'static str, what: &str) {
    let full = Control {
        full: true,
        ..Control::default()
    };
    network.shims[name].set(full);
    network.ends(name).await;
    load.phase();
    load.progress(network, PROGRESS, what).await;
    network.shims[name].set(Control::default());
    network.start(name);
}
