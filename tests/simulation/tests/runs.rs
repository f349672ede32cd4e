//! Many seeds hold every property, and a seed is all that a run depends on.

use hengtan_simulation::{Report, Sabotage, Wish, run, run_all};

/// Seeds in a normal run of the tests; thousands run by `tests/simulation/run.sh --seeds N`.
const SEEDS: u64 = 200;
/// Seeds that are run a second time.
const SEEDS_TWICE: u64 = 20;

fn violated(reports: &[Report]) -> Vec<String> {
    reports
        .iter()
        .filter_map(|report| {
            let violation = report.violation.as_ref()?;
            Some(format!(
                "seed {}: {} at {} ms: {}\n  again with its trace: tests/simulation/run.sh --seed {} --trace",
                report.seed, violation.property, violation.at_ms, violation.detail, report.seed
            ))
        })
        .collect()
}

#[test]
fn every_seed_holds_every_property_and_some_of_them_leave_the_same_trace_twice() {
    let reports = run_all(0..SEEDS, Wish::default());
    let bad = violated(&reports);
    assert!(bad.is_empty(), "{}", bad.join("\n"));

    // A run in which nothing happens holds every property too.
    let sum = |part: fn(&Report) -> u64| reports.iter().map(part).sum::<u64>();
    let (acknowledged, receipts, reads) = (
        sum(|report| report.tally.acknowledged),
        sum(|report| report.tally.receipts),
        sum(|report| report.tally.reads),
    );
    println!("{acknowledged} acknowledged, {receipts} receipts, {reads} reads");
    assert!(acknowledged > SEEDS * 10, "{acknowledged}");
    assert!(receipts > SEEDS, "{receipts}");
    assert!(reads > SEEDS, "{reads}");

    let again = run_all(0..SEEDS_TWICE, Wish::default());
    for (first, second) in reports.iter().zip(&again) {
        assert_eq!(
            (first.seed, first.events, &first.digest),
            (second.seed, second.events, &second.digest)
        );
    }
    assert_ne!(reports[0].digest, reports[1].digest);
}

/// The negative control: on disks whose sync does nothing the same properties must fail.
#[test]
fn disks_that_do_not_sync_are_noticed() {
    let wish = Wish {
        sabotage: Some(Sabotage::SyncIgnored),
        ..Wish::default()
    };
    let violation = run(0, wish).violation.expect("is noticed");
    assert_eq!(violation.property, "durable_answer", "{}", violation.detail);
}
