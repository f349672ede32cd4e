//! `activity.record`: rows of an import. They are calculated here and now, and do not count before the import is submitted.

use super::row::{self, Surroundings};
use super::{Call, Effect, import};
use crate::calculation::Calculator;
use crate::refusal::Refusal;
use crate::state::{self, Draft, View, key};
use crate::v1::{self, ImportStatus};
use crate::{Error, Stop, canonical, field, rows};
use prost::Message;

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ActivityRecord = call.head()?;
    canonical::digest("import_id", &head.import_id)?;
    field::text("source_name", &head.source_name, 300)?;
    let organisation = call.organisation();
    let count = call.body.row_count;
    let end = head
        .first
        .checked_add(count.into())
        .filter(|end| *end <= u64::from(u32::MAX));
    let end = end.ok_or(Error::Value {
        what: "first",
        value: head.first.to_string(),
    })?;
    let surroundings = Surroundings::read(draft.view(), organisation)?;
    let mut import = state::find(draft.view(), &key::import(organisation, &head.import_id))?
        .map_or_else(|| opened(call, &head, &surroundings), Ok)?;
    import::require_status(&import, &[ImportStatus::Pending])?;
    if import.restates != head.restates {
        return Err(Refusal::RestatementImport {
            import: hex::encode(&head.import_id),
        }
        .into());
    }
    check_free(draft.view(), &import, head.first, end)?;
    let calculator = Calculator::new(
        draft.view(),
        call.content,
        head.profile.as_ref(),
        call.catalogues,
    )?;
    let mut results = Vec::with_capacity(call.rows.len());
    for (number, bytes) in (head.first..).zip(call.rows) {
        let row = row::parse(bytes)?;
        row::check(&row, number + 1)?;
        let facility = surroundings.facility(&row, number + 1)?;
        surroundings.check_open(&row, number + 1, &head.restates)?;
        let standing = import::Standing {
            number,
            leaf: crate::tree::ROWS.leaf(bytes),
            row,
        };
        results.push(
            calculator
                .row(&head.import_id, &standing, facility)?
                .encode_to_vec(),
        );
        import::widen(&mut import, &standing.row);
    }
    import.rows_recorded += u64::from(count);
    import.parts += 1;
    if import.rows_contiguous == head.first {
        import.rows_contiguous = end;
    }
    import::add_author(&mut import, &call.sender.member.key_id);
    let part = v1::ImportPart {
        first: head.first,
        count,
        rows_root: call.body.rows_root.clone(),
        results_root: rows::root_field(&results),
        index: draft.index(),
    };
    draft.write(
        &key::import_part(organisation, &head.import_id, head.first),
        part,
    )?;
    let rows_recorded = import.rows_recorded;
    import::store(draft, import)?;
    let head = v1::Recorded {
        import_id: head.import_id,
        first: head.first,
        count,
        rows_recorded,
    };
    Ok(Effect {
        head: v1::outcome::Head::Recorded(head),
        results,
    })
}

/// A new import.
fn opened(
    call: &Call<'_>,
    head: &v1::ActivityRecord,
    surroundings: &Surroundings,
) -> Result<v1::ImportState, Stop> {
    if !head.restates.is_empty() && !surroundings.is_closed(&head.restates) {
        return Err(Refusal::InventoryUnknown {
            inventory: head.restates.clone(),
        }
        .into());
    }
    Ok(v1::ImportState {
        organisation: call.organisation().to_owned(),
        import_id: head.import_id.clone(),
        status: ImportStatus::Pending as i32,
        source_name: head.source_name.clone(),
        restates: head.restates.clone(),
        ..Default::default()
    })
}

/// Refuses row numbers that are taken. Parts that arrive in order need no look at the others.
fn check_free(view: &dyn View, import: &v1::ImportState, first: u64, end: u64) -> Result<(), Stop> {
    if first == import.rows_contiguous && first == import.rows_recorded {
        return Ok(());
    }
    let parts = import::parts(view, &import.organisation, &import.import_id)?;
    let taken = parts
        .iter()
        .find(|part| part.first < end && first < part.first + u64::from(part.count));
    match taken {
        Some(part) => {
            let row = part.first.max(first) + 1;
            Err(Refusal::ImportOverlap {
                import: hex::encode(&import.import_id),
                row,
            }
            .into())
        }
        None => Ok(()),
    }
}
