//! What the guidelines for cement, aluminium smelting and steel share: fuels, electricity and heat of a process, the entity's
//! direct emissions apart from indirect ones.

use super::consumption::Electricity;
use super::electricity::{self, GridFactor, Sector};
use super::figure::Cited;
use super::fuel::{Defaults, Fuel};
use super::places::{Places, round};
use super::{check, fuel};
use crate::catalogue::Catalogue;
use crate::decimal::Decimal;
use crate::derivation::{Citation, Number, Rule};
use crate::document;
use crate::error::Error;
use crate::exact::Exact;
use crate::factor::Values;
use crate::report::{Faults, Report};
use serde::Deserialize;

const HEAT: Rule = Rule {
    code: "mee.purchased_heat",
    formula: "E = AD × EF",
    clause: "行业核算与报告指南 购入使用热力产生的排放",
};
const PROCESS: Rule = Rule {
    code: "mee.process_sum",
    formula: "",
    clause: "行业核算与报告指南",
};
const ENTITY: Rule = Rule {
    code: "mee.entity_sum",
    formula: "E_direct = Σ (E_fuel + E_process); E_indirect = Σ (E_electricity + E_heat)",
    clause: "行业核算与报告指南",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    #[serde(rename = "code")]
    _code: String,
    profile: Vec<Places>,
}

/// Heat bought, GJ.
#[derive(Deserialize, Clone, Debug)]
#[serde(deny_unknown_fields)]
pub(in crate::standard) struct PurchasedHeat {
    /// GJ.
    pub quantity: Decimal,
    /// The supplier's factor, tCO2/GJ, instead of the default.
    pub factor: Option<Decimal>,
}

/// Energy of a process in a month.
#[derive(Clone, Copy, Debug)]
pub(in crate::standard) struct Energy<'a> {
    /// Fuels.
    pub fuel: &'a [Fuel],
    /// Electricity.
    pub electricity: Option<&'a Electricity>,
    /// Heat.
    pub heat: Option<&'a PurchasedHeat>,
}

/// Profile and electricity factor of a document.
pub(in crate::standard) struct Frame {
    /// Decimals.
    pub places: Places,
    factor: GridFactor,
}

/// What stands at the head of each industry's document.
pub(in crate::standard) struct Head<'a> {
    /// Who reports.
    pub entity: &'a str,
    /// Profile of decimals.
    pub profile: &'a str,
    /// Reporting year.
    pub year: u16,
    /// Day of the report.
    pub reported_on: Option<&'a str>,
    /// Electricity factor of the document's own.
    pub electricity_factor: Option<&'a Cited>,
}

/// Factor set with the guidelines' table of fuels.
const FUELS: &str = "mee-fuel";

impl Frame {
    /// What a document asks for; faults at `entity`, `profile`, `reported_on`, `year`, `electricity_factor`.
    pub fn choose(faults: &mut Faults, head: &Head<'_>) -> Option<Self> {
        if head.entity.trim().is_empty() {
            faults.add("entity", Error::NameEmpty);
        }
        let table: Result<Table, Error> =
            document::read(include_str!("../../../rules/mee-industry.toml"));
        let table = faults.keep("profile", table)?;
        let places = Places::choose(faults, &table.profile, head.profile);
        let factor = GridFactor::choose(
            faults,
            Sector::Industry,
            head.year,
            head.reported_on,
            head.electricity_factor,
        )?;
        Some(Self { places, factor })
    }

    /// Notices and the electricity factor at the head of a report.
    pub fn open(&self, report: &mut Report) -> Number {
        self.places.declare(report);
        self.factor.number(report)
    }
}

/// Defaults of fuels by the guidelines' table.
pub(in crate::standard) fn defaults(catalogue: &Catalogue) -> Defaults<'_> {
    Defaults {
        catalogue,
        set: FUELS,
        coal: None,
    }
}

impl Energy<'_> {
    /// Notes every fault.
    pub fn check(&self, faults: &mut Faults, defaults: &Defaults<'_>, place: &str) {
        for (position, fuel) in self.fuel.iter().enumerate() {
            fuel.check(faults, defaults, &format!("{place}.fuel[{position}]"));
        }
        if let Some(electricity) = self.electricity {
            electricity.check(faults, &format!("{place}.electricity"));
        }
        if let Some(heat) = self.heat {
            check::not_negative(faults, &format!("{place}.heat.quantity"), &heat.quantity);
            check::not_negative_if(
                faults,
                &format!("{place}.heat.factor"),
                heat.factor.as_ref(),
            );
        }
    }
}

/// Emissions of a process, month by month.
#[derive(Default)]
pub(in crate::standard) struct Parts {
    /// Fuel combustion.
    pub fuel: Vec<Number>,
    /// The process itself.
    pub process: Vec<Number>,
    /// Purchased electricity.
    pub electricity: Vec<Number>,
    /// Purchased heat.
    pub heat: Vec<Number>,
}

/// A year of a process.
#[derive(Clone, Copy)]
pub(in crate::standard) struct ProcessYear {
    /// Fuel and process.
    pub direct: Number,
    /// Electricity and heat.
    pub indirect: Number,
}

impl Parts {
    /// Adds the energy of a month.
    pub fn energy(
        &mut self,
        report: &mut Report,
        frame: &Frame,
        factor: Number,
        defaults: &Defaults<'_>,
        energy: Energy<'_>,
        at: (&str, &str),
    ) -> Result<(), Error> {
        let (place, subject) = at;
        for (position, fuel) in energy.fuel.iter().enumerate() {
            let burnt = fuel.burn(
                report,
                defaults,
                &frame.places,
                &format!("{place}.fuel[{position}]"),
                &format!("{subject} {}", fuel.fuel),
            )?;
            self.fuel.push(burnt.emissions);
        }
        if let Some(electricity) = energy.electricity {
            let counted = electricity.counted(
                report,
                &frame.places,
                &format!("{place}.electricity"),
                subject,
            )?;
            self.electricity
                .push(electricity::emissions(report, subject, counted, factor)?);
        }
        if let Some(heat) = energy.heat {
            let place = format!("{place}.heat");
            self.heat.push(purchased_heat(
                report,
                &frame.places,
                defaults,
                heat,
                (&place, subject),
            )?);
        }
        Ok(())
    }

    /// The year of the process, each kind rounded to the profile's places.
    pub fn year(
        &self,
        report: &mut Report,
        places: &Places,
        name: &str,
    ) -> Result<ProcessYear, Error> {
        let mut totals = Vec::new();
        for (label, parts) in [
            ("fuel_emissions", &self.fuel),
            ("process_emissions", &self.process),
            ("electricity_emissions", &self.electricity),
            ("heat_purchased_emissions", &self.heat),
        ] {
            let total = report.derivation.sum(PROCESS, label, name, "tCO2", parts)?;
            let total = round(report, total, places.process_emissions)?;
            report.outcome(total);
            totals.push(total);
        }
        let direct =
            report
                .derivation
                .sum(PROCESS, "direct_emissions", name, "tCO2", &totals[..2])?;
        let indirect =
            report
                .derivation
                .sum(PROCESS, "indirect_emissions", name, "tCO2", &totals[2..])?;
        report.outcome(direct);
        report.outcome(indirect);
        Ok(ProcessYear { direct, indirect })
    }
}

/// The entity: direct emissions, which compliance is about, indirect ones, and both, in the profile's places.
pub(in crate::standard) fn entity(
    report: &mut Report,
    places: &Places,
    processes: &[ProcessYear],
) -> Result<(), Error> {
    let direct: Vec<Number> = processes.iter().map(|process| process.direct).collect();
    let indirect: Vec<Number> = processes.iter().map(|process| process.indirect).collect();
    let mut totals = Vec::new();
    for (label, parts) in [
        ("direct_emissions", &direct),
        ("indirect_emissions", &indirect),
    ] {
        let total = report.derivation.sum(ENTITY, label, "", "tCO2", parts)?;
        let total = round(report, total, places.emissions)?;
        report.outcome(total);
        totals.push(total);
    }
    let all = report
        .derivation
        .sum(ENTITY, "emissions", "", "tCO2", &totals)?;
    report.outcome(all);
    report.notice("mee_direct_only", "", "");
    Ok(())
}

/// `E = AD × EF`, 0.11 tCO2/GJ unless the supplier states its own. `at`: path of the heat, and of what it is.
pub(in crate::standard) fn purchased_heat(
    report: &mut Report,
    places: &Places,
    defaults: &Defaults<'_>,
    heat: &PurchasedHeat,
    at: (&str, &str),
) -> Result<Number, Error> {
    let (place, subject) = at;
    let quantity = report.derivation.input(
        "heat_purchased",
        subject,
        heat.quantity,
        "GJ",
        format!("{place}.quantity"),
        "",
    );
    let quantity = round(report, quantity, places.heat)?;
    let factor = heat_factor(report, defaults.catalogue, heat.factor, at)?;
    report.derivation.product(
        HEAT,
        "heat_purchased_emissions",
        subject,
        "tCO2",
        &[quantity, factor],
    )
}

/// The supplier's factor of heat, else the default of the factor set `mee-heat`.
pub(in crate::standard) fn heat_factor(
    report: &mut Report,
    catalogue: &Catalogue,
    given: Option<Decimal>,
    at: (&str, &str),
) -> Result<Number, Error> {
    let (place, subject) = at;
    if let Some(value) = given {
        return Ok(report.derivation.input(
            "heat_factor",
            subject,
            value,
            "tCO2/GJ",
            format!("{place}.factor"),
            "",
        ));
    }
    let missing = || Error::ParameterMissing {
        parameter: "heat_factor".to_owned(),
        activity: subject.to_owned(),
    };
    let index = catalogue
        .find("mee-heat", "heat_default")
        .ok_or_else(missing)?;
    let (manifest, factor) = catalogue.factor(index);
    let Values::Gases(rates) = &factor.values else {
        return Err(missing());
    };
    let rate = rates.first().ok_or_else(missing)?;
    report.notice("mee_default_used", subject, "heat_factor");
    Ok(report.derivation.parameter(
        "heat_factor",
        subject,
        Exact::from(rate.amount),
        "tCO2/GJ",
        Citation {
            document: manifest.document.clone(),
            clause: factor.source.clone(),
            reference: format!("{}@{}/{}", manifest.id, manifest.version, factor.id),
            standing: fuel::standing_of(factor.quality),
        },
    ))
}
