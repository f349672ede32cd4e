//! The whole ledger of this node as one stream, for a member that lags too far behind and for backups, and its way back into
//! tables. What it holds and how it is checked is `hengtan_ledger::snapshot`'s.

mod moments;

use crate::error::Error;
use crate::store::{Change, Column, FORMAT, Reading, Store, Writing, identity_of, meta};
use hengtan_ledger::checkpoint::Note;
use hengtan_ledger::domain::NetworkId;
use hengtan_ledger::envelope::Outer;
use hengtan_ledger::execute::Ids;
use hengtan_ledger::map::{PageAddress, PageReader};
use hengtan_ledger::snapshot::{MAGIC, Piece, Reader, Rebuild, Rebuilt, head, record};
use hengtan_ledger::v1::snapshot_record::Record;
use hengtan_ledger::{canonical, log, v1};
use prost::Message as _;
use std::io::{self, Read, Write};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

use moments::Moment;

pub use moments::Moments;

/// Bytes that are handed on at once.
const PIECE_BYTES: usize = 1 << 20;
/// Pieces that wait for a slow reader.
const PIECES_AHEAD: usize = 4;
/// Things read from a table at once.
const READ_AT_ONCE: usize = 1_024;
/// Sets of rows read at once; each may be large.
const ROW_SETS_AT_ONCE: usize = 16;
/// Bytes that are written to the new tables at once.
const WRITE_BYTES: usize = 4 << 20;

/// What a piece of a stream is, or why there is none.
type Sent = Result<Vec<u8>, Error>;

/// A stream of the ledger as of one moment, whose newest batch end is final.
pub struct Stream {
    pieces: Receiver<Sent>,
    /// What consensus keeps with this state.
    applied: Vec<u8>,
    /// Entries.
    size: u64,
}

impl Stream {
    /// The ledger as of a moment whose checkpoint is this final one.
    fn of(moment: Moment, note: Note, trust: Option<v1::TrustFile>) -> Result<Self, Error> {
        let applied = moment
            .read(|reading| reading.applied())?
            .unwrap_or_default();
        let size = note.checkpoint().size;
        let (sender, pieces) = sync_channel(PIECES_AHEAD);
        std::thread::Builder::new()
            .name("snapshot".to_owned())
            .spawn(move || moment.read(|reading| send(reading, &note, trust, &sender)))
            .map_err(|error| Error::Internal {
                detail: error.to_string(),
            })?;
        Ok(Self {
            pieces,
            applied,
            size,
        })
    }

    /// Entries in it.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// What consensus keeps with this state.
    #[must_use]
    pub fn applied(&self) -> &[u8] {
        &self.applied
    }

    /// Writes the whole of it.
    ///
    /// # Errors
    /// What the sink returned; failures of the store as [`io::ErrorKind::Other`].
    pub fn write(self, sink: &mut dyn Write) -> io::Result<u64> {
        let mut bytes = 0;
        for piece in &self.pieces {
            let piece = piece.map_err(io::Error::other)?;
            sink.write_all(&piece)?;
            bytes += piece.len() as u64;
        }
        Ok(bytes)
    }

    /// The next piece; nothing at the end.
    ///
    /// # Errors
    /// Failures of the store.
    pub fn next_piece(&self) -> Result<Option<Vec<u8>>, Error> {
        self.pieces.recv().ok().transpose()
    }
}

impl consensus::SnapshotView for Stream {
    fn applied_state(&self) -> Vec<u8> {
        self.applied.clone()
    }

    fn write(self: Box<Self>, sink: &mut dyn Write) -> io::Result<()> {
        Stream::write(*self, sink).map(drop)
    }
}

/// Records gathered into pieces.
struct Pieces<'a> {
    waiting: Vec<u8>,
    sender: &'a SyncSender<Sent>,
}

/// The reader has gone: there is nobody to tell.
struct Gone;

impl Pieces<'_> {
    fn put(&mut self, one: Record) -> Result<(), Gone> {
        self.waiting.extend(record(one));
        if self.waiting.len() >= PIECE_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Gone> {
        let piece = std::mem::take(&mut self.waiting);
        self.sender.send(Ok(piece)).map_err(|_| Gone)
    }
}

fn send(
    reading: &Reading<'_>,
    note: &Note,
    trust: Option<v1::TrustFile>,
    sender: &SyncSender<Sent>,
) {
    let mut pieces = Pieces {
        waiting: MAGIC.to_vec(),
        sender,
    };
    if let Err(Some(error)) = send_records(reading, note, trust, &mut pieces) {
        // If the reader has gone there is nobody to tell.
        let _ = sender.send(Err(error));
    }
}

/// `None` as error: the reader has gone.
fn send_records(
    reading: &Reading<'_>,
    note: &Note,
    trust: Option<v1::TrustFile>,
    pieces: &mut Pieces<'_>,
) -> Result<(), Option<Error>> {
    let gone = |_: Gone| None;
    pieces.put(head(note, trust)).map_err(gone)?;
    let mut end = v1::SnapshotEnd::default();
    loop {
        let entries = reading.entries(end.entries, READ_AT_ONCE)?;
        if entries.is_empty() {
            break;
        }
        for (index, entry) in entries {
            let claims = claims(reading, index, &entry, &note.checkpoint().network_id)?;
            let record = Record::Entry(v1::SnapshotEntry { entry, claims });
            pieces.put(record).map_err(gone)?;
            end.entries += 1;
        }
    }
    let mut from = String::new();
    loop {
        let values = reading.raw_state(&from, READ_AT_ONCE)?;
        let Some((last, _)) = values.last() else {
            break;
        };
        // The first key behind the last one.
        from = format!("{last}\0");
        for (key, value) in values {
            let record = Record::State(v1::SnapshotPair { key, value });
            pieces.put(record).map_err(gone)?;
            end.pairs += 1;
        }
    }
    let mut from = Vec::new();
    loop {
        let sets = reading.raw_content(&from, ROW_SETS_AT_ONCE)?;
        let Some((last, _)) = sets.last() else {
            break;
        };
        from.clone_from(last);
        from.push(0);
        for (_, set) in sets {
            pieces.put(Record::Rows(set)).map_err(gone)?;
            end.row_sets += 1;
        }
    }
    pieces.put(Record::End(end)).map_err(gone)?;
    pieces.flush().map_err(gone)
}

/// How the members changed until `note`; nothing if they never did.
fn trust(reading: &Reading<'_>, note: &Note) -> Result<Option<v1::TrustFile>, Error> {
    let changes = reading.changes()?;
    let Some(last) = changes.last() else {
        return Ok(None);
    };
    let from = Note::parse(&last.checkpoint)?.checkpoint().size;
    let consistency = log::consistency(reading, from, note.checkpoint().size)?;
    Ok(Some(v1::TrustFile {
        genesis: Vec::new(),
        changes,
        consistency: consistency.iter().map(|hash| hash.to_vec()).collect(),
    }))
}

/// Whether the entry is the one that answers for its envelope's id.
fn claims(
    reading: &Reading<'_>,
    index: u64,
    entry: &[u8],
    network: &NetworkId,
) -> Result<bool, Error> {
    let entry: v1::Entry = canonical::decode("entry", entry)?;
    let Some(v1::entry::Entry::Envelope(envelope)) = entry.entry else {
        return Ok(false);
    };
    let Ok(outer) = Outer::parse(network, &envelope.envelope) else {
        return Ok(false);
    };
    Ok(reading.index_of(&outer.id())? == Some(index))
}

/// Reads pages as they are written.
struct Pages<'a>(&'a dyn Store);

impl PageReader for Pages<'_> {
    fn page(&self, address: &PageAddress) -> Result<Option<Vec<u8>>, hengtan_ledger::Error> {
        Reading::new(self.0).page(address)
    }
}

/// Replaces the whole ledger in `store` by that of a stream, which must be of this network, complete, and final. `applied` is
/// what consensus keeps with it. Nothing changes if it does not hold.
///
/// # Errors
/// What is wrong with the stream; failures of the store.
pub fn install(
    store: &dyn Store,
    network: &NetworkId,
    node: u64,
    applied: &[u8],
    content: &mut dyn Read,
) -> Result<Rebuilt, Error> {
    let mut rebuilt = None;
    // What this node has signed and used up outlives the state.
    store.replace(
        &[meta::VOW, meta::COUNTER, meta::MARK, meta::MET],
        &mut |new| {
            let done = rebuild(new, network, content, &mut |_| ())?;
            complete(new, &done, node, applied, Writing::new())?;
            rebuilt = Some(done);
            Ok(())
        },
    )?;
    rebuilt.ok_or_else(|| Error::Internal {
        detail: "nothing was rebuilt".to_owned(),
    })
}

/// Makes rebuilt tables those of a node that goes on from them, on disk, and checks that they fit together. `writing` holds what
/// else is to be set with it.
///
/// # Errors
/// Failures of the store; [`Error::StoreDamaged`].
pub fn complete(
    store: &dyn Store,
    rebuilt: &Rebuilt,
    node: u64,
    applied: &[u8],
    mut writing: Writing,
) -> Result<(), Error> {
    let network = &rebuilt.note.checkpoint().network_id;
    writing.put_meta(meta::FORMAT, FORMAT.to_be_bytes());
    writing.put_meta(meta::IDENTITY, identity_of(network, node));
    writing.put_meta(meta::FRONTIER, rebuilt.frontier.to_bytes());
    writing.put_meta(meta::FINAL, rebuilt.note.to_text());
    writing.put_meta(meta::APPLIED, applied);
    if !rebuilt.changes.is_empty() {
        let trust = v1::TrustFile {
            changes: rebuilt.changes.clone(),
            ..v1::TrustFile::default()
        };
        writing.put_meta(meta::CHANGES, trust.encode_to_vec());
    }
    for set in &rebuilt.replaced {
        writing.put_replaced(set);
    }
    store.write(writing.into_changes(), true)?;
    Reading::new(store).check()
}

/// Fills empty tables from a stream and checks all of it. `progress` is told the bytes read so far.
///
/// # Errors
/// What is wrong with the stream; failures of the store.
pub fn rebuild(
    store: &dyn Store,
    network: &NetworkId,
    content: &mut dyn Read,
    progress: &mut dyn FnMut(u64),
) -> Result<Rebuilt, Error> {
    let mut reader = Reader::default();
    let mut rebuild = Rebuild::new(*network);
    let mut waiting = Waiting::default();
    let mut buffer = vec![0; PIECE_BYTES];
    let mut bytes = 0;
    loop {
        let count = content
            .read(&mut buffer)
            .map_err(|error| Error::SnapshotUnreadable {
                detail: error.to_string(),
            })?;
        if count == 0 {
            break;
        }
        bytes += count as u64;
        progress(bytes);
        reader.push(&buffer[..count]);
        while let Some(record) = reader.next_record()? {
            for piece in rebuild.take(record, &Pages(store))? {
                waiting.add(piece);
            }
            // Pages must be there when the next values are hashed.
            if waiting.pages || waiting.bytes >= WRITE_BYTES {
                store.write(std::mem::take(&mut waiting).changes, false)?;
            }
        }
    }
    reader.finish()?;
    store.write(waiting.changes, false)?;
    Ok(rebuild.finish()?)
}

/// Changes that are written together.
#[derive(Default)]
struct Waiting {
    changes: Vec<Change>,
    bytes: usize,
    pages: bool,
}

impl Waiting {
    fn add(&mut self, piece: Piece) {
        let (column, key, value) = match piece {
            Piece::Entry { index, bytes } => {
                (Column::Entries, index.to_be_bytes().to_vec(), Some(bytes))
            }
            Piece::LogNode { address, hash } => (
                Column::LogNodes,
                address.to_bytes().to_vec(),
                Some(hash.to_vec()),
            ),
            Piece::Page { address, bytes } => {
                self.pages = true;
                (Column::Pages, address.to_bytes().to_vec(), bytes)
            }
            Piece::State { key, value } => (Column::State, key.into_bytes(), Some(value)),
            Piece::Rows { root, rows } => (
                Column::Content,
                root.to_vec(),
                Some(v1::RowSet { rows }.encode_to_vec()),
            ),
            Piece::Id { id, index } => {
                (Column::Ids, id.to_vec(), Some(index.to_be_bytes().to_vec()))
            }
        };
        self.bytes += key.len() + value.as_ref().map_or(0, Vec::len);
        self.changes.push(Change { column, key, value });
    }
}
