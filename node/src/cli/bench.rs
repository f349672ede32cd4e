//! `hengtan bench`: measurements of this machine.

use i18n::Catalogue;
use serde_json::Value;

use crate::bench::{self, Clock, Figure, Latency, Options, Report, Subject};
use crate::console::{Cell, Column, Console, List, Record, grouped};

use super::arguments::{Bench, BenchSubject};
use super::{Exit, Failure};

pub fn run(arguments: Bench, console: &Console) -> Result<Exit, Failure> {
    let subject = match arguments.subject {
        BenchSubject::Ledger => Subject::Ledger,
        BenchSubject::Engine => Subject::Engine,
        BenchSubject::Audit => Subject::Audit,
        BenchSubject::Crypto => Subject::Crypto,
        BenchSubject::Cluster => Subject::Cluster,
    };
    let options = Options {
        seconds: arguments.seconds,
        quick: arguments.quick,
        dir: arguments.dir,
        entries: arguments.entries,
        ..Options::default()
    };
    let mut last = "";
    let report = bench::run(subject, &options, &mut |figure| {
        if figure != last {
            console.say(
                &console
                    .catalogue()
                    .bench_measuring(console.catalogue().name("bench-figure", figure)),
            );
            last = figure;
        }
    })?;
    console.document(&report.to_value(), || text(&report, console))?;
    Ok(Exit::Ok)
}

/// The report for people: machine, table, remarks.
fn text(report: &Report, console: &Console) -> String {
    let mut parts = vec![
        machine(report, console),
        figures(report, console.catalogue()).table(console.style()),
    ];
    let remarks = remarks(report, console.catalogue());
    if !remarks.is_empty() {
        parts.push(remarks.join("\n"));
    }
    parts.join("\n\n")
}

fn machine(report: &Report, console: &Console) -> String {
    let catalogue = console.catalogue();
    let (hardware, build) = (&report.hardware, &report.build);
    let memory = hardware.memory_bytes.map(|bytes| {
        let gib = grouped(&format!("{bytes}/{}", 1_u64 << 30), 1);
        catalogue.bench_memory_gib(gib.as_str())
    });
    let storage = hardware.storage.as_ref().map(|storage| {
        catalogue.bench_storage_text(storage.file_system.as_str(), storage.device.as_str())
    });
    let program =
        catalogue.bench_program_text(build.version, build.profile, build.rustc, build.target);
    Record::new()
        .with(
            "cpu_model",
            catalogue.bench_cpu(),
            hardware.cpu_model.clone(),
        )
        .with("cores", catalogue.bench_cores(), hardware.cores)
        .with_some("memory", catalogue.bench_memory(), memory)
        .with("kernel", catalogue.bench_system(), hardware.kernel.clone())
        .with("load", catalogue.bench_load(), hardware.load.clone())
        .with_some("storage", catalogue.bench_storage(), storage)
        .with("program", catalogue.bench_program(), program)
        .with("command", catalogue.bench_command(), report.command())
        .text(console.style(), console.width())
}

fn figures(report: &Report, catalogue: &Catalogue) -> List {
    let timed = report.figures.iter().any(|figure| figure.latency.is_some());
    let mut columns = vec![
        Column::new("name", catalogue.bench_col_figure()),
        Column::new("parameters", catalogue.bench_col_conditions()),
        Column::new("min", catalogue.bench_col_lowest()).right(),
        Column::new("median", catalogue.bench_col_median()).right(),
        Column::new("max", catalogue.bench_col_highest()).right(),
        Column::new("unit", catalogue.bench_col_unit()),
    ];
    if timed {
        columns.extend([
            Column::new("p50", catalogue.bench_col_p50()).right(),
            Column::new("p90", catalogue.bench_col_p90()).right(),
            Column::new("p99", catalogue.bench_col_p99()).right(),
            Column::new("longest", catalogue.bench_col_longest()).right(),
        ]);
    }
    let mut list = List::new(columns);
    for figure in &report.figures {
        let spread = figure.per_second();
        let rate = |value: u64| Cell::new(value, grouped(&value.to_string(), 0));
        let unit = format!("{}-{}", figure.unit, figure.clock.word());
        let mut row = vec![
            Cell::new(figure.name, catalogue.name("bench-figure", figure.name)),
            Cell::new(Value::Null, conditions(figure, catalogue)),
            rate(spread.min),
            rate(spread.median),
            rate(spread.max),
            Cell::new(figure.unit, catalogue.name("bench-unit", &unit)),
        ];
        if timed {
            let Latency {
                p50, p90, p99, max, ..
            } = figure.latency.unwrap_or_default();
            row.extend([p50, p90, p99, max].map(|us| Cell::new(us, milliseconds(us))));
        }
        list.push(row);
    }
    list
}

/// The parameters that a reader needs to tell figures apart.
fn conditions(figure: &Figure, catalogue: &Catalogue) -> String {
    let told: Vec<String> = figure
        .parameters
        .iter()
        .filter_map(|(name, value)| match value {
            Value::Number(number) if *name != "rows_per_envelope" || number.as_u64() > Some(1) => {
                catalogue.text(
                    &format!("bench-condition-{name}"),
                    &[("value", grouped(&number.to_string(), 0))],
                )
            }
            Value::String(word) => catalogue.text(&format!("bench-condition-{name}-{word}"), &[]),
            _ => None,
        })
        .collect();
    told.join("; ")
}

fn milliseconds(microseconds: u64) -> String {
    grouped(&format!("{microseconds}/1000"), 2)
}

fn remarks(report: &Report, catalogue: &Catalogue) -> Vec<String> {
    let mut remarks = Vec::new();
    for ratio in &report.ratios {
        let parameter = |wanted: &str| {
            let found = ratio.parameters.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value)
        };
        let times = grouped(&format!("{}/1000", ratio.permille), 2);
        if let (Some(clients), Some(Value::String(peer))) =
            (parameter("clients"), parameter("peer"))
        {
            remarks.push(catalogue.bench_ratio_cluster(
                clients.to_string(),
                catalogue.name("bench-figure", ratio.name),
                times.as_str(),
                catalogue.name("bench-condition-implementation", peer),
            ));
        } else if let Some(clients) = parameter("clients") {
            remarks.push(catalogue.bench_ratio(clients.to_string(), times.as_str()));
        } else if let Some(Value::String(peer)) = parameter("peer") {
            remarks.push(catalogue.bench_ratio_peer(
                catalogue.name("bench-figure", ratio.name),
                times.as_str(),
                catalogue.name("bench-condition-implementation", peer),
            ));
        }
    }
    for absent in &report.absent {
        remarks.push(
            catalogue.bench_note_absent(catalogue.name("bench-condition-implementation", absent)),
        );
    }
    if report
        .figures
        .iter()
        .any(|figure| figure.clock == Clock::Core)
    {
        remarks.push(catalogue.bench_note_core());
    } else if busy(&report.hardware.load, report.hardware.cores) {
        remarks.push(catalogue.bench_note_load(
            report.hardware.load.as_str(),
            report.hardware.cores.to_string(),
        ));
    }
    if let Some(storage) = report
        .hardware
        .storage
        .as_ref()
        .filter(|storage| storage.in_memory())
    {
        remarks.push(catalogue.bench_note_memory(storage.file_system.as_str()));
    }
    if report.build.profile != "release" {
        remarks.push(catalogue.bench_note_profile());
    }
    remarks
}

/// Whether others had at least half of the machine before.
fn busy(load: &str, cores: usize) -> bool {
    let whole = load
        .split('.')
        .next()
        .and_then(|whole| whole.parse::<usize>().ok());
    whole.is_some_and(|load| load > 0 && load * 2 >= cores)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;
    use std::io::{self, Write};
    use std::rc::Rc;

    use i18n::Locale;

    use super::*;
    use crate::bench::{Build, Hardware, Ratio, Run, Storage};
    use crate::console::Manner;

    #[derive(Clone, Default)]
    struct Page(Rc<RefCell<Vec<u8>>>);

    impl Write for Page {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.borrow_mut().extend(bytes);
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    fn report() -> Report {
        let run = Run {
            count: 2_500,
            wall_ns: 1_000_000_000,
            core_ns: None,
        };
        let figure = |name, unit, parameters: Vec<(&'static str, Value)>| Figure {
            name,
            unit,
            clock: Clock::Wall,
            parameters,
            runs: vec![run],
            latency: Some(Latency {
                count: 2_500,
                p50: 1_234,
                p90: 2_000,
                p99: 30_000,
                max: 1_500_000,
            }),
        };
        Report {
            subject: Subject::Ledger,
            options: Options::default(),
            started_ms: 0,
            hardware: Hardware {
                cpu_model: "CPU".to_owned(),
                cores: 2,
                memory_bytes: Some(3 << 29),
                load: "4.10".to_owned(),
                storage: Some(Storage {
                    file_system: "tmpfs".to_owned(),
                    ..Storage::default()
                }),
                ..Hardware::default()
            },
            build: Build {
                version: "1",
                rustc: "rustc",
                profile: "debug",
                target: "x",
                debug_assertions: true,
            },
            figures: vec![
                figure("synced_append", "appends", vec![("bytes", 1024.into())]),
                figure(
                    "commit",
                    "entries",
                    vec![("clients", 16.into()), ("rows_per_envelope", 1.into())],
                ),
                figure(
                    "import",
                    "rows",
                    vec![("clients", 4.into()), ("rows_per_envelope", 1000.into())],
                ),
            ],
            ratios: vec![Ratio {
                name: "commit_to_synced_append",
                parameters: vec![("clients", 16.into())],
                permille: 3_400,
            }],
            absent: vec!["etcd"],
        }
    }

    fn shown(locale: Locale) -> String {
        let manner = Manner {
            locale,
            ..Manner::default()
        };
        let console =
            Console::into_writers(manner, Box::new(Page::default()), Box::new(Page::default()));
        text(&report(), &console)
    }

    #[test]
    fn people_read_rates_latencies_and_remarks() {
        let english = shown(Locale::En);
        for part in [
            "2,500",
            "1.23",
            "1,500",
            "clients at once: 16",
            "1,000 rows under a signature",
            "append: 3.4.",
            "1.5 GiB",
            "Hengtan 1, debug build, rustc, x",
        ] {
            assert!(english.contains(part), "{part} in\n{english}");
        }
        assert!(!english.contains("1 rows"), "{english}");
        // Memory instead of a disk, a busy machine and a debug build are said.
        assert!(
            english.contains("tmpfs)")
                && english.contains("load 4.10")
                && english.contains("--release"),
            "{english}"
        );
    }

    #[test]
    fn no_code_is_left_without_a_name() {
        for locale in Locale::ALL {
            let text = shown(locale);
            assert!(
                !text.contains('_') && !text.contains("bench-"),
                "{locale}:\n{text}"
            );
        }
        assert!(shown(Locale::ZhCn).contains("16 个客户端并发"));
    }

    #[test]
    fn a_quiet_machine_is_not_called_busy() {
        assert!(!busy("0.99", 2) && !busy("1.00", 4) && !busy("", 2));
        assert!(busy("1.00", 2) && busy("11.1", 2));
    }
}
