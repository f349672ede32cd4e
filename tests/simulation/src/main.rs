//! Runs seeds: `simulate --seeds N [--from S] [--minutes M]`, or one of them with its trace: `simulate --seed S --trace`.

use hengtan_simulation::{Report, Wish, run_until};
use std::process::ExitCode;
use std::time::{Duration, Instant};

struct Order {
    from: u64,
    seeds: u64,
    trace: bool,
    minutes: Option<u64>,
}

fn order() -> Option<Order> {
    let mut order = Order {
        from: 0,
        seeds: 200,
        trace: false,
        minutes: None,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || arguments.next()?.parse().ok();
        match argument.as_str() {
            "--seed" => (order.from, order.seeds) = (number()?, 1),
            "--from" => order.from = number()?,
            "--seeds" => order.seeds = number()?,
            "--minutes" => (order.minutes, order.seeds) = (Some(number()?), u64::MAX / 2),
            "--trace" => order.trace = true,
            _ => return None,
        }
    }
    Some(order)
}

fn main() -> ExitCode {
    let Some(order) = order() else {
        eprintln!("simulate [--seed S | --from S --seeds N] [--minutes M] [--trace]");
        return ExitCode::from(2);
    };
    let began = Instant::now();
    let longest = order
        .minutes
        .map(|minutes| Duration::from_secs(minutes.saturating_mul(60)));
    let late = || longest.is_some_and(|longest| began.elapsed() > longest);
    let wish = Wish {
        trace: order.trace,
        sabotage: None,
    };
    let seen = |report: &Report| {
        for line in &report.lines {
            print!("{line}");
        }
        if let Some(violation) = &report.violation {
            println!(
                "seed {}: {} at {} ms: {}",
                report.seed, violation.property, violation.at_ms, violation.detail
            );
        }
    };
    let seeds = order.from..order.from.saturating_add(order.seeds);
    let reports = run_until(seeds, wish, late, seen);
    let sum = |part: fn(&Report) -> u64| reports.iter().map(part).sum::<u64>();
    let violated = sum(|report| u64::from(report.violation.is_some()));
    println!(
        "{} seeds from {}: {violated} violated; {} events, {} envelopes acknowledged, {} receipts, {} reads, {} faults; {} s",
        reports.len(),
        order.from,
        sum(|report| report.events),
        sum(|report| report.tally.acknowledged),
        sum(|report| report.tally.receipts),
        sum(|report| report.tally.reads),
        sum(|report| report.size.1),
        began.elapsed().as_secs()
    );
    if let [only] = reports.as_slice() {
        println!("trace {}", only.digest);
    }
    if violated == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}
