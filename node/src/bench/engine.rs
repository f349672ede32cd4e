//! Rows calculated per second and core: factor methods without and with trace, fuel, electricity.

use super::measure::{Clock, Schedule};
use super::report::Figure;
use super::sample::{ELECTRICITY, FACTOR, FUEL, Sample, Sequence, failed, rows};
use super::{Meter, Options};
use crate::error::Error;
use accounting::{Activity, Catalogue, Exact, Method, Profile, calculate, explain, shipped};
use std::hint::black_box;

/// Rows of each workload; their whole is calculated again and again.
const ROWS: usize = 1000;

/// Rows with all that is needed to calculate them.
struct Workload {
    name: &'static str,
    traced: bool,
    activities: Vec<Activity>,
}

/// Measures the engine with every factor set that comes with the product.
pub(super) fn run(options: &Options, meter: &mut Meter<'_>) -> Result<Vec<Figure>, Error> {
    let schedule = options.schedule();
    let mut sequence = Sequence::new(options.seed);
    let factor = activities(FACTOR, &mut sequence)?;
    let workloads = [
        Workload {
            name: "factor",
            traced: false,
            activities: factor.clone(),
        },
        Workload {
            name: "factor_with_trace",
            traced: true,
            activities: factor,
        },
        Workload {
            name: "fuel",
            traced: false,
            activities: activities(FUEL, &mut sequence)?,
        },
        Workload {
            name: "electricity",
            traced: false,
            activities: activities(ELECTRICITY, &mut sequence)?,
        },
    ];
    let sets = shipped::sets().map_err(|error| failed("factor sets", &error))?;
    let factors: usize = sets.iter().map(|set| set.factors.len()).sum();
    let catalogue = Catalogue::new(sets).map_err(|error| failed("catalogue", &error))?;
    workloads
        .iter()
        .map(|workload| {
            meter.begin(workload.name);
            let mut figure = measure(workload, &catalogue, &schedule)?;
            figure.parameters.push(("factors", factors.into()));
            Ok(figure)
        })
        .collect()
}

fn activities(samples: &[Sample], sequence: &mut Sequence) -> Result<Vec<Activity>, Error> {
    // By the ledger's own path, so that the engine gets what it gets at apply.
    rows(samples, ROWS, sequence)?
        .iter()
        .zip(1..)
        .map(|(row, number)| {
            hengtan_ledger::calculation::activity(row, None, number)
                .map_err(|stop| failed(&row.activity, &format!("{stop:?}")))
        })
        .collect()
}

fn measure(
    workload: &Workload,
    catalogue: &Catalogue,
    schedule: &Schedule,
) -> Result<Figure, Error> {
    let profile = Profile::default();
    let total = total(workload, catalogue, &profile)?;
    let rows = workload.activities.len() as u64;
    let failed = |error: accounting::Error| failed(workload.name, &error);
    let runs = if workload.traced {
        schedule.repeat(|| {
            for activity in &workload.activities {
                black_box(explain(black_box(activity), catalogue, &profile)).map_err(failed)?;
            }
            Ok::<_, Error>(rows)
        })
    } else {
        schedule.repeat(|| {
            for activity in &workload.activities {
                black_box(calculate(black_box(activity), catalogue, &profile)).map_err(failed)?;
            }
            Ok::<_, Error>(rows)
        })
    }?;
    Ok(Figure {
        name: workload.name,
        unit: "rows",
        clock: Clock::Core,
        parameters: vec![
            ("rows", rows.into()),
            ("co2e_kg_of_rows", total.to_string().into()),
        ],
        runs,
        latency: None,
    })
}

/// Exact sum of the rows' location-based results, after a look at every row: the workload must be what its name says.
fn total(workload: &Workload, catalogue: &Catalogue, profile: &Profile) -> Result<Exact, Error> {
    let mut total = Exact::ZERO;
    for activity in &workload.activities {
        let result = calculate(activity, catalogue, profile)
            .map_err(|error| failed(&activity.activity, &error))?;
        let fits = match workload.name {
            "fuel" => result.method == Method::Fuel,
            "electricity" => result.method == Method::Electricity && result.market.is_some(),
            _ => !matches!(result.method, Method::Fuel | Method::Electricity),
        };
        if !fits {
            return Err(failed(&activity.activity, &result.method.code()));
        }
        total = total
            .add(&result.location.co2e_kg)
            .map_err(|error| failed(&activity.activity, &error))?;
    }
    Ok(total)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn every_workload_is_what_its_name_says_and_gives_the_same_total_again() {
        let of = |seed| {
            let options = Options {
                seed,
                ..Options::instant()
            };
            let figures = run(&options, &mut Meter::silent()).expect("measured");
            let text = |figure: &Figure| format!("{} {:?}", figure.name, figure.parameters);
            (figures.iter().map(text).collect::<Vec<_>>(), figures)
        };
        let (first, figures) = of(1);
        assert_eq!(first, of(1).0);
        assert_ne!(first, of(2).0);
        let names: Vec<&str> = figures.iter().map(|figure| figure.name).collect();
        assert_eq!(
            names,
            ["factor", "factor_with_trace", "fuel", "electricity"]
        );
        // The trace changes nothing.
        assert_eq!(figures[0].parameters, figures[1].parameters);
        assert!(figures.iter().all(|figure| {
            figure
                .runs
                .iter()
                .all(|run| run.count % ROWS as u64 == 0 && run.count > 0)
        }));
    }

    #[test]
    fn a_row_of_another_method_is_no_part_of_a_workload() {
        let catalogue = Catalogue::new(shipped::sets().expect("sets")).expect("a catalogue");
        let fuel = activities(FUEL, &mut Sequence::new(1)).expect("rows");
        let wrong = Workload {
            name: "factor",
            traced: false,
            activities: fuel,
        };
        assert!(measure(&wrong, &catalogue, &Schedule::new(Duration::ZERO, 1)).is_err());
    }
}
