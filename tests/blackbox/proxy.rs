//! The network between nodes: each node's address on the ledger is one of these listeners, which hands on to where the node really listens. A
//! cut pair of nodes hears nothing from each other: bytes wait, as packets would that nobody delivers; connections are not reset.
//!
//! Who connects is found out by the kernel's tables: the port that a connection comes from belongs to a socket, and that to a process.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// Pairs that do not hear each other, smaller name first.
type Cuts = BTreeSet<(String, String)>;

/// Processes by node.
type Processes = Arc<Mutex<BTreeMap<String, u32>>>;

/// All links between nodes.
pub struct Net {
    cuts: watch::Sender<Cuts>,
    processes: Processes,
}

impl Default for Net {
    fn default() -> Self {
        Self {
            cuts: watch::Sender::new(Cuts::new()),
            processes: Processes::default(),
        }
    }
}

fn pair(one: &str, two: &str) -> (String, String) {
    let (one, two) = (one.min(two), one.max(two));
    (one.to_owned(), two.to_owned())
}

impl Net {
    /// Listens for a node that will listen at `to`; returns the address for others.
    pub async fn listen(&self, name: &'static str, to: SocketAddr) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let address = listener.local_addr().expect("bound");
        let (cuts, processes) = (self.cuts.subscribe(), Arc::clone(&self.processes));
        tokio::spawn(async move {
            while let Ok((stream, from)) = listener.accept().await {
                let (cuts, processes) = (cuts.clone(), Arc::clone(&processes));
                tokio::spawn(async move {
                    let known = processes.lock().expect("no panic").clone();
                    // A stranger is nobody that can be cut off.
                    let other = known
                        .iter()
                        .find(|(_, process)| holds(**process, from, address))
                        .map_or(String::new(), |(name, _)| name.clone());
                    link(stream, to, pair(name, &other), cuts).await;
                });
            }
        });
        address
    }

    /// A node runs as this process now.
    pub fn runs(&self, name: &str, process: u32) {
        let mut processes = self.processes.lock().expect("no panic");
        processes.insert(name.to_owned(), process);
    }

    /// Nobody of the one side hears anybody of the other from now on.
    pub fn split(&self, one: &[&str], two: &[&str]) {
        let cuts = one
            .iter()
            .flat_map(|one| two.iter().map(|two| pair(one, two)));
        self.cuts.send_replace(cuts.collect());
    }

    /// All hear each other again.
    pub fn heal(&self) {
        self.cuts.send_replace(Cuts::new());
    }
}

async fn link(
    stream: TcpStream,
    to: SocketAddr,
    ends: (String, String),
    cuts: watch::Receiver<Cuts>,
) {
    if !open(&mut cuts.clone(), &ends).await {
        return;
    }
    let Ok(onward) = TcpStream::connect(to).await else {
        return;
    };
    drop((stream.set_nodelay(true), onward.set_nodelay(true)));
    let (from_read, from_write) = stream.into_split();
    let (to_read, to_write) = onward.into_split();
    let there = carry(from_read, to_write, ends.clone(), cuts.clone());
    let back = carry(to_read, from_write, ends, cuts);
    // One end that is gone ends both ways.
    tokio::select! {
        () = there => {}
        () = back => {}
    }
}

async fn carry(
    mut from: tokio::net::tcp::OwnedReadHalf,
    mut to: tokio::net::tcp::OwnedWriteHalf,
    ends: (String, String),
    mut cuts: watch::Receiver<Cuts>,
) {
    let mut bytes = vec![0; 64 << 10];
    loop {
        match from.read(&mut bytes).await {
            Ok(0) | Err(_) => return,
            Ok(count) => {
                if !open(&mut cuts, &ends).await || to.write_all(&bytes[..count]).await.is_err() {
                    return;
                }
            }
        }
    }
}

/// Waits until this pair is not cut; false when the network is gone.
async fn open(cuts: &mut watch::Receiver<Cuts>, ends: &(String, String)) -> bool {
    cuts.wait_for(|cuts| !cuts.contains(ends)).await.is_ok()
}

/// Whether a process has the socket of the connection from `from` to `to`.
fn holds(process: u32, from: SocketAddr, to: SocketAddr) -> bool {
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).unwrap_or_default();
    let hex = |address: SocketAddr| format!(":{:04X}", address.port());
    let inode = table.lines().find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let found =
            fields.len() > 9 && fields[1].ends_with(&hex(from)) && fields[2].ends_with(&hex(to));
        found.then(|| fields[9].to_owned())
    });
    let Some(inode) = inode else { return false };
    let socket = format!("socket:[{inode}]");
    let Ok(files) = std::fs::read_dir(format!("/proc/{process}/fd")) else {
        return false;
    };
    files.flatten().any(|file| {
        std::fs::read_link(file.path()).is_ok_and(|link| link.to_str() == Some(&socket))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn answer(stream: &mut TcpStream) -> u8 {
        let mut byte = [0];
        stream.read_exact(&mut byte).await.expect("answered");
        byte[0]
    }

    #[tokio::test]
    async fn a_cut_link_carries_nothing_until_it_is_healed() {
        let echo = TcpListener::bind("127.0.0.1:0").await.expect("loopback");
        let net = Net::default();
        net.runs("one", std::process::id());
        let behind = echo.local_addr().expect("bound");
        let address = net.listen("two", behind).await;
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = echo.accept().await {
                tokio::spawn(async move {
                    let (mut read, mut write) = stream.split();
                    drop(tokio::io::copy(&mut read, &mut write).await);
                });
            }
        });
        let mut before = TcpStream::connect(address).await.expect("connected");
        before.write_all(&[1]).await.expect("sent");
        assert_eq!(answer(&mut before).await, 1);
        net.split(&["one"], &["three"]);
        before.write_all(&[2]).await.expect("sent");
        assert_eq!(answer(&mut before).await, 2, "another pair is cut");

        net.split(&["two"], &["one"]);
        before.write_all(&[3]).await.expect("sent");
        let mut later = TcpStream::connect(address).await.expect("connected");
        later.write_all(&[4]).await.expect("sent");
        // Many round trips past the proxy: had it carried the bytes, their answers would be here.
        let mut past = TcpStream::connect(behind).await.expect("connected");
        for _ in 0..2_000 {
            past.write_all(&[9]).await.expect("sent");
            assert_eq!(answer(&mut past).await, 9);
        }
        for stream in [&before, &later] {
            assert!(stream.try_read(&mut [0]).is_err(), "nothing to read");
        }
        net.heal();
        assert_eq!(answer(&mut before).await, 3, "late, not lost");
        assert_eq!(answer(&mut later).await, 4);
    }
}
