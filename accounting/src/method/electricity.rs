//! Purchased electricity, location-based and market-based side by side (GHG Protocol Scope 2 Guidance, chapters 4 and 6).

use super::emission_factor::apply;
use super::{Error, Flag, Method, Recorder, Reference, Role, Row, Selected};
use crate::calculation::Calculation;
use crate::catalogue::Reason;
use crate::factor::Treatment;

/// Treatments that a row may name for its electricity. A life-cycle factor is none of them.
const NAMEABLE: [Treatment; 5] = [
    Treatment::Location,
    Treatment::Any,
    Treatment::Market,
    Treatment::Residual,
    Treatment::Ets,
];

/// Calculates both columns.
pub(super) fn calculate<R: Recorder>(row: &mut Row<'_, R>) -> Result<Calculation, Error> {
    let query = row.query(&[]);
    let one_factor = query
        .reference
        .is_some_and(|reference| reference.factor.is_some());
    let named = one_factor || query.equals.is_some();
    let chosen = if named {
        let mut query = query;
        query.treatments = &NAMEABLE;
        Some(row.catalogue.select(&query)?)
    } else if query.reference.is_some() {
        // The row names a set: its grid average first, else what the set has.
        let mut query = query;
        query.treatments = &[Treatment::Location];
        let average = row.catalogue.select(&query);
        query.treatments = &NAMEABLE;
        Some(match average {
            Err(Error::NoFactor { .. }) => row.catalogue.select(&query)?,
            other => other?,
        })
    } else {
        None
    };
    let (location, market) = match chosen {
        None => {
            let mut query = row.query(&[]);
            query.treatments = &[Treatment::Location];
            (row.catalogue.select(&query)?, None)
        }
        Some(chosen) => match row.catalogue.factor(chosen.factor).1.treatment {
            Treatment::Location | Treatment::Any => (chosen, None),
            Treatment::Ets => {
                // An ETS report knows one column only. Its series never mixes with the others: both columns show it.
                row.flags.insert(Flag::EtsFactor);
                (chosen.clone(), Some(chosen))
            }
            Treatment::Market | Treatment::Residual | Treatment::Lifecycle => {
                let (_, factor) = row.catalogue.factor(chosen.factor);
                let mut query = row.query(&[]);
                query.treatments = &[Treatment::Location];
                (query.reference, query.equals) = (None, None);
                query.region = query.region.or(Some(factor.region));
                (row.catalogue.select(&query)?, Some(chosen))
            }
        },
    };
    let location_emissions = apply(row, &location, Role::Location)?;
    let market = match market {
        Some(market) if market.factor == location.factor => {
            return row.finish(Method::Electricity, location_emissions, None);
        }
        Some(market) => Some(market),
        None => {
            // Without an instrument: the residual mix, else the grid average, disclosed (Scope 2 Guidance, Table 6.3).
            residual(row, &location)?
        }
    };
    let market = match market {
        Some(market) => Some(apply(row, &market, Role::Market)?),
        None => {
            row.flags.insert(Flag::NoResidualMix);
            None
        }
    };
    row.finish(Method::Electricity, location_emissions, market)
}

/// The residual mix beside a grid average: of the same set if it has one, so that both columns are of one vintage.
fn residual<R: Recorder>(row: &Row<'_, R>, location: &Selected) -> Result<Option<Selected>, Error> {
    let (_, factor) = row.catalogue.factor(location.factor);
    let same_set = Reference {
        set: Some(row.catalogue.prepared(location.factor).set),
        ..Reference::default()
    };
    let mut query = row.query(&[Treatment::Residual]);
    query.region = query.region.or(Some(factor.region));
    query.activity = &factor.activity;
    query.equals = None;
    for reference in [Some(&same_set), None] {
        query.reference = reference;
        match row.catalogue.select(&query) {
            Ok(mut residual) => {
                // China publishes no residual mix; the average without market-traded non-fossil power stands for it.
                let (_, published) = row.catalogue.factor(residual.factor);
                if published.region.country().code() == "CN" {
                    residual.flags.insert(Flag::ResidualProxy);
                }
                // The row did not name this factor: it follows the grid average.
                residual.reason = match location.reason {
                    Reason::Equal => Reason::Named,
                    reason => reason,
                };
                if location.reason == Reason::Newest
                    && residual.flags.contains(Flag::EarlierPeriodNamed)
                {
                    residual.flags.remove(Flag::EarlierPeriodNamed);
                    residual.flags.insert(Flag::NewestPublishedUsed);
                }
                return Ok(Some(residual));
            }
            Err(error @ Error::AmbiguousFactor { .. }) => return Err(error),
            Err(_) => {}
        }
    }
    Ok(None)
}
