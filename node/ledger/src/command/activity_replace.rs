//! `activity.replace`: rows take the place of others, with a reason, while their period is open.

use super::row::{self, Surroundings};
use super::{Call, Effect, import, reason};
use crate::calculation::Calculator;
use crate::state::{Draft, key};
use crate::v1::{self, ImportStatus};
use crate::{Error, Stop, field};
use prost::Message;

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ActivityReplace = call.head()?;
    reason(&head.reason)?;
    if head.numbers.len() != call.rows.len() {
        return Err(Error::Value {
            what: "numbers",
            value: head.numbers.len().to_string(),
        }
        .into());
    }
    if !field::ascending(&head.numbers) {
        return Err(Error::Order { what: "numbers" }.into());
    }
    let organisation = call.organisation();
    let mut found = import::find(call, draft.view(), &head.import_id)?;
    import::require_status(
        &found,
        &[
            ImportStatus::Pending,
            ImportStatus::Submitted,
            ImportStatus::Counting,
        ],
    )?;
    let surroundings = Surroundings::read(draft.view(), organisation)?;
    let reader = import::Reader::new(draft.view(), call.content, organisation, &head.import_id)?;
    let calculator = Calculator::new(
        draft.view(),
        call.content,
        head.profile.as_ref(),
        call.catalogues,
    )?;
    let exempt = exempt(&found);
    let mut results = Vec::with_capacity(call.rows.len());
    for (position, (number, bytes)) in head.numbers.iter().zip(call.rows).enumerate() {
        let old = reader.row(*number)?;
        surroundings.check_open(&old.row, number + 1, &exempt)?;
        let row = row::parse(bytes)?;
        row::check(&row, number + 1)?;
        let facility = surroundings.facility(&row, number + 1)?;
        surroundings.check_open(&row, number + 1, &exempt)?;
        let standing = import::Standing {
            number: *number,
            leaf: crate::tree::ROWS.leaf(bytes),
            row,
        };
        results.push(
            calculator
                .row(&head.import_id, &standing, facility)?
                .encode_to_vec(),
        );
        import::widen(&mut found, &standing.row);
        let change = v1::RowChange {
            rows_root: call.body.rows_root.clone(),
            position: u32::try_from(position).unwrap_or(u32::MAX),
            reason: head.reason.clone(),
            index: draft.index(),
            restated: false,
        };
        draft.write(
            &key::row_change(organisation, &head.import_id, *number),
            change,
        )?;
    }
    import::note_changes(call, draft, &mut found, head.numbers.len() as u64)?;
    let status = found.status;
    import::store(draft, found)?;
    let head = v1::Replaced {
        import_id: head.import_id,
        numbers: head.numbers,
        status,
    };
    Ok(Effect {
        head: v1::outcome::Head::Replaced(head),
        results,
    })
}

/// The inventory whose lock does not bind an import: the one that it restates, as long as it was not taken in.
pub(super) fn exempt(import: &v1::ImportState) -> String {
    if import.taken_in_index == 0 {
        import.restates.clone()
    } else {
        String::new()
    }
}
