//! Memory while a long file is checked: what `docs/en/import.md` states.

// Helpers of tests may fail loudly, as tests do.
#![allow(clippy::unwrap_used)]

use std::io::Write;
use std::ops::ControlFlow;
use std::sync::Arc;

use hengtan::import::check::Trial;
use hengtan::import::{Import, Options};

/// The most memory that this process ever had, KiB.
fn peak_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM:"))
        .unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

/// `IMPORT_ROWS=10000000 cargo test --release -p hengtan --test import_memory -- --ignored --nocapture`
#[test]
#[ignore = "takes minutes; prints the figures of docs/en/import.md"]
fn memory_stays_bounded_while_a_long_file_is_checked_and_read_in_envelopes() {
    let rows: u64 = std::env::var("IMPORT_ROWS").map_or(1_000_000, |rows| rows.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("long.csv");
    let mut file = std::io::BufWriter::new(std::fs::File::create(&path).unwrap());
    writeln!(
        file,
        "reference,activity,category,region,month,quantity,unit,instrument"
    )
    .unwrap();
    for row in 0..rows {
        let (month, meter) = (row % 12 + 1, row / 12 % 5_000);
        writeln!(
            file,
            "R{row},electricity,purchased electricity,CN-GD,2025-{month:02},{}.{:03},kWh,M{meter}",
            row % 9_973 + 1,
            row % 1_000
        )
        .unwrap();
    }
    file.into_inner().unwrap();
    let start = peak_kib();
    let factors = accounting::Catalogue::new(accounting::shipped::sets().unwrap()).unwrap();
    let mut trial = Trial::new(
        Arc::new(factors),
        accounting::Profile::default(),
        Vec::new(),
    );
    let import = Import::open(&path, Options::default()).unwrap();
    let begun = std::time::Instant::now();
    let report = import.check(&mut trial, &mut |_| {}).unwrap();
    let checked = begun.elapsed();
    assert_eq!((report.rows, report.rows_bad), (rows, 0));
    let after_check = peak_kib();
    let mut sent = 0;
    import
        .each_batch(&mut trial, &mut |_| {}, |batch| {
            sent += batch.rows.len() as u64;
            ControlFlow::<()>::Continue(())
        })
        .unwrap();
    assert_eq!(sent, rows);
    println!(
        "{rows} rows, {} MiB; before {} MiB, peak after check {} MiB ({} s), after reading again {} MiB",
        import.source().bytes() >> 20,
        start >> 10,
        after_check >> 10,
        checked.as_secs(),
        peak_kib() >> 10
    );
    assert!(peak_kib() < 512 << 10, "{} KiB", peak_kib());
}
