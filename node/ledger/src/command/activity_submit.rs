//! `activity.submit`: the import is complete. Its rows count from here on, or wait for review where policy asks for it.

use super::{Call, Effect, import};
use crate::refusal::Refusal;
use crate::state::Draft;
use crate::v1::{self, ImportStatus};
use crate::{Stop, field, policy};
use prost::Message;

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ActivitySubmit = call.head()?;
    field::text("statement", &head.statement, 1000)?;
    let mut found = import::find(call, draft.view(), &head.import_id)?;
    import::require_status(&found, &[ImportStatus::Pending])?;
    let parts = import::parts(draft.view(), call.organisation(), &head.import_id)?;
    let mut next = 0;
    for part in &parts {
        if part.first != next {
            return Err(Refusal::ImportGap {
                import: hex::encode(&head.import_id),
                row: next + 1,
            }
            .into());
        }
        next += u64::from(part.count);
    }
    if next != head.count {
        return Err(Refusal::ImportCount {
            found: next,
            expected: head.count,
        }
        .into());
    }
    let root = import::root(&parts);
    if head.root != root {
        return Err(Refusal::ImportRoot {
            import: hex::encode(&head.import_id),
        }
        .into());
    }
    let status = if policy::reviewers(draft.view(), draft.time_ms())? > 0 {
        ImportStatus::Submitted
    } else {
        ImportStatus::Counting
    };
    found.set_status(status);
    found.root = root.to_vec();
    found.submitted_index = draft.index();
    import::add_author(&mut found, &call.sender.member.key_id);
    import::store(draft, found)?;
    let results = parts.iter().map(Message::encode_to_vec).collect();
    let head = v1::Submitted {
        import_id: head.import_id,
        count: head.count,
        status: status as i32,
    };
    Ok(Effect {
        head: v1::outcome::Head::Submitted(head),
        results,
    })
}
