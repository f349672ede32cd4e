//! What a measurement found, for machines: English keys, whole numbers; exact amounts are decimal text.

use super::hardware::{Build, Hardware};
use super::measure::{Clock, Latency, Run, Spread};
use super::{Options, Subject};
use serde_json::{Map, Value, json};

/// Format number of the report.
pub const FORMAT: u32 = 1;

/// One thing that was measured.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    /// Stable name; with the parameters it is unique in a report.
    pub name: &'static str,
    /// What is counted: `rows`, `entries`, `receipts`, `appends`, `verifications`, `signatures`, `hashes`, `bytes`, `handshakes`.
    pub unit: &'static str,
    /// By which clock the rate goes. Rates by [`Clock::Core`] are per second and core.
    pub clock: Clock,
    /// What the figure depends on, e.g. the number of clients; and exact results of the work, which show that it was done.
    pub parameters: Vec<(&'static str, Value)>,
    /// Its runs.
    pub runs: Vec<Run>,
    /// Latency over all runs, where single operations were timed.
    pub latency: Option<Latency>,
}

impl Figure {
    /// Rates of the runs.
    #[must_use]
    pub fn per_second(&self) -> Spread {
        Spread::of(self.runs.iter().map(|run| run.per_second(self.clock)))
    }

    fn to_value(&self) -> Value {
        let parameters: Map<String, Value> = self
            .parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        let runs: Vec<Value> = self
            .runs
            .iter()
            .map(|run| {
                json!({
                    "count": run.count,
                    "wall_ns": run.wall_ns,
                    "core_ns": run.core_ns,
                    "per_second": run.per_second(self.clock),
                })
            })
            .collect();
        let Spread { min, median, max } = self.per_second();
        json!({
            "name": self.name,
            "unit": self.unit,
            "clock": self.clock.word(),
            "parameters": parameters,
            "per_second": { "min": min, "median": median, "max": max },
            "latency_us": self.latency.map(|latency| json!({
                "count": latency.count,
                "p50": latency.p50,
                "p90": latency.p90,
                "p99": latency.p99,
                "max": latency.max,
            })),
            "runs": runs,
        })
    }
}

/// A comparison of two figures of one report.
#[derive(Clone, Debug, PartialEq)]
pub struct Ratio {
    /// Stable name.
    pub name: &'static str,
    /// Parameters of the first figure that tell it from others of its name.
    pub parameters: Vec<(&'static str, Value)>,
    /// First over second, in thousandths of the medians.
    pub permille: u64,
}

impl Ratio {
    fn to_value(&self) -> Value {
        let parameters: Map<String, Value> = self
            .parameters
            .iter()
            .map(|(name, value)| ((*name).to_owned(), value.clone()))
            .collect();
        json!({ "name": self.name, "parameters": parameters, "permille": self.permille })
    }
}

/// Everything about one measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// What was measured.
    pub subject: Subject,
    /// How.
    pub options: Options,
    /// When it began, milliseconds since 1970.
    pub started_ms: u64,
    /// The machine.
    pub hardware: Hardware,
    /// The program.
    pub build: Build,
    /// The figures.
    pub figures: Vec<Figure>,
    /// Comparisons among them.
    pub ratios: Vec<Ratio>,
    /// What was to be measured beside, and this machine does not have.
    pub absent: Vec<&'static str>,
}

impl Report {
    /// The command that repeats it.
    #[must_use]
    pub fn command(&self) -> String {
        let mut command = format!(
            "hengtan bench {} --seconds {}",
            self.subject.word(),
            self.options.seconds
        );
        if self.options.quick {
            command.push_str(" --quick");
        }
        if self.subject == Subject::Cluster {
            command.push_str(&format!(" --entries {}", self.options.entries));
        }
        if self.options.dir.is_some() {
            command.push_str(" --dir DIR");
        }
        command
    }

    /// For machines.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!({
            "format": FORMAT,
            "subject": self.subject.word(),
            "command": self.command(),
            "started_at": hengtan_ledger::time::rfc3339(self.started_ms),
            "options": {
                "seconds_per_figure": self.options.seconds,
                "runs": self.options.runs(),
                "quick": self.options.quick,
                "seed": self.options.seed,
                "entries": (self.subject == Subject::Cluster).then_some(self.options.entries),
            },
            "hardware": self.hardware.to_value(),
            "build": self.build.to_value(),
            "figures": self.figures.iter().map(Figure::to_value).collect::<Vec<_>>(),
            "ratios": self.ratios.iter().map(Ratio::to_value).collect::<Vec<_>>(),
            "absent": self.absent,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_names_its_clock_and_keeps_its_runs() {
        let figure = Figure {
            name: "sample",
            unit: "rows",
            clock: Clock::Core,
            parameters: vec![("clients", 16.into())],
            runs: vec![
                Run {
                    count: 10,
                    wall_ns: 2_000_000_000,
                    core_ns: Some(1_000_000_000),
                },
                Run {
                    count: 30,
                    wall_ns: 2_000_000_000,
                    core_ns: Some(1_000_000_000),
                },
            ],
            latency: None,
        };
        let value = figure.to_value();
        assert_eq!(value["clock"], "core");
        assert_eq!(
            value["per_second"],
            json!({ "min": 10, "median": 10, "max": 30 })
        );
        assert_eq!(value["runs"][1]["per_second"], 30);
        assert_eq!(value["parameters"]["clients"], 16);
        assert_eq!(value["latency_us"], Value::Null);
    }
}
