//! Imports: rows that arrive in parts, count after submission (and review, where policy asks for it), and are changed row by row.

use super::Call;
use crate::refusal::Refusal;
use crate::rows::Content;
use crate::state::{self, Draft, View, key};
use crate::tree::ROWS;
use crate::v1::{self, ImportStatus};
use crate::{Error, Stop, canonical, policy};
use crypto_sm::sm3::Digest;
use std::collections::BTreeMap;

/// Word of a status in machine output.
#[must_use]
pub fn status_word(status: ImportStatus) -> &'static str {
    match status {
        ImportStatus::Unspecified => "",
        ImportStatus::Pending => "pending",
        ImportStatus::Submitted => "submitted",
        ImportStatus::Counting => "counting",
        ImportStatus::Voided => "voided",
    }
}

/// Reads an import of the sender's organisation.
pub(super) fn find(
    call: &Call<'_>,
    view: &dyn View,
    import_id: &[u8],
) -> Result<v1::ImportState, Stop> {
    canonical::digest("import_id", import_id)?;
    let import = state::find(view, &key::import(call.organisation(), import_id))?;
    import.ok_or_else(|| {
        Refusal::ImportUnknown {
            import: hex::encode(import_id),
        }
        .into()
    })
}

/// Refuses an import in any other state.
pub(super) fn require_status(
    import: &v1::ImportState,
    allowed: &[ImportStatus],
) -> Result<(), Stop> {
    if allowed.contains(&import.status()) {
        return Ok(());
    }
    Err(Refusal::ImportStatus {
        import: hex::encode(&import.import_id),
        status: status_word(import.status()),
    }
    .into())
}

/// Notes that a member had a hand in an import's content.
pub(super) fn add_author(import: &mut v1::ImportState, key_id: &[u8]) {
    if let Err(place) = import
        .authors
        .binary_search_by(|author| author.as_slice().cmp(key_id))
    {
        import.authors.insert(place, key_id.to_vec());
    }
}

/// Widens an import's period so that it covers a row.
pub(super) fn widen(import: &mut v1::ImportState, row: &v1::ActivityRow) {
    if import.period_start.is_empty() || row.period_start < import.period_start {
        import.period_start.clone_from(&row.period_start);
    }
    if row.period_end > import.period_end {
        import.period_end.clone_from(&row.period_end);
    }
}

/// What a change of rows does to an import: earlier reviews no longer hold.
pub(super) fn note_changes(
    call: &Call<'_>,
    draft: &Draft<'_>,
    import: &mut v1::ImportState,
    changes: u64,
) -> Result<(), Error> {
    import.changes += changes;
    import.reviewers.clear();
    add_author(import, &call.sender.member.key_id);
    if import.status() == ImportStatus::Counting
        && policy::reviewers(draft.view(), draft.time_ms())? > 0
    {
        import.set_status(ImportStatus::Submitted);
    }
    Ok(())
}

/// Parts of an import in order of their first row.
pub(crate) fn parts(
    view: &dyn View,
    organisation: &str,
    import_id: &[u8],
) -> Result<Vec<v1::ImportPart>, Error> {
    let parts = state::list::<v1::ImportPart>(view, &key::import_parts(organisation, import_id))?;
    Ok(parts.into_iter().map(|(_, part)| part).collect())
}

/// Root of an import: row tree over the roots of its parts.
pub(crate) fn root(parts: &[v1::ImportPart]) -> Digest {
    let leaves: Vec<Digest> = parts
        .iter()
        .map(|part| ROWS.leaf(&part.rows_root))
        .collect();
    ROWS.root(&leaves)
}

/// A row of an import as it stands now.
#[derive(Clone, Debug)]
pub(crate) struct Standing {
    pub number: u64,
    /// SM3(0x04 ‖ bytes) of what was signed.
    pub leaf: Digest,
    pub row: v1::ActivityRow,
}

/// Reads rows of one import with their replacements and voids.
pub(crate) struct Reader<'a> {
    content: &'a dyn Content,
    import: String,
    parts: Vec<v1::ImportPart>,
    changes: BTreeMap<u64, v1::RowChange>,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(
        view: &dyn View,
        content: &'a dyn Content,
        organisation: &str,
        import_id: &[u8],
    ) -> Result<Self, Error> {
        let mut changes = BTreeMap::new();
        for (key, change) in
            state::list::<v1::RowChange>(view, &key::row_changes(organisation, import_id))?
        {
            let number = key
                .rsplit('/')
                .next()
                .and_then(|text| u64::from_str_radix(text, 16).ok());
            changes.insert(number.ok_or(Error::Unreadable { what: key })?, change);
        }
        Ok(Self {
            content,
            import: hex::encode(import_id),
            parts: parts(view, organisation, import_id)?,
            changes,
        })
    }

    /// The row under a number; refused if there is none, or it was voided.
    pub(crate) fn row(&self, number: u64) -> Result<Standing, Stop> {
        let unknown = || Refusal::RowUnknown {
            import: self.import.clone(),
            row: number.saturating_add(1),
        };
        let after = self.parts.partition_point(|part| part.first <= number);
        let part = after
            .checked_sub(1)
            .map(|place| &self.parts[place])
            .ok_or_else(unknown)?;
        let position = number - part.first;
        if position >= part.count.into() {
            return Err(unknown().into());
        }
        match self.changes.get(&number) {
            Some(change) if change.rows_root.is_empty() => Err(Refusal::RowVoided {
                import: self.import.clone(),
                row: number.saturating_add(1),
            }
            .into()),
            Some(change) => Ok(self.changed(number, change)?),
            None => {
                let rows = self.rows(&part.rows_root)?;
                let at = usize::try_from(position).unwrap_or(usize::MAX);
                let bytes = rows.get(at).ok_or_else(|| self.unreadable())?;
                Ok(standing(number, bytes, super::row::parse(bytes)?))
            }
        }
    }

    /// Hands every row that stands to `visit`, in order, and returns how many were voided.
    pub(crate) fn each(
        &self,
        mut visit: impl FnMut(Standing) -> Result<(), Stop>,
    ) -> Result<u64, Stop> {
        let mut voided = 0;
        for part in &self.parts {
            let rows = self.rows(&part.rows_root)?;
            if rows.len() != part.count as usize {
                return Err(self.unreadable().into());
            }
            for (number, bytes) in (part.first..).zip(&rows) {
                match self.changes.get(&number) {
                    Some(change) if change.rows_root.is_empty() => voided += 1,
                    Some(change) => visit(self.changed(number, change)?)?,
                    None => visit(standing(number, bytes, super::row::parse(bytes)?))?,
                }
            }
        }
        Ok(voided)
    }

    fn changed(&self, number: u64, change: &v1::RowChange) -> Result<Standing, Stop> {
        let rows = self.rows(&change.rows_root)?;
        let bytes = rows
            .get(change.position as usize)
            .ok_or_else(|| self.unreadable())?;
        let row = if change.restated {
            let restated: v1::RestateRow = canonical::decode("row", bytes)?;
            match restated.change {
                Some(v1::restate_row::Change::Replace(row)) => super::row::open(row)?,
                _ => return Err(self.unreadable().into()),
            }
        } else {
            super::row::parse(bytes)?
        };
        Ok(standing(number, bytes, row))
    }

    fn rows(&self, root: &[u8]) -> Result<Vec<Vec<u8>>, Error> {
        let root = canonical::digest("rows_root", root)?;
        self.content.rows(&root)?.ok_or_else(|| self.unreadable())
    }

    fn unreadable(&self) -> Error {
        Error::Unreadable {
            what: format!("rows of import {}", self.import),
        }
    }
}

fn standing(number: u64, bytes: &[u8], row: v1::ActivityRow) -> Standing {
    Standing {
        number,
        leaf: ROWS.leaf(bytes),
        row,
    }
}

/// Writes an import back.
pub(super) fn store(draft: &mut Draft<'_>, import: v1::ImportState) -> Result<u64, Error> {
    draft.write(
        &key::import(&import.organisation, &import.import_id),
        import,
    )
}
