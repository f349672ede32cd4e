//! Reading: lists in pages, and single records, as of one moment. Everything comes from the state map, the log and the content store.

use super::receipt::not_found;
use crate::error::Error;
use crate::store::Reading;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use crypto_sm::sm3::{self, Digest};
use hengtan_ledger::execute::Ids as _;
use hengtan_ledger::state::{self, Stored, key};
use hengtan_ledger::v1;
use prost::Message as _;
use std::collections::BTreeMap;

/// Records that are read at once while a filter looks for the next that fits.
const CHUNK: usize = 256;

/// Which part of a list is wanted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageRequest {
    /// At most so many items, at least one.
    pub size: usize,
    /// Where the page before ended; empty = from the beginning.
    pub token: String,
}

/// Part of a list.
#[derive(Clone, Debug, PartialEq)]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Where the next page begins; empty = there is none.
    pub next: String,
}

/// A state value with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Record<T> {
    /// Its key.
    pub key: String,
    /// 1 when it first appeared; every write adds one.
    pub version: u64,
    /// Entry that wrote it.
    pub index: u64,
    /// That entry's time.
    pub time_ms: u64,
    /// The value.
    pub value: T,
}

/// What one entry is, in short.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntrySummary {
    /// Its index.
    pub index: u64,
    /// `genesis`, `batch`, `envelope`, `void_batch` or `recovery`.
    pub what: &'static str,
    /// Leaf digest.
    pub leaf: Digest,
    /// Ledger time; 0 where the entry holds none.
    pub time_ms: u64,
    /// Of an envelope: its id.
    pub id: Vec<u8>,
    /// Command kind.
    pub kind: String,
    /// Organisation of the sender.
    pub organisation: String,
    /// Name of the sender.
    pub member: String,
    /// Key id of the sender.
    pub sender: Vec<u8>,
    /// Code of the outcome; empty = accepted.
    pub code: String,
    /// Rows below the body.
    pub row_count: u32,
    /// Whether a final checkpoint covers it.
    pub is_final: bool,
}

/// An entry with what hangs below it.
#[derive(Clone, Debug, PartialEq)]
pub struct EntryRecord {
    /// In short.
    pub summary: EntrySummary,
    /// Exact bytes.
    pub entry: Vec<u8>,
    /// Rows below the body; nothing if they are not kept.
    pub rows: Option<Vec<Vec<u8>>>,
    /// Results below the outcome; nothing if they are not kept.
    pub results: Option<Vec<Vec<u8>>>,
}

/// Which activity rows are wanted; empty = any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ActivityFilter {
    /// Organisation.
    pub organisation: String,
    /// Import.
    pub import_id: Vec<u8>,
    /// Facility.
    pub facility: String,
    /// Category.
    pub category: String,
    /// First day that the row's period may overlap.
    pub from: String,
    /// Last day that the row's period may overlap.
    pub to: String,
    /// Scope; 0 = any.
    pub scope: u32,
}

/// A row as it stands now.
#[derive(Clone, Debug, PartialEq)]
pub struct Activity {
    /// Organisation.
    pub organisation: String,
    /// Import.
    pub import_id: Vec<u8>,
    /// Number in the import, from 0.
    pub number: u64,
    /// The row.
    pub row: v1::ActivityRow,
    /// Exact bytes of the record row.
    pub row_bytes: Vec<u8>,
    /// What the engine calculated.
    pub result: Option<v1::RowResult>,
    /// Exact bytes of the result.
    pub result_bytes: Vec<u8>,
    /// Where its import stands.
    pub status: i32,
    /// Replaced or voided.
    pub change: Option<v1::RowChange>,
    /// Entry that carries the row.
    pub index: u64,
    /// Position below it.
    pub position: u32,
    /// How it was calculated.
    pub profile: Option<v1::CalculationProfile>,
    /// Key id of its sender.
    pub sender: Vec<u8>,
    /// Name of its sender.
    pub member: String,
    /// Ledger time of its entry.
    pub time_ms: u64,
}

/// A factor that a result used.
#[derive(Clone, Debug, PartialEq)]
pub struct FactorUse {
    /// Its set.
    pub set: Record<v1::FactorSetState>,
    /// The factor as adopted.
    pub factor: v1::FactorRow,
    /// What it was used for: `location`, `market` or `parameters`.
    pub role: String,
}

/// Where a row hangs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct RowPlace {
    pub index: u64,
    pub position: u32,
}

/// Ties a token to its list.
fn scope(list: &str) -> [u8; 4] {
    let digest = sm3::hash(&[b"hengtan page v1\n", list.as_bytes()]);
    [digest[0], digest[1], digest[2], digest[3]]
}

fn token(list: &str, next: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode([&scope(list)[..], next].concat())
}

fn start(list: &str, token: &str) -> Result<Vec<u8>, Error> {
    if token.is_empty() {
        return Ok(Vec::new());
    }
    let bytes = URL_SAFE_NO_PAD
        .decode(token)
        .map_err(|_| Error::PageToken)?;
    match bytes.split_first_chunk::<4>() {
        Some((found, next)) if *found == scope(list) => Ok(next.to_vec()),
        _ => Err(Error::PageToken),
    }
}

fn start_text(list: &str, token: &str) -> Result<String, Error> {
    String::from_utf8(start(list, token)?).map_err(|_| Error::PageToken)
}

fn start_number(list: &str, token: &str) -> Result<Option<u64>, Error> {
    let bytes = start(list, token)?;
    if bytes.is_empty() {
        return Ok(None);
    }
    bytes
        .as_slice()
        .try_into()
        .map(|bytes| Some(u64::from_be_bytes(bytes)))
        .map_err(|_| Error::PageToken)
}

fn record<T: Stored>(key: String, value: v1::StateValue) -> Result<Record<T>, Error> {
    let (version, index, time_ms) = (value.version, value.index, value.time_ms);
    let value = value
        .value
        .and_then(T::from_value)
        .ok_or_else(|| Error::StoreDamaged {
            what: format!("state {key}"),
        })?;
    Ok(Record {
        key,
        version,
        index,
        time_ms,
        value,
    })
}

/// Records of a kind below a prefix that fit, in key order.
///
/// # Errors
/// [`Error::PageToken`], failures of the store.
pub fn list<T: Stored>(
    reading: &Reading<'_>,
    prefix: &str,
    filter_name: &str,
    request: &PageRequest,
    fits: impl Fn(&T) -> bool,
) -> Result<Page<Record<T>>, Error> {
    let name = format!("{prefix} {filter_name}");
    let mut from = start_text(&name, &request.token)?;
    let mut items = Vec::new();
    loop {
        let values = reading.values(prefix, &from, CHUNK)?;
        let count = values.len();
        for (key, value) in values {
            let record = record::<T>(key, value)?;
            if !fits(&record.value) {
                from = format!("{}\0", record.key);
                continue;
            }
            if items.len() >= request.size.max(1) {
                return Ok(Page {
                    items,
                    next: token(&name, record.key.as_bytes()),
                });
            }
            // The smallest key behind this one.
            from = format!("{}\0", record.key);
            items.push(record);
        }
        if count < CHUNK {
            return Ok(Page {
                items,
                next: String::new(),
            });
        }
    }
}

/// One record.
///
/// # Errors
/// [`Error::NotFound`], failures of the store.
pub fn show<T: Stored>(
    reading: &Reading<'_>,
    key: &str,
    what: &str,
    name: &str,
) -> Result<Record<T>, Error> {
    let value = reading
        .state_value(key)?
        .ok_or_else(|| not_found(what, &name))?;
    record(key.to_owned(), value)
}

/// A member by organisation and name.
///
/// # Errors
/// [`Error::NotFound`], failures of the store.
pub fn member_named(
    reading: &Reading<'_>,
    organisation: &str,
    name: &str,
) -> Result<Record<v1::Member>, Error> {
    let shown = format!("{organisation}/{name}");
    let found: v1::MemberName = reading
        .find(&key::member_name(organisation, name))?
        .ok_or_else(|| not_found("member", &shown))?;
    show(reading, &key::member(&found.key_id), "member", &shown)
}

/// A version of a factor set; without a version the one in force.
///
/// # Errors
/// [`Error::NotFound`], failures of the store.
pub fn factor_set(
    reading: &Reading<'_>,
    id: &str,
    version: &str,
) -> Result<Record<v1::FactorSetState>, Error> {
    if !version.is_empty() {
        return show(
            reading,
            &key::factor_set(id, version),
            "factor_set",
            &format!("{id}@{version}"),
        );
    }
    let prefix = format!("{}{id}/", key::FACTOR_SETS);
    let versions = list::<v1::FactorSetState>(
        reading,
        &prefix,
        "",
        &PageRequest {
            size: usize::MAX,
            token: String::new(),
        },
        |set| set.superseded_by.is_empty(),
    )?;
    versions
        .items
        .into_iter()
        .next_back()
        .ok_or_else(|| not_found("factor_set", &id))
}

/// Factors of a set, in order.
///
/// # Errors
/// [`Error::ContentMissing`], [`Error::PageToken`], failures of the store.
pub fn factors(
    reading: &Reading<'_>,
    set: &Record<v1::FactorSetState>,
    request: &PageRequest,
) -> Result<Page<v1::FactorRow>, Error> {
    let rows = reading
        .rows_of(&set.value.rows_root)?
        .ok_or(Error::ContentMissing { index: set.index })?;
    slice(&format!("factors {}", set.key), &rows, request, |bytes| {
        v1::FactorRow::decode(bytes).map_err(|_| Error::StoreDamaged {
            what: set.key.clone(),
        })
    })
}

/// Rows that an inventory's present version counted.
///
/// # Errors
/// [`Error::NotFound`], [`Error::ContentMissing`], [`Error::PageToken`], failures of the store.
pub fn inventory_rows(
    reading: &Reading<'_>,
    organisation: &str,
    name: &str,
    request: &PageRequest,
) -> Result<Page<v1::RowResult>, Error> {
    let key = key::inventory(organisation, name);
    let inventory: Record<v1::Inventory> = show(
        reading,
        &key,
        "inventory",
        &format!("{organisation}/{name}"),
    )?;
    let rows = reading
        .rows_of(&inventory.value.results_root)?
        .ok_or(Error::ContentMissing {
            index: inventory.index,
        })?;
    slice(
        &format!("{key} {}", inventory.version),
        &rows,
        request,
        |bytes| v1::RowResult::decode(bytes).map_err(|_| Error::StoreDamaged { what: key.clone() }),
    )
}

fn slice<T>(
    name: &str,
    rows: &[Vec<u8>],
    request: &PageRequest,
    decode: impl Fn(&[u8]) -> Result<T, Error>,
) -> Result<Page<T>, Error> {
    let first = usize::try_from(start_number(name, &request.token)?.unwrap_or(0))
        .unwrap_or(usize::MAX)
        .min(rows.len());
    let last = first.saturating_add(request.size.max(1)).min(rows.len());
    let items = rows[first..last]
        .iter()
        .map(|bytes| decode(bytes))
        .collect::<Result<_, _>>()?;
    let next = if last < rows.len() {
        token(name, &(last as u64).to_be_bytes())
    } else {
        String::new()
    };
    Ok(Page { items, next })
}

/// What an entry is.
///
/// # Errors
/// [`Error::StoreDamaged`], failures of the store.
pub fn summarise(
    reading: &Reading<'_>,
    index: u64,
    bytes: &[u8],
    final_size: u64,
) -> Result<EntrySummary, Error> {
    let damaged = || Error::StoreDamaged {
        what: format!("entry {index}"),
    };
    let leaf = hengtan_ledger::tree::LOG.leaf(bytes);
    let mut summary = EntrySummary {
        index,
        leaf,
        is_final: index < final_size,
        ..EntrySummary::default()
    };
    match v1::Entry::decode(bytes)
        .map_err(|_| damaged())?
        .entry
        .ok_or_else(damaged)?
    {
        v1::entry::Entry::Genesis(signed) => {
            summary.what = "genesis";
            summary.time_ms = v1::Genesis::decode(signed.genesis.as_slice())
                .map_err(|_| damaged())?
                .created_at_ms;
        }
        v1::entry::Entry::Batch(batch) => {
            summary.what = "batch";
            let header = v1::Header::decode(batch.header.as_slice()).map_err(|_| damaged())?;
            summary.time_ms = header.time_ms;
            summary.sender = header.leader;
        }
        v1::entry::Entry::VoidBatch(void) => {
            summary.what = "void_batch";
            summary.code = void.code;
        }
        v1::entry::Entry::Recovery(_) => summary.what = "recovery",
        v1::entry::Entry::Envelope(entry) => {
            summary.what = "envelope";
            let outcome = entry.outcome.ok_or_else(damaged)?;
            summary.time_ms = outcome.time_ms;
            summary.id = outcome.id;
            summary.code = outcome.code;
            // A refused envelope may hold anything in its body.
            let envelope =
                v1::Envelope::decode(entry.envelope.as_slice()).map_err(|_| damaged())?;
            let body = v1::Body::decode(envelope.body.as_slice()).unwrap_or_default();
            summary.row_count = body.row_count;
            if let Some(member) = reading.find::<v1::Member>(&key::member(&body.sender))? {
                summary.organisation = member.organisation;
                summary.member = member.name;
            }
            summary.kind = body.kind;
            summary.sender = body.sender;
        }
    }
    Ok(summary)
}

fn final_size(reading: &Reading<'_>) -> Result<u64, Error> {
    Ok(reading
        .final_note()?
        .map_or(0, |note| note.checkpoint().size))
}

/// Entries in log order, or backwards.
///
/// # Errors
/// [`Error::PageToken`], failures of the store.
pub fn entries(
    reading: &Reading<'_>,
    from: u64,
    newest_first: bool,
    request: &PageRequest,
) -> Result<Page<EntrySummary>, Error> {
    let name = format!("entries {newest_first}");
    let (size, final_size) = (reading.size()?, final_size(reading)?);
    let count = request.size.max(1) as u64;
    let given = start_number(&name, &request.token)?;
    let (first, last, next) = if newest_first {
        // `end` is one past the newest entry of the page.
        let end = given
            .unwrap_or(if from == 0 {
                size
            } else {
                from.saturating_add(1).min(size)
            })
            .min(size);
        let first = end.saturating_sub(count);
        (first, end, (first > 0).then_some(first))
    } else {
        let first = given.unwrap_or(from).min(size);
        let last = first.saturating_add(count).min(size);
        (first, last, (last < size).then_some(last))
    };
    let pairs = reading.entries(first, usize::try_from(last - first).unwrap_or(usize::MAX))?;
    let mut items = pairs
        .into_iter()
        .map(|(index, bytes)| summarise(reading, index, &bytes, final_size))
        .collect::<Result<Vec<_>, _>>()?;
    if newest_first {
        items.reverse();
    }
    Ok(Page {
        items,
        next: next.map_or_else(String::new, |next| token(&name, &next.to_be_bytes())),
    })
}

/// An entry with rows and results.
///
/// # Errors
/// [`Error::NotFound`], failures of the store.
pub fn entry(reading: &Reading<'_>, index: u64) -> Result<EntryRecord, Error> {
    let bytes = reading.entry(index)?;
    let summary = summarise(reading, index, &bytes, final_size(reading)?)?;
    let (mut rows, mut results) = (Some(Vec::new()), Some(Vec::new()));
    if let Some((body, outcome)) = body_and_outcome(&bytes) {
        rows = reading.rows_of(&body.rows_root)?;
        results = reading.rows_of(&outcome.results_root)?;
    }
    Ok(EntryRecord {
        summary,
        entry: bytes,
        rows,
        results,
    })
}

/// Index of the entry of an envelope.
///
/// # Errors
/// [`Error::NotFound`], failures of the store.
pub fn index_of(reading: &Reading<'_>, id: &[u8]) -> Result<u64, Error> {
    let digest = id.try_into().map_err(|_| Error::Field {
        field: "id".to_owned(),
        value: hex::encode(id),
    })?;
    reading
        .index_of(&digest)?
        .ok_or_else(|| not_found("envelope", &hex::encode(id)))
}

fn body_and_outcome(entry: &[u8]) -> Option<(v1::Body, v1::Outcome)> {
    let Some(v1::entry::Entry::Envelope(entry)) = v1::Entry::decode(entry).ok()?.entry else {
        return None;
    };
    let envelope = v1::Envelope::decode(entry.envelope.as_slice()).ok()?;
    Some((
        v1::Body::decode(envelope.body.as_slice()).ok()?,
        entry.outcome?,
    ))
}

/// Rows and who sent them, of one entry.
#[derive(Clone, Debug, Default)]
struct Carrier {
    rows: Vec<Vec<u8>>,
    results: Vec<Vec<u8>>,
    profile: Option<v1::CalculationProfile>,
    sender: Vec<u8>,
    member: String,
    time_ms: u64,
}

/// Entries that carry rows, read once each.
#[derive(Default)]
struct Carriers(BTreeMap<u64, Carrier>);

impl Carriers {
    fn carrier(&mut self, reading: &Reading<'_>, index: u64) -> Result<&Carrier, Error> {
        if !self.0.contains_key(&index) {
            // One import part at a time is enough; replaced rows may need a few more.
            if self.0.len() >= 8 {
                self.0.pop_first();
            }
            self.0.insert(index, read_carrier(reading, index)?);
        }
        Ok(&self.0[&index])
    }
}

fn read_carrier(reading: &Reading<'_>, index: u64) -> Result<Carrier, Error> {
    let bytes = reading.entry(index)?;
    let (body, outcome) = body_and_outcome(&bytes).ok_or_else(|| Error::StoreDamaged {
        what: format!("entry {index}"),
    })?;
    let member: Option<v1::Member> = reading.find(&key::member(&body.sender))?;
    let profile = match body.kind.as_str() {
        "activity.record" => v1::ActivityRecord::decode(body.head.as_slice())
            .ok()
            .and_then(|head| head.profile),
        "activity.replace" => v1::ActivityReplace::decode(body.head.as_slice())
            .ok()
            .and_then(|head| head.profile),
        "inventory.restate" => v1::InventoryRestate::decode(body.head.as_slice())
            .ok()
            .and_then(|head| head.profile),
        _ => None,
    };
    let mut rows = reading
        .rows_of(&body.rows_root)?
        .ok_or(Error::ContentMissing { index })?;
    if body.kind == "inventory.restate" {
        // Its rows wrap the rows that they put in place.
        for row in &mut rows {
            let restated = v1::RestateRow::decode(row.as_slice()).unwrap_or_default();
            *row = match restated.change {
                Some(v1::restate_row::Change::Replace(replaced)) => replaced.encode_to_vec(),
                _ => Vec::new(),
            };
        }
    }
    Ok(Carrier {
        rows,
        results: reading
            .rows_of(&outcome.results_root)?
            .ok_or(Error::ContentMissing { index })?,
        profile,
        sender: body.sender,
        member: member.map(|member| member.name).unwrap_or_default(),
        time_ms: outcome.time_ms,
    })
}

/// An import with its parts and changes.
struct Shelf {
    state: v1::ImportState,
    parts: Vec<v1::ImportPart>,
    changes: BTreeMap<u64, v1::RowChange>,
}

fn read_shelf(reading: &Reading<'_>, state: v1::ImportState) -> Result<Shelf, Error> {
    let (organisation, id) = (&state.organisation, &state.import_id);
    let parts = state::list(reading, &key::import_parts(organisation, id))?
        .into_iter()
        .map(|(_, part)| part)
        .collect();
    let changes = state::list(reading, &key::row_changes(organisation, id))?
        .into_iter()
        .filter_map(|(key, change)| {
            Some((
                u64::from_str_radix(key.rsplit('/').next()?, 16).ok()?,
                change,
            ))
        })
        .collect();
    Ok(Shelf {
        state,
        parts,
        changes,
    })
}

impl Shelf {
    fn activity(
        &self,
        reading: &Reading<'_>,
        carriers: &mut Carriers,
        number: u64,
    ) -> Result<Option<Activity>, Error> {
        let Some(part) = self.parts.iter().rev().find(|part| part.first <= number) else {
            return Ok(None);
        };
        let offset = number - part.first;
        if offset >= part.count.into() {
            return Ok(None);
        }
        let change = self.changes.get(&number);
        let recorded = (part.index, u32::try_from(offset).unwrap_or(u32::MAX));
        // A voided row shows as it was recorded.
        let (index, position) = match change {
            Some(change) if !change.rows_root.is_empty() => (change.index, change.position),
            _ => recorded,
        };
        let carrier = carriers.carrier(reading, index)?;
        let row_bytes = carrier
            .rows
            .get(position as usize)
            .cloned()
            .unwrap_or_default();
        let row = v1::RecordRow::decode(row_bytes.as_slice())
            .ok()
            .and_then(|row| row.content);
        let Some(v1::record_row::Content::Open(row)) = row else {
            return Err(Error::StoreDamaged {
                what: format!("row {number} of entry {index}"),
            });
        };
        let result_bytes = result_of(carrier, &self.state.import_id, number, position);
        let result = (!result_bytes.is_empty())
            .then(|| v1::RowResult::decode(result_bytes.as_slice()).unwrap_or_default());
        Ok(Some(Activity {
            organisation: self.state.organisation.clone(),
            import_id: self.state.import_id.clone(),
            number,
            row,
            row_bytes,
            result,
            result_bytes,
            status: self.state.status,
            change: change.cloned(),
            index,
            position,
            profile: carrier.profile.clone(),
            sender: carrier.sender.clone(),
            member: carrier.member.clone(),
            time_ms: carrier.time_ms,
        }))
    }
}

/// The result that belongs to a row: at its position, or, below an inventory, under its address.
fn result_of(carrier: &Carrier, import_id: &[u8], number: u64, position: u32) -> Vec<u8> {
    let fits = |bytes: &[u8]| {
        v1::RowResult::decode(bytes)
            .is_ok_and(|result| result.import_id == import_id && result.number == number)
    };
    let at = carrier
        .results
        .get(position as usize)
        .filter(|bytes| fits(bytes));
    at.or_else(|| carrier.results.iter().find(|bytes| fits(bytes)))
        .cloned()
        .unwrap_or_default()
}

/// Rows as they stand now, by import and number.
///
/// # Errors
/// [`Error::PageToken`], [`Error::ContentMissing`], failures of the store.
pub fn activities(
    reading: &Reading<'_>,
    filter: &ActivityFilter,
    request: &PageRequest,
) -> Result<Page<Activity>, Error> {
    let prefix = match (filter.organisation.as_str(), filter.import_id.as_slice()) {
        ("", _) => "import/".to_owned(),
        (organisation, []) => key::imports(organisation),
        (organisation, id) => key::import(organisation, id),
    };
    let name = format!("activities {filter:?}");
    let begin = start_text(&name, &request.token)?;
    let (mut from, mut number) = match begin.rsplit_once('#') {
        Some((key, number)) => (
            key.to_owned(),
            number.parse().map_err(|_| Error::PageToken)?,
        ),
        None => (String::new(), 0u64),
    };
    let mut items = Vec::new();
    let mut carriers = Carriers::default();
    loop {
        let Some((key, value)) = reading.values(&prefix, &from, 1)?.pop() else {
            return Ok(Page {
                items,
                next: String::new(),
            });
        };
        let state = record::<v1::ImportState>(key.clone(), value)?.value;
        from = format!("{key}\0");
        let other_import = !filter.import_id.is_empty() && state.import_id != filter.import_id;
        let outside = (!filter.from.is_empty() && state.period_end < filter.from)
            || (!filter.to.is_empty() && state.period_start > filter.to);
        if other_import || (outside && state.changes == 0) {
            number = 0;
            continue;
        }
        let shelf = read_shelf(reading, state)?;
        let count = shelf
            .parts
            .last()
            .map_or(0, |part| part.first + u64::from(part.count));
        while number < count {
            if let Some(activity) = shelf.activity(reading, &mut carriers, number)?
                && fits(&activity, filter)
            {
                if items.len() >= request.size.max(1) {
                    return Ok(Page {
                        items,
                        next: token(&name, format!("{key}#{number}").as_bytes()),
                    });
                }
                items.push(activity);
            }
            number += 1;
        }
        number = 0;
    }
}

fn fits(activity: &Activity, filter: &ActivityFilter) -> bool {
    let row = &activity.row;
    (filter.facility.is_empty() || row.facility == filter.facility)
        && (filter.category.is_empty() || row.category == filter.category)
        && (filter.scope == 0 || row.scope == filter.scope)
        && (filter.from.is_empty() || row.period_end >= filter.from)
        && (filter.to.is_empty() || row.period_start <= filter.to)
}

fn import_state(
    reading: &Reading<'_>,
    organisation: &str,
    import_id: &[u8],
) -> Result<Record<v1::ImportState>, Error> {
    let name = format!("{organisation}/{}", hex::encode(import_id));
    show(
        reading,
        &key::import(organisation, import_id),
        "import",
        &name,
    )
}

/// An import with its parts, and the changes of its rows by number.
///
/// # Errors
/// [`Error::NotFound`], failures of the store.
#[allow(clippy::type_complexity)]
pub fn import(
    reading: &Reading<'_>,
    organisation: &str,
    import_id: &[u8],
) -> Result<
    (
        Record<v1::ImportState>,
        Vec<v1::ImportPart>,
        Vec<(u64, Record<v1::RowChange>)>,
    ),
    Error,
> {
    let found = import_state(reading, organisation, import_id)?;
    let shelf = read_shelf(reading, found.value.clone())?;
    let changes = reading
        .values(&key::row_changes(organisation, import_id), "", usize::MAX)?
        .into_iter()
        .filter_map(|(key, value)| {
            let number = u64::from_str_radix(key.rsplit('/').next()?, 16).ok()?;
            Some(record(key, value).map(|record| (number, record)))
        })
        .collect::<Result<_, _>>()?;
    Ok((found, shelf.parts, changes))
}

/// One row as it stands now, with the factors that its result used.
///
/// # Errors
/// [`Error::NotFound`], [`Error::ContentMissing`], failures of the store.
pub fn activity(
    reading: &Reading<'_>,
    organisation: &str,
    import_id: &[u8],
    number: u64,
) -> Result<(Activity, Vec<FactorUse>), Error> {
    let shelf = read_shelf(
        reading,
        import_state(reading, organisation, import_id)?.value,
    )?;
    let found = shelf.activity(reading, &mut Carriers::default(), number)?;
    let activity = found.ok_or_else(|| {
        not_found(
            "row",
            &format!("{organisation}/{}#{number}", hex::encode(import_id)),
        )
    })?;
    let mut uses = Vec::new();
    if let Some(result) = &activity.result {
        for reference in &result.factors {
            uses.extend(factor_use(reading, reference)?);
        }
    }
    Ok((activity, uses))
}

fn factor_use(
    reading: &Reading<'_>,
    reference: &v1::FactorReference,
) -> Result<Option<FactorUse>, Error> {
    let set = factor_set(reading, &reference.set, &reference.version)?;
    let rows = reading
        .rows_of(&set.value.rows_root)?
        .ok_or(Error::ContentMissing { index: set.index })?;
    let mut factors = rows
        .iter()
        .filter_map(|row| v1::FactorRow::decode(row.as_slice()).ok());
    Ok(factors
        .find(|factor| factor.id == reference.factor)
        .map(|factor| FactorUse {
            set,
            factor,
            role: reference.role.clone(),
        }))
}

/// Entry and position of a row as it stands now; a voided row has none.
pub(super) fn row_place(
    reading: &Reading<'_>,
    organisation: &str,
    import_id: &[u8],
    number: u64,
) -> Result<RowPlace, Error> {
    let (activity, _) = activity(reading, organisation, import_id, number)?;
    match &activity.change {
        Some(change) if change.rows_root.is_empty() => Err(not_found(
            "row",
            &format!("{organisation}/{}#{number}", hex::encode(import_id)),
        )),
        _ => Ok(RowPlace {
            index: activity.index,
            position: activity.position,
        }),
    }
}
