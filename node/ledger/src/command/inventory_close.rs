//! `inventory.close`: the entity's own period lock (封账). Every row of the period is calculated once more, with the factor sets and the
//! profile of this closing.

use super::row::Surroundings;
use super::{Call, Effect, import};
use crate::calculation::{Calculator, Tally};
use crate::refusal::Refusal;
use crate::state::{self, Draft, View, key};
use crate::v1::{self, ImportStatus};
use crate::{Error, Stop, field, rows};
use prost::Message;

/// Consolidation approaches of the GHG Protocol Corporate Standard, chapter 3.
const CONSOLIDATIONS: &[&str] = &["equity_share", "financial_control", "operational_control"];

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::InventoryClose = call.head()?;
    field::name("inventory.name", &head.name)?;
    if head.display_name.is_some() {
        field::display_name(head.display_name.as_ref())?;
    }
    field::text("statement", &head.statement, 1000)?;
    if !CONSOLIDATIONS.contains(&head.consolidation.as_str()) {
        return Err(Error::Value {
            what: "consolidation",
            value: head.consolidation.chars().take(40).collect(),
        }
        .into());
    }
    let period_fits = field::is_day(&head.period_start)
        && field::is_day(&head.period_end)
        && head.period_start <= head.period_end;
    if !period_fits {
        return Err(Refusal::Period {
            start: head.period_start,
            end: head.period_end,
        }
        .into());
    }
    if !field::ascending(&head.facilities) {
        return Err(Error::Order { what: "facilities" }.into());
    }
    let organisation = call.organisation();
    for facility in &head.facilities {
        if state::read(draft.view(), &key::facility(organisation, facility))?.is_none() {
            return Err(Refusal::FacilityUnknown {
                row: 0,
                facility: facility.clone(),
            }
            .into());
        }
    }
    let inventory_key = key::inventory(organisation, &head.name);
    if state::read(draft.view(), &inventory_key)?.is_some() {
        return Err(Refusal::InventoryExists {
            inventory: head.name,
        }
        .into());
    }
    check_apart(draft.view(), organisation, &head)?;
    let mut inventory = v1::Inventory {
        organisation: organisation.to_owned(),
        name: head.name.clone(),
        display_name: head.display_name,
        period_start: head.period_start.clone(),
        period_end: head.period_end.clone(),
        facilities: head.facilities.clone(),
        profile: head.profile,
        consolidation: head.consolidation,
        closed_index: draft.index(),
        ..Default::default()
    };
    let results = total(call, draft.view(), &mut inventory)?;
    let lock = v1::PeriodLock {
        inventory: head.name.clone(),
        period_start: head.period_start,
        period_end: head.period_end,
        facilities: head.facilities,
    };
    draft.write(&key::period_lock(organisation, &head.name), lock)?;
    finish(draft, &inventory_key, inventory, results)
}

/// No day of a facility belongs to two inventories.
fn check_apart(view: &dyn View, organisation: &str, head: &v1::InventoryClose) -> Result<(), Stop> {
    for (_, lock) in state::list::<v1::PeriodLock>(view, &key::period_locks(organisation))? {
        let days = head.period_start <= lock.period_end && lock.period_start <= head.period_end;
        let places = head.facilities.is_empty()
            || lock.facilities.is_empty()
            || head
                .facilities
                .iter()
                .any(|facility| lock.facilities.contains(facility));
        if days && places {
            return Err(Refusal::InventoryOverlap {
                inventory: lock.inventory,
            }
            .into());
        }
    }
    Ok(())
}

/// Calculates every row that counts, fills in the totals, and returns the results.
pub(super) fn total(
    call: &Call<'_>,
    view: &dyn View,
    inventory: &mut v1::Inventory,
) -> Result<Vec<Vec<u8>>, Stop> {
    let organisation = call.organisation();
    let calculator = Calculator::new(
        view,
        call.content,
        inventory.profile.as_ref(),
        call.catalogues,
    )?;
    let surroundings = Surroundings::read(view, organisation)?;
    let mut tally = Tally::new();
    let mut results: Vec<Vec<u8>> = Vec::new();
    (inventory.rows_voided, inventory.rows_pending) = (0, 0);
    for (_, found) in state::list::<v1::ImportState>(view, &key::imports(organisation))? {
        let apart =
            found.period_end < inventory.period_start || inventory.period_end < found.period_start;
        let foreign = !found.restates.is_empty()
            && (found.restates != inventory.name || found.taken_in_index == 0);
        if apart || foreign {
            continue;
        }
        let import_hex = || hex::encode(&found.import_id);
        match found.status() {
            ImportStatus::Counting => {}
            ImportStatus::Pending => {
                inventory.rows_pending += found.rows_recorded;
                continue;
            }
            ImportStatus::Submitted => {
                return Err(Refusal::AwaitingReview {
                    import: import_hex(),
                }
                .into());
            }
            ImportStatus::Voided | ImportStatus::Unspecified => continue,
        }
        let reader = import::Reader::new(view, call.content, organisation, &found.import_id)?;
        inventory.rows_voided += reader.each(|standing| {
            let row = &standing.row;
            let outside =
                !inventory.facilities.is_empty() && !inventory.facilities.contains(&row.facility);
            if outside
                || row.period_end < inventory.period_start
                || inventory.period_end < row.period_start
            {
                return Ok(());
            }
            if row.period_start < inventory.period_start || inventory.period_end < row.period_end {
                return Err(Refusal::RowAcrossPeriod {
                    import: import_hex(),
                    row: standing.number + 1,
                }
                .into());
            }
            if results.len() >= call.limits.inventory_rows_max as usize {
                return Err(Error::Limit {
                    what: "inventory_rows_max",
                    found: results.len() as u64 + 1,
                    limit: call.limits.inventory_rows_max.into(),
                }
                .into());
            }
            let facility = surroundings.facility(row, standing.number + 1)?;
            let result = calculator.tallied(&found.import_id, &standing, facility, &mut tally)?;
            results.push(result.encode_to_vec());
            Ok(())
        })?;
    }
    if results.is_empty() {
        return Err(Refusal::NoRows.into());
    }
    inventory.totals = Some(tally.totals());
    inventory.factor_sets = calculator.factor_sets();
    inventory.results_root = rows::root_field(&results);
    inventory.result_count = u32::try_from(results.len()).unwrap_or(u32::MAX);
    Ok(results)
}

/// Stores the inventory and says so.
pub(super) fn finish(
    draft: &mut Draft<'_>,
    inventory_key: &str,
    inventory: v1::Inventory,
    results: Vec<Vec<u8>>,
) -> Result<Effect, Stop> {
    let mut head = v1::InventoryClosed {
        key: inventory_key.to_owned(),
        version: 0,
        totals: inventory.totals.clone(),
        rows_counted: results.len() as u64,
        rows_voided: inventory.rows_voided,
        rows_pending: inventory.rows_pending,
        period_start: inventory.period_start.clone(),
        period_end: inventory.period_end.clone(),
        profile: inventory.profile.clone(),
    };
    head.version = draft.write(inventory_key, inventory)?;
    Ok(Effect {
        head: v1::outcome::Head::Inventory(head),
        results,
    })
}
