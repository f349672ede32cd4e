//! What the disk gives: appends to a plain file, each synced. The ledger's figures are read beside it.

use super::measure::{Clock, Latency, Run, Schedule, Stopwatch, nanoseconds};
use super::report::Figure;
use crate::error::Error;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::Path;
use std::time::Instant;

/// Bytes of one append: about a small envelope with its outcome.
pub(super) const APPEND_BYTES: usize = 1024;

/// Appends and syncs one after the other, as a log with a single client must.
pub(super) fn measure(folder: &Path, schedule: &Schedule) -> Result<Figure, Error> {
    let path = folder.join("appends");
    let failed = |error: std::io::Error| Error::FileUnwritable {
        path: path.display().to_string(),
        detail: error.to_string(),
    };
    let mut file = OpenOptions::new()
        .create_new(true)
        .append(true)
        .open(&path)
        .map_err(failed)?;
    let bytes = [0xa5; APPEND_BYTES];
    let mut append = || -> Result<u64, Error> {
        let begun = Instant::now();
        file.write_all(&bytes).map_err(failed)?;
        file.sync_data().map_err(failed)?;
        Ok(nanoseconds(begun.elapsed()) / 1000)
    };
    append()?;
    let mut latencies = Vec::new();
    let mut runs = Vec::new();
    for _ in 0..schedule.runs {
        let watch = Stopwatch::start();
        let before = latencies.len();
        loop {
            latencies.push(append()?);
            if watch.elapsed() >= schedule.run {
                break;
            }
        }
        runs.push(Run {
            core_ns: None,
            ..watch.stop((latencies.len() - before) as u64)
        });
    }
    Ok(Figure {
        name: "synced_append",
        unit: "appends",
        clock: Clock::Wall,
        parameters: vec![("bytes", APPEND_BYTES.into())],
        runs,
        latency: Some(Latency::of(latencies)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_append_is_on_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let figure =
            measure(folder.path(), &Schedule::new(Duration::from_millis(3), 3)).expect("measured");
        let appended: u64 = figure.runs.iter().map(|run| run.count).sum();
        let size = std::fs::metadata(folder.path().join("appends"))
            .expect("a file")
            .len();
        assert_eq!(size, (appended + 1) * APPEND_BYTES as u64);
        assert_eq!(figure.latency.expect("timed").count, appended);
        // A second one must not append to what is there.
        assert!(measure(folder.path(), &Schedule::new(Duration::ZERO, 1)).is_err());
    }
}
