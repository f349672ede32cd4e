//! `activity.void`: rows, or a whole import, no longer count; with a reason, while their period is open. Nothing is deleted.

use super::activity_replace::exempt;
use super::row::Surroundings;
use super::{Call, Effect, import, reason};
use crate::state::{Draft, key};
use crate::v1::{self, ImportStatus};
use crate::{Error, Stop, field};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ActivityVoid = call.head()?;
    reason(&head.reason)?;
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
    let exempt = exempt(&found);
    if head.numbers.is_empty() {
        reader.each(|standing| {
            surroundings.check_open(&standing.row, standing.number + 1, &exempt)
        })?;
        found.set_status(ImportStatus::Voided);
        found.void_reason = head.reason;
        found.changes += 1;
        import::add_author(&mut found, &call.sender.member.key_id);
    } else {
        for number in &head.numbers {
            let old = reader.row(*number)?;
            surroundings.check_open(&old.row, number + 1, &exempt)?;
            let change = v1::RowChange {
                rows_root: Vec::new(),
                position: 0,
                reason: head.reason.clone(),
                index: draft.index(),
                restated: false,
            };
            draft.write(
                &key::row_change(organisation, &head.import_id, *number),
                change,
            )?;
        }
        found.rows_voided += head.numbers.len() as u64;
        import::note_changes(call, draft, &mut found, head.numbers.len() as u64)?;
    }
    let status = found.status;
    import::store(draft, found)?;
    let head = v1::Replaced {
        import_id: head.import_id,
        numbers: head.numbers,
        status,
    };
    Ok(Effect {
        head: v1::outcome::Head::Replaced(head),
        results: Vec::new(),
    })
}
