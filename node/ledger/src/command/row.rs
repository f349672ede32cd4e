//! The form of an activity row: everything that does not need the engine.

use crate::refusal::Refusal;
use crate::state::{self, View, key};
use crate::v1::{self, Obtained};
use crate::{Stop, canonical, field};
use std::collections::BTreeMap;

/// Longest text of a row's field, in bytes.
const TEXT_BYTES_MAX: usize = 600;

/// Parses the bytes of an open row.
pub(crate) fn parse(bytes: &[u8]) -> Result<v1::ActivityRow, Stop> {
    let row: v1::RecordRow = canonical::decode("row", bytes)?;
    open(row)
}

/// The activity row in a record row.
pub(crate) fn open(row: v1::RecordRow) -> Result<v1::ActivityRow, Stop> {
    match row.content {
        Some(v1::record_row::Content::Open(row)) => Ok(row),
        None => Err(crate::Error::Missing { what: "row" }.into()),
    }
}

/// Checks the fields of a row; `number` counts from 1 and is named in a refusal.
pub(crate) fn check(row: &v1::ActivityRow, number: u64) -> Result<(), Stop> {
    let wrong = |field: &'static str, value: &str| {
        Err(Refusal::RowValue {
            row: number,
            field,
            value: value.chars().take(80).collect(),
        }
        .into())
    };
    let texts: [(&'static str, &str); 19] = [
        ("reference", &row.reference),
        ("category", &row.category),
        ("activity", &row.activity),
        ("unit", &row.unit),
        ("factor_hint", &row.factor_hint),
        ("source", &row.source),
        ("instrument", &row.instrument),
        ("quality_plan_version", &row.quality_plan_version),
        ("laboratory", &row.laboratory),
        ("sample", &row.sample),
        ("recorder", &row.recorder),
        ("reviewer", &row.reviewer),
        ("sheet", &row.sheet),
        ("note", &row.note),
        ("market_instrument", &row.market_instrument),
        ("market_reference", &row.market_reference),
        ("method", &row.method),
        ("facility", &row.facility),
        ("region", &row.region),
    ];
    for (name, value) in texts {
        if field::text(name, value, TEXT_BYTES_MAX).is_err() {
            return wrong(name, value);
        }
    }
    if !(1..=3).contains(&row.scope) {
        return wrong("scope", &row.scope.to_string());
    }
    for (name, value) in [
        ("category", &row.category),
        ("unit", &row.unit),
        ("activity", &row.activity),
    ] {
        if value.is_empty() {
            return wrong(name, value);
        }
    }
    if !field::is_decimal(&row.quantity) {
        return wrong("quantity", &row.quantity);
    }
    if !field::is_day(&row.period_start) {
        return wrong("period_start", &row.period_start);
    }
    if !field::is_day(&row.period_end) || row.period_end < row.period_start {
        return wrong("period_end", &row.period_end);
    }
    if !row.region.is_empty() && !field::is_region(&row.region) {
        return wrong("region", &row.region);
    }
    if Obtained::try_from(row.obtained).is_err() {
        return wrong("obtained", &row.obtained.to_string());
    }
    for evidence in &row.evidence {
        if evidence.digest.len() != 32 {
            return wrong("evidence.digest", &hex::encode(&evidence.digest));
        }
        for (name, value) in [
            ("evidence.name", &evidence.name),
            ("evidence.media_type", &evidence.media_type),
        ] {
            if field::text(name, value, TEXT_BYTES_MAX).is_err() {
                return wrong(name, value);
            }
        }
    }
    for parameter in &row.parameters {
        if !field::is_decimal(&parameter.value) {
            return wrong("parameter.value", &parameter.value);
        }
        if Obtained::try_from(parameter.obtained).is_err() {
            return wrong("parameter.obtained", &parameter.obtained.to_string());
        }
        let texts = [
            ("parameter.kind", &parameter.kind),
            ("parameter.unit", &parameter.unit),
            ("parameter.source", &parameter.source),
            ("parameter.laboratory", &parameter.laboratory),
            ("parameter.sample", &parameter.sample),
            ("parameter.text", &parameter.text),
        ];
        for (name, value) in texts {
            if field::text(name, value, TEXT_BYTES_MAX).is_err() {
                return wrong(name, value);
            }
        }
    }
    Ok(())
}

/// Facilities and period locks of one organisation, read once for all rows of an envelope.
pub(crate) struct Surroundings {
    facilities: BTreeMap<String, v1::Facility>,
    locks: Vec<v1::PeriodLock>,
}

impl Surroundings {
    pub(crate) fn read(view: &dyn View, organisation: &str) -> Result<Self, Stop> {
        let facilities = state::list::<v1::Facility>(view, &key::facilities(organisation))?;
        let locks = state::list::<v1::PeriodLock>(view, &key::period_locks(organisation))?;
        Ok(Self {
            facilities: facilities
                .into_iter()
                .map(|(_, facility)| (facility.name.clone(), facility))
                .collect(),
            locks: locks.into_iter().map(|(_, lock)| lock).collect(),
        })
    }

    /// The facility that a row names, if it names one.
    pub(crate) fn facility(
        &self,
        row: &v1::ActivityRow,
        number: u64,
    ) -> Result<Option<&v1::Facility>, Stop> {
        if row.facility.is_empty() {
            return Ok(None);
        }
        match self.facilities.get(&row.facility) {
            Some(facility) => Ok(Some(facility)),
            None => Err(Refusal::FacilityUnknown {
                row: number,
                facility: row.facility.clone(),
            }
            .into()),
        }
    }

    /// Refuses a row in a closed period, unless it belongs to the restatement of the very inventory that closed it.
    pub(crate) fn check_open(
        &self,
        row: &v1::ActivityRow,
        number: u64,
        restates: &str,
    ) -> Result<(), Stop> {
        for lock in &self.locks {
            let inside = lock.facilities.is_empty() || lock.facilities.contains(&row.facility);
            let overlaps =
                row.period_start <= lock.period_end && lock.period_start <= row.period_end;
            if inside && overlaps && lock.inventory != restates {
                return Err(Refusal::PeriodLocked {
                    row: number,
                    inventory: lock.inventory.clone(),
                }
                .into());
            }
        }
        Ok(())
    }

    /// Whether an inventory of this name has closed a period.
    pub(crate) fn is_closed(&self, inventory: &str) -> bool {
        self.locks.iter().any(|lock| lock.inventory == inventory)
    }
}
