//! GB/T 32150, the general method for industrial enterprises, with parameters of parts of GB/T 32151: fuel combustion, process,
//! purchased electricity and heat, less what is exported, recovered or kept in products.
//!
//! `E = E_fuel + E_process + E_electricity,in − E_electricity,out + E_heat,in − E_heat,out − R`. The edition of 2015 comes with the
//! fuel table of the sector guidelines; the tables of the edition of 2025 are not held here, so a document brings their figures.

use super::mee::consumption::Electricity;
use super::mee::electricity::{self};
use super::mee::fuel::{Defaults, standing_of};
use super::mee::industry::{Frame, Head, PurchasedHeat, heat_factor, purchased_heat};
use super::mee::material::{Factors, Labels, Material, MaterialFactor};
use super::mee::places::round;
use super::mee::{Cited, Figure, Fuel, check};
use super::{Context, Standard};
use crate::decimal::Decimal;
use crate::derivation::{Citation, Number, Operator, Rule, Standing};
use crate::error::Error;
use crate::factor::Values;
use crate::gas::{Gas, GwpSet, Substance};
use crate::report::{Faults, Report};
use serde::Deserialize;

const CLAUSE: &str = "GB/T 32150 温室气体排放量核算";

/// The standard.
pub(super) const STANDARD: Standard = Standard {
    code: "gbt_32150",
    document: "GB/T 32150 工业企业温室气体排放核算和报告通则；GB/T 32151 系列",
    example: include_str!("../../examples/gbt_32150.toml"),
    exports: &[],
    run,
};

const MATERIAL: Rule = Rule {
    code: "gbt_32150.process",
    formula: "E = AD × EF",
    clause: CLAUSE,
};
const GAS: Rule = Rule {
    code: "gbt_32150.gas",
    formula: "E = m × GWP",
    clause: CLAUSE,
};
const EXPORTED: Rule = Rule {
    code: "gbt_32150.exported",
    formula: "E = AD × EF",
    clause: CLAUSE,
};
const SUM: Rule = Rule {
    code: "gbt_32150.sum",
    formula: "",
    clause: CLAUSE,
};
const TOTAL: Rule = Rule {
    code: "gbt_32150.total",
    formula: "E = E_fuel + E_process + E_el,in + E_heat,in − E_el,out − E_heat,out − R",
    clause: CLAUSE,
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    code: String,
    edition: Vec<Edition>,
    part: Vec<Part>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Edition {
    code: String,
    document: String,
    from: u16,
    through: Option<u16>,
    #[serde(default)]
    fuels: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    code: String,
    document: String,
    through: Option<u16>,
    /// Factor set with fuels and carbonates of the part.
    #[serde(default)]
    set: String,
    #[serde(default)]
    material: Vec<MaterialFactor>,
    #[serde(default)]
    product: Vec<MaterialFactor>,
}

/// A year of an enterprise.
#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Document {
    entity: String,
    year: u16,
    /// `2015` or `2025`.
    edition: String,
    /// Number of the part of GB/T 32151 whose parameters apply.
    part: Option<String>,
    #[serde(default = "profile")]
    profile: String,
    reported_on: Option<String>,
    electricity_factor: Option<Cited>,
    /// Table of GWP of gases other than CO2.
    #[serde(default = "gwp")]
    gwp_set: String,
    /// The table of the edition of 2025 from which the figures of the fuels come.
    tables: Option<Tables>,
    #[serde(default)]
    fuel: Vec<Fuel>,
    #[serde(default)]
    process: Vec<Material>,
    /// Gases of a process, by mass.
    #[serde(default)]
    gas: Vec<GasMass>,
    electricity: Option<Electricity>,
    heat: Option<PurchasedHeat>,
    /// MWh.
    #[serde(default)]
    exported_electricity: Decimal,
    exported_heat: Option<PurchasedHeat>,
    /// CO2 recovered and used elsewhere or stored, t.
    #[serde(default)]
    recovered: Vec<Recovered>,
    /// Products that keep carbon.
    #[serde(default)]
    product: Vec<Material>,
}

fn profile() -> String {
    "mee_industry".to_owned()
}

fn gwp() -> String {
    "ar5".to_owned()
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Tables {
    document: String,
    page: String,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct GasMass {
    name: String,
    /// `CH4`, `N2O`, `SF6`, …
    gas: String,
    /// t.
    mass: Decimal,
}

#[derive(Deserialize, Debug)]
#[serde(deny_unknown_fields)]
struct Recovered {
    name: String,
    /// tCO2.
    quantity: Decimal,
    #[serde(default)]
    evidence: String,
}

/// What a document rests on.
struct Checked<'a> {
    frame: Frame,
    gwp: GwpSet,
    gases: Vec<Gas>,
    fuels: &'a str,
    document: String,
    materials: Vec<MaterialFactor>,
    products: &'a [MaterialFactor],
}

impl Document {
    fn check<'a>(
        &self,
        faults: &mut Faults,
        rules: &'a Rules,
        context: Context<'_>,
    ) -> Option<Checked<'a>> {
        let head = Head {
            entity: &self.entity,
            profile: &self.profile,
            year: self.year,
            reported_on: self.reported_on.as_deref(),
            electricity_factor: self.electricity_factor.as_ref(),
        };
        let frame = Frame::choose(faults, &head);
        let gwp = faults.keep("gwp_set", GwpSet::parse(&self.gwp_set));
        let edition = self.edition(faults, rules);
        let part = self.part(faults, rules);
        let set = part.flatten().map_or("", |part| part.set.as_str());
        let fuels = if set.is_empty() {
            edition.map_or("", |edition| edition.fuels.as_str())
        } else {
            set
        };
        let mut materials = part
            .flatten()
            .map_or_else(Vec::new, |part| part.material.clone());
        materials.extend(materials_of(context, set));
        let products = part
            .flatten()
            .map_or(&[][..], |part| part.product.as_slice());
        let defaults = Defaults {
            catalogue: context.catalogue,
            set: fuels,
            coal: None,
        };
        for (position, fuel) in self.fuel.iter().enumerate() {
            fuel.check(faults, &defaults, &format!("fuel[{position}]"));
        }
        if edition.is_some_and(|edition| edition.fuels.is_empty())
            && set.is_empty()
            && self.fuel.iter().any(|fuel| fuel.fossil)
        {
            match &self.tables {
                None => faults.add("tables", Error::CitationMissing),
                Some(tables) => {
                    for (field, text) in [("document", &tables.document), ("page", &tables.page)] {
                        if text.trim().is_empty() {
                            faults.add(format!("tables.{field}"), Error::CitationMissing);
                        }
                    }
                }
            }
        }
        for (list, entries, rows) in [
            ("process", &self.process, materials.as_slice()),
            ("product", &self.product, products),
        ] {
            for (position, material) in entries.iter().enumerate() {
                material.check(faults, rows, &format!("{list}[{position}]"));
            }
        }
        let gases = self.gases(faults, gwp);
        self.check_energy(faults);
        Some(Checked {
            frame: frame?,
            gwp: gwp?,
            gases,
            fuels,
            document: [
                edition.map(|edition| edition.document.as_str()),
                part?.map(|part| part.document.as_str()),
            ]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join("；"),
            materials,
            products,
        })
    }

    fn edition<'a>(&self, faults: &mut Faults, rules: &'a Rules) -> Option<&'a Edition> {
        let found = rules
            .edition
            .iter()
            .find(|edition| edition.code == self.edition);
        let Some(edition) = found else {
            faults.add(
                "edition",
                Error::NameUnknown {
                    text: self.edition.clone(),
                },
            );
            return None;
        };
        if self.year < edition.from || edition.through.is_some_and(|last| self.year > last) {
            faults.add(
                "edition",
                Error::NoRuleForPeriod {
                    table: format!("{} {}", rules.code, edition.code),
                    period: self.year.to_string(),
                },
            );
        }
        Some(edition)
    }

    /// The part, if one is named; nothing if it is unknown.
    fn part<'a>(&self, faults: &mut Faults, rules: &'a Rules) -> Option<Option<&'a Part>> {
        let Some(code) = &self.part else {
            return Some(None);
        };
        let Some(part) = rules.part.iter().find(|part| part.code == *code) else {
            faults.add("part", Error::NameUnknown { text: code.clone() });
            return None;
        };
        if part.through.is_some_and(|last| self.year > last) {
            faults.add(
                "part",
                Error::NoRuleForPeriod {
                    table: format!("{} {}", rules.code, part.code),
                    period: self.year.to_string(),
                },
            );
        }
        Some(Some(part))
    }

    fn gases(&self, faults: &mut Faults, gwp: Option<GwpSet>) -> Vec<Gas> {
        let mut gases = Vec::new();
        for (position, entry) in self.gas.iter().enumerate() {
            check::not_negative(faults, &format!("gas[{position}].mass"), &entry.mass);
            let place = format!("gas[{position}].gas");
            let gas = match Substance::from_name(&entry.gas) {
                Some(Substance::Gas(gas)) => Ok(gas),
                _ => Err(Error::UnknownGas {
                    text: entry.gas.clone(),
                }),
            };
            let known = gas.and_then(|gas| match gwp {
                Some(set) => set.gwp(gas).map(|_| gas),
                None => Ok(gas),
            });
            gases.extend(faults.keep(place, known));
        }
        gases
    }

    fn check_energy(&self, faults: &mut Faults) {
        if let Some(electricity) = &self.electricity {
            electricity.check(faults, "electricity");
        }
        check::not_negative(faults, "exported_electricity", &self.exported_electricity);
        for (place, heat) in [("heat", &self.heat), ("exported_heat", &self.exported_heat)] {
            if let Some(heat) = heat {
                check::not_negative(faults, &format!("{place}.quantity"), &heat.quantity);
                check::not_negative_if(faults, &format!("{place}.factor"), heat.factor.as_ref());
            }
        }
        for (position, recovered) in self.recovered.iter().enumerate() {
            check::not_negative(
                faults,
                &format!("recovered[{position}].quantity"),
                &recovered.quantity,
            );
        }
    }
}

/// Materials of a factor set with CO2 for each tonne.
fn materials_of(context: Context<'_>, set: &str) -> Vec<MaterialFactor> {
    context
        .catalogue
        .factors()
        .filter(|(_, manifest, _)| manifest.id == set)
        .filter_map(|(_, manifest, factor)| {
            let Values::Gases(rates) = &factor.values else {
                return None;
            };
            let [rate] = rates.as_slice() else {
                return None;
            };
            let tonne = crate::unit::Unit::parse("t").ok()?;
            if rate.unit != tonne || factor.unit != tonne {
                return None;
            }
            let mut names = vec![
                factor.id.clone(),
                factor.name_en.clone(),
                factor.name_zh.clone(),
            ];
            names.extend(factor.aliases.iter().cloned());
            Some(MaterialFactor {
                names,
                factor: Figure {
                    value: rate.amount,
                    clause: factor.source.clone(),
                    document: manifest.document.clone(),
                    standing: standing_of(factor.quality),
                },
            })
        })
        .collect()
}

fn run(value: toml::Value, context: Context<'_>) -> Result<Report, Faults> {
    let document: Document = crate::document::read_value(value)?;
    let rules: Rules = crate::document::read(include_str!("../../rules/gbt-32151.toml"))?;
    let mut faults = Faults::new();
    let checked = document.check(&mut faults, &rules, context);
    let Some(checked) = checked.filter(|_| faults.0.is_empty()) else {
        return Err(faults);
    };
    let mut report = Report::new(STANDARD.code, checked.document.as_str());
    if let Some(tables) = &document.tables {
        report.notice(
            "gbt_32150_tables",
            "",
            format!("{} {}", tables.document.trim(), tables.page.trim()),
        );
    }
    let work = Work {
        document: &document,
        checked: &checked,
        table: &rules.code,
        defaults: Defaults {
            catalogue: context.catalogue,
            set: checked.fuels,
            coal: None,
        },
    };
    work.calculate(&mut report)?;
    Ok(report)
}

struct Work<'a> {
    document: &'a Document,
    checked: &'a Checked<'a>,
    table: &'a str,
    defaults: Defaults<'a>,
}

impl Work<'_> {
    fn calculate(&self, report: &mut Report) -> Result<(), Error> {
        let factor = self.checked.frame.open(report);
        let added = [
            ("fuel_emissions", self.fuels(report)?),
            ("process_emissions", self.process(report)?),
            ("electricity_emissions", self.electricity(report, factor)?),
            ("heat_purchased_emissions", self.heat(report)?),
        ];
        let taken = [
            (
                "electricity_exported_emissions",
                self.exported_electricity(report, factor)?,
            ),
            ("heat_exported_emissions", self.exported_heat(report)?),
            ("recovered", self.recovered(report)),
            ("carbon_kept", self.products(report)?),
        ];
        let mut totals = Vec::new();
        for (label, parts) in added.into_iter().chain(taken) {
            let total = report.derivation.sum(SUM, label, "", "tCO2e", &parts)?;
            let total = round(report, total, self.checked.frame.places.process_emissions)?;
            report.outcome(total);
            totals.push(total);
        }
        let (added, taken) = totals.split_at(4);
        let gross = report
            .derivation
            .sum(TOTAL, "emissions_gross", "", "tCO2e", added)?;
        let mut terms = vec![gross];
        terms.extend(taken);
        let total = report.derivation.derive(
            TOTAL,
            Operator::Difference,
            "emissions",
            "",
            "tCO2e",
            &terms,
        )?;
        let total = round(report, total, self.checked.frame.places.emissions)?;
        report.outcome(total);
        Ok(())
    }

    fn fuels(&self, report: &mut Report) -> Result<Vec<Number>, Error> {
        let mut parts = Vec::new();
        for (position, fuel) in self.document.fuel.iter().enumerate() {
            let burnt = fuel.burn(
                report,
                &self.defaults,
                &self.checked.frame.places,
                &format!("fuel[{position}]"),
                &fuel.fuel,
            )?;
            parts.push(burnt.emissions);
        }
        Ok(parts)
    }

    fn process(&self, report: &mut Report) -> Result<Vec<Number>, Error> {
        let mut parts = self.materials(
            report,
            &self.document.process,
            &self.checked.materials,
            "process",
            "material_emissions",
        )?;
        for (position, (entry, gas)) in self
            .document
            .gas
            .iter()
            .zip(&self.checked.gases)
            .enumerate()
        {
            let subject = format!("{} {gas}", entry.name);
            let mass = report.derivation.input(
                "gas_mass",
                subject.as_str(),
                entry.mass,
                "t",
                format!("gas[{position}].mass"),
                "",
            );
            let gwp = report.derivation.parameter(
                "gwp",
                subject.as_str(),
                self.checked.gwp.gwp(*gas)?,
                "tCO2e/t",
                Citation {
                    document: self.checked.gwp.table().to_owned(),
                    clause: String::new(),
                    reference: self.checked.gwp.code().to_owned(),
                    standing: Standing::Official,
                },
            );
            parts.push(report.derivation.product(
                GAS,
                "gas_emissions",
                subject,
                "tCO2e",
                &[mass, gwp],
            )?);
        }
        Ok(parts)
    }

    fn materials(
        &self,
        report: &mut Report,
        entries: &[Material],
        rows: &[MaterialFactor],
        list: &str,
        label: &'static str,
    ) -> Result<Vec<Number>, Error> {
        let mut parts = Vec::new();
        for (position, material) in entries.iter().enumerate() {
            parts.push(material.emissions(
                report,
                Factors {
                    rows,
                    table: self.table,
                    document: &self.checked.document,
                },
                Labels {
                    quantity: "material",
                    factor: "material_factor",
                    emissions: label,
                },
                MATERIAL,
                &self.checked.frame.places,
                (&format!("{list}[{position}]"), ""),
            )?);
        }
        Ok(parts)
    }

    fn products(&self, report: &mut Report) -> Result<Vec<Number>, Error> {
        self.materials(
            report,
            &self.document.product,
            self.checked.products,
            "product",
            "carbon_kept",
        )
    }

    fn electricity(&self, report: &mut Report, factor: Number) -> Result<Vec<Number>, Error> {
        let Some(electricity) = &self.document.electricity else {
            return Ok(Vec::new());
        };
        let counted = electricity.counted(report, &self.checked.frame.places, "electricity", "")?;
        Ok(vec![electricity::emissions(report, "", counted, factor)?])
    }

    fn heat(&self, report: &mut Report) -> Result<Vec<Number>, Error> {
        let Some(heat) = &self.document.heat else {
            return Ok(Vec::new());
        };
        Ok(vec![purchased_heat(
            report,
            &self.checked.frame.places,
            &self.defaults,
            heat,
            ("heat", ""),
        )?])
    }

    fn exported_electricity(
        &self,
        report: &mut Report,
        factor: Number,
    ) -> Result<Vec<Number>, Error> {
        if self.document.exported_electricity.is_zero() {
            return Ok(Vec::new());
        }
        let amount = report.derivation.input(
            "electricity_exported",
            "",
            self.document.exported_electricity,
            "MWh",
            "exported_electricity",
            "",
        );
        let amount = round(report, amount, self.checked.frame.places.electricity)?;
        Ok(vec![report.derivation.product(
            EXPORTED,
            "electricity_exported_emissions",
            "",
            "tCO2e",
            &[amount, factor],
        )?])
    }

    fn exported_heat(&self, report: &mut Report) -> Result<Vec<Number>, Error> {
        let Some(heat) = &self.document.exported_heat else {
            return Ok(Vec::new());
        };
        let amount = report.derivation.input(
            "heat_exported",
            "",
            heat.quantity,
            "GJ",
            "exported_heat.quantity",
            "",
        );
        let amount = round(report, amount, self.checked.frame.places.heat)?;
        let factor = heat_factor(
            report,
            self.defaults.catalogue,
            heat.factor,
            ("exported_heat", ""),
        )?;
        Ok(vec![report.derivation.product(
            EXPORTED,
            "heat_exported_emissions",
            "",
            "tCO2e",
            &[amount, factor],
        )?])
    }

    fn recovered(&self, report: &mut Report) -> Vec<Number> {
        self.document
            .recovered
            .iter()
            .enumerate()
            .map(|(position, recovered)| {
                report.derivation.input(
                    "recovered",
                    recovered.name.as_str(),
                    recovered.quantity,
                    "tCO2e",
                    format!("recovered[{position}].quantity"),
                    recovered.evidence.as_str(),
                )
            })
            .collect()
    }
}
