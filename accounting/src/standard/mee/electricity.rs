//! The factor of purchased electricity in reports to the MEE: that of the notice in force.

use super::figure::{Cited, Figure};
use crate::date::Date;
use crate::decimal::Decimal;
use crate::derivation::{Number, Rule};
use crate::document;
use crate::error::Error;
use crate::report::{Faults, Report};
use serde::Deserialize;

const EMISSIONS: Rule = Rule {
    code: "mee.electricity",
    formula: "E = AD × EF",
    clause: "核算与报告指南 购入使用电力产生的排放",
};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    code: String,
    newest_from: u16,
    notice: Vec<Notice>,
    newest: Vec<Newest>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Notice {
    sectors: Vec<String>,
    years: Vec<u16>,
    from: String,
    document: String,
    clause: String,
    value: Decimal,
    #[serde(deserialize_with = "super::figure::standing")]
    standing: crate::derivation::Standing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Newest {
    data_year: u16,
    published: String,
    document: String,
    clause: String,
    value: Decimal,
    #[serde(deserialize_with = "super::figure::standing")]
    standing: crate::derivation::Standing,
}

/// Which notices concern a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::standard) enum Sector {
    /// Power generation.
    Power,
    /// Cement, steel, aluminium and the others.
    Industry,
}

impl Sector {
    fn code(self) -> &'static str {
        match self {
            Self::Power => "power",
            Self::Industry => "industry",
        }
    }
}

/// The factor of a report, with where it stands.
#[derive(Clone, Debug)]
pub(in crate::standard) enum GridFactor {
    /// Fixed by a notice, or the newest published.
    Published {
        /// The figure.
        figure: Figure,
        /// Code of the table.
        table: String,
        /// Year of the data, if it is the newest published because no notice fixes one.
        newest: Option<u16>,
    },
    /// Brought by the document.
    Given(Cited),
}

impl GridFactor {
    /// The factor that is in force for a reporting year on the day of reporting. Without a day: the last notice for the year;
    /// where none fixes a figure, the newest published by 31 March of the following year, when reports close.
    pub fn in_force(sector: Sector, year: u16, reported_on: Option<Date>) -> Result<Self, Error> {
        let table: Table = document::read(include_str!("../../../rules/mee-electricity.toml"))?;
        let mut chosen: Option<(Date, &Notice)> = None;
        for notice in &table.notice {
            let from = Date::parse(&notice.from)?;
            if notice.years.contains(&year)
                && notice.sectors.iter().any(|name| name == sector.code())
                && reported_on.is_none_or(|day| from <= day)
                && chosen.is_none_or(|(earlier, _)| earlier < from)
            {
                chosen = Some((from, notice));
            }
        }
        if let Some((_, notice)) = chosen {
            return Ok(Self::Published {
                figure: Figure {
                    value: notice.value,
                    clause: notice.clause.clone(),
                    document: notice.document.clone(),
                    standing: notice.standing,
                },
                table: table.code,
                newest: None,
            });
        }
        let none = || Error::NoRuleForPeriod {
            table: table.code.clone(),
            period: reported_on.map_or_else(|| year.to_string(), |day| format!("{year}, {day}")),
        };
        if year < table.newest_from {
            return Err(none());
        }
        let closing = reported_on
            .or_else(|| Date::new(year.saturating_add(1), 3, 31))
            .ok_or_else(none)?;
        let mut chosen: Option<(Date, &Newest)> = None;
        for newest in &table.newest {
            let published = Date::parse(&newest.published)?;
            if published <= closing && chosen.is_none_or(|(earlier, _)| earlier < published) {
                chosen = Some((published, newest));
            }
        }
        let (_, newest) = chosen.ok_or_else(none)?;
        Ok(Self::Published {
            figure: Figure {
                value: newest.value,
                clause: newest.clause.clone(),
                document: newest.document.clone(),
                standing: newest.standing,
            },
            table: table.code.clone(),
            newest: Some(newest.data_year),
        })
    }

    /// The factor of a document: its own, else the one in force. Faults at `electricity_factor` and `reported_on`.
    pub fn choose(
        faults: &mut Faults,
        sector: Sector,
        year: u16,
        reported_on: Option<&str>,
        given: Option<&Cited>,
    ) -> Option<Self> {
        let day = match reported_on {
            Some(text) => Some(faults.keep("reported_on", Date::parse(text))?),
            None => None,
        };
        if let Some(given) = given {
            given.check(faults, "electricity_factor");
            return Some(Self::Given(given.clone()));
        }
        faults.keep("year", Self::in_force(sector, year, day))
    }

    /// Adds the factor to a report, in tCO2/MWh.
    pub fn number(&self, report: &mut Report) -> Number {
        match self {
            Self::Published {
                figure,
                table,
                newest,
            } => {
                if let Some(data_year) = newest {
                    report.notice(
                        "mee_newest_electricity_factor",
                        data_year.to_string(),
                        figure.document.as_str(),
                    );
                }
                figure.parameter(
                    &mut report.derivation,
                    "electricity_factor",
                    "",
                    "tCO2/MWh",
                    table,
                    "",
                )
            }
            Self::Given(cited) => cited.input(
                &mut report.derivation,
                "electricity_factor",
                "",
                "tCO2/MWh",
                "electricity_factor",
            ),
        }
    }
}

/// `E = AD × EF`
pub(in crate::standard) fn emissions(
    report: &mut Report,
    subject: &str,
    amount: Number,
    factor: Number,
) -> Result<Number, Error> {
    report.derivation.product(
        EMISSIONS,
        "electricity_emissions",
        subject,
        "tCO2",
        &[amount, factor],
    )
}
