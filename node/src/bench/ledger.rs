//! One node in this process, on a real store with fsync: entries committed per second and what a client waits, beside what the disk gives.
//!
//! Clients hand envelopes to the service itself and wait until their entry is final; the network between client and node is left out. Their
//! signatures are made before the clock runs.

use super::disk;
use super::load::{Client, deal, drive, steps};
use super::measure::{Clock, Latency, rate};
use super::network::{Network, adoptions, record, submit};
use super::report::{Figure, Ratio};
use super::sample::{PLANT, PLANT_SETS, Sequence, failed, rows};
use super::{Meter, Options};
use crate::clock::{SystemClock, now_ms};
use crate::config::{Config, Flags};
use crate::error::Error;
use crate::service::{End, Service, Submission};
use crypto_sm::sm2::SecretKey;
use hengtan_ledger::envelope::Signed;
use std::sync::Arc;
use std::time::Duration;

/// Clients that send at once.
const CLIENTS: [usize; 3] = [1, 16, 256];
/// Clients that import at once.
const IMPORTERS: usize = 4;
/// Rows of an import.
const ROWS: usize = 1000;
/// Runs are not longer than this: envelopes signed beforehand expire.
const RUN_MAX: Duration = Duration::from_secs(60);
/// Work prepared for one run at most; a run that has none left ends early.
const ENVELOPES_MAX: u64 = 200_000;
const IMPORTS_MAX: u64 = 400;

/// Measures the ledger.
pub(super) fn run(
    options: &Options,
    meter: &mut Meter<'_>,
) -> Result<(Vec<Figure>, Vec<Ratio>), Error> {
    let network = Network::found(&options.folder(), now_ms(), options.seed)?;
    meter.begin("synced_append");
    let disk = disk::measure(network.folder(), &options.schedule())?;
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| failed("runtime", &error))?;
    let mut figures = vec![disk];
    let measured = runtime.block_on(async {
        let mut bench = Bench::start(network, options).await?;
        let measured = bench.measure(meter).await;
        // The folder goes with the network: nothing may hold it open.
        let stopped = bench.service.shutdown().await;
        measured.and_then(|figures| stopped.map(|()| figures))
    })?;
    figures.extend(measured);
    let ratios = ratios(&figures);
    Ok((figures, ratios))
}

/// Entries for each synced append of the same disk: above 1000 many entries share a sync.
fn ratios(figures: &[Figure]) -> Vec<Ratio> {
    let disk = figures
        .iter()
        .find(|figure| figure.name == "synced_append")
        .map_or(0, |figure| figure.per_second().median);
    figures
        .iter()
        .filter(|figure| figure.name == "commit")
        .map(|figure| Ratio {
            name: "commit_to_synced_append",
            parameters: figure
                .parameters
                .iter()
                .filter(|(_, value)| value.is_u64())
                .cloned()
                .collect(),
            permille: u64::try_from(
                u128::from(figure.per_second().median) * 1000 / u128::from(disk.max(1)),
            )
            .unwrap_or(u64::MAX),
        })
        .collect()
}

/// A node and those who use it.
struct Bench<'a> {
    options: &'a Options,
    network: Network,
    service: Service,
    sequence: Sequence,
    /// Number of the next import.
    next: u64,
}

/// What one client does in a run: steps one after the other, each of envelopes that follow each other.
type Work = Vec<Vec<Signed>>;

/// What a run is made of.
#[derive(Clone, Copy)]
struct Kind {
    name: &'static str,
    unit: &'static str,
    clients: usize,
    /// Counted for each step.
    counted: u64,
    steps_max: u64,
}

impl<'a> Bench<'a> {
    async fn start(network: Network, options: &'a Options) -> Result<Self, Error> {
        let flag = |key: &str, value: &str| (key.to_owned(), value.to_owned());
        // One sender stands for all clients: its share is not what is measured.
        let flags: Flags = [
            flag("limits.sender_envelopes_per_second", "16777216"),
            flag("limits.sender_burst", "16777216"),
        ]
        .into();
        let (config, _) = Config::load(&network.config_file(), [], &flags)
            .map_err(|problems| failed("config", &format!("{problems:?}")))?;
        let service = Service::start(&config, Arc::new(SystemClock::default())).await?;
        let bench = Self {
            options,
            network,
            service,
            sequence: Sequence::new(options.seed),
            next: 0,
        };
        for adoption in adoptions(PLANT_SETS)? {
            let signed =
                bench
                    .network
                    .sign(adoption, &bench.network.governor, now_ms(), options.seed);
            hand_in(&bench.service, &signed).await?;
        }
        Ok(bench)
    }

    async fn measure(&mut self, meter: &mut Meter<'_>) -> Result<Vec<Figure>, Error> {
        let mut figures = Vec::new();
        for clients in CLIENTS {
            meter.begin("commit");
            let kind = Kind {
                name: "commit",
                unit: "entries",
                clients,
                counted: 1,
                steps_max: ENVELOPES_MAX,
            };
            figures.push(self.figure(kind).await?);
        }
        meter.begin("import");
        let kind = Kind {
            name: "import",
            unit: "rows",
            clients: IMPORTERS,
            counted: ROWS as u64,
            steps_max: IMPORTS_MAX,
        };
        figures.push(self.figure(kind).await?);
        Ok(figures)
    }

    async fn figure(&mut self, kind: Kind) -> Result<Figure, Error> {
        let schedule = self.options.schedule();
        let time = schedule.run.min(RUN_MAX);
        // The first run warms up, and tells how much to prepare for the others.
        let trial = self.prepare(kind, 4 * kind.clients as u64)?;
        let (warm, _) = drive(trial, RUN_MAX, kind.counted).await?;
        let mut expected = rate(warm.count / kind.counted, warm.wall_ns);
        let mut runs = Vec::new();
        let mut latencies = Vec::new();
        for _ in 0..schedule.runs {
            let count = steps(time, expected, kind.clients).min(kind.steps_max);
            let work = self.prepare(kind, count)?;
            let (run, waited) = drive(work, time, kind.counted).await?;
            expected = expected.max(rate(run.count / kind.counted, run.wall_ns));
            runs.push(run);
            latencies.extend(waited);
        }
        let rows = if kind.unit == "rows" { ROWS } else { 1 };
        Ok(Figure {
            name: kind.name,
            unit: kind.unit,
            clock: Clock::Wall,
            parameters: vec![
                ("clients", kind.clients.into()),
                ("rows_per_envelope", rows.into()),
            ],
            runs,
            latency: Some(Latency::of(latencies)),
        })
    }

    /// Signed work for every client, `steps` in all.
    fn prepare(&mut self, kind: Kind, count: u64) -> Result<Vec<(Service, Work)>, Error> {
        let numbers = self.next..self.next + count;
        self.next = numbers.end;
        let rows_each = if kind.unit == "rows" { ROWS } else { 1 };
        let mut commands = Vec::new();
        for number in numbers {
            let command = record(number, &rows(PLANT, rows_each, &mut self.sequence)?);
            // An import counts when it is submitted; a single row is recorded only, as one entry.
            let submission = (rows_each > 1).then(|| submit(number, &command));
            commands.push(command);
            commands.extend(submission);
        }
        let each = if rows_each > 1 { 2 } else { 1 };
        let key: &SecretKey = &self.network.recorder;
        let signed = self.network.sign_all(
            commands,
            key,
            now_ms(),
            self.options.seed.wrapping_add(self.next << 8),
        );
        let steps = signed.chunks(each).map(<[Signed]>::to_vec);
        Ok(deal(steps, kind.clients)
            .into_iter()
            .map(|work| (self.service.clone(), work))
            .collect())
    }
}

impl Client for Service {
    type Step = Vec<Signed>;

    async fn take(&mut self, step: &Vec<Signed>) -> Result<(), Error> {
        for envelope in step {
            hand_in(self, envelope).await?;
        }
        Ok(())
    }
}

/// Hands an envelope in and waits until its entry is final; it must be accepted.
async fn hand_in(service: &Service, signed: &Signed) -> Result<(), Error> {
    let submission = Submission {
        envelope: signed.bytes.clone(),
        rows: signed.rows.clone(),
        wait_ms: Some(60_000),
        receipt: false,
    };
    match service.submit(submission).await?.end {
        End::Final { outcome, .. } if outcome.code.is_empty() => Ok(()),
        End::Final { outcome, .. } => Err(failed("refused", &outcome.code)),
        End::Waiting(_) => Err(Error::Deadline),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_of_clients_is_measured_on_a_real_node_and_nothing_is_left_behind() {
        let folder = tempfile::tempdir().expect("a folder");
        let options = Options {
            dir: Some(folder.path().to_owned()),
            ..Options::instant()
        };
        let (figures, ratios) = run(&options, &mut Meter::silent()).expect("measured");
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        assert_eq!(
            names,
            ["synced_append", "commit", "commit", "commit", "import"]
        );
        for figure in &figures {
            let counted: u64 = figure.runs.iter().map(|run| run.count).sum();
            let each = if figure.unit == "rows" {
                ROWS as u64
            } else {
                1
            };
            assert_eq!(
                figure.latency.expect("timed").count * each,
                counted,
                "{}",
                figure.name
            );
        }
        assert_eq!(ratios.len(), CLIENTS.len());
        assert_eq!(
            std::fs::read_dir(folder.path()).expect("readable").count(),
            0
        );
    }
}
