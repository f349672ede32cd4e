//! MEE guideline for cement (企业温室气体排放核算与报告指南 水泥行业): kiln lines by month, fuel and process emissions; electricity
//! and heat reported beside them.
//!
//! `E_process = max(0, Q × EF − Σ M × k)` for each month and line; EF by the kind of clinker or from its oxides.

use super::mee::industry::{self, Energy, Frame, Head, Parts, ProcessYear, PurchasedHeat};
use super::mee::material::{Factors, Labels, Material, MaterialFactor, find};
use super::mee::places::round_quotient;
use super::mee::{Cited, Fuel, check, consumption::Electricity, places::round};
use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use serde::Deserialize;

const GUIDELINE: &str = "企业温室气体排放核算与报告指南 水泥行业（CETS—AG—02.01—V01—2024）";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "mee_cement",
    document: GUIDELINE,
    example: include_str!("../../examples/mee_cement.toml"),
    exports: &[],
    run,
};

const CLINKER: Rule = Rule {
    code: "mee_cement.clinker",
    formula: "E = Q × EF",
    clause: GUIDELINE,
};
const OXIDES: Rule = Rule {
    code: "mee_cement.oxides",
    formula: "EF = (CaO − CaO_nc) ÷ 100 × 44 ÷ 56 + (MgO − MgO_nc) ÷ 100 × 44 ÷ 40",
    clause: "GB/T 32151.8—2015；行业核算与报告指南 熟料过程排放因子",
};
const DEDUCTION: Rule = Rule {
    code: "mee_cement.deduction",
    formula: "M × k",
    clause: GUIDELINE,
};
const PROCESS: Rule = Rule {
    code: "mee_cement.process",
    formula: "E_process = max(0, Q × EF − Σ M × k)",
    clause: GUIDELINE,
};
const YEAR: Rule = Rule {
    code: "mee_cement.year",
    formula: "",
    clause: GUIDELINE,
};
const INTENSITY: Rule = Rule {
    code: "mee_cement.intensity",
    formula: "I = E_direct ÷ Q",
    clause: GUIDELINE,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    code: String,
    document: String,
    from: u16,
    clinker: Vec<MaterialFactor>,
    deduction: Vec<MaterialFactor>,
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
    line: Vec<Line>,
}

fn profile() -> String {
    "mee_industry".to_owned()
}

fn yes() -> bool {
    true
}

/// A clinker line (熟料生产线).
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    /// Kind of clinker.
    clinker: String,
    /// Clinker that the line can produce in a day, t.
    daily_capacity: Option<Decimal>,
    from: Option<String>,
    through: Option<String>,
    #[serde(rename = "month")]
    months: Vec<LineMonth>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct LineMonth {
    month: String,
    /// t.
    clinker: Decimal,
    /// Instead of the default factor: content of oxides in the clinker, per cent.
    oxides: Option<Oxides>,
    /// Raw materials without carbonate that replace limestone.
    #[serde(default)]
    replacement: Vec<Material>,
    #[serde(default)]
    fuel: Vec<Fuel>,
    electricity: Option<Electricity>,
    heat: Option<PurchasedHeat>,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Oxides {
    cao: Decimal,
    #[serde(default)]
    cao_non_carbonate: Decimal,
    mgo: Decimal,
    #[serde(default)]
    mgo_non_carbonate: Decimal,
}

impl LineMonth {
    fn energy(&self) -> Energy<'_> {
        Energy {
            fuel: &self.fuel,
            electricity: self.electricity.as_ref(),
            heat: self.heat.as_ref(),
        }
    }
}

impl Oxides {
    fn check(&self, faults: &mut Faults, place: &str) {
        for (field, whole, part) in [
            ("cao", &self.cao, &self.cao_non_carbonate),
            ("mgo", &self.mgo, &self.mgo_non_carbonate),
        ] {
            check::percentage(faults, &format!("{place}.{field}"), whole);
            check::not_negative(faults, &format!("{place}.{field}_non_carbonate"), part);
            if Exact::from(*part) > Exact::from(*whole) {
                faults.add(
                    format!("{place}.{field}_non_carbonate"),
                    Error::PartsAboveWhole {
                        parts: part.to_string(),
                        whole: whole.to_string(),
                    },
                );
            }
        }
    }

    fn factor(&self, report: &mut Report, place: &str, subject: &str) -> Result<Number, Error> {
        let mut terms = Vec::new();
        for (field, label, whole, part, weight) in [
            ("cao", "clinker_cao", self.cao, self.cao_non_carbonate, 56),
            ("mgo", "clinker_mgo", self.mgo, self.mgo_non_carbonate, 40),
        ] {
            let whole =
                report
                    .derivation
                    .input(label, subject, whole, "%", format!("{place}.{field}"), "");
            let part = report.derivation.input(
                "clinker_oxide_non_carbonate",
                subject,
                part,
                "%",
                format!("{place}.{field}_non_carbonate"),
                "",
            );
            let carbonate = report.derivation.difference(
                OXIDES,
                "clinker_oxide_carbonate",
                subject,
                "%",
                &[whole, part],
            )?;
            let percent = report
                .derivation
                .constant("percent", Exact::from_ratio(1, 100)?, "");
            let ratio = report.derivation.constant(
                "co2_to_oxide",
                Exact::from_ratio(44, weight)?,
                "tCO2/t",
            );
            terms.push(report.derivation.product(
                OXIDES,
                "clinker_factor_part",
                subject,
                "tCO2/t",
                &[carbonate, percent, ratio],
            )?);
        }
        let factor = report
            .derivation
            .sum(OXIDES, "clinker_factor", subject, "tCO2/t", &terms)?;
        round_quotient(report, factor, None)
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
            "line",
            self.line.iter().map(|line| line.name.as_str()),
        );
        let defaults = industry::defaults(context.catalogue);
        for (position, line) in self.line.iter().enumerate() {
            let place = format!("line[{position}]");
            if find(&rules.clinker, &line.clinker).is_none() {
                faults.add(
                    format!("{place}.clinker"),
                    Error::NameUnknown {
                        text: line.clinker.clone(),
                    },
                );
            }
            let months = check::months(
                faults,
                &format!("{place}.month"),
                self.year,
                self.monthly
                    .then_some((line.from.as_deref(), line.through.as_deref())),
                line.months.iter().map(|month| month.month.as_str()),
            );
            for (index, (data, month)) in line.months.iter().zip(months).enumerate() {
                let place = format!("{place}.month[{index}]");
                check::not_negative(faults, &format!("{place}.clinker"), &data.clinker);
                check::capacity(
                    faults,
                    &format!("{place}.clinker"),
                    &data.clinker,
                    line.daily_capacity,
                    month,
                );
                if let Some(oxides) = &data.oxides {
                    oxides.check(faults, &format!("{place}.oxides"));
                }
                for (index, material) in data.replacement.iter().enumerate() {
                    material.check(
                        faults,
                        &rules.deduction,
                        &format!("{place}.replacement[{index}]"),
                    );
                }
                data.energy().check(faults, &defaults, &place);
            }
        }
        frame
    }
}

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let rules: Rules = crate::document::read(include_str!("../../rules/mee-cement.toml"))?;
    let mut faults = Faults::new();
    let frame = document.check(&mut faults, &rules, context);
    let Some(frame) = frame.filter(|_| faults.0.is_empty()) else {
        return Err(faults);
    };
    let mut report = Report::new(STANDARD.code, rules.document.as_str());
    let factor = frame.open(&mut report);
    let mut lines = Vec::new();
    for (position, line) in document.line.iter().enumerate() {
        lines.push(line.calculate(
            &mut report,
            &rules,
            &frame,
            factor,
            context,
            &format!("line[{position}]"),
        )?);
    }
    industry::entity(&mut report, &frame.places, &lines)?;
    Ok(report)
}

impl Line {
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
        let (mut parts, mut clinker) = (Parts::default(), Vec::new());
        for (index, data) in self.months.iter().enumerate() {
            let place = format!("{place}.month[{index}]");
            let subject = format!("{} {}", self.name, data.month);
            let quantity = report.derivation.input(
                "clinker",
                subject.as_str(),
                data.clinker,
                "t",
                format!("{place}.clinker"),
                "",
            );
            let quantity = round(report, quantity, frame.places.quantity)?;
            clinker.push(quantity);
            parts.process.push(self.process(
                report,
                rules,
                frame,
                data,
                quantity,
                (&place, &subject),
            )?);
            parts.energy(
                report,
                frame,
                factor,
                &defaults,
                data.energy(),
                (&place, &subject),
            )?;
        }
        let year = parts.year(report, &frame.places, &self.name)?;
        let clinker = report
            .derivation
            .sum(YEAR, "clinker", self.name.as_str(), "t", &clinker)?;
        report.outcome(clinker);
        if !report.derivation.value(clinker).is_zero() {
            let intensity = report.derivation.quotient(
                INTENSITY,
                "product_intensity",
                self.name.as_str(),
                "tCO2/t",
                &[year.direct, clinker],
            )?;
            let intensity = round_quotient(report, intensity, None)?;
            report.outcome(intensity);
        }
        Ok(year)
    }

    fn process(
        &self,
        report: &mut Report,
        rules: &Rules,
        frame: &Frame,
        data: &LineMonth,
        quantity: Number,
        at: (&str, &str),
    ) -> Result<Number, Error> {
        let (place, subject) = at;
        let factor = match (&data.oxides, find(&rules.clinker, &self.clinker)) {
            (Some(oxides), _) => oxides.factor(report, &format!("{place}.oxides"), subject)?,
            (None, Some(row)) => row.factor.parameter(
                &mut report.derivation,
                "clinker_factor",
                subject,
                "tCO2/t",
                &rules.code,
                &rules.document,
            ),
            (None, None) => {
                return Err(Error::NameUnknown {
                    text: self.clinker.clone(),
                });
            }
        };
        let gross = report.derivation.product(
            CLINKER,
            "clinker_emissions",
            subject,
            "tCO2",
            &[quantity, factor],
        )?;
        if data.replacement.is_empty() {
            return report.derivation.derive(
                PROCESS,
                Operator::Choice,
                "process_emissions",
                subject,
                "tCO2",
                &[gross],
            );
        }
        let mut terms = vec![gross];
        for (index, material) in data.replacement.iter().enumerate() {
            terms.push(material.emissions(
                report,
                Factors {
                    rows: &rules.deduction,
                    table: &rules.code,
                    document: &rules.document,
                },
                Labels {
                    quantity: "replacement_material",
                    factor: "deduction_factor",
                    emissions: "deduction",
                },
                DEDUCTION,
                &frame.places,
                (&format!("{place}.replacement[{index}]"), subject),
            )?);
        }
        let net = report.derivation.difference(
            PROCESS,
            "process_emissions_net",
            subject,
            "tCO2",
            &terms,
        )?;
        let zero = report.derivation.constant("zero", Exact::ZERO, "tCO2");
        report.derivation.derive(
            PROCESS,
            Operator::Maximum,
            "process_emissions",
            subject,
            "tCO2",
            &[net, zero],
        )
    }
}
