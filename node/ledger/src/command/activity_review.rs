//! `activity.review`: a second member vouches for an import (审核). Nobody reviews what they had a hand in.

use super::{Call, Effect, import};
use crate::refusal::Refusal;
use crate::state::Draft;
use crate::v1::{self, ImportStatus};
use crate::{Stop, field, policy};

pub(super) fn execute(call: &Call<'_>, draft: &mut Draft<'_>) -> Result<Effect, Stop> {
    let head: v1::ActivityReview = call.head()?;
    field::text("statement", &head.statement, 1000)?;
    let mut found = import::find(call, draft.view(), &head.import_id)?;
    import::require_status(&found, &[ImportStatus::Submitted])?;
    if head.root != found.root {
        return Err(Refusal::ImportRoot {
            import: hex::encode(&head.import_id),
        }
        .into());
    }
    if head.changes != found.changes {
        return Err(Refusal::ChangesUnseen {
            expected: head.changes,
            found: found.changes,
        }
        .into());
    }
    let member = &call.sender.member;
    let place = found.reviewers.binary_search(&member.key_id);
    // Keys are not people: one person with two keys is one reviewer, as far as names tell.
    let Err(place) = place else {
        return Err(Refusal::Reviewer {
            member: member.name.clone(),
        }
        .into());
    };
    if found.authors.contains(&member.key_id) {
        return Err(Refusal::Reviewer {
            member: member.name.clone(),
        }
        .into());
    }
    found.reviewers.insert(place, member.key_id.clone());
    let reviews = u32::try_from(found.reviewers.len()).unwrap_or(u32::MAX);
    if reviews >= policy::reviewers(draft.view(), draft.time_ms())? {
        found.set_status(ImportStatus::Counting);
    }
    let status = found.status;
    import::store(draft, found)?;
    let head = v1::Reviewed {
        import_id: head.import_id,
        status,
        reviews,
    };
    Ok(Effect {
        head: v1::outcome::Head::Reviewed(head),
        results: Vec::new(),
    })
}
