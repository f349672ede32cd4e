//! `inventory.restate`: after closing, a correction is a restatement that names what it supersedes and why. The earlier version stays
//! in the log for ever.

use super::row::{self, Surroundings};
use super::{Call, Effect, import, inventory_close, reason};
use crate::refusal::Refusal;
use crate::state::{self, Draft, key};
use crate::v1::{self, ImportStatus};
use crate::{Error, Stop, canonical, field, policy};

/// Why inventories are restated (GHG Protocol Corporate Standard, chapter 5).
const CAUSES: &[&str] = &[
    "better_data",
    "boundary_change",
    "error_correction",
    "factor_update",
    "method_change",
];

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::InventoryRestate = call.head()?;
    reason(&head.reason)?;
    if !CAUSES.contains(&head.cause.as_str()) {
        return Err(Error::Value {
            what: "cause",
            value: head.cause.chars().take(40).collect(),
        }
        .into());
    }
    if !field::ascending(&head.imports) {
        return Err(Error::Order { what: "imports" }.into());
    }
    let organisation = call.organisation().to_owned();
    let inventory_key = key::inventory(&organisation, &head.name);
    let mut inventory: v1::Inventory =
        state::find(draft.view(), &inventory_key)?.ok_or_else(|| Refusal::InventoryUnknown {
            inventory: head.name.clone(),
        })?;
    if inventory.closed_index != head.supersedes {
        return Err(Refusal::Superseded {
            expected: head.supersedes,
            found: inventory.closed_index,
        }
        .into());
    }
    for import_id in &head.imports {
        take_in(call, draft, import_id, &inventory.name)?;
    }
    for (position, bytes) in call.rows.iter().enumerate() {
        let change: v1::RestateRow = canonical::decode("row", bytes)?;
        correct(
            call,
            draft,
            &inventory,
            u32::try_from(position).unwrap_or(u32::MAX),
            change,
        )?;
    }
    if head.profile.is_some() {
        inventory.profile = head.profile;
    }
    inventory.supersedes = head.supersedes;
    inventory.closed_index = draft.index();
    inventory.cause = head.cause;
    inventory.reason = head.reason;
    let results = inventory_close::total(call, draft.view(), &mut inventory)?;
    inventory_close::finish(draft, &inventory_key, inventory, results)
}

/// Takes in an import that was recorded for this restatement.
fn take_in(
    call: &Call<'_>,
    draft: &mut Draft<'_>,
    import_id: &[u8],
    inventory: &str,
) -> Result<(), Stop> {
    let mut found = import::find(call, draft.view(), import_id)?;
    if found.restates != inventory || found.taken_in_index != 0 {
        return Err(Refusal::RestatementImport {
            import: hex::encode(import_id),
        }
        .into());
    }
    import::require_status(&found, &[ImportStatus::Counting])?;
    found.taken_in_index = draft.index();
    import::store(draft, found)?;
    Ok(())
}

/// Replaces or voids one row of the closed period.
fn correct(
    call: &Call<'_>,
    draft: &mut Draft<'_>,
    inventory: &v1::Inventory,
    position: u32,
    change: v1::RestateRow,
) -> Result<(), Stop> {
    reason(&change.reason)?;
    let organisation = call.organisation();
    let number = change.number;
    let mut found = import::find(call, draft.view(), &change.import_id)?;
    import::require_status(&found, &[ImportStatus::Counting])?;
    // Where two members must have signed for a row, the second one is whoever corrects it.
    let member = &call.sender.member;
    if policy::reviewers(draft.view(), draft.time_ms())? > 0
        && found.authors.contains(&member.key_id)
    {
        return Err(Refusal::Reviewer {
            member: member.name.clone(),
        }
        .into());
    }
    let reader = import::Reader::new(draft.view(), call.content, organisation, &change.import_id)?;
    let old = reader.row(number)?;
    check_inside(inventory, &change.import_id, number, &old.row)?;
    let rows_root = match change.change {
        Some(v1::restate_row::Change::Replace(row)) => {
            let row = row::open(row)?;
            row::check(&row, number + 1)?;
            Surroundings::read(draft.view(), organisation)?.facility(&row, number + 1)?;
            check_inside(inventory, &change.import_id, number, &row)?;
            import::widen(&mut found, &row);
            call.body.rows_root.clone()
        }
        Some(v1::restate_row::Change::Void(v1::RowVoid {})) => {
            found.rows_voided += 1;
            Vec::new()
        }
        None => return Err(Error::Missing { what: "change" }.into()),
    };
    let write = v1::RowChange {
        rows_root,
        position,
        reason: change.reason,
        index: draft.index(),
        restated: true,
    };
    draft.write(
        &key::row_change(organisation, &change.import_id, number),
        write,
    )?;
    found.changes += 1;
    import::store(draft, found)?;
    Ok(())
}

/// A restatement touches rows of its own period and boundary only.
fn check_inside(
    inventory: &v1::Inventory,
    import_id: &[u8],
    number: u64,
    row: &v1::ActivityRow,
) -> Result<(), Stop> {
    let days = inventory.period_start <= row.period_start && row.period_end <= inventory.period_end;
    let place = inventory.facilities.is_empty() || inventory.facilities.contains(&row.facility);
    if days && place {
        return Ok(());
    }
    Err(Refusal::RowAcrossPeriod {
        import: hex::encode(import_id),
        row: number + 1,
    }
    .into())
}
