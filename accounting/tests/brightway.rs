//! Product graphs with cycles, scored by Brightway (PyPI `bw2calc`) and by the engine: the same to 12 significant digits,
//! which is what double precision gives. Skipped, with a word, where Brightway is not installed; `HENGTAN_PYTHON` names the
//! interpreter to ask.

use accounting::standard::{self, Context};
use accounting::{Catalogue, Rounding};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

/// A process: output, emission, inputs in thousandths.
struct Process {
    output: u64,
    emission: u64,
    inputs: Vec<(usize, u64)>,
}

/// The same graphs in every run.
struct Sequence(u64);

impl Sequence {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }
}

fn graph(sequence: &mut Sequence) -> Vec<Process> {
    let size = 2 + sequence.below(90);
    (0..size)
        .map(|_| Process {
            output: 500 + sequence.below(5_000),
            emission: sequence.below(9_000),
            // Less than what is made, so that every graph has a solution.
            inputs: (0..sequence.below(4))
                .map(|_| {
                    let other = sequence.below(size);
                    (
                        usize::try_from(other).expect("small"),
                        1 + sequence.below(90),
                    )
                })
                .collect(),
        })
        .collect()
}

fn thousandths(value: u64) -> String {
    format!("{}.{:03}", value / 1000, value % 1000)
}

fn ours(graph: &[Process]) -> String {
    let mut text = String::from(
        "product = \"graph\"\nyear = 2025\nboundary = \"cradle_to_gate\"\n\
         unit = { kind = \"declared\", output = \"p0\", amount = 1 }\n",
    );
    for (position, process) in graph.iter().enumerate() {
        let inputs: Vec<String> = process
            .inputs
            .iter()
            .map(|(other, amount)| {
                format!(
                    "{{ name = \"p{other}\", amount = {} }}",
                    thousandths(*amount)
                )
            })
            .collect();
        let _ = writeln!(
            text,
            "[[process]]\nname = \"{position}\"\nstage = \"production\"\ndata = \"primary\"\n\
             outputs = [{{ name = \"p{position}\", amount = {}, unit = \"kg\" }}]\ninputs = [{}]\n\
             emissions = [{{ gas = \"co2\", amount = {} }}]",
            thousandths(process.output),
            inputs.join(", "),
            thousandths(process.emission)
        );
    }
    let catalogue =
        Catalogue::new(Vec::<accounting::FactorSet>::new()).expect("an empty catalogue");
    let context = Context {
        catalogue: &catalogue,
    };
    let report = standard::calculate("ghg_product", &text, context).expect("calculates");
    assert_eq!(report.derivation.verify(), []);
    report
        .value("pcf_excluding_uptake")
        .expect("a footprint")
        .to_fixed(15, Rounding::HalfUp)
        .expect("fits")
}

/// `a` and `b` agree to 12 significant digits. Read as integers of 10⁻¹⁵, so that nothing here is rounded.
fn agree(a: &str, b: &str) -> bool {
    let units = |text: &str| -> i128 {
        let (mantissa, exponent) = text.split_once('e').unwrap_or((text, "0"));
        let exponent: i32 = exponent.parse().expect("an exponent");
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let places = 15 + exponent - i32::try_from(fraction.len()).expect("short");
        let digits: i128 = format!("{whole}{fraction}").parse().expect("digits");
        match u32::try_from(places) {
            Ok(up) => digits * 10_i128.pow(up),
            Err(_) => digits / 10_i128.pow(places.unsigned_abs()),
        }
    };
    let (a, b) = (units(a), units(b));
    (a - b).abs() <= a.abs() / 1_000_000_000_000 + 2
}

#[test]
fn product_graphs_score_as_in_brightway() {
    let python = std::env::var("HENGTAN_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/brightway.py");
    let child = Command::new(&python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn();
    let Ok(mut child) = child else {
        println!("skipped: {python} does not start");
        return;
    };
    let mut sequence = Sequence(20_250_101);
    let graphs: Vec<_> = (0..25).map(|_| graph(&mut sequence)).collect();
    let mut lines = String::new();
    for graph in &graphs {
        lines.push('1');
        for process in graph {
            let inputs: Vec<String> = process
                .inputs
                .iter()
                .map(|(other, amount)| format!("{other}:{}", thousandths(*amount)))
                .collect();
            let _ = write!(
                lines,
                ";{}|{}|{}",
                thousandths(process.output),
                thousandths(process.emission),
                inputs.join(",")
            );
        }
        lines.push('\n');
    }
    // Where Brightway is missing, the script ends without reading.
    let _ = child
        .stdin
        .take()
        .expect("a pipe")
        .write_all(lines.as_bytes());
    let output = child.wait_with_output().expect("ends");
    let text = String::from_utf8(output.stdout).expect("text");
    if text.starts_with("missing") || text.is_empty() {
        println!("skipped: {} ({python})", text.trim());
        return;
    }
    let scores: Vec<&str> = text.lines().collect();
    assert_eq!(scores.len(), graphs.len());
    for (position, (graph, score)) in graphs.iter().zip(scores).enumerate() {
        let ours = ours(graph);
        assert!(
            agree(&ours, score),
            "graph {position}: {ours}, Brightway {score}"
        );
    }
    println!("{} graphs agree with Brightway", graphs.len());
}
