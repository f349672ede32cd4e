//! Three organisations that vote, each with a node of its own as a process on this machine: entries per second and what a client waits for a final
//! receipt, how fast a node is back after a crash and how fast a new one catches up; beside etcd where the system has it.
//!
//! Everything that a consortium does is done: clients' signatures verified, SM2 cosignatures of more than half, SM TLS between nodes, each
//! node's log synced. Clients sign before the clock runs. etcd stores bytes of the same size under a key, over plain TCP.

mod etcd;
mod nodes;

use self::etcd::{Etcd, Put};
use self::nodes::{Cluster, VOTERS, channel, door};
use super::disk;
use super::load::{Client, deal, drive, steps};
use super::measure::{Clock, Latency, Run, nanoseconds, rate};
use super::network::{adoptions, import_id, record, sign_all, submit};
use super::report::{Figure, Ratio};
use super::sample::{PLANT, PLANT_SETS, Sequence, failed, rows};
use super::{Meter, Options};
use crate::clock::now_ms;
use crate::error::Error;
use hengtan_api::v1 as api;
use hengtan_api::v1::ledger_client::LedgerClient;
use hengtan_ledger::envelope::Signed;
use hengtan_ledger::v1;
use prost::Message as _;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tonic::transport::Channel;

/// Clients that send at once.
const CLIENTS: [usize; 3] = [1, 16, 256];
/// Clients that import at once.
const IMPORTERS: usize = 4;
/// Rows of an import.
const ROWS: usize = 1000;
/// Bytes of a row that goes alone.
const PAYLOAD: usize = 256;
/// Connections, shared among the clients; as many to each node.
const CONNECTIONS_MAX: usize = 48;
/// Runs are not longer than this: envelopes signed beforehand expire.
const RUN_MAX: Duration = Duration::from_secs(60);
/// Work prepared for one run at most; a run that has none left ends early.
const ENVELOPES_MAX: u64 = 200_000;
const IMPORTS_MAX: u64 = 400;
/// Entries written at once to fill the ledger.
const FILL: u64 = 20_000;

const HENGTAN: &str = "hengtan";
const ETCD: &str = "etcd";

/// Figures, comparisons, and what there was nothing of to measure beside.
pub(super) struct Findings {
    pub figures: Vec<Figure>,
    pub ratios: Vec<Ratio>,
    pub absent: Vec<&'static str>,
}

/// Measures the consortium.
pub(super) fn run(options: &Options, meter: &mut Meter<'_>) -> Result<Findings, Error> {
    let cluster = Cluster::found(
        &options.folder(),
        options.learners(),
        now_ms(),
        options.seed,
    )?;
    meter.begin("synced_append");
    let disk = disk::measure(cluster.folder(), &options.schedule())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| failed("runtime", &error))?;
    let mut figures = vec![disk];
    let absent = runtime.block_on(async {
        let stop = crate::run::signals()?;
        // Asked to end it lets go of everything, so that no process and no folder is left behind.
        tokio::select! {
            measured = measure(cluster, options, meter, &mut figures) => measured,
            () = stop => Err(Error::Stopping),
        }
    })?;
    let ratios = ratios(&figures);
    Ok(Findings {
        figures,
        ratios,
        absent,
    })
}

/// Takes all figures of running nodes; what there was nothing of to measure beside.
async fn measure(
    cluster: Cluster,
    options: &Options,
    meter: &mut Meter<'_>,
    figures: &mut Vec<Figure>,
) -> Result<Vec<&'static str>, Error> {
    let mut bench = Bench::start(cluster, options).await?;
    for clients in CLIENTS {
        meter.begin("cluster_commit");
        figures.extend(bench.compare(Kind::commit(clients)).await?);
    }
    meter.begin("cluster_import");
    figures.extend(bench.compare(Kind::import()).await?);
    let absent = if bench.etcd.take().is_some() {
        Vec::new()
    } else {
        vec![ETCD]
    };
    meter.begin("cluster_fill");
    bench.fill().await?;
    meter.begin("cluster_restart");
    figures.push(bench.restart().await?);
    meter.begin("cluster_catch_up");
    figures.push(bench.catch_up().await?);
    Ok(absent)
}

/// Ours over etcd's, for each kind and number of clients.
fn ratios(figures: &[Figure]) -> Vec<Ratio> {
    let word = |figure: &Figure| {
        let found = figure
            .parameters
            .iter()
            .find(|(name, _)| *name == "implementation");
        found.and_then(|(_, value)| value.as_str().map(str::to_owned))
    };
    let clients = |figure: &Figure| {
        let found = figure
            .parameters
            .iter()
            .find(|(name, _)| *name == "clients");
        found.map(|(_, value)| value.clone())
    };
    let of = |implementation: &'static str| {
        let found = figures
            .iter()
            .filter(move |figure| word(figure).as_deref() == Some(implementation));
        found.collect::<Vec<_>>()
    };
    let theirs = of(ETCD);
    of(HENGTAN)
        .into_iter()
        .filter_map(|ours| {
            let other = theirs
                .iter()
                .find(|other| other.name == ours.name && clients(other) == clients(ours))?;
            Some(Ratio {
                name: ours.name,
                parameters: vec![("clients", clients(ours)?), ("peer", ETCD.into())],
                permille: ours.per_second().median.saturating_mul(1000)
                    / other.per_second().median.max(1),
            })
        })
        .collect()
}

/// What a figure is made of.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    unit: &'static str,
    clients: usize,
    rows: usize,
    steps_max: u64,
}

impl Kind {
    fn commit(clients: usize) -> Self {
        Self {
            name: "cluster_commit",
            unit: "entries",
            clients,
            rows: 1,
            steps_max: ENVELOPES_MAX,
        }
    }

    fn import() -> Self {
        Self {
            name: "cluster_import",
            unit: "rows",
            clients: IMPORTERS,
            rows: ROWS,
            steps_max: IMPORTS_MAX,
        }
    }
}

/// One client of ours: hands in envelopes and waits for the final receipt of each.
struct Clerk {
    client: LedgerClient<Channel>,
    /// Bytes of envelopes and rows that are final.
    sent: Arc<AtomicU64>,
}

impl Client for Clerk {
    type Step = Vec<api::SubmitRequest>;

    async fn take(&mut self, step: &Self::Step) -> Result<(), Error> {
        for request in step {
            let bytes = size(request);
            let answer = self.client.submit(request.clone()).await;
            let answer = answer
                .map_err(|status| failed("submit", &status.message()))?
                .into_inner();
            let (Some(outcome), Some(_)) = (answer.outcome, answer.receipt) else {
                return Err(Error::Deadline);
            };
            if !outcome.code.is_empty() {
                return Err(failed("refused", &outcome.code));
            }
            self.sent.fetch_add(bytes, Ordering::Relaxed);
        }
        Ok(())
    }
}

/// Bytes of an envelope with its rows.
fn size(request: &api::SubmitRequest) -> u64 {
    let rows = request.rows.iter().flat_map(|set| &set.rows);
    (request.envelope.len() + rows.map(Vec::len).sum::<usize>()) as u64
}

fn request(signed: &Signed) -> api::SubmitRequest {
    api::SubmitRequest {
        envelope: signed.bytes.clone(),
        rows: Some(v1::RowSet {
            rows: signed.rows.clone(),
        }),
        wait_ms: 60_000,
        without_receipt: false,
    }
}

/// Makes a row exactly as long as it shall be, by its note.
fn pad(row: &mut v1::ActivityRow) -> Result<(), Error> {
    let length = |row: &v1::ActivityRow| {
        let content = v1::record_row::Content::Open(row.clone());
        v1::RecordRow {
            content: Some(content),
        }
        .encoded_len()
    };
    // Length prefixes grow with what they count, so that a length may be jumped over; a longer source goes round it.
    for _ in 0..3 {
        row.note.clear();
        let missing = PAYLOAD.saturating_sub(length(row));
        for letters in missing.saturating_sub(6)..=missing {
            row.note = "x".repeat(letters);
            if length(row) == PAYLOAD {
                return Ok(());
            }
        }
        row.source.push('x');
    }
    Err(failed("payload", &length(row)))
}

struct Bench<'a> {
    options: &'a Options,
    cluster: Cluster,
    etcd: Option<Etcd>,
    sequence: Sequence,
    /// Number of the next import.
    next: u64,
    sent: Arc<AtomicU64>,
}

impl<'a> Bench<'a> {
    async fn start(mut cluster: Cluster, options: &'a Options) -> Result<Self, Error> {
        for voter in VOTERS {
            cluster.start(&format!("{voter}-1"))?;
        }
        for voter in VOTERS {
            cluster.serves(&format!("{voter}-1")).await?;
        }
        let etcd = Etcd::start(cluster.folder()).await?;
        let bench = Self {
            options,
            sequence: Sequence::new(options.seed),
            next: 0,
            sent: Arc::default(),
            etcd,
            cluster,
        };
        let addresses = bench.cluster.addresses().await?;
        let signed = sign_all(
            &bench.cluster.founded.network_id(),
            adoptions(PLANT_SETS)?,
            &bench.cluster.governor,
            now_ms(),
            options.seed,
        );
        let work = signed.iter().map(|signed| vec![request(signed)]).collect();
        let clerks = bench.clerks(&addresses, 1)?;
        let work = clerks.into_iter().zip([work]).collect();
        drive(work, RUN_MAX, 1).await?;
        Ok(bench)
    }

    fn clerks(&self, addresses: &[SocketAddr], count: usize) -> Result<Vec<Clerk>, Error> {
        let channels = channels(addresses, count)?;
        let clerks = (0..count).map(|number| Clerk {
            client: door(channels[number % channels.len()].clone()),
            sent: Arc::clone(&self.sent),
        });
        Ok(clerks.collect())
    }

    /// Signed work, `count` steps.
    fn prepare(&mut self, kind: Kind, count: u64) -> Result<Vec<Vec<api::SubmitRequest>>, Error> {
        let numbers = self.next..self.next + count;
        self.next = numbers.end;
        let mut commands = Vec::new();
        for number in numbers {
            let rows = self.rows(kind)?;
            let command = record(number, &rows);
            // An import counts when it is submitted; a single row is recorded only, as one entry.
            let submission = (kind.rows > 1).then(|| submit(number, &command));
            commands.push(command);
            commands.extend(submission);
        }
        let signed = sign_all(
            &self.cluster.founded.network_id(),
            commands,
            &self.cluster.recorder,
            now_ms(),
            self.options.seed.wrapping_add(self.next << 8),
        );
        let each = if kind.rows > 1 { 2 } else { 1 };
        let steps = signed.chunks(each);
        Ok(steps
            .map(|step| step.iter().map(request).collect())
            .collect())
    }

    fn rows(&mut self, kind: Kind) -> Result<Vec<v1::ActivityRow>, Error> {
        if kind.rows > 1 {
            return rows(PLANT, kind.rows, &mut self.sequence);
        }
        // The first sample brings measured parameters, more than fit.
        let from =
            1 + usize::try_from(self.sequence.draw() % (PLANT.len() as u64 - 1)).unwrap_or(0);
        let mut rows = rows(&PLANT[from..], 1, &mut self.sequence)?;
        rows.iter_mut().try_for_each(pad)?;
        Ok(rows)
    }

    /// The same number of bytes for etcd.
    fn puts(&mut self, bytes: usize, count: u64) -> Vec<Put> {
        let numbers = self.next..self.next + count;
        self.next = numbers.end;
        let value = |sequence: &mut Sequence| {
            let words = std::iter::repeat_with(|| sequence.draw().to_be_bytes());
            words.flatten().take(bytes).collect()
        };
        numbers
            .map(|number| Put {
                key: import_id(number).to_vec(),
                value: value(&mut self.sequence),
            })
            .collect()
    }

    /// Measures ours and etcd in turn, run by run, so that a change of the machine's speed meets both.
    async fn compare(&mut self, kind: Kind) -> Result<Vec<Figure>, Error> {
        let schedule = self.options.schedule();
        let time = schedule.run.min(RUN_MAX);
        let trial = self.prepare(kind, 4 * kind.clients as u64)?;
        let bytes = if kind.rows > 1 {
            let sizes = trial.iter().flatten().map(size);
            usize::try_from(sizes.sum::<u64>() / trial.len() as u64).unwrap_or(usize::MAX)
        } else {
            PAYLOAD
        };
        let (warm, _) = self.ours(kind, trial, RUN_MAX).await?;
        let mut expected = rate(warm.count / kind.rows as u64, warm.wall_ns);
        let mut theirs_expected = expected;
        if self.etcd.is_some() {
            let puts = self.puts(bytes, 4 * kind.clients as u64);
            let (warm, _) = self.theirs(kind, puts, RUN_MAX).await?;
            theirs_expected = rate(warm.count / kind.rows as u64, warm.wall_ns);
        }
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let (mut our_times, mut their_times) = (Vec::new(), Vec::new());
        for _ in 0..schedule.runs {
            let work = self.prepare(
                kind,
                steps(time, expected, kind.clients).min(kind.steps_max),
            )?;
            let (run, waited) = self.ours(kind, work, time).await?;
            expected = expected.max(rate(run.count / kind.rows as u64, run.wall_ns));
            ours.push(run);
            our_times.extend(waited);
            if self.etcd.is_some() {
                let count = steps(time, theirs_expected, kind.clients).min(kind.steps_max);
                let work = self.puts(bytes, count);
                let (run, waited) = self.theirs(kind, work, time).await?;
                theirs_expected =
                    theirs_expected.max(rate(run.count / kind.rows as u64, run.wall_ns));
                theirs.push(run);
                their_times.extend(waited);
            }
        }
        let figure = |implementation: &str, runs, times| Figure {
            name: kind.name,
            unit: kind.unit,
            clock: Clock::Wall,
            parameters: vec![
                ("implementation", implementation.into()),
                ("clients", kind.clients.into()),
                ("bytes", bytes.into()),
                ("rows_per_envelope", kind.rows.into()),
            ],
            runs,
            latency: Some(Latency::of(times)),
        };
        let mut figures = vec![figure(HENGTAN, ours, our_times)];
        if let Some(etcd) = &self.etcd {
            let mut beside = figure(ETCD, theirs, their_times);
            beside.parameters.push(("version", etcd.version().into()));
            figures.push(beside);
        }
        Ok(figures)
    }

    async fn ours(
        &self,
        kind: Kind,
        work: Vec<Vec<api::SubmitRequest>>,
        time: Duration,
    ) -> Result<(Run, Vec<u64>), Error> {
        let addresses = self.cluster.addresses().await?;
        let clerks = self.clerks(&addresses, kind.clients)?;
        let work = clerks.into_iter().zip(deal(work, kind.clients)).collect();
        drive(work, time, kind.rows as u64).await
    }

    async fn theirs(
        &self,
        kind: Kind,
        work: Vec<Put>,
        time: Duration,
    ) -> Result<(Run, Vec<u64>), Error> {
        let addresses = self.etcd.as_ref().map_or(&[][..], Etcd::addresses);
        let channels = channels(addresses, kind.clients)?;
        let work = deal(work, kind.clients).into_iter().enumerate();
        let work = work
            .map(|(number, steps)| {
                let channel = channels[number % channels.len()].clone();
                (etcd::Door::open(channel), steps)
            })
            .collect();
        drive(work, time, kind.rows as u64).await
    }

    /// Writes until the ledger has as many entries as it shall have.
    async fn fill(&mut self) -> Result<(), Error> {
        let kind = Kind::commit(CLIENTS[2]);
        loop {
            let size = self.cluster.size().await?;
            let missing = self.options.entries.saturating_sub(size).min(FILL);
            if missing == 0 {
                return Ok(());
            }
            let work = self.prepare(kind, missing)?;
            self.ours(kind, work, Duration::MAX).await?;
        }
    }

    /// A node that follows is killed and started again: from there until it serves and has what the others have.
    async fn restart(&mut self) -> Result<Figure, Error> {
        let size = self.cluster.size().await?;
        let (mut runs, mut times) = (Vec::new(), Vec::new());
        for _ in 0..self.options.runs() {
            let leader = self.cluster.leader().await?;
            let name = VOTERS
                .iter()
                .map(|voter| format!("{voter}-1"))
                .find(|name| *name != leader)
                .unwrap_or(leader);
            self.cluster.kill(&name);
            let begun = Instant::now();
            self.cluster.start(&name)?;
            self.cluster.serves(&name).await?;
            self.cluster.holds(&name, size).await?;
            runs.push(Run::of_wall(size, begun.elapsed()));
            times.push(nanoseconds(begun.elapsed()) / 1000);
        }
        Ok(Figure {
            name: "cluster_restart",
            unit: "entries",
            clock: Clock::Wall,
            parameters: vec![("entries", size.into())],
            runs,
            latency: Some(Latency::of(times)),
        })
    }

    /// A node that has nothing is started: until it has everything.
    async fn catch_up(&mut self) -> Result<Figure, Error> {
        let size = self.cluster.size().await?;
        let bytes = self.sent.load(Ordering::Relaxed);
        let (mut runs, mut times) = (Vec::new(), Vec::new());
        for name in self.cluster.learners() {
            let begun = Instant::now();
            self.cluster.start(&name)?;
            self.cluster.serves(&name).await?;
            self.cluster.holds(&name, size).await?;
            runs.push(Run::of_wall(bytes, begun.elapsed()));
            times.push(nanoseconds(begun.elapsed()) / 1000);
            // The next one has the machine for itself.
            self.cluster.kill(&name);
        }
        Ok(Figure {
            name: "cluster_catch_up",
            unit: "bytes",
            clock: Clock::Wall,
            parameters: vec![("entries", size.into()), ("ledger_bytes", bytes.into())],
            runs,
            latency: Some(Latency::of(times)),
        })
    }
}

/// Connections for so many clients, in turn to each address.
fn channels(addresses: &[SocketAddr], clients: usize) -> Result<Vec<Channel>, Error> {
    (0..clients.min(CONNECTIONS_MAX))
        .zip(addresses.iter().cycle())
        .map(|(_, address)| channel(*address))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_single_row_is_as_long_as_etcd_s_value() {
        let mut sequence = Sequence::new(1);
        for from in 1..PLANT.len() {
            let mut row = rows(&PLANT[from..], 1, &mut sequence)
                .expect("rows")
                .remove(0);
            pad(&mut row).expect("fits");
            let request = request(&Signed {
                bytes: Vec::new(),
                rows: record(1, &[row]).rows,
                id: [0; 32],
            });
            assert_eq!(size(&request), PAYLOAD as u64);
        }
    }

    #[test]
    fn ours_is_compared_with_etcd_at_the_same_number_of_clients() {
        let figure = |implementation: &str, clients: u64, count| Figure {
            name: "cluster_commit",
            unit: "entries",
            clock: Clock::Wall,
            parameters: vec![
                ("implementation", implementation.into()),
                ("clients", clients.into()),
            ],
            runs: vec![Run::of_wall(count, Duration::from_secs(1))],
            latency: None,
        };
        let figures = [
            figure(HENGTAN, 1, 50),
            figure(ETCD, 16, 10),
            figure(ETCD, 1, 100),
        ];
        let found = ratios(&figures);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].permille, 500);
    }
}
