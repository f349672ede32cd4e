//! Consumption, and the instruments that cover it in the order of Table 6.3.

use super::instrument::{Accepted, InstrumentKind};
use super::{Carrier, MARKET, Ready, disclose, emission, megawatt_hour, tonne};
use crate::decimal::Decimal;
use crate::derivation::{Number, Operator, Rule};
use crate::error::Error;
use crate::report::Report;
use crate::standard::emission_rate::quantity;
use crate::unit::Unit;
use serde::Deserialize;

const APPLIED: Rule = Rule {
    code: "scope2.applied",
    formula: "Q_applied = min(Q_instrument, Q_consumption), each as far as it is left",
    clause: "Scope 2 Guidance (2015), chapter 6, Table 6.3",
};
const LEFT: Rule = Rule {
    code: "scope2.left",
    formula: "Q_left = Q − Q_applied",
    clause: "Scope 2 Guidance (2015), chapter 6, Table 6.3",
};

/// How energy reaches its consumer.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, Default)]
#[serde(rename_all = "snake_case")]
pub(super) enum Supply {
    /// By the public grid, or a network of heat.
    #[default]
    Grid,
    /// By a line of its own from the generator.
    Direct,
    /// Generated on the site by the organisation: its emissions are in scope 1.
    Own,
}

/// Energy of a facility by one way of supply.
pub(super) struct Load {
    pub name: String,
    pub grid: usize,
    pub carrier: Carrier,
    pub supply: Supply,
    pub quantity: (Decimal, Unit),
    pub sold: Option<Decimal>,
    pub evidence: String,
    pub place: String,
}

/// Energy that instruments may cover.
pub(super) struct Pool {
    pub load: usize,
    pub left: Number,
}

fn covers(instrument: &Accepted, ready: &Ready, load: &Load) -> bool {
    let grid = &ready.grids[load.grid];
    grid.market == instrument.market
        && grid.instruments_available
        && load.carrier == instrument.carrier
        && (instrument.facilities.is_empty() || instrument.facilities.contains(&load.name))
}

/// Applies all instruments; gives the energy by tier.
pub(super) fn apply(
    ready: &Ready,
    report: &mut Report,
    pools: &mut [Pool],
    market: &mut [Vec<Number>],
) -> Result<Vec<(&'static str, Vec<Number>)>, Error> {
    let (mut certificates, mut contracts, mut rates) = (Vec::new(), Vec::new(), Vec::new());
    for instrument in &ready.instruments {
        let mut left = match instrument.quantity {
            Some(stated) => Some(quantity(
                &mut report.derivation,
                "instrument_energy",
                &instrument.name,
                stated,
                megawatt_hour(),
                &format!("{}.quantity", instrument.place),
                &instrument.evidence,
            )?),
            None => None,
        };
        disclose(report, &instrument.rate, &instrument.name);
        let mut rate = None;
        for pool in pools.iter_mut() {
            let load = &ready.loads[pool.load].0;
            let nothing = left.is_some_and(|left| report.derivation.value(left).is_zero());
            if nothing
                || report.derivation.value(pool.left).is_zero()
                || !covers(instrument, ready, load)
            {
                continue;
            }
            let subject = format!("{}, {}", load.name, instrument.name);
            let applied = match left {
                Some(left) => report.derivation.derive(
                    APPLIED,
                    Operator::Minimum,
                    "energy_covered",
                    subject.as_str(),
                    "MWh",
                    &[left, pool.left],
                )?,
                None => pool.left,
            };
            let rate = match rate {
                Some(rate) => rate,
                None => {
                    let made =
                        instrument
                            .rate
                            .co2e(&mut report.derivation, &instrument.name, tonne())?;
                    *rate.insert(made)
                }
            };
            market[pool.load].push(emission(
                report,
                MARKET,
                "market_emissions",
                &subject,
                applied,
                rate,
            )?);
            pool.left = report.derivation.difference(
                LEFT,
                "energy_left",
                subject.as_str(),
                "MWh",
                &[pool.left, applied],
            )?;
            if let Some(left) = &mut left {
                *left = report.derivation.difference(
                    LEFT,
                    "instrument_energy_left",
                    subject,
                    "MWh",
                    &[*left, applied],
                )?;
            }
            match instrument.kind {
                InstrumentKind::Certificate => certificates.push(applied),
                InstrumentKind::Contract => contracts.push(applied),
                InstrumentKind::SupplierRate => rates.push(applied),
            }
        }
        if let Some(left) = left
            && !report.derivation.value(left).is_zero()
        {
            let surplus = report.derivation.value(left).to_string();
            report.notice("scope2.surplus", &instrument.name, surplus);
        }
    }
    Ok(vec![
        ("energy_by_certificates", certificates),
        ("energy_by_contracts", contracts),
        ("energy_by_supplier_rates", rates),
    ])
}
