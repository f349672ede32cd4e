//! Measurements of this machine: `hengtan bench`. Real signatures, real factors, real storage; rates are whole numbers.

mod audit;
mod cluster;
mod crypto;
mod disk;
mod engine;
mod hardware;
mod ledger;
mod load;
mod measure;
mod network;
mod report;
mod sample;

pub use hardware::{Build, Hardware, Storage};
pub use measure::{Clock, Latency, Run, Spread};
pub use report::{FORMAT, Figure, Ratio, Report};

use crate::error::Error;
use measure::Schedule;
use std::path::PathBuf;
use std::time::Duration;

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// Entries committed by one node with fsync, and how long a client waits.
    Ledger,
    /// Rows calculated.
    Engine,
    /// Entries replayed and receipts verified.
    Audit,
    /// SM2, SM3, SM4 and TLS, beside other libraries.
    Crypto,
    /// Three voting nodes as processes, beside etcd.
    Cluster,
}

impl Subject {
    /// Stable word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ledger => "ledger",
            Self::Engine => "engine",
            Self::Audit => "audit",
            Self::Crypto => "crypto",
            Self::Cluster => "cluster",
        }
    }

    /// Whether the disk matters to it.
    fn stores(self) -> bool {
        matches!(self, Self::Ledger | Self::Cluster)
    }
}

/// How to measure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Seconds for each figure, shared among its runs.
    pub seconds: u64,
    /// One short run of each figure on little data: shows that it works, not how fast.
    pub quick: bool,
    /// Folder in which the store is made and removed again; nothing = the system's folder for temporary files.
    pub dir: Option<PathBuf>,
    /// Seed of all rows and keys.
    pub seed: u64,
    /// Entries of the ledger with which a node of a cluster starts again and a new one catches up.
    pub entries: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            seconds: 10,
            quick: false,
            dir: None,
            seed: 20_260_101,
            entries: 20_000,
        }
    }
}

impl Options {
    /// Runs of each figure.
    #[must_use]
    pub fn runs(&self) -> u32 {
        if self.quick { 1 } else { 5 }
    }

    /// Nodes that catch up, one after the other.
    fn learners(&self) -> usize {
        if self.quick { 1 } else { 3 }
    }

    /// No time at all, for tests: every figure once, as short as can be.
    #[cfg(test)]
    fn instant() -> Self {
        Self {
            seconds: 0,
            quick: true,
            ..Self::default()
        }
    }

    fn schedule(&self) -> Schedule {
        let figure = Duration::from_secs(self.seconds);
        // Quick means a tenth of the time, at most half a second.
        Schedule::new(
            if self.quick {
                (figure / 10).min(Duration::from_millis(500))
            } else {
                figure
            },
            self.runs(),
        )
    }

    fn folder(&self) -> PathBuf {
        self.dir.clone().unwrap_or_else(std::env::temp_dir)
    }
}

/// Tells whoever waits what is being measured.
struct Meter<'a>(&'a mut dyn FnMut(&'static str));

impl Meter<'_> {
    fn begin(&mut self, figure: &'static str) {
        (self.0)(figure);
    }
}

#[cfg(test)]
impl Meter<'static> {
    fn silent() -> Self {
        Self(Box::leak(Box::new(|_| {})))
    }
}

/// Measures a subject; `begin` hears the name of each figure when its turn comes. Takes the figures' time and a little more for preparation,
/// and blocks: not for an asynchronous task.
///
/// # Errors
/// [`Error::BenchFailed`]; failures of the store and the ledger.
pub fn run(
    subject: Subject,
    options: &Options,
    begin: &mut dyn FnMut(&'static str),
) -> Result<Report, Error> {
    let folder = options.folder();
    let hardware = Hardware::survey(subject.stores().then_some(folder.as_path()));
    let started_ms = crate::clock::Clock::now_ms(&crate::clock::SystemClock::default());
    let mut meter = Meter(begin);
    let mut absent = Vec::new();
    let (figures, ratios) = match subject {
        Subject::Engine => (engine::run(options, &mut meter)?, Vec::new()),
        Subject::Audit => (audit::run(options, &mut meter)?, Vec::new()),
        Subject::Ledger => ledger::run(options, &mut meter)?,
        Subject::Crypto => crypto::run(options, &mut meter)?,
        Subject::Cluster => {
            let found = cluster::run(options, &mut meter)?;
            absent = found.absent;
            (found.figures, found.ratios)
        }
    };
    Ok(Report {
        subject,
        options: options.clone(),
        started_ms,
        hardware,
        build: Build::of_this_program(),
        figures,
        ratios,
        absent,
    })
}
