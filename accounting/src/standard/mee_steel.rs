//! MEE guideline for iron and steel (企业温室气体排放核算与报告指南 钢铁行业): processes (工序) by month, fuels, fluxes, electrodes,
//! carbon-bearing raw materials, less products that keep carbon; or the carbon balance of the whole site.

use super::mee::industry::{self, Energy, Frame, Head, Parts, ProcessYear, PurchasedHeat};
use super::mee::material::{Factors, Labels, Material, MaterialFactor};
use super::mee::places::round;
use super::mee::{Cited, Fuel, check, consumption::Electricity};
use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use serde::Deserialize;

const GUIDELINE: &str = "企业温室气体排放核算与报告指南 钢铁行业（CETS—AG—03.01—V01—2024）";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "mee_steel",
    document: GUIDELINE,
    example: include_str!("../../examples/mee_steel.toml"),
    exports: &[],
    run,
};

const PROCESS: Rule = Rule {
    code: "mee_steel.material",
    formula: "E = M × EF",
    clause: GUIDELINE,
};
const PRODUCT: Rule = Rule {
    code: "mee_steel.carbon_kept",
    formula: "R = M × EF",
    clause: GUIDELINE,
};
const NEGATIVE: Rule = Rule {
    code: "mee_steel.deducted",
    formula: "0 − R",
    clause: GUIDELINE,
};
const CARBON: Rule = Rule {
    code: "mee_steel.carbon",
    formula: "C = M × w_C ÷ 100",
    clause: "GB/T 32151.5；核算与报告指南 碳质量平衡",
};
const BALANCE: Rule = Rule {
    code: "mee_steel.carbon_balance",
    formula: "E = (Σ C_in − Σ C_out) × 44 ÷ 12",
    clause: "GB/T 32151.5；核算与报告指南 碳质量平衡",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    code: String,
    document: String,
    from: u16,
    flux: Vec<MaterialFactor>,
    electrode: Vec<MaterialFactor>,
    raw_material: Vec<MaterialFactor>,
    product: Vec<MaterialFactor>,
}

/// A year of an entity.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Document {
    entity: String,
    year: u16,
    #[serde(default = "profile")]
    profile: String,
    #[serde(default = "yes")]
    monthly: bool,
    reported_on: Option<String>,
    electricity_factor: Option<Cited>,
    process: Vec<Process>,
    /// Carbon of everything that enters and leaves the site in the year: the balance beside the sum of the processes.
    balance: Option<CarbonBalance>,
}

fn profile() -> String {
    "mee_industry".to_owned()
}

fn yes() -> bool {
    true
}

/// A process (工序): coking, sintering, pelletising, ironmaking, steelmaking, …
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Process {
    name: String,
    from: Option<String>,
    through: Option<String>,
    #[serde(rename = "month")]
    months: Vec<ProcessMonth>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct ProcessMonth {
    month: String,
    #[serde(default)]
    flux: Vec<Material>,
    #[serde(default)]
    electrode: Vec<Material>,
    /// Bought, with carbon.
    #[serde(default)]
    raw_material: Vec<Material>,
    /// Leaves the site and keeps carbon.
    #[serde(default)]
    product: Vec<Material>,
    #[serde(default)]
    fuel: Vec<Fuel>,
    electricity: Option<Electricity>,
    heat: Option<PurchasedHeat>,
}

/// Carbon in and out.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct CarbonBalance {
    input: Vec<Stream>,
    output: Vec<Stream>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Stream {
    name: String,
    /// t, or 10^4 m3.
    quantity: Decimal,
    /// Carbon, per cent of the mass (t of carbon for each 100 t or 10^4 m3).
    carbon: Decimal,
    #[serde(default)]
    evidence: String,
}

impl ProcessMonth {
    fn energy(&self) -> Energy<'_> {
        Energy {
            fuel: &self.fuel,
            electricity: self.electricity.as_ref(),
            heat: self.heat.as_ref(),
        }
    }

    fn materials<'a>(
        &'a self,
        rules: &'a Rules,
    ) -> [(&'static str, &'a [Material], &'a [MaterialFactor]); 4] {
        [
            ("flux", &self.flux, &rules.flux),
            ("electrode", &self.electrode, &rules.electrode),
            ("raw_material", &self.raw_material, &rules.raw_material),
            ("product", &self.product, &rules.product),
        ]
    }
}

impl Document {
    fn check(&self, faults: &mut Faults, rules: &Rules, context: Context<'_>) -> Option<Frame> {
        let head = Head {
            entity: &self.entity,
            profile: &self.profile,
            year: self.year,
            reported_on: self.reported_on.as_deref(),
            electricity_factor: self.electricity_factor.as_ref(),
        };
        let frame = Frame::choose(faults, &head);
        check::from_year(faults, &rules.code, rules.from, self.year);
        check::names(
            faults,
            "process",
            self.process.iter().map(|process| process.name.as_str()),
        );
        let defaults = industry::defaults(context.catalogue);
        for (position, process) in self.process.iter().enumerate() {
            let place = format!("process[{position}]");
            check::months(
                faults,
                &format!("{place}.month"),
                self.year,
                self.monthly
                    .then_some((process.from.as_deref(), process.through.as_deref())),
                process.months.iter().map(|month| month.month.as_str()),
            );
            for (index, data) in process.months.iter().enumerate() {
                let place = format!("{place}.month[{index}]");
                for (field, materials, rows) in data.materials(rules) {
                    for (index, material) in materials.iter().enumerate() {
                        material.check(faults, rows, &format!("{place}.{field}[{index}]"));
                    }
                }
                data.energy().check(faults, &defaults, &place);
            }
        }
        if let Some(balance) = &self.balance {
            for (list, streams) in [("input", &balance.input), ("output", &balance.output)] {
                check::names(
                    faults,
                    &format!("balance.{list}"),
                    streams.iter().map(|stream| stream.name.as_str()),
                );
                for (index, stream) in streams.iter().enumerate() {
                    let place = format!("balance.{list}[{index}]");
                    check::not_negative(faults, &format!("{place}.quantity"), &stream.quantity);
                    check::percentage(faults, &format!("{place}.carbon"), &stream.carbon);
                }
            }
        }
        frame
    }
}

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let rules: Rules = crate::document::read(include_str!("../../rules/mee-steel.toml"))?;
    let mut faults = Faults::new();
    let frame = document.check(&mut faults, &rules, context);
    let Some(frame) = frame.filter(|_| faults.0.is_empty()) else {
        return Err(faults);
    };
    let mut report = Report::new(STANDARD.code, rules.document.as_str());
    let factor = frame.open(&mut report);
    let mut processes = Vec::new();
    for (position, process) in document.process.iter().enumerate() {
        processes.push(process.calculate(
            &mut report,
            &rules,
            &frame,
            factor,
            context,
            &format!("process[{position}]"),
        )?);
    }
    industry::entity(&mut report, &frame.places, &processes)?;
    if let Some(balance) = &document.balance {
        balance.calculate(&mut report, &frame)?;
    }
    Ok(report)
}

impl Process {
    fn calculate(
        &self,
        report: &mut Report,
        rules: &Rules,
        frame: &Frame,
        factor: Number,
        context: Context<'_>,
        place: &str,
    ) -> Result<ProcessYear, Error> {
        let defaults = industry::defaults(context.catalogue);
        let mut parts = Parts::default();
        for (index, data) in self.months.iter().enumerate() {
            let place = format!("{place}.month[{index}]");
            let subject = format!("{} {}", self.name, data.month);
            for (field, materials, rows) in data.materials(rules) {
                for (index, material) in materials.iter().enumerate() {
                    let kept = field == "product";
                    let emissions = material.emissions(
                        report,
                        Factors {
                            rows,
                            table: &rules.code,
                            document: &rules.document,
                        },
                        Labels {
                            quantity: if kept { "product" } else { "material" },
                            factor: "material_factor",
                            emissions: if kept {
                                "carbon_kept"
                            } else {
                                "material_emissions"
                            },
                        },
                        if kept { PRODUCT } else { PROCESS },
                        &frame.places,
                        (&format!("{place}.{field}[{index}]"), &subject),
                    )?;
                    parts.process.push(if kept {
                        let zero = report.derivation.constant("zero", Exact::ZERO, "tCO2");
                        let name = report.derivation.node(emissions).subject.clone();
                        report.derivation.derive(
                            NEGATIVE,
                            Operator::Difference,
                            "carbon_kept",
                            name,
                            "tCO2",
                            &[zero, emissions],
                        )?
                    } else {
                        emissions
                    });
                }
            }
            parts.energy(
                report,
                frame,
                factor,
                &defaults,
                data.energy(),
                (&place, &subject),
            )?;
        }
        parts.year(report, &frame.places, &self.name)
    }
}

impl CarbonBalance {
    fn calculate(&self, report: &mut Report, frame: &Frame) -> Result<(), Error> {
        let mut sums = Vec::new();
        for (list, label, streams) in [
            ("input", "carbon_in", &self.input),
            ("output", "carbon_out", &self.output),
        ] {
            let mut carbons = Vec::new();
            for (index, stream) in streams.iter().enumerate() {
                let name = stream.name.as_str();
                let quantity = report.derivation.input(
                    "material",
                    name,
                    stream.quantity,
                    "t",
                    format!("balance.{list}[{index}].quantity"),
                    stream.evidence.as_str(),
                );
                let carbon = report.derivation.input(
                    "material_carbon",
                    name,
                    stream.carbon,
                    "%",
                    format!("balance.{list}[{index}].carbon"),
                    stream.evidence.as_str(),
                );
                let percent = report
                    .derivation
                    .constant("percent", Exact::from_ratio(1, 100)?, "");
                carbons.push(report.derivation.product(
                    CARBON,
                    label,
                    name,
                    "tC",
                    &[quantity, carbon, percent],
                )?);
            }
            let sum = report.derivation.sum(BALANCE, label, "", "tC", &carbons)?;
            report.outcome(sum);
            sums.push(sum);
        }
        let lost = report
            .derivation
            .difference(BALANCE, "carbon_lost", "", "tC", &sums)?;
        let to_co2 = report.derivation.carbon_to_co2();
        let emissions =
            report
                .derivation
                .product(BALANCE, "balance_emissions", "", "tCO2", &[lost, to_co2])?;
        let emissions = round(report, emissions, frame.places.emissions)?;
        report.outcome(emissions);
        Ok(())
    }
}
