//! Freight, business travel and commuting: distance-based methods of the Scope 3 Standard (categories 4, 6, 7 and 9).

use super::{Error, Method, Recorder, Row, emission_factor};
use crate::calculation::Calculation;
use crate::unit::{Kind, Unit};

/// Checks that the amount measures what the category is about, then applies the factor.
pub(super) fn calculate<R: Recorder>(
    row: &mut Row<'_, R>,
    method: Method,
) -> Result<Calculation, Error> {
    let unit = row.activity.quantity.unit;
    match (method, unit.kind()) {
        // Freight is not carried in persons, nor travellers in tonnes.
        (Method::Transport, Kind::PassengerDistance | Kind::RoomNight) => {
            Err(Error::UnitMismatch {
                unit,
                wanted: Unit::parse("t.km")?,
            })
        }
        (Method::Travel, Kind::MassDistance) => Err(Error::UnitMismatch {
            unit,
            wanted: Unit::parse("{passenger}.km")?,
        }),
        _ => emission_factor::calculate(row, method),
    }
}
