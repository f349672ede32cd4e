//! MEE guideline for aluminium smelting (企业温室气体排放核算与报告指南 铝冶炼行业): potlines by month, anodes, anode effects by the
//! slope method or by default, carbonates, fuels; electricity and heat reported beside them.

use super::mee::industry::{self, Energy, Frame, Head, Parts, ProcessYear, PurchasedHeat};
use super::mee::material::{Factors, Labels, Material, MaterialFactor};
use super::mee::places::{round, round_quotient};
use super::mee::{Cited, Figure, Fuel, check, consumption::Electricity};
use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::{Number, Rule};
use crate::error::Error;
use crate::exact::Exact;
use crate::report::{Faults, Report};
use serde::Deserialize;

const GUIDELINE: &str = "企业温室气体排放核算与报告指南 铝冶炼行业（CETS—AG—04.01—V01—2024）";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "mee_aluminium",
    document: GUIDELINE,
    example: include_str!("../../examples/mee_aluminium.toml"),
    exports: &[],
    run,
};

const NET_ANODES: Rule = Rule {
    code: "mee_aluminium.net_anodes",
    formula: "NC = AC × (100 − L) ÷ 100",
    clause: GUIDELINE,
};
const NET_DEFAULT: Rule = Rule {
    code: "mee_aluminium.net_anodes_default",
    formula: "NC = P × 0.411",
    clause: GUIDELINE,
};
const ANODES: Rule = Rule {
    code: "mee_aluminium.anodes",
    formula: "E = NC × (100 − S − A) ÷ 100 × 44 ÷ 12",
    clause: GUIDELINE,
};
const SLOPE: Rule = Rule {
    code: "mee_aluminium.slope",
    formula: "EF_CF4 = 0.143 × AEM; EF_C2F6 = 0.1 × EF_CF4",
    clause: GUIDELINE,
};
const EFFECT: Rule = Rule {
    code: "mee_aluminium.anode_effect",
    formula: "E = P × (EF_CF4 × GWP_CF4 + EF_C2F6 × GWP_C2F6) ÷ 1000",
    clause: GUIDELINE,
};
const CARBONATE: Rule = Rule {
    code: "mee_aluminium.carbonate",
    formula: "E = M × EF",
    clause: GUIDELINE,
};
const YEAR: Rule = Rule {
    code: "mee_aluminium.year",
    formula: "",
    clause: GUIDELINE,
};
const INTENSITY: Rule = Rule {
    code: "mee_aluminium.intensity",
    formula: "I = E_direct ÷ P",
    clause: GUIDELINE,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    code: String,
    document: String,
    from: u16,
    loss_rate: Figure,
    net_consumption: Figure,
    sulfur: Figure,
    ash: Figure,
    cf4: Figure,
    c2f6: Figure,
    slope: Figure,
    ratio: Figure,
    gwp_cf4: Figure,
    gwp_c2f6: Figure,
    carbonate: Vec<MaterialFactor>,
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

/// A potline (电解系列).
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Line {
    name: String,
    /// Aluminium that the line can produce in a day, t.
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
    /// Molten aluminium, t.
    aluminium: Decimal,
    /// Anodes consumed, t; without them the default net consumption for each tonne of aluminium.
    anodes: Option<Decimal>,
    /// Loss of anodes, per cent.
    loss_rate: Option<Decimal>,
    /// Sulfur of the anodes, per cent.
    sulfur: Option<Decimal>,
    /// Ash of the anodes, per cent.
    ash: Option<Decimal>,
    /// Anode effect minutes for each pot and day; without them the default factors.
    effect_minutes: Option<Decimal>,
    #[serde(default)]
    carbonate: Vec<Material>,
    #[serde(default)]
    fuel: Vec<Fuel>,
    electricity: Option<Electricity>,
    heat: Option<PurchasedHeat>,
}

impl LineMonth {
    fn energy(&self) -> Energy<'_> {
        Energy {
            fuel: &self.fuel,
            electricity: self.electricity.as_ref(),
            heat: self.heat.as_ref(),
        }
    }

    fn check(&self, faults: &mut Faults, place: &str) {
        check::not_negative(faults, &format!("{place}.aluminium"), &self.aluminium);
        check::not_negative_if(faults, &format!("{place}.anodes"), self.anodes.as_ref());
        for (field, value) in [
            ("loss_rate", &self.loss_rate),
            ("sulfur", &self.sulfur),
            ("ash", &self.ash),
        ] {
            if let Some(value) = value {
                check::percentage(faults, &format!("{place}.{field}"), value);
            }
        }
        if let (Some(sulfur), Some(ash)) = (self.sulfur, self.ash)
            && let Ok(sum) = Exact::from(sulfur).add(&Exact::from(ash))
            && sum > Exact::from_integer(100)
        {
            faults.add(
                format!("{place}.ash"),
                Error::ShareOutside {
                    text: sum.to_string(),
                },
            );
        }
        if let Some(minutes) = &self.effect_minutes {
            check::not_negative(faults, &format!("{place}.effect_minutes"), minutes);
            if Exact::from(*minutes) > Exact::from_integer(24 * 60) {
                faults.add(
                    format!("{place}.effect_minutes"),
                    Error::ParameterRange {
                        parameter: "effect_minutes".to_owned(),
                        value: minutes.to_string(),
                    },
                );
            }
        }
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
                data.check(faults, &place);
                check::capacity(
                    faults,
                    &format!("{place}.aluminium"),
                    &data.aluminium,
                    line.daily_capacity,
                    month,
                );
                for (index, material) in data.carbonate.iter().enumerate() {
                    material.check(
                        faults,
                        &rules.carbonate,
                        &format!("{place}.carbonate[{index}]"),
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
    let rules: Rules = crate::document::read(include_str!("../../rules/mee-aluminium.toml"))?;
    let mut faults = Faults::new();
    let frame = document.check(&mut faults, &rules, context);
    let Some(frame) = frame.filter(|_| faults.0.is_empty()) else {
        return Err(faults);
    };
    let mut report = Report::new(STANDARD.code, rules.document.as_str());
    let factor = frame.open(&mut report);
    let mut lines = Vec::new();
    for (position, line) in document.line.iter().enumerate() {
        let work = Work {
            rules: &rules,
            frame: &frame,
            context,
            factor,
        };
        lines.push(work.line(&mut report, line, &format!("line[{position}]"))?);
    }
    industry::entity(&mut report, &frame.places, &lines)?;
    Ok(report)
}

struct Work<'a> {
    rules: &'a Rules,
    frame: &'a Frame,
    context: Context<'a>,
    factor: Number,
}

impl Work<'_> {
    fn line(&self, report: &mut Report, line: &Line, place: &str) -> Result<ProcessYear, Error> {
        let defaults = industry::defaults(self.context.catalogue);
        let places = &self.frame.places;
        let name = line.name.as_str();
        let (mut parts, mut production) = (Parts::default(), Vec::new());
        let (mut anodes, mut effects) = (Vec::new(), Vec::new());
        for (index, data) in line.months.iter().enumerate() {
            let place = format!("{place}.month[{index}]");
            let subject = format!("{name} {}", data.month);
            let aluminium = report.derivation.input(
                "aluminium",
                subject.as_str(),
                data.aluminium,
                "t",
                format!("{place}.aluminium"),
                "",
            );
            let aluminium = round(report, aluminium, places.quantity)?;
            production.push(aluminium);
            let anode = self.anodes(report, data, aluminium, (&place, &subject))?;
            let effect = self.effect(report, data, aluminium, (&place, &subject))?;
            anodes.push(anode);
            effects.push(effect);
            parts.process.extend([anode, effect]);
            for (index, material) in data.carbonate.iter().enumerate() {
                parts.process.push(material.emissions(
                    report,
                    Factors {
                        rows: &self.rules.carbonate,
                        table: &self.rules.code,
                        document: &self.rules.document,
                    },
                    Labels {
                        quantity: "carbonate",
                        factor: "carbonate_factor",
                        emissions: "carbonate_emissions",
                    },
                    CARBONATE,
                    places,
                    (&format!("{place}.carbonate[{index}]"), &subject),
                )?);
            }
            parts.energy(
                report,
                self.frame,
                self.factor,
                &defaults,
                data.energy(),
                (&place, &subject),
            )?;
        }
        for (label, list) in [
            ("anode_emissions", &anodes),
            ("anode_effect_emissions", &effects),
        ] {
            let total = report.derivation.sum(YEAR, label, name, "tCO2e", list)?;
            let total = round(report, total, places.process_emissions)?;
            report.outcome(total);
        }
        let year = parts.year(report, places, name)?;
        let production = report
            .derivation
            .sum(YEAR, "aluminium", name, "t", &production)?;
        report.outcome(production);
        if !report.derivation.value(production).is_zero() {
            let intensity = report.derivation.quotient(
                INTENSITY,
                "product_intensity",
                name,
                "tCO2/t",
                &[year.direct, production],
            )?;
            let intensity = round_quotient(report, intensity, None)?;
            report.outcome(intensity);
        }
        Ok(year)
    }

    /// The figure of the document, else the guideline's.
    fn or_default(
        &self,
        report: &mut Report,
        label: &'static str,
        field: &str,
        given: Option<Decimal>,
        figure: &Figure,
        at: (&str, &str),
    ) -> Number {
        let (place, subject) = at;
        match given {
            Some(value) => {
                report
                    .derivation
                    .input(label, subject, value, "%", format!("{place}.{field}"), "")
            }
            None => figure.parameter(
                &mut report.derivation,
                label,
                subject,
                "%",
                &self.rules.code,
                &self.rules.document,
            ),
        }
    }

    fn figure(
        &self,
        report: &mut Report,
        label: &'static str,
        subject: &str,
        unit: &'static str,
        figure: &Figure,
    ) -> Number {
        figure.parameter(
            &mut report.derivation,
            label,
            subject,
            unit,
            &self.rules.code,
            &self.rules.document,
        )
    }

    fn anodes(
        &self,
        report: &mut Report,
        data: &LineMonth,
        aluminium: Number,
        at: (&str, &str),
    ) -> Result<Number, Error> {
        let (place, subject) = at;
        let places = &self.frame.places;
        let percent = report
            .derivation
            .constant("percent", Exact::from_ratio(1, 100)?, "");
        let hundred = report
            .derivation
            .constant("hundred", Exact::from_integer(100), "%");
        let net = if let Some(anodes) = data.anodes {
            let anodes = report.derivation.input(
                "anodes",
                subject,
                anodes,
                "t",
                format!("{place}.anodes"),
                "",
            );
            let anodes = round(report, anodes, places.quantity)?;
            let loss = self.or_default(
                report,
                "anode_loss_rate",
                "loss_rate",
                data.loss_rate,
                &self.rules.loss_rate,
                at,
            );
            let kept = report.derivation.difference(
                NET_ANODES,
                "anode_net_share",
                subject,
                "%",
                &[hundred, loss],
            )?;
            report.derivation.product(
                NET_ANODES,
                "net_anodes",
                subject,
                "t",
                &[anodes, kept, percent],
            )?
        } else {
            report.notice("mee_default_used", subject, "net_anodes");
            let each = self.figure(
                report,
                "net_anodes_each",
                subject,
                "t/t",
                &self.rules.net_consumption,
            );
            report.derivation.product(
                NET_DEFAULT,
                "net_anodes",
                subject,
                "t",
                &[aluminium, each],
            )?
        };
        let net = round(report, net, places.quantity)?;
        let sulfur = self.or_default(
            report,
            "anode_sulfur",
            "sulfur",
            data.sulfur,
            &self.rules.sulfur,
            at,
        );
        let ash = self.or_default(report, "anode_ash", "ash", data.ash, &self.rules.ash, at);
        let carbon = report.derivation.difference(
            ANODES,
            "anode_carbon",
            subject,
            "%",
            &[hundred, sulfur, ash],
        )?;
        let to_co2 = report.derivation.carbon_to_co2();
        report.derivation.product(
            ANODES,
            "anode_emissions",
            subject,
            "tCO2e",
            &[net, carbon, percent, to_co2],
        )
    }

    fn effect(
        &self,
        report: &mut Report,
        data: &LineMonth,
        aluminium: Number,
        at: (&str, &str),
    ) -> Result<Number, Error> {
        let (place, subject) = at;
        let places = &self.frame.places;
        let (cf4, c2f6) = if let Some(minutes) = data.effect_minutes {
            let minutes = report.derivation.input(
                "anode_effect_minutes",
                subject,
                minutes,
                "min",
                format!("{place}.effect_minutes"),
                "",
            );
            let minutes = round(report, minutes, places.quantity)?;
            let slope = self.figure(
                report,
                "anode_effect_slope",
                subject,
                "kg/(t·min)",
                &self.rules.slope,
            );
            let cf4 = report.derivation.product(
                SLOPE,
                "cf4_factor",
                subject,
                "kg/t",
                &[slope, minutes],
            )?;
            let cf4 = round(report, cf4, places.cf4)?;
            let ratio = self.figure(report, "c2f6_ratio", subject, "", &self.rules.ratio);
            let c2f6 =
                report
                    .derivation
                    .product(SLOPE, "c2f6_factor", subject, "kg/t", &[ratio, cf4])?;
            (cf4, round(report, c2f6, places.c2f6)?)
        } else {
            report.notice("mee_default_used", subject, "anode_effect");
            (
                self.figure(report, "cf4_factor", subject, "kg/t", &self.rules.cf4),
                self.figure(report, "c2f6_factor", subject, "kg/t", &self.rules.c2f6),
            )
        };
        let mut masses = Vec::new();
        for (factor, mass, emissions, label, gwp) in [
            (cf4, "cf4", "cf4_emissions", "gwp_cf4", &self.rules.gwp_cf4),
            (
                c2f6,
                "c2f6",
                "c2f6_emissions",
                "gwp_c2f6",
                &self.rules.gwp_c2f6,
            ),
        ] {
            let thousandth =
                report
                    .derivation
                    .constant("thousandth", Exact::from_ratio(1, 1000)?, "t/kg");
            let mass = report.derivation.product(
                EFFECT,
                mass,
                subject,
                "t",
                &[aluminium, factor, thousandth],
            )?;
            report.outcome(mass);
            let gwp = self.figure(report, label, subject, "tCO2e/t", gwp);
            masses.push(report.derivation.product(
                EFFECT,
                emissions,
                subject,
                "tCO2e",
                &[mass, gwp],
            )?);
        }
        report
            .derivation
            .sum(EFFECT, "anode_effect_emissions", subject, "tCO2e", &masses)
    }
}
