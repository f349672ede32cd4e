//! Time of a product graph: `cargo run --release -p accounting --example product_graph [processes]`.
//!
//! Each process consumes three others, most of them further up the chain; every tenth one consumes a later one as well, so
//! that large parts of the graph are cycles.

use accounting::standard::{self, Context};
use accounting::{Catalogue, Decimal};
use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;

fn document(processes: usize) -> String {
    let mut text = String::from(
        "product = \"graph\"\nyear = 2025\nboundary = \"cradle_to_gate\"\n\
         unit = { kind = \"declared\", output = \"p0\", amount = 1 }\n",
    );
    for process in 0..processes {
        let mut inputs = Vec::new();
        for step in [1, 7, 31] {
            if process + step < processes {
                inputs.push(format!(
                    "{{ name = \"p{}\", amount = 0.{} }}",
                    process + step,
                    10 + step
                ));
            }
        }
        if process % 10 == 9 {
            inputs.push(format!("{{ name = \"p{}\", amount = 0.05 }}", process - 9));
        }
        let _ = writeln!(
            text,
            "[[process]]\nname = \"process {process}\"\nstage = \"production\"\ndata = \"primary\"\n\
             outputs = [{{ name = \"p{process}\", amount = 1.25, unit = \"kg\" }}]\ninputs = [{}]\n\
             emissions = [{{ gas = \"co2\", amount = 0.{:03} }}]",
            inputs.join(", "),
            process % 997 + 1
        );
    }
    text
}

fn main() -> Result<(), Box<dyn Error>> {
    let processes = match std::env::args().nth(1) {
        Some(text) => text.parse()?,
        None => 10_000,
    };
    let catalogue = Catalogue::new(Vec::<accounting::FactorSet>::new())?;
    let context = Context {
        catalogue: &catalogue,
    };
    let text = document(processes);
    let start = Instant::now();
    let document = accounting::document::parse(&text)?;
    let parsed = start.elapsed();
    let found = standard::find("ghg_product")?;
    let start = Instant::now();
    let report = (found.run)(document, context)?;
    let calculated = start.elapsed();
    let start = Instant::now();
    let discrepancies = report.derivation.verify().len();
    let verified = start.elapsed();
    let result = report
        .value("pcf_excluding_uptake")
        .and_then(|value| value.round(12, accounting::Rounding::HalfUp).ok())
        .and_then(|value| value.to_decimal())
        .unwrap_or(Decimal::ZERO);
    println!(
        "{{\"processes\": {processes}, \"numbers\": {}, \"parse_ms\": {}, \"calculate_ms\": {}, \"verify_ms\": {}, \
         \"discrepancies\": {discrepancies}, \"kgCO2e\": \"{result}\", \"notice\": \"{}\"}}",
        report.derivation.nodes().len(),
        parsed.as_millis(),
        calculated.as_millis(),
        verified.as_millis(),
        report
            .notices
            .first()
            .map_or("", |notice| notice.detail.as_str()),
    );
    Ok(())
}
