//! The way out: proofs against the newest final checkpoint.

use super::{Inner, Service};
use crate::error::Error;
use crate::publish::is_witnessed;
use crate::store::Reading;
use crypto_sm::sm3::Digest;
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::execute::Ids as _;
use hengtan_ledger::receipt::{Evidence, ReceiptKind, Rows, assemble};
use hengtan_ledger::state::key;
use hengtan_ledger::v1;
use prost::Message as _;
use std::time::Duration;

/// How long a receipt waits for the checkpoint that it needs.
const FINAL: Duration = Duration::from_secs(3);

/// What a receipt is wanted for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// An entry.
    Index {
        /// Its index.
        index: u64,
        /// Positions of rows and results to prove as well.
        rows: Vec<u32>,
        /// All of them.
        all: bool,
    },
    /// The entry of an envelope.
    Id {
        /// Id of the envelope.
        id: Digest,
        /// Positions of rows and results to prove as well.
        rows: Vec<u32>,
        /// All of them.
        all: bool,
    },
    /// Submission of an import.
    Import {
        /// Organisation.
        organisation: String,
        /// The import.
        import_id: Vec<u8>,
    },
    /// Present version of an inventory.
    Inventory {
        /// Organisation.
        organisation: String,
        /// Its name.
        name: String,
    },
    /// One row as it stands now, with its result.
    Row {
        /// Organisation.
        organisation: String,
        /// The import.
        import_id: Vec<u8>,
        /// Number in it, from 0.
        number: u64,
    },
}

/// Entry, rows and state value that a subject comes down to.
struct Wanted {
    kind: ReceiptKind,
    index: u64,
    rows: Vec<u32>,
    all: bool,
    current: Option<String>,
}

impl Service {
    /// A proof.
    ///
    /// # Errors
    /// [`Error::NotFound`]; [`Error::NotFinal`] while no final checkpoint covers it; [`Error::ContentMissing`].
    pub async fn receipt(&self, subject: Subject) -> Result<v1::Receipt, Error> {
        let assembled = self.assembled(subject.clone()).await;
        let Err(Error::NotFinal { index }) = assembled else {
            return assembled;
        };
        // It has an entry here; its checkpoint is on its way.
        let deadline = tokio::time::Instant::now() + FINAL;
        self.final_within(index, deadline).await;
        self.assembled(subject).await
    }

    async fn assembled(&self, subject: Subject) -> Result<v1::Receipt, Error> {
        let service = self.clone();
        self.read(move |reading| service.assemble(reading, &subject))
            .await
    }

    pub(super) fn assemble(
        &self,
        reading: &Reading<'_>,
        subject: &Subject,
    ) -> Result<v1::Receipt, Error> {
        let wanted = find(reading, subject)?;
        let note = choose_note(reading, &wanted)?.ok_or(Error::NotFinal {
            index: wanted.index,
        })?;
        let checkpoint = note.checkpoint();
        if checkpoint.size <= wanted.index {
            return Err(Error::NotFinal {
                index: wanted.index,
            });
        }
        let bytes = reading.entry(wanted.index)?;
        let envelope = envelope(&bytes);
        let (rows, results) = match &envelope {
            Some((body, outcome)) if wanted.all || !wanted.rows.is_empty() => {
                let missing = || Error::ContentMissing {
                    index: wanted.index,
                };
                let rows = reading.rows_of(&body.rows_root)?.ok_or_else(missing)?;
                let results = reading
                    .rows_of(&outcome.results_root)?
                    .ok_or_else(missing)?;
                (rows, results)
            }
            _ => (Vec::new(), Vec::new()),
        };
        let positions = |rows: &[Vec<u8>]| -> Vec<u32> {
            let count = u32::try_from(rows.len()).unwrap_or(u32::MAX);
            if wanted.all {
                (0..count).collect()
            } else {
                wanted
                    .rows
                    .iter()
                    .copied()
                    .filter(|row| *row < count)
                    .collect()
            }
        };
        let (row_positions, result_positions) = (positions(&rows), positions(&results));
        let chosen = |all, positions| Some(Rows { all, positions });
        let changes = reading.changes()?;
        let Inner { founded, .. } = &*self.inner;
        let evidence = Evidence {
            founded,
            changes: &changes,
            note: &note,
            nodes: reading,
            view: reading,
        };
        // The state's pages are those of the present: they prove only while the checkpoint is of the present too.
        let current = wanted
            .current
            .as_deref()
            .filter(|_| reading.size().is_ok_and(|size| size == checkpoint.size));
        let receipt = assemble(
            &evidence,
            wanted.kind,
            wanted.index,
            &bytes,
            chosen(&rows, &row_positions),
            chosen(&results, &result_positions),
            current.map(|key| (reading as _, key)),
        )?;
        Ok(receipt)
    }
}

/// The checkpoint under a receipt: the newest final one; or one before it that witnesses have cosigned, where it covers the entry and proves as
/// much.
fn choose_note(reading: &Reading<'_>, wanted: &Wanted) -> Result<Option<Note>, Error> {
    let last = reading.final_note()?;
    let Some(note) = last.as_ref() else {
        return Ok(None);
    };
    let size = note.checkpoint().size;
    // That a value is the current one is proved by the newest checkpoint only.
    let proves_present = wanted.current.is_some() && reading.size()? == size;
    if is_witnessed(note) || proves_present {
        return Ok(last);
    }
    let witnessed = reading.witnessed_note()?.filter(|earlier| {
        earlier.checkpoint().size > wanted.index
            // The trust file leads to the voting set of now.
            && earlier.checkpoint().members_version == note.checkpoint().members_version
    });
    Ok(witnessed.or(last))
}

/// Body and outcome, if the entry is an envelope's.
fn envelope(entry: &[u8]) -> Option<(v1::Body, v1::Outcome)> {
    let Some(v1::entry::Entry::Envelope(entry)) = v1::Entry::decode(entry).ok()?.entry else {
        return None;
    };
    let envelope = v1::Envelope::decode(entry.envelope.as_slice()).ok()?;
    Some((
        v1::Body::decode(envelope.body.as_slice()).ok()?,
        entry.outcome?,
    ))
}

fn find(reading: &Reading<'_>, subject: &Subject) -> Result<Wanted, Error> {
    let sorted = |rows: &[u32]| {
        let mut rows = rows.to_vec();
        rows.sort_unstable();
        rows.dedup();
        rows
    };
    match subject {
        Subject::Index { index, rows, all } => {
            let size = reading.size()?;
            if *index >= size {
                return Err(not_found("entry", index));
            }
            Ok(of_entry(reading, *index, sorted(rows), *all)?)
        }
        Subject::Id { id, rows, all } => {
            let index = reading
                .index_of(id)?
                .ok_or_else(|| not_found("envelope", &hex::encode(id)))?;
            Ok(of_entry(reading, index, sorted(rows), *all)?)
        }
        Subject::Import {
            organisation,
            import_id,
        } => {
            let key = key::import(organisation, import_id);
            let state: v1::ImportState = reading.find(&key)?.ok_or_else(|| {
                not_found(
                    "import",
                    &format!("{organisation}/{}", hex::encode(import_id)),
                )
            })?;
            if state.submitted_index == 0 {
                return Err(not_found("submission", &hex::encode(import_id)));
            }
            Ok(Wanted {
                kind: ReceiptKind::Import,
                index: state.submitted_index,
                rows: Vec::new(),
                all: true,
                current: Some(key),
            })
        }
        Subject::Inventory { organisation, name } => {
            let key = key::inventory(organisation, name);
            let inventory: v1::Inventory = reading
                .find(&key)?
                .ok_or_else(|| not_found("inventory", &format!("{organisation}/{name}")))?;
            Ok(Wanted {
                kind: ReceiptKind::Inventory,
                index: inventory.closed_index,
                rows: Vec::new(),
                all: false,
                current: Some(key),
            })
        }
        Subject::Row {
            organisation,
            import_id,
            number,
        } => {
            let place = super::query::row_place(reading, organisation, import_id, *number)?;
            Ok(Wanted {
                kind: ReceiptKind::Row,
                index: place.index,
                rows: vec![place.position],
                all: false,
                current: None,
            })
        }
    }
}

/// An entry that closes an inventory or submits an import gets the richer kind of receipt.
fn of_entry(reading: &Reading<'_>, index: u64, rows: Vec<u32>, all: bool) -> Result<Wanted, Error> {
    let entry = reading.entry(index)?;
    let plain = Wanted {
        kind: ReceiptKind::Entry,
        index,
        rows,
        all,
        current: None,
    };
    let Some((_, outcome)) = envelope(&entry) else {
        return Ok(plain);
    };
    let current = match &outcome.head {
        Some(v1::outcome::Head::Inventory(inventory)) => inventory.key.clone(),
        _ => return Ok(plain),
    };
    let present: Option<v1::Inventory> = reading.find(&current)?;
    let is_current = present.is_some_and(|inventory| inventory.closed_index == index);
    Ok(Wanted {
        kind: ReceiptKind::Inventory,
        current: is_current.then_some(current),
        ..plain
    })
}

pub(super) fn not_found(what: &str, name: &impl ToString) -> Error {
    Error::NotFound {
        what: what.to_owned(),
        name: name.to_string(),
    }
}
